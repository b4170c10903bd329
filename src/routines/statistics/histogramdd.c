/* Histograms of several dimensions: each point's bin by searching, the bins numbered as in a flat
 * array, counted. */
#include "ops/primitives.h"
#include "routines/statistics/bins.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <inttypes.h>
#include <math.h>

/* Dimension i of the points: its edges, and the bin of each point with one more at both ends for
 * what lies outside. */
static cx_status dimension(const char *where, const cx_array *x, int i,
                           const cx_histogramdd_opts *o, cx_array **edges, cx_array **at)
{
    const cx_array *const own = o->edges.count > 0 ? o->edges.at[i] : NULL;
    if (own != NULL) {
        CX__ARRAY(where, "edges", own);
        CX__TRY(cx__need_together(where, "sample", x, "edges", own));
        CX__TRY(cx__bins_ascend(where, own));
        if (cx_size(own) < 1) return cx__fail(CX_E_ARGUMENT, where, "no edges in dimension %d", i);
        *edges = cx_to(own, cx_device_of(x));
    } else {
        cx__bins b = {.count = o->bins_each != NULL ? o->bins_each[i] : o->bins};
        if (b.count == 0 && o->bins_each == NULL) b.count = 10;
        if (b.count < 1)
            return cx__fail(CX_E_ARGUMENT, where, "%" PRId64 " bins in dimension %d", b.count, i);
        cx_maybe_f64 first = {false, 0}, last = {false, 0};
        if (o->ranges != NULL && !(isnan(o->ranges[2 * i]) && isnan(o->ranges[2 * i + 1]))) {
            first = (cx_maybe_f64){true, o->ranges[2 * i]};
            last = (cx_maybe_f64){true, o->ranges[2 * i + 1]};
        }
        CX__TRY(cx__bins_range(where, x, first, last, &b));
        CX__TRY(cx__bins_edges(where, x, &b));
        *edges = b.edges;
    }
    /* what is on the last edge counts in the last bin */
    *at = cx_sub(cx_searchsorted(*edges, x, CX_RIGHT),
                 cx_equal(x, cx_slice(*edges, 0, -1, CX_END, 1)));
    return cx__so_far();
}

/* Columns of points, their bins, into part: counts, then the edges. */
static cx_status histogramdd(const char *where, int dims, const cx_array *const column[],
                             const cx_histogramdd_opts *o, cx_array *part[])
{
    const int64_t n = cx_size(column[0]);
    if (o->edges.count != 0 && o->edges.count != dims)
        return cx__fail(CX_E_ARGUMENT, where, "%d lists of edges for %d dimensions", o->edges.count,
                        dims);
    if (o->weights != NULL) {
        CX__ARRAY(where, "weights", o->weights);
        CX__TRY(cx__need_together(where, "sample", column[0], "weights", o->weights));
        CX__TRY(cx__real_only(where, "weights", o->weights));
        if (cx_ndim(o->weights) != 1 || cx_size(o->weights) != n)
            return cx__fail(CX_E_SHAPE, where, "weights: %" PRId64 " for %" PRId64 " points",
                            cx_size(o->weights), n);
    }
    static cx__held place = CX__HELD("at, n, i: at * n + i");
    cx_array *flat = NULL, *widths[CX_MAX_NDIM];
    int64_t shape[CX_MAX_NDIM], size, total = 1;
    size_t bytes;
    for (int i = 0; i < dims; i++) {
        cx_array *at = NULL;
        CX__TRY(dimension(where, column[i], i, o, &part[1 + i], &at));
        cx_array *const edges = part[1 + i];
        shape[i] = cx_size(edges) + 1;
        CX__TRY(cx__shape_size(where, i + 1, shape, 8, &size, &bytes));
        flat = i == 0 ? at : cx__held_run(where, &place, CX_ARRAYS(flat, cx_int(shape[i]), at));
        total = size;
        widths[i] = cx_sub(cx_slice(edges, 0, 1, CX_END, 1), cx_slice(edges, 0, 0, -1, 1));
    }
    cx_array *counts = cx_astype(cx_bincount(flat, o->weights, total), CX_F64);
    counts = cx_reshape(counts, (cx_shape){dims, shape});
    for (int i = 0; i < dims; i++) counts = cx_slice(counts, i, 1, -1, 1);
    part[0] = cx_copy(counts);
    if (!o->density) return cx__so_far();
    cx_array *const whole = cx_sum(counts, CX_ALL);
    for (int i = 0; i < dims; i++) {
        int64_t along[CX_MAX_NDIM];
        for (int d = 0; d < dims; d++) along[d] = d == i ? shape[i] - 2 : 1;
        part[0] = cx_div(part[0], cx_reshape(widths[i], (cx_shape){dims, along}));
    }
    part[0] = cx_div(part[0], whole);
    return cx__so_far();
}

/* bool counts as uint8 */
static const cx_array *numbers(const cx_array *a)
{
    return cx_dtype_of(a) == CX_BOOL ? cx_view_as(a, CX_U8) : a;
}
static cx_status of_sample(const char *where, const cx_array *sample,
                           const cx_histogramdd_opts *given, int *dims, cx_array *part[])
{
    cx_histogramdd_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__ARRAY(where, "sample", sample);
    CX__TRY(cx__real_only(where, "sample", sample));
    char text[CX__SHAPE_TEXT];
    const int ndim = cx_ndim(sample);
    const int64_t d = ndim == 2 ? cx_dim(sample, 1) : 1;
    if (ndim < 1 || ndim > 2 || d < 1 || d > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "sample is %s, not [n, d] with d in 1..%d",
                        cx__words_of_shape(sample, text), CX_MAX_NDIM);
    const cx_array *column[CX_MAX_NDIM];
    for (int i = 0; i < (int)d; i++)
        column[i] = numbers(ndim == 2 ? cx_select(sample, 1, i) : cx_ravel(sample));
    *dims = (int)d;
    return histogramdd(where, (int)d, column, &o, part);
}
cx_array *cx_histogramdd(const cx_array *sample, const cx_histogramdd_opts *o, cx_array **edges)
{
    const char *const where = "histogramdd";
    const cx_scope s = cx_scope_open();
    cx_array *part[1 + CX_MAX_NDIM] = {NULL};
    int dims = 0;
    const cx_status st = of_sample(where, sample, o, &dims, part);
    const int n = edges != NULL ? 1 + dims : 1;
    cx__give_all(s, st, where, n, part);
    for (int i = 1; i < n; i++) edges[i - 1] = part[i];
    return part[0];
}

static cx_status of_two(const char *where, const cx_array *x, const cx_array *y,
                        const cx_histogramdd_opts *given, cx_array *part[])
{
    cx_histogramdd_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__ARRAY(where, "x", x);
    CX__ARRAY(where, "y", y);
    CX__TRY(cx__need_together(where, "x", x, "y", y));
    CX__TRY(cx__real_only(where, "x", x));
    CX__TRY(cx__real_only(where, "y", y));
    if (cx_ndim(x) != 1 || cx_ndim(y) != 1 || cx_size(x) != cx_size(y)) {
        char text[2][CX__SHAPE_TEXT];
        return cx__fail(CX_E_SHAPE, where, "x is %s and y is %s, not both [n]",
                        cx__words_of_shape(x, text[0]), cx__words_of_shape(y, text[1]));
    }
    const cx_dtype t = cx_promote_types(cx_dtype_of(x), cx_dtype_of(y));
    const cx_array *const column[2] = {numbers(cx_astype(x, t)), numbers(cx_astype(y, t))};
    return histogramdd(where, 2, column, &o, part);
}
cx_histogrammed2d cx_histogram2d(const cx_array *x, const cx_array *y, const cx_histogramdd_opts *o)
{
    const char *const where = "histogram2d";
    const cx_scope s = cx_scope_open();
    cx_array *part[1 + CX_MAX_NDIM] = {NULL};
    cx__give_all(s, of_two(where, x, y, o, part), where, 3, part);
    return (cx_histogrammed2d){part[0], part[1], part[2]};
}
