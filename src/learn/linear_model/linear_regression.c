/* LinearRegression: least squares by an orthogonal decomposition.
 *
 * The triangle of a QR decomposition of [x, y], centred and weighted, holds all that is needed: the
 * singular values of its left part are x's, its right part is Q^T y. Small singular values keep
 * their digits, which normal equations would square away. */
#include "learn/linear_model/linear.h"
#include "base/object.h"
#include "learn/linear_model/serial/non_negative.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { RANK = CX__LINEAR_SLOTS, SINGULAR };
static const char *const attrs[] = {"coef_: float", "intercept_: float", "rank_?: int []",
                                    "singular_?: float [*]", NULL};

static const cx_param params[] = {
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},
    {"copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"tol", CX_PARAM_FLOAT, "1e-06", "[0, inf)",
     "singular values below tol times the largest count as 0"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"positive", CX_PARAM_BOOL, "False", NULL,
     "coefficients are >= 0; then there is neither rank_ nor singular_"},
    {.name = NULL},
};

/* coef [t, d] = (V S^-1 U^T (Q^T y))^T over the singular values that count; r is [m, d + t]. */
static cx_array *solve(const cx_array *r, int64_t d, double tol, cx_array **s, cx_array **rank)
{
    const cx_array *left = cx_slice(r, 1, 0, d, 1), *right = cx_slice(r, 1, d, CX_END, 1);
    const cx_svd f = cx_linalg_svd(left, CX_OPTS(cx_svd_opts, .thin = true));
    const cx_array *counts = cx_greater(f.s, cx_mul(cx_slice(f.s, 0, 0, 1, 1), cx_float(tol)));
    *s = f.s;
    *rank = cx_sum(counts, CX_ALL);
    const cx_array *part = cx_matmul(cx_transpose(f.u), right);
    part = cx_where(cx_expand_dims(counts, 1), cx_div(part, cx_expand_dims(f.s, 1)), cx_float(0));
    return cx_ascontiguous(cx_matmul(cx_transpose(part), f.vh));
}

/* The triangle's parts on their way. */
typedef struct parts {
    cx_array *gram, *cross, *scale, *first, *inverse, *info;
} parts;

/* Products lose the digits of the condition squared. Where the smallest singular value of the
 * columns, scaled to length 1, is certainly above 1/100, these are less than what the data have:
 * the second pair of products would say what the first one says. */
static cx_status one_pass(const cx__site *s, const parts *p, bool *enough)
{
    enum { MOST = 10000 }; /* of the sum of 1 / squares of singular values */
    static cx__held sum = CX__HELD("v, s: sum((v * s) ** 2)");
    double loss = 0;
    const cx_array *const scale = cx_expand_dims(p->scale, 1);
    CX__TRY(cx__read(s, cx__held_run("fit", &sum, CX_ARRAYS(p->inverse, scale)), &loss));
    *enough = loss <= MOST;
    return CX_OK;
}

/* The triangle by products: SINGULAR, without an error, if the columns are not far from dependent.
 */
static cx_status by_products(const cx__regression *r, cx_array **out)
{
    const cx__site *s = &r->site;
    const int64_t d = r->d, t = r->t;
    parts p = {.scale = cx__new_f64(s, d, -1),
               .first = cx__new_f64(s, d, d),
               .inverse = cx__new_f64(s, d, d),
               .info = cx__new_f64(s, 1, -1)};
    CX__TRY(cx__regression_products(r, &p.gram, &p.cross));
    *out = cx__new_f64(s, d, d + t);
    double *const scale_at = cx__at(p.scale), *const first_at = cx__at(p.first),
                  *const inverse_at = cx__at(p.inverse), *const out_at = cx__at(*out),
                  *const info_at = cx__at(p.info), *const gram_at = cx__at(p.gram), bad = 0;
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->precondition(s->queue, gram_at, d, scale_at, first_at, inverse_at, info_at));
    CX__TRY(cx__read(s, p.info, &bad));
    if (bad != 0) return CX_E_SINGULAR;
    bool enough = false;
    CX__TRY(one_pass(s, &p, &enough));
    if (enough) {
        p.gram = cx_eye(d, d, 0, CX_F64, s->device);
        if (t > 0) p.cross = cx_ascontiguous(cx_matmul(cx_transpose(p.inverse), p.cross));
    } else {
        cx__regression whole = *r;
        CX__TRY(cx__regression_centre(&whole));
        const cx_learn_gram again = {.n = r->n,
                                     .d = d,
                                     .t = t,
                                     .x = cx__at(whole.x),
                                     .transform = inverse_at,
                                     .y = t > 0 ? cx__at(r->y) : NULL,
                                     .gram = gram_at,
                                     .cross = cx__at(p.cross)};
        CX__TRY(cx__so_far());
        CX__TRY(s->ops->gram(s->queue, &again));
    }
    double *const second_at = cx__at(p.gram), *const cross_at = cx__at(p.cross);
    CX__TRY(cx__so_far());
    CX__TRY(
        s->ops->triangle(s->queue, second_at, cross_at, d, t, scale_at, first_at, out_at, info_at));
    CX__TRY(cx__read(s, p.info, &bad));
    return bad != 0 ? CX_E_SINGULAR : CX_OK;
}

/* The triangle [m, d + t] of [x, y]: by products where there are many rows and the columns are far
 * from dependent, else by reflections. */
cx_status cx__regression_triangle(const cx__regression *r, cx_array **out)
{
    const cx_status fast = r->n < 4 * (r->d + r->t) ? CX_E_SINGULAR : by_products(r, out);
    if (fast != CX_E_SINGULAR) return fast;
    cx__regression whole = *r;
    CX__TRY(cx__regression_centre(&whole));
    const cx_array *both = r->t > 0 ? cx_concatenate(CX_ARRAYS(whole.x, whole.y), 1) : whole.x;
    *out = cx_linalg_qr(both, CX_OPTS(cx_qr_opts, .mode = CX_QR_R)).r;
    return cx__so_far();
}

static cx_status fit_data(cx_estimator *self, const cx__regression *r, cx_dtype dtype)
{
    cx_array *all, *s, *rank;
    CX__TRY(cx__regression_triangle(r, &all));
    const cx_array *coef = solve(all, r->d, cx_param_f64(self, "tol"), &s, &rank);
    CX__TRY(cx__regression_store(self, r, coef, dtype));
    CX__TRY(cx_self_set(self, RANK, rank));
    return cx__store(self, SINGULAR, s, dtype);
}

/* Least squares of target k over the columns in which w [d] is not 0, into w: products find which
 * ones these are, the triangle keeps the digits. */
static cx_status refine(const cx__regression *r, int64_t k, double *w)
{
    cx_array *list = cx_zeros(CX_SHAPE(r->d), CX_I64, CX_CPU);
    int64_t *column = cx_data_i64_mut(list), count = 0;
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < r->d; j++)
        if (w[j] > 0) column[count++] = j;
    if (count == 0) return CX_OK;
    cx__regression part = *r;
    part.d = count;
    part.t = 1;
    part.x = cx_ascontiguous(cx_take(r->x, cx__send(&r->site, cx_slice(list, 0, 0, count, 1)), 1));
    part.y = cx_ascontiguous(cx_slice(r->y, 1, k, k + 1, 1));
    cx_array *all, *s, *rank;
    CX__TRY(cx__so_far());
    CX__TRY(cx__regression_triangle(&part, &all));
    const cx_array *coef = cx__fetch(&r->site, solve(all, count, 0, &s, &rank));
    CX__TRY(cx__so_far());
    const double *v = cx_data_f64(coef);
    if (v == NULL) return cx__last_status();
    for (int64_t i = 0; i < count; i++) w[column[i]] = v[i] > 0 ? v[i] : 0;
    return CX_OK;
}

static cx_status fit_positive(cx_estimator *self, const cx__regression *r, cx_dtype dtype)
{
    cx__normal m;
    CX__TRY(cx__normal_make(r, CX__NORMAL_PRODUCTS, &m));
    double *w = cx__host_f64(r->t, r->d);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < r->t; k++) {
        const cx_status st =
            cx__non_negative(m.gram, m.cross + k * m.d, m.yy[k], m.d, 0, w + k * m.d);
        if (st == CX_E_CONVERGENCE)
            cx__warn(CX_E_CONVERGENCE,
                     "LinearRegression: the search over positive coefficients stopped before the "
                     "minimum; the columns nearly depend on each other");
        else
            CX__TRY(st);
        CX__TRY(refine(r, k, w + k * m.d));
    }
    return cx__normal_store(self, r, w, dtype);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__regression r;
    CX__TRY(cx__regression_begin(data, cx_param_bool(self, "fit_intercept"), &r));
    const cx_dtype t = cx__float_like(data->x);
    if (!cx_param_bool(self, "positive")) return fit_data(self, &r, t);
    CX__TRY(cx__regression_centre(&r));
    return fit_positive(self, &r, t);
}

const cx_estimator_class cx__class_linear_regression = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LinearRegression",
    .doc = "Ordinary and weighted least squares.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_LATE_ROWS | CX_CLASS_LATE_FIT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
