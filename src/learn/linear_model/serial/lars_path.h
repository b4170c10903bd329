/* Least angle regression of one target and the Lasso's path that it walks, on plain host memory. */
#ifndef CX_LEARN_LARS_PATH_H
#define CX_LEARN_LARS_PATH_H
#include "learn/linear_model/serial/normal.h"

/** What is asked for, the path (steps + 1 points, from all coefficients 0 on), and the inside. */
typedef struct cx__lars {
    const cx__normal *m;
    int64_t k, most; /* target, most steps */
    double eps;      /* least diagonal of the factor */
    bool lasso, positive;
    double least_alpha; /* where the path ends */

    int64_t active, steps;
    double *alpha, *coef; /* [steps + 1], [steps + 1, d] */
    double *order;        /* [d] columns, the active ones first */
    int64_t dropped, last_dropped;
    double pivot;
    const char *early; /* why it ended before its time, or NULL */

    int64_t rows, room;   /* points there is room for; most active columns */
    double *factor, *row; /* [room, room], [room, d] the active columns' products */
    double *sign, *along; /* [room] each */
    double *cov, *change; /* [d] products with the residual, and with the direction */
    double *memory;
    bool held; /* a sign has changed: no column joins in the next step */
} cx__lars;

/** Walk the path of what is asked for, with zeros behind it. Any thread. cx__lars_free p, on
 *  failure too. */
cx_status cx__lars_walk(cx__lars *p);
void cx__lars_free(cx__lars *p);
/** What is to be said of a path, on the thread of the fit. */
void cx__lars_warn(const cx__lars *p, const char *name);
#endif
