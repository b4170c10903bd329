/* MissingIndicator: marks of what is missing. */
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/impute/missing.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

enum { FEATURES };
static const char *const attrs[] = {"features_: int [k]", NULL};

static const cx_param params[] = {
    CX__MISSING_PARAM,
    {"features", CX_PARAM_STR, "'missing-only'", "{'missing-only', 'all'}",
     "a mark for each column, or for those that lack something in fit"},
    {"sparse", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",
     "not used: results are dense, of bool"},
    {"error_on_new", CX_PARAM_BOOL, "True", NULL,
     "refuse rows that lack what no row lacked in fit ('missing-only')"},
    {.name = NULL},
};

static bool all_columns(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "features"), "all") == 0;
}

/* NaN where something is missing, of text too. */
static cx_status as_nan(const char *where, const cx_estimator *self, const cx_array *x,
                        cx_array **out)
{
    return cx_dtype_of(x) == CX_CAT ? cx__missing_codes(where, self, x, out)
                                    : cx__missing_as_nan(where, self, x, out);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t d = cx_dim(data->x, 1);
    cx__site s;
    cx_array *x = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(as_nan("fit", self, data->x, &x));
    int64_t *const count = cx__alloc((size_t)d * sizeof *count);
    if (count == NULL) return cx__fail_nomem("fit", "columns", (size_t)d * 8);
    cx_status st = cx__count_nan(&s, x, count);
    for (int64_t j = 0; all_columns(self) && j < d; j++) count[j] = 1;
    if (st == CX_OK) st = cx_self_set(self, FEATURES, cx__indices_counted(&s, d, count));
    cx__free(count);
    return st;
}

/* ---- rows */
typedef struct marks {
    cx__filling f;
    bool refuse; /* what is missing elsewhere */
    const bool *marked;
} marks;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    marks *const m = cx_plan_alloc(p, sizeof *m);
    bool *const marked = cx_plan_alloc(p, (size_t)p->cols_in);
    if (m == NULL || marked == NULL) return CX_E_NOMEM;
    *m = (marks){.f = {.missing = cx__saw_text(self) ? 0 : cx_param_f64(self, "missing_values"),
                       .marked = cx_size(cx_self(self, FEATURES))},
                 .refuse = cx_param_bool(self, "error_on_new") && !all_columns(self),
                 .marked = marked};
    p->state = m;
    p->cols_out = m->f.marked;
    if (cx__saw_text(self)) CX__TRY(cx__filling_text(self, p, &m->f));
    CX__TRY(cx__plan_i64(p, cx_self(self, FEATURES), &m->f.mark));
    for (int64_t i = 0; i < m->f.marked; i++) {
        if (m->f.mark[i] < 0 || m->f.mark[i] >= p->cols_in)
            return cx__fail(CX_E_ARGUMENT, "transform", "features_ names no column");
        marked[m->f.mark[i]] = true;
    }
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const marks *const m = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++, x += d, out += p->cols_out) {
        CX__TRY(cx__no_other_nan(&m->f, x, d));
        for (int64_t j = 0; m->refuse && j < d; j++)
            if (!m->marked[j] && cx__is_missing(&m->f, j, x[j]))
                return cx__fail(CX_E_ARGUMENT, "transform",
                                "MissingIndicator: column %lld lacks a value, but lacked none in "
                                "fit",
                                (long long)j);
        cx__put_marks(&m->f, x, out);
    }
    return CX_OK;
}

/* Marks are exact, so arrays give what the row kernel does. */
static cx_array *transform(const cx_estimator *self, const cx_array *given)
{
    static cx__held missing = CX__HELD("x: x != x"), all = CX__HELD("x: sum(x)");
    cx_array *x = NULL;
    if (cx_check(cx__missing_kind("transform", self, given)) != CX_OK ||
        cx_check(as_nan("transform", self, given, &x)) != CX_OK)
        return NULL;
    const cx_array *const mask = cx__held_run("transform", &missing, CX_ARRAYS(x));
    cx_array *const out = cx_take(mask, cx_self(self, FEATURES), 1);
    if (!cx_param_bool(self, "error_on_new") || all_columns(self)) return out;
    const int64_t there = cx__number_i64(cx__held_run("transform", &all, CX_ARRAYS(mask))),
                  marked = cx_size(out) > 0
                               ? cx__number_i64(cx__held_run("transform", &all, CX_ARRAYS(out)))
                               : 0;
    if (there == marked) return out;
    (void)cx_check(cx__fail(CX_E_ARGUMENT, "transform",
                            "MissingIndicator: a column lacks a value that lacked none in fit"));
    return NULL;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    return cx__names_filled(names, NULL, cx_self(self, FEATURES));
}

const cx_estimator_class cx__class_missing_indicator = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MissingIndicator",
    .doc = "Mark what is missing.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT | CX_CLASS_TEXT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .plan = plan,
    .transform_into = transform_into,
};
