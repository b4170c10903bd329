/* Runs kernels: each thread of a block is a fiber on one host thread, blocks run one by one.
 *
 * A thread gets a fiber of its own only if it has to wait: one fiber runs unstarted threads to
 * their end one after the other until one of them blocks. A kernel without barriers is a plain
 * loop. Barriers and warp operations are rendezvous; whoever cannot be met any more is reported
 * with the source line where the others wait. */
#include "cudasim_int.h"
#include <algorithm>
#include <cstdarg>
#include <sys/mman.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, bytes) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(p, bytes) ((void)0)
#endif
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace cudasim {

Ctx ctx;
std::vector<Slot> slots;
Hooks hooks;
void (*hook_atomic)(void *, size_t);

/* ================================================================== fibers */
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t STACK_BYTES = 512 << 10;
#else
constexpr size_t STACK_BYTES = 128 << 10;
#endif
constexpr size_t PAGE = 4096;

struct Fiber {
    char *stack;
    size_t bytes;
    size_t colour; /* so that the stacks' hot lines do not all fall into one set of the cache */
    void *asan_fake;
#if defined(__x86_64__)
    void *sp;
#else
    ucontext_t context;
#endif
};
static void fiber_main();

#if defined(__x86_64__)
extern "C" void cudasim_switch(void **save, void *to) __attribute__((visibility("hidden")));
/* the callee-saved registers of the System V ABI on the old stack, then those of the new one */
asm(R"(.text
.globl cudasim_switch
.hidden cudasim_switch
.type cudasim_switch,@function
cudasim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size cudasim_switch,.-cudasim_switch)");

static void prepare(Fiber *f)
{
    void **sp = (void **)(f->stack + f->bytes - f->colour);
    *--sp = nullptr; /* fiber_main never returns; keeps the stack aligned as after a call */
    *--sp = (void *)fiber_main;
    for (int i = 0; i < 6; i++) *--sp = nullptr;
    f->sp = sp;
}
static void raw_switch(Fiber *from, Fiber *to)
{
    cudasim_switch(&from->sp, to->sp);
}
#else
static void prepare(Fiber *f)
{
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = f->stack;
    f->context.uc_stack.ss_size = f->bytes - f->colour;
    f->context.uc_link = nullptr;
    makecontext(&f->context, fiber_main, 0);
}
static void raw_switch(Fiber *from, Fiber *to)
{
    swapcontext(&from->context, &to->context);
}
#endif

static std::vector<Fiber *> fibers;
static std::vector<int> idle;
static Fiber caller; /* the host thread's own stack, while a block runs */
static int current_fiber = -1;

/* The address sanitizer must know which stack is in use; that of the host thread it tells us. */
#if defined(__SANITIZE_ADDRESS__)
static bool left_caller;
static void landed(void *fake)
{
    const void *bottom;
    size_t bytes;
    __sanitizer_finish_switch_fiber(fake, &bottom, &bytes);
    if (!left_caller) return;
    caller.stack = (char *)bottom;
    caller.bytes = bytes;
    left_caller = false;
}
static void leaving(Fiber *from, Fiber *to)
{
    left_caller = from == &caller;
    __sanitizer_start_switch_fiber(&from->asan_fake, to->stack, to->bytes);
}
#else
static void landed(void *) {}
static void leaving(Fiber *, Fiber *) {}
#endif

static void jump(Fiber *from, Fiber *to)
{
    stats.switches++;
    stack_lo = to->stack;
    stack_hi = to->stack + to->bytes;
    leaving(from, to);
    raw_switch(from, to);
    landed(from->asan_fake);
}
static void renew(Fiber *f)
{
    ASAN_UNPOISON_MEMORY_REGION(f->stack, f->bytes);
    f->asan_fake = nullptr;
    prepare(f);
}
static int take_fiber()
{
    if (!idle.empty()) {
        const int f = idle.back();
        idle.pop_back();
        return f;
    }
    char *const m = (char *)mmap(nullptr, STACK_BYTES + PAGE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED) mistake("no memory for the stacks of a block's threads");
    mprotect(m, PAGE, PROT_NONE);
    Fiber *const f = new Fiber();
    f->stack = m + PAGE;
    f->bytes = STACK_BYTES;
    f->colour = fibers.size() % 16 * 256;
    renew(f);
    fibers.push_back(f);
    return (int)fibers.size() - 1;
}

/* ================================================================== the block that runs */
enum State : uint8_t { NEW, READY, RUNNING, AT_BARRIER, AT_WARP_OP, EXITED };
struct Thread {
    uint3 tid;
    int fiber;
    State state;
    uint8_t op;
    unsigned mask;
    int source;
    uint64_t value, result;
    const char *file;
    int line;
};
struct Warp {
    unsigned exists, waiting, exited; /* lanes */
};
static Thread threads[1024];
static Warp warps[32];
static int nthreads, alive, at_barrier, barrier_count, current, started;
static int start_order[1024];
static std::vector<int> ready; /* a queue: what lies before ready_head has been taken */
static size_t ready_head;
static int pending = -1; /* the thread that a fresh fiber begins with */

static const Body *body;
static const char *kernel_name;
std::atomic<void *> kernel_thread;
char *stack_lo, *stack_hi;
static cudaError_t block_error;
static uint64_t epochs;
static dim3 grid_dim, block_dim;

const char *running_kernel()
{
    return kernel_name;
}
unsigned block_linear()
{
    return ctx.bid.x + grid_dim.x * (ctx.bid.y + grid_dim.y * ctx.bid.z);
}
bool in_kernel_params(const void *p)
{
    const char *const b = (const char *)body->object.get();
    return (const char *)p >= b && (const char *)p < b + body->bytes;
}
void print_where(FILE *out)
{
    fprintf(out, "  kernel %s block (%u,%u,%u) thread (%u,%u,%u)\n", kernel_name, ctx.bid.x,
            ctx.bid.y, ctx.bid.z, ctx.tid.x, ctx.tid.y, ctx.tid.z);
}

/* ---- mistakes of kernels */
[[noreturn]] static void leave_block(cudaError_t e)
{
    if (conf.abort_on_error) abort();
    block_error = e;
    jump(fibers[(size_t)current_fiber], &caller);
    abort(); /* the fiber is renewed before it is used again */
}
void device_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("cudasim: KERNEL ERROR: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    print_where(stderr);
    leave_block(cudaErrorLaunchFailure);
}
[[noreturn]] static void deadlock()
{
    fputs("cudasim: DEADLOCK: no thread of the block can go on; a divergent barrier or warp "
          "operation?\n",
          stderr);
    print_where(stderr);
    const Thread *last = nullptr;
    for (int i = 0, shown = 0; i < nthreads && shown < 8; i++) {
        const Thread &t = threads[i];
        if (t.state != AT_BARRIER && t.state != AT_WARP_OP) continue;
        if (last != nullptr && last->file == t.file && last->line == t.line) continue;
        last = &t;
        shown++;
        if (t.state == AT_BARRIER)
            fprintf(stderr, "  from thread %d on: at __syncthreads, %s:%d\n", i, t.file, t.line);
        else
            fprintf(stderr, "  from thread %d on: at a warp operation with mask %08x, %s:%d\n", i,
                    t.mask, t.file, t.line);
    }
    if (alive < nthreads) fprintf(stderr, "  %d threads have returned\n", nthreads - alive);
    leave_block(cudaErrorLaunchTimeout);
}

/* ================================================================== scheduling */
static void set_current(int t)
{
    Thread &q = threads[t];
    current = t;
    q.state = RUNNING;
    ctx.tid = q.tid;
    ctx.lin = (unsigned)t;
    ctx.lane = (unsigned)t & 31;
    ctx.warp = (unsigned)t >> 5;
}
static void make_ready(int t)
{
    threads[t].state = READY;
    ready.push_back(t);
}
/* The next thread to run, -1 for none. Forward order lets each warp run ahead as far as it can. */
static int pick()
{
    if (ready_head == ready.size()) {
        ready.clear();
        ready_head = 0;
    }
    const size_t waiting = ready.size() - ready_head;
    const bool more = started < nthreads;
    if (conf.order == SHUFFLED) {
        if (waiting == 0 && !more) return -1;
        const size_t k = rng() % (waiting + (more ? 1 : 0));
        if (k == waiting) return start_order[started++];
        std::swap(ready[ready_head + k], ready[ready_head]);
        return ready[ready_head++];
    }
    if (waiting > 0 && conf.order == REVERSE) {
        const int t = ready.back();
        ready.pop_back();
        return t;
    }
    if (waiting > 0) return ready[ready_head++];
    return more ? start_order[started++] : -1;
}
/* The current thread cannot go on: run others, come back when it is ready and picked. */
static void block_self()
{
    const int me = current, my_fiber = current_fiber;
    const int next = pick();
    if (next < 0) deadlock();
    if (next == me) {
        set_current(me);
        return;
    }
    int fiber;
    if (threads[next].state == NEW) {
        fiber = take_fiber();
        pending = next;
    } else {
        fiber = threads[next].fiber;
        set_current(next);
    }
    current_fiber = fiber;
    jump(fibers[(size_t)my_fiber], fibers[(size_t)fiber]);
    current_fiber = my_fiber;
    set_current(me);
}
static void thread_exit(int t);
static void fiber_main()
{
    landed(nullptr);
    for (;;) {
        const int me = current_fiber;
        int t = pending;
        pending = -1;
        while (t >= 0 && threads[t].state == NEW) {
            threads[t].fiber = me;
            set_current(t);
            body->run(body->object.get());
            thread_exit(t);
            t = pick();
        }
        idle.push_back(me);
        if (t >= 0) { /* one that waits on another fiber goes on there; this one is free */
            set_current(t);
            current_fiber = threads[t].fiber;
            jump(fibers[(size_t)me], fibers[(size_t)current_fiber]);
        } else {
            if (alive > 0) deadlock();
            jump(fibers[(size_t)me], &caller);
        }
    }
}

/* ================================================================== barriers */
static void release_barrier()
{
    const int count = barrier_count;
    barrier_count = 0;
    at_barrier = 0;
    if (hooks.barrier) hooks.barrier();
    for (int i = 0; i < nthreads; i++) {
        if (threads[i].state != AT_BARRIER) continue;
        threads[i].result = (uint64_t)count;
        make_ready(i);
    }
}
int bar_sync(const char *file, int line, int predicate)
{
    static int first; /* of those that wait now */
    Thread &t = threads[current];
    t.file = file;
    t.line = line;
    if (alive < nthreads)
        device_error("__syncthreads at %s:%d after %d threads of the block have returned", file,
                     line, nthreads - alive);
    if (at_barrier == 0)
        first = current;
    else if (threads[first].line != line || threads[first].file != file)
        device_error("divergent __syncthreads: thread %d waits at %s:%d, this one comes to %s:%d",
                     first, threads[first].file, threads[first].line, file, line);
    barrier_count += predicate;
    at_barrier++;
    t.state = AT_BARRIER;
    if (at_barrier == alive) release_barrier();
    block_self();
    return (int)t.result;
}

/* ================================================================== warp operations */
static uint64_t combine(WarpOp op, uint64_t a, uint64_t b)
{
    switch (op) {
    case W_ADD: return a + b;
    case W_MIN: return std::min(a, b);
    case W_MAX: return std::max(a, b);
    case W_AND: return a & b;
    case W_XOR: return a ^ b;
    default: return a | b;
    }
}
/* all lanes of the group have come: compute what each of them gets */
static void warp_finish(int first, unsigned group, WarpOp op)
{
    uint64_t all = 0;
    bool any = false;
    for (unsigned g = group; g != 0; g &= g - 1) {
        const int i = __builtin_ctz(g);
        const uint64_t v =
            op == W_BALLOT ? (threads[first + i].value & 1) << i : threads[first + i].value;
        all = any ? combine(op, all, v) : v;
        any = true;
    }
    for (unsigned g = group; g != 0; g &= g - 1) {
        Thread &t = threads[first + __builtin_ctz(g)];
        if (op == W_SHFL) {
            /* a lane that takes no part gives nothing on a device: here a NaN of a kind */
            t.result =
                group >> t.source & 1 ? threads[first + t.source].value : 0xfff7badc0defffffull;
        } else if (op == W_MATCH) {
            unsigned equal = 0;
            for (unsigned h = group; h != 0; h &= h - 1) {
                const int j = __builtin_ctz(h);
                if (threads[first + j].value == t.value) equal |= 1u << j;
            }
            t.result = equal;
        } else {
            t.result = all;
        }
    }
}
/* every lane of the mask waits: do they wait for the same thing? */
static void check_agreement(int first, unsigned group, unsigned mask)
{
    const Thread &me = threads[current];
    for (unsigned g = group; g != 0; g &= g - 1) {
        const int i = __builtin_ctz(g);
        const Thread &t = threads[first + i];
        if (t.mask != mask)
            device_error("warp operation with different masks: lane %d has %08x at %s:%d, lane %u "
                         "has %08x at %s:%d",
                         i, t.mask, t.file, t.line, ctx.lane, mask, me.file, me.line);
        if (t.op != me.op)
            device_error("lanes of one mask at different warp operations: lane %d at %s:%d, lane "
                         "%u at %s:%d",
                         i, t.file, t.line, ctx.lane, me.file, me.line);
    }
}
uint64_t warp_op(WarpOp op, unsigned mask, uint64_t value, int source, const char *file, int line)
{
    Warp &w = warps[ctx.warp];
    const unsigned lane = ctx.lane;
    if (!(mask >> lane & 1))
        device_error("%s:%d: lane %u calls a warp operation without being in its mask %08x", file,
                     line, lane, mask);
    if (mask & w.exited)
        device_error("%s:%d: the mask %08x of a warp operation names lane %d, which has returned",
                     file, line, mask, __builtin_ctz(mask & w.exited));
    Thread &t = threads[current];
    const int me = current, first = current & ~31;
    const unsigned group = mask & w.exists;
    t.file = file;
    t.line = line;
    t.op = (uint8_t)op;
    t.mask = mask;
    t.value = value;
    t.source = source;
    t.state = AT_WARP_OP;
    w.waiting |= 1u << lane;
    if ((w.waiting & group) != group) {
        block_self();
        return t.result;
    }
    check_agreement(first, group, mask);
    warp_finish(first, group, op);
    w.waiting &= ~group;
    if (hooks.warp) hooks.warp(ctx.warp);
    if (conf.order == FORWARD) { /* the last to come goes on at once, which saves a switch */
        for (unsigned g = group; g != 0; g &= g - 1)
            if (first + __builtin_ctz(g) != me) make_ready(first + __builtin_ctz(g));
        t.state = RUNNING;
        return t.result;
    }
    for (unsigned g = group; g != 0; g &= g - 1) make_ready(first + __builtin_ctz(g));
    block_self();
    return t.result;
}
void yield_thread()
{
    const int me = current;
    make_ready(me);
    if (ready.size() - ready_head == 1 && started == nthreads) {
        ready.pop_back();
        set_current(me);
        device_error("a spin loop with nothing else to run: does it wait for another block?");
    }
    block_self();
}
void fence()
{
    if (hooks.fence) hooks.fence();
}
static void thread_exit(int t)
{
    Warp &w = warps[t >> 5];
    threads[t].state = EXITED;
    alive--;
    w.exited |= 1u << (t & 31);
    if (at_barrier > 0)
        device_error("this thread has returned while others of its block wait at __syncthreads");
    for (unsigned g = w.waiting; g != 0; g &= g - 1) {
        const Thread &other = threads[(t & ~31) + __builtin_ctz(g)];
        if (other.mask >> (t & 31) & 1)
            device_error("lane %d has returned while lane %d waits for it at %s:%d (mask %08x)",
                         t & 31, __builtin_ctz(g), other.file, other.line, other.mask);
    }
}

/* ================================================================== shared memory and blocks */
char *shared_lo;
static size_t shared_used;
constexpr size_t RED_ZONE = 32; /* between two arrays */

static void make_shared()
{
    if (shared_lo != nullptr) return;
    shared_lo = (char *)mmap(nullptr, SHARED_MAX, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (shared_lo == MAP_FAILED) mistake("no memory for the shared memory of a block");
}
/* what the last block left is poisoned: NaN, -1 */
static void renew_shared(size_t dynamic)
{
    const size_t wipe = std::max(shared_used, dynamic);
    ASAN_UNPOISON_MEMORY_REGION(shared_lo, wipe);
    memset(shared_lo, 0xff, wipe);
    ASAN_POISON_MEMORY_REGION(shared_lo, SHARED_MAX);
    slots.clear();
    shared_used = 0;
    ctx.block_epoch = ++epochs;
    ctx.dyn = shared_lo;
    ctx.dyn_bytes = dynamic;
    if (dynamic == 0) return;
    ASAN_UNPOISON_MEMORY_REGION(shared_lo, dynamic);
    slots.push_back({shared_lo, dynamic, "dynamic shared memory"});
    shared_used = (dynamic + RED_ZONE + 15) & ~(size_t)15;
}
void *shared_alloc(Site &site, size_t bytes, size_t align, const char *name, const char *file,
                   int line)
{
    shared_used = (shared_used + align - 1) & ~(align - 1);
    if (shared_used + bytes > SHARED_MAX)
        device_error("no shared memory left for %s (%s:%d)", name, file, line);
    site.p = shared_lo + shared_used;
    site.epoch = ctx.block_epoch;
    slots.push_back({(char *)site.p, bytes, name});
    ASAN_UNPOISON_MEMORY_REGION(site.p, bytes);
    memset(site.p, 0xff, bytes);
    shared_used += bytes + RED_ZONE;
    return site.p;
}
static void run_block(size_t linear, size_t dynamic)
{
    ctx.bid = {(unsigned)(linear % grid_dim.x), (unsigned)(linear / grid_dim.x % grid_dim.y),
               (unsigned)(linear / ((size_t)grid_dim.x * grid_dim.y))};
    ctx.bdim = block_dim;
    ctx.gdim = grid_dim;
    renew_shared(dynamic);
    if (hooks.block) hooks.block();
    ready.clear();
    ready_head = 0;
    started = at_barrier = barrier_count = 0;
    alive = nthreads;
    block_error = cudaSuccess;
    for (int i = 0; i < nthreads; i++) threads[i].state = NEW;
    for (int w = 0; w < (nthreads + 31) / 32; w++) warps[w].waiting = warps[w].exited = 0;
    if (conf.order == SHUFFLED) std::shuffle(start_order, start_order + nthreads, rng);
    stats.blocks++;
    stats.threads += nthreads;

    pending = start_order[started++];
    current_fiber = take_fiber();
    jump(&caller, fibers[(size_t)current_fiber]);
    if (block_error == cudaSuccess) return;
    idle.clear(); /* the threads that were under way are given up where they stood */
    for (size_t i = 0; i < fibers.size(); i++) {
        renew(fibers[i]);
        idle.push_back((int)i);
    }
}
cudaError_t run_grid(const char *name, const Body &what, dim3 grid, dim3 block, size_t shared)
{
    make_shared();
    body = &what;
    kernel_name = name;
    grid_dim = grid;
    block_dim = block;
    nthreads = (int)(block.x * block.y * block.z);
    stats.launches++;
    if (hooks.launch) hooks.launch();
    for (int i = 0; i < nthreads; i++) {
        const unsigned u = (unsigned)i;
        threads[i].tid = {u % block.x, u / block.x % block.y, u / (block.x * block.y)};
        start_order[i] = conf.order == REVERSE ? nthreads - 1 - i : i;
    }
    for (int w = 0; w < (nthreads + 31) / 32; w++)
        warps[w].exists = nthreads - w * 32 >= 32 ? ~0u : (1u << (nthreads - w * 32)) - 1;
    const size_t n = (size_t)grid.x * grid.y * grid.z;
    std::vector<unsigned> order(conf.order == SHUFFLED ? n : 0);
    for (size_t i = 0; i < order.size(); i++) order[i] = (unsigned)i;
    std::shuffle(order.begin(), order.end(), rng);
    kernel_thread.store(__builtin_thread_pointer(), std::memory_order_relaxed);
    cudaError_t e = cudaSuccess;
    for (size_t i = 0; i < n && e == cudaSuccess; i++) {
        run_block(conf.order == SHUFFLED  ? order[i]
                  : conf.order == REVERSE ? n - 1 - i
                                          : i,
                  shared);
        e = block_error;
    }
    kernel_thread.store(nullptr, std::memory_order_relaxed);
    kernel_name = nullptr;
    return e;
}

} /* namespace cudasim */
