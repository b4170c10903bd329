/* Searches, curves, held-out predictions, thresholds and inspection against scikit-learn, for one
 * thread and for several. */
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <calx/device.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(a, tolerance, ...)                                                                    \
    do {                                                                                           \
        char key_[96];                                                                             \
        snprintf(key_, sizeof key_, __VA_ARGS__);                                                  \
        size_t count_;                                                                             \
        const double *want_ = golden(&count_, "%s", key_);                                         \
        const double off_ = difference((a), want_, count_);                                        \
        cr_expect(off_ <= (tolerance), "line %d, %s: %g > %g", __LINE__, key_, off_, (tolerance)); \
    } while (0)

static cx_scope scope;
static void open(void)
{
    golden_from("learn_search.tsv");
    scope = cx_scope_open();
}
static void close(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(learn_search, .init = open, .fini = close);

static cx_array *weights_for(int64_t n)
{
    cx_array *w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

static cx_array *every(const cx_array *a, int64_t step)
{
    return cx_slice(a, 0, 0, cx_dim(a, 0), step);
}

/* Columns split0_..., split1_... one under the other: [folds, candidates]. */
static cx_array *splits_of(const cx_table *t, const char *name)
{
    const cx_array *parts[16];
    int n = 0;
    for (char text[64]; n < 16; n++) {
        snprintf(text, sizeof text, "split%d_test_%s", n, name);
        if (cx_table_find(t, text) < 0) break;
        parts[n] = cx_table_column(t, text);
    }
    return cx_stack((cx_arrays){n, parts}, 0);
}

static void check_scores(const char *key, const cx_estimator *m, const char *name, double tolerance)
{
    static const char *const parts[] = {"mean_test", "std_test", "rank_test", "mean_train"};
    const cx_table *const t = cx_cv_results(m);
    for (int i = 0; i < 4; i++) {
        char column[64];
        snprintf(column, sizeof column, "%s_%s", parts[i], name);
        if (cx_table_find(t, column) < 0) {
            cr_expect(i == 3, "%s has no %s", key, column);
            continue;
        }
        NEAR(cx_table_column(t, column), i == 2 ? 0 : tolerance, "%s/%s", key, column);
    }
    NEAR(splits_of(t, name), tolerance, "%s/splits_%s", key, name);
}

static cx_estimator *searched(const char *spec, const data_set *d, const cx_data *more)
{
    cx_data all = more ? *more : (cx_data){0};
    all.x = d->x;
    all.y = d->y;
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit_data(m, &all) == CX_OK, "%s: %s", spec, cx_error_message());
    return m;
}

static void check_search(const char *key, const char *spec, const data_set *d, const cx_data *more,
                         double tolerance)
{
    const cx_estimator *const m = searched(spec, d, more);
    check_scores(key, m, "score", tolerance);
    const double best[] = {(double)cx_item_i64(cx_attr(m, "best_index_")),
                           cx_item_f64(cx_attr(m, "best_score_"))};
    NEAR(cx_copy_host(best, CX_SHAPE(2), CX_F64), tolerance, "%s/best", key);
    NEAR(every(cx_predict(m, d->x), 7), tolerance, "%s/predict", key);
    NEAR(cx_float(cx_score(m, d->x, d->y)), tolerance, "%s/score", key);
}

static void grids(void)
{
    const data_set iris = read_data("iris"), diabetes = read_data("diabetes");
    check_search(
        "ridge",
        "GridSearchCV(Ridge(), {'alpha': [0.001, 0.01, 0.1, 1.0, 10.0]}, return_train_score=True)",
        &diabetes, NULL, 1e-9);
    check_search("weighted", "GridSearchCV(Ridge(), {'alpha': [0.001, 0.1, 10.0]}, cv=KFold(4))",
                 &diabetes, CX_DATA(.sample_weight = weights_for(diabetes.n)), 1e-9);
    check_search("knn",
                 "GridSearchCV(KNeighborsClassifier(), {'weights': ['uniform', 'distance'], "
                 "'n_neighbors': [1, 3, 5, 9]})",
                 &iris, NULL, 1e-12);
    check_search("pipe",
                 "GridSearchCV(StandardScaler() | KNeighborsClassifier(), "
                 "[{'kneighborsclassifier__n_neighbors': [1, 5]}, {'standardscaler__with_mean': "
                 "[False], 'kneighborsclassifier__p': [1, 2]}], cv=3)",
                 &iris, NULL, 1e-12);
    check_search("drawn",
                 "RandomizedSearchCV(Ridge(), {'alpha': 'loguniform(1e-4, 10)', 'fit_intercept': "
                 "[True, False]}, n_iter=6, random_state=5)",
                 &diabetes, NULL, 1e-9);
    check_search("listed",
                 "RandomizedSearchCV(KNeighborsClassifier(), {'n_neighbors': [1, 2, 3, 4, 5, 6], "
                 "'p': [1, 2]}, n_iter=5, random_state=3)",
                 &iris, NULL, 1e-12);
    int64_t groups[442];
    for (int i = 0; i < 442; i++) groups[i] = i % 7;
    check_search("grouped",
                 "GridSearchCV(Ridge(), {'alpha': [0.01, 1.0]}, cv=GroupKFold(3), "
                 "scoring='neg_mean_absolute_error')",
                 &diabetes, CX_DATA(.groups = cx_copy_host(groups, CX_SHAPE(442), CX_I64)), 1e-9);
}

Test(learn_search, grids)
{
    cr_assert(cx_set_num_threads(1) == CX_OK);
    grids();
    cr_assert(cx_set_num_threads(4) == CX_OK);
    grids();
}

Test(learn_search, several_scores)
{
    const data_set iris = read_data("iris");
    const cx_estimator *m =
        searched("GridSearchCV(GaussianNB(), {'var_smoothing': [1e-9, 0.001, 0.1, 1.0]}, "
                 "scoring=['accuracy', 'f1_macro'], refit='f1_macro', cv=StratifiedKFold(4, "
                 "shuffle=True, random_state=1))",
                 &iris, NULL);
    check_scores("several", m, "accuracy", 1e-12);
    check_scores("several", m, "f1_macro", 1e-12);
    NEAR(cx_float(cx_score(m, iris.x, iris.y)), 1e-12, "several/score");
    NEAR(every(cx_predict(m, iris.x), 7), 0.0, "several/predict");
    cr_expect_str_eq(cx_best_params(m), "{'var_smoothing': 1e-09}");
    m = searched("GridSearchCV(GaussianNB(), {'var_smoothing': [1e-9, 0.1]}, scoring=['accuracy', "
                 "'f1_macro'], refit=False)",
                 &iris, NULL);
    check_scores("unchosen", m, "accuracy", 1e-12);
    cr_expect(!cx_has_attr(m, "best_index_") && !cx_estimator_has(m, CX_PREDICT));
}

Test(learn_search, fits_that_fail)
{
    const data_set iris = read_data("iris");
    const char *text = NULL;
    const int64_t before = cx_warning_count(&text);
    const cx_estimator *const m = searched(
        "GridSearchCV(KNeighborsClassifier(), {'n_neighbors': [5, 500, 3]}, cv=3)", &iris, NULL);
    cr_expect_gt(cx_warning_count(&text), before);
    const cx_table *const t = cx_cv_results(m);
    const double *const mean = cx_data_f64(cx_table_column(t, "mean_test_score"));
    size_t n;
    const double *const want = golden(&n, "failing/mean_test_score");
    cr_assert(mean && n == 3);
    cr_expect(isnan(mean[1]) && isnan(want[1]));
    cr_expect_float_eq(mean[0], want[0], 1e-12);
    cr_expect_float_eq(mean[2], want[2], 1e-12);
    NEAR(cx_table_column(t, "rank_test_score"), 0.0, "failing/rank_test_score");
    NEAR(every(cx_predict(m, iris.x), 7), 0.0, "failing/predict");
}

Test(learn_search, cross_validation)
{
    const data_set iris = read_data("iris"), diabetes = read_data("diabetes");
    const cx_estimator *const nb = cx_estimator_new("GaussianNB()"), *const ridge =
                                                                         cx_estimator_new(
                                                                             "Ridge()");
    const cx_data flowers = {.x = iris.x, .y = iris.y}, people = {.x = diabetes.x, .y = diabetes.y};
    const cx_table *const t = cx_cross_validate(
        nb, &flowers,
        CX_OPTS(cx_cv_opts, .cv = "4", .scoring = "accuracy, balanced_accuracy, neg_log_loss",
                .return_train_score = true));
    static const char *const names[] = {"test_accuracy",          "train_accuracy",
                                        "test_balanced_accuracy", "train_balanced_accuracy",
                                        "test_neg_log_loss",      "train_neg_log_loss"};
    for (int i = 0; i < 6; i++) NEAR(cx_table_column(t, names[i]), 1e-9, "validate/%s", names[i]);
    cx_data weighted = people;
    weighted.sample_weight = weights_for(diabetes.n);
    NEAR(cx_cross_val_score(ridge, &weighted, CX_OPTS(cx_cv_opts, .cv = "3")), 1e-9,
         "validate/weighted");
    NEAR(every(cx_cross_val_predict(nb, &flowers, "4", CX_PREDICT), 5), 0.0, "predict/predict");
    NEAR(every(cx_cross_val_predict(nb, &flowers, "4", CX_PREDICT_PROBA), 5), 1e-9,
         "predict/predict_proba");
    NEAR(every(cx_cross_val_predict(nb, &flowers, "4", CX_PREDICT_LOG_PROBA), 5), 1e-9,
         "predict/predict_log_proba");
    NEAR(every(cx_cross_val_predict(ridge, &people, "KFold(3, shuffle=True, random_state=2)",
                                    CX_PREDICT),
               9),
         1e-9, "predict/shuffled");
    NEAR(every(cx_cross_val_predict(nb, &flowers, "KFold(3)", CX_PREDICT_PROBA), 5), 1e-9,
         "predict/missing");
}

Test(learn_search, curves)
{
    const data_set iris = read_data("iris"), diabetes = read_data("diabetes");
    const cx_data flowers = {.x = iris.x, .y = iris.y}, people = {.x = diabetes.x, .y = diabetes.y};
    cx_curve c = cx_learning_curve(
        cx_estimator_new("GaussianNB()"), &flowers,
        CX_OPTS(cx_learning_curve_opts, .cv = "4", .shuffle = true, .random_state = CX_SET(0)));
    NEAR(c.sizes, 0.0, "learning/sizes");
    NEAR(c.train_scores, 1e-12, "learning/train");
    NEAR(c.test_scores, 1e-12, "learning/test");
    const int64_t sizes[] = {10, 40, 40, 80};
    c = cx_learning_curve(cx_estimator_new("KNeighborsClassifier(3)"), &flowers,
                          CX_OPTS(cx_learning_curve_opts,
                                  .cv = "ShuffleSplit(3, test_size=0.2, random_state=1)",
                                  .train_sizes = cx_copy_host(sizes, CX_SHAPE(4), CX_I64)));
    NEAR(c.sizes, 0.0, "learning/knn/sizes");
    NEAR(c.train_scores, 1e-12, "learning/knn/train");
    NEAR(c.test_scores, 1e-12, "learning/knn/test");
    c = cx_validation_curve(cx_estimator_new("Ridge()"), &people, "alpha", "[0.01, 0.1, 1.0]",
                            CX_OPTS(cx_cv_opts, .cv = "3"));
    NEAR(c.train_scores, 1e-9, "validation/train");
    NEAR(c.test_scores, 1e-9, "validation/test");
    cr_expect(c.sizes == NULL && cx_dim(c.fit_times, 0) == 3 && cx_dim(c.fit_times, 1) == 3);
}

static void check_importance(const char *key, const cx_estimator *m, const cx_data *d,
                             double max_samples)
{
    const cx_permutation p =
        cx_permutation_importance(m, d,
                                  CX_OPTS(cx_permutation_opts, .n_repeats = 3,
                                          .random_state = CX_SET(7), .max_samples = max_samples));
    NEAR(p.mean, 1e-8, "importance/%s/mean", key);
    NEAR(p.std, 1e-8, "importance/%s/std", key);
    NEAR(p.importances, 1e-8, "importance/%s/all", key);
}

Test(learn_search, importances)
{
    const data_set iris = read_data("iris"), diabetes = read_data("diabetes");
    cx_estimator *const m = cx_estimator_new("LinearRegression()"), *const nb = cx_estimator_new(
                                                                        "GaussianNB()");
    cr_assert(cx_fit(m, diabetes.x, diabetes.y) == CX_OK && cx_fit(nb, iris.x, iris.y) == CX_OK);
    cx_data d = {.x = diabetes.x, .y = diabetes.y};
    check_importance("plain", m, &d, 0);
    check_importance("some", m, &d, 0.5);
    check_importance("few", m, &d, 3);
    d.sample_weight = weights_for(diabetes.n);
    check_importance("weighted", m, &d, 0);
    const cx_permutation p = cx_permutation_importance(
        nb, CX_DATA(.x = iris.x, .y = iris.y),
        CX_OPTS(cx_permutation_opts, .scoring = "accuracy", .random_state = CX_SET(0)));
    NEAR(p.importances, 1e-12, "importance/iris/all");
}

Test(learn_search, dependence)
{
    const data_set iris = read_data("iris"), cancer = read_data("breast_cancer"),
                   diabetes = read_data("diabetes");
    cx_estimator *const nb = cx_estimator_new("GaussianNB()"),
                        *const two = cx_estimator_new("GaussianNB()"),
                        *const knn = cx_estimator_new("KNeighborsClassifier(7)"),
                        *const line = cx_estimator_new("LinearRegression()");
    cr_assert(cx_fit(nb, iris.x, iris.y) == CX_OK && cx_fit(two, cancer.x, cancer.y) == CX_OK);
    cr_assert(cx_fit(knn, cancer.x, cancer.y) == CX_OK);
    cr_assert(cx_fit(line, diabetes.x, diabetes.y) == CX_OK);
    cx_dependence r = cx_partial_dependence(nb, CX_DATA(.x = iris.x), CX_SHAPE(2),
                                            CX_OPTS(cx_dependence_opts, .grid_resolution = 8));
    NEAR(r.average, 1e-9, "dependence/iris/average");
    NEAR(r.grid[0], 1e-12, "dependence/iris/grid");
    cr_expect(r.individual == NULL && r.grid[1] == NULL);
    r = cx_partial_dependence(nb, CX_DATA(.x = iris.x), CX_SHAPE(0, 3),
                              CX_OPTS(cx_dependence_opts, .grid_resolution = 5));
    NEAR(r.average, 1e-9, "dependence/two/average");
    cr_expect(cx_ndim(r.average) == 3 && cx_dim(r.average, 0) == 3 && cx_dim(r.average, 2) == 5);
    r = cx_partial_dependence(
        two, CX_DATA(.x = cancer.x), CX_SHAPE(3),
        CX_OPTS(cx_dependence_opts, .grid_resolution = 4, .percentiles = {0.1, 0.8}));
    NEAR(r.average, 1e-9, "dependence/cancer/average");
    double w[569];
    for (int i = 0; i < 569; i++) w[i] = 1 + i % 2;
    r = cx_partial_dependence(
        knn, CX_DATA(.x = cancer.x, .sample_weight = cx_copy_host(w, CX_SHAPE(569), CX_F64)),
        CX_SHAPE(0), CX_OPTS(cx_dependence_opts, .grid_resolution = 4, .kind = CX_DEPENDENCE_BOTH));
    NEAR(r.average, 1e-9, "dependence/both/average");
    NEAR(cx_slice(r.individual, 1, 0, 569, 40), 1e-12, "dependence/both/individual");
    r = cx_partial_dependence(line, CX_DATA(.x = diabetes.x), CX_SHAPE(1),
                              CX_OPTS(cx_dependence_opts, .grid_resolution = 20));
    NEAR(r.average, 1e-9, "dependence/diabetes/average");
}

static void check_tuned(const char *key, const char *spec, const cx_array *x, const cx_array *y,
                        double tolerance)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit(m, x, y) == CX_OK, "%s: %s", spec, cx_error_message());
    const double best[] = {cx_item_f64(cx_attr(m, "best_threshold_")),
                           cx_item_f64(cx_attr(m, "best_score_"))};
    NEAR(cx_copy_host(best, CX_SHAPE(2), CX_F64), tolerance, "tuned/%s/best", key);
    NEAR(every(cx_predict(m, x), 3), 0.0, "tuned/%s/predict", key);
    if (cx_has_attr(m, "cv_scores_"))
        NEAR(cx_attr(m, "cv_scores_"), tolerance, "tuned/%s/scores", key);
}

static void check_fixed(const char *key, const char *spec, const cx_array *x, const cx_array *y)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit(m, x, y) == CX_OK, "%s: %s", spec, cx_error_message());
    NEAR(every(cx_predict(m, x), 3), 0.0, "fixed/%s", key);
}

Test(learn_search, thresholds)
{
    const data_set d = read_data("breast_cancer");
    const cx_array *const all = standardised(d.x);
    const cx_array *const x =
        cx_ascontiguous(cx_stack(CX_ARRAYS(cx_select(all, 1, 1), cx_select(all, 1, 8)), 1));
    check_tuned("default", "TunedThresholdClassifierCV(GaussianNB())", x, d.y, 1e-8);
    check_tuned("f1",
                "TunedThresholdClassifierCV(GaussianNB(), scoring='f1', thresholds=[0.1, 0.3, 0.5, "
                "0.7], store_cv_results=True)",
                x, d.y, 1e-9);
    check_tuned("decision",
                "TunedThresholdClassifierCV(LogisticRegression(tol=1e-10), "
                "response_method='decision_function', thresholds=20, cv=3, store_cv_results=True)",
                x, d.y, 1e-5);
    check_tuned("share",
                "TunedThresholdClassifierCV(GaussianNB(), cv=0.3, random_state=4, refit=False)", x,
                d.y, 1e-8);
    check_fixed("auto", "FixedThresholdClassifier(GaussianNB())", x, d.y);
    check_fixed("high", "FixedThresholdClassifier(GaussianNB(), threshold=0.9)", x, d.y);
    check_fixed("first", "FixedThresholdClassifier(GaussianNB(), threshold=0.8, pos_label=0)", x,
                d.y);
    check_fixed("decision",
                "FixedThresholdClassifier(LogisticRegression(), threshold=-1.0, "
                "response_method='decision_function')",
                x, d.y);
}

/* ---- grids and draws as text: words alike, numbers to their last digit but one */
static bool number_begins(const char *s)
{
    return (*s >= '0' && *s <= '9') || (*s == '-' && s[1] >= '0' && s[1] <= '9');
}

static bool alike(const char *a, const char *b)
{
    bool word = false; /* inside a name, where digits are letters */
    while (*a && *b) {
        if (!word && number_begins(a) && number_begins(b)) {
            char *after_a = NULL, *after_b = NULL;
            const double x = plain_number(a, &after_a), y = plain_number(b, &after_b);
            if (fabs(x - y) > 4e-16 * fabs(y)) return false;
            a = after_a;
            b = after_b;
            continue;
        }
        if (*a != *b) return false;
        word = (*a >= 'a' && *a <= 'z') || *a == '\'' || *a == '_';
        a++;
        b++;
    }
    return *a == *b;
}

static void check_line(char *line)
{
    char *field[3];
    char *at = line;
    for (int i = 0; i < 3; i++) {
        field[i] = at;
        at = strchr(at, '\t');
        cr_assert_not_null(at);
        *at++ = '\0';
    }
    const long n = strtol(field[1], NULL, 10), seed = strtol(field[2], NULL, 10);
    const cx_array *const got = n == 0
                                    ? cx_parameter_grid(field[0])
                                    : cx_parameter_sampler(field[0], n, (cx_maybe_i64)CX_SET(seed));
    cr_assert(cx_status_of(got) == CX_OK, "%s: %s", field[0], cx_error_message());
    int64_t i = 0;
    for (; at && *at; i++) {
        char *const end = at + strcspn(at, "\t\n");
        char *const next = *end == '\t' ? end + 1 : NULL;
        *end = '\0';
        cr_assert(i < cx_size(got), "%.60s: only %lld", field[0], (long long)cx_size(got));
        cr_expect(alike(cx_label(got, i), at), "%.60s, entry %lld: %s, not %s", field[0],
                  (long long)i, cx_label(got, i), at);
        at = next;
    }
    cr_expect_eq(i, cx_size(got), "%.60s: %lld, not %lld", field[0], (long long)cx_size(got),
                 (long long)i);
}

Test(learn_search, candidates)
{
    FILE *const f = fopen(CX_TEST_DATA "/golden/parameter_cases.tsv", "r");
    cr_assert_not_null(f);
    char *const line = malloc(1 << 16);
    cr_assert_not_null(line);
    int lines = 0;
    while (fgets(line, 1 << 16, f)) {
        if (line[0] == '#') continue;
        check_line(line);
        lines++;
    }
    free(line);
    fclose(f);
    cr_expect_gt(lines, 10);
}
