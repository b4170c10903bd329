/* dtypes as C++ types on the device, conversion between any two, and dispatch from a cx_dtype to a
 * template by table. The rules are the CPU's: integers wrap, floats to integers truncate and
 * saturate, NaN gives 0, complex to real drops the imaginary part, anything to bool is != 0. */
#ifndef CX_KERNELS_TYPES_CUH
#define CX_KERNELS_TYPES_CUH
#include "device.cuh"

/** Storage of the 16-bit floats: converted on load, computed in float. */
struct f16 {
    uint16_t bits;
};
struct bf16 {
    uint16_t bits;
};
/** Aligned as its parts are: memory from elsewhere promises no more. */
template <class R> struct complex_of {
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
template <int D> using of_dtype = typename dtype_type<D>::type;

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

/* ---- conversion, on the device and (scalars of a call) on the host */
template <class To, class From> __host__ __device__ inline To bits_as(From v)
{
    static_assert(sizeof(To) == sizeof(From), "the same bits");
    To r;
    memcpy(&r, &v, sizeof r);
    return r;
}
/* The instructions give every NaN the same bits; here sign and payload stay, as on the CPU. */
__host__ __device__ inline float f16_value(f16 h)
{
    const uint32_t size = h.bits & 0x7fffu;
    if (size > 0x7c00u)
        return bits_as<float>((uint32_t)(h.bits & 0x8000u) << 16 | 0x7f800000u | size << 13);
    return half_value(h.bits);
}
__host__ __device__ inline float bf16_value(bf16 h)
{
    return bits_as<float>((uint32_t)h.bits << 16);
}
__host__ __device__ inline f16 f16_of(float v)
{
    f16 r;
    if (v != v) {
        const uint32_t u = bits_as<uint32_t>(v);
        r.bits = (uint16_t)((u >> 16 & 0x8000u) | 0x7e00u | (u >> 13 & 0x3ffu));
    } else {
        r.bits = half_bits(v);
    }
    return r;
}
__host__ __device__ inline bf16 bf16_of(float v)
{
    const uint32_t u = bits_as<uint32_t>(v);
    bf16 r;
    r.bits = (uint16_t)(v != v ? u >> 16 | 0x40u : (u + 0x7fffu + (u >> 16 & 1u)) >> 16);
    return r;
}
/** To float rounded to odd: rounding that once more to 16 bits is as good as rounding once. */
__host__ __device__ inline float float_odd(double v)
{
    const float f = (float)v;
    const double back = (double)f;
    if (!(back < v || back > v)) return f; /* exact, or NaN */
    const uint32_t u = bits_as<uint32_t>(f);
    const bool away = v < 0 ? back < v : back > v;
    return bits_as<float>((away ? u - 1 : u) | 1u);
}
__host__ __device__ inline float float_odd(uint64_t v)
{
    /* more than 53 bits: one of those that stay remembers the others */
    if (v >> 53 != 0) v = (v & ~(uint64_t)0x7ff) | ((v & 0x7ff) != 0 ? 0x800 : 0);
    return float_odd((double)v);
}
__host__ __device__ inline float float_odd(int64_t v)
{
    return v < 0 ? -float_odd(0 - (uint64_t)v) : float_odd((uint64_t)v);
}

/** As values: device code does not call the functions of numeric_limits. */
template <class T> struct int_range {
    static constexpr T most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::min();
};

/** float or double to a saturating integer. */
template <class To, class From> __host__ __device__ inline To saturate(From v)
{
    /* 2^digits is exact in From; comparisons with NaN are false */
    constexpr int digits = std::numeric_limits<To>::digits;
    constexpr To most = int_range<To>::most, least = int_range<To>::least;
    const From top = (From)((uint64_t)1 << (digits - 1)) * 2;
    if (!(v < top)) return v >= top ? most : (To)0;
    if (std::is_signed<To>::value) return v < -top ? least : (To)v;
    return v <= (From)-1 ? (To)0 : (To)v;
}

template <class To, class From> struct converter {
    __host__ __device__ static To of(From v)
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
            if constexpr (std::is_same<From, double>::value)
                return f16_of(float_odd(v));
            else /* every integer that is not infinite in binary16 is exact in float */
                return f16_of((float)v);
        } else if constexpr (std::is_same<To, bf16>::value) {
            if constexpr (std::is_same<From, double>::value)
                return bf16_of(float_odd(v));
            else if constexpr (is_int<From> && std::is_signed<From>::value && sizeof(From) >= 4)
                return bf16_of(float_odd((int64_t)v));
            else if constexpr (is_int<From> && sizeof(From) >= 4)
                return bf16_of(float_odd((uint64_t)v));
            else
                return bf16_of((float)v);
        } else if constexpr (is_float<From> && is_int<To>) {
            return saturate<To>(v);
        } else {
            return (To)v;
        }
    }
};
template <class To, class From> __host__ __device__ inline To convert(From v)
{
    return converter<To, From>::of(v);
}

#ifndef CX_DEVICE_ONLY
/* ---- on the host: facts, and dispatch */
/** Name and bytes of a dtype; a plugin takes no symbol of the core's. */
inline const char *cuda_dtype_name(int t)
{
    static const char *const names[] = {
        "none",
#define CX_DTYPE(NAME, value, ctype, suffix, name, bytes, kind, descr) name,
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    return names[t];
}
inline int64_t cuda_itemsize(int t)
{
    static const int8_t sizes[] = {
        0,
#define CX_DTYPE(NAME, value, ctype, suffix, name, bytes, kind, descr) bytes,
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    return sizes[t];
}

/** Table of F<T>::fn over the dtypes: cuda_by_dtype<F>(t) is a function pointer, NULL past the
 * table. F names the signature: typedef ... fn_t. F's own name must be
 * unique in the plugin: GCC merges the tables of equal names even from anonymous namespaces. CX_CAT
 * counts as int32. */
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
#endif

/** Value of dtype t at p as a To: for operands whose dtype is known only at run time. Every lane
 * takes the same branch. */
template <class To> __host__ __device__ inline To load_as(int t, const void *p)
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
template <class From> __host__ __device__ inline void store_as(int t, void *p, From v)
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
