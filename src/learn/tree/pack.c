/* Trees packed for walking. One idea: a walk costs the lines of memory that it touches, so a line
 * is filled with pairs of children that hang together, those first that most training rows went to,
 * and the lines below follow by the same rule. */
#include "learn/tree/pack.h"

#include "base/alloc.h"
#include "base/threads.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { LINE = 64, MOST_PAIRS = 4, SEEN = 64 };

typedef struct packing {
    const cx__trees *t;
    cx__leaf_number number;
    cx_tree_small *small; /* this or the next */
    cx_tree_node *node;
    int shift, line; /* nodes of a line */
    int32_t *root;   /* places, 1 behind the first of a line: pairs begin at even ones */
    int64_t *first;
    double *value;
    int32_t *place, *later; /* of each node; those whose children are still to be placed */
} packing;

static int bits_of(uint64_t v)
{
    int n = 0;
    for (; v != 0; v >>= 1) n++;
    return n;
}

static int64_t room_of(int64_t nodes)
{
    return (nodes + 1 + 7) / 8 * 8;
}

/* How many bits of a small link are below the distance; 0: the trees do not fit. */
static int small_shift(const cx__trees *t, const cx_tree_walk *w, cx__leaf_number number)
{
    if (!w->single || t->category != NULL) return 0;
    int64_t most = 0;
    for (int64_t i = 0; i < t->count; i++) {
        const int64_t n = t->start[i + 1] - t->start[i];
        if (n > most) most = n;
    }
    const int shift = 1 + bits_of((uint64_t)(w->d > 1 ? w->d - 1 : 1));
    const int64_t leaves = number == CX__LEAF_NODES ? most : (most + 1) / 2;
    if (leaves > CX_TREE_SMALL_LEAVES || shift + bits_of((uint64_t)room_of(most)) > 32) return 0;
    return shift;
}

/* The greatest float32 that is not above v. */
static float below(double v)
{
    const float f = (float)v;
    return (double)f > v ? nextafterf(f, -INFINITY) : f;
}

static void put_leaf(const packing *k, int64_t at, int32_t number)
{
    if (k->small != NULL) {
        const uint32_t bits = 0x7fc00000U | (uint32_t)number;
        memcpy(&k->small[at].threshold, &bits, sizeof bits);
        k->small[at].link = 1;
        return;
    }
    const uint64_t bits = 0x7ff8000000000000U | (uint32_t)number;
    memcpy(&k->node[at].threshold, &bits, sizeof bits);
    k->node[at].split = CX_TREE_LEAF | CX_TREE_MISSING_LEFT;
    k->node[at].next = (int32_t)at;
}

static void put_split(const packing *k, int64_t from, int64_t at)
{
    const cx__trees *const t = k->t;
    const uint32_t feature = (uint32_t)t->feature[from];
    if (k->small != NULL) {
        k->small[at] = (cx_tree_small){.threshold = below(t->threshold[from]),
                                       .link = feature << 1 | (t->missing_left[from] ? 1 : 0)};
        return;
    }
    const int32_t category = t->category != NULL ? t->category[from] : -1;
    k->node[at] =
        (cx_tree_node){.threshold = category >= 0 ? category : t->threshold[from],
                       .split = feature | (t->missing_left[from] ? CX_TREE_MISSING_LEFT : 0) |
                                (category >= 0 ? CX_TREE_CATEGORICAL : 0)};
}

/* Leaves of a tree so far, and where values were seen. */
typedef struct numbered {
    int32_t count, at[SEEN];
} numbered;

/* The number of a leaf with this value. Leaves that say the same share one, as far as a glance
 * finds it: in a classifier that was grown to the end there are but a few values. */
static int32_t value_number(const packing *k, int64_t tree, const double *value, numbered *l)
{
    const size_t size = (size_t)k->t->width * sizeof *value;
    double *const own = k->value + k->first[tree] * k->t->width;
    uint64_t hash = 0;
    for (int64_t c = 0; c < k->t->width; c++) {
        uint64_t bits;
        memcpy(&bits, value + c, sizeof bits);
        hash = (hash ^ bits) * 0x9e3779b97f4a7c15U;
    }
    int32_t *const seen = &l->at[hash >> 58];
    if (*seen < l->count && memcmp(own + *seen * k->t->width, value, size) == 0) return *seen;
    memcpy(own + l->count * k->t->width, value, size);
    return *seen = l->count++;
}

/* Node i of a tree comes to a place; leaves so far. True: it is a split. */
static bool put(const packing *k, int64_t tree, int32_t i, int64_t at, numbered *l)
{
    const cx__trees *const t = k->t;
    const int64_t from = t->start[tree] + i;
    k->place[from] = (int32_t)at;
    if (t->left[from] >= 0) {
        put_split(k, from, at);
        return true;
    }
    if (k->number == CX__LEAF_VALUES)
        put_leaf(k, at, value_number(k, tree, t->value + from * t->width, l));
    else
        put_leaf(k, at, i);
    return false;
}

/* Take the one that most rows went to from m waiting ones. */
static int32_t take_heaviest(const int32_t *samples, int32_t *waiting, int m)
{
    int best = 0;
    for (int i = 1; i < m; i++)
        if (samples[waiting[i]] > samples[waiting[best]]) best = i;
    const int32_t taken = waiting[best];
    waiting[best] = waiting[m - 1];
    return taken;
}

/* One line: pairs below `begin`, until it is full. Splits whose children found no room go to
 * `waiting`; how many. */
static int pack_line(const packing *k, int64_t tree, int64_t *done, numbered *l, int32_t *waiting)
{
    const cx__trees *const t = k->t;
    const int64_t base = t->start[tree];
    int m = 1;
    for (int64_t room = (k->line - *done % k->line) / 2; room > 0 && m > 0; room--) {
        const int64_t from = base + take_heaviest(t->samples + base, waiting, m--);
        const int64_t at = *done, place = k->place[from];
        *done += 2;
        if (k->small != NULL)
            k->small[place].link |= (uint32_t)(at - place) << k->shift;
        else
            k->node[place].next = (int32_t)at;
        if (put(k, tree, t->left[from], at, l)) waiting[m++] = t->left[from];
        if (put(k, tree, t->right[from], at + 1, l)) waiting[m++] = t->right[from];
    }
    return m;
}

static void pack_tree(const packing *k, int64_t tree)
{
    const int64_t base = k->t->start[tree];
    int32_t *const later = k->later + base;
    numbered l = {0};
    int64_t depth = 0, done = k->root[tree] + 1;
    if (put(k, tree, 0, k->root[tree], &l)) later[depth++] = 0;
    while (depth > 0) {
        int32_t waiting[MOST_PAIRS + 2] = {later[--depth]};
        const int m = pack_line(k, tree, &done, &l, waiting);
        depth += m;
        for (int i = m; i > 0; i--)
            later[depth - 1 - (m - i)] = take_heaviest(k->t->samples + base, waiting, i);
    }
}

static void pack_trees(void *ctx, int64_t lo, int64_t hi)
{
    for (int64_t i = lo; i < hi; i++) pack_tree(ctx, i);
}

static void *room_for(cx_plan *p, int64_t n, size_t size)
{
    return p != NULL ? cx_plan_alloc(p, (size_t)n * size + LINE)
                     : cx__scope_room((size_t)n * size + LINE);
}

/* Where trees and leaves begin, and how many places there are. */
static cx_status lay_out(const char *where, packing *k, int64_t *places)
{
    int64_t at = 0, leaves = 0;
    for (int64_t i = 0; i < k->t->count; i++) {
        const int64_t n = k->t->start[i + 1] - k->t->start[i];
        if (at + n > INT32_MAX - 16)
            return cx__fail(CX_E_UNSUPPORTED, where, "trees of more than 2^31 nodes together");
        k->root[i] = (int32_t)at + 1;
        if (k->first != NULL) k->first[i] = leaves;
        at += room_of(n);
        leaves += (n + 1) / 2;
    }
    *places = at;
    return CX_OK;
}

cx_status cx__trees_pack(const char *where, const cx__trees *t, cx__leaf_number number, cx_plan *p,
                         cx_tree_walk *w)
{
    packing k = {.t = t, .number = number, .shift = small_shift(t, w, number)};
    const bool values = number == CX__LEAF_VALUES;
    const size_t size = k.shift > 0 ? sizeof *k.small : sizeof *k.node;
    int64_t places = 0;
    k.line = (int)(LINE / size);
    k.root = room_for(p, t->count, sizeof *k.root);
    k.first = room_for(p, t->count, sizeof *k.first);
    if (k.root == NULL || k.first == NULL) return CX_E_NOMEM;
    CX__TRY(lay_out(where, &k, &places));
    void *const nodes = room_for(p, places, size);
    if (nodes == NULL) return CX_E_NOMEM;
    if (values) k.value = room_for(p, (t->nodes + t->count) / 2 * t->width, sizeof *k.value);
    if (values && k.value == NULL) return CX_E_NOMEM;
    if (!values) memset(k.first, 0, (size_t)t->count * sizeof *k.first);
    if (k.shift > 0)
        k.small = nodes;
    else
        k.node = nodes;
    k.place = cx__alloc((size_t)t->nodes * 2 * sizeof *k.place + 1);
    if (k.place == NULL) return cx__fail_nomem(where, "packed trees", (size_t)t->nodes * 8);
    k.later = k.place + t->nodes;
    const cx_status st = cx__parallel_for(t->count, 1, pack_trees, &k);
    cx__free(k.place);
    w->small = k.small;
    w->shift = k.shift;
    w->node = k.node;
    w->root = k.root;
    w->first = k.first;
    w->value = k.value;
    return st;
}
