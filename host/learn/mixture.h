/* Loops of mixtures, compiled once per ISA level with the same bits at all of them. */
#ifndef CX_HOST_LEARN_MIXTURE_H
#define CX_HOST_LEARN_MIXTURE_H
#include "host.h"
#include <calx/backend_mixture.h>

typedef struct host_mixture_loops {
    /* Rows [lo, hi) of the call's x, as many as go together at most: into c->out, and added to
     * totals (NULL: not wanted). room: cx_learn_mixture_room numbers, 64-byte aligned. */
    void (*block)(const cx_learn_mixture *c, int64_t lo, int64_t hi, double *room, double *totals);
} host_mixture_loops;
HOST_PER_ISA(host_mixture_loops, host_mixture_loops_table);
#endif
