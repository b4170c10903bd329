/* Clusters read from a plot of reachabilities: valleys with steep sides (Ankerst, Breunig, Kriegel
 * and Sander, SIGMOD 1999, figure 19), and the correction of their ends by predecessors (Schubert
 * and Gertz, LWDA 2018). Knows numbers on the host. */
#ifndef CX_LEARN_OPTICS_XI_H
#define CX_LEARN_OPTICS_XI_H
#include "learn/numeric/site.h"
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
/** The same valleys as an array [count, 2] at a site. */
cx_array *cx__valley_list(const cx__site *s, const int64_t *valley, int64_t count);
/** label [n]: what DBSCAN would say at a distance, but for rows at borders; reach and core by row.
 */
void cx__plot_cut(int64_t n, const double *reach, const double *core, const int64_t *order,
                  double eps, int64_t *label);
/** A number of rows that is given as such or, up to 1, as a share of n; ARGUMENT: more than n. */
cx_status cx__plot_count(const char *where, const char *name, double given, int64_t n,
                         int64_t *out);
#endif
