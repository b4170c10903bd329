/* DictionaryLearning and MiniBatchDictionaryLearning: classes over dictionary.c. */
#include "base/object.h"
#include "learn/decomposition/coding_params.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/matrix_param.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

enum { COMPONENTS, N_ITER, ERRORS };
static const char *const attrs[] = {"components_: float [k, n]", "n_iter_: int []",
                                    "error_: float [i]", NULL};
enum { STEPS = N_ITER + 1, STATS_A, STATS_B, DRAWS };
static const char *const batch_attrs[] = {"components_: float [k, n]",
                                          "n_iter_?: float []",
                                          "n_steps_: int []",
                                          "inner_stats_a_: float [k, k]",
                                          "inner_stats_b_: float [n, k]",
                                          "random_state_: int [s]",
                                          NULL};

#define N_COMPONENTS                                                      \
    {                                                                     \
        "n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", \
            "rows of the dictionary; None: as many as columns"            \
    }
#define ALPHA                                                                    \
    {                                                                            \
        "alpha", CX_PARAM_FLOAT, "1", "[0, inf)", "weight of the codes' L1 norm" \
    }
#define MAX_ITER                                                    \
    {                                                               \
        "max_iter", CX_PARAM_INT, "1000", "[0, inf)", "most rounds" \
    }
#define FIT_ALGORITHM                                               \
    {                                                               \
        "fit_algorithm", CX_PARAM_STR, "'lars'", "{'lars', 'cd'}",  \
            "how the codes of the fit are found: 'lasso_' and this" \
    }
#define DICT_INIT                                                  \
    {                                                              \
        "dict_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,  \
            "the dictionary to begin with; None: singular vectors" \
    }
#define POSITIVE_DICT                                                            \
    {                                                                            \
        "positive_dict", CX_PARAM_BOOL, "False", NULL, "a dictionary of no sign" \
    }

static const cx_param params[] = {
    N_COMPONENTS,
    ALPHA,
    MAX_ITER,
    {"tol", CX_PARAM_FLOAT, "1e-08", "[0, inf)", "relative gain that ends the fit"},
    FIT_ALGORITHM,
    CX__TRANSFORM_ALGORITHM,
    CX__TRANSFORM_NONZERO,
    CX__TRANSFORM_ALPHA,
    CX__CODING_N_JOBS,
    {"code_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "the codes to begin with, looked at together with dict_init"},
    DICT_INIT,
    CX__CODING_CALLBACK,
    CX__CODING_VERBOSE,
    CX__SPLIT_SIGN,
    CX__CODING_SEED,
    CX__POSITIVE_CODE,
    POSITIVE_DICT,
    CX__TRANSFORM_MAX_ITER,
    {.name = NULL},
};
static const cx_param batch_params[] = {
    N_COMPONENTS,
    ALPHA,
    MAX_ITER,
    FIT_ALGORITHM,
    CX__CODING_N_JOBS,
    {"batch_size", CX_PARAM_INT, "256", "[1, inf)", "rows of a batch"},
    {"shuffle", CX_PARAM_BOOL, "True", NULL, "rows in random order"},
    DICT_INIT,
    CX__TRANSFORM_ALGORITHM,
    CX__TRANSFORM_NONZERO,
    CX__TRANSFORM_ALPHA,
    CX__CODING_VERBOSE,
    CX__SPLIT_SIGN,
    CX__CODING_SEED,
    CX__POSITIVE_CODE,
    POSITIVE_DICT,
    CX__TRANSFORM_MAX_ITER,
    CX__CODING_CALLBACK,
    {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)", "move of the dictionary that ends the fit"},
    {"max_no_improvement", CX_PARAM_INT | CX_PARAM_NONE, "10", "[0, inf)",
     "batches without a better cost that end the fit; None: any number"},
    {.name = NULL},
};

static cx_status learning_of(const cx_estimator *self, const cx_array *x, cx__learning *l)
{
    const bool lars = strcmp(cx_param_str(self, "fit_algorithm"), "lars") == 0;
    if (lars && cx_param_bool(self, "positive_code"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: positive_code=True does not go with fit_algorithm='lars'",
                        self->cls->name);
    *l = (cx__learning){.self = self,
                        .k = cx_param_is_none(self, "n_components")
                                 ? cx_dim(x, 1)
                                 : cx_param_i64(self, "n_components"),
                        .max_iter = cx_param_i64(self, "max_iter"),
                        .alpha = cx_param_f64(self, "alpha"),
                        .tol = cx_param_f64(self, "tol"),
                        .positive_dict = cx_param_bool(self, "positive_dict"),
                        .coder = {.alpha = cx_param_f64(self, "alpha"),
                                  .max_iter = cx_param_i64(self, "transform_max_iter"),
                                  .positive = cx_param_bool(self, "positive_code")}};
    CX__TRY(cx__coder_make("fit", self->cls->name, lars ? "lasso_lars" : "lasso_cd", l->k,
                           cx_dim(x, 1), &l->coder));
    return cx__site_at("fit", CX_CPU, &l->host);
}

/* ---- all rows at once */
static cx_status fitted(cx_estimator *self, const cx_data *data, cx_array **code)
{
    cx__site s;
    cx__learning l;
    cx_array *dictionary = NULL;
    int64_t steps = 0;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(learning_of(self, data->x, &l));
    l.draws = cx__seeded(self);
    const cx_array *const x = cx__fetch(&s, cx__f64(&s, data->x));
    *code = NULL;
    CX__TRY(cx__so_far());
    if (!cx_param_is_none(self, "dict_init") && !cx_param_is_none(self, "code_init")) {
        CX__TRY(cx__param_matrix(self, "dict_init", -1, cx_dim(x, 1), &dictionary));
        CX__TRY(cx__param_matrix(self, "code_init", cx_dim(x, 0), cx_dim(dictionary, 0), code));
    }
    double *const errors = cx__host_f64(l.max_iter + 1, -1);
    CX__TRY(cx__so_far());
    CX__TRY(cx__dictionary_learn(&l, x, code, &dictionary, errors, &steps));
    *code = cx__send(&s, *code);
    CX__TRY(cx__store(self, COMPONENTS, cx__send(&s, dictionary), cx__float_like(data->x)));
    CX__TRY(cx_self_set_i64(self, N_ITER, steps));
    return cx__store(self, ERRORS, cx__given_all(&s, errors, steps, CX_F64), CX_F64);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx_array *code = NULL;
    return fitted(self, data, &code);
}
static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    cx_array *code = NULL;
    if (cx_check(fitted(self, data, &code)) != CX_OK) return NULL;
    return cx__float_like(data->x) == CX_F64 ? code : cx_astype(code, CX_F32);
}

const cx_estimator_class cx__class_dictionary_learning = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "DictionaryLearning",
    .doc = "A dictionary over which rows have sparse codes.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = cx__coding_transform,
    .inverse_transform = cx__coding_inverse,
    .feature_names_out = cx__coding_names,
};

/* ---- batches */
static cx_status store_batches(cx_estimator *self, const cx__site *s, const cx__learning *l,
                               const cx__batch_learning *b, cx_dtype t)
{
    CX__TRY(cx__store(self, COMPONENTS, cx__send(s, b->dictionary), t));
    CX__TRY(cx__store(self, STATS_A, cx__send(s, b->a), t));
    CX__TRY(cx__store(self, STATS_B, cx__send(s, b->b), t));
    CX__TRY(cx_self_set_i64(self, STEPS, b->steps));
    return cx_self_set(self, DRAWS, cx__sent(s, cx_generator_state(l->draws)));
}

static cx_status first_batch(const cx_estimator *self, cx__learning *l, const cx_array *x,
                             cx__batch_learning *b)
{
    cx_array *init = NULL;
    l->draws = cx__seeded(self);
    if (!cx_param_is_none(self, "dict_init"))
        CX__TRY(cx__param_matrix(self, "dict_init", -1, cx_dim(x, 1), &init));
    return cx__batches_start(l, x, init, b);
}

static cx_status fit_batches(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__learning l;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(learning_of(self, data->x, &l));
    const cx_array *const x = cx__fetch(&s, cx__f64(&s, data->x));
    cx__batch_learning b = {.batch_size = cx_param_i64(self, "batch_size"),
                            .shuffle = cx_param_bool(self, "shuffle"),
                            .max_no_improvement = cx_param_is_none(self, "max_no_improvement")
                                                      ? -1
                                                      : cx_param_i64(self, "max_no_improvement")};
    CX__TRY(cx__so_far());
    CX__TRY(first_batch(self, &l, x, &b));
    CX__TRY(cx__batches_learn(&l, x, &b));
    const int64_t n = cx_dim(x, 0), size = b.batch_size < n ? b.batch_size : n;
    CX__TRY(cx_self_set_f64(self, N_ITER, ceil((double)b.steps / ceil((double)n / (double)size))));
    return store_batches(self, &s, &l, &b, cx__float_like(data->x));
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx__learning l;
    cx__batch_learning b = {0};
    double cost = 0;
    CX__TRY(cx__site_of("partial_fit", data->x, &s));
    CX__TRY(learning_of(self, data->x, &l));
    const cx_array *const x = cx__fetch(&s, cx__f64(&s, data->x));
    if (!cx_self_has(self, COMPONENTS)) {
        CX__TRY(cx__so_far());
        CX__TRY(first_batch(self, &l, x, &b));
    } else {
        b.dictionary = cx__fetch(&s, cx__slot_f64(self, COMPONENTS));
        b.a = cx__fetch(&s, cx__slot_f64(self, STATS_A));
        b.b = cx__fetch(&s, cx__slot_f64(self, STATS_B));
        b.steps = cx__number_i64(cx_self(self, STEPS));
        l.draws = cx_random_state(CX_SEED(0), CX_CPU);
        CX__TRY(cx__so_far());
        l.k = cx_dim(b.dictionary, 0);
        CX__TRY(cx_generator_set_state(l.draws, cx__to_host(&s, cx_self(self, DRAWS))));
    }
    CX__TRY(cx__batches_step(&l, x, &b, &cost));
    return store_batches(self, &s, &l, &b, cx__float_like(data->x));
}

const cx_estimator_class cx__class_mini_batch_dictionary_learning = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MiniBatchDictionaryLearning",
    .doc = "A dictionary for sparse codes, learnt by batches of rows.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = batch_params,
    .attrs = batch_attrs,
    .fit = fit_batches,
    .partial_fit = partial_fit,
    .transform = cx__coding_transform,
    .inverse_transform = cx__coding_inverse,
    .feature_names_out = cx__coding_names,
};
