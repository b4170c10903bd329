/* Graphs of neighbours: rows of a sparse matrix as three arrays, and the same as a dense one. */
#include "learn/neighbors/family.h"
#include "learn/neighbors/near.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/neighbors.h>
#include <calx/ops.h>
#include <calx/sort.h>

/* ---- of rows */
static cx_status open_graph(const char *where, const cx_array *x, const cx_graph_opts *o,
                            cx__near **out)
{
    cx__site s;
    CX__TRY(cx__site_of(where, x, &s));
    const cx__near_opts how = {.metric = o->metric, .pairwise = o->pairwise};
    return cx__near_open(&s, x, &how, out);
}

static cx_status finish(const cx_graph_opts *o, cx_neighborhoods *g)
{
    if (o->mode == CX_GRAPH_CONNECTIVITY) g->distances = cx_ones_like(g->distances, CX_F64);
    return cx__so_far();
}

static cx_status k_graph(const char *where, const cx_array *x, int64_t k,
                         const cx_graph_opts *given, cx_neighborhoods *g)
{
    cx_graph_opts o;
    cx__near *near = NULL;
    cx_array *index = NULL, *distance = NULL;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(open_graph(where, x, &o, &near));
    const int64_t n = near->m;
    const cx_status st = cx__near_k(near, o.include_self ? x : NULL, k, &index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    *g = (cx_neighborhoods){.starts = cx_arange_i64(0, n * k + 1, k, CX_I64, cx_device_of(x)),
                            .indices = cx_ravel(index),
                            .distances = cx_ravel(distance)};
    return finish(&o, g);
}

static cx_status radius_graph(const char *where, const cx_array *x, double radius,
                              const cx_graph_opts *given, cx_neighborhoods *g)
{
    cx_graph_opts o;
    cx__near *near = NULL;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(open_graph(where, x, &o, &near));
    const cx_status st = cx__near_radius(near, o.include_self ? x : NULL, radius, false, &g->starts,
                                         &g->indices, &g->distances);
    cx__near_close(near);
    CX__TRY(st);
    return finish(&o, g);
}

static cx_neighborhoods give(cx_scope s, cx_status st, const char *where, cx_neighborhoods g)
{
    cx_array *part[3] = {g.starts, g.indices, g.distances};
    cx__give_all(s, st, where, 3, part);
    return (cx_neighborhoods){part[0], part[1], part[2]};
}

cx_neighborhoods cx_kneighbors_graph(const cx_array *x, int64_t n_neighbors, const cx_graph_opts *o)
{
    static const char where[] = "kneighbors_graph";
    const cx_scope s = cx_scope_open();
    cx_neighborhoods g = {NULL, NULL, NULL};
    const cx_status st = k_graph(where, x, n_neighbors, o, &g);
    return give(s, st, where, g);
}

cx_neighborhoods cx_radius_neighbors_graph(const cx_array *x, double radius, const cx_graph_opts *o)
{
    static const char where[] = "radius_neighbors_graph";
    const cx_scope s = cx_scope_open();
    cx_neighborhoods g = {NULL, NULL, NULL};
    const cx_status st = radius_graph(where, x, radius, o, &g);
    return give(s, st, where, g);
}

/* ---- dense */
static cx_status dense(const char *where, const cx_neighborhoods *g, int64_t columns,
                       cx_array **out)
{
    static cx__held place = CX__HELD("row, column, m: row * m + column");
    CX__NEED(where, "starts", g->starts, CX__KIND_ARRAY);
    CX__NEED(where, "indices", g->indices, CX__KIND_ARRAY);
    CX__NEED(where, "distances", g->distances, CX__KIND_ARRAY);
    const int64_t n = cx_size(g->starts) - 1;
    if (n < 0 || columns < 1 || cx_size(g->indices) != cx_size(g->distances))
        return cx__fail(CX_E_SHAPE, where,
                        "%lld starts, %lld indices, %lld distances, %lld columns", (long long)n + 1,
                        (long long)cx_size(g->indices), (long long)cx_size(g->distances),
                        (long long)columns);
    const cx_device device = cx_device_of(g->starts);
    const cx_array *const row =
        cx_searchsorted(cx_slice(g->starts, 0, 1, CX_END, 1),
                        cx_arange_i64(0, cx_size(g->indices), 1, CX_I64, device), CX_RIGHT);
    cx_array *const flat = cx_zeros(CX_SHAPE(n * columns), CX_F64, device);
    CX__TRY(cx__so_far());
    CX__TRY(cx_put_rows(flat,
                        cx__held_run(where, &place, CX_ARRAYS(row, g->indices, cx_int(columns))),
                        g->distances));
    *out = cx_reshape(flat, CX_SHAPE(n, columns));
    return cx__so_far();
}

cx_array *cx_neighborhoods_dense(const cx_neighborhoods *g, int64_t columns)
{
    static const char where[] = "neighborhoods_dense";
    static const cx_neighborhoods none;
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = dense(where, g != NULL ? g : &none, columns, &out);
    return cx__give(s, st, out);
}
