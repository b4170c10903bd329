/* ptp, median, quantile and average, composed from reductions and sorting. The one idea: the
 * reduced axes are moved last and made one, so that there is one way for every combination of
 * axes. Knows no memory. */
#include "core/array.h"
#include "core/promote.h"
#include "core/shape.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Options that these functions have no use for are refused. */
static cx_status plain(const char *where, const cx_array *a, cx_reduce how)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (how.where != NULL || how.initial != NULL || how.dtype != CX_DTYPE_NONE || how.ddof != 0 ||
        how.no_axes)
        return cx__fail(CX_E_ARGUMENT, where, "takes axes and keepdims only");
    return CX_OK;
}

cx_array *cx_ptp(const cx_array *a, cx_reduce how)
{
    const cx_status st = plain("ptp", a, how);
    if (st != CX_OK) return cx__yield(st, "ptp", NULL);
    const cx_scope s = cx_scope_open();
    cx_array *const most = cx_max(a, how);
    return cx_scope_return(s, cx_sub(most, cx_min(a, how)));
}

/* ---- sorted rows of the reduced elements */
typedef struct sorted_rows {
    cx_array *rows; /* [kept..., count], ascending, NaN last; belongs to the open scope */
    int kept;       /* dimensions before the last */
    int64_t count;
    int out_ndim; /* of the result */
    int64_t out_shape[CX_MAX_NDIM];
} sorted_rows;

static cx_status reduced_axes(const char *where, const cx_array *a, cx_reduce how, uint32_t *axes)
{
    *axes = 0;
    if (how.axis_count == 0) {
        for (int d = 0; d < a->ndim; d++) *axes |= UINT32_C(1) << d;
        return CX_OK;
    }
    if (how.axis_count < 0 || (how.axis_count > 1 && how.axes == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "axis_count is %d without a list of axes",
                        how.axis_count);
    for (int i = 0; i < how.axis_count; i++) {
        int k;
        CX__TRY(cx__axis(where, how.axes != NULL ? how.axes[i] : how.axis, a->ndim, &k));
        if (*axes >> k & 1) return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", k);
        *axes |= UINT32_C(1) << k;
    }
    return CX_OK;
}

static cx_status sort_reduced(const char *where, const cx_array *a, cx_reduce how, sorted_rows *r)
{
    const char kind = cx_dtype_kind((cx_dtype)a->dtype);
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "dtype %s is not accepted",
                        cx_dtype_name((cx_dtype)a->dtype));
    uint32_t axes;
    CX__TRY(reduced_axes(where, a, how, &axes));
    int order[CX_MAX_NDIM], n = 0;
    int64_t shape[CX_MAX_NDIM + 1];
    r->kept = r->out_ndim = 0;
    r->count = 1;
    for (int d = 0; d < a->ndim; d++) {
        const bool gone = (axes >> d & 1) != 0;
        if (!gone) {
            order[n++] = d;
            shape[r->kept++] = a->shape[d];
        }
        if (!gone || how.keepdims) r->out_shape[r->out_ndim++] = gone ? 1 : a->shape[d];
    }
    for (int d = 0; d < a->ndim; d++) {
        if ((axes >> d & 1) == 0) continue;
        order[n++] = d;
        r->count *= a->shape[d];
    }
    shape[r->kept] = r->count;
    const bool wide = kind == 'i' || kind == 'u' || kind == 'b';
    cx_array *const turned = cx_permute_dims(a, a->ndim, order);
    cx_array *const rows = cx_reshape(cx_astype(turned, wide ? CX_F64 : (cx_dtype)a->dtype),
                                      (cx_shape){r->kept + 1, shape});
    r->rows = cx_sort(rows, -1);
    return CX_OK;
}
static cx_array *element(const sorted_rows *r, int64_t i)
{
    return cx_select(r->rows, -1, i);
}
/* v where no NaN is among the row's elements, else NaN: the last of a row tells. */
static cx_array *or_nan(const sorted_rows *r, cx_array *v)
{
    cx_array *const last = element(r, r->count - 1);
    return cx_where(cx_isnan(last), last, v);
}
static cx_array *none(const sorted_rows *r)
{
    return cx_full((cx_shape){r->out_ndim, r->out_shape}, cx_float((double)NAN),
                   cx_dtype_of(r->rows), cx_device_of(r->rows));
}

cx_array *cx_median(const cx_array *a, cx_reduce how)
{
    const char *const where = "median";
    cx_status st = plain(where, a, how);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    sorted_rows r;
    cx_array *out = NULL;
    st = cx_check(sort_reduced(where, a, how, &r));
    if (st == CX_OK && r.count == 0) {
        out = none(&r);
    } else if (st == CX_OK) {
        const int64_t lo = (r.count - 1) / 2, hi = r.count / 2;
        out = or_nan(&r, cx_mean(cx_slice(r.rows, -1, lo, hi + 1, 1), CX_AXIS(-1)));
        out = cx_reshape(out, (cx_shape){r.out_ndim, r.out_shape});
    }
    return cx_scope_return(s, out != NULL ? out : cx__nil(st));
}

/* Linear interpolation from the nearer side, so that it is monotonic and exact at both ends, in
 * the wider of the rows' dtype and the result's. */
static cx_array *at_quantile(const sorted_rows *r, double q, cx_dtype t)
{
    const double place = q * (double)(r->count - 1);
    const int64_t lo = (int64_t)floor(place), hi = lo + 1 < r->count ? lo + 1 : lo;
    const double part = place - (double)lo;
    const cx_dtype wide = cx_promote_types(cx_dtype_of(r->rows), t);
    cx_array *const below = cx_astype(element(r, lo), wide),
                    *const above = cx_astype(element(r, hi), wide),
                    *const gap = cx_sub(above, below);
    cx_array *const v = part < 0.5 ? cx_add(below, cx_mul(gap, cx_float(part)))
                                   : cx_sub(above, cx_mul(gap, cx_float(1.0 - part)));
    return cx_reshape(cx_astype(or_nan(r, v), t), (cx_shape){r->out_ndim, r->out_shape});
}
static cx_array *quantiles(const sorted_rows *r, const double *q, int count, bool scalar,
                           cx_dtype t)
{
    if (scalar) return at_quantile(r, q[0], t);
    int64_t shape[CX_MAX_NDIM + 1] = {count};
    for (int d = 0; d < r->out_ndim; d++) shape[d + 1] = r->out_shape[d];
    cx_array *const out = cx_empty((cx_shape){r->out_ndim + 1, shape}, t, cx_device_of(r->rows));
    for (int i = 0; i < count && cx_ok(); i++) {
        cx_array *const v = at_quantile(r, q[i], t);
        (void)cx_check(cx_copy_into(v, cx_select(out, 0, i)));
    }
    return out;
}

static cx_array *quantile(const char *where, const cx_array *a, const cx_array *q, cx_dtype t,
                          cx_reduce how)
{
    cx_array *const points = cx_astype(cx_to(q, CX_CPU), CX_F64);
    const int64_t count = cx_size(points);
    const double *const p = cx_data_f64(points);
    if (p == NULL) return cx__nil(cx_status_of(points));
    for (int64_t i = 0; i < count; i++)
        if (!(p[i] >= 0 && p[i] <= 1))
            return cx__nil(cx_check(cx__fail(CX_E_ARGUMENT, where, "q is outside [0, 1]")));
    sorted_rows r;
    const cx_status st = cx_check(sort_reduced(where, a, how, &r));
    if (st != CX_OK) return cx__nil(st);
    if (count > INT32_MAX || r.out_ndim + cx_ndim(q) > CX_MAX_NDIM)
        return cx__nil(cx_check(cx__fail(CX_E_SHAPE, where, "too many results")));
    if (r.count > 0) return quantiles(&r, p, (int)count, cx_ndim(points) == 0, t);
    if (cx_ndim(points) == 0) return none(&r);
    int64_t shape[CX_MAX_NDIM + 1] = {count};
    for (int d = 0; d < r.out_ndim; d++) shape[d + 1] = r.out_shape[d];
    return cx_full((cx_shape){r.out_ndim + 1, shape}, cx_float((double)NAN), cx_dtype_of(r.rows),
                   cx_device_of(r.rows));
}
cx_array *cx_quantile(const cx_array *a, const cx_array *q, cx_reduce how)
{
    const char *const where = "quantile";
    cx_array *own = NULL;
    cx_dtype t = CX_DTYPE_NONE; /* of the result: a number of C's does not lift a float's */
    cx_status st = plain(where, a, how);
    if (st == CX_OK) st = cx__array_own(where, "q", q, &own);
    if (st == CX_OK && cx_dtype_kind((cx_dtype)own->dtype) == 'c')
        st = cx__fail(CX_E_DTYPE, where, "q is complex");
    if (st == CX_OK) st = cx__result_type(where, 2, (const cx_array *const[]){a, q}, &t);
    /* 0 and 1 as integers pick elements */
    if (st == CX_OK && strchr("biu", cx_dtype_kind((cx_dtype)own->dtype)) != NULL)
        t = (cx_dtype)a->dtype;
    if (st == CX_OK && own->ndim > 1)
        st = cx__fail(CX_E_SHAPE, where, "q has %d dimensions, at most 1", own->ndim);
    if (st != CX_OK) {
        cx__release(own);
        return cx__yield(st, where, NULL);
    }
    const cx_scope s = cx_scope_open();
    cx_array *const out = quantile(where, a, own, t, how);
    cx__release(own);
    return cx_scope_return(s, out);
}

/* ---- average */
static cx_array *average(const char *where, const cx_array *a, const cx_array *weights,
                         cx_reduce how)
{
    const cx_array *w = weights;
    const bool same = a->ndim == weights->ndim &&
                      memcmp(a->shape, weights->shape, (size_t)a->ndim * sizeof *a->shape) == 0;
    if (!same) {
        int k;
        if (how.axis_count != 1 || weights->ndim != 1)
            return cx__nil(cx_check(
                cx__fail(CX_E_SHAPE, where,
                         "weights of another shape than a's must be 1-d, along one axis")));
        const cx_status st =
            cx_check(cx__axis(where, how.axes != NULL ? how.axes[0] : how.axis, a->ndim, &k));
        if (st != CX_OK) return cx__nil(st);
        if (weights->size != a->shape[k])
            return cx__nil(cx_check(cx__fail(
                CX_E_SHAPE, where, "%" PRId64 " weights for %" PRId64 " elements along axis %d",
                weights->size, a->shape[k], k)));
        int64_t shape[CX_MAX_NDIM];
        for (int d = 0; d < a->ndim; d++) shape[d] = d == k ? weights->size : 1;
        w = cx_broadcast_to(cx_reshape(weights, (cx_shape){a->ndim, shape}), cx_shape_of(a));
    }
    cx_reduce sums = how;
    const char kind = cx_dtype_kind((cx_dtype)a->dtype);
    sums.dtype = cx_promote_types((cx_dtype)a->dtype, (cx_dtype)weights->dtype);
    if (kind == 'b' || kind == 'i' || kind == 'u')
        sums.dtype = cx_promote_types(sums.dtype, CX_F64);
    cx_array *const total = cx_sum(w, sums);
    cx_array *const x = cx_astype(a, sums.dtype);
    if (cx_ok() && cx_item_bool(cx_any(cx_equal(total, cx_int(0)), CX_ALL)))
        return cx__nil(cx_check(cx__fail(CX_E_ARGUMENT, where, "weights sum to zero")));
    return cx_div(cx_sum(cx_mul(x, w), sums), total);
}
cx_array *cx_average(const cx_array *a, const cx_array *weights, cx_reduce how)
{
    const char *const where = "average";
    cx_status st = plain(where, a, how);
    if (st == CX_OK && weights == NULL) return cx_mean(a, how);
    if (st == CX_OK) st = cx__array_need(where, "weights", weights);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, average(where, a, weights, how));
}
