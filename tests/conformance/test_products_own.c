/* Products of a matrix with its own transpose, which are computed by one triangle and from panels
 * packed once, against the same product of two matrices. All numbers are small whole ones, so that
 * every order of summing is exact. */
#include "layouts.h"

#include <calx.h>
#include <criterion/criterion.h>

static cx_array *whole_numbers(int64_t rows, int64_t cols, cx_dtype t)
{
    cx_array *a = cx_empty(CX_SHAPE(rows, cols), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(a);
    cr_assert(v != NULL);
    uint64_t state = 7;
    for (int64_t i = 0; i < rows * cols; i++) v[i] = (double)(test_random(&state) % 9) - 4;
    return cx_astype(a, t);
}

static void compare(const cx_array *left, const cx_array *right, const cx_array *apart,
                    const char *what, int64_t rows, int64_t cols)
{
    const cx_array *own = cx_matmul(left, right), *two = cx_matmul(left, apart);
    const cx_array *same = cx_all(cx_equal(own, two), CX_ALL);
    cr_expect(cx_item_bool(same), "%s of [%lld, %lld]", what, (long long)rows, (long long)cols);
}

static void check(int64_t rows, int64_t cols, cx_dtype t)
{
    const cx_scope s = cx_scope_open();
    const cx_array *x = whole_numbers(rows, cols, t), *copy = cx_copy(x),
                   *columns = cx_transpose(x), *half = cx_slice(x, 1, 0, cols / 2, 1),
                   *even = cx_slice(x, 0, 0, CX_END, 2);
    compare(columns, x, copy, "x^T x", rows, cols);
    compare(x, columns, cx_transpose(copy), "x x^T", rows, cols);
    compare(cx_transpose(half), half, cx_copy(half), "x^T x of half the columns", rows, cols);
    compare(cx_transpose(even), even, cx_copy(even), "x^T x of every second row", rows, cols);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(products_own, equal_those_of_two)
{
    static const int64_t shapes[][2] = {{1, 1},     {3, 70},    {64, 64},   {300, 97}, {97, 300},
                                        {513, 500}, {1200, 96}, {2000, 31}, {600, 192}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        check(shapes[i][0], shapes[i][1], CX_F64);
        check(shapes[i][0], shapes[i][1], CX_F32);
    }
}

/* More columns than are packed at a time. */
Test(products_own, wide)
{
    check(70, 4200, CX_F32);
}
