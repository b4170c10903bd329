/* Laplace's approximation: see the header.
 *
 * One idea: the gradient is one matrix of weights, which meets every derivative of the kernel as
 * that of a regression does. */
#include "learn/gaussian_process/laplace.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/linalg_solve.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

/* One step from the latent function f [n, 1], which moves. */
static cx_status step(const cx__laplace *p, const cx_array *k, cx_array **f, cx__laplace_mode *m)
{
    static cx__held shares = CX__HELD("f: p = 1 / (1 + exp(-f)); p, sqrt(p * (1 - p))"),
                    matrix = CX__HELD("k, i, j, r, c: where(i == j, 1 + r * k * c, r * k * c)"),
                    aim = CX__HELD("p, r, f, y: r * r * f + (y - p)"),
                    scale = CX__HELD("r, v: r * v"), rest = CX__HELD("b, r, v: b - r * v"),
                    value = CX__HELD("a, f, y, d: s = (1 - 2 * y) * f; -sum(a * f) / 2 - "
                                     "sum(where(s > 0, s, 0) + log1p(exp(-abs(s)))) - sum(log(d))");
    const cx_cho_opts lower = {.struct_size = sizeof lower, .lower = true};
    const cx_tuple both = cx__held_all(p->where, &shares, CX_ARRAYS(*f));
    CX__TRY(cx__so_far());
    m->pi = both.at[0];
    m->root = both.at[1];
    const cx_array *const j = cx_arange_i64(0, cx_dim(k, 0), 1, CX_I64, p->site.device);
    m->l = cx_linalg_cholesky(
        cx__held_run(p->where, &matrix,
                     CX_ARRAYS(k, cx_expand_dims(j, 1), j, m->root, cx_transpose(m->root))),
        NULL);
    const cx_array *const b = cx__held_run(p->where, &aim, CX_ARRAYS(m->pi, m->root, *f, p->y)),
                          *const seen =
                              cx__held_run(p->where, &scale, CX_ARRAYS(m->root, cx_matmul(k, b)));
    m->dual = cx__held_run(p->where, &rest,
                           CX_ARRAYS(b, m->root, cx_linalg_cho_solve(m->l, seen, &lower)));
    *f = cx_matmul(k, m->dual);
    m->value = cx__number_f64(
        cx__held_run(p->where, &value, CX_ARRAYS(m->dual, *f, p->y, cx_diagonal(m->l, 0))));
    return cx__so_far();
}

cx_status cx__laplace_find(cx__laplace *p, const cx_array *k, cx__laplace_mode *out)
{
    double before = -INFINITY;
    cx_array *f = p->warm && p->latent != NULL
                      ? p->latent
                      : cx_zeros(CX_SHAPE(cx_dim(k, 0), 1), CX_F64, p->site.device);
    for (int64_t i = 0; i < p->max_iter; i++) {
        CX__TRY(cx_poll());
        CX__TRY(step(p, k, &f, out));
        if (out->value - before < 1e-10) break;
        before = out->value;
    }
    /* the last value that was better: what the search for hyperparameters compares */
    out->value = before;
    p->latent = f;
    return CX_OK;
}

static cx_status gradient_of(const cx__laplace *p, const cx_array *k, const cx__laplace_mode *m,
                             double *gradient)
{
    static cx__held scaled = CX__HELD("r, k, c: r * k * c"), left = CX__HELD("r, k: r * k"),
                    third = CX__HELD(
                        "d, v, p: (sum(v * v, axis=0) - d) / 2 * (p * (1 - p) * (1 - 2 * p))"),
                    pulled = CX__HELD("s, v: s - v"),
                    weights = CX__HELD("a, at, r, u, y, p: (a * at - r) / 2 + u * (y - p)");
    const cx_cho_opts lower = {.struct_size = sizeof lower, .lower = true};
    const cx_solve_triangular_opts below = {.struct_size = sizeof below, .lower = true};
    const int64_t n = cx_dim(k, 0);
    const cx_array *const across = cx_transpose(m->root),
                          *const inverse = cx_linalg_cho_solve(
                              m->l, cx_eye(n, n, 0, CX_F64, p->site.device), &lower),
                          *const r =
                              cx__held_run(p->where, &scaled, CX_ARRAYS(m->root, inverse, across)),
                          *const white = cx_linalg_solve_triangular(
                              m->l, cx__held_run(p->where, &left, CX_ARRAYS(m->root, k)), &below);
    const cx_array *const s = cx_expand_dims(
        cx__held_run(p->where, &third, CX_ARRAYS(cx_diagonal(k, 0), white, cx_ravel(m->pi))), 1);
    const cx_array *const u =
        cx__held_run(p->where, &pulled, CX_ARRAYS(s, cx_matmul(r, cx_matmul(k, s))));
    const cx_array *const weight = cx__held_run(
        p->where, &weights,
        CX_ARRAYS(m->dual, cx_transpose(m->dual), r, u, cx_transpose(p->y), cx_transpose(m->pi)));
    CX__TRY(cx__so_far());
    return cx__gp_gradient(p->where, &p->kernel, p->x, weight, gradient);
}

cx_status cx__laplace_likelihood(cx__laplace *p, double *value, double *gradient)
{
    const cx_scope s = cx_scope_open();
    cx__laplace_mode m = {NULL, NULL, NULL, NULL, 0};
    const cx_array *const k = cx__gp_value(p->where, &p->kernel, p->x, NULL);
    cx_status st = cx__so_far();
    if (st == CX_OK) st = cx__laplace_find(p, k, &m);
    if (st == CX_OK && gradient != NULL) st = gradient_of(p, k, &m, gradient);
    *value = m.value;
    if (!p->warm || st != CX_OK) {
        p->latent = NULL;
        return cx__give_status(s, st);
    }
    p->latent = cx__give(s, st, p->latent);
    return cx__so_far();
}
