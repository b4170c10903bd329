/* Sums and means of real dtypes in float64. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct sum_in_double {
    typedef red_fn fn_t;
    static cx_status fn(cx_queue *q, const red_call &g)
    {
        if constexpr (is_complex<In>)
            return red_sum_any(CX_C128)(q, g);
        else if constexpr (std::is_same<In, double>::value)
            return red_sum_natural(CX_F64)(q, g);
        else
            return red_launch<red_total<double, false>, In>(q, g);
    }
};
} // namespace

red_fn *red_sum_double(int in)
{
    return cuda_by_dtype<sum_in_double>(in);
}
