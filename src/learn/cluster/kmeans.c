/* KMeans: the best of some runs of Lloyd's iteration.
 *
 * Data is centred first, so that distances keep their digits; the centres are moved back in the
 * end. */
#include "base/object.h"
#include "learn/cluster/centres.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { LABELS = CX__CENTRES + 1, INERTIA, N_ITER };
static const char *const attrs[] = {"cluster_centers_: float [k, n]", "labels_: int [m]",
                                    "inertia_: float []", "n_iter_: int []", NULL};

static const cx_param params[] = {
    CX__PARAM_CLUSTERS,
    {"init", CX_PARAM_STR | CX_PARAM_LIST, "'k-means++'", "{'k-means++', 'random'}",
     "how the first centres are drawn, or the centres themselves, a list for each"},
    {"n_init", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}",
     "runs; 'auto': 1 for k-means++ and given centres, 10 for random"},
    {"max_iter", CX_PARAM_INT, "300", "[1, inf)", "most iterations of a run"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "stop when centres move less, relative to the mean variance"},
    CX__PARAM_VERBOSE,
    CX__PARAM_SEED,
    CX__PARAM_COPY,
    CX__PARAM_ALGORITHM,
    {.name = NULL},
};

typedef struct fitting {
    const cx_estimator *self;
    cx__site site;
    cx__points p;
    cx__start start;
    int64_t k, runs, run, max_iter;
    double tol;
    cx__lloyd_run best;
} fitting;

static cx_status tick(void *ctx, int64_t iteration)
{
    const fitting *f = ctx;
    return cx_self_progress(f->self, f->run * f->max_iter + iteration, f->runs * f->max_iter);
}

/* The same partition under other names: every label of a meets one label of b only. */
static cx_status same_clustering(const fitting *f, const cx_array *a, const cx_array *b, bool *same)
{
    const cx__site *s = &f->site;
    static cx__held pairs = CX__HELD("a, b, k: int64(a) * k + b");
    const cx_array *pair = cx__held_run(s->where, &pairs, CX_ARRAYS(a, b, cx_int(f->k)));
    cx_array *mass = cx__new_f64(s, f->k, f->k);
    const cx_learn_groups call = {
        .n = f->p.n, .groups = f->k * f->k, .code = cx__at(pair), .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    *same = cx__number_i64(cx_max(cx_count_nonzero(mass, CX_AXIS(1)), CX_ALL)) <= 1;
    return cx__so_far();
}

static cx_status one_run(fitting *f, cx_generator *g, bool *better, cx__lloyd_run *run)
{
    CX__TRY(cx__start_centres(&f->start, &f->p, f->k, g, &run->centres));
    CX__TRY(cx__lloyd(&f->p, f->max_iter, f->tol, tick, f, run));
    *better = f->run == 0 || run->inertia < f->best.inertia;
    bool same = false;
    if (f->run > 0 && *better) CX__TRY(same_clustering(f, run->label, f->best.label, &same));
    *better = *better && !same;
    return CX_OK;
}

static cx_status all_runs(fitting *f, cx_generator *g)
{
    for (f->run = 0; f->run < f->runs; f->run++) {
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
    const cx__site *s = &f->site;
    cx_array *mass = cx__new_f64(s, f->k, -1);
    const cx_array *code = cx__i64(s, f->best.label);
    const cx_learn_groups call = {
        .n = f->p.n, .groups = f->k, .code = cx__at(code), .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    const int64_t used = cx__number_i64(cx_count_nonzero(mass, CX_ALL));
    if (used < f->k)
        cx__warn(
            CX_E_CONVERGENCE,
            "KMeans: found %lld distinct clusters, fewer than n_clusters=%lld; there may be duplicate points",
            (long long)used, (long long)f->k);
    return cx__so_far();
}

/* Centred points and given centres, and the tolerance in their units. */
static cx_status prepare(fitting *f, const cx_data *data, cx_array **mean)
{
    const cx__site *s = &f->site;
    const cx_array *x = cx__f64(s, data->x),
                   *w = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    cx_array *squares;
    CX__TRY(cx__start_read(f->self, s, cx_dim(x, 1), &f->start));
    CX__TRY(cx__column_means(s, x, NULL, mean, &squares));
    const cx_array *variance = cx_mean(cx_div(squares, cx_float((double)cx_dim(x, 0))), CX_ALL);
    f->tol = cx_param_f64(f->self, "tol") * cx__number_f64(variance);
    if (f->start.given != NULL) f->start.given = cx_sub(f->start.given, *mean);
    f->runs = cx__start_runs(f->self, &f->start, 10);
    return cx__points_make(s, cx__centred(s, x, *mean, NULL), w, &f->p);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__enough_rows(self, cx_dim(data->x, 0)));
    cx_generator *g = cx__seeded(self);
    CX__TRY(cx_generator_status(g));
    fitting f = {.self = self,
                 .k = cx_param_i64(self, "n_clusters"),
                 .max_iter = cx_param_i64(self, "max_iter")};
    cx_array *mean;
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    CX__TRY(prepare(&f, data, &mean));
    CX__TRY(all_runs(&f, g));
    CX__TRY(warn_if_few(&f));
    CX__TRY(cx__store(self, CX__CENTRES, cx_add(f.best.centres, mean), cx__float_like(data->x)));
    CX__TRY(cx_self_set(self, LABELS, f.best.label));
    CX__TRY(cx_self_set_f64(self, INERTIA, f.best.inertia));
    return cx_self_set_i64(self, N_ITER, f.best.iterations);
}

const cx_estimator_class cx__class_kmeans = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KMeans",
    .doc = "k-means clustering by Lloyd's iteration.",
    .kind = CX_CLUSTERER,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__centres_predict,
    .transform = cx__centres_transform,
    .feature_names_out = cx__centres_names,
    .score = cx__centres_score,
    .check = cx__centres_check,
    .plan = cx__centres_plan,
    .transform_into = cx__scores_into,
    .predict_into = cx__scores_into,
};
