/* The range column of a parameter table: "[0, 0.5)", "int [1, inf), float (0, 1)", "{'l1', 'l2'}".
 *
 * One idea: one walk over the items serves both the check of the table and the check of a value. */
#include "learn/base/range.h"

#include "learn/metrics/user_kernel.h"
#include <string.h>

typedef struct item {
    char kind; /* intervals: 'i' of ints, 'f' of floats, '*' of both; 's': one string of a set;
                * 'k': user kernels, 't': formulas */
    bool open_low, open_high;
    double low, high;
    const char *text;
    size_t len;
} item;

typedef struct walk {
    const char *at, *end;
    bool in_set, broken;
} walk;

static void skip(walk *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == ',')) w->at++;
}

static bool bound(walk *w, double *out)
{
    skip(w);
    const char *const stop = cx__parse_f64(w->at, w->end, out);
    if (stop == w->at) return false;
    w->at = stop;
    while (w->at < w->end && *w->at == ' ') w->at++;
    return true;
}

static bool interval(walk *w, item *out)
{
    out->open_low = *w->at++ == '(';
    if (!bound(w, &out->low) || w->at == w->end || *w->at != ',') return false;
    if (!bound(w, &out->high) || w->at == w->end || (*w->at != ')' && *w->at != ']')) return false;
    out->open_high = *w->at++ == ')';
    return out->low <= out->high;
}

/* The next item; false at the end or where the text is broken. */
static bool next(walk *w, item *out)
{
    skip(w);
    memset(out, 0, sizeof *out);
    if (w->at < w->end && *w->at == '{' && !w->in_set) {
        w->in_set = true;
        w->at++;
        skip(w);
    }
    if (w->in_set && w->at < w->end && *w->at == '}') {
        w->in_set = false;
        w->at++;
        return next(w, out);
    }
    if (w->at >= w->end) {
        w->broken = w->in_set;
        return false;
    }
    if (w->in_set) {
        const char *const close =
            *w->at == '\'' ? memchr(w->at + 1, '\'', (size_t)(w->end - w->at - 1)) : NULL;
        w->broken = !close;
        if (!close) return false;
        *out = (item){.kind = 's', .text = w->at + 1, .len = (size_t)(close - w->at - 1)};
        w->at = close + 1;
        return true;
    }
    static const char *const words[] = {"user kernel", "formula"};
    for (int i = 0; i < 2; i++) {
        const size_t len = strlen(words[i]);
        if ((size_t)(w->end - w->at) < len || memcmp(w->at, words[i], len) != 0) continue;
        out->kind = "kt"[i];
        w->at += len;
        return true;
    }
    out->kind = '*';
    if (w->end - w->at > 4 && memcmp(w->at, "int ", 4) == 0) {
        out->kind = 'i';
        w->at += 4;
    } else if (w->end - w->at > 6 && memcmp(w->at, "float ", 6) == 0) {
        out->kind = 'f';
        w->at += 6;
    }
    skip(w);
    w->broken = w->at >= w->end || (*w->at != '[' && *w->at != '(') || !interval(w, out);
    return !w->broken;
}

bool cx__range_valid(const char *range)
{
    if (!range) return true;
    walk w = {.at = range, .end = range + strlen(range)};
    item i;
    int items = 0;
    while (next(&w, &i)) items++;
    return !w.broken && items > 0;
}

static bool inside(const item *i, double v)
{
    return (i->open_low ? v > i->low : v >= i->low) && (i->open_high ? v < i->high : v <= i->high);
}

bool cx__range_has(const char *range, const cx__lit *v)
{
    double number = 0;
    const bool numeric = cx__lit_number(v, &number);
    if (!range || (!numeric && v->kind != CX__LIT_STR)) return true;
    walk w = {.at = range, .end = range + strlen(range)};
    item i;
    bool ruled = false; /* is there any item for this kind of value? */
    while (next(&w, &i)) {
        const bool text = i.kind == 's' || i.kind == 'k' || i.kind == 't';
        if (text != (v->kind == CX__LIT_STR)) continue;
        ruled = true;
        if (i.kind == 't') {
            if (memchr(v->u.s, ':', (size_t)v->count) != NULL) return true;
        } else if (i.kind == 'k') {
            if (cx__kernel_may_be_users(v->u.s, (size_t)v->count)) return true;
        } else if (i.kind == 's') {
            if (i.len == (size_t)v->count && memcmp(i.text, v->u.s, i.len) == 0) return true;
        } else if ((i.kind == '*' || (i.kind == 'i') == (v->kind == CX__LIT_INT)) &&
                   inside(&i, number)) {
            return true;
        }
    }
    return !ruled;
}
