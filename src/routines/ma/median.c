/* numpy.ma.median: what is masked sorts last as the largest number, and the middle is counted from
 * what is left in each row. */
#include "routines/ma/masked.h"
#include <calx/sort.h>
#include <math.h>

static const char where[] = "ma_median";

/* The reduced axes last and as one; and what the result's shape is. */
typedef struct rows {
    int ndim, order[CX_MAX_NDIM], kept, out_ndim;
    int64_t shape[CX_MAX_NDIM + 1], out[CX_MAX_NDIM];
} rows;

static cx_status plan(const cx_array *a, cx_reduce how, rows *r)
{
    const int ndim = cx_ndim(a), n = how.axis_count;
    uint32_t gone = 0;
    const int *const axes = n == 1 ? &how.axis : n > 1 ? how.axes : NULL;
    if (!how.no_axes) CX__TRY(cx__axis_set(where, ndim, n, axes, &gone));
    *r = (rows){.ndim = ndim};
    int64_t length = 1;
    for (int pass = 0, k = 0; pass < 2; pass++)
        for (int d = 0; d < ndim; d++) {
            const bool goes = (gone >> d & 1) != 0;
            if (goes != (pass == 1)) continue;
            r->order[k++] = d;
            if (goes)
                length *= cx_dim(a, d);
            else
                r->shape[r->kept++] = cx_dim(a, d);
        }
    for (int d = 0; d < ndim; d++) {
        const bool goes = (gone >> d & 1) != 0;
        if (!goes || how.keepdims) r->out[r->out_ndim++] = goes ? 1 : cx_dim(a, d);
    }
    if (r->kept == CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions and no axis is reduced", ndim);
    r->shape[r->kept] = length;
    return CX_OK;
}
static cx_array *as_rows(const cx_array *x, const rows *r)
{
    return cx_reshape(cx_permute_dims(x, r->ndim, r->order), (cx_shape){r->kept + 1, r->shape});
}

static cx_status middle(cx_masked a, const rows *r, cx_masked *out)
{
    const char kind = cx__kind_of(a.data);
    const bool inexact = kind == 'e' || kind == 'f' || kind == 'c';
    const int64_t n = r->shape[r->kept];
    const cx_array *const mask = as_rows(a.mask, r), *const data = as_rows(a.data, r);
    const cx_array *const last = cx__ma_extreme(cx_dtype_of(a.data), true, cx_device_of(a.data));
    const cx_array *const sorted = cx_sort(cx_where(mask, last, data), -1);
    const cx_array *const count =
        cx_count_nonzero(cx_logical_not(mask), CX_AXIS(-1, .keepdims = true));
    const cx_array *const low = cx_maximum(cx_floor_divide(cx_sub(count, cx_int(1)), cx_int(2)),
                                           cx_int(0)),
                          *const high =
                              cx_minimum(cx_floor_divide(count, cx_int(2)), cx_int(n - 1));
    const cx_array *x = cx_take_along_axis(sorted, low, -1),
                   *y = cx_take_along_axis(sorted, high, -1);
    if (!inexact) {
        x = cx_astype(x, CX_F64);
        y = cx_astype(y, CX_F64);
    }
    const cx_array *m = cx_where(cx_equal(low, high), x, cx_div(cx_add(x, y), cx_int(2)));
    if (inexact) {
        const cx_array *const nan = cx_logical_and(cx_isnan(data), cx_logical_not(mask));
        m = cx_where(cx_any(nan, CX_AXIS(-1, .keepdims = true)), cx_float((double)NAN), m);
    }
    const cx_shape shape = {r->out_ndim, r->out};
    *out = (cx_masked){cx_reshape(m, shape), cx_reshape(cx_equal(count, cx_int(0)), shape),
                       cx__ma_share(a.fill_value)};
    return cx__so_far();
}

static cx_status median(cx_masked a, cx_reduce how, cx_masked *out)
{
    rows r;
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(cx__ma_axes(where, how, &how));
    CX__TRY(plan(a.data, how, &r));
    if (a.mask != NULL && r.shape[r.kept] > 0) return middle(a, &r, out);
    *out = (cx_masked){cx_median(a.data, how), NULL, cx__ma_share(a.fill_value)};
    return cx__so_far();
}
cx_masked cx_ma_median(cx_masked a, cx_reduce how)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = median(a, how, &r);
    return cx__ma_give(s, st, where, r);
}
