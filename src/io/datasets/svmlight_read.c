/* svmlight text ("label qid:q index:value ... # comment") to dense matrices, in parallel. The one
 * idea: fixed pieces of whole lines are walked twice, first for rows and indices, so that the size
 * of the matrix is known and refused before it is made, then for values straight into it. Nothing
 * in the text is trusted; errors do not depend on the number of threads. */
#include "base/alloc.h"
#include "base/number.h"
#include "base/size.h"
#include "base/threads.h"
#include "io/datasets/svmlight.h"
#include "io/gzip.h"
#include "io/text/text.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/sort.h>
#include <string.h>

typedef enum fault { FINE, PAIR, INDEX, ORDER, VALUE, LABEL, QUERY, NO_QUERY, MEMORY } fault;

typedef struct piece {
    const char *from, *to;
    int64_t rows, first_row;
    int64_t low, high;   /* of the indices; INT64_MAX and -1 if there are none */
    int64_t queries;     /* rows with qid */
    const char *unasked; /* the first row without */
    fault what;          /* the first error: what, and the text that it is about */
    const char *bad, *bad_end;
    cx__text labels; /* float64, of several a row */
} piece;

typedef struct reader {
    const char *where;
    const cx_load_svmlight_opts *o;
    const cx__svmlight_text *in;
    const char *body, *end;
    piece *pieces;
    int64_t piece_count, rows, columns, first; /* first: the index of column 0 */
    int64_t low, high, queries;
    bool narrow; /* float32 */
    char *x;     /* NULL while rows and indices are looked at */
    double *y;
    int64_t *query, *label_count;
} reader;

/* ---- lines and tokens */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next word in [*at, end); false at the end. */
static bool next_word(const char **at, const char *end, const char **s, const char **e)
{
    while (*at < end && is_blank(**at)) (*at)++;
    *s = *at;
    while (*at < end && !is_blank(**at)) (*at)++;
    *e = *at;
    return *s < *e;
}

/* The next line with words, [*s, *e) without its comment; false at the end. */
static bool next_row(const char **at, const char *end, const char **s, const char **e)
{
    while (*at < end) {
        const char *const q = memchr(*at, '\n', (size_t)(end - *at));
        const char *const stop = q == NULL ? end : q;
        const char *const mark = memchr(*at, '#', (size_t)(stop - *at));
        *s = *at;
        *e = mark == NULL ? stop : mark;
        *at = q == NULL ? end : q + 1;
        while (*s < *e && is_blank(**s)) (*s)++;
        if (*s < *e) return true;
    }
    return false;
}

static bool fail_at(piece *p, fault what, const char *s, const char *e)
{
    p->what = what;
    p->bad = s;
    p->bad_end = e;
    return false;
}

static bool number(const char *s, const char *e, double *out)
{
    return s < e && cx__read_f64(s, e, out) == e;
}

/* ---- one row: looked at (x NULL), then stored */

static bool read_labels(const reader *d, piece *p, const char *s, const char *e, int64_t row)
{
    double v;
    if (!d->o->multilabel) return number(s, e, &d->y[row]) ? true : fail_at(p, LABEL, s, e);
    for (const char *stop = s; stop != e; s = stop + 1) {
        const char *const comma = memchr(s, ',', (size_t)(e - s));
        stop = comma == NULL ? e : comma;
        if (!number(s, stop, &v)) return fail_at(p, LABEL, s, stop);
        cx__text_put(&p->labels, (const char *)&v, sizeof v);
        d->label_count[row]++;
    }
    return p->labels.failed ? fail_at(p, MEMORY, s, e) : true;
}

static bool read_query(const reader *d, piece *p, const char *s, const char *e, int64_t row)
{
    const char *const colon = memchr(s, ':', (size_t)(e - s));
    p->queries += d->x == NULL;
    if (colon == NULL) return fail_at(p, QUERY, s, e);
    if (d->query == NULL) return true;
    return colon + 1 < e && cx__parse_i64(colon + 1, e, &d->query[row]) == e
               ? true
               : fail_at(p, QUERY, s, e);
}

static bool read_pair(const reader *d, piece *p, const char *s, const char *e, int64_t *last,
                      int64_t row)
{
    const char *const colon = memchr(s, ':', (size_t)(e - s));
    int64_t k;
    if (colon == NULL || colon == s || cx__parse_i64(s, colon, &k) != colon)
        return fail_at(p, PAIR, s, e);
    const int64_t least = d->o->zero_based == CX_SVMLIGHT_ONE_BASED;
    if (k < least || k == INT64_MAX) return fail_at(p, INDEX, s, colon);
    if (k <= *last) return fail_at(p, ORDER, s, colon);
    *last = k;
    if (d->x == NULL) {
        if (k < p->low) p->low = k;
        if (k > p->high) p->high = k;
        return true;
    }
    double v;
    if (!number(colon + 1, e, &v)) return fail_at(p, VALUE, colon + 1, e);
    const size_t at = (size_t)row * (size_t)d->columns + (size_t)(k - d->first);
    if (d->narrow)
        ((float *)(void *)d->x)[at] = (float)v;
    else
        ((double *)(void *)d->x)[at] = v;
    return true;
}

static bool read_row(const reader *d, piece *p, const char *s, const char *e, int64_t row)
{
    const char *at = s, *a, *b;
    int64_t last = -1;
    (void)next_word(&at, e, &a, &b);
    if (d->o->multilabel && memchr(a, ':', (size_t)(b - a)) != NULL)
        at = a; /* no label at all */
    else if (d->x != NULL && !read_labels(d, p, a, b, row))
        return false;
    bool first = true, asked = false;
    for (; next_word(&at, e, &a, &b); first = false) {
        if (first && b - a >= 3 && memcmp(a, "qid", 3) == 0) {
            asked = true;
            if (!read_query(d, p, a, b, row)) return false;
        } else if (!read_pair(d, p, a, b, &last, row))
            return false;
    }
    if (!asked && p->unasked == NULL) p->unasked = s;
    return true;
}

static void look(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const d = ctx;
    for (int64_t i = lo; i < hi; i++) {
        piece *const p = &d->pieces[i];
        const char *at = p->from, *s, *e;
        while (next_row(&at, p->to, &s, &e) && read_row(d, p, s, e, 0)) p->rows++;
    }
}

static void store(void *ctx, int64_t lo, int64_t hi)
{
    const reader *const d = ctx;
    for (int64_t i = lo; i < hi; i++) {
        piece *const p = &d->pieces[i];
        const char *at = p->from, *s, *e;
        for (int64_t row = p->first_row; next_row(&at, p->to, &s, &e); row++)
            if (!read_row(d, p, s, e, row)) break;
    }
}

/* ---- errors */

static cx_status tell_at(const reader *d, fault what, const char *bad, const char *bad_end)
{
    static const char *const text[][2] = {
        [PAIR] = {"'", "' is no index:value"},
        [INDEX] = {"there is no index ", ""},
        [ORDER] = {"index ", " does not come after the one before it"},
        [VALUE] = {"'", "' is no number"},
        [LABEL] = {"'", "' is no label"},
        [QUERY] = {"'", "' is no qid:integer"},
        [NO_QUERY] = {"the row of '", "' has no qid, others have one"},
    };
    if (what == MEMORY) return cx__fail_nomem(d->where, "labels", sizeof(double));
    long long line, column;
    cx__io_place(d->in->text, bad, &line, &column);
    const int n = bad_end - bad > 60 ? 60 : (int)(bad_end - bad);
    const cx_status st = cx__fail(CX_E_PARSE, d->where, "line %lld, column %lld: %s%.*s%s", line,
                                  column, text[what][0], n, bad, text[what][1]);
    return d->in->path == NULL ? st : cx__io_in_file(d->in->path, st);
}

static cx_status tell(const reader *d)
{
    for (int64_t i = 0; i < d->piece_count; i++) {
        const piece *const p = &d->pieces[i];
        if (p->what != FINE) return tell_at(d, p->what, p->bad, p->bad_end);
    }
    return CX_OK;
}

/* ---- the part of the text that is read, and what is in it */

/* With an offset the line that it falls into belongs to another call, and reading ends after the
 * first row that ends behind offset + length. */
static void choose_part(reader *d)
{
    const int64_t size = d->end - d->body, offset = d->o->offset, length = d->o->length;
    const char *const start = d->body, *s, *e;
    if (offset > 0) {
        const char *const from = start + (offset < size ? offset : size);
        const char *const q = memchr(from, '\n', (size_t)(d->end - from));
        d->body = q == NULL ? d->end : q + 1;
    }
    if (length <= 0 || length >= size - offset) return;
    const char *const limit = start + offset + length;
    const char *at = limit; /* back to where its line begins */
    while (at > d->body && at[-1] != '\n') at--;
    if (at < d->body) at = d->body;
    if (next_row(&at, d->end, &s, &e)) d->end = at;
}

static cx_status survey(reader *d)
{
    choose_part(d);
    const int64_t n = cx__text_pieces(d->body, d->end);
    d->pieces = cx__calloc((size_t)n, sizeof *d->pieces);
    if (d->pieces == NULL) return cx__fail_nomem(d->where, "pieces", (size_t)n * sizeof *d->pieces);
    d->piece_count = n;
    for (int64_t i = 0; i < n; i++)
        d->pieces[i] = (piece){.from = cx__text_piece(d->body, d->end, i),
                               .to = cx__text_piece(d->body, d->end, i + 1),
                               .low = INT64_MAX,
                               .high = -1};
    CX__TRY(cx__parallel_for(n, 1, look, d));
    CX__TRY(tell(d));
    const char *unasked = NULL, *s, *e;
    for (int64_t i = 0; i < n; i++) {
        const piece *const p = &d->pieces[i];
        d->pieces[i].first_row = d->rows;
        d->rows += p->rows;
        d->queries += p->queries;
        d->low = p->low < d->low ? p->low : d->low;
        d->high = p->high > d->high ? p->high : d->high;
        if (unasked == NULL) unasked = p->unasked;
    }
    if (!d->o->query_id || d->queries == 0 || unasked == NULL) return CX_OK;
    const char *at = unasked;
    (void)next_word(&at, d->end, &s, &e);
    return tell_at(d, NO_QUERY, s, e);
}

/* ---- arrays */

/* rows x columns of item bytes, unless the machine (or the limit of the pool) has no such memory: a
 * few bytes of text may name any index. */
static cx_status check_size(const reader *d, const char *what, int64_t columns, size_t item)
{
    enum { SMALL = 1 << 26 };
    size_t bytes = 0;
    const bool fits = cx__mul_size((size_t)d->rows, (size_t)columns, &bytes) &&
                      cx__mul_size(bytes, item, &bytes) && bytes <= INT64_MAX;
    if (fits && bytes <= SMALL) return CX_OK;
    cx_device_info info;
    CX__TRY(cx_device_info_get(CX_CPU, &info));
    const size_t limit = cx_memory_stats(CX_CPU).limit;
    const size_t most = limit > 0 && limit < info.memory_total ? limit : info.memory_total;
    if (fits && bytes <= most) return CX_OK;
    return cx__fail(CX_E_NOMEM, d->where,
                    "%lld rows of %lld %s are too large for a dense matrix in %zu bytes of memory",
                    (long long)d->rows, (long long)columns, what, most);
}

static cx_status room(cx_array **a, cx_shape shape, cx_dtype t, const char *where, void *data)
{
    cx_view v;
    *a = cx_zeros(shape, t, CX_CPU);
    CX__TRY(cx_status_of(*a));
    CX__TRY(cx__view_of(where, *a, &v));
    memcpy(data, &v.data, sizeof v.data);
    return CX_OK;
}

/* The labels of all rows as one row of 0 and 1 each. */
static cx_status mark_labels(const reader *d, cx_svmlight *out)
{
    cx__text all = {0};
    for (int64_t i = 0; i < d->piece_count; i++)
        cx__text_put(&all, d->pieces[i].labels.at, d->pieces[i].labels.len);
    const int64_t n = (int64_t)(all.len / sizeof(double));
    cx_array *const flat =
        all.failed ? NULL : cx_copy_host(n == 0 ? (const void *)"" : all.at, CX_SHAPE(n), CX_F64);
    const cx_status st =
        all.failed ? cx__fail_nomem(d->where, "labels", all.cap) : cx_status_of(flat);
    cx__text_free(&all);
    if (st != CX_OK) return st;
    const cx_unique_result u = cx_unique(flat, CX_OPTS(cx_unique_opts, .return_inverse = true));
    CX__TRY(cx__so_far());
    const int64_t k = cx_size(u.values), *const code = cx_data_i64(u.inverse);
    int64_t *y;
    CX__TRY(check_size(d, "labels", k, sizeof *y));
    CX__TRY(room(&out->y, CX_SHAPE(d->rows, k), CX_I64, d->where, &y));
    out->labels = u.values;
    for (int64_t row = 0, at = 0; row < d->rows; row++)
        for (int64_t i = 0; i < d->label_count[row]; i++) y[row * k + code[at++]] = 1;
    return CX_OK;
}

static cx_status read_values(reader *d, cx_svmlight *out)
{
    const cx_dtype t = d->o->dtype == CX_DTYPE_NONE ? CX_F64 : d->o->dtype;
    const cx_dtype stored = t == CX_F32 ? CX_F32 : CX_F64;
    d->narrow = stored == CX_F32;
    CX__TRY(check_size(d, "features", d->columns, cx_dtype_size(stored)));
    CX__TRY(room(&out->x, CX_SHAPE(d->rows, d->columns), stored, d->where, &d->x));
    if (d->o->query_id)
        CX__TRY(room(&out->query_id, CX_SHAPE(d->queries), CX_I64, d->where, &d->query));
    cx_array *counts;
    if (d->o->multilabel)
        CX__TRY(room(&counts, CX_SHAPE(d->rows), CX_I64, d->where, &d->label_count));
    else
        CX__TRY(room(&out->y, CX_SHAPE(d->rows), CX_F64, d->where, &d->y));
    if (d->rows > 0) CX__TRY(cx__parallel_for(d->piece_count, 1, store, d));
    CX__TRY(tell(d));
    if (d->o->multilabel) CX__TRY(mark_labels(d, out));
    if (t != stored) out->x = cx_astype(out->x, t);
    return cx__so_far();
}

/* ---- all files */

static cx_status check_options(const char *where, const cx_load_svmlight_opts *o)
{
    const bool part = o->offset != 0 || o->length > 0;
    if (o->n_features < 0 || (part && o->n_features == 0))
        return cx__fail(CX_E_ARGUMENT, where, "n_features is %lld%s", (long long)o->n_features,
                        part ? ", and a part of a file needs it" : "");
    if (o->offset < 0)
        return cx__fail(CX_E_ARGUMENT, where, "offset is %lld", (long long)o->offset);
    if ((unsigned)o->zero_based > CX_SVMLIGHT_ONE_BASED)
        return cx__fail(CX_E_ARGUMENT, where, "zero_based is %d", (int)o->zero_based);
    if (o->dtype != CX_DTYPE_NONE && (cx_dtype_size(o->dtype) == 0 || o->dtype == CX_CAT))
        return cx__fail(CX_E_DTYPE, where, "%s is no dtype of features", cx_dtype_name(o->dtype));
    return CX_OK;
}

/* Do indices count from 1? Unless it is said, when every text has some and none is 0; a part of a
 * file cannot tell. */
static bool from_one(const cx_load_svmlight_opts *o, int count, const reader *d)
{
    if (o->zero_based != CX_SVMLIGHT_AUTO) return o->zero_based == CX_SVMLIGHT_ONE_BASED;
    bool all = o->offset == 0 && o->length <= 0;
    for (int i = 0; i < count; i++) all = all && d[i].high >= 0 && d[i].low > 0;
    return all;
}

static cx_status read_all(const cx_load_svmlight_opts *o, int count, reader *d, cx_svmlight *out)
{
    for (int i = 0; i < count; i++) CX__TRY(survey(&d[i]));
    const int64_t first = from_one(o, count, d);
    int64_t columns = 1;
    for (int i = 0; i < count; i++)
        if (d[i].high - first + 1 > columns) columns = d[i].high - first + 1;
    if (o->n_features > 0 && o->n_features < columns)
        return cx__fail(CX_E_ARGUMENT, d[0].where, "n_features is %lld, but there are %lld",
                        (long long)o->n_features, (long long)columns);
    for (int i = 0; i < count; i++) {
        d[i].first = first;
        d[i].columns = o->n_features > 0 ? o->n_features : columns;
        CX__TRY(read_values(&d[i], &out[i]));
    }
    return CX_OK;
}

cx_status cx__svmlight_decode(const char *where, const cx_load_svmlight_opts *o, int count,
                              const cx__svmlight_text *in, cx_svmlight *out)
{
    CX__TRY(check_options(where, o));
    reader *const d = cx__calloc((size_t)count + 1, sizeof *d);
    if (d == NULL) return cx__fail_nomem(where, "readers", (size_t)count * sizeof *d);
    for (int i = 0; i < count; i++) {
        const char *const text = in[i].size == 0 ? "" : in[i].text;
        d[i] = (reader){.where = where,
                        .o = o,
                        .in = &in[i],
                        .body = text,
                        .end = text + in[i].size,
                        .low = INT64_MAX,
                        .high = -1};
    }
    const cx_status st = read_all(o, count, d, out);
    for (int i = 0; i < count; i++) {
        for (int64_t k = 0; k < d[i].piece_count; k++) cx__text_free(&d[i].pieces[k].labels);
        cx__free(d[i].pieces);
    }
    cx__free(d);
    return st;
}

static cx_status load(const char *where, cx_names paths, const cx_load_svmlight_opts *given,
                      cx__svmlight_text *in, cx_svmlight *out)
{
    cx_load_svmlight_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    for (int i = 0; i < paths.count; i++) {
        char *text;
        CX__TRY(cx__gzip_read(where, paths.at[i], &text, &in[i].size));
        in[i].path = paths.at[i];
        in[i].text = text;
    }
    return cx__svmlight_decode(where, &o, paths.count, in, out);
}

/* Results go to the scope around. */
static void keep(cx_scope s, cx_svmlight *r)
{
    cx_array **const part[] = {&r->x, &r->y, &r->query_id, &r->labels};
    for (int k = 0; k < 4; k++)
        if (*part[k] != NULL) *part[k] = cx_scope_keep(s, *part[k]);
}

static cx_svmlight nothing(cx_status st)
{
    return (cx_svmlight){cx__nil(st), cx__nil(st), cx__nil(st), cx__nil(st)};
}

static cx_status load_files(const char *where, cx_names paths, const cx_load_svmlight_opts *o,
                            cx_svmlight *out)
{
    const size_t n = (size_t)paths.count;
    memset(out, 0, n * sizeof *out);
    cx__svmlight_text *const in = cx__calloc(n, sizeof *in);
    if (in == NULL) return cx__fail_nomem(where, "a list", n * sizeof *in);
    const cx_scope s = cx_scope_open();
    cx_status st = load(where, paths, o, in, out);
    for (size_t i = 0; i < n; i++) {
        if (st == CX_OK) keep(s, &out[i]);
        cx__free((void *)(uintptr_t)in[i].text);
    }
    cx__free(in);
    st = cx__give_status(s, st);
    for (size_t i = 0; i < n; i++) {
        if (st != CX_OK) out[i] = nothing(st);
        if (out[i].query_id == NULL) out[i].query_id = cx__nil(CX_E_ARGUMENT);
        if (out[i].labels == NULL) out[i].labels = cx__nil(CX_E_ARGUMENT);
    }
    return st;
}

cx_svmlight cx_load_svmlight_file(const char *path, const cx_load_svmlight_opts *o)
{
    cx_svmlight out;
    const cx_status st = load_files("load_svmlight_file", CX_NAMES(path), o, &out);
    return cx__mark(st) == CX_OK ? out : nothing(st);
}

cx_status cx_load_svmlight_files(cx_names paths, const cx_load_svmlight_opts *o, cx_svmlight out[])
{
    static const char where[] = "load_svmlight_files";
    if (paths.count < 1 || paths.at == NULL || out == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "no files, or no place for the results");
    return load_files(where, paths, o, out);
}
