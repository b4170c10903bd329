/* ShuffleSplit, StratifiedShuffleSplit and GroupShuffleSplit: random cuts, one after the other from
 * one stream.
 *
 * One idea: a cut is train_test_split's; of groups it is a cut of their numbers, and rows follow
 * from a table over the groups. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include <calx/index.h>
#include <calx/ops.h>

#define SIZES                                                                                    \
    {"test_size", CX_PARAM_FLOAT | CX_PARAM_INT | CX_PARAM_NONE, "None",                         \
     "int [1, inf), float (0, 1)",                                                               \
     "share or number that test; None: what training leaves, or the default"},                   \
        {"train_size", CX_PARAM_FLOAT | CX_PARAM_INT | CX_PARAM_NONE, "None",                    \
         "int [1, inf), float (0, 1)", "share or number that train; None: what testing leaves"}, \
    {                                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",                 \
            "seed of the draws; None: the system's entropy"                                      \
    }

static const cx_param ten_params[] = {
    {"n_splits", CX_PARAM_INT, "10", "[1, inf)", "number of cuts"},
    SIZES,
    {.name = NULL},
};
static const cx_param five_params[] = {
    {"n_splits", CX_PARAM_INT, "5", "[1, inf)", "number of cuts"},
    SIZES,
    {.name = NULL},
};

/* How many of n train and test. */
static cx_status sizes(const cx_estimator *self, double deflt, int64_t n, int64_t *n_train,
                       int64_t *n_test)
{
    double test = 0, train = 0;
    (void)cx__lit_number(cx__param(self, "test_size"), &test);
    (void)cx__lit_number(cx__param(self, "train_size"), &train);
    return cx__split_sizes("split", test, train, deflt, n, n_train, n_test);
}

static cx_status rows_of(const cx_data *d, int64_t *n)
{
    *n = cx_data_rows(d);
    return *n < 0 ? CX_E_SHAPE : CX_OK; /* marked already; the error text stays */
}

/* `cuts` permutations of n things, each handed to `take` with the things that test first. */
typedef struct cut {
    int64_t n, n_train, n_test;
    int64_t *order;
} cut;
typedef cx_status take_cut(const cut *c, void *ctx, cx_fold *out);

static cx_status each_cut(const cx_estimator *self, double deflt, int64_t n, int64_t cap,
                          cx_fold *folds, int64_t *count, take_cut *take, void *ctx)
{
    cut c = {.n = n};
    CX__TRY(sizes(self, deflt, n, &c.n_train, &c.n_test));
    cx_generator *g = NULL;
    CX__TRY(cx__splitter_generator(self, &g));
    *count = cx__param(self, "n_splits")->u.i;
    c.order = cx__alloc((size_t)n * sizeof *c.order);
    if (!c.order) return cx__fail_nomem("split", "row indices", (size_t)n * sizeof *c.order);
    cx_status st = CX_OK;
    for (int64_t k = 0; k < *count && k < cap && st == CX_OK; k++) {
        for (int64_t i = 0; i < n; i++) c.order[i] = i;
        st = cx__shuffle_rows(g, c.order, n);
        if (st == CX_OK) st = take(&c, ctx, &folds[k]);
    }
    cx__free(c.order);
    return st;
}

static cx_status take_rows(const cut *c, void *ctx, cx_fold *out)
{
    (void)ctx;
    out->test = cx__row_indices(c->order, c->n_test);
    out->train = cx__row_indices(c->order + c->n_test, c->n_train);
    return cx__so_far();
}

static cx_status shuffled(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                          int64_t *count)
{
    int64_t n = 0;
    CX__TRY(rows_of(d, &n));
    return each_cut(self, 0.1, n, cap, folds, count, take_rows, NULL);
}

/* ---- groups */
typedef struct grouped {
    cx__site site;
    cx_labels groups;
} grouped;

static cx_status take_groups(const cut *c, void *ctx, cx_fold *out)
{
    const grouped *const g = ctx;
    int64_t *const part = cx__calloc((size_t)c->n, sizeof *part); /* 1 tests, 2 trains, 0 neither */
    if (!part) return cx__fail_nomem("split", "groups", (size_t)c->n * sizeof *part);
    for (int64_t i = 0; i < c->n_test; i++) part[c->order[i]] = 1;
    for (int64_t i = 0; i < c->n_train; i++) part[c->order[c->n_test + i]] = 2;
    const cx_array *const rows =
        cx_take(cx__given(&g->site, part, c->n, CX_I64), g->groups.codes, 0);
    cx__free(part);
    out->train = cx_flatnonzero(cx_equal(rows, cx_int(2)));
    out->test = cx_flatnonzero(cx_equal(rows, cx_int(1)));
    return cx__so_far();
}

static cx_status by_groups(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                           int64_t *count)
{
    int64_t n = 0;
    grouped g;
    CX__TRY(rows_of(d, &n));
    CX__TRY(cx__splitter_groups(self, d, &g.groups));
    CX__TRY(cx__site_of("split", g.groups.codes, &g.site));
    return each_cut(self, 0.2, cx_size(g.groups.classes), cap, folds, count, take_groups, &g);
}

/* ---- classes */
static cx_status stratified(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                            int64_t *count)
{
    int64_t n = 0, n_train = 0, n_test = 0;
    CX__TRY(rows_of(d, &n));
    CX__TRY(sizes(self, 0.1, n, &n_train, &n_test));
    const cx_array *const y = cx__data_y(d);
    if (!y) return cx__fail(CX_E_ARGUMENT, "split", "%s needs y", self->cls->name);
    cx_generator *g = NULL;
    CX__TRY(cx__splitter_generator(self, &g));
    *count = cx__param(self, "n_splits")->u.i;
    return cx__stratified_draws("split", g, y, n_train, n_test, *count < cap ? *count : cap, folds);
}

const cx_estimator_class cx__class_shuffle_split = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ShuffleSplit",
    .doc = "Random cuts of the rows, drawn anew each time.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = ten_params,
    .split = shuffled,
};
const cx_estimator_class cx__class_stratified_shuffle_split = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StratifiedShuffleSplit",
    .doc = "Random cuts in which every class has its share.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = ten_params,
    .split = stratified,
};
const cx_estimator_class cx__class_group_shuffle_split = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GroupShuffleSplit",
    .doc = "Random cuts of the groups: none is on both sides.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = five_params,
    .split = by_groups,
};
