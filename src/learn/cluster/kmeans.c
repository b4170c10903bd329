/* KMeans: the best of some runs of Lloyd's iteration.
 *
 * Data is centred first, so that distances keep their digits; the centres are moved back in the
 * end. */
#include "learn/cluster/lloyd.h"
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/random.h>
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
    cx__points p;
    int64_t k, runs, run, max_iter;
    double tol;
    double *start;         /* [k, d] */
    int32_t *label, *best; /* [n] */
    double *best_centres;
    double best_inertia;
    int64_t best_iterations;
} fitting;

static cx_status tick(void *ctx, int64_t iteration)
{
    const fitting *f = ctx;
    return cx_self_progress(f->self, f->run * f->max_iter + iteration, f->runs * f->max_iter);
}

/* The same partition under other names? */
static bool same_clustering(const int32_t *a, const int32_t *b, int64_t n, int64_t k, int32_t *map)
{
    for (int64_t c = 0; c < k; c++) map[c] = -1;
    for (int64_t i = 0; i < n; i++) {
        if (map[a[i]] == -1)
            map[a[i]] = b[i];
        else if (map[a[i]] != b[i])
            return false;
    }
    return true;
}

/* First centres of a run. */
static cx_status start(const fitting *f, cx_generator *g)
{
    const int64_t n = f->p.n, d = f->p.d;
    if (strcmp(cx_param_str(f->self, "init"), "k-means++") == 0)
        return cx__seed_centres(&f->p, f->k, g, f->start);
    double total = 0, *share;
    cx_array *p = cx__new_f64(n, -1, &share);
    if (p == NULL) return cx__last_status();
    for (int64_t i = 0; i < n; i++) total += share[i] = f->p.weight != NULL ? f->p.weight[i] : 1;
    for (int64_t i = 0; i < n; i++) share[i] /= total;
    const int64_t *rows =
        cx__i64_of("fit", cx_rng_choice(g, cx_int(n), CX_SHAPE(f->k),
                                        CX_OPTS(cx_choice_opts, .no_replace = true, .p = p)));
    if (rows == NULL) return cx__last_status();
    for (int64_t c = 0; c < f->k; c++)
        memcpy(f->start + c * d, f->p.x + rows[c] * d, (size_t)d * sizeof *share);
    return CX_OK;
}

static cx_status all_runs(fitting *f, cx_generator *g)
{
    const int64_t n = f->p.n, d = f->p.d;
    int32_t *map = cx__scratch((size_t)f->k * sizeof *map);
    if (map == NULL) return cx__fail_nomem("fit", "cluster names", (size_t)f->k * sizeof *map);
    cx_status st = CX_OK;
    for (f->run = 0; st == CX_OK && f->run < f->runs; f->run++) {
        cx__lloyd_run run = {.centres = f->start, .label = f->label};
        st = start(f, g);
        if (st == CX_OK) st = cx__lloyd(&f->p, f->k, f->max_iter, f->tol, tick, f, &run);
        if (st != CX_OK) break;
        if (f->run > 0 &&
            (!(run.inertia < f->best_inertia) || same_clustering(f->label, f->best, n, f->k, map)))
            continue;
        memcpy(f->best, f->label, (size_t)n * sizeof *map);
        memcpy(f->best_centres, f->start, (size_t)(f->k * d) * sizeof *f->start);
        f->best_inertia = run.inertia;
        f->best_iterations = run.iterations;
    }
    cx__scratch_free(map);
    return st;
}

static void warn_if_few(const fitting *f)
{
    int64_t used = 0;
    for (int64_t c = 0; c < f->k; c++) {
        bool found = false;
        for (int64_t i = 0; i < f->p.n && !found; i++) found = f->best[i] == c;
        used += found;
    }
    if (used < f->k)
        cx__warn(
            CX_E_CONVERGENCE,
            "KMeans: found %lld distinct clusters, fewer than n_clusters=%lld; there may be duplicate points",
            (long long)used, (long long)f->k);
}

static cx_status store(cx_estimator *self, const fitting *f, const double *mean, cx_dtype t)
{
    for (int64_t c = 0; c < f->k; c++)
        for (int64_t j = 0; j < f->p.d; j++) f->best_centres[c * f->p.d + j] += mean[j];
    CX__TRY(cx__store_matrix(self, CENTRES, f->best_centres, f->k, f->p.d, t));
    CX__TRY(cx_self_set(self, LABELS, cx_copy_host(f->best, CX_SHAPE(f->p.n), CX_I32)));
    CX__TRY(cx_self_set_f64(self, INERTIA, f->best_inertia));
    return cx_self_set_i64(self, N_ITER, f->best_iterations);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1),
                  k = cx_param_i64(self, "n_clusters");
    if (n < k)
        return cx__fail(CX_E_ARGUMENT, "fit", "KMeans: n_samples=%lld should be >= n_clusters=%lld",
                        (long long)n, (long long)k);
    const double *x = cx__f64_of("fit", data->x);
    const double *w = data->sample_weight != NULL ? cx__f64_of("fit", data->sample_weight) : NULL;
    const cx_maybe_i64 seed = cx_param_is_none(self, "random_state")
                                  ? CX_ENTROPY
                                  : CX_SEED(cx_param_i64(self, "random_state"));
    cx_generator *g = cx_random_state(seed, CX_CPU);
    if (x == NULL || (data->sample_weight != NULL && w == NULL)) return cx__last_status();
    CX__TRY(cx_generator_status(g));
    fitting f = {.self = self,
                 .k = k,
                 .max_iter = cx_param_i64(self, "max_iter"),
                 .tol = cx_param_f64(self, "tol")};
    const bool plus = strcmp(cx_param_str(self, "init"), "k-means++") == 0;
    f.runs = cx_param_is_str(self, "n_init") ? (plus ? 1 : 10) : cx_param_i64(self, "n_init");
    double *work = cx__scratch_f64("fit", "centred data", 1, n * (d + 2) + 2 * k * d + 3 * d);
    if (work == NULL) return CX_E_NOMEM;
    double *z = work, *norm = z + n * d, *mean = norm + n, *m2 = mean + d, *count = m2 + d;
    f.start = count + d;
    f.best_centres = f.start + k * d;
    f.label = (int32_t *)(void *)(f.best_centres + k * d);
    f.best = f.label + n;
    cx_status st = cx__moments("fit", x, n, d, NULL, count, mean, m2);
    if (st == CX_OK) st = cx__center("fit", x, n, d, mean, NULL, z);
    if (st == CX_OK) {
        double variance = 0;
        for (int64_t j = 0; j < d; j++) variance += m2[j] / (double)n;
        f.tol *= variance / (double)d;
        cx__row_norms(z, n, d, norm);
        f.p = (cx__points){.x = z, .weight = w, .norm = norm, .n = n, .d = d};
        st = all_runs(&f, g);
    }
    if (st == CX_OK) {
        warn_if_few(&f);
        st = store(self, &f, mean, cx__float_like(data->x));
    }
    cx__scratch_free(work);
    return st;
}

/* Labels of rows, and the centres as they are. */
static cx_status label_rows(const cx_estimator *self, const cx_array *x, cx__points *p,
                            const double **centres, int32_t **label, double **work)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    p->x = cx__f64_of("predict", x);
    *centres = cx__slot_f64(self, CENTRES);
    if (p->x == NULL || *centres == NULL) return cx__last_status();
    *work = cx__scratch_f64("predict", "labels", 2, n + 1);
    if (*work == NULL) return CX_E_NOMEM;
    cx__row_norms(p->x, n, d, *work);
    p->norm = *work;
    p->n = n;
    p->d = d;
    *label = (int32_t *)(void *)(*work + n);
    return cx__nearest_centres(p, *centres, cx_dim(cx_self(self, CENTRES), 0), *label);
}

static cx_status check(const cx_estimator *self)
{
    if (cx_dim(cx_self(self, CENTRES), 0) > 0) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "KMeans: cluster_centers_ is empty");
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx__points p = {.weight = NULL};
    const double *centres;
    int32_t *label;
    double *work = NULL;
    const cx_status st = cx_check(label_rows(self, x, &p, &centres, &label, &work));
    cx_array *result = st == CX_OK ? cx_copy_host(label, CX_SHAPE(p.n), CX_I32) : NULL;
    cx__scratch_free(work);
    return result;
}

static double score(const cx_estimator *self, const cx_data *data)
{
    cx__points p = {.weight = data->sample_weight != NULL ? cx__f64_of("score", data->sample_weight)
                                                          : NULL};
    const double *centres;
    int32_t *label;
    double *work = NULL, inertia = NAN;
    cx_status st = label_rows(self, data->x, &p, &centres, &label, &work);
    if (st == CX_OK) st = cx__inertia(&p, centres, label, &inertia);
    cx__scratch_free(work);
    return cx_check(st) == CX_OK ? -inertia : (double)NAN;
}

typedef struct centres_plan {
    int64_t k;
    double *centres;
} centres_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t k = cx_dim(cx_self(self, CENTRES), 0);
    const double *centres = cx__slot_f64(self, CENTRES);
    centres_plan *m = cx_plan_alloc(p, sizeof *m);
    double *copy = cx_plan_alloc(p, (size_t)(k * p->cols_in) * sizeof *copy);
    if (m == NULL || copy == NULL) return CX_E_NOMEM;
    if (centres == NULL) return cx__last_status();
    memcpy(copy, centres, (size_t)(k * p->cols_in) * sizeof *copy);
    *m = (centres_plan){.k = k, .centres = copy};
    p->state = m;
    p->cols_out = p->method == CX_TRANSFORM ? k : 1;
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const centres_plan *m = p->state;
    for (int64_t i = 0; i < rows; i++) {
        double best = INFINITY;
        out[i] = 0;
        for (int64_t c = 0; c < m->k; c++) {
            const double distance =
                cx__sqdist(x + i * p->cols_in, m->centres + c * p->cols_in, p->cols_in);
            if (!(distance < best)) continue;
            best = distance;
            out[i] = (double)c;
        }
    }
    return CX_OK;
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const centres_plan *m = p->state;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t c = 0; c < m->k; c++)
            out[i * m->k + c] =
                sqrt(cx__sqdist(x + i * p->cols_in, m->centres + c * p->cols_in, p->cols_in));
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
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
    .score = score,
    .check = check,
    .plan = plan,
    .transform_into = transform_into,
    .predict_into = predict_into,
};
