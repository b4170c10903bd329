/* The graphical Lasso: a sparse precision by regressions of every column on the others.
 *
 * One idea: for one column the covariance of the others is the Gram matrix of a Lasso whose
 * coefficients are that column of the precision; rounds over all columns go on until the duality
 * gap is small. Serial over columns, on the host. Source: Friedman, Hastie, Tibshirani,
 * Biostatistics 9 (2008). Knows no estimator. */
#include "learn/covariance/graphical.h"

#include "base/object.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/linear_model/serial/lars_path.h"
#include "learn/numeric/covariance.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/scope.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* One problem and its room; m = d - 1 columns are the others. */
typedef struct solver {
    const cx__graphical *g;
    int64_t d;
    const double *emp;     /* [d, d] */
    double *cov, *prec;    /* [d, d] */
    double *rest;          /* [m, m] cov without the column and its row */
    double *row, *coef;    /* [m] */
    double *square, *room; /* [m], scratch of a descent */
    cx_array *precision;
} solver;

/* Entry i of the others, in all. */
static int64_t other(int64_t i, int64_t left_out)
{
    return i + (i >= left_out);
}

/* rest is cov without column k: it was cov without column k - 1, one line of it differs. */
static void leave_out(const solver *s, int64_t k)
{
    const int64_t d = s->d, m = d - 1;
    if (k == 0) {
        for (int64_t i = 0; i < m; i++)
            memcpy(s->rest + i * m, s->cov + (i + 1) * d + 1, (size_t)m * sizeof *s->rest);
        return;
    }
    for (int64_t i = 0; i < m; i++) {
        s->rest[(k - 1) * m + i] = s->cov[(k - 1) * d + other(i, k)];
        s->rest[i * m + k - 1] = s->cov[other(i, k) * d + k - 1];
    }
}

/* The coefficients where the path of least angles reaches the penalty. */
static cx_status least_angles(const cx__graphical *g, const cx__normal *data, double *coef)
{
    cx__lars p = {.m = data, .most = 500, .eps = g->eps, .least_alpha = g->alpha / (double)data->n};
    const cx_status st = cx__lars_walk(&p);
    if (st == CX_OK) {
        cx__lars_warn(&p, g->name);
        memcpy(coef, p.coef + p.steps * data->d, (size_t)data->d * sizeof *coef);
    }
    cx__lars_free(&p);
    return st;
}

static cx_status regress(const solver *s, int64_t k)
{
    const int64_t d = s->d, m = d - 1;
    const double scale = s->prec[k * d + k] + 1000 * DBL_EPSILON;
    for (int64_t i = 0; i < m; i++) {
        const int64_t j = other(i, k);
        s->row[i] = s->emp[k * d + j];
        s->coef[i] = -(s->prec[j * d + k] / scale);
        s->square[i] = s->rest[i * m + i];
    }
    const double yy = cx__dot(s->row, s->row, m);
    if (s->g->least_angles) {
        const cx__normal data = {.n = m,
                                 .d = m,
                                 .t = 1,
                                 .gram = s->rest,
                                 .cross = s->row,
                                 .square = s->square,
                                 .yy = &yy};
        return least_angles(s->g, &data, s->coef);
    }
    const cx__descent p = {.n = m,
                           .d = m,
                           .t = 1,
                           .gram = s->rest,
                           .cross = s->row,
                           .yy = yy,
                           .square = s->square,
                           .max_iter = s->g->max_iter > 20 ? s->g->max_iter : 20,
                           .tol = s->g->inner_tol};
    cx__descent_end end;
    return cx__descend(&p, s->g->alpha, 0, 0, s->coef, s->room, &end);
}

/* Column k of precision and covariance from its coefficients. */
static void put_column(const solver *s, int64_t k)
{
    const int64_t d = s->d, m = d - 1;
    double along = 0;
    for (int64_t i = 0; i < m; i++) along += s->cov[other(i, k) * d + k] * s->coef[i];
    const double own = 1 / (s->cov[k * d + k] - along);
    s->prec[k * d + k] = own;
    for (int64_t i = 0; i < m; i++) {
        const int64_t j = other(i, k);
        s->prec[j * d + k] = s->prec[k * d + j] = -own * s->coef[i];
        s->cov[j * d + k] = s->cov[k * d + j] = cx__dot(s->rest + i * m, s->coef, m);
    }
}

/* Objective and duality gap. */
static cx_status costs(const solver *s, double out[2])
{
    const int64_t d = s->d, all = d * d;
    double sum = 0, size = 0, total = 0;
    for (int64_t i = 0; i < all; i++) {
        sum += s->emp[i] * s->prec[i];
        total += s->prec[i];
        if (i % (d + 1) != 0) size += fabs(s->prec[i]);
    }
    if (!isfinite(total))
        return cx__fail(CX_E_SINGULAR, s->g->where,
                        "%s: the covariance is too ill-conditioned for alpha=%g", s->g->name,
                        s->g->alpha);
    const cx_scope scope = cx_scope_open();
    const cx_slogdet det = cx_linalg_slogdet(s->precision);
    const double sign = cx__number_f64(det.sign), log_det = cx__number_f64(det.logabsdet);
    CX__TRY(cx_scope_close(scope));
    const double two_pi = 2 * acos(-1.0);
    out[0] = sum - (sign > 0 ? log_det : -(double)INFINITY) + 2 * (double)d * log(two_pi) +
             s->g->alpha * size;
    out[1] = sum - (double)d + s->g->alpha * size;
    return CX_OK;
}

static cx_status rounds(const solver *s, double *cost, int64_t *count)
{
    double gap = (double)INFINITY;
    for (int64_t i = 0; i < s->g->max_iter; i++) {
        for (int64_t k = 0; k < s->d; k++) {
            leave_out(s, k);
            CX__TRY(regress(s, k));
            put_column(s, k);
        }
        CX__TRY(cx_poll());
        double *const now = cost + 2 * i;
        CX__TRY(costs(s, now));
        *count = i + 1;
        gap = now[1];
        if (fabs(gap) < s->g->tol) return CX_OK;
        if (!isfinite(now[0]) && i > 0)
            return cx__fail(CX_E_SINGULAR, s->g->where,
                            "%s: the precision for alpha=%g is not positive definite: the "
                            "covariance is too ill-conditioned",
                            s->g->name, s->g->alpha);
    }
    if (!s->g->quiet)
        cx__warn(CX_E_CONVERGENCE, "%s: the duality gap is %.3g after %lld rounds", s->g->name, gap,
                 (long long)s->g->max_iter);
    return CX_OK;
}

/* Without a penalty: the inverse. */
static cx_status unpenalised(const cx__graphical *g, const cx_array *covariance,
                             cx__graphical_end *out)
{
    out->covariance = cx_copy(covariance);
    out->precision = cx_linalg_inv(covariance);
    out->costs = cx_zeros(CX_SHAPE(1, 2), CX_F64, CX_CPU);
    CX__TRY(cx__so_far());
    const solver s = {.g = g,
                      .d = cx_dim(covariance, 0),
                      .emp = cx_data_f64(covariance),
                      .prec = cx__at(out->precision),
                      .precision = out->precision};
    return costs(&s, cx__at(out->costs));
}

static cx_status begin(solver *s, const cx_array *covariance, const cx_array *start,
                       cx__graphical_end *out)
{
    const int64_t d = s->d, m = d - 1;
    out->covariance = cx_copy(start != NULL ? start : covariance);
    s->emp = cx_data_f64(covariance);
    s->cov = cx__at(out->covariance);
    const cx__descent most = {.n = m, .d = m, .t = 1, .gram = s->emp};
    double *const room = cx__host_f64(1, m * m + 3 * m + cx__descent_scratch(&most));
    CX__TRY(cx__so_far());
    s->rest = room;
    s->row = room + m * m;
    s->coef = s->row + m;
    s->square = s->coef + m;
    s->room = s->square + m;
    for (int64_t i = 0; i < d * d; i++) s->cov[i] = i % (d + 1) == 0 ? s->emp[i] : s->cov[i] * 0.95;
    out->precision = cx__symmetric_pinv(s->g->where, out->covariance);
    s->precision = out->precision;
    s->prec = cx__at(out->precision);
    return cx__so_far();
}

cx_status cx__graphical_solve(const cx__graphical *g, const cx_array *covariance,
                              const cx_array *start, cx__graphical_end *out)
{
    *out = (cx__graphical_end){.rounds = 0};
    if (g->alpha == 0) return unpenalised(g, covariance, out);
    solver s = {.g = g, .d = cx_dim(covariance, 0)};
    CX__TRY(begin(&s, covariance, start, out));
    double *const cost = cx__host_f64(g->max_iter + 1, 2);
    CX__TRY(cx__so_far());
    int64_t count = 0;
    CX__TRY(rounds(&s, cost, &count));
    out->rounds = count > 0 ? count : 1;
    out->costs = cx_copy_host(cost, CX_SHAPE(count, 2), CX_F64);
    return cx__so_far();
}
