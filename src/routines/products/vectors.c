/* Products of stacked vectors, and what is made of them: vecdot, matvec, vecmat, cross, kron, and
 * diagonals and traces of any two axes. One idea: a vector is a matrix with one row or column, so a
 * view and one matrix product do the work. */
#include "ops/primitives.h"
#include "routines/arguments.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>

static cx_status two(const char *where, const cx_array *a, int least_a, const cx_array *b,
                     int least_b)
{
    CX__TRY(cx__need_array(where, "a", a));
    CX__TRY(cx__need_array(where, "b", b));
    CX__TRY(cx__need_together(where, "a", a, "b", b));
    const cx_array *const in[2] = {a, b};
    const int least[2] = {least_a, least_b};
    for (int i = 0; i < 2; i++) {
        const char *const name = i == 0 ? "a" : "b";
        if (cx_ndim(in[i]) < least[i])
            return cx__fail(CX_E_SHAPE, where, "%s has %d dimensions, at least %d are needed", name,
                            cx_ndim(in[i]), least[i]);
        if (cx_dtype_of(in[i]) == CX_CAT)
            return cx__fail(CX_E_DTYPE, where, "%s is of categories", name);
    }
    return CX_OK;
}

static cx_status agree(const char *where, const cx_array *a, int axis_a, const cx_array *b,
                       int axis_b)
{
    if (cx_dim(a, axis_a) == cx_dim(b, axis_b)) return CX_OK;
    char text[2][CX__SHAPE_TEXT];
    return cx__fail(CX_E_SHAPE, where,
                    "summed lengths %" PRId64 " and %" PRId64 " differ in shapes %s and %s",
                    cx_dim(a, axis_a), cx_dim(b, axis_b), cx__words_of_shape(a, text[0]),
                    cx__words_of_shape(b, text[1]));
}

/* The first n axes of a and the first m of b broadcast. */
static cx_status batches(const char *where, const cx_array *a, int n, const cx_array *b, int m)
{
    int64_t shape[CX_MAX_NDIM];
    int ndim = 0;
    char text[2][CX__SHAPE_TEXT];
    if (cx__shape_broadcast(n, cx_shape_of(a).dim, &ndim, shape) &&
        cx__shape_broadcast(m, cx_shape_of(b).dim, &ndim, shape))
        return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "shapes %s and %s do not broadcast",
                    cx__words_of_shape(a, text[0]), cx__words_of_shape(b, text[1]));
}

static const cx_array *conjugated(const cx_array *a)
{
    return cx__kind_of(a) == 'c' ? cx_conjugate(a) : a;
}

static cx_status vecdot(const char *where, const cx_array *a, const cx_array *b, int axis,
                        cx_array **out)
{
    int at[2];
    CX__TRY(two(where, a, 1, b, 1));
    CX__TRY(cx__axis(where, axis, cx_ndim(a), &at[0]));
    CX__TRY(cx__axis(where, axis, cx_ndim(b), &at[1]));
    const cx_array *const x = cx_moveaxis(a, at[0], -1), *const y = cx_moveaxis(b, at[1], -1);
    CX__TRY(agree(where, x, -1, y, -1));
    CX__TRY(batches(where, x, cx_ndim(x) - 1, y, cx_ndim(y) - 1));
    *out = cx_squeeze(
        cx_squeeze(cx_matmul(cx_expand_dims(conjugated(x), -2), cx_expand_dims(y, -1)), -1), -1);
    return CX_OK;
}

cx_array *cx_vecdot(const cx_array *a, const cx_array *b, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = vecdot("vecdot", a, b, axis, &r);
    return cx__give(s, st, r);
}

static cx_status matvec(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    CX__TRY(two(where, a, 2, b, 1));
    CX__TRY(agree(where, a, -1, b, -1));
    CX__TRY(batches(where, a, cx_ndim(a) - 2, b, cx_ndim(b) - 1));
    *out = cx_squeeze(cx_matmul(a, cx_expand_dims(b, -1)), -1);
    return CX_OK;
}

cx_array *cx_matvec(const cx_array *a, const cx_array *b)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = matvec("matvec", a, b, &r);
    return cx__give(s, st, r);
}

static cx_status vecmat(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    CX__TRY(two(where, a, 1, b, 2));
    CX__TRY(agree(where, a, -1, b, -2));
    CX__TRY(batches(where, a, cx_ndim(a) - 1, b, cx_ndim(b) - 2));
    *out = cx_squeeze(cx_matmul(cx_expand_dims(conjugated(a), -2), b), -2);
    return CX_OK;
}

cx_array *cx_vecmat(const cx_array *a, const cx_array *b)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = vecmat("vecmat", a, b, &r);
    return cx__give(s, st, r);
}

/* ---- cross */
/* x[..., i] y[..., j] - x[..., k] y[..., l], where a pair past the end of its vectors is 0. */
static cx_array *minor(const cx_array *x, const cx_array *y, int i, int j, int k, int l)
{
    const bool plus = i < cx_dim(x, -1) && j < cx_dim(y, -1),
               minus = k < cx_dim(x, -1) && l < cx_dim(y, -1);
    static cx__held both = CX__HELD("a, b, c, d: a * b - c * d"), last = CX__HELD("c, d: -(c * d)");
    if (!minus) return cx_mul(cx_select(x, -1, i), cx_select(y, -1, j));
    const cx_array *const c = cx_select(x, -1, k), *const d = cx_select(y, -1, l);
    if (!plus) return cx__held_run("cross", &last, CX_ARRAYS(c, d));
    return cx__held_run("cross", &both, CX_ARRAYS(cx_select(x, -1, i), cx_select(y, -1, j), c, d));
}

static cx_status axis_or_last(const char *where, cx_maybe_i64 axis, int ndim, int *out)
{
    const int64_t v = axis.set ? axis.value : -1;
    return cx__axis(where, v < -1000 ? -1000 : v > 1000 ? 1000 : (int)v, ndim, out);
}

static cx_status cross(const char *where, const cx_array *a, const cx_array *b,
                       const cx_cross_opts *given, cx_array **out)
{
    cx_cross_opts o;
    int at[2], to = 0;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(two(where, a, 1, b, 1));
    CX__TRY(axis_or_last(where, o.axisa, cx_ndim(a), &at[0]));
    CX__TRY(axis_or_last(where, o.axisb, cx_ndim(b), &at[1]));
    const cx_dtype t = cx_promote_types(cx_dtype_of(a), cx_dtype_of(b));
    if (t == CX_BOOL) return cx__fail(CX_E_DTYPE, where, "bool has no difference");
    const cx_array *x = cx_moveaxis(a, at[0], -1), *y = cx_moveaxis(b, at[1], -1);
    const int64_t m = cx_dim(x, -1), n = cx_dim(y, -1);
    if (m < 2 || m > 3 || n < 2 || n > 3)
        return cx__fail(CX_E_SHAPE, where, "vectors of %" PRId64 " and %" PRId64 ", not of 2 or 3",
                        m, n);
    CX__TRY(batches(where, x, cx_ndim(x) - 1, y, cx_ndim(y) - 1));
    const int ndim = cx_ndim(x) > cx_ndim(y) ? cx_ndim(x) : cx_ndim(y);
    if (m == 3 || n == 3) CX__TRY(axis_or_last(where, o.axisc, ndim, &to));
    if (cx_dtype_of(x) != t) x = cx_astype(x, t);
    if (cx_dtype_of(y) != t) y = cx_astype(y, t);
    if (m == 2 && n == 2)
        *out = minor(x, y, 0, 1, 1, 0);
    else
        *out = cx_stack(
            CX_ARRAYS(minor(x, y, 1, 2, 2, 1), minor(x, y, 2, 0, 0, 2), minor(x, y, 0, 1, 1, 0)),
            to);
    return CX_OK;
}

cx_array *cx_cross(const cx_array *a, const cx_array *b, const cx_cross_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cross("cross", a, b, o, &r);
    return cx__give(s, st, r);
}

/* ---- kron */
static cx_status kron(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    CX__TRY(cx__need_operand(where, "a", a));
    CX__TRY(cx__need_operand(where, "b", b));
    CX__TRY(cx__need_together(where, "a", a, "b", b));
    const cx_shape in[2] = {cx_shape_of(a), cx_shape_of(b)};
    const int ndim = in[0].ndim > in[1].ndim ? in[0].ndim : in[1].ndim;
    if (in[0].ndim == 0 || in[1].ndim == 0) {
        *out = cx_mul(a, b);
        return CX_OK;
    }
    if (2 * ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; at most %d are possible", ndim,
                        (int)CX_MAX_NDIM / 2);
    int64_t apart[2][CX_MAX_NDIM], shape[CX_MAX_NDIM];
    for (int d = 0; d < ndim; d++) {
        int64_t extent[2];
        for (int i = 0; i < 2; i++) {
            const int own = d - (ndim - in[i].ndim);
            extent[i] = own < 0 ? 1 : in[i].dim[own];
            apart[i][2 * d] = i == 0 ? extent[i] : 1;
            apart[i][2 * d + 1] = i == 0 ? 1 : extent[i];
        }
        shape[d] = extent[0] * extent[1];
    }
    *out = cx_reshape(cx_mul(cx_reshape(a, (cx_shape){2 * ndim, apart[0]}),
                             cx_reshape(b, (cx_shape){2 * ndim, apart[1]})),
                      (cx_shape){ndim, shape});
    return CX_OK;
}

cx_array *cx_kron(const cx_array *a, const cx_array *b)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = kron("kron", a, b, &r);
    return cx__give(s, st, r);
}

/* ---- diagonals of two axes */
static cx_status diagonal(const char *where, const cx_array *a, int64_t k, int axis1, int axis2,
                          cx_array **out)
{
    int at[2];
    CX__TRY(cx__need_array(where, "a", a));
    if (cx_ndim(a) < 2)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, at least 2 are needed",
                        cx_ndim(a));
    CX__TRY(cx__axis(where, axis1, cx_ndim(a), &at[0]));
    CX__TRY(cx__axis(where, axis2, cx_ndim(a), &at[1]));
    if (at[0] == at[1]) return cx__fail(CX_E_ARGUMENT, where, "both axes are %d", at[0]);
    const int second = at[1] > at[0] ? at[1] - 1 : at[1]; /* when the first has gone to the end */
    *out = cx_diagonal(cx_moveaxis(cx_moveaxis(a, at[0], -1), second, -1), k);
    return CX_OK;
}

cx_array *cx_diagonal_axes(const cx_array *a, int64_t k, int axis1, int axis2)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = diagonal("diagonal_axes", a, k, axis1, axis2, &r);
    return cx__give(s, st, r);
}

cx_array *cx_trace_axes(const cx_array *a, int64_t k, int axis1, int axis2, cx_dtype t)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = diagonal("trace_axes", a, k, axis1, axis2, &r);
    if (st == CX_OK) r = cx_sum(r, CX_AXIS(-1, .dtype = t));
    return cx__give(s, st, r);
}
