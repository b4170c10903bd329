/* The search slot: values in pieces over the threads, 16-bit floats widened before. */
#include "search.h"

enum { SEARCH_GRAIN = 4096 };

cx_status host_search(cx_queue *q, const cx_view *sorted, const cx_view *values, bool right,
                      const cx_view *out)
{
    (void)q;
    const host_searches *const t = HOST_PICK(host_searches);
    host_search_plan p = {.sorted = sorted->data,
                          .values = values->data,
                          .n = sorted->shape[0],
                          .m = values->shape[0],
                          .value_stride = values->stride[0],
                          .out = out->data,
                          .out_stride = out->stride[0]};
    if (sorted->dtype != CX_F16 && sorted->dtype != CX_BF16)
        return host_core->parallel_for(p.m, SEARCH_GRAIN, t->search[sorted->dtype][right], &p);
    host_convert_fn *const widen = host_convert(sorted->dtype, CX_F32);
    float *const wide = host_core->alloc((size_t)(p.n + p.m) * sizeof(float));
    if (!wide)
        return host_core->fail(CX_E_NOMEM, "searchsorted", "cannot allocate %lld float32 elements",
                               (long long)(p.n + p.m));
    widen(p.sorted, sorted->stride[0], wide, 4, p.n);
    widen(p.values, p.value_stride, wide + p.n, 4, p.m);
    p.sorted = (const char *)wide;
    p.values = (const char *)(wide + p.n);
    p.value_stride = 4;
    const cx_status st = host_core->parallel_for(p.m, SEARCH_GRAIN, t->search[CX_F32][right], &p);
    host_core->free(wide);
    return st;
}
