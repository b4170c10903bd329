/* The interpreter. All threads of a block are at the same step, so nothing diverges; a step is
 * decoded once for the cells of a thread (four for 32-bit dtypes), about 45 instructions in all,
 * where 60 % of an H200's copy bandwidth leaves some 280 an element to a chain of six operands.
 * Values live in shared memory, which an index known at run time does not hurt; that of the step
 * before is still in registers, so a chain touches shared memory once a step. Inputs are all asked
 * for before the first step. */
#ifndef CX_KERNELS_FUSED_INTERPRET_CUH
#define CX_KERNELS_FUSED_INTERPRET_CUH
#include "fused/fused.cuh"
#include "map/rows.cuh"

/* ---- dispatch on a dtype, the same for all threads */
template <template <int, class> class F, int CELL, class T, class... A>
__device__ inline void fused_case(A &...a)
{
    if constexpr (fused_fits<T, CELL>) F<CELL, T>::of(a...);
}
template <template <int, class> class F, int CELL, class... A>
__device__ inline void fused_switch(int t, A &...a)
{
    switch (t) {
    case CX_BOOL: fused_case<F, CELL, bool>(a...); break;
    case CX_I8: fused_case<F, CELL, int8_t>(a...); break;
    case CX_I16: fused_case<F, CELL, int16_t>(a...); break;
    case CX_I32: fused_case<F, CELL, int32_t>(a...); break;
    case CX_I64: fused_case<F, CELL, int64_t>(a...); break;
    case CX_U8: fused_case<F, CELL, uint8_t>(a...); break;
    case CX_U16: fused_case<F, CELL, uint16_t>(a...); break;
    case CX_U32: fused_case<F, CELL, uint32_t>(a...); break;
    case CX_U64: fused_case<F, CELL, uint64_t>(a...); break;
    case CX_F16: fused_case<F, CELL, f16>(a...); break;
    case CX_BF16: fused_case<F, CELL, bf16>(a...); break;
    case CX_F32: fused_case<F, CELL, float>(a...); break;
    case CX_F64: fused_case<F, CELL, double>(a...); break;
    case CX_C64: fused_case<F, CELL, c64>(a...); break;
    case CX_C128: fused_case<F, CELL, c128>(a...); break;
    default: break;
    }
}

/* ---- steps */
template <class Op, int N, int CELL>
__device__ inline fused_cell<CELL>
fused_element(const fused_cell<CELL> &a, const fused_cell<CELL> &b, const fused_cell<CELL> &c)
{
    typedef typename Op::first X;
    typedef typename Op::rest Y;
    const X x = fused_get<X>(a);
    Y y = {}, z = {};
    if constexpr (N > 1) y = fused_get<Y>(b);
    if constexpr (N > 2) z = fused_get<Y>(c);
    return fused_put<CELL>(map_apply<Op, N>(x, y, z));
}
template <class Op, int N, int CELL>
__device__ inline void fused_apply(fused_pack<CELL> &a, fused_pack<CELL> &b, fused_pack<CELL> &c,
                                   fused_pack<CELL> &r)
{
    constexpr int COUNT = 16 / CELL;
    if constexpr (Op::rolled && COUNT > 1) {
        CX_ROLLED
        for (int k = 0; k < COUNT; k++) {
            const fused_cell<CELL> v = fused_element<Op, N>(a.at[0], b.at[0], c.at[0]);
            map_turn(a.at);
            if constexpr (N > 1) map_turn(b.at);
            if constexpr (N > 2) map_turn(c.at);
            map_turn(r.at);
            r.at[COUNT - 1] = v;
        }
    } else {
        CX_UNROLL
        for (int k = 0; k < COUNT; k++) r.at[k] = fused_element<Op, N>(a.at[k], b.at[k], c.at[k]);
    }
}

template <int CELL, class T> struct fused_wrap {
    __device__ static void of(fused_pack<CELL> &r)
    {
        typedef typename fused_held_as<T, CELL>::type held;
        CX_UNROLL
        for (int k = 0; k < 16 / CELL; k++) {
            if constexpr (is_half<T>)
                r.at[k] = fused_put<CELL>(convert<T>(fused_get<float>(r.at[k])));
            else
                r.at[k] = fused_put<CELL>(convert<T>(fused_get<held>(r.at[k])));
        }
    }
};
/* From C, in which every dtype of its class converts alike. */
template <class C> struct fused_from {
    template <int CELL, class T> struct cast {
        __device__ static void of(const fused_pack<CELL> &a, fused_pack<CELL> &r)
        {
            CX_UNROLL
            for (int k = 0; k < 16 / CELL; k++)
                r.at[k] = fused_put<CELL>(convert<T>(fused_get<C>(a.at[k])));
        }
    };
};
/* The exponent is a whole number of its own. */
template <class C, int CELL> struct fused_ldexp {
    typedef C first, result;
    typedef fused_int<CELL> rest;
    static constexpr bool rolled = rows::LDEXP<C>::rolled;
    __device__ static C of(C x, rest n) { return rows::LDEXP<C>::of(x, convert<C>(n)); }
};
template <template <class> class ROW, int OP, class C, int CELL> struct fused_binary {
    typedef typename std::conditional<OP == CX_BI_LDEXP, fused_ldexp<C, CELL>, ROW<C>>::type type;
};

/* The rows of one class. The host asks for none that is not in its domain. */
template <class C, int CELL>
__device__ __forceinline__ void fused_compute(const fused_step &s, fused_pack<CELL> &a,
                                              fused_pack<CELL> &b, fused_pack<CELL> &c,
                                              fused_pack<CELL> &r)
{
    switch (s.code) {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    case code:                                               \
        if constexpr (map_in_domain(domain, map_kind<C>()))  \
            fused_apply<rows::NAME<C>, 1>(a, b, c, r);       \
        break;
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc)                                   \
    case FUSED_BINARY + code - 1000:                                                            \
        if constexpr (map_in_domain(domain, map_kind<C>()) && code != CX_BI_FLOAT_POWER)        \
            fused_apply<typename fused_binary<rows::NAME, code, C, CELL>::type, 2>(a, b, c, r); \
        break;
#include <calx/binary_ops.def>
#undef CX_BINARY
    case FUSED_CLIP: fused_apply<rows::CLIP<C>, 3>(a, b, c, r); break;
    case FUSED_CAST: fused_switch<fused_from<C>::template cast, CELL>(s.c, a, r); break;
    default:
        if constexpr (std::is_same<C, int64_t>::value) {
            switch (s.code - FUSED_BY_VALUE) {
            case 0: fused_apply<rows::EQUAL_BY_VALUE, 2>(a, b, c, r); break;
            case 1: fused_apply<rows::NOT_EQUAL_BY_VALUE, 2>(a, b, c, r); break;
            case 2: fused_apply<rows::LESS_BY_VALUE, 2>(a, b, c, r); break;
            case 3: fused_apply<rows::LESS_EQUAL_BY_VALUE, 2>(a, b, c, r); break;
            case 4: fused_apply<rows::GREATER_BY_VALUE, 2>(a, b, c, r); break;
            default: fused_apply<rows::GREATER_EQUAL_BY_VALUE, 2>(a, b, c, r); break;
            }
        }
        break;
    }
}
template <class H, int CELL>
__device__ inline void fused_compute_half(const fused_step &s, fused_pack<CELL> &a,
                                          fused_pack<CELL> &b, fused_pack<CELL> &r)
{
    if (s.code == CX_UN_SPACING)
        fused_apply<rows::SPACING<H>, 1>(a, b, b, r);
    else
        fused_apply<rows::NEXTAFTER<H>, 2>(a, b, b, r);
}
template <int CELL>
__device__ inline void fused_choose(const fused_pack<CELL> &a, const fused_pack<CELL> &b,
                                    const fused_pack<CELL> &c, fused_pack<CELL> &r)
{
    CX_UNROLL
    for (int k = 0; k < 16 / CELL; k++) r.at[k] = fused_get<bool>(a.at[k]) ? b.at[k] : c.at[k];
}
template <int CELL>
__device__ __forceinline__ void fused_run(const fused_step &s, fused_pack<CELL> &a,
                                          fused_pack<CELL> &b, fused_pack<CELL> &c,
                                          fused_pack<CELL> &r)
{
    switch (s.cls) {
    case FUSED_F32: fused_compute<float>(s, a, b, c, r); break;
    case FUSED_F64:
        if constexpr (CELL > 4) fused_compute<double>(s, a, b, c, r);
        break;
    case FUSED_INT: fused_compute<fused_int<CELL>>(s, a, b, c, r); break;
    case FUSED_UINT: fused_compute<fused_uint<CELL>>(s, a, b, c, r); break;
    case FUSED_C64:
        if constexpr (CELL == 16) fused_compute<c64>(s, a, b, c, r);
        break;
    case FUSED_C128:
        if constexpr (CELL == 16) fused_compute<c128>(s, a, b, c, r);
        break;
    case FUSED_F16: fused_compute_half<f16>(s, a, b, r); break;
    case FUSED_BF16: fused_compute_half<bf16>(s, a, b, r); break;
    default: fused_choose(a, b, c, r); break;
    }
    if (s.finish != 0) fused_switch<fused_wrap, CELL>(s.finish, r);
}

/* ---- memory. Positions of a thread's cells; of those that are not valid some other's. */
template <int CELL> struct fused_spot {
    uint32_t place[16 / CELL];
    uint32_t valid; /* bits */
    bool together;
};
__device__ inline char *fused_at(const fused_params &p, int k, uint32_t i)
{
    char *at = p.w.data[k];
    CX_ROLLED
    for (int d = p.w.ndim - 1; d > 0; d--) {
        const uint32_t up = fast_divide(i, p.w.div[d]), rest = i - up * p.w.div[d].divisor;
        at += (int64_t)(int32_t)rest * p.w.stride[k][d];
        i = up;
    }
    return at + (int64_t)(int32_t)i * p.w.stride[k][0];
}
template <class T> struct fused_memory {
    typedef typename std::conditional<std::is_same<T, bool>::value, uint8_t, T>::type type;
};
template <int CELL> struct fused_places {
    char *at[16 / CELL];
};
template <int CELL, class T> struct fused_gather {
    __device__ static void of(const fused_places<CELL> &from, fused_pack<CELL> &r)
    {
        CX_UNROLL
        for (int k = 0; k < 16 / CELL; k++)
            r.at[k] = fused_put<CELL>(*(const typename fused_memory<T>::type *)from.at[k]);
    }
};
template <int CELL, class T> struct fused_scatter {
    __device__ static void of(const fused_places<CELL> &to, const fused_pack<CELL> &v)
    {
        CX_UNROLL
        for (int k = 0; k < 16 / CELL; k++)
            if (to.at[k] != nullptr)
                *(typename fused_memory<T>::type *)to.at[k] = fused_get<T>(v.at[k]);
    }
};
template <int CELL, class T> struct fused_widen {
    __device__ static void of(const uint4 &raw, const bool &repeated, fused_pack<CELL> &r)
    {
        typedef typename fused_memory<T>::type M;
        M v[16 / CELL];
        memcpy(v, &raw, sizeof v);
        CX_UNROLL
        for (int k = 0; k < 16 / CELL; k++) r.at[k] = fused_put<CELL>(repeated ? v[0] : v[k]);
    }
};
template <int CELL, class T> struct fused_pack_up {
    __device__ static void of(const fused_pack<CELL> &v, uint4 &raw)
    {
        typename fused_memory<T>::type m[16 / CELL];
        CX_UNROLL
        for (int k = 0; k < 16 / CELL; k++) m[k] = fused_get<T>(v.at[k]);
        memcpy(&raw, m, sizeof m);
    }
};
__device__ inline uint4 fused_fetch(const char *at, int bytes)
{
    uint4 r = {0, 0, 0, 0};
    switch (bytes) {
    case 1: r.x = *(const uint8_t *)at; break;
    case 2: r.x = *(const uint16_t *)at; break;
    case 4: r.x = *(const uint32_t *)at; break;
    case 8: {
        const uint2 v = *(const uint2 *)at;
        r.x = v.x;
        r.y = v.y;
        break;
    }
    default: r = *(const uint4 *)at; break;
    }
    return r;
}
__device__ inline void fused_leave(char *at, int bytes, const uint4 &v)
{
    switch (bytes) {
    case 1: *(uint8_t *)at = (uint8_t)v.x; break;
    case 2: *(uint16_t *)at = (uint16_t)v.x; break;
    case 4: *(uint32_t *)at = v.x; break;
    case 8: *(uint2 *)at = uint2{v.x, v.y}; break;
    default: *(uint4 *)at = v; break;
    }
}

/* A few inputs are asked for before the first of them is looked at. */
enum { FUSED_AT_ONCE = 4 };
/* Sixteen bytes of every input: cells as they lie in memory. */
template <int CELL>
__device__ inline void fused_load_wide(const fused_params &p, uint32_t i, fused_pack<CELL> *slot)
{
    for (int k = 0; k < p.in; k += FUSED_AT_ONCE) {
        fused_pack<CELL> v[FUSED_AT_ONCE];
        CX_UNROLL
        for (int j = 0; j < FUSED_AT_ONCE; j++)
            if (k + j < p.in)
                v[j] = *(const fused_pack<CELL> *)fused_at(p, CX_FUSED_OUTPUTS + k + j, i);
        CX_UNROLL
        for (int j = 0; j < FUSED_AT_ONCE; j++)
            if (k + j < p.in) slot[(k + j) * blockDim.x] = v[j];
    }
}
template <int CELL>
__device__ inline void fused_load_together(const fused_params &p, uint32_t i,
                                           fused_pack<CELL> *slot)
{
    for (int k = 0; k < p.in; k += FUSED_AT_ONCE) {
        uint4 raw[FUSED_AT_ONCE];
        CX_UNROLL
        for (int j = 0; j < FUSED_AT_ONCE; j++) {
            const int operand = CX_FUSED_OUTPUTS + k + j;
            if (k + j < p.in) raw[j] = fused_fetch(fused_at(p, operand, i), p.bytes[operand]);
        }
        CX_UNROLL
        for (int j = 0; j < FUSED_AT_ONCE; j++) {
            if (k + j >= p.in) break;
            const bool repeated = (p.repeated >> (k + j) & 1) != 0;
            fused_pack<CELL> v = {};
            fused_switch<fused_widen, CELL>(p.dtype[CX_FUSED_OUTPUTS + k + j], raw[j], repeated, v);
            slot[(k + j) * blockDim.x] = v;
        }
    }
}
template <int CELL>
__device__ inline void fused_load(const fused_params &p, const fused_spot<CELL> &spot,
                                  fused_pack<CELL> *slot)
{
    if (spot.together) {
        if (p.wide)
            fused_load_wide(p, spot.place[0], slot);
        else
            fused_load_together(p, spot.place[0], slot);
        return;
    }
    for (int k = 0; k < p.in; k++) {
        fused_places<CELL> from;
        CX_UNROLL
        for (int j = 0; j < 16 / CELL; j++)
            from.at[j] = fused_at(p, CX_FUSED_OUTPUTS + k, spot.place[j]);
        fused_pack<CELL> v = {};
        fused_switch<fused_gather, CELL>(p.dtype[CX_FUSED_OUTPUTS + k], from, v);
        slot[k * blockDim.x] = v;
    }
}
template <int CELL>
__device__ inline void fused_store(const fused_params &p, const fused_spot<CELL> &spot, int k,
                                   const fused_pack<CELL> &v)
{
    if (spot.together) {
        uint4 raw = {0, 0, 0, 0};
        fused_switch<fused_pack_up, CELL>(p.dtype[k], v, raw);
        fused_leave(fused_at(p, k, spot.place[0]), p.bytes[k], raw);
        return;
    }
    fused_places<CELL> to;
    CX_UNROLL
    for (int j = 0; j < 16 / CELL; j++)
        to.at[j] = (spot.valid >> j & 1) != 0 ? fused_at(p, k, spot.place[j]) : nullptr;
    fused_switch<fused_scatter, CELL>(p.dtype[k], to, v);
}

/* ---- which elements are whose. Cell j of a thread is part first + j * step. */
__device__ inline uint32_t fused_step_of(const fused_params &p)
{
    return p.together ? 1 : blockDim.x;
}
/* The spot of the first round; the bits of *last are those of the last. */
template <int CELL>
__device__ inline fused_spot<CELL> fused_first(const fused_params &p, uint32_t first,
                                               uint32_t *last)
{
    constexpr int COUNT = 16 / CELL;
    fused_spot<CELL> spot;
    spot.valid = *last = 0;
    CX_UNROLL
    for (int j = 0; j < COUNT; j++) {
        const uint32_t part = first + (uint32_t)j * fused_step_of(p);
        const bool there = part < p.deal.total;
        uint32_t at = 0;
        spot.place[j] = there ? part : first;
        if (p.deal.folds > 0) spot.place[j] = fused_begin(p.deal, spot.place[j], &at);
        /* has the last round an element for it? */
        const bool whole =
            p.deal.folds == 0 || at + (p.deal.rounds - 1) * p.deal.parts < p.deal.span;
        if (there) spot.valid |= 1u << j;
        if (there && whole) *last |= 1u << j;
    }
    spot.together = p.together && spot.valid == (1u << COUNT) - 1;
    return spot;
}
template <int CELL>
__device__ inline void fused_advance(const fused_params &p, fused_spot<CELL> &spot, bool to_last,
                                     uint32_t last)
{
    constexpr int COUNT = 16 / CELL;
    if (to_last) spot.valid = last;
    spot.together = p.together && spot.valid == (1u << COUNT) - 1;
    CX_UNROLL
    for (int j = 0; j < COUNT; j++)
        if ((spot.valid >> j & 1) != 0) spot.place[j] += p.deal.parts;
}
template <int CELL>
__device__ inline void fused_leave_parts(const fused_params &p, uint32_t first,
                                         const fused_pack<CELL> *slot)
{
    const fused_deal &d = p.deal;
    for (int k = 0; k < d.folds; k++) {
        const fused_pack<CELL> v = slot[d.slot[k] * blockDim.x];
        fused_places<CELL> to;
        CX_UNROLL
        for (int j = 0; j < 16 / CELL; j++) {
            const uint32_t part = first + (uint32_t)j * fused_step_of(p);
            to.at[j] = part < d.total ? d.to[k] + (int64_t)part * d.size[k] : nullptr;
        }
        fused_switch<fused_scatter, CELL>(d.dtype[k], to, v);
    }
}

/* ---- the kernel */
/* All steps for the elements of one round. */
template <int CELL>
__device__ __forceinline__ void fused_round(const fused_params &p, const fused_spot<CELL> &spot,
                                            bool first_round, fused_pack<CELL> *slot,
                                            const fused_pack<CELL> *value)
{
    const uint32_t block = blockDim.x;
    fused_pack<CELL> r = {};
    for (int k = 0; k < p.steps; k++) {
        const fused_step s = p.step[k];
        const int slots = p.slots, reads = s.how & FUSED_READS;
        const bool join = (s.how & FUSED_JOIN) != 0;
        fused_pack<CELL> a = r, b = r, c = r;
        if (s.a != FUSED_LAST && !(join && first_round))
            a = s.a < slots ? slot[s.a * block] : value[s.a - slots];
        if (reads > 1 && s.b != FUSED_LAST)
            b = s.b < slots ? slot[s.b * block] : value[s.b - slots];
        if (reads > 2 && s.c != FUSED_LAST)
            c = s.c < slots ? slot[s.c * block] : value[s.c - slots];
        if (s.code == FUSED_STORE) {
            fused_store(p, spot, s.b, a);
            continue;
        }
        if (join && first_round) {
            r = b;
        } else {
            fused_run(s, a, b, c, r);
            if (join) {
                const fused_pack<CELL> held = slot[s.to * block];
                CX_UNROLL
                for (int j = 0; j < 16 / CELL; j++)
                    if ((spot.valid >> j & 1) == 0) r.at[j] = held.at[j];
            }
        }
        if (s.to != FUSED_LAST) slot[s.to * block] = r;
    }
}
template <int CELL>
__global__ void __launch_bounds__(FUSED_BLOCK, CELL == 16 ? 5 : 6)
    fused_interpret(const fused_params p)
{
    constexpr uint32_t COUNT = 16 / CELL;
    CX_DYN_SHARED(fused_pack<CELL>, shared);
    const uint32_t thread = threadIdx.x, block = blockDim.x, chunk = COUNT * block;
    fused_pack<CELL> *const slot = shared + thread, *const value = shared + p.slots * block;
    for (uint32_t k = thread; k < (uint32_t)p.values; k += block)
        value[k] = *(const fused_pack<CELL> *)p.value[k].bytes;
    __syncthreads();
    for (uint32_t base = blockIdx.x * chunk; base < p.deal.total; base += gridDim.x * chunk) {
        const uint32_t first = base + (p.together ? thread * COUNT : thread);
        if (first >= p.deal.total) continue;
        uint32_t last;
        fused_spot<CELL> spot = fused_first<CELL>(p, first, &last);
        for (uint32_t round = 1;; round++) {
            fused_load(p, spot, slot);
            fused_round(p, spot, round == 1, slot, value);
            if (round == p.deal.rounds) break;
            fused_advance(p, spot, round + 1 == p.deal.rounds, last);
        }
        fused_leave_parts(p, first, slot);
    }
}
#endif
