/* Graphs of affinities: see the header. What is near is found where x is, the graph is the host's.
 */
#include "learn/manifold/graph.h"

#include <math.h>
#include <string.h>

bool cx__affinity_is(const cx_estimator *self, const char *name)
{
    return strcmp(cx_param_str(self, "affinity"), name) == 0;
}

cx_status cx__affinity_square(const cx_estimator *self, const cx_array *x)
{
    if (cx_dim(x, 0) == cx_dim(x, 1)) return CX_OK;
    return cx__fail(CX_E_SHAPE, "fit", "%s: affinity='%s' takes a square matrix, x is [%lld, %lld]",
                    self->cls->name, cx_param_str(self, "affinity"), (long long)cx_dim(x, 0),
                    (long long)cx_dim(x, 1));
}

cx_status cx__affinity_near(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            int64_t k, cx__sparse *out)
{
    const bool given = cx__affinity_is(self, "precomputed_nearest_neighbors");
    const int64_t n = cx_dim(x, 0);
    const cx__near_opts o = {.metric = given ? "precomputed" : NULL,
                             .pairwise.struct_size = sizeof o.pairwise};
    cx__nearby near;
    cx__sparse one;
    if (given) CX__TRY(cx__affinity_square(self, x));
    if (k > n)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: n_neighbors=%lld is more than n_samples=%lld",
                        self->cls->name, (long long)k, (long long)n);
    CX__TRY(cx__near_lists(s, x, x, &o, k, &near));
    CX__TRY(cx__sparse_near(&near, NULL, (double)NAN, &one));
    return cx__sparse_symmetric(&one, CX__BOTH_MEAN, out);
}

cx_status cx__affinity_kept(cx_estimator *self, int slot, const cx__site *s, const cx_array *a,
                            const double **out)
{
    CX__TRY(cx_self_set(self, slot, a));
    const double *const host = cx__near_numbers(s, a);
    CX__TRY(cx__so_far());
    return cx__spectral_symmetric(host, cx_dim(a, 0), out);
}
