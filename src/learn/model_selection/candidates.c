/* ParameterGrid and ParameterSampler: from dictionaries of lists to dictionaries of values.
 *
 * One idea: a combination is a number, its digits are places in the lists, keys sorted; a grid
 * counts through them, a sample draws them. */
#include "learn/model_selection/candidates.h"
#include "base/alloc.h"
#include <calx/search.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 64 };
static const int64_t most_candidates = 1 << 24;

/* One dictionary with its keys in order. */
typedef struct grid {
    int keys;
    const cx__lit *key[MOST_KEYS], *values[MOST_KEYS]; /* sorted by key */
    int64_t size;                                      /* combinations; of lists only */
} grid;

void cx__candidates_free(cx__candidates *c)
{
    for (int64_t i = 0; i < c->n; i++) cx__lit_clear(&c->at[i]);
    cx__free(c->at);
    *c = (cx__candidates){0};
}

/* ---- reading */
static cx_status check_values(const char *where, const cx__lit *key, const cx__lit *values,
                              bool drawn)
{
    if (key->kind != CX__LIT_STR)
        return cx__fail(CX_E_ARGUMENT, where, "a key of the parameters is no text");
    if (drawn && values->kind == CX__LIT_STR) return cx__distribution_check(where, values->u.s);
    if (values->kind != CX__LIT_LIST && values->kind != CX__LIT_TUPLE)
        return cx__fail(CX_E_ARGUMENT, where, "the values of '%.60s' are no list%s", key->u.s,
                        drawn ? " and no distribution" : "");
    if (values->count == 0)
        return cx__fail(CX_E_ARGUMENT, where, "the list of '%.60s' is empty", key->u.s);
    return CX_OK;
}

static cx_status open_grid(const char *where, const cx__lit *dict, bool drawn, grid *g)
{
    if (dict->kind != CX__LIT_DICT)
        return cx__fail(CX_E_ARGUMENT, where,
                        "the parameters are no dictionary like {'alpha': [0.1, 1.0]}");
    if (dict->count > MOST_KEYS)
        return cx__fail(CX_E_ARGUMENT, where, "more than %d parameters", MOST_KEYS);
    *g = (grid){.size = 1};
    for (int i = 0; i < dict->count; i++) {
        const cx__lit *const key = &dict->u.items[2 * i], *const values = key + 1;
        CX__TRY(check_values(where, key, values, drawn));
        int at = g->keys++;
        while (at > 0 && strcmp(g->key[at - 1]->u.s, key->u.s) > 0) {
            g->key[at] = g->key[at - 1];
            g->values[at] = g->values[at - 1];
            at--;
        }
        if (at > 0 && strcmp(g->key[at - 1]->u.s, key->u.s) == 0)
            return cx__fail(CX_E_ARGUMENT, where, "the parameter '%.60s' stands twice", key->u.s);
        g->key[at] = key;
        g->values[at] = values;
        if (values->kind != CX__LIT_STR) g->size *= values->count;
        if (g->size > most_candidates)
            return cx__fail(CX_E_ARGUMENT, where, "more than %lld combinations",
                            (long long)most_candidates);
    }
    return CX_OK;
}

static int grid_count(const cx__lit *from)
{
    return from->kind == CX__LIT_LIST || from->kind == CX__LIT_TUPLE ? from->count : 1;
}
static const cx__lit *grid_at(const cx__lit *from, int i)
{
    return from->kind == CX__LIT_LIST || from->kind == CX__LIT_TUPLE ? &from->u.items[i] : from;
}

static cx_status total_size(const char *where, const cx__lit *from, bool drawn, bool *lists,
                            int64_t *size)
{
    *size = 0;
    *lists = true;
    if (grid_count(from) == 0)
        return cx__fail(CX_E_ARGUMENT, where, "the list of dictionaries is empty");
    for (int i = 0; i < grid_count(from); i++) {
        grid g;
        CX__TRY(open_grid(where, grid_at(from, i), drawn, &g));
        for (int k = 0; k < g.keys; k++)
            if (g.values[k]->kind == CX__LIT_STR) *lists = false;
        *size += g.size;
        if (*size > most_candidates)
            return cx__fail(CX_E_ARGUMENT, where, "more than %lld combinations",
                            (long long)most_candidates);
    }
    return CX_OK;
}

/* ---- one candidate */
static cx_status new_candidate(const char *where, int keys, cx__candidates *c, cx__lit **out)
{
    if (c->n == c->cap) {
        const int64_t cap = c->cap ? 2 * c->cap : 16;
        cx__lit *const grown = cx__realloc(c->at, (size_t)cap * sizeof *grown);
        if (!grown) return cx__fail_nomem(where, "candidates", (size_t)cap * sizeof *grown);
        c->at = grown;
        c->cap = cap;
    }
    cx__lit *const items = cx__calloc(2 * (size_t)keys + 1, sizeof *items);
    if (!items) return cx__fail_nomem(where, "a candidate", 2 * (size_t)keys * sizeof *items);
    *out = &c->at[c->n++];
    **out = (cx__lit){.kind = CX__LIT_DICT, .count = keys, .u.items = items};
    return CX_OK;
}

/* Combination number `place`, the last key's value changing fastest; down: keys in falling order,
 * as scikit-learn's grid has them when it is asked for one of its entries. */
static cx_status put_combination(const char *where, const grid *g, int64_t place, bool down,
                                 cx__candidates *c)
{
    cx__lit *dict = NULL;
    CX__TRY(new_candidate(where, g->keys, c, &dict));
    for (int k = g->keys - 1; k >= 0; k--) {
        const cx__lit *const values = g->values[k];
        const int at = down ? g->keys - 1 - k : k;
        CX__TRY(cx__lit_copy(where, g->key[k], &dict->u.items[2 * at]));
        CX__TRY(cx__lit_copy(where, &values->u.items[place % values->count],
                             &dict->u.items[2 * at + 1]));
        place /= values->count;
    }
    return CX_OK;
}

cx_status cx__candidates_grid(const char *where, const cx__lit *from, cx__candidates *out)
{
    bool lists = true;
    int64_t size = 0;
    CX__TRY(total_size(where, from, false, &lists, &size));
    for (int i = 0; i < grid_count(from); i++) {
        grid g;
        CX__TRY(open_grid(where, grid_at(from, i), false, &g));
        for (int64_t p = 0; p < g.size; p++) CX__TRY(put_combination(where, &g, p, false, out));
    }
    return CX_OK;
}

cx_status cx__candidates_add(const char *where, const cx__lit *values, const char *key,
                             int64_t number, cx__candidates *c)
{
    cx__lit *dict = NULL;
    int at = 0;
    while (key && at < values->count && strcmp(values->u.items[2 * at].u.s, key) != 0) at++;
    const int count = key && at == values->count ? at + 1 : values->count;
    CX__TRY(new_candidate(where, count, c, &dict));
    for (int i = 0; i < 2 * values->count; i++)
        CX__TRY(cx__lit_copy(where, &values->u.items[i], &dict->u.items[i]));
    if (!key) return CX_OK;
    const cx__lit name = {.kind = CX__LIT_STR, .count = (int)strlen(key), .u.s = cx__strdup(key)};
    if (!name.u.s) return cx__fail_nomem(where, "a candidate", strlen(key));
    cx__lit_clear(&dict->u.items[2 * at]);
    cx__lit_clear(&dict->u.items[2 * at + 1]);
    dict->u.items[2 * at] = name;
    dict->u.items[2 * at + 1] = cx__lit_i64(number);
    return CX_OK;
}

/* ---- draws */
static cx_status put_place(const char *where, const cx__lit *from, int64_t place,
                           cx__candidates *out)
{
    for (int i = 0;; i++) {
        grid g;
        CX__TRY(open_grid(where, grid_at(from, i), false, &g));
        if (place < g.size) return put_combination(where, &g, place, true, out);
        place -= g.size;
    }
}

static cx_status drawn_from_lists(const char *where, const cx__lit *from, int64_t total, int64_t n,
                                  cx_generator *g, cx__candidates *out)
{
    if (total < n) {
        cx__warn(CX_E_ARGUMENT, "there are only %lld combinations, fewer than n_iter=%lld",
                 (long long)total, (long long)n);
        n = total;
    }
    int64_t *const room = cx__alloc((size_t)(total + n) * sizeof *room);
    if (!room) return cx__fail_nomem(where, "candidates", (size_t)(total + n) * sizeof *room);
    cx_status st = cx__draw_different(g, total, n, room + total, room);
    for (int64_t i = 0; i < n && st == CX_OK; i++)
        st = put_place(where, from, room[total + i], out);
    cx__free(room);
    return st;
}

static cx_status draw_one(const char *where, const grid *from, cx_generator *g, cx__candidates *out)
{
    cx__lit *dict = NULL;
    CX__TRY(new_candidate(where, from->keys, out, &dict));
    for (int k = 0; k < from->keys; k++) {
        const cx__lit *const values = from->values[k];
        cx__lit *const to = &dict->u.items[2 * k];
        CX__TRY(cx__lit_copy(where, from->key[k], to));
        if (values->kind == CX__LIT_STR) {
            CX__TRY(cx__distribution_draw(where, values->u.s, g, to + 1));
        } else {
            int64_t at = 0;
            CX__TRY(cx__draw_int(g, values->count, &at));
            CX__TRY(cx__lit_copy(where, &values->u.items[at], to + 1));
        }
    }
    return CX_OK;
}

cx_status cx__candidates_drawn(const char *where, const cx__lit *from, int64_t n, cx_generator *g,
                               cx__candidates *out)
{
    bool lists = true;
    int64_t total = 0;
    CX__TRY(total_size(where, from, true, &lists, &total));
    if (lists) return drawn_from_lists(where, from, total, n, g, out);
    for (int64_t i = 0; i < n; i++) {
        int64_t which = 0;
        grid one;
        CX__TRY(cx__draw_int(g, grid_count(from), &which));
        CX__TRY(open_grid(where, grid_at(from, (int)which), true, &one));
        CX__TRY(draw_one(where, &one, g, out));
    }
    return CX_OK;
}

/* ---- use */
cx_status cx__candidate_model(const char *where, const cx_estimator *m, const cx__lit *values,
                              cx_estimator **out)
{
    cx_estimator *copy = NULL;
    CX__TRY(cx__estimator_clone(where, m, &copy));
    cx_status st = CX_OK;
    /* whole steps before what is inside them, as set_params does */
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < values->count && st == CX_OK; i++) {
            const char *const name = values->u.items[2 * i].u.s;
            if ((strstr(name, "__") != NULL) != (round == 1)) continue;
            cx__lit v = {0};
            st = cx__lit_copy(where, &values->u.items[2 * i + 1], &v);
            if (st == CX_OK) st = cx__param_assign(where, copy, name, &v);
        }
    if (st == CX_OK)
        *out = copy;
    else
        cx__release(copy);
    return st;
}

cx_array *cx__candidates_text(const char *where, const cx__candidates *c)
{
    const char **const texts = cx__calloc((size_t)c->n + 1, sizeof *texts);
    if (!texts)
        return cx__yield(cx__fail_nomem(where, "texts", (size_t)c->n * sizeof *texts), where, NULL);
    for (int64_t i = 0; i < c->n; i++) {
        cx__text t = {0};
        cx__lit_print(&t, &c->at[i]);
        texts[i] = cx__scope_text(where, CX_OK, &t);
    }
    cx_array *const out = cx__texts_new(where, c->n, texts);
    cx__free(texts);
    return out;
}

/* ---- public faces */
cx_array *cx_parameter_grid(const char *text)
{
    static const char where[] = "parameter_grid";
    cx__lit v = {0};
    cx__candidates c = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = text ? cx__literal_parse(where, text, strlen(text), &v)
                        : cx__fail(CX_E_NULL, where, "grid is NULL");
    if (st == CX_OK) st = cx__candidates_grid(where, &v, &c);
    cx_array *const out = cx_check(st) == CX_OK ? cx__candidates_text(where, &c) : cx__nil(st);
    cx__candidates_free(&c);
    cx__lit_clear(&v);
    return cx_scope_return(s, out);
}

cx_array *cx_parameter_sampler(const char *text, int64_t n_iter, cx_maybe_i64 random_state)
{
    static const char where[] = "parameter_sampler";
    cx__lit v = {0};
    cx__candidates c = {0};
    const cx_scope s = cx_scope_open();
    cx_status st = text ? cx__literal_parse(where, text, strlen(text), &v)
                        : cx__fail(CX_E_NULL, where, "distributions is NULL");
    if (st == CX_OK && (n_iter < 1 || n_iter > most_candidates))
        st = cx__fail(CX_E_ARGUMENT, where, "n_iter is %lld", (long long)n_iter);
    cx_generator *const g = st == CX_OK ? cx_random_state(random_state, CX_CPU) : NULL;
    if (st == CX_OK) st = cx_generator_status(g);
    if (st == CX_OK) st = cx__candidates_drawn(where, &v, n_iter, g, &c);
    cx_array *const out = cx_check(st) == CX_OK ? cx__candidates_text(where, &c) : cx__nil(st);
    cx__candidates_free(&c);
    cx__lit_clear(&v);
    return cx_scope_return(s, out);
}
