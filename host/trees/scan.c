/* All cuts of one feature whose rows are sorted: what is left of each place is added up row by row,
 * a block of places at a time, and each block is handed to the vector loops. */
#include "trees/fast.h"
#include <math.h>
#include <string.h>

enum { MARK_WEIGHT = (1 << MARK_BITS) - 1 };

typedef struct scan {
    const tree_grower *w;
    const uint64_t *element;
    const float *x;
    int64_t m, low, high; /* places of the cuts that leave enough rows: [low, high] */
    double weight, sum, sum_right;
    int64_t count[FAST_CLASSES], rest[FAST_CLASSES];
    bool doubtful;
} scan;

/* May there be a cut before element i, where its code is near that of the one before? */
static bool apart(scan *s, int64_t i)
{
    const uint64_t before = s->element[i - 1], here = s->element[i];
    s->doubtful = true;
    if (element_code(before) == element_code(here)) return false;
    return !(s->x[element_row(here)] <= s->x[element_row(before)] + HOST_TREE_NEAR);
}

static void allow(scan *s, int64_t from, int64_t n, double *out)
{
    const uint64_t *const e = s->element + from;
    const int64_t whole = n / 8 * 8;
    const int close = s->w->fast.loops->allow(e, whole, TREE_STEP, out);
    if (close != 0) s->doubtful = true;
    for (int64_t i = (close & 1) != 0 ? 0 : whole; i < n; i++) {
        const bool far = element_code(e[i]) - element_code(e[i - 1]) >= TREE_STEP;
        out[i] = far || apart(s, from + i) ? 0 : -INFINITY;
    }
    for (int64_t i = 0; i < n && from + i < s->low; i++) out[i] = -INFINITY;
    for (int64_t i = s->high + 1 - from > 0 ? s->high + 1 - from : 0; i < n; i++)
        out[i] = -INFINITY;
}

static void add_pair(scan *s, const uint64_t *e, int64_t n, host_tree_block *b)
{
    const uint16_t *const mark = s->w->fast.mark;
    int32_t weight = (int32_t)s->weight, one = (int32_t)s->sum;
    for (int64_t i = 0; i < n; i++) {
        const int32_t m = mark[element_row(e[i])], here = m & MARK_WEIGHT;
        weight += here;
        one += here & -(m >> MARK_BITS);
        b->left[i] = (double)weight;
        b->sum[i] = (double)one;
    }
    s->weight = (double)weight;
    s->sum = (double)one;
}

static void add_classes(scan *s, const uint64_t *e, int64_t n, host_tree_block *b)
{
    const uint16_t *const mark = s->w->fast.mark;
    int64_t weight = (int64_t)s->weight, left = (int64_t)s->sum, right = (int64_t)s->sum_right;
    for (int64_t i = 0; i < n; i++) {
        const int64_t m = mark[element_row(e[i])], here = m & MARK_WEIGHT, c = m >> MARK_BITS;
        weight += here;
        left += here * (2 * s->count[c] + here);
        right += here * (here - 2 * s->rest[c]);
        s->count[c] += here;
        s->rest[c] -= here;
        b->left[i] = (double)weight;
        b->sum[i] = (double)left;
        b->sum_right[i] = (double)right;
    }
    s->weight = (double)weight;
    s->sum = (double)left;
    s->sum_right = (double)right;
}

static void add_values(scan *s, const uint64_t *e, int64_t n, host_tree_block *b)
{
    const double *const y = s->w->g->y, *const weight = s->w->g->weight;
    const double *const weighted = s->w->fast.weighted;
    double sum = s->sum, all = s->weight;
    for (int64_t i = 0; weight == NULL && i < n; i++) {
        b->sum[i] = sum += y[element_row(e[i])];
        b->left[i] = all += 1;
    }
    for (int64_t i = 0; weight != NULL && i < n; i++) {
        const int32_t row = element_row(e[i]);
        b->sum[i] = sum += weighted[row];
        b->left[i] = all += weight[row];
    }
    s->sum = sum;
    s->weight = all;
}

static void add(scan *s, const uint64_t *e, int64_t n, host_tree_block *b)
{
    const int64_t classes = s->w->fast.classes;
    if (classes == 0)
        add_values(s, e, n, b);
    else if (classes == 2)
        add_pair(s, e, n, b);
    else
        add_classes(s, e, n, b);
    b->n = (n + 7) / 8 * 8;
    for (int64_t i = n; i < b->n; i++) {
        b->left[i] = b->sum[i] = b->sum_right[i] = 1;
        b->allow[i] = -INFINITY;
    }
}

static host_tree_best_fn *loop_for(const tree_grower *w)
{
    const host_tree_loops *const loops = w->fast.loops;
    if (w->fast.classes > 0) return w->fast.classes == 2 ? loops->pair : loops->gini;
    return w->r->criterion == CX_TREE_FRIEDMAN ? loops->friedman : loops->squared;
}

static void begin(scan *s, host_tree_block *b)
{
    const tree_criterion *const c = &s->w->c;
    const int64_t classes = s->w->fast.classes;
    b->here = c->here;
    b->total = c->sum[classes == 2 ? 1 : 0];
    b->least = s->w->r->min_weight_leaf;
    if (classes <= 2) return;
    for (int64_t k = 0; k < classes; k++) {
        s->count[k] = 0;
        s->rest[k] = (int64_t)c->sum[k];
        s->sum_right += c->sum[k] * c->sum[k];
    }
}

void host_scan_feature(const tree_grower *w, const uint64_t *element, int64_t m, int32_t feature,
                       tree_found *out)
{
    const float *const x = w->t->x + feature * w->t->n;
    const int64_t least = w->r->min_samples_leaf > 1 ? w->r->min_samples_leaf : 1;
    *out = (tree_found){.proxy = -INFINITY};
    out->missing = element_code(element[m - 1]) == TREE_MISSING;
    if (out->missing) return;
    out->constant = x[element_row(element[m - 1])] <= x[element_row(element[0])] + HOST_TREE_NEAR;
    out->doubtful = out->constant;
    if (out->constant) return;
    scan s;
    s.w = w;
    s.element = element;
    s.x = x;
    s.m = m;
    s.low = least;
    s.high = m - least;
    s.weight = s.sum = s.sum_right = 0;
    s.doubtful = false;
    host_tree_block b;
    begin(&s, &b);
    host_tree_best_fn *const best = loop_for(w);
    for (int64_t p = 1; p < m; p += HOST_TREE_BLOCK) {
        const int64_t n = m - p < HOST_TREE_BLOCK ? m - p : HOST_TREE_BLOCK;
        allow(&s, p, n, b.allow);
        add(&s, element + p - 1, n, &b);
        int64_t at = 0;
        const double proxy = best(&b, &at);
        if (!(proxy > out->proxy)) continue;
        out->proxy = proxy;
        out->cut = p + at;
    }
    out->doubtful = s.doubtful;
    if (out->cut == 0) return;
    out->below = element_row(element[out->cut - 1]);
    out->above = element_row(element[out->cut]);
}
