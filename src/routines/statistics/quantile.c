/* Quantiles and percentiles by NumPy's thirteen methods, with weights and without NaN. The one
 * idea: a method is where between the sorted elements a quantile lies; rows are only arranged about
 * those places. Numbers are computed in the dtypes in which NumPy computes them. */
#include "routines/statistics/quantile.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <math.h>

/* What is asked: q of count elements, flat; weak: a number of C's. */
typedef struct question {
    cx_array *q;
    int64_t count;
    int ndim;
    int64_t shape[2];
    bool weak;
    cx_quantile_opts o;
} question;

/* ---- places */
/* floor, ceil or nearest of (n - 1) q; inverted CDFs; each an element. */
static cx_array *at_boundary(const cx_array *index, bool closest)
{
    cx_array *const below = cx_floor(index);
    cx_array *stay = cx_equal(cx_sub(index, below), cx_int(0));
    if (closest) stay = cx_logical_and(stay, cx_equal(cx_remainder(below, cx_int(2)), cx_int(1)));
    cx_array *const at = cx_where(stay, below, cx_add(below, cx_int(1)));
    return cx_maximum(cx_astype(at, CX_I64), cx_int(0));
}
static cx_array *between(const cx_array *n, const cx_array *q, const cx_array *alpha,
                         const cx_array *slope)
{
    return cx_sub(cx_add(cx_mul(q, n), cx_add(cx_mul(q, slope), alpha)), cx_int(1));
}

void cx__quantile_place(cx_quantile_method method, const cx_array *n, const cx_array *last,
                        const cx_array *q, cx__place *p)
{
    cx_array *v = NULL, *at = NULL;
    switch (method) {
    case CX_QUANTILE_INVERTED_CDF: at = at_boundary(cx_sub(cx_mul(q, n), cx_int(1)), false); break;
    case CX_QUANTILE_CLOSEST_OBSERVATION:
        at = at_boundary(cx_sub(cx_sub(cx_mul(q, n), cx_int(1)), cx_float(0.5)), true);
        break;
    case CX_QUANTILE_LOWER: at = cx_astype(cx_floor(cx_mul(q, last)), CX_I64); break;
    case CX_QUANTILE_HIGHER: at = cx_astype(cx_ceil(cx_mul(q, last)), CX_I64); break;
    case CX_QUANTILE_NEAREST: at = cx_astype(cx_rint(cx_mul(q, last)), CX_I64); break;
    case CX_QUANTILE_AVERAGED_INVERTED_CDF: v = cx_sub(cx_mul(q, n), cx_int(1)); break;
    case CX_QUANTILE_INTERPOLATED_INVERTED_CDF: v = between(n, q, cx_int(0), cx_int(0)); break;
    case CX_QUANTILE_HAZEN: v = between(n, q, cx_float(0.5), cx_float(0.0)); break;
    case CX_QUANTILE_WEIBULL: v = between(n, q, cx_int(0), cx_int(1)); break;
    case CX_QUANTILE_MEDIAN_UNBIASED:
        v = between(n, q, cx_float(1 / 3.0), cx_float(1 - 1 / 3.0 - 1 / 3.0));
        break;
    case CX_QUANTILE_NORMAL_UNBIASED:
        v = between(n, q, cx_float(3 / 8.0), cx_float(1 - 3 / 8.0 - 3 / 8.0));
        break;
    case CX_QUANTILE_MIDPOINT: {
        cx_array *const x = cx_mul(q, last);
        v = cx_mul(cx_add(cx_floor(x), cx_ceil(x)), cx_float(0.5));
        break;
    }
    case CX_QUANTILE_LINEAR:
    default: v = cx_mul(q, last);
    }
    const bool whole = v != NULL && cx__is_whole(v);
    if (v != NULL && whole && method == CX_QUANTILE_LINEAR) {
        at = v;
        v = NULL;
    }
    *p = (cx__place){.lower = at};
    if (v == NULL) return;
    /* beyond an end both are that element; -1 is the last, as NumPy has it where gamma is made */
    cx_array *const below = cx_floor(v), *const above = cx_greater_equal(v, last),
                    *const before = cx_less(v, cx_int(0));
    const cx_array *const ends[2] = {cx_int(-1), cx_int(0)};
    cx_array *const low = cx_where(above, ends[0], cx_where(before, ends[1], below)),
                    *const high = cx_where(above, ends[0],
                                           cx_where(before, ends[1], cx_add(below, cx_int(1))));
    p->lower = cx_astype(low, CX_I64);
    p->upper = cx_astype(high, CX_I64);
    cx_array *gamma = cx_sub(v, p->lower);
    if (method == CX_QUANTILE_AVERAGED_INVERTED_CDF)
        gamma = cx_where(cx_equal(gamma, cx_int(0)), cx_float(0.5), cx_float(1.0));
    if (method == CX_QUANTILE_MIDPOINT)
        gamma =
            cx_where(cx_equal(cx_remainder(v, cx_int(1)), cx_int(0)), cx_float(0.0), cx_float(0.5));
    p->gamma = cx_astype(gamma, cx_dtype_of(v));
}

/* ---- elements at places */
/* a + (b - a) t, from the nearer end. Narrow integers are subtracted in the result's dtype, which
 * holds every difference (NumPy's wrap), wide ones exactly. */
static cx_array *mix(const char *where, cx_array *a, cx_array *b, const cx_array *gamma, bool weak)
{
    const cx_dtype t = cx_dtype_of(a);
    if (weak) gamma = cx_astype(gamma, CX_F64);
    const cx_array *g = gamma, *rest = cx_sub(cx_int(1), gamma);
    if (weak && cx__is_floating(a)) {
        g = cx_astype(g, t);
        rest = cx_astype(rest, t);
    }
    if (!cx__is_whole(g) && cx__is_whole(a) && cx_dtype_size(t) < 8) {
        const cx_dtype wide = cx_promote_types(t, cx_dtype_of(g));
        a = cx_astype(a, wide);
        b = cx_astype(b, wide);
    }
    const cx_array *gap = cx_sub(b, a);
    if (!cx__is_whole(g) && cx_dtype_of(gap) == CX_I64) gap = cx_view_as(gap, CX_U64);
    static cx__held mixed = CX__HELD("a, b, gap, t, g, rest: "
                                     "where(t >= 0.5, b - gap * rest, a + gap * g)");
    return cx__held_run(where, &mixed, CX_ARRAYS(a, b, gap, gamma, g, rest));
}
static cx_status no_bool(const char *where, const cx_array *a)
{
    if (cx_dtype_of(a) != CX_BOOL) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "a is bool, whose elements cannot be mixed");
}

/* Rows arranged about the places of one row, which are on the host. */
static cx_status arrange(const char *where, const cx__rows *r, const cx__place *p, cx_array **out)
{
    const int64_t count = cx_size(p->lower), lists = p->upper != NULL ? 2 : 1;
    cx_array *const both =
        p->upper != NULL ? cx_concatenate(CX_ARRAYS(p->lower, p->upper), 0) : cx_ravel(p->lower);
    const int64_t *const kth = cx_data_i64(both);
    CX__TRY(cx__so_far());
    if (count * lists > INT32_MAX) return cx__fail(CX_E_SHAPE, where, "too many quantiles");
    *out = cx_partition(r->a, (int)(count * lists), kth, 1);
    return cx__so_far();
}

/* [count, q]; a NaN, which stands last, takes the whole row. */
static cx_array *spread_nan(const cx_array *rows, cx_array *v)
{
    if (cx__is_whole(rows)) return v;
    cx_array *const last = cx_slice(rows, 1, -1, CX_END, 1);
    return cx_where(cx_isnan(last), last, v);
}
static cx_status plain(const char *where, const cx__rows *r, const question *ask, cx_array **out)
{
    cx__place p;
    cx__quantile_place(ask->o.method, cx_int(r->n), cx_int(r->n - 1), ask->q, &p);
    CX__TRY(cx__so_far());
    if (p.upper != NULL) CX__TRY(no_bool(where, r->a));
    cx_array *rows = NULL;
    CX__TRY(arrange(where, r, &p, &rows));
    const cx_device dev = cx_device_of(rows);
    cx_array *v = cx_take(rows, cx_to(p.lower, dev), 1);
    if (p.upper != NULL)
        v = mix(where, v, cx_take(rows, cx_to(p.upper, dev), 1), cx_to(p.gamma, dev), ask->weak);
    *out = spread_nan(rows, v);
    return cx__so_far();
}

/* Rows with NaNs: each has places of its own, by how many elements it has. */
static cx_status apart(const char *where, const cx__rows *r, const cx_array *some,
                       const question *ask, cx_array **out)
{
    const cx_device dev = cx_device_of(r->a);
    cx_array *const rows = cx_sort(r->a, 1), *const q = cx_to(ask->q, dev),
                    *const counts = cx_expand_dims(some, 1),
                    *const n = cx_astype(counts, cx_dtype_of(q)),
                    *const last = cx_sub(n, cx_int(1));
    cx__place p;
    cx__quantile_place(ask->o.method, n, last, q, &p);
    CX__TRY(cx__so_far());
    if (p.upper != NULL) CX__TRY(no_bool(where, r->a));
    cx_array *const end = cx_sub(counts, cx_int(1)), *v = NULL, *pair[2] = {p.lower, p.upper};
    for (int i = 0; i < 2 && pair[i] != NULL; i++) {
        cx_array *const at = cx_where(cx_less(pair[i], cx_int(0)), end, pair[i]);
        pair[i] = cx_take_along_axis(rows, cx_maximum(at, cx_int(0)), 1);
    }
    v = pair[1] != NULL ? mix(where, pair[0], pair[1], p.gamma, ask->weak) : pair[0];
    /* a row of NaNs alone has one at every place */
    *out = v;
    return cx__so_far();
}

/* ---- weights */
/* How many of a row's shares of the weight are below each q: [count, q]. */
static cx_array *places_below(const cx_array *cdf, const cx_array *q)
{
    if (cx_dim(cdf, 0) == 1) return cx_expand_dims(cx_searchsorted(cx_ravel(cdf), q, CX_LEFT), 0);
    const int64_t count = cx_size(q);
    cx_array *const at = cx_empty(CX_SHAPE(cx_dim(cdf, 0), count), CX_I64, cx_device_of(cdf));
    for (int64_t i = 0; i < count && cx_ok(); i++) {
        const cx_scope s = cx_scope_open();
        (void)cx_check(cx_copy_into(cx_count_nonzero(cx_less(cdf, cx_select(q, 0, i)), CX_AXIS(1)),
                                    cx_select(at, 1, i)));
        (void)cx_check(cx_scope_close(s));
    }
    return at;
}
static cx_status weighted(const char *where, const cx__rows *r, const question *ask,
                          const cx_array *some, cx_array **out)
{
    cx_array *const order = cx_argsort(r->a, 1), *const rows = cx_take_along_axis(r->a, order, 1),
                    *w = cx_astype(cx_take_along_axis(r->weights, order, 1), CX_F64);
    if (some != NULL) w = cx_where(cx_isnan(rows), cx_float(0.0), w);
    cx_array *cdf = cx_cumsum(w, 1);
    cdf = cx_div(cdf, cx_slice(cdf, 1, -1, CX_END, 1));
    cx_array *bad = cx_isnan(cx_select(cdf, 1, -1));
    if (some != NULL) bad = cx_logical_and(bad, cx_greater(some, cx_int(0)));
    if (cx__any_true(bad))
        return cx__fail(CX_E_ARGUMENT, where, "weights hold NaN, inf, or are all zero");
    cx_array *const q = cx_to(ask->q, cx_device_of(rows));
    if (cx__is_floating(q)) cdf = cx_astype(cdf, cx_dtype_of(q));
    cdf = cx_where(cx_equal(cdf, cx_int(0)), cx_int(-1), cdf); /* no element without weight */
    cx_array *const at = cx_minimum(places_below(cdf, q), cx_int(r->n - 1)),
                    *v = cx_take_along_axis(rows, at, 1);
    if (some == NULL)
        v = spread_nan(rows, v);
    else if (!cx__is_whole(rows))
        v = cx_where(cx_expand_dims(cx_equal(some, cx_int(0)), 1), cx_float((double)NAN), v);
    *out = v;
    return cx__so_far();
}

/* ---- faces */
static cx_status question_of(const char *where, const cx_array *q, double whole,
                             const cx_quantile_opts *o, question *ask)
{
    CX__TRY(CX__OPTIONS(where, o, &ask->o));
    if ((unsigned)ask->o.method > CX_QUANTILE_NEAREST)
        return cx__fail(CX_E_ARGUMENT, where, "method is %d", (int)ask->o.method);
    ask->weak = cx__is_weak(q);
    if (!ask->weak) CX__ARRAY(where, "q", q);
    CX__TRY(cx__real_only(where, "q", q));
    cx_array *own = ask->weak ? cx_full(CX_SHAPE(), q, cx_dtype_of(q), CX_CPU) : cx_to(q, CX_CPU);
    CX__TRY(cx__so_far());
    if (cx_ndim(own) > 2)
        return cx__fail(CX_E_SHAPE, where, "q has %d dimensions, at most 2", cx_ndim(own));
    ask->ndim = cx_ndim(own);
    for (int d = 0; d < ask->ndim; d++) ask->shape[d] = cx_dim(own, d);
    ask->count = cx_size(own);
    if (whole != 1) own = cx_div(own, cx_float(whole));
    ask->q = cx_ravel(own);
    const bool inside = cx_item_bool(cx_all(
        cx_logical_and(cx_greater_equal(ask->q, cx_int(0)), cx_less_equal(ask->q, cx_int(1))),
        CX_ALL));
    CX__TRY(cx__so_far());
    if (!inside) return cx__fail(CX_E_ARGUMENT, where, "q is outside [0, %g]", whole);
    return CX_OK;
}
static cx_status weights_of(const char *where, const cx_array *a, cx_reduce how,
                            const cx_quantile_opts *o, cx_array **out)
{
    if (o->weights == NULL) return CX_OK;
    if (o->method != CX_QUANTILE_INVERTED_CDF)
        return cx__fail(CX_E_ARGUMENT, where, "weights go with CX_QUANTILE_INVERTED_CDF only");
    CX__TRY(cx__weights_like(where, a, o->weights, how, out));
    CX__TRY(cx__real_only(where, "weights", *out));
    if (cx__any_true(cx_less(*out, cx_int(0))))
        return cx__fail(CX_E_ARGUMENT, where, "weights hold a negative number");
    return cx__so_far();
}

/* [count, q] to q's shape and the kept axes. */
static cx_status shaped(const char *where, const cx__rows *r, const question *ask,
                        const cx_array *v, cx_array **out)
{
    if (r->out_ndim + ask->ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "the result has %d dimensions", r->out_ndim + ask->ndim);
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d < ask->ndim; d++) shape[d] = ask->shape[d];
    for (int d = 0; d < r->out_ndim; d++) shape[ask->ndim + d] = r->out_shape[d];
    *out = cx_reshape(cx_transpose(v), (cx_shape){ask->ndim + r->out_ndim, shape});
    return cx__so_far();
}

static cx_status quantiles(const char *where, const cx_array *a, const cx_array *q, double whole,
                           bool ignore_nan, cx_reduce how, const cx_quantile_opts *o,
                           cx_array **out)
{
    question ask = {.q = NULL};
    cx__rows r;
    CX__ARRAY(where, "a", a);
    CX__TRY(cx__axes_only(where, how));
    CX__TRY(cx__real_only(where, "a", a));
    CX__TRY(question_of(where, q, whole, o, &ask));
    cx_array *weights = NULL, *v = NULL, *some = NULL;
    CX__TRY(weights_of(where, a, how, &ask.o, &weights));
    CX__TRY(cx__rows_of(where, a, weights, how, &r));
    const bool empty = r.n == 0 && r.count > 0;
    if (empty && (!ignore_nan || cx__is_whole(a)))
        return cx__fail(CX_E_INDEX, where, "no element to choose from");
    if (r.n == 0 || r.count == 0) {
        v = cx_full(CX_SHAPE(r.count, ask.count), cx_float(empty ? (double)NAN : 0.0),
                    cx_dtype_of(a), cx_device_of(a));
        return shaped(where, &r, &ask, v, out);
    }
    if (ignore_nan && !cx__is_whole(a)) {
        cx_array *const nan = cx_isnan(r.a);
        if (cx__any_true(nan)) some = cx_sub(cx_int(r.n), cx_count_nonzero(nan, CX_AXIS(1)));
        CX__TRY(cx__so_far());
    }
    if (r.weights != NULL)
        CX__TRY(weighted(where, &r, &ask, some, &v));
    else if (some != NULL)
        CX__TRY(apart(where, &r, some, &ask, &v));
    else
        CX__TRY(plain(where, &r, &ask, &v));
    return shaped(where, &r, &ask, v, out);
}

static cx_array *face(const char *where, const cx_array *a, const cx_array *q, double whole,
                      bool ignore_nan, cx_reduce how, const cx_quantile_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = quantiles(where, a, q, whole, ignore_nan, how, o, &r);
    return cx__give(s, st, r);
}
cx_array *cx_quantile(const cx_array *a, const cx_array *q, cx_reduce how)
{
    return face("quantile", a, q, 1, false, how, NULL);
}
cx_array *cx_quantile_with(const cx_array *a, const cx_array *q, cx_reduce how,
                           const cx_quantile_opts *o)
{
    return face("quantile_with", a, q, 1, false, how, o);
}
cx_array *cx_percentile(const cx_array *a, const cx_array *q, cx_reduce how,
                        const cx_quantile_opts *o)
{
    return face("percentile", a, q, 100, false, how, o);
}
cx_array *cx_nanquantile(const cx_array *a, const cx_array *q, cx_reduce how,
                         const cx_quantile_opts *o)
{
    return face("nanquantile", a, q, 1, true, how, o);
}
cx_array *cx_nanpercentile(const cx_array *a, const cx_array *q, cx_reduce how,
                           const cx_quantile_opts *o)
{
    return face("nanpercentile", a, q, 100, true, how, o);
}
