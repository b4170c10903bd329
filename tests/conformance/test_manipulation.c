/* device: each. Manipulation: what golden files cannot say. Views share their base's memory, what
 * is taken apart goes together again, categories keep their dictionary, overlap is as if copied
 * first, and no data crosses between devices. */
#include "device.h"
#include "layouts.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <inttypes.h>

static uint64_t state;
static int64_t below(int64_t n)
{
    return (int64_t)(test_random(&state) % (uint64_t)n);
}
static void seed(void)
{
    state = test_seed();
    cr_log_info("seed %" PRIu64, state);
}
TestSuite(manipulation, .init = seed);

/* An array of random shape (at least least dimensions) that holds 0, 1, 2, ..., transposed or
 * sliced half of the time. */
static cx_array *some(int least)
{
    int64_t shape[4];
    const int ndim = least + (int)below(5 - least);
    int64_t size = 1;
    for (int d = 0; d < ndim; d++) size *= shape[d] = 1 + below(7);
    cx_array *a = cx_reshape(
        cx_arange_i64(0, 2 * size, 1, CX_I32, test_device()),
        (cx_shape){ndim + 1,
                   (const int64_t[]){ndim > 0 ? shape[0] : 2, ndim > 1 ? shape[1] : 2,
                                     ndim > 2 ? shape[2] : 2, ndim > 3 ? shape[3] : 2, 2}});
    a = cx_select(a, ndim, 0);
    return below(2) == 0 ? cx_copy(a) : below(2) == 0 ? a : cx_flip_axes(cx_transpose(a), 0, NULL);
}
static void same(const cx_array *got, const cx_array *want, const char *what, int round)
{
    cr_assert_eq(cx_status_of(got), CX_OK, "%s, round %d: %s", what, round, cx_error_message());
    cr_assert_eq(cx_dtype_of(got), cx_dtype_of(want), "%s, round %d", what, round);
    cr_assert(cx_array_equal(got, want), "%s, round %d: %s is not %s", what, round, cx_repr(got),
              cx_repr(want));
}
static int rounds(void)
{
    return test_brief() ? 4 : 40;
}

Test(manipulation, views_share_memory)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(2, 1, 4, 3), CX_F32, test_device());
    cx_array *parts[8] = {NULL};
    cr_assert_eq(cx_array_split_into(a, 3, 2, parts), CX_OK);
    cr_assert_eq(cx_unstack_into(a, 3, parts + 3), CX_OK);
    cx_array *const views[] = {cx_atleast_3d(cx_select(cx_select(a, 0, 0), 0, 0)),
                               cx_atleast_2d(cx_select(cx_select(cx_select(a, 0, 0), 0, 0), 0, 0)),
                               cx_atleast_1d(a),
                               cx_expand_dims_axes(a, 2, (const int[]){0, 3}),
                               cx_squeeze_axes(a, 1, (const int[]){1}),
                               cx_moveaxes(a, 2, (const int[]){0, 1}, (const int[]){3, 2}),
                               cx_rollaxis(a, 3, 0),
                               cx_flip_axes(a, 0, NULL),
                               cx_fliplr(a),
                               cx_flipud(a),
                               cx_rot90(a, 1, 2, 3),
                               cx_rot90(a, 3, 2, 3),
                               cx_trim_zeros(a, CX_TRIM_BOTH, 0, NULL),
                               cx_view_as(a, CX_U8),
                               cx_ma_filled(cx_ma(a), NULL),
                               (cx_array *)(uintptr_t)cx_ma_array(a, NULL, NULL).data,
                               parts[0],
                               parts[2],
                               parts[3],
                               parts[5]};
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        cr_assert_eq(cx_status_of(views[i]), CX_OK, "view %zu: %s", i, cx_error_message());
        cr_assert(cx_may_share_memory(views[i], a), "view %zu", i);
        cr_assert(cx_is_writeable(views[i]), "view %zu", i);
    }
    cr_assert_eq(cx_set_readonly(a), CX_OK);
    cr_assert_not(cx_is_writeable(cx_rot90(a, 1, 2, 3)));
    cr_assert_not(cx_is_writeable(cx_view_as(a, CX_U16)));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(manipulation, apart_and_together)
{
    for (int i = 0; i < rounds(); i++) {
        const cx_scope s = cx_scope_open();
        cx_array *const a = some(1), *parts[8] = {NULL};
        const int axis = (int)below(cx_ndim(a)), n = 1 + (int)below(8);
        cr_assert_eq(cx_array_split_into(a, n, axis, parts), CX_OK);
        same(cx_concatenate_with((cx_arrays){n, (const cx_array *const *)parts}, axis, NULL), a,
             "split", i);
        cr_assert_eq(cx_unstack_into(a, axis, parts), CX_OK);
        same(cx_stack((cx_arrays){(int)cx_dim(a, axis), (const cx_array *const *)parts}, axis), a,
             "unstack", i);
        const int64_t at[3] = {below(9) - 4, below(9) - 4, below(9) - 4};
        cr_assert_eq(cx_split_at_into(a, (cx_shape){1, at}, axis, parts), CX_OK);
        same(cx_append(parts[0], parts[1], axis), a, "split_at", i);
        same(cx_roll_axes(cx_roll_axes(a, 3, at, (const int[]){axis, 0, axis}), 3,
                          (const int64_t[]){-at[0], -at[1], -at[2]}, (const int[]){axis, 0, axis}),
             a, "roll", i);
        same(cx_repeat_each(a, cx_full(CX_SHAPE(cx_dim(a, axis)), cx_int(3), CX_I64, test_device()),
                            axis),
             cx_repeat(a, 3, axis), "repeat", i);
        same(cx_resize(cx_resize(a, CX_SHAPE(cx_size(a) * 2 + 1)), cx_shape_of(a)), a, "resize", i);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(manipulation, inserted_and_deleted)
{
    for (int i = 0; i < rounds(); i++) {
        const cx_scope s = cx_scope_open();
        cx_array *const a = some(1);
        const int axis = (int)below(cx_ndim(a));
        const int64_t n = cx_dim(a, axis), m = 1 + below(6);
        int64_t at[8], place[8];
        for (int64_t k = 0; k < m; k++) at[k] = k == 0 ? 0 : below(n + 1);
        for (int64_t k = 0; k < m; k++) { /* where the k-th one comes to lie: a stable order */
            place[k] = at[k];
            for (int64_t j = 0; j < m; j++) place[k] += at[j] < at[k] || (at[j] == at[k] && j < k);
        }
        cx_array *const where = cx_to(cx_copy_host(at, CX_SHAPE(m), CX_I64), test_device()),
                        *const back =
                            cx_to(cx_copy_host(place, CX_SHAPE(m), CX_I64), test_device());
        cx_array *const more = cx_insert(a, where, cx_int(-7), axis);
        cr_assert_eq(cx_dim(more, axis), n + m);
        same(cx_delete(more, back, axis), a, "insert", i);
        cr_assert(cx_item_bool(cx_all(cx_equal(cx_take(more, back, axis), cx_int(-7)), CX_ALL)));
        const int64_t k = below(n), step = 1 + below(3);
        same(cx_delete_slice(a, k, CX_END, step, axis),
             cx_delete(a, cx_arange_i64(k, n, step, CX_I64, test_device()), axis), "slice", i);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(manipulation, padded_middle)
{
    static const char *const modes[] = {"constant",  "edge",   "linear_ramp", "maximum",
                                        "mean",      "median", "minimum",     "reflect",
                                        "symmetric", "wrap",   "empty"};
    for (int i = 0; i < rounds(); i++) {
        const cx_scope s = cx_scope_open();
        cx_array *const a = some(0);
        int64_t widths[8];
        for (int d = 0; d < 8; d++) widths[d] = below(9);
        const int count = cx_ndim(a) == 0 ? 1 : 2 * cx_ndim(a);
        cx_array *r = cx_pad(a, (cx_shape){count, widths}, modes[i % 11], NULL);
        for (int d = 0; d < cx_ndim(a); d++) {
            cr_assert_eq(cx_dim(r, d), widths[2 * d] + cx_dim(a, d) + widths[2 * d + 1]);
            r = cx_slice(r, d, widths[2 * d], widths[2 * d] + cx_dim(a, d), 1);
        }
        same(r, a, modes[i % 11], i);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(manipulation, turns_and_blocks)
{
    for (int i = 0; i < rounds(); i++) {
        const cx_scope s = cx_scope_open();
        cx_array *const a = some(2);
        const int n = cx_ndim(a), x = (int)below(n), y = (x + 1 + (int)below(n - 1)) % n;
        const int64_t k = below(9) - 4;
        same(cx_rot90(cx_rot90(a, k, x, y), 4 - k, x, y), a, "rot90", i);
        same(cx_rot90(a, 1, x, y), cx_rot90(a, -1, y, x), "rot90 backwards", i);
        const int64_t r = below(cx_dim(a, -2) + 1), c = below(cx_dim(a, -1) + 1);
        cx_array *const up = cx_slice(a, -2, 0, r, 1), *const low = cx_slice(a, -2, r, CX_END, 1);
        same(cx_block("[[?, ?], [?, ?]]",
                      CX_ARRAYS(cx_slice(up, -1, 0, c, 1), cx_slice(up, -1, c, CX_END, 1),
                                cx_slice(low, -1, 0, c, 1), cx_slice(low, -1, c, CX_END, 1))),
             a, "block", i);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(manipulation, bits_back_and_forth)
{
    for (int i = 0; i < rounds(); i++) {
        const cx_scope s = cx_scope_open();
        const int64_t n = below(test_brief() ? 300 : 5000), m = 1 + below(4);
        cx_array *const noise = cx_rng_integers(cx_default_rng(CX_SEED(i), test_device()), 0, 2,
                                                CX_SHAPE(m, n), CX_I64);
        cx_array *const a = cx_astype(noise, CX_U8);
        const cx_bitorder order = (cx_bitorder)(i % 2);
        const cx_unpackbits_opts o = {
            .struct_size = sizeof o, .order = order, .count = {true, i % 3 == 0 ? m : n}};
        const int axis = i % 3 == 0 ? 0 : 1;
        same(cx_unpackbits(cx_packbits(a, axis, order), axis, &o), a, "bits", i);
        same(cx_unpackbits(cx_packbits(a, CX_FLAT, CX_BITS_BIG), CX_FLAT,
                           CX_OPTS(cx_unpackbits_opts, .count = CX_SET(m * n))),
             cx_ravel(a), "flat", i);
        /* bools that begin at any byte, whole words of them and not */
        const int64_t lo = below(9), hi = lo + 8 * below(20) + i % 2;
        cx_array *const line = cx_resize(cx_astype(noise, CX_BOOL), CX_SHAPE(200)), *const part =
                                                                                        cx_slice(
                                                                                            line, 0,
                                                                                            lo, hi,
                                                                                            1);
        same(cx_packbits(part, 0, order), cx_packbits(cx_copy(part), 0, order), "part", i);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* Twice the categories, whatever was done to them in between. */
Test(manipulation, categories)
{
    const cx_scope s = cx_scope_open();
    cx_array *const codes = cx_copy_host((const int32_t[]){0, 2, 1, -1}, CX_SHAPE(4), CX_I32);
    cx_array *const host = cx_categories_new(codes, 3, (const char *const[]){"x", "y", "z"});
    cx_array *const a = cx_to(host, test_device());
    cx_array *const mask = cx_not_equal(cx_codes(a), cx_int(2));
    const struct {
        cx_array *got;
        int count;
        int32_t want[12];
    } cases[] = {
        {cx_append(a, a, 0), 8, {0, 2, 1, -1, 0, 2, 1, -1}},
        {cx_append(a, a, CX_FLAT), 8, {0, 2, 1, -1, 0, 2, 1, -1}},
        {cx_concatenate_with(CX_ARRAYS(a, a), 0, NULL), 8, {0, 2, 1, -1, 0, 2, 1, -1}},
        {cx_column_stack(CX_ARRAYS(a, a)), 8, {0, 0, 2, 2, 1, 1, -1, -1}},
        {cx_resize_zeros(a, CX_SHAPE(5)), 5, {0, 2, 1, -1, 0}},
        {cx_block("[?, ?]", CX_ARRAYS(a, a)), 8, {0, 2, 1, -1, 0, 2, 1, -1}},
        {cx_delete(a, cx_int(1), 0), 3, {0, 1, -1}},
        {cx_delete(a, mask, 0), 1, {2}},
        {cx_insert(a, cx_int(1), cx_slice(a, 0, 0, 2, 1), 0), 6, {0, 0, 2, 2, 1, -1}},
        {cx_pad(a, CX_SHAPE(1, 2), "edge", NULL), 7, {0, 0, 2, 1, -1, -1, -1}},
        {cx_pad(a, CX_SHAPE(1, 2), "reflect", NULL), 7, {2, 0, 2, 1, -1, 1, 2}},
        {cx_resize(a, CX_SHAPE(6)), 6, {0, 2, 1, -1, 0, 2}},
        {cx_roll_axes(a, 1, (const int64_t[]){1}, NULL), 4, {-1, 0, 2, 1}},
        {cx_repeat_each(
             a,
             cx_to(cx_copy_host((const int64_t[]){0, 2, 1, 0}, CX_SHAPE(4), CX_I64), test_device()),
             0),
         3,
         {2, 2, 1}},
        {cx_flip_axes(a, 0, NULL), 4, {-1, 1, 2, 0}},
        {cx_atleast_2d(a), 4, {0, 2, 1, -1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(cx_dtype_of(cases[i].got), CX_CAT, "case %zu: %s", i, cx_error_message());
        cr_assert_eq(cx_category_count(cases[i].got), 3, "case %zu", i);
        cr_assert_eq(cx_size(cases[i].got), cases[i].count, "case %zu", i);
        cx_array *const got = cx_to(cx_copy(cx_ravel(cx_codes(cases[i].got))), CX_CPU);
        cr_assert_arr_eq(cx_data_i32(got), cases[i].want, (size_t)cases[i].count * 4, "case %zu",
                         i);
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(manipulation, overlap_is_as_if_copied)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_arange_i64(0, 10, 1, CX_I64, test_device()), *const before = cx_copy(a);
    cr_assert_eq(cx_copyto(cx_slice(a, 0, 2, 10, 1), cx_slice(a, 0, 0, 8, 1), CX_CASTING_NO, NULL),
                 CX_OK);
    same(cx_slice(a, 0, 2, 10, 1), cx_slice(before, 0, 0, 8, 1), "copyto", 0);
    cr_assert_eq(cx_copy_into(before, a), CX_OK);
    cr_assert_eq(cx_copyto(a, cx_flip(a, 0), CX_CASTING_NO, cx_less(a, cx_int(5))), CX_OK);
    same(a, cx_where(cx_less(before, cx_int(5)), cx_flip(before, 0), before), "copyto where", 0);
    cr_assert_eq(cx_copy_into(before, a), CX_OK);
    cx_array *const halves[2] = {cx_slice(a, 0, 5, 10, 1), cx_slice(a, 0, 0, 5, 1)};
    cr_assert_eq(cx_concatenate_into(CX_ARRAYS(halves[0], halves[1]), 0, a), CX_OK);
    same(a, cx_roll(before, 5, 0), "concatenate_into", 0);
    cr_assert_eq(cx_set_readonly(a), CX_OK);
    cr_assert_eq(cx_copyto(a, cx_int(1), CX_CASTING_SAFE, NULL), CX_E_READONLY);
    cr_assert_eq(cx_concatenate_into(CX_ARRAYS(before), 0, a), CX_E_READONLY);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* What steers crosses as single numbers (cx_item_*), data never does. */
Test(manipulation, nothing_crosses)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = some(2), *const i = cx_arange_i64(0, 2, 1, CX_I64, test_device());
    cx_array *const m = cx_greater(a, cx_int(3)), *const f = cx_astype(a, CX_F32);
    const cx_counters before = cx_counters_get();
    (void)cx_insert(a, i, cx_int(3), CX_FLAT);
    (void)cx_delete(a, i, CX_FLAT);
    (void)cx_delete_slice(a, 0, CX_END, 2, 0);
    (void)cx_pad(a, CX_SHAPE(3), "mean", NULL);
    (void)cx_pad(f, CX_SHAPE(3), "linear_ramp", NULL);
    (void)cx_pad(f, CX_SHAPE(9), "reflect", CX_OPTS(cx_pad_opts, .reflect_type = CX_REFLECT_ODD));
    (void)cx_resize_zeros(a, CX_SHAPE(7, 9));
    (void)cx_trim_zeros(a, CX_TRIM_BOTH, 0, NULL);
    (void)cx_unpackbits(cx_packbits(m, CX_FLAT, CX_BITS_LITTLE), 0, NULL);
    (void)cx_block("[[?, ?]]", CX_ARRAYS(a, a));
    (void)cx_hanning(9, test_device());
    const cx_masked x = cx_ma_masked_where(m, cx_ma(f));
    (void)cx_ma_median(x, CX_AXIS(0));
    (void)cx_ma_min(x, CX_ALL);
    (void)cx_ma_std(x, CX_AXIS(1, .ddof = 1));
    (void)cx_ma_average(x, f, CX_AXIS(0));
    (void)cx_ma_compressed(cx_ma_binary(CX_BI_DIV, x, cx_ma(cx_int(0))));
    cr_assert(cx_ok(), "%s", cx_error_message());
    const cx_counters after = cx_counters_get();
    cr_assert_leq(after.copies - before.copies, 16);
    cr_assert_leq(after.copy_bytes - before.copy_bytes, 8 * (after.copies - before.copies));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* An argument on another device is an error that says so, not a transfer. */
Test(manipulation, mixed_devices)
{
    if (test_device().kind == CX_DEVICE_CPU) return;
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(3), CX_F64, test_device()),
                    *const b = cx_ones(CX_SHAPE(3), CX_F64, CX_CPU),
                    *const i = cx_zeros(CX_SHAPE(2), CX_I64, CX_CPU);
    cr_assert_eq(cx_status_of(cx_append(a, b, 0)), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_append(a, b, CX_FLAT)), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_block("[?, ?]", CX_ARRAYS(a, b))), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_column_stack(CX_ARRAYS(a, b))), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_insert(a, i, cx_int(1), 0)), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_insert(a, cx_int(0), b, 0)), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_delete(a, i, 0)), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_repeat_each(a, i, 0)), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_pad(a, CX_SHAPE(1), "constant",
                                     CX_OPTS(cx_pad_opts, .constant_values = b))),
                 CX_E_DEVICE);
    cr_assert_eq(cx_copyto(a, b, CX_CASTING_SAFE, NULL), CX_E_DEVICE);
    cr_assert_eq(cx_concatenate_into(CX_ARRAYS(b), 0, a), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_ma_masked_equal(cx_ma(a), b).data), CX_E_DEVICE);
    cr_assert_eq(cx_status_of(cx_ma_array(a, b, NULL).data), CX_E_DEVICE);
    cr_assert_eq(cx_scope_close(s), CX_E_DEVICE);
}

/* The same bits with one thread and with all. */
Test(manipulation, threads)
{
    const cx_scope s = cx_scope_open();
    const int64_t n = test_brief() ? 30 : test_device().kind == CX_DEVICE_CPU ? 600 : 90;
    cx_array *const a = cx_rng_normal(cx_default_rng(CX_SEED(3), test_device()), 0, 1,
                                      CX_SHAPE(n, n)),
                    *const at = cx_arange_i64(0, n, 7, CX_I64, test_device());
    const cx_masked x = cx_ma_masked_outside(cx_ma(a), cx_float(-1.5), cx_float(1));
    cx_array *first[9] = {NULL};
    for (int turn = 0; turn < 2; turn++) {
        const cx_scope t =
            cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = turn == 0 ? 1 : 0));
        cx_array *const got[9] = {cx_pad(a, CX_SHAPE(5, 9), "mean", NULL),
                                  cx_pad(a, CX_SHAPE(n), "reflect", NULL),
                                  cx_insert(a, at, cx_float(0.5), 1),
                                  cx_delete(a, at, 1),
                                  cx_ma_filled(cx_ma_sum(x, CX_ALL), NULL),
                                  cx_ma_filled(cx_ma_std(x, CX_AXIS(0)), NULL),
                                  cx_ma_filled(cx_ma_median(x, CX_AXIS(1)), NULL),
                                  cx_ma_filled(cx_ma_average(x, a, CX_AXIS(0)), NULL),
                                  cx_ma_filled(cx_ma_binary(CX_BI_DIV, x, x), NULL)};
        for (int i = 0; i < 9; i++) {
            if (turn == 0)
                first[i] = cx_scope_keep(t, got[i]);
            else
                same(got[i], first[i], "threads", i);
        }
        cr_assert_eq(cx_scope_close(t), CX_OK, "%s", cx_error_message());
    }
    /* what is left, by another road */
    const double left = cx_item_f64(cx_mean(cx_ma_compressed(x), CX_ALL)),
                 mean = cx_item_f64(cx_ma_mean(x, CX_ALL).data);
    cr_assert_float_eq(mean, left, 1e-15);
    cr_assert_float_eq(cx_item_f64(cx_ma_std(x, CX_ALL).data),
                       cx_item_f64(cx_std(cx_ma_compressed(x), CX_ALL)), 1e-14);
    cr_assert_eq(cx_item_i64(cx_ma_count(x, CX_ALL)), cx_size(cx_ma_compressed(x)));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
