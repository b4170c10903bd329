/* device: each. isa: each. Taking, putting and masking on every dtype and layout, against positions
 * computed one by one. */
#include "layouts.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

static const int64_t shapes[][5] = {{1, 1}, {1, 40}, {2, 5, 7}, {3, 4, 3, 5}, {4, 2, 3, 2, 4}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* a's elements, packed in C order. */
static unsigned char *packed(const cx_array *a)
{
    EXPECT(cx_status_of(a) == CX_OK, "%s", cx_error_message());
    unsigned char *const p = malloc(cx_nbytes(a) + 1);
    if (cx_dtype_of(a) == CX_CAT) abort();
    EXPECT(cx_copy_into(a, cx_borrow_host(p, cx_shape_of(a), cx_dtype_of(a), NULL)) == CX_OK, "%s",
           cx_error_message());
    return p;
}
static int64_t product(const int64_t *shape, int from, int to)
{
    int64_t n = 1;
    for (int d = from; d < to; d++) n *= shape[d];
    return n;
}

static void check_take(test_array *x, int axis, uint64_t *seed)
{
    const size_t size = cx_dtype_size(x->t);
    const int64_t n = x->shape[axis], outer = product(x->shape, 0, axis),
                  inner = product(x->shape, axis + 1, x->ndim);
    int32_t index[6];
    for (int i = 0; i < 6; i++)
        index[i] = (int32_t)((int64_t)(test_random(seed) % (uint64_t)(2 * n)) - n);
    cx_array *const at = test_copy_host(index, CX_SHAPE(2, 3), CX_I32), *const got =
                                                                            cx_take(x->a, at, axis);
    unsigned char *const p = packed(got);
    EXPECT(cx_ndim(got) == x->ndim + 1 && cx_dim(got, axis) == 2 && cx_dim(got, axis + 1) == 3,
           "shape");
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < 6; i++)
            for (int64_t k = 0; k < inner; k++) {
                const int64_t from = index[i] < 0 ? index[i] + n : index[i];
                EXPECT(memcmp(p + (size_t)((o * 6 + i) * inner + k) * size,
                              test_element(x, (o * n + from) * inner + k), size) == 0,
                       "take %s axis %d", cx_dtype_name(x->t), axis);
            }
    free(p);
    /* the same places along the axis, one list of them for all lines */
    int64_t shape[LAYOUT_NDIM];
    for (int d = 0; d < x->ndim; d++) shape[d] = d == axis ? 6 : 1;
    unsigned char *const q =
        packed(cx_take_along_axis(x->a, cx_reshape(at, (cx_shape){x->ndim, shape}), axis));
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < 6; i++)
            for (int64_t k = 0; k < inner; k++) {
                const int64_t from = index[i] < 0 ? index[i] + n : index[i];
                EXPECT(memcmp(q + (size_t)((o * 6 + i) * inner + k) * size,
                              test_element(x, (o * n + from) * inner + k), size) == 0,
                       "take_along_axis %s axis %d", cx_dtype_name(x->t), axis);
            }
    free(q);
    /* a mask along the axis */
    bool keep[64];
    for (int64_t i = 0; i < n; i++) keep[i] = test_random(seed) % 2;
    cx_array *const some = cx_compress(test_copy_host(keep, CX_SHAPE(n), CX_BOOL), x->a, axis);
    unsigned char *const r = packed(some);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!keep[i]) continue;
        for (int64_t o = 0; o < outer; o++)
            for (int64_t k = 0; k < inner; k++)
                EXPECT(memcmp(r + (size_t)((o * cx_dim(some, axis) + kept) * inner + k) * size,
                              test_element(x, (o * n + i) * inner + k), size) == 0,
                       "compress %s axis %d", cx_dtype_name(x->t), axis);
        kept++;
    }
    EXPECT(cx_dim(some, axis) == kept, "compress kept %lld of %lld", (long long)cx_dim(some, axis),
           (long long)kept);
    free(r);
}

static void check_mask(test_array *x, uint64_t *seed)
{
    const size_t size = cx_dtype_size(x->t);
    for (int ndim = 0; ndim <= x->ndim; ndim++) {
        const int64_t n = product(x->shape, 0, ndim), inner = product(x->shape, ndim, x->ndim);
        test_array m;
        test_array_new(&m, CX_BOOL, ndim, x->shape, LAYOUT_REVERSED);
        for (int64_t i = 0; i < n; i++) *(bool *)test_element(&m, i) = test_random(seed) % 3 == 0;
        test_up(&m);
        cx_array *const got = cx_mask(x->a, m.a);
        unsigned char *const p = packed(got);
        int64_t kept = 0;
        for (int64_t i = 0; i < n; i++) {
            if (!*(bool *)test_element(&m, i)) continue;
            for (int64_t k = 0; k < inner; k++)
                EXPECT(memcmp(p + (size_t)(kept * inner + k) * size, test_element(x, i * inner + k),
                              size) == 0,
                       "mask %s", cx_dtype_name(x->t));
            kept++;
        }
        EXPECT(cx_dim(got, 0) == kept && cx_ndim(got) == x->ndim - ndim + 1,
               "mask kept %lld, not %lld", (long long)cx_dim(got, 0), (long long)kept);
        free(p);
        if (ndim == x->ndim) {
            const int64_t *const flat = cx_data_i64(test_host(cx_flatnonzero(m.a))),
                                 *const where = cx_data_i64(test_host(cx_argwhere(m.a)));
            EXPECT(flat && where, "%s", cx_error_message());
            int64_t c = 0;
            for (int64_t i = 0; i < n; i++) {
                if (!*(bool *)test_element(&m, i)) continue;
                EXPECT(flat[c] == i, "flatnonzero");
                int64_t left = i;
                for (int d = ndim - 1; d >= 0; d--) {
                    EXPECT(where[c * ndim + d] == left % x->shape[d], "argwhere");
                    left /= x->shape[d];
                }
                c++;
            }
        }
        test_array_free(&m);
    }
}

/* Rows go where they are told, the last of two for one place wins, and nothing beside them
 * changes. */
static void check_put(cx_dtype t, layout how, uint64_t *seed)
{
    const int64_t shape[3] = {7, 3, 2}, from[3] = {4, 3, 2};
    const int64_t index[4] = {5, -7, 2, 5};
    const size_t size = cx_dtype_size(t);
    test_array x, v;
    test_array_new(&x, t, 3, shape, how);
    test_array_new(&v, t, 3, from, LAYOUT_SLICED);
    test_fill(&x, seed, FILL_ANY);
    test_fill(&v, seed, FILL_ANY);
    unsigned char *const before = packed(x.a);
    EXPECT(cx_put_rows(x.a, test_copy_host(index, CX_SHAPE(4), CX_I64), v.a) == CX_OK, "%s",
           cx_error_message());
    test_down(&x);
    for (int64_t row = 0; row < 7; row++) {
        const int64_t source = row == 5 ? 3 : row == 0 ? 1 : row == 2 ? 2 : -1;
        for (int64_t k = 0; k < 6; k++) {
            const void *const want = source < 0 ? (void *)(before + (size_t)(row * 6 + k) * size)
                                                : test_element(&v, source * 6 + k);
            EXPECT(memcmp(test_element(&x, row * 6 + k), want, size) == 0, "put_rows %s row %lld",
                   cx_dtype_name(t), (long long)row);
        }
    }
    EXPECT(test_guards(&x), "put_rows wrote beside its array");
    free(before);
    test_array_free(&x);
    test_array_free(&v);
}

static void walk(cx_dtype t)
{
    uint64_t seed = test_seed() + 31 * (uint64_t)t;
    for (int k = 0; k < SHAPES; k++) {
        for (int how = 0; how < LAYOUT_COUNT; how += test_brief() ? 4 : 1) {
            const cx_scope scope = cx_scope_open();
            test_array x;
            test_array_new(&x, t, (int)shapes[k][0], shapes[k] + 1, (layout)how);
            test_fill(&x, &seed, FILL_ANY);
            for (int axis = 0; axis < x.ndim; axis++) check_take(&x, axis, &seed);
            check_mask(&x, &seed);
            EXPECT(test_guards(&x), "an input was written to");
            test_array_free(&x);
            cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
        }
    }
    for (int how = 0; how < LAYOUT_REPEATED; how++) {
        const cx_scope scope = cx_scope_open();
        check_put(t, (layout)how, &seed);
        cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    }
}
#define EACH(sfx, T)  \
    Test(select, sfx) \
    {                 \
        walk(T);      \
    }
EACH(b, CX_BOOL)
EACH(i8, CX_I8)
EACH(i16, CX_I16)
EACH(i32, CX_I32)
EACH(i64, CX_I64)
EACH(u8, CX_U8)
EACH(u16, CX_U16)
EACH(u32, CX_U32)
EACH(u64, CX_U64)
EACH(f16, CX_F16)
EACH(bf16, CX_BF16)
EACH(f32, CX_F32)
EACH(f64, CX_F64)
EACH(c64, CX_C64)
EACH(c128, CX_C128)

/* Masks of lengths round those of a GPU's blocks and of more than two of a CPU's, with nothing,
 * little, some and everything in them, from addresses of any alignment; rows of one unit and of
 * many. */
static void check_long_mask(cx_dtype t, int64_t n, int64_t inner, int offset, int kind,
                            uint64_t *seed)
{
    const size_t row = cx_dtype_size(t) * (size_t)inner;
    bool *const keep = malloc((size_t)n);
    for (int64_t i = 0; i < n; i++)
        keep[i] = kind == 1 ? i == n - 1 : kind == 2 ? test_random(seed) % 3 == 0 : kind == 3;
    unsigned char *const data = malloc((size_t)n * row);
    for (size_t i = 0; i < (size_t)n * row; i++)
        data[i] = (unsigned char)(t == CX_BOOL ? test_random(seed) % 2 : test_random(seed));
    cx_array *const mask = cx_slice(test_copy_host(keep, CX_SHAPE(n), CX_BOOL), 0, offset, n, 1),
                    *const a =
                        cx_slice(test_copy_host(data, CX_SHAPE(n, inner), t), 0, offset, n, 1),
                    *const got = cx_mask(a, mask), *const at = cx_flatnonzero(mask);
    unsigned char *const p = packed(got), *const q = packed(at);
    int64_t kept = 0;
    for (int64_t i = offset; i < n; i++) {
        if (!keep[i]) continue;
        const int64_t where = i - offset;
        EXPECT(kept < cx_dim(got, 0) && kept < cx_size(at), "too few");
        EXPECT(memcmp(p + (size_t)kept * row, data + (size_t)i * row, row) == 0,
               "%s: row %lld of %lld", cx_dtype_name(t), (long long)i, (long long)n);
        EXPECT(memcmp(q + kept * 8, &where, 8) == 0, "position %lld", (long long)where);
        kept++;
    }
    EXPECT(kept == cx_dim(got, 0) && kept == cx_size(at), "kept %lld, not %lld",
           (long long)cx_dim(got, 0), (long long)kept);
    free(p);
    free(q);
    free(keep);
    free(data);
}
Test(select, long_masks)
{
    static const cx_dtype types[] = {CX_U8, CX_F16, CX_F32, CX_I64, CX_C128};
    static const int64_t lengths[] = {2, 16, 33, 4096, 4097, 9001, 70001};
    uint64_t seed = test_seed();
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l += test_brief() ? 2 : 1)
            for (int kind = 0; kind < 4; kind++) {
                const cx_scope scope = cx_scope_open();
                check_long_mask(types[k], lengths[l], 1, kind % 2, kind, &seed);
                check_long_mask(types[k], lengths[l], 5, kind == 2, kind, &seed);
                cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
            }
}

/* Many for one place: the last of them stays, among few rows and among many. */
Test(select, put_over_and_over)
{
    enum { MOST = 3000, INNER = 3 };
    uint64_t seed = test_seed();
    static const int64_t rows[] = {1, 40, 3000, 50000}, counts[] = {1, 7, 2999};
    for (int k = 0; k < 4; k++)
        for (int c = 0; c < 3; c++) {
            const cx_scope scope = cx_scope_open();
            const int64_t n = rows[k], m = counts[c];
            int64_t index[MOST];
            float from[MOST][INNER];
            float *const want = calloc((size_t)n, sizeof *from);
            for (int64_t j = 0; j < m; j++) {
                index[j] = (int64_t)(test_random(&seed) % (uint64_t)(n < 500 ? n : 500));
                for (int i = 0; i < INNER; i++)
                    want[index[j] * INNER + i] = from[j][i] = (float)(j * INNER + i + 1);
                if (j % 2) index[j] -= n;
            }
            cx_array *const a = cx_zeros(CX_SHAPE(n, INNER), CX_F32, test_device());
            EXPECT(cx_put_rows(a, test_copy_host(index, CX_SHAPE(m), CX_I64),
                               test_copy_host(from, CX_SHAPE(m, INNER), CX_F32)) == CX_OK,
                   "%s", cx_error_message());
            unsigned char *const got = packed(a);
            EXPECT(memcmp(got, want, (size_t)n * sizeof *from) == 0, "%lld into %lld rows",
                   (long long)m, (long long)n);
            free(got);
            free(want);
            cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
        }
}

Test(select, diagonals)
{
    const cx_scope scope = cx_scope_open();
    cx_array *const a = cx_reshape(cx_arange_i64(1, 13, 1, CX_I32, test_device()), CX_SHAPE(3, 4));
    for (int64_t k = -4; k <= 5; k++) {
        const int32_t *const lower = cx_data_i32(test_host(cx_tril(a, k))),
                             *const upper = cx_data_i32(test_host(cx_triu(a, k)));
        cr_assert(lower && upper, "%s", cx_error_message());
        int64_t trace = 0;
        for (int64_t i = 0; i < 3; i++)
            for (int64_t j = 0; j < 4; j++) {
                const int32_t v = (int32_t)(i * 4 + j + 1);
                cr_assert_eq(lower[i * 4 + j], j - i <= k ? v : 0);
                cr_assert_eq(upper[i * 4 + j], j - i >= k ? v : 0);
                trace += j - i == k ? v : 0;
            }
        if (k > -3 && k < 4) cr_assert_eq(cx_item_i64(cx_trace(a, k)), trace);
    }
    const int32_t one[] = {1, 2};
    const int32_t *const m =
        cx_data_i32(test_host(cx_diag(test_copy_host(one, CX_SHAPE(2), CX_I32), -1)));
    const int32_t want[] = {0, 0, 0, 1, 0, 0, 0, 2, 0};
    cr_assert_arr_eq(m, want, sizeof want);
    const int32_t *const d = cx_data_i32(test_host(cx_diag(a, 1)));
    const int32_t along[] = {2, 7, 12};
    cr_assert_arr_eq(d, along, sizeof along);
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(select, putmask)
{
    const cx_scope scope = cx_scope_open();
    cx_array *const a = cx_astype(
        cx_reshape(cx_arange_i64(0, 6, 1, CX_I64, test_device()), CX_SHAPE(2, 3)), CX_F32);
    const bool keep[] = {true, false, true};
    cr_assert_eq(cx_putmask(a, test_copy_host(keep, CX_SHAPE(3), CX_BOOL), cx_float(-1)), CX_OK,
                 "%s", cx_error_message());
    const float want[] = {-1, 1, -1, -1, 4, -1};
    cr_assert_arr_eq(cx_data_f32(test_host(a)), want, sizeof want);
    cr_assert_eq(cx_putmask(a, cx_zeros(CX_SHAPE(3), CX_I32, test_device()), cx_float(-1)),
                 CX_E_DTYPE);
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(select, categories_keep_their_texts)
{
    const cx_scope scope = cx_scope_open();
    const int32_t codes[] = {0, 1, -1};
    cx_array *const a = test_here(cx_categories_new(cx_copy_host(codes, CX_SHAPE(3), CX_I32), 2,
                                                    (const char *const[]){"no", "yes"}));
    const int64_t index[] = {1, 2, 1};
    cx_array *const t = cx_take(a, test_copy_host(index, CX_SHAPE(3), CX_I64), 0);
    cr_assert_str_eq(cx_label(test_host(t), 0), "yes");
    cr_assert_str_eq(cx_label(test_host(t), 1), "");
    const bool keep[] = {true, false, true};
    cx_array *const m = cx_mask(a, test_copy_host(keep, CX_SHAPE(3), CX_BOOL));
    cr_assert_eq(cx_size(m), 2);
    cr_assert_str_eq(cx_label(test_host(m), 0), "no");
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

/* A device that runs late tells of a bad index when it is waited for. */
static cx_status in_the_end(cx_status now)
{
    return now != CX_OK ? now : cx_device_sync(test_device());
}

Test(select, errors_leave_the_output_alone)
{
    const cx_scope scope = cx_scope_open();
    cx_array *const a = cx_zeros(CX_SHAPE(3, 2), CX_F64, test_device());
    const int64_t bad[] = {0, 3, -4};
    cx_array *const index = test_copy_host(bad, CX_SHAPE(3), CX_I64);
    cr_assert_eq(in_the_end(cx_status_of(cx_take(a, index, 0))), CX_E_INDEX);
    cx_error e;
    cr_assert_eq(cx_error_get(&e), CX_E_INDEX);
    cr_assert(strstr(e.text, "index 3 at position 1") != NULL, "%s", e.text);
    cr_assert_eq(in_the_end(cx_put_rows(a, index, cx_float(1))), CX_E_INDEX);
    cr_assert_eq(cx_item_f64(cx_sum(a, CX_ALL)), 0.0);
    cr_assert_eq(cx_status_of(cx_take(a, cx_zeros(CX_SHAPE(2), CX_F64, test_device()), 0)),
                 CX_E_DTYPE);
    cr_assert_eq(cx_status_of(cx_take(a, index, 2)), CX_E_INDEX);
    cr_assert_eq(cx_status_of(cx_mask(a, cx_zeros(CX_SHAPE(2), CX_BOOL, test_device()))),
                 CX_E_SHAPE);
    cr_assert_eq(cx_status_of(cx_mask(a, cx_zeros(CX_SHAPE(3), CX_I32, test_device()))),
                 CX_E_DTYPE);
    cr_assert_eq(cx_status_of(cx_take_along_axis(a, index, 0)), CX_E_SHAPE);
    cr_assert_eq(
        in_the_end(cx_status_of(cx_take_along_axis(a, cx_reshape(index, CX_SHAPE(3, 1)), 0))),
        CX_E_INDEX);
    cr_assert_eq(cx_status_of(cx_tril(index, 0)), CX_E_SHAPE);
    (void)!cx_scope_close(scope);
}
