/* Rows of a fit as density clusterers want them: distances from any of them to all, on the host,
 * and how far the k-th nearest is. The class has the parameters of learn/neighbors/family.h. */
#ifndef CX_LEARN_NEAR_ROWS_H
#define CX_LEARN_NEAR_ROWS_H
#include "learn/cluster/visit.h"
#include "learn/neighbors/family.h"

typedef struct cx__near_rows {
    cx__site site;
    cx__near_opts near;
    const cx_array *x;
    cx__apart apart;
} cx__near_rows;

/** Euclidean distances are made when they are asked for; any other metric as a matrix, now. The
 *  open scope owns what is kept. */
cx_status cx__near_rows_open(const char *where, const cx_estimator *self, const cx_array *x,
                             cx__near_rows *out);
/** The same with options, which have a metric, instead of parameters. */
cx_status cx__near_rows_with(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                             cx__near_rows *out);
void cx__near_rows_close(cx__near_rows *r); /* of zeros, too */
/** core [n]: distance of the last of k nearest rows, a row itself being the first of them. */
cx_status cx__near_rows_core(const cx__near_rows *r, int64_t k, double *core);
/** Distances were given, not rows. */
bool cx__near_rows_given(const cx_estimator *self);
#endif
