/* Iterators over host memory for C programs: counters over merged dimensions, on the caller's
 * stack. Allocates nothing. */
#include <calx/iter.h>
#include "base/size.h"
#include "core/array.h"
#include "core/device.h"
#include "core/shape.h"
#include "core/slot.h"
#include <inttypes.h>
#include <string.h>

static cx_status reachable(const char *where, const char *argument, const cx_array *a, bool writing)
{
    char name[16];
    CX__TRY(cx__array_need(where, argument, a));
    if (a->device.kind != CX_DEVICE_CPU)
        return cx__fail(CX_E_DEVICE, where, "%s is on %s; copy it with cx_to(a, CX_CPU)", argument,
                        cx_device_name(a->device, name));
    return a->buffer->uses != NULL ? cx__buffer_host(where, a->buffer, writing) : CX_OK;
}

/* ---- nditer */
static cx_status common_shape(const char *where, cx_outs out, cx_arrays in, int *ndim,
                              int64_t *shape)
{
    char text[2][CX__SHAPE_TEXT];
    *ndim = 0;
    for (int i = 0; i < out.count + in.count; i++) {
        const bool writing = i < out.count;
        const cx_array *const a = writing ? out.at[i] : in.at[i - out.count];
        CX__TRY(reachable(where, writing ? "an output" : "an input", a, writing));
        if (writing && (a->flags & CX__F_READONLY))
            return cx__fail(CX_E_READONLY, where, "output %d is read-only", i);
        if (!cx__shape_broadcast(a->ndim, a->shape, ndim, shape))
            return cx__fail(CX_E_SHAPE, where, "shape %s of array %d does not broadcast with %s",
                            cx__shape_text(a->ndim, a->shape, text[0]), i,
                            cx__shape_text(*ndim, shape, text[1]));
    }
    for (int i = 0; i < out.count; i++) {
        const cx_array *const a = out.at[i];
        bool same = a->ndim == *ndim;
        for (int d = 0; same && d < *ndim; d++) same = a->shape[d] == shape[d];
        if (!same)
            return cx__fail(CX_E_SHAPE, where, "output %d has shape %s, the walk %s", i,
                            cx__shape_text(a->ndim, a->shape, text[0]),
                            cx__shape_text(*ndim, shape, text[1]));
    }
    return CX_OK;
}

static void reverse(int ndim, int64_t *list)
{
    for (int i = 0; i < ndim / 2; i++) {
        const int64_t keep = list[i];
        list[i] = list[ndim - 1 - i];
        list[ndim - 1 - i] = keep;
    }
}

static void plan(cx_nditer *it, cx_walk_order order, bool positions)
{
    int64_t *steps[CX_ITER_ARRAYS];
    for (int k = 0; k < it->n; k++) steps[k] = it->step[k];
    if (!positions && order == CX_WALK_F) {
        reverse(it->ndim, it->shape);
        for (int k = 0; k < it->n; k++) reverse(it->ndim, steps[k]);
    }
    if (!positions) it->ndim = cx__collapse(it->ndim, it->shape, it->n, steps, order == CX_WALK_K);
    if (it->ndim == 0) { /* one element is a loop of one */
        it->shape[0] = 1;
        for (int k = 0; k < it->n; k++) steps[k][0] = 0;
    }
    const int inner = it->ndim > 0 ? it->ndim - 1 : 0;
    for (int k = 0; k < it->n; k++) it->stride[k] = it->step[k][inner];
}

static cx_status begin(const char *where, cx_nditer *it, cx_outs out, cx_arrays in,
                       const cx_nditer_opts *o)
{
    it->size = it->done = it->index = it->count = 0;
    it->n = it->ndim = 0;
    if (out.count < 0 || in.count < 0 || out.count + in.count < 1 ||
        out.count + in.count > CX_ITER_ARRAYS)
        return cx__fail(CX_E_ARGUMENT, where, "%d arrays; 1 to %d are possible",
                        out.count + in.count, CX_ITER_ARRAYS);
    if ((out.count > 0 && out.at == NULL) || (in.count > 0 && in.at == NULL))
        return cx__fail(CX_E_NULL, where, "a list of arrays is NULL");
    if (o != NULL && (o->struct_size == 0 || o->struct_size > sizeof *o))
        return cx__fail(CX_E_ARGUMENT, where,
                        "options with struct_size %zu; make them with CX_OPTS", o->struct_size);
    const cx_walk_order order = o != NULL ? o->order : CX_WALK_K;
    const bool positions = o != NULL && o->positions;
    if ((order != CX_WALK_K && order != CX_WALK_C && order != CX_WALK_F) ||
        (o != NULL && o->most < 0))
        return cx__fail(CX_E_ARGUMENT, where, "order is %d or most is negative", (int)order);
    if (positions && order == CX_WALK_F)
        return cx__fail(CX_E_ARGUMENT, where, "positions are walked in C order");
    CX__TRY(common_shape(where, out, in, &it->ndim, it->shape));
    it->n = out.count + in.count;
    for (int k = 0; k < it->n; k++) {
        const cx_array *const a = k < out.count ? out.at[k] : in.at[k - out.count];
        cx__shape_broadcast_strides(a->ndim, a->shape, a->strides, it->ndim, it->shape,
                                    it->step[k]);
        it->row[k] = it->data[k] = a->data;
    }
    memset(it->at, 0, sizeof it->at);
    const int64_t size = cx__prod(it->ndim, it->shape);
    plan(it, order, positions);
    it->most = o != NULL && o->most > 0 ? o->most : INT64_MAX;
    it->size = size;
    return CX_OK;
}

cx_status cx_nditer_begin(cx_nditer *it, cx_outs out, cx_arrays in, const cx_nditer_opts *o)
{
    static const char where[] = "nditer_begin";
    if (it == NULL) return cx__fail(CX_E_NULL, where, "it is NULL");
    return begin(where, it, out, in, o);
}

bool cx_nditer_next(cx_nditer *it)
{
    if (it->done >= it->size) return false;
    const int inner = it->ndim > 0 ? it->ndim - 1 : 0;
    if (it->done > 0) {
        it->at[inner] += it->count;
        if (it->at[inner] == it->shape[inner]) { /* the row is at its end: the next one */
            it->at[inner] = 0;
            for (int d = inner - 1; d >= 0; d--) {
                for (int k = 0; k < it->n; k++) it->row[k] += it->step[k][d];
                if (++it->at[d] < it->shape[d]) break;
                for (int k = 0; k < it->n; k++) it->row[k] -= it->step[k][d] * it->shape[d];
                it->at[d] = 0;
            }
        }
    }
    const int64_t left = it->shape[inner] - it->at[inner];
    it->count = left < it->most ? left : it->most;
    for (int k = 0; k < it->n; k++) it->data[k] = it->row[k] + it->at[inner] * it->stride[k];
    it->index = it->done;
    it->done += it->count;
    return true;
}

/* ---- flatiter */
cx_status cx_flatiter_begin(cx_flatiter *it, const cx_array *a)
{
    static const char where[] = "flatiter_begin";
    if (it == NULL) return cx__fail(CX_E_NULL, where, "it is NULL");
    it->size = 0;
    it->index = -1;
    CX__TRY(reachable(where, "a", a, false));
    it->ndim = a->ndim;
    for (int d = 0; d < a->ndim; d++) {
        it->shape[d] = a->shape[d];
        it->step[d] = a->strides[d];
        it->at[d] = 0;
    }
    it->data = it->first = it->base = a->data;
    it->size = a->size;
    return CX_OK;
}

bool cx_flatiter_next(cx_flatiter *it)
{
    if (it->index + 1 >= it->size) {
        it->index = it->size;
        return false;
    }
    if (++it->index == 0) return true;
    for (int d = it->ndim - 1; d >= 0; d--) {
        it->base += it->step[d];
        if (++it->at[d] < it->shape[d]) break;
        it->base -= it->step[d] * it->shape[d];
        it->at[d] = 0;
    }
    it->data = it->base;
    return true;
}

cx_status cx_flatiter_seek(cx_flatiter *it, int64_t i)
{
    static const char where[] = "flatiter_seek";
    if (it == NULL) return cx__fail(CX_E_NULL, where, "it is NULL");
    if (i < -it->size || i >= it->size)
        return cx__fail(CX_E_INDEX, where, "index %" PRId64 " of %" PRId64 " elements", i,
                        it->size);
    it->index = i < 0 ? i + it->size : i;
    it->base = it->first;
    int64_t left = it->index;
    for (int d = it->ndim - 1; d >= 0; d--) {
        it->at[d] = left % it->shape[d];
        left /= it->shape[d];
        it->base += it->at[d] * it->step[d];
    }
    it->data = it->base;
    return CX_OK;
}

/* ---- ndindex */
void cx_ndindex_begin(cx_ndindex *it, cx_shape shape)
{
    it->index = -1;
    it->ndim = 0;
    it->size = 0;
    if (shape.ndim < 0 || shape.ndim > CX_MAX_NDIM || (shape.ndim > 0 && shape.dim == NULL)) return;
    int64_t size = 1;
    for (int d = 0; d < shape.ndim; d++)
        if (shape.dim[d] < 0 || !cx__mul_i64(size, shape.dim[d], &size)) return;
    for (int d = 0; d < shape.ndim; d++) {
        it->shape[d] = shape.dim[d];
        it->at[d] = 0;
    }
    it->ndim = shape.ndim;
    it->size = size;
}

bool cx_ndindex_next(cx_ndindex *it)
{
    if (it->index + 1 >= it->size) {
        it->index = it->size;
        return false;
    }
    if (++it->index == 0) return true;
    for (int d = it->ndim - 1; d >= 0; d--) {
        if (++it->at[d] < it->shape[d]) break;
        it->at[d] = 0;
    }
    return true;
}
