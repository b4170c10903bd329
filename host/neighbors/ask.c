/* Asking a tree of points: queries side by side, results in order. */
#include "learn/learn.h"
#include "neighbors/neighbors.h"
#include <string.h>

enum { GRAIN = 16 };

typedef struct question {
    const cx_near_tree *t;
    const double *query;
    int64_t k; /* 0: within radius */
    double radius;
    bool sorted;
    const int64_t *start;
    int64_t *count, *index;
    double *rank;
} question;

static void some_nearest(void *ctx, int64_t lo, int64_t hi)
{
    const question *const a = ctx;
    const host_near_loops *const loops = HOST_PICK(host_near_loops_table);
    for (int64_t i = lo; i < hi; i++) {
        host_found f = {.rank = a->rank + i * a->k, .index = a->index + i * a->k, .room = a->k};
        loops->nearest(a->t, a->query + i * a->t->d, &f);
    }
}

static void some_counts(void *ctx, int64_t lo, int64_t hi)
{
    const question *const a = ctx;
    const host_near_loops *const loops = HOST_PICK(host_near_loops_table);
    for (int64_t i = lo; i < hi; i++) {
        host_found f = {.rank = NULL};
        loops->within(a->t, a->query + i * a->t->d, a->radius, &f);
        a->count[i] = f.count;
    }
}

/* ---- what is found in the order of indices: few by a heap, many by the bytes of their indices */
enum { FEW = 48 };

/* room: of as many indices and ranks as were found. */
static void sort_by_bytes(const host_found *f, int64_t rows, void *room)
{
    int64_t *from = f->index, *to = room;
    double *rank = f->rank, *other = (double *)(void *)(to + f->count);
    for (int shift = 0; (rows - 1) >> shift > 0; shift += 8) {
        int64_t at[256] = {0}, sum = 0;
        for (int64_t i = 0; i < f->count; i++) at[(from[i] >> shift) & 255]++;
        for (int b = 0; b < 256; b++) {
            const int64_t here = at[b];
            at[b] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < f->count; i++) {
            const int64_t place = at[(from[i] >> shift) & 255]++;
            to[place] = from[i];
            other[place] = rank[i];
        }
        int64_t *const indices = from;
        double *const ranks = rank;
        from = to, to = indices;
        rank = other, other = ranks;
    }
    if (from != f->index) {
        memcpy(f->index, from, (size_t)f->count * sizeof *f->index);
        memcpy(f->rank, rank, (size_t)f->count * sizeof *f->rank);
    }
}

/* Room to sort the most that a row of [lo, hi) finds, or NULL: few, or no memory. */
static void *room_for(const int64_t *start, int64_t lo, int64_t hi)
{
    int64_t most = 0;
    for (int64_t i = lo; i < hi; i++)
        most = start[i + 1] - start[i] > most ? start[i + 1] - start[i] : most;
    return most > FEW ? host_core->alloc((size_t)most * (sizeof(int64_t) + sizeof(double))) : NULL;
}

static bool index_after(const host_found *f, int64_t a, int64_t b)
{
    return f->index[a] > f->index[b];
}
static void sink_index(const host_found *f, int64_t i, int64_t count)
{
    for (int64_t below = 2 * i + 1; below < count; i = below, below = 2 * i + 1) {
        if (below + 1 < count && index_after(f, below + 1, below)) below++;
        if (!index_after(f, below, i)) return;
        host_swap_found(f, i, below);
    }
}
static void sort_by_index(const host_found *f, int64_t rows, void *room)
{
    if (f->count > FEW && room != NULL) {
        sort_by_bytes(f, rows, room);
        return;
    }
    for (int64_t i = f->count / 2 - 1; i >= 0; i--) sink_index(f, i, f->count);
    for (int64_t end = f->count - 1; end > 0; end--) {
        host_swap_found(f, 0, end);
        sink_index(f, 0, end);
    }
}

static void some_within(void *ctx, int64_t lo, int64_t hi)
{
    const question *const a = ctx;
    const host_near_loops *const loops = HOST_PICK(host_near_loops_table);
    void *const room = a->sorted ? NULL : room_for(a->start, lo, hi);
    for (int64_t i = lo; i < hi; i++) {
        host_found f = {.rank = a->rank + a->start[i], .index = a->index + a->start[i]};
        if (a->start[i] == a->start[i + 1]) continue;
        loops->within(a->t, a->query + i * a->t->d, a->radius, &f);
        if (!a->sorted) {
            sort_by_index(&f, a->t->m, room);
            continue;
        }
        for (int64_t e = f.count / 2 - 1; e >= 0; e--) host_sink(&f, e, f.count);
        host_heap_sort(&f);
    }
    host_core->free(room);
}

static cx_status run(const question *a, int64_t n, void (*body)(void *, int64_t, int64_t))
{
    question own = *a;
    if (n > GRAIN) return host_core->parallel_for(n, GRAIN, body, &own);
    body(&own, 0, n);
    return CX_OK;
}

static cx_status ask_nearest(cx_queue *q, const cx_near_tree *t, const double *query, int64_t n,
                             int64_t k, int64_t *index, double *rank)
{
    (void)q;
    return run(&(question){.t = t, .query = query, .k = k, .index = index, .rank = rank}, n,
               some_nearest);
}

static cx_status ask_count(cx_queue *q, const cx_near_tree *t, const double *query, int64_t n,
                           double radius, int64_t *count)
{
    (void)q;
    return run(&(question){.t = t, .query = query, .radius = radius, .count = count}, n,
               some_counts);
}

static cx_status ask_within(cx_queue *q, const cx_near_tree *t, const double *query, int64_t n,
                            double radius, bool sorted, const int64_t *start, int64_t *index,
                            double *rank)
{
    (void)q;
    return run(&(question){.t = t,
                           .query = query,
                           .radius = radius,
                           .sorted = sorted,
                           .start = start,
                           .index = index,
                           .rank = rank},
               n, some_within);
}

const cx_near_ops host_near_ops = {.struct_size = sizeof host_near_ops,
                                   .build = host_near_build,
                                   .nearest = ask_nearest,
                                   .count = ask_count,
                                   .within = ask_within};
