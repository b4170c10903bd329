/* SimpleImputer: missing numbers become one of their column.
 *
 * One idea: whatever the strategy, fit leaves a number a column; NaN says that the column had none
 * and is left out. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/impute/missing.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/quantiles.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

enum { STATISTICS, KEEP, MARK };
static const char *const attrs[] = {"statistics_: float [n]", "_keep: int [k]", "_mark?: int [m]",
                                    NULL};

static const cx_param params[] = {
    {"missing_values", CX_PARAM_FLOAT, "nan", NULL, "what stands for a missing number"},
    {"strategy", CX_PARAM_STR, "'mean'", "{'mean', 'median', 'most_frequent', 'constant'}",
     "what of a column takes its place; 'most_frequent': the smallest of them"},
    {"fill_value", CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "for 'constant', a number; None: 0"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"add_indicator", CX_PARAM_BOOL, "False", NULL, "columns of marks behind the others"},
    {"keep_empty_features", CX_PARAM_BOOL, "False", NULL,
     "columns without a number become 0, or fill_value; else they are left out"},
    {.name = NULL},
};

/* The most frequent number of each column, the smallest of several: of sorted ones the first that
 * ends the longest run. On the host rows are walked with a run for each column. */
static cx_array *most_frequent_here(const cx__site *s, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    const cx_array *const sorted = cx_sort(cx__f64(s, x), 0);
    cx_array *const out = cx__new_f64(s, d, -1);
    int64_t *const run = cx__calloc((size_t)d * 2 + 1, sizeof *run);
    if (run == NULL) return cx__nil(cx_check(cx__fail_nomem("fit", "columns", (size_t)d * 16)));
    int64_t *const most = run + d;
    const double *const v = cx__at(sorted);
    double *const best = cx__at(out);
    const cx_status st = cx__so_far();
    for (int64_t j = 0; st == CX_OK && j < d; j++) best[j] = (double)NAN;
    for (int64_t i = 0; st == CX_OK && i < n; i++)
        for (int64_t j = 0; j < d; j++) {
            const double at = v[i * d + j];
            run[j] = i > 0 && at == v[(i - 1) * d + j] ? run[j] + 1 : 1;
            if (run[j] > most[j] && at == at) {
                most[j] = run[j];
                best[j] = at;
            }
        }
    cx__free(run);
    return st == CX_OK ? out : cx__nil(cx_check(st));
}

static cx_array *most_frequent(const cx__site *s, const cx_array *x)
{
    static cx__held run = CX__HELD("v, i, first: where(v == v, i - first + 1, 0)");
    const int64_t d = cx_dim(x, 1);
    if (cx__on_host(x)) return most_frequent_here(s, x);
    const cx_array **const part = cx__calloc((size_t)d, sizeof *part);
    if (part == NULL) return cx__nil(cx_check(cx__fail_nomem("fit", "columns", (size_t)d * 8)));
    const cx_array *const place = cx_arange_i64(0, cx_dim(x, 0), 1, CX_I64, s->device);
    for (int64_t j = 0; j < d && cx_ok(); j++) {
        const cx_array *const v = cx_sort(cx_ascontiguous(cx_select(x, 1, j)), 0);
        const cx_array *const length =
            cx__held_run("fit", &run, CX_ARRAYS(v, place, cx_searchsorted(v, v, CX_LEFT)));
        part[j] = cx_take(v, cx_argmax(length, CX_ALL), 0);
    }
    cx_array *const out = cx_ok() ? cx_stack((cx_arrays){(int)d, part}, 0) : cx__nil(cx__so_far());
    cx__free(part);
    return out;
}

static cx_status fill_value(const cx_estimator *self, double *out)
{
    *out = 0;
    if (cx_param_is_none(self, "fill_value")) return CX_OK;
    if (cx_param_is_str(self, "fill_value"))
        return cx__fail(CX_E_ARGUMENT, "fit", "SimpleImputer: fill_value '%s' is no number, x is",
                        cx_param_str(self, "fill_value"));
    *out = cx_param_f64(self, "fill_value");
    return CX_OK;
}

/* A number a column; NaN where there is none. */
static cx_status statistics(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            cx_array **out)
{
    static cx__held any = CX__HELD("count, v: where(count == 0, nan, v)"),
                    constant = CX__HELD("x, v: where(sum(x == x, axis=0) == 0, nan, v)");
    const char *const strategy = cx_param_str(self, "strategy");
    double fill = 0;
    if (strcmp(strategy, "constant") == 0) {
        CX__TRY(fill_value(self, &fill));
        *out = cx__held_run("fit", &constant, CX_ARRAYS(x, cx_float(fill)));
    } else if (strcmp(strategy, "median") == 0) {
        *out = cx_select(cx__column_quantiles(s, x, (const double[]){0.5}, 1), 0, 0);
    } else if (strcmp(strategy, "most_frequent") == 0) {
        *out = most_frequent(s, x);
    } else {
        const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
        cx_array *const count = cx__new_f64(s, d, -1), *const mean = cx__new_f64(s, d, -1);
        const double *const x_at = cx__at(cx__f64(s, x));
        double *const count_at = cx__at(count), *const mean_at = cx__at(mean);
        CX__TRY(cx__so_far());
        CX__TRY(s->ops->moments(s->queue, x_at, n, d, NULL, count_at, mean_at, NULL));
        *out = cx__held_run("fit", &any, CX_ARRAYS(count, mean));
    }
    *out = cx__f64(s, *out);
    if (!cx_param_bool(self, "keep_empty_features")) return cx_status_of(*out);
    static cx__held filled = CX__HELD("v, fill: where(v == v, v, fill)");
    *out = cx__held_run("fit", &filled, CX_ARRAYS(*out, cx_float(fill)));
    return cx_status_of(*out);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx_array *x = NULL, *made = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__missing_as_nan("fit", self, data->x, &x));
    CX__TRY(statistics(self, &s, x, &made));
    CX__TRY(cx_self_set(self, STATISTICS, made));
    return cx__choose_columns(self, &s, x, KEEP, MARK);
}

/* ---- rows */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx__filling *const f = cx_plan_alloc(p, sizeof *f);
    if (f == NULL) return CX_E_NOMEM;
    p->state = f;
    return cx__filling_plan(self, p, KEEP, MARK, STATISTICS, f);
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__filling *const f = p->state;
    for (int64_t i = 0; i < rows; i++, x += p->cols_in, out += p->cols_out) {
        CX__TRY(cx__no_other_nan(f, x, p->cols_in));
        for (int64_t k = 0; k < f->kept; k++) {
            const int64_t j = f->keep[k];
            out[k] = cx__is_missing(f, x[j]) ? f->fill[j] : x[j];
        }
        cx__put_marks(f, x, out);
    }
    return CX_OK;
}

static cx_array *on_device(const cx_estimator *self, const cx_array *given)
{
    cx_array *x = NULL;
    if (cx_check(cx__missing_as_nan("transform", self, given, &x)) != CX_OK) return NULL;
    return cx__filled(x, cx_self(self, KEEP),
                      cx_take(cx_self(self, STATISTICS), cx_self(self, KEEP), 0),
                      cx_self_has(self, MARK) ? cx_self(self, MARK) : NULL);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *exact = NULL;
    if (!cx__on_host(x)) return on_device(self, x);
    if (cx_check(cx__missing_exact("transform", self, x, &exact)) != CX_OK) return NULL;
    return cx__by_rows(self, CX_TRANSFORM, exact, CX__ROWS_MATRIX, cx__float_like(x));
}

/* Column by column: what was filled, and missing_values again where a mark says so. */
static cx_array *restored(const cx_estimator *self, const cx_array *x, const int64_t *keep,
                          int64_t k, const int64_t *mark, int64_t m)
{
    static cx__held undo = CX__HELD("v, mark, missing: where(mark != 0, missing, v)");
    const int64_t d = cx_self_features(self);
    const cx_array *const missing = cx_float(cx_param_f64(self, "missing_values"));
    const cx_array **const part = cx__calloc((size_t)d, sizeof *part);
    if (part == NULL)
        return cx__nil(cx_check(cx__fail_nomem("inverse_transform", "columns", (size_t)d * 8)));
    for (int64_t j = 0, at = 0, marks = 0; j < d; j++) {
        const bool here = at < k && keep[at] == j;
        part[j] = here ? cx_select(x, 1, at++) : cx_zeros_like(cx_select(x, 1, 0), CX_F64);
        if (marks < m && mark[marks] == j)
            part[j] = cx__held_run("inverse_transform", &undo,
                                   CX_ARRAYS(part[j], cx_select(x, 1, k + marks++), missing));
    }
    cx_array *const out =
        cx_ok() ? cx_astype(cx_stack((cx_arrays){(int)d, part}, 1), CX_F64) : cx__nil(cx__so_far());
    cx__free(part);
    return out;
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    static const char where[] = "inverse_transform";
    if (!cx_self_has(self, MARK)) {
        (void)cx_check(
            cx__fail(CX_E_ARGUMENT, where, "SimpleImputer goes back only with add_indicator=True"));
        return NULL;
    }
    const int64_t k = cx_size(cx_self(self, KEEP)), m = cx_size(cx_self(self, MARK));
    if (cx_dim(x, 1) != k + m) {
        (void)cx_check(cx__fail(CX_E_SHAPE, where, "x has %lld columns; SimpleImputer made %lld",
                                (long long)cx_dim(x, 1), (long long)(k + m)));
        return NULL;
    }
    cx__site s;
    if (cx_check(cx__site_of(where, x, &s)) != CX_OK) return NULL;
    int64_t *const index = cx__alloc((size_t)(k + m) * sizeof *index + 8);
    cx_status st = index != NULL ? CX_OK : cx__fail_nomem(where, "columns", (size_t)(k + m) * 8);
    if (st == CX_OK) st = cx__read_all_i64(&s, cx_self(self, KEEP), index);
    if (st == CX_OK) st = cx__read_all_i64(&s, cx_self(self, MARK), index + k);
    cx_array *const out =
        st == CX_OK ? restored(self, x, index, k, index + k, m) : cx__nil(cx_check(st));
    cx__free(index);
    return out;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    return cx__names_filled(names, cx_self(self, KEEP),
                            cx_self_has(self, MARK) ? cx_self(self, MARK) : NULL);
}

const cx_estimator_class cx__class_simple_imputer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SimpleImputer",
    .doc = "Put one number of a column where others are missing.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = names_out,
    .plan = plan,
    .transform_into = transform_into,
};
