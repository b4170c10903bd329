/* Some runs of Lloyd's k-means, the best of which counts: for KMeans, and for what clusters an
 * embedding by it. */
#ifndef CX_LEARN_KMEANS_RUNS_H
#define CX_LEARN_KMEANS_RUNS_H
#include "learn/cluster/centres.h"

typedef struct cx__kmeans {
    const cx_estimator *self; /* whose progress it is */
    const cx__site *site;
    const cx_array *x, *weight; /* [n, d], [n] or NULL, float64 at the site */
    const cx_array *given;      /* a fit's data, or NULL: x is found finite on the way */
    cx_array *own;              /* x, if it may be written to; else NULL */
    cx__start start;
    int64_t k, runs, max_iter;
    double tol; /* of the mean variance of the columns */
} cx__kmeans;
/** The run of the least inertia, drawn from g as scikit-learn's k_means draws; a warning if there
 *  are fewer distinct rows than clusters. */
cx_status cx__kmeans_best(const cx__kmeans *how, cx_generator *g, cx__lloyd_run *best);
#endif
