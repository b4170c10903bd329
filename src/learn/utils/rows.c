/* row_norms and svd_flip: see calx/learn_utils.h. Formulas, where the arrays are. */
#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/learn_utils.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

static cx_status norms(const cx_array *x, const cx_row_norms_opts *o, cx_array **out)
{
    static const char where[] = "row_norms";
    static cx__held squares = CX__HELD("x: sum(x * x, axis=1)");
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    if (cx_ndim(x) != 2)
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions; it takes 2", cx_ndim(x));
    if (kind == 'b' || kind == 'c' || kind == 'e')
        return cx__fail(CX_E_DTYPE, where, "x is %s; it takes real numbers",
                        cx_dtype_name(cx_dtype_of(x)));
    *out = cx__held_run(where, &squares, CX_ARRAYS(x));
    if (!o->squared) *out = cx_sqrt(*out);
    return cx__so_far();
}

cx_array *cx_row_norms(const cx_array *x, const cx_row_norms_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    cx_row_norms_opts own;
    cx_status st = CX__OPTIONS("row_norms", o, &own);
    if (st == CX_OK) st = norms(x, &own, &out);
    return cx__give(s, st, out);
}

/* Signs of the entries of largest size along an axis, which keeps the size 1. */
static cx_array *signs(const cx_array *a, int axis)
{
    const cx_array *const at = cx_expand_dims(cx_argmax(cx_abs(a), CX_AXIS(axis)), axis);
    return cx_sign(cx_take_along_axis(a, at, axis));
}

static cx_status flip(const cx_array *u, const cx_array *v, bool by_v, cx_array *part[2])
{
    static const char where[] = "svd_flip";
    const cx_array *const decides = by_v ? v : u;
    if (u) CX__NEED(where, "u", u, CX__KIND_ARRAY);
    if (v) CX__NEED(where, "v", v, CX__KIND_ARRAY);
    if (!decides) return cx__fail(CX_E_NULL, where, "%s is NULL", by_v ? "v" : "u");
    if ((u && cx_ndim(u) != 2) || (v && cx_ndim(v) != 2) ||
        (u && v && cx_dim(u, 1) != cx_dim(v, 0)))
        return cx__fail(CX_E_SHAPE, where, "u [m, k] and v [k, n] do not fit");
    const cx_array *const sign = signs(decides, by_v ? 1 : 0);
    const int64_t k = cx_size(sign);
    if (u) part[0] = cx_mul(u, cx_reshape(sign, CX_SHAPE(1, k)));
    if (v) part[1] = cx_mul(v, cx_reshape(sign, CX_SHAPE(k, 1)));
    return cx__so_far();
}

cx_flipped cx_svd_flip(const cx_array *u, const cx_array *v, const cx_svd_flip_opts *o)
{
    static const char where[] = "svd_flip";
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    cx_svd_flip_opts own;
    cx_status st = CX__OPTIONS(where, o, &own);
    if (st == CX_OK) st = flip(u, v, own.by_v, part);
    cx__give_all(s, st, where, 2, part);
    return (cx_flipped){part[0], part[1]};
}
