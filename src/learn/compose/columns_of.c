/* Names, indices, slices, masks and selectors of columns, as indices. Knows the data's names and
 * dtypes, nothing of transformers. */
#include "learn/compose/columns_of.h"
#include "base/alloc.h"
#include "learn/compose/branches.h"
#include <calx/dtype.h>
#include <calx/table.h>
#include <regex.h>
#include <string.h>

typedef struct asked {
    const cx_estimator *self;
    const cx_data *d;
    const char *who;
    int64_t features, count;
    int64_t *column;
} asked;

static CX__COLD cx_status bad(const asked *a, const char *why)
{
    return cx__fail(CX_E_ARGUMENT, "fit", "columns of '%.60s': %s", a->who, why);
}

static cx_status add(asked *a, int64_t j)
{
    if (a->count >= 2 * a->features + 1) return bad(a, "one is named too often");
    a->column[a->count++] = j;
    return CX_OK;
}

static cx_status index_of(const asked *a, int64_t i, int64_t *out)
{
    *out = i < 0 ? i + a->features : i;
    if (*out >= 0 && *out < a->features) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "columns of '%.60s': there is no column %lld among %lld",
                    a->who, (long long)i, (long long)a->features);
}

static cx_status name_of(const asked *a, const char *name, int64_t *out)
{
    if (!a->d->table) return bad(a, "names need a table");
    for (int64_t j = 0; j < a->features; j++)
        if (strcmp(cx__feature_name(a->self, a->d, j), name) == 0) {
            *out = j;
            return CX_OK;
        }
    const char **const words = cx__branch_room(((size_t)a->features + 1) * sizeof *words);
    for (int64_t j = 0; words && j < a->features; j++)
        words[j] = cx__feature_name(a->self, a->d, j);
    const char *const near = words ? cx__nearest(name, words) : NULL;
    if (near)
        return cx__fail(CX_E_SCHEMA, "fit",
                        "columns of '%.60s': there is no column '%.60s'; is '%s' meant?", a->who,
                        name, near);
    return cx__fail(CX_E_SCHEMA, "fit", "columns of '%.60s': there is no column '%.60s'", a->who,
                    name);
}

static cx_status one(asked *a, const cx__lit *v)
{
    int64_t j = 0;
    if (v->kind == CX__LIT_INT)
        CX__TRY(index_of(a, v->u.i, &j));
    else if (v->kind == CX__LIT_STR)
        CX__TRY(name_of(a, v->u.s, &j));
    else
        return bad(a, "a column is an index or a name");
    return add(a, j);
}

static cx_status list(asked *a, const cx__lit *v)
{
    const bool mask = v->count > 0 && v->u.items[0].kind == CX__LIT_BOOL;
    if (mask && v->count != a->features)
        return cx__fail(CX_E_SHAPE, "fit", "columns of '%.60s': %d bools for %lld columns", a->who,
                        v->count, (long long)a->features);
    for (int i = 0; i < v->count; i++) {
        const cx__lit *const item = &v->u.items[i];
        if (item->kind != v->u.items[0].kind) return bad(a, "indices and names are mixed");
        if (!mask)
            CX__TRY(one(a, item));
        else if (item->u.b)
            CX__TRY(add(a, i));
    }
    return CX_OK;
}

/* ---- slices, with NumPy's clipping; names include the last one */
static int64_t clip(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static cx_status bound(const asked *a, const cx__lit *v, bool stop, int64_t n, int64_t step,
                       int64_t *out)
{
    const int64_t lo = step < 0 ? -1 : 0, hi = step < 0 ? n - 1 : n;
    if (v->kind == CX__LIT_NONE) {
        *out = stop == (step > 0) ? hi : lo;
        return CX_OK;
    }
    if (v->kind == CX__LIT_STR) {
        CX__TRY(name_of(a, v->u.s, out));
        *out += stop ? 1 : 0;
        return CX_OK;
    }
    if (v->kind != CX__LIT_INT) return bad(a, "a slice goes from an index or a name to another");
    *out = clip(v->u.i < 0 && v->u.i >= -n ? v->u.i + n : v->u.i, lo, hi);
    return CX_OK;
}

static cx_status slice(asked *a, const cx__lit *v)
{
    if ((v->kind != CX__LIT_TUPLE && v->kind != CX__LIT_LIST) || v->count < 1 || v->count > 3)
        return bad(a, "a slice is (start, stop, step)");
    const cx__lit none = {.kind = CX__LIT_NONE},
                  *const from = v->count > 1 ? &v->u.items[0] : &none,
                  *const to = &v->u.items[v->count > 1 ? 1 : 0],
                  *const by = v->count > 2 ? &v->u.items[2] : &none;
    if (by->kind != CX__LIT_NONE && (by->kind != CX__LIT_INT || by->u.i == 0))
        return bad(a, "the step of a slice is an integer other than 0");
    const int64_t step = by->kind == CX__LIT_INT ? by->u.i : 1;
    const bool names = from->kind == CX__LIT_STR || to->kind == CX__LIT_STR;
    if (names && step != 1) return bad(a, "a slice of names has step 1");
    int64_t lo = 0, hi = 0;
    CX__TRY(bound(a, from, false, a->features, step, &lo));
    CX__TRY(bound(a, to, true, a->features, step, &hi));
    for (int64_t j = lo; step > 0 ? j < hi : j > hi; j += step) CX__TRY(add(a, j));
    return CX_OK;
}

/* ---- selectors */
static bool dtype_is(cx_dtype t, const char *word)
{
    const char kind = cx_dtype_kind(t);
    const bool whole = kind == 'i' || kind == 'u', real = kind == 'f' || kind == 'e';
    if (strcmp(word, "number") == 0) return whole || real;
    if (strcmp(word, "integer") == 0) return whole;
    if (strcmp(word, "floating") == 0) return real;
    if (strcmp(word, "object") == 0 || strcmp(word, "category") == 0 || strcmp(word, "string") == 0)
        return t == CX_CAT;
    return strcmp(word, cx_dtype_name(t)) == 0;
}

static cx_status check_word(const asked *a, const char *word)
{
    static const char *const known[] = {"number", "integer",  "floating",
                                        "object", "category", "string"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], word) == 0) return CX_OK;
    cx_dtype t;
    return cx_dtype_parse(word, &t) == CX_OK ? CX_OK : bad(a, "an unknown dtype");
}

/* Is the dtype one of a name or a list of names? */
static cx_status among(const asked *a, cx_dtype t, const cx__lit *v, bool *out)
{
    const bool single = v->kind == CX__LIT_STR;
    *out = false;
    if (!single && v->kind != CX__LIT_LIST && v->kind != CX__LIT_TUPLE)
        return bad(a, "dtypes are names");
    for (int i = 0; i < (single ? 1 : v->count); i++) {
        const cx__lit *const item = single ? v : &v->u.items[i];
        if (item->kind != CX__LIT_STR) return bad(a, "dtypes are names");
        CX__TRY(check_word(a, item->u.s));
        *out = *out || dtype_is(t, item->u.s);
    }
    return CX_OK;
}

static const cx__lit *entry(const cx__lit *v, const char *key)
{
    for (int i = 0; i < v->count; i++) {
        const cx__lit *const k = &v->u.items[2 * i], *const value = &v->u.items[2 * i + 1];
        if (k->kind == CX__LIT_STR && strcmp(k->u.s, key) == 0)
            return value->kind == CX__LIT_NONE ? NULL : value;
    }
    return NULL;
}

static cx_status select_columns(asked *a, const cx__lit *v, const regex_t *pattern)
{
    const cx__lit *const include = entry(v, "dtype_include"), *const exclude =
                                                                  entry(v, "dtype_exclude");
    for (int64_t j = 0; j < a->features; j++) {
        const cx_array *const c = cx__feature("fit", a->self, a->d, j);
        CX__TRY(cx_status_of(c));
        bool in = true, out = false;
        if (include) CX__TRY(among(a, cx_dtype_of(c), include, &in));
        if (exclude) CX__TRY(among(a, cx_dtype_of(c), exclude, &out));
        const char *const name = cx__feature_name(a->self, a->d, j);
        if (!in || out || (pattern && regexec(pattern, name, 0, NULL, 0) != 0)) continue;
        CX__TRY(add(a, j));
    }
    return CX_OK;
}

static cx_status selector(asked *a, const cx__lit *v)
{
    if (!a->d->table) return bad(a, "a selector needs a table");
    for (int i = 0; i < v->count; i++) {
        const cx__lit *const k = &v->u.items[2 * i];
        if (k->kind != CX__LIT_STR ||
            (strcmp(k->u.s, "pattern") != 0 && strcmp(k->u.s, "dtype_include") != 0 &&
             strcmp(k->u.s, "dtype_exclude") != 0))
            return bad(a, "a selector has pattern, dtype_include and dtype_exclude");
    }
    const cx__lit *const pattern = entry(v, "pattern");
    if (!pattern) return select_columns(a, v, NULL);
    regex_t compiled;
    if (pattern->kind != CX__LIT_STR ||
        regcomp(&compiled, pattern->u.s, REG_EXTENDED | REG_NOSUB) != 0)
        return bad(a, "the pattern is no regular expression (POSIX, extended)");
    const cx_status st = select_columns(a, v, &compiled);
    regfree(&compiled);
    return st;
}

cx_status cx__columns_of(const cx_estimator *self, const cx_data *d, const char *who,
                         const cx__lit *v, int64_t **out, int64_t *count)
{
    asked a = {.self = self, .d = d, .who = who, .features = cx__feature_count(self, d)};
    a.column = cx__branch_room((size_t)(2 * a.features + 1) * sizeof *a.column);
    if (!a.column) return cx__last_status();
    cx_status st;
    if (v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE)
        st = list(&a, v);
    else if (v->kind == CX__LIT_DICT)
        st = entry(v, "slice") ? slice(&a, entry(v, "slice")) : selector(&a, v);
    else
        st = one(&a, v);
    *out = a.column;
    *count = a.count;
    return st;
}
