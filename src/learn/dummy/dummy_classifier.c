/* DummyClassifier: predicts from the labels alone, whatever x is.
 *
 * What does not draw is one label and one row of probabilities, known after fit; what draws makes
 * scikit-learn's numbers from a generator of its own in every call. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/dummy/constant.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/distributions.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <string.h>

enum { CLASSES, COUNT, PRIOR, OUTPUTS, CODE };
static const char *const attrs[] = {"classes_: label [c]",     "n_classes_: int []",
                                    "class_prior_: float [c]", "n_outputs_: int []",
                                    "_code: int []",           NULL};

static const cx_param params[] = {
    {"strategy", CX_PARAM_STR, "'prior'",
     "{'most_frequent', 'prior', 'stratified', 'uniform', 'constant'}",
     "what is predicted: the commonest class (its share or 1 as probability), a draw by the "
     "classes' shares, a draw of equal chances, or a label that is given"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of every call that draws; None: entropy"},
    {"constant", CX_PARAM_INT | CX_PARAM_STR | CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "label that strategy='constant' predicts"},
    {.name = NULL},
};

static bool strategy_is(const cx_estimator *self, const char *name)
{
    return strcmp(cx_param_str(self, "strategy"), name) == 0;
}
static bool draws(const cx_estimator *self)
{
    return strategy_is(self, "stratified") || strategy_is(self, "uniform");
}

/* The label that the parameter gives, as an array of one entry like the classes. */
static cx_status given_label(const cx__site *s, const cx_estimator *self, const cx_array *classes,
                             cx_array **out)
{
    const cx__lit *v = cx__param(self, "constant");
    if (v->kind == CX__LIT_NONE)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "DummyClassifier(strategy='constant') needs the parameter constant");
    if ((v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE) && v->count == 1) v = &v->u.items[0];
    double number = 0;
    if (v->kind == CX__LIT_STR && cx_dtype_of(classes) == CX_CAT) {
        const int32_t zero = 0;
        const char *const text = v->u.s;
        cx_array *const one = cx_categories_new(cx_zeros(CX_SHAPE(1), CX_I32, CX_CPU), 1, &text);
        *out = s->device.kind == CX_DEVICE_CPU
                   ? one
                   : cx__as_categories("fit", cx__given(s, &zero, 1, CX_I32), one);
        return cx__so_far();
    }
    if (cx__lit_number(v, &number) && cx_dtype_of(classes) != CX_CAT) {
        *out = cx__given(s, &number, 1, CX_F64);
        return cx__so_far();
    }
    return cx__fail(CX_E_ARGUMENT, "fit", "DummyClassifier: constant is no label like those of y");
}

static cx_status constant_code(const cx__site *s, const cx_estimator *self, const cx_array *classes,
                               cx_array **code)
{
    cx_array *label = NULL;
    CX__TRY(given_label(s, self, classes, &label));
    const cx_array *const found = cx_labels_codes(label, classes);
    if (cx_status_of(found) != CX_OK)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "DummyClassifier: constant is not among the labels of y");
    *code = cx_select(found, 0, 0);
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_labels y = cx_labels_encode(data->y);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__so_far());
    const int64_t c = cx_size(y.classes);
    const cx_array *const codes = cx__i64(&s, y.codes), *const w =
                                                            data->sample_weight
                                                                ? cx__f64(&s, data->sample_weight)
                                                                : NULL;
    cx_array *const mass = cx__new_f64(&s, c, -1);
    const cx_learn_groups call = {.n = cx_size(codes),
                                  .groups = c,
                                  .code = cx__at(codes),
                                  .weight = cx__at(w),
                                  .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s.ops->groups(s.queue, &call));
    const cx_array *const prior = cx_div(mass, cx_sum(mass, CX_ALL));
    cx_array *code = cx_argmax(prior, CX_ALL);
    if (strategy_is(self, "constant")) CX__TRY(constant_code(&s, self, y.classes, &code));
    CX__TRY(cx_self_set(self, CLASSES, y.classes));
    CX__TRY(cx_self_set_i64(self, COUNT, c));
    CX__TRY(cx__store(self, PRIOR, prior, CX_F64));
    CX__TRY(cx_self_set_i64(self, OUTPUTS, 1));
    return cx__store(self, CODE, code, CX_I64);
}

/* A class for each of n rows, drawn on the host: [n] where x is. */
static cx_array *drawn(const cx_estimator *self, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), c = cx_size(cx_self(self, CLASSES));
    const cx_maybe_i64 seed = cx_param_is_none(self, "random_state")
                                  ? (cx_maybe_i64){0}
                                  : (cx_maybe_i64)CX_SET(cx_param_i64(self, "random_state"));
    cx_generator *const g = cx_random_state(seed, CX_CPU);
    cx__site s;
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK) return NULL;
    const cx_array *codes;
    if (strategy_is(self, "uniform")) {
        codes = cx_rng_integers(g, 0, c, CX_SHAPE(n), CX_I64);
    } else {
        const cx_array *const prior = cx__to_host(&s, cx_self(self, PRIOR));
        codes = cx_argmax(cx_rng_multinomial(g, cx_int(1), prior, CX_SHAPE(n)), CX_AXIS(1));
    }
    const int64_t *const v = cx_data_i64(codes);
    return v ? cx__given(&s, v, n, CX_I64) : cx__nil(cx__last_status());
}

/* Probabilities [c] that every row has. */
static cx_array *one_row(const cx_estimator *self)
{
    const cx_array *const prior = cx_self(self, PRIOR);
    if (strategy_is(self, "prior")) return cx_copy(prior);
    const int64_t c = cx_size(prior);
    if (strategy_is(self, "uniform"))
        return cx_div(cx_ones_like(prior, CX_F64), cx_float((double)c));
    const cx_array *const place = cx_arange_i64(0, c, 1, CX_I64, cx_device_of(prior));
    return cx_astype(cx_equal(place, cx_self(self, CODE)), CX_F64);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    if (!strategy_is(self, "stratified")) return cx__constant_rows(one_row(self), cx_dim(x, 0));
    const int64_t c = cx_size(cx_self(self, CLASSES));
    return cx_astype(cx_equal(cx_arange_i64(0, c, 1, CX_I64, cx_device_of(x)),
                              cx_expand_dims(drawn(self, x), 1)),
                     CX_F64);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const classes = cx_self(self, CLASSES);
    return cx_take(
        classes,
        draws(self) ? drawn(self, x) : cx__constant_rows(cx_self(self, CODE), cx_dim(x, 0)), 0);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (draws(self) && (p->method == CX_PREDICT || strategy_is(self, "stratified")))
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "DummyClassifier(strategy='%s') draws by the rows of a call: it has no row "
                        "kernel",
                        cx_param_str(self, "strategy"));
    return cx__constant_plan(p, p->method == CX_PREDICT ? cx_self(self, CODE) : one_row(self));
}

/* A file's code must be one. */
static cx_status check(const cx_estimator *self)
{
    const int64_t code = cx__number_i64(cx_self(self, CODE)), c = cx_size(cx_self(self, CLASSES));
    if (code >= 0 && code < c) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "DummyClassifier: class %lld of %lld",
                    (long long)code, (long long)c);
}

const cx_estimator_class cx__class_dummy_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "DummyClassifier",
    .doc = "Predictions from the labels alone.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_ALLOW_NAN,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .check = check,
    .plan = plan,
    .predict_into = cx__constant_into,
    .predict_proba_into = cx__constant_into,
};
