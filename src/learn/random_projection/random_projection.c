/* GaussianRandomProjection, SparseRandomProjection: columns onto directions drawn at random.
 *
 * The draws are the host's, from scikit-learn's stream. The matrix of the sparse one is kept whole,
 * zeros and all. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/decomposition/projection.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/distributions.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random_projection.h>
#include <calx/reduce.h>
#include <math.h>

enum { COMPONENTS, COUNT, INVERSE, DENSITY };
static const char *const attrs[] = {"components_: float [k, n]", "n_components_: int []",
                                    "inverse_components_?: float [n, k]", NULL};
static const char *const sparse_attrs[] = {"components_: float [k, n]", "n_components_: int []",
                                           "inverse_components_?: float [n, k]",
                                           "density_: float []", NULL};

#define N_COMPONENTS                                                                     \
    {                                                                                    \
        "n_components", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}", \
            "how many; 'auto': enough for eps by Johnson and Lindenstrauss"              \
    }
#define EPS                                                                                       \
    {                                                                                             \
        "eps", CX_PARAM_FLOAT, "0.1", "(0, inf)", "share by which distances may be off in 'auto'" \
    }
#define INVERSE_COMPONENTS                                                                         \
    {                                                                                              \
        "compute_inverse_components", CX_PARAM_BOOL, "False", NULL, "keep the pseudo-inverse, too" \
    }
#define RANDOM_STATE                                                             \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the draws"                                                  \
    }

static const cx_param params[] = {
    N_COMPONENTS, EPS, INVERSE_COMPONENTS, RANDOM_STATE, {.name = NULL}};
static const cx_param sparse_params[] = {
    N_COMPONENTS,
    {"density", CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'", "float (0, 1], {'auto'}",
     "share of numbers that are not 0; 'auto': 1 / sqrt(columns)"},
    EPS,
    {"dense_output", CX_PARAM_BOOL, "False", NULL, "not used: results are always dense"},
    INVERSE_COMPONENTS,
    RANDOM_STATE,
    {.name = NULL},
};

static int64_t least_dimensions(double n, double eps)
{
    return (int64_t)(4 * log(n) / (eps * eps / 2 - eps * eps * eps / 3));
}

static cx_status min_dim(const cx_array *n, const cx_array *eps, cx_array **out)
{
    static const char where[] = "johnson_lindenstrauss_min_dim";
    CX__NEED(where, "n_samples", n, CX__KIND_ARRAY);
    CX__NEED(where, "eps", eps, CX__KIND_ARRAY);
    static cx__held inside = CX__HELD("n, eps: all((n > 0) & (eps > 0) & (eps < 1))");
    static cx__held least =
        CX__HELD("n, eps: int64(4 * log(float64(n)) / (eps ** 2 / 2 - eps ** 3 / 3))");
    const cx_array *const fits = cx__held_run(where, &inside, CX_ARRAYS(n, eps));
    CX__TRY(cx__so_far());
    if (!(cx__number_f64(fits) > 0))
        return cx__fail(CX_E_ARGUMENT, where, "n_samples must be above 0 and eps in (0, 1)");
    *out = cx__held_run(where, &least, CX_ARRAYS(n, eps));
    return cx__so_far();
}
cx_array *cx_johnson_lindenstrauss_min_dim(const cx_array *n_samples, const cx_array *eps)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = min_dim(n_samples, eps, &out);
    return cx__give(s, st, out);
}

static cx_status count_components(const cx_estimator *self, int64_t n, int64_t d, int64_t *k)
{
    const char *const name = self->cls->name;
    if (!cx_param_is_str(self, "n_components")) {
        *k = cx_param_i64(self, "n_components");
        if (*k > d)
            cx__warn(CX_E_ARGUMENT, "%s: n_components=%lld is more than the %lld columns of x",
                     name, (long long)*k, (long long)d);
        return CX_OK;
    }
    const double eps = cx_param_f64(self, "eps");
    if (!(eps < 1))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: eps=%s; n_components='auto' needs it below 1",
                        name, cx_param_text(self, "eps"));
    *k = least_dimensions((double)n, eps);
    if (*k >= 1 && *k <= d) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: eps=%s and %lld rows make n_components='auto' %lld; x has %lld columns",
                    name, cx_param_text(self, "eps"), (long long)n, (long long)*k, (long long)d);
}

/* ---- matrices, on the host */
static cx_status gaussian(cx_generator *g, int64_t k, int64_t d, cx_array **out)
{
    *out = cx_rng_normal(g, 0, 1 / sqrt((double)k), CX_SHAPE(k, d));
    return cx__so_far();
}

static cx_status signs(cx_generator *g, int64_t count, const int64_t **out)
{
    *out = cx_data_i64(cx_rng_binomial(g, 1, 0.5, CX_SHAPE(count)));
    return cx__so_far();
}

/* Places of the numbers that are not 0: counts and columns of a row are drawn before the next. */
static cx_status draw_places(cx_generator *g, int64_t k, int64_t d, double density, int64_t *place,
                             int64_t *room, int64_t *total)
{
    *total = 0;
    for (int64_t i = 0; i < k; i++) {
        const cx_scope s = cx_scope_open();
        const int64_t *const drawn = cx_data_i64(cx_rng_binomial(g, d, density, CX_SHAPE(1)));
        const int64_t count = drawn != NULL ? drawn[0] : 0;
        CX__TRY(cx_scope_close(s));
        int64_t *const at = place + *total;
        CX__TRY(cx__draw_different_by(CX__DRAW_AUTO, g, d, count, at, room));
        for (int64_t j = 0; j < count; j++) at[j] += i * d;
        *total += count;
    }
    return CX_OK;
}

static cx_status sparse(cx_generator *g, int64_t k, int64_t d, double density, cx_array **out)
{
    *out = cx_zeros(CX_SHAPE(k, d), CX_F64, CX_CPU);
    double *const at = cx_data_f64_mut(*out);
    CX__TRY(cx__so_far());
    const size_t size = (size_t)k * (size_t)d;
    int64_t *const place = cx__calloc(size + (size_t)d, sizeof *place);
    if (place == NULL) return cx__fail_nomem("fit", "places", (size + (size_t)d) * sizeof *place);
    int64_t total = (int64_t)size;
    cx_status st = CX_OK;
    if (density < 1)
        st = draw_places(g, k, d, density, place, place + size, &total);
    else
        for (int64_t i = 0; i < total; i++) place[i] = i;
    const int64_t *up = NULL;
    if (st == CX_OK && total > 0) st = signs(g, total, &up);
    const double size_of_one = sqrt(1 / density) / sqrt((double)k);
    for (int64_t i = 0; st == CX_OK && i < total; i++)
        at[place[i]] = up[i] ? size_of_one : -size_of_one;
    cx__free(place);
    return st;
}

/* density below 0: the normal distribution */
static cx_status fit_with(cx_estimator *self, const cx_data *data, double density)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const cx_dtype t = cx__float_like(data->x);
    cx__site s;
    int64_t k = 0;
    cx_array *drawn = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(count_components(self, n, d, &k));
    cx_generator *const g = cx__seeded(self);
    CX__TRY(cx__so_far());
    CX__TRY(density < 0 ? gaussian(g, k, d, &drawn) : sparse(g, k, d, density, &drawn));
    CX__TRY(cx__store(self, COMPONENTS, cx__send(&s, drawn), t));
    CX__TRY(cx_self_set_i64(self, COUNT, k));
    if (!cx_param_bool(self, "compute_inverse_components")) return CX_OK;
    return cx__store(self, INVERSE, cx_linalg_pinv(cx__slot_f64(self, COMPONENTS), NULL), t);
}

static cx_status fit_gaussian(cx_estimator *self, const cx_data *data)
{
    return fit_with(self, data, -1);
}

static cx_status fit_sparse(cx_estimator *self, const cx_data *data)
{
    const double density = cx_param_is_str(self, "density") ? 1 / sqrt((double)cx_dim(data->x, 1))
                                                            : cx_param_f64(self, "density");
    CX__TRY(fit_with(self, data, density));
    return cx_self_set_f64(self, DENSITY, density);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__projection_plan(self, cx__slot_f64(self, COMPONENTS), NULL, NULL, p);
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const back = cx_self_has(self, INVERSE)
                                     ? cx__slot_f64(self, INVERSE)
                                     : cx_linalg_pinv(cx__slot_f64(self, COMPONENTS), NULL);
    return cx__projection_back(self, x, NULL, cx_transpose(back), NULL);
}

const cx_estimator_class cx__class_gaussian_random_projection = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GaussianRandomProjection",
    .doc = "Columns onto normally distributed directions.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit_gaussian,
    .transform = cx__projection_transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
    .plan = plan,
    .transform_into = cx__scores_into,
};
const cx_estimator_class cx__class_sparse_random_projection = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SparseRandomProjection",
    .doc = "Columns onto directions of few numbers, all of one size.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = sparse_params,
    .attrs = sparse_attrs,
    .fit = fit_sparse,
    .transform = cx__projection_transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
    .plan = plan,
    .transform_into = cx__scores_into,
};
