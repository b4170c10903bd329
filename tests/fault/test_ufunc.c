/* device: each
 * Every allocation of operations by code failing in turn, once and from then on. */
#include "device.h"
#include "fault.h"
#include <criterion/criterion.h>

static void half(void *ctx, int64_t n, char *const data[], const int64_t strides[])
{
    (void)ctx;
    for (int64_t i = 0; i < n; i++)
        *(double *)(void *)(data[1] + i * strides[1]) =
            *(const double *)(const void *)(data[0] + i * strides[0]) / 2;
}

static cx_array *table(cx_dtype t)
{
    double v[24];
    for (int i = 0; i < 24; i++) v[i] = (i * 7 + 3) % 11 + 1;
    return cx_astype(test_copy_host(v, CX_SHAPE(2, 3, 4), CX_F64), t);
}

static cx_status calls(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_array *const a = table(CX_F32), *const b = table(CX_I16);
    cx_array *const mask = cx_greater(a, cx_float(4));
    const cx_ufunc_opts o = {.struct_size = sizeof o, .where = mask, .dtype = CX_F64};
    cx_array *const r = cx_ufunc(CX_BI_MUL, CX_ARRAYS(cx_transpose(cx_transpose(a)), b), &o);
    (void)cx_check(cx_ufunc_into(CX_BI_ADD, CX_ARRAYS(r, b), &o, CX_OUTS(r)));
    const cx_pair p = cx_divmod(b, cx_int(3)), q = cx_frexp(a);
    (void)cx_check(cx_divmod_into(b, cx_int(2), p.first, p.second));
    (void)cx_ldexp(q.first, q.second);
    (void)cx_sinc(cx_i0(b));
    (void)cx_cumulative_sum(cx_ravel(b), CX_OPTS(cx_cumulative_opts, .include_initial = true));
    (void)cx_nancumprod(a, 1);
    return cx_scope_close(s);
}

static cx_status folds(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_array *const a = table(CX_F32), *const b = table(CX_I16), *const h = table(CX_F16);
    cx_array *const mask = cx_greater(a, cx_float(4));
    (void)cx_ufunc_reduce(CX_BI_HYPOT, cx_transpose(a), CX_AXES(0, 2));
    (void)cx_ufunc_reduce(CX_BI_BITWISE_XOR, b, CX_AXIS(1, .where = mask, .initial = cx_int(5)));
    (void)cx_ufunc_reduce(CX_BI_SUB, h, CX_AXIS(1, .dtype = CX_F16));
    cx_array *const line = cx_arange_i64(0, 5000, 1, CX_I32, test_device());
    (void)cx_ufunc_reduce(CX_BI_GCD, line, CX_ALL);
    (void)cx_ufunc_accumulate(CX_BI_MAXIMUM, line, 0, CX_DTYPE_NONE);
    (void)cx_ufunc_accumulate(CX_BI_ADD, cx_transpose(b), 1, CX_F64);
    const int64_t at[3] = {0, 2, 1};
    cx_array *const i = test_copy_host(at, CX_SHAPE(3), CX_I64);
    (void)cx_ufunc_reduceat(CX_BI_DIV, a, i, 1, CX_DTYPE_NONE);
    (void)cx_ufunc_outer(CX_BI_LESS, a, cx_ravel(b));
    const int64_t rows[4] = {1, 0, -1, 1};
    cx_array *const j = test_copy_host(rows, CX_SHAPE(4), CX_I64);
    (void)cx_check(cx_ufunc_at(CX_BI_ADD, cx_transpose(a), j, cx_float(2)));
    (void)cx_check(cx_ufunc_at(CX_UN_SQRT, a, j, NULL));
    (void)cx_check(cx_ufunc_at(CX_BI_MUL, a, mask, cx_float(3)));
    return cx_scope_close(s);
}

static cx_status own(void *ctx)
{
    (void)ctx;
    static const cx_dtype types[2] = {CX_F64, CX_F64};
    static const cx_ufunc_def def = {.struct_size = sizeof def,
                                     .name = "half",
                                     .n_in = 1,
                                     .n_out = 1,
                                     .types = types,
                                     .loop = half};
    const cx_scope s = cx_scope_open();
    const double v[3] = {1, 2, 3};
    cx_array *const a = cx_copy_host(v, CX_SHAPE(3), CX_F64), *const b = cx_astype(a, CX_I32);
    const cx_ufunc_opts o = {.struct_size = sizeof o, .where = cx_equal(a, b)};
    (void)cx_map_with(&def, CX_ARRAYS(b), &o);
    (void)cx_check(
        cx_map_with_into(&def, CX_ARRAYS(a), &o, CX_OUTS(cx_zeros(CX_SHAPE(3), CX_F32, CX_CPU))));
    return cx_scope_close(s);
}

static cx_status counting(void *ctx)
{
    (void)ctx;
    cr_assert_eq(cx_fp_count(CX_FP_COUNT_ON), CX_OK);
    const cx_scope s = cx_scope_open();
    cx_array *const a = table(CX_F32);
    (void)cx_div(a, cx_sub(a, a));
    const cx_status st = cx_scope_close(s);
    cr_assert_eq(cx_fp_count(CX_FP_COUNT_OFF), CX_OK);
    return st;
}

#define EACH(name)                                                          \
    Test(fault_ufunc, name##_once, .timeout = 120)                          \
    {                                                                       \
        fault_install();                                                    \
        cr_assert_gt(fault_loop(#name, FAULT_ONCE, name, NULL), 3);         \
    }                                                                       \
    Test(fault_ufunc, name##_from_then_on, .timeout = 120)                  \
    {                                                                       \
        fault_install();                                                    \
        cr_assert_gt(fault_loop(#name, FAULT_FROM_THEN_ON, name, NULL), 3); \
    }
EACH(calls)
EACH(folds)
EACH(own)
EACH(counting)
