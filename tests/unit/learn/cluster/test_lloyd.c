/* Nearest centres where an estimate cannot decide, and clusters that run empty. */
#include "learn/cluster/lloyd.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

static double square_distance(const double *a, const double *b)
{
    return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

static cx_array *numbers(const double *v, int64_t rows, int64_t cols)
{
    return cx_copy_host(v, CX_SHAPE(rows, cols), CX_F64);
}

Test(lloyd, nearest_is_exact_far_from_the_origin)
{
    enum { N = 600, K = 9 };
    static double x[2 * N], centres[2 * K];
    uint64_t state = 4;
    for (int i = 0; i < 2 * (N + K); i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double *to = i < 2 * N ? x + i : centres + (i - 2 * N);
        *to = 1e8 + (double)(state >> 40) / 16777216.0;
    }
    const cx_scope s = cx_scope_open();
    cx__site site;
    cx__points p;
    cx_array *label;
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
    cr_assert(cx__points_make(&site, numbers(x, N, 2), NULL, &p) == CX_OK);
    cr_assert(cx__nearest_centres(&p, numbers(centres, K, 2), &label) == CX_OK);
    const int32_t *got = cx_data_i32(label);
    for (int i = 0; i < N; i++) {
        int best = 0;
        for (int c = 1; c < K; c++)
            if (square_distance(x + 2 * i, centres + 2 * c) <
                square_distance(x + 2 * i, centres + 2 * best))
                best = c;
        cr_expect(got[i] == best, "point %d: %d, not %d", i, got[i], best);
    }
    cr_expect(cx_scope_close(s) == CX_OK);
}

Test(lloyd, an_empty_cluster_takes_the_farthest_point)
{
    const double x[] = {0, 1, 2, 10}, start[] = {1, -100};
    const cx_scope s = cx_scope_open();
    cx__site site;
    cx__points p;
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
    cr_assert(cx__points_make(&site, numbers(x, 4, 1), NULL, &p) == CX_OK);
    cx__lloyd_run run = {.centres = numbers(start, 2, 1)};
    cr_assert(cx__lloyd(&p, 100, 0, NULL, NULL, &run) == CX_OK);
    const double *centres = cx_data_f64(run.centres);
    const int32_t *label = cx_data_i32(run.label);
    cr_expect(centres[0] == 1 && centres[1] == 10, "%g %g", centres[0], centres[1]);
    cr_expect(run.inertia == 2 && label[3] == 1 && label[0] == 0);
    cr_expect(cx_scope_close(s) == CX_OK);
}

Test(lloyd, seeding_draws_distinct_points)
{
    const double x[] = {0, 0, 0, 5, 5, 9};
    for (int seed = 0; seed < 20; seed++) {
        const cx_scope s = cx_scope_open();
        cx__site site;
        cx__points p;
        cx_array *made;
        cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
        cr_assert(cx__points_make(&site, numbers(x, 6, 1), NULL, &p) == CX_OK);
        cr_assert(cx__seed_centres(&p, 3, 0, cx_random_state(CX_SEED(seed), CX_CPU), &made, NULL) ==
                  CX_OK);
        const double *centres = cx_data_f64(made);
        cr_expect(centres[0] != centres[1] && centres[1] != centres[2] && centres[0] != centres[2]);
        cr_expect(cx_scope_close(s) == CX_OK);
    }
}
