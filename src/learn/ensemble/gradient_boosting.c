/* GradientBoosting*: trees one after the other, each on the slopes that the loss has left
 * (sklearn.ensemble). Here are the tables and what surrounds the stages: data, attributes. */
#include "learn/ensemble/gradient_boosting.h"
#include "base/object.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "learn/tree/single.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/model_selection.h>
#include <calx/ops.h>
#include <string.h>

#define COMMON                                                                                 \
    CX__TREES_ATTRS, "train_score_: float [e]", "oob_improvement_?: float [e]",                \
        "oob_scores_?: float [e]", "oob_score_?: float []", "feature_importances_: float [n]", \
        "n_estimators_: int []", "n_trees_per_iteration_: int []", "max_features_: int []",    \
        "start_?: float [k]", "stream_: int [s]"
static const char *const regressor_attrs[] = {COMMON, NULL};
static const char *const classifier_attrs[] = {COMMON, "classes_: label [c]", NULL};

#define LOSS(names, deflt)                                         \
    {                                                              \
        "loss", CX_PARAM_STR, deflt, names, "what the trees lower" \
    }
#define FIRST                                                                                   \
    {"learning_rate", CX_PARAM_FLOAT, "0.1", "[0, inf)", "factor of each tree's values"},       \
        {"n_estimators", CX_PARAM_INT, "100", "[1, inf)", "stages"},                            \
        {"subsample", CX_PARAM_FLOAT, "1.0", "(0, 1]", "share of the rows that a stage draws"}, \
        {"criterion", CX_PARAM_STR, "'deprecated'",                                             \
         "{'deprecated', 'friedman_mse', 'squared_error'}",                                     \
         "not used: splits lower the squared error, as in scikit-learn"},                       \
        CX__TREE_MIN_SAMPLES, CX__TREE_MAX_DEPTH("3"), CX__TREE_MIN_IMPURITY_DECREASE,          \
        {"init", CX_PARAM_ESTIMATOR | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'zero'}",         \
         "what the first stage starts from; None: the best constant"},                          \
        CX__TREE_RANDOM_STATE, CX__TREE_MAX_FEATURES("None")
#define LAST                                                                                       \
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: progress goes to the scope's callback"}, \
        CX__TREE_MAX_LEAF_NODES,                                                                   \
        {"warm_start", CX_PARAM_BOOL, "False", NULL, "add stages to those of the last fit"},       \
        {"validation_fraction", CX_PARAM_FLOAT, "0.1", "(0, 1)",                                   \
         "share of the rows held out for n_iter_no_change"},                                       \
        {"n_iter_no_change", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",                     \
         "stop when the held-out loss has not improved for so many stages"},                       \
        {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "what counts as an improvement"},            \
        CX__TREE_CCP_ALPHA,                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }
static const cx_param classifier_params[] = {LOSS("{'log_loss', 'exponential'}", "'log_loss'"),
                                             FIRST, LAST};
static const cx_param regressor_params[] = {
    LOSS("{'squared_error', 'absolute_error', 'huber', 'quantile'}", "'squared_error'"),
    FIRST,
    {"alpha", CX_PARAM_FLOAT, "0.9", "(0, 1)", "quantile of the losses 'huber' and 'quantile'"},
    LAST,
};

cx__loss cx__gb_loss(const cx_estimator *self, int64_t classes)
{
    static const struct {
        const char *name;
        cx__loss_kind kind;
    } known[] = {{"squared_error", CX__LOSS_SQUARED}, {"absolute_error", CX__LOSS_ABSOLUTE},
                 {"huber", CX__LOSS_HUBER},           {"quantile", CX__LOSS_PINBALL},
                 {"log_loss", CX__LOSS_BINOMIAL},     {"exponential", CX__LOSS_EXPONENTIAL}};
    const char *const name = cx_param_str(self, "loss");
    cx__loss l = {.outputs = classes > 2 ? classes : 1, .delta = 0.5, .library_exp = true};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0) l.kind = known[i].kind;
    if (classes > 2) l.kind = CX__LOSS_MULTINOMIAL;
    if (classes == 0) l.quantile = cx_param_f64(self, "alpha");
    return l;
}

/* ---- data */
typedef struct whole {
    cx_array *y, *weight, *classes; /* float64: codes or numbers; weight and classes may be NULL */
    int64_t class_count;            /* 0: regression */
} whole;

/* Classes whose weights do not cancel out: two are needed. */
static cx_status two_classes(const cx_estimator *self, const whole *w)
{
    const int64_t n = cx_size(w->y);
    const double *const code = cx__at(w->y), *const weight = w->weight ? cx__at(w->weight) : NULL;
    double *const mass = cx__scope_room((size_t)w->class_count * sizeof *mass);
    CX__TRY(cx__so_far());
    if (!mass) return CX_E_NOMEM;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) mass[(int64_t)code[i]] += weight ? weight[i] : 1;
    for (int64_t c = 0; c < w->class_count; c++) count += mass[c] != 0;
    if (count < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: y contains %lld class of nonzero weight; two are needed",
                        self->cls->name, (long long)count);
    if (w->class_count > 2 && strcmp(cx_param_str(self, "loss"), "exponential") == 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s(loss='exponential') is for two classes; y has %lld: use 'log_loss'",
                        self->cls->name, (long long)w->class_count);
    return CX_OK;
}

static cx_status take_y(const cx_estimator *self, const cx__site *s, const cx_data *d, whole *w)
{
    *w = (whole){.weight = d->sample_weight ? cx__f64(s, d->sample_weight) : NULL};
    if (self->cls->kind != CX_CLASSIFIER) {
        w->y = cx__f64(s, d->y);
        return cx__so_far();
    }
    const cx_labels l = cx_labels_encode(d->y);
    w->classes = l.classes;
    w->y = cx__f64(s, l.codes);
    CX__TRY(cx__so_far());
    w->class_count = cx_size(l.classes);
    return two_classes(self, w);
}

static cx_status every_class(const cx_estimator *self, const whole *w, const cx__gb_rows *rows)
{
    int64_t seen = 0;
    bool *const has = cx__scope_room((size_t)w->class_count + 1);
    if (!has) return CX_E_NOMEM;
    for (int64_t i = 0; i < rows->n && w->class_count > 0; i++) {
        const int64_t c = (int64_t)rows->y[i];
        seen += !has[c];
        has[c] = true;
    }
    if (seen == w->class_count) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: of %lld classes %lld are left after rows were held out for "
                    "n_iter_no_change; try another random_state",
                    self->cls->name, (long long)w->class_count, (long long)seen);
}

static cx_status rows_at(const cx__gb_fit *f, const cx__site *s, const cx_array *x, const whole *w,
                         const cx_array *which, cx__gb_rows *out)
{
    cx_array *const y = which ? cx_take(w->y, which, 0) : w->y, *const weight =
                                                                    w->weight && which
                                                                        ? cx_take(w->weight, which,
                                                                                  0)
                                                                        : w->weight;
    out->x = cx__f64(s, which ? cx_take(x, which, 0) : x);
    out->n = cx_dim(out->x, 0);
    out->y = cx__at(y);
    out->weight = weight ? cx__at(weight) : NULL;
    CX__TRY(cx__so_far());
    out->raw = cx__scope_room((size_t)(f->outputs * out->n) * sizeof *out->raw);
    return out->raw ? CX_OK : CX_E_NOMEM;
}

/* Rows to train on and, for early stopping, rows to look at. */
static cx_status split(cx__gb_fit *f, const cx__site *s, const cx_data *d, const whole *w)
{
    const cx_estimator *const self = f->self;
    if (cx_param_is_none(self, "n_iter_no_change")) return rows_at(f, s, d->x, w, NULL, &f->train);
    const bool seeded = cx_param_is_number(self, "random_state") == 1;
    const cx_split_opts o = {
        .struct_size = sizeof o,
        .test_size = cx_param_f64(self, "validation_fraction"),
        .random_state = {seeded, seeded ? cx_param_i64(self, "random_state") : 0},
        .stratify = w->class_count > 0};
    const cx_fold fold =
        cx_train_test_indices(cx_dim(d->x, 0), o.stratify ? cx__i64(s, w->y) : NULL, &o);
    CX__TRY(cx__so_far());
    CX__TRY(rows_at(f, s, d->x, w, fold.train, &f->train));
    CX__TRY(rows_at(f, s, d->x, w, fold.test, &f->held_out));
    return every_class(self, w, &f->train);
}

/* ---- attributes */
/* Decreases of impurity, tree by tree, not made alike for each tree as a forest's are. */
static cx_status importances(const cx__gb_fit *f)
{
    const cx__trees *const t = &f->trees;
    const int64_t d = f->grow.d;
    double *const sum = cx__scope_room((size_t)d * 2 * sizeof *sum), total = 0;
    if (!sum) return CX_E_NOMEM;
    for (int64_t tree = 0; tree < t->count; tree++) {
        double *const own = sum + d;
        const int64_t base = t->start[tree];
        memset(own, 0, (size_t)d * sizeof *own);
        for (int64_t i = base; i < t->start[tree + 1]; i++) {
            if (t->left[i] < 0) continue;
            const int64_t l = base + t->left[i], r = base + t->right[i];
            own[t->feature[i]] += t->weighted[i] * t->impurity[i] -
                                  t->weighted[l] * t->impurity[l] - t->weighted[r] * t->impurity[r];
        }
        for (int64_t j = 0; j < d; j++) sum[j] += own[j] / t->weighted[base];
    }
    for (int64_t j = 0; j < d; j++) total += sum[j];
    for (int64_t j = 0; j < d && total != 0; j++) sum[j] /= total;
    return cx_self_set(f->self, CX__GB_IMPORTANCES, cx__given_all(&f->grow.site, sum, d, CX_F64));
}

static cx_status store(cx__gb_fit *f, const whole *w)
{
    cx_estimator *const self = f->self;
    const cx__site *const s = &f->grow.site;
    CX__TRY(importances(f));
    CX__TRY(cx__trees_give(self, s, &f->trees));
    CX__TRY(
        cx_self_set(self, CX__GB_TRAIN_SCORE, cx__given_all(s, f->train_score, f->done, CX_F64)));
    if (f->oob_scores) {
        CX__TRY(cx_self_set(self, CX__GB_OOB_IMPROVEMENT,
                            cx__given_all(s, f->oob_improvement, f->done, CX_F64)));
        CX__TRY(
            cx_self_set(self, CX__GB_OOB_SCORES, cx__given_all(s, f->oob_scores, f->done, CX_F64)));
        CX__TRY(cx_self_set_f64(self, CX__GB_OOB_SCORE, f->oob_scores[f->done - 1]));
    }
    CX__TRY(cx_self_set_i64(self, CX__GB_STAGES, f->done));
    CX__TRY(cx_self_set_i64(self, CX__GB_PER_STAGE, f->outputs));
    CX__TRY(cx_self_set_i64(self, CX__GB_MAX_FEATURES, f->grow.rules.max_features));
    CX__TRY(cx_self_set(self, CX__GB_STREAM, cx_generator_state(f->rng)));
    return w->classes ? cx_self_set(self, CX__GB_CLASSES, w->classes) : CX_OK;
}

/* ---- fit */
static cx_status score_room(cx__gb_fit *f, bool warm)
{
    const size_t bytes = (size_t)f->to * sizeof(double);
    const bool oob = f->subsample < 1 || (warm && cx_self_before(f->self, CX__GB_OOB_SCORES));
    f->train_score = cx__scope_room(bytes);
    if (oob) {
        f->oob_improvement = cx__scope_room(bytes);
        f->oob_scores = cx__scope_room(bytes);
    }
    return f->train_score && (!oob || (f->oob_improvement && f->oob_scores)) ? CX_OK : CX_E_NOMEM;
}

static cx_status run(cx__gb_fit *f, const cx_data *d)
{
    cx_estimator *const self = f->self;
    cx__site s;
    whole w;
    CX__TRY(cx__host_only(self, "fit", d->x));
    CX__TRY(cx__site_of("fit", d->x, &s));
    CX__TRY(take_y(self, &s, d, &w));
    f->loss = cx__gb_loss(self, w.class_count);
    f->outputs = f->loss.outputs;
    f->to = cx_param_i64(self, "n_estimators");
    f->learning_rate = cx_param_f64(self, "learning_rate");
    f->subsample = cx_param_f64(self, "subsample");
    CX__TRY(split(f, &s, d, &w));
    CX__TRY(cx__grow_rows(self, "fit", &(const cx_data){.x = f->train.x}, &f->grow));
    if (f->held_out.n > 0)
        CX__TRY(cx__single_fits(self->cls, "fit", cx__at(f->held_out.x), f->held_out.n, f->grow.d));
    f->grow.rules.criterion = CX_TREE_SQUARED;
    const bool warm =
        cx_param_bool(self, "warm_start") && cx_self_before(self, CX__GB_STAGES) != NULL;
    CX__TRY(score_room(f, warm));
    f->rng = cx__seeded(self);
    CX__TRY(warm ? cx__gb_go_on(f) : cx__gb_begin(f, w.class_count));
    CX__TRY(cx__grow_open(&f->grow));
    CX__TRY(cx__gb_stages(f));
    return store(f, &w);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx__gb_fit f = {.self = self};
    const cx_status st = run(&f, d);
    cx__trees_free(&f.trees);
    cx__grow_end(&f.grow);
    return st;
}

#define BOOSTING(text, description, kind_, rows, slots)                                            \
    .struct_size = sizeof(cx_estimator_class), .name = text, .doc = description, .kind = kind_,    \
    .flags = CX_CLASS_SINGLE_Y, .params = rows, .attrs = slots, .fit = fit, .check = cx__gb_check, \
    .plan = cx__gb_plan
const cx_estimator_class cx__class_gradient_boosting_classifier = {
    BOOSTING("GradientBoostingClassifier",
             "Classes by a sum of trees that lower a loss stage by "
             "stage.",
             CX_CLASSIFIER, classifier_params, classifier_attrs),
    .predict = cx__gb_predict_label,
    .predict_proba = cx__gb_predict_proba,
    .decision_function = cx__gb_decision,
    .predict_into = cx__gb_label_into,
    .predict_proba_into = cx__gb_proba_into,
    .decision_into = cx__gb_raw_into};
const cx_estimator_class cx__class_gradient_boosting_regressor = {
    BOOSTING("GradientBoostingRegressor",
             "Numbers by a sum of trees that lower a loss stage by "
             "stage.",
             CX_REGRESSOR, regressor_params, regressor_attrs),
    .predict = cx__gb_predict_number, .predict_into = cx__gb_raw_into};
