/* The problems that kernel machines solve, each put as one of minimal optimisation. */
#ifndef CX_LEARN_SVM_FORMS_H
#define CX_LEARN_SVM_FORMS_H
#include "learn/svm/smo.h"

typedef enum cx__svm_form {
    CX__SVM_C_CLASSES,  /* y is 1 or -1 */
    CX__SVM_NU_CLASSES, /* the same */
    CX__SVM_ONE_CLASS,
    CX__SVM_EPSILON_NUMBERS,
    CX__SVM_NU_NUMBERS
} cx__svm_form;

/** What holds for every problem of a fit. */
typedef struct cx__svm_rules {
    cx__svm_form form;
    cx__svm_source source;
    double c, nu, epsilon, tol;
    bool shrinking;
    int64_t max_iter;
} cx__svm_rules;

/** Rows of x, what is known of them, and how much each weighs: above 0, times c where the form has
 *  one (c_plus and c_minus: of either class). */
typedef struct cx__svm_problem {
    int64_t n;
    const int64_t *row;
    const double *y, *weight;
    double c_plus, c_minus;
} cx__svm_problem;

typedef struct cx__svm_end {
    double rho;
    int64_t iterations;
    bool stopped;
} cx__svm_end;

/** coef [n]: the decision function is the sum of coef K(x, row) minus rho. Any thread. */
cx_status cx__svm_solve(const cx__svm_rules *r, const cx__svm_problem *p, double *coef,
                        cx__svm_end *end);
#endif
