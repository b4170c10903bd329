/* Gathering: take, put, nonzero, compress. The one idea: an element or a row is bytes; only its
 * size matters, never its dtype. put looks at all indices before it moves anything, so a bad one
 * leaves its output untouched; take, whose output is new, looks at a block and moves it. */
#include "select.h"
#include <stdatomic.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum {
    SELECT_BLOCK = 32768,
    CHECK_BLOCK = 1024,
    FAR_BLOCK = 8192, /* at each of whose ends AHEAD elements come late */
    AHEAD = 64,       /* indices that are looked up before their turn, */
    FAR = 1 << 24,    /* in sources larger than this, in bytes */
};

/* ---- indices */
typedef struct search {
    const host_select_table *loops;
    const int64_t *index;
    int64_t n, m;
    _Atomic int64_t bad; /* the first, or m */
} search;
/* Are all indices [first, last) within? Of those that are not the first is kept. */
static bool look_at(search *s, int64_t first, int64_t last)
{
    if (!s->loops->outside(s->index + first, last - first, s->n)) return true;
    int64_t at = first;
    while (s->index[at] >= -s->n && s->index[at] < s->n) at++;
    int64_t seen = atomic_load(&s->bad);
    while (at < seen && !atomic_compare_exchange_weak(&s->bad, &seen, at)) {
    }
    return false;
}
static void look(void *ctx, int64_t lo, int64_t hi)
{
    search *const s = ctx;
    for (int64_t t = lo; t < hi; t++) {
        const int64_t first = t * CHECK_BLOCK;
        look_at(s, first, s->m - first < CHECK_BLOCK ? s->m : first + CHECK_BLOCK);
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
    search *unseen;    /* indices that are looked at a block at a time, just before it is moved */
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
/* One element an index, of neighbours into neighbours: four at a time, without a branch. The size
 * is a constant in each of the copies, which are functions of their own so that their registers do.
 */
INLINE const char *element(const move *v, const char *src, int64_t i, size_t size)
{
    const int64_t at = v->index[i];
    return src + (at + (at >> 63 & v->n)) * (int64_t)size;
}
INLINE void take_dense(const move *v, const char *restrict src, char *restrict dst, int64_t lo,
                       int64_t hi, size_t size)
{
    const move w = *v; /* nothing that is written changes it */
    int64_t i = lo;
    /* what is far is asked for early, into the second cache: it has room for more misses at once */
    if (w.far)
        for (; i + AHEAD < hi; i++) {
            __builtin_prefetch(element(&w, src, i + AHEAD, size), 0, 2);
            memcpy(dst + i * (int64_t)size, element(&w, src, i, size), size);
        }
    for (; i + 4 <= hi; i += 4) {
        const char *const a = element(&w, src, i, size), *const b = element(&w, src, i + 1, size),
                          *const c = element(&w, src, i + 2, size),
                          *const d = element(&w, src, i + 3, size);
        char *const to = dst + i * (int64_t)size;
        memcpy(to, a, size);
        memcpy(to + size, b, size);
        memcpy(to + 2 * size, c, size);
        memcpy(to + 3 * size, d, size);
    }
    for (; i < hi; i++) memcpy(dst + i * (int64_t)size, element(&w, src, i, size), size);
}
#define TAKE(size)                                                                               \
    static __attribute__((noinline)) void take_##size(const move *v, const char *src, char *dst, \
                                                      int64_t lo, int64_t hi)                    \
    {                                                                                            \
        take_dense(v, src, dst, lo, hi, size);                                                   \
    }
TAKE(1)
TAKE(2)
TAKE(4)
TAKE(8)
TAKE(16)
#undef TAKE
/* The same with strides, or back. */
INLINE void move_elements(const move *v, const char *src, char *dst, int64_t lo, int64_t hi,
                          size_t size, bool scatter)
{
    const int64_t n = v->n, from = v->src_row, to = v->dst_row;
    const int64_t *const index = v->index;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t at = index[i], place = at + (at < 0 ? n : 0);
        if (scatter)
            memcpy(dst + place * to, src + i * from, size);
        else
            memcpy(dst + i * to, src + place * from, size);
    }
}
static inline void move_sized(const move *v, const char *src, char *dst, int64_t lo, int64_t hi,
                              bool scatter)
{
    const bool dense = !scatter && v->inner == 1 && v->src_row == v->size && v->dst_row == v->size;
    if (dense && v->size <= 16)
        (v->size == 1   ? take_1
         : v->size == 2 ? take_2
         : v->size == 4 ? take_4
         : v->size == 8 ? take_8
                        : take_16)(v, src, dst, lo, hi);
    else if (v->inner == 1 && v->size == 8)
        move_elements(v, src, dst, lo, hi, 8, scatter);
    else if (v->inner == 1 && v->size == 4)
        move_elements(v, src, dst, lo, hi, 4, scatter);
    else if (v->inner == 1 && v->size == 2)
        move_elements(v, src, dst, lo, hi, 2, scatter);
    else if (v->inner == 1 && v->size == 1)
        move_elements(v, src, dst, lo, hi, 1, scatter);
    else if (v->inner == 1 && v->size == 16)
        move_elements(v, src, dst, lo, hi, 16, scatter);
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
        else if (!v->unseen)
            move_sized(v, src, dst, first, last, false);
        for (int64_t i = first, end; v->unseen && i < last; i = end) {
            const int64_t block = v->far ? FAR_BLOCK : CHECK_BLOCK;
            end = last - i < block ? last : i + block;
            if (look_at(v->unseen, i, end)) move_sized(v, src, dst, i, end, false);
        }
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
    search s = {.loops = HOST_PICK(host_selects), .index = v.index, .n = v.n, .m = v.m};
    atomic_init(&s.bad, v.m);
    *bad = -1;
    if (in->shape[0] == 1 && v.inner > 0) {
        v.unseen = &s; /* out need not be complete if one is bad */
    } else {
        const cx_status st = first_bad(v.index, v.m, v.n, bad);
        if (st != CX_OK) return st;
    }
    if (*bad >= 0 || v.m == 0 || v.inner == 0 || in->shape[0] == 0) return CX_OK;
    v.step = SELECT_BLOCK / v.inner < 1 ? 1 : SELECT_BLOCK / v.inner;
    v.per_outer = (v.m + v.step - 1) / v.step;
    const int64_t work = v.inner * (v.m < v.step ? v.m : v.step);
    const cx_status st = host_core->parallel_for(
        in->shape[0] * v.per_outer, work >= SELECT_BLOCK ? 1 : SELECT_BLOCK / work, move_tasks, &v);
    const int64_t first = atomic_load(&s.bad);
    if (v.unseen && first < v.m) *bad = first;
    return st;
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
