/* Rules of fitted attributes, so that a state read from a file can be trusted by predict.
 *
 * One idea: a letter stands for a size; the first array that uses it binds it and all others
 * must agree. */
#include "learn/base/attr.h"
#include <string.h>

typedef struct rule {
    const char *name;
    size_t len;
    bool optional, any_shape;
    const char *dtype;
    size_t dtype_len;
    int ndim;
    const char *dim[4]; /* each ends at ',' or ']' */
} rule;

static const char *skip(const char *s)
{
    while (*s == ' ') s++;
    return s;
}

static bool known_dtype(const char *s, size_t n)
{
    static const char *const words[] = {"float", "int", "bool", "label", "any"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) return true;
    return false;
}

/* One size: a letter, digits or '*'. */
static const char *size_text(const char *s)
{
    if (*s == '*' || (*s >= 'a' && *s <= 'z')) return s + 1;
    while (*s >= '0' && *s <= '9') s++;
    return s;
}

static bool parse(const char *text, rule *r)
{
    memset(r, 0, sizeof *r);
    r->name = text;
    const char *s = text;
    while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
           *s == '_')
        s++;
    r->len = (size_t)(s - text);
    if (*s == '?') {
        r->optional = true;
        s++;
    }
    r->any_shape = true;
    r->dtype = "any";
    r->dtype_len = 3;
    if (r->len == 0) return false;
    if (*s == '\0') return true;
    if (*s++ != ':') return false;
    s = skip(s);
    r->dtype = s;
    while (*s >= 'a' && *s <= 'z') s++;
    r->dtype_len = (size_t)(s - r->dtype);
    if (!known_dtype(r->dtype, r->dtype_len)) return false;
    s = skip(s);
    if (*s == '\0') return true;
    if (*s++ != '[') return false;
    r->any_shape = false;
    s = skip(s);
    while (*s && *s != ']') {
        if (r->ndim == 4) return false;
        r->dim[r->ndim++] = s;
        const char *const after = size_text(s);
        if (after == s) return false;
        s = skip(after);
        if (*s == ',')
            s = skip(s + 1);
        else if (*s != ']')
            return false;
    }
    return s[0] == ']' && s[1] == '\0';
}

bool cx__attr_valid(const char *text)
{
    rule r;
    return parse(text, &r);
}

bool cx__attr_optional(const char *text)
{
    rule r;
    return parse(text, &r) && r.optional;
}

const char *cx__class_attr(const cx_estimator_class *c, int i, size_t *len)
{
    *len = strcspn(c->attrs[i], "?: ");
    return c->attrs[i];
}

int cx__class_slot(const cx_estimator_class *c, const char *name)
{
    const size_t n = strlen(name);
    for (int i = 0; c->attrs && c->attrs[i]; i++) {
        size_t len = 0;
        const char *const attr = cx__class_attr(c, i, &len);
        if (len == n && memcmp(attr, name, n) == 0) return i;
    }
    return -1;
}

static bool dtype_fits(const rule *r, cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    switch (r->dtype[0]) {
    case 'f': return t == CX_F32 || t == CX_F64;
    case 'i': return kind == 'i' || kind == 'u';
    case 'b': return t == CX_BOOL;
    case 'l': return kind != 'c' && kind != 'e' && kind != 0;
    default: return true;
    }
}

static bool size_fits(const char *s, int64_t size, int64_t sizes[26])
{
    if (*s == '*') return true;
    if (*s >= '0' && *s <= '9') {
        int64_t want = 0;
        while (*s >= '0' && *s <= '9') want = want * 10 + (*s++ - '0');
        return want == size;
    }
    int64_t *const bound = &sizes[*s - 'a'];
    if (*bound < 0) *bound = size;
    return *bound == size;
}

static cx_status check_one(const char *where, const cx_estimator *m, const rule *r,
                           const cx_array *a, int64_t sizes[26])
{
    const char *const owner = m->cls->name;
    if (!a) {
        if (r->optional) return CX_OK;
        return cx__fail(CX_E_PARSE, where, "%s: attribute %.*s is missing", owner, (int)r->len,
                        r->name);
    }
    if (!dtype_fits(r, cx_dtype_of(a)))
        return cx__fail(CX_E_PARSE, where, "%s: attribute %.*s is %s, not %.*s", owner, (int)r->len,
                        r->name, cx_dtype_name(cx_dtype_of(a)), (int)r->dtype_len, r->dtype);
    if (r->dtype[0] == 'l' && cx_size(a) == 0)
        return cx__fail(CX_E_PARSE, where, "%s: attribute %.*s names no class", owner, (int)r->len,
                        r->name);
    if (r->any_shape) return CX_OK;
    if (cx_ndim(a) != r->ndim)
        return cx__fail(CX_E_PARSE, where, "%s: attribute %.*s has %d dimensions, not %d", owner,
                        (int)r->len, r->name, cx_ndim(a), r->ndim);
    for (int i = 0; i < r->ndim; i++)
        if (!size_fits(r->dim[i], cx_dim(a, i), sizes))
            return cx__fail(
                CX_E_PARSE, where,
                "%s: attribute %.*s has size %lld in dimension %d, which contradicts the others",
                owner, (int)r->len, r->name, (long long)cx_dim(a, i), i);
    return CX_OK;
}

cx_status cx__attrs_check(const char *where, const cx_estimator *m)
{
    int64_t sizes[26];
    for (int i = 0; i < 26; i++) sizes[i] = -1;
    if (m->state->schema) sizes['n' - 'a'] = m->state->schema->n;
    const int n = cx__class_attrs(m->cls);
    for (int i = 0; i < n; i++) {
        rule r;
        if (!parse(m->cls->attrs[i], &r))
            return cx__fail(CX_E_INTERNAL, where, "%s: rule '%s'", m->cls->name, m->cls->attrs[i]);
        CX__TRY(check_one(where, m, &r, m->state->slot[i], sizes));
    }
    return cx__offsets_check(where, m);
}
