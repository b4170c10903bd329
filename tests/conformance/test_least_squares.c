/* device: each. LinearRegression on columns nearer and nearer to dependence, through each of its
 * ways (one pair of products, two, reflections), against a decomposition of the centred matrix. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

enum { ROWS = 600, COLUMNS = 4 };

/* The first column, and others that are it and `apart` of something else; far from 0. */
static cx_array *columns(double apart)
{
    cx_array *const x = cx_empty(CX_SHAPE(ROWS, COLUMNS), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(x);
    for (int64_t i = 0; i < ROWS; i++) {
        const double shared = sin((double)(i * i % 1009));
        for (int64_t j = 0; j < COLUMNS; j++)
            p[i * COLUMNS + j] =
                10 + shared + (j > 0 ? apart * cos((double)((i + 7) * (j + 3) * i % 911)) : 0);
    }
    return x;
}

Test(least_squares, condition)
{
    static const double apart[] = {1, 0.1, 0.03, 0.02, 0.01, 0.005, 1e-3, 1e-5, 1e-7};
    for (int k = 0; k < 9; k++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const x = columns(apart[k]);
        cx_array *const y = cx_empty(CX_SHAPE(ROWS), CX_F64, CX_CPU);
        double *const v = cx_data_f64_mut(y);
        for (int64_t i = 0; i < ROWS; i++) v[i] = cos((double)i) + (double)(i % 5);
        const cx_array *const centred = cx_sub(x, cx_mean(x, CX_AXIS(0)));
        const cx_svd f = cx_linalg_svd(centred, CX_OPTS(cx_svd_opts, .thin = true));
        const cx_array *const want =
            cx_matmul(cx_transpose(f.vh),
                      cx_div(cx_matmul(cx_transpose(f.u), cx_sub(y, cx_mean(y, CX_ALL))), f.s));
        const cx_array *const top = cx_slice(f.s, 0, 0, 1, 1), *const last = cx_slice(
                                                                   f.s, 0, COLUMNS - 1, COLUMNS, 1);
        const double condition = cx_item_f64(cx_div(top, last));
        cx_estimator *const m = cx_estimator_new("LinearRegression(tol=0.0)");
        cr_assert(cx_fit(m, cx_to(x, test_device()), cx_to(y, test_device())) == CX_OK, "%s",
                  cx_error_message());
        const cx_array *const got = test_host(cx_attr(m, "coef_")), *const values = test_host(
                                                                        cx_attr(m, "singular_"));
        const double size = cx_item_f64(cx_max(cx_abs(want), CX_ALL)),
                     off = cx_item_f64(cx_max(cx_abs(cx_sub(got, want)), CX_ALL)) / size,
                     apart_by =
                         cx_item_f64(cx_max(cx_abs(cx_div(cx_sub(values, f.s), f.s)), CX_ALL));
        const double bound = fmax(4e-12, 1e-15 * condition); /* one pair alone: 4e-11 at 400 */
        cr_expect(off <= bound, "condition %g: coefficients off by %g", condition, off);
        cr_expect(apart_by <= bound, "condition %g: singular values off by %g", condition,
                  apart_by);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}
