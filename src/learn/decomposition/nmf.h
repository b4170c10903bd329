/* Non-negative factors W H of non-negative data: what batch and mini-batch classes share. Arrays
 * are float64 at the problem's site. */
#ifndef CX_LEARN_NMF_H
#define CX_LEARN_NMF_H
#include "learn/base/estimator.h"
#include <calx/random.h>

/** What to minimise, and how far. */
typedef struct cx__nmf {
    const cx_estimator *self; /* told of progress; or NULL */
    cx__site site;
    double beta, gamma;      /* of the divergence, and the exponent of its updates */
    double alpha_w, alpha_h; /* strengths of the penalties */
    double l1_ratio;
    double tol;
    int64_t max_iter, k;
    bool multiplicative;    /* else coordinate descent */
    bool update_h;          /* false: H is given and stays */
    cx_generator *shuffled; /* orders of the coordinates; NULL: as they come */
} cx__nmf;

/** Penalties of data [n, d]. */
typedef struct cx__nmf_penalty {
    double l1_w, l1_h, l2_w, l2_h;
} cx__nmf_penalty;
cx__nmf_penalty cx__nmf_penalties(const cx__nmf *p, const cx_array *x);

/** Parameters that both classes have; k by the columns of x where it is not given. */
cx_status cx__nmf_problem(const cx_estimator *self, const cx_array *x, cx__nmf *out);
/** ARGUMENT if x has a negative number, or a 0 that the divergence cannot have. */
cx_status cx__nmf_check(const cx__nmf *p, const char *name, const cx_array *x);

/** The least number that is divided by: float32's epsilon. */
#define CX__NMF_LEAST 1.1920928955078125e-07

/** Where to begin: W [n, k] and H [k, d] by the name of an init (NULL: scikit-learn's choice); seed
 *  of the draws. */
cx_status cx__nmf_start(const cx__nmf *p, const char *init, cx_maybe_i64 seed, const cx_array *x,
                        cx_array **w, cx_array **h);
/** W [n, k] of one number, for multiplicative updates of W alone. */
cx_array *cx__nmf_even(const cx__nmf *p, const cx_array *x);

/** Divergence of x from w h; root: the square root of twice it. */
cx_status cx__nmf_divergence(const cx__nmf *p, const cx_array *x, const cx_array *w,
                             const cx_array *h, bool root, double *out);

/** Products that stay while H does. */
typedef struct cx__nmf_kept {
    const cx_array *hht, *xht, *h_sum;
} cx__nmf_kept;
/** *w after one multiplicative update. */
cx_status cx__nmf_update_w(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                           const cx_array *h, cx__nmf_kept *kept, cx_array **w);
/** Numerator and denominator [k, d] of H's update, the penalties in them. */
cx_status cx__nmf_slopes_h(const cx__nmf *p, const cx__nmf_penalty *l, const cx_array *x,
                           const cx_array *w, const cx_array *h, const cx_array **numerator,
                           const cx_array **denominator);
/** Numbers too small to be more than rounding become 0. */
cx_array *cx__nmf_cleaned(const cx_array *a);

/** From *w and *h to the minimum, or until max_iter. */
cx_status cx__nmf_multiply(const cx__nmf *p, const cx_array *x, cx_array **w, cx_array **h,
                           int64_t *n_iter);
cx_status cx__nmf_descend(const cx__nmf *p, const cx_array *x, cx_array **w, cx_array **h,
                          int64_t *n_iter);
/** Whichever the problem says, from arrays that stay as they are; warns if it has not converged. */
cx_status cx__nmf_solve(const cx__nmf *p, const cx_array *x, cx_array **w, cx_array **h,
                        int64_t *n_iter);
#endif
