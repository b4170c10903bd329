/* Scores by scikit-learn's names ("accuracy", "neg_mean_squared_error"): greater is better.
 *
 * One idea: a scorer asks the estimator for what its metric needs and knows nothing of folds. */
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/metrics_cluster.h>
#include <calx/metrics_ranking.h>
#include <calx/metrics_regression.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Of several columns of labels the last class of each, as scikit-learn's scorers have it. */
static const cx_array *last_of_each(const cx_estimator *m, const cx_array *p)
{
    if (!cx_has_attr(m, "class_offsets_") || cx_ndim(p) != 2 ||
        cx_dim(p, 1) != cx_size(cx_attr(m, "classes_")))
        return p;
    const cx_array *const ends = cx_slice(cx_attr(m, "class_offsets_"), 0, 1, CX_END, 1);
    return cx_take(p, cx_sub(ends, cx_int(1)), 1);
}

/* What the estimator says to the rows of d; many: y has several columns. */
static const cx_array *ask(const cx_estimator *m, const cx_data *d, cx_scorer_needs what, bool many)
{
    const cx_data x = {.x = d->x, .table = d->table, .target = d->target};
    if (what == CX_SCORER_PREDICTION) return cx_predict_data(m, &x);
    const bool ranking = what == CX_SCORER_RANKING;
    if (ranking && cx_estimator_has(m, CX_DECISION_FUNCTION))
        return cx_decision_function_data(m, &x);
    const cx_array *p = cx_predict_proba_data(m, &x);
    if (many) return last_of_each(m, p);
    return ranking && cx_ndim(p) == 2 && cx_dim(p, 1) == 2 ? cx_select(p, 1, 1) : p;
}

/* Likelihood ratios of nothing are 1, as scikit-learn's scorers have them. */
static double positive_ratio(const cx_array *y, const cx_array *answer, const cx_metric_opts *o)
{
    return cx_class_likelihood_ratios(y, answer, o).positive;
}

static double negative_ratio(const cx_array *y, const cx_array *answer, const cx_metric_opts *o)
{
    return cx_class_likelihood_ratios(y, answer, o).negative;
}

#define OPTS(...)                                          \
    {                                                      \
        .struct_size = sizeof(cx_metric_opts), __VA_ARGS__ \
    }
#define SCORER(text, fn, wants, negative, classes, ...)                             \
    {                                                                               \
        .struct_size = sizeof(cx_scorer), .name = (text), .metric = (fn),           \
        .needs = CX_SCORER_##wants, .loss = (negative), .known_classes = (classes), \
        .opts = OPTS(__VA_ARGS__)                                                   \
    }
#define GOOD(text, fn, wants) SCORER(text, fn, wants, false, false, .total = false)
#define LOSS(text, fn, wants) SCORER(text, fn, wants, true, false, .total = false)
#define AVERAGED(text, fn)                                                                  \
    SCORER(text, fn, PREDICTION, false, false, .average = CX_SCORE_BINARY),                 \
        SCORER(text "_macro", fn, PREDICTION, false, false, .average = CX_SCORE_MACRO),     \
        SCORER(text "_micro", fn, PREDICTION, false, false, .average = CX_SCORE_MICRO),     \
        SCORER(text "_samples", fn, PREDICTION, false, false, .average = CX_SCORE_SAMPLES), \
        SCORER(text "_weighted", fn, PREDICTION, false, false, .average = CX_SCORE_WEIGHTED)

static const cx_scorer own[] = {
    GOOD("accuracy", cx_accuracy_score, PREDICTION),
    GOOD("balanced_accuracy", cx_balanced_accuracy_score, PREDICTION),
    GOOD("matthews_corrcoef", cx_matthews_corrcoef, PREDICTION),
    AVERAGED("f1", cx_f1_score),
    AVERAGED("jaccard", cx_jaccard_score),
    AVERAGED("precision", cx_precision_score),
    AVERAGED("recall", cx_recall_score),
    GOOD("top_k_accuracy", cx_top_k_accuracy_score, RANKING),
    GOOD("roc_auc", cx_roc_auc_score, RANKING),
    GOOD("average_precision", cx_average_precision_score, RANKING),
    SCORER("roc_auc_ovo", cx_roc_auc_score, PROBABILITY, false, false, .multi_class = CX_SCORE_OVO),
    SCORER("roc_auc_ovo_weighted", cx_roc_auc_score, PROBABILITY, false, false,
           .multi_class = CX_SCORE_OVO, .average = CX_SCORE_WEIGHTED),
    GOOD("roc_auc_ovr", cx_roc_auc_score, PROBABILITY),
    SCORER("roc_auc_ovr_weighted", cx_roc_auc_score, PROBABILITY, false, false,
           .average = CX_SCORE_WEIGHTED),
    SCORER("neg_log_loss", cx_log_loss, PROBABILITY, true, true, .total = false),
    SCORER("neg_brier_score", cx_brier_score_loss, PROBABILITY, true, true, .total = false),
    SCORER("d2_log_loss_score", cx_d2_log_loss_score, PROBABILITY, false, true, .total = false),
    SCORER("d2_brier_score", cx_d2_brier_score, PROBABILITY, false, true, .total = false),
    SCORER("positive_likelihood_ratio", positive_ratio, PREDICTION, false, false,
           .replace_undefined_by = CX_SET(1)),
    SCORER("neg_negative_likelihood_ratio", negative_ratio, PREDICTION, true, false,
           .replace_undefined_by = CX_SET(1)),
    GOOD("r2", cx_r2_score, PREDICTION),
    GOOD("explained_variance", cx_explained_variance_score, PREDICTION),
    GOOD("d2_absolute_error_score", cx_d2_absolute_error_score, PREDICTION),
    LOSS("neg_max_error", cx_max_error, PREDICTION),
    LOSS("neg_mean_absolute_error", cx_mean_absolute_error, PREDICTION),
    LOSS("neg_mean_absolute_percentage_error", cx_mean_absolute_percentage_error, PREDICTION),
    LOSS("neg_mean_gamma_deviance", cx_mean_gamma_deviance, PREDICTION),
    LOSS("neg_mean_poisson_deviance", cx_mean_poisson_deviance, PREDICTION),
    LOSS("neg_mean_squared_error", cx_mean_squared_error, PREDICTION),
    LOSS("neg_mean_squared_log_error", cx_mean_squared_log_error, PREDICTION),
    LOSS("neg_median_absolute_error", cx_median_absolute_error, PREDICTION),
    LOSS("neg_root_mean_squared_error", cx_root_mean_squared_error, PREDICTION),
    LOSS("neg_root_mean_squared_log_error", cx_root_mean_squared_log_error, PREDICTION),
    GOOD("adjusted_mutual_info_score", cx_adjusted_mutual_info_score, PREDICTION),
    GOOD("adjusted_rand_score", cx_adjusted_rand_score, PREDICTION),
    GOOD("completeness_score", cx_completeness_score, PREDICTION),
    GOOD("fowlkes_mallows_score", cx_fowlkes_mallows_score, PREDICTION),
    GOOD("homogeneity_score", cx_homogeneity_score, PREDICTION),
    GOOD("mutual_info_score", cx_mutual_info_score, PREDICTION),
    GOOD("normalized_mutual_info_score", cx_normalized_mutual_info_score, PREDICTION),
    GOOD("rand_score", cx_rand_score, PREDICTION),
    GOOD("v_measure_score", cx_v_measure_score, PREDICTION),
};
enum { OWN = sizeof own / sizeof *own, MAX_ADDED = 256 };

/* written once each, under the lock, before the count grows */
static const cx_scorer *added[MAX_ADDED];
static atomic_int added_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int cx_scorer_count(void)
{
    return OWN + atomic_load_explicit(&added_count, memory_order_acquire);
}

static const cx_scorer *scorer_at(int i)
{
    return i < OWN ? &own[i] : added[i - OWN];
}

const char *cx_scorer_name(int i)
{
    return i >= 0 && i < cx_scorer_count() ? scorer_at(i)->name : NULL;
}

static const cx_scorer *find(const char *name, size_t len)
{
    for (int i = cx_scorer_count() - 1; i >= 0; i--) {
        const cx_scorer *const s = scorer_at(i);
        if (strlen(s->name) == len && memcmp(s->name, name, len) == 0) return s;
    }
    return NULL;
}

static cx_status add(const char *where, const cx_scorer *s)
{
    const int n = atomic_load_explicit(&added_count, memory_order_relaxed);
    const cx_scorer *const known = find(s->name, strlen(s->name));
    if (known == s) return CX_OK;
    if (known != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "another score is called '%.60s'", s->name);
    if (n == MAX_ADDED)
        return cx__fail(CX_E_ARGUMENT, where, "more than %d scores are registered", MAX_ADDED);
    added[n] = s;
    atomic_store_explicit(&added_count, n + 1, memory_order_release);
    return CX_OK;
}

cx_status cx_scorer_register(const cx_scorer *s)
{
    static const char where[] = "scorer_register";
    if (s == NULL) return cx__fail(CX_E_ARGUMENT, where, "the scorer is NULL");
    if (s->struct_size != sizeof *s)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu, not %zu", s->struct_size,
                        sizeof *s);
    if (s->name == NULL || s->name[0] == '\0' || strpbrk(s->name, " ,") != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "a name is one word");
    if (s->metric == NULL) return cx__fail(CX_E_ARGUMENT, where, "'%.60s' has no metric", s->name);
    pthread_mutex_lock(&lock);
    const cx_status st = add(where, s);
    pthread_mutex_unlock(&lock);
    return st;
}

const char *cx__scorer_name(const cx__scorer *s)
{
    return s->name;
}

double cx__scorer_run(const cx__scorer *s, const cx_estimator *m, const cx_data *test)
{
    cx_data t = {0};
    if (cx_check(cx__score_truth("score", m, test, &t)) != CX_OK) return (double)NAN;
    cx_metric_opts o = s->opts;
    o.struct_size = sizeof o;
    o.sample_weight = t.sample_weight;
    const bool many = cx_ndim(t.y) == 2;
    if (s->known_classes && !many && cx_has_attr(m, "classes_")) o.labels = cx_attr(m, "classes_");
    const double v = s->metric(t.y, ask(m, test, s->needs, many), &o);
    return s->loss ? -v : v;
}

double cx_scorer_score(const cx_scorer *s, const cx_estimator *m, const cx_data *d)
{
    static const char where[] = "scorer_score";
    const cx_scope scope = cx_scope_open();
    cx_status st = s != NULL ? cx__check(where, "m", m, CX__KIND_ESTIMATOR)
                             : cx__fail(CX_E_ARGUMENT, where, "the scorer is NULL");
    if (st == CX_OK) st = cx__data_valid(where, d);
    const double v = st == CX_OK ? cx__scorer_run(s, m, d) : (double)NAN;
    return cx_check(cx__give_status(scope, st)) == CX_OK ? v : (double)NAN;
}

const cx__scorer *cx__scorer_find(const char *where, const char *name, size_t len)
{
    const cx_scorer *const s = find(name, len);
    if (s != NULL) return s;
    const char *words[OWN + MAX_ADDED + 1];
    const int n = cx_scorer_count();
    for (int i = 0; i < n; i++) words[i] = scorer_at(i)->name;
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
    if (s->needs != CX_SCORER_PREDICTION) {
        (void)cx_check(
            cx__fail(CX_E_UNSUPPORTED, "score", "'%s' needs more than predictions", s->name));
        return (double)NAN;
    }
    cx_metric_opts o = s->opts;
    o.sample_weight = weight;
    const double v = s->metric(y, predicted, &o);
    return s->loss ? -v : v;
}

const cx_scorer *cx_get_scorer(const char *name)
{
    static const char where[] = "get_scorer";
    if (name == NULL) {
        (void)cx_check(cx__fail(CX_E_ARGUMENT, where, "the name is NULL"));
        return NULL;
    }
    const cx_scorer *const s = cx__scorer_find(where, name, strlen(name));
    if (s == NULL) (void)cx__mark(CX_E_ARGUMENT);
    return s;
}
