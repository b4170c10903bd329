/* AdaBoostClassifier (SAMME): a weighted vote of classifiers, each of which was told to mind what
 * those before had wrong (sklearn.ensemble). */
#include "learn/ensemble/ada_boost.h"
#include "learn/ensemble/staged.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

#define STUMP "DecisionTreeClassifier(max_depth=1)"
static const cx_param params[] = {CX__ADA_PARAMS(STUMP), CX__ADA_RANDOM, {.name = NULL}};
static const char *const attrs[] = {CX__ADA_ATTRS, "classes_: label [c]", "n_classes_: int []",
                                    NULL};

/* ---- fit */
/* Places of a member's labels among the classes, [n]. */
static cx_status places(const char *where, const cx_estimator *self, const cx_estimator *m,
                        const cx_data *d, cx_array **out)
{
    const cx_data x = {.x = d->x, .table = d->table};
    const cx_array *const labels = cx__estimator_call(where, m, CX_PREDICT, &x);
    CX__TRY(cx__so_far());
    CX__TRY(cx__labels_find(where, labels, cx_self(self, CX__ADA_CLASSES), out));
    return cx__so_far();
}

static cx_status boost(cx_estimator *self, cx__ada_round *r)
{
    static cx__held wrong = CX__HELD("p, y, w: sum(float64(p != y) * w) / sum(w)"),
                    next = CX__HELD("p, y, w, a: exp(log(w) + a * float64(p != y) * float64(w > "
                                    "0))");
    cx_data d = *r->d;
    d.sample_weight = r->weight;
    CX__TRY(cx__estimator_fit("fit", r->member, &d, false));
    const double c = (double)cx_size(cx_self(self, CX__ADA_CLASSES));
    cx_array *place = NULL, *truth = NULL;
    CX__TRY(places("fit", self, r->member, &d, &place));
    CX__TRY(cx__labels_find("fit", d.y, cx_self(self, CX__ADA_CLASSES), &truth));
    const double error =
        cx__number_f64(cx__held_run("fit", &wrong, CX_ARRAYS(place, truth, r->weight)));
    CX__TRY(cx__so_far());
    r->end = CX__ADA_DONE;
    r->member_weight = 1;
    r->error = 0;
    if (error <= 0) return CX_OK;
    r->end = CX__ADA_DROP;
    if (error >= 1 - 1 / c) {
        if (r->number > 0) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: the first member (%s) is not better than chance, so there is nothing "
                        "to boost",
                        self->cls->name, r->member->cls->name);
    }
    r->end = CX__ADA_GO_ON;
    r->error = error;
    r->member_weight =
        cx_param_f64(self, "learning_rate") * (log((1 - error) / error) + log(c - 1));
    if (r->number + 1 < r->rounds)
        r->next = cx__held_run("fit", &next,
                               CX_ARRAYS(place, truth, r->weight, cx_float(r->member_weight)));
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    const cx_array *y = NULL;
    CX__TRY(cx__members_data(self, in, &d, &y));
    const cx_labels labels = cx_labels_encode(y);
    CX__TRY(cx__so_far());
    CX__TRY(cx_self_set(self, CX__ADA_CLASSES, labels.classes));
    CX__TRY(cx_self_set_i64(self, CX__ADA_COUNT, cx_size(labels.classes)));
    d.y = y;
    return cx__ada_fit(self, &d, in->sample_weight, STUMP, boost);
}

static cx_status check(const cx_estimator *self)
{
    return cx__ada_check(self, STUMP);
}

/* ---- use */
/* Member i's vote for each class: its weight for the one, its share against all others. */
static cx_array *vote(const char *where, const cx_estimator *self, int64_t i, const cx_data *d,
                      const void *ctx)
{
    static cx__held votes = CX__HELD("p, k, w, o: where(p == k, w, o)");
    const double w = ((const double *)ctx)[i];
    const int64_t c = cx_size(cx_self(self, CX__ADA_CLASSES));
    cx_array *place = NULL;
    if (cx_check(places(where, self, self->state->child[i], d, &place)) != CX_OK)
        return cx__nil(cx__last_status());
    return cx__held_run(where, &votes,
                        CX_ARRAYS(cx_expand_dims(place, 1),
                                  cx_arange_i64(0, c, 1, CX_I64, cx_device_of(place)), cx_float(w),
                                  cx_float(-1 / (double)(c - 1) * w)));
}

/* Decisions from votes [n, c]: of two classes one column. */
static cx_array *decide(const char *where, const cx_array *votes, double norm)
{
    static cx__held of_two = CX__HELD("a, b, n: b / n - a / n"), of_all = CX__HELD("v, n: v / n");
    if (cx_ok() && cx_dim(votes, 1) == 2)
        return cx__held_run(
            where, &of_two,
            CX_ARRAYS(cx_select(votes, 1, 0), cx_select(votes, 1, 1), cx_float(norm)));
    return cx__held_run(where, &of_all, CX_ARRAYS(votes, cx_float(norm)));
}

static cx_array *decisions(const char *where, const cx_estimator *self, const cx_data *d)
{
    const double *w = NULL;
    const int64_t c = cx_size(cx_self(self, CX__ADA_CLASSES)), n = self->state->children;
    if (c == 1) return cx_zeros(CX_SHAPE(cx__feature_rows(d), 1), CX_F64, self->state->device);
    if (cx_check(cx__ada_weights(where, self, &w)) != CX_OK) return cx__nil(cx__last_status());
    double norm = 0;
    for (int64_t i = 0; i < n; i++) norm += w[i];
    return decide(where, cx__members_sum(where, self, 0, n, vote, d, w, NULL), norm);
}

static cx_array *shares(const char *where, const cx_array *decision, int64_t c)
{
    static cx__held rest = CX__HELD("d, m, k: exp(d / k - m / k)"), part = CX__HELD("e, s: e / s");
    const cx_array *d = decision;
    if (c == 1) return cx_full(CX_SHAPE(cx_dim(d, 0), 1), cx_float(1), CX_F64, cx_device_of(d));
    if (c == 2) d = cx_stack(CX_ARRAYS(cx_negative(d), d), 1);
    const cx_array *const most = cx_max(d, CX_AXIS(1, .keepdims = true));
    const cx_array *const e =
        cx__held_run(where, &rest, CX_ARRAYS(d, most, cx_float(c == 2 ? 2 : (double)(c - 1))));
    return cx__held_run(where, &part, CX_ARRAYS(e, cx_sum(e, CX_AXIS(1, .keepdims = true))));
}

static cx_array *chosen(const cx_array *decision, int64_t c)
{
    if (c == 2) return cx_astype(cx_greater(decision, cx_int(0)), CX_I64);
    return cx_argmax(decision, CX_AXIS(1));
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_PREDICT || method == CX_PREDICT_PROBA || method == CX_PREDICT_LOG_PROBA ||
           method == CX_DECISION_FUNCTION;
}

/* What a method makes of decisions; predict's answer is places among the classes. */
static cx_array *finish(const cx_estimator *self, cx_method method, cx_array *decision)
{
    const int64_t c = cx_size(cx_self(self, CX__ADA_CLASSES));
    if (!cx_ok() || method == CX_DECISION_FUNCTION) return decision;
    if (method == CX_PREDICT) return chosen(decision, c);
    cx_array *const p = shares(cx__method_name(method), decision, c);
    return method == CX_PREDICT_PROBA ? p : cx_log(p);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    cx_array *const out = finish(self, method, decisions(cx__method_name(method), self, &d));
    return method == CX_PREDICT ? cx_take(cx_self(self, CX__ADA_CLASSES), out, 0) : out;
}

/* ---- after each member */
cx_array *cx__ada_staged_labels(const cx_estimator *self, cx_method method, const cx_array *x)
{
    const char *const where = cx__method_name(method);
    const int64_t n = self->state->children, c = cx_size(cx_self(self, CX__ADA_CLASSES));
    const cx_data d = {.x = x};
    const double *w = NULL;
    const cx_array **const each = cx__scope_room((size_t)n * sizeof *each), *sum = NULL;
    if (!each || cx_check(cx__ada_weights(where, self, &w)) != CX_OK)
        return cx__nil(cx__last_status());
    double norm = 0;
    for (int64_t i = 0; i < n && cx_ok(); i++) {
        norm += w[i];
        if (c > 1) sum = cx__members_sum(where, self, i, i + 1, vote, &d, w, sum);
        each[i] =
            finish(self, method, c > 1 ? decide(where, sum, norm) : decisions(where, self, &d));
    }
    if (!cx_ok()) return cx__nil(cx__last_status());
    cx_array *const all = cx_stack((cx_arrays){(int)n, each}, 0);
    return method == CX_PREDICT ? cx_take(cx_self(self, CX__ADA_CLASSES), all, 0) : all;
}

/* ---- sessions */
typedef struct served {
    cx__crew crew;
    int64_t classes;
    double *weight, norm, *votes; /* [members]; [max_rows, classes] */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t n = self->state->children, c = cx_size(cx_self(self, CX__ADA_CLASSES));
    served *const s = cx_plan_alloc(p, sizeof *s);
    cx_method *const method = cx__scope_room((size_t)n * sizeof *method);
    const double *w = NULL;
    if (!s || !method) return CX_E_NOMEM;
    p->state = s;
    s->classes = c;
    for (int64_t i = 0; i < n; i++) method[i] = CX_PREDICT;
    CX__TRY(cx__ada_weights("session_new", self, &w));
    CX__TRY(cx__crew_plan(self, n, method, NULL, 0, p, &s->crew));
    s->weight = cx_plan_alloc(p, (size_t)n * sizeof *s->weight);
    s->votes = cx__crew_room(p, c);
    if (!s->weight || !s->votes) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++) s->norm += s->weight[i] = w[i];
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = c == 2 ? 1 : c;
    return CX_OK;
}

/* [rows, classes], or [rows] of two classes. */
static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t c = s->classes;
    memset(s->votes, 0, (size_t)(rows * c) * sizeof *s->votes);
    for (int64_t i = 0; c > 1 && i < s->crew.count; i++) {
        CX__TRY(cx__crew_run(p, &s->crew, i, x, rows));
        const double w = s->weight[i], other = -1 / (double)(c - 1) * w;
        for (int64_t k = 0; k < rows; k++)
            for (int64_t j = 0; j < c; j++)
                s->votes[k * c + j] += (int64_t)s->crew.out[k] == j ? w : other;
    }
    for (int64_t k = 0; k < rows; k++) {
        const double *const v = s->votes + k * c;
        if (c == 2) out[k] = v[1] / s->norm - v[0] / s->norm;
        for (int64_t j = 0; c != 2 && j < c; j++) out[k * c + j] = c == 1 ? 0 : v[j] / s->norm;
    }
    return CX_OK;
}

/* Over decisions in place: votes has room for them, then out gets c shares a row. */
static cx_status proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t c = s->classes;
    CX__TRY(decision_into(p, x, rows, out));
    for (int64_t k = rows - 1; k >= 0; k--) {
        double *const row = out + k * c;
        if (c == 2) {
            const double d = out[k];
            row[0] = -d;
            row[1] = d;
        }
        double most = row[0], sum = 0;
        const double by = c == 2 ? 2 : (double)(c - 1);
        for (int64_t j = 1; j < c; j++) most = row[j] > most ? row[j] : most;
        for (int64_t j = 0; j < c; j++) sum += row[j] = c == 1 ? 1 : exp(row[j] / by - most / by);
        for (int64_t j = 0; j < c; j++) row[j] /= sum;
    }
    return CX_OK;
}

static cx_status labels_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t c = s->classes;
    if (c != 2) {
        CX__TRY(decision_into(p, x, rows, s->votes));
        cx__crew_largest(s->votes, rows, c, out);
        return CX_OK;
    }
    CX__TRY(decision_into(p, x, rows, out));
    for (int64_t k = 0; k < rows; k++) out[k] = out[k] > 0 ? 1 : 0;
    return CX_OK;
}

const cx_estimator_class cx__class_ada_boost_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "AdaBoostClassifier",
    .doc = "A weighted vote of classifiers, each minding what those before had wrong.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = labels_into,
    .predict_proba_into = proba_into,
    .decision_into = decision_into,
    .has = has,
    .call = call,
};
