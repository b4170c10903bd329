/* Nystroem: features whose products are near a kernel, from some rows of the data.
 *
 * One idea: the kernel with those rows, times the inverse square root of the kernel between them,
 * is a map under which products are the kernel (Williams and Seeger 2001). */
#include "base/object.h"
#include "learn/kernel_approximation/cosines.h"
#include "learn/numeric/kernel_of.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { COMPONENTS, INDICES, NORMALIZATION };
static const char *const attrs[] = {"components_: float [c, n]", "component_indices_: int [c]",
                                    "normalization_: float [c, c]", NULL};

static const cx_param params[] = {
    {"kernel", CX_PARAM_STR, "'rbf'", CX__KERNEL_NAMES, CX__KERNEL_DOC},
    {"gamma", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "of the kernels that have one; None: their default"},
    {"coef0", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", NULL, "of 'poly' and 'sigmoid'; None: 1"},
    {"degree", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[1, inf)", "of 'poly'; None: 3"},
    {"kernel_params", CX_PARAM_NONE, "None", NULL,
     "not used: formulas name parameters, functions have a context"},
    {"n_components", CX_PARAM_INT, "100", "[1, inf)", "rows that the features are made of"},
    CX__FEATURES_RANDOM_STATE,
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

/* A matrix of kernel values has no other parameters, and all of its rows are components. */
static cx_status precomputed(const cx_estimator *self, const cx_array *x, int64_t count)
{
    if (!cx_param_is_none(self, "gamma") || !cx_param_is_none(self, "coef0") ||
        !cx_param_is_none(self, "degree"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "Nystroem: kernel='precomputed' takes no gamma, coef0 or degree");
    CX__TRY(cx__kernel_square(self, x));
    if (count == cx_dim(x, 1)) return CX_OK;
    return cx__fail(CX_E_SHAPE, "fit",
                    "Nystroem: kernel='precomputed' takes n_components=%lld or more, not %lld",
                    (long long)cx_dim(x, 1), (long long)count);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    static cx__held shrunk = CX__HELD("u, s: u / sqrt(maximum(s, 1e-12))");
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const int64_t n = cx_dim(data->x, 0), wanted = cx_param_i64(self, "n_components"),
                  count = wanted < n ? wanted : n;
    if (cx__kernel_given(self)) CX__TRY(precomputed(self, data->x, count));
    if (wanted > n)
        cx__warn(CX_E_ARGUMENT, "Nystroem: n_components=%lld is more than the %lld rows",
                 (long long)wanted, (long long)n);
    const cx_array *const rows = cx__rows_shuffled(&s, cx__seeded(self), n, count), *const basis =
                                                                                        cx_take(
                                                                                            data->x,
                                                                                            rows,
                                                                                            0);
    const cx_svd f = cx_linalg_svd(cx__kernel_of(self, basis, NULL), NULL);
    const cx_array *const root = cx_matmul(cx__held_run("fit", &shrunk, CX_ARRAYS(f.u, f.s)), f.vh);
    CX__TRY(cx__so_far());
    const cx_dtype t = cx__float_like(data->x);
    CX__TRY(cx__store(self, COMPONENTS, basis, t));
    CX__TRY(cx__store(self, INDICES, rows, CX_I64));
    return cx__store(self, NORMALIZATION, root, t);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const k = cx__kernel_of(self, x, cx_self(self, COMPONENTS));
    cx_array *const out = cx_matmul(k, cx_transpose(cx__slot_f64(self, NORMALIZATION)));
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, COMPONENTS), 0));
}

const cx_estimator_class cx__class_nystroem = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Nystroem",
    .doc = "Features whose products are near a kernel, made of some rows.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
};
