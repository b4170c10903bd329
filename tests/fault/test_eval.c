/* device: each
 * Every allocation of reading, typing and running formulas failing in turn, once and from then on.
 * A run that reports success must have made the same numbers as the first one. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

TestSuite(fault_eval, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_eval, name, __VA_ARGS__)

static cx_array *numbers(int64_t rows, int64_t columns, cx_dtype t)
{
    double v[24];
    for (int i = 0; i < 24; i++) v[i] = (i * 7 + 3) % 11 - 4;
    return cx_astype(test_copy_host(v, CX_SHAPE(rows, columns), CX_F64), t);
}

SCENARIO(formulas, {
    cx_array *const a = numbers(4, 6, CX_F64), *const b = numbers(1, 6, CX_F32);
    fault_add(cx_eval("a, b: exp(-(a - b)**2 / 2) + 1", a, b));
    fault_add(cx_eval("a, s: where(a > s, a, 2 * s)", a, cx_float(0.5)));
    fault_add(cx_eval("a: d = a - mean(a, axis=1, keepdims=True); sqrt(mean(d * d, axis=1))", a));
    fault_add(cx_eval("a: int32(a)**int32(abs(a))", a));
    const cx_tuple t = cx_eval_all("a, b: a + 1, b * b, sum(a)", CX_ARRAYS(a, b));
    for (int i = 0; i < t.count; i++) fault_add(t.at[i]);
    cx_array *const out = cx_zeros(CX_SHAPE(4, 6), CX_F64, test_device());
    if (cx_check(cx_eval_into("a, b: a * b - a", CX_ARRAYS(a, b), CX_OUTS(out))) == CX_OK)
        fault_add(out);
    cx_eval_cache_clear();
})

SCENARIO(programs, {
    cx_array *const a = numbers(4, 6, CX_F64);
    cx_program *const p = cx_program_new("x, y: d = x - y; d * d, sum(d, axis=0)");
    const cx_tuple t = cx_program_run_all(p, CX_ARRAYS(a, cx_int(2)));
    for (int i = 0; i < t.count; i++) fault_add(t.at[i]);
    fault_add_number(cx_program_dump(p, CX_ARRAYS(a, a))[0]);
    cx_program *const q = cx_program_new("x: x + x");
    fault_add(cx_program_run(q, CX_ARRAYS(numbers(2, 12, CX_I8))));
    if (cx_check(cx_program_run_into(q, CX_ARRAYS(a), CX_OUTS(a))) == CX_OK) fault_add(a);
})
