/* Fitted state: named arrays by slot, the schema of the data, and fitted children.
 *
 * One idea: a state is built by one fit and then never changes, so that readers need no lock and
 * a failed fit leaves nothing behind. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include <string.h>

cx__state *cx__state_new(int slots)
{
    cx__state *const s = cx__calloc(1, sizeof *s);
    cx_array **const slot = cx__calloc((size_t)slots + 1, sizeof *slot);
    if (!s || !slot) {
        cx__free(s);
        cx__free(slot);
        return NULL;
    }
    s->slots = slots;
    s->device = CX_CPU;
    s->slot = slot;
    return s;
}

void cx__state_release(cx__state *s)
{
    if (!s) return;
    for (int i = 0; i < s->slots; i++) cx_release(s->slot[i]);
    for (int i = 0; i < s->children; i++) {
        cx__free(s->child_name[i]);
        cx__release(s->child[i]);
    }
    cx__free(s->slot);
    cx__free(s->child_name);
    cx__free(s->child);
    cx__schema_release(s->schema);
    cx__free(s);
}

cx__state *cx__state_copy(const cx__state *s)
{
    cx__state *const copy = cx__state_new(s->slots);
    if (!copy) return NULL;
    for (int i = 0; i < s->slots; i++) copy->slot[i] = s->slot[i] ? cx_retain(s->slot[i]) : NULL;
    copy->device = s->device;
    copy->schema = s->schema;
    if (copy->schema) atomic_fetch_add_explicit(&copy->schema->refs, 1, memory_order_relaxed);
    if (s->children) {
        copy->child_name = cx__calloc((size_t)s->children, sizeof *copy->child_name);
        copy->child = cx__calloc((size_t)s->children, sizeof *copy->child);
    }
    bool ok = !s->children || (copy->child_name && copy->child);
    for (int i = 0; ok && i < s->children; i++) {
        copy->child_name[i] = cx__strdup(s->child_name[i]);
        ok = copy->child_name[i] != NULL;
        if (ok) copy->child[i] = cx__retain(s->child[i]);
        if (ok) copy->children = i + 1;
    }
    if (ok) return copy;
    cx__state_release(copy);
    return NULL;
}

void cx__schema_release(cx__schema *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    for (int64_t i = 0; i < s->n; i++) {
        if (s->names) cx__free(s->names[i]);
        if (s->categories) cx_release(s->categories[i]);
    }
    cx__free(s->names);
    cx__free(s->dtypes);
    cx__free(s->categories);
    cx__free(s->target);
    cx__free(s);
}

/* ---- for methods */
static bool has_slot(const cx_estimator *m, int slot)
{
    return cx__status(m, CX__KIND_ESTIMATOR) == CX_OK && m->state && slot >= 0 &&
           slot < m->state->slots;
}

const cx_array *cx_self(const cx_estimator *self, int slot)
{
    return has_slot(self, slot) && self->state->slot[slot] ? self->state->slot[slot]
                                                           : cx__nil(CX_E_NOT_FITTED);
}

bool cx_self_has(const cx_estimator *self, int slot)
{
    return has_slot(self, slot) && self->state->slot[slot] != NULL;
}

const cx_array *cx_self_before(const cx_estimator *self, int slot)
{
    if (cx__status(self, CX__KIND_ESTIMATOR) != CX_OK || !self->before) return NULL;
    return slot >= 0 && slot < self->before->slots ? self->before->slot[slot] : NULL;
}

static cx_status writeable(const char *where, const cx_estimator *self)
{
    CX__NEED(where, "self", self, CX__KIND_ESTIMATOR);
    if (self->fitting) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s is not in fit: its state cannot be written",
                    self->cls->name);
}

cx_status cx_self_set(cx_estimator *self, int slot, const cx_array *a)
{
    static const char where[] = "self_set";
    CX__TRY(writeable(where, self));
    if (slot < 0 || slot >= self->state->slots)
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d attributes; there is no slot %d",
                        self->cls->name, self->state->slots, slot);
    cx_array *keep = NULL;
    if (a) {
        CX__NEED(where, "a", a, CX__KIND_ARRAY);
        keep = cx_retain(a);
    }
    cx_release(self->state->slot[slot]);
    self->state->slot[slot] = keep;
    return CX_OK;
}

/* Beside the other attributes, by value: nothing is copied between devices. */
static cx_status set_number(cx_estimator *self, int slot, cx_dtype t, const cx_array *v)
{
    CX__TRY(writeable("self_set", self));
    return cx_self_set(self, slot, cx_full(CX_SHAPE(), v, t, self->state->device));
}
cx_status cx_self_set_f64(cx_estimator *self, int slot, double v)
{
    return set_number(self, slot, CX_F64, cx_float(v));
}
cx_status cx_self_set_i64(cx_estimator *self, int slot, int64_t v)
{
    return set_number(self, slot, CX_I64, cx_int(v));
}

static int find_child(const cx__state *s, const char *name)
{
    for (int i = 0; s && i < s->children; i++)
        if (strcmp(s->child_name[i], name) == 0) return i;
    return -1;
}

const cx_estimator *cx_self_child(const cx_estimator *self, const char *name)
{
    const cx_status st = cx__status(self, CX__KIND_ESTIMATOR);
    const int i = st == CX_OK && name ? find_child(self->state, name) : -1;
    return i >= 0 ? self->state->child[i] : cx__nil(CX_E_NOT_FITTED);
}

cx_status cx_self_set_child(cx_estimator *self, const char *name, const cx_estimator *fitted)
{
    static const char where[] = "self_set_child";
    CX__TRY(writeable(where, self));
    CX__NEED(where, "fitted", fitted, CX__KIND_ESTIMATOR);
    if (!name || !*name || strchr(name, '/'))
        return cx__fail(CX_E_ARGUMENT, where, "a child needs a name without '/'");
    cx__state *const s = self->state;
    const int old = find_child(s, name);
    if (old >= 0) {
        cx_estimator *const keep = cx__retain(fitted);
        cx__release(s->child[old]);
        s->child[old] = keep;
        return CX_OK;
    }
    const size_t n = (size_t)s->children + 1;
    char **const names = cx__realloc(s->child_name, n * sizeof *names);
    if (names) s->child_name = names;
    cx_estimator **const all = cx__realloc(s->child, n * sizeof *all);
    if (all) s->child = all;
    char *const copy = names && all ? cx__strdup(name) : NULL;
    if (!copy) return cx__fail_nomem(where, "a fitted step", n * sizeof *all);
    names[n - 1] = copy;
    all[n - 1] = cx__retain(fitted);
    s->children = (int)n;
    return CX_OK;
}

int64_t cx_self_features(const cx_estimator *self)
{
    const bool ok = cx__status(self, CX__KIND_ESTIMATOR) == CX_OK;
    return ok && self->state && self->state->schema ? self->state->schema->n : 0;
}

cx_array *cx_self_categories(const cx_estimator *self, int64_t column)
{
    static const char where[] = "self_categories";
    const cx_status st = cx__check(where, "self", self, CX__KIND_ESTIMATOR);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx__schema *const s = self->state ? self->state->schema : NULL;
    if (s && s->names && column >= 0 && column < s->n && s->categories[column])
        return cx_to(s->categories[column], CX_CPU);
    return cx__yield(cx__fail(CX_E_SCHEMA, where, "%s saw no text in column %lld", self->cls->name,
                              (long long)column),
                     where, NULL);
}

cx_status cx_self_progress(const cx_estimator *self, int64_t done, int64_t total)
{
    CX__NEED("self_progress", "self", self, CX__KIND_ESTIMATOR);
    cx__progress(self->cls->name, done, total);
    return cx__poll("fit");
}
