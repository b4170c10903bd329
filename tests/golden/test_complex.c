/* device: each. Functions of complex numbers against NumPy's, special values included:
 * golden/complex.tsv. */
#include "device.h"
#include "plain.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef cx_array *unary_fn(const cx_array *a);

static unary_fn *find(const char *name)
{
#define CX_UNARY(NAME, name_, code, domain, result, ulp, doc) \
    if (strcmp(name, #name_) == 0) return cx_##name_;
#include <calx/unary_ops.def>
#undef CX_UNARY
    return NULL;
}

static cx_array *make(cx_dtype t, double re, double im)
{
    if (t == CX_C64) return test_copy_host(&(cx_complex64){(float)re, (float)im}, CX_SHAPE(), t);
    return test_copy_host(&(cx_complex128){re, im}, CX_SHAPE(), t);
}

/* One part: the same NaN, infinity or zero with its sign; else near by the size of the whole
 * number. */
static bool part(double got, double want, double size, double eps)
{
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got)) return got == want;
    if (want == 0 && got == 0) return signbit(got) == signbit(want);
    return fabs(got - want) <= eps * size;
}

Test(complex_functions, as_numpy)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/complex.tsv", "r");
    cr_assert_not_null(f);
    char line[512];
    int rows = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *field[8] = {0};
        int n = 0;
        for (char *at = strtok(line, "\t\n"); at != NULL && n < 8; at = strtok(NULL, "\t\n"))
            field[n++] = at;
        if (n < 6) continue;
        rows++;
        const cx_dtype t = strcmp(field[1], "complex64") == 0 ? CX_C64 : CX_C128;
        double v[6];
        for (int i = 0; i < n - 2; i++) v[i] = plain_number(field[i + 2], NULL);
        const cx_scope s = cx_scope_open();
        const cx_array *const x = make(t, v[0], v[1]);
        const bool two = n == 8;
        unary_fn *const fn = two ? NULL : find(field[0]);
        cr_assert(two || fn != NULL, "%s", field[0]);
        cx_complex128 got;
        cr_assert_eq(cx_item_c128_into(two ? cx_power(x, make(t, v[2], v[3])) : fn(x), &got),
                     CX_OK);
        const double *const want = v + (two ? 4 : 2);
        const double eps = t == CX_C64 ? 0x1p-20 : 0x1p-48,
                     size = fmax(hypot(want[0], want[1]), 0x1p-1000);
        const double scale = isfinite(size) ? size : 1;
        cr_expect(part(got.re, want[0], scale, eps) && part(got.im, want[1], scale, eps),
                  "%s(%g, %g): (%.17g, %.17g), NumPy (%.17g, %.17g)", field[0], v[0], v[1], got.re,
                  got.im, want[0], want[1]);
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
    fclose(f);
    cr_assert_gt(rows, 2500);
}
