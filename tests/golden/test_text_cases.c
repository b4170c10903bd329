/* Numbers in text files against NumPy's loadtxt, genfromtxt, savetxt, fromfile and tofile
 * (text_cases.tsv, made by make_text_cases.py). Files are the CPU's. */
#include "cases.h"
#include "files.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[TEST_PATH];

static void setup(void)
{
    test_temp_file(path);
}
static void teardown(void)
{
    (void)unlink(path);
}
TestSuite(text_cases, .init = setup, .fini = teardown);

/* An option that is text, from hex; NULL if it is not given. */
static const char *text_option(const test_case *c, const char *key)
{
    static char kept[8][200];
    static int turn;
    if (!case_has(c, key)) return NULL;
    const char *const hex = case_text(c, key, "");
    char *const out = kept[turn++ % 8];
    size_t n = 0;
    for (; hex[0] != '-' && hex[2 * n] != '\0'; n++) {
        const char byte[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
        out[n] = (char)strtol(byte, NULL, 16);
    }
    out[n] = '\0';
    return out;
}

static const char *content(test_case *c)
{
    const cx_array *const bytes = cx_ascontiguous(case_array(c, 0));
    FILE *const f = fopen(path, "wb");
    cr_assert_not_null(f);
    const size_t n = (size_t)cx_size(bytes);
    cr_assert_eq(fwrite(cx_data_u8(bytes), 1, n, f), n);
    (void)fclose(f);
    return path;
}

/* What was written, as bytes. */
static void written(test_case *c, cx_status st, cx_array **out)
{
    if (st != CX_OK)
        case_status(c, st);
    else
        out[0] = cx_fromfile(path, CX_U8, NULL);
}

static int columns(const test_case *c, int out[32])
{
    int64_t wide[32];
    const int n = case_ints(c, "usecols", wide);
    for (int i = 0; i < n; i++) out[i] = (int)wide[i];
    return n;
}

static cx_maybe_i64 maybe(const test_case *c, const char *key)
{
    return (cx_maybe_i64){case_has(c, key), case_int(c, key, 0)};
}

static void loadtxt(test_case *c, cx_array **out)
{
    int cols[32];
    const char *const delimiter = text_option(c, "delimiter"), *const quote =
                                                                   text_option(c, "quotechar");
    const cx_loadtxt_opts o = {.struct_size = sizeof o,
                               .delimiter = (char)(delimiter == NULL ? 0 : delimiter[0]),
                               .comments = text_option(c, "comments"),
                               .skiprows = case_int(c, "skiprows", 0),
                               .max_rows = maybe(c, "max_rows"),
                               .usecols = cols,
                               .usecol_count = columns(c, cols),
                               .ndmin = (int)case_int(c, "ndmin", 0),
                               .quotechar = (char)(quote == NULL ? 0 : quote[0]),
                               .unpack = case_int(c, "unpack", 0) != 0};
    out[0] = cx_loadtxt(content(c), case_dtype(c, "dtype"), &o);
}

static void genfromtxt(test_case *c, cx_array **out)
{
    int cols[32];
    const cx_genfromtxt_opts o = {
        .struct_size = sizeof o,
        .delimiter = text_option(c, "delimiter"),
        .comments = text_option(c, "comments"),
        .skip_header = case_int(c, "skip_header", 0),
        .skip_footer = case_int(c, "skip_footer", 0),
        .max_rows = maybe(c, "max_rows"),
        .usecols = cols,
        .usecol_count = columns(c, cols),
        .ndmin = (int)case_int(c, "ndmin", 0),
        .missing_values = text_option(c, "missing_values"),
        .filling_values = {case_has(c, "filling_values"), case_f64(c, "filling_values", 0)},
        .skip_invalid = case_int(c, "skip_invalid", 0) != 0,
        .unpack = case_int(c, "unpack", 0) != 0};
    out[0] = cx_genfromtxt(content(c), case_dtype(c, "dtype"), &o);
}

static void fromfile(test_case *c, cx_array **out)
{
    const cx_fromfile_opts o = {.struct_size = sizeof o,
                                .count = maybe(c, "count"),
                                .offset = case_int(c, "offset", 0),
                                .sep = text_option(c, "sep")};
    out[0] = cx_fromfile(content(c), case_dtype(c, "dtype"), &o);
}

static void savetxt(test_case *c, cx_array **out)
{
    const cx_savetxt_opts o = {.struct_size = sizeof o,
                               .fmt = text_option(c, "fmt"),
                               .delimiter = text_option(c, "delimiter"),
                               .newline = text_option(c, "newline"),
                               .header = text_option(c, "header"),
                               .footer = text_option(c, "footer"),
                               .comments = text_option(c, "comments")};
    written(c, cx_savetxt(path, case_array(c, 0), &o), out);
}

static void tofile(test_case *c, cx_array **out)
{
    const cx_tofile_opts o = {
        .struct_size = sizeof o, .sep = text_option(c, "sep"), .format = text_option(c, "format")};
    written(c, cx_tofile(case_array(c, 0), path, &o), out);
}

static const case_fn calls[] = {{"loadtxt", loadtxt},
                                {"genfromtxt", genfromtxt},
                                {"fromfile", fromfile},
                                {"savetxt", savetxt},
                                {"tofile", tofile}};

Test(text_cases, as_numpy)
{
    cr_assert_geq(CASES("golden/text_cases.tsv", calls), 900);
}
