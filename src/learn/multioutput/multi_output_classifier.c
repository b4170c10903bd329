/* MultiOutputClassifier: a classifier for each column of labels (sklearn.multioutput).
 *
 * One idea: the classes of the copies one behind the other are the classes of all, so that a copy's
 * class has a place in them: its own and where its column's begin. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/multiclass/inner.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <string.h>

enum { CLASSES, OFFSETS };
static const char *const attrs[] = {"classes_: label [c]", "class_offsets_: int [o]", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each column of y"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static bool has(const cx_estimator *self, cx_method method)
{
    return (method == CX_PREDICT || method == CX_PREDICT_PROBA) &&
           cx_estimator_has(cx__inner(self), method);
}

/* ---- fit */
static cx_status columns_of(const cx_estimator *self, const char *where, const cx_array *y,
                            int64_t *k)
{
    if (!y || cx_ndim(y) != 2)
        return cx__fail(y ? CX_E_SHAPE : CX_E_ARGUMENT, where,
                        "%s needs y with two dimensions [samples, columns]", self->cls->name);
    *k = cx_dim(y, 1);
    if (*k < 1) return cx__fail(CX_E_SHAPE, where, "%s: y has no columns", self->cls->name);
    if (cx_estimator_kind_of(cx__inner(self)) == CX_CLASSIFIER) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s: %s is no classifier", self->cls->name,
                    cx__inner(self)->cls->name);
}

/* classes_ from those of the copies. */
static cx_status join(cx_estimator *self, const char *where, const cx_array *y)
{
    const int k = self->state->children;
    cx__site s;
    cx_array *classes = NULL, *offsets = NULL;
    CX__TRY(cx__site_of(where, y, &s));
    const cx_array **const each = cx__calloc((size_t)k, sizeof *each);
    if (!each) return cx__fail_nomem(where, "labels", (size_t)k * sizeof *each);
    for (int i = 0; i < k; i++) each[i] = cx_attr(self->state->child[i], "classes_");
    cx_status st = cx__so_far();
    if (st == CX_OK) st = cx__join_classes(&s, k, each, &classes, &offsets);
    cx__free(each);
    CX__TRY(st);
    CX__TRY(cx_self_set(self, CLASSES, classes));
    return cx_self_set(self, OFFSETS, offsets);
}

static cx_status fit(cx_estimator *self, const cx_data *in)
{
    int64_t k = 0;
    cx_data d;
    CX__TRY(columns_of(self, "fit", in->y, &k));
    CX__TRY(cx__inner_features(self, in, &d));
    d.sample_weight = in->sample_weight;
    for (int64_t i = 0; i < k; i++) {
        CX__TRY(cx_self_progress(self, i, k));
        d.y = cx_select(in->y, 1, i);
        CX__TRY(cx__inner_fit(self, &d, i));
    }
    return join(self, "fit", in->y);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *in)
{
    int64_t k = 0;
    cx_data d;
    CX__TRY(columns_of(self, "partial_fit", in->y, &k));
    CX__TRY(cx__inner_features(self, in, &d));
    d.sample_weight = in->sample_weight;
    const int seen = self->state->children;
    if (seen > 0 && k != seen)
        return cx__fail(CX_E_SHAPE, "partial_fit", "y has %lld columns of labels; fit saw %d",
                        (long long)k, seen);
    const int of_each = in->classes ? cx_ndim(in->classes) : 1;
    if (of_each > 2 || (of_each == 2 && cx_dim(in->classes, 1) != k))
        return cx__fail(CX_E_SHAPE, "partial_fit",
                        "classes are [classes], of every column, or [classes, %lld]", (long long)k);
    for (int64_t i = 0; i < k; i++) {
        CX__TRY(cx_self_progress(self, i, k));
        d.y = cx_select(in->y, 1, i);
        if (in->classes)
            d.classes =
                of_each == 2 ? cx_labels_encode(cx_select(in->classes, 1, i)).classes : in->classes;
        CX__TRY(cx__inner_partial_fit(self, &d, i));
    }
    return join(self, "partial_fit", in->y);
}

/* Files: each copy has the classes of its column. */
static cx_status check(const cx_estimator *self)
{
    static const char where[] = "estimator_load";
    const int64_t *at = NULL, k = cx__label_columns(self);
    CX__TRY(cx__inner_check(self, k));
    CX__TRY(cx__read_offsets(where, self, &at));
    bool fits = true;
    for (int64_t i = 0; fits && i < k; i++) {
        const cx_estimator *const child = self->state->child[i];
        fits = cx_has_attr(child, "classes_") &&
               cx_size(cx_attr(child, "classes_")) == at[i + 1] - at[i];
    }
    return fits ? CX_OK
                : cx__fail(CX_E_PARSE, where, "the classes of a %s are not its copies'",
                           self->cls->name);
}

/* ---- use */
/* Texts: places among all classes, since every copy's answer has a dictionary of its own. */
static cx_status place_texts(const cx_estimator *self, const cx_array *own, int64_t i, int64_t at,
                             const cx_array *column)
{
    cx_array *code = NULL;
    const cx_array *const classes = cx_attr(self->state->child[i], "classes_");
    CX__TRY(cx__labels_find("predict", own, classes, &code));
    return cx_copy_into(cx_add(code, cx_int(at)), cx_select(column, 1, i));
}

static cx_array *labels(const cx_estimator *self, const cx_data *d)
{
    const int64_t *at = NULL;
    const int k = self->state->children;
    const cx_array *const classes = cx_self(self, CLASSES);
    const bool text = cx_dtype_of(classes) == CX_CAT;
    if (cx_check(cx__read_offsets("predict", self, &at)) != CX_OK)
        return cx__nil(cx__last_status());
    cx_array *out = NULL;
    for (int i = 0; i < k && cx_ok(); i++) {
        const cx_array *const own =
            cx__estimator_call("predict", self->state->child[i], CX_PREDICT, d);
        if (!out)
            out = cx_empty(CX_SHAPE(cx_dim(own, 0), k), text ? CX_I64 : cx_dtype_of(classes),
                           cx_device_of(own));
        (void)cx_check(text ? place_texts(self, own, i, at[i], out)
                            : cx_copy_into(own, cx_select(out, 1, i)));
    }
    if (!out || !cx_ok()) return cx__nil(cx__last_status());
    return text ? cx_take(classes, out, 0) : out;
}

static cx_array *probabilities(const cx_estimator *self, const cx_data *d)
{
    const int k = self->state->children;
    const int64_t all = cx_size(cx_self(self, CLASSES));
    int64_t at = 0;
    cx_array *out = NULL;
    for (int i = 0; i < k && cx_ok(); i++) {
        const cx_array *const own =
            cx__estimator_call("predict_proba", self->state->child[i], CX_PREDICT_PROBA, d);
        if (!out)
            out = cx_empty(CX_SHAPE(cx_dim(own, 0), all), cx_dtype_of(own), cx_device_of(own));
        (void)cx_check(cx_copy_into(own, cx_slice(out, 1, at, at + cx_dim(own, 1), 1)));
        at += cx_dim(own, 1);
    }
    return out ? out : cx__nil(cx__last_status());
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *in)
{
    cx_data d;
    if (cx_check(cx__inner_features(self, in, &d)) != CX_OK) return cx__nil(cx__last_status());
    return method == CX_PREDICT ? labels(self, &d) : probabilities(self, &d);
}

/* ---- sessions */
typedef struct served {
    cx__served s;
    int64_t *at; /* [k + 1] */
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t *at = NULL, k = cx__label_columns(self);
    served *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    p->state = m;
    CX__TRY(cx__serve(self, p->method, p, &m->s));
    CX__TRY(cx__read_offsets("session_new", self, &at));
    m->at = cx_plan_alloc(p, (size_t)(k + 1) * sizeof *m->at);
    if (!m->at) return CX_E_NOMEM;
    memcpy(m->at, at, (size_t)(k + 1) * sizeof *m->at);
    for (int64_t i = 0; i < k; i++)
        if (p->method == CX_PREDICT_PROBA && m->s.child[i].plan.cols_out != at[i + 1] - at[i])
            return cx__fail(CX_E_INTERNAL, "session_new", "%s: copy %lld has other columns",
                            self->cls->name, (long long)i);
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    const int64_t k = m->s.count;
    for (int64_t i = 0; i < k; i++) {
        CX__TRY(cx__served_run(&m->s, i, x, rows, 0, k, out + i));
        for (int64_t r = 0; r < rows; r++) out[r * k + i] += (double)m->at[i];
    }
    return CX_OK;
}

static cx_status proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const m = p->state;
    for (int64_t i = 0; i < m->s.count; i++) {
        const cx__ready *const r = &m->s.child[i];
        const int64_t own = r->plan.cols_out;
        CX__TRY(r->run(&r->plan, x, rows, m->s.room));
        for (int64_t row = 0; row < rows; row++)
            memcpy(out + row * p->cols_out + m->at[i], m->s.room + row * own,
                   (size_t)own * sizeof *out);
    }
    return CX_OK;
}

const cx_estimator_class cx__class_multi_output_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MultiOutputClassifier",
    .doc = "A classifier for each column of labels.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_RAW | CX_CLASS_LABEL_COLUMNS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = proba_into,
    .has = has,
    .call = call,
};
