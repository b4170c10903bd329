/* What all selectors share: see the header. The chosen columns' numbers are all that transform
 * needs. */
#include "learn/feature_selection/selector.h"

#include "base/alloc.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/feature_selection.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

cx_status cx__selected(cx_estimator *self, const cx__site *s, const bool *keep, int64_t d)
{
    int64_t *const index = cx__alloc((size_t)d * 2 * sizeof *index);
    if (index == NULL) return cx__fail_nomem("fit", "columns", (size_t)d * 16);
    int64_t *const mask = index + d, k = 0;
    for (int64_t j = 0; j < d; j++) {
        mask[j] = keep[j];
        if (keep[j]) index[k++] = j;
    }
    if (k == 0) cx__warn(CX_E_ARGUMENT, "%s: no column was selected", cx_estimator_name(self));
    cx_status st =
        cx_self_set(self, CX__SUPPORT, cx_astype(cx__given_all(s, mask, d, CX_I64), CX_BOOL));
    if (st == CX_OK) st = cx_self_set(self, CX__INDEX, cx__given_all(s, index, k, CX_I64));
    cx__free(index);
    return st;
}

cx_array *cx__selector_transform(const cx_estimator *self, const cx_array *x)
{
    return cx_take(x, cx_self(self, CX__INDEX), 1);
}

/* Columns that were left out become 0: they are taken from one behind the others. */
cx_array *cx__selector_inverse(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "inverse_transform";
    const cx_array *const index = cx_self(self, CX__INDEX);
    const int64_t d = cx_self_features(self), k = cx_size(index);
    if (cx_dim(x, 1) != k) {
        (void)cx_check(cx__fail(CX_E_SHAPE, where, "x has %lld columns; %lld were selected",
                                (long long)cx_dim(x, 1), (long long)k));
        return NULL;
    }
    cx__site s;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return NULL;
    int64_t *const from = cx__alloc((size_t)(d + k) * sizeof *from);
    cx_status st = from != NULL ? cx__read_all_i64(&s, index, from + d)
                                : cx__fail_nomem(where, "columns", (size_t)(d + k) * 8);
    cx_array *out = NULL;
    if (cx_check(st) == CX_OK) {
        for (int64_t j = 0; j < d; j++) from[j] = k;
        for (int64_t i = 0; i < k; i++) from[from[d + i]] = i;
        const cx_array *const none =
            cx_zeros(CX_SHAPE(cx_dim(x, 0), 1), cx_dtype_of(x), cx_device_of(x));
        out = cx_take(cx_concatenate(CX_ARRAYS(x, none), 1), cx__given_all(&s, from, d, CX_I64), 1);
    }
    cx__free(from);
    return out;
}

cx_array *cx__selector_names(const cx_estimator *self, const cx_array *names)
{
    cx__site s;
    if (cx_check(cx__site_of("feature_names_out", cx_self(self, CX__INDEX), &s)) != CX_OK)
        return NULL;
    const int64_t k = cx_size(cx_self(self, CX__INDEX));
    cx_array *const host = cx_empty(CX_SHAPE(k), CX_I64, CX_CPU);
    if (k > 0 && cx_check(cx__read_all_i64(&s, cx_self(self, CX__INDEX), cx__at(host))) != CX_OK)
        return NULL;
    return cx_take(names, host, 0);
}

cx_status cx__selector_check(const cx_estimator *self)
{
    const int64_t *const index = cx_data_i64(cx_astype(cx_self(self, CX__INDEX), CX_I64));
    const int64_t k = cx_size(cx_self(self, CX__INDEX)), d = cx_self_features(self);
    CX__TRY(cx__so_far());
    bool ok = k <= d;
    for (int64_t i = 0; ok && i < k; i++) ok = index[i] >= 0 && index[i] < d;
    return ok ? CX_OK
              : cx__fail(CX_E_PARSE, "estimator_load", "the columns of a %s are not there",
                         cx_estimator_name(self));
}

/* ---- rows */
cx_status cx__selector_plan(const cx_estimator *self, cx_plan *p)
{
    cx__gather *const g = cx_plan_alloc(p, sizeof *g);
    if (g == NULL) return CX_E_NOMEM;
    g->k = cx_size(cx_self(self, CX__INDEX));
    p->state = g;
    p->cols_out = g->k;
    return cx__plan_i64(p, cx_self(self, CX__INDEX), &g->index);
}

void cx__gather_row(const cx__gather *g, const double *x, double *out)
{
    for (int64_t i = 0; i < g->k; i++) out[i] = x[g->index[i]];
}

cx_status cx__selector_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__gather *const g = p->state;
    for (int64_t i = 0; i < rows; i++) cx__gather_row(g, x + i * p->cols_in, out + i * g->k);
    return CX_OK;
}

/* ---- scores on the host */
typedef struct entry {
    double v;
    int64_t i;
} entry;

static int by_value(const void *a, const void *b)
{
    const entry *const x = a, *const y = b;
    return x->v < y->v ? -1 : x->v > y->v ? 1 : x->i < y->i ? -1 : x->i > y->i;
}

cx_status cx__rank_scores(const double *score, int64_t d, int64_t *order)
{
    entry *const e = cx__alloc((size_t)d * sizeof *e + 1);
    if (e == NULL) return cx__fail_nomem("fit", "scores", (size_t)d * sizeof *e);
    for (int64_t j = 0; j < d; j++) e[j] = (entry){score[j], j};
    qsort(e, (size_t)d, sizeof *e, by_value);
    for (int64_t j = 0; j < d; j++) order[j] = e[j].i;
    cx__free(e);
    return CX_OK;
}

cx_status cx__percentile(const double *score, int64_t d, double percent, double *out)
{
    int64_t *const order = cx__alloc((size_t)d * sizeof *order + 1);
    if (order == NULL) return cx__fail_nomem("fit", "scores", (size_t)d * 8);
    const cx_status st = cx__rank_scores(score, d, order);
    const double at = percent / 100 * (double)(d - 1), low = floor(at), t = at - low;
    if (st == CX_OK) {
        const int64_t i = (int64_t)low, next = i + 1 < d ? i + 1 : d - 1;
        const double a = score[order[i]], b = score[order[next]];
        *out = t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
    }
    cx__free(order);
    return st;
}

cx_status cx__importances(const char *where, const cx_estimator *self, const cx_estimator *fitted,
                          int64_t *rows, int64_t *cols, double **out)
{
    const char *name = cx_param_str(self, "importance_getter");
    *out = NULL;
    if (strcmp(name, "auto") == 0)
        name = cx_has_attr(fitted, "coef_") ? "coef_" : "feature_importances_";
    if (!cx_has_attr(fitted, name))
        return cx__fail(CX_E_ARGUMENT, where, "%s: a fitted %s has no attribute '%s'",
                        cx_estimator_name(self), cx_estimator_name(fitted), name);
    const cx_array *const a = cx_attr(fitted, name);
    CX__TRY(cx_status_of(a));
    if (cx_ndim(a) < 1 || cx_ndim(a) > 2)
        return cx__fail(CX_E_SHAPE, where, "%s: '%s' has %d dimensions", cx_estimator_name(self),
                        name, cx_ndim(a));
    *rows = cx_ndim(a) == 2 ? cx_dim(a, 0) : 0;
    *cols = cx_dim(a, -1);
    cx__site s;
    CX__TRY(cx__site_of(where, a, &s));
    *out = cx__alloc((size_t)cx_size(a) * sizeof **out + 1);
    if (*out == NULL) return cx__fail_nomem(where, "importances", (size_t)cx_size(a) * 8);
    return cx__read_all(&s, cx_ascontiguous(a), *out);
}

/* ---- the public face */
cx_array *cx_get_support(const cx_estimator *m)
{
    static const char where[] = "get_support";
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    size_t len = 0;
    const char *const first =
        st == CX_OK && cx__class_attrs(m->cls) > 0 ? cx__class_attr(m->cls, 0, &len) : NULL;
    const bool selects = first != NULL && len == 8 && memcmp(first, "support_", 8) == 0;
    if (st == CX_OK && !selects)
        st = cx__fail(CX_E_ARGUMENT, where, "%s selects no features", cx_estimator_name(m));
    return st == CX_OK ? cx_attr(m, "support_") : cx__yield(st, where, NULL);
}
