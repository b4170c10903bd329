/* The same row for every row that is asked: what the dummies predict. Batches are one broadcast
 * where the state lives; a session copies the row from its plan. */
#include "learn/dummy/constant.h"

#include "learn/base/plan.h"
#include <calx/manipulate.h>
#include <string.h>

typedef struct constant {
    const double *row;
    int64_t k;
} constant;

cx_status cx__constant_plan(cx_plan *p, const cx_array *row)
{
    constant *const c = cx_plan_alloc(p, sizeof *c);
    if (!c) return CX_E_NOMEM;
    c->k = cx_size(row);
    p->state = c;
    p->cols_out = c->k;
    return cx__plan_f64(p, row, &c->row);
}

cx_status cx__constant_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    (void)x;
    const constant *const c = p->state;
    for (int64_t i = 0; i < rows; i++) memcpy(out + i * c->k, c->row, (size_t)c->k * sizeof *out);
    return CX_OK;
}

cx_array *cx__constant_rows(const cx_array *row, int64_t n)
{
    const cx_array *const all = cx_ndim(row) == 0
                                    ? cx_broadcast_to(row, CX_SHAPE(n))
                                    : cx_broadcast_to(row, CX_SHAPE(n, cx_dim(row, 0)));
    return cx_copy(all);
}
