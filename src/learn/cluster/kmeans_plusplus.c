/* kmeans_plusplus as a function: see calx/cluster.h. Checks, then what KMeans begins with. */
#include "base/object.h"
#include "learn/cluster/lloyd.h"
#include "ops/primitives.h"
#include <calx/cluster.h>
#include <calx/ops.h>

static cx_status check_options(const char *where, const cx_array *x,
                               const cx_kmeans_plusplus_opts *o)
{
    if (o->n_local_trials < 0 || o->n_local_trials > CX__MOST_TRIALS)
        return cx__fail(CX_E_ARGUMENT, where, "n_local_trials=%lld is not in [0, %d]",
                        (long long)o->n_local_trials, CX__MOST_TRIALS);
    if (o->sample_weight == NULL) return CX_OK;
    CX__NEED(where, "sample_weight", o->sample_weight, CX__KIND_ARRAY);
    if (cx_ndim(o->sample_weight) != 1 || cx_size(o->sample_weight) != cx_dim(x, 0))
        return cx__fail(CX_E_SHAPE, where, "sample_weight must be [%lld], one for each row",
                        (long long)cx_dim(x, 0));
    return CX_OK;
}

static cx_status check(const char *where, const cx_array *x, int64_t k,
                       const cx_kmeans_plusplus_opts *o)
{
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "x is %s, not real", cx_dtype_name(cx_dtype_of(x)));
    if (cx_ndim(x) != 2) return cx__fail(CX_E_SHAPE, where, "x must be [n, d]");
    if (k < 1 || k > cx_dim(x, 0))
        return cx__fail(CX_E_ARGUMENT, where, "n_clusters=%lld is not in [1, n_samples=%lld]",
                        (long long)k, (long long)cx_dim(x, 0));
    return check_options(where, x, o);
}

static cx_status plus_plus(const cx_array *x, int64_t k, const cx_kmeans_plusplus_opts *given,
                           cx_array *part[2])
{
    static const char where[] = "kmeans_plusplus";
    static cx__held finite = CX__HELD("x: all(isfinite(x))");
    cx_kmeans_plusplus_opts o = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(check(where, x, k, &o));
    cx__site s;
    cx__points p;
    CX__TRY(cx__site_of(where, x, &s));
    const cx_array *const wide = cx__f64(&s, x), *const w = o.sample_weight
                                                                ? cx__f64(&s, o.sample_weight)
                                                                : NULL;
    if (cx__number_i64(cx__held_run(where, &finite, CX_ARRAYS(wide))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, where, "x holds NaN or an infinity");
    }
    cx_generator *const g = cx_random_state(o.random_state, CX_CPU);
    CX__TRY(cx_generator_status(g));
    CX__TRY(cx__points_make(&s, wide, w, &p));
    CX__TRY(cx__seed_centres(&p, k, o.n_local_trials, g, part, part + 1));
    part[0] = cx_astype(part[0], cx__float_like(x));
    return cx__so_far();
}

cx_kmeans_plusplus_result cx_kmeans_plusplus(const cx_array *x, int64_t n_clusters,
                                             const cx_kmeans_plusplus_opts *o)
{
    cx_array *part[2] = {NULL};
    const cx_scope s = cx_scope_open();
    cx__give_all(s, plus_plus(x, n_clusters, o, part), "kmeans_plusplus", 2, part);
    return (cx_kmeans_plusplus_result){part[0], part[1]};
}
