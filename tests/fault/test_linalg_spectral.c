/* Every allocation of the spectral decompositions that all threads share failing in turn, once and
 * from then on. A run that reports success must have made the same numbers as the first. */
#include "device.h"
#include "fault.h"
#include <criterion/criterion.h>

TestSuite(fault_linalg_spectral, .init = fault_install, .timeout = 300);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_linalg_spectral, name, __VA_ARGS__)

enum { LARGE = 260 };

static cx_array *symmetric(cx_dtype t)
{
    static double v[LARGE * LARGE];
    for (int i = 0; i < LARGE; i++)
        for (int j = 0; j < LARGE; j++) v[i * LARGE + j] = (i * j + 3 * (i + j)) % 31 - 15;
    return cx_astype(test_copy_host(v, CX_SHAPE(LARGE, LARGE), CX_F64), t);
}

SCENARIO(eigh, {
    const cx_eigh f = cx_linalg_eigh(symmetric(CX_C64), NULL);
    fault_add(f.w);
    fault_add(f.v);
})

SCENARIO(svd, {
    const cx_svd f = cx_linalg_svd(symmetric(CX_F32), NULL);
    fault_add(f.u);
    fault_add(f.s);
    fault_add(f.vh);
})
