/* The fixed-point iterations of independent component analysis over whitened rows. */
#ifndef CX_LEARN_ICA_H
#define CX_LEARN_ICA_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

typedef enum cx__contrast { CX__LOGCOSH, CX__EXP, CX__CUBE } cx__contrast;

typedef struct cx__ica {
    const cx_estimator *self; /* told of progress */
    cx__site site;
    const cx_array *x; /* [k, n] */
    cx__contrast contrast;
    double alpha, tol;
    int64_t max_iter;
} cx__ica;

/** Rows w [k, k] from a start [k, k]: all at once, or one after the other. */
cx_status cx__ica_parallel(const cx__ica *p, const cx_array *start, cx_array **w, int64_t *n_iter);
cx_status cx__ica_deflation(const cx__ica *p, const cx_array *start, cx_array **w, int64_t *n_iter);
#endif
