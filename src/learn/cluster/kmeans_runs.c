/* Runs of Lloyd's iteration: see kmeans_runs.h.
 *
 * Data is centred first, so that distances keep their digits; the centres are moved back in the
 * end. */
#include "learn/cluster/kmeans_runs.h"

#include "base/object.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>

typedef struct fitting {
    const cx__kmeans *how;
    cx__points p; /* centred */
    cx__start start;
    int64_t run;
    double tol; /* in the units of p, squared */
    cx__lloyd_run best;
} fitting;

static cx_status tick(void *ctx, int64_t iteration)
{
    const fitting *f = ctx;
    return cx_self_progress(f->how->self, f->run * f->how->max_iter + iteration,
                            f->how->runs * f->how->max_iter);
}

/* The same partition under other names: every label of a meets one label of b only. */
static cx_status same_clustering(const fitting *f, const cx_array *a, const cx_array *b, bool *same)
{
    const cx__site *s = f->how->site;
    static cx__held pairs = CX__HELD("a, b, k: int64(a) * k + b");
    const cx_array *pair = cx__held_run(s->where, &pairs, CX_ARRAYS(a, b, cx_int(f->how->k)));
    cx_array *mass = cx__new_f64(s, f->how->k, f->how->k);
    const cx_learn_groups call = {
        .n = f->p.n, .groups = f->how->k * f->how->k, .code = cx__at(pair), .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    *same = cx__number_i64(cx_max(cx_count_nonzero(mass, CX_AXIS(1)), CX_ALL)) <= 1;
    return cx__so_far();
}

static cx_status one_run(fitting *f, cx_generator *g, bool *better, cx__lloyd_run *run)
{
    CX__TRY(cx__start_centres(&f->start, &f->p, f->how->k, g, &run->centres));
    CX__TRY(cx__lloyd(&f->p, f->how->max_iter, f->tol, tick, f, run));
    *better = f->run == 0 || run->inertia < f->best.inertia;
    bool same = false;
    if (f->run > 0 && *better) CX__TRY(same_clustering(f, run->label, f->best.label, &same));
    *better = *better && !same;
    return CX_OK;
}

static cx_status all_runs(fitting *f, cx_generator *g)
{
    for (f->run = 0; f->run < f->how->runs; f->run++) {
        const cx_scope scope = cx_scope_open(); /* memory for one run and the best one */
        cx__lloyd_run run = {.centres = NULL};
        bool better = false;
        if (cx_check(one_run(f, g, &better, &run)) == CX_OK && better) {
            f->best = run;
            f->best.centres = cx_scope_keep(scope, run.centres);
            f->best.label = cx_scope_keep(scope, run.label);
        }
        CX__TRY(cx_scope_close(scope));
    }
    return CX_OK;
}

static cx_status warn_if_few(const fitting *f)
{
    const cx__site *s = f->how->site;
    cx_array *mass = cx__new_f64(s, f->how->k, -1);
    const cx_array *code = cx__i64(s, f->best.label);
    const cx_learn_groups call = {
        .n = f->p.n, .groups = f->how->k, .code = cx__at(code), .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    const int64_t used = cx__number_i64(cx_count_nonzero(mass, CX_ALL));
    if (used < f->how->k)
        cx__warn(
            CX_E_CONVERGENCE,
            "%s: found %lld distinct clusters, fewer than n_clusters=%lld; there may be duplicate points",
            cx_estimator_name(f->how->self), (long long)used, (long long)f->how->k);
    return cx__so_far();
}

/* float64 that was made of the data, float32 or integers, is nobody else's: no second copy. */
static const cx_array *centred_rows(const cx__kmeans *how, cx_array *mean)
{
    if (how->own == NULL) return cx__centred(how->site, how->x, mean, NULL);
    return cx_check(cx_sub_into(how->own, mean, how->own)) == CX_OK ? how->own : NULL;
}

/* Centred points and given centres, and the tolerance in their units. */
static cx_status prepare(fitting *f, cx_array **mean)
{
    const cx__kmeans *const how = f->how;
    const cx_array *const x = how->x;
    cx_array *squares;
    CX__TRY(cx__finite_means(how->site, how->given, x, NULL, mean, &squares));
    const cx_array *variance = cx_mean(cx_div(squares, cx_float((double)cx_dim(x, 0))), CX_ALL);
    f->tol = how->tol * cx__number_f64(variance);
    f->start = how->start;
    if (f->start.given != NULL) f->start.given = cx_sub(f->start.given, *mean);
    const cx_array *const centred = centred_rows(how, *mean);
    CX__TRY(cx__so_far());
    return f->start.plus_plus ? cx__points_make(how->site, centred, how->weight, &f->p)
                              : cx__points_bare(how->site, centred, how->weight, &f->p);
}

cx_status cx__kmeans_best(const cx__kmeans *how, cx_generator *g, cx__lloyd_run *best)
{
    fitting f = {.how = how};
    cx_array *mean;
    CX__TRY(prepare(&f, &mean));
    CX__TRY(all_runs(&f, g));
    CX__TRY(warn_if_few(&f));
    *best = f.best;
    best->centres = cx_add(f.best.centres, mean);
    return cx__so_far();
}
