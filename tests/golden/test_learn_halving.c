/* device: each
 * Searches in rounds against scikit-learn. */
#include "device.h"
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/search.h>
#include <calx/table.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_scope open(void)
{
    golden_from("learn_halving.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static void near(cx_array *a, double tolerance, const char *key, const char *part)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", key, part);
    cr_assert(cx_ok(), "%s/%s: %s", key, part, cx_error_message());
    const double off = difference(test_host(a), want, count);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, part, off, tolerance);
}

static void check_table(const cx_estimator *m, const char *key, const char *param)
{
    static const char *const columns[] = {"iter",           "n_resources",     "mean_test_score",
                                          "std_test_score", "rank_test_score", "mean_train_score"};
    const cx_table *const t = cx_cv_results(m);
    char part[64];
    for (int i = 0; i < 6; i++) {
        snprintf(part, sizeof part, "results/%s", columns[i]);
        near(cx_table_column(t, columns[i]), i < 2 || i == 4 ? 0 : 1e-8, key, part);
    }
    snprintf(part, sizeof part, "results/%s", param);
    near(cx_table_column(t, param), 1e-12, key, part);
}

static void check(const char *key, const char *spec, const data_set *d, const char *param)
{
    static const char *const numbers[] = {"n_iterations_",
                                          "n_required_iterations_",
                                          "n_possible_iterations_",
                                          "n_remaining_candidates_",
                                          "min_resources_",
                                          "max_resources_",
                                          "best_index_"};
    cx_estimator *const m = cx_estimator_new(spec);
    const cx_array *const x = test_here(d->x);
    cr_assert(cx_fit(m, x, test_here(d->y)) == CX_OK, "%s: %s", key, cx_error_message());
    size_t count;
    const double *const want = golden(&count, "%s/numbers", key);
    for (int i = 0; i < 7; i++)
        cr_expect(cx_item_f64(test_host(cx_astype(cx_attr(m, numbers[i]), CX_F64))) == want[i],
                  "%s: %s", key, numbers[i]);
    near(cx_attr(m, "n_resources_"), 0, key, "n_resources");
    near(cx_attr(m, "n_candidates_"), 0, key, "n_candidates");
    near(cx_attr(m, "best_score_"), 1e-8, key, "best_score");
    near(cx_predict(m, cx_copy(cx_slice(x, 0, 0, CX_END, 11))), 1e-6, key, "predict");
    check_table(m, key, param);
}

/* The candidates of a first round as a list. */
static const char *first_values(const char *key, int n, char *text, size_t room)
{
    size_t count, at = 0;
    const double *const v = golden(&count, "%s", key);
    for (int i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, room - at, "%s", i ? ", " : "");
        at += (size_t)plain_text(text + at, room - at, v[i]);
    }
    return text;
}

Test(halving, grids)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    char alphas[1024], spec[2048];
    first_values("grid/results/param_alpha", 20, alphas, sizeof alphas);
    snprintf(spec, sizeof spec, "HalvingGridSearchCV(Ridge(), {'alpha': [%s]}, random_state=0)",
             alphas);
    check("grid", spec, &d, "param_alpha");
    snprintf(spec, sizeof spec,
             "HalvingGridSearchCV(Ridge(), {'alpha': [%s]}, random_state=1, factor=2, cv=3, "
             "min_resources='smallest', scoring='neg_mean_absolute_error')",
             alphas);
    check("smallest", spec, &d, "param_alpha");
    snprintf(spec, sizeof spec,
             "HalvingGridSearchCV(Ridge(), {'alpha': [%s]}, random_state=2, min_resources=50, "
             "max_resources=200, factor=2.5, aggressive_elimination=True, cv=KFold(4))",
             alphas);
    check("eager", spec, &d, "param_alpha");
    done(s);
}

Test(halving, drawn)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    check("random",
          "HalvingRandomSearchCV(Ridge(), {'alpha': 'loguniform(0.001, 10)'}, random_state=3, "
          "scoring='neg_mean_absolute_error')",
          &d, "param_alpha");
    check("some",
          "HalvingRandomSearchCV(Ridge(), {'alpha': 'loguniform(0.001, 10)'}, n_candidates=15, "
          "random_state=4, min_resources='exhaust')",
          &d, "param_alpha");
    done(s);
}

Test(halving, other_resources)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    check("parameter",
          "HalvingGridSearchCV(Lasso(tol=1e-12), {'alpha': [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]}, "
          "resource='max_iter', max_resources=400, min_resources=100, factor=2, cv=3)",
          &d, "param_max_iter");
    done(s);
}

Test(halving, classes)
{
    const cx_scope s = open();
    data_set d = read_data("iris");
    char values[512], spec[1024];
    d.y = cx_astype(d.y, CX_I64);
    first_values("classes/results/param_var_smoothing", 9, values, sizeof values);
    snprintf(spec, sizeof spec,
             "HalvingGridSearchCV(GaussianNB(), {'var_smoothing': [%s]}, "
             "scoring='neg_log_loss', random_state=5, cv=3)",
             values);
    check("classes", spec, &d, "param_var_smoothing");
    done(s);
}

static void refused(const char *spec)
{
    const data_set d = read_data("iris");
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    cr_expect(cx_fit(m, test_here(d.x), test_here(cx_astype(d.y, CX_I64))) == CX_E_ARGUMENT, "%s",
              spec);
    cr_expect(!cx_is_fitted(m));
}

Test(halving, refusals)
{
    const cx_scope s = open();
    refused("HalvingGridSearchCV(GaussianNB(), {'var_smoothing': [0.1, 1.0]}, "
            "cv=KFold(3, shuffle=True))");
    refused("HalvingGridSearchCV(GaussianNB(), {'var_smoothing': [0.1, 1.0]}, cv=ShuffleSplit(3))");
    refused("HalvingGridSearchCV(GaussianNB(), {'var_smoothing': [0.1, 1.0]}, resource='depth')");
    refused("HalvingGridSearchCV(LogisticRegression(), {'C': [0.1, 1.0]}, resource='max_iter')");
    refused("HalvingGridSearchCV(LogisticRegression(), {'max_iter': [10, 20]}, "
            "resource='max_iter', max_resources=50)");
    refused("HalvingGridSearchCV(GaussianNB(), {'var_smoothing': [0.1, 1.0]}, min_resources=151)");
    refused("HalvingRandomSearchCV(GaussianNB(), {'var_smoothing': [0.1, 1.0]}, "
            "min_resources='exhaust')");
    done(s);
}
