/* Pairs of classes: c classes have c (c - 1) / 2, (0, 1), (0, 2), ..., (1, 2), ...; two or fewer
 * have one. Support vectors stand class by class; row r of the dual coefficients holds, for those
 * of class s, what they are in the pair of s and the r-th of the other classes. */
#ifndef CX_LEARN_SVM_PAIRS_H
#define CX_LEARN_SVM_PAIRS_H
#include "base/status.h"
#include <calx/estimator_class.h>

static inline int64_t cx__svm_pair_count(int64_t c)
{
    return c <= 2 ? 1 : c * (c - 1) / 2;
}
/** Place of the pair (a, b), a < b. */
static inline int64_t cx__svm_pair(int64_t a, int64_t b, int64_t c)
{
    return a * (2 * c - a - 1) / 2 + b - a - 1;
}
/** Place of the pair of class s and the r-th of the others. */
static inline int64_t cx__svm_pair_of(int64_t s, int64_t r, int64_t c)
{
    if (c <= 2) return 0;
    return r < s ? cx__svm_pair(r, s, c) : cx__svm_pair(s, r + 1, c);
}

/** Coefficients of every pair [p, s] from dual [k, s]; of the open scope. */
cx_status cx__svm_dense(const double *dual, const int64_t *counts, int64_t classes, int64_t s,
                        const double **out);

/** What becomes of a row's decision functions. */
typedef enum cx__svm_answer {
    CX__SVM_VOTED,  /* place of the class with most votes, the first of equal ones: one number */
    CX__SVM_SURE,   /* of the class with the largest of ... */
    CX__SVM_BALLOT, /* ... votes and, below 1/3, how sure they are: c numbers */
    CX__SVM_SHARES  /* probabilities by Platt's slopes a and b: c numbers */
} cx__svm_answer;
/** Rows of decisions [n, p] for c classes into out; room: numbers for the work of one row, as many
 *  as cx__svm_answer_room says. */
typedef struct cx__svm_asked {
    cx__svm_answer answer;
    int64_t c;
    const double *a, *b; /* [p] of SHARES */
} cx__svm_asked;
int64_t cx__svm_answer_room(const cx__svm_asked *q);
int64_t cx__svm_answer_width(const cx__svm_asked *q);
void cx__svm_answers(const cx__svm_asked *q, const double *decision, int64_t n, double *room,
                     double *out);
#endif
