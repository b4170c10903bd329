/* Kernels of one program: what the text of such a kernel (text.cu) is made of. The text names the
 * program's values and steps; how elements are dealt to threads, read and written is here.
 *
 * A thread has U vectors of V elements, a block apart: neighbours in memory, read and written at
 * once, or (V is 1) elements anywhere. All that it reads is asked for before the first step. A
 * program that reduces goes over its parts in rounds (deal.cuh).
 *
 * NVRTC reads this file: it has no host's side, and names what it includes from kernels/ on. */
#ifndef CX_KERNELS_FUSED_SPECIAL_CUH
#define CX_KERNELS_FUSED_SPECIAL_CUH
#include "fused/deal.cuh"
#include "map/elements.cuh"
#include "map/expressions.cuh"

/** Operands in memory (outputs first), values that all elements share. The host writes it member
 * by member (special.cu). */
template <int OPERANDS, int VALUES, int NDIM> struct special_params {
    fused_deal deal;
    map_value value[VALUES];
    char *data[OPERANDS];
    fast_div div[NDIM];
    int32_t stride[OPERANDS][NDIM];
};

template <class T> struct special_memory {
    typedef T type;
};
template <> struct special_memory<bool> {
    typedef uint8_t type;
};
template <class T> __device__ inline T special_from(typename special_memory<T>::type v)
{
    if constexpr (std::is_same<T, bool>::value)
        return v != 0;
    else
        return v;
}
/** The one element at p. */
template <class T> __device__ inline T special_one(const char *p)
{
    return special_from<T>(*(const typename special_memory<T>::type *)p);
}
template <class T> __device__ inline T special_value(const map_value &v)
{
    return special_one<T>((const char *)v.bytes);
}

/* A value is an array with one for each element, or one for all. */
template <class T, int N> __device__ inline T special_at(const T (&v)[N], int k)
{
    return v[k];
}
template <class T> __device__ inline T special_at(const T &v, int)
{
    return v;
}

/* ---- a thread's elements of one round */
template <int V, int U, int NDIM, bool FULL> struct special_spot {
    static constexpr int count = V * U;
    uint32_t place[U];
    uint32_t there[U]; /* of V elements; not looked at where the round is FULL */

    __device__ bool valid(int k) const { return FULL || (uint32_t)(k % V) < there[k / V]; }
    /* STEP: bytes between neighbours, or -1: as the parameters say. */
    template <int STEP, class P> __device__ char *address(const P &p, int k, int u) const
    {
        char *at = p.data[k];
        uint32_t i = place[u];
        CX_UNROLL
        for (int d = NDIM - 1; d >= 0; d--) {
            uint32_t rest = i;
            if (d > 0) {
                i = fast_divide(i, p.div[d]);
                rest -= i * p.div[d].divisor;
            }
            const int32_t step = d == NDIM - 1 && STEP >= 0 ? STEP : p.stride[k][d];
            at += (int64_t)(int32_t)rest * step;
        }
        return at;
    }
    template <class T, class P> __device__ void load(const P &p, int k, T (&r)[count]) const
    {
        typedef typename special_memory<T>::type M;
        CX_UNROLL
        for (int u = 0; u < U; u++) {
            const char *const at = address<(V > 1 ? (int)sizeof(M) : -1)>(p, k, u);
            if constexpr (FULL && V > 1) {
                const map_pack<M, V> v = *(const map_pack<M, V> *)at;
                CX_UNROLL
                for (int j = 0; j < V; j++) r[u * V + j] = special_from<T>(v.at[j]);
            } else {
                CX_UNROLL
                for (int j = 0; j < V; j++)
                    r[u * V + j] = valid(u * V + j) ? special_one<T>(at + j * (int)sizeof(M)) : T();
            }
        }
    }
    /* One element for all of a vector. */
    template <class T, class P>
    __device__ void load_repeated(const P &p, int k, T (&r)[count]) const
    {
        CX_UNROLL
        for (int u = 0; u < U; u++) {
            const T v = valid(u * V) ? special_one<T>(address<0>(p, k, u)) : T();
            CX_UNROLL
            for (int j = 0; j < V; j++) r[u * V + j] = v;
        }
    }
    template <class T, class P, class A>
    __device__ void store(const P &p, int k, const A &value) const
    {
        typedef typename special_memory<T>::type M;
        CX_UNROLL
        for (int u = 0; u < U; u++) {
            char *const at = address<(V > 1 ? (int)sizeof(M) : -1)>(p, k, u);
            if constexpr (FULL && V > 1) {
                map_pack<M, V> v;
                CX_UNROLL
                for (int j = 0; j < V; j++) v.at[j] = special_at(value, u * V + j);
                *(map_pack<M, V> *)at = v;
            } else {
                CX_UNROLL
                for (int j = 0; j < V; j++)
                    if (valid(u * V + j))
                        *(M *)(at + j * (int)sizeof(M)) = special_at(value, u * V + j);
            }
        }
    }
};

/* ---- steps */
/** r = a row of a [, b [, c]], rounded to the dtype of r. */
template <class Op, class R, int N, class A>
__device__ inline void special_do(R (&r)[N], const A &a)
{
    typename Op::first x[N];
    typename Op::rest none[N];
    CX_UNROLL
    for (int k = 0; k < N; k++) {
        x[k] = convert<typename Op::first>(special_at(a, k));
        none[k] = typename Op::rest();
    }
    map_compute<Op, R, 1>(x, none, none, r);
}
template <class Op, class R, int N, class A, class B>
__device__ inline void special_do(R (&r)[N], const A &a, const B &b)
{
    typename Op::first x[N];
    typename Op::rest y[N], none[N];
    CX_UNROLL
    for (int k = 0; k < N; k++) {
        x[k] = convert<typename Op::first>(special_at(a, k));
        y[k] = convert<typename Op::rest>(special_at(b, k));
        none[k] = typename Op::rest();
    }
    map_compute<Op, R, 2>(x, y, none, r);
}
template <class Op, class R, int N, class A, class B, class C>
__device__ inline void special_do(R (&r)[N], const A &a, const B &b, const C &c)
{
    typename Op::first x[N];
    typename Op::rest y[N], z[N];
    CX_UNROLL
    for (int k = 0; k < N; k++) {
        x[k] = convert<typename Op::first>(special_at(a, k));
        y[k] = convert<typename Op::rest>(special_at(b, k));
        z[k] = convert<typename Op::rest>(special_at(c, k));
    }
    map_compute<Op, R, 3>(x, y, z, r);
}
template <class R, int N, class A> __device__ inline void special_cast(R (&r)[N], const A &a)
{
    CX_UNROLL
    for (int k = 0; k < N; k++) r[k] = convert<R>(special_at(a, k));
}
/** Into what the rounds before have left; the first finds nothing there. */
template <class Op, class W, class R, int N, class A>
__device__ inline void special_join(const W &w, bool first, R (&left)[N], const A &a)
{
    CX_UNROLL
    for (int k = 0; k < N; k++) {
        const R x = convert<R>(special_at(a, k));
        if (first)
            left[k] = x;
        else if (w.valid(k))
            left[k] = Op::of(left[k], x);
    }
}

/* ---- kernels. F is the program: round() goes over the elements of a spot. */
template <class F, int V, int U, int NDIM, class P>
__device__ inline void special_elements(const P &p)
{
    const uint32_t total = p.deal.total, apart = blockDim.x * V, chunk = apart * U;
    F f(p);
    for (uint32_t base = blockIdx.x * chunk; base < total; base += gridDim.x * chunk) {
        const uint32_t mine = base + threadIdx.x * V;
        if (total - base >= chunk) {
            special_spot<V, U, NDIM, true> w;
            CX_UNROLL
            for (int u = 0; u < U; u++) w.place[u] = mine + (uint32_t)u * apart;
            f.round(p, w, true);
        } else {
            special_spot<V, U, NDIM, false> w;
            CX_UNROLL
            for (int u = 0; u < U; u++) {
                w.place[u] = mine + (uint32_t)u * apart;
                const uint32_t left = w.place[u] < total ? total - w.place[u] : 0;
                w.there[u] = left < V ? left : V;
            }
            f.round(p, w, true);
        }
    }
}
/** Parts of a thread as a fold leaves them. */
template <class T, int V, int U, class P, class R>
__device__ inline void special_leave(const P &p, int fold, uint32_t mine, const R (&left)[V * U])
{
    typedef typename special_memory<T>::type M;
    CX_UNROLL
    for (int k = 0; k < V * U; k++) {
        const uint32_t part = mine + (uint32_t)(k / V) * (blockDim.x * V) + (uint32_t)(k % V);
        if (part >= p.deal.total) continue;
        M *const to = (M *)p.deal.to[fold] + part;
        if constexpr (is_half<T>)
            *to = fused_narrow(left[k], T());
        else
            *to = left[k];
    }
}
template <class F, int V, int U, int NDIM, class P> __device__ inline void special_folds(const P &p)
{
    const fused_deal &d = p.deal;
    const uint32_t apart = blockDim.x * V, chunk = apart * U;
    F f(p);
    for (uint32_t base = blockIdx.x * chunk; base < d.total; base += gridDim.x * chunk) {
        const uint32_t mine = base + threadIdx.x * V;
        special_spot<V, U, NDIM, false> some;
        uint32_t last[U];
        bool all = true, all_last = true; /* are all cells there; in the last round, too? */
        CX_UNROLL
        for (int u = 0; u < U; u++) {
            const uint32_t part = mine + (uint32_t)u * apart;
            const bool there = part < d.total;
            uint32_t at = 0;
            some.place[u] = there ? fused_begin(d, part, &at) : 0;
            some.there[u] = there ? V : 0;
            at += (d.rounds - 1) * d.parts;
            last[u] = there && at < d.span ? (d.span - at < V ? d.span - at : V) : 0;
            all = all && there;
            all_last = all_last && last[u] == V;
        }
        const uint32_t full = all ? d.rounds - (all_last ? 0 : 1) : 0;
        special_spot<V, U, NDIM, true> whole;
        CX_UNROLL
        for (int u = 0; u < U; u++) whole.place[u] = some.place[u];
        constexpr int ahead = F::ahead;
        CX_UNROLL_BY(ahead)
        for (uint32_t round = 0; round < full; round++) {
            f.round(p, whole, round == 0);
            CX_UNROLL
            for (int u = 0; u < U; u++) whole.place[u] += d.parts;
        }
        CX_UNROLL
        for (int u = 0; u < U; u++) some.place[u] += full * d.parts;
        CX_ROLLED
        for (uint32_t round = full; round < d.rounds; round++) {
            CX_UNROLL
            for (int u = 0; u < U; u++)
                if (round + 1 == d.rounds) some.there[u] = last[u];
            f.round(p, some, round == 0);
            CX_UNROLL
            for (int u = 0; u < U; u++) some.place[u] += d.parts;
        }
        f.leave(p, mine);
    }
}
#endif
