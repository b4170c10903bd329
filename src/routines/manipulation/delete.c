/* numpy.delete. One entry, or neighbours, are two copies; anything else is a mask of what stays. */
#include "routines/manipulation/parts.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

static const char where[] = "delete";

/* Without n entries from i on. */
static cx_status without_run(const cx_array *a, int axis, int64_t i, int64_t n, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d < cx_ndim(a); d++) shape[d] = cx_dim(a, d) - (d == axis ? n : 0);
    *out = cx__blank(where, a, CX_DTYPE_NONE, cx_ndim(a), shape);
    CX__TRY(cx__so_far());
    cx__place(cx_slice(a, axis, 0, i, 1), cx_slice(*out, axis, 0, i, 1));
    cx__place(cx_slice(a, axis, i + n, CX_END, 1), cx_slice(*out, axis, i, CX_END, 1));
    return CX_OK;
}

static cx_status out_of_bounds(int64_t i, int axis, int64_t n)
{
    return cx__fail(CX_E_INDEX, where,
                    "index %" PRId64 " is out of bounds for axis %d with size %" PRId64, i, axis,
                    n);
}

static cx_status one(const cx_array *a, int axis, int64_t i, cx_array **out)
{
    const int64_t n = cx_dim(a, axis);
    if (i < -n || i >= n) return out_of_bounds(i, axis, n);
    return without_run(a, axis, i < 0 ? i + n : i, 1, out);
}

static cx_status many(const cx_array *a, int axis, const cx_array *at, cx_array **out)
{
    const int64_t n = cx_dim(a, axis);
    cx_array *const keep = cx_ones(CX_SHAPE(n), CX_BOOL, cx_device_of(a));
    CX__TRY(cx__so_far());
    if (cx_size(at) > 0) {
        const int64_t lo = cx_item_i64(cx_min(at, CX_ALL)), hi = cx_item_i64(cx_max(at, CX_ALL));
        CX__TRY(cx__so_far());
        if (lo < -n || hi >= n) return out_of_bounds(lo < -n ? lo : hi, axis, n);
        CX__TRY(cx_put_rows(keep, cx_ravel(at), cx_zeros(CX_SHAPE(), CX_BOOL, cx_device_of(a))));
    }
    *out = cx_compress(keep, a, axis);
    return cx_status_of(*out);
}

static cx_status delete_at(const cx_array *given, const cx_array *at, int axis, cx_array **out)
{
    const cx_array *a = NULL;
    int k;
    CX__TRY(cx__axis_of(where, given, axis, &a, &k));
    const int64_t n = cx_dim(a, k);
    if (cx__is_weak(at)) {
        if (cx__kind_of(at) != 'i')
            return cx__fail(CX_E_DTYPE, where, "at is %s, no integer",
                            cx_dtype_name(cx_dtype_of(at)));
        return one(a, k, ((const cx_scalar *)(const void *)at)->v.i64, out);
    }
    CX__TRY(cx__need_array(where, "at", at));
    CX__TRY(cx__need_together(where, "at", at, "a", a));
    const char kind = cx__kind_of(at);
    if (kind == 'b') {
        char text[CX__SHAPE_TEXT];
        if (cx_ndim(at) != 1 || cx_size(at) != n)
            return cx__fail(CX_E_SHAPE, where, "a mask of shape %s for axis %d with size %" PRId64,
                            cx__words_of_shape(at, text), k, n);
        *out = cx_compress(cx_logical_not(at), a, k);
        return cx_status_of(*out);
    }
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "at is %s, neither integers nor bool",
                        cx_dtype_name(cx_dtype_of(at)));
    if (cx_size(at) != 1) return many(a, k, at, out);
    const int64_t i = cx_item_i64(at);
    CX__TRY(cx__so_far());
    return one(a, k, i, out);
}
cx_array *cx_delete(const cx_array *a, const cx_array *at, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = delete_at(a, at, axis, &r);
    return cx__give(s, st, r);
}

static cx_status delete_slice(const cx_array *given, int64_t start, int64_t stop, int64_t step,
                              int axis, cx_array **out)
{
    const cx_array *a = NULL;
    int k;
    int64_t first, count;
    CX__TRY(cx__axis_of(where, given, axis, &a, &k));
    CX__TRY(cx__slice_range(where, cx_dim(a, k), start, stop, step, &first, &count));
    if (step < 0 && count > 0) { /* the same entries upwards */
        first += (count - 1) * step;
        step = -step;
    }
    if (count <= 1 || step == 1) return without_run(a, k, count > 0 ? first : 0, count, out);
    cx_array *const keep = cx_ones(CX_SHAPE(cx_dim(a, k)), CX_BOOL, cx_device_of(a));
    cx_array *const gone = cx_slice(keep, 0, first, first + (count - 1) * step + 1, step);
    CX__TRY(cx__so_far());
    CX__TRY(cx_copy_into(cx_bool(false), gone));
    *out = cx_compress(keep, a, k);
    return cx_status_of(*out);
}
cx_array *cx_delete_slice(const cx_array *a, int64_t start, int64_t stop, int64_t step, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = delete_slice(a, start, stop, step, axis, &r);
    return cx__give(s, st, r);
}
