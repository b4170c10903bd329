/* What the metrics share: two label arrays as codes over one set of classes, weights, and the end
 * of a call. */
#ifndef CX_LEARN_METRIC_LABELS_H
#define CX_LEARN_METRIC_LABELS_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>
#include <calx/metrics.h>

typedef struct cx__pair {
    cx__site site;                /* where the labels are */
    int64_t n, classes;           /* classes that occur in either, or among the labels */
    const cx_array *truth, *pred; /* int64 [n] codes; pred NULL when there is none */
    const cx_array *weight;       /* float64 [n] or NULL */
    cx_array *class_values;       /* [classes] sorted */
    int64_t count;                /* labels to report */
    const int64_t *label;         /* [count] codes, on the host */
} cx__pair;

/** Options, never NULL; struct_size is checked. */
cx_status cx__metric_opts(const char *where, const cx_metric_opts *o, cx_metric_opts *out);
/** Codes of both, which are on one device; memory belongs to the open scope. y_pred may be NULL. */
cx_status cx__metric_pair(const char *where, const cx_array *y_true, const cx_array *y_pred,
                          const cx_metric_opts *o, cx__pair *out);
/** Weights [n] of the options as float64, NULL if there are none. */
cx_status cx__metric_weight(const cx__site *s, const cx_metric_opts *o, int64_t n,
                            const cx_array **out);
/** Sum of the weights, or n. */
double cx__metric_mass(const cx_array *weight, int64_t n);
/** Close the metric's scope; the value, or NaN and a mark. */
double cx__metric_end(cx_scope s, cx_status st, double value);
/** The code of the positive class, -1 if it does not occur. */
cx_status cx__metric_positive(const char *where, const cx_metric_opts *o, const cx__pair *p,
                              int64_t *code);
#endif
