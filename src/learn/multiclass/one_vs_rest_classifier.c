/* OneVsRestClassifier: a binary classifier (or a regressor) for each class against all others; the
 * surest wins. Two classes need only one. Fitted with a 0/1 matrix it is one for each label, and
 * any number of them may be there: multilabel_, which "_constant" tells apart. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { CLASSES, COUNT, MULTILABEL, CONSTANT };
static const char *const attrs[] = {"classes_: label [c]", "n_classes_: int []",
                                    "multilabel_: bool []", "_constant?: int [c]", NULL};

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

static cx_status store(cx_estimator *self, const cx_array *classes, bool many)
{
    CX__TRY(cx_self_set(self, CLASSES, classes));
    CX__TRY(cx_self_set(self, MULTILABEL,
                        cx_full(CX_SHAPE(), cx_int(many), CX_BOOL, cx_device_of(classes))));
    return cx_self_set_i64(self, COUNT, cx_size(classes));
}

/* y [n, k] of 0 and 1. */
static cx_status fit_many(cx_estimator *self, const cx_data *d, const cx_array *y)
{
    static cx__held binary = CX__HELD("y: all((y == 0) | (y == 1))");
    const int64_t k = cx_dim(y, 1);
    if (cx_dtype_of(y) == CX_CAT)
        return cx__fail(CX_E_DTYPE, "fit",
                        "%s: a matrix y holds 0 and 1, not text; "
                        "MultiOutputClassifier takes columns of labels",
                        self->cls->name);
    const int64_t fits = cx__number_i64(cx__held_run("fit", &binary, CX_ARRAYS(y)));
    CX__TRY(cx__so_far());
    if (!fits)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: a matrix y holds 0 and 1 only; "
                        "MultiOutputClassifier takes columns of labels",
                        self->cls->name);
    CX__TRY(cx__inner_fit_columns(self, d, cx_astype(y, CX_I64)));
    const int64_t *one = NULL;
    CX__TRY(cx__inner_constants(self, "fit", &one));
    for (int64_t i = 0; i < k; i++)
        if (one[i] != CX__COPY)
            cx__warn(CX_E_ARGUMENT, "%s: label %lld is in %s rows", self->cls->name, (long long)i,
                     one[i] != 0 ? "all" : "no");
    return store(self, cx_arange_i64(0, k, 1, CX_I64, cx_device_of(y)), true);
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    cx_data d;
    cx_labels y;
    const cx_array *truth = NULL;
    CX__TRY(cx__inner_truth(self, in, &d, &truth));
    if (cx_ndim(truth) == 2) return fit_many(self, &d, truth);
    CX__TRY(cx__inner_labels(self, in, &d, &y));
    const int64_t c = cx_size(y.classes);
    for (int64_t k = c == 2 ? 1 : 0; k < c; k++) {
        CX__TRY(cx_self_progress(self, k, c));
        d.y = cx_astype(cx_equal(y.codes, cx_int(k)), CX_I64);
        CX__TRY(cx__inner_fit(self, &d, c == 2 ? 0 : k));
    }
    return store(self, y.classes, false);
}

static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES));
    if (!cx_self_has(self, CONSTANT)) return cx__inner_check(self, c == 2 ? 1 : c);
    if (c >= 2 && cx_dtype_of(cx_self(self, CLASSES)) != CX_CAT)
        return cx__inner_columns_check(self, c);
    return cx__fail(CX_E_PARSE, "estimator_load", "the classes of a %s are no labels of a matrix",
                    self->cls->name);
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

/* ---- use with a matrix */
/* From where on a label is there. A first column without a copy asks nothing and has no decisions:
 * scikit-learn takes its threshold for all. */
static double threshold(const cx_estimator *self, const int64_t *one)
{
    return one[0] == CX__COPY ? cx__sure_from(self->state->child[0]) : 0.5;
}

/* How sure each column is, or its second probability: [n, k]; of constants their label. */
static cx_array *many_sure(const char *where, const cx_estimator *self, cx_method method,
                           const cx_data *d, const int64_t *one)
{
    const int64_t k = cx_size(cx_self(self, CLASSES));
    cx_array *out = NULL;
    int copy = 0;
    for (int64_t i = 0; i < k && cx_ok(); i++) {
        const cx_array *own;
        if (method == CX_PREDICT_PROBA && one[i] == CX__COPY)
            own = cx_select(cx__estimator_call(where, self->state->child[copy++], method, d), 1, 1);
        else
            own = cx__column_sure(self, where, d, one[i], &copy);
        /* a constant is of no dtype: what copies answer decides */
        if (!out || (cx_dtype_of(own) != cx_dtype_of(out) && one[i] == CX__COPY))
            out = out ? cx_astype(out, cx_dtype_of(own))
                      : cx_empty(CX_SHAPE(cx_size(own), k), cx_dtype_of(own), cx_device_of(own));
        (void)cx_check(cx_copy_into(cx_astype(own, cx_dtype_of(out)), cx_select(out, 1, i)));
    }
    return out ? out : cx__nil(cx__last_status());
}

static cx_array *call_many(const cx_estimator *self, cx_method method, const cx_data *d)
{
    const char *const where = method == CX_PREDICT         ? "predict"
                              : method == CX_PREDICT_PROBA ? "predict_proba"
                                                           : "decision_function";
    const int64_t *one = NULL;
    if (cx_check(cx__inner_constants(self, where, &one)) != CX_OK)
        return cx__nil(cx__last_status());
    cx_array *const sure = many_sure(where, self, method, d, one);
    if (method != CX_PREDICT) return sure;
    return cx_astype(cx_greater(sure, cx_float(threshold(self, one))), CX_I64);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    if (cx_self_has(self, CONSTANT)) return call_many(self, method, &d);
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
    int64_t *one; /* of a matrix: _constant, [columns] */
} served;

static cx_status plan_many(const cx_estimator *self, cx_plan *p, served *m)
{
    const int64_t k = p->cols_out = cx_size(cx_self(self, CLASSES));
    const int64_t *one = NULL;
    CX__TRY(cx__inner_constants(self, "session_new", &one));
    m->one = cx_plan_alloc(p, (size_t)k * sizeof *m->one);
    if (!m->one) return CX_E_NOMEM;
    memcpy(m->one, one, (size_t)k * sizeof *m->one);
    m->from = threshold(self, one);
    return CX_OK;
}

/* Every column's answer; of predict, whether its label is there. */
static cx_status many_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    const int64_t k = p->cols_out;
    int64_t copy = 0;
    for (int64_t i = 0; i < k; i++) {
        if (m->one[i] == CX__COPY)
            CX__TRY(cx__served_run(&m->s, copy++, x, rows, m->proba ? 1 : 0, k, out + i));
        else
            for (int64_t r = 0; r < rows; r++) out[r * k + i] = (double)m->one[i];
    }
    for (int64_t i = 0; p->method == CX_PREDICT && i < rows * k; i++) out[i] = out[i] > m->from;
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->state = m;
    const cx_estimator *const some =
        self->state->children ? self->state->child[0] : cx__inner(self);
    const cx_method method = p->method == CX_PREDICT ? cx__sure_method(some) : p->method;
    CX__TRY(cx__serve(self, method, p, &m->s));
    m->proba = method == CX_PREDICT_PROBA;
    if (cx_self_has(self, CONSTANT)) return plan_many(self, p, m);
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
    if (m->one) return many_into(p, x, rows, out);
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
    if (m->one) return many_into(p, x, rows, out);
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
    if (m->one) return many_into(p, x, rows, out);
    for (int64_t k = 0; k < m->s.count; k++)
        CX__TRY(cx__served_run(&m->s, k, x, rows, 0, m->s.count, out + k));
    return CX_OK;
}

const cx_estimator_class cx__class_one_vs_rest_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OneVsRestClassifier",
    .doc =
        "A binary classifier for each class against all others, or for each label of a 0/1 matrix.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_LABEL_COLUMNS | CX_CLASS_NO_WEIGHT,
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
