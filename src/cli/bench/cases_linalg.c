/* Products and factorisations. A check multiplies the factors back, at samples of the elements. */
#include "bench.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

enum { TALL = 32, SMALL = 4 };

/* ---- inputs */
static void one_square(bench_job *j)
{
    j->host[0] = cx_sub(bench_random(j, CX_SHAPE(j->n, j->n), 1), cx_float(0.5));
}
static void two_squares(bench_job *j)
{
    one_square(j);
    j->host[1] = cx_sub(bench_random(j, CX_SHAPE(j->n, j->n), 2), cx_float(0.5));
}
static void tall(bench_job *j)
{
    j->host[0] = cx_sub(bench_random(j, CX_SHAPE(j->n, TALL), 1), cx_float(0.5));
}
/* far from singular: n on the diagonal */
static cx_array *dominant(const cx_array *a, int64_t n)
{
    return cx_add(a, cx_mul(cx_eye(n, -1, 0, cx_dtype_of(a), CX_CPU), cx_float((double)n)));
}
static void system_of_equations(bench_job *j)
{
    one_square(j);
    j->host[0] = dominant(j->host[0], j->n);
    j->host[1] = bench_random(j, CX_SHAPE(j->n), 2);
}
static void symmetric(bench_job *j)
{
    one_square(j);
    j->host[0] = cx_add(j->host[0], cx_transpose(j->host[0]));
}
static void definite(bench_job *j)
{
    symmetric(j);
    j->host[0] = dominant(j->host[0], j->n);
}
static void stack_of_two(bench_job *j)
{
    j->host[0] = bench_random(j, CX_SHAPE(j->n, SMALL, SMALL), 1);
    j->host[1] = bench_random(j, CX_SHAPE(j->n, SMALL, SMALL), 2);
}
static void stack_of_systems(bench_job *j)
{
    stack_of_two(j);
    j->host[0] = dominant(j->host[0], SMALL);
    j->host[1] = bench_random(j, CX_SHAPE(j->n, SMALL, 1), 2);
}

/* ---- work */
static void run_matmul(bench_job *j)
{
    j->out[0] = cx_matmul(j->in[0], j->in[1]);
}
static void run_gram(bench_job *j)
{
    j->out[0] = cx_matmul(cx_transpose(j->in[0]), j->in[0]);
}
static void run_solve(bench_job *j)
{
    j->out[0] = cx_linalg_solve(j->in[0], j->in[1]);
}
static void run_cholesky(bench_job *j)
{
    j->out[0] = cx_linalg_cholesky(j->in[0], NULL);
}
static void run_qr(bench_job *j)
{
    const cx_qr f = cx_linalg_qr(j->in[0], NULL);
    j->out[0] = f.q;
    j->out[1] = f.r;
}
static void run_eigh(bench_job *j)
{
    const cx_eigh f = cx_linalg_eigh(j->in[0], NULL);
    j->out[0] = f.w;
    j->out[1] = f.v;
}
static void run_svd(bench_job *j)
{
    const cx_svd f = cx_linalg_svd(j->in[0], NULL);
    j->out[0] = f.u;
    j->out[1] = f.s;
    j->out[2] = f.vh;
}

/* ---- checks */
/* a row times a column, or another row: n numbers, each step apart, weighted if w is there */
static double dot(const double *a, int64_t step_a, const double *b, int64_t step_b, const double *w,
                  int64_t n)
{
    long double sum = 0; /* more digits than what it judges */
    for (int64_t k = 0; k < n; k++)
        sum += (long double)a[k * step_a] * b[k * step_b] * (w != NULL ? w[k] : 1);
    return (double)sum;
}
/* samples of an m x n result, by what its element at (row, column) has to be */
static bool elements_are(const bench_job *j, int64_t m, int64_t n, double magnitude, double units,
                         double (*difference)(const bench_job *j, int64_t row, int64_t column))
{
    for (int k = 0; bench_sample(m * n, k) >= 0; k++) {
        const int64_t i = bench_sample(m * n, k);
        if (!bench_near(j, difference(j, i / n, i % n), 0, magnitude, units)) return false;
    }
    return true;
}
static double off_matmul(const bench_job *j, int64_t r, int64_t c)
{
    return j->got[0][r * j->n + c] -
           dot(j->given[0] + r * j->n, 1, j->given[1] + c, j->n, NULL, j->n);
}
static bool right_matmul(const bench_job *j)
{
    return elements_are(j, j->n, j->n, sqrt((double)j->n), 16, off_matmul);
}
static double off_gram(const bench_job *j, int64_t r, int64_t c)
{
    return j->got[0][r * TALL + c] - dot(j->given[0] + r, TALL, j->given[0] + c, TALL, NULL, j->n);
}
static bool right_gram(const bench_job *j)
{
    return elements_are(j, TALL, TALL, (double)j->n, 16, off_gram);
}
static double off_solve(const bench_job *j, int64_t r, int64_t c)
{
    (void)c;
    return dot(j->given[0] + r * j->n, 1, j->got[0], 1, NULL, j->n) - j->given[1][r];
}
static bool right_solve(const bench_job *j)
{
    return elements_are(j, j->n, 1, sqrt((double)j->n), 16, off_solve);
}
static double off_cholesky(const bench_job *j, int64_t r, int64_t c)
{
    const int64_t both = r < c ? r : c;
    return dot(j->got[0] + r * j->n, 1, j->got[0] + c * j->n, 1, NULL, both + 1) -
           j->given[0][r * j->n + c];
}
static bool right_cholesky(const bench_job *j)
{
    return elements_are(j, j->n, j->n, 2 * (double)j->n, 8, off_cholesky);
}
static double off_qr(const bench_job *j, int64_t r, int64_t c)
{
    return dot(j->got[0] + r * j->n, 1, j->got[1] + c, j->n, NULL, j->n) -
           j->given[0][r * j->n + c];
}
static double off_eigh(const bench_job *j, int64_t r, int64_t c)
{
    return dot(j->got[1] + r * j->n, 1, j->got[1] + c * j->n, 1, j->got[0], j->n) -
           j->given[0][r * j->n + c];
}
static double off_svd(const bench_job *j, int64_t r, int64_t c)
{
    return dot(j->got[0] + r * j->n, 1, j->got[2] + c, j->n, j->got[1], j->n) -
           j->given[0][r * j->n + c];
}
/* factors whose errors are those of the matrix's norm, about the square root of n here */
#define RIGHT(name)                                                             \
    static bool right_##name(const bench_job *j)                                \
    {                                                                           \
        return elements_are(j, j->n, j->n, sqrt((double)j->n), 64, off_##name); \
    }
RIGHT(qr)
RIGHT(eigh)
RIGHT(svd)

static bool right_stack_matmul(const bench_job *j)
{
    enum { EACH = SMALL * SMALL };
    for (int k = 0; bench_sample(j->n * EACH, k) >= 0; k++) {
        const int64_t i = bench_sample(j->n * EACH, k), at = i / EACH * EACH, r = i % EACH / SMALL,
                      c = i % SMALL;
        const double want =
            dot(j->given[0] + at + r * SMALL, 1, j->given[1] + at + c, SMALL, NULL, SMALL);
        if (!bench_near(j, j->got[0][i], want, SMALL, 4)) return false;
    }
    return true;
}
static bool right_stack_solve(const bench_job *j)
{
    for (int k = 0; bench_sample(j->n * SMALL, k) >= 0; k++) {
        const int64_t i = bench_sample(j->n * SMALL, k), at = i / SMALL;
        const double left = dot(j->given[0] + i * SMALL, 1, j->got[0] + at * SMALL, 1, NULL, SMALL);
        if (!bench_near(j, left, j->given[1][i], SMALL, 16)) return false;
    }
    return true;
}

static const bench_sizes products = {{64, 128, 256, 512, 1024, 2048, 4096, 8192}, {64, 256, 1024}},
                         factors = {{64, 128, 256, 512, 1024, 2048, 4096}, {64, 256, 512}},
                         spectra = {{64, 128, 256, 512, 1024, 2048}, {64, 256}},
                         rows = {{1000, 10000, 100000, 1000000}, {1000, 100000}},
                         stacks = {{100, 1000, 10000, 100000, 1000000}, {1000, 100000}};
#define ROW(name_, unit_, sizes_, flops_, power_, prepare_, run_, right_) \
    {.suite = "linalg",                                                   \
     .name = name_,                                                       \
     .unit = unit_,                                                       \
     .sizes = &sizes_,                                                    \
     .flops = flops_,                                                     \
     .power = power_,                                                     \
     .quick = true,                                                       \
     .prepare = prepare_,                                                 \
     .run = run_,                                                         \
     .right = right_},

static const bench_case cases[] = {
    ROW("matmul", "order", products, 2, 3, two_squares, run_matmul, right_matmul)
        ROW("gram n x 32", "rows", rows, 1.0 * TALL * TALL, 1, tall, run_gram, right_gram) ROW(
            "solve", "order", factors, 2.0 / 3, 3, system_of_equations, run_solve, right_solve)
            ROW("cholesky", "order", factors, 1.0 / 3, 3, definite, run_cholesky, right_cholesky)
                ROW("qr", "order", factors, 8.0 / 3, 3, one_square, run_qr, right_qr)
                    ROW("eigh", "order", spectra, 9, 3, symmetric, run_eigh, right_eigh)
                        ROW("svd", "order", spectra, 22, 3, one_square, run_svd, right_svd)
                            ROW("matmul 4 x 4", "matrices", stacks, 128, 1, stack_of_two,
                                run_matmul, right_stack_matmul)
                                ROW("solve 4 x 4", "matrices", stacks, 75, 1, stack_of_systems,
                                    run_solve, right_stack_solve)};

const bench_suite bench_linalg = {"linalg", cases, sizeof cases / sizeof *cases};
