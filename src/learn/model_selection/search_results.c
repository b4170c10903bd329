/* What a search found, as a table and as text: cv_results_, best_params_, best_estimator_.
 *
 * One idea: everything follows from the arrays of the fitted state, which files keep; columns are
 * named and ordered as scikit-learn's. */
#include "base/alloc.h"
#include "learn/model_selection/candidates.h"
#include "learn/model_selection/search.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/search.h>
#include <calx/table.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct results {
    const char *where;
    const cx_estimator *m;
    int64_t n, folds, scores;
    cx__lit *params; /* [n] dictionaries */
    double *room;    /* [2 n + folds] */
    int columns, cap;
    const char **names;
    const cx_array **at;
} results;

/* ---- columns */
static cx_status add(results *r, const cx_array *column, const char *fmt, const char *a, int64_t k)
{
    if (r->columns == r->cap) return cx__fail(CX_E_INTERNAL, r->where, "more columns than planned");
    cx__text t = {0};
    if (k >= 0) cx__text_f(&t, "split%lld_", (long long)k);
    cx__text_f(&t, "%s%s", fmt, a);
    r->names[r->columns] = cx__scope_text(r->where, CX_OK, &t);
    r->at[r->columns++] = column;
    return cx__so_far();
}

/* A file may hold them as float32. NULL, and a mark, on failure. */
static const double *numbers(const results *r, int slot)
{
    const cx_array *const a = cx_to(cx_self(r->m, slot), CX_CPU);
    return cx_data_f64(cx_ascontiguous(cx_astype(a, CX_F64)));
}

static cx_array *column(const double *v, int64_t n)
{
    return cx_copy_host(v, CX_SHAPE(n), CX_F64);
}

/* mean_<name>, std_<name> of [n, folds]; with splits their columns before, with ranks theirs after.
 */
static cx_status add_means(results *r, const double *v, const char *part, const char *name,
                           bool splits, bool ranks)
{
    char what[96];
    double *const mean = r->room, *const spread = mean + r->n, *const one = spread + r->n;
    snprintf(what, sizeof what, "%s%s", part, name);
    CX__TRY(cx__so_far());
    for (int64_t f = 0; splits && f < r->folds; f++) {
        for (int64_t i = 0; i < r->n; i++) spread[i] = v[i * r->folds + f];
        CX__TRY(add(r, column(spread, r->n), what, "", f));
    }
    cx__fold_means(v, r->n, r->folds, mean);
    for (int64_t i = 0; i < r->n; i++) spread[i] = cx__deviation(v + i * r->folds, r->folds, one);
    CX__TRY(add(r, column(mean, r->n), "mean_", what, -1));
    CX__TRY(add(r, column(spread, r->n), "std_", what, -1));
    if (!ranks) return CX_OK;
    int32_t *const rank = cx__alloc((size_t)r->n * sizeof *rank);
    if (!rank) return cx__fail_nomem(r->where, "ranks", (size_t)r->n * sizeof *rank);
    cx__rank_means(mean, r->n, rank);
    const cx_array *const a = cx_copy_host(rank, CX_SHAPE(r->n), CX_I32);
    cx__free(rank);
    return add(r, a, "rank_", what, -1);
}

/* ---- parameters */
static const cx__lit *value_of(const cx__lit *dict, const char *key)
{
    for (int i = 0; i < dict->count; i++)
        if (strcmp(dict->u.items[2 * i].u.s, key) == 0) return &dict->u.items[2 * i + 1];
    return NULL;
}

static cx_array *number_column(const results *r, const char *key, bool whole)
{
    cx_array *const a = cx_empty(CX_SHAPE(r->n), whole ? CX_I64 : CX_F64, CX_CPU);
    double *const f = whole ? NULL : cx_data_f64_mut(a);
    int64_t *const k = whole ? cx_data_i64_mut(a) : NULL;
    for (int64_t i = 0; i < r->n && (f || k); i++) {
        const cx__lit *const v = value_of(&r->params[i], key);
        double x = (double)NAN;
        if (v) (void)cx__lit_number(v, &x);
        if (k)
            k[i] = v ? v->u.i : 0;
        else
            f[i] = x;
    }
    return a;
}

static cx_array *text_column(const results *r, const char *key)
{
    const char **const texts = cx__calloc((size_t)r->n + 1, sizeof *texts);
    if (!texts)
        return cx__yield(cx__fail_nomem(r->where, "texts", (size_t)r->n * sizeof *texts), r->where,
                         NULL);
    for (int64_t i = 0; i < r->n; i++) {
        const cx__lit *const v = value_of(&r->params[i], key);
        cx__text t = {0};
        if (v && v->kind == CX__LIT_STR)
            cx__text_put(&t, v->u.s, (size_t)v->count);
        else if (v)
            cx__lit_print(&t, v);
        texts[i] = v ? cx__scope_text(r->where, CX_OK, &t) : NULL;
    }
    cx_array *const a = cx__texts_new(r->where, r->n, texts);
    cx__free(texts);
    return a;
}

static cx_status add_param(results *r, const char *key)
{
    bool whole = true, numeric = true;
    for (int64_t i = 0; i < r->n; i++) {
        const cx__lit *const v = value_of(&r->params[i], key);
        whole = whole && v && v->kind == CX__LIT_INT;
        numeric = numeric && (!v || v->kind == CX__LIT_INT || v->kind == CX__LIT_FLOAT);
    }
    return add(r, numeric ? number_column(r, key, whole) : text_column(r, key), "param_", key, -1);
}

/* Keys in the order in which they appear first. */
static cx_status each_key(results *r, int *count)
{
    for (int64_t i = 0; i < r->n; i++)
        for (int k = 0; k < r->params[i].count; k++) {
            const char *const key = r->params[i].u.items[2 * k].u.s;
            bool seen = false;
            for (int64_t j = 0; j < i && !seen; j++) seen = value_of(&r->params[j], key) != NULL;
            if (seen) continue;
            if (count)
                (*count)++;
            else
                CX__TRY(add_param(r, key));
        }
    return CX_OK;
}

static cx_status read_params(results *r, const cx_array *texts)
{
    r->params = cx__calloc((size_t)r->n + 1, sizeof *r->params);
    if (!r->params) return cx__fail_nomem(r->where, "candidates", (size_t)r->n * sizeof *r->params);
    for (int64_t i = 0; i < r->n; i++) {
        const char *const text = cx_label(texts, i);
        CX__TRY(cx__literal_parse(r->where, text, strlen(text), &r->params[i]));
        bool whole = r->params[i].kind == CX__LIT_DICT;
        for (int k = 0; whole && k < r->params[i].count; k++)
            whole = r->params[i].u.items[2 * k].kind == CX__LIT_STR;
        if (!whole) return cx__fail(CX_E_PARSE, r->where, "a candidate is no dictionary");
    }
    return CX_OK;
}

static cx_status fill(results *r)
{
    const cx_array *const texts = cx_to(cx_self(r->m, CX__SEARCH_PARAMS), CX_CPU),
                          *const names = cx_to(cx_self(r->m, CX__SEARCH_NAMES), CX_CPU);
    CX__TRY(cx__so_far());
    r->n = cx_size(texts);
    r->scores = cx_size(names);
    r->folds = cx_dim(cx_self(r->m, CX__SEARCH_TEST), 2);
    if (r->n < 1 || r->folds < 1 || r->scores < 1)
        return cx__fail(CX_E_PARSE, r->where, "the state of the search is empty");
    const bool train = cx_self_has(r->m, CX__SEARCH_TRAIN);
    CX__TRY(read_params(r, texts));
    int keys = 0;
    CX__TRY(each_key(r, &keys));
    r->cap = 7 + keys + (int)(r->scores * (train ? 2 * r->folds + 5 : r->folds + 3));
    r->room = cx__calloc((size_t)(2 * r->n + r->folds) + 1, sizeof *r->room);
    r->names = cx__calloc((size_t)r->cap, sizeof *r->names);
    r->at = cx__calloc((size_t)r->cap, sizeof *r->at);
    if (!r->room || !r->names || !r->at)
        return cx__fail_nomem(r->where, "columns", (size_t)r->cap * sizeof *r->at);
    if (cx__is_halving(r->m)) {
        CX__TRY(add(r, cx_to(cx_self(r->m, CX__HALVING_ROUND), CX_CPU), "iter", "", -1));
        CX__TRY(add(r, cx_to(cx_self(r->m, CX__HALVING_RESOURCES), CX_CPU), "n_resources", "", -1));
    }
    CX__TRY(add_means(r, numbers(r, CX__SEARCH_FIT_TIMES), "fit", "_time", false, false));
    CX__TRY(add_means(r, numbers(r, CX__SEARCH_SCORE_TIMES), "score", "_time", false, false));
    CX__TRY(each_key(r, NULL));
    CX__TRY(add(r, texts, "params", "", -1));
    const double *const test = numbers(r, CX__SEARCH_TEST), *const trained =
                                                                train ? numbers(r, CX__SEARCH_TRAIN)
                                                                      : NULL;
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < r->scores; i++) {
        const int64_t from = i * r->n * r->folds;
        const char *const name = cx_label(names, i);
        CX__TRY(add_means(r, test + from, "test_", name, true, true));
        if (train) CX__TRY(add_means(r, trained + from, "train_", name, true, false));
    }
    return CX_OK;
}

/* ---- public faces */
static cx_status need_search(const char *where, const cx_estimator *m)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (!cx__is_search(m)) return cx__fail(CX_E_ARGUMENT, where, "%s is no search", m->cls->name);
    if (m->state) return CX_OK;
    return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted: call cx_fit first",
                    m->cls->name);
}

cx_table *cx_cv_results(const cx_estimator *m)
{
    results r = {.where = "cv_results", .m = m};
    cx_table *out = NULL;
    const cx_scope s = cx_scope_open();
    cx_status st = need_search(r.where, m);
    if (st == CX_OK) st = fill(&r);
    if (cx_check(st) == CX_OK)
        out = cx_table_retain(
            cx_table_new((cx_names){r.columns, r.names}, (cx_arrays){r.columns, r.at}));
    for (int64_t i = 0; r.params && i < r.n; i++) cx__lit_clear(&r.params[i]);
    cx__free(r.params);
    cx__free(r.room);
    cx__free(r.names);
    cx__free(r.at);
    st = cx_scope_close(s);
    return cx__yield(st, r.where, st == CX_OK ? out : NULL);
}

const char *cx_best_params(const cx_estimator *m)
{
    static const char where[] = "best_params";
    cx__text t = {0};
    cx_status st = need_search(where, m);
    if (st == CX_OK && !cx_self_has(m, CX__SEARCH_BEST_INDEX))
        st = cx__fail(CX_E_ARGUMENT, where, "several scores and refit=False choose no best");
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        const cx_array *const texts = cx_to(cx_self(m, CX__SEARCH_PARAMS), CX_CPU);
        const int64_t best = cx__number_i64(cx_self(m, CX__SEARCH_BEST_INDEX));
        if (cx_ok() && best >= 0 && best < cx_size(texts)) {
            const char *const text = cx_label(texts, best);
            cx__text_put(&t, text, strlen(text) + 1);
        }
        st = cx_scope_close(s);
    }
    return cx__scope_text(where, st, &t);
}

cx_estimator *cx_best_estimator(const cx_estimator *m)
{
    static const char where[] = "best_estimator";
    cx_status st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK && !m->state)
        st = cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted: call cx_fit first",
                      m->cls->name);
    const cx_estimator *best = NULL;
    for (int i = 0; st == CX_OK && i < m->state->children; i++)
        if (strcmp(m->state->child_name[i], CX__BEST) == 0 ||
            strcmp(m->state->child_name[i], "estimator") == 0)
            best = m->state->child[i];
    if (st == CX_OK && !best)
        st = cx__fail(CX_E_ARGUMENT, where, "%s has no best estimator", m->cls->name);
    return cx__yield(st, where, best ? cx__retain(best) : NULL);
}
