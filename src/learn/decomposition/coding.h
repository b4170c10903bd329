/* Sparse codes of rows over a dictionary, and dictionaries for given codes. Arrays are float64. */
#ifndef CX_LEARN_CODING_H
#define CX_LEARN_CODING_H
#include "learn/base/estimator.h"
#include <calx/random.h>

typedef enum cx__coding {
    CX__CODE_LASSO_LARS,
    CX__CODE_LASSO_CD,
    CX__CODE_LARS,
    CX__CODE_OMP,
    CX__CODE_THRESHOLD
} cx__coding;

typedef struct cx__coder {
    cx__coding how;
    double alpha;    /* weight of the L1 norm; threshold's cut */
    int64_t nonzero; /* of lars and omp */
    int64_t max_iter;
    bool positive;
} cx__coder;

/** By scikit-learn's name of the algorithm; nonzero 0: its default for a dictionary [k, d].
 *  Errors      ARGUMENT positive with 'lars' or 'omp'. */
cx_status cx__coder_make(const char *where, const char *name, const char *algorithm, int64_t k,
                         int64_t d, cx__coder *c);
/** *code [n, k] of x [n, d] over dictionary [k, d], all on the site; init [n, k] where lasso_cd
 *  begins, or NULL. Targets are tasks on the host. */
cx_status cx__encode(const cx__site *s, const cx__coder *c, const cx_array *x,
                     const cx_array *dictionary, const cx_array *init, cx_array **code);

/** Learning a dictionary of k rows, on the host. */
typedef struct cx__learning {
    const cx_estimator *self; /* told of progress */
    cx__site host;
    int64_t k, max_iter;
    double alpha, tol;
    cx__coder coder;
    bool positive_dict;
    cx_generator *draws;
} cx__learning;

/** One round of block coordinate descent over dictionary's rows, given y [n, d], a = code^T code
 *  [k, k] and b = y^T code [d, k]; rows that no code uses are drawn anew, and their codes become
 *  0. */
cx_status cx__dictionary_update(const cx__learning *l, cx_array *dictionary, const cx_array *y,
                                cx_array *code, const cx_array *a, const cx_array *b);
/** Codes and dictionary of x [n, d] by turns, from *code and *dictionary (NULL: from its singular
 *  vectors); errors [max_iter] are the costs of the rounds. */
cx_status cx__dictionary_learn(const cx__learning *l, const cx_array *x, cx_array **code,
                               cx_array **dictionary, double *errors, int64_t *n_iter);

/** What batches remember, and when they end. */
typedef struct cx__batch_learning {
    int64_t batch_size, steps;
    bool shuffle;
    int64_t max_no_improvement; /* < 0: none */
    cx_array *dictionary, *a, *b;
} cx__batch_learning;
/** Dictionary from the singular vectors of x, or from init; sums of nothing. */
cx_status cx__batches_start(const cx__learning *l, const cx_array *x, const cx_array *init,
                            cx__batch_learning *b);
cx_status cx__batches_step(const cx__learning *l, const cx_array *x, cx__batch_learning *b,
                           double *cost);
/** All of fit. */
cx_status cx__batches_learn(const cx__learning *l, const cx_array *x, cx__batch_learning *b);
#endif
