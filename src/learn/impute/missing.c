/* Missing numbers: see the header. Whatever stands for missing is NaN to arrays; rows keep what
 * they are given. */
#include "learn/impute/missing.h"

#include "base/alloc.h"
#include "learn/base/plan.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/session.h>
#include <calx/text.h>
#include <math.h>
#include <string.h>

static CX__COLD cx_status other_nan(const char *where)
{
    return cx__fail(CX_E_ARGUMENT, where, "x holds NaN, but missing_values is a number");
}

static cx_status need_number(const char *where, const cx_estimator *self)
{
    if (!cx_param_is_str(self, "missing_values") && !cx_param_is_none(self, "missing_values"))
        return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s: x holds numbers, so missing_values must be one",
                    self->cls->name);
}

bool cx__saw_text(const cx_estimator *self)
{
    const cx__schema *const s = self->state->schema;
    if (!(self->cls->flags & CX_CLASS_TEXT) || !s || !s->dtypes || s->n < 1) return false;
    for (int64_t j = 0; j < s->n; j++)
        if (s->dtypes[j] != CX_CAT) return false;
    return true;
}

cx_status cx__missing_kind(const char *where, const cx_estimator *self, const cx_array *x)
{
    const bool text = cx_dtype_of(x) == CX_CAT;
    if (text == cx__saw_text(self)) return CX_OK;
    return cx__fail(CX_E_SCHEMA, where, "x holds %s; fit saw %s", text ? "text" : "numbers",
                    text ? "numbers" : "text");
}

/* ---- text */
enum { NO_CODE = -9 };

int32_t cx__missing_code(const cx_estimator *self, const cx_array *words, int32_t absent)
{
    if (!cx_param_is_str(self, "missing_values")) {
        const bool named =
            cx_param_is_none(self, "missing_values") || isnan(cx_param_f64(self, "missing_values"));
        return named ? absent : NO_CODE;
    }
    const char *const text = cx_param_str(self, "missing_values");
    const int n = cx_category_count(words);
    for (int c = 0; c < n; c++)
        if (strcmp(cx_category(words, c), text) == 0) return c;
    return NO_CODE;
}

CX__COLD cx_status cx__missing_other(const char *where, int64_t i, int64_t columns)
{
    return cx__fail(CX_E_ARGUMENT, where,
                    "x holds a missing text at [%lld, %lld], but missing_values is another value",
                    (long long)(i / columns), (long long)(i % columns));
}

cx_status cx__missing_codes(const char *where, const cx_estimator *self, const cx_array *text,
                            cx_array **out)
{
    const int32_t missing = cx__missing_code(self, text, -1);
    const int64_t d = cx_dim(text, 1), n = cx_size(text);
    const int32_t *const code = cx_data_i32(cx_ascontiguous(cx_codes(text)));
    *out = cx_empty(CX_SHAPE(cx_dim(text, 0), d), CX_F64, CX_CPU);
    double *const to = cx_data_f64_mut(*out);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) {
        to[i] = code[i] == missing ? (double)NAN : (double)code[i];
        if (code[i] < 0 && missing != -1) return cx__missing_other(where, i, d);
    }
    return CX_OK;
}

const cx_array *cx__filling_words(const cx_estimator *self, int64_t j)
{
    return self->state->schema->categories[j];
}

cx_status cx__filling_text(const cx_estimator *self, cx_plan *p, cx__filling *out)
{
    double *const code = cx_plan_alloc(p, (size_t)p->cols_in * 2 * sizeof *code);
    if (code == NULL) return CX_E_NOMEM;
    for (int64_t j = 0; j < p->cols_in; j++) {
        code[j] = cx__missing_code(self, cx__filling_words(self, j), CX_SESSION_MISSING);
        code[p->cols_in + j] = cx_category_count(cx__filling_words(self, j));
    }
    out->code = code;
    out->words = code + p->cols_in;
    return CX_OK;
}

/* ---- numbers */
cx_status cx__missing_as_nan(const char *where, const cx_estimator *self, const cx_array *x,
                             cx_array **out)
{
    static cx__held any = CX__HELD("x: any(x != x)"),
                    coded = CX__HELD("x, missing: where(x == missing, nan, x)");
    CX__TRY(need_number(where, self));
    const double missing = cx_param_f64(self, "missing_values");
    *out = cx__as(where, x, cx_dtype_of(x));
    if (isnan(missing)) return cx_status_of(*out);
    const bool found = cx__number_i64(cx__held_run(where, &any, CX_ARRAYS(x))) != 0;
    CX__TRY(cx__so_far());
    if (found) return other_nan(where);
    *out = cx__held_run(where, &coded, CX_ARRAYS(x, cx_float(missing)));
    return cx_status_of(*out);
}

cx_status cx__missing_exact(const char *where, const cx_estimator *self, const cx_array *x,
                            cx_array **out)
{
    static cx__held exact = CX__HELD("x, missing: where(x == missing, missing, float64(x))");
    const double missing = cx_param_f64(self, "missing_values");
    *out = cx_dtype_of(x) == CX_F64 || isnan(missing)
               ? cx__as(where, x, cx_dtype_of(x))
               : cx__held_run(where, &exact, CX_ARRAYS(x, cx_float(missing)));
    return cx_status_of(*out);
}

cx_status cx__count_nan(const cx__site *s, const cx_array *x, int64_t *count)
{
    static cx__held missing = CX__HELD("x: sum(x != x, axis=0)");
    return cx__read_all_i64(s, cx__held_run(s->where, &missing, CX_ARRAYS(x)), count);
}

cx_array *cx__indices_counted(const cx__site *s, int64_t d, const int64_t *count)
{
    int64_t *const index = cx__alloc((size_t)d * sizeof *index + 8), n = 0;
    if (index == NULL) return cx__nil(cx_check(cx__fail_nomem(s->where, "columns", (size_t)d * 8)));
    for (int64_t j = 0; j < d; j++)
        if (count[j] > 0) index[n++] = j;
    cx_array *const out = cx__given_all(s, index, n, CX_I64);
    cx__free(index);
    return out;
}

cx_status cx__choose_counted(cx_estimator *self, const cx__site *s, int64_t n, int64_t d,
                             const int64_t *count, int keep, int mark)
{
    const bool all = cx_param_bool(self, "keep_empty_features");
    int64_t *const there = cx__alloc((size_t)d * sizeof *there + 1);
    if (there == NULL) return cx__fail_nomem(s->where, "columns", (size_t)d * 8);
    for (int64_t j = 0; j < d; j++) {
        there[j] = all ? 1 : n - count[j];
        if (there[j] == 0)
            cx__warn(CX_E_ARGUMENT, "%s: column %lld has no value and is left out",
                     cx_estimator_name(self), (long long)j);
    }
    cx_status st = cx_self_set(self, keep, cx__indices_counted(s, d, there));
    if (st == CX_OK && cx_param_bool(self, "add_indicator"))
        st = cx_self_set(self, mark, cx__indices_counted(s, d, count));
    cx__free(there);
    return st;
}

cx_status cx__choose_columns(cx_estimator *self, const cx__site *s, const cx_array *x, int keep,
                             int mark)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    int64_t *const count = cx__alloc((size_t)d * sizeof *count + 1);
    if (count == NULL) return cx__fail_nomem(s->where, "columns", (size_t)d * 8);
    cx_status st = cx__count_nan(s, x, count);
    if (st == CX_OK) st = cx__choose_counted(self, s, n, d, count, keep, mark);
    cx__free(count);
    return st;
}

/* ---- rows */
cx_status cx__filling_plan(const cx_estimator *self, cx_plan *p, int keep, int mark, int fill,
                           cx__filling *out)
{
    *out = (cx__filling){.missing = cx__saw_text(self) ? 0 : cx_param_f64(self, "missing_values"),
                         .kept = cx_size(cx_self(self, keep))};
    CX__TRY(cx__plan_i64(p, cx_self(self, keep), &out->keep));
    if (cx__saw_text(self))
        CX__TRY(cx__filling_text(self, p, out));
    else if (fill != CX__FILL_LATER)
        CX__TRY(cx__plan_f64(p, cx_self(self, fill), &out->fill));
    if (cx_self_has(self, mark)) {
        out->marked = cx_size(cx_self(self, mark));
        CX__TRY(cx__plan_i64(p, cx_self(self, mark), &out->mark));
    }
    p->cols_out = out->kept + out->marked;
    return CX_OK;
}

bool cx__is_missing(const cx__filling *f, int64_t j, double v)
{
    if (f->code != NULL) return v == f->code[j];
    return isnan(f->missing) ? isnan(v) : v == f->missing;
}

cx_status cx__no_other_nan(const cx__filling *f, const double *x, int64_t d)
{
    for (int64_t j = 0; f->code != NULL && j < d; j++)
        if (x[j] == CX_SESSION_MISSING && x[j] != f->code[j])
            return cx__fail(CX_E_ARGUMENT, "transform",
                            "column %lld lacks a text, but missing_values is another value",
                            (long long)j);
    if (f->code != NULL || isnan(f->missing)) return CX_OK;
    for (int64_t j = 0; j < d; j++)
        if (isnan(x[j])) return other_nan("transform");
    return CX_OK;
}

void cx__put_marks(const cx__filling *f, const double *x, double *out)
{
    for (int64_t i = 0; i < f->marked; i++)
        out[f->kept + i] = cx__is_missing(f, f->mark[i], x[f->mark[i]]) ? 1 : 0;
}

/* ---- arrays */
cx_array *cx__filled(const cx_array *x, const cx_array *keep, const cx_array *filled,
                     const cx_array *mark)
{
    static cx__held fill = CX__HELD("x, fill: where(x == x, x, fill)"),
                    marks = CX__HELD("x: x != x");
    const cx_dtype t = cx__float_like(x);
    cx_array *const out =
        cx_astype(cx__held_run("transform", &fill, CX_ARRAYS(cx_take(x, keep, 1), filled)), t);
    if (mark == NULL || cx_size(mark) == 0) return out;
    const cx_array *const made =
        cx_astype(cx__held_run("transform", &marks, CX_ARRAYS(cx_take(x, mark, 1))), t);
    return cx_concatenate(CX_ARRAYS(out, made), 1);
}

typedef struct naming {
    const cx_array *names;
    const int64_t *keep, *mark;
    int64_t kept;
} naming;

static void put_name(const void *ctx, int64_t i, cx__text *t)
{
    const naming *const c = ctx;
    if (i >= c->kept) cx__text_puts(t, "missingindicator_");
    cx__text_puts(t, cx_label(c->names, i < c->kept ? c->keep[i] : c->mark[i - c->kept]));
}

cx_array *cx__names_filled(const cx_array *names, const cx_array *keep, const cx_array *mark)
{
    static const char where[] = "feature_names_out";
    const int64_t kept = keep != NULL ? cx_size(keep) : 0,
                  marked = mark != NULL ? cx_size(mark) : 0;
    cx__site s;
    if (cx_check(cx__site_of(where, keep != NULL ? keep : mark, &s)) != CX_OK) return NULL;
    int64_t *const index = cx__alloc((size_t)(kept + marked) * sizeof *index + 8);
    cx_status st = index != NULL ? CX_OK : cx__fail_nomem(where, "names", 0);
    if (st == CX_OK && kept > 0) st = cx__read_all_i64(&s, keep, index);
    if (st == CX_OK && marked > 0) st = cx__read_all_i64(&s, mark, index + kept);
    const naming c = {names, index, index != NULL ? index + kept : NULL, kept};
    cx_array *const out =
        st == CX_OK ? cx__names_made(kept + marked, put_name, &c) : cx__nil(cx_check(st));
    cx__free(index);
    return out;
}
