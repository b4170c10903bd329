/* What all linear models share.
 *
 * One row is a dot product per output; several outputs run across a transposed coefficient matrix,
 * so the inner loop has no dependence and every output is summed in the order of the columns. Knows
 * no loss. */
#include "learn/linear_model/linear.h"

#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

enum { CLASS_BLOCK = 32 };

cx_status cx__linear_plan(const cx_estimator *self, int coef_slot, int intercept_slot, cx_plan *p)
{
    const double *coef = cx__slot_f64(self, coef_slot),
                 *intercept = cx__slot_f64(self, intercept_slot);
    if (coef == NULL || intercept == NULL) return cx__last_status();
    const int64_t d = p->cols_in, k = cx_size(cx_self(self, intercept_slot));
    const int64_t ld = k == 1 ? 1 : cx__padded(k);
    cx__linear *m = cx_plan_alloc(p, sizeof *m);
    double *copy = cx_plan_alloc(p, (size_t)(ld * (d + 1)) * sizeof *copy);
    if (m == NULL || copy == NULL) return CX_E_NOMEM;
    for (int64_t c = 0; c < k; c++)
        for (int64_t j = 0; j < d; j++) copy[j * ld + c] = coef[c * d + j];
    memcpy(copy + ld * d, intercept, (size_t)k * sizeof *copy);
    *m = (cx__linear){.d = d, .k = k, .ld = ld, .coef = copy, .intercept = copy + ld * d};
    p->state = m;
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = k;
    return CX_OK;
}

void cx__linear_scores(const cx__linear *m, const double *x, double *out)
{
    if (m->k == 1)
        out[0] = cx__dot(x, m->coef, m->d) + m->intercept[0];
    else
        cx__project(x, NULL, m->d, m->coef, m->ld, m->intercept, m->k, out);
}

cx_status cx__linear_scores_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__linear *m = p->state;
    for (int64_t i = 0; i < rows; i++) cx__linear_scores(m, x + i * m->d, out + i * m->k);
    return CX_OK;
}

static int64_t best_class(const cx__linear *m, const double *x)
{
    if (m->k == 1) return cx__dot(x, m->coef, m->d) + m->intercept[0] > 0;
    double block[CLASS_BLOCK], top = -INFINITY;
    int64_t best = 0;
    for (int64_t c0 = 0; c0 < m->k; c0 += CLASS_BLOCK) {
        const int64_t count = m->k - c0 < CLASS_BLOCK ? m->k - c0 : CLASS_BLOCK;
        cx__project(x, NULL, m->d, m->coef + c0, m->ld, m->intercept + c0, count, block);
        for (int64_t c = 0; c < count; c++) {
            if (block[c] <= top) continue;
            top = block[c];
            best = c0 + c;
        }
    }
    return best;
}

cx_status cx__linear_class_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__linear *m = p->state;
    for (int64_t i = 0; i < rows; i++) out[i] = (double)best_class(m, x + i * m->d);
    return CX_OK;
}

cx_status cx__linear_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__linear *m = p->state;
    for (int64_t i = 0; i < rows; i++) {
        double *row = out + i * p->cols_out;
        if (m->k > 1) {
            cx__linear_scores(m, x + i * m->d, row);
            cx__softmax(row, m->k);
            continue;
        }
        cx__linear_scores(m, x + i * m->d, row + 1);
        row[1] = cx__expit(row[1]);
        row[0] = 1 - row[1];
    }
    return CX_OK;
}

cx_array *cx__regressor_predict(const cx_estimator *self, const cx_array *x)
{
    const bool flat = cx_ndim(cx_self(self, CX__LINEAR_COEF)) == 1;
    return cx__by_rows(self, CX_PREDICT, x, flat ? CX__ROWS_FLAT : CX__ROWS_MATRIX,
                       cx__float_like(x));
}

cx_status cx__regressor_plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, CX__LINEAR_COEF, CX__LINEAR_INTERCEPT, p));
    p->cols_out = cx_size(cx_self(self, CX__LINEAR_INTERCEPT));
    return CX_OK;
}

cx_status cx__regressor_check(const cx_estimator *self)
{
    const cx_array *coef = cx_self(self, CX__LINEAR_COEF),
                   *intercept = cx_self(self, CX__LINEAR_INTERCEPT);
    const int64_t d = cx_self_features(self), t = cx_size(intercept);
    const bool flat = cx_ndim(coef) == 1 && cx_dim(coef, 0) == d && cx_ndim(intercept) == 0;
    const bool many = cx_ndim(coef) == 2 && cx_dim(coef, 0) == t && cx_dim(coef, 1) == d &&
                      cx_ndim(intercept) == 1;
    if (flat || many) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "coef_ and intercept_ do not fit %lld features",
                    (long long)d);
}

cx_status cx__regression_make(const cx_data *data, bool fit_intercept, cx__regression *r)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1),
                  t = cx_ndim(data->y) == 1 ? 1 : cx_dim(data->y, 1);
    *r = (cx__regression){.n = n, .d = d, .t = t, .flat = cx_ndim(data->y) == 1};
    const double *x = cx__f64_of("fit", data->x), *y = cx__f64_of("fit", data->y);
    const double *w = data->sample_weight != NULL ? cx__f64_of("fit", data->sample_weight) : NULL;
    if (x == NULL || y == NULL || (data->sample_weight != NULL && w == NULL))
        return cx__last_status();
    r->memory_ = cx__scratch_f64("fit", "centred data", n + 2, d + t);
    if (r->memory_ == NULL) return CX_E_NOMEM;
    r->x = r->memory_;
    r->y = r->x + n * d;
    r->x_mean = r->y + n * t;
    r->y_mean = r->x_mean + d;
    double *count = r->y_mean + t;
    memset(r->x_mean, 0, (size_t)(2 * (d + t)) * sizeof *count);
    if (fit_intercept) {
        CX__TRY(cx__moments("fit", x, n, d, w, count, r->x_mean, NULL));
        CX__TRY(cx__moments("fit", y, n, t, w, count, r->y_mean, NULL));
    }
    CX__TRY(cx__center("fit", x, n, d, r->x_mean, w, r->x));
    return cx__center("fit", y, n, t, r->y_mean, w, r->y);
}

void cx__regression_free(cx__regression *r)
{
    cx__scratch_free(r->memory_);
    r->memory_ = NULL;
}

cx_status cx__regression_store(cx_estimator *self, const cx__regression *r, const double *coef,
                               cx_dtype t)
{
    double *intercept;
    cx_array *at = cx__new_f64(r->t, -1, &intercept);
    if (at == NULL) return cx__last_status();
    for (int64_t c = 0; c < r->t; c++)
        intercept[c] = r->y_mean[c] - cx__dot(r->x_mean, coef + c * r->d, r->d);
    if (!r->flat) {
        CX__TRY(cx__store_matrix(self, CX__LINEAR_COEF, coef, r->t, r->d, t));
        return cx__store(self, CX__LINEAR_INTERCEPT, at, t);
    }
    CX__TRY(cx__store_vector(self, CX__LINEAR_COEF, coef, r->d, t));
    return cx__store(self, CX__LINEAR_INTERCEPT, cx_f64(intercept[0]), t);
}
