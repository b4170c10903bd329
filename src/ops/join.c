/* Joining and repeating: concatenate, stack, roll, repeat, tile. Each allocates once and copies
 * parts into views of the result. */
#include "base/alloc.h"
#include "core/array.h"
#include "core/promote.h"
#include "core/shape.h"
#include "ops/categories.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <inttypes.h>
#include <string.h>

/* window of out along one axis */
static cx_status window(const char *where, cx_array *out, int axis, int64_t start, int64_t extent,
                        cx_array **view)
{
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, out->shape, (size_t)out->ndim * sizeof *shape);
    shape[axis] = extent;
    return cx__array_view(where, out, out->ndim, shape, out->strides,
                          out->data + start * out->strides[axis], (cx_dtype)out->dtype, view);
}

static cx_status copy_part(const char *where, const cx_array *part, cx_array *out, int axis,
                           int64_t start, int64_t extent)
{
    cx_array *v;
    CX__TRY(window(where, out, axis, start, extent, &v));
    const cx_status st = cx__array_copy(where, part, v);
    cx__release(v);
    return st;
}

/* ---- categories: one dictionary for all parts, then codes through a map */
static cx_status merge_dicts(const char *where, cx_arrays parts, cx__dict **out)
{
    bool same = true;
    size_t total = 0;
    for (int i = 0; i < parts.count; i++) {
        same = same && parts.at[i]->dict == parts.at[0]->dict;
        total += (size_t)parts.at[i]->dict->count;
    }
    if (same) {
        *out = cx__dict_retain(parts.at[0]->dict);
        return CX_OK;
    }
    const char **texts = cx__alloc((total + 1) * sizeof *texts);
    if (texts == NULL) return cx__fail_nomem(where, "categories", total * sizeof *texts);
    int n = 0;
    for (int i = 0; i < parts.count; i++)
        for (int c = 0; c < parts.at[i]->dict->count; c++) {
            const char *t = parts.at[i]->dict->texts[c];
            bool known = false;
            for (int j = 0; j < i && !known; j++)
                known = cx__dict_find(parts.at[j]->dict, t, strlen(t)) >= 0;
            if (!known) texts[n++] = t;
        }
    const cx_status st = cx__dict_new(where, n, texts, out);
    cx__free(texts);
    return st;
}

/* the part's codes under another dictionary, as a new CX_CAT array */
static cx_status recode(const char *where, const cx_array *part, cx__dict *dict, cx_array **out)
{
    if (part->dict == dict) return cx__array_contiguous(where, part, CX_DTYPE_NONE, out);
    CX__TRY(cx__codes_in(where, part, dict, CX_CAT, out));
    cx__array_set_dict(*out, dict);
    return CX_OK;
}

static cx_status check_parts(const char *where, cx_arrays parts, int *axis, int64_t *shape,
                             cx_dtype *t)
{
    if (parts.count < 1 || parts.at == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "at least one array is needed");
    int cats = 0;
    for (int i = 0; i < parts.count; i++) {
        CX__TRY(cx__array_need(where, "an array of the list", parts.at[i]));
        cats += parts.at[i]->dtype == CX_CAT;
    }
    const cx_array *first = parts.at[0];
    CX__TRY(cx__axis(where, *axis, first->ndim, axis));
    memcpy(shape, first->shape, (size_t)first->ndim * sizeof *shape);
    char text[2][CX__SHAPE_TEXT];
    for (int i = 1; i < parts.count; i++) {
        const cx_array *p = parts.at[i];
        bool fits = p->ndim == first->ndim;
        for (int k = 0; fits && k < p->ndim; k++)
            fits = k == *axis || p->shape[k] == first->shape[k];
        if (!fits)
            return cx__fail(CX_E_SHAPE, where,
                            "array %d of shape %s does not join shape %s along axis %d", i,
                            cx__shape_text(p->ndim, p->shape, text[0]),
                            cx__shape_text(first->ndim, first->shape, text[1]), *axis);
        if (!cx_device_equal(p->device, first->device)) {
            char d[2][16];
            return cx__fail(CX_E_DEVICE, where, "array 0 is on %s, array %d on %s",
                            cx_device_name(first->device, d[0]), i,
                            cx_device_name(p->device, d[1]));
        }
        shape[*axis] += p->shape[*axis];
    }
    if (cats != 0 && cats != parts.count)
        return cx__fail(CX_E_DTYPE, where, "categories join only categories");
    *t = CX_CAT;
    return cats != 0 ? CX_OK : cx__result_type(where, parts.count, parts.at, t);
}

static cx_status concatenate(const char *where, cx_arrays parts, int axis, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM];
    cx_dtype t;
    CX__TRY(check_parts(where, parts, &axis, shape, &t));
    CX__TRY(cx__poll(where));
    cx__dict *dict = NULL;
    cx_array *r = NULL;
    cx_status st = t == CX_CAT ? merge_dicts(where, parts, &dict) : CX_OK;
    if (st == CX_OK)
        st = cx__array_new(where, parts.at[0]->ndim, shape, t, parts.at[0]->device, &r);
    if (st == CX_OK && dict != NULL) cx__array_set_dict(r, dict);
    int64_t at = 0;
    for (int i = 0; st == CX_OK && i < parts.count; i++) {
        const int64_t extent = parts.at[i]->shape[axis];
        cx_array *coded = NULL;
        if (dict != NULL) st = recode(where, parts.at[i], dict, &coded);
        if (st == CX_OK)
            st = copy_part(where, coded != NULL ? coded : parts.at[i], r, axis, at, extent);
        cx__release(coded);
        at += extent;
    }
    cx__dict_release(dict);
    if (st != CX_OK) {
        cx__release(r);
        return st;
    }
    *out = r;
    return CX_OK;
}

cx_array *cx_concatenate(cx_arrays parts, int axis)
{
    cx_array *out = NULL;
    const cx_status st = concatenate("concatenate", parts, axis, &out);
    return cx__yield(st, "concatenate", out);
}

/* join after giving every part the shape that `lift` makes of it */
static cx_array *join_lifted(const char *where, cx_arrays parts, int axis,
                             cx_array *(*lift)(const cx_array *a, int axis))
{
    if (parts.count < 1 || parts.at == NULL)
        return cx__yield(cx__fail(CX_E_ARGUMENT, where, "at least one array is needed"), where,
                         NULL);
    const cx_array **lifted = cx__alloc((size_t)parts.count * sizeof *lifted);
    if (lifted == NULL)
        return cx__yield(cx__fail_nomem(where, "the list", (size_t)parts.count * sizeof *lifted),
                         where, NULL);
    const cx_scope s = cx_scope_open();
    cx_status st = CX_OK;
    for (int i = 0; i < parts.count && st == CX_OK; i++) {
        lifted[i] = lift(parts.at[i], axis);
        st = cx_status_of(lifted[i]);
    }
    cx_array *out = NULL;
    if (st == CX_OK) st = concatenate(where, (cx_arrays){parts.count, lifted}, axis, &out);
    (void)cx__mark(st);
    cx__free(lifted);
    const cx_status closed = cx_scope_close(s);
    return cx__yield(st != CX_OK ? st : closed, where, out);
}

static cx_array *lift_stack(const cx_array *a, int axis)
{
    return cx_expand_dims(a, axis);
}
static cx_array *lift_rows(const cx_array *a, int axis)
{
    (void)axis;
    return cx_ndim(a) >= 2   ? cx_index(a, "...")
           : cx_ndim(a) == 1 ? cx_expand_dims(a, 0)
                             : cx_reshape(a, CX_SHAPE(1, -1));
}
static cx_array *lift_line(const cx_array *a, int axis)
{
    (void)axis;
    return cx_ndim(a) >= 1 ? cx_index(a, "...") : cx_reshape(a, CX_SHAPE(1));
}

cx_array *cx_stack(cx_arrays parts, int axis)
{
    return join_lifted("stack", parts, axis, lift_stack);
}
cx_array *cx_vstack(cx_arrays parts)
{
    return join_lifted("vstack", parts, 0, lift_rows);
}
cx_array *cx_hstack(cx_arrays parts)
{
    const bool lines = parts.count > 0 && parts.at != NULL && cx_ndim(parts.at[0]) <= 1;
    return join_lifted("hstack", parts, lines ? 0 : 1, lift_line);
}

/* ---- roll, repeat, tile */
static cx_status roll(const char *where, const cx_array *a, int64_t shift, int axis, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__axis(where, axis, a->ndim, &axis));
    cx_array *r;
    CX__TRY(cx__array_new(where, a->ndim, a->shape, (cx_dtype)a->dtype, a->device, &r));
    if (a->dict != NULL) cx__array_set_dict(r, a->dict);
    const int64_t n = a->shape[axis];
    const int64_t k = n > 0 ? ((shift % n) + n) % n : 0;
    cx_array *head = NULL, *tail = NULL;
    cx_status st = CX_OK;
    if (a->size > 0) {
        cx_array *source = cx__retain(a);
        st = window(where, source, axis, 0, n - k, &head);
        if (st == CX_OK) st = window(where, source, axis, n - k, k, &tail);
        if (st == CX_OK) st = copy_part(where, head, r, axis, k, n - k);
        if (st == CX_OK && k > 0) st = copy_part(where, tail, r, axis, 0, k);
        cx__release(source);
    }
    cx__release(head);
    cx__release(tail);
    if (st != CX_OK) {
        cx__release(r);
        return st;
    }
    *out = r;
    return CX_OK;
}

cx_array *cx_roll(const cx_array *a, int64_t shift, int axis)
{
    cx_array *out = NULL;
    const cx_status st = roll("roll", a, shift, axis, &out);
    return cx__yield(st, "roll", out);
}

/* repeating is a broadcast copy: insert an axis of `count` behind each repeated one (repeat) or
 * before it (tile), copy, reshape */
cx_array *cx_repeat(const cx_array *a, int64_t count, int axis)
{
    static const char where[] = "repeat";
    const cx_scope s = cx_scope_open();
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__axis(where, axis, a->ndim, &axis);
    if (st == CX_OK && count < 0) st = cx__fail(CX_E_ARGUMENT, where, "count is %" PRId64, count);
    if (st == CX_OK && a->ndim == CX_MAX_NDIM)
        st = cx__fail(CX_E_SHAPE, where, "a has %d dimensions already", a->ndim);
    if (st != CX_OK) {
        (void)cx__mark(st);
        return cx_scope_return(s, cx__nil(st));
    }
    int64_t shape[CX_MAX_NDIM + 1];
    for (int i = 0, k = 0; i <= a->ndim; i++) shape[i] = i == axis + 1 ? count : a->shape[k++];
    cx_array *wide =
        cx_copy(cx_broadcast_to(cx_expand_dims(a, axis + 1), (cx_shape){a->ndim + 1, shape}));
    if (cx_status_of(wide) != CX_OK) return cx_scope_return(s, wide); /* too large a product */
    int64_t flat[CX_MAX_NDIM];
    for (int i = 0; i < a->ndim; i++) flat[i] = a->shape[i] * (i == axis ? count : 1);
    return cx_scope_return(s, cx_reshape(wide, (cx_shape){a->ndim, flat}));
}

cx_array *cx_tile(const cx_array *a, cx_shape reps)
{
    static const char where[] = "tile";
    const cx_scope s = cx_scope_open();
    cx_status st = cx__array_need(where, "a", a);
    const int have = st == CX_OK ? a->ndim : 0, n = have > reps.ndim ? have : reps.ndim;
    if (st == CX_OK && 2 * n > CX_MAX_NDIM)
        st = cx__fail(CX_E_SHAPE, where, "%d dimensions are too many", n);
    int64_t lifted[CX_MAX_NDIM], wide[CX_MAX_NDIM], flat[CX_MAX_NDIM];
    for (int i = 0; st == CX_OK && i < n; i++) {
        const int64_t r = i < n - reps.ndim ? 1 : reps.dim[i - (n - reps.ndim)];
        const int64_t e = i < n - have ? 1 : a->shape[i - (n - have)];
        if (r < 0) st = cx__fail(CX_E_ARGUMENT, where, "reps[%d] is %" PRId64, i, r);
        lifted[2 * i] = 1;
        lifted[2 * i + 1] = e;
        wide[2 * i] = r;
        wide[2 * i + 1] = e;
    }
    if (st != CX_OK) {
        (void)cx__mark(st);
        return cx_scope_return(s, cx__nil(st));
    }
    cx_array *w =
        cx_copy(cx_broadcast_to(cx_reshape(a, (cx_shape){2 * n, lifted}), (cx_shape){2 * n, wide}));
    if (cx_status_of(w) != CX_OK) return cx_scope_return(s, w); /* too large a product */
    for (int i = 0; i < n; i++) flat[i] = wide[2 * i] * wide[2 * i + 1];
    return cx_scope_return(s, cx_reshape(w, (cx_shape){n, flat}));
}
