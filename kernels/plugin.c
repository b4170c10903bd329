/* Entry of the CUDA backend: the one exported symbol, and the table of slots. Knows which groups
 * exist, nothing of what they do. */
#include "cuda_backend.h"
#include "jit/jit.h"

const cx_core_api *cuda_core;

static const cx_backend_ops cuda_ops = {
    .struct_size = sizeof cuda_ops,
    .device_count = cuda_device_count,
    .device_open = cuda_device_open,
    .device_info = cuda_device_info,
    .mem_alloc = cuda_mem_alloc,
    .mem_free = cuda_mem_free,
    .pinned_alloc = cuda_pinned_alloc,
    .pinned_free = cuda_pinned_free,
    .queue_new = cuda_queue_new,
    .queue_free = cuda_queue_free,
    .queue_sync = cuda_queue_sync,
    .mark_new = cuda_mark_new,
    .mark_free = cuda_mark_free,
    .mark_record = cuda_mark_record,
    .mark_wait = cuda_mark_wait,
    .mark_done = cuda_mark_done,
    .mark_elapsed = cuda_mark_elapsed,
    .copy_in = cuda_copy_in,
    .copy_out = cuda_copy_out,
    .copy_peer = cuda_copy_peer,
    .graph_begin = cuda_graph_begin,
    .graph_end = cuda_graph_end,
    .graph_launch = cuda_graph_launch,
    .graph_free = cuda_graph_free,
    .range_push = cuda_range_push,
    .range_pop = cuda_range_pop,
    .mem_info = cuda_mem_info,
    .copy = cuda_copy,
    .fill = cuda_fill,
    .map = cuda_map,
    .reduce = cuda_reduce,
    .scan = cuda_scan,
    .fold = cuda_fold,
    .arange = cuda_arange,
    .take = cuda_take,
    .put = cuda_put,
    .nonzero = cuda_nonzero,
    .compress = cuda_compress,
    .sort = cuda_sort,
    .argsort = cuda_argsort,
    .search = cuda_search,
    .histogram = cuda_histogram,
    .slide = cuda_slide,
    .random = &cuda_random_ops,
    .learn = &cuda_learn_ops,
    .blas = &cuda_blas_ops,
    .lapack = &cuda_lapack_ops,
    .fft = &cuda_fft_ops,
    .fused = &cuda_fused_ops,
    .kernel = &cuda_kernel_ops,
    .trees = &cuda_tree_ops,
    .warm = cuda_warm,
};

static const cx_backend cuda_backend = {.struct_size = sizeof cuda_backend,
                                        .abi = CX_BACKEND_ABI,
                                        .kind = CX_DEVICE_CUDA,
                                        .name = "cuda",
                                        .ops = &cuda_ops};

__attribute__((visibility("default"))) cx_status cx_backend_entry(const cx_core_api *core,
                                                                  const cx_backend **out);

cx_status cx_backend_entry(const cx_core_api *core, const cx_backend **out)
{
    if (core->abi != CX_BACKEND_ABI || core->struct_size < sizeof(cx_core_api))
        return core->fail(CX_E_UNAVAILABLE, "cuda", "the core has contract %u, this plugin %d",
                          core->abi, CX_BACKEND_ABI);
    cuda_core = core;
    *out = &cuda_backend;
    return CX_OK;
}
