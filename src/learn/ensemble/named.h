/* What Voting* and Stacking* share: members of different classes, each with a name, some of them
 * 'drop'. */
#ifndef CX_LEARN_NAMED_H
#define CX_LEARN_NAMED_H
#include "learn/ensemble/members.h"

/** Parameters that all of them have. */
#define CX__NAMED_ESTIMATORS                                   \
    {                                                          \
        "estimators", CX_PARAM_STEPS, NULL, NULL,              \
            "list of (name, estimator); 'drop' leaves one out" \
    }
#define CX__NAMED_JOBS                                        \
    {                                                         \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, \
            "not used: see the scope's num_threads"           \
    }
#define CX__NAMED_VERBOSE(none)                                    \
    {                                                              \
        "verbose", CX_PARAM_INT | CX_PARAM_BOOL, none, "[0, inf)", \
            "not used: progress goes to the scope's callback"      \
    }

/** Entries of the parameter "estimators": the i-th; its estimator, NULL: 'drop'. */
static inline int cx__named_count(const cx_estimator *self)
{
    return self->params[0].count;
}
const char *cx__named_name(const cx_estimator *self, int i);
const cx_estimator *cx__named_at(const cx_estimator *self, int i);
/** How many are not dropped. */
int cx__named_active(const cx_estimator *self);
/** One at least, every one an estimator that fits and predicts, of the kind wanted (or any) and,
 *  if the fit is weighted, taking weights. */
cx_status cx__named_valid(const cx_estimator *self, bool any_kind, bool weighted);
/** Fit a clone of each on d side by side and make them children of their names, in order. */
cx_status cx__named_fit(cx_estimator *self, const cx_data *d);
/** The first children of a loaded state are the entries that are not dropped; `more` others
 *  follow. */
cx_status cx__named_check(const cx_estimator *self, int more);
/** Names of the columns that members give, widths [active]: "class_name", "class_name0", ...;
 *  of the numbered ones if many or more than one. rest: names that follow, or NULL. */
cx_array *cx__named_columns(const cx_estimator *self, const int64_t *width, bool many,
                            const cx_array *rest);
#endif
