/* numpy.savetxt: the one idea is that a line's format is understood once, as parts of text and
 * conversions, and then walked for every row. */
#include "base/alloc.h"
#include "io/gzip.h"
#include "io/text/text.h"
#include <calx/text.h>
#include <string.h>

typedef struct writing {
    const char *where, *fmt, *delimiter, *newline;
    const void *data;
    cx_dtype t;
    bool complex;
    int64_t rows, columns;
    cx__format format;
    bool whole_line; /* the format has a conversion for each column */
} writing;

/* Python's %-counting rule: one conversion serves every column, else there is one for each. */
static cx_status choose_format(writing *w)
{
    int64_t marks = 0;
    for (const char *p = w->fmt; *p != '\0'; p++) marks += *p == '%';
    const int64_t want = w->complex ? 2 * w->columns : w->columns;
    w->whole_line = marks != 1;
    CX__TRY(cx__format_parse(w->where, w->fmt, &w->format));
    if ((w->whole_line && marks != want) || w->format.specs != (w->whole_line ? want : 1))
        return cx__fail(CX_E_ARGUMENT, w->where,
                        "fmt '%.80s' has %lld conversions for %lld columns", w->fmt,
                        (long long)w->format.specs, (long long)w->columns);
    return CX_OK;
}

static bool put(const writing *w, const cx__format_part *part, int64_t i, int which, cx__text *out)
{
    const cx__number v = cx__number_at(w->t, w->data, i, which);
    return cx__format_put(&part->spec, &v, out);
}

/* The format for one column; around the conversion its text. */
static bool put_cell(const writing *w, int64_t i, int which, cx__text *out)
{
    for (int k = 0; k < w->format.count; k++) {
        const cx__format_part *const part = &w->format.part[k];
        cx__text_put(out, part->text, part->len);
        if (part->has_spec && !put(w, part, i, which, out)) return false;
    }
    return true;
}

/* NumPy writes "+-2" and then takes the plus away, in the whole line. */
static void drop_plus(cx__text *out, size_t from)
{
    size_t n = from;
    if (out->failed) return;
    for (size_t i = from; i < out->len; i++)
        if (!(out->at[i] == '+' && i + 1 < out->len && out->at[i + 1] == '-'))
            out->at[n++] = out->at[i];
    out->len = n;
}

static bool put_row(const writing *w, int64_t row, cx__text *out)
{
    const int64_t first = row * w->columns;
    const size_t start = out->len;
    int64_t k = 0;
    if (w->whole_line) {
        for (int p = 0; p < w->format.count; p++) {
            const cx__format_part *const part = &w->format.part[p];
            cx__text_put(out, part->text, part->len);
            if (!part->has_spec) continue;
            if (!put(w, part, first + (w->complex ? k / 2 : k), w->complex ? (int)(k % 2) : 0, out))
                return false;
            k++;
        }
    } else {
        for (; k < w->columns; k++) {
            if (k > 0) cx__text_puts(out, w->delimiter);
            if (w->complex) cx__text_puts(out, " (");
            if (!put_cell(w, first + k, 0, out)) return false;
            if (!w->complex) continue;
            cx__text_puts(out, "+");
            if (!put_cell(w, first + k, 1, out)) return false;
            cx__text_puts(out, "j)");
        }
    }
    if (w->complex) drop_plus(out, start);
    cx__text_puts(out, w->newline);
    return true;
}

/* Header or footer: each of its lines after the comment mark. */
static void put_note(const char *note, const char *comments, const char *newline, cx__text *out)
{
    if (note == NULL || note[0] == '\0') return;
    cx__text_puts(out, comments);
    for (const char *p = note; *p != '\0'; p++) {
        cx__text_put(out, p, 1);
        if (*p == '\n') cx__text_puts(out, comments);
    }
    cx__text_puts(out, newline);
}

static cx_status write_all(const writing *w, const cx_savetxt_opts *o, const char *path)
{
    enum { FLUSH = 1 << 20 };
    const char *const comments = o->comments == NULL ? "# " : o->comments;
    cx__writer file;
    cx__text out = {0};
    cx__gzip packed;
    CX__TRY(cx__writer_open(&file, w->where, path));
    cx_status st = cx__gzip_open(&packed, path, &file);
    put_note(o->header, comments, w->newline, &out);
    for (int64_t row = 0; row < w->rows && st == CX_OK && !out.failed; row++) {
        if (!put_row(w, row, &out))
            st = cx__fail(CX_E_ARGUMENT, w->where, "row %lld has a value without a form in '%.80s'",
                          (long long)row, w->fmt);
        if (out.len >= FLUSH && st == CX_OK) {
            st = cx__gzip_put(&packed, out.at, out.len, false);
            out.len = 0;
        }
    }
    put_note(o->footer, comments, w->newline, &out);
    if (st == CX_OK && out.failed) st = cx__fail_nomem(w->where, "text", out.cap);
    if (st == CX_OK) st = cx__gzip_put(&packed, out.at, out.len, true);
    cx__text_free(&out);
    cx__gzip_close(&packed);
    if (st == CX_OK) return cx__writer_commit(&file);
    cx__writer_abort(&file);
    return st;
}

static cx_status savetxt(const char *path, const cx_array *a, const cx_savetxt_opts *o)
{
    static const char where[] = "savetxt";
    static const cx_savetxt_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    CX__TRY(cx__check(where, "a", a, CX__KIND_ARRAY));
    if (cx_ndim(a) != 1 && cx_ndim(a) != 2)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions; expected 1 or 2", cx_ndim(a));
    if (cx_dtype_of(a) == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "category is written by cx_write_csv");
    writing w = {.where = where,
                 .fmt = o->fmt == NULL ? "%.18e" : o->fmt,
                 .delimiter = o->delimiter == NULL ? " " : o->delimiter,
                 .newline = o->newline == NULL ? "\n" : o->newline,
                 .t = cx_dtype_of(a),
                 .complex = cx_dtype_kind(cx_dtype_of(a)) == 'c',
                 .rows = cx_dim(a, 0),
                 .columns = cx_ndim(a) == 2 ? cx_dim(a, 1) : 1};
    size_t bytes;
    CX__TRY(cx__io_bytes(where, "a", a, &w.data, &bytes));
    cx_status st = choose_format(&w);
    if (st == CX_OK) st = write_all(&w, o, path);
    cx__format_free(&w.format);
    return st;
}

cx_status cx_savetxt(const char *path, const cx_array *a, const cx_savetxt_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *const own = cx_status_of(a) == CX_OK ? cx_retain(a) : NULL; /* scalars to the heap */
    const cx_status st = savetxt(path, own != NULL ? own : a, o);
    cx_release(own);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}
