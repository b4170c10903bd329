/* vector_norm, matrix_norm and condition numbers in any norm: views that let linalg_norm do the
 * work. What is singular is known from the LU's determinant before anything is inverted. */
#include "routines/arguments.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static const int last_two[2] = {-2, -1};

static cx_status options(const char *where, const cx_array *a, const cx_norm_opts *given,
                         cx_norm_opts *o)
{
    CX__TRY(CX__OPTIONS(where, given, o));
    o->struct_size = sizeof *o;
    CX__TRY(cx__need_array(where, "a", a));
    if (cx_dtype_of(a) == CX_CAT) return cx__fail(CX_E_DTYPE, where, "a is of categories");
    if (o->ord.set && isnan(o->ord.value)) return cx__fail(CX_E_ARGUMENT, where, "ord is NaN");
    return CX_OK;
}

/* ---- vectors */
/* The axes of how, those that stay behind them. */
static cx_status order_axes(const char *where, const cx_array *a, cx_reduce how, int *axes,
                            int *count)
{
    const int ndim = cx_ndim(a);
    bool taken[CX_MAX_NDIM] = {false};
    int n = how.no_axes ? 0 : how.axis_count == 0 ? ndim : how.axis_count;
    if (n < 0 || n > ndim || (n > 1 && how.axis_count > 1 && how.axes == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d axes for an array of %d dimensions", n, ndim);
    for (int i = 0; i < n; i++) {
        const int axis = how.axis_count == 0 ? i : how.axis_count == 1 ? how.axis : how.axes[i];
        CX__TRY(cx__axis(where, axis, ndim, &axes[i]));
        if (taken[axes[i]]) return cx__fail(CX_E_ARGUMENT, where, "axis %d occurs twice", axes[i]);
        taken[axes[i]] = true;
    }
    *count = n;
    for (int d = 0; d < ndim; d++)
        if (!taken[d]) axes[n++] = d;
    return CX_OK;
}

static cx_status vector_norm(const char *where, const cx_array *a, cx_reduce how,
                             const cx_norm_opts *given, cx_array **out)
{
    cx_norm_opts o;
    int axes[CX_MAX_NDIM], count = 0;
    CX__TRY(options(where, a, given, &o));
    if (o.kind != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "kind '%.20s' is not a norm of vectors", o.kind);
    if (how.axis_count == 1 && cx_ndim(a) == 0) CX__TRY(cx__axis(where, how.axis, 0, axes));
    CX__TRY(order_axes(where, a, how, axes, &count));
    const cx_shape s = cx_shape_of(a);
    int64_t merged[CX_MAX_NDIM + 1] = {1}, kept[CX_MAX_NDIM];
    int ndim = 1;
    memcpy(kept, s.dim, (size_t)s.ndim * sizeof *kept);
    for (int i = 0; i < s.ndim; i++) {
        if (i < count) {
            merged[0] *= s.dim[axes[i]];
            kept[axes[i]] = 1;
        } else {
            merged[ndim++] = s.dim[axes[i]];
        }
    }
    if (ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "no norm over no axis of %d dimensions", s.ndim);
    if (merged[0] == 0 && o.ord.set && o.ord.value == -INFINITY)
        return cx__fail(CX_E_SHAPE, where, "the least of nothing");
    const cx_array *const moved = cx_permute_dims(a, s.ndim, axes);
    *out = cx_linalg_norm(cx_reshape(moved, (cx_shape){ndim, merged}), CX_AXIS(0), &o);
    if (how.keepdims) *out = cx_reshape(*out, (cx_shape){s.ndim, kept});
    return CX_OK;
}

cx_array *cx_linalg_vector_norm(const cx_array *a, cx_reduce how, const cx_norm_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = vector_norm("linalg_vector_norm", a, how, o, &r);
    return cx__give(s, st, r);
}

/* ---- matrices */
static cx_status matrix_options(const char *where, const cx_array *a, const cx_norm_opts *given,
                                cx_norm_opts *o)
{
    CX__TRY(options(where, a, given, o));
    if (cx_ndim(a) < 2)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, at least 2 are needed",
                        cx_ndim(a));
    if (o->kind != NULL && o->ord.set)
        return cx__fail(CX_E_ARGUMENT, where, "kind and ord are given; one of them counts");
    if (o->kind != NULL && strcmp(o->kind, "fro") != 0 && strcmp(o->kind, "nuc") != 0)
        return cx__fail(CX_E_ARGUMENT, where, "kind '%.20s' is neither 'fro' nor 'nuc'", o->kind);
    const double size = fabs(o->ord.value);
    if (o->ord.set && size != 1 && size != 2 && !isinf(size))
        return cx__fail(CX_E_ARGUMENT, where,
                        "ord is none of 1, -1, 2, -2 and the infinities, which matrices have");
    return CX_OK;
}

static cx_status matrix_norm(const char *where, const cx_array *a, cx_reduce how,
                             const cx_norm_opts *given, cx_array **out)
{
    cx_norm_opts o;
    CX__TRY(matrix_options(where, a, given, &o));
    if (how.axis_count != 0 || how.no_axes)
        return cx__fail(CX_E_ARGUMENT, where, "the axes are the last two; linalg_norm has others");
    if (o.kind == NULL && !o.ord.set) o.kind = "fro";
    *out = cx_linalg_norm(
        a, (cx_reduce){.axis_count = 2, .axes = last_two, .keepdims = how.keepdims}, &o);
    return CX_OK;
}

cx_array *cx_linalg_matrix_norm(const cx_array *a, cx_reduce how, const cx_norm_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = matrix_norm("linalg_matrix_norm", a, how, o, &r);
    return cx__give(s, st, r);
}

/* ---- condition numbers */
static const cx_array *cond_by_values(const cx_array *a, bool least)
{
    const cx_array *const s = cx_linalg_svdvals(a);
    const cx_array *const most = cx_select(s, -1, 0), *const small = cx_select(s, -1, -1);
    return least ? cx_div(small, most) : cx_div(most, small);
}

/* norm(a) norm(inv a); the identity stands in for singular matrices, whose answer is known. */
static const cx_array *cond_by_inverse(const cx_array *a, const cx_norm_opts *o)
{
    const cx_array *const singular = cx_equal(cx_linalg_slogdet(a).sign, cx_int(0));
    const cx_array *const each = cx_expand_dims(cx_expand_dims(singular, -1), -1);
    const cx_array *const one = cx_eye(cx_dim(a, -1), -1, 0, cx_dtype_of(a), cx_device_of(a)),
                          *const sound = cx_where(each, one, a);
    const cx_reduce last = {.axis_count = 2, .axes = last_two};
    const cx_array *const r =
        cx_mul(cx_linalg_norm(a, last, o), cx_linalg_norm(cx_linalg_inv(sound), last, o));
    return cx_where(singular, cx_float(INFINITY), r);
}

static cx_status cond(const char *where, const cx_array *a, const cx_norm_opts *given,
                      cx_array **out)
{
    cx_norm_opts o;
    CX__TRY(matrix_options(where, a, given, &o));
    if (cx_size(a) == 0)
        return cx__fail(CX_E_SHAPE, where, "the condition number of nothing is not defined");
    const char kind = cx__kind_of(a);
    if (kind == 'e')
        return cx__fail(CX_E_DTYPE, where, "a is %s; take float32", cx_dtype_name(cx_dtype_of(a)));
    const cx_array *const x = kind == 'f' || kind == 'c' ? a : cx_astype(a, CX_F64), *r;
    if (o.kind == NULL && (!o.ord.set || fabs(o.ord.value) == 2)) {
        r = cond_by_values(x, o.ord.set && o.ord.value < 0);
    } else {
        char text[CX__SHAPE_TEXT];
        if (cx_dim(a, -1) != cx_dim(a, -2))
            return cx__fail(CX_E_SHAPE, where, "matrices of shape %s are not square",
                            cx__words_of_shape(a, text));
        r = cond_by_inverse(x, &o);
    }
    const cx_array *const blind = cx_any(cx_isnan(x), CX_AXES(-2, -1));
    r = cx_where(cx_isnan(r), cx_float(INFINITY), r);
    *out = cx_where(blind, cx_float(NAN), r);
    return CX_OK;
}

cx_array *cx_linalg_cond_with(const cx_array *a, const cx_norm_opts *p)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cond("linalg_cond_with", a, p, &r);
    return cx__give(s, st, r);
}
