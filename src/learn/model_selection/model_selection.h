/* Private parts of model selection. */
#ifndef CX_LEARN_MODEL_SELECTION_H
#define CX_LEARN_MODEL_SELECTION_H
#include "learn/base/estimator.h"
#include <calx/model_selection.h>
#include <calx/random.h>

/** Shuffle n indices in place: the draws of numpy.random.RandomState.permutation and shuffle. */
cx_status cx__shuffle_rows(cx_generator *g, int64_t *rows, int64_t n);
/** A splitter from the text of cx_cv_opts.cv (NULL: 5 folds); a number means StratifiedKFold for
 *  classifiers, else KFold. One reference, the caller's. */
cx_status cx__splitter_parse(const char *where, const char *cv, bool classifier,
                             cx_estimator **out);
/** Folds of a splitter, handles of the open scope. */
cx_status cx__splitter_split(const char *where, const cx_estimator *splitter, const cx_data *d,
                             int64_t cap, cx_fold *folds, int64_t *count);
/** All folds of a splitter, however many there are; *folds is cx__free's, on failure too. */
cx_status cx__folds_make(const char *where, const cx_estimator *splitter, const cx_data *d,
                         cx_fold **folds, int64_t *count);
/** The same for the parameter cv of an estimator that is being fitted: None (5 folds), a number, a
 *  splitter or its text. */
#define CX__CV_KINDS (CX_PARAM_INT | CX_PARAM_NONE | CX_PARAM_STR | CX_PARAM_ESTIMATOR)
cx_status cx__folds_of(const cx_estimator *self, const cx_data *d, bool classifier, cx_fold **folds,
                       int64_t *count);
/** y of the data, or its target column; NULL if there is none. */
const cx_array *cx__data_y(const cx_data *d);

/** A score by scikit-learn's name; NULL, and an error with a suggestion, if there is none by
 *  that name. */
typedef struct cx__scorer cx__scorer;
const cx__scorer *cx__scorer_find(const char *where, const char *name, size_t len);
const char *cx__scorer_name(const cx__scorer *s);
/** The score of a fitted estimator on data; NaN and a mark on failure. */
double cx__scorer_run(const cx__scorer *s, const cx_estimator *m, const cx_data *test);
/** The score of predictions that exist already, by s or (NULL) by the score of that name; a score
 *  that wants more than predictions is UNSUPPORTED. */
double cx__scorer_answer(const cx__scorer *s, const char *otherwise, const cx_array *y,
                         const cx_array *predicted, const cx_array *weight);
#endif
