/* device: each. Printed arrays against NumPy's repr(), array_str() and array2string() for repr.tsv
 * (make_repr.py); categories, bfloat16 and views by hand. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Undo the escapes of the last column in place. */
static void unescape(char *s)
{
    char *out = s;
    for (; *s != '\0' && *s != '\n'; s++) *out++ = *s != '\\' ? *s : *++s == 'n' ? '\n' : *s;
    *out = '\0';
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* "precision=3;sign=+" into options; the texts live in the line. */
static cx_print_opts options_of(char *said)
{
    static const char *const modes[] = {"maxprec", "fixed", "unique", "maxprec_equal"};
    cx_print_opts o = {.struct_size = sizeof o};
    for (char *p = said, *item; strcmp(said, "-") != 0 && (item = strsep(&p, ";")) != NULL;) {
        if (strcmp(item, "separator= ") == 0) { /* the separator is " ; " */
            o.separator = " ; ";
            (void)strsep(&p, ";");
            continue;
        }
        const char *const key = strsep(&item, "=");
        const cx_maybe_i64 number = {true, atoll(item)};
        if (strcmp(key, "precision") == 0)
            o.precision = number;
        else if (strcmp(key, "threshold") == 0)
            o.threshold = number;
        else if (strcmp(key, "edgeitems") == 0)
            o.edgeitems = number;
        else if (strcmp(key, "linewidth") == 0)
            o.linewidth = number;
        else if (strcmp(key, "suppress_small") == 0)
            o.suppress_small = number.value != 0;
        else if (strcmp(key, "nanstr") == 0)
            o.nanstr = item;
        else if (strcmp(key, "infstr") == 0)
            o.infstr = item;
        else if (strcmp(key, "separator") == 0)
            o.separator = item;
        else if (strcmp(key, "prefix") == 0)
            o.prefix = item;
        else if (strcmp(key, "suffix") == 0)
            o.suffix = item;
        else if (strcmp(key, "sign") == 0)
            o.sign = *item == '+' ? CX_SIGN_PLUS : *item == ' ' ? CX_SIGN_SPACE : CX_SIGN_MINUS;
        else {
            cr_assert_str_eq(key, "floatmode");
            for (int m = 0; m < 4; m++)
                if (strcmp(modes[m], item) == 0) o.floatmode = (cx_float_mode)m;
        }
    }
    return o;
}

static const char *text_of(const char *function, const cx_array *a, const cx_print_opts *o)
{
    if (strcmp(function, "repr") == 0) return cx_repr(a);
    if (strcmp(function, "array_repr") == 0) return cx_array_repr(a, o);
    if (strcmp(function, "array_str") == 0) return cx_array_str(a, o);
    cr_assert_str_eq(function, "array2string");
    return cx_array2string(a, o);
}

static void compare(const char *path, int least)
{
    FILE *const f = fopen(path, "r");
    cr_assert_not_null(f);
    static char line[400000], bytes[100000];
    int cases = 0, wrong = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *rest = line;
        const char *const dtype = strsep(&rest, "\t");
        char *const shape = strsep(&rest, "\t");
        const char *const hex = strsep(&rest, "\t");
        const char *const function = strsep(&rest, "\t");
        char said[200];
        (void)snprintf(said, sizeof said, "%s", strsep(&rest, "\t"));
        char *const kept = strdup(said);
        unescape(rest);
        int64_t dim[CX_MAX_NDIM];
        int ndim = 0;
        for (char *p = strcmp(shape, "-") == 0 ? NULL : shape; p != NULL;
             p = *p == 'x' ? p + 1 : NULL)
            dim[ndim++] = strtoll(p, &p, 10);
        for (size_t i = 0; hex[0] != '-' && hex[2 * i] != '\0'; i++)
            bytes[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
        const cx_scope s = cx_scope_open();
        cx_dtype t;
        cr_assert_eq(cx_dtype_parse(dtype, &t), CX_OK);
        const cx_print_opts o = options_of(said);
        const char *const text =
            text_of(function, test_copy_host(bytes, (cx_shape){ndim, dim}, t), &o);
        if (strcmp(text, rest) != 0 && wrong++ < 10)
            (void)fprintf(stderr, "%s %s %s %s:\nis   %s\nnot  %s\n", function, kept, dtype, shape,
                          text, rest);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        free(kept);
        cases++;
    }
    (void)fclose(f);
    cr_assert_gt(cases, least);
    cr_assert_eq(wrong, 0, "%d of %d", wrong, cases);
}

Test(repr, prints_as_numpy)
{
    compare(CX_TEST_DATA "/golden/repr.tsv", 150);
    compare(CX_TEST_DATA "/golden/print.tsv", 1500);
}

Test(repr, options_out_of_range)
{
    const cx_print_opts bad[] = {
        {.struct_size = 0},
        {.struct_size = sizeof *bad, .precision = {true, -1}},
        {.struct_size = sizeof *bad, .precision = {true, 501}},
        {.struct_size = sizeof *bad, .threshold = {true, -1}},
        {.struct_size = sizeof *bad, .edgeitems = {true, 0}},
        {.struct_size = sizeof *bad, .linewidth = {true, 0}},
        {.struct_size = sizeof *bad, .floatmode = (cx_float_mode)9},
        {.struct_size = sizeof *bad, .sign = (cx_sign_mode)9},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const cx_scope s = cx_scope_open();
        cr_assert_str_eq(cx_array_str(cx_f64(1), &bad[i]), "");
        cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT, "%zu", i);
        const cx_scope t = cx_scope_open();
        cr_assert_eq(cx_print(cx_f64(1), &bad[i]), CX_E_ARGUMENT);
        cr_assert_eq(cx_scope_close(t), CX_OK);
    }
}

/* The longest texts that there are: a denormal without exponent, the largest number, all digits. */
Test(repr, long_numbers)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const tiny = cx_full(CX_SHAPE(1), cx_float(5e-324), CX_F64, test_device());
    const char *const text = cx_array_str(
        tiny, CX_OPTS(cx_print_opts, .suppress_small = true, .floatmode = CX_FLOATMODE_UNIQUE));
    cr_assert(strlen(text) == 328 && strcmp(text + 320, "0000005]") == 0, "%s", text);
    const char *const exact =
        cx_array_str(tiny, CX_OPTS(cx_print_opts, .suppress_small = true, .precision = CX_SET(500),
                                   .floatmode = CX_FLOATMODE_FIXED));
    cr_assert_eq(strlen(exact), 504);
    const char *const most = cx_array_str(
        cx_full(CX_SHAPE(1), cx_float(-1.7976931348623157e308), CX_F64, test_device()),
        CX_OPTS(cx_print_opts, .precision = CX_SET(500), .floatmode = CX_FLOATMODE_FIXED));
    cr_assert_eq(strlen(most), 510);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

/* cx_print writes to standard output: into a file here. */
Test(repr, print_tells_dtype_shape_and_device)
{
    char path[] = "/tmp/calx-print-XXXXXX", got[200] = {0};
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)fflush(stdout);
    const int old = dup(1);
    cr_assert_geq(dup2(fd, 1), 0);
    const cx_scope s = cx_scope_open();
    const cx_array *const a =
        test_copy_host((const float[]){1, 2.5f, 3, 4}, CX_SHAPE(2, 2), CX_F32);
    const cx_status st = cx_print(a, NULL);
    const cx_status scalar = cx_print(cx_f64(0.1), NULL);
    (void)fflush(stdout);
    (void)dup2(old, 1);
    (void)close(old);
    cr_assert(st == CX_OK && scalar == CX_OK);
    cr_assert_gt(pread(fd, got, sizeof got - 1, 0), 0);
    char want[200], name[16];
    (void)snprintf(want, sizeof want,
                   "[[1.  2.5]\n [3.  4. ]]\nfloat32 (2, 2) on %s\n0.1\nfloat64 () on cpu\n",
                   cx_device_name(test_device(), name));
    cr_assert_str_eq(got, want);
    (void)close(fd);
    (void)unlink(path);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(repr, what_numpy_has_not)
{
    const cx_scope s = cx_scope_open();
    const int32_t codes[] = {0, 1, -1, 2};
    cx_array *const c = cx_copy_host(codes, CX_SHAPE(4), CX_I32);
    cr_assert_str_eq(cx_repr(cx_categories_new(
                         c, 3, (const char *const[]){"a", "it's", "gr\xc3\xb6\xc3\x9f\n"})),
                     "array(['a', \"it's\", nan, 'gr\xc3\xb6\xc3\x9f\\n'], dtype=category)");
    const uint16_t halves[] = {0x3f80, 0x3dcd, 0xc000};
    cr_assert_str_eq(cx_repr(cx_copy_host(halves, CX_SHAPE(3), CX_BF16)),
                     "array([ 1. ,  0.1, -2. ], dtype=bfloat16)");
    cx_array *const m = cx_reshape(
        cx_copy_host((const int64_t[]){1, 2, 3, 4, 5, 6}, CX_SHAPE(6), CX_I64), CX_SHAPE(2, 3));
    cr_assert_str_eq(cx_repr(cx_transpose(m)), "array([[1, 4],\n       [2, 5],\n       [3, 6]])");
    cr_assert_str_eq(cx_repr(cx_index(m, "::-1, 1")), "array([5, 2])");
    cr_assert_str_eq(cx_repr(cx_float(0.5)), "array(0.5)");
    cr_assert_eq(cx_scope_close(s), CX_OK);
    const cx_scope e = cx_scope_open();
    cr_assert_str_eq(cx_repr(NULL), "");
    cr_assert_eq(cx_scope_close(e), CX_E_NULL);
}
