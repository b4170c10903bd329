/* Masked arrays: making them, asking them, filling them. Three handles by value, so all that is
 * kept is what each function checks at its door. */
#include "routines/ma/masked.h"
#include <calx/index.h>
#include <math.h>

/* ---- doors and ends */
cx_status cx__ma_check(const char *where, const char *argument, cx_masked a)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__need_array(where, argument, a.data));
    if (a.mask != NULL) {
        CX__TRY(cx__need_array(where, "mask", a.mask));
        if (cx_dtype_of(a.mask) != CX_BOOL)
            return cx__fail(CX_E_DTYPE, where, "mask of %s is %s, not bool", argument,
                            cx_dtype_name(cx_dtype_of(a.mask)));
        bool same = cx_ndim(a.mask) == cx_ndim(a.data);
        for (int d = 0; same && d < cx_ndim(a.data); d++)
            same = cx_dim(a.mask, d) == cx_dim(a.data, d);
        if (!same)
            return cx__fail(CX_E_SHAPE, where, "%s has shape %s and its mask %s", argument,
                            cx__words_of_shape(a.data, text[0]),
                            cx__words_of_shape(a.mask, text[1]));
        CX__TRY(cx__need_together(where, "mask", a.mask, "a", a.data));
    }
    if (a.fill_value != NULL && !cx__is_weak(a.fill_value)) {
        CX__TRY(cx__need_array(where, "fill_value", a.fill_value));
        if (cx_size(a.fill_value) != 1)
            return cx__fail(CX_E_SHAPE, where, "fill_value of %s has shape %s, not one element",
                            argument, cx__words_of_shape(a.fill_value, text[0]));
    }
    return CX_OK;
}
cx_status cx__ma_check_any(const char *where, const char *argument, cx_masked a)
{
    if (!cx__is_weak(a.data)) return cx__ma_check(where, argument, a);
    if (a.mask != NULL)
        return cx__fail(CX_E_SHAPE, where, "%s is a stack scalar with a mask", argument);
    return CX_OK;
}

cx_masked cx__ma_give(cx_scope s, cx_status st, const char *where, cx_masked r)
{
    const bool mask = r.mask != NULL, fill = r.fill_value != NULL;
    cx_array *part[3] = {(cx_array *)(uintptr_t)r.data, (cx_array *)(uintptr_t)r.mask,
                         (cx_array *)(uintptr_t)r.fill_value};
    cx__give_all(s, st, where, 3, part);
    const bool ok = cx_status_of(part[0]) == CX_OK;
    return (cx_masked){.data = part[0],
                       .mask = ok && mask ? part[1] : NULL,
                       .fill_value = ok && fill ? part[2] : NULL};
}

const cx_array *cx__ma_share(const cx_array *a)
{
    return a == NULL || cx__is_weak(a) ? a : cx_index(a, "...");
}

cx_array *cx__ma_extreme(cx_dtype t, bool largest, cx_device d)
{
    const char kind = cx_dtype_kind(t);
    const double inf = largest ? INFINITY : -INFINITY;
    if (kind == 'c') return cx_full(CX_SHAPE(), cx_complex(inf, inf), t, d);
    if (kind == 'e' || kind == 'f') return cx_full(CX_SHAPE(), cx_float(inf), t, d);
    if (kind == 'b') return cx_full(CX_SHAPE(), cx_bool(largest), t, d);
    if (kind != 'i') {
        cx_array *const zero = cx_zeros(CX_SHAPE(), t, d);
        return largest ? cx_invert(zero) : zero;
    }
    const int64_t top = INT64_MAX >> (64 - 8 * (int)cx_dtype_size(t));
    return cx_full(CX_SHAPE(), cx_int(largest ? top : -top - 1), t, d);
}

/* ---- making */
static cx_status array(const cx_array *data, const cx_array *mask, const cx_array *fill_value,
                       cx_masked *out)
{
    static const char where[] = "ma_array";
    CX__TRY(cx__need_array(where, "data", data));
    const cx_array *m = NULL;
    if (mask != NULL) {
        CX__TRY(cx__any_array(where, "mask", mask, cx_device_of(data), &m));
        CX__TRY(cx__need_together(where, "mask", m, "a", data));
        char text[2][CX__SHAPE_TEXT];
        if (cx_size(m) != 1 && cx_size(m) != cx_size(data))
            return cx__fail(CX_E_SHAPE, where, "data has shape %s and mask %s",
                            cx__words_of_shape(data, text[0]), cx__words_of_shape(m, text[1]));
        if (cx_dtype_of(m) != CX_BOOL) m = cx_astype(m, CX_BOOL);
        m = cx_size(m) == cx_size(data)
                ? cx_reshape(m, cx_shape_of(data))
                : cx_broadcast_to(cx_reshape(m, CX_SHAPE()), cx_shape_of(data));
    }
    *out = (cx_masked){cx_index(data, "..."), m, cx__ma_share(fill_value)};
    CX__TRY(cx__so_far());
    return cx__ma_check(where, "data", *out);
}
cx_masked cx_ma_array(const cx_array *data, const cx_array *mask, const cx_array *fill_value)
{
    const cx_scope s = cx_scope_open();
    cx_masked r = {NULL, NULL, NULL};
    const cx_status st = array(data, mask, fill_value, &r);
    return cx__ma_give(s, st, "ma_array", r);
}

/* ---- asking */
static cx_status mask_of(const char *where, cx_masked a, bool whole, cx_array **out)
{
    CX__TRY(cx__ma_check(where, "a", a));
    if (a.mask != NULL)
        *out = cx_broadcast_to(a.mask, cx_shape_of(a.mask));
    else
        *out = cx_zeros(whole ? cx_shape_of(a.data) : CX_SHAPE(), CX_BOOL, cx_device_of(a.data));
    return cx_status_of(*out);
}
cx_array *cx_ma_getmask(cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = mask_of("ma_getmask", a, false, &r);
    return cx__give(s, st, r);
}
cx_array *cx_ma_getmaskarray(cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = mask_of("ma_getmaskarray", a, true, &r);
    return cx__give(s, st, r);
}
bool cx_ma_is_masked(cx_masked a)
{
    const cx_scope s = cx_scope_open();
    bool any = false;
    cx_status st = cx__ma_check("ma_is_masked", "a", a);
    if (st == CX_OK && a.mask != NULL) any = cx_item_bool(cx_any(a.mask, CX_ALL));
    st = cx__give_status(s, st);
    (void)cx_check(st);
    return st == CX_OK && any;
}

/* ---- filling */
static cx_status default_fill(const char *where, cx_dtype t, cx_device d, cx_array **out)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'k' || kind == 0)
        return cx__fail(CX_E_DTYPE, where, "%s has no fill value", cx_dtype_name(t));
    const cx_array *const one = kind == 'b'                  ? cx_bool(true)
                                : kind == 'i' || kind == 'u' ? cx_int(999999)
                                                             : cx_float(1e20);
    *out = cx_full(CX_SHAPE(), one, t, d);
    return cx_status_of(*out);
}
cx_array *cx_ma_default_fill_value(cx_dtype t, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = default_fill("ma_default_fill_value", t, d, &r);
    return cx__give(s, st, r);
}

/* fill (NULL: a's) as 0-d of a's dtype beside a */
static cx_status fill_of(const char *where, cx_masked a, const cx_array *fill, cx_array **out)
{
    if (fill == NULL) fill = a.fill_value;
    if (fill == NULL) return default_fill(where, cx_dtype_of(a.data), cx_device_of(a.data), out);
    if (!cx__is_weak(fill)) fill = cx_reshape(fill, CX_SHAPE());
    *out = cx_full(CX_SHAPE(), fill, cx_dtype_of(a.data), cx_device_of(a.data));
    return cx_status_of(*out);
}
static cx_status fill_value(cx_masked a, cx_array **out)
{
    CX__TRY(cx__ma_check("ma_fill_value", "a", a));
    return fill_of("ma_fill_value", a, NULL, out);
}
cx_array *cx_ma_fill_value(cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = fill_value(a, &r);
    return cx__give(s, st, r);
}

static cx_status filled(cx_masked a, const cx_array *fill, cx_array **out)
{
    static const char where[] = "ma_filled";
    CX__TRY(cx__ma_check(where, "a", a));
    CX__TRY(cx__ma_check(where, "a", (cx_masked){a.data, NULL, fill}));
    cx_array *v = NULL;
    CX__TRY(fill_of(where, a, fill, &v));
    *out = a.mask == NULL ? cx_index(a.data, "...") : cx_where(a.mask, v, a.data);
    return cx_status_of(*out);
}
cx_array *cx_ma_filled(cx_masked a, const cx_array *fill)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = filled(a, fill, &r);
    return cx__give(s, st, r);
}

static cx_status compressed(cx_masked a, cx_array **out)
{
    CX__TRY(cx__ma_check("ma_compressed", "a", a));
    *out = a.mask == NULL ? cx_ravel(a.data) : cx_mask(a.data, cx_logical_not(a.mask));
    return cx_status_of(*out);
}
cx_array *cx_ma_compressed(cx_masked a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = compressed(a, &r);
    return cx__give(s, st, r);
}
