/* KMeans: the best of some runs of Lloyd's iteration. */
#include "learn/cluster/kmeans_runs.h"

#include "base/object.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"

enum { LABELS = CX__CENTRES + 1, INERTIA, N_ITER };
static const char *const attrs[] = {"cluster_centers_: float [k, n]", "labels_: int [m]",
                                    "inertia_: float []", "n_iter_: int []", NULL};

static const cx_param params[] = {
    CX__PARAM_CLUSTERS,
    {"init", CX_PARAM_STR | CX_PARAM_LIST, "'k-means++'", "{'k-means++', 'random'}",
     "how the first centres are drawn, or the centres themselves, a list for each"},
    {"n_init", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}",
     "runs; 'auto': 1 for k-means++ and given centres, 10 for random"},
    {"max_iter", CX_PARAM_INT, "300", "[1, inf)", "most iterations of a run"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "stop when centres move less, relative to the mean variance"},
    CX__PARAM_VERBOSE,
    CX__PARAM_SEED,
    CX__PARAM_COPY,
    CX__PARAM_ALGORITHM,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__enough_rows(self, cx_dim(data->x, 0)));
    cx_generator *g = cx__seeded(self);
    CX__TRY(cx_generator_status(g));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx_array *const x = cx__f64(&s, data->x);
    cx__kmeans how = {.self = self,
                      .site = &s,
                      .x = x,
                      .own = cx_dtype_of(data->x) != CX_F64 ? x : NULL,
                      .given = data->x,
                      .weight = data->sample_weight ? cx__f64(&s, data->sample_weight) : NULL,
                      .k = cx_param_i64(self, "n_clusters"),
                      .max_iter = cx_param_i64(self, "max_iter"),
                      .tol = cx_param_f64(self, "tol")};
    CX__TRY(cx__start_read(self, &s, cx_dim(how.x, 1), &how.start));
    how.runs = cx__start_runs(self, &how.start, 10);
    cx__lloyd_run best;
    CX__TRY(cx__kmeans_best(&how, g, &best));
    CX__TRY(cx__store(self, CX__CENTRES, best.centres, cx__float_like(data->x)));
    CX__TRY(cx_self_set(self, LABELS, best.label));
    CX__TRY(cx_self_set_f64(self, INERTIA, best.inertia));
    return cx_self_set_i64(self, N_ITER, best.iterations);
}

const cx_estimator_class cx__class_kmeans = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KMeans",
    .doc = "k-means clustering by Lloyd's iteration.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_LATE_FIT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__centres_predict,
    .transform = cx__centres_transform,
    .feature_names_out = cx__centres_names,
    .score = cx__centres_score,
    .check = cx__centres_check,
    .plan = cx__centres_plan,
    .transform_into = cx__scores_into,
    .predict_into = cx__scores_into,
};
