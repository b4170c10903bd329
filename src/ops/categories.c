/* Comparing categories: by code where the dictionary is shared, by text where it is not, with
 * integers as codes. */
#include "base/alloc.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/categories.h"
#include "ops/elementwise.h"
#include <calx/index.h>
#include <string.h>

cx_status cx__codes_through(const char *where, const cx_array *codes, const int32_t *table,
                            int count, cx_dtype t, cx_array **out)
{
    /* the last entry is what a missing code, -1, finds: it counts from the end */
    const cx_scope s = cx_scope_open();
    const int64_t n = count;
    cx_array *const map = cx_to(cx_copy_host(table, (cx_shape){1, &n}, CX_I32), codes->device);
    cx_array *flat = NULL;
    cx_status st = cx__array_view(where, codes, codes->ndim, codes->shape, codes->strides,
                                  codes->data, CX_I32, &flat);
    cx_array *const found = st == CX_OK ? cx_take(map, flat, 0) : NULL;
    if (st == CX_OK) st = cx_status_of(found);
    if (st == CX_OK)
        st = cx__array_view(where, found, found->ndim, found->shape, found->strides, found->data, t,
                            out);
    cx__release(flat);
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

cx_status cx__codes_in(const char *where, const cx_array *a, const cx__dict *dict, cx_dtype t,
                       cx_array **out)
{
    const int count = a->dict->count;
    int32_t *const code = cx__alloc(((size_t)count + 1) * sizeof *code);
    if (code == NULL)
        return cx__fail_nomem(where, "a table of codes", ((size_t)count + 1) * sizeof *code);
    for (int i = 0; i < count; i++) {
        const int found = cx__dict_find(dict, a->dict->texts[i], strlen(a->dict->texts[i]));
        code[i] = found < 0 ? -2 : found;
    }
    code[count] = -1;
    const cx_status st = cx__codes_through(where, a, code, count + 1, t, out);
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
        st = foreign ? cx__codes_in(where, in[1], in[0]->dict, CX_I32, &owned[i])
                     : codes_of(where, in[i], &owned[i]);
        pair[i] = owned[i];
    }
    if (st == CX_OK) st = cx__map(where, op->code, pair, out, result);
    cx__release(owned[0]);
    cx__release(owned[1]);
    return st;
}
