/* UMAP: a layout of the fuzzy graph of neighbours. Neighbours are found where x is; the graph, its
 * eigenvectors for a start, and the layout are the host's. */
#include "learn/manifold/umap.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EMBEDDING, FIT_X, CURVE };
static const char *const attrs[] = {"embedding_: float [m, k]", "_raw_data: float [m, n]",
                                    "_ab: float [2]", NULL};

static const cx_param params[] = {
    {"n_neighbors", CX_PARAM_INT, "15", "[2, inf)",
     "rows that make up a neighbourhood, with the row"},
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "coordinates of the embedding"},
    {"metric", CX_PARAM_STR, "'euclidean'", NULL,
     "distance of rows; 'precomputed': x is distances"},
    {"metric_kwds", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "{'p': ...} of 'minkowski'"},
    {"n_epochs", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "rounds of the layout; None: 500, above 10,000 rows 200"},
    {"learning_rate", CX_PARAM_FLOAT, "1.0", "(0, inf)", "of the first round; it falls to 0"},
    {"init", CX_PARAM_STR, "'spectral'", "{'spectral', 'random', 'pca'}",
     "first positions; 'spectral' of a graph in parts: as 'pca'"},
    {"min_dist", CX_PARAM_FLOAT, "0.1", "[0, inf)", "how close rows come to lie"},
    {"spread", CX_PARAM_FLOAT, "1.0", "(0, inf)", "scale of the embedding"},
    {"set_op_mix_ratio", CX_PARAM_FLOAT, "1.0", "[0, 1]",
     "1: an edge in either direction counts, 0: in both"},
    {"local_connectivity", CX_PARAM_FLOAT, "1.0", "[0, inf)", "neighbours that count as connected"},
    {"repulsion_strength", CX_PARAM_FLOAT, "1.0", "[0, inf)",
     "weight of rows that are pushed away"},
    {"negative_sample_rate", CX_PARAM_INT, "5", "[0, inf)", "rows pushed away for each one pulled"},
    {"a", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, inf)",
     "of the curve; None: by spread, min_dist"},
    {"b", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, inf)", "of the curve, with a"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of start and layout; None: the system's entropy"},
    {"transform_seed", CX_PARAM_INT, "42", "[0, inf)", "seed of the layout of new rows"},
    {"n_jobs", CX_PARAM_INT, "-1", NULL, "not used: see the scope's num_threads"},
    {"verbose", CX_PARAM_BOOL, "False", NULL, "not used: progress goes to the scope's callback"},
    {.name = NULL},
};

typedef struct fitting {
    const cx_estimator *self;
    cx__site site;
    const cx_array *x;
    int64_t n, dims;
    cx__sparse graph;
    cx_generator *random;
    float *at; /* [n, dims] */
} fitting;

static cx_status forces(const cx_estimator *self, int64_t dims, cx__umap_forces *out)
{
    const bool a = !cx_param_is_none(self, "a"), b = !cx_param_is_none(self, "b");
    *out = (cx__umap_forces){.dims = dims,
                             .negatives = cx_param_i64(self, "negative_sample_rate"),
                             .rate = cx_param_f64(self, "learning_rate"),
                             .repulsion = cx_param_f64(self, "repulsion_strength")};
    if (a != b) return cx__fail(CX_E_ARGUMENT, "fit", "UMAP: give both a and b, or neither");
    if (a) {
        out->a = cx_param_f64(self, "a");
        out->b = cx_param_f64(self, "b");
        return CX_OK;
    }
    const double spread = cx_param_f64(self, "spread"), least = cx_param_f64(self, "min_dist");
    if (least > spread)
        return cx__fail(CX_E_ARGUMENT, "fit", "UMAP: min_dist=%.6g is more than spread=%.6g", least,
                        spread);
    cx__umap_curve(spread, least, &out->a, &out->b);
    return CX_OK;
}

/* ---- the graph */
static cx_status fuzzy(fitting *f)
{
    const cx_estimator *const self = f->self;
    const int64_t wanted = cx_param_i64(self, "n_neighbors"), k = wanted < f->n ? wanted : f->n;
    const double mix = cx_param_f64(self, "set_op_mix_ratio");
    cx__near_opts o;
    cx__nearby near;
    cx__sparse one, both;
    CX__TRY(cx__near_params(self, &o));
    if (k < wanted)
        cx__warn(CX_E_ARGUMENT, "UMAP: n_neighbors=%lld is more than n_samples=%lld",
                 (long long)wanted, (long long)f->n);
    CX__TRY(cx__near_lists(&f->site, f->x, NULL, &o, k - 1, &near));
    double *const strength = cx__scope_room((size_t)(f->n * near.count) * sizeof *strength);
    CX__TRY(cx__so_far());
    const cx__strengths how = {
        .near = &near, .k = k, .connected = cx_param_f64(self, "local_connectivity")};
    CX__TRY(cx__umap_strengths(&how, strength));
    CX__TRY(cx__sparse_near(&near, strength, (double)NAN, &one));
    CX__TRY(cx__sparse_symmetric(&one, CX__BOTH_EITHER, &f->graph));
    if (mix == 1) return CX_OK;
    CX__TRY(cx__sparse_symmetric(&one, CX__BOTH_PRODUCT, &both)); /* the same entries */
    for (int64_t e = 0; e < both.start[f->n]; e++)
        f->graph.value[e] = mix * f->graph.value[e] + (1 - mix) * both.value[e];
    return CX_OK;
}

/* ---- first positions: within 10 of each other, and a little noise */
static cx_status spread_out(fitting *f, const double *v)
{
    double most = 0;
    const int64_t count = f->n * f->dims;
    cx_array *const draw = cx_rng_normal(f->random, 0, 1e-4, CX_SHAPE(count));
    const double *const noise = cx__at(draw);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs(v[i]));
    for (int64_t i = 0; i < count; i++)
        f->at[i] = (float)((most > 0 ? 10 / most * v[i] : 0) + noise[i]);
    return CX_OK;
}

static cx_status from_chance(fitting *f)
{
    cx_array *const draw = cx_rng_uniform(f->random, -10, 10, CX_SHAPE(f->n * f->dims));
    const double *const v = cx__at(draw);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f->n * f->dims; i++) f->at[i] = (float)v[i];
    return CX_OK;
}

static cx_status from_components(fitting *f)
{
    char spec[64];
    if (f->dims > cx_dim(f->x, 1) || f->dims > f->n || cx__is_precomputed(f->self, "metric"))
        return from_chance(f);
    snprintf(spec, sizeof spec, "PCA(n_components=%lld, svd_solver='full')", (long long)f->dims);
    const double *const v =
        cx__near_numbers(&f->site, cx_fit_transform(cx_estimator_new(spec), f->x, NULL));
    CX__TRY(cx__so_far());
    return spread_out(f, v);
}

static cx_status from_spectrum(fitting *f)
{
    int32_t *const label = cx__scope_room((size_t)f->n * sizeof *label);
    int64_t parts = 0;
    double *v = NULL;
    if (label == NULL) return CX_E_NOMEM;
    CX__TRY(cx__sparse_components(&f->graph, label, &parts));
    if (parts > 1 || f->dims + 1 >= f->n) return from_components(f);
    const cx__spectral how = {.n = f->n,
                              .sparse = &f->graph,
                              .components = f->dims,
                              .drop_first = true,
                              .tol = 1e-4,
                              .random = f->random};
    CX__TRY(cx__spectral_embedding(&how, &v));
    return spread_out(f, v);
}

/* Each coordinate from 0 to 10. */
static void stretch(fitting *f)
{
    for (int64_t k = 0; k < f->dims; k++) {
        float low = f->at[k], high = low;
        for (int64_t i = 1; i < f->n; i++) {
            low = fminf(low, f->at[i * f->dims + k]);
            high = fmaxf(high, f->at[i * f->dims + k]);
        }
        for (int64_t i = 0; i < f->n && high > low; i++) {
            float *const v = &f->at[i * f->dims + k];
            *v = 10 * (*v - low) / (high - low);
        }
    }
}

static cx_status begin(fitting *f)
{
    const char *const init = cx_param_str(f->self, "init");
    CX__TRY(strcmp(init, "spectral") == 0 ? from_spectrum(f)
            : strcmp(init, "pca") == 0    ? from_components(f)
                                          : from_chance(f));
    stretch(f);
    return CX_OK;
}

/* ---- methods */
static cx_array *positions(const cx__site *s, const float *at, int64_t n, int64_t dims)
{
    cx_array *const a = cx_empty(CX_SHAPE(n, dims), CX_F32, CX_CPU);
    float *const to = cx__at(a);
    if (to) memcpy(to, at, (size_t)(n * dims) * sizeof *to);
    return cx__send(s, a);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    fitting f = {.self = self, .x = data->x, .n = cx_dim(data->x, 0)};
    cx__umap_forces force;
    f.dims = cx_param_i64(self, "n_components");
    CX__TRY(cx__site_of("fit", data->x, &f.site));
    if (f.n < 2)
        return cx__fail(CX_E_SHAPE, "fit", "UMAP needs two rows at least, x has %lld",
                        (long long)f.n);
    if (cx__is_precomputed(self, "metric")) CX__TRY(cx__precomputed_check(self, data->x));
    CX__TRY(forces(self, f.dims, &force));
    force.epochs = !cx_param_is_none(self, "n_epochs") ? cx_param_i64(self, "n_epochs")
                   : f.n <= 10000                      ? 500
                                                       : 200;
    f.random = cx__seeded(self);
    f.at = cx__scope_room((size_t)(f.n * f.dims) * sizeof *f.at);
    CX__TRY(cx__so_far());
    CX__TRY(fuzzy(&f));
    CX__TRY(begin(&f));
    const cx_array *const seed =
        cx_rng_integers(f.random, 0, INT64_C(1) << 31, CX_SHAPE(1), CX_I64);
    const int64_t *const drawn = cx__at(seed);
    CX__TRY(cx__so_far());
    CX__TRY(cx__umap_layout(self, &force, &f.graph, (uint64_t)*drawn, f.at));
    const double ab[] = {force.a, force.b};
    CX__TRY(cx_self_set(self, EMBEDDING, positions(&f.site, f.at, f.n, f.dims)));
    CX__TRY(cx_self_set(self, CURVE, cx__given_all(&f.site, ab, 2, CX_F64)));
    return cx_self_set(self, FIT_X, cx_copy(data->x));
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, EMBEDDING));
}

/* New rows begin between their neighbours, or on one that they equal. */
static void between(const cx__nearby *near, const double *strength, const float *fixed,
                    int64_t dims, float *at)
{
    for (int64_t i = 0; i < near->n; i++) {
        double sum = 0;
        float *const to = at + i * dims;
        const int64_t first = i * near->count;
        const bool equal = near->distance[first] == 0;
        const int64_t count = equal ? 1 : near->count;
        for (int64_t e = first; e < first + count; e++) sum += strength[e];
        for (int64_t e = first; e < first + count; e++)
            for (int64_t k = 0; k < dims; k++)
                to[k] += (float)(sum > 0 ? strength[e] / sum : 1 / (double)count) *
                         fixed[near->index[e] * dims + k];
    }
}

static cx_status transform_rows(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    cx__site s;
    cx__near_opts o;
    cx__nearby near;
    const cx_array *const known = cx_self(self, FIT_X), *const embedding = cx_self(self, EMBEDDING);
    const int64_t m = cx_dim(embedding, 0), dims = cx_dim(embedding, 1), n = cx_dim(x, 0),
                  wanted = cx_param_i64(self, "n_neighbors"), k = wanted < m ? wanted : m;
    CX__TRY(cx__site_of("transform", x, &s));
    CX__TRY(cx__near_params(self, &o));
    CX__TRY(cx__near_lists(&s, known, x, &o, k, &near));
    const float *const fixed = cx__at(cx__fetch(&s, cx_astype(embedding, CX_F32)));
    const double *const ab = cx__near_numbers(&s, cx_self(self, CURVE));
    double *const strength = cx__scope_room((size_t)(n * k) * sizeof *strength);
    float *const at = cx__scope_room((size_t)(n * dims) * sizeof *at);
    CX__TRY(cx__so_far());
    const double connected = cx_param_f64(self, "local_connectivity") - 1;
    const cx__strengths how = {
        .near = &near, .k = k, .connected = connected > 0 ? connected : 0, .skip = 1};
    CX__TRY(cx__umap_strengths(&how, strength));
    between(&near, strength, fixed, dims, at);
    const int64_t epochs =
        cx_param_is_none(self, "n_epochs") ? 100 : cx_param_i64(self, "n_epochs") / 3;
    const cx__umap_forces force = {.epochs = epochs,
                                   .dims = dims,
                                   .negatives = cx_param_i64(self, "negative_sample_rate"),
                                   .rate = cx_param_f64(self, "learning_rate") / 4,
                                   .a = ab[0],
                                   .b = ab[1],
                                   .repulsion = cx_param_f64(self, "repulsion_strength")};
    const uint64_t seed = (uint64_t)cx_param_i64(self, "transform_seed");
    CX__TRY(cx__umap_place(&force, &near, strength, seed, fixed, m, at));
    *out = positions(&s, at, n, dims);
    return cx__so_far();
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    return cx_check(transform_rows(self, x, &out)) == CX_OK ? out : NULL;
}

const cx_estimator_class cx__class_umap = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "UMAP",
    .doc = "Layout of the fuzzy graph of neighbours (umap-learn).",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = transform,
    .feature_names_out = cx__embedding_names,
};
