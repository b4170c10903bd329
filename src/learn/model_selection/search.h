/* What a fitted search holds, for the class and for those who read it. */
#ifndef CX_LEARN_SEARCH_H
#define CX_LEARN_SEARCH_H
#include "learn/model_selection/candidates.h"
#include "learn/model_selection/cv.h"

/** Slots of all searches. */
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
    CX__SEARCH_SCORE_TIMES,
    /* of those that halve */
    CX__HALVING_ROUND,     /* of each candidate */
    CX__HALVING_RESOURCES, /* of each candidate */
    CX__HALVING_N_RESOURCES,
    CX__HALVING_N_CANDIDATES,
    CX__HALVING_REMAINING,
    CX__HALVING_MIN,
    CX__HALVING_MAX,
    CX__HALVING_ROUNDS,
    CX__HALVING_REQUIRED,
    CX__HALVING_POSSIBLE
};
#define CX__SEARCH_ATTRS                                                           \
    "best_index_?: int []", "best_score_?: float []", "n_splits_: int []",         \
        "multimetric_: bool []", "refit_time_?: float []", "params_: label [c]",   \
        "scores_: label [s]", "split_test_scores_: float [s, c, f]",               \
        "split_train_scores_?: float [s, c, f]", "split_fit_times_: float [c, f]", \
        "split_score_times_: float [c, f]"
#define CX__BEST "best_estimator"

/** Is it a search? one in rounds? */
bool cx__is_search(const cx_estimator *m);
bool cx__is_halving(const cx_estimator *m);

/** One fit of a search: start, then candidates, models and runs, then end; free it always. */
typedef struct cx__searching {
    cx_estimator *self;
    cx__scoring scoring;
    int choose;
    cx__candidates candidates;
    int64_t made;          /* models */
    cx_estimator **models; /* [made] one reference each, NULL: see refused */
    cx_error *refused;
    cx_fold *folds;
    cx__cv run;
    int64_t from; /* the best is one of the candidates from here on */
} cx__searching;
/** Scores and folds of the parameters, into .run. */
cx_status cx__searching_start(cx__searching *s, const cx_data *d);
/** Models of the candidates that have none yet. */
cx_status cx__searching_models(cx__searching *s);
/** The best is chosen from the results in .run, the state is filled, the best is fitted. */
cx_status cx__searching_end(cx__searching *s, const cx_data *d);
void cx__searching_free(cx__searching *s);

extern const cx_param cx__halving_grid_params[], cx__halving_random_params[];
extern const char *const cx__halving_attrs[];
cx_status cx__halving_fit(cx_estimator *self, const cx_data *d);
/** mean [models] of scores [models, folds]; rank [models], 1 the best, ties share the lower. */
void cx__rank_means(const double *mean, int64_t n, int32_t *rank);
void cx__fold_means(const double *scores, int64_t models, int64_t folds, double *mean);
#endif
