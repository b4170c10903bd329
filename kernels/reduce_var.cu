/* Variances, in float64 and complex128. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct var_of {
    typedef red_fn fn_t;
    typedef typename std::conditional<is_complex<In>, c128, double>::type load;
    static cx_status fn(cx_queue *q, const red_call &g)
    {
        return red_launch<red_var<load>, In>(q, g);
    }
};
} // namespace

red_fn *red_var_natural(int in)
{
    return cuda_by_dtype<var_of>(in);
}
