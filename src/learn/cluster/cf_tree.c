/* A tree of clustering features (Zhang, Ramakrishnan and Livny, BIRCH, 1996): number, sum and sum
 * of squares of points that lie within a radius, in nodes of limited size that split when they are
 * full.
 *
 * One idea: a point goes down to the nearest centre, and only the way back up changes anything.
 * Comparisons round as scikit-learn's do where that decides an order. Knows numbers on the host. */
#include "learn/cluster/cf_tree.h"

#include "base/alloc.h"
#include "base/object.h"
#include <math.h>
#include <string.h>

static double dot(const double *a, const double *b, int64_t d)
{
    double s = 0;
    for (int64_t j = 0; j < d; j++) s += a[j] * b[j];
    return s;
}

cx_status cx__cf_node_new(cx__cf_tree *t, int64_t *at)
{
    if (t->nodes == t->room) {
        const int64_t room = t->room ? 2 * t->room : 8;
        cx__cf_node *const more = cx__realloc(t->node, (size_t)room * sizeof *more);
        if (more == NULL) return cx__fail_nomem("fit", "nodes", (size_t)room * sizeof *more);
        t->node = more;
        t->room = room;
    }
    const size_t room = (size_t)t->branching + 1, d = (size_t)t->d;
    double *const v = cx__calloc(room * (2 * d + 2), sizeof *v);
    int64_t *const k = cx__calloc(2 * room, sizeof *k);
    if (v == NULL || k == NULL) {
        cx__free(v);
        cx__free(k);
        return cx__fail_nomem("fit", "a node", room * (2 * d + 2) * sizeof *v);
    }
    t->node[t->nodes] = (cx__cf_node){.after = -1,
                                      .centre = v,
                                      .sum = v + room * d,
                                      .norm = v + 2 * room * d,
                                      .square = v + 2 * room * d + room,
                                      .points = k,
                                      .child = k + room};
    *at = t->nodes++;
    return CX_OK;
}

cx_status cx__cf_begin(cx__cf_tree *t, int64_t d, int64_t branching, double threshold)
{
    *t = (cx__cf_tree){.d = d, .branching = branching, .threshold = threshold};
    return cx__cf_node_new(t, &t->root);
}

void cx__cf_free(cx__cf_tree *t)
{
    for (int64_t i = 0; i < t->nodes; i++) {
        cx__free(t->node[i].centre);
        cx__free(t->node[i].points);
    }
    cx__free(t->node);
    *t = (cx__cf_tree){.node = NULL};
}

/* ---- entries */
void cx__cf_entry(const cx__cf_tree *t, cx__cf_node *n, int64_t i)
{
    const double points = (double)n->points[i], share = 1 / points;
    double *const centre = n->centre + i * t->d, *const sum = n->sum + i * t->d;
    for (int64_t j = 0; j < t->d; j++)
        centre[j] = n->child[i] < 0 ? share * sum[j] : sum[j] / points;
    n->norm[i] = dot(centre, centre, t->d);
}

/* One entry of a node into an entry of another. */
static void copy_entry(const cx__cf_tree *t, const cx__cf_node *from, int64_t i, cx__cf_node *to)
{
    const int64_t k = to->count++, d = t->d;
    const size_t row = (size_t)d * sizeof *to->sum;
    memmove(to->centre + k * d, from->centre + i * d, row);
    memmove(to->sum + k * d, from->sum + i * d, row);
    to->norm[k] = from->norm[i];
    to->square[k] = from->square[i];
    to->points[k] = from->points[i];
    to->child[k] = from->child[i];
}

static void append_point(const cx__cf_tree *t, cx__cf_node *n, const double *x, double square)
{
    const int64_t k = n->count++, d = t->d;
    memcpy(n->centre + k * d, x, (size_t)d * sizeof *x);
    memcpy(n->sum + k * d, x, (size_t)d * sizeof *x);
    n->norm[k] = n->square[k] = square;
    n->points[k] = 1;
    n->child[k] = -1;
}

/* Take the point into subcluster i, unless its radius would pass the threshold. */
static bool take_in(const cx__cf_tree *t, cx__cf_node *n, int64_t i, const double *x, double square)
{
    const int64_t d = t->d, points = n->points[i] + 1;
    const double share = 1 / (double)points, squares = n->square[i] + square;
    double *const sum = n->sum + i * d, *const centre = n->centre + i * d;
    double norm = 0;
    for (int64_t j = 0; j < d; j++) {
        const double c = share * (sum[j] + x[j]);
        norm += c * c;
    }
    if (!(squares / (double)points - norm <= t->threshold * t->threshold)) return false;
    for (int64_t j = 0; j < d; j++) {
        sum[j] += x[j];
        centre[j] = share * sum[j];
    }
    n->norm[i] = norm;
    n->square[i] = squares;
    n->points[i] = points;
    return true;
}

static void add_below(const cx__cf_tree *t, cx__cf_node *n, int64_t i, const double *x,
                      double square)
{
    for (int64_t j = 0; j < t->d; j++) n->sum[i * t->d + j] += x[j];
    n->square[i] += square;
    n->points[i]++;
    cx__cf_entry(t, n, i);
}

/* Entry i of a node stands for all of a child. */
static void sum_child(const cx__cf_tree *t, cx__cf_node *n, int64_t i, int64_t child)
{
    const cx__cf_node *const c = t->node + child;
    double *const sum = n->sum + i * t->d;
    memset(sum, 0, (size_t)t->d * sizeof *sum);
    n->square[i] = 0;
    n->points[i] = 0;
    n->child[i] = child;
    for (int64_t e = 0; e < c->count; e++) {
        for (int64_t j = 0; j < t->d; j++) sum[j] += c->sum[e * t->d + j];
        n->square[i] += c->square[e];
        n->points[i] += c->points[e];
    }
    cx__cf_entry(t, n, i);
}

/* ---- splitting. Which of two centres comes first among the farthest is decided by the last bits
 * of their distances there and back; so these are made as NumPy and a BLAS make them. */
static double square_length(const double *x, int64_t d)
{
    double even = 0, odd = 0;
    int64_t j = 0;
    for (; j + 8 <= d; j += 8)
        for (int64_t k = 6; k >= 0; k -= 2) {
            even += x[j + k] * x[j + k];
            odd += x[j + k + 1] * x[j + k + 1];
        }
    for (; j < d; j += 2) {
        even += x[j] * x[j];
        if (j + 1 < d) odd += x[j + 1] * x[j + 1];
    }
    return even + odd;
}

static double fused_dot(const double *a, const double *b, int64_t d)
{
    double s = 0;
    for (int64_t j = 0; j < d; j++) s = fma(a[j], b[j], s);
    return s;
}

/* length [count]: squared lengths of the centres. */
static double apart(const cx__cf_tree *t, const cx__cf_node *n, const double *length, int64_t i,
                    int64_t j)
{
    if (i == j) return 0;
    const double s = -2 * fused_dot(n->centre + i * t->d, n->centre + j * t->d, t->d);
    const double v = s + length[i] + length[j];
    return v > 0 ? v : 0;
}

/* The two centres that are farthest from each other. */
static void farthest(const cx__cf_tree *t, const cx__cf_node *n, const double *length, int64_t *a,
                     int64_t *b)
{
    double most = -1;
    for (int64_t i = 0; i < n->count; i++)
        for (int64_t j = 0; j < n->count; j++) {
            const double v = apart(t, n, length, i, j);
            if (!(v > most)) continue;
            most = v;
            *a = i;
            *b = j;
        }
}

/* Entries nearer to the first of the farthest two stay, the others go to a new node, which comes
 * next among the leaves. */
static cx_status split(cx__cf_tree *t, int64_t at, int64_t *other)
{
    CX__TRY(cx__cf_node_new(t, other));
    const size_t room = (size_t)t->branching + 1;
    double *const length = cx__calloc(room, 2 * sizeof *length), *const leaves = length + room;
    if (length == NULL) return cx__fail_nomem("fit", "a split", room * 2 * sizeof *length);
    cx__cf_node *const n = t->node + at, *const m = t->node + *other;
    int64_t a = 0, b = 0;
    for (int64_t i = 0; i < n->count; i++) length[i] = square_length(n->centre + i * t->d, t->d);
    farthest(t, n, length, &a, &b);
    for (int64_t i = 0; i < n->count; i++)
        leaves[i] = i != a && !(apart(t, n, length, a, i) < apart(t, n, length, b, i));
    const int64_t count = n->count;
    n->count = 0;
    for (int64_t i = 0; i < count; i++) copy_entry(t, n, i, leaves[i] != 0 ? m : n);
    cx__free(length);
    if (n->child[0] >= 0) return CX_OK;
    m->after = n->after;
    n->after = *other;
    return CX_OK;
}

/* ---- adding a point */
static int64_t nearest(const cx__cf_tree *t, const cx__cf_node *n, const double *x)
{
    int64_t best = 0;
    double least = INFINITY;
    for (int64_t i = 0; i < n->count; i++) {
        const double v = -2 * dot(n->centre + i * t->d, x, t->d) + n->norm[i];
        if (v < least) {
            least = v;
            best = i;
        }
    }
    return best;
}

/* *full: the node has one entry too many. */
static cx_status insert(cx__cf_tree *t, int64_t at, const double *x, double square, bool *full)
{
    cx__cf_node *n = t->node + at;
    *full = false;
    if (n->count == 0) {
        append_point(t, n, x, square);
        return CX_OK;
    }
    const int64_t i = nearest(t, n, x), child = n->child[i];
    if (child < 0) {
        if (take_in(t, n, i, x, square)) return CX_OK;
        *full = n->count >= t->branching;
        append_point(t, n, x, square);
        return CX_OK;
    }
    bool split_child;
    CX__TRY(insert(t, child, x, square, &split_child));
    n = t->node + at; /* nodes may have moved */
    if (!split_child) {
        add_below(t, n, i, x, square);
        return CX_OK;
    }
    int64_t other;
    CX__TRY(split(t, child, &other));
    n = t->node + at;
    sum_child(t, n, i, child);
    sum_child(t, n, n->count++, other);
    *full = n->count > t->branching;
    return CX_OK;
}

cx_status cx__cf_add(cx__cf_tree *t, const double *x)
{
    bool full;
    CX__TRY(insert(t, t->root, x, dot(x, x, t->d), &full));
    if (!full) return CX_OK;
    int64_t other, top;
    CX__TRY(split(t, t->root, &other));
    CX__TRY(cx__cf_node_new(t, &top));
    cx__cf_node *const n = t->node + top;
    n->count = 2;
    sum_child(t, n, 0, t->root);
    sum_child(t, n, 1, other);
    t->root = top;
    return CX_OK;
}

int64_t cx__cf_count(const cx__cf_tree *t)
{
    int64_t count = 0;
    for (int64_t l = 0; l >= 0; l = t->node[l].after) count += t->node[l].count;
    return count;
}

void cx__cf_centres(const cx__cf_tree *t, double *out)
{
    for (int64_t l = 0; l >= 0; l = t->node[l].after) {
        const cx__cf_node *const n = t->node + l;
        memcpy(out, n->centre, (size_t)(n->count * t->d) * sizeof *out);
        out += n->count * t->d;
    }
}
