/* Neighbours found through products must be those of a plain scan, ties and large offsets included.
 */
#include "learn/neighbors/brute.h"

#include "learn/numeric/numeric.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { M = 900, N = 70, D = 3, K = 4 };

static void compare(const double *train, const double *query, const char *what)
{
    const cx__metric metric = {.p = 2, .d = D};
    double *norm = malloc(M * sizeof *norm), *rank = malloc(N * K * sizeof *rank), want_rank[K];
    int64_t *index = malloc(N * K * sizeof *index), want[K];
    for (int i = 0; i < M; i++) norm[i] = cx__dot(train + i * D, train + i * D, D);
    cr_assert(cx__brute_neighbours("test", &metric, train, norm, M, query, N, K, index, rank) ==
              CX_OK);
    for (int i = 0; i < N; i++) {
        cx__scan_neighbours(&metric, train, M, query + i * D, K, want, want_rank);
        for (int a = 0; a < K; a++) {
            cr_expect(index[i * K + a] == want[a], "%s: query %d, neighbour %d", what, i, a);
            cr_expect(rank[i * K + a] == want_rank[a]);
        }
    }
    free(norm), free(rank), free(index);
}

Test(neighbours, ties_and_offsets)
{
    static double train[M * D], query[N * D];
    uint64_t state = 9;
    for (int kind = 0; kind < 3; kind++) {
        for (int i = 0; i < (M + N) * D; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            double v = (double)(state >> 40) / 16777216.0;
            if (kind == 1) v = floor(4 * v); /* many equal distances */
            if (kind == 2) v += 1e7; /* |x|^2 is 1e14: the product knows no distance below 0.1 */
            if (i < M * D)
                train[i] = v;
            else
                query[i - M * D] = v;
        }
        compare(train, query, kind == 0 ? "plain" : kind == 1 ? "ties" : "offset");
    }
}

Test(neighbours, metrics)
{
    const double a[] = {0, 0}, b[] = {3, -4};
    const double p[] = {1, 2, 3, INFINITY}, want[] = {7, 5, 4.497941445275415, 4};
    for (int i = 0; i < 4; i++) {
        const cx__metric m = {.p = p[i], .d = 2};
        cr_expect(fabs(cx__metric_distance(&m, cx__metric_rank(&m, a, b)) - want[i]) < 1e-14);
    }
}
