/* What naive Bayes classes that count have in common: smoothing, priors, batches. */
#ifndef CX_LEARN_COUNTING_H
#define CX_LEARN_COUNTING_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** First slots of every such class. */
enum { CX__CLASS_COUNT, CX__LOG_PRIOR, CX__CLASSES, CX__COUNTING_SLOTS };
#define CX__COUNTING_ATTRS \
    "class_count_: float [c]", "class_log_prior_: float [c]", "classes_: label [c]"

/** Rows of the parameters. */
#define CX__COUNTING_ALPHA(kinds, doc)                                                  \
    {"alpha", CX_PARAM_FLOAT | (kinds), "1.0", "[0, inf)", "added to every count" doc}, \
    {                                                                                   \
        "force_alpha", CX_PARAM_BOOL, "True", NULL, "False: alpha is 1e-10 at least"    \
    }
#define CX__COUNTING_PRIOR                                                                         \
    {"fit_prior", CX_PARAM_BOOL, "True", NULL, "False: all classes are equally probable"},         \
    {                                                                                              \
        "class_prior", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "probabilities of the classes" \
    }

/** A batch: rows, codes of their classes, weights (NULL: 1), all at the site. first: nothing was
 *  counted before. */
typedef struct cx__counts {
    const cx__site *site;
    const cx_array *x, *code, *weight, *given; /* given: the caller's x */
    int64_t classes;
    bool first;
    cx_array *mass; /* [classes], out: weights of the classes so far */
} cx__counts;
/** Count the batch beside what self has and fill the slots from CX__COUNTING_SLOTS on. */
typedef cx_status cx__counting_fn(cx_estimator *self, cx__counts *c);

cx_status cx__counting_fit(cx_estimator *self, const cx_data *data, cx__counting_fn *add);
cx_status cx__counting_partial_fit(cx_estimator *self, const cx_data *data, cx__counting_fn *add);
/** Weighted sums of x's columns by class [classes, d] (x NULL: d is 0), and of the weights. */
cx_status cx__counting_batch(const cx__counts *c, const cx_array *x, cx_array **sums,
                             cx_array **mass);
/** ARGUMENT if x holds negative numbers. */
cx_status cx__counting_positive(const cx_estimator *self, const cx_array *x);
/** alpha [1] or [n], where the data is. */
cx_status cx__counting_alpha(const cx__site *s, const cx_estimator *self, int64_t n,
                             const cx_array **out);
/** Logarithms of the priors [c] of classes that weigh count [c]. */
cx_status cx__counting_log_prior(const cx__site *s, const cx_estimator *self, const cx_array *count,
                                 const cx_array **out);
#endif
