/* Elementwise operations of masked arrays: one function for every row of a table. The operation
 * runs on all data; masks are joined, and where the row has a domain the mask grows by what is
 * outside it and by what did not come out finite. */
#include "routines/ma/masked.h"
#include <float.h>

typedef cx_array *(*unary)(const cx_array *);
typedef cx_array *(*binary)(const cx_array *, const cx_array *);
enum { BINARY = 1000 }; /* where codes of two inputs begin */

static const unary unaries[] = {
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) [CX_UN_##NAME] = cx_##name,
#include <calx/unary_ops.def>
#undef CX_UNARY
};
static const binary binaries[] = {
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) [CX_BI_##NAME - BINARY] = cx_##name,
#include <calx/binary_ops.def>
#undef CX_BINARY
};

static const cx_array *or_mask(const cx_array *m, const cx_array *more)
{
    return m == NULL ? more : more == NULL ? m : cx_logical_or(m, more);
}

/* ---- one operand */
static const cx_array *below(const cx_array *x, double limit)
{
    return cx_less(x, cx_float(limit));
}
static const cx_array *beyond(const cx_array *x, double limit)
{
    return cx_logical_or(cx_greater(x, cx_float(limit)), cx_less(x, cx_float(-limit)));
}
/* Where the operation is undefined; NULL: nowhere. The limits are numpy.ma's. */
static const cx_array *outside(cx_map_op op, const cx_array *x)
{
    if (op == CX_UN_SQRT) return below(x, 0);
    if (op == CX_UN_LOG || op == CX_UN_LOG2 || op == CX_UN_LOG10)
        return cx_less_equal(x, cx_float(0));
    if (op == CX_UN_TAN) return below(cx_abs(cx_cos(x)), 1e-35);
    if (op == CX_UN_ARCSIN || op == CX_UN_ARCCOS) return beyond(x, 1);
    if (op == CX_UN_ARCCOSH) return below(x, 1);
    if (op == CX_UN_ARCTANH) return beyond(x, 1 - 1e-15);
    return NULL;
}

static cx_status map1(cx_map_op op, cx_masked a, cx_masked *out)
{
    static const char where[] = "ma_unary";
    const size_t count = sizeof unaries / sizeof unaries[0];
    CX__TRY(cx__ma_check(where, "a", a));
    if ((size_t)op >= count || unaries[op] == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d is no operation of one input", (int)op);
    const cx_array *const r = unaries[op](a.data);
    CX__TRY(cx__so_far());
    const cx_array *const undefined = outside(op, a.data);
    const cx_array *m = a.mask == NULL ? NULL : cx_copy(a.mask);
    if (undefined != NULL) m = or_mask(or_mask(undefined, cx_logical_not(cx_isfinite(r))), a.mask);
    *out = (cx_masked){r, m, cx__ma_share(a.fill_value)};
    return cx__so_far();
}
cx_masked cx_ma_unary(cx_map_op op, cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = map1(op, a, &r);
    return cx__ma_give(s, st, "ma_unary", r);
}

/* ---- two operands */
static bool divides(cx_map_op op)
{
    return op == CX_BI_DIV || op == CX_BI_FLOOR_DIVIDE || op == CX_BI_REMAINDER || op == CX_BI_FMOD;
}
/* |a| * smallest normal number >= |b|: a quotient that no float64 holds. */
static cx_status too_small(const char *where, const cx_array *a, const cx_array *b, cx_device d,
                           const cx_array **out)
{
    const cx_array *x, *y;
    CX__TRY(cx__any_array(where, "a", a, d, &x));
    CX__TRY(cx__any_array(where, "b", b, d, &y));
    const cx_array *const least = cx_full(CX_SHAPE(), cx_float(DBL_MIN), CX_F64, d);
    *out = cx_greater_equal(cx_mul(cx_abs(x), least), cx_abs(y));
    return cx_status_of(*out);
}

/* A mask of r's shape that is nobody else's. */
static const cx_array *whole_mask(const cx_array *m, const cx_array *r, bool shared)
{
    bool same = cx_ndim(m) == cx_ndim(r);
    for (int d = 0; same && d < cx_ndim(r); d++) same = cx_dim(m, d) == cx_dim(r, d);
    return same && !shared ? m : cx_copy(cx_broadcast_to(m, cx_shape_of(r)));
}

static cx_status map2(cx_map_op op, cx_masked a, cx_masked b, cx_masked *out)
{
    static const char where[] = "ma_binary";
    const size_t count = sizeof binaries / sizeof binaries[0];
    CX__TRY(cx__ma_check_any(where, "a", a));
    CX__TRY(cx__ma_check_any(where, "b", b));
    const int k = (int)op - BINARY;
    if (k < 0 || (size_t)k >= count || binaries[k] == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d is no operation of two inputs", (int)op);
    const cx_array *const r = binaries[k](a.data, b.data);
    CX__TRY(cx__so_far());
    const cx_device d = cx_device_of(r);
    const cx_array *m = or_mask(a.mask, b.mask);
    if (divides(op)) {
        const cx_array *undefined = NULL;
        CX__TRY(too_small(where, a.data, b.data, d, &undefined));
        m = or_mask(m, undefined);
    }
    if (divides(op) || op == CX_BI_POWER) m = or_mask(m, cx_logical_not(cx_isfinite(r)));
    if (m != NULL) m = whole_mask(m, r, m == a.mask || m == b.mask);
    *out = (cx_masked){r, m, cx__ma_share(a.fill_value != NULL ? a.fill_value : b.fill_value)};
    return cx__so_far();
}
cx_masked cx_ma_binary(cx_map_op op, cx_masked a, cx_masked b)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = map2(op, a, b, &r);
    return cx__ma_give(s, st, "ma_binary", r);
}
