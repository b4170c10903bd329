/* From row to row by the shortest step: what density trees (HDBSCAN) and density plots (OPTICS)
 * are read from.
 *
 * It is Prim's walk: after a row is visited, every other row may now be nearer to what has been
 * visited; the nearest of all comes next, the first of equal ones. Serial in the rows visited, in
 * parallel over the others, n^2 distances and no matrix of them. Knows numbers on the host. */
#ifndef CX_LEARN_VISIT_H
#define CX_LEARN_VISIT_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

/** How far rows are: by differences of coordinates, or as a matrix says. */
typedef struct cx__apart {
    int64_t n, d;
    const double *matrix; /* [n, n] distances, or NULL */
    double *columns;      /* [d, n] coordinates, one behind the other; see cx__apart_turn */
} cx__apart;

/** Coordinates x [n, d] by columns, in memory of its own. */
cx_status cx__apart_turn(const double *x, int64_t n, int64_t d, cx__apart *out);
void cx__apart_free(cx__apart *a);

/** A step from i to j is as long as the largest of core[i], core[j] if both_cores, and their
 *  distance over alpha; if rounded, to 15 decimals. Rows farther apart than most are none; nor
 *  goes a step from a row with an infinite core. */
typedef struct cx__visit {
    const cx__apart *apart;
    const double *core; /* [n] */
    double alpha, most;
    bool both_cores, rounded;
    /* the result */
    int64_t *order; /* [n]: rows as they are visited, row 0 first */
    double *reach;  /* [n]: length of the step that leads to a row; infinity: none does */
    int64_t *from;  /* [n]: the row it starts at, or -1 */
} cx__visit;

/** tick, if not NULL, is called now and then with the number of rows visited. */
cx_status cx__visit_all(const cx__visit *v, cx_status (*tick)(void *ctx, int64_t done), void *ctx);
#endif
