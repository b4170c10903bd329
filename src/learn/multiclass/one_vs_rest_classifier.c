/* OneVsRestClassifier: a binary classifier (or a regressor) for each class against all others; the
 * surest wins. Two classes need only one. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { CLASSES, COUNT };
static const char *const attrs[] = {"classes_: label [c]", "n_classes_: int []", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each class"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: progress goes to the scope's callback"},
    {.name = NULL},
};

static bool has(const cx_estimator *self, cx_method method)
{
    return method == CX_PREDICT ||
           ((method == CX_PREDICT_PROBA || method == CX_DECISION_FUNCTION) &&
            cx_estimator_has(cx__inner(self), method));
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    cx_labels y;
    CX__TRY(cx__inner_labels(self, in, &d, &y));
    const int64_t c = cx_size(y.classes);
    for (int64_t k = c == 2 ? 1 : 0; k < c; k++) {
        CX__TRY(cx_self_progress(self, k, c));
        d.y = cx_astype(cx_equal(y.codes, cx_int(k)), CX_I64);
        CX__TRY(cx__inner_fit(self, &d, c == 2 ? 0 : k));
    }
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    return cx_self_set_i64(self, COUNT, c);
}

static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES));
    return cx__inner_check(self, c == 2 ? 1 : c);
}

/* ---- use */
/* Shares [n, c]: the second probabilities over their sum, where that is not 0. */
static cx_array *shares(const cx_estimator *self, const cx_data *d)
{
    const int children = self->state->children;
    cx_array *out = NULL, *sum = NULL;
    for (int i = 0; i < children && cx_ok(); i++) {
        const cx_array *const p =
            cx__estimator_call("predict_proba", self->state->child[i], CX_PREDICT_PROBA, d);
        if (children == 1) return cx_copy(p);
        const cx_array *const own = cx_select(p, 1, 1);
        if (!out) out = cx_empty(CX_SHAPE(cx_dim(p, 0), children), cx_dtype_of(p), cx_device_of(p));
        sum = sum ? cx_add(sum, own) : cx_copy(own);
        (void)cx_check(cx_copy_into(own, cx_select(out, 1, i)));
    }
    static cx__held scaled = CX__HELD("p, s: where(s != 0, p / s, p)");
    return cx__held_run("predict_proba", &scaled, CX_ARRAYS(out, cx_expand_dims(sum, 1)));
}

/* How sure each child is: [n, children]. */
static cx_array *all_sure(const char *where, const cx_estimator *self, const cx_data *d)
{
    const int children = self->state->children;
    cx_array *out = NULL;
    for (int i = 0; i < children && cx_ok(); i++) {
        const cx_array *const own = cx__sure(where, self->state->child[i], d);
        if (!out)
            out = cx_empty(CX_SHAPE(cx_size(own), children), cx_dtype_of(own), cx_device_of(own));
        (void)cx_check(cx_copy_into(own, cx_select(out, 1, i)));
    }
    return out ? out : cx__nil(cx__last_status());
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    if (method == CX_PREDICT_PROBA) return shares(self, &d);
    if (method == CX_DECISION_FUNCTION) {
        cx_array *const all = all_sure("decision_function", self, &d);
        return cx_dim(all, 1) == 1 ? cx_reshape(all, CX_SHAPE(cx_size(all))) : all;
    }
    const cx_array *const all = all_sure("predict", self, &d);
    const cx_array *code = cx_argmax(all, CX_AXIS(1));
    if (cx_dim(all, 1) == 1) {
        const double from = cx__sure_from(self->state->child[0]);
        code = cx_astype(cx_greater(cx_select(all, 1, 0), cx_float(from)), CX_I64);
    }
    return cx_take(cx_self(self, CLASSES), code, 0);
}

/* ---- sessions */
typedef struct served {
    cx__served s;
    bool proba; /* what a child is asked for has two columns */
    double from;
    double *best; /* [max_rows] */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->state = m;
    const cx_method method =
        p->method == CX_PREDICT ? cx__sure_method(self->state->child[0]) : p->method;
    CX__TRY(cx__serve(self, method, p, &m->s));
    m->proba = method == CX_PREDICT_PROBA;
    m->from = cx__sure_from(self->state->child[0]);
    m->best = cx_plan_alloc(p, (size_t)p->max_rows * sizeof *m->best);
    if (!m->best) return CX_E_NOMEM;
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = m->s.count;
    if (p->method == CX_PREDICT_PROBA) p->cols_out = m->s.count == 1 ? 2 : m->s.count;
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    const int64_t col = m->proba ? 1 : 0;
    if (m->s.count == 1) {
        CX__TRY(cx__served_run(&m->s, 0, x, rows, col, 1, out));
        for (int64_t i = 0; i < rows; i++) out[i] = out[i] > m->from ? 1 : 0;
        return CX_OK;
    }
    for (int64_t k = 0; k < m->s.count; k++) {
        const cx__ready *const r = &m->s.child[k];
        CX__TRY(r->run(&r->plan, x, rows, m->s.room));
        for (int64_t i = 0; i < rows; i++) {
            const double v = m->s.room[i * r->plan.cols_out + col];
            if (k > 0 && !(v > m->best[i])) continue;
            m->best[i] = v;
            out[i] = (double)k;
        }
    }
    return CX_OK;
}

static cx_status proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    const int64_t c = p->cols_out;
    if (m->s.count == 1) return m->s.child[0].run(&m->s.child[0].plan, x, rows, out);
    for (int64_t k = 0; k < c; k++) CX__TRY(cx__served_run(&m->s, k, x, rows, 1, c, out + k));
    for (int64_t i = 0; i < rows; i++) {
        double sum = 0;
        for (int64_t k = 0; k < c; k++) sum += out[i * c + k];
        for (int64_t k = 0; k < c && sum != 0; k++) out[i * c + k] /= sum;
    }
    return CX_OK;
}

static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    for (int64_t k = 0; k < m->s.count; k++)
        CX__TRY(cx__served_run(&m->s, k, x, rows, 0, m->s.count, out + k));
    return CX_OK;
}

const cx_estimator_class cx__class_one_vs_rest_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OneVsRestClassifier",
    .doc = "A binary classifier for each class against all others.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_SINGLE_Y | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = proba_into,
    .decision_into = decision_into,
    .has = has,
    .call = call,
};
