/* Isomap: coordinates whose straight distances are the lengths of shortest paths between rows. New
 * rows are linked to their neighbours' paths. Neighbours are found where x is, paths and
 * eigenvectors on the host. Source: Tenenbaum, de Silva, Langford, Science 290 (2000). */
#include <calx/manifold.h>

#include "learn/manifold/classical.h"
#include "learn/manifold/geodesic.h"
#include "learn/manifold/isomap.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {"embedding_: float [m, k]",
                                    "dist_matrix_: float [m, m]",
                                    "_fit_X: float [m, n]",
                                    "_eigenvalues: float [k]",
                                    "_eigenvectors: float [m, k]",
                                    "_row_means: float [m]",
                                    NULL};

static const cx_param params[] = {
    {"n_neighbors", CX_PARAM_INT | CX_PARAM_NONE, "5", "[1, inf)", "rows that a row is linked to"},
    {"radius", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf]",
     "link all rows within it, with n_neighbors=None"},
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "coordinates of the embedding"},
    {"eigen_solver", CX_PARAM_STR, "'auto'", "{'auto', 'arpack', 'dense'}",
     "'dense': eigh, else Lanczos' method for more than 200 rows"},
    {"tol", CX_PARAM_FLOAT, "0.0", "[0, inf)", "relative error of Lanczos' eigenvalues"},
    {"max_iter", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", "restarts of Lanczos' method"},
    {"path_method", CX_PARAM_STR, "'auto'", "{'auto', 'FW', 'D'}",
     "not used: Dijkstra's, whose lengths are all others'"},
    {"neighbors_algorithm", CX_PARAM_STR, "'auto'", "{'auto', 'brute', 'kd_tree', 'ball_tree'}",
     "how neighbours are found"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"metric", CX_PARAM_STR, "'minkowski'", NULL,
     "distance of rows; 'precomputed': x is distances"},
    {"p", CX_PARAM_FLOAT, "2", "[1, inf]", "order of 'minkowski'"},
    {"metric_params", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "{'p': ...} of 'minkowski'"},
    {.name = NULL},
};

/* ---- the graph */
static cx_status within(const cx__site *s, const cx_array *x, const cx__near_opts *o, double radius,
                        cx__sparse *out)
{
    cx__near *near = NULL;
    cx_array *start = NULL, *index = NULL, *distance = NULL;
    cx_status st = cx__near_open(s, x, o, &near);
    if (st == CX_OK) st = cx__near_radius(near, NULL, radius, false, &start, &index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    const int64_t n = cx_dim(x, 0);
    const int64_t *const from = cx__at(cx__fetch(s, start)), *const at =
                                                                 cx__at(cx__fetch(s, index));
    const double *const d = cx__near_numbers(s, distance);
    CX__TRY(cx__so_far());
    CX__TRY(cx__sparse_new(n, from[n], out));
    memcpy(out->start, from, (size_t)(n + 1) * sizeof *from);
    for (int64_t e = 0; e < from[n]; e++) {
        out->index[e] = (int32_t)at[e];
        out->value[e] = d[e];
    }
    return CX_OK;
}

static cx_status graph(cx_estimator *self, const cx__site *s, const cx_array *x, cx__sparse *out)
{
    cx__near_opts o;
    cx__nearby near;
    cx__sparse own;
    CX__TRY(cx__near_params(self, &o));
    if (cx_param_is_none(self, "n_neighbors")) {
        CX__TRY(within(s, x, &o, cx_param_f64(self, "radius"), &own));
    } else {
        CX__TRY(cx__near_lists(s, x, NULL, &o, cx_param_i64(self, "n_neighbors"), &near));
        CX__TRY(cx__sparse_near(&near, near.distance, (double)NAN, &own));
    }
    int32_t *const label = cx__scope_room((size_t)own.n * sizeof *label);
    int64_t parts = 1;
    if (label == NULL) return CX_E_NOMEM;
    CX__TRY(cx__sparse_components(&own, label, &parts));
    *out = own;
    if (parts == 1) return CX_OK;
    cx__warn(CX_E_ARGUMENT,
             "Isomap: the graph of neighbours is in %lld parts, which are joined by their nearest "
             "rows; more neighbours avoid that",
             (long long)parts);
    return cx__join_parts(s, x, &o, &own, label, parts, out);
}

/* What should not be negative and is by rounding is 0. */
static cx_status settle(cx__pairs *p)
{
    for (int64_t r = 0; r < p->count; r++) {
        const double v = p->value[r], most = p->value[0];
        if (!(most > 0) || v < -1e-5 * most)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "Isomap: paths are no distances: an eigenvalue of their kernel is %.6g",
                            v);
        if (v < 1e-12 * most) p->value[r] = 0;
    }
    return CX_OK;
}

static cx_status store(cx_estimator *self, const cx__site *s, const cx_data *data, const double *d,
                       const double *mean, const cx__pairs *p)
{
    const int64_t n = p->n, count = p->count;
    const cx_dtype t = cx__float_like(data->x);
    double *const vectors = cx__scope_room((size_t)(n * count) * sizeof *vectors),
                  *const embedding = cx__scope_room((size_t)(n * count) * sizeof *embedding);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++)
        for (int64_t r = 0; r < count; r++) {
            vectors[i * count + r] = p->vector[r * n + i];
            embedding[i * count + r] = p->vector[r * n + i] * sqrt(p->value[r]);
        }
    CX__TRY(cx_self_set(self, CX__ISO_EMBEDDING, cx__embedded(s, embedding, n, count, t)));
    CX__TRY(cx_self_set(self, CX__ISO_DISTANCES, cx__embedded(s, d, n, n, t)));
    CX__TRY(cx_self_set(self, CX__ISO_X, cx_copy(data->x)));
    CX__TRY(cx_self_set(self, CX__ISO_VALUES, cx__given_all(s, p->value, count, CX_F64)));
    CX__TRY(cx_self_set(self, CX__ISO_VECTORS, cx__embedded(s, vectors, n, count, CX_F64)));
    return cx_self_set(self, CX__ISO_MEANS, cx__given_all(s, mean, n, CX_F64));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), wanted = cx_param_i64(self, "n_components");
    const bool by_radius = !cx_param_is_none(self, "radius"),
               by_count = !cx_param_is_none(self, "n_neighbors");
    if (by_radius == by_count)
        return cx__fail(
            CX_E_ARGUMENT, "fit",
            "Isomap: %s n_neighbors and radius are given; give one, and None for the other",
            by_radius ? "both" : "neither");
    cx__site s;
    cx__sparse a;
    CX__TRY(cx__site_of("fit", data->x, &s));
    if (cx__is_precomputed(self, "metric")) CX__TRY(cx__precomputed_check(self, data->x));
    CX__TRY(graph(self, &s, data->x, &a));
    double *const d = cx__scope_room((size_t)(n * n) * sizeof *d), *const mean = cx__scope_room(
                                                                       (size_t)n * sizeof *mean);
    CX__TRY(cx__so_far());
    CX__TRY(cx__geodesics(&a, d));
    const char *const solver = cx_param_str(self, "eigen_solver");
    const cx__classical how = {
        .n = n,
        .count = wanted < n ? wanted : n,
        .distance = d,
        .dense = strcmp(solver, "dense") == 0 ||
                 (strcmp(solver, "auto") == 0 && (n <= CX__EIGEN_SMALL || wanted >= 10)),
        .tol = cx_param_f64(self, "tol"),
        .max_iter = cx_param_is_none(self, "max_iter") ? 10 * n : cx_param_i64(self, "max_iter")};
    cx__pairs pairs;
    CX__TRY(cx__classical_pairs(&how, mean, &pairs));
    CX__TRY(settle(&pairs));
    return store(self, &s, data, d, mean, &pairs);
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, CX__ISO_EMBEDDING));
}

const cx_estimator_class cx__class_isomap = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Isomap",
    .doc = "Coordinates whose distances are lengths of paths between rows.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = cx__isomap_transform,
    .feature_names_out = cx__embedding_names,
};
