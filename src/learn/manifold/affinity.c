/* Joint probabilities: for every row a search by halving for the precision of its Gaussian, on all
 * threads, then the two directions of a pair together. Source: van der Maaten and Hinton, JMLR 9
 * (2008). */
#include "learn/manifold/affinity.h"

#include "base/threads.h"
#include <float.h>
#include <math.h>

enum { STEPS = 100 };

typedef struct rows {
    const float *square;
    int64_t m;
    bool skip_self;
    double entropy;
    double *p;
} rows;

/* Shares of one row at a precision; their entropy. */
static double shares(const float *square, int64_t m, int64_t skip, double beta, double *p)
{
    double sum = 0, mean = 0;
    for (int64_t j = 0; j < m; j++) {
        p[j] = j == skip ? 0 : exp(-(double)square[j] * beta);
        sum += p[j];
    }
    if (sum == 0) sum = (double)1e-8f;
    for (int64_t j = 0; j < m; j++) {
        p[j] /= sum;
        mean += (double)square[j] * p[j];
    }
    return log(sum) + beta * mean;
}

static void search(void *ctx, int64_t lo, int64_t hi)
{
    const rows *const r = ctx;
    for (int64_t i = lo; i < hi; i++) {
        double low = -(double)INFINITY, high = INFINITY, beta = 1;
        for (int step = 0; step < STEPS; step++) {
            const double off =
                shares(r->square + i * r->m, r->m, r->skip_self ? i : -1, beta, r->p + i * r->m) -
                r->entropy;
            if (fabs(off) <= (double)1e-5f) break;
            if (off > 0) {
                low = beta;
                beta = isinf(high) ? 2 * beta : (beta + high) / 2;
            } else {
                high = beta;
                beta = isinf(low) ? beta / 2 : (beta + low) / 2;
            }
        }
    }
}

cx_status cx__perplexity_rows(const float *square, int64_t n, int64_t m, double perplexity,
                              double *p)
{
    rows r = {.square = square, .m = m, .skip_self = m == n, .p = p};
    r.entropy = log((double)(float)perplexity);
    return cx__parallel_for(n, 1 + 4096 / m, search, &r);
}

cx_status cx__joint_near(const cx__nearby *near, double perplexity, cx__sparse *out)
{
    const int64_t count = near->n * near->count;
    float *const square = cx__scope_room((size_t)count * sizeof *square);
    double *const p = cx__scope_room((size_t)count * sizeof *p);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < count; i++) square[i] = (float)(near->distance[i] * near->distance[i]);
    CX__TRY(cx__perplexity_rows(square, near->n, near->count, perplexity, p));
    cx__sparse one;
    CX__TRY(cx__sparse_near(near, p, (double)NAN, &one));
    CX__TRY(cx__sparse_symmetric(&one, CX__BOTH_SUM, out));
    double sum = 0;
    const int64_t entries = out->start[out->n];
    for (int64_t e = 0; e < entries; e++) sum += out->value[e];
    sum = fmax(sum, DBL_EPSILON);
    for (int64_t e = 0; e < entries; e++) out->value[e] /= sum;
    return CX_OK;
}

cx_status cx__joint_all(const float *square, int64_t n, double perplexity, double *p)
{
    CX__TRY(cx__perplexity_rows(square, n, n, perplexity, p));
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            const double both = p[i * n + j] + p[j * n + i];
            p[i * n + j] = p[j * n + i] = both;
            sum += i == j ? both : 2 * both;
        }
    sum = fmax(sum, DBL_EPSILON);
    for (int64_t i = 0; i < n * n; i++) p[i] = fmax(p[i] / sum, DBL_EPSILON);
    for (int64_t i = 0; i < n; i++) p[i * n + i] = 0;
    return CX_OK;
}
