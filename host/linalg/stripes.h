/* Stripes of a matrix that is read again and again: each goes to the thread that had it before, as
 * far as that one comes in time, because it is still in that one's second cache. */
#ifndef CX_HOST_STRIPES_H
#define CX_HOST_STRIPES_H
#include "host.h"

/** body(ctx, s, s + 1) once for each stripe s < count, each thread's own ones in rising order, or
 * falling if backwards. Who does a stripe depends on threads and time: results must not. */
cx_status host_stripes_run(int count, bool backwards,
                           void (*body)(void *ctx, int64_t lo, int64_t hi), void *ctx);
#endif
