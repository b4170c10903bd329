/* The contract's slot for mixtures of normal distributions: one pass over the rows is what an
 * iteration of expectation and maximisation needs of them. An optional slot of the group `learn`,
 * whose rules about pointers and sums over rows hold here. */
#ifndef CALX_BACKEND_MIXTURE_H
#define CALX_BACKEND_MIXTURE_H
#include <calx/backend_learn.h>

/** What a component's distance is made of: z = x - centre, whose square is |factor z|^2. */
typedef enum cx_learn_mixture_kind {
    CX_LEARN_MIXTURE_FULL, /* factor [k, d, d], lower triangles */
    CX_LEARN_MIXTURE_TIED, /* factor [d, d], a lower triangle for all; image [k, d] = factor centre
                            */
    CX_LEARN_MIXTURE_DIAG  /* factor [k, d], diagonals */
} cx_learn_mixture_kind;
/** What is stored of each row. */
typedef enum cx_learn_mixture_end {
    CX_LEARN_MIXTURE_NOTHING,
    CX_LEARN_MIXTURE_LABELS,    /* [n]: the first component of the largest share, as a number */
    CX_LEARN_MIXTURE_SHARES,    /* [n, k] */
    CX_LEARN_MIXTURE_LOGS,      /* [n]: the logarithm of the density */
    CX_LEARN_MIXTURE_LOG_SHARES /* [n, k]: the shares' logarithms, finite where shares are 0, too */
} cx_learn_mixture_end;

/** The logarithm of component c's density at a row is start[c] - 1/2 square; shares are the
 *  exponentials of those over their sum. totals, unless NULL, is in this order: the shares' sums
 *  [k]; of share * z [k, d]; of share * z z^T, packed lower triangles by rows [k, d (d + 1) / 2]
 *  (FULL), of share * z^2 [k, d] (DIAG), or nothing (TIED); the sum of the rows' logarithms of the
 *  density; the sum of share * log(share). */
typedef struct cx_learn_mixture {
    cx_learn_mixture_kind kind;
    cx_learn_mixture_end end;
    int64_t n, d, k;
    const double *x; /* [n, d] */
    const double *centre, *factor, *image,
        *start;           /* factor, image, start: not if shares are given */
    const double *shares; /* [n, k] given, or NULL: computed */
    double *totals, *out;
    double *room; /* cx_learn_mixture_room numbers of n rows at most: nothing is allocated, and one
                   * thread works; or NULL */
} cx_learn_mixture;

/** Numbers behind the sums of shares and of share * z. */
static inline int64_t cx_learn_mixture_squares(cx_learn_mixture_kind kind, int64_t d, int64_t k)
{
    return kind == CX_LEARN_MIXTURE_FULL   ? k * (d * (d + 1) / 2)
           : kind == CX_LEARN_MIXTURE_DIAG ? k * d
                                           : 0;
}
static inline int64_t cx_learn_mixture_totals(cx_learn_mixture_kind kind, int64_t d, int64_t k)
{
    return k + k * d + cx_learn_mixture_squares(kind, d, k) + 2;
}
/** Rows that go together, by the columns. */
static inline int64_t cx_learn_mixture_rows(int64_t d)
{
    return d <= 32 ? 256 : d <= 128 ? 128 : 64;
}
static inline int64_t cx_learn_mixture_room(int64_t rows, int64_t d, int64_t k)
{
    const int64_t most = cx_learn_mixture_rows(d), up = (rows + 7) / 8 * 8;
    return (up < most ? up : most) * (2 * d + k + 4);
}
#endif
