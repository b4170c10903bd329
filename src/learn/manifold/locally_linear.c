/* LocallyLinearEmbedding: coordinates in which every row is made of its neighbours as it is in x.
 * Neighbours are found where x is; the rest runs on the host. */
#include "learn/manifold/local.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <math.h>
#include <string.h>

enum { EMBEDDING, ERROR, FIT_X };
static const char *const attrs[] = {"embedding_: float [m, k]", "reconstruction_error_: float []",
                                    "_fit_X: float [m, n]", NULL};

static const cx_param params[] = {
    {"n_neighbors", CX_PARAM_INT, "5", "[1, inf)", "rows that a row is made of"},
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "coordinates of the embedding"},
    {"reg", CX_PARAM_FLOAT, "0.001", "[0, inf)", "added to the local covariance, times its trace"},
    {"eigen_solver", CX_PARAM_STR, "'auto'", "{'auto', 'arpack', 'dense'}",
     "'dense': eigh, else Lanczos' method for more than 200 rows"},
    {"tol", CX_PARAM_FLOAT, "1e-06", "[0, inf)",
     "not used: eigenvectors are right to the last digits"},
    {"max_iter", CX_PARAM_INT, "100", "[1, inf)", "restarts of Lanczos' method"},
    {"method", CX_PARAM_STR, "'standard'", "{'standard', 'hessian', 'modified', 'ltsa'}",
     "what is kept of a row and its neighbours"},
    {"hessian_tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "not used: sums that are 0 need no tolerance"},
    {"modified_tol", CX_PARAM_FLOAT, "1e-12", "[0, inf)", "not used: no reflection is formed"},
    {"neighbors_algorithm", CX_PARAM_STR, "'auto'", "{'auto', 'brute', 'kd_tree', 'ball_tree'}",
     "how neighbours are found"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of Lanczos' first vector, which decides no result"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

static bool is(const cx_estimator *self, const char *name, const char *value)
{
    return strcmp(cx_param_str(self, name), value) == 0;
}

static cx_status check(const cx_estimator *self, const cx__local *l)
{
    const long long k = (long long)l->k, c = (long long)l->components;
    if (c > l->d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LocallyLinearEmbedding: n_components=%lld is more than n_features=%lld", c,
                        (long long)l->d);
    if (k >= l->n)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LocallyLinearEmbedding: n_neighbors=%lld is not less than n_samples=%lld",
                        k, (long long)l->n);
    if (is(self, "method", "hessian") && k <= c + c * (c + 1) / 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LocallyLinearEmbedding: method='hessian' needs n_neighbors > "
                        "n_components * (n_components + 3) / 2 = %lld, not %lld",
                        c * (c + 3) / 2, k);
    if (is(self, "method", "modified") && k < c)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LocallyLinearEmbedding: method='modified' needs n_neighbors >= "
                        "n_components=%lld, not %lld",
                        c, k);
    return CX_OK;
}

/* The eigenvectors but the first, which is constant. */
static cx_status solve(const cx_estimator *self, const cx__local *l, const cx__sparse *m,
                       cx__pairs *out)
{
    const bool few = l->n > CX__EIGEN_SMALL && l->components + 1 < 10;
    double most = 0;
    for (int64_t e = 0; e < m->start[m->n]; e++) most = fmax(most, fabs(m->value[e]));
    cx__smallest how = {
        .n = l->n, .sparse = m, .shift = 1e-12 * most, .max_iter = cx_param_i64(self, "max_iter")};
    if (!is(self, "eigen_solver", "dense") && (few || is(self, "eigen_solver", "arpack"))) {
        cx_array *const start = cx_rng_uniform(cx__seeded(self), -1, 1, CX_SHAPE(l->n));
        how.start = cx__at(start);
        CX__TRY(cx__so_far());
    }
    return cx__eigen_smallest(&how, l->components + 1, out);
}

static cx_status embed(cx_estimator *self, const cx__site *s, const cx__local *l)
{
    const int64_t area = (l->k + 1) * (l->k + 1), n = l->n, c = l->components;
    double *const block = cx__scope_room((size_t)(n * area) * sizeof *block),
                  *const embedding = cx__scope_room((size_t)(n * c) * sizeof *embedding);
    cx__sparse m;
    cx__pairs pairs;
    CX__TRY(cx__so_far());
    CX__TRY(cx__local_blocks(l, block));
    CX__TRY(cx__local_sum(l, block, &m));
    CX__TRY(solve(self, l, &m, &pairs));
    double error = 0;
    for (int64_t r = 0; r < c; r++) {
        const double *const v = pairs.vector + (r + 1) * n;
        double most = 0, sign = 1;
        for (int64_t i = 0; i < n; i++)
            if (fabs(v[i]) > most) {
                most = fabs(v[i]);
                sign = v[i] < 0 ? -1 : 1;
            }
        for (int64_t i = 0; i < n; i++) embedding[i * c + r] = sign * v[i];
        error += pairs.value[r + 1];
    }
    CX__TRY(cx_self_set(self, EMBEDDING, cx__embedded(s, embedding, n, c, CX_F64)));
    return cx_self_set_f64(self, ERROR, error);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__near_opts o;
    cx__nearby near;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx__local l = {.n = cx_dim(data->x, 0), .d = cx_dim(data->x, 1)};
    l.k = cx_param_i64(self, "n_neighbors");
    l.components = cx_param_i64(self, "n_components");
    l.reg = cx_param_f64(self, "reg");
    l.method = is(self, "method", "standard")   ? CX__LOCAL_STANDARD
               : is(self, "method", "modified") ? CX__LOCAL_MODIFIED
                                                : CX__LOCAL_TANGENT;
    CX__TRY(check(self, &l));
    CX__TRY(cx__near_params(self, &o));
    CX__TRY(cx__near_lists(&s, data->x, NULL, &o, l.k, &near));
    l.index = near.index;
    l.x = l.from = cx__near_numbers(&s, data->x);
    CX__TRY(cx__so_far());
    CX__TRY(embed(self, &s, &l));
    return cx_self_set(self, FIT_X, cx_copy(data->x));
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    if (cx_check(fit(self, data)) != CX_OK) return NULL;
    return cx_copy(cx_self(self, EMBEDDING));
}

/* New rows are made of the embedded neighbours as they are of the neighbours. */
static cx_status transform_rows(const cx_estimator *self, const cx_array *x, cx_array **out)
{
    cx__site s;
    cx__near_opts o;
    cx__nearby near;
    const cx_array *const known = cx_self(self, FIT_X), *const embedding = cx_self(self, EMBEDDING);
    CX__TRY(cx__site_of("transform", x, &s));
    cx__local l = {.n = cx_dim(x, 0), .d = cx_dim(x, 1), .reg = cx_param_f64(self, "reg")};
    l.k = cx_param_i64(self, "n_neighbors");
    l.components = cx_dim(embedding, 1);
    CX__TRY(cx__near_params(self, &o));
    CX__TRY(cx__near_lists(&s, known, x, &o, l.k, &near));
    l.index = near.index;
    l.x = cx__near_numbers(&s, x);
    l.from = cx__near_numbers(&s, known);
    const double *const y = cx__near_numbers(&s, embedding);
    double *const weight = cx__scope_room((size_t)(l.n * l.k) * sizeof *weight),
                  *const to = cx__scope_room((size_t)(l.n * l.components) * sizeof *to);
    CX__TRY(cx__so_far());
    CX__TRY(cx__local_weights(&l, weight));
    for (int64_t i = 0; i < l.n; i++)
        for (int64_t a = 0; a < l.k; a++)
            for (int64_t c = 0; c < l.components; c++)
                to[i * l.components + c] +=
                    weight[i * l.k + a] * y[l.index[i * l.k + a] * l.components + c];
    *out = cx__embedded(&s, to, l.n, l.components, CX_F64);
    return cx__so_far();
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    return cx_check(transform_rows(self, x, &out)) == CX_OK ? out : NULL;
}

const cx_estimator_class cx__class_locally_linear_embedding = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LocallyLinearEmbedding",
    .doc = "Coordinates in which rows are made of their neighbours as before.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_F64,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = transform,
    .feature_names_out = cx__embedding_names,
};
