/* The report as a table on the terminal: a line for each case and size, the CPU on the left, a GPU
 * on the right; further GPUs on lines of their own. */
#include "bench.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

/* processes a thread that are no work of others' to speak of */
#define BUSY 0.3
enum { TEXT = 32, NAME = 22, CPU_WIDTH = 35 };

/* digits behind the point that make three in all */
static int digits_of(double v)
{
    return v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
}

/* "1.23 us"; "-" for NaN */
static const char *time_text(double seconds, char out[TEXT])
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
    int i = 0;
    if (isnan(seconds)) return strcpy(out, "-");
    while (i < 3 && seconds < 0.9995 * units[i].unit) i++;
    const double v = seconds / units[i].unit;
    (void)snprintf(out, TEXT, "%.*f %s", digits_of(v), v, units[i].name);
    return out;
}

/* "12 345 678" */
static const char *size_text(double n, char out[TEXT])
{
    char digits[TEXT];
    const int length = snprintf(digits, sizeof digits, "%.0f", n);
    int k = 0;
    for (int i = 0; i < length && k + 2 < TEXT; i++) {
        if (i > 0 && (length - i) % 3 == 0) out[k++] = ' ';
        out[k++] = digits[i];
    }
    out[k] = '\0';
    return out;
}

/* "12.3 G" of a rate and its unit */
static const char *scaled(double v, const char *unit, char out[TEXT])
{
    static const char *const prefix[] = {"", "k", "M", "G", "T"};
    int i = 0;
    for (; v >= 999.5 && i < 4; i++) v /= 1000;
    (void)snprintf(out, TEXT, "%.*f %s%s", digits_of(v), v, prefix[i], unit);
    return out;
}

/* what a user of the case counts: rows, else arithmetic where that is the limit at the largest
 * size, else bytes */
static const char *rate_text(const bench_plan *p, const bench_row *row, const bench_point *at,
                             int d, char out[TEXT])
{
    const double s = at->on[d].alone.median;
    if (isnan(s)) return strcpy(out, "-");
    if (row->what->spec != NULL) return scaled((double)at->n / s, "rows/s", out);
    const bench_point *const last = &row->points[row->count - 1];
    const bench_ceiling *const top = &p->ceilings[0];
    const bool arithmetic = last->flops / top->product[row->dtype == CX_F32] >
                            last->bytes / bench_copy_rate(top->copy, top->copies, last->bytes);
    return arithmetic ? scaled(at->flops / s, "FLOP/s", out) : scaled(at->bytes / s, "B/s", out);
}

static const char *percent(double share, char out[TEXT])
{
    if (isnan(share)) return strcpy(out, "-");
    if (share > 0 && share < 0.0005) return strcpy(out, "<.1 %");
    (void)snprintf(out, TEXT, "%.*f %%", share < 0.00995 ? 1 : 0, share * 100);
    return out;
}

static int first_gpu(const bench_plan *p)
{
    for (int d = 0; d < p->device_count; d++)
        if (d != p->cpu) return d;
    return -1;
}

void bench_print_machine(const bench_plan *p)
{
    char name[16], a[TEXT], b[TEXT];
    cx_device_info info;
    printf("calx %s\n", cx_version());
    for (int d = 0; d < p->device_count; d++) {
        if (cx_device_info_get(p->devices[d], &info) != CX_OK) continue;
        printf("  %-7s %s, %d %s, %s, %s\n", cx_device_name(p->devices[d], name), info.name,
               info.threads, d == p->cpu ? "threads" : "multiprocessors", info.isa, info.library);
    }
    if (cli_no_gpu() != NULL) printf("  no GPU: %s\n", cli_no_gpu());
    if (p->load > BUSY * p->threads)
        printf("  load %.1f: other work shares this machine, and every figure suffers\n", p->load);
    printf("\nceilings, measured\n");
    for (int d = 0; d < p->device_count; d++) {
        const bench_ceiling *const c = &p->ceilings[d];
        printf("  %-7s copy %s, product", cx_device_name(p->devices[d], name),
               scaled(c->copy[c->copies - 1].per_second, "B/s", a));
        printf(" %s float64, %s float32", scaled(c->product[0], "FLOP/s", a),
               scaled(c->product[1], "FLOP/s", b));
        if (d != p->cpu && !isnan(c->to))
            printf(", transfer to %s, from %s", scaled(c->to, "B/s", a), scaled(c->from, "B/s", b));
        printf("\n");
    }
}

void bench_print_suite(const bench_plan *p, const char *suite)
{
    char name[16];
    const int gpu = first_gpu(p);
    printf("\n  %-*s %10s", NAME, suite, "n");
    if (p->cpu >= 0) printf(" %7s %7s %12s %5s", "cpu", "spread", "rate", "limit");
    if (gpu >= 0)
        printf("  %7s %8s %12s %5s%s", cx_device_name(p->devices[gpu], name), "transfer", "rate",
               "limit", p->cpu >= 0 ? " speed-up" : "");
    printf("\n");
}

static void print_cpu(const bench_plan *p, const bench_row *row, const bench_point *at)
{
    char a[TEXT], b[TEXT], c[TEXT], e[TEXT], spread[TEXT + 8] = "-";
    const bench_on *const on = &at->on[p->cpu];
    const bench_stats *const s = &on->alone;
    if (s->samples > 0)
        (void)snprintf(spread, sizeof spread, "\u00b1 %s",
                       percent((s->high - s->low) / 2 / s->median, e));
    /* the sign is two bytes of one column */
    printf(" %7s %*s %12s %5s", time_text(s->median, a), s->samples > 0 ? 8 : 7, spread,
           rate_text(p, row, at, p->cpu, b), percent(on->limit, c));
}

static void print_gpu(const bench_plan *p, const bench_row *row, const bench_point *at, int d)
{
    char a[TEXT], b[TEXT], c[TEXT], e[TEXT];
    const bench_on *const on = &at->on[d];
    printf("  %7s %8s %12s %5s", time_text(on->alone.median, a), time_text(on->with_transfer, b),
           rate_text(p, row, at, d, c), percent(on->limit, e));
    const double ratio = p->cpu >= 0 ? at->on[p->cpu].alone.median / on->alone.median : NAN;
    if (!isnan(ratio)) printf(" %7.*fx", digits_of(ratio), ratio);
}

/* "from n = 12 300"; the smallest size measured is no crossing but an upper bound of one */
static const char *from_text(double n, const bench_row *row, char out[TEXT])
{
    char size[TEXT];
    if (isnan(n)) return strcpy(out, "at no size here");
    if (n <= (double)row->points[0].n) return strcpy(out, "at all sizes here");
    (void)snprintf(out, TEXT, "from n = %.16s", size_text(n, size));
    return out;
}
static void print_crossing(const char *device, const char *what, const bench_crossing *c,
                           const bench_row *row)
{
    char a[TEXT], b[TEXT];
    printf("    %s is %s %s; with transfer %s\n", device, what, from_text(c->alone, row, a),
           from_text(c->with_transfer, row, b));
}

static void print_crossings(const bench_plan *p, const bench_row *row)
{
    char name[16];
    for (int d = 0; p->cpu >= 0 && d < p->device_count; d++) {
        if (d == p->cpu || row->points[0].on[d].left_out != NULL) continue;
        (void)cx_device_name(p->devices[d], name);
        print_crossing(name, "faster", &row->pays[d], row);
        if (!isnan(p->per_hour[d]) && !isnan(p->per_hour[p->cpu]))
            print_crossing(name, "cheaper", &row->cheaper[d], row);
    }
}

/* prices at the largest size that each device was asked for */
static void print_prices(const bench_plan *p, const bench_row *row)
{
    char name[16], size[TEXT];
    bool any = false;
    for (int d = 0; d < p->device_count; d++) {
        int i = row->count - 1;
        while (i >= 0 && isnan(row->points[i].on[d].price)) i--;
        if (i < 0) continue;
        if (!any)
            printf("    a million %s cost",
                   strcmp(row->what->unit, "order") == 0 ? "elements" : row->what->unit);
        printf("%s %.3g on %s (n = %s)", any ? "," : "", row->points[i].on[d].price,
               cx_device_name(p->devices[d], name), size_text((double)row->points[i].n, size));
        any = true;
    }
    if (any) printf("\n");
}

void bench_show_progress(const bench_case *c, int64_t n, cx_device d)
{
    char name[16], size[TEXT];
    if (!isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r\033[K");
    if (c != NULL)
        fprintf(stderr, "  %s, n = %s on %s", c->name, size_text((double)n, size),
                cx_device_name(d, name));
    fflush(stderr);
}

/* a line for each size, further GPUs below it; a name that is too long has a line of its own */
static void print_sizes(const bench_plan *p, const bench_row *row, const char *name)
{
    char size[TEXT], device[16];
    const int gpu = first_gpu(p);
    const bool long_name = strlen(name) > NAME;
    if (long_name) printf("  %s\n", name);
    for (int i = 0; i < row->count; i++) {
        const bench_point *const at = &row->points[i];
        printf("  %-*s %10s", NAME, i == 0 && !long_name ? name : "",
               size_text((double)at->n, size));
        if (p->cpu >= 0) print_cpu(p, row, at);
        if (gpu >= 0) print_gpu(p, row, at, gpu);
        printf("\n");
        for (int d = gpu + 1; gpu >= 0 && d < p->device_count; d++) {
            if (d == p->cpu) continue;
            printf("    %-*s %10s%*s", NAME - 2, cx_device_name(p->devices[d], device), "",
                   p->cpu >= 0 ? CPU_WIDTH : 0, "");
            print_gpu(p, row, at, d);
            printf("\n");
        }
    }
}

void bench_print_row(const bench_plan *p, const bench_row *row)
{
    char name[64], device[16];
    (void)snprintf(name, sizeof name, "%s%s", row->what->name, row->dtype == CX_F32 ? " f32" : "");
    print_sizes(p, row, name);
    for (int d = 0; d < p->device_count; d++)
        if (row->points[0].on[d].left_out != NULL)
            printf("    %s: %s\n", cx_device_name(p->devices[d], device),
                   row->points[0].on[d].left_out);
    print_crossings(p, row);
    print_prices(p, row);
    fflush(stdout);
}
