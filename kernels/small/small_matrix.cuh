/* What the kernels over stacks of small matrices share: numbers real or complex, a team of lanes
 * that works on one matrix in shared memory, and how matrices come and go by their strides, so that
 * neighbouring lanes touch neighbouring elements whichever way the matrix lies.
 *
 * A team has 4, 8, 16 or 32 lanes of one warp, at least as many as the matrix has rows or columns;
 * its mask is all that meets, so that teams of one warp need not take the same way. */
#ifndef CX_KERNELS_SMALL_MATRIX_CUH
#define CX_KERNELS_SMALL_MATRIX_CUH
#include "complex.cuh"
#include "matrix.h"
#include "small/small.h"

namespace small {

/* ---- numbers */
template <class T> struct real_part_type {
    typedef T type;
};
template <class R> struct real_part_type<complex_of<R>> {
    typedef R type;
};
template <class T> using real_t = typename real_part_type<T>::type;

template <class R> constexpr R epsilon = std::numeric_limits<R>::epsilon();
template <class R> constexpr R least_normal = std::numeric_limits<R>::min();

template <class T> __device__ inline T number(real_t<T> x)
{
    if constexpr (is_complex<T>)
        return {x, 0};
    else
        return x;
}
template <class T> __device__ inline T conj_of(T x)
{
    if constexpr (is_complex<T>)
        return {x.re, -x.im};
    else
        return x;
}
template <class T> __device__ inline real_t<T> real_of(T x)
{
    if constexpr (is_complex<T>)
        return x.re;
    else
        return x;
}
__device__ inline float fused(float a, float b, float c)
{
    return fmaf(a, b, c);
}
__device__ inline double fused(double a, double b, double c)
{
    return fma(a, b, c);
}
__device__ inline float root(float x)
{
    return sqrtf(x);
}
__device__ inline double root(double x)
{
    return sqrt(x);
}
__device__ inline float magnitude(float x)
{
    return fabsf(x);
}
__device__ inline double magnitude(double x)
{
    return fabs(x);
}
template <class R> __device__ inline R magnitude(complex_of<R> x)
{
    return hypot_near(x.re, x.im);
}
/* The size by which LAPACK chooses pivots. */
template <class T> __device__ inline real_t<T> rough_size(T x)
{
    if constexpr (is_complex<T>)
        return magnitude(x.re) + magnitude(x.im);
    else
        return magnitude(x);
}
template <class T> __device__ inline real_t<T> largest_part(T x)
{
    if constexpr (is_complex<T>) {
        const real_t<T> re = magnitude(x.re), im = magnitude(x.im);
        return re > im ? re : im;
    } else {
        return magnitude(x);
    }
}
template <class T> __device__ inline bool all_finite(T x)
{
    if constexpr (is_complex<T>)
        return is_finite(x.re) && is_finite(x.im);
    else
        return is_finite(x);
}
template <class T> __device__ inline T times(T x, real_t<T> r)
{
    if constexpr (is_complex<T>)
        return {x.re * r, x.im * r};
    else
        return x * r;
}
template <class T> __device__ inline T over(T x, real_t<T> r)
{
    if constexpr (is_complex<T>)
        return {x.re / r, x.im / r};
    else
        return x / r;
}
/* c + a b and c - a b, each product rounded once with its sum */
template <class T> __device__ inline T plus_product(T c, T a, T b)
{
    if constexpr (is_complex<T>)
        return {fused(-a.im, b.im, fused(a.re, b.re, c.re)),
                fused(a.im, b.re, fused(a.re, b.im, c.im))};
    else
        return fused(a, b, c);
}
template <class T> __device__ inline T minus_product(T c, T a, T b)
{
    return plus_product(c, -a, b);
}
/* c + |x|^2 */
template <class T> __device__ inline real_t<T> plus_square(real_t<T> c, T x)
{
    if constexpr (is_complex<T>)
        return fused(x.im, x.im, fused(x.re, x.re, c));
    else
        return fused(x, x, c);
}
/* c - |x|^2 */
template <class T> __device__ inline real_t<T> minus_square(real_t<T> c, T x)
{
    if constexpr (is_complex<T>)
        return fused(-x.im, x.im, fused(-x.re, x.re, c));
    else
        return fused(-x, x, c);
}
/* x times a power of 2, and the power that brings x into [1, 2) (0 for 0 and infinity) */
__device__ inline float scaled(float x, int e)
{
    return ldexpf(x, e);
}
__device__ inline double scaled(double x, int e)
{
    return ldexp(x, e);
}
template <class R> __device__ inline complex_of<R> scaled(complex_of<R> x, int e)
{
    return {scaled(x.re, e), scaled(x.im, e)};
}
template <class R> __device__ inline int to_one(R x)
{
    return x > 0 && is_finite(x) ? -ilogb((double)x) : 0;
}

/* x / d for many x: by the reciprocal, unless that would overflow */
template <class T> struct divisor {
    T d, inverse;
    bool plain;
};
template <class T> __device__ inline divisor<T> divisor_of(T d)
{
    const bool plain = !(rough_size(d) >= 4 * least_normal<real_t<T>>);
    return {d, plain ? d : number<T>(1) / d, plain};
}
template <class T> __device__ inline T divide(T x, const divisor<T> &d)
{
    return d.plain ? x / d.d : x * d.inverse;
}

/* The unitary rotation that makes a Hermitian [[p, x], [conj x, q]] diagonal (x not 0): columns
 * become c u - conj(s) v and s u + c v, and p - t |x| and q + t |x| the diagonal. */
template <class T> struct rotation {
    real_t<T> c, move; /* move: t |x| */
    T s;
};
template <class T> __device__ inline rotation<T> rotation_of(real_t<T> p, real_t<T> q, T x)
{
    typedef real_t<T> R;
    const R size = magnitude(x), slope = (q - p) / (2 * size), far = magnitude(slope);
    /* far from diagonal the square would overflow, and the 1 is lost anyway */
    const R t0 = far * epsilon<R> > 1 ? (R)0.5 / far : (R)1 / (far + root(fused(far, far, (R)1)));
    const R t = slope < 0 ? -t0 : t0;
    const R c = (R)1 / root(fused(t, t, (R)1));
    return {c, t * size, times(over(x, size), t * c)};
}
template <class T> __device__ inline void rotate(T &u, T &v, real_t<T> c, T s)
{
    const T x = u, y = v;
    u = minus_product(times(x, c), conj_of(s), y);
    v = plus_product(times(y, c), s, x);
}
/* Pair number `slot` of a round in which every one of n (even) columns is in one pair; after n - 1
 * rounds each has met each. first < second. */
struct pair {
    int first, second;
};
__device__ inline pair pair_of(int n, int round, int slot)
{
    const int ring = n - 1;
    const int x = slot == 0 ? ring : (round + slot) % ring;
    const int y = (round - slot + ring) % ring;
    return x < y ? pair{x, y} : pair{y, x};
}
enum { MOST_SWEEPS = 40 }; /* of rotations; 6 to 10 are usual */

/* ---- teams */
struct team {
    int lanes, lane, base; /* how many, which one of them, and the warp's number of the first */
    unsigned mask;
    int place;           /* among the teams of the block */
    int64_t first, step; /* the matrices that it works on */
};
__device__ inline team team_of(int lanes)
{
    team g;
    const int thread = (int)threadIdx.x, in_warp = thread & 31, teams = (int)blockDim.x / lanes;
    g.lanes = lanes;
    g.lane = in_warp & (lanes - 1);
    g.base = in_warp - g.lane;
    g.mask = (lanes == 32 ? 0xffffffffu : (1u << lanes) - 1u) << g.base;
    g.place = thread / lanes;
    g.first = (int64_t)blockIdx.x * teams + g.place;
    g.step = (int64_t)gridDim.x * teams;
    return g;
}
__device__ inline void meet(const team &g)
{
    __syncwarp(g.mask);
}
__device__ inline bool any(const team &g, bool x)
{
    return __any_sync(g.mask, x) != 0;
}
template <class T> __device__ inline T of_lane(const team &g, T x, int lane)
{
    if constexpr (is_complex<T>)
        return {__shfl_sync(g.mask, x.re, g.base + lane), __shfl_sync(g.mask, x.im, g.base + lane)};
    else
        return __shfl_sync(g.mask, x, g.base + lane);
}
template <class T> __device__ inline T of_partner(const team &g, T x, int distance)
{
    if constexpr (is_complex<T>)
        return {__shfl_xor_sync(g.mask, x.re, distance), __shfl_xor_sync(g.mask, x.im, distance)};
    else
        return __shfl_xor_sync(g.mask, x, distance);
}
/* Every lane gets the same bits. */
template <class T> __device__ inline T sum(const team &g, T x)
{
    for (int d = g.lanes / 2; d > 0; d /= 2) x = x + of_partner(g, x, d);
    return x;
}
/* x is no NaN: lanes would not agree. */
template <class R> __device__ inline R largest(const team &g, R x)
{
    for (int d = g.lanes / 2; d > 0; d /= 2) {
        const R y = of_partner(g, x, d);
        x = y > x ? y : x;
    }
    return x;
}
/* The first lane with the largest x, which is no NaN. */
template <class R> __device__ inline int largest_at(const team &g, R x)
{
    int at = g.lane;
    for (int d = g.lanes / 2; d > 0; d /= 2) {
        const R y = of_partner(g, x, d);
        const int there = of_partner(g, at, d);
        if (y > x || (y == x && there < at)) x = y, at = there;
    }
    return at;
}

/* ---- stacks in memory; vectors are matrices of one row */
struct stack {
    char *p;
    int64_t step, rs, cs; /* bytes */
    int rows, cols;
    bool by_row; /* rows have unit stride */
};
template <class T> __device__ inline T *element(const stack &s, int64_t i, int r, int c)
{
    return reinterpret_cast<T *>(s.p + i * s.step + r * s.rs + c * s.cs);
}

/* Elements of a matrix in the order in which they lie, one in each lane at a time. */
struct cursor {
    int inner, outer, inners, outers, lanes;
    bool by_row;
    __device__ cursor(const team &g, const stack &s)
        : inner(g.lane), outer(0), inners(s.by_row ? s.cols : s.rows),
          outers(s.by_row ? s.rows : s.cols), lanes(g.lanes), by_row(s.by_row)
    {
        wrap();
    }
    __device__ void wrap()
    {
        while (inner >= inners) inner -= inners, outer++;
    }
    __device__ bool more() const { return outer < outers; }
    __device__ void next()
    {
        inner += lanes;
        wrap();
    }
    __device__ int row() const { return by_row ? outer : inner; }
    __device__ int col() const { return by_row ? inner : outer; }
};

/* Between memory and a tile, whose element (r, c) stands at r ld + c. */
template <class T>
__device__ inline void load(const team &g, const stack &s, int64_t i, T *tile, int ld)
{
    for (cursor e(g, s); e.more(); e.next())
        tile[e.row() * ld + e.col()] = *element<T>(s, i, e.row(), e.col());
}
template <class T>
__device__ inline void store(const team &g, const stack &s, int64_t i, const T *tile, int ld)
{
    for (cursor e(g, s); e.more(); e.next())
        *element<T>(s, i, e.row(), e.col()) = tile[e.row() * ld + e.col()];
}
/* The lower triangle of a Hermitian matrix of which only one triangle may be read. */
template <class T>
__device__ inline void load_lower(const team &g, const stack &s, int64_t i, bool upper, T *tile,
                                  int ld)
{
    for (cursor e(g, s); e.more(); e.next()) {
        const int r = e.row(), c = e.col();
        if (upper ? r > c : r < c) continue;
        const T x = *element<T>(s, i, r, c);
        tile[upper ? c * ld + r : r * ld + c] = upper ? conj_of(x) : x;
    }
}

/* ---- one matrix a lane, in registers: a warp's 32 matrices pass through shared memory */
enum { IN_REGISTERS = 4, ROOM_WARPS = 4 }; /* the largest, and warps of a block */

/* First matrix of this warp's next 32, and how far it is to the ones after. */
struct warp_stride {
    int64_t first, step;
    __device__ warp_stride()
        : first(((int64_t)blockIdx.x * ROOM_WARPS + threadIdx.x / 32) * 32),
          step((int64_t)gridDim.x * ROOM_WARPS * 32)
    {
    }
};
inline unsigned warp_blocks(const cx_queue *q, int64_t batch)
{
    return cuda_blocks(q, (batch + 31) / 32, ROOM_WARPS);
}

template <class T, int R, int C> struct passage {
    enum { SIZE = R * C, STEP = SIZE | 1, ELEMENTS = 32 * STEP };
    /* Elements of the warp's matrices in the order in which they lie, 32 at a time. */
    int64_t outer, inner; /* the strides */
    int inners, lane;
    bool by_row;
    __device__ explicit passage(const stack &s)
        : outer(s.by_row ? s.rs : s.cs), inner(s.by_row ? s.cs : s.rs), inners(s.by_row ? C : R),
          lane((int)threadIdx.x & 31), by_row(s.by_row)
    {
    }
    __device__ T *at(const stack &s, int64_t first, int e) const
    {
        const int k = e % SIZE, o = k / inners;
        return reinterpret_cast<T *>(s.p + (first + e / SIZE) * s.step + o * outer +
                                     (k - o * inners) * inner);
    }
    /* where element k of this lane's matrix, counted by rows, is among those */
    __device__ int place(int k) const { return lane * STEP + (by_row ? k : k % C * R + k / C); }

    static __device__ void in(const stack &s, int64_t first, int64_t batch, T *room, T (&m)[R][C])
    {
        const passage p(s);
        CX_UNROLL_BY(8)
        for (int e = p.lane; e < 32 * SIZE; e += 32)
            room[e / SIZE * STEP + e % SIZE] =
                first + e / SIZE < batch ? *p.at(s, first, e) : number<T>(1);
        __syncwarp();
        CX_UNROLL
        for (int k = 0; k < SIZE; k++) m[k / C][k % C] = room[p.place(k)];
        __syncwarp();
    }
    static __device__ void out(const stack &s, int64_t first, int64_t batch, T *room,
                               const T (&m)[R][C])
    {
        const passage p(s);
        CX_UNROLL
        for (int k = 0; k < SIZE; k++) room[p.place(k)] = m[k / C][k % C];
        __syncwarp();
        CX_UNROLL_BY(8)
        for (int e = p.lane; e < 32 * SIZE; e += 32)
            if (first + e / SIZE < batch) *p.at(s, first, e) = room[e / SIZE * STEP + e % SIZE];
        __syncwarp();
    }
};

/* ---- the host's side */
inline int64_t step_of(const cx_view *v, int inner)
{
    for (int d = v->ndim - inner - 1; d >= 0; d--)
        if (v->shape[d] != 1) return v->stride[d];
    return 0;
}
inline stack stack_of(const cx_view *v)
{
    const int last = v->ndim - 1;
    stack s;
    s.p = (char *)v->data;
    s.step = step_of(v, 2);
    s.rows = (int)v->shape[last - 1], s.cols = (int)v->shape[last];
    s.rs = v->stride[last - 1], s.cs = v->stride[last];
    s.by_row = s.cols > 1 && (s.rows == 1 || s.cs == cuda_itemsize(v));
    return s;
}
/* NULL: an empty one */
inline stack vectors_of(const cx_view *v)
{
    stack s = {};
    if (v == NULL) return s;
    s.p = (char *)v->data;
    s.step = step_of(v, 1);
    s.rows = 1, s.cols = (int)v->shape[v->ndim - 1];
    s.cs = cuda_itemsize(v);
    s.by_row = true;
    return s;
}

/* How teams fill blocks: whole warps, up to four, in the shared memory that every device has. */
struct layout {
    int lanes, bytes; /* of a team */
    unsigned blocks, threads;
    size_t shared;
};
inline layout layout_of(const cx_queue *q, int64_t batch, int extent, size_t team_bytes)
{
    enum { SHARED = 48 << 10, WARPS = 4, WAVES = 64 };
    layout l;
    l.lanes = 4;
    while (l.lanes < extent) l.lanes *= 2;
    l.bytes = (int)((team_bytes + 15) / 16 * 16);
    const int in_warp = 32 / l.lanes, room = SHARED / (l.bytes * in_warp);
    const int warps = room < 1 ? 1 : room < WARPS ? room : WARPS, teams = warps * in_warp;
    const int64_t need = (batch + teams - 1) / teams, most = (int64_t)cuda_sm_count(q) * WAVES;
    l.blocks = (unsigned)(need < most ? need : most);
    l.threads = (unsigned)(32 * warps);
    l.shared = (size_t)l.bytes * (size_t)teams;
    return l;
}
/* Odd, so that the lanes of a column touch different banks. */
inline int tile_step(int cols)
{
    return cols | 1;
}

/* F<T>::fn of the dtypes of matrices; F::fn_t is its type. F's name is unique in the plugin. */
template <template <class> class F> inline auto by_type(int t) -> typename F<float>::fn_t *
{
    static constexpr
        typename F<float>::fn_t *table[] = {F<float>::fn, F<double>::fn, F<c64>::fn, F<c128>::fn};
    return table[t - CX_F32];
}
static_assert(CX_F64 == CX_F32 + 1 && CX_C64 == CX_F32 + 2 && CX_C128 == CX_F32 + 3,
              "the table follows dtypes.def");

} // namespace small
#endif
