/* Products, those of floats in 64 bits. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct prod_in_itself {
    typedef red_fn fn_t;
    typedef typename std::conditional<
        is_complex<In>, c128,
        typename std::conditional<is_float<compute_t<In>>, double, uint64_t>::type>::type load;
    static cx_status fn(cx_queue *q, const red_call &g)
    {
        return red_launch<red_total<load, true>, In>(q, g);
    }
};
} // namespace

red_fn *red_prod_natural(int in)
{
    return cuda_by_dtype<prod_in_itself>(in);
}
