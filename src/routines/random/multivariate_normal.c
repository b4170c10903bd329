/* Normal vectors: standard normals of the stream times a factor of the covariance, on the
 * generator's device. The factor is LAPACK's, and so are the signs of its columns. */
#include "routines/routine.h"

#include <calx/device.h>
#include <calx/distributions.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const char where[] = "rng_multivariate_normal";

static cx_status check_shapes(cx_generator *g, const cx_array *mean, const cx_array *cov)
{
    char a[CX__SHAPE_TEXT], b[CX__SHAPE_TEXT];
    CX__TRY(cx__check(where, "g", g, CX__KIND_GENERATOR));
    CX__TRY(cx__check(where, "mean", mean, CX__KIND_ARRAY));
    CX__TRY(cx__check(where, "cov", cov, CX__KIND_ARRAY));
    if (cx_ndim(mean) != 1 || cx_ndim(cov) != 2 || cx_dim(cov, 0) != cx_dim(cov, 1) ||
        cx_dim(mean, 0) != cx_dim(cov, 0))
        return cx__fail(CX_E_SHAPE, where, "mean %s and cov %s are not [k] and [k, k]",
                        cx__words_of_shape(mean, a), cx__words_of_shape(cov, b));
    const cx_array *const all[2] = {mean, cov};
    for (int i = 0; i < 2; i++) {
        const char kind = cx__kind_of(all[i]);
        if (kind == 'c' || kind == 'k')
            return cx__fail(CX_E_DTYPE, where, "%s is %s, not real", i == 0 ? "mean" : "cov",
                            cx_dtype_name(cx_dtype_of(all[i])));
        if (!cx_device_equal(cx_device_of(all[i]), cx_generator_device(g)))
            return cx__fail(CX_E_DEVICE, where, "%s is not on g's device", i == 0 ? "mean" : "cov");
    }
    return CX_OK;
}

static cx_status not_positive(const cx_multivariate_normal_opts *o)
{
    static const char text[] = "cov is not symmetric positive semidefinite";
    if (o->check_valid == CX_COV_RAISE) return cx__fail(CX_E_ARGUMENT, where, "%s", text);
    cx__warn(CX_OK, "%s: %s", where, text);
    return CX_OK;
}

/* What the rows of normals are multiplied by from the right: the factor's transpose. */
static cx_status svd_factor(const cx_array *cov, const cx_multivariate_normal_opts *o, double tol,
                            bool frozen, cx_array **out)
{
    const cx_svd r = cx_linalg_svd(cov, NULL);
    if (o->check_valid != CX_COV_IGNORE) {
        cx_array *const back = cx_matmul(cx_mul(cx_transpose(r.vh), r.s), r.vh);
        const bool close = cx_allclose(
            back, cov, CX_OPTS(cx_close_opts, .rtol = CX_SET(tol), .atol = CX_SET(tol)));
        if (cx_ok() && !close) CX__TRY(not_positive(o));
    }
    cx_array *const root = cx_sqrt(r.s);
    *out =
        frozen ? cx_mul(cx_reshape(root, CX_SHAPE(-1, 1)), r.vh) : cx_transpose(cx_mul(r.u, root));
    return CX_OK;
}

static cx_status eigh_factor(const cx_array *cov, const cx_multivariate_normal_opts *o, double tol,
                             cx_array **out)
{
    const cx_eigh r = cx_linalg_eigh(cov, NULL);
    if (o->check_valid != CX_COV_IGNORE) {
        const bool below = cx_item_bool(cx_any(cx_less(r.w, cx_float(-tol)), CX_ALL));
        if (cx_ok() && below) CX__TRY(not_positive(o));
    }
    *out = cx_transpose(cx_mul(r.v, cx_sqrt(cx_abs(r.w))));
    return CX_OK;
}

static cx_status factor_of(cx_generator *g, const cx_array *given,
                           const cx_multivariate_normal_opts *o, cx_array **out)
{
    const double tol = o->tol.set ? o->tol.value : 1e-8;
    const bool frozen = strcmp(cx_generator_name(g), "RandomState") == 0;
    cx_array *const cov = cx_astype(given, CX_F64);
    if (frozen || o->method == CX_COV_SVD) return svd_factor(cov, o, tol, frozen, out);
    if (o->method == CX_COV_EIGH) return eigh_factor(cov, o, tol, out);
    *out = cx_transpose(cx_linalg_cholesky(cov, NULL));
    return CX_OK;
}

static cx_status normals(cx_generator *g, const cx_array *mean, const cx_array *cov, cx_shape shape,
                         const cx_multivariate_normal_opts *given, cx_array **out)
{
    cx_multivariate_normal_opts o;
    int64_t full[CX_MAX_NDIM];
    cx_array *factor = NULL;
    CX__TRY(cx__options(where, given, given ? given->struct_size : 0, sizeof o, &o));
    CX__TRY(check_shapes(g, mean, cov));
    if (o.method < CX_COV_SVD || o.method > CX_COV_CHOLESKY || o.check_valid < CX_COV_WARN ||
        o.check_valid > CX_COV_IGNORE)
        return cx__fail(CX_E_ARGUMENT, where, "method %d or check_valid %d is unknown",
                        (int)o.method, (int)o.check_valid);
    const int ndim = shape.ndim == CX_SIZE_NONE.ndim ? 0 : shape.ndim;
    if (ndim < 0 || ndim >= CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "shape has %d dimensions", shape.ndim);
    for (int i = 0; i < ndim; i++) full[i] = shape.dim[i];
    full[ndim] = cx_dim(mean, 0);
    cx_array *const z = cx_rng_standard_normal(g, (cx_shape){ndim + 1, full}, CX_F64);
    CX__TRY(factor_of(g, cov, &o, &factor));
    const int64_t k = full[ndim], count = k > 0 ? cx_size(z) / k : 0;
    cx_array *const rows = cx_reshape(z, CX_SHAPE(count, k));
    *out = cx_add(cx_reshape(cx_matmul(rows, factor), (cx_shape){ndim + 1, full}), mean);
    return CX_OK;
}

cx_array *cx_rng_multivariate_normal(cx_generator *g, const cx_array *mean, const cx_array *cov,
                                     cx_shape shape, const cx_multivariate_normal_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = normals(g, mean, cov, shape, o, &r);
    return cx__give(s, st, r);
}
