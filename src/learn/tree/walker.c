/* Fitted trees as a backend walks them. One idea: packing takes as long as some hundred rows, so it
 * is for sessions and for batches that are worth it; fewer rows walk the attributes as they are,
 * and so do other devices. */
#include "learn/tree/pack.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/array.h>
#include <calx/device.h>
#include <calx/dtype.h>
#include <calx/manipulate.h>
#include <string.h>

enum {
    PACK_NODES = 3, /* steps through the attributes that take as long as packing a node */
    BLOCK = 512     /* rows of one call in a batch: a tree is read once for all of them */
};

/* The attributes that a walk reads. */
typedef struct flat_slots {
    const cx_array *at[CX__TREES_SLOTS];
} flat_slots;
static const struct {
    int slot;
    cx_dtype dtype;
} read_by_walk[] = {
    {CX__TREE_START, CX_I64},   {CX__TREE_LEFT, CX_I32},      {CX__TREE_RIGHT, CX_I32},
    {CX__TREE_FEATURE, CX_I32}, {CX__TREE_THRESHOLD, CX_F64}, {CX__TREE_MISSING_LEFT, CX_BOOL},
    {CX__TREE_VALUE, CX_F64},   {CX__TREE_CATEGORY, CX_I32},  {CX__TREE_CATEGORY_BITS, CX_U32},
};
enum { READ_BY_WALK = sizeof read_by_walk / sizeof read_by_walk[0] };

static cx_status walk_flat(const cx_estimator *m, const cx__site *s, flat_slots *slots,
                           cx_tree_walk *w)
{
    *slots = (flat_slots){{NULL}};
    for (int i = 0; i < READ_BY_WALK; i++) {
        const int slot = read_by_walk[i].slot;
        if (!cx_self_has(m, slot)) continue;
        slots->at[slot] =
            cx_ascontiguous(cx__as(s->where, cx_self(m, slot), read_by_walk[i].dtype));
    }
    w->flat = (cx_tree_flat){.left = cx__at(slots->at[CX__TREE_LEFT]),
                             .right = cx__at(slots->at[CX__TREE_RIGHT]),
                             .feature = cx__at(slots->at[CX__TREE_FEATURE]),
                             .threshold = cx__at(slots->at[CX__TREE_THRESHOLD]),
                             .missing_left = cx__at(slots->at[CX__TREE_MISSING_LEFT]),
                             .category = cx__at(slots->at[CX__TREE_CATEGORY])};
    w->first = cx__at(slots->at[CX__TREE_START]);
    if (w->flat.category != NULL) w->words = cx__at(slots->at[CX__TREE_CATEGORY_BITS]);
    w->value = cx__at(slots->at[CX__TREE_VALUE]);
    return cx__so_far();
}

static cx_status walks(const cx_estimator *m, const cx__site *s)
{
    if (s->trees != NULL && s->trees->walk != NULL) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, s->where, "%s does not run on this device", m->cls->name);
}

/* What is known of the trees without reading them. */
static cx_tree_walk described(const cx_estimator *m, int64_t d, bool single)
{
    return (cx_tree_walk){.d = d,
                          .trees = cx_size(cx_self(m, CX__TREE_START)) - 1,
                          .columns = 1,
                          .width = cx_dim(cx_self(m, CX__TREE_VALUE), 1),
                          .single = single,
                          .scale = 1};
}

static bool worth_packing(const cx_estimator *m, const cx_tree_walk *w, int64_t rows)
{
    return (double)rows * (double)w->trees * PACK_NODES >
           (double)cx_size(cx_self(m, CX__TREE_LEFT));
}

cx_status cx__walker_plan(const cx_estimator *m, cx_plan *p, int64_t columns, bool single,
                          double scale, cx__walker *out)
{
    const cx__site *const s = cx__plan_site(p);
    const cx__plan_owner *const owner = p->memory_;
    const bool host = s->device.kind == CX_DEVICE_CPU;
    cx_tree_walk *const w = &out->walk;
    CX__TRY(walks(m, s));
    *w = described(m, p->cols_in, single);
    w->columns = columns;
    w->scale = scale;
    CX__TRY(cx__so_far());
    if (!host || (!owner->keep && owner->rows > 0 && !worth_packing(m, w, owner->rows))) {
        flat_slots slots;
        CX__TRY(walk_flat(m, s, &slots, w));
        out->values = cx_dim(slots.at[CX__TREE_VALUE], 0);
        for (int i = 0; i < CX__TREES_SLOTS; i++)
            if (slots.at[i] != NULL) CX__TRY(cx__plan_uses(p, slots.at[i]));
        return CX_OK;
    }
    cx__trees t;
    CX__TRY(cx__trees_view(s->where, m, &t));
    CX__TRY(cx__trees_pack(s->where, &t, CX__LEAF_VALUES, p, w));
    out->values = (t.nodes + t.count) / 2;
    if (t.category != NULL && t.bit_rows > 0) {
        uint32_t *const words = cx_plan_alloc(p, (size_t)t.bit_rows * 8 * sizeof *words);
        if (words == NULL) return CX_E_NOMEM;
        memcpy(words, t.bits, (size_t)t.bit_rows * 8 * sizeof *words);
        w->words = words;
    }
    if (!owner->keep && owner->rows > BLOCK) {
        const int64_t share = owner->rows / 16;
        p->max_rows = share < CX_ROW_BLOCK ? CX_ROW_BLOCK : share > BLOCK ? BLOCK : share;
    }
    return CX_OK;
}

static cx_status sum(const cx_plan *p, const cx__walker *w, bool fresh, const double *x,
                     int64_t rows, double *out)
{
    const cx__site *const s = cx__plan_site(p);
    cx_tree_walk call = w->walk;
    call.n = rows;
    call.x = x;
    call.fresh = fresh;
    call.out = out;
    return s->trees->walk(s->queue, &call);
}

cx_status cx__walker_add(const cx_plan *p, const cx__walker *w, const double *x, int64_t rows,
                         double *out)
{
    return sum(p, w, false, x, rows, out);
}

cx_status cx__walker_into(const cx_plan *p, const cx__walker *w, const double *x, int64_t rows,
                          double *out)
{
    return sum(p, w, true, x, rows, out);
}

static cx_status apply(const cx__site *s, const cx_estimator *m, const cx_array *x, bool single,
                       cx_array **out)
{
    CX__TRY(walks(m, s));
    const int64_t n = cx_dim(x, 0);
    cx_tree_walk w = described(m, cx_dim(x, 1), single);
    cx_array *const leaf = cx_empty(CX_SHAPE(n, w.trees), CX_I32, s->device);
    const cx_array *const rows = cx__f64(s, x);
    flat_slots slots = {{NULL}};
    w.n = n;
    w.x = cx__at(rows);
    w.leaf = cx__at(leaf);
    CX__TRY(cx__so_far());
    if (s->device.kind == CX_DEVICE_CPU && worth_packing(m, &w, n)) {
        cx__trees t;
        CX__TRY(cx__trees_view(s->where, m, &t));
        CX__TRY(cx__trees_pack(s->where, &t, CX__LEAF_NODES, NULL, &w));
        w.words = t.category != NULL ? t.bits : NULL;
    } else {
        CX__TRY(walk_flat(m, s, &slots, &w));
    }
    CX__TRY(s->trees->walk(s->queue, &w));
    for (int i = 0; i < CX__TREES_SLOTS; i++)
        if (slots.at[i] != NULL) cx__used(slots.at[i]);
    cx__used(rows);
    cx__used(leaf);
    *out = cx_astype(leaf, CX_I64);
    return cx__so_far();
}

cx_array *cx__trees_apply(const char *where, const cx_estimator *m, const cx_array *x, bool single)
{
    cx__site s;
    cx_array *out = NULL;
    cx_status st = cx__site_of(where, x, &s);
    if (st == CX_OK) st = apply(&s, m, x, single, &out);
    return cx_check(st) == CX_OK ? out : cx__nil(st);
}
