/* device: each. Views and joins: what NumPy returns as a view is one here, shapes and elements are
 * NumPy's, and errors name the values. */
#include "device.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static cx_array *counting(cx_shape shape)
{
    int64_t n = 1;
    for (int i = 0; i < shape.ndim; i++) n *= shape.dim[i];
    return cx_reshape(cx_arange_i64(0, n, 1, CX_I64, test_device()), shape);
}

/* shape and elements of a result, in C order */
static void expect(const cx_array *a, cx_shape shape, const int64_t *values)
{
    cr_assert(eq(int, cx_status_of(a), CX_OK), "%s", cx_error_message());
    cr_assert(eq(int, cx_ndim(a), shape.ndim));
    for (int i = 0; i < shape.ndim; i++) cr_assert(eq(i64, cx_dim(a, i), shape.dim[i]));
    const int64_t *p = cx_data_i64(test_host(cx_ascontiguous(a)));
    for (int64_t i = 0; i < cx_size(a); i++)
        cr_assert(eq(i64, p[i], values[i]), "element %d", (int)i);
}
#define VALUES(...) ((const int64_t[]){__VA_ARGS__})

static void expect_error(const cx_array *a, cx_status st, const char *text)
{
    cr_assert(eq(int, cx_status_of(a), st));
    cr_assert(ne(ptr, (void *)(uintptr_t)strstr(cx_error_message(), text), NULL), "%s",
              cx_error_message());
}

Test(shapes, reshape_is_a_view_where_strides_allow_it)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = counting(CX_SHAPE(2, 3, 4));
    cr_assert(cx_may_share_memory(a, cx_reshape(a, CX_SHAPE(6, -1))));
    expect(cx_reshape(a, CX_SHAPE(-1, 2)), CX_SHAPE(12, 2), cx_data_i64(test_host(a)));
    cx_array *t =
        cx_transpose(a); /* (4, 3, 2): the axis of 4 splits without moving, joining needs a copy */
    cr_assert(cx_may_share_memory(a, cx_reshape(t, CX_SHAPE(2, 2, 3, 2))));
    cr_assert(not(cx_may_share_memory(a, cx_reshape(t, CX_SHAPE(12, 2)))));
    expect(cx_reshape(cx_transpose(counting(CX_SHAPE(2, 3))), CX_SHAPE(6)), CX_SHAPE(6),
           VALUES(0, 3, 1, 4, 2, 5));
    expect(cx_reshape(cx_transpose(counting(CX_SHAPE(2, 3))), CX_SHAPE(3, 1, 2)), CX_SHAPE(3, 1, 2),
           VALUES(0, 3, 1, 4, 2, 5));
    expect(cx_ravel(cx_flip(counting(CX_SHAPE(3)), 0)), CX_SHAPE(3), VALUES(2, 1, 0));
    expect(cx_reshape(counting(CX_SHAPE(0, 3)), CX_SHAPE(5, 0)), CX_SHAPE(5, 0), NULL);
    expect(cx_reshape(cx_i64(7), CX_SHAPE(1, 1)), CX_SHAPE(1, 1), VALUES(7));
    cr_assert(cx_ok());
    expect_error(cx_reshape(a, CX_SHAPE(5, 5)), CX_E_SHAPE, "(2, 3, 4)");
    expect_error(cx_reshape(a, CX_SHAPE(-1, -1)), CX_E_SHAPE, "-1");
    expect_error(cx_reshape(a, CX_SHAPE(-1, 7)), CX_E_SHAPE, "24 elements");
    cr_assert(eq(int, cx_scope_close(s), CX_E_SHAPE));
}

Test(shapes, axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = counting(CX_SHAPE(2, 3));
    expect(cx_transpose(a), CX_SHAPE(3, 2), VALUES(0, 3, 1, 4, 2, 5));
    expect(cx_swapaxes(counting(CX_SHAPE(2, 1, 2)), 0, -1), CX_SHAPE(2, 1, 2), VALUES(0, 2, 1, 3));
    expect(cx_moveaxis(counting(CX_SHAPE(2, 3, 1)), 0, -1), CX_SHAPE(3, 1, 2),
           VALUES(0, 3, 1, 4, 2, 5));
    expect(cx_moveaxis(counting(CX_SHAPE(2, 3, 1)), 2, 0), CX_SHAPE(1, 2, 3),
           VALUES(0, 1, 2, 3, 4, 5));
    expect(cx_permute_dims(counting(CX_SHAPE(1, 2, 3)), 3, (const int[]){2, 0, -2}),
           CX_SHAPE(3, 1, 2), VALUES(0, 3, 1, 4, 2, 5));
    expect(cx_matrix_transpose(counting(CX_SHAPE(2, 2, 2))), CX_SHAPE(2, 2, 2),
           VALUES(0, 2, 1, 3, 4, 6, 5, 7));
    expect(cx_expand_dims(a, -1), CX_SHAPE(2, 3, 1), VALUES(0, 1, 2, 3, 4, 5));
    expect(cx_squeeze(cx_expand_dims(a, 0), 0), CX_SHAPE(2, 3), VALUES(0, 1, 2, 3, 4, 5));
    expect(cx_squeeze_all(counting(CX_SHAPE(1, 2, 1))), CX_SHAPE(2), VALUES(0, 1));
    expect(cx_broadcast_to(cx_index(a, ":, 1:2"), CX_SHAPE(2, 2, 2)), CX_SHAPE(2, 2, 2),
           VALUES(1, 1, 4, 4, 1, 1, 4, 4));
    expect(cx_flip(a, 1), CX_SHAPE(2, 3), VALUES(2, 1, 0, 5, 4, 3));
    expect(cx_diagonal(a, 1), CX_SHAPE(2), VALUES(1, 5));
    expect(cx_diagonal(a, -1), CX_SHAPE(1), VALUES(3));
    expect(cx_diagonal(a, 9), CX_SHAPE(0), NULL);
    cr_assert(cx_ok());
    expect_error(cx_squeeze(a, 0), CX_E_SHAPE, "axis 0 has size 2");
    expect_error(cx_swapaxes(a, 0, 2), CX_E_INDEX, "axis 2");
    expect_error(cx_permute_dims(a, 2, (const int[]){1, 1}), CX_E_ARGUMENT, "twice");
    expect_error(cx_broadcast_to(a, CX_SHAPE(2, 4)), CX_E_SHAPE, "(2, 4)");
    cr_assert(
        eq(int, cx_copy_into(cx_int(1), cx_broadcast_to(cx_i64(1), CX_SHAPE(3))), CX_E_READONLY));
    cr_assert(eq(int, cx_scope_close(s), CX_E_SHAPE));
}

Test(shapes, joining_and_splitting)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = counting(CX_SHAPE(2, 2)), *b = cx_add(a, cx_int(10));
    expect(cx_concatenate(CX_ARRAYS(a, b), 0), CX_SHAPE(4, 2), VALUES(0, 1, 2, 3, 10, 11, 12, 13));
    expect(cx_concatenate(CX_ARRAYS(a, cx_transpose(b)), -1), CX_SHAPE(2, 4),
           VALUES(0, 1, 10, 12, 2, 3, 11, 13));
    expect(cx_stack(CX_ARRAYS(a, b), 1), CX_SHAPE(2, 2, 2), VALUES(0, 1, 10, 11, 2, 3, 12, 13));
    expect(cx_vstack(CX_ARRAYS(cx_select(a, 0, 0), b)), CX_SHAPE(3, 2),
           VALUES(0, 1, 10, 11, 12, 13));
    expect(cx_hstack(CX_ARRAYS(cx_select(a, 0, 0), cx_select(b, 0, 1))), CX_SHAPE(4),
           VALUES(0, 1, 12, 13));
    expect(cx_roll(a, 1, 1), CX_SHAPE(2, 2), VALUES(1, 0, 3, 2));
    expect(cx_roll(counting(CX_SHAPE(5)), -7, 0), CX_SHAPE(5), VALUES(2, 3, 4, 0, 1));
    expect(cx_repeat(a, 2, 0), CX_SHAPE(4, 2), VALUES(0, 1, 0, 1, 2, 3, 2, 3));
    expect(cx_repeat(a, 0, 1), CX_SHAPE(2, 0), NULL);
    expect(cx_tile(counting(CX_SHAPE(2)), CX_SHAPE(2, 2)), CX_SHAPE(2, 4),
           VALUES(0, 1, 0, 1, 0, 1, 0, 1));
    expect(cx_tile(a, CX_SHAPE(2)), CX_SHAPE(2, 4), VALUES(0, 1, 0, 1, 2, 3, 2, 3));
    cx_array *parts[2];
    cr_assert(eq(int, cx_split_into(counting(CX_SHAPE(4)), 2, 0, parts), CX_OK));
    expect(parts[1], CX_SHAPE(2), VALUES(2, 3));
    expect(cx_split_part(counting(CX_SHAPE(7)), 3, 0, 0), CX_SHAPE(3), VALUES(0, 1, 2));
    expect(cx_split_part(counting(CX_SHAPE(7)), 3, 2, 0), CX_SHAPE(2), VALUES(5, 6));
    cr_assert(eq(int,
                 cx_dtype_of(cx_concatenate(
                     CX_ARRAYS(a, cx_zeros(CX_SHAPE(1, 2), CX_F32, test_device())), 0)),
                 CX_F64));
    cr_assert(cx_ok());
    expect_error(cx_concatenate(CX_ARRAYS(a, counting(CX_SHAPE(2, 3))), 0), CX_E_SHAPE, "(2, 3)");
    cr_assert(eq(int, cx_split_into(counting(CX_SHAPE(5)), 2, 0, parts), CX_E_SHAPE));
    cr_assert(eq(int, cx_scope_close(s), CX_E_SHAPE));
}

Test(shapes, categories_join_by_text)
{
    const cx_scope s = cx_scope_open();
    const int32_t first[3] = {0, 1, -1}, second[2] = {0, 1};
    cx_array *a = test_here(cx_categories_new(cx_copy_host(first, CX_SHAPE(3), CX_I32), 2,
                                              (const char *const[]){"no", "yes"}));
    cx_array *b = test_here(cx_categories_new(cx_copy_host(second, CX_SHAPE(2), CX_I32), 2,
                                              (const char *const[]){"yes", "maybe"}));
    cx_array *c = cx_concatenate(CX_ARRAYS(a, b), 0);
    cr_assert(eq(int, cx_category_count(c), 3));
    const char *want[5] = {"no", "yes", "", "yes", "maybe"};
    for (int i = 0; i < 5; i++)
        cr_assert(
            eq(str, (char *)(uintptr_t)cx_label(test_host(c), i), (char *)(uintptr_t)want[i]));
    cr_assert(eq(str, (char *)(uintptr_t)cx_label(test_host(cx_flip(c, 0)), 0), "maybe"));
    cr_assert(cx_ok());
    cr_assert(eq(int, cx_status_of(cx_add(a, a)), CX_E_DTYPE));
    cr_assert(eq(
        int,
        cx_status_of(cx_concatenate(CX_ARRAYS(a, cx_zeros(CX_SHAPE(1), CX_I32, test_device())), 0)),
        CX_E_DTYPE));
    const int32_t wild[1] = {7};
    cr_assert(eq(int,
                 cx_status_of(cx_categories_new(cx_copy_host(wild, CX_SHAPE(1), CX_I32), 2,
                                                (const char *const[]){"a", "b"})),
                 CX_E_INDEX));
    cr_assert(eq(int,
                 cx_status_of(cx_categories_new(cx_copy_host(second, CX_SHAPE(2), CX_I32), 2,
                                                (const char *const[]){"a", "a"})),
                 CX_E_ARGUMENT));
    cr_assert(eq(int, cx_scope_close(s), CX_E_DTYPE));
}

Test(shapes, index_errors_name_position_and_values)
{
    const cx_scope s = cx_scope_open();
    cx_array *a = counting(CX_SHAPE(2, 3));
    const int lo = -3, hi = -1; /* int values reach the index as they are */
    expect(cx_index(a, "0, ?:?", lo, hi), CX_SHAPE(2), VALUES(0, 1));
    cr_assert(cx_ok());
    expect_error(cx_index(a, "2"), CX_E_INDEX, "index 2 is out of bounds for axis 0 with size 2");
    expect_error(cx_index(a, "0, 0, 0"), CX_E_INDEX, "3 indices");
    expect_error(cx_index(a, "::0"), CX_E_INDEX, "step");
    expect_error(cx_index(a, "?:?", 1), CX_E_ARGUMENT, "?");
    expect_error(cx_index(a, "0", 1), CX_E_ARGUMENT, "1 value");
    expect_error(cx_index(a, "a"), CX_E_PARSE, "position 0");
    expect_error(cx_index(a, "0 0"), CX_E_PARSE, "','");
    expect_error(cx_index(a, "..., ..."), CX_E_PARSE, "more than one");
    expect_error(cx_index(a, "99999999999999999999"), CX_E_PARSE, "integer");
    expect_error(cx_select(a, 5, 0), CX_E_INDEX, "axis 5");
    cr_assert(eq(int, cx_scope_close(s), CX_E_INDEX));
}

Test(shapes, thirty_two_dimensions)
{
    const cx_scope s = cx_scope_open();
    int64_t shape[32];
    for (int i = 0; i < 32; i++) shape[i] = i < 12 ? 2 : 1;
    cx_array *a =
        cx_reshape(cx_arange_i64(0, 4096, 1, CX_I64, test_device()), (cx_shape){32, shape});
    cx_array *t = cx_copy(cx_transpose(a));
    cr_assert(eq(i64, cx_item_i64(cx_sum(cx_mul(t, t), CX_ALL)), 22898104320));
    const int64_t *p = cx_data_i64(test_host(t));
    for (int64_t i = 0; i < 4096; i++) { /* bit reversal of twelve binary axes */
        int64_t r = 0;
        for (int b = 0; b < 12; b++) r |= ((i >> b) & 1) << (11 - b);
        cr_assert(eq(i64, p[i], r));
    }
    cr_assert(eq(int, cx_status_of(cx_expand_dims(a, 0)), CX_E_SHAPE));
    cr_assert(eq(int, cx_scope_close(s), CX_E_SHAPE));
}
