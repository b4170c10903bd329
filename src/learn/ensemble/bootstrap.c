/* The rows that each tree of a forest sees: drawn from its seed, with repetition, by their weights.
 * The draws are scikit-learn's, so equal seeds give equal trees. */
#include "base/object.h"
#include "learn/ensemble/forest.h"
#include "learn/model_selection/model_selection.h"
#include <calx/ops.h>
#include <calx/random.h>
#include <math.h>
#include <string.h>

enum { DRAWN = 4096 }; /* numbers at a time */

cx_status cx__row_shares(const char *where, const double *weight, int64_t n, const cx_array **out)
{
    *out = NULL;
    if (weight == NULL) return CX_OK;
    const double sum = cx__pairwise_sum(weight, n);
    if (!(sum > 0))
        return cx__fail(CX_E_ARGUMENT, where, "rows are drawn by weights, which sum to %g", sum);
    *out = cx_div(cx_borrow_host_const(weight, CX_SHAPE(n), CX_F64, NULL), cx_float(sum));
    return cx__so_far();
}

/* max_samples of the bootstrap: None all, a number, or a share of the rows (their weights). */
static cx_status draws_of(const cx_estimator *self, const cx__grow *g, int64_t *out)
{
    static const char name[] = "max_samples";
    *out = g->n;
    if (cx_param_is_none(self, name)) return CX_OK;
    if (cx_param_is_number(self, name) == 1) {
        *out = cx_param_i64(self, name);
        return CX_OK;
    }
    const double share = cx_param_f64(self, name),
                 all = g->weight != NULL ? cx__pairwise_sum(g->weight, g->n) : (double)g->n;
    if (share * all >= (double)INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, g->where, "%s: max_samples=%g draws %g rows",
                        self->cls->name, share, share * all);
    *out = share * all < 1 ? 1 : (int64_t)(share * all);
    const double few = fmax(10, cbrt((double)g->n));
    if ((double)*out < few)
        cx__warn(CX_E_ARGUMENT, "%s: max_samples=%g draws only %lld rows; give their number",
                 self->cls->name, share, (long long)*out);
    return CX_OK;
}

cx_status cx__bootstrap_of(const cx_estimator *self, const cx__grow *g, cx__bootstrap *out)
{
    *out = (cx__bootstrap){.n = g->n};
    if (cx_param_bool(self, "bootstrap")) {
        CX__TRY(draws_of(self, g, &out->draws));
        return cx__row_shares(g->where, g->weight, g->n, &out->share);
    }
    if (!cx_param_is_none(self, "max_samples"))
        return cx__fail(CX_E_ARGUMENT, g->where, "%s: max_samples needs bootstrap=True",
                        self->cls->name);
    if (cx_param_bool(self, "oob_score"))
        return cx__fail(CX_E_ARGUMENT, g->where,
                        "%s: oob_score=True needs bootstrap=True: without it no row is left out",
                        self->cls->name);
    return CX_OK;
}

cx_status cx__bootstrap_times(const cx__bootstrap *b, int64_t seed, double *times)
{
    cx_generator *const rng = cx_random_state(CX_SEED(seed), CX_CPU);
    const cx_choice_opts by_share = {.struct_size = sizeof by_share, .p = b->share};
    const int64_t step = b->share != NULL ? b->draws : DRAWN;
    memset(times, 0, (size_t)b->n * sizeof *times);
    for (int64_t at = 0; at < b->draws; at += step) {
        const int64_t count = b->draws - at < step ? b->draws - at : step;
        const cx_scope piece = cx_scope_open();
        const cx_array *const rows =
            b->share != NULL ? cx_rng_choice(rng, cx_int(b->n), CX_SHAPE(count), &by_share)
                             : cx_rng_integers(rng, 0, b->n, CX_SHAPE(count), CX_I64);
        const int64_t *const row = cx_data_i64(rows);
        for (int64_t i = 0; row != NULL && i < count; i++) times[row[i]]++;
        CX__TRY(cx_scope_close(piece));
    }
    return cx__so_far();
}

cx_status cx__forest_splitter_seed(int64_t seed, uint32_t *out)
{
    return cx__grow_seed(cx_random_state(CX_SEED(seed), CX_CPU), out);
}
