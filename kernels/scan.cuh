/* Running sums and products on the device. The one idea: length and layout alone cut a line into
 * segments, and a team of threads goes through a segment tile by tile, eight neighbours a thread;
 * long lines take three launches (totals of the segments, their own scan, the segments with what
 * stands before them). So neither the device nor the launch changes a bit. Floats are added up in
 * float64. */
#ifndef CX_KERNELS_SCAN_CUH
#define CX_KERNELS_SCAN_CUH
#include "reduce.cuh"

enum { SCAN_BLOCK = 256, SCAN_ITEMS = 8 };

struct scan_call {
    const char *in;
    char *out;
    int in_type, out_type;
    bool unsigned_acc;
    int log_lanes;             /* threads of a team */
    red_dims lines;            /* every dimension but the axis; beside: of the output */
    int64_t n_lines, n;        /* lines, elements of one */
    int64_t in_step, out_step; /* bytes along the axis */
    int64_t segment, segments;
};

/** What a dtype is added up in, and what comes of it where nothing else is asked for. */
template <class In> struct scan_of {
    typedef typename std::conditional<
        is_complex<In>, c128,
        typename std::conditional<is_float<compute_t<In>>, double, uint64_t>::type>::type wide;
    typedef typename std::conditional<
        is_float<compute_t<In>> || is_complex<In>, In,
        typename std::conditional<std::is_unsigned<In>::value && !std::is_same<In, bool>::value,
                                  uint64_t, int64_t>::type>::type out;
};

template <bool MUL, class T> __device__ inline T scan_join(T a, T b)
{
    if constexpr (is_complex<T>)
        return MUL ? T{a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}
                   : T{a.re + b.re, a.im + b.im};
    else
        return MUL ? a * b : a + b;
}
template <class T> __device__ inline T scan_up(T v, unsigned by, int width)
{
    if constexpr (is_complex<T>)
        return T{scan_up(v.re, by, width), scan_up(v.im, by, width)};
    else
        return __shfl_up_sync(0xffffffffu, v, by, width);
}
template <class T> __device__ inline T scan_from(T v, int lane, int width)
{
    if constexpr (is_complex<T>)
        return T{scan_from(v.re, lane, width), scan_from(v.im, lane, width)};
    else
        return __shfl_sync(0xffffffffu, v, lane, width);
}

/* ---- eight neighbours, of which left are there */
template <class T> struct scan_pack {
    typedef typename std::conditional<sizeof(T) == 1, uint2, uint4>::type word;
    enum { WORDS = (int)(SCAN_ITEMS * sizeof(T) / sizeof(word)) };
    union {
        word all[WORDS];
        T one[SCAN_ITEMS];
    };
    __device__ static bool fits(const char *p, int64_t step, int64_t left)
    {
        return step == (int64_t)sizeof(T) && left >= SCAN_ITEMS &&
               ((uintptr_t)p & (sizeof(word) - 1)) == 0;
    }
};
template <class W, class In>
__device__ inline void scan_get(const scan_call &g, const char *p, int64_t left, W (&x)[SCAN_ITEMS])
{
    if constexpr (std::is_same<In, red_any>::value) {
        CX_UNROLL
        for (int j = 0; j < SCAN_ITEMS; j++) {
            if (j >= left) continue;
            if (std::is_same<W, uint64_t>::value && !g.unsigned_acc)
                x[j] = convert<W>(load_as<int64_t>(g.in_type, p + j * g.in_step));
            else
                x[j] = load_as<W>(g.in_type, p + j * g.in_step);
        }
    } else {
        typedef typename red_raw<In>::type raw;
        scan_pack<raw> v;
        if (v.fits(p, g.in_step, left)) {
            CX_UNROLL
            for (int k = 0; k < scan_pack<raw>::WORDS; k++)
                v.all[k] = ((const typename scan_pack<raw>::word *)p)[k];
        } else {
            CX_UNROLL
            for (int j = 0; j < SCAN_ITEMS; j++)
                if (j < left) v.one[j] = *(const raw *)(p + j * g.in_step);
        }
        CX_UNROLL
        for (int j = 0; j < SCAN_ITEMS; j++)
            if (j < left) x[j] = convert<W>(red_value<In>(v.one[j]));
    }
}
template <class W, class In>
__device__ inline void scan_put(const scan_call &g, char *p, int64_t left, const W (&y)[SCAN_ITEMS])
{
    if constexpr (std::is_same<In, red_any>::value) {
        CX_UNROLL
        for (int j = 0; j < SCAN_ITEMS; j++) {
            if (j >= left) continue;
            if constexpr (std::is_same<W, uint64_t>::value) {
                if (!g.unsigned_acc) {
                    store_as<int64_t>(g.out_type, p + j * g.out_step, (int64_t)y[j]);
                    continue;
                }
            }
            store_as<W>(g.out_type, p + j * g.out_step, y[j]);
        }
    } else {
        typedef typename scan_of<In>::out out;
        scan_pack<out> v;
        CX_UNROLL
        for (int j = 0; j < SCAN_ITEMS; j++) v.one[j] = convert<out>(y[j]);
        if (v.fits(p, g.out_step, left)) {
            CX_UNROLL
            for (int k = 0; k < scan_pack<out>::WORDS; k++)
                ((typename scan_pack<out>::word *)p)[k] = v.all[k];
        } else {
            CX_UNROLL
            for (int j = 0; j < SCAN_ITEMS; j++)
                if (j < left) *(out *)(p + j * g.out_step) = v.one[j];
        }
    }
}

/* ---- one tile: x becomes the running values within the team's tile, *before what stands before
 * this thread's elements there (if *some), and the tile's total comes back. Nothing is joined with
 * a neutral element, which would make (inf, nan) of an infinite complex product. */
template <bool MUL, class W>
__device__ inline W scan_tile(W (&x)[SCAN_ITEMS], W *sums, int log_lanes, W *before, bool *some)
{
    CX_UNROLL
    for (int j = 1; j < SCAN_ITEMS; j++) x[j] = scan_join<MUL>(x[j - 1], x[j]);
    *before = x[0];
    *some = false;
    if (log_lanes == 0) return x[SCAN_ITEMS - 1];
    const int width = log_lanes < 5 ? 1 << log_lanes : 32;
    const int lane = (int)threadIdx.x & (width - 1);
    W up, sum = x[SCAN_ITEMS - 1];
    for (int d = 1; d < width; d *= 2) {
        up = scan_up(sum, (unsigned)d, width);
        if (lane >= d) sum = scan_join<MUL>(up, sum);
    }
    up = scan_up(sum, 1, width);
    *before = up;
    *some = lane > 0;
    if (log_lanes <= 5) return scan_from(sum, width - 1, width);
    const int warp = (int)threadIdx.x / 32;
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    W total = sums[0], first = total;
    for (int k = 1; k < SCAN_BLOCK / 32; k++) {
        if (k == warp) first = total;
        total = scan_join<MUL>(total, sums[k]);
    }
    if (warp > 0) *before = *some ? scan_join<MUL>(first, up) : first;
    *some = *some || warp > 0;
    return total;
}

/** totals: [line][segment]. sums_only: write them; otherwise they are running already, and each
 * segment goes on from the one before. */
template <bool MUL, class In, class W>
__global__ void __launch_bounds__(SCAN_BLOCK, is_complex<W> ? 2 : 4)
    scan_kernel(const scan_call g, W *totals, bool sums_only)
{
    CX_SHARED(W, sums, [2][SCAN_BLOCK / 32]);
    const int lanes = 1 << g.log_lanes, lane = (int)threadIdx.x & (lanes - 1);
    const int64_t teams = g.n_lines * g.segments, in_block = SCAN_BLOCK >> g.log_lanes;
    const int64_t items = (teams + in_block - 1) / in_block, tile = (int64_t)lanes * SCAN_ITEMS;
    int turn = 0;
    for (int64_t item = blockIdx.x; item < items; item += gridDim.x) {
        const int64_t team = item * in_block + (threadIdx.x >> g.log_lanes);
        const bool there = team < teams;
        const int64_t s = there ? team / g.n_lines : 0, line = there ? team - s * g.n_lines : 0;
        const int64_t first = s * g.segment, rest = g.n - first;
        const int64_t n = !there ? 0 : rest < g.segment ? rest : g.segment;
        int64_t in, out;
        red_place(g.lines, line, g.lines.in, g.lines.beside, &in, &out);
        const char *const src = g.in + in + first * g.in_step;
        char *const dst = g.out + out + first * g.out_step;
        W carry = convert<W>((int64_t)MUL), x[SCAN_ITEMS];
        bool carried = totals != nullptr && !sums_only && s > 0;
        if (carried) carry = totals[line * g.segments + s - 1];
        /* lanes of a warp meet in every tile, so shorter segments go round as often as full ones */
        const int64_t end = lanes == 1 || lanes == SCAN_BLOCK ? n : g.segment;
        for (int64_t i = (int64_t)lane * SCAN_ITEMS; i - lane * SCAN_ITEMS < end; i += tile) {
            const int64_t left = n - i;
            CX_UNROLL
            for (int j = 0; j < SCAN_ITEMS; j++) x[j] = convert<W>((int64_t)MUL);
            scan_get<W, In>(g, src + i * g.in_step, left, x);
            W before;
            bool some;
            const W total = scan_tile<MUL>(x, sums[turn], g.log_lanes, &before, &some);
            turn ^= 1;
            if (carried) before = some ? scan_join<MUL>(carry, before) : carry;
            if (!sums_only) {
                if (some || carried) {
                    CX_UNROLL
                    for (int j = 0; j < SCAN_ITEMS; j++) x[j] = scan_join<MUL>(before, x[j]);
                }
                scan_put<W, In>(g, dst + i * g.out_step, left, x);
            }
            carry = carried ? scan_join<MUL>(carry, total) : total;
            carried = true;
        }
        if (sums_only && there && lane == 0) totals[line * g.segments + s] = carry;
    }
}

typedef cx_status scan_fn(cx_queue *q, const scan_call &g);

template <bool MUL, class In, class W>
inline cx_status scan_pass(cx_queue *q, const scan_call &g, W *totals, bool sums_only)
{
    const int64_t in_block = SCAN_BLOCK >> g.log_lanes,
                  items = (g.n_lines * g.segments + in_block - 1) / in_block;
    return CX_LAUNCH((scan_kernel<MUL, In, W>), red_grid(q, items), SCAN_BLOCK, 0, q, g, totals,
                     sums_only);
}

/** Threads of a team for lines of n elements that lie along the axis. */
inline int scan_lanes(int64_t n)
{
    const int log_lanes = red_log2_up((n + SCAN_ITEMS - 1) / SCAN_ITEMS);
    return n > 1024 ? 8 : log_lanes > 5 ? 5 : log_lanes;
}

template <bool MUL, class In, class W> inline cx_status scan_launch(cx_queue *q, const scan_call &g)
{
    if (g.segments == 1) return scan_pass<MUL, In, W>(q, g, nullptr, false);
    cuda_work w(q);
    CX_STATUS_TRY(w.get("scan", (size_t)g.n_lines * (size_t)g.segments * sizeof(W)));
    CX_STATUS_TRY((scan_pass<MUL, In, W>(q, g, w.as<W>(), true)));
    scan_call t = {};
    t.in = t.out = w.as<char>();
    t.log_lanes = scan_lanes(g.segments);
    t.lines.n = 1;
    t.lines.shape[0] = t.n_lines = g.n_lines;
    t.lines.in[0] = t.lines.beside[0] = g.segments * (int64_t)sizeof(W);
    t.n = t.segment = g.segments;
    t.segments = 1;
    t.in_step = t.out_step = sizeof(W);
    CX_STATUS_TRY((scan_pass<MUL, W, W>(q, t, nullptr, false)));
    return scan_pass<MUL, In, W>(q, g, w.as<W>(), false);
}

/** By input dtype, where the output's is the natural one; else by what the output's adds up in. */
scan_fn *scan_sum(int in);
scan_fn *scan_sum_any(int out);
scan_fn *scan_prod(int in);
scan_fn *scan_prod_any(int out);

template <bool MUL> struct scans {
    template <class In> struct natural {
        typedef scan_fn fn_t;
        static cx_status fn(cx_queue *q, const scan_call &g)
        {
            return scan_launch<MUL, In, typename scan_of<In>::wide>(q, g);
        }
    };
    /* by the output's dtype: its wide type, whatever comes in */
    template <class Out> struct any {
        typedef scan_fn fn_t;
        static cx_status fn(cx_queue *q, const scan_call &g)
        {
            return scan_launch<MUL, red_any, typename scan_of<Out>::wide>(q, g);
        }
    };
};
#endif
