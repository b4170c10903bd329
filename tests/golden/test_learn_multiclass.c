/* Estimators made of several others against scikit-learn. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_scope open(void)
{
    golden_from("learn_multiclass.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static void near(const cx_array *a, double tolerance, const char *key)
{
    size_t count;
    const double *const want = golden(&count, "%s", key);
    const double off = difference(a, want, count);
    cr_expect(off <= tolerance, "%s: %g > %g", key, off, tolerance);
}

static cx_array *first(const cx_array *a, int64_t n)
{
    return cx_copy(cx_slice(a, 0, 0, n, 1));
}
static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y,
                            const cx_array *weight)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y, .sample_weight = weight)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

static void check_classifier(const char *cls, const char *name, const char *set, const char *inner)
{
    char spec[96], key[128];
    snprintf(spec, sizeof spec, "%s(%s())", cls, inner);
    const data_set d = read_data(set);
    const cx_estimator *const m = fitted(spec, d.x, d.y, NULL);
    const cx_array *const five = first(d.x, 5);
    snprintf(key, sizeof key, "%s/%s/%s/labels", name, set, inner);
    near(cx_predict(m, d.x), 0, key);
    snprintf(key, sizeof key, "%s/%s/%s/proba", name, set, inner);
    if (cx_estimator_has(m, CX_PREDICT_PROBA)) near(cx_predict_proba(m, five), 1e-7, key);
    snprintf(key, sizeof key, "%s/%s/%s/decision", name, set, inner);
    if (cx_estimator_has(m, CX_DECISION_FUNCTION)) near(cx_decision_function(m, five), 1e-7, key);
}

Test(multiclass, one_against_the_rest_and_each_other)
{
    const char *const sets[] = {"iris", "wine_data", "breast_cancer"};
    const char *const inner[] = {"LinearDiscriminantAnalysis", "GaussianNB", "Ridge"};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            const cx_scope s = open();
            check_classifier("OneVsRestClassifier", "rest", sets[i], inner[j]);
            check_classifier("OneVsOneClassifier", "one", sets[i], inner[j]);
            done(s);
        }
}

Test(multiclass, methods_are_those_of_the_inner_one)
{
    const cx_scope s = open();
    const cx_estimator *const bayes = cx_estimator_new("OneVsRestClassifier(GaussianNB())"),
                              *const ridge = cx_estimator_new("OneVsRestClassifier(Ridge())"),
                              *const pairs = cx_estimator_new("OneVsOneClassifier(GaussianNB())");
    cr_expect(cx_estimator_has(bayes, CX_PREDICT_PROBA));
    cr_expect(!cx_estimator_has(bayes, CX_DECISION_FUNCTION));
    cr_expect(!cx_estimator_has(ridge, CX_PREDICT_PROBA) && cx_estimator_has(ridge, CX_PREDICT));
    cr_expect(cx_estimator_has(pairs, CX_DECISION_FUNCTION));
    cr_expect(!cx_estimator_has(pairs, CX_PREDICT_PROBA));
    done(s);
}

Test(multiclass, refuses)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    cx_estimator *const m = cx_estimator_new("OneVsRestClassifier(GaussianNB())");
    cr_expect(cx_fit_data(m, CX_DATA(.x = d.x, .y = d.y, .sample_weight = d.y)) == CX_E_ARGUMENT);
    cr_expect(cx_fit(m, d.x, cx_zeros(CX_SHAPE(d.n), CX_I64, CX_CPU)) == CX_E_ARGUMENT);
    cr_expect(cx_fit(m, d.x, first(d.y, 9)) == CX_E_SHAPE);
    cr_expect(!cx_is_fitted(m));
    done(s);
}

/* ---- several outputs */
static cx_array *three_targets(const data_set *d)
{
    return cx_stack(CX_ARRAYS(d->y, cx_mul(cx_select(d->x, 1, 0), d->y),
                              cx_div(cx_mul(d->y, d->y), cx_float(100))),
                    1);
}

Test(multioutput, a_regressor_for_each)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    const cx_array *const y = three_targets(&d), *const five = first(d.x, 5),
                          *const weight =
                              cx_add(cx_remainder(cx_arange(0, (double)d.n, 1, CX_F64, CX_CPU),
                                                  cx_float(3)),
                                     cx_float(0.5));
    const char *const spec = "MultiOutputRegressor(Ridge(alpha=0.5))";
    near(cx_predict(fitted(spec, d.x, y, NULL), five), 1e-8, "multioutput/plain");
    near(cx_predict(fitted(spec, d.x, y, weight), five), 1e-8, "multioutput/weighted");
    cr_expect(cx_fit(cx_estimator_new(spec), d.x, d.y) == CX_E_SHAPE);
    done(s);
}

Test(multioutput, chains)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    const cx_array *const y = three_targets(&d), *const five = first(d.x, 5);
    const char *const orders[][2] = {
        {"none", ""}, {"given", ", order=[2, 0, 1]"}, {"random", ", order='random'"}};
    for (int i = 0; i < 3; i++) {
        char spec[96], key[64];
        snprintf(spec, sizeof spec, "RegressorChain(Ridge(alpha=0.5)%s, random_state=4)",
                 orders[i][1]);
        const cx_estimator *const m = fitted(spec, d.x, y, NULL);
        snprintf(key, sizeof key, "chain/%s/order", orders[i][0]);
        near(cx_attr(m, "order_"), 0, key);
        snprintf(key, sizeof key, "chain/%s/predict", orders[i][0]);
        near(cx_predict(m, five), 1e-8, key);
    }
    cr_expect(cx_fit(cx_estimator_new("RegressorChain(Ridge(), order=[0, 0, 1])"), d.x, y) ==
              CX_E_ARGUMENT);
    near(cx_predict(fitted("RegressorChain(Ridge(alpha=0.5), cv=3)", d.x, y, NULL), five), 1e-8,
         "chain/cv/predict");
    cr_expect(cx_fit(cx_estimator_new("RegressorChain(Ridge())"), d.x, d.y) == CX_E_SHAPE);
    done(s);
}
