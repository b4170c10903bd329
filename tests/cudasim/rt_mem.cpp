/* Device memory: an arena of addresses that host code cannot touch.
 *
 * An allocation ends where its pages end, so that the first byte past it faults (up to CUDA's own
 * granule of 256 bytes, which canaries fill); pages are opened when device work first touches them
 * and closed when it is over; addresses come back into use only when the whole arena has been gone
 * through, so a stale pointer meets closed pages. The fault handler turns each of these into one
 * line of text. */
#include "cudasim_int.h"
#include <algorithm>
#include <csignal>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, bytes) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(p, bytes) ((void)0)
#endif

namespace cudasim {

constexpr size_t PAGE = 4096, GRANULE = 256;
constexpr size_t ARENA_BYTES = (size_t)64 << 30;
constexpr unsigned char CANARY = 0xcb, FRESH = 0xff, FRESH_PINNED = 0xa5;

char *arena_lo, *arena_hi;
static char *cursor; /* where the next search for room begins */
static std::map<char *, Alloc> live, dead;
static unsigned alloc_ids;
static size_t used[MAX_DEVICES];
static unsigned peers[MAX_DEVICES]; /* bit set: may touch that device's memory */
static std::vector<Alloc *> opened;
static int device_depth, active_device;

struct Pinned {
    size_t bytes;
    bool owned;
};
static std::map<char *, Pinned> pinned;

size_t device_bytes(int device)
{
    return used[device];
}
static Alloc *lookup(std::map<char *, Alloc> &in, const void *p)
{
    auto it = in.upper_bound((char *)p);
    if (it == in.begin()) return nullptr;
    Alloc &a = std::prev(it)->second;
    return (const char *)p < a.base + a.size ? &a : nullptr;
}
Alloc *find_alloc(const void *p)
{
    return lookup(live, p);
}
bool range_ok(const void *p, size_t bytes)
{
    const Alloc *const a = find_alloc(p);
    return a != nullptr && bytes <= (size_t)(a->base + a->size - (const char *)p);
}
/* the live allocation whose pages hold p, the slack before its start included */
static Alloc *mapping_of(const char *p)
{
    auto it = live.upper_bound((char *)p);
    if (it != live.end() && p >= it->second.lo) return &it->second;
    if (it == live.begin()) return nullptr;
    Alloc &a = std::prev(it)->second;
    return p < a.lo + a.mapped ? &a : nullptr;
}
const char *describe(const void *p)
{
    static char text[160];
    if (const Alloc *const a = find_alloc(p))
        snprintf(text, sizeof text, "byte %td of allocation #%u (%zu bytes, device %d)",
                 (const char *)p - a->base, a->id, a->size, a->device);
    else if (const Alloc *const d = lookup(dead, p))
        snprintf(text, sizeof text, "a freed device pointer (allocation #%u of %zu bytes)", d->id,
                 d->size);
    else if (in_arena(p)) {
        auto it = live.upper_bound((char *)p);
        if (it == live.begin()) return "a device address outside every allocation";
        const Alloc &near = std::prev(it)->second;
        snprintf(text, sizeof text, "%td bytes past the start of allocation #%u of %zu bytes",
                 (const char *)p - near.base, near.id, near.size);
    } else
        snprintf(text, sizeof text, "a %s host pointer", is_pinned(p) ? "pinned" : "plain");
    return text;
}

/* ---- peers */
bool peer_enabled(int device, int peer)
{
    return peers[device] >> peer & 1;
}
void peer_enable(int device, int peer, bool on)
{
    peers[device] = on ? peers[device] | 1u << peer : peers[device] & ~(1u << peer);
}
bool device_reaches(int device, const Alloc *a)
{
    return device == ANY_DEVICE || a->device == device || peer_enabled(device, a->device);
}

/* ---- opening and closing */
static void open_pages(Alloc *a)
{
    mprotect(a->lo, a->mapped, PROT_READ | PROT_WRITE);
    a->open = true;
    opened.push_back(a);
}
static void close_all()
{
    if (!conf.guard) return;
    for (Alloc *a : opened) {
        mprotect(a->lo, a->mapped, PROT_NONE);
        a->open = false;
    }
    opened.clear();
}
/* The handler needs a stack of its own where a fiber has run over its end. */
static void need_signal_stack()
{
    struct SignalStack {
        void *memory = nullptr;
        SignalStack()
        {
            stack_t now = {};
            if (sigaltstack(nullptr, &now) == 0 && !(now.ss_flags & SS_DISABLE)) return;
            stack_t mine = {};
            mine.ss_size = 64 << 10;
            mine.ss_sp = memory = malloc(mine.ss_size);
            if (memory != nullptr) sigaltstack(&mine, nullptr);
        }
        ~SignalStack()
        {
            if (memory == nullptr) return;
            stack_t off = {};
            off.ss_flags = SS_DISABLE;
            sigaltstack(&off, nullptr);
            free(memory);
        }
    };
    static thread_local SignalStack stack;
    (void)&stack;
}
DeviceMode::DeviceMode(int device) : before(active_device)
{
    if (device_depth++ == 0) need_signal_stack();
    active_device = device;
}
DeviceMode::~DeviceMode()
{
    active_device = before;
    if (--device_depth == 0) close_all();
}
int device_mode_leave()
{
    const int depth = device_depth;
    device_depth = 0;
    if (depth > 0) close_all();
    return depth;
}
void device_mode_return(int depth)
{
    device_depth = depth;
}

/* ---- faults */
static struct sigaction before_us[NSIG];

/* Is device work at hand, and is the calling thread part of it? The threads of a BLAS under a fake
 * library call are. */
static bool in_device_code()
{
    if (device_depth == 0) return false;
    return lock_is_mine() || (running_op != nullptr && running_kernel() == nullptr);
}
static void open_on_fault(Alloc *a)
{
    static std::atomic_flag busy = ATOMIC_FLAG_INIT; /* several threads of a BLAS at a time */
    while (busy.test_and_set(std::memory_order_acquire)) {
    }
    if (!a->open) {
        open_pages(a);
        stats.faults++;
    }
    busy.clear(std::memory_order_release);
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
    const struct sigaction &old = before_us[signal];
    if (old.sa_flags & SA_SIGINFO) {
        old.sa_sigaction(signal, info, context);
    } else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) {
        old.sa_handler(signal);
    } else { /* the instruction is tried again and ends the process as if we were not here */
        struct sigaction plain = {};
        plain.sa_handler = SIG_DFL;
        sigaction(signal, &plain, nullptr);
    }
}
static void on_segv(int signal, siginfo_t *info, void *context)
{
    const char *const p = (const char *)info->si_addr;
    const bool device_code = in_device_code();
    if (!in_arena(p)) {
        if (lock_is_mine() && running_kernel() != nullptr) {
            fprintf(stderr,
                    "cudasim: SIGSEGV at %p in a kernel: a wild pointer, or too much on its "
                    "stack\n",
                    (const void *)p);
            print_where(stderr);
        }
        pass_on(signal, info, context);
        return;
    }
    Alloc *const a = mapping_of(p);
    if (device_code && a != nullptr && device_reaches(active_device, a)) {
        open_on_fault(a);
        return;
    }
    if (!device_code && a != nullptr && a->open) return; /* another thread opened it meanwhile */
    const char *const who =
        device_code ? "ILLEGAL ADDRESS in device code" : "HOST CODE touches device memory";
    if (device_code && a != nullptr)
        fprintf(stderr, "cudasim: %s: %p of device %d from device %d without peer access\n", who,
                (const void *)p, a->device, active_device);
    else
        fprintf(stderr, "cudasim: %s: %p is %s\n", who, (const void *)p, describe(p));
    if (device_code && running_kernel() != nullptr)
        print_where(stderr);
    else if (device_code && running_op != nullptr)
        fprintf(stderr, "  in %s\n", running_op);
    abort();
}
static void on_trap(int signal, siginfo_t *info, void *context)
{
    if (lock_is_mine() && running_kernel() != nullptr) {
        fputs("cudasim: KERNEL ERROR: a trap: misaligned access or undefined behaviour\n", stderr);
        print_where(stderr);
        abort();
    }
    pass_on(signal, info, context);
}
static void make_arena()
{
    if (arena_lo != nullptr) return;
    void *const m = mmap((void *)0x510000000000, ARENA_BYTES, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED) mistake("no address space (is there a limit on virtual memory?)");
    arena_lo = (char *)m;
    cursor = arena_lo + PAGE;
    arena_hi = arena_lo + ARENA_BYTES;
    struct sigaction sa = {};
    sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sa.sa_sigaction = on_segv;
    sigaction(SIGSEGV, &sa, &before_us[SIGSEGV]);
    sa.sa_sigaction = on_trap;
    sigaction(SIGILL, &sa, &before_us[SIGILL]);
    sigaction(SIGTRAP, &sa, &before_us[SIGTRAP]);
}

/* ---- allocations */
/* The next stretch of addresses that no live allocation uses; NULL when there is none. */
static char *find_room(size_t bytes)
{
    for (int pass = 0; pass < 2; pass++) {
        char *at = cursor;
        while (at + bytes <= arena_hi) {
            auto it = live.lower_bound(at); /* bases lie at the end of their first page or later */
            if (it != live.begin()) {
                const Alloc &left = std::prev(it)->second;
                if (left.lo + left.mapped + PAGE > at) {
                    at = left.lo + left.mapped + PAGE;
                    continue;
                }
            }
            if (it == live.end() || it->second.lo >= at + bytes) {
                cursor = at + bytes;
                return at;
            }
            at = it->second.lo + it->second.mapped + PAGE;
        }
        cursor = arena_lo + PAGE;
    }
    return nullptr;
}
cudaError_t mem_alloc(int device, size_t bytes, void **out)
{
    make_arena();
    *out = nullptr;
    if (bytes == 0) return cudaSuccess;
    if (bytes > conf.memory || used[device] + bytes > conf.memory) return cudaErrorMemoryAllocation;
    const size_t rounded = (bytes + GRANULE - 1) & ~(GRANULE - 1);
    const size_t mapped = (rounded + PAGE - 1) & ~(PAGE - 1);
    char *const lo = find_room(mapped + PAGE);
    if (lo == nullptr) return cudaErrorMemoryAllocation;
    dead.erase(dead.lower_bound(lo), dead.lower_bound(lo + mapped + PAGE));
    if (mprotect(lo, mapped, PROT_READ | PROT_WRITE) != 0)
        mistake("too many live allocations (%ld) for the system's count of mappings",
                stats.live_allocs);
    Alloc a = {lo + mapped - rounded, bytes, lo, mapped, ++alloc_ids, device, false, false};
    memset(lo, CANARY, (size_t)(a.base - lo));
    memset(a.base, FRESH, bytes);
    memset(a.base + bytes, CANARY, rounded - bytes);
    ASAN_POISON_MEMORY_REGION(lo, a.base - lo);
    ASAN_POISON_MEMORY_REGION(a.base + bytes, rounded - bytes);
    if (hooks.fresh) hooks.fresh(a.base, bytes);
    if (conf.guard)
        mprotect(lo, mapped, PROT_NONE);
    else
        a.open = true;
    live[a.base] = a;
    opened.reserve(live.size()); /* the fault handler does not allocate */
    used[device] += bytes;
    stats.live_allocs++;
    stats.live_bytes += (long)bytes;
    *out = a.base;
    return cudaSuccess;
}
__attribute__((no_sanitize("address"))) static void check_canaries(const Alloc &a)
{
    const char *const end = a.base + a.size;
    for (const char *p = a.lo; p < a.base; p++)
        if ((unsigned char)*p != CANARY)
            mistake("something wrote %td bytes BEFORE allocation #%u", a.base - p, a.id);
    for (const char *p = end; p < a.lo + a.mapped; p++)
        if ((unsigned char)*p != CANARY)
            mistake("something wrote PAST allocation #%u of %zu bytes, at byte %td", a.id, a.size,
                    p - a.base);
}
cudaError_t mem_free(void *p)
{
    if (p == nullptr) return cudaSuccess;
    auto it = live.find((char *)p);
    if (it == live.end()) return cudaErrorInvalidValue;
    Alloc &a = it->second;
    {
        const DeviceMode mode(a.device);
        if (!a.open) open_pages(&a);
        check_canaries(a);
    }
    opened.erase(std::remove(opened.begin(), opened.end(), &a), opened.end());
    ASAN_UNPOISON_MEMORY_REGION(a.lo, a.mapped);
    madvise(a.lo, a.mapped, MADV_DONTNEED);
    mprotect(a.lo, a.mapped, PROT_NONE);
    used[a.device] -= a.size;
    stats.live_allocs--;
    stats.live_bytes -= (long)a.size;
    dead[a.base] = a;
    live.erase(it);
    return cudaSuccess;
}

/* ---- pinned host memory */
cudaError_t pinned_add(void *p, size_t bytes, bool owned)
{
    if (pinned_find(p) != nullptr) return cudaErrorHostMemoryAlreadyRegistered;
    if (owned) memset(p, FRESH_PINNED, bytes);
    pinned[(char *)p] = {bytes, owned};
    stats.live_pinned++;
    return cudaSuccess;
}
bool pinned_remove(void *p, bool owned)
{
    auto it = pinned.find((char *)p);
    if (it == pinned.end() || it->second.owned != owned) return false;
    pinned.erase(it);
    stats.live_pinned--;
    if (owned) free(p);
    return true;
}
char *pinned_find(const void *p)
{
    auto it = pinned.upper_bound((char *)p);
    if (it == pinned.begin()) return nullptr;
    --it;
    return (const char *)p < it->first + it->second.bytes ? it->first : nullptr;
}

} /* namespace cudasim */
