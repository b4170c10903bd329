/* KernelCenterer: a kernel matrix as if the rows had been centred where the kernel is a product.
 *
 * One idea: the means of the training kernel's columns and of all of it, and the mean of each new
 * row, are all that centring needs; the rows behind the kernel are never seen. */
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>

enum { ROWS, ALL };
static const char *const attrs[] = {"K_fit_rows_: float [n]", "K_fit_all_: float []", NULL};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx_array *mean = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__column_means(&s, cx__f64(&s, data->x), NULL, &mean, NULL));
    const cx_dtype t = cx__float_like(data->x);
    CX__TRY(cx__store(self, ROWS, mean, t));
    return cx__store(self, ALL, cx_mean(mean, CX_ALL), t);
}

/* ---- rows */
typedef struct centring {
    const double *rows;
    double all;
} centring;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    centring *const c = cx_plan_alloc(p, sizeof *c);
    if (c == NULL) return CX_E_NOMEM;
    p->state = c;
    c->all = cx__number_f64(cx_self(self, ALL));
    CX__TRY(cx__so_far());
    return cx__plan_f64(p, cx_self(self, ROWS), &c->rows);
}

static cx_status transform_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const centring *const c = p->state;
    const int64_t d = p->cols_in;
    for (int64_t i = 0; i < rows; i++, x += d, out += d) {
        double sum = 0;
        for (int64_t j = 0; j < d; j++) sum += x[j];
        const double by = c->all - sum / (double)d;
        for (int64_t j = 0; j < d; j++) out[j] = x[j] - c->rows[j] + by;
    }
    return CX_OK;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held centred =
        CX__HELD("x, rows, all, d: x - rows + (all - sum(x, axis=1, keepdims=True) / d)");
    if (cx__on_host(x))
        return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, cx__float_like(x));
    cx__site s;
    if (cx_check(cx__site_of("transform", x, &s)) != CX_OK) return NULL;
    cx_array *const out =
        cx__held_run("transform", &centred,
                     CX_ARRAYS(cx__f64(&s, x), cx__slot_f64(self, ROWS), cx__slot_f64(self, ALL),
                               cx_float((double)cx_dim(x, 1))));
    return cx__float_like(x) == CX_F64 ? out : cx_astype(out, CX_F32);
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_self_features(self));
}

const cx_estimator_class cx__class_kernel_centerer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KernelCenterer",
    .doc = "Centre a kernel matrix.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_PAIRWISE,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .plan = plan,
    .transform_into = transform_into,
};
