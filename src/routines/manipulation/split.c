/* Parts of a whole along one axis: views, handed to the scope around one by one. Commands, so the
 * scope around is never marked. */
#include "routines/manipulation/parts.h"
#include <inttypes.h>

/* What every function here checks first. */
static cx_status begin(const char *where, const cx_array *a, int axis, cx_array **out, int *k)
{
    CX__TRY(cx__need_array(where, "a", a));
    CX__TRY(cx__axis(where, axis, cx_ndim(a), k));
    if (out == NULL) return cx__fail(CX_E_NULL, where, "out is NULL");
    if (cx__scope_depth() == 0)
        return cx__fail(CX_E_SCOPE, where, "no scope is open on this thread");
    return CX_OK;
}

static cx_status even(const char *where, const cx_array *a, int n, int axis, bool equal,
                      cx_array **out)
{
    int k;
    CX__TRY(begin(where, a, axis, out, &k));
    if (n < 1) return cx__fail(CX_E_ARGUMENT, where, "%d parts", n);
    const int64_t size = cx_dim(a, k), each = size / n, longer = size % n;
    if (equal && longer != 0)
        return cx__fail(CX_E_SHAPE, where,
                        "axis %d of size %" PRId64 " is not divided into %d equal parts", k, size,
                        n);
    const cx_scope s = cx_scope_open();
    int64_t at = 0;
    for (int i = 0; i < n && cx_ok(); i++) {
        const int64_t stop = at + each + (i < longer);
        out[i] = cx_scope_keep(s, cx_slice(a, k, at, stop, 1));
        at = stop;
    }
    return cx__give_status(s, CX_OK);
}

cx_status cx_array_split_into(const cx_array *a, int n, int axis, cx_array **out)
{
    return even("array_split", a, n, axis, false, out);
}

cx_status cx_split_at_into(const cx_array *a, cx_shape at, int axis, cx_array **out)
{
    static const char where[] = "split_at";
    int k;
    CX__TRY(begin(where, a, axis, out, &k));
    if (at.ndim < 0 || (at.ndim > 0 && at.dim == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d positions", at.ndim);
    const cx_scope s = cx_scope_open();
    for (int i = 0; i <= at.ndim && cx_ok(); i++)
        out[i] = cx_scope_keep(
            s, cx_slice(a, k, i == 0 ? 0 : at.dim[i - 1], i == at.ndim ? CX_END : at.dim[i], 1));
    return cx__give_status(s, CX_OK);
}

static cx_status dimensions(const char *where, const cx_array *a, int least)
{
    CX__TRY(cx__need_array(where, "a", a));
    if (cx_ndim(a) < least)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, at least %d are needed",
                        cx_ndim(a), least);
    return CX_OK;
}
cx_status cx_hsplit_into(const cx_array *a, int n, cx_array **out)
{
    CX__TRY(dimensions("hsplit", a, 1));
    return even("hsplit", a, n, cx_ndim(a) > 1 ? 1 : 0, true, out);
}
cx_status cx_vsplit_into(const cx_array *a, int n, cx_array **out)
{
    CX__TRY(dimensions("vsplit", a, 2));
    return even("vsplit", a, n, 0, true, out);
}
cx_status cx_dsplit_into(const cx_array *a, int n, cx_array **out)
{
    CX__TRY(dimensions("dsplit", a, 3));
    return even("dsplit", a, n, 2, true, out);
}

cx_status cx_unstack_into(const cx_array *a, int axis, cx_array **out)
{
    static const char where[] = "unstack";
    int k;
    CX__TRY(dimensions(where, a, 1));
    CX__TRY(begin(where, a, axis, out, &k));
    const cx_scope s = cx_scope_open();
    for (int64_t i = 0; i < cx_dim(a, k) && cx_ok(); i++)
        out[i] = cx_scope_keep(s, cx_select(a, k, i));
    return cx__give_status(s, CX_OK);
}
