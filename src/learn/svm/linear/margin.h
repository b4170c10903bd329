/* Linear support vector machines over rows of the host, or by products of arrays.
 *
 * Everywhere the last column may be a constant one, the intercept's, which is penalised as the
 * others are: the library that scikit-learn asks, LIBLINEAR, sets the problem so. */
#ifndef CX_LEARN_SVM_MARGIN_H
#define CX_LEARN_SVM_MARGIN_H
#include "learn/numeric/site.h"
#include "learn/svm/words.h"
#include <calx/backend_svm.h>

/** n rows of w columns; classes: y is 1 or -1; c [n]: what errors of a row cost, above 0. */
typedef struct cx__margin {
    const cx_svm_ops *ops; /* the host's */
    int64_t n, w;
    const double *x, *y, *c;
    double epsilon; /* of numbers */
    bool squared;   /* errors count squared */
    double tol;
    int64_t max_iter;
    cx__words *words; /* the order of visits */
} cx__margin;

/** coef [w], from 0; *rounds: how many times all rows (or columns) were visited. Each polls once a
 *  round. Dual coordinate descent for the L2 penalty (Hsieh et al. 2008; Ho, Lin 2012), coordinate
 *  descent for the L1 penalty and squared errors (Yuan et al. 2010; x is [w, n] here). */
cx_status cx__margin_dual_classes(const cx__margin *p, double *coef, int64_t *rounds);
cx_status cx__margin_dual_numbers(const cx__margin *p, double *coef, int64_t *rounds);
cx_status cx__margin_sparse(const cx__margin *p, double *coef, int64_t *rounds);

/** All classes at once (Crammer, Singer 2001; Keerthi et al. 2008): y holds places of classes, coef
 *  is [classes, w]. */
cx_status cx__margin_together(const cx__margin *p, int64_t classes, double *coef, int64_t *rounds);

/** Squared errors with the L2 penalty by a trust region Newton method (Lin, Weng, Keerthi 2008),
 *  over arrays where they are: x [n, w], y and c [n]. */
typedef struct cx__margin_there {
    const cx__site *site;
    const cx_array *x, *y, *c;
    bool numbers; /* y are numbers with a tube of epsilon, else 1 and -1 */
    double epsilon, tol;
    int64_t max_iter;
} cx__margin_there;
cx_status cx__margin_newton(const cx__margin_there *p, double *coef, int64_t *rounds);

/** The rows that are still visited: index [active], in an order drawn anew for each round. */
typedef struct cx__visits {
    int32_t *index;
    int64_t active, all;
} cx__visits;
static inline void cx__visits_all(cx__visits *v)
{
    v->active = v->all;
}
static inline void cx__visits_swap(cx__visits *v, int64_t a, int64_t b)
{
    const int32_t t = v->index[a];
    v->index[a] = v->index[b];
    v->index[b] = t;
}
/** The one at s waits until all are visited again; another stands there then. */
static inline void cx__visits_drop(cx__visits *v, int64_t s)
{
    cx__visits_swap(v, s, --v->active);
}
void cx__visits_begin(cx__visits *v, int32_t *index, int64_t all);
cx_status cx__visits_shuffle(cx__visits *v, cx__words *w);
/** Rounds of steps until the violations of a round are tol of the first one's. A step gives its
 *  violation, below 0: the one at i may wait; most is the largest of the round before. */
typedef double (*cx__visits_step)(void *ctx, int64_t i, double most);
cx_status cx__visits_run(cx__visits *v, const cx__margin *p, cx__visits_step step, void *ctx,
                         int64_t *rounds);
#endif
