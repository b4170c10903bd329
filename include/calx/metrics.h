/* Scores of predicted labels (sklearn.metrics); rankings, numbers, clusterings and distances have
 * headers of their own. Labels may be numbers, bool or CX_CAT, compared by value
 * or text; the two arguments may have different dtypes of one kind. Work runs on the device where
 * both are; arrays that come back are there too. Numbers are NaN, arrays nil, and the open scope is
 * marked on failure. */
#ifndef CALX_METRICS_H
#define CALX_METRICS_H
#include <calx/table.h>

/** How scores of several classes become one. */
typedef enum cx_score_average {
    CX_SCORE_DEFAULT = 0, /* binary for f1, precision and their like; macro for ranking scores */
    CX_SCORE_BINARY,      /* the class .pos_label only; there must be at most two */
    CX_SCORE_MICRO,       /* counts of all classes together */
    CX_SCORE_MACRO,       /* mean over the classes */
    CX_SCORE_WEIGHTED,    /* mean weighted by the true counts */
    CX_SCORE_SAMPLES      /* mean over the rows of 0/1 matrices */
} cx_score_average;
/** What a confusion matrix is divided by. */
typedef enum cx_score_normalize {
    CX_SCORE_COUNTS = 0,
    CX_SCORE_BY_TRUE, /* its rows sum to 1 */
    CX_SCORE_BY_PRED, /* its columns do */
    CX_SCORE_BY_ALL
} cx_score_normalize;
/** How much a disagreement counts for cx_cohen_kappa_score: 1, |i - j|, (i - j)^2. */
typedef enum cx_kappa_weights {
    CX_KAPPA_PLAIN = 0,
    CX_KAPPA_LINEAR,
    CX_KAPPA_QUADRATIC
} cx_kappa_weights;
/** Several classes for cx_roc_auc_score: one against the rest, or each pair. */
typedef enum cx_score_classes { CX_SCORE_OVR = 0, CX_SCORE_OVO } cx_score_classes;
/** How scores of several outputs become one. */
typedef enum cx_score_outputs {
    CX_SCORE_UNIFORM = 0,
    CX_SCORE_VARIANCE /* by the variance of the truth: r2, explained variance */
} cx_score_outputs;
/** What mutual information is divided by. */
typedef enum cx_score_mean {
    CX_SCORE_ARITHMETIC = 0,
    CX_SCORE_GEOMETRIC,
    CX_SCORE_LARGER,
    CX_SCORE_SMALLER
} cx_score_mean;

/** Options of every metric; each reads those that scikit-learn's function of that name has. */
typedef struct cx_metric_opts {
    size_t struct_size;
    const cx_array *sample_weight; /* [n] or NULL */
    const cx_array *labels;        /* which labels, in this order; NULL: all that occur, sorted;
                                    * of 0/1 matrices: which columns */
    const cx_array *pos_label;     /* one label; NULL: 1 for numbers, the last class for text */
    cx_score_average average;
    cx_maybe_f64 zero_division; /* value of 0 / 0; not set: 0 and a warning */
    cx_maybe_f64 beta;          /* of F (1) and of the v-measure (1) */
    bool total;                 /* the sum over the rows, not the mean (normalize=False) */
    bool adjusted;              /* balanced accuracy: chance gives 0 */
    cx_score_normalize normalize;
    cx_kappa_weights weights;
    cx_maybe_f64 replace_undefined_by; /* kappa of a single class, likelihood ratios of nothing:
                                        * NaN and a warning if not set */
    cx_maybe_i64 scale_by_half;        /* Brier score: 0, 1; not set: up to two classes */
    /* ---- rankings */
    cx_maybe_i64 k; /* top k: 2; dcg and ndcg: all */
    cx_maybe_f64 log_base;
    bool ignore_ties;
    cx_maybe_f64 max_fpr; /* area up to there, standardised */
    cx_score_classes multi_class;
    cx_maybe_i64 drop_intermediate; /* 0, 1; not set: roc_curve drops, others do not */
    /* ---- numbers */
    cx_score_outputs multioutput;
    const cx_array *output_weights; /* [outputs], instead of .multioutput */
    cx_maybe_f64 alpha;             /* of the pinball loss: .5 */
    double power;                   /* of Tweedie's deviance */
    bool any_value;                 /* r2, explained variance: -inf and NaN may come out
                                     * (force_finite=False) */
    /* ---- clusterings */
    cx_score_mean average_method;
} cx_metric_opts;

/** Per class, in the order of the labels: float64 [c], support [c]. */
typedef struct cx_prf {
    cx_array *precision, *recall, *fscore, *support;
} cx_prf;

/** Likelihood ratios; NaN on failure. */
typedef struct cx_likelihood_ratios {
    double positive, negative;
} cx_likelihood_ratios;

/** How a classification report is written. */
typedef struct cx_report_opts {
    size_t struct_size;
    cx_names target_names; /* of the labels; none: the labels */
    cx_maybe_i64 digits;   /* 2 */
} cx_report_opts;

CX_BEGIN
/** Share (by weight) of the rows where both are equal. y_true, y_pred: [n], or 0/1 matrices
 *  [n, labels], which are equal where a whole row is. .total: how many.
 *  Errors      SHAPE lengths differ; DTYPE text against numbers. Shared by all below. */
CX_API double cx_accuracy_score(const cx_array *y_true, const cx_array *y_pred,
                                const cx_metric_opts *o);
/** 1 - accuracy; .total: how many are wrong. */
CX_API double cx_zero_one_loss(const cx_array *y_true, const cx_array *y_pred,
                               const cx_metric_opts *o);
/** Share of wrong labels; of 0/1 matrices, of wrong elements. */
CX_API double cx_hamming_loss(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o);
/** Mean recall of the classes; those that occur in y_pred only are left out, with a warning. */
CX_API double cx_balanced_accuracy_score(const cx_array *y_true, const cx_array *y_pred,
                                         const cx_metric_opts *o);
/** Harmonic mean of precision and recall, the same with .beta, precision, recall, and hits over
 *  what either has (Jaccard). y: [n] labels or [n, labels] of 0 and 1.
 *  Errors      ARGUMENT more than two classes with a binary average, .pos_label is not a label. */
CX_API double cx_f1_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o);
CX_API double cx_fbeta_score(const cx_array *y_true, const cx_array *y_pred,
                             const cx_metric_opts *o);
CX_API double cx_precision_score(const cx_array *y_true, const cx_array *y_pred,
                                 const cx_metric_opts *o);
CX_API double cx_recall_score(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o);
CX_API double cx_jaccard_score(const cx_array *y_true, const cx_array *y_pred,
                               const cx_metric_opts *o);
/** The same for each class, or label, float64 [c] (average=None); .average is not read. */
CX_API cx_array *cx_f1_score_each(const cx_array *y_true, const cx_array *y_pred,
                                  const cx_metric_opts *o);
CX_API cx_array *cx_fbeta_score_each(const cx_array *y_true, const cx_array *y_pred,
                                     const cx_metric_opts *o);
CX_API cx_array *cx_precision_score_each(const cx_array *y_true, const cx_array *y_pred,
                                         const cx_metric_opts *o);
CX_API cx_array *cx_recall_score_each(const cx_array *y_true, const cx_array *y_pred,
                                      const cx_metric_opts *o);
CX_API cx_array *cx_jaccard_score_each(const cx_array *y_true, const cx_array *y_pred,
                                       const cx_metric_opts *o);
/** precision_recall_fscore_support with average=None. */
CX_API cx_prf cx_precision_recall_fscore_support(const cx_array *y_true, const cx_array *y_pred,
                                                 const cx_metric_opts *o);
/** Counts [c, c]: row the true class, column the predicted one; int64, or float64 with weights
 *  or .normalize. Rows with other labels do not count.
 *  Errors      ARGUMENT none of .labels occurs in y_true. */
CX_API cx_array *cx_confusion_matrix(const cx_array *y_true, const cx_array *y_pred,
                                     const cx_metric_opts *o);
/** Counts [c, 2, 2] of each class or label against the rest: right and wrong refusals, misses,
 *  hits; with .average = CX_SCORE_SAMPLES of each row of 0/1 matrices. int64, or float64 with
 *  weights. */
CX_API cx_array *cx_multilabel_confusion_matrix(const cx_array *y_true, const cx_array *y_pred,
                                                const cx_metric_opts *o);
/** Correlation of two labellings, -1 to 1; 0 if one is constant. */
CX_API double cx_matthews_corrcoef(const cx_array *y_true, const cx_array *y_pred,
                                   const cx_metric_opts *o);
/** Agreement of two labellings beyond chance. */
CX_API double cx_cohen_kappa_score(const cx_array *y1, const cx_array *y2, const cx_metric_opts *o);
/** How much more often the second of two classes is predicted where it is true than where it is
 * not, and the first one. 0 / 0 and x / 0 are .replace_undefined_by, or NaN, with a warning. Errors
 * ARGUMENT not two classes. */
CX_API cx_likelihood_ratios cx_class_likelihood_ratios(const cx_array *y_true,
                                                       const cx_array *y_pred,
                                                       const cx_metric_opts *o);
/** A table as text: per label and averaged, precision, recall, f1 and support. Reads .labels,
 *  .sample_weight and .zero_division of o.
 *  @return     Text of the open scope; "" and a mark on failure. */
CX_API const char *cx_classification_report(const cx_array *y_true, const cx_array *y_pred,
                                            const cx_metric_opts *o, const cx_report_opts *r);
/** The same as numbers: columns name, precision, recall, f1-score, support (output_dict=True). The
 *  row accuracy has it in all three. */
CX_API cx_table *cx_classification_report_table(const cx_array *y_true, const cx_array *y_pred,
                                                const cx_metric_opts *o, const cx_report_opts *r);
/** Mean negative log-likelihood. y_proba: [n, c], columns in the order of the sorted classes, or
 *  [n]: of the second of two. Clipped to [eps, 1 - eps] of its dtype.
 *  Errors      ARGUMENT a probability outside [0, 1], number of columns, a single class. */
CX_API double cx_log_loss(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o);
/** Mean squared difference of probabilities and truth. y_proba: [n] of .pos_label, or [n, c].
 *  Errors      as cx_log_loss; ARGUMENT more than two classes for [n]. */
CX_API double cx_brier_score_loss(const cx_array *y_true, const cx_array *y_proba,
                                  const cx_metric_opts *o);
/** 1 - log loss, or Brier score, over that of the shares of the classes. NaN with a warning for
 *  fewer than two rows. */
CX_API double cx_d2_log_loss_score(const cx_array *y_true, const cx_array *y_proba,
                                   const cx_metric_opts *o);
CX_API double cx_d2_brier_score(const cx_array *y_true, const cx_array *y_proba,
                                const cx_metric_opts *o);
/** Mean of max(0, 1 - margin). decision: [n] for two classes, [n, c] for more.
 *  Errors      SHAPE, ARGUMENT number of columns. */
CX_API double cx_hinge_loss(const cx_array *y_true, const cx_array *decision,
                            const cx_metric_opts *o);
CX_END_DECLS
#endif
