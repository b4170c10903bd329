/* How reductions of a fused program are dealt to threads, and other facts that the interpreter and
 * the kernels of single programs share on the device. */
#ifndef CX_KERNELS_FUSED_DEAL_CUH
#define CX_KERNELS_FUSED_DEAL_CUH
#include "fast_div.cuh"
#include "types.cuh"

enum { FUSED_FOLDS = 4 }; /* CX_FUSED_OUTPUTS */

/** Reductions: every output's `span` elements are dealt to `parts` threads' cells, element j of the
 * span to part j % parts, `rounds` to each or one less. Parts are left in memory, for a reduction
 * over them. Without reductions each element is a part. */
struct fused_deal {
    uint32_t rounds, total; /* parts of all outputs */
    uint32_t parts, span, outs;
    fast_div by; /* parts, or outs where those lie denser: neighbouring threads then take neighbours
                    along the kept dimensions */
    int32_t down;
    int32_t folds;
    uint8_t slot[FUSED_FOLDS], dtype[FUSED_FOLDS], size[FUSED_FOLDS];
    char *to[FUSED_FOLDS];
};
/** The first element of a part; *at: its place in the span. */
__device__ inline uint32_t fused_begin(const fused_deal &d, uint32_t part, uint32_t *at)
{
    uint32_t out = fast_divide(part, d.by), rest = part - out * d.by.divisor;
    if (d.down) {
        const uint32_t swap = out;
        out = rest;
        rest = swap;
    }
    *at = rest;
    return out * d.span + rest;
}

/** 16-bit floats held as float are exact, so this is the inverse of holding them so; a NaN keeps
 * all its bits, which rounding would not. */
__device__ inline f16 fused_narrow(float v, f16)
{
    const uint32_t u = bits_as<uint32_t>(v);
    return v != v ? f16{(uint16_t)((u >> 16 & 0x8000u) | 0x7c00u | (u >> 13 & 0x3ffu))} : f16_of(v);
}
__device__ inline bf16 fused_narrow(float v, bf16)
{
    return bf16{(uint16_t)(bits_as<uint32_t>(v) >> 16)};
}
#endif
