/* What the metrics share: two label arrays as codes over one set of classes, weights, and the end
 * of a call. */
#ifndef CX_LEARN_METRIC_LABELS_H
#define CX_LEARN_METRIC_LABELS_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>
#include <calx/metrics.h>

typedef struct cx__pair {
    cx__site site;                /* where the labels are */
    bool many;                    /* 0/1 matrices: truth, pred and class_values differ as said */
    int64_t n, classes;           /* classes that occur in either, or among the labels; columns */
    const cx_array *truth, *pred; /* int64 [n] codes; pred NULL when there is none;
                                   * many: float64 [n, classes], the columns asked for */
    const cx_array *weight;       /* float64 [n] or NULL */
    cx_array *class_values;       /* [classes] sorted; many: the columns */
    int64_t count;                /* labels to report */
    const int64_t *label;         /* [count] codes, on the host */
} cx__pair;

/** One question to a metric: which of a family it is, its arguments, live arrays, and options. */
typedef struct cx__ask {
    const char *where;
    int which;
    const cx_array *truth, *pred;
    cx_metric_opts o;
} cx__ask;
typedef cx_status cx__metric_fn(const cx__ask *q, double *out);
typedef cx_status cx__metric_each_fn(const cx__ask *q, cx_array **out);
/** A metric in a scope of its own: the number, or NaN and a mark; the array, or nil. */
double cx__metric_run(const char *where, cx__metric_fn *f, int which, const cx_array *y_true,
                      const cx_array *y_pred, const cx_metric_opts *o);
cx_array *cx__metric_each(const char *where, cx__metric_each_fn *f, int which,
                          const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o);
/** The start of both: options read, arrays looked at. */
cx_status cx__metric_ask(const char *where, int which, const cx_array *y_true,
                         const cx_array *y_pred, const cx_metric_opts *o, cx__ask *out);

/** Codes of both, which are on one device; memory belongs to the open scope. y_pred may be NULL. */
cx_status cx__metric_pair(const char *where, const cx_array *y_true, const cx_array *y_pred,
                          const cx_metric_opts *o, cx__pair *out);
/** The same, or 0/1 matrices. */
cx_status cx__metric_targets(const cx__ask *q, cx__pair *out);
/** Is y a matrix of several columns? */
bool cx__metric_many(const cx_array *y);
/** Weights [n] of the options as float64, NULL if there are none. */
cx_status cx__metric_weight(const cx__site *s, const cx_metric_opts *o, int64_t n,
                            const cx_array **out);
/** Sum of the weights, or n. */
double cx__metric_mass(const cx_array *weight, int64_t n);
/** Sum of rows [n] times their weights, divided by their mass unless .total. */
cx_status cx__metric_mean(const cx__ask *q, const cx_array *rows, const cx_array *weight,
                          double *out);
/** n numbers on the host, as long as the open scope. */
cx_status cx__metric_room(int64_t n, double **out);
/** The code of the positive class, -1 if it does not occur. */
cx_status cx__metric_positive(const char *where, const cx_metric_opts *o, const cx__pair *p,
                              int64_t *code);

/** Codes of the truth, two classes or .pos_label, and where the positive one is: bool [n]. */
cx_status cx__metric_positives(const cx__ask *q, cx__pair *p, const cx_array **positive);

/** ARGUMENT naming the first row of probabilities [n] or [n, cols] outside [0, 1]. */
cx_status cx__probabilities_valid(const char *where, const cx_array *proba, int64_t cols);

/** Weighted counts per class (of p.label[a], not of a). */
typedef struct cx__counts {
    cx__pair p;
    double *hit, *truth, *pred;
} cx__counts;
cx_status cx__count_hits(const cx__ask *q, cx__counts *c);
/** Mean of v by w (NULL: 1), entries that are NaN left out; NaN if none is left. Where the weights
 *  are 0, the plain mean. */
double cx__mean_of(const double *v, const double *w, int64_t n);
/** Confusion counts [count, count] on the host, in the order of the labels. */
cx_status cx__confusion(const cx__ask *q, cx__pair *p, const double **out);

/** Members of the family of precision and recall; its F has .beta of the question. */
enum { CX__PRECISION, CX__RECALL, CX__F, CX__JACCARD, CX__F1 };
/** Of the labels asked for, [count] in a host array; and averaged. */
cx_status cx__prf_each(const cx__ask *q, const cx__counts *c, double *out);
cx_status cx__prf_mean(const cx__ask *q, const cx__counts *c, double *out);
#endif
