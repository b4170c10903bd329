/* The interpreter of fused programs for all dtypes of at most 32 bits: four cells a thread. */
#include "fused/interpret.cuh"

fused_kernel_fn *fused_kernel_4()
{
    return fused_interpret<4>;
}
