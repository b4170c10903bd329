/* Iterators of C programs over CPU arrays: every element once, in the order that was asked for,
 * whatever the layout; inner loops that are as long as they can be; errors. */
#include "layouts.h"
#include <criterion/criterion.h>
#include <string.h>

enum { A = 3, B = 4, C = 5 };

/* elements numbered in C order */
static void number(test_array *x, layout how)
{
    test_array_new(x, CX_I32, 3, (const int64_t[]){A, B, C}, how);
    for (int64_t i = 0; i < x->size; i++) *(int32_t *)test_element(x, i) = (int32_t)i;
}
static cx_array *plain(void)
{
    return cx_astype(cx_reshape(cx_arange_i64(0, A * B * C, 1, CX_I64, CX_CPU), CX_SHAPE(A, B, C)),
                     CX_I32);
}

Test(nditer, c_order_and_positions_on_every_layout)
{
    for (int how = 0; how < LAYOUT_REPEATED; how++)
        for (int positions = 0; positions < 2; positions++)
            for (int64_t most = 0; most < 4; most += 3) {
                const cx_scope s = cx_scope_open();
                test_array x;
                number(&x, (layout)how);
                cx_nditer it;
                cr_assert_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(x.a),
                                             CX_OPTS(cx_nditer_opts, .order = CX_WALK_C,
                                                     .positions = positions != 0, .most = most)),
                             CX_OK, "%s", cx_error_message());
                cr_assert_eq(it.size, A * B * C);
                int64_t n = 0;
                while (cx_nditer_next(&it)) {
                    cr_assert_eq(it.index, n);
                    cr_assert(most == 0 || it.count <= most);
                    if (positions)
                        cr_assert_eq((it.at[0] * B + it.at[1]) * C + it.at[2], n, "%d", (int)n);
                    for (int64_t i = 0; i < it.count; i++)
                        cr_assert_eq(*CX_AT(int32_t, it, 0, i), n++);
                }
                cr_assert_eq(n, A * B * C);
                cr_assert_not(cx_nditer_next(&it), "the end stays the end");
                test_array_free(&x);
                cr_assert_eq(cx_scope_close(s), CX_OK);
            }
}

Test(nditer, fortran_order)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = plain(), *const f = cx_copy(cx_transpose(a));
    cx_nditer it;
    cr_assert_eq(
        cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(a), CX_OPTS(cx_nditer_opts, .order = CX_WALK_F)),
        CX_OK);
    const int32_t *const want = cx_data_i32(f);
    int64_t n = 0;
    while (cx_nditer_next(&it))
        for (int64_t i = 0; i < it.count; i++) cr_assert_eq(*CX_AT(int32_t, it, 0, i), want[n++]);
    cr_assert_eq(n, A * B * C);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(nditer, k_order_walks_memory_and_merges_dimensions)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = plain();
    cx_array *const turned[] = {a, cx_transpose(a), cx_swapaxes(a, 0, 1),
                                cx_index(a, "newaxis, ..., newaxis")};
    for (int i = 0; i < 4; i++) {
        cx_nditer it;
        cr_assert_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(turned[i]), NULL), CX_OK);
        cr_assert(cx_nditer_next(&it));
        cr_expect_eq(it.count, A * B * C, "array %d: one inner loop", i);
        cr_expect_eq(it.stride[0], 4);
        cr_expect_not(cx_nditer_next(&it));
    }
    cx_nditer it;
    int loops = 0;
    cr_assert_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(cx_index(a, ":, :, 1:")), NULL), CX_OK);
    for (; cx_nditer_next(&it); loops++) cr_expect_eq(it.count, C - 1);
    cr_expect_eq(loops, A * B);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(nditer, several_arrays_broadcast_together)
{
    const cx_scope s = cx_scope_open();
    for (int how = 0; how < LAYOUT_REPEATED; how++) {
        test_array x, y;
        number(&x, (layout)how);
        test_array_new(&y, CX_F64, 3, (const int64_t[]){A, B, C}, (layout)((how + 2) % 5));
        cx_array *const row = cx_arange(0, C, 1, CX_F32, CX_CPU), *const column = cx_reshape(
                                                                      cx_arange_i64(0, B, 1, CX_I64,
                                                                                    CX_CPU),
                                                                      CX_SHAPE(B, 1));
        cx_nditer it;
        cr_assert_eq(
            cx_nditer_begin(&it, CX_OUTS(y.a), CX_ARRAYS(x.a, row, column, cx_f64(0.5)), NULL),
            CX_OK, "%s", cx_error_message());
        while (cx_nditer_next(&it))
            for (int64_t i = 0; i < it.count; i++)
                *CX_AT(double, it, 0, i) = *CX_AT(const int32_t, it, 1, i) +
                                           (double)*CX_AT(const float, it, 2, i) *
                                               (double)*CX_AT(const int64_t, it, 3, i) +
                                           *CX_AT(const double, it, 4, i);
        for (int64_t i = 0; i < y.size; i++)
            cr_assert_eq(*(double *)test_element(&y, i),
                         (double)i + (double)(i % C * (i / C % B)) + 0.5, "%s, element %d",
                         test_layout_name((layout)how), (int)i);
        cr_assert(test_guards(&x) && test_guards(&y));
        test_array_free(&x);
        test_array_free(&y);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(nditer, nothing_and_one_element)
{
    const cx_scope s = cx_scope_open();
    cx_nditer it;
    cr_assert_eq(
        cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(cx_zeros(CX_SHAPE(3, 0), CX_F64, CX_CPU)), NULL),
        CX_OK);
    cr_expect_not(cx_nditer_next(&it));
    cr_assert_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(cx_f64(2.5)), NULL), CX_OK);
    cr_assert(cx_nditer_next(&it));
    cr_expect(it.count == 1 && *CX_AT(double, it, 0, 0) == 2.5);
    cr_expect_not(cx_nditer_next(&it));
    cr_assert_eq(cx_nditer_begin(&it, CX_OUTS(),
                                 CX_ARRAYS(cx_zeros(CX_SHAPE(1, 1), CX_F64, CX_CPU)),
                                 CX_OPTS(cx_nditer_opts, .positions = true)),
                 CX_OK);
    cr_assert(cx_nditer_next(&it));
    cr_expect_eq(it.ndim, 2);
    cr_expect_not(cx_nditer_next(&it));
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(nditer, errors)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = plain(), *const b = cx_zeros(CX_SHAPE(2, 3), CX_F64, CX_CPU),
                    *const fixed = cx_broadcast_to(b, CX_SHAPE(2, 3));
    cx_nditer it;
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(), NULL), CX_E_ARGUMENT);
    cr_expect_not(cx_nditer_next(&it), "a walk that did not begin is at its end");
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(a, b), NULL), CX_E_SHAPE);
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(cx_select(b, 0, 0)), CX_ARRAYS(b), NULL), CX_E_SHAPE);
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(fixed), CX_ARRAYS(b), NULL), CX_E_READONLY);
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(b, b, b, b, b, b, b, b, b), NULL),
                 CX_E_ARGUMENT);
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(b, NULL), NULL), CX_E_NULL);
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(cx_float(1)), NULL), CX_E_ARGUMENT);
    cr_expect_eq(cx_nditer_begin(&it, CX_OUTS(), CX_ARRAYS(b),
                                 CX_OPTS(cx_nditer_opts, .order = CX_WALK_F, .positions = true)),
                 CX_E_ARGUMENT);
    cr_expect_eq(cx_nditer_begin(NULL, CX_OUTS(), CX_ARRAYS(b), NULL), CX_E_NULL);
    cr_assert_eq(cx_scope_close(s), CX_OK, "commands mark nothing");
}

/* ---- one array, element by element */
Test(flatiter, positions_values_and_seeking)
{
    for (int how = 0; how < LAYOUT_REPEATED; how++) {
        const cx_scope s = cx_scope_open();
        test_array x;
        number(&x, (layout)how);
        cx_flatiter it;
        cr_assert_eq(cx_flatiter_begin(&it, x.a), CX_OK);
        int64_t n = 0;
        for (; cx_flatiter_next(&it); n++) {
            cr_assert_eq(it.index, n);
            cr_assert_eq(*(int32_t *)it.data, n);
            cr_assert_eq((it.at[0] * B + it.at[1]) * C + it.at[2], n);
        }
        cr_assert_eq(n, it.size);
        cr_assert_not(cx_flatiter_next(&it));
        for (int64_t i = -it.size; i < it.size; i += 7) {
            const int64_t want = i < 0 ? i + it.size : i;
            cr_assert_eq(cx_flatiter_seek(&it, i), CX_OK);
            cr_assert_eq(*(int32_t *)it.data, want);
            if (want + 1 < it.size) {
                cr_assert(cx_flatiter_next(&it));
                cr_assert_eq(*(int32_t *)it.data, want + 1);
            }
        }
        cr_expect_eq(cx_flatiter_seek(&it, it.size), CX_E_INDEX);
        cr_expect_eq(cx_flatiter_seek(&it, -it.size - 1), CX_E_INDEX);
        test_array_free(&x);
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}

Test(flatiter, nothing_and_one_element)
{
    const cx_scope s = cx_scope_open();
    cx_flatiter it;
    cr_assert_eq(cx_flatiter_begin(&it, cx_zeros(CX_SHAPE(2, 0), CX_F64, CX_CPU)), CX_OK);
    cr_expect_not(cx_flatiter_next(&it));
    cr_expect_eq(cx_flatiter_seek(&it, 0), CX_E_INDEX);
    cr_assert_eq(cx_flatiter_begin(&it, cx_i64(7)), CX_OK);
    cr_assert(cx_flatiter_next(&it));
    cr_expect_eq(*(int64_t *)it.data, 7);
    cr_expect_not(cx_flatiter_next(&it));
    cr_expect_eq(cx_flatiter_begin(&it, NULL), CX_E_NULL);
    cr_expect_not(cx_flatiter_next(&it));
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

Test(ndindex, every_position_in_c_order)
{
    cx_ndindex it;
    int n = 0;
    for (cx_ndindex_begin(&it, CX_SHAPE(2, 3, 4)); cx_ndindex_next(&it); n++)
        cr_assert_eq((it.at[0] * 3 + it.at[1]) * 4 + it.at[2], n);
    cr_assert_eq(n, 24);
    n = 0;
    for (cx_ndindex_begin(&it, CX_SHAPE()); cx_ndindex_next(&it);) n++;
    cr_assert_eq(n, 1, "a shape of no dimensions has one position");
    for (cx_ndindex_begin(&it, CX_SHAPE(3, 0)); cx_ndindex_next(&it);) n++;
    for (cx_ndindex_begin(&it, CX_SHAPE(3, -1)); cx_ndindex_next(&it);) n++;
    for (cx_ndindex_begin(&it, CX_SHAPE(INT64_MAX, 3)); cx_ndindex_next(&it);) n++;
    for (cx_ndindex_begin(&it, (cx_shape){2, NULL}); cx_ndindex_next(&it);) n++;
    cr_assert_eq(n, 1);
}
