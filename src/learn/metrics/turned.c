/* Metrics that are Minkowski's over other columns: rows are multiplied first, by weights, by
 * inverse deviations or by a triangle, and then need no more than a scan of differences. */
#include "learn/metrics/pairwise.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/statistics.h>
#include <math.h>

static cx_status column_option(const cx__two *t, const char *name, const cx_array *v,
                               const cx_array **out)
{
    CX__NEED(t->where, name, v, CX__KIND_ARRAY);
    if (cx_ndim(v) != 1 || cx_size(v) != t->d)
        return cx__fail(CX_E_SHAPE, t->where, "%s must be [%lld]", name, (long long)t->d);
    *out = cx__f64(&t->site, v);
    return cx__so_far();
}

/* Spread of x's own rows: of two sets it must be given. */
static cx_status own_spread(const cx__two *t, const char *name)
{
    if (t->same) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, t->where, "%s must be given where there is a y", name);
}

cx_status cx__own_variance(const cx__two *t, const cx_array **out)
{
    CX__TRY(own_spread(t, "v"));
    *out = cx_var(t->x, CX_AXIS(0, .ddof = 1));
    return cx__so_far();
}

cx_status cx__own_inverse(const cx__two *t, const cx_array **out)
{
    CX__TRY(own_spread(t, "vi"));
    if (t->n <= t->d)
        return cx__fail(CX_E_ARGUMENT, t->where,
                        "%lld rows are too few for a covariance of %lld columns; give vi",
                        (long long)t->n, (long long)t->d);
    const cx_array *c = cx_cov(cx_transpose(t->x), NULL, NULL);
    *out = cx_linalg_inv(cx_reshape(c, CX_SHAPE(t->d, t->d)));
    return cx__so_far();
}

cx_status cx__turn_weights(const cx__two *t, const cx_pairwise_opts *o, double p, cx_array **turn)
{
    static cx__held scale = CX__HELD("w, p: w ** (1 / p)"), some = CX__HELD("w: float64(w != 0)");
    const cx_array *w;
    *turn = NULL;
    if (o->w == NULL) return CX_OK;
    CX__TRY(column_option(t, "w", o->w, &w));
    *turn = isinf(p) ? cx__held_run(t->where, &some, CX_ARRAYS(w))
                     : cx__held_run(t->where, &scale, CX_ARRAYS(w, cx_float(p)));
    return cx__so_far();
}

cx_status cx__turn_deviations(const cx__two *t, const cx_pairwise_opts *o, cx_array **turn)
{
    static cx__held inverse = CX__HELD("v: 1 / sqrt(v)");
    const cx_array *v;
    if (o->v != NULL)
        CX__TRY(column_option(t, "v", o->v, &v));
    else
        CX__TRY(cx__own_variance(t, &v));
    *turn = cx__held_run(t->where, &inverse, CX_ARRAYS(v));
    return cx__so_far();
}

cx_status cx__turn_triangle(const cx__two *t, const cx_pairwise_opts *o, cx_array **turn)
{
    static cx__held mean = CX__HELD("a, b: (a + b) * 0.5");
    const cx_array *vi = o->vi;
    if (vi != NULL) {
        CX__NEED(t->where, "vi", vi, CX__KIND_ARRAY);
        if (cx_ndim(vi) != 2 || cx_dim(vi, 0) != t->d || cx_dim(vi, 1) != t->d)
            return cx__fail(CX_E_SHAPE, t->where, "vi must be [%lld, %lld]", (long long)t->d,
                            (long long)t->d);
        vi = cx__f64(&t->site, vi);
    } else {
        CX__TRY(cx__own_inverse(t, &vi));
    }
    vi = cx__held_run(t->where, &mean, CX_ARRAYS(vi, cx_transpose(vi)));
    *turn = cx_linalg_cholesky(vi, NULL);
    return cx__so_far();
}

cx_array *cx__turned(const cx_array *x, const cx_array *turn)
{
    return cx_ascontiguous(cx_ndim(turn) == 1 ? cx_mul(x, turn) : cx_matmul(x, turn));
}

cx__two cx__two_turned(const cx__two *t, const cx_array *turn)
{
    return cx__two_with(t, cx__turned(t->x, turn), t->same ? NULL : cx__turned(t->y, turn));
}
