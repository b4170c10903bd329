/* Convex objectives by their definitions; knows no solver. */
#include "learn_objective.h"

#include <calx.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

double linear_predictor(const problem *p, const double *coef, double intercept, int64_t i)
{
    const double *x = cx_data_f64(p->x) + i * p->d;
    double sum = intercept;
    for (int64_t j = 0; j < p->d; j++) sum += x[j] * coef[j];
    return sum;
}

/* Mean weighted loss, and the penalties of the spec's own parameters. */
double logistic_loss(const problem *p, const double *coef, const double *intercept)
{
    enum { MOST = 16 };
    const int64_t classes = cx_size(cx_attr(p->m, "classes_")), k = classes == 2 ? 1 : classes;
    if (k > MOST) return NAN;
    const double *y = cx_data_f64(p->y), *w = cx_data_f64(p->weight);
    const double c = cx_param_f64(p->m, "C"), share = cx_param_f64(p->m, "l1_ratio");
    double loss = 0, penalty = 0;
    for (int64_t i = 0; i < p->n; i++) {
        double score[MOST] = {0}, top = 0, all = 0;
        for (int64_t a = 0; a < k; a++) {
            score[a] = linear_predictor(p, coef + a * p->d, intercept[a], i);
            top = fmax(top, score[a]);
        }
        for (int64_t a = 0; a < k; a++) all += exp(score[a] - top);
        if (k == 1) all += exp(-top);
        loss += w[i] * (log(all) + top - (k == 1 ? y[i] * score[0] : score[(int)y[i]]));
    }
    for (int64_t j = 0; j < k * p->d; j++)
        penalty += share * fabs(coef[j]) + (1 - share) / 2 * coef[j] * coef[j];
    return c * loss + penalty;
}

double liblinear_loss(const problem *p, const double *coef, const double *intercept)
{
    const double b = *intercept / cx_param_f64(p->m, "intercept_scaling"),
                 share = cx_param_f64(p->m, "l1_ratio");
    return logistic_loss(p, coef, intercept) + share * fabs(b) + (1 - share) / 2 * b * b;
}

double huber_loss(const problem *p, const double *coef, const double *intercept, double scale)
{
    const double e = cx_param_f64(p->m, "epsilon"), *y = cx_data_f64(p->y),
                 *w = cx_data_f64(p->weight);
    double sum = 0, square = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const double r = fabs(y[i] - linear_predictor(p, coef, *intercept, i));
        sum += w[i] * (scale + (r > e * scale ? 2 * e * r - scale * e * e : r * r / scale));
    }
    for (int64_t j = 0; j < p->d; j++) square += coef[j] * coef[j];
    return sum + cx_param_f64(p->m, "alpha") * square;
}

double pinball(const problem *p, const double *coef, const double *intercept)
{
    const double q = cx_param_f64(p->m, "quantile"), *y = cx_data_f64(p->y),
                 *w = cx_data_f64(p->weight);
    double sum = 0, mass = 0, size = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const double u = y[i] - linear_predictor(p, coef, *intercept, i);
        sum += w[i] * (u > 0 ? q * u : (q - 1) * u);
        mass += w[i];
    }
    for (int64_t j = 0; j < p->d; j++) size += fabs(coef[j]);
    return sum / mass + cx_param_f64(p->m, "alpha") * size;
}

/* Half the deviance of one value under a Tweedie distribution. */
static double half_deviance(double power, double y, double mu)
{
    if (power == 1) return (y > 0 ? y * log(y / mu) : 0) - y + mu;
    if (power == 2) return log(mu / y) + y / mu - 1;
    return pow(y, 2 - power) / ((1 - power) * (2 - power)) - y * pow(mu, 1 - power) / (1 - power) +
           pow(mu, 2 - power) / (2 - power);
}

double deviance(const problem *p, const double *coef, const double *intercept)
{
    const char *const name = cx_estimator_name(p->m);
    const double power = strcmp(name, "PoissonRegressor") == 0 ? 1
                         : strcmp(name, "GammaRegressor") == 0 ? 2
                                                               : cx_param_f64(p->m, "power");
    const double *y = cx_data_f64(p->y), *w = cx_data_f64(p->weight);
    double sum = 0, mass = 0, square = 0;
    for (int64_t i = 0; i < p->n; i++) {
        sum += w[i] * half_deviance(power, y[i], exp(linear_predictor(p, coef, *intercept, i)));
        mass += w[i];
    }
    for (int64_t j = 0; j < p->d; j++) square += coef[j] * coef[j];
    return sum / mass + cx_param_f64(p->m, "alpha") / 2 * square;
}

double elastic(const problem *p, const double *coef, const double *intercept)
{
    const int64_t outputs = cx_ndim(p->y) == 2 ? cx_dim(p->y, 1) : 1;
    const char *const name = cx_estimator_name(p->m);
    const bool groups = strncmp(name, "MultiTask", 9) == 0,
               mixed = strstr(name, "ElasticNet") != NULL;
    const double share = mixed ? cx_param_f64(p->m, "l1_ratio") : 1, *y = cx_data_f64(p->y),
                 *w = cx_data_f64(p->weight);
    double sum = 0, mass = 0, one = 0, square = 0;
    for (int64_t i = 0; i < p->n; i++) {
        for (int64_t t = 0; t < outputs; t++) {
            const double r =
                y[i * outputs + t] - linear_predictor(p, coef + t * p->d, intercept[t], i);
            sum += w[i] * r * r;
        }
        mass += w[i];
    }
    for (int64_t j = 0; j < p->d; j++) {
        double of_column = 0;
        for (int64_t t = 0; t < outputs; t++) {
            const double c = coef[t * p->d + j];
            of_column += c * c;
            one += groups ? 0 : fabs(c);
        }
        one += groups ? sqrt(of_column) : 0;
        square += of_column;
    }
    return sum / (2 * mass) +
           cx_param_f64(p->m, "alpha") * (share * one + (1 - share) / 2 * square);
}

double objective_of(const problem *p)
{
    static const struct {
        const char *name;
        objective *f;
    } known[] = {{"Lasso", elastic},
                 {"ElasticNet", elastic},
                 {"MultiTaskLasso", elastic},
                 {"MultiTaskElasticNet", elastic},
                 {"LogisticRegression", logistic_loss},
                 {"QuantileRegressor", pinball},
                 {"PoissonRegressor", deviance},
                 {"GammaRegressor", deviance},
                 {"TweedieRegressor", deviance}};
    const cx_array *const c = cx_ascontiguous(cx_to(cx_attr(p->m, "coef_"), CX_CPU)),
                          *const b = cx_ascontiguous(cx_to(cx_attr(p->m, "intercept_"), CX_CPU));
    const double *const coef = cx_data_f64(c), *const intercept = cx_data_f64(b);
    const char *const name = cx_estimator_name(p->m);
    if (coef == NULL || intercept == NULL) return NAN;
    if (strcmp(name, "HuberRegressor") == 0)
        return huber_loss(p, coef, intercept, cx_item_f64(cx_attr(p->m, "scale_")));
    if (strcmp(name, "LogisticRegression") == 0 &&
        strcmp(cx_param_text(p->m, "solver"), "'liblinear'") == 0)
        return liblinear_loss(p, coef, intercept);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) return known[i].f(p, coef, intercept);
    return NAN;
}
