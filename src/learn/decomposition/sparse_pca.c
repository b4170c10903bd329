/* SparsePCA and MiniBatchSparsePCA: components of few numbers that are not 0, the sparse codes of
 * the columns over a dictionary of scores. */
#include "base/object.h"
#include "learn/decomposition/coding_params.h"
#include "learn/decomposition/projection.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/matrix_param.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/learn_utils.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { COMPONENTS, MEAN, COUNT, N_ITER, ERRORS };
static const char *const attrs[] = {"components_: float [k, n]", "mean_: float [n]",
                                    "n_components_: int []",     "n_iter_: int []",
                                    "error_: float [i]",         NULL};
static const char *const batch_attrs[] = {"components_: float [k, n]", "mean_: float [n]",
                                          "n_components_: int []", "n_iter_: float []", NULL};

#define N_COMPONENTS                                                                            \
    {                                                                                           \
        "n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", "how many; None: all" \
    }
#define ALPHA                                                                         \
    {                                                                                 \
        "alpha", CX_PARAM_FLOAT, "1", "[0, inf)", "weight of the components' L1 norm" \
    }
#define RIDGE_ALPHA                                                                          \
    {                                                                                        \
        "ridge_alpha", CX_PARAM_FLOAT, "0.01", "[0, inf)", "shrinkage of transform's scores" \
    }
#define MAX_ITER                                                    \
    {                                                               \
        "max_iter", CX_PARAM_INT, "1000", "[0, inf)", "most rounds" \
    }
#define METHOD                                                                               \
    {                                                                                        \
        "method", CX_PARAM_STR, "'lars'", "{'lars', 'cd'}", "how the sparse codes are found" \
    }

static const cx_param params[] = {
    N_COMPONENTS,
    ALPHA,
    RIDGE_ALPHA,
    MAX_ITER,
    {"tol", CX_PARAM_FLOAT, "1e-08", "[0, inf)", "relative gain that ends the fit"},
    METHOD,
    CX__CODING_N_JOBS,
    {"U_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "scores to begin with, looked at together with V_init"},
    {"V_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "components to begin with"},
    CX__CODING_VERBOSE,
    CX__CODING_SEED,
    {.name = NULL},
};
static const cx_param batch_params[] = {
    N_COMPONENTS,
    ALPHA,
    RIDGE_ALPHA,
    MAX_ITER,
    CX__CODING_CALLBACK,
    {"batch_size", CX_PARAM_INT, "3", "[1, inf)", "columns of a batch"},
    CX__CODING_VERBOSE,
    {"shuffle", CX_PARAM_BOOL, "True", NULL, "columns in random order"},
    CX__CODING_N_JOBS,
    METHOD,
    CX__CODING_SEED,
    {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)", "move of the dictionary that ends the fit"},
    {"max_no_improvement", CX_PARAM_INT | CX_PARAM_NONE, "10", "[0, inf)",
     "batches without a better cost that end the fit; None: any number"},
    {.name = NULL},
};

/* The learning of codes for columns, and the centred data turned: [d, n] on the host. */
static cx_status begin(const cx_estimator *self, const cx__site *s, const cx_data *data,
                       cx__learning *l, cx_array **mean, const cx_array **turned)
{
    const cx_array *const x = cx__f64(s, data->x);
    const bool lars = strcmp(cx_param_str(self, "method"), "lars") == 0;
    CX__TRY(cx__column_means(s, x, NULL, mean, NULL));
    *turned = cx__fetch(s, cx_ascontiguous(cx_transpose(cx__centred(s, x, *mean, NULL))));
    CX__TRY(cx__so_far());
    *l = (cx__learning){.self = self,
                        .k = cx_param_is_none(self, "n_components")
                                 ? cx_dim(x, 1)
                                 : cx_param_i64(self, "n_components"),
                        .max_iter = cx_param_i64(self, "max_iter"),
                        .alpha = cx_param_f64(self, "alpha"),
                        .tol = cx_param_f64(self, "tol"),
                        .draws = cx__seeded(self),
                        .coder = {.alpha = cx_param_f64(self, "alpha"), .max_iter = 1000}};
    CX__TRY(cx__coder_make("fit", self->cls->name, lars ? "lasso_lars" : "lasso_cd", l->k,
                           cx_dim(*turned, 1), &l->coder));
    return cx__site_at("fit", CX_CPU, &l->host);
}

static cx_status store(cx_estimator *self, const cx__site *s, const cx_array *code,
                       const cx_array *mean, cx_dtype t)
{
    static cx__held scaled =
        CX__HELD("c: s = sqrt(sum(c * c, axis=1, keepdims=True)); c / where(s == 0, 1, s)");
    const cx_array *const rows = cx_ascontiguous(cx_transpose(code));
    const cx_array *const components = cx__held_run("fit", &scaled, CX_ARRAYS(rows));
    CX__TRY(cx__store(self, COMPONENTS, cx__send(s, components), t));
    CX__TRY(cx__store(self, MEAN, mean, t));
    return cx_self_set_i64(self, COUNT, cx_dim(components, 0));
}

static cx_status start_of(const cx_estimator *self, int64_t n, int64_t d, cx_array **code,
                          cx_array **dictionary)
{
    cx_array *u = NULL, *v = NULL;
    *code = *dictionary = NULL;
    if (cx_param_is_none(self, "U_init") || cx_param_is_none(self, "V_init")) return CX_OK;
    CX__TRY(cx__param_matrix(self, "U_init", n, -1, &u));
    CX__TRY(cx__param_matrix(self, "V_init", cx_dim(u, 1), d, &v));
    *dictionary = cx_ascontiguous(cx_transpose(u));
    *code = cx_ascontiguous(cx_transpose(v));
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__learning l;
    const cx_array *turned = NULL;
    cx_array *mean = NULL, *code = NULL, *dictionary = NULL;
    int64_t steps = 0;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(begin(self, &s, data, &l, &mean, &turned));
    CX__TRY(start_of(self, cx_dim(turned, 1), cx_dim(turned, 0), &code, &dictionary));
    double *const errors = cx__host_f64(l.max_iter + 1, -1);
    CX__TRY(cx__so_far());
    CX__TRY(cx__dictionary_learn(&l, turned, &code, &dictionary, errors, &steps));
    const cx_flipped signs = cx_svd_flip(code, dictionary, NULL);
    CX__TRY(cx__so_far());
    CX__TRY(store(self, &s, signs.u, mean, cx__float_like(data->x)));
    CX__TRY(cx_self_set_i64(self, N_ITER, steps));
    return cx__store(self, ERRORS, cx__given_all(&s, errors, steps, CX_F64), CX_F64);
}

static cx_status fit_batches(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__learning l;
    const cx_array *turned = NULL;
    cx_array *mean = NULL, *code = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(begin(self, &s, data, &l, &mean, &turned));
    cx__batch_learning b = {.batch_size = cx_param_i64(self, "batch_size"),
                            .shuffle = cx_param_bool(self, "shuffle"),
                            .max_no_improvement = cx_param_is_none(self, "max_no_improvement")
                                                      ? -1
                                                      : cx_param_i64(self, "max_no_improvement")};
    CX__TRY(cx__batches_start(&l, turned, NULL, &b));
    CX__TRY(cx__batches_learn(&l, turned, &b));
    CX__TRY(cx__encode(&l.host, &l.coder, turned, b.dictionary, NULL, &code));
    CX__TRY(store(self, &s, code, mean, cx__float_like(data->x)));
    const int64_t d = cx_dim(turned, 0), size = b.batch_size < d ? b.batch_size : d;
    return cx_self_set_f64(self, N_ITER, ceil((double)b.steps / ceil((double)d / (double)size)));
}

/* Scores are a ridge regression on the components: a projection like any. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const cx_array *const c = cx__slot_f64(self, COMPONENTS);
    const double alpha = cx_param_f64(self, "ridge_alpha");
    const int64_t k = cx_dim(c, 0);
    const cx_array *rows;
    if (alpha > 0) {
        const cx_array *const shift =
            cx_mul(cx_eye(k, k, 0, CX_F64, cx_device_of(c)), cx_float(alpha));
        rows = cx_linalg_solve(cx_add(cx_matmul(c, cx_transpose(c)), shift), c);
    } else {
        rows = cx_ascontiguous(cx_transpose(cx_linalg_pinv(c, NULL)));
    }
    return cx__projection_plan(self, rows, cx_self(self, MEAN), NULL, p);
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__projection_back(self, x, NULL, cx__slot_f64(self, COMPONENTS),
                               cx__slot_f64(self, MEAN));
}

const cx_estimator_class cx__class_sparse_pca = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SparsePCA",
    .doc = "Principal components of which few numbers are not 0.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = cx__projection_transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
    .plan = plan,
    .transform_into = cx__scores_into,
};
const cx_estimator_class cx__class_mini_batch_sparse_pca = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MiniBatchSparsePCA",
    .doc = "Sparse principal components, learnt by batches of columns.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = batch_params,
    .attrs = batch_attrs,
    .fit = fit_batches,
    .transform = cx__projection_transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
    .plan = plan,
    .transform_into = cx__scores_into,
};
