/* SpectralEmbedding: rows by the smoothest functions on their graph of neighbours. The graph's
 * distances are made where x is, its eigenvectors on the host. */
#include <calx/manifold.h>

#include "learn/manifold/graph.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/kernel_of.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <math.h>
#include <string.h>

enum { EMBEDDING, AFFINITY, NEIGHBOURS, GAMMA };
static const char *const attrs[] = {"embedding_: float [m, k]", "affinity_matrix_?: float [m, m]",
                                    "n_neighbors_?: int []", "gamma_?: float []", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "coordinates of the embedding"},
    {"affinity", CX_PARAM_STR, "'nearest_neighbors'",
     "{'nearest_neighbors', 'rbf', 'precomputed', 'precomputed_nearest_neighbors'}, user kernel",
     "how alike rows are, also by a formula 'x, y: ...' or cx_pairwise_kernel_register; precomputed: x is "
     "that, or distances"},
    {"gamma", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "of 'rbf' and formulas; None: 1 / n_features"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the first vector, which decides no result"},
    {"eigen_solver", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'arpack', 'lobpcg', 'amg'}",
     "not used: all of them are Lanczos' method here, or eigh for few rows"},
    {"eigen_tol", CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'", "float [0, inf), {'auto'}",
     "relative error of eigenvalues; 'auto': to the last digits"},
    {"n_neighbors", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "of 'nearest_neighbors'; None: a tenth of the rows"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

/* Rows and those near them. */
static cx_status neighbours(cx_estimator *self, const cx__site *s, const cx_array *x,
                            cx__sparse *out)
{
    const int64_t n = cx_dim(x, 0);
    const int64_t k = !cx_param_is_none(self, "n_neighbors") ? cx_param_i64(self, "n_neighbors")
                      : n >= 10                              ? n / 10
                                                             : 1;
    CX__TRY(cx__affinity_near(self, s, x, k, out));
    return cx__affinity_is(self, "nearest_neighbors") ? cx_self_set_i64(self, NEIGHBOURS, k)
                                                      : CX_OK;
}

/* Affinities of all pairs, kept as they are. */
static cx_status all_pairs(cx_estimator *self, const cx__site *s, const cx_array *x,
                           const double **out)
{
    const bool users = cx__kernel_is_users(cx_param_str(self, "affinity"));
    if (!users && !cx__affinity_is(self, "rbf")) {
        CX__TRY(cx__affinity_square(self, x));
        return cx__affinity_kept(self, AFFINITY, s, cx_copy(x), out);
    }
    const double gamma =
        cx_param_is_none(self, "gamma") ? 1 / (double)cx_dim(x, 1) : cx_param_f64(self, "gamma");
    CX__TRY(cx_self_set_f64(self, GAMMA, gamma));
    const cx_array *const a =
        users ? cx__kernel_users_of(self, "affinity", gamma, x, NULL)
              : cx_rbf_kernel(x, NULL, CX_OPTS(cx_pairwise_opts, .gamma = CX_SET(gamma)));
    CX__TRY(cx__so_far());
    return cx__affinity_kept(self, AFFINITY, s, a, out);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_array *const x = data->x;
    cx__site s;
    cx__sparse sparse;
    CX__TRY(cx__site_of("fit", x, &s));
    cx__spectral how = {.n = cx_dim(x, 0), .drop_first = true};
    if (how.n < 2)
        return cx__fail(CX_E_SHAPE, "fit", "SpectralEmbedding needs two rows at least, x has %lld",
                        (long long)how.n);
    how.components = cx_param_i64(self, "n_components");
    how.tol = cx_param_is_str(self, "eigen_tol") ? 0 : cx_param_f64(self, "eigen_tol");
    how.random = cx__seeded(self);
    if (!cx__affinity_is(self, "nearest_neighbors") &&
        !cx__affinity_is(self, "precomputed_nearest_neighbors")) {
        CX__TRY(all_pairs(self, &s, x, &how.dense));
    } else {
        CX__TRY(neighbours(self, &s, x, &sparse));
        how.sparse = &sparse;
    }
    double *embedding = NULL;
    CX__TRY(cx__spectral_embedding(&how, &embedding));
    return cx_self_set(self, EMBEDDING,
                       cx__embedded(&s, embedding, how.n, how.components, cx__float_like(x)));
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, EMBEDDING));
}

const cx_estimator_class cx__class_spectral_embedding = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SpectralEmbedding",
    .doc = "Eigenvectors of the Laplacian of a graph of rows.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
};

/* ---- the function */
static cx_status embed(const cx_array *a, const cx_spectral_embedding_opts *o, cx_array **out)
{
    static const char where[] = "spectral_embedding";
    CX__NEED(where, "affinity", a, CX__KIND_ARRAY);
    if (cx_ndim(a) != 2 || cx_dim(a, 0) != cx_dim(a, 1))
        return cx__fail(CX_E_SHAPE, where, "affinity is not square");
    if (o->n_components < 0 || o->eigen_tol < 0)
        return cx__fail(CX_E_ARGUMENT, where, "n_components and eigen_tol are not negative");
    cx__site s;
    CX__TRY(cx__site_of(where, a, &s));
    cx__spectral how = {.n = cx_dim(a, 0),
                        .components = o->n_components != 0 ? o->n_components : 8,
                        .drop_first = !o->keep_first,
                        .plain = o->plain_laplacian,
                        .tol = o->eigen_tol};
    how.random = cx_random_state(o->random_state, CX_CPU);
    const double *const host = cx__near_numbers(&s, a);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < how.n * how.n; i++)
        if (!isfinite(host[i]))
            return cx__fail(CX_E_ARGUMENT, where, "affinity has NaN or infinities");
    CX__TRY(cx__spectral_symmetric(host, how.n, &how.dense));
    double *embedding = NULL;
    CX__TRY(cx__spectral_embedding(&how, &embedding));
    *out = cx__embedded(&s, embedding, how.n, how.components, cx__float_like(a));
    return cx__so_far();
}

cx_array *cx_spectral_embedding(const cx_array *affinity, const cx_spectral_embedding_opts *o)
{
    cx_spectral_embedding_opts own = {.struct_size = 0};
    const cx_status given = CX__OPTIONS("spectral_embedding", o, &own);
    const cx_scope scope = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = given == CX_OK ? embed(affinity, &own, &out) : given;
    return cx__give(scope, st, out);
}
