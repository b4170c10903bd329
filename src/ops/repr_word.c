/* Elements as NumPy prints them. The one idea: shortest digits of the element's own type, cut at
 * 8 after the point, aligned to the widest of the elements shown. Knows no lines and no
 * brackets. */
#include "ops/repr_word.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PRECISION = 8 };

/* ---- decimal digits of a float */

/* 0.d1 d2 ... * 10^(exponent + 1); no zeros at the end; zero is the digit 0. */
typedef struct decimal {
    bool negative;
    int count, exponent;
    char digit[32];
} decimal;

/* "-1.25e-07", as to_chars writes it. */
static void read_scientific(const char *s, decimal *d)
{
    d->negative = *s == '-';
    s += d->negative;
    d->count = 0;
    for (; *s != 'e'; s++)
        if (*s != '.') d->digit[d->count++] = *s;
    const bool below = s[1] == '-';
    d->exponent = 0;
    for (s += 2; *s != '\0'; s++) d->exponent = d->exponent * 10 + (*s - '0');
    if (below) d->exponent = -d->exponent;
    while (d->count > 1 && d->digit[d->count - 1] == '0') d->count--;
    if (d->digit[0] == '0') d->exponent = 0;
}

static double half_value(cx_dtype t, uint16_t bits)
{
    return t == CX_F16 ? (double)cx_f16_to_float((cx_float16){bits})
                       : (double)cx_bf16_to_float((cx_bfloat16){bits});
}

static uint16_t half_bits(cx_dtype t, double v)
{
    return t == CX_F16 ? cx_f16_from_float((float)v).bits : cx_bf16_from_float((float)v).bits;
}

static void shortest(cx_dtype t, double v, decimal *d)
{
    char buf[40];
    if (t == CX_F64)
        (void)cx__f64_shortest(v, buf);
    else if (t == CX_F32)
        (void)cx__f32_shortest((float)v, buf);
    else
        (void)(t == CX_F16 ? cx__f16_shortest : cx__bf16_shortest)(half_bits(t, v), buf);
    read_scientific(buf, d);
}

/* At most PRECISION digits after the point of d.ddd. */
static void digits_scientific(cx_dtype t, double v, decimal *d)
{
    char buf[40];
    shortest(t, v, d);
    if (d->count - 1 <= PRECISION) return;
    (void)cx__f64_to_sci(v, PRECISION, buf, sizeof buf);
    read_scientific(buf, d);
}

/* At most PRECISION digits after the decimal point. */
static void digits_positional(cx_dtype t, double v, decimal *d)
{
    shortest(t, v, d);
    if (d->count - 1 - d->exponent <= PRECISION) return;
    char buf[64];
    (void)cx__f64_to_fixed(v, PRECISION, buf, sizeof buf); /* below 1e8: it fits */
    const char *p = buf + d->negative;
    decimal r = {.negative = d->negative, .exponent = (int)strcspn(p, ".") - 1};
    for (; *p != '\0'; p++) {
        if (r.count == 0 && *p == '0')
            r.exponent--; /* a leading zero */
        else if (*p != '.')
            r.digit[r.count++] = *p;
    }
    while (r.count > 1 && r.digit[r.count - 1] == '0') r.count--;
    if (r.count == 0) r = (decimal){.negative = d->negative, .count = 1, .digit = {'0'}};
    *d = r;
}

static int positional_left(const decimal *d, bool plus)
{
    return (d->negative || plus) + (d->exponent > 0 ? d->exponent + 1 : 1);
}
static int positional_right(const decimal *d)
{
    return d->count - 1 - d->exponent > 0 ? d->count - 1 - d->exponent : 0;
}

static int exponent_width(int exponent)
{
    const int m = exponent < 0 ? -exponent : exponent;
    return m >= 100 ? 3 : 2;
}

/* ---- layout of floats */

/* As the type would round it: NumPy compares in the elements' type. */
static double in_type(cx_dtype t, double v)
{
    if (t == CX_F64) return v;
    return t == CX_F32 ? (double)(float)v : half_value(t, half_bits(t, v));
}

static void see_range(cx__float_format *f, double v)
{
    if (!isfinite(v)) {
        f->any_other = true;
        f->any_minus_inf = f->any_minus_inf || v == -INFINITY;
        return;
    }
    const double m = fabs(v);
    if (m != 0 && (f->most == 0 || m > f->most)) f->most = m;
    if (m != 0 && (f->least == 0 || m < f->least)) f->least = m;
    f->any_finite = true;
}

static void settle_range(cx__float_format *f)
{
    const double cutoff = f->t == CX_F64 ? 1e8 : f->t == CX_F32 ? 1e6 : f->t == CX_F16 ? 1e3 : 1e2;
    f->exponent = f->most != 0 && (f->most >= cutoff || f->least < in_type(f->t, 0.0001) ||
                                   in_type(f->t, f->most / f->least) > 1000);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void see_width(cx__float_format *f, double v)
{
    decimal d;
    if (!isfinite(v)) return;
    if (f->exponent) {
        digits_scientific(f->t, v, &d);
        f->left = larger(f->left, 1 + (d.negative || f->plus));
        f->right = larger(f->right, d.count - 1);
        f->exponent_digits = larger(f->exponent_digits, exponent_width(d.exponent));
    } else {
        digits_positional(f->t, v, &d);
        f->left = larger(f->left, positional_left(&d, f->plus));
        f->right = larger(f->right, positional_right(&d));
    }
}

/* Characters after the point, exponent included. */
static int tail(const cx__float_format *f)
{
    return f->exponent ? f->right + 2 + f->exponent_digits : f->right;
}

static void settle_width(cx__float_format *f)
{
    if (!f->any_other) return;
    const int offset = tail(f) + 1;
    f->left = larger(f->left, larger(3 - offset, 3 + (f->plus || f->any_minus_inf) - offset));
}

static int put_float(const cx__float_format *f, double v, cx__text *out)
{
    const int width = f->left + tail(f) + 1;
    if (!isfinite(v)) {
        const char *const word = isnan(v)  ? (f->plus ? "+nan" : "nan")
                                 : v < 0   ? "-inf"
                                 : f->plus ? "+inf"
                                           : "inf";
        cx__text_f(out, "%*s", width, word);
        return larger(width, (int)strlen(word));
    }
    char buf[512], text[64];
    int n = 0;
    if (f->exponent) {
        /* Every number with as many digits as the longest needs: exact ones, not zeros. */
        int len = cx__f64_to_sci(fabs(v), f->right, text, sizeof text);
        const int sign = signbit(v) || f->plus, digits = (int)strcspn(text, "e");
        for (int i = 1 + sign; i < f->left; i++) buf[n++] = ' ';
        if (sign) buf[n++] = signbit(v) ? '-' : '+';
        memcpy(buf + n, text, (size_t)digits);
        n += digits;
        if (f->right == 0) buf[n++] = '.';
        buf[n++] = 'e';
        buf[n++] = text[digits + 1];
        for (int i = len - digits - 2; i < f->exponent_digits; i++) buf[n++] = '0';
        memcpy(buf + n, text + digits + 2, (size_t)(len - digits - 2));
        n += len - digits - 2;
    } else {
        decimal d;
        digits_positional(f->t, v, &d);
        const int whole = larger(d.exponent + 1, 1), own = positional_right(&d);
        for (int i = whole + (d.negative || f->plus); i < f->left; i++) buf[n++] = ' ';
        if (d.negative || f->plus) buf[n++] = d.negative ? '-' : '+';
        for (int i = 0; i < whole; i++) {
            const int k = d.exponent - (whole - 1) + i;
            buf[n++] = k >= 0 && k < d.count ? d.digit[k] : '0';
        }
        buf[n++] = '.';
        for (int i = 0; i < f->right; i++) {
            const int k = d.exponent + 1 + i;
            buf[n++] = i >= own ? ' ' : k >= 0 && k < d.count ? d.digit[k] : '0';
        }
    }
    cx__text_put(out, buf, (size_t)n);
    return n;
}

/* ---- elements */

/* One element's value; only what its kind needs is set. */
typedef struct value {
    double re, im;
    int64_t i;
    uint64_t u;
} value;

#define READ(sfx, ctype, ...)                       \
    static void read_##sfx(const char *p, value *v) \
    {                                               \
        ctype x;                                    \
        memcpy(&x, p, sizeof x);                    \
        __VA_ARGS__;                                \
    }
READ(bool, uint8_t, v->i = x != 0)
READ(i8, int8_t, v->i = x)
READ(i16, int16_t, v->i = x)
READ(i32, int32_t, v->i = x)
READ(i64, int64_t, v->i = x)
READ(u8, uint8_t, v->u = x)
READ(u16, uint16_t, v->u = x)
READ(u32, uint32_t, v->u = x)
READ(u64, uint64_t, v->u = x)
READ(f16, cx_float16, v->re = (double)cx_f16_to_float(x))
READ(bf16, cx_bfloat16, v->re = (double)cx_bf16_to_float(x))
READ(f32, float, v->re = (double)x)
READ(f64, double, v->re = x)
READ(c64, cx_complex64, v->re = (double)x.re; v->im = (double)x.im)
READ(c128, cx_complex128, v->re = x.re; v->im = x.im)
READ(cat, int32_t, v->i = x)
#undef READ

static void (*const readers[CX_DTYPE_COUNT])(const char *p, value *v) = {
#define CX_DTYPE(NAME, number, ctype, sfx, text, bytes, kind, descr) [number] = read_##sfx,
#include <calx/dtypes.def>
#undef CX_DTYPE
};

static char kind_of(const cx__word_format *f)
{
    return cx__dtypes[f->a->dtype].kind;
}

static int integer_text(const cx__word_format *f, const value *v, char buf[24])
{
    return kind_of(f) == 'u' ? snprintf(buf, 24, "%" PRIu64, v->u)
                             : snprintf(buf, 24, "%" PRId64, v->i);
}

void cx__word_start(cx__word_format *f, const cx_array *a)
{
    const cx_dtype t = (cx_dtype)a->dtype;
    const cx_dtype part = t == CX_C64 ? CX_F32 : t == CX_C128 ? CX_F64 : t;
    *f = (cx__word_format){
        .a = a, .scalar = a->ndim == 0, .re = {.t = part}, .im = {.t = part, .plus = true}};
}

void cx__word_see(cx__word_format *f, const char *p)
{
    value v;
    char buf[24];
    const char kind = kind_of(f);
    readers[f->a->dtype](p, &v);
    if (kind == 'i' || kind == 'u') f->width = larger(f->width, integer_text(f, &v, buf));
    if (kind == 'e' || kind == 'f' || kind == 'c')
        (f->pass == 0 ? see_range : see_width)(&f->re, v.re);
    if (kind == 'c') (f->pass == 0 ? see_range : see_width)(&f->im, v.im);
}

void cx__word_next_pass(cx__word_format *f)
{
    (f->pass == 0 ? settle_range : settle_width)(&f->re);
    (f->pass == 0 ? settle_range : settle_width)(&f->im);
    f->pass++;
}

/* A category in Python's quotes. */
static int put_quoted(const char *s, cx__text *out)
{
    const char quote = strchr(s, '\'') != NULL && strchr(s, '"') == NULL ? '"' : '\'';
    int width = 2;
    cx__text_put(out, &quote, 1);
    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;
        const char *const at = strchr("\nn\rr\tt\\\\", c);
        if (c == (unsigned char)quote || c == '\\' || c == '\n' || c == '\r' || c == '\t') {
            const char escaped[2] = {'\\', c == (unsigned char)quote ? quote : at[1]};
            cx__text_put(out, escaped, 2);
            width += 2;
        } else if (c < 0x20 || c == 0x7f) {
            cx__text_f(out, "\\x%02x", c);
            width += 4;
        } else {
            cx__text_put(out, s, 1);
            width += (c & 0xc0) != 0x80;
        }
    }
    cx__text_put(out, &quote, 1);
    return width;
}

int cx__word_put(const cx__word_format *f, const char *p, cx__text *out)
{
    value v;
    char buf[24];
    readers[f->a->dtype](p, &v);
    switch (kind_of(f)) {
    case 'b':
        cx__text_puts(out, !v.i ? "False" : f->scalar ? "True" : " True");
        return v.i && f->scalar ? 4 : 5;
    case 'i':
    case 'u':
        (void)integer_text(f, &v, buf);
        cx__text_f(out, "%*s", f->width, buf);
        return f->width;
    case 'k':
        if (v.i >= 0 && f->a->dict != NULL && v.i < f->a->dict->count)
            return put_quoted(f->a->dict->texts[v.i], out);
        cx__text_puts(out, "nan");
        return 3;
    case 'c': {
        const int n = put_float(&f->re, v.re, out) + put_float(&f->im, v.im, out);
        size_t end = out->len; /* the j stands before the blanks that pad the imaginary part */
        while (end > 0 && !out->failed && out->at[end - 1] == ' ') end--;
        cx__text_put(out, " ", 1);
        if (!out->failed) {
            memmove(out->at + end + 1, out->at + end, out->len - 1 - end);
            out->at[end] = 'j';
        }
        return n + 1;
    }
    default: return put_float(&f->re, v.re, out);
    }
}
