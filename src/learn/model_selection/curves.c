/* learning_curve and validation_curve.
 *
 * One idea: both are a run of cv.h: more rows are more folds, values of a parameter are more
 * models. Only incremental learning has tasks of its own. */
#include "base/alloc.h"
#include "learn/model_selection/candidates.h"
#include "learn/model_selection/cv.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/sets.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- results */
/* [a, b] numbers, turned over if they stand fold by fold. */
static cx_array *grid_of(const double *v, int64_t a, int64_t b, bool turn)
{
    cx_array *const all = cx_copy_host(v, CX_SHAPE(a, b), CX_F64);
    return turn ? cx_ascontiguous(cx_transpose(all)) : all;
}

static cx_status keep_curve(const cx__cv *c, int64_t rows, int64_t columns, bool turn, cx_scope s,
                            cx_curve *out)
{
    const int64_t a = turn ? columns : rows, b = turn ? rows : columns;
    out->train_scores = cx_scope_keep(s, grid_of(c->train, a, b, turn));
    out->test_scores = cx_scope_keep(s, grid_of(c->test, a, b, turn));
    out->fit_times = cx_scope_keep(s, grid_of(c->fit_time, a, b, turn));
    out->score_times = cx_scope_keep(s, grid_of(c->score_time, a, b, turn));
    return cx__so_far();
}

static cx_curve no_curve(cx_status st, bool sizes)
{
    cx__mark(st);
    cx_array *const nil = cx__nil(st);
    return (cx_curve){sizes ? nil : NULL, nil, nil, nil, nil};
}

static cx_status one_score(const char *where, const char *text, cx__scoring *out)
{
    CX__TRY(cx__scoring_read(where, text, out));
    return out->count == 1 ? CX_OK : cx__fail(CX_E_ARGUMENT, where, "it takes one score");
}

/* ---- validation_curve */
static cx_status values_models(const char *where, const cx_estimator *m, const char *name,
                               const cx__lit *values, cx_estimator **models)
{
    for (int i = 0; i < values->count; i++) {
        cx__lit v = {0};
        CX__TRY(cx__estimator_clone(where, m, &models[i]));
        CX__TRY(cx__lit_copy(where, &values->u.items[i], &v));
        CX__TRY(cx__param_assign(where, models[i], name, &v));
    }
    return CX_OK;
}

static cx_status validate(cx__cv *c, const cx_estimator *m, const char *name, const cx__lit *values,
                          const cx_cv_opts *o, cx_scope s, cx_curve *out)
{
    cx__scoring scoring;
    cx_fold *folds = NULL;
    CX__TRY(one_score(c->where, o->scoring, &scoring));
    c->scoring = &scoring;
    c->models = values->count;
    cx_estimator **const models = cx__calloc((size_t)c->models, sizeof(cx_estimator *));
    cx_status st = models ? values_models(c->where, m, name, values, models)
                          : cx__fail_nomem(c->where, "models", 0);
    if (st == CX_OK) st = cx__cv_text_folds(c->where, o->cv, m, c->d, &folds, &c->folds);
    c->fold = folds;
    c->model = (const cx_estimator *const *)models;
    if (st == CX_OK) st = cx__cv_run(c);
    if (st == CX_OK) st = keep_curve(c, c->models, c->folds, false, s, out);
    cx__cv_free(c);
    for (int64_t i = 0; models && i < c->models; i++) cx__release(models[i]);
    cx__free((void *)models);
    cx__free(folds);
    return st;
}

static cx_status read_values(const char *where, const char *text, cx__lit *out)
{
    if (!text) return cx__fail(CX_E_NULL, where, "values is NULL");
    CX__TRY(cx__literal_parse(where, text, strlen(text), out));
    const bool list = out->kind == CX__LIT_LIST || out->kind == CX__LIT_TUPLE;
    return list && out->count > 0
               ? CX_OK
               : cx__fail(CX_E_ARGUMENT, where, "values is no list of values: %.60s", text);
}

cx_curve cx_validation_curve(const cx_estimator *m, const cx_data *d, const char *name,
                             const char *values, const cx_cv_opts *o)
{
    static const char where[] = "validation_curve";
    cx_status st = cx__cv_opts_check(where, &o);
    if (st == CX_OK) st = cx__check(where, "m", m, CX__KIND_ESTIMATOR);
    if (st == CX_OK) st = cx__data_valid(where, d);
    if (st == CX_OK && !name) st = cx__fail(CX_E_NULL, where, "name is NULL");
    cx__lit list = {0};
    cx_curve out = {0};
    if (st == CX_OK) st = read_values(where, values, &list);
    if (st == CX_OK) {
        cx__cv c = {.where = where, .d = d, .train_too = true, .raise = o->error_raise};
        c.error_score = o->error_score.set ? o->error_score.value : (double)NAN;
        const cx_scope s = cx_scope_open();
        cx_check(validate(&c, m, name, &list, o, s, &out));
        st = cx_scope_close(s);
    }
    cx__lit_clear(&list);
    return st == CX_OK ? out : no_curve(st, false);
}

/* ---- learning_curve */
typedef struct growth {
    cx__cv c;
    const cx_estimator *m;
    cx__scoring scoring;
    cx_fold *fold, *grown; /* [folds], [folds * sizes] */
    int64_t folds, sizes;
    int64_t *size; /* [sizes] */
    const cx_array *classes;
} growth;

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* One size of `most` rows from a share or a number. */
static cx_status one_size(const char *where, const cx_array *sizes, int64_t i, int64_t most,
                          int64_t *out)
{
    const bool shares = cx_dtype_kind(cx_dtype_of(sizes)) == 'f';
    const double v = cx_item_f64(cx_astype(cx_select(sizes, 0, i), CX_F64));
    CX__TRY(cx__so_far());
    if (shares ? !(v > 0 && v <= 1) : !(v > 0 && v <= (double)most))
        return cx__fail(CX_E_ARGUMENT, where,
                        "train_sizes holds %g; it takes shares in (0, 1] or integers in [1, %lld]",
                        v, (long long)most);
    *out = (int64_t)(shares ? v * (double)most : v);
    if (*out < 1) *out = 1;
    return CX_OK;
}

static cx_status read_sizes(growth *g, const cx_array *sizes)
{
    const char *const where = g->c.where;
    const int64_t most = cx_size(g->fold[0].train);
    double usual[5];
    for (int i = 0; i < 5; i++) usual[i] = i < 4 ? 0.1 + i * 0.225 : 1;
    if (!sizes) sizes = cx_copy_host(usual, CX_SHAPE(5), CX_F64);
    CX__NEED(where, "train_sizes", sizes, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(sizes));
    const int64_t n = cx_size(sizes);
    if (cx_ndim(sizes) != 1 || n < 1 || (kind != 'f' && kind != 'i' && kind != 'u'))
        return cx__fail(CX_E_ARGUMENT, where, "train_sizes is no 1-d array of numbers");
    g->size = cx__calloc((size_t)n, sizeof *g->size);
    if (!g->size) return cx__fail_nomem(where, "sizes", (size_t)n * sizeof *g->size);
    for (int64_t i = 0; i < n; i++) CX__TRY(one_size(where, sizes, i, most, &g->size[i]));
    qsort(g->size, (size_t)n, sizeof *g->size, by_size);
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || g->size[i] != g->size[g->sizes - 1]) g->size[g->sizes++] = g->size[i];
    if (g->sizes < n)
        cx__warn(CX_E_ARGUMENT, "train_sizes: %lld of %lld sizes are different",
                 (long long)g->sizes, (long long)n);
    return CX_OK;
}

static cx_status shuffle_fold(cx_generator *g, const char *where, cx_array **train)
{
    const int64_t n = cx_size(*train);
    int64_t *const order = cx__alloc((size_t)n * sizeof *order);
    if (!order) return cx__fail_nomem(where, "row indices", (size_t)n * sizeof *order);
    for (int64_t i = 0; i < n; i++) order[i] = i;
    const cx_status st = cx__shuffle_rows(g, order, n);
    if (st == CX_OK)
        *train = cx_take(*train, cx_to(cx__row_indices(order, n), cx_device_of(*train)), 0);
    cx__free(order);
    return st == CX_OK ? cx__so_far() : st;
}

static cx_status grow_folds(growth *g, const cx_learning_curve_opts *o)
{
    cx_generator *const shuffle = o->shuffle ? cx_random_state(o->random_state, CX_CPU) : NULL;
    if (shuffle) CX__TRY(cx_generator_status(shuffle));
    const size_t n = (size_t)(g->folds * g->sizes);
    g->grown = cx__calloc(n, sizeof *g->grown);
    if (!g->grown) return cx__fail_nomem(g->c.where, "folds", n * sizeof *g->grown);
    for (int64_t f = 0; f < g->folds; f++) {
        if (shuffle) CX__TRY(shuffle_fold(shuffle, g->c.where, &g->fold[f].train));
        for (int64_t i = 0; i < g->sizes; i++)
            g->grown[f * g->sizes + i] =
                (cx_fold){cx_slice(g->fold[f].train, 0, 0, g->size[i], 1), g->fold[f].test};
    }
    return cx__so_far();
}

/* Score of one part of the data after a step. */
static cx_status score_part(const growth *g, const cx_estimator *m, const cx_array *rows,
                            double *out)
{
    const cx_scope s = cx_scope_open();
    cx_data part = cx_data_take(g->c.d, rows);
    part.sample_weight = NULL;
    if (cx_ok()) *out = cx__scoring_run(&g->scoring, 0, m, &part);
    return cx_scope_close(s);
}

/* One fold: the model learns what is new at each size. */
static cx_status learn_more(void *ctx, int64_t f)
{
    const growth *const g = ctx;
    cx_estimator *const m = cx_clone(g->m);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < g->sizes; i++) {
        const int64_t task = f * g->sizes + i;
        const cx_fold *const now = &g->grown[task];
        const cx_scope s = cx_scope_open();
        cx_data fresh =
            cx_data_take(g->c.d, cx_slice(now->train, 0, i ? g->size[i - 1] : 0, g->size[i], 1));
        fresh.classes = g->classes;
        int64_t start = cx_now_ns();
        if (cx_ok()) cx_check(cx__estimator_fit(g->c.where, m, &fresh, true));
        CX__TRY(cx_scope_close(s));
        g->c.fit_time[task] = (double)(cx_now_ns() - start) * 1e-9;
        start = cx_now_ns();
        CX__TRY(score_part(g, m, now->test, &g->c.test[task]));
        CX__TRY(score_part(g, m, now->train, &g->c.train[task]));
        g->c.score_time[task] = (double)(cx_now_ns() - start) * 1e-9;
    }
    return CX_OK;
}

static cx_status run_incremental(growth *g)
{
    const cx_array *const y = cx__data_y(g->c.d);
    if (!g->m->cls->partial_fit)
        return cx__fail(CX_E_UNSUPPORTED, g->c.where, "%s has no partial_fit", g->m->cls->name);
    if (y && cx_estimator_kind_of(g->m) == CX_CLASSIFIER) g->classes = cx_labels_encode(y).classes;
    CX__TRY(cx__so_far());
    const size_t tasks = (size_t)(g->folds * g->sizes);
    g->c.fit_time = cx__calloc(4 * tasks, sizeof *g->c.fit_time);
    if (!g->c.fit_time) return cx__fail_nomem(g->c.where, "scores", 4 * tasks * sizeof(double));
    g->c.score_time = g->c.fit_time + tasks;
    g->c.test = g->c.score_time + tasks;
    g->c.train = g->c.test + tasks;
    return cx__tasks_run(g->c.where, g->c.where, cx__data_device(g->c.d), g->folds, learn_more, g);
}

static cx_status learn(growth *g, const cx_learning_curve_opts *o, cx_scope s, cx_curve *out)
{
    CX__TRY(one_score(g->c.where, o->scoring, &g->scoring));
    CX__TRY(cx__cv_text_folds(g->c.where, o->cv, g->m, g->c.d, &g->fold, &g->folds));
    CX__TRY(read_sizes(g, o->train_sizes));
    CX__TRY(grow_folds(g, o));
    g->c.scoring = &g->scoring;
    g->c.models = 1;
    g->c.folds = g->folds * g->sizes;
    g->c.fold = g->grown;
    g->c.model = &g->m;
    CX__TRY(o->incremental ? run_incremental(g) : cx__cv_run(&g->c));
    out->sizes = cx_scope_keep(s, cx_copy_host(g->size, CX_SHAPE(g->sizes), CX_I64));
    return keep_curve(&g->c, g->sizes, g->folds, true, s, out);
}

cx_curve cx_learning_curve(const cx_estimator *m, const cx_data *d, const cx_learning_curve_opts *o)
{
    static const char where[] = "learning_curve";
    static const cx_learning_curve_opts defaults = {.struct_size = sizeof defaults};
    if (!o) o = &defaults;
    cx_status st =
        o->struct_size == sizeof *o
            ? cx__check(where, "m", m, CX__KIND_ESTIMATOR)
            : cx__fail(CX_E_ARGUMENT, where,
                       "options without struct_size: use CX_OPTS(cx_learning_curve_opts, ...)");
    if (st == CX_OK) st = cx__data_valid(where, d);
    cx_curve out = {0};
    if (st == CX_OK) {
        growth g = {.c = {.where = where, .d = d, .train_too = true, .raise = o->error_raise},
                    .m = m};
        g.c.error_score = o->error_score.set ? o->error_score.value : (double)NAN;
        const cx_scope s = cx_scope_open();
        cx_check(learn(&g, o, s, &out));
        st = cx_scope_close(s);
        cx__cv_free(&g.c);
        cx__free(g.fold);
        cx__free(g.grown);
        cx__free(g.size);
    }
    return st == CX_OK ? out : no_curve(st, true);
}
