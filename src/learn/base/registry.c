/* Classes of estimators by name: the library's own from classes.def, then what programs
 * register.
 *
 * One idea: a class is checked when it is registered, so that everything later may trust its
 * tables. Classes are never removed. */
#include "base/alloc.h"
#include "learn/base/attr.h"
#include "learn/base/range.h"
#include <pthread.h>
#include <string.h>

enum { MAX_CLASSES = 512, MAX_PARAMS = 64, MAX_ATTRS = 64 };

static const cx_estimator_class *const own[] = {
#define CX_CLASS(x) &cx__class_##x,
#include "learn/base/classes.def"
#undef CX_CLASS
};
enum { OWN = sizeof own / sizeof *own };

static const cx_estimator_class
    *added[MAX_CLASSES]; /* written once each, under the lock, before the count grows */
static atomic_int added_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int cx_estimator_class_count(void)
{
    return OWN + atomic_load_explicit(&added_count, memory_order_acquire);
}

const cx_estimator_class *cx_estimator_class_at(int i)
{
    if (i < 0 || i >= cx_estimator_class_count()) return NULL;
    return i < OWN ? own[i] : added[i - OWN];
}

const cx_estimator_class *cx_estimator_class_find(const char *name)
{
    const int n = name ? cx_estimator_class_count() : 0;
    for (int i = 0; i < n; i++) {
        const cx_estimator_class *const c = cx_estimator_class_at(i);
        if (strcmp(c->name, name) == 0) return c;
    }
    return NULL;
}

const char **cx__class_names(void)
{
    const int n = cx_estimator_class_count();
    const char **const names = cx__calloc((size_t)n + 1, sizeof *names);
    for (int i = 0; names && i < n; i++) names[i] = cx_estimator_class_at(i)->name;
    return names;
}

int cx__class_params(const cx_estimator_class *c)
{
    int n = 0;
    while (c->params && c->params[n].name) n++;
    return n;
}
int cx__class_attrs(const cx_estimator_class *c)
{
    int n = 0;
    while (c->attrs && c->attrs[n]) n++;
    return n;
}
int cx__class_param(const cx_estimator_class *c, const char *name, size_t len)
{
    for (int i = 0; c->params && c->params[i].name; i++)
        if (strlen(c->params[i].name) == len && memcmp(c->params[i].name, name, len) == 0) return i;
    return -1;
}

/* ---- checks of a new class */
static bool identifier(const char *s)
{
    if (!s || !((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_')) return false;
    size_t n = 0;
    for (; s[n]; n++)
        if (!((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') ||
              (s[n] >= '0' && s[n] <= '9') || s[n] == '_'))
            return false;
    return n < 64;
}

static cx_status check_default(const char *where, const cx_estimator_class *c, const cx_param *p)
{
    cx__lit v = {0};
    CX__TRY(cx__literal_parse(where, p->deflt, strlen(p->deflt), &v));
    cx_status st = cx__param_check(where, c, p, &v);
    cx__text t = {0};
    cx__lit_print(&t, &v);
    if (st == CX_OK &&
        (t.failed || strlen(p->deflt) != t.len || memcmp(t.at, p->deflt, t.len) != 0))
        st = cx__fail(CX_E_ARGUMENT, where,
                      "%s: the default of '%s' is written %s, but prints as %.*s", c->name, p->name,
                      p->deflt, (int)t.len, t.failed ? "" : t.at);
    cx__text_free(&t);
    cx__lit_clear(&v);
    return st;
}

static cx_status check_params(const char *where, const cx_estimator_class *c)
{
    const int n = cx__class_params(c);
    if (n > MAX_PARAMS)
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d parameters; at most %d are allowed",
                        c->name, n, MAX_PARAMS);
    if (c->positional < 0 || c->positional > n)
        return cx__fail(CX_E_ARGUMENT, where, "%s: positional is %d with %d parameters", c->name,
                        c->positional, n);
    for (int i = 0; i < n; i++) {
        const cx_param *const p = &c->params[i];
        if (!identifier(p->name) || strstr(p->name, "__"))
            return cx__fail(CX_E_ARGUMENT, where, "%s: '%s' is no name for a parameter", c->name,
                            p->name);
        if (cx__class_param(c, p->name, strlen(p->name)) != i)
            return cx__fail(CX_E_ARGUMENT, where, "%s: parameter '%s' stands twice in the table",
                            c->name, p->name);
        if (p->kinds <= 0 || p->kinds >= 2 * CX_PARAM_COLUMNS)
            return cx__fail(CX_E_ARGUMENT, where, "%s: parameter '%s' has kinds %d", c->name,
                            p->name, p->kinds);
        if (!cx__range_valid(p->range))
            return cx__fail(CX_E_ARGUMENT, where, "%s: parameter '%s' has the malformed range %s",
                            c->name, p->name, p->range);
        if (p->deflt) CX__TRY(check_default(where, c, p));
    }
    return CX_OK;
}

static cx_status check_class(const char *where, const cx_estimator_class *c)
{
    if (!c) return cx__fail(CX_E_NULL, where, "the class is NULL");
    if (c->struct_size != sizeof *c)
        return cx__fail(CX_E_ARGUMENT, where,
                        "struct_size is %zu, not sizeof(cx_estimator_class) %zu", c->struct_size,
                        sizeof *c);
    if (!identifier(c->name))
        return cx__fail(CX_E_ARGUMENT, where, "'%s' is no name for a class",
                        c->name ? c->name : "");
    if (strcmp(c->name, "make_pipeline") == 0 || strcmp(c->name, "slice") == 0 ||
        strcmp(c->name, "make_column_selector") == 0)
        return cx__fail(CX_E_ARGUMENT, where, "'%s' is a word of the notation", c->name);
    if (((c->flags & CX_CLASS_RAW) != 0) != (c->call != NULL))
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s: the flag CX_CLASS_RAW and the method call belong together", c->name);
    const int n = cx__class_attrs(c);
    if (n > MAX_ATTRS)
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d attributes; at most %d are allowed",
                        c->name, n, MAX_ATTRS);
    for (int i = 0; i < n; i++)
        if (!cx__attr_valid(c->attrs[i]))
            return cx__fail(CX_E_ARGUMENT, where, "%s: malformed rule of an attribute: '%s'",
                            c->name, c->attrs[i]);
    return check_params(where, c);
}

cx_status cx__class_check(const cx_estimator_class *c)
{
    return check_class("estimator_register", c);
}

cx_status cx_estimator_register(const cx_estimator_class *c)
{
    static const char where[] = "estimator_register";
    if (c && c->struct_size == sizeof *c && c->name && cx_estimator_class_find(c->name) == c)
        return CX_OK;
    CX__TRY(check_class(where, c));
    pthread_mutex_lock(&lock);
    const cx_estimator_class *const same = cx_estimator_class_find(c->name);
    const int n = atomic_load_explicit(&added_count, memory_order_relaxed);
    const bool room = n < MAX_CLASSES;
    if (!same && room) {
        added[n] = c;
        atomic_store_explicit(&added_count, n + 1, memory_order_release);
    }
    pthread_mutex_unlock(&lock);
    if (same == c) return CX_OK;
    if (same)
        return cx__fail(CX_E_ARGUMENT, where, "another class is called '%s' already", c->name);
    return room ? CX_OK : cx__fail(CX_E_ARGUMENT, where, "more than %d classes", MAX_CLASSES);
}
