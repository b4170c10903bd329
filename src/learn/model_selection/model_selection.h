/* Private parts of model selection. */
#ifndef CX_LEARN_MODEL_SELECTION_H
#define CX_LEARN_MODEL_SELECTION_H
#include "learn/base/estimator.h"
#include <calx/model_selection.h>
#include <calx/random.h>
#include <calx/scorer.h>

/** Shuffle n indices in place: the draws of numpy.random.RandomState.permutation and shuffle. */
cx_status cx__shuffle_rows(cx_generator *g, int64_t *rows, int64_t n);
/** A number from 0 to high - 1: RandomState.randint. */
cx_status cx__draw_int(cx_generator *g, int64_t high, int64_t *out);
/** How different numbers are drawn; by itself few of many by trying again, nearly all by a
 *  reservoir, else the first of a permutation. */
typedef enum cx__draw_way {
    CX__DRAW_AUTO,
    CX__DRAW_TRACKING, /* as AUTO, but never by a permutation */
    CX__DRAW_RESERVOIR,
    CX__DRAW_POOL
} cx__draw_way;
/** n different numbers below total, drawn as sklearn.utils.random.sample_without_replacement does;
 *  room has place for total numbers (POOL, and AUTO for more than a hundredth of them). */
cx_status cx__draw_different_by(cx__draw_way way, cx_generator *g, int64_t total, int64_t n,
                                int64_t *out, int64_t *room);
cx_status cx__draw_different(cx_generator *g, int64_t total, int64_t n, int64_t *out,
                             int64_t *room);
/** Shares of `draws` over k classes nearest to count, ties of the remainders drawn
 *  (sklearn.utils.extmath._approximate_mode); room and pick have place for 2 k and k entries. */
cx_status cx__approximate_mode(cx_generator *g, const int64_t *count, int64_t k, int64_t draws,
                               int64_t *out, double *room, int64_t *pick);
/** Rows that train and test, of n: as in cx_split_opts; deflt is the test size if both are 0. */
cx_status cx__split_sizes(const char *where, double test, double train, double deflt, int64_t n,
                          int64_t *n_train, int64_t *n_test);
/** Stratified draws one after the other, handles of the open scope where the labels are. */
cx_status cx__stratified_draws(const char *where, cx_generator *g, const cx_array *labels,
                               int64_t n_train, int64_t n_test, int64_t folds, cx_fold *out);

/* ---- for splitters */
/** The generator of the parameter random_state. */
cx_status cx__splitter_generator(const cx_estimator *self, cx_generator **out);
/** fold [n], the number of every row's fold, to the first cap of `splits` folds, ascending, where
 * it is. */
cx_status cx__folds_from(const cx_array *fold, int64_t splits, int64_t cap, cx_fold *out);
/** Rows [n] of the host as an index array of the open scope. */
cx_array *cx__row_indices(const int64_t *rows, int64_t n);
/** Groups of the data as labels. Errors: ARGUMENT there are none. */
cx_status cx__splitter_groups(const cx_estimator *self, const cx_data *d, cx_labels *out);

/** In how many ways p of n can be chosen, and the choice after one, ascending numbers, in the order
 *  of itertools.combinations. Errors: ARGUMENT too many. */
cx_status cx__choose_count(const char *where, int64_t n, int64_t p, int64_t *out);
void cx__choose_next(int64_t *chosen, int64_t p, int64_t n);
/** Sum and standard deviation as NumPy forms them, term by term; room has place for n numbers. */
double cx__pairwise_sum(const double *v, int64_t n);
double cx__deviation(const double *v, int64_t n, double *room);

/** A splitter from the text of cx_cv_opts.cv (NULL: 5 folds); a number means StratifiedKFold for
 *  classifiers of one column of labels, else KFold. One reference, the caller's. */
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
/** Rows that are there to be cut. Errors: SHAPE there are none. */
cx_status cx__data_some_rows(const char *where, const cx_estimator *m, const cx_data *d);
/** Has y one column (or is there none)? Only then can folds be stratified by it. */
bool cx__one_column(const cx_data *d);
/** y of the data, or its target column; NULL if there is none. */
const cx_array *cx__data_y(const cx_data *d);

/** A score by scikit-learn's name; NULL, and an error with a suggestion, if there is none by
 *  that name. */
typedef cx_scorer cx__scorer;
const cx__scorer *cx__scorer_find(const char *where, const char *name, size_t len);
const char *cx__scorer_name(const cx__scorer *s);
/** The score of a fitted estimator on data; NaN and a mark on failure. */
double cx__scorer_run(const cx__scorer *s, const cx_estimator *m, const cx_data *test);
/** The score of predictions that exist already, by s or (NULL) by the score of that name; a score
 *  that wants more than predictions is UNSUPPORTED. */
double cx__scorer_answer(const cx__scorer *s, const char *otherwise, const cx_array *y,
                         const cx_array *predicted, const cx_array *weight);
#endif
