/* Sums of kernels at rows: densities, but for their factor. */
#ifndef CX_LEARN_NEIGHBORS_DENSITY_H
#define CX_LEARN_NEIGHBORS_DENSITY_H
#include "learn/neighbors/search.h"

typedef enum cx__density_kind {
    CX__GAUSSIAN,
    CX__TOPHAT,
    CX__EPANECHNIKOV,
    CX__EXPONENTIAL,
    CX__LINEAR,
    CX__COSINE,
    CX__DENSITY_KINDS
} cx__density_kind;

/** By its name in scikit-learn; CX__DENSITY_KINDS: there is none. */
cx__density_kind cx__density_kernel(const char *name);
/** Logarithm of a kernel's mass of width 1 in so many dimensions. */
double cx__density_log_mass(cx__density_kind kernel, int64_t columns);
/** log sum_i weight[i] kernel(distance to row i / width), float64 [n], of the open scope; weight
 *  [m] at the site, NULL: 1. */
cx_status cx__density_sums(const cx__near *near, const cx_array *query, cx__density_kind kernel,
                           double width, const cx_array *weight, cx_array **out);
#endif
