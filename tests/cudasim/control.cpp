/* Settings from the environment, counts, the lock, and cudasim_ctl(), through which tests switch
 * modes and inject faults while the program runs. Knows nothing of how the parts work. */
#include "cudasim_int.h"
#include <atomic>
#include <condition_variable>
#include <cstdarg>
#include <mutex>

namespace cudasim {

static long env_number(const char *name, long otherwise)
{
    const char *const s = getenv(name);
    return s != nullptr && *s != 0 ? atol(s) : otherwise;
}
static bool env_is(const char *name, const char *value)
{
    const char *const s = getenv(name);
    return s != nullptr && strcmp(s, value) == 0;
}
static Conf from_environment()
{
    Conf c = {};
    c.mode = (int)env_number("CUDASIM_ASYNC", LAZY);
    c.order = (int)env_number("CUDASIM_ORDER", FORWARD);
    c.guard = (int)env_number("CUDASIM_GUARD", 1);
    c.sms = (int)env_number("CUDASIM_SMS", 2);
    c.abort_on_error = (int)env_number("CUDASIM_ABORT", 1);
    c.trace = (int)env_number("CUDASIM_TRACE", 0);
    c.devices = (int)env_number("CUDASIM_DEVICES", 1);
    if (c.devices > MAX_DEVICES) c.devices = MAX_DEVICES;
    c.old_driver = env_is("CUDASIM_DRIVER", "old");
    c.seed = (unsigned)env_number("CUDASIM_SEED", 1);
    c.memory = (size_t)env_number("CUDASIM_MEM", 2L << 30);
    c.fail_at = env_number("CUDASIM_FAIL_AT", 0);
    c.fail_from = env_number("CUDASIM_FAIL_FROM", 0);
    c.fail_op_at = env_number("CUDASIM_FAIL_OP_AT", 0);
    c.fail_code = (int)env_number("CUDASIM_FAIL_CODE", cudaErrorMemoryAllocation);
    return c;
}
Conf conf = from_environment();
std::mt19937 rng(conf.seed);
Stats stats;

/* ---- the lock: recursive, can be given up at any depth, and says in a signal handler whose it is
 */
static std::mutex mutex;
static std::condition_variable changed;
static std::atomic<void *> owner;
static int depth;

/* an address that no other running thread has; no function call, so safe everywhere */
static void *self()
{
    return __builtin_thread_pointer();
}
bool lock_is_mine()
{
    return owner.load(std::memory_order_relaxed) == self();
}
static void acquire(int how_deep)
{
    mutex.lock();
    owner.store(self(), std::memory_order_relaxed);
    depth = how_deep;
}
static void release()
{
    depth = 0;
    owner.store(nullptr, std::memory_order_relaxed);
    mutex.unlock();
}
Lock::Lock()
{
    if (lock_is_mine())
        depth++;
    else
        acquire(1);
}
Lock::~Lock()
{
    if (depth > 1)
        depth--;
    else
        release();
}
Unlocked::Unlocked() : depth(cudasim::depth), device_depth(device_mode_leave())
{
    release();
}
Unlocked::~Unlocked()
{
    acquire(depth);
    device_mode_return(device_depth);
    changed.notify_all();
}
void wait_unlocked()
{
    const int how_deep = depth, device_depth = device_mode_leave();
    std::unique_lock<std::mutex> held(mutex, std::adopt_lock);
    owner.store(nullptr, std::memory_order_relaxed);
    changed.wait(held);
    owner.store(self(), std::memory_order_relaxed);
    depth = how_deep;
    held.release();
    device_mode_return(device_depth);
}

void mistake(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("cudasim: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    if (running_kernel() != nullptr) print_where(stderr);
    abort();
}

void count_handle(int by)
{
    const Lock lock;
    stats.live_handles += by;
}

/* ---- what tests can set and read, by name */
struct Setting {
    const char *name;
    void (*set)(long value);
};
static const Setting settings[] = {
    {"mode", [](long v) { conf.mode = (int)v; }},
    {"order", [](long v) { conf.order = (int)v; }},
    {"seed", [](long v) { rng.seed((unsigned)v); }},
    {"guard", [](long v) { conf.guard = (int)v; }},
    {"abort", [](long v) { conf.abort_on_error = (int)v; }},
    {"trace", [](long v) { conf.trace = (int)v; }},
    {"memory", [](long v) { conf.memory = (size_t)v; }},
    {"fail_code", [](long v) { conf.fail_code = (int)v; }},
    {"fail_at",
     [](long v) {
         conf.fail_at = v;
         stats.calls = 0;
     }},
    {"fail_from",
     [](long v) {
         conf.fail_from = v;
         stats.calls = 0;
     }},
    {"fail_op_at",
     [](long v) {
         conf.fail_op_at = v;
         stats.ops = 0;
     }},
    {"reset",
     [](long) {
         wait_all();
         clear_sticky();
     }},
    {"drain", [](long) { wait_all(); }},
};
struct Count {
    const char *name;
    const long *value;
};
static const Count counts[] = {
    {"calls", &stats.calls},
    {"ops", &stats.ops},
    {"launches", &stats.launches},
    {"blocks", &stats.blocks},
    {"threads", &stats.threads},
    {"switches", &stats.switches},
    {"faults", &stats.faults},
    {"compiles", &stats.compiles},
    {"compiler_opened", &stats.compiler_opened},
    {"libraries", &stats.libraries},
    {"compiled_launches", &stats.compiled_launches},
    {"live_allocs", &stats.live_allocs},
    {"live_bytes", &stats.live_bytes},
    {"live_pinned", &stats.live_pinned},
    {"live_streams", &stats.live_streams},
    {"live_events", &stats.live_events},
    {"live_handles", &stats.live_handles},
    {"live_graphs", &stats.live_graphs},
};

} /* namespace cudasim */

/* Tests find this by dlsym on the plugin. Sets and answers 0, or answers a count; -1 for a name it
 * does not know. "reset" waits for all work and clears errors, as a new process would. "live" is
 * the sum of everything that a program has to give back. */
CUDASIM_EXPORT long cudasim_ctl(const char *what, long value)
{
    using namespace cudasim;
    const Lock lock;
    for (const Setting &s : settings) {
        if (strcmp(s.name, what) != 0) continue;
        s.set(value);
        return 0;
    }
    for (const Count &c : counts)
        if (strcmp(c.name, what) == 0) return *c.value;
    if (strcmp(what, "live") == 0)
        return stats.live_allocs + stats.live_pinned + stats.live_streams + stats.live_events +
               stats.live_handles + stats.live_graphs;
    return -1;
}
