/* FastICA: whitening, the fixed point of ica.c, and the mixing that belongs to it. */
#include "base/object.h"
#include "learn/decomposition/ica.h"
#include "learn/decomposition/projection.h"
#include "learn/decomposition/spectrum.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/matrix_param.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { COMPONENTS, MIXING, MEAN, WHITENING, N_ITER };
static const char *const attrs[] = {"components_: float [k, n]", "mixing_: float [n, k]",
                                    "mean_?: float [n]",         "whitening_?: float [k, n]",
                                    "n_iter_: int []",           NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", "how many; None: all"},
    {"algorithm", CX_PARAM_STR, "'parallel'", "{'parallel', 'deflation'}",
     "all components at once, or one after the other"},
    {"whiten", CX_PARAM_STR | CX_PARAM_BOOL, "'unit-variance'",
     "{'arbitrary-variance', 'unit-variance'}", "how the sources are scaled; False: x is white"},
    {"fun", CX_PARAM_STR, "'logcosh'", "{'logcosh', 'exp', 'cube'}",
     "what tells from normal distributions"},
    {"fun_args", CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL, "{'alpha': 1 to 2} of logcosh"},
    {"max_iter", CX_PARAM_INT, "200", "[1, inf)", "most steps"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "turn of the directions that ends the fit"},
    {"w_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "rows of the unmixing matrix to start with; None: drawn"},
    {"whiten_solver", CX_PARAM_STR, "'svd'", "{'eigh', 'svd'}",
     "whitening from singular values, or from the covariance"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "seed of the start"},
    {.name = NULL},
};

static cx_status contrast_of(const cx_estimator *self, cx__ica *p)
{
    const char *const fun = cx_param_str(self, "fun");
    p->contrast = strcmp(fun, "logcosh") == 0 ? CX__LOGCOSH
                  : strcmp(fun, "exp") == 0   ? CX__EXP
                                              : CX__CUBE;
    p->alpha = 1;
    const cx__lit *const given = cx__param(self, "fun_args");
    for (int i = 0; given->kind == CX__LIT_DICT && i < given->count; i++) {
        const cx__lit *const key = &given->u.items[2 * i];
        if (key->kind == CX__LIT_STR && strcmp(key->u.s, "alpha") == 0)
            (void)cx__lit_number(&given->u.items[2 * i + 1], &p->alpha);
    }
    if (p->alpha >= 1 && p->alpha <= 2) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "FastICA: fun_args=%s; alpha must be in [1, 2]",
                    cx_param_text(self, "fun_args"));
}

/* Columns become white by k [d, d] or fewer rows, longest axis first. */
static cx_status whitening(const cx_estimator *self, const cx__site *s, const cx_array *x,
                           cx_array *mean, int64_t k, cx_array **out)
{
    static cx__held scaled = CX__HELD("v, first, d: v * sign(first) / d");
    const cx_array *vt = NULL, *size = NULL;
    if (strcmp(cx_param_str(self, "whiten_solver"), "eigh") == 0) {
        const cx_eigh e = cx_linalg_eigh(cx__gram(s, x, mean), NULL);
        const double tiny = 10 * DBL_EPSILON, smallest = cx__number_f64(cx_min(e.w, CX_ALL));
        CX__TRY(cx__so_far());
        if (smallest < tiny)
            cx__warn(CX_E_ARGUMENT, "FastICA: the covariance has eigenvalues near 0, where "
                                    "whiten_solver='svd' has more digits");
        vt = cx_flip(cx_transpose(e.v), 0);
        size = cx_sqrt(cx_maximum(cx_flip(e.w, 0), cx_float(tiny)));
    } else {
        cx_array *rows = NULL;
        cx__spectrum f = {0};
        CX__TRY(cx__spectral_rows(s, x, mean, &rows));
        CX__TRY(cx__spectrum_exact(rows, &f));
        vt = f.vt;
        size = f.singular;
    }
    CX__TRY(cx__so_far());
    const double least = cx__number_f64(cx_select(size, 0, k - 1));
    CX__TRY(cx__so_far());
    if (!(least > 0))
        return cx__fail(CX_E_SINGULAR, "fit",
                        "FastICA: x has less than n_components=%lld directions that vary",
                        (long long)k);
    vt = cx_slice(vt, 0, 0, k, 1);
    *out = cx__held_run(
        "fit", &scaled,
        CX_ARRAYS(vt, cx_slice(vt, 1, 0, 1, 1), cx_expand_dims(cx_slice(size, 0, 0, k, 1), 1)));
    return cx__so_far();
}

static cx_status start_of(const cx_estimator *self, const cx__site *s, int64_t k, cx_array **out)
{
    if (cx_param_is_none(self, "w_init")) {
        *out = cx__send(s, cx_rng_normal(cx__seeded(self), 0, 1, CX_SHAPE(k, k)));
        return cx__so_far();
    }
    cx_array *given = NULL;
    CX__TRY(cx__param_matrix(self, "w_init", k, k, &given));
    *out = cx__send(s, given);
    return cx__so_far();
}

static int64_t count_components(const cx_estimator *self, bool whiten, int64_t least)
{
    if (cx_param_is_none(self, "n_components")) return least;
    const int64_t k = cx_param_i64(self, "n_components");
    if (!whiten)
        cx__warn(CX_E_ARGUMENT, "FastICA: n_components=%lld is not looked at with whiten=False",
                 (long long)k);
    else if (k > least)
        cx__warn(CX_E_ARGUMENT, "FastICA: n_components=%lld is too large, it becomes %lld",
                 (long long)k, (long long)least);
    return !whiten || k > least ? least : k;
}

static cx_status iterate(const cx_estimator *self, cx__ica *p, int64_t k, cx_array **w,
                         int64_t *steps)
{
    cx_array *start = NULL;
    CX__TRY(start_of(self, &p->site, k, &start));
    return strcmp(cx_param_str(self, "algorithm"), "parallel") == 0
               ? cx__ica_parallel(p, start, w, steps)
               : cx__ica_deflation(p, start, w, steps);
}

static cx_status store(cx_estimator *self, const cx_array *components, int64_t steps, cx_dtype t)
{
    CX__TRY(cx__store(self, COMPONENTS, components, t));
    CX__TRY(cx__store(self, MIXING, cx_linalg_pinv(components, NULL), t));
    return cx_self_set_i64(self, N_ITER, steps);
}

static cx_status fit_white(cx_estimator *self, const cx__site *s, const cx_array *x, int64_t k,
                           cx__ica *p, cx_dtype t)
{
    static cx__held spread = CX__HELD("s, n: s / sqrt(n)");
    const double n = (double)cx_dim(x, 0);
    cx_array *mean, *by = NULL, *w = NULL;
    int64_t steps = 0;
    CX__TRY(cx__column_means(s, x, NULL, &mean, NULL));
    CX__TRY(whitening(self, s, x, mean, k, &by));
    const cx_array *const centred = cx__centred(s, x, mean, NULL);
    p->x = cx_mul(cx_matmul(by, cx_transpose(centred)), cx_float(sqrt(n)));
    CX__TRY(cx__so_far());
    CX__TRY(iterate(self, p, k, &w, &steps));
    if (strcmp(cx_param_str(self, "whiten"), "unit-variance") == 0) {
        const cx_array *const deviation = cx_std(cx_matmul(w, p->x), CX_AXIS(1, .keepdims = true));
        w = cx_div(w, cx__held_run("fit", &spread, CX_ARRAYS(deviation, cx_float(n))));
    }
    CX__TRY(cx__store(self, MEAN, mean, t));
    CX__TRY(cx__store(self, WHITENING, by, t));
    return store(self, cx_matmul(w, by), steps, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const cx_dtype t = cx__float_like(data->x);
    const bool whiten = cx_param_is_str(self, "whiten");
    cx__ica p = {
        .self = self, .tol = cx_param_f64(self, "tol"), .max_iter = cx_param_i64(self, "max_iter")};
    if (n < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "FastICA needs at least 2 rows, x has %lld",
                        (long long)n);
    if (!whiten && cx_param_bool(self, "whiten"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "FastICA: whiten=True; it can be 'arbitrary-variance', 'unit-variance' or "
                        "False");
    CX__TRY(contrast_of(self, &p));
    CX__TRY(cx__site_of("fit", data->x, &p.site));
    const cx_array *const x = cx__f64(&p.site, data->x);
    const int64_t k = count_components(self, whiten, n < d ? n : d);
    CX__TRY(cx__so_far());
    if (whiten) return fit_white(self, &p.site, x, k, &p, t);
    if (k != d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "FastICA: whiten=False needs as many rows as columns, x is %lld x %lld",
                        (long long)n, (long long)d);
    cx_array *w = NULL;
    int64_t steps = 0;
    p.x = cx_ascontiguous(cx_transpose(x));
    CX__TRY(iterate(self, &p, k, &w, &steps));
    return store(self, w, steps, t);
}

static const cx_array *mean_of(const cx_estimator *self)
{
    return cx_self_has(self, MEAN) ? cx__slot_f64(self, MEAN) : NULL;
}
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__projection_plan(self, cx__slot_f64(self, COMPONENTS), mean_of(self), NULL, p);
}
static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__projection_back(self, x, NULL, cx_transpose(cx__slot_f64(self, MIXING)),
                               mean_of(self));
}

const cx_estimator_class cx__class_fast_ica = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "FastICA",
    .doc = "Independent components by a fixed point.",
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
