/* Half the binomial or multinomial deviance of a linear model, averaged, plus an L2 penalty on the
 * coefficients. */
#ifndef CX_LEARN_LOGISTIC_LOSS_H
#define CX_LEARN_LOGISTIC_LOSS_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

/** Parameters are [k, d] coefficients, then k intercepts if there are any; k is 1 for two classes,
 *  else the number of classes. */
typedef struct cx__logistic {
    const char *where;
    const double *x;      /* [n, d] */
    const int64_t *code;  /* [n] in 0..classes */
    const double *weight; /* [n] or NULL */
    int64_t n, d, classes;
    bool intercept;
    double l2;         /* penalty l2 / 2 |coef|^2 */
    double weight_sum; /* n without weights */
    double *raw;       /* [n, k] work space of cx__logistic_value */
    const double *at_; /* where the current evaluation is */
} cx__logistic;

/** Raw scores a row has: 1 for two classes, else the number of classes. */
static inline int64_t cx__logistic_outputs(int64_t classes)
{
    return classes == 2 ? 1 : classes;
}
/** Value and gradient at w; ctx is a cx__logistic. For cx__lbfgs. */
cx_status cx__logistic_value(void *ctx, const double *w, double *f, double *gradient);
#endif
