/* AffinityPropagation: points that other points choose as their exemplars.
 *
 * One idea: similarities come to the host, where the messages are exchanged; exemplars and labels
 * go back to the data. The noise that tells equal similarities apart is drawn as scikit-learn draws
 * it. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/cluster/centres.h"
#include "learn/cluster/messages.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/pairwise.h>
#include <calx/statistics.h>
#include <float.h>
#include <string.h>

enum { LABELS = CX__CENTRES + 1, EXEMPLARS, SIMILARITY, N_ITER };
static const char *const attrs[] = {
    "cluster_centers_?: float [k, n]", "labels_: int [m]", "cluster_centers_indices_: int [e]",
    "affinity_matrix_: float [m, m]",  "n_iter_: int []",  NULL};

static const cx_param params[] = {
    {"damping", CX_PARAM_FLOAT, "0.5", "[0.5, 1)", "share of the old messages in the new"},
    {"max_iter", CX_PARAM_INT, "200", "[1, inf)", "most exchanges"},
    {"convergence_iter", CX_PARAM_INT, "15", "[1, inf)",
     "exchanges without a change of the exemplars that end it"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"preference", CX_PARAM_FLOAT | CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "how much points, all or each, want to be exemplars; None: the median similarity"},
    {"affinity", CX_PARAM_STR, "'euclidean'", "{'euclidean', 'precomputed'}",
     "similarity: minus the squared distance, or x itself, which is [n, n]"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "not used: see the scope's on_progress"},
    CX__PARAM_SEED,
    {.name = NULL},
};

typedef struct fitting {
    cx_estimator *self;
    cx__site site;
    const cx_array *x;
    int64_t n;
    cx_array *similarity;     /* [n, n] on the host */
    double *s;                /* its numbers */
    const double *preference; /* [preferences]: 1 or n */
    int64_t preferences;
    bool *exemplar; /* [n] */
    int64_t *voted; /* [n]: in how many of the last exchanges it was one */
    bool *history;  /* [convergence_iter, n] */
    int64_t *label, *centre, count;
} fitting;

static bool precomputed(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "affinity"), "precomputed") == 0;
}

static cx_status measure(fitting *f)
{
    const bool given = precomputed(f->self);
    if (given && cx_dim(f->x, 1) != f->n)
        return cx__fail(CX_E_SHAPE, "fit",
                        "AffinityPropagation: a matrix of similarities is square, this one is "
                        "[%lld, %lld]",
                        (long long)f->n, (long long)cx_dim(f->x, 1));
    const cx_array *const s =
        given ? f->x : cx_negative(cx_pairwise_distances(f->x, f->x, "sqeuclidean", NULL));
    f->similarity = cx_copy(cx__fetch(&f->site, s));
    f->s = cx_data_f64_mut(f->similarity);
    return cx__so_far();
}

static cx_status prefer(fitting *f)
{
    const cx_array *const list = cx_param_is_none(f->self, "preference")
                                     ? cx_median(f->similarity, CX_ALL)
                                     : cx_param_array(f->self, "preference");
    f->preference = cx_data_f64(cx_ascontiguous(list));
    CX__TRY(cx__so_far());
    f->preferences = cx_size(list);
    if (f->preferences == 1 || f->preferences == f->n) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "AffinityPropagation: preference lists %lld numbers for %lld rows",
                    (long long)f->preferences, (long long)f->n);
}

/* Nothing tells the points apart. */
static bool all_alike(const fitting *f)
{
    for (int64_t i = 1; i < f->preferences; i++)
        if (f->preference[i] != f->preference[0]) return false;
    for (int64_t i = 0; i < f->n; i++)
        for (int64_t j = 0; j < f->n; j++)
            if (i != j && f->s[i * f->n + j] != f->s[1]) return false;
    return true;
}

static void label_alike(fitting *f)
{
    cx__warn(CX_E_CONVERGENCE,
             "AffinityPropagation: all similarities are equal; the clusters are arbitrary");
    const bool each = f->preference[0] > f->s[f->n - 1];
    f->count = each ? f->n : 1;
    for (int64_t i = 0; i < f->n; i++) f->label[i] = f->centre[i] = each ? i : 0;
}

static cx_status break_ties(fitting *f)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n; i++) f->s[i * (n + 1)] = f->preference[f->preferences == 1 ? 0 : i];
    cx_generator *const g = cx__seeded(f->self);
    CX__TRY(cx_generator_status(g));
    const double *const noise = cx_data_f64(cx_rng_standard_normal(g, CX_SHAPE(n, n), CX_F64));
    if (noise == NULL) return cx__last_status();
    for (int64_t i = 0; i < n * n; i++)
        f->s[i] += (DBL_EPSILON * f->s[i] + DBL_MIN * 100) * noise[i];
    return CX_OK;
}

/* Have the same points been exemplars for long enough? */
static bool settled(fitting *f, int64_t it, int64_t window)
{
    bool *const old = f->history + it % window * f->n;
    bool some = false, same = true;
    for (int64_t i = 0; i < f->n; i++) {
        f->voted[i] += (int64_t)f->exemplar[i] - (int64_t)old[i];
        old[i] = f->exemplar[i];
        some |= f->exemplar[i];
        same &= f->voted[i] == 0 || f->voted[i] == window;
    }
    return it >= window && same && some;
}

static cx_status exchange(fitting *f, cx__messages *m, int64_t *iterations)
{
    const int64_t most = cx_param_i64(f->self, "max_iter"),
                  window = cx_param_i64(f->self, "convergence_iter");
    bool end = false;
    for (*iterations = 0; *iterations < most && !end;) {
        CX__TRY(cx__messages_step(m, f->exemplar));
        end = settled(f, *iterations, window);
        ++*iterations;
        CX__TRY(cx_self_progress(f->self, *iterations, most));
    }
    CX__TRY(cx__messages_clusters(m, f->exemplar, f->label, f->centre, &f->count));
    if (f->count == 0)
        cx__warn(CX_E_CONVERGENCE,
                 "AffinityPropagation: no convergence in max_iter=%lld exchanges; "
                 "the model has no cluster centers",
                 (long long)most);
    else if (!end)
        cx__warn(CX_E_CONVERGENCE,
                 "AffinityPropagation: no convergence in max_iter=%lld exchanges; centers and "
                 "labels may be degenerate",
                 (long long)most);
    return CX_OK;
}

static cx_status propagate(fitting *f, int64_t *iterations)
{
    *iterations = 0;
    if (f->n == 1 || all_alike(f)) {
        label_alike(f);
        return CX_OK;
    }
    CX__TRY(break_ties(f));
    cx__messages m;
    cx_status st = cx__messages_begin(&m, f->n, f->s, cx_param_f64(f->self, "damping"));
    if (st == CX_OK) st = exchange(f, &m, iterations);
    cx__messages_free(&m);
    return st;
}

static cx_status store(fitting *f, const cx_data *data, int64_t iterations)
{
    const cx__site *const s = &f->site;
    const cx_dtype t = cx__float_like(data->x);
    const cx_array *const exemplars = cx__given_all(s, f->centre, f->count, CX_I64),
                          *const labels = cx__given_all(s, f->label, f->n, CX_I64);
    CX__TRY(cx_self_set(f->self, EXEMPLARS, exemplars));
    CX__TRY(cx__store(f->self, LABELS, labels, CX_I32));
    CX__TRY(cx__store(f->self, SIMILARITY, cx__send(s, f->similarity), t));
    CX__TRY(cx_self_set_i64(f->self, N_ITER, iterations));
    if (precomputed(f->self)) return CX_OK;
    return cx__store(f->self, CX__CENTRES, cx_take(f->x, exemplars, 0), t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f = {.self = self};
    int64_t iterations;
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    f.x = cx__f64(&f.site, data->x);
    f.n = cx_dim(f.x, 0);
    CX__TRY(measure(&f));
    CX__TRY(prefer(&f));
    const size_t n = (size_t)f.n, window = (size_t)cx_param_i64(self, "convergence_iter");
    f.exemplar = cx__calloc(n, sizeof *f.exemplar);
    f.history = cx__calloc(n, window * sizeof *f.history);
    f.voted = cx__calloc(n, 3 * sizeof *f.voted);
    cx_status st =
        f.exemplar && f.history && f.voted ? CX_OK : cx__fail_nomem("fit", "exemplars", n * window);
    if (st == CX_OK) {
        f.label = f.voted + n;
        f.centre = f.label + n;
        st = propagate(&f, &iterations);
    }
    if (st == CX_OK) st = store(&f, data, iterations);
    cx__free(f.exemplar);
    cx__free(f.history);
    cx__free(f.voted);
    return st;
}

/* ---- predicting */
static int64_t centres_of(const cx_estimator *self)
{
    return cx_dim(cx_self(self, CX__CENTRES), 0);
}

static cx_status has_centres(const cx_estimator *self)
{
    if (cx_self_has(self, CX__CENTRES)) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, "predict",
                    "AffinityPropagation: affinity='precomputed' leaves no centers to predict by");
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx_check(has_centres(self)) != CX_OK) return NULL;
    if (centres_of(self) > 0) return cx__centres_predict(self, x);
    cx__warn(CX_E_CONVERGENCE, "AffinityPropagation: there are no cluster centers; labels are -1");
    return cx_full(CX_SHAPE(cx_dim(x, 0)), cx_int(-1), CX_I32, cx_device_of(x));
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(has_centres(self));
    return cx__centres_plan(self, p);
}

static cx_status nearest_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx_learn_scores *const m = p->state;
    if (m->k > 0) return cx__scores_into(p, x, rows, out);
    for (int64_t i = 0; i < rows; i++) out[i] = -1;
    return CX_OK;
}

const cx_estimator_class cx__class_affinity_propagation = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "AffinityPropagation",
    .doc = "Clusters round exemplars that points agree on by messages.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 0,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .plan = plan,
    .predict_into = nearest_into,
};
