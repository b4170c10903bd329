/* The best cut of a feature without sorting all its rows: they are counted in bins of the codes'
 * range, and only bins in which a cut may beat the best known are sorted and looked at.
 *
 * The proxy is convex in the weights of both classes on the left (each side's squares over its
 * weight are), so within a bin it is nowhere above the greatest of four corners: what the bin adds
 * to each class all there or not at all. Scores are float32 to HOST_TREE_SCORE, bounds allow for
 * that, and the cuts of the bins that are left are compared exactly. */
#include "trees/fast.h"
#include <math.h>
#include <string.h>

enum { FIELD = HOST_TREE_FIELD };
static const double above_errors = 1 + 8 * HOST_TREE_SCORE, below_errors = 1 - 8 * HOST_TREE_SCORE;

typedef struct range {
    uint32_t low, high;
    int shift, bins;
} range;

bool host_bounds_pay(const tree_grower *w)
{
    return w->c.end - w->c.start > HOST_TREE_BOUNDS && w->c.here < 1 << FIELD;
}

static range range_of(const tree_fast *f, const uint32_t *e, int64_t m)
{
    range r = {0};
    f->pairs->range(e, m, &r.low, &r.high);
    r.low >>= 16;
    r.high >>= 16;
    const uint32_t most = m < 1024 ? HOST_TREE_BINS / 4 : HOST_TREE_BINS;
    while ((r.high - r.low) >> r.shift >= most) r.shift++;
    r.bins = (int)((r.high - r.low) >> r.shift) + 1;
    return r;
}

static void count(const uint32_t *e, const uint64_t *share, int64_t m, const range *r,
                  uint64_t *bin)
{
    const uint32_t low = r->low;
    const int shift = r->shift;
    memset(bin, 0, HOST_TREE_BINS * sizeof *bin);
    for (int64_t i = 0; i < m; i++) bin[((e[i] >> 16) - low) >> shift] += share[i];
}

/* Which bins to sort: those that may hold a better cut, and behind them the next that is not empty,
 * whose first element bounds the last cut. run[b]: first bin of the run that ends with b. */
static int64_t choose(const host_tree_bounds *b, double floor, uint8_t *keep, int16_t *run)
{
    int64_t n = 0;
    int first = -1;
    for (int i = 0; i < b->bins; i++) {
        const uint64_t rows = (b->sum[i + 1] - b->sum[i]) & ((1u << FIELD) - 1);
        const bool good = (double)b->most[i] * above_errors >= floor && rows > 0;
        keep[i] = good || (first >= 0 && rows > 0);
        run[i] = -1;
        if (good && first < 0) first = i;
        if (first >= 0 && rows > 0 && (!good || i + 1 == b->bins)) {
            run[i] = (int16_t)first;
            first = -1;
        }
        if (keep[i]) n += (int64_t)rows;
    }
    return n;
}

static int64_t take(const uint32_t *e, int64_t m, const range *r, const uint8_t *keep,
                    uint32_t *out)
{
    int64_t k = 0;
    for (int64_t i = 0; i < m; i++) {
        out[k] = e[i];
        k += keep[((e[i] >> 16) - r->low) >> r->shift];
    }
    return k;
}

static void scan_runs(const tree_grower *w, const host_tree_bounds *b, const int16_t *run,
                      const uint32_t *e, int32_t feature, tree_found *out)
{
    const uint64_t field = (1u << FIELD) - 1;
    for (int i = 0; i < b->bins; i++) {
        if (run[i] < 0) continue;
        const uint64_t from = b->sum[run[i]], n = (b->sum[i + 1] - from) & field;
        const tree_run part = {e, (int64_t)n, (int64_t)(from & field),
                               (int32_t)((from >> FIELD) & field), (int32_t)(from >> 2 * FIELD)};
        host_scan_run(w, &part, feature, out);
        e += n;
    }
}

bool host_scan_bounds(const tree_grower *w, int32_t feature, double beat, tree_found *out)
{
    const tree_criterion *const c = &w->c;
    const int64_t m = c->end - c->start;
    uint32_t *const e = (uint32_t *)(void *)w->fast.element;
    uint32_t *const some = (uint32_t *)(void *)w->fast.spare, *const sorted = some + m + 16;
    *out = (tree_found){.proxy = beat};
    const range r = range_of(&w->fast, e, m);
    out->missing = r.high == TREE_NARROW_MISSING;
    out->constant = !out->missing && !host_narrow_apart(w, feature, r.low, r.high);
    if (out->missing || out->constant) return true;
    host_tree_bounds b = {.bins = r.bins, .here = (int32_t)c->here, .total = (int32_t)c->sum[1]};
    const double leaf = ceil(w->r->min_weight_leaf);
    b.least = leaf < 1 << FIELD ? (int32_t)leaf : 1 << FIELD;
    b.least_rows = w->r->min_samples_leaf < m ? (int32_t)w->r->min_samples_leaf : (int32_t)m;
    count(e, w->fast.share, m, &r, b.sum);
    const double reached = w->fast.pairs->bounds(&b) * below_errors;
    const double known = beat > -INFINITY ? (beat + c->here) * below_errors : 0;
    uint8_t keep[HOST_TREE_BINS];
    int16_t run[HOST_TREE_BINS];
    const int64_t n = choose(&b, known > reached ? known : reached, keep, run);
    if (n == 0) return true;
    const int64_t k = take(e, m, &r, keep, some);
    host_sort_narrow(&w->fast, some, k, sorted);
    scan_runs(w, &b, run, sorted, feature, out);
    /* the cut that was reached may not be one: its codes may be too near */
    return reached <= known || out->proxy + c->here >= reached * below_errors;
}
