/* Limited-memory BFGS for smooth unconstrained problems. */
#ifndef CX_LEARN_LBFGS_H
#define CX_LEARN_LBFGS_H
#include "learn/numeric/site.h"

/** The n variables and everything as long as them are float64 memory of the site's device. */
typedef struct cx__lbfgs_problem {
    const cx__site *site;
    int64_t n;
    /** gradient [n] at x, and record [3]: the value, gradient . along (along NULL: anything), max
     *  |gradient|. */
    cx_status (*value)(void *ctx, const double *x, const double *along, double *gradient,
                       double *record);
    cx_status (*iterated)(void *ctx, int64_t iteration); /* after each iteration, or NULL */
    void *ctx;
    int64_t memory, max_iter, max_eval, max_search;
    double gtol; /* stop: max |g_i| <= gtol */
    double ftol; /* stop: decrease <= ftol max(|f before|, |f|, 1) */
} cx__lbfgs_problem;

typedef enum cx__lbfgs_why {
    CX__LBFGS_CONVERGED,
    CX__LBFGS_MAX_ITER,
    CX__LBFGS_MAX_EVAL,
    CX__LBFGS_ABNORMAL
} cx__lbfgs_why;
typedef struct cx__lbfgs_result {
    double f, gmax;
    int64_t iterations, evaluations;
    cx__lbfgs_why why;
} cx__lbfgs_result;

/** Minimise from x [n], which becomes the best point found. A failure of value ends the search with
 *  that status. */
cx_status cx__lbfgs(const cx__lbfgs_problem *p, cx_array *x, cx__lbfgs_result *out);

/** The same where the function is array operations: at [n] the point, *f 0-d and *gradient [n] of
 * the open scope. p's value and ctx are not used. */
typedef struct cx__array_function {
    cx_status (*value)(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient);
    cx_status (*iterated)(void *ctx, int64_t iteration);
    void *ctx;
} cx__array_function;
cx_status cx__lbfgs_arrays(const cx__lbfgs_problem *p, const cx__array_function *f, cx_array *x,
                           cx__lbfgs_result *out);
/** Damped Newton for the same kind of function, with its Hessian *h [n, n] (or one close to it,
 *  positive semidefinite). It takes few steps however the variables are scaled. Of p: site, n,
 *  max_iter, max_search, gtol, which the gradient and half of the Newton decrement must keep to. */
typedef cx_status cx__hessian(void *ctx, const cx_array *at, cx_array **h);
cx_status cx__newton(const cx__lbfgs_problem *p, const cx__array_function *f, cx__hessian *hessian,
                     cx_array *x, cx__lbfgs_result *out);
/** Minimise the function plus sum of l1_i |x_i| (l1 [n] >= 0) by Newton's method whose quadratic
 * models are minimised by coordinate descent on the host, where the Hessian goes. Of p as
 * cx__newton; it stops where the smallest subgradient keeps to gtol. */
cx_status cx__newton_l1(const cx__lbfgs_problem *p, const cx__array_function *f,
                        cx__hessian *hessian, const cx_array *l1, cx_array *x,
                        cx__lbfgs_result *out);
enum { CX__NEWTON_L1_MOST = 500 }; /* variables up to which it is quicker than OWL-QN */
/** What Hessians of linear models are made of: X^T diag(weight [n]) X + l2 I [d, d], with intercept
 * a row and a column more for a column of ones that has no l2. Weights are at least 0. */
cx_status cx__weighted_gram(const cx__site *s, const cx_array *x, const cx_array *weight, double l2,
                            bool intercept, cx_array **out);
/** Variables up to which Newton's normal equations are worth their memory. */
enum { CX__NEWTON_MOST = 1500 };
/** The warning of an estimator whose search ended otherwise than by its tolerance. */
void cx__lbfgs_warn(const char *name, const cx__lbfgs_result *r);

/** Minimise value + sum of l1_i |x_i| (l1 [n] >= 0 on the device): OWL-QN, which stops where the
 *  smallest subgradient keeps to gtol. value's along is not used. */
cx_status cx__owlqn(const cx__lbfgs_problem *p, const cx_array *l1, cx_array *x,
                    cx__lbfgs_result *out);

/** A line search on phi(t) = f(x + t d) for a step with sufficient decrease (1e-3) and small slope
 *  (0.9): More and Thuente, ACM TOMS 20 (1994). Call cx__search_start, then evaluate phi at .step
 *  and call cx__search_next until it says that it ended. */
typedef struct cx__search {
    double step, most;
    double f0, g0, decrease;     /* at 0; decrease = 1e-3 g0 */
    double best, f_best, g_best; /* end of the interval with the lowest value */
    double other, f_other, g_other;
    double low, high; /* where the next step must lie */
    double width, width_before;
    bool bracketed, second_stage;
} cx__search;
void cx__search_start(cx__search *s, double step, double f0, double g0);
/** The same with steps of at most `most`, which ends the search where the value falls enough. */
void cx__search_within(cx__search *s, double step, double most, double f0, double g0);
/** True: the search ended, at s->step, whose value was the last one given. */
bool cx__search_next(cx__search *s, double f, double g);
#endif
