/* The contract's optional group `learn`: the inner loops of the estimators. Everything else of
 * fitting and predicting is array operations, so an estimator runs wherever this group is.
 *
 * Every pointer is memory of the queue's device, contiguous in C order, float64 unless its type
 * says otherwise, and apart from the others; what is said to be NULL may be. Shapes stand behind
 * the names, rows (n) are at least 1. Values have been checked: finite where the estimator demands
 * it, codes and labels inside their ranges.
 *
 * Sums over rows have a fixed tree: chunks whose extents depend on the sizes only, added in order.
 * So the same sizes give the same bits for any number of threads, and where only sums, products and
 * square roots are involved every backend gives the same bits as the CPU's. No slot waits for the
 * device; what the host must know is left in device memory (info, record) for a control read. */
#ifndef CALX_BACKEND_LEARN_H
#define CALX_BACKEND_LEARN_H
#include <calx/backend.h>

typedef struct cx_near_ops cx_near_ops; /* <calx/backend_neighbors.h> */

/** z = x, changed column by column in the order of the names, each NULL for no change: minus `sub`,
 * over `div`, times `mul`, plus `add` [d], times sqrt(weight) [n], then clipped to [low, high]. */
typedef struct cx_learn_columns {
    int64_t n, d;
    const double *x;
    const double *sub, *div, *mul, *add, *weight;
    double low, high; /* -inf and inf: no clipping */
    double *out;      /* [n, d] */
} cx_learn_columns;

/** Products of z = x - mean [d], z = x transform [d, d] or z = x: gram [d, d] = z^T z, exactly
 * symmetric, and unless y is NULL cross [d, t] = z^T y. */
typedef struct cx_learn_gram {
    int64_t n, d, t;
    const double *x, *mean, *transform, *y;
    double *gram, *cross;
} cx_learn_gram;

/** Sums by group: sums [groups, d] of weight * x, or of weight * (x - centre)^2 where there is a
 * centre [groups, d]; mass [groups] of the weights. d may be 0. */
typedef struct cx_learn_groups {
    int64_t n, d, groups;
    const double *x;
    const int64_t *code;
    const double *weight, *centre; /* [n] or NULL: 1; NULL: 0 */
    double *sums, *mass;
} cx_learn_groups;

/** What a row's k scores are. */
typedef enum cx_learn_score {
    CX_LEARN_LINEAR,   /* start + (x - shift) w; w [d, ld], ld = k or k rounded up to 8 */
    CX_LEARN_GAUSSIAN, /* start - 1/2 sum of (x - w)^2 inverse; w and inverse [k, d] */
    CX_LEARN_SQUARES   /* sum of (x - w)^2; w [k, d] */
} cx_learn_score;
/** What is stored of them. */
typedef enum cx_learn_end {
    CX_LEARN_SCORES,     /* all k */
    CX_LEARN_DIVIDED,    /* over divisor [k] */
    CX_LEARN_ROOTS,      /* their square roots */
    CX_LEARN_FIRST_MAX,  /* place of the first largest, as a number; 0 if all are NaN */
    CX_LEARN_FIRST_MIN,  /* of the first smallest */
    CX_LEARN_POSITIVE,   /* k = 1: 1 if it is above 0, else 0 */
    CX_LEARN_EXPIT,      /* k = 1: 1 - p and p = 1 / (1 + exp(-score)) */
    CX_LEARN_SOFTMAX,    /* exp(score) over its sum */
    CX_LEARN_LOG_SHARES, /* score - log(sum of exp) */
    CX_LEARN_SHARES      /* exp of that */
} cx_learn_end;
typedef struct cx_learn_scores {
    cx_learn_score score;
    cx_learn_end end;
    int64_t n, d, k, ld;
    const double *x, *shift, *w, *inverse, *start, *divisor; /* shift, start: [d], [k] or NULL */
    double *out; /* [n, k]; [n, 2] EXPIT; [n] FIRST_*, POSITIVE */
} cx_learn_scores;

/** Points of k-means: norm [n] as row_norms gives it; weight NULL: 1. */
typedef struct cx_learn_points {
    int64_t n, d;
    const double *x, *weight, *norm;
} cx_learn_points;

/** A step of Lloyd's iteration that may build on the one before: what nearest says, with the same
 * points, labels and room [lloyd_room] as then, which nobody else has changed. Without room labels
 * only, and nothing to build on. */
typedef struct cx_learn_lloyd {
    cx_learn_points points;
    double *room;
    double *norm; /* that of points, to be filled on the way if this is the first; or NULL */
    bool first;   /* there was none before: labels are -1 */
    const double *centres; /* [k, d] */
    int64_t k;
    int32_t *label;
    double *sums, *mass, *record; /* NULL: labels only, and this was the last step */
} cx_learn_lloyd;

/** k nearest by the sum of |q - t|^p (infinity: the largest difference), rising, the lower index
 * first among equals. Exact: where products serve as estimates, what they cannot decide is decided
 * by differences. */
typedef struct cx_learn_neighbours {
    int64_t m, n, d, k; /* m fitted rows >= k, n queries */
    const double *train, *query;
    const double *norm; /* [m] as row_norms gives it; NULL: a plain scan, allocating nothing */
    double p;
    int64_t *index; /* [n, k] */
    double *rank;   /* [n, k], no root taken */
} cx_learn_neighbours;

/** Logistic loss at coef [k, d] and, if intercept, k intercepts behind it: k = 1 output for two
 * classes (code 1 is the positive one), else one for each class. value = sum of weight * loss /
 * weight_sum + l2 / 2 |coef|^2. */
typedef struct cx_learn_logistic {
    int64_t n, d, classes;
    const double *x, *weight, *at;
    const int64_t *code;
    bool intercept;
    double l2, weight_sum;
    const double *along; /* a direction as long as at, or NULL */
    double *gradient;    /* as long as at */
    double *record;      /* [3]: value, gradient . along (0 if NULL), max |gradient| */
} cx_learn_logistic;

typedef struct cx_learn_mixture cx_learn_mixture; /* <calx/backend_mixture.h> */

/** Pairs of L-BFGS: count of them, the oldest in row `first` of memory rows, then round. */
enum { CX_LEARN_MEMORY = 32 }; /* most rows */
typedef struct cx_learn_history {
    int64_t n, memory, count, first;
    const double *step, *change; /* [memory, n] each */
    const double *rho;           /* [memory], in host memory: read during the call */
} cx_learn_history;

/** Loops of embeddings: <calx/backend_manifold.h>. */
typedef struct cx_manifold_ops cx_manifold_ops;

typedef struct cx_learn_ops {
    size_t struct_size;
    /* ---- columns */
    /** required. Weighted count, mean and (m2 not NULL) sum of squared deviations of each column,
     * [d] each; NaN entries do not count (a column of NaN: 0 and NaN). Two passes and the
     * correction term (Chan, Golub and LeVeque 1983). */
    cx_status (*moments)(cx_queue *q, const double *x, int64_t n, int64_t d, const double *weight,
                         double *count, double *mean, double *m2);
    /** required. Smallest and largest number of each column, [d] each; NaN where there is none. */
    cx_status (*extremes)(cx_queue *q, const double *x, int64_t n, int64_t d, double *low,
                          double *high);
    cx_status (*columns)(cx_queue *q, const cx_learn_columns *c); /* required */
    cx_status (*gram)(cx_queue *q, const cx_learn_gram *c);       /* required */
    cx_status (*groups)(cx_queue *q, const cx_learn_groups *c);   /* required */
    cx_status (*scores)(cx_queue *q, const cx_learn_scores *c);   /* required */
    /* ---- small symmetric systems. *info: 0 fine, 1 a pivot was not positive (the result is then
     * unspecified) */
    /** required. b [d, t] becomes the solution of (a + shift I) x = b; a [d, d] of which the lower
     * triangle is read. */
    cx_status (*solve)(cx_queue *q, const double *a, double shift, int64_t d, double *b, int64_t t,
                       double *info);
    /** required. From gram [d, d] = x^T x (destroyed): scale [d], the lengths of x's columns; first
     * [d, d], the lower Cholesky factor of the scaled matrix; inverse [d, d], for which the columns
     * of x inverse are close to orthogonal. *info also 1 if the columns of x are not far from
     * dependent. */
    cx_status (*precondition)(cx_queue *q, double *gram, int64_t d, double *scale, double *first,
                              double *inverse, double *info);
    /** required. From gram = z^T z and cross = z^T y [d, t] of z = x inverse (both destroyed) what
     * the triangle of a QR decomposition of [x, y] holds of x: r [d, d + t], the triangle and
     * beside it Q^T y. */
    cx_status (*triangle)(cx_queue *q, double *gram, double *cross, int64_t d, int64_t t,
                          const double *scale, const double *first, double *r, double *info);
    /* ---- points */
    /** required. Squared lengths of n rows. */
    cx_status (*row_norms)(cx_queue *q, const double *x, int64_t n, int64_t d, double *norm);
    /** required. label[i] = the nearest of k centres [k, d], the first of equal ones, exactly; and
     * unless sums is NULL weighted sums [k, d] and mass [k] of the clusters, and in record[0] how
     * many labels changed, in record[1] how many clusters have no mass. */
    cx_status (*nearest)(cx_queue *q, const cx_learn_points *p, const double *centres, int64_t k,
                         int32_t *label, double *sums, double *mass, double *record);
    /** required. Squared distances [n] to the labelled centres (each may be NULL) and their
     * weighted sum (may be NULL). */
    cx_status (*spread)(cx_queue *q, const cx_learn_points *p, const double *centres,
                        const int32_t *label, double *each, double *sum);
    /** required. centres = sums / mass; a cluster without mass lies where the heaviest one is;
     * *moved: how far from old, squared and summed. */
    cx_status (*centres)(cx_queue *q, const double *old, const double *sums, const double *mass,
                         int64_t k, int64_t d, double *centres, double *moved);
    /** required. k-means++: distance [n, t] from the nearest centre if candidate c [t, d] were one
     * (closest [n]: without it; NULL: there is none yet) and potential [t], their weighted sums. */
    cx_status (*trials)(cx_queue *q, const cx_learn_points *p, const double *candidate, int64_t t,
                        const double *closest, double *distance, double *potential);
    cx_status (*neighbours)(cx_queue *q, const cx_learn_neighbours *c); /* required */
    /** required. Votes of the neighbours of n queries by code [m] into share [n, classes], rows
     * that sum to 1: equal ones, or by 1 / distance (p as in neighbours; rows at distance 0 outvote
     * all others). */
    cx_status (*vote)(cx_queue *q, const int64_t *index, const double *rank, int64_t n, int64_t k,
                      const int64_t *code, int64_t classes, bool by_distance, double p,
                      double *share);
    /* ---- minimising */
    cx_status (*logistic)(cx_queue *q, const cx_learn_logistic *c); /* required */
    /** required. out = a x + b y [n]; y NULL: out = a x. out may be x or y. */
    cx_status (*combine)(cx_queue *q, int64_t n, double a, const double *x, double b,
                         const double *y, double *out);
    /** required. direction = -H gradient by the two-loop recursion; record [2]: gradient .
     * direction, direction . direction. */
    cx_status (*direction)(cx_queue *q, const cx_learn_history *h, const double *gradient,
                           double *direction, double *record);
    /* ---- support vector machines */
    const struct cx_svm_ops *svm; /* <calx/backend_svm.h>; NULL: the host's serves */
    /* ---- embeddings: optional, of the host only */
    const cx_manifold_ops *manifold;
    /* ---- optional group: trees of points; NULL: neighbours are found by scan */
    const cx_near_ops *near;
    /* ---- mixtures */
    cx_status (*mixture)(cx_queue *q, const cx_learn_mixture *c); /* optional */
    /* ---- optional, both or none: k-means */
    cx_status (*lloyd)(cx_queue *q, const cx_learn_lloyd *c);
    int64_t (*lloyd_room)(int64_t n, int64_t d, int64_t k); /* float64 numbers */
} cx_learn_ops;
#endif
