/* Binary searches, for each ISA level. The one idea: many searches walk down side by side without
 * branches, so that they become vectors and their cache misses overlap. NaN is above everything;
 * ties by the side asked for. */
#include "search.h"

enum { SEARCH_LANES = 32 };

#if defined(__GNUC__)
#define HOST_INLINE static inline __attribute__((always_inline))
#else
#define HOST_INLINE static inline
#endif

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)

#define T uint8_t
#define S u8
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T int8_t
#define S i8
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T uint16_t
#define S u16
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T int16_t
#define S i16
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T uint32_t
#define S u32
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T int32_t
#define S i32
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T uint64_t
#define S u64
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T int64_t
#define S i64
#define LESS(a, b) ((a) < (b))
#include "loops/search.inc"
#define T float
#define S f32
#define LESS(a, b) (((a) < (b)) | (((b) != (b)) & ((a) == (a))))
#define FLOATING
#include "loops/search.inc"
#define T double
#define S f64
#define LESS(a, b) (((a) < (b)) | (((b) != (b)) & ((a) == (a))))
#define FLOATING
#include "loops/search.inc"

static inline bool complex_less(double are, double aim, double bre, double bim)
{
    const int ca = 2 * (are != are) + (aim != aim), cb = 2 * (bre != bre) + (bim != bim);
    if (ca != cb) return ca < cb;
    if (ca < 2 && are != bre) return are < bre;
    return aim < bim;
}
#define T cx_complex64
#define S c64
#define LESS(a, b) complex_less((double)(a).re, (double)(a).im, (double)(b).re, (double)(b).im)
#include "loops/search.inc"
#define T cx_complex128
#define S c128
#define LESS(a, b) complex_less((a).re, (a).im, (b).re, (b).im)
#include "loops/search.inc"

#define BOTH(T, s) [T] = {left_##s, right_##s}

const host_searches CX_ISA_NAME(host_searches) = {.search = {
                                                      BOTH(CX_BOOL, u8),
                                                      BOTH(CX_U8, u8),
                                                      BOTH(CX_I8, i8),
                                                      BOTH(CX_U16, u16),
                                                      BOTH(CX_I16, i16),
                                                      BOTH(CX_U32, u32),
                                                      BOTH(CX_I32, i32),
                                                      BOTH(CX_CAT, i32),
                                                      BOTH(CX_U64, u64),
                                                      BOTH(CX_I64, i64),
                                                      BOTH(CX_F32, f32),
                                                      BOTH(CX_F64, f64),
                                                      BOTH(CX_C64, c64),
                                                      BOTH(CX_C128, c128),
                                                  }};
