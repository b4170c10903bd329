/* calx cache: the files of compiled kernels, and compiling for a GPU before a program needs it: a
 * formula is run over arrays of the given dtypes, and the compiler waited for. */
#include "cli.h"
#include <calx/kernel.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, ELEMENTS = 4096 };

static int list(void)
{
    const char *const text = cx_kernel_cache_list();
    if (!cx_ok()) return cli_fail();
    fputs(text, stdout);
    return CLI_OK;
}

static int stats(void)
{
    const cx_kernel_cache c = cx_kernel_cache_stats();
    printf("files    %lld\nbytes    %lld\nlimit    %lld\n", (long long)c.files, (long long)c.bytes,
           (long long)c.limit);
    return CLI_OK;
}

static int clear(void)
{
    const int64_t files = cx_kernel_cache_stats().files;
    if (cx_kernel_cache_clear() != CX_OK) return cli_fail();
    printf("%lld files removed\n", (long long)files);
    return CLI_OK;
}

/* ---- prebuild */
typedef struct formula {
    int count;
    const cx_array *at[MOST];
    cx_scalar number[MOST];
    char *source;
} formula;

/* "float32" or "float32[100,8]": an array of ones. */
static cx_array *ones(const char *text, cx_device device)
{
    char name[32];
    int64_t dim[4] = {ELEMENTS};
    int ndim = 1;
    const size_t n = strcspn(text, "[");
    cx_dtype t;
    snprintf(name, sizeof name, "%.*s", (int)n, text);
    if (n >= sizeof name || cx_dtype_parse(name, &t) != CX_OK) return NULL;
    if (text[n] == '[') {
        ndim = 0;
        for (const char *s = text + n; *s != ']' || s[1] != '\0'; ndim++) {
            char *end;
            if ((*s != '[' && *s != ',') || ndim == 4) return NULL;
            dim[ndim] = strtoll(s + 1, &end, 10);
            if (end == s + 1 || dim[ndim] < 0) return NULL;
            s = end;
        }
    }
    return cx_ones((cx_shape){ndim, dim}, t, device);
}

static int read_one(const char *text, cx_device device, formula *f)
{
    const char *const equals = strchr(text, '=');
    if (equals == NULL || equals == text || f->count == MOST) {
        fprintf(stderr, "calx cache: %s is not name=DTYPE or name=NUMBER%s\n", text,
                f->count == MOST ? ", or one too many" : "");
        return CLI_USAGE;
    }
    if (f->count > 0) strcat(f->source, ", ");
    strncat(f->source, text, (size_t)(equals - text));
    const int i = f->count++;
    cx_array *const a = ones(equals + 1, device);
    f->at[i] = a;
    if (a != NULL) return cx_status_of(a) == CX_OK ? CLI_OK : cli_fail();
    if (!cli_number(equals + 1, &f->number[i]))
        return cli_fail_text("cache: neither dtype nor number:", text);
    f->at[i] = (const cx_array *)(const void *)&f->number[i];
    return CLI_OK;
}

static int prebuild(int count, const char *const *word, cx_device device)
{
    size_t room = 8;
    for (int i = 0; i < count; i++) room += strlen(word[i]) + 2;
    formula f = {.source = calloc(room, 1)};
    if (f.source == NULL) return cli_fail_text("cache: out of memory", NULL);
    const cx_kernel_cache before = cx_kernel_cache_stats();
    const cx_scope s = cx_scope_open();
    int result = CLI_OK;
    for (int i = 1; result == CLI_OK && i < count; i++) result = read_one(word[i], device, &f);
    if (result == CLI_OK) {
        if (f.count > 0) strcat(f.source, ": ");
        strcat(f.source, word[0]);
        cx_tuple t = cx_eval_all(f.source, (cx_arrays){f.count, f.at});
        if (t.count > 0) /* what runs once only is not worth a kernel */
            t = cx_eval_all(f.source, (cx_arrays){f.count, f.at});
        if (t.count == 0 || cx_check(cx_device_sync(device)) != CX_OK ||
            cx_check(cx_kernel_cache_wait()) != CX_OK)
            result = cli_fail();
    }
    const cx_status closed = cx_scope_close(s);
    if (result == CLI_OK && closed != CX_OK) result = cli_fail();
    const cx_kernel_cache now = cx_kernel_cache_stats();
    if (result == CLI_OK && now.failed > before.failed)
        result = cli_fail_text("cache: the compiler refused a kernel (CX_TRACE=jit tells why) of",
                               word[0]);
    const long long compiled = now.compiled - before.compiled, loaded = now.loaded - before.loaded;
    if (result == CLI_OK && compiled + loaded == 0)
        printf("%s: needs no kernel of its own\n", word[0]);
    else if (result == CLI_OK)
        printf("%s: %lld compiled, %lld there before\n", word[0], compiled, loaded);
    free(f.source);
    return result;
}

/* The words of a line, in place; one in quotes may hold spaces. */
static int split(char *line, const char *word[MOST + 1])
{
    int n = 0;
    for (char *s = line; n <= MOST;) {
        s += strspn(s, " \t\r\n");
        if (*s == '\0' || *s == '#') break;
        const char quote = *s == '\'' || *s == '"' ? *s++ : '\0';
        word[n++] = s;
        s += quote != '\0' ? strcspn(s, (char[]){quote, '\0'}) : strcspn(s, " \t\r\n");
        if (*s == '\0') break;
        *s++ = '\0';
    }
    return n;
}

static int prebuild_list(const char *path, cx_device device)
{
    char line[4096];
    const char *word[MOST + 1];
    int result = CLI_OK;
    FILE *const f = fopen(path, "r");
    if (f == NULL) return cli_fail_text("cache: cannot open", path);
    while (result == CLI_OK && fgets(line, sizeof line, f) != NULL) {
        const int n = split(line, word);
        if (n > 0) result = prebuild(n, word, device);
    }
    fclose(f);
    return result;
}

static int prebuild_all(const cli_args *a)
{
    const char *const off = getenv("CX_JIT");
    cx_device device;
    if (!cli_device(a->device != NULL ? a->device : "cuda", &device)) return CLI_FAILED;
    if (device.kind == CX_DEVICE_CPU)
        return cli_fail_text("cache: prebuild is for a GPU, not for", a->device);
    if (off != NULL && strcmp(off, "off") == 0)
        return cli_fail_text("cache: nothing is compiled with", "CX_JIT=off");
    if (a->list != NULL && a->count == 1) return prebuild_list(a->list, device);
    if (a->list == NULL && a->count > 1) return prebuild(a->count - 1, a->file + 1, device);
    fprintf(stderr, "calx cache: prebuild needs a formula, or a list of them by --file\n");
    return CLI_USAGE;
}

int cli_cache(const cli_args *a)
{
    const char *const what = a->file[0];
    if (strcmp(what, "prebuild") == 0) return prebuild_all(a);
    if (a->count == 1 && strcmp(what, "list") == 0) return list();
    if (a->count == 1 && strcmp(what, "stats") == 0) return stats();
    if (a->count == 1 && strcmp(what, "clear") == 0) return clear();
    fprintf(stderr, "calx cache: %s is none of list, stats, clear, prebuild\n", what);
    return CLI_USAGE;
}
