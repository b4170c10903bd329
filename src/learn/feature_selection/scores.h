/* Scores of features, by name, for selectors. */
#ifndef CX_LEARN_SCORES_H
#define CX_LEARN_SCORES_H
#include "learn/numeric/site.h"
#include <calx/feature_selection.h>

/** x and y of a score: [n, d] and [n] on one device, x real and finite. */
cx_status cx__scores_checked(const char *where, const cx_array *x, const cx_array *y);
/** Scores of a function by scikit-learn's name with its defaults, float64 [d]; *pvalues stays NULL
 *  where it gives none. x and y have been checked. */
cx_status cx__feature_scores(const char *where, const char *function, const cx_array *x,
                             const cx_array *y, cx_array **scores, cx_array **pvalues);
/** Mutual information; y are labels if discrete. */
cx_status cx__mutual_info(const char *where, const cx_array *x, const cx_array *y, bool discrete,
                          const cx_mutual_info_opts *o, cx_array **scores);
#endif
