/* Schur and Hessenberg forms. The backend works in columns; what the user gets is in C order. Which
 * eigenvalues come first is decided here, from the eigenvalues that the backend found, and a mask
 * tells it: so callbacks run on the caller's thread and on no device. */
#include "linalg/schur.h"
#include "base/alloc.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

static const char no_form[] = "has no Schur form: the iteration did not converge";
static const char too_close[] = "has eigenvalues too close to each other to change places";

/* ---- choices */
cx_status cx__choice_check(const char *where, const cx__choice *o)
{
    if (o->sort <= CX_SORT_OUC && (int)o->sort >= 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "sort %d is none of CX_SORT_", (int)o->sort);
}

static cx_complex128 ratio(cx_complex128 a, cx_complex128 b)
{
    if (b.im == 0) return (cx_complex128){a.re / b.re, a.im / b.re};
    const double size = b.re * b.re + b.im * b.im;
    return (cx_complex128){(a.re * b.re + a.im * b.im) / size, (a.im * b.re - a.re * b.im) / size};
}

static bool comes_first(const cx__choice *o, cx_complex128 alpha, cx_complex128 beta)
{
    if (o->choose != NULL) return o->choose(alpha, beta, o->ctx);
    if (beta.re == 0 && beta.im == 0)
        return o->sort == CX_SORT_OUC && (alpha.re != 0 || alpha.im != 0);
    const cx_complex128 w = ratio(alpha, beta);
    const double size = hypot(w.re, w.im);
    switch (o->sort) {
    case CX_SORT_LHP: return w.re < 0;
    case CX_SORT_RHP: return o->pencil ? w.re > 0 : w.re >= 0;
    case CX_SORT_IUC: return o->pencil ? size < 1 : size <= 1;
    case CX_SORT_OUC: return size > 1;
    case CX_SORT_NONE: break;
    }
    return false;
}

void cx__choose(const cx__choice *o, int64_t batch, int64_t n, const cx_array *alpha,
                const cx_array *beta, unsigned char *chosen, int64_t *count)
{
    const cx_complex128 one = {1, 0};
    const cx_complex128 *const a = (const void *)alpha->data, *const b =
                                                                  beta != NULL
                                                                      ? (const void *)beta->data
                                                                      : NULL;
    for (int64_t k = 0; k < batch; k++) {
        unsigned char *const c = chosen + k * n;
        for (int64_t i = 0; i < n; i++)
            c[i] = comes_first(o, a[k * n + i], b != NULL ? b[k * n + i] : one);
        for (int64_t i = 0; o->pairs && i + 1 < n; i++)
            if (a[k * n + i].im > 0) {
                c[i] = c[i + 1] = c[i] | c[i + 1];
                i++;
            }
        count[k] = 0;
        for (int64_t i = 0; i < n; i++) count[k] += c[i];
    }
}

/* ---- the form */
cx_status cx__schur(const cx__lin *c, const cx_array *a, cx__schur_form *f)
{
    if (c->ops->gees == NULL) return cx__unsupported(c->where, c->dev, "Schur forms");
    const int64_t n = a->shape[a->ndim - 1];
    const cx_dtype wide = c->real == CX_F32 ? CX_C64 : CX_C128;
    CX__TRY(cx__lin_hold(c, cx__lin_columns(c, a, &f->t), &f->t));
    CX__TRY(cx__lin_hold(c, cx__lin_columns_new(c, n, n, &f->z), &f->z));
    CX__TRY(cx__lin_hold(c, cx__lin_new(c, 1, &n, wide, &f->w), &f->w));
    if (f->t->size == 0) return CX_OK;
    int64_t *info = NULL;
    cx_view t, w, z;
    cx__lin_view(f->t, c->batch, &t);
    cx__lin_view(f->z, c->batch, &z);
    cx__lin_vector(f->w, c->batch, &w);
    cx_queue *q;
    cx_status st = cx__lin_info_new(c, &info);
    if (st == CX_OK) st = cx__lin_queue(c, 3, 3, (const cx_array *const[]){f->t, f->z, f->w}, &q);
    if (st == CX_OK) st = cx__queue_done(c->dev, c->ops->gees(q, &t, &w, &z, info));
    if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_CONVERGENCE, no_form);
    cx__free(info);
    return st;
}

/* The chosen eigenvalues to the front; count of each matrix. chosen and info are workspace. */
static cx_status sort(const cx__lin *c, const cx__choice *o, const cx__schur_form *f,
                      unsigned char *chosen, int64_t *count, int64_t *info)
{
    cx_array *w = NULL;
    CX__TRY(cx__lin_hold(c, cx__lin_host(c, f->w, CX_C128, &w), &w));
    cx__choose(o, c->batch, c->n, w, NULL, chosen, count);
    cx_view t, z, v;
    cx__lin_view(f->t, c->batch, &t);
    cx__lin_view(f->z, c->batch, &z);
    cx__lin_vector(f->w, c->batch, &v);
    cx_queue *q;
    CX__TRY(cx__lin_queue(c, 3, 3, (const cx_array *const[]){f->t, f->z, f->w}, &q));
    CX__TRY(cx__queue_done(c->dev, c->ops->trsen(q, chosen, &t, &z, &v, info)));
    CX__TRY(cx__lin_info_check(c, info, CX_E_CONVERGENCE, too_close));
    CX__TRY(cx__lin_hold(c, cx__lin_host(c, f->w, CX_C128, &w), &w));
    cx__choose(o, c->batch, c->n, w, NULL, chosen, info);
    for (int64_t k = 0; k < c->batch; k++) {
        info[k] = 0;
        for (int64_t i = 0; i < count[k]; i++) info[k] |= !chosen[k * c->n + i];
    }
    return cx__lin_info_check(c, info, CX_E_CONVERGENCE,
                              "has eigenvalues that were chosen and, in their new places, by "
                              "roundoff are no longer what was asked for");
}

static cx_status sorted(const cx__lin *c, const cx__choice *o, const cx__schur_form *f,
                        cx_array **sdim)
{
    int64_t *info = NULL, *count = cx__calloc((size_t)c->batch + 1, sizeof *count);
    unsigned char *const chosen = cx__calloc((size_t)(c->batch * c->n) + 1, 1);
    cx_status st = count != NULL && chosen != NULL
                       ? cx__lin_info_new(c, &info)
                       : cx__fail_nomem(c->where, "choice", (size_t)(c->batch * c->n));
    if (st == CX_OK && cx__chooses(o) && f->t->size > 0) st = sort(c, o, f, chosen, count, info);
    if (st == CX_OK) {
        *sdim = cx_to(cx_copy_host(count, (cx_shape){c->ndim, c->shape}, CX_I64), c->dev->id);
        st = cx__so_far();
    }
    cx__free(info);
    cx__free(count);
    cx__free(chosen);
    return st;
}

static cx_status schur(const char *where, const cx_array *a, const cx_schur_opts *given,
                       cx_array *out[3])
{
    cx_schur_opts o;
    cx__lin c;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    if (o.complex_output) c.t = c.real == CX_F32 ? CX_C64 : CX_C128;
    const cx__choice choice = {
        .sort = o.sort, .choose = o.choose, .ctx = o.ctx, .pairs = c.t == c.real};
    CX__TRY(cx__choice_check(where, &choice));
    if (cx__chooses(&choice) && c.ops->trsen == NULL)
        return cx__unsupported(where, c.dev, "ordered Schur forms");
    CX__TRY(cx__lin_need_finite(where, "a", a));
    cx__schur_form f = {0};
    CX__TRY(cx__schur(&c, a, &f));
    CX__TRY(sorted(&c, &choice, &f, &out[2]));
    out[0] = f.t;
    out[1] = f.z;
    CX__TRY(cx__lin_settle(false, &out[0]));
    return cx__lin_settle(false, &out[1]);
}

cx_schur cx_linalg_schur(const cx_array *a, const cx_schur_opts *o)
{
    static const char where[] = "linalg_schur";
    const cx_scope s = cx_scope_open();
    cx_array *r[3] = {NULL, NULL, NULL};
    const cx_status st = schur(where, a, o, r);
    cx__give_all(s, st, where, 3, r);
    return (cx_schur){r[0], r[1], r[2]};
}

/* ---- functions of triangular matrices */
cx_status cx__triangular(const cx__lin *c, cx_triangular_fn fn, double power, const cx_array *t,
                         const cx_array *z, const cx_array *values)
{
    if (c->ops->triangular == NULL)
        return cx__unsupported(c->where, c->dev, "functions of triangular matrices");
    if (t->size == 0) return CX_OK;
    cx_view vt, vz, vv;
    cx__lin_view(t, c->batch, &vt);
    if (z != NULL) cx__lin_view(z, c->batch, &vz);
    if (values != NULL) cx__lin_vector(values, c->batch, &vv);
    const cx_triangular_call call = {.fn = fn,
                                     .power = power,
                                     .t = &vt,
                                     .z = z != NULL ? &vz : NULL,
                                     .values = values != NULL ? &vv : NULL};
    cx_queue *q;
    CX__TRY(cx__lin_queue(c, z != NULL ? 2 : 1, 3, (const cx_array *const[]){t, z, values}, &q));
    return cx__queue_done(c->dev, c->ops->triangular(q, &call));
}

static cx_status rsf2csf(const char *where, const cx_array *t, const cx_array *z, cx_array *out[2])
{
    static const char *const names[2] = {"t", "z"};
    const cx_array *x[2] = {t, z};
    CX__TRY(cx__array_need(where, "t", t));
    CX__TRY(cx__array_need(where, "z", z));
    for (int i = 0; i < 2; i++)
        if (x[i]->ndim < 2 || x[i]->shape[x[i]->ndim - 1] != t->shape[t->ndim - 1] ||
            x[i]->shape[x[i]->ndim - 2] != t->shape[t->ndim - 1])
            return cx__fail(CX_E_SHAPE, where, "t and z are square matrices of one size");
    CX__TRY(cx__batches(where, 2, 2, names, x));
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, x[0], x[1], true));
    for (int i = 0; i < 2; i++) CX__TRY(cx__lin_need_finite(where, names[i], x[i]));
    const cx_dtype wanted = c.real == CX_F32 ? CX_C64 : CX_C128;
    c.t = CX_C128;
    for (int i = 0; i < 2; i++)
        CX__TRY(cx__lin_hold(&c, cx__lin_columns(&c, x[i], &out[i]), &out[i]));
    CX__TRY(cx__triangular(&c, CX_TRIANGULAR_COMPLEX, 0, out[0], out[1], NULL));
    for (int i = 0; i < 2; i++) out[i] = cx_copy(cx_astype(out[i], wanted));
    return cx__so_far();
}

cx_schur cx_linalg_rsf2csf(const cx_array *t, const cx_array *z)
{
    static const char where[] = "linalg_rsf2csf";
    const cx_scope s = cx_scope_open();
    cx_array *r[3] = {NULL, NULL, NULL};
    const cx_status st = rsf2csf(where, t, z, r);
    cx__give_all(s, st, where, 3, r);
    return (cx_schur){r[0], r[1], r[2]};
}

/* ---- Hessenberg form */
/* q [.., n, n] of the reflectors below the diagonal of work: 1 beside the Q of its lower left part.
 */
static cx_status reflected(const cx__lin *c, const cx_array *work, const cx_array *tau, cx_array *q)
{
    cx_view v, t;
    cx_queue *queue;
    cx__lin_view(work, c->batch, &v);
    cx__lin_vector(tau, c->batch, &t);
    v.data = (char *)v.data + v.stride[1];
    v.shape[1] = v.shape[2] = c->n - 1;
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){work, tau}, &queue));
    CX__TRY(cx__queue_done(c->dev, c->ops->orgqr(queue, &v, &t)));
    CX__TRY(cx__lin_identity(c, q));
    return cx_copy_into(cx_index(work, "..., 1:, :-1"), cx_index(q, "..., 1:, 1:"));
}

static cx_status hessenberg(const char *where, const cx_array *a, const cx_hessenberg_opts *given,
                            cx_array *out[2])
{
    cx_hessenberg_opts o;
    cx__lin c;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    if (c.ops->gehrd == NULL) return cx__unsupported(where, c.dev, "Hessenberg forms");
    CX__TRY(cx__lin_need_finite(where, "a", a));
    cx_array *work = NULL, *tau = NULL;
    const int64_t few = c.n > 0 ? c.n - 1 : 0;
    CX__TRY(cx__lin_hold(&c, cx__lin_columns(&c, a, &work), &work));
    CX__TRY(cx__lin_hold(&c, cx__lin_new(&c, 1, &few, c.t, &tau), &tau));
    if (o.calc_q) {
        CX__TRY(cx__lin_hold(&c, cx__lin_new(&c, 2, (const int64_t[]){c.n, c.n}, c.t, &out[1]),
                             &out[1]));
        CX__TRY(cx__lin_identity(&c, out[1]));
    }
    const bool reduced = c.n <= 2 || c.batch == 0; /* is one already */
    if (!reduced) {
        cx_view v, t;
        cx_queue *q;
        cx__lin_view(work, c.batch, &v);
        cx__lin_vector(tau, c.batch, &t);
        CX__TRY(cx__lin_queue(&c, 2, 2, (const cx_array *const[]){work, tau}, &q));
        CX__TRY(cx__queue_done(c.dev, c.ops->gehrd(q, &v, &t)));
    }
    out[0] = cx_copy(cx_triu(work, -1));
    CX__TRY(cx__so_far());
    return o.calc_q && !reduced ? reflected(&c, work, tau, out[1]) : CX_OK;
}

cx_hessenberg cx_linalg_hessenberg(const cx_array *a, const cx_hessenberg_opts *o)
{
    static const char where[] = "linalg_hessenberg";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = hessenberg(where, a, o, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_hessenberg){r[0], r[1]};
}
