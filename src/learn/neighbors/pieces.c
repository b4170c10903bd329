/* Neighbours by distances of all pairs, a piece of the queries at a time: what any metric can do.
 *
 * Minkowski's distances are sums of differences here too, never the expanded square: who asks for a
 * radius gets what lies exactly on it. */
#include "learn/neighbors/near.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

/* ---- distances of some of the queries */
static cx_status piece(const cx__asked *a, int64_t lo, int64_t hi, cx_array **out)
{
    const cx__near *const near = a->near;
    const cx_array *const rows = cx_slice(a->rows, 0, lo, hi, 1);
    if (near->metric == NULL) {
        *out = cx_ascontiguous(rows);
        return cx__so_far();
    }
    const cx__two t = {.where = near->where,
                       .site = a->site,
                       .x = rows,
                       .y = cx__near_rows(near),
                       .n = hi - lo,
                       .m = near->m,
                       .d = near->d};
    CX__TRY(cx__so_far());
    if (near->order == 0) return cx__metric_distances(near->metric, &t, &near->pairwise, out);
    if (near->order == 2) return cx__by_differences(&t, near->squared, out);
    const cx__metric *plain;
    const cx_pairwise_opts o = {.struct_size = sizeof o, .p = {true, near->order}};
    CX__TRY(cx__metric_find(near->where, "minkowski", &plain));
    return cx__metric_distances(plain, &t, &o, out);
}

cx_status cx__pieces_each(const cx__asked *a, cx__near_each *fn, void *ctx)
{
    const int64_t fit = ((int64_t)1 << 22) / a->near->m, rows = fit > 0 ? fit : 1;
    for (int64_t lo = 0; lo < a->n; lo += rows) {
        const cx_scope s = cx_scope_open();
        cx_array *far = NULL;
        cx_status st = cx_poll();
        if (st == CX_OK) st = piece(a, lo, lo + rows < a->n ? lo + rows : a->n, &far);
        if (st == CX_OK) st = fn(ctx, a, far, lo);
        CX__TRY(cx__give_status(s, st));
    }
    return CX_OK;
}

/* ---- the k nearest: a heap for each row, its top the farthest that is kept */
typedef struct heap {
    double *far;
    int64_t *at, k;
} heap;

static bool farther(const heap *h, int64_t i, int64_t j)
{
    return h->far[i] > h->far[j] || (h->far[i] == h->far[j] && h->at[i] > h->at[j]);
}

static void swap(heap *h, int64_t i, int64_t j)
{
    const double far = h->far[i];
    const int64_t at = h->at[i];
    h->far[i] = h->far[j];
    h->at[i] = h->at[j];
    h->far[j] = far;
    h->at[j] = at;
}

static void sink(heap *h, int64_t i, int64_t count)
{
    for (int64_t below = 2 * i + 1; below < count; i = below, below = 2 * i + 1) {
        if (below + 1 < count && farther(h, below + 1, below)) below++;
        if (!farther(h, below, i)) return;
        swap(h, i, below);
    }
}

static void smallest(const double *far, int64_t m, heap *h)
{
    for (int64_t i = 0; i < h->k; i++) {
        h->far[i] = isnan(far[i]) ? (double)INFINITY : far[i];
        h->at[i] = i;
    }
    for (int64_t i = h->k / 2 - 1; i >= 0; i--) sink(h, i, h->k);
    for (int64_t i = h->k; i < m; i++) {
        if (!(far[i] < h->far[0])) continue; /* an equal one comes later, so it is farther */
        h->far[0] = far[i];
        h->at[0] = i;
        sink(h, 0, h->k);
    }
    for (int64_t end = h->k - 1; end > 0; end--) {
        swap(h, 0, end);
        sink(h, 0, end);
    }
}

typedef struct choice {
    cx_array *index, *distance; /* [n, k] */
    const double *far;
    double *kept;
    int64_t *at, m, k;
} choice;

static void choose_rows(void *ctx, int64_t lo, int64_t hi)
{
    const choice *const c = ctx;
    for (int64_t i = lo; i < hi; i++) {
        heap h = {c->kept + i * c->k, c->at + i * c->k, c->k};
        smallest(c->far + i * c->m, c->m, &h);
    }
}

/* By sorting; what is taken are elements of a flat array. */
static cx_status choose_there(const choice *c, const cx_array *far, cx_array *index, cx_array *kept)
{
    static cx__held place = CX__HELD("r, m, i: r * m + i");
    const int64_t n = cx_dim(far, 0);
    const cx_array *const first = cx_slice(cx_argsort(far, -1), -1, 0, c->k, 1),
                          *const row = cx_arange_i64(0, n, 1, CX_I64, cx_device_of(far)),
                          *const at =
                              cx__held_run("kneighbors", &place,
                                           CX_ARRAYS(cx_expand_dims(row, 1), cx_int(c->m), first));
    CX__TRY(cx_copy_into(first, index));
    return cx_copy_into(cx_take(cx_ravel(far), at, 0), kept);
}

static cx_status choose(void *ctx, const cx__asked *a, const cx_array *far, int64_t lo)
{
    choice *const c = ctx;
    const int64_t n = cx_dim(far, 0);
    cx_array *const index = cx_slice(c->index, 0, lo, lo + n, 1), *const kept =
                                                                      cx_slice(c->distance, 0, lo,
                                                                               lo + n, 1);
    if (a->near->device.kind != CX_DEVICE_CPU) return choose_there(c, far, index, kept);
    c->far = cx__at(cx__f64(&a->site, far));
    c->kept = cx__at(kept);
    c->at = cx__at(index);
    CX__TRY(cx__so_far());
    return cx__parallel_for(n, 1 + 65536 / c->m, choose_rows, c);
}

cx_status cx__pieces_k(const cx__asked *a, int64_t k, cx_array **index, cx_array **distance)
{
    *index = cx_empty(CX_SHAPE(a->n, k), CX_I64, a->near->device);
    *distance = cx__new_f64(&a->site, a->n, k);
    CX__TRY(cx__so_far());
    choice c = {.index = *index, .distance = *distance, .m = a->near->m, .k = k};
    return cx__pieces_each(a, choose, &c);
}

/* ---- all within a radius: what each piece found, joined in the end */
enum { COUNT, INDEX, DISTANCE, PARTS };
typedef struct part {
    cx_array *array[PARTS]; /* one reference each, or NULL */
    struct part *next;
} part;
typedef struct found {
    cx__reach reach;
    bool sorted, distances;
    int64_t pieces;
    part *first, *last;
} found;

static void drop_parts(found *f)
{
    while (f->first != NULL) {
        part *const p = f->first;
        f->first = p->next;
        for (int i = 0; i < PARTS; i++)
            if (p->array[i] != NULL) cx_release(p->array[i]);
        cx__free(p);
    }
}

static cx_status add_part(found *f, const char *where, const cx_array *const array[PARTS])
{
    CX__TRY(cx__so_far());
    part *const p = cx__calloc(1, sizeof *p);
    if (p == NULL) return cx__fail_nomem(where, "neighbours", sizeof *p);
    for (int i = 0; i < PARTS; i++)
        if (array[i] != NULL) p->array[i] = cx_retain(array[i]);
    *(f->last != NULL ? &f->last->next : &f->first) = p;
    f->last = p;
    f->pieces++;
    return CX_OK;
}

static cx_array *inside(const cx__asked *a, cx__reach reach, const cx_array *far, int64_t lo)
{
    static cx__held all = CX__HELD("d, r: d <= r"),
                    others = CX__HELD("d, r, i, j: (d <= r) & (i != j)");
    const cx__near *const near = a->near;
    const cx_array *r = cx_float(reach.radius);
    if (reach.each != NULL)
        r = cx_expand_dims(cx_slice(reach.each, 0, lo, lo + cx_dim(far, 0), 1), 1);
    if (!a->own) return cx__held_run(near->where, &all, CX_ARRAYS(far, r));
    const cx_array *i = cx_arange_i64(lo, lo + cx_dim(far, 0), 1, CX_I64, near->device),
                   *j = cx_arange_i64(0, near->m, 1, CX_I64, near->device);
    return cx__held_run(near->where, &others, CX_ARRAYS(far, r, cx_expand_dims(i, 1), j));
}

static cx_status collect(void *ctx, const cx__asked *a, const cx_array *far, int64_t lo)
{
    static cx__held row = CX__HELD("f, m: f // m"), column = CX__HELD("f, m: f % m");
    found *const f = ctx;
    const char *const where = a->near->where;
    const cx_array *const in = inside(a, f->reach, far, lo), *const m = cx_int(a->near->m),
                          *flat = cx_flatnonzero(in), *distance = NULL;
    if (f->sorted || f->distances) distance = cx_take(cx_ravel(cx__f64(&a->site, far)), flat, 0);
    if (f->sorted) {
        const cx_array *const order =
            cx_lexsort(CX_ARRAYS(distance, cx__held_run(where, &row, CX_ARRAYS(flat, m))), 0);
        flat = cx_take(flat, order, 0);
        distance = cx_take(distance, order, 0);
    }
    const cx_array *const array[PARTS] = {[COUNT] = cx_sum(in, CX_AXIS(1, .dtype = CX_I64)),
                                          [INDEX] =
                                              cx__held_run(where, &column, CX_ARRAYS(flat, m)),
                                          [DISTANCE] = f->distances ? distance : NULL};
    return add_part(f, where, array);
}

static cx_status join(const found *f, const char *where, int which, cx_array **out)
{
    const cx_array **const list = cx__calloc((size_t)f->pieces, sizeof *list);
    if (list == NULL) return cx__fail_nomem(where, "neighbours", (size_t)f->pieces * sizeof *list);
    int count = 0;
    for (const part *p = f->first; p != NULL; p = p->next) list[count++] = p->array[which];
    *out = cx_concatenate((cx_arrays){count, list}, 0);
    cx__free(list);
    return cx__so_far();
}

static cx_status joined(const cx__asked *a, const found *f, cx_array **start, cx_array **index,
                        cx_array **distance)
{
    const char *const where = a->near->where;
    cx_array *count;
    CX__TRY(join(f, where, COUNT, &count));
    CX__TRY(join(f, where, INDEX, index));
    if (distance != NULL) CX__TRY(join(f, where, DISTANCE, distance));
    const cx_array *const zero = cx_zeros(CX_SHAPE(1), CX_I64, a->near->device);
    *start = cx_concatenate(CX_ARRAYS(zero, cx_cumsum(count, 0)), 0);
    return cx__so_far();
}

cx_status cx__pieces_within(const cx__asked *a, cx__reach reach, bool sorted, cx_array **start,
                            cx_array **index, cx_array **distance)
{
    found f = {.reach = reach, .sorted = sorted, .distances = distance != NULL};
    cx_status st = cx__pieces_each(a, collect, &f);
    if (st == CX_OK) st = joined(a, &f, start, index, distance);
    drop_parts(&f);
    return st;
}

/* ---- how many there are */
typedef struct counted {
    cx__reach reach;
    cx_array *out; /* [n] */
} counted;

static cx_status count(void *ctx, const cx__asked *a, const cx_array *far, int64_t lo)
{
    const counted *const c = ctx;
    const cx_array *const in = inside(a, c->reach, far, lo), *const sum = cx_sum(
                                                                 in, CX_AXIS(1, .dtype = CX_I64));
    CX__TRY(cx__so_far());
    return cx_copy_into(sum, cx_slice(c->out, 0, lo, lo + cx_dim(far, 0), 1));
}

cx_status cx__pieces_count(const cx__asked *a, cx__reach reach, cx_array **out)
{
    *out = cx_empty(CX_SHAPE(a->n), CX_I64, a->near->device);
    CX__TRY(cx__so_far());
    counted c = {reach, *out};
    return cx__pieces_each(a, count, &c);
}
