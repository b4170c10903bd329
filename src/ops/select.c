/* Choosing elements by composition of other operations: take_along_axis, putmask, diag, tril,
 * triu, trace. Knows no memory. */
#include "core/array.h"
#include "core/shape.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

/* ---- take_along_axis */
/* Shapes outside the axis broadcast; [rows..., n] and [rows..., m] once the axis is last. */
static cx_status along_shapes(const char *where, const cx_array *a, const cx_array *indices,
                              int axis, int64_t *shape_a, int64_t *shape_i)
{
    const char kind = cx_dtype_kind((cx_dtype)indices->dtype);
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "indices are %s, not integers",
                        cx_dtype_name((cx_dtype)indices->dtype));
    if (indices->ndim != a->ndim)
        return cx__fail(CX_E_SHAPE, where, "indices have %d dimensions and a has %d", indices->ndim,
                        a->ndim);
    for (int d = 0; d < a->ndim; d++) {
        const int64_t x = a->shape[d], y = indices->shape[d];
        shape_a[d] = shape_i[d] = x == 1 ? y : x;
        if (d == axis) {
            shape_a[d] = x;
            shape_i[d] = y;
        } else if (x != y && x != 1 && y != 1) {
            char text[2][CX__SHAPE_TEXT];
            return cx__fail(
                CX_E_SHAPE, where,
                "indices of shape %s and a of shape %s do not broadcast outside axis %d",
                cx__shape_text(indices->ndim, indices->shape, text[0]),
                cx__shape_text(a->ndim, a->shape, text[1]), axis);
        }
    }
    return CX_OK;
}

static cx_array *along(const cx_array *a, const cx_array *indices, int axis, const int64_t *shape_a,
                       const int64_t *shape_i)
{
    const int ndim = cx_ndim(a);
    const int64_t n = shape_a[axis], m = shape_i[axis];
    if (cx__prod(ndim, shape_i) == 0)
        return cx_empty((cx_shape){ndim, shape_i}, cx_dtype_of(a), cx_device_of(a));
    cx_array *const full =
        cx_ascontiguous(cx_moveaxis(cx_broadcast_to(a, (cx_shape){ndim, shape_a}), axis, -1));
    cx_array *const where = cx_astype(
        cx_moveaxis(cx_broadcast_to(indices, (cx_shape){ndim, shape_i}), axis, -1), CX_I64);
    const int64_t rows = cx_size(where) / m;
    static cx__held wrapped = CX__HELD("i, n: j = where(i < 0, i + n, i); j, any(j < 0 or j >= n)");
    const cx_tuple t = cx__held_all("take_along_axis", &wrapped,
                                    CX_ARRAYS(cx_reshape(where, CX_SHAPE(rows, m)), cx_int(n)));
    cx_array *const index = t.at[0];
    if (cx_item_bool(t.at[1])) {
        const int64_t at = cx_item_i64(cx_argmax(
            cx_logical_or(cx_less(index, cx_int(0)), cx_greater_equal(index, cx_int(n))), CX_ALL));
        const int64_t bad = cx_item_i64(cx_slice(cx_ravel(where), 0, at, at + 1, 1));
        (void)cx_check(cx__fail(CX_E_INDEX, "take_along_axis",
                                "index %" PRId64 " is out of bounds for axis %d with size %" PRId64,
                                bad, axis, n));
        return index;
    }
    cx_array *const base =
        cx_reshape(cx_arange_i64(0, rows * n, n, CX_I64, cx_device_of(a)), CX_SHAPE(rows, 1));
    cx_array *const flat = cx_take(cx_ravel(full), cx_add(index, base), 0);
    return cx_ascontiguous(cx_moveaxis(cx_reshape(flat, cx_shape_of(where)), -1, axis));
}

cx_array *cx_take_along_axis(const cx_array *a, const cx_array *indices, int axis)
{
    const char *const where = "take_along_axis";
    int64_t shape_a[CX_MAX_NDIM], shape_i[CX_MAX_NDIM];
    int k = 0;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__array_need(where, "indices", indices);
    if (st == CX_OK) st = cx__axis(where, axis, a->ndim, &k);
    if (st == CX_OK) st = along_shapes(where, a, indices, k, shape_a, shape_i);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, along(a, indices, k, shape_a, shape_i));
}

/* ---- putmask */
cx_status cx_putmask(cx_array *a, const cx_array *mask, const cx_array *value)
{
    const char *const where = "putmask";
    CX__TRY(cx__array_need_out(where, "a", a));
    CX__TRY(cx__array_check(where, "mask", mask));
    CX__TRY(cx__array_check(where, "value", value));
    if (cx_dtype_of(mask) != CX_BOOL)
        return cx__fail(CX_E_DTYPE, where, "mask is %s, not bool",
                        cx_dtype_name(cx_dtype_of(mask)));
    return cx_where_into(mask, value, a, a);
}

/* ---- about the diagonal */
static cx_status matrices(const char *where, const cx_array *a)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (a->ndim < 2)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, at least 2 are needed", a->ndim);
    return CX_OK;
}

static cx_array *diag(const cx_array *a, int64_t k)
{
    if (cx_ndim(a) == 2) return cx_copy(cx_diagonal(a, k));
    const int64_t n = cx_dim(a, 0) + (k < 0 ? -k : k);
    cx_array *const m = cx_zeros(CX_SHAPE(n, n), cx_dtype_of(a), cx_device_of(a));
    (void)cx_check(cx_copy_into(a, cx_diagonal(m, k)));
    return m;
}
cx_array *cx_diag(const cx_array *a, int64_t k)
{
    const char *const where = "diag";
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && (a->ndim < 1 || a->ndim > 2))
        st = cx__fail(CX_E_SHAPE, where, "a has %d dimensions, not 1 or 2", a->ndim);
    if (st == CX_OK && (k > (INT64_C(1) << 31) || k < -(INT64_C(1) << 31)))
        st = cx__fail(CX_E_ARGUMENT, where, "diagonal %" PRId64 " is too far out", k);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, diag(a, k));
}

/* Zero above (or below) the k-th diagonal of the last two axes. */
static cx_array *triangle(const char *where, const cx_array *a, int64_t k, bool lower)
{
    const cx_status st = matrices(where, a);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    const int64_t n = cx_dim(a, -2), m = cx_dim(a, -1);
    const cx_device d = cx_device_of(a);
    /* nothing changes beyond the corners; the sum below cannot overflow */
    k = k > m ? m : k < -n ? -n : k;
    cx_array *const row = cx_reshape(cx_arange_i64(k, n + k, 1, CX_I64, d), CX_SHAPE(n, 1)),
                    *const col = cx_arange_i64(0, m, 1, CX_I64, d);
    cx_array *const zero = cx_zeros(CX_SHAPE(), cx_dtype_of(a), d);
    cx_array *const keep = lower ? cx_greater_equal(row, col) : cx_less_equal(row, col);
    return cx_scope_return(s, cx_where(keep, a, zero));
}
cx_array *cx_tril(const cx_array *a, int64_t k)
{
    return triangle("tril", a, k, true);
}
cx_array *cx_triu(const cx_array *a, int64_t k)
{
    return triangle("triu", a, k, false);
}

cx_array *cx_trace(const cx_array *a, int64_t k)
{
    const cx_status st = matrices("trace", a);
    if (st != CX_OK) return cx__yield(st, "trace", NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, cx_sum(cx_diagonal(a, k), CX_AXIS(-1)));
}
