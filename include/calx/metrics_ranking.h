/* Scores of rankings (sklearn.metrics): y_score is a number for each row, or row and class, that
 * puts them in order. Labels and failures as in calx/metrics.h. */
#ifndef CALX_METRICS_RANKING_H
#define CALX_METRICS_RANKING_H
#include <calx/metrics.h>

/** Points of a curve, float64, of the open scope; all nil on failure. */
typedef struct cx_roc {
    cx_array *fpr, *tpr, *thresholds; /* [p]; the first threshold is infinity */
} cx_roc;
typedef struct cx_precision_recall {
    cx_array *precision, *recall; /* [p + 1]; the last point is (1, 0) */
    cx_array *thresholds;         /* [p], ascending */
} cx_precision_recall;
typedef struct cx_calibration {
    cx_array *prob_true, *prob_pred; /* [bins that hold rows] */
} cx_calibration;
typedef struct cx_calibration_opts {
    size_t struct_size;
    const cx_array *pos_label; /* one label; NULL: 1 for numbers, the last class for text */
    int64_t n_bins;            /* 0: 5 */
    bool quantiles;            /* bins of equally many rows, not of equal width */
} cx_calibration_opts;

CX_BEGIN
/** Area under a curve by trapezoids. x: [n], ascending or descending; y: [n].
 *  Errors      SHAPE; ARGUMENT fewer than 2 points, x not monotonic. */
CX_API double cx_auc(const cx_array *x, const cx_array *y);
/** False and true positive rate at each threshold, from the highest down. y_true: [n], y_score:
 *  [n]. .drop_intermediate (1): without points on a straight line.
 *  Errors      ARGUMENT more than two classes, or numbers other than 0, 1, -1, without .pos_label;
 *              NaN among the scores. Shared by those below. */
CX_API cx_roc cx_roc_curve(const cx_array *y_true, const cx_array *y_score,
                           const cx_metric_opts *o);
/** Precision and recall at each threshold. */
CX_API cx_precision_recall cx_precision_recall_curve(const cx_array *y_true,
                                                     const cx_array *y_score,
                                                     const cx_metric_opts *o);
/** sklearn.calibration.calibration_curve: in bins of predicted probability the share of rows that
 *  are positive and the mean of what was predicted. y_true: [n] labels of two classes, y_prob: [n].
 *  Errors      SHAPE; ARGUMENT more than two classes, a probability outside [0, 1], .n_bins below
 *              1; as cx_roc_curve without .pos_label. */
CX_API cx_calibration cx_calibration_curve(const cx_array *y_true, const cx_array *y_prob,
                                           const cx_calibration_opts *o);
/** Area under the ROC curve, ties by half. y_score: [n] for two classes (or [n, 2]: the second
 *  column counts); [n, c] for more, averaged as asked; y_true [n, labels] of 0 and 1: y_score of
 *  that shape. NaN with a warning if only one class occurs.
 *  Errors      ARGUMENT number of columns, an average that does not apply, NaN among the scores. */
CX_API double cx_roc_auc_score(const cx_array *y_true, const cx_array *y_score,
                               const cx_metric_opts *o);
/** Sum of precision times the steps of recall; classes and labels as above. */
CX_API double cx_average_precision_score(const cx_array *y_true, const cx_array *y_score,
                                         const cx_metric_opts *o);
/** The same for each class, or label, float64 [c] (average=None). */
CX_API cx_array *cx_roc_auc_score_each(const cx_array *y_true, const cx_array *y_score,
                                       const cx_metric_opts *o);
CX_API cx_array *cx_average_precision_score_each(const cx_array *y_true, const cx_array *y_score,
                                                 const cx_metric_opts *o);
/** Share of the rows whose class is among the .k best scores (of equal ones the later columns
 *  come first). y_score: [n, c], or [n] for two classes. .total: how many.
 *  Errors      ARGUMENT number of columns. */
CX_API double cx_top_k_accuracy_score(const cx_array *y_true, const cx_array *y_score,
                                      const cx_metric_opts *o);
/** Mean over the rows of the gains y_true in the order of y_score, each divided by the logarithm
 *  of its place; ndcg: over the best possible. y_true, y_score: [n, m] float; equal scores share
 *  their places unless .ignore_ties.
 *  Errors      SHAPE; ARGUMENT ndcg: negative gains, fewer than 2 columns. */
CX_API double cx_dcg_score(const cx_array *y_true, const cx_array *y_score,
                           const cx_metric_opts *o);
CX_API double cx_ndcg_score(const cx_array *y_true, const cx_array *y_score,
                            const cx_metric_opts *o);
CX_END_DECLS
#endif
