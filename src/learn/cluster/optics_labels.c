/* The functions that read clusters from the attributes of an OPTICS: see calx/cluster.h. Checks;
 * the plot is read on the host. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/cluster/optics_xi.h"
#include "ops/primitives.h"
#include <calx/cluster.h>
#include <calx/index.h>
#include <math.h>
#include <string.h>

static cx_status real_numbers(const char *where, const char *name, const cx_array *a, int64_t n)
{
    CX__NEED(where, name, a, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(a));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "%s is %s, not real", name,
                        cx_dtype_name(cx_dtype_of(a)));
    if (cx_ndim(a) != 1 || (n >= 0 && cx_size(a) != n))
        return cx__fail(CX_E_SHAPE, where, "%s must be a number for each row", name);
    return CX_OK;
}

/* The host's copies, of the open scope. */
static cx_status read_f64(const cx__site *s, const cx_array *a, const double **out)
{
    *out = cx__at(cx__fetch(s, cx__f64(s, a)));
    return cx__so_far();
}

/* Whole numbers from least to n - 1. */
static cx_status read_rows(const cx__site *s, const char *name, const cx_array *a, int64_t n,
                           int64_t least, const int64_t **out)
{
    *out = cx__at(cx__fetch(s, cx__i64(s, a)));
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++)
        if ((*out)[i] < least || (*out)[i] >= n)
            return cx__fail(CX_E_ARGUMENT, s->where, "%s[%lld]=%lld is no row", name, (long long)i,
                            (long long)(*out)[i]);
    return CX_OK;
}

static cx_status read_order(const cx__site *s, const cx_array *a, int64_t n, const int64_t **out)
{
    CX__TRY(read_rows(s, "ordering", a, n, 0, out));
    bool *const met = cx__scope_room((size_t)(n + 1) * sizeof *met);
    if (met == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++) {
        if (met[(*out)[i]])
            return cx__fail(CX_E_ARGUMENT, s->where, "ordering names row %lld twice",
                            (long long)(*out)[i]);
        met[(*out)[i]] = true;
    }
    return CX_OK;
}

/* ---- cluster_optics_dbscan */
static cx_status by_cut(const cx_array *reachability, const cx_array *core, const cx_array *order,
                        double eps, cx_array **out)
{
    static const char where[] = "cluster_optics_dbscan";
    CX__TRY(real_numbers(where, "reachability", reachability, -1));
    const int64_t n = cx_size(reachability);
    CX__TRY(real_numbers(where, "core_distances", core, n));
    CX__TRY(real_numbers(where, "ordering", order, n));
    if (!(eps >= 0)) return cx__fail(CX_E_ARGUMENT, where, "eps=%g is negative", eps);
    cx__site s;
    const double *reach_at, *core_at;
    const int64_t *order_at;
    CX__TRY(cx__site_of(where, reachability, &s));
    CX__TRY(read_f64(&s, reachability, &reach_at));
    CX__TRY(read_f64(&s, core, &core_at));
    CX__TRY(read_order(&s, order, n, &order_at));
    cx_array *const label = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const at = cx_data_i64_mut(label);
    CX__TRY(cx__so_far());
    cx__plot_cut(n, reach_at, core_at, order_at, eps, at);
    *out = cx__send(&s, label);
    return cx__so_far();
}

cx_array *cx_cluster_optics_dbscan(const cx_array *reachability, const cx_array *core_distances,
                                   const cx_array *ordering, double eps)
{
    cx_array *out = NULL;
    const cx_scope scope = cx_scope_open();
    const cx_status st = by_cut(reachability, core_distances, ordering, eps, &out);
    return cx__give(scope, st, out);
}

/* ---- cluster_optics_xi */
static cx_status counts(const char *where, double min_samples, const cx_cluster_optics_xi_opts *o,
                        cx__plot *p)
{
    p->xi = o->xi.set ? o->xi.value : 0.05;
    p->corrected = !o->uncorrected;
    if (!(min_samples >= 0 && min_samples < 1e15) ||
        !(o->min_cluster_size >= 0 && o->min_cluster_size < 1e15))
        return cx__fail(CX_E_ARGUMENT, where, "min_samples=%g, min_cluster_size=%g", min_samples,
                        o->min_cluster_size);
    if (!(p->xi >= 0 && p->xi <= 1))
        return cx__fail(CX_E_ARGUMENT, where, "xi=%g is not in [0, 1]", p->xi);
    CX__TRY(cx__plot_count(where, "min_samples", min_samples, p->n, &p->min_samples));
    p->min_size = p->min_samples;
    if (o->min_cluster_size == 0) return CX_OK;
    return cx__plot_count(where, "min_cluster_size", o->min_cluster_size, p->n, &p->min_size);
}

/* The plot in the order of the visit, in room for n + 1 and n numbers. */
static cx_status lay_out(const cx__site *s, const cx_array *reachability, const cx_array *before,
                         const cx_array *order, cx__plot *p)
{
    const int64_t n = p->n, *before_at;
    const double *reach_at;
    double *const reach = cx__scope_room((size_t)(n + 1) * sizeof *reach);
    int64_t *const from = cx__scope_room((size_t)(n + 1) * sizeof *from);
    CX__TRY(cx__so_far());
    CX__TRY(read_f64(s, reachability, &reach_at));
    CX__TRY(read_rows(s, "predecessor", before, n, -1, &before_at));
    CX__TRY(read_order(s, order, n, &p->row));
    for (int64_t i = 0; i < n; i++) {
        reach[i] = reach_at[p->row[i]];
        from[i] = before_at[p->row[i]];
    }
    reach[n] = (double)INFINITY;
    p->reach = reach;
    p->before = from;
    return CX_OK;
}

static cx_status by_valleys(const cx_array *reachability, const cx_array *before,
                            const cx_array *order, double min_samples,
                            const cx_cluster_optics_xi_opts *given, cx_array *part[2])
{
    static const char where[] = "cluster_optics_xi";
    cx_cluster_optics_xi_opts o = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(real_numbers(where, "reachability", reachability, -1));
    cx__plot p = {.n = cx_size(reachability)};
    CX__TRY(real_numbers(where, "predecessor", before, p.n));
    CX__TRY(real_numbers(where, "ordering", order, p.n));
    CX__TRY(counts(where, min_samples, &o, &p));
    cx__site s;
    CX__TRY(cx__site_of(where, reachability, &s));
    CX__TRY(lay_out(&s, reachability, before, order, &p));
    cx_array *const label = cx_empty(CX_SHAPE(p.n), CX_I64, CX_CPU);
    int64_t *const label_at = cx_data_i64_mut(label), *valley = NULL, count = 0;
    CX__TRY(cx__so_far());
    CX__TRY(cx__valleys(&p, &valley, &count, label_at));
    part[1] = cx__valley_list(&s, valley, count);
    cx__free(valley);
    part[0] = cx__send(&s, label);
    return cx__so_far();
}

cx_cluster_optics_xi_result cx_cluster_optics_xi(const cx_array *reachability,
                                                 const cx_array *predecessor,
                                                 const cx_array *ordering, double min_samples,
                                                 const cx_cluster_optics_xi_opts *o)
{
    cx_array *part[2] = {NULL};
    const cx_scope s = cx_scope_open();
    const cx_status st = by_valleys(reachability, predecessor, ordering, min_samples, o, part);
    cx__give_all(s, st, "cluster_optics_xi", 2, part);
    return (cx_cluster_optics_xi_result){part[0], part[1]};
}
