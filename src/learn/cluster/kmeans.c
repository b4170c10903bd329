/* KMeans: the best of some runs of Lloyd's iteration.
 *
 * Data is centred first, so that distances keep their digits; the centres are moved back in the
 * end. */
#include "learn/cluster/lloyd.h"
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { CENTRES, LABELS, INERTIA, N_ITER };
static const char *const attrs[] = {"cluster_centers_: float [k, n]", "labels_: int [m]",
                                    "inertia_: float []", "n_iter_: int []", NULL};

static const cx_param params[] = {
    {"n_clusters", CX_PARAM_INT, "8", "[1, inf)", "number of clusters"},
    {"init", CX_PARAM_STR, "'k-means++'", "{'k-means++', 'random'}",
     "how the first centres are drawn"},
    {"n_init", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}",
     "runs; 'auto': 1 for k-means++, 10 for random"},
    {"max_iter", CX_PARAM_INT, "300", "[1, inf)", "most iterations of a run"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "stop when centres move less, relative to the mean variance"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of numpy.random.RandomState"},
    {"copy_x", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"algorithm", CX_PARAM_STR, "'lloyd'", "{'lloyd', 'elkan'}",
     "both run Lloyd's iteration, whose results they share"},
    {.name = NULL},
};

typedef struct fitting {
    const cx_estimator *self;
    cx__site site;
    cx__points p;
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

/* Rows drawn at random, without repetition. */
static cx_status random_centres(const fitting *f, cx_generator *g, cx_array **centres)
{
    const cx__points *p = &f->p;
    /* the draw is the host's: weights go there */
    const cx_array *weight = p->weight != NULL ? cx_to(p->weight, CX_CPU)
                                               : cx_ones(CX_SHAPE(p->n), CX_F64, CX_CPU),
                   *share = cx_div(weight, cx_sum(weight, CX_ALL));
    const int64_t *rows = cx_data_i64(cx_rng_choice(
        g, cx_int(p->n), CX_SHAPE(f->k), CX_OPTS(cx_choice_opts, .no_replace = true, .p = share)));
    if (rows == NULL) return cx__last_status();
    *centres = cx_take(p->x, cx__given(&f->site, rows, f->k, CX_I64), 0);
    return cx__so_far();
}

static cx_status one_run(fitting *f, cx_generator *g, bool *better, cx__lloyd_run *run)
{
    const bool plus = strcmp(cx_param_str(f->self, "init"), "k-means++") == 0;
    CX__TRY(plus ? cx__seed_centres(&f->p, f->k, g, &run->centres)
                 : random_centres(f, g, &run->centres));
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

/* Centred points, and the tolerance in their units. */
static cx_status prepare(fitting *f, const cx_data *data, cx_array **mean)
{
    const cx__site *s = &f->site;
    const cx_array *x = cx__f64(s, data->x),
                   *w = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    cx_array *squares;
    CX__TRY(cx__column_means(s, x, NULL, mean, &squares));
    const cx_array *variance = cx_mean(cx_div(squares, cx_float((double)cx_dim(x, 0))), CX_ALL);
    f->tol = cx_param_f64(f->self, "tol") * cx__number_f64(variance);
    return cx__points_make(s, cx__centred(s, x, *mean, NULL), w, &f->p);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), k = cx_param_i64(self, "n_clusters");
    if (n < k)
        return cx__fail(CX_E_ARGUMENT, "fit", "KMeans: n_samples=%lld should be >= n_clusters=%lld",
                        (long long)n, (long long)k);
    const cx_maybe_i64 seed = cx_param_is_none(self, "random_state")
                                  ? CX_ENTROPY
                                  : CX_SEED(cx_param_i64(self, "random_state"));
    cx_generator *g = cx_random_state(seed, CX_CPU);
    CX__TRY(cx_generator_status(g));
    fitting f = {.self = self, .k = k, .max_iter = cx_param_i64(self, "max_iter")};
    const bool plus = strcmp(cx_param_str(self, "init"), "k-means++") == 0;
    f.runs = cx_param_is_str(self, "n_init") ? (plus ? 1 : 10) : cx_param_i64(self, "n_init");
    cx_array *mean;
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    CX__TRY(prepare(&f, data, &mean));
    CX__TRY(all_runs(&f, g));
    CX__TRY(warn_if_few(&f));
    CX__TRY(cx__store(self, CENTRES, cx_add(f.best.centres, mean), cx__float_like(data->x)));
    CX__TRY(cx_self_set(self, LABELS, f.best.label));
    CX__TRY(cx_self_set_f64(self, INERTIA, f.best.inertia));
    return cx_self_set_i64(self, N_ITER, f.best.iterations);
}

/* Rows as points, the centres as they are, and which is nearest. */
static cx_status label_rows(const char *where, const cx_estimator *self, const cx_data *data,
                            cx__site *s, cx__points *p, cx_array **centres, cx_array **label)
{
    CX__TRY(cx__site_of(where, data->x, s));
    const cx_array *w = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    *centres = cx__slot_f64(self, CENTRES);
    CX__TRY(cx__points_make(s, cx__f64(s, data->x), w, p));
    return cx__nearest_centres(p, *centres, label);
}

static cx_status check(const cx_estimator *self)
{
    if (cx_dim(cx_self(self, CENTRES), 0) > 0) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "KMeans: cluster_centers_ is empty");
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_data data = {.x = x};
    cx__site s;
    cx__points p;
    cx_array *centres, *label;
    return cx_check(label_rows("predict", self, &data, &s, &p, &centres, &label)) == CX_OK ? label
                                                                                           : NULL;
}

static double score(const cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__points p;
    cx_array *centres, *label;
    double inertia = NAN;
    cx_status st = label_rows("score", self, data, &s, &p, &centres, &label);
    if (st == CX_OK) st = cx__inertia(&p, centres, label, &inertia);
    return cx_check(st) == CX_OK ? -inertia : (double)NAN;
}

/* Plan: distances to the centres. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const bool transform = p->method == CX_TRANSFORM;
    cx_learn_scores *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    *m = (cx_learn_scores){.score = CX_LEARN_SQUARES,
                           .end = transform ? CX_LEARN_ROOTS : CX_LEARN_FIRST_MIN,
                           .d = p->cols_in,
                           .k = cx_dim(cx_self(self, CENTRES), 0)};
    p->state = m;
    p->cols_out = transform ? m->k : 1;
    return cx__plan_f64(p, cx_self(self, CENTRES), &m->w);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, CENTRES), 0));
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
    .predict = predict,
    .transform = transform,
    .feature_names_out = names_out,
    .score = score,
    .check = check,
    .plan = plan,
    .transform_into = cx__scores_into,
    .predict_into = cx__scores_into,
};
