/* GaussianNB: classes as products of normal distributions.
 *
 * Means and variances per class in two passes; batches are merged with what was seen before,
 * without the smoothing. */
#include "learn/base/plan.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { COUNT, PRIOR, CLASSES, EPSILON, THETA, VAR };
static const char *const attrs[] = {"class_count_: float [c]",
                                    "class_prior_: float [c]",
                                    "classes_: label [c]",
                                    "epsilon_: float []",
                                    "theta_: float [c, n]",
                                    "var_: float [c, n]",
                                    NULL};

static const cx_param params[] = {
    {"priors", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "probabilities of the classes; None: their share of the data"},
    {"var_smoothing", CX_PARAM_FLOAT, "1e-09", "[0, inf)",
     "share of the largest variance that is added to all"},
    {.name = NULL},
};

/* What was seen so far, or in one batch: [c, d], [c, d] (a batch: sums of squares), [c]. */
typedef struct model {
    const cx_array *theta, *var, *count;
} model;

static cx_array *column(const cx_array *a)
{
    return cx_expand_dims(a, 1);
}

/* Means, sums of squared deviations from them, and weights of the classes in a batch. */
static cx_status statistics(const cx__site *s, const cx_array *x, const cx_array *weight,
                            const cx_array *codes, int64_t c, model *out)
{
    const int64_t d = cx_dim(x, 1);
    cx_array *sums = cx__new_f64(s, c, d), *squares = cx__new_f64(s, c, d),
             *mass = cx__new_f64(s, c, -1);
    cx_learn_groups call = {.n = cx_dim(x, 0),
                            .d = d,
                            .groups = c,
                            .x = cx__at(x),
                            .code = cx__at(codes),
                            .weight = cx__at(weight),
                            .sums = cx__at(sums),
                            .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    static cx__held means = CX__HELD("sums, mass: where(mass != 0, sums / mass, 0)");
    const cx_array *mean = cx__held_run(s->where, &means, CX_ARRAYS(sums, column(mass)));
    call.centre = cx__at(mean);
    call.sums = cx__at(squares);
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->groups(s->queue, &call));
    *out = (model){mean, squares, mass};
    return CX_OK;
}

/* A batch added to what was there; a class that is not in it stays. */
static model merge(const model *batch, const model *all)
{
    static cx__held merged = CX__HELD(
        "before, theta, var, n, t, squares: total = before + n; step = theta - t;"
        "sum2 = before * var + squares + n * before / total * step * step;"
        "where(n == 0, theta, (n * t + before * theta) / total), where(n == 0, var, sum2 / total)");
    const cx_tuple t = cx__held_all("fit", &merged,
                                    CX_ARRAYS(column(all->count), all->theta, all->var,
                                              column(batch->count), batch->theta, batch->var));
    return (model){t.at[0], t.at[1], cx_add(all->count, batch->count)};
}

/* Given priors as *prior [c]; NULL: there are none. */
static cx_status given_priors(const cx__site *s, const cx_estimator *self, int64_t c,
                              const cx_array **prior)
{
    *prior = NULL;
    if (cx_param_is_none(self, "priors")) return CX_OK;
    const cx_array *list = cx_param_array(self, "priors");
    const double *v = cx_data_f64(list);
    if (v == NULL) return cx__last_status();
    if (cx_size(list) != c)
        return cx__fail(CX_E_ARGUMENT, "fit", "GaussianNB: %lld priors for %lld classes",
                        (long long)cx_size(list), (long long)c);
    double sum = 0;
    for (int64_t k = 0; k < c; k++) {
        if (!(v[k] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "GaussianNB: priors must not be negative");
        sum += v[k];
    }
    if (fabs(sum - 1) > 1e-5)
        return cx__fail(CX_E_ARGUMENT, "fit", "GaussianNB: the sum of the priors should be 1");
    *prior = cx__given(s, v, c, CX_F64);
    return CX_OK;
}

/* The smoothing of this batch: a share of its largest variance. */
static cx_status smoothing(const cx__site *s, const cx_estimator *self, const cx_array *x,
                           const cx_array **out)
{
    cx_array *mean, *squares;
    CX__TRY(cx__column_means(s, x, NULL, &mean, &squares));
    const cx_array *most = cx_max(cx_div(squares, cx_float((double)cx_dim(x, 0))), CX_ALL);
    *out = cx_mul(most, cx_float(cx_param_f64(self, "var_smoothing")));
    return CX_OK;
}

/* What was seen before, less the smoothing: this batch's, as in scikit-learn, not that batch's. */
static model recall(const cx_estimator *self, const cx_array *epsilon)
{
    return (model){cx__slot_f64(self, THETA), cx_sub(cx__slot_f64(self, VAR), epsilon),
                   cx__slot_f64(self, COUNT)};
}

static cx_status store(cx_estimator *self, const cx__site *s, const model *m,
                       const cx_array *classes, const cx_array *epsilon, cx_dtype t)
{
    const cx_array *prior;
    CX__TRY(given_priors(s, self, cx_size(classes), &prior));
    if (prior == NULL) prior = cx_div(m->count, cx_sum(m->count, CX_ALL));
    CX__TRY(cx__store(self, COUNT, m->count, t));
    CX__TRY(cx__store(self, PRIOR, prior, t));
    CX__TRY(cx_self_set(self, CLASSES, classes));
    CX__TRY(cx__store(self, EPSILON, epsilon, t));
    CX__TRY(cx__store(self, THETA, m->theta, t));
    return cx__store(self, VAR, cx_add(m->var, epsilon), t);
}

static cx_status update(cx_estimator *self, const cx_data *data, const cx_array *classes,
                        const cx_array *codes, bool first)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *x = cx__f64(&s, data->x), *code = cx__i64(&s, codes),
                   *w = data->sample_weight != NULL ? cx__f64(&s, data->sample_weight) : NULL,
                   *epsilon;
    CX__TRY(cx__so_far());
    const int64_t c = cx_size(classes), d = cx_dim(x, 1);
    CX__TRY(smoothing(&s, self, x, &epsilon));
    model batch;
    CX__TRY(statistics(&s, x, w, code, c, &batch));
    model all = {cx_zeros(CX_SHAPE(c, d), CX_F64, s.device),
                 cx_zeros(CX_SHAPE(c, d), CX_F64, s.device),
                 cx_zeros(CX_SHAPE(c), CX_F64, s.device)};
    if (!first) all = recall(self, epsilon);
    all = merge(&batch, &all);
    return store(self, &s, &all, classes, epsilon, cx__float_like(data->x));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_labels y = cx_labels_encode(data->y);
    return update(self, data, y.classes, y.codes, true);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    const bool first = !cx_self_has(self, CLASSES);
    if (first && data->classes == NULL)
        return cx__fail(CX_E_ARGUMENT, "partial_fit",
                        "GaussianNB: the first call needs .classes, every label there will be");
    cx__site s;
    CX__TRY(cx__site_of("partial_fit", data->x, &s));
    const cx_array *classes =
        first ? cx_labels_encode(cx__to_site(&s, data->classes)).classes : cx_self(self, CLASSES);
    return update(self, data, classes, cx_labels_codes(data->y, classes), first);
}

/* Plan: per class a constant, means and inverse variances. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx_learn_scores *m = cx_plan_alloc(p, sizeof *m);
    if (m == NULL) return CX_E_NOMEM;
    *m = (cx_learn_scores){.score = CX_LEARN_GAUSSIAN,
                           .end = p->method == CX_PREDICT ? CX_LEARN_FIRST_MAX : CX_LEARN_SHARES,
                           .d = p->cols_in,
                           .k = cx_size(cx_self(self, CLASSES))};
    static cx__held constants =
        CX__HELD("prior, var: log(prior) - sum(log(var * (2 * pi)), axis=1) * 0.5");
    const cx_array *var = cx__slot_f64(self, VAR), *prior = cx__slot_f64(self, PRIOR);
    p->state = m;
    CX__TRY(cx__plan_f64(p, cx_self(self, THETA), &m->w));
    CX__TRY(cx__plan_f64(p, cx_reciprocal(var), &m->inverse));
    return cx__plan_f64(p, cx__held_run("predict", &constants, CX_ARRAYS(prior, var)), &m->start);
}

static cx_status log_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return cx__scores_end(p, CX_LEARN_LOG_SHARES, x, rows, out);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CLASSES);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, cx__float_like(x));
}
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_kernel(self, CX_PREDICT_PROBA, log_proba_into, x, CX__ROWS_MATRIX,
                         cx__float_like(x));
}

const cx_estimator_class cx__class_gaussian_nb = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GaussianNB",
    .doc = "Gaussian naive Bayes.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_LATE_ROWS,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .predict_log_proba = predict_log_proba,
    .plan = plan,
    .predict_into = cx__scores_into,
    .predict_proba_into = cx__scores_into,
};
