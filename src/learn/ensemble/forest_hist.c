/* Growth of a group of trees: see the headers.
 *
 * One idea: what is open is a stack of pairs of sisters whose parent's histogram may still be held.
 * A batch takes pairs from the top, sums the smaller sister of each, has the larger one by
 * subtraction, asks for the best splits of all, cuts their rows and pushes their children. Where
 * histograms run out, those held longest are given up, and both sisters are summed then: the sums
 * are whole numbers, so the trees are the same. */
#include "learn/ensemble/forest_hist_group.h"

#include "base/alloc.h"
#include "base/object.h"
#include <calx/array.h>
#include <calx/device.h>
#include <calx/ops.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { TOGETHER = 8, MOST_PAIRS = 4096, LEAST_SLOTS = 8 };
enum { UNASKED = -2 }; /* left child of a final node that is summed for its sister's sake */
static const int64_t HISTOGRAM_BYTES = 512 << 20;

typedef cx__hist_pair pair;
typedef cx__hist_grouper grower;

/* ---- draws: a stream of its own for each node, by the way that leads to it */
static uint64_t mixed(uint64_t v)
{
    v += 0x9e3779b97f4a7c15u;
    v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9u;
    v = (v ^ (v >> 27)) * 0x94d049bb133111ebu;
    return v ^ (v >> 31);
}

/* Columns [from, to) of the node's order of them, as a mask. */
static void draw_columns(grower *r, uint64_t state, int64_t from, int64_t to, uint8_t *mask)
{
    const int64_t d = r->bins->d;
    memset(mask, 0, (size_t)d);
    for (int64_t j = 0; j < d; j++) r->column[j] = (int32_t)j;
    for (int64_t j = 0; j < to && j < d; j++) {
        const int64_t k = j + (int64_t)(mixed(state + (uint64_t)j) % (uint64_t)(d - j));
        const int32_t drawn = r->column[k];
        r->column[k] = r->column[j];
        r->column[j] = drawn;
        if (j >= from) mask[drawn] = 1;
    }
}

/* ---- slots */
static void give_slot(grower *r, int64_t *slot)
{
    if (*slot >= 0) r->free_slot[r->free_slots++] = *slot;
    *slot = -1;
}

/* From the pairs that wait longest; a batch leaves enough of them. */
static int64_t take_slot(grower *r)
{
    for (; r->free_slots == 0 && r->held < r->opened; r->held++)
        give_slot(r, &r->open[r->held].slot);
    return r->free_slots > 0 ? r->free_slot[--r->free_slots] : -1;
}

/* ---- nodes */
static bool is_final(const grower *r, const cx__hist_branch *n, const int64_t *sum)
{
    const cx_tree_rules *const rules = &r->f->g->rules;
    if (n->depth >= rules->max_depth || n->end - n->begin < rules->min_samples_split) return true;
    if (cx__hist_words_hessian(r->w, sum) < 2 * r->least) return true;
    return r->f->g->classes != NULL && cx__hist_words_impurity(r->w, sum, 0) <= DBL_EPSILON;
}

static cx_status push(grower *r, pair p)
{
    if (r->opened == r->open_room) {
        const size_t room = (size_t)(2 * r->opened + 64);
        void *const more = cx__realloc(r->open, room * sizeof *r->open);
        if (more == NULL) return cx__fail_nomem("fit", "nodes", room * sizeof *r->open);
        r->open = more;
        r->open_room = (int64_t)room;
    }
    if (r->held > r->opened) r->held = r->opened;
    r->open[r->opened++] = p;
    return CX_OK;
}

static double own_value(const grower *r, const int64_t *sum)
{
    return -cx__hist_words_gradient(r->w, sum, 0) / (cx__hist_words_hessian(r->w, sum) + 1e-15);
}

static cx_status begin_roots(grower *r, const int64_t *first)
{
    const int64_t trees = r->group.trees;
    CX__TRY(cx__hist_group_room(r->w, trees, &r->group));
    CX__TRY(cx__hist_words_sum(r->w, cx__at(r->row), trees, first, first + 1, r->group.sum));
    r->group.nodes = trees;
    for (int64_t t = 0; t < trees; t++) {
        const int64_t *const sum = r->group.sum + t * r->w->channels;
        r->root[t] = cx__hist_words_hessian(r->w, sum);
        cx__hist_branch *const n = &r->group.node[t];
        *n = (cx__hist_branch){.left = -1,
                               .right = -1,
                               .tree = t,
                               .begin = first[t],
                               .end = first[t + 1],
                               .slot = -1,
                               .value = own_value(r, sum),
                               .lower = -INFINITY,
                               .upper = INFINITY};
    }
    r->least = r->f->g->min_weight_fraction * r->root[0]; /* alike in all that grow together */
    return CX_OK;
}

/* ---- a batch: histograms */
static cx_status sum_batch(grower *r, const pair *pairs, int64_t count, int64_t *asked)
{
    const cx_scope inner = cx_scope_open();
    cx_tree_node_rows *const rows = cx__scope_room((size_t)count * 2 * sizeof *rows);
    int64_t lists = 0;
    *asked = 0;
    for (int64_t i = 0; rows != NULL && i < count; i++) {
        const pair *const p = &pairs[i];
        cx__hist_branch *const a = &r->group.node[p->a], *const b = p->b >= 0 ? &r->group.node[p->b]
                                                                              : NULL;
        const bool both = p->slot >= 0;
        a->slot = take_slot(r);
        rows[lists++] = (cx_tree_node_rows){a->begin, a->end, a->slot, both ? p->slot : -1};
        if (b != NULL) b->slot = both ? p->slot : take_slot(r);
        if (b != NULL && !both) rows[lists++] = (cx_tree_node_rows){b->begin, b->end, b->slot, -1};
        if (a->slot < 0 || (b != NULL && b->slot < 0))
            cx_check(cx__fail(CX_E_INTERNAL, "fit", "no histogram is free"));
        if (a->left == -1) r->batch[(*asked)++] = p->a;
        if (b != NULL) r->batch[(*asked)++] = p->b;
    }
    const cx_tree_histograms call = {.codes = &r->bins->codes,
                                     .channels = r->w->channels,
                                     .word = cx__at(r->w->word),
                                     .row = cx__at(r->row),
                                     .nodes = lists,
                                     .node = rows,
                                     .hist = cx__at(r->hist)};
    if (cx_ok()) cx_check(r->f->site->trees->histograms(r->f->site->queue, &call));
    return cx_scope_close(inner);
}

/* ---- a batch: splits */
/* Is a split more than what rounding leaves of the sums that it is the difference of? Classes tell
 * by themselves whether a node is pure. */
static bool is_real(const grower *r, const int64_t *sum, double gain)
{
    if (!(gain > 0) || r->f->g->classes != NULL) return gain > 0;
    return gain > 4 * DBL_EPSILON * cx__hist_words_score(r->w, sum);
}

static bool is_worth(const grower *r, const cx__hist_branch *n, double gain)
{
    const double decrease = gain * cx__hist_words_factor(r->w) / r->root[n->tree];
    return decrease + DBL_EPSILON >= r->f->g->rules.min_impurity_decrease;
}

/* Splits of the nodes of which, columns [from, to) of each node's order. */
static cx_status ask_for(grower *r, const int32_t *which, int64_t count, int64_t from, int64_t to)
{
    const int64_t d = r->bins->d;
    const bool all = from == 0 && to >= d;
    const cx_tree_gains gains = {.min_hessian = r->least > DBL_MIN ? r->least : DBL_MIN,
                                 .min_samples = r->f->g->rules.min_samples_leaf,
                                 .used = cx__at(r->used),
                                 .missing = cx__at(r->missing),
                                 .monotonic = cx__at(r->monotonic)};
    for (int64_t i = 0; i < count; i++) {
        const cx__hist_branch *const n = &r->group.node[which[i]];
        r->ask[i] = (cx_tree_ask){n->slot, n->value, n->lower, n->upper, all ? -1 : i};
        if (!all) draw_columns(r, n->draw, from, to, r->allowed + i * d);
    }
    const cx_tree_splits call = {.codes = &r->bins->codes,
                                 .gains = &gains,
                                 .channels = r->w->channels,
                                 .count_bits = r->w->bits,
                                 .hist = cx__at(r->hist),
                                 .unit = cx__at(r->w->units),
                                 .nodes = count,
                                 .node = r->ask,
                                 .allowed = r->allowed,
                                 .split = r->split,
                                 .outputs = r->w->outputs,
                                 .sums = r->sums};
    CX__TRY(cx__so_far());
    return r->f->site->trees->splits(r->f->site->queue, &call);
}

/* The children of a node that is split, behind the others; its rows are cut afterwards. */
static cx_status divide(grower *r, int32_t at, const cx_tree_split *s, const int64_t *sums)
{
    const int64_t k = r->w->channels;
    CX__TRY(cx__hist_group_room(r->w, r->group.nodes + 2, &r->group));
    cx__hist_branch *const n = &r->group.node[at];
    n->feature = s->feature;
    n->bin = s->bin;
    n->gain = s->gain;
    n->missing_left =
        r->bins->missing[s->feature] ? s->missing_left : s->count_left > s->count - s->count_left;
    n->left = (int32_t)r->group.nodes++;
    n->right = (int32_t)r->group.nodes++;
    const int64_t *const left_sum = r->w->outputs > 1 ? sums + k : s->left;
    for (int side = 0; side < 2; side++) {
        const int32_t c = side == 0 ? n->left : n->right;
        int64_t *const sum = r->group.sum + c * k;
        for (int64_t i = 0; i < k; i++)
            sum[i] = side == 0 ? left_sum[i] : r->group.sum[at * k + i] - left_sum[i];
        r->group.node[c] =
            (cx__hist_branch){.left = -1,
                              .right = -1,
                              .tree = n->tree,
                              .depth = n->depth + 1,
                              .begin = side == 0 ? n->begin : n->begin + s->count_left,
                              .end = side == 0 ? n->begin + s->count_left : n->end,
                              .slot = -1,
                              .draw = mixed(n->draw * 2 + (uint64_t)side),
                              .value = side == 0 ? s->value_left : s->value_right,
                              .lower = n->lower,
                              .upper = n->upper};
    }
    const int sign = r->f->g->rules.monotonic != NULL ? r->f->g->rules.monotonic[s->feature] : 0;
    cx__hist_branch *const left = &r->group.node[n->left], *const right = left + 1;
    const double middle = (s->value_left + s->value_right) / 2;
    if (sign == 0) return CX_OK;
    const bool rising = (sign > 0) == (r->f->g->classes == NULL);
    *(rising ? &left->upper : &left->lower) = middle;
    *(rising ? &right->lower : &right->upper) = middle;
    return CX_OK;
}

/* Asks until each node has a split or has seen all columns: as many at a time as max_features. */
static cx_status find_splits(grower *r, int64_t count)
{
    const int64_t d = r->bins->d, k = r->w->channels;
    const int64_t step = r->f->g->rules.max_features < d ? r->f->g->rules.max_features : d;
    memcpy(r->left_over, r->batch, (size_t)count * sizeof *r->batch);
    for (int64_t from = 0; from < d && count > 0; from += step) {
        CX__TRY(ask_for(r, r->left_over, count, from, from + step));
        int64_t still = 0;
        for (int64_t i = 0; i < count; i++) {
            const int32_t at = r->left_over[i];
            const cx_tree_split *const s = &r->split[i];
            if (!is_real(r, r->group.sum + at * k, s->gain))
                r->left_over[still++] = at;
            else if (is_worth(r, &r->group.node[at], s->gain))
                CX__TRY(divide(r, at, s, r->sums != NULL ? r->sums + i * 2 * k : NULL));
        }
        count = still;
    }
    return CX_OK;
}

/* ---- a batch: what comes of it */
/* The children that are not final; their parent's histogram goes to them or is free. */
static cx_status push_children(grower *r, cx__hist_branch *n)
{
    int32_t small = n->left, large = n->right;
    const cx__hist_branch *const l = &r->group.node[small], *const e = &r->group.node[large];
    if (e->end - e->begin < l->end - l->begin) {
        small = n->right;
        large = n->left;
    }
    const int64_t k = r->w->channels;
    const bool needs_small = !is_final(r, &r->group.node[small], r->group.sum + small * k),
               needs_large = !is_final(r, &r->group.node[large], r->group.sum + large * k);
    const int64_t slot = needs_large ? n->slot : -1;
    if (!needs_large) give_slot(r, &n->slot);
    n->slot = -1;
    if (needs_large && !needs_small) r->group.node[small].left = UNASKED;
    if (needs_large) return push(r, (pair){small, large, slot});
    return needs_small ? push(r, (pair){small, -1, -1}) : CX_OK;
}

static cx_status cut_batch(grower *r, int64_t count)
{
    int64_t cuts = 0;
    for (int64_t i = 0; i < count; i++) {
        const cx__hist_branch *const n = &r->group.node[r->batch[i]];
        if (n->left < 0) continue;
        r->cut[cuts++] = (cx_tree_cut){.begin = n->begin,
                                       .end = n->end,
                                       .feature = n->feature,
                                       .bin = n->bin,
                                       .missing_left = n->missing_left};
    }
    const cx_tree_partition call = {.codes = &r->bins->codes,
                                    .row = cx__at(r->row),
                                    .room = cx__at(r->room),
                                    .nodes = cuts,
                                    .cut = r->cut};
    CX__TRY(cx__so_far());
    if (cuts > 0) CX__TRY(r->f->site->trees->partition(r->f->site->queue, &call));
    for (int64_t i = 0; i < count; i++) {
        cx__hist_branch *const n = &r->group.node[r->batch[i]];
        if (n->left < 0)
            give_slot(r, &n->slot);
        else
            CX__TRY(push_children(r, n));
    }
    return CX_OK;
}

static int64_t batch_of(const grower *r)
{
    const int64_t most = r->slots / 4 < MOST_PAIRS ? r->slots / 4 : MOST_PAIRS;
    return most > 1 ? most : 1;
}

static cx_status grow_batch(grower *r, pair *pairs)
{
    const int64_t most = batch_of(r), count = r->opened < most ? r->opened : most;
    int64_t asked = 0;
    r->opened -= count;
    if (r->held > r->opened) r->held = r->opened;
    memcpy(pairs, r->open + r->opened, (size_t)count * sizeof *pairs);
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++) {
        pair p = pairs[i];
        const bool alone = p.slot < 0 && r->group.node[p.a].left == UNASKED;
        if (alone) {
            r->group.node[p.a].left = -1; /* nobody needs its sum any more */
            p = (pair){p.b, -1, -1};
        }
        if (p.a >= 0) pairs[kept++] = p;
    }
    CX__TRY(sum_batch(r, pairs, kept, &asked));
    for (int64_t i = 0; i < kept; i++) {
        cx__hist_branch *const a = &r->group.node[pairs[i].a];
        if (a->left != UNASKED) continue;
        a->left = -1;
        give_slot(r, &a->slot);
    }
    CX__TRY(find_splits(r, asked));
    return cut_batch(r, asked);
}

/* ---- a group */
void cx__hist_group_end(grower *r)
{
    cx__hist_group_free(&r->group);
    cx__free(r->free_slot);
    cx__free(r->root);
    cx__free(r->open);
    cx__free(r->batch);
    cx__free(r->left_over);
    cx__free(r->ask);
    cx__free(r->split);
    cx__free(r->cut);
    cx__free(r->sums);
    cx__free(r->allowed);
    cx__free(r->column);
}

static cx_status make_room(grower *r, int64_t rows)
{
    const int64_t d8 = (r->bins->d + TOGETHER - 1) / TOGETHER * TOGETHER,
                  length = d8 * r->bins->bins * r->w->channels, fit = HISTOGRAM_BYTES / 8 / length;
    r->slots = r->f->slots > 0 ? r->f->slots : fit < rows ? fit : rows;
    if (r->slots < LEAST_SLOTS) r->slots = LEAST_SLOTS;
    const size_t asks = (size_t)batch_of(r) * 2, k = (size_t)r->w->channels;
    r->hist = cx_empty(CX_SHAPE(r->slots, length), CX_I64, r->f->site->device);
    r->room = cx_empty(CX_SHAPE(rows), CX_I32, r->f->site->device);
    CX__TRY(cx__so_far());
    r->free_slot = cx__calloc((size_t)r->slots, sizeof *r->free_slot);
    r->root = cx__calloc((size_t)r->group.trees, sizeof *r->root);
    r->batch = cx__calloc(asks, sizeof *r->batch);
    r->left_over = cx__calloc(asks, sizeof *r->left_over);
    r->ask = cx__calloc(asks, sizeof *r->ask);
    r->split = cx__calloc(asks, sizeof *r->split);
    r->cut = cx__calloc(asks, sizeof *r->cut);
    r->sums = r->w->outputs > 1 ? cx__calloc(asks * k * 2, sizeof *r->sums) : NULL;
    r->allowed = cx__calloc(asks * (size_t)r->bins->d, 1);
    r->column = cx__calloc((size_t)r->bins->d, sizeof *r->column);
    if (!r->free_slot || !r->root || !r->batch || !r->left_over || !r->ask || !r->split ||
        !r->cut || !r->allowed || !r->column || (r->w->outputs > 1 && !r->sums))
        return cx__fail_nomem("fit", "nodes", asks * sizeof *r->split);
    for (int64_t i = r->slots; i > 0; i--) r->free_slot[r->free_slots++] = i - 1;
    return CX_OK;
}

cx_status cx__hist_group_grow(grower *r, int64_t tree, const int64_t *first)
{
    CX__TRY(make_room(r, first[r->group.trees]));
    CX__TRY(begin_roots(r, first));
    for (int64_t t = 0; t < r->group.trees; t++) {
        cx__hist_branch *const n = &r->group.node[t];
        n->draw = mixed(r->f->seed[tree + t]);
        if (!is_final(r, n, r->group.sum + t * r->w->channels))
            CX__TRY(push(r, (pair){(int32_t)t, -1, -1}));
    }
    pair *const pairs = cx__scope_room((size_t)batch_of(r) * sizeof *pairs);
    CX__TRY(cx__so_far());
    while (r->opened > 0) {
        const cx_scope inner = cx_scope_open();
        cx_check(cx__poll(r->f->g->where));
        if (cx_ok()) cx_check(grow_batch(r, pairs));
        CX__TRY(cx_scope_close(inner));
    }
    return CX_OK;
}
