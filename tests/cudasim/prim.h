/* The simulator's answer to kernels/prim_vendor.cuh: the same signatures by the standard library,
 * run as work of the stream. The buffer that does not hold the result is scribbled on, and the
 * result changes sides as it does on the device. */
#ifndef CUDASIM_PRIM_H
#define CUDASIM_PRIM_H
#include "cudasim_int.h"
#include <algorithm>
#include <numeric>
#include <stdint.h>
#include <string.h>
#include <utility>

namespace vendor {
enum { SCRATCH_BYTES = 767, SCRIBBLE = 0xee };

template <class K> inline K bits_of(K key, int low, int high)
{
    const uint64_t mask = high - low >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (high - low)) - 1;
    return (K)((uint64_t)key >> low & mask);
}
/* Where each of n keys goes to, by the bits asked for. */
template <class K> std::vector<int64_t> order_of(const K *keys, int64_t n, int low, int high)
{
    std::vector<int64_t> order((size_t)n);
    std::iota(order.begin(), order.end(), (int64_t)0);
    std::stable_sort(order.begin(), order.end(), [=](int64_t a, int64_t b) {
        return bits_of(keys[a], low, high) < bits_of(keys[b], low, high);
    });
    return order;
}
template <class T> void reorder(const std::vector<int64_t> &order, T *from, T *to)
{
    std::vector<T> sorted(order.size());
    for (size_t i = 0; i < order.size(); i++) sorted[i] = from[order[i]];
    memset((void *)from, SCRIBBLE, order.size() * sizeof(T));
    memcpy((void *)to, sorted.data(), order.size() * sizeof(T));
}
/* Eight bits a pass: an odd number of passes ends on the other side. */
inline bool ends_in_other(int low, int high)
{
    return ((high - low + 7) / 8) % 2 != 0;
}

/* More than asked for is taken and less refused, as the vendor does. */
inline cudaError_t sort_bytes(const void *tmp, size_t &bytes, int64_t n)
{
    const size_t need = SCRATCH_BYTES + (size_t)n;
    if (tmp != nullptr) return bytes < need ? cudaErrorInvalidValue : cudaSuccess;
    bytes = need;
    return cudaSuccess;
}

template <class K>
inline cudaError_t sort_keys(void *tmp, size_t &bytes, K *&keys, K *&other, int64_t n, int low,
                             int high, cudaStream_t stream)
{
    const cudaError_t refused = sort_bytes(tmp, bytes, n);
    if (tmp == nullptr || refused != cudaSuccess) return refused;
    K *const from = keys, *const to = ends_in_other(low, high) ? other : keys;
    const size_t size = (size_t)n * sizeof(K);
    const cudaError_t e = cudasim::submit_checked(
        "sort_keys", stream, [=] { reorder(order_of(from, n, low, high), from, to); },
        {{keys, size}}, {{keys, size}, {other, size}}, {{tmp, bytes}});
    if (to != keys) std::swap(keys, other);
    return e;
}
template <class K, class V>
inline cudaError_t sort_pairs(void *tmp, size_t &bytes, K *&keys, K *&other, V *&values,
                              V *&values_other, int64_t n, int low, int high, cudaStream_t stream)
{
    const cudaError_t refused = sort_bytes(tmp, bytes, n);
    if (tmp == nullptr || refused != cudaSuccess) return refused;
    const bool swapped = ends_in_other(low, high);
    K *const from = keys, *const to = swapped ? other : keys;
    V *const from_values = values, *const to_values = swapped ? values_other : values;
    const size_t size = (size_t)n * sizeof(K), values_size = (size_t)n * sizeof(V);
    const cudaError_t e = cudasim::submit_checked(
        "sort_pairs", stream,
        [=] {
            const std::vector<int64_t> order = order_of(from, n, low, high);
            reorder(order, from, to);
            reorder(order, from_values, to_values);
        },
        {{keys, size}, {values, values_size}},
        {{keys, size}, {other, size}, {values, values_size}, {values_other, values_size}},
        {{tmp, bytes}});
    if (swapped) {
        std::swap(keys, other);
        std::swap(values, values_other);
    }
    return e;
}
template <class T>
inline cudaError_t exclusive_sum(void *tmp, size_t &bytes, const T *in, T *out, int64_t n,
                                 cudaStream_t stream)
{
    const cudaError_t refused = sort_bytes(tmp, bytes, 0);
    if (tmp == nullptr || refused != cudaSuccess) return refused;
    const size_t size = (size_t)n * sizeof(T);
    return cudasim::submit_checked("exclusive_sum", stream,
                                   [=] {
                                       T sum = 0;
                                       for (int64_t i = 0; i < n; i++) {
                                           const T x = in[i];
                                           out[i] = sum;
                                           sum = (T)(sum + x);
                                       }
                                   },
                                   {{in, size}}, {{out, size}}, {{tmp, bytes}});
}
} // namespace vendor
#endif
