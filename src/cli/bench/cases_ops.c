/* Operations that are more than one elementwise row: formulas, reductions, order, movement. A check
 * recomputes samples of the result one after the other from the inputs. */
#include "bench.h"
#include <calx/eval.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <math.h>

enum { COLUMNS = 64, BINS = 100, STEPS = 1000, REPEATS = 4 };

/* ---- inputs */
static cx_array *shuffled(const bench_job *j)
{
    return cx_rng_permutation(cx_default_rng(CX_SEED(3), CX_CPU), cx_int(j->n), 0);
}
static void one(bench_job *j)
{
    j->host[0] = bench_random(j, CX_SHAPE(j->n), 1);
}
static void two(bench_job *j)
{
    one(j);
    j->host[1] = bench_random(j, CX_SHAPE(j->n), 2);
}
static void columns(bench_job *j)
{
    j->host[0] = bench_random(j, CX_SHAPE((j->n + COLUMNS - 1) / COLUMNS, COLUMNS), 1);
}
static void square(bench_job *j)
{
    const int64_t side = (int64_t)sqrt((double)j->n);
    j->host[0] = bench_random(j, CX_SHAPE(side, side), 1);
}
static void order(bench_job *j)
{
    j->host[0] = cx_astype(shuffled(j), j->dtype);
}
static void repeated(bench_job *j)
{
    j->host[0] = cx_astype(cx_floor_divide(shuffled(j), cx_int(REPEATS)), j->dtype);
}
static void sorted_and_wanted(bench_job *j)
{
    j->host[0] = cx_arange_i64(0, j->n, 1, j->dtype, CX_CPU);
    order(j);
    j->host[1] = j->host[0];
    j->host[0] = cx_sort(j->host[0], 0);
}
static void one_and_places(bench_job *j)
{
    one(j);
    j->host[1] = shuffled(j);
}
static void one_and_mask(bench_job *j)
{
    one(j);
    j->host[1] = cx_less(bench_random(j, CX_SHAPE(j->n), 2), cx_float(0.5));
}
/* numbers that stand far from the edges of the bins */
static void on_steps(bench_job *j)
{
    const cx_array *const step = cx_remainder(shuffled(j), cx_int(STEPS));
    j->host[0] = cx_astype(cx_div(cx_add(step, cx_float(0.5)), cx_float(STEPS)), j->dtype);
}

/* ---- work */
static void run_formula(bench_job *j)
{
    j->out[0] = cx_eval("x, y: 2*x + 3*y - 1", j->in[0], j->in[1]);
}
static void run_gauss(bench_job *j)
{
    j->out[0] = cx_eval("x: exp(-x*x / 2) * 0.3989422804014327", j->in[0]);
}
static void run_sum(bench_job *j)
{
    j->out[0] = cx_sum(j->in[0], CX_ALL);
}
static void run_std(bench_job *j)
{
    j->out[0] = cx_std(j->in[0], CX_AXIS(0));
}
static void run_argmax(bench_job *j)
{
    j->out[0] = cx_argmax(j->in[0], CX_ALL);
}
static void run_cumsum(bench_job *j)
{
    j->out[0] = cx_cumsum(j->in[0], 0);
}
static void run_mask(bench_job *j)
{
    j->out[0] = cx_mask(j->in[0], j->in[1]);
}
static void run_sort(bench_job *j)
{
    j->out[0] = cx_sort(j->in[0], 0);
}
static void run_argsort(bench_job *j)
{
    j->out[0] = cx_argsort(j->in[0], 0);
}
static void run_searchsorted(bench_job *j)
{
    j->out[0] = cx_searchsorted(j->in[0], j->in[1], CX_LEFT);
}
static void run_unique(bench_job *j)
{
    j->out[0] = cx_unique(j->in[0], NULL).values;
}
static void run_take(bench_job *j)
{
    j->out[0] = cx_take(j->in[0], j->in[1], 0);
}
static void run_transpose(bench_job *j)
{
    j->out[0] = cx_copy(cx_transpose(j->in[0]));
}
static void run_copy(bench_job *j)
{
    j->out[0] = cx_copy(j->in[0]);
}
static void run_histogram(bench_job *j)
{
    j->out[0] = cx_histogram(j->in[0], CX_OPTS(cx_histogram_opts, .bins = BINS, .first = CX_SET(0),
                                               .last = CX_SET(1)))
                    .counts;
}

/* ---- what element i of the result has to be */
static double want_formula(const bench_job *j, int64_t i)
{
    return 2 * j->given[0][i] + 3 * j->given[1][i] - 1;
}
static double want_gauss(const bench_job *j, int64_t i)
{
    return exp(-j->given[0][i] * j->given[0][i] / 2) * 0.3989422804014327;
}
static double want_cumsum(const bench_job *j, int64_t i)
{
    long double sum = 0; /* more digits than what it judges */
    for (int64_t k = 0; k <= i; k++) sum += j->given[0][k];
    return (double)sum;
}
static double want_sum(const bench_job *j, int64_t i)
{
    (void)i;
    return want_cumsum(j, j->n - 1);
}
static double want_std(const bench_job *j, int64_t i)
{
    const int64_t rows = cx_dim(j->host[0], 0);
    long double mean = 0, squares = 0;
    for (int64_t k = 0; k < rows; k++) mean += j->given[0][k * COLUMNS + i] / (long double)rows;
    for (int64_t k = 0; k < rows; k++) {
        const long double d = j->given[0][k * COLUMNS + i] - mean;
        squares += d * d;
    }
    return sqrt((double)(squares / (long double)rows));
}
static double want_argmax(const bench_job *j, int64_t i)
{
    int64_t at = i;
    for (int64_t k = 0; k < j->n; k++)
        if (j->given[0][k] > j->given[0][at]) at = k;
    return (double)at;
}
static double want_mask(const bench_job *j, int64_t i)
{
    int64_t k = 0;
    for (int64_t left = i; k < j->n; k++)
        if (j->given[1][k] != 0 && left-- == 0) return j->given[0][k];
    return NAN; /* there are not so many */
}
static double want_index(const bench_job *j, int64_t i)
{
    return j->dtype == CX_F32 ? (double)(float)i : (double)i;
}
static double want_take(const bench_job *j, int64_t i)
{
    return j->given[0][(int64_t)j->given[1][i]];
}
static double want_transpose(const bench_job *j, int64_t i)
{
    const int64_t side = cx_dim(j->host[0], 0);
    return j->given[0][i % side * side + i / side];
}
static double want_copy(const bench_job *j, int64_t i)
{
    return j->given[0][i];
}
static double want_histogram(const bench_job *j, int64_t i)
{
    double count = 0;
    for (int64_t k = 0; k < j->n; k++) count += (int64_t)(j->given[0][k] * BINS) == i;
    return count;
}

/* samples of the result against `want`, so many roundings apart at most */
static bool samples_are(const bench_job *j, int64_t size, double units,
                        double (*want)(const bench_job *j, int64_t i))
{
    if (j->size[0] != size) return false;
    for (int k = 0; bench_sample(size, k) >= 0; k++) {
        const int64_t i = bench_sample(size, k);
        const double w = want(j, i);
        if (!bench_near(j, j->got[0][i], w, fmax(fabs(w), units > 0), units)) return false;
    }
    return true;
}
/* the values that the places of the result have are in order: what sorts, or finds, is right */
static bool right_argsort(const bench_job *j)
{
    for (int k = 0; bench_sample(j->n, k) >= 0; k++) {
        const int64_t i = bench_sample(j->n, k), at = (int64_t)j->got[0][i];
        if (at < 0 || at >= j->n || j->given[0][at] != want_index(j, i)) return false;
    }
    return j->size[0] == j->n;
}
static bool right_searchsorted(const bench_job *j)
{
    for (int k = 0; bench_sample(j->n, k) >= 0; k++) {
        const int64_t i = bench_sample(j->n, k), at = (int64_t)j->got[0][i];
        if (at < 0 || at >= j->n || j->given[0][at] != j->given[1][i]) return false;
    }
    return j->size[0] == j->n;
}
#define RIGHT(name, size, units)                             \
    static bool right_##name(const bench_job *j)             \
    {                                                        \
        return samples_are(j, (size), (units), want_##name); \
    }
RIGHT(formula, j->n, 8)
RIGHT(gauss, j->n, 8)
RIGHT(sum, 1, 64)
RIGHT(std, COLUMNS, 64)
RIGHT(argmax, 1, 0)
RIGHT(cumsum, j->n, 4 * sqrt((double)j->n) + 16)
RIGHT(take, j->n, 0)
RIGHT(transpose, cx_size(j->host[0]), 0)
RIGHT(copy, j->n, 0)
RIGHT(histogram, BINS, 0)
RIGHT(index, j->n, 0)
static bool right_unique(const bench_job *j)
{
    return samples_are(j, (j->n + REPEATS - 1) / REPEATS, 0, want_index);
}
static bool right_mask(const bench_job *j)
{
    int64_t count = 0;
    for (int64_t k = 0; k < j->n; k++) count += j->given[1][k] != 0;
    return samples_are(j, count, 0, want_mask);
}

static const bench_sizes decades = {{1000, 10000, 100000, 1000000, 10000000},
                                    {1000, 100000, 1000000}};
#define ROW(name_, flops_, prepare_, run_, right_) \
    {.suite = "ops",                               \
     .name = name_,                                \
     .unit = "elements",                           \
     .sizes = &decades,                            \
     .flops = flops_,                              \
     .power = 1,                                   \
     .quick = true,                                \
     .prepare = prepare_,                          \
     .run = run_,                                  \
     .right = right_},

static const bench_case cases[] = {
    ROW("copy", 0, one, run_copy, right_copy) ROW("transpose", 0, square, run_transpose,
                                                  right_transpose) ROW("a*x+b*y-c", 4, two,
                                                                       run_formula, right_formula)
        ROW("exp(-x*x/2)*k", 4, one, run_gauss, right_gauss) ROW("sum", 1, one, run_sum, right_sum)
            ROW("std axis=0", 4, columns, run_std, right_std)
                ROW("argmax", 0, one, run_argmax, right_argmax)
                    ROW("cumsum", 1, one, run_cumsum, right_cumsum)
                        ROW("mask", 0, one_and_mask, run_mask, right_mask)
                            ROW("take", 0, one_and_places, run_take, right_take)
                                ROW("sort", 0, order, run_sort, right_index)
                                    ROW("argsort", 0, order, run_argsort, right_argsort)
                                        ROW("searchsorted", 0, sorted_and_wanted, run_searchsorted,
                                            right_searchsorted)
                                            ROW("unique", 0, repeated, run_unique, right_unique)
                                                ROW("histogram", 0, on_steps, run_histogram,
                                                    right_histogram)};

const bench_suite bench_ops = {"ops", cases, sizeof cases / sizeof *cases};
