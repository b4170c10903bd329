/* SpectralCoclustering: rows and columns of a matrix as the two sides of a graph, cut into clusters
 * of both (Dhillon, KDD 2001). */
#include "learn/base/estimator.h"
#include "learn/cluster/bicluster.h"
#include "learn/cluster/centres.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

static const char *const attrs[] = {CX__BICLUSTER_ATTRS, NULL};
static const cx_param params[] = {
    {"n_clusters", CX_PARAM_INT, "3", "[1, inf)", "number of biclusters"},
    CX__BICLUSTER_PARAMS,
    {.name = NULL},
};

/* 1 and the logarithm to base 2, rounded up. */
static int64_t vectors_for(int64_t clusters)
{
    int64_t count = 1;
    while (((int64_t)1 << (count - 1)) < clusters) count++;
    return count;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t k = cx_param_i64(self, "n_clusters"), m = cx_dim(data->x, 0);
    cx__site s;
    cx_array *scaled, *row, *column, *u, *v, *label;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__enough_rows(self, m));
    CX__TRY(cx__bicluster_scale(self, cx__bicluster_lifted(data->x, 0), &scaled, &row, &column));
    CX__TRY(cx__bicluster_vectors(self, scaled, vectors_for(k), 1, &u, &v));
    const cx_array *const of_rows = cx_mul(cx_expand_dims(row, 1), u), *const of_columns =
                                                                           cx_mul(cx_expand_dims(
                                                                                      column, 1),
                                                                                  v);
    CX__TRY(cx__bicluster_means(self, cx_concatenate(CX_ARRAYS(of_rows, of_columns), 0), k, &label,
                                NULL));
    int64_t *const number = cx__scope_room((size_t)k * sizeof *number);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < k; i++) number[i] = i;
    return cx__bicluster_store(self, &s, cx_slice(label, 0, 0, m, 1),
                               cx_slice(label, 0, m, CX_END, 1), k, number, number);
}

const cx_estimator_class cx__class_spectral_coclustering = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SpectralCoclustering",
    .doc = "Clusters of rows and columns that go together; each in one.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
};
