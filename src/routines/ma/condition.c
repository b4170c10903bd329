/* Masking by conditions: every function finds a mask of its own, masked_where joins it to the one
 * that is there. */
#include "ops/primitives.h"
#include "routines/ma/masked.h"

/* a copy of a, masked where fresh (of a's shape or 0-d, nobody else's) holds, too */
static cx_status join(cx_masked a, const cx_array *fresh, const cx_array *fill, cx_masked *out)
{
    const bool spread = cx_ndim(fresh) != cx_ndim(a.data);
    if (a.mask != NULL)
        fresh = cx_logical_or(a.mask, fresh);
    else if (spread)
        fresh = cx_copy(cx_broadcast_to(fresh, cx_shape_of(a.data)));
    *out = (cx_masked){cx_copy(a.data), fresh, fill != NULL ? fill : cx__ma_share(a.fill_value)};
    return cx__so_far();
}

static cx_status masked_where(const cx_array *condition, cx_masked a, cx_masked *out)
{
    static const char where[] = "ma_masked_where";
    const cx_array *c = NULL;
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(cx__any_array(where, "condition", condition, cx_device_of(a.data), &c));
    CX__TRY(cx__need_together(where, "condition", c, "a", a.data));
    bool same = cx_ndim(c) == cx_ndim(a.data) || cx_ndim(c) == 0;
    for (int d = 0; same && d < cx_ndim(c); d++) same = cx_dim(c, d) == cx_dim(a.data, d);
    char text[2][CX__SHAPE_TEXT];
    if (!same)
        return cx__fail(CX_E_SHAPE, where, "condition has shape %s and a %s",
                        cx__words_of_shape(c, text[0]), cx__words_of_shape(a.data, text[1]));
    return join(a, cx_astype(c, CX_BOOL), NULL, out);
}
cx_masked cx_ma_masked_where(const cx_array *condition, cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = masked_where(condition, a, &r);
    return cx__ma_give(s, st, "ma_masked_where", r);
}

/* ---- comparisons */
typedef cx_array *(*comparison)(const cx_array *, const cx_array *);

/* A number, or what broadcasts to a without changing its shape. */
static cx_status check_value(const char *where, cx_masked a, const cx_array *value)
{
    if (cx__is_weak(value)) return CX_OK;
    CX__TRY(cx__need_array(where, "value", value));
    CX__TRY(cx__need_together(where, "value", value, "a", a.data));
    const int lead = cx_ndim(a.data) - cx_ndim(value);
    bool fits = lead >= 0;
    for (int d = 0; fits && d < cx_ndim(value); d++)
        fits = cx_dim(value, d) == 1 || cx_dim(value, d) == cx_dim(a.data, d + lead);
    char text[2][CX__SHAPE_TEXT];
    if (fits) return CX_OK;
    return cx__fail(CX_E_SHAPE, where, "value of shape %s does not broadcast to a of shape %s",
                    cx__words_of_shape(value, text[0]), cx__words_of_shape(a.data, text[1]));
}
static cx_status compare(const char *where, comparison op, cx_masked a, const cx_array *value,
                         bool fills, cx_masked *out)
{
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(check_value(where, a, value));
    const bool one = cx__is_weak(value) || cx_size(value) == 1;
    return join(a, op(a.data, value), fills && one ? cx__ma_share(value) : NULL, out);
}
static cx_masked compared(const char *where, comparison op, cx_masked a, const cx_array *value,
                          bool fills)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = compare(where, op, a, value, fills, &r);
    return cx__ma_give(s, st, where, r);
}
cx_masked cx_ma_masked_equal(cx_masked a, const cx_array *value)
{
    return compared("ma_masked_equal", cx_equal, a, value, true);
}
cx_masked cx_ma_masked_not_equal(cx_masked a, const cx_array *value)
{
    return compared("ma_masked_not_equal", cx_not_equal, a, value, false);
}
cx_masked cx_ma_masked_less(cx_masked a, const cx_array *value)
{
    return compared("ma_masked_less", cx_less, a, value, false);
}
cx_masked cx_ma_masked_less_equal(cx_masked a, const cx_array *value)
{
    return compared("ma_masked_less_equal", cx_less_equal, a, value, false);
}
cx_masked cx_ma_masked_greater(cx_masked a, const cx_array *value)
{
    return compared("ma_masked_greater", cx_greater, a, value, false);
}
cx_masked cx_ma_masked_greater_equal(cx_masked a, const cx_array *value)
{
    return compared("ma_masked_greater_equal", cx_greater_equal, a, value, false);
}

/* ---- intervals */
/* Between: lo(x, v1) and hi(x, v2), or with the ends exchanged; outside: beyond both on one side.
 * So neither end need be the smaller one. */
static cx_status interval(const char *where, cx_masked a, const cx_array *v1, const cx_array *v2,
                          bool inside, cx_masked *out)
{
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(check_value(where, a, v1));
    CX__TRY(check_value(where, a, v2));
    static cx__held between = CX__HELD("x, v, w: x >= v and x <= w or x >= w and x <= v"),
                    beyond = CX__HELD("x, v, w: x > v and x > w or x < v and x < w");
    const cx_array *const found =
        cx__held_run(where, inside ? &between : &beyond, CX_ARRAYS(a.data, v1, v2));
    return join(a, found, NULL, out);
}
cx_masked cx_ma_masked_inside(cx_masked a, const cx_array *v1, const cx_array *v2)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = interval("ma_masked_inside", a, v1, v2, true, &r);
    return cx__ma_give(s, st, "ma_masked_inside", r);
}
cx_masked cx_ma_masked_outside(cx_masked a, const cx_array *v1, const cx_array *v2)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = interval("ma_masked_outside", a, v1, v2, false, &r);
    return cx__ma_give(s, st, "ma_masked_outside", r);
}

static cx_status masked_invalid(cx_masked a, cx_masked *out)
{
    static const char where[] = "ma_masked_invalid";
    static cx__held invalid = CX__HELD("x: not isfinite(x)");
    CX__TRY(cx__ma_check(where, "a", a));
    return join(a, cx__held_run(where, &invalid, CX_ARRAYS(a.data)), NULL, out);
}
cx_masked cx_ma_masked_invalid(cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = masked_invalid(a, &r);
    return cx__ma_give(s, st, "ma_masked_invalid", r);
}
