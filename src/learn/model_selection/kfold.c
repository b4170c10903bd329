/* KFold and StratifiedKFold, once or repeated, as words of the spec notation.
 *
 * One idea: a splitter assigns a fold to every row; the folds follow from that. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <string.h>

static const cx_param params[] = {
    {"n_splits", CX_PARAM_INT, "5", "[2, inf)", "number of folds"},
    {"shuffle", CX_PARAM_BOOL, "False", NULL,
     "shuffle the rows (StratifiedKFold: within each class) first"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the shuffle; None: the system's entropy"},
    {.name = NULL},
};

static const cx_param repeated_params[] = {
    {"n_splits", CX_PARAM_INT, "5", "[2, inf)", "number of folds"},
    {"n_repeats", CX_PARAM_INT, "10", "[1, inf)", "how often the rows are dealt anew"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the shuffles; None: the system's entropy"},
    {.name = NULL},
};

cx_status cx__splitter_generator(const cx_estimator *self, cx_generator **out)
{
    const cx__lit *const seed = cx__param(self, "random_state");
    const bool set = seed->kind == CX__LIT_INT;
    *out = cx_random_state((cx_maybe_i64){set, set ? seed->u.i : 0}, CX_CPU);
    return cx_generator_status(*out);
}

/* The generator of a shuffling splitter, NULL for the others. */
static cx_status generator(const cx_estimator *self, cx_generator **out)
{
    const cx__lit *const seed = cx__param(self, "random_state");
    const bool shuffle = cx__param(self, "shuffle")->u.b;
    *out = NULL;
    if (!shuffle && seed->kind == CX__LIT_INT)
        return cx__fail(CX_E_ARGUMENT, "split",
                        "%s: random_state has no effect without shuffle=True", self->cls->name);
    if (!shuffle) return CX_OK;
    return cx__splitter_generator(self, out);
}

cx_status cx__folds_from(const cx_array *fold, int64_t splits, int64_t cap, cx_fold *out)
{
    for (int64_t k = 0; k < splits && k < cap; k++) {
        const cx_array *const mine = cx_equal(fold, cx_int(k));
        out[k].train = cx_flatnonzero(cx_logical_not(mine));
        out[k].test = cx_flatnonzero(mine);
    }
    return cx__so_far();
}

static cx_status rows_and_splits(const cx_estimator *self, const cx_data *d, int64_t *n,
                                 int64_t *splits)
{
    *n = cx_data_rows(d);
    if (*n < 0) return CX_E_SHAPE; /* marked already; the error text stays */
    *splits = cx__param(self, "n_splits")->u.i;
    if (*splits <= *n) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "split", "%s: %lld folds need more than the %lld rows",
                    self->cls->name, (long long)*splits, (long long)*n);
}

static cx_status deal_evenly(cx_generator *g, int64_t n, int64_t splits, int64_t cap,
                             cx_fold *folds)
{
    int64_t *const rows = cx__calloc(2 * (size_t)n, sizeof *rows);
    if (!rows) return cx__fail_nomem("split", "row indices", 2 * (size_t)n * sizeof *rows);
    int64_t *const fold = rows + n;
    for (int64_t i = 0; i < n; i++) rows[i] = i;
    cx_status st = cx__shuffle_rows(g, rows, n);
    int64_t at = 0;
    for (int64_t k = 0; k < splits; k++) {
        const int64_t size = n / splits + (k < n % splits ? 1 : 0);
        for (int64_t i = 0; i < size; i++) fold[rows[at++]] = k;
    }
    if (st == CX_OK)
        st = cx__folds_from(cx_copy_host(fold, CX_SHAPE(n), CX_I64), splits, cap, folds);
    cx__free(rows);
    return st;
}

/* Rows in their order, where the data is. */
static cx_status cut_evenly(const cx_data *d, int64_t n, int64_t splits, int64_t cap,
                            cx_fold *folds)
{
    const cx_device device = d->x ? cx_device_of(d->x) : CX_CPU;
    for (int64_t k = 0, at = 0; k < splits && k < cap; k++) {
        const int64_t end = at + n / splits + (k < n % splits ? 1 : 0);
        folds[k].test = cx_arange_i64(at, end, 1, CX_I64, device);
        folds[k].train = cx_concatenate(CX_ARRAYS(cx_arange_i64(0, at, 1, CX_I64, device),
                                                  cx_arange_i64(end, n, 1, CX_I64, device)),
                                        0);
        at = end;
    }
    return cx__so_far();
}

static cx_status kfold(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                       int64_t *count)
{
    int64_t n = 0;
    CX__TRY(rows_and_splits(self, d, &n, count));
    cx_generator *g = NULL;
    CX__TRY(generator(self, &g));
    return g ? deal_evenly(g, n, *count, cap, folds) : cut_evenly(d, n, *count, cap, folds);
}

static cx_status repeated_kfold(const cx_estimator *self, const cx_data *d, int64_t cap,
                                cx_fold *folds, int64_t *count)
{
    int64_t n = 0, splits = 0;
    CX__TRY(rows_and_splits(self, d, &n, &splits));
    cx_generator *g = NULL;
    CX__TRY(cx__splitter_generator(self, &g));
    *count = splits * cx__param(self, "n_repeats")->u.i;
    for (int64_t at = 0; at < *count && at < cap; at += splits)
        CX__TRY(deal_evenly(g, n, splits, cap - at, folds + at));
    return CX_OK;
}

typedef struct strata {
    int64_t n, splits, k;
    int64_t *fold, *pick;           /* [n]: of the rows class by class; of one class */
    int64_t *count, *start, *first; /* [k]: rows of a class, where they begin, the first of them */
    int64_t *share;                 /* [splits] of one class */
} strata;

/* Rows of class c dealt to folds, `before` rows of classes that appear earlier: round robin over
 * the rows sorted by class says how many each fold gets. */
static cx_status deal(const strata *s, cx_generator *g, int64_t c, int64_t before)
{
    memset(s->share, 0, (size_t)s->splits * sizeof *s->share);
    for (int64_t i = 0; i < s->count[c]; i++) s->share[(before + i) % s->splits]++;
    int64_t at = 0;
    for (int64_t f = 0; f < s->splits; f++)
        for (int64_t i = 0; i < s->share[f]; i++) s->pick[at++] = f;
    if (g) CX__TRY(cx__shuffle_rows(g, s->pick, at));
    memcpy(s->fold + s->start[c], s->pick, (size_t)at * sizeof *s->pick);
    return CX_OK;
}

/* The class that appears next after row `seen`, -1 if there is none. */
static int64_t next_class(const strata *s, int64_t seen)
{
    int64_t best = -1;
    for (int64_t c = 0; c < s->k; c++)
        if (s->first[c] > seen && (best < 0 || s->first[c] < s->first[best])) best = c;
    return best;
}

static cx_status deal_all(const strata *s, cx_generator *g)
{
    int64_t most = 0, least = INT64_MAX, before = 0;
    for (int64_t c = 0; c < s->k; c++) {
        if (s->count[c] > most) most = s->count[c];
        if (s->count[c] < least) least = s->count[c];
    }
    if (s->splits > most)
        return cx__fail(CX_E_ARGUMENT, "split",
                        "StratifiedKFold: %lld folds, but no class has more than %lld rows",
                        (long long)s->splits, (long long)most);
    if (s->splits > least)
        cx__warn(CX_E_ARGUMENT,
                 "StratifiedKFold: the smallest class has only %lld rows for %lld folds",
                 (long long)least, (long long)s->splits);
    for (int64_t c = next_class(s, -1); c >= 0; c = next_class(s, s->first[c])) {
        CX__TRY(deal(s, g, c, before));
        before += s->count[c];
    }
    return CX_OK;
}

/* How many rows each class has, and which is the first. */
static cx_status count_classes(const cx__site *site, const cx_labels *l, const cx_array *order,
                               strata *s)
{
    double *const mass = cx__calloc((size_t)s->k + 1, sizeof *mass);
    if (!mass) return cx__fail_nomem("split", "labels", (size_t)s->k * sizeof *mass);
    cx_status st = cx__count_codes(site, l->codes, NULL, s->k, mass);
    for (int64_t c = 0, at = 0; st == CX_OK && c < s->k; c++) {
        s->start[c] = at;
        s->count[c] = (int64_t)mass[c];
        at += s->count[c];
    }
    cx__free(mass);
    CX__TRY(st);
    const cx_array *first = cx_take(order, cx__given(site, s->start, s->k, CX_I64), 0);
    CX__TRY(cx__so_far());
    return cx__read(site, first, s->first);
}

/* Dealt on the host, class by class; labels stay where they are. */
static cx_status deal_rows(const cx_array *y, cx_generator *g, strata *s, cx_array **out)
{
    const cx_labels l = cx_labels_encode(y);
    cx__site site;
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of("split", y, &site));
    s->k = cx_size(l.classes);
    const size_t n = (size_t)s->n, k = (size_t)s->k, words = 2 * n + 3 * k + (size_t)s->splits;
    int64_t *const block = cx__calloc(words, sizeof *block);
    if (!block) return cx__fail_nomem("split", "labels", words * sizeof *block);
    s->fold = block;
    s->pick = block + n;
    s->count = block + 2 * n;
    s->start = s->count + k;
    s->first = s->start + k;
    s->share = s->first + k;
    const cx_array *const order = cx_argsort(l.codes, 0);
    cx_status st = count_classes(&site, &l, order, s);
    if (st == CX_OK) st = deal_all(s, g);
    const cx_array *const dealt =
        st == CX_OK ? cx_to(cx_copy_host(s->fold, CX_SHAPE(s->n), CX_I64), site.device) : NULL;
    cx__free(block);
    CX__TRY(st);
    *out = cx_empty(CX_SHAPE(s->n), CX_I64, site.device);
    CX__TRY(cx__so_far());
    return cx_put_rows(*out, order, dealt);
}

static cx_status labels_of(const cx_estimator *self, const cx_data *d, const cx_array **y)
{
    *y = cx__data_y(d);
    if (!*y) return cx__fail(CX_E_ARGUMENT, "split", "%s needs y", self->cls->name);
    if (cx_ndim(*y) == 1) return CX_OK;
    return cx__fail(CX_E_SHAPE, "split", "%s needs one label for each row", self->cls->name);
}

static cx_status stratified(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                            int64_t *count)
{
    strata s = {0};
    const cx_array *y = NULL;
    CX__TRY(rows_and_splits(self, d, &s.n, &s.splits));
    cx_generator *g = NULL;
    CX__TRY(generator(self, &g));
    CX__TRY(labels_of(self, d, &y));
    cx_array *fold = NULL;
    CX__TRY(deal_rows(y, g, &s, &fold));
    *count = s.splits;
    return cx__folds_from(fold, s.splits, cap, folds);
}

static cx_status repeated_stratified(const cx_estimator *self, const cx_data *d, int64_t cap,
                                     cx_fold *folds, int64_t *count)
{
    strata s = {0};
    const cx_array *y = NULL;
    CX__TRY(rows_and_splits(self, d, &s.n, &s.splits));
    CX__TRY(labels_of(self, d, &y));
    cx_generator *g = NULL;
    CX__TRY(cx__splitter_generator(self, &g));
    *count = s.splits * cx__param(self, "n_repeats")->u.i;
    for (int64_t at = 0; at < *count && (at < cap || at == 0); at += s.splits) {
        cx_array *fold = NULL;
        CX__TRY(deal_rows(y, g, &s, &fold));
        if (cap > at) CX__TRY(cx__folds_from(fold, s.splits, cap - at, folds + at));
    }
    return CX_OK;
}

const cx_estimator_class cx__class_kfold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KFold",
    .doc = "Consecutive (or shuffled) folds of nearly equal size.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = params,
    .split = kfold,
};
const cx_estimator_class cx__class_stratified_kfold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "StratifiedKFold",
    .doc = "Folds in which every class has its share.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = params,
    .split = stratified,
};

const cx_estimator_class cx__class_repeated_kfold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RepeatedKFold",
    .doc = "Shuffled folds of nearly equal size, dealt anew several times.",
    .kind = CX_SPLITTER,
    .params = repeated_params,
    .split = repeated_kfold,
};
const cx_estimator_class cx__class_repeated_stratified_kfold = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RepeatedStratifiedKFold",
    .doc = "Folds in which every class has its share, dealt anew several times.",
    .kind = CX_SPLITTER,
    .params = repeated_params,
    .split = repeated_stratified,
};
