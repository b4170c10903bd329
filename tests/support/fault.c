/* The allocator of the fault suite: counts, and fails where it is told to. Threads of the pool
 * allocate nothing, so one counter is enough, but it is atomic for the sanitizers' sake. */
#include "fault.h"
#include "device.h"
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_long live, calls, fail_at, fail_until;

static void *counting_alloc(void *ctx, size_t bytes)
{
    (void)ctx;
    const long n = atomic_fetch_add(&calls, 1) + 1;
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
    /* a simulated device is slow: what fails once, fails everywhere, what goes on failing, in every
     * third place */
    const long step = mode == FAULT_FROM_THEN_ON && !test_on_cpu() ? 3 : 1;
    long n = 1;
    for (;; n += step) {
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
