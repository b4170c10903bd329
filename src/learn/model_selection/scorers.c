/* Scores by scikit-learn's names ("accuracy", "neg_mean_squared_error"): greater is better.
 *
 * One idea: a scorer asks the estimator for what its metric needs and knows nothing of folds. */
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/metrics.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

typedef enum answer { PREDICTION, PROBABILITY, RANKING } answer;

/* What the estimator says to the rows of d. */
static const cx_array *ask(const cx_estimator *m, const cx_data *d, answer what)
{
    const cx_data x = {.x = d->x, .table = d->table, .target = d->target};
    if (what == PREDICTION) return cx_predict_data(m, &x);
    /* a ranking comes from the decision function where there is one for two classes, from
     * probabilities otherwise */
    const bool decide = what == RANKING && cx_estimator_has(m, CX_DECISION_FUNCTION) &&
                        !(cx_has_attr(m, "classes_") && cx_size(cx_attr(m, "classes_")) > 2);
    return decide ? cx_decision_function_data(m, &x) : cx_predict_proba_data(m, &x);
}

static double abs_error(const cx_array *y, const cx_array *p, const cx_metric_opts *o)
{
    static cx__held distance = CX__HELD("y, p: abs(float64(y) - float64(p))");
    const cx_array *const off = cx__held_run("score", &distance, CX_ARRAYS(y, p));
    if (!o->sample_weight) return cx__number_f64(cx_mean(off, CX_ALL));
    return cx__number_f64(cx_mean(cx_average(off, o->sample_weight, CX_AXIS(0)), CX_ALL));
}
static double rmse(const cx_array *y, const cx_array *p, const cx_metric_opts *o)
{
    return sqrt(cx_mean_squared_error(y, p, o));
}

struct cx__scorer {
    const char *name;
    double (*metric)(const cx_array *y, const cx_array *answer, const cx_metric_opts *o);
    answer needs;
    cx_score_average average;
    bool loss; /* smaller is better: the score is its negative */
};

static const cx__scorer scorers[] = {
    {"accuracy", cx_accuracy_score, PREDICTION, CX_SCORE_DEFAULT, false},
    {"f1", cx_f1_score, PREDICTION, CX_SCORE_BINARY, false},
    {"f1_macro", cx_f1_score, PREDICTION, CX_SCORE_MACRO, false},
    {"f1_micro", cx_f1_score, PREDICTION, CX_SCORE_MICRO, false},
    {"f1_weighted", cx_f1_score, PREDICTION, CX_SCORE_WEIGHTED, false},
    {"precision", cx_precision_score, PREDICTION, CX_SCORE_BINARY, false},
    {"precision_macro", cx_precision_score, PREDICTION, CX_SCORE_MACRO, false},
    {"precision_micro", cx_precision_score, PREDICTION, CX_SCORE_MICRO, false},
    {"precision_weighted", cx_precision_score, PREDICTION, CX_SCORE_WEIGHTED, false},
    {"recall", cx_recall_score, PREDICTION, CX_SCORE_BINARY, false},
    {"recall_macro", cx_recall_score, PREDICTION, CX_SCORE_MACRO, false},
    {"recall_micro", cx_recall_score, PREDICTION, CX_SCORE_MICRO, false},
    {"recall_weighted", cx_recall_score, PREDICTION, CX_SCORE_WEIGHTED, false},
    {"roc_auc", cx_roc_auc_score, RANKING, CX_SCORE_DEFAULT, false},
    {"roc_auc_ovr", cx_roc_auc_score, PROBABILITY, CX_SCORE_MACRO, false},
    {"roc_auc_ovr_weighted", cx_roc_auc_score, PROBABILITY, CX_SCORE_WEIGHTED, false},
    {"neg_log_loss", cx_log_loss, PROBABILITY, CX_SCORE_DEFAULT, true},
    {"r2", cx_r2_score, PREDICTION, CX_SCORE_DEFAULT, false},
    {"neg_mean_squared_error", cx_mean_squared_error, PREDICTION, CX_SCORE_DEFAULT, true},
    {"neg_root_mean_squared_error", rmse, PREDICTION, CX_SCORE_DEFAULT, true},
    {"neg_mean_absolute_error", abs_error, PREDICTION, CX_SCORE_DEFAULT, true},
};

const char *cx__scorer_name(const cx__scorer *s)
{
    return s->name;
}

double cx__scorer_run(const cx__scorer *s, const cx_estimator *m, const cx_data *test)
{
    cx_data t = {0};
    if (cx_check(cx__score_truth("score", m, test, &t)) != CX_OK) return (double)NAN;
    const cx_metric_opts o = {.struct_size = sizeof o,
                              .sample_weight = t.sample_weight,
                              .average = s->average,
                              .labels = s->metric == cx_log_loss && cx_has_attr(m, "classes_")
                                            ? cx_attr(m, "classes_")
                                            : NULL};
    const double v = s->metric(t.y, ask(m, test, s->needs), &o);
    return s->loss ? -v : v;
}

const cx__scorer *cx__scorer_find(const char *where, const char *name, size_t len)
{
    const size_t n = sizeof scorers / sizeof *scorers;
    const char *words[sizeof scorers / sizeof *scorers + 1];
    for (size_t i = 0; i < n; i++) {
        if (strlen(scorers[i].name) == len && memcmp(scorers[i].name, name, len) == 0)
            return &scorers[i];
        words[i] = scorers[i].name;
    }
    words[n] = NULL;
    char word[64];
    const size_t cut = len < sizeof word - 1 ? len : sizeof word - 1;
    memcpy(word, name, cut);
    word[cut] = '\0';
    const char *const near = cx__nearest(word, words);
    if (near)
        (void)cx__fail(CX_E_ARGUMENT, where, "no score is called '%s'; did you mean '%s'?", word,
                       near);
    else
        (void)cx__fail(CX_E_ARGUMENT, where, "no score is called '%s'", word);
    return NULL;
}

double cx__scorer_answer(const cx__scorer *s, const char *otherwise, const cx_array *y,
                         const cx_array *predicted, const cx_array *weight)
{
    if (s == NULL) s = cx__scorer_find("score", otherwise, strlen(otherwise));
    if (s == NULL) return (double)NAN;
    if (s->needs != PREDICTION) {
        (void)cx_check(
            cx__fail(CX_E_UNSUPPORTED, "score", "'%s' needs more than predictions", s->name));
        return (double)NAN;
    }
    const cx_metric_opts o = {
        .struct_size = sizeof o, .sample_weight = weight, .average = s->average};
    const double v = s->metric(y, predicted, &o);
    return s->loss ? -v : v;
}
