/* TSNE: points whose nearness, told by Student's t-distribution, is that of the rows, told by
 * Gaussians.
 *
 * Neighbours are found where x is; the descent is serial and runs on the host, its forces on all
 * threads. 'fft' is this library's own: repulsion by a grid. */
#include "learn/manifold/descent.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EMBEDDING, DIVERGENCE, N_ITER, RATE };
static const char *const attrs[] = {"embedding_: float [m, k]", "kl_divergence_: float []",
                                    "n_iter_: int []", "learning_rate_: float []", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "coordinates of the embedding"},
    {"perplexity", CX_PARAM_FLOAT, "30.0", "(0, inf)", "about how many neighbours count"},
    {"early_exaggeration", CX_PARAM_FLOAT, "12.0", "[1, inf)",
     "factor of the attraction in the first 250 iterations"},
    {"learning_rate", CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'", "float (0, inf), {'auto'}",
     "'auto': rows / early_exaggeration / 4, but not below 50"},
    {"max_iter", CX_PARAM_INT, "1000", "[250, inf)", "most iterations"},
    {"n_iter_without_progress", CX_PARAM_INT, "300", "[-1, inf)",
     "iterations without a lower divergence that end the descent"},
    {"min_grad_norm", CX_PARAM_FLOAT, "1e-07", "[0, inf)", "length of the gradient that ends it"},
    {"metric", CX_PARAM_STR, "'euclidean'", NULL,
     "distance of rows; 'precomputed': x is distances"},
    {"metric_params", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "{'p': ...} of 'minkowski'"},
    {"init", CX_PARAM_STR | CX_PARAM_LIST, "'pca'", "{'pca', 'random'}",
     "first positions; a list: the numbers of [rows, n_components]"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: progress goes to the scope's callback"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of random first positions"},
    {"method", CX_PARAM_STR, "'barnes_hut'", "{'barnes_hut', 'exact', 'fft'}",
     "how all pairs are added up; 'fft': by a grid, for many rows"},
    {"angle", CX_PARAM_FLOAT, "0.5", "[0, 1]",
     "size of a cell that stands for its points, as seen"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

enum { EXPLORE = 250 };

typedef struct fitting {
    cx_estimator *self;
    cx__site site;
    const cx_array *x;
    int64_t n;
    int dims;
    bool precomputed, exact, given;
    double rate;
    double *at; /* [n, dims] */
    cx__kl kl;
} fitting;

static bool is(const cx_estimator *self, const char *name, const char *value)
{
    return strcmp(cx_param_str(self, name), value) == 0;
}

/* ---- what may be asked for */
static cx_status check(fitting *f)
{
    const cx_estimator *const self = f->self;
    const double perplexity = cx_param_f64(self, "perplexity");
    if (perplexity >= (double)f->n)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TSNE: perplexity=%.6g must be less than n_samples=%lld", perplexity,
                        (long long)f->n);
    if (f->precomputed && !f->given && is(self, "init", "pca"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TSNE: init='pca' cannot be used with metric='precomputed'");
    if (f->precomputed) CX__TRY(cx__precomputed_check(self, f->x));
    const int most = is(self, "method", "fft") ? 2 : 3;
    if (!f->exact && f->dims > most)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TSNE: n_components=%d is more than the %d of method='%s'", f->dims, most,
                        cx_param_str(self, "method"));
    return CX_OK;
}

/* ---- probabilities */
static cx_status over_all(fitting *f)
{
    cx__near_opts o;
    CX__TRY(cx__near_params(f->self, &o));
    const bool plain = !f->precomputed && is(f->self, "metric", "euclidean");
    o.pairwise.squared = plain;
    const cx_array *d =
        f->precomputed ? f->x : cx_pairwise_distances(f->x, NULL, o.metric, &o.pairwise);
    if (!plain) d = cx_mul(d, d);
    const float *const square = cx__at(cx__fetch(&f->site, cx_astype(d, CX_F32)));
    double *const p = cx__scope_room((size_t)(f->n * f->n) * sizeof *p);
    CX__TRY(cx__so_far());
    CX__TRY(cx__joint_all(square, f->n, cx_param_f64(f->self, "perplexity"), p));
    return cx__kl_all(f->n, f->dims, p, &f->kl);
}

static cx_status over_neighbours(fitting *f)
{
    cx__near_opts o;
    cx__nearby near;
    cx__sparse *const p = cx__scope_room(sizeof *p);
    if (p == NULL) return CX_E_NOMEM;
    const double perplexity = cx_param_f64(f->self, "perplexity");
    const double wanted = 3 * perplexity + 1;
    const int64_t k = wanted < (double)(f->n - 1) ? (int64_t)wanted : f->n - 1;
    if (k < 1)
        return cx__fail(CX_E_SHAPE, "fit", "TSNE needs two rows at least, x has %lld",
                        (long long)f->n);
    CX__TRY(cx__near_params(f->self, &o));
    CX__TRY(cx__near_lists(&f->site, f->x, NULL, &o, k, &near));
    CX__TRY(cx__joint_near(&near, perplexity, p));
    if (is(f->self, "method", "fft")) return cx__kl_grid(p, f->dims, &f->kl);
    return cx__kl_tree(p, f->dims, cx_param_f64(f->self, "angle"), &f->kl);
}

/* ---- first positions */
static cx_status from_components(fitting *f)
{
    char spec[96];
    int used = snprintf(spec, sizeof spec, "PCA(n_components=%d", f->dims);
    if (!cx_param_is_none(f->self, "random_state"))
        used += snprintf(spec + used, sizeof spec - (size_t)used, ", random_state=%lld",
                         (long long)cx_param_i64(f->self, "random_state"));
    snprintf(spec + used, sizeof spec - (size_t)used, ")");
    const cx_array *const y =
        cx_astype(cx_fit_transform(cx_estimator_new(spec), f->x, NULL), CX_F32);
    const float *const v = cx__at(cx__fetch(&f->site, y));
    CX__TRY(cx__so_far());
    double mean = 0, square = 0;
    for (int64_t i = 0; i < f->n; i++) mean += (double)v[i * f->dims] / (double)f->n;
    for (int64_t i = 0; i < f->n; i++) {
        const double off = (double)v[i * f->dims] - mean;
        square += off * off / (double)f->n;
    }
    const float deviation = (float)sqrt(square);
    if (!(deviation > 0))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TSNE: the rows are all alike, so init='pca' has no direction");
    for (int64_t i = 0; i < f->n * f->dims; i++) f->at[i] = (double)(v[i] / deviation * 1e-4F);
    return CX_OK;
}

static cx_status from_chance(fitting *f)
{
    const cx_array *const draw =
        cx_rng_standard_normal(cx__seeded(f->self), CX_SHAPE(f->n, f->dims), CX_F64);
    const double *const v = cx__at(draw);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->n * f->dims; i++) f->at[i] = (double)(1e-4F * (float)v[i]);
    return CX_OK;
}

static cx_status begin(fitting *f)
{
    if (!f->given) return is(f->self, "init", "pca") ? from_components(f) : from_chance(f);
    const cx_array *const list = cx_param_array(f->self, "init");
    const double *const v = cx__at(list);
    CX__TRY(cx__so_far());
    if (cx_size(list) != f->n * f->dims)
        return cx__fail(CX_E_SHAPE, "fit",
                        "TSNE: init holds %lld numbers, not n_samples * n_components = %lld",
                        (long long)cx_size(list), (long long)(f->n * f->dims));
    memcpy(f->at, v, (size_t)(f->n * f->dims) * sizeof *v);
    return CX_OK;
}

/* ---- two stages */
static cx_status descend(fitting *f, double *error, int64_t *last)
{
    const cx_estimator *const self = f->self;
    const int64_t most = cx_param_i64(self, "max_iter");
    cx__downhill how = {.self = self,
                        .single = !f->given,
                        .single_gradient = !f->given || !f->exact,
                        .exaggeration = cx_param_f64(self, "early_exaggeration"),
                        .momentum = 0.5,
                        .learning_rate = f->rate,
                        .min_grad_norm = cx_param_f64(self, "min_grad_norm"),
                        .max_iter = EXPLORE,
                        .patience = EXPLORE,
                        .total = most};
    CX__TRY(cx__downhill_run(&how, &f->kl, f->at, error, last));
    how.exaggeration = 1;
    how.momentum = 0.8;
    how.first = *last + 1;
    how.max_iter = most;
    how.patience = cx_param_i64(self, "n_iter_without_progress");
    if (how.first < most) return cx__downhill_run(&how, &f->kl, f->at, error, last);
    /* no second stage: the divergence of what there is, without exaggeration */
    double *const unused = cx__scope_room((size_t)(f->n * f->dims) * sizeof *unused);
    *last = how.first;
    return unused ? f->kl.gradient(&f->kl, f->at, 1, unused, error) : CX_E_NOMEM;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t dims = cx_param_i64(self, "n_components");
    fitting f = {.self = self, .x = data->x, .n = cx_dim(data->x, 0)};
    f.dims = dims < 1 << 20 ? (int)dims : 1 << 20;
    f.precomputed = cx__is_precomputed(self, "metric");
    f.exact = is(self, "method", "exact");
    f.given = !cx_param_is_str(self, "init");
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    CX__TRY(check(&f));
    f.rate = cx_param_is_str(self, "learning_rate")
                 ? fmax((double)f.n / cx_param_f64(self, "early_exaggeration") / 4, 50)
                 : cx_param_f64(self, "learning_rate");
    f.at = cx__scope_room((size_t)(f.n * f.dims) * sizeof *f.at);
    CX__TRY(cx__so_far());
    CX__TRY(f.exact ? over_all(&f) : over_neighbours(&f));
    CX__TRY(begin(&f));
    double error = NAN;
    int64_t last = 0;
    CX__TRY(descend(&f, &error, &last));
    const cx_dtype t = f.given ? CX_F64 : CX_F32;
    CX__TRY(cx_self_set(self, EMBEDDING, cx__embedded(&f.site, f.at, f.n, f.dims, t)));
    CX__TRY(cx_self_set_f64(self, DIVERGENCE, error));
    CX__TRY(cx_self_set_i64(self, N_ITER, last));
    return cx_self_set_f64(self, RATE, f.rate);
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, EMBEDDING));
}

const cx_estimator_class cx__class_tsne = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TSNE",
    .doc = "t-distributed stochastic neighbour embedding.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .feature_names_out = cx__embedding_names,
};
