/* A few elements of an elementwise row in registers: what map's kernels share with those of fused
 * programs. */
#ifndef CX_KERNELS_MAP_ELEMENTS_CUH
#define CX_KERNELS_MAP_ELEMENTS_CUH
#include "types.cuh"

/** A scalar of the host's: one element, from the first byte. */
struct alignas(16) map_value {
    uint8_t bytes[16];
};
template <class T, int COUNT> struct alignas(sizeof(T) * COUNT) map_pack {
    T at[COUNT];
};
/** Elements of a vector: 16 bytes of the widest operand, at most 8. */
template <class X, class Y, class Z> __host__ __device__ constexpr int map_vector()
{
    constexpr size_t xy = sizeof(X) > sizeof(Y) ? sizeof(X) : sizeof(Y),
                     widest = xy > sizeof(Z) ? xy : sizeof(Z);
    return widest <= 2 ? 8 : 16 / (int)widest;
}

template <class T, int COUNT> __device__ inline void map_turn(T (&v)[COUNT])
{
    CX_UNROLL
    for (int j = 0; j + 1 < COUNT; j++) v[j] = v[j + 1];
}
template <class Op, int N, class X, class Y>
__device__ inline typename Op::result map_apply(const X &x, const Y &y, const Y &z)
{
    if constexpr (N == 1)
        return Op::of(x);
    else if constexpr (N == 2)
        return Op::of(x, y);
    else
        return Op::of(x, y, z);
}
/* COUNT elements of all inputs in registers, then of the output. A long expression passes each
 * element by the first place of its vector, so that registers need no index at run time. */
template <class Op, class Out, int N, int COUNT>
__device__ inline void map_compute(typename Op::first (&x)[COUNT], typename Op::rest (&y)[COUNT],
                                   typename Op::rest (&z)[COUNT], Out (&r)[COUNT])
{
    if constexpr (Op::rolled && COUNT > 1) {
        CX_ROLLED
        for (int k = 0; k < COUNT; k++) {
            const Out v = convert<Out>(map_apply<Op, N>(x[0], y[0], z[0]));
            map_turn(x);
            if constexpr (N > 1) map_turn(y);
            if constexpr (N > 2) map_turn(z);
            map_turn(r);
            r[COUNT - 1] = v;
        }
    } else {
        CX_UNROLL
        for (int j = 0; j < COUNT; j++) r[j] = convert<Out>(map_apply<Op, N>(x[j], y[j], z[j]));
    }
}

/* ---- which rows a dtype has */
__host__ __device__ constexpr bool map_in_domain(const char *domain, char kind)
{
    for (; *domain != 0; domain++)
        if (*domain == kind) return true;
    return false;
}
template <class S> __host__ __device__ constexpr char map_kind()
{
    return std::is_same<S, bool>::value ? 'b'
           : is_half<S>                 ? 'e'
           : is_complex<S>              ? 'c'
           : is_float<S>                ? 'f'
           : std::is_signed<S>::value   ? 'i'
                                        : 'u';
}
#endif
