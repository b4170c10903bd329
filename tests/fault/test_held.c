/* device: each, link: static
 * Every allocation of making a held formula failing in turn: the function fails with NOMEM, nothing
 * is left, and the next call makes it. */
#include "base/object.h"
#include "device.h"
#include "fault.h"
#include "ops/primitives.h"
#include <criterion/criterion.h>

TestSuite(fault_held, .init = fault_install, .timeout = 120);

FAULT_SCENARIO(fault_held, first_run, {
    cx__held h = CX__HELD("x, y: d = x - y; exp(-d * d) / 2, sum(d), d > 0");
    const double v[6] = {1, 2, 3, 4, 5, 6};
    const cx_array *const x = test_copy_host(v, CX_SHAPE(2, 3), CX_F64);
    for (int i = 0; i < 2; i++) {
        const cx_tuple t = cx__held_all("held", &h, CX_ARRAYS(x, cx_float(2)));
        for (int k = 0; k < t.count; k++) fault_add(t.at[k]);
    }
    cx_program_release(atomic_load(&h.program));
})
