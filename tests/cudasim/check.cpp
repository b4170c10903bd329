/* The checked build: what compute-sanitizer does on a device. The kernels are compiled with
 * -fsanitize=thread but linked without that sanitizer's library; the calls that the compiler puts
 * before every load and store arrive here instead. Each is checked for its address space, bounds,
 * alignment, uninitialised reads, and races: in shared memory between barriers and between lanes
 * without a warp operation, in global memory between blocks and threads.
 *
 * The memory of what happened is one Cell for each word of four bytes, and one for each byte of
 * those words that were touched in part. */
#include "cudasim_int.h"
#include <algorithm>
#include <sys/mman.h>

namespace cudasim {

/* the last write and the last two different readers; a clock value of 0 stands for never */
struct Cell {
    uint32_t written, writer; /* the clock with two flags */
    uint32_t read, reader, read2, reader2;
};
constexpr uint32_t ATOMIC = 1u << 31, SPLIT = 1u << 30, CLOCK = SPLIT - 1;
constexpr uint32_t BY_RUNTIME = 1; /* before every launch */
constexpr size_t WORD = 4;

struct Shadow {
    Cell *words, *bytes;
};
static Shadow global_shadow, shared_shadow;
static uint32_t now = BY_RUNTIME + 1, launch_began, block_began, last_barrier, warp_synced[32];
static uint32_t fenced[1 << 16]; /* by block: its last __threadfence */
static bool acquired; /* this block has done an atomic access: it may see others' writes */
static bool enabled = true;

struct Access {
    bool write, atomic;
    char *p;
    size_t bytes;
    const char *kind() const { return atomic ? "atomic" : write ? "write" : "read"; }
};

static uint32_t tick()
{
    if (++now == CLOCK) mistake("the checked build's clock has run out: split this program");
    return now;
}
static Cell *reserve(size_t cells)
{
    void *const m = mmap(nullptr, cells * sizeof(Cell), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED) mistake("no address space for the checked build's records");
    return (Cell *)m;
}
static void make_shadows()
{
    if (global_shadow.words != nullptr) return;
    const size_t n = (size_t)(arena_hi - arena_lo);
    global_shadow = {reserve(n / WORD), reserve(n)};
    shared_shadow = {reserve(SHARED_MAX / WORD), reserve(SHARED_MAX)};
}

/* ---- contents made by the runtime */
static void split(Shadow &s, size_t word)
{
    Cell &whole = s.words[word];
    if (whole.written & SPLIT) return;
    for (size_t i = 0; i < WORD; i++) s.bytes[word * WORD + i] = whole;
    whole.written |= SPLIT;
}
static void set_all(void *p, size_t bytes, uint32_t written)
{
    make_shadows();
    if (!in_arena(p)) return;
    Shadow &s = global_shadow;
    const Cell state = {written, 0, 0, 0, 0, 0};
    size_t at = (size_t)((char *)p - arena_lo);
    const size_t end = at + bytes;
    for (; at < end && at % WORD != 0; at++) {
        split(s, at / WORD);
        s.bytes[at] = state;
    }
    for (; at + WORD <= end; at += WORD) s.words[at / WORD] = state;
    for (; at < end; at++) {
        split(s, at / WORD);
        s.bytes[at] = state;
    }
}
static void on_written(void *p, size_t bytes)
{
    set_all(p, bytes, BY_RUNTIME);
}
static void on_fresh(void *p, size_t bytes)
{
    make_shadows();
    constexpr size_t PAGE = 4096;
    char *const from = (char *)&global_shadow.words[((char *)p - arena_lo) / (long)WORD];
    char *const lo = (char *)(((uintptr_t)from + PAGE - 1) & ~(PAGE - 1));
    char *const hi = (char *)((uintptr_t)(from + bytes / WORD * sizeof(Cell)) & ~(PAGE - 1));
    if (bytes < 16 * PAGE || hi <= lo) {
        set_all(p, bytes, 0);
        return;
    }
    /* whole pages of records are given back, which zeroes them without touching them */
    constexpr size_t per_page = PAGE / sizeof(Cell) * WORD + 2 * WORD;
    set_all(p, per_page, 0);
    set_all((char *)p + bytes - per_page, per_page, 0);
    madvise(lo, (size_t)(hi - lo), MADV_DONTNEED);
}

/* ---- the order of events */
static void on_launch()
{
    make_shadows();
    launch_began = tick();
    enabled = getenv("CUDASIM_NOCHECK") == nullptr;
}
static void on_barrier()
{
    last_barrier = tick();
    std::fill(warp_synced, warp_synced + 32, last_barrier);
}
static void on_block()
{
    on_barrier();
    block_began = last_barrier;
    acquired = false;
}
static void on_warp(unsigned warp)
{
    warp_synced[warp] = tick();
}
static void on_fence()
{
    fenced[block_linear() & 0xffff] = tick();
}

/* ---- races; a thread is its index in the block and, above that, its block */
static uint32_t myself()
{
    return ctx.lin | (block_linear() & 0x1fffff) << 10;
}
static uint32_t block_of(uint32_t who)
{
    return who >> 10;
}
static bool same_warp(uint32_t a, uint32_t b)
{
    return a >> 5 == b >> 5;
}
[[noreturn]] static void race(const char *space, const Access &a, uint32_t other,
                              const char *other_did, const char *why)
{
    device_error("RACE in %s memory at %p: %s here, %s by block %u thread %u (%s)", space,
                 (void *)a.p, a.kind(), other_did, block_of(other), other & 1023, why);
}
static const char *kind_of_write(const Cell &c)
{
    return c.written & ATOMIC ? "atomic" : "write";
}

static inline void note(Cell &c, const Access &a, uint32_t me)
{
    if (a.write || a.atomic) {
        c.written = now | (a.atomic ? ATOMIC : 0);
        c.writer = me;
        return;
    }
    if (c.reader != me) {
        c.read2 = c.read;
        c.reader2 = c.reader;
        c.reader = me;
    }
    c.read = now;
}

static void global_readers(const Access &a, uint32_t me, uint32_t when, uint32_t who)
{
    if (when < launch_began || who == me) return;
    if (block_of(who) != block_of(me)) race("global", a, who, "read", "another block");
    if (when >= last_barrier && !same_warp(who, me))
        race("global", a, who, "read", "same block, no barrier between");
}
static inline void visit_global(Cell &c, const Access &a, uint32_t me)
{
    const uint32_t when = c.written & CLOCK;
    const bool both_atomic = a.atomic && (c.written & ATOMIC);
    if (!a.write && !a.atomic && when == 0)
        device_error("read of uninitialised device memory: %zu bytes at %p, %s", a.bytes,
                     (void *)a.p, describe(a.p));
    if (when >= launch_began && c.writer != me && !both_atomic) {
        if (block_of(c.writer) == block_of(me)) {
            if (when >= last_barrier && !same_warp(c.writer, me))
                race("global", a, c.writer, kind_of_write(c), "same block, no barrier between");
        } else {
            /* published: the writer fenced after the write, this block has looked at an atomic */
            const bool seen = acquired && fenced[block_of(c.writer) & 0xffff] > when;
            if (a.write || !seen) race("global", a, c.writer, kind_of_write(c), "another block");
        }
    }
    if (a.write && !a.atomic) {
        global_readers(a, me, c.read, c.reader);
        global_readers(a, me, c.read2, c.reader2);
    }
    note(c, a, me);
}

static const char *shared_conflict(uint32_t me, uint32_t when, uint32_t who)
{
    if (when < block_began || who == me) return nullptr;
    if (same_warp(who, me))
        return when >= warp_synced[ctx.warp] ? "same warp, no __syncwarp between" : nullptr;
    return when >= last_barrier ? "no __syncthreads between" : nullptr;
}
static void shared_readers(const Access &a, uint32_t me, uint32_t when, uint32_t who)
{
    if (const char *const why = shared_conflict(me, when, who)) race("shared", a, who, "read", why);
}
static inline void visit_shared(Cell &c, const Access &a, uint32_t me)
{
    const uint32_t when = c.written & CLOCK;
    if (!a.write && !a.atomic && when < block_began)
        device_error("read of uninitialised shared memory: %zu bytes at %p", a.bytes, (void *)a.p);
    if (!(a.atomic && (c.written & ATOMIC)))
        if (const char *const why = shared_conflict(me, when, c.writer))
            race("shared", a, c.writer, kind_of_write(c), why);
    if (a.write || a.atomic) {
        shared_readers(a, me, c.read, c.reader);
        shared_readers(a, me, c.read2, c.reader2);
    }
    note(c, a, me);
}

/* Visit the cells of an access: one for a whole word, unless it has been split. */
template <void visit(Cell &, const Access &, uint32_t)>
static inline void walk(Shadow &s, size_t at, const Access &a, uint32_t me)
{
    const size_t end = at + a.bytes;
    for (size_t word = at / WORD; word * WORD < end; word++) {
        const size_t lo = std::max(at, word * WORD), hi = std::min(end, word * WORD + WORD);
        Cell &whole = s.words[word];
        if (hi - lo == WORD && !(whole.written & SPLIT)) {
            visit(whole, a, me);
            continue;
        }
        split(s, word);
        for (size_t i = lo; i < hi; i++) visit(s.bytes[i], a, me);
        /* after a plain write of all of it, what was read before matters no more */
        if (hi - lo == WORD && a.write && !a.atomic) whole = {now, me, 0, 0, 0, 0};
    }
}

/* ---- which memory is it */
struct Extent {
    char *lo, *hi;
};
static Extent
    recent[4]; /* allocations; forgotten at each launch, as none comes or goes meanwhile */
static unsigned next_recent;
static uint32_t recent_launch;

static bool in_live_allocation(char *p, size_t bytes)
{
    if (recent_launch != launch_began) {
        std::fill(recent, recent + 4, Extent{nullptr, nullptr});
        recent_launch = launch_began;
    }
    for (const Extent &e : recent)
        if (p >= e.lo && p + bytes <= e.hi) return true;
    const Alloc *const a = find_alloc(p);
    if (a == nullptr || p + bytes > a->base + a->size) return false;
    recent[next_recent++ % 4] = {a->base, a->base + a->size};
    return true;
}
[[noreturn]] static void shared_bounds(const Access &a)
{
    for (const Slot &q : slots)
        if (a.p >= q.p && a.p < q.p + q.bytes + 32)
            device_error(
                "%s of %zu bytes out of bounds: byte %td of the shared array %s of %zu bytes",
                a.kind(), a.bytes, a.p - q.p, q.name, q.bytes);
    device_error("%s of %zu bytes of shared memory outside every array", a.kind(), a.bytes);
}
/* The compiler makes the same call for 16 bytes of a structure that is aligned to 8; a vector type
 * that asks for more is the alignment sanitizer's matter. */
static bool misaligned(const Access &a)
{
    return (uintptr_t)a.p % std::min<size_t>(a.bytes, 8) != 0;
}
static uint32_t last_block; /* of the answer that check_shared remembers */

static void check_shared(const Access &a, bool aligned)
{
    static Slot last; /* most accesses are to the array of the one before */
    const auto holds = [&](const Slot &q) { return a.p >= q.p && a.p + a.bytes <= q.p + q.bytes; };
    if (last_block != block_began || !holds(last)) {
        const auto found = std::find_if(slots.begin(), slots.end(), holds);
        if (found == slots.end()) shared_bounds(a);
        last = *found;
        last_block = block_began;
    }
    if (aligned && misaligned(a))
        device_error("misaligned %s of %zu bytes at %p in shared memory", a.kind(), a.bytes,
                     (void *)a.p);
    walk<visit_shared>(shared_shadow, (size_t)(a.p - shared_lo), a, ctx.lin);
}
static void check_global(const Access &a, bool aligned)
{
    if (!in_live_allocation(a.p, a.bytes))
        device_error("%s of %zu bytes at %p: %s", a.kind(), a.bytes, (void *)a.p, describe(a.p));
    if (aligned && misaligned(a))
        device_error("misaligned %s of %zu bytes at %p", a.kind(), a.bytes, (void *)a.p);
    walk<visit_global>(global_shadow, (size_t)(a.p - arena_lo), a, myself());
}
/* In order of frequency. Beside what a device has, a kernel may touch threadIdx and its like, and
 * the parameters, which it only reads. */
static void check(void *address, size_t bytes, bool write, bool atomic, bool aligned)
{
    char *const p = (char *)address;
    if (!on_kernel_thread() || (p >= stack_lo && p < stack_hi)) return;
    if ((p >= (char *)&ctx && p < (char *)(&ctx + 1)) || !enabled) return;
    const Access a = {write, atomic, p, bytes};
    if (in_arena(p))
        check_global(a, aligned);
    else if (p >= shared_lo && p < shared_lo + SHARED_MAX)
        check_shared(a, aligned);
    else if ((write || !in_kernel_params(p)) && !is_pinned(p))
        device_error("%s of %zu bytes of HOST memory at %p", a.kind(), bytes, address);
}
static void volatile_read(void *p, size_t bytes, bool aligned)
{
    if (on_kernel_thread()) acquired = true;
    check(p, bytes, false, true, aligned);
}
static void on_atomic(void *p, size_t bytes)
{
    acquired = true;
    check(p, bytes, true, true, true);
}

__attribute__((constructor)) static void install()
{
    hooks.launch = on_launch;
    hooks.block = on_block;
    hooks.barrier = on_barrier;
    hooks.warp = on_warp;
    hooks.fence = on_fence;
    hooks.fresh = on_fresh;
    hooks.written = on_written;
    hook_atomic = on_atomic;
}

} /* namespace cudasim */

/* ---- what the compiler calls; volatile accesses count as atomic */
using cudasim::check;
using cudasim::volatile_read;

#pragma GCC visibility push(default) /* for kernels compiled at run time, too */
extern "C" {
#define CUDASIM_ACCESS(N)                            \
    void __tsan_read##N(void *p)                     \
    {                                                \
        check(p, N, false, false, true);             \
    }                                                \
    void __tsan_write##N(void *p)                    \
    {                                                \
        check(p, N, true, false, true);              \
    }                                                \
    void __tsan_unaligned_read##N(void *p)           \
    {                                                \
        check(p, N, false, false, false);            \
    }                                                \
    void __tsan_unaligned_write##N(void *p)          \
    {                                                \
        check(p, N, true, false, false);             \
    }                                                \
    void __tsan_volatile_read##N(void *p)            \
    {                                                \
        volatile_read(p, N, true);                   \
    }                                                \
    void __tsan_volatile_write##N(void *p)           \
    {                                                \
        check(p, N, true, true, true);               \
    }                                                \
    void __tsan_unaligned_volatile_read##N(void *p)  \
    {                                                \
        volatile_read(p, N, false);                  \
    }                                                \
    void __tsan_unaligned_volatile_write##N(void *p) \
    {                                                \
        check(p, N, true, true, false);              \
    }
CUDASIM_ACCESS(1)
CUDASIM_ACCESS(2)
CUDASIM_ACCESS(4)
CUDASIM_ACCESS(8)
CUDASIM_ACCESS(16)
void __tsan_read_range(void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) check((char *)p + i, 1, false, false, false);
}
void __tsan_write_range(void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) check((char *)p + i, 1, true, false, false);
}
/* host code beside the kernels: shared_ptr and its like */
#define CUDASIM_HOST_ATOMIC(T, N)                                                              \
    T __tsan_atomic##N##_load(const volatile T *p, int)                                        \
    {                                                                                          \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                           \
    }                                                                                          \
    void __tsan_atomic##N##_store(volatile T *p, T v, int)                                     \
    {                                                                                          \
        __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                              \
    }                                                                                          \
    T __tsan_atomic##N##_exchange(volatile T *p, T v, int)                                     \
    {                                                                                          \
        return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                    \
    }                                                                                          \
    T __tsan_atomic##N##_fetch_add(volatile T *p, T v, int)                                    \
    {                                                                                          \
        return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);                                     \
    }                                                                                          \
    T __tsan_atomic##N##_fetch_sub(volatile T *p, T v, int)                                    \
    {                                                                                          \
        return __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST);                                     \
    }                                                                                          \
    bool __tsan_atomic##N##_compare_exchange_strong(volatile T *p, T *expected, T v, int, int) \
    {                                                                                          \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_SEQ_CST,            \
                                           __ATOMIC_SEQ_CST);                                  \
    }                                                                                          \
    bool __tsan_atomic##N##_compare_exchange_weak(volatile T *p, T *expected, T v, int, int)   \
    {                                                                                          \
        return __atomic_compare_exchange_n(p, expected, v, true, __ATOMIC_SEQ_CST,             \
                                           __ATOMIC_SEQ_CST);                                  \
    }
CUDASIM_HOST_ATOMIC(uint8_t, 8)
CUDASIM_HOST_ATOMIC(uint32_t, 32)
CUDASIM_HOST_ATOMIC(uint64_t, 64)
void __tsan_init() {}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void **, void *) {}
void __tsan_vptr_read(void **) {}
} /* extern "C" */
#pragma GCC visibility pop
