/* Labels from a spectral embedding without k-means: turned so that its rows lie near the axes. */
#ifndef CX_LEARN_SPECTRAL_LABELS_H
#define CX_LEARN_SPECTRAL_LABELS_H
#include "base/status.h"
#include <calx/random.h>

/** label [n] of rows [n, k] of the host: by partitions and turns in turns (Yu and Shi, ICCV 2003),
 *  from a row that g draws as scikit-learn draws it. */
cx_status cx__labels_discretize(const double *rows, int64_t n, int64_t k, cx_generator *g,
                                int64_t *label);
/** By the k rows that a QR factorisation with exchanges of columns finds to be farthest apart
 *  (Damle, Minden and Ying, Information and Inference 8, 2019). */
cx_status cx__labels_qr(const double *rows, int64_t n, int64_t k, int64_t *label);
#endif
