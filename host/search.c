/* The search slot. The one idea: eight searches walk down side by side without branches, so that
 * their cache misses overlap. NaN is above everything; ties by the side asked for. */
#include "host.h"
#include <string.h>

enum { SEARCH_LANES = 8, SEARCH_GRAIN = 4096 };

typedef struct search_plan {
    const char *sorted, *values;
    int64_t n, m, value_stride, out_stride;
    char *out;
} search_plan;

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
#include "loops/search.inc"
#define T double
#define S f64
#define LESS(a, b) (((a) < (b)) | (((b) != (b)) & ((a) == (a))))
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

typedef void search_fn(void *ctx, int64_t lo, int64_t hi);
#define BOTH(T, s) [T] = {left_##s, right_##s}
static search_fn *const searches[CX_DTYPE_COUNT][2] = {
    BOTH(CX_BOOL, u8), BOTH(CX_U8, u8),   BOTH(CX_I8, i8),   BOTH(CX_U16, u16),   BOTH(CX_I16, i16),
    BOTH(CX_U32, u32), BOTH(CX_I32, i32), BOTH(CX_CAT, i32), BOTH(CX_U64, u64),   BOTH(CX_I64, i64),
    BOTH(CX_F32, f32), BOTH(CX_F64, f64), BOTH(CX_C64, c64), BOTH(CX_C128, c128),
};

cx_status host_search(cx_queue *q, const cx_view *sorted, const cx_view *values, bool right,
                      const cx_view *out)
{
    (void)q;
    search_plan p = {.sorted = sorted->data,
                     .values = values->data,
                     .n = sorted->shape[0],
                     .m = values->shape[0],
                     .value_stride = values->stride[0],
                     .out = out->data,
                     .out_stride = out->stride[0]};
    if (sorted->dtype != CX_F16 && sorted->dtype != CX_BF16)
        return host_core->parallel_for(p.m, SEARCH_GRAIN, searches[sorted->dtype][right], &p);
    host_convert_fn *const widen = host_convert(sorted->dtype, CX_F32);
    float *const wide = host_core->alloc((size_t)(p.n + p.m) * sizeof(float));
    if (!wide)
        return host_core->fail(CX_E_NOMEM, "searchsorted", "cannot allocate %lld float32 elements",
                               (long long)(p.n + p.m));
    widen(p.sorted, sorted->stride[0], wide, 4, p.n);
    widen(p.values, p.value_stride, wide + p.n, 4, p.m);
    p.sorted = (const char *)wide;
    p.values = (const char *)(wide + p.n);
    p.value_stride = 4;
    const cx_status st = host_core->parallel_for(p.m, SEARCH_GRAIN, searches[CX_F32][right], &p);
    host_core->free(wide);
    return st;
}
