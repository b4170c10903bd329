/* PLSRegression, PLSCanonical and CCA: pairs of directions in x and y of largest covariance (or
 * correlation), one after the other, each removed before the next is sought.
 *
 * One idea: the power iteration needs of the rows only two small matrices, x^T y and its transpose
 * (or pseudo-inverses times the other side), so it runs on the host in a copy of them, and the rows
 * are passed over a few times for each component. Wegelin's survey (2000) has the algorithms. */
#include "learn/cross_decomposition/pls.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/columns.h"
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

enum {
    X_WEIGHTS,
    Y_WEIGHTS,
    X_LOADINGS,
    Y_LOADINGS,
    X_ROTATIONS,
    Y_ROTATIONS,
    COEF,
    INTERCEPT,
    N_ITER,
    X_MEAN,
    X_STD,
    PREDICT_1D,
    X_SCORES,
    Y_SCORES
};
#define ATTRS                                                                                      \
    "x_weights_: float [n, k]", "y_weights_: float [t, k]", "x_loadings_: float [n, k]",           \
        "y_loadings_: float [t, k]", "x_rotations_: float [n, k]", "y_rotations_: float [t, k]",   \
        "coef_: float [t, n]", "intercept_: float [t]", "n_iter_?: int [i]", "_x_mean: float [n]", \
        "_x_std: float [n]", "_predict_1d: int []"
static const char *const attrs[] = {ATTRS, NULL};
static const char *const regression_attrs[] = {ATTRS, "x_scores_: float [m, k]",
                                               "y_scores_: float [m, k]", NULL};

#define N_COMPONENTS                                                    \
    {                                                                   \
        "n_components", CX_PARAM_INT, "2", "[1, inf)", "how many pairs" \
    }
#define SCALE                                                                                 \
    {                                                                                         \
        "scale", CX_PARAM_BOOL, "True", NULL, "bring the columns of x and y to unit variance" \
    }
#define ITERATION                                                                        \
    {"max_iter", CX_PARAM_INT, "500", "[1, inf)", "most rounds of the power iteration"}, \
        {"tol", CX_PARAM_FLOAT, "1e-06", "[0, inf)",                                     \
         "the squared change of the weights of x below which it ends"},                  \
    {                                                                                    \
        "copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"        \
    }
static const cx_param params[] = {N_COMPONENTS, SCALE, ITERATION, {.name = NULL}};
static const cx_param canonical_params[] = {
    N_COMPONENTS,
    SCALE,
    {"algorithm", CX_PARAM_STR, "'nipals'", "{'nipals', 'svd'}",
     "the power iteration, or a singular value decomposition"},
    ITERATION,
    {.name = NULL}};

/* What the classes differ in. */
typedef struct kind {
    bool canonical; /* y is deflated by its own scores, and its weights have length 1 */
    bool inverse;   /* mode B: correlation instead of covariance */
    bool svd;
} kind;

typedef struct work {
    kind kind;
    cx__site site;
    int64_t n, d, t, k;
    cx_array *x, *y;                                /* [n, d], [n, t]: what is left of them */
    cx_array *weights[2], *scores[2], *loadings[2]; /* x, y: [k, d], [k, t]; [k, n]; as weights */
    double *pair, *across[2]; /* on the host: x and y weights; [d, t] and [t, d] */
    int64_t *rounds;          /* [k] */
} work;

/* ---- the pair of directions, on the host */
static double unit(double *v, int64_t n)
{
    double s = 0;
    for (int64_t i = 0; i < n; i++) s += v[i] * v[i];
    const double length = sqrt(s) + DBL_EPSILON;
    for (int64_t i = 0; i < n; i++) v[i] /= length;
    return length;
}

static void product(const double *a, int64_t rows, int64_t cols, const double *v, double *out)
{
    for (int64_t i = 0; i < rows; i++) {
        double s = 0;
        for (int64_t j = 0; j < cols; j++) s += a[i * cols + j] * v[j];
        out[i] = s;
    }
}

/* Weights of y are left as the product gives them. Starts at column `at` of y. */
static int64_t power_iteration(const work *w, int64_t at, int64_t max_iter, double tol)
{
    double *const x = w->pair, *const y = x + w->d, *const before = y + w->t;
    for (int64_t i = 0; i < w->d; i++) {
        x[i] = w->across[0][i * w->t + at];
        before[i] = 100;
    }
    for (int64_t round = 1;; round++) {
        (void)unit(x, w->d);
        product(w->across[1], w->t, w->d, x, y);
        double change = 0;
        for (int64_t i = 0; i < w->d; i++) change += (x[i] - before[i]) * (x[i] - before[i]);
        if (change < tol || w->t == 1 || round == max_iter) return round;
        memcpy(before, x, (size_t)w->d * sizeof *x);
        product(w->across[0], w->d, w->t, y, x);
    }
}

/* The weight of x of largest size becomes positive, y's with it. */
static void flip(const work *w)
{
    double most = 0;
    for (int64_t i = 0; i < w->d; i++)
        if (fabs(w->pair[i]) > fabs(most)) most = w->pair[i];
    if (most >= 0) return;
    for (int64_t i = 0; i < w->d + w->t; i++) w->pair[i] = -w->pair[i];
}

/* ---- one component */
/* Pseudo-inverse of a times b; singular values up to 10^6 eps of the largest are left out. */
static cx_array *inverse_times(const cx_array *a, const cx_array *b)
{
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    static cx__held part = CX__HELD("p, s, share: p * where(s > share * max(s), 1 / s, 0)");
    const cx_array *const p =
        cx__held_run("fit", &part,
                     CX_ARRAYS(cx_matmul(cx_transpose(f.u), b), cx_expand_dims(f.s, 1),
                               cx_float(1e6 * DBL_EPSILON)));
    return cx_matmul(cx_transpose(f.vh), p);
}

/* The first column of y that is not nothing, -1 if there is none; columns of rounding become 0. */
static cx_status first_column(work *w, int64_t *at)
{
    double *const most = w->pair;
    CX__TRY(cx__read_f64(&w->site, cx_max(cx_abs(w->y), CX_AXIS(0)), most));
    *at = -1;
    bool small = false;
    for (int64_t j = w->t - 1; j >= 0; j--) {
        if (most[j] < 10 * DBL_EPSILON)
            small = true;
        else
            *at = j;
    }
    if (!small) return CX_OK;
    static cx__held cleared =
        CX__HELD("y, least: where(max(abs(y), axis=0, keepdims=True) < least, 0, y)");
    w->y = cx__held_run("fit", &cleared, CX_ARRAYS(w->y, cx_float(10 * DBL_EPSILON)));
    return cx__so_far();
}

/* x and y have nothing in common that a direction could follow. */
static cx_status unrelated(const cx_estimator *self, int64_t component)
{
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: component %lld: x is constant, or has nothing to do with y",
                    self->cls->name, (long long)component);
}

/* Directions into w->pair; false in *found: nothing is left of y. */
static cx_status directions(cx_estimator *self, work *w, int64_t component, bool *found)
{
    *found = true;
    if (w->kind.svd) {
        const cx_svd f =
            cx_linalg_svd(cx_matmul(cx_transpose(w->x), w->y), CX_OPTS(cx_svd_opts, .thin = true));
        const double most = cx__number_f64(cx_select(f.s, 0, 0));
        CX__TRY(cx__so_far());
        if (!(most > 0)) return unrelated(self, component);
        CX__TRY(cx__read_f64(&w->site, cx_copy(cx_select(f.u, 1, 0)), w->pair));
        CX__TRY(cx__read_f64(&w->site, cx_copy(cx_select(f.vh, 0, 0)), w->pair + w->d));
        flip(w);
        return CX_OK;
    }
    int64_t at = -1;
    CX__TRY(first_column(w, &at));
    *found = at >= 0;
    if (at < 0) {
        cx__warn(CX_E_CONVERGENCE, "%s: nothing is left of y after %lld components",
                 self->cls->name, (long long)component);
        return CX_OK;
    }
    const cx_array *const a = w->kind.inverse ? inverse_times(w->x, w->y)
                                              : cx_matmul(cx_transpose(w->x), w->y),
                          *const b = w->kind.inverse ? inverse_times(w->y, w->x) : cx_transpose(a);
    CX__TRY(cx__read_f64(&w->site, cx_ascontiguous(a), w->across[0]));
    CX__TRY(cx__read_f64(&w->site, cx_ascontiguous(b), w->across[1]));
    bool any = false;
    for (int64_t i = 0; i < w->d * w->t; i++) any = any || w->across[0][i] != 0;
    if (!any) return unrelated(self, component);
    const int64_t max_iter = cx_param_i64(self, "max_iter");
    w->rounds[component] = power_iteration(w, at, max_iter, cx_param_f64(self, "tol"));
    if (w->rounds[component] == max_iter)
        cx__warn(CX_E_CONVERGENCE, "%s: the power iteration ends at max_iter", self->cls->name);
    if (w->kind.canonical) (void)unit(w->pair + w->d, w->t);
    flip(w);
    return CX_OK;
}

/* rows -= outer(scores, loadings), in place; loadings = scores rows / scores scores. */
static cx_status deflate(cx_array *rows, const cx_array *scores, cx_array **loadings)
{
    static cx__held less = CX__HELD("a, u, p: a - u * p");
    *loadings = cx_div(cx_vecmat(scores, rows), cx_vecdot(scores, scores, -1));
    return cx__held_into("fit", &less, CX_ARRAYS(rows, cx_expand_dims(scores, 1), *loadings),
                         CX_OUTS(rows));
}

static cx_status keep(cx_array *all, int64_t i, const cx_array *row)
{
    return cx_copy_into(row, cx_select(all, 0, i));
}

static cx_status component(cx_estimator *self, work *w, int64_t i, bool *found)
{
    CX__TRY(directions(self, w, i, found));
    if (!*found) return CX_OK;
    const cx_array *const a = cx__given(&w->site, w->pair, w->d, CX_F64),
                          *b = cx__given(&w->site, w->pair + w->d, w->t, CX_F64);
    const cx_array *const score = cx_matvec(w->x, a), *own;
    if (!w->kind.canonical) b = cx_div(b, cx_vecdot(score, score, -1));
    own = cx_matvec(w->y, b);
    if (!w->kind.canonical) own = cx_div(own, cx_vecdot(b, b, -1));
    cx_array *p = NULL, *q = NULL;
    CX__TRY(deflate(w->x, score, &p));
    CX__TRY(deflate(w->y, w->kind.canonical ? own : score, &q));
    CX__TRY(keep(w->weights[0], i, a));
    CX__TRY(keep(w->weights[1], i, b));
    CX__TRY(keep(w->scores[0], i, score));
    CX__TRY(keep(w->scores[1], i, own));
    CX__TRY(keep(w->loadings[0], i, p));
    return keep(w->loadings[1], i, q);
}

/* ---- fit */
cx_status cx__pls_scale(const cx__site *s, const cx_array *rows, bool scale, cx_array **mean,
                        cx_array **std, cx_array **out)
{
    cx_array *squares = NULL;
    CX__TRY(cx__column_means(s, rows, NULL, mean, &squares));
    static cx__held spread = CX__HELD("v, n: where(v == 0, 1, sqrt(v / (n - 1)))");
    *std = scale
               ? cx__held_run("fit", &spread, CX_ARRAYS(squares, cx_float((double)cx_dim(rows, 0))))
               : cx_ones_like(squares, CX_F64);
    static cx__held changed = CX__HELD("x, mean, std: (x - mean) / std");
    *out = cx__held_run("fit", &changed, CX_ARRAYS(rows, *mean, *std));
    return cx__so_far();
}

cx_status cx__pls_bound(const cx_estimator *self, int64_t k, int64_t bound)
{
    if (k <= bound) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_components=%lld is more than %lld",
                    self->cls->name, (long long)k, (long long)bound);
}

/* weights (loadings^T weights)^+ from rows [k, d]: [d, k]. */
static cx_array *rotations(const cx_array *weights, const cx_array *loadings)
{
    const double k = (double)cx_dim(weights, 0);
    const cx_array *const inner = cx_matmul(loadings, cx_transpose(weights));
    return cx_matmul(
        cx_transpose(weights),
        cx_linalg_pinv(inner, CX_OPTS(cx_pinv_opts, .rcond = CX_SET(k * DBL_EPSILON))));
}

typedef struct scaling {
    cx_array *x_mean, *x_std, *y_mean, *y_std;
} scaling;

static cx_status store(cx_estimator *self, const work *w, const scaling *c, int64_t done, bool flat)
{
    for (int side = 0; side < 2; side++) {
        CX__TRY(cx__store(self, X_WEIGHTS + side, cx_transpose(w->weights[side]), CX_F64));
        CX__TRY(cx__store(self, X_LOADINGS + side, cx_transpose(w->loadings[side]), CX_F64));
    }
    const cx_array *const x_rotations = rotations(w->weights[0], w->loadings[0]);
    CX__TRY(cx__store(self, X_ROTATIONS, x_rotations, CX_F64));
    CX__TRY(cx__store(self, Y_ROTATIONS, rotations(w->weights[1], w->loadings[1]), CX_F64));
    static cx__held unscaled = CX__HELD("b, y_std, x_std: b * y_std / x_std");
    const cx_array *const b = cx_matmul(cx_transpose(w->loadings[1]), cx_transpose(x_rotations));
    CX__TRY(cx__store(
        self, COEF,
        cx__held_run("fit", &unscaled, CX_ARRAYS(b, cx_expand_dims(c->y_std, 1), c->x_std)),
        CX_F64));
    CX__TRY(cx__store(self, INTERCEPT, c->y_mean, CX_F64));
    if (!w->kind.svd)
        CX__TRY(cx_self_set(self, N_ITER, cx__given(&w->site, w->rounds, done, CX_I64)));
    CX__TRY(cx__store(self, X_MEAN, c->x_mean, CX_F64));
    CX__TRY(cx__store(self, X_STD, c->x_std, CX_F64));
    CX__TRY(cx_self_set_i64(self, PREDICT_1D, flat));
    if (w->kind.canonical) return CX_OK;
    CX__TRY(cx__store(self, X_SCORES, cx_transpose(w->scores[0]), CX_F64));
    return cx__store(self, Y_SCORES, cx_transpose(w->scores[1]), CX_F64);
}

static cx_status make_room(work *w)
{
    const int64_t wide[2] = {w->d, w->t};
    for (int side = 0; side < 2; side++) {
        w->weights[side] = cx_zeros(CX_SHAPE(w->k, wide[side]), CX_F64, w->site.device);
        w->loadings[side] = cx_zeros(CX_SHAPE(w->k, wide[side]), CX_F64, w->site.device);
        w->scores[side] = cx_zeros(CX_SHAPE(w->k, w->n), CX_F64, w->site.device);
    }
    const int64_t count = 2 * w->d + w->t + 2 * w->d * w->t;
    cx_array *const host = cx_empty(CX_SHAPE(count), CX_F64, CX_CPU), *const rounds =
                                                                          cx_zeros(CX_SHAPE(w->k),
                                                                                   CX_I64, CX_CPU);
    w->pair = cx_data_f64_mut(host);
    w->rounds = cx_data_i64_mut(rounds);
    if (!w->pair || !w->rounds) return cx__last_status();
    w->across[0] = w->pair + 2 * w->d + w->t;
    w->across[1] = w->across[0] + w->d * w->t;
    return CX_OK;
}

static cx_status fit_kind(cx_estimator *self, const cx_data *data, kind how)
{
    const bool flat = cx_ndim(data->y) == 1, scale = cx_param_bool(self, "scale");
    work w = {.kind = how,
              .n = cx_dim(data->x, 0),
              .d = cx_dim(data->x, 1),
              .t = flat ? 1 : cx_dim(data->y, 1),
              .k = cx_param_i64(self, "n_components")};
    CX__TRY(cx__site_of("fit", data->x, &w.site));
    if (w.n < 2) return cx__fail(CX_E_ARGUMENT, "fit", "%s needs at least 2 rows", self->cls->name);
    const int64_t least = w.n < w.d ? w.n : w.d;
    CX__TRY(cx__pls_bound(self, w.k, how.canonical && w.t < least ? w.t : least));
    scaling c;
    const cx_array *const y = cx_reshape(cx__f64(&w.site, data->y), CX_SHAPE(w.n, w.t));
    CX__TRY(cx__pls_scale(&w.site, cx__f64(&w.site, data->x), scale, &c.x_mean, &c.x_std, &w.x));
    CX__TRY(cx__pls_scale(&w.site, y, scale, &c.y_mean, &c.y_std, &w.y));
    CX__TRY(make_room(&w));
    int64_t i = 0;
    for (bool found = true; i < w.k; i++) {
        CX__TRY(cx_self_progress(self, i, w.k));
        CX__TRY(component(self, &w, i, &found));
        if (!found) break;
    }
    return store(self, &w, &c, i, flat);
}

static cx_status fit_regression(cx_estimator *self, const cx_data *data)
{
    return fit_kind(self, data, (kind){.canonical = false});
}
static cx_status fit_canonical(cx_estimator *self, const cx_data *data)
{
    const bool svd = strcmp(cx_param_str(self, "algorithm"), "svd") == 0;
    return fit_kind(self, data, (kind){.canonical = true, .svd = svd});
}
static cx_status fit_cca(cx_estimator *self, const cx_data *data)
{
    return fit_kind(self, data, (kind){.canonical = true, .inverse = true});
}

/* ---- use: (x - mean) w, w [d, k] of the rows that are given */
cx_status cx__pls_plan(cx_plan *p, const cx_array *mean, const cx_array *rows)
{
    cx_learn_scores *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    const cx_array *const w = cx__padded_transpose(cx__plan_site(p), rows);
    *m = (cx_learn_scores){.score = CX_LEARN_LINEAR,
                           .end = CX_LEARN_SCORES,
                           .d = p->cols_in,
                           .k = cx_dim(rows, 0),
                           .ld = cx_dim(w, 1)};
    p->state = m;
    p->cols_out = m->k;
    CX__TRY(cx__plan_f64(p, mean, &m->shift));
    return cx__plan_f64(p, w, &m->w);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (p->method == CX_PREDICT) {
        CX__TRY(cx__pls_plan(p, cx_self(self, X_MEAN), cx__slot_f64(self, COEF)));
        return cx__plan_f64(p, cx_self(self, INTERCEPT), &((cx_learn_scores *)p->state)->start);
    }
    return cx__pls_plan(
        p, cx_self(self, X_MEAN),
        cx_div(cx_transpose(cx__slot_f64(self, X_ROTATIONS)), cx__slot_f64(self, X_STD)));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const bool flat = cx__number_i64(cx_self(self, PREDICT_1D)) != 0;
    return cx__by_rows(self, CX_PREDICT, x, flat ? CX__ROWS_FLAT : CX__ROWS_MATRIX, CX_F64);
}
static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, CX_F64);
}
static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const loadings = cx__slot_f64(self, X_LOADINGS);
    if (cx_dim(x, 1) != cx_dim(loadings, 1)) {
        (void)cx_check(cx__fail(CX_E_SHAPE, "inverse_transform",
                                "%s: x has %lld columns, the model has %lld components",
                                self->cls->name, (long long)cx_dim(x, 1),
                                (long long)cx_dim(loadings, 1)));
        return NULL;
    }
    static cx__held back = CX__HELD("z, std, mean: z * std + mean");
    return cx__held_run("inverse_transform", &back,
                        CX_ARRAYS(cx_matmul(cx_astype(x, CX_F64), cx_transpose(loadings)),
                                  cx__slot_f64(self, X_STD), cx__slot_f64(self, X_MEAN)));
}
static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, X_ROTATIONS), 1));
}

/* What the three classes have in common. */
#define PLS(...)                                                                         \
    {                                                                                    \
        .struct_size = sizeof(cx_estimator_class), .kind = CX_REGRESSOR,                 \
        .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT, .positional = 1, .predict = predict, \
        .transform = transform, .inverse_transform = inverse_transform,                  \
        .feature_names_out = names_out, .plan = plan, .predict_into = cx__scores_into,   \
        .transform_into = cx__scores_into, __VA_ARGS__                                   \
    }
const cx_estimator_class cx__class_pls_regression =
    PLS(.name = "PLSRegression", .doc = "Partial least squares regression.", .params = params,
        .attrs = regression_attrs, .fit = fit_regression);
const cx_estimator_class cx__class_pls_canonical =
    PLS(.name = "PLSCanonical", .doc = "Partial least squares, x and y alike.",
        .params = canonical_params, .attrs = attrs, .fit = fit_canonical);
const cx_estimator_class cx__class_cca =
    PLS(.name = "CCA", .doc = "Canonical correlation analysis.", .params = params, .attrs = attrs,
        .fit = fit_cca);
