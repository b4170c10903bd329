/* train_test_split: one shuffled or stratified cut of the rows.
 *
 * One idea: the rows are drawn as plain indices with the draws that scikit-learn makes, in its
 * order; the data follows by take. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/site.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/sort.h>
#include <calx/table.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

cx_status cx__shuffle_rows(cx_generator *g, int64_t *rows, int64_t n)
{
    const cx_scope s = cx_scope_open();
    cx_check(cx_rng_shuffle(g, cx_borrow_host(rows, CX_SHAPE(n), CX_I64, NULL), 0));
    return cx_scope_close(s);
}

static void count_up(int64_t *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++) rows[i] = i;
}

/* ---- sizes */
static cx_status one_size(const char *where, const char *what, double size, int64_t n)
{
    const bool ok = size < 1 ? size > 0 : size < (double)n && size == floor(size);
    if (ok) return CX_OK;
    char text[40];
    text[cx__f64_to_text(size, text)] = '\0';
    return cx__fail(CX_E_ARGUMENT, where,
                    "%s is %s; it must be a share in (0, 1) or a number of the %lld rows", what,
                    text, (long long)n);
}

cx_status cx__split_sizes(const char *where, double test, double train, double deflt, int64_t n,
                          int64_t *n_train, int64_t *n_test)
{
    if (test == 0 && train == 0) test = deflt;
    if (test != 0) CX__TRY(one_size(where, "test_size", test, n));
    if (train != 0) CX__TRY(one_size(where, "train_size", train, n));
    if (test > 0 && test < 1 && train > 0 && train < 1 && train + test > 1)
        return cx__fail(CX_E_ARGUMENT, where,
                        "train_size and test_size are together more than all rows");
    const double rows = (double)n;
    if (test != 0) *n_test = (int64_t)(test < 1 ? ceil(test * rows) : test);
    if (train != 0) *n_train = (int64_t)(train < 1 ? floor(train * rows) : train);
    if (train == 0) *n_train = n - *n_test;
    if (test == 0) *n_test = n - *n_train;
    if (*n_train + *n_test > n)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%lld rows for training and %lld for testing are more than there are: %lld",
                        (long long)*n_train, (long long)*n_test, (long long)n);
    if (*n_train > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "of %lld rows none is left for training", (long long)n);
}

/* ---- stratified */
typedef struct strata {
    cx_generator *g;
    int64_t k, n;     /* classes, rows */
    int64_t *count;   /* rows of each class */
    int64_t *take[2]; /* how many of each class train and test */
    int64_t *pick;    /* work space of k and of n entries */
    double *rest;
} strata;

static int by_value_down(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

cx_status cx__approximate_mode(cx_generator *g, const int64_t *count, int64_t k, int64_t draws,
                               int64_t *out, double *room, int64_t *pick)
{
    double total = 0, floored = 0;
    for (int64_t i = 0; i < k; i++) total += (double)count[i];
    double *const value = room + k;
    for (int64_t i = 0; i < k; i++) {
        const double share = (double)count[i] / total * (double)draws;
        out[i] = (int64_t)floor(share);
        room[i] = value[i] = share - floor(share);
        floored += floor(share);
    }
    int64_t missing = (int64_t)((double)draws - floored);
    qsort(value, (size_t)k, sizeof *value, by_value_down);
    for (int64_t v = 0; v < k && missing > 0; v++) {
        if (v > 0 && value[v] == value[v - 1]) continue;
        int64_t same = 0;
        for (int64_t i = 0; i < k; i++)
            if (room[i] == value[v]) same++;
        count_up(pick, same);
        CX__TRY(cx__shuffle_rows(g, pick, same));
        const int64_t now = same < missing ? same : missing;
        for (int64_t p = 0; p < now; p++) { /* the pick[p]-th of the classes with this remainder */
            int64_t seen = 0;
            for (int64_t i = 0; i < k; i++)
                if (room[i] == value[v] && seen++ == pick[p]) out[i]++;
        }
        missing -= now;
    }
    return CX_OK;
}

/* Places in the order of the rows by class. */
static cx_status draw_strata(const strata *s, int64_t n_train, int64_t n_test, int64_t *train,
                             int64_t *test)
{
    CX__TRY(cx__approximate_mode(s->g, s->count, s->k, n_train, s->take[0], s->rest, s->pick));
    int64_t *const left = s->take[1] + s->k;
    for (int64_t i = 0; i < s->k; i++) left[i] = s->count[i] - s->take[0][i];
    CX__TRY(cx__approximate_mode(s->g, left, s->k, n_test, s->take[1], s->rest, s->pick));
    int64_t start = 0, at_train = 0, at_test = 0;
    for (int64_t i = 0; i < s->k; i++) {
        count_up(s->pick, s->count[i]);
        CX__TRY(cx__shuffle_rows(s->g, s->pick, s->count[i]));
        const int64_t a = s->take[0][i], b = s->take[1][i];
        for (int64_t j = 0; j < a; j++) train[at_train++] = start + s->pick[j];
        for (int64_t j = a; j < a + b; j++) test[at_test++] = start + s->pick[j];
        start += s->count[i];
    }
    if (at_train != n_train || at_test != n_test)
        return cx__fail(CX_E_INTERNAL, "train_test_split", "strata do not add up");
    CX__TRY(cx__shuffle_rows(s->g, train, n_train));
    return cx__shuffle_rows(s->g, test, n_test);
}

static cx_status check_strata(const char *where, const strata *s, const cx_array *classes,
                              int64_t n_train, int64_t n_test)
{
    for (int64_t i = 0; i < s->k; i++) {
        if (s->count[i] >= 2) continue;
        const bool text = cx_dtype_of(classes) == CX_CAT;
        if (text)
            return cx__fail(CX_E_ARGUMENT, where,
                            "class '%.60s' has only one row; stratification needs two",
                            cx_label(classes, i));
        return cx__fail(CX_E_ARGUMENT, where,
                        "class %lld of the labels has only one row; stratification needs two",
                        (long long)i);
    }
    if (n_train < s->k || n_test < s->k)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%lld rows for training and %lld for testing cannot hold %lld classes",
                        (long long)n_train, (long long)n_test, (long long)s->k);
    return CX_OK;
}

/* One draw of places on the host; the rows at these places are looked up where the labels are. */
static cx_status draw_fold(const strata *s, const cx_array *order, cx_device device,
                           int64_t n_train, int64_t n_test, cx_fold *out)
{
    const cx_scope scope = cx_scope_open();
    cx_array *const train = cx_empty(CX_SHAPE(n_train), CX_I64, CX_CPU), *const test = cx_empty(
                                                                             CX_SHAPE(n_test),
                                                                             CX_I64, CX_CPU);
    int64_t *const a = cx_data_i64_mut(train), *const b = cx_data_i64_mut(test);
    if (a && b) cx_check(draw_strata(s, n_train, n_test, a, b));
    if (cx_ok()) {
        out->train = cx_scope_keep(scope, cx_take(order, cx_to(train, device), 0));
        out->test = cx_scope_keep(scope, cx_take(order, cx_to(test, device), 0));
    }
    return cx_scope_close(scope);
}

static cx_status draw_folds(const char *where, const cx__site *site, const cx_labels *l, strata *s,
                            int64_t n_train, int64_t n_test, int64_t folds, cx_fold *out)
{
    const size_t k = (size_t)s->k, n = (size_t)s->n;
    CX__TRY(cx__count_codes(site, l->codes, NULL, s->k, s->rest));
    int64_t *const block = s->count;
    s->take[0] = block + k;
    s->take[1] = block + 2 * k;
    s->pick = block + 4 * k;
    for (size_t i = 0; i < k; i++) s->count[i] = (int64_t)s->rest[i];
    CX__TRY(check_strata(where, s, cx__to_host(site, l->classes), n_train, n_test));
    const cx_array *const order = cx_argsort(l->codes, 0);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < folds && n; i++)
        CX__TRY(draw_fold(s, order, site->device, n_train, n_test, &out[i]));
    return CX_OK;
}

/* Labels do not leave their device: drawn are places in the order of the rows by class. */
cx_status cx__stratified_draws(const char *where, cx_generator *g, const cx_array *labels,
                               int64_t n_train, int64_t n_test, int64_t folds, cx_fold *out)
{
    const cx_labels l = cx_labels_encode(labels);
    cx__site site;
    CX__TRY(cx__site_of(where, labels, &site));
    CX__TRY(cx__so_far());
    strata s = {.g = g, .k = cx_size(l.classes), .n = cx_size(l.codes)};
    const size_t k = (size_t)s.k, n = (size_t)s.n;
    s.count = cx__calloc(4 * k + n + 1, sizeof *s.count);
    s.rest = cx__calloc(2 * k + 1, sizeof *s.rest);
    const cx_status st = s.count && s.rest
                             ? draw_folds(where, &site, &l, &s, n_train, n_test, folds, out)
                             : cx__fail_nomem(where, "strata", (4 * k + n) * sizeof *s.count);
    cx__free(s.count);
    cx__free(s.rest);
    return st;
}

/* ---- indices */
static cx_status draw(const char *where, int64_t n, const cx_array *labels, const cx_split_opts *o,
                      cx_fold *out)
{
    int64_t n_train = 0, n_test = 0;
    CX__TRY(cx__split_sizes(where, o->test_size, o->train_size, 0.25, n, &n_train, &n_test));
    out->train = cx_empty(CX_SHAPE(n_train), CX_I64, CX_CPU);
    out->test = cx_empty(CX_SHAPE(n_test), CX_I64, CX_CPU);
    int64_t *const train = cx_data_i64_mut(out->train), *const test = cx_data_i64_mut(out->test);
    if (!train || !test) return cx_status_of(train ? out->test : out->train);
    if (o->no_shuffle) {
        if (o->stratify)
            return cx__fail(CX_E_ARGUMENT, where,
                            "stratify needs shuffling, which no_shuffle forbids");
        count_up(train, n_train);
        for (int64_t i = 0; i < n_test; i++) test[i] = n_train + i;
        return CX_OK;
    }
    cx_generator *const g = cx_random_state(o->random_state, CX_CPU);
    CX__TRY(cx_generator_status(g));
    if (o->stratify) {
        if (!labels) return cx__fail(CX_E_ARGUMENT, where, "stratify needs labels: y or a target");
        if (cx_ndim(labels) != 1 || cx_dim(labels, 0) != n)
            return cx__fail(CX_E_SHAPE, where, "stratify needs one label for each of the %lld rows",
                            (long long)n);
        return cx__stratified_draws(where, g, labels, n_train, n_test, 1, out);
    }
    int64_t *const rows = cx__alloc((size_t)n * sizeof *rows);
    if (!rows) return cx__fail_nomem(where, "row indices", (size_t)n * sizeof *rows);
    count_up(rows, n);
    const cx_status st = cx__shuffle_rows(g, rows, n);
    memcpy(test, rows, (size_t)n_test * sizeof *rows);
    memcpy(train, rows + n_test, (size_t)n_train * sizeof *rows);
    cx__free(rows);
    return st;
}

static cx_status check_opts(const char *where, const cx_split_opts **o)
{
    static const cx_split_opts defaults = {.struct_size = sizeof(cx_split_opts)};
    if (!*o) *o = &defaults;
    if ((*o)->struct_size == sizeof(cx_split_opts)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "options without struct_size: use CX_OPTS(cx_split_opts, ...)");
}

/* The fold for the open scope; temporaries go with a scope of their own. */
static cx_status indices(const char *where, int64_t n, const cx_array *labels,
                         const cx_split_opts *o, cx_fold *f)
{
    const cx_scope s = cx_scope_open();
    cx_check(draw(where, n, labels, o, f));
    if (cx_ok()) {
        f->train = cx_scope_keep(s, f->train);
        f->test = cx_scope_keep(s, f->test);
    }
    return cx_scope_close(s);
}

cx_fold cx_train_test_indices(int64_t n, const cx_array *labels, const cx_split_opts *o)
{
    static const char where[] = "train_test_indices";
    cx_fold f = {NULL, NULL};
    cx_status st = check_opts(where, &o);
    if (st == CX_OK && n < 1) st = cx__fail(CX_E_ARGUMENT, where, "n is %lld", (long long)n);
    if (st == CX_OK && labels) st = cx__check(where, "labels", labels, CX__KIND_ARRAY);
    if (st == CX_OK) st = indices(where, n, labels, o, &f);
    if (st == CX_OK) return f;
    cx__mark(st);
    return (cx_fold){cx__nil(st), cx__nil(st)};
}

/* ---- the data */
const cx_array *cx__data_y(const cx_data *d)
{
    return d->y ? d->y : d->table && d->target ? cx_table_column(d->table, d->target) : NULL;
}

static cx_status count_rows(const char *where, const cx_data *d, int64_t *out)
{
    CX__TRY(cx__data_valid(where, d));
    CX__TRY(cx__data_target(where, d));
    if (d->x && cx_ndim(d->x) < 1) return cx__fail(CX_E_SHAPE, where, "x is a single number");
    *out = d->table ? cx_table_rows(d->table) : cx_dim(d->x, 0);
    const struct {
        const char *name;
        const cx_array *a;
    } others[] = {{"y", d->y}, {"sample_weight", d->sample_weight}, {"groups", d->groups}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!others[i].a) continue;
        CX__NEED(where, others[i].name, others[i].a, CX__KIND_ARRAY);
        if (cx_ndim(others[i].a) < 1 || cx_dim(others[i].a, 0) != *out)
            return cx__fail(CX_E_SHAPE, where, "the data has %lld rows, but %s has %lld",
                            (long long)*out, others[i].name, (long long)cx_dim(others[i].a, 0));
    }
    return CX_OK;
}

int64_t cx_data_rows(const cx_data *d)
{
    int64_t n = 0;
    const cx_status st = count_rows("data_rows", d, &n);
    if (st == CX_OK) return n;
    cx__mark(st);
    return -1;
}

cx_status cx__data_some_rows(const char *where, const cx_estimator *m, const cx_data *d)
{
    int64_t n = 0;
    CX__TRY(count_rows(where, d, &n));
    return n > 0 ? CX_OK : cx__fail(CX_E_SHAPE, where, "%s: the data has no rows", m->cls->name);
}

/* Row indices, sent once to the device where the data is. */
static const cx_array *take(const cx_array *a, const cx_array **rows)
{
    if (!a) return NULL;
    if (!cx_device_equal(cx_device_of(*rows), cx_device_of(a)))
        *rows = cx_to(*rows, cx_device_of(a));
    return cx_take(a, *rows, 0);
}

static cx_data all_nil(const cx_data *d, cx_status st)
{
    cx_data out = {.target = d ? d->target : NULL};
    if (d && d->table)
        out.table = cx__nil(st);
    else
        out.x = cx__nil(st);
    if (d && d->y) out.y = cx__nil(st);
    if (d && d->sample_weight) out.sample_weight = cx__nil(st);
    if (d && d->groups) out.groups = cx__nil(st);
    return out;
}

cx_data cx_data_take(const cx_data *d, const cx_array *rows)
{
    static const char where[] = "data_take";
    int64_t n = 0;
    cx_status st = count_rows(where, d, &n);
    if (st == CX_OK) st = cx__check(where, "rows", rows, CX__KIND_ARRAY);
    if (st == CX_OK) {
        cx_data out = {.target = d->target, .classes = d->classes};
        if (d->table) out.table = cx_table_take(d->table, rows);
        out.x = take(d->x, &rows);
        out.y = take(d->y, &rows);
        out.sample_weight = take(d->sample_weight, &rows);
        out.groups = take(d->groups, &rows);
        const cx_array *const parts[] = {out.x, out.y, out.sample_weight, out.groups};
        for (size_t i = 0; i < 4 && st == CX_OK; i++)
            if (parts[i]) st = cx_status_of(parts[i]);
        if (st == CX_OK && out.table) st = cx_table_status(out.table);
        return st == CX_OK ? out : all_nil(d, st); /* the parts have marked the scope */
    }
    cx__mark(st);
    return all_nil(d, st);
}

cx_split cx_train_test_split(const cx_data *d, const cx_split_opts *o)
{
    static const char where[] = "train_test_split";
    int64_t n = 0;
    cx_fold f = {NULL, NULL};
    cx_status st = check_opts(where, &o);
    if (st == CX_OK) st = count_rows(where, d, &n);
    if (st == CX_OK && n < 1) st = cx__fail(CX_E_ARGUMENT, where, "the data has no rows");
    if (st == CX_OK) st = indices(where, n, o->stratify ? cx__data_y(d) : NULL, o, &f);
    if (st != CX_OK) {
        cx__mark(st);
        return (cx_split){all_nil(d, st), all_nil(d, st)};
    }
    return (cx_split){cx_data_take(d, f.train), cx_data_take(d, f.test)};
}
