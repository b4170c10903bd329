/* MDS and ClassicalMDS: positions from dissimilarities, which are made where x is. */
#include <calx/manifold.h>

#include "learn/manifold/classical.h"
#include "learn/manifold/smacof.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <math.h>
#include <string.h>

enum { EMBEDDING, DISSIMILARITY, STRESS, N_ITER };
static const char *const attrs[] = {"embedding_: float [m, k]",
                                    "dissimilarity_matrix_: float [m, m]", "stress_: float []",
                                    "n_iter_: int []", NULL};
enum { VALUES = STRESS };
static const char *const classical_attrs[] = {"embedding_: float [m, k]",
                                              "dissimilarity_matrix_: float [m, m]",
                                              "eigenvalues_: float [k]", NULL};

#define COMPONENTS                                                                    \
    {                                                                                 \
        "n_components", CX_PARAM_INT, "2", "[1, inf)", "coordinates of the embedding" \
    }
#define METRIC                                                      \
    {                                                               \
        "metric", CX_PARAM_STR, "'euclidean'", NULL,                \
            "distance of rows; 'precomputed': x is dissimilarities" \
    }
#define METRIC_PARAMS                                                                             \
    {                                                                                             \
        "metric_params", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "{'p': ...} of 'minkowski'" \
    }

static const cx_param params[] = {
    COMPONENTS,
    {"metric_mds", CX_PARAM_BOOL, "True", NULL, "False: only the order of dissimilarities counts"},
    {"n_init", CX_PARAM_INT, "1", "[1, inf)", "runs from random positions"},
    {"init", CX_PARAM_STR, "'random'", "{'random', 'classical_mds'}", "first positions"},
    {"max_iter", CX_PARAM_INT, "300", "[1, inf)", "most iterations of a run"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: progress goes to the scope's callback"},
    {"eps", CX_PARAM_FLOAT, "1e-06", "[0, inf)",
     "change of stress, by the distances, that ends a run"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of random first positions"},
    METRIC,
    METRIC_PARAMS,
    {"normalized_stress", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",
     "stress as a share of the distances; 'auto': without a metric"},
    {.name = NULL},
};
static const cx_param classical_params[] = {COMPONENTS, METRIC, METRIC_PARAMS, {.name = NULL}};

/* Of x, on the host, stored as it is; float64 and symmetric. */
static cx_status dissimilarities(cx_estimator *self, const cx__site *s, const cx_array *x,
                                 const double **out)
{
    cx__near_opts o;
    CX__TRY(cx__near_params(self, &o));
    const bool given = cx__is_precomputed(self, "metric");
    if (given) CX__TRY(cx__precomputed_check(self, x));
    const cx_array *const d =
        given ? cx_copy(x) : cx_pairwise_distances(x, NULL, o.metric, &o.pairwise);
    CX__TRY(cx_self_set(self, DISSIMILARITY, d));
    *out = cx__near_numbers(s, d);
    CX__TRY(cx__so_far());
    return given ? cx__smacof_check(self->cls->name, *out, cx_dim(x, 0)) : CX_OK;
}

/* Torgerson's coordinates; values may be NULL. */
static cx_status torgerson(const double *d, int64_t n, int64_t k, double *at, double *values)
{
    double *const mean = cx__scope_room((size_t)n * sizeof *mean);
    if (mean == NULL) return CX_E_NOMEM;
    const cx__classical how = {.n = n,
                               .count = k,
                               .distance = d,
                               .dense = n <= CX__EIGEN_SMALL || k >= 10,
                               .max_iter = 10 * n};
    cx__pairs p;
    CX__TRY(cx__classical_pairs(&how, mean, &p));
    for (int64_t r = 0; r < k; r++) {
        for (int64_t i = 0; i < n; i++)
            at[i * k + r] = p.value[r] > 0 ? sqrt(p.value[r]) * p.vector[r * n + i] : 0;
        if (values) values[r] = p.value[r];
    }
    return CX_OK;
}

static cx_status enough_rows(const cx_estimator *self, int64_t n, int64_t k)
{
    if (k <= n) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_components=%lld is more than n_samples=%lld",
                    self->cls->name, (long long)k, (long long)n);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx__smacof how = {.name = "MDS", .n = cx_dim(data->x, 0)};
    how.dims = cx_param_i64(self, "n_components");
    how.metric = cx_param_bool(self, "metric_mds");
    how.normalized = cx_param_is_str(self, "normalized_stress")
                         ? !how.metric
                         : cx_param_bool(self, "normalized_stress");
    how.max_iter = cx_param_i64(self, "max_iter");
    how.n_init = cx_param_i64(self, "n_init");
    how.eps = cx_param_f64(self, "eps");
    how.random = cx__seeded(self);
    CX__TRY(dissimilarities(self, &s, data->x, &how.dissimilarity));
    if (strcmp(cx_param_str(self, "init"), "classical_mds") == 0) {
        CX__TRY(enough_rows(self, how.n, how.dims));
        double *const first = cx__scope_room((size_t)(how.n * how.dims) * sizeof *first);
        if (first == NULL) return CX_E_NOMEM;
        CX__TRY(torgerson(how.dissimilarity, how.n, how.dims, first, NULL));
        how.init = first;
    }
    cx__smacof_end end = {.stress = 0};
    CX__TRY(cx__smacof_run(&how, &end));
    CX__TRY(cx_self_set(self, EMBEDDING, cx__embedded(&s, end.at, how.n, how.dims, CX_F64)));
    CX__TRY(cx_self_set_f64(self, STRESS, end.stress));
    return cx_self_set_i64(self, N_ITER, end.n_iter);
}

static cx_status classical_fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    const double *d = NULL;
    const int64_t n = cx_dim(data->x, 0), k = cx_param_i64(self, "n_components");
    CX__TRY(enough_rows(self, n, k));
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(dissimilarities(self, &s, data->x, &d));
    double *const at = cx__scope_room((size_t)(n * k) * sizeof *at), *const values = cx__scope_room(
                                                                         (size_t)k *
                                                                         sizeof *values);
    CX__TRY(cx__so_far());
    CX__TRY(torgerson(d, n, k, at, values));
    CX__TRY(cx_self_set(self, EMBEDDING, cx__embedded(&s, at, n, k, CX_F64)));
    return cx_self_set(self, VALUES, cx__given_all(&s, values, k, CX_F64));
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    if (cx_check(self->cls->fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, EMBEDDING));
}

const cx_estimator_class cx__class_mds = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MDS",
    .doc = "Positions whose distances are as near as can be to dissimilarities.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
};

const cx_estimator_class cx__class_classical_mds = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ClassicalMDS",
    .doc = "Coordinates from distances by eigenvectors.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .positional = 1,
    .params = classical_params,
    .attrs = classical_attrs,
    .fit = classical_fit,
    .fit_transform = fit_transform,
};

/* ---- the function */
static cx_status smacof(const cx_array *a, const cx_smacof_opts *o, cx_smacof_result *out)
{
    static const char where[] = "smacof";
    CX__NEED(where, "dissimilarities", a, CX__KIND_ARRAY);
    if (cx_ndim(a) != 2 || cx_dim(a, 0) != cx_dim(a, 1) || cx_dim(a, 0) < 1)
        return cx__fail(CX_E_SHAPE, where, "dissimilarities are not square");
    if (o->n_components < 0 || o->n_init < 0 || o->max_iter < 0 || o->eps < 0)
        return cx__fail(CX_E_ARGUMENT, where, "an option is negative");
    cx__site s;
    CX__TRY(cx__site_of(where, a, &s));
    cx__smacof how = {.name = "smacof", .n = cx_dim(a, 0), .metric = !o->nonmetric};
    how.dims = o->n_components != 0 ? o->n_components : 2;
    how.n_init = o->n_init != 0 ? o->n_init : 1;
    how.max_iter = o->max_iter != 0 ? o->max_iter : 300;
    how.eps = o->eps > 0 ? o->eps : 1e-6;
    how.normalized =
        o->stress == CX_STRESS_NORMALIZED || (o->stress == CX_STRESS_AUTO && o->nonmetric);
    how.dissimilarity = cx__near_numbers(&s, a);
    how.random = cx_random_state(o->random_state, CX_CPU);
    CX__TRY(cx__so_far());
    CX__TRY(cx__smacof_check("smacof", how.dissimilarity, how.n));
    if (o->init != NULL) {
        if (cx_ndim(o->init) != 2 || cx_dim(o->init, 0) != how.n)
            return cx__fail(CX_E_SHAPE, where, "init is not [%lld, n_components]",
                            (long long)how.n);
        how.dims = cx_dim(o->init, 1);
        how.init = cx__near_numbers(&s, o->init);
        CX__TRY(cx__so_far());
    }
    cx__smacof_end end = {.stress = 0};
    CX__TRY(cx__smacof_run(&how, &end));
    out->embedding = cx__embedded(&s, end.at, how.n, how.dims, CX_F64);
    out->stress = end.stress;
    out->n_iter = end.n_iter;
    return cx__so_far();
}

cx_smacof_result cx_smacof(const cx_array *dissimilarities, const cx_smacof_opts *o)
{
    cx_smacof_opts own = {.struct_size = 0};
    cx_smacof_result out = {.stress = NAN};
    const cx_status given = CX__OPTIONS("smacof", o, &own);
    const cx_scope scope = cx_scope_open();
    const cx_status st = given == CX_OK ? smacof(dissimilarities, &own, &out) : given;
    cx_array *part[] = {out.embedding};
    cx__give_all(scope, st, "smacof", 1, part);
    out.embedding = part[0];
    if (cx_status_of(out.embedding) == CX_OK) return out;
    return (cx_smacof_result){.embedding = part[0], .stress = NAN};
}
