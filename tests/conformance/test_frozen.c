/* device: each
 * FrozenEstimator: a fitted model that stays as it is, wherever it is put. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct rows {
    cx_array *x, *y;
} rows;

static rows iris(void)
{
    const data_set d = read_data("iris");
    return (rows){test_here(d.x), test_here(cx_astype(d.y, CX_I64))};
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_estimator *fitted(const char *spec, const rows *r)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, r->x, r->y));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}
static bool same(cx_array *a, cx_array *b)
{
    return cx_array_equal(test_host(a), test_host(b));
}

Test(frozen, methods_are_the_models)
{
    const cx_scope s = cx_scope_open();
    const rows r = iris(),
               few = {cx_copy(cx_slice(r.x, 0, 0, 60, 1)), cx_copy(cx_slice(r.y, 0, 0, 60, 1))};
    cx_estimator *const model = fitted("LinearDiscriminantAnalysis()", &r);
    cx_estimator *const f = cx_frozen_estimator(model);
    cr_assert_str_eq(cx_estimator_spec(f),
                     "FrozenEstimator(estimator=LinearDiscriminantAnalysis())");
    cr_expect(cx_is_fitted(f) && cx_is_fitted(cx_clone(f)) && cx_is_fitted(cx_clone(cx_clone(f))));
    cr_expect(cx_estimator_kind_of(f) == CX_CLASSIFIER && cx_estimator_has(f, CX_TRANSFORM));
    cx_array *const proba = cx_predict_proba(model, r.x);
    const double score = cx_score(model, r.x, r.y);
    cx_array *const coef = cx_copy(cx_attr(model, "coef_"));
    /* neither a fit of it nor one of the model changes it */
    cr_expect(cx_fit(f, few.x, few.y) == CX_OK && cx_fit(model, few.x, few.y) == CX_OK);
    cr_expect(same(cx_predict_proba(f, r.x), proba));
    cr_expect(same(cx_predict_proba(cx_clone(f), r.x), proba));
    cr_expect(same(cx_attr(f, "coef_"), coef) && same(cx_attr(f, "estimator__coef_"), coef));
    cr_expect(cx_item_i64(test_host(cx_attr(f, "n_features_in_"))) == 4);
    cr_expect(cx_score(f, r.x, r.y) == score);
    done(s);
}

Test(frozen, refusals)
{
    const cx_scope s = cx_scope_open();
    const rows r = iris();
    cx_estimator *const f = cx_frozen_estimator(fitted("GaussianNB()", &r));
    cr_expect(cx_set_param(f, "estimator__var_smoothing", "0.5") == CX_E_ARGUMENT);
    cr_expect(strstr(cx_error_message(), "FrozenEstimator") != NULL, "%s", cx_error_message());
    cr_expect(cx_is_fitted(f));
    cr_expect(cx_set_param(f, "estimator", "GaussianNB()") == CX_OK);
    cr_expect(!cx_is_fitted(f));
    cr_expect(cx_fit(f, r.x, r.y) == CX_E_NOT_FITTED);
    cr_expect(cx_fit(cx_estimator_new("CalibratedClassifierCV(FrozenEstimator(GaussianNB()))"), r.x,
                     r.y) == CX_E_NOT_FITTED);
    const cx_scope inner = cx_scope_open();
    const cx_estimator *const nil = cx_frozen_estimator(cx_estimator_new("GaussianNB()"));
    cr_expect(cx_estimator_status(nil) == CX_E_NOT_FITTED);
    cr_expect(cx_scope_close(inner) == CX_E_NOT_FITTED);
    done(s);
}

/* A pipeline whose first step is fitted already. */
Test(frozen, steps_of_a_pipeline)
{
    const cx_scope s = cx_scope_open();
    const rows r = iris(), few = {cx_copy(cx_slice(r.x, 0, 0, CX_END, 2)),
                                  cx_copy(cx_slice(r.y, 0, 0, CX_END, 2))};
    const cx_estimator *const scaler = fitted("StandardScaler()", &r);
    cx_estimator *const p = cx_estimator_new("StandardScaler() | LinearDiscriminantAnalysis()");
    cr_expect(cx_set_param_estimator(p, "standardscaler", cx_frozen_estimator(scaler)) == CX_OK);
    cr_assert(cx_fit(p, few.x, few.y) == CX_OK, "%s", cx_error_message());
    const cx_estimator *const last =
        fitted("LinearDiscriminantAnalysis()", &(const rows){cx_transform(scaler, few.x), few.y});
    cr_expect(same(cx_predict_proba(p, r.x), cx_predict_proba(last, cx_transform(scaler, r.x))));
    cr_expect(cx_size(cx_feature_names_out(cx_frozen_estimator(scaler), NULL)) == 4);
    done(s);
}

static cx_estimator *through_file(const cx_estimator *m)
{
    char path[64];
    snprintf(path, sizeof path, "test_frozen_%ld.safetensors", (long)getpid());
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
    cx_estimator *const back = cx_estimator_to(cx_estimator_load(path), test_device());
    remove(path);
    cr_assert(cx_ok(), "%s", cx_error_message());
    return back;
}

/* The model comes back from a file even where it is a parameter, and can be fitted round again. */
Test(frozen, files)
{
    const cx_scope s = cx_scope_open();
    const rows r = iris(), few = {cx_copy(cx_slice(r.x, 0, 0, CX_END, 2)),
                                  cx_copy(cx_slice(r.y, 0, 0, CX_END, 2))};
    const cx_estimator *const model = fitted("StandardScaler() | GaussianNB()", &r);
    const cx_estimator *const f = cx_frozen_estimator(model);
    cr_expect(same(cx_predict_proba(through_file(f), r.x), cx_predict_proba(model, r.x)));
    cx_estimator *const c = cx_estimator_new("CalibratedClassifierCV()");
    cr_expect(cx_set_param_estimator(c, "estimator", f) == CX_OK);
    cx_estimator *const unfitted = through_file(c);
    cr_expect(!cx_is_fitted(unfitted));
    cr_assert(cx_fit(c, few.x, few.y) == CX_OK && cx_fit(unfitted, few.x, few.y) == CX_OK, "%s",
              cx_error_message());
    cx_array *const proba = cx_predict_proba(c, r.x);
    cr_expect(same(cx_predict_proba(unfitted, r.x), proba));
    cx_estimator *const back = through_file(c);
    cr_expect(same(cx_predict_proba(back, r.x), proba));
    cr_assert(cx_fit(back, few.x, few.y) == CX_OK, "%s", cx_error_message());
    cr_expect(same(cx_predict_proba(back, r.x), proba));
    done(s);
}

Test(frozen, sessions)
{
    const cx_scope s = cx_scope_open();
    const rows r = iris();
    const cx_estimator *const f =
        cx_frozen_estimator(fitted("StandardScaler() | GaussianNB()", &r));
    cx_estimator *const c = cx_estimator_new("CalibratedClassifierCV(method='isotonic')");
    cr_expect(cx_set_param_estimator(c, "estimator", f) == CX_OK);
    cr_assert(cx_fit(c, r.x, r.y) == CX_OK, "%s", cx_error_message());
    const cx_estimator *const here = cx_estimator_to(c, CX_CPU);
    cx_session *const ask = cx_session_new(here, CX_PREDICT_PROBA, 150);
    const cx_array *const x = cx_to(r.x, CX_CPU);
    cr_assert(cx_session_run_rows(ask, cx_data_f64(x), 150) == CX_OK, "%s", cx_error_message());
    int64_t cols = 0;
    const double *const got = cx_session_result(ask, &cols), *const want = cx_data_f64(
                                                                 cx_predict_proba(here, x));
    cr_expect(cols == 3 && memcmp(got, want, 450 * sizeof *got) == 0);
    done(s);
}

/* Tables: the target is a column, which later tables may have or not. */
Test(frozen, tables)
{
    if (!test_on_cpu()) return; /* they live on the CPU */
    const cx_scope s = cx_scope_open();
    const cx_table *const t = cx_read_csv(CX_TEST_DATA "/data/iris.csv", NULL);
    const char *const target = cx_table_name(t, cx_table_count(t) - 1);
    cx_estimator *const m = cx_estimator_new("StandardScaler() | GaussianNB()"),
                        *const c =
                            cx_estimator_new("CalibratedClassifierCV(cv=3, method='isotonic')");
    cr_assert(cx_fit_data(m, CX_DATA(.table = t, .target = target)) == CX_OK, "%s",
              cx_error_message());
    for (int frozen = 0; frozen < 2; frozen++) {
        cr_expect(cx_set_param_estimator(c, "estimator", frozen ? cx_frozen_estimator(m) : m) ==
                  CX_OK);
        cr_assert(cx_fit_data(c, CX_DATA(.table = t, .target = target)) == CX_OK, "%s",
                  cx_error_message());
        cx_array *const proba = cx_predict_proba_data(c, CX_DATA(.table = t));
        const cx_estimator *const back = through_file(c);
        cr_expect(same(cx_predict_proba_data(back, CX_DATA(.table = t, .target = target)), proba));
        cr_expect(cx_score_data(c, CX_DATA(.table = t, .target = target)) > 0.9);
        cr_expect(cx_item_i64(cx_attr(c, "n_features_in_")) == 4);
        cr_expect(cx_size(cx_attr(c, "feature_names_in_")) == 4);
    }
    done(s);
}
