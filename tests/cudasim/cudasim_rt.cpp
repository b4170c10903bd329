// cudasim_rt.cpp -- fibers, blocks, warps, device memory, streams, the fake CUDA runtime
#include "cudasim_int.h"
#include <algorithm>
#include <random>
#include <set>
#include <mutex>
#include <cstdarg>
#include <chrono>
#include <csignal>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define ASAN 1
#else
#define ASAN 0
#define ASAN_POISON_MEMORY_REGION(a, n) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(a, n) ((void)0)
#endif
namespace cudasim {
Ctx ctx; Stats stats; std::vector<Slot> slots;
static long envl(const char *n, long d) { const char *s = getenv(n); return s ? atol(s) : d; }
enum { EAGER, LAZY, RANDOM };
Conf conf = { (int)envl("CUDASIM_ASYNC", LAZY), (int)envl("CUDASIM_ORDER", 0), (int)envl("CUDASIM_GUARD", 1),
  (int)envl("CUDASIM_SMS", 2), (int)envl("CUDASIM_ABORT", 1), (int)envl("CUDASIM_TRACE", 0), (int)envl("CUDASIM_STRICT", 1), (unsigned)envl("CUDASIM_SEED", 1),
  (size_t)envl("CUDASIM_MEM", 2L << 30), envl("CUDASIM_FAIL_AT", 0), envl("CUDASIM_FAIL_OP_AT", 0), (int)envl("CUDASIM_FAIL_CODE", cudaErrorMemoryAllocation) };
static std::mt19937 rng(conf.seed);
static std::recursive_mutex big;      // one lock around the whole fake runtime
#define LOCK std::lock_guard<std::recursive_mutex> lk_(big)
void (*hook_block)(void *, size_t); void (*hook_bar)(); void (*hook_warp)(int); void (*hook_alloc)(void *, size_t, int);
void (*hook_fence)(); void (*hook_launch)();

// ---------------------------------------------------------------- fibers
struct Fiber { void *sp; char *stack; size_t size; void *fake; };
extern "C" void csim_switch(void **save, void *to);
asm(R"(.text
.globl csim_switch
.hidden csim_switch
.type csim_switch,@function
csim_switch:
  pushq %rbp; pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp
  ret
.size csim_switch,.-csim_switch)");
enum St : uint8_t { NEW, READY, RUN, BAR, WARP, YIELD, EXITED };
struct Thr { uint3 tid; int fiber; St st; uint8_t wop; unsigned mask; int src; uint64_t val, res; const char *f; int l; };
static struct Pool : std::vector<Fiber *> { ~Pool() { for (Fiber *f : *this) delete f; } } fibers; static std::vector<int> idle;
static Fiber mainf; static int curf = -1, pending = -1;
static Thr T[1024]; static int nthr, alive, at_bar, bar_cnt, cur, started; static int bar_res;
static int startorder[1024]; static std::vector<int> ready; static size_t rhead;
static const Body *body; static const char *kname; static cudaError_t block_err;
static uint64_t epoch_counter; static dim3 G, B; static size_t stack_sz = ASAN ? 256 << 10 : 64 << 10;
const char *running_kernel() { return kname; }
unsigned cur_block_linear() { return ctx.bid.x + G.x * (ctx.bid.y + G.y * ctx.bid.z); }
bool in_params(const void *p) { char *o = (char *)body->obj.get(); return (char *)p >= o && (char *)p < o + body->bytes; }
bool in_cur_stack(const void *p) { Fiber *f = fibers[curf]; return (char *)p >= f->stack && (char *)p < f->stack + f->size; }

#if ASAN
static bool from_main;
static void landed(void *fake) { const void *b; size_t n; __sanitizer_finish_switch_fiber(fake, &b, &n); if (from_main) { mainf.stack = (char *)b; mainf.size = n; from_main = false; } }
#endif
static void jump(Fiber *from, Fiber *to) {
  stats.switches++;
#if ASAN
  from_main = from == &mainf; __sanitizer_start_switch_fiber(&from->fake, to->stack, to->size);
#endif
  csim_switch(&from->sp, to->sp);
#if ASAN
  landed(from->fake);
#endif
}
static void set_cur(int t) {
  Thr &q = T[t]; cur = t; q.st = RUN; ctx.tid = q.tid; ctx.lin = t; ctx.lane = t & 31; ctx.warp = t >> 5;
}
static int pick() {                      // next thread to run, -1: none
  if (rhead == ready.size()) { ready.clear(); rhead = 0; }
  size_t nr = ready.size() - rhead; bool un = started < nthr;
  if (conf.order >= 2) {                 // random: any ready thread or the next one not started
    if (!nr && !un) return -1;
    size_t k = rng() % (nr + (un ? 1 : 0));
    if (k == nr) return startorder[started++];
    std::swap(ready[rhead + k], ready[rhead]); return ready[rhead++];
  }
  if (nr) { if (conf.order == 1) { int t = ready.back(); ready.pop_back(); return t; } return ready[rhead++]; }
  return un ? startorder[started++] : -1;
}
static void make_ready(int t) { T[t].st = READY; ready.push_back(t); }
static void fiber_main();
static void prime(Fiber *f) {            // fresh stack that enters fiber_main
  ASAN_UNPOISON_MEMORY_REGION(f->stack, f->size);
  void **sp = (void **)(f->stack + f->size); *--sp = nullptr; *--sp = (void *)fiber_main;
  for (int i = 0; i < 6; i++) *--sp = nullptr;
  f->sp = sp; f->fake = nullptr;
}
static int get_fiber() {
  if (!idle.empty()) { int f = idle.back(); idle.pop_back(); return f; }
  Fiber *f = new Fiber(); size_t pg = 4096;
  char *m = (char *)mmap(0, stack_sz + pg, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (m == MAP_FAILED) abort();
  mprotect(m, pg, PROT_NONE); f->stack = m + pg; f->size = stack_sz; prime(f); fibers.push_back(f); return (int)fibers.size() - 1;
}
[[noreturn]] static void leave_block(cudaError_t e) {   // abandon the block: kernel error
  block_err = e; Fiber *me = fibers[curf]; jump(me, &mainf); abort();
}
static void where(FILE *o) { fprintf(o, "  kernel %s block (%u,%u,%u) thread (%u,%u,%u)\n", kname, ctx.bid.x, ctx.bid.y, ctx.bid.z, ctx.tid.x, ctx.tid.y, ctx.tid.z); }
static void deadlock() {
  fprintf(stderr, "cudasim: DEADLOCK: no thread of the block can run; divergent barrier or warp intrinsic?\n"); where(stderr);
  int shown = 0; const char *pf = 0; int pl = 0;
  for (int i = 0; i < nthr && shown < 8; i++) if ((T[i].st == BAR || T[i].st == WARP) && (T[i].f != pf || T[i].l != pl)) {
    fprintf(stderr, "  thread %d.. waits at %s %s:%d mask %08x\n", i, T[i].st == BAR ? "__syncthreads" : "warp op", T[i].f, T[i].l, T[i].mask);
    pf = T[i].f; pl = T[i].l; shown++; }
  for (int i = 0, s = 0; i < nthr && s < 1; i++) if (T[i].st == EXITED) { fprintf(stderr, "  thread %d has exited\n", i); s++; }
  if (conf.abort_on_error) abort();
  leave_block(cudaErrorLaunchTimeout);
}
void device_error(const char *fmt, ...) {
  va_list a; va_start(a, fmt); fprintf(stderr, "cudasim: KERNEL ERROR: "); vfprintf(stderr, fmt, a); fputc('\n', stderr); va_end(a); where(stderr);
  if (conf.abort_on_error) abort();
  leave_block(cudaErrorLaunchFailure);
}
static void block_self() {               // current thread cannot go on: run another, come back later
  int me = cur; Fiber *mf = fibers[curf]; int myf = curf;
  int n = pick(); if (n < 0) deadlock();
  if (n == me) { set_cur(me); return; }
  int nf;
  if (T[n].st == NEW) { nf = get_fiber(); pending = n; } else { nf = T[n].fiber; set_cur(n); }
  curf = nf; jump(mf, fibers[nf]); curf = myf; set_cur(me);
}
static void bar_release() {
  bar_res = bar_cnt; bar_cnt = 0; at_bar = 0; if (hook_bar) hook_bar();
  for (int i = 0; i < nthr; i++) if (T[i].st == BAR) { T[i].res = bar_res; make_ready(i); }
}
void bar_sync(const char *f, int l, int pred, int *cnt) {
  Thr &t = T[cur]; t.f = f; t.l = l; bar_cnt += pred; at_bar++;
  if (conf.strict && alive < nthr) device_error("__syncthreads at %s:%d after %d threads of the block returned", f, l, nthr - alive);
  if (nthr > 1) for (int i = 0; i < nthr; i++) if (T[i].st == BAR) {       // strict: one textual barrier at a time
    if (T[i].l != l || T[i].f != f) device_error("divergent __syncthreads: thread %d at %s:%d, this thread at %s:%d", i, T[i].f, T[i].l, f, l);
    break; }
  t.st = BAR;
  if (at_bar == alive) { int r = bar_cnt; t.st = RUN; bar_release(); if (cnt) *cnt = r; t.res = r; make_ready(cur); block_self(); return; }
  block_self(); if (cnt) *cnt = (int)t.res;
}
static void warp_finish(int w0, unsigned grp, WarpOp op, unsigned mask) {
  uint64_t agg = 0; bool first = true;
  for (int i = 0; i < 32; i++) if (grp >> i & 1) { uint64_t v = T[w0 + i].val;
    if (op == W_BALLOT) agg |= (uint64_t)(v & 1) << i; else if (op == W_ADD) agg += v;
    else if (op == W_MIN) agg = first ? v : std::min(agg, v); else if (op == W_MAX) agg = first ? v : std::max(agg, v);
    first = false; }
  for (int i = 0; i < 32; i++) if (grp >> i & 1) { Thr &t = T[w0 + i];
    if (op == W_SHFL) t.res = (grp >> t.src & 1) ? T[w0 + t.src].val : 0xFFF7BADC0DEFFFFFull;   // inactive source: poison (a NaN)
    else if (op == W_MATCH) { unsigned m = 0; for (int j = 0; j < 32; j++) if ((grp >> j & 1) && T[w0 + j].val == t.val) m |= 1u << j; t.res = m; }
    else t.res = agg; }
  (void)mask;
}
static bool warp_ready(int w0, unsigned mask, unsigned &grp) {  // all live lanes of mask wait at the same op?
  grp = 0; WarpOp op = W_SYNC; bool have = false;
  for (int i = 0; i < 32; i++) if (mask >> i & 1) { int k = w0 + i;
    if (k >= nthr) continue;
    if (T[k].st == EXITED) { if (conf.strict) device_error("warp op mask %08x names lane %d, which has already returned", mask, i); continue; }
    if (T[k].st != WARP) return false;
    if (T[k].mask != mask) device_error("warp op with different masks: lane %d %08x at %s:%d, lane %u %08x", i, T[k].mask, T[k].f, T[k].l, ctx.lane, mask);
    if (have && T[k].wop != op) device_error("lanes of one mask at different warp ops (%s:%d)", T[k].f, T[k].l);
    op = (WarpOp)T[k].wop; have = true; grp |= 1u << i; }
  return have;
}
uint64_t warp_op(WarpOp op, unsigned mask, uint64_t v, int src, const char *f, int l) {
  if (!(mask >> ctx.lane & 1)) device_error("%s:%d: lane %u calls a warp op but is not in its mask %08x", f, l, ctx.lane, mask);
  Thr &t = T[cur]; t.f = f; t.l = l; t.wop = op; t.mask = mask; t.val = v; t.src = src; t.st = WARP;
  int w0 = cur & ~31; unsigned grp;
  if (warp_ready(w0, mask, grp)) {
    warp_finish(w0, grp, op, mask); if (hook_warp) hook_warp(w0 >> 5);
    if (conf.order) { for (int i = 0; i < 32; i++) if (grp >> i & 1) make_ready(w0 + i); block_self(); return t.res; }
    for (int i = 0; i < 32; i++) if ((grp >> i & 1) && w0 + i != cur) make_ready(w0 + i);
    t.st = RUN; return t.res;
  }
  block_self(); return t.res;
}
void yield_() { int me = cur; make_ready(me); if (!conf.order || conf.order == 1) { /* let every other thread go first */ }
  if (ready.size() - rhead == 1 && started == nthr) { set_cur(me); ready.pop_back(); device_error("spin-wait with nothing else to run (waits on another block?)"); }
  block_self(); }
void fence() { if (hook_fence) hook_fence(); }
static void thread_exit(int t) {
  T[t].st = EXITED; alive--;
  if (at_bar && conf.strict && alive) device_error("thread returned while others of its block wait at __syncthreads");
  if (at_bar && at_bar == alive) bar_release();
  int w0 = t & ~31;
  for (int i = w0; i < w0 + 32 && i < nthr; i++) if (T[i].st == WARP && (T[i].mask >> (t & 31) & 1)) { unsigned grp, m = T[i].mask;
    if (warp_ready(w0, m, grp)) { warp_finish(w0, grp, (WarpOp)T[i].wop, m); if (hook_warp) hook_warp(w0 >> 5);
      for (int k = 0; k < 32; k++) if (grp >> k & 1) make_ready(w0 + k); } break; }
}
static void fiber_main() {
#if ASAN
  landed(nullptr);
#endif
  for (;;) {
    int my = curf, t = pending; pending = -1;
    while (t >= 0) {
      T[t].fiber = my; set_cur(t); body->run(body->obj.get()); thread_exit(t);
      t = pick();
      if (t >= 0 && T[t].st != NEW) { idle.push_back(my); int nf = T[t].fiber; set_cur(t); curf = nf; jump(fibers[my], fibers[nf]); my = curf; t = pending; pending = -1; }
      else if (t < 0) { if (alive) deadlock(); idle.push_back(my); jump(fibers[my], &mainf); my = curf; t = pending; pending = -1; }
    }
  }
}
static char *smem; char *shared_lo; static size_t smem_used;
static void run_block(unsigned bx, unsigned by, unsigned bz, size_t dyn) {
  if (!smem) smem = shared_lo = (char *)mmap(0, SHARED_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t wipe = std::max(smem_used, dyn); ASAN_UNPOISON_MEMORY_REGION(smem, wipe); memset(smem, 0xFF, wipe);
  ASAN_POISON_MEMORY_REGION(smem, SHARED_MAX); slots.clear(); smem_used = 0;
  ctx.bid = {bx, by, bz}; ctx.bdim = B; ctx.gdim = G; ctx.block_epoch = ++epoch_counter; ctx.dyn = smem; ctx.dyn_bytes = dyn;
  if (dyn) { slots.push_back({smem, dyn, "dynamic"}); ASAN_UNPOISON_MEMORY_REGION(smem, dyn); smem_used = (dyn + 31) & ~15; }
  if (hook_block) hook_block(smem, SHARED_MAX);
  ready.clear(); rhead = 0; started = 0; at_bar = bar_cnt = 0; alive = nthr; block_err = cudaSuccess;
  for (int i = 0; i < nthr; i++) T[i].st = NEW;
  if (conf.order >= 2) std::shuffle(startorder, startorder + nthr, rng);
  stats.blocks++; stats.threads += nthr;
  pending = startorder[started++]; int f = get_fiber(); curf = f; jump(&mainf, fibers[f]);
  if (block_err) { idle.clear(); for (size_t i = 0; i < fibers.size(); i++) { prime(fibers[i]); idle.push_back((int)i); } }
}
void *shared_alloc(Site &s, size_t n, size_t al, const char *name, const char *f, int l) {
  smem_used = (smem_used + al - 1) & ~(al - 1);
  if (smem_used + n > SHARED_MAX) device_error("shared memory exhausted at %s (%s:%d)", name, f, l);
  s.p = smem + smem_used; s.epoch = ctx.block_epoch; slots.push_back({(char *)s.p, n, name});
  ASAN_UNPOISON_MEMORY_REGION(s.p, n); memset(s.p, 0xFF, n); smem_used += n + 32; return s.p;   // 32-byte redzone
}
// ---------------------------------------------------------------- device memory
char *arena_lo, *arena_hi; static char *bump; static std::map<char *, Alloc> live, dead; static unsigned alloc_ids;
static std::vector<Alloc *> opened; static int dev_depth; static std::map<char *, size_t> pinned; static struct sigaction old_segv;
static void on_segv(int sig, siginfo_t *si, void *uc);
static void arena_init() {
  if (arena_lo) return;
  size_t n = 16ull << 30; arena_lo = bump = (char *)mmap((void *)0x600000000000, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  arena_hi = arena_lo + n; if (arena_lo == MAP_FAILED) abort();
  static char alt[65536]; stack_t ss = {}; ss.ss_sp = alt; ss.ss_size = sizeof alt; sigaltstack(&ss, 0);
  struct sigaction sa = {}; sa.sa_sigaction = on_segv; sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER; sigaction(SIGSEGV, &sa, &old_segv);
  sa.sa_sigaction = [](int, siginfo_t *, void *) { fprintf(stderr, "cudasim: trap (misaligned access or undefined behaviour)\n"); if (kname) where(stderr); abort(); }; sigaction(SIGILL, &sa, nullptr);
}
bool in_arena(const void *p) { return (char *)p >= arena_lo && (char *)p < arena_hi && arena_lo; }
static Alloc *lookup(std::map<char *, Alloc> &m, const void *p) {
  auto it = m.upper_bound((char *)p); if (it == m.begin()) return 0; --it; Alloc &a = it->second;
  return (char *)p < a.base + (a.size ? a.size : 1) ? &a : 0;
}
Alloc *find_alloc(const void *p) { return lookup(live, p); }
bool is_device(const void *p) { return find_alloc(p) != 0; }
bool is_pinned(const void *p) { auto it = pinned.upper_bound((char *)p); if (it == pinned.begin()) return false; --it; return (char *)p < it->first + it->second; }
bool range_ok(const void *p, size_t n) { Alloc *a = find_alloc(p); return a && (char *)p + n <= a->base + a->size; }
static void open_alloc(Alloc *a) { mprotect(a->lo, a->maplen, PROT_READ | PROT_WRITE); a->open = true; opened.push_back(a); }
DeviceMode::DeviceMode() { dev_depth++; }
DeviceMode::~DeviceMode() {
  if (--dev_depth || !conf.guard) return;
  for (Alloc *a : opened) { mprotect(a->lo, a->maplen, PROT_NONE); a->open = false; }
  opened.clear();
}
static void on_segv(int sig, siginfo_t *si, void *uc) {
  char *p = (char *)si->si_addr; (void)uc;
  if (in_arena(p)) {
    if (dev_depth) {                                   // allocation that this op has not touched yet: open it
      auto it = live.upper_bound(p); 
      for (auto j = it; ; ) { if (j != live.end()) { Alloc &a = j->second; if (p >= a.lo && p < a.lo + a.maplen && !a.open) { open_alloc(&a); stats.faults++; return; } }
        if (j == it && it != live.begin()) { --j; Alloc &a = j->second; if (p >= a.lo && p < a.lo + a.maplen && !a.open) { open_alloc(&a); stats.faults++; return; } } break; }
    }
    Alloc *d = lookup(dead, p);
    auto it = live.upper_bound(p); Alloc *near = 0; if (it != live.begin()) near = &std::prev(it)->second;
    fprintf(stderr, "cudasim: %s %p", dev_depth ? "ILLEGAL ADDRESS in device code:" : "HOST CODE dereferences device memory:", p);
    if (d) fprintf(stderr, " (use after free: allocation #%u, %zu bytes)", d->id, d->size);
    else if (near) fprintf(stderr, " (%td bytes past the start of allocation #%u of %zu bytes)", p - near->base, near->id, near->size);
    fputc('\n', stderr); if (dev_depth && kname) where(stderr);
    abort();
  }
  if (kname) { fprintf(stderr, "cudasim: SIGSEGV at %p in device code (stack overflow or wild pointer)\n", p); where(stderr); }
  if (old_segv.sa_flags & SA_SIGINFO && old_segv.sa_sigaction) old_segv.sa_sigaction(sig, si, uc);
  else { signal(SIGSEGV, SIG_DFL); raise(SIGSEGV); }
}
static const size_t PG = 4096;
static cudaError_t dev_alloc(void **out, size_t n) {
  arena_init();
  if ((size_t)stats.live_bytes + n > conf.mem) return cudaErrorMemoryAllocation;
  size_t r = (n + 255) & ~(size_t)255; if (!r) { *out = 0; return cudaSuccess; }
  size_t ml = (r + PG - 1) & ~(PG - 1);
  if (bump + ml + PG > arena_hi) { fprintf(stderr, "cudasim: address arena exhausted\n"); return cudaErrorMemoryAllocation; }
  char *lo = bump; bump += ml + PG; mprotect(lo, ml, PROT_READ | PROT_WRITE);
  Alloc a{lo + ml - r, n, lo, ml, ++alloc_ids, false};
  memset(lo, 0xCB, ml); memset(a.base, 0xFF, n);        // canaries around, NaN / -1 inside
  ASAN_POISON_MEMORY_REGION(lo, a.base - lo); ASAN_POISON_MEMORY_REGION(a.base + n, r - n);
  if (conf.guard) mprotect(lo, ml, PROT_NONE); else a.open = true;
  live[a.base] = a; stats.live_allocs++; stats.live_bytes += n; *out = a.base; if (hook_alloc) hook_alloc(a.base, n, 0); return cudaSuccess;
}
__attribute__((no_sanitize("address"))) static void check_canary(Alloc &a) {
  volatile unsigned char *q = (unsigned char *)a.lo;
  for (; (char *)q < a.base; q++) if (*q != 0xCB) { fprintf(stderr, "cudasim: write %td bytes BEFORE allocation #%u\n", a.base - (char *)q, a.id); abort(); }
  for (q = (unsigned char *)a.base + a.size; (char *)q < a.lo + a.maplen; q++) if (*q != 0xCB) { fprintf(stderr, "cudasim: write %td bytes PAST allocation #%u of %zu bytes\n", (char *)q - (a.base + a.size), a.id, a.size); abort(); }
}
static cudaError_t dev_free(void *p) {
  if (!p) return cudaSuccess;
  auto it = live.find((char *)p); if (it == live.end()) return cudaErrorInvalidValue;
  Alloc a = it->second; { DeviceMode d; if (!a.open) open_alloc(&it->second); check_canary(a); }
  ASAN_UNPOISON_MEMORY_REGION(a.lo, a.maplen); madvise(a.lo, a.maplen, MADV_DONTNEED); mprotect(a.lo, a.maplen, PROT_NONE);
  opened.erase(std::remove(opened.begin(), opened.end(), &it->second), opened.end()); live.erase(it); dead[a.base] = a; stats.live_allocs--; stats.live_bytes -= a.size; return cudaSuccess;
}
// ---------------------------------------------------------------- streams
struct Stream { std::deque<OpP> q; OpP last; bool blocking; unsigned id; };
struct Event { OpP op; std::shared_ptr<double> t = std::make_shared<double>(0); };
static Stream null_stream{{}, {}, true, 0}; static std::vector<Stream *> streams{&null_stream}; static unsigned stream_ids; static OpP last_null;
static cudaError_t last_err, sticky;
cudaError_t fail(cudaError_t e) { if (e) last_err = e; return e; }
static Stream *st(cudaStream_t s) { return s == 0 || s == cudaStreamLegacy ? &null_stream : (Stream *)s; }
cudaError_t api(const char *name) {
  LOCK; stats.calls++; if (conf.trace) fprintf(stderr, "cudasim: call %ld %s\n", stats.calls, name);
  if (conf.fail_at && stats.calls == conf.fail_at) { if (conf.trace) fprintf(stderr, "cudasim: INJECT %d into %s\n", conf.fail_code, name); return fail((cudaError_t)conf.fail_code); }
  return sticky;
}
static bool runnable(const OpP &o) { for (auto &d : o->deps) if (!d->done) return false; return true; }
static void run_op(const OpP &o) {
  if (o->done) return;
  o->running = true; if (conf.trace) fprintf(stderr, "cudasim:   run %s\n", o->what);
  stats.ops++; if (conf.fail_op_at && stats.ops == conf.fail_op_at) { if (!sticky) sticky = cudaErrorLaunchFailure; }
  else if (!sticky && o->fn) { DeviceMode d; o->fn(); }
  o->done = true; o->fn = nullptr; o->deps.clear();
}
static Stream *owner(const OpP &o) { for (Stream *s : streams) for (auto &x : s->q) if (x == o) return s; return 0; }
static bool step() {                       // run one random head-of-queue op
  std::vector<Stream *> c; for (Stream *s : streams) if (!s->q.empty() && runnable(s->q.front())) c.push_back(s);
  if (c.empty()) return false;
  Stream *s = c[rng() % c.size()]; OpP o = s->q.front(); s->q.pop_front(); run_op(o); return true;
}
void wait_op(OpP o) {               // as lazily as the mode allows
  DeviceMode dm;
  while (o && !o->done) {
    if (conf.mode == RANDOM) { if (!step()) { fprintf(stderr, "cudasim: streams deadlock\n"); abort(); } continue; }
    Stream *s = owner(o); if (!s) return;
    OpP h = s->q.front(); while (!h->deps.empty()) { OpP d = h->deps.back(); wait_op(d); h->deps.pop_back(); }
    s->q.pop_front(); run_op(h);
  }
}
static void wait_all() { DeviceMode dm; for (size_t i = 0; i < streams.size(); i++) { Stream *s = streams[conf.mode == LAZY ? streams.size() - 1 - i : i]; while (!s->q.empty()) wait_op(s->q.back()); } }
void progress() { if (conf.mode == RANDOM) for (unsigned k = rng() % 3; k; k--) step(); }
OpP submit(cudaStream_t cs, const char *what, std::function<void()> fn, OpP dep) {
  LOCK; Stream *s = st(cs); OpP o = std::make_shared<Op>(); o->fn = std::move(fn); o->what = what; if (dep && !dep->done) o->deps.push_back(dep);
  if (s == &null_stream) { for (Stream *k : streams) if (k->blocking && k != s && k->last && !k->last->done) o->deps.push_back(k->last); last_null = o; }
  else if (s->blocking && last_null && !last_null->done) o->deps.push_back(last_null);
  s->q.push_back(o); s->last = o;
  if (conf.mode == EAGER) wait_op(o); else progress();
  return o;
}
static cudaError_t done_err() { if (sticky) return fail(sticky); return cudaSuccess; }
// ---------------------------------------------------------------- launch
static std::map<const void *, int> dyn_optin;
cudaError_t enqueue(const char *name, const void *fn, dim3 g, dim3 b, size_t sh, cudaStream_t s, Body bd, const ArgInfo *ai, int na) {
  LOCK; if (cudaError_t e = api(name)) return e;
  size_t nt = (size_t)b.x * b.y * b.z;
  if (!nt || nt > 1024 || b.x > 1024 || b.y > 1024 || b.z > 64 || !g.x || !g.y || !g.z || g.x > 0x7fffffffu || g.y > 65535 || g.z > 65535) return fail(cudaErrorInvalidConfiguration);
  auto oi = dyn_optin.find(fn); if (sh > (size_t)(oi == dyn_optin.end() ? 48 << 10 : oi->second)) return fail(cudaErrorInvalidValue);
  arena_init();
  for (int i = 0; i < na; i++) if (ai[i].is_ptr && ai[i].p && !is_device(ai[i].p) && !is_pinned(ai[i].p)) {
    Alloc *dd = lookup(dead, ai[i].p); Alloc *pe = 0; { auto it = live.upper_bound((char *)ai[i].p); if (it != live.begin()) { pe = &std::prev(it)->second; if ((char *)ai[i].p != pe->base + pe->size) pe = 0; } }
    if (pe) continue;                      // one-past-the-end is legal to pass
    fprintf(stderr, "cudasim: launch of %s: argument %d (%p) is %s\n", name, i, ai[i].p, dd ? "a freed device pointer" : "a host pointer"); abort(); }
  submit(s, name, [=, bd = std::move(bd)] {
    body = &bd; kname = name; G = g; B = b; nthr = (int)nt; stats.launches++; if (hook_launch) hook_launch();
    for (int i = 0; i < nthr; i++) { T[i].tid = {i % b.x, i / b.x % b.y, i / (b.x * b.y)}; startorder[i] = conf.order == 1 ? nthr - 1 - i : i; }
    std::vector<unsigned> ord; size_t nb = (size_t)g.x * g.y * g.z;
    if (conf.order >= 2) { ord.resize(nb); for (size_t i = 0; i < nb; i++) ord[i] = i; std::shuffle(ord.begin(), ord.end(), rng); }
    for (size_t i = 0; i < nb; i++) { size_t k = conf.order >= 2 ? ord[i] : conf.order == 1 ? nb - 1 - i : i;
      run_block(k % g.x, k / g.x % g.y, k / ((size_t)g.x * g.y), sh);
      if (block_err) { sticky = block_err; break; } }
    kname = nullptr;
  });
  return cudaSuccess;
}
}  // namespace cudasim
using namespace cudasim;
#define API LOCK; if (cudaError_t e_ = api(__func__)) return e_
#define BAD(c) do { if (c) return fail(cudaErrorInvalidValue); } while (0)
extern "C" {
__attribute__((visibility("default"))) long cudasim_ctl(const char *what, long v) {   // test control
  LOCK; auto is = [&](const char *s) { return !strcmp(what, s); };
  if (is("fail_at")) { conf.fail_at = v; stats.calls = 0; } else if (is("fail_op_at")) { conf.fail_op_at = v; stats.ops = 0; } else if (is("mode")) conf.mode = (int)v;
  else if (is("order")) conf.order = (int)v; else if (is("seed")) rng.seed((unsigned)v); else if (is("guard")) conf.guard = (int)v; else if (is("abort")) conf.abort_on_error = (int)v;
  else if (is("reset")) { wait_all(); sticky = last_err = cudaSuccess; }
  else if (is("calls")) return stats.calls; else if (is("live_allocs")) return stats.live_allocs; else if (is("live_bytes")) return stats.live_bytes;
  else if (is("live_streams")) return stats.live_streams; else if (is("live_events")) return stats.live_events; else if (is("live_handles")) return stats.live_handles;
  else if (is("threads")) return stats.threads; else if (is("switches")) return stats.switches; else if (is("faults")) return stats.faults; else if (is("fibers")) return (long)fibers.size(); else return -1;
  return 0;
}
cudaError_t cudaGetDeviceCount(int *n) { API; *n = 1; return cudaSuccess; }
cudaError_t cudaGetDevice(int *d) { API; *d = 0; return cudaSuccess; }
cudaError_t cudaSetDevice(int d) { API; BAD(d != 0); return cudaSuccess; }
cudaError_t cudaDriverGetVersion(int *v) { *v = CUDART_VERSION; return cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int *v) { *v = CUDART_VERSION; return cudaSuccess; }
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int d) { API; BAD(d != 0); memset(p, 0, sizeof *p); strcpy(p->name, "cudasim"); p->major = 9; p->multiProcessorCount = conf.sms; p->totalGlobalMem = conf.mem;
  p->warpSize = 32; p->maxThreadsPerBlock = 1024; p->sharedMemPerBlock = 48 << 10; p->sharedMemPerBlockOptin = 227 << 10; p->maxThreadsPerMultiProcessor = 2048; return cudaSuccess; }
cudaError_t cudaDeviceGetAttribute(int *v, cudaDeviceAttr a, int) { API; switch (a) { case cudaDevAttrMultiProcessorCount: *v = conf.sms; break; case cudaDevAttrComputeCapabilityMajor: *v = 9; break;
  case cudaDevAttrComputeCapabilityMinor: *v = 0; break; case cudaDevAttrMaxSharedMemoryPerBlockOptin: *v = 227 << 10; break; default: return fail(cudaErrorInvalidValue); } return cudaSuccess; }
cudaError_t cudaMemGetInfo(size_t *f, size_t *t) { API; *t = conf.mem; *f = conf.mem - stats.live_bytes; return cudaSuccess; }
cudaError_t cudaMalloc(void **p, size_t n) { API; return fail(dev_alloc(p, n)); }
cudaError_t cudaFree(void *p) { LOCK; wait_all(); cudaError_t e = dev_free(p); return fail(e ? e : sticky); }   // frees are never injected: cleanup must succeed
cudaError_t cudaMallocAsync(void **p, size_t n, cudaStream_t) { API; return fail(dev_alloc(p, n)); }
cudaError_t cudaFreeAsync(void *p, cudaStream_t s) { LOCK; BAD(p && !live.count((char *)p)); submit(s, "freeAsync", [p] { dev_free(p); }); return cudaSuccess; }
cudaError_t cudaMallocHost(void **p, size_t n) { API; *p = aligned_alloc(256, (n + 255) & ~255ul); memset(*p, 0xA5, n); pinned[(char *)*p] = n; return cudaSuccess; }
cudaError_t cudaHostAlloc(void **p, size_t n, unsigned) { return cudaMallocHost(p, n); }
cudaError_t cudaFreeHost(void *p) { LOCK; wait_all(); if (!pinned.erase((char *)p) && p) return fail(cudaErrorInvalidValue); free(p); return cudaSuccess; }
static cudaError_t copy_check(const void *d, const void *s, size_t n, cudaMemcpyKind &k) {
  bool dd = in_arena(d), sd = in_arena(s); cudaMemcpyKind real = dd ? sd ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice : sd ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
  if (k == cudaMemcpyDefault) k = real;
  if (k != real || (dd && !range_ok(d, n)) || (sd && !range_ok(s, n))) {
    fprintf(stderr, "cudasim: bad memcpy dst %p src %p %zu bytes kind %d (really %d)\n", d, s, n, k, real); return fail(cudaErrorInvalidValue); }
  return cudaSuccess;
}
static void do_copy(void *d, const void *s, size_t n, cudaMemcpyKind k) { memmove(d, s, n); if (hook_alloc && (k == cudaMemcpyHostToDevice || k == cudaMemcpyDeviceToDevice)) hook_alloc(d, n, 1); }
cudaError_t cudaMemcpyAsync(void *d, const void *s, size_t n, cudaMemcpyKind k, cudaStream_t q) { API; if (!n) return cudaSuccess; if (cudaError_t e = copy_check(d, s, n, k)) return e;
  if (k == cudaMemcpyHostToDevice && !is_pinned(s)) { auto c = std::make_shared<std::vector<char>>((const char *)s, (const char *)s + n); submit(q, "memcpyH2D(staged)", [=] { do_copy(d, c->data(), n, k); }); return cudaSuccess; }
  OpP o = submit(q, "memcpyAsync", [=] { do_copy(d, s, n, k); });
  if (k == cudaMemcpyDeviceToHost && !is_pinned(d)) { wait_op(o); return done_err(); }      // pageable D2H returns only when complete
  return cudaSuccess; }
cudaError_t cudaMemcpy(void *d, const void *s, size_t n, cudaMemcpyKind k) { API; if (!n) return cudaSuccess; if (cudaError_t e = copy_check(d, s, n, k)) return e; wait_op(submit(0, "memcpy", [=] { do_copy(d, s, n, k); })); return done_err(); }
cudaError_t cudaMemsetAsync(void *d, int v, size_t n, cudaStream_t q) { API; if (!n) return cudaSuccess; BAD(!range_ok(d, n)); submit(q, "memset", [=] { memset(d, v, n); if (hook_alloc) hook_alloc(d, n, 1); }); return cudaSuccess; }
cudaError_t cudaMemset(void *d, int v, size_t n) { API; if (!n) return cudaSuccess; BAD(!range_ok(d, n)); submit(0, "memset", [=] { memset(d, v, n); if (hook_alloc) hook_alloc(d, n, 1); }); return cudaSuccess; }
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned f) { API; Stream *n = new Stream{{}, {}, !(f & cudaStreamNonBlocking), ++stream_ids}; streams.push_back(n); stats.live_streams++; *s = (cudaStream_t)n; return cudaSuccess; }
cudaError_t cudaStreamCreate(cudaStream_t *s) { return cudaStreamCreateWithFlags(s, 0); }
cudaError_t cudaStreamDestroy(cudaStream_t s) { LOCK; BAD(!s); Stream *q = st(s); while (!q->q.empty()) wait_op(q->q.back()); streams.erase(std::find(streams.begin(), streams.end(), q)); delete q; stats.live_streams--; return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t s) { API; Stream *q = st(s); while (!q->q.empty()) wait_op(q->q.back()); return done_err(); }
cudaError_t cudaStreamQuery(cudaStream_t s) { API; progress(); return st(s)->q.empty() ? done_err() : cudaErrorNotReady; }
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) { API; submit(s, "waitEvent", nullptr, ((Event *)e)->op); return cudaSuccess; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *e, unsigned) { API; *e = (cudaEvent_t) new Event(); stats.live_events++; return cudaSuccess; }
cudaError_t cudaEventCreate(cudaEvent_t *e) { return cudaEventCreateWithFlags(e, 0); }
cudaError_t cudaEventDestroy(cudaEvent_t e) { LOCK; delete (Event *)e; stats.live_events--; return cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s) { API; Event *v = (Event *)e; v->op = submit(s, "eventRecord", [t = v->t] { *t = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }); return cudaSuccess; }
cudaError_t cudaEventSynchronize(cudaEvent_t e) { API; wait_op(((Event *)e)->op); return done_err(); }
cudaError_t cudaEventQuery(cudaEvent_t e) { API; progress(); OpP o = ((Event *)e)->op; return !o || o->done ? done_err() : cudaErrorNotReady; }
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t a, cudaEvent_t b) { API; *ms = (float)(*((Event *)b)->t - *((Event *)a)->t); return cudaSuccess; }
cudaError_t cudaDeviceSynchronize() { API; wait_all(); return done_err(); }
cudaError_t cudaGetLastError() { LOCK; cudaError_t e = last_err; last_err = cudaSuccess; return sticky ? sticky : e; }
cudaError_t cudaPeekAtLastError() { return sticky ? sticky : last_err; }
const char *cudaGetErrorName(cudaError_t e) { return e == cudaSuccess ? "cudaSuccess" : e == cudaErrorMemoryAllocation ? "cudaErrorMemoryAllocation" : "cudaError(sim)"; }
const char *cudaGetErrorString(cudaError_t e) { return cudaGetErrorName(e); }
cudaError_t cudaFuncSetAttribute(const void *f, cudaFuncAttribute a, int v) { API; if (a == cudaFuncAttributeMaxDynamicSharedMemorySize) { BAD(v > (227 << 10)); dyn_optin[f] = v; } return cudaSuccess; }
cudaError_t cudaLaunchHostFunc(cudaStream_t s, cudaHostFn_t f, void *u) { API; submit(s, "hostFunc", [=] { f(u); }); return cudaSuccess; }
}
#ifndef CUDASIM_CHECK
namespace cudasim { void atomic_note(void *, size_t) {} }
#endif
extern "C" {
cudaError_t cudaStreamCreateWithPriority(cudaStream_t *s, unsigned f, int) { return cudaStreamCreateWithFlags(s, f); }
cudaError_t cudaDeviceGetStreamPriorityRange(int *l, int *g) { API; *l = 0; *g = -1; return cudaSuccess; }
}
