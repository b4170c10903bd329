/* Lars and LassoLars: least angle regression, and the path of the Lasso that it walks when columns
 * leave.
 *
 * One idea: coefficients move together along the direction that makes equal angles with the active
 * columns, until an inactive column has as large a product with the residual and joins them, or, on
 * the Lasso's path, a coefficient reaches 0 and leaves. Serial over columns, on the host. Source:
 * Efron, Hastie, Johnstone, Tibshirani, Ann. Statist. 32 (2004).
 */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/grow.h"
#include "learn/linear_model/serial/least_angles.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { ALPHAS = CX__LINEAR_SLOTS, ACTIVE, COEF_PATH, N_ITER };
static const char *const attrs[] = {"coef_: float",
                                    "intercept_: float",
                                    "alphas_?: float [*]",
                                    "active_?: int [*]",
                                    "coef_path_?: float [n, *]",
                                    "n_iter_: int",
                                    NULL};

#define COMMON(steps)                                                                             \
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},                            \
        {"verbose", CX_PARAM_BOOL | CX_PARAM_INT, "False", NULL,                                  \
         "not used: see the scope's on_progress"},                                                \
        {"precompute", CX_PARAM_BOOL | CX_PARAM_STR | CX_PARAM_NONE, "'auto'", "{'auto'}",        \
         "use products of the columns; 'auto': with more rows than columns, or several targets"}, \
        {steps, CX_PARAM_INT, "500", "[1, inf)", "most steps"},                                   \
        {"eps", CX_PARAM_FLOAT, "2.220446049250313e-16", "[0, inf)",                              \
         "least diagonal of the Cholesky factor"},                                                \
        {"copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},            \
    {                                                                                             \
        "fit_path", CX_PARAM_BOOL, "True", NULL,                                                  \
            "keep active_ and coef_path_, and all of alphas_; for a single target only"           \
    }
#define NOISE                                                                    \
    {"jitter", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",               \
     "add uniform noise below it to y"},                                         \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of jitter; None: the system's entropy"                         \
    }

static const cx_param params[] = {COMMON("n_nonzero_coefs"), NOISE, {.name = NULL}};
static const cx_param lasso_params[] = {
    {"alpha", CX_PARAM_FLOAT, "1.0", "[0, inf)", "strength of the penalty: where the path ends"},
    COMMON("max_iter"),
    {"positive", CX_PARAM_BOOL, "False", NULL, "coefficients are >= 0"},
    NOISE,
    {.name = NULL}};

typedef struct path {
    const char *name; /* who warns */
    double eps;       /* least diagonal of the factor */
    const cx__normal *m;
    int64_t k, most;              /* target, most steps */
    int64_t active, steps, rows;  /* columns in, steps done, rows of the path there is room for */
    double *alpha, *coef;         /* [rows], [rows, d]; coef in a block of its own */
    double *factor, *row;         /* [room, room], [room, d] the active columns' products */
    int64_t room;                 /* most active columns */
    double *order, *sign, *along; /* [d] active columns first; [room] each */
    double *cov, *change;         /* [d] products with the residual, and with the direction */
    bool held;                    /* a sign has changed: no column joins in the next step */
    bool lasso, positive;
    double least_alpha; /* where the path ends */
} path;

static int64_t column(const path *p, int64_t i)
{
    return (int64_t)p->order[i];
}

/* The least positive number so far. */
static double least(double a, double best)
{
    return a > 0 && a < best ? a : best;
}

/* Place of the inactive column with the largest product, -1 if there is none. */
static int64_t largest(const path *p, double *top)
{
    int64_t best = -1;
    *top = 0;
    for (int64_t i = p->active; i < p->m->d; i++) {
        const double own = p->cov[column(p, i)], size = p->positive ? own : fabs(own);
        if (best >= 0 && size <= *top) continue;
        best = i;
        *top = size;
    }
    return best;
}

/* The column at a place joins; false if it depends on those inside. */
static bool join(path *p, int64_t place)
{
    const int64_t i = p->active, j = column(p, place), d = p->m->d;
    p->order[place] = p->order[i];
    p->order[i] = (double)j;
    const double *products = cx__normal_row(p->m, j, p->row + i * d);
    if (products != p->row + i * d) memcpy(p->row + i * d, products, (size_t)d * sizeof *products);
    double *row = p->factor + i * p->room;
    for (int64_t a = 0; a < i; a++) row[a] = products[column(p, a)];
    const double left =
        fmax(sqrt(fabs(cx__factor_row(p->factor, p->room, i, products[j]))), p->eps);
    row[i] = left;
    if (left < 1e-7) {
        cx__warn(CX_E_CONVERGENCE,
                 "%s: column %lld depends on the %lld active ones (pivot %.3g) and is left out",
                 p->name, (long long)j, (long long)i, left);
        p->cov[j] = 0;
        return false;
    }
    p->sign[i] = p->positive || p->cov[j] > 0 ? 1 : p->cov[j] < 0 ? -1 : 0;
    p->active++;
    return true;
}

/* Direction of equal angles, in coefficients (along) and in products (change); its product with
 * each active column. */
static double direction(path *p)
{
    double sum = 0;
    memcpy(p->along, p->sign, (size_t)p->active * sizeof *p->along);
    cx__factor_solve(p->factor, p->room, p->active, p->along);
    for (int64_t a = 0; a < p->active; a++) sum += p->along[a] * p->sign[a];
    const double angle = 1 / sqrt(sum);
    memset(p->change, 0, (size_t)p->m->d * sizeof *p->change);
    for (int64_t a = 0; a < p->active; a++) {
        p->along[a] *= angle;
        cx__axpy(p->along[a], p->row + a * p->m->d, p->change, p->m->d);
    }
    /* as scikit-learn rounds, so that equal products stay equal */
    for (int64_t j = 0; j < p->m->d; j++) p->change[j] = rint(p->change[j] * 1e15) / 1e15;
    return angle;
}

static double length(const path *p, double top, double angle)
{
    double best = top / angle;
    const double tiny = (double)FLT_MIN;
    for (int64_t i = p->active; i < p->m->d; i++) {
        const int64_t j = column(p, i);
        best = least((top - p->cov[j]) / (angle - p->change[j] + tiny), best);
        if (!p->positive) best = least((top + p->cov[j]) / (angle + p->change[j] + tiny), best);
    }
    return best;
}

/* Active coefficients that would cross 0 on the way turn their signs; the Lasso's path stops where
 * the first of them are 0. */
static void turn_signs(path *p, const double *coef, double *step)
{
    double first = DBL_MAX;
    const double tiny = (double)FLT_MIN;
    p->held = false;
    for (int64_t a = 0; a < p->active; a++)
        first = least(-coef[column(p, a)] / (p->along[a] + tiny), first);
    if (!(first < *step)) return;
    p->held = true;
    if (p->lasso) *step = first;
    for (int64_t a = 0; a < p->active; a++) {
        const bool crosses = -coef[column(p, a)] / (p->along[a] + tiny) == first;
        if (crosses) p->sign[a] = p->lasso ? 0 : -p->sign[a];
    }
}

/* Columns whose sign is 0 leave; the factor is made anew from the first of them on. */
static void leave(path *p, double *coef)
{
    const int64_t d = p->m->d, before = p->active;
    int64_t kept = 0, first = before;
    for (int64_t a = 0; a < before; a++) {
        const double j = p->order[a];
        if (p->sign[a] == 0) {
            if (first == before) first = a;
            coef[(int64_t)j] = 0;
            p->change[before - 1 - (a - kept)] = j; /* aside, until those that stay have moved up */
            continue;
        }
        if (kept < a) memcpy(p->row + kept * d, p->row + a * d, (size_t)d * sizeof *p->row);
        p->order[kept] = j;
        p->sign[kept++] = p->sign[a];
    }
    for (int64_t a = kept; a < before; a++) p->order[a] = p->change[a];
    p->active = kept;
    for (int64_t a = first; a < kept; a++) {
        double *row = p->factor + a * p->room;
        const double *products = p->row + a * d;
        for (int64_t b = 0; b < a; b++) row[b] = products[column(p, b)];
        row[a] = sqrt(fabs(cx__factor_row(p->factor, p->room, a, products[column(p, a)])));
    }
    for (int64_t i = kept; i < before; i++) {
        const int64_t j = column(p, i);
        p->cov[j] = p->m->cross[p->k * d + j];
        for (int64_t a = 0; a < kept; a++) p->cov[j] -= coef[column(p, a)] * p->row[a * d + j];
    }
}

static cx_status grow(path *p)
{
    if (p->steps + 1 < p->rows) return CX_OK;
    const int64_t rows = p->rows * 2 + 8;
    const size_t bytes = (size_t)(rows * (p->m->d + 1)) * sizeof *p->coef;
    double *block = cx__calloc((size_t)(rows * (p->m->d + 1)), sizeof *block);
    if (block == NULL) return cx__fail_nomem("fit", "a path", bytes);
    if (p->coef != NULL) {
        memcpy(block, p->coef, (size_t)(p->rows * p->m->d) * sizeof *block);
        memcpy(block + rows * p->m->d, p->alpha, (size_t)p->rows * sizeof *block);
    }
    cx__free(p->coef);
    p->coef = block;
    p->alpha = block + rows * p->m->d;
    p->rows = rows;
    return CX_OK;
}

/* The path ends at least_alpha, between this step and the one before. */
static void end_between(path *p)
{
    const int64_t d = p->m->d;
    double *alpha = p->alpha + p->steps, *coef = p->coef + p->steps * d;
    if (fabs(*alpha - p->least_alpha) <= (double)FLT_EPSILON) return;
    if (p->steps > 0) {
        const double share = (alpha[-1] - p->least_alpha) / (alpha[-1] - *alpha);
        const double *before = coef - d;
        for (int64_t j = 0; j < d; j++) coef[j] = before[j] + share * (coef[j] - before[j]);
    }
    *alpha = p->least_alpha;
}

static void step_on(path *p, double top, double angle)
{
    const int64_t d = p->m->d;
    double step = length(p, top, angle);
    const double *before = p->coef + p->steps * d;
    double *coef = p->coef + (p->steps + 1) * d;
    turn_signs(p, before, &step);
    p->steps++;
    memcpy(coef, before, (size_t)d * sizeof *coef);
    for (int64_t a = 0; a < p->active; a++) coef[column(p, a)] += step * p->along[a];
    for (int64_t i = p->active; i < d; i++) p->cov[column(p, i)] -= step * p->change[column(p, i)];
    if (p->held && p->lasso) leave(p, coef);
}

static void warn_early(const path *p, const char *why)
{
    cx__warn(CX_E_CONVERGENCE, "%s: %s; the path ends after %lld steps", p->name, why,
             (long long)p->steps);
}

static cx_status walk(path *p)
{
    const double n = (double)p->m->n;
    for (;;) {
        double top;
        CX__TRY(cx_poll());
        CX__TRY(grow(p));
        const int64_t place = largest(p, &top);
        double *alpha = p->alpha + p->steps;
        *alpha = top / n;
        if (*alpha <= p->least_alpha + (double)FLT_EPSILON) {
            end_between(p);
            return CX_OK;
        }
        if (p->steps >= p->most || p->active >= p->m->d) return CX_OK;
        if (!p->held && p->active >= p->room) return CX_OK;
        if (!p->held && !join(p, place)) continue;
        if (p->lasso && p->steps > 0 && alpha[-1] < *alpha) {
            warn_early(p, "rounding has outgrown the residual");
            return CX_OK;
        }
        const double angle = direction(p);
        if (!isfinite(angle)) {
            warn_early(p, "the active columns nearly depend on each other");
            return CX_OK;
        }
        step_on(p, top, angle);
    }
}

static cx_status start(path *p)
{
    const int64_t d = p->m->d;
    p->room = p->most < d ? p->most : d;
    p->factor = cx__host_f64(p->room, p->room);
    p->row = cx__host_f64(p->room, d);
    double *parts = cx__host_f64(3, d), *few = cx__host_f64(2, p->room);
    CX__TRY(cx__so_far());
    p->order = parts;
    p->cov = parts + d;
    p->change = parts + 2 * d;
    p->sign = few;
    p->along = few + p->room;
    for (int64_t j = 0; j < d; j++) p->order[j] = (double)j;
    memcpy(p->cov, p->m->cross + p->k * d, (size_t)d * sizeof *p->cov);
    return CX_OK;
}

static cx_status store_path(cx_estimator *self, const path *p, const cx__site *s, cx_dtype t)
{
    const bool whole = cx_param_bool(self, "fit_path");
    const int64_t rows = p->steps + 1, d = p->m->d;
    CX__TRY(
        cx__store_host(self, s, ALPHAS, p->alpha + (whole ? 0 : p->steps), whole ? rows : 1, t));
    if (!whole) return CX_OK;
    CX__TRY(cx__store_host(self, s, ACTIVE, p->order, p->active, CX_I64));
    const cx_array *coefs = cx_transpose(cx_copy_host(p->coef, CX_SHAPE(rows, d), CX_F64));
    return cx__store(self, COEF_PATH, cx__send(s, coefs), t);
}

static cx_status one_target(cx_estimator *self, const cx__regression *r, path *p, double *coef,
                            double *steps, cx_dtype t)
{
    const int64_t d = p->m->d;
    CX__TRY(start(p));
    CX__TRY(walk(p));
    memcpy(coef, p->coef + p->steps * d, (size_t)d * sizeof *coef);
    *steps = (double)p->steps;
    return r->t == 1 ? store_path(self, p, &r->site, t) : CX_OK;
}

cx_status cx__least_angles(const char *name, const cx__normal *m, double least_alpha, double eps,
                           double *coef)
{
    const cx_scope scope = cx_scope_open();
    path p = {.name = name, .eps = eps, .m = m, .most = 500, .least_alpha = least_alpha};
    cx_status st = start(&p);
    if (st == CX_OK) st = walk(&p);
    if (st == CX_OK) memcpy(coef, p.coef + p.steps * m->d, (size_t)m->d * sizeof *coef);
    cx__free(p.coef);
    return cx__give_status(scope, st);
}

static cx_status jitter(const cx_estimator *self, cx_data *data)
{
    if (cx_param_is_none(self, "jitter")) return CX_OK;
    const bool entropy = cx_param_is_none(self, "random_state");
    cx_generator *g =
        cx_random_state((cx_maybe_i64){!entropy, entropy ? 0 : cx_param_i64(self, "random_state")},
                        cx_device_of(data->x));
    if (cx_ndim(data->y) != 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: jitter is for a single target", self->cls->name);
    data->y = cx_add(
        data->y, cx_rng_uniform(g, 0, cx_param_f64(self, "jitter"), CX_SHAPE(cx_dim(data->y, 0))));
    return cx__so_far();
}

static cx_status fit_path(cx_estimator *self, const cx_data *given, const path *as)
{
    cx_data data = *given;
    cx__regression r;
    cx__normal m;
    CX__TRY(jitter(self, &data));
    CX__TRY(cx__regression_make(&data, cx_param_bool(self, "fit_intercept"), &r));
    r.flat = r.t == 1;
    const bool products =
        cx_param_is_str(self, "precompute")
            ? r.n > r.d || r.t > 1
            : !cx_param_is_none(self, "precompute") && cx_param_bool(self, "precompute");
    CX__TRY(cx__normal_make(&r, products ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    m.n = r.n;
    double *coef = cx__host_f64(r.t, r.d), *steps = cx__host_f64(r.t, -1);
    CX__TRY(cx__so_far());
    const cx_dtype t = cx__float_like(given->x);
    for (int64_t k = 0; k < r.t; k++) {
        path p = *as;
        p.m = &m;
        p.k = k;
        const cx_status st = one_target(self, &r, &p, coef + k * r.d, steps + k, t);
        cx__free(p.coef);
        CX__TRY(st);
    }
    CX__TRY(cx__store_host(self, &r.site, N_ITER, steps, r.t == 1 ? -1 : r.t, CX_I64));
    return cx__normal_store(self, &r, coef, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const path as = {.name = self->cls->name,
                     .eps = cx_param_f64(self, "eps"),
                     .most = cx_param_i64(self, "n_nonzero_coefs")};
    return fit_path(self, data, &as);
}

static cx_status fit_lasso(cx_estimator *self, const cx_data *data)
{
    const path as = {.name = self->cls->name,
                     .eps = cx_param_f64(self, "eps"),
                     .most = cx_param_i64(self, "max_iter"),
                     .lasso = true,
                     .positive = cx_param_bool(self, "positive"),
                     .least_alpha = cx_param_f64(self, "alpha")};
    return fit_path(self, data, &as);
}

const cx_estimator_class cx__class_lars = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Lars",
    .doc = "Least angle regression.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
const cx_estimator_class cx__class_lasso_lars = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LassoLars",
    .doc = "The Lasso by least angle regression.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = lasso_params,
    .attrs = attrs,
    .fit = fit_lasso,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
