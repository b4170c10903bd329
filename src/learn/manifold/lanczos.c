/* Lanczos' method with thick restarts: a basis that grows by products, is orthogonalised against
 * all of itself twice, and is cut down to the best of its Ritz vectors when it is full. */
#include "learn/manifold/eigen.h"

#include "base/threads.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct basis {
    const cx__operator *a;
    int64_t n, most, kept;
    double *v;       /* [most + 1, n] */
    double *t;       /* [most, most], the matrix in the basis */
    double *c;       /* [most + 1] products */
    double *next;    /* [most, n] of a restart */
    double residual; /* length of what stands behind the basis */
} basis;

/* ---- vectors on all threads: pieces of a fixed size, added in order */
enum { PIECE = 8192, PIECES = 256 };

static double dot(const double *x, const double *y, int64_t n)
{
    double s[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) s[k] += x[i + k] * y[i + k];
    for (; i < n; i++) s[0] += x[i] * y[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

typedef struct sweep {
    const basis *b;
    int64_t count;
    double *w;
} sweep;

static void products(void *ctx, int64_t lo, int64_t hi)
{
    const sweep *const s = ctx;
    for (int64_t j = lo; j < hi; j++) s->b->c[j] = dot(s->b->v + j * s->b->n, s->w, s->b->n);
}

static void take_off(void *ctx, int64_t lo, int64_t hi)
{
    const sweep *const s = ctx;
    for (int64_t j = 0; j < s->count; j++) {
        const double c = s->b->c[j], *const v = s->b->v + j * s->b->n;
        for (int64_t i = lo; i < hi; i++) s->w[i] -= c * v[i];
    }
}

/* w less its parts along the first count vectors; what they were is added to *diagonal for the last
 * one. */
static cx_status orthogonal(basis *b, int64_t count, double *w, double *last)
{
    sweep s = {b, count, w};
    for (int twice = 0; twice < 2; twice++) {
        CX__TRY(cx__parallel_for(count, 1, products, &s));
        if (last) *last += b->c[count - 1];
        CX__TRY(cx__parallel_for(b->n, PIECE, take_off, &s));
    }
    return CX_OK;
}

/* Some vector that is orthogonal to all of them, where the basis spans an invariant space. */
static cx_status fresh(basis *b, int64_t count, double *w)
{
    uint64_t state = (uint64_t)count + 1;
    for (int64_t i = 0; i < b->n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        w[i] = (double)(state >> 11) / 9007199254740992.0 - 0.5;
    }
    CX__TRY(orthogonal(b, count, w, NULL));
    const double size = sqrt(dot(w, w, b->n));
    for (int64_t i = 0; i < b->n && size > 0; i++) w[i] /= size;
    return CX_OK;
}

/* Vectors from `kept` to the last; the first of them is there. */
static cx_status grow(basis *b)
{
    for (int64_t j = b->kept; j < b->most; j++) {
        double *const w = b->v + (j + 1) * b->n;
        CX__TRY(b->a->times(b->a, b->v + j * b->n, w));
        const double before = sqrt(dot(w, w, b->n));
        double diagonal = 0;
        CX__TRY(orthogonal(b, j + 1, w, &diagonal));
        b->t[j * b->most + j] = diagonal;
        double size = sqrt(dot(w, w, b->n));
        if (size <= DBL_EPSILON * before) size = 0;
        if (j + 1 < b->most) b->t[j * b->most + j + 1] = b->t[(j + 1) * b->most + j] = size;
        b->residual = size;
        if (size == 0) {
            CX__TRY(fresh(b, j + 1, w));
            continue;
        }
        for (int64_t i = 0; i < b->n; i++) w[i] /= size;
    }
    return CX_OK;
}

/* ---- restarts */
typedef struct turn {
    const basis *b;
    const double *s; /* [most, most] eigenvectors of t in columns, rising */
    int64_t count;
    double *to;
} turn;

/* Ritz vectors, the largest first. */
static void combine(void *ctx, int64_t lo, int64_t hi)
{
    const turn *const t = ctx;
    const int64_t m = t->b->most, n = t->b->n;
    for (int64_t r = 0; r < t->count; r++) {
        double *const to = t->to + r * n;
        memset(to + lo, 0, (size_t)(hi - lo) * sizeof *to);
        for (int64_t j = 0; j < m; j++) {
            const double c = t->s[j * m + m - 1 - r], *const v = t->b->v + j * n;
            for (int64_t i = lo; i < hi; i++) to[i] += c * v[i];
        }
    }
}

/* The eigenvalues and eigenvectors of t, on the open scope. */
static cx_status small(const basis *b, const double **w, const double **s)
{
    const int64_t m = b->most;
    cx_array *const t = cx_empty(CX_SHAPE(m, m), CX_F64, CX_CPU);
    double *const at = cx__at(t);
    if (at) memcpy(at, b->t, (size_t)(m * m) * sizeof *at);
    const cx_eigh e = cx_linalg_eigh(t, NULL);
    *w = cx__at(cx__as("fit", e.w, CX_F64));
    *s = cx__at(cx__as("fit", e.v, CX_F64));
    return cx__so_far();
}

/* The basis becomes its best Ritz vectors and the vector behind it. */
static cx_status cut(basis *b, const double *w, const double *s, int64_t keep)
{
    const int64_t m = b->most, n = b->n;
    turn t = {b, s, keep, b->next};
    CX__TRY(cx__parallel_for(n, PIECE, combine, &t));
    memcpy(b->v, b->next, (size_t)(keep * n) * sizeof *b->v);
    memcpy(b->v + keep * n, b->v + m * n, (size_t)n * sizeof *b->v);
    memset(b->t, 0, (size_t)(m * m) * sizeof *b->t);
    for (int64_t r = 0; r < keep; r++) {
        b->t[r * m + r] = w[m - 1 - r];
        b->t[r * m + keep] = b->t[keep * m + r] = b->residual * s[(m - 1) * m + m - 1 - r];
    }
    b->kept = keep;
    return CX_OK;
}

static int64_t converged(const basis *b, const double *w, const double *s, int64_t count,
                         double tol)
{
    const int64_t m = b->most;
    const double largest = fmax(fabs(w[0]), fabs(w[m - 1]));
    int64_t good = 0;
    while (good < count) {
        const double off = fabs(b->residual * s[(m - 1) * m + m - 1 - good]);
        if (off > tol * fmax(fabs(w[m - 1 - good]), 1e-3 * largest)) break;
        good++;
    }
    return good;
}

static cx_status restart(basis *b, int64_t count, double tol, bool last, cx__pairs *out, bool *done)
{
    const double *w = NULL, *s = NULL;
    CX__TRY(cx__poll("fit"));
    CX__TRY(grow(b));
    CX__TRY(small(b, &w, &s));
    const int64_t good = converged(b, w, s, count, tol);
    *done = good >= count || b->most == b->n;
    if (!*done && last)
        return cx__fail(CX_E_CONVERGENCE, "fit", "%lld of %lld eigenvectors were found",
                        (long long)good, (long long)count);
    if (!*done) {
        const int64_t keep = count + (b->most - count) / 2;
        return cut(b, w, s, keep < b->most - 1 ? keep : b->most - 2);
    }
    turn t = {b, s, count, out->vector};
    for (int64_t r = 0; r < count; r++) out->value[r] = w[b->most - 1 - r];
    return cx__parallel_for(b->n, PIECE, combine, &t);
}

cx_status cx__lanczos(const cx__operator *a, int64_t count, const double *start, double tol,
                      int64_t max_iter, cx__pairs *out)
{
    const int64_t n = a->n, wide = 2 * count + 1 > 24 ? 2 * count + 1 : 24;
    basis b = {.a = a, .n = n, .most = wide < n ? wide : n};
    *out = (cx__pairs){.n = n, .count = count};
    out->value = cx__scope_room((size_t)count * sizeof(double));
    out->vector = cx__scope_room((size_t)(count * n) * sizeof(double));
    b.v = cx__scope_room((size_t)((b.most + 1) * n) * sizeof(double));
    b.next = cx__scope_room((size_t)(b.most * n) * sizeof(double));
    b.t = cx__scope_room((size_t)(b.most * b.most) * sizeof(double));
    b.c = cx__scope_room((size_t)(b.most + 1) * sizeof(double));
    CX__TRY(cx__so_far());
    const double size = sqrt(dot(start, start, n));
    for (int64_t i = 0; i < n; i++) b.v[i] = size > 0 ? start[i] / size : 1 / sqrt((double)n);
    bool done = false;
    for (int64_t i = 0; !done; i++) {
        const cx_scope scope = cx_scope_open();
        const cx_status st =
            restart(&b, count, fmax(tol, 4 * DBL_EPSILON), i + 1 >= max_iter, out, &done);
        CX__TRY(cx__give_status(scope, st));
    }
    return CX_OK;
}
