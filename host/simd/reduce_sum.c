/* Sums, products and variances of one block, for each ISA level. The one idea: a fixed order of
 * additions, wide enough to run at the speed of memory. Blocks are contiguous and in the load
 * dtype; who cuts them is not known here. */
#include "simd.h"
#include "reduce.h"
#include <string.h>

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)
#define LANES(S) NAME(lanes, S)
/* Long blocks ask for their lines a page ahead: the processor's own look ends where a page does. */
enum { AHEAD = 4096, AHEAD_FROM = 1 << 14 };

HOST_VECTOR(float, vf32);
HOST_VECTOR(double, vf64);
HOST_VECTOR(uint64_t, vu64);

#define T float
#define V vf32
#define S f32
#include "loops/reduce_sum.inc"
#define T double
#define V vf64
#define S f64
#include "loops/reduce_sum.inc"
#define T uint64_t
#define V vu64
#define S u64
#include "loops/reduce_sum.inc"

static void sum_f32(const void *x, int64_t n, host_red_state *s)
{
    float t[lanes_f32];
    total_f32(x, n, 1, t);
    s->v.re = (double)t[0];
}
static void sum_f64(const void *x, int64_t n, host_red_state *s)
{
    double t[lanes_f64];
    total_f64(x, n, 1, t);
    s->v.re = t[0];
}
static void sum_u64(const void *x, int64_t n, host_red_state *s)
{
    uint64_t t[lanes_u64];
    total_u64(x, n, 1, t);
    s->v.u64 = t[0];
}
static void sum_c64(const void *x, int64_t n, host_red_state *s)
{
    float t[lanes_f32];
    total_f32(x, 2 * n, 2, t);
    s->v.c128 = (cx_complex128){(double)t[0], (double)t[1]};
}
static void sum_c128(const void *x, int64_t n, host_red_state *s)
{
    double t[lanes_f64];
    total_f64(x, 2 * n, 2, t);
    s->v.c128 = (cx_complex128){t[0], t[1]};
}

static void prod_f32(const void *x, int64_t n, host_red_state *s)
{
    s->v.re = (double)product_f32(x, n);
}
static void prod_f64(const void *x, int64_t n, host_red_state *s)
{
    s->v.re = product_f64(x, n);
}
static void prod_u64(const void *x, int64_t n, host_red_state *s)
{
    s->v.u64 = product_u64(x, n);
}
static void prod_c64(const void *x, int64_t n, host_red_state *s)
{
    const cx_complex64 *z = x;
    float re = z[0].re, im = z[0].im;
    for (int64_t i = 1; i < n; i++) {
        const float t = re * z[i].re - im * z[i].im;
        im = re * z[i].im + im * z[i].re;
        re = t;
    }
    s->v.c128 = (cx_complex128){(double)re, (double)im};
}
static void prod_c128(const void *x, int64_t n, host_red_state *s)
{
    const cx_complex128 *z = x;
    double re = z[0].re, im = z[0].im;
    for (int64_t i = 1; i < n; i++) {
        const double t = re * z[i].re - im * z[i].im;
        im = re * z[i].im + im * z[i].re;
        re = t;
    }
    s->v.c128 = (cx_complex128){re, im};
}

/* Sum of squared deviations; even elements from m0, odd ones from m1 (alike for real numbers). */
static double deviations(const double *x, int64_t n, double m0, double m1)
{
    enum { W = 4 * lanes_f64 };
    double m[W], sum[W] = {0};
    for (int j = 0; j < W; j++) m[j] = j & 1 ? m1 : m0;
    int64_t i = 0;
    for (; i + W <= n; i += W)
        for (int j = 0; j < W; j++) {
            const double p = x[i + j] - m[j];
            sum[j] += p * p;
        }
    double t[lanes_f64] = {0};
    vf64 v[4];
    memcpy(v, sum, sizeof v);
    if (i > 0) fold_f64(v, 1, t);
    for (; i < n; i++) {
        const double p = x[i] - (i & 1 ? m1 : m0);
        t[0] += p * p;
    }
    return t[0];
}
static void var_f64(const void *x, int64_t n, host_red_state *s)
{
    double t[lanes_f64];
    total_f64(x, n, 1, t);
    s->v.re = t[0] / (double)n;
    s->m2 = deviations(x, n, s->v.re, s->v.re);
}
static void var_c128(const void *x, int64_t n, host_red_state *s)
{
    double t[lanes_f64];
    total_f64(x, 2 * n, 2, t);
    s->v.c128 = (cx_complex128){t[0] / (double)n, t[1] / (double)n};
    s->m2 = deviations(x, 2 * n, s->v.c128.re, s->v.c128.im);
}

static void dev_rows(const char *x, int64_t row_stride, int64_t rows, int64_t w,
                     const double *restrict mean, double *restrict m2)
{
    int64_t r = 0;
    for (; r + 2 <= rows; r += 2) {
        const double *x0 = (const double *)(const void *)(x + r * row_stride);
        const double *x1 = (const double *)(const void *)(x + (r + 1) * row_stride);
        for (int64_t j = 0; j < w; j++) {
            const double p = x0[j] - mean[j], q = x1[j] - mean[j];
            m2[j] += p * p + q * q;
        }
    }
    for (; r < rows; r++) {
        const double *x0 = (const double *)(const void *)(x + r * row_stride);
        for (int64_t j = 0; j < w; j++) {
            const double p = x0[j] - mean[j];
            m2[j] += p * p;
        }
    }
}

/* Complex rows are real rows of twice the width. */
static void sum_rows_c64(const char *x, int64_t row_stride, int64_t rows, int64_t w, void *acc)
{
    sum_rows_f32(x, row_stride, rows, 2 * w, acc);
}
static void sum_rows_c128(const char *x, int64_t row_stride, int64_t rows, int64_t w, void *acc)
{
    sum_rows_f64(x, row_stride, rows, 2 * w, acc);
}

const host_red_sums CX_ISA_NAME(host_red_sums) = {
    .sum = {[CX_F32] = sum_f32,
            [CX_F64] = sum_f64,
            [CX_U64] = sum_u64,
            [CX_I64] = sum_u64,
            [CX_C64] = sum_c64,
            [CX_C128] = sum_c128},
    .prod = {[CX_F32] = prod_f32,
             [CX_F64] = prod_f64,
             [CX_U64] = prod_u64,
             [CX_I64] = prod_u64,
             [CX_C64] = prod_c64,
             [CX_C128] = prod_c128},
    .var = {[CX_F64] = var_f64, [CX_C128] = var_c128},
    .sum_rows = {[CX_F32] = sum_rows_f32,
                 [CX_F64] = sum_rows_f64,
                 [CX_U64] = sum_rows_u64,
                 [CX_I64] = sum_rows_u64,
                 [CX_C64] = sum_rows_c64,
                 [CX_C128] = sum_rows_c128},
    .prod_rows = {[CX_F32] = prod_rows_f32,
                  [CX_F64] = prod_rows_f64,
                  [CX_U64] = prod_rows_u64,
                  [CX_I64] = prod_rows_u64},
    .dev_rows = dev_rows,
};
