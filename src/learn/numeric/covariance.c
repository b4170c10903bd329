/* Covariances and their shrinkage: one pass over the rows for the products, one for the fourth
 * moments that Ledoit and Wolf need, the rest on [d, d]. Knows no estimator. */
#include "learn/numeric/covariance.h"

#include "base/object.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>

cx_array *cx__covariance(const cx__site *s, const cx_array *x, const cx_array *mean)
{
    return cx_div(cx__gram(s, x, mean), cx_float((double)cx_dim(x, 0)));
}

cx_array *cx__shrunk_covariance(const char *where, const cx_array *covariance,
                                const cx_array *shrinkage)
{
    const int64_t d = cx_dim(covariance, 0);
    static cx__held shrunk = CX__HELD("c, s, one, mu: (1 - s) * c + s * mu * one");
    const cx_array *const mu = cx_div(cx_trace(covariance, 0), cx_float((double)d)),
                          *const one = cx_eye(d, d, 0, CX_F64, cx_device_of(covariance));
    return cx__held_run(where, &shrunk, CX_ARRAYS(covariance, shrinkage, one, mu));
}

cx_array *cx__ledoit_wolf_shrinkage(const char *where, const cx_array *x, const cx_array *mean,
                                    const cx_array *scale, const cx_array *covariance)
{
    const int64_t d = cx_dim(x, 1);
    if (d == 1) return cx_zeros(CX_SHAPE(), CX_F64, cx_device_of(x));
    static cx__held fourth =
        CX__HELD("x, mean, scale: z = (x - mean) / scale; r = sum(z * z, axis=1); sum(r * r)");
    static cx__held share = CX__HELD(
        "fourth, squares, trace, n, d: mu = trace / d;"
        "delta = (squares - 2 * mu * trace + d * mu * mu) / d;"
        "beta = minimum((fourth / n - squares) / (d * n), delta); where(beta == 0, 0, beta / delta)");
    const cx_array *const zero = cx_float(0), *const one = cx_float(1);
    const cx_array *const sum =
        cx__held_run(where, &fourth, CX_ARRAYS(x, mean ? mean : zero, scale ? scale : one));
    const cx_array *const squares = cx_sum(cx_mul(covariance, covariance), CX_ALL);
    return cx__held_run(where, &share,
                        CX_ARRAYS(sum, squares, cx_trace(covariance, 0),
                                  cx_float((double)cx_dim(x, 0)), cx_float((double)d)));
}

cx_array *cx__oas_shrinkage(const char *where, const cx_array *covariance, int64_t n)
{
    const int64_t d = cx_dim(covariance, 0);
    if (d == 1) return cx_zeros(CX_SHAPE(), CX_F64, cx_device_of(covariance));
    static cx__held share =
        CX__HELD("squares, trace, n, d: alpha = squares / (d * d); mu = trace / d;"
                 "rest = (n + 1) * (alpha - mu * mu / d);"
                 "where(rest == 0, 1, minimum((alpha + mu * mu) / rest, 1))");
    const cx_array *const squares = cx_sum(cx_mul(covariance, covariance), CX_ALL);
    return cx__held_run(
        where, &share,
        CX_ARRAYS(squares, cx_trace(covariance, 0), cx_float((double)n), cx_float((double)d)));
}

cx_array *cx__symmetric_inverse(const char *where, const cx_array *a, cx_array **w)
{
    const cx_eigh e = cx_linalg_eigh(a, NULL);
    static cx__held inverse =
        CX__HELD("w, share: where(abs(w) > share * max(abs(w), axis=-1, keepdims=True), 1 / w, 0)");
    const cx_array *const each = cx__held_run(
        where, &inverse, CX_ARRAYS(e.w, cx_float((double)cx_dim(a, -1) * DBL_EPSILON)));
    *w = e.w;
    return cx_matmul(cx_mul(e.v, cx_expand_dims(each, -2)), cx_swapaxes(e.v, -1, -2));
}

cx_array *cx__symmetric_pinv(const char *where, const cx_array *a)
{
    cx_array *w = NULL;
    return cx__symmetric_inverse(where, a, &w);
}
