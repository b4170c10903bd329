/* The one owner of threads: a pool whose caller takes part. */
#ifndef CX_BASE_THREADS_H
#define CX_BASE_THREADS_H
#include "base/status.h"
#include <stdint.h>

/** Run body over [0, n) in chunks of exactly grain (the last may be shorter). Chunk boundaries
 * depend on n and grain only, never on the number of threads; chunks are claimed one by one; the
 * join waits only for chunks in flight. Nested calls run serially on the calling worker. Honours
 * the scope's num_threads, deadline and cancel flag: CX_E_TIMEOUT / CX_E_CANCELLED with the started
 * chunks done. Never allocates; survives fork (the child's pool restarts). */
cx_status cx__parallel_for(int64_t n, int64_t grain,
                           void (*body)(void *ctx, int64_t lo, int64_t hi), void *ctx);
/** Threads a call may use now, caller included. */
int cx__threads(void);
/** Process-wide setting; 0: what the machine and the cgroup allow. */
cx_status cx__threads_set(int n);
/** Is this thread a worker of the pool (or inside a parallel_for body)? */
bool cx__in_parallel(void);
#endif
