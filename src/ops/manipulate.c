/* Shape: views by new strides where they exist, copies where they do not. */
#include "core/array.h"
#include "core/promote.h"
#include "core/shape.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <inttypes.h>
#include <string.h>

static cx_array *view_of(cx_status st, const char *where, const cx_array *a, int ndim,
                         const int64_t *shape, const int64_t *strides)
{
    cx_array *out = NULL;
    if (st == CX_OK)
        st = cx__array_view(where, a, ndim, shape, strides, a->data, (cx_dtype)a->dtype, &out);
    return cx__yield(st, where, out);
}

/* ---- reshape */
/* strides of the same elements under another shape, without moving them; false if there are none */
static bool reshape_strides(const cx_array *a, int ndim, const int64_t *shape, int64_t *strides)
{
    int64_t from[CX_MAX_NDIM], steps[CX_MAX_NDIM];
    int n = 0;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] != 1) {
            from[n] = a->shape[i];
            steps[n++] = a->strides[i];
        }
    int i = 0, j = 0;
    while (i < n && j < ndim) {
        int64_t left = from[i], right = shape[j];
        const int i0 = i, j0 = j;
        while (left != right) {
            if (left < right)
                left *= from[++i];
            else
                right *= shape[++j];
        }
        for (int k = i0; k < i; k++)
            if (steps[k] != steps[k + 1] * from[k + 1]) return false;
        int64_t step = steps[i];
        for (int k = j; k >= j0; k--) {
            strides[k] = step;
            step *= shape[k];
        }
        i++;
        j++;
    }
    const int64_t last = j > 0 ? strides[j - 1] : (int64_t)cx__itemsize((cx_dtype)a->dtype);
    for (; j < ndim; j++) strides[j] = last; /* extents of 1 that are left over */
    return true;
}

static cx_status resolve_shape(const char *where, const cx_array *a, cx_shape want, int64_t *shape)
{
    if (want.ndim < 0 || want.ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; 0 to %d are possible", want.ndim,
                        CX_MAX_NDIM);
    int open = -1;
    int64_t known = 1;
    char text[2][CX__SHAPE_TEXT];
    for (int i = 0; i < want.ndim; i++) {
        shape[i] = want.dim[i];
        if (shape[i] == -1 && open < 0)
            open = i;
        else if (shape[i] < 0)
            return cx__fail(CX_E_SHAPE, where, "only one extent may be -1 and none below it, in %s",
                            cx__shape_text(want.ndim, want.dim, text[0]));
        else if (shape[i] != 0 && known > INT64_MAX / shape[i])
            known = -1;
        else if (known >= 0)
            known *= shape[i];
        if (known < 0) break;
    }
    if (open >= 0 && known > 0 && a->size % known == 0) {
        shape[open] = a->size / known;
        return CX_OK;
    }
    if (open >= 0 || known != a->size)
        return cx__fail(CX_E_SHAPE, where, "%" PRId64 " elements of shape %s do not fit shape %s",
                        a->size, cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(want.ndim, want.dim, text[1]));
    return CX_OK;
}

static cx_status reshape(const char *where, const cx_array *a, cx_shape want, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    CX__TRY(resolve_shape(where, a, want, shape));
    if (a->size == 0 || (a->flags & CX__F_CONTIGUOUS)) {
        cx__shape_strides(want.ndim, shape, (int64_t)cx__itemsize((cx_dtype)a->dtype), strides);
        return cx__array_view(where, a, want.ndim, shape, strides, a->data, (cx_dtype)a->dtype,
                              out);
    }
    if (reshape_strides(a, want.ndim, shape, strides))
        return cx__array_view(where, a, want.ndim, shape, strides, a->data, (cx_dtype)a->dtype,
                              out);
    cx_array *c;
    CX__TRY(cx__array_contiguous(where, a, CX_DTYPE_NONE, &c));
    cx__shape_strides(want.ndim, shape, (int64_t)cx__itemsize((cx_dtype)a->dtype), strides);
    const cx_status st =
        cx__array_view(where, c, want.ndim, shape, strides, c->data, (cx_dtype)a->dtype, out);
    cx__release(c);
    return st;
}

cx_array *cx_reshape(const cx_array *a, cx_shape shape)
{
    cx_array *out = NULL;
    const cx_status st = reshape("reshape", a, shape, &out);
    return cx__yield(st, "reshape", out);
}

cx_array *cx_ravel(const cx_array *a)
{
    cx_array *out = NULL;
    const int64_t all = -1, none = 0;
    cx_status st = cx__array_need("ravel", "a", a);
    if (st == CX_OK) st = reshape("ravel", a, (cx_shape){1, a->size == 0 ? &none : &all}, &out);
    return cx__yield(st, "ravel", out);
}

/* ---- axes */
static cx_status permute(const char *where, const cx_array *a, int count, const int *axes,
                         int64_t *shape, int64_t *strides)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (count != a->ndim)
        return cx__fail(CX_E_ARGUMENT, where, "%d axes for an array of %d dimensions", count,
                        a->ndim);
    uint32_t seen = 0;
    for (int i = 0; i < count; i++) {
        int k;
        CX__TRY(cx__axis(where, axes[i], a->ndim, &k));
        if (seen & (UINT32_C(1) << k))
            return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", k);
        seen |= UINT32_C(1) << k;
        shape[i] = a->shape[k];
        strides[i] = a->strides[k];
    }
    return CX_OK;
}

cx_array *cx_permute_dims(const cx_array *a, int count, const int *axes)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    const cx_status st = permute("permute_dims", a, count, axes, shape, strides);
    return view_of(st, "permute_dims", a, count, shape, strides);
}

cx_array *cx_transpose(const cx_array *a)
{
    int axes[CX_MAX_NDIM];
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    cx_status st = cx__array_need("transpose", "a", a);
    const int ndim = st == CX_OK ? a->ndim : 0;
    for (int i = 0; i < ndim; i++) axes[i] = ndim - 1 - i;
    if (st == CX_OK) st = permute("transpose", a, ndim, axes, shape, strides);
    return view_of(st, "transpose", a, ndim, shape, strides);
}

static cx_array *swap_two(const char *where, const cx_array *a, int first, int second)
{
    int axes[CX_MAX_NDIM];
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    cx_status st = cx__array_need(where, "a", a);
    const int ndim = st == CX_OK ? a->ndim : 0;
    for (int i = 0; i < ndim; i++) axes[i] = i;
    if (st == CX_OK) st = cx__axis(where, first, ndim, &first);
    if (st == CX_OK) st = cx__axis(where, second, ndim, &second);
    if (st == CX_OK) {
        axes[first] = second;
        axes[second] = first;
        st = permute(where, a, ndim, axes, shape, strides);
    }
    return view_of(st, where, a, ndim, shape, strides);
}

cx_array *cx_matrix_transpose(const cx_array *a)
{
    return swap_two("matrix_transpose", a, -2, -1);
}
cx_array *cx_swapaxes(const cx_array *a, int axis1, int axis2)
{
    return swap_two("swapaxes", a, axis1, axis2);
}

cx_array *cx_moveaxis(const cx_array *a, int source, int destination)
{
    static const char where[] = "moveaxis";
    int axes[CX_MAX_NDIM], n = 0;
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    cx_status st = cx__array_need(where, "a", a);
    const int ndim = st == CX_OK ? a->ndim : 0;
    if (st == CX_OK) st = cx__axis(where, source, ndim, &source);
    if (st == CX_OK) st = cx__axis(where, destination, ndim, &destination);
    if (st == CX_OK) {
        for (int i = 0, k = 0; i < ndim; i++) {
            if (i == destination) {
                axes[n++] = source;
                continue;
            }
            if (k == source) k++;
            axes[n++] = k++;
        }
        st = permute(where, a, ndim, axes, shape, strides);
    }
    return view_of(st, where, a, ndim, shape, strides);
}

cx_array *cx_broadcast_to(const cx_array *a, cx_shape to)
{
    static const char where[] = "broadcast_to";
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    int64_t size;
    size_t bytes;
    cx_array *out = NULL;
    int ndim = to.ndim;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__shape_size(where, to.ndim, to.dim, 1, &size, &bytes);
    if (st == CX_OK) {
        if (ndim > 0) memcpy(shape, to.dim, (size_t)ndim * sizeof *shape);
        char text[2][CX__SHAPE_TEXT];
        if (a->ndim > ndim || !cx__shape_broadcast(a->ndim, a->shape, &ndim, shape) ||
            (ndim > 0 && memcmp(shape, to.dim, (size_t)ndim * sizeof *shape) != 0))
            st = cx__fail(CX_E_SHAPE, where, "shape %s does not broadcast to %s",
                          cx__shape_text(a->ndim, a->shape, text[0]),
                          cx__shape_text(to.ndim, to.dim, text[1]));
    }
    if (st == CX_OK) {
        cx__shape_broadcast_strides(a->ndim, a->shape, a->strides, ndim, shape, strides);
        st = cx__array_view(where, a, ndim, shape, strides, a->data, (cx_dtype)a->dtype, &out);
    }
    if (st == CX_OK) out->flags |= CX__F_READONLY;
    return cx__yield(st, where, out);
}

cx_array *cx_expand_dims(const cx_array *a, int axis)
{
    static const char where[] = "expand_dims";
    int64_t shape[CX_MAX_NDIM + 1], strides[CX_MAX_NDIM + 1];
    cx_status st = cx__array_need(where, "a", a);
    const int ndim = st == CX_OK ? a->ndim + 1 : 0;
    if (st == CX_OK) st = cx__axis(where, axis, ndim, &axis);
    if (st == CX_OK)
        for (int i = 0, k = 0; i < ndim; i++) {
            shape[i] = i == axis ? 1 : a->shape[k];
            strides[i] = i == axis ? 0 : a->strides[k];
            k += i != axis;
        }
    return view_of(st, where, a, ndim, shape, strides);
}

static cx_array *drop_axes(cx_status st, const char *where, const cx_array *a, uint32_t drop)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    int n = 0;
    for (int i = 0; st == CX_OK && i < a->ndim; i++) {
        if (drop & (UINT32_C(1) << i)) continue;
        shape[n] = a->shape[i];
        strides[n++] = a->strides[i];
    }
    return view_of(st, where, a, n, shape, strides);
}

cx_array *cx_squeeze(const cx_array *a, int axis)
{
    cx_status st = cx__array_need("squeeze", "a", a);
    if (st == CX_OK) st = cx__axis("squeeze", axis, a->ndim, &axis);
    if (st == CX_OK && a->shape[axis] != 1)
        st = cx__fail(CX_E_SHAPE, "squeeze", "axis %d has size %" PRId64 ", not 1", axis,
                      a->shape[axis]);
    return drop_axes(st, "squeeze", a, st == CX_OK ? UINT32_C(1) << axis : 0);
}

cx_array *cx_squeeze_all(const cx_array *a)
{
    const cx_status st = cx__array_need("squeeze_all", "a", a);
    uint32_t drop = 0;
    for (int i = 0; st == CX_OK && i < a->ndim; i++)
        if (a->shape[i] == 1) drop |= UINT32_C(1) << i;
    return drop_axes(st, "squeeze_all", a, drop);
}

cx_array *cx_flip(const cx_array *a, int axis)
{
    static const char where[] = "flip";
    int64_t strides[CX_MAX_NDIM];
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__axis(where, axis, a->ndim, &axis);
    if (st == CX_OK) {
        memcpy(strides, a->strides, (size_t)a->ndim * sizeof *strides);
        char *data = a->data + (a->size > 0 ? (a->shape[axis] - 1) * strides[axis] : 0);
        strides[axis] = -strides[axis];
        st = cx__array_view(where, a, a->ndim, a->shape, strides, data, (cx_dtype)a->dtype, &out);
    }
    return cx__yield(st, where, out);
}

/* Another size of elements: the last axis is contiguous and takes the difference. */
static cx_status resize_last(const char *where, const cx_array *a, int64_t to, int64_t *shape,
                             int64_t *strides)
{
    const int64_t from = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    const int last = a->ndim - 1;
    if (a->ndim == 0)
        return cx__fail(CX_E_DTYPE, where, "a is 0-d: its element of %d bytes cannot become %d",
                        (int)from, (int)to);
    const int64_t n = a->shape[last];
    const bool whole = a->size == 0 || (a->flags & CX__F_CONTIGUOUS) != 0;
    if (!whole && n > 1 && a->strides[last] != from)
        return cx__fail(CX_E_SHAPE, where, "the last axis of a is not contiguous");
    if (n * from % to != 0)
        return cx__fail(CX_E_SHAPE, where,
                        "%" PRId64 " elements of %d bytes are no whole number of %d bytes", n,
                        (int)from, (int)to);
    for (int d = 0; d < last; d++)
        if (!whole && a->shape[d] > 1 && a->strides[d] % to != 0)
            return cx__fail(CX_E_ARGUMENT, where, "the stride of axis %d is not aligned for it", d);
    if (a->size > 0 && (uintptr_t)a->data % (uintptr_t)(to > 8 ? 8 : to) != 0)
        return cx__fail(CX_E_ARGUMENT, where, "a is not aligned for elements of %d bytes", (int)to);
    memcpy(shape, a->shape, (size_t)a->ndim * sizeof *shape);
    memcpy(strides, a->strides, (size_t)a->ndim * sizeof *strides);
    shape[last] = n * from / to;
    strides[last] = to;
    if (whole) cx__shape_strides(a->ndim, shape, to, strides);
    return CX_OK;
}

cx_array *cx_view_as(const cx_array *a, cx_dtype t)
{
    static const char where[] = "view_as";
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && (t == CX_CAT || a->dtype == CX_CAT || cx_dtype_size(t) == 0))
        st = cx__fail(CX_E_DTYPE, where, "%s cannot be seen as %s",
                      cx_dtype_name((cx_dtype)a->dtype), cx_dtype_name(t));
    const bool same = st == CX_OK && cx_dtype_size(t) == cx__itemsize((cx_dtype)a->dtype);
    if (st == CX_OK && !same) st = resize_last(where, a, (int64_t)cx_dtype_size(t), shape, strides);
    if (st == CX_OK)
        st = cx__array_view(where, a, a->ndim, same ? a->shape : shape, same ? a->strides : strides,
                            a->data, t, &out);
    return cx__yield(st, where, out);
}

/* ---- parts of a whole */
cx_array *cx_split_part(const cx_array *a, int64_t n, int64_t i, int axis)
{
    static const char where[] = "split_part";
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__axis(where, axis, a->ndim, &axis);
    if (st == CX_OK && (n < 1 || i < 0 || i >= n))
        st = cx__fail(CX_E_ARGUMENT, where, "part %" PRId64 " of %" PRId64, i, n);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const int64_t each = a->shape[axis] / n, longer = a->shape[axis] % n;
    const int64_t start = i * each + (i < longer ? i : longer), stop = start + each + (i < longer);
    return cx_slice(a, axis, start, stop, 1);
}

cx_status cx_split_into(const cx_array *a, int n, int axis, cx_array **out)
{
    static const char where[] = "split";
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__axis(where, axis, a->ndim, &axis));
    if (out == NULL) return cx__fail(CX_E_NULL, where, "out is NULL");
    if (n < 1 || a->shape[axis] % n != 0)
        return cx__fail(CX_E_SHAPE, where,
                        "axis %d of size %" PRId64 " is not divided into %d equal parts", axis,
                        a->shape[axis], n);
    if (cx__scope_depth() == 0)
        return cx__fail(CX_E_SCOPE, where, "no scope is open on this thread");
    for (int i = 0; i < n; i++) {
        const int64_t each = a->shape[axis] / n;
        out[i] = cx_slice(a, axis, i * each, (i + 1) * each, 1);
        CX__TRY(cx_status_of(out[i]));
    }
    return CX_OK;
}
