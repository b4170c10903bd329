/* Fitted trees as attributes and as plain memory: see the header. */
#include "learn/tree/trees.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/site.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/ops.h>
#include <stdlib.h>
#include <string.h>

/* The arrays that have an entry for each node. */
typedef struct column {
    size_t in_trees, size;
    int slot;
    cx_dtype dtype;
} column;
#define AT(field, type, slot, t)                          \
    {                                                     \
        offsetof(cx__trees, field), sizeof(type), slot, t \
    }
static const column columns[] = {
    AT(left, int32_t, CX__TREE_LEFT, CX_I32),
    AT(right, int32_t, CX__TREE_RIGHT, CX_I32),
    AT(feature, int32_t, CX__TREE_FEATURE, CX_I32),
    AT(samples, int32_t, CX__TREE_SAMPLES, CX_I32),
    AT(missing_left, bool, CX__TREE_MISSING_LEFT, CX_BOOL),
    AT(threshold, double, CX__TREE_THRESHOLD, CX_F64),
    AT(impurity, double, CX__TREE_IMPURITY, CX_F64),
    AT(weighted, double, CX__TREE_WEIGHTED, CX_F64),
    AT(category, int32_t, CX__TREE_CATEGORY, CX_I32),
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void **field(cx__trees *t, const column *c)
{
    return (void **)(void *)((char *)t + c->in_trees);
}

void cx__trees_free(cx__trees *t)
{
    void (*const done)(void *) = t->lent ? cx__scratch_free : cx__free;
    for (int i = 0; i < COLUMNS; i++) done(*field(t, &columns[i]));
    done(t->value);
    cx__free(t->start);
    cx__free(t->bits);
    *t = (cx__trees){.count = 0};
}

/* *p with room for n items of a size; the old ones stay. */
static cx_status room(void **p, int64_t n, size_t size)
{
    void *const more = cx__realloc(*p, (size_t)n * size);
    if (more == NULL) return cx__fail_nomem("fit", "trees", (size_t)n * size);
    *p = more;
    return CX_OK;
}
static int64_t grown(int64_t have, int64_t want)
{
    return want > have + have / 2 ? want : have + have / 2;
}

cx_status cx__trees_reserve(cx__trees *t, int64_t trees, int64_t nodes, int64_t bit_rows)
{
    if (t->count + trees + 1 > t->tree_room) {
        const int64_t n = grown(t->tree_room, t->count + trees + 1);
        CX__TRY(room((void **)&t->start, n, sizeof *t->start));
        t->tree_room = n;
        if (t->count == 0) t->start[0] = 0;
    }
    if (t->nodes + nodes > t->node_room) {
        const int64_t n = grown(t->node_room, t->nodes + nodes);
        for (int i = 0; i < COLUMNS; i++)
            if (columns[i].slot != CX__TREE_CATEGORY || t->category != NULL)
                CX__TRY(room(field(t, &columns[i]), n, columns[i].size));
        CX__TRY(room((void **)&t->value, n, (size_t)t->width * sizeof *t->value));
        t->node_room = n;
    }
    if (bit_rows > 0 && t->category == NULL) {
        CX__TRY(room((void **)&t->category, t->node_room, sizeof *t->category));
        for (int64_t i = 0; i < t->nodes; i++) t->category[i] = -1;
    }
    if (t->bit_rows + bit_rows > t->bit_room) {
        const int64_t n = grown(t->bit_room, t->bit_rows + bit_rows);
        CX__TRY(room((void **)&t->bits, n, 8 * sizeof *t->bits));
        t->bit_room = n;
    }
    return CX_OK;
}

cx_status cx__trees_add(cx__trees *t, const cx_tree_nodes *one)
{
    if (t->count == 0) t->width = one->width;
    CX__TRY(cx__trees_reserve(t, 1, one->count, 0));
    const int64_t at = t->nodes, n = one->count;
    const size_t ints = (size_t)n * sizeof(int32_t), doubles = (size_t)n * sizeof(double);
    memcpy(t->left + at, one->left, ints);
    memcpy(t->right + at, one->right, ints);
    memcpy(t->feature + at, one->feature, ints);
    memcpy(t->samples + at, one->samples, ints);
    memcpy(t->threshold + at, one->threshold, doubles);
    memcpy(t->impurity + at, one->impurity, doubles);
    memcpy(t->weighted + at, one->weighted, doubles);
    memcpy(t->value + at * t->width, one->value, (size_t)t->width * doubles);
    for (int64_t i = 0; i < n; i++) t->missing_left[at + i] = one->missing_left[i] != 0;
    if (t->category != NULL)
        for (int64_t i = 0; i < n; i++) t->category[at + i] = -1;
    t->nodes += n;
    t->start[++t->count] = t->nodes;
    return CX_OK;
}

cx_status cx__trees_append(cx__trees *t, const cx__trees *more)
{
    if (more->count == 0) return CX_OK;
    if (t->count == 0) t->width = more->width;
    CX__TRY(cx__trees_reserve(t, more->count, more->nodes, more->bit_rows));
    for (int i = 0; i < COLUMNS; i++) {
        const column *const c = &columns[i];
        const char *const from = *field((cx__trees *)(uintptr_t)more, c);
        char *const to = *field(t, c);
        if (from != NULL)
            memcpy(to + (size_t)t->nodes * c->size, from, (size_t)more->nodes * c->size);
    }
    memcpy(t->value + t->nodes * t->width, more->value,
           (size_t)(more->nodes * t->width) * sizeof *t->value);
    if (t->category != NULL)
        for (int64_t i = 0; i < more->nodes; i++) {
            const int32_t row = more->category != NULL ? more->category[i] : -1;
            t->category[t->nodes + i] = row < 0 ? -1 : row + (int32_t)t->bit_rows;
        }
    if (more->bit_rows > 0)
        memcpy(t->bits + t->bit_rows * 8, more->bits, (size_t)more->bit_rows * 8 * sizeof *t->bits);
    for (int64_t i = 1; i <= more->count; i++) t->start[t->count + i] = t->nodes + more->start[i];
    t->count += more->count;
    t->nodes += more->nodes;
    t->bit_rows += more->bit_rows;
    return CX_OK;
}

/* A slot filled with a copy of n plain items, as [n] or (cols >= 0) [n, cols]. */
static cx_status put(cx_estimator *self, const cx__site *s, int slot, const void *v, int64_t n,
                     int64_t cols, cx_dtype t)
{
    const int64_t dim[2] = {n, cols};
    const cx_array *const a = cx_copy_host(v, (cx_shape){.ndim = cols < 0 ? 1 : 2, .dim = dim}, t);
    CX__TRY(cx__so_far());
    return cx_self_set(self, slot, cx__send(s, a));
}

cx_status cx__trees_store(cx_estimator *self, const cx__site *s, const cx__trees *t)
{
    CX__TRY(put(self, s, CX__TREE_START, t->start, t->count + 1, -1, CX_I64));
    for (int i = 0; i < COLUMNS; i++) {
        const void *const v = *field((cx__trees *)(uintptr_t)t, &columns[i]);
        if (v != NULL) CX__TRY(put(self, s, columns[i].slot, v, t->nodes, -1, columns[i].dtype));
    }
    if (t->category != NULL)
        CX__TRY(put(self, s, CX__TREE_CATEGORY_BITS, t->bits, t->bit_rows, 8, CX_U32));
    return put(self, s, CX__TREE_VALUE, t->value, t->nodes, t->width, CX_F64);
}

static void give_back(void *p, void *ctx)
{
    (void)ctx;
    cx__free(p);
}

/* A slot filled with the memory at *from, which is nobody else's then. */
static cx_status give(cx_estimator *self, const cx__site *s, int slot, void **from, cx_shape shape,
                      cx_dtype t)
{
    void *const p = *from;
    *from = NULL;
    const cx_array *const a = cx_adopt_host(p, shape, t, give_back, NULL);
    CX__TRY(cx__so_far());
    return cx_self_set(self, slot, cx__send(s, a));
}

cx_status cx__trees_give(cx_estimator *self, const cx__site *s, cx__trees *t)
{
    cx_status st =
        give(self, s, CX__TREE_START, (void **)&t->start, CX_SHAPE(t->count + 1), CX_I64);
    for (int i = 0; st == CX_OK && i < COLUMNS; i++)
        if (*field(t, &columns[i]) != NULL)
            st = give(self, s, columns[i].slot, field(t, &columns[i]), CX_SHAPE(t->nodes),
                      columns[i].dtype);
    if (st == CX_OK && t->bits != NULL)
        st = give(self, s, CX__TREE_CATEGORY_BITS, (void **)&t->bits, CX_SHAPE(t->bit_rows, 8),
                  CX_U32);
    if (st == CX_OK)
        st =
            give(self, s, CX__TREE_VALUE, (void **)&t->value, CX_SHAPE(t->nodes, t->width), CX_F64);
    cx__trees_free(t);
    return st;
}

/* The array of a slot on the host in one dtype; a file may hold another integer or float. */
static const void *look(const cx__site *host, const cx_array *a, cx_dtype t)
{
    return cx__at(cx__fetch(host, cx__as(host->where, a, t)));
}

static cx_status view(const char *where, const cx_array *const *slot, cx__trees *out)
{
    *out = (cx__trees){.count = 0};
    cx__site host;
    CX__TRY(cx__site_at(where, CX_CPU, &host));
    out->count = cx_size(slot[CX__TREE_START]) - 1;
    out->nodes = cx_size(slot[CX__TREE_LEFT]);
    out->width = cx_dim(slot[CX__TREE_VALUE], 1);
    out->start = (int64_t *)(uintptr_t)look(&host, slot[CX__TREE_START], CX_I64);
    out->value = (double *)(uintptr_t)look(&host, slot[CX__TREE_VALUE], CX_F64);
    for (int i = 0; i < COLUMNS; i++)
        if (slot[columns[i].slot] != NULL)
            *field(out, &columns[i]) =
                (void *)(uintptr_t)look(&host, slot[columns[i].slot], columns[i].dtype);
    if (slot[CX__TREE_CATEGORY_BITS] != NULL) {
        out->bits = (uint32_t *)(uintptr_t)look(&host, slot[CX__TREE_CATEGORY_BITS], CX_U32);
        out->bit_rows = cx_dim(slot[CX__TREE_CATEGORY_BITS], 0);
    }
    return cx__so_far();
}

cx_status cx__trees_view(const char *where, const cx_estimator *m, cx__trees *out)
{
    const cx_array *slot[CX__TREES_SLOTS];
    for (int i = 0; i < CX__TREES_SLOTS; i++) slot[i] = cx_self_has(m, i) ? cx_self(m, i) : NULL;
    return view(where, slot, out);
}

cx_status cx__trees_before(const char *where, const cx_estimator *m, cx__trees *out)
{
    const cx_array *slot[CX__TREES_SLOTS];
    cx__trees old;
    for (int i = 0; i < CX__TREES_SLOTS; i++) slot[i] = cx_self_before(m, i);
    *out = (cx__trees){.count = 0};
    if (slot[CX__TREE_START] == NULL) return CX_OK;
    CX__TRY(view(where, slot, &old));
    const cx_status st = cx__trees_append(out, &old);
    if (st != CX_OK) cx__trees_free(out);
    return st;
}
