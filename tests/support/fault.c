/* The allocator of the fault suite: counts, and fails where it is told to. Threads of the pool
 * allocate their scratch by it, too; which allocation is the n-th may then differ between runs.
 *
 * A scenario comes to the same allocation by the same calls many times, once an iteration, and a
 * loop that fails each of them runs the scenario as often. What differs is the way to an
 * allocation: a good run notes the callers of each, and the loop fails the first and the last one
 * of every way, and some that the seed draws between; with CALX_LONG all of them. */
#include "fault.h"
#include "device.h"
#include "layouts.h"
#include <criterion/criterion.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_long live, calls, fail_at, fail_until;

/* What goes on failing unwinds past its nearest callers without coming back to them. What the
 * farther ones do is the same on every device, and has been looked at on the CPU. */
enum { CALLERS_ONCE = 10, CALLERS_FROM_THEN_ON = 7, SAMPLE = 16 };

/* The way to each allocation of a good run, as a hash of its nearest callers: as many as lead from
 * the allocator through an array operation to who asked for it. */
static struct {
    uint64_t *way;
    bool *wanted;
    long n, room;
} noted;
static atomic_int noting; /* so many callers, 0: not */
static pthread_mutex_t note = PTHREAD_MUTEX_INITIALIZER;

static void note_callers(int most)
{
    if (noted.n == noted.room) {
        noted.room = 2 * noted.room + 1024;
        noted.way = realloc(noted.way, (size_t)noted.room * sizeof *noted.way);
        noted.wanted = realloc(noted.wanted, (size_t)noted.room * sizeof *noted.wanted);
        if (noted.way == NULL || noted.wanted == NULL) abort();
    }
    void *callers[CALLERS_ONCE];
    const int n = backtrace(callers, most);
    uint64_t hash = 0;
    for (int i = 0; i < n; i++)
        hash = (hash ^ (uint64_t)(uintptr_t)callers[i]) * UINT64_C(0x9e3779b97f4a7c15);
    noted.way[noted.n++] = hash;
}

static void *counting_alloc(void *ctx, size_t bytes)
{
    (void)ctx;
    const int callers = atomic_load(&noting);
    if (callers > 0) pthread_mutex_lock(&note);
    const long n = atomic_fetch_add(&calls, 1) + 1;
    if (callers > 0) {
        note_callers(callers);
        pthread_mutex_unlock(&note);
    }
    if (n >= atomic_load(&fail_at) && n <= atomic_load(&fail_until)) return NULL;
    void *p = NULL;
    if (posix_memalign(&p, 64, bytes > 0 ? bytes : 1) != 0) return NULL;
    atomic_fetch_add(&live, 1);
    return p;
}

static void counting_free(void *ctx, void *p, size_t bytes)
{
    (void)ctx;
    (void)bytes;
    atomic_fetch_sub(&live, 1);
    free(p);
}

void fault_install(void)
{
    setenv("CX_MEMORY_POOL", "off", 1);
    atomic_store(&fail_at, -1);
    atomic_store(&fail_until, -2);
    const cx_allocator a = {sizeof a, counting_alloc, counting_free, NULL};
    cr_assert_eq(cx_set_allocator(&a), CX_OK, "%s", cx_error_message());
}

long fault_live(void)
{
    return atomic_load(&live);
}

long fault_calls(void)
{
    return atomic_load(&calls);
}

/* What a device still reads goes when it is done. */
static void wait(void)
{
    if (!test_on_cpu())
        cr_assert_eq(cx_device_sync(test_device()), CX_OK, "%s", cx_error_message());
}

/* A device's pool keeps the records of its blocks: as many as a failing run may need at once. */
static void warm(void)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 1000; i++) (void)cx_empty(CX_SHAPE(1 + i % 50), CX_F64, test_device());
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Want the allocations whose way is new. The table takes the place of a way by some bits of its
 * hash and goes on to the next free one. */
static void want_first(uint64_t *table, uint64_t mask)
{
    for (uint64_t i = 0; i <= mask; i++) table[i] = 0;
    for (long i = 0; i < noted.n; i++) {
        const uint64_t way = noted.way[i] | 1;
        uint64_t at = (way >> 20) & mask;
        while (table[at] != 0 && table[at] != way) at = (at + 1) & mask;
        if (table[at] == 0) noted.wanted[i] = true;
        table[at] = way;
    }
}

/* One more good run: which of its allocations shall fail? */
static void choose(cx_status (*scenario)(void *ctx), void *ctx, fault_mode mode)
{
    noted.n = 0;
    const bool far = mode == FAULT_ONCE && test_on_cpu();
    atomic_store(&noting, far ? CALLERS_ONCE : CALLERS_FROM_THEN_ON);
    (void)scenario(ctx);
    atomic_store(&noting, 0);
    const bool all = getenv("CALX_LONG") != NULL;
    uint64_t state = test_seed() + (uint64_t)mode;
    for (long i = 0; i < noted.n; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        noted.wanted[i] = all || (state >> 33) % SAMPLE == 0;
    }
    uint64_t room = 64;
    while (room < 2 * (uint64_t)noted.n) room *= 2;
    uint64_t *const table = malloc(room * sizeof *table);
    if (table == NULL) abort();
    want_first(table, room - 1);
    free(table);
}

int fault_loop(const char *name, fault_mode mode, cx_status (*scenario)(void *ctx), void *ctx)
{
    /* two good runs first: what is made once for the process must not count as a leak */
    for (int i = 0; i < 2; i++) {
        const cx_status st = scenario(ctx);
        cr_assert_eq(st, CX_OK, "%s without faults: %s %s", name, cx_status_name(st),
                     cx_error_message());
    }
    warm();
    wait();
    const long before = fault_live();
    choose(scenario, ctx, mode);
    wait();
    long n = 1;
    for (;; n++) {
        if (n <= noted.n && !noted.wanted[n - 1]) continue;
        atomic_store(&calls, 0);
        atomic_store(&fail_until, mode == FAULT_ONCE ? n : 1L << 60);
        atomic_store(&fail_at, n);
        const cx_status st = scenario(ctx);
        const bool reached = atomic_load(&calls) >= n;
        atomic_store(&fail_at, -1);
        atomic_store(&fail_until, -2);
        wait();
        cr_assert(st == CX_OK || st == CX_E_NOMEM, "%s, allocation %ld: status %s: %s", name, n,
                  cx_status_name(st), cx_error_message());
        cr_assert_eq(fault_live(), before, "%s, allocation %ld: %ld blocks leaked after %s", name,
                     n, fault_live() - before, cx_status_name(st));
        if (!reached) {
            cr_assert_eq(st, CX_OK, "%s: no fault left, yet %s", name, cx_error_message());
            break;
        }
    }
    const cx_status after = scenario(ctx);
    cr_assert_eq(after, CX_OK, "%s after the faults: %s", name, cx_error_message());
    return (int)n;
}

static double made; /* by the run at hand */

void fault_add_number(double v)
{
    made = made * 1.25 + (isfinite(v) ? v : -1);
}

void fault_add(const cx_array *a)
{
    if (cx_status_of(a) != CX_OK) return; /* its scope is marked */
    if (cx_dtype_of(a) == CX_CAT) a = cx_codes(a);
    const cx_array *const size = cx_abs(cx_astype(a, CX_C128));
    fault_add_number(cx_item_f64(cx_nansum(size, CX_ALL)) + (double)cx_size(a));
}

cx_scope fault_open(void)
{
    made = 0;
    return cx_scope_open();
}

cx_status fault_close(cx_scope s, double *want, const char *name)
{
    const cx_status st = cx_scope_close(s);
    if (st != CX_OK) return st;
    if (isnan(*want)) *want = made;
    cr_assert_float_eq(made, *want, 1e-9 * fabs(*want), "%s: success, other numbers", name);
    return CX_OK;
}
