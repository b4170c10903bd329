/* HDBSCAN: the clusters that last longest while the density that makes one is turned down
 * (Campello, Moulavi and Sander, PAKDD 2013; McInnes and Healy, ICDMW 2017).
 *
 * Neighbours give each row's core distance, Prim's walk the spanning tree of the larger of those
 * and the distances themselves, and the tree's merges the clusters. Rows with NaN take no part. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/cluster/density_tree.h"
#include "learn/cluster/near_rows.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS, PROBABILITIES, CENTROIDS, MEDOIDS, TREE };
static const char *const attrs[] = {
    "labels_: int [m]",        "probabilities_: float [m]",           "centroids_?: float [k, n]",
    "medoids_?: float [k, n]", "single_linkage_tree_?: float [h, 4]", NULL};

static const cx_param params[] = {
    {"min_cluster_size", CX_PARAM_INT, "5", "[2, inf)", "rows of the smallest cluster"},
    {"min_samples", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rows, itself among them, within a row's core distance; None: min_cluster_size"},
    {"cluster_selection_epsilon", CX_PARAM_FLOAT, "0.0", "[0, inf)",
     "clusters nearer than this stay one"},
    {"max_cluster_size", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rows of the largest cluster"},
    CX__NEAR_METRIC_OF("'euclidean'"),
    CX__NEAR_METRIC_PARAMS,
    {"alpha", CX_PARAM_FLOAT, "1.0", "(0, inf)", "distances are divided by it"},
    CX__NEAR_ALGORITHM,
    CX__NEAR_LEAF_SIZE_OF("40"),
    CX__NEAR_JOBS,
    {"cluster_selection_method", CX_PARAM_STR, "'eom'", "{'eom', 'leaf'}",
     "excess of mass, or the finest clusters"},
    {"allow_single_cluster", CX_PARAM_BOOL, "False", NULL, "all rows may be one cluster"},
    {"store_centers", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'centroid', 'medoid', 'both'}",
     "which centres are stored"},
    {"copy", CX_PARAM_BOOL, "False", NULL, "not used: inputs are never changed"},
    {.name = NULL},
};

typedef struct fitting {
    cx_estimator *self;
    cx__site site;
    int64_t n, m;      /* rows; those without NaN */
    int64_t *finite;   /* [m]: which these are */
    const cx_array *x; /* [m, d] at the site: those */
    cx__near_rows rows;
    int64_t clusters;
} fitting;

/* ---- rows that take part */
static cx_status find_finite(fitting *f, const cx_array *x)
{
    const int64_t d = cx_dim(x, 1);
    const cx_array *const host = cx__fetch(&f->site, cx__f64(&f->site, x));
    const double *const at = cx_data_f64(host);
    f->finite = cx__alloc((size_t)f->n * sizeof *f->finite);
    CX__TRY(cx__so_far());
    if (f->finite == NULL) return cx__fail_nomem("fit", "rows", (size_t)f->n * sizeof *f->finite);
    for (int64_t i = 0; i < f->n; i++) {
        bool whole = true;
        for (int64_t k = 0; k < d; k++) whole = whole && !isnan(at[i * d + k]);
        if (whole) f->finite[f->m++] = i;
    }
    f->x = x;
    if (f->m == f->n) return CX_OK;
    if (cx__near_rows_given(f->self))
        return cx__fail(CX_E_ARGUMENT, "fit", "HDBSCAN: precomputed distances hold NaN");
    f->x = cx_take(x, cx__given_all(&f->site, f->finite, f->m, CX_I64), 0);
    return cx__so_far();
}

static cx_status check_rows(const fitting *f, int64_t samples)
{
    static cx__held lopsided = CX__HELD("a, b: any(abs(a - b) > 1e-8 + 1e-5 * abs(b))");
    if (f->m < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "HDBSCAN: %lld rows without NaN; it needs two",
                        (long long)f->m);
    if (samples > f->m)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "HDBSCAN: min_samples=%lld is more than the %lld rows", (long long)samples,
                        (long long)f->m);
    if (!cx__near_rows_given(f->self)) return CX_OK;
    if (cx_dim(f->x, 0) != cx_dim(f->x, 1))
        return cx__fail(CX_E_SHAPE, "fit", "a precomputed matrix must be square");
    if (!cx_param_is_none(f->self, "store_centers"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "HDBSCAN: store_centers needs rows, not precomputed distances");
    if (cx__number_i64(cx__held_run("fit", &lopsided, CX_ARRAYS(f->x, cx_transpose(f->x)))) != 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "HDBSCAN: precomputed distances are not symmetric");
    return cx__so_far();
}

static cx_status tick(void *ctx, int64_t done)
{
    const fitting *f = ctx;
    return cx_self_progress(f->self, done, f->m);
}

/* ---- the spanning tree, shortest edges first */
typedef struct edge {
    double height;
    int64_t from, to, place;
} edge;

static int by_height(const void *x, const void *y)
{
    const edge *const a = x, *const b = y;
    if (a->height != b->height) return a->height < b->height ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

typedef struct room {
    double *number; /* [3 m] */
    int64_t *place; /* [3 m] */
    edge *edge;     /* [m] */
    cx__merge *merge;
} room;

/* Is there no tree for the metric, or none wanted? */
static bool by_matrix(const fitting *f)
{
    static const char *const bare[] = {"cosine", "correlation", "sqeuclidean", "yule"};
    const char *const metric = f->rows.near.metric;
    const cx__near_way way = f->rows.near.way;
    bool none = strchr(metric, ':') != NULL;
    for (int i = 0; i < 4; i++) none = none || strcmp(metric, bare[i]) == 0;
    return way == CX__NEAR_BRUTE || cx__near_rows_given(f->self) || (way == CX__NEAR_AUTO && none);
}

static cx_status span(fitting *f, int64_t samples, room *r)
{
    const bool brute = by_matrix(f);
    const double alpha = cx_param_f64(f->self, "alpha");
    const int64_t m = f->m;
    double *const core = r->number;
    CX__TRY(cx__near_rows_core(&f->rows, samples, core));
    for (int64_t i = 0; brute && i < m; i++) core[i] /= alpha; /* as scikit-learn has it */
    const cx__visit v = {.apart = &f->rows.apart,
                         .core = core,
                         .alpha = alpha,
                         .most = (double)INFINITY,
                         .both_cores = true,
                         .order = r->place,
                         .reach = r->number + m,
                         .from = r->place + m};
    CX__TRY(cx__visit_all(&v, tick, f));
    /* scikit-learn's brute way names the row visited before, which gives the same clusters, but may
     * give others where steps are equally long. Such steps stay in the order of the walk; there
     * they come as NumPy's unstable sort leaves them, which is another order with AVX-512 than
     * without, so its labels are the processor's. Sorted stably they are these. */
    for (int64_t i = 1; i < m; i++) {
        const int64_t to = v.order[i];
        r->edge[i - 1] = (edge){v.reach[to], brute ? v.order[i - 1] : v.from[to], to, i};
    }
    qsort(r->edge, (size_t)(m - 1), sizeof *r->edge, by_height);
    for (int64_t i = 0; i < m - 1; i++) {
        r->number[i] = r->edge[i].height;
        r->place[i] = r->edge[i].from;
        r->place[m + i] = r->edge[i].to;
    }
    return cx__merges_of(r->place, r->place + m, r->number, m, r->merge);
}

static cx_status name_rows(fitting *f, room *r)
{
    const cx_estimator *const self = f->self;
    const cx__density_choice choice = {
        .least = cx_param_i64(self, "min_cluster_size"),
        .most =
            cx_param_is_none(self, "max_cluster_size") ? 0 : cx_param_i64(self, "max_cluster_size"),
        .epsilon = cx_param_f64(self, "cluster_selection_epsilon"),
        .leaves = strcmp(cx_param_str(self, "cluster_selection_method"), "leaf") == 0,
        .one_is_all = cx_param_bool(self, "allow_single_cluster")};
    return cx__density_labels(r->merge, f->m, &choice, r->place, r->number, &f->clusters);
}

/* ---- results */
static cx_status store_labels(fitting *f, const room *r)
{
    cx_array *const label = cx_empty(CX_SHAPE(f->n), CX_I64, CX_CPU), *const firm =
                                                                          cx_empty(CX_SHAPE(f->n),
                                                                                   CX_F64, CX_CPU);
    int64_t *const label_at = cx__at(label);
    double *const firm_at = cx__at(firm);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->n; i++) {
        label_at[i] = CX__DENSITY_MISSING;
        firm_at[i] = (double)NAN;
    }
    for (int64_t i = 0; i < f->m; i++) {
        label_at[f->finite[i]] = r->place[i];
        firm_at[f->finite[i]] = r->number[i];
    }
    CX__TRY(cx_self_set(f->self, LABELS, cx__send(&f->site, label)));
    return cx_self_set(f->self, PROBABILITIES, cx__send(&f->site, firm));
}

/* The merges, for cuts at other distances. */
static cx_status store_tree(const fitting *f, const room *r)
{
    cx_array *const tree = cx_empty(CX_SHAPE(f->m - 1, 4), CX_F64, CX_CPU);
    double *const at = cx__at(tree);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->m - 1; i++) {
        const cx__merge *const m = &r->merge[i];
        at[4 * i] = (double)m->left;
        at[4 * i + 1] = (double)m->right;
        at[4 * i + 2] = m->height;
        at[4 * i + 3] = (double)m->size;
    }
    return cx_self_set(f->self, TREE, cx__send(&f->site, tree));
}

/* Rows of cluster c and how firmly they are in it. */
static cx_status members(const fitting *f, const room *r, int64_t c, cx_array **rows,
                         cx_array **firm)
{
    int64_t count = 0;
    for (int64_t i = 0; i < f->m; i++) count += r->place[i] == c;
    cx_array *const place = cx_empty(CX_SHAPE(count), CX_I64, CX_CPU), *const share =
                                                                           cx_empty(CX_SHAPE(count),
                                                                                    CX_F64, CX_CPU);
    int64_t *const place_at = cx__at(place);
    double *const share_at = cx__at(share);
    CX__TRY(cx__so_far());
    count = 0;
    for (int64_t i = 0; i < f->m; i++) {
        if (r->place[i] != c) continue;
        place_at[count] = i;
        share_at[count++] = r->number[i];
    }
    *rows = cx_take(cx__f64(&f->site, f->x), cx__send(&f->site, place), 0);
    *firm = cx__send(&f->site, share);
    return cx__so_far();
}

static cx_status store_centres(fitting *f, const room *r)
{
    const char *const which = cx_param_str(f->self, "store_centers");
    const int64_t d = cx_dim(f->x, 1);
    if (cx_param_is_none(f->self, "store_centers")) return CX_OK;
    cx_array *const centroid = cx_empty(CX_SHAPE(f->clusters, d), CX_F64, f->site.device),
                    *const medoid = cx_empty(CX_SHAPE(f->clusters, d), CX_F64, f->site.device);
    for (int64_t c = 0; c < f->clusters; c++) {
        cx_array *rows, *firm;
        CX__TRY(members(f, r, c, &rows, &firm));
        const cx_array *const mean = cx_div(cx_matmul(firm, rows), cx_sum(firm, CX_ALL));
        CX__TRY(cx_copy_into(mean, cx_slice(centroid, 0, c, c + 1, 1)));
        const cx_array *const apart =
            cx_pairwise_distances(rows, NULL, f->rows.near.metric, &f->rows.near.pairwise);
        const cx_array *const middle = cx_argmin(cx_matmul(apart, firm), CX_ALL);
        CX__TRY(cx_copy_into(cx_take(rows, middle, 0), cx_slice(medoid, 0, c, c + 1, 1)));
    }
    if (strcmp(which, "medoid") != 0) CX__TRY(cx_self_set(f->self, CENTROIDS, centroid));
    if (strcmp(which, "centroid") != 0) CX__TRY(cx_self_set(f->self, MEDOIDS, medoid));
    return CX_OK;
}

static cx_status cluster(fitting *f, const cx_data *data, room *r)
{
    const cx_estimator *const self = f->self;
    CX__TRY(find_finite(f, data->x));
    const int64_t samples = cx_param_i64(
        self, cx_param_is_none(self, "min_samples") ? "min_cluster_size" : "min_samples");
    CX__TRY(check_rows(f, samples));
    CX__TRY(cx__near_rows_open("fit", self, f->x, &f->rows));
    const size_t rows = (size_t)f->m;
    r->number = cx__alloc(3 * rows * sizeof *r->number);
    r->place = cx__alloc(3 * rows * sizeof *r->place);
    r->edge = cx__alloc(rows * sizeof *r->edge);
    r->merge = cx__alloc(rows * sizeof *r->merge);
    if (!r->number || !r->place || !r->edge || !r->merge)
        return cx__fail_nomem("fit", "a spanning tree", rows * sizeof *r->edge);
    CX__TRY(span(f, samples, r));
    CX__TRY(name_rows(f, r));
    CX__TRY(store_labels(f, r));
    CX__TRY(store_tree(f, r));
    return store_centres(f, r);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f = {.self = self, .n = cx_dim(data->x, 0)};
    room r = {.number = NULL};
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    const cx_status st = cluster(&f, data, &r);
    cx__near_rows_close(&f.rows);
    cx__free(f.finite);
    cx__free(r.number);
    cx__free(r.place);
    cx__free(r.edge);
    cx__free(r.merge);
    return st;
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, LABELS));
}

const cx_estimator_class cx__class_hdbscan = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HDBSCAN",
    .doc = "Clusters of any density, and noise. Rows with NaN get the label -3.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_predict = fit_predict,
};
