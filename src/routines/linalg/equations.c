/* Discrete Lyapunov and Riccati equations, made of other functions. The Riccati ones by the
 * deflating subspace of an extended pencil, found by an ordered generalised Schur form; everything
 * in double precision. */
#include "routines/linalg/linalg.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_equations.h>
#include <calx/linalg_schur.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static cx_status need_finite(const char *where, const char *name, const cx_array *a)
{
    const bool bad = cx__any_true(cx_logical_not(cx_isfinite(a)));
    CX__TRY(cx__so_far());
    return bad ? cx__fail(CX_E_ARGUMENT, where, "%s has a NaN or an infinity", name) : CX_OK;
}
/* 1 [n, n] like a */
static const cx_array *one_of(const cx_array *a, int64_t n)
{
    return cx_eye(n, n, 0, cx_dtype_of(a), cx_device_of(a));
}

/* ---- discrete Lyapunov equations */
/* (1 - a x conj(a)) vec(x) = vec(q), where x is Kronecker's product */
static cx_status direct(const char *where, const cx_array *a, const cx_array *q, cx_array **out)
{
    const int64_t n = cx_dim(a, -1), count = n * n;
    const cx_shape s = cx_shape_of(a);
    if (s.ndim + 2 > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "more than %d dimensions", (int)CX_MAX_NDIM - 2);
    int64_t dim[CX_MAX_NDIM];
    memcpy(dim, s.dim, (size_t)s.ndim * sizeof *dim);
    dim[s.ndim - 2] = dim[s.ndim - 1] = count;
    const cx_array *const both = cx_mul(
        cx_expand_dims_axes(a, 2, (const int[]){-3, -1}),
        cx_expand_dims_axes(cx__kind_of(a) == 'c' ? cx_conjugate(a) : a, 2, (const int[]){-4, -2}));
    const cx_array *const left =
        cx_sub(one_of(a, count), cx_reshape(both, (cx_shape){s.ndim, dim}));
    dim[s.ndim - 1] = 1;
    const cx_array *const right = cx_reshape(q, (cx_shape){s.ndim, dim});
    cx_array *const x = cx_empty_like(right, CX_DTYPE_NONE);
    CX__TRY(cx__so_far());
    const cx_status st = cx_linalg_solve_into(left, right, x);
    if (st == CX_E_SINGULAR)
        return cx__fail(
            st, where,
            "a has eigenvalues l1 and l2 with l1 conj(l2) = 1: there is no one solution");
    CX__TRY(st);
    *out = cx_reshape(x, s);
    return cx__so_far();
}

/* b = (a^H - 1) (a^H + 1)^-1, c = 2 (a + 1)^-1 q (a^H + 1)^-1: b^H x + x b = -c */
static cx_status bilinear(const char *where, const cx_array *a, const cx_array *q, cx_array **out)
{
    const cx_array *const one = one_of(a, cx_dim(a, -1)), *const more = cx_add(a, one);
    cx_array *const inverse = cx_empty_like(more, CX_DTYPE_NONE);
    CX__TRY(cx__so_far());
    const cx_status st = cx_linalg_inv_into(more, inverse);
    if (st == CX_E_SINGULAR)
        return cx__fail(st, where, "a has an eigenvalue of -1; take CX_LYAPUNOV_DIRECT");
    CX__TRY(st);
    const cx_array *const turned = cx_matmul(inverse, cx_sub(a, one)); /* b^H */
    const cx_array *const c =
        cx_matmul(cx_matmul(cx_mul(inverse, cx_int(-2)), q), cx__adjoint(inverse));
    *out = cx_linalg_solve_continuous_lyapunov(turned, c);
    return cx__so_far();
}

static cx_status discrete(const char *where, const cx_array *a, const cx_array *q,
                          const cx_lyapunov_opts *given, cx_array **out)
{
    static const char *const names[2] = {"a", "q"};
    char text[2][CX__SHAPE_TEXT];
    cx_lyapunov_opts o;
    const cx_array *x[2] = {a, q};
    cx_dtype t;
    CX__TRY(CX__OPTIONS(where, given, &o));
    if ((int)o.method < 0 || o.method > CX_LYAPUNOV_BILINEAR)
        return cx__fail(CX_E_ARGUMENT, where, "method %d is none of CX_LYAPUNOV_", (int)o.method);
    for (int i = 0; i < 2; i++) CX__TRY(cx__matrices(where, names[i], x[i], true, &x[i]));
    const int64_t n = cx_dim(a, -1);
    if (cx_dim(q, -1) != n)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and q %s; wanted matrices of one size",
                        cx__words_of_shape(a, text[0]), cx__words_of_shape(q, text[1]));
    CX__TRY(cx__batches(where, 2, 2, names, x));
    CX__TRY(cx__common_dtype(where, (cx_arrays){2, x}, &t));
    for (int i = 0; i < 2; i++) {
        CX__TRY(need_finite(where, names[i], x[i]));
        x[i] = cx_astype(x[i], t);
    }
    if (cx_size(x[0]) == 0) {
        *out = cx_copy(x[1]);
        return cx__so_far();
    }
    const bool small = o.method == CX_LYAPUNOV_AUTO ? n < 10 : o.method == CX_LYAPUNOV_DIRECT;
    return (small ? direct : bilinear)(where, x[0], x[1], out);
}
cx_array *cx_linalg_solve_discrete_lyapunov(const cx_array *a, const cx_array *q,
                                            const cx_lyapunov_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = discrete("linalg_solve_discrete_lyapunov", a, q, o, &r);
    return cx__give(s, st, r);
}

/* ---- Riccati equations */
enum { A, B, Q, R, E, S, PARTS };
static const char *const part_names[PARTS] = {"a", "b", "q", "r", "e", "s"};

typedef struct riccati {
    const char *where;
    bool continuous;
    const cx_array *x[PARTS]; /* e and s may be NULL */
    int64_t m, n;
    double eps;         /* of the caller's precision */
    cx_dtype t, wanted; /* double precision; the result's */
} riccati;

static cx_status sizes(const riccati *p, int i, int64_t rows, int64_t cols)
{
    char text[CX__SHAPE_TEXT];
    const cx_array *const x = p->x[i];
    if (x == NULL || (cx_dim(x, -2) == rows && cx_dim(x, -1) == cols)) return CX_OK;
    return cx__fail(CX_E_SHAPE, p->where,
                    "%s has shape %s; for b its last dimensions must be (%lld, %lld)",
                    part_names[i], cx__words_of_shape(x, text), (long long)rows, (long long)cols);
}

/* The largest sum of a column's sizes, of each matrix. */
static const cx_array *norm(const cx_array *x)
{
    return cx_max(cx_sum(cx_abs(x), CX_AXIS(-2)), CX_AXIS(-1));
}

static cx_status hermitian(const riccati *p, int i)
{
    const cx_array *const x = p->x[i], *const apart = norm(cx_sub(x, cx__adjoint(x)));
    const bool bad = cx__any_true(cx_greater(apart, cx_mul(norm(x), cx_float(100 * p->eps))));
    CX__TRY(cx__so_far());
    return bad ? cx__fail(CX_E_ARGUMENT, p->where, "%s is not Hermitian", part_names[i]) : CX_OK;
}

static cx_status regular(const riccati *p, int i)
{
    const cx_array *const least = cx_select(cx_linalg_svdvals(p->x[i]), -1, -1);
    const bool bad = cx__any_true(cx_less_equal(least, cx_mul(norm(p->x[i]), cx_float(p->eps))));
    CX__TRY(cx__so_far());
    return bad ? cx__fail(CX_E_SINGULAR, p->where, "%s is singular to working precision",
                          part_names[i])
               : CX_OK;
}

static cx_status check(riccati *p)
{
    const cx_array *of[PARTS];
    int count = 0;
    for (int i = 0; i < PARTS; i++) {
        if (p->x[i] == NULL && i >= E) continue;
        CX__TRY(cx__matrices(p->where, part_names[i], p->x[i], i != B && i != S, &p->x[i]));
        of[count++] = p->x[i];
    }
    p->m = cx_dim(p->x[B], -2);
    p->n = cx_dim(p->x[B], -1);
    CX__TRY(sizes(p, A, p->m, p->m));
    CX__TRY(sizes(p, Q, p->m, p->m));
    CX__TRY(sizes(p, R, p->n, p->n));
    CX__TRY(sizes(p, E, p->m, p->m));
    CX__TRY(sizes(p, S, p->m, p->n));
    if (p->m == 0 || p->n == 0) return cx__fail(CX_E_SHAPE, p->where, "b has no elements");
    CX__TRY(cx__batches(p->where, 2, PARTS, part_names, p->x));
    CX__TRY(cx__common_dtype(p->where, (cx_arrays){count, of}, &p->wanted));
    p->t = cx_dtype_kind(p->wanted) == 'c' ? CX_C128 : CX_F64;
    p->eps = p->wanted == CX_F32 || p->wanted == CX_C64 ? 0x1p-23 : 0x1p-52;
    for (int i = 0; i < PARTS; i++) {
        if (p->x[i] == NULL) continue;
        CX__TRY(need_finite(p->where, part_names[i], p->x[i]));
        p->x[i] = cx_astype(p->x[i], p->t);
    }
    if (cx_size(p->x[A]) == 0) return cx__so_far();
    CX__TRY(hermitian(p, Q));
    CX__TRY(hermitian(p, R));
    if (p->continuous) CX__TRY(regular(p, R));
    return p->x[E] != NULL ? regular(p, E) : CX_OK;
}

static const cx_array *blocks(const cx_array *const at[9])
{
    const cx_array *rows[3];
    for (int i = 0; i < 3; i++) rows[i] = cx_concatenate((cx_arrays){3, at + 3 * i}, -1);
    return cx_concatenate((cx_arrays){3, rows}, -2);
}

/* The extended pencil h - l j of 2 m + n rows. */
static void pencil(const riccati *p, const cx_array **h, const cx_array **j)
{
    const cx_array *const *const x = p->x;
    const cx_array *const o = cx_zeros_like(x[A], CX_DTYPE_NONE), *const ob = cx_zeros_like(
                                                                      x[B], CX_DTYPE_NONE);
    const cx_array *const obh = cx_matrix_transpose(ob), *const or
                                                         = cx_zeros_like(x[R], CX_DTYPE_NONE);
    const cx_array *const e = x[E] != NULL ? x[E] : cx_add(o, one_of(o, p->m));
    const cx_array *const s = x[S] != NULL ? x[S] : ob;
    const cx_array *const eh = cx__adjoint(e), *const ah = cx__adjoint(x[A]),
                          *const bh = cx__adjoint(x[B]), *const sh = cx__adjoint(s);
    const cx_array *const below = cx_negative(x[Q]), *const side = cx_negative(s);
    if (p->continuous) {
        *h = blocks(
            (const cx_array *const[]){x[A], o, x[B], below, cx_negative(ah), side, sh, bh, x[R]});
        *j = blocks((const cx_array *const[]){e, o, ob, o, eh, ob, obh, obh, or });
    } else {
        *h = blocks((const cx_array *const[]){x[A], o, x[B], below, eh, side, sh, obh, x[R]});
        *j = blocks((const cx_array *const[]){e, o, ob, o, ah, ob, obh, cx_negative(bh), or });
    }
}

/* Powers of 2 [.., m] by which the unknowns are scaled, after h and j: d and 1 / d for both halves,
 * so that the pencil keeps its symmetry. */
static const cx_array *balance(const riccati *p, const cx_array **h, const cx_array **j)
{
    const int64_t m = p->m;
    const cx_array *const sizes_of = cx_add(cx_abs(*h), cx_abs(*j));
    const cx_array *const on =
        cx_eye(2 * m + p->n, 2 * m + p->n, 0, CX_BOOL, cx_device_of(sizes_of));
    const cx_balance b = cx_linalg_matrix_balance(cx_where(on, cx_float(0), sizes_of),
                                                  CX_OPTS(cx_balance_opts, .not_permute = true));
    const cx_array *const l = cx_log2(b.scale);
    const cx_array *const half = cx_rint(
        cx_mul(cx_sub(cx_slice(l, -1, m, 2 * m, 1), cx_slice(l, -1, 0, m, 1)), cx_float(0.5)));
    const cx_array *const all = cx_exp2(
        cx_concatenate(CX_ARRAYS(half, cx_negative(half), cx_slice(l, -1, 2 * m, CX_END, 1)), -1));
    const cx_array *const factor = cx_div(cx_expand_dims(all, -1), cx_expand_dims(all, -2));
    *h = cx_mul(*h, factor);
    *j = cx_mul(*j, factor);
    return cx_slice(all, -1, 0, m, 1);
}

/* Bases of the stable subspace, in two halves u0 and u1: the last n columns of h are taken out by
 * their orthogonal complement, then the rest is ordered. */
static void subspace(const riccati *p, const cx_array *h, const cx_array *j, const cx_array **u0,
                     const cx_array **u1)
{
    const int64_t m = p->m, n = p->n;
    const cx_qr f = cx_linalg_qr(cx_slice(h, -1, 2 * m, CX_END, 1),
                                 CX_OPTS(cx_qr_opts, .mode = CX_QR_COMPLETE));
    const cx_array *const rest = cx__adjoint(cx_slice(f.q, -1, n, CX_END, 1));
    const cx_ordqz g =
        cx_linalg_ordqz(cx_matmul(rest, cx_slice(h, -1, 0, 2 * m, 1)),
                        cx_matmul(rest, cx_slice(j, -1, 0, 2 * m, 1)),
                        CX_OPTS(cx_qz_opts, .sort = p->continuous ? CX_SORT_LHP : CX_SORT_IUC));
    const cx_array *const u = cx_slice(g.z, -1, 0, m, 1);
    *u0 = cx_slice(u, -2, 0, m, 1);
    *u1 = cx_slice(u, -2, m, 2 * m, 1);
    if (p->x[E] == NULL) return;
    const cx_array *const with_e = cx_concatenate(CX_ARRAYS(cx_matmul(p->x[E], *u0), *u1), -2);
    const cx_array *const q = cx_linalg_qr(with_e, NULL).q;
    *u0 = cx_slice(q, -2, 0, m, 1);
    *u1 = cx_slice(q, -2, m, 2 * m, 1);
}

static cx_status riccati_solve(riccati *p, const cx_riccati_opts *given, cx_array **out)
{
    cx_riccati_opts o;
    CX__TRY(CX__OPTIONS(p->where, given, &o));
    p->x[E] = o.e;
    p->x[S] = o.s;
    CX__TRY(check(p));
    if (cx_size(p->x[A]) == 0) {
        *out = cx_astype(p->x[A], p->wanted);
        return cx__so_far();
    }
    const cx_array *h, *j, *u0, *u1, *scale = NULL;
    pencil(p, &h, &j);
    if (!o.not_balanced) scale = balance(p, &h, &j);
    subspace(p, h, j, &u0, &u1);
    /* x = u1 u0^-1, where that exists and is Hermitian */
    const bool none = cx__any_true(cx_greater(cx_linalg_cond(u0), cx_float(0x1p52)));
    CX__TRY(cx__so_far());
    if (none) return cx__fail(CX_E_SINGULAR, p->where, "there is no finite stabilising solution");
    const cx_array *const turned = cx_matmul(cx__adjoint(u0), u1);
    const cx_array *const limit =
        cx_maximum(cx_mul(norm(turned), cx_float(0.1)), cx_float(0x1p-43));
    const bool apart = cx__any_true(
        cx_logical_not(cx_less_equal(norm(cx_sub(turned, cx__adjoint(turned))), limit)));
    CX__TRY(cx__so_far());
    if (apart)
        return cx__fail(CX_E_SINGULAR, p->where,
                        "the pencil has eigenvalues too close to the %s for a stable half of them",
                        p->continuous ? "imaginary axis" : "unit circle");
    const cx_array *x = cx__adjoint(cx_linalg_solve(cx__adjoint(u0), cx__adjoint(u1)));
    if (scale != NULL) x = cx_mul(x, cx_mul(cx_expand_dims(scale, -1), cx_expand_dims(scale, -2)));
    *out = cx_astype(cx_mul(cx_add(x, cx__adjoint(x)), cx_float(0.5)), p->wanted);
    return cx__so_far();
}

cx_array *cx_linalg_solve_continuous_are(const cx_array *a, const cx_array *b, const cx_array *q,
                                         const cx_array *r, const cx_riccati_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *x = NULL;
    riccati p = {.where = "linalg_solve_continuous_are", .continuous = true, .x = {a, b, q, r}};
    const cx_status st = riccati_solve(&p, o, &x);
    return cx__give(s, st, x);
}
cx_array *cx_linalg_solve_discrete_are(const cx_array *a, const cx_array *b, const cx_array *q,
                                       const cx_array *r, const cx_riccati_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *x = NULL;
    riccati p = {.where = "linalg_solve_discrete_are", .x = {a, b, q, r}};
    const cx_status st = riccati_solve(&p, o, &x);
    return cx__give(s, st, x);
}
