/* cx_repr against NumPy's repr() for the arrays of repr.tsv (make_repr.py); categories, bfloat16
 * and views by hand. */
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

Test(repr, prints_as_numpy)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/repr.tsv", "r");
    cr_assert_not_null(f);
    static char line[400000], bytes[100000];
    int cases = 0, wrong = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *rest = line;
        const char *const dtype = strsep(&rest, "\t");
        char *const shape = strsep(&rest, "\t");
        const char *const hex = strsep(&rest, "\t");
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
        const char *const text = cx_repr(cx_copy_host(bytes, (cx_shape){ndim, dim}, t));
        if (strcmp(text, rest) != 0 && wrong++ < 10)
            (void)fprintf(stderr, "%s %s:\nis   %s\nnot  %s\n", dtype, shape, text, rest);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        cases++;
    }
    (void)fclose(f);
    cr_assert_gt(cases, 150);
    cr_assert_eq(wrong, 0, "%d of %d", wrong, cases);
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
