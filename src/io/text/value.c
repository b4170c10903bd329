/* One element from text. The one idea: a parser per dtype, chosen once; a value that its dtype
 * cannot hold is none. Knows no lines. */
#include "base/number.h"
#include "io/text/text.h"
#include <math.h>
#include <string.h>

static bool parse_f64(const char *s, const char *end, void *out)
{
    double v;
    if (s == end || cx__read_f64(s, end, &v) != end) return false;
    memcpy(out, &v, sizeof v);
    return true;
}
/* Narrower floats by way of double, as NumPy does. */
static bool parse_f32(const char *s, const char *end, void *out)
{
    double v;
    if (!parse_f64(s, end, &v)) return false;
    const float f = (float)v;
    memcpy(out, &f, sizeof f);
    return true;
}
static bool parse_f16(const char *s, const char *end, void *out)
{
    float f;
    if (!parse_f32(s, end, &f)) return false;
    const cx_float16 h = cx_f16_from_float(f);
    memcpy(out, &h, sizeof h);
    return true;
}
static bool parse_bf16(const char *s, const char *end, void *out)
{
    float f;
    if (!parse_f32(s, end, &f)) return false;
    const cx_bfloat16 h = cx_bf16_from_float(f);
    memcpy(out, &h, sizeof h);
    return true;
}

static bool parse_i64(const char *s, const char *end, void *out)
{
    int64_t v;
    if (s == end || cx__parse_i64(s, end, &v) != end) return false;
    memcpy(out, &v, sizeof v);
    return true;
}
static bool parse_u64(const char *s, const char *end, void *out)
{
    uint64_t v;
    if (s == end || cx__parse_u64(s, end, &v) != end) return false;
    memcpy(out, &v, sizeof v);
    return true;
}
static bool parse_bool(const char *s, const char *end, void *out)
{
    int64_t v;
    if (!parse_i64(s, end, &v)) return false;
    *(unsigned char *)out = v != 0;
    return true;
}

#define NARROW(sfx, type, wide, low, high)                                   \
    static bool parse_##sfx(const char *s, const char *end, void *out)       \
    {                                                                        \
        int64_t v;                                                           \
        if ((low) == 0 && s < end && *s == '-') return false;                \
        if (!parse_i64(s, end, &v) || v < (low) || v > (high)) return false; \
        const type narrow = (type)v;                                         \
        memcpy(out, &narrow, sizeof narrow);                                 \
        return true;                                                         \
    }
NARROW(i8, int8_t, int64_t, INT8_MIN, INT8_MAX)
NARROW(i16, int16_t, int64_t, INT16_MIN, INT16_MAX)
NARROW(i32, int32_t, int64_t, INT32_MIN, INT32_MAX)
NARROW(u8, uint8_t, int64_t, 0, UINT8_MAX)
NARROW(u16, uint16_t, int64_t, 0, UINT16_MAX)
NARROW(u32, uint32_t, int64_t, 0, UINT32_MAX)
#undef NARROW

/* "1", "2j", "1+2j", "(1+2j)". */
static bool parse_c128(const char *s, const char *end, void *out)
{
    cx_complex128 v = {0, 0};
    if (end - s >= 2 && *s == '(' && end[-1] == ')') {
        s++;
        end--;
        while (s < end && (*s == ' ' || *s == '\t')) s++;
        while (s < end && (end[-1] == ' ' || end[-1] == '\t')) end--;
    }
    const char *p = s == end ? s : cx__read_f64(s, end, &v.re);
    if (p == s) return false;
    if (p < end && *p == 'j') {
        v.im = v.re;
        v.re = 0;
        p++;
    } else if (p < end) {
        if (*p != '+' && *p != '-') return false;
        const char *const q = cx__read_f64(p, end, &v.im);
        if (q == p || q == end || *q != 'j') return false;
        p = q + 1;
    }
    if (p != end) return false;
    memcpy(out, &v, sizeof v);
    return true;
}
static bool parse_c64(const char *s, const char *end, void *out)
{
    cx_complex128 v;
    if (!parse_c128(s, end, &v)) return false;
    const cx_complex64 narrow = {(float)v.re, (float)v.im};
    memcpy(out, &narrow, sizeof narrow);
    return true;
}

cx__text_parse cx__text_parser(cx_dtype t)
{
    static const cx__text_parse of[CX_DTYPE_COUNT] = {
        [CX_BOOL] = parse_bool, [CX_I8] = parse_i8,   [CX_I16] = parse_i16,   [CX_I32] = parse_i32,
        [CX_I64] = parse_i64,   [CX_U8] = parse_u8,   [CX_U16] = parse_u16,   [CX_U32] = parse_u32,
        [CX_U64] = parse_u64,   [CX_F16] = parse_f16, [CX_BF16] = parse_bf16, [CX_F32] = parse_f32,
        [CX_F64] = parse_f64,   [CX_C64] = parse_c64, [CX_C128] = parse_c128,
    };
    return (int)t > CX_DTYPE_NONE && (int)t < CX_DTYPE_COUNT ? of[t] : NULL;
}

/* ---- lists */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && is_space(*p)) p++;
    return p;
}

/* Past one separator; NULL if it is not there. A blank in it matches any white space, none too. */
static const char *past_separator(const char *p, const char *end, const char *sep)
{
    const char *const start = p;
    bool blank_only = true;
    for (; *sep != '\0'; sep++) {
        if (is_space(*sep)) {
            p = skip_space(p, end);
            continue;
        }
        blank_only = false;
        if (p == end || *p != *sep) return NULL;
        p++;
    }
    return blank_only && p == start ? NULL : p;
}

/* The end of the element at p: the next white space, or the next beginning of the separator. */
static const char *element_end(const char *p, const char *end, char mark)
{
    while (p < end && !is_space(*p) && (mark == '\0' || *p != mark)) p++;
    return p;
}

cx_status cx__text_list(const char *where, const char *text, size_t size, cx_dtype t,
                        const char *sep, int64_t count, cx_array **out)
{
    const cx__text_parse parse = cx__text_parser(t);
    if (parse == NULL)
        return cx__fail(CX_E_DTYPE, where, "%s cannot be read from text", cx_dtype_name(t));
    const size_t item = cx_dtype_size(t);
    const char *const end = text + size, *p = skip_space(text, end);
    const char *mark = sep;
    while (is_space(*mark)) mark++;
    cx__text bytes = {0};
    cx_status st = CX_OK;
    int64_t n = 0;
    while (p < end && n != count && st == CX_OK) {
        unsigned char v[16];
        const char *const stop = element_end(p, end, *mark);
        if (!parse(p, stop, v)) {
            long long line = 1;
            for (const char *q = text; q < p; q++) line += *q == '\n';
            const int shown = stop - p > 60 ? 60 : (int)(stop - p);
            st = cx__fail(CX_E_PARSE, where, "line %lld: '%.*s' is no %s", line, shown, p,
                          cx_dtype_name(t));
            break;
        }
        cx__text_put(&bytes, (const char *)v, item);
        n++;
        const char *const next = past_separator(stop, end, sep);
        if (next == NULL && skip_space(stop, end) == end) break;
        if (next == NULL)
            st = cx__fail(CX_E_PARSE, where, "after element %lld: expected '%.20s', found '%c'",
                          (long long)n, sep, *skip_space(stop, end));
        else
            p = skip_space(next, end);
    }
    if (st == CX_OK && bytes.failed) st = cx__fail_nomem(where, "numbers", bytes.cap);
    if (st == CX_OK) {
        const int64_t shape[1] = {n};
        *out = cx_copy_host(n == 0 ? (const void *)"" : bytes.at, (cx_shape){1, shape}, t);
        st = cx_status_of(*out);
    }
    cx__text_free(&bytes);
    return st;
}
