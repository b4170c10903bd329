/* SpectralBiclustering: a checkerboard of row clusters and column clusters, from the singular
 * vectors that steps approximate best (Kluger, Basri, Chang and Gerstein, Genome Research 13,
 * 2003).
 */
#include "learn/base/estimator.h"
#include "learn/cluster/bicluster.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const char *const attrs[] = {CX__BICLUSTER_ATTRS, NULL};
static const cx_param params[] = {
    {"n_clusters", CX_PARAM_INT | CX_PARAM_LIST, "3", "[1, inf)",
     "clusters of rows and of columns, or both numbers"},
    {"method", CX_PARAM_STR, "'bistochastic'", "{'bistochastic', 'scale', 'log'}",
     "how x is normalised"},
    {"n_components", CX_PARAM_INT, "6", "[1, inf)", "singular vectors to look at"},
    {"n_best", CX_PARAM_INT, "3", "[1, inf)", "of those the ones that x is projected to"},
    CX__BICLUSTER_PARAMS,
    {.name = NULL},
};

/* ---- parameters */
static cx_status clusters(const cx_estimator *self, int64_t m, int64_t count[2])
{
    const cx_array *const given = cx_param_array(self, "n_clusters");
    const double *const at = cx_data_f64(given);
    CX__TRY(cx__so_far());
    const int64_t listed = cx_size(given);
    bool good = listed == 2 || (listed == 1 && cx_param_is_number(self, "n_clusters"));
    for (int i = 0; good && i < 2; i++) {
        const double v = at[listed == 2 ? i : 0];
        good = v >= 1 && v <= (double)m && v == (double)(int64_t)v;
        if (good) count[i] = (int64_t)v;
    }
    if (!good)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SpectralBiclustering: n_clusters=%s must be one or two whole numbers from "
                        "1 to n_samples=%lld",
                        cx_param_text(self, "n_clusters"), (long long)m);
    const int64_t best = cx_param_i64(self, "n_best"), of = cx_param_i64(self, "n_components");
    if (best <= of) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "SpectralBiclustering: n_best=%lld must be <= n_components=%lld",
                    (long long)best, (long long)of);
}

/* ---- normal forms */
enum { MOST_SCALINGS = 1000 };

/* All rows with one sum, all columns with another. */
static cx_status bistochastic(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    static cx__held apart = CX__HELD("a, b: sqrt(sum((a - b) * (a - b)))");
    double moved = 1;
    *out = cx__bicluster_lifted(x, 0);
    for (int i = 0; i < MOST_SCALINGS && moved >= 1e-5; i++) {
        const cx_scope scope = cx_scope_open();
        cx_array *next = NULL, *row, *column;
        cx_status st = cx__bicluster_scale(self, *out, &next, &row, &column);
        if (st == CX_OK) moved = cx__number_f64(cx__held_run("fit", &apart, CX_ARRAYS(*out, next)));
        *out = cx__give(scope, st, next);
        CX__TRY(cx__so_far());
        CX__TRY(cx_self_progress(self, i, MOST_SCALINGS));
    }
    return CX_OK;
}

/* Logarithms less the means of their row and column. */
static cx_array *interactions(const cx_array *x)
{
    static cx__held centre = CX__HELD("l, r, c: l - r - c + mean(l)");
    const cx_array *const l = cx_log(cx__bicluster_lifted(x, 1)),
                          *const of_row = cx_mean(l, CX_AXIS(1, .keepdims = true)),
                          *const of_column = cx_mean(l, CX_AXIS(0));
    return cx__held_run("fit", &centre, CX_ARRAYS(l, of_row, of_column));
}

static cx_status vectors(const cx_estimator *self, const cx_array *x, cx_array **u, cx_array **v)
{
    const char *const method = cx_param_str(self, "method");
    const int64_t count = cx_param_i64(self, "n_components");
    cx_array *a = NULL, *row, *column;
    if (strcmp(method, "log") == 0)
        return cx__bicluster_vectors(self, interactions(x), count, 0, u, v);
    if (strcmp(method, "scale") == 0)
        CX__TRY(cx__bicluster_scale(self, cx__bicluster_lifted(x, 0), &a, &row, &column));
    else
        CX__TRY(bistochastic(self, x, &a));
    return cx__bicluster_vectors(self, a, count + 1, 1, u, v);
}

/* ---- the vectors that come nearest to steps */
/* How far a vector [m, 1] is from its clusters' means. */
static cx_status off_steps(const cx_estimator *self, const cx_array *v, int64_t k, double *out)
{
    static cx__held apart = CX__HELD("a, b: sqrt(sum((a - b) * (a - b)))");
    cx_array *label, *centres;
    CX__TRY(cx__bicluster_means(self, v, k, &label, &centres));
    const cx_array *const steps = cx_take(centres, label, 0);
    *out = cx__number_f64(cx__held_run("fit", &apart, CX_ARRAYS(v, steps)));
    return cx__so_far();
}

static cx_status best_of(const cx_estimator *self, const cx__site *s, const cx_array *v, int64_t k,
                         cx_array **out)
{
    const int64_t count = cx_dim(v, 1), wanted = cx_param_i64(self, "n_best");
    double *const off = cx__scope_room((size_t)count * sizeof *off);
    int64_t *const order = cx__scope_room((size_t)count * sizeof *order);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < count; i++) {
        const cx_scope scope = cx_scope_open();
        double here = 0;
        const cx_status st =
            off_steps(self, cx_ascontiguous(cx_slice(v, 1, i, i + 1, 1)), k, &here);
        CX__TRY(cx__give_status(scope, st));
        int64_t at = i;
        for (; at > 0 && off[at - 1] > here; at--) {
            off[at] = off[at - 1];
            order[at] = order[at - 1];
        }
        off[at] = here;
        order[at] = i;
    }
    *out = cx_take(v, cx__given_all(s, order, wanted < count ? wanted : count, CX_I64), 1);
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_array *const x = data->x;
    int64_t count[2];
    cx__site s;
    cx_array *u, *v, *best_u, *best_v, *row_label, *column_label;
    CX__TRY(cx__site_of("fit", x, &s));
    CX__TRY(clusters(self, cx_dim(x, 0), count));
    CX__TRY(vectors(self, x, &u, &v));
    CX__TRY(best_of(self, &s, u, count[0], &best_u));
    CX__TRY(best_of(self, &s, v, count[1], &best_v));
    CX__TRY(cx__bicluster_means(self, cx_matmul(x, best_v), count[0], &row_label, NULL));
    CX__TRY(cx__bicluster_means(self, cx_matmul(cx_transpose(x), best_u), count[1], &column_label,
                                NULL));
    const int64_t b = count[0] * count[1];
    int64_t *const of_row = cx__scope_room((size_t)b * sizeof *of_row);
    int64_t *const of_column = cx__scope_room((size_t)b * sizeof *of_column);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < b; i++) {
        of_row[i] = i / count[1];
        of_column[i] = i % count[1];
    }
    return cx__bicluster_store(self, &s, row_label, column_label, b, of_row, of_column);
}

const cx_estimator_class cx__class_spectral_biclustering = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SpectralBiclustering",
    .doc = "Clusters of rows and of columns that make a checkerboard.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
};
