/* What device code uses of the C and C++ libraries, for NVRTC, which has none of their headers: as
 * small as it can be, so that a kernel is compiled soon. Knows nothing of Calx. */
#ifndef CX_KERNELS_JIT_PRELUDE_CUH
#define CX_KERNELS_JIT_PRELUDE_CUH

typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
#define INT64_MAX 0x7fffffffffffffffLL

namespace std {
template <class A, class B> struct is_same {
    static constexpr bool value = false;
};
template <class A> struct is_same<A, A> {
    static constexpr bool value = true;
};
template <bool B, class X, class Y> struct conditional {
    typedef X type;
};
template <class X, class Y> struct conditional<false, X, Y> {
    typedef Y type;
};
template <bool B, class T = void> struct enable_if {
    typedef T type;
};
template <class T> struct enable_if<false, T> {
};
template <class T> struct is_integral {
    static constexpr bool value = false;
};
template <class T> struct is_signed {
    static constexpr bool value = false;
};
template <class T> struct is_unsigned {
    static constexpr bool value = false;
};
template <class T> struct numeric_limits;
#define CX_WHOLE(T, SIGNED, DIGITS, MIN, MAX)                             \
    template <> struct is_integral<T> {                                   \
        static constexpr bool value = true;                               \
    };                                                                    \
    template <> struct is_signed<T> {                                     \
        static constexpr bool value = SIGNED;                             \
    };                                                                    \
    template <> struct is_unsigned<T> {                                   \
        static constexpr bool value = !SIGNED;                            \
    };                                                                    \
    template <> struct numeric_limits<T> {                                \
        static constexpr int digits = DIGITS;                             \
        static constexpr __host__ __device__ T min() { return (T)(MIN); } \
        static constexpr __host__ __device__ T max() { return (T)(MAX); } \
    };
CX_WHOLE(bool, false, 1, 0, 1)
CX_WHOLE(int8_t, true, 7, -128, 127)
CX_WHOLE(int16_t, true, 15, -32768, 32767)
CX_WHOLE(int32_t, true, 31, -2147483647 - 1, 2147483647)
CX_WHOLE(int64_t, true, 63, -0x7fffffffffffffffLL - 1, 0x7fffffffffffffffLL)
CX_WHOLE(uint8_t, false, 8, 0, 255)
CX_WHOLE(uint16_t, false, 16, 0, 65535)
CX_WHOLE(uint32_t, false, 32, 0, 0xffffffffu)
CX_WHOLE(uint64_t, false, 64, 0, 0xffffffffffffffffULL)
#undef CX_WHOLE
template <> struct is_signed<float> {
    static constexpr bool value = true;
};
template <> struct is_signed<double> {
    static constexpr bool value = true;
};
} // namespace std

/* Bits of a binary16 number and its value, without NaNs. */
__device__ inline float half_value(uint16_t bits)
{
    float v;
    asm("cvt.f32.f16 %0, %1;" : "=f"(v) : "h"(bits));
    return v;
}
__device__ inline uint16_t half_bits(float v)
{
    uint16_t bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(v));
    return bits;
}
#endif
