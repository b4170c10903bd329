/* Sums and products in an accumulator that is not the input's own, and variances of real numbers as
 * complex ones: the input's dtype is looked up at every element. */
#include "reduce_ops.cuh"

red_fn *red_sum_any(int load)
{
    switch (load) {
    case CX_F32: return red_launch<red_total<float, false>, red_any>;
    case CX_F64: return red_launch<red_total<double, false>, red_any>;
    case CX_C64: return red_launch<red_total<c64, false>, red_any>;
    case CX_C128: return red_launch<red_total<c128, false>, red_any>;
    default: return red_launch<red_total<uint64_t, false>, red_any>;
    }
}

red_fn *red_prod_any(int load)
{
    switch (load) {
    case CX_F32:
    case CX_F64: return red_launch<red_total<double, true>, red_any>;
    case CX_C64:
    case CX_C128: return red_launch<red_total<c128, true>, red_any>;
    default: return red_launch<red_total<uint64_t, true>, red_any>;
    }
}

red_fn *red_var_complex(void)
{
    return red_launch<red_var<c128>, red_any>;
}
