/* Filling with one value, and ranges. */
#include "types.cuh"
#include "walk.cuh"

template <class T, class I> __global__ void fill_kernel(cuda_walk<1> w, T value)
{
    CX_GRID_STRIDE(I, i, (I)w.total)
    {
        char *p[1];
        walk_at<I>(w, i, p);
        *(T *)p[0] = value;
    }
}

template <class T> struct filler {
    typedef cx_status fn_t(cx_queue *q, const void *value, const cuda_walk<1> &w);
    static cx_status fn(cx_queue *q, const void *value, const cuda_walk<1> &w)
    {
        const T v = *static_cast<const T *>(value);
        const unsigned blocks = cuda_blocks(q, w.total);
        if (w.narrow())
            return CX_LAUNCH((fill_kernel<T, uint32_t>), blocks, CUDA_BLOCK, 0, q, w, v);
        return CX_LAUNCH((fill_kernel<T, int64_t>), blocks, CUDA_BLOCK, 0, q, w, v);
    }
};

cx_status cuda_fill(cx_queue *q, const cx_view *value, const cx_view *out)
{
    const cx_view *const views[1] = {out};
    const cuda_walk<1> w = cuda_walk_of(views);
    if (w.total == 0) return CX_OK;
    return cuda_by_dtype<filler>(out->dtype)(q, value->data, w);
}

template <class T>
__global__ void arange_kernel(char *out, int64_t stride, int64_t n, double start, double step,
                              int64_t start_i, int64_t step_i)
{
    CX_GRID_STRIDE(int64_t, i, n)
    {
        T v;
        if constexpr (is_int<T> || std::is_same<T, bool>::value)
            v = convert<T>((int64_t)((uint64_t)start_i + (uint64_t)i * (uint64_t)step_i));
        else
            v = convert<T>(start + (double)i * step);
        *(T *)(out + i * stride) = v;
    }
}

template <class T> struct ranger {
    typedef cx_status fn_t(cx_queue *q, const cx_view *out, double start, double step,
                           int64_t start_i, int64_t step_i);
    static cx_status fn(cx_queue *q, const cx_view *out, double start, double step, int64_t start_i,
                        int64_t step_i)
    {
        return CX_LAUNCH(arange_kernel<T>, cuda_blocks(q, out->shape[0]), CUDA_BLOCK, 0, q,
                         (char *)out->data, out->stride[0], out->shape[0], start, step, start_i,
                         step_i);
    }
};

cx_status cuda_arange(cx_queue *q, double start, double step, int64_t start_i, int64_t step_i,
                      const cx_view *out)
{
    if (out->shape[0] == 0) return CX_OK;
    return cuda_by_dtype<ranger>(out->dtype)(q, out, start, step, start_i, step_i);
}
