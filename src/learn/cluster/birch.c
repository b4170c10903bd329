/* Birch: rows condensed to subclusters by a tree of clustering features, which are then clustered.
 *
 * One idea: the tree is the host's, serial by nature, and small; it is kept as attributes, so that
 * partial_fit goes on where it was, also after a file. What rows are asked is answered by the
 * subclusters' centres where the rows are. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/cluster/centres.h"
#include "learn/cluster/cf_tree.h"
#include "learn/cluster/linkage.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <string.h>

enum { LABELS_OF = CX__CENTRES + 1, LABELS, NODES, LEAVES, ENTRIES, SUMS };
static const char *const attrs[] = {"subcluster_centers_: float [s, n]",
                                    "subcluster_labels_: int [s]",
                                    "labels_?: int [m]",
                                    "_nodes: int [t]",      /* entries of each, a child behind its
                                                               parent;      the first one is the root */
                                    "_leaves: int [l]",     /* in their order */
                                    "_entries: int [e, 2]", /* points, child or -1 */
                                    "_sums: float [e, w]",  /* sum of the points, of squares */
                                    NULL};

static const cx_param params[] = {
    {"threshold", CX_PARAM_FLOAT, "0.5", "(0, inf)", "largest radius of a subcluster"},
    {"branching_factor", CX_PARAM_INT, "50", "[2, inf)", "most entries of a node"},
    {"n_clusters", CX_PARAM_INT | CX_PARAM_NONE | CX_PARAM_ESTIMATOR, "3", "int [1, inf)",
     "clusters of the subclusters, by Ward's tree or a clusterer; None: they stay as they are"},
    {"compute_labels", CX_PARAM_BOOL, "True", NULL, "labels of the rows of fit"},
    {.name = NULL},
};

/* ---- the tree as attributes */
typedef struct packed {
    int64_t *count, *leaf, *entry; /* [t], [l], [e, 2] */
    double *sum;                   /* [e, d + 1] */
    int64_t nodes, leaves, entries, d;
} packed;

/* Nodes from the root down, breadth first; place [nodes] is where each stands. */
static void order_nodes(const cx__cf_tree *t, int64_t *order, int64_t *place)
{
    int64_t known = 1;
    order[0] = t->root;
    for (int64_t i = 0; i < known; i++) {
        const cx__cf_node *const n = t->node + order[i];
        place[order[i]] = i;
        for (int64_t e = 0; e < n->count; e++)
            if (n->child[e] >= 0) order[known++] = n->child[e];
    }
}

static void pack(const cx__cf_tree *t, const int64_t *order, const int64_t *place, packed *p)
{
    int64_t at = 0;
    for (int64_t i = 0; i < t->nodes; i++) {
        const cx__cf_node *const n = t->node + order[i];
        p->count[i] = n->count;
        for (int64_t e = 0; e < n->count; e++, at++) {
            p->entry[2 * at] = n->points[e];
            p->entry[2 * at + 1] = n->child[e] < 0 ? -1 : place[n->child[e]];
            memcpy(p->sum + at * (t->d + 1), n->sum + e * t->d, (size_t)t->d * sizeof *p->sum);
            p->sum[at * (t->d + 1) + t->d] = n->square[e];
        }
    }
    for (int64_t l = 0, i = 0; l >= 0; l = t->node[l].after) p->leaf[i++] = place[l];
}

static cx_status store_tree(cx_estimator *self, const cx__site *s, const cx__cf_tree *t)
{
    packed p = {.leaves = 1};
    for (int64_t i = 0; i < t->nodes; i++) p.entries += t->node[i].count;
    for (int64_t l = 0; t->node[l].after >= 0; l = t->node[l].after) p.leaves++;
    cx_array *const counts = cx_empty(CX_SHAPE(t->nodes), CX_I64, CX_CPU),
                    *const leaves = cx_empty(CX_SHAPE(p.leaves), CX_I64, CX_CPU),
                    *const entries = cx_empty(CX_SHAPE(p.entries, 2), CX_I64, CX_CPU),
                    *const sums = cx_empty(CX_SHAPE(p.entries, t->d + 1), CX_F64, CX_CPU),
                    *const order = cx_empty(CX_SHAPE(2, t->nodes), CX_I64, CX_CPU);
    p.count = cx_data_i64_mut(counts);
    p.leaf = cx_data_i64_mut(leaves);
    p.entry = cx_data_i64_mut(entries);
    p.sum = cx_data_f64_mut(sums);
    int64_t *const at = cx_data_i64_mut(order);
    CX__TRY(cx__so_far());
    order_nodes(t, at, at + t->nodes);
    pack(t, at, at + t->nodes, &p);
    CX__TRY(cx_self_set(self, NODES, cx__send(s, counts)));
    CX__TRY(cx_self_set(self, LEAVES, cx__send(s, leaves)));
    CX__TRY(cx_self_set(self, ENTRIES, cx__send(s, entries)));
    return cx_self_set(self, SUMS, cx__send(s, sums));
}

/* What is stored, on the host. */
static cx_status unpack(const cx_estimator *self, const cx__site *s, packed *p)
{
    const cx_array *const counts = cx__fetch(s, cx__i64(s, cx_self(self, NODES))),
                          *const leaves = cx__fetch(s, cx__i64(s, cx_self(self, LEAVES))),
                          *const entries = cx__fetch(s, cx__i64(s, cx_self(self, ENTRIES))),
                          *const sums = cx__fetch(s, cx__f64(s, cx_self(self, SUMS)));
    CX__TRY(cx__so_far());
    *p = (packed){.nodes = cx_size(counts),
                  .leaves = cx_size(leaves),
                  .entries = cx_dim(entries, 0),
                  .d = cx_dim(sums, 1) - 1,
                  .count = (int64_t *)(uintptr_t)cx_data_i64(counts),
                  .leaf = (int64_t *)(uintptr_t)cx_data_i64(leaves),
                  .entry = (int64_t *)(uintptr_t)cx_data_i64(entries),
                  .sum = (double *)(uintptr_t)cx_data_f64(sums)};
    return cx__so_far();
}

/* Stored numbers are a tree: every node but the root is one entry's child, behind it; leaves are
 * those without children, each once. */
static bool sound(const packed *p, int64_t branching, int64_t *parents)
{
    int64_t at = 0, leaves = 0;
    memset(parents, 0, (size_t)p->nodes * sizeof *parents);
    for (int64_t i = 0; i < p->nodes; i++) {
        if (p->count[i] < 1 || p->count[i] > branching || p->count[i] > p->entries - at)
            return false;
        const bool leaf = p->entry[2 * at + 1] < 0;
        leaves += leaf;
        if (parents[i] != (i > 0)) return false;
        for (int64_t e = 0; e < p->count[i]; e++, at++) {
            const int64_t child = p->entry[2 * at + 1];
            if (p->entry[2 * at] < 1 || (child < 0) != leaf || child < -1) return false;
            if (!leaf && (child <= i || child >= p->nodes || parents[child]++)) return false;
        }
        if (leaf) parents[i] = 2; /* to be met among the leaves */
    }
    if (at != p->entries || leaves != p->leaves) return false;
    for (int64_t l = 0; l < p->leaves; l++) {
        const int64_t i = p->leaf[l];
        if (i < 0 || i >= p->nodes || parents[i] != 2) return false;
        parents[i] = 3;
    }
    return true;
}

/* The first leaf becomes node 0, as the tree wants it: numbers 0 and that one change places. */
static int64_t place_of(const packed *p, int64_t i)
{
    return i == 0 ? p->leaf[0] : i == p->leaf[0] ? 0 : i;
}

static cx_status rebuild(cx__cf_tree *t, const packed *p)
{
    for (int64_t i = 1, unused; i < p->nodes; i++) CX__TRY(cx__cf_node_new(t, &unused));
    t->root = place_of(p, 0);
    int64_t at = 0;
    for (int64_t i = 0; i < p->nodes; i++) {
        cx__cf_node *const n = t->node + place_of(p, i);
        n->count = p->count[i];
        for (int64_t e = 0; e < n->count; e++, at++) {
            n->points[e] = p->entry[2 * at];
            n->child[e] = p->entry[2 * at + 1] < 0 ? -1 : place_of(p, p->entry[2 * at + 1]);
            memcpy(n->sum + e * t->d, p->sum + at * (t->d + 1), (size_t)t->d * sizeof *n->sum);
            n->square[e] = p->sum[at * (t->d + 1) + t->d];
            cx__cf_entry(t, n, e);
        }
    }
    for (int64_t l = 0; l + 1 < p->leaves; l++)
        t->node[place_of(p, p->leaf[l])].after = place_of(p, p->leaf[l + 1]);
    return CX_OK;
}

static cx_status examine(const cx_estimator *self, const packed *p, const char *where)
{
    const int64_t branching = cx_param_i64(self, "branching_factor");
    int64_t *const room = cx__alloc((size_t)(p->nodes + 1) * sizeof *room);
    if (room == NULL) return cx__fail_nomem(where, "nodes", (size_t)p->nodes * sizeof *room);
    const bool good = p->nodes > 0 && p->d > 0 && sound(p, branching, room);
    cx__free(room);
    if (good) return CX_OK;
    return cx__fail(CX_E_PARSE, where,
                    "Birch: _nodes, _leaves, _entries and _sums are no tree whose nodes have at "
                    "most branching_factor=%lld entries",
                    (long long)branching);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__centres_check(self));
    cx__site s;
    packed p;
    CX__TRY(cx__site_of("estimator_load", cx_self(self, NODES), &s));
    CX__TRY(unpack(self, &s, &p));
    if (p.d != cx_dim(cx_self(self, CX__CENTRES), 1))
        return cx__fail(CX_E_PARSE, "estimator_load", "Birch: _sums must have %lld columns",
                        (long long)cx_dim(cx_self(self, CX__CENTRES), 1) + 1);
    return examine(self, &p, "estimator_load");
}

/* ---- clusters of subclusters */
static cx_array *numbered(int64_t n)
{
    return cx_arange_i64(0, n, 1, CX_I64, CX_CPU);
}

static cx_status by_ward(const double *x, int64_t n, int64_t d, int64_t k, cx_array **out)
{
    int64_t *const merge = cx__alloc((size_t)n * 2 * sizeof *merge);
    double *const height = cx__alloc((size_t)n * sizeof *height);
    cx_status st =
        merge && height ? CX_OK : cx__fail_nomem("fit", "merges", (size_t)n * 2 * sizeof *merge);
    if (st == CX_OK) st = cx__ward_tree(x, n, d, merge, height);
    *out = cx_zeros(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const label = cx_data_i64_mut(*out);
    if (st == CX_OK) st = cx__so_far();
    if (st == CX_OK && n > 1) st = cx__tree_cut(merge, n, k, label);
    cx__free(merge);
    cx__free(height);
    return st;
}

/* Labels of the subclusters, int64 at the site. */
static cx_status label_centres(cx_estimator *self, const cx__site *s, const cx_array *centres,
                               cx_array **out)
{
    const int64_t count = cx_dim(centres, 0);
    if (cx_param_is_none(self, "n_clusters")) {
        *out = cx__send(s, numbered(count));
        return cx__so_far();
    }
    if (cx_param_is_number(self, "n_clusters") == 0) {
        const cx_array *const x = cx__send(s, centres);
        *out = cx__i64(s, cx__estimator_fit_predict("fit", cx_param_estimator(self, "n_clusters"),
                                                    CX_DATA(.x = x)));
        return cx__so_far();
    }
    const int64_t k = cx_param_i64(self, "n_clusters");
    if (count < k) {
        cx__warn(CX_E_CONVERGENCE,
                 "Birch: %lld subclusters are less than n_clusters=%lld; decrease the threshold",
                 (long long)count, (long long)k);
        *out = cx__send(s, numbered(count));
        return cx__so_far();
    }
    cx_array *label = NULL;
    CX__TRY(by_ward(cx_data_f64(centres), count, cx_dim(centres, 1), k, &label));
    *out = cx__send(s, label);
    return cx__so_far();
}

static cx_array *named(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const nearest = cx__centres_predict(self, x);
    return cx_astype(cx_take(cx_self(self, LABELS_OF), nearest, 0), CX_I32);
}

/* ---- fit */
static cx_status add_rows(cx__cf_tree *t, const cx_array *x)
{
    const double *const v = cx_data_f64(x);
    if (v == NULL) return cx__last_status();
    for (int64_t i = 0; i < cx_dim(x, 0); i++) {
        if (i % 1024 == 0) CX__TRY(cx__poll("fit"));
        CX__TRY(cx__cf_add(t, v + i * t->d));
    }
    return CX_OK;
}

static cx_status finish(cx_estimator *self, const cx_data *data, const cx__site *s,
                        const cx__cf_tree *t)
{
    cx_array *const centres = cx_empty(CX_SHAPE(cx__cf_count(t), t->d), CX_F64, CX_CPU), *label;
    double *const to = cx_data_f64_mut(centres);
    CX__TRY(cx__so_far());
    cx__cf_centres(t, to);
    CX__TRY(label_centres(self, s, centres, &label));
    CX__TRY(store_tree(self, s, t));
    CX__TRY(cx__store(self, CX__CENTRES, cx__send(s, centres), cx__float_like(data->x)));
    CX__TRY(cx_self_set(self, LABELS_OF, cx_ascontiguous(label)));
    return cx_self_set(self, LABELS,
                       cx_param_bool(self, "compute_labels") ? named(self, data->x) : NULL);
}

static cx_status run(cx_estimator *self, const cx_data *data, bool again)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *const x = cx__fetch(&s, cx__f64(&s, data->x));
    CX__TRY(cx__so_far());
    cx__cf_tree t;
    packed p;
    cx_status st = cx__cf_begin(&t, cx_dim(x, 1), cx_param_i64(self, "branching_factor"),
                                cx_param_f64(self, "threshold"));
    if (again) {
        if (st == CX_OK) st = unpack(self, &s, &p);
        if (st == CX_OK) st = examine(self, &p, "partial_fit");
        if (st == CX_OK) st = rebuild(&t, &p);
    }
    if (st == CX_OK) st = add_rows(&t, x);
    if (st == CX_OK) st = finish(self, data, &s, &t);
    cx__cf_free(&t);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return run(self, data, false);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return run(self, data, cx_self_has(self, CX__CENTRES));
}

/* ---- predicting */
typedef struct naming {
    cx_learn_scores scores; /* first: what cx__scores_end reads */
    const int64_t *label;
} naming;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    if (p->method == CX_TRANSFORM) return cx__centres_plan(self, p);
    naming *const m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    CX__TRY(cx__centres_plan(self, p));
    m->scores = *(const cx_learn_scores *)p->state;
    p->state = m;
    return cx__plan_i64(p, cx_self(self, LABELS_OF), &m->label);
}

/* On the CPU. */
static cx_status labels_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const naming *const m = p->state;
    CX__TRY(cx__scores_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] = (double)m->label[(int64_t)out[i]];
    return CX_OK;
}

const cx_estimator_class cx__class_birch = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Birch",
    .doc = "Clusters of subclusters that a tree of clustering features finds in one pass.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 0,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = named,
    .transform = cx__centres_transform,
    .feature_names_out = cx__centres_names,
    .check = check,
    .plan = plan,
    .transform_into = cx__scores_into,
    .predict_into = labels_into,
};
