/* What the metrics share: two label arrays as codes over one set of classes, weights, and the end
 * of a call. */
#ifndef CX_LEARN_METRIC_LABELS_H
#define CX_LEARN_METRIC_LABELS_H
#include <calx/estimator_class.h>
#include <calx/metrics.h>

typedef struct cx__pair {
    int64_t n, classes;          /* classes that occur in either, or among the labels */
    const int64_t *truth, *pred; /* [n] codes; pred NULL when there is none */
    const double *weight;        /* [n] or NULL */
    cx_array *class_values;      /* [classes] sorted */
    int64_t count;               /* labels to report */
    const int64_t *label;        /* [count] codes */
} cx__pair;

/** Options, never NULL; struct_size is checked. */
cx_status cx__metric_opts(const char *where, const cx_metric_opts *o, cx_metric_opts *out);
/** Codes of both; memory belongs to the open scope. y_pred may be NULL. */
cx_status cx__metric_pair(const char *where, const cx_array *y_true, const cx_array *y_pred,
                          const cx_metric_opts *o, cx__pair *out);
/** Weights [n] of the options, NULL if there are none. */
cx_status cx__metric_weight(const char *where, const cx_metric_opts *o, int64_t n,
                            const double **out);
/** Close the metric's scope; the value, or NaN and a mark. */
double cx__metric_end(cx_scope s, cx_status st, double value);
/** The code of the positive class, -1 if it does not occur. */
cx_status cx__metric_positive(const char *where, const cx_metric_opts *o, const cx__pair *p,
                              int64_t *code);
#endif
