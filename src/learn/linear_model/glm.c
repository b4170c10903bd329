/* PoissonRegressor, GammaRegressor, TweedieRegressor: generalised linear models with half the unit
 * deviance of a Tweedie distribution, an L2 penalty, and a log or identity link.
 *
 * One class body: the power and the link choose a row of a table of formulas, which give the summed
 * loss and its derivative by the linear predictor r; a constant of y is left out of some. */
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
#include <string.h>

enum { N_ITER = CX__LINEAR_SLOTS };
static const char *const attrs[] = {"coef_: float [n]", "intercept_: float []", "n_iter_: int []",
                                    NULL};

#define SHARED                                                                                   \
    {"alpha", CX_PARAM_FLOAT, "1.0", "[0, inf)",                                                 \
     "strength of the L2 penalty, beside the mean loss"},                                        \
    {                                                                                            \
        "fit_intercept", CX_PARAM_BOOL, "True", NULL, "add an intercept, which is not penalised" \
    }
#define SOLVER                                                                               \
    {"solver", CX_PARAM_STR, "'lbfgs'", "{'lbfgs', 'newton-cholesky'}",                      \
     "L-BFGS, or Newton's method up to 1500 columns"},                                       \
        {"max_iter", CX_PARAM_INT, "100", "[1, inf)", "most iterations"},                    \
        {"tol", CX_PARAM_FLOAT, "0.0001", "(0, inf)",                                        \
         "stop when no component of the gradient is larger"},                                \
        {"warm_start", CX_PARAM_BOOL, "False", NULL,                                         \
         "start from the coefficients of the last fit"},                                     \
        {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"}, \
    {                                                                                        \
        .name = NULL                                                                         \
    }
static const cx_param params[] = {SHARED, SOLVER};
static const cx_param tweedie_params[] = {
    {"power", CX_PARAM_FLOAT, "0.0", "(-inf, inf)",
     "of the variance: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian"},
    SHARED,
    {"link", CX_PARAM_STR, "'auto'", "{'auto', 'identity', 'log'}",
     "'auto': identity for power <= 0, else log"},
    SOLVER};

/* ---- families */
typedef enum family {
    LOG_NORMAL,
    LOG_POISSON,
    LOG_GAMMA,
    LOG_TWEEDIE,
    NORMAL,
    POISSON,
    GAMMA,
    TWEEDIE,
    FAMILIES
} family;

/* r, y, weights w, power p: summed loss, derivatives. */
static cx__held *loss_of(family f)
{
    static cx__held losses[FAMILIES] = {
        [LOG_NORMAL] = CX__HELD("r, y, w, p: m = exp(r); e = m - y; sum(w * e * e) / 2, w * e * m"),
        [LOG_POISSON] = CX__HELD("r, y, w, p: m = exp(r); sum(w * (m - y * r)), w * (m - y)"),
        [LOG_GAMMA] = CX__HELD("r, y, w, p: q = y * exp(-r); sum(w * (r + q)), w * (1 - q)"),
        [LOG_TWEEDIE] = CX__HELD("r, y, w, p: a = y * exp((1 - p) * r); b = exp((2 - p) * r);"
                                 "sum(w * (b / (2 - p) - a / (1 - p))), w * (b - a)"),
        [NORMAL] = CX__HELD("r, y, w, p: e = r - y; sum(w * e * e) / 2, w * e"),
        [POISSON] = CX__HELD("r, y, w, p: sum(w * (r - where(y > 0, y * log(r), 0))),"
                             "w * (1 - y / r)"),
        [GAMMA] = CX__HELD("r, y, w, p: sum(w * (log(r) + y / r)), w * (1 - y / r) / r"),
        [TWEEDIE] = CX__HELD("r, y, w, p: a = r ** (1 - p);"
                             "sum(w * (a * r / (2 - p) - y * a / (1 - p))), w * (a - y * a / r)"),
    };
    return &losses[f];
}

/* What the loss lacks to be 0 where the prediction is y. */
static cx__held *constant_of(family f)
{
    static cx__held none = CX__HELD("y, w, p: 0 * sum(y * w)"),
                    poisson = CX__HELD("y, w, p: sum(w * (where(y > 0, y * log(where(y > 0, y, 1)),"
                                       "0) - y))"),
                    gamma = CX__HELD("y, w, p: -sum(w * (log(y) + 1))"),
                    tweedie = CX__HELD(
                        "y, w, p: sum(w * maximum(y, 0) ** (2 - p)) / ((1 - p) * (2 - p))");
    if (f == LOG_NORMAL || f == NORMAL) return &none;
    if (f == LOG_POISSON || f == POISSON) return &poisson;
    return f == LOG_GAMMA || f == GAMMA ? &gamma : &tweedie;
}

static const cx_estimator_class *tweedie_class(void);

typedef struct glm {
    cx__site site;
    const cx_estimator *self;
    family family;
    double power, alpha, weight_sum;
    bool log_link, intercept;
    int64_t n, d, max_iter;
    const cx_array *x, *y, *weight; /* weight 0-d 1 without weights */
} glm;

static void choose(glm *g)
{
    const cx_estimator *m = g->self;
    const char *const name = m->cls->name;
    g->power = m->cls == tweedie_class()               ? cx_param_f64(m, "power")
               : strcmp(name, "PoissonRegressor") == 0 ? 1
                                                       : 2;
    g->log_link = true;
    if (m->cls == tweedie_class()) {
        const char *link = cx_param_str(m, "link");
        g->log_link = strcmp(link, "auto") == 0 ? g->power > 0 : strcmp(link, "log") == 0;
    }
    g->family = g->power == 0   ? LOG_NORMAL
                : g->power == 1 ? LOG_POISSON
                : g->power == 2 ? LOG_GAMMA
                                : LOG_TWEEDIE;
    if (!g->log_link) g->family += NORMAL - LOG_NORMAL;
}

static bool is_log(const cx_estimator *self)
{
    glm g = {.self = self};
    choose(&g);
    return g.log_link;
}

static cx_status check_targets(const glm *g, const char *where)
{
    if (g->power <= 0) return CX_OK;
    const double least = cx__number_f64(cx_min(g->y, CX_ALL));
    CX__TRY(cx__so_far());
    if (least > 0 || (least == 0 && g->power < 2)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s: y must be %s for power=%g, its smallest is %g",
                    g->self->cls->name, g->power < 2 ? "at least 0" : "above 0", g->power, least);
}

static cx_status prepare(const cx_estimator *self, const char *where, const cx_data *data, glm *g)
{
    *g = (glm){.self = self, .n = cx_dim(data->x, 0), .d = cx_dim(data->x, 1)};
    choose(g);
    CX__TRY(cx__site_of(where, data->x, &g->site));
    const cx__site *s = &g->site;
    g->x = cx__f64(s, data->x);
    g->y = cx__f64(s, data->y);
    g->weight = data->sample_weight != NULL ? cx__f64(s, data->sample_weight)
                                            : cx_ones(CX_SHAPE(), CX_F64, s->device);
    g->weight_sum =
        data->sample_weight != NULL ? cx__number_f64(cx_sum(g->weight, CX_ALL)) : (double)g->n;
    CX__TRY(cx__so_far());
    return check_targets(g, where);
}

/* Mean of y. */
static double mean_target(const glm *g)
{
    static cx__held sum = CX__HELD("y, w: sum(y * w)");
    return cx__number_f64(cx__held_run(g->site.where, &sum, CX_ARRAYS(g->y, g->weight))) /
           g->weight_sum;
}

/* ---- fitting */
static cx_array *predictor(const glm *g, const cx_array *at)
{
    cx_array *r = cx_matmul(g->x, cx_slice(at, 0, 0, g->d, 1));
    return g->intercept ? cx_add(r, cx_slice(at, 0, g->d, CX_END, 1)) : r;
}

static cx_status value(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient)
{
    static cx__held whole = CX__HELD("f, coef, sw, a: f / sw + a / 2 * sum(coef * coef)"),
                    slope = CX__HELD("g, coef, sw, a: g / sw + a * coef"),
                    mean = CX__HELD("g, sw: sum(g) / sw");
    const glm *g = ctx;
    const cx_array *coef = cx_slice(at, 0, 0, g->d, 1), *r = predictor(g, at);
    const cx_tuple parts =
        cx__held_all("fit", loss_of(g->family), CX_ARRAYS(r, g->y, g->weight, cx_float(g->power)));
    CX__TRY(cx__so_far());
    *f = cx__held_run("fit", &whole,
                      CX_ARRAYS(parts.at[0], coef, cx_float(g->weight_sum), cx_float(g->alpha)));
    *gradient = cx__held_run(
        "fit", &slope,
        CX_ARRAYS(cx_matmul(parts.at[1], g->x), coef, cx_float(g->weight_sum), cx_float(g->alpha)));
    if (g->intercept) {
        const cx_array *last =
            cx__held_run("fit", &mean, CX_ARRAYS(parts.at[1], cx_float(g->weight_sum)));
        *gradient = cx_concatenate(CX_ARRAYS(*gradient, cx_reshape(last, CX_SHAPE(1))), 0);
    }
    return cx__so_far();
}

/* r, y, w, p: second derivatives of the loss by r where they are positive, else their expectation.
 */
static cx__held *curvature_of(const glm *g)
{
    static cx__held logs = CX__HELD("r, y, w, p: b = exp((2 - p) * r);"
                                    "h = (2 - p) * b - (1 - p) * y * exp((1 - p) * r);"
                                    "w * where(h > 0, h, b)"),
                    plain = CX__HELD("r, y, w, p: b = r ** (-p);"
                                     "h = (1 - p) * b + p * y * b / r; w * where(h > 0, h, b)");
    return g->log_link ? &logs : &plain;
}

static cx_status hessian(void *ctx, const cx_array *at, cx_array **h)
{
    const glm *g = ctx;
    const cx_array *r = predictor(g, at),
                   *weight = cx_div(cx__held_run("fit", curvature_of(g),
                                                 CX_ARRAYS(r, g->y, g->weight, cx_float(g->power))),
                                    cx_float(g->weight_sum));
    return cx__weighted_gram(&g->site, g->x, weight, g->alpha, g->intercept, h);
}

static cx_status iterated(void *ctx, int64_t iteration)
{
    const glm *g = ctx;
    return cx_self_progress(g->self, iteration, g->max_iter);
}

/* Zeros and the mean's predictor, or the last fit's coefficients. */
static cx_status start(const glm *g, cx_array **at)
{
    const cx_array *coef = cx_self_before(g->self, CX__LINEAR_COEF),
                   *bias = cx_self_before(g->self, CX__LINEAR_INTERCEPT);
    *at = cx_zeros(CX_SHAPE(g->d + (g->intercept ? 1 : 0)), CX_F64, g->site.device);
    const cx_array *head = cx_slice(*at, 0, 0, g->d, 1);
    if (cx_param_bool(g->self, "warm_start") && coef != NULL && bias != NULL) {
        if (cx_size(coef) != g->d)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: warm_start from %lld coefficients, but x has %lld columns",
                            g->self->cls->name, (long long)cx_size(coef), (long long)g->d);
        CX__TRY(cx_copy_into(coef, cx_slice(*at, 0, 0, g->d, 1)));
        if (!g->intercept) return cx__so_far();
        return cx_copy_into(cx_reshape(bias, CX_SHAPE(1)), cx_slice(*at, 0, g->d, CX_END, 1));
    }
    if (!g->intercept) return cx__so_far();
    const double mean = mean_target(g), first = g->log_link ? log(mean) : mean;
    CX__TRY(cx__so_far());
    *at = cx_concatenate(
        CX_ARRAYS(head, cx_full(CX_SHAPE(1), cx_float(first), CX_F64, g->site.device)), 0);
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    glm g;
    CX__TRY(prepare(self, "fit", data, &g));
    g.alpha = cx_param_f64(self, "alpha");
    g.intercept = cx_param_bool(self, "fit_intercept");
    g.max_iter = cx_param_i64(self, "max_iter");
    cx_array *at;
    CX__TRY(start(&g, &at));
    const cx__lbfgs_problem problem = {
        .site = &g.site,
        .n = cx_size(at),
        .memory = 10,
        .max_iter = g.max_iter,
        .max_eval = 15000,
        .max_search = 50,
        .gtol = cx_param_f64(self, "tol"),
        .ftol = 64 * DBL_EPSILON,
    };
    cx__lbfgs_result end;
    const cx__array_function f = {value, iterated, &g};
    const bool newton =
        strcmp(cx_param_str(self, "solver"), "lbfgs") != 0 && problem.n <= CX__NEWTON_MOST;
    CX__TRY(newton ? cx__newton(&problem, &f, hessian, at, &end)
                   : cx__lbfgs_arrays(&problem, &f, at, &end));
    cx__lbfgs_warn(self->cls->name, &end);
    const cx_dtype t = cx__float_like(data->x);
    const cx_array *coef = cx_copy(cx_slice(at, 0, 0, g.d, 1)),
                   *bias = g.intercept ? cx_copy(cx_select(at, 0, g.d))
                                       : cx_zeros(CX_SHAPE(), CX_F64, g.site.device);
    CX__TRY(cx__store(self, CX__LINEAR_COEF, coef, t));
    CX__TRY(cx__store(self, CX__LINEAR_INTERCEPT, bias, t));
    return cx_self_set_i64(self, N_ITER, end.iterations);
}

/* ---- predicting */
/* The slot has no exponential of a score: in a session and on the CPU it is taken here, row by row
 * with the same bits, on a device by an array operation. */
static cx_status exp_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(cx__scores_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] = exp(out[i]);
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const bool *log_link = (const bool *)((const cx_learn_scores *)p->state + 1);
    return *log_link ? exp_into(p, x, rows, out) : cx__scores_into(p, x, rows, out);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__regressor_plan(self, p));
    struct {
        cx_learn_scores scores;
        bool log_link;
    } *both = cx_plan_alloc(p, sizeof *both);
    if (both == NULL) return CX_E_NOMEM;
    both->scores = *(const cx_learn_scores *)p->state;
    both->log_link = is_log(self);
    p->state = both;
    return CX_OK;
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (!is_log(self) || cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__regressor_predict(self, x);
    const cx_array *r = cx__by_kernel(self, CX_PREDICT, cx__scores_into, x, CX__ROWS_FLAT, CX_F64);
    cx_array *out = cx_exp(r);
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

/* D^2: the share of the deviance of the mean that is explained. */
static double score(const cx_estimator *self, const cx_data *data)
{
    glm g;
    if (cx_check(prepare(self, "score", data, &g)) != CX_OK) return (double)NAN;
    const double mean = mean_target(&g);
    const cx_array *p = cx_full(CX_SHAPE(), cx_float(g.power), CX_F64, g.site.device),
                   *r = cx_add(cx_matmul(g.x, cx__slot_f64(self, CX__LINEAR_COEF)),
                               cx__slot_f64(self, CX__LINEAR_INTERCEPT)),
                   *null = cx_full(CX_SHAPE(g.n), cx_float(g.log_link ? log(mean) : mean), CX_F64,
                                   g.site.device);
    const cx_tuple ours = cx__held_all("score", loss_of(g.family), CX_ARRAYS(r, g.y, g.weight, p)),
                   theirs =
                       cx__held_all("score", loss_of(g.family), CX_ARRAYS(null, g.y, g.weight, p));
    const double constant =
        cx__number_f64(cx__held_run("score", constant_of(g.family), CX_ARRAYS(g.y, g.weight, p)));
    return 1 - (cx__number_f64(ours.at[0]) + constant) / (cx__number_f64(theirs.at[0]) + constant);
}

#define GLM(id, label, words, table)               \
    const cx_estimator_class cx__class_##id = {    \
        .struct_size = sizeof(cx_estimator_class), \
        .name = label,                             \
        .doc = words,                              \
        .kind = CX_REGRESSOR,                      \
        .flags = CX_CLASS_SINGLE_Y,                \
        .params = table,                           \
        .attrs = attrs,                            \
        .fit = fit,                                \
        .predict = predict,                        \
        .score = score,                            \
        .check = cx__regressor_check,              \
        .plan = plan,                              \
        .predict_into = predict_into,              \
    }
GLM(poisson_regressor, "PoissonRegressor", "Poisson regression with a log link and an L2 penalty.",
    params);
GLM(gamma_regressor, "GammaRegressor", "Gamma regression with a log link and an L2 penalty.",
    params);
GLM(tweedie_regressor, "TweedieRegressor",
    "Regression for a Tweedie distribution with an L2 penalty.", tweedie_params);

static const cx_estimator_class *tweedie_class(void)
{
    return &cx__class_tweedie_regressor;
}
