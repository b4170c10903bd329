/* Hits and false alarms at each distinct score, from the highest down. */
#ifndef CX_LEARN_METRIC_CURVE_H
#define CX_LEARN_METRIC_CURVE_H
#include "learn/metrics/labels.h"

/** One ranking: bool or 0/1 positive [n], float64 score [n], float64 weight [n] or NULL. */
typedef struct cx__ranking {
    const char *where;
    cx_device device;
    const cx_array *positive, *score, *weight;
} cx__ranking;
/** float64 [p], [p], [p]; .all_hits and .all_false are the last ones. Rows without weight do not
 *  make points. */
typedef struct cx__curve {
    const cx_array *hits, *false_alarms, *thresholds;
    double all_hits, all_false;
} cx__curve;
cx_status cx__curve_of(const cx__ranking *r, cx__curve *out);
/** Area under the ROC curve, up to max_fpr (standardised) if that is set; NaN and a warning where
 *  one class is missing. */
cx_status cx__roc_area(const cx__ranking *r, const cx_metric_opts *o, double *out);
/** Average precision; 0 and a warning where nothing is positive. */
cx_status cx__average_precision(const cx__ranking *r, const cx_metric_opts *o, double *out);
/** ARGUMENT naming the first row of a score [n] or [n, cols] that is NaN. */
cx_status cx__scores_valid(const char *where, const cx_array *score);
#endif
