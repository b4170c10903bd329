/* Rows and columns of numbers from text, in parallel. The one idea: fixed pieces of whole lines are
 * walked twice, once to count rows and once to store values straight into the result, so that
 * neither values nor errors depend on the number of threads. */
#include "base/alloc.h"
#include "base/size.h"
#include "base/threads.h"
#include "io/text/text.h"
#include "ops/primitives.h"
#include <string.h>

enum { PIECE = 1 << 20 };

typedef struct piece {
    const char *from, *to;
    int64_t rows, first_row;
    const char *bad; /* where the first error is, NULL: none */
    size_t bad_length;
    int64_t bad_fields; /* -1: a value, else the fields found */
} piece;

typedef struct reader {
    const cx__text_rules *r;
    const char *file, *body, *end;
    size_t delimiter, comments; /* lengths */
    cx__text_parse parse;
    size_t item;
    int64_t fields;  /* of the first row */
    int64_t columns; /* of the result */
    int64_t need;    /* fields that a row must have when columns are chosen */
    int *target;     /* column of each field, -1: not read */
    int *copy_of;    /* column that is the same field and was there before, or -1 */
    piece *pieces;
    int64_t piece_count;
    char *data;
    int64_t rows; /* of the result */
} reader;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* ---- lines */

/* Where the comment begins, or the line ends. */
static const char *content_end(const reader *d, const char *p, const char *end)
{
    const char *q = NULL;
    if (d->comments == 1) q = memchr(p, d->r->comments[0], (size_t)(end - p));
    if (d->comments > 1) q = memmem(p, (size_t)(end - p), d->r->comments, d->comments);
    if (q != NULL) return q;
    return end > p && end[-1] == '\r' ? end - 1 : end;
}

static bool starts_comment(const reader *d, const char *p, const char *end)
{
    return d->comments > 0 && (size_t)(end - p) >= d->comments &&
           memcmp(p, d->r->comments, d->comments) == 0;
}

/* The end of the record at p, whose quoted fields may hold line ends and comment marks; *content is
 * where its fields end. A quote counts at the start of a field only. */
static const char *record_end(const reader *d, const char *p, const char *end, const char **content)
{
    const char *const from = p;
    const char quote = d->r->quote;
    bool inside = false, start = true;
    for (; p < end; p++) {
        if (inside) {
            if (*p != quote) continue;
            if (p + 1 < end && p[1] == quote)
                p++;
            else
                inside = false;
            continue;
        }
        if (*p == '\n') break;
        if (starts_comment(d, p, end)) {
            const char *const q = memchr(p, '\n', (size_t)(end - p));
            *content = p;
            return q == NULL ? end : q;
        }
        inside = start && *p == quote;
        start = d->delimiter == 0 ? is_blank(*p) : *p == d->r->delimiter[0];
    }
    *content = p > from && p[-1] == '\r' ? p - 1 : p;
    return p;
}

/* The end of the line at p; *content is where its fields end. */
static const char *line_end(const reader *d, const char *p, const char *end, const char **content)
{
    if (d->r->quote != '\0') return record_end(d, p, end, content);
    const char *const q = memchr(p, '\n', (size_t)(end - p)), *const stop = q == NULL ? end : q;
    *content = content_end(d, p, stop);
    return stop;
}

/* The next line with content, [*s, *e); false at the end. */
static bool next_row(const reader *d, const char **at, const char *end, const char **s,
                     const char **e)
{
    while (*at < end) {
        *s = *at;
        const char *const stop = line_end(d, *at, end, e);
        *at = stop < end ? stop + 1 : end;
        if (*s == *e) continue;
        if (d->delimiter > 0 && !d->r->forgiving) return true;
        const char *p = *s;
        while (p < *e && is_blank(*p)) p++;
        if (p < *e) return true;
    }
    return false;
}

/* ---- fields */

static void trim(const char **s, const char **e)
{
    while (*s < *e && (is_blank(**s) || **s == '\n')) (*s)++; /* line ends: in quotes */
    while (*s < *e && (is_blank((*e)[-1]) || (*e)[-1] == '\n')) (*e)--;
}

/* A quoted field, its quotes gone; what follows the closing one belongs to it, as in NumPy. */
static const char *quoted_end(const reader *d, const char *p, const char *e, cx__text *out)
{
    const char quote = d->r->quote;
    out->len = 0;
    for (p++; p < e; p++) {
        if (*p != quote)
            cx__text_put(out, p, 1);
        else if (p + 1 < e && p[1] == quote)
            cx__text_put(out, p++, 1);
        else
            break;
    }
    return p < e ? p + 1 : e;
}

/* The field at *p without blanks around it; *p moves past its delimiter. False after the last. */
static bool next_field(const reader *d, const char **p, const char *end, bool *more, const char **s,
                       const char **e, cx__text *scratch)
{
    if (d->delimiter == 0) {
        while (*p < end && is_blank(**p)) (*p)++;
        if (*p == end) return false;
    } else if (!*more)
        return false;
    *s = *p;
    const char *from = *p;
    if (d->r->quote != '\0' && from < end && *from == d->r->quote)
        from = quoted_end(d, from, end, scratch);
    const char *stop = from;
    if (d->delimiter == 0)
        while (stop < end && !is_blank(*stop)) stop++;
    else {
        stop = d->delimiter == 1
                   ? memchr(from, d->r->delimiter[0], (size_t)(end - from))
                   : memmem(from, (size_t)(end - from), d->r->delimiter, d->delimiter);
        *more = stop != NULL;
        if (stop == NULL) stop = end;
    }
    if (from != *s) {
        cx__text_put(scratch, from, (size_t)(stop - from));
        *s = scratch->at;
        *e = scratch->at + scratch->len;
    } else
        *e = stop;
    trim(s, e);
    *p = stop < end && d->delimiter > 0 ? stop + d->delimiter : stop;
    return true;
}

static int64_t count_fields(const reader *d, const char *s, const char *e, cx__text *scratch)
{
    const char *a, *b;
    bool more = true;
    int64_t n = 0;
    while (next_field(d, &s, e, &more, &a, &b, scratch)) n++;
    return n;
}

static bool is_missing(const char *list, const char *s, const char *e)
{
    while (list != NULL && *list != '\0') {
        const size_t n = strcspn(list, ",");
        const char *a = list, *b = list + n;
        trim(&a, &b);
        if (b - a == e - s && memcmp(a, s, (size_t)(e - s)) == 0) return true;
        list += n + (list[n] == ',');
    }
    return s == e;
}

/* NumPy's genfromtxt takes words for bool and no numbers. */
static bool parse_word(const char *s, const char *e, void *out)
{
    static const char *const words[] = {"FALSE", "TRUE"};
    for (int k = 0; k < 2; k++) {
        const size_t n = strlen(words[k]);
        size_t i = 0;
        if ((size_t)(e - s) != n) continue;
        while (i < n && (s[i] & ~0x20) == words[k][i]) i++;
        if (i < n) continue;
        *(unsigned char *)out = (unsigned char)k;
        return true;
    }
    return false;
}

static bool store(const reader *d, const char *s, const char *e, char *out)
{
    if (!d->r->forgiving) return d->parse(s, e, out);
    const bool word = d->r->dtype == CX_BOOL;
    if (!is_missing(d->r->missing, s, e) && (word ? parse_word : d->parse)(s, e, out)) return true;
    if (cx_dtype_kind(d->r->dtype) == 'u' && d->r->filling[15] != 0) return false;
    memcpy(out, d->r->filling, d->item);
    return true;
}

/* ---- the two passes */

static bool valid_row(const reader *d, int64_t fields)
{
    return d->r->usecol_count > 0 ? fields >= d->need : fields == d->fields;
}

static void count_rows(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const d = ctx;
    for (int64_t i = lo; i < hi; i++) {
        piece *const p = &d->pieces[i];
        const char *at = p->from, *s, *e;
        cx__text scratch = {0};
        while ((d->r->max_rows < 0 || p->rows < d->r->max_rows) && next_row(d, &at, p->to, &s, &e))
            if (!d->r->skip_invalid || valid_row(d, count_fields(d, s, e, &scratch))) p->rows++;
        cx__text_free(&scratch);
    }
}

/* One row; false and the piece's error if it is not as it should be. */
static bool read_row(const reader *d, piece *p, const char *s, const char *e, char *row,
                     cx__text *scratch)
{
    const char *at = s, *a, *b;
    bool more = true;
    int64_t k = 0;
    for (; next_field(d, &at, e, &more, &a, &b, scratch); k++) {
        if (k >= d->fields || d->target[k] < 0) continue;
        if (store(d, a, b, row + (size_t)d->target[k] * d->item)) continue;
        const bool inside = a >= s && a <= e;
        p->bad = inside ? a : s;
        p->bad_length = inside ? (size_t)(b - a) : 0;
        p->bad_fields = -1;
        return false;
    }
    if (!valid_row(d, k)) {
        p->bad = s;
        p->bad_fields = k;
        return false;
    }
    for (int64_t c = 0; c < d->columns; c++)
        if (d->copy_of[c] >= 0)
            memcpy(row + (size_t)c * d->item, row + (size_t)d->copy_of[c] * d->item, d->item);
    return true;
}

static void read_rows(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const d = ctx;
    for (int64_t i = lo; i < hi; i++) {
        piece *const p = &d->pieces[i];
        const char *at = p->from, *s, *e;
        cx__text scratch = {0};
        for (int64_t k = 0; k < p->rows && p->first_row + k < d->rows && p->bad == NULL;) {
            if (!next_row(d, &at, p->to, &s, &e)) break;
            if (d->r->skip_invalid && !valid_row(d, count_fields(d, s, e, &scratch))) continue;
            char *const row = d->data + (size_t)(p->first_row + k) * (size_t)d->columns * d->item;
            (void)read_row(d, p, s, e, row, &scratch);
            k++;
        }
        cx__text_free(&scratch);
    }
}

/* ---- the first row, the columns, the pieces */

static cx_status choose_columns(reader *d)
{
    const cx__text_rules *const r = d->r;
    d->columns = r->usecol_count > 0 ? r->usecol_count : d->fields;
    d->target = cx__alloc(((size_t)d->fields + 1) * sizeof *d->target);
    d->copy_of = cx__alloc(((size_t)d->columns + 1) * sizeof *d->copy_of);
    if (d->target == NULL || d->copy_of == NULL)
        return cx__fail_nomem(r->where, "columns", (size_t)d->fields * sizeof *d->target);
    for (int64_t k = 0; k < d->fields; k++) d->target[k] = r->usecol_count > 0 ? -1 : (int)k;
    for (int64_t k = 0; k < d->columns; k++) d->copy_of[k] = -1;
    for (int k = 0; k < r->usecol_count; k++) {
        const int64_t given = r->usecols[k], field = given < 0 ? given + d->fields : given;
        if (field < 0 || field >= d->fields)
            return cx__fail(CX_E_INDEX, r->where, "column %lld of a file with %lld",
                            (long long)given, (long long)d->fields);
        if (d->target[field] >= 0)
            d->copy_of[k] = d->target[field];
        else
            d->target[field] = k;
        d->need = field + 1 > d->need ? field + 1 : d->need;
    }
    return CX_OK;
}

int64_t cx__text_pieces(const char *body, const char *end)
{
    return end - body <= PIECE ? 1 : (end - body + PIECE - 1) / PIECE;
}

const char *cx__text_piece(const char *body, const char *end, int64_t i)
{
    if (i == 0 || i >= cx__text_pieces(body, end)) return i == 0 ? body : end;
    const char *const start = body + i * PIECE;
    const char *const q = memchr(start - 1, '\n', (size_t)(end - start + 1));
    return q == NULL ? end : q + 1;
}

static cx_status cut(reader *d)
{
    const bool whole = d->r->max_rows >= 0 || d->r->quote != '\0';
    const int64_t n = whole ? 1 : cx__text_pieces(d->body, d->end);
    d->pieces = cx__calloc((size_t)n, sizeof *d->pieces);
    if (d->pieces == NULL)
        return cx__fail_nomem(d->r->where, "pieces", (size_t)n * sizeof *d->pieces);
    d->piece_count = n;
    for (int64_t i = 0; i < n; i++) {
        d->pieces[i].from = cx__text_piece(d->body, d->end, i);
        if (i > 0) d->pieces[i - 1].to = d->pieces[i].from;
    }
    d->pieces[n - 1].to = d->end;
    return CX_OK;
}

static cx_status tell(const reader *d)
{
    const piece *p = NULL;
    for (int64_t i = 0; i < d->piece_count && p == NULL; i++)
        if (d->pieces[i].bad != NULL) p = &d->pieces[i];
    if (p == NULL) return CX_OK;
    long long line, column;
    cx__io_place(d->file, p->bad, &line, &column);
    if (p->bad_fields >= 0)
        return cx__fail(CX_E_PARSE, d->r->where, "line %lld: %lld fields, expected %lld", line,
                        (long long)p->bad_fields,
                        (long long)(d->r->usecol_count > 0 ? d->need : d->fields));
    return cx__fail(CX_E_PARSE, d->r->where, "line %lld, column %lld: '%.*s' is no %s", line,
                    column, p->bad_length > 60 ? 60 : (int)p->bad_length, p->bad,
                    cx_dtype_name(d->r->dtype));
}

static cx_status read_body(reader *d, cx_array **out)
{
    CX__TRY(cut(d));
    CX__TRY(cx__parallel_for(d->piece_count, 1, count_rows, d));
    for (int64_t i = 0; i < d->piece_count; i++) {
        d->pieces[i].first_row = d->rows;
        d->rows += d->pieces[i].rows;
    }
    d->rows = d->rows > d->r->skip_footer ? d->rows - d->r->skip_footer : 0;
    size_t bytes;
    if (!cx__mul_size((size_t)d->rows, (size_t)d->columns, &bytes) ||
        !cx__mul_size(bytes, d->item, &bytes) || bytes > INT64_MAX)
        return cx__fail(CX_E_PARSE, d->r->where, "%lld rows of %lld columns are too large",
                        (long long)d->rows, (long long)d->columns);
    const int64_t shape[2] = {d->rows, d->columns};
    CX__TRY(cx_status_of(*out = cx_empty((cx_shape){2, shape}, d->r->dtype, CX_CPU)));
    cx_view v;
    if (bytes == 0) return CX_OK;
    CX__TRY(cx__view_of(d->r->where, *out, &v));
    d->data = v.data;
    CX__TRY(cx__parallel_for(d->piece_count, 1, read_rows, d));
    return tell(d);
}

cx_status cx__text_read(const cx__text_rules *r, const char *text, size_t size, cx_array **out)
{
    reader d = {.r = r,
                .file = text,
                .body = text,
                .end = text + size,
                .delimiter = strlen(r->delimiter),
                .comments = strlen(r->comments),
                .parse = cx__text_parser(r->dtype),
                .item = cx_dtype_size(r->dtype)};
    const char *s, *e;
    if (d.parse == NULL)
        return cx__fail(CX_E_DTYPE, r->where, "%s cannot be read from text",
                        cx_dtype_name(r->dtype));
    for (int64_t k = 0; k < r->skip_lines && d.body < d.end; k++) {
        const char *const q = memchr(d.body, '\n', (size_t)(d.end - d.body));
        d.body = q == NULL ? d.end : q + 1;
    }
    const char *at = d.body;
    if (r->max_rows == 0 || !next_row(&d, &at, d.end, &s, &e)) {
        const int64_t none[2] = {0, r->usecol_count > 0 ? r->usecol_count : 1};
        return cx_status_of(*out = cx_empty((cx_shape){2, none}, r->dtype, CX_CPU));
    }
    cx__text scratch = {0};
    d.fields = count_fields(&d, s, e, &scratch);
    cx_status st = scratch.failed ? cx__fail_nomem(r->where, "a field", scratch.cap) : CX_OK;
    cx__text_free(&scratch);
    if (st == CX_OK && d.fields > INT32_MAX)
        st = cx__fail(CX_E_PARSE, r->where, "%lld fields in a row", (long long)d.fields);
    if (st == CX_OK) st = choose_columns(&d);
    if (st == CX_OK) st = read_body(&d, out);
    cx__free(d.target);
    cx__free(d.copy_of);
    cx__free(d.pieces);
    return st;
}
