/* isa: each. device: each
 * NumPy's validation tables of the elementary functions: data/numpy_umath, at the error given
 * there. */
#include "device.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2048 };
typedef cx_array *unary_fn(const cx_array *a);

typedef struct table {
    cx_dtype t;
    int n;
    double tolerance[MOST];
    uint64_t in[MOST], out[MOST];
} table;

/* Position of a float among the floats of its width: neighbours differ by 1. */
static int64_t place(uint64_t bits, int width)
{
    const uint64_t sign = UINT64_C(1) << (width - 1);
    const int64_t magnitude = (int64_t)(bits & (sign - 1));
    return bits & sign ? -magnitude : magnitude;
}

static bool is_nan(uint64_t bits, cx_dtype t)
{
    return t == CX_F32 ? (bits & 0x7fffffffu) > 0x7f800000u
                       : (bits & INT64_MAX) > UINT64_C(0x7ff0000000000000);
}

static void check(const char *name, unary_fn *fn, const table *k)
{
    const int width = k->t == CX_F32 ? 32 : 64;
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_empty(CX_SHAPE(k->n), k->t, CX_CPU);
    for (int i = 0; i < k->n; i++) {
        if (k->t == CX_F32)
            memcpy(cx_data_f32_mut(x) + i, &(uint32_t){(uint32_t)k->in[i]}, 4);
        else
            memcpy(cx_data_f64_mut(x) + i, &k->in[i], 8);
    }
    const cx_array *const y = test_host(fn(test_here(x)));
    cr_assert_eq(cx_dtype_of(y), k->t);
    for (int i = 0; i < k->n; i++) {
        uint64_t got = 0;
        if (k->t == CX_F32)
            memcpy(&got, cx_data_f32(y) + i, 4);
        else
            memcpy(&got, cx_data_f64(y) + i, 8);
        if (is_nan(k->out[i], k->t)) {
            cr_expect(is_nan(got, k->t), "%s(%#llx) is no NaN", name, (unsigned long long)k->in[i]);
            continue;
        }
        const int64_t off = place(got, width) - place(k->out[i], width);
        cr_expect(!is_nan(got, k->t) && fabs((double)off) <= k->tolerance[i],
                  "%s(%#llx): %#llx, not %#llx within %g ULP", name, (unsigned long long)k->in[i],
                  (unsigned long long)got, (unsigned long long)k->out[i], k->tolerance[i]);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

/* Lines checked, 0 if there is no table for this function. */
static int run(const char *name, unary_fn *fn)
{
    char path[512], line[128];
    snprintf(path, sizeof path, CX_TEST_DATA "/data/numpy_umath/umath-validation-set-%s.csv", name);
    FILE *const f = fopen(path, "r");
    if (f == NULL) return 0;
    static table single, dual;
    single.n = dual.n = 0;
    single.t = CX_F32;
    dual.t = CX_F64;
    while (fgets(line, sizeof line, f) != NULL) {
        table *const k = strncmp(line, "np.float32,", 11) == 0   ? &single
                         : strncmp(line, "np.float64,", 11) == 0 ? &dual
                                                                 : NULL;
        if (k == NULL) continue;
        char *at = line + 11;
        cr_assert_lt(k->n, MOST);
        k->in[k->n] = strtoull(at, &at, 16);
        k->out[k->n] = strtoull(at + 1, &at, 16);
        k->tolerance[k->n++] = strtol(at + 1, NULL, 10);
    }
    fclose(f);
    if (single.n > 0) check(name, fn, &single);
    if (dual.n > 0) check(name, fn, &dual);
    return single.n + dual.n;
}

Test(umath, tables)
{
    int lines = 0, functions = 0;
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    {                                                        \
        const int n = run(#name, cx_##name);                 \
        lines += n;                                          \
        functions += n > 0;                                  \
    }
#include <calx/unary_ops.def>
#undef CX_UNARY
    cr_assert_eq(functions, 20);
    cr_assert_eq(lines, 26610);
}
