/* One tree of the front of growth: see grow.h. Arrays of nodes go from growth to growth, so that
 * their memory is touched once, and can be read where they are. */
#include "learn/tree/grow.h"

#include "base/alloc.h"
#include "base/object.h"
#include "ops/primitives.h"
#include <pthread.h>
#include <string.h>

enum { SPARES = 64 };

struct cx__grow_spares {
    pthread_mutex_t lock;
    int count;
    cx_tree_nodes at[SPARES];
};

static void nodes_free(cx_tree_nodes *t)
{
    void *const all[] = {t->left,      t->right,    t->feature,  t->samples, t->missing_left,
                         t->threshold, t->impurity, t->weighted, t->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) cx__scratch_free(all[i]);
}

cx_status cx__grow_open(cx__grow *g)
{
    g->spares = cx__alloc(sizeof *g->spares);
    if (g->spares == NULL) return cx__fail_nomem(g->where, "trees", sizeof *g->spares);
    g->spares->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    g->spares->count = 0;
    return g->site.trees->table_open(g->site.queue, g->x, g->n, g->d, &g->rules, &g->table);
}

void cx__grow_end(cx__grow *g)
{
    if (g->table != NULL) g->site.trees->table_close(g->site.queue, g->table);
    for (int i = 0; g->spares != NULL && i < g->spares->count; i++) nodes_free(&g->spares->at[i]);
    cx__free(g->spares);
    g->table = NULL;
    g->spares = NULL;
}

static cx_tree_nodes take_spare(const cx__grow *g)
{
    cx_tree_nodes t = {.count = 0};
    cx__grow_spares *const s = g->spares;
    if (s == NULL) return t;
    pthread_mutex_lock(&s->lock);
    if (s->count > 0) t = s->at[--s->count];
    pthread_mutex_unlock(&s->lock);
    t.count = 0;
    return t;
}

static void give_spare(const cx__grow *g, cx_tree_nodes *t)
{
    cx__grow_spares *const s = g->spares;
    bool kept = false;
    if (s != NULL) {
        pthread_mutex_lock(&s->lock);
        kept = s->count < SPARES;
        if (kept) s->at[s->count++] = *t;
        pthread_mutex_unlock(&s->lock);
    }
    if (!kept) nodes_free(t);
}

/* Values padded to the output of most classes become those of all outputs behind each other. */
static void close_ranks(const cx__grow *g, cx_tree_nodes *t)
{
    if (g->classes == NULL || t->width == g->width) return;
    const int64_t most = t->width / g->outputs;
    double *to = t->value;
    for (int64_t i = 0; i < t->count; i++)
        for (int64_t j = 0; j < g->outputs; j++) {
            memmove(to, t->value + (i * g->outputs + j) * most, (size_t)g->classes[j] * sizeof *to);
            to += g->classes[j];
        }
    t->width = g->width;
}

/* Append the grown tree, pruned; rows move with their nodes. */
static cx_status take_pruned(const cx__grow *g, const cx_tree_nodes *grown, int32_t *leaf,
                             cx__trees *out)
{
    cx__trees whole = {.width = g->width};
    int32_t *const moved = cx__calloc((size_t)grown->count, sizeof *moved);
    cx_status st = moved != NULL ? cx__trees_add(&whole, grown)
                                 : cx__fail_nomem(g->where, "pruning", (size_t)grown->count * 4);
    if (st == CX_OK) st = cx__prune(g->where, &whole, 0, g->ccp_alpha, out, moved);
    for (int64_t i = 0; st == CX_OK && leaf != NULL && i < g->n; i++)
        if (leaf[i] >= 0) leaf[i] = moved[leaf[i]];
    cx__free(moved);
    cx__trees_free(&whole);
    return st;
}

static cx_status grow(const cx__grow *g, const cx__grow_one *one, cx_tree_nodes *out)
{
    cx_tree_rules rules = g->rules;
    rules.min_weight_leaf = one->min_weight_leaf;
    const cx_tree_growth growth = {.table = g->table,
                                   .rules = &rules,
                                   .outputs = g->outputs,
                                   .y = one->y,
                                   .classes = g->classes,
                                   .weight = one->weight,
                                   .seed = one->seed,
                                   .leaf = one->leaf};
    *out = take_spare(g);
    CX__TRY(g->site.trees->grow(g->site.queue, &growth, out));
    close_ranks(g, out);
    return CX_OK;
}

cx_status cx__grow_tree(const cx__grow *g, const cx__grow_one *one, cx__trees *out)
{
    cx_tree_nodes grown;
    cx_status st = grow(g, one, &grown);
    if (st == CX_OK)
        st = g->ccp_alpha > 0 ? take_pruned(g, &grown, one->leaf, out) : cx__trees_add(out, &grown);
    give_spare(g, &grown);
    return st;
}

cx_status cx__grow_lent(const cx__grow *g, const cx__grow_one *one, cx__trees *out)
{
    if (g->ccp_alpha > 0) return cx__grow_tree(g, one, out);
    int64_t *const start = cx__calloc(2, sizeof *start);
    if (start == NULL) return cx__fail_nomem(g->where, "a tree", 2 * sizeof *start);
    cx_tree_nodes t;
    const cx_status st = grow(g, one, &t);
    if (st != CX_OK) {
        cx__free(start);
        give_spare(g, &t);
        return st;
    }
    start[1] = t.count;
    *out = (cx__trees){.count = 1,
                       .nodes = t.count,
                       .width = t.width,
                       .start = start,
                       .left = t.left,
                       .right = t.right,
                       .feature = t.feature,
                       .samples = t.samples,
                       .threshold = t.threshold,
                       .impurity = t.impurity,
                       .weighted = t.weighted,
                       .value = t.value,
                       .missing_left = (bool *)(void *)t.missing_left,
                       .tree_room = 2,
                       .node_room = t.room,
                       .lent = true};
    return CX_OK;
}

void cx__grow_back(const cx__grow *g, cx__trees *t)
{
    if (t->lent) {
        cx_tree_nodes nodes = {.room = t->node_room,
                               .left = t->left,
                               .right = t->right,
                               .feature = t->feature,
                               .samples = t->samples,
                               .threshold = t->threshold,
                               .impurity = t->impurity,
                               .weighted = t->weighted,
                               .value = t->value,
                               .missing_left = (uint8_t *)(void *)t->missing_left};
        cx__free(t->start);
        *t = (cx__trees){.count = 0};
        give_spare(g, &nodes);
    }
    cx__trees_free(t);
}
