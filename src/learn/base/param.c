/* Parameters: kinds, ranges, and names that reach into nested estimators ("pca__n_components").
 *
 * One idea: a value is checked where it enters, so that fit finds only values its table allows. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "learn/base/range.h"
#include <math.h>
#include <string.h>

/* Kinds whose values hold named estimators. */
enum { STEPS = CX_PARAM_STEPS | CX_PARAM_COLUMNS };

/* ---- checks */
static bool kind_fits(int kinds, const cx__lit *v)
{
    switch (v->kind) {
    case CX__LIT_NONE: return (kinds & CX_PARAM_NONE) != 0;
    case CX__LIT_BOOL: return (kinds & CX_PARAM_BOOL) != 0;
    case CX__LIT_INT: return (kinds & (CX_PARAM_INT | CX_PARAM_FLOAT)) != 0;
    case CX__LIT_FLOAT: return (kinds & CX_PARAM_FLOAT) != 0;
    case CX__LIT_STR: return (kinds & CX_PARAM_STR) != 0;
    case CX__LIT_LIST:
    case CX__LIT_TUPLE: return (kinds & (CX_PARAM_LIST | STEPS)) != 0;
    case CX__LIT_DICT: return (kinds & CX_PARAM_DICT) != 0;
    case CX__LIT_ESTIMATOR: return (kinds & CX_PARAM_ESTIMATOR) != 0;
    }
    return false;
}

static void say_kinds(cx__text *t, int kinds)
{
    static const char *const words[] = {"a float",
                                        "an integer",
                                        "True or False",
                                        "a string",
                                        "None",
                                        "an estimator",
                                        "a list of (name, estimator)",
                                        "a list",
                                        "a dict",
                                        "a list of (name, estimator, columns)"};
    const int n = (int)(sizeof words / sizeof *words);
    bool first = true;
    for (int i = 0; i < n; i++)
        if (kinds & (1 << i)) {
            cx__text_f(t, "%s%s", first ? "" : " or ", words[i]);
            first = false;
        }
}

/* "Ridge: parameter 'alpha' is -1.0; it must lie in [0, inf)" */
static CX__COLD cx_status refuse(const char *where, const cx_estimator_class *c, const cx_param *p,
                                 const cx__lit *v, bool kind)
{
    cx__text value = {0}, rule = {0};
    cx__lit_print(&value, v);
    if (kind)
        say_kinds(&rule, p->kinds);
    else
        cx__text_puts(&rule, p->range);
    const bool set = !kind && v->kind == CX__LIT_STR;
    const int shown = value.failed ? 0 : (int)(value.len > 60 ? 60 : value.len);
    const cx_status st =
        cx__fail(CX_E_ARGUMENT, where, "%s: parameter '%s' is %.*s%s; it %s %.*s", c->name, p->name,
                 shown, shown ? value.at : "", value.len > 60 ? "..." : "",
                 kind  ? "takes"
                 : set ? "must be one of"
                       : "must lie in",
                 rule.failed ? 0 : (int)rule.len, rule.failed ? "" : rule.at);
    cx__text_free(&value);
    cx__text_free(&rule);
    return st;
}

static cx_status check_step(const char *where, const cx_estimator_class *c, const cx_param *p,
                            const cx__lit *steps, int i)
{
    const cx__lit *const s = &steps->u.items[i];
    const bool columns = (p->kinds & CX_PARAM_COLUMNS) != 0;
    if ((s->kind != CX__LIT_TUPLE && s->kind != CX__LIT_LIST) || s->count != (columns ? 3 : 2) ||
        s->u.items[0].kind != CX__LIT_STR)
        return cx__fail(CX_E_ARGUMENT, where, "%s: entry %d of '%s' is no ('name', estimator%s)",
                        c->name, i, p->name, columns ? ", columns" : "");
    const char *const name = s->u.items[0].u.s;
    const cx__lit *const v = &s->u.items[1];
    if (v->kind != CX__LIT_ESTIMATOR && v->kind != CX__LIT_NONE && v->kind != CX__LIT_STR)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s: step '%s' is neither an estimator nor 'passthrough'", c->name, name);
    if (v->kind == CX__LIT_STR && strcmp(v->u.s, "passthrough") != 0 && strcmp(v->u.s, "drop") != 0)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s: step '%s' is '%s'; it takes an estimator or 'passthrough'", c->name,
                        name, v->u.s);
    if (!*name || strstr(name, "__") || strchr(name, '/'))
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s: '%s' cannot name a step: it is empty or holds '__' or '/'", c->name,
                        name);
    if (cx__class_param(c, name, strlen(name)) >= 0)
        return cx__fail(CX_E_ARGUMENT, where, "%s: step '%s' has the name of a parameter", c->name,
                        name);
    for (int k = 0; k < i; k++)
        if (strcmp(steps->u.items[k].u.items[0].u.s, name) == 0)
            return cx__fail(CX_E_ARGUMENT, where, "%s: two steps are called '%s'", c->name, name);
    return CX_OK;
}

cx_status cx__param_check(const char *where, const cx_estimator_class *c, const cx_param *p,
                          const cx__lit *v)
{
    if (!kind_fits(p->kinds, v)) return refuse(where, c, p, v, true);
    if (!cx__range_has(p->range, v)) return refuse(where, c, p, v, false);
    const bool listed = v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE;
    if (!(p->kinds & STEPS) || !listed) return CX_OK;
    if (v->count == 0) return cx__fail(CX_E_ARGUMENT, where, "%s: '%s' is empty", c->name, p->name);
    for (int i = 0; i < v->count; i++) CX__TRY(check_step(where, c, p, v, i));
    return CX_OK;
}

static cx_status check_nested(const char *where, const cx__lit *v)
{
    if (v->kind == CX__LIT_ESTIMATOR) return cx__params_check(where, v->u.estimator);
    const int n = v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE ? v->count : 0;
    for (int i = 0; i < n; i++) CX__TRY(check_nested(where, &v->u.items[i]));
    return CX_OK;
}

cx_status cx__params_check(const char *where, const cx_estimator *m)
{
    for (int i = 0; i < m->n_params; i++) {
        CX__TRY(cx__param_check(where, m->cls, &m->cls->params[i], &m->params[i]));
        CX__TRY(check_nested(where, &m->params[i]));
    }
    return CX_OK;
}

/* ---- storing */
cx_status cx__param_set(const char *where, cx_estimator *m, int i, cx__lit *v)
{
    CX__TRY(cx__param_check(where, m->cls, &m->cls->params[i], v));
    cx__lit_clear(&m->params[i]);
    m->params[i] = *v;
    memset(v, 0, sizeof *v);
    if (cx__is_frozen(m)) { /* another model, not fitted */
        cx__state_release(m->state);
        m->state = NULL;
    }
    return CX_OK;
}

static cx_status frozen_in(const cx__lit *v, cx_status (*fn)(void *ctx, cx_estimator *frozen),
                           void *ctx)
{
    if (v->kind == CX__LIT_ESTIMATOR)
        return cx__is_frozen(v->u.estimator) ? fn(ctx, v->u.estimator)
                                             : cx__each_frozen(v->u.estimator, fn, ctx);
    const int n = v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE ? v->count
                  : v->kind == CX__LIT_DICT                           ? 2 * v->count
                                                                      : 0;
    for (int i = 0; i < n; i++) CX__TRY(frozen_in(&v->u.items[i], fn, ctx));
    return CX_OK;
}

cx_status cx__each_frozen(const cx_estimator *m, cx_status (*fn)(void *ctx, cx_estimator *frozen),
                          void *ctx)
{
    for (int i = 0; i < m->n_params; i++) CX__TRY(frozen_in(&m->params[i], fn, ctx));
    return CX_OK;
}

const cx__lit *cx__param(const cx_estimator *m, const char *name)
{
    const int i = cx__class_param(m->cls, name, strlen(name));
    static const cx__lit none;
    return i < 0 ? &none : &m->params[i];
}

/* ---- names: parameter, step, or both with "__" between */
typedef struct place {
    cx_estimator *owner; /* whose parameter it is */
    int param;
    cx__lit *step; /* a step of owner's instead: the second item of its tuple */
    int level;
    bool frozen; /* a frozen estimator is on the way */
} place;

static cx__lit *find_step(const cx_estimator *m, const char *name, size_t len, int *param)
{
    for (int i = 0; i < m->n_params; i++) {
        const cx__lit *const v = &m->params[i];
        if (!(m->cls->params[i].kinds & STEPS) ||
            (v->kind != CX__LIT_LIST && v->kind != CX__LIT_TUPLE))
            continue;
        for (int k = 0; k < v->count; k++) {
            cx__lit *const pair = v->u.items[k].u.items;
            if ((size_t)pair[0].count == len && memcmp(pair[0].u.s, name, len) == 0) {
                *param = i;
                return &pair[1];
            }
        }
    }
    return NULL;
}

static CX__COLD cx_status unknown(const char *where, const cx_estimator *m, const char *word)
{
    const char *words[128];
    int n = 0;
    for (int i = 0; i < m->n_params && n < 127; i++) words[n++] = m->cls->params[i].name;
    for (int i = 0; i < m->n_params; i++) {
        const cx__lit *const v = &m->params[i];
        if (!(m->cls->params[i].kinds & STEPS) ||
            (v->kind != CX__LIT_LIST && v->kind != CX__LIT_TUPLE))
            continue;
        for (int k = 0; k < v->count && n < 127; k++) words[n++] = v->u.items[k].u.items[0].u.s;
    }
    words[n] = NULL;
    const char *const near = cx__nearest(word, words);
    const char *const what = n > m->n_params ? "parameter or step" : "parameter";
    if (near)
        return cx__fail(CX_E_ARGUMENT, where, "%s has no %s '%.60s'; did you mean '%s'?",
                        m->cls->name, what, word, near);
    return cx__fail(CX_E_ARGUMENT, where, "%s has no %s '%.60s'", m->cls->name, what, word);
}

/* quiet: a query, which makes no error */
static cx_status locate(const char *where, const cx_estimator *m, const char *name, bool quiet,
                        place *out)
{
    const char *const split = strstr(name, "__");
    const size_t len = split && split > name ? (size_t)(split - name) : strlen(name);
    const bool deeper = len < strlen(name);
    cx__lit *step = NULL;
    int i = cx__class_param(m->cls, name, len);
    if (i < 0) step = find_step(m, name, len, &i);
    char word[64];
    memcpy(word, name, len < 63 ? len : 63);
    word[len < 63 ? len : 63] = '\0';
    if (i < 0) return quiet ? CX_E_ARGUMENT : unknown(where, m, word);
    cx__lit *const v = step ? step : &m->params[i];
    if (!deeper) {
        *out = (place){
            .owner = NULL, .param = i, .step = step, .level = out->level, .frozen = out->frozen};
        union {
            const cx_estimator *in;
            cx_estimator *out;
        } alias = {.in = m}; /* the caller asked with a writeable estimator where it writes */
        out->owner = alias.out;
        return CX_OK;
    }
    if (v->kind != CX__LIT_ESTIMATOR)
        return quiet ? CX_E_ARGUMENT
                     : cx__fail(CX_E_ARGUMENT, where,
                                "%s: '%s' is no estimator, so it has no parameter '%.60s'",
                                m->cls->name, word, name + len + 2);
    out->level++;
    out->frozen = out->frozen || cx__is_frozen(m);
    return locate(where, v->u.estimator, name + len + 2, quiet, out);
}

cx_status cx__param_assign(const char *where, cx_estimator *m, const char *name, cx__lit *v)
{
    place p = {0};
    cx_status st = locate(where, m, name, false, &p);
    if (st == CX_OK && p.frozen)
        st = cx__fail(CX_E_ARGUMENT, where,
                      "'%.60s' lies within a FrozenEstimator, which is not fitted again", name);
    if (st == CX_OK && 3 * p.level + 1 + cx__lit_levels(v) > CX__LIT_LEVELS)
        st = cx__fail(CX_E_ARGUMENT, where, "the value of '%.60s' would be nested too deep", name);
    if (st == CX_OK && p.step) {
        const bool ok = v->kind == CX__LIT_ESTIMATOR || v->kind == CX__LIT_NONE ||
                        (v->kind == CX__LIT_STR &&
                         (strcmp(v->u.s, "passthrough") == 0 || strcmp(v->u.s, "drop") == 0));
        if (!ok)
            st = cx__fail(CX_E_ARGUMENT, where, "step '%.60s' takes an estimator or 'passthrough'",
                          name);
        if (ok) {
            cx__lit_clear(p.step);
            *p.step = *v;
            memset(v, 0, sizeof *v);
        }
    } else if (st == CX_OK) {
        st = cx__param_set(where, p.owner, p.param, v);
    }
    cx__lit_clear(v);
    return st;
}

static cx_status need(const char *where, const cx_estimator *m, const char *name)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    return name ? CX_OK : cx__fail(CX_E_NULL, where, "name is NULL");
}

cx_status cx_set_param(cx_estimator *m, const char *name, const char *literal)
{
    static const char where[] = "set_param";
    CX__TRY(need(where, m, name));
    if (!literal) return cx__fail(CX_E_NULL, where, "literal is NULL");
    cx__lit v = {0};
    CX__TRY(cx__literal_parse(where, literal, strlen(literal), &v));
    return cx__param_assign(where, m, name, &v);
}

cx_status cx_set_param_f64(cx_estimator *m, const char *name, double v)
{
    CX__TRY(need("set_param_f64", m, name));
    cx__lit lit = cx__lit_f64(v);
    return cx__param_assign("set_param_f64", m, name, &lit);
}
cx_status cx_set_param_i64(cx_estimator *m, const char *name, int64_t v)
{
    CX__TRY(need("set_param_i64", m, name));
    cx__lit lit = cx__lit_i64(v);
    return cx__param_assign("set_param_i64", m, name, &lit);
}
cx_status cx_set_param_bool(cx_estimator *m, const char *name, bool v)
{
    CX__TRY(need("set_param_bool", m, name));
    cx__lit lit = cx__lit_bool(v);
    return cx__param_assign("set_param_bool", m, name, &lit);
}

cx_status cx_set_param_str(cx_estimator *m, const char *name, const char *v)
{
    static const char where[] = "set_param_str";
    CX__TRY(need(where, m, name));
    cx__lit lit = {0};
    if (v) {
        const size_t n = strlen(v);
        if (n > (1 << 20) || cx__utf8_valid(v, n) != n)
            return cx__fail(CX_E_ARGUMENT, where, "v is too long or no UTF-8");
        lit = (cx__lit){.kind = CX__LIT_STR, .count = (int)n, .u.s = cx__strdup(v)};
        if (!lit.u.s) return cx__fail_nomem(where, "a parameter", n + 1);
    }
    return cx__param_assign(where, m, name, &lit);
}

cx_status cx_set_param_estimator(cx_estimator *m, const char *name, const cx_estimator *v)
{
    static const char where[] = "set_param_estimator";
    CX__TRY(need(where, m, name));
    CX__NEED(where, "v", v, CX__KIND_ESTIMATOR);
    cx__lit lit = {.kind = CX__LIT_ESTIMATOR};
    CX__TRY(cx__estimator_clone(where, v, &lit.u.estimator));
    return cx__param_assign(where, m, name, &lit);
}

/* ---- reading */
static const cx__lit *at(const place *p)
{
    return p->step ? p->step : &p->owner->params[p->param];
}

static cx_status get(const char *where, const cx_estimator *m, const char *name,
                     const cx__lit **out)
{
    CX__TRY(need(where, m, name));
    place p = {0};
    CX__TRY(locate(where, m, name, false, &p));
    *out = at(&p);
    return CX_OK;
}

static CX__COLD cx_status other_kind(const char *where, const char *name, const char *wanted,
                                     const cx__lit *v)
{
    cx__text t = {0};
    cx__lit_print(&t, v);
    const cx_status st =
        cx__fail(CX_E_ARGUMENT, where, "parameter '%.60s' is %.*s, not %s", name,
                 t.failed ? 0 : (int)(t.len > 60 ? 60 : t.len), t.failed ? "" : t.at, wanted);
    cx__text_free(&t);
    return st;
}

double cx_param_f64(const cx_estimator *m, const char *name)
{
    const cx__lit *v = NULL;
    double out = 0;
    cx_status st = get("param_f64", m, name, &v);
    if (st == CX_OK && !cx__lit_number(v, &out)) st = other_kind("param_f64", name, "a number", v);
    if (st == CX_OK) return out;
    cx__mark(st);
    return (double)NAN;
}

int64_t cx_param_i64(const cx_estimator *m, const char *name)
{
    const cx__lit *v = NULL;
    cx_status st = get("param_i64", m, name, &v);
    if (st == CX_OK && v->kind != CX__LIT_INT) st = other_kind("param_i64", name, "an integer", v);
    if (st == CX_OK) return v->u.i;
    cx__mark(st);
    return 0;
}

bool cx_param_bool(const cx_estimator *m, const char *name)
{
    const cx__lit *v = NULL;
    cx_status st = get("param_bool", m, name, &v);
    if (st == CX_OK && v->kind != CX__LIT_BOOL)
        st = other_kind("param_bool", name, "True or False", v);
    if (st == CX_OK) return v->u.b;
    cx__mark(st);
    return false;
}

const char *cx_param_str(const cx_estimator *m, const char *name)
{
    const cx__lit *v = NULL;
    cx_status st = get("param_str", m, name, &v);
    if (st == CX_OK && v->kind == CX__LIT_NONE) return NULL;
    if (st == CX_OK && v->kind != CX__LIT_STR) st = other_kind("param_str", name, "a string", v);
    if (st == CX_OK) return v->u.s;
    cx__mark(st);
    return NULL;
}

static const cx__lit *look(const cx_estimator *m, const char *name)
{
    place p = {0};
    if (!name || cx__status(m, CX__KIND_ESTIMATOR) != CX_OK ||
        locate("", m, name, true, &p) != CX_OK)
        return NULL;
    return at(&p);
}
bool cx__param_known(const cx_estimator *m, const char *name)
{
    return look(m, name) != NULL;
}
bool cx_param_is_none(const cx_estimator *m, const char *name)
{
    const cx__lit *const v = look(m, name);
    return v && v->kind == CX__LIT_NONE;
}
bool cx_param_is_str(const cx_estimator *m, const char *name)
{
    const cx__lit *const v = look(m, name);
    return v && v->kind == CX__LIT_STR;
}
int cx_param_is_number(const cx_estimator *m, const char *name)
{
    const cx__lit *const v = look(m, name);
    return !v ? 0 : v->kind == CX__LIT_INT ? 1 : v->kind == CX__LIT_FLOAT ? 2 : 0;
}

static cx_status numbers(const char *where, const char *name, const cx__lit *v, cx_array **out)
{
    double single = 0;
    const bool one = cx__lit_number(v, &single);
    if (!one && v->kind != CX__LIT_LIST && v->kind != CX__LIT_TUPLE)
        return other_kind(where, name, "a list of numbers", v);
    const int n = one ? 1 : v->count;
    for (int i = 0; !one && i < n; i++)
        if (!cx__lit_number(&v->u.items[i], &single))
            return other_kind(where, name, "a list of numbers", v);
    CX__TRY(cx_new(CX_SHAPE(n), CX_F64, CX_CPU, out));
    double *const p = cx_data_f64_mut(*out);
    if (!p) {
        cx_release(*out);
        return cx__fail(CX_E_INTERNAL, where, "a new array has no data");
    }
    p[0] = single;
    for (int i = 0; !one && i < n; i++) (void)cx__lit_number(&v->u.items[i], &p[i]);
    return CX_OK;
}

cx_array *cx_param_array(const cx_estimator *m, const char *name)
{
    const cx__lit *v = NULL;
    cx_array *a = NULL;
    cx_status st = get("param_array", m, name, &v);
    if (st == CX_OK) st = numbers("param_array", name, v, &a);
    return cx__yield(st, "param_array", st == CX_OK ? a : NULL);
}

cx_estimator *cx_param_estimator(const cx_estimator *m, const char *name)
{
    static const char where[] = "param_estimator";
    const cx__lit *v = NULL;
    cx_estimator *copy = NULL;
    cx_status st = get(where, m, name, &v);
    if (st == CX_OK && v->kind != CX__LIT_ESTIMATOR)
        st = other_kind(where, name, "an estimator", v);
    if (st == CX_OK) st = cx__estimator_clone(where, v->u.estimator, &copy);
    return cx__yield(st, where, copy);
}

const char *cx_param_text(const cx_estimator *m, const char *name)
{
    static const char where[] = "param_text";
    const cx__lit *v = NULL;
    const cx_status st = get(where, m, name, &v);
    cx__text t = {0};
    if (st == CX_OK) cx__lit_print(&t, v);
    return cx__scope_text(where, st, &t);
}
