/* Wide numbers from elements. See numbers.h. */
#include "numbers.h"
#include <float.h>
#include <math.h>
#include <string.h>

number number_read(cx_dtype t, const void *p)
{
    number x = {0, 0, 0};
    const size_t size = cx_dtype_size(t);
    const char kind = cx_dtype_kind(t);
    if (kind == 'i' || kind == 'k') {
        uint64_t raw = 0;
        memcpy(&raw, p, size);
        const int shift = 64 - (int)(8 * size);
        const int64_t v = (int64_t)(raw << shift) >> shift;
        x.bits = (uint64_t)v;
        x.re = (long double)v;
    } else if (kind == 'u' || kind == 'b') {
        memcpy(&x.bits, p, size);
        x.re = (long double)x.bits;
    } else if (t == CX_F16) {
        x.re = (long double)cx_f16_to_float(*(const cx_float16 *)p);
    } else if (t == CX_BF16) {
        x.re = (long double)cx_bf16_to_float(*(const cx_bfloat16 *)p);
    } else if (t == CX_F32 || t == CX_C64) {
        const float *const f = p;
        x.re = (long double)f[0];
        if (t == CX_C64) x.im = (long double)f[1];
    } else {
        const double *const d = p;
        x.re = (long double)d[0];
        if (t == CX_C128) x.im = (long double)d[1];
    }
    return x;
}

bool number_nan(number x)
{
    return x.re != x.re || x.im != x.im;
}

int number_order(cx_dtype t, number a, number b)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'u' || kind == 'b') return (a.bits > b.bits) - (a.bits < b.bits);
    if (kind == 'i' || kind == 'k')
        return ((int64_t)a.bits > (int64_t)b.bits) - ((int64_t)a.bits < (int64_t)b.bits);
    const int ca = 2 * (a.re != a.re) + (a.im != a.im), cb = 2 * (b.re != b.re) + (b.im != b.im);
    if (ca != cb) return ca > cb ? 1 : -1;
    if (ca < 2 && a.re != b.re) return a.re > b.re ? 1 : -1;
    if (ca % 2 == 0 && a.im != b.im) return a.im > b.im ? 1 : -1;
    return 0;
}

long double number_eps(cx_dtype t)
{
    static const double eps[CX_DTYPE_COUNT] = {
        [CX_F16] = 0x1p-10,     [CX_BF16] = 0x1p-7,     [CX_F32] = FLT_EPSILON,
        [CX_C64] = FLT_EPSILON, [CX_F64] = DBL_EPSILON, [CX_C128] = DBL_EPSILON};
    return (long double)eps[t];
}

long double number_tiny(cx_dtype t)
{
    static const double tiny[CX_DTYPE_COUNT] = {
        [CX_F16] = 0x1p-24,  [CX_BF16] = 0x1p-133, [CX_F32] = 0x1p-149,
        [CX_C64] = 0x1p-149, [CX_F64] = 0x1p-1074, [CX_C128] = 0x1p-1074};
    return (long double)tiny[t];
}

void number_write(cx_dtype t, void *p, uint64_t random, bool nan)
{
    const size_t size = cx_dtype_size(t);
    const char kind = cx_dtype_kind(t);
    if (kind == 'b') {
        *(uint8_t *)p = random >> 40 & 1;
        return;
    }
    if (kind == 'i' || kind == 'u' || kind == 'k') {
        const int64_t v =
            kind == 'i' ? (int64_t)(random >> 20 & 15) - 8 : (int64_t)(random >> 20 & 15);
        memcpy(p, &v, size); /* little-endian: the low bytes */
        return;
    }
    double part[2];
    for (int i = 0; i < 2; i++) {
        part[i] = (double)(random >> (24 * i) & 0xffff) * 0x1p-15 - 0.75;
        if (nan && (random >> (50 + 5 * i) & 31) == 0) part[i] = (double)NAN;
    }
    if (t == CX_F16)
        *(cx_float16 *)p = cx_f16_from_float((float)part[0]);
    else if (t == CX_BF16)
        *(cx_bfloat16 *)p = cx_bf16_from_float((float)part[0]);
    else if (t == CX_F32)
        *(float *)p = (float)part[0];
    else if (t == CX_F64)
        *(double *)p = part[0];
    else if (t == CX_C64)
        *(cx_complex64 *)p = (cx_complex64){(float)part[0], (float)part[1]};
    else
        *(cx_complex128 *)p = (cx_complex128){part[0], part[1]};
}
