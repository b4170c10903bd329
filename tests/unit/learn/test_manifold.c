/* The three ways of t-SNE's gradient agree where their approximations do not matter; UMAP's steps
 * are what is said of them. */
#include "learn/manifold/descent.h"
#include "learn/numeric/site.h"

#include <calx.h>
#include <calx/backend_manifold.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* Points on a spiral with noise from a small generator; weights of a ring of neighbours. */
static double noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0 - 0.5;
}

static cx__sparse ring(int64_t n)
{
    cx__sparse p;
    cr_assert(cx__sparse_new(n, 2 * n, &p) == CX_OK);
    for (int64_t i = 0; i < n; i++) {
        const int32_t a = (int32_t)((i + n - 1) % n), b = (int32_t)((i + 1) % n);
        p.index[2 * i] = a < b ? a : b;
        p.index[2 * i + 1] = a < b ? b : a;
        p.value[2 * i] = p.value[2 * i + 1] = 0.5 / (double)n;
        p.start[i + 1] = 2 * i + 2;
    }
    return p;
}

static double *spiral(int64_t n, int dims, double size)
{
    double *const at = cx__scope_room((size_t)(n * dims) * sizeof *at);
    uint64_t state = 1;
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < dims; k++)
            at[i * dims + k] =
                size * ((double)i / (double)n * cos(0.05 * (double)i + k) + 0.2 * noise(&state));
    return at;
}

/* Largest difference from the plain sum, by the largest force. */
static double off(int64_t n, int dims, const cx__kl *kl, const cx__sparse *p, const double *at)
{
    double *const dense = cx__scope_room((size_t)(n * n) * sizeof *dense),
                  *const want = cx__scope_room((size_t)(n * dims) * sizeof *want),
                  *const got = cx__scope_room((size_t)(n * dims) * sizeof *got);
    for (int64_t i = 0; i < n; i++)
        for (int64_t e = p->start[i]; e < p->start[i + 1]; e++)
            dense[i * n + p->index[e]] = p->value[e];
    cx__kl all;
    double error = 0, own = 0, most = 0, apart = 0;
    cr_assert(cx__kl_all(n, dims, dense, &all) == CX_OK);
    cr_assert(all.gradient(&all, at, 4, want, &error) == CX_OK);
    cr_assert(kl->gradient(kl, at, 4, got, &own) == CX_OK, "%s", cx_error_message());
    cr_expect(fabs(own - error) < 5e-3 * fabs(error), "%.9g is not %.9g", own, error);
    for (int64_t i = 0; i < n * dims; i++) {
        most = fmax(most, fabs(want[i]));
        apart = fmax(apart, fabs(got[i] - want[i]));
    }
    return apart / most;
}

Test(manifold, trees_and_grids_give_the_gradient)
{
    for (int dims = 1; dims <= 2; dims++)
        for (int size = 0; size < 3; size++) {
            const double sizes[] = {1e-3, 5, 80};
            const int64_t n = 700;
            const cx_scope s = cx_scope_open();
            const cx__sparse p = ring(n);
            const double *const at = spiral(n, dims, sizes[size]);
            cx__kl tree, grid;
            cr_assert(cx__kl_tree(&p, dims, 0, &tree) == CX_OK);
            cr_expect(off(n, dims, &tree, &p, at) < 2e-5, "%d, %g", dims, sizes[size]);
            cr_assert(cx__kl_tree(&p, dims, 0.5, &tree) == CX_OK);
            cr_expect(off(n, dims, &tree, &p, at) < 2e-2, "%d, %g", dims, sizes[size]);
            if (dims == 2) {
                cr_assert(cx__kl_grid(&p, dims, &grid) == CX_OK);
                const double far = off(n, dims, &grid, &p, at);
                cr_expect(far < 1e-2, "grid of %g: %g", sizes[size], far);
            }
            cr_expect(cx_scope_close(s) == CX_OK);
        }
}

/* ---- UMAP's steps */
enum { WALKERS = 300, POINTS = 90, MOST_STEPS = 70 };

typedef struct walkers {
    float points[3 * POINTS], at[3 * WALKERS], to[3 * WALKERS];
    int64_t first[WALKERS];
    int32_t count[WALKERS], step[WALKERS * MOST_STEPS];
} walkers;

static cx_embed_walk some_walk(int dims, walkers *w)
{
    uint64_t state = 7;
    int64_t steps = 0;
    for (int i = 0; i < 3 * POINTS; i++) w->points[i] = (float)(20 * noise(&state));
    for (int i = 0; i < 3 * WALKERS; i++) w->at[i] = (float)(20 * noise(&state));
    for (int i = 0; i < WALKERS; i++) {
        w->first[i] = steps;
        w->count[i] = i % 7 == 0 ? 0 : (int32_t)((noise(&state) + 0.5) * MOST_STEPS);
        for (int32_t j = 0; j < w->count[i]; j++) {
            const int32_t point = (int32_t)((noise(&state) + 0.5) * POINTS);
            w->step[steps++] = j % 3 == 0 ? point : -1 - point;
        }
    }
    /* the first of all goes from a point that it lies on, the next from very near */
    w->count[1] = w->count[2] = 3;
    for (int k = 0; k < dims; k++) {
        w->at[dims + k] = w->points[(int64_t)abs(w->step[w->first[1]]) * dims + k];
        w->at[2 * dims + k] = w->points[(int64_t)abs(w->step[w->first[2]]) * dims + k] + 1e-5F;
    }
    return (cx_embed_walk){.dims = dims,
                           .rows = WALKERS,
                           .stride = dims,
                           .points = w->points,
                           .at = w->at,
                           .to = w->to,
                           .first = w->first,
                           .count = w->count,
                           .step = w->step,
                           .rate = 0.7F,
                           .most = 4,
                           .a = 1.577F,
                           .b = 0.895F,
                           .repulsion = 1.25F};
}

/* The largest error of row i, in numbers as they are told. */
static double wrong(const cx_embed_walk *c, int64_t i)
{
    double at[3], worst = 0;
    for (int k = 0; k < c->dims; k++) at[k] = (double)c->at[i * c->dims + k];
    for (int64_t e = c->first[i]; e < c->first[i] + c->count[i]; e++) {
        const int32_t s = c->step[e];
        const float *const other = c->points + (s < 0 ? -1 - s : s) * c->dims;
        double square = 0;
        for (int k = 0; k < c->dims; k++)
            square += (at[k] - (double)other[k]) * (at[k] - (double)other[k]);
        if (square == 0) continue;
        const double a = (double)c->a, b = (double)c->b, p = pow(square, b),
                     towards = -2 * a * b * p / (square * (a * p + 1)),
                     away = 2 * (double)c->repulsion * b / ((0.001 + square) * (a * p + 1));
        for (int k = 0; k < c->dims; k++) {
            const double g = (s < 0 ? away : towards) * (at[k] - (double)other[k]);
            at[k] += (double)c->rate * fmax(-4, fmin(4, g));
        }
    }
    for (int k = 0; k < c->dims; k++)
        worst = fmax(worst, fabs(at[k] - (double)c->to[i * c->dims + k]));
    return worst;
}

Test(manifold, walks_step_by_step)
{
    static walkers w;
    const cx_scope s = cx_scope_open();
    cx__site host;
    cr_assert(cx__site_at("test", CX_CPU, &host) == CX_OK);
    for (int dims = 1; dims <= 3; dims++) {
        const cx_embed_walk c = some_walk(dims, &w);
        cr_assert(host.ops->manifold->walk(host.queue, &c) == CX_OK);
        for (int64_t i = 0; i < c.rows; i++)
            cr_expect(wrong(&c, i) < 1e-3, "row %d of %d: %g", (int)i, dims, wrong(&c, i));
    }
    cr_expect(cx_scope_close(s) == CX_OK);
}
