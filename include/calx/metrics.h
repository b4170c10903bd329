/* Scores of predictions (sklearn.metrics). Labels may be numbers, bool or CX_CAT, compared by value
 * or text; the two arguments may have different dtypes of one kind. Work runs on the device where
 * both are; arrays that come back are there too. Numbers are NaN, arrays nil, and the open scope is
 * marked on failure. */
#ifndef CALX_METRICS_H
#define CALX_METRICS_H
#include <calx/array.h>

/** How scores of several classes become one. */
typedef enum cx_score_average {
    CX_SCORE_DEFAULT = 0, /* binary for f1, precision and recall; macro for roc_auc */
    CX_SCORE_BINARY,      /* the class .pos_label only; there must be at most two */
    CX_SCORE_MICRO,       /* counts of all classes together */
    CX_SCORE_MACRO,       /* mean over the classes */
    CX_SCORE_WEIGHTED     /* mean weighted by the true counts */
} cx_score_average;

/** Options of every metric; each reads those that scikit-learn's function of that name has. */
typedef struct cx_metric_opts {
    size_t struct_size;
    const cx_array *sample_weight; /* [n] or NULL */
    const cx_array *labels;        /* which labels, in this order; NULL: all that occur, sorted */
    const cx_array *pos_label;     /* one label; NULL: 1 for numbers, the last class for text */
    cx_score_average average;
    cx_maybe_f64 zero_division; /* value of 0 / 0; not set: 0 and a warning */
} cx_metric_opts;

/** Per class, in the order of the labels: float64 [c], support [c]. */
typedef struct cx_prf {
    cx_array *precision, *recall, *fscore, *support;
} cx_prf;

CX_BEGIN
/** Share (by weight) of the rows where both are equal. y_true, y_pred: [n].
 *  Errors      SHAPE lengths differ; DTYPE text against numbers. Shared by all below. */
CX_API double cx_accuracy_score(const cx_array *y_true, const cx_array *y_pred,
                                const cx_metric_opts *o);
/** Harmonic mean of precision and recall; precision; recall.
 *  Errors      ARGUMENT more than two classes with a binary average, .pos_label is not a label. */
CX_API double cx_f1_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o);
CX_API double cx_precision_score(const cx_array *y_true, const cx_array *y_pred,
                                 const cx_metric_opts *o);
CX_API double cx_recall_score(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o);
/** precision_recall_fscore_support with average=None. */
CX_API cx_prf cx_precision_recall_fscore_support(const cx_array *y_true, const cx_array *y_pred,
                                                 const cx_metric_opts *o);
/** Counts [c, c]: row the true class, column the predicted one; int64, or float64 with weights.
 *  Rows with other labels do not count.
 *  Errors      ARGUMENT none of .labels occurs in y_true. */
CX_API cx_array *cx_confusion_matrix(const cx_array *y_true, const cx_array *y_pred,
                                     const cx_metric_opts *o);
/** Mean negative log-likelihood. y_proba: [n, c], columns in the order of the sorted classes, or
 *  [n]: of the second of two. Clipped to [eps, 1 - eps] of its dtype.
 *  Errors      ARGUMENT a probability outside [0, 1], number of columns, a single class. */
CX_API double cx_log_loss(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o);
/** Area under the ROC curve, ties by half. y_score: [n] for two classes (or [n, 2]: the second
 *  column counts); [n, c] for more: one against the rest, averaged as asked (macro, weighted). NaN
 *  with a warning if only one class occurs.
 *  Errors      ARGUMENT number of columns, an average that does not apply, NaN among the scores. */
CX_API double cx_roc_auc_score(const cx_array *y_true, const cx_array *y_score,
                               const cx_metric_opts *o);
/** Mean of squared differences; y: [n] or [n, outputs], averaged over the outputs. */
CX_API double cx_mean_squared_error(const cx_array *y_true, const cx_array *y_pred,
                                    const cx_metric_opts *o);
/** 1 - residual / total sum of squares, averaged over the outputs; a constant target: 1 if met
 *  exactly, else 0. NaN with a warning for fewer than two rows. */
CX_API double cx_r2_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o);
CX_END_DECLS
#endif
