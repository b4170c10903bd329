/* Gathering: take, put, nonzero, compress. The one idea: an element or a row is bytes; only its
 * size matters, never its dtype. Indices are looked at before anything is moved, so a bad one
 * leaves the output untouched. */
#include "select.h"
#include <stdatomic.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum {
    SELECT_BLOCK = 32768,
    CHECK_BLOCK = 1024,
    AHEAD = 64,    /* indices that are looked up before their turn, */
    FAR = 1 << 20, /* in sources larger than this, in bytes */
};

/* ---- indices */
typedef struct search {
    const host_select_table *loops;
    const int64_t *index;
    int64_t n, m;
    _Atomic int64_t bad; /* the first, or m */
} search;
static void look(void *ctx, int64_t lo, int64_t hi)
{
    search *const s = ctx;
    for (int64_t t = lo; t < hi; t++) {
        const int64_t first = t * CHECK_BLOCK,
                      last = s->m - first < CHECK_BLOCK ? s->m : first + CHECK_BLOCK;
        if (!s->loops->outside(s->index + first, last - first, s->n)) continue;
        int64_t at = first;
        while (s->index[at] >= -s->n && s->index[at] < s->n) at++;
        int64_t seen = atomic_load(&s->bad);
        while (at < seen && !atomic_compare_exchange_weak(&s->bad, &seen, at)) {
        }
    }
}
/* the first index that is outside, -1 if there is none */
static cx_status first_bad(const int64_t *index, int64_t m, int64_t n, int64_t *bad)
{
    search s = {.loops = HOST_PICK(host_selects), .index = index, .n = n, .m = m};
    atomic_init(&s.bad, m);
    const cx_status st = host_core->parallel_for((m + CHECK_BLOCK - 1) / CHECK_BLOCK,
                                                 SELECT_BLOCK / CHECK_BLOCK, look, &s);
    const int64_t at = atomic_load(&s.bad);
    *bad = at < m ? at : -1;
    return st;
}

/* ---- moving one element or row */
typedef struct move {
    const char *src;
    char *dst;
    const int64_t *index;
    int64_t n, m, inner; /* extents of the indexed axis, of index, of what lies inside */
    int64_t src_outer, src_row, src_inner, dst_outer, dst_row, dst_inner;
    int64_t size;
    bool packed; /* inner elements lie side by side on both sides */
    bool scatter, far;
    int64_t per_outer; /* tasks in one outer slice */
    int64_t step;      /* indices in one task */
} move;

static inline void move_row(const move *v, const char *src, char *dst)
{
    if (v->packed) {
        memcpy(dst, src, (size_t)(v->inner * v->size));
        return;
    }
    for (int64_t k = 0; k < v->inner; k++)
        memcpy(dst + k * v->dst_inner, src + k * v->src_inner, (size_t)v->size);
}
/* One element an index: the size, the way and whether elements of the two sides are neighbours are
 * constants in each of the copies below. */
INLINE void move_elements(const move *v, const char *src, char *dst, int64_t lo, int64_t hi,
                          size_t size, bool scatter, bool dense)
{
    const int64_t n = v->n, from = dense ? (int64_t)size : v->src_row,
                  to = dense ? (int64_t)size : v->dst_row;
    const int64_t *const index = v->index;
    int64_t i = lo;
    /* what is far is asked for early, into the second cache: it has room for more misses at once */
    if (v->far && !scatter)
        for (; i + AHEAD < hi; i++) {
            const int64_t next = index[i + AHEAD], at = index[i];
            __builtin_prefetch(src + (next + (next < 0 ? n : 0)) * from, 0, 2);
            memcpy(dst + i * to, src + (at + (at < 0 ? n : 0)) * from, size);
        }
    for (; i < hi; i++) {
        const int64_t at = index[i], place = at + (at < 0 ? n : 0);
        if (scatter)
            memcpy(dst + place * to, src + i * from, size);
        else
            memcpy(dst + i * to, src + place * from, size);
    }
}
INLINE void move_any(const move *v, const char *src, char *dst, int64_t lo, int64_t hi, size_t size,
                     bool scatter)
{
    if (v->src_row == (int64_t)size && v->dst_row == (int64_t)size)
        move_elements(v, src, dst, lo, hi, size, scatter, true);
    else
        move_elements(v, src, dst, lo, hi, size, scatter, false);
}
static inline void move_sized(const move *v, const char *src, char *dst, int64_t lo, int64_t hi,
                              bool scatter)
{
    if (v->inner == 1 && v->size == 8)
        move_any(v, src, dst, lo, hi, 8, scatter);
    else if (v->inner == 1 && v->size == 4)
        move_any(v, src, dst, lo, hi, 4, scatter);
    else if (v->inner == 1 && v->size == 2)
        move_any(v, src, dst, lo, hi, 2, scatter);
    else if (v->inner == 1 && v->size == 1)
        move_any(v, src, dst, lo, hi, 1, scatter);
    else if (v->inner == 1 && v->size == 16)
        move_any(v, src, dst, lo, hi, 16, scatter);
    else
        for (int64_t i = lo; i < hi; i++) {
            const int64_t at = v->index[i], place = at + (at < 0 ? v->n : 0);
            move_row(v, src + (scatter ? i : place) * v->src_row,
                     dst + (scatter ? place : i) * v->dst_row);
        }
}
static void move_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const move *v = ctx;
    for (int64_t t = lo; t < hi; t++) {
        const int64_t o = t / v->per_outer, first = t % v->per_outer * v->step;
        const int64_t last = v->m - first < v->step ? v->m : first + v->step;
        const char *src = v->src + o * v->src_outer;
        char *dst = v->dst + o * v->dst_outer;
        if (v->scatter)
            move_sized(v, src, dst, first, last, true);
        else
            move_sized(v, src, dst, first, last, false);
    }
}
static int64_t dtype_bytes(cx_dtype t)
{
    static const uint8_t bytes[CX_DTYPE_COUNT] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) [value] = (size),
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    return bytes[t];
}
/* in and out: [outer, rows, inner]. */
static move move_of(const cx_view *in, const cx_view *index, const cx_view *out)
{
    move v;
    memset(&v, 0, sizeof v);
    v.src = in->data;
    v.dst = out->data;
    v.index = index->data;
    v.m = index->shape[0];
    v.inner = in->shape[2];
    v.size = dtype_bytes(in->dtype);
    v.src_outer = in->stride[0];
    v.src_row = in->stride[1];
    v.src_inner = in->stride[2];
    v.dst_outer = out->stride[0];
    v.dst_row = out->stride[1];
    v.dst_inner = out->stride[2];
    v.packed = v.inner <= 1 || (v.src_inner == v.size && v.dst_inner == v.size);
    return v;
}

cx_status host_take(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                    int64_t *bad)
{
    (void)q;
    move v = move_of(in, index, out);
    v.n = in->shape[1];
    v.far = v.n * v.src_row > FAR;
    const cx_status st = first_bad(v.index, v.m, v.n, bad);
    if (st != CX_OK) return st;
    if (*bad >= 0 || v.m == 0 || v.inner == 0 || in->shape[0] == 0) return CX_OK;
    v.step = SELECT_BLOCK / v.inner < 1 ? 1 : SELECT_BLOCK / v.inner;
    v.per_outer = (v.m + v.step - 1) / v.step;
    const int64_t work = v.inner * (v.m < v.step ? v.m : v.step);
    return host_core->parallel_for(in->shape[0] * v.per_outer,
                                   work >= SELECT_BLOCK ? 1 : SELECT_BLOCK / work, move_tasks, &v);
}

/* Duplicates: the last wins, so one outer slice is one task. */
cx_status host_put(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                   int64_t *bad)
{
    (void)q;
    move v = move_of(in, index, out);
    v.scatter = true;
    v.n = out->shape[1];
    const cx_status st = first_bad(v.index, v.m, v.n, bad);
    if (st != CX_OK) return st;
    if (*bad >= 0 || v.m == 0 || v.inner == 0 || in->shape[0] == 0) return CX_OK;
    v.step = v.m;
    v.per_outer = 1;
    const int64_t work = v.inner * v.m;
    return host_core->parallel_for(in->shape[0], work >= SELECT_BLOCK ? 1 : SELECT_BLOCK / work,
                                   move_tasks, &v);
}

/* ---- where a mask holds: blocks are counted, then each writes from its own start */
typedef struct choice {
    const host_select_table *loops;
    const char *mask;
    int64_t stride, n;
    int64_t *starts; /* count of each block, then its start */
    int64_t *where;  /* nonzero: positions */
    const char *src; /* compress: rows */
    char *dst;
    int64_t src_row, row; /* bytes */
} choice;

static void count_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const choice *c = ctx;
    for (int64_t b = lo; b < hi; b++) {
        const int64_t first = b * SELECT_BLOCK,
                      last = c->n - first < SELECT_BLOCK ? c->n : first + SELECT_BLOCK;
        int64_t count = 0;
        if (c->stride == 1)
            count = c->loops->count(c->mask + first, last - first);
        else
            for (int64_t i = first; i < last; i++) count += c->mask[i * c->stride] != 0;
        c->starts[b] = count;
    }
}
static void where_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const choice *c = ctx;
    for (int64_t b = lo; b < hi; b++) {
        const int64_t first = b * SELECT_BLOCK,
                      last = c->n - first < SELECT_BLOCK ? c->n : first + SELECT_BLOCK;
        int64_t *out = c->where + c->starts[b];
        const int64_t end = c->starts[b + 1] - c->starts[b];
        if (c->stride == 1) {
            c->loops->where(c->mask + first, last - first, first, out, end);
            continue;
        }
        int64_t k = 0;
        /* no branch on the mask: write, then decide whether it stays; the last place is never
         * overrun */
        for (int64_t i = first; i < last && k < end; i++) {
            out[k] = i;
            k += c->mask[i * c->stride] != 0;
        }
    }
}
static inline void pack_elements(const choice *c, int64_t first, int64_t last, char *dst,
                                 int64_t end, size_t size)
{
    int64_t k = 0;
    for (int64_t i = first; i < last && k < end; i++) {
        memcpy(dst + (size_t)k * size, c->src + i * c->src_row, size);
        k += c->mask[i * c->stride] != 0;
    }
}
static void pack_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const choice *c = ctx;
    for (int64_t b = lo; b < hi; b++) {
        const int64_t first = b * SELECT_BLOCK,
                      last = c->n - first < SELECT_BLOCK ? c->n : first + SELECT_BLOCK;
        char *dst = c->dst + c->starts[b] * c->row;
        const int64_t end = c->starts[b + 1] - c->starts[b];
        const bool dense = c->stride == 1 && c->src_row == c->row;
        if (dense && c->row == 8)
            c->loops->pack8(c->mask + first, last - first, c->src + first * 8, dst, end);
        else if (dense && c->row == 4)
            c->loops->pack4(c->mask + first, last - first, c->src + first * 4, dst, end);
        else if (c->row == 8)
            pack_elements(c, first, last, dst, end, 8);
        else if (c->row == 4)
            pack_elements(c, first, last, dst, end, 4);
        else if (c->row == 1)
            pack_elements(c, first, last, dst, end, 1);
        else if (c->row == 2)
            pack_elements(c, first, last, dst, end, 2);
        else
            for (int64_t i = first; i < last; i++) {
                if (!c->mask[i * c->stride]) continue;
                memcpy(dst, c->src + i * c->src_row, (size_t)c->row);
                dst += c->row;
            }
    }
}
/* starts[0..blocks]: counts to starts; the total is the last. NULL and an error on failure. */
static cx_status count_blocks(const char *where, choice *c, int64_t *blocks)
{
    *blocks = (c->n + SELECT_BLOCK - 1) / SELECT_BLOCK;
    c->starts = host_core->alloc((size_t)(*blocks + 1) * sizeof(int64_t));
    if (!c->starts)
        return host_core->fail(CX_E_NOMEM, where, "cannot allocate %lld block counts",
                               (long long)*blocks);
    const cx_status st = host_core->parallel_for(*blocks, 1, count_tasks, c);
    if (st != CX_OK) {
        host_core->free(c->starts);
        return st;
    }
    int64_t total = 0;
    for (int64_t b = 0; b < *blocks; b++) {
        const int64_t n = c->starts[b];
        c->starts[b] = total;
        total += n;
    }
    c->starts[*blocks] = total;
    return CX_OK;
}

cx_status host_nonzero(cx_queue *q, const cx_view *mask, const cx_view *out, int64_t *count)
{
    (void)q;
    choice c;
    memset(&c, 0, sizeof c);
    c.loops = HOST_PICK(host_selects);
    c.mask = mask->data;
    c.stride = mask->stride[0];
    c.n = mask->shape[0];
    int64_t blocks;
    cx_status st = count_blocks("nonzero", &c, &blocks);
    if (st != CX_OK) return st;
    *count = c.starts[blocks];
    if (out && *count > 0) {
        c.where = out->data;
        st = host_core->parallel_for(blocks, 1, where_tasks, &c);
    }
    host_core->free(c.starts);
    return st;
}

cx_status host_compress(cx_queue *q, const cx_view *in, const cx_view *mask, const cx_view *out)
{
    (void)q;
    choice c;
    memset(&c, 0, sizeof c);
    c.loops = HOST_PICK(host_selects);
    c.mask = mask->data;
    c.stride = mask->stride[0];
    c.n = mask->shape[0];
    c.src = in->data;
    c.dst = out->data;
    c.src_row = in->stride[0];
    c.row = (in->ndim > 1 ? in->shape[1] : 1) * dtype_bytes(in->dtype);
    if (c.row == 0) return CX_OK;
    int64_t blocks;
    cx_status st = count_blocks("compress", &c, &blocks);
    if (st != CX_OK) return st;
    st = host_core->parallel_for(blocks, 1, pack_tasks, &c);
    host_core->free(c.starts);
    return st;
}
