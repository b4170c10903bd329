/* SVR and NuSVR: numbers within a tube, by a kernel machine (sklearn.svm.SVR, NuSVR). */
#include "learn/svm/machine.h"

#include "base/object.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <calx/ops.h>

static const char *const attrs[] = {CX__SVM_ATTRS("[]"), NULL};

#define EPSILON                                             \
    {                                                       \
        "epsilon", CX_PARAM_FLOAT, "0.1", "[0, inf)",       \
            "half the width of the tube that costs nothing" \
    }

static const cx_param params[] = {CX__SVM_KERNEL,  CX__SVM_DEGREE,    CX__SVM_GAMMA,
                                  CX__SVM_COEF0,   CX__SVM_TOL,       CX__SVM_C,
                                  EPSILON,         CX__SVM_SHRINKING, CX__SVM_CACHE,
                                  CX__SVM_VERBOSE, CX__SVM_MAX_ITER,  {.name = NULL}};
static const cx_param nu_params[] = {CX__SVM_NU,        CX__SVM_C,        CX__SVM_KERNEL,
                                     CX__SVM_DEGREE,    CX__SVM_GAMMA,    CX__SVM_COEF0,
                                     CX__SVM_SHRINKING, CX__SVM_TOL,      CX__SVM_CACHE,
                                     CX__SVM_VERBOSE,   CX__SVM_MAX_ITER, {.name = NULL}};

static cx_status fit_form(cx_estimator *self, const cx_data *data, cx__svm_form form)
{
    cx__svm_fit f;
    CX__TRY(cx__svm_begin(self, data, form, &f));
    const double *const all = cx_data_f64(cx__fetch(&f.site, cx__f64(&f.site, data->y)));
    double *const y = cx__scope_room((size_t)f.n * sizeof *y), rho;
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < f.n; i++) y[i] = all[f.row[i]];
    return cx__svm_fit_one(&f, y, &rho);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return fit_form(self, data, CX__SVM_EPSILON_NUMBERS);
}

static cx_status fit_nu(cx_estimator *self, const cx_data *data)
{
    return fit_form(self, data, CX__SVM_NU_NUMBERS);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx__svm_by_rows(self, x)) return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_F64);
    return cx_reshape(cx__svm_decisions(self, x), CX_SHAPE(cx_dim(x, 0)));
}

#define REGRESSOR                                                                   \
    .struct_size = sizeof(cx_estimator_class), .kind = CX_REGRESSOR,                \
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64 | CX_CLASS_LATE_ROWS, .attrs = attrs, \
    .predict = predict, .check = cx__svm_check, .plan = cx__svm_plan_make,          \
    .predict_into = cx__svm_decisions_into

const cx_estimator_class cx__class_svr = {
    REGRESSOR,
    .name = "SVR",
    .doc = "Numbers by a kernel machine, errors below epsilon free.",
    .params = params,
    .fit = fit,
};

const cx_estimator_class cx__class_nu_svr = {
    REGRESSOR,
    .name = "NuSVR",
    .doc = "Numbers by a kernel machine, a share nu outside the tube.",
    .params = nu_params,
    .fit = fit_nu,
};
