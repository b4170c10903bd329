/* The same elements again: resize, repeat with a count for each entry, roll over several axes. */
#include "ops/primitives.h"
#include "routines/manipulation/parts.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <inttypes.h>

/* ---- resize */
static cx_status resize(const char *where, const cx_array *given, cx_shape shape, bool again,
                        cx_array **out)
{
    CX__TRY(cx__need_array(where, "a", given));
    const bool categories = cx_dtype_of(given) == CX_CAT;
    if (shape.ndim < 0 || (shape.ndim > 0 && shape.dim == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "a shape of %d dimensions", shape.ndim);
    for (int d = 0; d < shape.ndim; d++)
        if (shape.dim[d] < 0)
            return cx__fail(CX_E_ARGUMENT, where, "shape[%d] is %" PRId64, d, shape.dim[d]);
    const cx_array *const from = cx_ravel(categories ? cx_codes(given) : given);
    CX__TRY(cx__so_far());
    *out = cx__blank(where, from, CX_DTYPE_NONE, shape.ndim, shape.dim);
    CX__TRY(cx__so_far());
    const int64_t n = cx_size(from), total = cx_size(*out);
    cx_array *const line = cx_reshape(*out, CX_SHAPE(total));
    const int64_t whole = n == 0 ? 0 : total / n, most = again ? whole : whole > 1 ? 1 : whole;
    if (most > 0) cx__place(from, cx_reshape(cx_slice(line, 0, 0, most * n, 1), CX_SHAPE(most, n)));
    int64_t done = most * n;
    if (done < total && n > 0 && (again || most == 0)) {
        cx__place(cx_slice(from, 0, 0, total - done, 1), cx_slice(line, 0, done, total, 1));
        done = total;
    }
    if (done < total) cx__place(cx_bool(false), cx_slice(line, 0, done, total, 1));
    if (categories) *out = cx__as_categories(where, *out, given);
    return cx__so_far();
}
cx_array *cx_resize(const cx_array *a, cx_shape shape)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = resize("resize", a, shape, true, &r);
    return cx__give(s, st, r);
}
cx_array *cx_resize_zeros(const cx_array *a, cx_shape shape)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = resize("resize_zeros", a, shape, false, &r);
    return cx__give(s, st, r);
}

/* ---- repeat */
/* Entry of a at each place of the result: how many entries have ended by then. */
static cx_array *sources(const cx_array *counts, int64_t total)
{
    cx_array *const ended = cx_bincount(cx_cumsum(counts, 0), NULL, total + 1);
    return cx_cumsum(cx_slice(ended, 0, 0, total, 1), 0);
}

static cx_status repeat_each(const cx_array *given, const cx_array *counts, int axis,
                             cx_array **out)
{
    static const char where[] = "repeat_each";
    const cx_array *a = NULL, *often = NULL;
    int k;
    CX__TRY(cx__axis_of(where, given, axis, &a, &k));
    CX__TRY(cx__any_array(where, "counts", counts, cx_device_of(a), &often));
    CX__TRY(cx__need_together(where, "counts", often, "a", a));
    if (!cx_can_cast(cx_dtype_of(often), CX_I64, CX_CASTING_SAFE))
        return cx__fail(CX_E_DTYPE, where, "counts are %s", cx_dtype_name(cx_dtype_of(often)));
    const int64_t n = cx_dim(a, k), m = cx_size(often);
    char text[CX__SHAPE_TEXT];
    if (cx_ndim(often) > 1 || (m != 1 && m != n))
        return cx__fail(CX_E_SHAPE, where,
                        "counts of shape %s for axis %d with size %" PRId64 " of a",
                        cx__words_of_shape(often, text), k, n);
    if (m == 0) {
        *out = cx_copy(a);
        return cx_status_of(*out);
    }
    often = cx_astype(cx_reshape(often, CX_SHAPE(m)), CX_I64);
    const int64_t least = cx_item_i64(cx_min(often, CX_ALL)),
                  total = cx_item_i64(cx_sum(often, CX_ALL));
    CX__TRY(cx__so_far());
    if (least < 0) return cx__fail(CX_E_ARGUMENT, where, "a count is %" PRId64, least);
    if (m == 1) {
        *out = cx_repeat(a, total, k);
        return cx_status_of(*out);
    }
    *out = cx_take(a, sources(often, total), k);
    return cx_status_of(*out);
}
cx_array *cx_repeat_each(const cx_array *a, const cx_array *counts, int axis)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = repeat_each(a, counts, axis, &r);
    return cx__give(s, st, r);
}

/* ---- roll */
/* Each rolled axis has two windows, before and behind its seam; every choice of one each is one
 * copy. */
static void roll_windows(const cx_array *a, int axis, const int64_t *shift, const cx_array *from,
                         const cx_array *to)
{
    while (axis < cx_ndim(a) && shift[axis] == 0) axis++;
    if (!cx_ok()) return;
    if (axis == cx_ndim(a)) {
        cx__place(from, cx_index(to, "..."));
        return;
    }
    const int64_t n = cx_dim(a, axis), k = shift[axis];
    roll_windows(a, axis + 1, shift, cx_slice(from, axis, 0, n - k, 1),
                 cx_slice(to, axis, k, n, 1));
    roll_windows(a, axis + 1, shift, cx_slice(from, axis, n - k, n, 1),
                 cx_slice(to, axis, 0, k, 1));
}

static int64_t modulo(int64_t x, int64_t n)
{
    return n > 0 ? ((x % n) + n) % n : 0;
}

static cx_status roll(const cx_array *a, int count, const int64_t *shifts, const int *axes,
                      cx_array **out)
{
    static const char where[] = "roll_axes";
    CX__TRY(cx__need_array(where, "a", a));
    if (count < 0 || (count > 0 && shifts == NULL))
        return cx__fail(CX_E_ARGUMENT, where, "%d shifts", count);
    int64_t shift[CX_MAX_NDIM] = {0};
    const cx_array *x = axes == NULL ? cx_ravel(a) : a;
    for (int i = 0; i < count; i++) {
        int k = 0;
        if (axes != NULL) CX__TRY(cx__axis(where, axes[i], cx_ndim(a), &k));
        const int64_t n = cx_dim(x, k);
        shift[k] = modulo(shift[k] + modulo(shifts[i], n), n);
    }
    *out = cx__blank(where, x, CX_DTYPE_NONE, cx_ndim(x), cx_shape_of(x).dim);
    CX__TRY(cx__so_far());
    roll_windows(x, 0, shift, x, *out);
    if (axes == NULL) *out = cx_reshape(*out, cx_shape_of(a));
    return cx_status_of(*out);
}
cx_array *cx_roll_axes(const cx_array *a, int count, const int64_t *shifts, const int *axes)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = roll(a, count, shifts, axes, &r);
    return cx__give(s, st, r);
}
