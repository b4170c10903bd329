/* Where the smallest and the largest are. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct place_of {
    typedef red_fn fn_t;
    static cx_status fn(cx_queue *q, const red_call &g)
    {
        return red_launch<red_where<typename red_key<In>::type>, In>(q, g);
    }
};
} // namespace

red_fn *red_place_of(int in)
{
    return cuda_by_dtype<place_of>(in);
}
