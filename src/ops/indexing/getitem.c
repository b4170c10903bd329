/* Advanced indexing, second half: a plan to one take or put. The one idea: all terms together walk
 * one virtual axis of the memory, whose step is the greatest common divisor of their strides, so
 * any number of arrays costs one array of positions and no copy of what is indexed. */
#include "core/shape.h"
#include "ops/gather.h"
#include "ops/indexing/advanced.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <string.h>

/* Where the elements are: [outer, n, inner] in a's memory, and positions along n. */
typedef struct places {
    cx_view view;
    const cx_array *index; /* contiguous int64 */
    int axis;              /* as errors call it */
} places;

/* Kept dimensions [from, to) that lie in memory like one, as many as there are from the one end;
 * returns where they end. */
static int group(const cx__kept *k, int from, int to, bool forward, int64_t *n, int64_t *stride)
{
    *n = 1;
    *stride = 0;
    int i = forward ? from : to - 1;
    for (; forward ? i < to : i >= from; i += forward ? 1 : -1) {
        if (k[i].n == 1) continue;
        if (*n == 1) {
            *stride = k[i].stride;
        } else if (forward) {
            if (*stride != k[i].stride * k[i].n) break;
            *stride = k[i].stride;
        } else if (k[i].stride != *stride * *n) {
            break;
        }
        *n *= k[i].n;
    }
    return forward ? i : i + 1;
}

static int64_t divisor(int64_t x, int64_t y)
{
    while (y != 0) {
        const int64_t r = x % y;
        x = y;
        y = r;
    }
    return x < 0 ? -x : x;
}

/* The virtual axis that covers extents and strides, one after the other. */
typedef struct virtual_axis {
    int64_t step, n, start; /* bytes, extent, bytes from the view's first element */
} virtual_axis;
static void cover(virtual_axis *v, int64_t n, int64_t stride)
{
    if (n == 0) v->n = 0;
    if (n <= 1 || v->n == 0) return;
    v->n += (n - 1) * (stride < 0 ? -stride : stride);
    if (stride < 0) v->start += (n - 1) * stride;
}

/* off + index * step, looked at: negative ones count from the end, one out of bounds is told. */
static cx_array *positions_of(const char *where, const cx__term *t, int64_t off, int64_t step,
                              bool poison)
{
    const cx_device d = t->index->device;
    const cx_array *const i = t->index->dtype == CX_I64 ? t->index : cx_astype(t->index, CX_I64);
    if (t->in_range && step == 1 && off == 0) return cx_positive(i);
    if (t->in_range) return cx_add(cx_mul(i, cx_int(step)), cx_int(off));
    enum { SMALL = 4096 };
    const bool table = step != 0 && t->n > 0 && (t->n <= SMALL || t->n <= t->index->size);
    const cx_array *const from =
        table ? cx_arange_i64(off, off + t->n * step, step, CX_I64, d)
              : cx_broadcast_to(cx_full(CX_SHAPE(), cx_int(off), CX_I64, d), CX_SHAPE(t->n));
    if (cx__so_far() != CX_OK) return NULL;
    cx_array *r = NULL;
    const cx_status st = cx__take(where, from, i, 0, t->axis, &r);
    r = cx__yield(st, where, r);
    if (!table && step != 0 && t->n > 0)
        r = cx_add(r, cx_mul(cx_remainder(i, cx_int(t->n)), cx_int(step)));
    if (!poison) return r;
    /* a device tells late: what would be written at a wrong place becomes one out of bounds too */
    const cx_array *const in =
        cx_logical_and(cx_greater_equal(i, cx_int(-t->n)), cx_less(i, cx_int(t->n)));
    return cx_where(in, r, cx_int(INT64_MIN / 64));
}

/* x with so many dimensions of extent 1 behind */
static cx_array *widened(const cx_array *x, int behind)
{
    int64_t shape[CX_MAX_NDIM];
    int n = 0;
    for (; n < x->ndim; n++) shape[n] = x->shape[n];
    for (int i = 0; i < behind; i++) shape[n++] = 1;
    return cx_reshape(x, (cx_shape){n, shape});
}

static cx_array *sum_of(cx_array *sum, cx_array *x)
{
    return sum == NULL ? x : cx_add(sum, x);
}

/* Positions of all terms, and of the kept dimensions [first, last) that lie between the groups at
 * both ends, as one array. */
static cx_status flat_positions(const char *where, const cx__selection *s, int first, int last,
                                bool write, virtual_axis v, places *p)
{
    const int after = last - s->before;
    int64_t shape[CX_MAX_NDIM];
    int ndim = 0;
    cx_array *sum = NULL;
    const cx_device d = s->view->device;
    const bool poison = write && d.kind != CX_DEVICE_CPU;
    for (int i = first; i < s->before; i++) shape[ndim++] = s->keep[i].n;
    for (int i = 0; i < s->bdim; i++) shape[ndim++] = s->bshape[i];
    for (int i = s->before; i < last; i++) shape[ndim++] = s->keep[i].n;
    for (int i = 0; i < s->terms; i++) {
        const cx__term *const t = &s->term[i];
        const int64_t step = t->n > 1 ? t->stride / v.step : 0;
        const int64_t off = step < 0 ? -step * (t->n - 1) : 0;
        cx_array *const x = positions_of(where, t, off, step, poison && !t->in_range);
        CX__TRY(cx__so_far());
        sum = sum_of(sum, widened(x, after));
    }
    for (int i = first; i < last; i++) {
        const int64_t n = s->keep[i].n, step = s->keep[i].stride / v.step;
        if (n == 1 || step == 0) continue;
        const int behind = i < s->before ? s->before - 1 - i + s->bdim + after : last - 1 - i;
        const int64_t off = step < 0 ? -step * (n - 1) : 0;
        sum = sum_of(sum, widened(cx_arange_i64(off, off + n * step, step, CX_I64, d), behind));
    }
    CX__TRY(cx__so_far());
    const cx_array *const all = cx_ascontiguous(cx_broadcast_to(sum, (cx_shape){ndim, shape}));
    p->index = cx_ravel(all);
    p->axis = s->term[0].axis;
    return cx__so_far();
}

/* One array along one axis needs no arithmetic: the slot looks at its indices. */
static bool direct(const cx__selection *s, int first, int last)
{
    const cx__term *const t = &s->term[0];
    return s->terms == 1 && first == s->before && last == s->before && t->index->ndim == s->bdim &&
           memcmp(t->index->shape, s->bshape, (size_t)s->bdim * sizeof *s->bshape) == 0;
}

static cx_status find_places(const char *where, const cx__selection *s, bool write, places *p)
{
    const cx_array *const a = s->view;
    const int64_t item = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    int64_t outer, inner, outer_stride, inner_stride;
    const int first = group(s->keep, 0, s->before, true, &outer, &outer_stride),
              last = group(s->keep, s->before, s->kept, false, &inner, &inner_stride);
    virtual_axis v = {.n = 0};
    for (int i = 0; i < s->terms; i++)
        if (s->term[i].n > 1) v.step = divisor(s->term[i].stride, v.step);
    for (int i = first; i < last; i++)
        if (s->keep[i].n > 1) v.step = divisor(s->keep[i].stride, v.step);
    if (v.step == 0) v.step = item;
    v.n = 1;
    for (int i = 0; i < s->terms; i++) cover(&v, s->term[i].n, s->term[i].stride);
    for (int i = first; i < last; i++) cover(&v, s->keep[i].n, s->keep[i].stride);
    if (v.n > 0) v.n = (v.n - 1) / v.step + 1;
    p->view = (cx_view){.data = a->data + v.start,
                        .dtype = (cx_dtype)a->dtype,
                        .ndim = 3,
                        .shape = {outer, v.n, inner},
                        .stride = {outer_stride, v.step, inner > 1 ? inner_stride : item}};
    if (!direct(s, first, last)) return flat_positions(where, s, first, last, write, v, p);
    const cx__term *const t = &s->term[0];
    p->view.data = a->data;
    p->view.shape[1] = t->n;
    p->view.stride[1] = t->stride;
    p->axis = t->axis;
    cx_array *plain = NULL;
    const cx_status st = cx__array_contiguous(where, t->index, CX_I64, &plain);
    p->index = cx__yield(st, where, plain);
    return st;
}

/* ---- reading */
static cx_status getitem(const char *where, const cx_array *a, const char *spec, cx_arrays given,
                         cx_array **out)
{
    cx__selection s;
    CX__TRY(cx__select_items(where, a, spec, given, &s));
    if (s.plain) {
        *out = s.view;
        return CX_OK;
    }
    cx_array *r = NULL;
    cx_status st = CX_OK;
    if (s.mask != NULL) {
        st = cx__masked(where, a, s.mask, &r);
        *out = cx__yield(st, where, r);
        return st;
    }
    places p;
    CX__TRY(find_places(where, &s, false, &p));
    st = cx__array_new(where, s.ndim, s.shape, (cx_dtype)a->dtype, a->device, &r);
    if (st == CX_OK && a->dict != NULL) cx__array_set_dict(r, a->dict);
    if (st == CX_OK) st = cx__take_rows(where, s.view, &p.view, p.axis, p.index, r);
    *out = cx__yield(st, where, r);
    return st;
}

/* a[indices] of an array that lies in C order: the whole of it is take along the first axis. */
static bool takes_rows(const cx_array *a, const char *spec, cx_arrays given)
{
    if (spec == NULL || spec[0] != '?' || spec[1] != '\0' || given.count != 1 || given.at == NULL)
        return false;
    const cx_array *const x = given.at[0];
    if (a->ndim == 0 || !(a->flags & CX__F_CONTIGUOUS) || cx_status_of(x) != CX_OK) return false;
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    return !cx__is_scalar(x) && (kind == 'i' || kind == 'u');
}

cx_array *cx_getitem(const cx_array *a, const char *spec, cx_arrays indices)
{
    static const char where[] = "getitem";
    cx_status st = cx__array_need(where, "a", a);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    if (takes_rows(a, spec, indices)) {
        cx_array *rows = NULL;
        st = cx__take(where, a, indices.at[0], 0, 0, &rows);
        return cx__yield(st, where, rows);
    }
    const cx_scope scope = cx_scope_open();
    cx_array *r = NULL;
    (void)cx_check(getitem(where, a, spec, indices, &r));
    return cx_scope_return(scope, r != NULL ? r : cx__nil(CX_E_INTERNAL));
}

/* ---- writing */
/* The value as an array of a's dtype apart from a: cast as assignment does. */
static cx_status own_value(const char *where, const cx_array *a, const cx_array *value,
                           const cx_array **out)
{
    CX__TRY(cx__array_check(where, "value", value));
    if (!cx__is_scalar(value) && value->dtype == a->dtype && a->dict == NULL &&
        !cx_may_share_memory(a, value)) {
        CX__TRY(cx__on_device_of(where, "value", value, a));
        *out = value;
        return CX_OK;
    }
    cx_array *r = NULL;
    const int ndim = cx_ndim(value);
    cx_status st =
        cx__array_new(where, ndim, cx_shape_of(value).dim, (cx_dtype)a->dtype, a->device, &r);
    if (st == CX_OK && a->dict != NULL) cx__array_set_dict(r, a->dict);
    r = cx__yield(st, where, r);
    CX__TRY(st);
    if (!cx__is_scalar(value)) CX__TRY(cx__on_device_of(where, "value", value, a));
    *out = r;
    return cx_copy_into(value, r);
}

/* [shape] of a value, without extents of 1 that it has in front beyond those of the result */
static const cx_array *trimmed(const cx_array *value, int ndim)
{
    int extra = 0;
    while (value->ndim - extra > ndim && value->shape[extra] == 1) extra++;
    return extra == 0 ? value
                      : cx_reshape(value, (cx_shape){value->ndim - extra, value->shape + extra});
}

static cx_status not_broadcast(const char *where, const cx_array *value, int ndim,
                               const int64_t *shape)
{
    char text[2][CX__SHAPE_TEXT];
    return cx__fail(CX_E_SHAPE, where, "value of shape %s does not broadcast to %s",
                    cx__shape_text(value->ndim, value->shape, text[0]),
                    cx__shape_text(ndim, shape, text[1]));
}
static bool fits(const cx_array *value, int ndim, const int64_t *shape)
{
    if (value->ndim > ndim) return false;
    for (int i = 1; i <= value->ndim; i++) {
        const int64_t n = value->shape[value->ndim - i];
        if (n != 1 && n != shape[ndim - i]) return false;
    }
    return true;
}

/* A value that is the same wherever the mask holds needs no positions. */
static cx_status put_masked(const char *where, cx_array *a, const cx_array *mask,
                            const cx_array *value, bool *done)
{
    const int rest = a->ndim - mask->ndim;
    *done = value->ndim <= rest && a->dtype != CX_CAT;
    if (!*done) return CX_OK;
    if (!fits(value, rest, a->shape + mask->ndim)) {
        int64_t shape[CX_MAX_NDIM + 1] = {-1};
        memcpy(shape + 1, a->shape + mask->ndim, (size_t)rest * sizeof *shape);
        return not_broadcast(where, value, rest, shape + 1);
    }
    const cx_array *const truth = widened(mask, rest);
    CX__TRY(cx__so_far());
    return cx_where_into(truth, value, a, a);
}

static cx_status put_value(const char *where, const cx__selection *s, const cx_array *value)
{
    const cx_array *const a = s->view;
    value = trimmed(value, s->ndim);
    if (!fits(value, s->ndim, s->shape)) return not_broadcast(where, value, s->ndim, s->shape);
    places p;
    CX__TRY(find_places(where, s, true, &p));
    const cx_array *rows = cx_ascontiguous(cx_broadcast_to(value, (cx_shape){s->ndim, s->shape}));
    if (cx_may_share_memory(p.index, a)) p.index = cx_copy(p.index);
    CX__TRY(cx__so_far());
    return cx__put_rows(where, s->view, &p.view, p.axis, p.index, rows);
}

static cx_status setitem(const char *where, cx_array *a, const char *spec, cx_arrays given,
                         const cx_array *value)
{
    cx__selection s;
    CX__TRY(cx__select_items(where, a, spec, given, &s));
    CX__TRY(cx__array_check(where, "value", value));
    if (s.plain) {
        const cx_array *const v = cx__is_scalar(value) ? value : trimmed(value, s.view->ndim);
        if (!cx__is_scalar(v) && !fits(v, s.view->ndim, s.view->shape))
            return not_broadcast(where, v, s.view->ndim, s.view->shape);
        return cx_copy_into(v, s.view);
    }
    const cx_array *own;
    CX__TRY(own_value(where, a, value, &own));
    if (s.mask != NULL) {
        bool done;
        CX__TRY(put_masked(where, a, s.mask, own, &done));
        if (done) return CX_OK;
        CX__TRY(cx__select_mask(where, a, &s));
    }
    return put_value(where, &s, own);
}

cx_status cx_setitem(cx_array *a, const char *spec, cx_arrays indices, const cx_array *value)
{
    static const char where[] = "setitem";
    CX__TRY(cx__array_need_out(where, "a", a));
    const cx_scope scope = cx_scope_open();
    const cx_status st = cx_check(setitem(where, a, spec, indices, value));
    const cx_status end = cx_scope_close(scope);
    return st != CX_OK ? st : end;
}
