/* Forests and trees fitted on a device: what growth by histograms knows of their parameters, and
 * the rows of their trees. Labels, weights and draws are the host's, as in an exact fit; only the
 * trees come from elsewhere. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/forest_hist.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/ops.h>
#include <stdio.h>
#include <string.h>

/* ---- the front */
static cx_status refuse(const cx_estimator *self, const char *name, const char *value)
{
    return cx__fail(CX_E_UNSUPPORTED, "fit",
                    "%s(%s=%s) is grown on the CPU only: a GPU grows trees by histograms, best "
                    "split by best split, for gini and squared_error; fit there, then "
                    "cx_estimator_to",
                    self->cls->name, name, value);
}

static bool has(const cx_estimator *self, const char *name)
{
    return cx__class_param(self->cls, name, strlen(name)) >= 0;
}

static cx_status check_params(const cx_estimator *self)
{
    const char *const criterion = cx_param_str(self, "criterion");
    if (strcmp(criterion, "gini") != 0 && strcmp(criterion, "squared_error") != 0)
        return refuse(self, "criterion", criterion);
    if (has(self, "splitter") && strcmp(cx_param_str(self, "splitter"), "best") != 0)
        return refuse(self, "splitter", cx_param_str(self, "splitter"));
    if (!cx_param_is_none(self, "max_leaf_nodes")) {
        char value[24];
        snprintf(value, sizeof value, "%lld", (long long)cx_param_i64(self, "max_leaf_nodes"));
        return refuse(self, "max_leaf_nodes", value);
    }
    return CX_OK;
}

cx_status cx__hist_front(const cx_estimator *self, const cx_data *d, bool random, cx_data *host,
                         cx__site *there)
{
    if (random) return cx__host_only(self, "fit", d->x);
    CX__TRY(check_params(self));
    CX__TRY(cx__site_of("fit", d->x, there));
    if (there->trees == NULL || there->trees->splits == NULL)
        return cx__host_only(self, "fit", d->x);
    *host = *d;
    host->x = cx__fetch(there, d->x);
    if (d->y != NULL) host->y = cx_to(d->y, CX_CPU);
    if (d->sample_weight != NULL) host->sample_weight = cx__fetch(there, d->sample_weight);
    return cx__so_far();
}

/* ---- rows */
typedef struct rows_of_seeds {
    const cx__grow *g;
    const cx__bootstrap *by; /* NULL: all rows that weigh something */
    const int64_t *seed;
    bool balance;
} rows_of_seeds;

static cx_status rows_of(void *ctx, int64_t tree, int32_t *row, int64_t *count, double *weight)
{
    const rows_of_seeds *const r = ctx;
    const cx__grow *const g = r->g;
    int64_t at = 0;
    if (r->by == NULL || r->by->draws == 0) {
        for (int64_t i = 0; i < g->n; i++)
            if (g->weight == NULL || g->weight[i] > 0) row[at++] = (int32_t)i;
        *count = at;
        return CX_OK;
    }
    double *const times = cx__alloc((size_t)g->n * sizeof *times);
    if (times == NULL) return cx__fail_nomem(g->where, "a bootstrap", (size_t)g->n * sizeof *times);
    cx_status st = cx__bootstrap_times(r->by, r->seed[tree], times);
    for (int64_t i = 0; st == CX_OK && i < g->n; i++)
        for (int64_t k = 0; k < (int64_t)times[i]; k++) row[at++] = (int32_t)i;
    *count = at;
    for (int64_t i = 0; weight != NULL && i < g->n; i++) weight[i] = 1;
    if (st == CX_OK && r->balance) st = cx__grow_balance(g, times, weight);
    cx__free(times);
    return st;
}

/* What lists and words have in common: of a bootstrap the draws are the weights. */
static cx_status grow(cx__grow *g, rows_of_seeds *rows, const uint32_t *seed, int64_t count,
                      const cx__site *there, const cx_array *x, cx__trees *out)
{
    const bool drawn = rows->by != NULL && rows->by->draws > 0;
    const cx_scope inner = cx_scope_open();
    if (g->n > INT32_MAX || (drawn && rows->by->draws > INT32_MAX))
        cx_check(cx__fail(CX_E_UNSUPPORTED, g->where,
                          "%s: %lld rows are more than a GPU's lists hold", g->self->cls->name,
                          (long long)g->n));
    const cx__hist_forest f = {.site = there,
                               .g = g,
                               .x = cx__f64(there, cx_astype(x, CX_F32)),
                               .rows = rows_of,
                               .ctx = rows,
                               .most = drawn ? rows->by->draws : g->n,
                               .own_weights = rows->balance,
                               .weight = drawn ? NULL : g->weight,
                               .seed = seed};
    if (cx_ok()) cx_check(cx__hist_forest_grow(&f, count, out));
    return cx_scope_close(inner);
}

cx_status cx__hist_tree_fit(cx__grow *g, uint32_t seed, const cx__site *there, const cx_array *x,
                            cx__trees *out)
{
    rows_of_seeds rows = {.g = g};
    out->width = g->width;
    CX__TRY(grow(g, &rows, &seed, 1, there, x, out));
    g->site = *there;
    return CX_OK;
}

cx_status cx__hist_forest_fit(cx__forest *f, cx__grow *g, const cx__bootstrap *by, bool balance,
                              const cx__site *there, const cx_array *x)
{
    const int64_t missing = f->count - f->have;
    rows_of_seeds rows = {g, by, f->seed + f->have, balance};
    uint32_t *const seed = cx__scope_room((size_t)(missing + 1) * sizeof *seed);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < missing; i++)
        CX__TRY(cx__forest_splitter_seed(f->seed[f->have + i], &seed[i]));
    if (missing > 0) CX__TRY(grow(g, &rows, seed, missing, there, x, &f->model));
    g->site = *there;
    return CX_OK;
}
