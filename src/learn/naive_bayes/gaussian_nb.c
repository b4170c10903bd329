/* GaussianNB: classes as products of normal distributions.
 *
 * Means and variances per class in two passes; batches are merged with what was seen before,
 * without the smoothing. */
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/array.h>
#include <math.h>
#include <string.h>

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

typedef struct batch {
    const double *x, *weight, *mean;
    const int64_t *code;
    int64_t d, classes;
} batch;

/* sum: weighted sums [classes, d] (of squared deviations once there is a mean), weights
 * [classes]. */
static cx_status add_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const batch *b = ctx;
    for (int64_t i = lo; i < hi; i++) {
        const double *x = b->x + i * b->d, w = b->weight != NULL ? b->weight[i] : 1;
        double *to = sum + b->code[i] * b->d;
        const double *mean = b->mean != NULL ? b->mean + b->code[i] * b->d : NULL;
        for (int64_t j = 0; j < b->d; j++)
            to[j] += mean != NULL ? w * (x[j] - mean[j]) * (x[j] - mean[j]) : w * x[j];
        sum[b->classes * b->d + b->code[i]] += w;
    }
    return CX_OK;
}

/* What was seen so far: [c, d], [c, d], [c]. */
typedef struct model {
    double *theta, *var, *count;
} model;

static void merge(const double *mean, const double *squares, const double *weight, int64_t c,
                  int64_t d, model *m)
{
    for (int64_t k = 0; k < c; k++) {
        const double before = m->count[k], now = weight[k], total = before + now;
        if (now == 0) continue;
        for (int64_t j = k * d; j < (k + 1) * d; j++) {
            const double step = m->theta[j] - mean[j];
            m->var[j] =
                (before * m->var[j] + squares[j] + now * before / total * step * step) / total;
            m->theta[j] = (now * mean[j] + before * m->theta[j]) / total;
        }
        m->count[k] = total;
    }
}

/* Given priors into prior [c]; *given false: there are none. */
static cx_status given_priors(const cx_estimator *self, int64_t c, double *prior, bool *given)
{
    *given = !cx_param_is_none(self, "priors");
    if (!*given) return CX_OK;
    const cx_array *list = cx_param_array(self, "priors");
    const double *v = cx__f64_of("fit", list);
    if (v == NULL) return cx__last_status();
    if (cx_size(list) != c)
        return cx__fail(CX_E_ARGUMENT, "fit", "GaussianNB: %lld priors for %lld classes",
                        (long long)cx_size(list), (long long)c);
    double sum = 0;
    for (int64_t k = 0; k < c; k++) {
        if (!(v[k] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "GaussianNB: priors must not be negative");
        sum += prior[k] = v[k];
    }
    if (fabs(sum - 1) > 1e-5)
        return cx__fail(CX_E_ARGUMENT, "fit", "GaussianNB: the sum of the priors should be 1");
    return CX_OK;
}

/* The smoothing of this batch: a share of its largest variance. */
static cx_status smoothing(const cx_estimator *self, const double *x, int64_t n, int64_t d,
                           double *out)
{
    double *work = cx__scratch_f64("fit", "column statistics", 3, d);
    if (work == NULL) return CX_E_NOMEM;
    const cx_status st = cx__moments("fit", x, n, d, NULL, work, work + d, work + 2 * d);
    double most = 0;
    for (int64_t j = 0; st == CX_OK && j < d; j++) most = fmax(most, work[2 * d + j] / (double)n);
    *out = cx_param_f64(self, "var_smoothing") * most;
    cx__scratch_free(work);
    return st;
}

static cx_status recall(const cx_estimator *self, int64_t c, int64_t d, model *m)
{
    const double *theta = cx__slot_f64(self, THETA), *var = cx__slot_f64(self, VAR),
                 *count = cx__slot_f64(self, COUNT);
    const double epsilon = cx_item_f64(cx_self(self, EPSILON));
    if (theta == NULL || var == NULL || count == NULL) return cx__last_status();
    memcpy(m->theta, theta, (size_t)(c * d) * sizeof *theta);
    memcpy(m->count, count, (size_t)c * sizeof *count);
    for (int64_t i = 0; i < c * d; i++) m->var[i] = var[i] - epsilon;
    return CX_OK;
}

static cx_status store(cx_estimator *self, const model *m, const cx_array *classes, int64_t c,
                       int64_t d, double epsilon, double *prior, cx_dtype t)
{
    bool given;
    CX__TRY(given_priors(self, c, prior, &given));
    double total = 0;
    for (int64_t k = 0; k < c; k++) total += m->count[k];
    for (int64_t k = 0; !given && k < c; k++) prior[k] = m->count[k] / total;
    for (int64_t i = 0; i < c * d; i++) m->var[i] += epsilon;
    CX__TRY(cx__store_vector(self, COUNT, m->count, c, t));
    CX__TRY(cx__store_vector(self, PRIOR, prior, c, t));
    CX__TRY(cx_self_set(self, CLASSES, classes));
    CX__TRY(cx__store(self, EPSILON, cx_f64(epsilon), t));
    CX__TRY(cx__store_matrix(self, THETA, m->theta, c, d, t));
    return cx__store_matrix(self, VAR, m->var, c, d, t);
}

static cx_status update(cx_estimator *self, const cx_data *data, const cx_array *classes,
                        const cx_array *codes, bool first)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1), c = cx_size(classes);
    const double *x = cx__f64_of("fit", data->x);
    const double *w = data->sample_weight != NULL ? cx__f64_of("fit", data->sample_weight) : NULL;
    const int64_t *code = cx__i64_of("fit", codes);
    if (x == NULL || code == NULL || (data->sample_weight != NULL && w == NULL))
        return cx__last_status();
    double epsilon;
    CX__TRY(smoothing(self, x, n, d, &epsilon));
    double *work = cx__scratch_f64("fit", "class statistics", c, 4 * d + 4);
    if (work == NULL) return CX_E_NOMEM;
    memset(work, 0, (size_t)(c * (4 * d + 4)) * sizeof *work);
    model m = {work, work + c * d, work + 2 * c * d};
    double *mean = m.count + c, *squares = mean + c * (d + 1), *prior = squares + c * (d + 1);
    batch b = {.x = x, .weight = w, .code = code, .d = d, .classes = c};
    cx_status st = first ? CX_OK : recall(self, c, d, &m);
    if (st == CX_OK) st = cx__sum_rows("fit", n, 512, c * (d + 1), add_rows, &b, mean);
    const double *weight = mean + c * d;
    for (int64_t i = 0; st == CX_OK && i < c * d; i++)
        mean[i] = weight[i / d] != 0 ? mean[i] / weight[i / d] : 0;
    b.mean = mean;
    if (st == CX_OK) st = cx__sum_rows("fit", n, 512, c * (d + 1), add_rows, &b, squares);
    if (st == CX_OK) {
        merge(mean, squares, weight, c, d, &m);
        st = store(self, &m, classes, c, d, epsilon, prior, cx__float_like(data->x));
    }
    cx__scratch_free(work);
    return st;
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
    const cx_array *classes =
        first ? cx_labels_encode(data->classes).classes : cx_self(self, CLASSES);
    return update(self, data, classes, cx_labels_codes(data->y, classes), first);
}

/* Plan: per class a constant, then d means and d inverse variances. */
typedef struct nb_plan {
    int64_t c;
    double *constant, *theta, *inverse;
} nb_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    const int64_t d = p->cols_in, c = cx_size(cx_self(self, CLASSES));
    const double *theta = cx__slot_f64(self, THETA), *var = cx__slot_f64(self, VAR),
                 *prior = cx__slot_f64(self, PRIOR);
    nb_plan *m = cx_plan_alloc(p, sizeof *m);
    double *memory = cx_plan_alloc(p, (size_t)(c * (2 * d + 1)) * sizeof *memory);
    if (m == NULL || memory == NULL) return CX_E_NOMEM;
    if (theta == NULL || var == NULL || prior == NULL) return cx__last_status();
    *m = (nb_plan){.c = c, .constant = memory, .theta = memory + c, .inverse = memory + c + c * d};
    const double two_pi = 2 * acos(-1);
    for (int64_t k = 0; k < c; k++) {
        double logs = 0;
        for (int64_t j = k * d; j < (k + 1) * d; j++) {
            logs += log(two_pi * var[j]);
            m->theta[j] = theta[j];
            m->inverse[j] = 1 / var[j];
        }
        m->constant[k] = log(prior[k]) - 0.5 * logs;
    }
    p->state = m;
    return CX_OK;
}

static double joint(const nb_plan *m, const double *x, int64_t d, int64_t k)
{
    const double *theta = m->theta + k * d, *inverse = m->inverse + k * d;
    double s0 = 0, s1 = 0;
    int64_t j = 0;
    for (; j + 2 <= d; j += 2) {
        s0 += (x[j] - theta[j]) * (x[j] - theta[j]) * inverse[j];
        s1 += (x[j + 1] - theta[j + 1]) * (x[j + 1] - theta[j + 1]) * inverse[j + 1];
    }
    if (j < d) s0 += (x[j] - theta[j]) * (x[j] - theta[j]) * inverse[j];
    return m->constant[k] - 0.5 * (s0 + s1);
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const nb_plan *m = p->state;
    for (int64_t i = 0; i < rows; i++) {
        double best = -INFINITY;
        out[i] = 0;
        for (int64_t k = 0; k < m->c; k++) {
            const double v = joint(m, x + i * p->cols_in, p->cols_in, k);
            if (!(v > best)) continue;
            best = v;
            out[i] = (double)k;
        }
    }
    return CX_OK;
}

static cx_status log_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const nb_plan *m = p->state;
    for (int64_t i = 0; i < rows; i++) {
        double *row = out + i * m->c;
        for (int64_t k = 0; k < m->c; k++) row[k] = joint(m, x + i * p->cols_in, p->cols_in, k);
        const double all = cx__logsumexp(row, m->c);
        for (int64_t k = 0; k < m->c; k++) row[k] -= all;
    }
    return CX_OK;
}

static cx_status predict_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const nb_plan *m = p->state;
    CX__TRY(log_proba_into(p, x, rows, out));
    for (int64_t i = 0; i < rows * m->c; i++) out[i] = exp(out[i]);
    return CX_OK;
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
    .flags = CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .predict_log_proba = predict_log_proba,
    .plan = plan,
    .predict_into = predict_into,
    .predict_proba_into = predict_proba_into,
};
