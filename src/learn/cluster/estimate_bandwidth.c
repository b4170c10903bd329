/* estimate_bandwidth: see calx/cluster.h. Distances of a block of rows from all, of which one order
 * statistic a row is wanted: no list of neighbours is made. */
#include "base/object.h"
#include "learn/cluster/bandwidth.h"
#include "ops/primitives.h"
#include <calx/cluster.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

enum { ENTRIES = 1 << 22 }; /* distances at a time */

static cx_status add_block(const cx_array *x, int64_t lo, int64_t hi, int64_t kth, double *sum)
{
    const cx_array *const distance =
        cx_pairwise_distances(cx_slice(x, 0, lo, hi, 1), x, "euclidean", NULL);
    const cx_array *const ordered = cx_partition(distance, 1, &kth, 1);
    *sum += cx__number_f64(cx_sum(cx_select(ordered, 1, kth), CX_ALL));
    return cx__so_far();
}

cx_status cx__bandwidth(const cx__site *s, const cx_array *x, double quantile, double *out)
{
    const int64_t n = cx_dim(x, 0), near = (int64_t)((double)n * quantile), rows = ENTRIES / n + 1;
    double sum = 0;
    for (int64_t lo = 0; lo < n; lo += rows) {
        const cx_scope scope = cx_scope_open(); /* distances of one block at a time */
        const int64_t hi = lo + rows < n ? lo + rows : n;
        (void)cx_check(add_block(x, lo, hi, near > 1 ? near - 1 : 0, &sum));
        CX__TRY(cx_scope_close(scope));
        CX__TRY(cx__poll(s->where));
    }
    *out = sum / (double)n;
    return CX_OK;
}

static cx_status check(const char *where, const cx_array *x, const cx_estimate_bandwidth_opts *o)
{
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    const char kind = cx_dtype_kind(cx_dtype_of(x));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, where, "x is %s, not real", cx_dtype_name(cx_dtype_of(x)));
    if (cx_ndim(x) != 2 || cx_size(x) == 0)
        return cx__fail(CX_E_SHAPE, where, "x must be [n, d] and not empty");
    if (o->quantile.set && !(o->quantile.value >= 0 && o->quantile.value <= 1))
        return cx__fail(CX_E_ARGUMENT, where, "quantile=%g is not in [0, 1]", o->quantile.value);
    if (o->n_samples < 0)
        return cx__fail(CX_E_ARGUMENT, where, "n_samples=%lld is negative",
                        (long long)o->n_samples);
    return CX_OK;
}

static cx_status estimate(const cx_array *x, const cx_estimate_bandwidth_opts *given, double *out)
{
    static const char where[] = "estimate_bandwidth";
    static cx__held finite = CX__HELD("x: all(isfinite(x))");
    cx_estimate_bandwidth_opts o = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(check(where, x, &o));
    cx__site s;
    CX__TRY(cx__site_of(where, x, &s));
    const cx_array *rows = cx__f64(&s, x);
    if (cx__number_i64(cx__held_run(where, &finite, CX_ARRAYS(rows))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, where, "x holds NaN or an infinity");
    }
    if (o.n_samples > 0 && o.n_samples < cx_dim(x, 0)) {
        cx_generator *const g =
            cx_random_state(o.random_state.set ? o.random_state : CX_SEED(0), CX_CPU);
        const int64_t *const at = cx_data_i64(cx_rng_permutation(g, cx_int(cx_dim(x, 0)), 0));
        if (at == NULL) return cx__last_status();
        rows = cx_take(rows, cx__given_all(&s, at, o.n_samples, CX_I64), 0);
    }
    return cx__bandwidth(&s, rows, o.quantile.set ? o.quantile.value : 0.3, out);
}

double cx_estimate_bandwidth(const cx_array *x, const cx_estimate_bandwidth_opts *o)
{
    const cx_scope s = cx_scope_open();
    double out = NAN;
    const cx_status st = estimate(x, o, &out), closed = cx_scope_close(s);
    return cx_check(st != CX_OK ? st : closed) == CX_OK ? out : (double)NAN;
}
