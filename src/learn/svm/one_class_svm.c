/* OneClassSVM: where most rows lie, by a kernel machine (sklearn.svm.OneClassSVM). Source:
 * Schoelkopf, Platt, Shawe-Taylor, Smola, Williamson, Neural Comput. 13 (2001). */
#include "learn/svm/machine.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { OFFSET = CX__SVM_SLOTS };
static const char *const attrs[] = {CX__SVM_ATTRS("[]"), "offset_: float [1]", NULL};

static const cx_param params[] = {
    CX__SVM_KERNEL,    CX__SVM_DEGREE, CX__SVM_GAMMA,   CX__SVM_COEF0,    CX__SVM_TOL,   CX__SVM_NU,
    CX__SVM_SHRINKING, CX__SVM_CACHE,  CX__SVM_VERBOSE, CX__SVM_MAX_ITER, {.name = NULL}};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__svm_fit f;
    double rho = 0;
    CX__TRY(cx__svm_begin(self, data, CX__SVM_ONE_CLASS, &f));
    CX__TRY(cx__svm_fit_one(&f, NULL, &rho));
    return cx_self_set(self, OFFSET, cx__given(&f.site, &rho, 1, CX_F64));
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    if (cx__svm_by_rows(self, x))
        return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, CX_F64);
    return cx_reshape(cx__svm_decisions(self, x), CX_SHAPE(cx_dim(x, 0)));
}

static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    if (cx__svm_by_rows(self, x))
        return cx__by_rows(self, CX_METHOD_SCORE_SAMPLES, x, CX__ROWS_FLAT, CX_F64);
    return cx_add(decision_function(self, x), cx_self(self, OFFSET));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx__svm_by_rows(self, x)) return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_I64);
    const cx_array *const in = cx_greater(decision_function(self, x), cx_float(0));
    return cx_astype(cx_where(in, cx_int(1), cx_int(-1)), CX_I64);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__svm_plan_make(self, p));
    cx__svm_plan *const m = p->state;
    return cx__plan_f64(p, cx_self(self, OFFSET), &m->offset);
}

static cx_status scores_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(cx__svm_decisions_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] += *((const cx__svm_plan *)p->state)->offset;
    return CX_OK;
}

static cx_status sides_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(cx__svm_decisions_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] = out[i] > 0 ? 1 : -1;
    return CX_OK;
}

const cx_estimator_class cx__class_one_class_svm = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OneClassSVM",
    .doc = "Outliers: rows outside the region that a kernel machine puts round most.",
    .kind = CX_OUTLIER_DETECTOR,
    .flags = CX_CLASS_F64 | CX_CLASS_LATE_ROWS,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .decision_function = decision_function,
    .score_samples = score_samples,
    .check = cx__svm_check,
    .plan = plan,
    .predict_into = sides_into,
    .decision_into = cx__svm_decisions_into,
    .score_samples_into = scores_into,
};
