/* HuberRegressor: squares near the line, absolute values beyond epsilon scales, the scale found
 * with the coefficients.
 *
 * The objective is jointly convex in coefficients and scale > 0; L-BFGS works on the scale's
 * logarithm, which keeps it positive and moves no minimum. As scikit-learn's bound, a scale below
 * 2.2e-15 counts as that. */
#include "learn/base/estimator.h"
#include "learn/linear_model/lbfgs.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

enum { SCALE = CX__LINEAR_SLOTS, N_ITER, OUTLIERS };
static const char *const attrs[] = {"coef_: float [n]", "intercept_: float []", "scale_: float []",
                                    "n_iter_: int []",  "outliers_: bool [m]",  NULL};

static const cx_param params[] = {
    {"epsilon", CX_PARAM_FLOAT, "1.35", "[1, inf)",
     "residuals above this many scales count by their absolute value"},
    {"max_iter", CX_PARAM_INT, "100", "[0, inf)", "most iterations"},
    {"alpha", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "strength of the squared L2 penalty"},
    {"warm_start", CX_PARAM_BOOL, "False", NULL, "start from the last fit"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "add an intercept, which is not penalised"},
    {"tol", CX_PARAM_FLOAT, "1e-05", "[0, inf)",
     "stop when no component of the gradient is larger, the one of the scale by its logarithm"},
    {.name = NULL},
};

typedef struct huber {
    cx__site site;
    const cx_estimator *self;
    int64_t d, max_iter, tail; /* tail: numbers behind the coefficients */
    double epsilon, alpha, weight_sum;
    bool intercept;
    const cx_array *x, *y, *weight;
} huber;

static const cx_array *residual(const huber *h, const cx_array *at)
{
    static cx__held off = CX__HELD("y, p, b: y - p - b");
    const cx_array *p = cx_matmul(h->x, cx_slice(at, 0, 0, h->d, 1));
    if (!h->intercept) return cx_sub(h->y, p);
    return cx__held_run("fit", &off, CX_ARRAYS(h->y, p, cx_slice(at, 0, h->d, h->d + 1, 1)));
}

/* The last of at: log(scale). */
static const cx_array *log_scale(const huber *h, const cx_array *at)
{
    return cx_slice(at, 0, h->d + h->tail - 1, CX_END, 1);
}

static cx_status value(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient)
{
    /* loss, minus its derivative by the residuals, its derivative by the scale's logarithm */
    static cx__held parts =
        CX__HELD("r, w, s, e, sw: q = maximum(exp(s), 2.2e-15); u = r / q; far = abs(u) > e;"
                 "sum(w * where(far, 2 * e * abs(r) - q * e * e, u * r)) + sw * q,"
                 "w * where(far, where(r > 0, -2 * e, 2 * e), -2 * u),"
                 "where(q > 2.2e-15, q * (sw - sum(w * where(far, e * e, u * u))), 0)");
    static cx__held whole = CX__HELD("f, c, a: f + a * sum(c * c)"),
                    slope = CX__HELD("g, c, a: g + 2 * a * c");
    const huber *h = ctx;
    const cx_array *coef = cx_slice(at, 0, 0, h->d, 1);
    const cx_tuple p = cx__held_all("fit", &parts,
                                    CX_ARRAYS(residual(h, at), h->weight, log_scale(h, at),
                                              cx_float(h->epsilon), cx_float(h->weight_sum)));
    CX__TRY(cx__so_far());
    *f = cx_reshape(cx__held_run("fit", &whole, CX_ARRAYS(p.at[0], coef, cx_float(h->alpha))),
                    CX_SHAPE());
    const cx_array *head =
        cx__held_run("fit", &slope, CX_ARRAYS(cx_matmul(p.at[1], h->x), coef, cx_float(h->alpha)));
    const cx_array *last = cx_reshape(p.at[2], CX_SHAPE(1));
    *gradient =
        h->intercept
            ? cx_concatenate(
                  CX_ARRAYS(head, cx_reshape(cx_sum(p.at[1], CX_ALL), CX_SHAPE(1)), last), 0)
            : cx_concatenate(CX_ARRAYS(head, last), 0);
    return cx__so_far();
}

static cx_status iterated(void *ctx, int64_t iteration)
{
    const huber *h = ctx;
    return cx_self_progress(h->self, iteration, h->max_iter);
}

static cx_status start(const huber *h, cx_array **at)
{
    *at = cx_zeros(CX_SHAPE(h->d + h->tail), CX_F64, h->site.device);
    const cx_array *coef = cx_self_before(h->self, CX__LINEAR_COEF),
                   *bias = cx_self_before(h->self, CX__LINEAR_INTERCEPT),
                   *scale = cx_self_before(h->self, SCALE);
    if (!cx_param_bool(h->self, "warm_start") || coef == NULL || bias == NULL || scale == NULL)
        return cx__so_far();
    if (cx_size(coef) != h->d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "HuberRegressor: warm_start from %lld coefficients, but x has %lld columns",
                        (long long)cx_size(coef), (long long)h->d);
    CX__TRY(cx_copy_into(coef, cx_slice(*at, 0, 0, h->d, 1)));
    if (h->intercept)
        CX__TRY(cx_copy_into(cx_reshape(bias, CX_SHAPE(1)), cx_slice(*at, 0, h->d, h->d + 1, 1)));
    return cx_copy_into(cx_reshape(cx_log(scale), CX_SHAPE(1)),
                        cx_slice(*at, 0, h->d + h->tail - 1, CX_END, 1));
}

static cx_status store(cx_estimator *self, const huber *h, const cx_array *at,
                       const cx__lbfgs_result *end, cx_dtype t)
{
    static cx__held outlying = CX__HELD("r, s, e: abs(r) > maximum(exp(s), 2.2e-15) * e");
    const cx_array *bias = h->intercept ? cx_copy(cx_select(at, 0, h->d))
                                        : cx_zeros(CX_SHAPE(), CX_F64, h->site.device),
                   *far = cx__held_run(
                       "fit", &outlying,
                       CX_ARRAYS(residual(h, at), log_scale(h, at), cx_float(h->epsilon)));
    CX__TRY(cx__store(self, CX__LINEAR_COEF, cx_copy(cx_slice(at, 0, 0, h->d, 1)), t));
    CX__TRY(cx__store(self, CX__LINEAR_INTERCEPT, bias, t));
    CX__TRY(cx__store(
        self, SCALE,
        cx_reshape(cx_maximum(cx_exp(log_scale(h, at)), cx_float(2.2e-15)), CX_SHAPE()), t));
    CX__TRY(cx_self_set_i64(self, N_ITER, end->iterations));
    return cx_self_set(self, OUTLIERS, far);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    huber h = {.self = self,
               .d = cx_dim(data->x, 1),
               .max_iter = cx_param_i64(self, "max_iter"),
               .intercept = cx_param_bool(self, "fit_intercept"),
               .epsilon = cx_param_f64(self, "epsilon"),
               .alpha = cx_param_f64(self, "alpha")};
    h.tail = h.intercept ? 2 : 1;
    CX__TRY(cx__site_of("fit", data->x, &h.site));
    const bool weighted = data->sample_weight != NULL;
    h.x = cx__f64(&h.site, data->x);
    h.y = cx__f64(&h.site, data->y);
    h.weight = weighted ? cx__f64(&h.site, data->sample_weight)
                        : cx_ones(CX_SHAPE(), CX_F64, h.site.device);
    h.weight_sum = weighted ? cx__number_f64(cx_sum(h.weight, CX_ALL)) : (double)cx_dim(data->x, 0);
    cx_array *at;
    CX__TRY(start(&h, &at));
    const cx__lbfgs_problem problem = {
        .site = &h.site,
        .n = cx_size(at),
        .memory = 10,
        .max_iter = h.max_iter,
        .max_eval = 15000,
        .max_search = 50,
        .gtol = cx_param_f64(self, "tol"),
        .ftol = 64 * DBL_EPSILON,
    };
    cx__lbfgs_result end;
    CX__TRY(cx__lbfgs_arrays(&problem, &(cx__array_function){value, iterated, &h}, at, &end));
    cx__lbfgs_warn(self->cls->name, &end);
    return store(self, &h, at, &end, cx__float_like(data->x));
}

const cx_estimator_class cx__class_huber_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HuberRegressor",
    .doc = "Linear regression that is robust to outliers, with an L2 penalty.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
