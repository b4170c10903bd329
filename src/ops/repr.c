/* Arrays as NumPy prints them: repr() with its default options. The one idea: three walks over
 * the elements that will be shown, two to learn widths and one to print. Elements are
 * repr_word.c's affair. */
#include "base/object.h"
#include "core/array.h"
#include "ops/repr_word.h"
#include <string.h>

enum { THRESHOLD = 1000, EDGE = 3, LINE_WIDTH = 75 };

typedef struct printing {
    const cx_array *a;
    cx__word_format words;
    bool summary;
    cx__text *out;
    int column; /* width of the line being written */
} printing;

/* Items of an axis that are shown are [0, lead) and [extent - trail, extent). */
static void shown(const printing *p, int axis, int64_t *lead, int64_t *trail)
{
    const bool cut = p->summary && p->a->shape[axis] > 2 * EDGE;
    *lead = cut ? EDGE : 0;
    *trail = cut ? EDGE : p->a->shape[axis];
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
        cx__text_puts(p->out, ", ");
        p->column += 2;
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
    for (int64_t i = 0; i < lead; i++) put_row_word(p, at + i * stride, width - 1, indent, false);
    if (lead > 0) put_row_word(p, NULL, width - 1, indent, false);
    for (int64_t i = extent - trail; i < extent; i++)
        put_row_word(p, at + i * stride, width - 1, indent, i + 1 == extent);
}

static void print_block(printing *p, int axis, const char *at, int indent, int width, bool last)
{
    if (at == NULL)
        cx__text_puts(p->out, "...");
    else
        print(p, axis + 1, at, indent + 1, width - 1);
    if (last) return;
    cx__text_puts(p->out, ",");
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

/* shape= and dtype= where the elements do not tell them. */
static void put_extras(const cx_array *a, cx__text *out)
{
    const cx_dtype t = (cx_dtype)a->dtype;
    const bool implied = t == CX_BOOL || t == CX_I64 || t == CX_F64 || t == CX_C128;
    cx__text extra = {0};
    if ((a->size == 0 && !(a->ndim == 1 && a->shape[0] == 0)) || a->size > THRESHOLD) {
        cx__text_puts(&extra, "shape=(");
        for (int i = 0; i < a->ndim; i++)
            cx__text_f(&extra, i == 0 ? "%lld" : ", %lld", (long long)a->shape[i]);
        cx__text_puts(&extra, a->ndim == 1 ? ",)" : ")");
    }
    if (!implied || a->size == 0)
        cx__text_f(&extra, "%sdtype=%s", extra.len > 0 ? ", " : "", cx__dtypes[t].text);
    if (extra.len > 0) {
        cx__text_puts(out, ",");
        const bool fits = last_line(out) + extra.len + 2 <= LINE_WIDTH;
        cx__text_puts(out, fits ? " " : "\n      ");
        cx__text_put(out, extra.at, extra.len);
    }
    out->failed = out->failed || extra.failed;
    cx__text_free(&extra);
}

static cx_status repr(const cx_array *given, cx__text *out)
{
    cx_array *a;
    CX__TRY(cx__array_own("repr", "a", given, &a));
    if (a->device.kind != CX_DEVICE_CPU) {
        cx_array *const host = cx_to(a, CX_CPU);
        cx_assign(&a, host);
        CX__TRY(cx_status_of(host));
    }
    printing p = {.a = a, .summary = a->size > THRESHOLD, .out = out};
    cx__text_puts(out, "array(");
    if (a->size == 0)
        cx__text_puts(out, "[]");
    else {
        cx__word_start(&p.words, a);
        for (int pass = 0; pass < CX__WORD_PASSES; pass++) {
            see(&p, 0, a->data);
            cx__word_next_pass(&p.words);
        }
        print(&p, 0, a->data, 7, LINE_WIDTH - 1);
    }
    put_extras(a, out);
    cx__text_puts(out, ")");
    cx_release(a);
    return out->failed ? cx__fail_nomem("repr", "text", out->cap) : CX_OK;
}

const char *cx_repr(const cx_array *a)
{
    cx__text out = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = repr(a, &out);
    const cx_status closed = cx_scope_close(s);
    if (st == CX_OK) st = closed;
    char *const text = st == CX_OK ? cx__scope_string("repr", out.len) : NULL;
    if (text != NULL) memcpy(text, out.at, out.len + 1);
    cx__text_free(&out);
    if (text != NULL) return text;
    if (st != CX_OK) (void)cx__mark(st);
    return "";
}
