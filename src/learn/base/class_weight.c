/* class_weight of classifiers: None, 'balanced', or a dict from label to weight
 * (sklearn.utils.class_weight.compute_class_weight). */
#include "base/alloc.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <string.h>

static bool label_is(const cx_array *classes, const double *numbers, int64_t i, const cx__lit *key)
{
    double v = 0;
    if (!numbers) return key->kind == CX__LIT_STR && strcmp(cx_label(classes, i), key->u.s) == 0;
    if (key->kind == CX__LIT_BOOL) return numbers[i] == (key->u.b ? 1.0 : 0.0);
    return cx__lit_number(key, &v) && numbers[i] == v;
}

static cx_status from_dict(const cx__site *site, const cx__lit *dict, const cx_array *given,
                           double *out)
{
    const char *const where = site->where;
    const int64_t k = cx_size(given);
    const cx_array *const classes = cx__to_host(site, given);
    const double *const numbers =
        cx_dtype_of(classes) == CX_CAT ? NULL : cx_data_f64(cx__as(where, classes, CX_F64));
    CX__TRY(cx__so_far());
    int64_t weighted = 0;
    for (int64_t i = 0; i < k; i++) {
        out[i] = 1;
        for (int j = 0; j < dict->count; j++) {
            if (!label_is(classes, numbers, i, &dict->u.items[2 * j])) continue;
            if (!cx__lit_number(&dict->u.items[2 * j + 1], &out[i]) || !(out[i] >= 0))
                return cx__fail(CX_E_ARGUMENT, where,
                                "a weight in class_weight is no number that is at least 0");
            weighted++;
            break;
        }
    }
    if (weighted < k && weighted != dict->count)
        return cx__fail(CX_E_ARGUMENT, where,
                        "class_weight names %d labels, but only %lld of them are classes",
                        dict->count, (long long)weighted);
    return CX_OK;
}

cx_status cx__class_weights(const cx__site *s, const cx__lit *class_weight, const cx_array *classes,
                            const cx_array *codes, const cx_array *w, double *out)
{
    const int64_t k = cx_size(classes);
    for (int64_t i = 0; i < k; i++) out[i] = 1;
    if (class_weight->kind == CX__LIT_NONE) return CX_OK;
    if (class_weight->kind == CX__LIT_DICT) return from_dict(s, class_weight, classes, out);
    if (class_weight->kind != CX__LIT_STR || strcmp(class_weight->u.s, "balanced") != 0)
        return cx__fail(CX_E_ARGUMENT, s->where, "class_weight is None, 'balanced' or a dict");
    CX__TRY(cx__count_codes(s, codes, w, k, out));
    double total = 0;
    for (int64_t i = 0; i < k; i++) total += out[i];
    for (int64_t i = 0; i < k; i++) out[i] = total / ((double)k * out[i]);
    return CX_OK;
}
