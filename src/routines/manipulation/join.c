/* Joining: append, column_stack, dstack, concatenate with options. One allocation, then every part
 * is copied into its window of the result. */
#include "base/alloc.h"
#include "routines/manipulation/parts.h"
#include <inttypes.h>
#include <string.h>

/* Shape of the parts joined along *axis; one device. */
static cx_status joined_shape(const char *where, cx_arrays parts, int *axis, int64_t *shape)
{
    const cx_array *const first = parts.at[0];
    const int ndim = cx_ndim(first);
    CX__TRY(cx__axis(where, *axis, ndim, axis));
    for (int d = 0; d < ndim; d++) shape[d] = cx_dim(first, d);
    for (int i = 1; i < parts.count; i++) {
        const cx_array *const p = parts.at[i];
        bool fits = cx_ndim(p) == ndim;
        for (int d = 0; fits && d < ndim; d++) fits = d == *axis || cx_dim(p, d) == shape[d];
        char text[2][CX__SHAPE_TEXT];
        if (!fits)
            return cx__fail(
                CX_E_SHAPE, where, "array %d of shape %s does not join shape %s along axis %d", i,
                cx__words_of_shape(p, text[0]), cx__words_of_shape(first, text[1]), *axis);
        CX__TRY(cx__need_together(where, "an array of the list", p, "a", first));
        shape[*axis] += cx_dim(p, *axis);
    }
    return CX_OK;
}

static void fill(cx_arrays parts, int axis, cx_array *out)
{
    int64_t at = 0;
    for (int i = 0; i < parts.count && cx_ok(); i++) {
        const int64_t n = cx_dim(parts.at[i], axis);
        cx__place(parts.at[i], cx_slice(out, axis, at, at + n, 1));
        at += n;
    }
}

static cx_status some_arrays(const char *where, cx_arrays parts)
{
    if (parts.count < 1 || parts.at == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "at least one array is needed");
    for (int i = 0; i < parts.count; i++)
        CX__TRY(cx__need_array(where, "an array of the list", parts.at[i]));
    return CX_OK;
}

/* t CX_DTYPE_NONE: the common dtype. Categories merge their dictionaries in cx_concatenate. */
static cx_status join(const char *where, cx_arrays parts, int axis, cx_dtype t, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM];
    CX__TRY(joined_shape(where, parts, &axis, shape));
    if (t == CX_DTYPE_NONE) CX__TRY(cx__common_dtype(where, parts, &t));
    if (t == CX_CAT) {
        *out = cx_concatenate(parts, axis);
        return cx_status_of(*out);
    }
    *out = cx__blank(where, parts.at[0], t, cx_ndim(parts.at[0]), shape);
    CX__TRY(cx__so_far());
    fill(parts, axis, *out);
    return CX_OK;
}

/* The list with every array seen otherwise, in the open scope; free *made. */
static cx_status lift(const char *where, cx_arrays parts, cx_array *(*as)(const cx_array *a),
                      const cx_array ***made)
{
    CX__TRY(some_arrays(where, parts));
    *made = cx__alloc((size_t)parts.count * sizeof **made);
    if (*made == NULL)
        return cx__fail_nomem(where, "the list", (size_t)parts.count * sizeof **made);
    for (int i = 0; i < parts.count; i++) (*made)[i] = as(parts.at[i]);
    return cx__so_far();
}
static cx_status join_as(const char *where, cx_arrays parts, int axis,
                         cx_array *(*as)(const cx_array *a), cx_dtype t, cx_array **out)
{
    const cx_array **made = NULL;
    cx_status st = lift(where, parts, as, &made);
    if (st == CX_OK) st = join(where, (cx_arrays){parts.count, made}, axis, t, out);
    cx__free(made);
    return st;
}

static cx_array *as_columns(const cx_array *a)
{
    return cx_ndim(a) >= 2 ? cx_index(a, "...") : cx_transpose(cx_atleast_2d(a));
}
cx_array *cx_column_stack(cx_arrays parts)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = join_as("column_stack", parts, 1, as_columns, CX_DTYPE_NONE, &r);
    return cx__give(s, st, r);
}
cx_array *cx_dstack(cx_arrays parts)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = join_as("dstack", parts, 2, cx_atleast_3d, CX_DTYPE_NONE, &r);
    return cx__give(s, st, r);
}

static cx_status concatenate_with(cx_arrays parts, int axis, const cx_concatenate_opts *given,
                                  cx_array **out)
{
    static const char where[] = "concatenate_with";
    cx_concatenate_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(some_arrays(where, parts));
    cx_dtype t = o.dtype;
    const int64_t casting = o.casting.set ? o.casting.value : CX_CASTING_SAME_KIND;
    if (casting < CX_CASTING_NO || casting > CX_CASTING_UNSAFE)
        return cx__fail(CX_E_ARGUMENT, where, "casting is %" PRId64, casting);
    if (t == CX_DTYPE_NONE) CX__TRY(cx__common_dtype(where, parts, &t));
    if (cx_dtype_size(t) == 0) return cx__fail(CX_E_DTYPE, where, "dtype is %d", (int)t);
    for (int i = 0; i < parts.count; i++)
        if (!cx_can_cast(cx_dtype_of(parts.at[i]), t, (cx_casting)casting))
            return cx__fail(CX_E_DTYPE, where, "casting forbids %s of array %d to become %s",
                            cx_dtype_name(cx_dtype_of(parts.at[i])), i, cx_dtype_name(t));
    return axis == CX_FLAT ? join_as(where, parts, 0, cx_ravel, t, out)
                           : join(where, parts, axis, t, out);
}
cx_array *cx_concatenate_with(cx_arrays parts, int axis, const cx_concatenate_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = concatenate_with(parts, axis, o, &r);
    return cx__give(s, st, r);
}

/* Overlap with a part is handled as if all parts were copied first. */
static cx_status concatenate_into(cx_arrays parts, int axis, cx_array *out)
{
    static const char where[] = "concatenate_into";
    CX__TRY(cx__need_array(where, "out", out));
    int64_t shape[CX_MAX_NDIM];
    CX__TRY(joined_shape(where, parts, &axis, shape));
    char text[2][CX__SHAPE_TEXT];
    const int ndim = cx_ndim(parts.at[0]);
    if (ndim != cx_ndim(out) ||
        memcmp(shape, cx_shape_of(out).dim, (size_t)ndim * sizeof *shape) != 0)
        return cx__fail(CX_E_SHAPE, where, "out has shape %s, the result %s",
                        cx__words_of_shape(out, text[0]), cx__shape_text(ndim, shape, text[1]));
    CX__TRY(cx__need_together(where, "out", out, "a", parts.at[0]));
    if (!cx_is_writeable(out)) return cx__fail(CX_E_READONLY, where, "out is read-only");
    bool apart = true;
    for (int i = 0; i < parts.count; i++) {
        const cx_dtype p = cx_dtype_of(parts.at[i]), t = cx_dtype_of(out);
        if (!cx_can_cast(p, t, CX_CASTING_SAME_KIND))
            return cx__fail(CX_E_DTYPE, where, "%s of array %d is not cast to %s ('same_kind')",
                            cx_dtype_name(p), i, cx_dtype_name(t));
        apart = apart && !cx_may_share_memory(parts.at[i], out);
    }
    if (apart) {
        fill(parts, axis, out);
        return CX_OK;
    }
    cx_array *made = NULL;
    CX__TRY(join(where, parts, axis, cx_dtype_of(out), &made));
    return cx_copy_into(made, out);
}
cx_status cx_concatenate_into(cx_arrays parts, int axis, cx_array *out)
{
    static const char where[] = "concatenate_into";
    const cx_scope s = cx_scope_open();
    cx_status st = CX_OK;
    const cx_array **made = NULL;
    if (axis == CX_FLAT) {
        st = lift(where, parts, cx_ravel, &made);
        if (st == CX_OK) st = concatenate_into((cx_arrays){parts.count, made}, 0, out);
        cx__free(made);
    } else {
        st = some_arrays(where, parts);
        if (st == CX_OK) st = concatenate_into(parts, axis, out);
    }
    return cx__give_status(s, st);
}

/* Flattened without a copy of its own: each part goes into a window seen in the part's shape. */
static cx_status append_flat(const char *where, cx_arrays parts, cx_array **out)
{
    cx_dtype t;
    CX__TRY(cx__common_dtype(where, parts, &t));
    if (t == CX_CAT) return join_as(where, parts, 0, cx_ravel, t, out);
    const int64_t n[2] = {cx_size(parts.at[0]), cx_size(parts.at[1])}, total = n[0] + n[1];
    *out = cx__blank(where, parts.at[0], t, 1, &total);
    CX__TRY(cx__so_far());
    for (int i = 0; i < 2; i++) {
        cx_array *const window = cx_slice(*out, 0, i == 0 ? 0 : n[0], i == 0 ? n[0] : total, 1);
        cx__place(parts.at[i], cx_reshape(window, cx_shape_of(parts.at[i])));
    }
    return CX_OK;
}
static cx_status append(const cx_array *a, const cx_array *values, int axis, cx_array **out)
{
    static const char where[] = "append";
    const cx_array *both[2];
    const bool scalar = cx__is_weak(a);
    if (!scalar) CX__TRY(cx__need_array(where, "a", a));
    if (!cx__is_weak(values)) CX__TRY(cx__need_array(where, "values", values));
    const cx_device d = !scalar               ? cx_device_of(a)
                        : cx__is_weak(values) ? CX_CPU
                                              : cx_device_of(values);
    CX__TRY(cx__any_array(where, "a", a, d, &both[0]));
    CX__TRY(cx__any_array(where, "values", values, d, &both[1]));
    CX__TRY(cx__need_together(where, "values", both[1], "a", both[0]));
    return axis == CX_FLAT ? append_flat(where, (cx_arrays){2, both}, out)
                           : join(where, (cx_arrays){2, both}, axis, CX_DTYPE_NONE, out);
}
cx_array *cx_append(const cx_array *a, const cx_array *values, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = append(a, values, axis, &r);
    return cx__give(s, st, r);
}
