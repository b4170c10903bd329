/* The interpreter of fused programs for every dtype: one cell a thread. */
#include "fused/interpret.cuh"

fused_kernel_fn *fused_kernel_16()
{
    return fused_interpret<16>;
}
