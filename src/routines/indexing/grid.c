/* Grids of coordinates: one range per axis, seen or written under the grid's shape. */
#include "routines/indexing/indexing.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <math.h>

/* ---- meshgrid */
static cx_status meshgrid(const char *where, cx_arrays x, const cx_meshgrid_opts *given, int *n,
                          cx_array *part[])
{
    cx_meshgrid_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (o.indexing != CX_INDEXING_XY && o.indexing != CX_INDEXING_IJ)
        return cx__fail(CX_E_ARGUMENT, where, "indexing %d is none", (int)o.indexing);
    if (x.count == 0) return CX_OK;
    CX__TRY(cx__need_list(where, "x", x, CX_MAX_NDIM));
    int64_t full[CX_MAX_NDIM];
    for (int i = 0; i < x.count; i++) {
        if (cx__is_weak(x.at[i]))
            return cx__fail(CX_E_ARGUMENT, where, "entry %d is a number, not an array", i);
        const int k = o.indexing == CX_INDEXING_XY && i < 2 && x.count > 1 ? 1 - i : i;
        int64_t shape[CX_MAX_NDIM];
        for (int j = 0; j < x.count; j++) shape[j] = 1;
        shape[k] = full[k] = cx_size(x.at[i]);
        part[i] = cx_reshape(x.at[i], (cx_shape){x.count, shape});
    }
    *n = x.count;
    for (int i = 0; i < x.count; i++) {
        if (!o.sparse) part[i] = cx_broadcast_to(part[i], (cx_shape){x.count, full});
        if (!o.no_copy) part[i] = cx_copy(part[i]);
    }
    return CX_OK;
}
cx_tuple cx_meshgrid(cx_arrays x, const cx_meshgrid_opts *o)
{
    static const char where[] = "meshgrid";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int n = 0;
    const cx_status st = meshgrid(where, x, o, &n, part);
    return cx__give_tuple(s, st, where, n, part);
}

/* ---- indices, fromfunction */
static cx_status check_grid(const char *where, cx_shape shape, int most)
{
    if (shape.ndim < 0 || shape.ndim > most)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; 0 to %d are possible", shape.ndim, most);
    if (shape.ndim > 0 && shape.dim == NULL) return cx__fail(CX_E_NULL, where, "shape.dim is NULL");
    for (int i = 0; i < shape.ndim; i++)
        if (shape.dim[i] < 0)
            return cx__fail(CX_E_SHAPE, where, "extent %" PRId64 " of axis %d", shape.dim[i], i);
    return CX_OK;
}
static cx_status check_dtype(const char *where, cx_dtype *t, cx_dtype otherwise)
{
    if (*t == CX_DTYPE_NONE) *t = otherwise;
    if (*t <= CX_DTYPE_NONE || *t >= CX_DTYPE_COUNT || *t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%d is no dtype of numbers", (int)*t);
    return CX_OK;
}

/* positions along axis k, as dtype t (through int64: NumPy casts as well) */
static cx_array *axis_of(cx_shape shape, int k, cx_dtype t, cx_device d)
{
    cx_array *const x = cx__open_axis(shape.dim[k], k, shape.ndim, CX_I64, d);
    return t == CX_I64 ? x : cx_astype(x, t);
}

/* [n, shape...] with the open arrays written along the first axis */
static cx_array *stacked(int n, cx_array *const open[], cx_shape shape, cx_dtype t, cx_device d)
{
    int64_t full[CX_MAX_NDIM + 1];
    full[0] = n;
    for (int i = 0; i < shape.ndim; i++) full[i + 1] = shape.dim[i];
    cx_array *const r = cx_empty((cx_shape){shape.ndim + 1, full}, t, d);
    for (int i = 0; i < n && cx__so_far() == CX_OK; i++)
        (void)cx_check(cx_copy_into(open[i], cx_select(r, 0, i)));
    return r;
}

static cx_status indices(const char *where, cx_shape shape, cx_dtype t, cx_device d, cx_array **out)
{
    CX__TRY(check_grid(where, shape, CX_MAX_NDIM - 1));
    CX__TRY(check_dtype(where, &t, CX_I64));
    cx_array *open[CX_MAX_NDIM];
    for (int i = 0; i < shape.ndim; i++) open[i] = axis_of(shape, i, t, d);
    CX__TRY(cx__so_far());
    *out = stacked(shape.ndim, open, shape, t, d);
    return CX_OK;
}
cx_array *cx_indices(cx_shape shape, cx_dtype t, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = indices("indices", shape, t, d, &r);
    return cx__give(s, st, r);
}

static cx_status indices_sparse(const char *where, cx_shape shape, cx_dtype t, cx_device d, int *n,
                                cx_array *part[])
{
    CX__TRY(check_grid(where, shape, CX_MAX_NDIM));
    CX__TRY(check_dtype(where, &t, CX_I64));
    *n = shape.ndim;
    for (int i = 0; i < *n; i++) part[i] = axis_of(shape, i, t, d);
    return CX_OK;
}
cx_tuple cx_indices_sparse(cx_shape shape, cx_dtype t, cx_device d)
{
    static const char where[] = "indices_sparse";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int n = 0;
    const cx_status st = indices_sparse(where, shape, t, d, &n, part);
    return cx__give_tuple(s, st, where, n, part);
}

static cx_status fromfunction(const char *where, cx_array *(*fn)(cx_arrays coordinates, void *ctx),
                              void *ctx, cx_shape shape, cx_dtype t, cx_device d, cx_array **out)
{
    if (fn == NULL) return cx__fail(CX_E_NULL, where, "fn is NULL");
    CX__TRY(check_grid(where, shape, CX_MAX_NDIM - 1));
    CX__TRY(check_dtype(where, &t, CX_F64));
    cx_array *const all = cx_indices(shape, t, d);
    const cx_array *part[CX_MAX_NDIM];
    for (int i = 0; i < shape.ndim; i++) part[i] = cx_select(all, 0, i);
    CX__TRY(cx__so_far());
    *out = fn((cx_arrays){shape.ndim, part}, ctx);
    CX__TRY(cx__so_far());
    CX__NEED(where, "what fn returns", *out, CX__KIND_ARRAY);
    return CX_OK;
}
cx_array *cx_fromfunction(cx_array *(*fn)(cx_arrays coordinates, void *ctx), void *ctx,
                          cx_shape shape, cx_dtype t, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = fromfunction("fromfunction", fn, ctx, shape, t, d, &r);
    return cx__give(s, st, r);
}

/* ---- mgrid, ogrid */
static bool whole(double x)
{
    return x == floor(x) && fabs(x) < 0x1p53;
}

static cx_status ranges(const char *where, int n, const cx_range *axes, cx_dtype t, cx_device d,
                        cx_array *open[], int64_t *full, cx_dtype *made)
{
    if (n < 1 || n > CX_MAX_NDIM - 1)
        return cx__fail(CX_E_ARGUMENT, where, "%d axes; 1 to %d are possible", n, CX_MAX_NDIM - 1);
    if (axes == NULL) return cx__fail(CX_E_NULL, where, "axes is NULL");
    bool integers = true;
    for (int i = 0; i < n; i++) {
        const cx_range *const r = &axes[i];
        if (r->points < 0 || (r->points == 0 && !(r->step > 0 || r->step < 0)))
            return cx__fail(CX_E_ARGUMENT, where, "axis %d has neither points nor a step", i);
        if (!isfinite(r->start) || !isfinite(r->stop))
            return cx__fail(CX_E_ARGUMENT, where, "axis %d has an end that is not finite", i);
        integers &= r->points == 0 && whole(r->start) && whole(r->stop) && whole(r->step);
    }
    CX__TRY(check_dtype(where, &t, integers ? CX_I64 : CX_F64));
    for (int i = 0; i < n; i++) {
        const cx_range *const r = &axes[i];
        cx_array *x = r->points > 0 ? cx_linspace(r->start, r->stop, r->points, CX_F64, d, NULL)
                      : integers    ? cx_arange_i64((int64_t)r->start, (int64_t)r->stop,
                                                    (int64_t)r->step, CX_I64, d)
                                    : cx_arange(r->start, r->stop, r->step, CX_F64, d);
        CX__TRY(cx__so_far());
        full[i] = cx_size(x);
        int64_t shape[CX_MAX_NDIM];
        for (int k = 0; k < n; k++) shape[k] = k == i ? full[i] : 1;
        if (cx_dtype_of(x) != t) x = cx_astype(x, t);
        open[i] = cx_reshape(x, (cx_shape){n, shape});
    }
    *made = t;
    return cx__so_far();
}
cx_array *cx_mgrid(int n, const cx_range *axes, cx_dtype t, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *open[CX_MAX_NDIM], *r = NULL;
    int64_t full[CX_MAX_NDIM];
    const cx_status st = ranges("mgrid", n, axes, t, d, open, full, &t);
    if (st == CX_OK) r = stacked(n, open, (cx_shape){n, full}, t, d);
    return cx__give(s, st, r);
}
cx_tuple cx_ogrid(int n, const cx_range *axes, cx_dtype t, cx_device d)
{
    static const char where[] = "ogrid";
    const cx_scope s = cx_scope_open();
    cx_array *open[CX_MAX_NDIM];
    int64_t full[CX_MAX_NDIM];
    const cx_status st = ranges(where, n, axes, t, d, open, full, &t);
    return cx__give_tuple(s, st, where, st == CX_OK ? n : 0, open);
}
