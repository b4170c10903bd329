/* timeout: 300. More than 2^31 elements through each family: only with CALX_LONG set (make
 * test-long), because it takes 7 GiB of memory. One member of 8 bits of each family; arg*,
 * cumulative sums and the like whose results are 8 bytes an element are asked for their last
 * elements only, or in 8 bits. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdlib.h>

static const int64_t BIG = INT64_C(2200000003);

Test(big, one_byte_elements)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    cx_array *a = cx_zeros(CX_SHAPE(BIG), CX_U8, test_device());
    cr_assert_eq(cx_add_into(a, cx_int(1), a), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_item_i64(cx_sum(a, CX_ALL)), BIG);
    cr_assert_eq(cx_copy_into(cx_int(9), cx_slice(a, 0, BIG - 2, BIG - 1, 1)), CX_OK);
    cr_assert_eq(cx_item_i64(cx_argmax(a, CX_ALL)), BIG - 2);
    cr_assert_eq(cx_item_i64(cx_select(a, 0, -2)), 9);
    cr_assert_eq(cx_item_i64(cx_max(cx_slice(a, 0, CX_END, CX_END, -1), CX_ALL)), 9);
    const cx_array *mask = cx_greater(a, cx_int(1));
    cr_assert_eq(cx_item_i64(cx_count_nonzero(mask, CX_ALL)), 1);
    cr_assert_eq(cx_item_i64(cx_select(cx_flatnonzero(mask), 0, 0)), BIG - 2);
    const cx_array *last = cx_take(a, cx_i64(BIG - 2), 0);
    cr_assert_eq(cx_item_i64(last), 9);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(big, rows_of_a_tall_matrix)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    const int64_t rows = 600000000, columns = 4; /* 2.4e9 elements */
    cx_array *a = cx_zeros(CX_SHAPE(rows, columns), CX_I8, test_device());
    cr_assert_eq(cx_copy_into(cx_int(3), cx_index(a, "-1")), CX_OK);
    cr_assert_eq(cx_item_i64(cx_sum(cx_sum(a, CX_AXIS(0)), CX_ALL)), 12);
    cr_assert_eq(cx_item_i64(cx_argmax(cx_select(a, 1, 2), CX_ALL)), rows - 1);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

static cx_array *positions(const int64_t *p, int64_t n)
{
    return test_copy_host(p, CX_SHAPE(n), CX_I64);
}

Test(big, taking_putting_and_masks)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    const int64_t at[] = {BIG - 2, 5, -1, INT64_C(2147483648)}, want[] = {5, BIG - 1};
    const uint8_t values[] = {7, 8, 9, 10};
    cx_array *const a = cx_zeros(CX_SHAPE(BIG), CX_U8, test_device());
    cx_array *const v = test_copy_host(values, CX_SHAPE(4), CX_U8);
    cr_assert_eq(cx_setitem(a, "?", CX_ARRAYS(positions(at, 4)), v), CX_OK);
    cr_assert(cx_array_equal(cx_getitem(a, "?", CX_ARRAYS(positions(at, 4))), v));
    cr_assert(cx_array_equal(cx_take(a, positions(at, 4), 0), v));
    cx_array *const mask = cx_logical_or(cx_equal(a, cx_int(8)), cx_equal(a, cx_int(9)));
    cr_assert(cx_array_equal(cx_flatnonzero(mask), positions(want, 2)));
    cr_assert_eq(cx_item_i64(cx_sum(cx_mask(a, mask), CX_ALL)), 17);
    cr_assert_eq(cx_item_i64(cx_sum(cx_compress(mask, a, 0), CX_ALL)), 17);
    cr_assert_eq(cx_setitem(a, "?", CX_ARRAYS(mask), cx_int(1)), CX_OK);
    cr_assert_eq(cx_item_i64(cx_select(a, 0, -1)), 1);
    cr_assert_eq(cx_put(a, positions(at, 4), cx_int(3), CX_BOUNDS_WRAP), CX_OK);
    cr_assert_eq(cx_item_i64(cx_sum(a, CX_ALL)), 12);
    /* two arrays over a matrix whose flat positions pass 2^31 */
    cx_array *const m =
        cx_reshape(cx_slice(a, 0, 0, INT64_C(2200000000), 1), CX_SHAPE(INT64_C(1100000000), 2));
    const int64_t row[] = {-1, 1099999999, 2}, column[] = {0, 1, 1};
    cr_assert_eq(
        cx_setitem(m, "?, ?", CX_ARRAYS(positions(row, 3), positions(column, 3)), cx_int(4)),
        CX_OK);
    cr_assert_eq(cx_item_i64(cx_select(a, 0, INT64_C(2199999998))), 4);
    cr_assert_eq(
        cx_item_i64(cx_sum(
            cx_getitem(m, "?, ?", CX_ARRAYS(positions(row, 3), positions(column, 3))), CX_ALL)),
        12);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(big, copies_of_every_kind)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_full(CX_SHAPE(BIG), cx_int(2), CX_U8, test_device());
    cr_assert_eq(cx_copy_into(cx_int(9), cx_slice(a, 0, BIG - 2, BIG - 1, 1)), CX_OK);
    {
        const cx_scope t = cx_scope_open();
        cx_array *const back = cx_copy(cx_flip(a, 0));
        cr_assert_eq(cx_item_i64(cx_select(back, 0, 1)), 9);
        cr_assert_eq(cx_item_i64(cx_select(back, 0, -1)), 2);
        cr_assert_eq(cx_scope_close(t), CX_OK);
    }
    {
        const cx_scope t = cx_scope_open();
        cx_array *const cast = cx_astype(a, CX_I8);
        cr_assert_eq(cx_item_i64(cx_select(cast, 0, BIG - 2)), 9);
        cr_assert_eq(cx_scope_close(t), CX_OK);
    }
    {
        const cx_scope t = cx_scope_open();
        cx_array *const turned = cx_ascontiguous(
            cx_transpose(cx_reshape(cx_slice(a, 0, 3, CX_END, 1), CX_SHAPE(-1, 10))));
        cr_assert_eq(cx_item_i64(cx_index(turned, "8, -1")), 9);
        cr_assert_eq(cx_item_i64(cx_sum(turned, CX_ALL)), 2 * (BIG - 3) + 7);
        cr_assert_eq(cx_scope_close(t), CX_OK);
    }
    {
        const cx_scope t = cx_scope_open();
        const int64_t half = BIG / 2;
        cx_array *const joined = cx_concatenate(
            CX_ARRAYS(cx_slice(a, 0, half, CX_END, 1), cx_slice(a, 0, 0, half, 1)), 0);
        cr_assert_eq(cx_item_i64(cx_select(joined, 0, BIG - 2 - half)), 9);
        cr_assert_eq(cx_dim(joined, 0), BIG);
        cr_assert_eq(cx_scope_close(t), CX_OK);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(big, scans_and_sorting)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(BIG), CX_U8, test_device()), *const sums = cx_empty(
                                                                          CX_SHAPE(BIG), CX_U8,
                                                                          test_device());
    cr_assert_eq(cx_cumsum_into(a, 0, sums), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_item_i64(cx_select(sums, 0, BIG - 1)), BIG % 256);
    cr_assert_eq(cx_item_i64(cx_select(sums, 0, INT64_C(2147483648))), 1);
    cr_assert_eq(cx_sort_inplace(sums, 0), CX_OK);
    cr_assert_eq(cx_item_i64(cx_select(sums, 0, 0)), 0);
    cr_assert_eq(cx_item_i64(cx_select(sums, 0, BIG - 1)), 255);
    cx_array *const bounds =
        cx_searchsorted(sums, cx_arange_i64(0, 256, 1, CX_U8, test_device()), CX_RIGHT);
    cr_assert_eq(cx_item_i64(cx_select(bounds, 0, 255)), BIG);
    cr_assert_eq(cx_item_i64(cx_select(bounds, 0, 0)), BIG / 256);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(big, drawing)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    cx_generator *const g = cx_default_rng(CX_SEED(3), test_device());
    cx_array *const a = cx_rng_integers(g, 0, 256, CX_SHAPE(BIG), CX_U8);
    const double mean = cx_item_f64(cx_sum(a, CX_ALL)) / (double)BIG;
    cr_assert_float_eq(mean, 127.5, 0.01); /* its standard deviation is 0.0016 */
    const double tail = cx_item_f64(cx_mean(cx_slice(a, 0, BIG - 1000000, CX_END, 1), CX_ALL));
    cr_assert_float_eq(tail, 127.5, 0.5);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(big, products)
{
    if (getenv("CALX_LONG") == NULL) cr_skip_test("CALX_LONG is not set");
    const cx_scope s = cx_scope_open();
    const int64_t rows = 540000000; /* of 4: 2.16e9 elements */
    cx_array *const a = cx_ones(CX_SHAPE(rows, 4), CX_I8, test_device());
    cr_assert_eq(cx_copy_into(cx_int(2), cx_index(a, "-1")), CX_OK);
    cx_array *const p = cx_matmul(a, cx_ones(CX_SHAPE(4), CX_I8, test_device()));
    cr_assert_eq(cx_item_i64(cx_select(p, 0, -1)), 8);
    cr_assert_eq(cx_item_i64(cx_sum(p, CX_ALL)), 4 * rows + 4);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
