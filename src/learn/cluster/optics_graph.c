/* Rows in the order of OPTICS, and compute_optics_graph: see optics_graph.h and calx/cluster.h. */
#include "learn/cluster/optics_graph.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/finite.h"
#include "learn/cluster/optics_xi.h"
#include "ops/primitives.h"
#include <calx/cluster.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <math.h>

cx_status cx__optics_graph_of(const char *name, const cx__near_rows *rows, int64_t samples,
                              double most, cx_status (*tick)(void *ctx, int64_t done), void *ctx,
                              const cx__optics_graph *out)
{
    const int64_t n = rows->apart.n;
    CX__TRY(cx__near_rows_core(rows, samples, out->core));
    for (int64_t i = 0; i < n; i++)
        out->core[i] = out->core[i] > most ? (double)INFINITY : rint(out->core[i] * 1e15) / 1e15;
    const cx__visit v = {.apart = &rows->apart,
                         .core = out->core,
                         .alpha = 1,
                         .most = most,
                         .rounded = true,
                         .order = out->order,
                         .reach = out->reach,
                         .from = out->from};
    CX__TRY(cx__visit_all(&v, tick, ctx));
    bool any = false;
    for (int64_t i = 0; i < n; i++) any = any || !isinf(out->reach[i]);
    if (!any)
        cx__warn(CX_E_CONVERGENCE, "%s: no row is within max_eps=%g of another; all are noise",
                 name, most);
    return CX_OK;
}

/* ---- compute_optics_graph */
static const char where[] = "compute_optics_graph";

static cx_status check(const cx_array *x, double most)
{
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "x is %s, not real", cx_dtype_name(cx_dtype_of(x)));
    if (cx_ndim(x) != 2 || cx_size(x) == 0)
        return cx__fail(CX_E_SHAPE, where, "x must be [n, d] and not empty");
    if (!(most >= 0)) return cx__fail(CX_E_ARGUMENT, where, "max_eps=%g is not 0 or more", most);
    return CX_OK;
}

static cx_status walk(const cx__site *s, const cx__near_rows *rows, int64_t samples, double most,
                      cx_compute_optics_graph_result *out)
{
    const cx_shape n = CX_SHAPE(rows->apart.n);
    cx_array *const order = cx_empty(n, CX_I64, CX_CPU), *const from = cx_empty(n, CX_I64, CX_CPU),
                    *const core = cx_empty(n, CX_F64, CX_CPU),
                    *const reach = cx_empty(n, CX_F64, CX_CPU);
    const cx__optics_graph graph = {.order = cx_data_i64_mut(order),
                                    .from = cx_data_i64_mut(from),
                                    .core = cx_data_f64_mut(core),
                                    .reach = cx_data_f64_mut(reach)};
    CX__TRY(cx__so_far());
    CX__TRY(cx__optics_graph_of(where, rows, samples, most, NULL, NULL, &graph));
    *out = (cx_compute_optics_graph_result){.ordering = cx__send(s, order),
                                            .core_distances = cx__send(s, core),
                                            .reachability = cx__send(s, reach),
                                            .predecessor = cx__send(s, from)};
    return cx__so_far();
}

static cx_status compute(const cx_array *x, double min_samples,
                         const cx_compute_optics_graph_opts *given,
                         cx_compute_optics_graph_result *out)
{
    cx_compute_optics_graph_opts o = {0};
    cx__site s;
    cx__near_rows rows;
    int64_t samples = 0;
    CX__TRY(CX__OPTIONS(where, given, &o));
    const double most = o.max_eps.set ? o.max_eps.value : (double)INFINITY;
    CX__TRY(check(x, most));
    CX__TRY(cx__site_of(where, x, &s));
    const cx_array *const own = cx_ascontiguous(cx__f64(&s, x));
    CX__TRY(cx__so_far());
    CX__TRY(cx__need_finite(where, "x", own, false, NULL, NULL));
    if (!(min_samples > 0 && min_samples < 1e15))
        return cx__fail(CX_E_ARGUMENT, where, "min_samples=%g is not above 0", min_samples);
    CX__TRY(cx__plot_count(where, "min_samples", min_samples, cx_dim(x, 0), &samples));
    cx__near_opts how = {.metric = o.metric != NULL ? cx__near_metric(o.metric) : "minkowski",
                         .pairwise = o.pairwise};
    if (how.pairwise.struct_size == 0) how.pairwise.struct_size = sizeof how.pairwise;
    cx_status st = cx__near_rows_with(&s, own, &how, &rows);
    if (st == CX_OK) st = walk(&s, &rows, samples, most, out);
    cx__near_rows_close(&rows);
    return st;
}

cx_compute_optics_graph_result cx_compute_optics_graph(const cx_array *x, double min_samples,
                                                       const cx_compute_optics_graph_opts *o)
{
    cx_compute_optics_graph_result g = {0};
    const cx_scope s = cx_scope_open();
    const cx_status st = compute(x, min_samples, o, &g);
    cx_array *part[] = {g.ordering, g.core_distances, g.reachability, g.predecessor};
    cx__give_all(s, st, where, 4, part);
    return (cx_compute_optics_graph_result){part[0], part[1], part[2], part[3]};
}
