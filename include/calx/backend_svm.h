/* The contract's optional group `svm`: the inner loops of support vector machines over memory of
 * the host, as serial as sequential minimal optimisation is. Pointers are contiguous, float64
 * unless their type says otherwise, and apart from the others; what is said to be NULL may be.
 * Nothing is allocated; any thread. A kernel's value depends on the two points only, so blocks,
 * threads and single rows give the same bits. */
#ifndef CALX_BACKEND_SVM_H
#define CALX_BACKEND_SVM_H
#include <calx/backend.h>

/** Points lie side by side in packs of so many: the numbers of one column behind each other. */
enum { CX_SVM_PACK = 16 };

typedef enum cx_svm_kernel {
    CX_SVM_LINEAR,  /* x . p */
    CX_SVM_POLY,    /* (gamma x . p + coef0)^degree */
    CX_SVM_RBF,     /* exp(-gamma |x - p|^2), by |x|^2 + |p|^2 - 2 x . p */
    CX_SVM_SIGMOID, /* tanh(gamma x . p + coef0) */
    CX_SVM_GIVEN    /* x [d] holds the values; none of the slots below but `sums` */
} cx_svm_kernel;

/** n points of d columns, a multiple of CX_SVM_PACK of them in memory: packed [packs, d, PACK] and
 *  norm [packs PACK], their squared lengths. */
typedef struct cx_svm_points {
    cx_svm_kernel kernel;
    int64_t degree, d, n;
    double gamma, coef0;
    const double *packed, *norm;
    const int64_t *index; /* GIVEN: where in x each point's value stands [packs PACK] */
    const double *shift;  /* [d], what was taken off the points and is to be taken off x; or NULL */
} cx_svm_points;
/** More columns than this have no shift. */
enum { CX_SVM_SHIFTED = 8192 };

/** Sums of weighted kernel values over segments of the points: out[i, place[s, r]] += sum over the
 *  points p of segment s of coef[r, p] K(x_i, p). Segment s begins at begin[s], a multiple of
 *  CX_SVM_PACK; n of the points is begin[segments]. */
typedef struct cx_svm_sums {
    cx_svm_points points;
    int64_t segments, rows;
    const int64_t *begin; /* [segments + 1] */
    const double *coef;   /* [rows, points.n] */
    const int64_t *place; /* [segments, rows], below 0: nowhere */
    int64_t width;        /* numbers of a row of out */
} cx_svm_sums;

/** A variable to move and how far it is from optimal: the last of equal ones; at < 0: none. */
typedef struct cx_svm_best {
    int64_t at;
    double value;
} cx_svm_best;

/** The search for the partner of variable i: among those with low = 0 (else -inf; also: a second
 *  such mask, or NULL), the one whose step with i gains most by second-order information. `most` is
 *  the largest -force. */
typedef struct cx_svm_search {
    int64_t n;
    const double *force, *low, *also, *diagonal; /* [n] each */
    const float *row;                            /* K(i, t) [n] */
    double force_i, diagonal_i;
    double most;
    cx_svm_best best; /* value: the gain, below 0 */
} cx_svm_search;

typedef struct cx_svm_ops {
    size_t struct_size;
    /** out[t] = K(x, point t) for first <= t < last, as float32; norm: |x|^2. Places from the pack
     *  of first to the end of the pack of last may be written. */
    void (*row)(const cx_svm_points *p, const double *x, double norm, int64_t first, int64_t last,
                float *out);
    /** x [n, d], or [n, columns of GIVEN]; out [n, width], which begins with any numbers. */
    void (*sums)(const cx_svm_sums *c, const double *x, int64_t n, int64_t columns, double *out);
    /** The largest force among those with up = 0 (else -inf); also as above. */
    cx_svm_best (*first)(int64_t n, const double *force, const double *up, const double *also);
    void (*partner)(cx_svm_search *c);
    /** force -= a row_a + b row_b, and then first(n, force, up, NULL) unless up is NULL. */
    cx_svm_best (*step)(int64_t n, double *force, double a, const float *row_a, double b,
                        const float *row_b, const double *up);
} cx_svm_ops;
#endif
