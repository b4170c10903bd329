/* Metrics that a user tells by a formula of two rows: a user's kernel of which no value is NaN. */
#include "learn/base/estimator.h"
#include "learn/metrics/pairwise.h"
#include "learn/metrics/user_kernel.h"
#include "ops/primitives.h"
#include <string.h>

cx_status cx__metric_formula(const char *where, const char *text, const cx__metric **out)
{
    const size_t len = strlen(text);
    cx__metric *const m = cx__scope_room(sizeof *m);
    char *const name = cx__scope_string(where, len);
    CX__TRY(cx__so_far());
    memcpy(name, text, len);
    *m = (cx__metric){.name = name, .nan = CX__FINITE};
    *out = m;
    return CX_OK;
}

cx_status cx__metric_by_formula(const cx__metric *m, const cx__two *t, const cx_pairwise_opts *o,
                                cx_array **out)
{
    static cx__held missing = CX__HELD("d: any(isnan(d))");
    const cx__kernel_number p = {"p", o->p.value};
    const cx__kernel_asker a = {
        .where = t->where, .parameter = "metric", .number = &p, .numbers = o->p.set};
    cx__user_kernel *k = NULL;
    CX__TRY(cx__user_kernel_open(&a, m->name, &k));
    CX__TRY(cx__user_kernel_matrix(k, t->x, t->y, out));
    if (cx_size(*out) == 0 ||
        cx__number_i64(cx__held_run(t->where, &missing, CX_ARRAYS(*out))) == 0)
        return cx__so_far();
    return cx__fail(CX_E_ARGUMENT, t->where, "metric '%.60s' gives NaN", m->name);
}
