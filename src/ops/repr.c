/* Arrays as NumPy prints them: repr(), str() and array2string(). The one idea: three walks over
 * the elements that will be shown, two to learn widths and one to print. Elements are
 * repr_word.c's affair. */
#include "base/object.h"
#include "core/array.h"
#include "ops/repr_word.h"
#include <calx/device.h>
#include <stdio.h>
#include <string.h>

typedef struct printing {
    const cx_array *a;
    cx__word_format words;
    bool summary;
    cx__text *out;
    int column; /* width of the line being written */
    const cx__printing *how;
    size_t bare; /* length of the separator without blanks at its end */
} printing;

/* Items of an axis that are shown are [0, lead) and [extent - trail, extent). */
static void shown(const printing *p, int axis, int64_t *lead, int64_t *trail)
{
    const bool cut =
        p->summary && p->a->shape[axis] / 2 >= p->how->edge && p->a->shape[axis] > 2 * p->how->edge;
    *lead = cut ? p->how->edge : 0;
    *trail = cut ? p->how->edge : p->a->shape[axis];
}

static void see(printing *p, int axis, const char *at)
{
    if (axis == p->a->ndim) {
        cx__word_see(&p->words, at);
        return;
    }
    int64_t lead, trail;
    shown(p, axis, &lead, &trail);
    const int64_t extent = p->a->shape[axis], stride = p->a->strides[axis];
    for (int64_t i = 0; i < lead; i++) see(p, axis + 1, at + i * stride);
    for (int64_t i = extent - trail; i < extent; i++) see(p, axis + 1, at + i * stride);
}

static void blanks(cx__text *out, int n)
{
    for (int i = 0; i < n; i++) cx__text_put(out, " ", 1);
}

/* Start a new line before a word that does not fit, unless the line is empty. */
static void wrap(printing *p, size_t word_at, int word_width, int width, int indent)
{
    if (p->column + word_width <= width || p->column <= indent || p->out->failed) return;
    cx__text word = {0};
    cx__text_put(&word, p->out->at + word_at, p->out->len - word_at);
    while (word_at > 0 && p->out->at[word_at - 1] == ' ') word_at--;
    p->out->len = word_at;
    cx__text_put(p->out, "\n", 1);
    blanks(p->out, indent);
    cx__text_put(p->out, word.at, word.len);
    p->out->failed = p->out->failed || word.failed;
    cx__text_free(&word);
    p->column = indent;
}

static void put_row_word(printing *p, const char *at, int width, int indent, bool last)
{
    const size_t start = p->out->len;
    int w = 3;
    if (at == NULL)
        cx__text_puts(p->out, "...");
    else
        w = cx__word_put(&p->words, at, p->out);
    wrap(p, start, w, width, indent);
    p->column += w;
    if (!last) {
        cx__text_puts(p->out, p->how->separator);
        p->column += (int)strlen(p->how->separator);
    }
}

static void print(printing *p, int axis, const char *at, int indent, int width);

/* The last axis: words on lines of at most width. */
static void print_row(printing *p, int axis, const char *at, int indent, int width)
{
    int64_t lead, trail;
    shown(p, axis, &lead, &trail);
    const int64_t extent = p->a->shape[axis], stride = p->a->strides[axis];
    p->column = indent;
    width -= p->bare > 1 ? (int)p->bare : 1;
    for (int64_t i = 0; i < lead; i++) put_row_word(p, at + i * stride, width, indent, false);
    if (lead > 0) put_row_word(p, NULL, width, indent, false);
    for (int64_t i = extent - trail; i < extent; i++)
        put_row_word(p, at + i * stride, width, indent, i + 1 == extent);
}

static void print_block(printing *p, int axis, const char *at, int indent, int width, bool last)
{
    if (at == NULL)
        cx__text_puts(p->out, "...");
    else
        print(p, axis + 1, at, indent + 1, width - 1);
    if (last) return;
    cx__text_put(p->out, p->how->separator, p->bare);
    for (int i = axis + 1; i < p->a->ndim; i++) cx__text_puts(p->out, "\n");
    blanks(p->out, indent);
}

static void print(printing *p, int axis, const char *at, int indent, int width)
{
    if (axis == p->a->ndim) {
        (void)cx__word_put(&p->words, at, p->out);
        return;
    }
    cx__text_puts(p->out, "[");
    if (axis + 1 == p->a->ndim)
        print_row(p, axis, at, indent, width);
    else {
        int64_t lead, trail;
        shown(p, axis, &lead, &trail);
        const int64_t extent = p->a->shape[axis], stride = p->a->strides[axis];
        for (int64_t i = 0; i < lead; i++)
            print_block(p, axis, at + i * stride, indent, width, false);
        if (lead > 0) print_block(p, axis, NULL, indent, width, false);
        for (int64_t i = extent - trail; i < extent; i++)
            print_block(p, axis, at + i * stride, indent, width, i + 1 == extent);
    }
    cx__text_puts(p->out, "]");
}

/* Characters since the last line end. */
static size_t last_line(const cx__text *t)
{
    size_t n = 0;
    for (size_t i = t->len; i > 0 && t->at[i - 1] != '\n'; i--)
        n += ((unsigned char)t->at[i - 1] & 0xc0) != 0x80;
    return n;
}

/* "(3,)", "(2, 3)" */
static void put_shape(const cx_array *a, cx__text *out)
{
    cx__text_puts(out, "(");
    for (int i = 0; i < a->ndim; i++)
        cx__text_f(out, i == 0 ? "%lld" : ", %lld", (long long)a->shape[i]);
    cx__text_puts(out, a->ndim == 1 ? ",)" : ")");
}

/* shape= and dtype= where the elements do not tell them. */
static void put_extras(const cx_array *a, const cx__printing *how, cx__text *out)
{
    const cx_dtype t = (cx_dtype)a->dtype;
    const bool implied = t == CX_BOOL || t == CX_I64 || t == CX_F64 || t == CX_C128;
    cx__text extra = {0};
    if ((a->size == 0 && !(a->ndim == 1 && a->shape[0] == 0)) || a->size > how->threshold) {
        cx__text_puts(&extra, "shape=");
        put_shape(a, &extra);
    }
    if (!implied || a->size == 0)
        cx__text_f(&extra, "%sdtype=%s", extra.len > 0 ? ", " : "", cx__dtypes[t].text);
    if (extra.len > 0) {
        cx__text_puts(out, ",");
        const bool fits = last_line(out) + extra.len + 2 <= (size_t)how->linewidth;
        cx__text_puts(out, fits ? " " : "\n      ");
        cx__text_put(out, extra.at, extra.len);
    }
    out->failed = out->failed || extra.failed;
    cx__text_free(&extra);
}

/* The elements in brackets, as array2string. */
static void put_elements(const cx_array *a, const cx__printing *how, cx__text *out)
{
    printing p = {.a = a,
                  .how = how,
                  .summary = a->size > how->threshold,
                  .out = out,
                  .bare = strlen(how->separator)};
    while (p.bare > 0 && how->separator[p.bare - 1] == ' ') p.bare--;
    if (a->size == 0) {
        cx__text_puts(out, "[]");
        return;
    }
    cx__word_start(&p.words, a, how);
    for (int pass = 0; pass < CX__WORD_PASSES; pass++) {
        see(&p, 0, a->data);
        cx__word_next_pass(&p.words);
    }
    print(&p, 0, a->data, 1 + (int)how->prefix, how->linewidth - (int)how->suffix);
}

/* ---- options */

static cx_status option(const char *where, const char *name, cx_maybe_i64 given, int64_t low,
                        int64_t high, int64_t otherwise, int64_t *out)
{
    *out = given.set ? given.value : otherwise;
    if (*out >= low && *out <= high) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s is %lld; it is %lld to %lld", name, (long long)*out,
                    (long long)low, (long long)high);
}

static cx_status fill_options(const char *where, const cx_print_opts *o, cx__printing *how)
{
    static const cx_print_opts defaults = {.struct_size = sizeof defaults};
    enum { WIDEST = 1 << 20 };
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    if ((unsigned)o->floatmode > CX_FLOATMODE_MAXPREC_EQUAL || (unsigned)o->sign > CX_SIGN_SPACE)
        return cx__fail(CX_E_ARGUMENT, where, "floatmode is %d and sign %d; one is unknown",
                        (int)o->floatmode, (int)o->sign);
    int64_t precision, width;
    CX__TRY(option(where, "precision", o->precision, 0, CX__MAX_PRECISION, 8, &precision));
    CX__TRY(option(where, "threshold", o->threshold, 0, INT64_MAX, 1000, &how->threshold));
    CX__TRY(option(where, "edgeitems", o->edgeitems, 1, INT64_MAX / 2, 3, &how->edge));
    CX__TRY(option(where, "linewidth", o->linewidth, 1, WIDEST, 75, &width));
    how->precision = (int)precision;
    how->linewidth = (int)width;
    how->suppress_small = o->suppress_small;
    how->floatmode = o->floatmode;
    how->sign = o->sign;
    how->nan = o->nanstr != NULL ? o->nanstr : "nan";
    how->inf = o->infstr != NULL ? o->infstr : "inf";
    how->separator = o->separator != NULL ? o->separator : " ";
    how->prefix = o->prefix != NULL ? strlen(o->prefix) : 0;
    how->suffix = o->suffix != NULL ? strlen(o->suffix) : 0;
    if (how->prefix > WIDEST || how->suffix > WIDEST)
        return cx__fail(CX_E_ARGUMENT, where, "prefix and suffix of %zu and %zu bytes", how->prefix,
                        how->suffix);
    return CX_OK;
}

/* ---- faces */

typedef enum form { REPR, STR, ARRAY2STRING, PRINT } form;

static void put_form(const cx_array *a, const cx_array *given, cx__printing *how, form f,
                     cx__text *out)
{
    if (f == REPR) {
        how->separator = ", ";
        how->prefix = strlen("array(");
        how->suffix = 1;
        cx__text_puts(out, "array(");
        put_elements(a, how, out);
        put_extras(a, how, out);
        cx__text_puts(out, ")");
        return;
    }
    if (f != ARRAY2STRING) {
        how->separator = " ";
        how->prefix = how->suffix = 0;
    }
    if (f != ARRAY2STRING && a->ndim == 0)
        cx__word_scalar(a, a->data, out);
    else
        put_elements(a, how, out);
    if (f != PRINT) return;
    char device[16];
    cx__text_f(out, "\n%s ", cx__dtypes[a->dtype].text);
    put_shape(a, out);
    cx__text_f(out, " on %s\n", cx_device_name(cx_device_of(given), device));
}

static cx_status write_form(const char *where, const cx_array *given, const cx_print_opts *o,
                            form f, cx__text *out)
{
    cx_array *a;
    cx__printing how;
    CX__TRY(fill_options(where, o, &how));
    CX__TRY(cx__array_own(where, "a", given, &a));
    cx_status st = CX_OK;
    if (a->device.kind != CX_DEVICE_CPU) {
        cx_array *const host = cx_to(a, CX_CPU);
        cx_assign(&a, host);
        st = cx_status_of(host);
    }
    if (st == CX_OK) put_form(a, given, &how, f, out);
    cx_release(a);
    return st == CX_OK && out->failed ? cx__fail_nomem(where, "text", out->cap) : st;
}

static const char *text_of(const char *where, const cx_array *a, const cx_print_opts *o, form f)
{
    cx__text out = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = write_form(where, a, o, f, &out);
    const cx_status closed = cx_scope_close(s);
    if (st == CX_OK) st = closed;
    return cx__scope_text(where, st, &out);
}

const char *cx_repr(const cx_array *a)
{
    return text_of("repr", a, NULL, REPR);
}

const char *cx_array_repr(const cx_array *a, const cx_print_opts *o)
{
    return text_of("array_repr", a, o, REPR);
}

const char *cx_array_str(const cx_array *a, const cx_print_opts *o)
{
    return text_of("array_str", a, o, STR);
}

const char *cx_array2string(const cx_array *a, const cx_print_opts *o)
{
    return text_of("array2string", a, o, ARRAY2STRING);
}

cx_status cx_print(const cx_array *a, const cx_print_opts *o)
{
    static const char where[] = "print";
    cx__text out = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = write_form(where, a, o, PRINT, &out);
    const cx_status closed = cx_scope_close(s);
    if (st == CX_OK) st = closed;
    if (st == CX_OK && fwrite(out.at, 1, out.len, stdout) != out.len)
        st = cx__fail(CX_E_IO, where, "standard output cannot be written");
    cx__text_free(&out);
    return st;
}
