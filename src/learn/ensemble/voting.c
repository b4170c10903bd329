/* VotingClassifier and VotingRegressor: the majority or the mean of several estimators
 * (sklearn.ensemble). Classifiers are fitted on codes of the labels, so that what they predict is
 * a place among the classes. */
#include "learn/ensemble/named.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { WEIGHTS, CLASSES };
static const char *const label_attrs[] = {"_weights?: float [m]", "classes_: label [c]", NULL};
static const char *const number_attrs[] = {"_weights?: float [m]", NULL};

#define WEIGHTS_OF                                                           \
    {                                                                        \
        "weights", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,              \
            "a weight for each estimator, dropped ones too; None: all alike" \
    }
static const cx_param label_params[] = {
    CX__NAMED_ESTIMATORS,
    {"voting", CX_PARAM_STR, "'hard'", "{'hard', 'soft'}",
     "count predicted labels, or average probabilities"},
    WEIGHTS_OF,
    CX__NAMED_JOBS,
    {"flatten_transform", CX_PARAM_BOOL, "True", NULL,
     "transform gives probabilities side by side, [samples, columns], not stacked"},
    CX__NAMED_VERBOSE("False"),
    {.name = NULL},
};
static const cx_param number_params[] = {
    CX__NAMED_ESTIMATORS, WEIGHTS_OF, CX__NAMED_JOBS, CX__NAMED_VERBOSE("False"), {.name = NULL}};

static bool is_soft(const cx_estimator *self)
{
    return self->cls->kind == CX_CLASSIFIER && strcmp(cx__param(self, "voting")->u.s, "soft") == 0;
}
static bool is_hard(const cx_estimator *self)
{
    return self->cls->kind == CX_CLASSIFIER && !is_soft(self);
}

/* ---- fit */
static cx_status store_weights(cx_estimator *self, cx_device device)
{
    const cx__lit *const v = cx__param(self, "weights");
    const int count = cx__named_count(self), active = cx__named_active(self);
    if (v->kind == CX__LIT_NONE) return CX_OK;
    if (v->count != count)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: weights has %d numbers for %d estimators",
                        self->cls->name, v->count, count);
    double *const w = cx__scope_room((size_t)active * sizeof *w), sum = 0;
    if (!w) return cx__last_status();
    for (int i = 0, k = 0; i < count; i++) {
        double one = 0;
        if (!cx__lit_number(&v->u.items[i], &one))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: entry %d of weights is no number",
                            self->cls->name, i);
        if (cx__named_at(self, i)) sum += w[k++] = one;
    }
    if (sum == 0 && !is_hard(self))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: weights sum to 0", self->cls->name);
    cx__site s;
    CX__TRY(cx__site_at("fit", device, &s));
    return cx_self_set(self, WEIGHTS, cx__given(&s, w, active, CX_F64));
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    const cx_array *y = NULL;
    CX__TRY(cx__named_valid(self, false, in->sample_weight != NULL));
    CX__TRY(cx__members_data(self, in, &d, &y));
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, "fit", "%s: y has %d dimensions; it takes one target a row",
                        self->cls->name, cx_ndim(y));
    CX__TRY(store_weights(self, in->x ? cx_device_of(in->x) : CX_CPU));
    d.y = y;
    d.sample_weight = in->sample_weight;
    if (self->cls->kind == CX_CLASSIFIER) {
        const cx_labels labels = cx_labels_encode(y);
        CX__TRY(cx__so_far());
        CX__TRY(cx_self_set(self, CLASSES, labels.classes));
        d.y = labels.codes;
    }
    return cx__named_fit(self, &d);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__named_check(self, 0));
    if (!cx_self_has(self, WEIGHTS) || cx_size(cx_self(self, WEIGHTS)) == cx__named_active(self))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "the weights of a %s are not its own",
                    self->cls->name);
}

/* ---- use */
static bool has(const cx_estimator *self, cx_method method)
{
    if (method == CX_PREDICT || method == CX_TRANSFORM) return true;
    if (method != CX_PREDICT_PROBA || !is_soft(self)) return false;
    for (int i = 0; i < cx__named_count(self); i++)
        if (cx__named_at(self, i) && !cx_estimator_has(cx__named_at(self, i), CX_PREDICT_PROBA))
            return false;
    return true;
}

/* Probabilities, votes or numbers of member i, by its weight. */
static cx_array *part(const char *where, const cx_estimator *self, int64_t i, const cx_data *d,
                      const void *ctx)
{
    (void)ctx;
    const cx_estimator *const m = self->state->child[i];
    cx_array *a = cx__estimator_call(where, m, is_soft(self) ? CX_PREDICT_PROBA : CX_PREDICT, d);
    if (cx_ok() && self->cls->kind == CX_CLASSIFIER) {
        const int64_t c = cx_size(cx_self(self, CLASSES));
        a = is_soft(self) ? cx__member_spread(where, m, a, c) : cx__member_votes(where, a, c);
    }
    if (!cx_self_has(self, WEIGHTS)) return a;
    return cx_mul(cx_astype(a, CX_F64), cx_select(cx_self(self, WEIGHTS), 0, i));
}

static cx_array *sum_of(const char *where, const cx_estimator *self, const cx_data *d)
{
    return cx__members_sum(where, self, 0, self->state->children, part, d, NULL, NULL);
}

static cx_array *mean(const char *where, const cx_estimator *self, const cx_data *d)
{
    const cx_array *const sum = sum_of(where, self, d);
    if (cx_self_has(self, WEIGHTS)) return cx_div(sum, cx_sum(cx_self(self, WEIGHTS), CX_ALL));
    return cx_div(sum, cx_float((double)self->state->children));
}

/* Everything that members say: side by side, or one behind the other. */
static cx_array *transform(const cx_estimator *self, const cx_data *d)
{
    static const char where[] = "transform";
    const int n = self->state->children;
    const bool soft = is_soft(self), flat = !soft || cx_param_bool(self, "flatten_transform");
    const cx_array **const all = cx__scope_room((size_t)n * sizeof *all);
    for (int i = 0; cx_ok() && i < n; i++) {
        const cx_estimator *const m = self->state->child[i];
        all[i] = cx__estimator_call(where, m, soft ? CX_PREDICT_PROBA : CX_PREDICT, d);
        if (soft && cx_ok())
            all[i] = cx__member_spread(where, m, all[i], cx_size(cx_self(self, CLASSES)));
        if (self->cls->kind == CX_CLASSIFIER && !soft && cx_ok())
            all[i] = cx_astype(all[i], CX_I64);
    }
    if (!cx_ok()) return cx__nil(cx__last_status());
    const cx_arrays parts = {n, all};
    if (soft && flat) return cx_concatenate(parts, 1);
    return cx_stack(parts, soft ? 0 : 1);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    const char *const where = cx__method_name(method);
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    if (method == CX_TRANSFORM) return transform(self, &d);
    if (self->cls->kind == CX_REGRESSOR || method == CX_PREDICT_PROBA) return mean(where, self, &d);
    const cx_array *const p = is_soft(self) ? mean(where, self, &d) : sum_of(where, self, &d);
    return cx_take(cx_self(self, CLASSES), cx_argmax(p, CX_AXIS(1)), 0);
}

static cx_array *names(const cx_estimator *self, const cx_array *in)
{
    static const char where[] = "feature_names_out";
    (void)in;
    const int n = cx__named_active(self);
    const bool soft = is_soft(self);
    if (soft && !cx_param_bool(self, "flatten_transform"))
        return cx__yield(cx__fail(CX_E_UNSUPPORTED, where,
                                  "%s: with flatten_transform=False there are no columns to name",
                                  self->cls->name),
                         where, NULL);
    int64_t *const width = cx__scope_room((size_t)n * sizeof *width);
    for (int i = 0; width && i < n; i++) width[i] = soft ? cx_size(cx_self(self, CLASSES)) : 1;
    return width ? cx__named_columns(self, width, soft, NULL) : cx__nil(cx__last_status());
}

/* ---- sessions */
typedef struct served {
    cx__crew crew;
    bool soft, classifier;
    double *weight, all, *sum; /* weight [members]; sum [max_rows, classes] */
    int64_t classes;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int n = self->state->children;
    served *const s = cx_plan_alloc(p, sizeof *s);
    cx_method *const method = cx__scope_room((size_t)n * sizeof *method);
    if (!s || !method) return CX_E_NOMEM;
    p->state = s;
    s->soft = is_soft(self);
    s->classifier = self->cls->kind == CX_CLASSIFIER;
    s->classes = s->classifier ? cx_size(cx_self(self, CLASSES)) : 1;
    for (int i = 0; i < n; i++) method[i] = s->soft ? CX_PREDICT_PROBA : CX_PREDICT;
    if (p->method == CX_TRANSFORM && s->soft && !cx_param_bool(self, "flatten_transform"))
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "%s: with flatten_transform=False a row is no row", self->cls->name);
    CX__TRY(cx__crew_plan(self, n, method, NULL, 0, p, &s->crew));
    s->weight = cx_plan_alloc(p, (size_t)n * sizeof *s->weight);
    s->sum = cx__crew_room(p, s->classes);
    if (!s->weight || !s->sum) return CX_E_NOMEM;
    const double *w = NULL;
    if (cx_self_has(self, WEIGHTS)) CX__TRY(cx__plan_f64(p, cx_self(self, WEIGHTS), &w));
    for (int i = 0; i < n; i++) s->all += s->weight[i] = w ? w[i] : 1;
    if (p->method == CX_TRANSFORM) p->cols_out = n * (s->soft ? s->classes : 1);
    return CX_OK;
}

/* Weighted sums of what members say, [rows, classes]. */
static cx_status sum_into(const cx_plan *p, const double *x, int64_t rows, double *sum)
{
    const served *const s = p->state;
    const bool hard = s->classifier && !s->soft;
    const int64_t c = s->classes;
    memset(sum, 0, (size_t)(rows * c) * sizeof *sum);
    for (int64_t i = 0; i < s->crew.count; i++) {
        CX__TRY(cx__crew_run(p, &s->crew, i, x, rows));
        const int64_t own = cx__crew_cols(&s->crew, i), *const code = s->crew.code[i];
        for (int64_t k = 0; k < rows; k++)
            for (int64_t j = 0; j < own; j++) {
                const double a = s->crew.out[k * own + j];
                const int64_t at = hard ? (int64_t)a : j;
                sum[k * c + (code ? code[at] : at)] += s->weight[i] * (hard ? 1 : a);
            }
    }
    for (int64_t i = 0; !hard && i < rows * c; i++) sum[i] /= s->all;
    return CX_OK;
}

static cx_status rows_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return sum_into(p, x, rows, out);
}

static cx_status labels_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    CX__TRY(sum_into(p, x, rows, s->sum));
    cx__crew_largest(s->sum, rows, s->classes, out);
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t c = s->soft ? s->classes : 1;
    memset(out, 0, (size_t)(rows * p->cols_out) * sizeof *out);
    for (int64_t i = 0; i < s->crew.count; i++) {
        CX__TRY(cx__crew_run(p, &s->crew, i, x, rows));
        const int64_t own = cx__crew_cols(&s->crew, i), *const code = s->crew.code[i];
        for (int64_t k = 0; k < rows; k++)
            for (int64_t j = 0; j < own; j++) {
                const double a = s->crew.out[k * own + j];
                double *const to = out + k * p->cols_out + i * c;
                if (s->classifier && !s->soft)
                    to[0] = code ? (double)code[(int64_t)a] : a;
                else
                    to[code ? code[j] : j] = a;
            }
    }
    return CX_OK;
}

const cx_estimator_class cx__class_voting_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "VotingClassifier",
    .doc = "The majority of several classifiers, or the mean of their probabilities.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = label_params,
    .attrs = label_attrs,
    .fit = fit,
    .feature_names_out = names,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
    .predict_into = labels_into,
    .predict_proba_into = rows_into,
    .has = has,
    .call = call,
};

const cx_estimator_class cx__class_voting_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "VotingRegressor",
    .doc = "The mean of several regressors.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = number_params,
    .attrs = number_attrs,
    .fit = fit,
    .feature_names_out = names,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
    .predict_into = rows_into,
    .has = has,
    .call = call,
};
