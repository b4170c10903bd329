/* device: each
 * Every allocation of indexing, grids and functions over parts failing in turn, once and from then
 * on: right status, nothing leaked, and what reports success is what it is without faults. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_indexing, .init = fault_install, .timeout = 240);

static void add_all(cx_tuple t)
{
    for (int i = 0; i < t.count; i++) fault_add(t.at[i]);
}

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_indexing, name, __VA_ARGS__)

static cx_array *cube(void)
{
    return cx_reshape(cx_arange(0, 60, 1, CX_F64, test_device()), CX_SHAPE(3, 4, 5));
}
static cx_array *rows(void)
{
    return cx_astype(test_copy_host((const int64_t[]){2, 0, -1}, CX_SHAPE(3), CX_I64), CX_I32);
}

SCENARIO(reading, {
    cx_array *const a = cube(), *const i = rows();
    fault_add(cx_getitem(a, "?", CX_ARRAYS(i)));
    fault_add(cx_getitem(a, "?, ?:, ?", CX_ARRAYS(i, cx_int(1), i)));
    fault_add(cx_getitem(cx_transpose(a), "1:, ?, ::2", CX_ARRAYS(i)));
    fault_add(cx_getitem(a, "?", CX_ARRAYS(cx_greater(a, cx_int(20)))));
    fault_add(
        cx_getitem(cx_flip(a, 0), ":, ?", CX_ARRAYS(cx_greater(cx_select(a, 0, 0), cx_int(3)))));
})
SCENARIO(writing, {
    cx_array *const a = cube(), *const i = rows();
    (void)cx_check(cx_setitem(a, "?, ..., ?", CX_ARRAYS(i, i), cx_int(-1)));
    (void)cx_check(cx_setitem(a, "?", CX_ARRAYS(cx_less(a, cx_int(0))),
                              cx_arange(0, 12, 1, CX_F64, test_device())));
})
SCENARIO(choosing, {
    cx_array *const a = cube(), *const i = rows(), *const m = cx_greater(a, cx_int(7));
    fault_add(cx_take_with(a, i, CX_OPTS(cx_take_opts, .mode = CX_BOUNDS_WRAP)));
    fault_add(cx_extract(m, a));
    fault_add(cx_choose(cx_abs(i), CX_ARRAYS(cx_int(1), i, cx_float(2.5)), CX_BOUNDS_RAISE));
    fault_add(cx_select_first(CX_ARRAYS(m), CX_ARRAYS(a), cx_float(0.5)));
    add_all(cx_ix_(CX_ARRAYS(i, cx_slice(i, 0, 0, 2, 1))));
    add_all(cx_nonzero(m));
    fault_add(cx_ravel_multi_index(CX_ARRAYS(cx_abs(i), cx_abs(i)), CX_SHAPE(3, 4), NULL));
    add_all(cx_unravel_index(cx_abs(i), CX_SHAPE(3, 4), NULL));
})
SCENARIO(placing, {
    cx_array *const a = cube(), *const i = rows();
    (void)cx_check(cx_put(cx_transpose(a), i, cx_float(5), CX_BOUNDS_RAISE));
    (void)cx_check(
        cx_place(a, cx_greater(a, cx_int(30)), cx_arange(0, 4, 1, CX_F64, test_device())));
    (void)cx_check(cx_put_along_axis(a, cx_reshape(cx_abs(i), CX_SHAPE(3, 1, 1)), cx_float(3), 1));
    (void)cx_check(cx_fill_diagonal(cx_select(a, 0, 1), cx_float(9), CX_DIAGONAL_WRAP));
    fault_add(a);
})
SCENARIO(grids, {
    cx_array *const x = cx_arange(0, 3, 1, CX_F64, test_device());
    add_all(cx_meshgrid(CX_ARRAYS(x, x), NULL));
    fault_add(cx_indices(CX_SHAPE(2, 3), CX_F32, test_device()));
    add_all(cx_indices_sparse(CX_SHAPE(2, 3), CX_I64, test_device()));
    const cx_range r[2] = {{0, 3, 1, 0}, {0, 1, 0, 4}};
    fault_add(cx_mgrid(2, r, CX_DTYPE_NONE, test_device()));
    add_all(cx_ogrid(2, r, CX_DTYPE_NONE, test_device()));
    fault_add(cx_tri(3, 4, 1, CX_F32, test_device()));
    fault_add(cx_diagflat(x, 1));
    fault_add(cx_vander(x, 4, CX_POWERS_INCREASING));
    add_all(cx_diag_indices(3, 2, test_device()));
    add_all(cx_tril_indices(3, 0, 4, test_device()));
    add_all(cx_triu_indices_from(cx_diagflat(x, 0), 1));
})
SCENARIO(looking, {
    cx_array *const a = cube();
    add_all(cx_broadcast_arrays(CX_ARRAYS(a, cx_select(a, 0, 0), cx_int(4))));
    fault_add(cx_as_strided(a, CX_SHAPE(4, 4), NULL, NULL));
    fault_add(cx_sliding_window_view(a, 1, (const int64_t[]){2}, (const int[]){1}));
    fault_add(cx_asfortranarray(a));
    double bytes[60];
    (void)cx_check(cx_tobytes(cx_transpose(a), CX_ELEMENTS_F, bytes, sizeof bytes));
})

static cx_array *sum_of(cx_arrays x, void *ctx)
{
    (void)ctx;
    return cx_add(x.at[0], x.at[1]);
}
static cx_array *twice(const cx_array *x, void *ctx)
{
    (void)ctx;
    return cx_mul(x, cx_int(2));
}
static cx_array *summed(const cx_array *a, int axis, void *ctx)
{
    (void)ctx;
    return cx_sum(a, CX_AXIS(axis));
}
SCENARIO(applying, {
    cx_array *const a = cube();
    fault_add(cx_fromfunction(sum_of, NULL, CX_SHAPE(2, 3), CX_DTYPE_NONE, test_device()));
    const cx_array *const low = cx_less(a, cx_int(9));
    const cx_piece pieces[2] = {{.fn = twice}, {.value = cx_int(4)}};
    fault_add(cx_piecewise(a, CX_ARRAYS(low), 2, pieces));
    fault_add(cx_apply_along_axis(twice, NULL, 1, a));
    fault_add(cx_apply_over_axes(summed, NULL, a, 2, (const int[]){0, 2}));
})
