/* printf formats as Python's % operator reads them, without the C library's printf: that follows
 * the locale, and a format from outside would choose what it reads. The one idea: a number becomes
 * sign, prefix and body, and padding goes where the flags say. */
#include "base/alloc.h"
#include "io/text/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WIDTH = 1000, MAX_PRECISION = 500, ROOM = 900 };

/* ---- understanding */

static cx_status read_number(const char *where, const char *text, const char **p, int most,
                             const char *what, int *out)
{
    int v = 0;
    for (; **p >= '0' && **p <= '9'; (*p)++)
        if (v <= most) v = v * 10 + (**p - '0');
    if (v > most)
        return cx__fail(CX_E_ARGUMENT, where, "format '%.80s': a %s of more than %d", text, what,
                        most);
    *out = v;
    return CX_OK;
}

/* At the character after the %. */
static cx_status read_spec(const char *where, const char *text, const char **p, cx__spec *s)
{
    *s = (cx__spec){.precision = -1};
    for (;; (*p)++) {
        if (**p == '-')
            s->minus = true;
        else if (**p == '+')
            s->plus = true;
        else if (**p == ' ')
            s->space = true;
        else if (**p == '#')
            s->hash = true;
        else if (**p == '0')
            s->zero = true;
        else
            break;
    }
    CX__TRY(read_number(where, text, p, MAX_WIDTH, "width", &s->width));
    if (**p == '.') {
        (*p)++;
        CX__TRY(read_number(where, text, p, MAX_PRECISION, "precision", &s->precision));
    }
    while (**p == 'l' || **p == 'h' || **p == 'L') (*p)++; /* Python skips them too */
    if (**p == '\0' || strchr("dieEfFgGxXosu", **p) == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "format '%.80s': '%c' is no conversion of a number",
                        text, **p == '\0' ? '%' : **p);
    s->conversion = **p == 'i' || **p == 'u' ? 'd' : **p;
    (*p)++;
    return CX_OK;
}

static cx_status add_part(const char *where, const char *text, const char **p, cx__format *f)
{
    cx__format_part *const grown = cx__realloc(f->part, ((size_t)f->count + 1) * sizeof *grown);
    if (grown == NULL) return cx__fail_nomem(where, "a format", sizeof *grown);
    f->part = grown;
    cx__format_part *const part = &grown[f->count++];
    *part = (cx__format_part){.text = NULL};
    cx__text out = {0};
    cx_status st = CX_OK;
    for (; **p != '\0'; (*p)++) {
        if (**p != '%') {
            cx__text_put(&out, *p, 1);
            continue;
        }
        (*p)++;
        if (**p == '%') {
            cx__text_put(&out, "%", 1);
            continue;
        }
        st = read_spec(where, text, p, &part->spec);
        part->has_spec = true;
        f->specs++;
        break;
    }
    part->text = out.at;
    part->len = out.len;
    return st == CX_OK && out.failed ? cx__fail_nomem(where, "a format", out.cap) : st;
}

cx_status cx__format_parse(const char *where, const char *text, cx__format *out)
{
    *out = (cx__format){.part = NULL};
    const char *p = text;
    do {
        const cx_status st = add_part(where, text, &p, out);
        if (st != CX_OK) {
            cx__format_free(out);
            return st;
        }
    } while (*p != '\0');
    return CX_OK;
}

void cx__format_free(cx__format *f)
{
    for (int i = 0; i < f->count; i++) cx__free(f->part[i].text);
    cx__free(f->part);
    *f = (cx__format){.part = NULL};
}

/* ---- elements */

#define INTEGER(sfx, type, wide, field, T)                           \
    static void at_##sfx(const void *data, int64_t i, cx__number *v) \
    {                                                                \
        v->t = T;                                                    \
        v->field = (wide)((const type *)data)[i];                    \
    }
INTEGER(bool, unsigned char, int64_t, i, CX_BOOL)
INTEGER(i8, int8_t, int64_t, i, CX_I64)
INTEGER(i16, int16_t, int64_t, i, CX_I64)
INTEGER(i32, int32_t, int64_t, i, CX_I64)
INTEGER(i64, int64_t, int64_t, i, CX_I64)
INTEGER(u8, uint8_t, uint64_t, u, CX_U64)
INTEGER(u16, uint16_t, uint64_t, u, CX_U64)
INTEGER(u32, uint32_t, uint64_t, u, CX_U64)
INTEGER(u64, uint64_t, uint64_t, u, CX_U64)
INTEGER(f32, float, double, f, CX_F32)
INTEGER(f64, double, double, f, CX_F64)
#undef INTEGER
static void at_f16(const void *data, int64_t i, cx__number *v)
{
    v->t = CX_F16;
    v->f = (double)cx_f16_to_float(((const cx_float16 *)data)[i]);
}
static void at_bf16(const void *data, int64_t i, cx__number *v)
{
    v->t = CX_BF16;
    v->f = (double)cx_bf16_to_float(((const cx_bfloat16 *)data)[i]);
}

cx__number cx__number_at(cx_dtype t, const void *data, int64_t i, int part)
{
    static void (*const of[CX_DTYPE_COUNT])(const void *, int64_t, cx__number *) = {
        [CX_BOOL] = at_bool, [CX_I8] = at_i8,   [CX_I16] = at_i16,   [CX_I32] = at_i32,
        [CX_I64] = at_i64,   [CX_U8] = at_u8,   [CX_U16] = at_u16,   [CX_U32] = at_u32,
        [CX_U64] = at_u64,   [CX_F16] = at_f16, [CX_BF16] = at_bf16, [CX_F32] = at_f32,
        [CX_F64] = at_f64,   [CX_C64] = at_f32, [CX_C128] = at_f64};
    cx__number v = {.t = CX_DTYPE_NONE};
    const bool pair = cx_dtype_kind(t) == 'c';
    of[t](data, pair ? 2 * i + part : i, &v);
    return v;
}

/* ---- printing */

static double as_double(const cx__number *v)
{
    return v->t == CX_U64 ? (double)v->u : v->t == CX_I64 || v->t == CX_BOOL ? (double)v->i : v->f;
}

/* The number's whole part as sign and magnitude; false if there is none below 2^64. */
static bool as_integer(const cx__number *v, bool *minus, uint64_t *m)
{
    *minus = false;
    if (v->t == CX_U64)
        *m = v->u;
    else if (v->t == CX_I64 || v->t == CX_BOOL) {
        *minus = v->i < 0;
        *m = *minus ? 0 - (uint64_t)v->i : (uint64_t)v->i;
    } else {
        if (!isfinite(v->f) || fabs(v->f) >= 18446744073709551616.0) return false;
        *m = (uint64_t)fabs(v->f);
        *minus = v->f < 0 && *m != 0;
    }
    return true;
}

/* Drop zeros after the point and a bare point, before the exponent if there is one. */
static int drop_zeros(char *s, int n)
{
    int mantissa = (int)strcspn(s, "e"), kept = mantissa;
    if (memchr(s, '.', (size_t)mantissa) == NULL) return n;
    while (s[kept - 1] == '0') kept--;
    if (s[kept - 1] == '.') kept--;
    memmove(s + kept, s + mantissa, (size_t)(n - mantissa) + 1);
    return n - mantissa + kept;
}

/* A bare point that # asks for. */
static int add_point(char *s, int n)
{
    const int mantissa = (int)strcspn(s, "e");
    if (memchr(s, '.', (size_t)mantissa) != NULL) return n;
    memmove(s + mantissa + 1, s + mantissa, (size_t)(n - mantissa) + 1);
    s[mantissa] = '.';
    return n + 1;
}

/* |v| by %e %f %g. */
static int float_body(const cx__spec *spec, double m, char *buf)
{
    const char c = (char)(spec->conversion | 0x20);
    int n, digits = spec->precision < 0 ? 6 : spec->precision;
    if (!isfinite(m)) {
        memcpy(buf, isnan(m) ? "nan" : "inf", 4);
        return 3;
    }
    if (c == 'e')
        n = cx__f64_to_sci(m, digits, buf, ROOM);
    else if (c == 'f')
        n = cx__f64_to_fixed(m, digits, buf, ROOM);
    else {
        if (digits == 0) digits = 1;
        n = cx__f64_to_sci(m, digits - 1, buf, ROOM);
        const char *const e = strchr(buf, 'e');
        int exponent = 0;
        for (const char *p = e + 2; *p != '\0'; p++) exponent = exponent * 10 + (*p - '0');
        if (e[1] == '-') exponent = -exponent;
        if (exponent >= -4 && exponent < digits)
            n = cx__f64_to_fixed(m, digits - 1 - exponent, buf, ROOM);
        if (!spec->hash) n = drop_zeros(buf, n);
    }
    return spec->hash ? add_point(buf, n) : n;
}

/* str() of a NumPy scalar, without its sign; floats of 32 bits have an exponent from 1e6 on, of 16
 * from 1e3. */
static int plain_body(const cx__number *v, char *buf)
{
    if (v->t == CX_BOOL) return snprintf(buf, ROOM, "%s", v->i ? "True" : "False");
    const double m = fabs(v->f);
    const uint16_t half = v->t == CX_F16    ? cx_f16_from_float((float)m).bits
                          : v->t == CX_BF16 ? cx_bf16_from_float((float)m).bits
                                            : 0;
    if (isnan(m)) return snprintf(buf, ROOM, "nan");
    const double cutoff = v->t == CX_F64 ? 1e16 : v->t == CX_F32 ? 1e6 : v->t == CX_F16 ? 1e3 : 1e2;
    if (m != 0 && isfinite(m) && (m < 0.0001 || m >= cutoff))
        return v->t == CX_F64   ? cx__f64_shortest(m, buf)
               : v->t == CX_F32 ? cx__f32_shortest((float)m, buf)
               : v->t == CX_F16 ? cx__f16_shortest(half, buf)
                                : cx__bf16_shortest(half, buf);
    const int n = v->t == CX_F64   ? cx__f64_to_text(m, buf)
                  : v->t == CX_F32 ? cx__f32_to_text((float)m, buf)
                  : v->t == CX_F16 ? cx__f16_to_text(half, buf)
                                   : cx__bf16_to_text(half, buf);
    if (!isfinite(m) || strpbrk(buf, ".e") != NULL) return n;
    memcpy(buf + n, ".0", 3);
    return n + 2;
}

static int integer_body(const cx__spec *spec, uint64_t m, char *buf)
{
    char digits[32];
    const char *const how = spec->conversion == 'x'   ? "%llx"
                            : spec->conversion == 'X' ? "%llX"
                            : spec->conversion == 'o' ? "%llo"
                                                      : "%llu";
    const int n = snprintf(digits, sizeof digits, how, (unsigned long long)m);
    int k = 0;
    for (int i = n; i < spec->precision; i++) buf[k++] = '0';
    memcpy(buf + k, digits, (size_t)n + 1);
    return k + n;
}

static void put_padded(const cx__spec *spec, const char *prefix, const char *body, int n,
                       cx__text *out)
{
    const int pad = spec->width - (int)strlen(prefix) - n;
    const bool zeros = spec->zero && !spec->minus && spec->conversion != 's';
    for (int i = 0; i < pad && !spec->minus && !zeros; i++) cx__text_put(out, " ", 1);
    cx__text_puts(out, prefix);
    for (int i = 0; i < pad && zeros; i++) cx__text_put(out, "0", 1);
    cx__text_put(out, body, (size_t)n);
    for (int i = 0; i < pad && spec->minus; i++) cx__text_put(out, " ", 1);
}

bool cx__format_put(const cx__spec *spec, const cx__number *v, cx__text *out)
{
    const bool whole = v->t == CX_I64 || v->t == CX_U64 || v->t == CX_BOOL;
    const char c = spec->conversion;
    char buf[ROOM + 100], prefix[8] = "";
    int n;
    bool minus = false;
    uint64_t m = 0;
    if (c == 's' && (v->t == CX_BOOL || !whole)) {
        minus = !whole && signbit(v->f) && !isnan(v->f);
        n = plain_body(v, buf);
    } else if (strchr("dxXos", c) != NULL) {
        if (c != 'd' && c != 's' && !whole) return false;
        if (!as_integer(v, &minus, &m)) return false;
        n = integer_body(spec, m, buf);
    } else {
        const double d = as_double(v);
        minus = signbit(d) && !isnan(d);
        n = float_body(spec, fabs(d), buf);
        if (c == 'E' || c == 'F' || c == 'G')
            for (int i = 0; i < n; i++)
                if (buf[i] >= 'a' && buf[i] <= 'z') buf[i] = (char)(buf[i] - 'a' + 'A');
    }
    if (c == 's' && spec->precision >= 0 && minus + n > spec->precision)
        n = spec->precision > minus ? spec->precision - minus : 0;
    const bool sign = minus || (c != 's' && (spec->plus || spec->space));
    (void)snprintf(prefix, sizeof prefix, "%s%s",
                   !sign        ? ""
                   : minus      ? "-"
                   : spec->plus ? "+"
                                : " ",
                   !spec->hash ? ""
                   : c == 'x'  ? "0x"
                   : c == 'X'  ? "0X"
                   : c == 'o'  ? "0o"
                               : "");
    put_padded(spec, prefix, buf, n, out);
    return true;
}
