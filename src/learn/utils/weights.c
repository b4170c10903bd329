/* compute_class_weight and compute_sample_weight: see calx/learn_utils.h.
 *
 * One idea: the rule is the one of estimators' class_weight; here is only which classes it is asked
 * for. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/choose.h>
#include <calx/device.h>
#include <calx/index.h>
#include <calx/learn_utils.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <string.h>

/* "balanced" stands without quotes; NULL is None. */
static cx_status read_rule(const char *where, const char *text, cx__lit *out)
{
    *out = (cx__lit){.kind = CX__LIT_NONE};
    if (!text) return CX_OK;
    if (strcmp(text, "balanced") == 0) text = "'balanced'";
    return cx__literal_parse(where, text, strlen(text), out);
}
static bool is_balanced(const cx__lit *v)
{
    return v->kind == CX__LIT_STR && strcmp(v->u.s, "balanced") == 0;
}

/* Weights of the sorted classes of labels y, float64 [classes]. */
static cx_status weights_of(const cx__site *s, const cx__lit *rule, const cx_labels *y,
                            const cx_array *weight, cx_array **out)
{
    const int64_t k = cx_size(y->classes);
    double *const v = cx__calloc((size_t)k, sizeof *v);
    if (!v) return cx__fail_nomem(s->where, "weights", (size_t)k * sizeof *v);
    const cx_status st = cx__class_weights(s, rule, y->classes, y->codes, weight, v);
    if (st == CX_OK) *out = cx__given_all(s, v, k, CX_F64);
    cx__free(v);
    return st == CX_OK ? cx__so_far() : st;
}

static cx_status class_weight(const char *where, const cx__lit *rule, const cx_array *classes,
                              const cx_array *y, const cx_array *weight, cx_array **out)
{
    cx__site s;
    CX__TRY(cx__site_of(where, y, &s));
    const cx_labels seen = cx_labels_encode(y), known = cx_labels_encode(classes);
    CX__TRY(cx__so_far());
    (void)cx_labels_codes(seen.classes, known.classes); /* the first that is not known is told */
    CX__TRY(cx__so_far());
    if (weight && (cx_ndim(weight) != 1 || cx_size(weight) != cx_size(y)))
        return cx__fail(CX_E_SHAPE, where, "sample_weight must be [%lld]", (long long)cx_size(y));
    const cx_array *const by = weight ? cx__f64(&s, weight) : NULL;
    cx_array *each = NULL;
    CX__TRY(cx__so_far());
    CX__TRY(weights_of(&s, rule, is_balanced(rule) ? &seen : &known, by, &each));
    const cx_array *const place =
        is_balanced(rule) ? cx_labels_codes(classes, seen.classes) : known.codes;
    *out = cx_take(each, place, 0);
    return cx__so_far();
}

cx_array *cx_compute_class_weight(const char *class_weight_text, const cx_array *classes,
                                  const cx_array *y, const cx_array *sample_weight)
{
    static const char where[] = "compute_class_weight";
    const cx_scope scope = cx_scope_open();
    cx_array *out = NULL;
    cx__lit rule = {0};
    cx_status st = cx__check(where, "classes", classes, CX__KIND_ARRAY);
    if (st == CX_OK) st = cx__check(where, "y", y, CX__KIND_ARRAY);
    if (st == CX_OK && sample_weight)
        st = cx__check(where, "sample_weight", sample_weight, CX__KIND_ARRAY);
    if (st == CX_OK) st = read_rule(where, class_weight_text, &rule);
    if (st == CX_OK) st = class_weight(where, &rule, classes, y, sample_weight, &out);
    cx__lit_clear(&rule);
    return cx__give(scope, st, out);
}

/* ---- rows */
/* The weights of the rows of one output. */
static cx_status output_weight(const cx__site *s, const cx__lit *rule, const cx_array *y,
                               const cx_array *indices, cx_array **out)
{
    const cx_labels all = cx_labels_encode(y);
    cx_array *each = NULL;
    CX__TRY(cx__so_far());
    if (!indices) {
        CX__TRY(weights_of(s, rule, &all, NULL, &each));
    } else {
        const cx_labels some = cx_labels_encode(cx_take(y, indices, 0));
        cx_array *drawn = NULL;
        CX__TRY(cx__so_far());
        CX__TRY(weights_of(s, rule, &some, NULL, &drawn));
        each = cx_zeros(CX_SHAPE(cx_size(all.classes)), CX_F64, s->device);
        CX__TRY(cx_put_along_axis(each, cx_labels_codes(some.classes, all.classes), drawn, 0));
    }
    *out = cx_take(each, all.codes, 0);
    return cx__so_far();
}

static cx_status sample_weight(const char *where, const cx__lit *rule, const cx_array *y,
                               const cx_array *indices, cx_array **out)
{
    cx__site s;
    CX__TRY(cx__site_of(where, y, &s));
    if (cx_ndim(y) != 1 && cx_ndim(y) != 2)
        return cx__fail(CX_E_SHAPE, where, "y has %d dimensions; it takes 1 or 2", cx_ndim(y));
    const int64_t outputs = cx_ndim(y) == 2 ? cx_dim(y, 1) : 1;
    const bool list = rule->kind == CX__LIT_LIST;
    if (indices && !is_balanced(rule))
        return cx__fail(CX_E_ARGUMENT, where, "indices go with 'balanced' only");
    if (outputs > 1 && !list && !is_balanced(rule))
        return cx__fail(CX_E_ARGUMENT, where,
                        "several outputs take 'balanced' or a list with an entry for each");
    if (list && rule->count != outputs)
        return cx__fail(CX_E_ARGUMENT, where, "class_weight has %d entries for %lld outputs",
                        rule->count, (long long)outputs);
    for (int64_t k = 0; k < outputs; k++) {
        cx_array *one = NULL;
        const cx_array *const column = cx_ndim(y) == 2 ? cx_copy(cx_select(y, 1, k)) : y;
        CX__TRY(cx__so_far());
        CX__TRY(output_weight(&s, list ? &rule->u.items[k] : rule, column, indices, &one));
        *out = k ? cx_mul(*out, one) : one;
    }
    if (!*out) *out = cx_ones(CX_SHAPE(cx_dim(y, 0)), CX_F64, s.device);
    return cx__so_far();
}

cx_array *cx_compute_sample_weight(const char *class_weight_text, const cx_array *y,
                                   const cx_array *indices)
{
    static const char where[] = "compute_sample_weight";
    const cx_scope scope = cx_scope_open();
    cx_array *out = NULL;
    cx__lit rule = {0};
    cx_status st = cx__check(where, "y", y, CX__KIND_ARRAY);
    if (st == CX_OK && indices) st = cx__check(where, "indices", indices, CX__KIND_ARRAY);
    if (st == CX_OK) st = read_rule(where, class_weight_text, &rule);
    if (st == CX_OK) st = sample_weight(where, &rule, y, indices, &out);
    cx__lit_clear(&rule);
    return cx__give(scope, st, out);
}
