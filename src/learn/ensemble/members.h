/* What estimators made of other fitted estimators share: their members as children, random seeds
 * within them, sums over them, and serving them. */
#ifndef CX_LEARN_MEMBERS_H
#define CX_LEARN_MEMBERS_H
#include "learn/base/plan.h"
#include <calx/random.h>

/** An unfitted copy of the parameter "estimator", of `otherwise` where that is None: one reference,
 *  the caller's. */
cx_status cx__member_new(const cx_estimator *self, const char *otherwise, cx_estimator **out);
/** Does it have the method? An answer for a class whose "estimator" may be None. */
bool cx__member_has(const cx_estimator *self, const char *otherwise, cx_method method);
/** Every random_state among m's parameters, nested ones too, becomes a number drawn from g, in the
 *  order of their names (sklearn.ensemble._base._set_random_states). */
cx_status cx__member_seed(cx_estimator *m, cx_generator *g);
/** Does its fit use weights (a Pipeline: that of its last step)? Is sample_weight a named parameter
 *  of scikit-learn's fit, so that ensembles weigh rows instead of taking them? */
bool cx__takes_weights(const cx_estimator *m);
bool cx__names_weights(const cx_estimator *m);
/** Child i of a fit, "estimators_<i>". */
cx_status cx__member_keep(cx_estimator *self, int64_t i, const cx_estimator *fitted);
/** A loaded state has at least one child, all of the class of the parameter "estimator" or
 *  `otherwise`, all of `features` columns. */
cx_status cx__members_check(const cx_estimator *self, const char *otherwise, int64_t features);

/** Features (a table loses its target) and y of a fit, [n] or [n, k], of one row at least. */
cx_status cx__members_data(const cx_estimator *self, const cx_data *in, cx_data *features,
                           const cx_array **y);

/** What member i adds to a sum. */
typedef cx_array *cx__member_part(const char *where, const cx_estimator *self, int64_t i,
                                  const cx_data *d, const void *ctx);
/** Sum over members `from` to `to`, float64, added to start (NULL: nothing) in their order. */
cx_array *cx__members_sum(const char *where, const cx_estimator *self, int64_t from, int64_t to,
                          cx__member_part *part, const cx_data *d, const void *ctx,
                          const cx_array *start);
/** Columns of a member that was fitted on codes 0 to c - 1, of which it saw some, as [n, c]. */
cx_array *cx__member_spread(const char *where, const cx_estimator *member, const cx_array *a,
                            int64_t c);
/** 1.0 where codes [n] are the column's number, else 0: [n, c]. */
cx_array *cx__member_votes(const char *where, const cx_array *codes, int64_t c);

/** Members ready for sessions: member i gets columns column[i * width ...] (NULL: all of them);
 *  what it gives lies in out. code[i]: what its classes are among those of self; NULL: the same. */
typedef struct cx__crew {
    int64_t count, width;
    int64_t *column;
    double *in, *out;
    const int64_t **code;
    cx__ready *child;
} cx__crew;
/** method [count]; column and width as above. The first `count` children are served. */
cx_status cx__crew_plan(const cx_estimator *self, int64_t count, const cx_method *method,
                        const int64_t *column, int64_t width, cx_plan *p, cx__crew *out);
cx_status cx__crew_run(const cx_plan *p, const cx__crew *c, int64_t i, const double *x,
                       int64_t rows);
static inline int64_t cx__crew_cols(const cx__crew *c, int64_t i)
{
    return c->child[i].plan.cols_out;
}
/** Room of a plan for rows of so many numbers; NULL on failure. */
double *cx__crew_room(cx_plan *p, int64_t cols);
/** The first maximum of each row of p [rows, c]. */
void cx__crew_largest(const double *p, int64_t rows, int64_t c, double *out);
#endif
