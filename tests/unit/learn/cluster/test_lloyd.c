/* Nearest centres where an estimate cannot decide, and clusters that run empty. */
#include "learn/cluster/lloyd.h"

#include "learn/numeric/numeric.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

Test(lloyd, nearest_is_exact_far_from_the_origin)
{
    enum { N = 600, K = 9 };
    static double x[2 * N], norm[N], centres[2 * K];
    static int32_t label[N];
    uint64_t state = 4;
    for (int i = 0; i < 2 * (N + K); i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double *to = i < 2 * N ? x + i : centres + (i - 2 * N);
        *to = 1e8 + (double)(state >> 40) / 16777216.0;
    }
    cx__row_norms(x, N, 2, norm);
    const cx__points p = {.x = x, .norm = norm, .n = N, .d = 2};
    cr_assert(cx__nearest_centres(&p, centres, K, label) == CX_OK);
    for (int i = 0; i < N; i++) {
        int best = 0;
        for (int c = 1; c < K; c++)
            if (cx__sqdist(x + 2 * i, centres + 2 * c, 2) <
                cx__sqdist(x + 2 * i, centres + 2 * best, 2))
                best = c;
        cr_expect(label[i] == best, "point %d: %d, not %d", i, label[i], best);
    }
}

Test(lloyd, an_empty_cluster_takes_the_farthest_point)
{
    const double x[] = {0, 1, 2, 10};
    double norm[4], centres[] = {1, -100};
    int32_t label[4];
    cx__row_norms(x, 4, 1, norm);
    const cx__points p = {.x = x, .norm = norm, .n = 4, .d = 1};
    cx__lloyd_run run = {.centres = centres, .label = label};
    cr_assert(cx__lloyd(&p, 2, 100, 0, NULL, NULL, &run) == CX_OK);
    cr_expect(centres[0] == 1 && centres[1] == 10, "%g %g", centres[0], centres[1]);
    cr_expect(run.inertia == 2 && label[3] == 1 && label[0] == 0);
}

Test(lloyd, seeding_draws_distinct_points)
{
    const double x[] = {0, 0, 0, 5, 5, 9};
    double norm[6], centres[3];
    cx__row_norms(x, 6, 1, norm);
    const cx__points p = {.x = x, .norm = norm, .n = 6, .d = 1};
    for (int seed = 0; seed < 20; seed++) {
        const cx_scope s = cx_scope_open();
        cr_assert(cx__seed_centres(&p, 3, cx_random_state(CX_SEED(seed), CX_CPU), centres) ==
                  CX_OK);
        cr_expect(centres[0] != centres[1] && centres[1] != centres[2] && centres[0] != centres[2]);
        cr_expect(cx_scope_close(s) == CX_OK);
    }
}
