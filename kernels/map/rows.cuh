/* The two kernels of an elementwise row and the tables that find them.
 *
 * map_same: operands of exactly the row's dtypes. Elements that lie together in every operand that
 * does not repeat go 16 bytes at a time (rows broadcast over columns and the reverse too), others
 * one by one.
 *
 * map_any: any dtypes and a mask. What has to be computed is chosen at run time, so that it costs
 * one kernel a loop dtype and not one a row. */
#ifndef CX_KERNELS_ROWS_CUH
#define CX_KERNELS_ROWS_CUH
#include "elements.cuh"
#include "expressions.cuh"
#include "map.cuh"

/* One input of COUNT elements as the expression takes it. */
template <class S, class To, int COUNT>
__device__ inline void map_fetch(To (&r)[COUNT], const char *p, const map_value &value,
                                 bool by_value, bool repeated)
{
    if (COUNT == 1 || by_value || repeated) {
        const To v = by_value ? *(const To *)value.bytes : convert<To>(*(const S *)p);
        CX_UNROLL
        for (int j = 0; j < COUNT; j++) r[j] = v;
    } else {
        const map_pack<S, COUNT> v = *(const map_pack<S, COUNT> *)p;
        CX_UNROLL
        for (int j = 0; j < COUNT; j++) r[j] = convert<To>(v.at[j]);
    }
}
template <class Op, class A, class S, int N, int COUNT>
__device__ inline void map_load(const map_params<N> &p, char *(&at)[N + 1],
                                typename Op::first (&x)[COUNT], typename Op::rest (&y)[COUNT],
                                typename Op::rest (&z)[COUNT])
{
    map_fetch<A>(x, at[1], p.value[0], p.by_value & 1, p.repeated & 1);
    if constexpr (N > 1) map_fetch<S>(y, at[2], p.value[1], p.by_value & 2, p.repeated & 2);
    if constexpr (N > 2) map_fetch<S>(z, at[3], p.value[2], p.by_value & 4, p.repeated & 4);
}

/* A: dtype of the first input, S: of the others, Out: of the output. */
template <class Op, class Out, class A, class S, int N> __global__ void map_same(map_params<N> p)
{
    constexpr int COUNT = map_vector<Out, A, S>(), AT_ONCE = Op::rolled ? 1 : 2;
    typedef typename Op::first X;
    typedef typename Op::rest Y;
    const uint32_t first = blockIdx.x * blockDim.x + threadIdx.x, step = gridDim.x * blockDim.x;
    for (uint32_t i = first; i < p.vectors / COUNT; i += step) {
        char *at[N + 1];
        X x[COUNT];
        Y y[COUNT], z[COUNT];
        map_pack<Out, COUNT> r;
        piece_at(p.w, i * COUNT, at);
        map_load<Op, A, S>(p, at, x, y, z);
        map_compute<Op, Out, N>(x, y, z, r.at);
        *(map_pack<Out, COUNT> *)at[0] = r;
    }
    for (uint32_t i = p.vectors + first; i < p.w.total; i += AT_ONCE * step) {
        char *at[AT_ONCE][N + 1];
        X x[AT_ONCE][1];
        Y y[AT_ONCE][1], z[AT_ONCE][1];
        CX_UNROLL
        for (int k = 0; k < AT_ONCE; k++) {
            /* past the end the first element again, which is then not stored */
            const uint32_t place = i + (uint32_t)k * step;
            piece_at(p.w, place < p.w.total ? place : i, at[k]);
            map_load<Op, A, S>(p, at[k], x[k], y[k], z[k]);
        }
        CX_UNROLL
        for (int k = 0; k < AT_ONCE; k++) {
            Out r[1];
            map_compute<Op, Out, N>(x[k], y[k], z[k], r);
            if (i + (uint32_t)k * step < p.w.total) *(Out *)at[k][0] = r[0];
        }
    }
}

/* Choice: first, rest, result as an expression's, of(op, ...), and the dtype its result is rounded
 * to before it is stored. */
template <class Choice, int N> __global__ void map_any(map_any_params<N> p)
{
    CX_GRID_STRIDE(uint32_t, i, p.w.total)
    {
        char *at[N + 2];
        piece_at(p.w, i, at);
        if (at[N + 1] != nullptr && *(const uint8_t *)at[N + 1] == 0) continue;
        typename Choice::first x;
        typename Choice::rest y[2] = {};
        if (p.by_value & 1)
            x = *(const typename Choice::first *)p.value[0].bytes;
        else
            x = load_as<typename Choice::first>(p.in[0], at[1]);
        CX_UNROLL
        for (int k = 1; k < N; k++) {
            if (p.by_value >> k & 1)
                y[k - 1] = *(const typename Choice::rest *)p.value[k].bytes;
            else
                y[k - 1] = load_as<typename Choice::rest>(p.in[k], at[k + 1]);
        }
        store_as(p.out, at[0], convert<typename Choice::stored>(Choice::of(p.op, x, y[0], y[1])));
    }
}

/* ---- choices */
template <class S, int OP>
using map_compute_t = typename std::conditional<map_takes_halves(OP), S, compute_t<S>>::type;
template <class S, class R>
using map_stored_t =
    typename std::conditional<is_half<S> && std::is_same<R, float>::value, S, R>::type;

template <class Op, class Stored, int N> struct map_one {
    typedef typename Op::first first;
    typedef typename Op::rest rest;
    typedef Stored stored;
    __device__ static typename Op::result of(int, first x, rest y, rest z)
    {
        return map_apply<Op, N>(x, y, z);
    }
};
/* Every result is a value of the type computed in: truths and counts are 0, 1, 2... */
template <class S> struct map_unary_choice {
    typedef compute_t<S> first, rest;
    typedef S stored;
    __device__ static first of(int op, first x, rest, rest)
    {
        switch (op) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc)   \
    case code:                                                 \
        if constexpr (map_in_domain(domain, map_kind<S>()) &&  \
                      !(is_half<S> && map_takes_halves(code))) \
            return convert<first>(rows::NAME<first>::of(x));   \
        else                                                   \
            break;
#include <calx/unary_ops.def>
#undef CX_UNARY
        default: break;
        }
        return x;
    }
};
template <class S> struct map_binary_choice {
    typedef compute_t<S> first, rest;
    typedef S stored;
    __device__ static first of(int op, first x, rest y, rest)
    {
        switch (op) {
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc)   \
    case code:                                                  \
        if constexpr (map_in_domain(domain, map_kind<S>()) &&   \
                      !(is_half<S> && map_takes_halves(code)))  \
            return convert<first>(rows::NAME<first>::of(x, y)); \
        else                                                    \
            break;
#include <calx/binary_ops.def>
#undef CX_BINARY
        default: break;
        }
        return x;
    }
};

/* ---- tables */
template <class T> struct dtype_code;
#define CX_CODE(NAME)                                                     \
    template <> struct dtype_code<typename dtype_type<CX_##NAME>::type> { \
        static constexpr uint8_t value = CX_##NAME;                       \
    };
CX_CODE(BOOL)
CX_CODE(I8)
CX_CODE(I16)
CX_CODE(I32)
CX_CODE(I64)
CX_CODE(U8)
CX_CODE(U16)
CX_CODE(U32)
CX_CODE(U64)
CX_CODE(F16)
CX_CODE(BF16)
CX_CODE(F32)
CX_CODE(F64)
CX_CODE(C64)
CX_CODE(C128)
#undef CX_CODE

/* Op: the expression; Choice: what the kernel of any dtypes chooses from. */
template <class Op, class S, class Choice, int OP, int N> constexpr map_row<N> map_row_of()
{
    typedef map_stored_t<S, typename Op::result> Out;
    constexpr bool own = is_half<S> && map_takes_halves(OP);
    typedef typename std::conditional<own, map_one<Op, Out, N>, Choice>::type Any;
    map_row<N> r = {
        OP, (uint8_t)map_vector<Out, S, S>(), {}, dtype_code<Out>::value, {}, nullptr, nullptr};
    for (int k = 0; k < N; k++) {
        r.in[k] = dtype_code<S>::value;
        r.input[k] = dtype_code<typename Op::rest>::value;
    }
    r.same = map_same<Op, Out, S, S, N>;
    r.any = map_any<Any, N>;
    return r;
}
template <template <class> class ROW, class S, int OP, bool HAS>
constexpr map_row<1> map_unary_row()
{
    if constexpr (HAS)
        return map_row_of<ROW<map_compute_t<S, OP>>, S, map_unary_choice<S>, OP, 1>();
    else
        return {OP, 0, {}, 0, {}, nullptr, nullptr};
}
template <template <class> class ROW, class S, int OP, bool HAS>
constexpr map_row<2> map_binary_row()
{
    if constexpr (HAS)
        return map_row_of<ROW<map_compute_t<S, OP>>, S, map_binary_choice<S>, OP, 2>();
    else
        return {OP, 0, {}, 0, {}, nullptr, nullptr};
}

template <class S> const map_row<1> *map_unary_rows()
{
    static constexpr map_row<1> table[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    map_unary_row<rows::NAME, S, code, map_in_domain(domain, map_kind<S>())>(),
#include <calx/unary_ops.def>
#undef CX_UNARY
    };
    return table;
}
template <class S> const map_row<2> *map_binary_rows()
{
    static constexpr map_row<2> table[] = {
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) \
    map_binary_row<rows::NAME, S, code, map_in_domain(domain, map_kind<S>())>(),
#include <calx/binary_ops.def>
#undef CX_BINARY
    };
    return table;
}
#endif
