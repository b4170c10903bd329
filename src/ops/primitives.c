/* The door for estimators, formats and scientific modules: arrays as plain memory of a dtype, views
 * for backend groups. */
#include "ops/primitives.h"
#include "core/array.h"
#include "core/device.h"
#include "core/promote.h"

cx_array *cx__as(const char *where, const cx_array *a, cx_dtype t)
{
    cx_array *own = NULL, *out = NULL;
    cx_status st = cx__array_own(where, "an array", a, &own);
    if (st == CX_OK && own->dtype == CX_CAT && t != CX_CAT)
        st = cx__fail(CX_E_DTYPE, where, "categories are not numbers; cx_codes gives the codes");
    if (st == CX_OK && own->dtype == t && (own->flags & CX__F_CONTIGUOUS))
        st = cx__array_view(where, own, own->ndim, own->shape, own->strides, own->data, t, &out);
    else if (st == CX_OK)
        st = cx__array_contiguous(where, own, t, &out);
    cx__release(own);
    return cx__yield(st, where, out);
}

cx_status cx__common_dtype(const char *where, cx_arrays operands, cx_dtype *out)
{
    return cx__result_type(where, operands.count, operands.at, out);
}

cx_status cx__view_of(const char *where, const cx_array *a, cx_view *out)
{
    CX__TRY(cx__array_need(where, "an array", a));
    if (a->ndim > CX_KERNEL_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; at most %d are possible here", a->ndim,
                        CX_KERNEL_NDIM);
    if (a->buffer->uses != NULL) { /* whatever is done with the view comes after other work */
        cx__device *d;
        cx_queue *q;
        CX__TRY(cx__device_get(where, a->device, &d));
        CX__TRY(cx__queue_for(where, d, 1, 1, &a, &q));
    }
    cx__array_to_view(a, out);
    return CX_OK;
}

cx_status cx__backend_at(const char *where, cx_device device, const cx_backend_ops **ops,
                         cx_queue **queue)
{
    cx__device *d;
    CX__TRY(cx__device_get(where, device, &d));
    *ops = d->ops;
    return cx__queue_for(where, d, 0, 0, NULL, queue);
}

cx_status cx__work_wait(const char *where, cx_device device)
{
    cx__device *d;
    CX__TRY(cx__device_get(where, device, &d));
    return cx__device_settle(where, d);
}

cx_status cx__work_on(const char *where, int n_out, int n, const cx_array *const arrays[],
                      const cx_backend_ops **ops, cx_queue **queue)
{
    cx__device *d;
    for (int i = 0; i < n; i++) CX__TRY(cx__array_need(where, "an array", arrays[i]));
    for (int i = 1; i < n; i++) {
        char text[2][16];
        if (!cx_device_equal(arrays[i]->device, arrays[0]->device))
            return cx__fail(CX_E_DEVICE, where, "arrays are on %s and %s",
                            cx_device_name(arrays[0]->device, text[0]),
                            cx_device_name(arrays[i]->device, text[1]));
    }
    CX__TRY(cx__device_get(where, arrays[0]->device, &d));
    *ops = d->ops;
    return cx__queue_for(where, d, n_out, n, arrays, queue);
}

cx_status cx__work_done(const cx_array *a, cx_status st)
{
    cx__device *d;
    return a->device.kind == CX_DEVICE_CPU || cx__device_get("work", a->device, &d) != CX_OK
               ? st
               : cx__queue_done(d, st);
}

cx_status cx__backend_of(const char *where, const cx_array *a, const cx_backend_ops **ops,
                         cx_queue **queue)
{
    return cx__work_on(where, 1, 1, &a, ops, queue);
}

/* ---- control data */
cx_status cx__control_read(const char *where, const cx_array *a, void *to)
{
    CX__TRY(cx__array_need(where, "an array", a));
    return cx__array_control(where, a, to, NULL);
}

cx_status cx__control_write(const char *where, cx_array *a, const void *from)
{
    CX__TRY(cx__array_need_out(where, "an array", a));
    return cx__array_control(where, a, NULL, from);
}

cx_array *cx__as_categories(const char *where, const cx_array *codes, const cx_array *like)
{
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "codes", codes);
    if (st == CX_OK) st = cx__array_need(where, "categories", like);
    if (st == CX_OK && (codes->dtype != CX_I32 || like->dict == NULL))
        st = cx__fail(CX_E_DTYPE, where, "codes are int32 and belong to categories");
    if (st == CX_OK)
        st = cx__array_view(where, codes, codes->ndim, codes->shape, codes->strides, codes->data,
                            CX_CAT, &out);
    if (st == CX_OK) cx__array_set_dict(out, like->dict);
    return cx__yield(st, where, out);
}
