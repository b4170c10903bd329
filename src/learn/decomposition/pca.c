/* PCA: principal components from the covariance or from the singular values of the centred data.
 *
 * The data is centred before any product, so a large common offset costs no digits. The randomized
 * and ARPACK solvers are not built: where scikit-learn's 'auto' would draw at random, the exact
 * answer is computed instead. */
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/array.h>
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
    double *vt, *variance, *singular; /* [r, d], [r], [r] */
} spectrum;

static cx_status by_covariance(const double *x, int64_t n, int64_t d, const double *mean,
                               spectrum *s)
{
    double *c = cx__scratch_f64("fit", "the covariance", 2 * d, d);
    if (c == NULL) return CX_E_NOMEM;
    double *v = c + d * d;
    cx_status st = cx__gram("fit", x, n, d, mean, c);
    for (int64_t i = 0; st == CX_OK && i < d * d; i++) c[i] /= (double)(n - 1);
    if (st == CX_OK) st = cx__eigh("fit", c, d, s->variance, v);
    for (int64_t a = 0; st == CX_OK && a < d; a++)
        for (int64_t j = 0; j < d; j++) s->vt[a * d + j] = v[j * d + d - 1 - a];
    for (int64_t a = 0; st == CX_OK && a < d / 2; a++) {
        const double t = s->variance[a];
        s->variance[a] = s->variance[d - 1 - a];
        s->variance[d - 1 - a] = t;
    }
    for (int64_t a = 0; st == CX_OK && a < d; a++) {
        if (s->variance[a] < 0) s->variance[a] = 0;
        s->singular[a] = sqrt(s->variance[a] * (double)(n - 1));
    }
    cx__scratch_free(c);
    return st;
}

static cx_status by_svd(const double *x, int64_t n, int64_t d, const double *mean, spectrum *s)
{
    double *z = cx__scratch_f64("fit", "centred data", n, d);
    if (z == NULL) return CX_E_NOMEM;
    cx_status st = cx__center("fit", x, n, d, mean, NULL, z);
    if (st == CX_OK) st = cx__svd("fit", z, n, d, NULL, s->singular, s->vt);
    for (int64_t a = 0; st == CX_OK && a < s->r; a++)
        s->variance[a] = s->singular[a] * s->singular[a] / (double)(n - 1);
    cx__scratch_free(z);
    return st;
}

/* The sign of a component is free: its entry of largest size becomes positive. */
static void fix_signs(double *vt, int64_t rows, int64_t d)
{
    for (int64_t a = 0; a < rows; a++) {
        double *row = vt + a * d, top = 0;
        for (int64_t j = 0; j < d; j++)
            if (fabs(row[j]) > fabs(top)) top = row[j];
        for (int64_t j = 0; top < 0 && j < d; j++) row[j] = -row[j];
    }
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

/* How many components to keep. */
static cx_status count_components(const cx_estimator *self, int64_t n, int64_t d, const spectrum *s,
                                  const double *ratio, int64_t *k)
{
    const int64_t least = n < d ? n : d;
    *k = least;
    if (cx_param_is_none(self, "n_components")) return CX_OK;
    if (cx_param_is_str(self, "n_components")) {
        if (n < d)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "PCA: n_components='mle' needs n_samples >= n_features");
        *k = most_likely_rank(s->variance, s->r, n);
        return CX_OK;
    }
    if (cx_param_is_number(self, "n_components") == 1) {
        *k = cx_param_i64(self, "n_components");
        if (*k <= least) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "PCA: n_components=%lld is more than min(n_samples, n_features)=%lld",
                        (long long)*k, (long long)least);
    }
    const double share = cx_param_f64(self, "n_components");
    double sum = 0;
    for (*k = 0; *k < s->r; ++*k) {
        sum += ratio[*k];
        if (sum > share) break;
    }
    *k = *k + 1 < least ? *k + 1 : least;
    return CX_OK;
}

static cx_status store(cx_estimator *self, const spectrum *s, int64_t n, int64_t d,
                       const double *mean, double *ratio, cx_dtype t)
{
    double total = 0, noise = 0;
    for (int64_t a = 0; a < s->r; a++) total += s->variance[a];
    for (int64_t a = 0; a < s->r; a++) ratio[a] = s->variance[a] / total;
    int64_t k;
    CX__TRY(count_components(self, n, d, s, ratio, &k));
    for (int64_t a = k; a < s->r; a++) noise += s->variance[a];
    if (k < (n < d ? n : d))
        noise /= (double)(s->r - k);
    else
        noise = 0;
    CX__TRY(cx__store_matrix(self, COMPONENTS, s->vt, k, d, t));
    CX__TRY(cx__store_vector(self, VARIANCE, s->variance, k, t));
    CX__TRY(cx__store_vector(self, RATIO, ratio, k, t));
    CX__TRY(cx__store_vector(self, SINGULAR, s->singular, k, t));
    CX__TRY(cx__store_vector(self, MEAN, mean, d, t));
    CX__TRY(cx_self_set_i64(self, N_COMPONENTS, k));
    CX__TRY(cx_self_set_i64(self, N_SAMPLES, n));
    return cx__store(self, NOISE, cx_f64(noise), t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    if (n < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "PCA needs at least 2 rows, x has %lld",
                        (long long)n);
    solver way = BY_SVD;
    CX__TRY(choose(self, n, d, &way));
    const double *x = cx__f64_of("fit", data->x);
    if (x == NULL) return cx__last_status();
    spectrum s = {.r = way == BY_COVARIANCE || d < n ? d : n};
    double *work = cx__scratch_f64("fit", "components", 1, s.r * (d + 3) + 2 * d);
    if (work == NULL) return CX_E_NOMEM;
    s.vt = work;
    s.variance = s.vt + s.r * d;
    s.singular = s.variance + s.r;
    double *ratio = s.singular + s.r, *mean = ratio + s.r, *count = mean + d;
    cx_status st = cx__moments("fit", x, n, d, NULL, count, mean, NULL);
    if (st == CX_OK)
        st = way == BY_COVARIANCE ? by_covariance(x, n, d, mean, &s) : by_svd(x, n, d, mean, &s);
    if (st == CX_OK) {
        fix_signs(s.vt, s.r, d);
        st = store(self, &s, n, d, mean, ratio, cx__float_like(data->x));
    }
    cx__scratch_free(work);
    return st;
}

/* What whitening divides by. */
static double deviation(double variance)
{
    const double s = sqrt(variance);
    return s < DBL_EPSILON ? DBL_EPSILON : s;
}

/* Plan: mean [d], what whitening divides by [k], and the components, transposed, [d, ld]. */
typedef struct pca_plan {
    int64_t k, ld;
    double *mean, *divisor, *components;
} pca_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t d = p->cols_in, k = cx_dim(cx_self(self, COMPONENTS), 0), ld = cx__padded(k);
    const double *mean = cx__slot_f64(self, MEAN), *rows = cx__slot_f64(self, COMPONENTS);
    const double *variance = cx__slot_f64(self, VARIANCE);
    pca_plan *m = cx_plan_alloc(p, sizeof *m);
    double *memory = cx_plan_alloc(p, (size_t)(ld * (d + 1) + d) * sizeof *memory);
    if (m == NULL || memory == NULL) return CX_E_NOMEM;
    if (mean == NULL || rows == NULL || variance == NULL) return cx__last_status();
    *m = (pca_plan){.k = k, .ld = ld, .components = memory, .divisor = memory + ld * d};
    m->mean = m->divisor + ld;
    memcpy(m->mean, mean, (size_t)d * sizeof *mean);
    const bool whiten = cx_param_bool(self, "whiten");
    for (int64_t a = 0; a < k; a++) {
        m->divisor[a] = whiten ? deviation(variance[a]) : 1;
        for (int64_t j = 0; j < d; j++) m->components[j * ld + a] = rows[a * d + j];
    }
    p->state = m;
    p->cols_out = k;
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const pca_plan *m = p->state;
    for (int64_t i = 0; i < rows; i++, x += p->cols_in, out += m->k) {
        cx__project(x, m->mean, p->cols_in, m->components, m->ld, NULL, m->k, out);
        for (int64_t a = 0; a < m->k; a++) out[a] /= m->divisor[a];
    }
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), k = cx_dim(cx_self(self, COMPONENTS), 0),
                  d = cx_dim(cx_self(self, COMPONENTS), 1);
    if (cx_dim(x, 1) != k) {
        (void)cx_check(cx__fail(CX_E_SHAPE, "inverse_transform",
                                "PCA: x has %lld columns, the model has %lld components",
                                (long long)cx_dim(x, 1), (long long)k));
        return NULL;
    }
    const double *in = cx__f64_of("inverse_transform", x), *mean = cx__slot_f64(self, MEAN);
    const double *rows = cx__slot_f64(self, COMPONENTS), *variance = cx__slot_f64(self, VARIANCE);
    double *out;
    cx_array *result = cx__new_f64(n, d, &out);
    if (result == NULL || in == NULL || mean == NULL || rows == NULL || variance == NULL)
        return NULL;
    const bool whiten = cx_param_bool(self, "whiten");
    for (int64_t i = 0; i < n; i++) {
        memcpy(out + i * d, mean, (size_t)d * sizeof *out);
        for (int64_t a = 0; a < k; a++) {
            const double v = in[i * k + a] * (whiten ? deviation(variance[a]) : 1);
            for (int64_t j = 0; j < d; j++) out[i * d + j] += v * rows[a * d + j];
        }
    }
    return cx__float_like(x) == CX_F64 ? result : cx_astype(result, CX_F32);
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
    .plan = plan,
    .transform_into = transform_into,
};
