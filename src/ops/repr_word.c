/* Elements as NumPy prints them: integers, bools, categories; floats are repr_float.c's affair.
 * Knows no lines and no brackets. */
#include "ops/repr_word.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int larger(int a, int b)
{
    return a > b ? a : b;
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

void cx__word_start(cx__word_format *f, const cx_array *a, const cx__printing *how)
{
    const cx_dtype t = (cx_dtype)a->dtype;
    const cx_dtype part = t == CX_C64 ? CX_F32 : t == CX_C128 ? CX_F64 : t;
    *f = (cx__word_format){.a = a,
                           .how = how,
                           .scalar = a->ndim == 0,
                           .re = {.how = how, .t = part, .sign = how->sign},
                           .im = {.how = how, .t = part, .sign = CX_SIGN_PLUS}};
}

void cx__word_see(cx__word_format *f, const char *p)
{
    value v;
    char buf[24];
    const char kind = kind_of(f);
    readers[f->a->dtype](p, &v);
    if (kind == 'i' || kind == 'u') {
        const int n = integer_text(f, &v, buf);
        f->any_negative = f->any_negative || buf[0] == '-';
        /* Where all are negative nothing else gets a sign: then the widest has one already. */
        const bool space = f->how->sign == CX_SIGN_SPACE && !f->any_negative;
        const bool more = buf[0] != '-' && (f->how->sign == CX_SIGN_PLUS || space);
        f->width = larger(f->width, f->pass == 0 ? n : n + more);
    }
    if (kind == 'e' || kind == 'f' || kind == 'c') cx__float_see(&f->re, f->pass, v.re);
    if (kind == 'c') cx__float_see(&f->im, f->pass, v.im);
}

void cx__word_next_pass(cx__word_format *f)
{
    cx__float_next_pass(&f->re, f->pass);
    cx__float_next_pass(&f->im, f->pass);
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
    char buf[25];
    readers[f->a->dtype](p, &v);
    switch (kind_of(f)) {
    case 'b':
        cx__text_puts(out, !v.i ? "False" : f->scalar ? "True" : " True");
        return v.i && f->scalar ? 4 : 5;
    case 'i':
    case 'u':
        (void)integer_text(f, &v, buf + 1);
        buf[0] = '+';
        cx__text_f(out, "%*s", f->width,
                   buf + (f->how->sign != CX_SIGN_PLUS || buf[1] == '-' ? 1 : 0));
        return f->width;
    case 'k':
        if (v.i >= 0 && f->a->dict != NULL && v.i < f->a->dict->count)
            return put_quoted(f->a->dict->texts[v.i], out);
        cx__text_puts(out, "nan");
        return 3;
    case 'c': {
        const int n = cx__float_put(&f->re, v.re, out) + cx__float_put(&f->im, v.im, out);
        size_t end = out->len; /* the j stands before the blanks that pad the imaginary part */
        while (end > 0 && !out->failed && out->at[end - 1] == ' ') end--;
        cx__text_put(out, " ", 1);
        if (!out->failed) {
            memmove(out->at + end + 1, out->at + end, out->len - 1 - end);
            out->at[end] = 'j';
        }
        return n + 1;
    }
    default: return cx__float_put(&f->re, v.re, out);
    }
}

void cx__word_scalar(const cx_array *a, const char *p, cx__text *out)
{
    const cx__word_format f = {.a = a, .scalar = true};
    const cx_dtype t = (cx_dtype)a->dtype;
    const cx_dtype part = t == CX_C64 ? CX_F32 : t == CX_C128 ? CX_F64 : t;
    value v;
    char buf[24];
    readers[t](p, &v);
    switch (kind_of(&f)) {
    case 'b': cx__text_puts(out, v.i ? "True" : "False"); return;
    case 'i':
    case 'u':
        (void)integer_text(&f, &v, buf);
        cx__text_puts(out, buf);
        return;
    case 'k':
        if (v.i >= 0 && a->dict != NULL && v.i < a->dict->count)
            cx__text_puts(out, a->dict->texts[v.i]);
        else
            cx__text_puts(out, "nan");
        return;
    case 'c': {
        const bool whole = v.re == 0 && !signbit(v.re);
        if (!whole) {
            cx__text_puts(out, "(");
            cx__float_scalar(part, v.re, true, out);
            if (!signbit(v.im) || isnan(v.im)) cx__text_puts(out, "+");
        }
        cx__float_scalar(part, v.im, true, out);
        cx__text_puts(out, whole ? "j" : "j)");
        return;
    }
    default: cx__float_scalar(part, v.re, false, out);
    }
}
