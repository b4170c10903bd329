/* Floats as NumPy prints them. The one idea: shortest digits of the element's own type, cut at the
 * precision, aligned to the widest of the elements shown. Knows no array. */
#include "ops/repr_word.h"
#include <math.h>
#include <string.h>

/* Room for a sign, 309 digits, a point, CX__MAX_PRECISION (or 330 shortest) digits. */
enum { ROOM = 900 };

/* ---- decimal digits of a float */

/* 0.d1 d2 ... * 10^(exponent + 1); no zeros at the end; zero is the digit 0. */
typedef struct decimal {
    int count, exponent;
    char digit[32];
} decimal;

/* "1.25e-07", as to_chars writes it. */
static void read_scientific(const char *s, decimal *d)
{
    d->count = 0;
    for (; *s != 'e'; s++)
        if (*s != '.' && *s != '-') d->digit[d->count++] = *s;
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

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Zeros at the end of a text of n characters with a point. */
static int without_zeros(const char *s, int n)
{
    while (n > 0 && s[n - 1] == '0') n--;
    return n;
}

/* "12.5" of a finite m >= 0, always with a point, with at least `least` digits after it; its
 * length. */
static int positional(const cx__float_format *f, double m, int least, char *buf)
{
    int digits = f->precision;
    if (f->unique) {
        decimal d;
        shortest(f->t, m, &d);
        const int own = larger(d.count - 1 - d.exponent, 0);
        const bool cut = f->precision >= 0 && own > f->precision;
        if (!cut && own >= least) {
            int n = 0;
            for (int k = d.exponent < 0 ? d.exponent : 0; k <= d.exponent || k < d.count; k++) {
                if (k == d.exponent + 1) buf[n++] = '.';
                buf[n++] = k >= 0 && k < d.count ? d.digit[k] : '0';
            }
            if (own == 0) buf[n++] = '.';
            return n;
        }
        digits = cut ? f->precision : least;
        if (cut && least < digits) { /* as many as the precision allows, without zeros */
            const int n = cx__f64_to_fixed(m, digits, buf, ROOM);
            const int trimmed = without_zeros(buf, n), kept = n - digits + least;
            return larger(trimmed, kept);
        }
    }
    int n = cx__f64_to_fixed(m, digits, buf, ROOM);
    if (digits == 0) buf[n++] = '.';
    return n;
}

/* "1.25e-07" of a finite m >= 0, always with a point; its length. */
static int scientific(const cx__float_format *f, double m, int least, char *buf)
{
    int digits = f->precision, n;
    bool trim = false;
    if (f->unique) {
        decimal d;
        shortest(f->t, m, &d);
        const bool cut = f->precision >= 0 && d.count - 1 > f->precision;
        trim = cut;
        digits = cut ? f->precision : larger(d.count - 1, least);
        if (!cut && d.count - 1 >= least) {
            buf[0] = d.digit[0];
            buf[1] = '.';
            memcpy(buf + 2, d.digit + 1, (size_t)d.count - 1);
            n = 1 + d.count;
            const int e = d.exponent < 0 ? -d.exponent : d.exponent;
            buf[n++] = 'e';
            buf[n++] = d.exponent < 0 ? '-' : '+';
            if (e >= 100) buf[n++] = (char)('0' + e / 100);
            buf[n++] = (char)('0' + e / 10 % 10);
            buf[n++] = (char)('0' + e % 10);
            return n;
        }
    }
    char text[ROOM];
    const int len = cx__f64_to_sci(m, digits, text, sizeof text);
    const int mantissa = (int)strcspn(text, "e");
    n = mantissa;
    if (trim && least < digits)
        n = larger(without_zeros(text, mantissa), mantissa - digits + least);
    memcpy(buf, text, (size_t)n);
    if (digits == 0) buf[n++] = '.';
    memcpy(buf + n, text + mantissa, (size_t)(len - mantissa));
    return n + len - mantissa;
}

static int unsigned_text(const cx__float_format *f, double m, int least, char *buf)
{
    return (f->exponent ? scientific : positional)(f, m, least, buf);
}

static bool signed_here(const cx__float_format *f, double v)
{
    return signbit(v) || f->sign == CX_SIGN_PLUS;
}

/* ---- layout */

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
    f->any_negative = f->any_negative || signbit(v);
}

static void settle_range(cx__float_format *f)
{
    const double cutoff = f->t == CX_F64 ? 1e8 : f->t == CX_F32 ? 1e6 : f->t == CX_F16 ? 1e3 : 1e2;
    f->exponent =
        f->most != 0 && (f->most >= cutoff ||
                         (!f->how->suppress_small && (f->least < in_type(f->t, 0.0001) ||
                                                      in_type(f->t, f->most / f->least) > 1000)));
    f->precision = f->how->floatmode == CX_FLOATMODE_UNIQUE ? -1 : f->how->precision;
    f->unique = f->how->floatmode != CX_FLOATMODE_FIXED;
}

static void see_width(cx__float_format *f, double v)
{
    char buf[ROOM];
    if (!isfinite(v)) return;
    const int n = unsigned_text(f, fabs(v), 0, buf);
    int point = 0, mantissa = n;
    while (buf[point] != '.') point++;
    if (f->exponent) {
        mantissa = point;
        while (buf[mantissa] != 'e') mantissa++;
        f->exponent_digits = larger(f->exponent_digits, n - mantissa - 2);
    }
    f->left = larger(f->left, point + signed_here(f, v));
    f->right = larger(f->right, mantissa - point - 1);
}

/* Characters after the point, exponent included. */
static int tail(const cx__float_format *f)
{
    return f->exponent ? f->right + 2 + f->exponent_digits : f->right;
}

static void settle_width(cx__float_format *f)
{
    const cx_float_mode mode = f->how->floatmode;
    if (f->any_finite &&
        (f->exponent || mode == CX_FLOATMODE_FIXED || mode == CX_FLOATMODE_MAXPREC_EQUAL))
        f->precision = f->least_digits = f->right;
    if (f->sign == CX_SIGN_SPACE && !f->any_negative) f->left++;
    if (!f->any_other) return;
    const int offset = tail(f) + 1;
    const int nan = (int)strlen(f->how->nan), inf = (int)strlen(f->how->inf);
    f->left =
        larger(f->left,
               larger(nan - offset, inf + (f->sign != CX_SIGN_MINUS || f->any_minus_inf) - offset));
}

void cx__float_see(cx__float_format *f, int pass, double v)
{
    (pass == 0 ? see_range : see_width)(f, v);
}

void cx__float_next_pass(cx__float_format *f, int pass)
{
    (pass == 0 ? settle_range : settle_width)(f);
}

static void blanks(cx__text *out, int n)
{
    for (int i = 0; i < n; i++) cx__text_put(out, " ", 1);
}

int cx__float_put(const cx__float_format *f, double v, cx__text *out)
{
    const int width = f->left + tail(f) + 1;
    if (!isfinite(v)) {
        const char *const sign = !isnan(v) && v < 0 ? "-" : f->sign == CX_SIGN_PLUS ? "+" : "";
        const char *const word = isnan(v) ? f->how->nan : f->how->inf;
        const int n = (int)(strlen(sign) + strlen(word));
        blanks(out, width - n);
        cx__text_puts(out, sign);
        cx__text_puts(out, word);
        return larger(width, n);
    }
    char buf[ROOM];
    int n = unsigned_text(f, fabs(v), f->least_digits, buf);
    int point = 0, mantissa = n;
    while (buf[point] != '.') point++;
    blanks(out, f->left - point - signed_here(f, v));
    if (signed_here(f, v)) cx__text_put(out, signbit(v) ? "-" : "+", 1);
    if (f->exponent) {
        mantissa = point;
        while (buf[mantissa] != 'e') mantissa++;
        cx__text_put(out, buf, (size_t)mantissa + 2); /* the e and its sign too */
        for (int i = n - mantissa - 2; i < f->exponent_digits; i++) cx__text_put(out, "0", 1);
        cx__text_put(out, buf + mantissa + 2, (size_t)(n - mantissa - 2));
    } else {
        cx__text_put(out, buf, (size_t)n);
        blanks(out, f->right - (n - point - 1));
    }
    return width;
}

/* NumPy's str() of a scalar has an exponent below 0.0001 and from 10^16, or from where the type has
 * no more digits. */
void cx__float_scalar(cx_dtype t, double v, bool bare, cx__text *out)
{
    static const cx__printing plain = {
        .floatmode = CX_FLOATMODE_UNIQUE, .nan = "nan", .inf = "inf"};
    const double m = fabs(v), cutoff = t == CX_F64   ? 1e16
                                       : t == CX_F32 ? 1e6
                                       : t == CX_F16 ? 1e3
                                                     : 1e2;
    const cx__float_format f = {.how = &plain,
                                .t = t,
                                .precision = -1,
                                .unique = true,
                                .exponent = m != 0 && (m < 0.0001 || m >= cutoff)};
    char buf[ROOM];
    if (!isnan(v) && signbit(v)) cx__text_puts(out, "-");
    if (!isfinite(v)) {
        cx__text_puts(out, isnan(v) ? "nan" : "inf");
        return;
    }
    const int n = unsigned_text(&f, m, 0, buf), point = (int)strcspn(buf, ".");
    buf[n] = '\0';
    if (f.exponent && buf[point + 1] == 'e')
        cx__text_f(out, "%.*s%s", point, buf, buf + point + 1); /* "1e+16" */
    else if (point == n - 1)
        cx__text_f(out, "%.*s%s", point, buf, bare ? "" : ".0");
    else
        cx__text_puts(out, buf);
}
