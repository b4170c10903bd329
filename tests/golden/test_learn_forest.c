/* Forests against scikit-learn, tree by tree: the rows of learn_forest_cases.def. */
#include "fitting.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct forest_case {
    const char *set;
    int weighted;
    const char *spec;
} cases[] = {
#define FOREST(set, weighted, spec) {set, weighted, spec},
#include "learn_forest_cases.def"
#undef FOREST
};
enum { CASES = sizeof cases / sizeof cases[0], MADE_ROWS = 600, MADE = 6 };

/* ---- data, as the generator has it */
typedef struct problem {
    const cx_array *x, *y, *weight;
    int64_t n;
} problem;

static void made(double *x, double *y)
{
    uint64_t s = 12345;
    for (int64_t i = 0; i < MADE_ROWS * MADE; i++) {
        s = s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        x[i] = floor((double)(s >> 11) / 9007199254740992.0 * 50) / 8;
    }
    for (int64_t i = 0; i < MADE_ROWS; i++) {
        const double *const r = x + i * MADE;
        y[i] = r[0] * r[1] + 2 * r[2] - r[3];
    }
}

static problem made_problem(const char *set)
{
    static double x[MADE_ROWS * MADE], y[MADE_ROWS];
    made(x, y);
    for (int64_t i = 0; i < MADE_ROWS * MADE && strncmp(set, "holes", 5) == 0; i++)
        if ((7 * (i / MADE) + 3 * (i % MADE)) % 11 == 0) x[i] = NAN;
    const bool numbers = strstr(set, "numbers") != NULL;
    for (int64_t i = 0; i < MADE_ROWS && !numbers; i++) y[i] = (y[i] > 3) + (y[i] > 20);
    cx_array *const target = cx_copy_host(y, CX_SHAPE(MADE_ROWS), CX_F64);
    return (problem){.x = cx_copy_host(x, CX_SHAPE(MADE_ROWS, MADE), CX_F64),
                     .y = numbers ? target : cx_astype(target, CX_I64),
                     .n = MADE_ROWS};
}

static problem problem_of(const struct forest_case *c)
{
    const char *const set = c->set;
    const bool columns = strcmp(set, "pairs") == 0 || strcmp(set, "threes") == 0;
    problem p;
    if (strncmp(set, "made", 4) == 0 || strncmp(set, "holes", 5) == 0) {
        p = made_problem(set);
    } else {
        const bool targets = strcmp(set, "targets") == 0;
        const data_set d = read_data(columns ? "iris" : targets ? "diabetes" : set);
        p = (problem){.x = d.x, .y = d.y, .n = d.n};
        if (targets) {
            const cx_array *const other = cx_sub(cx_mul(cx_float(100), cx_select(d.x, 1, 2)), d.y);
            p.y = cx_stack(CX_ARRAYS(d.y, other), 1);
        } else if (columns) {
            const cx_array *const high = cx_greater(cx_select(d.x, 1, 0), cx_float(5.8)),
                                  *const one = cx_astype(cx_equal(d.y, cx_float(1)), CX_I64);
            p.y = cx_stack(
                CX_ARRAYS(set[0] == 'p' ? one : cx_astype(d.y, CX_I64), cx_astype(high, CX_I64)),
                1);
        } else if (strcmp(set, "diabetes") != 0) {
            p.y = cx_astype(d.y, CX_I64);
        }
    }
    const cx_array *const i = cx_arange_i64(0, p.n, 1, CX_I64, CX_CPU);
    if (c->weighted == 1) p.weight = cx_div(cx_remainder(i, cx_int(4)), cx_float(2));
    if (c->weighted == 2) p.weight = cx_add(cx_float(1), cx_remainder(i, cx_int(3)));
    return p;
}

static cx_estimator *fit_of(const char *spec, const problem *p)
{
    return fitted(spec, CX_DATA(.x = p->x, .y = p->y, .sample_weight = p->weight));
}

/* ---- comparisons */
static void near(int number, const char *what, const cx_array *a, double tolerance)
{
    size_t count;
    const double *const want = golden(&count, "%d/%s", number, what);
    cr_assert(cx_ok(), "%s: %s: %s", cases[number].spec, what, cx_error_message());
    cr_assert(cx_size(a) == (int64_t)count, "%s: %s has %lld numbers, not %zu", cases[number].spec,
              what, (long long)cx_size(a), count);
    const double off = difference(a, want, count);
    cr_expect(off <= tolerance, "%s: %s: %g > %g", cases[number].spec, what, off, tolerance);
}

static const int32_t *ints(const cx_estimator *m, const char *name)
{
    return cx_data_i32(cx_attr(m, name));
}

static uint64_t fold(uint64_t h, uint64_t v)
{
    return (h * 1000003 + (v & UINT64_C(0xffffffff))) % 2147483647;
}

static double digest(const cx_estimator *m)
{
    const int32_t *const left = ints(m, "children_left_"),
                         *const right = ints(m, "children_right_"),
                         *const feature = ints(m, "feature_"),
                         *const samples = ints(m, "n_node_samples_");
    const double *const threshold = cx_data_f64(cx_attr(m, "threshold_"));
    const bool *const missing = cx_data_bool(cx_attr(m, "missing_go_to_left_"));
    const int64_t n = cx_size(cx_attr(m, "feature_"));
    uint64_t h = 0;
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &threshold[i], sizeof bits);
        h = fold(h, (uint64_t)(int64_t)left[i]);
        if (left[i] >= 0) {
            h = fold(h, (uint64_t)right[i]);
            h = fold(h, (uint64_t)feature[i]);
        }
        h = fold(h, (uint64_t)samples[i]);
        if (left[i] < 0) continue;
        h = fold(h, bits >> 32);
        h = fold(h, bits);
        h = fold(h, missing[i]);
    }
    return (double)h;
}

static cx_array *some(const cx_array *a, int64_t step)
{
    return cx_slice(a, 0, 0, CX_END, step);
}

static void check_predictor(int number, const cx_estimator *m, const problem *p)
{
    near(number, "importances", cx_attr(m, "feature_importances_"), 1e-12);
    near(number, "predict", some(cx_predict(m, p->x), 2), 1e-12);
    if (cx_estimator_has(m, CX_PREDICT_PROBA))
        near(number, "proba", cx_predict_proba(m, some(p->x, 7)), 1e-12);
    if (!cx_has_attr(m, "oob_score_")) return;
    const char *const rows =
        cx_has_attr(m, "oob_prediction_") ? "oob_prediction_" : "oob_decision_function_";
    near(number, "oob", cx_attr(m, "oob_score_"), 1e-12);
    near(number, "oob_rows", some(cx_attr(m, rows), 7), 1e-12);
}

static void check_names(int number, const cx_estimator *m)
{
    size_t count;
    const double *const want = golden(&count, "%d/names", number);
    const cx_array *const names = cx_feature_names_out(m, NULL);
    cr_assert(cx_ok() && cx_size(names) * 2 == (int64_t)count, "%s", cx_error_message());
    for (int64_t i = 0; i < cx_size(names); i++) {
        char text[80];
        snprintf(text, sizeof text, "randomtreesembedding_%d_%d", (int)want[2 * i],
                 (int)want[2 * i + 1]);
        cr_expect_str_eq(cx_label(names, i), text);
    }
}

static void check_case(int number)
{
    const cx_scope s = cx_scope_open();
    const struct forest_case *const c = &cases[number];
    const problem p = problem_of(c);
    const cx_estimator *const m = fit_of(c->spec, &p);
    const cx_array *const start = cx_attr(m, "tree_start_");
    near(number, "sizes", cx_sub(cx_slice(start, 0, 1, CX_END, 1), cx_slice(start, 0, 0, -1, 1)),
         0);
    near(number, "digest", cx_f64(digest(m)), 0);
    if (strncmp(c->spec, "Isolation", 9) == 0) {
        near(number, "scores", some(cx_score_samples(m, p.x), 3), 1e-12);
        near(number, "sides", cx_predict(m, p.x), 0);
        near(number, "offset",
             cx_stack(CX_ARRAYS(cx_attr(m, "offset_"), cx_attr(m, "max_samples_")), 0), 1e-12);
    } else if (strncmp(c->spec, "RandomTreesE", 12) == 0) {
        near(number, "importances", cx_attr(m, "feature_importances_"), 1e-12);
        const cx_array *const ones = cx_transform(m, some(p.x, 5));
        near(number, "columns", cx_select(cx_argwhere(ones), 1, 1), 0);
        check_names(number, m);
    } else {
        check_predictor(number, m, &p);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", c->spec, cx_error_message());
}

Test(learn_forest, trees_of_scikit_learn)
{
    golden_from("learn_forest.tsv");
    for (int i = 0; i < CASES; i++) check_case(i);
}

/* ---- what the table cannot say */
static problem flowers(void)
{
    const data_set d = read_data("iris");
    return (problem){.x = d.x, .y = cx_astype(d.y, CX_I64), .n = d.n};
}

Test(learn_forest, warm_start_goes_on)
{
    static const char *const specs[] = {
        "RandomForestClassifier(n_estimators=%d, oob_score=True, random_state=3, warm_start=True)",
        "ExtraTreesRegressor(n_estimators=%d, random_state=3, warm_start=True)",
        "IsolationForest(n_estimators=%d, max_features=2, random_state=3, warm_start=True)",
        "RandomTreesEmbedding(n_estimators=%d, random_state=3, warm_start=True)"};
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const problem p = flowers();
        char few[128], all[128];
        snprintf(few, sizeof few, specs[i], 5);
        snprintf(all, sizeof all, specs[i], 12);
        cx_estimator *const m = fit_of(few, &p);
        const cx_estimator *const at_once = fit_of(all, &p);
        for (int again = 0; again < 2; again++) { /* the second time there is nothing to do */
            cx_check(cx_set_param(m, "n_estimators", "12"));
            cx_check(cx_fit_data(m, CX_DATA(.x = p.x, .y = p.y)));
            static const char *const same[] = {"tree_start_", "feature_", "threshold_", "value_",
                                               "tree_seed_"};
            for (int k = 0; k < 5; k++)
                cr_expect(cx_array_equal(cx_attr(m, same[k]), cx_attr(at_once, same[k])), "%s: %s",
                          all, same[k]);
            if (i == 0)
                cr_expect(cx_array_equal(cx_attr(m, "oob_decision_function_"),
                                         cx_attr(at_once, "oob_decision_function_")));
        }
        cr_expect(cx_ok(), "%s: %s", all, cx_error_message());
        cx_check(cx_set_param(m, "n_estimators", "11"));
        cr_expect(cx_fit_data(m, CX_DATA(.x = p.x, .y = p.y)) == CX_E_ARGUMENT, "%s", all);
        cr_expect(cx_size(cx_attr(m, "tree_start_")) == 13, "%s", all);
        cr_expect(cx_scope_close(s) == CX_OK);
    }
}

static void refused(const char *spec, const problem *p, cx_status want, const char *text)
{
    refuses(spec, CX_DATA(.x = p->x, .y = p->y), want, text);
}

Test(learn_forest, refusals_say_why)
{
    const cx_scope s = cx_scope_open();
    problem p = flowers();
    refused("ExtraTreesClassifier(oob_score=True)", &p, CX_E_ARGUMENT, "needs bootstrap=True");
    refused("RandomForestClassifier(bootstrap=False, max_samples=3)", &p, CX_E_ARGUMENT,
            "max_samples needs bootstrap");
    refused("RandomForestClassifier(oob_score='f1')", &p, CX_E_ARGUMENT, "oob_score");
    refused("RandomForestClassifier(n_estimators=0)", &p, CX_E_ARGUMENT, "n_estimators");
    refused("RandomForestClassifier(class_weight={7: 1.0})", &p, CX_E_ARGUMENT, "class_weight");
    refused("RandomForestRegressor(monotonic_cst=[1, 2, 0, 0])", &p, CX_E_ARGUMENT,
            "monotonic_cst");
    refused("IsolationForest(max_features=9)", &p, CX_E_ARGUMENT, "max_features=9");
    refused("IsolationForest(max_samples=0.001)", &p, CX_E_ARGUMENT, "of 150 rows is none");
    problem columns = p;
    columns.y = cx_stack(CX_ARRAYS(p.y, p.y), 1);
    refused("RandomForestClassifier(n_estimators=3, oob_score=True)", &columns, CX_E_ARGUMENT,
            "two classes in each");
    p.x = cx_mul(p.x, cx_float(1e38));
    refused("RandomForestClassifier(n_estimators=3)", &p, CX_E_ARGUMENT, "float32");
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Rows without an out-of-bag tree: counted as answered by zeros, and told. */
static void remember(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    snprintf(ctx, 256, "%s", text);
}

Test(learn_forest, rows_that_all_trees_saw)
{
    char told[256] = "";
    const cx_scope s = cx_scope_open_with(&(const cx_scope_opts){
        .struct_size = sizeof(cx_scope_opts), .on_warning = remember, .ctx = told});
    const problem p = flowers();
    const cx_estimator *const m =
        fit_of("RandomForestClassifier(n_estimators=1, oob_score=True, random_state=0)", &p);
    const cx_array *const rows = cx_sum(cx_attr(m, "oob_decision_function_"), CX_AXIS(1));
    const int64_t seen = cx_item_i64(cx_sum(cx_equal(rows, cx_float(0)), CX_ALL));
    cr_expect(seen > 60 && seen < 130, "%lld", (long long)seen);
    cr_expect(strstr(told, "out-of-bag") != NULL, "%s", told);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(learn_forest, a_deadline_ends_a_fit)
{
    const cx_scope data = cx_scope_open();
    const data_set d = read_data("digits");
    cx_estimator *const m = cx_estimator_new("RandomForestRegressor(n_estimators=5000)");
    const cx_scope s = cx_scope_open_with(&(const cx_scope_opts){
        .struct_size = sizeof(cx_scope_opts), .deadline_ns = cx_now_ns() + 50000000});
    cr_expect(cx_fit_data(m, CX_DATA(.x = d.x, .y = d.y)) == CX_E_TIMEOUT);
    cr_expect(cx_scope_close(s) == CX_OK);
    cr_expect(!cx_is_fitted(m));
    cr_expect(cx_scope_close(data) == CX_OK, "%s", cx_error_message());
}
