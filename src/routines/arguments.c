/* Checks of routines' arguments, and the end of their _into forms. Knows handles and shapes only.
 */
#include "routines/arguments.h"
#include <calx/device.h>

cx_status cx__need_operand(const char *where, const char *argument, const cx_array *a)
{
    return cx__is_weak(a) ? CX_OK : cx__check(where, argument, a, CX__KIND_ARRAY);
}

cx_status cx__need_array(const char *where, const char *argument, const cx_array *a)
{
    if (cx__is_weak(a))
        return cx__fail(CX_E_ARGUMENT, where, "%s is a weak scalar; an array is needed", argument);
    return cx__check(where, argument, a, CX__KIND_ARRAY);
}

cx_status cx__need_together(const char *where, const char *name_a, const cx_array *a,
                            const char *name_b, const cx_array *b)
{
    if (cx__is_weak(a) || cx__is_weak(b) || cx_device_equal(cx_device_of(a), cx_device_of(b)))
        return CX_OK;
    char text[2][16];
    return cx__fail(CX_E_DEVICE, where, "%s is on %s and %s on %s", name_a,
                    cx_device_name(cx_device_of(a), text[0]), name_b,
                    cx_device_name(cx_device_of(b), text[1]));
}

const cx_array *cx__strong(const cx_array *a, const cx_array *like)
{
    if (!cx__is_weak(a)) return a;
    return cx_full(CX_SHAPE(), a, cx_dtype_of(a), cx_device_of(like));
}

cx_status cx__deliver(const char *where, cx_arrays operands, const cx_array *r, cx_array *out)
{
    const cx_shape want = cx_shape_of(r), have = cx_shape_of(out);
    bool same = want.ndim == have.ndim;
    for (int d = 0; same && d < want.ndim; d++) same = want.dim[d] == have.dim[d];
    char text[2][CX__SHAPE_TEXT];
    if (!same)
        return cx__fail(CX_E_SHAPE, where, "out has shape %s, the result %s",
                        cx__words_of_shape(out, text[0]), cx__words_of_shape(r, text[1]));
    for (int i = 0; i < operands.count; i++)
        if (cx_may_share_memory(operands.at[i], out))
            return cx__fail(CX_E_OVERLAP, where, "out shares memory with operand %d", i);
    if (!cx_can_cast(cx_dtype_of(r), cx_dtype_of(out), CX_CASTING_SAME_KIND))
        return cx__fail(CX_E_DTYPE, where, "out is %s, the result %s",
                        cx_dtype_name(cx_dtype_of(out)), cx_dtype_name(cx_dtype_of(r)));
    return cx_copy_into(r, out);
}
