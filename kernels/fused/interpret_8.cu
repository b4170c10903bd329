/* The interpreter of fused programs for all reals: two cells a thread. */
#include "fused/interpret.cuh"

fused_kernel_fn *fused_kernel_8()
{
    return fused_interpret<8>;
}
