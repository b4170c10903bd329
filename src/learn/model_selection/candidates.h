/* Candidates of a search: dictionaries of parameter values. */
#ifndef CX_LEARN_CANDIDATES_H
#define CX_LEARN_CANDIDATES_H
#include "learn/model_selection/model_selection.h"

/** Dictionaries (name: value), owned. */
typedef struct cx__candidates {
    int64_t n, cap;
    cx__lit *at;
} cx__candidates;
void cx__candidates_free(cx__candidates *c);
/** All combinations of a grid: a dictionary of lists, or a list of such. */
cx_status cx__candidates_grid(const char *where, const cx__lit *grid, cx__candidates *out);
/** Drawn ones; values may be texts that name distributions. */
cx_status cx__candidates_drawn(const char *where, const cx__lit *from, int64_t n, cx_generator *g,
                               cx__candidates *out);
/** One more with the values of another (not of out), and with that number for a key unless key is
 *  NULL. */
cx_status cx__candidates_add(const char *where, const cx__lit *values, const char *key,
                             int64_t number, cx__candidates *out);
/** The model with a candidate's values. */
cx_status cx__candidate_model(const char *where, const cx_estimator *m, const cx__lit *values,
                              cx_estimator **out);
/** As text: CX_CAT [n]; equal candidates share a category. */
cx_array *cx__candidates_text(const char *where, const cx__candidates *c);

/** One value of a distribution of scipy.stats, 'uniform(0, 1)'. check: draws nothing. */
cx_status cx__distribution_check(const char *where, const char *text);
cx_status cx__distribution_draw(const char *where, const char *text, cx_generator *g, cx__lit *out);
#endif
