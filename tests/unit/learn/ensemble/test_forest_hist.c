/* device: simulated. Forests by histograms: the device's slots grow the CPU's trees bit for bit,
 * whatever grows together; nodes tell of their rows; forests are as good as exact ones. */
#include "device.h"
#include "learn/ensemble/forest_hist.h"
#include "learn/numeric/site.h"
#include <calx/array.h>
#include <calx/datasets.h>
#include <calx/device.h>
#include <calx/estimator.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 180, D = 6, NAN_COLUMN = 2, TREES = 3 };

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(forest_hist, .init = setup, .fini = teardown, .timeout = 300);

static uint32_t state = 7;
static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* ---- slots */
typedef struct task {
    const char *name;
    int64_t outputs, classes; /* 0: numbers */
    int64_t max_features, max_depth, min_leaf;
    bool weighted, drawn, monotonic;
    double min_weight, decrease, alpha;
} task;

static double x[N * D], y[N * 2], weight[N];
static void make_data(const task *t)
{
    state = 7;
    for (int64_t i = 0; i < N; i++) {
        for (int64_t j = 0; j < D; j++) {
            const bool missing = j == NAN_COLUMN && draw(6) == 0;
            x[i * D + j] = missing ? NAN : (double)((float)draw(j == 1 ? 9 : 5000) / 7);
        }
        weight[i] = draw(9) == 0 ? 0 : 0.3 * (1 + draw(4));
        const double v = x[i * D] / 100 - (x[i * D + 1] > 0.5 ? 2 : 0) +
                         (isnan(x[i * D + NAN_COLUMN]) ? 3 : 0) + draw(100) / 80.0;
        for (int64_t k = 0; k < t->outputs; k++) {
            const double w = k == 0 ? v : -v / 2 + x[i * D + 4] / 200;
            y[i * t->outputs + k] = t->classes > 0 ? fmod(fabs(floor(w)), (double)t->classes) : w;
        }
    }
}

static cx_status rows_of(void *ctx, int64_t tree, int32_t *row, int64_t *count, double *own)
{
    const task *const t = ctx;
    uint32_t s = (uint32_t)tree * 77 + 5;
    *count = 0;
    for (int32_t i = 0; i < N; i++) {
        s = s * 1664525u + 1013904223u;
        const uint32_t times = t->drawn ? (s >> 20) % 3 : weight[i] > 0 || !t->weighted;
        for (uint32_t k = 0; k < times && *count < N; k++) row[(*count)++] = i;
    }
    (void)own;
    return CX_OK;
}

static void grow(const task *t, cx_device device, int64_t group, int64_t slots, cx__trees *out)
{
    static const int8_t signs[D] = {1, -1, 0, 0, 0, 1};
    static const uint32_t seed[TREES] = {3, 99, 12345};
    static int64_t classes[2];
    make_data(t);
    cx__site site;
    cr_assert(cx__site_at("fit", device, &site) == CX_OK);
    cx__grow g = {.where = "fit",
                  .self = cx_estimator_new("RandomForestRegressor()"),
                  .n = N,
                  .d = D,
                  .outputs = t->outputs,
                  .y = y,
                  .width = t->outputs * (t->classes > 0 ? t->classes : 1),
                  .weight = t->weighted ? weight : NULL,
                  .min_weight_fraction = t->min_weight,
                  .ccp_alpha = t->alpha,
                  .rules = {.max_depth = t->max_depth,
                            .min_samples_split = 2 * t->min_leaf,
                            .min_samples_leaf = t->min_leaf,
                            .max_features = t->max_features,
                            .min_impurity_decrease = t->decrease,
                            .monotonic = t->monotonic ? signs : NULL}};
    for (int k = 0; k < 2; k++) classes[k] = t->classes;
    if (t->classes > 0) g.classes = classes;
    const cx__hist_forest f = {
        .site = &site,
        .g = &g,
        .x = cx_to(cx_copy_host(x, CX_SHAPE(N, D), CX_F64), device),
        .rows = rows_of,
        .ctx = (void *)(uintptr_t)t,
        .most = N,
        .weight = g.weight,
        .seed = seed,
        .group = group,
        .slots = slots,
    };
    *out = (cx__trees){.width = g.width};
    cr_assert(cx__hist_forest_grow(&f, TREES, out) == CX_OK, "%s: %s", t->name, cx_error_message());
    cr_assert(out->count == TREES && out->nodes > TREES);
}

static void same(const task *t, const char *what, const cx__trees *a, const cx__trees *b)
{
    const size_t n = (size_t)a->nodes, w = (size_t)a->width;
    cr_assert(a->nodes == b->nodes, "%s, %s: %d nodes, %d", t->name, what, (int)a->nodes,
              (int)b->nodes);
    const bool all = memcmp(a->start, b->start, sizeof *a->start * (TREES + 1)) == 0 &&
                     memcmp(a->left, b->left, n * sizeof *a->left) == 0 &&
                     memcmp(a->right, b->right, n * sizeof *a->right) == 0 &&
                     memcmp(a->feature, b->feature, n * sizeof *a->feature) == 0 &&
                     memcmp(a->samples, b->samples, n * sizeof *a->samples) == 0 &&
                     memcmp(a->threshold, b->threshold, n * sizeof *a->threshold) == 0 &&
                     memcmp(a->missing_left, b->missing_left, n) == 0 &&
                     memcmp(a->impurity, b->impurity, n * sizeof *a->impurity) == 0 &&
                     memcmp(a->weighted, b->weighted, n * sizeof *a->weighted) == 0 &&
                     memcmp(a->value, b->value, n * w * sizeof *a->value) == 0;
    cr_assert(all, "%s: other nodes %s", t->name, what);
}

/* Nodes against the rows that fall into them. */
static void check_nodes(const task *t, const cx__trees *m)
{
    static int32_t row[N];
    for (int64_t tree = 0; tree < m->count && !(t->alpha > 0) && !t->monotonic; tree++) {
        const int64_t base = m->start[tree], count = m->start[tree + 1] - base;
        int64_t rows = 0;
        cr_assert(rows_of((void *)(uintptr_t)t, tree, row, &rows, NULL) == CX_OK);
        for (int64_t node = 0; node < count; node += 1 + count / 9) {
            double sum[6] = {0}, squares = 0, all = 0;
            int64_t here = 0;
            for (int64_t i = 0; i < rows; i++) {
                const double *const at = x + row[i] * D, w = t->weighted ? weight[row[i]] : 1;
                int64_t n = 0;
                while (n != node && m->left[base + n] >= 0) {
                    const double v = at[m->feature[base + n]];
                    const bool left =
                        isnan(v) ? m->missing_left[base + n] : v <= m->threshold[base + n];
                    n = left ? m->left[base + n] : m->right[base + n];
                }
                if (n != node) continue;
                here++;
                all += w;
                for (int64_t k = 0; k < t->outputs; k++) {
                    const double v = y[row[i] * t->outputs + k];
                    if (t->classes > 0) sum[k * t->classes + (int64_t)v] += w;
                    if (t->classes == 0) sum[k] += w * v;
                    squares += w * v * v;
                }
            }
            cr_assert(m->samples[base + node] == here && here > 0, "%s: %d rows, not %d", t->name,
                      m->samples[base + node], (int)here);
            cr_assert(fabs(m->weighted[base + node] - all) <= 1e-6 * all, "%s", t->name);
            double impurity = t->classes > 0 ? (double)t->outputs : squares / all;
            for (int64_t c = 0; c < m->width; c++) {
                const double mean = sum[c] / all, got = m->value[(base + node) * m->width + c];
                cr_assert(fabs(got - mean) <= 1e-5 * (1 + fabs(mean)), "%s: value %g, not %g",
                          t->name, got, mean);
                impurity -= mean * mean;
            }
            cr_assert(fabs(m->impurity[base + node] - impurity / (double)t->outputs) <= 1e-4,
                      "%s: impurity %g, not %g", t->name, m->impurity[base + node],
                      impurity / (double)t->outputs);
        }
    }
}

static const task tasks[] = {
    {"numbers", 1, 0, D, INT64_MAX, 1, false, true, false, 0, 0, 0},
    {"weights", 1, 0, D, 6, 3, true, false, false, 0.01, 0, 0},
    {"drawn columns", 1, 0, 2, INT64_MAX, 2, false, true, false, 0, 0.0005, 0},
    {"signs", 1, 0, D, INT64_MAX, 1, false, true, true, 0, 0, 0},
    {"two targets", 2, 0, 3, 9, 1, false, true, false, 0, 0, 0},
    {"two weighted targets", 2, 0, D, 9, 1, true, false, false, 0, 0, 0},
    {"two classes", 1, 2, 2, INT64_MAX, 1, false, true, false, 0, 0, 0},
    {"signs of two classes", 1, 2, D, 7, 1, true, false, true, 0, 0, 0},
    {"three classes", 1, 3, 2, INT64_MAX, 1, false, true, false, 0, 0, 0},
    {"columns of classes", 2, 3, 3, 8, 4, true, false, false, 0.02, 0, 0},
    {"pruned", 1, 3, D, INT64_MAX, 1, false, true, false, 0, 0, 0.004},
};

Test(forest_hist, a_device_grows_what_the_cpu_grows)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        cx__trees want, got, alone, few;
        const task *const t = &tasks[i];
        grow(t, CX_CPU, 0, 0, &want);
        check_nodes(t, &want);
        grow(t, test_device(), 0, 0, &got);
        same(t, "on the device", &want, &got);
        grow(t, CX_CPU, 1, 0, &alone);
        same(t, "alone", &want, &alone);
        grow(t, CX_CPU, 3, 9, &few);
        same(t, "with few histograms", &want, &few);
        cx__trees *const all[] = {&want, &got, &alone, &few};
        for (int k = 0; k < 4; k++) cx__trees_free(all[k]);
    }
}

/* ---- fits */
static double score_of(const char *spec, const cx_bunch *b, int seed, bool here)
{
    const cx_scope inner = cx_scope_open();
    int64_t row[2][1000], count[2] = {0, 0};
    for (int64_t i = 0; i < cx_dim(b->x, 0); i++) {
        const int k = (i + seed) % 3 == 0;
        row[k][count[k]++] = i;
    }
    const cx_array *xs[2], *ys[2];
    for (int k = 0; k < 2; k++) {
        const cx_array *const rows = cx_copy_host(row[k], CX_SHAPE(count[k]), CX_I64);
        xs[k] = cx_take(b->x, rows, 0);
        ys[k] = cx_take(b->y, rows, 0);
        if (here) xs[k] = test_here(xs[k]);
        if (here) ys[k] = test_here(ys[k]);
    }
    char text[200];
    snprintf(text, sizeof text, "%s, random_state=%d)", spec, seed);
    cx_estimator *const m = cx_estimator_new(text);
    cr_assert(cx_fit(m, xs[0], ys[0]) == CX_OK, "%s: %s", text, cx_error_message());
    const double score = cx_score(m, xs[1], ys[1]);
    cr_assert(cx_scope_close(inner) == CX_OK, "%s: %s", text, cx_error_message());
    return score;
}

static void as_good(const char *spec, cx_bunch b, int seeds)
{
    double mean[2] = {0, 0};
    for (int here = 0; here < 2; here++)
        for (int seed = 0; seed < seeds; seed++)
            mean[here] += score_of(spec, &b, seed, here == 1) / seeds;
    cr_expect(mean[1] >= mean[0] - 0.005 * fabs(mean[0]), "%s: %g on the CPU, %g on the device",
              spec, mean[0], mean[1]);
}

Test(forest_hist, as_good_as_exact_forests)
{
    as_good("RandomForestClassifier(12", cx_load_iris(NULL), 3);
    as_good("RandomForestClassifier(12", cx_load_wine(NULL), 3);
    as_good("RandomForestRegressor(20, max_depth=3", cx_load_diabetes(NULL), 3);
    as_good("DecisionTreeRegressor(max_depth=3", cx_load_diabetes(NULL), 3);
}

static cx_estimator *fitted(const char *spec, const cx_bunch *b, bool here)
{
    cx_estimator *const m = cx_estimator_new(spec);
    const cx_array *const xs = here ? test_here(b->x) : b->x, *const ys =
                                                                  here ? test_here(b->y) : b->y;
    cr_assert(cx_fit(m, xs, ys) == CX_OK, "%s: %s", spec, cx_error_message());
    return m;
}

/* A tree without bounds knows its own rows by heart, on either device. */
Test(forest_hist, trees_fit_their_rows)
{
    const cx_bunch wine = cx_load_wine(NULL), diabetes = cx_load_diabetes(NULL);
    const cx_estimator *const c = fitted("DecisionTreeClassifier(random_state=0)", &wine, true),
                              *const r =
                                  fitted("DecisionTreeRegressor(max_depth=6, random_state=0)",
                                         &diabetes, true),
                              *const exact =
                                  fitted("DecisionTreeRegressor(max_depth=6, random_state=0)",
                                         &diabetes, false);
    cr_assert(cx_score(c, test_here(wine.x), test_here(wine.y)) == 1);
    const double score = cx_score(r, test_here(diabetes.x), test_here(diabetes.y));
    cr_assert(fabs(score - cx_score(exact, diabetes.x, diabetes.y)) < 0.01, "%g", score);
    cx_array *const there = cx_predict(r, test_here(diabetes.x));
    const cx_array *const back = cx_predict(cx_estimator_to(r, CX_CPU), diabetes.x);
    cr_assert(cx_array_equal(test_host(there), back));
}

/* The same seed gives the same forest, in one fit or in two. */
Test(forest_hist, seeds_decide)
{
    static const char *const attrs[] = {"threshold_", "value_", "feature_importances_",
                                        "oob_prediction_", "oob_score_"};
    const cx_bunch b = cx_load_diabetes(NULL);
    cx_estimator *m[3];
    for (int k = 0; k < 2; k++)
        m[k] = fitted("RandomForestRegressor(12, max_depth=3, oob_score=True, random_state=3)", &b,
                      true);
    m[2] = fitted("RandomForestRegressor(5, max_depth=3, oob_score=True, warm_start=True, "
                  "random_state=3)",
                  &b, true);
    cr_assert(cx_set_param_i64(m[2], "n_estimators", 12) == CX_OK);
    cr_assert(cx_fit(m[2], test_here(b.x), test_here(b.y)) == CX_OK, "%s", cx_error_message());
    for (int k = 1; k < 3; k++)
        for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
            cr_assert(cx_array_equal(cx_attr(m[0], attrs[i]), cx_attr(m[k], attrs[i])), "%s of %d",
                      attrs[i], k);
    const cx_estimator *const exact =
        fitted("RandomForestRegressor(12, max_depth=3, oob_score=True, random_state=3)", &b, false);
    const double own = cx_item_f64(cx_attr(m[0], "oob_score_")),
                 want = cx_item_f64(cx_attr(exact, "oob_score_"));
    cr_assert(fabs(own - want) < 0.06, "out of bag %g, exact %g", own, want);
}

static void refused(const char *spec, const char *word)
{
    const cx_scope inner = cx_scope_open();
    const cx_bunch b = cx_load_diabetes(NULL);
    cx_estimator *const m = cx_estimator_new(spec);
    cr_expect(cx_fit(m, test_here(b.x), test_here(b.y)) == CX_E_UNSUPPORTED, "%s", spec);
    cr_expect(strstr(cx_error_message(), word) != NULL, "%s: %s", spec, cx_error_message());
    (void)!cx_scope_close(inner);
}
Test(forest_hist, what_only_the_cpu_grows)
{
    refused("RandomForestRegressor(criterion='poisson')", "criterion=poisson");
    refused("RandomForestRegressor(max_leaf_nodes=7)", "max_leaf_nodes=7");
    refused("DecisionTreeRegressor(splitter='random')", "splitter=random");
    refused("ExtraTreesRegressor()", "ExtraTreesRegressor");
}
