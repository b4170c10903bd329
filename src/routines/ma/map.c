/* Elementwise operations of masked arrays: one function for every row of a table. The operation
 * runs on all data; masks are joined, and where the row has a domain the mask grows by what is
 * outside it and by what did not come out finite. */
#include "ops/primitives.h"
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
/* Where the operation is undefined, or its result r not finite; none: everywhere defined. The
 * limits are numpy.ma's. */
#define OUTSIDE(condition) CX__HELD("x, r: " condition " or not isfinite(r)")
static cx__held outside[sizeof unaries / sizeof unaries[0]] = {
    [CX_UN_SQRT] = OUTSIDE("x < 0.0"),
    [CX_UN_LOG] = OUTSIDE("x <= 0.0"),
    [CX_UN_LOG2] = OUTSIDE("x <= 0.0"),
    [CX_UN_LOG10] = OUTSIDE("x <= 0.0"),
    [CX_UN_TAN] = OUTSIDE("abs(cos(x)) < 1e-35"),
    [CX_UN_ARCSIN] = OUTSIDE("x > 1.0 or x < -1.0"),
    [CX_UN_ARCCOS] = OUTSIDE("x > 1.0 or x < -1.0"),
    [CX_UN_ARCCOSH] = OUTSIDE("x < 1.0"),
    [CX_UN_ARCTANH] = OUTSIDE("x > 1 - 1e-15 or x < -(1 - 1e-15)"),
};

static cx_status map1(cx_map_op op, cx_masked a, cx_masked *out)
{
    static const char where[] = "ma_unary";
    const size_t count = sizeof unaries / sizeof unaries[0];
    CX__TRY(cx__ma_check(where, "a", a));
    if ((size_t)op >= count || unaries[op] == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d is no operation of one input", (int)op);
    const cx_array *const r = unaries[op](a.data);
    CX__TRY(cx__so_far());
    const cx_array *m;
    if (outside[op].source != NULL)
        m = or_mask(cx__held_run(where, &outside[op], CX_ARRAYS(a.data, r)), a.mask);
    else
        m = a.mask == NULL ? NULL : cx_copy(a.mask);
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
/* |a| * smallest normal number >= |b|, a quotient that no float64 holds, or r is not finite. */
static cx_status too_small(const char *where, const cx_array *a, const cx_array *b,
                           const cx_array *r, const cx_array **out)
{
    static cx__held small = CX__HELD("a, b, least, r: abs(a) * least >= abs(b) or not isfinite(r)");
    const cx_device d = cx_device_of(r);
    const cx_array *x, *y;
    CX__TRY(cx__any_array(where, "a", a, d, &x));
    CX__TRY(cx__any_array(where, "b", b, d, &y));
    const cx_array *const least = cx_full(CX_SHAPE(), cx_float(DBL_MIN), CX_F64, d);
    *out = cx__held_run(where, &small, CX_ARRAYS(x, y, least, r));
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
    static cx__held wild = CX__HELD("r: not isfinite(r)");
    const cx_array *undefined = NULL;
    if (divides(op)) CX__TRY(too_small(where, a.data, b.data, r, &undefined));
    if (op == CX_BI_POWER) undefined = cx__held_run(where, &wild, CX_ARRAYS(r));
    const cx_array *m = or_mask(or_mask(a.mask, b.mask), undefined);
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
