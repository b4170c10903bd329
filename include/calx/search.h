/* Searching for good parameters: the candidates and what a search has found. The searches are
 * estimators: cx_estimator_new("GridSearchCV(Ridge(), {'alpha': [0.1, 1.0]})"), fitted like any
 * other; their predict and kin ask the best candidate, fitted again on all rows. */
#ifndef CALX_SEARCH_H
#define CALX_SEARCH_H
#include <calx/estimator_class.h>

CX_BEGIN
/** sklearn.model_selection.ParameterGrid: every combination, as dictionaries in spec notation.
 *
 *  @param grid     "{'alpha': [0.1, 1.0], 'solver': ['svd']}", or a list of such dictionaries.
 *  @return     CX_CAT [n] in scikit-learn's order; nil on error.
 *  Errors      PARSE; ARGUMENT not such a dictionary, a value is no list or an empty one, more than
 *              2^24 combinations. */
CX_API cx_array *cx_parameter_grid(const char *grid);
/** sklearn.model_selection.ParameterSampler: n_iter drawn combinations, with NumPy's and SciPy's
 *  draws. Only lists: without repetition, at most as many as there are (with a warning).
 *
 *  @param distributions  as above; instead of a list a text may name a distribution of scipy.stats:
 *                  'uniform(0, 1)', 'loguniform(1e-4, 1)', 'randint(1, 5)', 'norm(0, 1)',
 *                  'expon(scale=2)'.
 *  Errors      as above; ARGUMENT no such distribution, parameters out of its range. */
CX_API cx_array *cx_parameter_sampler(const char *distributions, int64_t n_iter,
                                      cx_maybe_i64 random_state);
/** cv_results_ of a fitted search: a row for each candidate, columns named and ordered as
 *  scikit-learn's (mean_fit_time, ..., param_alpha, params, split0_test_score, ...,
 *  rank_test_score). Parameters that are all numbers are numeric columns, others text; a parameter
 *  that a candidate has not is missing.
 *  Errors      NOT_FITTED; ARGUMENT m is no search. */
CX_API cx_table *cx_cv_results(const cx_estimator *m);
/** best_params_ as a dictionary in spec notation, "{'alpha': 0.1}". Belongs to the open scope; ""
 *  and a mark on failure.
 *  Errors      NOT_FITTED; ARGUMENT m is no search, or several scores and refit=False. */
CX_API const char *cx_best_params(const cx_estimator *m);
/** best_estimator_: fitted on all rows (a search's best, a threshold classifier's estimator_). A
 *  handle of the open scope.
 *  Errors      NOT_FITTED; ARGUMENT there is none: refit=False. */
CX_API cx_estimator *cx_best_estimator(const cx_estimator *m);
CX_END_DECLS
#endif
