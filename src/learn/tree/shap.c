/* Exact SHAP values of trees.
 *
 * The one idea: a feature's weight over all subsets of the others is an integral. Were each feature
 * known with probability s, a leaf's share in the expected answer is the product over the features
 * of its path of f = s o + (1 - s) z, where o is 1 if the row goes that way at all splits by the
 * feature and z is the share of training weight that does; the feature's value is the integral over
 * s of that product with (o - z) in place of its own f. The product is a polynomial of s, so a few
 * Gauss-Legendre points give it exactly. At each point the products grow on the way down and their
 * sums over leaves on the way up, so a tree costs nodes * points, whatever the depth. Where a
 * feature comes again, the lower split's factor replaces the upper one's, and below it the upper
 * one's part is taken back. */
#include "learn/tree/shap.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { ROWS = 8 /* of a task */ };

typedef struct rule {
    int count;
    double *at, *weight, *rest; /* points, weights, 1 - points */
    double *gone;               /* -weight / rest: what an edge weighs that the row does not take */
} rule;

/* One tree, as all rows need it: parts that do not depend on them. */
typedef struct shape {
    int32_t *parent,
        *above;            /* above: the node whose edge was the last by the same feature, or -1 */
    double *share, *chain; /* of the parent's weight; product of those of the feature, its z */
    int32_t depth;
} shape;

typedef struct shap_job {
    const cx__trees *t;
    const cx__tree_sum *sum;
    const shape *shape; /* arrays over all nodes; depth of the deepest */
    const rule *rule;
    const double *x;
    int64_t d;
    double *values;
    atomic_bool no_memory;
} shap_job;

/* ---- points and weights of [0, 1], by Newton's steps from the usual first guess */
static void legendre(int n, double x, double *value, double *slope)
{
    double before = 1, now = x;
    for (int k = 2; k <= n; k++) {
        const double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
        before = now;
        now = next;
    }
    *value = now;
    *slope = n * (x * now - before) / (x * x - 1);
}

static void fill_rule(rule *r)
{
    const double pi = 3.14159265358979323846;
    for (int i = 0; i < r->count; i++) {
        double x = cos(pi * (i + .75) / (r->count + .5)), value = 0, slope = 1;
        for (int step = 0; step < 100; step++) {
            legendre(r->count, x, &value, &slope);
            const double move = value / slope;
            x -= move;
            if (fabs(move) < 1e-16) break;
        }
        legendre(r->count, x, &value, &slope);
        r->at[i] = (1 - x) / 2;
        r->rest[i] = (1 + x) / 2;
        r->weight[i] = 1 / ((1 - x * x) * slope * slope);
        r->gone[i] = -r->weight[i] / r->rest[i];
    }
}

/* ---- shapes of trees */
/* Node i's edge; its parent's are done. */
static void shape_node(const cx__trees *t, const shape *s, int64_t base, int32_t i)
{
    const int32_t parent = s->parent[base + i];
    const int32_t feature = t->feature[base + parent];
    int32_t above = parent;
    while (above > 0 && t->feature[base + s->parent[base + above]] != feature)
        above = s->parent[base + above];
    const double all = t->weighted[base + parent];
    s->share[base + i] = all > 0 ? t->weighted[base + i] / all : .5;
    s->above[base + i] = above > 0 ? above : -1;
    s->chain[base + i] = s->share[base + i] * (above > 0 ? s->chain[base + above] : 1);
}

/* The most different features on a way to a leaf is bounded by its depth. */
static void shape_tree(const cx__trees *t, shape *s, int64_t tree, int32_t *depth)
{
    const int64_t base = t->start[tree], n = t->start[tree + 1] - base;
    s->parent[base] = s->above[base] = -1;
    s->share[base] = s->chain[base] = 1;
    depth[base] = 0;
    for (int32_t i = 0; i < n; i++) {
        const int64_t at = base + i;
        if (i > 0) shape_node(t, s, base, i);
        if (t->left[at] < 0) continue;
        const int32_t child[2] = {t->left[at], t->right[at]};
        for (int k = 0; k < 2; k++) {
            s->parent[base + child[k]] = i;
            depth[base + child[k]] = depth[at] + 1;
            if (depth[at] + 1 > s->depth) s->depth = depth[at] + 1;
        }
    }
}

/* Leaves' values by their shares of the training weight. */
static void expect(const shap_job *job, double *expected)
{
    const cx__trees *const t = job->t;
    const int64_t outputs = job->sum->columns * t->width;
    for (int64_t c = 0; c < outputs; c++)
        expected[c] = job->sum->offset != NULL ? job->sum->offset[c] : 0;
    for (int64_t tree = 0; tree < t->count; tree++) {
        const int64_t base = t->start[tree], end = t->start[tree + 1];
        double *const to = expected + tree % job->sum->columns * t->width;
        for (int64_t w = 0; w < t->width; w++) {
            double sum = 0;
            for (int64_t i = base; i < end; i++)
                if (t->left[i] < 0) sum += t->weighted[i] * t->value[i * t->width + w];
            if (t->weighted[base] > 0) to[w] += job->sum->scale * (sum / t->weighted[base]);
        }
    }
}

/* ---- one row in one tree */
/* Of the way down. Below a split that the row does not pass, another by the same feature changes
 * neither side of (o - z): all it does is to cut the weight, so it has its parent's vectors. */
typedef struct level {
    int32_t node;
    bool second, own;        /* one child is done; the vectors are this level's */
    double weight;           /* times product */
    double *product, *below; /* [points]; [width, points] */
} level;

typedef struct walk {
    const shap_job *job;
    const double *x;
    int64_t base, column;
    level *level; /* [depth + 1] */
    uint8_t *o;   /* of each node on the way */
    double *room; /* of all levels' vectors */
    double *phi;  /* [d, outputs] of the row */
} walk;

static bool goes_left(const cx__trees *t, int64_t at, double v, bool single)
{
    if (single) v = (double)(float)v;
    if (isnan(v)) return t->missing_left[at];
    const int32_t category = t->category != NULL ? t->category[at] : -1;
    if (category < 0) return v <= t->threshold[at];
    const uint32_t *const word = t->bits + (int64_t)category * 8;
    return v >= 0 && v < 256 && (word[(int)v / 32] >> ((int)v % 32) & 1) != 0;
}

/* Vectors of a level of its own. */
static void own_vectors(const walk *w, int l)
{
    const int64_t points = w->job->rule->count, width = w->job->t->width;
    double *const room = w->room + l * points * (1 + width);
    w->level[l].own = true;
    w->level[l].product = room;
    w->level[l].below = room + points;
    memset(room + points, 0, (size_t)(points * width) * sizeof *room);
}

/* From level l - 1 to its child: the products with the edge's factor in place of the upper one's.
 */
static void enter(walk *w, int l, int32_t child)
{
    const shap_job *const job = w->job;
    const cx__trees *const t = job->t;
    const rule *const r = job->rule;
    const int64_t at = w->base + child, from = w->base + w->level[l - 1].node;
    const int32_t above = job->shape->above[at];
    const bool left = goes_left(t, from, w->x[t->feature[from]], job->sum->single),
               this_way = left == (t->left[from] == child),
               was = above < 0 || w->o[w->base + above] != 0, o = this_way && was;
    level *const mine = &w->level[l];
    *mine = w->level[l - 1];
    mine->node = child;
    mine->second = mine->own = false;
    w->o[at] = o;
    if (!was) {
        mine->weight *= job->shape->share[at];
        return;
    }
    const double *const old = mine->product, z = job->shape->chain[at];
    own_vectors(w, l);
    if (above < 0) {
        for (int q = 0; q < r->count; q++)
            mine->product[q] = old[q] * ((o ? r->at[q] : 0) + r->rest[q] * z);
        return;
    }
    const double upper = job->shape->chain[w->base + above];
    for (int q = 0; q < r->count; q++)
        mine->product[q] =
            old[q] * (((o ? r->at[q] : 0) + r->rest[q] * z) / (r->at[q] + r->rest[q] * upper));
}

/* Weights of the sums below an edge in its feature's value: of (o - z) / factor, less what the
 * upper split by the feature has counted. */
static void parts(const rule *r, bool o, double z, double upper, double *part)
{
    if (o)
        for (int q = 0; q < r->count; q++)
            part[q] = r->weight[q] * (1 - z) / (r->at[q] + r->rest[q] * z);
    else
        memcpy(part, r->gone, (size_t)r->count * sizeof *part);
    if (upper < 1)
        for (int q = 0; q < r->count; q++)
            part[q] -= r->weight[q] * (1 - upper) / (r->at[q] + r->rest[q] * upper);
}

/* What the edge above level l's node adds to its feature, and its sums go up. */
static void leave(const walk *w, int l)
{
    const shap_job *const job = w->job;
    const cx__trees *const t = job->t;
    const int points = job->rule->count;
    const level *const mine = &w->level[l];
    if (!mine->own) return;
    const int64_t at = w->base + mine->node, from = w->base + w->level[l - 1].node;
    const int32_t above = job->shape->above[at];
    double *const part = mine->product; /* which has been used */
    parts(job->rule, w->o[at] != 0, job->shape->chain[at],
          above < 0 ? 1 : job->shape->chain[w->base + above], part);
    double *const phi = w->phi + (t->feature[from] * job->sum->columns + w->column) * t->width;
    for (int64_t c = 0; c < t->width; c++) {
        const double *const below = mine->below + c * points;
        double *const up = w->level[l - 1].below + c * points;
        double sum = 0;
        for (int q = 0; q < points; q++) {
            up[q] += below[q];
            sum += part[q] * below[q];
        }
        phi[c] += job->sum->scale * sum;
    }
}

static void leaf(const walk *w, const level *at)
{
    const cx__trees *const t = w->job->t;
    const int points = w->job->rule->count;
    for (int64_t c = 0; c < t->width; c++) {
        const double v = at->weight * t->value[(w->base + at->node) * t->width + c];
        for (int q = 0; q < points; q++) at->below[c * points + q] += at->product[q] * v;
    }
}

static void one_tree(walk *w, int64_t tree)
{
    const cx__trees *const t = w->job->t;
    int l = 0;
    w->base = t->start[tree];
    w->column = tree % w->job->sum->columns;
    w->level[0] = (level){.weight = 1};
    own_vectors(w, 0);
    for (int q = 0; q < w->job->rule->count; q++) w->level[0].product[q] = 1;
    enum { DOWN, UP } way = DOWN;
    for (;;) {
        level *const here = &w->level[l];
        const int64_t at = w->base + here->node;
        if (way == DOWN && t->left[at] >= 0) {
            enter(w, ++l, t->left[at]);
            continue;
        }
        if (way == DOWN) leaf(w, here);
        if (way == UP && !here->second) {
            here->second = true;
            enter(w, ++l, t->right[at]);
            way = DOWN;
            continue;
        }
        if (l == 0) return;
        leave(w, l--);
        way = UP;
    }
}

static void some_rows(void *ctx, int64_t lo, int64_t hi)
{
    shap_job *const job = ctx;
    const cx__trees *const t = job->t;
    const size_t levels = (size_t)job->shape->depth + 1, points = (size_t)job->rule->count;
    walk w = {.job = job,
              .level = cx__alloc(levels * sizeof *w.level + (size_t)t->nodes),
              .room = cx__alloc(levels * points * (1 + (size_t)t->width) * sizeof *w.room)};
    if (w.level == NULL || w.room == NULL) {
        atomic_store_explicit(&job->no_memory, true, memory_order_relaxed);
    } else {
        w.o = (uint8_t *)(w.level + levels);
        for (int64_t tree = 0; tree < t->count; tree++)
            for (int64_t i = lo; i < hi; i++) {
                w.x = job->x + i * job->d;
                w.phi = job->values + i * job->d * job->sum->columns * t->width;
                one_tree(&w, tree);
            }
    }
    cx__free(w.level);
    cx__free(w.room);
}

/* Points that are exact: the product without a feature has degree (features of the way) - 1. */
static cx_status run(const char *where, shap_job *job, shape *s, int64_t n)
{
    const int64_t most = s->depth < job->d ? s->depth : job->d;
    rule r = {.count = (int)(most / 2 + 1)};
    r.at = cx__alloc((size_t)r.count * 4 * sizeof *r.at);
    if (r.at == NULL) return cx__fail_nomem(where, "points", (size_t)r.count * 4 * sizeof *r.at);
    r.weight = r.at + r.count;
    r.rest = r.weight + r.count;
    r.gone = r.rest + r.count;
    fill_rule(&r);
    job->rule = &r;
    cx_status st = cx__parallel_for(n, ROWS, some_rows, job);
    if (st == CX_OK && atomic_load_explicit(&job->no_memory, memory_order_relaxed))
        st = cx__fail_nomem(where, "walks", (size_t)job->t->nodes);
    cx__free(r.at);
    return st;
}

cx_status cx__tree_shap(const char *where, const cx__trees *t, const cx__tree_sum *sum,
                        const double *x, int64_t n, int64_t d, double *values, double *expected)
{
    const size_t nodes = (size_t)t->nodes, each = 3 * sizeof(int32_t) + 2 * sizeof(double);
    shape s = {.share = cx__alloc(nodes * each + 1)};
    if (s.share == NULL) return cx__fail_nomem(where, "shapes of trees", nodes * each);
    s.chain = s.share + nodes;
    s.parent = (int32_t *)(s.chain + nodes);
    s.above = s.parent + nodes;
    for (int64_t tree = 0; tree < t->count; tree++) shape_tree(t, &s, tree, s.above + nodes);
    shap_job job = {.t = t, .sum = sum, .shape = &s, .x = x, .d = d, .values = values};
    memset(values, 0, (size_t)(n * d * sum->columns * t->width) * sizeof *values);
    expect(&job, expected);
    const cx_status st = run(where, &job, &s, n);
    cx__free(s.share);
    return st;
}
