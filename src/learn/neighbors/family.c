/* Parameters of a class of the module as options of the search, its rows kept and made ready. */
#include "learn/neighbors/family.h"

#include "learn/neighbors/near.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

/* ---- metric_params */
/* A list of numbers, or of lists of as many, as [n] or [n, k] on the host. */
static cx_status numbers_of(const char *where, const char *name, const cx__lit *v, cx_array **out)
{
    const bool listed = v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE;
    const cx__lit *const row = listed && v->count > 0 ? v->u.items : NULL;
    const bool nested = row != NULL && (row->kind == CX__LIT_LIST || row->kind == CX__LIT_TUPLE);
    const int64_t n = listed ? v->count : 0, k = nested ? row->count : 1;
    *out =
        nested ? cx_empty(CX_SHAPE(n, k), CX_F64, CX_CPU) : cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    CX__TRY(cx__so_far());
    double *const at = n * k > 0 ? cx__at(*out) : NULL;
    bool fits = at != NULL;
    for (int64_t i = 0; fits && i < n; i++) {
        const cx__lit *const item = &v->u.items[i];
        if (nested)
            fits = (item->kind == CX__LIT_LIST || item->kind == CX__LIT_TUPLE) && item->count == k;
        for (int64_t j = 0; fits && j < k; j++)
            fits = cx__lit_number(nested ? &item->u.items[j] : item, &at[i * k + j]);
    }
    if (fits) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "metric_params: '%s' must be a list of numbers, or of lists of as many", name);
}

static cx_status one_option(const cx__site *s, const char *name, const cx__lit *v,
                            cx_pairwise_opts *o)
{
    cx_array *a = NULL;
    if (strcmp(name, "p") == 0) {
        o->p.set = cx__lit_number(v, &o->p.value);
        if (o->p.set) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, s->where, "metric_params: 'p' must be a number");
    }
    const cx_array **const to = strcmp(name, "w") == 0    ? &o->w
                                : strcmp(name, "V") == 0  ? &o->v
                                : strcmp(name, "VI") == 0 ? &o->vi
                                                          : NULL;
    if (to == NULL)
        return cx__fail(CX_E_ARGUMENT, s->where,
                        "metric_params has '%.40s'; known are 'p', 'w', 'V' and 'VI'", name);
    CX__TRY(numbers_of(s->where, name, v, &a));
    *to = cx__send(s, a);
    return cx__so_far();
}

/* ---- options */
static const char *metric_of(const cx_estimator *self)
{
    return cx__near_metric(cx_param_str(self, "metric"));
}

static bool has_param(const cx_estimator *self, const char *name)
{
    return cx__class_param(self->cls, name, strlen(name)) >= 0;
}

static cx__near_way way_of(const cx_estimator *self)
{
    const char *const name = cx_param_str(self, "algorithm");
    return strcmp(name, "brute") == 0       ? CX__NEAR_BRUTE
           : strcmp(name, "kd_tree") == 0   ? CX__NEAR_KD_TREE
           : strcmp(name, "ball_tree") == 0 ? CX__NEAR_BALL_TREE
                                            : CX__NEAR_AUTO;
}

cx_status cx__near_options(const cx__site *s, const cx_estimator *self, cx__near_opts *o)
{
    *o = (cx__near_opts){.metric = metric_of(self),
                         .pairwise = {.struct_size = sizeof o->pairwise},
                         .way = way_of(self),
                         .leaf_size = cx_param_i64(self, "leaf_size")};
    if (has_param(self, "p") && !cx_param_is_none(self, "p"))
        o->pairwise.p = (cx_maybe_f64){true, cx_param_f64(self, "p")};
    const cx__lit *const given = cx__param(self, "metric_params");
    for (int i = 0; given->kind == CX__LIT_DICT && i < given->count; i++) {
        const cx__lit *const pair = given->u.items + 2 * i;
        if (pair->kind != CX__LIT_STR)
            return cx__fail(CX_E_ARGUMENT, s->where, "metric_params: a name must be a string");
        CX__TRY(one_option(s, pair->u.s, pair + 1, &o->pairwise));
    }
    return CX_OK;
}

cx_status cx__near_with(const char *where, const cx_estimator *self, const cx_array *x,
                        cx__near **out)
{
    cx__site s;
    cx__near_opts o;
    CX__TRY(cx__site_of(where, x, &s));
    CX__TRY(cx__near_options(&s, self, &o));
    return cx__near_open(&s, x, &o, out);
}

static void tree_of(const cx_estimator *self, const cx_array *grown[CX__GROWN_PARTS])
{
    for (int i = 0; i < CX__GROWN_PARTS; i++)
        grown[i] = cx_self_has(self, CX__NEAR_TREE + i) ? cx_self(self, CX__NEAR_TREE + i) : NULL;
}

cx_status cx__near_of(const char *where, const cx_estimator *self, cx__near **out)
{
    const cx_array *const x = cx_self(self, CX__NEAR_FIT_X), *grown[CX__GROWN_PARTS];
    cx__site s;
    cx__near_opts o;
    CX__TRY(cx__site_of(where, x, &s));
    CX__TRY(cx__near_options(&s, self, &o));
    tree_of(self, grown);
    if (s.ops->near == NULL) grown[0] = NULL; /* a tree of another device */
    return cx__near_reopen(&s, x, &o, grown, out);
}

static cx_status keep_rows(cx_estimator *self, const cx__near *near)
{
    CX__TRY(cx_self_set(self, CX__NEAR_FIT_X, near->x));
    for (int i = 0; i < CX__GROWN_PARTS; i++)
        CX__TRY(cx_self_set(self, CX__NEAR_TREE + i, near->grown[i]));
    return cx_self_set_i64(self, CX__NEAR_SAMPLES, near->m);
}

cx_status cx__near_store(cx_estimator *self, const cx_array *x)
{
    cx__near *near;
    cx__site s;
    cx__near_opts o;
    const cx_array *const own = cx_copy(x);
    CX__TRY(cx__site_of("fit", own, &s));
    CX__TRY(cx__near_options(&s, self, &o));
    CX__TRY(cx__near_open(&s, own, &o, &near));
    const cx_status st = keep_rows(self, near);
    cx__near_close(near);
    return st;
}

bool cx__near_is(const cx_estimator *m)
{
    return cx__class_slot(m->cls, "_fit_X") == CX__NEAR_FIT_X &&
           cx__class_slot(m->cls, "n_samples_fit_") == CX__NEAR_SAMPLES;
}

bool cx__near_by_distance(const cx_estimator *self)
{
    const char *const weights = cx_param_str(self, "weights");
    return weights != NULL && strcmp(weights, "distance") == 0;
}

cx_status cx__near_check(const cx_estimator *self)
{
    const int64_t m = cx_dim(cx_self(self, CX__NEAR_FIT_X), 0);
    const cx_array *grown[CX__GROWN_PARTS];
    tree_of(self, grown);
    if (m >= 1 && cx__number_i64(cx_self(self, CX__NEAR_SAMPLES)) == m)
        return cx__grown_check("estimator_load", self->cls->name, grown, m,
                               cx_dim(cx_self(self, CX__NEAR_FIT_X), 1));
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: n_samples_fit_ does not count the rows",
                    self->cls->name);
}

/* ---- sessions */
static double plain_order(const cx_estimator *self)
{
    const char *const name = metric_of(self);
    if (cx__param(self, "metric_params")->kind == CX__LIT_DICT) return 0;
    if (strcmp(name, "euclidean") == 0 || strcmp(name, "l2") == 0) return 2;
    if (strcmp(name, "manhattan") == 0 || strcmp(name, "l1") == 0 || strcmp(name, "cityblock") == 0)
        return 1;
    if (strcmp(name, "chebyshev") == 0) return (double)INFINITY;
    return strcmp(name, "minkowski") == 0 ? cx_param_f64(self, "p") : 0;
}

/* The state's tree, where the plan runs. */
static cx_status plan_tree(const cx_estimator *self, cx_plan *p, double order, int64_t m,
                           cx_near_tree *t)
{
    const cx_array *grown[CX__GROWN_PARTS];
    tree_of(self, grown);
    if (grown[0] == NULL || cx__plan_site(p)->ops->near == NULL) return CX_OK;
    *t = cx__tree_view(m, p->cols_in, order, grown);
    CX__TRY(cx__plan_f64(p, grown[CX__GROWN_ROWS], &t->rows));
    CX__TRY(cx__plan_i64(p, grown[CX__GROWN_INDEX], &t->index));
    return cx__plan_f64(p, grown[CX__GROWN_BOUNDS], &t->bounds);
}

cx_status cx__near_plan(const cx_estimator *self, cx_plan *p, int64_t k, cx__served *out)
{
    const int64_t m = cx_dim(cx_self(self, CX__NEAR_FIT_X), 0);
    const double order = plain_order(self);
    if (order == 0)
        return cx__fail(CX_E_UNSUPPORTED, "session_new",
                        "%s(metric='%s') serves batches only; sessions are for Minkowski's metrics "
                        "without metric_params",
                        self->cls->name, cx_param_str(self, "metric"));
    if (k > m)
        return cx__fail(CX_E_ARGUMENT, "session_new",
                        "n_neighbors=%lld is more than the %lld fitted rows", (long long)k,
                        (long long)m);
    *out = (cx__served){.k = k, .order = order};
    out->rank = cx_plan_alloc(p, (size_t)k * sizeof *out->rank);
    out->index = cx_plan_alloc(p, (size_t)k * sizeof *out->index);
    if (out->rank == NULL || out->index == NULL) return CX_E_NOMEM;
    out->scan = (cx_learn_neighbours){.m = m,
                                      .n = 1,
                                      .d = p->cols_in,
                                      .k = k,
                                      .p = order,
                                      .index = out->index,
                                      .rank = out->rank};
    CX__TRY(plan_tree(self, p, order, m, &out->tree));
    if (out->tree.rows != NULL) return CX_OK;
    return cx__plan_f64(p, cx_self(self, CX__NEAR_FIT_X), &out->scan.train);
}

cx_status cx__near_serve(const cx_plan *p, const cx__served *s, const double *query)
{
    const cx__site *const site = cx__plan_site(p);
    if (s->tree.rows != NULL)
        return site->ops->near->nearest(site->queue, &s->tree, query, 1, s->k, s->index, s->rank);
    cx_learn_neighbours call = s->scan;
    call.query = query;
    return site->ops->neighbours(site->queue, &call);
}
