/* Systems whose matrix was factored before: two triangular systems each, solved in the memory of
 * the result. */
#include "base/alloc.h"
#include "base/object.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <string.h>

/* ---- lu_solve */
/* b of the call's dtype with its rows in the order of rows [batch..., n], as new memory
 * [batch..., n, cols]. Inside a scope. */
static cx_array *ordered(const cx__right *r, const cx_array *b, const cx_array *rows)
{
    int64_t shape[CX_MAX_NDIM];
    const int ndim = r->wide.ndim + 2;
    memcpy(shape, r->shape, (size_t)ndim * sizeof *shape);
    const cx_array *const all =
        cx_broadcast_to(r->vector ? cx_expand_dims(b, -1) : b, (cx_shape){ndim, shape});
    const cx_array *const typed = cx_astype(all, r->wide.t);
    if (rows == NULL) return cx_copy(typed);
    shape[ndim - 1] = 1;
    const cx_array *const at = cx_broadcast_to(cx_expand_dims(rows, -1), (cx_shape){ndim, shape});
    return cx_ascontiguous(cx_take_along_axis(typed, at, -2));
}

/* Two triangles one after the other, the second one's rows put back in order. Inside a scope. */
static cx_status twice(const cx__right *r, const cx_array *a, const cx__tri how[2], cx_array **x)
{
    CX__TRY(cx__so_far());
    for (int i = 0; i < 2; i++) CX__TRY(cx__lin_trsm(&r->wide, a, how[i], *x, r->cols));
    return CX_OK;
}

static cx_status check_pivots(const cx__lin *c, const cx_array *lu, const cx_array *piv)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__array_need(c->where, "piv", piv));
    CX__TRY(cx__same_device(c->where, lu, piv));
    const char kind = cx_dtype_kind((cx_dtype)piv->dtype);
    if ((kind != 'i' && kind != 'u') || (cx_dtype)piv->dtype == CX_CAT)
        return cx__fail(CX_E_DTYPE, c->where, "piv is %s; pivots are integers",
                        cx_dtype_name((cx_dtype)piv->dtype));
    bool fits = piv->ndim == lu->ndim - 1;
    for (int d = 0; fits && d < piv->ndim; d++) fits = piv->shape[d] == lu->shape[d];
    if (fits) return CX_OK;
    return cx__fail(CX_E_SHAPE, c->where,
                    "piv has shape %s; for lu of shape %s it must be that "
                    "without the last dimension",
                    cx__shape_text(piv->ndim, piv->shape, text[0]),
                    cx__shape_text(lu->ndim, lu->shape, text[1]));
}

static cx_status by_lu(const cx__lin *c, const cx__right *r, const cx_array *piv, const cx_array *b,
                       const cx__tri *given, cx_array **x)
{
    cx_array *perm = NULL;
    const cx_array *const pivots = cx_ascontiguous(cx_astype(cx_add(piv, cx_int(1)), CX_I32));
    CX__TRY(cx__so_far());
    cx_status st = cx__lin_permutation(c, pivots, c->n, &perm);
    const bool turned = given->transposed;
    const cx__tri l = {.unit = true, .transposed = turned, .conj = given->conj},
                  u = {.upper = true, .transposed = turned, .conj = given->conj};
    if (st == CX_OK) {
        *x = ordered(r, b, turned ? NULL : perm);
        st = twice(r, c->a, turned ? (const cx__tri[2]){u, l} : (const cx__tri[2]){l, u}, x);
    }
    if (st == CX_OK &&
        turned) { /* back: row perm[i] of the solution is row i of what stands here */
        cx_array *const rows = cx_argsort(perm, -1);
        cx__right whole = *r;
        whole.vector = false;
        *x = ordered(&whole, *x, rows);
    }
    cx__release(perm);
    if (st == CX_OK && r->vector) *x = cx_squeeze(*x, -1);
    return st;
}

static cx_status lu_solve(const cx_array *lu, const cx_array *piv, const cx_array *b,
                          const cx_lu_solve_opts *o, cx_array **x)
{
    static const char where[] = "linalg_lu_solve";
    cx__lin c;
    cx__right r;
    cx__tri how = {0};
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where,
                        "options must be built by CX_OPTS(cx_lu_solve_opts, ...)");
    CX__TRY(cx__lin_trans(where, o != NULL ? o->trans : CX_TRANS_N, &how));
    CX__TRY(cx__array_need(where, "lu", lu));
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__lin_open(&c, where, lu, b, true));
    CX__TRY(check_pivots(&c, lu, piv));
    CX__TRY(cx__lin_right(&c, b, &r));
    const cx_scope s = cx_scope_open();
    const cx_status st = by_lu(&c, &r, piv, b, &how, x);
    return cx__lin_keep(s, st, 1, x);
}

cx_array *cx_linalg_lu_solve(const cx_array *lu, const cx_array *piv, const cx_array *b,
                             const cx_lu_solve_opts *o)
{
    cx_array *x = NULL;
    const cx_status st = lu_solve(lu, piv, b, o, &x);
    return cx__yield(st, "linalg_lu_solve", x);
}

/* ---- cho_solve */
static cx_status cho_solve(const cx_array *factor, const cx_array *b, const cx_cho_opts *o,
                           cx_array **x)
{
    static const char where[] = "linalg_cho_solve";
    cx__lin c;
    cx__right r;
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_cho_opts, ...)");
    CX__TRY(cx__array_need(where, "c", factor));
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__lin_open(&c, where, factor, b, true));
    CX__TRY(cx__lin_right(&c, b, &r));
    const bool upper = o == NULL || !o->lower;
    const cx__tri straight = {.upper = upper},
                  adjoint = {.upper = upper, .transposed = true, .conj = true};
    const cx_scope s = cx_scope_open();
    *x = ordered(&r, b, NULL);
    const cx_status st = twice(
        &r, factor,
        upper ? (const cx__tri[2]){adjoint, straight} : (const cx__tri[2]){straight, adjoint}, x);
    if (st == CX_OK && r.vector) *x = cx_squeeze(*x, -1);
    return cx__lin_keep(s, st, 1, x);
}

cx_array *cx_linalg_cho_solve(const cx_array *c, const cx_array *b, const cx_cho_opts *o)
{
    cx_array *x = NULL;
    const cx_status st = cho_solve(c, b, o, &x);
    return cx__yield(st, "linalg_cho_solve", x);
}
