/* One step of an iterative imputer: see the header. A draw is the host's: means and deviations of
 * the rows come there, numbers go back. */
#include "learn/impute/iterative.h"

#include "base/alloc.h"
#include "learn/numeric/tails.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

cx_status cx__lacking_rows(cx__imputing *s)
{
    s->lacking = cx_flatnonzero(cx_ascontiguous(cx_select(s->rows->missing, 1, s->column)));
    return cx__so_far();
}

/* Standard deviations of what a BayesianRidge predicts for x. */
static cx_status deviations(const char *where, const cx_estimator *m, const cx_array *x,
                            cx_array **out)
{
    static cx__held spread = CX__HELD("z, p, alpha: sqrt(sum(z * p, axis=1) + 1 / alpha)");
    if (m->cls != &cx__class_bayesian_ridge)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "IterativeImputer(sample_posterior=True) needs BayesianRidge: %s tells no "
                        "deviations",
                        m->cls->name);
    const cx_array *const z = cx_sub(x, cx_attr(m, "X_offset_"));
    *out = cx__held_run(where, &spread,
                        CX_ARRAYS(z, cx_matmul(z, cx_attr(m, "sigma_")), cx_attr(m, "alpha_")));
    return cx__so_far();
}

/* The number of the normal distribution cut to [a, b] below which a share u of it lies. */
static double cut_normal(double u, double a, double b)
{
    if (a < 0) {
        const double low = cx__normal_below(a), high = cx__normal_below(b);
        return fmin(fmax(cx__normal_quantile(low + u * (high - low)), a), b);
    }
    const double low = cx__normal_below(-b), high = cx__normal_below(-a);
    return fmin(fmax(-cx__normal_quantile(low + (1 - u) * (high - low)), a), b);
}

/* mean [n] becomes draws, within the limits. */
static cx_status draw(const cx__imputing *s, const double *sd, double *mean, int64_t n)
{
    int64_t inside = 0;
    for (int64_t i = 0; i < n; i++) inside += sd[i] > 0 && mean[i] >= s->low && mean[i] <= s->high;
    const cx_array *const drawn = cx_rng_uniform(s->g, 0, 1, CX_SHAPE(inside));
    const double *u = cx_data_f64(drawn);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) {
        if (mean[i] < s->low)
            mean[i] = s->low;
        else if (mean[i] > s->high)
            mean[i] = s->high;
        else if (sd[i] > 0)
            mean[i] +=
                sd[i] * cut_normal(*u++, (s->low - mean[i]) / sd[i], (s->high - mean[i]) / sd[i]);
    }
    return CX_OK;
}

static cx_status posterior(const char *where, const cx__imputing *s, const cx_array *x,
                           cx_array **answer)
{
    const int64_t n = cx_size(*answer);
    cx_array *sd = NULL;
    CX__TRY(deviations(where, s->model, x, &sd));
    double *const v = cx__alloc((size_t)n * 2 * sizeof *v);
    if (v == NULL) return cx__fail_nomem(where, "draws", (size_t)n * 16);
    cx_status st = cx__read_all(&s->rows->site, *answer, v);
    if (st == CX_OK) st = cx__read_all(&s->rows->site, cx__f64(&s->rows->site, sd), v + n);
    if (st == CX_OK) st = draw(s, v + n, v, n);
    if (st == CX_OK) *answer = cx__given_all(&s->rows->site, v, n, CX_F64);
    cx__free(v);
    return st;
}

cx_status cx__impute(const char *where, const cx__imputing *s)
{
    static cx__held cut = CX__HELD("v, low, high: minimum(maximum(v, low), high)");
    const cx_array *const x = cx_take(s->others, s->lacking, 0);
    cx_array *answer = cx__f64(
        &s->rows->site, cx__estimator_call(where, s->model, CX_PREDICT, &(const cx_data){.x = x}));
    CX__TRY(cx__so_far());
    if (cx_size(answer) != cx_size(s->lacking))
        return cx__fail(CX_E_SHAPE, where, "%s predicts more than a number a row",
                        s->model->cls->name);
    answer = cx_reshape(answer, CX_SHAPE(cx_size(answer)));
    if (s->g != NULL)
        CX__TRY(posterior(where, s, x, &answer));
    else
        answer = cx__held_run(where, &cut, CX_ARRAYS(answer, cx_float(s->low), cx_float(s->high)));
    CX__TRY(cx__so_far());
    return cx_put_rows(cx_select(s->rows->x, 1, s->column), s->lacking, answer);
}
