/* any, all, count_nonzero: one count. */
#include "reduce_ops.cuh"

namespace {
template <class In> struct truth_of {
    typedef red_fn fn_t;
    static cx_status fn(cx_queue *q, const red_call &g) { return red_launch<red_count, In>(q, g); }
};
} // namespace

red_fn *red_truth(int in)
{
    return cuda_by_dtype<truth_of>(in);
}
