/* Independent components by fixed points: see the header. Array operations; the host reads one
 * number a step.
 *
 * Source: Hyvarinen, Oja, Neural Networks 13 (2000). */
#include "learn/decomposition/ica.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>

/* The contrast's slope g of projections u [k, n], and the mean of its slope [k, 1]. */
static cx_status slopes(const cx__ica *p, const cx_array *u, const cx_array **g,
                        const cx_array **mean)
{
    static cx__held tanh_of = CX__HELD("u, a: tanh(a * u)");
    static cx__held tanh_slope = CX__HELD("g, a: mean(a * (1 - g * g), axis=1, keepdims=True)");
    static cx__held bell = CX__HELD("u: u * exp(-u * u / 2)");
    static cx__held bell_slope =
        CX__HELD("u: mean((1 - u * u) * exp(-u * u / 2), axis=1, keepdims=True)");
    static cx__held cube = CX__HELD("u: u * u * u");
    static cx__held cube_slope = CX__HELD("u: mean(3 * u * u, axis=1, keepdims=True)");
    const cx_array *const alpha = cx_float(p->alpha);
    switch (p->contrast) {
    case CX__LOGCOSH:
        *g = cx__held_run("fit", &tanh_of, CX_ARRAYS(u, alpha));
        *mean = cx__held_run("fit", &tanh_slope, CX_ARRAYS(*g, alpha));
        break;
    case CX__EXP:
        *g = cx__held_run("fit", &bell, CX_ARRAYS(u));
        *mean = cx__held_run("fit", &bell_slope, CX_ARRAYS(u));
        break;
    case CX__CUBE:
        *g = cx__held_run("fit", &cube, CX_ARRAYS(u));
        *mean = cx__held_run("fit", &cube_slope, CX_ARRAYS(u));
        break;
    }
    return cx__so_far();
}

/* The rows w [m, k] after a step, not yet apart from each other. */
static cx_status step(const cx__ica *p, const cx_array *w, cx_array **next)
{
    static cx__held moved = CX__HELD("product, n, mean, w: product / n - mean * w");
    const cx_array *g = NULL, *mean = NULL;
    CX__TRY(slopes(p, cx_matmul(w, p->x), &g, &mean));
    *next = cx__held_run(
        "fit", &moved,
        CX_ARRAYS(cx_matmul(g, cx_transpose(p->x)), cx_float((double)cx_dim(p->x, 1)), mean, w));
    return cx__so_far();
}

/* (w w^T)^(-1/2) w */
static cx_array *apart(const cx_array *w)
{
    static cx__held scaled = CX__HELD("v, s, tiny: v / sqrt(maximum(s, tiny))");
    const cx_eigh e = cx_linalg_eigh(cx_matmul(w, cx_transpose(w)), NULL);
    const cx_array *const half =
        cx__held_run("fit", &scaled, CX_ARRAYS(e.v, e.w, cx_float(DBL_MIN)));
    return cx_matmul(half, cx_matmul(cx_transpose(e.v), w));
}

/* How far the rows' directions have turned, at most. */
static double turned(const cx_array *a, const cx_array *b)
{
    static cx__held turn = CX__HELD("a, b: max(abs(abs(sum(a * b, axis=1)) - 1))");
    return cx__number_f64(cx__held_run("fit", &turn, CX_ARRAYS(a, b)));
}

cx_status cx__ica_parallel(const cx__ica *p, const cx_array *start, cx_array **w, int64_t *n_iter)
{
    *w = apart(start);
    for (*n_iter = 0; *n_iter < p->max_iter;) {
        const cx_scope inner = cx_scope_open();
        cx_array *next = NULL;
        cx_status st = cx_self_progress(p->self, *n_iter, p->max_iter);
        if (st == CX_OK) st = step(p, *w, &next);
        if (st == CX_OK) next = apart(next);
        const double far = st == CX_OK ? turned(next, *w) : 0;
        *w = cx_scope_keep(inner, next);
        CX__TRY(cx__give_status(inner, st));
        ++*n_iter;
        if (far < p->tol) return CX_OK;
    }
    cx__warn(CX_E_CONVERGENCE, "FastICA did not converge in max_iter=%lld steps",
             (long long)p->max_iter);
    return CX_OK;
}

static cx_array *unit(const cx_array *w)
{
    static cx__held scaled = CX__HELD("w: w / sqrt(sum(w * w))");
    return cx__held_run("fit", &scaled, CX_ARRAYS(w));
}

/* One row [1, k], apart from those found before, [m, k] or NULL. */
static cx_status one(const cx__ica *p, const cx_array *found, cx_array **w, int64_t *steps)
{
    *w = unit(*w);
    for (*steps = 0; *steps < p->max_iter;) {
        const cx_scope inner = cx_scope_open();
        cx_array *next = NULL;
        cx_status st = cx_poll();
        if (st == CX_OK) st = step(p, *w, &next);
        if (st == CX_OK && found)
            next = cx_sub(next, cx_matmul(cx_matmul(next, cx_transpose(found)), found));
        if (st == CX_OK) next = unit(next);
        const double far = st == CX_OK ? turned(next, *w) : 0;
        *w = cx_scope_keep(inner, next);
        CX__TRY(cx__give_status(inner, st));
        ++*steps;
        if (far < p->tol) break;
    }
    return CX_OK;
}

cx_status cx__ica_deflation(const cx__ica *p, const cx_array *start, cx_array **w, int64_t *n_iter)
{
    const int64_t k = cx_dim(start, 0);
    *w = NULL;
    *n_iter = 0;
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k; i++) {
        cx_array *row = cx_slice(start, 0, i, i + 1, 1);
        int64_t steps = 0;
        CX__TRY(cx_self_progress(p->self, i, k));
        CX__TRY(one(p, *w, &row, &steps));
        if (steps > *n_iter) *n_iter = steps;
        *w = *w ? cx_concatenate(CX_ARRAYS(*w, row), 0) : row;
    }
    return cx__so_far();
}
