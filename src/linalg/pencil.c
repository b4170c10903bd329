/* Pencils of matrices: generalised Schur forms, plain and ordered; eigenvalues with left and right
 * vectors of one matrix or two; balancing. The backend gives eigenvalues as alpha and beta; what
 * alpha / beta is where beta is 0 is settled here. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/schur.h"
#include "ops/primitives.h"
#include <calx/grid.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

static const char no_form[] = "and b have no Schur form: the iteration did not converge";
static const char no_values[] = "has no eigenvalues: the iteration did not converge";
static const char too_close[] = "and b have eigenvalues too close to each other to change places";

/* a and b (which may be NULL) brought to one batch, the call opened for them. */
static cx_status open_pencil(cx__lin *c, const char *where, const cx_array *x[2], bool both)
{
    static const char *const names[2] = {"a", "b"};
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__array_need(where, "a", x[0]));
    if (both || x[1] != NULL) CX__TRY(cx__array_need(where, "b", x[1]));
    const cx_array *const a = x[0], *const b = x[1];
    if (b != NULL && a->ndim >= 2 &&
        (b->ndim < 2 || b->shape[b->ndim - 1] != a->shape[a->ndim - 1] ||
         b->shape[b->ndim - 2] != a->shape[a->ndim - 2]))
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and b %s; wanted matrices of one size",
                        cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(b->ndim, b->shape, text[1]));
    if (a->ndim >= 2) CX__TRY(cx__batches(where, 2, 2, names, x));
    CX__TRY(cx__lin_open(c, where, x[0], x[1], true));
    for (int i = 0; i < 2; i++)
        if (x[i] != NULL) CX__TRY(cx__lin_need_finite(where, names[i], x[i]));
    return CX_OK;
}

/* ---- generalised Schur form */
enum { AA, BB, ALPHA, BETA, Q, Z, FORMS };

static cx_status forms(const cx__lin *c, const cx_array *const x[2], cx_array *r[FORMS],
                       cx_view v[FORMS])
{
    const cx_dtype wide = c->real == CX_F32 ? CX_C64 : CX_C128;
    for (int i = 0; i < 2; i++)
        CX__TRY(cx__lin_hold(c, cx__lin_columns(c, x[i], &r[AA + i]), &r[AA + i]));
    CX__TRY(cx__lin_hold(c, cx__lin_new(c, 1, &c->n, wide, &r[ALPHA]), &r[ALPHA]));
    CX__TRY(cx__lin_hold(c, cx__lin_new(c, 1, &c->n, c->t, &r[BETA]), &r[BETA]));
    for (int i = Q; i <= Z; i++)
        CX__TRY(cx__lin_hold(c, cx__lin_columns_new(c, c->n, c->n, &r[i]), &r[i]));
    for (int i = 0; i < FORMS; i++)
        if (i == ALPHA || i == BETA)
            cx__lin_vector(r[i], c->batch, &v[i]);
        else
            cx__lin_view(r[i], c->batch, &v[i]);
    return CX_OK;
}

static cx_status order(const cx__lin *c, const cx__choice *o, cx_array *const r[FORMS],
                       const cx_view v[FORMS], unsigned char *chosen, int64_t *info)
{
    cx_array *alpha = NULL, *beta = NULL;
    cx_queue *q;
    CX__TRY(cx__lin_hold(c, cx__lin_host(c, r[ALPHA], CX_C128, &alpha), &alpha));
    CX__TRY(cx__lin_hold(c, cx__lin_host(c, r[BETA], CX_C128, &beta), &beta));
    cx__choose(o, c->batch, c->n, alpha, beta, chosen, info);
    CX__TRY(cx__lin_queue(c, FORMS, FORMS, (const cx_array *const *)r, &q));
    CX__TRY(cx__queue_done(
        c->dev, c->ops->tgsen(q, chosen, &v[AA], &v[BB], &v[ALPHA], &v[BETA], &v[Q], &v[Z], info)));
    return cx__lin_info_check(c, info, CX_E_CONVERGENCE, too_close);
}

static cx_status qz(const char *where, const cx_array *a, const cx_array *b,
                    const cx_qz_opts *given, bool ordered, cx_array *r[FORMS])
{
    cx_qz_opts o;
    cx__lin c;
    const cx_array *x[2] = {a, b};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(open_pencil(&c, where, x, true));
    if (o.complex_output) c.t = c.real == CX_F32 ? CX_C64 : CX_C128;
    const cx__choice choice = {.sort = o.sort == CX_SORT_NONE ? CX_SORT_LHP : o.sort,
                               .choose = o.choose,
                               .ctx = o.ctx,
                               .pencil = true,
                               .pairs = c.t == c.real};
    CX__TRY(cx__choice_check(where, &choice));
    if (!ordered && (o.sort != CX_SORT_NONE || o.choose != NULL))
        return cx__fail(CX_E_ARGUMENT, where, "sort and choose are cx_linalg_ordqz's");
    if (c.ops->gges == NULL || (ordered && c.ops->tgsen == NULL))
        return cx__unsupported(where, c.dev, "generalised Schur forms");
    cx_view v[FORMS];
    CX__TRY(forms(&c, x, r, v));
    if (r[AA]->size > 0) {
        int64_t *info = NULL;
        unsigned char *const chosen = cx__calloc((size_t)(c.batch * c.n), 1);
        cx_queue *q;
        cx_status st = chosen == NULL ? cx__fail_nomem(where, "choice", (size_t)(c.batch * c.n))
                                      : cx__lin_info_new(&c, &info);
        if (st == CX_OK) st = cx__lin_queue(&c, FORMS, FORMS, (const cx_array *const *)r, &q);
        if (st == CX_OK)
            st = cx__queue_done(
                c.dev, c.ops->gges(q, &v[AA], &v[BB], &v[ALPHA], &v[BETA], &v[Q], &v[Z], info));
        if (st == CX_OK) st = cx__lin_info_check(&c, info, CX_E_CONVERGENCE, no_form);
        if (st == CX_OK && ordered) st = order(&c, &choice, r, v, chosen, info);
        cx__free(info);
        cx__free(chosen);
        CX__TRY(st);
    }
    for (int i = 0; i < FORMS; i++) CX__TRY(cx__lin_settle(false, &r[i]));
    return CX_OK;
}

cx_qz cx_linalg_qz(const cx_array *a, const cx_array *b, const cx_qz_opts *o)
{
    static const char where[] = "linalg_qz";
    const cx_scope s = cx_scope_open();
    cx_array *r[FORMS] = {NULL};
    const cx_status st = qz(where, a, b, o, false, r);
    cx__give_all(s, st, where, FORMS, r);
    return (cx_qz){r[AA], r[BB], r[Q], r[Z]};
}

cx_ordqz cx_linalg_ordqz(const cx_array *a, const cx_array *b, const cx_qz_opts *o)
{
    static const char where[] = "linalg_ordqz";
    const cx_scope s = cx_scope_open();
    cx_array *r[FORMS] = {NULL};
    const cx_status st = qz(where, a, b, o, true, r);
    cx__give_all(s, st, where, FORMS, r);
    return (cx_ordqz){r[AA], r[BB], r[ALPHA], r[BETA], r[Q], r[Z]};
}

/* ---- eigenvalues and vectors */
enum { VALUES, LEFT, RIGHT, SIDES };

/* alpha / beta, infinite where beta alone is 0, NaN where both are */
static cx_array *quotient(const cx_array *alpha, const cx_array *beta)
{
    const cx_array *const none = cx_equal(beta, cx_int(0)), *const bad = cx_equal(alpha, cx_int(0));
    const cx_array *const w = cx_div(alpha, cx_where(none, cx_int(1), beta));
    const cx_array *const limit =
        cx_where(bad, cx_complex(NAN, NAN), cx_where(none, cx_complex(INFINITY, 0), w));
    return cx_astype(cx_where(none, limit, w), cx_dtype_of(alpha));
}

/* The slot for what is asked, over working copies; alpha, and beta where there is a b. */
static cx_status sides(const cx__lin *c, const cx_array *const x[2], const cx_eig_opts *o,
                       cx_array *alpha, cx_array *beta, cx_array *r[SIDES])
{
    cx__lin wide = *c;
    wide.t = c->real == CX_F32 ? CX_C64 : CX_C128;
    cx_array *work[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++)
        if (x[i] != NULL) CX__TRY(cx__lin_hold(c, cx__lin_columns(c, x[i], &work[i]), &work[i]));
    for (int i = LEFT; i <= RIGHT; i++)
        if (i == LEFT ? o->left : !o->not_right)
            CX__TRY(cx__lin_hold(c, cx__lin_columns_new(&wide, c->n, c->n, &r[i]), &r[i]));
    if (work[0]->size == 0) return CX_OK;
    cx_view v[2], va, vb, side[SIDES];
    for (int i = 0; i < 2; i++)
        if (x[i] != NULL) cx__lin_view(work[i], c->batch, &v[i]);
    for (int i = LEFT; i <= RIGHT; i++)
        if (r[i] != NULL) cx__lin_view(r[i], c->batch, &side[i]);
    cx__lin_vector(alpha, c->batch, &va);
    if (beta != NULL) cx__lin_vector(beta, c->batch, &vb);
    const cx_view *const left = r[LEFT] != NULL ? &side[LEFT] : NULL, *const right =
                                                                          r[RIGHT] != NULL
                                                                              ? &side[RIGHT]
                                                                              : NULL;
    int64_t *info = NULL;
    cx_queue *q;
    const cx_array *const all[] = {work[0], alpha, work[1], beta, r[LEFT], r[RIGHT]};
    CX__TRY(cx__lin_info_new(c, &info));
    cx_status st = cx__lin_queue(c, 6, 6, all, &q);
    if (st == CX_OK && x[1] != NULL)
        st = cx__queue_done(c->dev, c->ops->ggev(q, &v[0], &v[1], &va, &vb, left, right, info));
    else if (st == CX_OK && left != NULL)
        st = cx__queue_done(c->dev, c->ops->geev_left(q, &v[0], &va, left, right, info));
    else if (st == CX_OK)
        st = cx__queue_done(c->dev, c->ops->geev(q, &v[0], &va, right, info));
    if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_CONVERGENCE, no_values);
    cx__free(info);
    return st;
}

static cx_status eig(const char *where, const cx_array *a, const cx_array *b, const cx_eig_opts *o,
                     cx_array *r[SIDES])
{
    cx__lin c;
    const cx_array *x[2] = {a, b};
    CX__TRY(open_pencil(&c, where, x, false));
    const bool there = b != NULL ? c.ops->ggev != NULL
                       : o->left ? c.ops->geev_left != NULL
                                 : c.ops->geev != NULL;
    if (!there) return cx__unsupported(where, c.dev, "eigenvalues of general matrices");
    const cx_dtype wide = c.real == CX_F32 ? CX_C64 : CX_C128;
    cx_array *alpha = NULL, *beta = NULL;
    bool real = false;
    CX__TRY(cx__lin_hold(&c, cx__lin_new(&c, 1, &c.n, wide, &alpha), &alpha));
    if (b != NULL) CX__TRY(cx__lin_hold(&c, cx__lin_new(&c, 1, &c.n, c.t, &beta), &beta));
    CX__TRY(sides(&c, x, o, alpha, beta, r));
    if (c.t == c.real) CX__TRY(cx__lin_all_real(alpha, &real));
    for (int i = LEFT; i <= RIGHT; i++)
        if (r[i] != NULL) CX__TRY(cx__lin_settle(real, &r[i]));
    if (o->homogeneous_eigvals) {
        const cx_array *const second =
            beta != NULL ? cx_astype(beta, wide) : cx_ones_like(alpha, CX_DTYPE_NONE);
        r[VALUES] = cx_stack(CX_ARRAYS(alpha, second), -2);
    } else {
        r[VALUES] = beta != NULL ? quotient(alpha, beta) : alpha;
    }
    return cx__so_far();
}

cx_eig_sides cx_linalg_eig_with(const cx_array *a, const cx_array *b, const cx_eig_opts *given)
{
    static const char where[] = "linalg_eig_with";
    const cx_scope s = cx_scope_open();
    cx_array *r[SIDES] = {NULL};
    cx_eig_opts o;
    cx_status st = CX__OPTIONS(where, given, &o);
    if (st == CX_OK) st = eig(where, a, b, &o, r);
    cx__give_all(s, st, where, SIDES, r);
    return (cx_eig_sides){r[VALUES], r[LEFT], r[RIGHT]};
}

cx_array *cx_linalg_eigvals_with(const cx_array *a, const cx_array *b, const cx_eig_opts *given)
{
    static const char where[] = "linalg_eigvals_with";
    const cx_scope s = cx_scope_open();
    cx_array *r[SIDES] = {NULL};
    cx_eig_opts o;
    cx_status st = CX__OPTIONS(where, given, &o);
    o.left = false;
    o.not_right = true;
    if (st == CX_OK) st = eig(where, a, b, &o, r);
    return cx__give(s, st, r[VALUES]);
}

/* ---- balancing */
enum { BALANCED, MATRIX, SCALE, PERM, PARTS };

static cx_status balance(const char *where, const cx_array *a, const cx_balance_opts *given,
                         cx_array *r[PARTS])
{
    cx_balance_opts o;
    cx__lin c;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    if (c.ops->gebal == NULL) return cx__unsupported(where, c.dev, "balancing");
    CX__TRY(cx__lin_need_finite(where, "a", a));
    CX__TRY(cx__lin_hold(&c, cx__lin_columns(&c, a, &r[BALANCED]), &r[BALANCED]));
    CX__TRY(cx__lin_hold(&c, cx__lin_new(&c, 1, &c.n, c.real, &r[SCALE]), &r[SCALE]));
    CX__TRY(cx__lin_hold(&c, cx__lin_new(&c, 1, &c.n, CX_I64, &r[PERM]), &r[PERM]));
    if (r[BALANCED]->size > 0) {
        cx_view v, f, p;
        cx_queue *q;
        cx__lin_view(r[BALANCED], c.batch, &v);
        cx__lin_vector(r[SCALE], c.batch, &f);
        cx__lin_vector(r[PERM], c.batch, &p);
        CX__TRY(cx__lin_queue(&c, PARTS, PARTS, (const cx_array *const *)r, &q));
        CX__TRY(cx__queue_done(c.dev, c.ops->gebal(q, !o.not_permute, !o.not_scale, &v, &f, &p)));
    }
    /* row perm[i] of t has its number in column i */
    const cx_array *const rows = cx_arange_i64(0, c.n, 1, CX_I64, c.dev->id);
    const cx_array *const here = cx_equal(cx_expand_dims(rows, -1), cx_expand_dims(r[PERM], -2));
    r[MATRIX] =
        cx_where(here, cx_expand_dims(r[SCALE], -2), cx_zeros(CX_SHAPE(), c.real, c.dev->id));
    return cx__lin_settle(false, &r[BALANCED]);
}

cx_balance cx_linalg_matrix_balance(const cx_array *a, const cx_balance_opts *o)
{
    static const char where[] = "linalg_matrix_balance";
    const cx_scope s = cx_scope_open();
    cx_array *r[PARTS] = {NULL};
    const cx_status st = balance(where, a, o, r);
    cx__give_all(s, st, where, PARTS, r);
    return (cx_balance){r[BALANCED], r[MATRIX], r[SCALE], r[PERM]};
}
