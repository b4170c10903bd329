/* FixedThresholdClassifier and TunedThresholdClassifierCV: two classes, cut at a threshold of the
 * classifier's answers.
 *
 * One idea: the fitted classifier is a child; a prediction is whether its answer for the positive
 * class reaches the threshold. Tuning scores every threshold on the folds and takes the best mean.
 */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/model_selection/cv.h"
#include "learn/numeric/site.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/statistics.h>
#include <math.h>
#include <string.h>

#define CHILD "estimator"

static const cx_param fixed_params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "the classifier"},
    {"threshold", CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'", "{'auto'}",
     "answers from here on are positive; 'auto': 0.5 of probabilities, 0 of decisions"},
    {"pos_label", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_BOOL | CX_PARAM_STR | CX_PARAM_NONE,
     "None", NULL, "the positive class; None: the second one"},
    {"response_method", CX_PARAM_STR, "'auto'", "{'auto', 'predict_proba', 'decision_function'}",
     "what is asked; 'auto': probabilities if there are any, else decisions"},
    {.name = NULL},
};
static const cx_param tuned_params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "the classifier"},
    {"scoring", CX_PARAM_STR, "'balanced_accuracy'", NULL, "name of a score of predictions"},
    {"response_method", CX_PARAM_STR, "'auto'", "{'auto', 'predict_proba', 'decision_function'}",
     "what is asked; 'auto': probabilities if there are any, else decisions"},
    {"thresholds", CX_PARAM_INT | CX_PARAM_LIST, "100", "[1, inf)",
     "number of thresholds between the least and the largest answer, or a list of them"},
    {"cv", CX__CV_KINDS | CX_PARAM_FLOAT, "None", "int [2, inf), float (0, 1)",
     "number of folds or a splitter; a share: one stratified draw; None: 5"},
    {"refit", CX_PARAM_BOOL, "True", NULL,
     "fit the classifier on all rows; False: on the training rows of the only fold"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,
     "not used: the threads of the scope or the process run the fits"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the draw if cv is a share"},
    {"store_cv_results", CX_PARAM_BOOL, "False", NULL, "keep thresholds and their mean scores"},
    {.name = NULL},
};

enum { FIXED_THRESHOLD, FIXED_POSITIVE };
static const char *const fixed_attrs[] = {"threshold_: float []", "positive_: int []", NULL};
enum { BEST_THRESHOLD, POSITIVE, BEST_SCORE, CV_THRESHOLDS, CV_SCORES };
static const char *const tuned_attrs[] = {"best_threshold_: float []", "positive_: int []",
                                          "best_score_: float []",     "cv_thresholds_?: float [t]",
                                          "cv_scores_?: float [t]",    NULL};

static const cx_estimator *inner(const cx_estimator *self)
{
    const cx__lit *const v = &self->params[0];
    return v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
}
static const cx_estimator *fitted(const cx_estimator *self)
{
    return cx_self_child(self, CHILD);
}

/* What the classifier is asked for. */
static cx_status response(const cx_estimator *self, cx_method *out)
{
    const char *const how = cx__param(self, "response_method")->u.s;
    const cx_estimator *const m = inner(self);
    *out = strcmp(how, "decision_function") == 0 ? CX_DECISION_FUNCTION : CX_PREDICT_PROBA;
    if (strcmp(how, "auto") == 0 && !cx_estimator_has(m, CX_PREDICT_PROBA))
        *out = CX_DECISION_FUNCTION;
    if (cx_estimator_has(m, *out)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s has no %s", self->cls->name, m->cls->name,
                    *out == CX_PREDICT_PROBA ? "predict_proba" : "decision_function");
}

/* Answers for the positive class: [n]. */
static cx_array *answers(const char *where, const cx_estimator *m, cx_method method,
                         int64_t positive, const cx_data *d)
{
    const cx_data x = {.x = d->x, .table = d->table, .target = d->target};
    cx_array *const a = cx__estimator_call(where, m, method, &x);
    if (!cx_ok()) return a;
    if (cx_ndim(a) == 2) return cx_select(a, 1, positive);
    return positive == 1 ? a : cx_negative(a);
}

/* Labels by a threshold. */
static cx_array *cut(const cx_array *classes, const cx_array *answer, double threshold,
                     int64_t positive)
{
    const cx_array *const yes = cx_greater_equal(answer, cx_float(threshold));
    return cx_take(classes, cx_astype(positive ? yes : cx_logical_not(yes), CX_I64), 0);
}

/* ---- fit */
static cx_status two_classes(const cx_estimator *self, const cx_data *d, cx_array **classes)
{
    CX__TRY(cx__data_some_rows("fit", self, d));
    const cx_array *const y = cx__data_y(d);
    if (!y) return cx__fail(CX_E_ARGUMENT, "fit", "%s needs y", self->cls->name);
    *classes = cx_labels_encode(y).classes;
    CX__TRY(cx__so_far());
    if (cx_size(*classes) == 2) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s takes two classes; y has %lld", self->cls->name,
                    (long long)cx_size(*classes));
}

static cx_status positive_of(const cx_array *classes, const cx_array *label, int64_t *out)
{
    const cx_array *const code = cx_labels_codes(cx_to(label, cx_device_of(classes)), classes);
    CX__TRY(cx__so_far());
    *out = cx__number_i64(cx_select(code, 0, 0));
    return cx__so_far();
}

/* Which class a parameter names. */
static cx_status positive_param(const cx__lit *v, const cx_array *classes, int64_t *out)
{
    *out = 1;
    if (v->kind == CX__LIT_NONE) return CX_OK;
    const char *const text = v->kind == CX__LIT_STR ? v->u.s : NULL;
    double number = v->kind == CX__LIT_BOOL && v->u.b ? 1 : 0;
    (void)cx__lit_number(v, &number);
    if (text) return positive_of(classes, cx__names_new(1, &text), out);
    return positive_of(classes, cx_copy_host(&number, CX_SHAPE(1), CX_F64), out);
}

static cx_status fit_child(cx_estimator *self, const cx_data *d)
{
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_clone("fit", inner(self), &m));
    cx_status st = cx__estimator_fit("fit", m, d, false);
    if (st == CX_OK) st = cx_self_set_child(self, CHILD, m);
    cx__release(m);
    return st;
}

static cx_status fit_fixed(cx_estimator *self, const cx_data *d)
{
    cx_method method = CX_PREDICT;
    cx_array *classes = NULL;
    int64_t positive = 1;
    CX__TRY(response(self, &method));
    CX__TRY(two_classes(self, d, &classes));
    CX__TRY(positive_param(cx__param(self, "pos_label"), classes, &positive));
    const cx__lit *const v = cx__param(self, "threshold");
    double threshold = method == CX_PREDICT_PROBA ? 0.5 : 0;
    (void)cx__lit_number(v, &threshold);
    CX__TRY(cx_self_set_f64(self, FIXED_THRESHOLD, threshold));
    CX__TRY(cx_self_set_i64(self, FIXED_POSITIVE, positive));
    return fit_child(self, d);
}

/* ---- tuning */
typedef struct tuning {
    cx_estimator *self;
    const cx_data *d;
    const cx__scorer *scorer;
    cx_method method;
    int64_t positive, folds, n; /* n thresholds a fold */
    const cx_array *classes;
    cx_fold *fold;
    double *threshold, *score; /* [folds, n] */
} tuning;

/* The thresholds of one fold: the list, or as many between the extremes. */
static cx_status fold_thresholds(const tuning *t, const cx_array *answer, double *out)
{
    const cx__lit *const v = cx__param(t->self, "thresholds");
    if (v->kind != CX__LIT_INT) {
        for (int i = 0; i < v->count; i++) (void)cx__lit_number(&v->u.items[i], &out[i]);
        return CX_OK;
    }
    const double low = cx__number_f64(cx_min(answer, CX_ALL)),
                 high = cx__number_f64(cx_max(answer, CX_ALL));
    const double *const all = cx_data_f64(cx_linspace(low, high, t->n, CX_F64, CX_CPU, NULL));
    CX__TRY(cx__so_far());
    memcpy(out, all, (size_t)t->n * sizeof *out);
    return CX_OK;
}

static cx_status tune_fold(void *ctx, int64_t k)
{
    const tuning *const t = ctx;
    cx_estimator *const m = cx_clone(inner(t->self));
    const cx_data train = cx_data_take(t->d, t->fold[k].train),
                  test = cx_data_take(t->d, t->fold[k].test);
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_fit("fit", m, &train, false));
    const cx_array *const answer = answers("fit", m, t->method, t->positive, &test), *const y =
                                                                                         cx__data_y(
                                                                                             &test);
    CX__TRY(cx__so_far());
    double *const threshold = t->threshold + k * t->n, *const score = t->score + k * t->n;
    CX__TRY(fold_thresholds(t, answer, threshold));
    for (int64_t i = 0; i < t->n; i++) {
        CX__TRY(cx__poll("fit"));
        const cx_scope s = cx_scope_open();
        const cx_array *const labels = cut(t->classes, answer, threshold[i], t->positive);
        score[i] = cx__scorer_answer(t->scorer, NULL, y, labels, NULL);
        CX__TRY(cx_scope_close(s));
    }
    const double gap = fabs(threshold[0] - threshold[t->n - 1]);
    if (gap > 1e-8 + 1e-5 * fabs(threshold[t->n - 1])) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: the classifier's answers are all alike, no threshold parts them",
                    t->self->cls->name);
}

/* Thresholds over all folds, and their mean scores; the first of the best is kept. */
static cx_status take_best(const tuning *t)
{
    const cx__lit *const v = cx__param(t->self, "thresholds");
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (int64_t i = 0; i < t->folds * t->n; i++) {
        low = fmin(low, t->threshold[i]);
        high = fmax(high, t->threshold[i]);
    }
    const cx_array *const all = v->kind == CX__LIT_INT
                                    ? cx_linspace(low, high, t->n, CX_F64, CX_CPU, NULL)
                                    : cx_copy_host(t->threshold, CX_SHAPE(t->n), CX_F64);
    cx_array *const sum = cx_zeros(CX_SHAPE(t->n), CX_F64, CX_CPU);
    for (int64_t k = 0; k < t->folds; k++) {
        const cx_array *const x = cx_copy_host(t->threshold + k * t->n, CX_SHAPE(t->n), CX_F64),
                              *const y = cx_copy_host(t->score + k * t->n, CX_SHAPE(t->n), CX_F64);
        CX__TRY(cx_add_into(sum, cx_interp(all, x, y, NULL), sum));
    }
    const cx_array *const mean = cx_div(sum, cx_float((double)t->folds));
    const double *const scores = cx_data_f64(mean), *const thresholds = cx_data_f64(all);
    CX__TRY(cx__so_far());
    int64_t best = 0;
    for (int64_t i = 1; i < t->n; i++)
        if (scores[i] > scores[best]) best = i;
    CX__TRY(cx_self_set_f64(t->self, BEST_THRESHOLD, thresholds[best]));
    CX__TRY(cx_self_set_f64(t->self, BEST_SCORE, scores[best]));
    if (!cx__param(t->self, "store_cv_results")->u.b) return CX_OK;
    cx__site site;
    CX__TRY(cx__site_at("fit", t->self->state->device, &site));
    CX__TRY(cx_self_set(t->self, CV_THRESHOLDS, cx__sent(&site, all)));
    return cx_self_set(t->self, CV_SCORES, cx__sent(&site, mean));
}

/* cv may be a share, which is one stratified draw. */
static cx_status tuning_folds(tuning *t)
{
    const cx__lit *const cv = cx__param(t->self, "cv"), *const seed =
                                                            cx__param(t->self, "random_state");
    if (cv->kind == CX__LIT_STR && strcmp(cv->u.s, "prefit") == 0)
        return cx__fail(CX_E_UNSUPPORTED, "fit",
                        "%s: cv='prefit' is not built, parameters are never fitted",
                        t->self->cls->name);
    if (cv->kind != CX__LIT_FLOAT) return cx__folds_of(t->self, t->d, true, &t->fold, &t->folds);
    cx_estimator *splitter = NULL;
    CX__TRY(cx__estimator_make("fit", &cx__class_stratified_shuffle_split, &splitter));
    cx_status st = cx_set_param_i64(splitter, "n_splits", 1);
    if (st == CX_OK) st = cx_set_param_f64(splitter, "test_size", cv->u.f);
    if (st == CX_OK && seed->kind == CX__LIT_INT)
        st = cx_set_param_i64(splitter, "random_state", seed->u.i);
    if (st == CX_OK) st = cx__folds_make("fit", splitter, t->d, &t->fold, &t->folds);
    cx__release(splitter);
    return st;
}

/* The positive class of scores that have one, as scikit-learn's functions name it: 1. */
static cx_status positive_of_score(tuning *t)
{
    static const char *const binary[] = {"f1", "precision", "recall", "jaccard"};
    const char *const name = cx__scorer_name(t->scorer);
    bool has = false;
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
        has = has || strcmp(name, binary[i]) == 0;
    t->positive = 1;
    if (!has || cx_dtype_of(t->classes) == CX_CAT) return CX_OK;
    const double one = 1;
    return positive_of(t->classes, cx_copy_host(&one, CX_SHAPE(1), CX_F64), &t->positive);
}

static cx_status tune(tuning *t)
{
    const cx__lit *const v = cx__param(t->self, "thresholds");
    const char *const name = cx__param(t->self, "scoring")->u.s;
    const bool again = cx__param(t->self, "refit")->u.b;
    cx_array *classes = NULL;
    CX__TRY(response(t->self, &t->method));
    CX__TRY(two_classes(t->self, t->d, &classes));
    t->classes = classes;
    t->scorer = cx__scorer_find("fit", name, strlen(name));
    if (!t->scorer) return CX_E_ARGUMENT;
    CX__TRY(positive_of_score(t));
    CX__TRY(tuning_folds(t));
    if (!again && t->folds > 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: refit=False takes a cv of one fold",
                        t->self->cls->name);
    t->n = v->kind == CX__LIT_INT ? v->u.i : v->count;
    double number = 0;
    for (int i = 0; v->kind != CX__LIT_INT && i < v->count; i++)
        if (!cx__lit_number(&v->u.items[i], &number))
            return cx__fail(CX_E_ARGUMENT, "fit", "entry %d of thresholds is no number", i);
    if (t->n < 1) return cx__fail(CX_E_ARGUMENT, "fit", "the list of thresholds is empty");
    const cx_data first = again ? *t->d : cx_data_take(t->d, t->fold[0].train);
    CX__TRY(cx__so_far());
    CX__TRY(fit_child(t->self, &first));
    t->threshold = cx__calloc(2 * (size_t)(t->folds * t->n), sizeof *t->threshold);
    if (!t->threshold) return cx__fail_nomem("fit", "thresholds", 0);
    t->score = t->threshold + t->folds * t->n;
    CX__TRY(
        cx__tasks_run("fit", t->self->cls->name, cx__data_device(t->d), t->folds, tune_fold, t));
    CX__TRY(cx_self_set_i64(t->self, POSITIVE, t->positive));
    return take_best(t);
}

static cx_status fit_tuned(cx_estimator *self, const cx_data *d)
{
    tuning t = {.self = self, .d = d};
    const cx_status st = tune(&t);
    cx__free(t.threshold);
    cx__free(t.fold);
    return st;
}

/* ---- use: both classes have the threshold in slot 0 and the positive class in slot 1 */
static bool has(const cx_estimator *self, cx_method method)
{
    const cx_estimator *const m = inner(self);
    if (!m || method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM ||
        method == CX_METHOD_SCORE_SAMPLES)
        return false;
    return method == CX_PREDICT
               ? cx_estimator_has(m, CX_PREDICT_PROBA) || cx_estimator_has(m, CX_DECISION_FUNCTION)
               : cx_estimator_has(m, method);
}

static cx_array *predict(const cx_estimator *self, const cx_data *d)
{
    cx_method method = CX_PREDICT;
    const cx_status st = response(self, &method);
    if (st != CX_OK) return cx__yield(st, "predict", NULL);
    const double threshold = cx__number_f64(cx_self(self, 0));
    const int64_t positive = cx__number_i64(cx_self(self, 1));
    const cx_array *const answer = answers("predict", fitted(self), method, positive, d);
    return cut(cx_attr(fitted(self), "classes_"), answer, threshold, positive);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    static const char *const names[] = {"predict", "predict_proba", "decision_function",
                                        "transform", "predict_log_proba"};
    return method == CX_PREDICT ? predict(self, d)
                                : cx__estimator_call(names[method], fitted(self), method, d);
}

static cx_status check(const cx_estimator *self)
{
    const cx_estimator *const m = fitted(self);
    const int64_t positive = cx__number_i64(cx_self(self, 1));
    if (self->state->children == 1 && cx_estimator_status(m) == CX_OK &&
        m->cls == inner(self)->cls && m->state && (positive == 0 || positive == 1))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "the classifier of a %s is not its spec's",
                    self->cls->name);
}

/* ---- sessions */
typedef struct served {
    double threshold;
    int64_t positive, columns;
    double *answers; /* [max_rows, columns]; NULL: the classifier's own method */
    cx__ready inner;
} served;

static cx_status run(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    if (!s->answers) return s->inner.run(&s->inner.plan, x, rows, out);
    CX__TRY(s->inner.run(&s->inner.plan, x, rows, s->answers));
    for (int64_t i = 0; i < rows; i++) {
        const double *const a = s->answers + i * s->columns;
        const double v = s->columns > 1 ? a[s->positive] : s->positive == 1 ? a[0] : -a[0];
        out[i] = (double)(v >= s->threshold ? s->positive : 1 - s->positive);
    }
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    p->state = s;
    cx_method method = p->method;
    if (method == CX_PREDICT) CX__TRY(response(self, &method));
    CX__TRY(cx__plan_make("session_new", fitted(self), method, p->max_rows, p->cols_in, &s->inner));
    cx__plan_adopt(p, &s->inner);
    s->columns = s->inner.plan.cols_out;
    if (s->columns > 2)
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "the classifier has more than two classes");
    if (p->method != CX_PREDICT) {
        p->cols_out = s->columns;
        return CX_OK;
    }
    s->threshold = cx__number_f64(cx_self(self, 0));
    s->positive = cx__number_i64(cx_self(self, 1));
    s->answers = cx_plan_alloc(p, (size_t)(p->max_rows * s->columns) * sizeof *s->answers);
    return s->answers ? CX_OK : CX_E_NOMEM;
}

#define METHODS                                                                                  \
    .kind = CX_CLASSIFIER, .flags = CX_CLASS_RAW, .positional = 1, .check = check, .plan = plan, \
    .predict_into = run, .predict_proba_into = run, .decision_into = run, .has = has, .call = call

const cx_estimator_class cx__class_fixed_threshold_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "FixedThresholdClassifier",
    .doc = "A classifier of two classes, cut at a given threshold of its answers.",
    .params = fixed_params,
    .attrs = fixed_attrs,
    .fit = fit_fixed,
    METHODS,
};
const cx_estimator_class cx__class_tuned_threshold_classifier_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TunedThresholdClassifierCV",
    .doc = "A classifier of two classes, cut at the threshold that scores best on held-out rows.",
    .params = tuned_params,
    .attrs = tuned_attrs,
    .fit = fit_tuned,
    METHODS,
};
