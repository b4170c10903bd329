/* Lists of lists of numbers: see the header. */
#include "learn/numeric/matrix_param.h"

#include "base/object.h"

static bool is_list(const cx__lit *v)
{
    return v->kind == CX__LIT_LIST || v->kind == CX__LIT_TUPLE;
}

static cx_status row_of(const cx_estimator *self, const char *name, const cx__lit *row, int n,
                        double *out)
{
    if (!is_list(row) || row->count != n)
        return cx__fail(CX_E_SHAPE, "fit", "%s: %s must be a list of lists of equal length",
                        self->cls->name, name);
    for (int j = 0; j < n; j++)
        if (!cx__lit_number(&row->u.items[j], &out[j]))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: %s holds something that is no number",
                            self->cls->name, name);
    return CX_OK;
}

cx_status cx__param_matrix(const cx_estimator *self, const char *name, int64_t rows, int64_t cols,
                           cx_array **out)
{
    const cx__lit *const v = cx__param(self, name);
    const int m = is_list(v) ? v->count : 0,
              n = m > 0 && is_list(v->u.items) ? v->u.items->count : 0;
    if (m == 0 || n == 0 || (rows >= 0 && m != rows) || (cols >= 0 && n != cols))
        return cx__fail(CX_E_SHAPE, "fit", "%s: %s is %d x %d, it must be %lld x %lld (-1: any)",
                        self->cls->name, name, m, n, (long long)rows, (long long)cols);
    *out = cx_empty(CX_SHAPE(m, n), CX_F64, CX_CPU);
    double *const at = cx_data_f64_mut(*out);
    CX__TRY(cx__so_far());
    for (int i = 0; i < m; i++) CX__TRY(row_of(self, name, &v->u.items[i], n, at + (int64_t)i * n));
    return CX_OK;
}
