/* Sequential minimal optimisation of the dual of a support vector machine.
 *
 * In the variables' own signs: minimise 1/2 b^T K b - pull^T b over low <= b <= high with the sum
 * of b kept (with `halves`: kept over the variables of either sign), where K is a kernel matrix. */
#ifndef CX_LEARN_SVM_SMO_H
#define CX_LEARN_SVM_SMO_H
#include "learn/svm/rows.h"

typedef struct cx__smo {
    int64_t n;
    const int8_t *sign;  /* [n] 1: 0 <= b <= bound, -1: -bound <= b <= 0 */
    const double *bound; /* [n] above 0 */
    const double *pull;  /* [n] */
    double *b;           /* [n] start, feasible; becomes the solution */
    bool halves, shrinking;
    double tol;
    int64_t max_iter; /* -1: none */
    cx__svm_rows *rows;
} cx__smo;

typedef struct cx__smo_end {
    /* where the decision function is cut: rho; of halves: half the difference and half the sum of
     * both signs' */
    double rho, sum;
    int64_t iterations;
    bool stopped; /* by max_iter */
} cx__smo_end;

/** Variables of a sign hold their b on one side of 0, so equal problems end in equal bits. Polls.
 *  Source: Fan, Chen, Lin, J. Mach. Learn. Res. 6 (2005); shrinking: Joachims (1998). */
cx_status cx__smo_solve(const cx__smo *problem, cx__smo_end *end);
#endif
