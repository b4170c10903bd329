/* HistGradientBoostingClassifier: histogram boosting of two classes (a tree an iteration) or
 * several (a tree for each). */
#include "base/object.h"
#include "learn/ensemble/hist.h"
#include "learn/linear_model/logistic.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>

enum { CLASSES = CX__HIST_CLASSES };
static const cx_param params[] = {
    {"loss", CX_PARAM_STR, "'log_loss'", "{'log_loss'}", "what the trees lessen"},
    CX__HIST_PARAMS_LEARN,
    CX__HIST_PARAMS_STOP,
    {"class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}",
     "weights of the classes"},
    {.name = NULL},
};
static const char *const attrs[] = {CX__HIST_ATTRS, "classes_: label [l]", NULL};

/* Weights of rows and classes together; 'balanced' counts rows, whatever they weigh. */
static cx_status weights_of(const cx__site *s, const cx_estimator *self, const cx_data *d,
                            const cx_labels *y, const cx_array **out)
{
    cx_data plain = *d;
    plain.sample_weight = NULL;
    const cx_array *by_class = NULL;
    CX__TRY(cx__logistic_weights(s, self, &plain, y, &by_class));
    const cx_array *const own = d->sample_weight != NULL ? cx__f64(s, d->sample_weight) : NULL;
    *out = by_class != NULL && own != NULL ? cx_mul(own, by_class) : own != NULL ? own : by_class;
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", d->x, &s));
    const cx_labels labels = cx_labels_encode(d->y);
    CX__TRY(cx__so_far());
    const int64_t classes = cx_size(labels.classes);
    cx__hist_target t = {.loss = {.kind = classes > 2 ? CX__LOSS_MULTINOMIAL : CX__LOSS_BINOMIAL,
                                  .outputs = classes > 2 ? classes : 1},
                         .labels = &labels,
                         .y = cx_astype(labels.codes, CX_F64)};
    CX__TRY(weights_of(&s, self, d, &labels, &t.weight));
    CX__TRY(cx__hist_fit(self, d, &t));
    return cx_self_set(self, CLASSES, labels.classes);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU) return cx__predict_labels(self, x, CLASSES);
    return cx_take(cx_self(self, CLASSES), cx__hist_code_of(cx__hist_raw(self, x)), 0);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, CX_F64);
    return cx__hist_proba_of(cx__hist_raw(self, x));
}

static cx_array *decision(const cx_estimator *self, const cx_array *x)
{
    cx_array *const raw = cx__hist_raw(self, x);
    return cx_ndim(raw) == 2 && cx_dim(raw, 1) == 1 ? cx_select(raw, 1, 0) : raw;
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__hist_check(self));
    const int64_t classes = cx_size(cx_self(self, CLASSES));
    if (classes >= 1 && cx_size(cx_self(self, CX__HIST_BASELINE)) == (classes > 2 ? classes : 1))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: classes_ does not fit the trees",
                    self->cls->name);
}

const cx_estimator_class cx__class_hist_gradient_boosting_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HistGradientBoostingClassifier",
    .doc = "Boosted classification trees over binned columns.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NEEDS_Y | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .decision_function = decision,
    .check = check,
    .plan = cx__hist_plan,
    .predict_into = cx__hist_label_into,
    .predict_proba_into = cx__hist_proba_into,
    .decision_into = cx__hist_raw_into,
};
