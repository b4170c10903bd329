/* Comparing categories: by code where the dictionary is shared, by text where it is not, with
 * integers as codes. */
#include "base/alloc.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/elementwise.h"
#include <string.h>

/* b's codes in a's dictionary: -1 stays, a text that a does not have becomes -2. */
static cx_status translate(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    if (b->device.kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "categories with different texts compare on the CPU only");
    const int count = b->dict->count;
    int32_t *const code = cx__alloc(((size_t)count + 1) * sizeof *code);
    if (code == NULL)
        return cx__fail_nomem(where, "a table of codes", ((size_t)count + 1) * sizeof *code);
    code[0] = -1;
    for (int i = 0; i < count; i++) {
        const int found = cx__dict_find(a->dict, b->dict->texts[i], strlen(b->dict->texts[i]));
        code[i + 1] = found < 0 ? -2 : found;
    }
    cx_array *copy = NULL;
    cx_status st = cx__array_new(where, b->ndim, b->shape, CX_CAT, b->device, &copy);
    if (st == CX_OK) {
        cx__array_set_dict(copy, b->dict);
        st = cx__array_copy(where, b, copy);
    }
    if (st == CX_OK) {
        int32_t *const c = (int32_t *)(void *)copy->data;
        for (int64_t i = 0; i < copy->size; i++) c[i] = code[c[i] + 1];
        st = cx__array_view(where, copy, copy->ndim, copy->shape, copy->strides, copy->data, CX_I32,
                            out);
    }
    cx__release(copy);
    cx__free(code);
    return st;
}

static cx_status codes_of(const char *where, const cx_array *a, cx_array **out)
{
    return cx__array_view(where, a, a->ndim, a->shape, a->strides, a->data, CX_I32, out);
}

cx_status cx__map_categories(const char *where, const cx__op *op, const cx_array *const in[],
                             cx_array *out, cx_array **result)
{
    cx_array *owned[2] = {NULL, NULL};
    const cx_array *pair[2] = {in[0], in[1]};
    cx_status st = CX_OK;
    for (int i = 0; i < 2 && st == CX_OK; i++) {
        const cx_array *const a = in[i];
        const bool scalar = cx__is_scalar(a);
        const cx_dtype t =
            scalar ? (cx_dtype)((const cx_head *)(const void *)a)->kind : (cx_dtype)a->dtype;
        if (t != CX_CAT && cx__dtypes[t].kind != 'i' && cx__dtypes[t].kind != 'u') {
            return cx__fail(CX_E_DTYPE, where,
                            "a category is compared with categories or integer codes, not with %s",
                            cx_dtype_name(t));
        }
    }
    const bool both = !cx__is_scalar(in[0]) && !cx__is_scalar(in[1]) && in[0]->dtype == CX_CAT &&
                      in[1]->dtype == CX_CAT;
    for (int i = 0; i < 2 && st == CX_OK; i++) {
        if (cx__is_scalar(in[i]) || in[i]->dtype != CX_CAT) continue;
        const bool foreign = both && i == 1 && in[0]->dict != in[1]->dict;
        st =
            foreign ? translate(where, in[0], in[1], &owned[i]) : codes_of(where, in[i], &owned[i]);
        pair[i] = owned[i];
    }
    if (st == CX_OK) st = cx__map(where, op->code, pair, out, result);
    cx__release(owned[0]);
    cx__release(owned[1]);
    return st;
}
