/* OneHotEncoder: a column of zeros and ones for each category
 * (sklearn.preprocessing.OneHotEncoder).
 *
 * One idea: every group of categories has a place among the output columns, or none (dropped,
 * unknown); a row writes its ones there. The result is dense: there is no sparse array. */
#include "base/alloc.h"
#include "learn/numeric/rows.h"
#include "learn/preprocessing/categories.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <string.h>

enum { DROP = CX__CATS };
static const char *const attrs[] = {CX__CATS_ATTRS, "drop_idx_?: int [n]", NULL};

static const cx_param params[] = {
    {"categories", CX_PARAM_STR | CX_PARAM_LIST, "'auto'", "{'auto'}",
     "those that occur, or a list for each column; None or nan stands last for a missing value"},
    {"drop", CX_PARAM_STR | CX_PARAM_NONE | CX_PARAM_LIST, "None", "{'first', 'if_binary'}",
     "a category of each column that gets no column of its own"},
    {"sparse_output", CX_PARAM_BOOL, "True", NULL, "not used: the result is dense"},
    {"dtype", CX_PARAM_STR, "'float64'", NULL, "of the result, by its name"},
    {"handle_unknown", CX_PARAM_STR, "'error'",
     "{'error', 'ignore', 'infrequent_if_exist', 'warn'}",
     "what a category is that fit did not see"},
    {"min_frequency", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "int [1, inf), float (0, 1)",
     "rows, or share of them, below which a category is infrequent"},
    {"max_categories", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns at most for one feature; the rest is infrequent"},
    {"feature_name_combiner", CX_PARAM_STR, "'concat'", "{'concat'}", "feature_category"},
    {.name = NULL},
};

/* ---- which category has no column: a group of each feature, -1 none */
static cx_status drop_given(const cx_estimator *self, const cx__cats *c, const cx__lit *v,
                            int64_t j, int64_t *out)
{
    char name[80];
    for (int64_t i = 0; i < c->count; i++) {
        const bool last = c->missing && i == c->count - 1;
        double x = v->kind == CX__LIT_BOOL && v->u.b ? 1 : 0;
        const bool number = v->kind == CX__LIT_BOOL || cx__lit_number(v, &x);
        const bool none = v->kind == CX__LIT_NONE || (number && isnan(x));
        const bool same = last      ? none
                          : c->word ? v->kind == CX__LIT_STR && strcmp(v->u.s, c->word[i]) == 0
                                    : number && x == c->number[i];
        if (!same) continue;
        if (c->group[i] == c->rare)
            return cx__fail(CX_E_ARGUMENT, "fit", "OneHotEncoder: drop of %s is infrequent",
                            cx__cats_name(self, j, name));
        *out = c->group[i];
        return CX_OK;
    }
    return cx__fail(CX_E_ARGUMENT, "fit", "OneHotEncoder: drop of %s is no category of it",
                    cx__cats_name(self, j, name));
}

/* First category of a group. */
static int64_t first_of(const cx__cats *c, int64_t group)
{
    int64_t i = 0;
    while (i < c->count - 1 && c->group[i] != group) i++;
    return i;
}

static cx_status store_drop(cx_estimator *self, const cx__cats_data *in, const cx__cats *cats)
{
    const cx__lit *const drop = cx__param(self, "drop");
    if (drop->kind == CX__LIT_NONE) return CX_OK;
    const bool listed = drop->kind != CX__LIT_STR;
    if (listed && drop->count != in->n)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "OneHotEncoder: drop names %d, but x has %lld columns", drop->count,
                        (long long)in->n);
    const bool binary = !listed && strcmp(drop->u.s, "if_binary") == 0;
    int64_t *const index = cx__cats_room((size_t)in->n * sizeof *index);
    if (!index) return cx__last_status();
    for (int64_t j = 0; j < in->n; j++) {
        int64_t group = binary && cats[j].groups != 2 ? -1 : 0;
        if (listed) CX__TRY(drop_given(self, &cats[j], &drop->u.items[j], j, &group));
        index[j] = group < 0 ? -1 : first_of(&cats[j], group);
    }
    const cx_array *const host = cx_copy_host(index, CX_SHAPE(in->n), CX_I64);
    return cx_self_set(self, DROP,
                       cx_nbytes(host) <= 4096 ? cx__to_site(&in->site, host)
                                               : cx_to(host, in->site.device));
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx_dtype t;
    CX__TRY(cx__cats_dtype(self, &t));
    cx__cats_data in;
    CX__TRY(cx__cats_open("fit", self, d, &in));
    const bool refuse = strcmp(cx_param_str(self, "handle_unknown"), "error") == 0;
    cx__cats *cats = NULL;
    CX__TRY(cx__cats_learn(&in, (cx__cats_rule){.refuse_unknown = refuse}, &cats));
    CX__TRY(cx__cats_store(self, &in, cats));
    return store_drop(self, &in, cats);
}

/* ---- where the ones go */
typedef struct layout {
    int64_t *first, *drop, *unknown; /* [n]; unknown: a group, -1 nothing, -2 an error */
    int64_t cols;
} layout;

static cx_status layout_of(const cx_estimator *self, const cx__cats *cats, cx_plan *p, layout *out)
{
    const int64_t n = cx_self_features(self);
    const char *const rule = cx_param_str(self, "handle_unknown");
    const bool refuse = strcmp(rule, "error") == 0,
               group = strcmp(rule, "infrequent_if_exist") == 0 || strcmp(rule, "warn") == 0;
    int64_t *const all = p ? cx_plan_alloc(p, (size_t)n * 3 * sizeof *all)
                           : cx__cats_room((size_t)n * 3 * sizeof *all);
    const cx_array *drop = NULL;
    if (cx_self_has(self, DROP)) {
        cx__site s;
        CX__TRY(cx__site_at("transform", self->state->device, &s));
        drop = cx_self(self, DROP);
        if (s.device.kind != CX_DEVICE_CPU)
            drop = cx_nbytes(drop) <= 4096 ? cx__to_host(&s, drop) : cx_to(drop, CX_CPU);
        drop = cx__as("transform", drop, CX_I64);
    }
    const int64_t *const index = drop ? cx_data_i64(drop) : NULL;
    CX__TRY(cx__so_far());
    if (!all) return CX_E_NOMEM;
    *out = (layout){.first = all, .drop = all + n, .unknown = all + 2 * n};
    for (int64_t j = 0; j < n; j++) {
        const bool some = index && index[j] >= 0 && index[j] < cats[j].count;
        out->first[j] = out->cols;
        out->drop[j] = some ? cats[j].group[index[j]] : -1;
        out->unknown[j] = refuse ? -2 : group ? cats[j].rare : -1;
        out->cols += cats[j].groups - (some ? 1 : 0);
    }
    return CX_OK;
}

/* Column of a group within its feature's, -1: none. */
static int64_t place_of(int64_t group, int64_t drop)
{
    return group == drop ? -1 : drop >= 0 && group > drop ? group - 1 : group;
}

typedef struct served {
    cx__cats_finder *find;
    layout at;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    served *const s = cx_plan_alloc(p, sizeof *s);
    if (!s) return CX_E_NOMEM;
    cx__cats *cats = NULL;
    CX__TRY(cx__cats_plan(self, p, &s->find));
    CX__TRY(cx__cats_recall("session_new", self, &cats));
    CX__TRY(layout_of(self, cats, p, &s->at));
    p->cols_out = s->at.cols;
    p->state = s;
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const s = p->state;
    const int64_t n = p->cols_in;
    if (p->cols_out) memset(out, 0, (size_t)(rows * p->cols_out) * sizeof *out);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++) {
            int64_t g = cx__cats_find(&s->find[j], x[i * n + j]);
            if (g < 0) g = s->at.unknown[j];
            if (g == -2)
                return cx__fail(CX_E_ARGUMENT, "session_run",
                                "column %lld of row %lld holds a category that fit did not see",
                                (long long)j, (long long)i);
            const int64_t at = g < 0 ? -1 : place_of(g, s->at.drop[j]);
            if (at >= 0) out[i * p->cols_out + s->at.first[j] + at] = 1;
        }
    return CX_OK;
}

/* ---- transform */
static void warn_unknown(const cx_estimator *self, int64_t j, int64_t as)
{
    char name[80];
    cx__warn(CX_E_ARGUMENT,
             "OneHotEncoder: %s holds categories that fit did not see; they become %s",
             cx__cats_name(self, j, name), as >= 0 ? "infrequent" : "zeros");
}

static bool warns(const cx_estimator *self)
{
    const char *const rule = cx_param_str(self, "handle_unknown");
    return strcmp(rule, "warn") == 0 ||
           (strcmp(rule, "error") != 0 && !cx_param_is_none(self, "drop"));
}

/* Is anything unknown? Refused or warned of. */
static cx_status look_for_unknown(const cx_estimator *self, const cx_array *code, int64_t groups,
                                  int64_t j, int64_t unknown)
{
    if (unknown != -2 && !warns(self)) return CX_OK;
    const bool some = cx__number_i64(cx_any(cx_equal(code, cx_int(groups)), CX_ALL)) != 0;
    CX__TRY(cx__so_far());
    char name[80];
    if (some && unknown == -2)
        return cx__fail(CX_E_ARGUMENT, "transform", "%s holds a value that fit did not see",
                        cx__cats_name(self, j, name));
    if (some) warn_unknown(self, j, unknown);
    return CX_OK;
}

/* Feature j's columns at once: the place of each row's group against the number of the column. */
static cx_status write_device(const cx__cats_data *in, const cx__cats *c, const layout *at,
                              int64_t j, const cx_array *code, cx_array *out)
{
    const int64_t width = c->groups - (at->drop[j] >= 0 ? 1 : 0);
    int64_t *const place = cx__cats_room(((size_t)c->groups + 1) * sizeof *place);
    if (!place) return cx__last_status();
    if (width == 0) return CX_OK;
    for (int64_t g = 0; g < c->groups; g++) place[g] = place_of(g, at->drop[j]);
    place[c->groups] = at->unknown[j] < 0 ? -1 : place_of(at->unknown[j], at->drop[j]);
    const cx_array *const row = cx_take(cx__cats_given(&in->site, place, c->groups + 1), code, 0);
    const cx_array *const hit = cx_equal(cx_reshape(row, CX_SHAPE(in->rows, 1)),
                                         cx_arange_i64(0, width, 1, CX_I64, in->site.device));
    return cx_copy_into(cx_astype(hit, cx_dtype_of(out)),
                        cx_slice(out, 1, at->first[j], at->first[j] + width, 1));
}

static cx_status run_device(const cx_estimator *self, const cx__cats_data *in, cx_dtype t,
                            cx_array **out)
{
    cx__cats *cats = NULL;
    layout at;
    CX__TRY(cx__cats_recall("transform", self, &cats));
    CX__TRY(layout_of(self, cats, NULL, &at));
    *out = cx_empty(CX_SHAPE(in->rows, at.cols), t, in->site.device);
    for (int64_t j = 0; j < in->n; j++) {
        const cx_array *const code = cx__cats_codes(in, cats, j);
        CX__TRY(look_for_unknown(self, code, cats[j].groups, j, at.unknown[j]));
        CX__TRY(write_device(in, &cats[j], &at, j, code, *out));
    }
    return cx__so_far();
}

static cx_status run_host(const cx_estimator *self, const cx__cats_data *in, cx_dtype t,
                          cx_array **out)
{
    const cx_array *const values = cx__cats_values(in);
    CX__TRY(cx__so_far());
    cx__cats_finder *find = NULL;
    if (strcmp(cx_param_str(self, "handle_unknown"), "error") == 0) {
        const cx_scope scope = cx_scope_open();
        cx_array *const a = cx__by_rows(self, CX_TRANSFORM, values, CX__ROWS_MATRIX, t);
        if (cx_ok()) {
            *out = cx_scope_return(scope, a);
            return cx_status_of(*out);
        }
        const cx_status st = cx_scope_close(scope);
        CX__TRY(cx__cats_finders("transform", self, &find));
        CX__TRY(cx__cats_refuse(in, find, values)); /* says which */
        return st;
    }
    if (warns(self)) {
        CX__TRY(cx__cats_finders("transform", self, &find));
        const bool group = strcmp(cx_param_str(self, "handle_unknown"), "ignore") != 0;
        for (int64_t j = 0; j < in->n; j++)
            if (cx__cats_unknown(find, cx_data_f64(values), in->rows, in->n, j) >= 0)
                warn_unknown(self, j, group ? 0 : -1);
    }
    *out = cx__by_rows(self, CX_TRANSFORM, values, CX__ROWS_MATRIX, t);
    return cx__so_far();
}

static cx_array *transform(const cx_estimator *self, const cx_data *d)
{
    cx__cats_data in;
    cx_dtype t = CX_F64;
    cx_array *out = NULL;
    if (cx_check(cx__cats_dtype(self, &t)) != CX_OK ||
        cx_check(cx__cats_open("transform", self, d, &in)) != CX_OK)
        return NULL;
    const bool host = in.site.device.kind == CX_DEVICE_CPU;
    const cx_status st = host ? run_host(self, &in, t, &out) : run_device(self, &in, t, &out);
    return cx_check(st) == CX_OK ? out : NULL;
}

/* ---- back */
/* Category for each column of feature j: the group's, or the infrequent ones (count). */
static int64_t category_of(const cx__cats *c, int64_t group)
{
    return group == c->rare ? c->count : first_of(c, group);
}

static cx_status restore_one(const cx_estimator *self, const cx__site *s, const cx__cats *c,
                             int64_t drop, int64_t width, const cx_array *block, cx_array **out)
{
    const int64_t rows = cx_dim(block, 0);
    if (width == 0) {
        *out = cx_full(CX_SHAPE(rows), cx_int(category_of(c, drop)), CX_I64, s->device);
        return cx_status_of(*out);
    }
    int64_t *const list = cx__cats_room((size_t)width * sizeof *list);
    if (!list) return cx__last_status();
    for (int64_t k = 0, g = 0; k < width; k++, g++) {
        if (g == drop) g++;
        list[k] = category_of(c, g);
    }
    const cx_array *const zero = cx_equal(cx_sum(block, CX_AXIS(1)), cx_int(0));
    const char *const rule = cx_param_str(self, "handle_unknown");
    const bool ignored = strcmp(rule, "ignore") == 0 || (strcmp(rule, "error") != 0 && c->rare < 0);
    if (drop < 0 && !ignored) {
        const bool some = cx__number_i64(cx_any(zero, CX_ALL)) != 0;
        CX__TRY(cx__so_far());
        if (some)
            return cx__fail(CX_E_ARGUMENT, "inverse_transform",
                            "OneHotEncoder: a row of zeros stands for no category");
    }
    const cx_array *const known =
        cx_take(cx__cats_given(s, list, width), cx_argmax(block, CX_AXIS(1)), 0);
    *out = cx_where(zero, cx_int(drop < 0 ? -1 : category_of(c, drop)), known);
    return cx_status_of(*out);
}

static cx_status restore(const cx_estimator *self, const cx_data *d, cx_array **out)
{
    static const char where[] = "inverse_transform";
    cx_data in = {0};
    cx__cats *cats = NULL;
    layout at;
    cx__site s;
    CX__TRY(cx__data_prepare(where, self, d, CX__FOR_USE, &in));
    CX__TRY(cx__site_of(where, in.x, &s));
    CX__TRY(cx__cats_recall(where, self, &cats));
    CX__TRY(layout_of(self, cats, NULL, &at));
    if (cx_dim(in.x, 1) != at.cols)
        return cx__fail(CX_E_SHAPE, where, "x has %lld columns, but transform gives %lld",
                        (long long)cx_dim(in.x, 1), (long long)at.cols);
    const int64_t n = cx_self_features(self);
    const cx_array **const index = cx__cats_room((size_t)n * sizeof *index);
    if (!index) return cx__last_status();
    for (int64_t j = 0; j < n; j++) {
        const int64_t lo = at.first[j], hi = j + 1 < n ? at.first[j + 1] : at.cols;
        cx_array *one = NULL;
        CX__TRY(restore_one(self, &s, &cats[j], at.drop[j], hi - lo, cx_slice(in.x, 1, lo, hi, 1),
                            &one));
        index[j] = one;
    }
    return cx__cats_restore(where, self, cats, index, out);
}

/* ---- names */
static cx_status write_names(const cx_estimator *self, const cx_array *names, const cx__cats *cats,
                             const layout *at, cx__text *t, size_t *start)
{
    int64_t column = 0;
    for (int64_t j = 0; j < cx_self_features(self); j++) {
        const char *const name = cx_label(names, j);
        if (!name) return cx__last_status();
        for (int64_t g = 0; g < cats[j].groups; g++) {
            if (g == at->drop[j]) continue;
            start[column++] = t->len;
            cx__text_f(t, "%s_", name);
            if (g == cats[j].rare)
                cx__text_puts(t, "infrequent_sklearn");
            else
                cx__cats_print(t, &cats[j], first_of(&cats[j], g));
            cx__text_put(t, "", 1);
        }
    }
    return t->failed ? cx__fail_nomem("feature_names_out", "names", t->len) : CX_OK;
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    cx__cats *cats = NULL;
    layout at;
    if (cx_check(cx__cats_recall("feature_names_out", self, &cats)) != CX_OK ||
        cx_check(layout_of(self, cats, NULL, &at)) != CX_OK)
        return NULL;
    size_t *const start = cx__cats_room((size_t)at.cols * sizeof *start);
    const char **const text = cx__cats_room((size_t)at.cols * sizeof *text);
    if (!start || !text) return NULL;
    cx__text t = {0};
    cx_array *out = NULL;
    if (cx_check(write_names(self, names, cats, &at, &t, start)) == CX_OK) {
        for (int64_t k = 0; k < at.cols; k++) text[k] = t.at + start[k];
        out = cx__names_new(at.cols, text);
    }
    cx__text_free(&t);
    return out;
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    if (method == CX_TRANSFORM) return transform(self, d);
    cx_array *out = NULL;
    return cx_check(restore(self, d, &out)) == CX_OK ? out : NULL;
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM;
}

const cx_estimator_class cx__class_one_hot_encoder = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OneHotEncoder",
    .doc = "A column of zeros and ones for each category.",
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
