/* docs/coverage.tsv against the built library: what it calls there is there, what it calls missing
 * is missing, and the tests it names exist. */
#include <calx.h>
#include <criterion/criterion.h>
#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIBRARY, NAME, SYMBOL, CPU, CUDA, TEST, REASON, COLUMNS };

static int split(char *line, char *field[COLUMNS])
{
    int n = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *s = line; n < COLUMNS; n++) {
        field[n] = s;
        char *tab = strchr(s, '\t');
        if (tab == NULL) return n + 1;
        *tab = '\0';
        s = tab + 1;
    }
    return n + 1;
}

static bool exists(const char *symbol)
{
    return strncmp(symbol, "cx_", 3) == 0 ? dlsym(RTLD_DEFAULT, symbol) != NULL
                                          : cx_estimator_class_find(symbol) != NULL;
}

/* the name that a function of that library would have here */
static bool exists_by_name(const char *library, const char *name)
{
    char symbol[160];
    const bool plain = strcmp(library, "numpy") == 0;
    if (strncmp(library, "sklearn", 7) == 0 && isupper((unsigned char)name[0])) return exists(name);
    const char *dot = strrchr(library, '.');
    if (plain)
        snprintf(symbol, sizeof symbol, "cx_%s", name);
    else if (strncmp(library, "scipy.sparse", 12) == 0)
        snprintf(symbol, sizeof symbol, "cx_sparse_%s", name);
    else if (dot != NULL)
        snprintf(symbol, sizeof symbol, "cx_%s_%s", dot + 1, name);
    else
        return false;
    return exists(symbol);
}

/* The first line of a test says where it runs. */
static bool runs_on_devices(const char *path)
{
    char line[256] = "";
    FILE *const f = fopen(path, "r");
    const bool yes =
        f != NULL && fgets(line, sizeof line, f) != NULL && strstr(line, "device: each") != NULL;
    if (f != NULL) fclose(f);
    return yes;
}

Test(coverage, table_matches_the_library)
{
    char path[1024], line[1024];
    snprintf(path, sizeof path, "%s/../docs/coverage.tsv", CX_TEST_DATA);
    FILE *f = fopen(path, "r");
    cr_assert(f != NULL, "%s", path);
    cr_assert(fgets(line, sizeof line, f) != NULL);
    cr_assert_str_eq(line, "library\tname\tsymbol\tcpu\tcuda\ttest\treason\n");
    int rows = 0, there = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *v[COLUMNS];
        rows++;
        cr_assert_eq(split(line, v), COLUMNS, "row %d has too few columns: %s", rows, line);
        cr_expect(strcmp(v[CUDA], "no") == 0 || strcmp(v[CUDA], "yes") == 0, "%s: cuda is '%s'",
                  v[NAME], v[CUDA]);
        if (strcmp(v[CPU], "yes") == 0) {
            there++;
            cr_expect(exists(v[SYMBOL]), "%s %s: %s is not in the library", v[LIBRARY], v[NAME],
                      v[SYMBOL]);
            /* one test or several; what works on cuda is in one that runs there */
            bool on_device = false;
            for (const char *test = strtok(v[TEST], " "); test != NULL; test = strtok(NULL, " ")) {
                snprintf(path, sizeof path, "%s/%s", CX_TEST_DATA, test);
                cr_expect(access(path, R_OK) == 0, "%s %s: no test %s", v[LIBRARY], v[NAME], test);
                on_device = on_device || runs_on_devices(path);
            }
            cr_expect(on_device || strcmp(v[CUDA], "no") == 0,
                      "%s %s: none of its tests runs on a device", v[LIBRARY], v[NAME]);
        } else {
            cr_expect(strcmp(v[CPU], "no") == 0, "%s: cpu is '%s'", v[NAME], v[CPU]);
            cr_expect(v[REASON][0] != '\0', "%s %s: no reason given", v[LIBRARY], v[NAME]);
            cr_expect(!exists_by_name(v[LIBRARY], v[NAME]),
                      "%s %s is in the library, the table says no", v[LIBRARY], v[NAME]);
        }
    }
    fclose(f);
    cr_assert_gt(rows, 1000);
    cr_assert_gt(there, 150);
}
