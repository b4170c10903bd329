/* Sorting short rows: whole rows in shared memory, by a bitonic network. The one idea: a tile is
 * filled with as many rows as fit, each made longer to a power of two by items that sort last, and
 * one network sorts all of them side by side. Where the order of equal elements can be seen, an
 * item carries its index and no two are equal. */
#include "sort_key.cuh"

namespace {
enum { TILE_THREADS = 256, TILE_LEAST = 512, TILE_EACH = SORT_TILE / TILE_THREADS };

struct tiling {
    key_rows rows;
    key_rule rule;
    char *out; /* argsort */
    int64_t out_stride;
    int64_t tiles;
    int size, lanes, shift; /* items of a tile; of a row, a power of two, and its logarithm */
};

/* ---- items: a key and, where it counts, an index */
template <class K> struct plain_item {
    K key;
    __device__ static plain_item last() { return {(K) ~(K)0}; }
    __device__ bool before(const plain_item &o) const { return key < o.key; }
};
struct single_item {
    uint64_t key;
    uint32_t index, unused;
    __device__ static single_item last() { return {~0ull, 0xffffffffu, 0}; }
    __device__ bool before(const single_item &o) const
    {
        return key != o.key ? key < o.key : index < o.index;
    }
};
struct double_item {
    uint64_t key, low;
    uint64_t index;
    __device__ static double_item last() { return {~0ull, ~0ull, ~0ull}; }
    __device__ bool before(const double_item &o) const
    {
        if (key != o.key) return key < o.key;
        return low != o.low ? low < o.low : index < o.index;
    }
};

/* ---- what is sorted: how an element becomes an item. K its width, as an unsigned integer. */
template <class K> struct sort_values { /* equal keys are equal elements */
    typedef K element;
    typedef plain_item<typename std::conditional<sizeof(K) == 8, uint64_t, uint32_t>::type> item;
    enum { indexed = false };
    __device__ static item make(const key_rule &r, const char *p, uint32_t)
    {
        return {(decltype(item::key))key_make<K>(r, *(const K *)p)};
    }
    __device__ static K back(const key_rule &r, const item &x) { return key_back<K>(r, (K)x.key); }
    __device__ static uint32_t index(const item &) { return 0; }
};
template <class K> struct by_narrow { /* key and index in 64 bits */
    typedef K element;
    typedef plain_item<uint64_t> item;
    enum { indexed = true };
    __device__ static item make(const key_rule &r, const char *p, uint32_t j)
    {
        return {(uint64_t)key_compare<K>(r, *(const K *)p) << 32 | j};
    }
    __device__ static uint32_t index(const item &x) { return (uint32_t)x.key; }
};
struct by_wide {
    typedef uint64_t element;
    typedef single_item item;
    enum { indexed = true };
    __device__ static item make(const key_rule &r, const char *p, uint32_t j)
    {
        return {key_compare<uint64_t>(r, *(const uint64_t *)p), j, 0};
    }
    __device__ static uint32_t index(const item &x) { return x.index; }
};
struct by_c64 {
    typedef uint64_t element;
    typedef single_item item;
    enum { indexed = true };
    __device__ static item make(const key_rule &r, const char *p, uint32_t j)
    {
        const key_pair<uint32_t> k = key_complex<uint32_t>(r, (const uint32_t *)p);
        return {(uint64_t)k.high << 32 | k.low, j, 0};
    }
    __device__ static uint32_t index(const item &x) { return x.index; }
};
struct by_c128 {
    typedef ulonglong2 element;
    typedef double_item item;
    enum { indexed = true };
    __device__ static item make(const key_rule &r, const char *p, uint32_t j)
    {
        const key_pair<uint64_t> k = key_complex<uint64_t>(r, (const uint64_t *)p);
        return {k.high, k.low, j};
    }
    __device__ static uint32_t index(const item &x) { return (uint32_t)x.index; }
};

/* Every row of the tile in order. All threads take part. */
template <class T> __device__ inline void tile_network(T *tile, int size, int lanes)
{
    for (int k = 2; k <= lanes; k *= 2)
        for (int d = k / 2; d > 0; d /= 2) {
            for (int i = (int)threadIdx.x; i < size / 2; i += TILE_THREADS) {
                const int a = 2 * i - (i & (d - 1)), b = a + d;
                const bool rising = k == lanes || (a & k) == 0;
                const T x = tile[a], y = tile[b];
                if (y.before(x) == rising) {
                    tile[a] = y;
                    tile[b] = x;
                }
            }
            __syncthreads();
        }
}
template <class P>
__device__ inline void tile_fill(const tiling &s, int64_t row, typename P::item *tile)
{
    for (int i = (int)threadIdx.x; i < s.size; i += TILE_THREADS) {
        const int64_t r = row + (i >> s.shift), j = i & (s.lanes - 1);
        tile[i] = r < s.rows.rows && j < s.rows.n
                      ? P::make(s.rule,
                                s.rows.data + r * s.rows.stride +
                                    j * (int64_t)sizeof(typename P::element),
                                (uint32_t)j)
                      : P::item::last();
    }
    __syncthreads();
}

/* Elements in order, in place. */
template <class P> __global__ void __launch_bounds__(TILE_THREADS) sort_tile_kernel(tiling s)
{
    typedef typename P::element element;
    CX_DYN_SHARED(typename P::item, tile);
    for (int64_t t = blockIdx.x; t < s.tiles; t += gridDim.x) {
        const int64_t row = t * (s.size >> s.shift);
        tile_fill<P>(s, row, tile);
        tile_network(tile, s.size, s.lanes);
        element value[TILE_EACH];
        element *to[TILE_EACH];
        for (int e = 0; e < TILE_EACH; e++) {
            const int i = (int)threadIdx.x + e * TILE_THREADS;
            const int64_t r = row + (i >> s.shift), j = i & (s.lanes - 1);
            to[e] = NULL;
            if (i >= s.size || r >= s.rows.rows || j >= s.rows.n) continue;
            element *const line = (element *)(s.rows.data + r * s.rows.stride);
            to[e] = line + j;
            if constexpr (P::indexed)
                value[e] = line[P::index(tile[i])];
            else
                value[e] = P::back(s.rule, tile[i]);
        }
        __syncthreads(); /* all have read before any writes, and the tile is free again */
        for (int e = 0; e < TILE_EACH; e++)
            if (to[e] != NULL) *to[e] = value[e];
    }
}
template <class P> __global__ void __launch_bounds__(TILE_THREADS) argsort_tile_kernel(tiling s)
{
    CX_DYN_SHARED(typename P::item, tile);
    for (int64_t t = blockIdx.x; t < s.tiles; t += gridDim.x) {
        const int64_t row = t * (s.size >> s.shift);
        tile_fill<P>(s, row, tile);
        tile_network(tile, s.size, s.lanes);
        for (int i = (int)threadIdx.x; i < s.size; i += TILE_THREADS) {
            const int64_t r = row + (i >> s.shift), j = i & (s.lanes - 1);
            if (r < s.rows.rows && j < s.rows.n)
                *(int64_t *)(s.out + r * s.out_stride + j * 8) = (int64_t)P::index(tile[i]);
        }
        __syncthreads();
    }
}

template <class P> cx_status sort_tiles(cx_queue *q, const tiling &s)
{
    return CX_LAUNCH(sort_tile_kernel<P>, cuda_blocks(q, s.tiles, 1), TILE_THREADS,
                     (size_t)s.size * sizeof(typename P::item), q, s);
}
template <class P> cx_status argsort_tiles(cx_queue *q, const tiling &s)
{
    return CX_LAUNCH(argsort_tile_kernel<P>, cuda_blocks(q, s.tiles, 1), TILE_THREADS,
                     (size_t)s.size * sizeof(typename P::item), q, s);
}
} // namespace

cx_status cuda_sort_tiles(cx_queue *q, const cx_view *a, const cx_view *out)
{
    tiling s;
    s.rows.data = static_cast<char *>(a->data);
    s.rows.stride = a->stride[0];
    s.rows.rows = a->shape[0];
    s.rows.n = a->shape[1];
    s.rule = key_rule_of(a->dtype);
    s.shift = key_bits(s.rows.n);
    s.lanes = 1 << s.shift;
    s.size = s.lanes < TILE_LEAST ? (int)TILE_LEAST : s.lanes;
    const int64_t each = s.size >> s.shift;
    s.tiles = (s.rows.rows + each - 1) / each;
    s.out = NULL;
    s.out_stride = 0;
    if (out == NULL) {
        if (s.rule.is_complex)
            return s.rule.bytes == 4 ? sort_tiles<by_c64>(q, s) : sort_tiles<by_c128>(q, s);
        switch (s.rule.bytes) {
        case 1: return sort_tiles<sort_values<uint8_t>>(q, s);
        case 2: return sort_tiles<sort_values<uint16_t>>(q, s);
        case 4: return sort_tiles<sort_values<uint32_t>>(q, s);
        default: return sort_tiles<sort_values<uint64_t>>(q, s);
        }
    }
    s.out = static_cast<char *>(out->data);
    s.out_stride = out->stride[0];
    if (s.rule.is_complex)
        return s.rule.bytes == 4 ? argsort_tiles<by_c64>(q, s) : argsort_tiles<by_c128>(q, s);
    switch (s.rule.bytes) {
    case 1: return argsort_tiles<by_narrow<uint8_t>>(q, s);
    case 2: return argsort_tiles<by_narrow<uint16_t>>(q, s);
    case 4: return argsort_tiles<by_narrow<uint32_t>>(q, s);
    default: return argsort_tiles<by_wide>(q, s);
    }
}
