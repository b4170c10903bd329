/* Histograms of one dimension: equal bins are counted by distance, others found by searching. Knows
 * no memory. */
#include "routines/statistics/bins.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <inttypes.h>

static cx_array *steps(const cx_array *a)
{
    return cx_sub(cx_slice(a, 0, 1, CX_END, 1), cx_slice(a, 0, 0, -1, 1));
}

/* a flat, bool as uint8; the bins asked for. */
static cx_status bins_of(const char *where, const cx_array *a, const cx_histogram_opts *o,
                         cx_array **flat, cx__bins *b)
{
    CX__ARRAY(where, "a", a);
    CX__TRY(cx__real_only(where, "a", a));
    if (o->weights != NULL) {
        CX__ARRAY(where, "weights", o->weights);
        CX__TRY(cx__need_together(where, "a", a, "weights", o->weights));
        bool same = cx_ndim(a) == cx_ndim(o->weights);
        for (int d = 0; same && d < cx_ndim(a); d++) same = cx_dim(a, d) == cx_dim(o->weights, d);
        char text[2][CX__SHAPE_TEXT];
        if (!same)
            return cx__fail(CX_E_SHAPE, where, "weights are %s, a is %s",
                            cx__words_of_shape(o->weights, text[0]),
                            cx__words_of_shape(a, text[1]));
        if (cx__kind_of(o->weights) == 'k')
            return cx__fail(CX_E_DTYPE, where, "weights are categories");
    }
    *b = (cx__bins){.count = 0};
    *flat = cx_ravel(cx_dtype_of(a) == CX_BOOL ? cx_view_as(a, CX_U8) : a);
    CX__TRY(cx__so_far());
    if (o->edges != NULL) {
        CX__ARRAY(where, "edges", o->edges);
        CX__TRY(cx__need_together(where, "a", a, "edges", o->edges));
        b->edges = cx_to(o->edges, cx_device_of(a));
        return cx__bins_ascend(where, o->edges);
    }
    if (o->rule != NULL && o->weights != NULL)
        return cx__fail(CX_E_ARGUMENT, where, "weights do not go with a rule");
    if (o->rule == NULL && o->bins < 0)
        return cx__fail(CX_E_ARGUMENT, where, "bins is %" PRId64, o->bins);
    CX__TRY(cx__bins_range(where, *flat, o->first, o->last, b));
    b->count = o->bins != 0 ? o->bins : 10;
    if (o->rule != NULL) CX__TRY(cx__bins_by_rule(where, o->rule, *flat, b));
    return cx__bins_equal(where, *flat, b);
}

/* How many elements (how much weight) are before each edge, the last edge included: differences
 * are the bins'. */
static cx_array *searched(const cx_array *a, const cx_array *edges, const cx_array *weights)
{
    cx_array *const order = weights != NULL ? cx_argsort(a, 0) : NULL,
                    *const sorted = order != NULL ? cx_take(a, order, 0) : cx_sort(a, 0),
                    *const inner = cx_searchsorted(sorted, cx_slice(edges, 0, 0, -1, 1), CX_LEFT),
                    *const end =
                        cx_searchsorted(sorted, cx_slice(edges, 0, -1, CX_END, 1), CX_RIGHT),
                    *const before = cx_concatenate(CX_ARRAYS(inner, end), 0);
    if (weights == NULL) return steps(before);
    const cx_dtype t = cx_dtype_of(weights);
    const char kind = cx_dtype_kind(t);
    const cx_dtype sum = kind == 'c' ? CX_C128 : kind == 'f' || kind == 'e' ? CX_F64 : t;
    cx_array *const heap = cx_cumsum(cx_astype(cx_take(weights, order, 0), sum), 0),
                    *const none = cx_zeros(CX_SHAPE(1), cx_dtype_of(heap), cx_device_of(a)),
                    *const all = cx_concatenate(CX_ARRAYS(none, heap), 0);
    return cx_astype(steps(cx_take(all, before, 0)), t);
}

static cx_status histogram(const char *where, const cx_array *a, const cx_histogram_opts *given,
                           cx_array *part[2])
{
    cx_histogram_opts o;
    cx__bins b;
    cx_array *flat = NULL;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(bins_of(where, a, &o, &flat, &b));
    cx_array *const w = o.weights != NULL ? cx_ravel(o.weights) : NULL;
    if (b.count == 0 && w != NULL && cx_dtype_of(w) == CX_BOOL)
        return cx__fail(CX_E_DTYPE, where, "weights are bool, whose sums are not");
    part[0] = b.count > 0 ? cx__bins_count(flat, &b, w) : searched(flat, b.edges, w);
    part[1] = b.edges;
    if (o.density)
        part[0] =
            cx_div(cx_div(part[0], cx_astype(steps(b.edges), CX_F64)), cx_sum(part[0], CX_ALL));
    return cx__so_far();
}
cx_histogrammed cx_histogram(const cx_array *a, const cx_histogram_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *part[2] = {NULL, NULL};
    const cx_status st = histogram("histogram", a, o, part);
    cx__give_all(s, st, "histogram", 2, part);
    return (cx_histogrammed){part[0], part[1]};
}

cx_array *cx_histogram_bin_edges(const cx_array *a, const cx_histogram_opts *o)
{
    const char *const where = "histogram_bin_edges";
    const cx_scope s = cx_scope_open();
    cx_histogram_opts asked;
    cx__bins b = {.edges = NULL};
    cx_array *flat = NULL;
    cx_status st = CX__OPTIONS(where, o, &asked);
    if (st == CX_OK) st = bins_of(where, a, &asked, &flat, &b);
    return cx__give(s, st, b.edges);
}
