/* SGDClassifier, Perceptron, PassiveAggressiveClassifier: one descent for two classes, one for each
 * class against the others when there are more; those run beside each other. */
#include "learn/linear_model/stochastic/sgd_model.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/random.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { COEF, INTERCEPT, CLASSES, FIRST };
static const char *const attrs[] = {"coef_: float [k, n]", "intercept_: float [k]",
                                    "classes_: label [c]",
                                    CX__SGD_ATTRS("float [k, n]", "float [k]"), NULL};

#define CLASS_WEIGHT                                                                       \
    {"class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}", \
     "weights of the classes"},                                                            \
    {                                                                                      \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,                              \
            "not used: see the scope's num_threads"                                        \
    }
static const cx_param params[] = {
    {"loss", CX_PARAM_STR, "'hinge'",
     "{'hinge', 'log_loss', 'modified_huber', 'squared_hinge', 'perceptron', 'squared_error', "
     "'huber', 'epsilon_insensitive', 'squared_epsilon_insensitive'}",
     "what is minimised; 'log_loss' and 'modified_huber' give probabilities"},
    CX__SGD_PENALTY("'l2'"),
    CX__SGD_COMMON("None"),
    CX__SGD_RATE("'optimal'", "0.01", "0.5"),
    CLASS_WEIGHT,
    CX__SGD_AVERAGE,
    {.name = NULL},
};
static const cx_param perceptron_params[] = {
    CX__SGD_PENALTY("None"),
    CX__SGD_COMMON("0"),
    {"eta0", CX_PARAM_FLOAT, "1.0", "(0, inf)", "size of the steps"},
    CLASS_WEIGHT,
    {.name = NULL},
};
static const cx_param passive_params[] = {
    {"C", CX_PARAM_FLOAT, "1.0", "(0, inf]", "largest step"},
    CX__SGD_COMMON("None"),
    {"loss", CX_PARAM_STR, "'hinge'", "{'hinge', 'squared_hinge'}",
     "'hinge': PA-I, 'squared_hinge': PA-II"},
    CLASS_WEIGHT,
    CX__SGD_AVERAGE,
    {.name = NULL},
};

/* ---- fitting */
/* One class against the others. */
typedef struct task {
    cx__sgd sgd;
    double *y; /* [n]: 1 and -1, for log loss 1 and 0 */
    cx__sgd_state end;
    cx_status st;
} task;

typedef struct all_tasks {
    cx__sgd_fit *fit;
    const int64_t *code;
    int64_t classes;
    task *task;
} all_tasks;

/* Share of the rows held out that are told right; labels other than 1 and -1 never are. */
static double accuracy(void *ctx, const void *coef, double intercept)
{
    const cx__sgd *p = &((const task *)ctx)->sgd;
    double right = 0, all = 0;
    for (int64_t i = 0; i < p->n; i++) {
        if (!p->validation[i]) continue;
        const double w = p->weight != NULL ? p->weight[i] : 1,
                     label = cx__sgd_score_row(p, coef, intercept, i) > 0 ? 1 : -1;
        all += w;
        if (label == p->y[i]) right += w;
    }
    return right / all;
}

static cx_status tick_alone(void *ctx, int64_t epoch)
{
    const all_tasks *a = ctx;
    return cx_self_progress(a->fit->self, epoch, a->fit->base.max_iter);
}

static cx_status tick_beside(void *ctx, int64_t epoch)
{
    (void)ctx;
    (void)epoch;
    return cx__poll("fit");
}

static void run_tasks(void *ctx, int64_t lo, int64_t hi)
{
    all_tasks *a = ctx;
    for (int64_t i = lo; i < hi; i++) {
        task *t = &a->task[i];
        t->st = cx__sgd_descend(a->fit, &t->sgd, i, &t->end);
    }
}

/* Targets, weights and rows held out of task i; seeds are drawn here. */
static cx_status make_task(all_tasks *a, int64_t i, cx_generator *g, const double *weights,
                           const cx_array *codes, const uint8_t *held)
{
    cx__sgd_fit *f = a->fit;
    task *t = &a->task[i];
    const int64_t n = f->base.n, positive = a->classes == 2 ? 1 : i;
    const bool two = a->classes == 2;
    const size_t bytes = (size_t)n * sizeof *t->y;
    t->y = cx__alloc(bytes);
    if (t->y == NULL) return cx__fail_nomem("fit", "targets", bytes);
    const double other = f->base.loss == CX__SGD_LOG ? 0 : -1;
    for (int64_t r = 0; r < n; r++) t->y[r] = a->code[r] == positive ? 1 : other;
    t->sgd = f->base;
    t->sgd.y = t->y;
    t->sgd.weight_positive = weights[positive];
    t->sgd.weight_negative = two ? weights[0] : 1;
    t->sgd.score = accuracy;
    t->sgd.ctx = t;
    t->sgd.tick = two ? tick_alone : tick_beside;
    t->sgd.tick_ctx = a;
    uint32_t unused;
    CX__TRY(cx__sgd_draw(g, 1, &unused)); /* scikit-learn seeds its data set with it */
    if (two && held == NULL) CX__TRY(cx__sgd_hold_out(f, codes, &held));
    t->sgd.validation = held;
    return cx__sgd_draw(g, 0, &t->sgd.seed);
}

static cx_status make_tasks(all_tasks *a, const double *weights, const cx_array *codes)
{
    cx__sgd_fit *f = a->fit;
    cx_generator *g = cx__sgd_generator(f->self);
    if (f->k == 1) return make_task(a, 0, g, weights, codes, NULL);
    const uint8_t *held;
    CX__TRY(cx__sgd_hold_out(f, codes, &held));
    const cx_array *seeds = cx_rng_integers(g, 0, INT32_MAX, CX_SHAPE(f->k), CX_I64);
    const int64_t *seed = cx_data_i64(seeds);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->k; i++)
        CX__TRY(make_task(a, i, cx_random_state(CX_SEED(seed[i]), CX_CPU), weights, codes, held));
    return CX_OK;
}

static cx_status run_all(all_tasks *a, const cx_array *codes, const double *weights)
{
    cx__sgd_fit *f = a->fit;
    CX__TRY(make_tasks(a, weights, codes));
    if (f->k == 1)
        run_tasks(a, 0, 1);
    else
        CX__TRY(cx__parallel_for(f->k, 1, run_tasks, a));
    for (int64_t i = 0; i < f->k; i++) {
        const task *t = &a->task[i];
        if (t->st != CX_OK)
            return f->k == 1 ? t->st
                             : cx__fail(t->st, "fit", "%s: class %lld of %lld was not fitted",
                                        f->self->cls->name, (long long)i, (long long)f->k);
        if (t->end.overflow)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: numbers overflowed in epoch %lld; scale the columns",
                            f->self->cls->name, (long long)t->end.epochs);
        if (t->end.epochs > f->epochs) f->epochs = t->end.epochs;
    }
    return CX_OK;
}

static cx_status run(cx__sgd_fit *f, const cx_array *classes, const cx_array *codes)
{
    const int64_t c = cx_size(classes), k = c == 2 ? 1 : c;
    if (c < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s needs at least 2 classes, there is %lld",
                        f->self->cls->name, (long long)c);
    CX__TRY(cx__sgd_start(f, k));
    cx__site s;
    CX__TRY(cx__site_of("fit", f->x, &s));
    const cx_array *code = cx__i64(&s, codes);
    all_tasks a = {.fit = f, .code = cx_data_i64(code), .classes = c};
    CX__TRY(cx__so_far());
    const size_t bytes = (size_t)k * sizeof *a.task + (size_t)c * sizeof(double);
    a.task = cx__calloc(1, bytes);
    if (a.task == NULL) return cx__fail_nomem("fit", "classes", bytes);
    double *const weights = (double *)(a.task + k);
    cx_status st =
        cx__class_weights(&s, cx__param(f->self, "class_weight"), classes, code, NULL, weights);
    if (st == CX_OK) st = run_all(&a, code, weights);
    for (int64_t i = 0; i < k; i++) cx__free(a.task[i].y);
    cx__free(a.task);
    CX__TRY(st);
    CX__TRY(cx_self_set(f->self, CLASSES, classes));
    return cx__sgd_store(f, false);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__sgd_fit f;
    CX__TRY(cx__sgd_prepare(self, data, false, FIRST, &f));
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx__so_far());
    return run(&f, y.classes, y.codes);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    cx__sgd_fit f;
    CX__TRY(cx__sgd_prepare(self, data, true, FIRST, &f));
    const bool first = !cx_self_has(self, CLASSES);
    if (first && data->classes == NULL)
        return cx__fail(CX_E_ARGUMENT, "partial_fit",
                        "%s: the first call needs .classes, every label there will be",
                        self->cls->name);
    if (cx_param_is_str(self, "class_weight"))
        return cx__fail(CX_E_ARGUMENT, "partial_fit", "%s: class_weight='balanced' is for fit only",
                        self->cls->name);
    const cx_array *classes =
        first ? cx_labels_encode(data->classes).classes : cx_self(self, CLASSES);
    const cx_array *codes = cx_labels_codes(data->y, classes);
    CX__TRY(cx__so_far());
    return run(&f, classes, codes);
}

/* ---- predicting */
static bool gives_probabilities(const cx_estimator *m)
{
    if (strcmp(m->cls->name, "SGDClassifier") != 0) return false;
    const char *loss = cx_param_str(m, "loss");
    return strcmp(loss, "log_loss") == 0 || strcmp(loss, "modified_huber") == 0;
}

static bool has(const cx_estimator *m, cx_method method)
{
    if (method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA) return gives_probabilities(m);
    return method == CX_PREDICT || method == CX_DECISION_FUNCTION;
}

typedef struct serving {
    cx_learn_scores scores; /* first: what cx__scores_end reads */
    bool logistic;
} serving;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, COEF, INTERCEPT, p));
    serving *s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    s->scores = *(const cx_learn_scores *)p->state;
    if (p->method == CX_PREDICT)
        s->scores.end = s->scores.k == 1 ? CX_LEARN_POSITIVE : CX_LEARN_FIRST_MAX;
    if (p->method == CX_PREDICT_PROBA)
        s->logistic = strcmp(cx_param_str(self, "loss"), "log_loss") == 0;
    p->state = s;
    return CX_OK;
}

static double clipped(double score)
{
    return (fmin(fmax(score, -1), 1) + 1) / 2;
}

/* Shares of one row of scores [k]; all 0 become equal. */
static void to_shares(double *v, int64_t k, bool logistic)
{
    double sum = 0;
    for (int64_t c = 0; c < k; c++) {
        v[c] = logistic ? 1 / (1 + exp(-v[c])) : clipped(v[c]);
        sum += v[c];
    }
    for (int64_t c = 0; c < k; c++) v[c] = sum == 0 ? 1 / (double)k : v[c] / sum;
}

/* On the CPU: the slot knows probabilities of two classes by log loss only. */
static cx_status proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const serving *s = p->state;
    const int64_t k = s->scores.k;
    if (k == 1 && s->logistic) return cx__scores_end(p, CX_LEARN_EXPIT, x, rows, out);
    CX__TRY(cx__scores_end(p, CX_LEARN_SCORES, x, rows, out));
    if (k > 1) {
        for (int64_t i = 0; i < rows; i++) to_shares(out + i * k, k, s->logistic);
        return CX_OK;
    }
    for (int64_t i = rows - 1; i >= 0; i--) { /* [rows] spreads to [rows, 2], from behind */
        out[2 * i + 1] = clipped(out[i]);
        out[2 * i] = 1 - out[2 * i + 1];
    }
    return CX_OK;
}

/* The same as array operations, for a device. */
static cx_array *proba_there(const cx_estimator *self, const cx_array *x)
{
    static cx__held logistic =
        CX__HELD("s: p = 1 / (1 + exp(-s)); p / sum(p, axis=1, keepdims=True)");
    static cx__held clip =
        CX__HELD("s, k: p = (clip(s, -1, 1) + 1) / 2; t = sum(p, axis=1, keepdims=True);"
                 "where(t == 0, 1 / k, p / where(t == 0, 1, t))");
    static cx__held two = CX__HELD("s: (clip(s, -1, 1) + 1) / 2");
    const bool log_loss = strcmp(cx_param_str(self, "loss"), "log_loss") == 0;
    const int64_t c = cx_size(cx_self(self, CLASSES));
    const cx_array *s = cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_MATRIX, CX_F64);
    if (c == 2) {
        const cx_array *p = cx__held_run("predict", &two, CX_ARRAYS(s));
        return cx_concatenate(CX_ARRAYS(cx_sub(cx_float(1), p), p), 1);
    }
    return log_loss ? cx__held_run("predict", &logistic, CX_ARRAYS(s))
                    : cx__held_run("predict", &clip, CX_ARRAYS(s, cx_float((double)c)));
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    const bool slot =
        cx_size(cx_self(self, CLASSES)) == 2 && strcmp(cx_param_str(self, "loss"), "log_loss") == 0;
    if (slot || cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, cx__float_like(x));
    cx_array *out = proba_there(self, x);
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CLASSES);
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, cx__float_like(x));
}

static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES)), k = cx_size(cx_self(self, INTERCEPT));
    if (c >= 2 && k == (c == 2 ? 1 : c)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %lld classes with %lld rows of coef_",
                    self->cls->name, (long long)c, (long long)k);
}

#define CLASSIFIER(id, label, words, table, extra, named) \
    const cx_estimator_class cx__class_##id = {           \
        .struct_size = sizeof(cx_estimator_class),        \
        .name = label,                                    \
        .doc = words,                                     \
        .kind = CX_CLASSIFIER,                            \
        .flags = CX_CLASS_SINGLE_Y | (extra),             \
        .positional = named,                              \
        .params = table,                                  \
        .attrs = attrs,                                   \
        .fit = fit,                                       \
        .partial_fit = partial_fit,                       \
        .predict = predict,                               \
        .predict_proba = predict_proba,                   \
        .decision_function = decision_function,           \
        .has = has,                                       \
        .check = check,                                   \
        .plan = plan,                                     \
        .predict_into = cx__scores_into,                  \
        .predict_proba_into = proba_into,                 \
        .decision_into = cx__scores_into,                 \
    }
CLASSIFIER(sgd_classifier, "SGDClassifier", "Linear classifiers by stochastic gradient descent.",
           params, 0, 1);
CLASSIFIER(perceptron, "Perceptron", "The perceptron: a linear classifier that learns by mistakes.",
           perceptron_params, 0, 0);
CLASSIFIER(passive_aggressive_classifier, "PassiveAggressiveClassifier",
           "Linear classifier that changes just enough for each row.", passive_params,
           CX_CLASS_NO_WEIGHT, 0);
