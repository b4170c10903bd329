/* ptp, median and nanmedian. Rows are arranged about their middle; without NaN each row has its own
 * middle. */
#include "routines/statistics/rows.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <math.h>

/* ---- ptp */
static cx_status ptp(const char *where, const cx_array *a, cx_reduce how, cx_array **out)
{
    CX__ARRAY(where, "a", a);
    CX__TRY(cx__axes_only(where, how));
    if (cx_dtype_of(a) == CX_BOOL || cx_dtype_of(a) == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "a is %s, which has no difference",
                        cx_dtype_name(cx_dtype_of(a)));
    uint32_t axes;
    CX__TRY(cx__axes_of(where, how, cx_ndim(a), &axes));
    int64_t kept = 1;
    for (int d = 0; d < cx_ndim(a); d++) kept *= (axes >> d & 1) != 0 ? 1 : cx_dim(a, d);
    if (cx_size(a) == 0 && kept > 0)
        return cx__fail(CX_E_ARGUMENT, where, "no element to choose from");
    cx_array *const most = cx_max(a, how);
    *out = cx_sub(most, cx_min(a, how));
    return cx__so_far();
}
cx_array *cx_ptp(const cx_array *a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = ptp("ptp", a, how, &r);
    return cx__give(s, st, r);
}

/* ---- median */
static cx_array *middle(const cx__rows *r)
{
    const int64_t lo = (r->n - 1) / 2, hi = r->n / 2;
    cx_array *const rows = cx_partition(r->a, 2, (const int64_t[]){lo, hi}, 1),
                    *const v = cx_mean(cx_slice(rows, 1, lo, hi + 1, 1), CX_AXIS(1));
    if (cx__is_whole(r->a)) return v;
    cx_array *const last = cx_select(rows, 1, -1);
    return cx_where(cx_isnan(last), last, v);
}
static cx_array *middles(const cx__rows *r, const cx_array *some)
{
    cx_array *const rows = cx_sort(r->a, 1), *const n = cx_expand_dims(some, 1),
                    *const hi = cx_floor_divide(n, cx_int(2)),
                    *const lo =
                        cx_maximum(cx_floor_divide(cx_sub(n, cx_int(1)), cx_int(2)), cx_int(0)),
                    *const pair = cx_take_along_axis(rows, cx_concatenate(CX_ARRAYS(lo, hi), 1), 1);
    return cx_where(cx_ravel(cx_equal(lo, hi)), cx_select(pair, 1, 0), cx_mean(pair, CX_AXIS(1)));
}
static cx_status median(const char *where, const cx_array *a, cx_reduce how, bool ignore_nan,
                        cx_array **out)
{
    cx__rows r;
    CX__ARRAY(where, "a", a);
    CX__TRY(cx__axes_only(where, how));
    if (cx_dtype_of(a) == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "a holds categories, not numbers");
    CX__TRY(cx__rows_of(where, a, NULL, how, &r));
    if (r.n == 0 || r.count == 0) {
        const cx_dtype t = cx__is_whole(a) ? CX_F64 : cx_dtype_of(a);
        *out =
            cx__rows_result(&r, cx_full(CX_SHAPE(r.count),
                                        cx__kind_of(a) == 'c' ? cx_complex((double)NAN, (double)NAN)
                                                              : cx_float((double)NAN),
                                        t, cx_device_of(a)));
        return cx__so_far();
    }
    cx_array *some = NULL;
    if (ignore_nan && !cx__is_whole(a)) {
        cx_array *const nan = cx_isnan(r.a);
        if (cx__any_true(nan)) some = cx_sub(cx_int(r.n), cx_count_nonzero(nan, CX_AXIS(1)));
        CX__TRY(cx__so_far());
    }
    *out = cx__rows_result(&r, some != NULL ? middles(&r, some) : middle(&r));
    return cx__so_far();
}
cx_array *cx_median(const cx_array *a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = median("median", a, how, false, &r);
    return cx__give(s, st, r);
}
cx_array *cx_nanmedian(const cx_array *a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = median("nanmedian", a, how, true, &r);
    return cx__give(s, st, r);
}
