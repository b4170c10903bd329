/* The three ways of t-SNE's gradient agree where their approximations do not matter. */
#include "learn/manifold/descent.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

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
