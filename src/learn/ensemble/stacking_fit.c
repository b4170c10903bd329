/* Stacking: fitting the members, and the last estimator on what they say of rows that they have not
 * seen. */
#include "base/alloc.h"
#include "learn/ensemble/stacking.h"
#include "learn/model_selection/cv.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <string.h>

static bool is_prefit(const cx_estimator *self)
{
    const cx__lit *const v = cx__param(self, "cv");
    return v->kind == CX__LIT_STR && strcmp(v->u.s, "prefit") == 0;
}

/* Members that are fitted already become children as they are. */
static cx_status keep_fitted(cx_estimator *self)
{
    for (int i = 0; i < cx__named_count(self); i++) {
        const cx_estimator *const m = cx__named_at(self, i);
        if (!m) continue;
        if (!cx__is_frozen(m) || !m->state)
            return cx__fail(CX_E_NOT_FITTED, "fit",
                            "%s: cv='prefit' takes fitted estimators, each in a FrozenEstimator; "
                            "'%.60s' (%s) is none",
                            self->cls->name, cx__named_name(self, i), m->cls->name);
        cx_estimator *copy = NULL;
        CX__TRY(cx__estimator_clone("fit", m, &copy));
        const cx_status st = cx_self_set_child(self, cx__named_name(self, i), copy);
        cx__release(copy);
        CX__TRY(st);
    }
    return CX_OK;
}

typedef struct stack {
    cx_estimator *self;
    const cx_data *d;
    int count;             /* members */
    cx_method *method;     /* [count] */
    const cx_array **part; /* [count], columns of each */
    cx_fold *fold;
    int64_t folds;
} stack;

/* What member k of entry i says of rows that it has not seen. */
static cx_status ask(stack *s, int i, int k)
{
    const cx_estimator *const m = cx__named_at(s->self, i), *const child = s->self->state->child[k];
    cx_array *answers = NULL;
    const cx_data x = {.x = s->d->x, .table = s->d->table};
    if (is_prefit(s->self))
        answers = cx__estimator_call("fit", child, s->method[k], &x);
    else
        CX__TRY(cx__cross_val_predict("fit", m, s->d, s->fold, s->folds, s->method[k], &answers));
    CX__TRY(cx__so_far());
    s->part[k] = cx__stack_columns(s->self, child, s->method[k], answers);
    return cx__so_far();
}

/* stack_method_ and the widths of the members' columns. */
static cx_status store(const stack *s)
{
    cx__site site;
    CX__TRY(cx__site_at("fit", cx__data_device(s->d), &site));
    const char **const name = cx__scope_room((size_t)s->count * sizeof *name);
    int64_t *const width = cx__scope_room((size_t)s->count * sizeof *width);
    if (!name || !width) return cx__last_status();
    for (int k = 0; k < s->count; k++) {
        name[k] = cx__method_name(s->method[k]);
        width[k] = cx_dim(s->part[k], 1);
    }
    CX__TRY(cx_self_set(s->self, CX__STACK_METHODS,
                        cx__sent(&site, cx__texts_new("fit", s->count, name))));
    return cx_self_set(s->self, CX__STACK_WIDTHS, cx__given(&site, width, s->count, CX_I64));
}

static cx_status fit_final(stack *s, cx_estimator *final, const cx_array *weight)
{
    const cx_array *const meta = cx__stack_join("fit", s->self, s->d, s->part, s->count);
    CX__TRY(cx__so_far());
    const cx_data d = {.x = meta, .y = s->d->y, .sample_weight = weight};
    CX__TRY(cx__estimator_fit("fit", final, &d, false));
    return cx_self_set_child(s->self, CX__STACK_FINAL, final);
}

static cx_status make_final(const cx_estimator *self, cx_estimator **out)
{
    const cx__lit *const v = cx__param(self, "final_estimator");
    const char *const spec = cx__stack_default(self);
    if (v->kind == CX__LIT_ESTIMATOR)
        CX__TRY(cx__estimator_clone("fit", v->u.estimator, out));
    else
        CX__TRY(cx__estimator_parse("fit", spec, strlen(spec), out));
    if (cx_estimator_kind_of(*out) == self->cls->kind) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: final_estimator (%s) is no %s", self->cls->name,
                    (*out)->cls->name,
                    self->cls->kind == CX_CLASSIFIER ? "classifier" : "regressor");
}

static cx_status run(stack *s, cx_estimator *final, const cx_array *weight)
{
    cx_estimator *const self = s->self;
    const int all = cx__named_count(self);
    s->method = cx__scope_room((size_t)s->count * sizeof *s->method);
    s->part = cx__scope_room((size_t)s->count * sizeof *s->part);
    if (!s->method || !s->part) return cx__last_status();
    for (int i = 0, k = 0; i < all; i++) {
        if (!cx__named_at(self, i)) continue;
        if (!cx__stack_method(self, i, &s->method[k++]))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: '%.60s' (%s) has no method '%s'",
                            self->cls->name, cx__named_name(self, i),
                            cx__named_at(self, i)->cls->name, cx__param(self, "stack_method")->u.s);
    }
    CX__TRY(is_prefit(self) ? keep_fitted(self) : cx__named_fit(self, s->d));
    if (!is_prefit(self))
        CX__TRY(cx__folds_of(self, s->d, self->cls->kind == CX_CLASSIFIER, &s->fold, &s->folds));
    for (int i = 0, k = 0; i < all; i++)
        if (cx__named_at(self, i)) CX__TRY(ask(s, i, k++));
    CX__TRY(store(s));
    return fit_final(s, final, weight);
}

cx_status cx__stack_fit(cx_estimator *self, const cx_data *features, const cx_array *y,
                        const cx_array *weight)
{
    cx_data d = *features;
    d.y = y;
    d.sample_weight = weight;
    stack s = {.self = self, .d = &d, .count = cx__named_active(self)};
    cx_estimator *final = NULL;
    cx_status st = make_final(self, &final);
    if (st == CX_OK && weight && !cx__takes_weights(final))
        st = cx__fail(CX_E_ARGUMENT, "fit", "%s: final_estimator (%s) takes no sample_weight",
                      self->cls->name, final->cls->name);
    if (st == CX_OK) st = run(&s, final, weight);
    cx__free(s.fold);
    cx__release(final);
    return st;
}
