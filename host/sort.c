/* The sort and argsort slots. The one idea: a row is made ready (simd/sort.c: NaNs put last, or
 * elements turned into unsigned keys of the same width), sorted, and turned back; sorted values
 * have one answer, whatever the number of threads. Argsort sorts keys. Stable order comes from the
 * index in the lower bits: beside the whole key of the narrow dtypes, beside the upper bits of the
 * wide ones, where a second look decides among those that are alike. */
#include "sort.h"
#include <stdatomic.h>
#include <string.h>

enum { SORT_SERIAL = 1 << 17, SORT_SEGMENTS = 64, SORT_WIDEN = 4096, RADIX_CHUNKS = 16 };

static int sort_bytes(cx_dtype t)
{
    static const uint8_t bytes[CX_DTYPE_COUNT] = {
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) [value] = (size),
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    return bytes[t];
}
static bool sort_is_complex(cx_dtype t)
{
    return t == CX_C64 || t == CX_C128;
}

/* ---- one long run of keys over the threads: quicksort's first steps level by level, then the
 * pieces apart */
typedef struct segments {
    const host_sorts *t;
    char *data;
    cx_dtype dtype;
    int width, count; /* width: bytes of an element, 4 or 8 */
    int64_t at[SORT_SEGMENTS + 1], cut[SORT_SEGMENTS];
} segments;
static void split_tasks(void *ctx, int64_t lo, int64_t hi)
{
    segments *s = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const int64_t a = s->at[i], n = s->at[i + 1] - a;
        s->cut[i] = n < 2 ? a : a + s->t->split[s->dtype](s->data + a * s->width, n);
    }
}
static void piece_tasks(void *ctx, int64_t lo, int64_t hi)
{
    segments *s = ctx;
    for (int64_t i = lo; i < hi; i++)
        s->t->sort[s->dtype](s->data + s->at[i] * s->width, s->at[i + 1] - s->at[i]);
}
/* Of elements made ready by encode. */
static cx_status sort_long(const host_sorts *t, cx_dtype dtype, void *data, int64_t n)
{
    segments s = {.t = t, .data = data, .dtype = dtype, .width = sort_bytes(dtype), .count = 1};
    s.at[0] = 0;
    s.at[1] = n;
    while (s.count < SORT_SEGMENTS && n / s.count > SORT_SERIAL) {
        const cx_status st = host_core->parallel_for(s.count, 1, split_tasks, &s);
        if (st != CX_OK) return st;
        for (int i = s.count; i > 0; i--) {
            s.at[2 * i] = s.at[i];
            s.at[2 * i - 1] = s.cut[i - 1];
        }
        s.count *= 2;
    }
    return host_core->parallel_for(s.count, 1, piece_tasks, &s);
}

/* ---- keys of 8 and 16 bits: counted, or widened when there are few */
static void count_u8(uint8_t *a, int64_t n)
{
    int64_t counts[256] = {0};
    for (int64_t i = 0; i < n; i++) counts[a[i]]++;
    for (int k = 0; k < 256; k++) {
        memset(a, k, (size_t)counts[k]);
        a += counts[k];
    }
}
static bool sort_u16(const host_sorts *t, uint16_t *a, int64_t n)
{
    if (n <= SORT_WIDEN) {
        uint32_t wide[SORT_WIDEN];
        for (int64_t i = 0; i < n; i++) wide[i] = a[i];
        t->sort[CX_U32](wide, n);
        for (int64_t i = 0; i < n; i++) a[i] = (uint16_t)wide[i];
        return true;
    }
    int64_t *const counts = host_core->alloc(65536 * sizeof *counts);
    if (!counts) return false;
    memset(counts, 0, 65536 * sizeof *counts);
    for (int64_t i = 0; i < n; i++) counts[a[i]]++;
    for (int64_t k = 0; k < 65536; k++)
        for (int64_t c = counts[k]; c > 0; c--) *a++ = (uint16_t)k;
    host_core->free(counts);
    return true;
}

/* ---- sort */
typedef struct rows {
    const host_sorts *t;
    char *data;
    int64_t stride, n, out_stride;
    char *out;
    cx_dtype dtype;
    int width;
    atomic_bool failed;
    _Atomic int64_t ready;
} rows;

static void encode_tasks(void *ctx, int64_t lo, int64_t hi)
{
    rows *r = ctx;
    const int64_t n = r->t->encode[r->dtype](r->data + lo * r->width, hi - lo);
    atomic_fetch_add_explicit(&r->ready, n, memory_order_relaxed);
}
static void decode_tasks(void *ctx, int64_t lo, int64_t hi)
{
    const rows *r = ctx;
    r->t->decode[r->dtype](r->data + lo * r->width, hi - lo);
}
static void sort_tasks(void *ctx, int64_t lo, int64_t hi)
{
    rows *r = ctx;
    for (int64_t i = lo; i < hi; i++) {
        char *a = r->data + i * r->stride;
        if (sort_is_complex(r->dtype)) {
            void *scratch = host_core->alloc((size_t)(r->n * r->width));
            if (scratch)
                host_sort_complex(r->dtype, a, scratch, r->n);
            else
                atomic_store_explicit(&r->failed, true, memory_order_relaxed);
            if (scratch) host_core->free(scratch);
            continue;
        }
        const int64_t n = r->t->encode[r->dtype](a, r->n);
        if (r->width >= 4)
            r->t->sort[r->dtype](a, n);
        else if (r->width == 1)
            count_u8((uint8_t *)a, r->n);
        else if (!sort_u16(r->t, (uint16_t *)(void *)a, r->n))
            atomic_store_explicit(&r->failed, true, memory_order_relaxed);
        if (r->t->decode[r->dtype]) r->t->decode[r->dtype](a, r->n);
    }
}
/* Over all threads. NaNs that a chunk put behind its elements are in the middle of the row: where
 * there are any, once more as one. */
static cx_status sort_long_row(rows *r)
{
    r->ready = 0;
    cx_status st = host_core->parallel_for(r->n, SORT_SERIAL, encode_tasks, r);
    if (st != CX_OK) return st;
    const int64_t n = r->ready == r->n ? r->n : r->t->encode[r->dtype](r->data, r->n);
    st = sort_long(r->t, r->dtype, r->data, n);
    if (st != CX_OK || !r->t->decode[r->dtype]) return st;
    return host_core->parallel_for(r->n, SORT_SERIAL, decode_tasks, r);
}

static int64_t rows_grain(int64_t n)
{
    return n >= 4096 ? 1 : 4096 / (n < 1 ? 1 : n);
}

cx_status host_sort(cx_queue *q, const cx_view *a)
{
    (void)q;
    rows r = {.t = HOST_PICK(host_sorts),
              .data = a->data,
              .stride = a->stride[0],
              .n = a->shape[1],
              .dtype = a->dtype};
    r.width = sort_bytes(a->dtype);
    const int64_t count = a->shape[0];
    if (count == 0 || r.n < 2) return CX_OK;
    if (r.n > 2 * SORT_SERIAL && r.width >= 4 && !sort_is_complex(r.dtype)) {
        for (int64_t i = 0; i < count; i++, r.data += r.stride) {
            const cx_status st = sort_long_row(&r);
            if (st != CX_OK) return st;
        }
        return CX_OK;
    }
    const cx_status st = host_core->parallel_for(count, rows_grain(r.n), sort_tasks, &r);
    if (st == CX_OK && r.failed)
        return host_core->fail(CX_E_NOMEM, "sort", "cannot allocate scratch for rows of %lld",
                               (long long)r.n);
    return st;
}

/* ---- argsort of keys of 64 bits: least significant digit first over pairs, chunks of fixed
 * number, so the order is stable */
typedef struct pair {
    uint64_t key;
    int64_t index;
} pair;
typedef struct radix {
    pair *from, *to;
    int64_t n, chunk;
    int shift;
    int64_t counts[RADIX_CHUNKS][256];
} radix;
static void histogram_tasks(void *ctx, int64_t lo, int64_t hi)
{
    radix *x = ctx;
    for (int64_t c = lo; c < hi; c++) {
        const int64_t first = c * x->chunk < x->n ? c * x->chunk : x->n,
                      last = x->n - first < x->chunk ? x->n : first + x->chunk;
        int64_t *const counts = x->counts[c];
        memset(counts, 0, sizeof x->counts[c]);
        for (int64_t i = first; i < last; i++) counts[x->from[i].key >> x->shift & 255]++;
    }
}
static void scatter_tasks(void *ctx, int64_t lo, int64_t hi)
{
    radix *x = ctx;
    for (int64_t c = lo; c < hi; c++) {
        const int64_t first = c * x->chunk < x->n ? c * x->chunk : x->n,
                      last = x->n - first < x->chunk ? x->n : first + x->chunk;
        int64_t *const at = x->counts[c];
        for (int64_t i = first; i < last; i++)
            x->to[at[x->from[i].key >> x->shift & 255]++] = x->from[i];
    }
}
/* The sorted pairs end in a or in b: returns where, NULL when cut off. */
static pair *radix_pairs(pair *a, pair *b, int64_t n)
{
    uint64_t differ = 0;
    for (int64_t i = 1; i < n; i++) differ |= a[i].key ^ a[0].key;
    radix x = {.from = a, .to = b, .n = n};
    const int64_t chunks = n >= SORT_SERIAL ? RADIX_CHUNKS : 1;
    x.chunk = (n + chunks - 1) / chunks;
    for (x.shift = 0; x.shift < 64; x.shift += 8) {
        if ((differ >> x.shift & 255) == 0) continue;
        if (host_core->parallel_for(chunks, 1, histogram_tasks, &x) != CX_OK) return NULL;
        int64_t at = 0;
        for (int d = 0; d < 256; d++) {
            for (int64_t c = 0; c < chunks; c++) {
                const int64_t k = x.counts[c][d];
                x.counts[c][d] = at;
                at += k;
            }
        }
        if (host_core->parallel_for(chunks, 1, scatter_tasks, &x) != CX_OK) return NULL;
        pair *const swap = x.from;
        x.from = x.to;
        x.to = swap;
    }
    return x.from;
}

enum { ARG_OK, ARG_NOMEM, ARG_CUT, ARG_FEW = 32 };

/* Indices of one stretch, ascending in themselves, into the stable order of their keys. */
static int order_by_key(const uint64_t *keys, int64_t *index, int64_t n)
{
    if (n <= ARG_FEW) {
        for (int64_t i = 1; i < n; i++) {
            const int64_t x = index[i];
            int64_t j = i;
            for (; j > 0 && keys[index[j - 1]] > keys[x]; j--) index[j] = index[j - 1];
            index[j] = x;
        }
        return ARG_OK;
    }
    pair *const pairs = host_core->alloc((size_t)n * 2 * sizeof(pair));
    if (!pairs) return ARG_NOMEM;
    for (int64_t i = 0; i < n; i++) pairs[i] = (pair){keys[index[i]], index[i]};
    const pair *const sorted = radix_pairs(pairs, pairs + n, n);
    for (int64_t i = 0; sorted && i < n; i++) index[i] = sorted[i].index;
    host_core->free(pairs);
    return sorted ? ARG_OK : ARG_CUT;
}

static int bit_length(uint64_t x)
{
    int n = 0;
    for (; x != 0; x >>= 1) n++;
    return n;
}

/* The upper bits of the keys and the index share 64 bits and are sorted as one number; where upper
 * bits are alike, the whole keys decide. */
static int argsort_wide(const rows *r, const char *a, int64_t *out)
{
    const int64_t n = r->n;
    uint64_t *const keys = host_core->alloc((size_t)n * 2 * sizeof *keys);
    if (!keys) return ARG_NOMEM;
    uint64_t *const mixed = keys + n;
    r->t->packed[r->dtype](a, keys, n);
    uint64_t lo = keys[0], hi = keys[0];
    for (int64_t i = 1; i < n; i++) {
        lo = keys[i] < lo ? keys[i] : lo;
        hi = keys[i] > hi ? keys[i] : hi;
    }
    const int places = bit_length((uint64_t)(n - 1)), spare = bit_length(hi - lo) + places - 64;
    const int drop = spare > 0 ? spare : 0;
    for (int64_t i = 0; i < n; i++) mixed[i] = (keys[i] - lo) >> drop << places | (uint64_t)i;
    int done = sort_long(r->t, CX_U64, mixed, n) == CX_OK ? ARG_OK : ARG_CUT;
    const uint64_t mask = (UINT64_C(1) << places) - 1;
    for (int64_t i = 0; i < n; i++) out[i] = (int64_t)(mixed[i] & mask);
    for (int64_t i = 0; drop > 0 && i < n && done == ARG_OK;) {
        int64_t end = i + 1;
        while (end < n && mixed[end] >> places == mixed[i] >> places) end++;
        if (end - i > 1) done = order_by_key(keys, out + i, end - i);
        i = end;
    }
    host_core->free(keys);
    return done;
}
static int argsort_narrow(const rows *r, const char *a, int64_t *out)
{
    uint64_t *const keys = (uint64_t *)(void *)out;
    r->t->packed[r->dtype](a, keys, r->n);
    if (sort_long(r->t, CX_U64, keys, r->n) != CX_OK) return ARG_CUT;
    for (int64_t i = 0; i < r->n; i++) out[i] = (int64_t)(keys[i] & UINT32_MAX);
    return ARG_OK;
}
static int argsort_one(const rows *r, int64_t i)
{
    const char *a = r->data + i * r->stride;
    int64_t *const out = (int64_t *)(void *)(r->out + i * r->out_stride);
    if (!sort_is_complex(r->dtype))
        return r->width <= 4 ? argsort_narrow(r, a, out) : argsort_wide(r, a, out);
    int64_t *const scratch = host_core->alloc((size_t)r->n * sizeof *scratch);
    if (!scratch) return ARG_NOMEM;
    host_argsort_complex(r->dtype, a, out, scratch, r->n);
    host_core->free(scratch);
    return ARG_OK;
}
static void argsort_tasks(void *ctx, int64_t lo, int64_t hi)
{
    rows *r = ctx;
    for (int64_t i = lo; i < hi; i++)
        if (argsort_one(r, i) == ARG_NOMEM)
            atomic_store_explicit(&r->failed, true, memory_order_relaxed);
}

cx_status host_argsort(cx_queue *q, const cx_view *keys, const cx_view *out)
{
    (void)q;
    rows r = {.t = HOST_PICK(host_sorts),
              .data = keys->data,
              .stride = keys->stride[0],
              .n = keys->shape[1],
              .dtype = keys->dtype,
              .out = out->data,
              .out_stride = out->stride[0]};
    r.width = sort_bytes(keys->dtype);
    const int64_t count = keys->shape[0];
    if (count == 0 || r.n == 0) return CX_OK;
    if (r.width <= 4 && r.n > (int64_t)UINT32_MAX)
        return host_core->fail(CX_E_UNSUPPORTED, "argsort",
                               "rows of %lld elements of this dtype, at most 2^32 - 1",
                               (long long)r.n);
    if (r.n <= 2 * SORT_SERIAL) {
        const cx_status st = host_core->parallel_for(count, rows_grain(r.n), argsort_tasks, &r);
        if (st != CX_OK || !r.failed) return st;
        return host_core->fail(CX_E_NOMEM, "argsort", "cannot allocate scratch for rows of %lld",
                               (long long)r.n);
    }
    for (int64_t i = 0; i < count; i++) { /* long rows one after another, each over all threads */
        const int done = argsort_one(&r, i);
        if (done == ARG_NOMEM)
            return host_core->fail(CX_E_NOMEM, "argsort",
                                   "cannot allocate scratch for rows of %lld", (long long)r.n);
        const cx_status st = host_core->poll("argsort");
        if (st != CX_OK) return st;
        if (done == ARG_CUT) return host_core->fail(CX_E_CANCELLED, "argsort", "cut off");
    }
    return CX_OK;
}
