/* MiniBatchKMeans: k-means by small samples, of all rows or of rows that come piece by piece.
 *
 * One idea: fit and partial_fit take the same step; fit draws its batches and watches a smoothed
 * inertia, partial_fit takes what comes and keeps its stream of random numbers. Draws and their
 * order are scikit-learn's. */
#include "base/object.h"
#include "learn/cluster/centres.h"
#include "learn/cluster/mini_batch.h"
#include "learn/base/finite.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>

enum { LABELS = CX__CENTRES + 1, INERTIA, N_ITER, N_STEPS, COUNTS, SINCE, BATCH, STREAM };
static const char *const attrs[] = {"cluster_centers_: float [k, n]",
                                    "labels_?: int [m]",
                                    "inertia_?: float []",
                                    "n_iter_?: int []",
                                    "n_steps_: int []",
                                    "_counts: float [k]",
                                    "_n_since_last_reassign: int []",
                                    "_batch_size: int []",
                                    "_random_state?: int [s]",
                                    NULL};

static const cx_param params[] = {
    CX__PARAM_CLUSTERS,
    {"init", CX_PARAM_STR | CX_PARAM_LIST, "'k-means++'", "{'k-means++', 'random'}",
     "how the first centres are drawn, or the centres themselves, a list for each"},
    {"max_iter", CX_PARAM_INT, "100", "[1, inf)", "most passes over the rows of fit"},
    {"batch_size", CX_PARAM_INT, "1024", "[1, inf)", "rows of a step of fit"},
    CX__PARAM_VERBOSE,
    {"compute_labels", CX_PARAM_BOOL, "True", NULL, "labels and inertia of all rows in the end"},
    CX__PARAM_SEED,
    {"tol", CX_PARAM_FLOAT, "0.0", "[0, inf)",
     "fit stops when centres move less, relative to the mean variance; 0: never so"},
    {"max_no_improvement", CX_PARAM_INT | CX_PARAM_NONE, "10", "[0, inf)",
     "steps without a better smoothed inertia that end fit"},
    {"init_size", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rows among which first centres are drawn; None: three batches"},
    {"n_init", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}",
     "first centres that are tried; 'auto': 1 for k-means++ and given ones, 3 for random"},
    {"reassignment_ratio", CX_PARAM_FLOAT, "0.01", "[0, inf)",
     "centres with less than this share of the largest count are put elsewhere"},
    {.name = NULL},
};

typedef struct fitting {
    const cx_estimator *self;
    cx__site site;
    cx__points p;
    cx__start start;
    cx_generator *g;
    cx__mini_batch m;
    int64_t batch, init_size, since;
    double tol;
    /* the smoothed inertia; below 0: none yet */
    double smooth, least;
    int64_t worse;
} fitting;

/* The batch's and the sample's rows, from what the first data are. */
static cx_status sizes(fitting *f, int64_t n)
{
    const int64_t batch = cx_param_i64(f->self, "batch_size");
    f->batch = batch < n ? batch : n;
    int64_t size = 3 * f->batch;
    if (!cx_param_is_none(f->self, "init_size")) {
        size = cx_param_i64(f->self, "init_size");
        if (size < f->m.k)
            cx__warn(CX_E_ARGUMENT,
                     "MiniBatchKMeans: init_size=%lld should be larger than n_clusters=%lld; it is "
                     "min(3 * n_clusters, n_samples)",
                     (long long)size, (long long)f->m.k);
    }
    if (size < f->m.k) size = 3 * f->m.k;
    f->init_size = size < n ? size : n;
    return CX_OK;
}

static cx_status open(fitting *f, cx_estimator *self, const cx_data *data)
{
    *f = (fitting){.self = self, .smooth = -1, .least = -1};
    CX__TRY(cx__site_of("fit", data->x, &f->site));
    const cx__site *s = &f->site;
    const cx_array *x = cx__f64(s, data->x),
                   *w = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    CX__TRY(cx__points_make(s, x, w, &f->p));
    CX__TRY(cx__finite_by(data->x, f->p.norm));
    f->m = (cx__mini_batch){.site = s,
                            .k = cx_param_i64(self, "n_clusters"),
                            .d = f->p.d,
                            .ratio = cx_param_f64(self, "reassignment_ratio")};
    return cx__start_read(self, s, f->p.d, &f->start);
}

/* Some of the points, which may repeat: rows int64, anywhere. */
static cx_status some(const fitting *f, const cx_array *rows, cx__points *out)
{
    const cx_array *const w = f->p.weight;
    return cx__points_make(&f->site, cx_take(f->p.x, rows, 0), w ? cx_take(w, rows, 0) : NULL, out);
}

static cx_array *sample(const fitting *f)
{
    const cx_array *const rows = cx_rng_integers(f->g, 0, f->p.n, CX_SHAPE(f->init_size), CX_I64);
    const int64_t *const at = cx_data_i64(rows);
    return at ? cx__given_all(&f->site, at, f->init_size, CX_I64) : cx__nil(cx__last_status());
}

/* First centres, drawn among a sample of the rows. */
static cx_status begin(const fitting *f, cx_array **centres)
{
    cx__points p = f->p;
    if (f->init_size < f->p.n) CX__TRY(some(f, sample(f), &p));
    return cx__start_centres(&f->start, &p, f->m.k, f->g, centres);
}

/* The best of some first centres on rows for that purpose. */
static cx_status choose_start(fitting *f, cx_array **centres)
{
    cx__points valid;
    CX__TRY(some(f, sample(f), &valid));
    const int64_t runs = cx__start_runs(f->self, &f->start, 3);
    double best = 0;
    for (int64_t i = 0; i < runs; i++) {
        cx_array *drawn, *label;
        double inertia;
        CX__TRY(begin(f, &drawn));
        CX__TRY(cx__nearest_centres(&valid, drawn, &label));
        CX__TRY(cx__inertia(&valid, drawn, label, &inertia));
        if (i > 0 && !(inertia < best)) continue;
        best = inertia;
        *centres = drawn;
    }
    return cx__so_far();
}

static void fresh(fitting *f, cx_array *centres)
{
    const cx__site *s = &f->site;
    f->m.centres = centres;
    f->m.next = cx__new_f64(s, f->m.k, f->m.d);
    f->m.seen = cx_zeros(CX_SHAPE(f->m.k), CX_F64, s->device);
}

/* Is it time to look for light centres? Every 10 k rows, and while some have seen none. */
static bool reassigns(fitting *f)
{
    f->since += f->batch;
    bool due = f->since >= 10 * f->m.k;
    for (int64_t c = 0; c < f->m.k; c++) due |= f->m.weight[c] == 0;
    if (due) f->since = 0;
    return due;
}

/* ---- fit */
/* Running shares of the rows by weight, which a uniform number is looked up in. */
static cx_array *running_shares(const fitting *f)
{
    const cx_array *const w = f->p.weight;
    const cx_array *const share =
        w ? cx_div(w, cx_sum(w, CX_ALL))
          : cx_full(CX_SHAPE(f->p.n), cx_float(1 / (double)f->p.n), CX_F64, f->site.device);
    const cx_array *const running = cx_cumsum(share, 0);
    return cx_div(running, cx_slice(running, 0, -1, CX_END, 1));
}

static cx_status draw_batch(const fitting *f, const cx_array *running, cx__points *out)
{
    const double *const v = cx_data_f64(cx_rng_random(f->g, CX_SHAPE(f->batch), CX_F64));
    if (v == NULL) return cx__last_status();
    const cx_array *const rows =
        cx_searchsorted(running, cx__given_all(&f->site, v, f->batch, CX_F64), CX_RIGHT);
    return cx__points_make(&f->site, cx_take(f->p.x, rows, 0), NULL, out);
}

/* Has it come to rest? */
static bool at_rest(fitting *f, int64_t step, double inertia, double moved)
{
    const double mean = inertia / (double)f->batch;
    if (step == 0) return false;
    double share = 2 * (double)f->batch / (double)(f->p.n + 1);
    share = share < 1 ? share : 1;
    f->smooth = f->smooth < 0 ? mean : f->smooth * (1 - share) + mean * share;
    if (f->tol > 0 && moved <= f->tol) return true;
    f->worse = f->least < 0 || f->smooth < f->least ? 0 : f->worse + 1;
    if (f->worse == 0) f->least = f->smooth;
    return !cx_param_is_none(f->self, "max_no_improvement") &&
           f->worse >= cx_param_i64(f->self, "max_no_improvement");
}

static cx_status one_step(fitting *f, const cx_array *running, int64_t step, bool *end)
{
    static cx__held change = CX__HELD("a, b: e = a - b; sum(e * e)");
    cx__points p;
    double inertia, moved = 0;
    CX__TRY(draw_batch(f, running, &p));
    CX__TRY(cx__mini_batch_step(&f->m, &p, f->g, reassigns(f), &inertia));
    if (f->tol > 0)
        moved = cx__number_f64(cx__held_run("fit", &change, CX_ARRAYS(f->m.centres, f->m.next)));
    *end = at_rest(f, step, inertia, moved);
    return cx__so_far();
}

static cx_status iterate(fitting *f, int64_t *steps)
{
    const int64_t most = cx_param_i64(f->self, "max_iter") * f->p.n / f->batch;
    const cx_array *const running = running_shares(f);
    bool end = false;
    for (*steps = 0; *steps < most && !end; ++*steps) {
        const cx_scope scope = cx_scope_open(); /* temporaries of one step at a time */
        (void)cx_check(one_step(f, running, *steps, &end));
        CX__TRY(cx_scope_close(scope));
        CX__TRY(cx_self_progress(f->self, *steps + 1, most));
    }
    return CX_OK;
}

/* ---- what is kept */
static cx_status store_labels(fitting *f, cx_estimator *self, bool partial)
{
    cx_array *label;
    double inertia;
    if (cx_param_bool(self, "compute_labels")) {
        CX__TRY(cx__nearest_centres(&f->p, f->m.centres, &label));
        CX__TRY(cx__inertia(&f->p, f->m.centres, label, &inertia));
        CX__TRY(cx_self_set(self, LABELS, label));
        return cx_self_set_f64(self, INERTIA, inertia);
    }
    if (partial || f->smooth < 0) return CX_OK;
    const double all = f->p.weight ? cx__number_f64(cx_sum(f->p.weight, CX_ALL)) : (double)f->p.n;
    return cx_self_set_f64(self, INERTIA, f->smooth * all);
}

static cx_status store(fitting *f, cx_estimator *self, const cx_data *data, int64_t steps)
{
    CX__TRY(cx__store(self, CX__CENTRES, f->m.centres, cx__float_like(data->x)));
    CX__TRY(cx__store(self, COUNTS, f->m.seen, cx__float_like(data->x)));
    CX__TRY(cx_self_set_i64(self, N_STEPS, steps));
    CX__TRY(cx_self_set_i64(self, SINCE, f->since));
    return cx_self_set_i64(self, BATCH, f->batch);
}

static cx_status fit_all(fitting *f, cx_estimator *self, const cx_data *data)
{
    const int64_t n = f->p.n;
    cx_array *centres = NULL;
    int64_t steps;
    CX__TRY(cx__enough_rows(self, n));
    CX__TRY(sizes(f, n));
    CX__TRY(cx__start_tolerance(self, &f->site, f->p.x, &f->tol));
    f->g = cx__seeded(self);
    CX__TRY(cx_generator_status(f->g));
    CX__TRY(choose_start(f, &centres));
    fresh(f, centres);
    CX__TRY(cx__mini_batch_room(&f->m));
    CX__TRY(iterate(f, &steps));
    CX__TRY(store(f, self, data, steps));
    CX__TRY(cx_self_set_i64(self, N_ITER, (steps * f->batch + n - 1) / n));
    return store_labels(f, self, false);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f;
    cx_status st = open(&f, self, data);
    if (st == CX_OK) st = fit_all(&f, self, data);
    cx__mini_batch_free(&f.m);
    return st;
}

/* ---- partial_fit */
/* The stream goes on where it was; after fit, and at first, it begins with the seed. */
static cx_status resume_stream(fitting *f)
{
    f->g = cx__seeded(f->self);
    CX__TRY(cx_generator_status(f->g));
    if (!cx_self_has(f->self, STREAM)) return CX_OK;
    const cx_array *const words = cx__fetch(&f->site, cx_self(f->self, STREAM));
    CX__TRY(cx__so_far());
    return cx_generator_set_state(f->g, words);
}

static cx_status resume(fitting *f)
{
    fresh(f, cx_copy(cx__slot_f64(f->self, CX__CENTRES)));
    f->m.seen = cx_copy(cx__slot_f64(f->self, COUNTS));
    f->since = cx__number_i64(cx_self(f->self, SINCE));
    f->batch = cx__number_i64(cx_self(f->self, BATCH));
    CX__TRY(cx__so_far());
    return cx__read_all(&f->site, f->m.seen, f->m.weight);
}

static cx_status take_piece(fitting *f, cx_estimator *self, const cx_data *data)
{
    const bool again = cx_self_has(self, CX__CENTRES);
    double inertia;
    CX__TRY(resume_stream(f));
    CX__TRY(cx__mini_batch_room(&f->m));
    if (again) {
        CX__TRY(resume(f));
    } else {
        cx_array *centres = NULL;
        CX__TRY(cx__enough_rows(self, f->p.n));
        CX__TRY(sizes(f, f->p.n));
        CX__TRY(begin(f, &centres));
        fresh(f, centres);
    }
    CX__TRY(cx__mini_batch_step(&f->m, &f->p, f->g, reassigns(f), &inertia));
    const int64_t before = again ? cx__number_i64(cx_self(self, N_STEPS)) : 0;
    CX__TRY(store(f, self, data, before + 1));
    CX__TRY(cx_self_set(self, STREAM, cx__send(&f->site, cx_generator_state(f->g))));
    return store_labels(f, self, true);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    fitting f;
    cx_status st = open(&f, self, data);
    if (st == CX_OK) st = take_piece(&f, self, data);
    cx__mini_batch_free(&f.m);
    return st;
}

const cx_estimator_class cx__class_mini_batch_kmeans = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MiniBatchKMeans",
    .doc = "k-means clustering by small samples of the rows.",
    .kind = CX_CLUSTERER,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .flags = CX_CLASS_LATE_FIT | CX_CLASS_LATE_ROWS,
    .predict = cx__centres_predict,
    .transform = cx__centres_transform,
    .feature_names_out = cx__centres_names,
    .score = cx__centres_score,
    .check = cx__centres_check,
    .plan = cx__centres_plan,
    .transform_into = cx__scores_into,
    .predict_into = cx__scores_into,
};
