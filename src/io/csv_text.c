/* The CSV tokenizer: RFC 4180, one field at a time, no copies. The one idea: quotes open a field
 * or are doubled inside one, never else, so that the number of quotes before a byte tells
 * whether it lies inside a field. Knows no table and no type. */
#include "io/csv.h"
#include <string.h>

bool cx__csv_more(cx__csv_cursor *c)
{
    while (c->at < c->end) {
        if (*c->at == '\n')
            c->at++;
        else if (*c->at == '\r' && c->end - c->at > 1 && c->at[1] == '\n')
            c->at += 2;
        else
            return true;
    }
    return false;
}

static bool fault(cx__csv_cursor *c, cx__csv_fault what, const char *at)
{
    c->error = (cx__csv_error){.fault = what, .at = at};
    return false;
}

/* What ends a field: the delimiter, a line end, the end of the text. */
static bool ended(cx__csv_cursor *c, cx__csv_field *f, cx__csv_fault otherwise)
{
    f->last = true;
    if (c->at == c->end) return true;
    const char ch = *c->at;
    if (ch == c->delimiter) {
        c->at++;
        f->last = false;
        return true;
    }
    if (ch == '\n') {
        c->at++;
        return true;
    }
    if (ch == '\r') {
        if (c->end - c->at > 1 && c->at[1] != '\n') return fault(c, CX__CSV_LONE_CR, c->at);
        c->at += c->end - c->at > 1 ? 2 : 1;
        return true;
    }
    return fault(c, ch == '\0' ? CX__CSV_NUL : otherwise, c->at);
}

static bool quoted(cx__csv_cursor *c, cx__csv_field *f)
{
    const char *const open = c->at++;
    f->s = c->at;
    for (;;) {
        const char *const q = memchr(c->at, '"', (size_t)(c->end - c->at));
        if (q == NULL) return fault(c, CX__CSV_OPEN_QUOTE, open);
        c->at = q + 1;
        if (c->at == c->end || *c->at != '"') break;
        f->doubled = true;
        c->at++;
    }
    f->n = (size_t)(c->at - 1 - f->s);
    const char *const nul = memchr(f->s, '\0', f->n);
    if (nul != NULL) return fault(c, CX__CSV_NUL, nul);
    return ended(c, f, CX__CSV_AFTER_QUOTE);
}

bool cx__csv_next(cx__csv_cursor *c, cx__csv_field *f)
{
    f->doubled = false;
    if (c->at < c->end && *c->at == '"') return quoted(c, f);
    const char *p = c->at;
    const char delimiter = c->delimiter;
    while (p < c->end && *p != delimiter && *p != '\n' && *p != '\r' && *p != '"' && *p != '\0')
        p++;
    f->s = c->at;
    f->n = (size_t)(p - c->at);
    c->at = p;
    return ended(c, f, CX__CSV_STRAY_QUOTE);
}

const char *cx__csv_plain(const cx__csv_field *f, cx__text *scratch, size_t *n)
{
    if (!f->doubled) {
        *n = f->n;
        return f->s;
    }
    scratch->len = 0;
    const char *s = f->s, *const end = s + f->n;
    while (s < end) {
        const char *const q = memchr(s, '"', (size_t)(end - s));
        const char *const stop = q == NULL ? end : q + 1;
        cx__text_put(scratch, s, (size_t)(stop - s));
        s = q == NULL ? end : q + 2;
    }
    *n = scratch->len;
    return scratch->failed ? NULL : scratch->at;
}

void cx__csv_trim(const cx__csv_field *f, const char **s, const char **end)
{
    const char *a = f->s, *b = a + f->n;
    while (a < b && (*a == ' ' || *a == '\t')) a++;
    while (a < b && (b[-1] == ' ' || b[-1] == '\t')) b--;
    *s = a;
    *end = b;
}

/* The next of a comma-separated list without blanks around it; false at the end. */
static bool next_word(const char **list, const char **s, size_t *n)
{
    if (*list == NULL) return false;
    const char *const comma = strchr(*list, ',');
    const cx__csv_field whole = {.s = *list,
                                 .n = comma == NULL ? strlen(*list) : (size_t)(comma - *list)};
    const char *end;
    cx__csv_trim(&whole, s, &end);
    *n = (size_t)(end - *s);
    *list = comma == NULL ? NULL : comma + 1;
    return true;
}

void cx__csv_missing_init(cx__csv_missing *m, const char *list)
{
    *m = (cx__csv_missing){.list = list};
    const char *s;
    size_t n;
    while (next_word(&list, &s, &n))
        if (n > 0) m->first[(unsigned char)*s] = true;
}

bool cx__csv_is_missing(const cx__csv_missing *m, const char *s, const char *end)
{
    if (s == end) return true;
    if (!m->first[(unsigned char)*s]) return false;
    const char *list = m->list, *word;
    size_t n;
    while (next_word(&list, &word, &n))
        if (n == (size_t)(end - s) && memcmp(word, s, n) == 0) return true;
    return false;
}

cx_status cx__csv_fail(const char *where, const char *file, const cx__csv_error *e,
                       const char *name, const char *what, int64_t want)
{
    static const char *const plain[] = {
        [CX__CSV_STRAY_QUOTE] = "a quote inside a field that does not start with one",
        [CX__CSV_AFTER_QUOTE] =
            "text after the closing quote; expected the delimiter or the end of the line",
        [CX__CSV_OPEN_QUOTE] = "the quoted field is never closed",
        [CX__CSV_LONE_CR] = "a carriage return without a line feed",
        [CX__CSV_NUL] = "a NUL byte",
        [CX__CSV_UTF8] = "not valid UTF-8",
    };
    if (e->fault == CX__CSV_NOMEM) return cx__fail_nomem(where, "categories", e->n);
    long long line, column;
    cx__io_place(file, e->at, &line, &column);
    const int shown = e->n > 60 ? 60 : (int)e->n;
    if (e->fault == CX__CSV_COUNT)
        return cx__fail(CX_E_PARSE, where, "line %lld: %lld fields, expected %lld", line,
                        (long long)e->detail, (long long)want);
    if (e->fault == CX__CSV_VALUE)
        return cx__fail(CX_E_PARSE, where, "line %lld, column %lld: '%.*s' in '%.80s' is no %s",
                        line, column, shown, e->at, name, what);
    if (e->fault == CX__CSV_MISSING)
        return cx__fail(CX_E_PARSE, where,
                        "line %lld, column %lld: no value in '%.80s', and %s has none for that",
                        line, column, name, what);
    return cx__fail(CX_E_PARSE, where, "line %lld, column %lld: %s", line, column, plain[e->fault]);
}
