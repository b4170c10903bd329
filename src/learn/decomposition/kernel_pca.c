/* KernelPCA: principal components where a kernel is the product of rows.
 *
 * One idea: eigenvectors of the centred kernel, which new rows meet through their own kernel with
 * the training rows; the way back is a kernel ridge regression of the rows on their components. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/kernel_ridge/dual.h"
#include "learn/manifold/eigen.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/kernel_of.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg_factor.h>
#include <calx/linalg_random.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <string.h>

enum { FEW = 10 /* components */ };
enum { VALUES, VECTORS, GAMMA, X_FIT, ROWS, ALL, DUAL, X_BACK };
static const char *const attrs[] = {"eigenvalues_: float [k]",
                                    "eigenvectors_: float [r, k]",
                                    "gamma_: float []",
                                    "X_fit_: float [r, n]",
                                    "K_fit_rows_: float [r]",
                                    "K_fit_all_: float []",
                                    "dual_coef_?: float [r, n]",
                                    "X_transformed_fit_?: float [r, k]",
                                    NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "how many; None: all whose eigenvalue is not 0"},
    {"kernel", CX_PARAM_STR, "'linear'",
     "{'linear', 'poly', 'rbf', 'sigmoid', 'cosine', 'precomputed'}, user kernel", CX__KERNEL_DOC},
    {"gamma", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "of the kernels that have one; None: 1 over the columns"},
    {"degree", CX_PARAM_FLOAT, "3", "[0, inf)", "of 'poly'"},
    {"coef0", CX_PARAM_FLOAT, "1", NULL, "of 'poly' and 'sigmoid'"},
    {"kernel_params", CX_PARAM_NONE, "None", NULL,
     "not used: formulas name parameters, functions have a context"},
    {"alpha", CX_PARAM_FLOAT, "1.0", "[0, inf)", "penalty of the way back"},
    {"fit_inverse_transform", CX_PARAM_BOOL, "False", NULL, "learn the way back"},
    {"eigen_solver", CX_PARAM_STR, "'auto'", "{'auto', 'dense', 'arpack', 'randomized'}",
     "'arpack': Lanczos' method (on the CPU), 'auto': for fewer than 10 of more than 200 rows"},
    {"tol", CX_PARAM_FLOAT, "0", "[0, inf)", "relative error of Lanczos' eigenvalues"},
    {"max_iter", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", "restarts of Lanczos' method"},
    {"iterated_power", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [0, inf), {'auto'}",
     "power iterations of 'randomized'"},
    {"remove_zero_eig", CX_PARAM_BOOL, "False", NULL, "leave out components that are 0"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of 'randomized'"},
    {"copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

/* The kernel with the rows of fit, as if their images had mean 0. */
static cx_array *centred(const char *where, const cx_array *k, const cx_array *rows,
                         const cx_array *all)
{
    static cx__held centre =
        CX__HELD("k, rows, all, n: k - rows + (all - sum(k, axis=1, keepdims=True) / n)");
    return cx__held_run(where, &centre, CX_ARRAYS(k, rows, all, cx_float((double)cx_dim(k, 1))));
}

/* Is Lanczos' method asked for, or the faster way? It is the host's. */
static bool by_lanczos(const cx_estimator *self, const cx_array *kernel, int64_t k)
{
    const char *const solver = cx_param_str(self, "eigen_solver");
    if (!cx__on_host(kernel)) return false;
    return strcmp(solver, "arpack") == 0 ||
           (strcmp(solver, "auto") == 0 && cx_dim(kernel, 0) > CX__EIGEN_SMALL && k < FEW);
}

static cx_status one_by_one(const cx_estimator *self, const cx__site *s, const cx_array *kernel,
                            int64_t k, cx_eigh *out)
{
    const int64_t n = cx_dim(kernel, 0);
    const cx_array *const whole = cx_ascontiguous(kernel);
    const cx__largest how = {
        .n = n,
        .dense = cx__at(whole),
        .tol = cx_param_f64(self, "tol"),
        .max_iter = cx_param_is_none(self, "max_iter") ? 10 * n : cx_param_i64(self, "max_iter")};
    cx__pairs p;
    CX__TRY(cx__so_far());
    CX__TRY(cx__eigen_largest(&how, k, &p));
    const cx_array *const rows = cx__given_all(s, p.vector, k * n, CX_F64);
    *out = (cx_eigh){.w = cx__given_all(s, p.value, k, CX_F64),
                     .v = cx_transpose(cx_reshape(rows, CX_SHAPE(k, n)))};
    return cx__so_far();
}

/* The k largest eigenvalues, or of random projections those of the largest size, in any order. */
static cx_status eigenvectors(const cx_estimator *self, const cx__site *s, const cx_array *kernel,
                              int64_t k, cx_eigh *out)
{
    const int64_t n = cx_dim(kernel, 0);
    if (strcmp(cx_param_str(self, "eigen_solver"), "randomized") == 0) {
        cx_randomized_svd_opts o = {.struct_size = sizeof o, .generator = cx__seeded(self)};
        if (!cx_param_is_str(self, "iterated_power"))
            o.n_iter = (cx_maybe_i64)CX_SET(cx_param_i64(self, "iterated_power"));
        *out = cx_linalg_randomized_eigh(kernel, k, &o);
        return cx__so_far();
    }
    if (by_lanczos(self, kernel, k)) return one_by_one(self, s, kernel, k, out);
    const cx_eigh_with_opts o = {
        .struct_size = sizeof o, .by_index = true, .index = {n - k, n - 1}};
    *out = cx_linalg_eigh_with(kernel, NULL, &o);
    return cx__so_far();
}

/* Eigenvalues of a kernel are at least 0: what rounding left is 0, what is more is refused. *kept
 * becomes how many are above 0. */
static cx_status clean(const cx_estimator *self, const cx__site *s, const cx_array **values,
                       int64_t *kept)
{
    const int64_t k = cx_size(*values);
    double *const w = cx__scope_room((size_t)k * sizeof *w);
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all(s, cx_ascontiguous(*values), w));
    const double most = w[0], least = w[k - 1];
    if (most < 0 || (least < -1e-5 * most && least < -1e-10))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "KernelPCA(kernel='%s'): an eigenvalue of the kernel is %.6g; it must be "
                        "positive semidefinite",
                        cx_param_str(self, "kernel"), least);
    *kept = 0;
    for (int64_t i = 0; i < k; i++) {
        if (w[i] < 1e-12 * most) w[i] = 0;
        *kept += w[i] > 0;
    }
    *values = cx__given_all(s, w, k, CX_F64);
    return cx__so_far();
}

/* The training rows' components. */
static cx_array *scores(const cx_array *values, const cx_array *vectors)
{
    static cx__held scaled = CX__HELD("v, w: v * sqrt(w)");
    return cx__held_run("fit", &scaled, CX_ARRAYS(vectors, values));
}

/* What leads from components back to rows. */
static cx_status learn_back(cx_estimator *self, const cx__site *s, const cx_array *x,
                            const cx_array *components)
{
    const cx_dtype t = cx__float_like(x);
    cx_array *dual = NULL;
    const cx_status st = cx__dual_solve(cx__kernel_of(self, components, NULL),
                                        cx_param_f64(self, "alpha"), cx__f64(s, x), &dual);
    if (st == CX_E_SINGULAR)
        return cx__fail(CX_E_SINGULAR, "fit",
                        "KernelPCA(alpha=%s): the equations of the way back are singular; try a "
                        "larger alpha",
                        cx_param_text(self, "alpha"));
    CX__TRY(st);
    CX__TRY(cx__store(self, DUAL, dual, t));
    return cx__store(self, X_BACK, components, t);
}

static cx_status solve(cx_estimator *self, const cx__site *s, const cx_array *kernel,
                       const cx_array **values, const cx_array **vectors)
{
    const bool every = cx_param_is_none(self, "n_components");
    const int64_t n = cx_dim(kernel, 0), wanted = every ? n : cx_param_i64(self, "n_components"),
                  k = wanted < n ? wanted : n;
    int64_t kept = 0;
    cx_eigh f;
    CX__TRY(eigenvectors(self, s, kernel, k, &f));
    const cx_array *const order = cx_argsort(cx_negative(f.w), 0);
    *values = cx_take(f.w, order, 0);
    *vectors = cx__fix_signs("fit", cx_take(cx_transpose(f.v), order, 0));
    CX__TRY(clean(self, s, values, &kept));
    if (every || cx_param_bool(self, "remove_zero_eig")) {
        *values = cx_slice(*values, 0, 0, kept, 1);
        *vectors = cx_slice(*vectors, 0, 0, kept, 1);
    }
    *vectors = cx_ascontiguous(cx_transpose(*vectors));
    return cx__so_far();
}

static cx_status fitted(cx_estimator *self, const cx_data *data, cx_array **components)
{
    const bool back = cx_param_bool(self, "fit_inverse_transform");
    const cx_dtype t = cx__float_like(data->x);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    if (back && cx__kernel_given(self))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "KernelPCA: fit_inverse_transform=True needs rows, not "
                        "kernel='precomputed'");
    CX__TRY(cx__kernel_square(self, data->x));
    const cx_array *const k = cx__kernel_of(self, data->x, NULL),
                          *const rows = cx_mean(k, CX_AXIS(0)), *const all = cx_mean(rows, CX_ALL);
    const cx_array *values = NULL, *vectors = NULL;
    CX__TRY(solve(self, &s, centred("fit", k, rows, all), &values, &vectors));
    CX__TRY(cx__store(self, VALUES, values, t));
    CX__TRY(cx__store(self, VECTORS, vectors, t));
    CX__TRY(cx__store(self, X_FIT, data->x, t));
    CX__TRY(cx__store(self, ROWS, rows, CX_F64));
    CX__TRY(cx__store(self, ALL, all, CX_F64));
    CX__TRY(cx_self_set_f64(self, GAMMA,
                            cx_param_is_none(self, "gamma") ? 1 / (double)cx_dim(data->x, 1)
                                                            : cx_param_f64(self, "gamma")));
    *components = scores(values, vectors);
    return back ? learn_back(self, &s, data->x, *components) : cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx_array *components = NULL;
    return fitted(self, data, &components);
}

static cx_array *like(const cx_array *x, cx_array *a)
{
    return cx__float_like(x) == CX_F64 ? a : cx_astype(a, CX_F32);
}

static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    cx_array *components = NULL;
    if (cx_check(fitted(self, data, &components)) != CX_OK) return NULL;
    return like(data->x, components);
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held over = CX__HELD("v, w: where(w > 0, v / sqrt(w), 0)");
    const cx_array *const k = cx__kernel_of(self, x, cx_self(self, X_FIT)), *const from = centred(
                                                                                "transform", k,
                                                                                cx_self(self, ROWS),
                                                                                cx_self(self, ALL));
    const cx_array *const onto = cx__held_run(
        "transform", &over, CX_ARRAYS(cx__slot_f64(self, VECTORS), cx__slot_f64(self, VALUES)));
    return like(x, cx_matmul(from, onto));
}

static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    if (!cx_self_has(self, DUAL)) {
        cx_check(cx__fail(CX_E_ARGUMENT, "inverse_transform",
                          "KernelPCA was fitted with fit_inverse_transform=False"));
        return NULL;
    }
    const cx_array *const k = cx__kernel_of(self, x, cx_self(self, X_BACK));
    return like(x, cx_matmul(k, cx__slot_f64(self, DUAL)));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_size(cx_self(self, VALUES)));
}

const cx_estimator_class cx__class_kernel_pca = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KernelPCA",
    .doc = "Principal components of rows as a kernel sees them.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = names_out,
};
