/* Equations a x + x b = q by Schur forms of both sides: the rest is a triangular equation of the
 * backend's between matrix products. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/schur.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/linalg_equations.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

/* The common dtype of all, in which they are brought to one batch; sizes are looked at by what
 * follows. */
static cx_status together(const char *where, int n, const char *const names[], const cx_array *x[])
{
    char text[CX__SHAPE_TEXT];
    cx_dtype t;
    for (int i = 0; i < n; i++) {
        CX__TRY(cx__array_need(where, names[i], x[i]));
        if (x[i]->ndim < 2)
            return cx__fail(CX_E_SHAPE, where,
                            "%s has shape %s; matrices have two dimensions or more", names[i],
                            cx__shape_text(x[i]->ndim, x[i]->shape, text));
        const char kind = cx_dtype_kind((cx_dtype)x[i]->dtype);
        if (x[i]->dtype == CX_CAT || kind == 'e')
            return cx__fail(CX_E_DTYPE, where, "%s is %s; take float32 or float64", names[i],
                            cx_dtype_name((cx_dtype)x[i]->dtype));
    }
    CX__TRY(cx__batches(where, 2, n, names, x));
    CX__TRY(cx__common_dtype(where, (cx_arrays){n, x}, &t));
    const char kind = cx_dtype_kind(t);
    for (int i = 0; i < n; i++) {
        CX__TRY(cx__lin_need_finite(where, names[i], x[i]));
        x[i] = cx_astype(x[i], kind == 'f' || kind == 'c' ? t : CX_F64);
    }
    return cx__so_far();
}

static cx_status extents(const char *where, const char *name, const cx_array *x, int64_t rows,
                         int64_t cols)
{
    char text[CX__SHAPE_TEXT];
    const int64_t *const last = x->shape + x->ndim - 2;
    if (last[0] == rows && last[1] == cols) return CX_OK;
    return cx__fail(CX_E_SHAPE, where,
                    "%s has shape %s; its last dimensions must be (%lld, %lld) for the others",
                    name, cx__shape_text(x->ndim, x->shape, text), (long long)rows,
                    (long long)cols);
}

/* u^H q v becomes y: r y + y op(s) = u^H q v, and *out u y v^H. */
static cx_status between(const cx__lin *c, const cx__schur_form *left, const cx__schur_form *right,
                         bool adjoint, const cx_array *q, const char *text, cx_array **out)
{
    if (c->ops->trsyl == NULL) return cx__unsupported(c->where, c->dev, "Sylvester's equations");
    const bool complex = c->t != c->real;
#define ADJOINT(x) cx_matrix_transpose(complex ? cx_conjugate(x) : (x))
    const cx_array *const f = cx_matmul(cx_matmul(ADJOINT(left->z), q), right->z);
    CX__TRY(cx__so_far());
    cx_array *y = NULL;
    CX__TRY(cx__lin_hold(c, cx__lin_columns(c, f, &y), &y));
    if (y->size > 0) {
        int64_t *info = NULL;
        cx_view a, b, v;
        cx__lin_view(left->t, c->batch, &a);
        cx__lin_view(right->t, c->batch, &b);
        cx__lin_view(y, c->batch, &v);
        CX__TRY(cx__lin_info_new(c, &info));
        const cx_sylvester_call call = {
            .adjoint_b = adjoint, .sign = 1, .a = &a, .b = &b, .c = &v, .info = info};
        cx_queue *queue;
        cx_status st =
            cx__lin_queue(c, 1, 3, (const cx_array *const[]){y, left->t, right->t}, &queue);
        if (st == CX_OK) st = cx__queue_done(c->dev, c->ops->trsyl(queue, &call));
        if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_SINGULAR, text);
        cx__free(info);
        CX__TRY(st);
    }
    *out = cx_matmul(cx_matmul(left->z, y), ADJOINT(right->z));
#undef ADJOINT
    return cx__so_far();
}

static cx_status sylvester(const char *where, const cx_array *a, const cx_array *b,
                           const cx_array *q, cx_array **out)
{
    static const char *const names[3] = {"a", "b", "q"};
    const cx_array *x[3] = {a, b, q};
    cx__lin c, d;
    cx__schur_form left = {0}, right = {0};
    CX__TRY(together(where, 3, names, x));
    CX__TRY(cx__lin_open(&c, where, x[0], NULL, true));
    CX__TRY(extents(where, "b", x[1], x[1]->shape[x[1]->ndim - 1], x[1]->shape[x[1]->ndim - 1]));
    CX__TRY(extents(where, "q", x[2], c.n, x[1]->shape[x[1]->ndim - 1]));
    CX__TRY(cx__lin_open(&d, where, x[1], NULL, true));
    CX__TRY(cx__schur(&c, x[0], &left));
    CX__TRY(cx__schur(&d, x[1], &right));
    return between(&c, &left, &right, false, x[2],
                   "and -b have an eigenvalue in common, or nearly: there is no one solution", out);
}

cx_array *cx_linalg_solve_sylvester(const cx_array *a, const cx_array *b, const cx_array *q)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = sylvester("linalg_solve_sylvester", a, b, q, &r);
    return cx__give(s, st, r);
}

static cx_status lyapunov(const char *where, const cx_array *a, const cx_array *q, cx_array **out)
{
    static const char *const names[2] = {"a", "q"};
    const cx_array *x[2] = {a, q};
    cx__lin c;
    cx__schur_form f = {0};
    CX__TRY(together(where, 2, names, x));
    CX__TRY(cx__lin_open(&c, where, x[0], NULL, true));
    CX__TRY(extents(where, "q", x[1], c.n, c.n));
    CX__TRY(cx__schur(&c, x[0], &f));
    return between(&c, &f, &f, true, x[1],
                   "has eigenvalues l1 and l2 with l1 + conj(l2) near 0: there is no one solution",
                   out);
}

cx_array *cx_linalg_solve_continuous_lyapunov(const cx_array *a, const cx_array *q)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = lyapunov("linalg_solve_continuous_lyapunov", a, q, &r);
    return cx__give(s, st, r);
}
