/* The two ends of one axis, by mode. What is copied is copied within the result, from views of its
 * filled part, in pieces that grow with it where the ends are wider than the original. */
#include "routines/manipulation/pad.h"
#include <calx/ops.h>
#include <calx/reduce.h>

static cx_array *piece(const cx_array *x, int axis, int64_t start, int64_t extent)
{
    return cx_slice(x, axis, start, start + extent, 1);
}
/* The same entries from the last to the first. */
static cx_array *mirrored(const cx_array *x, int axis, int64_t start, int64_t extent)
{
    return cx_flip(piece(x, axis, start, extent), axis);
}

/* ---- one value or row for a whole end */
static void fill_with(const cx_array *x, const cx__pad_axis *p, const cx_array *left,
                      const cx_array *right)
{
    if (p->before > 0) cx__place(left, piece(x, p->axis, 0, p->before));
    if (p->after > 0) cx__place(right, piece(x, p->axis, p->before + p->length, p->after));
}

static void constant(const cx_array *x, const cx__pad_axis *p)
{
    fill_with(x, p, p->ends[0], p->ends[1]);
}
static void edge(const cx_array *x, const cx__pad_axis *p)
{
    fill_with(x, p, piece(x, p->axis, p->before, 1),
              piece(x, p->axis, p->before + p->length - 1, 1));
}

static cx_array *statistic(const cx_array *x, const cx__pad_axis *p, int64_t start, int64_t extent)
{
    static cx_array *(*const of[CX__PAD_COUNT])(const cx_array *,
                                                cx_reduce) = {[CX__PAD_MAXIMUM] = cx_max,
                                                              [CX__PAD_MINIMUM] = cx_min,
                                                              [CX__PAD_MEAN] = cx_mean,
                                                              [CX__PAD_MEDIAN] = cx_median};
    cx_array *const r =
        of[p->mode](piece(x, p->axis, start, extent), CX_AXIS(p->axis, .keepdims = true));
    const char kind = cx__kind_of(x), got = cx__kind_of(r);
    return (kind == 'i' || kind == 'u') && got != 'i' && got != 'u' ? cx_rint(r) : r;
}
static void statistics(const cx_array *x, const cx__pad_axis *p)
{
    const int64_t n = p->length, end = p->before + n;
    cx_array *const left = statistic(x, p, p->before, p->stat[0]);
    fill_with(x, p, left,
              p->stat[0] == n && p->stat[1] == n ? left
                                                 : statistic(x, p, end - p->stat[1], p->stat[1]));
}

/* ---- from the end value to the edge in equal steps, in float64 */
static cx_array *ramp(const cx_array *edge_row, const cx_array *end, int64_t width, int axis)
{
    int64_t shape[CX_MAX_NDIM];
    const int ndim = cx_ndim(edge_row);
    for (int d = 0; d < ndim; d++) shape[d] = d == axis ? width : 1;
    const cx_array *const at = cx_reshape(
        cx_arange_i64(0, width, 1, CX_F64, cx_device_of(edge_row)), (cx_shape){ndim, shape});
    const cx_array *const delta = cx_sub(cx_astype(edge_row, cx_dtype_of(end)), end),
                          *const step = cx_div(delta, cx_float((double)width));
    /* a step that underflows would lose the ramp: then all are taken as shares of the way */
    const cx_array *const shares = cx_mul(cx_div(at, cx_float((double)width)), delta);
    const cx_array *const way =
        cx_where(cx_any(cx_equal(step, cx_float(0)), CX_ALL), shares, cx_mul(at, step));
    return cx_add(way, end);
}
static void linear_ramp(const cx_array *x, const cx__pad_axis *p)
{
    const int64_t end = p->before + p->length, width[2] = {p->before, p->after},
                  edge_at[2] = {p->before, end - 1}, start[2] = {0, end};
    const char kind = cx__kind_of(x);
    for (int i = 0; i < 2; i++) {
        if (width[i] == 0) continue;
        cx_array *r = ramp(piece(x, p->axis, edge_at[i], 1), p->ends[i], width[i], p->axis);
        if (kind == 'i' || kind == 'u') r = cx_floor(r);
        cx__place(i == 0 ? r : cx_flip(r, p->axis), piece(x, p->axis, start[i], width[i]));
    }
}

/* ---- mirrors */
/* Twice the edge less what stands there. */
static const cx_array *reflected(const cx__pad_axis *p, const cx_array *chunk,
                                 const cx_array *edge_row)
{
    return p->reflection == CX_REFLECT_EVEN ? chunk : cx_sub(cx_mul(cx_int(2), edge_row), chunk);
}
static void mirror(const cx_array *x, const cx__pad_axis *p)
{
    const bool with_edge = p->mode == CX__PAD_SYMMETRIC;
    const int64_t total = p->before + p->length + p->after;
    int64_t left = p->before, right = p->after;
    if (p->length == 1) {
        edge(x, p);
        return;
    }
    while ((left > 0 || right > 0) && cx_ok()) {
        /* as many whole periods as are filled */
        const int64_t filled = total - left - right, period = p->length - (with_edge ? 0 : 1),
                      whole = (filled - (with_edge ? 0 : 1)) / period * period,
                      skip = with_edge ? 0 : 1;
        if (left > 0) {
            const int64_t n = whole < left ? whole : left;
            cx__place(
                reflected(p, mirrored(x, p->axis, left + skip, n), piece(x, p->axis, left, 1)),
                piece(x, p->axis, left - n, n));
            left -= n;
        }
        if (right > 0) {
            const int64_t n = whole < right ? whole : right, end = total - right;
            cx__place(reflected(p, mirrored(x, p->axis, end - skip - n, n),
                                piece(x, p->axis, end - 1, 1)),
                      piece(x, p->axis, end, n));
            right -= n;
        }
    }
}

static void wrap(const cx_array *x, const cx__pad_axis *p)
{
    const int64_t total = p->before + p->length + p->after;
    int64_t left = p->before, right = p->after;
    while ((left > 0 || right > 0) && cx_ok()) {
        const int64_t whole = (total - left - right) / p->length * p->length,
                      n = whole < left ? whole : left, m = whole < right ? whole : right,
                      end = total - right;
        if (n > 0)
            cx__place(piece(x, p->axis, left + whole - n, n), piece(x, p->axis, left - n, n));
        if (m > 0) cx__place(piece(x, p->axis, end - whole, m), piece(x, p->axis, end, m));
        left -= n;
        right -= m;
    }
}

void cx__pad_fill(const cx_array *x, const cx__pad_axis *p)
{
    static void (*const fill[CX__PAD_COUNT])(const cx_array *, const cx__pad_axis *) = {
        [CX__PAD_CONSTANT] = constant,  [CX__PAD_EDGE] = edge,       [CX__PAD_RAMP] = linear_ramp,
        [CX__PAD_MAXIMUM] = statistics, [CX__PAD_MEAN] = statistics, [CX__PAD_MEDIAN] = statistics,
        [CX__PAD_MINIMUM] = statistics, [CX__PAD_REFLECT] = mirror,  [CX__PAD_SYMMETRIC] = mirror,
        [CX__PAD_WRAP] = wrap,
    };
    fill[p->mode](x, p);
}
