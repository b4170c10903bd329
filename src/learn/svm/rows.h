/* Rows of the kernel matrix of a training problem, for minimal optimisation: float32, computed when
 * they are asked for, the least recently used ones forgotten. */
#ifndef CX_LEARN_SVM_ROWS_H
#define CX_LEARN_SVM_ROWS_H
#include "base/status.h"
#include "learn/metrics/user_kernel.h"
#include <calx/backend_svm.h>
#include <stdbool.h>

/** What values come from: x [rows, d] and the kernel's parameters (packed, norm, n unused), or with
 *  CX_SVM_GIVEN x [rows, d] itself, the value of two training rows; or a user's kernel, whose value
 *  of each row and itself is known. */
typedef struct cx__svm_source {
    const cx_svm_ops *ops;
    cx_svm_points kernel;
    const double *x;
    const cx__user_kernel *users; /* NULL: none */
    const double *diagonal;       /* [rows], of users */
    double cache_bytes;
} cx__svm_source;

/** Rows over `variables` variables: as many points as the problem has rows, or twice as many, of
 *  which t and t + points are the same point. The variables' order changes as they are swapped. */
typedef struct cx__svm_rows {
    const cx__svm_source *source;
    int64_t points, variables, room; /* room: variables rounded up to packs */
    const int64_t *row;              /* [points], of x */
    bool twice, moved;               /* moved: the variables are in another order */
    int32_t *point;                  /* [variables], whose point it is */
    double *packed, *norm;  /* of points in the variables' order, once; in their own if twice. Of a
                             * user's kernel: one row behind the other; and room for its values */
    float *whole;           /* [points], one row if twice */
    struct cx__svm_row *of; /* [points] */
    float **slab;           /* memory of held rows, so many together */
    int64_t together;
    int64_t most, held, newest, oldest;
} cx__svm_rows;

cx_status cx__svm_rows_open(const cx__svm_source *s, const int64_t *row, int64_t points, bool twice,
                            cx__svm_rows *out);
void cx__svm_rows_close(cx__svm_rows *r);
/** K(variable t, variables 0 .. count - 1). Stays as long as no three others are asked for. NULL:
 *  no memory. */
const float *cx__svm_row_get(cx__svm_rows *r, int64_t t, int64_t count);
/** K(t, t), not rounded to float32. */
double cx__svm_diagonal(const cx__svm_rows *r, int64_t t);
/** Variables a[k] and b[k] > a[k] change places, for k = 0, 1, ... in turn. */
void cx__svm_rows_swap(cx__svm_rows *r, const int32_t *a, const int32_t *b, int64_t count);
#endif
