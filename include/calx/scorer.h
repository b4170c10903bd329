/* Scorers (sklearn.metrics.get_scorer, make_scorer): a metric, what it asks a fitted estimator for,
 * and its sign, so that greater is better. Their names are the words of .scoring in
 * calx/model_selection.h. */
#ifndef CALX_SCORER_H
#define CALX_SCORER_H
#include <calx/estimator.h>
#include <calx/metrics.h>

/** A metric of truth and answers; all double functions of the metrics headers are. */
typedef double cx_metric_fn(const cx_array *y_true, const cx_array *answer,
                            const cx_metric_opts *o);
typedef enum cx_scorer_needs {
    CX_SCORER_PREDICTION = 0,
    CX_SCORER_PROBABILITY,
    CX_SCORER_RANKING /* the decision function, or probabilities where there is none */
} cx_scorer_needs;
/** Static storage; zero-initialise what is not used. */
typedef struct cx_scorer {
    size_t struct_size;
    const char *name;
    cx_metric_fn *metric;
    cx_scorer_needs needs;
    bool loss;           /* smaller is better: the score is its negative */
    cx_metric_opts opts; /* for every call; sample_weight comes from the data */
    bool known_classes;  /* .labels are the classes of the estimator */
} cx_scorer;

CX_BEGIN
/** A scorer by name ("f1_macro", "neg_log_loss"), NULL and a mark, with a suggestion, if there is
 *  none. */
CX_API const cx_scorer *cx_get_scorer(const char *name);
/** All names: how many, the i-th (the library's own first); NULL if there is none. */
CX_API int cx_scorer_count(void);
CX_API const char *cx_scorer_name(int i);
/** Make a scorer of the caller's known; any thread. The same pointer again is CX_OK.
 *  Errors      ARGUMENT no name or metric, the name is taken, or there are too many. */
CX_API CX_MUST cx_status cx_scorer_register(const cx_scorer *s);
/** The score of a fitted estimator on data; NaN and a mark on failure. */
CX_API double cx_scorer_score(const cx_scorer *s, const cx_estimator *m, const cx_data *d);
CX_END_DECLS
#endif
