/* searchsorted: one binary search a value, on keys that are made while probing (sort_key.cuh), so
 * the order is exactly that of sorting: NaN above everything, both zeros alike. */
#include "sort_key.cuh"

namespace {
struct search_plan {
    const char *sorted, *values;
    char *out;
    int64_t n, m, value_stride, out_stride;
    key_rule rule;
    bool right;
};

template <class K> struct real_order {
    typedef K key;
    enum { bytes = sizeof(K) };
    __device__ static K at(const key_rule &r, const char *p)
    {
        return key_compare<K>(r, *(const K *)p);
    }
    __device__ static bool less(K a, K b) { return a < b; }
};
template <class K> struct complex_order {
    typedef key_pair<K> key;
    enum { bytes = 2 * sizeof(K) };
    __device__ static key at(const key_rule &r, const char *p)
    {
        return key_complex<K>(r, (const K *)p);
    }
    __device__ static bool less(const key &a, const key &b)
    {
        return a.high != b.high ? a.high < b.high : a.low < b.low;
    }
};

/* How many elements are below the value (left), or not above it (right). */
template <class O> __global__ void search_kernel(search_plan p)
{
    CX_GRID_STRIDE(int64_t, i, p.m)
    {
        const typename O::key v = O::at(p.rule, p.values + i * p.value_stride);
        int64_t low = 0, count = p.n;
        while (count > 0) {
            const int64_t half = count / 2;
            const typename O::key x = O::at(p.rule, p.sorted + (low + half) * O::bytes);
            if (p.right ? !O::less(v, x) : O::less(x, v)) {
                low += half + 1;
                count -= half + 1;
            } else {
                count = half;
            }
        }
        *(int64_t *)(p.out + i * p.out_stride) = low;
    }
}
template <class O> cx_status search(cx_queue *q, const search_plan &p)
{
    return CX_LAUNCH(search_kernel<O>, cuda_blocks(q, p.m), CUDA_BLOCK, 0, q, p);
}
} // namespace

cx_status cuda_search(cx_queue *q, const cx_view *sorted, const cx_view *values, bool right,
                      const cx_view *out)
{
    search_plan p;
    p.sorted = static_cast<const char *>(sorted->data);
    p.values = static_cast<const char *>(values->data);
    p.out = static_cast<char *>(out->data);
    p.n = sorted->shape[0];
    p.m = values->shape[0];
    p.value_stride = values->stride[0];
    p.out_stride = out->stride[0];
    p.rule = key_rule_of(sorted->dtype);
    p.right = right;
    if (p.m == 0) return CX_OK;
    if (p.rule.is_complex)
        return p.rule.bytes == 4 ? search<complex_order<uint32_t>>(q, p)
                                 : search<complex_order<uint64_t>>(q, p);
    switch (p.rule.bytes) {
    case 1: return search<real_order<uint8_t>>(q, p);
    case 2: return search<real_order<uint16_t>>(q, p);
    case 4: return search<real_order<uint32_t>>(q, p);
    default: return search<real_order<uint64_t>>(q, p);
    }
}
