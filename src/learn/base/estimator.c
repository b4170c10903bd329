/* Estimator objects: making, copying, asking.
 *
 * One idea: an estimator is its class, its parameter values and one immutable state; everything
 * else is derived. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <string.h>

static void destroy(cx__object *o)
{
    cx_estimator *const m = (cx_estimator *)(void *)o;
    for (int i = 0; i < m->n_params && m->params; i++) cx__lit_clear(&m->params[i]);
    cx__free(m->params);
    cx__state_release(m->state);
    cx__object_free(m);
}

static const cx__noun noun = {.name = "estimator", .kind = CX__KIND_ESTIMATOR, .destroy = destroy};

static cx_status allocate(const char *where, const cx_estimator_class *c, cx_estimator **out)
{
    cx_estimator *const m = cx__object_new(&noun, sizeof *m);
    if (!m) return cx__fail_nomem(where, "an estimator", sizeof *m);
    m->cls = c;
    m->n_params = cx__class_params(c);
    m->params = cx__calloc((size_t)m->n_params + 1, sizeof *m->params);
    *out = m;
    if (m->params) return CX_OK;
    cx__release(m);
    return cx__fail_nomem(where, "parameters", (size_t)cx__class_params(c) * sizeof *m->params);
}

cx_status cx__estimator_make(const char *where, const cx_estimator_class *c, cx_estimator **out)
{
    if (!c) return cx__fail(CX_E_INTERNAL, where, "no class");
    cx_estimator *m = NULL;
    CX__TRY(allocate(where, c, &m));
    for (int i = 0; i < m->n_params; i++) {
        const char *const text = c->params[i].deflt;
        const cx_status st =
            text ? cx__literal_parse(where, text, strlen(text), &m->params[i]) : CX_OK;
        if (st != CX_OK) {
            cx__release(m);
            return st;
        }
    }
    *out = m;
    return CX_OK;
}

cx_status cx__estimator_clone(const char *where, const cx_estimator *in, cx_estimator **out)
{
    cx_estimator *m = NULL;
    CX__TRY(allocate(where, in->cls, &m));
    for (int i = 0; i < m->n_params; i++) {
        const cx_status st = cx__lit_copy(where, &in->params[i], &m->params[i]);
        if (st != CX_OK) {
            cx__release(m);
            return st;
        }
    }
    if (in->state && cx__is_frozen(in) && !(m->state = cx__state_copy(in->state))) {
        cx__release(m);
        return cx__fail_nomem(where, "a fitted state", 0);
    }
    *out = m;
    return CX_OK;
}

cx_estimator *cx_estimator_new(const char *spec)
{
    static const char where[] = "estimator_new";
    cx_estimator *m = NULL;
    const cx_status st = spec ? cx__estimator_parse(where, spec, strlen(spec), &m)
                              : cx__fail(CX_E_NULL, where, "spec is NULL");
    return cx__yield(st, where, m);
}

cx_estimator *cx_clone(const cx_estimator *m)
{
    cx_estimator *copy = NULL;
    cx_status st = cx__check("clone", "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK) st = cx__estimator_clone("clone", m, &copy);
    return cx__yield(st, "clone", copy);
}

cx_estimator *cx_estimator_retain(const cx_estimator *m)
{
    return cx__retain(m);
}
void cx_estimator_release(cx_estimator *m)
{
    cx__release(m);
}
cx_status cx_estimator_status(const cx_estimator *m)
{
    return cx__status(m, CX__KIND_ESTIMATOR);
}

/* ---- moving to a device */
static cx_status state_to(const char *where, const cx__state *in, cx_device d, cx__state **out);

/* The one state in *at becomes that of d. */
static cx_status replace_state(const char *where, cx__state **at, cx_device d)
{
    cx__state *there = NULL;
    CX__TRY(state_to(where, *at, d, &there));
    cx__state_release(*at);
    *at = there;
    return CX_OK;
}

/* Frozen estimators among the parameters of a clone. */
typedef struct move {
    const char *where;
    cx_device device;
} move;
static cx_status move_frozen(void *ctx, cx_estimator *frozen)
{
    const move *const to = ctx;
    return frozen->state ? replace_state(to->where, &frozen->state, to->device) : CX_OK;
}

static cx_status estimator_to(const char *where, const cx_estimator *in, cx_device d,
                              cx_estimator **out)
{
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_clone(where, in, &m));
    cx_status st = cx__each_frozen(m, move_frozen, &(move){where, d});
    if (st == CX_OK && in->state) {
        cx__state_release(m->state);
        m->state = NULL;
        st = state_to(where, in->state, d, &m->state);
    }
    if (st == CX_OK)
        *out = m;
    else
        cx__release(m);
    return st;
}

static cx_status state_to(const char *where, const cx__state *in, cx_device d, cx__state **out)
{
    cx__state *const s = cx__state_copy(in);
    if (!s) return cx__fail_nomem(where, "a fitted state", 0);
    s->device = d;
    const cx_scope scope = cx_scope_open();
    for (int i = 0; i < s->slots && cx_ok(); i++)
        if (s->slot[i]) cx_assign(&s->slot[i], cx_to(s->slot[i], d));
    cx_status st = cx_scope_close(scope);
    for (int i = 0; i < s->children && st == CX_OK; i++) {
        cx_estimator *child = NULL;
        st = estimator_to(where, s->child[i], d, &child);
        if (st != CX_OK) break;
        cx__release(s->child[i]);
        s->child[i] = child;
    }
    if (st == CX_OK)
        *out = s;
    else
        cx__state_release(s);
    return st;
}

cx_estimator *cx_estimator_to(const cx_estimator *m, cx_device d)
{
    static const char where[] = "estimator_to";
    cx_estimator *copy = NULL;
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK) st = cx_device_check(d);
    if (st == CX_OK) st = estimator_to(where, m, d, &copy);
    return cx__yield(st, where, copy);
}

/* ---- asking */
static bool live(const cx_estimator *m)
{
    return cx__status(m, CX__KIND_ESTIMATOR) == CX_OK;
}

const char *cx_estimator_spec(const cx_estimator *m)
{
    static const char where[] = "estimator_spec";
    const cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    cx__text t = {0};
    if (st == CX_OK) cx__estimator_print(&t, m);
    return cx__scope_text(where, st, &t);
}

const char *cx_estimator_name(const cx_estimator *m)
{
    return live(m) ? m->cls->name : "";
}
bool cx_is_fitted(const cx_estimator *m)
{
    return live(m) && m->state != NULL;
}

cx_estimator_kind cx_estimator_kind_of(const cx_estimator *m)
{
    if (!live(m)) return CX_TRANSFORMER;
    return m->cls->kind_of ? m->cls->kind_of(m) : m->cls->kind;
}

const char *cx__method_name(cx_method method)
{
    static const char *const names[] = {"predict",      "predict_proba",     "decision_function",
                                        "transform",    "predict_log_proba", "inverse_transform",
                                        "score_samples"};
    return names[method];
}

bool cx_estimator_has(const cx_estimator *m, cx_method method)
{
    if (!live(m)) return false;
    const cx_estimator_class *const c = m->cls;
    /* what has methods of its own beyond those it was asked for needs the function */
    if (method == CX_METHOD_SCORE_SAMPLES && !c->call && !c->score_samples) return false;
    if (c->has) return c->has(m, method);
    switch (method) {
    case CX_PREDICT: return c->predict != NULL;
    case CX_PREDICT_PROBA: return c->predict_proba != NULL;
    case CX_DECISION_FUNCTION: return c->decision_function != NULL;
    case CX_TRANSFORM: return c->transform != NULL;
    case CX_PREDICT_LOG_PROBA: return c->predict_log_proba != NULL || c->predict_proba != NULL;
    case CX_INVERSE_TRANSFORM: return c->inverse_transform != NULL;
    case CX_METHOD_SCORE_SAMPLES: return c->score_samples != NULL;
    }
    return false;
}

/* ---- attributes */
static const cx_estimator *fitted_child(const cx_estimator *m, const char *name, size_t len)
{
    for (int i = 0; i < m->state->children; i++)
        if (strlen(m->state->child_name[i]) == len &&
            memcmp(m->state->child_name[i], name, len) == 0)
            return m->state->child[i];
    return NULL;
}

/* What stands for no slot of the class; from CLASSES_OF on downwards: of one label column each. */
enum { FEATURE_COUNT = -1, FEATURE_NAMES = -2, CLASSES_OF = -3 };

static bool is_of_classes(const char *name)
{
    return strcmp(name, "classes_") == 0 || strcmp(name, "class_offsets_") == 0 ||
           cx__classes_index(name) >= 0;
}

/* The estimator and slot of a name. */
static bool find_attr(const cx_estimator *m, const char *name, const cx_estimator **owner,
                      int *slot)
{
    if (!m->state) return false;
    if (cx__is_frozen(m) && m->state->children && strncmp(name, "estimator__", 11) != 0)
        return find_attr(m->state->child[0], name, owner, slot);
    *owner = m;
    const int own = cx__class_slot(m->cls, name);
    const int64_t column = cx__classes_index(name);
    if (own >= 0) {
        *slot = own;
        return m->state->slot[own] != NULL;
    }
    if (m->state->schema && strcmp(name, "n_features_in_") == 0)
        *slot = FEATURE_COUNT;
    else if (m->state->schema && m->state->schema->names && strcmp(name, "feature_names_in_") == 0)
        *slot = FEATURE_NAMES;
    else if (column >= 0 && cx__class_offsets(m)) {
        *slot = CLASSES_OF - (int)column;
        return column < cx__label_columns(m);
    } else {
        const char *const split = strstr(name, "__");
        const cx_estimator *child = split ? fitted_child(m, name, (size_t)(split - name)) : NULL;
        if (child) return find_attr(child, split + 2, owner, slot);
        /* what predicts at the end says which classes there are */
        child = m->state->children ? m->state->child[m->state->children - 1] : NULL;
        return child && is_of_classes(name) && find_attr(child, name, owner, slot);
    }
    return true;
}

bool cx_has_attr(const cx_estimator *m, const char *name)
{
    const cx_estimator *owner = NULL;
    int slot = 0;
    return name && live(m) && find_attr(m, name, &owner, &slot);
}

static CX__COLD cx_status no_attr(const cx_estimator *m, const char *name)
{
    static const char where[] = "attr";
    if (!m->state)
        return cx__fail(CX_E_NOT_FITTED, where, "%s is not fitted, so it has no '%.60s' yet",
                        m->cls->name, name);
    char store[64][40];
    const char *words[67];
    int n = 0;
    const int attrs = cx__class_attrs(m->cls);
    for (int i = 0; i < attrs && n < 64; i++) {
        size_t len = 0;
        const char *const attr = cx__class_attr(m->cls, i, &len);
        if (len >= sizeof store[0] || !m->state->slot[i]) continue;
        memcpy(store[n], attr, len);
        store[n][len] = '\0';
        words[n] = store[n];
        n++;
    }
    words[n++] = "n_features_in_";
    words[n] = NULL;
    const char *const near = cx__nearest(name, words);
    if (near)
        return cx__fail(CX_E_ARGUMENT, where, "%s has no attribute '%.60s'; did you mean '%s'?",
                        m->cls->name, name, near);
    return cx__fail(CX_E_ARGUMENT, where, "%s has no attribute '%.60s'", m->cls->name, name);
}

static cx_array *names_array(const cx__schema *s)
{
    cx_array *const codes = cx_arange_i64(0, s->n, 1, CX_I32, CX_CPU);
    /* the texts are only read */
    return cx_categories_new(codes, (int)s->n, (const char *const *)(void *)s->names);
}

/* Classes of label column i: a part of classes_. */
static cx_array *classes_of(const cx_estimator *m, int64_t i)
{
    const cx_array *const offsets = cx__class_offsets(m),
                          *const all = m->state->slot[cx__class_slot(m->cls, "classes_")];
    const int64_t from = cx__number_i64(cx_select(offsets, 0, i)),
                  to = cx__number_i64(cx_select(offsets, 0, i + 1));
    return cx_slice(all, 0, from, to, 1);
}

cx_array *cx_attr(const cx_estimator *m, const char *name)
{
    static const char where[] = "attr";
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK && !name) st = cx__fail(CX_E_NULL, where, "name is NULL");
    const cx_estimator *owner = NULL;
    int slot = 0;
    if (st == CX_OK && !find_attr(m, name, &owner, &slot)) st = no_attr(m, name);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    if (slot == FEATURE_COUNT) return cx_i64(owner->state->schema->n);
    const cx_scope s = cx_scope_open();
    /* a copy of the handle that forbids writing: the state is shared with concurrent readers */
    cx_array *const a = slot == FEATURE_NAMES ? names_array(owner->state->schema)
                        : slot <= CLASSES_OF  ? classes_of(owner, CLASSES_OF - slot)
                                              : cx_to(owner->state->slot[slot],
                                                      cx_device_of(owner->state->slot[slot]));
    if (slot != FEATURE_NAMES) cx_check(cx_set_readonly(a));
    return cx_scope_return(s, a);
}
