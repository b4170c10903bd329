/* Tables to text: CSV files and the head of a table. The one idea: one function per dtype that
 * appends element i, chosen once per column from a table. Numbers never follow the locale. */
#include "base/alloc.h"
#include "io/table.h"
#include <calx/index.h>
#include <math.h>
#include <string.h>

/* Append element i; data is the column's memory in C order. */
typedef void (*put_fn)(cx__text *out, const void *data, int64_t i);

static void put_float(cx__text *out, double v, const char *buf, int n)
{
    cx__text_put(out, buf, (size_t)n);
    if (isfinite(v) && strpbrk(buf, ".e") == NULL) cx__text_put(out, ".0", 2);
}
static void put_f64(cx__text *out, const void *data, int64_t i)
{
    cx__text_f64(out, ((const double *)data)[i]);
}
static void put_f32(cx__text *out, const void *data, int64_t i)
{
    char buf[40];
    const float v = ((const float *)data)[i];
    put_float(out, (double)v, buf, cx__f32_to_text(v, buf));
}
static void put_f16(cx__text *out, const void *data, int64_t i)
{
    char buf[40];
    const cx_float16 v = ((const cx_float16 *)data)[i];
    put_float(out, (double)cx_f16_to_float(v), buf, cx__f16_to_text(v.bits, buf));
}
static void put_bf16(cx__text *out, const void *data, int64_t i)
{
    char buf[40];
    const cx_bfloat16 v = ((const cx_bfloat16 *)data)[i];
    put_float(out, (double)cx_bf16_to_float(v), buf, cx__bf16_to_text(v.bits, buf));
}
static void put_bool(cx__text *out, const void *data, int64_t i)
{
    cx__text_puts(out, ((const bool *)data)[i] ? "True" : "False");
}
static void put_u64(cx__text *out, const void *data, int64_t i)
{
    cx__text_f(out, "%llu", (unsigned long long)((const uint64_t *)data)[i]);
}
static void put_i64(cx__text *out, const void *data, int64_t i)
{
    cx__text_f(out, "%lld", (long long)((const int64_t *)data)[i]);
}
#define PUT(sfx, type)                                                \
    static void put_##sfx(cx__text *out, const void *data, int64_t i) \
    {                                                                 \
        cx__text_f(out, "%d", (int)((const type *)data)[i]);          \
    }
PUT(i8, int8_t)
PUT(i16, int16_t)
PUT(i32, int32_t)
PUT(u8, uint8_t)
PUT(u16, uint16_t)
#undef PUT
static void put_u32(cx__text *out, const void *data, int64_t i)
{
    cx__text_f(out, "%u", (unsigned)((const uint32_t *)data)[i]);
}

static const put_fn puts_of[CX_DTYPE_COUNT] = {
    [CX_BOOL] = put_bool, [CX_I8] = put_i8,   [CX_I16] = put_i16,   [CX_I32] = put_i32,
    [CX_I64] = put_i64,   [CX_U8] = put_u8,   [CX_U16] = put_u16,   [CX_U32] = put_u32,
    [CX_U64] = put_u64,   [CX_F16] = put_f16, [CX_BF16] = put_bf16, [CX_F32] = put_f32,
    [CX_F64] = put_f64};

/* A column ready to be printed. */
typedef struct printer {
    const cx_array *array;
    const void *data;
    put_fn put; /* NULL: CX_CAT */
    cx_dtype dtype;
} printer;

static cx_status printer_open(const char *where, const cx_table *t, int i, printer *p)
{
    size_t bytes;
    p->array = cx__table_at(t, i);
    p->dtype = cx_dtype_of(p->array);
    p->put = puts_of[p->dtype];
    if (cx_dtype_kind(p->dtype) == 'c')
        return cx__fail(CX_E_DTYPE, where, "column '%s' is %s, which has no form here",
                        cx_table_name(t, i), cx_dtype_name(p->dtype));
    return cx__io_bytes(where, cx_table_name(t, i), p->array, &p->data, &bytes);
}

static bool is_missing(const printer *p, int64_t i)
{
    if (p->dtype == CX_F64) return isnan(((const double *)p->data)[i]) != 0;
    if (p->dtype == CX_F32) return isnan(((const float *)p->data)[i]) != 0;
    if (p->dtype == CX_F16) return isnan(cx_f16_to_float(((const cx_float16 *)p->data)[i])) != 0;
    if (p->dtype == CX_BF16) return isnan(cx_bf16_to_float(((const cx_bfloat16 *)p->data)[i])) != 0;
    return p->dtype == CX_CAT && ((const int32_t *)p->data)[i] < 0;
}

/* ---- CSV */

/* Quotes where the reader needs them: delimiters, quotes, line ends, and blanks at the ends,
 * which people trim. */
static void put_text(cx__text *out, const char *s, char delimiter)
{
    const size_t n = strlen(s);
    const bool plain = n > 0 && strpbrk(s, "\"\r\n") == NULL && strchr(s, delimiter) == NULL &&
                       strchr(" \t", s[0]) == NULL && strchr(" \t", s[n - 1]) == NULL &&
                       (unsigned char)s[0] != 0xef;
    if (plain) {
        cx__text_put(out, s, n);
        return;
    }
    cx__text_put(out, "\"", 1);
    for (const char *p = s; *p != '\0';) {
        const char *const q = strchr(p, '"');
        const size_t k = q == NULL ? strlen(p) : (size_t)(q + 1 - p);
        cx__text_put(out, p, k);
        if (q != NULL) cx__text_put(out, "\"", 1);
        p += k;
    }
    cx__text_put(out, "\"", 1);
}

static void put_row(cx__text *out, const printer *columns, int count, int64_t row, char delimiter,
                    const char *missing)
{
    for (int k = 0; k < count; k++) {
        const printer *const p = &columns[k];
        if (k > 0) cx__text_put(out, &delimiter, 1);
        if (is_missing(p, row)) {
            /* A line of one empty field would be an empty line. */
            if (count == 1 && missing[0] == '\0')
                cx__text_puts(out, "\"\"");
            else if (missing[0] != '\0')
                put_text(out, missing, delimiter);
        } else if (p->put == NULL)
            put_text(out, cx_category(p->array, ((const int32_t *)p->data)[row]), delimiter);
        else
            p->put(out, p->data, row);
    }
    cx__text_put(out, "\n", 1);
}

static cx_status write_rows(cx__writer *w, const cx_table *t, const printer *columns,
                            char delimiter, const char *missing, bool header)
{
    enum { FLUSH = 1 << 20 };
    const int count = cx_table_count(t);
    const int64_t rows = cx_table_rows(t);
    cx__text out = {0};
    cx_status st = CX_OK;
    for (int k = 0; header && k < count; k++) {
        if (k > 0) cx__text_put(&out, &delimiter, 1);
        put_text(&out, cx_table_name(t, k), delimiter);
    }
    if (header) cx__text_put(&out, "\n", 1);
    for (int64_t row = 0; row < rows && count > 0 && st == CX_OK && !out.failed; row++) {
        put_row(&out, columns, count, row, delimiter, missing);
        if (out.len >= FLUSH) {
            st = cx__writer_put(w, out.at, out.len);
            out.len = 0;
        }
    }
    if (st == CX_OK)
        st = out.failed ? cx__fail_nomem(w->where, "text", out.cap)
                        : cx__writer_put(w, out.at, out.len);
    cx__text_free(&out);
    return st;
}

static cx_status write_csv(const char *path, const cx_table *t, const cx_csv_write_opts *o)
{
    static const char where[] = "write_csv";
    static const cx_csv_write_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    const char d = o->delimiter == '\0' ? ',' : o->delimiter;
    if (d == '"' || d == '\n' || d == '\r' || (unsigned char)d >= 0x80)
        return cx__fail(CX_E_ARGUMENT, where, "byte 0x%02x cannot be the delimiter",
                        (unsigned)(unsigned char)d);
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    const int count = cx_table_count(t);
    printer *const columns = cx__calloc((size_t)count + 1, sizeof *columns);
    if (columns == NULL) return cx__fail_nomem(where, "columns", (size_t)count * sizeof *columns);
    cx_status st = CX_OK;
    for (int k = 0; k < count && st == CX_OK; k++) st = printer_open(where, t, k, &columns[k]);
    cx__writer w;
    if (st == CX_OK && (st = cx__writer_open(&w, where, path)) == CX_OK) {
        st = write_rows(&w, t, columns, d, o->missing == NULL ? "" : o->missing,
                        !o->no_header && count > 0);
        if (st == CX_OK)
            st = cx__writer_commit(&w);
        else
            cx__writer_abort(&w);
    }
    cx__free(columns);
    return st;
}

cx_status cx_write_csv(const char *path, const cx_table *t, const cx_csv_write_opts *o)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = write_csv(path, t, o);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

/* ---- head */

enum { MAX_CELL = 40 };

/* Characters, not bytes; combining marks and wide letters are not this far. */
static size_t width_of(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

/* A cell's text cut to MAX_CELL characters, line ends as spaces. */
static char *cell(const printer *p, int64_t row)
{
    cx__text out = {0};
    if (is_missing(p, row))
        cx__text_puts(&out, p->put == NULL ? "-" : "nan");
    else if (p->put != NULL)
        p->put(&out, p->data, row);
    else
        cx__text_puts(&out, cx_category(p->array, ((const int32_t *)p->data)[row]));
    size_t seen = 0;
    for (size_t i = 0; !out.failed && i < out.len; i++) {
        if ((unsigned char)out.at[i] < 0x20) out.at[i] = ' ';
        if (((unsigned char)out.at[i] & 0xc0) != 0x80 && ++seen > MAX_CELL) {
            out.at[i] = '\0';
            out.len = i;
        }
    }
    if (out.failed) {
        cx__text_free(&out);
        return NULL;
    }
    return out.at;
}

static void put_cell(cx__text *line, const char *s, size_t width)
{
    for (size_t n = width_of(s); n < width; n++) cx__text_put(line, " ", 1);
    cx__text_puts(line, s);
    cx__text_put(line, "  ", 2);
}

/* The lines gain one column: name, dtype, values, right-aligned. */
static cx_status head_column(const char *where, const cx_table *t, int k, int64_t rows,
                             cx__text *lines)
{
    printer p;
    CX__TRY(printer_open(where, t, k, &p));
    const char *const dtype = cx_dtype_name(p.dtype);
    char **const cells = cx__calloc((size_t)rows + 1, sizeof *cells);
    if (cells == NULL) return cx__fail_nomem(where, "cells", (size_t)rows * sizeof *cells);
    size_t width = width_of(cx_table_name(t, k)) > strlen(dtype) ? width_of(cx_table_name(t, k))
                                                                 : strlen(dtype);
    bool whole = true;
    for (int64_t i = 0; i < rows && whole; i++) {
        whole = (cells[i] = cell(&p, i)) != NULL;
        if (whole && width_of(cells[i]) > width) width = width_of(cells[i]);
    }
    if (whole) {
        put_cell(&lines[0], cx_table_name(t, k), width);
        put_cell(&lines[1], dtype, width);
        for (int64_t i = 0; i < rows; i++) put_cell(&lines[i + 2], cells[i], width);
    }
    for (int64_t i = 0; i < rows; i++) cx__free(cells[i]);
    cx__free(cells);
    return whole ? CX_OK : cx__fail_nomem(where, "cells", width);
}

static cx_status head(const cx_table *t, int64_t want, cx__text *out)
{
    static const char where[] = "table_head";
    CX__TRY(cx__check(where, "t", t, CX__KIND_TABLE));
    if (want < 0) return cx__fail(CX_E_ARGUMENT, where, "%lld rows", (long long)want);
    const int64_t all = cx_table_rows(t), asked = want == 0 ? 5 : want,
                  rows = asked < all ? asked : all;
    cx__text *const lines = cx__calloc((size_t)rows + 2, sizeof *lines);
    if (lines == NULL) return cx__fail_nomem(where, "lines", (size_t)rows * sizeof *lines);
    cx_status st = CX_OK;
    for (int k = 0; k < cx_table_count(t) && st == CX_OK; k++)
        st = head_column(where, t, k, rows, lines);
    for (int64_t i = 0; i < rows + 2; i++) {
        while (lines[i].len > 0 && lines[i].at[lines[i].len - 1] == ' ') lines[i].len--;
        cx__text_put(out, lines[i].at, lines[i].len);
        cx__text_put(out, "\n", 1);
        out->failed = out->failed || lines[i].failed;
        cx__text_free(&lines[i]);
    }
    cx__free(lines);
    cx__text_f(out, "[%lld rows x %d columns]\n", (long long)all, cx_table_count(t));
    return st == CX_OK && out->failed ? cx__fail_nomem(where, "text", out->cap) : st;
}

const char *cx_table_head(const cx_table *t, int64_t rows)
{
    cx__text out = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = head(t, rows, &out);
    const cx_status closed = cx_scope_close(s);
    if (st == CX_OK) st = closed;
    return cx__scope_text("table_head", st, &out);
}
