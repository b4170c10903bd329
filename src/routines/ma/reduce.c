/* Reductions of masked arrays: the ordinary ones over a copy in which what is masked takes no part;
 * the result is masked where nothing was left. */
#include "ops/primitives.h"
#include "routines/ma/masked.h"

typedef cx_array *(*reduction)(const cx_array *, cx_reduce);

cx_status cx__ma_axes(const char *where, cx_reduce how, cx_reduce *axes)
{
    if (how.where != NULL || how.initial != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "takes no where and no initial; use the mask");
    *axes = (cx_reduce){.axis_count = how.axis_count,
                        .axis = how.axis,
                        .axes = how.axes,
                        .keepdims = how.keepdims,
                        .no_axes = how.no_axes};
    return CX_OK;
}

/* ---- count */
static cx_status count(cx_masked a, cx_reduce how, cx_array **out)
{
    static const char where[] = "ma_count";
    cx_reduce axes;
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(cx__ma_axes(where, how, &axes));
    const cx_array *const counts =
        a.mask != NULL ? cx_logical_not(a.mask)
                       : cx_broadcast_to(cx_ones(CX_SHAPE(), CX_BOOL, cx_device_of(a.data)),
                                         cx_shape_of(a.data));
    *out = cx_count_nonzero(counts, axes);
    return cx_status_of(*out);
}
cx_array *cx_ma_count(cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = count(a, how, &r);
    return cx__give(s, st, r);
}

/* ---- what reduces by one call */
/* What a masked element is replaced by, so that it takes no part. A copy costs less than a mask
 * that every step of a reduction looks at. */
static const cx_array *neutral(reduction f, const cx_array *data)
{
    const cx_dtype t = cx_dtype_of(data);
    const cx_device d = cx_device_of(data);
    if (f == cx_min || f == cx_max) return cx__ma_extreme(t, f == cx_min, d);
    return f == cx_prod || f == cx_all ? cx_ones(CX_SHAPE(), t, d) : cx_zeros(CX_SHAPE(), t, d);
}
static cx_status reduce(const char *where, reduction f, cx_masked a, cx_reduce how, cx_masked *out)
{
    cx_reduce axes;
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(cx__ma_axes(where, how, &axes));
    const cx_array *const x =
        a.mask == NULL ? a.data : cx_where(a.mask, neutral(f, a.data), a.data);
    CX__TRY(cx__so_far());
    *out = (cx_masked){f(x, how), a.mask != NULL ? cx_all(a.mask, axes) : NULL,
                       cx__ma_share(a.fill_value)};
    return cx__so_far();
}
static cx_masked reduced(const char *where, reduction f, cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = reduce(where, f, a, how, &r);
    return cx__ma_give(s, st, where, r);
}
cx_masked cx_ma_sum(cx_masked a, cx_reduce how)
{
    return reduced("ma_sum", cx_sum, a, how);
}
cx_masked cx_ma_prod(cx_masked a, cx_reduce how)
{
    return reduced("ma_prod", cx_prod, a, how);
}
cx_masked cx_ma_min(cx_masked a, cx_reduce how)
{
    return reduced("ma_min", cx_min, a, how);
}
cx_masked cx_ma_max(cx_masked a, cx_reduce how)
{
    return reduced("ma_max", cx_max, a, how);
}
cx_masked cx_ma_any(cx_masked a, cx_reduce how)
{
    return reduced("ma_any", cx_any, a, how);
}
cx_masked cx_ma_all(cx_masked a, cx_reduce how)
{
    return reduced("ma_all", cx_all, a, how);
}

static cx_status ptp(cx_masked a, cx_reduce how, cx_masked *out)
{
    cx_masked low = {NULL, NULL, NULL};
    CX__TRY(reduce("ma_ptp", cx_max, a, how, out));
    CX__TRY(reduce("ma_ptp", cx_min, a, how, &low));
    out->data = cx_sub(out->data, low.data);
    return cx_status_of(out->data);
}
cx_masked cx_ma_ptp(cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = ptp(a, how, &r);
    return cx__ma_give(s, st, "ma_ptp", r);
}

/* ---- moments */
/* NumPy divides a sum by an int64 count, so what is narrower than float64 widens; the sum is then
 * taken in the wide dtype at once. */
static cx_dtype wide(cx_dtype t)
{
    return cx_dtype_kind(t) == 'c' ? CX_C128 : CX_F64;
}
static cx_status mean(cx_masked a, cx_reduce how, cx_masked *out)
{
    static const char where[] = "ma_mean";
    if (a.mask == NULL) return reduce(where, cx_mean, a, how, out);
    cx_array *left = NULL;
    CX__TRY(count(a, how, &left));
    const bool half = how.dtype == CX_DTYPE_NONE && cx__kind_of(a.data) == 'e';
    const cx_dtype t = how.dtype != CX_DTYPE_NONE ? how.dtype : cx_dtype_of(a.data);
    how.dtype = wide(t);
    CX__TRY(reduce(where, cx_sum, a, how, out));
    out->data = cx_div(out->data, left);
    if (half) out->data = cx_astype(out->data, t);
    return cx__so_far();
}
cx_masked cx_ma_mean(cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    cx_status st = cx__ma_check("ma_mean", "a", a);
    if (st == CX_OK) st = mean(a, how, &r);
    return cx__ma_give(s, st, "ma_mean", r);
}

/* In two passes: the squares of what is left after the mean. */
static cx_status spread(const char *where, reduction f, cx_masked a, cx_reduce how, cx_masked *out)
{
    CX__TRY(cx__ma_check(where, "a", a));
    if (a.mask == NULL) return reduce(where, f, a, how, out);
    cx_array *left = NULL;
    CX__TRY(count(a, how, &left));
    cx_reduce keep = how;
    cx_masked m = {NULL, NULL, NULL};
    keep.keepdims = true;
    keep.dtype = wide(how.dtype != CX_DTYPE_NONE ? how.dtype : cx_dtype_of(a.data));
    CX__TRY(mean(a, keep, &m));
    static cx__held real = CX__HELD("x, m: square(x - m)"),
                    complex = CX__HELD("x, m: square(abs(x - m))");
    const cx_array *const square = cx__held_run(
        where, cx__kind_of(m.data) == 'c' ? &complex : &real, CX_ARRAYS(a.data, m.data));
    keep.keepdims = how.keepdims;
    keep.dtype = CX_DTYPE_NONE;
    CX__TRY(cx__so_far());
    CX__TRY(reduce(where, cx_sum, (cx_masked){square, a.mask, a.fill_value}, keep, out));
    const cx_array *const free = cx_sub(left, cx_float(how.ddof));
    out->data = cx_div(out->data, free);
    if (f == cx_std) out->data = cx_sqrt(out->data);
    out->mask = cx_logical_or(out->mask, cx_less_equal(free, cx_float(0)));
    return cx__so_far();
}
cx_masked cx_ma_var(cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = spread("ma_var", cx_var, a, how, &r);
    return cx__ma_give(s, st, "ma_var", r);
}
cx_masked cx_ma_std(cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = spread("ma_std", cx_std, a, how, &r);
    return cx__ma_give(s, st, "ma_std", r);
}

/* ---- average */
/* Weights as they lie along a: of its shape, or of the shape of the axes in the order given. */
static cx_status weights_along(cx_masked a, const cx_array *w, cx_reduce how, const cx_array **out)
{
    static const char where[] = "ma_average";
    CX__TRY(cx__need_array(where, "weights", w));
    CX__TRY(cx__need_together(where, "weights", w, "a", a.data));
    const int ndim = cx_ndim(a.data), n = how.axis_count;
    bool same = cx_ndim(w) == ndim;
    for (int d = 0; same && d < ndim; d++) same = cx_dim(w, d) == cx_dim(a.data, d);
    *out = w;
    if (same) return CX_OK;
    char text[2][CX__SHAPE_TEXT];
    int axes[CX_MAX_NDIM] = {0}, order[CX_MAX_NDIM], k = 0;
    int64_t shape[CX_MAX_NDIM];
    uint32_t set;
    bool fits = n > 0 && n == cx_ndim(w);
    CX__TRY(cx__axis_set(where, ndim, n, n == 1 ? &how.axis : n == 0 ? axes : how.axes, &set));
    for (int i = 0; fits && i < n; i++) {
        CX__TRY(cx__axis(where, n == 1 ? how.axis : how.axes[i], ndim, &axes[i]));
        fits = cx_dim(w, i) == cx_dim(a.data, axes[i]);
    }
    if (!fits)
        return cx__fail(CX_E_SHAPE, where, "weights of shape %s for a of shape %s and %d axes",
                        cx__words_of_shape(w, text[0]), cx__words_of_shape(a.data, text[1]), n);
    for (int d = 0; d < ndim; d++) {
        shape[d] = set >> d & 1 ? cx_dim(a.data, d) : 1;
        for (int i = 0; i < n; i++)
            if (axes[i] == d) order[k++] = i;
    }
    *out = cx_broadcast_to(cx_reshape(cx_permute_dims(w, n, order), (cx_shape){ndim, shape}),
                           cx_shape_of(a.data));
    return cx_status_of(*out);
}

static cx_status average(cx_masked a, const cx_array *weights, cx_reduce how, cx_masked *out)
{
    static const char where[] = "ma_average";
    cx_reduce axes;
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(cx__ma_axes(where, how, &axes));
    if (weights == NULL) return mean(a, axes, out);
    const cx_array *w = NULL;
    CX__TRY(weights_along(a, weights, how, &w));
    const char kind = cx__kind_of(a.data);
    cx_dtype t = cx_promote_types(cx_dtype_of(a.data), cx_dtype_of(w));
    if (kind == 'b' || kind == 'i' || kind == 'u') t = cx_promote_types(t, CX_F64);
    const cx_array *const keep = a.mask != NULL ? cx_logical_not(a.mask) : NULL;
    cx_reduce sum = axes;
    sum.where = keep;
    sum.dtype = t;
    const cx_array *const total = cx_sum(w, sum);
    const cx_array *const products = cx_mul(cx_astype(a.data, t), cx_astype(w, t));
    const cx_array *const r = cx_div(cx_sum(products, sum), total),
                          *m = a.mask != NULL ? cx_all(a.mask, axes) : NULL;
    CX__TRY(cx__so_far());
    if (cx_ndim(r) > 0) {
        const cx_array *const undefined =
            cx_logical_or(cx_equal(total, cx_int(0)), cx_logical_not(cx_isfinite(r)));
        m = m != NULL ? cx_logical_or(m, undefined) : undefined;
    }
    *out = (cx_masked){r, m, cx__ma_share(a.fill_value)};
    return cx__so_far();
}
cx_masked cx_ma_average(cx_masked a, const cx_array *weights, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = average(a, weights, how, &r);
    return cx__ma_give(s, st, "ma_average", r);
}
