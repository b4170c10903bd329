/* The tree of a fitted HDBSCAN cut at a distance: see cx_dbscan_clustering. Labels are numbered as
 * scikit-learn's, whose sets of rows are named after the row that a union by rank leaves on top. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/cluster/density_tree.h"
#include "ops/primitives.h"
#include <calx/cluster.h>
#include <math.h>
#include <string.h>

static const char where[] = "dbscan_clustering";
enum { LEAST = 5 };

typedef struct cut {
    int64_t n, m;                 /* rows; those that take part */
    const double *tree;           /* [m - 1, 4] */
    int64_t *row;                 /* [m]: which they are; behind it the rest of the room */
    int64_t *parent, *rank, *top; /* [m], [m], [2 m]: a row of each node */
    int64_t *size, *label;        /* [n] each */
} cut;

static int64_t top_of(int64_t *parent, int64_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

/* Nodes are joined through the new one, which has no rank: the left's row comes out on top, then
 * the right's if it ranks as high. */
static int64_t join(const cut *c, int64_t left, int64_t right)
{
    const int64_t a = top_of(c->parent, left), b = top_of(c->parent, right);
    if (c->rank[a] == 0) c->rank[a] = 1;
    if (c->rank[b] < c->rank[a]) return c->parent[b] = a;
    if (c->rank[b] == c->rank[a]) c->rank[b]++;
    return c->parent[a] = b;
}

/* A loaded tree is held to its form: a node joins two that came before it. */
static bool node_at(const cut *c, int64_t i, int side, int64_t *out)
{
    const double v = c->tree[4 * i + side];
    if (!(v >= 0 && v < (double)(c->m + i)) || v != floor(v)) return false;
    *out = (int64_t)v;
    return true;
}

static cx_status join_all(const cut *c, double distance)
{
    for (int64_t i = 0; i < c->m; i++) c->parent[i] = c->top[i] = i;
    for (int64_t i = 0; i < c->m - 1; i++) {
        int64_t left, right;
        if (!node_at(c, i, 0, &left) || !node_at(c, i, 1, &right))
            return cx__fail(CX_E_ARGUMENT, where, "the model's tree is none");
        const int64_t a = c->top[left], b = c->top[right];
        c->top[c->m + i] = c->tree[4 * i + 2] < distance ? join(c, a, b) : a;
    }
    return CX_OK;
}

static void number_rows(const cut *c, int64_t least)
{
    int64_t *const top = c->top + c->m, clusters = 0, *const number = c->label;
    for (int64_t i = 0; i < c->n; i++) c->size[i] = 1; /* a row that takes no part is alone */
    for (int64_t i = 0; i < c->m; i++) c->size[c->row[i]] = 0;
    for (int64_t i = 0; i < c->m; i++) {
        top[i] = c->row[top_of(c->parent, i)];
        c->size[top[i]]++;
    }
    for (int64_t i = 0; i < c->n; i++)
        number[i] = c->size[i] > 0 && c->size[i] >= least ? clusters++ : -1;
    memcpy(c->size, number, (size_t)c->n * sizeof *number);
    for (int64_t i = 0; i < c->n; i++) c->label[i] = CX__DENSITY_MISSING;
    for (int64_t i = 0; i < c->m; i++) c->label[c->row[i]] = c->size[top[i]];
}

static cx_status label_rows(cut *c, const int64_t *known, double distance, int64_t least)
{
    const size_t bytes = (size_t)(5 * c->m + c->n) * sizeof *c->row;
    c->row = cx__calloc((size_t)(5 * c->m + c->n), sizeof *c->row);
    if (c->row == NULL) return cx__fail_nomem(where, "sets of rows", bytes);
    c->parent = c->row + c->m;
    c->rank = c->parent + c->m;
    c->top = c->rank + c->m;
    c->size = c->top + 2 * c->m;
    int64_t at = 0;
    for (int64_t i = 0; i < c->n; i++)
        if (known[i] != CX__DENSITY_MISSING && at++ < c->m) c->row[at - 1] = i;
    if (at != c->m)
        return cx__fail(CX_E_ARGUMENT, where, "the model's labels and its tree do not fit");
    CX__TRY(join_all(c, distance));
    number_rows(c, least);
    return CX_OK;
}

static cx_status attribute(const cx_estimator *m, const char *name, const cx__site *s, cx_dtype t,
                           const cx_array **out)
{
    *out = cx__fetch(s, cx__as(where, cx_attr(m, name), t));
    return cx__so_far();
}

static cx_status cut_tree(const cx_estimator *m, double distance, int64_t least, cx_array **out)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_hdbscan)
        return cx__fail(CX_E_ARGUMENT, where, "m is %s, not HDBSCAN", m->cls->name);
    if (isnan(distance) || least < 0)
        return cx__fail(CX_E_ARGUMENT, where, "cut_distance=%g, min_cluster_size=%lld", distance,
                        (long long)least);
    cx_array *const label = cx_attr(m, "labels_");
    CX__TRY(cx__so_far());
    cx__site s;
    const cx_array *known, *tree;
    CX__TRY(cx__site_of(where, label, &s));
    CX__TRY(attribute(m, "labels_", &s, CX_I64, &known));
    CX__TRY(attribute(m, "single_linkage_tree_", &s, CX_F64, &tree));
    cut c = {.n = cx_size(known), .m = cx_dim(tree, 0) + 1, .tree = cx_data_f64(tree)};
    cx_array *const host = cx_empty(CX_SHAPE(c.n), CX_I64, CX_CPU);
    c.label = cx_data_i64_mut(host);
    CX__TRY(cx__so_far());
    const cx_status st = label_rows(&c, cx_data_i64(known), distance, least > 0 ? least : LEAST);
    cx__free(c.row);
    CX__TRY(st);
    *out = cx__send(&s, host);
    return cx__so_far();
}

cx_array *cx_dbscan_clustering(const cx_estimator *m, double cut_distance, int64_t min_cluster_size)
{
    cx_array *out = NULL;
    const cx_scope scope = cx_scope_open();
    const cx_status st = cut_tree(m, cut_distance, min_cluster_size, &out);
    return cx__give(scope, st, out);
}
