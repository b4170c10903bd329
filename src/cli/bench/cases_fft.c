/* Fourier transforms. A check computes a few coefficients as the sum that they are. */
#include "bench.h"
#include <calx/fft.h>
#include <calx/ops.h>
#include <math.h>

enum { LENGTH = 1024, UNITS = 32 };

static cx_array *complex_numbers(const bench_job *j, cx_shape shape)
{
    const cx_array *const re = bench_random(j, shape, 1);
    return cx_astype(re, j->dtype == CX_F32 ? CX_C64 : CX_C128);
}
static void line(bench_job *j)
{
    j->host[0] = complex_numbers(j, CX_SHAPE(j->n));
}
static void plane(bench_job *j)
{
    j->host[0] = complex_numbers(j, CX_SHAPE(j->n, j->n));
}
static void lines(bench_job *j)
{
    j->host[0] = bench_random(j, CX_SHAPE(j->n, LENGTH), 1);
}

static void run_fft(bench_job *j)
{
    j->out[0] = cx_fft_fft(j->in[0], -1, NULL);
}
static void run_rfft(bench_job *j)
{
    j->out[0] = cx_fft_rfft(j->in[0], -1, NULL);
}
static void run_fft2(bench_job *j)
{
    j->out[0] = cx_fft_fft2(j->in[0], NULL);
}

/* coefficient (p, q) of a matrix of numbers, `each` doubles apart, against got (a pair) */
static bool coefficient_is(const bench_job *j, const double *x, int each, int64_t rows,
                           int64_t columns, int64_t p, int64_t q, const double *got)
{
    static const double mean = 0.5; /* left out: all angles share a bias */
    long double re = 0, im = 0;     /* more digits than what they judge */
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++) {
            const double turns = (double)(r * p % rows) / (double)rows +
                                 (double)(c * q % columns) / (double)columns,
                         v = x[(r * columns + c) * each] - mean;
            re += v * cos(2 * M_PI * turns);
            im -= v * sin(2 * M_PI * turns);
        }
    if (p == 0 && q == 0) re += (long double)mean * rows * columns;
    /* of numbers between 0 and 1 the norm is below the square root of their count */
    const double n = (double)rows * (double)columns, magnitude = sqrt(n) * log2(n + 2);
    return bench_near(j, got[0], (double)re, fmax(magnitude, fabs((double)re)), UNITS) &&
           bench_near(j, got[1], (double)im, magnitude, UNITS);
}
static bool right_fft(const bench_job *j)
{
    const int64_t first = 1 % j->n, third = j->n / 3;
    return coefficient_is(j, j->given[0], 2, 1, j->n, 0, first, j->got[0] + first * 2) &&
           coefficient_is(j, j->given[0], 2, 1, j->n, 0, third, j->got[0] + third * 2);
}
static bool right_fft2(const bench_job *j)
{
    const int64_t p = j->n / 3, q = j->n - 1;
    return coefficient_is(j, j->given[0], 2, j->n, j->n, p, q, j->got[0] + (p * j->n + q) * 2);
}
static bool right_rfft(const bench_job *j)
{
    enum { HALF = LENGTH / 2 + 1 };
    for (int k = 0; bench_sample(j->n * HALF, k) >= 0; k++) {
        const int64_t i = bench_sample(j->n * HALF, k), at = i / HALF;
        if (!coefficient_is(j, j->given[0] + at * LENGTH, 1, 1, LENGTH, 0, i % HALF,
                            j->got[0] + i * 2))
            return false;
    }
    return true;
}

static const bench_sizes powers = {{1024, 8192, 65536, 524288, 4194304}, {1024, 65536, 1048576}},
                         primes = {{1009, 10007, 100003, 1000003}, {10007, 100003}},
                         sides = {{64, 128, 256, 512, 1024, 2048, 4096}, {64, 512}},
                         stacks = {{1, 10, 100, 1000, 10000}, {10, 1000}};
#define ROW(name_, unit_, sizes_, flops_, power_, log_, prepare_, run_, right_) \
    {.suite = "fft",                                                            \
     .name = name_,                                                             \
     .unit = unit_,                                                             \
     .sizes = &sizes_,                                                          \
     .flops = flops_,                                                           \
     .power = power_,                                                           \
     .log = log_,                                                               \
     .quick = true,                                                             \
     .prepare = prepare_,                                                       \
     .run = run_,                                                               \
     .right = right_},

static const bench_case cases[] = {
    ROW("fft", "elements", powers, 5, 1, true, line, run_fft, right_fft)
        ROW("fft of prime length", "elements", primes, 5, 1, true, line, run_fft, right_fft)
            ROW("rfft of 1024", "transforms", stacks, 2.5 * LENGTH * 10, 1, false, lines, run_rfft,
                right_rfft) ROW("fft2", "order", sides, 10, 2, true, plane, run_fft2, right_fft2)};

const bench_suite bench_fft = {"fft", cases, sizeof cases / sizeof *cases};
