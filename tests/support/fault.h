/* Failing allocations in turn: run a scenario again and again, failing another allocation of each
 * run, once or from then on, until every way to one has met a failure. After each run nothing may
 * be leaked and the status must tell. */
#ifndef CX_TEST_FAULT_H
#define CX_TEST_FAULT_H
#include <calx.h>
#include <math.h>
#include <stdbool.h>

typedef enum fault_mode { FAULT_ONCE, FAULT_FROM_THEN_ON } fault_mode;

/** Install the counting allocator with pools handing straight through; call first in a test, before
 * any other Calx call. */
void fault_install(void);
/** Live blocks of the library. */
long fault_live(void);
/** Allocations of the library since fault_install or the last run of a fault_loop. */
long fault_calls(void);
/** Run scenario(ctx) with its allocations failing in turn: the first of each chain of callers and a
 * sample of the others, or every one with CALX_LONG. The scenario returns a status:
 * CX_OK (an allocation that was not needed), CX_E_NOMEM, or what `also` names; anything else, a
 * leak or a crash fails the test. Returns the number of the last allocation. */
int fault_loop(const char *name, fault_mode mode, cx_status (*scenario)(void *ctx), void *ctx);

/** Take a result of any dtype into account: a run that reports success must have made the numbers
 * that the first one made. */
void fault_add(const cx_array *a);
void fault_add_number(double v);
/** The scope of a run, and its end: *want is NAN before the first good one. */
cx_scope fault_open(void);
cx_status fault_close(cx_scope s, double *want, const char *name);

/** A scenario, its body, and two tests of it in suite. */
#define FAULT_SCENARIO(suite, name, ...)                                    \
    static cx_status name(void *ctx)                                        \
    {                                                                       \
        (void)ctx;                                                          \
        static double want = (double)NAN;                                   \
        const cx_scope s = fault_open();                                    \
        __VA_ARGS__;                                                        \
        return fault_close(s, &want, #name);                                \
    }                                                                       \
    Test(suite, name##_once)                                                \
    {                                                                       \
        cr_assert_gt(fault_loop(#name, FAULT_ONCE, name, NULL), 5);         \
    }                                                                       \
    Test(suite, name##_from_then_on)                                        \
    {                                                                       \
        cr_assert_gt(fault_loop(#name, FAULT_FROM_THEN_ON, name, NULL), 5); \
    }
#endif
