/* OrthogonalMatchingPursuit: columns join one by one, least squares over those inside.
 *
 * One idea: the Cholesky factor of the columns inside grows by a row a step; the next column is the
 * one with the largest product with the residual. Serial, on the host. Source: Rubinstein,
 * Zibulevsky, Elad, Technion CS-2008-08. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/grow.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { N_ITER = CX__LINEAR_SLOTS, N_NONZERO };
static const char *const attrs[] = {"coef_: float", "intercept_: float", "n_iter_: int",
                                    "n_nonzero_coefs_?: int []", NULL};

static const cx_param params[] = {
    {"n_nonzero_coefs", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns to take; None: a tenth of them, at least 1. Not used with tol"},
    {"tol", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "stop when the residual's squared length is at most this"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},
    {"precompute", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",
     "use products of the columns; 'auto': with more rows than columns"},
    {.name = NULL},
};

typedef struct pursuit {
    const cx__normal *m;
    int64_t k, most, count; /* target, most columns, columns inside */
    double tol;             /* < 0: none */
    double *factor;         /* [most, most] */
    double *member, *at;    /* [most] columns, their coefficients */
    double *slope;          /* [d] products with the residual */
    double *residual;       /* [n] where the columns are at hand */
    double *inside;         /* [d] */
} pursuit;

static int64_t column(const pursuit *p, int64_t i)
{
    return (int64_t)p->member[i];
}

static int64_t steepest(const pursuit *p)
{
    int64_t best = 0;
    for (int64_t j = 1; j < p->m->d; j++)
        if (fabs(p->slope[j]) > fabs(p->slope[best])) best = j;
    return best;
}

/* Column j joins; false if it is inside, has nothing to add, or depends on those inside. */
static bool join(pursuit *p, int64_t j)
{
    const cx__normal *m = p->m;
    const int64_t i = p->count;
    const double add = m->gram != NULL ? p->slope[j] : m->cross[p->k * m->d + j];
    if (p->inside[j] != 0 || add * add < DBL_EPSILON) return false;
    double *row = p->factor + i * p->most;
    for (int64_t a = 0; a < i; a++) row[a] = cx__normal_product(m, j, column(p, a));
    const double left = cx__factor_row(p->factor, p->most, i, m->square[j]);
    if (i > 0 && left <= DBL_EPSILON) return false;
    row[i] = sqrt(left);
    p->member[i] = (double)j;
    p->inside[j] = 1;
    p->count++;
    return true;
}

/* Least squares over those inside; products with what is left, and its squared length. */
static double settle(pursuit *p)
{
    const cx__normal *m = p->m;
    const double *cross = m->cross + p->k * m->d;
    double left = m->yy[p->k];
    for (int64_t a = 0; a < p->count; a++) p->at[a] = cross[column(p, a)];
    cx__factor_solve(p->factor, p->most, p->count, p->at);
    if (m->gram == NULL) {
        memcpy(p->residual, m->y + p->k * m->n, (size_t)m->n * sizeof *p->residual);
        for (int64_t a = 0; a < p->count; a++)
            cx__axpy(-p->at[a], m->columns + column(p, a) * m->n, p->residual, m->n);
        for (int64_t j = 0; j < m->d; j++)
            p->slope[j] = cx__dot(m->columns + j * m->n, p->residual, m->n);
        return cx__dot(p->residual, p->residual, m->n);
    }
    memcpy(p->slope, cross, (size_t)m->d * sizeof *p->slope);
    for (int64_t a = 0; a < p->count; a++) {
        cx__axpy(-p->at[a], m->gram + column(p, a) * m->d, p->slope, m->d);
        left -= p->at[a] * cross[column(p, a)];
    }
    return fabs(left);
}

static cx_status pursue(pursuit *p)
{
    const cx__normal *m = p->m;
    memcpy(p->slope, m->cross + p->k * m->d, (size_t)m->d * sizeof *p->slope);
    while (p->count < p->most) {
        CX__TRY(cx_poll());
        if (!join(p, steepest(p))) break;
        const double left = settle(p);
        if (p->tol >= 0 ? left <= p->tol : p->count == p->most) return CX_OK;
    }
    cx__warn(CX_E_CONVERGENCE,
             "OrthogonalMatchingPursuit stopped after %lld columns: the next one depends on them "
             "or adds nothing",
             (long long)p->count);
    return CX_OK;
}

static cx_status one_target(pursuit *p, double *coef)
{
    const cx__normal *m = p->m;
    p->factor = cx__host_f64(p->most, p->most);
    double *few = cx__host_f64(2, p->most), *parts = cx__host_f64(2, m->d);
    p->residual = cx__host_f64(m->n, -1);
    CX__TRY(cx__so_far());
    p->member = few;
    p->at = few + p->most;
    p->slope = parts;
    p->inside = parts + m->d;
    CX__TRY(pursue(p));
    for (int64_t a = 0; a < p->count; a++) coef[column(p, a)] = p->at[a];
    return CX_OK;
}

static cx_status columns_wanted(const cx_estimator *self, int64_t d, int64_t *out)
{
    *out = (int64_t)(0.1 * (double)d);
    if (!cx_param_is_none(self, "n_nonzero_coefs")) *out = cx_param_i64(self, "n_nonzero_coefs");
    if (*out < 1) *out = 1;
    if (*out <= d) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "OrthogonalMatchingPursuit: n_nonzero_coefs=%lld is more than the %lld columns",
                    (long long)*out, (long long)d);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__regression r;
    cx__normal m;
    CX__TRY(cx__regression_make(data, cx_param_bool(self, "fit_intercept"), &r));
    r.flat = r.t == 1;
    const bool by_tol = !cx_param_is_none(self, "tol");
    const bool products =
        cx_param_is_str(self, "precompute") ? r.n > r.d : cx_param_bool(self, "precompute");
    int64_t wanted = r.d;
    if (!by_tol) CX__TRY(columns_wanted(self, r.d, &wanted));
    CX__TRY(cx__normal_make(&r, products ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    double *coef = cx__host_f64(r.t, r.d), *count = cx__host_f64(r.t, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < r.t; k++) {
        pursuit p = {
            .m = &m, .k = k, .most = wanted, .tol = by_tol ? cx_param_f64(self, "tol") : -1};
        CX__TRY(one_target(&p, coef + k * r.d));
        count[k] = (double)p.count;
    }
    CX__TRY(cx__store_host(self, &r.site, N_ITER, count, r.t == 1 ? -1 : r.t, CX_I64));
    const double kept = (double)wanted;
    if (!by_tol) CX__TRY(cx__store_host(self, &r.site, N_NONZERO, &kept, -1, CX_I64));
    return cx__normal_store(self, &r, coef, cx__float_like(data->x));
}

const cx_estimator_class cx__class_orthogonal_matching_pursuit = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "OrthogonalMatchingPursuit",
    .doc = "Least squares over columns that are taken one by one.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
