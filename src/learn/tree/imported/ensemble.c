/* TreeEnsembleClassifier and TreeEnsembleRegressor: trees of other libraries, made by
 * cx_trees_load.
 *
 * One idea: a row's sums begin with the base, leaves add to them, a link makes of them what the
 * model predicts. On the CPU a row kernel does all of it, on another device the walk is the
 * device's and the link a formula. */
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "learn/tree/imported/imported.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

#define COMMON                                                                      \
    CX__TREES_ATTRS, "base_: float [k]", "scale_: float []", "divisor_: float []",  \
        "link_: int []", "slope_: float []", "columns_: int []", "single_: int []", \
        "order_?: int [q]", "number_?: int [m]"
static const char *const classifier_attrs[] = {COMMON, "classes_: label [c]", NULL};
static const char *const regressor_attrs[] = {COMMON, NULL};

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    (void)d;
    return cx__fail(CX_E_UNSUPPORTED, "fit",
                    "a %s holds trees that were trained elsewhere: cx_trees_load makes one, and it "
                    "is not fitted",
                    self->cls->name);
}

/* ---- what the state says, as numbers */
typedef struct model {
    cx__walker walker;
    cx__tree_link link;
    bool classifier;
    int64_t outputs, columns;
    double scale, slope, divisor;
    bool single;
    const double *base;
} model;

static void read_model(const cx_estimator *self, model *m)
{
    m->classifier = self->cls->kind == CX_CLASSIFIER;
    m->outputs = cx_size(cx_self(self, CX__IMPORTED_BASE));
    m->columns = cx__number_i64(cx_self(self, CX__IMPORTED_COLUMNS));
    m->link = (cx__tree_link)cx__number_i64(cx_self(self, CX__IMPORTED_LINK));
    m->scale = cx__number_f64(cx_self(self, CX__IMPORTED_SCALE));
    m->slope = cx__number_f64(cx_self(self, CX__IMPORTED_SLOPE));
    m->divisor = cx__number_f64(cx_self(self, CX__IMPORTED_DIVISOR));
    m->single = cx__number_i64(cx_self(self, CX__IMPORTED_SINGLE)) != 0;
}

/* Probabilities of how many classes come of so many sums. */
static int64_t classes_of(const model *m)
{
    const bool one = m->link == CX__LINK_EXPIT || m->link == CX__LINK_STEP;
    return one && m->outputs == 1 ? 2 : m->outputs;
}

static CX__COLD cx_status wrong(const cx_estimator *self, const char *what)
{
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %s", self->cls->name, what);
}

static cx_status check_order(const cx_estimator *self, int64_t trees)
{
    if (!cx_self_has(self, CX__IMPORTED_ORDER)) return CX_OK;
    const cx_array *const order = cx_self(self, CX__IMPORTED_ORDER);
    if (cx_size(order) != trees) return wrong(self, "order_ does not fit the trees");
    const int64_t least = cx_item_i64(cx_min(order, CX_ALL)),
                  most = cx_item_i64(cx_max(order, CX_ALL));
    return least >= 0 && most < trees ? CX_OK
                                      : wrong(self, "order_ names trees that are not there");
}

static cx_status check(const cx_estimator *self)
{
    model m;
    read_model(self, &m);
    CX__TRY(cx__so_far());
    if (m.columns < 1 || m.columns > CX__IMPORTED_OUTPUTS || m.outputs > CX__IMPORTED_OUTPUTS ||
        m.outputs != m.columns * cx_dim(cx_self(self, CX__TREE_VALUE), 1))
        return wrong(self, "base_, columns_ and value_ do not fit");
    CX__TRY(cx__trees_check(self, m.columns));
    if ((int)m.link < 0 || m.link >= CX__LINKS) return wrong(self, "there is no such link_");
    if (!isfinite(m.scale) || !isfinite(m.slope) || !(fabs(m.divisor) > 0))
        return wrong(self, "scale_, slope_ or divisor_ is no number to count with");
    CX__TRY(check_order(self, cx_size(cx_self(self, CX__TREE_START)) - 1));
    if (!m.classifier) return CX_OK;
    if (m.link != CX__LINK_NONE && m.link != CX__LINK_EXPIT && m.link != CX__LINK_SOFTMAX &&
        m.link != CX__LINK_STEP)
        return wrong(self, "its link_ is one of regressors");
    if (cx_size(cx_self(self, CX__IMPORTED_CLASSES)) != classes_of(&m))
        return wrong(self, "classes_ do not fit the trees");
    return CX_OK;
}

/* ---- links on plain memory */
static double linked(const model *m, double v)
{
    switch (m->link) {
    case CX__LINK_EXPIT: return 1 / (1 + exp(-m->slope * v));
    case CX__LINK_EXP: return exp(v);
    case CX__LINK_STEP: return v > 0 ? 1 : 0;
    case CX__LINK_SQUARE: return v * fabs(v);
    case CX__LINK_SOFTPLUS: return v > 0 ? v + log1p(exp(-v)) : log1p(exp(v));
    default: return v;
    }
}

/* Probabilities of a row's classes, in place or beside. */
static void shares(const model *m, const double *sum, double *out)
{
    const int64_t k = m->outputs;
    if (m->link == CX__LINK_SOFTMAX) {
        double top = sum[0], total = 0;
        for (int64_t c = 1; c < k; c++) top = sum[c] > top ? sum[c] : top;
        for (int64_t c = 0; c < k; c++) total += out[c] = exp(sum[c] - top);
        for (int64_t c = 0; c < k; c++) out[c] /= total;
    } else if (classes_of(m) != k) {
        out[1] = linked(m, sum[0]);
        out[0] = 1 - out[1];
    } else {
        for (int64_t c = 0; c < k; c++) out[c] = linked(m, sum[c]);
    }
}

static void finish(const model *m, cx_method method, const double *sum, double *out)
{
    if (method == CX_DECISION_FUNCTION) {
        memcpy(out, sum, (size_t)m->outputs * sizeof *out);
    } else if (method == CX_PREDICT_PROBA) {
        shares(m, sum, out);
    } else if (!m->classifier) {
        for (int64_t c = 0; c < m->outputs; c++) out[c] = linked(m, sum[c]);
    } else {
        double p[CX__IMPORTED_OUTPUTS + 1];
        shares(m, sum, p);
        int64_t best = 0;
        for (int64_t c = 1; c < classes_of(m); c++) best = p[c] > p[best] ? c : best;
        out[0] = (double)best;
    }
}

/* As many rows at a time as their sums have room on the stack. */
static cx_status rows_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const model *const m = p->state;
    double sum[CX__IMPORTED_OUTPUTS];
    const int64_t most = CX__IMPORTED_OUTPUTS / m->outputs;
    for (int64_t i = 0; i < rows; i += most) {
        const int64_t n = rows - i < most ? rows - i : most;
        for (int64_t j = 0; j < n; j++)
            memcpy(sum + j * m->outputs, m->base, (size_t)m->outputs * sizeof *sum);
        CX__TRY(cx__walker_add(p, &m->walker, x + i * p->cols_in, n, sum));
        if (m->divisor != 1)
            for (int64_t j = 0; j < n * m->outputs; j++) sum[j] /= m->divisor;
        for (int64_t j = 0; j < n; j++)
            finish(m, p->method, sum + j * m->outputs, out + (i + j) * p->cols_out);
    }
    return CX_OK;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    model *const m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    read_model(self, m);
    CX__TRY(cx__plan_f64(p, cx_self(self, CX__IMPORTED_BASE), &m->base));
    CX__TRY(cx__walker_plan(self, p, m->columns, m->single, m->scale, &m->walker));
    if (p->method == CX_DECISION_FUNCTION || (p->method == CX_PREDICT && !m->classifier))
        p->cols_out = m->outputs;
    p->state = m;
    return cx__so_far();
}

/* ---- batches elsewhere: the device's walk, then formulas */
/* Sums [n, outputs]. */
static cx_array *sums(const cx_estimator *self, const cx_array *x, model *m)
{
    const int64_t n = cx_dim(x, 0);
    cx__ready ready;
    if (cx_check(cx__plan_batch("predict", self,
                                self->cls->kind == CX_CLASSIFIER ? CX_PREDICT_PROBA : CX_PREDICT, n,
                                cx_self_features(self), cx_device_of(x), &ready)) != CX_OK)
        return cx__nil(cx__last_status());
    *m = *(const model *)ready.plan.state;
    cx_array *const out =
        cx_copy(cx_broadcast_to(cx_self(self, CX__IMPORTED_BASE), CX_SHAPE(n, m->outputs)));
    const double *const rows = cx__at(cx__f64(cx__plan_site(&ready.plan), x));
    cx_status st = cx__so_far();
    if (st == CX_OK) st = cx__walker_add(&ready.plan, &m->walker, rows, n, cx__at(out));
    cx__used(out);
    cx__plan_free(&ready);
    if (cx_check(st) != CX_OK) return cx__nil(st);
    return m->divisor == 1 ? out : cx_div(out, cx_float(m->divisor));
}

static cx_array *linked_all(const model *m, const cx_array *sum)
{
    static cx__held expit = CX__HELD("s, slope: 1 / (1 + exp(-slope * s))"),
                    step = CX__HELD("s: where(s > 0, 1.0, 0.0)"),
                    square = CX__HELD("s: s * abs(s)"),
                    softplus = CX__HELD("s: maximum(s, 0) + log1p(exp(-abs(s)))");
    switch (m->link) {
    case CX__LINK_EXPIT: return cx__held_run("predict", &expit, CX_ARRAYS(sum, cx_float(m->slope)));
    case CX__LINK_EXP: return cx_exp(sum);
    case CX__LINK_STEP: return cx__held_run("predict", &step, CX_ARRAYS(sum));
    case CX__LINK_SQUARE: return cx__held_run("predict", &square, CX_ARRAYS(sum));
    case CX__LINK_SOFTPLUS: return cx__held_run("predict", &softplus, CX_ARRAYS(sum));
    default: return cx_copy(sum);
    }
}

static cx_array *shares_all(const model *m, const cx_array *sum)
{
    if (m->link == CX__LINK_SOFTMAX) {
        const cx_array *const e = cx_exp(cx_sub(sum, cx_max(sum, CX_AXIS(1, .keepdims = true))));
        return cx_div(e, cx_sum(e, CX_AXIS(1, .keepdims = true)));
    }
    const cx_array *const p = linked_all(m, sum);
    if (classes_of(m) == m->outputs) return cx_copy(p);
    return cx_concatenate(CX_ARRAYS(cx_sub(cx_float(1), p), p), 1);
}

/* ---- methods */
static cx_array *flat(cx_array *a)
{
    return cx_dim(a, 1) == 1 ? cx_reshape(a, CX_SHAPE(cx_dim(a, 0))) : a;
}

static cx_array *decision(const cx_estimator *self, const cx_array *x)
{
    model m;
    if (cx__on_host(x)) return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, CX_F64);
    return flat(sums(self, x, &m));
}

static cx_array *proba(const cx_estimator *self, const cx_array *x)
{
    model m;
    if (cx__on_host(x)) return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, CX_F64);
    const cx_array *const sum = sums(self, x, &m);
    return cx_ok() ? shares_all(&m, sum) : NULL;
}

static cx_array *predict_class(const cx_estimator *self, const cx_array *x)
{
    if (cx__on_host(x)) return cx__predict_labels(self, x, CX__IMPORTED_CLASSES);
    return cx_take(cx_self(self, CX__IMPORTED_CLASSES), cx_argmax(proba(self, x), CX_AXIS(1)), 0);
}

static cx_array *predict_number(const cx_estimator *self, const cx_array *x)
{
    model m;
    if (cx__on_host(x)) return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_F64);
    const cx_array *const sum = sums(self, x, &m);
    return cx_ok() ? flat(linked_all(&m, sum)) : NULL;
}

/* Sums that are shares already are no decision. */
static bool has(const cx_estimator *self, cx_method method)
{
    switch (method) {
    case CX_PREDICT: return true;
    case CX_PREDICT_PROBA:
    case CX_PREDICT_LOG_PROBA: return self->cls->kind == CX_CLASSIFIER;
    case CX_DECISION_FUNCTION:
        return self->cls->kind == CX_CLASSIFIER &&
               !(cx_self_has(self, CX__IMPORTED_LINK) &&
                 cx__number_i64(cx_self(self, CX__IMPORTED_LINK)) == CX__LINK_NONE);
    default: return false;
    }
}

/* ---- leaves */
static cx_status checked(const cx_estimator *m, const cx_array *x, cx_data *d)
{
    static const char where[] = "trees_apply";
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (m->cls != &cx__class_tree_ensemble_classifier &&
        m->cls != &cx__class_tree_ensemble_regressor)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s is no ensemble from cx_trees_load",
                        m->cls->name);
    if (m->state == NULL)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    const cx_data in = {.x = x};
    CX__TRY(cx__data_prepare(where, m, &in, CX__FOR_USE, d));
    CX__TRY(cx__schema_check(where, m, d));
    return CX_OK;
}

cx_array *cx_trees_apply(const cx_estimator *m, const cx_array *x)
{
    cx_data d = {.x = NULL};
    const cx_scope s = cx_scope_open();
    cx_array *leaf = NULL;
    if (cx_check(checked(m, x, &d)) == CX_OK) {
        const bool single = cx__number_i64(cx_self(m, CX__IMPORTED_SINGLE)) != 0;
        leaf = cx__trees_apply("trees_apply", m, d.x, single);
        if (cx_self_has(m, CX__IMPORTED_NUMBER)) {
            const cx_array *const start = cx_slice(cx_self(m, CX__TREE_START), 0, 0, -1, 1);
            leaf =
                cx_astype(cx_take(cx_self(m, CX__IMPORTED_NUMBER), cx_add(leaf, start), 0), CX_I64);
        }
        if (cx_self_has(m, CX__IMPORTED_ORDER))
            leaf = cx_take(leaf, cx_self(m, CX__IMPORTED_ORDER), 1);
    }
    return cx_scope_return(s, leaf);
}

const cx_estimator_class cx__class_tree_ensemble_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TreeEnsembleClassifier",
    .doc = "Trees of a classifier that was trained elsewhere, made by cx_trees_load.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_F64,
    .attrs = classifier_attrs,
    .fit = fit,
    .predict = predict_class,
    .predict_proba = proba,
    .decision_function = decision,
    .check = check,
    .has = has,
    .plan = plan,
    .predict_into = rows_into,
    .predict_proba_into = rows_into,
    .decision_into = rows_into,
};

const cx_estimator_class cx__class_tree_ensemble_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TreeEnsembleRegressor",
    .doc = "Trees of a regressor that was trained elsewhere, made by cx_trees_load.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_F64,
    .attrs = regressor_attrs,
    .fit = fit,
    .predict = predict_number,
    .check = check,
    .plan = plan,
    .predict_into = rows_into,
};
