/* MultiTaskLasso and MultiTaskElasticNet: several targets whose coefficients of a column vanish
 * together.
 *
 * One idea: the penalty is the sum of the lengths of the columns' coefficients over the targets, so
 * a step of the descent moves all of a column's at once. Source: Simon, Friedman, Hastie,
 * arXiv:1311.6529. */
#include "learn/linear_model/elastic.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"

enum { EPS = CX__ELASTIC_SLOTS };
static const char *const attrs[] = {"coef_: float [k, n]", "intercept_: float [k]",
                                    "dual_gap_: float []", "n_iter_: int []",
                                    "eps_: float []",      NULL};

static const cx_param lasso_params[] = {
    CX__ELASTIC_ALPHA,        CX__ELASTIC_INTERCEPT, CX__ELASTIC_COPY_X,
    CX__ELASTIC_MAX_ITER,     CX__ELASTIC_TOL,       CX__ELASTIC_WARM_START,
    CX__ELASTIC_RANDOM_STATE, CX__ELASTIC_SELECTION, {.name = NULL}};
static const cx_param elastic_params[] = {
    CX__ELASTIC_ALPHA,     CX__ELASTIC_RATIO, CX__ELASTIC_INTERCEPT,  CX__ELASTIC_COPY_X,
    CX__ELASTIC_MAX_ITER,  CX__ELASTIC_TOL,   CX__ELASTIC_WARM_START, CX__ELASTIC_RANDOM_STATE,
    CX__ELASTIC_SELECTION, {.name = NULL}};

cx_status cx__elastic_targets(const cx_estimator *self, const cx_data *data)
{
    if (cx_ndim(data->y) == 2) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s takes y [rows, targets]; for one target use %s",
                    self->cls->name, self->cls->name + 9 /* without MultiTask */);
}

cx_status cx__multi_task_fit(cx_estimator *self, const cx__regression *r, const cx__normal *m,
                             double mass, double alpha, double l1_ratio, cx_dtype t,
                             cx__descent_end *end)
{
    const cx__descent p = cx__elastic_joint(self, m);
    double *coef = NULL, *scratch = cx__host_f64(cx__descent_scratch(&p), -1);
    uint32_t seed;
    CX__TRY(cx__elastic_seeds(self, 1, &seed));
    CX__TRY(cx__elastic_start(self, r, &coef));
    CX__TRY(cx__so_far());
    const double strength = alpha * mass;
    CX__TRY(
        cx__descend(&p, strength * l1_ratio, strength * (1 - l1_ratio), seed, coef, scratch, end));
    CX__TRY(cx__elastic_ended(self, end, coef, m->t * m->d));
    const double gap = end->gap / mass, sweeps = (double)end->sweeps;
    CX__TRY(cx__normal_store(self, r, coef, t));
    CX__TRY(cx__store_host(self, &r->site, CX__ELASTIC_GAP, &gap, -1, t));
    return cx__store_host(self, &r->site, CX__ELASTIC_N_ITER, &sweeps, -1, CX_I64);
}

static cx_status fit_ratio(cx_estimator *self, const cx_data *data, double l1_ratio)
{
    double mass;
    cx__regression r;
    cx__normal m;
    cx__descent_end end;
    const cx_dtype t = cx__float_like(data->x);
    CX__TRY(cx__elastic_targets(self, data));
    CX__TRY(cx__elastic_mass(data, &mass));
    CX__TRY(cx__regression_make(data, cx_param_bool(self, "fit_intercept"), &r));
    CX__TRY(cx__normal_make(&r, cx__elastic_form(&r), &m));
    CX__TRY(cx__multi_task_fit(self, &r, &m, mass, cx_param_f64(self, "alpha"), l1_ratio, t, &end));
    /* scikit-learn's scale: weights that sum to the number of rows */
    const double limit = end.limit * ((double)r.n / mass);
    return cx__store_host(self, &r.site, EPS, &limit, -1, t);
}

static cx_status fit_lasso(cx_estimator *self, const cx_data *data)
{
    return fit_ratio(self, data, 1);
}

static cx_status fit_elastic(cx_estimator *self, const cx_data *data)
{
    return fit_ratio(self, data, cx_param_f64(self, "l1_ratio"));
}

const cx_estimator_class cx__class_multi_task_lasso = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MultiTaskLasso",
    .doc = "Several targets with an L1 penalty on the lengths of their columns' coefficients.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = lasso_params,
    .attrs = attrs,
    .fit = fit_lasso,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
const cx_estimator_class cx__class_multi_task_elastic_net = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MultiTaskElasticNet",
    .doc = "Several targets with L1 and L2 penalties on their columns' coefficients.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = elastic_params,
    .attrs = attrs,
    .fit = fit_elastic,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
