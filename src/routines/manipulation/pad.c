/* numpy.pad: arguments, the result with its middle filled, then one axis after the other. An axis
 * is filled over what the axes before it have added, and only over the original extent of those
 * after it, so corners come out as NumPy's do and each element is written once. */
#include "routines/manipulation/pad.h"
#include "ops/primitives.h"
#include <inttypes.h>
#include <string.h>

static const char where[] = "pad";

static const char *const names[CX__PAD_COUNT] = {
    [CX__PAD_CONSTANT] = "constant",   [CX__PAD_EDGE] = "edge",
    [CX__PAD_RAMP] = "linear_ramp",    [CX__PAD_MAXIMUM] = "maximum",
    [CX__PAD_MEAN] = "mean",           [CX__PAD_MEDIAN] = "median",
    [CX__PAD_MINIMUM] = "minimum",     [CX__PAD_REFLECT] = "reflect",
    [CX__PAD_SYMMETRIC] = "symmetric", [CX__PAD_WRAP] = "wrap",
    [CX__PAD_EMPTY] = "empty"};

static bool is_stat(cx__pad_mode m)
{
    return m >= CX__PAD_MAXIMUM && m <= CX__PAD_MINIMUM;
}
static bool is_mirror(cx__pad_mode m)
{
    return m == CX__PAD_REFLECT || m == CX__PAD_SYMMETRIC;
}

static cx_status mode_of(const char *text, const cx_pad_opts *o, cx__pad_mode *mode)
{
    if (text == NULL) return cx__fail(CX_E_NULL, where, "mode is NULL");
    int m = 0;
    while (m < CX__PAD_COUNT && strcmp(names[m], text) != 0) m++;
    if (m == CX__PAD_COUNT) return cx__fail(CX_E_ARGUMENT, where, "no mode \"%.40s\"", text);
    *mode = (cx__pad_mode)m;
    const char *const refused =
        o->constant_values != NULL && *mode != CX__PAD_CONSTANT   ? "constant_values"
        : o->end_values != NULL && *mode != CX__PAD_RAMP          ? "end_values"
        : o->stat_length.ndim != 0 && !is_stat(*mode)             ? "stat_length"
        : o->reflect_type != CX_REFLECT_EVEN && !is_mirror(*mode) ? "reflect_type"
                                                                  : NULL;
    if (refused != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "mode \"%s\" takes no %s", text, refused);
    if (o->reflect_type != CX_REFLECT_EVEN && o->reflect_type != CX_REFLECT_ODD)
        return cx__fail(CX_E_ARGUMENT, where, "reflect_type is %d", (int)o->reflect_type);
    return CX_OK;
}

/* 1, 2 or 2 * ndim numbers as pairs. */
static cx_status pairs(const char *argument, cx_shape given, int ndim, int64_t out[2 * CX_MAX_NDIM])
{
    const int n = given.ndim;
    if (n < 0 || (n > 0 && given.dim == NULL) || (n != 1 && n != 2 && n != 2 * ndim))
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d numbers; 1, 2 or %d are possible",
                        argument, n, 2 * ndim);
    for (int i = 0; i < n; i++)
        if (given.dim[i] < 0)
            return cx__fail(CX_E_ARGUMENT, where, "%s[%d] is %" PRId64, argument, i, given.dim[i]);
    for (int i = 0; i < 2 * ndim; i++) out[i] = given.dim[n == 1 ? 0 : n == 2 ? i % 2 : i];
    return CX_OK;
}

/* Values of every end as [ndim, 2] in dtype t. Two of them are before and after. */
static cx_status end_values(const char *argument, const cx_array *values, const cx_array *a,
                            cx_dtype t, const cx_array **out)
{
    const int64_t ndim = cx_ndim(a);
    const cx_array *v = values != NULL ? values : cx_int(0);
    if (!cx__is_weak(v)) {
        CX__TRY(cx__need_array(where, argument, v));
        CX__TRY(cx__need_together(where, argument, v, "a", a));
        const bool pair = cx_size(v) == 2 && !(cx_ndim(v) == 2 && cx_dim(v, 1) == 1);
        if (cx_ndim(v) < 3 && cx_size(v) == 1) v = cx_reshape(v, CX_SHAPE());
        if (cx_ndim(v) < 3 && pair) v = cx_reshape(v, CX_SHAPE(2));
        const int n = cx_ndim(v);
        const int64_t want[2] = {ndim, 2};
        bool fits = n <= 2;
        for (int d = 0; fits && d < n; d++)
            fits = cx_dim(v, d) == 1 || cx_dim(v, d) == want[2 - n + d];
        char text[CX__SHAPE_TEXT];
        if (!fits)
            return cx__fail(CX_E_SHAPE, where, "%s of shape %s do not broadcast to (%d, 2)",
                            argument, cx__words_of_shape(v, text), (int)ndim);
    }
    *out = cx_full(CX_SHAPE(ndim, 2), v, t, cx_device_of(a));
    return cx_status_of(*out);
}

/* Everything about the ends; p[axis] for each axis. */
static cx_status plan(const cx_array *a, cx_shape widths, const char *text, const cx_pad_opts *o,
                      bool categories, cx__pad_axis *p)
{
    const int ndim = cx_ndim(a);
    int64_t width[2 * CX_MAX_NDIM], stat[2 * CX_MAX_NDIM];
    cx__pad_mode mode = CX__PAD_CONSTANT;
    CX__TRY(mode_of(text, o, &mode));
    CX__TRY(pairs("widths", widths, ndim, width));
    if (o->stat_length.ndim != 0) CX__TRY(pairs("stat_length", o->stat_length, ndim, stat));
    const cx_array *values = NULL;
    if (categories && (mode == CX__PAD_RAMP || is_stat(mode)))
        return cx__fail(CX_E_DTYPE, where, "categories have no %s", text);
    if (mode == CX__PAD_CONSTANT)
        CX__TRY(end_values("constant_values", o->constant_values, a, cx_dtype_of(a), &values));
    if (mode == CX__PAD_RAMP)
        CX__TRY(end_values("end_values", o->end_values, a, cx__kind_of(a) == 'c' ? CX_C128 : CX_F64,
                           &values));
    for (int d = 0; d < ndim; d++) {
        const int64_t n = cx_dim(a, d);
        p[d] = (cx__pad_axis){.mode = mode,
                              .reflection = o->reflect_type,
                              .axis = d,
                              .length = n,
                              .before = width[2 * d],
                              .after = width[2 * d + 1],
                              .stat = {n, n}};
        for (int i = 0; i < 2; i++) {
            if (o->stat_length.ndim != 0 && stat[2 * d + i] < n) p[d].stat[i] = stat[2 * d + i];
            if (values != NULL) p[d].ends[i] = cx_select(cx_select(values, 0, d), 0, i);
        }
        if (p[d].before > INT64_MAX / 2 || p[d].after > INT64_MAX / 2 - n)
            return cx__fail(CX_E_SHAPE, where, "axis %d would be too large", d);
        const bool wide = p[d].before > 0 || p[d].after > 0;
        if (mode == CX__PAD_CONSTANT || mode == CX__PAD_EMPTY) continue;
        if (n == 0 && wide)
            return cx__fail(CX_E_ARGUMENT, where, "mode \"%s\" cannot extend the empty axis %d",
                            text, d);
        if (cx_size(a) > 0 && (p[d].stat[0] == 0 || p[d].stat[1] == 0) &&
            (mode == CX__PAD_MAXIMUM || mode == CX__PAD_MINIMUM))
            return cx__fail(CX_E_ARGUMENT, where, "stat_length is 0 for axis %d: it has no %s", d,
                            text);
    }
    return cx__so_far();
}

static cx_status pad(const cx_array *given, cx_shape widths, const char *mode,
                     const cx_pad_opts *opts, cx_array **out)
{
    cx_pad_opts o;
    cx__pad_axis p[CX_MAX_NDIM];
    CX__TRY(cx__need_array(where, "a", given));
    CX__TRY(CX__OPTIONS(where, opts, &o));
    const bool categories = cx_dtype_of(given) == CX_CAT;
    const cx_array *const a = categories ? cx_codes(given) : given;
    const int ndim = cx_ndim(a);
    CX__TRY(plan(a, widths, mode, &o, categories, p));
    int64_t shape[CX_MAX_NDIM];
    for (int d = 0; d < ndim; d++) shape[d] = p[d].before + p[d].length + p[d].after;
    cx_array *const whole = cx__blank(where, a, CX_DTYPE_NONE, ndim, shape);
    CX__TRY(cx__so_far());
    *out = categories ? cx__as_categories(where, whole, given) : whole;
    /* views[d]: all of the axes before d, the original extent of the others */
    const cx_array *view = whole, *views[CX_MAX_NDIM + 1];
    views[ndim] = view;
    for (int d = ndim - 1; d >= 0; d--)
        views[d] = view = cx_slice(view, d, p[d].before, p[d].before + p[d].length, 1);
    cx__place(a, cx_index(view, "..."));
    for (int d = 0; d < ndim && cx_ok(); d++)
        if ((p[d].before > 0 || p[d].after > 0) && p[d].mode != CX__PAD_EMPTY &&
            cx_size(views[d + 1]) > 0)
            cx__pad_fill(views[d + 1], &p[d]);
    return cx__so_far();
}
cx_array *cx_pad(const cx_array *a, cx_shape widths, const char *mode, const cx_pad_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = pad(a, widths, mode, o, &r);
    return cx__give(s, st, r);
}
