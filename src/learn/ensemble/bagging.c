/* BaggingClassifier and BaggingRegressor: the mean of members that were fitted on draws of the rows
 * and columns (sklearn.ensemble). */
#include "base/alloc.h"
#include "learn/ensemble/bagging.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,
     "what is fitted on each draw; None: a decision tree"},
    {"n_estimators", CX_PARAM_INT, "10", "[1, inf)", "number of members"},
    {"max_samples", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_NONE, "None",
     "int [1, inf), float (0, 1]",
     "rows drawn for a member, a float of all (of the weights' sum); None: as many as there are"},
    {"max_features", CX_PARAM_INT | CX_PARAM_FLOAT, "1.0", "int [1, inf), float (0, 1]",
     "columns drawn for a member, a float of all"},
    {"bootstrap", CX_PARAM_BOOL, "True", NULL, "rows may be drawn several times"},
    {"bootstrap_features", CX_PARAM_BOOL, "False", NULL, "columns may be drawn several times"},
    {"oob_score", CX_PARAM_BOOL, "False", NULL, "ask members about rows that they have not seen"},
    {"warm_start", CX_PARAM_BOOL, "False", NULL, "keep the members of the fit before, add others"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "seed of the draws"},
    {"verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", "[0, inf)",
     "not used: progress goes to the scope's callback"},
    {.name = NULL},
};
static const char *const label_attrs[] = {"estimators_features_: int [m, f]",
                                          "oob_score_?: float []",
                                          "oob_decision_function_?: float [r, c]",
                                          "classes_: label [c]",
                                          "n_classes_: int []",
                                          NULL};
static const char *const number_attrs[] = {"estimators_features_: int [m, f]",
                                           "oob_score_?: float []", "oob_prediction_?: float [r]",
                                           NULL};

const char *cx__bag_default(const cx_estimator *self)
{
    return self->cls->kind == CX_CLASSIFIER ? "DecisionTreeClassifier()"
                                            : "DecisionTreeRegressor()";
}

/* ---- fit */
static cx_status fit_labels(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    const cx_array *y = NULL;
    CX__TRY(cx__members_data(self, in, &d, &y));
    const cx_labels labels = cx_labels_encode(y);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(self, CX__BAG_CLASSES, labels.classes));
    CX__TRY(cx_self_set_i64(self, CX__BAG_COUNT, cx_size(labels.classes)));
    return cx__bag_fit(self, &d, labels.codes, in->sample_weight);
}

static cx_status fit_numbers(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    const cx_array *y = NULL;
    CX__TRY(cx__members_data(self, in, &d, &y));
    return cx__bag_fit(self, &d, y, in->sample_weight);
}

static cx_status check(const cx_estimator *self)
{
    const cx_array *const columns = cx_self(self, CX__BAG_COLUMNS);
    cx__site s;
    CX__TRY(cx__site_of("estimator_load", columns, &s));
    CX__TRY(cx__members_check(self, cx__bag_default(self), cx_dim(columns, 1)));
    const int64_t n = cx_size(columns);
    int64_t *const v = cx__scope_room((size_t)n * sizeof *v);
    if (!v) return cx__last_status();
    CX__TRY(cx__read_all_i64(&s, cx__i64(&s, columns), v));
    bool ok = cx_dim(columns, 0) == self->state->children;
    for (int64_t i = 0; ok && i < n; i++) ok = v[i] >= 0 && v[i] < cx_self_features(self);
    if (ok) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "estimators_features_ of a %s are not its own",
                    self->cls->name);
}

/* ---- use */
static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_PREDICT) return true;
    if (self->cls->kind != CX_CLASSIFIER) return false;
    return method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA ||
           (method == CX_DECISION_FUNCTION && cx__member_has(self, cx__bag_default(self), method));
}

cx_status cx__bag_ask_of(const char *where, const cx_estimator *self, cx_method method,
                         cx__bag_ask *out)
{
    const cx_array *const columns = cx_self(self, CX__BAG_COLUMNS);
    const bool classifier = self->cls->kind == CX_CLASSIFIER;
    *out = (cx__bag_ask){.method = method, .classes = 0};
    if (classifier) out->classes = cx_size(cx_self(self, CX__BAG_CLASSES));
    /* rows of labels are votes */
    if (method == CX_PREDICT_PROBA && !cx_estimator_has(self->state->child[0], method))
        out->method = CX_PREDICT;
    out->width = cx_dim(columns, 1);
    if (!cx_param_bool(self, "bootstrap_features") && out->width == cx_self_features(self))
        return cx__so_far();
    cx__site s;
    CX__TRY(cx__site_of(where, columns, &s));
    int64_t *const v = cx__scope_room((size_t)cx_size(columns) * sizeof *v);
    if (!v) return cx__last_status();
    out->column = v;
    return cx__read_all_i64(&s, cx__i64(&s, columns), v);
}

cx_array *cx__bag_part(const char *where, const cx_estimator *self, int64_t i, const cx_data *d,
                       const void *ctx)
{
    const cx__bag_ask *const ask = ctx;
    const cx_estimator *const m = self->state->child[i];
    cx_data part;
    const int64_t *const column = ask->column ? ask->column + i * ask->width : NULL;
    if (cx_check(cx__bag_columns(where, self, d, column, ask->width, &part)) != CX_OK)
        return cx__nil(cx__last_status());
    cx_array *const a = cx__estimator_call(where, m, ask->method, &part);
    if (!cx_ok() || !ask->classes) return a;
    if (ask->method == CX_PREDICT) return cx__member_votes(where, a, ask->classes);
    if (ask->method == CX_PREDICT_PROBA) return cx__member_spread(where, m, a, ask->classes);
    if (cx_size(cx_attr(m, "classes_")) == ask->classes) return a;
    return cx__yield(cx__fail(CX_E_ARGUMENT, where,
                              "%s: member %lld saw some of the classes only, so its decisions "
                              "cannot be added to the others'",
                              self->cls->name, (long long)i),
                     where, NULL);
}

static cx_array *mean(const char *where, const cx_estimator *self, cx_method method,
                      const cx_data *d)
{
    cx__bag_ask ask;
    if (cx_check(cx__bag_ask_of(where, self, method, &ask)) != CX_OK)
        return cx__nil(cx__last_status());
    const int64_t n = self->state->children;
    return cx_div(cx__members_sum(where, self, 0, n, cx__bag_part, d, &ask, NULL),
                  cx_float((double)n));
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    const char *const where = cx__method_name(method);
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    if (self->cls->kind == CX_REGRESSOR || method == CX_DECISION_FUNCTION)
        return mean(where, self, method, &d);
    cx_array *const p = mean(where, self, CX_PREDICT_PROBA, &d);
    if (method == CX_PREDICT_PROBA) return p;
    if (method == CX_PREDICT_LOG_PROBA) return cx_log(p);
    return cx_take(cx_self(self, CX__BAG_CLASSES), cx_argmax(p, CX_AXIS(1)), 0);
}

/* ---- sessions */
typedef struct served {
    cx__crew crew;
    bool votes;
    int64_t classes;
    double *sum; /* [max_rows, classes], for predict of a classifier */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const s = cx_plan_alloc(p, sizeof *s);
    const int64_t n = self->state->children;
    const bool classifier = self->cls->kind == CX_CLASSIFIER;
    cx__bag_ask ask;
    if (!s) return CX_E_NOMEM;
    p->state = s;
    CX__TRY(cx__bag_ask_of("session_new", self,
                           classifier && p->method == CX_PREDICT ? CX_PREDICT_PROBA : p->method,
                           &ask));
    cx_method *const method = cx__scope_room((size_t)n * sizeof *method);
    if (!method) return cx__last_status();
    for (int64_t i = 0; i < n; i++) method[i] = ask.method;
    CX__TRY(cx__crew_plan(self, n, method, ask.column, ask.width, p, &s->crew));
    s->votes = classifier && ask.method == CX_PREDICT;
    s->classes = ask.classes;
    if (!classifier || p->method == CX_DECISION_FUNCTION) p->cols_out = cx__crew_cols(&s->crew, 0);
    for (int64_t i = 0; i < n && (!classifier || p->method == CX_DECISION_FUNCTION); i++)
        if (s->crew.code[i] || cx__crew_cols(&s->crew, i) != p->cols_out)
            return cx__fail(CX_E_ARGUMENT, "session_new", "%s: members saw different classes",
                            self->cls->name);
    if (classifier && p->method == CX_PREDICT) s->sum = cx__crew_room(p, ask.classes);
    return !classifier || p->method != CX_PREDICT || s->sum ? CX_OK : CX_E_NOMEM;
}

/* The sum of all members' numbers, c columns, over their count. */
static cx_status mean_into(const cx_plan *p, const double *x, int64_t rows, int64_t c, double *out)
{
    const served *const s = p->state;
    memset(out, 0, (size_t)(rows * c) * sizeof *out);
    for (int64_t i = 0; i < s->crew.count; i++) {
        CX__TRY(cx__crew_run(p, &s->crew, i, x, rows));
        const int64_t own = cx__crew_cols(&s->crew, i), *const code = s->crew.code[i];
        const double *const a = s->crew.out;
        for (int64_t k = 0; k < rows; k++)
            for (int64_t j = 0; j < own; j++) {
                const int64_t at = s->votes ? (int64_t)a[k] : j;
                out[k * c + (code ? code[at] : at)] += s->votes ? 1 : a[k * own + j];
            }
    }
    for (int64_t i = 0; i < rows * c; i++) out[i] /= (double)s->crew.count;
    return CX_OK;
}

static cx_status rows_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return mean_into(p, x, rows, p->cols_out, out);
}

static cx_status labels_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t c = s->classes;
    CX__TRY(mean_into(p, x, rows, c, s->sum));
    cx__crew_largest(s->sum, rows, c, out);
    return CX_OK;
}

const cx_estimator_class cx__class_bagging_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BaggingClassifier",
    .doc = "Classifiers fitted on draws of the rows and columns; the mean of their probabilities.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 2,
    .params = params,
    .attrs = label_attrs,
    .fit = fit_labels,
    .check = check,
    .plan = plan,
    .predict_into = labels_into,
    .predict_proba_into = rows_into,
    .decision_into = rows_into,
    .has = has,
    .call = call,
};

const cx_estimator_class cx__class_bagging_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BaggingRegressor",
    .doc = "Regressors fitted on draws of the rows and columns; the mean of their predictions.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_RAW,
    .positional = 2,
    .params = params,
    .attrs = number_attrs,
    .fit = fit_numbers,
    .check = check,
    .plan = plan,
    .predict_into = rows_into,
    .has = has,
    .call = call,
};
