/* All cuts of one sorted feature of two classes whose weights are whole numbers: a quick look in
 * float32 at every place, and scikit-learn's formula in float64 where that came near the best. */
#include "trees/fast.h"
#include <math.h>
#include <string.h>

enum { MARK_WEIGHT = (1 << MARK_BITS) - 1, PARTS = 512, PARTS_FROM = 1024 /* rows */ };

typedef struct scan {
    const tree_grower *w;
    const void *element;
    int32_t feature;
    int64_t m, low, high; /* places of the cuts that leave enough rows: [low, high] */
    double here, total;
} scan;

/* Is there a cut between elements i - 1 and i, whose codes are near each other? */
static bool apart(const scan *s, int64_t i)
{
    if (s->w->fast.narrow) {
        const uint32_t *const e = s->element;
        return host_narrow_apart(s->w, s->feature, e[i - 1] >> 16, e[i] >> 16);
    }
    const uint64_t *const e = s->element;
    const int shift = s->w->fast.row_shift;
    if (element_code(e[i]) == element_code(e[i - 1])) return false;
    return !(host_tree_value(s->w->t, s->feature, element_row(e[i], shift)) <=
             host_tree_value(s->w->t, s->feature, element_row(e[i - 1], shift)) + HOST_TREE_NEAR);
}

static uint32_t code_at(const scan *s, int64_t i)
{
    return s->w->fast.narrow ? ((const uint32_t *)s->element)[i] >> 16
                             : element_code(((const uint64_t *)s->element)[i]);
}

/* Marks and allowed places of the elements [from, from + n). */
static void load(const scan *s, int64_t from, int64_t n, host_tree_pairs *b)
{
    const tree_fast *const f = &s->w->fast;
    const uint32_t step = f->narrow ? s->w->t->step[s->feature] : TREE_STEP;
    const int near =
        f->narrow ? f->pairs->narrow((const uint32_t *)s->element + from, n, step, b)
                  : f->pairs->wide((const uint64_t *)s->element + from, n, step, f->weight_bits, b);
    const int64_t last = s->m - 1 - from < n ? s->m - 1 - from : n;
    for (int64_t i = 0; near != 0 && i < last; i++)
        if (code_at(s, from + i + 1) - code_at(s, from + i) < step)
            b->allow[i] = -(int32_t)apart(s, from + i + 1);
    for (int64_t i = 0; !f->narrow && f->row_shift == 0 && i < n; i++) {
        const int32_t row = element_row(((const uint64_t *)s->element)[from + i], 0);
        const uint32_t mark = f->mark[row], weight = mark & MARK_WEIGHT;
        b->mark[i] = weight | (weight & -(mark >> MARK_BITS)) << 16;
    }
    const int64_t padded = (n + 15) / 16 * 16;
    for (int64_t i = 0; i < n && from + i + 1 < s->low; i++) b->allow[i] = 0;
    for (int64_t i = s->high - from > 0 ? s->high - from : 0; i < padded; i++) b->allow[i] = 0;
    b->n = padded;
}

/* Scores below this are below the exact value `proxy` for sure. */
static float floor_of(double proxy, double here)
{
    return proxy > -INFINITY ? (float)((proxy + here) * (1 - 4 * HOST_TREE_SCORE)) : 0;
}

static double gini(double left, double squares)
{
    return 1.0 - squares / (left * left);
}

static double exact(const scan *s, double left, double one)
{
    const double right = s->here - left, zero = left - one;
    const double right_one = s->total - one, right_zero = right - right_one;
    const double a = gini(left, zero * zero + one * one);
    const double c = gini(right, right_zero * right_zero + right_one * right_one);
    return -right * c - left * a;
}

static void choose(const scan *s, const host_tree_pairs *b, float least, int64_t from,
                   tree_found *out)
{
    for (int64_t i = 0; i < b->n; i++) {
        if (!(b->score[i] >= least)) continue;
        const double proxy = exact(s, b->left[i], b->one[i]);
        const bool first = proxy == out->proxy && from + i + 1 < out->cut;
        if (!(proxy > out->proxy) && !first) continue;
        out->proxy = proxy;
        out->cut = from + i + 1;
    }
}

static int32_t least_of(double weight)
{
    return weight <= 0 ? 0 : weight >= INT32_MAX ? INT32_MAX : (int32_t)ceil(weight);
}

static bool constant(const scan *s)
{
    const uint32_t first = code_at(s, 0), last = code_at(s, s->m - 1);
    if (first == last) return true;
    if (s->w->fast.narrow) return !host_narrow_apart(s->w, s->feature, first, last);
    if (last - first >= TREE_STEP) return false;
    const uint64_t *const e = s->element;
    const int shift = s->w->fast.row_shift;
    return host_tree_value(s->w->t, s->feature, element_row(e[s->m - 1], shift)) <=
           host_tree_value(s->w->t, s->feature, element_row(e[0], shift)) + HOST_TREE_NEAR;
}

/* All cuts from the element that follows `before` rows of those weights; found places count from
 * the node's first row. */
static void scan_from(const scan *s, int64_t before, int32_t weight, int32_t ones, tree_found *out)
{
    const tree_grower *const w = s->w;
    host_tree_pairs b;
    b.weight = weight;
    b.ones = ones;
    b.here = (int32_t)s->here;
    b.total = (int32_t)s->total;
    b.least = least_of(w->r->min_weight_leaf);
    const int64_t had = out->cut;
    for (int64_t p = 0; p < s->m; p += HOST_TREE_BLOCK) {
        load(s, p, s->m - p < HOST_TREE_BLOCK ? s->m - p : HOST_TREE_BLOCK, &b);
        const float most = w->fast.pairs->score(&b), least = floor_of(out->proxy, s->here);
        const float near = (float)(most * (1 - 4 * HOST_TREE_SCORE));
        if (most >= least && most >= 0) choose(s, &b, near > least ? near : least, before + p, out);
    }
    if (out->cut == had) return;
    const int64_t k = out->cut - before;
    const uint64_t *const e = s->element;
    const int shift = w->fast.row_shift;
    out->below = w->fast.narrow ? (int32_t)code_at(s, k - 1) : element_row(e[k - 1], shift);
    out->above = w->fast.narrow ? (int32_t)code_at(s, k) : element_row(e[k], shift);
}

void host_scan_run(const tree_grower *w, const tree_run *run, int32_t feature, tree_found *out)
{
    const int64_t leaf = w->r->min_samples_leaf > 1 ? w->r->min_samples_leaf : 1;
    const tree_criterion *const c = &w->c;
    const int64_t high = c->end - c->start - leaf - run->before;
    const scan s = {w,       run->element,       feature,
                    run->m,  leaf - run->before, high < run->m - 1 ? high : run->m - 1,
                    c->here, c->sum[1]};
    scan_from(&s, run->before, run->weight, run->ones, out);
}

/* Squares of the weights over them, both sides, and 0 for an empty side. */
static double score_of(const scan *s, double zero, double one)
{
    const double left = zero + one, right = s->here - left;
    const double right_one = s->total - one, right_zero = right - right_one;
    return (left > 0 ? (zero * zero + one * one) / left : 0) +
           (right > 0 ? (right_zero * right_zero + right_one * right_one) / right : 0);
}

/* What no cut between two sums scores above: see bounds.c. */
static double most_of(const scan *s, uint64_t from, uint64_t to)
{
    const double one[2] = {(double)(from >> 32), (double)(to >> 32)};
    const double zero[2] = {(double)(uint32_t)from - one[0], (double)(uint32_t)to - one[1]};
    double most = 0;
    for (int i = 0; i < 4; i++) most = fmax(most, score_of(s, zero[i / 2], one[i % 2]));
    return most;
}

static void scan_part(const scan *s, int64_t at, int64_t size, uint64_t before, tree_found *out)
{
    const int64_t more = s->m - at < size + 1 ? s->m - at : size + 1;
    const tree_run run = {(const uint64_t *)s->element + at, more, at, (int32_t)(uint32_t)before,
                          (int32_t)(before >> 32)};
    host_scan_run(s->w, &run, s->feature, out);
}

/* Many rows: sums of parts first, then the part at whose end the best cut seems to be, then the
 * others, if they may have a better one. */
static void scan_parts(const scan *s, tree_found *out)
{
    uint64_t sum[PARTS + 1] = {0}; /* weight, in the upper half that of the second class */
    int64_t size = HOST_TREE_BLOCK;
    while (size * PARTS < s->m) size *= 2;
    const int64_t parts = (s->m + size - 1) / size;
    int64_t first = 0;
    double reached = -1;
    for (int64_t p = 0; p < parts; p++) {
        const int64_t left = s->m - p * size;
        sum[p + 1] =
            sum[p] + s->w->fast.pairs->sum((const uint64_t *)s->element + p * size,
                                           left < size ? left : size, s->w->fast.weight_bits);
        const double one = (double)(sum[p + 1] >> 32);
        const double score = score_of(s, (double)(uint32_t)sum[p + 1] - one, one);
        if (score > reached) first = p, reached = score;
    }
    scan_part(s, first * size, size, sum[first], out);
    for (int64_t p = 0; p < parts; p++)
        if (p != first && most_of(s, sum[p], sum[p + 1]) >= floor_of(out->proxy, s->here))
            scan_part(s, p * size, size, sum[p], out);
}

void host_scan_pairs(const tree_grower *w, const void *element, int64_t m, int32_t feature,
                     double beat, tree_found *out)
{
    const int64_t leaf = w->r->min_samples_leaf > 1 ? w->r->min_samples_leaf : 1;
    const tree_criterion *const c = &w->c;
    const scan s = {w, element, feature, m, leaf, m - leaf, c->here, c->sum[1]};
    *out = (tree_found){.proxy = beat};
    const uint32_t last = code_at(&s, m - 1);
    out->missing = last == (w->fast.narrow ? TREE_NARROW_MISSING : TREE_MISSING);
    if (!out->missing) out->constant = constant(&s);
    if (out->missing || out->constant) return;
    if (m >= PARTS_FROM && !w->fast.narrow && w->fast.row_shift > 0)
        scan_parts(&s, out);
    else
        scan_from(&s, 0, 0, 0, out);
}
