/* How long a job takes: one run that is checked, then samples until their spread is known or the
 * time is up. Work of a device is timed by events around it; with transfer the host's clock runs
 * from its memory back to its memory. */
#include "bench.h"
#include <calx/ops.h>
#include <math.h>

enum { SAMPLES = 1000 };

static void no_warning(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    (void)text;
    (void)ctx;
}

/* one sample of `calls` calls, in seconds */
typedef struct stopwatch {
    cx_stream *stream; /* NULL: the host's clock */
    cx_event *from, *to;
} stopwatch;

static double sample(const stopwatch *w, int calls, void (*call)(void *ctx), void *ctx)
{
    double seconds = 0;
    const cx_scope all =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = w->stream, .on_warning = no_warning));
    const int64_t start = cx_now_ns();
    if (w->stream != NULL) cx_check(cx_event_record(w->from, w->stream));
    for (int i = 0; i < calls; i++) {
        const cx_scope each = cx_scope_open();
        call(ctx);
        cx_check(cx_scope_close(each));
    }
    if (w->stream == NULL) {
        seconds = (double)(cx_now_ns() - start) * 1e-9;
    } else {
        cx_check(cx_event_record(w->to, w->stream));
        cx_check(cx_event_sync(w->to));
        cx_check(cx_event_elapsed(w->from, w->to, &seconds));
    }
    cx_check(cx_scope_close(all));
    /* a clock's tick: no call takes less */
    return fmax(seconds, 1e-9) / calls;
}

bench_stats bench_samples(cx_device d, bench_clock clock, const bench_budget *b,
                          void (*call)(void *ctx), void *ctx)
{
    static const double tick = 20e-6, slow = 0.1;
    stopwatch w = {NULL, NULL, NULL};
    if (clock == BENCH_EVENTS) w = (stopwatch){cx_stream_new(d), cx_event_new(d), cx_event_new(d)};
    const double first = sample(&w, 1, call, ctx);
    /* on a device one call a sample: several would hide what a launch costs */
    const int calls = clock == BENCH_EVENTS || first >= tick ? 1 : (int)fmin(tick / first + 1, 500);
    const int least = first > slow ? 2 : b->least;
    double seconds[SAMPLES], total = 0;
    int n = 0;
    while (cx_ok() && n < b->most && n < SAMPLES && (n < least || total < b->seconds)) {
        seconds[n] = sample(&w, calls, call, ctx);
        total += seconds[n++] * calls;
    }
    return bench_stats_of(seconds, n);
}

static void alone(void *ctx)
{
    bench_job *const j = ctx;
    j->what->run(j);
}
static void with_transfer(void *ctx)
{
    bench_job j = *(const bench_job *)ctx;
    for (int i = 0; i < BENCH_INPUTS; i++)
        if (j.host[i] != NULL) j.in[i] = cx_to(j.host[i], j.device);
    j.what->run(&j);
    for (int i = 0; i < BENCH_OUTPUTS; i++)
        if (j.out[i] != NULL) j.out[i] = cx_to(j.out[i], CX_CPU);
}

/* on the host in C order, as float64 or pairs of them; codes of categories */
static const double *numbers(const cx_array *a)
{
    const cx_array *const plain = cx_dtype_of(a) == CX_CAT ? cx_codes(a) : a;
    const cx_array *const host = cx_ascontiguous(cx_to(plain, CX_CPU));
    if (cx_dtype_kind(cx_dtype_of(host)) != 'c') return cx_data_f64(cx_astype(host, CX_F64));
    return (const double *)cx_data_c128(cx_astype(host, CX_C128));
}

static double bytes_of(const bench_job *j)
{
    double bytes =
        j->table == NULL ? 0 : 8 * (double)cx_table_rows(j->table) * cx_table_count(j->table);
    for (int i = 0; i < BENCH_INPUTS; i++)
        if (j->in[i] != NULL) bytes += (double)cx_nbytes(j->in[i]);
    for (int i = 0; i < BENCH_OUTPUTS; i++)
        if (j->out[i] != NULL) bytes += (double)cx_nbytes(j->out[i]);
    return bytes;
}

/* One run whose result is looked at; its memory is given back before anything is timed. */
static bool checked_run(bench_job *j, double *bytes)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = no_warning));
    bench_job once = *j;
    once.what->run(&once);
    *bytes = bytes_of(&once);
    bool right = cx_ok();
    for (int i = 0; right && i < BENCH_INPUTS; i++)
        if (j->host[i] != NULL) right = (once.given[i] = numbers(j->host[i])) != NULL;
    for (int i = 0; right && i < BENCH_OUTPUTS; i++) {
        if (once.out[i] == NULL) continue;
        once.size[i] = cx_size(once.out[i]);
        right = (once.got[i] = numbers(once.out[i])) != NULL;
    }
    right = right && once.what->right(&once);
    cx_check(cx_scope_close(s));
    return right;
}

cx_status bench_measure(bench_job *j, const bench_budget *b, bench_on *out, double *bytes,
                        bool *right)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = no_warning));
    const bool there = j->device.kind == CX_DEVICE_CPU;
    j->what->prepare(j);
    for (int i = 0; i < BENCH_INPUTS; i++)
        j->in[i] = j->host[i] == NULL || there ? j->host[i] : cx_to(j->host[i], j->device);
    if (j->model != NULL && !there) j->model = cx_estimator_to(j->model, j->device);
    *right = cx_ok() && checked_run(j, bytes);
    if (*right) {
        out->alone = bench_samples(j->device, there ? BENCH_HOST : BENCH_EVENTS, b, alone, j);
        out->with_transfer =
            there ? NAN : bench_samples(j->device, BENCH_HOST, b, with_transfer, j).median;
    }
    return cx_scope_close(s);
}
