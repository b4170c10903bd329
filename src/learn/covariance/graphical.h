/* The graphical Lasso on plain host memory. */
#ifndef CX_LEARN_GRAPHICAL_H
#define CX_LEARN_GRAPHICAL_H
#include "base/status.h"
#include <calx/array.h>

typedef struct cx__graphical {
    const char *where, *name; /* the verb; who warns */
    double alpha, tol, inner_tol, eps;
    int64_t max_iter;
    bool least_angles; /* columns by least angle regression, not by descents */
    bool quiet;        /* says nothing where it does not converge */
} cx__graphical;

/** Arrays of the open scope on the CPU. */
typedef struct cx__graphical_end {
    cx_array *covariance, *precision; /* [d, d] */
    cx_array *costs;                  /* [k, 2] objective and duality gap of each round */
    int64_t rounds;
} cx__graphical_end;

/** From a covariance [d, d] on the CPU; start: where to begin, or NULL: there.
 *  Errors      SINGULAR too ill-conditioned. */
cx_status cx__graphical_solve(const cx__graphical *g, const cx_array *covariance,
                              const cx_array *start, cx__graphical_end *out);
#endif
