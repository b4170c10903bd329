/* KFold and StratifiedKFold, as words of the spec notation.
 *
 * One idea: a splitter assigns a fold to every row; the folds follow from that. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include <string.h>

static const cx_param params[] = {
    {"n_splits", CX_PARAM_INT, "5", "[2, inf)", "number of folds"},
    {"shuffle", CX_PARAM_BOOL, "False", NULL,
     "shuffle the rows (StratifiedKFold: within each class) first"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the shuffle; None: the system's entropy"},
    {.name = NULL},
};

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
    *out = cx_random_state(
        (cx_maybe_i64){seed->kind == CX__LIT_INT, seed->kind == CX__LIT_INT ? seed->u.i : 0},
        CX_CPU);
    return cx_generator_status(*out);
}

/* fold[i] of every row to index arrays, ascending. */
static cx_status make_folds(const int64_t *fold, int64_t n, int64_t splits, int64_t cap,
                            cx_fold *out)
{
    for (int64_t k = 0; k < splits && k < cap; k++) {
        int64_t size = 0;
        for (int64_t i = 0; i < n; i++) size += fold[i] == k;
        out[k].train = cx_empty(CX_SHAPE(n - size), CX_I64, CX_CPU);
        out[k].test = cx_empty(CX_SHAPE(size), CX_I64, CX_CPU);
        int64_t *train = cx_data_i64_mut(out[k].train), *test = cx_data_i64_mut(out[k].test);
        if (!train || !test) return cx_status_of(train ? out[k].test : out[k].train);
        for (int64_t i = 0; i < n; i++) {
            if (fold[i] == k)
                *test++ = i;
            else
                *train++ = i;
        }
    }
    return CX_OK;
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

static cx_status kfold(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                       int64_t *count)
{
    int64_t n = 0, splits = 0;
    CX__TRY(rows_and_splits(self, d, &n, &splits));
    cx_generator *g = NULL;
    CX__TRY(generator(self, &g));
    int64_t *const rows = cx__calloc(2 * (size_t)n, sizeof *rows);
    if (!rows) return cx__fail_nomem("split", "row indices", 2 * (size_t)n * sizeof *rows);
    int64_t *const fold = rows + n;
    for (int64_t i = 0; i < n; i++) rows[i] = i;
    cx_status st = g ? cx__shuffle_rows(g, rows, n) : CX_OK;
    int64_t at = 0;
    for (int64_t k = 0; k < splits; k++) {
        const int64_t size = n / splits + (k < n % splits ? 1 : 0);
        for (int64_t i = 0; i < size; i++) fold[rows[at++]] = k;
    }
    if (st == CX_OK) st = make_folds(fold, n, splits, cap, folds);
    cx__free(rows);
    *count = splits;
    return st;
}

/* Codes in the order in which classes appear; *k is how many there are. */
static cx_status codes_by_appearance(const cx_array *y, int64_t *codes, int64_t n, int64_t *k)
{
    const cx_labels l = cx_labels_encode(y);
    const int64_t *const in = cx_data_i64(cx_to(l.codes, CX_CPU));
    if (!in) return cx_status_of(l.codes);
    *k = cx_size(l.classes);
    int64_t *const rank = cx__alloc(((size_t)*k + 1) * sizeof *rank);
    if (!rank) return cx__fail_nomem("split", "labels", (size_t)*k * sizeof *rank);
    for (int64_t c = 0; c < *k; c++) rank[c] = -1;
    int64_t next = 0;
    for (int64_t i = 0; i < n; i++) {
        if (rank[in[i]] < 0) rank[in[i]] = next++;
        codes[i] = rank[in[i]];
    }
    cx__free(rank);
    return CX_OK;
}

typedef struct strata {
    int64_t n, splits, k;
    int64_t *codes, *fold, *pick; /* [n] */
    int64_t *count, *start;       /* [k] */
    int64_t *share;               /* [splits] of one class */
} strata;

/* Rows of class c dealt to folds: round robin over the rows sorted by class says how many each
 * fold gets. */
static cx_status deal(const strata *s, cx_generator *g, int64_t c)
{
    memset(s->share, 0, (size_t)s->splits * sizeof *s->share);
    for (int64_t i = 0; i < s->count[c]; i++) s->share[(s->start[c] + i) % s->splits]++;
    int64_t at = 0;
    for (int64_t f = 0; f < s->splits; f++)
        for (int64_t i = 0; i < s->share[f]; i++) s->pick[at++] = f;
    if (g) CX__TRY(cx__shuffle_rows(g, s->pick, at));
    at = 0;
    for (int64_t i = 0; i < s->n; i++)
        if (s->codes[i] == c) s->fold[i] = s->pick[at++];
    return CX_OK;
}

static cx_status deal_all(const strata *s, cx_generator *g)
{
    int64_t most = 0, least = INT64_MAX, start = 0;
    for (int64_t i = 0; i < s->n; i++) s->count[s->codes[i]]++;
    for (int64_t c = 0; c < s->k; c++) {
        s->start[c] = start;
        start += s->count[c];
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
    for (int64_t c = 0; c < s->k; c++) CX__TRY(deal(s, g, c));
    return CX_OK;
}

static cx_status stratified(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                            int64_t *count)
{
    strata s = {0};
    CX__TRY(rows_and_splits(self, d, &s.n, &s.splits));
    cx_generator *g = NULL;
    CX__TRY(generator(self, &g));
    const cx_array *const y = cx__data_y(d);
    if (!y) return cx__fail(CX_E_ARGUMENT, "split", "StratifiedKFold needs y");
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, "split", "StratifiedKFold needs one label for each row");
    const size_t n = (size_t)s.n, words = 3 * n + (size_t)s.splits;
    int64_t *const block = cx__calloc(words, sizeof *block);
    if (!block) return cx__fail_nomem("split", "labels", words * sizeof *block);
    s.codes = block;
    s.fold = block + n;
    s.pick = block + 2 * n;
    s.share = block + 3 * n;
    cx_status st = codes_by_appearance(y, s.codes, s.n, &s.k);
    int64_t *const counts = st == CX_OK ? cx__calloc(2 * (size_t)s.k, sizeof *counts) : NULL;
    if (st == CX_OK && !counts)
        st = cx__fail_nomem("split", "labels", 2 * (size_t)s.k * sizeof *counts);
    if (st == CX_OK) {
        s.count = counts;
        s.start = counts + s.k;
        st = deal_all(&s, g);
    }
    if (st == CX_OK) st = make_folds(s.fold, s.n, s.splits, cap, folds);
    cx__free(counts);
    cx__free(block);
    *count = s.splits;
    return st;
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

/* ---- any splitter */
cx_status cx__splitter_parse(const char *where, const char *cv, bool classifier, cx_estimator **out)
{
    if (!cv) cv = "5";
    const char *const end = cv + strlen(cv);
    int64_t n = 0;
    const char *const stop = cx__parse_i64(cv, end, &n);
    if (stop == end && end > cv) {
        cx_estimator *m = NULL;
        CX__TRY(cx__estimator_make(
            where, classifier ? &cx__class_stratified_kfold : &cx__class_kfold, &m));
        cx__lit v = cx__lit_i64(n);
        const cx_status st = cx__param_set(where, m, 0, &v);
        if (st == CX_OK)
            *out = m;
        else
            cx__release(m);
        return st;
    }
    cx_estimator *m = NULL;
    CX__TRY(cx__estimator_parse(where, cv, strlen(cv), &m));
    if (m->cls->split) {
        *out = m;
        return CX_OK;
    }
    const cx_status st = cx__fail(CX_E_ARGUMENT, where, "%s is no splitter", m->cls->name);
    cx__release(m);
    return st;
}

cx_status cx__splitter_split(const char *where, const cx_estimator *splitter, const cx_data *d,
                             int64_t cap, cx_fold *folds, int64_t *count)
{
    CX__TRY(cx__data_valid(where, d));
    CX__TRY(cx__params_check(where, splitter));
    const cx_scope s = cx_scope_open();
    *count = 0;
    cx_check(splitter->cls->split(splitter, d, cap, folds, count));
    if (cx_ok())
        for (int64_t i = 0; i < cap && i < *count; i++) {
            folds[i].train = cx_scope_keep(s, folds[i].train);
            folds[i].test = cx_scope_keep(s, folds[i].test);
        }
    return cx_scope_close(s);
}

cx_status cx_cv_split(const char *cv, const cx_data *d, int64_t cap, cx_fold *folds, int64_t *count)
{
    static const char where[] = "cv_split";
    if (cap < 0 || (cap > 0 && !folds))
        return cx__fail(CX_E_ARGUMENT, where, "there is no room for %lld folds", (long long)cap);
    cx_estimator *splitter = NULL;
    int64_t n = 0;
    CX__TRY(cx__splitter_parse(where, cv, false, &splitter));
    const cx_status st = cx__splitter_split(where, splitter, d, cap, folds, &n);
    cx__release(splitter);
    if (st == CX_OK && count) *count = n;
    return st;
}
