/* Division of 32-bit numbers by one that is known before the launch (Granlund and Montgomery). */
#ifndef CX_KERNELS_FAST_DIV_CUH
#define CX_KERNELS_FAST_DIV_CUH
#include "device.cuh"

struct fast_div {
    uint32_t divisor, multiplier, shift;
};
__host__ __device__ inline fast_div fast_div_of(uint32_t d)
{
    fast_div f = {d, 0, 0};
    while (f.shift < 32 && ((uint64_t)1 << f.shift) < d) f.shift++;
    f.multiplier = (uint32_t)((((uint64_t)1 << 32) * (((uint64_t)1 << f.shift) - d)) / d + 1);
    return f;
}
/** For n and divisors below 2^31, so that the sum does not overflow. */
__device__ inline uint32_t fast_divide(uint32_t n, const fast_div &f)
{
    return (__umulhi(n, f.multiplier) + n) >> f.shift;
}
#endif
