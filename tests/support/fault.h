/* Failing allocations in turn: run a scenario again and again, failing the n-th allocation of each
 * run, once or from then on, until a run reaches no failing one. After each run nothing may be
 * leaked and the status must tell. */
#ifndef CX_TEST_FAULT_H
#define CX_TEST_FAULT_H
#include <calx.h>
#include <stdbool.h>

typedef enum fault_mode { FAULT_ONCE, FAULT_FROM_THEN_ON } fault_mode;

/** Install the counting allocator with pools handing straight through; call first in a test, before
 * any other Calx call. */
void fault_install(void);
/** Live blocks of the library. */
long fault_live(void);
/** Run scenario(ctx) with every allocation failing in turn. The scenario returns a status: CX_OK
 * (an allocation that was not needed), CX_E_NOMEM, or what `also` names; anything else, a leak or a
 * crash fails the test. Returns the number of runs. */
int fault_loop(const char *name, fault_mode mode, cx_status (*scenario)(void *ctx), void *ctx);
#endif
