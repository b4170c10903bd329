/* Outputs of operations that are not elementwise: checked once, computed into directly where the
 * layout allows it. Knows no operation. */
#include "ops/output.h"
#include "core/shape.h"
#include <calx/device.h>
#include <string.h>

cx_status cx__output_begin(const char *where, int ndim, const int64_t *shape, cx_dtype t,
                           cx_device d, int n, const cx_array *const in[], cx_array *out,
                           cx_array **work)
{
    *work = NULL;
    if (out == NULL) return cx__array_new(where, ndim, shape, t, d, work);
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__array_need_out(where, "out", out));
    if (!cx_device_equal(out->device, d)) {
        char names[2][16];
        return cx__fail(CX_E_DEVICE, where, "out is on %s, the inputs are on %s",
                        cx_device_name(out->device, names[0]), cx_device_name(d, names[1]));
    }
    if (out->ndim != ndim || memcmp(out->shape, shape, (size_t)ndim * sizeof *shape) != 0)
        return cx__fail(CX_E_SHAPE, where, "out has shape %s, the result has %s",
                        cx__shape_text(out->ndim, out->shape, text[0]),
                        cx__shape_text(ndim, shape, text[1]));
    if (!cx_can_cast(t, (cx_dtype)out->dtype, CX_CASTING_SAME_KIND))
        return cx__fail(CX_E_DTYPE, where,
                        "out is %s, to which the result's %s does not cast (same_kind)",
                        cx_dtype_name((cx_dtype)out->dtype), cx_dtype_name(t));
    for (int i = 0; i < n; i++)
        if (cx__is_array(in[i]) && cx_may_share_memory(in[i], out))
            return cx__fail(CX_E_OVERLAP, where, "out shares memory with argument %d", i + 1);
    if (out->dtype == t && (out->flags & CX__F_CONTIGUOUS)) {
        *work = cx__retain(out);
        return CX_OK;
    }
    return cx__array_new(where, ndim, shape, t, d, work);
}

cx_status cx__output_end(const char *where, cx_status st, cx_array *work, cx_array *out,
                         cx_array **made)
{
    if (st == CX_OK && out == NULL) {
        *made = work;
        return CX_OK;
    }
    if (st == CX_OK && work != out) st = cx__array_copy(where, work, out);
    cx__release(work);
    return st;
}

cx_status cx__same_device(const char *where, const cx_array *a, const cx_array *b)
{
    if (!cx__is_array(a) || !cx__is_array(b) || cx_device_equal(a->device, b->device)) return CX_OK;
    char names[2][16];
    return cx__fail(CX_E_DEVICE, where, "a is on %s, b on %s; move one with cx_to",
                    cx_device_name(a->device, names[0]), cx_device_name(b->device, names[1]));
}
