/* What a fitted search holds, for the class and for those who read it. */
#ifndef CX_LEARN_SEARCH_H
#define CX_LEARN_SEARCH_H
#include "learn/model_selection/cv.h"

/** Slots of GridSearchCV and RandomizedSearchCV. */
enum {
    CX__SEARCH_BEST_INDEX,
    CX__SEARCH_BEST_SCORE,
    CX__SEARCH_SPLITS,
    CX__SEARCH_MULTIMETRIC,
    CX__SEARCH_REFIT_TIME,
    CX__SEARCH_PARAMS, /* dictionaries as text */
    CX__SEARCH_NAMES,  /* of the scores */
    CX__SEARCH_TEST,   /* [scores, candidates, folds] */
    CX__SEARCH_TRAIN,
    CX__SEARCH_FIT_TIMES, /* [candidates, folds] */
    CX__SEARCH_SCORE_TIMES
};
#define CX__BEST "best_estimator"

/** Is it a search? */
bool cx__is_search(const cx_estimator *m);
/** mean [models] of scores [models, folds]; rank [models], 1 the best, ties share the lower. */
void cx__rank_means(const double *mean, int64_t n, int32_t *rank);
void cx__fold_means(const double *scores, int64_t models, int64_t folds, double *mean);
#endif
