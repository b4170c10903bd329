/* cx_tree_estimator: one tree of a forest or of boosting as a single tree of its own. */
#include "base/object.h"
#include "learn/tree/told.h"
#include <calx/device.h>
#include <calx/tree.h>
#include <string.h>

static const cx_estimator_class *class_of(const cx__told *t)
{
    static const char extra[] = "ExtraTree";
    const bool random = strncmp(t->m->cls->name, extra, sizeof extra - 1) == 0;
    if (t->offset != NULL)
        return random ? &cx__class_extra_tree_classifier : &cx__class_decision_tree_classifier;
    return random ? &cx__class_extra_tree_regressor : &cx__class_decision_tree_regressor;
}

/* What both have and the tree's class allows; the rest keeps its default. */
static cx_status copy_params(const char *where, const cx_estimator *from, cx_estimator *to)
{
    for (int i = 0; i < to->n_params; i++) {
        const cx_param *const p = &to->cls->params[i];
        const int at = cx__class_param(from->cls, p->name, strlen(p->name));
        if (at < 0 || strcmp(p->name, "random_state") == 0) continue;
        cx__lit v;
        CX__TRY(cx__lit_copy(where, &from->params[at], &v));
        if (cx__param_set(where, to, i, &v) == CX_OK) continue;
        cx__lit_clear(&v); /* a word that only the forest knows */
    }
    return CX_OK;
}

static cx_status fill(cx_estimator *self, const cx__told *t, const cx__site *s, cx__trees *one)
{
    const int64_t base = t->base;
    /* A tree's nodes lie together: a view of them is a model of one tree. */
    int64_t start[2] = {0, t->n};
    *one = t->all;
    one->count = 1;
    one->nodes = t->n;
    one->start = start;
    one->left += base;
    one->right += base;
    one->feature += base;
    one->samples += base;
    one->threshold += base;
    one->impurity += base;
    one->weighted += base;
    one->missing_left += base;
    one->value += base * one->width;
    cx_array *importances = NULL;
    CX__TRY(cx__trees_store(self, s, one));
    CX__TRY(cx__trees_importances(self, s, one, &importances));
    CX__TRY(cx_self_set(self, cx__class_slot(self->cls, "feature_importances_"), importances));
    const int features = cx__class_slot(t->m->cls, "max_features_");
    CX__TRY(cx_self_set_i64(self, cx__class_slot(self->cls, "max_features_"),
                            features >= 0 && cx_self_has(t->m, features)
                                ? cx__number_i64(cx_self(t->m, features))
                                : cx_self_features(t->m)));
    CX__TRY(cx_self_set_i64(self, cx__class_slot(self->cls, "n_outputs_"), t->outputs));
    if (t->offset == NULL) return CX_OK;
    CX__TRY(cx_self_set(self, cx__class_slot(self->cls, "classes_"),
                        cx_self(t->m, cx__class_slot(t->m->cls, "classes_"))));
    const cx_array *const offsets = cx__class_offsets(t->m);
    if (offsets == NULL) return CX_OK;
    return cx_self_set(self, cx__class_slot(self->cls, "class_offsets_"), offsets);
}

static cx_status make(const char *where, const cx_estimator *m, int64_t tree, cx_estimator **out)
{
    cx__told t;
    cx__site s;
    cx__trees one;
    CX__TRY(cx__told_open(where, m, tree, &t));
    if (!cx__told_exact(m))
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "trees of %s are none that a decision tree could have grown", m->cls->name);
    CX__TRY(cx__site_at(where, m->state->device, &s));
    CX__TRY(cx__estimator_make(where, class_of(&t), out));
    cx_estimator *const self = *out;
    CX__TRY(copy_params(where, m, self));
    self->state = cx__state_new(cx__class_attrs(self->cls));
    if (self->state == NULL) return cx__fail_nomem(where, "a fitted state", sizeof *self->state);
    self->state->device = m->state->device;
    self->state->schema = m->state->schema;
    if (m->state->schema != NULL) atomic_fetch_add(&m->state->schema->refs, 1);
    self->fitting = true;
    const cx_status st = fill(self, &t, &s, &one);
    self->fitting = false;
    return st;
}

cx_estimator *cx_tree_estimator(const cx_estimator *m, int64_t tree)
{
    static const char where[] = "tree_estimator";
    cx_estimator *out = NULL;
    const cx_scope scope = cx_scope_open();
    cx_check(make(where, m, tree, &out));
    const cx_status st = cx_check(cx_scope_close(scope));
    if (st == CX_OK) return cx__yield(CX_OK, where, out);
    if (out != NULL) cx_estimator_release(out);
    return cx__nil(st);
}
