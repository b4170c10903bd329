/* Scores by scikit-learn's names ("accuracy", "neg_mean_squared_error"): greater is better.
 *
 * One idea: a scorer asks the estimator for what its metric needs and knows nothing of folds. */
#include "learn/model_selection/model_selection.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static cx_data truth(const cx_estimator *m, const cx_data *d)
{
    cx_data t = {0};
    cx_check(cx__score_truth("score", m, d, &t));
    return t;
}
static const cx_array *predicted(const cx_estimator *m, const cx_data *d)
{
    return cx_predict_data(m, &(const cx_data){.x = d->x, .table = d->table, .target = d->target});
}

static double accuracy(const cx_estimator *m, const cx_data *d)
{
    const cx_data t = truth(m, d);
    return t.y ? cx__accuracy(t.y, predicted(m, d), t.sample_weight) : (double)NAN;
}
static double r2(const cx_estimator *m, const cx_data *d)
{
    const cx_data t = truth(m, d);
    return t.y ? cx__r2(t.y, predicted(m, d), t.sample_weight) : (double)NAN;
}

/* Mean over rows (weighted) of f(y - p), then over outputs. */
static double mean_of(const cx_estimator *m, const cx_data *d, cx_array *(*f)(const cx_array *))
{
    const cx_data t = truth(m, d);
    if (!t.y) return (double)NAN;
    const cx_array *const off = f(cx_sub(cx_astype(t.y, CX_F64), cx_astype(predicted(m, d), CX_F64)));
    if (!t.sample_weight) return cx_item_f64(cx_mean(off, CX_ALL));
    return cx_item_f64(cx_mean(cx_average(off, t.sample_weight, CX_AXIS(0)), CX_ALL));
}
static double neg_mse(const cx_estimator *m, const cx_data *d) { return -mean_of(m, d, cx_square); }
static double neg_rmse(const cx_estimator *m, const cx_data *d) { return -sqrt(mean_of(m, d, cx_square)); }
static double neg_mae(const cx_estimator *m, const cx_data *d) { return -mean_of(m, d, cx_abs); }

static const cx__scorer scorers[] = {
    {"accuracy", accuracy},
    {"r2", r2},
    {"neg_mean_squared_error", neg_mse},
    {"neg_root_mean_squared_error", neg_rmse},
    {"neg_mean_absolute_error", neg_mae},
};

const cx__scorer *cx__scorer_find(const char *where, const char *name, size_t len)
{
    const size_t n = sizeof scorers / sizeof *scorers;
    const char *words[sizeof scorers / sizeof *scorers + 1];
    for (size_t i = 0; i < n; i++) {
        if (strlen(scorers[i].name) == len && memcmp(scorers[i].name, name, len) == 0) return &scorers[i];
        words[i] = scorers[i].name;
    }
    words[n] = NULL;
    char word[64];
    const size_t cut = len < sizeof word - 1 ? len : sizeof word - 1;
    memcpy(word, name, cut);
    word[cut] = '\0';
    const char *const near = cx__nearest(word, words);
    if (near) (void)cx__fail(CX_E_ARGUMENT, where, "no score is called '%s'; did you mean '%s'?", word, near);
    else (void)cx__fail(CX_E_ARGUMENT, where, "no score is called '%s'", word);
    return NULL;
}
