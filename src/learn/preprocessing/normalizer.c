/* Normalizer and Binarizer: rows of length 1, and what lies above a threshold.
 *
 * Neither learns anything from data; fit only keeps what the columns were. */
#include "learn/base/plan.h"
#include "learn/numeric/norm.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <float.h>

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    (void)self;
    (void)data;
    return CX_OK;
}

/* ---- Normalizer */
static const cx_param normalizer_params[] = {
    {"norm", CX_PARAM_STR, "'l2'", "{'l1', 'l2', 'max'}", "what becomes 1 in each row"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {.name = NULL},
};

static cx__norm norm_of(const cx_estimator *self)
{
    return cx__norm_named(cx_param_str(self, "norm"));
}

/* Rows whose norm cannot be told from 0 stay. */
static cx_status normalize_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__norm kind = *(const cx__norm *)p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++) {
        const double size = cx__row_norm(kind, x + i * d, d),
                     by = size < 10 * DBL_EPSILON ? 1 : size;
        for (int64_t j = 0; j < d; j++) out[i * d + j] = x[i * d + j] / by;
    }
    return CX_OK;
}

static cx_status plan_normalizer(const cx_estimator *self, cx_plan *p)
{
    cx__norm *const kind = cx_plan_alloc(p, sizeof *kind);
    if (kind == NULL) return CX_E_NOMEM;
    *kind = norm_of(self);
    p->state = kind;
    return CX_OK;
}

static cx_array *normalize(const cx_estimator *self, const cx_array *x)
{
    const cx_dtype t = cx__float_like(x);
    if (cx__on_host(x)) return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, t);
    return cx_astype(
        cx__rows_normed("transform", norm_of(self), cx_astype(x, CX_F64), 10 * DBL_EPSILON), t);
}

const cx_estimator_class cx__class_normalizer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Normalizer",
    .doc = "Scale each row to norm 1.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = normalizer_params,
    .fit = fit,
    .transform = normalize,
    .plan = plan_normalizer,
    .transform_into = normalize_into,
};

/* ---- Binarizer */
static const cx_param binarizer_params[] = {
    {"threshold", CX_PARAM_FLOAT, "0.0", NULL, "what lies above it becomes 1, all else 0"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {.name = NULL},
};

static cx_status binarize_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const double threshold = *(const double *)p->state;
    for (int64_t i = 0; i < rows * p->cols_in; i++) out[i] = x[i] > threshold ? 1 : 0;
    return CX_OK;
}

static cx_status plan_binarizer(const cx_estimator *self, cx_plan *p)
{
    double *const threshold = cx_plan_alloc(p, sizeof *threshold);
    if (threshold == NULL) return CX_E_NOMEM;
    *threshold = cx_param_f64(self, "threshold");
    p->state = threshold;
    return CX_OK;
}

static cx_array *binarize(const cx_estimator *self, const cx_array *x)
{
    static cx__held above = CX__HELD("x, threshold: x > threshold");
    const double threshold = cx_param_f64(self, "threshold");
    return cx_astype(cx__held_run("transform", &above, CX_ARRAYS(x, cx_float(threshold))),
                     cx__float_like(x));
}

const cx_estimator_class cx__class_binarizer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Binarizer",
    .doc = "1 for what lies above a threshold, 0 for the rest.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = binarizer_params,
    .fit = fit,
    .transform = binarize,
    .plan = plan_binarizer,
    .transform_into = binarize_into,
};
