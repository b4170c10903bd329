/* Ranges, edges and counts of bins of equal width. The one idea: numbers are rounded where NumPy
 * rounds them, so an element at an edge falls where it does there. */
#include "routines/statistics/bins.h"
#include "ops/primitives.h"
#include <calx/half.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <inttypes.h>
#include <math.h>

double cx__rounded(cx_dtype t, double x)
{
    if (t == CX_F32) return (double)(float)x;
    if (t == CX_F16) return (double)cx_f16_to_float(cx_f16_from_float((float)x));
    if (t == CX_BF16) return (double)cx_bf16_to_float(cx_bf16_from_float((float)x));
    return x;
}

/* Ends of a's elements; their difference is exact for integers, as unsigned numbers. */
static cx_status own_range(const cx_array *a, cx__bins *b)
{
    cx_array *const low = cx_to(cx_min(a, CX_ALL), CX_CPU), *const high =
                                                                cx_to(cx_max(a, CX_ALL), CX_CPU);
    cx_array *gap = cx_sub(high, low);
    const cx_dtype t = cx_dtype_of(a);
    if (t == CX_I64) gap = cx_view_as(gap, CX_U64);
    if (t == CX_I8 || t == CX_I16 || t == CX_I32)
        gap = cx_sub(cx_astype(high, CX_I64), cx_astype(low, CX_I64));
    b->first = cx_item_f64(low);
    b->last = cx_item_f64(high);
    b->width = cx_item_f64(gap);
    return cx__so_far();
}

cx_status cx__bins_range(const char *where, const cx_array *a, cx_maybe_f64 first,
                         cx_maybe_f64 last, cx__bins *b)
{
    if (first.set != last.set)
        return cx__fail(CX_E_ARGUMENT, where, "a range has a first and a last");
    const cx_dtype t = cx__is_whole(a) || first.set ? CX_F64 : cx_dtype_of(a);
    bool whole = false;
    b->given = first.set;
    if (first.set) {
        b->first = first.value;
        b->last = last.value;
        b->width = last.value - first.value;
    } else if (cx_size(a) == 0) {
        b->given = true;
        b->first = 0;
        b->last = b->width = 1;
    } else {
        whole = cx__is_whole(a);
        CX__TRY(own_range(a, b));
    }
    if (b->first > b->last)
        return cx__fail(CX_E_ARGUMENT, where, "range [%g, %g] descends", b->first, b->last);
    if (!isfinite(b->first) || !isfinite(b->last))
        return cx__fail(CX_E_ARGUMENT, where, "range [%g, %g] is not finite", b->first, b->last);
    if (b->first == b->last && (!whole || b->width == 0)) { /* no empty range */
        b->first = cx__rounded(t, b->first - 0.5);
        b->last = cx__rounded(t, b->last + 0.5);
        b->width = cx__rounded(t, b->last - b->first);
    }
    return CX_OK;
}

cx_status cx__bins_edges(const char *where, const cx_array *a, cx__bins *b)
{
    const cx_dtype t = b->given || cx__is_whole(a) ? CX_F64 : cx_dtype_of(a);
    if (b->count < 1 || b->count >= INT64_MAX / 16)
        return cx__fail(CX_E_ARGUMENT, where, "%" PRId64 " bins", b->count);
    const double delta = cx__rounded(t, b->last - b->first),
                 step = cx__rounded(t, delta / (double)b->count);
    cx_array *const i = cx_arange_i64(0, b->count + 1, 1, t, CX_CPU),
                    *const at = step == 0 ? cx_mul(cx_div(i, cx_int(b->count)), cx_float(delta))
                                          : cx_mul(i, cx_float(step)),
                    *const edges = cx_add(at, cx_float(b->first));
    cx_array *const end = cx_full(CX_SHAPE(1), cx_float(b->last), t, CX_CPU);
    if (cx_ok()) (void)cx_check(cx_copy_into(end, cx_slice(edges, 0, -1, CX_END, 1)));
    b->edges = cx_to(edges, cx_device_of(a));
    return cx__so_far();
}

cx_status cx__bins_equal(const char *where, const cx_array *a, cx__bins *b)
{
    CX__TRY(cx__bins_edges(where, a, b));
    b->edges = cx_astype(b->edges, cx__is_whole(a) ? CX_F64 : cx_dtype_of(a));
    cx_array *const here = cx_slice(b->edges, 0, 0, -1, 1), *const next =
                                                                cx_slice(b->edges, 0, 1, CX_END, 1);
    if (cx__any_true(cx_greater_equal(here, next)))
        return cx__fail(CX_E_ARGUMENT, where,
                        "%" PRId64 " bins are too many for the range [%g, %g]", b->count, b->first,
                        b->last);
    return cx__so_far();
}

cx_status cx__bins_ascend(const char *where, const cx_array *edges)
{
    CX__TRY(cx__real_only(where, "edges", edges));
    if (cx_ndim(edges) != 1)
        return cx__fail(CX_E_SHAPE, where, "edges have %d dimensions, not 1", cx_ndim(edges));
    if (cx__any_true(cx_greater(cx_slice(edges, 0, 0, -1, 1), cx_slice(edges, 0, 1, CX_END, 1))))
        return cx__fail(CX_E_ARGUMENT, where, "edges descend somewhere");
    return cx__so_far();
}

cx_array *cx__bins_inside(const cx_array *a, const cx__bins *b)
{
    static cx__held inside = CX__HELD("a, first, last: a >= first and a <= last");
    return cx__held_run("histogram", &inside, CX_ARRAYS(a, cx_float(b->first), cx_float(b->last)));
}

/* Bin of each x, all within the range: by its distance from the first edge, then put right by one
 * against the edges themselves. */
static cx_array *places(const cx_array *x, const cx__bins *b)
{
    static cx__held guess = CX__HELD("x, first, width, n: "
                                     "minimum(int64((x - first) / width * n), n - 1)"),
                    left = CX__HELD("x, at, edge: at - (x < edge)"),
                    right = CX__HELD("x, at, edge, n: at + (x >= edge and at != n - 1)");
    const cx_array *const n = cx_int(b->count);
    cx_array *at =
        cx__held_run("histogram", &guess, CX_ARRAYS(x, cx_float(b->first), cx_float(b->width), n));
    at = cx__held_run("histogram", &left, CX_ARRAYS(x, at, cx_take(b->edges, at, 0)));
    cx_array *const next = cx_take(b->edges, cx_add(at, cx_int(1)), 0);
    return cx__held_run("histogram", &right, CX_ARRAYS(x, at, next, n));
}

/* Sums of weights that float64 holds, of each bin, in the weights' dtype. */
static cx_array *weigh(const cx_array *at, const cx_array *weights, int64_t bins)
{
    const cx_dtype t = cx_dtype_of(weights);
    if (cx_dtype_kind(t) != 'c') return cx_astype(cx_bincount(at, weights, bins), t);
    cx_array *const sums = cx_zeros(CX_SHAPE(bins), t, cx_device_of(at));
    (void)cx_check(cx_copy_into(cx_bincount(at, cx_real(weights), bins), cx_real(sums)));
    (void)cx_check(cx_copy_into(cx_bincount(at, cx_imag(weights), bins), cx_imag(sums)));
    return sums;
}

/* By the backend's own loop. *out stays NULL where it has none. */
static cx_status counted(const cx_array *a, const cx__bins *b, cx_array **out)
{
    const char *const where = "histogram";
    const cx_dtype t = cx_dtype_of(b->edges);
    const cx_backend_ops *ops;
    cx_queue *q;
    cx_view vx, ve, vo;
    if ((t != CX_F32 && t != CX_F64) || b->count > 1 << 28) return CX_OK;
    CX__TRY(cx__backend_at(where, cx_device_of(a), &ops, &q));
    if (ops->histogram == NULL) return CX_OK;
    cx_array *const x = cx__as(where, a, t), *const edges = cx__as(where, b->edges, t),
                    *const counts = cx_empty(CX_SHAPE(b->count), CX_I64, cx_device_of(a));
    CX__TRY(cx__so_far());
    CX__TRY(cx__view_of(where, x, &vx));
    CX__TRY(cx__view_of(where, edges, &ve));
    CX__TRY(cx__view_of(where, counts, &vo));
    CX__TRY(cx__work_on(where, 1, 3, (const cx_array *const[]){counts, x, edges}, &ops, &q));
    const double range[3] = {b->first, b->last, b->width};
    CX__TRY(cx__work_done(counts, ops->histogram(q, &vx, &ve, range, &vo)));
    *out = counts;
    return CX_OK;
}

cx_array *cx__bins_count(const cx_array *a, const cx__bins *b, const cx_array *weights)
{
    if (weights == NULL) {
        cx_array *counts = NULL;
        const cx_status st = cx_check(counted(a, b, &counts));
        if (st != CX_OK || counts != NULL) return counts != NULL ? counts : cx__nil(st);
    }
    const cx_array *x = cx_astype(a, cx_dtype_of(b->edges));
    if (b->given) {
        cx_array *const inside = cx__bins_inside(a, b);
        x = cx_mask(x, inside);
        if (weights != NULL) weights = cx_mask(weights, inside);
    }
    cx_array *const at = places(x, b);
    return weights != NULL ? weigh(at, weights, b->count) : cx_bincount(at, NULL, b->count);
}
