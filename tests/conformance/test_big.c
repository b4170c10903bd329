/* timeout: 300. More than 2^31 elements through each family: only with CALX_LONG set (make
 * test-long), because it takes 7 GiB of memory. */
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
