/* QuantileRegressor: the linear programme of the pinball loss with an L1 penalty.
 *
 * One idea: a penalised coefficient is one more row, e_j with target 0, so everything is
 * min sum of up_i (u_i)+ + down_i (u_i)-, u = y - A b. Its dual has one bounded variable a row; a
 * primal-dual interior point method (Mehrotra 1992; Portnoy and Koenker 1997) solves normal
 * equations of the columns, and in the end the vertex that its rows point to is tried. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_ITER = CX__LINEAR_SLOTS, MOST_STEPS = 200 };
static const char *const attrs[] = {"coef_: float [n]", "intercept_: float []", "n_iter_: int []",
                                    NULL};

static const cx_param params[] = {
    {"quantile", CX_PARAM_FLOAT, "0.5", "(0, 1)", "which quantile is predicted"},
    {"alpha", CX_PARAM_FLOAT, "1.0", "[0, inf)",
     "strength of the L1 penalty, beside the mean loss"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "add an intercept, which is not penalised"},
    {"solver", CX_PARAM_STR, "'highs'", "{'highs', 'highs-ds', 'highs-ipm', 'revised simplex'}",
     "all run the same interior point method, ended by a vertex"},
    {"solver_options", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "not used"},
    {.name = NULL},
};

/* Rows 0 to n - 1 are the data's, behind them p rows e_j with target 0, one for each of the first p
 * columns. */
typedef struct programme {
    cx__site site;
    int64_t n, p, m, rows;
    double *a;             /* [n, m], the last column 1 with an intercept */
    double *y, *up, *down; /* [rows] */
    double *scaled;        /* [n, m] scratch */
    double *b;             /* [m] */
    /* dual variable above its lower and below its upper bound; residual parts; all [rows] */
    double *low, *high, *neg, *pos;
    double *d_low, *d_neg, *d_pos, *w, *q, *r_low, *r_high;
    double *gram, *step, *rhs, *info; /* [m, m], [m], [m], [1] */
} programme;

/* out = A v [rows]; out = A^T v [m]. */
static void times(const programme *g, const double *v, double *out)
{
    for (int64_t i = 0; i < g->n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < g->m; j++) sum += g->a[i * g->m + j] * v[j];
        out[i] = sum;
    }
    for (int64_t j = 0; j < g->p; j++) out[g->n + j] = v[j];
}

static void times_turned(const programme *g, const double *v, double *out)
{
    memset(out, 0, (size_t)g->m * sizeof *out);
    for (int64_t i = 0; i < g->n; i++)
        for (int64_t j = 0; j < g->m; j++) out[j] += g->a[i * g->m + j] * v[i];
    for (int64_t j = 0; j < g->p; j++) out[j] += v[g->n + j];
}

static double objective(const programme *g, const double *b, double *scratch)
{
    double sum = 0;
    times(g, b, scratch);
    for (int64_t i = 0; i < g->rows; i++) {
        const double u = g->y[i] - scratch[i];
        sum += u > 0 ? g->up[i] * u : -g->down[i] * u;
    }
    return sum;
}

/* gram = A^T W A. */
static cx_status make_gram(const programme *g)
{
    const int64_t m = g->m;
    for (int64_t i = 0; i < g->n; i++) {
        const double root = sqrt(g->w[i]);
        for (int64_t j = 0; j < m; j++) g->scaled[i * m + j] = root * g->a[i * m + j];
    }
    CX__TRY(cx__gemm_f64(true, false, m, m, g->n, 1, g->scaled, m, g->scaled, m, 0, g->gram, m));
    for (int64_t j = 0; j < g->p; j++) g->gram[j * m + j] += g->w[g->n + j];
    return CX_OK;
}

/* The Newton step for complementarity residuals r_low, r_high: step [m], d_low, d_neg, d_pos.
 * SINGULAR: the normal equations have no solution in these digits. */
static cx_status newton(const programme *g, const double *primal, const double *dual)
{
    for (int64_t i = 0; i < g->rows; i++) {
        g->q[i] = dual[i] + g->r_low[i] / g->low[i] - g->r_high[i] / g->high[i];
        g->d_low[i] = g->w[i] * g->q[i];
    }
    times_turned(g, g->d_low, g->step);
    double top = 0;
    for (int64_t j = 0; j < g->m; j++) {
        g->step[j] -= primal[j];
        top = fmax(top, g->gram[j * g->m + j]);
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        memcpy(g->rhs, g->step, (size_t)g->m * sizeof *g->rhs);
        CX__TRY(g->site.ops->solve(g->site.queue, g->gram, attempt == 0 ? 0 : 1e-13 * top, g->m,
                                   g->rhs, 1, g->info));
        bool fine = *g->info == 0;
        for (int64_t j = 0; j < g->m; j++) fine = fine && isfinite(g->rhs[j]);
        if (fine) break;
        if (attempt == 1) return CX_E_SINGULAR;
    }
    memcpy(g->step, g->rhs, (size_t)g->m * sizeof *g->rhs);
    times(g, g->step, g->d_low);
    for (int64_t i = 0; i < g->rows; i++) {
        g->d_low[i] = g->w[i] * (g->q[i] - g->d_low[i]);
        g->d_neg[i] = (g->r_low[i] - g->neg[i] * g->d_low[i]) / g->low[i];
        g->d_pos[i] = (g->r_high[i] + g->pos[i] * g->d_low[i]) / g->high[i];
    }
    return CX_OK;
}

/* How far v + t d stays above 0, at most 1. */
static double reach(const double *v, const double *d, double sign, int64_t n)
{
    double t = INFINITY;
    for (int64_t i = 0; i < n; i++)
        if (sign * d[i] < 0) t = fmin(t, -v[i] / (sign * d[i]));
    return t;
}

static double gap(const programme *g)
{
    double sum = 0;
    for (int64_t i = 0; i < g->rows; i++) sum += g->low[i] * g->neg[i] + g->high[i] * g->pos[i];
    return sum;
}

/* One predictor-corrector step. primal and dual are scratch for the residuals of feasibility. */
static cx_status advance(programme *g, double *primal, double *dual)
{
    const int64_t rows = g->rows;
    const double mu = gap(g) / (2 * (double)rows);
    times(g, g->b, dual);
    for (int64_t i = 0; i < rows; i++) {
        dual[i] = g->y[i] - dual[i] + g->neg[i] - g->pos[i];
        g->q[i] = g->low[i] - g->down[i]; /* the dual variable itself: A^T of it is 0 */
        g->w[i] = 1 / (g->neg[i] / g->low[i] + g->pos[i] / g->high[i]);
        g->r_low[i] = -g->low[i] * g->neg[i];
        g->r_high[i] = -g->high[i] * g->pos[i];
    }
    times_turned(g, g->q, primal);
    for (int64_t j = 0; j < g->m; j++) primal[j] = -primal[j];
    CX__TRY(make_gram(g));
    CX__TRY(newton(g, primal, dual));
    double p = fmin(1, fmin(reach(g->low, g->d_low, 1, rows), reach(g->high, g->d_low, -1, rows))),
           d = fmin(1, fmin(reach(g->neg, g->d_neg, 1, rows), reach(g->pos, g->d_pos, 1, rows)));
    double after = 0;
    for (int64_t i = 0; i < rows; i++)
        after += (g->low[i] + p * g->d_low[i]) * (g->neg[i] + d * g->d_neg[i]) +
                 (g->high[i] - p * g->d_low[i]) * (g->pos[i] + d * g->d_pos[i]);
    const double share = after / (2 * (double)rows) / mu, centre = share * share * share * mu;
    for (int64_t i = 0; i < rows; i++) {
        g->r_low[i] += centre - g->d_low[i] * g->d_neg[i];
        g->r_high[i] += centre + g->d_low[i] * g->d_pos[i];
    }
    CX__TRY(newton(g, primal, dual));
    p = fmin(1,
             0.99995 * fmin(reach(g->low, g->d_low, 1, rows), reach(g->high, g->d_low, -1, rows)));
    d = fmin(1, 0.99995 * fmin(reach(g->neg, g->d_neg, 1, rows), reach(g->pos, g->d_pos, 1, rows)));
    for (int64_t i = 0; i < rows; i++) {
        g->low[i] += p * g->d_low[i];
        g->high[i] -= p * g->d_low[i];
        g->neg[i] += d * g->d_neg[i];
        g->pos[i] += d * g->d_pos[i];
    }
    for (int64_t j = 0; j < g->m; j++) g->b[j] += d * g->step[j];
    return CX_OK;
}

/* ---- the vertex */
typedef struct ranked {
    double inside;
    int64_t row;
} ranked;

static int by_inside_down(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->inside != y->inside) return x->inside < y->inside ? 1 : -1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Take row r of A into the triangle of independent ones; false: it depends on them. */
static bool take_row(const programme *g, int64_t r, double *triangle, int64_t *pivot, int64_t have)
{
    const int64_t m = g->m, width = m + 1;
    double *const row = triangle + have * width;
    memset(row, 0, (size_t)width * sizeof *row);
    if (r < g->n)
        memcpy(row, g->a + r * m, (size_t)m * sizeof *row);
    else
        row[r - g->n] = 1;
    row[m] = g->y[r];
    double size = 0, best = 0;
    for (int64_t j = 0; j < m; j++) size = fmax(size, fabs(row[j]));
    for (int64_t k = 0; k < have; k++) {
        const double *above = triangle + k * width;
        const double factor = row[pivot[k]] / above[pivot[k]];
        for (int64_t j = 0; j < width; j++) row[j] -= factor * above[j];
        row[pivot[k]] = 0;
    }
    for (int64_t j = 0; j < m; j++)
        if (fabs(row[j]) > best) {
            best = fabs(row[j]);
            pivot[have] = j;
        }
    return best > 1e-9 * size;
}

/* If the solution of the rows that the dual leaves inside its bounds is as good, it becomes b. */
static void try_vertex(programme *g, ranked *order, double *triangle, int64_t *pivot)
{
    const int64_t m = g->m, width = m + 1;
    for (int64_t i = 0; i < g->rows; i++)
        order[i] = (ranked){fmin(g->low[i], g->high[i]) / (g->up[i] + g->down[i]), i};
    qsort(order, (size_t)g->rows, sizeof *order, by_inside_down);
    int64_t have = 0;
    for (int64_t i = 0; i < g->rows && have < m && i < 50 * m + 1000; i++)
        if (take_row(g, order[i].row, triangle, pivot, have)) have++;
    if (have < m) return;
    double *x = g->step;
    for (int64_t k = m - 1; k >= 0; k--) {
        const double *row = triangle + k * width;
        double sum = row[m];
        for (int64_t l = k + 1; l < m; l++) sum -= row[pivot[l]] * x[pivot[l]];
        x[pivot[k]] = sum / row[pivot[k]];
    }
    const double ours = objective(g, g->b, g->q), there = objective(g, x, g->q);
    if (there <= ours * (1 + 1e-12)) memcpy(g->b, x, (size_t)m * sizeof *x);
}

/* ---- fitting */
/* Both sides feasible: dual variables in the middle, residuals split with room. */
static void begin(programme *g)
{
    double sum = 0;
    times(g, g->b, g->q);
    for (int64_t i = 0; i < g->rows; i++) sum += fabs(g->y[i] - g->q[i]);
    const double room = fmax(sum / (double)g->rows, 1e-300);
    for (int64_t i = 0; i < g->rows; i++) {
        const double u = g->y[i] - g->q[i];
        g->low[i] = g->down[i];
        g->high[i] = g->up[i];
        g->pos[i] = fmax(u, 0) + room;
        g->neg[i] = fmax(-u, 0) + room;
    }
}

static cx_status solve(const cx_estimator *self, programme *g, double *primal, double *dual,
                       int64_t *steps)
{
    begin(g);
    for (*steps = 0; *steps < MOST_STEPS; ++*steps) {
        CX__TRY(cx_self_progress(self, *steps, MOST_STEPS));
        const double value = objective(g, g->b, g->q), off = gap(g);
        if (!(off > 1e-13 * fabs(value)) || off < 1e-290) return CX_OK;
        const cx_status st = advance(g, primal, dual);
        if (st == CX_E_SINGULAR) return CX_OK; /* as far as the digits go */
        CX__TRY(st);
    }
    cx__warn(CX_E_CONVERGENCE, "QuantileRegressor: the interior point method took %d steps",
             MOST_STEPS);
    return CX_OK;
}

/* Rows with weight, penalties behind them. */
static int64_t count_rows(const double *weight, int64_t n)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) kept += weight == NULL || weight[i] > 0;
    return kept;
}

static void fill(programme *g, const double *x, const double *y, const double *weight, int64_t n,
                 int64_t d, double quantile, double alpha)
{
    double total = 0;
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        const double w = weight != NULL ? weight[i] : 1;
        if (!(w > 0)) continue;
        memcpy(g->a + at * g->m, x + i * d, (size_t)d * sizeof *x);
        if (g->m > d) g->a[at * g->m + d] = 1;
        g->y[at] = y[i];
        g->up[at] = w * quantile;
        g->down[at++] = w * (1 - quantile);
        total += w;
    }
    for (int64_t j = 0; j < g->p; j++) g->up[at + j] = g->down[at + j] = alpha * total;
}

/* Parts of one block of numbers. */
static double *cut(double **from, int64_t count)
{
    double *const part = *from;
    *from += count;
    return part;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__host_only(self, "fit", data->x));
    const bool intercept = cx_param_bool(self, "fit_intercept");
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const double alpha = cx_param_f64(self, "alpha"),
                 *weight = data->sample_weight != NULL
                               ? cx_data_f64(cx__as("fit", data->sample_weight, CX_F64))
                               : NULL,
                 *x = cx_data_f64(data->x), *y = cx_data_f64(data->y);
    programme g = {
        .n = count_rows(weight, n), .p = alpha > 0 ? d : 0, .m = d + (intercept ? 1 : 0)};
    g.rows = g.n + g.p;
    CX__TRY(cx__site_of("fit", data->x, &g.site));
    const int64_t m = g.m, rows = g.rows;
    const size_t bytes =
        (size_t)(2 * g.n * m + 16 * rows + m * m + (m + 1) * (m + 1) + 6 * m + 8) * sizeof(double);
    cx_array *memory = cx_zeros(CX_SHAPE((int64_t)(bytes / sizeof(double))), CX_F64, CX_CPU);
    double *next = cx_data_f64_mut(memory);
    CX__TRY(cx__so_far());
    double **const by_row[] = {&g.y,     &g.up,    &g.down,  &g.low, &g.high, &g.neg,   &g.pos,
                               &g.d_low, &g.d_neg, &g.d_pos, &g.w,   &g.q,    &g.r_low, &g.r_high};
    for (size_t i = 0; i < sizeof by_row / sizeof *by_row; i++) *by_row[i] = cut(&next, rows);
    double *const dual = cut(&next, rows), *const primal = cut(&next, m);
    g.a = cut(&next, g.n * m);
    g.scaled = cut(&next, g.n * m);
    g.gram = cut(&next, m * m);
    g.b = cut(&next, m);
    g.step = cut(&next, m);
    g.rhs = cut(&next, m);
    g.info = cut(&next, 1);
    double *const triangle = cut(&next, (m + 1) * (m + 1));
    fill(&g, x, y, weight, n, d, cx_param_f64(self, "quantile"), alpha);
    int64_t steps;
    CX__TRY(solve(self, &g, primal, dual, &steps));
    const size_t extra = (size_t)rows * sizeof(ranked) + (size_t)m * sizeof(int64_t);
    ranked *order = cx__alloc(extra);
    if (order == NULL) return cx__fail_nomem("fit", "the order of rows", extra);
    try_vertex(&g, order, triangle, (int64_t *)(order + rows));
    cx__free(order);
    CX__TRY(cx_self_set(self, CX__LINEAR_COEF, cx_copy_host(g.b, CX_SHAPE(d), CX_F64)));
    CX__TRY(cx_self_set_f64(self, CX__LINEAR_INTERCEPT, intercept ? g.b[d] : 0));
    return cx_self_set_i64(self, N_ITER, steps);
}

const cx_estimator_class cx__class_quantile_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "QuantileRegressor",
    .doc = "Linear regression of a conditional quantile, with an L1 penalty.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
