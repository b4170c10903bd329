/* PCA: principal components from the covariance, from the singular values of the centred data, or
 * from random projections of it.
 *
 * The data is centred before any product, so a large common offset costs no digits. ARPACK's
 * answer is the exact one, of which the first components are kept. */
#include "base/object.h"
#include "learn/decomposition/gaussian.h"
#include "learn/decomposition/pca_rank.h"
#include "learn/decomposition/projection.h"
#include "learn/decomposition/spectrum.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { N_SAMPLES = CX__PCA_SLOTS };
static const char *const attrs[] = {CX__PCA_ATTRS, "n_samples_: int []", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None",
     "int [0, inf), float (0, 1), {'mle'}",
     "how many, what share of the variance, or 'mle'; None: all"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"whiten", CX_PARAM_BOOL, "False", NULL, "scale the components' scores to unit variance"},
    {"svd_solver", CX_PARAM_STR, "'auto'",
     "{'auto', 'full', 'covariance_eigh', 'arpack', 'randomized'}",
     "how; 'arpack' is exact, with fewer components than there are"},
    {"tol", CX_PARAM_FLOAT, "0.0", "[0, inf)", "not used: arpack's answer is exact"},
    {"iterated_power", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [0, inf), {'auto'}",
     "power iterations of randomized"},
    {"n_oversamples", CX_PARAM_INT, "10", "[1, inf)",
     "random vectors of randomized beyond the components"},
    {"power_iteration_normalizer", CX_PARAM_STR, "'auto'", "{'auto', 'QR', 'LU', 'none'}",
     "what keeps randomized's vectors apart"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "seed of randomized"},
    {.name = NULL},
};

typedef enum solver { BY_COVARIANCE, BY_SVD, BY_ARPACK, BY_DRAWING } solver;

/* scikit-learn's choice. */
static solver choose(const cx_estimator *self, int64_t n, int64_t d)
{
    const char *const asked = cx_param_str(self, "svd_solver");
    if (strcmp(asked, "covariance_eigh") == 0) return BY_COVARIANCE;
    if (strcmp(asked, "arpack") == 0) return BY_ARPACK;
    if (strcmp(asked, "randomized") == 0) return BY_DRAWING;
    if (strcmp(asked, "full") == 0) return BY_SVD;
    const int64_t least = n < d ? n : d, most = n > d ? n : d;
    if (d <= 1000 && n >= 10 * d) return BY_COVARIANCE;
    if (most <= 500 || cx_param_is_str(self, "n_components")) return BY_SVD;
    const double k =
        cx_param_is_none(self, "n_components") ? (double)least : cx_param_f64(self, "n_components");
    return k >= 1 && k < 0.8 * (double)least ? BY_DRAWING : BY_SVD;
}

/* What a solver finds: r variances, falling, whose vectors are rows of vt, and the sum of all. */
typedef struct found {
    int64_t r;
    const cx_array *vt, *variance, *singular, *total;
    const cx_array *u; /* left vectors where they are drawn and wanted */
} found;

static cx_status by_covariance(const cx__site *s, const cx_array *x, const cx_array *mean,
                               found *out)
{
    const double rest = (double)(cx_dim(x, 0) - 1);
    const cx_array *const c = cx_div(cx__gram(s, x, mean), cx_float(rest));
    const cx_eigh e = cx_linalg_eigh(c, NULL);
    const cx_array *const variance = cx_maximum(cx_flip(e.w, 0), cx_float(0));
    *out = (found){.r = cx_dim(x, 1),
                   .vt = cx_flip(cx_transpose(e.v), 0),
                   .variance = variance,
                   .singular = cx_sqrt(cx_mul(variance, cx_float(rest))),
                   .total = cx_sum(variance, CX_ALL)};
    return cx__so_far();
}

static cx_status by_singular_values(const cx__spectrum *f, int64_t n, found *out)
{
    static cx__held variances = CX__HELD("s, rest: s * s / rest");
    *out = (found){.r = f->r,
                   .vt = f->vt,
                   .variance = cx__held_run("fit", &variances,
                                            CX_ARRAYS(f->singular, cx_float((double)(n - 1)))),
                   .singular = f->singular};
    return cx__so_far();
}

static cx_status by_svd(const cx__site *s, const cx_array *x, cx_array *mean, found *out)
{
    cx_array *rows = NULL;
    cx__spectrum f = {0};
    CX__TRY(cx__spectral_rows(s, x, mean, &rows));
    CX__TRY(cx__spectrum_exact(rows, &f));
    CX__TRY(by_singular_values(&f, cx_dim(x, 0), out));
    out->total = cx_sum(out->variance, CX_ALL);
    return CX_OK;
}

static cx_status by_drawing(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            cx_array *mean, int64_t k, bool scores, found *out)
{
    const bool given = cx_param_is_number(self, "iterated_power") != 0;
    const cx__projecting how = {
        .k = k,
        .n_oversamples = cx_param_i64(self, "n_oversamples"),
        .n_iter = given ? cx_param_i64(self, "iterated_power") : -1,
        .normalizer = cx_param_str(self, "power_iteration_normalizer"),
        .generator = cx__seeded(self),
    };
    cx__spectrum f = {0};
    cx_array *squares = NULL, *again = NULL;
    CX__TRY(scores ? cx__spectrum_of_rows(cx__centred(s, x, mean, NULL), &how, &f)
                   : cx__spectrum_random(s, x, mean, &how, &f));
    CX__TRY(by_singular_values(&f, cx_dim(x, 0), out));
    out->u = f.u;
    CX__TRY(cx__column_means(s, x, NULL, &again, &squares));
    out->total = cx_div(cx_sum(squares, CX_ALL), cx_float((double)(cx_dim(x, 0) - 1)));
    return CX_OK;
}

/* n_components of the solvers that find no more than they are asked for. */
static cx_status count_first(const cx_estimator *self, solver way, int64_t least, int64_t *k)
{
    const char *const name = way == BY_ARPACK ? "arpack" : "randomized";
    const int64_t most = way == BY_ARPACK ? least - 1 : least;
    *k = most;
    if (cx_param_is_none(self, "n_components") && most > 0) return CX_OK;
    if (cx_param_is_number(self, "n_components") == 1) {
        *k = cx_param_i64(self, "n_components");
        if (*k >= 1 && *k <= most) return CX_OK;
    }
    return cx__fail(
        CX_E_ARGUMENT, "fit",
        "PCA: n_components=%s; with svd_solver='%s' it must be a whole number from 1 to "
        "%lld",
        cx_param_text(self, "n_components"), name, (long long)most);
}

/* Variance outside of the first k components, spread evenly. */
static cx_array *noise_of(const found *f, solver way, int64_t k, int64_t least)
{
    if (k >= least) return cx_zeros_like(f->total, CX_F64);
    if (way == BY_DRAWING) {
        static cx__held left = CX__HELD("total, v, rest: (total - sum(v)) / rest");
        return cx__held_run("fit", &left,
                            CX_ARRAYS(f->total, f->variance, cx_float((double)(least - k))));
    }
    return cx_mean(cx_slice(f->variance, 0, k, CX_END, 1), CX_ALL);
}

static cx_status store(cx_estimator *self, const found *f, solver way, int64_t k, int64_t n,
                       const cx_array *mean, cx_dtype t)
{
    const int64_t d = cx_dim(f->vt, 1), least = n < d ? n : d;
    const cx_array *const variance = cx_slice(f->variance, 0, 0, k, 1);
    CX__TRY(
        cx__store(self, CX__PCA_COMPONENTS, cx__fix_signs("fit", cx_slice(f->vt, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, CX__PCA_VARIANCE, cx_copy(variance), t));
    CX__TRY(cx__store(self, CX__PCA_RATIO, cx_div(variance, f->total), t));
    CX__TRY(cx__store(self, CX__PCA_SINGULAR, cx_copy(cx_slice(f->singular, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, CX__PCA_MEAN, mean, t));
    CX__TRY(cx_self_set_i64(self, CX__PCA_COUNT, k));
    CX__TRY(cx_self_set_i64(self, N_SAMPLES, n));
    return cx__store(self, CX__PCA_NOISE, noise_of(f, way, k, least), t);
}

static cx_status fitted(cx_estimator *self, const cx_data *data, bool scores, found *f)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1), least = n < d ? n : d;
    if (n < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "PCA needs at least 2 rows, x has %lld",
                        (long long)n);
    const solver way = choose(self, n, d);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *const x = cx__f64(&s, data->x);
    cx_array *mean;
    int64_t k = 0;
    if (way == BY_ARPACK || way == BY_DRAWING) CX__TRY(count_first(self, way, least, &k));
    CX__TRY(cx__column_means(&s, x, NULL, &mean, NULL));
    if (way == BY_COVARIANCE)
        CX__TRY(by_covariance(&s, x, mean, f));
    else if (way == BY_DRAWING)
        CX__TRY(by_drawing(self, &s, x, mean, k, scores, f));
    else
        CX__TRY(by_svd(&s, x, mean, f));
    if (way == BY_COVARIANCE || way == BY_SVD)
        CX__TRY(cx__pca_rank(self, &s, n, f->variance, f->total, &k));
    return store(self, f, way, k, n, mean, cx__float_like(data->x));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    found f = {0};
    return fitted(self, data, false, &f);
}

/* Of drawn components the left vectors are the scores; the products with x are not quite they. */
static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    static cx__held scaled = CX__HELD("u, v, own, by: where(sum(v * own, axis=1) < 0, -u, u) * by");
    found f = {0};
    if (cx_check(fitted(self, data, true, &f)) != CX_OK) return NULL;
    if (f.u == NULL) return cx__projection_transform(self, data->x);
    const cx_array *const root = cx_float(sqrt((double)(cx_dim(data->x, 0) - 1)));
    cx_array *const out =
        cx__held_run("fit_transform", &scaled,
                     CX_ARRAYS(f.u, f.vt, cx__slot_f64(self, CX__PCA_COMPONENTS),
                               cx_param_bool(self, "whiten") ? root : f.singular));
    return cx__float_like(data->x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

const cx_estimator_class cx__class_pca = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PCA",
    .doc = "Principal component analysis.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = cx__projection_transform,
    .inverse_transform = cx__pca_inverse,
    .feature_names_out = cx__projection_names,
    .score_samples = cx__gaussian_samples,
    .score = cx__gaussian_score,
    .plan = cx__pca_plan,
    .transform_into = cx__scores_into,
    .score_samples_into = cx__gaussian_into,
};
