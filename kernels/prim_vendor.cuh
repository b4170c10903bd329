/* The door to CUB, in CUB's two-call protocol: tmp NULL asks for bytes. The simulator has the same
 * signatures in its prim.h. */
#ifndef CX_KERNELS_PRIM_VENDOR_CUH
#define CX_KERNELS_PRIM_VENDOR_CUH
#include "device.cuh"

#ifdef CX_CUDASIM
#include "prim.h"
#else
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

namespace vendor {
template <class K>
inline cudaError_t sort_keys(void *tmp, size_t &bytes, K *&keys, K *&other, int64_t n, int low,
                             int high, cudaStream_t stream)
{
    cub::DoubleBuffer<K> k(keys, other);
    const cudaError_t e = cub::DeviceRadixSort::SortKeys(tmp, bytes, k, n, low, high, stream);
    keys = k.Current();
    other = k.Alternate();
    return e;
}
template <class K, class V>
inline cudaError_t sort_pairs(void *tmp, size_t &bytes, K *&keys, K *&other, V *&values,
                              V *&values_other, int64_t n, int low, int high, cudaStream_t stream)
{
    cub::DoubleBuffer<K> k(keys, other);
    cub::DoubleBuffer<V> v(values, values_other);
    const cudaError_t e = cub::DeviceRadixSort::SortPairs(tmp, bytes, k, v, n, low, high, stream);
    keys = k.Current();
    other = k.Alternate();
    values = v.Current();
    values_other = v.Alternate();
    return e;
}
template <class T>
inline cudaError_t exclusive_sum(void *tmp, size_t &bytes, const T *in, T *out, int64_t n,
                                 cudaStream_t stream)
{
    return cub::DeviceScan::ExclusiveSum(tmp, bytes, in, out, n, stream);
}
} // namespace vendor
#endif
#endif
