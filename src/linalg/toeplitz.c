/* Equations with Toeplitz matrices, by the recursion of the backend: O(n^2) and no matrix in
 * memory.
 */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/system.h"
#include <calx/linalg_structured.h>
#include <calx/ops.h>

static const char singular[] = "has a leading minor of order %lld that is 0";

/* Vectors of one length; *row is the first row, the caller's to release. */
static cx_status vectors(const char *where, const cx_array *c, const cx_array *r, const cx_array *b,
                         cx_array **row)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__array_need(where, "c", c));
    if (c->ndim < 1) return cx__fail(CX_E_SHAPE, where, "c is 0-d; a vector is needed");
    CX__TRY(cx__array_need(where, "b", b));
    if (b->ndim < 1 || b->shape[b->ndim == 1 ? 0 : b->ndim - 2] != c->shape[c->ndim - 1])
        return cx__fail(CX_E_SHAPE, where, "c has shape %s and b %s; b must have as many rows",
                        cx__shape_text(c->ndim, c->shape, text[0]),
                        cx__shape_text(b->ndim, b->shape, text[1]));
    if (r == NULL) {
        if (cx_dtype_kind((cx_dtype)c->dtype) != 'c') {
            *row = cx__retain(c);
            return CX_OK;
        }
        const cx_scope s = cx_scope_open();
        cx_array *const turned = cx_conjugate(c);
        *row = cx_ok() ? cx_retain(turned) : NULL;
        return cx_scope_close(s);
    }
    CX__TRY(cx__array_need(where, "r", r));
    CX__TRY(cx__same_device(where, c, r));
    if (r->ndim < 1 || r->shape[r->ndim - 1] != c->shape[c->ndim - 1])
        return cx__fail(CX_E_SHAPE, where, "c has shape %s and r %s; they must be equally long",
                        cx__shape_text(c->ndim, c->shape, text[0]),
                        cx__shape_text(r->ndim, r->shape, text[1]));
    *row = cx__retain(r);
    return CX_OK;
}

static cx_status solve(const char *where, const cx_array *cr, const cx_array *b, cx_array **out)
{
    cx__lin_system s;
    CX__TRY(cx__lin_system_open(&s, where, cr, b));
    if (s.a.ops->levinson == NULL) return cx__unsupported(where, s.a.dev, "Toeplitz equations");
    cx_array *numbers = NULL;
    int64_t *info = NULL;
    cx_view va, vb;
    cx_queue *q;
    cx_status st = cx__lin_system_right(&s, &vb);
    if (st == CX_OK && !cx__lin_system_empty(&s)) {
        st = cx__lin_rows(&s.r.wide, cr, &numbers);
        if (st == CX_OK) st = cx__lin_info_new(&s.r.wide, &info);
        if (st == CX_OK) {
            cx__lin_view(numbers, s.r.wide.batch, &va);
            st = cx__lin_queue(&s.a, 1, 2, (const cx_array *const[]){s.x, numbers}, &q);
        }
        if (st == CX_OK) st = cx__queue_done(s.a.dev, s.a.ops->levinson(q, &va, &vb, info));
        if (st == CX_OK) st = cx__lin_info_check(&s.r.wide, info, CX_E_SINGULAR, singular);
    }
    cx__release(numbers);
    cx__free(info);
    return cx__lin_system_end(&s, st, out);
}

cx_array *cx_linalg_solve_toeplitz(const cx_array *c, const cx_array *r, const cx_array *b)
{
    static const char where[] = "linalg_solve_toeplitz";
    cx_array *row = NULL, *cr = NULL, *out = NULL;
    cx_status st = vectors(where, c, r, b, &row);
    if (st == CX_OK) st = cx__lin_two_rows(where, "c", c, "r", row, &cr);
    if (st == CX_OK) st = solve(where, cr, b, &out);
    cx__release(row);
    cx__release(cr);
    return cx__yield(st, where, out);
}
