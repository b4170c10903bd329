/* Forests against scikit-learn, tree by tree: the rows of learn_forest_cases.def. */
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
            const cx_array *const other =
                cx_sub(cx_mul(cx_float(100), cx_select(d.x, 1, 2)), d.y);
            p.y = cx_stack(CX_ARRAYS(d.y, other), 1);
        } else if (columns) {
            const cx_array *const high = cx_greater(cx_select(d.x, 1, 0), cx_float(5.8)),
                                 *const one = cx_astype(cx_equal(d.y, cx_float(1)), CX_I64);
            p.y = cx_stack(CX_ARRAYS(set[0] == 'p' ? one : cx_astype(d.y, CX_I64),
                                     cx_astype(high, CX_I64)),
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

static cx_estimator *fitted(const char *spec, const problem *p)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = p->x, .y = p->y, .sample_weight = p->weight)));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

/* ---- comparisons */
static void near(int number, const char *what, const cx_array *a, double tolerance)
{
    size_t count;
    const double *const want = golden(&count, "%d/%s", number, what);
    cr_assert(cx_ok(), "%s: %s: %s", cases[number].spec, what, cx_error_message());
    cr_assert(cx_size(a) == (int64_t)count, "%s: %s has %lld numbers, not %zu",
              cases[number].spec, what, (long long)cx_size(a), count);
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
    const int32_t *const left = ints(m, "children_left_"), *const right = ints(m, "children_right_"),
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
    const cx_estimator *const m = fitted(c->spec, &p);
    const cx_array *const start = cx_attr(m, "tree_start_");
    near(number, "sizes",
         cx_sub(cx_slice(start, 0, 1, CX_END, 1), cx_slice(start, 0, 0, -1, 1)), 0);
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
