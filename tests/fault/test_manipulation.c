/* device: each
 * Manipulation, windows and masked arrays with every allocation failing in turn, once and from then
 * on. */
#include "device.h"
#include "fault.h"
#include <criterion/criterion.h>

static cx_status manipulation(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_arange_i64(0, 12, 1, CX_I32, test_device()),
                    *const m = cx_reshape(a, CX_SHAPE(3, 4)),
                    *const at = cx_arange_i64(0, 2, 1, CX_I64, test_device()), *parts[4] = {NULL};
    (void)cx_insert(m, at, cx_int(7), 1);
    (void)cx_insert_slice(a, 1, 2, 1, cx_float(2.5), CX_FLAT);
    (void)cx_delete(m, at, CX_FLAT);
    (void)cx_delete_slice(m, 0, 4, 2, 1);
    (void)cx_block("[[?, ?], [?, ?]]", CX_ARRAYS(m, m, m, m));
    (void)cx_append(m, cx_transpose(m), CX_FLAT);
    (void)cx_column_stack(CX_ARRAYS(at, at));
    (void)cx_dstack(CX_ARRAYS(at, at));
    (void)cx_concatenate_with(CX_ARRAYS(m, m), CX_FLAT,
                              CX_OPTS(cx_concatenate_opts, .dtype = CX_F32));
    (void)cx_resize(m, CX_SHAPE(5));
    (void)cx_repeat_each(at, at, 0);
    (void)cx_roll_axes(m, 2, (const int64_t[]){1, 2}, (const int[]){0, 1});
    (void)cx_rot90(m, 1, 0, 1);
    (void)cx_expand_dims_axes(m, 2, (const int[]){0, 2});
    (void)cx_moveaxes(m, 1, (const int[]){0}, (const int[]){1});
    (void)cx_trim_zeros(a, CX_TRIM_BOTH, 0, NULL);
    (void)cx_unpackbits(cx_packbits(a, 0, CX_BITS_BIG), 0,
                        CX_OPTS(cx_unpackbits_opts, .count = CX_SET(20)));
    (void)cx_kaiser(9, 3, test_device());
    (void)cx_blackman(9, test_device());
    cx_status st = cx_array_split_into(a, 3, 0, parts);
    if (st == CX_OK) st = cx_hsplit_into(m, 2, parts);
    if (st == CX_OK) st = cx_unstack_into(m, 0, parts);
    if (st == CX_OK) st = cx_split_at_into(m, CX_SHAPE(1, 2), 1, parts);
    if (st == CX_OK) st = cx_copyto(m, cx_int(1), CX_CASTING_SAFE, cx_greater(m, cx_int(5)));
    if (st == CX_OK) st = cx_concatenate_into(CX_ARRAYS(at, at), CX_FLAT, cx_slice(a, 0, 0, 4, 1));
    (void)cx_check(st);
    return cx_scope_close(s);
}

static cx_status padding(void *ctx)
{
    (void)ctx;
    static const char *const modes[] = {"constant", "edge",   "linear_ramp", "maximum",
                                        "mean",     "median", "reflect",     "wrap"};
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(2, 3), CX_F64, test_device());
    for (int i = 0; i < 8; i++) (void)cx_pad(a, CX_SHAPE(3, 1), modes[i], NULL);
    return cx_scope_close(s);
}

static cx_status masked(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_reshape(cx_arange_i64(0, 12, 1, CX_F64, test_device()), CX_SHAPE(3, 4));
    const cx_masked x = cx_ma_masked_inside(cx_ma(a), cx_int(3), cx_int(5));
    (void)cx_ma_array(a, cx_bool(false), cx_int(1));
    (void)cx_ma_masked_equal(x, cx_int(7));
    (void)cx_ma_masked_invalid(x);
    (void)cx_ma_filled(x, NULL);
    (void)cx_ma_compressed(x);
    (void)cx_ma_count(x, CX_AXIS(0));
    (void)cx_ma_is_masked(x);
    (void)cx_ma_sum(x, CX_ALL);
    (void)cx_ma_ptp(x, CX_AXIS(1));
    (void)cx_ma_var(x, CX_AXIS(1, .ddof = 1));
    (void)cx_ma_median(x, CX_AXIS(0));
    (void)cx_ma_average(x, cx_select(a, 0, 0), CX_AXIS(1));
    (void)cx_ma_binary(CX_BI_DIV, x, cx_ma(cx_int(2)));
    (void)cx_ma_unary(CX_UN_LOG, x);
    return cx_scope_close(s);
}

static void loop(const char *name, cx_status (*work)(void *))
{
    fault_install();
    cr_assert_gt(fault_loop(name, FAULT_ONCE, work, NULL), 20);
    cr_assert_gt(fault_loop(name, FAULT_FROM_THEN_ON, work, NULL), 20);
}
Test(fault, manipulation, .timeout = 120)
{
    loop("manipulation", manipulation);
}
Test(fault, padding, .timeout = 120)
{
    loop("padding", padding);
}
Test(fault, masked, .timeout = 120)
{
    loop("masked arrays", masked);
}

/* ---- masked arrays whose parts are bad: an error, and nothing else */
static cx_masked sum(cx_masked a)
{
    return cx_ma_sum(a, CX_ALL);
}
static cx_masked median(cx_masked a)
{
    return cx_ma_median(a, CX_ALL);
}
static cx_masked var(cx_masked a)
{
    return cx_ma_var(a, CX_ALL);
}
static cx_masked mean(cx_masked a)
{
    return cx_ma_mean(a, CX_ALL);
}
static cx_masked ptp(cx_masked a)
{
    return cx_ma_ptp(a, CX_ALL);
}
static cx_masked average(cx_masked a)
{
    return cx_ma_average(a, NULL, CX_ALL);
}
static cx_masked where(cx_masked a)
{
    return cx_ma_masked_where(cx_bool(true), a);
}
static cx_masked less(cx_masked a)
{
    return cx_ma_masked_less(a, cx_int(1));
}
static cx_masked outside(cx_masked a)
{
    return cx_ma_masked_outside(a, cx_int(1), cx_int(2));
}
static cx_masked negative(cx_masked a)
{
    return cx_ma_unary(CX_UN_NEGATIVE, a);
}
static cx_masked left(cx_masked a)
{
    return cx_ma_binary(CX_BI_ADD, a, cx_ma(cx_int(1)));
}
static cx_masked right(cx_masked a)
{
    return cx_ma_binary(CX_BI_ADD, cx_ma(cx_int(1)), a);
}
static cx_masked filled(cx_masked a)
{
    return cx_ma(cx_ma_filled(a, NULL));
}
static cx_masked compressed(cx_masked a)
{
    return cx_ma(cx_ma_compressed(a));
}
static cx_masked counted(cx_masked a)
{
    return cx_ma(cx_ma_count(a, CX_ALL));
}
static cx_masked mask(cx_masked a)
{
    return cx_ma(cx_ma_getmask(a));
}
static cx_masked fill_value(cx_masked a)
{
    return cx_ma(cx_ma_fill_value(a));
}
static cx_masked is_masked(cx_masked a)
{
    cr_assert_not(cx_ma_is_masked(a) && !cx_ok());
    return cx_ma(cx_ok() ? cx_f64(0) : NULL);
}

Test(fault, bad_masked)
{
    static cx_masked (*const all[])(cx_masked) = {
        sum,      median, var,   mean,   ptp,        average, where, less,       outside,
        negative, left,   right, filled, compressed, counted, mask,  fill_value, is_masked};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (int k = 0; k < 6; k++) {
            const cx_scope s = cx_scope_open();
            cx_array *const good = cx_ones(CX_SHAPE(2, 3), CX_F64, test_device());
            cx_array *const bools = cx_ones(CX_SHAPE(2, 3), CX_BOOL, test_device());
            cx_array *const row = cx_select(bools, 0, 0);
            const cx_scope inner = cx_scope_open();
            const cx_array *const nil = cx_reshape(good, CX_SHAPE(5));
            const cx_masked bad[] = {{NULL, NULL, NULL}, {nil, NULL, NULL}, {good, nil, NULL},
                                     {good, good, NULL}, {good, row, NULL}, {good, bools, good}};
            const cx_status want[] = {CX_E_NULL,  CX_E_SHAPE, CX_E_SHAPE,
                                      CX_E_DTYPE, CX_E_SHAPE, CX_E_SHAPE};
            cr_assert_eq(cx_status_of(nil), CX_E_SHAPE);
            cr_assert_eq(cx_scope_close(inner), CX_E_SHAPE);
            const cx_scope call = cx_scope_open();
            const cx_masked r = all[i](bad[k]);
            cr_assert_neq(cx_status_of(r.data), CX_OK, "function %zu, case %d", i, k);
            cr_assert_null(r.mask);
            cr_assert_eq(cx_scope_close(call), want[k], "function %zu, case %d: %s", i, k,
                         cx_error_message());
            cr_assert_eq(cx_scope_close(s), CX_OK);
        }
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(3), CX_F64, test_device());
    cr_assert_eq(cx_status_of(cx_ma_unary(CX_BI_ADD, cx_ma(a)).data), CX_E_ARGUMENT);
    cr_assert_eq(cx_status_of(cx_ma_unary((cx_map_op)0, cx_ma(a)).data), CX_E_ARGUMENT);
    cr_assert_eq(cx_status_of(cx_ma_binary(CX_UN_SQRT, cx_ma(a), cx_ma(a)).data), CX_E_ARGUMENT);
    cr_assert_eq(cx_status_of(cx_ma_binary(CX_TE_CLIP, cx_ma(a), cx_ma(a)).data), CX_E_ARGUMENT);
    cr_assert_eq(cx_status_of(cx_ma_sum(cx_ma(a), CX_AXIS(0, .where = a)).data), CX_E_ARGUMENT);
    cr_assert_eq(cx_status_of(cx_ma_default_fill_value(CX_CAT, test_device())), CX_E_DTYPE);
    cr_assert_eq(cx_scope_close(s), CX_E_ARGUMENT);
}
