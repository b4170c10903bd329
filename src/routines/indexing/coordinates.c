/* Positions and coordinates: nonzero, ix_, ravel_multi_index, unravel_index, and the diagonal that
 * is filled in place. */
#include "base/size.h"
#include "routines/indexing/indexing.h"
#include <calx/choose.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/views.h>
#include <inttypes.h>

/* Positions taken apart, one division a dimension: the coordinate is what it leaves, from the
 * fastest dimension to the slowest. */
static cx_status take_apart(cx_array *at, cx_shape dims, bool fortran, cx_array *part[])
{
    for (int k = 0; k < dims.ndim; k++) {
        const int i = fortran ? k : dims.ndim - 1 - k;
        if (k == dims.ndim - 1) {
            part[i] = at;
            break;
        }
        cx_array *const up = cx_floor_divide(at, cx_int(dims.dim[i]));
        part[i] = cx_sub(at, cx_mul(up, cx_int(dims.dim[i])));
        at = up;
    }
    return cx__so_far();
}

/* ---- nonzero, ix_ */
static cx_status nonzero(const char *where, const cx_array *a, int *n, cx_array *part[])
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    if (cx_ndim(a) == 0)
        return cx__fail(CX_E_SHAPE, where, "a has no dimensions; reshape it to 1-d");
    *n = cx_ndim(a);
    cx_array *const at = cx_flatnonzero(a);
    CX__TRY(cx__so_far());
    return take_apart(at, cx_shape_of(a), false, part);
}
cx_tuple cx_nonzero(const cx_array *a)
{
    static const char where[] = "nonzero";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int n = 0;
    const cx_status st = nonzero(where, a, &n, part);
    return cx__give_tuple(s, st, where, n, part);
}

static cx_status ix(const char *where, cx_arrays list, int *n, cx_array *part[])
{
    CX__TRY(cx__need_list(where, "parts", list, CX_MAX_NDIM));
    for (int i = 0; i < list.count; i++) {
        const cx_array *const a = list.at[i];
        const char kind = cx_dtype_kind(cx_dtype_of(a));
        if (cx__is_weak(a) || cx_ndim(a) != 1)
            return cx__fail(CX_E_SHAPE, where, "part %d has %d dimensions, not 1", i, cx_ndim(a));
        if (kind != 'i' && kind != 'u' && kind != 'b' && cx_size(a) > 0)
            return cx__fail(CX_E_DTYPE, where, "part %d is %s, neither integers nor bool", i,
                            cx_dtype_name(cx_dtype_of(a)));
        const cx_array *const at = kind == 'b'                  ? cx_flatnonzero(a)
                                   : kind == 'i' || kind == 'u' ? a
                                                                : cx_astype(a, CX_I64);
        int64_t shape[CX_MAX_NDIM];
        for (int k = 0; k < list.count; k++) shape[k] = k == i ? cx_size(at) : 1;
        part[i] = cx_reshape(at, (cx_shape){list.count, shape});
    }
    *n = list.count;
    return CX_OK;
}
cx_tuple cx_ix_(cx_arrays parts)
{
    static const char where[] = "ix_";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int n = 0;
    const cx_status st = ix(where, parts, &n, part);
    return cx__give_tuple(s, st, where, n, part);
}

/* ---- coordinates to positions and back */
/* steps between neighbours along each dimension, in elements; SHAPE if there are too many */
static cx_status steps_of(const char *where, cx_shape dims, bool fortran, int64_t *step,
                          int64_t *total)
{
    if (dims.ndim < 0 || dims.ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "dims has %d dimensions; at most %d are possible",
                        dims.ndim, CX_MAX_NDIM);
    if (dims.ndim > 0 && dims.dim == NULL) return cx__fail(CX_E_NULL, where, "dims.dim is NULL");
    *total = 1;
    for (int k = 0; k < dims.ndim; k++) {
        const int i = fortran ? k : dims.ndim - 1 - k;
        step[i] = *total;
        if (dims.dim[i] < 0 || !cx__mul_i64(*total, dims.dim[i], total)) {
            char text[CX__SHAPE_TEXT];
            return cx__fail(CX_E_SHAPE, where, "dims are %s",
                            cx__shape_text(dims.ndim, dims.dim, text));
        }
    }
    return CX_OK;
}

static cx_status ravel_multi_index(const char *where, cx_arrays list, cx_shape dims,
                                   const cx_coordinate_opts *given, cx_array **out)
{
    cx_coordinate_opts o;
    int64_t step[CX_MAX_NDIM], total;
    CX__TRY(cx__need_list(where, "coordinates", list, CX_MAX_NDIM));
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(steps_of(where, dims, o.fortran, step, &total));
    if (list.count != dims.ndim)
        return cx__fail(CX_E_ARGUMENT, where, "%d coordinates for %d dimensions", list.count,
                        dims.ndim);
    cx_array *sum = NULL;
    for (int i = 0; i < dims.ndim; i++) {
        const cx_bounds mode = o.modes != NULL ? o.modes[i] : o.mode;
        cx_array *at = NULL;
        char name[32] = "coordinates";
        CX__TRY(cx__bounded(where, name, list.at[i], dims.dim[i], mode, &at));
        if (mode == CX_BOUNDS_RAISE) CX__TRY(cx__all_within(where, name, at, dims.dim[i]));
        at = cx_mul(at, cx_int(step[i]));
        sum = sum == NULL ? at : cx_add(sum, at);
        CX__TRY(cx__so_far());
    }
    *out = sum;
    return CX_OK;
}
cx_array *cx_ravel_multi_index(cx_arrays coordinates, cx_shape dims, const cx_coordinate_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = ravel_multi_index("ravel_multi_index", coordinates, dims, o, &r);
    return cx__give(s, st, r);
}

static cx_status unravel_index(const char *where, const cx_array *indices, cx_shape dims,
                               const cx_coordinate_opts *given, int *n, cx_array *part[])
{
    cx_coordinate_opts o;
    int64_t step[CX_MAX_NDIM], total;
    CX__TRY(cx__need_operand(where, "indices", indices));
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(steps_of(where, dims, o.fortran, step, &total));
    cx_array *at = NULL;
    CX__TRY(cx__bounded(where, "indices", indices, total, CX_BOUNDS_RAISE, &at));
    CX__TRY(cx__all_within(where, "indices", at, total));
    *n = dims.ndim;
    return take_apart(at, dims, o.fortran, part);
}
cx_tuple cx_unravel_index(const cx_array *indices, cx_shape dims, const cx_coordinate_opts *o)
{
    static const char where[] = "unravel_index";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int n = 0;
    const cx_status st = unravel_index(where, indices, dims, o, &n, part);
    return cx__give_tuple(s, st, where, n, part);
}

/* ---- fill_diagonal */
/* first n values into a view of n elements */
static cx_status fill(cx_array *view, const cx_array *values)
{
    if (cx_size(view) == 0) return CX_OK;
    if (cx__is_weak(values)) return cx_copy_into(values, view);
    return cx_copy_into(cx_reshape(cx__repeated(values, cx_size(view)), cx_shape_of(view)), view);
}

/* Below the square of a tall matrix the diagonal begins anew after a row: blocks of cols + 1 rows,
 * and what is left. */
static cx_status fill_wrapped(cx_array *a, const cx_array *values)
{
    const int64_t cols = cx_dim(a, 1), block = cols + 1, rows = cx_dim(a, 0), whole = rows / block,
                  left = rows - whole * block;
    if (cols == 0) return CX_OK;
    cx_array *const blocks = cx_diagonal(
        cx_reshape(cx_slice(a, 0, 0, whole * block, 1), CX_SHAPE(whole, block, cols)), 0);
    cx_array *const rest = cx_diagonal(cx_slice(a, 0, whole * block, CX_END, 1), 0);
    CX__TRY(cx__so_far());
    if (cx__is_weak(values)) {
        CX__TRY(fill(blocks, values));
        return fill(rest, values);
    }
    const cx_array *const all = cx__repeated(values, whole * cols + left);
    CX__TRY(cx__so_far());
    if (whole > 0) CX__TRY(fill(blocks, cx_slice(all, 0, 0, whole * cols, 1)));
    return left > 0 ? fill(rest, cx_slice(all, 0, whole * cols, CX_END, 1)) : CX_OK;
}

static cx_status fill_diagonal(const char *where, cx_array *a, const cx_array *values,
                               cx_diagonal_end end)
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    CX__TRY(cx__need_operand(where, "values", values));
    if (!cx_is_writeable(a)) return cx__fail(CX_E_READONLY, where, "a is read-only");
    if (end != CX_DIAGONAL_ONCE && end != CX_DIAGONAL_WRAP)
        return cx__fail(CX_E_ARGUMENT, where, "end %d is none", (int)end);
    char text[CX__SHAPE_TEXT];
    const int ndim = cx_ndim(a);
    bool square = ndim >= 2;
    for (int i = 1; i < ndim && ndim > 2; i++) square &= cx_dim(a, i) == cx_dim(a, 0);
    if (!square)
        return cx__fail(CX_E_SHAPE, where, "a of shape %s has no main diagonal",
                        cx__words_of_shape(a, text));
    if (cx_size(a) == 0) return CX_OK;
    if (cx_size(values) == 0) return cx__fail(CX_E_SHAPE, where, "there are no values");
    if (ndim == 2)
        return end == CX_DIAGONAL_WRAP ? fill_wrapped(a, values) : fill(cx_diagonal(a, 0), values);
    int64_t step = 0;
    for (int i = 0; i < ndim; i++) step += cx_stride(a, i);
    return fill(cx_as_strided(a, CX_SHAPE(cx_dim(a, 0)), &step,
                              CX_OPTS(cx_strided_opts, .writeable = true)),
                values);
}
cx_status cx_fill_diagonal(cx_array *a, const cx_array *values, cx_diagonal_end end)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, fill_diagonal("fill_diagonal", a, values, end));
}
