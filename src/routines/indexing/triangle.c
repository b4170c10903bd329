/* Triangles, diagonals and powers: matrices by comparing positions, and positions by nonzero. */
#include "base/size.h"
#include "routines/indexing/indexing.h"
#include <calx/choose.h>
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>

/* ---- tri */
static cx_status check_sides(const char *where, int64_t n, int64_t *m)
{
    if (n < 0) return cx__fail(CX_E_ARGUMENT, where, "%" PRId64 " rows", n);
    if (*m < 0) *m = n;
    return CX_OK;
}
/* true at and below the k-th diagonal */
static cx_array *lower(int64_t n, int64_t m, int64_t k, cx_device d)
{
    k = k > m ? m : k < -n ? -n : k; /* beyond the corners nothing changes */
    cx_array *const row = cx_reshape(cx_arange_i64(k, n + k, 1, CX_I64, d), CX_SHAPE(n, 1));
    return cx_greater_equal(row, cx_arange_i64(0, m, 1, CX_I64, d));
}
static cx_status tri(const char *where, int64_t n, int64_t m, int64_t k, cx_dtype t, cx_device d,
                     cx_array **out)
{
    if (t == CX_DTYPE_NONE) t = CX_F64;
    if (t < CX_DTYPE_NONE || t >= CX_DTYPE_COUNT || t == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%d is no dtype of numbers", (int)t);
    CX__TRY(check_sides(where, n, &m));
    cx_array *const r = lower(n, m, k, d);
    *out = t == CX_BOOL ? r : cx_astype(r, t);
    return CX_OK;
}
cx_array *cx_tri(int64_t n, int64_t m, int64_t k, cx_dtype t, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = tri("tri", n, m, k, t, d, &r);
    return cx__give(s, st, r);
}

static cx_status diagflat(const char *where, const cx_array *a, int64_t k, cx_array **out)
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    if (k > (INT64_C(1) << 31) || k < -(INT64_C(1) << 31))
        return cx__fail(CX_E_ARGUMENT, where, "diagonal %" PRId64 " is too far out", k);
    *out = cx_diag(cx_ravel(a), k);
    return CX_OK;
}
cx_array *cx_diagflat(const cx_array *a, int64_t k)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = diagflat("diagflat", a, k, &r);
    return cx__give(s, st, r);
}

/* ---- vander: each column is the one of the next lower power times x, as NumPy multiplies */
static cx_status vander(const char *where, const cx_array *x, int64_t n, cx_powers order,
                        cx_array **out)
{
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (cx_ndim(x) != 1)
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions, not 1", cx_ndim(x));
    if (cx_dtype_of(x) == CX_CAT) return cx__fail(CX_E_DTYPE, where, "x is categories");
    if (order != CX_POWERS_DECREASING && order != CX_POWERS_INCREASING)
        return cx__fail(CX_E_ARGUMENT, where, "order %d is none", (int)order);
    if (n < 0) n = cx_size(x);
    const cx_dtype t = cx_promote_types(cx_dtype_of(x), CX_I64);
    cx_array *const r = cx_empty(CX_SHAPE(cx_size(x), n), t, cx_device_of(x));
    const cx_array *const base = cx_dtype_of(x) == t ? x : cx_astype(x, t), *below = NULL;
    for (int64_t i = 0; i < n; i++) {
        CX__TRY(cx__so_far());
        cx_array *const column = cx_select(r, 1, order == CX_POWERS_INCREASING ? i : n - 1 - i);
        CX__TRY(i == 0 ? cx_copy_into(cx_int(1), column) : cx_mul_into(below, base, column));
        below = column;
    }
    *out = r;
    return CX_OK;
}
cx_array *cx_vander(const cx_array *x, int64_t n, cx_powers order)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = vander("vander", x, n, order, &r);
    return cx__give(s, st, r);
}

/* ---- positions */
static cx_status diag_indices(const char *where, int64_t n, int ndim, cx_device d, int *count,
                              cx_array *part[])
{
    if (n < 0) return cx__fail(CX_E_ARGUMENT, where, "%" PRId64 " positions", n);
    if (ndim < 0 || ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_ARGUMENT, where, "%d dimensions; 0 to %d are possible", ndim,
                        CX_MAX_NDIM);
    cx_array *const at = cx_arange_i64(0, n, 1, CX_I64, d);
    *count = ndim;
    for (int i = 0; i < ndim; i++) part[i] = cx_index(at, "...");
    return CX_OK;
}
cx_tuple cx_diag_indices(int64_t n, int ndim, cx_device d)
{
    static const char where[] = "diag_indices";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int count = 0;
    const cx_status st = diag_indices(where, n, ndim, d, &count, part);
    return cx__give_tuple(s, st, where, count, part);
}

static cx_status diag_indices_from(const char *where, const cx_array *a, int *count,
                                   cx_array *part[])
{
    CX__NEED(where, "a", a, CX__KIND_ARRAY);
    char text[CX__SHAPE_TEXT];
    const int ndim = cx_ndim(a);
    bool square = ndim >= 2;
    for (int i = 1; i < ndim; i++) square &= cx_dim(a, i) == cx_dim(a, 0);
    if (!square)
        return cx__fail(CX_E_SHAPE, where, "a of shape %s is not square",
                        cx__words_of_shape(a, text));
    return diag_indices(where, cx_dim(a, 0), ndim, cx_device_of(a), count, part);
}
cx_tuple cx_diag_indices_from(const cx_array *a)
{
    static const char where[] = "diag_indices_from";
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int count = 0;
    const cx_status st = diag_indices_from(where, a, &count, part);
    return cx__give_tuple(s, st, where, count, part);
}

static cx_status triangle(const char *where, int64_t n, int64_t k, int64_t m, bool upper,
                          cx_device d, int *count, cx_array *part[])
{
    CX__TRY(check_sides(where, n, &m));
    k = k > m ? m + 1 : k < -n ? -n : k;
    const cx_array *const below = lower(n, m, upper ? k - 1 : k, d), *const at = cx_argwhere(
                                                                         upper
                                                                             ? cx_logical_not(below)
                                                                             : below);
    *count = 2;
    for (int i = 0; i < 2; i++) part[i] = cx_select(at, 1, i);
    return CX_OK;
}
static cx_tuple give_triangle(const char *where, int64_t n, int64_t k, int64_t m, bool upper,
                              cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[CX_MAX_NDIM];
    int count = 0;
    const cx_status st = triangle(where, n, k, m, upper, d, &count, part);
    return cx__give_tuple(s, st, where, count, part);
}
cx_tuple cx_tril_indices(int64_t n, int64_t k, int64_t m, cx_device d)
{
    return give_triangle("tril_indices", n, k, m, false, d);
}
cx_tuple cx_triu_indices(int64_t n, int64_t k, int64_t m, cx_device d)
{
    return give_triangle("triu_indices", n, k, m, true, d);
}

static cx_tuple triangle_from(const char *where, const cx_array *a, int64_t k, bool upper)
{
    cx_status st = cx__check(where, "a", a, CX__KIND_ARRAY);
    if (st == CX_OK && cx_ndim(a) != 2)
        st = cx__fail(CX_E_SHAPE, where, "a has %d dimensions, not 2", cx_ndim(a));
    if (st == CX_OK)
        return give_triangle(where, cx_dim(a, 0), k, cx_dim(a, 1), upper, cx_device_of(a));
    return cx__give_tuple(cx_scope_open(), st, where, 0, NULL);
}
cx_tuple cx_tril_indices_from(const cx_array *a, int64_t k)
{
    return triangle_from("tril_indices_from", a, k, false);
}
cx_tuple cx_triu_indices_from(const cx_array *a, int64_t k)
{
    return triangle_from("triu_indices_from", a, k, true);
}
