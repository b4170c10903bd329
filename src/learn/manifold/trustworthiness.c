/* Trustworthiness of an embedding. Ranks of few neighbours are counts of smaller distances: no row
 * is sorted, and distances go by in pieces. */
#include <calx/manifold.h>

#include "base/threads.h"
#include "learn/manifold/near.h"
#include "ops/primitives.h"
#include <math.h>

typedef struct ranking {
    cx__site site;
    cx__nearby near; /* in the embedding */
    const double *distance;
    int64_t first;   /* row of the piece */
    double *penalty; /* [n] */
} ranking;

static void rank_rows(void *ctx, int64_t lo, int64_t hi)
{
    const ranking *const r = ctx;
    const int64_t n = r->near.n, k = r->near.count;
    for (int64_t row = lo; row < hi; row++) {
        const double *const d = r->distance + row * n;
        const int64_t i = r->first + row;
        double sum = 0;
        for (int64_t e = 0; e < k; e++) {
            const int64_t j = r->near.index[i * k + e];
            int64_t before = 0;
            for (int64_t l = 0; l < j; l++) before += d[l] <= d[j];
            for (int64_t l = j + 1; l < n; l++) before += d[l] < d[j];
            before -= i < j ? d[i] <= d[j] : d[i] < d[j]; /* the row itself has no rank */
            if (before + 1 > k) sum += (double)(before + 1 - k);
        }
        r->penalty[i] = sum;
    }
}

static cx_status rank_piece(void *ctx, const cx_array *distances, int64_t start)
{
    ranking *const r = ctx;
    r->distance = cx__near_numbers(&r->site, distances);
    CX__TRY(cx__so_far());
    r->first = start;
    return cx__parallel_for(cx_dim(distances, 0), 8, rank_rows, r);
}

static cx_status check(const cx_array *x, const cx_array *embedded, int64_t k)
{
    static const char where[] = "trustworthiness";
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    CX__NEED(where, "embedded", embedded, CX__KIND_ARRAY);
    if (cx_ndim(x) != 2 || cx_ndim(embedded) != 2 || cx_dim(x, 0) != cx_dim(embedded, 0))
        return cx__fail(CX_E_SHAPE, where, "x and embedded are matrices of as many rows");
    if (k < 1 || 2 * k >= cx_dim(x, 0))
        return cx__fail(CX_E_ARGUMENT, where,
                        "n_neighbors=%lld is not less than half of n_samples=%lld", (long long)k,
                        (long long)cx_dim(x, 0));
    return CX_OK;
}

static cx_status trust(const cx_array *x, const cx_array *embedded,
                       const cx_trustworthiness_opts *o, double *out)
{
    const int64_t k = o->n_neighbors != 0 ? o->n_neighbors : 5;
    CX__TRY(check(x, embedded, k));
    const int64_t n = cx_dim(x, 0);
    ranking r = {.first = 0};
    CX__TRY(cx__site_of("trustworthiness", x, &r.site));
    const cx__near_opts plain = {.pairwise.struct_size = sizeof plain.pairwise};
    CX__TRY(cx__near_lists(&r.site, embedded, NULL, &plain, k, &r.near));
    r.penalty = cx__scope_room((size_t)n * sizeof *r.penalty);
    CX__TRY(cx__so_far());
    const char *const metric = o->metric != NULL ? o->metric : "euclidean";
    CX__TRY(cx_pairwise_distances_chunked(x, NULL, metric, NULL, rank_piece, &r));
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += r.penalty[i];
    const double rows = (double)n, count = (double)k;
    *out = 1 - sum * (2 / (rows * count * (2 * rows - 3 * count - 1)));
    return CX_OK;
}

double cx_trustworthiness(const cx_array *x, const cx_array *embedded,
                          const cx_trustworthiness_opts *o)
{
    cx_trustworthiness_opts own = {.struct_size = 0};
    double out = NAN;
    if (cx_check(CX__OPTIONS("trustworthiness", o, &own)) != CX_OK) return (double)NAN;
    const cx_scope scope = cx_scope_open();
    const cx_status st = cx__give_status(scope, trust(x, embedded, &own, &out));
    return cx_check(st) == CX_OK ? out : (double)NAN;
}
