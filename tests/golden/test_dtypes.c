/* device: each. Facts about dtypes against NumPy's (dtypes.tsv, made by make_dtypes.py); bfloat16
 * and errors by hand. */
#include "device.h"
#include <calx.h>
#include "plain.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cx_dtype dtype_of(const char *name)
{
    cx_dtype t = CX_DTYPE_NONE;
    cr_assert_eq(cx_dtype_parse(name, &t), CX_OK, "%s", name);
    return t;
}

static double number(const char *text)
{
    return plain_number(text, NULL);
}

static bool finfo(char **cell, int n)
{
    const cx_scope s = cx_scope_open();
    const cx_float_info f = cx_finfo(dtype_of(cell[1]));
    const cx_status st = cx_scope_close(s);
    if (n == 3) return st == CX_E_DTYPE && f.dtype == CX_DTYPE_NONE;
    const int ints[] = {f.bits,  f.nmant,  f.nexp,   f.iexp,     f.machep,
                        f.negep, f.minexp, f.maxexp, f.precision};
    const double reals[] = {
        f.eps,       f.epsneg, f.max, f.min, f.tiny, f.smallest_normal, f.smallest_subnormal,
        f.resolution};
    bool same = st == CX_OK && n == 20 && f.dtype == dtype_of(cell[2]);
    for (int i = 0; i < 9; i++) same = same && ints[i] == atoi(cell[3 + i]);
    for (int i = 0; i < 8; i++) same = same && reals[i] == number(cell[12 + i]);
    return same;
}

static bool iinfo(char **cell, int n)
{
    const cx_scope s = cx_scope_open();
    const cx_int_info f = cx_iinfo(dtype_of(cell[1]));
    const cx_status st = cx_scope_close(s);
    if (n == 3) return st == CX_E_DTYPE && f.dtype == CX_DTYPE_NONE;
    return st == CX_OK && f.dtype == dtype_of(cell[1]) && f.bits == atoi(cell[2]) &&
           f.min == strtoll(cell[3], NULL, 10) && f.max == strtoull(cell[4], NULL, 10);
}

static bool constant(char **cell, int n)
{
    static const struct {
        const char *name;
        double v;
    } rows[] = {{"pi", CX_PI},
                {"e", CX_E},
                {"euler_gamma", CX_EULER_GAMMA},
                {"inf", CX_INF},
                {"nan", CX_NAN}};
    const double want = number(cell[2]);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, cell[1]) == 0)
            return n == 3 && (rows[i].v == want || (isnan(rows[i].v) && isnan(want)));
    return false;
}

static bool can_cast(char **cell, int n)
{
    static const char *const words[] = {"no", "safe", "same_kind", "unsafe"};
    for (int c = 0; c < 4; c++)
        if (strcmp(words[c], cell[3]) == 0)
            return n == 5 && cx_can_cast(dtype_of(cell[1]), dtype_of(cell[2]), (cx_casting)c) ==
                                 (cell[4][0] == '1');
    return false;
}

static bool result(char **cell, int n)
{
    const cx_array *at[4];
    cx_scalar weak[4];
    const cx_scope s = cx_scope_open();
    for (int i = 1; i + 1 < n; i++) {
        if (strncmp(cell[i], "weak:", 5) == 0) {
            const char k = cell[i][5];
            weak[i - 1] = (cx_scalar){.head = {CX__SCALAR_TAG, k == 'b'   ? CX_BOOL
                                                               : k == 'i' ? CX_I64
                                                               : k == 'f' ? CX_F64
                                                                          : CX_C128}};
            at[i - 1] = (const cx_array *)(const void *)&weak[i - 1];
        } else
            at[i - 1] = cx_zeros(CX_SHAPE(i), dtype_of(cell[i]), test_device());
    }
    const cx_dtype t = cx_result_type((cx_arrays){n - 2, at});
    return cx_scope_close(s) == CX_OK && t == dtype_of(cell[n - 1]);
}

static bool same(char **cell, int n)
{
    const bool yes = cell[n - 1][0] == '1';
    if (strcmp(cell[0], "finfo") == 0) return finfo(cell, n);
    if (strcmp(cell[0], "iinfo") == 0) return iinfo(cell, n);
    if (strcmp(cell[0], "constant") == 0) return constant(cell, n);
    if (strcmp(cell[0], "can_cast") == 0) return can_cast(cell, n);
    if (strcmp(cell[0], "result") == 0) return result(cell, n);
    if (strcmp(cell[0], "isdtype") == 0) return cx_isdtype(dtype_of(cell[1]), cell[2]) == yes;
    if (strcmp(cell[0], "issubdtype") == 0) return cx_issubdtype(dtype_of(cell[1]), cell[2]) == yes;
    return strcmp(cell[0], "promote") == 0 &&
           cx_promote_types(dtype_of(cell[1]), dtype_of(cell[2])) == dtype_of(cell[3]);
}

Test(dtypes, facts_are_numpys)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/dtypes.tsv", "r");
    cr_assert_not_null(f);
    char line[1000], copy[1000];
    int cases = 0, wrong = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *cell[24], *rest = line;
        int n = 0;
        line[strcspn(line, "\n")] = '\0';
        memcpy(copy, line, sizeof copy);
        while (rest != NULL && n < 24) cell[n++] = strsep(&rest, "\t");
        if (!same(cell, n) && wrong++ < 10) (void)fprintf(stderr, "differs: %s\n", copy);
        cases++;
    }
    (void)fclose(f);
    cr_assert_geq(cases, 2000);
    cr_assert_eq(wrong, 0, "%d of %d", wrong, cases);
}

Test(dtypes, what_numpy_has_not)
{
    const cx_scope s = cx_scope_open();
    const cx_float_info f = cx_finfo(CX_BF16);
    cr_assert(f.bits == 16 && f.nmant == 7 && f.nexp == 8 && f.precision == 2);
    cr_assert(f.max == 0x1.fep127 && f.tiny == (double)FLT_MIN && f.eps == 0.0078125);
    cr_assert_eq(cx_finfo(CX_C64).dtype, CX_F32);
    cr_assert(cx_isdtype(CX_BF16, "real floating") && cx_issubdtype(CX_BF16, "bfloat16"));
    cr_assert(!cx_isdtype(CX_CAT, "numeric") && cx_issubdtype(CX_CAT, "generic"));
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(dtypes, errors)
{
    cx_scope s = cx_scope_open();
    cr_assert_not(cx_isdtype(CX_F64, "floating"));
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
    s = cx_scope_open();
    cr_assert_not(cx_isdtype(CX_F64, "numeric,"));
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
    s = cx_scope_open();
    cr_assert_not(cx_issubdtype(CX_F64, "real floating"));
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
    s = cx_scope_open();
    cr_assert_eq(cx_result_type((cx_arrays){0, NULL}), CX_DTYPE_NONE);
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
    s = cx_scope_open();
    cr_assert_eq(cx_result_type(CX_ARRAYS(NULL)), CX_DTYPE_NONE);
    cr_assert_eq(cx_scope_close(s), CX_E_NULL);
    s = cx_scope_open();
    cr_assert_eq(cx_finfo((cx_dtype)99).bits, 0);
    cr_assert_eq(cx_scope_close(s), CX_E_DTYPE);
    s = cx_scope_open();
    cr_assert_eq(cx_iinfo(CX_BOOL).bits, 0);
    cr_assert_eq(cx_scope_close(s), CX_E_DTYPE);
}
