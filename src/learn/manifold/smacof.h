/* Positions whose distances are dissimilarities as nearly as they can be, by majorisation. */
#ifndef CX_LEARN_MANIFOLD_SMACOF_H
#define CX_LEARN_MANIFOLD_SMACOF_H
#include "learn/manifold/eigen.h"

typedef struct cx__smacof {
    const char *name; /* who asks, for errors */
    int64_t n, dims;
    const double *dissimilarity; /* [n, n], symmetric */
    bool metric;                 /* else their order alone counts, and 0 is a missing one */
    bool normalized;             /* stress over the distances, as a root */
    int64_t max_iter, n_init;
    double eps;
    const double *init; /* [n, dims], or NULL: n_init random ones */
    cx_generator *random;
} cx__smacof;
typedef struct cx__smacof_end {
    double *at; /* [n, dims], of the open scope */
    double stress;
    int64_t n_iter;
} cx__smacof_end;

cx_status cx__smacof_run(const cx__smacof *how, cx__smacof_end *out);
/** SHAPE not square, ARGUMENT not symmetric. */
cx_status cx__smacof_check(const char *name, const double *d, int64_t n);
#endif
