/* SparseCoder, and the transform that dictionary learners share with it. */
#include "base/object.h"
#include "learn/decomposition/coding_params.h"
#include "learn/decomposition/projection.h"
#include "learn/numeric/matrix_param.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { DICTIONARY, COUNT };
static const char *const attrs[] = {"dictionary_: float [k, n]", "n_components_: int []", NULL};

static const cx_param params[] = {
    {"dictionary", CX_PARAM_LIST, "[]", NULL, "its rows, lists of numbers"},
    CX__TRANSFORM_ALGORITHM,
    CX__TRANSFORM_NONZERO,
    CX__TRANSFORM_ALPHA,
    CX__SPLIT_SIGN,
    CX__CODING_N_JOBS,
    CX__POSITIVE_CODE,
    CX__TRANSFORM_MAX_ITER,
    {.name = NULL},
};

/* ---- shared */
static cx_status coded(const cx_estimator *self, const cx_array *given, cx_array **out)
{
    cx__site s;
    CX__TRY(cx__site_of("transform", given, &s));
    const cx_array *const dictionary = cx__slot_f64(self, DICTIONARY), *const x =
                                                                           cx__f64(&s, given);
    const cx__lit *const alpha = cx__param(self, "transform_alpha");
    CX__TRY(cx__so_far());
    cx__coder c = {.alpha = 1,
                   .max_iter = cx_param_i64(self, "transform_max_iter"),
                   .positive = cx_param_bool(self, "positive_code")};
    if (!cx__lit_number(alpha, &c.alpha) && cx__class_param(self->cls, "alpha", 5) >= 0)
        c.alpha = cx_param_f64(self, "alpha");
    if (!cx_param_is_none(self, "transform_n_nonzero_coefs"))
        c.nonzero = cx_param_i64(self, "transform_n_nonzero_coefs");
    CX__TRY(cx__coder_make("transform", self->cls->name, cx_param_str(self, "transform_algorithm"),
                           cx_dim(dictionary, 0), cx_dim(x, 1), &c));
    CX__TRY(cx__encode(&s, &c, x, dictionary, NULL, out));
    if (!cx_param_bool(self, "split_sign")) return CX_OK;
    static cx__held up = CX__HELD("c: maximum(c, 0)"), down = CX__HELD("c: -minimum(c, 0)");
    *out = cx_concatenate(CX_ARRAYS(cx__held_run("transform", &up, CX_ARRAYS(*out)),
                                    cx__held_run("transform", &down, CX_ARRAYS(*out))),
                          1);
    return cx__so_far();
}

cx_array *cx__coding_transform(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    if (cx_check(coded(self, x, &out)) != CX_OK) return NULL;
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

cx_array *cx__coding_inverse(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const dictionary = cx__slot_f64(self, DICTIONARY);
    const int64_t k = cx_dim(dictionary, 0);
    if (!cx_param_bool(self, "split_sign") || cx_dim(x, 1) != 2 * k)
        return cx__projection_back(self, x, NULL, dictionary, NULL);
    const cx_array *const code = cx_sub(cx_slice(x, 1, 0, k, 1), cx_slice(x, 1, k, CX_END, 1));
    return cx__projection_back(self, code, NULL, dictionary, NULL);
}

cx_array *cx__coding_names(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    const int64_t k = cx_dim(cx_self(self, DICTIONARY), 0);
    return cx_self_names(self, cx_param_bool(self, "split_sign") ? 2 * k : k);
}

/* ---- the class */
static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx_array *dictionary = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__param_matrix(self, "dictionary", -1, cx_dim(data->x, 1), &dictionary));
    CX__TRY(cx__store(self, DICTIONARY, cx__send(&s, dictionary), cx__float_like(data->x)));
    return cx_self_set_i64(self, COUNT, cx_dim(dictionary, 0));
}

const cx_estimator_class cx__class_sparse_coder = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SparseCoder",
    .doc = "Sparse codes of rows over a given dictionary.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = cx__coding_transform,
    .inverse_transform = cx__coding_inverse,
    .feature_names_out = cx__coding_names,
};
