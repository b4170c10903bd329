/* Smallest and largest. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct extreme_of {
    typedef red_fn fn_t;
    static cx_status fn(cx_queue *q, const red_call &g)
    {
        return red_launch<red_best<typename red_key<In>::type>, In>(q, g);
    }
};
} // namespace

red_fn *red_extreme(int in)
{
    return cuda_by_dtype<extreme_of>(in);
}
