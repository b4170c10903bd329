/* Several outputs that share a hessian, on the CPU: words of their gradients, and the best split of
 * a node by the sum of their gains. Kept apart from one output, which has vector loops, bounds and
 * categories. */
#include "trees/fixed.h"
#include "trees/hist_loops.h"
#include "trees/trees.h"

enum { TOGETHER = 8, GRAIN = 8192, CODES = 256, SEARCHES = 8 };

/* ---- words */
typedef struct fixing {
    const cx_tree_fix *call;
    double *most; /* [chunks, 2] */
    double times[2];
} fixing;

static void largest(void *ctx, int64_t lo, int64_t hi)
{
    const fixing *const f = ctx;
    const cx_tree_fix *const c = f->call;
    double g = 0, h = 0;
    bool bad = false;
    for (int64_t i = lo; i < hi; i++) {
        for (int64_t k = 0; k < c->outputs; k++) {
            const double a = fabs(c->gradient[i * c->stride + k]);
            g = a > g ? a : g;
            bad = bad || !(a <= HUGE_VALF);
        }
        const double b = c->hessian != NULL ? fabs(c->hessian[i]) : 1;
        h = b > h ? b : h;
        bad = bad || !(b <= HUGE_VALF);
    }
    f->most[lo / GRAIN * 2] = bad ? INFINITY : (double)(float)g;
    f->most[lo / GRAIN * 2 + 1] = (double)(float)h;
}

static void words(void *ctx, int64_t lo, int64_t hi)
{
    const fixing *const f = ctx;
    const cx_tree_fix *const c = f->call;
    const int64_t one = (int64_t)1 << c->count_bits, channels = c->outputs + 1;
    for (int64_t i = lo; i < hi; i++) {
        int64_t *const word = c->word + i * channels;
        for (int64_t k = 0; k < c->outputs; k++)
            word[k] = host_nearest((double)(float)c->gradient[i * c->stride + k] * f->times[0]);
        const double h = c->hessian != NULL ? c->hessian[i] : 1;
        word[c->outputs] = host_nearest((double)(float)h * f->times[1]) * one + 1;
    }
}

cx_status host_trees_fix_outputs(cx_queue *q, const cx_tree_fix *c)
{
    (void)q;
    const int64_t chunks = (c->n + GRAIN - 1) / GRAIN;
    fixing f = {.call = c, .most = host_core->alloc((size_t)chunks * 2 * sizeof *f.most)};
    if (f.most == NULL) return host_core->fail(CX_E_NOMEM, "fit", "words of gradients");
    cx_status st = host_core->parallel_for(c->n, GRAIN, largest, &f);
    double most[2] = {0, 0};
    for (int64_t i = 0; i < 2 * chunks; i++)
        if (f.most[i] > most[i % 2]) most[i % 2] = f.most[i];
    host_core->free(f.most);
    if (st != CX_OK) return st;
    if (!isfinite(most[0]) || !isfinite(most[1]))
        return host_core->fail(CX_E_ARGUMENT, "fit",
                               "gradients of the loss are beyond float32; the predictions diverge");
    c->unit[0] = host_unit_of(most[0], 62 - c->count_bits);
    c->unit[1] = host_unit_of(most[1], 62 - 2 * c->count_bits);
    for (int i = 0; i < 2; i++) f.times[i] = 1 / c->unit[i];
    return host_core->parallel_for(c->n, GRAIN, words, &f);
}

/* ---- splits */
/* The best of one column: gain < 0 is none; way 1: missing values go left. */
typedef struct found {
    double gain;
    int32_t bin, way;
} found;

typedef struct search {
    const cx_tree_splits *call;
    found *best; /* [nodes, d] */
} search;

static const int64_t *column_of(const search *s, int64_t node, int64_t j)
{
    const cx_tree_codes *const c = s->call->codes;
    const int64_t d8 = (c->d + TOGETHER - 1) / TOGETHER * TOGETHER;
    return s->call->hist + (s->call->node[node].slot * d8 + j) * c->bins * s->call->channels;
}

static int64_t *sums_of(const search *s, int64_t node, int side)
{
    return s->call->sums + (2 * node + side) * s->call->channels;
}

static double score(const search *s, double squares, double h)
{
    return squares / (h + s->call->gains->l2 + 1e-15);
}

static int64_t count_of(const search *s, int64_t word)
{
    return word & (((int64_t)1 << s->call->count_bits) - 1);
}
static double hessian_of(const search *s, int64_t word)
{
    return (double)(word >> s->call->count_bits) * s->call->unit[1];
}

/* Squares of the sums of gradients on both sides of each threshold, output after output. */
typedef struct sides {
    double left[CODES], right[CODES];
} sides;
static void add_squares(const search *s, const int64_t *hist, const int64_t *total, bool missing,
                        int64_t n, sides *out)
{
    const int64_t k = s->call->channels, last = s->call->codes->bins - 1;
    const double unit = s->call->unit[0];
    for (int64_t i = 0; i < n; i++) out->left[i] = out->right[i] = 0;
    for (int64_t c = 0; c < k - 1; c++) {
        int64_t sum = missing ? hist[last * k + c] : 0;
        for (int64_t i = 0; i < n; i++) {
            sum += hist[i * k + c];
            const double l = (double)sum * unit, r = (double)(total[c] - sum) * unit;
            out->left[i] += l * l;
            out->right[i] += r * r;
        }
    }
}

/* Thresholds 0 .. n - 1 with missing values on one side; of equal gains the first bin, or the last
 * one where missing values go left. */
static void scan_way(const search *s, const int64_t *hist, const int64_t *total, double own,
                     int way, int64_t n, found *out)
{
    sides side;
    double gain[CODES];
    const cx_tree_gains *const g = s->call->gains;
    const int64_t k = s->call->channels, all = total[k - 1];
    int64_t sum = way == 1 ? hist[s->call->codes->bins * k - 1] : 0;
    add_squares(s, hist, total, way == 1, n, &side);
    for (int64_t i = 0; i < n; i++) {
        sum += hist[i * k + k - 1];
        const double l = hessian_of(s, sum), r = hessian_of(s, all - sum);
        const bool in = count_of(s, sum) >= g->min_samples &&
                        count_of(s, all - sum) >= g->min_samples && l >= g->min_hessian &&
                        r >= g->min_hessian;
        gain[i] = in ? (score(s, side.left[i], l) + score(s, side.right[i], r)) - own : -1;
    }
    found best = {-1, 0, way};
    for (int64_t t = 0; t < n; t++) {
        const int64_t i = way == 0 ? t : n - 1 - t;
        if (gain[i] > best.gain) best = (found){gain[i], (int32_t)i, way};
    }
    if (best.gain > out->gain && best.gain > g->min_gain) *out = best;
}

static void scan_columns(void *ctx, int64_t lo, int64_t hi)
{
    const search *const s = ctx;
    const cx_tree_splits *const c = s->call;
    const int64_t d = c->codes->d;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t node = i / d, j = i % d, row = c->node[node].allowed;
        s->best[i] = (found){-1, 0, 0};
        if (row >= 0 && !c->allowed[row * d + j]) continue;
        const int64_t *const hist = column_of(s, node, j), *const total = sums_of(s, node, 0);
        double squares = 0;
        for (int64_t k = 0; k < c->outputs; k++) {
            const double g = (double)total[k] * c->unit[0];
            squares += g * g;
        }
        const double own = score(s, squares, hessian_of(s, total[c->outputs]));
        const bool missing = c->gains->missing[j] != 0;
        const int64_t used = c->gains->used[j];
        scan_way(s, hist, total, own, 0, used - 1 + missing, &s->best[i]);
        if (missing && used >= 2) scan_way(s, hist, total, own, 1, used - 1, &s->best[i]);
    }
}

static void take(const search *s, const int64_t *hist, int64_t code, int64_t *to)
{
    for (int64_t c = 0; c < s->call->channels; c++) to[c] += hist[code * s->call->channels + c];
}

static void begin(const search *s, int64_t node)
{
    const cx_tree_splits *const c = s->call;
    memset(&c->split[node], 0, sizeof c->split[node]);
    memset(sums_of(s, node, 0), 0, (size_t)c->channels * 2 * sizeof *c->sums);
    for (int64_t b = 0; b < c->codes->bins; b++)
        take(s, column_of(s, node, 0), b, sums_of(s, node, 0));
    c->split[node].count = count_of(s, sums_of(s, node, 0)[c->outputs]);
    c->split[node].gain = -1;
}

static void finish(const search *s, int64_t node)
{
    const cx_tree_splits *const c = s->call;
    const found *const best = s->best + node * c->codes->d;
    int64_t top = 0;
    for (int64_t j = 1; j < c->codes->d; j++)
        if (best[j].gain > best[top].gain) top = j;
    if (best[top].gain <= 0) return;
    cx_tree_split *const out = &c->split[node];
    const int64_t *const hist = column_of(s, node, top);
    int64_t *const left = sums_of(s, node, 1);
    out->gain = best[top].gain;
    out->feature = (int32_t)top;
    out->bin = best[top].bin;
    out->missing_left = best[top].way == 1;
    for (int64_t b = 0; b <= best[top].bin; b++) take(s, hist, b, left);
    if (best[top].way == 1) take(s, hist, c->codes->bins - 1, left);
    out->count_left = count_of(s, left[c->outputs]);
}

cx_status host_trees_splits_outputs(cx_queue *q, const cx_tree_splits *c)
{
    (void)q;
    const int64_t n = c->nodes * c->codes->d;
    search s = {.call = c, .best = host_core->alloc((size_t)n * sizeof *s.best)};
    if (s.best == NULL)
        return host_core->fail(CX_E_NOMEM, "fit", "%lld splits to compare", (long long)n);
    for (int64_t i = 0; i < c->nodes; i++) begin(&s, i);
    const cx_status st = host_core->parallel_for(n, SEARCHES, scan_columns, &s);
    for (int64_t i = 0; st == CX_OK && i < c->nodes; i++) finish(&s, i);
    host_core->free(s.best);
    return st;
}
