/* PolynomialFeatures: products of up to `degree` columns.
 *
 * One idea: each product is a column times a product of the degree below, so a table of pairs
 * (that product, column) is all there is to know; it is also what a row kernel walks. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/text.h>
#include <string.h>

enum { N_OUTPUT, POWERS, TERMS, START };
static const char *const attrs[] = {"n_output_features_: int []", "powers_?: int [m, n]",
                                    "_terms: int [t, 2]", "_start: int []", NULL};

static const cx_param params[] = {
    {"degree", CX_PARAM_INT | CX_PARAM_LIST, "2", "int [0, inf)",
     "the highest degree, or (lowest, highest)"},
    {"interaction_only", CX_PARAM_BOOL, "False", NULL, "no column twice in a product"},
    {"include_bias", CX_PARAM_BOOL, "True", NULL, "a first column of ones"},
    {"order", CX_PARAM_STR, "'C'", "{'C', 'F'}", "not used: results are in C order"},
    {.name = NULL},
};

/* powers_ is left out where it would have more elements: it is [m, n], mostly zeros. */
static const int64_t most_powers = (int64_t)1 << 24;

static cx_status degrees(const cx_estimator *self, int64_t degree[2])
{
    degree[0] = 0;
    if (cx_param_is_number(self, "degree") == 1) {
        degree[1] = cx_param_i64(self, "degree");
    } else {
        const cx_array *const given = cx_param_array(self, "degree");
        const double *const v = cx_data_f64(given);
        if (v == NULL) return cx__last_status();
        for (int i = 0; i < 2; i++) degree[i] = cx_size(given) == 2 ? (int64_t)v[i] : -1;
        if (degree[0] < 0 || degree[1] < degree[0] || (double)degree[0] != v[0] ||
            (double)degree[1] != v[1])
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "PolynomialFeatures: degree must be a number or (lowest, highest), "
                            "whole numbers with 0 <= lowest <= highest");
    }
    if (degree[1] == 0 && !cx_param_bool(self, "include_bias"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "PolynomialFeatures: degree 0 without include_bias leaves no column");
    return CX_OK;
}

/* Terms of degree 1, 2, ... up to the highest: term i is column[i] times term parent[i] (-1: 1).
 * first[j] is where those of the last degree begin whose first column is j. */
typedef struct terms {
    int64_t count, room;
    int64_t *pair; /* parent, column */
} terms;

static cx_status grow(terms *t, int64_t parent, int64_t column)
{
    if (t->count == t->room) {
        if (t->room >= (int64_t)1 << 40) return cx__fail_nomem("fit", "the terms", SIZE_MAX);
        t->room = t->room > 0 ? 2 * t->room : 64;
        int64_t *const more = cx__realloc(t->pair, (size_t)t->room * 2 * sizeof *more);
        if (more == NULL) return cx__fail_nomem("fit", "the terms", (size_t)t->room * 16);
        t->pair = more;
    }
    t->pair[2 * t->count] = parent;
    t->pair[2 * t->count + 1] = column;
    t->count++;
    return CX_OK;
}

/* *start: the first term that is a column of the result. first has room for n + 1. */
static cx_status make_terms(const cx_estimator *self, int64_t n, const int64_t degree[2],
                            int64_t *first, terms *t, int64_t *start)
{
    const int64_t skip = cx_param_bool(self, "interaction_only") ? 1 : 0;
    *start = 0;
    for (int64_t k = 1; k <= degree[1]; k++) {
        if (k == degree[0]) *start = t->count;
        const int64_t end = t->count;
        if (k > 1 && first[0] == end) { /* nothing is left to multiply */
            if (k <= degree[0]) *start = end;
            break;
        }
        for (int64_t j = 0; j < n; j++) {
            const int64_t at = t->count;
            if (k == 1)
                CX__TRY(grow(t, -1, j));
            else
                for (int64_t i = first[j + skip]; i < end; i++) CX__TRY(grow(t, i, j));
            first[j] = at;
        }
        first[n] = t->count;
        CX__TRY(cx__poll("fit"));
    }
    return CX_OK;
}

static cx_array *powers_of(const cx__site *s, const terms *t, int64_t start, bool bias, int64_t n)
{
    const int64_t rows = t->count - start + (bias ? 1 : 0);
    cx_array *const out = cx_zeros(CX_SHAPE(rows, n), CX_I64, CX_CPU);
    int64_t *v = cx__at(out);
    if (v == NULL && rows * n > 0) return out;
    if (bias) v += n;
    for (int64_t i = start; i < t->count; i++, v += n)
        for (int64_t k = i; k >= 0; k = t->pair[2 * k]) v[t->pair[2 * k + 1]]++;
    if (s->device.kind == CX_DEVICE_CPU) return out;
    return cx_reshape(cx__given_all(s, cx__at(out), rows * n, CX_I64), CX_SHAPE(rows, n));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 1);
    const bool bias = cx_param_bool(self, "include_bias");
    int64_t degree[2], start = 0;
    CX__TRY(degrees(self, degree));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    terms t = {.count = 0};
    int64_t *const first = cx__calloc((size_t)n + 2, sizeof *first);
    cx_status st = first != NULL ? CX_OK : cx__fail_nomem("fit", "the terms", (size_t)n * 8);
    if (st == CX_OK) st = make_terms(self, n, degree, first, &t, &start);
    const int64_t out = t.count - start + (bias ? 1 : 0);
    if (st == CX_OK)
        st = cx_self_set(
            self, TERMS,
            cx_reshape(cx__given_all(&s, t.pair, 2 * t.count, CX_I64), CX_SHAPE(t.count, 2)));
    if (st == CX_OK) st = cx_self_set_i64(self, START, start);
    if (st == CX_OK) st = cx_self_set_i64(self, N_OUTPUT, out);
    if (st == CX_OK && out <= most_powers / n)
        st = cx_self_set(self, POWERS, powers_of(&s, &t, start, bias, n));
    cx__free(t.pair);
    cx__free(first);
    return st;
}

/* A loaded state: parents come before their terms, columns are there. */
static cx_status check(const cx_estimator *self)
{
    const int64_t *const pair = cx_data_i64(cx_astype(cx_self(self, TERMS), CX_I64));
    const int64_t t = cx_dim(cx_self(self, TERMS), 0), n = cx_self_features(self);
    const int64_t start = cx__number_i64(cx_self(self, START)),
                  out = cx__number_i64(cx_self(self, N_OUTPUT));
    CX__TRY(cx__so_far());
    bool ok = start >= 0 && start <= t && out == t - start + cx_param_bool(self, "include_bias");
    for (int64_t i = 0; ok && i < t; i++)
        ok = pair[2 * i] >= -1 && pair[2 * i] < i && pair[2 * i + 1] >= 0 && pair[2 * i + 1] < n;
    return ok ? CX_OK
              : cx__fail(CX_E_PARSE, "estimator_load",
                         "the terms of a PolynomialFeatures contradict themselves");
}

/* ---- rows */
typedef struct walk {
    int64_t start, count;
    bool bias;
    const int64_t *pair;
} walk;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    walk *const w = cx_plan_alloc(p, sizeof *w);
    if (w == NULL) return CX_E_NOMEM;
    *w = (walk){.start = cx__number_i64(cx_self(self, START)),
                .count = cx_dim(cx_self(self, TERMS), 0),
                .bias = cx_param_bool(self, "include_bias")};
    p->state = w;
    p->cols_out = w->count - w->start + (w->bias ? 1 : 0);
    return cx__plan_i64(p, cx_self(self, TERMS), &w->pair);
}

/* A product whose parent is no column of the result is multiplied out. */
static double chain(const walk *w, const double *x, int64_t i)
{
    double v = x[w->pair[2 * i + 1]];
    for (i = w->pair[2 * i]; i >= 0; i = w->pair[2 * i]) v *= x[w->pair[2 * i + 1]];
    return v;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const walk *const w = p->state;
    for (int64_t r = 0; r < rows; r++, x += p->cols_in, out += p->cols_out) {
        double *const z = out + (w->bias ? 1 : 0);
        if (w->bias) out[0] = 1;
        for (int64_t i = w->start; i < w->count; i++) {
            const int64_t parent = w->pair[2 * i];
            z[i - w->start] =
                parent >= w->start ? x[w->pair[2 * i + 1]] * z[parent - w->start] : chain(w, x, i);
        }
    }
    return CX_OK;
}

/* Degree by degree, each from the columns of the one below. */
static cx_array *on_device(const cx_estimator *self, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), start = cx__number_i64(cx_self(self, START)),
                  count = cx_dim(cx_self(self, TERMS), 0);
    int64_t degree[2];
    if (cx_check(degrees(self, degree)) != CX_OK) return NULL;
    const int64_t skip = cx_param_bool(self, "interaction_only") ? 1 : 0;
    cx_array *all = cx_empty(CX_SHAPE(n, 0), cx_dtype_of(x), cx_device_of(x)), *below = NULL;
    const cx_array *const pair = cx_self(self, TERMS);
    int64_t lo = 0, before = 0, width = d;
    for (int64_t k = 1; k <= degree[1] && lo < count && cx_ok(); k++) {
        /* how many terms of this degree: binomial(d + k - 1, k), or (d, k) */
        if (k > 1) width = skip ? width * (d - k + 1) / k : width * (d + k - 1) / k;
        const cx_array *const part = cx_slice(pair, 0, lo, lo + width, 1),
                              *const column = cx_select(part, 1, 1),
                              *const parent = cx_sub(cx_select(part, 1, 0), cx_int(before));
        cx_array *const here = k == 1 ? cx_take(x, column, 1)
                                      : cx_mul(cx_take(x, column, 1), cx_take(below, parent, 1));
        if (lo >= start) all = cx_concatenate(CX_ARRAYS(all, here), 1);
        below = here;
        before = lo;
        lo += width;
    }
    if (!cx_param_bool(self, "include_bias")) return all;
    const cx_array *const ones = cx_ones(CX_SHAPE(n, 1), cx_dtype_of(x), cx_device_of(x));
    return cx_concatenate(CX_ARRAYS(ones, all), 1);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    if (cx__on_host(x))
        return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
    return on_device(self, x);
}

/* ---- names */
typedef struct naming {
    walk w;
    const cx_array *names;
} naming;

/* A term's columns rise along its chain. */
static void put_name(const void *ctx, int64_t i, cx__text *t)
{
    const naming *const c = ctx;
    if (c->w.bias && i == 0) {
        cx__text_puts(t, "1");
        return;
    }
    const char *gap = "";
    for (int64_t k = c->w.start + i - (c->w.bias ? 1 : 0); k >= 0;) {
        const int64_t column = c->w.pair[2 * k + 1];
        int power = 0;
        for (; k >= 0 && c->w.pair[2 * k + 1] == column; k = c->w.pair[2 * k]) power++;
        cx__text_puts(t, gap);
        cx__text_puts(t, cx_label(c->names, column));
        if (power > 1) cx__text_f(t, "^%d", power);
        gap = " ";
    }
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    cx__site s;
    const cx_array *const table = cx_self(self, TERMS);
    const int64_t count = cx_dim(table, 0);
    if (cx_check(cx__site_of("feature_names_out", table, &s)) != CX_OK) return NULL;
    int64_t *const pair = cx__alloc((size_t)count * 16 + 8);
    if (pair == NULL) return cx__yield(cx__fail_nomem("feature_names_out", "terms", 0), "", NULL);
    naming c = {.w = {.start = cx__number_i64(cx_self(self, START)),
                      .count = count,
                      .bias = cx_param_bool(self, "include_bias"),
                      .pair = pair},
                .names = names};
    cx_array *out = NULL;
    if (cx_check(cx__read_all_i64(&s, table, pair)) == CX_OK)
        out = cx__names_made(count - c.w.start + (c.w.bias ? 1 : 0), put_name, &c);
    cx__free(pair);
    return out;
}

const cx_estimator_class cx__class_polynomial_features = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PolynomialFeatures",
    .doc = "Products of columns up to a degree.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
};
