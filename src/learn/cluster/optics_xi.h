/* Clusters read from a plot of reachabilities: valleys with steep sides (Ankerst, Breunig, Kriegel
 * and Sander, SIGMOD 1999, figure 19), and the correction of their ends by predecessors (Schubert
 * and Gertz, LWDA 2018). Knows numbers on the host. */
#ifndef CX_LEARN_OPTICS_XI_H
#define CX_LEARN_OPTICS_XI_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

/** The plot: n places in the order of the visit. */
typedef struct cx__plot {
    int64_t n;
    const double *reach;   /* [n + 1], infinity behind the last */
    const int64_t *row;    /* [n] */
    const int64_t *before; /* [n]: the row from which a place was reached, or -1 */
    double xi;
    int64_t min_samples, min_size;
    bool corrected;
} cx__plot;

/** Valleys [start, end], inner ones before those around them; *out is of cx__alloc, 2 *count
 *  numbers. label [n] by row: the number of the finest valley, -1 is noise. */
cx_status cx__valleys(const cx__plot *p, int64_t **out, int64_t *count, int64_t *label);
#endif
