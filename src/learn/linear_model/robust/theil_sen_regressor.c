/* TheilSenRegressor: the spatial median of least-squares solutions of many small subsets.
 *
 * Subsets are all there are, or drawn as scikit-learn draws them; each is solved on its own (by
 * Householder's QR; the rank-deficient ones by singular values), then Weiszfeld's iteration in the
 * form of Vardi and Zhang (2000). */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/random.h>
#include <calx/statistics.h>
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { BREAKDOWN = CX__LINEAR_SLOTS, N_ITER, SUBPOPULATION };
static const char *const attrs[] = {"coef_: float [n]",         "intercept_: float []",
                                    "breakdown_: float []",     "n_iter_: int []",
                                    "n_subpopulation_: int []", NULL};

static const cx_param params[] = {
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "add an intercept"},
    {"max_subpopulation", CX_PARAM_FLOAT, "10000.0", "[1, inf)",
     "most subsets; if there are more, so many are drawn"},
    {"n_subsamples", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rows of a subset; None: as few as determine the coefficients"},
    {"max_iter", CX_PARAM_INT, "300", "[0, inf)", "most steps to the spatial median"},
    {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)", "stop when a step is shorter"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of numpy.random.RandomState"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"verbose", CX_PARAM_INT | CX_PARAM_BOOL, "False", NULL,
     "not used: see the scope's on_progress"},
    {.name = NULL},
};

typedef struct theil {
    const cx_estimator *self;
    const double *x, *y;
    int64_t n, d, m;    /* m coefficients, the intercept first */
    int64_t k, subsets; /* rows of a subset */
    int64_t *rows;      /* [subsets, k] */
    double *solution;   /* [subsets, m] */
    atomic_bool no_memory;
    uint8_t *left; /* [subsets] 1: not solved by QR */
} theil;

/* ---- subsets */
static double combinations(int64_t n, int64_t k)
{
    double count = 1;
    for (int64_t i = 1; i <= k; i++) count *= (double)(n - k + i) / (double)i;
    return fmax(1, rint(count));
}

static cx_status sizes(theil *t)
{
    const char *name = t->self->cls->name;
    const int64_t plain = t->m < t->n ? t->m : t->n;
    t->k =
        cx_param_is_none(t->self, "n_subsamples") ? plain : cx_param_i64(t->self, "n_subsamples");
    if (t->k > t->n)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_subsamples=%lld, but there are %lld rows",
                        name, (long long)t->k, (long long)t->n);
    if (t->n >= t->d && t->k < t->m && !cx_param_is_none(t->self, "n_subsamples"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: n_subsamples=%lld does not determine %lld coefficients", name,
                        (long long)t->k, (long long)t->m);
    if (t->n < t->d && t->k != t->n)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: with fewer rows than columns n_subsamples must be the %lld rows", name,
                        (long long)t->n);
    t->subsets =
        (int64_t)fmin(cx_param_f64(t->self, "max_subpopulation"), combinations(t->n, t->k));
    return CX_OK;
}

/* All subsets in lexicographic order. */
static void every_subset(theil *t)
{
    int64_t *row = t->rows;
    for (int64_t j = 0; j < t->k; j++) row[j] = j;
    for (int64_t s = 1; s < t->subsets; s++, row += t->k) {
        int64_t *const next = row + t->k;
        memcpy(next, row, (size_t)t->k * sizeof *row);
        int64_t j = t->k - 1;
        while (j > 0 && next[j] == t->n - t->k + j) j--;
        next[j]++;
        for (int64_t l = j + 1; l < t->k; l++) next[l] = next[l - 1] + 1;
    }
}

static cx_status draw_subsets(theil *t)
{
    cx_generator *g = cx_random_state(cx_param_is_none(t->self, "random_state")
                                          ? CX_ENTROPY
                                          : CX_SEED(cx_param_i64(t->self, "random_state")),
                                      CX_CPU);
    for (int64_t s = 0; s < t->subsets; s++) {
        const cx_scope inner = cx_scope_open();
        const int64_t *row = cx_data_i64(cx_rng_choice(
            g, cx_int(t->n), CX_SHAPE(t->k), CX_OPTS(cx_choice_opts, .no_replace = true)));
        if (row != NULL) memcpy(t->rows + s * t->k, row, (size_t)t->k * sizeof *row);
        CX__TRY(cx_scope_close(inner));
    }
    return CX_OK;
}

/* ---- least squares of a subset */
static void fill(const theil *t, int64_t s, double *a, double *b)
{
    const int64_t first = t->m - t->d;
    for (int64_t i = 0; i < t->k; i++) {
        const int64_t row = t->rows[s * t->k + i];
        if (first == 1) a[i * t->m] = 1;
        memcpy(a + i * t->m + first, t->x + row * t->d, (size_t)t->d * sizeof *a);
        b[i] = t->y[row];
    }
}

/* Householder's QR of a [k, m], k >= m, and back substitution into x; false: close to dependent. */
static bool qr_solve(double *a, double *b, int64_t k, int64_t m, double *x)
{
    double top = 0, least = INFINITY;
    for (int64_t j = 0; j < m; j++) {
        double square = 0;
        for (int64_t i = j; i < k; i++) square += a[i * m + j] * a[i * m + j];
        const double length = sqrt(square), alpha = a[j * m + j] > 0 ? -length : length;
        top = fmax(top, length);
        least = fmin(least, length);
        if (length == 0) return false;
        a[j * m + j] -= alpha;
        const double half = square - alpha * (a[j * m + j] + alpha); /* v^T v / 2 */
        for (int64_t c = j + 1; c <= m; c++) {
            double dot = 0;
            for (int64_t i = j; i < k; i++) dot += a[i * m + j] * (c < m ? a[i * m + c] : b[i]);
            dot = half == 0 ? 0 : dot / half;
            for (int64_t i = j; i < k; i++) {
                if (c < m)
                    a[i * m + c] -= dot * a[i * m + j];
                else
                    b[i] -= dot * a[i * m + j];
            }
        }
        x[j] = alpha; /* the diagonal */
    }
    if (!(least > 1e-12 * top)) return false;
    for (int64_t j = m - 1; j >= 0; j--) {
        double sum = b[j];
        for (int64_t c = j + 1; c < m; c++) sum -= a[j * m + c] * x[c];
        x[j] = sum / x[j];
    }
    return true;
}

static void solve_some(void *ctx, int64_t lo, int64_t hi)
{
    theil *t = ctx;
    double *a = cx__alloc((size_t)(t->k * t->m + t->k) * sizeof *a);
    if (a == NULL) {
        atomic_store(&t->no_memory, true);
        return;
    }
    for (int64_t s = lo; s < hi; s++) {
        t->left[s] = 1;
        if (t->k < t->m) continue;
        double *const b = a + t->k * t->m;
        fill(t, s, a, b);
        t->left[s] = !qr_solve(a, b, t->k, t->m, t->solution + s * t->m);
    }
    cx__free(a);
}

/* The shortest solution, by singular values. */
static cx_status solve_left(const theil *t, int64_t s)
{
    cx_array *a = cx_empty(CX_SHAPE(t->k, t->m), CX_F64, CX_CPU),
             *b = cx_empty(CX_SHAPE(t->k), CX_F64, CX_CPU);
    double *a_at = cx_data_f64_mut(a), *b_at = cx_data_f64_mut(b);
    CX__TRY(cx__so_far());
    fill(t, s, a_at, b_at);
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    static cx__held shortest =
        CX__HELD("p, s, e: top = max(s); where(s > e * top, p / where(s > e * top, s, 1), 0)");
    const cx_array *part = cx__held_run(
        "fit", &shortest, CX_ARRAYS(cx_matmul(cx_transpose(f.u), b), f.s, cx_float(DBL_EPSILON)));
    const double *x = cx_data_f64(cx_matmul(part, f.vh));
    CX__TRY(cx__so_far());
    memcpy(t->solution + s * t->m, x, (size_t)t->m * sizeof *x);
    return CX_OK;
}

static cx_status solve_all(theil *t)
{
    CX__TRY(cx__parallel_for(t->subsets, 64, solve_some, t));
    if (atomic_load(&t->no_memory))
        return cx__fail_nomem("fit", "a subset", (size_t)(t->k * t->m + t->k) * sizeof(double));
    for (int64_t s = 0; s < t->subsets; s++) {
        if (!t->left[s]) continue;
        const cx_scope inner = cx_scope_open();
        cx_check(solve_left(t, s));
        CX__TRY(cx_scope_close(inner));
    }
    return CX_OK;
}

/* ---- the spatial median */
/* One step from old to next; sum is scratch; all [m]. */
static void weiszfeld(const theil *t, const double *old, double *next, double *sum)
{
    const int64_t m = t->m;
    double inverse = 0, quotient = 0;
    bool touched = false;
    memset(next, 0, (size_t)m * sizeof *next);
    memset(sum, 0, (size_t)m * sizeof *sum);
    for (int64_t s = 0; s < t->subsets; s++) {
        const double *v = t->solution + s * m;
        double square = 0;
        for (int64_t j = 0; j < m; j++) square += (v[j] - old[j]) * (v[j] - old[j]);
        const double length = sqrt(square);
        if (!(length >= DBL_EPSILON)) {
            touched = true;
            continue;
        }
        for (int64_t j = 0; j < m; j++) {
            sum[j] += (v[j] - old[j]) / length;
            next[j] += v[j] / length;
        }
        inverse += 1 / length;
    }
    for (int64_t j = 0; j < m; j++) quotient += sum[j] * sum[j];
    quotient = sqrt(quotient);
    const bool moves = quotient > DBL_EPSILON; /* else old is the median */
    const double hold = !moves    ? 1
                        : touched ? 1 / quotient
                                  : 0,
                 move = fmax(0, 1 - hold), stay = fmin(1, hold);
    for (int64_t j = 0; j < m; j++)
        next[j] = (move > 0 ? move * next[j] / inverse : 0) + stay * old[j];
}

static cx_status spatial_median(const theil *t, double *at, int64_t *steps)
{
    const int64_t m = t->m, limit = cx_param_i64(t->self, "max_iter");
    const double tol = cx_param_f64(t->self, "tol");
    if (m == 1) {
        *steps = 1;
        *at = cx__number_f64(
            cx_median(cx_copy_host(t->solution, CX_SHAPE(t->subsets), CX_F64), CX_ALL));
        return cx__so_far();
    }
    double *const next = at + m, *const sum = next + m;
    memset(at, 0, (size_t)m * sizeof *at);
    for (int64_t s = 0; s < t->subsets; s++)
        for (int64_t j = 0; j < m; j++) at[j] += t->solution[s * m + j];
    for (int64_t j = 0; j < m; j++) at[j] /= (double)t->subsets;
    *steps = 0;
    for (int64_t i = 0; i < limit; i++) {
        CX__TRY(cx_self_progress(t->self, i, limit));
        *steps = i;
        weiszfeld(t, at, next, sum);
        double moved = 0;
        for (int64_t j = 0; j < m; j++) moved += (next[j] - at[j]) * (next[j] - at[j]);
        memcpy(at, next, (size_t)m * sizeof *at);
        if (moved < tol * tol) return CX_OK;
    }
    cx__warn(CX_E_CONVERGENCE, "TheilSenRegressor: max_iter=%lld steps were too few",
             (long long)limit);
    return CX_OK;
}

static cx_status run(cx_estimator *self, theil *t, double *at)
{
    const bool all = combinations(t->n, t->k) <= cx_param_f64(self, "max_subpopulation");
    if (all)
        every_subset(t);
    else
        CX__TRY(draw_subsets(t));
    CX__TRY(solve_all(t));
    int64_t steps;
    CX__TRY(spatial_median(t, at, &steps));
    const double n = (double)t->n, k = (double)t->k,
                 breakdown = 1 - (pow(0.5, 1 / k) * (n - k + 1) + k - 1) / n;
    const int64_t first = t->m - t->d;
    CX__TRY(cx_self_set(self, CX__LINEAR_COEF, cx_copy_host(at + first, CX_SHAPE(t->d), CX_F64)));
    CX__TRY(cx_self_set_f64(self, CX__LINEAR_INTERCEPT, first == 1 ? at[0] : 0));
    CX__TRY(cx_self_set_f64(self, BREAKDOWN, breakdown));
    CX__TRY(cx_self_set_i64(self, N_ITER, steps));
    return cx_self_set_i64(self, SUBPOPULATION, t->subsets);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__host_only(self, "fit", data->x));
    theil t = {.self = self,
               .x = cx_data_f64(data->x),
               .y = cx_data_f64(data->y),
               .n = cx_dim(data->x, 0),
               .d = cx_dim(data->x, 1)};
    CX__TRY(cx__so_far());
    t.m = t.d + (cx_param_bool(self, "fit_intercept") ? 1 : 0);
    CX__TRY(sizes(&t));
    const size_t count = (size_t)t.subsets * (size_t)(t.k + t.m) + (size_t)(3 * t.m),
                 bytes = count * 8 + (size_t)t.subsets;
    char *memory = cx__alloc(bytes);
    if (memory == NULL) return cx__fail_nomem("fit", "subsets", bytes);
    t.rows = (int64_t *)(void *)memory;
    t.solution = (double *)(void *)(t.rows + t.subsets * t.k);
    double *const at = t.solution + t.subsets * t.m;
    t.left = (uint8_t *)(at + 3 * t.m);
    const cx_status st = run(self, &t, at);
    cx__free(memory);
    return st;
}

const cx_estimator_class cx__class_theil_sen_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TheilSenRegressor",
    .doc = "Linear regression by the spatial median of solutions of small subsets.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64 | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
