/* Model selection: splits, folds, cross-validation. Integer seeds draw as scikit-learn does
 * (numpy.random.RandomState), bit for bit. */
#ifndef CALX_MODEL_SELECTION_H
#define CALX_MODEL_SELECTION_H
#include <calx/estimator_class.h>

typedef struct cx_split_opts {
    size_t struct_size;
    /* below 1: a share of the rows; 1 and above: a number of rows; 0: the rest; both 0: .25 */
    double test_size, train_size;
    cx_maybe_i64 random_state; /* CX_SET(0): reproducible; not set: from the system's entropy */
    bool stratify;             /* by y: every class has its share in both parts */
    bool no_shuffle;           /* the first rows train, the last test */
} cx_split_opts;
typedef struct cx_split {
    cx_data train, test;
} cx_split;

typedef struct cx_cv_opts {
    size_t struct_size;
    /* a splitter, "KFold(n_splits=5, shuffle=True, random_state=0)", or a number of folds, "5",
     * which is StratifiedKFold for classifiers and KFold otherwise; NULL: "5" */
    const char *cv;
    const char *scoring; /* "roc_auc, accuracy"; NULL: the estimator's own score */
    bool return_train_score;
    /* a fit or a score that fails gives .error_score (not set: NaN) and a warning; an error if all
     * fits fail, or with .error_raise: that of the first one. Memory, limits and devices always
     * raise. */
    bool error_raise;
    cx_maybe_f64 error_score;
} cx_cv_opts;

/** Options of cx_learning_curve; the sizes are shares of the first fold's training rows (float64)
 *  or numbers of rows (int64). */
typedef struct cx_learning_curve_opts {
    size_t struct_size;
    const char *cv, *scoring;    /* as in cx_cv_opts, one score */
    const cx_array *train_sizes; /* [s], on the CPU; NULL: .1, .325, .55, .775, 1 */
    bool shuffle;                /* the training rows before their first ones are taken */
    cx_maybe_i64 random_state;
    bool incremental; /* exploit_incremental_learning: partial_fit with more and more rows */
    bool error_raise;
    cx_maybe_f64 error_score;
} cx_learning_curve_opts;
/** Scores and times [sizes or values, folds], float64; sizes int64 [s], NULL for validation_curve.
 *  Handles of the open scope, nil on failure. */
typedef struct cx_curve {
    cx_array *sizes, *train_scores, *test_scores, *fit_times, *score_times;
} cx_curve;

CX_BEGIN
/** sklearn.model_selection.train_test_split: x or table, y, sample_weight and groups are split
 *  alike. The members are handles of the open scope, nil on failure; .target and .classes are
 *  passed on. Rows are drawn on the host; their indices go to the data's device.
 *  Errors      ARGUMENT sizes (the message says what is left), fewer than 2 members in a class;
 *              SHAPE lengths differ.   Syncs. */
CX_API cx_split cx_train_test_split(const cx_data *d, const cx_split_opts *o);
/** The same as row indices: fold.train and fold.test are int64, stratified ones where the labels
 *  are, others on the CPU. labels NULL: not stratified (o.stratify needs them). */
CX_API cx_fold cx_train_test_indices(int64_t n, const cx_array *labels, const cx_split_opts *o);
/** Rows of the data, in the order of an int64 index array; every member is taken alike. */
CX_API cx_data cx_data_take(const cx_data *d, const cx_array *rows);
/** Number of rows of the data; -1 and a mark if its members disagree. */
CX_API int64_t cx_data_rows(const cx_data *d);
/** Folds of a splitter (as in cx_cv_opts) over the data: up to cap of them into folds, handles
 *  of the open scope; *count is how many there are (folds may be NULL with cap 0).
 *  Errors      PARSE, ARGUMENT: n_splits > n_samples, a class with fewer members than folds;
 *              SHAPE. */
CX_API CX_MUST cx_status cx_cv_split(const char *cv, const cx_data *d, int64_t cap, cx_fold *folds,
                                     int64_t *count);
/** sklearn.model_selection.cross_val_score: one test score a fold, float64. Fits clones, several at
 *  a time on the CPU; m is not changed. Takes one score name. sample_weight goes to fit, not to the
 *  score. Results do not depend on the number of threads. */
CX_API cx_array *cx_cross_val_score(const cx_estimator *m, const cx_data *d, const cx_cv_opts *o);
/** sklearn.model_selection.cross_validate: a table with columns fit_time, score_time, test_score
 *  (or test_<name> for each of .scoring) and, on request, train_score.
 *  Errors      ARGUMENT unknown score (with a suggestion); what fit raises, as .error_score
 *              says. */
CX_API cx_table *cx_cross_validate(const cx_estimator *m, const cx_data *d, const cx_cv_opts *o);
/** sklearn.model_selection.cross_val_predict: for each row what the model says that was fitted on
 *  the other folds; m is not changed.
 *
 *  @param cv       as in cx_cv_opts.
 *  @param method   anything but CX_INVERSE_TRANSFORM. Columns of probabilities and decisions are
 * the sorted classes of all of y; a class that a fold did not see has 0 (decisions and logarithms:
 * the least number) there, and there is a warning. Errors      ARGUMENT the folds do not test every
 * row exactly once; whatever fit raises. */
CX_API cx_array *cx_cross_val_predict(const cx_estimator *m, const cx_data *d, const char *cv,
                                      cx_method method);
/** sklearn.model_selection.learning_curve: scores of clones fitted on more and more rows.
 *  Errors      ARGUMENT a size out of range; UNSUPPORTED .incremental without partial_fit. */
CX_API cx_curve cx_learning_curve(const cx_estimator *m, const cx_data *d,
                                  const cx_learning_curve_opts *o);
/** sklearn.model_selection.validation_curve: scores of clones with each value of one parameter.
 *
 *  @param name     the parameter, "C" or "pca__n_components".
 *  @param values   a list in spec notation, "[0.1, 1.0, 10.0]".
 *  @param o        its .return_train_score does not matter. */
CX_API cx_curve cx_validation_curve(const cx_estimator *m, const cx_data *d, const char *name,
                                    const char *values, const cx_cv_opts *o);
CX_END_DECLS
#endif
