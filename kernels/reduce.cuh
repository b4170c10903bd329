/* How the device walks a reduction. The one idea: shape and layout alone cut the reduced elements
 * of every output into segments and give each segment to a team of threads; a thread takes fixed
 * elements into four accumulators, a team is merged as a tree of fixed form, segments in a second
 * launch. So neither the device nor the launch changes a bit. What the operations mean is in
 * reduce_ops.cuh. */
#ifndef CX_KERNELS_REDUCE_CUH
#define CX_KERNELS_REDUCE_CUH
#include "types.cuh"
#include "walk.cuh"

enum { RED_BLOCK = 256, RED_ACCS = 4 };

/** One group of dimensions, innermost last. */
struct red_dims {
    int n;
    bool narrow; /* fewer than 2^31 positions: div holds */
    int64_t shape[CX_KERNEL_NDIM], in[CX_KERNEL_NDIM], beside[CX_KERNEL_NDIM];
    fast_div div[CX_KERNEL_NDIM];
};

/** One call as the kernels see it. */
struct red_call {
    const char *in, *mask;
    char *out;
    int in_type, out_type, op;
    bool skip_nan;     /* a NaN does not count */
    bool unsigned_acc; /* integers are read and written as uint64 */
    bool has_initial;  /* a value of out's dtype that every output starts with */
    bool along;        /* neighbouring threads take neighbours along the reduced dimensions, else
                          along the kept ones */
    bool chunked;      /* one reduced dimension without gaps and no mask: 16 bytes at a time */
    int log_lanes;     /* threads of a team */
    uint64_t flip;     /* turns the order of keys round (reduce_ops.cuh) */
    double ddof;
    uint64_t initial[2];
    red_dims keep, gone; /* beside: strides of the output, of the mask */
    int64_t keep_mask[CX_KERNEL_NDIM];
    int64_t outs, count;       /* outputs; elements of each */
    int64_t segment, segments; /* elements of one, segments of an output */
    int64_t panels;            /* blocks across the outputs */
    unsigned long long *late;  /* where nothing but NaN is noted, or NULL */
};

/** Offsets of a flat position by two lists of strides. */
__device__ inline void red_place(const red_dims &d, int64_t flat, const int64_t *a,
                                 const int64_t *b, int64_t *at, int64_t *bt)
{
    int64_t x = 0, y = 0;
    for (int k = d.n - 1; k > 0; k--) {
        int64_t up;
        if (d.narrow)
            up = fast_divide((uint32_t)flat, d.div[k]);
        else
            up = flat / d.shape[k];
        const int64_t i = flat - up * d.shape[k];
        x += i * a[k];
        y += i * b[k];
        flat = up;
    }
    if (d.n > 0) {
        x += flat * a[0];
        y += flat * b[0];
    }
    *at = x;
    *bt = y;
}

/* ---- elements as they lie in memory */
/** In of a kernel whose input dtype is only known when it runs. */
struct red_any {};

template <class In> struct red_raw {
    typedef In type;
};
template <> struct red_raw<bool> {
    typedef uint8_t type;
};
template <class In> __device__ inline In red_value(typename red_raw<In>::type x)
{
    if constexpr (std::is_same<In, bool>::value)
        return x != 0;
    else
        return x;
}
/** An element in the functor's load type. */
template <class F, class In>
__device__ inline typename F::load red_load(const red_call &g, const char *p)
{
    if constexpr (std::is_same<In, red_any>::value) {
        return F::any(g, g.in_type, p);
    } else {
        typedef typename red_raw<In>::type raw;
        return F::of(g, red_value<In>(*(const raw *)p));
    }
}

/** Sixteen bytes in registers; where they are not aligned, element by element, so that the same
 * thread takes the same elements. */
template <class Raw> struct red_chunk {
    enum { N = 16 / (int)sizeof(Raw) };
    union {
        uint4 all;
        Raw one[N];
    };
    __device__ void get(const Raw *p, bool aligned)
    {
        if (aligned) {
            all = *(const uint4 *)p;
        } else {
            CX_UNROLL
            for (int j = 0; j < N; j++) one[j] = p[j];
        }
    }
};

/* ---- what one thread takes of one segment: n elements from first on */
template <class F, class In>
__device__ inline void red_take(const red_call &g, typename F::acc &a, typename F::load x,
                                uint32_t at)
{
    if constexpr (F::can_skip)
        if (g.skip_nan && F::is_nan(x)) return;
    F::take(a, x, at);
}

template <class F, class In>
__device__ inline void red_strided(const red_call &g, const char *in, const char *mask,
                                   int64_t first, uint32_t n, uint32_t lane,
                                   typename F::acc (&a)[RED_ACCS])
{
    const uint32_t lanes = 1u << g.log_lanes;
    for (uint32_t i = lane; i < n; i += RED_ACCS * lanes) {
        typename F::load x[RED_ACCS];
        bool there[RED_ACCS];
        CX_UNROLL
        for (uint32_t u = 0; u < RED_ACCS; u++) {
            const uint32_t at = i + u * lanes;
            there[u] = at < n;
            if (!there[u]) continue;
            int64_t off, mask_off;
            red_place(g.gone, first + at, g.gone.in, g.gone.beside, &off, &mask_off);
            x[u] = red_load<F, In>(g, in + off);
            if (mask != nullptr) there[u] = *(const uint8_t *)(mask + mask_off) != 0;
        }
        CX_UNROLL
        for (uint32_t u = 0; u < RED_ACCS; u++)
            if (there[u]) red_take<F, In>(g, a[u], x[u], i + u * lanes);
    }
}

template <class F, class In>
__device__ inline void red_chunks(const red_call &g, const char *in, int64_t first, uint32_t n,
                                  uint32_t lane, typename F::acc (&a)[RED_ACCS])
{
    typedef typename red_raw<In>::type raw;
    enum { N = red_chunk<raw>::N, DEEP = N > 4 ? 2 : 4 };
    const raw *const p = (const raw *)in + first;
    const bool aligned = ((uintptr_t)p & 15) == 0;
    const uint32_t lanes = 1u << g.log_lanes, chunks = n / N;
    uint32_t c = lane;
    for (; c + (DEEP - 1) * lanes < chunks; c += DEEP * lanes) {
        red_chunk<raw> x[DEEP];
        CX_UNROLL
        for (uint32_t u = 0; u < DEEP; u++) x[u].get(p + (size_t)(c + u * lanes) * N, aligned);
        CX_UNROLL
        for (uint32_t u = 0; u < DEEP; u++) CX_UNROLL
        for (uint32_t j = 0; j < N; j++)
            red_take<F, In>(g, a[(u * N + j) % RED_ACCS], F::of(g, red_value<In>(x[u].one[j])),
                            (c + u * lanes) * N + j);
    }
    for (; c < chunks; c += lanes) {
        red_chunk<raw> x;
        x.get(p + (size_t)c * N, aligned);
        CX_UNROLL
        for (uint32_t j = 0; j < N; j++)
            red_take<F, In>(g, a[j % RED_ACCS], F::of(g, red_value<In>(x.one[j])), c * N + j);
    }
    for (uint32_t i = chunks * N + lane; i < n; i += lanes)
        red_take<F, In>(g, a[0], F::of(g, red_value<In>(p[i])), i);
}

/* ---- a team's states into its first thread's. Every thread of the block calls it; its own state
 * is in box[thread], lane l of a team is step * l threads behind the first. */
template <class F>
__device__ inline void red_team(typename F::state *box, int thread, int lane, int lanes, int step)
{
    for (int h = lanes / 2; h > 0; h /= 2) {
        if (2 * h * step > warpSize)
            __syncthreads();
        else
            __syncwarp();
        if (lane < h) F::merge(box[thread], box[thread + h * step]);
    }
}

template <class F>
__device__ inline void red_finish(const red_call &g, int64_t o, typename F::state s)
{
    if constexpr (F::has_initial) {
        if (g.has_initial) {
            typename F::state first = F::initial(g);
            F::merge(first, s);
            s = first;
        }
    }
    int64_t at, unused;
    red_place(g.keep, o, g.keep.beside, g.keep.beside, &at, &unused);
    F::store(g, s, g.out + at);
}

template <class F, class In>
__global__ void __launch_bounds__(RED_BLOCK)
    red_kernel(const red_call g, typename F::state *partial)
{
    CX_SHARED(typename F::state, box, [RED_BLOCK]);
    const int thread = (int)threadIdx.x, lanes = 1 << g.log_lanes, width = RED_BLOCK >> g.log_lanes;
    const int lane = g.along ? thread & (lanes - 1) : thread / width;
    const int across = g.along ? thread >> g.log_lanes : thread & (width - 1);
    const int64_t items = g.panels * g.segments;
    for (int64_t item = blockIdx.x; item < items; item += gridDim.x) {
        const int64_t s = item / g.panels, o = (item - s * g.panels) * width + across;
        const int64_t first = s * g.segment, left = g.count - first;
        typename F::acc a[RED_ACCS];
        CX_UNROLL
        for (int u = 0; u < RED_ACCS; u++) F::start(a[u]);
        if (o < g.outs) {
            const uint32_t n = (uint32_t)(left < g.segment ? left : g.segment);
            int64_t in, mask;
            red_place(g.keep, o, g.keep.in, g.keep_mask, &in, &mask);
            if constexpr (!std::is_same<In, red_any>::value) {
                if (g.chunked)
                    red_chunks<F, In>(g, g.in + in, first, n, (uint32_t)lane, a);
                else
                    red_strided<F, In>(g, g.in + in, g.mask == nullptr ? nullptr : g.mask + mask,
                                       first, n, (uint32_t)lane, a);
            } else {
                red_strided<F, In>(g, g.in + in, g.mask == nullptr ? nullptr : g.mask + mask, first,
                                   n, (uint32_t)lane, a);
            }
        }
        typename F::state total = F::state_of(a[0], first);
        CX_UNROLL
        for (int u = 1; u < RED_ACCS; u++) F::merge(total, F::state_of(a[u], first));
        if (lanes > 1) {
            box[thread] = total;
            red_team<F>(box, thread, lane, lanes, g.along ? 1 : width);
            total = box[thread];
        }
        if (lane == 0 && o < g.outs) {
            if (partial != nullptr)
                partial[s * g.outs + o] = total;
            else
                red_finish<F>(g, o, total);
        }
        if (items > gridDim.x) __syncthreads(); /* before the box is filled again */
    }
}

/** The segments of every output; partial is [segment][output]. */
template <class F>
__global__ void __launch_bounds__(RED_BLOCK)
    red_merge_kernel(const red_call g, const typename F::state *partial, int log_lanes)
{
    CX_SHARED(typename F::state, box, [RED_BLOCK]);
    const int thread = (int)threadIdx.x, lanes = 1 << log_lanes, width = RED_BLOCK >> log_lanes;
    const int lane = thread / width, across = thread & (width - 1);
    const int64_t panels = (g.outs + width - 1) / width;
    for (int64_t item = blockIdx.x; item < panels; item += gridDim.x) {
        const int64_t o = item * width + across;
        typename F::acc none;
        F::start(none);
        typename F::state total = F::state_of(none, 0);
        if (o < g.outs) {
            for (int64_t i = lane; i < g.segments; i += RED_ACCS * lanes) {
                typename F::state x[RED_ACCS];
                CX_UNROLL
                for (int u = 0; u < RED_ACCS; u++) {
                    const int64_t at = i + u * lanes;
                    x[u] = at < g.segments ? partial[at * g.outs + o] : F::state_of(none, 0);
                }
                CX_UNROLL
                for (int u = 0; u < RED_ACCS; u++) F::merge(total, x[u]);
            }
        }
        if (lanes > 1) {
            box[thread] = total;
            red_team<F>(box, thread, lane, lanes, width);
            total = box[thread];
        }
        if (lane == 0 && o < g.outs) red_finish<F>(g, o, total);
        if (panels > gridDim.x) __syncthreads();
    }
}

inline int red_log2_up(int64_t n)
{
    int k = 0;
    while (((int64_t)1 << k) < n) k++;
    return k;
}

inline unsigned red_grid(const cx_queue *q, int64_t items)
{
    const int64_t most = (int64_t)cuda_sm_count(q) * 32;
    return (unsigned)(items < most ? items : most);
}

template <class F, class In> inline cx_status red_launch(cx_queue *q, const red_call &g)
{
    typedef typename F::state state;
    cuda_work w(q);
    if (g.segments > 1)
        CX_STATUS_TRY(w.get("reduce", (size_t)g.segments * (size_t)g.outs * sizeof(state)));
    const unsigned grid = red_grid(q, g.panels * g.segments);
    CX_STATUS_TRY(CX_LAUNCH((red_kernel<F, In>), grid, RED_BLOCK, 0, q, g, w.as<state>()));
    if (g.segments == 1) return CX_OK;
    int log_width = red_log2_up(g.outs), log_lanes = red_log2_up(g.segments);
    if (log_width > 5) log_width = 5;
    if (log_lanes > 8 - log_width) log_lanes = 8 - log_width;
    const int64_t width = RED_BLOCK >> log_lanes;
    return CX_LAUNCH(red_merge_kernel<F>, red_grid(q, (g.outs + width - 1) / width), RED_BLOCK, 0,
                     q, g, w.as<state>(), log_lanes);
}

/* ---- the families, one file each */
typedef cx_status red_fn(cx_queue *q, const red_call &g);
/** By input dtype; NULL where the family does not take it. */
red_fn *red_sum_natural(int in);  /* accumulates as the dtype itself, integers in 64 bits */
red_fn *red_sum_double(int in);   /* real dtypes in float64 */
red_fn *red_sum_any(int load);    /* by accumulator: any input */
red_fn *red_prod_natural(int in); /* floats in 64 bits */
red_fn *red_prod_any(int load);
red_fn *red_var_natural(int in);
red_fn *red_var_complex(void); /* any input */
red_fn *red_extreme(int in);
red_fn *red_place_of(int in);
red_fn *red_truth(int in);
#endif
