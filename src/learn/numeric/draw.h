/* Rows drawn at random as scikit-learn draws them. */
#ifndef CX_LEARN_DRAW_H
#define CX_LEARN_DRAW_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>
#include <calx/random.h>

/** numpy.random.RandomState of the parameter random_state, on the host; None: the system's entropy.
 *  A handle of the open scope. */
cx_generator *cx__seeded(const cx_estimator *self);
/** count of n row numbers, int64 at the site: the first of shuffled ones, or, with repetition,
 *  drawn by weight (NULL: alike). */
cx_array *cx__rows_shuffled(const cx__site *s, cx_generator *g, int64_t n, int64_t count);
cx_array *cx__rows_repeated(const cx__site *s, cx_generator *g, int64_t n, int64_t count,
                            const cx_array *weight);
#endif
