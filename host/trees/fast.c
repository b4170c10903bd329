/* Search for the split of a node in sorted columns. Where sums are whole numbers no order of adding
 * changes them, so that the splits are those of the plain search. Other sums are added in the order
 * of the values, as the plain search does, and equal values, whose order there hangs on its sort,
 * are left to it in small nodes, where ties between splits are likely. So are missing values. */
#include "trees/fast.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum {
    ENOUGH = 1 << 15,     /* elements that are worth more than one thread */
    COLUMNS_PART = 8,     /* of the rows are worth columns where memory is short */
    MOST_WEIGHT = 1 << 26 /* its square is whole in float64 */
};
static const double most_columns = 1 << 28; /* bytes of the columns that are kept up */

static bool whole(double v)
{
    return v == floor(v);
}

static int bits_of(int64_t below)
{
    int bits = 0;
    while (below >> bits != 0) bits++;
    return bits;
}

/* Marks stand in the elements if there is room beside the rows; weights: or-ed. */
static void pack_marks(tree_grower *w, int weights)
{
    w->fast.weight_bits = weights > 1 ? bits_of(weights) : 0;
    const int bits = bits_of(w->fast.classes - 1) + w->fast.weight_bits;
    w->fast.row_shift = bits + bits_of(w->t->n - 1) <= 32 ? bits : 0;
}

/* Class and weight of each row in one word, if they are such. */
static bool mark_rows(tree_grower *w)
{
    const cx_tree_growth *const g = w->g;
    int all = 1;
    for (int64_t i = 0; g->weight == NULL && i < w->t->n; i++)
        w->fast.mark[i] = (uint16_t)((int)g->y[i] << MARK_BITS | 1);
    for (int64_t i = 0; g->weight != NULL && i < w->t->n; i++) {
        const double weight = g->weight[i];
        if (!(weight >= 0 && weight < 1 << MARK_BITS)) return false;
        const int here = (int)weight;
        if ((double)here != weight) return false;
        w->fast.mark[i] = (uint16_t)((int)g->y[i] << MARK_BITS | here);
        all |= here;
    }
    if (!w->fast.narrow) pack_marks(w, all);
    return w->c.all <= MOST_WEIGHT;
}

/* Are all sums of this regression whole numbers? */
static bool whole_sums(const tree_grower *w)
{
    const cx_tree_growth *const g = w->g;
    double sum = 0;
    for (int64_t i = 0; i < w->t->n; i++) {
        const double weight = g->weight != NULL ? g->weight[i] : 1, y = g->y[i];
        if (!whole(weight) || !whole(y)) return false;
        sum += fabs(weight) * (y * y + fabs(y) + 1);
    }
    return sum < 0x1p53;
}

/* Gini and entropy; random thresholds. */
static bool counts_classes(const tree_grower *w)
{
    return w->r->criterion == CX_TREE_GINI || w->r->criterion == CX_TREE_ENTROPY;
}

static bool possible(const tree_grower *w)
{
    const cx_tree_rules *const r = w->r;
    const cx_tree_criterion k = r->criterion;
    if (w->g->outputs != 1 || w->count < 1) return false;
    if (r->random) /* any criterion: it is asked once for each feature */
        return counts_classes(w) && w->g->classes[0] >= 2 && w->g->classes[0] <= FAST_CLASSES;
    if (!w->t->sorted || r->monotonic != NULL) return false;
    if (k == CX_TREE_GINI) return w->g->classes[0] >= 2 && w->g->classes[0] <= FAST_CLASSES;
    return k == CX_TREE_SQUARED || k == CX_TREE_FRIEDMAN;
}

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static cx_status allot(tree_grower *w)
{
    tree_fast *const f = &w->fast;
    const size_t count = (size_t)w->count, n = (size_t)w->t->n, d = (size_t)w->t->d;
    const bool pays = 2 * w->r->max_features >= w->t->d &&
                      (double)count * (double)d * sizeof *f->column <= most_columns;
    const bool keep = !w->r->random && (w->how == TREE_AUTO ? pays : w->how == TREE_COLUMNS);
    if (keep && w->t->order != NULL)
        f->columns = w->count;
    else if (keep && w->r->many && w->r->max_leaf_nodes == 0)
        f->columns = w->count / COLUMNS_PART + 1; /* of one node and those below it, depth first */
    const bool classes = counts_classes(w);
    const size_t elements = rounded((count + 32) * sizeof *f->element);
    const size_t size[] = {
        elements,
        elements,
        rounded(n),
        rounded(d * sizeof *f->found),
        rounded(d * sizeof *f->feature),
        classes ? rounded(n * sizeof *f->mark) : 0,
        w->t->narrow != NULL ? rounded(count * sizeof *f->here) : 0,
        w->t->narrow != NULL ? rounded(count * sizeof *f->share) : 0,
        f->columns > 0 ? rounded(((size_t)f->columns * d + 16) * sizeof *f->column) : 0};
    size_t all = 0;
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) all += size[i];
    char *next = f->memory = host_core->alloc(all);
    if (next == NULL)
        return host_core->fail(CX_E_NOMEM, "fit", "cannot allocate %zu bytes to grow a tree", all);
    void *part[sizeof size / sizeof *size];
    for (size_t i = 0; i < sizeof size / sizeof *size; next += size[i++]) part[i] = next;
    f->element = part[0];
    f->spare = part[1];
    f->leaves_left = part[2];
    f->found = part[3];
    f->feature = part[4];
    f->mark = part[5];
    f->here = part[6];
    f->share = part[7];
    f->column = f->columns > 0 ? part[8] : NULL;
    f->loops = HOST_PICK(host_tree_loops_table);
    f->pairs = HOST_PICK(host_tree_pairs_table);
    f->random = HOST_PICK(host_tree_random_table);
    return CX_OK;
}

cx_status host_fast_begin(tree_grower *w)
{
    tree_fast *const f = &w->fast;
    if (w->how == TREE_PLAIN || !possible(w)) return CX_OK;
    const bool classes = counts_classes(w);
    f->exact = classes || whole_sums(w);
    if (!f->exact && w->t->ties > w->t->n * w->t->d / 64) return CX_OK;
    const cx_status st = allot(w);
    if (st != CX_OK) return st;
    f->narrow = w->t->narrow != NULL;
    f->classes = classes ? w->g->classes[0] : 0;
    f->on = !classes || mark_rows(w);
    if (!f->on) f->column = NULL;
    if (f->column != NULL && w->t->order != NULL) host_columns_begin(w);
    return CX_OK;
}

void host_fast_enter(tree_grower *w, int64_t start, int64_t end)
{
    if (w->r->random)
        host_drawn_enter(w, start, end);
    else if (w->fast.classes > 0)
        host_marks_enter(w, start, end);
    else
        host_criterion_enter(&w->c, start, end);
}

void host_fast_end(tree_grower *w)
{
    host_core->free(w->fast.memory);
}

typedef struct ahead {
    tree_grower *w;
    const tree_parent *parent;
    _Atomic double best; /* of any feature so far: which it is does not show */
} ahead;

static const uint64_t *column_of(const tree_grower *w, int32_t feature)
{
    return w->fast.column + feature * w->fast.columns + w->c.start - w->fast.base;
}

static void look(const tree_grower *w, const uint64_t *elements, int32_t feature, double beat,
                 tree_found *out)
{
    const int64_t m = w->c.end - w->c.start;
    if (host_few_classes(&w->fast))
        host_scan_pairs(w, elements, m, feature, beat, out);
    else
        host_scan_feature(w, elements, m, feature, beat, out);
}

static const uint64_t *sort_rows(const tree_grower *w, int32_t feature)
{
    uint64_t *const e = w->fast.element, *const spare = w->fast.spare;
    if (!w->fast.narrow) {
        host_sort_node(w, w->c.start, w->c.end, feature, e);
        return e;
    }
    uint32_t *const few = (uint32_t *)(void *)e;
    uint32_t *const some = (uint32_t *)(void *)spare;
    const int64_t m = w->c.end - w->c.start;
    host_load_narrow(w, feature, some);
    host_sort_narrow(&w->fast, some, m, few);
    if (host_few_classes(&w->fast)) return e;
    for (int64_t i = 0; i < m; i++) /* as the other scan reads them */
        spare[i] = (uint64_t)(few[i] >> 16) << 32 | (few[i] & UINT16_MAX);
    return spare;
}

/* Without sorting, if that can be. */
static bool look_at_bounds(const tree_grower *w, int32_t feature, double beat, tree_found *out)
{
    if (!w->fast.narrow || w->fast.classes != 2 || !host_bounds_pay(w)) return false;
    host_load_narrow(w, feature, (uint32_t *)(void *)w->fast.element);
    return host_scan_bounds(w, feature, beat, out);
}

static void scan_some(void *ctx, int64_t lo, int64_t hi)
{
    ahead *const s = ctx;
    tree_grower *const w = s->w;
    for (int64_t i = lo; i < hi; i++) {
        double best = atomic_load_explicit(&s->best, memory_order_relaxed);
        const int32_t f = w->feature[s->parent->constants + i];
        tree_found *const found = &w->fast.found[f];
        look(w, column_of(w, f), f, nextafter(best, -INFINITY), found); /* equal ones are found */
        if (found->cut > 0)
            while (found->proxy > best &&
                   !atomic_compare_exchange_weak_explicit(
                       &s->best, &best, found->proxy, memory_order_relaxed, memory_order_relaxed))
                continue;
    }
}

/* All features that may be drawn by all threads, if that is worth it. */
static bool scan_all(tree_grower *w, const tree_parent *parent)
{
    const int64_t d = w->t->d;
    if (w->r->max_features < d || (w->c.end - w->c.start) * d < ENOUGH) return false;
    ahead s = {w, parent, -INFINITY};
    return host_core->parallel_for(d - parent->constants, 1, scan_some, &s) == CX_OK;
}

/* Draw features and look at them; false if the plain search has to do it. elements: of the feature
 * that was drawn last. */
static bool search(tree_grower *w, tree_draws *draws, const tree_parent *parent, bool sorted,
                   tree_found *best, int32_t *best_feature, const uint64_t **elements)
{
    const bool careful = !w->fast.exact && w->c.end - w->c.start <= FAST_SMALL,
               all = sorted && scan_all(w, parent);
    for (int32_t f; (f = host_draws_next(draws)) >= 0;) {
        tree_found *const s = &w->fast.found[f];
        if (sorted || !look_at_bounds(w, f, best->proxy, s)) {
            *elements = sorted ? column_of(w, f) : sort_rows(w, f);
            if (!all) look(w, *elements, f, best->proxy, s);
        }
        if (s->missing || (careful && s->doubtful)) return false;
        if (s->constant) {
            host_draws_found(draws);
            continue;
        }
        host_draws_used(draws);
        if (s->cut == 0 || !(s->proxy > best->proxy)) continue;
        *best = *s;
        *best_feature = f;
    }
    return true;
}

/* Left are the rows whose code is at most that of `below`. Both sides keep their order, so that
 * memory is walked upwards. */
#define PART_ROWS(code, limit)                                        \
    do {                                                              \
        int32_t *const rows = w->rows + w->c.start, *spare = w->swap; \
        const int64_t m = w->c.end - w->c.start;                      \
        int64_t left = 0, right = 0;                                  \
        for (int64_t i = 0; i < m; i++) {                             \
            const int32_t row = rows[i];                              \
            const int64_t l = (code)[row] <= (limit);                 \
            rows[left] = row;                                         \
            spare[right] = row;                                       \
            left += l;                                                \
            right += 1 - l;                                           \
        }                                                             \
        memcpy(rows + left, spare, (size_t)right * sizeof *rows);     \
    } while (0)

static void part_rows(tree_grower *w, int32_t feature, int32_t below)
{
    const uint32_t *const code = w->t->code + feature * w->t->n, limit = code[below];
    PART_ROWS(code, limit);
}

static void part_narrow(tree_grower *w, int32_t feature, int32_t below)
{
    const uint16_t *const code = w->t->narrow + feature * w->t->n, limit = (uint16_t)below;
    PART_ROWS(code, limit);
}

static void set_threshold(const tree_grower *w, int32_t below, int32_t above, tree_split *out)
{
    out->threshold = host_tree_value(w->t, out->feature, below) / 2.0 +
                     host_tree_value(w->t, out->feature, above) / 2.0;
}

void host_split_fast(tree_grower *w, tree_parent *parent, bool sorted, tree_split *out)
{
    const int64_t start = w->c.start, end = w->c.end, m = end - start;
    const uint32_t random = w->random;
    memcpy(w->fast.feature, w->feature, (size_t)w->t->d * sizeof *w->feature);
    if (w->fast.narrow) host_enter_narrow(w);
    tree_draws draws = host_draws(w, parent);
    tree_found best = {.proxy = -INFINITY};
    int32_t feature = 0;
    const uint64_t *elements = NULL;
    if (!search(w, &draws, parent, sorted, &best, &feature, &elements)) {
        w->random = random;
        memcpy(w->feature, w->fast.feature, (size_t)w->t->d * sizeof *w->feature);
        if (w->fast.classes > 0) host_criterion_reset(&w->c);
        host_split_best(w, parent, out);
        return;
    }
    *out = (tree_split){.pos = end, .gain = -INFINITY, .left = INFINITY, .right = INFINITY};
    if (best.cut > 0) {
        const bool narrow = w->fast.narrow;
        const int32_t below =
            narrow ? host_narrow_row(w, feature, (uint32_t)best.below) : best.below;
        const int32_t above =
            narrow ? host_narrow_row(w, feature, (uint32_t)best.above) : best.above;
        const cx_tree_table *const t = w->t;
        if (t->x == NULL) { /* far away, and not needed at once */
            __builtin_prefetch(t->source + below * t->d + feature);
            __builtin_prefetch(t->source + above * t->d + feature);
        }
        *out = (tree_split){
            .pos = start + best.cut, .feature = feature, .missing_left = best.cut > m - best.cut};
        if (!narrow && !w->fast.exact) set_threshold(w, below, above, out);
        if (narrow) {
            part_narrow(w, feature, best.below);
        } else if (w->fast.exact) {
            part_rows(w, feature, best.below);
        } else {
            for (int64_t i = 0; i < m; i++) w->rows[start + i] = element_row(elements[i], 0);
            host_cut_rows(w, start, end, out);
        }
        if (w->fast.classes > 0)
            host_marks_finish(w, parent, out);
        else
            host_cut_finish(w, parent, out);
        set_threshold(w, below, above, out);
    }
    host_draws_end(&draws, w, parent);
}
