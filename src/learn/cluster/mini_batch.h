/* One step of mini-batch k-means. */
#ifndef CX_LEARN_MINI_BATCH_H
#define CX_LEARN_MINI_BATCH_H
#include "learn/cluster/lloyd.h"

/** Centres and what they have seen. */
typedef struct cx__mini_batch {
    const cx__site *site;
    int64_t k, d;
    double
        ratio; /* centres below this share of the heaviest one's weight move elsewhere; 0: none */
    cx_array *centres, *next; /* [k, d] */
    cx_array *seen;           /* [k]: weight of the points of each centre so far */
    double *weight;           /* [k] the same on the host */
    int64_t *row;             /* [k]: room */
    bool *moves;              /* [k]: room */
} cx__mini_batch;

/** Pull the centres to the points that are nearest to each (they become next, and next centres);
 *  reassign: afterwards the light ones are put on points drawn from g. inertia: of the points and
 *  the centres before. */
cx_status cx__mini_batch_step(cx__mini_batch *m, const cx__points *p, cx_generator *g,
                              bool reassign, double *inertia);
/** Zeroed room for the host's parts; free them after all, whatever happened. */
cx_status cx__mini_batch_room(cx__mini_batch *m);
void cx__mini_batch_free(cx__mini_batch *m);
#endif
