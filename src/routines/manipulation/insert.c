/* numpy.insert. One position is two copies about a gap. Several are made positions of the result
 * (sorted, each moved on by those before it); what stays is one take by a map that counts the
 * places left, the values are put. */
#include "routines/manipulation/parts.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <inttypes.h>

static const char where[] = "insert";

/* values in a's dtype with at least ndim dimensions */
static cx_status values_like(const cx_array *a, const cx_array *values, const cx_array **out)
{
    const int ndim = cx_ndim(a);
    const bool scalar = cx__is_weak(values);
    const cx_array *v = values;
    if (scalar) {
        v = cx_full(CX_SHAPE(), values, cx_dtype_of(a), cx_device_of(a));
    } else {
        CX__TRY(cx__need_array(where, "values", values));
        CX__TRY(cx__need_together(where, "values", values, "a", a));
    }
    CX__TRY(cx__so_far());
    if (cx_ndim(v) > ndim)
        return cx__fail(CX_E_SHAPE, where, "values have %d dimensions and a has %d", cx_ndim(v),
                        ndim);
    for (int i = cx_ndim(v); i < ndim; i++) v = cx_expand_dims(v, 0);
    *out = v;
    return cx_status_of(v);
}

/* Does v of ndim dimensions broadcast to a's shape with n entries along the axis? */
static cx_status fits(const cx_array *a, const cx_array *v, int axis, int64_t n)
{
    const int ndim = cx_ndim(a);
    for (int d = 0; d < ndim; d++) {
        const int64_t want = d == axis ? n : cx_dim(a, d), have = cx_dim(v, d);
        char text[2][CX__SHAPE_TEXT];
        if (have != want && have != 1)
            return cx__fail(CX_E_SHAPE, where,
                            "values of shape %s do not broadcast to %" PRId64
                            " entries along axis %d of shape %s",
                            cx__words_of_shape(v, text[0]), n, axis,
                            cx__words_of_shape(a, text[1]));
    }
    return CX_OK;
}

static cx_array *grown(const cx_array *a, int axis, int64_t by)
{
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d < cx_ndim(a); d++) shape[d] = cx_dim(a, d) + (d == axis ? by : 0);
    return cx__blank(where, a, CX_DTYPE_NONE, cx_ndim(a), shape);
}

static cx_status at_one(const cx_array *a, int64_t i, const cx_array *v, int axis, cx_array **out)
{
    const int64_t n = cx_dim(a, axis), m = cx_dim(v, axis);
    if (i < -n || i > n)
        return cx__fail(CX_E_INDEX, where,
                        "index %" PRId64 " is out of bounds for axis %d with size %" PRId64, i,
                        axis, n);
    if (i < 0) i += n;
    CX__TRY(fits(a, v, axis, m));
    *out = grown(a, axis, m);
    CX__TRY(cx__so_far());
    cx__place(cx_slice(a, axis, 0, i, 1), cx_slice(*out, axis, 0, i, 1));
    cx__place(v, cx_slice(*out, axis, i, i + m, 1));
    cx__place(cx_slice(a, axis, i, n, 1), cx_slice(*out, axis, i + m, n + m, 1));
    return CX_OK;
}

/* Places of the result that the values take, in the order of at. */
static cx_status places(const cx_array *at, int axis, int64_t n, cx_array **out)
{
    const int64_t lo = cx_item_i64(cx_min(at, CX_ALL)), hi = cx_item_i64(cx_max(at, CX_ALL));
    CX__TRY(cx__so_far());
    if (lo < -n || hi > n)
        return cx__fail(CX_E_INDEX, where,
                        "index %" PRId64 " is out of bounds for axis %d with size %" PRId64,
                        lo < -n ? lo : hi, axis, n);
    cx_array *const index = cx_where(cx_less(at, cx_int(0)), cx_add(at, cx_int(n)), at),
                    *const order = cx_argsort(index, 0);
    const cx_device d = cx_device_of(at);
    const int64_t m = cx_size(at);
    cx_array *const sorted = cx_add(cx_take(index, order, 0), cx_arange_i64(0, m, 1, CX_I64, d));
    *out = cx_empty(CX_SHAPE(m), CX_I64, d);
    CX__TRY(cx__so_far());
    return cx_put_rows(*out, order, sorted);
}

static cx_status at_many(const cx_array *a, const cx_array *at, const cx_array *v, int axis,
                         cx_array **out)
{
    const int64_t n = cx_dim(a, axis), m = cx_size(at);
    CX__TRY(fits(a, v, axis, m));
    cx_array *place = NULL;
    if (m > 0) CX__TRY(places(at, axis, n, &place));
    const cx_device d = cx_device_of(a);
    if (m == 0) {
        *out = cx_copy(a);
    } else if (n == 0) {
        *out = grown(a, axis, m);
        CX__TRY(cx__so_far());
        cx__place(v, cx_index(*out, "..."));
    } else {
        cx_array *const stays = cx_ones(CX_SHAPE(n + m), CX_BOOL, d);
        CX__TRY(cx__so_far());
        CX__TRY(cx_put_rows(stays, place, cx_zeros(CX_SHAPE(), CX_BOOL, d)));
        /* -1, the last entry, where only inserted ones came before: overwritten like all of them */
        cx_array *const from = cx_sub(cx_cumsum(stays, 0), cx_int(1));
        *out = cx_take(a, from, axis);
        CX__TRY(cx__so_far());
        if (cx_dtype_of(v) != cx_dtype_of(a)) v = cx_astype(v, cx_dtype_of(a));
        CX__TRY(cx_put_rows(cx_moveaxis(*out, axis, 0), place, cx_moveaxis(v, axis, 0)));
    }
    return cx__so_far();
}

/* Positions as 1-d int64 on a's device. */
static cx_status positions(const cx_array *a, const cx_array *at, cx_array **out)
{
    CX__TRY(cx__need_array(where, "at", at));
    CX__TRY(cx__need_together(where, "at", at, "a", a));
    const char kind = cx__kind_of(at);
    if (cx_ndim(at) > 1 || (kind == 'b' && cx_ndim(at) != 1))
        return cx__fail(CX_E_SHAPE, where, "at has %d dimensions, not 1", cx_ndim(at));
    if (kind != 'b' && kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "at is %s, neither integers nor bool",
                        cx_dtype_name(cx_dtype_of(at)));
    *out = kind == 'b' ? cx_flatnonzero(at) : cx_astype(at, CX_I64);
    return cx_status_of(*out);
}

static cx_status insert(const cx_array *given, const cx_array *at, const cx_array *values, int axis,
                        cx_array **out)
{
    const cx_array *a = NULL, *v = NULL;
    int k;
    CX__TRY(cx__axis_of(where, given, axis, &a, &k));
    int64_t i = 0;
    bool one = true;
    const bool weak = cx__is_weak(at);
    if (weak && cx__kind_of(at) != 'i')
        return cx__fail(CX_E_DTYPE, where, "at is %s, no integer", cx_dtype_name(cx_dtype_of(at)));
    CX__TRY(values_like(a, values, &v));
    cx_array *index = NULL;
    if (weak) {
        i = ((const cx_scalar *)(const void *)at)->v.i64;
    } else {
        CX__TRY(positions(a, at, &index));
        one = cx_size(index) == 1;
        if (one) i = cx_item_i64(index);
        CX__TRY(cx__so_far());
    }
    if (!one) return at_many(a, index, v, k, out);
    if (weak || cx_ndim(at) == 0) v = cx_moveaxis(v, 0, k); /* as in a[:, i] = values */
    return at_one(a, i, v, k, out);
}
cx_array *cx_insert(const cx_array *a, const cx_array *at, const cx_array *values, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = insert(a, at, values, axis, &r);
    return cx__give(s, st, r);
}

static cx_status insert_slice(const cx_array *given, int64_t start, int64_t stop, int64_t step,
                              const cx_array *values, int axis, cx_array **out)
{
    const cx_array *a = NULL, *v = NULL;
    int k;
    int64_t first, count;
    CX__TRY(cx__axis_of(where, given, axis, &a, &k));
    CX__TRY(cx__slice_range(where, cx_dim(a, k), start, stop, step, &first, &count));
    CX__TRY(values_like(a, values, &v));
    if (count == 1) return at_one(a, first, v, k, out);
    cx_array *const at = cx_arange_i64(first, first + count * step, step, CX_I64, cx_device_of(a));
    CX__TRY(cx__so_far());
    return at_many(a, at, v, k, out);
}
cx_array *cx_insert_slice(const cx_array *a, int64_t start, int64_t stop, int64_t step,
                          const cx_array *values, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = insert_slice(a, start, stop, step, values, axis, &r);
    return cx__give(s, st, r);
}
