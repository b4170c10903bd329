/* Rows onto directions and back: see the header. Knows matrices, no algorithm. */
#include "learn/decomposition/projection.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include <calx/linalg.h>
#include <calx/ops.h>

cx_status cx__projection_plan(const cx_estimator *self, const cx_array *rows, const cx_array *mean,
                              const cx_array *divisor, cx_plan *p)
{
    (void)self;
    cx_learn_scores *const m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    const cx_array *const w = cx__padded_transpose(cx__plan_site(p), rows);
    CX__TRY(cx__so_far());
    *m = (cx_learn_scores){.score = CX_LEARN_LINEAR,
                           .end = divisor ? CX_LEARN_DIVIDED : CX_LEARN_SCORES,
                           .d = p->cols_in,
                           .k = cx_dim(rows, 0),
                           .ld = cx_dim(w, 1)};
    p->state = m;
    p->cols_out = m->k;
    if (divisor) CX__TRY(cx__plan_f64(p, divisor, &m->divisor));
    if (mean) CX__TRY(cx__plan_f64(p, mean, &m->shift));
    return cx__plan_f64(p, w, &m->w);
}

cx_array *cx__projection_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

cx_array *cx__projection_back(const cx_estimator *self, const cx_array *x, const cx_array *mul,
                              const cx_array *rows, const cx_array *mean)
{
    const int64_t k = cx_dim(rows, 0);
    if (!cx_ok()) return cx__nil(cx__so_far());
    if (cx_dim(x, 1) != k) {
        (void)cx_check(cx__fail(CX_E_SHAPE, "inverse_transform",
                                "%s: x has %lld columns, the model has %lld components",
                                self->cls->name, (long long)cx_dim(x, 1), (long long)k));
        return NULL;
    }
    const cx_array *in = cx_astype(x, CX_F64);
    if (mul) in = cx_mul(in, mul);
    cx_array *out = cx_matmul(in, rows);
    if (mean) out = cx_add(out, mean);
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

cx_array *cx__projection_names(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, 0), 0));
}
