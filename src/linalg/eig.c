/* Eigenvalues of general matrices. The backend answers in complex numbers; where a is real and so
 * are all eigenvalues, the results are their real parts, as NumPy's are. */
#include "base/alloc.h"
#include "core/promote.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const char eig_failed[] =
    "has no eigenvalues: the iteration did not converge (%lld of them are missing)";

/* LAPACK may turn NaN into anything, so it does not get to see one. */
static cx_status need_finite(const cx__lin *c)
{
    bool finite = true;
    CX__TRY(cx__lin_finite(c->a, &finite));
    return finite ? CX_OK
                  : cx__fail(CX_E_CONVERGENCE, c->where,
                             "a has values that are not finite, so it has no eigenvalues");
}

/* *w, and *v if v is not NULL: complex, one reference each; v in columns. */
static cx_status decompose(const cx__lin *c, cx_array **w, cx_array **v)
{
    cx__lin wide = *c;
    wide.t = c->real == CX_F32 ? CX_C64 : CX_C128;
    cx_array *work = NULL;
    int64_t *info = NULL;
    cx_view va, vw, vv;
    cx_status st = cx__lin_new(&wide, 1, &c->n, wide.t, w);
    if (st == CX_OK && v != NULL) st = cx__lin_columns_new(&wide, c->n, c->n, v);
    if (st != CX_OK || c->n == 0 || c->batch == 0) return st;
    st = cx__lin_columns(c, c->a, &work);
    if (st == CX_OK) st = cx__lin_info_new(c, &info);
    if (st == CX_OK) {
        cx__lin_view(work, c->batch, &va);
        cx__lin_vector(*w, c->batch, &vw);
        if (v != NULL) cx__lin_view(*v, c->batch, &vv);
        cx_queue *q;
        const cx_array *const arrays[3] = {work, *w, v != NULL ? *v : NULL};
        st = cx__lin_queue(c, v != NULL ? 3 : 2, v != NULL ? 3 : 2, arrays, &q);
        if (st == CX_OK)
            st = cx__queue_done(c->dev, c->ops->geev(q, &va, &vw, v != NULL ? &vv : NULL, info));
    }
    if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_CONVERGENCE, eig_failed);
    cx__release(work);
    cx__free(info);
    return st;
}

/* *a becomes a copy in C order, of its real part if that is all there is. */
static cx_status settle(bool real, cx_array **a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = cx_copy(real ? cx_real(*a) : *a);
    r = cx_ok() ? cx_retain(r) : NULL;
    const cx_status st = cx_scope_close(s);
    if (st != CX_OK) return st;
    cx__release(*a);
    *a = r;
    return CX_OK;
}

static cx_status eig(const char *where, const cx_array *a, cx_array **w, cx_array **v)
{
    cx__lin c;
    bool real = false;
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    if (c.ops->geev == NULL)
        return cx__unsupported(where, c.dev, "eigenvalues of general matrices");
    CX__TRY(need_finite(&c));
    CX__TRY(decompose(&c, w, v));
    if (c.t == c.real) CX__TRY(cx__lin_all_real(*w, &real));
    if (real) CX__TRY(settle(true, w));
    return v != NULL ? settle(real, v) : CX_OK;
}

cx_eig cx_linalg_eig(const cx_array *a)
{
    static const char where[] = "linalg_eig";
    cx_array *w = NULL, *v = NULL;
    const cx_status st = eig(where, a, &w, &v);
    return (cx_eig){cx__yield(st, where, w), cx__yield(st, where, v)};
}

cx_array *cx_linalg_eigvals(const cx_array *a)
{
    static const char where[] = "linalg_eigvals";
    cx_array *w = NULL;
    const cx_status st = eig(where, a, &w, NULL);
    return cx__yield(st, where, w);
}
