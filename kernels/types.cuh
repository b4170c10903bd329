/* dtypes as C++ types on the device, conversion between any two, and dispatch from a cx_dtype to a
 * template by table. The rules are the CPU's: integers wrap, floats to integers truncate and
 * saturate, NaN gives 0, complex to real drops the imaginary part, anything to bool is != 0. */
#ifndef CX_KERNELS_TYPES_CUH
#define CX_KERNELS_TYPES_CUH
#include "device.cuh"
#include <limits>

/** Storage of the 16-bit floats: converted on load, computed in float. */
struct f16 {
    uint16_t bits;
};
struct bf16 {
    uint16_t bits;
};
template <class R> struct alignas(2 * sizeof(R)) complex_of {
    typedef R real;
    R re, im;
};
typedef complex_of<float> c64;
typedef complex_of<double> c128;

/** The C++ type of a dtype (CX_CAT: its codes). */
template <int D> struct dtype_type;
#define DTYPE_TYPE(NAME, T)                    \
    template <> struct dtype_type<CX_##NAME> { \
        typedef T type;                        \
    };
DTYPE_TYPE(BOOL, bool)
DTYPE_TYPE(I8, int8_t)
DTYPE_TYPE(I16, int16_t)
DTYPE_TYPE(I32, int32_t)
DTYPE_TYPE(I64, int64_t)
DTYPE_TYPE(U8, uint8_t)
DTYPE_TYPE(U16, uint16_t)
DTYPE_TYPE(U32, uint32_t)
DTYPE_TYPE(U64, uint64_t)
DTYPE_TYPE(F16, f16)
DTYPE_TYPE(BF16, bf16)
DTYPE_TYPE(F32, float)
DTYPE_TYPE(F64, double)
DTYPE_TYPE(C64, c64)
DTYPE_TYPE(C128, c128)
#undef DTYPE_TYPE

template <class T>
constexpr bool is_half = std::is_same<T, f16>::value || std::is_same<T, bf16>::value;
template <class T>
constexpr bool is_complex = std::is_same<T, c64>::value || std::is_same<T, c128>::value;
template <class T>
constexpr bool is_float = std::is_same<T, float>::value || std::is_same<T, double>::value;
template <class T>
constexpr bool is_int = std::is_integral<T>::value && !std::is_same<T, bool>::value;

/** What a dtype computes in: float for the 16-bit floats, else itself. */
template <class T> struct compute {
    typedef T type;
};
template <> struct compute<f16> {
    typedef float type;
};
template <> struct compute<bf16> {
    typedef float type;
};
template <class T> using compute_t = typename compute<T>::type;

/* ---- conversion */
__device__ inline float f16_value(f16 h)
{
    __half_raw r;
    r.x = h.bits;
    return __half2float(__half(r));
}
__device__ inline float bf16_value(bf16 h)
{
    __nv_bfloat16_raw r;
    r.x = h.bits;
    return __bfloat162float(__nv_bfloat16(r));
}

/** float or double to a saturating integer. */
template <class To, class From> __device__ inline To saturate(From v)
{
    /* 2^digits is exact in From; comparisons with NaN are false */
    constexpr int digits = std::numeric_limits<To>::digits;
    const From top = (From)((uint64_t)1 << (digits - 1)) * 2;
    if (!(v < top)) return v >= top ? std::numeric_limits<To>::max() : (To)0;
    if (std::is_signed<To>::value) return v < -top ? std::numeric_limits<To>::min() : (To)v;
    return v <= (From)-1 ? (To)0 : (To)v;
}

template <class To, class From> struct converter {
    __device__ static To of(From v)
    {
        if constexpr (std::is_same<To, From>::value) {
            return v;
        } else if constexpr (std::is_same<From, f16>::value) {
            return converter<To, float>::of(f16_value(v));
        } else if constexpr (std::is_same<From, bf16>::value) {
            return converter<To, float>::of(bf16_value(v));
        } else if constexpr (is_complex<To>) {
            typedef typename To::real R;
            if constexpr (is_complex<From>)
                return To{(R)v.re, (R)v.im};
            else
                return To{converter<R, From>::of(v), (R)0};
        } else if constexpr (is_complex<From>) {
            if constexpr (std::is_same<To, bool>::value)
                return v.re != 0 || v.im != 0;
            else
                return converter<To, typename From::real>::of(v.re);
        } else if constexpr (std::is_same<To, bool>::value) {
            return v != 0;
        } else if constexpr (std::is_same<To, f16>::value) {
            f16 r;
            if constexpr (std::is_same<From, float>::value)
                r.bits = __half_raw(__float2half_rn(v)).x;
            else
                r.bits = __half_raw(__double2half((double)v)).x;
            return r;
        } else if constexpr (std::is_same<To, bf16>::value) {
            bf16 r;
            if constexpr (std::is_same<From, float>::value)
                r.bits = __nv_bfloat16_raw(__float2bfloat16_rn(v)).x;
            else
                r.bits = __nv_bfloat16_raw(__double2bfloat16((double)v)).x;
            return r;
        } else if constexpr (is_float<From> && is_int<To>) {
            return saturate<To>(v);
        } else {
            return (To)v;
        }
    }
};
template <class To, class From> __device__ inline To convert(From v)
{
    return converter<To, From>::of(v);
}

/* ---- dispatch on the host */
/** Table of F<T>::fn over the dtypes: cuda_by_dtype<F>(t) is a function pointer, NULL past the
 * table. F names the signature: typedef ... fn_t. CX_CAT counts as int32. */
template <template <class> class F> inline auto cuda_by_dtype(int t) -> typename F<float>::fn_t *
{
    typedef typename F<float>::fn_t *fn;
    static constexpr fn table[] = {
        nullptr,        F<bool>::fn,    F<int8_t>::fn,   F<int16_t>::fn,  F<int32_t>::fn,
        F<int64_t>::fn, F<uint8_t>::fn, F<uint16_t>::fn, F<uint32_t>::fn, F<uint64_t>::fn,
        F<f16>::fn,     F<bf16>::fn,    F<float>::fn,    F<double>::fn,   F<c64>::fn,
        F<c128>::fn,    F<int32_t>::fn};
    return t >= 1 && t < (int)(sizeof table / sizeof *table) ? table[t] : nullptr;
}
static_assert(CX_BOOL == 1 && CX_U8 == 6 && CX_F16 == 10 && CX_C128 == 15 && CX_CAT == 16,
              "the dispatch table follows dtypes.def");

/** Value of dtype t at p as a To: for operands whose dtype is known only at run time. Every lane
 * takes the same branch. */
template <class To> __device__ inline To load_as(int t, const void *p)
{
    switch (t) {
    case CX_BOOL: return convert<To>(*(const uint8_t *)p != 0);
    case CX_I8: return convert<To>(*(const int8_t *)p);
    case CX_I16: return convert<To>(*(const int16_t *)p);
    case CX_I32:
    case CX_CAT: return convert<To>(*(const int32_t *)p);
    case CX_I64: return convert<To>(*(const int64_t *)p);
    case CX_U8: return convert<To>(*(const uint8_t *)p);
    case CX_U16: return convert<To>(*(const uint16_t *)p);
    case CX_U32: return convert<To>(*(const uint32_t *)p);
    case CX_U64: return convert<To>(*(const uint64_t *)p);
    case CX_F16: return convert<To>(*(const f16 *)p);
    case CX_BF16: return convert<To>(*(const bf16 *)p);
    case CX_F32: return convert<To>(*(const float *)p);
    case CX_F64: return convert<To>(*(const double *)p);
    case CX_C64: return convert<To>(*(const c64 *)p);
    default: return convert<To>(*(const c128 *)p);
    }
}
template <class From> __device__ inline void store_as(int t, void *p, From v)
{
    switch (t) {
    case CX_BOOL: *(uint8_t *)p = convert<bool>(v); break;
    case CX_I8: *(int8_t *)p = convert<int8_t>(v); break;
    case CX_I16: *(int16_t *)p = convert<int16_t>(v); break;
    case CX_I32:
    case CX_CAT: *(int32_t *)p = convert<int32_t>(v); break;
    case CX_I64: *(int64_t *)p = convert<int64_t>(v); break;
    case CX_U8: *(uint8_t *)p = convert<uint8_t>(v); break;
    case CX_U16: *(uint16_t *)p = convert<uint16_t>(v); break;
    case CX_U32: *(uint32_t *)p = convert<uint32_t>(v); break;
    case CX_U64: *(uint64_t *)p = convert<uint64_t>(v); break;
    case CX_F16: *(f16 *)p = convert<f16>(v); break;
    case CX_BF16: *(bf16 *)p = convert<bf16>(v); break;
    case CX_F32: *(float *)p = convert<float>(v); break;
    case CX_F64: *(double *)p = convert<double>(v); break;
    case CX_C64: *(c64 *)p = convert<c64>(v); break;
    default: *(c128 *)p = convert<c128>(v); break;
    }
}
#endif
