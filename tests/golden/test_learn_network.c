/* device: each. Networks against scikit-learn: the same first weights and batches, so the same
 * weights up to rounding after some epochs. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_scope open(void)
{
    golden_from("learn_network.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *here(const cx_array *a)
{
    return a ? cx_to(a, test_device()) : NULL;
}
static bool on_cpu(void)
{
    return test_device().kind == CX_DEVICE_CPU;
}
static cx_array *table(const char *key, int64_t columns)
{
    size_t n;
    const double *const v = golden(&n, "%s", key);
    return cx_copy_host(v, CX_SHAPE((int64_t)n / columns, columns), CX_F64);
}
static cx_array *weights_for(int64_t n)
{
    return cx_add(cx_remainder(cx_arange(0, (double)n, 1, CX_F64, CX_CPU), cx_float(3)),
                  cx_float(0.5));
}

typedef struct named {
    const char *name, *options;
} named;

static void compare(const char *at, const cx_estimator *fitted, const cx_array *x, double tolerance)
{
    const cx_estimator *const m = cx_estimator_to(fitted, CX_CPU);
    const cx_array *const counts = cx_stack(CX_ARRAYS(cx_attr(m, "n_iter_"), cx_attr(m, "t_")), 0);
    golden_same(at, "counts", counts, 0, 0);
    golden_same(at, "coefs", cx_attr(m, "coefs_"), tolerance, 1e-2);
    golden_same(at, "intercepts", cx_attr(m, "intercepts_"), tolerance, 1e-2);
    golden_same(at, "loss", cx_attr(m, "loss_"), tolerance, 0);
    if (cx_has_attr(m, "loss_curve_"))
        golden_same(at, "curve", cx_attr(m, "loss_curve_"), tolerance, 0);
    if (cx_has_attr(m, "validation_scores_")) {
        golden_same(at, "validation", cx_attr(m, "validation_scores_"), tolerance, 1e-3);
        golden_same(at, "best", cx_attr(m, "best_validation_score_"), tolerance, 0);
    } else if (cx_has_attr(m, "best_loss_")) {
        golden_same(at, "best", cx_attr(m, "best_loss_"), tolerance, 0);
    }
    const cx_array *const forty = here(cx_copy(cx_slice(x, 0, 0, 40, 1)));
    golden_same(at, "predict", cx_to(cx_predict(fitted, forty), CX_CPU), tolerance, 1e-2);
    if (!cx_estimator_has(m, CX_PREDICT_PROBA)) return;
    const cx_array *const nine = here(cx_copy(cx_slice(x, 0, 0, 9, 1)));
    golden_same(at, "proba", cx_to(cx_predict_proba(fitted, nine), CX_CPU), tolerance, 1e-3);
}

static void one(const char *class, const char *which, const named *c, const char *more,
                const cx_array *x, const cx_array *y, const cx_array *weight)
{
    char at[96], spec[256];
    snprintf(at, sizeof at, "%s/%s/%s", strcmp(class, "MLPClassifier") ? "regressor" : "classifier",
             which, c->name);
    snprintf(spec, sizeof spec, "%s(%s, %s)", class, more, c->options);
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = here(x), .y = here(y), .sample_weight = here(weight))));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    compare(at, m, x, 1e-7);
}

static const named classifiers[] = {
    {"adam", "max_iter=12"},
    {"sgd", "solver='sgd', max_iter=10, learning_rate_init=0.05"},
    {"early", "early_stopping=True, max_iter=12, hidden_layer_sizes=10, learning_rate_init=0.01, "
              "n_iter_no_change=4, validation_fraction=0.2"},
    {"lbfgs", "solver='lbfgs', max_iter=12, hidden_layer_sizes=6"},
    {"tanh", "hidden_layer_sizes=(7, 5), activation='tanh', batch_size=32, max_iter=9"},
    {"logistic", "activation='logistic', hidden_layer_sizes=9, max_iter=8, alpha=0.1"},
    {"identity", "activation='identity', hidden_layer_sizes=[6], max_iter=8, shuffle=False, "
                 "batch_size=40"},
    {"plain", "solver='sgd', nesterovs_momentum=False, learning_rate='invscaling', max_iter=10, "
              "learning_rate_init=0.2, hidden_layer_sizes=8"},
    {"adaptive", "solver='sgd', learning_rate='adaptive', max_iter=40, tol=0.02, "
                 "n_iter_no_change=2, learning_rate_init=0.1, hidden_layer_sizes=8"}};
enum { CASES = sizeof classifiers / sizeof *classifiers, SEVERAL = 4 };

Test(network, classifier)
{
    for (int i = 0; i < CASES; i++) {
        const cx_scope s = open();
        const cx_array *const x = table("iris", 4), *const kind = read_data("iris").y;
        const cx_array *const one_kind = cx_astype(cx_equal(kind, cx_float(1)), CX_I64);
        const cx_array *const marks = cx_stack(
            CX_ARRAYS(one_kind, cx_astype(cx_greater(cx_select(x, 1, 0), cx_float(0.3)), CX_I64),
                      cx_astype(cx_not_equal(kind, cx_float(0)), CX_I64)),
            1);
        one("MLPClassifier", "three", &classifiers[i], "random_state=1", x, kind, NULL);
        if (i < SEVERAL && (on_cpu() || i == 2)) {
            one("MLPClassifier", "two", &classifiers[i], "random_state=2", x, one_kind, NULL);
            one("MLPClassifier", "marks", &classifiers[i], "random_state=3", x, marks, NULL);
            one("MLPClassifier", "weighted", &classifiers[i], "random_state=1", x, kind,
                weights_for(150));
        }
        done(s);
    }
}

Test(network, regressor)
{
    static const named gentle = {"sgd", "solver='sgd', max_iter=10, learning_rate_init=0.01"},
                       poisson = {"poisson", "loss='poisson', max_iter=10, hidden_layer_sizes=8"};
    for (int i = 0; i <= SEVERAL; i++) {
        if (!on_cpu() && i != 1 && i != 2) continue;
        const cx_scope s = open();
        const cx_array *const x = table("diabetes", 10), *const y = cx_ravel(table("grade", 1));
        const cx_array *const both =
            cx_stack(CX_ARRAYS(y, cx_add(cx_select(x, 1, 2), cx_mul(y, cx_float(0.3)))), 1);
        const named *const c = i == 1 ? &gentle : &classifiers[i];
        one("MLPRegressor", "one", c, "random_state=1", x, y, NULL);
        one("MLPRegressor", "both", c, "random_state=2", x, both, weights_for(442));
        if (i == 1) one("MLPRegressor", "one", &poisson, "random_state=1", x, y, NULL);
        done(s);
    }
}

Test(network, goes_on)
{
    const char *const solvers[] = {"adam", "sgd"};
    for (int i = 0; i < 2; i++) {
        const cx_scope s = open();
        const cx_array *const x = table("iris", 4), *const y = read_data("iris").y;
        char spec[128], at[32];
        snprintf(spec, sizeof spec, "MLPClassifier(8, solver='%s', random_state=4)", solvers[i]);
        cx_estimator *m = cx_estimator_new(spec);
        for (int64_t k = 0; k < 6; k++) {
            const int64_t lo = k % 3 * 50;
            const cx_data part = {.x = here(cx_slice(x, 0, lo, lo + 50, 1)),
                                  .y = here(cx_slice(y, 0, lo, lo + 50, 1)),
                                  .classes =
                                      k == 0 ? here(cx_arange(0, 3, 1, CX_F64, CX_CPU)) : NULL};
            cx_check(cx_partial_fit_data(m, &part));
        }
        snprintf(at, sizeof at, "partial/%s", solvers[i]);
        compare(at, m, x, 1e-7);
        snprintf(spec, sizeof spec,
                 "MLPClassifier(8, solver='%s', random_state=4, warm_start=True, max_iter=4)",
                 solvers[i]);
        m = cx_estimator_new(spec);
        cx_check(cx_fit(m, here(x), here(y)));
        cx_check(cx_fit(m, here(x), here(y)));
        snprintf(at, sizeof at, "warm/%s", solvers[i]);
        compare(at, m, x, 1e-7);
        cx_check(cx_set_param(m, "hidden_layer_sizes", "5"));
        cr_expect(cx_fit(m, here(x), here(y)) == CX_E_ARGUMENT);
        done(s);
    }
}

Test(network, errors)
{
    const cx_scope s = open();
    const data_set d = read_data("iris");
    const cx_array *const x = here(d.x), *const y = here(d.y);
    const cx_array *const three = cx_stack(CX_ARRAYS(y, y), 1);
    cr_expect(cx_fit(cx_estimator_new("MLPClassifier()"), x, three) == CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("MLPClassifier([4, 0])"), x, y) == CX_E_ARGUMENT);
    cr_expect(cx_partial_fit(cx_estimator_new("MLPClassifier()"), x, y) == CX_E_ARGUMENT);
    cr_expect(cx_partial_fit(cx_estimator_new("MLPRegressor(solver='lbfgs')"), x, y) ==
              CX_E_ARGUMENT);
    cr_expect(cx_partial_fit(cx_estimator_new("MLPRegressor(early_stopping=True)"), x, y) ==
              CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("MLPRegressor(loss='poisson')"), x, cx_negative(y)) ==
              CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("MLPRegressor(early_stopping=True, "
                                      "validation_fraction=0.005)"),
                     x, y) == CX_E_ARGUMENT);
    done(s);
}

static void same_machine(const char *at, const cx_estimator *m)
{
    golden_same(at, "components", cx_attr(m, "components_"), 1e-9, 1e-2);
    golden_same(at, "hidden", cx_attr(m, "intercept_hidden_"), 1e-9, 1e-2);
    golden_same(at, "visible", cx_attr(m, "intercept_visible_"), 1e-9, 1e-2);
}

Test(network, boltzmann)
{
    const cx_scope s = open();
    const cx_array *const bits =
        cx_div(cx_slice(read_data("digits").x, 0, 0, 120, 1), cx_float(16));
    const cx_array *const x = here(bits), *const nine = cx_copy(cx_slice(x, 0, 0, 9, 1));
    cx_estimator *m = cx_estimator_new("BernoulliRBM(n_components=12, learning_rate=0.06, "
                                       "batch_size=25, n_iter=4, random_state=0)");
    cx_check(cx_fit(m, x, NULL));
    cr_assert(cx_ok(), "%s", cx_error_message());
    same_machine("rbm/fit", cx_estimator_to(m, CX_CPU));
    golden_same("rbm/fit", "samples", cx_to(cx_attr(m, "h_samples_"), CX_CPU), 0, 0);
    golden_same("rbm/fit", "transform", cx_to(cx_transform(m, nine), CX_CPU), 1e-9, 1e-3);
    golden_same("rbm/fit", "score", cx_to(cx_score_samples(m, nine), CX_CPU), 1e-9, 1e-3);
    m = cx_estimator_new("BernoulliRBM(n_components=7, batch_size=30, random_state=3)");
    for (int64_t i = 0; i < 4; i++)
        cx_check(cx_partial_fit(m, cx_slice(x, 0, i * 30, i * 30 + 30, 1), NULL));
    cr_assert(cx_ok(), "%s", cx_error_message());
    same_machine("rbm/partial", cx_estimator_to(m, CX_CPU));
    done(s);
}

/* A layer's part of coefs_, as scikit-learn's list has it; no hidden layer is a linear model. */
Test(network, layers)
{
    const cx_scope s = open();
    const cx_array *const x = here(table("iris", 4)), *const y = here(read_data("iris").y);
    cx_estimator *const m = cx_estimator_new("MLPClassifier((7, 5), max_iter=1, random_state=0)");
    cr_expect(cx_status_of(cx_mlp_coefs(m, 0)) == CX_E_NOT_FITTED);
    cx_check(cx_fit(m, x, y));
    const cx_array *const whole = cx_attr(m, "coefs_"), *const second = cx_mlp_coefs(m, 1);
    cr_expect(cx_dim(second, 0) == 7 && cx_dim(second, 1) == 5);
    cr_expect(cx_array_equal(cx_ravel(second), cx_slice(whole, 0, 28, 63, 1)));
    cr_expect(
        cx_array_equal(cx_mlp_intercepts(m, 2), cx_slice(cx_attr(m, "intercepts_"), 0, 12, 15, 1)));
    cr_expect(cx_status_of(cx_mlp_coefs(m, 3)) == CX_E_ARGUMENT);
    cx_estimator *const flat = cx_estimator_new("MLPClassifier((), max_iter=1, random_state=0)");
    cr_expect(cx_fit(flat, x, y) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_dim(cx_mlp_coefs(flat, 0), 0) == 4 && cx_dim(cx_mlp_coefs(flat, 0), 1) == 3);
    (void)!cx_scope_close(s);
}
