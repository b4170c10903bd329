/* The spec notation: Python's literals, calls of estimator classes, and `|` for make_pipeline.
 *
 * One idea: a recursive descent over text that may be hostile: length and depth are bounded
 * before anything is built, every error says where it is, and nothing is ever looked up but
 * class and parameter names. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 1 << 20, MAX_DEPTH = CX__LIT_LEVELS + 1, MAX_NAME = 63 };

typedef struct parser {
    const char *where, *text, *at, *end;
    int depth;
} parser;

static cx_status value(parser *p, cx__lit *out);

static CX__COLD CX__PRINTF(3, 4) cx_status
    bad(const parser *p, const char *at, const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return cx__fail(CX_E_PARSE, p->where, "%s (at character %td)", text, at - p->text + 1);
}

static void skip(parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}
static bool peek(parser *p, char c)
{
    skip(p);
    return p->at < p->end && *p->at == c;
}
static bool eat(parser *p, char c)
{
    if (!peek(p, c)) return false;
    p->at++;
    return true;
}
static cx_status want(parser *p, char c, const char *after)
{
    if (eat(p, c)) return CX_OK;
    if (p->at == p->end)
        return bad(p, p->at, "'%c' expected after %s, but the text ends", c, after);
    return bad(p, p->at, "'%c' expected after %s", c, after);
}
static bool name_start(const parser *p)
{
    return p->at < p->end &&
           ((*p->at >= 'a' && *p->at <= 'z') || (*p->at >= 'A' && *p->at <= 'Z') || *p->at == '_');
}
static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

static cx_status name(parser *p, char out[MAX_NAME + 1])
{
    const char *start = p->at;
    while (p->at < p->end && name_char(*p->at)) p->at++;
    const size_t n = (size_t)(p->at - start);
    if (n > MAX_NAME) return bad(p, start, "a name of %zu characters is too long", n);
    memcpy(out, start, n);
    out[n] = '\0';
    return CX_OK;
}

static cx_status number(parser *p, cx__lit *out)
{
    const char *start = p->at, *scan = p->at;
    if (*scan == '-' || *scan == '+') scan++;
    while (scan < p->end && *scan >= '0' && *scan <= '9') scan++;
    const bool whole = scan > start && scan[-1] >= '0' && scan[-1] <= '9' &&
                       (scan == p->end || (*scan != '.' && *scan != 'e' && *scan != 'E'));
    if (whole) {
        int64_t v = 0;
        const char *const digits = *start == '+' ? start + 1 : start;
        p->at = cx__parse_i64(digits, scan, &v);
        if (p->at != scan) {
            p->at = start;
            return bad(p, start, "the integer %.*s does not fit into 64 bits",
                       (int)(scan - start > 40 ? 40 : scan - start), start);
        }
        *out = cx__lit_i64(v);
    } else {
        double v = 0;
        const char *const stop = cx__parse_f64(start, p->end, &v);
        if (stop == start) return bad(p, start, "a number expected");
        p->at = stop;
        *out = cx__lit_f64(v);
    }
    if (p->at < p->end && name_char(*p->at)) return bad(p, p->at, "a number ends in '%c'", *p->at);
    return CX_OK;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static void put_utf8(cx__text *t, unsigned c)
{
    char b[3];
    size_t n = 0;
    if (c < 0x80) {
        b[n++] = (char)c;
    } else if (c < 0x800) {
        b[n++] = (char)(0xc0 | (c >> 6));
        b[n++] = (char)(0x80 | (c & 63));
    } else {
        b[n++] = (char)(0xe0 | (c >> 12));
        b[n++] = (char)(0x80 | ((c >> 6) & 63));
        b[n++] = (char)(0x80 | (c & 63));
    }
    cx__text_put(t, b, n);
}

/* One escape after the backslash. */
static cx_status escape(parser *p, cx__text *t)
{
    if (p->at == p->end) return bad(p, p->at, "the text ends inside a string");
    const char *const start = p->at;
    const char c = *p->at++;
    static const char from[] = "\\'\"nrt", to[] = "\\'\"\n\r\t";
    const char *const hit = memchr(from, c, sizeof from - 1);
    if (hit) {
        cx__text_put(t, &to[hit - from], 1);
        return CX_OK;
    }
    if (c != 'x' && c != 'u') return bad(p, start, "unknown escape \\%c", c);
    unsigned code = 0;
    for (int i = 0; i < (c == 'x' ? 2 : 4); i++, p->at++) {
        const int h = p->at < p->end ? hex(*p->at) : -1;
        if (h < 0) return bad(p, p->at, "a hexadecimal digit expected after \\%c", c);
        code = code * 16 + (unsigned)h;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        return bad(p, start, "U+%04X cannot stand in a string", code);
    put_utf8(t, code);
    return CX_OK;
}

static cx_status string(parser *p, cx__lit *out)
{
    const char *const start = p->at;
    const char quote = *p->at++;
    cx__text t = {0};
    cx__text_put(&t, "", 0);
    cx_status st = CX_OK;
    while (p->at < p->end && *p->at != quote && st == CX_OK) {
        if (*p->at == '\n')
            st = bad(p, p->at, "the line ends inside a string");
        else if (*p->at == '\\') {
            p->at++;
            st = escape(p, &t);
        } else {
            cx__text_put(&t, p->at++, 1);
        }
    }
    if (st == CX_OK && p->at == p->end) st = bad(p, start, "this string has no end");
    if (st == CX_OK && t.failed) st = cx__fail_nomem(p->where, "a string", t.len);
    if (st == CX_OK) {
        p->at++;
        char *const s = cx__strndup(t.at ? t.at : "", t.len);
        if (s)
            *out = (cx__lit){.kind = CX__LIT_STR, .count = (int)t.len, .u.s = s};
        else
            st = cx__fail_nomem(p->where, "a string", t.len);
    }
    cx__text_free(&t);
    return st;
}

/* Append v (taken over, on failure too) to a growing list whose capacity is the next power of
 * two. */
static cx_status append(const parser *p, cx__lit *list, int items, cx__lit *v)
{
    if (items == 0 || (items & (items - 1)) == 0) {
        const size_t cap = items ? 2 * (size_t)items : 1;
        cx__lit *const grown = cx__realloc(list->u.items, cap * sizeof *grown);
        if (!grown) {
            cx__lit_clear(v);
            return cx__fail_nomem(p->where, "a list", cap * sizeof *grown);
        }
        list->u.items = grown;
    }
    list->u.items[items] = *v;
    memset(v, 0, sizeof *v);
    return CX_OK;
}

static cx_status list(parser *p, char close, cx__lit *out)
{
    cx__lit all = {.kind = CX__LIT_LIST};
    cx_status st = CX_OK;
    p->at++;
    while (st == CX_OK && !peek(p, close)) {
        cx__lit v = {0};
        st = value(p, &v);
        if (st != CX_OK) break;
        st = append(p, &all, all.count, &v);
        if (st != CX_OK) break;
        all.count++;
        if (peek(p, ',')) {
            p->at++;
            if (close == ')') all.kind = CX__LIT_TUPLE;
        } else if (!peek(p, close)) {
            st = want(p, close, close == ')' ? "a value in parentheses" : "a list's value");
        }
    }
    if (st != CX_OK) {
        cx__lit_clear(&all);
        return st;
    }
    p->at++;
    if (close == ')' && all.count == 1 && all.kind == CX__LIT_LIST) { /* (x) is x */
        *out = all.u.items[0];
        cx__free(all.u.items);
        return CX_OK;
    }
    if (close == ')') all.kind = CX__LIT_TUPLE;
    *out = all;
    return CX_OK;
}

static cx_status dict_items(parser *p, cx__lit *all)
{
    p->at++;
    while (!peek(p, '}')) {
        cx__lit key = {0}, v = {0};
        CX__TRY(value(p, &key));
        if (key.kind > CX__LIT_STR) {
            cx__lit_clear(&key);
            return bad(p, p->at, "a dict's key is a number, a string, True, False or None");
        }
        cx_status st = want(p, ':', "a dict's key");
        if (st == CX_OK) st = value(p, &v);
        if (st != CX_OK) {
            cx__lit_clear(&key);
            return st;
        }
        /* pairs are appended as two items; the count of pairs grows only when both are in */
        st = append(p, all, 2 * all->count, &key);
        if (st != CX_OK) {
            cx__lit_clear(&v);
            return st;
        }
        st = append(p, all, 2 * all->count + 1, &v);
        if (st != CX_OK) {
            cx__lit_clear(&all->u.items[2 * all->count]);
            return st;
        }
        all->count++;
        if (!eat(p, ',') && !peek(p, '}')) return want(p, '}', "a dict's value");
    }
    p->at++;
    return CX_OK;
}

static cx_status dict(parser *p, cx__lit *out)
{
    cx__lit all = {.kind = CX__LIT_DICT};
    const cx_status st = dict_items(p, &all);
    if (st == CX_OK)
        *out = all;
    else
        cx__lit_clear(&all);
    return st;
}

/* ---- estimators */

static cx_status no_parameter(const parser *p, const char *at, const cx_estimator_class *c,
                              const char *word)
{
    const char *words[66];
    int n = 0;
    for (const cx_param *q = c->params; q && q->name && n < 65; q++) words[n++] = q->name;
    words[n] = NULL;
    const char *const near = cx__nearest(word, words);
    if (near)
        return bad(p, at, "%s has no parameter '%s'; did you mean '%s'?", c->name, word, near);
    return bad(p, at, n ? "%s has no parameter '%s'" : "%s takes no parameters, so none named '%s'",
               c->name, word);
}

static cx_status argument(parser *p, cx_estimator *m, int order, bool *named, unsigned char *given)
{
    const cx_estimator_class *const c = m->cls;
    char word[MAX_NAME + 1];
    const char *const start = p->at;
    int i = -1;
    if (name_start(p)) { /* name=value, or a value that begins with a name */
        CX__TRY(name(p, word));
        if (eat(p, '=')) {
            i = cx__class_param(c, word, strlen(word));
            if (i < 0) return no_parameter(p, start, c, word);
            *named = true;
        } else {
            p->at = start;
        }
    }
    if (i < 0) {
        if (*named) return bad(p, start, "a value without a name after one with a name");
        if (order >= c->positional) {
            if (c->positional == 0)
                return bad(p, start, "%s takes parameters by name only, as in %s=...", c->name,
                           m->n_params ? c->params[0].name : "name");
            return bad(p, start, "%s takes at most %d parameter%s without a name", c->name,
                       c->positional, c->positional == 1 ? "" : "s");
        }
        i = order;
    }
    if (given[i])
        return bad(p, start, "%s: parameter '%s' is given twice", c->name, c->params[i].name);
    given[i] = 1;
    cx__lit v = {0};
    CX__TRY(value(p, &v));
    const cx_status st = cx__param_set(p->where, m, i, &v);
    cx__lit_clear(&v);
    return st;
}

static cx_status arguments(parser *p, cx_estimator *m)
{
    unsigned char given[64] = {0};
    bool named = false;
    int order = 0;
    while (!peek(p, ')')) {
        if (p->at == p->end) return bad(p, p->at, "')' expected, but the text ends");
        CX__TRY(argument(p, m, order++, &named, given));
        if (!eat(p, ',') && !peek(p, ')')) return want(p, ')', "a parameter");
    }
    p->at++;
    for (int i = 0; i < m->n_params; i++)
        if (!m->cls->params[i].deflt && !given[i])
            return bad(p, p->at - 1, "%s needs the parameter '%s'", m->cls->name,
                       m->cls->params[i].name);
    return CX_OK;
}

/* Steps of make_pipeline: class names in lower case, numbered where they occur more than once. */
static cx_status step_name(const parser *p, const cx__lit *all, int i, cx__lit *out)
{
    const char *const base = all->u.items[i].kind == CX__LIT_STR
                                 ? all->u.items[i].u.s
                                 : all->u.items[i].u.estimator->cls->name;
    int same = 0, before = 0;
    for (int k = 0; k < all->count; k++) {
        const char *const other = all->u.items[k].kind == CX__LIT_STR
                                      ? all->u.items[k].u.s
                                      : all->u.items[k].u.estimator->cls->name;
        if (strcmp(base, other) != 0) continue;
        same++;
        if (k < i) before++;
    }
    cx__text t = {0};
    for (const char *s = base; *s; s++) {
        const char low = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
        cx__text_put(&t, &low, 1);
    }
    if (same > 1) cx__text_f(&t, "-%d", before + 1);
    char *const s = t.failed ? NULL : cx__strndup(t.at, t.len);
    if (s) *out = (cx__lit){.kind = CX__LIT_STR, .count = (int)t.len, .u.s = s};
    cx__text_free(&t);
    return s ? CX_OK : cx__fail_nomem(p->where, "a step's name", 0);
}

/* Turn a list of estimators (taken over) into Pipeline(steps=[...]). */
static cx_status make_pipeline(const parser *p, cx__lit *all, cx__lit *out)
{
    cx_estimator *m = NULL;
    cx_status st = CX_OK;
    cx__lit steps = {.kind = CX__LIT_LIST};
    steps.u.items = cx__calloc((size_t)all->count + 1, sizeof(cx__lit));
    if (!steps.u.items)
        st = cx__fail_nomem(p->where, "steps", (size_t)all->count * sizeof(cx__lit));
    for (int i = 0; st == CX_OK && i < all->count; i++) {
        cx__lit *const pair = cx__calloc(2, sizeof *pair);
        if (!pair) {
            st = cx__fail_nomem(p->where, "steps", 2 * sizeof *pair);
            break;
        }
        steps.u.items[i] = (cx__lit){.kind = CX__LIT_TUPLE, .count = 2, .u.items = pair};
        steps.count = i + 1;
        st = step_name(p, all, i, &pair[0]);
    }
    for (int i = 0; st == CX_OK && i < all->count;
         i++) { /* moved last: the names above look at all of them */
        steps.u.items[i].u.items[1] = all->u.items[i];
        memset(&all->u.items[i], 0, sizeof(cx__lit));
    }
    if (st == CX_OK) st = cx__estimator_make(p->where, cx_estimator_class_find("Pipeline"), &m);
    if (st == CX_OK) st = cx__param_set(p->where, m, 0, &steps);
    if (st == CX_OK)
        *out = (cx__lit){.kind = CX__LIT_ESTIMATOR, .u.estimator = m};
    else
        cx__release(m);
    cx__lit_clear(&steps);
    return st;
}

static bool is_step(const cx__lit *v)
{
    return v->kind == CX__LIT_ESTIMATOR ||
           (v->kind == CX__LIT_STR && strcmp(v->u.s, "passthrough") == 0);
}

/* A pipeline nests deeper than the text it came from; it must print as something that parses. */
static cx_status shallow(const parser *p, cx__lit *v)
{
    if (p->depth + cx__lit_levels(v) <= MAX_DEPTH) return CX_OK;
    cx__lit_clear(v);
    return bad(p, p->at, "nested deeper than %d levels", MAX_DEPTH);
}

static cx_status call_make_pipeline(parser *p, cx__lit *out)
{
    cx__lit all = {0};
    p->at--; /* list() steps over the parenthesis */
    const char *const start = p->at;
    CX__TRY(list(p, ')', &all));
    if (all.kind == CX__LIT_ESTIMATOR ||
        all.kind == CX__LIT_STR) { /* one step: (x) was read as x */
        cx__lit *const one = cx__calloc(1, sizeof *one);
        if (!one) {
            cx__lit_clear(&all);
            return cx__fail_nomem(p->where, "steps", sizeof *one);
        }
        *one = all;
        all = (cx__lit){.kind = CX__LIT_TUPLE, .count = 1, .u.items = one};
    }
    cx_status st = all.kind == CX__LIT_TUPLE && all.count > 0
                       ? CX_OK
                       : bad(p, start, "make_pipeline takes estimators");
    for (int i = 0; st == CX_OK && i < all.count; i++)
        if (!is_step(&all.u.items[i])) st = bad(p, start, "make_pipeline takes estimators");
    if (st == CX_OK) st = make_pipeline(p, &all, out);
    cx__lit_clear(&all);
    return st == CX_OK ? shallow(p, out) : st;
}

/* ---- words for columns, which become dicts: {'slice': (start, stop, step)}, {'pattern': ...} */
static cx_status add_entry(parser *p, cx__lit *all, const char *key, cx__lit *v)
{
    char *const copy = cx__strdup(key);
    if (!copy) {
        cx__lit_clear(v);
        return cx__fail_nomem(p->where, "a string", strlen(key) + 1);
    }
    cx__lit k = {.kind = CX__LIT_STR, .count = (int)strlen(key), .u.s = copy};
    cx_status st = append(p, all, 2 * all->count, &k);
    if (st != CX_OK) {
        cx__lit_clear(v);
        return st;
    }
    st = append(p, all, 2 * all->count + 1, v);
    if (st == CX_OK)
        all->count++;
    else
        cx__lit_clear(&all->u.items[2 * all->count]);
    return st;
}

static cx_status call_slice(parser *p, cx__lit *out)
{
    cx__lit v = {0}, all = {.kind = CX__LIT_DICT};
    p->at--; /* list() steps over the parenthesis */
    CX__TRY(list(p, ')', &v));
    if (v.kind != CX__LIT_TUPLE) { /* slice(stop): (x) was read as x */
        cx__lit one = {.kind = CX__LIT_TUPLE};
        CX__TRY(append(p, &one, 0, &v));
        one.count = 1;
        v = one;
    }
    const cx_status st = add_entry(p, &all, "slice", &v);
    if (st == CX_OK)
        *out = all;
    else
        cx__lit_clear(&all);
    return st == CX_OK ? shallow(p, out) : st;
}

static cx_status selector_items(parser *p, cx__lit *all)
{
    static const char *const words[] = {"pattern", "dtype_include", "dtype_exclude", NULL};
    while (!peek(p, ')')) {
        char word[MAX_NAME + 1] = "pattern";
        const char *const start = p->at;
        if (name_start(p)) CX__TRY(name(p, word));
        if (start != p->at && !eat(p, '=')) return bad(p, start, "'=' expected after %s", word);
        int k = 0;
        while (words[k] && strcmp(words[k], word) != 0) k++;
        if (!words[k]) return bad(p, start, "make_column_selector has no parameter '%s'", word);
        cx__lit v = {0};
        CX__TRY(value(p, &v));
        CX__TRY(add_entry(p, all, word, &v));
        if (!eat(p, ',') && !peek(p, ')')) return want(p, ')', "a parameter");
    }
    p->at++;
    return CX_OK;
}

static cx_status call_selector(parser *p, cx__lit *out)
{
    cx__lit all = {.kind = CX__LIT_DICT};
    const cx_status st = selector_items(p, &all);
    if (st == CX_OK)
        *out = all;
    else
        cx__lit_clear(&all);
    return st == CX_OK ? shallow(p, out) : st;
}

static cx_status call(parser *p, const char *start, const char *word, cx__lit *out)
{
    if (strcmp(word, "make_pipeline") == 0) return call_make_pipeline(p, out);
    if (strcmp(word, "slice") == 0) return call_slice(p, out);
    if (strcmp(word, "make_column_selector") == 0) return call_selector(p, out);
    const cx_estimator_class *const c = cx_estimator_class_find(word);
    if (!c) {
        const char **const words = cx__class_names();
        const char *const near = words ? cx__nearest(word, words) : NULL;
        const cx_status st =
            near ? bad(p, start, "no estimator is called '%s'; did you mean '%s'?", word, near)
                 : bad(p, start, "no estimator is called '%s'", word);
        cx__free(words);
        return st;
    }
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_make(p->where, c, &m));
    const cx_status st = arguments(p, m);
    if (st != CX_OK) {
        cx__release(m);
        return st;
    }
    *out = (cx__lit){.kind = CX__LIT_ESTIMATOR, .u.estimator = m};
    return CX_OK;
}

static cx_status word(parser *p, cx__lit *out)
{
    char w[MAX_NAME + 1];
    const char *const start = p->at;
    CX__TRY(name(p, w));
    if (eat(p, '(')) return call(p, start, w, out);
    static const struct {
        const char *word;
        cx__lit v;
    } constants[] = {
        {"None", {.kind = CX__LIT_NONE}},
        {"True", {.kind = CX__LIT_BOOL, .u.b = true}},
        {"False", {.kind = CX__LIT_BOOL, .u.b = false}},
        {"nan", {.kind = CX__LIT_FLOAT, .u.f = NAN}},
        {"inf", {.kind = CX__LIT_FLOAT, .u.f = INFINITY}},
        {"np.nan", {.kind = CX__LIT_FLOAT, .u.f = NAN}},
        {"np.inf", {.kind = CX__LIT_FLOAT, .u.f = INFINITY}},
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (strcmp(w, constants[i].word) == 0) {
            *out = constants[i].v;
            return CX_OK;
        }
    static const char *const texts[][2] = {
        {"passthrough", "passthrough"}, {"object", "object"},
        {"np.number", "number"},        {"np.float64", "float64"},
        {"np.float32", "float32"},      {"np.int64", "int64"},
        {"np.int32", "int32"},          {"np.log", "log"},
        {"np.log1p", "log1p"},          {"np.exp", "exp"},
        {"np.expm1", "expm1"},          {"np.sqrt", "sqrt"},
        {"np.square", "square"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(w, texts[i][0]) != 0) continue;
        char *const s = cx__strdup(texts[i][1]);
        if (!s) return cx__fail_nomem(p->where, "a string", sizeof w);
        *out = (cx__lit){.kind = CX__LIT_STR, .count = (int)strlen(s), .u.s = s};
        return CX_OK;
    }
    if (cx_estimator_class_find(w)) return bad(p, p->at, "an estimator has parentheses: %s()", w);
    return bad(p, start, "'%s' is no value; a string has quotes: '%s'", w, w);
}

static cx_status primary(parser *p, cx__lit *out)
{
    skip(p);
    if (p->at == p->end)
        return bad(p, p->at,
                   p->at == p->text ? "the text is empty" : "a value expected, but the text ends");
    const char c = *p->at;
    if (c == '[') return list(p, ']', out);
    if (c == '(') return list(p, ')', out);
    if (c == '{') return dict(p, out);
    if (c == '\'' || c == '"') return string(p, out);
    if (name_start(p)) return word(p, out);
    if ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+') {
        const char *const at = p->at;
        if ((c == '-' || c == '+') && p->end - at >= 4 &&
            (memcmp(at + 1, "inf", 3) == 0 || memcmp(at + 1, "nan", 3) == 0)) {
            p->at++;
            CX__TRY(word(p, out));
            if (c == '-' && out->kind == CX__LIT_FLOAT) out->u.f = -out->u.f;
            return CX_OK;
        }
        return number(p, out);
    }
    return bad(p, p->at,
               (c & 0x80) || (unsigned char)c < 0x20 ? "a value expected" : "'%c' begins no value",
               c);
}

static cx_status chain(parser *p, cx__lit *first)
{
    cx__lit all = {.kind = CX__LIT_LIST};
    cx_status st = append(p, &all, 0, first);
    if (st == CX_OK) all.count = 1;
    if (st == CX_OK && !is_step(&all.u.items[0]))
        st = bad(p, p->at, "only estimators can be joined by '|'");
    while (st == CX_OK && eat(p, '|')) {
        cx__lit next = {0};
        const char *const start = p->at;
        st = primary(p, &next);
        if (st == CX_OK && !is_step(&next)) {
            cx__lit_clear(&next);
            st = bad(p, start, "only estimators can be joined by '|'");
        }
        if (st == CX_OK) st = append(p, &all, all.count, &next);
        if (st == CX_OK) all.count++;
    }
    if (st == CX_OK) st = make_pipeline(p, &all, first);
    cx__lit_clear(&all);
    return st == CX_OK ? shallow(p, first) : st;
}

static cx_status value(parser *p, cx__lit *out)
{
    if (p->depth >= MAX_DEPTH) return bad(p, p->at, "nested deeper than %d levels", MAX_DEPTH);
    p->depth++;
    cx_status st = primary(p, out);
    if (st == CX_OK && peek(p, '|')) st = chain(p, out);
    p->depth--;
    return st;
}

cx_status cx__literal_parse(const char *where, const char *text, size_t len, cx__lit *out)
{
    memset(out, 0, sizeof *out);
    if (len > MAX_TEXT)
        return cx__fail(CX_E_PARSE, where, "a spec of %zu bytes is longer than %d", len, MAX_TEXT);
    const size_t valid = cx__utf8_valid(text, len);
    if (valid != len)
        return cx__fail(CX_E_PARSE, where, "the text is not UTF-8 (at character %zu)", valid + 1);
    if (memchr(text, '\0', len)) return cx__fail(CX_E_PARSE, where, "the text holds a zero byte");
    parser p = {.where = where, .text = text, .at = text, .end = text + len};
    cx__lit v = {0};
    CX__TRY(value(&p, &v));
    skip(&p);
    if (p.at != p.end) {
        cx__lit_clear(&v);
        return bad(&p, p.at, "the text goes on after its end: '%.*s'",
                   (int)(p.end - p.at > 20 ? 20 : p.end - p.at), p.at);
    }
    *out = v;
    return CX_OK;
}

cx_status cx__estimator_parse(const char *where, const char *spec, size_t len, cx_estimator **out)
{
    cx__lit v = {0};
    CX__TRY(cx__literal_parse(where, spec, len, &v));
    if (v.kind != CX__LIT_ESTIMATOR) {
        cx__lit_clear(&v);
        return cx__fail(CX_E_PARSE, where,
                        "the text is a value, not an estimator (at character 1)");
    }
    *out = v.u.estimator;
    return CX_OK;
}
