/* OrdinalEncoder: categories as the numbers 0, 1, ... of their order
 * (sklearn.preprocessing.OrdinalEncoder).
 *
 * One idea: a table of each feature's groups says what is written for them, so that missing values
 * and infrequent categories are entries like any other. */
#include "base/alloc.h"
#include "learn/numeric/rows.h"
#include "learn/preprocessing/categories.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const char *const attrs[] = {CX__CATS_ATTRS, NULL};

static const cx_param params[] = {
    {"categories", CX_PARAM_STR | CX_PARAM_LIST, "'auto'", "{'auto'}",
     "those that occur, or a list for each column; None or nan stands last for a missing value"},
    {"dtype", CX_PARAM_STR, "'float64'", NULL, "of the result, by its name"},
    {"handle_unknown", CX_PARAM_STR, "'error'", "{'error', 'use_encoded_value'}",
     "what a category is that fit did not see"},
    {"unknown_value", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", NULL,
     "an integer or nan, with handle_unknown='use_encoded_value'"},
    {"encoded_missing_value", CX_PARAM_FLOAT, "nan", NULL, "for missing values"},
    {"min_frequency", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "int [1, inf), float (0, 1)",
     "rows, or share of them, below which a category is infrequent"},
    {"max_categories", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "numbers at most for one feature, missing values apart; the rest is infrequent"},
    {.name = NULL},
};

static bool refuses(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "handle_unknown"), "error") == 0;
}

static cx_status check_unknown_value(const cx_estimator *self, bool real)
{
    const cx__lit *const v = cx__param(self, "unknown_value");
    if (refuses(self)) {
        if (v->kind == CX__LIT_NONE) return CX_OK;
        return cx__fail(
            CX_E_ARGUMENT, "fit",
            "OrdinalEncoder: unknown_value goes with handle_unknown='use_encoded_value'");
    }
    if (v->kind == CX__LIT_INT) return CX_OK;
    if (v->kind != CX__LIT_FLOAT || !isnan(v->u.f))
        return cx__fail(CX_E_ARGUMENT, "fit", "OrdinalEncoder: unknown_value is an integer or nan");
    if (real) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "OrdinalEncoder: unknown_value=nan needs a float dtype");
}

/* No number may mean two things. */
static cx_status check_taken(const cx_estimator *self, const cx__cats *c, int64_t j, bool real)
{
    const double missing = cx_param_f64(self, "encoded_missing_value"),
                 used = (double)(c->groups - (c->missing ? 1 : 0));
    char name[80];
    if (!refuses(self)) {
        const double unknown = cx_param_f64(self, "unknown_value");
        /* as scikit-learn: the infrequent ones' own number is not looked at */
        if (unknown >= 0 && unknown < used - (c->rare >= 0 ? 1 : 0))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "OrdinalEncoder: unknown_value encodes a category of %s",
                            cx__cats_name(self, j, name));
    }
    if (!c->missing) return CX_OK;
    if (isnan(missing) && !real)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "OrdinalEncoder: %s has missing values: encoded_missing_value=nan needs a "
                        "float dtype",
                        cx__cats_name(self, j, name));
    if (missing >= 0 && missing < used - (c->rare >= 0 ? 1 : 0))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "OrdinalEncoder: encoded_missing_value encodes a category of %s",
                        cx__cats_name(self, j, name));
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx_dtype t;
    CX__TRY(cx__cats_dtype(self, &t));
    const bool real = cx_dtype_kind(t) == 'f' || cx_dtype_kind(t) == 'e';
    CX__TRY(check_unknown_value(self, real));
    cx__cats_data in;
    CX__TRY(cx__cats_open("fit", self, d, &in));
    cx__cats *cats = NULL;
    const cx__cats_rule rule = {.refuse_unknown = refuses(self), .missing_apart = true};
    CX__TRY(cx__cats_learn(&in, rule, &cats));
    for (int64_t j = 0; j < in.n; j++) CX__TRY(check_taken(self, &cats[j], j, real));
    return cx__cats_store(self, &in, cats);
}

/* What is written for a group; the last entry, for unknown values. */
static double code_of(const cx_estimator *self, const cx__cats *c, int64_t group)
{
    if (group == c->groups) return refuses(self) ? 0 : cx_param_f64(self, "unknown_value");
    const bool missing = c->missing && group == c->group[c->count - 1];
    return missing ? cx_param_f64(self, "encoded_missing_value") : (double)group;
}

typedef struct served {
    cx__cats_finder *find;
    double unknown, encoded;
    bool refuse;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    CX__TRY(cx__cats_plan(self, p, &s->find));
    s->refuse = refuses(self);
    s->unknown = s->refuse ? 0 : cx_param_f64(self, "unknown_value");
    s->encoded = cx_param_f64(self, "encoded_missing_value");
    p->state = s;
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < p->cols_in; j++) {
            const cx__cats_finder *const f = &s->find[j];
            const int64_t g = cx__cats_find(f, x[i * p->cols_in + j]);
            if (g < 0 && s->refuse)
                return cx__fail(CX_E_ARGUMENT, "session_run",
                                "column %lld of row %lld holds a category that fit did not see",
                                (long long)j, (long long)i);
            out[i * p->cols_in + j] = g < 0 ? s->unknown : g == f->missing ? s->encoded : (double)g;
        }
    return CX_OK;
}

static cx_status run_device(const cx_estimator *self, const cx__cats_data *in, cx_dtype t,
                            cx_array **out)
{
    cx__cats *cats = NULL;
    CX__TRY(cx__cats_recall("transform", self, &cats));
    *out = cx_empty(CX_SHAPE(in->rows, in->n), t, in->site.device);
    for (int64_t j = 0; j < in->n; j++) {
        const cx__cats *const c = &cats[j];
        const cx_array *const code = cx__cats_codes(in, cats, j);
        if (refuses(self)) {
            const bool some =
                cx__number_i64(cx_any(cx_equal(code, cx_int(c->groups)), CX_ALL)) != 0;
            CX__TRY(cx__so_far());
            char name[80];
            if (some)
                return cx__fail(CX_E_ARGUMENT, "transform", "%s holds a value that fit did not see",
                                cx__cats_name(self, j, name));
        }
        const cx_array *v = cx_astype(code, CX_F64);
        if (c->missing) {
            const int64_t g = c->group[c->count - 1];
            v = cx_where(cx_equal(code, cx_int(g)), cx_float(code_of(self, c, g)), v);
        }
        v = cx_where(cx_equal(code, cx_int(c->groups)), cx_float(code_of(self, c, c->groups)), v);
        CX__TRY(cx_copy_into(cx_astype(v, t), cx_select(*out, 1, j)));
    }
    return cx__so_far();
}

static cx_status run_host(const cx_estimator *self, const cx__cats_data *in, cx_dtype t,
                          cx_array **out)
{
    const cx_array *const values = cx__cats_values(in);
    CX__TRY(cx__so_far());
    const cx_scope scope = cx_scope_open();
    cx_array *const a = cx__by_rows(self, CX_TRANSFORM, values, CX__ROWS_MATRIX, t);
    if (cx_ok()) {
        *out = cx_scope_return(scope, a);
        return cx_status_of(*out);
    }
    const cx_status st = cx_scope_close(scope);
    cx__cats_finder *find = NULL;
    CX__TRY(cx__cats_finders("transform", self, &find));
    if (refuses(self)) CX__TRY(cx__cats_refuse(in, find, values)); /* says which */
    return st;
}

/* ---- back */
static cx_status restore_one(const cx_estimator *self, const cx__site *s, const cx__cats *c,
                             const cx_array *v, const cx_array **out)
{
    const int64_t n = c->groups;
    int64_t *const list = cx__cats_room(((size_t)n + 1) * sizeof *list);
    if (!list) return cx__last_status();
    for (int64_t i = c->count - 1; i >= 0; i--) list[c->group[i]] = i;
    if (c->rare >= 0) list[c->rare] = c->count;
    const cx_array *known =
        cx_take(cx__cats_given(s, list, n),
                cx_minimum(cx_maximum(cx_astype(v, CX_I64), cx_int(0)), cx_int(n - 1)), 0);
    if (c->missing) {
        const double missing = cx_param_f64(self, "encoded_missing_value");
        known = cx_where(isnan(missing) ? cx_isnan(v) : cx_equal(v, cx_float(missing)),
                         cx_int(c->count - 1), known);
    }
    if (!refuses(self)) {
        const double unknown = cx_param_f64(self, "unknown_value");
        known = cx_where(isnan(unknown) ? cx_isnan(v) : cx_equal(v, cx_float(unknown)), cx_int(-1),
                         known);
    }
    *out = known;
    return cx_status_of(known);
}

static cx_status restore(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    static const char where[] = "inverse_transform";
    cx_data in = {0};
    cx__cats *cats = NULL;
    cx__site s;
    CX__TRY(cx__data_prepare(where, self, d, CX__FOR_USE, &in));
    CX__TRY(cx__site_of(where, in.x, &s));
    CX__TRY(cx__cats_recall(where, self, &cats));
    const int64_t n = cx_self_features(self);
    if (cx_dim(in.x, 1) != n)
        return cx__fail(CX_E_SHAPE, where, "x has %lld columns, but transform gives %lld",
                        (long long)cx_dim(in.x, 1), (long long)n);
    const cx_array **const index = cx__cats_room((size_t)n * sizeof *index);
    if (!index) return cx__last_status();
    for (int64_t j = 0; j < n; j++)
        CX__TRY(restore_one(self, &s, &cats[j], cx_select(in.x, 1, j), &index[j]));
    return cx__cats_restore(where, self, cats, index, out);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    cx__cats_data in;
    cx_dtype t = CX_F64;
    cx_array *out = NULL;
    cx_status st = cx__cats_dtype(self, &t);
    if (st == CX_OK && method == CX_INVERSE_TRANSFORM) {
        st = restore(self, d, &out);
    } else if (st == CX_OK) {
        st = cx__cats_open("transform", self, d, &in);
        if (st == CX_OK)
            st = in.site.device.kind == CX_DEVICE_CPU ? run_host(self, &in, t, &out)
                                                      : run_device(self, &in, t, &out);
    }
    return cx_check(st) == CX_OK ? out : NULL;
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)self;
    return cx_copy(names);
}

const cx_estimator_class cx__class_ordinal_encoder = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OrdinalEncoder",
    .doc = "Categories as whole numbers in their order.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .feature_names_out = names_out,
    .check = cx__cats_check,
    .plan = plan,
    .transform_into = transform_into,
    .has = has,
    .call = call,
};
