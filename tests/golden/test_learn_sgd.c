/* Stochastic gradient descent against scikit-learn: the same steps, so the same numbers. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

typedef struct sgd_case {
    const char *key, *spec, *set;
    bool weighted;
} sgd_case;

static const sgd_case cases[] = {
    {"sgd/hinge", "SGDClassifier(random_state=0)", "breast_cancer", false},
    {"sgd/log", "SGDClassifier(loss='log_loss', random_state=1)", "breast_cancer", false},
    {"sgd/modified", "SGDClassifier(loss='modified_huber', random_state=1)", "breast_cancer", true},
    {"sgd/squared_hinge", "SGDClassifier(loss='squared_hinge', random_state=1)", "breast_cancer",
     false},
    {"sgd/perceptron", "SGDClassifier(loss='perceptron', random_state=1)", "breast_cancer", false},
    {"sgd/squared_error", "SGDClassifier(loss='squared_error', random_state=1)", "breast_cancer",
     false},
    {"sgd/huber", "SGDClassifier(loss='huber', random_state=1)", "breast_cancer", false},
    {"sgd/insensitive", "SGDClassifier(loss='epsilon_insensitive', random_state=1)",
     "breast_cancer", false},
    {"sgd/squared_insensitive", "SGDClassifier(loss='squared_epsilon_insensitive', random_state=1)",
     "breast_cancer", false},
    {"sgd/l1", "SGDClassifier(penalty='l1', alpha=0.01, random_state=1)", "breast_cancer", false},
    {"sgd/elasticnet", "SGDClassifier(penalty='elasticnet', alpha=0.01, random_state=2)",
     "breast_cancer", true},
    {"sgd/none", "SGDClassifier(penalty=None, random_state=1)", "breast_cancer", false},
    {"sgd/average", "SGDClassifier(average=True, random_state=1)", "breast_cancer", false},
    {"sgd/late_average", "SGDClassifier(average=1000, penalty='l1', random_state=1)",
     "breast_cancer", false},
    {"sgd/constant", "SGDClassifier(learning_rate='constant', random_state=1)", "breast_cancer",
     false},
    {"sgd/invscaling", "SGDClassifier(learning_rate='invscaling', random_state=1)", "breast_cancer",
     false},
    {"sgd/adaptive", "SGDClassifier(learning_rate='adaptive', random_state=1)", "breast_cancer",
     false},
    {"sgd/pa1", "SGDClassifier(learning_rate='pa1', random_state=1)", "breast_cancer", false},
    {"sgd/pa2", "SGDClassifier(learning_rate='pa2', random_state=1)", "breast_cancer", false},
    {"sgd/early", "SGDClassifier(early_stopping=True, random_state=1)", "breast_cancer", false},
    {"sgd/early_log",
     "SGDClassifier(loss='log_loss', early_stopping=True, validation_fraction=0.2, random_state=1)",
     "breast_cancer", true},
    {"sgd/balanced", "SGDClassifier(class_weight='balanced', random_state=1)", "breast_cancer",
     false},
    {"sgd/dict", "SGDClassifier(class_weight={0: 2.0, 2: 0.5}, random_state=1)", "wine_data", true},
    {"sgd/plain", "SGDClassifier(shuffle=False, fit_intercept=False)", "breast_cancer", false},
    {"sgd/no_tol", "SGDClassifier(tol=None, max_iter=7, random_state=3)", "breast_cancer", false},
    {"sgd/many", "SGDClassifier(random_state=0, max_iter=50)", "wine_data", false},
    {"sgd/many_log", "SGDClassifier(loss='log_loss', average=10, random_state=0)", "wine_data",
     false},
    {"sgd/many_modified", "SGDClassifier(loss='modified_huber', random_state=0)", "wine_data",
     false},
    {"sgd/many_early", "SGDClassifier(early_stopping=True, random_state=0)", "iris", false},
    {"perceptron/plain", "Perceptron()", "wine_data", false},
    {"perceptron/l2", "Perceptron(penalty='l2', eta0=0.5)", "breast_cancer", true},
    {"passive/pa1", "PassiveAggressiveClassifier(random_state=0)", "breast_cancer", false},
    {"passive/pa2",
     "PassiveAggressiveClassifier(loss='squared_hinge', C=0.1, random_state=0, average=True)",
     "wine_data", false},
    {"passive/regressor", "PassiveAggressiveRegressor(random_state=2)", "diabetes", false},
    {"passive/regressor2",
     "PassiveAggressiveRegressor(loss='squared_epsilon_insensitive', random_state=2)", "diabetes",
     false},
    {"regressor/plain", "SGDRegressor(random_state=0)", "diabetes", false},
    {"regressor/huber",
     "SGDRegressor(loss='huber', epsilon=20, penalty='l1', alpha=0.1, random_state=1)", "diabetes",
     true},
    {"regressor/early", "SGDRegressor(early_stopping=True, random_state=1)", "diabetes", true},
    {"regressor/average",
     "SGDRegressor(loss='epsilon_insensitive', average=True, max_iter=100, random_state=1)",
     "diabetes", false},
    {"regressor/squared_insensitive",
     "SGDRegressor(loss='squared_epsilon_insensitive', eta0=0.001, random_state=1)", "diabetes",
     false},
};

static cx_array *weights_for(int64_t n)
{
    cx_array *w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

static void near(const char *key, const char *what, const cx_array *got, double tolerance)
{
    size_t count;
    const double *want = golden(&count, "%s/%s", key, what);
    const double off = difference(got, want, count);
    cr_expect(off <= tolerance, "%s, %s: %g > %g", key, what, off, tolerance);
}

/* Coefficients that are all 0 have no size to be relative to. */
static bool is_zero(const char *key)
{
    size_t count;
    const double *want = golden(&count, "%s/coef", key);
    for (size_t i = 0; i < count; i++)
        if (want[i] != 0) return false;
    return true;
}

static void check(const sgd_case *c)
{
    const data_set d = read_data(c->set);
    const cx_array *x = standardised(d.x);
    cx_estimator *m = cx_estimator_new(c->spec);
    cr_assert(cx_fit_data(m, CX_DATA(.x = x, .y = d.y,
                                     .sample_weight = c->weighted ? weights_for(d.n) : NULL)) ==
                  CX_OK,
              "%s: %s", c->spec, cx_error_message());
    near(c->key, "n_iter_", cx_attr(m, "n_iter_"), 0);
    near(c->key, "t_", cx_attr(m, "t_"), 0);
    /* standardised here and there are equal to rounding, which a descent may enlarge */
    if (!is_zero(c->key)) near(c->key, "coef", cx_attr(m, "coef_"), 1e-9);
    near(c->key, "predict", cx_slice(cx_predict(m, x), 0, 0, 30, 1), 1e-9);
    if (cx_estimator_has(m, CX_PREDICT_PROBA))
        near(c->key, "proba", cx_slice(cx_predict_proba(m, x), 0, 0, 5, 1), 1e-9);
    size_t one;
    const double want = *golden(&one, "%s/score", c->key), got = cx_score(m, x, d.y);
    cr_expect(fabs(got - want) <= 1e-9, "%s: score %g, not %g", c->key, got, want);
}

Test(sgd, steps_are_scikit_learns)
{
    golden_from("learn_glm.tsv");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cx_scope s = cx_scope_open();
        check(&cases[i]);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", cases[i].key, cx_error_message());
    }
}

/* Every third row. */
static cx_array *third(const cx_array *a, int64_t i)
{
    return cx_slice(a, 0, i, CX_END, 3);
}

Test(sgd, partial_fits)
{
    golden_from("learn_glm.tsv");
    const cx_scope s = cx_scope_open();
    const data_set w = read_data("wine_data"), d = read_data("diabetes");
    const cx_array *x = standardised(w.x), *z = standardised(d.x), *classes = cx_unique_values(w.y);
    cx_estimator *m = cx_estimator_new("SGDClassifier(random_state=3, loss='log_loss')"),
                 *a = cx_estimator_new("SGDClassifier(random_state=3, average=True)"),
                 *r = cx_estimator_new("SGDRegressor(random_state=3, average=5)");
    for (int64_t i = 0; i < 3; i++) {
        const cx_data *part = CX_DATA(.x = third(x, i), .y = third(w.y, i), .classes = classes);
        cx_check(cx_partial_fit_data(m, part));
        cx_check(cx_partial_fit_data(a, part));
        size_t one;
        cr_expect_eq(cx_item_f64(cx_attr(a, "t_")),
                     *golden(&one, "partial/classifier/%d/t", (int)i));
        cx_check(cx_partial_fit(r, third(z, i), third(d.y, i)));
    }
    near("partial/classifier", "coef", cx_attr(m, "coef_"), 1e-9);
    near("partial/classifier", "intercept", cx_attr(m, "intercept_"), 1e-9);
    near("partial/regressor", "coef", cx_attr(r, "coef_"), 1e-9);
    near("partial/regressor", "intercept", cx_attr(r, "intercept_"), 1e-9);
    near("partial/regressor", "t", cx_attr(r, "t_"), 0);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(sgd, warm_start_and_float32)
{
    golden_from("learn_glm.tsv");
    const cx_scope s = cx_scope_open();
    const data_set w = read_data("wine_data"), d = read_data("digits");
    const cx_array *x = standardised(w.x);
    cx_estimator *m =
        cx_estimator_new("SGDClassifier(random_state=4, warm_start=True, max_iter=5, tol=None)");
    for (int i = 0; i < 2; i++) cx_check(cx_fit(m, x, w.y));
    near("warm/classifier", "coef", cx_attr(m, "coef_"), 1e-9);
    m = cx_estimator_new("SGDClassifier(random_state=0, penalty='elasticnet', max_iter=30)");
    const cx_array *z = cx_astype(standardised(d.x), CX_F32);
    cx_check(cx_fit(m, z, d.y));
    near("float32", "n_iter", cx_attr(m, "n_iter_"), 0);
    near("float32", "coef", cx_attr(m, "coef_"), 1e-4);
    cr_expect(cx_dtype_of(cx_attr(m, "coef_")) == CX_F32);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* As in make_learn_glm.py; every second one with weights. */
static const char *const one_class[] = {
    "SGDOneClassSVM(random_state=0)",
    "SGDOneClassSVM(0.1, random_state=1)",
    "SGDOneClassSVM(nu=1.0, shuffle=False, tol=None, max_iter=4)",
    "SGDOneClassSVM(nu=0.2, fit_intercept=False, random_state=2)",
    "SGDOneClassSVM(nu=0.05, average=True, random_state=3)",
    "SGDOneClassSVM(nu=0.3, average=1000, random_state=3, max_iter=2, tol=None)",
    "SGDOneClassSVM(nu=0.3, learning_rate='constant', random_state=4)",
    "SGDOneClassSVM(nu=0.3, learning_rate='invscaling', eta0=0.1, power_t=0.25, random_state=4)",
    "SGDOneClassSVM(nu=0.3, learning_rate='adaptive', eta0=0.1, random_state=4, max_iter=200)",
};

Test(sgd, one_class)
{
    golden_from("learn_glm.tsv");
    for (int i = 0; i < 9; i++) {
        const cx_scope s = cx_scope_open();
        const data_set d = read_data("diabetes");
        const cx_array *x = standardised(d.x);
        char key[32];
        snprintf(key, sizeof key, "one_class/%d", i);
        cx_estimator *m = cx_estimator_new(one_class[i]);
        cx_check(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = i % 2 ? weights_for(d.n) : NULL)));
        near(key, "n_iter", cx_attr(m, "n_iter_"), 0);
        near(key, "t", cx_attr(m, "t_"), 0);
        near(key, "coef", cx_attr(m, "coef_"), 1e-9);
        near(key, "offset", cx_attr(m, "offset_"), 1e-9);
        near(key, "decision", cx_slice(cx_decision_function(m, x), 0, 0, 30, 1), 1e-9);
        const cx_array *const apart = cx_sub(cx_sub(cx_score_samples(m, x), cx_attr(m, "offset_")),
                                             cx_decision_function(m, x));
        cr_expect(cx_item_f64(cx_max(cx_abs(apart), CX_ALL)) < 1e-12);
        const cx_array *told = cx_predict(m, x);
        near(key, "predict", told, 0);
        cr_expect(cx_dtype_of(told) == CX_I32);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", one_class[i], cx_error_message());
    }
}

Test(sgd, one_class_goes_on)
{
    golden_from("learn_glm.tsv");
    const cx_scope s = cx_scope_open();
    const cx_array *x = standardised(read_data("diabetes").x);
    cx_estimator *plain = cx_estimator_new("SGDOneClassSVM(random_state=3)"),
                 *mean = cx_estimator_new("SGDOneClassSVM(random_state=3, average=7)"),
                 *warm = cx_estimator_new(
                     "SGDOneClassSVM(random_state=4, warm_start=True, max_iter=3, tol=None)");
    for (int64_t i = 0; i < 3; i++) {
        cx_check(cx_partial_fit(plain, third(x, i), NULL));
        cx_check(cx_partial_fit(mean, third(x, i), NULL));
    }
    near("one_class/partial/0", "coef", cx_attr(plain, "coef_"), 1e-9);
    near("one_class/partial/0", "offset", cx_attr(plain, "offset_"), 1e-9);
    near("one_class/partial/0", "t", cx_attr(plain, "t_"), 0);
    near("one_class/partial/7", "coef", cx_attr(mean, "coef_"), 1e-9);
    near("one_class/partial/7", "offset", cx_attr(mean, "offset_"), 1e-9);
    for (int i = 0; i < 2; i++) cx_check(cx_fit(warm, x, NULL));
    near("one_class/warm", "coef", cx_attr(warm, "coef_"), 1e-9);
    near("one_class/warm", "offset", cx_attr(warm, "offset_"), 1e-9);
    cx_estimator *narrow = cx_estimator_new("SGDOneClassSVM(nu=0.3, random_state=5)");
    cx_check(cx_fit(narrow, cx_astype(x, CX_F32), NULL));
    near("one_class/float32", "n_iter", cx_attr(narrow, "n_iter_"), 0);
    near("one_class/float32", "coef", cx_attr(narrow, "coef_"), 1e-4);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void refused(const char *spec, const cx_array *x, const cx_array *y, bool partial)
{
    const cx_scope inner = cx_scope_open();
    cx_estimator *m = cx_estimator_new(spec);
    const cx_status st = partial ? cx_partial_fit(m, x, y) : cx_fit(m, x, y);
    cr_expect(st == CX_E_ARGUMENT, "%s: %s", spec, cx_status_name(st));
    (void)!cx_scope_close(inner);
}

Test(sgd, what_is_refused)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    refused("SGDClassifier(alpha=0)", d.x, d.y, false);
    refused("SGDClassifier(penalty='elasticnet', l1_ratio=None)", d.x, d.y, false);
    refused("SGDClassifier(loss='log_loss', learning_rate='pa1')", d.x, d.y, false);
    refused("SGDRegressor(learning_rate='pa2')", d.x, d.y, false);
    refused("SGDClassifier()", d.x, cx_zeros_like(d.y, CX_F64), false);
    refused("SGDClassifier()", d.x, d.y, true); /* no classes */
    refused("SGDRegressor(early_stopping=True)", d.x, d.y, true);
    refused("SGDRegressor(eta0=1e300)", d.x, d.y, false); /* overflows */
    cx_estimator *m = cx_estimator_new("SGDClassifier()");
    cr_expect(!cx_estimator_has(m, CX_PREDICT_PROBA));
    cr_expect(cx_estimator_has(cx_estimator_new("SGDClassifier('log_loss')"), CX_PREDICT_PROBA));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
