/* Leaf-wise growth: see the header. The node with the highest gain is split next; of its children
 * the smaller one's histogram is summed, the other's is the difference. Order, ties and stopping
 * are scikit-learn's grower's, its heap too, since the draws of columns follow it. */
#include "learn/ensemble/hist_grow.h"

#include "base/alloc.h"
#include "base/object.h"
#include <calx/array.h>
#include <calx/device.h>
#include <calx/index.h>
#include <math.h>
#include <string.h>

enum { TOGETHER = 8, FIRST_SLOTS = 32 };
static const double MIN_HESSIAN = 1e-3;

static int64_t channels_of(const cx__hist_grower *g)
{
    return g->hessians ? 2 : 1;
}

/* ---- room */
static cx_status more_room(void **p, int64_t n, size_t size)
{
    void *const more = cx__realloc(*p, (size_t)n * size);
    if (more == NULL) return cx__fail_nomem("fit", "nodes", (size_t)n * size);
    *p = more;
    return CX_OK;
}

static cx_status node_room(cx__hist_grower *g, int64_t n)
{
    if (n <= g->node_room) return CX_OK;
    const int64_t room = 2 * n > 64 ? 2 * n : 64;
    CX__TRY(more_room((void **)&g->node, room, sizeof *g->node));
    CX__TRY(more_room((void **)&g->open, room, sizeof *g->open));
    if (g->rules->groups > 0)
        CX__TRY(more_room((void **)&g->member, room, (size_t)g->rules->groups));
    g->node_room = room;
    return CX_OK;
}

static int64_t histogram_length(const cx__hist_grower *g)
{
    const int64_t d8 = (g->bins->d + TOGETHER - 1) / TOGETHER * TOGETHER;
    return d8 * g->bins->bins * channels_of(g);
}

/* Twice as many slots; what they hold stays. */
static cx_status more_slots(cx__hist_grower *g)
{
    const int64_t want = g->slots > 0 ? 2 * g->slots : FIRST_SLOTS, length = histogram_length(g);
    if (want > INT64_MAX / length / 8)
        return cx__fail(CX_E_NOMEM, "fit", "%lld histograms are too many", (long long)want);
    cx_array *const hist = cx_empty(CX_SHAPE(want, length), CX_I64, g->site->device);
    CX__TRY(cx__so_far());
    if (g->slots > 0) {
        CX__TRY(cx_copy_into(g->hist, cx_slice(hist, 0, 0, g->slots, 1)));
        cx_release(g->hist);
    }
    g->hist = hist;
    CX__TRY(more_room((void **)&g->free_slot, want, sizeof *g->free_slot));
    for (int64_t i = want; i > g->slots; i--) g->free_slot[g->free_slots++] = i - 1;
    g->slots = want;
    return CX_OK;
}

static cx_status take_slot(cx__hist_grower *g, int64_t *slot)
{
    if (g->free_slots == 0) CX__TRY(more_slots(g));
    *slot = g->free_slot[--g->free_slots];
    return CX_OK;
}

static void give_slot(cx__hist_grower *g, int64_t *slot)
{
    if (*slot >= 0) g->free_slot[g->free_slots++] = *slot;
    *slot = -1;
}

cx_status cx__hist_grower_new(const cx__site *s, const cx__hist_bins *b, const cx__hist_rules *r,
                              bool hessians, cx__hist_grower *out)
{
    *out = (cx__hist_grower){.site = s, .bins = b, .rules = r, .hessians = hessians};
    const int64_t n = b->n + b->more;
    out->order = cx_arange_i64(0, n, 1, CX_I32, s->device);
    out->row = cx_empty(CX_SHAPE(n), CX_I32, s->device);
    out->room = cx_empty(CX_SHAPE(n), CX_I32, s->device);
    out->word = cx_empty(CX_SHAPE(b->n, hessians ? 2 : 1), CX_I64, s->device);
    out->unit = cx__new_f64(s, 2, -1);
    out->used = cx__given(s, b->used, b->d, CX_I32);
    out->missing = cx__given(s, b->missing, b->d, CX_U8);
    if (b->categorical) out->categorical = cx__given(s, b->categorical, b->d, CX_U8);
    if (r->monotonic) out->monotonic = cx__given(s, r->monotonic, b->d, CX_I8);
    CX__TRY(cx__so_far());
    out->allowed = cx__calloc((size_t)b->d + 1, 2);
    if (out->allowed == NULL) return cx__fail_nomem("fit", "columns", (size_t)b->d * 2);
    return CX_OK;
}

void cx__hist_grower_free(cx__hist_grower *g)
{
    cx__free(g->free_slot);
    cx__free(g->node);
    cx__free(g->member);
    cx__free(g->allowed);
    cx__free(g->open);
    g->free_slot = NULL;
    g->node = NULL;
    g->member = g->allowed = NULL;
    g->open = NULL;
}

/* ---- the heap, as Python's heapq orders it */
static bool before(const cx__hist_grower *g, int32_t a, int32_t b)
{
    return g->node[a].split.gain > g->node[b].split.gain;
}

static void sift_down(cx__hist_grower *g, int64_t at)
{
    const int32_t item = g->open[at];
    while (at > 0 && before(g, item, g->open[(at - 1) / 2])) {
        g->open[at] = g->open[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    g->open[at] = item;
}

static void heap_push(cx__hist_grower *g, int32_t node)
{
    g->open[g->opened++] = node;
    sift_down(g, g->opened - 1);
}

static int32_t heap_pop(cx__hist_grower *g)
{
    const int32_t top = g->open[0], last = g->open[--g->opened];
    if (g->opened == 0) return top;
    int64_t at = 0;
    for (int64_t child = 1; child < g->opened; child = 2 * at + 1) {
        if (child + 1 < g->opened && !before(g, g->open[child], g->open[child + 1])) child++;
        g->open[at] = g->open[child];
        at = child;
    }
    g->open[at] = last;
    sift_down(g, at);
    return top;
}

/* ---- splits */
/* Columns that node i may split on, into a row of g->allowed. false: all of them. */
static cx_status allow(cx__hist_grower *g, int64_t i, uint8_t *out, bool *some)
{
    const cx__hist_rules *const r = g->rules;
    const int64_t d = g->bins->d;
    *some = r->groups > 0 || r->max_features < 1;
    if (!*some) return CX_OK;
    memset(out, r->groups == 0, (size_t)d);
    for (int64_t k = 0; k < r->groups; k++)
        for (int64_t j = 0; g->member[i * r->groups + k] && j < d; j++)
            out[j] |= r->group[k * d + j];
    if (r->max_features >= 1) return CX_OK;
    int64_t count = 0;
    for (int64_t j = 0; j < d; j++) count += out[j];
    const int64_t share = (int64_t)ceil(r->max_features * (double)count);
    const cx_scope inner = cx_scope_open();
    bool *const mask = cx__calloc((size_t)count + 1, sizeof *mask);
    if (mask == NULL) cx_check(cx__fail_nomem("fit", "columns", (size_t)count));
    if (mask != NULL) {
        for (int64_t j = 0; j < (share > 1 ? share : 1) && j < count; j++) mask[j] = true;
        cx_check(cx_rng_shuffle(r->draws, cx_borrow_host(mask, CX_SHAPE(count), CX_BOOL, NULL), 0));
        for (int64_t j = 0, k = 0; j < d; j++)
            if (out[j]) out[j] = mask[k++];
    }
    const cx_status st = cx_scope_close(inner);
    cx__free(mask);
    return st;
}

/* The best splits of up to two nodes, which have their histograms; those that have one are
 * opened. */
static cx_status find(cx__hist_grower *g, const int32_t *which, int64_t count)
{
    const cx_tree_gains gains = {.l2 = g->rules->l2,
                                 .min_hessian = MIN_HESSIAN,
                                 .min_gain = 0,
                                 .min_samples = g->rules->min_samples,
                                 .used = cx__at(g->used),
                                 .missing = cx__at(g->missing),
                                 .categorical = cx__at(g->categorical),
                                 .monotonic = cx__at(g->monotonic)};
    cx_tree_ask ask[2];
    cx_tree_split split[2];
    for (int64_t k = 0; k < count; k++) {
        const cx__hist_node *const n = &g->node[which[k]];
        bool some = false;
        CX__TRY(allow(g, which[k], g->allowed + k * g->bins->d, &some));
        ask[k] = (cx_tree_ask){n->slot, n->value, n->lower, n->upper, some ? k : -1};
    }
    const cx_tree_splits call = {.codes = &g->bins->codes,
                                 .gains = &gains,
                                 .channels = channels_of(g),
                                 .count_bits = cx_tree_count_bits(g->bins->n),
                                 .hist = cx__at(g->hist),
                                 .unit = cx__at(g->unit),
                                 .nodes = count,
                                 .node = ask,
                                 .allowed = g->allowed,
                                 .split = split};
    CX__TRY(cx__so_far());
    CX__TRY(g->site->trees->splits(g->site->queue, &call));
    for (int64_t k = 0; k < count; k++) {
        cx__hist_node *const n = &g->node[which[k]];
        n->split = split[k];
        if (split[k].gain > 0)
            heap_push(g, which[k]);
        else
            give_slot(g, &n->slot);
    }
    return CX_OK;
}

/* Rows of training and, if there are any, those that follow, each to their side. */
static cx_status part_rows(cx__hist_grower *g, const cx__hist_node *n, int64_t *middle)
{
    const cx_tree_split *const s = &n->split;
    cx_tree_cut cut[2];
    cut[0] = (cx_tree_cut){.begin = n->begin,
                           .end = n->end,
                           .feature = s->feature,
                           .bin = s->bin,
                           .missing_left = s->missing_left,
                           .categorical = s->categorical};
    memcpy(cut[0].bits, s->bits, sizeof s->bits);
    const int64_t last = g->bins->bins - 1;
    cut[0].bits[last / 32] &= ~((uint32_t)1 << (last % 32));
    if (s->missing_left) cut[0].bits[last / 32] |= (uint32_t)1 << (last % 32);
    cut[1] = cut[0];
    cut[1].begin = n->from;
    cut[1].end = n->to;
    const bool follow = n->to > n->from;
    middle[0] = n->begin + s->count_left;
    middle[1] = n->from;
    const cx_tree_partition call = {.codes = &g->bins->codes,
                                    .row = cx__at(g->row),
                                    .room = cx__at(g->room),
                                    .nodes = follow ? 2 : 1,
                                    .cut = cut,
                                    .middle = follow ? middle : NULL};
    CX__TRY(cx__so_far());
    return g->site->trees->partition(g->site->queue, &call);
}

static void bound_children(const cx__hist_grower *g, const cx__hist_node *n, cx__hist_node *left,
                           cx__hist_node *right)
{
    left->lower = right->lower = n->lower;
    left->upper = right->upper = n->upper;
    const int sign = g->rules->monotonic != NULL ? g->rules->monotonic[n->split.feature] : 0;
    if (sign == 0) return;
    const double middle = (left->value + right->value) / 2;
    if (sign > 0)
        left->upper = right->lower = middle;
    else
        left->lower = right->upper = middle;
}

/* Which of the node's groups its children are in. */
static void meet(cx__hist_grower *g, int32_t parent, int32_t child)
{
    const int64_t k = g->rules->groups, d = g->bins->d;
    for (int64_t i = 0; i < k; i++)
        g->member[child * k + i] =
            g->member[parent * k + i] && g->rules->group[i * d + g->node[parent].split.feature];
}

/* Histograms of the children that may be split, from the parent's slot. */
static cx_status sum_children(cx__hist_grower *g, int64_t slot, cx__hist_node *left,
                              cx__hist_node *right, bool split_left, bool split_right)
{
    const bool left_less = left->end - left->begin < right->end - right->begin;
    cx__hist_node *const less = left_less ? left : right, *const more = left_less ? right : left;
    const bool need_less = left_less ? split_left : split_right,
               need_more = left_less ? split_right : split_left;
    if (!need_less && !need_more) {
        give_slot(g, &slot);
        return CX_OK;
    }
    if (need_more) {
        more->slot = slot;
        CX__TRY(take_slot(g, &less->slot));
    } else {
        less->slot = slot;
    }
    const cx_tree_node_rows rows = {less->begin, less->end, less->slot, need_more ? slot : -1};
    const cx_tree_histograms call = {.codes = &g->bins->codes,
                                     .channels = channels_of(g),
                                     .word = cx__at(g->word),
                                     .row = cx__at(g->row),
                                     .nodes = 1,
                                     .node = &rows,
                                     .hist = cx__at(g->hist)};
    CX__TRY(cx__so_far());
    CX__TRY(g->site->trees->histograms(g->site->queue, &call));
    if (!need_less) give_slot(g, &less->slot);
    return CX_OK;
}

static cx_status split_next(cx__hist_grower *g)
{
    CX__TRY(node_room(g, g->nodes + 2));
    const cx__hist_rules *const r = g->rules;
    const int32_t at = heap_pop(g), pair[2] = {(int32_t)g->nodes, (int32_t)g->nodes + 1};
    cx__hist_node *const n = &g->node[at], *const left = &g->node[pair[0]], *const right = left + 1;
    cx_tree_split *const s = &n->split;
    if (!g->bins->missing[s->feature]) s->missing_left = s->count_left > s->count - s->count_left;
    int64_t middle[2];
    CX__TRY(part_rows(g, n, middle));
    g->nodes += 2;
    n->left = pair[0];
    n->right = pair[1];
    const cx__hist_node fresh = {.left = -1, .right = -1, .depth = n->depth + 1, .slot = -1};
    *left = *right = fresh;
    left->begin = n->begin;
    left->end = right->begin = middle[0];
    right->end = n->end;
    left->from = n->from;
    left->to = right->from = middle[1];
    right->to = n->to;
    left->value = s->value_left;
    right->value = s->value_right;
    left->split.gain = right->split.gain = -1;
    bound_children(g, n, left, right);
    for (int k = 0; k < 2 && r->groups > 0; k++) meet(g, at, pair[k]);
    const int64_t leaves = (g->nodes + 1) / 2, slot = n->slot;
    n->slot = -1;
    if (r->max_leaves > 0 && leaves == r->max_leaves) {
        give_slot(g, &(int64_t){slot});
        while (g->opened > 0) give_slot(g, &g->node[g->open[--g->opened]].slot);
        return CX_OK;
    }
    const bool deep = r->max_depth > 0 && left->depth == r->max_depth;
    const bool split_left = !deep && left->end - left->begin >= 2 * r->min_samples,
               split_right = !deep && right->end - right->begin >= 2 * r->min_samples;
    CX__TRY(sum_children(g, slot, left, right, split_left, split_right));
    int32_t ask[2];
    int64_t asked = 0;
    if (split_left) ask[asked++] = pair[0];
    if (split_right) ask[asked++] = pair[1];
    return asked > 0 ? find(g, ask, asked) : CX_OK;
}

/* ---- a tree */
static cx_status start_root(cx__hist_grower *g)
{
    const int64_t n = g->bins->n, all = n + g->bins->more;
    CX__TRY(cx_copy_into(g->order, g->row));
    CX__TRY(node_room(g, 1));
    g->nodes = 1;
    g->opened = 0;
    g->free_slots = g->slots;
    for (int64_t i = 0; i < g->slots; i++) g->free_slot[i] = g->slots - 1 - i;
    cx__hist_node *const root = g->node;
    *root = (cx__hist_node){.left = -1,
                            .right = -1,
                            .end = n,
                            .from = n,
                            .to = all,
                            .lower = -INFINITY,
                            .upper = INFINITY,
                            .slot = -1};
    root->split.gain = -1;
    if (g->rules->groups > 0) memset(g->member, 1, (size_t)g->rules->groups);
    if (n < 2 * g->rules->min_samples) return CX_OK;
    CX__TRY(take_slot(g, &root->slot));
    const cx_tree_node_rows rows = {0, n, root->slot, -1};
    const cx_tree_histograms call = {.codes = &g->bins->codes,
                                     .channels = channels_of(g),
                                     .word = cx__at(g->word),
                                     .row = cx__at(g->row),
                                     .nodes = 1,
                                     .node = &rows,
                                     .hist = cx__at(g->hist)};
    CX__TRY(cx__so_far());
    CX__TRY(g->site->trees->histograms(g->site->queue, &call));
    return find(g, &(int32_t){0}, 1);
}

cx_status cx__hist_grow(cx__hist_grower *g, const double *gradient, const double *hessian,
                        int64_t stride)
{
    const cx_tree_fix fix = {.count_bits = cx_tree_count_bits(g->bins->n),
                             .n = g->bins->n,
                             .stride = stride,
                             .gradient = gradient,
                             .hessian = g->hessians ? hessian : NULL,
                             .word = cx__at(g->word),
                             .unit = cx__at(g->unit)};
    CX__TRY(cx__so_far());
    CX__TRY(g->site->trees->fix(g->site->queue, &fix));
    CX__TRY(start_root(g));
    while (g->opened > 0) CX__TRY(split_next(g));
    for (int64_t i = 0; i < g->nodes; i++)
        if (cx__hist_is_leaf(&g->node[i])) g->node[i].value *= g->rules->shrinkage;
    return CX_OK;
}
