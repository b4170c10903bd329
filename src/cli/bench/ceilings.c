/* What a device can do, measured: copies of growing size, a large product in float64 and float32,
 * transfers. Sizes grow until one call takes long enough, so that a slow device is not kept busy.
 */
#include "bench.h"
#include <calx/linalg.h>
#include <calx/ops.h>
#include <math.h>

static const size_t GIB = (size_t)1 << 30;
static const bench_budget budgets[2] = {{0.1, 5, 200}, {0.005, 3, 50}};

static void copy_it(void *ctx)
{
    (void)cx_copy(ctx);
}
/* the same as an elementwise operation, whose call is shorter and whose loop may be another */
static void copy_elements(void *ctx)
{
    (void)cx_positive(ctx);
}
typedef struct crossing {
    const cx_array *from;
    cx_device to;
} crossing;
static void move_it(void *ctx)
{
    const crossing *const c = ctx;
    (void)cx_to(c->from, c->to);
    if (c->to.kind != CX_DEVICE_CPU) cx_check(cx_device_sync(c->to));
}
static void multiply_it(void *ctx)
{
    (void)cx_matmul(ctx, ctx);
}

static bench_clock clock_of(cx_device d)
{
    return d.kind == CX_DEVICE_CPU ? BENCH_HOST : BENCH_EVENTS;
}

/* copies from 8 KiB on; the best of each size, both ways counted; the last size into *last */
static void measure_copies(bench_ceiling *c, const bench_budget *b, double enough, size_t most,
                           cx_array **last)
{
    for (int64_t n = 1024; c->copies < BENCH_CURVE; n *= 4) {
        cx_array *const a = cx_ones(CX_SHAPE(n), CX_F64, c->device);
        const bench_clock clock = clock_of(c->device);
        const double whole = bench_samples(c->device, clock, b, copy_it, a).best,
                     best = fmin(whole, bench_samples(c->device, clock, b, copy_elements, a).best);
        if (!cx_ok()) return;
        const double bytes = 2 * (double)cx_nbytes(a);
        c->copy[c->copies++] = (bench_rate){bytes, bytes / best};
        *last = a;
        if (best > enough || cx_nbytes(a) * 4 > most) return;
    }
}

static double measure_product(cx_device d, const bench_budget *b, cx_dtype t, double enough)
{
    double best = 0;
    for (int64_t n = 64; n <= 16384; n *= 2) {
        cx_array *const a = cx_full(CX_SHAPE(n, n), cx_float(1 / (double)n), t, d);
        const bench_stats s = bench_samples(d, clock_of(d), b, multiply_it, a);
        if (!cx_ok()) return NAN;
        best = fmax(best, 2 * pow((double)n, 3) / s.best);
        if (s.best > enough) break;
    }
    return best;
}

bench_ceiling bench_ceiling_of(cx_device d, bool quick)
{
    bench_ceiling c = {.device = d, .to = NAN, .from = NAN};
    const bench_budget *const b = &budgets[quick];
    cx_device_info info;
    cx_check(cx_device_info_get(d, &info));
    const cx_scope s = cx_scope_open();
    cx_array *large = NULL;
    const size_t eighth = info.memory_total / 8, most = eighth < GIB ? eighth : GIB;
    measure_copies(&c, b, quick ? 0.002 : 0.02, most, &large);
    c.product[0] = measure_product(d, b, CX_F64, quick ? 0.01 : 0.05);
    c.product[1] = measure_product(d, b, CX_F32, quick ? 0.01 : 0.05);
    if (d.kind != CX_DEVICE_CPU && cx_ok()) {
        crossing way = {cx_to(large, CX_CPU), d};
        const double bytes = (double)cx_nbytes(large);
        c.to = bytes / bench_samples(d, BENCH_HOST, b, move_it, &way).best;
        way = (crossing){large, CX_CPU};
        c.from = bytes / bench_samples(d, BENCH_HOST, b, move_it, &way).best;
    }
    cx_check(cx_scope_close(s));
    return c;
}
