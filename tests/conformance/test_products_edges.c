/* Products whose extents end anywhere within a kernel's tile: each is a piece of one large product
 * and is written into the middle of a larger array, whose other elements stay. All numbers are
 * small whole ones, so that every order of summing is exact. */
#include "layouts.h"

#include <calx.h>
#include <criterion/criterion.h>

/* The largest tile of any level has 8 rows and 48 columns; a stripe has 192 rows. */
enum { LEAST = 96, ROWS = 8, COLS = 48, ALL_ROWS = 208, ALL_COLS = LEAST + COLS + 1 };

static cx_array *whole_numbers(int64_t rows, int64_t cols, cx_dtype t, uint64_t state)
{
    cx_array *a = cx_empty(CX_SHAPE(rows, cols), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(a);
    cr_assert(v != NULL);
    for (int64_t i = 0; i < rows * cols; i++) v[i] = (double)(test_random(&state) % 9) - 4;
    return cx_astype(a, t);
}

static cx_array *piece(const cx_array *a, int64_t i, int64_t rows, int64_t j, int64_t cols)
{
    return cx_slice(cx_slice(a, 0, i, i + rows, 1), 1, j, j + cols, 1);
}

/* a [m, k] b [k, n] into a piece of `around`, which is left as it was found: -1000 everywhere */
static void check(const cx_array *a, const cx_array *b, const cx_array *want, int64_t m, int64_t n,
                  cx_array *around)
{
    const cx_scope s = cx_scope_open();
    const int64_t k = cx_dim(a, 1);
    cx_array *const out = piece(around, 1, m, 3, n);
    cr_assert(cx_matmul_into(piece(a, 0, m, 0, k), piece(b, 0, k, 0, n), out) == CX_OK);
    const cx_array *const same = cx_all(cx_equal(out, piece(want, 0, m, 0, n)), CX_ALL);
    cr_expect(cx_item_bool(same), "%s [%lld, %lld] [%lld, %lld]", cx_dtype_name(cx_dtype_of(a)),
              (long long)m, (long long)k, (long long)k, (long long)n);
    const cx_array *const marks = cx_full(CX_SHAPE(1), cx_int(-1000), cx_dtype_of(around), CX_CPU);
    cr_assert(cx_copy_into(marks, out) == CX_OK);
    cr_expect(cx_item_bool(cx_all(cx_equal(around, marks), CX_ALL)),
              "[%lld, %lld]: wrote beside its result", (long long)m, (long long)n);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void every_edge(cx_dtype t, int64_t k, int64_t row_step, int64_t col_step)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = whole_numbers(ALL_ROWS, k, t, 3),
                          *const b = whole_numbers(k, ALL_COLS, t, 5),
                          *const want =
                              cx_astype(cx_matmul(cx_astype(a, CX_I64), cx_astype(b, CX_I64)), t);
    cx_array *const around =
        cx_full(CX_SHAPE(ALL_ROWS + 2, ALL_COLS + 4), cx_int(-1000), t, CX_CPU);
    for (int64_t n = LEAST; n <= LEAST + COLS; n += col_step) {
        for (int64_t m = LEAST; m <= LEAST + ROWS; m += row_step) check(a, b, want, m, n, around);
        check(a, b, want, ALL_ROWS - n % ROWS, n, around); /* two stripes */
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(products_edges, one_depth)
{
    every_edge(CX_F64, 64, 1, 1);
    every_edge(CX_F32, 64, 1, 1);
}

/* What is there already is added to; depths that are no multiples of anything. */
Test(products_edges, several_depths)
{
    every_edge(CX_F64, 521, 5, 7);
    every_edge(CX_F32, 1031, 5, 7);
}

/* One triangle of a product with its own transpose, mirrored */
Test(products_edges, triangles)
{
    for (int64_t n = LEAST; n <= LEAST + COLS; n++)
        for (int f64 = 0; f64 < 2; f64++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const x = whole_numbers(70, n, f64 ? CX_F64 : CX_F32, 7),
                                  *const turned = cx_transpose(x),
                                  *const two = cx_matmul(turned, cx_copy(x));
            const cx_array *const same = cx_all(cx_equal(cx_matmul(turned, x), two), CX_ALL);
            cr_expect(cx_item_bool(same), "x^T x of %lld columns", (long long)n);
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}
