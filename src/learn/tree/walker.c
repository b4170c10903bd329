/* Fitted trees, packed for walking: children side by side, leaves numbered one behind the other,
 * so that a node is 16 bytes and a step reads one of them. */
#include "learn/tree/trees.h"

#include "base/alloc.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/site.h"
#include <calx/array.h>
#include <calx/device.h>
#include <string.h>

/* What packing makes, on the host. */
typedef struct packed {
    cx_tree_node *node;
    int32_t *root;
    int32_t *origin; /* leaf -> number within its tree */
    double *value;
    int64_t leaves, done;
} packed;

static void packed_free(packed *k)
{
    cx__free(k->node);
    cx__free(k->root);
    cx__free(k->origin);
    cx__free(k->value);
}

static cx_status packed_new(const cx__trees *t, packed *k)
{
    const size_t n = (size_t)t->nodes;
    *k = (packed){.node = cx__calloc(n + 1, sizeof *k->node),
                  .root = cx__calloc((size_t)t->count + 1, sizeof *k->root),
                  .origin = cx__calloc(n + 1, sizeof *k->origin),
                  .value = cx__calloc(n * (size_t)t->width + 1, sizeof *k->value)};
    if (k->node && k->root && k->origin && k->value) return CX_OK;
    packed_free(k);
    return cx__fail_nomem("predict", "packed trees", n * sizeof *k->node);
}

/* Node i of the tree that begins at base, into place at. Its children come to the places that are
 * free next. */
static void pack_node(const cx__trees *t, packed *k, int64_t base, int32_t i, int64_t at)
{
    cx_tree_node *const node = &k->node[at];
    const int64_t from = base + i;
    if (t->left[from] < 0) {
        const int64_t leaf = k->leaves++;
        *node = (cx_tree_node){.split = CX_TREE_LEAF, .next = (int32_t)leaf};
        k->origin[leaf] = i;
        memcpy(k->value + leaf * t->width, t->value + from * t->width,
               (size_t)t->width * sizeof *t->value);
        return;
    }
    const int32_t category = t->category != NULL ? t->category[from] : -1;
    node->split = (uint32_t)t->feature[from] | (t->missing_left[from] ? CX_TREE_MISSING_LEFT : 0) |
                  (category >= 0 ? CX_TREE_CATEGORICAL : 0);
    node->threshold = category >= 0 ? (double)category * 8 : t->threshold[from];
    node->next = (int32_t)k->done;
    k->done += 2;
}

/* One tree, level by level: the queue is the packed array itself, whose entries are in `number`. */
static cx_status pack_tree(const cx__trees *t, packed *k, int64_t tree)
{
    const int64_t base = t->start[tree], first = k->done, n = t->start[tree + 1] - base;
    int32_t *const number = cx__calloc((size_t)n, sizeof *number);
    if (number == NULL) return cx__fail_nomem("predict", "packed trees", (size_t)n * 4);
    k->root[tree] = (int32_t)first;
    k->done = first + 1;
    for (int64_t at = first; at < k->done; at++) {
        const int32_t i = number[at - first];
        pack_node(t, k, base, i, at);
        if (t->left[base + i] < 0) continue;
        number[k->node[at].next - first] = t->left[base + i];
        number[k->node[at].next + 1 - first] = t->right[base + i];
    }
    cx__free(number);
    return CX_OK;
}

static cx_status pack(const cx__trees *t, packed *k)
{
    CX__TRY(packed_new(t, k));
    for (int64_t i = 0; i < t->count; i++) {
        const cx_status st = pack_tree(t, k, i);
        if (st == CX_OK) continue;
        packed_free(k);
        return st;
    }
    return CX_OK;
}

/* n bytes of the host as memory of the plan, where its kernel runs. */
static cx_status keep(cx_plan *p, const void *v, int64_t bytes, const void **out)
{
    const cx__site *const s = cx__plan_site(p);
    if (s->device.kind == CX_DEVICE_CPU) {
        void *const own = cx_plan_alloc(p, (size_t)bytes);
        if (own == NULL) return CX_E_NOMEM;
        memcpy(own, v, (size_t)bytes);
        *out = own;
        return CX_OK;
    }
    *out = cx__at(cx__send(s, cx_copy_host(v, CX_SHAPE(bytes), CX_U8)));
    return cx__so_far();
}

cx_status cx__walker_plan(const cx_estimator *m, cx_plan *p, int64_t columns, bool single,
                          double scale, cx__walker *out)
{
    const cx__site *const s = cx__plan_site(p);
    if (s->trees == NULL || s->trees->walk == NULL)
        return cx__fail(CX_E_UNSUPPORTED, s->where, "%s does not run on this device", m->cls->name);
    cx__trees t;
    packed k;
    CX__TRY(cx__trees_view(s->where, m, &t));
    CX__TRY(pack(&t, &k));
    cx_tree_walk *const w = &out->walk;
    *w = (cx_tree_walk){.d = p->cols_in,
                        .trees = t.count,
                        .columns = columns,
                        .width = t.width,
                        .single = single,
                        .scale = scale};
    const void *node = NULL, *root = NULL, *value = NULL, *words = NULL;
    cx_status st = keep(p, k.node, k.done * (int64_t)sizeof *k.node, &node);
    if (st == CX_OK) st = keep(p, k.root, t.count * (int64_t)sizeof *k.root, &root);
    if (st == CX_OK) st = keep(p, k.value, k.leaves * t.width * (int64_t)sizeof *k.value, &value);
    if (st == CX_OK && t.bit_rows > 0)
        st = keep(p, t.bits, t.bit_rows * 8 * (int64_t)sizeof *t.bits, &words);
    w->node = node;
    w->root = root;
    w->value = value;
    w->words = words;
    packed_free(&k);
    return st;
}

cx_status cx__walker_add(const cx_plan *p, const cx__walker *w, const double *x, int64_t rows,
                         double *out)
{
    const cx__site *const s = cx__plan_site(p);
    cx_tree_walk call = w->walk;
    call.n = rows;
    call.x = x;
    call.out = out;
    return s->trees->walk(s->queue, &call);
}

cx_array *cx__trees_apply(const char *where, const cx_estimator *m, const cx_array *x, bool single)
{
    cx__site s, host;
    cx__trees t;
    packed k;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK ||
        cx_check(cx__site_at(where, CX_CPU, &host)) != CX_OK ||
        cx_check(cx__trees_view(where, m, &t)) != CX_OK || cx_check(pack(&t, &k)) != CX_OK)
        return cx__nil(cx__last_status());
    const int64_t n = cx_dim(x, 0);
    const cx_array *const rows = cx__fetch(&s, cx__f64(&s, x)), *const leaf =
                                                                    cx_empty(CX_SHAPE(n, t.count),
                                                                             CX_I32, CX_CPU);
    cx_array *const out = cx_empty(CX_SHAPE(n, t.count), CX_I64, CX_CPU);
    const cx_tree_walk call = {.n = n,
                               .d = cx_dim(x, 1),
                               .trees = t.count,
                               .columns = 1,
                               .width = t.width,
                               .x = cx__at(rows),
                               .single = single,
                               .node = k.node,
                               .root = k.root,
                               .words = t.bits,
                               .value = k.value,
                               .leaf = cx__at(leaf)};
    cx_status st = cx__so_far();
    if (st == CX_OK) st = host.trees->walk(host.queue, &call);
    if (st == CX_OK) {
        int64_t *const to = cx__at(out);
        for (int64_t i = 0; i < n * t.count; i++) to[i] = k.origin[call.leaf[i]];
    }
    packed_free(&k);
    return cx_check(st) == CX_OK ? cx__send(&s, out) : cx__nil(st);
}
