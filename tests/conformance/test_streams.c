/* device: each
 * Streams, events, copies, graphs, DLPack and lost devices, through the public API. On the
 * simulated GPU each test runs in its three modes: at once, as late as possible, at random. On the
 * CPU the same programs run where they mean something. */
#include <calx.h>
#include <calx/dlpack.h>
#include <calx/stream.h>
#include <criterion/criterion.h>
#include <device.h>
#include <simulator.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the simulator's controls; on other devices nothing is set */
static bool simulated(void)
{
    return cx_device_check(test_device()) == CX_OK && test_simulator("calls", 0) >= 0;
}
static bool says(const char *text)
{
    return strstr(cx_error_message(), text) != NULL;
}

/* each mode, and some seeds of the random one */
static void in_every_mode(void (*body)(void))
{
    const int runs = simulated() ? 6 : 1;
    for (int i = 0; i < runs; i++) {
        (void)test_simulator("mode", i < 2 ? i : 2);
        (void)test_simulator("seed", i);
        const cx_scope s = cx_scope_open();
        body();
        cr_expect_eq(cx_device_sync(test_device()), CX_OK, "%s", cx_error_message());
        cr_expect_eq(cx_scope_close(s), CX_OK, "run %d: %s", i, cx_error_message());
    }
}

static cx_scope on(cx_stream *s)
{
    return cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = s));
}
static void expect_ramp(cx_array *a, int64_t n, double first, const char *what)
{
    const double *const p = cx_data_f64(test_host(a));
    cr_assert_not_null(p, "%s: %s", what, cx_error_message());
    for (int64_t i = 0; i < n; i++)
        if (p[i] != first + (double)i) {
            cr_assert_eq(p[i], first + (double)i, "%s: element %lld", what, (long long)i);
        }
}

/* ---- order between streams */
enum { N = 3000 };

static void cross_streams(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d), *const b = cx_stream_new(d);
    cx_array *const x = cx_empty(CX_SHAPE(N), CX_F64, d), *const y =
                                                              cx_empty(CX_SHAPE(N), CX_F64, d);
    for (int round = 0; round < 4; round++) {
        cx_scope s = on(a); /* writes x while b may still read it */
        cr_assert_eq(cx_copy_into(cx_arange(round, round + N, 1, CX_F64, d), x), CX_OK);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        s = on(b); /* reads x, writes y */
        cr_assert_eq(cx_copy_into(x, y), CX_OK);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
    expect_ramp(y, N, 3, "y"); /* on the default stream */
    const cx_scope s = on(a);
    cr_assert_eq(cx_copy_into(cx_f64(7), x), CX_OK);
    cr_expect_eq(cx_item_f64(cx_slice(x, 0, 5, 6, 1)), 7.0);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}
Test(streams, wait_for_each_others_arrays)
{
    in_every_mode(cross_streams);
}

/* Copies, fills, frees and new arrays on random streams, against the same on plain memory. */
enum { ARRAYS = 6, STREAMS = 4, STEPS = 150 };
static uint32_t dice;
static int roll(int n)
{
    dice = dice * 1664525u + 1013904223u;
    return (int)((dice >> 10) % (uint32_t)n);
}
static void random_program(void)
{
    const cx_device d = test_device();
    cx_stream *stream[STREAMS];
    cx_array *a[ARRAYS] = {NULL};
    static double want[ARRAYS][N];
    for (int i = 0; i < STREAMS; i++) stream[i] = cx_stream_new(d);
    for (int step = 0; step < STEPS; step++) {
        const int to = roll(ARRAYS), from = roll(ARRAYS), what = roll(4), begin = roll(N / 2);
        const cx_scope s = on(stream[roll(STREAMS)]);
        if (a[to] == NULL || what == 0) { /* a new one; the old goes while it may be in use */
            cx_release(a[to]);
            a[to] = cx_retain(cx_arange(step, step + N, 1, CX_F64, d));
            for (int i = 0; i < N; i++) want[to][i] = step + i;
        } else if (what == 1) {
            cr_assert_eq(cx_copy_into(cx_f64(step), cx_slice(a[to], 0, begin, N, 3)), CX_OK);
            for (int i = begin; i < N; i += 3) want[to][i] = step;
        } else if (a[from] != NULL && from != to) {
            cr_assert_eq(cx_copy_into(cx_slice(a[from], 0, begin, begin + N / 2, 1),
                                      cx_slice(a[to], 0, 0, N / 2, 1)),
                         CX_OK, "%s", cx_error_message());
            memcpy(want[to], want[from] + begin, N / 2 * sizeof(double));
        }
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
    for (int i = 0; i < ARRAYS; i++) {
        if (a[i] == NULL) continue;
        const cx_scope s = cx_scope_open();
        const double *const p = cx_data_f64(test_host(a[i]));
        cr_assert_not_null(p, "%s", cx_error_message());
        cr_assert_eq(memcmp(p, want[i], sizeof want[i]), 0, "array %d differs", i);
        cr_assert_eq(cx_scope_close(s), CX_OK);
        cx_release(a[i]);
    }
}
static void random_programs(void)
{
    for (dice = 1; dice < 6; dice++) {
        const uint32_t seed = dice;
        random_program();
        dice = seed;
    }
}
Test(streams, random_programs_give_what_plain_memory_gives)
{
    in_every_mode(random_programs);
}

/* memory goes back while a stream still reads it, and another stream gets it */
static void early_release(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d), *const b = cx_stream_new(d);
    for (int round = 0; round < 8; round++) {
        cx_scope s = on(a);
        cx_array *const kept = cx_scope_keep(s, cx_copy(cx_arange(0, N, 1, CX_F64, d)));
        cr_assert_eq(cx_scope_close(s), CX_OK); /* the range's memory is free, its copy queued */
        s = on(b);
        cx_array *const other = cx_full(CX_SHAPE(N), cx_float(-1), CX_F64, d);
        expect_ramp(kept, N, 0, "kept");
        cr_expect_eq(cx_item_f64(cx_slice(other, 0, N - 1, N, 1)), -1.0);
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}
Test(streams, memory_is_not_reused_early)
{
    in_every_mode(early_release);
}

static void more_streams_than_there_are(void)
{
    const cx_device d = test_device();
    cx_array *last = cx_arange(0, N, 1, CX_F64, d);
    for (int i = 0; i < 100; i++) {
        cx_stream *const s = i % 3 == 0
                                 ? cx_stream_new_with(d, CX_OPTS(cx_stream_opts, .priority = 1))
                                 : cx_stream_new(d);
        const cx_scope inside = on(s);
        last = cx_scope_keep(inside, cx_copy(last));
        cr_assert_eq(cx_scope_close(inside), CX_OK, "%s", cx_error_message());
    }
    expect_ramp(last, N, 0, "after 100 streams");
}
Test(streams, share_when_all_are_taken)
{
    in_every_mode(more_streams_than_there_are);
    cr_expect_eq(
        cx_stream_status(cx_stream_new_with(test_device(), CX_OPTS(cx_stream_opts, .priority = 2))),
        CX_E_ARGUMENT);
    cr_expect(says("priority"));
}

/* ---- threads, each on its default stream */
static void *thread_main(void *arg)
{
    const int me = (int)(intptr_t)arg;
    const cx_device d = test_device();
    const cx_scope s = cx_scope_open();
    cx_array *x = cx_arange(me, me + N, 1, CX_F64, d);
    for (int i = 0; i < 20; i++) {
        const cx_scope inside = cx_scope_open();
        x = cx_scope_return(inside, cx_copy(x));
    }
    const double *const p = cx_data_f64(test_host(x));
    bool good = p != NULL;
    for (int i = 0; good && i < N; i++) good = p[i] == me + i;
    return (void *)(intptr_t)(cx_scope_close(s) == CX_OK && good);
}
static void eight_threads(void)
{
    pthread_t t[8];
    for (int i = 0; i < 8; i++) pthread_create(&t[i], NULL, thread_main, (void *)(intptr_t)i);
    for (int i = 0; i < 8; i++) {
        void *good;
        pthread_join(t[i], &good);
        cr_expect_not_null(good, "thread %d", i);
    }
}
Test(streams, threads_have_their_own)
{
    in_every_mode(eight_threads);
}

/* ---- events */
static void events(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d), *const b = cx_stream_new(d);
    cx_event *const start = cx_event_new(d), *const end = cx_event_new(d);
    cr_expect(cx_event_done(start));
    cr_expect_eq(cx_event_sync(start), CX_OK);
    cr_assert_eq(cx_event_record(start, a), CX_OK);
    const cx_scope s = on(a);
    cx_array *const x = cx_arange(0, N, 1, CX_F64, d);
    cr_assert_eq(cx_event_record(end, a), CX_OK);
    expect_ramp(cx_copy(x), N, 0, "x");
    cr_assert_eq(cx_scope_close(s), CX_OK);
    cr_assert_eq(cx_stream_wait(b, end), CX_OK);
    cr_assert_eq(cx_event_sync(end), CX_OK);
    cr_expect(cx_event_done(end));
    double seconds = -1;
    cr_assert_eq(cx_event_elapsed(start, end, &seconds), CX_OK);
    cr_expect(seconds >= 0 && seconds < 60, "%g s", seconds);
    cr_expect_eq(cx_stream_sync(b), CX_OK);
}
Test(streams, events_order_and_time)
{
    in_every_mode(events);
}

/* ---- copies */
static void async_copies(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d);
    const uint64_t staged = cx_counters_get().staged_copies;
    cx_array *const in = cx_empty_pinned(CX_SHAPE(N), CX_F64, d), *const out = cx_empty_pinned(
                                                                      CX_SHAPE(N), CX_F64, d);
    cx_array *const x = cx_empty(CX_SHAPE(N), CX_F64, d);
    const cx_scope s = on(a);
    for (int round = 0; round < 3; round++) {
        double *const p = cx_data_f64_mut(in); /* waits for the copy of the round before */
        cr_assert_not_null(p, "%s", cx_error_message());
        for (int i = 0; i < N; i++) p[i] = round + i;
        cr_assert_eq(cx_copy_async(in, x), CX_OK, "%s", cx_error_message());
        cr_assert_eq(cx_copy_async(x, out), CX_OK, "%s", cx_error_message());
        const double *const q = cx_data_f64(out); /* waits for the copy that writes it */
        for (int i = 0; i < N; i++) cr_assert_eq(q[i], round + i, "element %d", i);
    }
    cr_assert_eq(cx_copy_async(x, out), CX_OK);
    cr_expect_eq(cx_item_f64(cx_sum(out, CX_ALL)), (double)N * 2 + (double)N * (N - 1) / 2);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    cr_expect_eq(cx_counters_get().staged_copies, staged);
    if (test_on_cpu()) return;
    cx_array *const plain = cx_empty(CX_SHAPE(N), CX_F64, CX_CPU);
    cr_expect_eq(cx_copy_async(x, plain), CX_E_ARGUMENT);
    cr_expect(says("not pinned"), "%s", cx_error_message());
}
Test(streams, pinned_copies_are_waited_for)
{
    in_every_mode(async_copies);
}

/* pinned memory that goes back while it is read is not handed out again */
static void pinned_reuse(void)
{
    const cx_device d = test_device();
    cx_array *const x = cx_empty(CX_SHAPE(N), CX_F64, d);
    cx_array *first = cx_retain(cx_empty_pinned(CX_SHAPE(N), CX_F64, d));
    double *p = cx_data_f64_mut(first);
    for (int i = 0; i < N; i++) p[i] = i;
    cx_release(first); /* the scope's reference remains until it closes */
    const cx_scope s = cx_scope_open();
    cx_array *const source = cx_empty_pinned(CX_SHAPE(N), CX_F64, d);
    memcpy(cx_data_f64_mut(source), p, N * sizeof *p);
    cr_assert_eq(cx_copy_async(source, x), CX_OK);
    cr_assert_eq(cx_scope_close(s), CX_OK); /* source is released here */
    cx_array *const next = cx_empty_pinned(CX_SHAPE(N), CX_F64, d);
    memset(cx_data_f64_mut(next), 0xff, N * sizeof *p);
    expect_ramp(x, N, 0, "x");
}
Test(streams, pinned_memory_is_not_reused_early)
{
    in_every_mode(pinned_reuse);
}

Test(streams, pageable_memory_is_staged_and_counted)
{
    const cx_device d = test_device();
    const cx_scope s = cx_scope_open();
    static const int64_t sizes[] = {1, 100, 262144, 262145, 700001};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const cx_scope inside = cx_scope_open();
        const int64_t n = sizes[i];
        cx_array *const h = cx_arange(0, (double)n, 1, CX_F64, CX_CPU);
        const cx_counters before = cx_counters_get();
        cx_array *const x = cx_to(h, d);
        cx_array *const back = cx_to(x, CX_CPU);
        const cx_counters after = cx_counters_get();
        cr_assert(cx_ok(), "%s", cx_error_message());
        cr_expect_eq(memcmp(cx_data_f64(back), cx_data_f64(h), (size_t)n * sizeof(double)), 0);
        if (!test_on_cpu()) {
            cr_expect_eq(after.staged_copies - before.staged_copies, 2);
            cr_expect_eq(after.copies - before.copies, 2);
            cr_expect_eq(after.copy_bytes - before.copy_bytes, 2 * (uint64_t)n * sizeof(double));
        }
        cr_expect_eq(cx_scope_close(inside), CX_OK);
    }
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

static void strided_copies(void)
{
    const cx_device d = test_device();
    cx_array *const h = cx_reshape(cx_arange(0, 60, 1, CX_F64, CX_CPU), CX_SHAPE(6, 10));
    cx_array *const x = cx_to(cx_transpose(h), d);
    cx_array *const part = cx_index(x, "1:9:2, ::-1");
    const uint64_t copies = cx_counters_get().copies;
    cx_array *const packed = cx_copy(part); /* within the device: nothing crosses */
    cr_expect_eq(cx_counters_get().copies, copies);
    cx_array *const narrow = cx_empty(CX_SHAPE(4, 6), CX_F32, CX_CPU);
    cr_assert_eq(cx_copy_into(part, narrow), CX_OK, "%s", cx_error_message());
    const double *const p = cx_data_f64(test_host(packed));
    const float *const q = cx_data_f32(narrow);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 6; j++) {
            cr_assert_eq(p[6 * i + j], (5 - j) * 10 + 1 + 2 * i);
            cr_assert_eq(q[6 * i + j], (float)((5 - j) * 10 + 1 + 2 * i));
        }
    cr_assert_eq(cx_copy_into(cx_zeros(CX_SHAPE(4, 6), CX_I8, CX_CPU), part), CX_OK);
    cr_expect_eq(cx_item_f64(cx_index(x, "1, 5")), 0.0);
    cr_expect_eq(cx_item_f64(cx_index(x, "2, 5")), 52.0);
}
Test(streams, strided_copies_are_packed_where_they_are)
{
    in_every_mode(strided_copies);
}

Test(streams, device_arrays_have_no_host_pointer)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    cr_expect_null(cx_data_f64(cx_arange(0, 3, 1, CX_F64, test_device())));
    cr_expect(says("cx_to"), "%s", cx_error_message());
    cr_expect_eq(cx_scope_close(s), CX_E_DEVICE);
}

/* ---- graphs */
typedef struct step {
    cx_array *in, *out;
    int calls;
} step;
static cx_status step_body(void *ctx)
{
    step *const t = ctx;
    t->calls++;
    cx_array *const half = cx_copy(cx_slice(t->in, 0, 0, N / 2, 1)); /* a temporary */
    cx_array *const again = cx_copy(half);
    return cx_copy_into(again, cx_slice(t->out, 0, N / 2, N, 1));
}
static cx_status reading_body(void *ctx)
{
    step *const t = ctx;
    return cx_item_f64(cx_slice(t->in, 0, 0, 1, 1)) == 0 ? CX_OK : CX_OK;
}
static void graphs(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d), *const b = cx_stream_new(d);
    step t = {cx_arange(0, N, 1, CX_F64, d), cx_zeros(CX_SHAPE(N), CX_F64, d), 0};
    cx_graph *const g = cx_graph_capture(a, step_body, &t);
    cr_assert_eq(cx_graph_status(g), CX_OK, "%s", cx_error_message());
    if (!test_on_cpu()) cr_expect_eq(cx_item_f64(cx_slice(t.out, 0, N - 1, N, 1)), 0.0);
    for (int round = 1; round < 4; round++) {
        const cx_scope s = on(b); /* the graph waits for this, and this for the graph */
        cr_assert_eq(cx_copy_into(cx_arange(round, round + N, 1, CX_F64, d), t.in), CX_OK);
        cr_assert_eq(cx_scope_close(s), CX_OK);
        cr_assert_eq(cx_graph_launch(g), CX_OK, "%s", cx_error_message());
        cr_assert_eq(cx_copy_into(cx_f64(-1), t.in), CX_OK); /* after the graph has read it */
        expect_ramp(cx_slice(t.out, 0, N / 2, N, 1), N / 2, round, "replayed");
    }
    cr_expect_eq(t.calls, test_on_cpu() ? 4 : 1);
}
Test(streams, graphs_replay_in_order)
{
    in_every_mode(graphs);
    if (test_on_cpu()) return;
    cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK);
    const cx_memory m = cx_memory_stats(test_device());
    cr_expect(m.live == 0 && m.cached == 0, "%zu live, %zu cached", m.live, m.cached);
}
Test(streams, graphs_say_what_cannot_be_captured)
{
    if (test_on_cpu()) return;
    const cx_device d = test_device();
    cx_scope s = cx_scope_open();
    cx_stream *const a = cx_stream_retain(cx_stream_new(d));
    step t = {cx_arange(0, N, 1, CX_F64, d), cx_zeros(CX_SHAPE(N), CX_F64, d), 0};
    cr_expect_eq(cx_graph_status(cx_graph_capture(a, reading_body, &t)), CX_E_UNSUPPORTED);
    cr_expect(says("item_f64") && says("captured"), "%s", cx_error_message());
    cr_expect_eq(cx_scope_close(s), CX_E_UNSUPPORTED);
    s = cx_scope_open(); /* the stream goes on */
    const cx_scope inside = on(a);
    expect_ramp(cx_copy(cx_arange(0, N, 1, CX_F64, d)), N, 0, "after a refused capture");
    cr_expect_eq(cx_scope_close(inside), CX_OK);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    cx_stream_release(a);
}

/* ---- foreign streams: CUDA's legacy stream stands for the program's */
static void foreign(void)
{
    const cx_device d = test_device();
    for (int round = 0; round < 70; round++) { /* more than there are slots */
        const cx_scope s = cx_scope_open();
        cx_stream *const w = cx_stream_wrap(d, NULL);
        cx_scope inside = on(w);
        cx_array *const x = cx_scope_keep(inside, cx_arange(0, N, 1, CX_F64, d));
        cr_assert_eq(cx_scope_close(inside), CX_OK, "%s", cx_error_message());
        cx_array *const y = cx_copy(x);
        inside = on(w);
        cr_assert_eq(cx_copy_into(cx_f64(0), x), CX_OK);
        cr_assert_eq(cx_scope_close(inside), CX_OK);
        if (round % 10 == 0) expect_ramp(y, N, 0, "y");
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}
Test(streams, foreign_streams_are_ordered_too)
{
    in_every_mode(foreign);
}

static int deleted;
static void dlpack(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d);
    cx_dl_versioned *t = NULL;
    cx_scope s = on(a);
    cx_array *const x = cx_arange(0, N, 1, CX_F64, d);
    /* to a consumer on the legacy stream, and back from it as a producer */
    cr_assert_eq(cx_to_dlpack(x, NULL, &t), CX_OK, "%s", cx_error_message());
    cx_array *const y = cx_from_dlpack(t, NULL);
    cr_assert(cx_ok(), "%s", cx_error_message());
    expect_ramp(cx_copy(y), N, 0, "y");
    cr_assert_eq(cx_scope_close(s), CX_OK);
    s = on(a);
    cx_array *const z = cx_arange(5, N + 5, 1, CX_F64, d);
    cr_assert_eq(cx_to_dlpack(z, CX_NO_STREAM, &t), CX_OK);
    cr_assert_eq(cx_stream_sync(a), CX_OK);
    cx_array *const w = cx_from_dlpack(t, CX_NO_STREAM);
    expect_ramp(cx_copy(w), N, 5, "w");
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    deleted++;
}
Test(streams, dlpack_keeps_the_stream_protocol)
{
    in_every_mode(dlpack);
    cr_expect(deleted > 0);
}

/* ---- what goes wrong late, or for good */
Test(streams, late_index_errors_are_told_when_one_waits)
{
    if (test_on_cpu()) return;
    const cx_device d = test_device();
    (void)test_simulator("mode", 1);
    const cx_scope s = cx_scope_open();
    const int64_t at[3] = {1, 7, 2};
    cx_array *const x = cx_arange(0, 5, 1, CX_F64, d);
    cx_array *const index = cx_to(cx_copy_host(at, CX_SHAPE(3), CX_I64), d);
    cx_stream *const a = cx_stream_new(d);
    const cx_scope inside = on(a);
    cr_expect_eq(cx_status_of(cx_take(x, index, 0)), CX_OK);
    cr_expect_eq(cx_scope_close(inside), CX_OK); /* so far */
    cr_expect_eq(cx_device_sync(d), CX_E_INDEX);
    cr_expect(says("take: index 7") && says("5"), "%s", cx_error_message());
    cr_expect_eq(cx_device_sync(d), CX_OK, "told once");
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

static void quiet(const char *line, void *ctx)
{
    (void)line;
    (void)ctx;
}
Test(streams, trace_sync_tells_an_error_where_it_happens)
{
    if (test_on_cpu()) return;
    const cx_device d = test_device();
    const cx_scope s = cx_scope_open();
    const int64_t at[3] = {1, 7, 2};
    cx_array *const x = cx_arange(0, 5, 1, CX_F64, d);
    cx_array *const index = cx_to(cx_copy_host(at, CX_SHAPE(3), CX_I64), d);
    cx_set_log(quiet, NULL);
    cr_assert_eq(cx_set_trace("sync"), CX_OK);
    cr_expect_eq(cx_status_of(cx_take(x, index, 0)), CX_E_INDEX);
    cr_assert_eq(cx_set_trace(""), CX_OK);
    cr_expect_eq(cx_scope_close(s), CX_E_INDEX);
}

Test(streams, a_lost_device_says_why_and_what_it_did)
{
    if (!simulated()) return;
    const cx_device d = test_device();
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_arange(0, N, 1, CX_F64, d);
    cx_array *const pinned = cx_empty_pinned(CX_SHAPE(N), CX_F64, d);
    cx_event *const e = cx_event_new(d);
    cx_stream *const a = cx_stream_new(d);
    cr_assert_eq(cx_event_record(e, a), CX_OK);
    cr_assert_eq(cx_device_sync(d), CX_OK);
    (void)test_simulator("fail_code", 719); /* launch failure: nothing works after it */
    (void)test_simulator("fail_op_at", 1);
    (void)cx_copy(x);
    cr_expect_eq(cx_device_sync(d), CX_E_DEVICE_LOST, "%s", cx_error_message());
    cr_expect_eq(cx_status_of(cx_copy(x)), CX_E_DEVICE_LOST);
    cr_expect(says("last operations: copy float64 (3000,)") || says("copy f64 (3000,)"), "%s",
              cx_error_message());
    cr_expect_eq(cx_stream_status(cx_stream_new(d)), CX_E_DEVICE_LOST);
    cr_expect_eq(cx_event_sync(e), CX_E_DEVICE_LOST);
    cr_expect(cx_event_done(e));
    cr_expect_eq(cx_stream_sync(a), CX_E_DEVICE_LOST);
    cr_expect_eq(cx_copy_async(x, pinned), CX_E_DEVICE_LOST);
    cr_expect_eq(cx_status_of(cx_to(x, CX_CPU)), CX_E_DEVICE_LOST);
    cr_expect_eq(cx_item_f64(cx_sum(cx_ones(CX_SHAPE(3), CX_F64, CX_CPU), CX_ALL)), 3.0);
    cr_expect_eq(cx_scope_close(s), CX_E_DEVICE_LOST);
    cr_expect_eq(cx_memory_trim(d, 0), CX_OK);
    cr_expect_eq(cx_memory_stats(d).live, 0);
}

Test(streams, a_forked_child_is_told)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_arange(0, N, 1, CX_F64, test_device());
    cr_assert(cx_ok(), "%s", cx_error_message());
    const pid_t child = fork();
    if (child == 0) {
        const bool told = cx_status_of(cx_copy(x)) == CX_E_DEVICE_LOST && says("forked");
        const bool cpu = cx_item_f64(cx_sum(cx_ones(CX_SHAPE(3), CX_F64, CX_CPU), CX_ALL)) == 3.0;
        (void)cx_check(cx_scope_close(s));
        _exit(told && cpu ? 0 : 1);
    }
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child: %d", status);
    expect_ramp(x, N, 0, "the parent goes on");
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

/* ---- memory */
Test(streams, memory_has_a_limit_and_an_account)
{
    if (test_on_cpu()) return;
    const cx_device d = test_device();
    const cx_scope s = cx_scope_open();
    cr_assert_eq(cx_memory_limit(d, (size_t)256 << 20), CX_OK);
    (void)cx_empty(CX_SHAPE((int64_t)100 << 20), CX_U8, d);
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect_eq(cx_status_of(cx_empty(CX_SHAPE((int64_t)200 << 20), CX_U8, d)), CX_E_NOMEM);
    cr_expect(says("209715200 bytes asked") && says("104857600 live") && says("limit 268435456") &&
                  says("largest free block"),
              "%s", cx_error_message());
    cr_expect_eq(cx_memory_limit_percent(d, 0), CX_E_ARGUMENT);
    cr_expect_eq(cx_memory_limit_percent(d, 101), CX_E_ARGUMENT);
    cr_assert_eq(cx_memory_limit_percent(d, 50), CX_OK);
    cx_device_info info;
    cr_assert_eq(cx_device_info_get(d, &info), CX_OK);
    const size_t limit = cx_memory_stats(d).limit;
    cr_expect(limit <= info.memory_total / 2 && limit > info.memory_total / 2 - 100, "%zu", limit);
    cr_expect_eq(cx_scope_close(s), CX_E_NOMEM);
}
