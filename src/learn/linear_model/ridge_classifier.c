/* RidgeClassifier: ridge regression on targets 1 (the class) and -1 (the others).
 *
 * One idea: classes are targets that share one factorisation; the highest score wins. */
#include "learn/linear_model/ridge_classes.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

static const char *const attrs[] = {CX__RIDGE_CLASSES_ATTRS, NULL};

static const cx_param params[] = {
    {"alpha", CX_PARAM_FLOAT | CX_PARAM_LIST, "1.0", "[0, inf)",
     "strength of the penalty; a list: one per target"},
    CX__RIDGE_INTERCEPT,
    CX__RIDGE_COPY_X,
    CX__RIDGE_MAX_ITER,
    CX__RIDGE_TOL,
    CX__RIDGE_CLASS_WEIGHT,
    CX__RIDGE_SOLVER,
    CX__RIDGE_POSITIVE,
    CX__RIDGE_RANDOM_STATE,
    {.name = NULL},
};

/* Sample weights times class weights; NULL if all are 1. */
static cx_status weigh(const cx__site *s, const cx_estimator *self, const cx_labels *y,
                       const cx_array *sample, const cx_array **out)
{
    const cx__lit *by_class = cx__param(self, "class_weight");
    *out = sample != NULL ? cx__f64(s, sample) : NULL;
    if (by_class->kind == CX__LIT_NONE) return cx__so_far();
    const int64_t classes = cx_size(y->classes);
    double *each = cx__scratch((size_t)classes * sizeof *each);
    if (each == NULL) return cx__fail_nomem("fit", "class weights", (size_t)classes * sizeof *each);
    /* scikit-learn counts rows here, whatever they weigh */
    const cx_status st = cx__class_weights(s, by_class, y->classes, y->codes, NULL, each);
    const cx_array *classed = NULL;
    if (st == CX_OK) classed = cx_take(cx__given(s, each, classes, CX_F64), y->codes, 0);
    cx__scratch_free(each);
    CX__TRY(st);
    *out = sample != NULL ? cx_mul(*out, classed) : classed;
    return cx__so_far();
}

cx_status cx__ridge_classes(const cx_estimator *self, const cx_data *data, cx_labels *labels,
                            cx_data *out)
{
    static cx__held two = CX__HELD("code: 2 * float64(code == 1) - 1"),
                    many = CX__HELD("code, place: 2 * float64(code == place) - 1");
    *labels = cx_labels_encode(data->y);
    *out = *data;
    CX__TRY(cx__so_far());
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const int64_t k = cx_size(labels->classes);
    const cx_array *code = cx_expand_dims(labels->codes, 1);
    if (k <= 2)
        out->y = cx__held_run("fit", &two, CX_ARRAYS(code));
    else
        out->y =
            cx__held_run("fit", &many, CX_ARRAYS(code, cx_arange_i64(0, k, 1, CX_I64, s.device)));
    return weigh(&s, self, labels, data->sample_weight, &out->sample_weight);
}

cx_status cx__ridge_classes_store(cx_estimator *self, cx__regression *r, const cx_array *coef,
                                  const cx_labels *labels, cx_dtype t)
{
    r->flat = false;
    CX__TRY(cx__regression_store(self, r, coef, t));
    return cx_self_set(self, CX__RIDGE_CLASSES, labels->classes);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__ridge_check(self));
    cx_labels labels;
    cx_data targets;
    cx__regression r;
    CX__TRY(cx__ridge_classes(self, data, &labels, &targets));
    CX__TRY(cx__regression_begin(&targets, cx_param_bool(self, "fit_intercept"), &r));
    const double *alpha;
    CX__TRY(cx__ridge_alphas(self, r.t, &alpha));
    cx_array *coef = NULL;
    CX__TRY(cx__ridge_fit(self, &r, alpha, &coef));
    return cx__ridge_classes_store(self, &r, coef, &labels, cx__float_like(data->x));
}

cx_array *cx__ridge_classes_predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CX__RIDGE_CLASSES);
}

cx_array *cx__ridge_classes_decide(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, cx__float_like(x));
}

cx_status cx__ridge_classes_plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, CX__LINEAR_COEF, CX__LINEAR_INTERCEPT, p));
    cx_learn_scores *m = p->state;
    if (p->method == CX_PREDICT) m->end = m->k == 1 ? CX_LEARN_POSITIVE : CX_LEARN_FIRST_MAX;
    return CX_OK;
}

cx_status cx__ridge_classes_check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CX__RIDGE_CLASSES)),
                  k = cx_size(cx_self(self, CX__LINEAR_INTERCEPT));
    if (c >= 1 && k == (c <= 2 ? 1 : c)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %lld classes with %lld rows of coef_",
                    self->cls->name, (long long)c, (long long)k);
}

const cx_estimator_class cx__class_ridge_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RidgeClassifier",
    .doc = "Classification by ridge regression on targets of 1 and -1.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__ridge_classes_predict,
    .decision_function = cx__ridge_classes_decide,
    .check = cx__ridge_classes_check,
    .plan = cx__ridge_classes_plan,
    .predict_into = cx__scores_into,
    .decision_into = cx__scores_into,
};
