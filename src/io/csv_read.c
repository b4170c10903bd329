/* CSV text to columns, in parallel. The one idea: two passes over fixed pieces of the text
 * (look, then store), so that types and row numbers are known before anything is allocated, and
 * results do not depend on the number of threads. */
#include "base/alloc.h"
#include "base/number.h"
#include "base/size.h"
#include "base/threads.h"
#include "io/csv.h"
#include "io/gzip.h"
#include "io/table.h"
#include <math.h>
#include <string.h>

enum { PIECE = 1 << 20 };
enum { NOT_INTEGER = 1, NOT_NUMBER = 2, HAS_MISSING = 4, HAS_VALUE = 8 };

typedef struct column {
    char *name;
    cx_dtype wanted; /* pinned, or CX_DTYPE_NONE */
    cx_dtype dtype;
    cx_dtype stored; /* what is parsed: BOOL, I64, U64, F32, F64 or CAT; cast to dtype at the end */
    int64_t low;     /* of signed integers narrower than int64 */
    uint64_t high;   /* of all integers */
    char *data;
    int cat; /* number among the CX_CAT columns */
} column;

/* Records that start in [from, to). */
typedef struct piece {
    const char *from, *to;
    int64_t rows, first_row;
    cx__csv_error error;
    uint8_t *flags;      /* one a column: pass 1 */
    cx__interner *texts; /* one a CX_CAT column: pass 2 */
} piece;

typedef struct reader {
    const char *where;
    const char *file, *body, *end;
    char delimiter;
    int64_t max_rows;
    cx__csv_missing missing;
    bool plain; /* no number can be cut by the delimiter */
    column *columns;
    int count, cats;
    piece *pieces;
    int64_t piece_count, rows;
    bool *inside; /* is the piece's first byte inside quotes? */
} reader;

/* ---- cutting the text into pieces at record starts */

static void count_quotes(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const r = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const char *p = r->body + i * PIECE;
        const char *const stop = r->end - p > PIECE ? p + PIECE : r->end;
        size_t n = 0;
        while (p < stop && (p = memchr(p, '"', (size_t)(stop - p))) != NULL) {
            n++;
            p++;
        }
        r->inside[i] = n % 2 != 0;
    }
}

/* First record start at or after p, given whether p lies inside quotes. */
static const char *record_start(const char *p, const char *end, bool inside)
{
    for (; p < end; p++) {
        if (*p == '"')
            inside = !inside;
        else if (*p == '\n' && !inside)
            return p + 1;
    }
    return end;
}

static cx_status cut(reader *r)
{
    const int64_t size = r->end - r->body;
    const int64_t n = r->max_rows > 0 || size <= PIECE ? 1 : (size + PIECE - 1) / PIECE;
    r->pieces = cx__calloc((size_t)n, sizeof *r->pieces);
    r->inside = cx__calloc((size_t)n, sizeof *r->inside);
    if (r->pieces == NULL || r->inside == NULL)
        return cx__fail_nomem(r->where, "pieces", (size_t)n * sizeof *r->pieces);
    r->piece_count = n;
    r->pieces[0].from = r->body;
    if (n > 1) {
        CX__TRY(cx__parallel_for(n, 1, count_quotes, r));
        bool inside = false;
        for (int64_t i = 0; i < n; i++) {
            const bool odd = r->inside[i];
            const char *const start = r->body + i * PIECE;
            if (i > 0) {
                const char *const earlier = r->pieces[i - 1].from;
                r->pieces[i].from = earlier > start ? earlier : record_start(start, r->end, inside);
            }
            inside = inside != odd;
        }
    }
    for (int64_t i = 0; i < n; i++) r->pieces[i].to = i + 1 < n ? r->pieces[i + 1].from : r->end;
    return CX_OK;
}

/* ---- numbers without quotes or blanks round them: most fields of most files */

/* May the field at p be one? */
static bool may_be_plain(const reader *r, const char *p, const char *end)
{
    return r->plain && p < end && !r->missing.first[(unsigned char)*p];
}

/* Past what ends a field, NULL if something else is there. */
static const char *past_end(const reader *r, const char *p, const char *end, bool *last)
{
    if (p == end) return NULL;
    *last = *p != r->delimiter;
    if (!*last || *p == '\n') return p + 1;
    return *p == '\r' && end - p > 1 && p[1] == '\n' ? p + 2 : NULL;
}

/* Past a number as cx__parse_i64 and cx__parse_f64 read it, and is it an int64? NULL if that is not
 * to be told at a glance. */
static const char *skip_number(const char *p, const char *end, bool *integer)
{
    if (*p == '-') p++;
    const char *const first = p;
    while (cx__is_digit(p, end)) p++;
    int64_t digits = p - first;
    *integer = digits <= 18;
    if (!*integer && (p == end || (*p != '.' && *p != 'e' && *p != 'E'))) return NULL;
    if (p < end && *p == '.') {
        const char *const point = ++p;
        while (cx__is_digit(p, end)) p++;
        digits += p - point;
        *integer = false;
    }
    if (digits == 0) return NULL;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '-' || *p == '+')) p++;
        if (!cx__is_digit(p, end)) return NULL;
        while (cx__is_digit(p, end)) p++;
        *integer = false;
    }
    return p;
}

/* ---- pass 1: rows and types */

static unsigned look(const reader *r, const cx__csv_field *f, unsigned flags)
{
    const char *s, *end;
    cx__csv_trim(f, &s, &end);
    if (cx__csv_is_missing(&r->missing, s, end)) return flags | HAS_MISSING;
    flags |= HAS_VALUE;
    if ((flags & NOT_INTEGER) == 0) {
        int64_t i;
        if (cx__parse_i64(s, end, &i) != end) flags |= NOT_INTEGER;
    }
    if ((flags & (NOT_INTEGER | NOT_NUMBER)) == NOT_INTEGER) {
        double d;
        if (cx__read_f64(s, end, &d) != end) flags |= NOT_NUMBER;
    }
    return flags;
}

/* The field at the cursor if it is a plain number; the cursor moves past it. */
static bool look_plain(const reader *r, cx__csv_cursor *c, int64_t k, uint8_t *flags, bool *last)
{
    bool integer;
    if (!may_be_plain(r, c->at, c->end)) return false;
    const char *const p = skip_number(c->at, c->end, &integer);
    const char *const next = p == NULL ? NULL : past_end(r, p, c->end, last);
    if (next == NULL) return false;
    if (k < r->count) flags[k] |= (uint8_t)(HAS_VALUE | (integer ? 0 : NOT_INTEGER));
    c->at = next;
    return true;
}

static void survey_piece(const reader *r, piece *p)
{
    cx__csv_cursor c = {.at = p->from, .end = p->to, .delimiter = r->delimiter};
    while (cx__csv_more(&c) && (r->max_rows == 0 || p->rows < r->max_rows)) {
        const char *const start = c.at;
        cx__csv_field f = {.last = false};
        int64_t k = 0;
        for (; !f.last; k++) {
            if (look_plain(r, &c, k, p->flags, &f.last)) continue;
            if (!cx__csv_next(&c, &f)) {
                p->error = c.error;
                return;
            }
            if (k < r->count && r->columns[k].wanted == CX_DTYPE_NONE)
                p->flags[k] = (uint8_t)look(r, &f, p->flags[k]);
        }
        if (k != r->count) {
            p->error = (cx__csv_error){.fault = CX__CSV_COUNT, .at = start, .detail = k};
            return;
        }
        p->rows++;
    }
}

static void survey(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const r = ctx;
    for (int64_t i = lo; i < hi; i++) survey_piece(r, &r->pieces[i]);
}

/* The first error in the text, as a status. */
static cx_status tell(const reader *r)
{
    for (int64_t i = 0; i < r->piece_count; i++) {
        const cx__csv_error *const e = &r->pieces[i].error;
        if (e->fault == CX__CSV_FINE) continue;
        const bool named =
            e->fault == CX__CSV_VALUE || e->fault == CX__CSV_MISSING || e->fault == CX__CSV_UTF8;
        const column *const c = named ? &r->columns[e->detail] : NULL;
        return cx__csv_fail(r->where, r->file, e, c == NULL ? "" : c->name,
                            c == NULL ? "" : cx_dtype_name(c->dtype), r->count);
    }
    return CX_OK;
}

static void choose_type(const reader *r, int k)
{
    column *const c = &r->columns[k];
    unsigned flags = 0;
    for (int64_t i = 0; i < r->piece_count; i++) flags |= r->pieces[i].flags[k];
    /* A piece that saw 1.5 and one that saw "x" both say "no integer"; numbers are asked for
     * only once integers are out, so a piece of integers has no opinion on numbers, which they
     * are. */
    c->dtype = c->wanted != CX_DTYPE_NONE   ? c->wanted
               : (flags & NOT_NUMBER) != 0  ? CX_CAT
               : (flags & NOT_INTEGER) != 0 ? CX_F64
               : (flags & HAS_MISSING) != 0 ? CX_F64
               : (flags & HAS_VALUE) == 0   ? CX_F64
                                            : CX_I64;
    const char kind = cx_dtype_kind(c->dtype);
    const unsigned bits = (unsigned)cx_dtype_size(c->dtype) * 8;
    c->stored = kind == 'i' ? CX_I64 : kind == 'u' ? CX_U64 : c->dtype;
    if (kind == 'e') c->stored = CX_F32;
    if (kind == 'i') {
        c->high = (uint64_t)INT64_MAX >> (64 - bits);
        c->low = -(int64_t)c->high - 1;
    } else if (kind == 'u')
        c->high = UINT64_MAX >> (64 - bits);
}

/* ---- pass 2: values */

static bool parse_bool(const char *s, const char *end, bool *out)
{
    static const char *const words[] = {"0", "false", "False", "FALSE",
                                        "1", "true",  "True",  "TRUE"};
    const size_t n = (size_t)(end - s);
    for (size_t i = 0; i < 8; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) {
            *out = i >= 4;
            return true;
        }
    return false;
}

static cx__csv_fault store_bool(const column *c, const char *s, const char *end, int64_t row)
{
    return parse_bool(s, end, (bool *)(void *)c->data + row) ? CX__CSV_FINE : CX__CSV_VALUE;
}

static cx__csv_fault store_i64(const column *c, const char *s, const char *end, int64_t row)
{
    int64_t v;
    if (cx__parse_i64(s, end, &v) != end || v < c->low || (v > 0 && (uint64_t)v > c->high))
        return CX__CSV_VALUE;
    ((int64_t *)(void *)c->data)[row] = v;
    return CX__CSV_FINE;
}

static cx__csv_fault store_u64(const column *c, const char *s, const char *end, int64_t row)
{
    uint64_t v;
    if (cx__parse_u64(s, end, &v) != end || v > c->high) return CX__CSV_VALUE;
    ((uint64_t *)(void *)c->data)[row] = v;
    return CX__CSV_FINE;
}

static cx__csv_fault store_f32(const column *c, const char *s, const char *end, int64_t row)
{
    return cx__parse_f32(s, end, (float *)(void *)c->data + row) == end ? CX__CSV_FINE
                                                                        : CX__CSV_VALUE;
}

static cx__csv_fault store_f64(const column *c, const char *s, const char *end, int64_t row)
{
    return cx__read_f64(s, end, (double *)(void *)c->data + row) == end ? CX__CSV_FINE
                                                                        : CX__CSV_VALUE;
}

typedef cx__csv_fault (*store_fn)(const column *c, const char *s, const char *end, int64_t row);
static const store_fn stores[CX_DTYPE_COUNT] = {[CX_BOOL] = store_bool,
                                                [CX_I64] = store_i64,
                                                [CX_U64] = store_u64,
                                                [CX_F32] = store_f32,
                                                [CX_F64] = store_f64};

static cx__csv_fault store_missing(const column *c, int64_t row)
{
    if (c->stored == CX_CAT)
        ((int32_t *)(void *)c->data)[row] = -1;
    else if (c->stored == CX_F64)
        ((double *)(void *)c->data)[row] = NAN;
    else if (c->stored == CX_F32)
        ((float *)(void *)c->data)[row] = NAN;
    else
        return CX__CSV_MISSING;
    return CX__CSV_FINE;
}

static cx__csv_fault store_text(const column *c, piece *p, const cx__csv_field *f,
                                cx__text *scratch, int64_t row)
{
    size_t n;
    const char *const s = cx__csv_plain(f, scratch, &n);
    if (s == NULL) return CX__CSV_NOMEM;
    if (cx__utf8_valid(s, n) != n) return CX__CSV_UTF8;
    const int code = cx__intern(&p->texts[c->cat], s, n);
    ((int32_t *)(void *)c->data)[row] = code;
    return code < 0 ? CX__CSV_NOMEM : CX__CSV_FINE;
}

/* The field at the cursor if it is a plain number of the column's type. */
static bool store_plain(const reader *r, const column *c, cx__csv_cursor *at, int64_t row)
{
    const char *p = at->at;
    bool last;
    if (!may_be_plain(r, p, at->end)) return false;
    if (c->stored == CX_F64) {
        double v;
        const char *const q = cx__read_f64(p, at->end, &v);
        const char *const next = q == p ? NULL : past_end(r, q, at->end, &last);
        if (next == NULL) return false;
        ((double *)(void *)c->data)[row] = v;
        at->at = next;
        return true;
    }
    if (c->stored != CX_I64) return false;
    const bool minus = *p == '-';
    if (minus) p++;
    const char *const first = p;
    int64_t v = 0;
    while (cx__is_digit(p, at->end) && p - first < 18) v = v * 10 + (*p++ - '0');
    const char *const next = p == first ? NULL : past_end(r, p, at->end, &last);
    if (minus) v = -v;
    if (next == NULL || v < c->low || (v > 0 && (uint64_t)v > c->high)) return false;
    ((int64_t *)(void *)c->data)[row] = v;
    at->at = next;
    return true;
}

static void store_piece(const reader *r, piece *p)
{
    cx__csv_cursor c = {.at = p->from, .end = p->to, .delimiter = r->delimiter};
    cx__text scratch = {0};
    for (int64_t row = 0; row < p->rows && p->error.fault == CX__CSV_FINE; row++) {
        (void)cx__csv_more(&c);
        for (int k = 0; k < r->count; k++) {
            const column *const col = &r->columns[k];
            cx__csv_field f;
            const char *s, *end;
            if (store_plain(r, col, &c, p->first_row + row)) continue;
            (void)cx__csv_next(&c, &f); /* pass 1 has seen that it is well formed */
            cx__csv_trim(&f, &s, &end);
            const int64_t at = p->first_row + row;
            const cx__csv_fault fault =
                cx__csv_is_missing(&r->missing, s, end) ? store_missing(col, at)
                : col->stored == CX_CAT                 ? store_text(col, p, &f, &scratch, at)
                                                        : stores[col->stored](col, s, end, at);
            if (fault != CX__CSV_FINE) {
                p->error = (cx__csv_error){.fault = fault, .at = f.s, .n = f.n, .detail = k};
                break;
            }
        }
    }
    cx__text_free(&scratch);
}

static void store(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const r = ctx;
    for (int64_t i = lo; i < hi; i++) store_piece(r, &r->pieces[i]);
}

static cx_status allocate(reader *r)
{
    r->rows = 0;
    for (int64_t i = 0; i < r->piece_count; i++) {
        r->pieces[i].first_row = r->rows;
        r->rows += r->pieces[i].rows;
    }
    for (int k = 0; k < r->count; k++) {
        column *const c = &r->columns[k];
        choose_type(r, k);
        if (c->stored == CX_CAT) c->cat = r->cats++;
        c->data = cx__calloc((size_t)r->rows + 1, cx_dtype_size(c->stored));
        if (c->data == NULL)
            return cx__fail_nomem(r->where, c->name, (size_t)r->rows * cx_dtype_size(c->stored));
    }
    for (int64_t i = 0; i < r->piece_count && r->cats > 0; i++) {
        r->pieces[i].texts = cx__calloc((size_t)r->cats, sizeof(cx__interner));
        if (r->pieces[i].texts == NULL)
            return cx__fail_nomem(r->where, "categories", (size_t)r->cats * sizeof(cx__interner));
    }
    return CX_OK;
}

/* ---- columns to arrays */

/* One dictionary of the pieces' dictionaries, in the order of the text. */
static cx_status merge_texts(const reader *r, const column *c, cx__interner *all)
{
    for (int64_t i = 0; i < r->piece_count; i++) {
        const piece *const p = &r->pieces[i];
        const cx__interner *const in = &p->texts[c->cat];
        int32_t *const map = cx__alloc(((size_t)in->count + 1) * sizeof *map);
        bool whole = map != NULL;
        for (int k = 0; k < in->count && whole; k++) {
            const char *const s = cx__interned(in, k);
            map[k] = cx__intern(all, s, strlen(s));
            whole = map[k] >= 0;
        }
        int32_t *const codes = (int32_t *)(void *)c->data + p->first_row;
        for (int64_t row = 0; row < p->rows && whole; row++)
            if (codes[row] >= 0) codes[row] = map[codes[row]];
        cx__free(map);
        if (!whole) return cx__fail_nomem(r->where, "categories", all->len);
    }
    return CX_OK;
}

static cx_status finish_column(const reader *r, column *c, cx_array **out)
{
    char *const data = c->data;
    if (c->stored == CX_CAT) {
        cx__interner all = {0};
        cx_status st = merge_texts(r, c, &all);
        if (st == CX_OK) {
            c->data = NULL;
            st = cx__io_categories(r->where, &all, (int32_t *)(void *)data, 1, &r->rows, out);
        }
        cx__interner_free(&all);
        return st;
    }
    c->data = NULL;
    CX__TRY(cx__io_adopt(data, data, 1, &r->rows, c->stored, out));
    if (c->dtype != c->stored) *out = cx_astype(*out, c->dtype);
    return cx_status_of(*out);
}

static cx_status finish(reader *r, cx_table **out)
{
    const char **const names = cx__calloc((size_t)r->count + 1, sizeof *names);
    const cx_array **const columns = cx__calloc((size_t)r->count + 1, sizeof *columns);
    cx_status st = CX_OK;
    if (names == NULL || columns == NULL)
        st = cx__fail_nomem(r->where, "columns", (size_t)r->count * sizeof *names);
    for (int k = 0; k < r->count && st == CX_OK; k++) {
        cx_array *a;
        names[k] = r->columns[k].name;
        st = finish_column(r, &r->columns[k], &a);
        if (st == CX_OK) columns[k] = a;
    }
    if (st == CX_OK)
        st = cx__table_new(r->where, (cx_names){r->count, names}, (cx_arrays){r->count, columns},
                           r->rows, out);
    cx__free(names);
    cx__free(columns);
    return st;
}

/* ---- the first line and the options */

static cx_status add_column(reader *r, const cx__csv_field *f, bool named, int *room)
{
    if (r->count == *room) {
        if (*room > 1 << 24)
            return cx__fail(CX_E_PARSE, r->where, "line 1: more than %d columns", *room);
        const int more = *room == 0 ? 16 : *room * 2;
        column *const grown = cx__realloc(r->columns, (size_t)more * sizeof *grown);
        if (grown == NULL) return cx__fail_nomem(r->where, "columns", (size_t)more * sizeof *grown);
        r->columns = grown;
        *room = more;
    }
    cx__text name = {0}, scratch = {0};
    size_t n = 0;
    const char *const s = named ? cx__csv_plain(f, &scratch, &n) : "";
    if (s != NULL && n > 0)
        cx__text_put(&name, s, n);
    else
        cx__text_f(&name, "x%d", r->count);
    const bool whole = s != NULL && !name.failed;
    cx__text_free(&scratch);
    if (!whole) {
        cx__text_free(&name);
        return cx__fail_nomem(r->where, "a name", n);
    }
    r->columns[r->count++] = (column){.name = name.at};
    if (cx__utf8_valid(name.at, name.len) != name.len) {
        const cx__csv_error e = {.fault = CX__CSV_UTF8, .at = f->s};
        return cx__csv_fail(r->where, r->file, &e, "", "", 0);
    }
    return CX_OK;
}

static cx_status read_first_line(reader *r, bool named)
{
    cx__csv_cursor c = {.at = r->body, .end = r->end, .delimiter = r->delimiter};
    if (!cx__csv_more(&c))
        return cx__fail(CX_E_PARSE, r->where, "line 1: the file is empty; expected %s",
                        named ? "column names" : "a record");
    cx__csv_field f = {.last = false};
    int room = 0;
    while (!f.last) {
        if (!cx__csv_next(&c, &f)) return cx__csv_fail(r->where, r->file, &c.error, "", "", 0);
        CX__TRY(add_column(r, &f, named, &room));
    }
    if (named) r->body = c.at;
    cx__interner seen = {0};
    cx_status st = CX_OK;
    for (int k = 0; k < r->count && st == CX_OK; k++) {
        const char *const name = r->columns[k].name;
        const int code = cx__intern(&seen, name, strlen(name));
        if (code < 0)
            st = cx__fail_nomem(r->where, "names", seen.len);
        else if (code != k)
            st = cx__fail(CX_E_PARSE, r->where,
                          "line 1: the column name '%.120s' occurs twice (columns %d and %d)", name,
                          code + 1, k + 1);
    }
    cx__interner_free(&seen);
    return st;
}

/* No such column: say which one may be meant. */
static cx_status unknown_column(const reader *r, const char *name)
{
    const char **const words = cx__calloc((size_t)r->count + 1, sizeof *words);
    if (words == NULL) return cx__fail_nomem(r->where, "names", (size_t)r->count * sizeof *words);
    for (int k = 0; k < r->count; k++) words[k] = r->columns[k].name;
    const char *const near = cx__nearest(name, words);
    const cx_status st = near == NULL
                             ? cx__fail(CX_E_ARGUMENT, r->where, "types: no column '%s'", name)
                             : cx__fail(CX_E_ARGUMENT, r->where,
                                        "types: no column '%s'; did you mean '%s'?", name, near);
    cx__free(words);
    return st;
}

/* One "name: dtype" of the option; n bytes, blanks around both. */
static cx_status pin(reader *r, const char *s, size_t n)
{
    const char *colon = NULL;
    for (size_t i = 0; i < n; i++)
        if (s[i] == ':') colon = s + i;
    if (colon == NULL)
        return cx__fail(CX_E_ARGUMENT, r->where, "types: expected 'name: dtype', found '%.*s'",
                        (int)(n > 80 ? 80 : n), s);
    const cx__csv_field left = {.s = s, .n = (size_t)(colon - s)},
                        right = {.s = colon + 1, .n = (size_t)(s + n - colon - 1)};
    const char *a, *b, *c, *d;
    cx__csv_trim(&left, &a, &b);
    cx__csv_trim(&right, &c, &d);
    if (b - a >= 2 && (*a == '\'' || *a == '"') && b[-1] == *a) {
        a++;
        b--;
    }
    char *const name = cx__strndup(a, (size_t)(b - a)), *const type =
                                                            cx__strndup(c, (size_t)(d - c));
    cx_status st = name == NULL || type == NULL ? cx__fail_nomem(r->where, "types", n) : CX_OK;
    cx_dtype t = CX_DTYPE_NONE;
    if (st == CX_OK && cx_dtype_parse(type, &t) != CX_OK)
        st =
            cx__fail(CX_E_ARGUMENT, r->where, "types: '%s' of column '%s' is no dtype", type, name);
    if (st == CX_OK && cx_dtype_kind(t) == 'c')
        st = cx__fail(CX_E_ARGUMENT, r->where, "types: column '%s' cannot be read as %s", name,
                      cx_dtype_name(t));
    bool found = false;
    for (int k = 0; k < r->count && st == CX_OK && !found; k++)
        if (strcmp(r->columns[k].name, name) == 0) {
            r->columns[k].wanted = t;
            found = true;
        }
    if (st == CX_OK && !found) st = unknown_column(r, name);
    cx__free(name);
    cx__free(type);
    return st;
}

static cx_status pin_types(reader *r, const char *types)
{
    const char *s = types;
    while (s != NULL && *s != '\0') {
        const char *p = s;
        char quote = '\0';
        for (; *p != '\0' && (quote != '\0' || *p != ','); p++)
            if (quote != '\0')
                quote = *p == quote ? '\0' : quote;
            else if (*p == '\'' || *p == '"')
                quote = *p;
        const cx__csv_field item = {.s = s, .n = (size_t)(p - s)};
        const char *a, *b;
        cx__csv_trim(&item, &a, &b);
        if (a != b) CX__TRY(pin(r, a, (size_t)(b - a)));
        s = *p == '\0' ? NULL : p + 1;
    }
    return CX_OK;
}

static cx_status read_body(reader *r, cx_table **out)
{
    CX__TRY(cut(r));
    for (int64_t i = 0; i < r->piece_count; i++)
        if ((r->pieces[i].flags = cx__calloc((size_t)r->count, 1)) == NULL)
            return cx__fail_nomem(r->where, "types", (size_t)r->count);
    CX__TRY(cx__parallel_for(r->piece_count, 1, survey, r));
    CX__TRY(tell(r));
    CX__TRY(allocate(r));
    CX__TRY(cx__parallel_for(r->piece_count, 1, store, r));
    CX__TRY(tell(r));
    return finish(r, out);
}

static void free_reader(reader *r)
{
    for (int64_t i = 0; i < r->piece_count; i++) {
        cx__free(r->pieces[i].flags);
        for (int k = 0; r->pieces[i].texts != NULL && k < r->cats; k++)
            cx__interner_free(&r->pieces[i].texts[k]);
        cx__free(r->pieces[i].texts);
    }
    for (int k = 0; k < r->count; k++) {
        cx__free(r->columns[k].name);
        cx__free(r->columns[k].data);
    }
    cx__free(r->columns);
    cx__free(r->pieces);
    cx__free(r->inside);
}

cx_status cx__csv_decode(const char *where, const char *text, size_t size, const cx_csv_opts *o,
                         cx_table **out)
{
    static const cx_csv_opts defaults = {.struct_size = sizeof defaults};
    if (o == NULL) o = &defaults;
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu: make options with CX_OPTS",
                        o->struct_size);
    const char d = o->delimiter == '\0' ? ',' : o->delimiter;
    if (d == '"' || d == '\n' || d == '\r' || (unsigned char)d >= 0x80)
        return cx__fail(CX_E_ARGUMENT, where, "byte 0x%02x cannot be the delimiter",
                        (unsigned)(unsigned char)d);
    if (o->max_rows < 0)
        return cx__fail(CX_E_ARGUMENT, where, "max_rows is %lld", (long long)o->max_rows);
    if (size == 0) text = "";
    reader r = {.where = where,
                .file = text,
                .body = text,
                .end = text + size,
                .delimiter = d,
                .max_rows = o->max_rows,
                .plain = strchr("+-.eE0123456789", d) == NULL};
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) r.file = r.body = text + 3;
    cx__csv_missing_init(&r.missing, o->missing == NULL ? "NA, NaN, nan" : o->missing);
    cx_status st = read_first_line(&r, !o->no_header);
    if (st == CX_OK) st = pin_types(&r, o->types);
    if (st == CX_OK) st = read_body(&r, out);
    free_reader(&r);
    return st;
}

cx_table *cx_read_csv(const char *path, const cx_csv_opts *o)
{
    static const char where[] = "read_csv";
    const cx_scope s = cx_scope_open();
    char *text = NULL;
    size_t size = 0;
    cx_table *t = NULL;
    cx_status st = cx__gzip_read(where, path, &text, &size);
    if (st == CX_OK) st = cx__io_in_file(path, cx__csv_decode(where, text, size, o, &t));
    cx__free(text);
    const cx_status closed = cx_scope_close(s);
    return cx__yield(st != CX_OK ? st : closed, where, t);
}
