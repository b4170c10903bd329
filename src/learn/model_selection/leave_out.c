/* Splitters without a draw: LeaveOneOut, LeavePOut, TimeSeriesSplit, PredefinedSplit.
 *
 * One idea: rows are numbers that are written down. */
#include "base/alloc.h"
#include "learn/model_selection/model_selection.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const cx_param leave_params[] = {
    {"p", CX_PARAM_INT, NULL, "[1, inf)", "how many rows test at a time"},
    {.name = NULL},
};
static const cx_param time_params[] = {
    {"n_splits", CX_PARAM_INT, "5", "[2, inf)", "number of cuts"},
    {"max_train_size", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)",
     "most rows that train, the last ones; None or 0: all before the test"},
    {"test_size", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rows that test; None: rows // (n_splits + 1)"},
    {"gap", CX_PARAM_INT, "0", "[0, inf)", "rows left out between training and testing"},
    {.name = NULL},
};
static const cx_param predefined_params[] = {
    {"test_fold", CX_PARAM_LIST, NULL, NULL,
     "for every row the number of the fold in which it tests; -1: in none"},
    {.name = NULL},
};

cx_array *cx__row_indices(const int64_t *rows, int64_t n)
{
    return cx_copy_host(rows, CX_SHAPE(n), CX_I64);
}

cx_status cx__choose_count(const char *where, int64_t n, int64_t p, int64_t *out)
{
    double count = 1; /* exact below 2^53, which is more than fits anywhere */
    for (int64_t i = 1; i <= p; i++) {
        count = count * (double)(n - p + i) / (double)i;
        if (count > 1e12)
            return cx__fail(CX_E_ARGUMENT, where, "%lld of %lld can be chosen in too many ways",
                            (long long)p, (long long)n);
    }
    *out = (int64_t)(count + 0.5);
    return CX_OK;
}

void cx__choose_next(int64_t *chosen, int64_t p, int64_t n)
{
    int64_t i = p - 1;
    while (i >= 0 && chosen[i] == n - p + i) i--;
    if (i < 0) return;
    chosen[i]++;
    for (i++; i < p; i++) chosen[i] = chosen[i - 1] + 1;
}

static cx_status rows_of(const cx_data *d, int64_t *n)
{
    *n = cx_data_rows(d);
    return *n < 0 ? CX_E_SHAPE : CX_OK; /* marked already; the error text stays */
}

/* p rows test, the others train. */
static cx_status leave(const cx_estimator *self, const cx_data *d, int64_t p, int64_t cap,
                       cx_fold *folds, int64_t *count)
{
    int64_t n = 0;
    CX__TRY(rows_of(d, &n));
    if (p >= n)
        return cx__fail(CX_E_ARGUMENT, "split", "%s: of %lld rows %lld cannot be left out",
                        self->cls->name, (long long)n, (long long)p);
    CX__TRY(cx__choose_count("split", n, p, count));
    int64_t *const test = cx__calloc((size_t)(p + n), sizeof *test), *const train = test + p;
    if (!test) return cx__fail_nomem("split", "row indices", (size_t)(p + n) * sizeof *test);
    cx_status st = CX_OK;
    for (int64_t i = 0; i < p; i++) test[i] = i;
    for (int64_t f = 0; f < *count && f < cap && st == CX_OK; f++) {
        for (int64_t i = 0, at = 0, k = 0; i < n; i++)
            if (at < p && test[at] == i)
                at++;
            else
                train[k++] = i;
        folds[f].test = cx__row_indices(test, p);
        folds[f].train = cx__row_indices(train, n - p);
        st = cx__so_far();
        cx__choose_next(test, p, n);
    }
    cx__free(test);
    return st;
}

static cx_status leave_one(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                           int64_t *count)
{
    return leave(self, d, 1, cap, folds, count);
}
static cx_status leave_some(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                            int64_t *count)
{
    return leave(self, d, cx__param(self, "p")->u.i, cap, folds, count);
}

/* ---- time */
static cx_status time_series(const cx_estimator *self, const cx_data *d, int64_t cap,
                             cx_fold *folds, int64_t *count)
{
    int64_t n = 0;
    CX__TRY(rows_of(d, &n));
    const cx__lit *const most = cx__param(self, "max_train_size"), *const size =
                                                                       cx__param(self, "test_size");
    const int64_t splits = cx__param(self, "n_splits")->u.i, gap = cx__param(self, "gap")->u.i;
    if (splits >= n)
        return cx__fail(CX_E_ARGUMENT, "split", "%s: %lld cuts need more than the %lld rows",
                        self->cls->name, (long long)splits, (long long)n);
    const int64_t test = size->kind == CX__LIT_INT ? size->u.i : n / (splits + 1);
    if (test > n || gap >= n || n - gap - test * splits <= 0)
        return cx__fail(CX_E_ARGUMENT, "split",
                        "%s: %lld cuts with test_size %lld and gap %lld leave none of %lld rows",
                        self->cls->name, (long long)splits, (long long)test, (long long)gap,
                        (long long)n);
    *count = splits;
    for (int64_t f = 0; f < splits && f < cap; f++) {
        const int64_t start = n - (splits - f) * test, end = start - gap;
        const bool cut = most->kind == CX__LIT_INT && most->u.i > 0 && most->u.i < end;
        folds[f].train = cx_arange_i64(cut ? end - most->u.i : 0, end, 1, CX_I64, CX_CPU);
        folds[f].test = cx_arange_i64(start, start + test, 1, CX_I64, CX_CPU);
    }
    return cx__so_far();
}

/* ---- predefined */
static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Different numbers of the list but -1, ascending. */
static cx_status fold_numbers(const cx__lit *list, int64_t *fold, int64_t *different,
                              int64_t *count)
{
    for (int i = 0; i < list->count; i++) {
        if (list->u.items[i].kind != CX__LIT_INT)
            return cx__fail(CX_E_ARGUMENT, "split",
                            "PredefinedSplit: entry %d of test_fold is no integer", i);
        fold[i] = different[i] = list->u.items[i].u.i;
    }
    qsort(different, (size_t)list->count, sizeof *different, by_value);
    *count = 0;
    for (int i = 0; i < list->count; i++)
        if (different[i] != -1 && (*count == 0 || different[*count - 1] != different[i]))
            different[(*count)++] = different[i];
    return CX_OK;
}

static cx_status predefined(const cx_estimator *self, const cx_data *d, int64_t cap, cx_fold *folds,
                            int64_t *count)
{
    int64_t n = 0;
    CX__TRY(rows_of(d, &n));
    const cx__lit *const list = cx__param(self, "test_fold");
    if (list->count != n)
        return cx__fail(CX_E_SHAPE, "split",
                        "PredefinedSplit: test_fold has %d entries for %lld rows", list->count,
                        (long long)n);
    int64_t *const fold = cx__calloc(4 * (size_t)n, sizeof *fold);
    if (!fold) return cx__fail_nomem("split", "row indices", 4 * (size_t)n * sizeof *fold);
    int64_t *const different = fold + n, *const train = fold + 2 * n, *const test = fold + 3 * n;
    cx_status st = fold_numbers(list, fold, different, count);
    for (int64_t f = 0; st == CX_OK && f < *count && f < cap; f++) {
        int64_t trains = 0, tests = 0;
        for (int64_t i = 0; i < n; i++)
            if (fold[i] == different[f])
                test[tests++] = i;
            else
                train[trains++] = i;
        folds[f].train = cx__row_indices(train, trains);
        folds[f].test = cx__row_indices(test, tests);
        st = cx__so_far();
    }
    cx__free(fold);
    return st;
}

const cx_estimator_class cx__class_leave_one_out = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LeaveOneOut",
    .doc = "Each row tests once.",
    .kind = CX_SPLITTER,
    .split = leave_one,
};
const cx_estimator_class cx__class_leave_pout = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LeavePOut",
    .doc = "Each choice of so many rows tests once.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = leave_params,
    .split = leave_some,
};
const cx_estimator_class cx__class_time_series_split = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TimeSeriesSplit",
    .doc = "Later rows test what earlier ones train.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = time_params,
    .split = time_series,
};
const cx_estimator_class cx__class_predefined_split = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PredefinedSplit",
    .doc = "Folds that are given row by row.",
    .kind = CX_SPLITTER,
    .positional = 1,
    .params = predefined_params,
    .split = predefined,
};
