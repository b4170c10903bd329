/* Queued work: streams, events, when work runs, and the faults that tests inject.
 *
 * Nothing runs by itself. EAGER runs work when it is queued; LAZY, the default, when something
 * waits for it and then only what that needs, so that a missing wait shows as stale data every
 * time; RANDOM runs some of it now and then, by the seed. */
#include "cudasim_int.h"
#include <algorithm>
#include <chrono>
#include <unordered_set>

namespace cudasim {

enum { PATIENCE = 8 }; /* a program that polls sees progress after so many refusals */

static Stream defaults[MAX_DEVICES];  /* the legacy stream of each device */
static std::vector<Stream *> streams; /* of all devices; those destroyed stay until they are dry */
static OpP last_legacy[MAX_DEVICES];
static cudaError_t sticky[MAX_DEVICES];
static unsigned stream_ids;
static thread_local int thread_device;
static thread_local cudaError_t last_error;
static thread_local bool in_callback;
const char *running_op;

static std::vector<Stream *> &all_streams()
{
    if (streams.empty())
        for (int d = 0; d < MAX_DEVICES; d++) {
            defaults[d].device = d;
            defaults[d].blocking = defaults[d].is_default = true;
            streams.push_back(&defaults[d]);
        }
    return streams;
}
bool inside_callback()
{
    return in_callback;
}
int current_device()
{
    return thread_device;
}
Stream *stream_of(cudaStream_t s)
{
    std::vector<Stream *> &all = all_streams();
    if (s == nullptr || s == cudaStreamLegacy) return &defaults[thread_device];
    Stream *const asked = (Stream *)s;
    if (std::find(all.begin(), all.end(), asked) == all.end() || asked->destroyed)
        mistake("%p is not a stream, or one that was destroyed", (void *)s);
    return asked;
}

/* ---- errors and faults */
cudaError_t fail(cudaError_t e)
{
    if (e != cudaSuccess) last_error = e;
    return e;
}
cudaError_t sticky_error(int device)
{
    return sticky[device];
}
void set_sticky(int device, cudaError_t e)
{
    if (sticky[device] == cudaSuccess) sticky[device] = e;
}
void clear_sticky()
{
    std::fill(sticky, sticky + MAX_DEVICES, cudaSuccess);
    last_error = cudaSuccess;
}
cudaError_t after_wait(int device)
{
    return fail(sticky[device]);
}
static bool injected(long n)
{
    return n == conf.fail_at || (conf.fail_from > 0 && n >= conf.fail_from);
}
cudaError_t api(const char *name)
{
    const Lock lock;
    const long n = ++stats.calls;
    if (conf.trace) fprintf(stderr, "cudasim: call %ld %s\n", n, name);
    if (in_callback) return fail(cudaErrorNotPermitted);
    if (conf.old_driver) return fail(cudaErrorInsufficientDriver);
    if (conf.devices <= 0) return fail(cudaErrorNoDevice);
    if (injected(n)) {
        if (conf.trace) fprintf(stderr, "cudasim: error %d injected\n", conf.fail_code);
        return fail((cudaError_t)conf.fail_code);
    }
    return fail(sticky[thread_device]);
}

/* ---- running what is queued */
void run_callback(const std::function<void()> &fn)
{
    const Unlocked unlocked;
    in_callback = true;
    fn();
    in_callback = false;
}
static const OpP *first_open_dependency(const OpP &o)
{
    for (const OpP &d : o->deps)
        if (!d->done) return &d;
    return nullptr;
}
static void forget_if_dry(Stream *s)
{
    if (!s->destroyed || !s->queue.empty()) return;
    streams.erase(std::find(streams.begin(), streams.end(), s));
    delete s;
}
/* o is first in its stream, nothing that it depends on is open, and nobody runs it */
static void run_op(const OpP &held)
{
    const OpP o = held;
    Stream *const s = o->stream;
    o->running = true;
    stats.ops++;
    if (conf.trace) fprintf(stderr, "cudasim:   run %s on stream %u\n", o->what, s->id);
    if (stats.ops == conf.fail_op_at) {
        set_sticky(s->device, cudaErrorLaunchFailure);
    } else if (sticky[s->device] == cudaSuccess && o->fn) {
        if (o->host) {
            run_callback(o->fn);
        } else {
            const DeviceMode mode(s->device);
            const char *const outer = running_op;
            running_op = o->what;
            o->fn();
            running_op = outer;
        }
    }
    o->done = true;
    o->running = false;
    o->fn = nullptr;
    o->deps.clear();
    s->queue.pop_front();
    s->unfinished_queries = 0;
    forget_if_dry(s);
}
/* Run one piece of work without which the target cannot be done. */
static void advance(const OpP &target)
{
    OpP o = target->stream->queue.front();
    while (const OpP *const d = first_open_dependency(o)) o = (*d)->stream->queue.front();
    if (o->running)
        wait_unlocked(); /* a callback on another thread */
    else
        run_op(o);
}
/* Run one piece of work chosen at random; false when none can run. */
static bool step()
{
    std::vector<Stream *> able;
    for (Stream *const s : all_streams())
        if (!s->queue.empty() && !s->queue.front()->running &&
            first_open_dependency(s->queue.front()) == nullptr)
            able.push_back(s);
    if (able.empty()) return false;
    run_op(able[rng() % able.size()]->queue.front());
    return true;
}
void wait_op(const OpP &op)
{
    if (op == nullptr || op->done) return;
    const OpP held = op;
    const DeviceMode mode(held->stream->device); /* one opening of the pages for all of it */
    while (!held->done)
        if (conf.mode != RANDOM || !step()) advance(held);
}
void wait_stream(Stream *s)
{
    if (!s->queue.empty()) wait_op(s->queue.back());
}
static Stream *busy_stream(int device)
{
    Stream *found = nullptr;
    for (Stream *const s : all_streams()) {
        if (s->queue.empty() || (device >= 0 && s->device != device)) continue;
        if (conf.mode != LAZY) return s;
        found = s; /* the youngest first: not the order in which it was written */
    }
    return found;
}
void wait_device(int device)
{
    while (Stream *const s = busy_stream(device)) wait_stream(s);
}
void wait_all()
{
    wait_device(-1);
}
static void some_progress()
{
    if (conf.mode != RANDOM) return;
    for (unsigned n = rng() % 3; n > 0; n--)
        if (!step()) return;
}
/* a query found this open: endless polling would never see it done in LAZY mode */
static void polled(const OpP &op)
{
    if (op->stream->unfinished_queries++ < PATIENCE) return;
    op->stream->unfinished_queries = 0;
    advance(op);
}

/* ---- queueing */
static void order_with_legacy(Stream *s, const OpP &o)
{
    OpP &legacy = last_legacy[s->device];
    if (s->is_default) {
        for (const Stream *const k : all_streams())
            if (k->blocking && k != s && k->device == s->device && k->last && !k->last->done)
                o->deps.push_back(k->last);
        legacy = o;
    } else if (s->blocking && legacy && !legacy->done) {
        o->deps.push_back(legacy);
    }
}
OpP submit(cudaStream_t cs, const char *what, std::function<void()> fn, OpP after, bool host)
{
    Stream *const s = stream_of(cs);
    if (s->capture) {
        capture_add(s, what, std::move(fn), host);
        return nullptr;
    }
    const OpP o = std::make_shared<Op>();
    o->fn = std::move(fn);
    o->what = what;
    o->stream = s;
    o->host = host;
    if (after && !after->done) o->deps.push_back(after);
    order_with_legacy(s, o);
    s->queue.push_back(o);
    s->last = o;
    if (conf.mode == EAGER)
        wait_op(o);
    else
        some_progress();
    return o;
}
static void check_ranges(const char *name, int device, const char *role,
                         std::initializer_list<Range> ranges)
{
    int i = 0;
    for (const Range &r : ranges) {
        i++;
        if (r.bytes == 0) continue;
        if (!range_ok(r.p, r.bytes))
            mistake("%s: %s operand %d, %zu bytes at %p, is not inside one live allocation: %s",
                    name, role, i, r.bytes, r.p, describe(r.p));
        if (!device_reaches(device, find_alloc(r.p)))
            mistake("%s: %s operand %d lies on another device", name, role, i);
    }
}
cudaError_t submit_checked(const char *name, cudaStream_t cs, std::function<void()> fn,
                           std::initializer_list<Range> in, std::initializer_list<Range> out,
                           std::initializer_list<Range> scratch)
{
    const Lock lock;
    if (const cudaError_t e = api(name)) return e;
    Stream *const s = stream_of(cs);
    if (const cudaError_t e = capture_check(s)) return e;
    check_ranges(name, s->device, "input", in);
    check_ranges(name, s->device, "output", out);
    check_ranges(name, s->device, "workspace", scratch);
    const std::vector<Range> results(out), work(scratch);
    submit(cs, name, [=] {
        for (const Range &r : work) memset((void *)r.p, 0xff, r.bytes);
        fn();
        for (const Range &r : work) {
            memset((void *)r.p, 0xff, r.bytes);
            if (hooks.fresh) hooks.fresh((void *)r.p, r.bytes);
        }
        if (hooks.written)
            for (const Range &r : results) hooks.written((void *)r.p, r.bytes);
    });
    return cudaSuccess;
}

/* ---- events */
struct Event {
    int device;
    unsigned flags;
    OpP op;                           /* the recording, once there is one */
    std::shared_ptr<double> ms;       /* when it ran */
    std::shared_ptr<Capture> capture; /* recorded in a capturing stream: stands for these nodes */
    std::vector<int> nodes;
};
static std::unordered_set<Event *> events;

static Event *event_of(cudaEvent_t e)
{
    Event *const asked = (Event *)e;
    if (events.count(asked) == 0)
        mistake("%p is not an event, or one that was destroyed", (void *)e);
    return asked;
}
static double now_ms()
{
    const auto t = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(t).count();
}

} /* namespace cudasim */

using namespace cudasim;
#define API          \
    const Lock lock; \
    if (const cudaError_t api_e = api(__func__)) return api_e

/* ================================================================== devices of a thread, errors */
extern "C" {
cudaError_t cudaSetDevice(int device)
{
    API;
    if (device < 0 || device >= conf.devices) return fail(cudaErrorInvalidDevice);
    thread_device = device;
    return fail(sticky[device]);
}
cudaError_t cudaGetDevice(int *device)
{
    API;
    *device = thread_device;
    return cudaSuccess;
}
cudaError_t cudaGetLastError()
{
    const Lock lock;
    const cudaError_t e = sticky[thread_device] ? sticky[thread_device] : last_error;
    last_error = cudaSuccess;
    return e;
}
cudaError_t cudaPeekAtLastError()
{
    const Lock lock;
    return sticky[thread_device] ? sticky[thread_device] : last_error;
}
cudaError_t cudaDeviceSynchronize()
{
    API;
    if (const cudaError_t e = capture_forbids_unsafe()) return e;
    wait_device(thread_device);
    return after_wait(thread_device);
}

/* ================================================================== streams */
cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest)
{
    API;
    if (least) *least = 0;
    if (greatest) *greatest = -5;
    return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t *out, unsigned flags, int priority)
{
    API;
    if (flags & ~(unsigned)cudaStreamNonBlocking) return fail(cudaErrorInvalidValue);
    all_streams();
    Stream *const s = new Stream();
    s->device = thread_device;
    s->priority = std::max(-5, std::min(0, priority));
    s->flags = flags;
    s->id = ++stream_ids;
    s->blocking = flags != cudaStreamNonBlocking;
    streams.push_back(s);
    stats.live_streams++;
    *out = (cudaStream_t)s;
    return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned flags)
{
    return cudaStreamCreateWithPriority(out, flags, 0);
}
cudaError_t cudaStreamCreate(cudaStream_t *out)
{
    return cudaStreamCreateWithPriority(out, cudaStreamDefault, 0);
}
/* returns at once: what is queued still runs */
cudaError_t cudaStreamDestroy(cudaStream_t cs)
{
    const Lock lock;
    if (cs == nullptr || cs == cudaStreamLegacy) return fail(cudaErrorInvalidResourceHandle);
    Stream *const s = stream_of(cs);
    if (s->capture) capture_spoil(s->capture.get());
    s->destroyed = true;
    stats.live_streams--;
    forget_if_dry(s);
    return cudaSuccess;
}
cudaError_t cudaStreamGetPriority(cudaStream_t s, int *priority)
{
    API;
    *priority = stream_of(s)->priority;
    return cudaSuccess;
}
cudaError_t cudaStreamGetFlags(cudaStream_t s, unsigned *flags)
{
    API;
    *flags = stream_of(s)->flags;
    return cudaSuccess;
}
cudaError_t cudaStreamGetId(cudaStream_t s, unsigned long long *id)
{
    API;
    *id = stream_of(s)->id;
    return cudaSuccess;
}
cudaError_t cudaStreamGetDevice(cudaStream_t s, int *device)
{
    API;
    *device = stream_of(s)->device;
    return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t cs)
{
    API;
    Stream *const s = stream_of(cs);
    if (const cudaError_t e = capture_refuses(s)) return e;
    const int device = s->device;
    wait_stream(s);
    return after_wait(device);
}
cudaError_t cudaStreamQuery(cudaStream_t cs)
{
    API;
    Stream *const s = stream_of(cs);
    if (const cudaError_t e = capture_refuses(s)) return e;
    some_progress();
    if (!s->queue.empty()) polled(s->queue.back());
    return s->queue.empty() ? after_wait(s->device) : cudaErrorNotReady;
}
cudaError_t cudaLaunchHostFunc(cudaStream_t cs, cudaHostFn_t fn, void *data)
{
    API;
    if (const cudaError_t e = capture_check(stream_of(cs))) return e;
    submit(
        cs, "host function", [=] { fn(data); }, nullptr, true);
    return cudaSuccess;
}

/* ================================================================== events */
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *out, unsigned flags)
{
    API;
    Event *const e = new Event();
    e->device = thread_device;
    e->flags = flags;
    events.insert(e);
    stats.live_events++;
    *out = (cudaEvent_t)e;
    return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t *out)
{
    return cudaEventCreateWithFlags(out, cudaEventDefault);
}
cudaError_t cudaEventDestroy(cudaEvent_t ce)
{
    const Lock lock;
    Event *const e = event_of(ce);
    events.erase(e);
    delete e;
    stats.live_events--;
    return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t ce, cudaStream_t cs)
{
    API;
    Event *const e = event_of(ce);
    Stream *const s = stream_of(cs);
    if (const cudaError_t bad = capture_check(s)) return bad;
    if (e->device != s->device) return fail(cudaErrorInvalidResourceHandle);
    e->op = nullptr;
    e->capture = s->capture;
    e->nodes = s->tail;
    if (s->capture) return cudaSuccess;
    const auto ms = std::make_shared<double>(0);
    e->ms = ms;
    e->op = submit(cs, "event record", [=] { *ms = now_ms(); });
    return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t cs, cudaEvent_t ce, unsigned)
{
    API;
    const Event *const e = event_of(ce);
    Stream *const s = stream_of(cs);
    if (const cudaError_t bad = capture_check(s)) return bad;
    if (e->capture) return capture_join(s, e->capture, e->nodes);
    if (e->op == nullptr) return cudaSuccess;
    if (s->capture) { /* work outside the graph cannot be waited for inside it */
        capture_spoil(s->capture.get());
        return fail(cudaErrorStreamCaptureIsolation);
    }
    submit(cs, "event wait", nullptr, e->op);
    return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t ce)
{
    API;
    const Event *const e = event_of(ce);
    if (e->capture && capture_is_active(e->capture.get())) {
        capture_spoil(e->capture.get());
        return fail(cudaErrorCapturedEvent);
    }
    wait_op(e->op);
    return after_wait(e->device);
}
cudaError_t cudaEventQuery(cudaEvent_t ce)
{
    API;
    const Event *const e = event_of(ce);
    if (e->capture && capture_is_active(e->capture.get())) {
        capture_spoil(e->capture.get());
        return fail(cudaErrorCapturedEvent);
    }
    const OpP op = e->op;
    const int device = e->device;
    some_progress();
    if (op && !op->done) polled(op);
    return op == nullptr || op->done ? after_wait(device) : cudaErrorNotReady;
}
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to)
{
    API;
    const Event *const a = event_of(from), *const b = event_of(to);
    if ((a->flags | b->flags) & cudaEventDisableTiming || a->op == nullptr || b->op == nullptr)
        return fail(cudaErrorInvalidResourceHandle);
    if (!a->op->done || !b->op->done) return fail(cudaErrorNotReady);
    *ms = (float)(*b->ms - *a->ms);
    return cudaSuccess;
}
} /* extern "C" */
