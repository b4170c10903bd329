/* Orthogonal matching pursuit of one target, on plain host memory. */
#ifndef CX_LEARN_PURSUIT_H
#define CX_LEARN_PURSUIT_H
#include "learn/linear_model/serial/normal.h"

/** What is asked for, and where it stands. */
typedef struct cx__pursuit {
    const cx__normal *m;
    int64_t k, most; /* target, most columns */
    double tol;      /* of the squared residual, < 0: none */
    bool by_first;   /* a column is judged by its product with y, not with the residual */
    double *path;    /* [most, d] coefficients after each column, or NULL */

    int64_t count;       /* columns inside */
    double *member, *at; /* [most] columns, their coefficients */
    bool premature;      /* the next column depended on them or added nothing */
    double *factor;      /* [most, most] */
    double *slope;       /* [d] products with the residual */
    double *residual;    /* [n] where the columns are at hand */
    double *inside;      /* [d] */
    double *memory;
} cx__pursuit;

/** Take columns until there are enough; what is asked for is given, zeros behind it. Any thread.
 *  cx__pursuit_free p, on failure too (path is the caller's). */
cx_status cx__pursue(cx__pursuit *p);
void cx__pursuit_free(cx__pursuit *p);
#endif
