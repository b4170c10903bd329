/* device: each
 * Histogram boosting against scikit-learn: the same trees and predictions, for any number of
 * threads. The list of estimators is make_learn_hist.py's. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/ensemble.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSIFIER "HistGradientBoostingClassifier("
#define REGRESSOR "HistGradientBoostingRegressor("
static const struct {
    const char *spec, *set, *how;
} cases[] = {
    {CLASSIFIER "max_iter=12)", "breast_cancer", ""},
    {CLASSIFIER "max_iter=8, max_depth=3, l2_regularization=0.7, learning_rate=0.3)",
     "breast_cancer", "mw"},
    {CLASSIFIER "max_iter=8, class_weight='balanced', max_bins=16)", "breast_cancer", "w"},
    {CLASSIFIER "max_iter=6, max_leaf_nodes=None, min_samples_leaf=5)", "breast_cancer", "m"},
    {CLASSIFIER "max_iter=10, max_features=0.4, random_state=3)", "breast_cancer", ""},
    {CLASSIFIER "max_iter=8, categorical_features=[0, 1])", "breast_cancer", "cm"},
    {CLASSIFIER "max_iter=40, early_stopping=True, random_state=1)", "breast_cancer", ""},
    {CLASSIFIER "max_iter=15, early_stopping=True, scoring='accuracy', n_iter_no_change=4, "
                "random_state=1)",
     "breast_cancer", "m"},
    {CLASSIFIER "max_iter=10, early_stopping=True, scoring='roc_auc', validation_fraction=None, "
                "random_state=1)",
     "breast_cancer", ""},
    {CLASSIFIER "max_iter=5, min_samples_leaf=5)", "iris", ""},
    {CLASSIFIER "max_iter=6, early_stopping=True, validation_fraction=0.3, random_state=5)",
     "wine_data", "mw"},
    {REGRESSOR "max_iter=12)", "diabetes", ""},
    {REGRESSOR "max_iter=10, monotonic_cst=[1, 0, -1, 1, 0, 0, 0, 0, 1, 0])", "diabetes", "m"},
    {REGRESSOR "max_iter=10, interaction_cst=[[0, 1, 2], [2, 3, 8], [8, 9]])", "diabetes", ""},
    {REGRESSOR "max_iter=8, interaction_cst='no_interactions')", "diabetes", "w"},
    {REGRESSOR "'absolute_error', max_iter=10)", "diabetes", ""},
    {REGRESSOR "'absolute_error', max_iter=10)", "diabetes", "w"},
    {REGRESSOR "'quantile', quantile=0.8, max_iter=10)", "diabetes", "m"},
    {REGRESSOR "'poisson', max_iter=10)", "diabetes", "w"},
    {REGRESSOR "'gamma', max_iter=10)", "diabetes", "cm"},
    {REGRESSOR "max_iter=8, categorical_features=[True, True, False, False, False, False, False, "
               "False, False, False])",
     "diabetes", "cm"},
    {REGRESSOR "max_iter=30, early_stopping=True, n_iter_no_change=3, random_state=2)", "diabetes",
     "mw"},
};
enum { CASES = sizeof cases / sizeof *cases, PROBES = 25 };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(const double *y, int64_t n)
{
    double *const v = malloc((size_t)n * sizeof *v);
    memcpy(v, y, (size_t)n * sizeof *v);
    qsort(v, (size_t)n, sizeof *v, by_value);
    const double m = n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
    free(v);
    return m;
}

/* The generator's changes to a data set; weights where it has them. */
static cx_array *change(const data_set *d, const char *how)
{
    double *const x = cx_data_f64_mut(d->x);
    const double *const y = cx_data_f64(d->y);
    const double middle = median(y, d->n);
    cx_array *const weight = strchr(how, 'w') ? cx_empty(CX_SHAPE(d->n), CX_F64, CX_CPU) : NULL;
    for (int64_t i = 0; i < d->n; i++) {
        if (strchr(how, 'c')) {
            x[i * d->d] = (double)((i * i + 3 * i) % 7);
            x[i * d->d + 1] = (double)(y[i] > middle ? i % 5 : i % 6) * 2.5 - 3;
        }
        for (int64_t j = 0; strchr(how, 'm') && j < d->d; j++)
            if ((i * 7 + j * 3) % 11 == 0) x[i * d->d + j] = (double)NAN;
        if (weight != NULL) cx_data_f64_mut(weight)[i] = 0.5 + (double)(i % 3);
    }
    return weight;
}

static void near(const cx_array *a, double tolerance, int i, const char *what)
{
    size_t count;
    const double *const want =
        golden(&count, "%s/%s/%s/%s", cases[i].spec, cases[i].set, cases[i].how, what);
    const double off = difference(cx_to(a, CX_CPU), want, count);
    cr_expect(off <= tolerance, "%s, %s, '%s', %s: %g > %g", cases[i].spec, cases[i].set,
              cases[i].how, what, off, tolerance);
}

static cx_array *probes(const data_set *d)
{
    cx_array *const x = cx_copy(cx_slice(d->x, 0, 0, PROBES, 1));
    double *const v = cx_data_f64_mut(x);
    for (int64_t i = 0; i < PROBES; i += 6) v[i * d->d + 1] = 1e6;
    for (int64_t i = 0; i < PROBES; i += 5) v[i * d->d + 2] = (double)NAN;
    return x;
}

/* Values of the leaves only: of inner nodes nobody is told. */
static cx_array *leaf_values(const cx_estimator *m)
{
    const cx_array *const value = cx_select(cx_attr(m, "value_"), 1, 0),
                          *const leaf = cx_less(cx_attr(m, "children_left_"), cx_int(0));
    return cx_take(value, cx_select(cx_argwhere(leaf), 1, 0), 0);
}

static void check_trees(const cx_estimator *m, int i)
{
    near(cx_attr(m, "feature_"), 0, i, "feature");
    near(cx_attr(m, "n_node_samples_"), 0, i, "samples");
    near(cx_astype(cx_attr(m, "missing_go_to_left_"), CX_F64), 0, i, "missing");
    near(leaf_values(m), 1e-9, i, "value");
    near(cx_attr(m, "n_iter_"), 0, i, "n_iter");
}

static void check_case(int i)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data(cases[i].set);
    const cx_array *const weight = change(&d, cases[i].how);
    cx_estimator *const m = cx_estimator_new(cases[i].spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = test_here(d.x), .y = test_here(d.y),
                                    .sample_weight = weight ? test_here(weight) : NULL)));
    cr_assert(cx_ok(), "%s: %s", cases[i].spec, cx_error_message());
    check_trees(m, i);
    const cx_array *const x = test_here(probes(&d));
    near(cx_predict(m, x), 1e-10, i, "predict");
    near(cx_copy(cx_select(cx_staged_predict(m, x), 0, 2)), 1e-10, i, "last");
    if (strncmp(cases[i].spec, CLASSIFIER, strlen(CLASSIFIER)) == 0)
        near(cx_decision_function(m, x), 1e-9, i, "raw");
    if (strstr(cases[i].spec, "early")) near(cx_attr(m, "train_score_"), 1e-9, i, "train");
    if (strstr(cases[i].spec, "early") && !strstr(cases[i].spec, "validation_fraction=None"))
        near(cx_attr(m, "validation_score_"), 1e-9, i, "validation");
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", cases[i].spec, cx_error_message());
}

Test(hist, as_scikit_learn)
{
    golden_from("learn_hist.tsv");
    /* the device's own shapes are conformance/hist_device's, so it takes every other model here */
    const int step = test_on_cpu() || getenv("CALX_LONG") != NULL ? 1 : 2;
    for (int i = 0; i < CASES; i += step) check_case(i);
}

/* 12000 rows, so that nodes are cut among threads. */
static cx_array *many_values(const char *spec, int threads)
{
    enum { N = 12000, D = 11 };
    cr_assert(cx_set_num_threads(threads) == CX_OK);
    cx_array *const x = cx_empty(CX_SHAPE(N, D), CX_F64, CX_CPU), *const y = cx_empty(
                                                                      CX_SHAPE(N), CX_F64, CX_CPU);
    double *const v = cx_data_f64_mut(x), *const t = cx_data_f64_mut(y);
    uint64_t seed = 7;
    for (int64_t i = 0; i < N; i++) {
        for (int64_t j = 0; j < D; j++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            v[i * D + j] = (double)(int64_t)(seed >> 11) / 9007199254740992.0;
        }
        t[i] = v[i * D] * v[i * D + 1] + v[i * D + 2] > 0.7 ? 1 : 0;
    }
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y)));
    return cx_attr(m, "value_");
}

Test(hist, same_bits_for_any_number_of_threads)
{
    const char *const specs[] = {CLASSIFIER "max_iter=5, random_state=0)",
                                 REGRESSOR "max_iter=5, early_stopping=False)"};
    for (int k = 0; k < 2; k++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const one = many_values(specs[k], 1), *const four =
                                                                  many_values(specs[k], 4);
        cr_assert(cx_ok(), "%s", cx_error_message());
        cr_assert(cx_size(one) > 100 && cx_size(one) == cx_size(four));
        cr_expect(memcmp(cx_data_f64(one), cx_data_f64(four), (size_t)cx_size(one) * 8) == 0, "%s",
                  specs[k]);
        cr_expect(cx_scope_close(s) == CX_OK);
    }
}

Test(hist, warm_start_goes_on)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("diabetes");
    const cx_array *const x = test_here(d.x), *const y = test_here(d.y);
    cx_estimator *const m = cx_estimator_new(REGRESSOR "max_iter=4, warm_start=True, "
                                                       "max_features=0.5, random_state=0)"),
                        *const whole = cx_estimator_new(
                            REGRESSOR "max_iter=9, max_features=0.5, random_state=0)");
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y)));
    cx_check(cx_set_param(m, "max_iter", "9"));
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .y = y)));
    cx_check(cx_fit_data(whole, CX_DATA(.x = x, .y = y)));
    const cx_array *const a = cx_to(cx_predict(m, x), CX_CPU), *const b = cx_to(
                                                                   cx_predict(whole, x), CX_CPU);
    cr_assert(cx_ok(), "%s", cx_error_message());
    cr_expect(difference(a, cx_data_f64(b), (size_t)d.n) < 1e-12);
    cx_check(cx_set_param(m, "max_iter", "3"));
    cr_expect(cx_fit_data(m, CX_DATA(.x = x, .y = y)) == CX_E_ARGUMENT);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
