/* isa: each. Neighbours found through products must be those of a plain scan, ties and large
 * offsets included. */
#include "learn/learn.h"
#include "learn/numeric/site.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { M = 900, N = 70, MOST_D = 19, K = 4 };

static cx__site site;
static void open_site(void)
{
    cr_assert(cx__site_at("test", CX_CPU, &site) == CX_OK);
}
TestSuite(neighbours, .init = open_site);

static void compare(const double *train, const double *query, int64_t d, const char *what)
{
    double *norm = malloc(M * sizeof *norm), *rank = malloc(N * K * sizeof *rank),
           *want_rank = malloc(N * K * sizeof *rank);
    int64_t *index = malloc(N * K * sizeof *index), *want = malloc(N * K * sizeof *want);
    cr_assert(site.ops->row_norms(site.queue, train, M, d, norm) == CX_OK);
    cx_learn_neighbours call = {
        .m = M, .n = N, .d = d, .k = K, .train = train, .query = query, .p = 2};
    call.index = want;
    call.rank = want_rank;
    cr_assert(site.ops->neighbours(site.queue, &call) == CX_OK); /* without norms: a plain scan */
    call.norm = norm;
    call.index = index;
    call.rank = rank;
    cr_assert(site.ops->neighbours(site.queue, &call) == CX_OK);
    for (int i = 0; i < N * K; i++) {
        cr_expect(index[i] == want[i], "%s, %d columns: query %d, neighbour %d", what, (int)d,
                  i / K, i % K);
        cr_expect(rank[i] == want_rank[i]);
    }
    free(norm), free(rank), free(index), free(want), free(want_rank);
}

/* Few columns go through all rows, many by estimates in float32, which ties, offsets, repeated rows
 * and one that is far off leave open in different ways. */
static void check_kind(int kind, int d)
{
    static const char *const names[] = {"plain", "ties", "offset", "repeated", "far row", "units"};
    static double train[M * MOST_D], query[N * MOST_D];
    uint64_t state = 9;
    for (int i = 0; i < (M + N) * d; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double v = (double)(state >> 40) / 16777216.0;
        if (kind == 1) v = floor(4 * v); /* many equal distances */
        if (kind == 2) v += 1e7; /* |x|^2 is 1e14: the product knows no distance below 0.1 */
        if (kind == 4 && i < d) v *= 1e9;
        if (kind == 5) v *= 1e-200;
        if (i >= M * d)
            query[i - M * d] = v;
        else
            train[i] = kind == 3 && i >= 30 * d ? train[i - 30 * d] : v;
    }
    compare(train, query, d, names[kind]);
}

Test(neighbours, ties_and_offsets)
{
    static const int columns[] = {3, 8, MOST_D};
    for (int i = 0; i < 3; i++)
        for (int kind = 0; kind < 6; kind++) check_kind(kind, columns[i]);
}

/* Ranks have no root taken. */
Test(neighbours, metrics)
{
    const double a[] = {0, 0}, b[] = {3, -4};
    const double p[] = {1, 2, 3, INFINITY}, want[] = {7, 25, 91, 4};
    for (int i = 0; i < 4; i++) {
        double rank = -1;
        int64_t index = -1;
        const cx_learn_neighbours call = {.m = 1,
                                          .n = 1,
                                          .d = 2,
                                          .k = 1,
                                          .train = a,
                                          .query = b,
                                          .p = p[i],
                                          .index = &index,
                                          .rank = &rank};
        cr_assert(site.ops->neighbours(site.queue, &call) == CX_OK);
        cr_expect(index == 0 && fabs(rank - want[i]) < 1e-12, "%g", rank);
    }
}

Test(neighbours, votes)
{
    const int64_t index[] = {0, 1, 2}, code[] = {1, 0, 1};
    const double far[] = {1, 4, 16}, hit[] = {0, 1, 4};
    double share[2];
    cr_assert(site.ops->vote(site.queue, index, far, 1, 3, code, 2, false, 2, share) == CX_OK);
    cr_expect(share[0] == 1.0 / 3 && share[1] == 2.0 / 3);
    cr_assert(site.ops->vote(site.queue, index, far, 1, 3, code, 2, true, 2, share) == CX_OK);
    cr_expect(fabs(share[0] - 0.5 / 1.75) < 1e-15, "%g", share[0]);
    cr_assert(site.ops->vote(site.queue, index, hit, 1, 3, code, 2, true, 2, share) == CX_OK);
    cr_expect(share[0] == 0 && share[1] == 1);
}
