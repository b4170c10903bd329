/* device: each. Iterative imputation, sequential selection and centred kernels against
 * scikit-learn. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/feature_selection.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NEAR(a, tolerance, ...)                                                                   \
    do {                                                                                          \
        size_t count_;                                                                            \
        const double *want_ = golden(&count_, __VA_ARGS__);                                       \
        const double off_ = difference(test_host(a), want_, count_);                              \
        cr_expect(off_ <= (tolerance), "line %d, %s: %g > %g", __LINE__, key, off_, (tolerance)); \
    } while (0)

static const char *key = "";

static cx_scope open(void)
{
    golden_from("learn_iterative.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", key, cx_error_message());
}
/* Rows of a key, on the test's device. */
static cx_array *stored(const char *name, int64_t cols)
{
    size_t count;
    const double *const v = golden(&count, "%s", name);
    return test_copy_host(v, CX_SHAPE((int64_t)count / cols, cols), CX_F64);
}
static cx_status refused(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y);
    (void)!cx_scope_close(s);
    return st;
}

/* ---- imputation */
typedef struct variant {
    const char *name, *arguments;
} variant;

static void check_imputer(const variant *v, const cx_array *x, const cx_array *unseen)
{
    char spec[256];
    snprintf(spec, sizeof spec, "IterativeImputer(%s)", v->arguments);
    key = v->name;
    cx_estimator *const m = cx_estimator_new(spec);
    const cx_array *const filled = cx_fit_transform(m, x, NULL);
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    NEAR(cx_attr(m, "n_iter_"), 0.0, "iterative/%s/rounds", v->name);
    NEAR(cx_copy(filled), 1e-8, "iterative/%s/fit", v->name);
    NEAR(cx_transform(m, unseen), 1e-8, "iterative/%s/new", v->name);
    if (strstr(v->name, "posterior") == NULL)
        cr_expect(cx_allclose(cx_transform(m, x), filled, NULL), "%s", spec);
}

Test(iterative_imputer, ways_of_it)
{
    const variant variants[] = {
        {"default", ""},
        {"descending", "imputation_order='descending', max_iter=3"},
        {"roman", "imputation_order='roman', tol=1e-6, max_iter=4"},
        {"arabic", "imputation_order='arabic', max_iter=2"},
        {"random", "imputation_order='random', max_iter=3, random_state=4"},
        {"nearest", "n_nearest_features=3, max_iter=3, random_state=6"},
        {"complete", "skip_complete=True, max_iter=3"},
        {"complete_down", "skip_complete=True, max_iter=2, imputation_order='descending'"},
        {"median", "initial_strategy='median', max_iter=2"},
        {"most", "initial_strategy='most_frequent', max_iter=2"},
        {"constant", "initial_strategy='constant', fill_value=2.0, max_iter=2"},
        {"limits", "min_value=2.0, max_value=15.0, max_iter=2"},
        {"lists", "min_value=[11, 0, 0, 10, 0, 0], max_value=[14.0, 4.0, 3.0, 25.0, 200.0, 3.0], "
                  "max_iter=2"},
        {"indicator", "add_indicator=True, max_iter=2"},
        {"ridge", "Ridge(alpha=0.5), max_iter=3"},
        {"none", "max_iter=0"},
        {"posterior", "sample_posterior=True, max_iter=2, random_state=8"},
        {"posterior_limits",
         "sample_posterior=True, max_iter=2, random_state=9, min_value=1.0, max_value=13.0"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const cx_scope s = open();
        check_imputer(&variants[i], stored("iterative/x", 6), stored("iterative/new", 6));
        done(s);
    }
}

static cx_array *without_column_2(const cx_array *x)
{
    const cx_array *const place = cx_arange_i64(0, 6, 1, CX_I64, cx_device_of(x));
    return cx_where(cx_equal(place, cx_int(2)), cx_float((double)NAN), x);
}

Test(iterative_imputer, empty_columns_and_codes)
{
    const cx_scope s = open();
    const cx_array *const x = stored("iterative/x", 6), *const empty = without_column_2(x);
    key = "empty";
    NEAR(cx_fit_transform(cx_estimator_new("IterativeImputer(max_iter=2)"), empty, NULL), 1e-8,
         "iterative/empty/fit");
    cx_estimator *const kept = cx_estimator_new(
        "IterativeImputer(max_iter=2, keep_empty_features=True, initial_strategy='constant', "
        "fill_value=1.5)");
    NEAR(cx_fit_transform(kept, empty, NULL), 1e-8, "iterative/empty_kept/fit");
    NEAR(cx_transform(kept, stored("iterative/new", 6)), 1e-8, "iterative/empty_kept/new");
    key = "coded";
    const cx_array *const coded = cx_where(cx_isnan(x), cx_float(-1), x);
    NEAR(cx_fit_transform(cx_estimator_new("IterativeImputer(missing_values=-1, max_iter=3)"),
                          coded, NULL),
         1e-8, "iterative/coded/fit");
    const cx_array *const small = cx_fit_transform(cx_estimator_new("IterativeImputer(max_iter=2)"),
                                                   cx_astype(x, CX_F32), NULL);
    cr_expect(cx_dtype_of(small) == CX_F32);
    done(s);
}

Test(iterative_imputer, refusals)
{
    const cx_scope s = open();
    const cx_array *const x = stored("iterative/x", 6);
    cr_expect(refused("IterativeImputer(min_value=3, max_value=3)", x, NULL) == CX_E_ARGUMENT);
    cr_expect(refused("IterativeImputer(min_value=[1, 2])", x, NULL) == CX_E_SHAPE);
    cr_expect(refused("IterativeImputer(Ridge(), sample_posterior=True)", x, NULL) ==
              CX_E_UNSUPPORTED);
    cr_expect(refused("IterativeImputer(missing_values=0)", x, NULL) == CX_E_ARGUMENT);
    done(s);
}

/* A session goes through the same steps. */
Test(iterative_imputer, sessions)
{
    if (!test_on_cpu()) return;
    const cx_scope s = open();
    const cx_array *const unseen = stored("iterative/new", 6);
    cx_estimator *const m = cx_estimator_new("IterativeImputer(max_iter=3, add_indicator=True)");
    cx_check(cx_fit(m, stored("iterative/x", 6), NULL));
    const cx_array *const want = cx_transform(m, unseen);
    cx_session *const t = cx_session_new(m, CX_TRANSFORM, 16);
    const double *const in = cx_data_f64(unseen);
    cr_assert(cx_ok(), "%s", cx_error_message());
    const int64_t cols = cx_dim(want, 1);
    int64_t got = 0;
    for (int64_t lo = 0; lo < 30; lo += 10) {
        cr_assert(cx_session_run_rows(t, in + lo * 6, 10) == CX_OK, "%s", cx_error_message());
        const double *const out = cx_session_result(t, &got);
        cr_expect(got == cols);
        cr_expect(cx_array_equal(cx_copy_host(out, CX_SHAPE(10, cols), CX_F64),
                                 cx_slice(want, 0, lo, lo + 10, 1)));
    }
    cx_session_release(t);
    done(s);
}

/* ---- selection */
static void check_selector(const char *set, const char *inner, const variant *v, const cx_array *x,
                           const cx_array *y)
{
    char spec[200];
    snprintf(spec, sizeof spec, "SequentialFeatureSelector(%s%s)", inner, v->arguments);
    key = spec;
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, y));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    NEAR(cx_astype(cx_get_support(m), CX_F64), 0.0, "sequential/%s/%s", set, v->name);
    const cx_array *const count = cx_sum(cx_get_support(m), CX_ALL);
    cr_expect(cx_item_i64(cx_attr(m, "n_features_to_select_")) == cx_item_i64(count));
    cr_expect(cx_dim(cx_transform(m, x), 1) == cx_item_i64(count));
}

Test(sequential_feature_selector, of_numbers)
{
    const variant variants[] = {
        {"default", ""},
        {"three", ", n_features_to_select=3"},
        {"share", ", n_features_to_select=0.35"},
        {"back", ", n_features_to_select=4, direction='backward'"},
        {"auto_back", ", direction='backward'"},
        {"tol", ", tol=0.01"},
        {"tol_back", ", tol=-0.005, direction='backward', cv=3"},
        {"mse", ", n_features_to_select=4, scoring='neg_mean_squared_error', cv=4"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const cx_scope s = open();
        const data_set d = read_data("diabetes");
        check_selector("diabetes", "LinearRegression()", &variants[i], test_here(d.x),
                       test_here(d.y));
        done(s);
    }
}

Test(sequential_feature_selector, of_classes)
{
    const variant variants[] = {
        {"four", ", n_features_to_select=4, cv=3"},
        {"back", ", n_features_to_select=11, direction='backward', cv=3, scoring='neg_log_loss'"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const cx_scope s = open();
        const data_set d = read_data("wine_data");
        check_selector("wine_data", "LogisticRegression()", &variants[i],
                       test_here(standardised(d.x)), test_here(cx_astype(d.y, CX_I64)));
        done(s);
    }
}

Test(sequential_feature_selector, refusals)
{
    const cx_scope s = open();
    const data_set d = read_data("diabetes");
    const cx_array *const x = test_here(d.x), *const y = test_here(d.y);
    static const char spec[] = "SequentialFeatureSelector(Ridge(), n_features_to_select=10)";
    cr_expect(refused(spec, x, y) == CX_E_ARGUMENT);
    cr_expect(refused("SequentialFeatureSelector(Ridge(), tol=-0.1)", x, y) == CX_E_ARGUMENT);
    cr_expect(refused("SequentialFeatureSelector(Ridge())", cx_slice(x, 1, 0, 1, 1), y) ==
              CX_E_SHAPE);
    cr_expect(refused("SequentialFeatureSelector(Ridge(), scoring='no_such')", x, y) ==
              CX_E_ARGUMENT);
    done(s);
}

/* ---- kernels */
Test(kernel_centerer, of_a_kernel)
{
    const cx_scope s = open();
    key = "kernel";
    const cx_array *const k = stored("kernel/k", 40), *const other = stored("kernel/new", 40);
    cx_estimator *const m = cx_estimator_new("KernelCenterer()");
    NEAR(cx_fit_transform(m, k, NULL), 1e-12, "kernel/same");
    NEAR(cx_attr(m, "K_fit_rows_"), 1e-14, "kernel/rows");
    NEAR(cx_attr(m, "K_fit_all_"), 1e-14, "kernel/all");
    NEAR(cx_transform(m, other), 1e-12, "kernel/other");
    const cx_array *const names = cx_feature_names_out(m, NULL);
    cr_expect_str_eq(cx_label(names, 39), "kernelcenterer39");
    cx_estimator *const small = cx_estimator_new("KernelCenterer()");
    cr_expect(cx_dtype_of(cx_fit_transform(small, cx_astype(k, CX_F32), NULL)) == CX_F32);
    cr_expect(refused("KernelCenterer()", other, NULL) == CX_E_SHAPE);
    done(s);
}

Test(kernel_centerer, sessions_and_files)
{
    if (!test_on_cpu()) return;
    const cx_scope s = open();
    const cx_array *const k = stored("kernel/k", 40), *const other = stored("kernel/new", 40);
    cx_estimator *const m = cx_estimator_new("KernelCenterer()");
    cx_check(cx_fit(m, k, NULL));
    const cx_array *const want = cx_transform(m, other);
    char path[64];
    snprintf(path, sizeof path, "test_kernel_centerer_%ld.safetensors", (long)getpid());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_array_equal(cx_transform(cx_estimator_load(path), other), want));
    remove(path);
    cx_session *const t = cx_session_new(m, CX_TRANSFORM, 10);
    int64_t cols = 0;
    cr_assert(cx_session_run_rows(t, cx_data_f64(other), 10) == CX_OK);
    const double *const out = cx_session_result(t, &cols);
    cr_expect(cx_array_equal(cx_copy_host(out, CX_SHAPE(10, 40), CX_F64), want));
    cx_session_release(t);
    done(s);
}
