/* SpectralClustering: clusters of a graph's spectral embedding (von Luxburg, Statistics and
 * Computing 17, 2007). The graph is made where x is, the embedding on the host, k-means where x is.
 */
#include "learn/cluster/kmeans_runs.h"
#include "learn/cluster/spectral_labels.h"
#include "learn/manifold/graph.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/kernel_of.h"
#include <calx/manipulate.h>
#include <string.h>

enum { LABELS, AFFINITY };
static const char *const attrs[] = {"labels_: int [m]", "affinity_matrix_?: float [m, m]", NULL};

static const cx_param params[] = {
    CX__PARAM_CLUSTERS,
    {"eigen_solver", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'arpack', 'lobpcg', 'amg'}",
     "not used: all of them are Lanczos' method here, or eigh for few rows"},
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "coordinates of the embedding; None: n_clusters"},
    CX__PARAM_SEED,
    {"n_init", CX_PARAM_INT, "10", "[1, inf)", "runs of k-means"},
    {"gamma", CX_PARAM_FLOAT, "1.0", "[0, inf)",
     "of 'rbf', 'poly', 'sigmoid', 'laplacian', 'chi2'"},
    {"affinity", CX_PARAM_STR, "'rbf'",
     "{'rbf', 'nearest_neighbors', 'precomputed', 'precomputed_nearest_neighbors', "
     "'additive_chi2', 'chi2', 'cosine', 'laplacian', 'linear', 'poly', 'polynomial', 'sigmoid'}, "
     "user kernel",
     "how alike rows are, a kernel mostly (by name, formula 'x, y: ...' or cx_pairwise_kernel_register); "
     "precomputed: x is that, or distances"},
    {"n_neighbors", CX_PARAM_INT, "10", "[1, inf)", "of the affinities of nearest neighbours"},
    {"eigen_tol", CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'", "float [0, inf), {'auto'}",
     "relative error of eigenvalues; 'auto': to the last digits"},
    {"assign_labels", CX_PARAM_STR, "'kmeans'", "{'kmeans', 'discretize', 'cluster_qr'}",
     "how the embedding becomes labels; without k-means there are n_components of them"},
    {"degree", CX_PARAM_FLOAT, "3", "[0, inf)", "of 'poly'"},
    {"coef0", CX_PARAM_FLOAT, "1", "(-inf, inf)", "of 'poly' and 'sigmoid'"},
    {"kernel_params", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL,
     "not used: kernels by name take gamma, degree and coef0, formulas name them"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"verbose", CX_PARAM_INT | CX_PARAM_BOOL, "False", "[0, inf)",
     "not used: see the scope's on_progress"},
    {.name = NULL},
};

/* Neighbours are a sparse graph, which is not kept; everything else is a matrix, which is. */
static cx_status make_graph(cx_estimator *self, const cx__site *s, const cx_array *x,
                            cx__spectral *how, cx__sparse *sparse)
{
    if (cx__affinity_is(self, "nearest_neighbors") ||
        cx__affinity_is(self, "precomputed_nearest_neighbors")) {
        how->sparse = sparse;
        return cx__affinity_near(self, s, x, cx_param_i64(self, "n_neighbors"), sparse);
    }
    if (cx__affinity_is(self, "precomputed")) {
        CX__TRY(cx__affinity_square(self, x));
        return cx__affinity_kept(self, AFFINITY, s, cx_copy(x), &how->dense);
    }
    if (cx__kernel_is_users(cx_param_str(self, "affinity"))) {
        const cx_array *const made =
            cx__kernel_users_of(self, "affinity", cx_param_f64(self, "gamma"), x, NULL);
        CX__TRY(cx__so_far());
        return cx__affinity_kept(self, AFFINITY, s, made, &how->dense);
    }
    const cx_pairwise_opts o = {.struct_size = sizeof o,
                                .gamma = CX_SET(cx_param_f64(self, "gamma")),
                                .degree = CX_SET(cx_param_f64(self, "degree")),
                                .coef0 = CX_SET(cx_param_f64(self, "coef0"))};
    const cx_array *const a = cx_pairwise_kernels(x, NULL, cx_param_str(self, "affinity"), &o);
    CX__TRY(cx__so_far());
    return cx__affinity_kept(self, AFFINITY, s, a, &how->dense);
}

static cx_status by_means(const cx_estimator *self, const cx__site *s, const cx_array *rows,
                          cx_generator *g, cx_array **label)
{
    const cx__kmeans how = {.self = self,
                            .site = s,
                            .x = rows,
                            .start.plus_plus = true,
                            .k = cx_param_i64(self, "n_clusters"),
                            .runs = cx_param_i64(self, "n_init"),
                            .max_iter = 300,
                            .tol = 1e-4};
    cx__lloyd_run best;
    CX__TRY(cx__kmeans_best(&how, g, &best));
    *label = best.label;
    return CX_OK;
}

static cx_status assign(const cx_estimator *self, const cx__site *s, const cx__spectral *how,
                        const double *rows, cx_array **label)
{
    const char *const way = cx_param_str(self, "assign_labels");
    const int64_t n = how->n, k = how->components;
    if (strcmp(way, "kmeans") == 0) {
        const cx_array *const x = cx__embedded(s, rows, n, k, CX_F64);
        CX__TRY(cx__so_far());
        return by_means(self, s, x, how->random, label);
    }
    cx_array *const host = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const at = cx__at(host);
    CX__TRY(cx__so_far());
    CX__TRY(strcmp(way, "discretize") == 0 ? cx__labels_discretize(rows, n, k, how->random, at)
                                           : cx__labels_qr(rows, n, k, at));
    *label = cx__send(s, host);
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__sparse sparse;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx__spectral how = {.n = cx_dim(data->x, 0)};
    if (how.n < 2)
        return cx__fail(CX_E_SHAPE, "fit", "SpectralClustering needs two rows at least, x has %lld",
                        (long long)how.n);
    CX__TRY(cx__enough_rows(self, how.n));
    how.components =
        cx_param_i64(self, cx_param_is_none(self, "n_components") ? "n_clusters" : "n_components");
    how.tol = cx_param_is_str(self, "eigen_tol") ? 0 : cx_param_f64(self, "eigen_tol");
    how.random = cx__seeded(self);
    CX__TRY(cx_generator_status(how.random));
    CX__TRY(make_graph(self, &s, data->x, &how, &sparse));
    double *rows = NULL;
    CX__TRY(cx__spectral_embedding(&how, &rows));
    cx_array *label = NULL;
    CX__TRY(assign(self, &s, &how, rows, &label));
    return cx_self_set(self, LABELS, label);
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, LABELS));
}

const cx_estimator_class cx__class_spectral_clustering = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SpectralClustering",
    .doc = "Clusters of the first eigenvectors of a graph of rows.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_predict = fit_predict,
};
