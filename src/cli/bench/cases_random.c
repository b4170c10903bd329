/* Random numbers: a generator of the device fills an array. A check looks at the moments of what
 * was drawn, or that every number is there once. */
#include "bench.h"
#include <calx/random.h>
#include <math.h>
#include <stdlib.h>

static void generator(bench_job *j)
{
    j->generator = cx_default_rng(CX_SEED(1), j->device);
}

static void run_uniform(bench_job *j)
{
    j->out[0] = cx_rng_random(j->generator, CX_SHAPE(j->n), j->dtype);
}
static void run_normal(bench_job *j)
{
    j->out[0] = cx_rng_standard_normal(j->generator, CX_SHAPE(j->n), j->dtype);
}
enum { BELOW = 1000 };
static void run_integers(bench_job *j)
{
    j->out[0] = cx_rng_integers(j->generator, 0, BELOW, CX_SHAPE(j->n), CX_I64);
}
static void run_permutation(bench_job *j)
{
    j->out[0] = cx_rng_permutation(j->generator, cx_int(j->n), 0);
}

/* mean and standard deviation within six of the deviations that drawing has */
static bool moments_are(const bench_job *j, double mean, double spread)
{
    const double n = (double)j->n, *const x = j->got[0];
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < j->n; i++) {
        sum += x[i] - mean;
        squares += (x[i] - mean) * (x[i] - mean);
    }
    return j->size[0] == j->n && fabs(sum / n) < 6 * spread / sqrt(n) &&
           fabs(sqrt(squares / n) / spread - 1) < 6 / sqrt(n);
}
static bool right_uniform(const bench_job *j)
{
    return moments_are(j, 0.5, sqrt(1.0 / 12));
}
static bool right_normal(const bench_job *j)
{
    return moments_are(j, 0, 1);
}
static bool right_integers(const bench_job *j)
{
    return moments_are(j, (BELOW - 1) / 2.0, sqrt((1.0 * BELOW * BELOW - 1) / 12));
}
static bool right_permutation(const bench_job *j)
{
    unsigned char *const seen = calloc((size_t)j->n, 1);
    bool right = seen != NULL && j->size[0] == j->n;
    for (int64_t i = 0; right && i < j->n; i++) {
        const int64_t v = (int64_t)j->got[0][i];
        right = v >= 0 && v < j->n && seen[v]++ == 0;
    }
    free(seen);
    return right;
}

static const bench_sizes decades = {{1000, 10000, 100000, 1000000, 10000000},
                                    {1000, 100000, 1000000}};
#define ROW(name_, dtype_, run_, right_) \
    {.suite = "random",                  \
     .name = name_,                      \
     .unit = "elements",                 \
     .sizes = &decades,                  \
     .power = 1,                         \
     .quick = true,                      \
     .dtype = dtype_,                    \
     .prepare = generator,               \
     .run = run_,                        \
     .right = right_},

static const bench_case cases[] = {
    ROW("uniform", CX_DTYPE_NONE, run_uniform, right_uniform)
        ROW("normal", CX_DTYPE_NONE, run_normal, right_normal)
            ROW("integers", CX_I64, run_integers, right_integers)
                ROW("permutation", CX_I64, run_permutation, right_permutation)};

const bench_suite bench_draws = {"random", cases, sizeof cases / sizeof *cases};
