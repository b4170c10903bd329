/* SHAP values of drawn trees against their definition: sums over all subsets of the features, of
 * the answer expected when only those are known. */
#include "hand_trees.h"
#include "learn/tree/shap.h"
#include "learn/tree/told.h"

#include <stdlib.h>

/* What a tree answers where the features of `known` are. */
static double expected(const cx__trees *t, int64_t base, int32_t i, const double *x, unsigned known,
                       bool single, int64_t c)
{
    const int64_t at = base + i;
    if (t->left[at] < 0) return t->value[at * t->width + c];
    const int32_t l = t->left[at], r = t->right[at];
    if (known >> t->feature[at] & 1)
        return expected(t, base, hand_left(t, at, x, single) ? l : r, x, known, single, c);
    return (t->weighted[base + l] * expected(t, base, l, x, known, single, c) +
            t->weighted[base + r] * expected(t, base, r, x, known, single, c)) /
           t->weighted[at];
}

static double whole(const cx__trees *t, const cx__tree_sum *sum, const double *x, unsigned known,
                    int64_t column, int64_t c)
{
    double all = 0;
    for (int64_t tree = column; tree < t->count; tree += sum->columns)
        all += sum->scale * expected(t, t->start[tree], 0, x, known, sum->single, c);
    return all;
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* The definition: 2^d answers, weighted by the sizes of the subsets. */
static void define(const cx__trees *t, const cx__tree_sum *sum, const double *x, int d,
                   int64_t column, int64_t c, double *phi)
{
    double answer[256];
    for (unsigned known = 0; known < 1U << d; known++)
        answer[known] = whole(t, sum, x, known, column, c);
    for (int j = 0; j < d; j++) {
        phi[j] = 0;
        for (unsigned known = 0; known < 1U << d; known++) {
            if (known >> j & 1) continue;
            const int size = __builtin_popcount(known);
            phi[j] += factorial(size) * factorial(d - 1 - size) / factorial(d) *
                      (answer[known | 1U << j] - answer[known]);
        }
    }
}

static void check(const char *spec, int d, int64_t n)
{
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = hand_new(spec, d);
    const cx__tree_sum sum = {
        .columns = cx_param_i64(m, "columns"), .single = cx_param_bool(m, "single"), .scale = .25};
    cx__trees t;
    cr_assert(cx__trees_view("test", m, &t) == CX_OK);
    const cx_array *const x = hand_x(n, d, cx_param_bool(m, "categories"), .1);
    const double *const v = cx_data_f64(x);
    const int64_t outputs = sum.columns * t.width;
    double *const have = calloc((size_t)(n * d * outputs), sizeof *have), mean[16], want[8];
    cr_assert(cx__tree_shap("test", &t, &sum, v, n, d, have, mean) == CX_OK);
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < outputs; c++) {
            const double *const mine = have + i * d * outputs + c;
            double all = mean[c];
            const double answer =
                whole(&t, &sum, v + i * d, (1U << d) - 1, c / t.width, c % t.width);
            define(&t, &sum, v + i * d, d, c / t.width, c % t.width, want);
            for (int j = 0; j < d; j++) {
                cr_expect(fabs(mine[j * outputs] - want[j]) < 1e-13, "%s: row %d, %d: %.17g %.17g",
                          spec, (int)i, j, mine[j * outputs], want[j]);
                all += mine[j * outputs];
            }
            cr_expect(fabs(all - answer) < 1e-13, "%s: row %d adds up to %.17g, not %.17g", spec,
                      (int)i, all, answer);
        }
    free(have);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(shap, is_the_definition)
{
    check("HandTrees(trees=3, size=60)", 1, 20);
    check("HandTrees(trees=3, size=60)", 4, 20);
    check("HandTrees(trees=5, size=300, single=False)", 8, 10);
    check("HandTrees(trees=6, size=80, width=2, columns=3)", 5, 10);
    check("HandTrees(trees=4, size=100, categories=True)", 3, 30);
    check("HandTrees(trees=2, size=1)", 2, 3);
}

/* Deep trees that ask for the same features again and again; many features. */
Test(shap, adds_up_in_deep_trees)
{
    enum { N = 12 };
    static const int wide[] = {2, 40};
    for (int k = 0; k < 2; k++) {
        const int d = wide[k];
        const cx_scope s = cx_scope_open();
        const cx_estimator *const m = hand_new("HandTrees(trees=8, size=20000)", d);
        const cx__tree_sum sum = {.columns = 1, .single = true, .scale = .125};
        cx__trees t;
        cr_assert(cx__trees_view("test", m, &t) == CX_OK);
        const cx_array *const x = hand_x(N, d, false, 0);
        const double *const v = cx_data_f64(x);
        double have[N * 40], again[N * 40], mean;
        cr_assert(cx__tree_shap("test", &t, &sum, v, N, d, have, &mean) == CX_OK);
        for (int i = 0; i < N; i++) {
            double all = mean, answer = 0;
            for (int j = 0; j < d; j++) all += have[i * d + j];
            for (int64_t tree = 0; tree < t.count; tree++)
                answer +=
                    .125 * t.value[t.start[tree] + hand_leaf(&t, tree, v + (int64_t)i * d, true)];
            cr_expect(fabs(all - answer) < 1e-12, "%d: %.17g, not %.17g", d, all, answer);
        }
        cr_assert(cx_set_num_threads(1) == CX_OK);
        cr_assert(cx__tree_shap("test", &t, &sum, v, N, d, again, &mean) == CX_OK);
        cr_expect(memcmp(have, again, (size_t)(N * d) * sizeof *have) == 0, "other threads");
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

/* Classes with the names and attributes of boosting, which are no others' here. */
static const char *const boost_attrs[] = {CX__TREES_ATTRS, "start_?: float [k]",
                                          "n_trees_per_iteration_: int []", NULL};
static cx_status boost_fit(cx_estimator *self, const cx_data *d)
{
    const double start[] = {.25, -1, 3};
    CX__TRY(hand_fit(self, d));
    CX__TRY(cx_self_set_i64(self, CX__TREES_SLOTS + 1, 3));
    if (cx_param_i64(self, "size") < 50) return CX_OK; /* it starts from an estimator */
    return cx_self_set(self, CX__TREES_SLOTS, cx_copy_host(start, CX_SHAPE(3), CX_F64));
}

static cx_estimator *boost(const char *size, int64_t d)
{
    static cx_param params[16];
    static cx_estimator_class boosting;
    int count = 0;
    for (; hand_params[count].name != NULL; count++) params[count] = hand_params[count];
    params[0].deflt = "9";
    params[1].deflt = size;
    params[count++] = (cx_param){"learning_rate", CX_PARAM_FLOAT, "0.125", NULL, "of the trees"};
    params[count] = (cx_param){.name = NULL};
    boosting = hand_class;
    boosting.name = "GradientBoostingRegressor";
    boosting.params = params;
    boosting.attrs = boost_attrs;
    boosting.fit = boost_fit;
    cx_estimator *m = NULL;
    cr_assert(cx__estimator_make("test", &boosting, &m) == CX_OK, "%s", cx_error_message());
    cr_assert(cx_fit(m, cx_zeros(CX_SHAPE(2, d), CX_F64, CX_CPU),
                     cx_zeros(CX_SHAPE(2), CX_F64, CX_CPU)) == CX_OK,
              "%s", cx_error_message());
    return m;
}

Test(shap, boosting_has_its_start_and_rate)
{
    enum { N = 6, D = 4 };
    const double start[] = {.25, -1, 3};
    const cx_scope s = cx_scope_open();
    cx_estimator *const m = boost("80", D);
    const cx_array *const x = hand_x(N, D, false, 0);
    const cx_shap out = cx_tree_shap(m, x);
    const double *const v = cx_data_f64(x), *const phi = cx_data_f64(out.values),
                        *const mean = cx_data_f64(out.expected);
    cr_assert(phi != NULL && mean != NULL, "%s", cx_error_message());
    cr_assert(cx_ndim(out.values) == 3 && cx_dim(out.values, 2) == 3);
    cx__trees t;
    cr_assert(cx__trees_view("test", m, &t) == CX_OK);
    for (int64_t i = 0; i < N; i++)
        for (int64_t k = 0; k < 3; k++) {
            double all = mean[k], answer = start[k];
            for (int64_t j = 0; j < D; j++) all += phi[(i * D + j) * 3 + k];
            for (int64_t tree = k; tree < t.count; tree += 3)
                answer += .125 * t.value[t.start[tree] + hand_leaf(&t, tree, v + i * D, true)];
            cr_expect(fabs(all - answer) < 1e-13, "%.17g, not %.17g", all, answer);
        }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    cx_estimator_release(m);
}

Test(shap, boosting_from_an_estimator_is_refused)
{
    const cx_scope s = cx_scope_open();
    cx_estimator *const m = boost("20", 2);
    cr_expect_eq(cx_status_of(cx_tree_shap(m, hand_x(3, 2, false, 0)).values), CX_E_UNSUPPORTED);
    cr_expect_eq(cx_scope_close(s), CX_E_UNSUPPORTED);
    cx_estimator_release(m);
}

/* A real forest: its values add up to predict. */
Test(shap, forests_add_up_to_predict)
{
    enum { N = 60, D = 5 };
    const cx_scope s = cx_scope_open();
    const cx_array *const x = hand_x(N, D, false, 0);
    const cx_array *const y = cx_select(x, 1, 0);
    cx_estimator *const m =
        cx_estimator_new("RandomForestRegressor(n_estimators=12, random_state=3)");
    cr_assert(cx_fit(m, x, y) == CX_OK, "%s", cx_error_message());
    const cx_shap out = cx_tree_shap(m, x);
    const double *const phi = cx_data_f64(out.values), *const mean = cx_data_f64(out.expected),
                        *const p = cx_data_f64(cx_predict(m, x));
    cr_assert(phi != NULL && p != NULL, "%s", cx_error_message());
    for (int i = 0; i < N; i++) {
        double all = mean[0];
        for (int j = 0; j < D; j++) all += phi[i * D + j];
        cr_expect(fabs(all - p[i]) < 1e-13, "%.17g, not %.17g", all, p[i]);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Classes as they are: which sum their answer is, what of x their trees see, and the definition. */
static void check_class(const char *spec, bool classes)
{
    enum { N = 150, ASKED = 12, D = 4 };
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_clip(hand_x(N, D, true, .05), cx_int(-2), cx_int(40)),
                          *const kind =
                              cx_remainder(cx_arange_i64(0, N, 1, CX_I64, CX_CPU), cx_int(3)),
                          *const y = cx_add(cx_nan_to_num(cx_select(x, 1, 1)), kind);
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, classes ? kind : y));
    const cx_array *const asked = cx_ascontiguous(cx_slice(x, 0, 0, ASKED, 1)), *seen = NULL;
    const cx_shap out = cx_tree_shap(m, asked);
    cx__trees t;
    cx__tree_sum sum;
    cr_assert(cx_ok() && cx__told_rows("test", m, asked, &seen) == CX_OK &&
                  cx__trees_view("test", m, &t) == CX_OK &&
                  cx__tree_sum_of("test", m, t.count, &sum) == CX_OK,
              "%s: %s", spec, cx_error_message());
    const double *const phi = cx_data_f64(out.values), *const rows = cx_data_f64(seen);
    const int64_t outputs = sum.columns * t.width;
    cr_assert(phi != NULL && rows != NULL && outputs == (classes ? 3 : 1), "%s", spec);
    for (int64_t i = 0; i < ASKED; i++)
        for (int64_t c = 0; c < outputs; c++) {
            double want[D];
            define(&t, &sum, rows + i * D, D, c / t.width, c % t.width, want);
            for (int64_t j = 0; j < D; j++) {
                const double got = phi[(i * D + j) * outputs + c];
                cr_expect(fabs(got - want[j]) < 1e-12, "%s: row %d: %.17g, not %.17g", spec, (int)i,
                          got, want[j]);
            }
        }
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
}

Test(shap, of_classes_is_the_definition)
{
    check_class("DecisionTreeClassifier(max_depth=5, random_state=0)", true);
    check_class("RandomForestRegressor(n_estimators=4, max_depth=5, random_state=0)", false);
    check_class("ExtraTreesClassifier(n_estimators=4, max_depth=5, random_state=0)", true);
    check_class("HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=5, random_state=0, "
                "categorical_features=[0])",
                true);
    check_class("HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=5, random_state=0)",
                false);
}

Test(shap, models_that_are_no_sums_are_refused)
{
    const cx_scope s = cx_scope_open();
    const cx_estimator *const m = hand_new("HandTrees()", 2);
    const cx_shap out = cx_tree_shap(m, hand_x(3, 2, false, 0));
    cr_expect_eq(cx_status_of(out.values), CX_E_ARGUMENT);
    cr_expect_eq(cx_scope_close(s), CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "HandTrees") != NULL, "%s", cx_error_message());
}
