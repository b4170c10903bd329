/* unique of whole numbers that lie close together. The one idea: a table with a place for each
 * number of a range that a sample suggests, marked in one pass, which also says whether the range
 * holds everything; values and all else are read off the table. What it gives depends on the
 * numbers alone, so it is what sorting gives. Knows the host only. */
#include "base/threads.h"
#include "routines/sets/sets.h"
#include <calx/ops.h>
#include <stdatomic.h>
#include <string.h>

enum {
    FEW = 512,        /* elements; fewer are sorted as quickly */
    SAMPLES = 509,    /* looked at for the first guess */
    BLOCK = 1024,     /* checked before it is marked; stays in the first cache */
    PIECE = 1 << 16,  /* elements of a task */
    TABLES = 8,       /* of counts, where they are short */
    WIDEST = 1 << 26, /* places */
};

typedef struct table {
    const int64_t *x;
    int64_t n;
    uint64_t base, width; /* width a power of two: x - base has a place if it is less */
    atomic_bool outside;  /* an element has none */
    atomic_uchar *seen;
    const char *marks; /* the same, once they are set */
    int64_t distinct;
    int64_t *rank;            /* of each place among the values */
    int64_t *count, *inverse; /* results */
    int64_t grain;            /* elements counted in one table */
} table;

/* Less than a power of two are all of x - base if their union is. */
static uint64_t places_union(const int64_t *x, int64_t n, uint64_t base)
{
    uint64_t any[4] = {0, 0, 0, 0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) any[k] |= (uint64_t)x[i + k] - base;
    for (; i < n; i++) any[0] |= (uint64_t)x[i] - base;
    return any[0] | any[1] | any[2] | any[3];
}

/* Set once: threads do not take the marks' lines from each other for nothing. */
static inline void mark_one(atomic_uchar *seen, uint64_t place)
{
    if (atomic_load_explicit(seen + place, memory_order_relaxed) == 0)
        atomic_store_explicit(seen + place, 1, memory_order_relaxed);
}

static void mark(void *ctx, int64_t lo, int64_t hi)
{
    table *const t = ctx;
    atomic_uchar *const seen = t->seen;
    const uint64_t base = t->base;
    for (int64_t at = lo; at < hi; at += BLOCK) {
        const int64_t *const x = t->x + at, n = hi - at < BLOCK ? hi - at : BLOCK;
        if (places_union(x, n, base) >= t->width)
            atomic_store_explicit(&t->outside, true, memory_order_relaxed);
        if (atomic_load_explicit(&t->outside, memory_order_relaxed)) return;
        int64_t i = 0;
        for (; i + 4 <= n; i += 4) {
            mark_one(seen, (uint64_t)x[i] - base);
            mark_one(seen, (uint64_t)x[i + 1] - base);
            mark_one(seen, (uint64_t)x[i + 2] - base);
            mark_one(seen, (uint64_t)x[i + 3] - base);
        }
        for (; i < n; i++) mark_one(seen, (uint64_t)x[i] - base);
    }
}

/* The places' ranks; returns how many values there are, which go into value unless it is NULL. */
static int64_t read_marks(const table *t, int64_t *rank, int64_t *value)
{
    int64_t distinct = 0;
    for (uint64_t k = 0; k < t->width; k += 8) { /* width is 64 at least */
        uint64_t eight;
        memcpy(&eight, t->marks + k, sizeof eight);
        if (eight == 0) continue;
        for (uint64_t j = k; j < k + 8; j++) {
            if (t->marks[j] == 0) continue;
            if (rank != NULL) rank[j] = distinct;
            if (value != NULL) value[distinct] = (int64_t)(t->base + j);
            distinct++;
        }
    }
    return distinct;
}

static void count_piece(void *ctx, int64_t lo, int64_t hi)
{
    const table *const t = ctx;
    int64_t *const count = t->count + lo / t->grain * (int64_t)t->width;
    for (int64_t i = lo; i < hi; i++) count[(uint64_t)t->x[i] - t->base]++;
}

static void rank_piece(void *ctx, int64_t lo, int64_t hi)
{
    const table *const t = ctx;
    for (int64_t i = lo; i < hi; i++) t->inverse[i] = t->rank[(uint64_t)t->x[i] - t->base];
}

/* The range that a sample suggests, with room beside it but not under lowest; false if that is too
 * wide a table. */
static bool guess(table *t, int64_t lowest, uint64_t most)
{
    int64_t least = t->x[0], last = least;
    for (int64_t i = 0; i < SAMPLES; i++) {
        const int64_t v = t->x[(int64_t)((double)i * (double)(t->n - 1) / (SAMPLES - 1))];
        if (v < least) least = v;
        if (v > last) last = v;
    }
    const uint64_t span = (uint64_t)last - (uint64_t)least;
    if (span >= most / 2 || least < lowest) return false;
    t->width = 64;
    while (t->width < span + span / 4 + 2) t->width *= 2;
    const uint64_t below = (uint64_t)least - (uint64_t)lowest, room = (t->width - 1 - span) / 2;
    t->base = (uint64_t)least - (below < room ? below : room);
    return (uint64_t)INT64_MAX - t->base >= t->width; /* order is that of the places */
}

/* Counts per value: tables of pieces of fixed number, added. */
static cx_status count_values(const char *where, table *t, cx_array *out)
{
    const int64_t width = (int64_t)t->width, tables = width * TABLES <= t->n ? TABLES : 1;
    const size_t bytes = (size_t)(width * tables) * sizeof *t->count;
    if ((t->count = cx__scratch(bytes)) == NULL)
        return cx__fail(CX_E_NOMEM, where, "cannot allocate %zu bytes of counters", bytes);
    memset(t->count, 0, bytes);
    t->grain = (t->n + tables - 1) / tables;
    const cx_status st = cx__parallel_for(t->n, t->grain, count_piece, t);
    int64_t *const count = cx_data_i64_mut(out);
    int64_t at = 0;
    for (int64_t k = 0; st == CX_OK && k < width; k++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < tables; i++) sum += t->count[i * width + k];
        if (sum > 0) count[at++] = sum;
    }
    cx__scratch_free(t->count);
    return st;
}

/* Where each value stands first; over as soon as all have been met. */
static void first_places(const table *t, int64_t *first)
{
    for (int64_t i = 0; i < t->distinct; i++) first[i] = -1;
    int64_t left = t->distinct;
    for (int64_t i = 0; left > 0; i++) {
        int64_t *const at = first + t->rank[(uint64_t)t->x[i] - t->base];
        if (*at < 0) {
            *at = i;
            left--;
        }
    }
}

static cx_status other_parts(const char *where, table *t, const cx_unique_opts *o,
                             cx_array *part[4])
{
    if (o->return_index) {
        part[1] = cx_empty(CX_SHAPE(t->distinct), CX_I64, CX_CPU);
        CX__TRY(cx__so_far());
        first_places(t, cx_data_i64_mut(part[1]));
    }
    if (o->return_inverse) {
        part[2] = cx_empty(CX_SHAPE(t->n), CX_I64, CX_CPU);
        CX__TRY(cx__so_far());
        t->inverse = cx_data_i64_mut(part[2]);
        CX__TRY(cx__parallel_for(t->n, PIECE, rank_piece, t));
    }
    if (!o->return_counts) return CX_OK;
    part[3] = cx_empty(CX_SHAPE(t->distinct), CX_I64, CX_CPU);
    CX__TRY(cx__so_far());
    return count_values(where, t, part[3]);
}

static cx_status from_marks(const char *where, table *t, cx_dtype dtype, const cx_unique_opts *o,
                            cx_array *part[4])
{
    t->distinct = read_marks(t, t->rank, NULL);
    cx_array *const values = cx_empty(CX_SHAPE(t->distinct), CX_I64, CX_CPU);
    CX__TRY(cx__so_far());
    (void)read_marks(t, NULL, cx_data_i64_mut(values));
    part[0] = dtype == CX_I64 ? values : cx_astype(values, dtype);
    CX__TRY(cx__so_far());
    return other_parts(where, t, o, part);
}

cx_status cx__unique_counted(const char *where, const cx_array *flat, const cx_unique_opts *o,
                             cx_array *part[4])
{
    const int64_t n = cx_size(flat);
    if (!cx__is_whole(flat) || n < FEW || cx_device_of(flat).kind != CX_DEVICE_CPU) return CX_OK;
    /* uint64 from 2^63 on are negative here: they stay outside of the range */
    const cx_dtype dtype = cx_dtype_of(flat);
    cx_array *const whole = cx__as(where, flat, CX_I64);
    CX__TRY(cx__so_far());
    table t = {.x = cx_data_i64(whole), .n = n};
    const uint64_t most = 2 * (uint64_t)n < WIDEST ? 2 * (uint64_t)n : WIDEST;
    if (!guess(&t, dtype == CX_U64 ? 0 : INT64_MIN, most)) return CX_OK;
    const bool placed = o->return_index || o->return_inverse;
    const size_t bytes = (size_t)t.width * (placed ? 1 + sizeof *t.rank : 1);
    char *const memory = cx__scratch(bytes);
    if (memory == NULL)
        return cx__fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for a table", bytes);
    t.rank = placed ? (int64_t *)(void *)memory : NULL;
    char *const marks = memory + (bytes - (size_t)t.width);
    memset(marks, 0, (size_t)t.width);
    t.seen = (atomic_uchar *)(void *)marks;
    t.marks = marks;
    cx_status st = cx__parallel_for(n, PIECE, mark, &t);
    if (st == CX_OK && !atomic_load(&t.outside)) st = from_marks(where, &t, dtype, o, part);
    cx__scratch_free(memory);
    return st;
}
