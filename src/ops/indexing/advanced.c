/* Advanced indexing, first half: text and arrays to a plan. Integers and slices become strides of
 * a view; what is left of each array is a term, an extent and a stride of memory that it indexes.
 * Reads no elements but those of masks. */
#include "ops/indexing/advanced.h"
#include "core/shape.h"
#include "ops/gather.h"
#include "ops/index.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <string.h>

/* the arrays of a call: numbers of C's are integers of the text */
typedef struct holes {
    int n;
    int64_t value[CX__ITEMS];
    const cx_array *array[CX__ITEMS];
} holes;

static cx_status read_holes(const char *where, const cx_array *a, cx_arrays given, holes *h)
{
    if (given.count < 0 || given.count > CX__ITEMS)
        return cx__fail(CX_E_ARGUMENT, where, "%d indices; 0 to %d are possible", given.count,
                        CX__ITEMS);
    if (given.count > 0 && given.at == NULL)
        return cx__fail(CX_E_NULL, where, "the list of indices is NULL");
    h->n = given.count;
    for (int i = 0; i < given.count; i++) {
        const cx_array *const x = given.at[i];
        CX__TRY(cx__array_check(where, "an index", x));
        const char kind = cx_dtype_kind(cx_dtype_of(x));
        if (kind != 'i' && kind != 'u' && kind != 'b')
            return cx__fail(CX_E_DTYPE, where, "index %d is %s, neither integers nor bool", i,
                            cx_dtype_name(cx_dtype_of(x)));
        h->value[i] = 0;
        h->array[i] = NULL;
        if (cx__is_scalar(x) && kind != 'b') {
            h->value[i] = ((const cx_scalar *)(const void *)x)->v.i64;
            continue;
        }
        if (cx__is_scalar(x)) {
            h->array[i] = x;
            continue;
        }
        CX__TRY(cx__on_device_of(where, "an index", x, a));
        h->array[i] = x;
    }
    return CX_OK;
}

static bool is_mask(const cx_array *x)
{
    return cx_dtype_of(x) == CX_BOOL;
}
static bool is_full_slice(const cx__item *it)
{
    return it->kind == CX__ITEM_ELLIPSIS ||
           (it->kind == CX__ITEM_SLICE && !it->has_start && !it->has_stop && it->step == 1);
}

static cx_status add_term(const char *where, cx__selection *s, cx__term t)
{
    if (s->terms == CX_MAX_NDIM)
        return cx__fail(CX_E_INDEX, where, "more than %d axes are indexed by arrays", CX_MAX_NDIM);
    if (!cx__shape_broadcast(t.index->ndim, t.index->shape, &s->bdim, s->bshape)) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, where, "index arrays of shapes %s and %s do not broadcast",
                        cx__shape_text(s->bdim, s->bshape, text[0]),
                        cx__shape_text(t.index->ndim, t.index->shape, text[1]));
    }
    s->term[s->terms++] = t;
    return CX_OK;
}

/* A number that is a mask of no dimensions: a new one of extent 1 or 0. */
static cx_status add_truth(const char *where, const cx_array *x, cx_device d, cx__selection *s)
{
    const bool holds =
        cx__is_scalar(x) ? ((const cx_scalar *)(const void *)x)->v.i64 != 0 : cx_item_bool(x);
    CX__TRY(cx__so_far());
    const cx__term t = {.index = cx_zeros(CX_SHAPE(holds ? 1 : 0), CX_I64, d),
                        .n = 1,
                        .stride = 0,
                        .in_range = true};
    CX__TRY(cx__so_far());
    return add_term(where, s, t);
}

/* The positions of a mask over dims [d, d + ndim) of the view: one term where these lie in memory
 * like one axis, else one each. */
static cx_status add_mask(const char *where, const cx_array *mask, int d, int axis,
                          cx__selection *s)
{
    cx_array *truth = NULL, *at = NULL;
    CX__TRY(cx__array_contiguous(where, mask, CX_DTYPE_NONE, &truth));
    const cx_status st = cx__positions(where, truth, &at);
    cx__release(truth);
    at = cx__yield(st, where, at);
    CX__TRY(st);
    const int64_t *const n = s->view->shape + d, *const stride = s->view->strides + d;
    int64_t step = 0, extent = 1;
    bool one = true;
    for (int i = mask->ndim - 1; i >= 0; i--) {
        if (n[i] == 1) continue;
        if (extent == 1)
            step = stride[i];
        else
            one &= stride[i] == step * extent;
        extent *= n[i];
    }
    if (one)
        return add_term(
            where, s,
            (cx__term){.index = at, .n = extent, .stride = step, .axis = axis, .in_range = true});
    cx__term part[CX_MAX_NDIM];
    for (int i = mask->ndim - 1; i >= 0; i--) {
        part[i] = (cx__term){.n = n[i], .stride = stride[i], .axis = axis + i, .in_range = true};
        part[i].index = i == 0 ? at : cx_remainder(at, cx_int(n[i]));
        at = i == 0 ? at : cx_floor_divide(at, cx_int(n[i]));
    }
    CX__TRY(cx__so_far());
    for (int i = 0; i < mask->ndim; i++) CX__TRY(add_term(where, s, part[i]));
    return CX_OK;
}

/* Masks take as many axes as they have dimensions, and these must agree. */
static cx_status check_masks(const char *where, const cx_array *a, const holes *h, int count,
                             cx__item *items)
{
    for (int i = 0; i < count; i++) {
        if (items[i].kind != CX__ITEM_ARRAY) continue;
        const cx_array *const x = h->array[items[i].hole];
        if (is_mask(x)) items[i].axes = (uint8_t)cx_ndim(x);
    }
    int axes;
    CX__TRY(cx__items_axes(where, a, count, items, &axes));
    int at = 0;
    for (int i = 0; i < count; i++) {
        const cx__item *const it = &items[i];
        if (it->kind == CX__ITEM_INTEGER || it->kind == CX__ITEM_SLICE) at++;
        if (it->kind == CX__ITEM_ELLIPSIS) at += a->ndim - axes;
        if (it->kind != CX__ITEM_ARRAY) continue;
        const cx_array *const x = h->array[it->hole];
        for (int k = 0; is_mask(x) && k < it->axes; k++)
            if (x->shape[k] != a->shape[at + k])
                return cx__fail(CX_E_SHAPE, where,
                                "mask (index %d) has %" PRId64
                                " elements along axis %d, and axis %d of a has size %" PRId64,
                                it->hole, x->shape[k], k, at + k, a->shape[at + k]);
        at += it->axes;
    }
    return CX_OK;
}

/* A lone mask over the leading axes, everything else whole? */
static const cx_array *lone_mask(const holes *h, int count, const cx__item *items)
{
    if (count == 0 || items[0].kind != CX__ITEM_ARRAY) return NULL;
    const cx_array *const x = h->array[items[0].hole];
    if (!is_mask(x) || cx__is_scalar(x) || x->ndim == 0) return NULL;
    for (int i = 1; i < count; i++)
        if (!is_full_slice(&items[i])) return NULL;
    return x;
}

static void keep(cx__selection *s, int d, int n)
{
    for (int i = 0; i < n; i++)
        s->keep[s->kept++] = (cx__kept){s->view->shape[d + i], s->view->strides[d + i]};
}

/* Terms and kept dimensions in the order of the items. */
static cx_status walk_items(const char *where, const cx_array *a, const holes *h, int count,
                            const cx__item *items, cx__selection *s)
{
    int axes, d = 0, axis = 0, runs = 0;
    bool inside = false;
    CX__TRY(cx__items_axes(where, a, count, items, &axes));
    for (int i = 0; i < count; i++) {
        const cx__item *const it = &items[i];
        const bool array = it->kind == CX__ITEM_ARRAY;
        const bool advanced = array || it->kind == CX__ITEM_INTEGER;
        if (advanced && !inside && runs++ == 0) s->before = s->kept;
        inside = advanced;
        const int used = array                           ? it->axes
                         : it->kind == CX__ITEM_ELLIPSIS ? a->ndim - axes
                         : it->kind == CX__ITEM_NEWAXIS  ? 0
                                                         : 1;
        const int dims = it->kind == CX__ITEM_INTEGER ? 0 : it->kind == CX__ITEM_NEWAXIS ? 1 : used;
        if (!array) {
            keep(s, d, dims);
        } else {
            const cx_array *const x = h->array[it->hole];
            if (is_mask(x) && it->axes == 0)
                CX__TRY(add_truth(where, x, a->device, s));
            else if (is_mask(x))
                CX__TRY(add_mask(where, x, d, axis, s));
            else
                CX__TRY(add_term(where, s,
                                 (cx__term){.index = x,
                                            .n = s->view->shape[d],
                                            .stride = s->view->strides[d],
                                            .axis = axis}));
        }
        d += dims;
        axis += used;
    }
    keep(s, d, s->view->ndim - d);
    if (runs > 1) s->before = 0; /* arrays apart from each other: their dimensions come first */
    return CX_OK;
}

static cx_status result_shape(const char *where, cx__selection *s)
{
    if (s->kept + s->bdim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "the result has %d dimensions; at most %d are possible",
                        s->kept + s->bdim, CX_MAX_NDIM);
    s->ndim = 0;
    for (int i = 0; i < s->before; i++) s->shape[s->ndim++] = s->keep[i].n;
    for (int i = 0; i < s->bdim; i++) s->shape[s->ndim++] = s->bshape[i];
    for (int i = s->before; i < s->kept; i++) s->shape[s->ndim++] = s->keep[i].n;
    return CX_OK;
}

cx_status cx__select_items(const char *where, const cx_array *a, const char *spec, cx_arrays given,
                           cx__selection *s)
{
    holes h;
    cx__item items[CX__ITEMS];
    int count;
    s->terms = s->kept = s->before = s->bdim = 0;
    CX__TRY(read_holes(where, a, given, &h));
    CX__TRY(cx__items_read(where, spec, h.n, h.value, h.array, items, &count));
    CX__TRY(check_masks(where, a, &h, count, items));
    s->view = NULL;
    const cx_status st = cx__items_view(where, a, count, items, &s->view);
    s->view = cx__yield(st, where, s->view);
    CX__TRY(st);
    s->plain = true;
    for (int i = 0; i < count; i++) s->plain &= items[i].kind != CX__ITEM_ARRAY;
    s->mask = lone_mask(&h, count, items);
    if (s->plain || s->mask != NULL) return CX_OK;
    CX__TRY(walk_items(where, a, &h, count, items, s));
    return result_shape(where, s);
}

cx_status cx__select_mask(const char *where, const cx_array *a, cx__selection *s)
{
    (void)a;
    CX__TRY(add_mask(where, s->mask, 0, 0, s));
    keep(s, s->mask->ndim, s->view->ndim - s->mask->ndim);
    return result_shape(where, s);
}
