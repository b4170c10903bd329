/* Exact trees see x as float32: what lies beyond it is refused, in a fit, in batches on any device
 * and in the rows of sessions. */
#include "learn/tree/single.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/dtype.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

/* The first of count numbers that is finite but not in float32, -1: there is none. */
static int64_t beyond(const double *x, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (fabs(x[i]) >= 0x1.ffffffp127) return i; /* float32 rounds to infinity from here on */
    return -1;
}

cx_status cx__single_fits(const cx_estimator_class *cls, const char *where, const double *x,
                          int64_t n, int64_t d)
{
    const int64_t i = beyond(x, n * d);
    if (i < 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where,
                    "%s: x[%lld, %lld] = %g is beyond float32, in which trees see x", cls->name,
                    (long long)(i / d), (long long)(i % d), x[i]);
}

cx_status cx__single_batch(const cx_estimator_class *cls, const char *where, const cx_array *x)
{
    if (cx_dtype_of(x) == CX_F32) return CX_OK;
    if (cx__on_host(x)) {
        const double *const at = cx__at(cx__as(where, x, CX_F64));
        CX__TRY(cx__so_far());
        return cx__single_fits(cls, where, at, cx_dim(x, 0), cx_dim(x, 1));
    }
    /* there the bound shows in a copy */
    if (cx__number_i64(cx_any(cx_isinf(cx_astype(x, CX_F32)), CX_ALL)) != 0)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s: x holds numbers beyond float32, in which trees "
                        "see x",
                        cls->name);
    return cx__so_far();
}

cx_status cx__single_rows(const cx_plan *p, const cx_estimator_class *cls, const double *x,
                          int64_t rows)
{
    if (!((const cx__plan_owner *)p->memory_)->keep) return CX_OK;
    return cx__single_fits(cls, "session_run", x, rows, p->cols_in);
}
