/* Condensing a tree of merges and choosing clusters in it: see density_tree.h. Numbers are made in
 * the order in which scikit-learn makes them, as labels and sums depend on it. */
#include "learn/cluster/density_tree.h"

#include "base/alloc.h"
#include <math.h>

/* ---- merges */
static int64_t root_of(int64_t *parent, int64_t i)
{
    int64_t root = i;
    while (parent[root] >= 0) root = parent[root];
    while (parent[i] >= 0) {
        const int64_t up = parent[i];
        parent[i] = root;
        i = up;
    }
    return root;
}

cx_status cx__merges_of(const int64_t *from, const int64_t *to, const double *height, int64_t n,
                        cx__merge *out)
{
    int64_t *const parent = cx__alloc((size_t)(2 * n) * sizeof *parent);
    if (parent == NULL) return cx__fail_nomem("fit", "merges", (size_t)(2 * n) * sizeof *parent);
    for (int64_t i = 0; i < 2 * n; i++) parent[i] = -1;
    for (int64_t i = 0; i < n - 1; i++) {
        const int64_t a = root_of(parent, from[i]), b = root_of(parent, to[i]);
        const int64_t size = (a < n ? 1 : out[a - n].size) + (b < n ? 1 : out[b - n].size);
        out[i] = (cx__merge){a, b, height[i], size};
        parent[a] = parent[b] = n + i;
    }
    cx__free(parent);
    return CX_OK;
}

/* ---- the condensed tree: what leaves a cluster, row or cluster, and at which 1 / distance */
typedef struct leaving {
    int64_t parent, child; /* a cluster; below n a row, else cluster child - n */
    double lambda;
    int64_t size;
} leaving;

typedef struct tree {
    const cx__merge *merge;
    int64_t n, count, clusters;
    leaving *row;                       /* [2 n] */
    int64_t *name;                      /* [2 n]: cluster of a node */
    bool *gone;                         /* [2 n]: nodes that have left */
    int64_t *queue, *below;             /* [2 n] each */
    int64_t *up, *size;                 /* [clusters] from here on */
    double *birth, *stability, *deaths; /* 1 / distance at which it parts and ends */
    bool *chosen;
    int64_t *number; /* of a chosen one; then of the one that a cluster's rows are in, or -1 */
} tree;

/* Nodes under root, level by level; how many. */
static int64_t walk_down(const tree *t, int64_t root, int64_t *queue)
{
    int64_t count = 1;
    queue[0] = root;
    for (int64_t i = 0; i < count; i++) {
        if (queue[i] < t->n) continue;
        const cx__merge *const m = &t->merge[queue[i] - t->n];
        queue[count++] = m->left;
        queue[count++] = m->right;
    }
    return count;
}

static int64_t rows_in(const tree *t, int64_t node)
{
    return node < t->n ? 1 : t->merge[node - t->n].size;
}

static void leave(tree *t, int64_t cluster, int64_t child, double lambda, int64_t size)
{
    t->row[t->count++] = (leaving){cluster, child, lambda, size};
}

static void split_off(tree *t, int64_t cluster, int64_t node, double lambda)
{
    t->name[node] = t->clusters;
    leave(t, cluster, t->n + t->clusters++, lambda, rows_in(t, node));
}

static void fall_out(tree *t, int64_t cluster, int64_t node, double lambda)
{
    const int64_t count = walk_down(t, node, t->below);
    for (int64_t i = 0; i < count; i++) {
        if (t->below[i] < t->n) leave(t, cluster, t->below[i], lambda, 1);
        t->gone[t->below[i]] = true;
    }
}

static void condense(tree *t, int64_t least)
{
    const int64_t root = 2 * t->n - 2, count = walk_down(t, root, t->queue);
    t->name[root] = 0;
    t->clusters = 1;
    for (int64_t i = 0; i < count; i++) {
        const int64_t node = t->queue[i];
        if (node < t->n || t->gone[node]) continue;
        const cx__merge *const m = &t->merge[node - t->n];
        const double lambda = m->height > 0 ? 1 / m->height : (double)INFINITY;
        const bool left = rows_in(t, m->left) >= least, right = rows_in(t, m->right) >= least;
        const int64_t cluster = t->name[node];
        if (left && right) {
            split_off(t, cluster, m->left, lambda);
            split_off(t, cluster, m->right, lambda);
            continue;
        }
        if (left) t->name[m->left] = cluster;
        if (right) t->name[m->right] = cluster;
        if (!left) fall_out(t, cluster, m->left, lambda);
        if (!right) fall_out(t, cluster, m->right, lambda);
    }
}

/* Parents, births, sizes and stabilities of clusters; where their last run of rows ends. */
static void measure(tree *t)
{
    for (int64_t c = 0; c < t->clusters; c++) {
        t->stability[c] = t->deaths[c] = 0;
        t->up[c] = -1;
        t->birth[c] = 0;
        t->size[c] = 0;
    }
    for (int64_t i = 0; i < t->count; i++) {
        const leaving *const r = &t->row[i];
        if (r->child < t->n) continue;
        t->up[r->child - t->n] = r->parent;
        t->birth[r->child - t->n] = r->lambda;
        t->size[r->child - t->n] = r->size;
        if (r->parent == 0) t->size[0] += r->size;
    }
    for (int64_t i = 0; i < t->count; i++) {
        const leaving *const r = &t->row[i];
        t->stability[r->parent] += (r->lambda - t->birth[r->parent]) * (double)r->size;
        const bool goes_on = i > 0 && t->row[i - 1].parent == r->parent;
        if (!goes_on || r->lambda > t->deaths[r->parent]) t->deaths[r->parent] = r->lambda;
    }
}

/* ---- the choice */
/* Clusters that are worth more than what they fall into; those under such a one are not asked. */
static void choose_by_mass(tree *t, const cx__density_choice *choice, double *children)
{
    for (int64_t c = 0; c < t->clusters; c++) children[c] = 0;
    for (int64_t c = t->clusters - 1; c >= (choice->one_is_all ? 0 : 1); c--) {
        const bool large = choice->most > 0 && t->size[c] > choice->most;
        t->chosen[c] = !(children[c] > t->stability[c] || large);
        if (!t->chosen[c]) t->stability[c] = children[c];
        if (c > 0) children[t->up[c]] += t->stability[c];
    }
    /* children: now, does a cluster lie under a chosen one? */
    children[0] = 0;
    for (int64_t c = 1; c < t->clusters; c++)
        children[c] = children[t->up[c]] != 0 || t->chosen[t->up[c]];
    for (int64_t c = 1; c < t->clusters; c++) t->chosen[c] = t->chosen[c] && children[c] == 0;
}

static void choose_leaves(tree *t)
{
    for (int64_t c = 0; c < t->clusters; c++) t->chosen[c] = t->clusters > 1;
    for (int64_t c = 1; c < t->clusters; c++) t->chosen[t->up[c]] = false;
}

/* The first cluster above c that parts at more than epsilon. */
static int64_t above(const tree *t, const cx__density_choice *choice, int64_t c)
{
    for (;;) {
        const int64_t parent = t->up[c];
        if (parent == 0) return choice->one_is_all ? 0 : c;
        if (1 / t->birth[parent] > choice->epsilon) return parent;
        c = parent;
    }
}

static void keep_together(tree *t, const cx__density_choice *choice, bool *kept)
{
    int64_t count = 0;
    for (int64_t c = 0; c < t->clusters; c++) {
        kept[c] = false;
        count += t->chosen[c];
    }
    if (t->clusters == 1 || (count == 1 && t->chosen[0])) return;
    for (int64_t c = 1; c < t->clusters; c++) {
        if (!t->chosen[c]) continue;
        const bool low = 1 / t->birth[c] < choice->epsilon;
        kept[low ? above(t, choice, c) : c] = true;
    }
    for (int64_t c = 0; c < t->clusters; c++) t->chosen[c] = kept[c];
}

/* ---- labels */
static void label_rows(tree *t, const cx__density_choice *choice, int64_t clusters, int64_t *label,
                       double *probability)
{
    double far = choice->epsilon != 0 ? 1 / choice->epsilon : 0;
    for (int64_t i = 0; choice->epsilon == 0 && i < t->count; i++)
        if (t->row[i].parent == 0 && t->row[i].lambda > far) far = t->row[i].lambda;
    const bool one = clusters == 1 && choice->one_is_all && t->chosen[0];
    const int64_t all = t->number[0];
    for (int64_t c = 0; c < t->clusters; c++)
        if (c == 0)
            t->number[c] = -1; /* rows that only the root holds: below */
        else if (!t->chosen[c])
            t->number[c] = t->number[t->up[c]];
    for (int64_t i = 0; i < t->count; i++) {
        const leaving *const r = &t->row[i];
        if (r->child >= t->n) continue;
        int64_t of = t->number[r->parent];
        if (of < 0 && one && r->lambda >= far) of = all;
        label[r->child] = of;
        probability[r->child] = r->lambda;
    }
}

/* lambda becomes a share of the cluster's largest. */
static void share(const tree *t, const int64_t *cluster_of, const int64_t *label,
                  double *probability)
{
    for (int64_t i = 0; i < t->n; i++) {
        if (label[i] < 0) {
            probability[i] = 0;
            continue;
        }
        const double most = t->deaths[cluster_of[label[i]]], lambda = probability[i];
        probability[i] = most == 0 || isinf(lambda) ? 1 : lambda < most ? lambda / most : 1;
    }
}

static int64_t choose(tree *t, const cx__density_choice *choice, int64_t *cluster_of)
{
    int64_t clusters = 0;
    if (choice->leaves)
        choose_leaves(t);
    else
        choose_by_mass(t, choice, (double *)t->queue);
    if (choice->epsilon != 0) keep_together(t, choice, t->gone);
    for (int64_t c = 0; c < t->clusters; c++) {
        t->number[c] = t->chosen[c] ? clusters : -1;
        if (t->chosen[c]) cluster_of[clusters++] = c;
    }
    return clusters;
}

static bool make_room(tree *t)
{
    const size_t most = 2 * (size_t)t->n;
    t->row = cx__alloc(most * sizeof *t->row);
    t->name = cx__alloc(6 * most * sizeof *t->name);
    t->birth = cx__alloc(3 * most * sizeof *t->birth);
    t->gone = cx__calloc(2 * most, sizeof *t->gone);
    if (!t->row || !t->name || !t->birth || !t->gone) return false;
    t->queue = t->name + most;
    t->below = t->queue + most;
    t->up = t->below + most;
    t->size = t->up + most;
    t->number = t->size + most;
    t->stability = t->birth + most;
    t->deaths = t->stability + most;
    t->chosen = t->gone + most;
    return true;
}

cx_status cx__density_labels(const cx__merge *merge, int64_t n, const cx__density_choice *choice,
                             int64_t *label, double *probability, int64_t *clusters)
{
    tree t = {.merge = merge, .n = n};
    const bool there = make_room(&t);
    if (there) {
        condense(&t, choice->least);
        measure(&t);
        *clusters = choose(&t, choice, t.below);
        label_rows(&t, choice, *clusters, label, probability);
        share(&t, t.below, label, probability);
    }
    cx__free(t.row);
    cx__free(t.name);
    cx__free(t.birth);
    cx__free(t.gone);
    return there ? CX_OK : cx__fail_nomem("fit", "a tree of clusters", (size_t)n * sizeof *t.row);
}
