/* How many principal components to keep: see the header. */
#include "learn/decomposition/pca_rank.h"

#include "base/log_gamma.h"
#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

/* Minka's approximation of the evidence for `rank` components (NIPS 2000, 598-604). */
static double evidence(const double *s, int64_t rank, int64_t d, double n)
{
    const double tiny = 1e-15, log_pi = log(acos(-1));
    if (s[rank - 1] < tiny) return -INFINITY;
    const double k = (double)rank, dims = (double)d, rest = dims - k;
    double prior = -k * log(2), kept = 0, left = 0, hessian = 0;
    for (int64_t i = 1; i <= rank; i++) {
        const double half = (dims - (double)i + 1) / 2;
        prior += cx__log_gamma(half) - log_pi * half;
        kept += log(s[i - 1]);
    }
    for (int64_t i = rank; i < d; i++) left += s[i];
    const double noise = fmax(tiny, left / rest);
    const double free_numbers = dims * k - k * (k + 1) / 2;
    for (int64_t i = 0; i < rank; i++)
        for (int64_t j = i + 1; j < d; j++) {
            const double sj = j < rank ? s[j] : noise;
            hessian += log((s[i] - s[j]) * (1 / sj - 1 / s[i])) + log(n);
        }
    return prior - kept * n / 2 - log(noise) * n * rest / 2 +
           (log(2) + log_pi) * (free_numbers + k) / 2 - hessian / 2 - k * log(n) / 2;
}

static int64_t most_likely_rank(const double *s, int64_t d, int64_t n)
{
    int64_t best = 0;
    double top = -INFINITY;
    for (int64_t rank = 1; rank < d; rank++) {
        const double e = evidence(s, rank, d, (double)n);
        if (!(e > top)) continue;
        top = e;
        best = rank;
    }
    return best;
}

static cx_status likely_components(const cx__site *site, const cx_array *variance, int64_t n,
                                   int64_t *k)
{
    const int64_t r = cx_size(variance);
    double *const at = cx__scratch((size_t)r * sizeof *at);
    if (at == NULL) return cx__fail_nomem("fit", "variances", (size_t)r * sizeof *at);
    const cx_status st = cx__read_all(site, variance, at);
    if (st == CX_OK) *k = most_likely_rank(at, r, n);
    cx__scratch_free(at);
    return st;
}

cx_status cx__pca_rank(const cx_estimator *self, const cx__site *site, int64_t n,
                       const cx_array *variance, const cx_array *total, int64_t *k)
{
    const int64_t d = cx_self_features(self), least = n < d ? n : d;
    *k = least;
    if (cx_param_is_none(self, "n_components")) return CX_OK;
    if (cx_param_is_str(self, "n_components")) {
        if (n < d)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "PCA: n_components='mle' needs n_samples >= n_features");
        return likely_components(site, variance, n, k);
    }
    if (cx_param_is_number(self, "n_components") == 1) {
        *k = cx_param_i64(self, "n_components");
        if (*k <= least) return CX_OK;
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "PCA: n_components=%lld is more than min(n_samples, n_features)=%lld",
                        (long long)*k, (long long)least);
    }
    const double share = cx_param_f64(self, "n_components");
    /* the running sums that are not above the share, which makes one more */
    const cx_array *const below =
        cx_less_equal(cx_cumsum(cx_div(variance, total), 0), cx_float(share));
    *k = cx__number_i64(cx_sum(below, CX_ALL)) + 1;
    if (*k > least) *k = least;
    return cx__so_far();
}
