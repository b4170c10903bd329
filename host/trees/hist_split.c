/* The best split of each node from its histogram, on the CPU: every column of every node by itself,
 * then the columns in their order. */
#include "trees/hist_loops.h"
#include "trees/trees.h"
#include <string.h>

enum { TOGETHER = 8, GRAIN = 8, MOST = 256 };
/* As LightGBM's cat_smooth, which scikit-learn keeps: rows that a category needs, and the weight
 * that draws its mean to 0. */
static const double SUPPORT = 10;

typedef struct search {
    const cx_tree_splits *call;
    const host_hist_loops *loops;
    int64_t width; /* numbers of one column */
    int bits;
    host_gain_best *best; /* [nodes, d] */
} search;

static const int64_t *column_of(const search *s, int64_t node, int64_t j)
{
    const int64_t d8 = (s->call->codes->d + TOGETHER - 1) / TOGETHER * TOGETHER;
    return s->call->hist + (s->call->node[node].slot * d8 + j) * s->width;
}

/* The node's words, from any column: all rows are in each. */
static void total_of(const search *s, int64_t node, cx_tree_split *out)
{
    const int64_t *const h = column_of(s, node, 0), k = s->call->channels;
    memset(out, 0, sizeof *out);
    for (int64_t b = 0; b < s->call->codes->bins; b++)
        for (int64_t c = 0; c < k; c++) out->total[c] += h[b * k + c];
    out->count = out->total[k - 1] & (((int64_t)1 << s->bits) - 1);
    out->gain = -1;
}

static void scan_of(const search *s, int64_t node, int64_t j, host_gain_scan *out)
{
    const cx_tree_splits *const c = s->call;
    const cx_tree_gains *const g = c->gains;
    const cx_tree_split *const own = &c->split[node];
    *out = (host_gain_scan){.hist = column_of(s, node, j),
                            .channels = c->channels,
                            .bins = c->codes->bins,
                            .used = g->used[j],
                            .count = own->count,
                            .total = {own->total[0], own->total[1]},
                            .min_samples = g->min_samples,
                            .bits = s->bits,
                            .missing = g->missing[j] != 0,
                            .monotonic = g->monotonic != NULL ? g->monotonic[j] : 0,
                            .unit = {c->unit[0], c->unit[1]},
                            .l2 = g->l2,
                            .min_hessian = g->min_hessian,
                            .min_gain = g->min_gain,
                            .value = c->node[node].value,
                            .lower = c->node[node].lower,
                            .upper = c->node[node].upper};
}

/* Words as numbers. */
typedef struct part {
    double g, h;
    int64_t count;
} part;
static part part_of(const host_gain_scan *s, const int64_t *word)
{
    const int64_t last = word[s->channels - 1], count = last & (((int64_t)1 << s->bits) - 1);
    if (s->channels == 1)
        return (part){(double)(word[0] >> s->bits) * s->unit[0], (double)count, count};
    return (part){(double)word[0] * s->unit[0], (double)(last >> s->bits) * s->unit[1], count};
}

/* ---- categories */
typedef struct category {
    double value;
    int code;
} category;

/* Codes with enough rows, by their mean gradient, rising; of equal ones the higher code first, as
 * the C library's merge sort leaves them with scikit-learn's comparison. */
static int sort_categories(const host_gain_scan *s, category *out)
{
    const part all = part_of(s, s->total);
    const double factor = (double)all.count / all.h;
    int n = 0;
    for (int64_t b = 0; b < s->used + (s->missing ? 1 : 0); b++) {
        const int code = (int)(b < s->used ? b : s->bins - 1);
        const part p = part_of(s, s->hist + code * s->channels);
        if (!(p.h * factor >= SUPPORT)) continue;
        const category c = {p.g / (p.h + SUPPORT), code};
        int i = n++;
        for (; i > 0 && !(out[i - 1].value < c.value); i--) out[i] = out[i - 1];
        out[i] = c;
    }
    return n;
}

/* The first `middle` of the sorted categories, from below (way 2) or above (3), one more at a time
 * to the left. */
static void scan_side(const host_gain_scan *s, const category *sorted, int n, int way,
                      host_gain_best *out)
{
    const int middle = way == 2 ? (n + 1) / 2 : (n + 1) / 2 - 1;
    const part all = part_of(s, s->total);
    int64_t sum[2] = {0, 0};
    for (int i = 0; i < middle; i++) {
        const int at = way == 2 ? i : n - 1 - i;
        for (int64_t c = 0; c < s->channels; c++)
            sum[c] += s->hist[sorted[at].code * s->channels + c];
        const int64_t rest[2] = {s->total[0] - sum[0], s->total[1] - sum[1]};
        const part l = part_of(s, sum), r = part_of(s, rest);
        if (l.count < s->min_samples || l.h < s->min_hessian) continue;
        if (r.count < s->min_samples || r.h < s->min_hessian) break;
        const double vl = host_leaf_value(l.g, l.h, s->l2, s->lower, s->upper),
                     vr = host_leaf_value(r.g, r.h, s->l2, s->lower, s->upper),
                     gain = (all.g * s->value - l.g * vl) - r.g * vr;
        if (gain > out->gain && gain > s->min_gain) *out = (host_gain_best){gain, at, way};
    }
}

static void scan_categories(const host_gain_scan *s, host_gain_best *out)
{
    category sorted[MOST];
    *out = (host_gain_best){-1, 0, 0};
    const int n = sort_categories(s, sorted);
    if (n < 2) return;
    scan_side(s, sorted, n, 2, out);
    scan_side(s, sorted, n, 3, out);
}

/* ---- all columns, and the record of the best */
static void scan_columns(void *ctx, int64_t lo, int64_t hi)
{
    const search *const s = ctx;
    const cx_tree_splits *const c = s->call;
    const int64_t d = c->codes->d;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t node = i / d, j = i % d, row = c->node[node].allowed;
        s->best[i] = (host_gain_best){-1, 0, 0};
        if (row >= 0 && !c->allowed[row * d + j]) continue;
        host_gain_scan one;
        scan_of(s, node, j, &one);
        if (c->gains->categorical != NULL && c->gains->categorical[j])
            scan_categories(&one, &s->best[i]);
        else
            s->loops->scan(&one, &s->best[i]);
    }
}

static void take(const host_gain_scan *s, int64_t code, cx_tree_split *out)
{
    for (int64_t c = 0; c < s->channels; c++) out->left[c] += s->hist[code * s->channels + c];
    if (out->categorical) out->bits[code / 32] |= (uint32_t)1 << (code % 32);
}

static void record(const host_gain_scan *s, const host_gain_best *best, cx_tree_split *out)
{
    out->gain = best->gain;
    out->bin = best->way < 2 ? best->bin : 0;
    out->categorical = best->way >= 2;
    out->missing_left = best->way == 1;
    if (best->way < 2) {
        for (int64_t b = 0; b <= best->bin; b++) take(s, b, out);
        if (best->way == 1) take(s, s->bins - 1, out);
    } else {
        category sorted[MOST];
        const int n = sort_categories(s, sorted);
        for (int i = best->way == 2 ? 0 : best->bin; i < (best->way == 2 ? best->bin + 1 : n); i++)
            take(s, sorted[i].code, out);
        const int64_t last = s->bins - 1;
        out->missing_left = s->missing && (out->bits[last / 32] >> (last % 32) & 1);
    }
    const int64_t rest[2] = {out->total[0] - out->left[0], out->total[1] - out->left[1]};
    const part l = part_of(s, out->left), r = part_of(s, rest);
    out->count_left = l.count;
    out->value_left = host_leaf_value(l.g, l.h, s->l2, s->lower, s->upper);
    out->value_right = host_leaf_value(r.g, r.h, s->l2, s->lower, s->upper);
}

static void finish(const search *s, int64_t node)
{
    const int64_t d = s->call->codes->d;
    const host_gain_best *const best = s->best + node * d;
    int64_t top = 0;
    for (int64_t j = 1; j < d; j++)
        if (best[j].gain > best[top].gain) top = j;
    if (best[top].gain <= 0) return;
    host_gain_scan one;
    scan_of(s, node, top, &one);
    s->call->split[node].feature = (int32_t)top;
    record(&one, &best[top], &s->call->split[node]);
}

cx_status host_trees_splits(cx_queue *q, const cx_tree_splits *c)
{
    if (c->outputs > 1) return host_trees_splits_outputs(q, c);
    const int64_t n = c->nodes * c->codes->d;
    search s = {.call = c,
                .loops = HOST_PICK(host_hist_loops_table),
                .width = c->codes->bins * c->channels,
                .bits = c->count_bits,
                .best = host_core->alloc((size_t)n * sizeof *s.best)};
    if (s.best == NULL)
        return host_core->fail(CX_E_NOMEM, "fit", "%lld splits to compare", (long long)n);
    for (int64_t i = 0; i < c->nodes; i++) total_of(&s, i, &c->split[i]);
    cx_status st = CX_OK;
    if (n <= GRAIN)
        scan_columns(&s, 0, n);
    else
        st = host_core->parallel_for(n, GRAIN, scan_columns, &s);
    for (int64_t i = 0; st == CX_OK && i < c->nodes; i++) finish(&s, i);
    host_core->free(s.best);
    return st;
}
