/* Named members of different classes: see the header. */
#include "learn/ensemble/named.h"
#include "base/alloc.h"
#include "learn/model_selection/tasks.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <string.h>

const char *cx__named_name(const cx_estimator *self, int i)
{
    return self->params[0].u.items[i].u.items[0].u.s;
}

const cx_estimator *cx__named_at(const cx_estimator *self, int i)
{
    const cx__lit *const v = &self->params[0].u.items[i].u.items[1];
    return v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
}

int cx__named_active(const cx_estimator *self)
{
    int n = 0;
    for (int i = 0; i < cx__named_count(self); i++) n += cx__named_at(self, i) != NULL;
    return n;
}

static cx_status valid_one(const cx_estimator *self, int i, bool any_kind, bool weighted)
{
    const char *const owner = self->cls->name, *const name = cx__named_name(self, i);
    const cx_estimator *const m = cx__named_at(self, i);
    const cx__lit *const v = &self->params[0].u.items[i].u.items[1];
    if (!m && v->kind == CX__LIT_STR && strcmp(v->u.s, "drop") == 0) return CX_OK;
    if (!m)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: '%.60s' is neither an estimator nor 'drop'",
                        owner, name);
    if (!any_kind && cx_estimator_kind_of(m) != self->cls->kind)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: '%.60s' (%s) is no %s", owner, name,
                        m->cls->name,
                        self->cls->kind == CX_CLASSIFIER ? "classifier" : "regressor");
    if (!m->cls->fit || !cx_estimator_has(m, CX_PREDICT))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: '%.60s' (%s) does not predict", owner, name,
                        m->cls->name);
    if (!weighted || cx__is_frozen(m) || cx__takes_weights(m)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: '%.60s' (%s) takes no sample_weight", owner, name,
                    m->cls->name);
}

cx_status cx__named_valid(const cx_estimator *self, bool any_kind, bool weighted)
{
    for (int i = 0; i < cx__named_count(self); i++) CX__TRY(valid_one(self, i, any_kind, weighted));
    if (cx__named_active(self)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: every estimator is dropped", self->cls->name);
}

typedef struct fits {
    const cx_data *d;
    cx_estimator **m; /* one reference each */
} fits;

static cx_status fit_one(void *ctx, int64_t i)
{
    const fits *const f = ctx;
    cx_data d = *f->d;
    if (cx__is_frozen(f->m[i])) d.sample_weight = NULL;
    return cx__estimator_fit("fit", f->m[i], &d, false);
}

cx_status cx__named_fit(cx_estimator *self, const cx_data *d)
{
    const int count = cx__named_count(self);
    fits f = {.d = d, .m = cx__calloc((size_t)count, sizeof *f.m)};
    if (!f.m) return cx__fail_nomem("fit", "members", (size_t)count * sizeof *f.m);
    cx_status st = CX_OK;
    int n = 0;
    for (int i = 0; st == CX_OK && i < count; i++) {
        if (!cx__named_at(self, i)) continue;
        st = cx__estimator_clone("fit", cx__named_at(self, i), &f.m[n]);
        if (st == CX_OK) n++;
    }
    if (st == CX_OK) st = cx__tasks_run("fit", self->cls->name, cx__data_device(d), n, fit_one, &f);
    for (int i = 0, k = 0; st == CX_OK && i < count; i++)
        if (cx__named_at(self, i)) st = cx_self_set_child(self, cx__named_name(self, i), f.m[k++]);
    for (int i = 0; i < n; i++) cx__release(f.m[i]);
    cx__free((void *)f.m);
    return st;
}

cx_status cx__named_check(const cx_estimator *self, int more)
{
    const cx__state *const s = self->state;
    int k = 0;
    bool ok = s->children == cx__named_active(self) + more && s->children > more;
    for (int i = 0; ok && i < cx__named_count(self); i++) {
        const cx_estimator *const m = cx__named_at(self, i);
        if (!m) continue;
        const cx_estimator *const child = s->child[k];
        ok = strcmp(s->child_name[k++], cx__named_name(self, i)) == 0 && child->cls == m->cls &&
             child->state && cx_self_features(child) == cx_self_features(self);
    }
    if (ok) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "the fitted estimators of a %s are not those of its spec", self->cls->name);
}

/* ---- names of columns */
static void put_name(cx__text *t, const cx_estimator *self, const char *name, int64_t number)
{
    for (const char *c = self->cls->name; *c; c++) {
        const char low = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        cx__text_put(t, &low, 1);
    }
    cx__text_f(t, "_%s", name);
    if (number >= 0) cx__text_f(t, "%lld", (long long)number);
    cx__text_put(t, "", 1);
}

static cx_array *names_of(const cx__text *t, int64_t n, const cx_array *rest)
{
    const int64_t more = rest ? cx_size(rest) : 0;
    const char **const all = cx__scope_room((size_t)(n + more) * sizeof *all);
    if (!all) return NULL;
    const char *at = t->at;
    for (int64_t i = 0; i < n; i++, at += strlen(at) + 1) all[i] = at;
    for (int64_t i = 0; i < more; i++) all[n + i] = cx_label(rest, i);
    return cx_ok() ? cx__names_new(n + more, all) : NULL;
}

cx_array *cx__named_columns(const cx_estimator *self, const int64_t *width, bool many,
                            const cx_array *rest)
{
    cx__text t = {0};
    int64_t n = 0;
    for (int i = 0, k = 0; i < cx__named_count(self); i++) {
        if (!cx__named_at(self, i)) continue;
        const bool numbered = many || width[k] > 1;
        for (int64_t j = 0; j < width[k]; j++, n++)
            put_name(&t, self, cx__named_name(self, i), numbered ? j : -1);
        k++;
    }
    cx_array *const out = t.failed ? cx__yield(cx__fail_nomem("feature_names_out", "names", t.len),
                                               "feature_names_out", NULL)
                                   : names_of(&t, n, rest);
    cx__text_free(&t);
    return out;
}
