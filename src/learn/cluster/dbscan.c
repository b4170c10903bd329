/* DBSCAN: rows with many near rows make clusters, rows near those join them, the rest is noise
 * (Ester, Kriegel, Sander and Xu, KDD 1996).
 *
 * Neighbourhoods come block by block and are dropped at once: what of them reaches rows to come is
 * seen again from there, since near is mutual. A cluster is numbered by its first core row, and a
 * row at the border of several goes to the first of them, which is what scikit-learn's walk gives.
 */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/neighbors/family.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <math.h>

enum { CORE, COMPONENTS, LABELS };
static const char *const attrs[] = {"core_sample_indices_: int [c]", "components_: float [c, n]",
                                    "labels_: int [m]", NULL};

static const cx_param params[] = {
    {"eps", CX_PARAM_FLOAT, "0.5", "(0, inf)", "how far rows are still near"},
    {"min_samples", CX_PARAM_INT, "5", "[1, inf)",
     "near rows that make one a core, itself among them"},
    CX__NEAR_METRIC_OF("'euclidean'"),
    CX__NEAR_METRIC_PARAMS,
    CX__NEAR_ALGORITHM,
    CX__NEAR_LEAF_SIZE,
    {"p", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, inf]",
     "order of metric='minkowski'; None: 2"},
    CX__NEAR_JOBS,
    {.name = NULL},
};

/* Rows of a block: lists of all pairs would be 2^25 of them. */
static int64_t rows_of_block(int64_t n)
{
    const int64_t most = ((int64_t)1 << 25) / n;
    return most < 64 ? 64 : most > 8192 ? 8192 : most;
}

typedef struct border {
    int64_t row, core;
} border;

typedef struct growth {
    int64_t n;
    double need;          /* weight of a core's neighbourhood */
    const double *weight; /* [n] or NULL: 1 */
    bool *core;           /* [n] */
    int64_t *parent;      /* [n]: of cores, towards the first of their cluster */
    border *borders;
    int64_t count, room;
} growth;

static int64_t root_of(int64_t *parent, int64_t i)
{
    for (; parent[i] != i; i = parent[i]) parent[i] = parent[parent[i]];
    return i;
}

static void join(int64_t *parent, int64_t a, int64_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    parent[a > b ? a : b] = a > b ? b : a;
}

static cx_status remember(growth *g, int64_t row, int64_t core)
{
    if (g->count == g->room) {
        const int64_t room = g->room * 2 + 1024;
        border *const more = cx__realloc(g->borders, (size_t)room * sizeof *more);
        if (more == NULL) return cx__fail_nomem("fit", "rows at borders", (size_t)room);
        g->borders = more;
        g->room = room;
    }
    g->borders[g->count++] = (border){row, core};
    return CX_OK;
}

/* Neighbourhoods of rows from .. to: which are cores, and pairs of which both are known by now. */
static cx_status take_block(growth *g, int64_t from, int64_t to, const int64_t *start,
                            const int64_t *near)
{
    for (int64_t i = from; i < to; i++) {
        const int64_t *const end = near + start[i - from + 1];
        double sum = 0;
        for (const int64_t *at = near + start[i - from]; at < end; at++)
            sum += g->weight != NULL ? g->weight[*at] : 1;
        g->core[i] = sum >= g->need;
    }
    for (int64_t i = from; i < to; i++) {
        const int64_t *const end = near + start[i - from + 1];
        for (const int64_t *at = near + start[i - from]; at < end; at++) {
            const int64_t j = *at;
            if (j >= i) continue; /* j tells of i */
            if (g->core[i] && g->core[j])
                join(g->parent, i, j);
            else if (g->core[i] || g->core[j])
                CX__TRY(remember(g, g->core[i] ? j : i, g->core[i] ? i : j));
        }
    }
    return CX_OK;
}

static cx_status one_block(growth *g, const cx__site *s, const cx__near *near, const cx_array *x,
                           double eps, int64_t from, int64_t to)
{
    cx_array *start, *index;
    CX__TRY(cx__near_radius(near, cx_slice(x, 0, from, to, 1), eps, false, &start, &index, NULL));
    const cx_array *const begin = cx__fetch(s, start), *const all = cx__fetch(s, index);
    const int64_t *const begin_at = cx_data_i64(begin), *const all_at = cx_data_i64(all);
    CX__TRY(cx__so_far());
    return take_block(g, from, to, begin_at, all_at);
}

static cx_status all_blocks(growth *g, const cx_estimator *self, const cx__site *s,
                            const cx__near *near, const cx_array *x)
{
    const double eps = cx_param_f64(self, "eps");
    const int64_t step = rows_of_block(g->n);
    for (int64_t from = 0; from < g->n; from += step) {
        const int64_t to = from + step < g->n ? from + step : g->n;
        const cx_scope scope = cx_scope_open();
        const cx_status st = one_block(g, s, near, x, eps, from, to);
        CX__TRY(cx__give_status(scope, st));
        CX__TRY(cx_self_progress(self, to, g->n));
    }
    return CX_OK;
}

static void number_clusters(growth *g, int64_t *label, int64_t *cores)
{
    int64_t clusters = 0;
    for (int64_t i = 0; i < g->n; i++) {
        const int64_t root = g->core[i] ? root_of(g->parent, i) : -1;
        label[i] = root < 0 ? -1 : root == i ? clusters++ : label[root];
        if (root >= 0) *cores++ = i;
    }
    for (int64_t k = 0; k < g->count; k++) {
        const border *const b = &g->borders[k];
        const int64_t of = label[b->core];
        if (label[b->row] < 0 || of < label[b->row]) label[b->row] = of;
    }
}

static cx_status store(cx_estimator *self, const cx__site *s, growth *g, const cx_array *x)
{
    int64_t count = 0;
    for (int64_t i = 0; i < g->n; i++) count += g->core[i];
    cx_array *const label = cx_empty(CX_SHAPE(g->n), CX_I64, CX_CPU), *const core =
                                                                          cx_empty(CX_SHAPE(count),
                                                                                   CX_I64, CX_CPU);
    int64_t *const label_at = cx__at(label), *const core_at = cx__at(core);
    CX__TRY(cx__so_far());
    number_clusters(g, label_at, core_at);
    cx_array *const cores = cx__send(s, core);
    CX__TRY(cx_self_set(self, CORE, cores));
    CX__TRY(cx_self_set(self, COMPONENTS, cx_take(x, cores, 0)));
    return cx_self_set(self, LABELS, cx__send(s, label));
}

static cx_status grow(cx_estimator *self, const cx__site *s, const cx_data *data, growth *g)
{
    const cx_array *const weight =
        data->sample_weight != NULL ? cx__fetch(s, cx__f64(s, data->sample_weight)) : NULL;
    if (weight != NULL) g->weight = cx_data_f64(weight);
    CX__TRY(cx__so_far());
    g->core = cx__calloc((size_t)g->n, sizeof *g->core);
    g->parent = cx__alloc((size_t)g->n * sizeof *g->parent);
    if (g->core == NULL || g->parent == NULL)
        return cx__fail_nomem("fit", "clusters", (size_t)g->n * sizeof *g->parent);
    for (int64_t i = 0; i < g->n; i++) g->parent[i] = i;
    cx__near *near = NULL;
    CX__TRY(cx__near_with("fit", self, data->x, &near));
    const cx_status st = all_blocks(g, self, s, near, data->x);
    cx__near_close(near);
    CX__TRY(st);
    return store(self, s, g, data->x);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    growth g = {.n = cx_dim(data->x, 0), .need = (double)cx_param_i64(self, "min_samples")};
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_status st = grow(self, &s, data, &g);
    cx__free(g.core);
    cx__free(g.parent);
    cx__free(g.borders);
    return st;
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, LABELS));
}

const cx_estimator_class cx__class_dbscan = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "DBSCAN",
    .doc = "Clusters of dense rows, and noise. metric='precomputed' expects a symmetric matrix.",
    .kind = CX_CLUSTERER,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_predict = fit_predict,
};
