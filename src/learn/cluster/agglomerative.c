/* Agglomerative clustering of rows: the tree by linkage, of all rows or along a graph of them, cut
 * where so many clusters stand or where they are too far apart. Distances, chains and merges are
 * the host's. */
#include "learn/cluster/agglomerative.h"

#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/cluster/density_tree.h"
#include "learn/cluster/linkage.h"
#include "learn/cluster/structured.h"
#include "learn/cluster/visit.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/reduce.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct growing {
    cx_estimator *self;
    const cx__site *site;
    cx__linkage how;
    bool given, plain; /* distances were given; Euclidean ones */
    int64_t n, d;
    const double *from; /* rows [n, d], or distances [n, n] */
    cx__sparse graph;   /* of what may merge; no rows: all */
    cx__pair_way way;   /* along it */
    int64_t parts;      /* of it */
    int64_t merges;     /* of the tree that is kept */
    int64_t *merge, *label;
    double *height;
} growing;

/* ---- parameters */
static cx_status check(const growing *g)
{
    const cx_estimator *const self = g->self;
    const char *const name = self->cls->name;
    const bool count = !cx_param_is_none(self, "n_clusters"),
               far = !cx_param_is_none(self, "distance_threshold");
    if (count == far)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: one of n_clusters and distance_threshold must be None, the other not",
                        name);
    if (g->how == CX__LINK_WARD && !g->plain)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: linkage='ward' needs metric='euclidean', not '%s'", name,
                        cx_param_str(self, "metric"));
    if (far && cx__param(self, "compute_full_tree")->kind == CX__LIT_BOOL &&
        !cx_param_bool(self, "compute_full_tree"))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: distance_threshold needs compute_full_tree=True",
                        name);
    if (g->n < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld samples; it needs two", name,
                        (long long)g->n);
    if (count && cx_param_i64(self, "n_clusters") > g->n)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_clusters=%lld is more than the %lld samples",
                        name, (long long)cx_param_i64(self, "n_clusters"), (long long)g->n);
    return CX_OK;
}

/* ---- distances */
static cx_status read_rows(growing *g, const cx_array *x, const cx_array **kept)
{
    static cx__held empty = CX__HELD("x: any(all(x == 0, axis=1))"),
                    unit = CX__HELD("x: x / sqrt(sum(x * x, axis=1, keepdims=True))");
    const char *const metric = cx_param_str(g->self, "metric");
    const cx_array *from = cx__f64(g->site, x);
    if (g->given && g->n != g->d)
        return cx__fail(CX_E_SHAPE, "fit", "a precomputed matrix must be square");
    if (strcmp(metric, "cosine") == 0 &&
        cx__number_i64(cx__held_run("fit", &empty, CX_ARRAYS(from))) != 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: metric='cosine' of a sample of zeros",
                        g->self->cls->name);
    if (g->graph.n > 0 && g->way == CX__PAIR_COSINE)
        from = cx__held_run("fit", &unit, CX_ARRAYS(from));
    if (g->graph.n > 0 ? g->way == CX__PAIR_GIVEN && !g->given : !g->plain && !g->given)
        from = cx_pairwise_distances(from, NULL, metric, NULL);
    *kept = cx__fetch(g->site, from);
    g->from = cx_data_f64(*kept);
    return cx__so_far();
}

/* ---- along a graph */
static cx_status read_graph(growing *g, const cx_array *x)
{
    const char *const metric = cx_param_str(g->self, "metric"), *const name =
                                                                    cx__near_metric(metric);
    const cx__near_opts near = {.metric = metric, .pairwise.struct_size = sizeof near.pairwise};
    if (g->given && g->n != g->d)
        return cx__fail(CX_E_SHAPE, "fit", "a precomputed matrix must be square");
    g->way = g->plain ? CX__PAIR_EUCLIDEAN
             : strcmp(name, "manhattan") == 0 || strcmp(name, "l1") == 0 ||
                     strcmp(name, "cityblock") == 0
                 ? CX__PAIR_MANHATTAN
             : strcmp(name, "cosine") == 0 ? CX__PAIR_COSINE
                                           : CX__PAIR_GIVEN;
    return cx__merge_graph(g->self, "connectivity", g->site, x, &near, &g->graph);
}

/* Does the tree end where the clusters are enough? */
static bool ends_early(const growing *g)
{
    const cx_estimator *const self = g->self;
    if (g->graph.n == 0 || cx_param_is_none(self, "n_clusters")) return false;
    if (cx__param(self, "compute_full_tree")->kind == CX__LIT_BOOL)
        return !cx_param_bool(self, "compute_full_tree");
    return (double)cx_param_i64(self, "n_clusters") >= fmax(100, 0.02 * (double)g->n);
}

static cx_status by_graph(growing *g)
{
    const cx__pair_rows rows = {.way = g->way, .n = g->n, .d = g->d, .x = g->from};
    CX__TRY(cx__merge_whole(&rows, &g->graph, &g->parts));
    if (g->parts > 1)
        cx__warn(CX_E_ARGUMENT,
                 "%s: connectivity is in %lld parts; the nearest of any two are joined",
                 g->self->cls->name, (long long)g->parts);
    if (g->how == CX__LINK_SINGLE)
        return cx__structured_single(&rows, &g->graph, g->merge, g->height);
    return cx__structured_tree(g->how, &rows, &g->graph, g->merges, g->merge, g->height);
}

static cx_status by_chains(growing *g)
{
    const int64_t n = g->n;
    const size_t count = (size_t)n * (size_t)(n - 1) / 2;
    double *const apart = cx__alloc(count * sizeof *apart);
    if (apart == NULL) return cx__fail_nomem("fit", "distances", count * sizeof *apart);
    cx_status st = CX_OK;
    if (g->plain)
        st = cx__linkage_distances(g->from, n, g->d, apart);
    else
        for (int64_t i = 0; i < n; i++)
            memcpy(apart + i * n - i * (i + 1) / 2, g->from + i * n + i + 1,
                   (size_t)(n - 1 - i) * sizeof *apart);
    if (st == CX_OK) st = cx__linkage_tree(g->how, apart, n, g->merge, g->height);
    cx__free(apart);
    return st;
}

/* ---- single linkage: the shortest steps from row to row, in rising order */
typedef struct step {
    double height;
    int64_t from, to, place;
} step;

static int by_height(const void *x, const void *y)
{
    const step *const a = x, *const b = y;
    if (a->height != b->height) return a->height < b->height ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

typedef struct steps {
    double *core, *reach;
    int64_t *order, *from;
    step *step;
    cx__merge *merge;
} steps;

static cx_status walk(growing *g, const cx__apart *apart, const steps *w)
{
    const int64_t n = g->n;
    const cx__visit v = {.apart = apart,
                         .core = w->core,
                         .alpha = 1,
                         .most = (double)INFINITY,
                         .order = w->order,
                         .reach = w->reach,
                         .from = w->from};
    CX__TRY(cx__visit_all(&v, NULL, NULL));
    for (int64_t i = 1; i < n; i++)
        w->step[i - 1] = (step){v.reach[v.order[i]], v.order[i - 1], v.order[i], i};
    qsort(w->step, (size_t)(n - 1), sizeof *w->step, by_height);
    for (int64_t i = 0; i < n - 1; i++) {
        w->order[i] = w->step[i].from;
        w->from[i] = w->step[i].to;
        g->height[i] = w->step[i].height;
    }
    CX__TRY(cx__merges_of(w->order, w->from, g->height, n, w->merge));
    /* scikit-learn's own tree of rows names the nodes as they are met, SciPy's the lower first */
    for (int64_t i = 0; i < n - 1; i++) {
        const cx__merge *const m = &w->merge[i];
        const bool turn = g->given && m->left > m->right;
        g->merge[2 * i] = turn ? m->right : m->left;
        g->merge[2 * i + 1] = turn ? m->left : m->right;
    }
    return CX_OK;
}

static cx_status by_steps(growing *g)
{
    const size_t n = (size_t)g->n;
    cx__apart apart = {.n = g->n, .matrix = g->from};
    if (g->plain) CX__TRY(cx__apart_turn(g->from, g->n, g->d, &apart));
    steps w = {.core = cx__calloc(2 * n, sizeof *w.core),
               .order = cx__alloc(2 * n * sizeof *w.order),
               .step = cx__alloc(n * sizeof *w.step),
               .merge = cx__alloc(n * sizeof *w.merge)};
    const bool there = w.core && w.order && w.step && w.merge;
    if (there) {
        w.reach = w.core + n;
        w.from = w.order + n;
    }
    const cx_status st = there ? walk(g, &apart, &w)
                               : cx__fail_nomem("fit", "steps between rows", n * sizeof *w.step);
    if (g->plain) cx__apart_free(&apart);
    cx__free(w.core);
    cx__free(w.order);
    cx__free(w.step);
    cx__free(w.merge);
    return st;
}

/* ---- results */
static cx_status store_i64(const growing *g, int slot, const int64_t *v, cx_shape shape)
{
    const cx_array *const a = cx_copy_host(v, shape, CX_I64);
    CX__TRY(cx__so_far());
    return cx_self_set(g->self, slot, cx__send(g->site, a));
}

static cx_status store(growing *g)
{
    cx_estimator *const self = g->self;
    const bool far = !cx_param_is_none(self, "distance_threshold");
    int64_t clusters = 1;
    if (far)
        for (int64_t i = 0; i < g->merges; i++)
            clusters += g->height[i] >= cx_param_f64(self, "distance_threshold");
    else
        clusters = cx_param_i64(self, "n_clusters");
    CX__TRY(ends_early(g) ? cx__tree_heads(g->merge, g->n, g->n - clusters, g->label)
                          : cx__tree_cut(g->merge, g->n, clusters, g->label));
    CX__TRY(store_i64(g, CX__AGGLOMERATIVE_LABELS, g->label, CX_SHAPE(g->n)));
    CX__TRY(store_i64(g, CX__AGGLOMERATIVE_CHILDREN, g->merge, CX_SHAPE(g->merges, 2)));
    CX__TRY(cx_self_set_i64(self, CX__AGGLOMERATIVE_CLUSTERS, clusters));
    CX__TRY(cx_self_set_i64(self, CX__AGGLOMERATIVE_LEAVES, g->n));
    CX__TRY(cx_self_set_i64(self, CX__AGGLOMERATIVE_PARTS, g->parts));
    if (!far && !cx_param_bool(self, "compute_distances")) return CX_OK;
    const cx_array *const height = cx_copy_host(g->height, CX_SHAPE(g->merges), CX_F64);
    CX__TRY(cx__so_far());
    return cx_self_set(self, CX__AGGLOMERATIVE_DISTANCES, cx__send(g->site, height));
}

static cx_status grow(growing *g, const cx_array *x)
{
    const cx_array *kept;
    const size_t n = (size_t)g->n;
    CX__TRY(check(g));
    CX__TRY(read_graph(g, x));
    CX__TRY(read_rows(g, x, &kept));
    g->parts = 1;
    g->merges = ends_early(g) && g->how != CX__LINK_SINGLE
                    ? g->n - cx_param_i64(g->self, "n_clusters")
                    : g->n - 1;
    g->merge = cx__alloc(3 * n * sizeof *g->merge);
    g->height = cx__alloc(n * sizeof *g->height);
    if (!g->merge || !g->height) return cx__fail_nomem("fit", "a tree of clusters", 4 * n * 8);
    g->label = g->merge + 2 * n;
    CX__TRY(g->graph.n > 0 ? by_graph(g) : g->how == CX__LINK_SINGLE ? by_steps(g) : by_chains(g));
    return store(g);
}

cx_status cx__agglomerate(cx_estimator *self, const cx__site *s, const cx_array *x)
{
    static const char *const names[] = {"ward", "complete", "average", "single"};
    const char *const metric = cx_param_str(self, "metric"), *const linkage =
                                                                 cx_param_str(self, "linkage");
    growing g = {.self = self,
                 .site = s,
                 .given = strcmp(metric, "precomputed") == 0,
                 .plain = strcmp(metric, "euclidean") == 0 || strcmp(metric, "l2") == 0,
                 .n = cx_dim(x, 0),
                 .d = cx_dim(x, 1)};
    for (int i = 0; i < 4; i++)
        if (strcmp(linkage, names[i]) == 0) g.how = (cx__linkage)i;
    const cx_status st = grow(&g, x);
    cx__free(g.merge);
    cx__free(g.height);
    return st;
}

/* ---- of rows */
static const char *const attrs[] = {CX__AGGLOMERATIVE_ATTRS("m"), NULL};
static const cx_param params[] = {
    CX__AGGLOMERATIVE_FIRST,
    CX__AGGLOMERATIVE_LAST,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    return cx__agglomerate(self, &s, data->x);
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, CX__AGGLOMERATIVE_LABELS));
}

const cx_estimator_class cx__class_agglomerative_clustering = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "AgglomerativeClustering",
    .doc = "Rows merged into clusters, the nearest first; a tree of them.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_predict = fit_predict,
};
