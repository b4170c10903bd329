/* FeatureUnion: what several transformers give for the same columns, side by side
 * (sklearn.pipeline.FeatureUnion). Everything is done in branches.c. */
#include "learn/compose/branches.h"
#include <string.h>

static const char *const attrs[] = {CX__BRANCH_ATTRS, NULL};

static const cx_param params[] = {
    {"transformer_list", CX_PARAM_STEPS, NULL, NULL,
     "list of (name, transformer); 'passthrough' gives the columns themselves, 'drop' nothing"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"transformer_weights", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL,
     "{name: factor} on what a transformer gives"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "accepted; progress goes to the scope's callback"},
    {"verbose_feature_names_out", CX_PARAM_BOOL, "True", NULL,
     "names of columns begin with the transformer's and two underlines"},
    {.name = NULL},
};

static cx_status check_weights(const cx_estimator *self)
{
    const cx__lit *const list = &self->params[0], *const w = cx__param(self, "transformer_weights");
    for (int i = 0; w->kind == CX__LIT_DICT && i < w->count; i++) {
        const cx__lit *const key = &w->u.items[2 * i];
        bool known = false;
        for (int k = 0; k < list->count && key->kind == CX__LIT_STR; k++)
            known = known || strcmp(key->u.s, list->u.items[k].u.items[0].u.s) == 0;
        if (!known)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "FeatureUnion: transformer_weights names no transformer at %d", i);
    }
    return CX_OK;
}

static cx_status run(cx_estimator *self, const cx_data *d, cx_array **out)
{
    CX__TRY(check_weights(self));
    const cx__lit *const list = &self->params[0];
    const int64_t features = cx__feature_count(self, d);
    cx__branch *const b = cx__branch_room((size_t)list->count * sizeof *b);
    int64_t *const all = cx__branch_room((size_t)features * sizeof *all), n = 0;
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < features; j++) all[j] = j;
    if (features < 1) return cx__fail(CX_E_SHAPE, "fit", "x has no columns");
    for (int i = 0; i < list->count; i++) {
        const cx__lit *const pair = list->u.items[i].u.items, *const v = &pair[1];
        if (v->kind == CX__LIT_STR && strcmp(v->u.s, "drop") == 0) continue;
        const cx_estimator *const child = v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
        if (child && !cx_estimator_has(child, CX_TRANSFORM))
            return cx__fail(CX_E_ARGUMENT, "fit", "'%.60s' (%s) has no transform", pair[0].u.s,
                            child->cls->name);
        b[n++] = (cx__branch){.name = pair[0].u.s,
                              .child = child,
                              .column = all,
                              .count = features,
                              .entry = i,
                              .weight = cx__branch_weight(self, pair[0].u.s)};
    }
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

const cx_estimator_class cx__class_feature_union = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "FeatureUnion",
    .doc = "What several transformers give for the same columns, side by side.",
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
