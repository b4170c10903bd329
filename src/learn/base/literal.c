/* Values of the spec notation as owned trees.
 *
 * One idea: a value prints as Python's repr does, and a parameter has its default when it prints
 * like it, as in scikit-learn. Knows nothing of parameter tables. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include <math.h>
#include <string.h>

static int lit_children(const cx__lit *v)
{
    if (v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE) return v->count;
    return v->kind == CX__LIT_DICT ? 2 * v->count : 0;
}

void cx__lit_clear(cx__lit *v)
{
    const int n = lit_children(v);
    for (int i = 0; i < n; i++) cx__lit_clear(&v->u.items[i]);
    if (v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE || v->kind == CX__LIT_DICT)
        cx__free(v->u.items);
    if (v->kind == CX__LIT_STR) cx__free(v->u.s);
    if (v->kind == CX__LIT_ESTIMATOR) cx__release(v->u.estimator);
    memset(v, 0, sizeof *v);
}

cx_status cx__lit_copy(const char *where, const cx__lit *in, cx__lit *out)
{
    memset(out, 0, sizeof *out);
    cx__lit copy = *in;
    if (in->kind == CX__LIT_STR) {
        copy.u.s = cx__strndup(in->u.s, (size_t)in->count);
        if (!copy.u.s) return cx__fail_nomem(where, "a parameter", (size_t)in->count + 1);
    } else if (in->kind == CX__LIT_ESTIMATOR) {
        CX__TRY(cx__estimator_clone(where, in->u.estimator, &copy.u.estimator));
    } else if (in->kind == CX__LIT_LIST || in->kind == CX__LIT_TUPLE || in->kind == CX__LIT_DICT) {
        const int n = lit_children(in);
        copy.u.items = cx__calloc((size_t)n + 1, sizeof(cx__lit));
        if (!copy.u.items)
            return cx__fail_nomem(where, "a parameter", ((size_t)n + 1) * sizeof(cx__lit));
        for (int i = 0; i < n; i++) {
            const cx_status st = cx__lit_copy(where, &in->u.items[i], &copy.u.items[i]);
            if (st != CX_OK) {
                cx__lit_clear(&copy); /* the items after i are None */
                return st;
            }
        }
    }
    *out = copy;
    return CX_OK;
}

int cx__lit_levels(const cx__lit *v)
{
    int deepest = 0;
    if (v->kind == CX__LIT_ESTIMATOR) {
        const cx_estimator *const m = v->u.estimator;
        for (int i = 0; i < m->n_params; i++) {
            const int d = cx__lit_levels(&m->params[i]);
            if (d > deepest) deepest = d;
        }
        return deepest + 1;
    }
    const int n = v->kind == CX__LIT_DICT                               ? 2 * v->count
                  : v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE ? v->count
                                                                        : -1;
    for (int i = 0; i < n; i++) {
        const int d = cx__lit_levels(&v->u.items[i]);
        if (d > deepest) deepest = d;
    }
    return n < 0 ? 0 : deepest + 1;
}

bool cx__lit_number(const cx__lit *v, double *out)
{
    if (v->kind != CX__LIT_INT && v->kind != CX__LIT_FLOAT) return false;
    *out = v->kind == CX__LIT_INT ? (double)v->u.i : v->u.f;
    return true;
}

/* Python writes an exponent only below 1e-4 and from 1e16 on. */
static void print_f64(cx__text *t, double v)
{
    if (isnan(v) || isinf(v)) {
        cx__text_puts(t, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
        return;
    }
    char raw[40], digits[40];
    const int len = cx__f64_to_text(v, raw);
    int n = 0, point = -1, i = raw[0] == '-' ? 1 : 0;
    for (; i < len && raw[i] != 'e' && raw[i] != 'E'; i++) {
        if (raw[i] == '.')
            point = n;
        else
            digits[n++] = raw[i];
    }
    int64_t exponent = 0;
    if (i < len)
        (void)cx__parse_i64(raw[i + 1] == '+' ? raw + i + 2 : raw + i + 1, raw + len, &exponent);
    int scale = (point < 0 ? n : point) + (int)exponent; /* value = 0.digits * 10^scale */
    int lead = 0;
    while (lead < n - 1 && digits[lead] == '0') lead++;
    scale -= lead;
    while (n > lead + 1 && digits[n - 1] == '0') n--;
    const char *d = digits + lead;
    n -= lead;
    if (raw[0] == '-') cx__text_puts(t, "-");
    if (d[0] == '0') {
        cx__text_puts(t, "0.0");
    } else if (scale - 1 < -4 || scale - 1 >= 16) {
        cx__text_put(t, d, 1);
        if (n > 1) cx__text_puts(t, ".");
        cx__text_put(t, d + 1, (size_t)(n - 1));
        const int e = scale - 1;
        cx__text_f(t, "e%c%02d", e < 0 ? '-' : '+', e < 0 ? -e : e);
    } else if (scale <= 0) {
        cx__text_puts(t, "0.");
        for (int k = scale; k < 0; k++) cx__text_puts(t, "0");
        cx__text_put(t, d, (size_t)n);
    } else {
        for (int k = 0; k < scale; k++) cx__text_put(t, k < n ? d + k : "0", 1);
        cx__text_puts(t, ".");
        if (n > scale)
            cx__text_put(t, d + scale, (size_t)(n - scale));
        else
            cx__text_puts(t, "0");
    }
}

static void print_str(cx__text *t, const char *s, int n)
{
    const char quote = memchr(s, '\'', (size_t)n) && !memchr(s, '"', (size_t)n) ? '"' : '\'';
    cx__text_put(t, &quote, 1);
    for (int i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];
        if (c == '\n')
            cx__text_puts(t, "\\n");
        else if (c == '\r')
            cx__text_puts(t, "\\r");
        else if (c == '\t')
            cx__text_puts(t, "\\t");
        else if (c < 0x20 || c == 0x7f)
            cx__text_f(t, "\\x%02x", (unsigned)c);
        else {
            if (c == '\\' || s[i] == quote) cx__text_puts(t, "\\");
            cx__text_put(t, s + i, 1);
        }
    }
    cx__text_put(t, &quote, 1);
}

static void print_items(cx__text *t, const cx__lit *v)
{
    const bool dict = v->kind == CX__LIT_DICT;
    cx__text_puts(t, dict ? "{" : v->kind == CX__LIT_LIST ? "[" : "(");
    for (int i = 0; i < v->count; i++) {
        if (i) cx__text_puts(t, ", ");
        cx__lit_print(t, &v->u.items[dict ? 2 * i : i]);
        if (dict) {
            cx__text_puts(t, ": ");
            cx__lit_print(t, &v->u.items[2 * i + 1]);
        }
    }
    if (v->kind == CX__LIT_TUPLE && v->count == 1) cx__text_puts(t, ",");
    cx__text_puts(t, dict ? "}" : v->kind == CX__LIT_LIST ? "]" : ")");
}

void cx__lit_print(cx__text *t, const cx__lit *v)
{
    switch (v->kind) {
    case CX__LIT_NONE: cx__text_puts(t, "None"); break;
    case CX__LIT_BOOL: cx__text_puts(t, v->u.b ? "True" : "False"); break;
    case CX__LIT_INT: cx__text_f(t, "%lld", (long long)v->u.i); break;
    case CX__LIT_FLOAT: print_f64(t, v->u.f); break;
    case CX__LIT_STR: print_str(t, v->u.s, v->count); break;
    case CX__LIT_LIST:
    case CX__LIT_TUPLE:
    case CX__LIT_DICT: print_items(t, v); break;
    case CX__LIT_ESTIMATOR: cx__estimator_print(t, v->u.estimator); break;
    }
}

void cx__estimator_print(cx__text *t, const cx_estimator *m)
{
    cx__text_f(t, "%s(", m->cls->name);
    bool first = true;
    for (int i = 0; i < m->n_params; i++) {
        const cx_param *p = &m->cls->params[i];
        cx__text value = {0};
        cx__lit_print(&value, &m->params[i]);
        t->failed = t->failed || value.failed;
        /* defaults are written in the form in which they print, which registration checks */
        const bool changed = !p->deflt || value.failed || strlen(p->deflt) != value.len ||
                             memcmp(p->deflt, value.at, value.len) != 0;
        if (changed) {
            cx__text_f(t, "%s%s=", first ? "" : ", ", p->name);
            cx__text_put(t, value.at, value.len);
            first = false;
        }
        cx__text_free(&value);
    }
    cx__text_puts(t, ")");
}
