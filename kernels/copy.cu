/* Copies between strided views of one shape, with a cast. Both views are walked in the order of the
 * output's memory. Without a cast elements are units of 1 to 16 bytes, as wide as alignment allows;
 * memory in one piece goes to the copy engine's own routine, exchanged dimensions pass in tiles
 * through shared memory. A cast knows its source at compile time and its target at run time, so
 * that there is one kernel a source. */
#include "types.cuh"
#include "walk.cuh"

/* How an element is stored: as it is, or as a dtype known at run time. */
template <class T> struct as_it_is {
    __device__ static void store(int, void *p, T v) { *(T *)p = v; }
};
template <class T> struct as_dtype {
    __device__ static void store(int to, void *p, T v) { store_as(to, p, v); }
};

/* ---- element by element: operand 0 is written, 1 read */
template <class T, class Store> __global__ void copy_each(cuda_piece<2> w, int to)
{
    enum { AT_ONCE = 4 };
    const uint32_t step = gridDim.x * blockDim.x;
    uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    for (; i < w.total && w.total - i > (AT_ONCE - 1) * step; i += AT_ONCE * step) {
        char *p[AT_ONCE][2];
        T v[AT_ONCE];
        CX_UNROLL
        for (int j = 0; j < AT_ONCE; j++) {
            piece_at(w, i + (uint32_t)j * step, p[j]);
            v[j] = *(const T *)p[j][1];
        }
        CX_UNROLL
        for (int j = 0; j < AT_ONCE; j++) Store::store(to, p[j][0], v[j]);
    }
    for (; i < w.total; i += step) {
        char *p[2];
        piece_at(w, i, p);
        Store::store(to, p[0], *(const T *)p[1]);
    }
}

/* ---- both contiguous, with a cast: 16 bytes of the wider dtype a thread */
template <class T, int COUNT> struct alignas(sizeof(T) * COUNT) copy_pack {
    T at[COUNT];
};
template <class From, class To>
__device__ inline void cast_run(const From *in, To *out, int64_t n, int64_t whole)
{
    constexpr int wider = sizeof(From) > sizeof(To) ? sizeof(From) : sizeof(To), COUNT = 16 / wider;
    CX_GRID_STRIDE(int64_t, i, whole / COUNT)
    {
        const copy_pack<From, COUNT> v = ((const copy_pack<From, COUNT> *)in)[i];
        copy_pack<To, COUNT> r;
        CX_UNROLL
        for (int j = 0; j < COUNT; j++) r.at[j] = convert<To>(v.at[j]);
        ((copy_pack<To, COUNT> *)out)[i] = r;
    }
    whole -= whole % COUNT;
    CX_GRID_STRIDE(int64_t, k, n - whole) out[whole + k] = convert<To>(in[whole + k]);
}
template <class From>
__global__ void cast_flat(const From *in, void *out, int to, int64_t n, bool aligned)
{
    const int64_t whole = aligned ? n : 0;
    switch (to) {
    case CX_BOOL: cast_run(in, (bool *)out, n, whole); break;
    case CX_I8: cast_run(in, (int8_t *)out, n, whole); break;
    case CX_I16: cast_run(in, (int16_t *)out, n, whole); break;
    case CX_I32: cast_run(in, (int32_t *)out, n, whole); break;
    case CX_I64: cast_run(in, (int64_t *)out, n, whole); break;
    case CX_U8: cast_run(in, (uint8_t *)out, n, whole); break;
    case CX_U16: cast_run(in, (uint16_t *)out, n, whole); break;
    case CX_U32: cast_run(in, (uint32_t *)out, n, whole); break;
    case CX_U64: cast_run(in, (uint64_t *)out, n, whole); break;
    case CX_F16: cast_run(in, (f16 *)out, n, whole); break;
    case CX_BF16: cast_run(in, (bf16 *)out, n, whole); break;
    case CX_F32: cast_run(in, (float *)out, n, whole); break;
    case CX_F64: cast_run(in, (double *)out, n, whole); break;
    case CX_C64: cast_run(in, (c64 *)out, n, whole); break;
    default: cast_run(in, (c128 *)out, n, whole); break;
    }
}

/* ---- exchanged dimensions: the output runs along a, the input along b */
struct copy_tiling {
    cuda_walk<2> outer; /* the other dimensions; total 1 if there is none */
    int64_t na, nb, tiles_a, tiles_b, tiles;
    int64_t out_a, out_b, in_a, in_b; /* strides */
};
template <class T, class Store> __global__ void copy_tiles(copy_tiling t, int to)
{
    constexpr int SIDE = sizeof(T) <= 4 ? 64 : 32, ROWS = CUDA_BLOCK / SIDE, EACH = SIDE / ROWS;
    /* rows an odd number of words apart: a column then lies in as many banks as a row */
    constexpr int PAD = sizeof(T) >= 4 ? 1 : 4 / (int)sizeof(T);
    CX_SHARED(T, tile, [SIDE][SIDE + PAD]);
    const int x = (int)threadIdx.x % SIDE, y = (int)threadIdx.x / SIDE;
    for (int64_t at = blockIdx.x; at < t.tiles; at += gridDim.x) {
        const int64_t a0 = at % t.tiles_a * SIDE, rest = at / t.tiles_a;
        const int64_t b0 = rest % t.tiles_b * SIDE;
        char *p[2];
        walk_at<int64_t>(t.outer, rest / t.tiles_b, p);
        T v[EACH];
        CX_UNROLL
        for (int j = 0; j < EACH; j++) {
            const int64_t a = a0 + y + j * ROWS, b = b0 + x;
            if (a < t.na && b < t.nb) v[j] = *(const T *)(p[1] + a * t.in_a + b * t.in_b);
        }
        CX_UNROLL
        for (int j = 0; j < EACH; j++) {
            const int64_t a = a0 + y + j * ROWS, b = b0 + x;
            if (a < t.na && b < t.nb) tile[y + j * ROWS][x] = v[j];
        }
        __syncthreads();
        CX_UNROLL
        for (int j = 0; j < EACH; j++) {
            const int64_t a = a0 + x, b = b0 + y + j * ROWS;
            if (a < t.na && b < t.nb)
                Store::store(to, p[0] + a * t.out_a + b * t.out_b, tile[x][y + j * ROWS]);
        }
        __syncthreads();
    }
}

/* ---- on the host */
static int64_t magnitude(int64_t x)
{
    return x < 0 ? -x : x;
}

/* Both views with dimensions in the order of the output's strides, largest first. */
static void order_by_output(const cx_view *in, const cx_view *out, cx_view *in_to, cx_view *out_to)
{
    int order[CX_KERNEL_NDIM];
    for (int i = 0; i < out->ndim; i++) {
        int j = i;
        for (; j > 0 && magnitude(out->stride[order[j - 1]]) < magnitude(out->stride[i]); j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    *in_to = *in;
    *out_to = *out;
    for (int i = 0; i < out->ndim; i++) {
        out_to->shape[i] = out->shape[order[i]];
        out_to->stride[i] = out->stride[order[i]];
        in_to->shape[i] = out_to->shape[i];
        in_to->stride[i] = in->ndim == 0 ? 0 : in->stride[order[i]];
    }
    in_to->ndim = out->ndim;
}

/* Bytes that can be moved at once: size, or more of them that lie together in both views and begin
 * at multiples of so many everywhere; or less, where size is more than the alignment. */
static int widest_unit(cuda_walk<2> *w, int64_t size)
{
    const int last = w->ndim - 1;
    uint64_t bits = (uint64_t)w->data[0] | (uint64_t)w->data[1];
    for (int d = 0; d < last; d++) bits |= (uint64_t)w->stride[0][d] | (uint64_t)w->stride[1][d];
    if (w->stride[0][last] != size || w->stride[1][last] != size) {
        bits |= (uint64_t)w->stride[0][last] | (uint64_t)w->stride[1][last];
        return bits % (uint64_t)size == 0 ? (int)size : (int)size / 2;
    }
    bits |= (uint64_t)(w->shape[last] * size) | 16;
    const int64_t unit = (int64_t)(bits & (0 - bits));
    w->total = w->total / w->shape[last] * (w->shape[last] * size / unit);
    w->shape[last] = w->shape[last] * size / unit;
    w->stride[0][last] = w->stride[1][last] = unit;
    return (int)unit;
}

/* Dimension along which the input lies closest in memory, if that is another one than the output's
 * and both are long enough for a tile to pay. */
static int input_dimension(const cuda_walk<2> &w, int64_t size)
{
    enum { LEAST = 8 };
    const int last = w.ndim - 1;
    if (w.stride[1][last] == 0 || magnitude(w.stride[1][last]) <= size) return last;
    int best = last;
    for (int d = 0; d < last; d++)
        if (w.stride[1][d] != 0 && magnitude(w.stride[1][d]) < magnitude(w.stride[1][best]))
            best = d;
    return w.shape[last] >= LEAST && w.shape[best] >= LEAST ? best : last;
}

template <class T, class Store>
static cx_status run_tiles(cx_queue *q, const cuda_walk<2> &w, int b, int to)
{
    const int last = w.ndim - 1;
    constexpr int SIDE = sizeof(T) <= 4 ? 64 : 32;
    copy_tiling t;
    t.na = w.shape[last], t.nb = w.shape[b];
    t.out_a = w.stride[0][last], t.out_b = w.stride[0][b];
    t.in_a = w.stride[1][last], t.in_b = w.stride[1][b];
    t.tiles_a = (t.na + SIDE - 1) / SIDE, t.tiles_b = (t.nb + SIDE - 1) / SIDE;
    t.outer.ndim = 0;
    t.outer.total = w.total / t.na / t.nb;
    for (int k = 0; k < 2; k++) t.outer.data[k] = w.data[k];
    for (int d = 0; d < w.ndim; d++) {
        if (d == last || d == b) continue;
        t.outer.shape[t.outer.ndim] = w.shape[d];
        for (int k = 0; k < 2; k++) t.outer.stride[k][t.outer.ndim] = w.stride[k][d];
        t.outer.ndim++;
    }
    if (t.outer.ndim == 0) {
        t.outer.ndim = 1;
        t.outer.shape[0] = 1;
        t.outer.stride[0][0] = t.outer.stride[1][0] = 0;
    }
    t.tiles = t.tiles_a * t.tiles_b * t.outer.total;
    const int64_t most = (int64_t)1 << 30;
    return CX_LAUNCH((copy_tiles<T, Store>), (unsigned)(t.tiles < most ? t.tiles : most),
                     CUDA_BLOCK, 0, q, t, to);
}

template <class T, class Store>
static cx_status run(cx_queue *q, const cuda_walk<2> &w, int64_t size, int to)
{
    const int b = input_dimension(w, size);
    if (b != w.ndim - 1) return run_tiles<T, Store>(q, w, b, to);
    return cuda_pieces(w, [&](const cuda_piece<2> &p) {
        return CX_LAUNCH((copy_each<T, Store>), cuda_waves(q, p.total), CUDA_BLOCK, 0, q, p, to);
    });
}

template <class T> struct caster {
    typedef cx_status fn_t(cx_queue *q, const cuda_walk<2> &w, int to);
    static cx_status fn(cx_queue *q, const cuda_walk<2> &w, int to)
    {
        if (w.flat(0, cuda_itemsize(to)) && w.flat(1, sizeof(T))) {
            const bool aligned = ((uintptr_t)w.data[0] | (uintptr_t)w.data[1]) % 16 == 0;
            return CX_LAUNCH(cast_flat<T>, cuda_waves(q, w.total / (16 / (int)sizeof(T)) + 1),
                             CUDA_BLOCK, 0, q, (const T *)w.data[1], (void *)w.data[0], to, w.total,
                             aligned);
        }
        return run<T, as_dtype<T>>(q, w, sizeof(T), to);
    }
};

static cx_status copy_units(cx_queue *q, cuda_walk<2> w, int64_t size)
{
    const int unit = widest_unit(&w, size);
    if (unit < size && w.stride[0][w.ndim - 1] != unit) {
        /* a complex number aligned as its parts are: they become the innermost dimension */
        if (w.ndim == CX_KERNEL_NDIM)
            return cuda_core->fail(CX_E_UNSUPPORTED, "copy",
                                   "complex numbers at addresses of their parts in %d dimensions",
                                   w.ndim);
        w.shape[w.ndim] = size / unit;
        w.stride[0][w.ndim] = w.stride[1][w.ndim] = unit;
        w.total *= size / unit;
        w.ndim++;
    }
    switch (unit) {
    case 1: return run<uint8_t, as_it_is<uint8_t>>(q, w, 1, 0);
    case 2: return run<uint16_t, as_it_is<uint16_t>>(q, w, 2, 0);
    case 4: return run<uint32_t, as_it_is<uint32_t>>(q, w, 4, 0);
    case 8: return run<uint64_t, as_it_is<uint64_t>>(q, w, 8, 0);
    default: return run<uint4, as_it_is<uint4>>(q, w, 16, 0);
    }
}

/* A scalar of the host's: brought to the output's dtype here, and repeated. */
template <class To> struct repeater {
    typedef cx_status fn_t(cx_queue *q, const cx_view *in, const cx_view *out);
    static cx_status fn(cx_queue *q, const cx_view *in, const cx_view *out)
    {
        const To v = load_as<To>(in->dtype, in->data);
        cx_view value = *in;
        value.data = (void *)&v;
        value.dtype = out->dtype;
        return cuda_fill(q, &value, out);
    }
};

cx_status cuda_copy(cx_queue *q, const cx_view *in, const cx_view *out)
{
    if ((in->dtype == CX_CAT && out->dtype != CX_CAT &&
         !(out->dtype >= CX_I8 && out->dtype <= CX_U64)) ||
        (out->dtype == CX_CAT && in->dtype != CX_CAT))
        return cuda_core->fail(CX_E_DTYPE, "copy", "no conversion from %s to %s",
                               cuda_dtype_name(in->dtype), cuda_dtype_name(out->dtype));
    if ((in->flags & CX_VIEW_HOST) != 0) return cuda_by_dtype<repeater>(out->dtype)(q, in, out);
    cx_view in_sorted, out_sorted;
    order_by_output(in, out, &in_sorted, &out_sorted);
    const cx_view *const views[2] = {&out_sorted, &in_sorted};
    const cuda_walk<2> w = cuda_walk_of(views);
    if (w.total == 0) return CX_OK;
    if (in->dtype != out->dtype) return cuda_by_dtype<caster>(in->dtype)(q, w, out->dtype);
    const int64_t size = cuda_itemsize(out->dtype);
    if (w.flat(0, size) && w.flat(1, size))
        return cuda_check(q->dev, "copy",
                          cudaMemcpyAsync(w.data[0], w.data[1], (size_t)(w.total * size),
                                          cudaMemcpyDeviceToDevice, cuda_stream(q)));
    return copy_units(q, w, size);
}
