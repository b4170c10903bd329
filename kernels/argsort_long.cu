/* The order of long rows, and by it the sorting of complex ones, by radix sort, several rows at
 * once. Where row, key and index fit in 64 bits they are one number, sorted by its upper bits; else
 * indices travel beside keys of 64 bits, from the least significant part to the row. Every pass is
 * stable. */
#include "prim.cuh"
#include "sort_key.cuh"

namespace {
/* ---- one number */
struct packing {
    int index_bits, key_bits, row_bits;
    int all() const { return index_bits + key_bits + row_bits; }
};
template <class K>
__global__ void pack_kernel(key_rows rows, key_rule rule, int64_t total, packing b,
                            uint64_t *packed)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        const int64_t row = key_row(rows, i), j = i - row * rows.n;
        const K key = key_compare<K>(rule, *(const K *)key_at(rows, i, sizeof(K)));
        packed[i] = ((uint64_t)row << b.key_bits | key) << b.index_bits | (uint64_t)j;
    }
}
__global__ void unpack_kernel(key_rows out, int64_t total, uint64_t mask, const uint64_t *packed)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        *(int64_t *)key_at(out, i, 8) = (int64_t)(packed[i] & mask);
    }
}
template <class K>
cx_status argsort_packed(cx_queue *q, const char *where, const key_rows &rows, const key_rule &rule,
                         const packing &b, const key_rows &out, bool dense)
{
    const int64_t total = rows.rows * rows.n;
    const unsigned blocks = cuda_blocks(q, total);
    cuda_work work(q);
    CX_STATUS_TRY(work.get(where, (size_t)total * (dense ? 1 : 2) * sizeof(uint64_t)));
    uint64_t *other = work.as<uint64_t>(),
             *packed = dense ? reinterpret_cast<uint64_t *>(out.data) : other + total;
    CX_STATUS_TRY(
        CX_LAUNCH(pack_kernel<K>, blocks, CUDA_BLOCK, 0, q, rows, rule, total, b, packed));
    CX_STATUS_TRY(cuda_sort_keys<uint64_t>(q, where, packed, other, total, b.index_bits, b.all()));
    return CX_LAUNCH(unpack_kernel, blocks, CUDA_BLOCK, 0, q, out, total,
                     ((uint64_t)1 << b.index_bits) - 1, packed);
}

/* ---- keys of 64 bits in parts, the least significant first */
template <class K> struct real_parts {
    enum { bytes = sizeof(K), parts = 1, bits = 8 * sizeof(K) };
    __device__ static uint64_t part(const key_rule &r, const char *p, int)
    {
        return key_compare<K>(r, *(const K *)p);
    }
};
struct c64_parts {
    enum { bytes = 8, parts = 1, bits = 64 };
    __device__ static uint64_t part(const key_rule &r, const char *p, int)
    {
        const key_pair<uint32_t> k = key_complex<uint32_t>(r, (const uint32_t *)p);
        return (uint64_t)k.high << 32 | k.low;
    }
};
struct c128_parts {
    enum { bytes = 16, parts = 2, bits = 64 };
    __device__ static uint64_t part(const key_rule &r, const char *p, int which)
    {
        const key_pair<uint64_t> k = key_complex<uint64_t>(r, (const uint64_t *)p);
        return which == 0 ? k.low : k.high;
    }
};
/* Buffers of total elements each; keys and other are one block of memory. */
struct ordering {
    uint64_t *keys, *other, *index, *index_other;
};
template <class P>
__global__ void part_kernel(key_rows rows, key_rule rule, int64_t total, int which, ordering o)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        const int64_t at = which == 0 ? i : (int64_t)o.index[i];
        if (which == 0) o.index[i] = (uint64_t)i;
        o.keys[i] = P::part(rule, key_at(rows, at, P::bytes), which);
    }
}
__global__ void row_kernel(key_rows rows, int64_t total, ordering o)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        o.keys[i] = (uint64_t)key_row(rows, (int64_t)o.index[i]);
    }
}
/* index becomes the flat positions in order, row after row. */
template <class P>
cx_status order(cx_queue *q, const char *where, const key_rows &rows, const key_rule &rule,
                ordering *o)
{
    const int64_t total = rows.rows * rows.n;
    const unsigned blocks = cuda_blocks(q, total);
    for (int which = 0; which < P::parts; which++) {
        CX_STATUS_TRY(
            CX_LAUNCH(part_kernel<P>, blocks, CUDA_BLOCK, 0, q, rows, rule, total, which, *o));
        CX_STATUS_TRY(cuda_sort_pairs(q, where, o->keys, o->other, o->index, o->index_other, total,
                                      0, P::bits));
    }
    if (rows.rows == 1) return CX_OK;
    CX_STATUS_TRY(CX_LAUNCH(row_kernel, blocks, CUDA_BLOCK, 0, q, rows, total, *o));
    return cuda_sort_pairs(q, where, o->keys, o->other, o->index, o->index_other, total, 0,
                           key_bits(rows.rows));
}

__global__ void index_kernel(key_rows out, int64_t total, const uint64_t *index)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        *(int64_t *)key_at(out, i, 8) = (int64_t)index[i] - key_row(out, i) * out.n;
    }
}
template <class P>
cx_status argsort_parts(cx_queue *q, const char *where, const key_rows &rows, const key_rule &rule,
                        const key_rows &out, bool dense)
{
    const int64_t total = rows.rows * rows.n;
    cuda_work work(q);
    CX_STATUS_TRY(work.get(where, (size_t)total * (dense ? 3 : 4) * sizeof(uint64_t)));
    uint64_t *const p = work.as<uint64_t>();
    ordering o = {p, p + total, p + 2 * total,
                  dense ? reinterpret_cast<uint64_t *>(out.data) : p + 3 * total};
    CX_STATUS_TRY(order<P>(q, where, rows, rule, &o));
    return CX_LAUNCH(index_kernel, cuda_blocks(q, total), CUDA_BLOCK, 0, q, out, total, o.index);
}

/* ---- complex elements in order: fetched into what was the keys' memory, then moved home */
template <class U>
__global__ void fetch_kernel(key_rows rows, int64_t total, const uint64_t *index, U *to)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        to[i] = *(const U *)key_at(rows, (int64_t)index[i], sizeof(U));
    }
}
template <class U> __global__ void home_kernel(key_rows rows, int64_t total, const U *from)
{
    CX_GRID_STRIDE(int64_t, i, total)
    {
        *(U *)key_at(rows, i, sizeof(U)) = from[i];
    }
}
template <class P, class U>
cx_status sort_parts(cx_queue *q, const char *where, const key_rows &rows, const key_rule &rule)
{
    const int64_t total = rows.rows * rows.n;
    const unsigned blocks = cuda_blocks(q, total);
    cuda_work work(q);
    CX_STATUS_TRY(work.get(where, (size_t)total * 4 * sizeof(uint64_t)));
    uint64_t *const p = work.as<uint64_t>();
    ordering o = {p, p + total, p + 2 * total, p + 3 * total};
    CX_STATUS_TRY(order<P>(q, where, rows, rule, &o));
    U *const sorted = reinterpret_cast<U *>(p);
    static_assert(sizeof(U) <= 16, "the memory of two keys");
    CX_STATUS_TRY(
        CX_LAUNCH(fetch_kernel<U>, blocks, CUDA_BLOCK, 0, q, rows, total, o.index, sorted));
    return CX_LAUNCH(home_kernel<U>, blocks, CUDA_BLOCK, 0, q, rows, total, sorted);
}

template <class K>
cx_status argsort_real(cx_queue *q, const char *where, const key_rows &rows, const key_rule &rule,
                       const key_rows &out, bool dense)
{
    const packing b = {key_bits(rows.n), 8 * (int)sizeof(K), key_bits(rows.rows)};
    if (b.all() <= 64) return argsort_packed<K>(q, where, rows, rule, b, out, dense);
    return argsort_parts<real_parts<K>>(q, where, rows, rule, out, dense);
}
cx_status argsort_group(cx_queue *q, const char *where, const key_rows &rows, const key_rule &rule,
                        const key_rows &out, bool dense)
{
    if (rule.is_complex)
        return rule.bytes == 4 ? argsort_parts<c64_parts>(q, where, rows, rule, out, dense)
                               : argsort_parts<c128_parts>(q, where, rows, rule, out, dense);
    switch (rule.bytes) {
    case 1: return argsort_real<uint8_t>(q, where, rows, rule, out, dense);
    case 2: return argsort_real<uint16_t>(q, where, rows, rule, out, dense);
    case 4: return argsort_real<uint32_t>(q, where, rows, rule, out, dense);
    default: return argsort_parts<real_parts<uint64_t>>(q, where, rows, rule, out, dense);
    }
}
} // namespace

cx_status cuda_argsort_long(cx_queue *q, const cx_view *a, const cx_view *out)
{
    static const char where[] = "argsort";
    const key_rule rule = key_rule_of(a->dtype);
    const int64_t count = a->shape[0], n = a->shape[1], group = sort_group(count, n);
    for (int64_t first = 0; first < count; first += group) {
        const int64_t rows = count - first < group ? count - first : group;
        CX_STATUS_TRY(cuda_core->poll(where));
        CX_STATUS_TRY(argsort_group(q, where, key_rows_of(a, first, rows), rule,
                                    key_rows_of(out, first, rows),
                                    rows == 1 || out->stride[0] == n * 8));
    }
    return CX_OK;
}

cx_status cuda_sort_complex_long(cx_queue *q, const cx_view *a)
{
    static const char where[] = "sort";
    const key_rule rule = key_rule_of(a->dtype);
    const int64_t count = a->shape[0], group = sort_group(count, a->shape[1]);
    for (int64_t first = 0; first < count; first += group) {
        const key_rows rows = key_rows_of(a, first, count - first < group ? count - first : group);
        CX_STATUS_TRY(cuda_core->poll(where));
        CX_STATUS_TRY(rule.bytes == 4 ? sort_parts<c64_parts, uint64_t>(q, where, rows, rule)
                                      : sort_parts<c128_parts, ulonglong2>(q, where, rows, rule));
    }
    return CX_OK;
}
