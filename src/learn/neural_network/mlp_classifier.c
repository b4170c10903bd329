/* MLPClassifier: classes by a network, or labels that are there or not (y of columns of 0 and 1),
 * for the logarithmic loss. */
#include "learn/neural_network/mlp.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { CLASSES = CX__MLP_SLOTS, OFFSETS };
static const char *const attrs[] = {CX__MLP_ATTRS, "classes_: label [c]",
                                    "class_offsets_?: int [o]", NULL};
static const cx_param params[] = {CX__MLP_PARAMS, {.name = NULL}};

/* ---- targets */
/* Columns of 0 and 1. */
static cx_status indicator(cx_estimator *self, const cx__site *s, const cx_array *y, cx__mlp_fit *f)
{
    const int64_t k = cx_dim(y, 1);
    if (cx_dtype_of(y) == CX_CAT)
        return cx__fail(CX_E_DTYPE, "fit",
                        "MLPClassifier: several columns of labels must be 0 and 1");
    static cx__held bits = CX__HELD("y: all((y == 0) | (y == 1))");
    f->rows.y = cx__f64(s, y);
    const cx_array *const good = cx__held_run("fit", &bits, CX_ARRAYS(f->rows.y));
    const bool all = cx__number_f64(good) != 0;
    CX__TRY(cx__so_far());
    if (!all)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "MLPClassifier: several columns of labels must be 0 and 1");
    int64_t *const at = cx__scope_room((size_t)(3 * k + 1) * sizeof *at);
    if (!at) return CX_E_NOMEM;
    int64_t *const labels = at + k + 1;
    for (int64_t i = 0; i < 2 * k; i++) labels[i] = i % 2;
    for (int64_t i = 0; i <= k; i++) at[i] = 2 * i;
    const cx_array *const classes = cx__given_all(s, labels, 2 * k, CX_I64);
    CX__TRY(cx_self_set(self, CLASSES, cx_astype(classes, cx_dtype_of(y))));
    return cx_self_set(self, OFFSETS, cx__given_all(s, at, k + 1, CX_I64));
}

/* The classes this fit goes on with, or NULL. */
static cx_status classes_before(const cx_estimator *self, const cx__mlp_fit *f, const cx_array *y,
                                const cx_array **out)
{
    *out = cx__mlp_before(self, CLASSES, f->incremental);
    if (!*out || f->incremental) return CX_OK;
    const cx_labels now = cx_labels_encode(y);
    const cx_array *const codes = cx_labels_codes(now.classes, *out);
    CX__TRY(cx__so_far()); /* a class that was not there */
    if (cx_size(codes) == cx_size(*out)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "MLPClassifier: warm_start with %lld classes, not with the %lld before",
                    (long long)cx_size(codes), (long long)cx_size(*out));
}

static cx_status one_column(cx_estimator *self, const cx__site *s, const cx_data *data,
                            cx__mlp_fit *f)
{
    const cx_array *classes, *codes;
    CX__TRY(classes_before(self, f, data->y, &classes));
    if (!classes && f->incremental) {
        if (!data->classes)
            return cx__fail(
                CX_E_ARGUMENT, "partial_fit",
                "MLPClassifier: the first call needs .classes, every label there will be");
        classes = cx_labels_encode(cx__to_site(s, data->classes)).classes;
    }
    if (classes) {
        codes = cx_labels_codes(data->y, classes);
    } else {
        const cx_labels y = cx_labels_encode(data->y);
        classes = y.classes;
        codes = y.codes;
    }
    CX__TRY(cx__so_far());
    const int64_t k = cx_size(classes);
    if (k <= 2) {
        f->rows.y = cx_astype(cx_expand_dims(codes, 1), CX_F64);
        f->strata = codes;
    } else {
        const cx_array *const each = cx_arange_i64(0, k, 1, CX_I64, s->device);
        f->rows.y = cx_astype(cx_equal(cx_expand_dims(codes, 1), each), CX_F64);
    }
    CX__TRY(cx_self_set(self, OFFSETS, NULL));
    return cx_self_set(self, CLASSES, classes);
}

/* ---- what outputs say */
/* Places among the classes of what the network says: [n], or [n, labels]. */
static cx_array *places(const cx_array *p, int64_t classes, bool columns)
{
    static cx__held there = CX__HELD("p: int64(p > 0.5)");
    if (!columns && classes > 2) return cx_argmax(p, CX_AXIS(1));
    cx_array *const bits = cx__held_run("predict", &there, CX_ARRAYS(p));
    if (!columns) return cx_minimum(cx_reshape(bits, CX_SHAPE(cx_dim(p, 0))), cx_int(classes - 1));
    return cx_add(bits, cx_arange_i64(0, 2 * cx_dim(p, 1), 2, CX_I64, cx_device_of(p)));
}

static cx_status score(const cx__mlp *net, const cx__mlp_rows *held, double *out)
{
    static cx__held right = CX__HELD("p, y: all((p > 0.5) == (y > 0.5), axis=1)"),
                    mean = CX__HELD("hit, w: sum(hit * w) / sum(w)");
    const cx_array *const p = cx__mlp_says(net, held->x);
    const cx_array *const hit =
        net->out == CX__MLP_SOFTMAX
            ? cx_equal(cx_argmax(p, CX_AXIS(1)), cx_argmax(held->y, CX_AXIS(1)))
            : cx__held_run("fit", &right, CX_ARRAYS(p, held->y));
    const cx_array *const share = held->weight
                                      ? cx__held_run("fit", &mean, CX_ARRAYS(hit, held->weight))
                                      : cx_mean(cx_astype(hit, CX_F64), CX_ALL);
    *out = cx__number_f64(share);
    return cx__so_far();
}

static cx_status learn(cx_estimator *self, const cx_data *data, bool incremental)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx__mlp_fit f = {.score = score, .incremental = incremental};
    const bool columns = cx_ndim(data->y) == 2;
    CX__TRY(columns ? indicator(self, &s, data->y, &f) : one_column(self, &s, data, &f));
    const int64_t outputs = cx_dim(f.rows.y, 1);
    const cx__mlp_rows made = f.rows;
    CX__TRY(cx__mlp_shape(self, &s, cx_dim(data->x, 1), outputs,
                          columns || outputs == 1 ? CX__MLP_LOGISTIC : CX__MLP_SOFTMAX, &f.net));
    f.rows = (cx__mlp_rows){cx__f64(&s, data->x), made.y,
                            data->sample_weight ? cx__f64(&s, data->sample_weight) : NULL};
    CX__TRY(cx__so_far());
    return cx__mlp_learn(&f, self);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return learn(self, data, false);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return learn(self, data, true);
}

/* ---- use */
static cx_array *says(const cx_estimator *self, const cx_array *x)
{
    const bool columns = cx_self_has(self, OFFSETS);
    const int64_t k = cx_size(cx_self(self, CLASSES));
    cx__mlp net;
    cx__site s;
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK ||
        cx_check(cx__mlp_recall(self, &s, columns || k <= 2 ? CX__MLP_LOGISTIC : CX__MLP_SOFTMAX,
                                &net)) != CX_OK)
        return NULL;
    return cx__mlp_says(&net, cx__f64(&s, x));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const classes = cx_self(self, CLASSES), *const p = says(self, x);
    if (!cx_ok()) return NULL;
    return cx_take(classes, places(p, cx_size(classes), cx_self_has(self, OFFSETS)), 0);
}

static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    cx_array *const p = says(self, x);
    if (cx_self_has(self, OFFSETS) || cx_size(cx_self(self, CLASSES)) > 2) return p;
    return cx_concatenate(CX_ARRAYS(cx_sub(cx_float(1), p), p), 1);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__mlp_check(self));
    const cx_array *const sizes = cx_self(self, CX__MLP_SIZES);
    const int64_t k = cx_size(cx_self(self, CLASSES)),
                  outputs = cx__number_i64(cx_select(sizes, 0, -1));
    const int64_t want = cx_self_has(self, OFFSETS) ? cx_size(cx_self(self, OFFSETS)) - 1
                         : k <= 2                   ? 1
                                                    : k;
    if (k > 0 && outputs == want && (!cx_self_has(self, OFFSETS) || k == 2 * outputs)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "MLPClassifier: %lld outputs for %lld classes",
                    (long long)outputs, (long long)k);
}

const cx_estimator_class cx__class_mlp_classifier = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MLPClassifier",
    .doc = "Classes by a multi-layer perceptron.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_F64 | CX_CLASS_LABEL_COLUMNS,
    .positional = 2,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .check = check,
};
