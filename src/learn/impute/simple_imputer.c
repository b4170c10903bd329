/* SimpleImputer: what is missing becomes a value of its column.
 *
 * One idea: whatever the strategy, fit leaves a number a column; NaN says that the column had none
 * and is left out. For text it is a text, or none; a text is its code in a dictionary in byte
 * order, so that the smallest code is the smallest text. */
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
static const char *const attrs[] = {"statistics_: any [n]", "_keep: int [k]", "_mark?: int [m]",
                                    NULL};

static const cx_param params[] = {
    CX__MISSING_PARAM,
    {"strategy", CX_PARAM_STR, "'mean'", "{'mean', 'median', 'most_frequent', 'constant'}",
     "what of a column takes its place; 'most_frequent': the smallest of them; of text only this one "
     "and 'constant'"},
    {"fill_value", CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "for 'constant', a number or a text; None: 0, of text 'missing_value'"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"add_indicator", CX_PARAM_BOOL, "False", NULL,
     "columns of marks behind the others; beside text 'True' and 'False'"},
    {"keep_empty_features", CX_PARAM_BOOL, "False", NULL,
     "columns without a value become 0, or fill_value; else they are left out"},
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

static bool is_constant(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "strategy"), "constant") == 0;
}

static cx_status fill_value(const cx_estimator *self, double *out)
{
    *out = 0;
    if (cx_param_is_none(self, "fill_value")) return CX_OK;
    if (cx_param_is_str(self, "fill_value"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SimpleImputer: fill_value '%s' is text, x is numbers",
                        cx_param_str(self, "fill_value"));
    *out = cx_param_f64(self, "fill_value");
    return CX_OK;
}

/* A number a column; NaN where there is none. fill: the constant, or what an empty column gets. */
static cx_status statistics(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            double fill, cx_array **out)
{
    static cx__held any = CX__HELD("count, v: where(count == 0, nan, v)"),
                    constant = CX__HELD("x, v: where(sum(x == x, axis=0) == 0, nan, v)");
    const char *const strategy = cx_param_str(self, "strategy");
    if (is_constant(self)) {
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

/* ---- text */
static const char *const truth[] = {"False", "True"};

/* The text that a column gets which holds none, or that every missing one gets. */
static cx_status fill_text(const cx_estimator *self, const char **out)
{
    if (!is_constant(self)) {
        *out = "0"; /* as scikit-learn */
    } else if (cx_param_is_none(self, "fill_value")) {
        *out = "missing_value";
    } else if (cx_param_is_str(self, "fill_value")) {
        *out = cx_param_str(self, "fill_value");
    } else {
        return cx__fail(CX_E_ARGUMENT, "fit", "SimpleImputer: fill_value is a number, x is text");
    }
    return CX_OK;
}

/* The words of x, `more` ones that may be among them (NULL: none), in byte order. */
static cx_status words_with(const cx_array *x, int64_t n, const char *const *more, int64_t *count,
                            const char ***out)
{
    const int own = cx_category_count(x);
    const char **const words = cx__scope_room((size_t)(own + n) * sizeof *words);
    if (words == NULL) return cx__last_status();
    *count = own;
    for (int i = 0; i < own; i++) words[i] = cx_category(x, i);
    for (int64_t i = 0; i < n; i++)
        if (more[i] != NULL) words[(*count)++] = more[i];
    *count = cx__words_sort(*count, words);
    *out = words;
    return CX_OK;
}

/* The most frequent code of a column (-1: it has none but missing ones), and how many are missing.
 */
static cx_status look_at_column(const int32_t *code, int64_t rows, int64_t d, int64_t j,
                                int32_t missing, int64_t count, int64_t *tally, int64_t *lacks,
                                int64_t *most)
{
    memset(tally, 0, (size_t)count * sizeof *tally);
    *lacks = 0;
    for (int64_t i = 0; i < rows; i++) {
        const int32_t c = code[i * d + j];
        if (c == missing)
            ++*lacks;
        else if (c >= 0)
            tally[c]++;
        else
            return cx__missing_other("fit", i * d + j, d);
    }
    *most = -1;
    for (int64_t c = 0; c < count; c++)
        if (tally[c] > (*most < 0 ? 0 : tally[*most])) *most = c;
    return CX_OK;
}

static cx_status fit_text(cx_estimator *self, const cx__site *s, const cx_array *x)
{
    const char *const strategy = cx_param_str(self, "strategy"), *fill = NULL;
    const bool constant = is_constant(self), all = cx_param_bool(self, "keep_empty_features");
    if (!constant && strcmp(strategy, "most_frequent") != 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SimpleImputer: x holds text, which has no %s; use 'most_frequent' or "
                        "'constant'",
                        strategy);
    CX__TRY(fill_text(self, &fill));
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), count = cx_category_count(x);
    const int32_t missing = cx__missing_code(self, x, -1), *const code = cx_data_i32(
                                                               cx_ascontiguous(cx_codes(x)));
    int64_t *const tally = cx__scope_room((size_t)count * sizeof *tally), *const lacks =
                                                                              cx__scope_room(
                                                                                  (size_t)d *
                                                                                  sizeof *lacks);
    const char **const text = cx__scope_room((size_t)d * sizeof *text);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < d; j++) {
        int64_t most = -1;
        CX__TRY(look_at_column(code, n, d, j, missing, count, tally, &lacks[j], &most));
        if (most < 0)
            text[j] = all ? fill : NULL;
        else
            text[j] = constant ? fill : cx_category(x, (int)most);
    }
    CX__TRY(cx_self_set(self, STATISTICS, cx__texts_new("fit", d, text)));
    return cx__choose_counted(self, s, n, d, lacks, KEEP, MARK);
}

/* The statistics' texts, NULL where there is none. */
static cx_status texts_of(const cx_estimator *self, const char *const **out)
{
    const cx_array *const all = cx_self(self, STATISTICS);
    const int64_t d = cx_size(all);
    const char **const text = cx__scope_room((size_t)d * sizeof *text);
    const int32_t *const code = cx_data_i32(cx_ascontiguous(cx_codes(all)));
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < d; j++) text[j] = code[j] < 0 ? NULL : cx_category(all, code[j]);
    *out = text;
    return CX_OK;
}

/* What transform writes: codes among the words of x, of the statistics and of marks. */
typedef struct writing {
    cx__filling f;
    int64_t count, d;
    const char **words;
    int64_t *own;  /* x's codes among them, by code */
    int64_t *fill; /* the statistics', by column; behind them False and True */
    int32_t missing;
} writing;

static cx_status writing_of(const cx_estimator *self, const cx_array *x, writing *w)
{
    const bool marks = cx_self_has(self, MARK);
    const cx_array *const keep = cx_self(self, KEEP), *const mark =
                                                          marks ? cx_self(self, MARK) : NULL;
    const int64_t d = cx_self_features(self);
    const char *const *stat = NULL;
    CX__TRY(texts_of(self, &stat));
    const int own = cx_category_count(x);
    const char **const more = cx__scope_room(((size_t)d + 2) * sizeof *more);
    const char *const *const word = cx__words_of(x);
    *w = (writing){.f = {.kept = cx_size(keep), .marked = marks ? cx_size(mark) : 0},
                   .d = d,
                   .own = cx__scope_room((size_t)own * sizeof *w->own),
                   .fill = cx__scope_room(((size_t)d + 2) * sizeof *w->fill),
                   .missing = cx__missing_code(self, x, -1)};
    w->f.keep = cx_data_i64(cx__as("transform", keep, CX_I64));
    if (marks) w->f.mark = cx_data_i64(cx__as("transform", mark, CX_I64));
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < d; j++) more[j] = stat[j];
    for (int k = 0; w->f.marked > 0 && k < 2; k++) more[d + k] = truth[k];
    CX__TRY(words_with(x, d + 2, more, &w->count, &w->words));
    CX__TRY(cx__words_match(own, word, w->count, (const char *const *)w->words, w->own));
    return cx__words_match(d + 2, more, w->count, (const char *const *)w->words, w->fill);
}

static cx_status write_rows(const writing *w, const int32_t *x, int64_t rows, int32_t *out)
{
    for (int64_t i = 0; i < rows; i++, x += w->d) {
        for (int64_t j = 0; w->missing != -1 && j < w->d; j++)
            if (x[j] < 0) return cx__missing_other("transform", i * w->d + j, w->d);
        for (int64_t k = 0; k < w->f.kept; k++) {
            const int64_t j = w->f.keep[k];
            *out++ = (int32_t)(x[j] == w->missing ? w->fill[j] : w->own[x[j]]);
        }
        for (int64_t k = 0; k < w->f.marked; k++)
            *out++ = (int32_t)w->fill[w->d + (x[w->f.mark[k]] == w->missing)];
    }
    return CX_OK;
}

static cx_status transform_text(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    writing w;
    CX__TRY(writing_of(self, x, &w));
    const int64_t rows = cx_dim(x, 0);
    const int32_t *const from = cx_data_i32(cx_ascontiguous(cx_codes(x)));
    cx_array *const codes = cx_empty(CX_SHAPE(rows, w.f.kept + w.f.marked), CX_I32, CX_CPU);
    int32_t *const to = cx_data_i32_mut(codes);
    CX__TRY(cx__so_far());
    CX__TRY(write_rows(&w, from, rows, to));
    *out = cx_categories_new(codes, (int)w.count, w.words);
    return cx_status_of(*out);
}

/* Codes of what fills columns of text, and the words of the result's columns: those that codes of
 * the column stand for, and behind them its statistic if it is none of them. */
static cx_status plan_text(const cx_estimator *self, cx_plan *p, cx__filling *f)
{
    const char *const *stat = NULL;
    double *const fill = cx_plan_alloc(p, (size_t)p->cols_in * sizeof *fill);
    if (fill == NULL) return CX_E_NOMEM;
    CX__TRY(texts_of(self, &stat));
    for (int64_t k = 0; k < f->kept; k++) {
        const int64_t j = f->keep[k];
        const cx_array *words = cx__filling_words(self, j);
        const int own = cx_category_count(words);
        const char **const word = cx__scope_room(((size_t)own + 1) * sizeof *word);
        int64_t place = -1;
        if (word == NULL) return cx__last_status();
        for (int i = 0; i < own; i++) word[i] = cx_category(words, i);
        CX__TRY(cx__words_match(1, &stat[j], own, word, &place));
        if (place < 0) {
            word[place = own] = stat[j];
            words = cx__names_new(own + 1, word);
        }
        fill[j] = (double)place;
        CX__TRY(cx__plan_words(p, k, words));
    }
    const cx_array *const both = cx__names_new(2, truth);
    for (int64_t k = 0; k < f->marked; k++) CX__TRY(cx__plan_words(p, f->kept + k, both));
    f->fill = fill;
    return CX_OK;
}

/* ---- fit */
static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx_array *x = NULL, *made = NULL;
    double fill = 0;
    CX__TRY(cx__site_of("fit", data->x, &s));
    if (cx_dtype_of(data->x) == CX_CAT) return fit_text(self, &s, data->x);
    CX__TRY(cx__missing_as_nan("fit", self, data->x, &x));
    if (is_constant(self)) CX__TRY(fill_value(self, &fill));
    CX__TRY(statistics(self, &s, x, fill, &made));
    CX__TRY(cx_self_set(self, STATISTICS, made));
    return cx__choose_columns(self, &s, x, KEEP, MARK);
}

static cx_status check(const cx_estimator *self)
{
    const cx_array *const all = cx_self(self, STATISTICS);
    const bool text = cx_dtype_of(all) == CX_CAT;
    const char kind = cx_dtype_kind(cx_dtype_of(all));
    if (text != cx__saw_text(self) || (!text && kind != 'f'))
        return cx__fail(CX_E_PARSE, "estimator_load",
                        "SimpleImputer: statistics_ are not what the columns hold");
    const int32_t *const code = text ? cx_data_i32(cx_ascontiguous(cx_codes(all))) : NULL;
    for (int slot = KEEP; slot <= MARK; slot++) {
        if (!cx_self_has(self, slot)) continue;
        const cx_array *const index = cx_astype(cx_self(self, slot), CX_I64);
        const int64_t *const at = cx_data_i64(index);
        CX__TRY(cx__so_far());
        for (int64_t i = 0; i < cx_size(index); i++)
            if (at[i] < 0 || at[i] >= cx_self_features(self) ||
                (slot == KEEP && text && code[at[i]] < 0))
                return cx__fail(CX_E_PARSE, "estimator_load",
                                "SimpleImputer: a column is kept or marked that is none");
    }
    return CX_OK;
}

/* ---- rows */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx__filling *const f = cx_plan_alloc(p, sizeof *f);
    if (f == NULL) return CX_E_NOMEM;
    p->state = f;
    CX__TRY(cx__filling_plan(self, p, KEEP, MARK, STATISTICS, f));
    return f->code != NULL ? plan_text(self, p, f) : CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__filling *const f = p->state;
    for (int64_t i = 0; i < rows; i++, x += p->cols_in, out += p->cols_out) {
        CX__TRY(cx__no_other_nan(f, x, p->cols_in));
        for (int64_t k = 0; k < f->kept; k++) {
            const int64_t j = f->keep[k];
            out[k] = cx__is_missing(f, j, x[j])                  ? f->fill[j]
                     : f->words != NULL && !(x[j] < f->words[j]) ? -1
                                                                 : x[j];
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
    if (cx_check(cx__missing_kind("transform", self, x)) != CX_OK) return NULL;
    if (cx_dtype_of(x) == CX_CAT)
        return cx_check(transform_text(self, x, &exact)) == CX_OK ? exact : NULL;
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
    if (cx__saw_text(self)) {
        (void)cx_check(cx__fail(CX_E_UNSUPPORTED, where,
                                "SimpleImputer goes back only from numbers, fit saw text"));
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
    .doc = "Put one value of a column where others are missing.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT | CX_CLASS_TEXT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
