/* Looking into fitted models (sklearn.inspection). */
#ifndef CALX_INSPECTION_H
#define CALX_INSPECTION_H
#include <calx/estimator.h>

typedef struct cx_permutation_opts {
    size_t struct_size;
    const char *scoring; /* one score; NULL: the estimator's own */
    int n_repeats;       /* 0: 5 */
    cx_maybe_i64 random_state;
    double max_samples; /* rows that are scored: below 1 a share, else a number; 0: all */
} cx_permutation_opts;
/** float64: mean and std [features], importances [features, repeats]. */
typedef struct cx_permutation {
    cx_array *mean, *std, *importances;
} cx_permutation;

typedef enum cx_dependence_kind {
    CX_DEPENDENCE_AVERAGE = 0,
    CX_DEPENDENCE_INDIVIDUAL,
    CX_DEPENDENCE_BOTH
} cx_dependence_kind;
typedef struct cx_dependence_opts {
    size_t struct_size;
    int grid_resolution;   /* 0: 100 */
    double percentiles[2]; /* both 0: .05 and .95 */
    cx_dependence_kind kind;
    cx_arrays custom_values; /* grids instead of percentiles, one a feature, NULL for none */
    bool categorical;        /* all features: the values that occur are the grid */
    cx_maybe_i64 response;   /* a cx_method for classifiers; not set: probabilities, else
                                decisions */
} cx_dependence_opts;
/** average [outputs, g0] or [outputs, g0, g1], individual [outputs, rows, g0(, g1)], NULL where not
 *  asked for; grid[i] the values of feature i, grid[1] NULL for one feature. */
typedef struct cx_dependence {
    cx_array *average, *individual, *grid[2];
} cx_dependence;

CX_BEGIN
/** sklearn.inspection.permutation_importance: how much the score falls when one column is shuffled.
 *  Columns run in parallel on the CPU.
 *
 *  @param m    fitted.
 *  @param d    matrix or table with y; sample_weight weighs the scores.
 *  @return     handles of the open scope, on the CPU, nil on failure; draws as scikit-learn's.
 *  Errors      ARGUMENT unknown score, more than one, max_samples; whatever predict raises. */
CX_API cx_permutation cx_permutation_importance(const cx_estimator *m, const cx_data *d,
                                                const cx_permutation_opts *o);
/** sklearn.inspection.partial_dependence, method 'brute': mean answers with one or two features set
 *  to each value of a grid. One output for regressors and two classes, else one a class.
 *
 *  @param m         fitted classifier or regressor.
 *  @param d         a matrix; sample_weight weighs the mean.
 *  @param features  one or two columns (CX_SHAPE(0, 3)).
 *  Errors      ARGUMENT no such column, percentiles that are too close, a transformer;
 *              DTYPE integer columns, a table. */
CX_API cx_dependence cx_partial_dependence(const cx_estimator *m, const cx_data *d,
                                           cx_shape features, const cx_dependence_opts *o);
CX_END_DECLS
#endif
