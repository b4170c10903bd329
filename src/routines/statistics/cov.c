/* Covariance and correlation: one product of the centred variables. */
#include "ops/primitives.h"
#include "routines/operands.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/statistics.h>
#include <inttypes.h>

/* a as variables [k, n]. */
static cx_status variables(const char *where, const char *name, const cx_array *a, bool turned,
                           cx_dtype t, cx_array **out)
{
    if (cx_ndim(a) > 2)
        return cx__fail(CX_E_SHAPE, where, "%s has %d dimensions, at most 2", name, cx_ndim(a));
    cx_array *const x = cx_astype(a, t);
    *out = cx_ndim(a) == 2 ? x : cx_reshape(x, CX_SHAPE(1, cx_size(a)));
    if (turned) *out = cx_transpose(*out);
    return cx__so_far();
}

static cx_status weights_of(const char *where, const char *name, const cx_array *x,
                            const cx_array *given, cx_array **w)
{
    CX__ARRAY(where, name, given);
    CX__TRY(cx__need_together(where, "m", x, name, given));
    CX__TRY(cx__real_only(where, name, given));
    if (cx_ndim(given) != 1 || cx_size(given) != cx_dim(x, 1))
        return cx__fail(CX_E_SHAPE, where,
                        "%s have %d dimensions and %" PRId64 " elements for %" PRId64
                        " observations",
                        name, cx_ndim(given), cx_size(given), cx_dim(x, 1));
    *w = cx_astype(given, CX_F64);
    if (cx__any_true(cx_less(*w, cx_int(0))))
        return cx__fail(CX_E_ARGUMENT, where, "%s hold a negative number", name);
    return cx__so_far();
}

/* Weights of the observations and what the products are divided by. */
static cx_status weigh(const char *where, const cx_array *x, const cx_cov_opts *o, int64_t ddof,
                       cx_array **w, double *degrees)
{
    cx_array *f = NULL, *a = NULL;
    *degrees = (double)(cx_dim(x, 1) - ddof);
    if (o->fweights != NULL) {
        CX__TRY(weights_of(where, "fweights", x, o->fweights, &f));
        if (cx__any_true(cx_not_equal(f, cx_rint(f))))
            return cx__fail(CX_E_DTYPE, where, "fweights hold a number that is not whole");
    }
    if (o->aweights != NULL) CX__TRY(weights_of(where, "aweights", x, o->aweights, &a));
    *w = f != NULL && a != NULL ? cx_mul(f, a) : f != NULL ? f : a;
    if (*w == NULL) return cx__so_far();
    const double sum = cx_item_f64(cx_sum(*w, CX_ALL));
    CX__TRY(cx__so_far());
    if (sum == 0) return cx__fail(CX_E_ARGUMENT, where, "weights sum to zero");
    const double lost = a != NULL ? cx_item_f64(cx_sum(cx_mul(*w, a), CX_ALL)) / sum : 1.0;
    *degrees = ddof == 0 ? sum : sum - (double)ddof * lost;
    return cx__so_far();
}

static cx_status cov(const char *where, const cx_array *m, const cx_array *y, const cx_cov_opts *o,
                     cx_array **out)
{
    CX__ARRAY(where, "m", m);
    cx_dtype t = cx_promote_types(cx_dtype_of(m), CX_F64);
    if (y != NULL) {
        CX__ARRAY(where, "y", y);
        CX__TRY(cx__need_together(where, "m", m, "y", y));
        t = t == CX_DTYPE_NONE ? t : cx_promote_types(t, cx_dtype_of(y));
    }
    if (t == CX_DTYPE_NONE) return cx__fail(CX_E_DTYPE, where, "categories have no covariance");
    if (o->dtype != CX_DTYPE_NONE) t = o->dtype;
    const char kind = cx_dtype_kind(t);
    if (kind != 'f' && kind != 'e' && kind != 'c')
        return cx__fail(CX_E_DTYPE, where, "dtype %s is not a float's", cx_dtype_name(t));
    cx_array *x = NULL, *more = NULL, *w = NULL;
    CX__TRY(variables(where, "m", m, o->columns && cx_ndim(m) != 1, t, &x));
    if (cx_dim(x, 0) == 0) {
        *out = cx_zeros(CX_SHAPE(0, 0), CX_F64, cx_device_of(m));
        return cx__so_far();
    }
    if (y != NULL) {
        const bool turned = o->columns && cx_ndim(y) == 2 && cx_dim(y, 0) != 1;
        CX__TRY(variables(where, "y", y, turned, t, &more));
        if (cx_dim(more, 1) != cx_dim(x, 1))
            return cx__fail(CX_E_SHAPE, where, "y has %" PRId64 " observations, m has %" PRId64,
                            cx_dim(more, 1), cx_dim(x, 1));
        x = cx_concatenate(CX_ARRAYS(x, more), 0);
    }
    const int64_t ddof = o->ddof.set ? o->ddof.value : o->bias ? 0 : 1;
    double degrees = 0;
    CX__TRY(weigh(where, x, o, ddof, &w, &degrees));
    static cx__held weighted = CX__HELD("x, w: sum(x * w, axis=1, keepdims=True) / sum(w)");
    cx_array *mean;
    if (w == NULL)
        mean = cx_mean(x, CX_AXIS(1, .keepdims = true));
    else
        mean = cx__held_run(where, &weighted, CX_ARRAYS(x, w));
    if (degrees <= 0) {
        cx__warn(CX_E_ARGUMENT, "%s: no degrees of freedom", where);
        degrees = 0;
    }
    const cx_array *const centred = cx_astype(cx_sub(x, mean), t);
    const cx_array *other = w != NULL ? cx_mul(centred, w) : centred;
    if (kind == 'c') other = cx_conjugate(other);
    *out = cx_squeeze_all(cx_mul(cx_matmul(centred, cx_transpose(other)), cx_float(1.0 / degrees)));
    return cx__so_far();
}
cx_array *cx_cov(const cx_array *m, const cx_array *y, const cx_cov_opts *o)
{
    const char *const where = "cov";
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    cx_cov_opts asked;
    cx_status st = CX__OPTIONS(where, o, &asked);
    if (st == CX_OK) st = cov(where, m, y, &asked, &r);
    return cx__give(s, st, r);
}

static cx_array *cut(const cx_array *a)
{
    return cx_clip(a, cx_int(-1), cx_int(1));
}
static cx_status corrcoef(const char *where, const cx_array *x, const cx_array *y,
                          const cx_cov_opts *given, cx_array **out)
{
    cx_cov_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (o.bias || o.ddof.set || o.fweights != NULL || o.aweights != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "takes columns and dtype only");
    cx_array *c = NULL;
    CX__TRY(cov(where, x, y, &o, &c));
    if (cx_ndim(c) == 0) {
        *out = cx_div(c, c);
        return cx__so_far();
    }
    cx_array *const spread = cx_sqrt(cx_real(cx_diagonal(c, 0)));
    c = cx_div(cx_div(c, cx_expand_dims(spread, 1)), spread);
    if (cx__kind_of(c) != 'c') {
        *out = cut(c);
        return cx__so_far();
    }
    (void)cx_check(cx_copy_into(cut(cx_real(c)), cx_real(c)));
    (void)cx_check(cx_copy_into(cut(cx_imag(c)), cx_imag(c)));
    *out = c;
    return cx__so_far();
}
cx_array *cx_corrcoef(const cx_array *x, const cx_array *y, const cx_cov_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = corrcoef("corrcoef", x, y, o, &r);
    return cx__give(s, st, r);
}
