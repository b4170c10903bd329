/* NearestNeighbors, and the functions that ask any class of the module for neighbours. */
#include "learn/neighbors/near.h"
#include "learn/neighbors/family.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/neighbors.h>
#include <calx/ops.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {CX__NEAR_ATTRS, NULL};

static const cx_param params[] = {
    CX__NEAR_K("5"),        CX__NEAR_RADIUS, CX__NEAR_ALGORITHM,
    CX__NEAR_LEAF_SIZE,     CX__NEAR_METRIC, CX__NEAR_P,
    CX__NEAR_METRIC_PARAMS, CX__NEAR_JOBS,   {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    return cx__near_store(self, d->x);
}

const cx_estimator_class cx__class_nearest_neighbors = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "NearestNeighbors",
    .doc = "Rows near rows: cx_kneighbors and cx_radius_neighbors ask it.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .check = cx__near_check,
};

/* ---- questions to a fitted class */
static cx_status open_class(const char *where, const cx_estimator *m, const cx_array *x,
                            cx__near **out)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (x != NULL) CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (!cx__near_is(m))
        return cx__fail(CX_E_ARGUMENT, where, "%s has no neighbours", m->cls->name);
    if (!cx_is_fitted(m)) return cx__fail(CX_E_NOT_FITTED, where, "fit it first");
    if (x != NULL && (cx_ndim(x) != 2 || cx_dim(x, 1) != cx_self_features(m)))
        return cx__fail(CX_E_SHAPE, where, "x must be [n, %lld]", (long long)cx_self_features(m));
    return cx__near_of(where, m, out);
}

static bool has(const cx_estimator *m, const char *parameter)
{
    return cx__class_param(m->cls, parameter, strlen(parameter)) >= 0;
}

static cx_status near_k(const char *where, const cx_estimator *m, const cx_array *x, int64_t k,
                        cx_array *part[2])
{
    cx__near *near = NULL;
    CX__TRY(open_class(where, m, x, &near));
    if (k < 1 && has(m, "n_neighbors")) k = cx_param_i64(m, "n_neighbors");
    cx_status st = cx__near_k(near, x, k, &part[1], &part[0]);
    cx__near_close(near);
    return st;
}

cx_neighbors cx_kneighbors(const cx_estimator *m, const cx_array *x, int64_t k)
{
    static const char where[] = "kneighbors";
    cx_array *part[2] = {NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx__give_all(s, near_k(where, m, x, k, part), where, 2, part);
    return (cx_neighbors){.distances = part[0], .indices = part[1]};
}

static cx_status near_radius(const char *where, const cx_estimator *m, const cx_array *x,
                             double radius, bool sorted, cx_array *part[3])
{
    cx__near *near = NULL;
    CX__TRY(open_class(where, m, x, &near));
    if (isnan(radius) && has(m, "radius")) radius = cx_param_f64(m, "radius");
    cx_status st = isnan(radius)
                       ? cx__fail(CX_E_ARGUMENT, where, "%s has no radius; give one", m->cls->name)
                       : cx__near_radius(near, x, radius, sorted, &part[0], &part[1], &part[2]);
    cx__near_close(near);
    return st;
}

cx_neighborhoods cx_radius_neighbors(const cx_estimator *m, const cx_array *x, double radius,
                                     cx_neighbor_order order)
{
    static const char where[] = "radius_neighbors";
    cx_array *part[3] = {NULL, NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx__give_all(s, near_radius(where, m, x, radius, order == CX_NEIGHBORS_BY_DISTANCE, part),
                 where, 3, part);
    return (cx_neighborhoods){.starts = part[0], .indices = part[1], .distances = part[2]};
}
