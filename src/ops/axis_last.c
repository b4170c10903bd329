/* Moving an axis last and back by copies. Knows no operation. */
#include "ops/axis_last.h"

/* Axis from goes to place to; the others keep their order. */
static cx_status moved(const char *where, const cx_array *a, int from, int to, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    for (int d = 0, s = 0; d < a->ndim; d++) {
        if (d == to) {
            shape[d] = a->shape[from];
            strides[d] = a->strides[from];
            continue;
        }
        if (s == from) s++;
        shape[d] = a->shape[s];
        strides[d] = a->strides[s++];
    }
    return cx__array_view(where, a, a->ndim, shape, strides, a->data, (cx_dtype)a->dtype, out);
}

cx_status cx__axis_last(const char *where, const cx_array *a, int axis, bool fresh, cx_array **out)
{
    cx_array *view = NULL;
    CX__TRY(moved(where, a, axis, a->ndim - 1, &view));
    cx_status st;
    if (fresh) {
        st =
            cx__array_new(where, view->ndim, view->shape, (cx_dtype)view->dtype, view->device, out);
        if (st == CX_OK && view->dict != NULL) cx__array_set_dict(*out, view->dict);
        if (st == CX_OK) st = cx__array_copy(where, view, *out);
        if (st != CX_OK) {
            cx__release(*out);
            *out = NULL;
        }
    } else {
        st = cx__array_contiguous(where, view, CX_DTYPE_NONE, out);
    }
    cx__release(view);
    return st;
}

cx_status cx__axis_back(const char *where, const cx_array *rows, int axis, cx_array **out)
{
    cx_array *view = NULL;
    CX__TRY(moved(where, rows, rows->ndim - 1, axis, &view));
    const cx_status st = cx__array_contiguous(where, view, CX_DTYPE_NONE, out);
    cx__release(view);
    return st;
}
