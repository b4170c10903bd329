/* ColumnTransformer: a transformer for each set of columns (sklearn.compose.ColumnTransformer).
 *
 * One idea: fit turns what was written for columns into indices; all the rest is branches.c. */
#include "learn/compose/branches.h"
#include "learn/compose/columns_of.h"
#include <string.h>

static const char *const attrs[] = {CX__BRANCH_ATTRS, NULL};

static const cx_param params[] = {
    {"transformers", CX_PARAM_COLUMNS, NULL, NULL,
     "list of (name, transformer, columns): 'passthrough' and 'drop' are transformers; columns are "
     "names, indices, bools, slice(start, stop, step) or make_column_selector(...)"},
    {"remainder", CX_PARAM_STR | CX_PARAM_ESTIMATOR, "'drop'", "{'drop', 'passthrough'}",
     "what happens to columns that nobody names"},
    {"sparse_threshold", CX_PARAM_FLOAT, "0.3", "[0, 1]", "not used: the result is dense"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"transformer_weights", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL,
     "{name: factor} on what a transformer gives"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "accepted; progress goes to the scope's callback"},
    {"verbose_feature_names_out", CX_PARAM_BOOL | CX_PARAM_STR, "True", NULL,
     "names of columns begin with the transformer's and two underlines; or a form such as "
     "'{feature_name}_{transformer_name}'"},
    {.name = NULL},
};

static bool drops(const cx__lit *v)
{
    return v->kind == CX__LIT_STR && strcmp(v->u.s, "drop") == 0;
}

static cx_status branch_of(const cx_estimator *self, const cx_data *d, int i, bool *used,
                           cx__branch *b)
{
    const cx__lit *const item = self->params[0].u.items[i].u.items;
    const cx_estimator *const child =
        item[1].kind == CX__LIT_ESTIMATOR ? item[1].u.estimator : NULL;
    int64_t *column = NULL;
    *b = (cx__branch){.name = item[0].u.s, .child = child, .entry = i};
    CX__TRY(cx__columns_of(self, d, b->name, &item[2], &column, &b->count));
    b->column = column;
    b->weight = cx__branch_weight(self, b->name);
    for (int64_t k = 0; k < b->count; k++) used[column[k]] = true;
    if (!child || cx_estimator_has(child, CX_TRANSFORM)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "'%.60s' (%s) has no transform", b->name,
                    child->cls->name);
}

/* Columns that nobody named; not even those that are dropped by name. */
static cx_status rest_of(const cx_estimator *self, int64_t features, const bool *used,
                         cx__branch *b)
{
    const cx__lit *const v = cx__param(self, "remainder");
    int64_t *const column = cx__branch_room((size_t)features * sizeof *column);
    if (!column) return cx__last_status();
    *b = (cx__branch){.name = "remainder", .column = column, .entry = -1};
    b->weight = cx__branch_weight(self, b->name);
    if (v->kind == CX__LIT_ESTIMATOR) b->child = v->u.estimator;
    if (b->child && !cx_estimator_has(b->child, CX_TRANSFORM))
        return cx__fail(CX_E_ARGUMENT, "fit", "the remainder (%s) has no transform",
                        b->child->cls->name);
    for (int64_t j = 0; j < features && !drops(v); j++)
        if (!used[j]) column[b->count++] = j;
    return CX_OK;
}

static cx_status run(cx_estimator *self, const cx_data *d, cx_array **out)
{
    const int count = self->params[0].count;
    const int64_t features = cx__feature_count(self, d);
    if (features < 1 || cx__feature_rows(d) < 1)
        return cx__fail(CX_E_SHAPE, "fit",
                        "x has %lld rows and %lld columns; at least one of each is needed",
                        (long long)cx__feature_rows(d), (long long)features);
    cx__branch *const b = cx__branch_room(((size_t)count + 1) * sizeof *b);
    bool *const used = cx__branch_room((size_t)features);
    if (!b || !used) return cx__last_status();
    int64_t n = 0;
    for (int i = 0; i < count; i++) {
        CX__TRY(branch_of(self, d, i, used, &b[n]));
        if (b[n].count > 0 && !drops(&self->params[0].u.items[i].u.items[1])) n++;
    }
    CX__TRY(rest_of(self, features, used, &b[n]));
    if (b[n].count > 0) n++;
    return cx__branches_fit(self, d, b, n, out);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx_array *out = NULL;
    return run(self, d, &out);
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *d)
{
    cx_array *out = NULL;
    return cx_check(run(self, d, &out)) == CX_OK ? out : NULL;
}

static bool has(const cx_estimator *self, cx_method method)
{
    (void)self;
    return method == CX_TRANSFORM;
}

const cx_estimator_class cx__class_column_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ColumnTransformer",
    .doc = "A transformer for each set of columns, their results side by side.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_RAW | CX_CLASS_ALLOW_NAN | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .feature_names_out = cx__branches_names,
    .check = cx__branches_check,
    .plan = cx__branches_plan,
    .transform_into = cx__branches_into,
    .has = has,
    .call = cx__branches_call,
};
