/* Scores of trees on held-out rows beside scikit-learn's: eight data sets, means over seeds. The
 * first seeds only, unless CALX_LONG asks for all twenty. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/model_selection.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A mean may be below scikit-learn's by this; above by chance only, so both ways. */
static const double MARGIN = 0.005;
enum { SEEDS = 20, FIRST_SEEDS = 3 };

static int seeds(void)
{
    return getenv("CALX_LONG") != NULL ? SEEDS : FIRST_SEEDS;
}

static cx_scope open(void)
{
    golden_from("learn_trees_parity.tsv");
    return cx_scope_open();
}

/* ---- the data sets, as the generator makes them */
static cx_data shipped(const char *name)
{
    const data_set d = read_data(name);
    return (cx_data){.x = d.x, .y = d.y};
}

static cx_data made(const char *name)
{
    if (strcmp(name, "friedman") == 0) {
        const cx_dataset d = cx_make_friedman1(CX_OPTS(cx_make_function_opts, .n_samples = 400,
                                                       .noise = 1.0, .random_state = CX_SEED(3)));
        return (cx_data){.x = d.x, .y = d.y};
    }
    const bool missing = strcmp(name, "missing") == 0;
    const cx_dataset d = cx_make_classification(
        CX_OPTS(cx_make_classification_opts, .n_samples = missing ? 500 : 600,
                .n_features = missing ? 10 : 12, .n_informative = CX_SET(missing ? 5 : 6),
                .n_classes = 3, .random_state = CX_SEED(missing ? 2 : 1)));
    cx_array *const x = cx_copy(d.x);
    double *const p = cx_data_f64_mut(x);
    const int64_t columns = cx_dim(x, 1);
    cr_assert(p != NULL, "%s", cx_error_message());
    for (int64_t i = 0; i < cx_size(x) && missing; i++)
        if ((7 * (i / columns) + 3 * (i % columns)) % 10 == 0) p[i] = (double)NAN;
    return (cx_data){.x = x, .y = d.y};
}

static cx_data data_of(const char *name)
{
    static const char *const files[] = {"iris", "wine_data", "breast_cancer", "digits", "diabetes"};
    for (int i = 0; i < 5; i++)
        if (strcmp(files[i], name) == 0) return shipped(name);
    return made(name);
}

static double score(const char *spec, const cx_data *d, int seed)
{
    const cx_scope s = cx_scope_open();
    char text[128];
    snprintf(text, sizeof text, spec, seed);
    const cx_split part = cx_train_test_split(
        d, CX_OPTS(cx_split_opts, .test_size = 0.25, .random_state = CX_SEED(seed)));
    cx_estimator *const m = cx_estimator_new(text);
    cx_check(cx_fit_data(m, &part.train));
    const double v = cx_ok() ? cx_score_data(m, &part.test) : 0;
    cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", text, cx_error_message());
    return v;
}

/* The spec has a place for the seed. */
static void check(const char *name, const char *model, const char *kind, const char *parameters)
{
    const cx_scope s = open();
    const cx_data d = data_of(name);
    char spec[128];
    snprintf(spec, sizeof spec, "%s%s(%srandom_state=%%d)", model, kind, parameters);
    size_t count;
    const double *const theirs = golden(&count, "%s/%s%s", name, model, kind);
    cr_assert_eq(count, SEEDS);
    double own = 0, other = 0, alike = 0;
    for (int i = 0; i < seeds(); i++) {
        const double v = score(spec, &d, i);
        own += v / seeds();
        other += theirs[i] / seeds();
        alike += fabs(v - theirs[i]) < 1e-9;
    }
    printf("%-14s %-32s %8.5f %8.5f %3.0f of %d alike\n", name, spec, own, other, alike, seeds());
    cr_expect(fabs(own - other) <= MARGIN, "%s, %s: %g beside %g", name, spec, own, other);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void each(const char *model, const char *parameters, bool missing)
{
    static const char *const classes[] = {"iris", "wine_data", "breast_cancer", "digits",
                                          "made_classes"};
    for (int i = 0; i < 5; i++) check(classes[i], model, "Classifier", parameters);
    if (missing) check("missing", model, "Classifier", parameters);
    check("diabetes", model, "Regressor", parameters);
    check("friedman", model, "Regressor", parameters);
}

Test(trees_parity, decision_tree)
{
    each("DecisionTree", "", true);
}
Test(trees_parity, random_forest)
{
    each("RandomForest", "n_estimators=40, ", true);
}
Test(trees_parity, extra_trees)
{
    each("ExtraTrees", "n_estimators=40, ", true);
}
Test(trees_parity, gradient_boosting)
{
    each("GradientBoosting", "n_estimators=30, ", false);
}
Test(trees_parity, hist_gradient_boosting)
{
    each("HistGradientBoosting", "max_iter=30, ", true);
}
Test(trees_parity, ada_boost)
{
    each("AdaBoost", "n_estimators=30, ", false);
}
Test(trees_parity, bagging)
{
    each("Bagging", "n_estimators=10, ", true);
}
