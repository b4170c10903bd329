/* device: each
 * isa: each
 * Walks of packed and unpacked trees against the definition, on the attributes, bit for bit. */
#include "hand_trees.h"

#include "device.h"
#include "files.h"
#include "sample_estimators.h"
#include <calx/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static cx_scope scope;
static void begin(void)
{
    scope = cx_scope_open();
}
static void end(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
TestSuite(walk, .init = begin, .fini = end, .timeout = 300);

/* Sums and leaves as they are defined. */
static void expect_walk(const char *spec, const cx__trees *t, int64_t columns, bool single,
                        const cx_array *x, const cx_array *sums, const cx_array *leaves)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), out = columns * t->width;
    const double *const v = cx_data_f64(x), *const have = cx_data_f64(sums);
    const int64_t *const leaf = cx_data_i64(leaves);
    cr_assert(have != NULL && leaf != NULL, "%s: %s", spec, cx_error_message());
    cr_assert_eq(cx_size(sums), n * out, "%s", spec);
    double *const want = calloc((size_t)out, sizeof *want);
    for (int64_t i = 0; i < n; i++) {
        memset(want, 0, (size_t)out * sizeof *want);
        for (int64_t tree = 0; tree < t->count; tree++) {
            const int32_t at = hand_leaf(t, tree, v + i * d, single);
            cr_assert_eq(leaf[i * t->count + tree], at, "%s: row %d, tree %d", spec, (int)i,
                         (int)tree);
            for (int64_t k = 0; k < t->width; k++)
                want[tree % columns * t->width + k] +=
                    .5 * t->value[(t->start[tree] + at) * t->width + k];
        }
        cr_assert(memcmp(want, have + i * out, (size_t)out * sizeof *want) == 0, "%s: row %d of %d",
                  spec, (int)i, (int)n);
    }
    free(want);
}

static void check(const char *spec, int64_t d, const int64_t *rows, int count)
{
    const cx_estimator *const m = hand_new(spec, d);
    const bool single = cx_param_bool(m, "single"), codes = cx_param_bool(m, "categories");
    const cx_estimator *const there = cx_estimator_to(m, test_device());
    cx__trees t;
    cr_assert(cx__trees_view("test", m, &t) == CX_OK);
    for (int i = 0; i < count; i++) {
        const cx_array *const x = hand_x(rows[i], d, codes, i % 2 == 0 ? .05 : 0), *const here =
                                                                                       test_here(x);
        expect_walk(spec, &t, cx_param_i64(m, "columns"), single, x,
                    test_host(cx_predict(there, here)), test_host(cx_transform(there, here)));
    }
}

static const int64_t some[] = {1, 5, 40, 300, 1500}, few[] = {1, 60, 130};

Test(walk, batches)
{
    check("HandTrees(trees=37, size=400, width=1)", 11, some, test_on_cpu() ? 5 : 4);
    check("HandTrees(trees=20, size=300, single=False)", 5, some, test_on_cpu() ? 5 : 4);
    check("HandTrees(trees=12, size=200, width=3, columns=2)", 7, few, 3);
    check("HandTrees(trees=12, size=200, width=2, columns=3, single=False)", 7, few, 3);
    check("HandTrees(trees=9, size=1)", 3, few, 3);
    check("HandTrees(trees=1, size=2000)", 1, few, 3);
    check("HandTrees(trees=6, size=500)", 1500, few, 2);
    check("HandTrees(trees=101, size=60, width=2)", 32, few, 3);
    check("HandTrees(trees=52, size=60, width=3)", 33, few, 3);
    check("HandTrees(trees=33, size=60, columns=2)", 1100, few, 1);
}

Test(walk, categories)
{
    check("HandTrees(trees=10, size=300, categories=True, single=False)", 3, some, 4);
    check("HandTrees(trees=10, size=300, categories=True)", 1, few, 3);
}

/* Sessions pack always; a row has the bits of a batch. */
Test(walk, sessions)
{
    static const char *const specs[] = {"HandTrees(trees=100, size=300)",
                                        "HandTrees(trees=83, size=200, width=3, single=False)",
                                        "HandTrees(trees=30, size=100, columns=3)",
                                        "HandTrees(trees=30, size=100, categories=True)"};
    const int64_t d = 6, n = 100;
    for (int k = 0; k < 4; k++) {
        const cx_estimator *const m = hand_new(specs[k], d);
        const cx_array *const x = hand_x(n, d, cx_param_bool(m, "categories"), .02), *const want =
                                                                                         cx_predict(
                                                                                             m, x);
        cx_session *const one = cx_session_new(m, CX_PREDICT, 1), *const all = cx_session_new(
                                                                      m, CX_PREDICT, n);
        int64_t cols;
        const double *const v = cx_data_f64(x), *const w = cx_data_f64(want);
        cr_assert(cx_session_run_rows(all, v, n) == CX_OK, "%s", cx_error_message());
        const double *const whole = cx_session_result(all, &cols);
        cr_expect(memcmp(whole, w, (size_t)(n * cols) * sizeof *w) == 0, "%s", specs[k]);
        for (int64_t i = 0; i < n; i++) {
            cr_assert(cx_session_run_rows(one, v + i * d, 1) == CX_OK);
            cr_expect(
                memcmp(cx_session_result(one, NULL), w + i * cols, (size_t)cols * sizeof *w) == 0,
                "%s: row %d", specs[k], (int)i);
        }
    }
}

/* Between two float32 neighbours, at them, and where float32 ends. */
Test(walk, thresholds_are_rounded_down)
{
    const double below = 1 - 0x1p-24, above = 1 + 0x1p-23, edges[] = {1,
                                                                      1 + 0x1p-30,
                                                                      1 - 0x1p-30,
                                                                      below,
                                                                      above,
                                                                      0,
                                                                      -0.0,
                                                                      0x1p-149,
                                                                      1e300,
                                                                      -1e300,
                                                                      3.4028234663852886e38,
                                                                      -3.4028234663852886e38};
    enum { N = sizeof edges / sizeof edges[0] };
    cx_estimator *const m = hand_new("HandTrees(trees=8, size=200)", 2);
    cx__trees t;
    cr_assert(cx__trees_view("test", m, &t) == CX_OK);
    for (int64_t i = 0; i < t.nodes; i++) t.threshold[i] = edges[i % N];
    double v[2 * N * N];
    for (int i = 0; i < N * N; i++) {
        v[2 * i] = edges[i / N];
        v[2 * i + 1] = edges[i % N];
    }
    const cx_array *const x = cx_copy_host(v, CX_SHAPE(N * N, 2), CX_F64);
    expect_walk("edges", &t, 1, true, x, cx_predict(m, x), cx_transform(m, x));
}

Test(walk, broken_files_are_refused)
{
    char path[TEST_PATH], spec[128];
    test_temp_file(path);
    for (int how = 0; how <= 13; how++) {
        snprintf(spec, sizeof spec, "HandTrees(trees=3, size=50, categories=True, broken=%d)", how);
        const cx_estimator *const m = hand_new(spec, 4);
        cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
        const cx_scope s = cx_scope_open();
        const cx_estimator *const back = cx_estimator_load(path);
        cr_expect_eq(cx_estimator_status(back), how == 0 ? CX_OK : CX_E_PARSE, "%d: %s", how,
                     cx_error_message());
        scope_drop(s);
    }
    unlink(path);
}
