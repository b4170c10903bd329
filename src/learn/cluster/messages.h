/* Messages between points: the iteration of affinity propagation. */
#ifndef CX_LEARN_MESSAGES_H
#define CX_LEARN_MESSAGES_H
#include "base/status.h"
#include <stdint.h>

typedef struct cx__messages {
    int64_t n;
    const double *similarity; /* [n, n], preferences on the diagonal */
    double damping;
    double *answer, *offer; /* [n, n]: responsibilities and availabilities, zero at first */
    double *part;           /* [chunks, n]: room */
    double *total;          /* [n]: room */
} cx__messages;
/** Zeroed room; free it, whatever happened. */
cx_status cx__messages_begin(cx__messages *m, int64_t n, const double *similarity, double damping);
void cx__messages_free(cx__messages *m);
/** One exchange; exemplar [n]: is the point one now? */
cx_status cx__messages_step(cx__messages *m, bool *exemplar);
/** label [n] from exemplars, refined: the clusters' numbers rise with their exemplars, which are
 *  put into centre [*count]; *count 0 and labels -1 where there is none. */
cx_status cx__messages_clusters(const cx__messages *m, const bool *exemplar, int64_t *label,
                                int64_t *centre, int64_t *count);
#endif
