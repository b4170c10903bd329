/* Functions drawn from a Gaussian process, as scikit-learn draws them. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/gaussian_process/regressor.h"
#include "ops/primitives.h"
#include <calx/distributions.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

static cx_status sample(const cx_estimator *m, const cx_array *x, int64_t count, cx_maybe_i64 seed,
                        cx_array **out)
{
    static const char where[] = "gaussian_process_sample_y";
    cx__site s;
    if (count < 1)
        return cx__fail(CX_E_ARGUMENT, where, "n_samples is %lld, not at least 1",
                        (long long)count);
    const cx_gaussian_process_rows r = cx_gaussian_process_predict(m, x, CX_GAUSSIAN_PROCESS_COV);
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of(where, r.mean, &s));
    const cx_array *const mean = cx__fetch(&s, r.mean), *const cov = cx__fetch(&s, r.spread);
    cx_generator *const g = cx_random_state(seed, CX_CPU);
    CX__TRY(cx__so_far());
    if (cx_ndim(mean) == 1) {
        *out = cx__send(&s, cx_copy(cx_transpose(
                                cx_rng_multivariate_normal(g, mean, cov, CX_SHAPE(count), NULL))));
        return cx__so_far();
    }
    const int64_t n = cx_dim(mean, 0), t = cx_dim(mean, 1);
    cx_array *const all = cx_zeros(CX_SHAPE(n, t, count), CX_F64, CX_CPU);
    for (int64_t i = 0; i < t; i++) {
        const cx_array *const own = cx_rng_multivariate_normal(
            g, cx_select(mean, 1, i), cx_select(cov, 2, i), CX_SHAPE(count), NULL);
        CX__TRY(cx_copy_into(cx_transpose(own), cx_select(all, 1, i)));
    }
    *out = cx__send(&s, all);
    return cx__so_far();
}

cx_array *cx_gaussian_process_sample_y(const cx_estimator *m, const cx_array *x, int64_t n_samples,
                                       cx_maybe_i64 random_state)
{
    const cx_scope s = cx_scope_open();
    cx_array *out = NULL;
    const cx_status st = sample(m, x, n_samples, random_state, &out);
    return cx__give(s, st, out);
}
