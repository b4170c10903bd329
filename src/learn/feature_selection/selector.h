/* What all selectors share: columns are kept or not. */
#ifndef CX_LEARN_SELECTOR_H
#define CX_LEARN_SELECTOR_H
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"

/** The first two slots of a selector. */
enum { CX__SUPPORT, CX__INDEX, CX__SELECTOR_SLOTS };
#define CX__SELECTOR_ATTRS "support_: bool [n]", "_index: int [k]"

/** Fill them from keep [d] on the host; warns if nothing is kept. */
cx_status cx__selected(cx_estimator *self, const cx__site *s, const bool *keep, int64_t d);
/** Methods of the class. */
cx_array *cx__selector_transform(const cx_estimator *self, const cx_array *x);
cx_array *cx__selector_inverse(const cx_estimator *self, const cx_array *x);
cx_array *cx__selector_names(const cx_estimator *self, const cx_array *names);
cx_status cx__selector_check(const cx_estimator *self);
/** Plan and row kernel of transform. */
typedef struct cx__gather {
    int64_t k;
    const int64_t *index;
} cx__gather;
cx_status cx__selector_plan(const cx_estimator *self, cx_plan *p);
cx_row_kernel cx__selector_into;
void cx__gather_row(const cx__gather *g, const double *x, double *out);

/** Ranks of d scores, the least first; equal ones stay in order: int64 into order. */
cx_status cx__rank_scores(const double *score, int64_t d, int64_t *order);
/** numpy.percentile of d scores, linear. */
cx_status cx__percentile(const double *score, int64_t d, double percent, double *out);

/** Importance of each column by a fitted estimator: the attribute named by the parameter
 *  importance_getter ('auto': coef_, then feature_importances_), [d] or [t, d], on the host.
 *  rows t is 0 for [d]. cx__free it. */
cx_status cx__importances(const char *where, const cx_estimator *self, const cx_estimator *fitted,
                          int64_t *rows, int64_t *cols, double **out);
#endif
