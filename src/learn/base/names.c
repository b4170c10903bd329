/* Names of the columns that a transformer gives.
 *
 * One idea: names go in and names come out, so that meta-estimators ask their children in turn;
 * only who stands first looks at what fit saw. */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/ops.h>
#include <stdio.h>
#include <string.h>

enum { NAME_TEXT = 96 };

cx_array *cx__names_new(int64_t n, const char *const *texts)
{
    return cx_categories_new(cx_arange_i64(0, n, 1, CX_I32, CX_CPU), (int)n, texts);
}

cx_array *cx__names_numbered(const char *prefix, int64_t n)
{
    static const char where[] = "feature_names_out";
    const size_t room = strlen(prefix) + 24;
    char *const text = n < INT32_MAX ? cx__alloc((size_t)n * room + 1) : NULL;
    const char **const texts = text ? cx__calloc((size_t)n + 1, sizeof *texts) : NULL;
    cx_array *out = NULL;
    cx_status st = texts ? CX_OK : cx__fail_nomem(where, "names", (size_t)n * room);
    for (int64_t i = 0; st == CX_OK && i < n; i++) {
        snprintf(text + (size_t)i * room, room, "%s%lld", prefix, (long long)i);
        texts[i] = text + (size_t)i * room;
    }
    if (st == CX_OK) out = cx__names_new(n, texts);
    cx__free(texts);
    cx__free(text);
    return st == CX_OK ? out : cx__yield(st, where, NULL);
}

cx_array *cx__names_made(int64_t n, void (*put)(const void *ctx, int64_t i, cx__text *t),
                         const void *ctx)
{
    static const char where[] = "feature_names_out";
    cx__text all = {0};
    size_t *const at = cx__calloc((size_t)n + 1, sizeof *at);
    const char **const texts = cx__calloc((size_t)n + 1, sizeof *texts);
    cx_array *out = NULL;
    cx_status st = at && texts ? CX_OK : cx__fail_nomem(where, "names", (size_t)n * sizeof *at);
    for (int64_t i = 0; st == CX_OK && i < n; i++) {
        at[i] = all.len;
        put(ctx, i, &all);
        cx__text_put(&all, "", 1);
    }
    if (all.failed) st = cx__fail_nomem(where, "names", all.len);
    for (int64_t i = 0; st == CX_OK && i < n; i++) texts[i] = all.at + at[i];
    if (st == CX_OK) out = cx__names_new(n, texts);
    cx__free(texts);
    cx__free(at);
    cx__text_free(&all);
    return st == CX_OK ? out : cx__yield(st, where, NULL);
}

cx_array *cx_self_names(const cx_estimator *self, int64_t n)
{
    static const char where[] = "self_names";
    const cx_status st = cx__check(where, "self", self, CX__KIND_ESTIMATOR);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    char lower[NAME_TEXT];
    size_t len = 0;
    for (const char *c = self->cls->name; *c && len < sizeof lower - 1; c++)
        lower[len++] = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    lower[len] = '\0';
    return cx__names_numbered(lower, n);
}

/* Those seen by fit, or numbered ones. */
static cx_array *names_in(const cx__schema *s)
{
    return s->names ? cx__names_new(s->n, (const char *const *)s->names)
                    : cx__names_numbered("x", s->n);
}

static cx_status check_names(const char *where, const cx_estimator *m, const cx_array *names)
{
    const cx__schema *const s = m->state->schema;
    if (cx_dtype_of(names) != CX_CAT || cx_ndim(names) != 1 ||
        cx_device_of(names).kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DTYPE, where,
                        "names must be texts (CX_CAT) in one dimension on the CPU");
    if (!s) return CX_OK;
    if (cx_size(names) != s->n)
        return cx__fail(CX_E_SHAPE, where,
                        "names has %lld texts, but %s was fitted with %lld columns",
                        (long long)cx_size(names), m->cls->name, (long long)s->n);
    for (int64_t i = 0; s->names && i < s->n; i++) {
        const char *const text = cx_label(names, i);
        if (!text) return cx__so_far();
        if (strcmp(text, s->names[i]) != 0)
            return cx__fail(CX_E_SCHEMA, where, "names has '%.60s' at %lld, where fit saw '%.60s'",
                            text, (long long)i, s->names[i]);
    }
    return CX_OK;
}

cx_array *cx__names_out(const char *where, const cx_estimator *m, const cx_array *names)
{
    if (m->cls->feature_names_out) return m->cls->feature_names_out(m, names);
    if (m->cls->transform) return cx_copy(names);
    return cx__yield(
        cx__fail(CX_E_UNSUPPORTED, where, "%s has no names of transformed columns", m->cls->name),
        where, NULL);
}

cx_array *cx_feature_names_out(const cx_estimator *m, const cx_array *names)
{
    static const char where[] = "feature_names_out";
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK && names) st = cx__check(where, "names", names, CX__KIND_ARRAY);
    if (st == CX_OK && !m->state)
        st = cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted: call cx_fit first",
                      m->cls->name);
    if (st == CX_OK && !cx_estimator_has(m, CX_TRANSFORM))
        st = cx__fail(CX_E_UNSUPPORTED, where, "%s has no transform", m->cls->name);
    if (st == CX_OK && names) st = check_names(where, m, names);
    if (st == CX_OK && !names && !m->state->schema)
        st = cx__fail(CX_E_UNSUPPORTED, where, "this %s saw no columns", m->cls->name);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope scope = cx_scope_open();
    return cx_scope_return(scope,
                           cx__names_out(where, m, names ? names : names_in(m->state->schema)));
}
