/* Scores of features and what selectors chose (sklearn.feature_selection). Scores run on the device
 * where x and y are and come back there, float64. Parts are nil, and the open scope is marked, on
 * failure. */
#ifndef CALX_FEATURE_SELECTION_H
#define CALX_FEATURE_SELECTION_H
#include <calx/estimator.h>

/** A score for each column of x, [d], and the probability of one as high where the column tells
 *  nothing of y, [d]. */
typedef struct cx_feature_scores {
    cx_array *scores, *pvalues;
} cx_feature_scores;

/** Options of f_regression and r_regression. */
typedef struct cx_regression_score_opts {
    size_t struct_size;
    bool no_center;       /* scikit-learn's center=False: x and y are centred already */
    bool keep_not_finite; /* force_finite=False: NaN of constant columns, inf of exact ones */
} cx_regression_score_opts;

/** Options of mutual_info_classif and mutual_info_regression. */
typedef struct cx_mutual_info_opts {
    size_t struct_size;
    bool all_discrete; /* discrete_features=True: every column of x holds whole numbers */
    const cx_array *discrete_features; /* bool [d], or int64 numbers of columns; NULL: none */
    int64_t n_neighbors;               /* 0: 3 */
    cx_maybe_i64 random_state; /* of the noise that parts equal numbers; not set: the system's
                                  entropy */
} cx_mutual_info_opts;

CX_BEGIN
/** ANOVA's F of each column between the classes of y (f_classif). x: [n, d], real and finite; y:
 *  [n], labels of any kind. A constant column scores NaN, with a warning.
 *  Errors      SHAPE; DTYPE complex or text x; DEVICE mixed; ARGUMENT x is not finite, y is
 *              continuous.   Syncs: p-values are made on the host. */
CX_API cx_feature_scores cx_f_classif(const cx_array *x, const cx_array *y);
/** Pearson's correlation of each column with y, [d] (r_regression). x: [n, d], y: [n], real and
 *  finite. A constant column scores 0.
 *  Errors      SHAPE; DTYPE; DEVICE; ARGUMENT not finite. */
CX_API cx_array *cx_r_regression(const cx_array *x, const cx_array *y,
                                 const cx_regression_score_opts *o);
/** F of each column's correlation with y (f_regression).   Errors, Syncs: as above. */
CX_API cx_feature_scores cx_f_regression(const cx_array *x, const cx_array *y,
                                         const cx_regression_score_opts *o);
/** Chi-squared of each column's sums by class against what the classes' shares give (chi2). x:
 *  [n, d], counts or frequencies, not negative; y: [n], labels.
 *  Errors      as f_classif; ARGUMENT a negative number in x. */
CX_API cx_feature_scores cx_chi2(const cx_array *x, const cx_array *y);
/** Mutual information of each column with y in nats, [d], from distances to nearest neighbours
 *  where numbers are continuous (mutual_info_classif: y are labels; _regression: numbers). Noise is
 *  drawn as scikit-learn's, so the same random_state gives its scores.
 *  Errors      as f_classif; UNSUPPORTED x on a GPU; ARGUMENT n_neighbors not below n, a number of
 *              no column.
 *  Source      Kraskov, Stoegbauer and Grassberger 2004; Ross 2014. */
CX_API cx_array *cx_mutual_info_classif(const cx_array *x, const cx_array *y,
                                        const cx_mutual_info_opts *o);
CX_API cx_array *cx_mutual_info_regression(const cx_array *x, const cx_array *y,
                                           const cx_mutual_info_opts *o);

/** get_support: bool [d], which of the columns seen by fit a fitted selector keeps (also the
 *  attribute support_).
 *  Errors      NOT_FITTED; ARGUMENT m selects no features. */
CX_API cx_array *cx_get_support(const cx_estimator *m);
CX_END_DECLS
#endif
