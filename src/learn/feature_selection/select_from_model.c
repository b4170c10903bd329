/* SelectFromModel: columns that matter to a fitted model.
 *
 * One idea: a clone is fitted and kept as a child; the decision is made in fit, from numbers that
 * come to the host once. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/feature_selection/selector.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

enum { THRESHOLD = CX__SELECTOR_SLOTS, MAX_FEATURES };
static const char *const attrs[] = {CX__SELECTOR_ATTRS, "threshold_: float []",
                                    "max_features_?: int []", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted; it tells its columns' weights"},
    {"threshold", CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "least importance that is kept, or 'mean', 'median', '1.25*mean'; None: 'mean', 1e-5 for l1"},
    {"prefit", CX_PARAM_BOOL, "False", NULL, "only False: parameters hold no fitted estimators"},
    {"norm_order", CX_PARAM_FLOAT, "1", NULL, "norm over the rows of a matrix of coefficients"},
    {"max_features", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)", "keep no more"},
    {"importance_getter", CX_PARAM_STR, "'auto'", NULL,
     "attribute of importances; 'auto': coef_, then feature_importances_"},
    {.name = NULL},
};

/* Does the estimator drive coefficients to 0? */
static bool sparse(const cx_estimator *m)
{
    const char *const name = cx_estimator_name(m);
    if (strstr(name, "Lasso") != NULL) return true;
    if (cx_param_is_str(m, "penalty") && strcmp(cx_param_str(m, "penalty"), "l1") == 0) return true;
    const bool mixed =
        strncmp(name, "ElasticNet", 10) == 0 || strncmp(name, "LogisticRegression", 18) == 0;
    return mixed && cx_param_is_number(m, "l1_ratio") != 0 &&
           fabs(cx_param_f64(m, "l1_ratio") - 1) <= 1e-8 + 1e-5;
}

static cx_status reference(const char *name, const double *v, int64_t d, double *out)
{
    if (strcmp(name, "median") == 0) return cx__percentile(v, d, 50, out);
    if (strcmp(name, "mean") != 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SelectFromModel: threshold must be a number, 'mean', 'median' or a "
                        "multiple of them, not '%s'",
                        name);
    double sum = 0;
    for (int64_t j = 0; j < d; j++) sum += v[j];
    *out = sum / (double)d;
    return CX_OK;
}

/* "1.25*mean" */
static cx_status multiple(const char *text, const double *v, int64_t d, double *out)
{
    char name[16] = "";
    double scale = 1;
    const char *at = text, *const star = strchr(text, '*');
    if (star != NULL) {
        while (*at == ' ') at++;
        if (cx__parse_f64(at, star, &scale) == at) scale = NAN;
        at = star + 1;
    }
    while (*at == ' ') at++;
    const size_t len = strcspn(at, " ");
    if (len < sizeof name) memcpy(name, at, len);
    CX__TRY(reference(isnan(scale) ? text : name, v, d, out));
    *out *= scale;
    return CX_OK;
}

static cx_status threshold_of(const cx_estimator *self, const cx_estimator *child, const double *v,
                              int64_t d, double *out)
{
    if (cx_param_is_number(self, "threshold") != 0) {
        *out = cx_param_f64(self, "threshold");
        return CX_OK;
    }
    if (cx_param_is_str(self, "threshold"))
        return multiple(cx_param_str(self, "threshold"), v, d, out);
    *out = 1e-5;
    return sparse(child) ? CX_OK : reference("mean", v, d, out);
}

/* Norm of each column of v [rows, d], in place of the first row; rows 0: absolute values. */
static void norms(double *v, int64_t rows, int64_t d, double order)
{
    for (int64_t j = 0; j < d; j++) {
        double sum = order < 0 && isinf(order) ? (double)INFINITY : 0;
        for (int64_t i = 0; i < (rows > 0 ? rows : 1); i++) {
            const double size = fabs(v[i * d + j]);
            if (isinf(order))
                sum = order > 0 ? fmax(sum, size) : fmin(sum, size);
            else
                sum += order == 1 ? size : order == 2 ? size * size : pow(size, order);
        }
        v[j] = rows == 0 || isinf(order) || order == 1 ? sum
               : order == 2                            ? sqrt(sum)
                                                       : pow(sum, 1 / order);
        if (rows == 0) v[j] = fabs(v[j]);
    }
}

static cx_status choose(cx_estimator *self, const cx__site *s, const cx_estimator *child,
                        const double *v, int64_t d)
{
    double threshold = 0;
    CX__TRY(threshold_of(self, child, v, d, &threshold));
    CX__TRY(cx_self_set_f64(self, THRESHOLD, threshold));
    bool *const keep = cx__calloc((size_t)d, sizeof *keep);
    int64_t *const order = cx__alloc((size_t)d * sizeof *order);
    double *const turned = cx__alloc((size_t)d * sizeof *turned);
    cx_status st =
        keep && order && turned ? CX_OK : cx__fail_nomem("fit", "columns", (size_t)d * 17);
    for (int64_t j = 0; st == CX_OK && j < d; j++) turned[j] = -v[j];
    if (st == CX_OK) st = cx__rank_scores(turned, d, order);
    const int64_t most =
        cx_param_is_none(self, "max_features") ? d : cx_param_i64(self, "max_features");
    for (int64_t i = 0; st == CX_OK && i < d && i < most; i++)
        keep[order[i]] = !(v[order[i]] < threshold);
    if (st == CX_OK) st = cx__selected(self, s, keep, d);
    cx__free(keep);
    cx__free(order);
    cx__free(turned);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const double order = cx_param_f64(self, "norm_order");
    if (cx_param_bool(self, "prefit"))
        return cx__fail(CX_E_UNSUPPORTED, "fit",
                        "SelectFromModel(prefit=True) is not built: parameters hold no fitted "
                        "estimators");
    if (!(order >= 1 || order <= -1) || (!isinf(order) && order != floor(order)))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SelectFromModel: norm_order must be a whole number but 0, or infinite");
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    if (!cx_param_is_none(self, "max_features"))
        CX__TRY(cx_self_set_i64(self, MAX_FEATURES, cx_param_i64(self, "max_features")));
    cx_estimator *child = NULL;
    CX__TRY(cx__estimator_clone("fit", cx__param(self, "estimator")->u.estimator, &child));
    cx_status st = cx__estimator_fit("fit", child, data, false);
    if (st == CX_OK) st = cx_self_set_child(self, "estimator_", child);
    int64_t rows = 0, d = 0;
    double *v = NULL;
    if (st == CX_OK) st = cx__importances("fit", self, child, &rows, &d, &v);
    if (st == CX_OK && d != cx_dim(data->x, 1))
        st = cx__fail(CX_E_SHAPE, "fit", "SelectFromModel: %lld importances for %lld columns",
                      (long long)d, (long long)cx_dim(data->x, 1));
    if (st == CX_OK) {
        norms(v, rows, d, order);
        st = choose(self, &s, child, v, d);
    }
    cx__free(v);
    cx__release(child);
    return st;
}

const cx_estimator_class cx__class_select_from_model = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SelectFromModel",
    .doc = "Keep the columns that matter to a fitted model.",
    .kind = CX_TRANSFORMER,
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
