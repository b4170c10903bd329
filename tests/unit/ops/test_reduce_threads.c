/* The same bits on 1, 2 and 7 threads for every reduction and scan, on arrays of many blocks in
 * the three ways through memory. */
#include "layouts.h"
#include "numbers.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

typedef cx_array *reduction(const cx_array *a, cx_reduce how);
static const struct {
    const char *name;
    reduction *fn;
    bool one_axis;
} reductions[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) \
    {#name, cx_##name, result == 'I'},
#include <calx/reduce_ops.def>
#undef CX_REDUCE
};
/* A sanitizer, which is slow, has nothing to find on one thread, and three dtypes go all ways. */
#ifdef CX_TEST_SANITIZED
static const cx_dtype dtypes[] = {CX_F32, CX_I32, CX_C128};
static const int threads[] = {2, 7};
#else
static const cx_dtype dtypes[] = {CX_F32, CX_F64, CX_F16, CX_I32, CX_C128};
static const int threads[] = {1, 2, 7};
#endif
enum { THREADS = sizeof threads / sizeof *threads };

/* Bytes of a result, in memory of the caller's. */
static unsigned char *bytes_of(const cx_array *a, size_t *size)
{
    cr_assert_eq(cx_status_of(a), CX_OK, "%s", cx_error_message());
    *size = cx_nbytes(a);
    unsigned char *const p = malloc(*size + 1);
    cx_array *const to = cx_borrow_host(p, cx_shape_of(a), cx_dtype_of(a), NULL);
    cr_assert_eq(cx_copy_into(a, to), CX_OK, "%s", cx_error_message());
    return p;
}

static cx_array *make(cx_dtype t, int64_t rows, int64_t cols, bool nan)
{
    cx_array *const a = cx_empty(CX_SHAPE(rows, cols), t, CX_CPU);
    uint64_t seed = test_seed();
    cx_array *const u = cx_dtype_size(t) == 2 ? cx_view_as(a, CX_U16) : a;
    unsigned char *const p = t == CX_F32    ? (void *)cx_data_f32_mut(a)
                             : t == CX_F64  ? (void *)cx_data_f64_mut(a)
                             : t == CX_I32  ? (void *)cx_data_i32_mut(a)
                             : t == CX_C128 ? (void *)cx_data_c128_mut(a)
                                            : (void *)cx_data_u16_mut(u);
    for (int64_t i = 0; i < rows * cols; i++)
        number_write(t, p + (size_t)i * cx_dtype_size(t), test_random(&seed), nan && i > 2 * cols);
    return a;
}

static void same_bits(const char *name, unsigned char *want[2], size_t size[2], int round,
                      cx_array *got)
{
    unsigned char *const p = bytes_of(got, &size[1]);
    if (round == 0) {
        want[0] = p;
        size[0] = size[1];
        return;
    }
    cr_assert(size[0] == size[1] && memcmp(want[0], p, size[0]) == 0,
              "%s: other bits on other threads", name);
    free(p);
}

static void each(int64_t rows, int64_t cols)
{
    for (size_t d = 0; d < sizeof dtypes / sizeof *dtypes; d++) {
        const cx_scope data = cx_scope_open();
        cx_array *const a = make(dtypes[d], rows, cols, true);
        const cx_array *const mask = cx_not_equal(make(CX_I32, rows, cols, false), cx_int(3)),
                              *const one = cx_int(1);
        for (int way = 0; way < 6; way++) { /* all, axis 0, axis 1, each without and with a mask */
            for (size_t k = 0; k < sizeof reductions / sizeof *reductions; k++) {
                if (way >= 3 &&
                    (reductions[k].one_axis || strstr(reductions[k].name, "count") != NULL))
                    continue;
                unsigned char *want[2] = {NULL, NULL};
                size_t size[2] = {0, 0};
                for (int r = 0; r < THREADS; r++) {
                    const cx_scope scope = cx_scope_open();
                    cr_assert_eq(cx_set_num_threads(threads[r]), CX_OK);
                    cx_reduce how = {.axis_count = way % 3 > 0, .axis = way % 3 - 1};
                    if (way >= 3) {
                        how.where = mask;
                        if (strstr(reductions[k].name, "min") != NULL ||
                            strstr(reductions[k].name, "max") != NULL)
                            how.initial = one;
                    }
                    same_bits(reductions[k].name, want, size, r, reductions[k].fn(a, how));
                    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
                }
                free(want[0]);
            }
        }
        cr_assert_eq(cx_scope_close(data), CX_OK, "%s", cx_error_message());
    }
}
Test(reduce_threads, long_rows)
{
    each(3, 70001);
}
Test(reduce_threads, many_rows)
{
    each(20011, 7);
}
Test(reduce_threads, square)
{
    each(501, 403);
}

Test(reduce_threads, scans)
{
    static cx_array *(*const fns[])(const cx_array *, int) = {cx_cumsum, cx_cumprod};
    for (size_t d = 0; d < sizeof dtypes / sizeof *dtypes; d++) {
        const cx_scope data = cx_scope_open();
        cx_array *const a[2] = {make(dtypes[d], 2, 200003, false),
                                make(dtypes[d], 1009, 300, false)};
        for (int k = 0; k < 2; k++) {
            for (int way = 0; way < 4; way++) {
                unsigned char *want[2] = {NULL, NULL};
                size_t size[2] = {0, 0};
                for (int r = 0; r < THREADS; r++) {
                    const cx_scope scope = cx_scope_open();
                    cr_assert_eq(cx_set_num_threads(threads[r]), CX_OK);
                    same_bits(k ? "cumprod" : "cumsum", want, size, r, fns[k](a[way / 2], way % 2));
                    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
                }
                free(want[0]);
            }
        }
        cr_assert_eq(cx_scope_close(data), CX_OK, "%s", cx_error_message());
    }
}
