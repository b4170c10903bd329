/* Views by moving, adding, dropping and turning axes: lists of axes are chains of the functions for
 * one axis, so what a view keeps (memory, categories, read-only) stands there. */
#include "routines/manipulation/parts.h"

static bool has(uint32_t set, int axis)
{
    return (set >> axis & 1) != 0;
}

/* ---- at least so many dimensions */
static cx_status atleast(const char *where, const cx_array *a, int ndim, cx_array **out)
{
    CX__TRY(cx__need_array(where, "a", a));
    const int have = cx_ndim(a);
    cx_array *r = cx_index(a, "...");
    if (have == 0) {
        for (int i = 0; i < ndim; i++) r = cx_expand_dims(r, 0);
    } else if (have < ndim) {
        if (have == 1) r = cx_expand_dims(r, 0);
        if (ndim == 3) r = cx_expand_dims(r, -1);
    }
    *out = r;
    return cx_status_of(r);
}
cx_array *cx_atleast_1d(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = atleast("atleast_1d", a, 1, &r);
    return cx__give(s, st, r);
}
cx_array *cx_atleast_2d(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = atleast("atleast_2d", a, 2, &r);
    return cx__give(s, st, r);
}
cx_array *cx_atleast_3d(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = atleast("atleast_3d", a, 3, &r);
    return cx__give(s, st, r);
}

/* ---- lists of axes */
static cx_status list(const char *where, const char *argument, int count, const int *axes)
{
    if (count < 0 || count > CX_MAX_NDIM)
        return cx__fail(CX_E_ARGUMENT, where, "count is %d", count);
    if (count > 0 && axes == NULL) return cx__fail(CX_E_NULL, where, "%s is NULL", argument);
    return CX_OK;
}

static cx_status expand_dims(const cx_array *a, int count, const int *axes, cx_array **out)
{
    static const char where[] = "expand_dims_axes";
    CX__TRY(cx__need_array(where, "a", a));
    CX__TRY(list(where, "axes", count, axes));
    const int ndim = cx_ndim(a) + count;
    if (ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "the result would have %d dimensions", ndim);
    uint32_t set = 0;
    if (count > 0) CX__TRY(cx__axis_set(where, ndim, count, axes, &set));
    *out = cx_index(a, "...");
    for (int d = 0; d < ndim; d++)
        if (has(set, d)) *out = cx_expand_dims(*out, d);
    return cx_status_of(*out);
}
cx_array *cx_expand_dims_axes(const cx_array *a, int count, const int *axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = expand_dims(a, count, axes, &r);
    return cx__give(s, st, r);
}

static cx_status squeeze(const cx_array *a, int count, const int *axes, cx_array **out)
{
    static const char where[] = "squeeze_axes";
    CX__TRY(cx__need_array(where, "a", a));
    CX__TRY(list(where, "axes", count, axes));
    uint32_t set = 0;
    if (count > 0) CX__TRY(cx__axis_set(where, cx_ndim(a), count, axes, &set));
    *out = cx_index(a, "...");
    for (int d = cx_ndim(a) - 1; d >= 0; d--) {
        if (!has(set, d)) continue;
        if (cx_dim(a, d) != 1)
            return cx__fail(CX_E_SHAPE, where, "axis %d has size %lld, not 1", d,
                            (long long)cx_dim(a, d));
        *out = cx_squeeze(*out, d);
    }
    return cx_status_of(*out);
}
cx_array *cx_squeeze_axes(const cx_array *a, int count, const int *axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = squeeze(a, count, axes, &r);
    return cx__give(s, st, r);
}

static cx_status moveaxes(const cx_array *a, int count, const int *source, const int *destination,
                          cx_array **out)
{
    static const char where[] = "moveaxes";
    CX__TRY(cx__need_array(where, "a", a));
    CX__TRY(list(where, "source", count, source));
    CX__TRY(list(where, "destination", count, destination));
    const int ndim = cx_ndim(a);
    uint32_t from = 0, to = 0;
    if (count > 0) CX__TRY(cx__axis_set(where, ndim, count, source, &from));
    if (count > 0) CX__TRY(cx__axis_set(where, ndim, count, destination, &to));
    int order[CX_MAX_NDIM] = {0};
    for (int i = 0; i < count; i++) {
        int f = 0, t = 0;
        CX__TRY(cx__axis(where, source[i], ndim, &f));
        CX__TRY(cx__axis(where, destination[i], ndim, &t));
        order[t] = f;
    }
    for (int d = 0, next = 0; d < ndim; d++) {
        if (has(to, d)) continue;
        while (has(from, next)) next++;
        order[d] = next++;
    }
    *out = cx_permute_dims(a, ndim, order);
    return cx_status_of(*out);
}
cx_array *cx_moveaxes(const cx_array *a, int count, const int *source, const int *destination)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = moveaxes(a, count, source, destination, &r);
    return cx__give(s, st, r);
}

static cx_status rollaxis(const cx_array *a, int axis, int start, cx_array **out)
{
    static const char where[] = "rollaxis";
    CX__TRY(cx__need_array(where, "a", a));
    const int ndim = cx_ndim(a);
    int k;
    CX__TRY(cx__axis(where, axis, ndim, &k));
    if (start < -ndim || start > ndim)
        return cx__fail(CX_E_INDEX, where, "start is %d; %d to %d are possible", start, -ndim,
                        ndim);
    if (start < 0) start += ndim;
    *out = cx_moveaxis(a, k, k < start ? start - 1 : start);
    return cx_status_of(*out);
}
cx_array *cx_rollaxis(const cx_array *a, int axis, int start)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = rollaxis(a, axis, start, &r);
    return cx__give(s, st, r);
}

/* ---- turning */
static cx_status flip_set(const char *where, const cx_array *a, int least, uint32_t set,
                          cx_array **out)
{
    CX__TRY(cx__need_array(where, "a", a));
    if (cx_ndim(a) < least)
        return cx__fail(CX_E_SHAPE, where, "a has %d dimensions, at least %d are needed",
                        cx_ndim(a), least);
    *out = cx_index(a, "...");
    for (int d = 0; d < cx_ndim(a); d++)
        if (has(set, d)) *out = cx_flip(*out, d);
    return cx_status_of(*out);
}
static cx_status flip_axes(const cx_array *a, int count, const int *axes, cx_array **out)
{
    static const char where[] = "flip_axes";
    uint32_t set = 0;
    CX__TRY(cx__need_array(where, "a", a));
    if (axes != NULL) CX__TRY(list(where, "axes", count, axes));
    CX__TRY(cx__axis_set(where, cx_ndim(a), count, axes, &set));
    return flip_set(where, a, 0, set, out);
}
cx_array *cx_flip_axes(const cx_array *a, int count, const int *axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = flip_axes(a, count, axes, &r);
    return cx__give(s, st, r);
}
cx_array *cx_fliplr(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = flip_set("fliplr", a, 2, 2, &r);
    return cx__give(s, st, r);
}
cx_array *cx_flipud(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = flip_set("flipud", a, 1, 1, &r);
    return cx__give(s, st, r);
}

static cx_status rot90(const cx_array *a, int64_t k, int axis1, int axis2, cx_array **out)
{
    static const char where[] = "rot90";
    CX__TRY(cx__need_array(where, "a", a));
    int x, y;
    CX__TRY(cx__axis(where, axis1, cx_ndim(a), &x));
    CX__TRY(cx__axis(where, axis2, cx_ndim(a), &y));
    if (x == y) return cx__fail(CX_E_ARGUMENT, where, "both axes are %d", x);
    switch (((k % 4) + 4) % 4) {
    case 1: *out = cx_swapaxes(cx_flip(a, y), x, y); break;
    case 2: *out = cx_flip(cx_flip(a, x), y); break;
    case 3: *out = cx_flip(cx_swapaxes(a, x, y), y); break;
    default: *out = cx_index(a, "..."); break;
    }
    return cx_status_of(*out);
}
cx_array *cx_rot90(const cx_array *a, int64_t k, int axis1, int axis2)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = rot90(a, k, axis1, axis2, &r);
    return cx__give(s, st, r);
}
