/* device: each. Scorers by name: every name that scikit-learn has for a metric that is here, what
 * they ask an estimator for, and scorers of the program's own. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char *const names[] = {"accuracy",
                                    "adjusted_mutual_info_score",
                                    "adjusted_rand_score",
                                    "average_precision",
                                    "balanced_accuracy",
                                    "completeness_score",
                                    "d2_absolute_error_score",
                                    "d2_brier_score",
                                    "d2_log_loss_score",
                                    "explained_variance",
                                    "f1",
                                    "f1_macro",
                                    "f1_micro",
                                    "f1_samples",
                                    "f1_weighted",
                                    "fowlkes_mallows_score",
                                    "homogeneity_score",
                                    "jaccard",
                                    "jaccard_macro",
                                    "jaccard_micro",
                                    "jaccard_samples",
                                    "jaccard_weighted",
                                    "matthews_corrcoef",
                                    "mutual_info_score",
                                    "neg_brier_score",
                                    "neg_log_loss",
                                    "neg_max_error",
                                    "neg_mean_absolute_error",
                                    "neg_mean_absolute_percentage_error",
                                    "neg_mean_gamma_deviance",
                                    "neg_mean_poisson_deviance",
                                    "neg_mean_squared_error",
                                    "neg_mean_squared_log_error",
                                    "neg_median_absolute_error",
                                    "neg_negative_likelihood_ratio",
                                    "neg_root_mean_squared_error",
                                    "neg_root_mean_squared_log_error",
                                    "normalized_mutual_info_score",
                                    "positive_likelihood_ratio",
                                    "precision",
                                    "precision_macro",
                                    "precision_micro",
                                    "precision_samples",
                                    "precision_weighted",
                                    "r2",
                                    "rand_score",
                                    "recall",
                                    "recall_macro",
                                    "recall_micro",
                                    "recall_samples",
                                    "recall_weighted",
                                    "roc_auc",
                                    "roc_auc_ovo",
                                    "roc_auc_ovo_weighted",
                                    "roc_auc_ovr",
                                    "roc_auc_ovr_weighted",
                                    "top_k_accuracy",
                                    "v_measure_score"};
enum { NAMES = sizeof names / sizeof *names };

/* Half the accuracy, from the opposite side. */
static double halved(const cx_array *y, const cx_array *answer, const cx_metric_opts *o)
{
    return cx_zero_one_loss(y, answer, o) / 2;
}

Test(scorers, names)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < NAMES; i++) {
        const cx_scorer *const f = cx_get_scorer(names[i]);
        cr_assert(f != NULL, "%s: %s", names[i], cx_error_message());
        cr_expect(strcmp(f->name, names[i]) == 0);
        cr_expect(f->loss == (strncmp(names[i], "neg_", 4) == 0));
    }
    cr_expect(cx_scorer_count() == NAMES);
    cr_expect(cx_scorer_name(-1) == NULL && cx_scorer_name(NAMES) == NULL);
    const cx_scope in = cx_scope_open();
    cr_expect(cx_get_scorer("f1_marco") == NULL);
    cr_expect(strstr(cx_error_message(), "f1_macro") != NULL, "%s", cx_error_message());
    cr_expect(cx_scope_close(in) == CX_E_ARGUMENT);
    cr_expect(cx_scope_close(s) == CX_OK);
}

static void expect_score(const char *name, const cx_estimator *m, const cx_data *d, double want)
{
    const double got = cx_scorer_score(cx_get_scorer(name), m, d);
    cr_expect(fabs(got - want) <= 1e-14 * fmax(1, fabs(want)), "%s: %.17g, expected %.17g", name,
              got, want);
}

Test(scorers, what_they_ask_for)
{
    const cx_scope s = cx_scope_open();
    const data_set set = read_data("iris");
    const cx_array *x = test_here(set.x), *y = test_here(cx_astype(set.y, CX_I64));
    cx_estimator *const m = cx_estimator_new("LogisticRegression(max_iter=30)");
    cr_assert(cx_fit(m, x, y) == CX_OK, "%s", cx_error_message());
    const cx_data d = {.x = x, .y = y};
    const cx_array *p = cx_predict(m, x), *proba = cx_predict_proba(m, x);
    expect_score("balanced_accuracy", m, &d, cx_balanced_accuracy_score(y, p, NULL));
    expect_score("jaccard_macro", m, &d,
                 cx_jaccard_score(y, p, CX_OPTS(cx_metric_opts, .average = CX_SCORE_MACRO)));
    expect_score("neg_brier_score", m, &d, -cx_brier_score_loss(y, proba, NULL));
    expect_score("roc_auc_ovo_weighted", m, &d,
                 cx_roc_auc_score(y, proba,
                                  CX_OPTS(cx_metric_opts, .multi_class = CX_SCORE_OVO,
                                          .average = CX_SCORE_WEIGHTED)));
    expect_score("top_k_accuracy", m, &d,
                 cx_top_k_accuracy_score(y, cx_decision_function(m, x), NULL));
    expect_score("v_measure_score", m, &d, cx_v_measure_score(y, p, NULL));

    const cx_array *two = cx_astype(cx_equal(y, cx_int(1)), CX_I64);
    cx_estimator *const nb = cx_estimator_new("GaussianNB()");
    cr_assert(cx_fit(nb, x, two) == CX_OK, "%s", cx_error_message());
    const cx_array *second = cx_select(cx_predict_proba(nb, x), 1, 1);
    const cx_data binary = {.x = x, .y = two};
    expect_score("average_precision", nb, &binary, cx_average_precision_score(two, second, NULL));
    expect_score("roc_auc", nb, &binary, cx_roc_auc_score(two, second, NULL));
    const cx_likelihood_ratios r = cx_class_likelihood_ratios(two, cx_predict(nb, x), NULL);
    expect_score("positive_likelihood_ratio", nb, &binary, r.positive);
    expect_score("neg_negative_likelihood_ratio", nb, &binary, -r.negative);
    expect_score("d2_log_loss_score", nb, &binary,
                 cx_d2_log_loss_score(two, cx_predict_proba(nb, x), NULL));
    expect_score("neg_brier_score", nb, &binary, -cx_brier_score_loss(two, second, NULL));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(scorers, of_the_program)
{
    static const cx_scorer mine = {.struct_size = sizeof mine,
                                   .name = "half_right",
                                   .metric = halved,
                                   .loss = true},
                           taken = {.struct_size = sizeof taken, .name = "r2", .metric = halved},
                           broken = {
                               .struct_size = sizeof broken, .name = "two words", .metric = halved};
    const cx_scope s = cx_scope_open();
    cr_expect(cx_scorer_register(&mine) == CX_OK && cx_scorer_register(&mine) == CX_OK);
    cr_expect(cx_scorer_count() == NAMES + 1 && strcmp(cx_scorer_name(NAMES), "half_right") == 0);
    cr_expect(cx_scorer_register(&taken) == CX_E_ARGUMENT);
    cr_expect(cx_scorer_register(&broken) == CX_E_ARGUMENT);
    const data_set set = read_data("iris");
    const cx_data d = {.x = test_here(set.x), .y = test_here(cx_astype(set.y, CX_I64))};
    const cx_estimator *const m = cx_estimator_new("GaussianNB()");
    const cx_table *t =
        cx_cross_validate(m, &d, CX_OPTS(cx_cv_opts, .cv = "3", .scoring = "half_right, accuracy"));
    const double *mine_at = cx_data_f64(cx_table_column(t, "test_half_right")),
                 *accuracy = cx_data_f64(cx_table_column(t, "test_accuracy"));
    cr_assert(mine_at != NULL && accuracy != NULL, "%s", cx_error_message());
    for (int k = 0; k < 3; k++) cr_expect(fabs(mine_at[k] + (1 - accuracy[k]) / 2) <= 1e-15);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
