/* Filling with one value, and ranges. */
#include "types.cuh"
#include "walk.cuh"

/* Where there are gaps, element by element; T is any type of the element's size. */
template <class T> __global__ void fill_each(cuda_piece<1> w, T value)
{
    CX_GRID_STRIDE(uint32_t, i, w.total)
    {
        char *p[1];
        piece_at(w, i, p);
        *(T *)p[0] = value;
    }
}
/* Memory in one piece: 16 bytes of the repeated element at once, the last few bytes by themselves.
 */
struct fill_pattern {
    uint4 all;
    uint8_t byte[16];
};
__global__ void fill_flat(uint4 *out, int64_t bytes, fill_pattern v)
{
    const int64_t whole = bytes / 16;
    CX_GRID_STRIDE(int64_t, i, whole) out[i] = v.all;
    CX_GRID_STRIDE(int64_t, k, bytes % 16)((uint8_t *)(out + whole))[k] = v.byte[k];
}

template <class T> static cx_status fill(cx_queue *q, const void *value, const cuda_walk<1> &w)
{
    T v;
    memcpy(&v, value, sizeof v);
    if (w.flat(0, sizeof v) && (uintptr_t)w.data[0] % 16 == 0) {
        fill_pattern p;
        for (size_t i = 0; i < 16; i += sizeof v) memcpy(p.byte + i, &v, sizeof v);
        memcpy(&p.all, p.byte, sizeof p.all);
        const int64_t bytes = w.total * (int64_t)sizeof v;
        return CX_LAUNCH(fill_flat, cuda_waves(q, bytes / 16 + 1), CUDA_BLOCK, 0, q,
                         (uint4 *)(void *)w.data[0], bytes, p);
    }
    return cuda_pieces(w, [&](const cuda_piece<1> &p) {
        return CX_LAUNCH(fill_each<T>, cuda_waves(q, p.total), CUDA_BLOCK, 0, q, p, v);
    });
}

cx_status cuda_fill(cx_queue *q, const cx_view *value, const cx_view *out)
{
    const cx_view *const views[1] = {out};
    const cuda_walk<1> w = cuda_walk_of(views);
    if (w.total == 0) return CX_OK;
    switch (cuda_itemsize(out->dtype)) {
    case 1: return fill<uint8_t>(q, value->data, w);
    case 2: return fill<uint16_t>(q, value->data, w);
    case 4: return fill<uint32_t>(q, value->data, w);
    case 8:
        return out->dtype == CX_C64 ? fill<c64>(q, value->data, w)
                                    : fill<uint64_t>(q, value->data, w);
    default: return fill<c128>(q, value->data, w);
    }
}

template <class T>
__global__ void arange_kernel(char *out, int64_t stride, int64_t n, double start, double step,
                              int64_t start_i, int64_t step_i)
{
    CX_GRID_STRIDE(int64_t, i, n)
    {
        T v;
        if constexpr (is_int<T>)
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
