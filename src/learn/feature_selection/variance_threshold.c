/* VarianceThreshold: columns that hardly vary are left out. NaN entries are missing values. */
#include "base/alloc.h"
#include "learn/feature_selection/selector.h"
#include "ops/primitives.h"
#include <calx/ops.h>

enum { VARIANCES = CX__SELECTOR_SLOTS };
static const char *const attrs[] = {CX__SELECTOR_ATTRS, "variances_: float [n]", NULL};

static const cx_param params[] = {
    {"threshold", CX_PARAM_FLOAT, "0.0", "[0, inf)", "columns of no higher variance go"},
    {.name = NULL},
};

/* With threshold 0 the range of a constant column, which is exact, counts too: as scikit-learn's,
 * NaN, and so no limit, where the column has one. */
static cx_status variances(const cx_estimator *self, const cx__site *s, const cx_array *x,
                           cx_array **out)
{
    static cx__held var = CX__HELD("m2, n: m2 / n"),
                    least = CX__HELD("m2, n, low, high, rows: v = m2 / n; w = high - low;"
                                     "where(n == rows, minimum(v, w), v)");
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    cx_array *made[5];
    double *at[5];
    for (int i = 0; i < 5; i++) made[i] = cx__new_f64(s, d, -1);
    const double *const x_at = cx__at(x);
    for (int i = 0; i < 5; i++) at[i] = cx__at(made[i]);
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->moments(s->queue, x_at, n, d, NULL, at[0], at[1], at[2]));
    if (cx_param_f64(self, "threshold") > 0) {
        *out = cx__held_run("fit", &var, CX_ARRAYS(made[2], made[0]));
    } else {
        CX__TRY(s->ops->extremes(s->queue, x_at, n, d, at[3], at[4]));
        *out = cx__held_run("fit", &least,
                            CX_ARRAYS(made[2], made[0], made[3], made[4], cx_float((double)n)));
    }
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t d = cx_dim(data->x, 1);
    const double threshold = cx_param_f64(self, "threshold");
    cx__site s;
    cx_array *made = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(variances(self, &s, cx__f64(&s, data->x), &made));
    CX__TRY(cx_self_set(self, VARIANCES, made));
    double *const v = cx__alloc((size_t)d * sizeof *v);
    bool *const keep = cx__calloc((size_t)d, sizeof *keep);
    cx_status st =
        v && keep ? cx__read_all(&s, made, v) : cx__fail_nomem("fit", "columns", (size_t)d * 9);
    bool any = false;
    for (int64_t j = 0; st == CX_OK && j < d; j++) {
        keep[j] = v[j] > threshold;
        any = any || keep[j];
    }
    if (st == CX_OK && !any)
        st = cx__fail(CX_E_ARGUMENT, "fit",
                      "VarianceThreshold: no column varies more than threshold%s",
                      cx_dim(data->x, 0) == 1 ? " (x has a single row)" : "");
    if (st == CX_OK) st = cx__selected(self, &s, keep, d);
    cx__free(v);
    cx__free(keep);
    return st;
}

const cx_estimator_class cx__class_variance_threshold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "VarianceThreshold",
    .doc = "Keep columns whose variance is above a threshold.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = cx__selector_transform,
    .inverse_transform = cx__selector_inverse,
    .feature_names_out = cx__selector_names,
    .check = cx__selector_check,
    .plan = cx__selector_plan,
    .transform_into = cx__selector_into,
};
