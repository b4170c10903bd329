/* Sums and means, in the dtypes' own accumulators. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct sum_in_itself {
    typedef red_fn fn_t;
    typedef typename std::conditional<is_float<compute_t<In>> || is_complex<In>, compute_t<In>,
                                      uint64_t>::type load;
    static cx_status fn(cx_queue *q, const red_call &g)
    {
        return red_launch<red_total<load, false>, In>(q, g);
    }
};
} // namespace

red_fn *red_sum_natural(int in)
{
    return cuda_by_dtype<sum_in_itself>(in);
}
