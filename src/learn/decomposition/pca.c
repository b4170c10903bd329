/* PCA: principal components from the covariance or from the singular values of the centred data.
 *
 * The data is centred before any product, so a large common offset costs no digits. The randomized
 * and ARPACK solvers are not built: where scikit-learn's 'auto' would draw at random, the exact
 * answer is computed instead. */
#include "base/object.h"
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

enum { COMPONENTS, VARIANCE, RATIO, SINGULAR, MEAN, N_COMPONENTS, N_SAMPLES, NOISE };
static const char *const attrs[] = {"components_: float [k, n]",
                                    "explained_variance_: float [k]",
                                    "explained_variance_ratio_: float [k]",
                                    "singular_values_: float [k]",
                                    "mean_: float [n]",
                                    "n_components_: int []",
                                    "n_samples_: int []",
                                    "noise_variance_: float []",
                                    NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None",
     "int [0, inf), float (0, 1), {'mle'}",
     "how many, what share of the variance, or 'mle'; None: all"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"whiten", CX_PARAM_BOOL, "False", NULL, "scale the components' scores to unit variance"},
    {"svd_solver", CX_PARAM_STR, "'auto'",
     "{'auto', 'full', 'covariance_eigh', 'arpack', 'randomized'}",
     "'auto', 'full' and 'covariance_eigh' are built"},
    {"tol", CX_PARAM_FLOAT, "0.0", "[0, inf)", "only for arpack"},
    {"iterated_power", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [0, inf), {'auto'}",
     "only for randomized"},
    {"n_oversamples", CX_PARAM_INT, "10", "[1, inf)", "only for randomized"},
    {"power_iteration_normalizer", CX_PARAM_STR, "'auto'", "{'auto', 'QR', 'LU', 'none'}",
     "only for randomized"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "not used by the exact solvers"},
    {.name = NULL},
};

typedef enum solver { BY_COVARIANCE, BY_SVD } solver;

/* scikit-learn's choice; where that is 'randomized', whichever exact solver is cheaper. */
static cx_status choose(const cx_estimator *self, int64_t n, int64_t d, solver *out)
{
    const char *asked = cx_param_str(self, "svd_solver");
    if (strcmp(asked, "randomized") == 0 || strcmp(asked, "arpack") == 0)
        return cx__not_built(self, "svd_solver", asked, "use 'auto', 'full' or 'covariance_eigh'");
    *out = strcmp(asked, "covariance_eigh") == 0 ? BY_COVARIANCE : BY_SVD;
    if (strcmp(asked, "auto") != 0) return CX_OK;
    const bool mle = cx_param_is_str(self, "n_components");
    const int64_t least = n < d ? n : d, most = n > d ? n : d;
    if (d <= 1000 && n >= 10 * d) {
        *out = BY_COVARIANCE;
    } else if (most > 500 && !mle) {
        const double k = cx_param_is_none(self, "n_components")
                             ? (double)least
                             : cx_param_f64(self, "n_components");
        const bool randomized = k >= 1 && k < 0.8 * (double)least;
        *out = randomized && n >= d ? BY_COVARIANCE : BY_SVD;
    }
    return CX_OK;
}

/* Everything that the solvers find: r = min(n, d) components (d for the covariance), variances
 * descending. */
typedef struct spectrum {
    int64_t r;
    const cx_array *vt, *variance, *singular; /* [r, d], [r], [r] */
} spectrum;

static spectrum by_covariance(const cx__site *s, const cx_array *x, const cx_array *mean)
{
    const double rest = (double)(cx_dim(x, 0) - 1);
    const cx_array *c = cx_div(cx__gram(s, x, mean), cx_float(rest));
    const cx_eigh e = cx_linalg_eigh(c, NULL);
    const cx_array *variance = cx_maximum(cx_flip(e.w, 0), cx_float(0));
    return (spectrum){.r = cx_dim(x, 1),
                      .vt = cx_flip(cx_transpose(e.v), 0),
                      .variance = variance,
                      .singular = cx_sqrt(cx_mul(variance, cx_float(rest)))};
}

/* Of tall data the triangle of a QR decomposition has the singular values. */
static spectrum by_svd(const cx__site *s, const cx_array *x, cx_array *mean)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    cx__regression r = {.site = *s, .n = n, .d = d, .raw = x, .x_mean = mean};
    cx_array *all = NULL;
    const cx_status st = n < 4 * d ? cx__regression_centre(&r) : cx__regression_triangle(&r, &all);
    if (cx_check(st) != CX_OK) return (spectrum){0};
    const cx_svd f = cx_linalg_svd(all != NULL ? all : r.x, CX_OPTS(cx_svd_opts, .thin = true));
    return (spectrum){.r = cx_dim(f.s, 0),
                      .vt = f.vh,
                      .variance = cx_div(cx_mul(f.s, f.s), cx_float((double)(n - 1))),
                      .singular = f.s};
}

/* Minka's approximation of the evidence for `rank` components (NIPS 2000, 598-604). */
static double evidence(const double *s, int64_t rank, int64_t d, double n)
{
    const double tiny = 1e-15, log_pi = log(acos(-1));
    if (s[rank - 1] < tiny) return -INFINITY;
    const double k = (double)rank, dims = (double)d, rest = dims - k;
    double prior = -k * log(2), kept = 0, left = 0, hessian = 0;
    for (int64_t i = 1; i <= rank; i++) {
        const double half = (dims - (double)i + 1) / 2;
        prior += lgamma(half) - log_pi * half;
        kept += log(s[i - 1]);
    }
    for (int64_t i = rank; i < d; i++) left += s[i];
    const double noise = fmax(tiny, left / rest);
    const double free_numbers = dims * k - k * (k + 1) / 2;
    for (int64_t i = 0; i < rank; i++)
        for (int64_t j = i + 1; j < d; j++) {
            const double sj = j < rank ? s[j] : noise;
            hessian += log((s[i] - s[j]) * (1 / sj - 1 / s[i])) + log(n);
        }
    return prior - kept * n / 2 - log(noise) * n * rest / 2 +
           (log(2) + log_pi) * (free_numbers + k) / 2 - hessian / 2 - k * log(n) / 2;
}

static int64_t most_likely_rank(const double *s, int64_t d, int64_t n)
{
    int64_t best = 0;
    double top = -INFINITY;
    for (int64_t rank = 1; rank < d; rank++) {
        const double e = evidence(s, rank, d, (double)n);
        if (!(e > top)) continue;
        top = e;
        best = rank;
    }
    return best;
}

static cx_status likely_components(const cx__site *site, const spectrum *s, int64_t n, int64_t *k)
{
    double *variance = cx__scratch((size_t)s->r * sizeof *variance);
    if (variance == NULL)
        return cx__fail_nomem("fit", "variances", (size_t)s->r * sizeof *variance);
    const cx_status st = cx__read_f64(site, s->variance, variance);
    if (st == CX_OK) *k = most_likely_rank(variance, s->r, n);
    cx__scratch_free(variance);
    return st;
}

/* How many components to keep. */
static cx_status count_components(const cx_estimator *self, const cx__site *site, int64_t n,
                                  int64_t d, const spectrum *s, const cx_array *ratio, int64_t *k)
{
    const int64_t least = n < d ? n : d;
    *k = least;
    if (cx_param_is_none(self, "n_components")) return CX_OK;
    if (cx_param_is_str(self, "n_components")) {
        if (n < d)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "PCA: n_components='mle' needs n_samples >= n_features");
        return likely_components(site, s, n, k);
    }
    if (cx_param_is_number(self, "n_components") == 1) {
        *k = cx_param_i64(self, "n_components");
        if (*k <= least) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "PCA: n_components=%lld is more than min(n_samples, n_features)=%lld",
                        (long long)*k, (long long)least);
    }
    const double share = cx_param_f64(self, "n_components");
    /* the running sums that are not above the share, which makes one more */
    const cx_array *below = cx_less_equal(cx_cumsum(ratio, 0), cx_float(share));
    *k = cx__number_i64(cx_sum(below, CX_ALL)) + 1;
    if (*k > least) *k = least;
    return cx__so_far();
}

static cx_status store(cx_estimator *self, const cx__site *site, const spectrum *s, int64_t n,
                       int64_t d, const cx_array *mean, cx_dtype t)
{
    const cx_array *ratio = cx_div(s->variance, cx_sum(s->variance, CX_ALL)),
                   *noise = cx_zeros(CX_SHAPE(), CX_F64, site->device);
    int64_t k;
    CX__TRY(count_components(self, site, n, d, s, ratio, &k));
    if (k < (n < d ? n : d)) noise = cx_mean(cx_slice(s->variance, 0, k, CX_END, 1), CX_ALL);
    CX__TRY(cx__store(self, COMPONENTS, cx__fix_signs("fit", cx_slice(s->vt, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, VARIANCE, cx_copy(cx_slice(s->variance, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, RATIO, cx_copy(cx_slice(ratio, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, SINGULAR, cx_copy(cx_slice(s->singular, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, MEAN, mean, t));
    CX__TRY(cx_self_set_i64(self, N_COMPONENTS, k));
    CX__TRY(cx_self_set_i64(self, N_SAMPLES, n));
    return cx__store(self, NOISE, noise, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    if (n < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "PCA needs at least 2 rows, x has %lld",
                        (long long)n);
    solver way = BY_SVD;
    CX__TRY(choose(self, n, d, &way));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *x = cx__f64(&s, data->x);
    cx_array *mean;
    CX__TRY(cx__column_means(&s, x, NULL, &mean, NULL));
    const spectrum found = way == BY_COVARIANCE ? by_covariance(&s, x, mean) : by_svd(&s, x, mean);
    CX__TRY(cx__so_far());
    return store(self, &s, &found, n, d, mean, cx__float_like(data->x));
}

/* What whitening divides by. */
static cx_array *deviations(const cx_estimator *self)
{
    return cx_maximum(cx_sqrt(cx__slot_f64(self, VARIANCE)), cx_float(DBL_EPSILON));
}

/* Plan: (x - mean) times the transposed components, over what whitening divides by. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t k = cx_dim(cx_self(self, COMPONENTS), 0);
    cx_learn_scores *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    const bool whiten = cx_param_bool(self, "whiten");
    const cx_array *w = cx__padded_transpose(cx__plan_site(p), cx__slot_f64(self, COMPONENTS));
    *m = (cx_learn_scores){.score = CX_LEARN_LINEAR,
                           .end = whiten ? CX_LEARN_DIVIDED : CX_LEARN_SCORES,
                           .d = p->cols_in,
                           .k = k,
                           .ld = cx_dim(w, 1)};
    p->state = m;
    p->cols_out = k;
    if (whiten) CX__TRY(cx__plan_f64(p, deviations(self), &m->divisor));
    CX__TRY(cx__plan_f64(p, cx_self(self, MEAN), &m->shift));
    return cx__plan_f64(p, w, &m->w);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t k = cx_dim(cx_self(self, COMPONENTS), 0);
    if (cx_dim(x, 1) != k) {
        (void)cx_check(cx__fail(CX_E_SHAPE, "inverse_transform",
                                "PCA: x has %lld columns, the model has %lld components",
                                (long long)cx_dim(x, 1), (long long)k));
        return NULL;
    }
    const cx_array *in = cx_astype(x, CX_F64);
    if (cx_param_bool(self, "whiten")) in = cx_mul(in, deviations(self));
    cx_array *out = cx_add(cx_matmul(in, cx__slot_f64(self, COMPONENTS)), cx__slot_f64(self, MEAN));
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, COMPONENTS), 0));
}

const cx_estimator_class cx__class_pca = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PCA",
    .doc = "Principal component analysis.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = names_out,
    .plan = plan,
    .transform_into = cx__scores_into,
};
