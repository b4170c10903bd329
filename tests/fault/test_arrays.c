/* Every allocation of ordinary array work failing in turn, once and from then on. */
#include "fault.h"
#include <criterion/criterion.h>

static cx_status array_work(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    const double values[12] = {3, 1, 2, 9, 8, 7, 4, 5, 6, 0, 11, 10};
    cx_array *a = cx_copy_host(values, CX_SHAPE(3, 4), CX_F64);
    cx_array *b = cx_add(cx_mul(a, cx_float(2)), cx_transpose(cx_reshape(a, CX_SHAPE(4, 3))));
    cx_array *c = cx_concatenate(CX_ARRAYS(a, b), 0);
    cx_array *d = cx_astype(cx_index(c, "::2, ::-1"), CX_F32);
    (void)cx_mean(d, CX_AXIS(0));
    (void)cx_sort(cx_ravel(c), 0);
    (void)cx_stack(CX_ARRAYS(a, b), 1);
    (void)cx_reshape(cx_zeros(CX_SHAPE(2, 3, 4, 5, 2), CX_I32, CX_CPU), CX_SHAPE(3, 2, 4, 5, 2));
    const double total = cx_item_f64(cx_sum(cx_clip(b, cx_float(1), cx_float(20)), CX_ALL));
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK) cr_assert_gt(total, 0.0);
    return st;
}

Test(fault, arrays_once, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("arrays", FAULT_ONCE, array_work, NULL), 10);
}

Test(fault, arrays_from_then_on, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("arrays", FAULT_FROM_THEN_ON, array_work, NULL), 10);
}

/* many handles in one scope: the list of owned handles grows while allocations fail */
static cx_status many_handles(void *ctx)
{
    (void)ctx;
    const cx_scope s = cx_scope_open();
    cx_array *a = cx_ones(CX_SHAPE(4), CX_F64, CX_CPU);
    for (int i = 0; i < 150 && cx_ok(); i++) a = cx_add(a, a);
    return cx_scope_close(s);
}

Test(fault, many_handles_from_then_on, .timeout = 60)
{
    fault_install();
    cr_assert_gt(fault_loop("many handles", FAULT_FROM_THEN_ON, many_handles, NULL), 100);
}
