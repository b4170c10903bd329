/* What all linear models share: scores, and regression data that has been centred.
 *
 * The coefficients of several outputs lie transposed for the row kernel, so that its inner loop has
 * no dependence and every output is summed in the order of the columns. Knows no loss. */
#include "learn/linear_model/linear.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/finite.h"
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

cx_array *cx__padded_transpose(const cx__site *s, const cx_array *rows)
{
    const int64_t k = cx_dim(rows, 0), d = cx_dim(rows, 1), ld = (k + 7) / 8 * 8;
    cx_array *w = cx_zeros(CX_SHAPE(d, ld), CX_F64, s->device);
    const cx_status st = cx_check(cx_copy_into(cx_transpose(rows), cx_slice(w, 1, 0, k, 1)));
    return st == CX_OK ? w : cx__nil(st);
}

cx_status cx__linear_plan(const cx_estimator *self, int coef_slot, int intercept_slot, cx_plan *p)
{
    const int64_t d = p->cols_in, k = cx_size(cx_self(self, intercept_slot));
    cx_learn_scores *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    *m = (cx_learn_scores){
        .score = CX_LEARN_LINEAR, .end = CX_LEARN_SCORES, .d = d, .k = k, .ld = 1};
    const cx_array *coef = cx_reshape(cx__slot_f64(self, coef_slot), CX_SHAPE(k, d));
    if (k > 1) {
        coef = cx__padded_transpose(cx__plan_site(p), coef);
        m->ld = cx_dim(coef, 1);
    }
    p->state = m;
    if (p->method == CX_DECISION_FUNCTION) p->cols_out = k;
    CX__TRY(cx__plan_f64(p, coef, &m->w));
    return cx__plan_f64(p, cx_self(self, intercept_slot), &m->start);
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

cx_status cx__regression_begin(const cx_data *data, bool fit_intercept, cx__regression *r)
{
    const bool flat = cx_ndim(data->y) == 1;
    *r = (cx__regression){.n = cx_dim(data->x, 0),
                          .d = cx_dim(data->x, 1),
                          .t = flat ? 1 : cx_dim(data->y, 1),
                          .flat = flat};
    CX__TRY(cx__site_of("fit", data->x, &r->site));
    const cx__site *s = &r->site;
    const cx_array *y = cx_reshape(cx__f64(s, data->y), CX_SHAPE(r->n, r->t)),
                   *w = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    r->raw = cx__f64(s, data->x);
    if (fit_intercept) {
        CX__TRY(cx__finite_means(s, data->x, r->raw, w, &r->x_mean, NULL));
        CX__TRY(cx__column_means(s, y, w, &r->y_mean, NULL));
    }
    if (!fit_intercept) CX__TRY(cx__finite_by(data->x, NULL));
    if (w != NULL) r->x = cx__centred(s, r->raw, r->x_mean, w);
    r->y = cx__centred(s, y, r->y_mean, w);
    return cx__so_far();
}

cx_status cx__regression_centre(cx__regression *r)
{
    if (r->x == NULL) r->x = cx__centred(&r->site, r->raw, r->x_mean, NULL);
    return cx__so_far();
}

cx_status cx__regression_make(const cx_data *data, bool fit_intercept, cx__regression *r)
{
    CX__TRY(cx__regression_begin(data, fit_intercept, r));
    return cx__regression_centre(r);
}

cx_status cx__regression_products(const cx__regression *r, cx_array **gram, cx_array **cross)
{
    const cx__site *s = &r->site;
    if (r->d >= CX__WIDE) {
        cx__regression whole = *r;
        CX__TRY(cx__regression_centre(&whole));
        *gram = cx__gram(s, whole.x, NULL);
        *cross = r->t > 0 ? cx_matmul(cx_transpose(whole.x), whole.y) : cx__new_f64(s, 1, -1);
        return cx__so_far();
    }
    *gram = cx__new_f64(s, r->d, r->d);
    *cross = r->t > 0 ? cx__new_f64(s, r->d, r->t) : cx__new_f64(s, 1, -1);
    const bool raw = r->x == NULL;
    const cx_learn_gram call = {.n = r->n,
                                .d = r->d,
                                .t = r->t,
                                .x = cx__at(raw ? r->raw : r->x),
                                .mean = raw ? cx__at(r->x_mean) : NULL,
                                .y = r->t > 0 ? cx__at(r->y) : NULL,
                                .gram = cx__at(*gram),
                                .cross = cx__at(*cross)};
    CX__TRY(cx__so_far());
    return s->ops->gram(s->queue, &call);
}

cx_status cx__regression_store(cx_estimator *self, const cx__regression *r, const cx_array *coef,
                               cx_dtype t)
{
    const cx_array *intercept = r->x_mean != NULL
                                    ? cx_sub(r->y_mean, cx_matmul(coef, r->x_mean))
                                    : cx_zeros(CX_SHAPE(r->t), CX_F64, r->site.device);
    if (r->flat) {
        coef = cx_reshape(coef, CX_SHAPE(r->d));
        intercept = cx_reshape(intercept, CX_SHAPE());
    }
    CX__TRY(cx__store(self, CX__LINEAR_COEF, coef, t));
    return cx__store(self, CX__LINEAR_INTERCEPT, intercept, t);
}

cx_status cx__single_target(const cx_estimator *self, cx_data *data)
{
    if (cx_ndim(data->y) == 1) return CX_OK;
    if (cx_dim(data->y, 1) != 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s takes one target, y has %lld", self->cls->name,
                        (long long)cx_dim(data->y, 1));
    data->y = cx_reshape(data->y, CX_SHAPE(cx_dim(data->y, 0)));
    return cx_status_of(data->y);
}
