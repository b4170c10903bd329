/* All cuts of one feature whose rows are sorted: what is left of each place is added up row by row,
 * a block of places at a time, and each block is handed to the vector loops. */
#include "trees/fast.h"
#include <math.h>
#include <string.h>

enum { MARK_WEIGHT = (1 << MARK_BITS) - 1 };

typedef struct scan {
    const tree_grower *w;
    const uint64_t *element;
    int64_t m, low, high; /* places of the cuts that leave enough rows: [low, high] */
    double weight, sum, sum_right;
    int64_t count[FAST_CLASSES], rest[FAST_CLASSES];
    int32_t feature;
    uint32_t step;
    int shift;
    bool narrow, doubtful;
} scan;

/* May there be a cut before element i, where its code is near that of the one before? */
static bool apart(scan *s, int64_t i)
{
    const uint64_t before = s->element[i - 1], here = s->element[i];
    s->doubtful = true;
    if (s->narrow)
        return host_narrow_apart(s->w, s->feature, element_code(before), element_code(here));
    if (element_code(before) == element_code(here)) return false;
    return !(host_tree_value(s->w->t, s->feature, element_row(here, s->shift)) <=
             host_tree_value(s->w->t, s->feature, element_row(before, s->shift)) + HOST_TREE_NEAR);
}

static void allow(scan *s, int64_t from, int64_t n, double *out)
{
    const uint64_t *const e = s->element + from;
    const int64_t whole = n / 8 * 8;
    const int close = s->w->fast.loops->allow(e, whole, s->step, out);
    if (close != 0) s->doubtful = true;
    for (int64_t i = (close & 1) != 0 ? 0 : whole; i < n; i++) {
        const bool far = element_code(e[i]) - element_code(e[i - 1]) >= s->step;
        out[i] = far || apart(s, from + i) ? 0 : -INFINITY;
    }
    for (int64_t i = 0; i < n && from + i < s->low; i++) out[i] = -INFINITY;
    for (int64_t i = s->high + 1 - from > 0 ? s->high + 1 - from : 0; i < n; i++)
        out[i] = -INFINITY;
}

static void add_classes(scan *s, const uint64_t *e, int64_t n, host_tree_block *b)
{
    const uint16_t *const mark = s->w->fast.mark;
    int64_t weight = (int64_t)s->weight, left = (int64_t)s->sum, right = (int64_t)s->sum_right;
    for (int64_t i = 0; i < n; i++) {
        const int64_t m =
            s->narrow ? (int64_t)(e[i] & UINT16_MAX) : mark[element_row(e[i], s->shift)];
        const int64_t here = m & MARK_WEIGHT, c = m >> MARK_BITS;
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
    double sum = s->sum, all = s->weight;
    for (int64_t i = 0; weight == NULL && i < n; i++) {
        b->sum[i] = sum += y[element_row(e[i], 0)];
        b->left[i] = all += 1;
    }
    for (int64_t i = 0; weight != NULL && i < n; i++) {
        const int32_t row = element_row(e[i], 0);
        b->sum[i] = sum += weight[row] * y[row];
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
    if (w->fast.classes > 0) return loops->gini;
    return w->r->criterion == CX_TREE_FRIEDMAN ? loops->friedman : loops->squared;
}

static void begin(scan *s, host_tree_block *b)
{
    const tree_criterion *const c = &s->w->c;
    const int64_t classes = s->w->fast.classes;
    b->here = c->here;
    b->total = c->sum[0];
    b->least = s->w->r->min_weight_leaf;
    for (int64_t k = 0; k < classes; k++) {
        s->count[k] = 0;
        s->rest[k] = (int64_t)c->sum[k];
        s->sum_right += c->sum[k] * c->sum[k];
    }
}

/* Can a cut of this block of a regression beat the proxy? Squares of sums over weights are convex
 * in both, so no place of the block is above the corners of their ranges, rounding aside.
 * Friedman's proxy is that of squares times the node's weight, less the square of the node's sum.
 */
static bool may_beat(const scan *s, const host_tree_block *b, int64_t n, double proxy)
{
    if (s->w->fast.classes > 0 || !(proxy > -INFINITY)) return true;
    double sum[2], most = 0;
    s->w->fast.loops->range(b->sum, n, &sum[0], &sum[1]);
    const double left[2] = {b->left[0], b->left[n - 1]};
    if (!(left[0] > 0 && b->here - left[1] > 0)) return true;
    for (int i = 0; i < 4; i++) {
        const double l = left[i / 2], here = sum[i % 2], rest = b->total - here;
        const double score = here * here / l + rest * rest / (b->here - l);
        if (score > most) most = score;
    }
    const double friedman = b->here * most - b->total * b->total;
    const bool squared = s->w->r->criterion == CX_TREE_SQUARED;
    const double scale = squared ? most : b->here * most;
    return !((squared ? most : friedman) + 1e-9 * scale < proxy);
}

/* Are the first and the last value as good as equal? */
static bool ends_meet(const scan *s)
{
    const uint64_t first = s->element[0], last = s->element[s->m - 1];
    if (s->narrow)
        return !host_narrow_apart(s->w, s->feature, element_code(first), element_code(last));
    if (element_code(last) - element_code(first) >= TREE_STEP) return false;
    return host_tree_value(s->w->t, s->feature, element_row(last, s->shift)) <=
           host_tree_value(s->w->t, s->feature, element_row(first, s->shift)) + HOST_TREE_NEAR;
}

static int32_t name_of(const scan *s, int64_t i)
{
    const uint64_t e = s->element[i];
    return s->narrow ? (int32_t)element_code(e) : element_row(e, s->shift);
}

void host_scan_feature(const tree_grower *w, const uint64_t *element, int64_t m, int32_t feature,
                       double beat, tree_found *out)
{
    const int64_t least = w->r->min_samples_leaf > 1 ? w->r->min_samples_leaf : 1;
    *out = (tree_found){.proxy = beat};
    scan s = {.w = w, .element = element, .m = m, .feature = feature};
    s.narrow = w->fast.narrow;
    s.step = s.narrow ? w->t->step[feature] : TREE_STEP;
    s.shift = w->fast.row_shift;
    out->missing = element_code(element[m - 1]) == (s.narrow ? TREE_NARROW_MISSING : TREE_MISSING);
    if (out->missing) return;
    out->constant = out->doubtful = ends_meet(&s);
    if (out->constant) return;
    s.low = least;
    s.high = m - least;
    host_tree_block b;
    begin(&s, &b);
    host_tree_best_fn *const best = loop_for(w);
    for (int64_t p = 1; p < m; p += HOST_TREE_BLOCK) {
        const int64_t n = m - p < HOST_TREE_BLOCK ? m - p : HOST_TREE_BLOCK;
        add(&s, element + p - 1, n, &b);
        if (m > FAST_SMALL && !may_beat(&s, &b, n, out->proxy)) continue;
        allow(&s, p, n, b.allow);
        int64_t at = 0;
        const double proxy = best(&b, &at);
        if (!(proxy > out->proxy)) continue;
        out->proxy = proxy;
        out->cut = p + at;
    }
    out->doubtful = s.doubtful;
    if (out->cut == 0) return;
    out->below = name_of(&s, out->cut - 1);
    out->above = name_of(&s, out->cut);
}
