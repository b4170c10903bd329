/* A case at all its sizes on all devices: what to leave out because it would take too long, and
 * what the times mean beside the ceilings. */
#include "bench.h"
#include <math.h>
#include <string.h>

static const bench_budget budgets[2] = {{0.2, 7, 1000}, {0.02, 5, 100}};
/* seconds that one call may take, by what the sizes before it took */
static const double patience[2] = {3, 0.2};

static const int64_t *sizes_of(const bench_plan *p, const bench_case *c)
{
    if (p->sizes[0] != 0) return p->sizes;
    return p->quick ? c->sizes->quick : c->sizes->full;
}

/* why the device is not asked for this size, or NULL */
static const char *left_out(const bench_plan *p, const bench_case *c, const bench_row *row, int d,
                            int64_t n)
{
    double size[2] = {NAN, NAN}, seconds[2] = {NAN, NAN};
    for (int i = 0; i < row->count; i++) {
        const bench_on *const on = &row->points[i].on[d];
        if (on->left_out != NULL) return on->left_out;
        size[0] = size[1];
        seconds[0] = seconds[1];
        size[1] = (double)row->points[i].n;
        seconds[1] = on->alone.best; /* others' work must not look like growth */
    }
    const double next = bench_next_seconds(size[0], seconds[0], size[1], seconds[1], (double)n);
    if (p->sizes[0] == 0 && next > patience[p->quick]) return "it would take too long";
    cx_device_info info;
    if (cx_device_info_get(p->devices[d], &info) != CX_OK) return NULL;
    return bench_items(c, n) * 64 > (double)info.memory_total ? "the memory is too small" : NULL;
}

static int fail_at(const bench_job *j, const char *why)
{
    char name[16];
    fflush(stdout);
    fprintf(stderr, "calx bench: %s, n = %lld on %s: %s\n", j->what->name, (long long)j->n,
            cx_device_name(j->device, name), why);
    return CLI_FAILED;
}

static int measure_point(const bench_plan *p, const bench_case *c, bench_row *row, int d)
{
    bench_point *const at = &row->points[row->count];
    bench_on *const on = &at->on[d];
    *on = (bench_on){.alone = bench_stats_of(NULL, 0),
                     .with_transfer = NAN,
                     .limit = NAN,
                     .price = NAN,
                     .left_out = left_out(p, c, row, d, at->n)};
    if (on->left_out != NULL) return CLI_OK;
    bench_job j = {.what = c,
                   .n = at->n,
                   .dtype = row->dtype,
                   .device = p->devices[d],
                   .data = p->data.rows > 0 ? &p->data : NULL};
    double bytes = 0;
    bool right = false;
    bench_show_progress(c, at->n, j.device);
    const cx_status st = bench_measure(&j, &budgets[p->quick], on, &bytes, &right);
    bench_show_progress(NULL, 0, j.device);
    if (st == CX_E_UNSUPPORTED && p->devices[d].kind != CX_DEVICE_CPU) {
        on->left_out = "this device cannot";
        return CLI_OK;
    }
    if (st != CX_OK) return fail_at(&j, cx_error_message());
    if (!right) return fail_at(&j, "the result is wrong");
    at->bytes = bytes;
    const bench_ceiling *const top = &p->ceilings[d];
    on->limit =
        bench_least_seconds(bytes, at->flops, bench_copy_rate(top->copy, top->copies, bytes),
                            top->product[row->dtype == CX_F32]) /
        on->alone.median;
    on->price = bench_price_per_million(on->alone.median, bench_items(c, at->n), p->per_hour[d]);
    return CLI_OK;
}

/* from which size device d is ahead of the CPU, each second weighted with its price */
static bench_crossing crossing(const bench_plan *p, const bench_row *row, int d, double cpu_price,
                               double price)
{
    double size[BENCH_SIZES], cpu[BENCH_SIZES], own[BENCH_SIZES], moved[BENCH_SIZES];
    if (p->cpu < 0 || d == p->cpu) return (bench_crossing){NAN, NAN};
    for (int i = 0; i < row->count; i++) {
        const bench_on *const on = row->points[i].on;
        size[i] = (double)row->points[i].n;
        cpu[i] = on[p->cpu].alone.median * cpu_price;
        own[i] = on[d].alone.median * price;
        moved[i] = on[d].with_transfer * price;
    }
    return (bench_crossing){bench_break_even(size, cpu, own, row->count),
                            bench_break_even(size, cpu, moved, row->count)};
}

int bench_sweep(const bench_plan *p, const bench_case *c, cx_dtype t, bench_row *row)
{
    memset(row, 0, sizeof *row);
    row->what = c;
    row->dtype = t;
    const int64_t *const sizes = sizes_of(p, c);
    for (int i = 0; i < BENCH_SIZES && sizes[i] != 0; i++) {
        bench_point *const at = &row->points[row->count];
        at->n = sizes[i];
        at->flops = bench_flops(c, at->n);
        bool any = false;
        for (int d = 0; d < p->device_count; d++) {
            const int failed = measure_point(p, c, row, d);
            if (failed != CLI_OK) return failed;
            any = any || at->on[d].left_out == NULL;
        }
        if (!any && row->count > 0) break;
        row->count++;
    }
    for (int d = 0; d < p->device_count; d++) {
        const double cpu_price = p->cpu >= 0 ? p->per_hour[p->cpu] : NAN;
        row->pays[d] = crossing(p, row, d, 1, 1);
        row->cheaper[d] = crossing(p, row, d, cpu_price, p->per_hour[d]);
    }
    return CLI_OK;
}
