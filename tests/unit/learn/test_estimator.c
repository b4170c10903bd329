/* Estimator objects: parameters, cloning, attributes, and the rules of registration in use. */
#include "sample_estimators.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static cx_scope scope;
static void open(void)
{
    scope = cx_scope_open();
    cr_assert_eq(sample_register(), CX_OK, "%s", cx_error_message());
}
static void close(void)
{
    scope_drop(scope);
}
TestSuite(estimator, .init = open, .fini = close);

#define WORKS(call) cr_expect_eq((call), CX_OK, "%s", cx_error_message())

static const double points[] = {0, 0, 1, 0, 0, 1, 10, 10, 11, 10, 10, 11};

Test(estimator, typed_parameters)
{
    cx_estimator *const m = cx_estimator_new("Unions()");
    WORKS(cx_set_param_f64(m, "tol", 0.1));
    WORKS(cx_set_param_i64(m, "count", 7));
    WORKS(cx_set_param_bool(m, "flag", false));
    WORKS(cx_set_param_str(m, "gamma", "auto"));
    WORKS(cx_set_param(m, "values", "[1, 2.5]"));
    WORKS(cx_set_param_estimator(m, "inner", cx_estimator_new("QuantileClipper(q=0.2)")));
    cr_expect_eq(cx_param_f64(m, "tol"), 0.1);
    cr_expect_eq(cx_param_i64(m, "count"), 7);
    cr_expect_eq(cx_param_f64(m, "count"), 7.0);
    cr_expect_not(cx_param_bool(m, "flag"));
    cr_expect_str_eq(cx_param_str(m, "gamma"), "auto");
    cr_expect(cx_param_is_str(m, "gamma"));
    cr_expect_not(cx_param_is_none(m, "gamma"));
    cr_expect(cx_param_is_none(m, "n"));
    cr_expect_eq(cx_param_is_number(m, "count"), 1);
    cr_expect_eq(cx_param_is_number(m, "tol"), 2);
    cr_expect_eq(cx_param_is_number(m, "gamma"), 0);
    cr_expect_null(cx_param_str(m, "n"));
    const cx_array *const values = cx_param_array(m, "values");
    cr_assert_eq(cx_size(values), 2);
    cr_expect_eq(cx_data_f64(values)[1], 2.5);
    cr_expect_eq(cx_param_f64(m, "inner__q"), 0.2);
    WORKS(cx_set_param_f64(m, "inner__q", 0.3));
    cr_expect_eq(cx_param_f64(cx_param_estimator(m, "inner"), "q"), 0.3);
    cr_expect_str_eq(cx_param_text(m, "inner"), "QuantileClipper(q=0.3)");
    cr_expect(cx_ok());
    cr_expect_str_eq(
        cx_estimator_spec(m),
        "Unions(gamma='auto', flag=False, count=7, tol=0.1, values=[1, 2.5], inner=QuantileClipper(q=0.3))");
}

Test(estimator, a_wrong_parameter_changes_nothing)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper(q=0.1) | NearestMean()");
    FAILS(cx_set_param_f64(m, "quantileclipper__q", 0.7), CX_E_ARGUMENT,
          "QuantileClipper: parameter 'q' is 0.7; it must lie in [0, 0.5)");
    FAILS(cx_set_param_f64(m, "quantileclipper__p", 0.2), CX_E_ARGUMENT,
          "QuantileClipper has no parameter 'p'");
    FAILS(cx_set_param_f64(m, "quantilclipper__q", 0.2), CX_E_ARGUMENT,
          "did you mean 'quantileclipper'?");
    FAILS(cx_set_param_str(m, "quantileclipper__q", "0.2"), CX_E_ARGUMENT,
          "is '0.2'; it takes a float");
    FAILS(cx_set_param(m, "quantileclipper__q", "0.2)"), CX_E_PARSE, "goes on");
    FAILS(cx_set_param(m, "nearestmean", "5"), CX_E_ARGUMENT,
          "takes an estimator or 'passthrough'");
    FAILS(cx_set_param(m, "verbose__x", "5"), CX_E_ARGUMENT, "'verbose' is no estimator");
    FAILS(cx_set_param(m, "", "5"), CX_E_ARGUMENT, "no parameter or step ''");
    FAILS(cx_set_param(m, "__q", "5"), CX_E_ARGUMENT, "no parameter or step");
    FAILS(cx_set_param(NULL, "q", "5"), CX_E_NULL, "m");
    FAILS(cx_set_param(m, NULL, "5"), CX_E_NULL, "name");
    FAILS(cx_set_param(m, "q", NULL), CX_E_NULL, "literal");
    cr_expect_eq(cx_param_f64(m, "quantileclipper__q"), 0.1);
    cr_expect(cx_ok(), "commands mark nothing");
    const cx_scope s = cx_scope_open();
    cr_expect(isnan(cx_param_f64(m, "quantileclipper")));
    cr_expect(error_has("is QuantileClipper(q=0.1), not a number"));
    cr_expect_eq(cx_scope_close(s), CX_E_ARGUMENT);
    cr_expect_not(cx_param_is_none(m, "nothing"), "a query marks nothing");
    WORKS(cx_set_param(m, "quantileclipper", "passthrough"));
    WORKS(cx_set_param(m, "nearestmean", "NearestMean(shift=1.0)"));
    cr_expect_str_eq(
        cx_estimator_spec(m),
        "Pipeline(steps=[('quantileclipper', 'passthrough'), ('nearestmean', NearestMean(shift=1.0))])");
}

Test(estimator, nesting_is_bounded)
{
    cx_estimator *m = cx_estimator_new("Unions()");
    cx_status st = CX_OK;
    int levels = 0;
    for (; st == CX_OK && levels < 1000; levels++) {
        cx_estimator *const outer = cx_estimator_new("Unions()");
        st = cx_set_param_estimator(outer, "inner", m);
        m = outer;
    }
    cr_expect_eq(st, CX_E_ARGUMENT);
    cr_expect(error_has("nested too deep"));
    cr_expect_lt(levels, 100);
}

Test(estimator, clones_are_apart)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper(q=0.1)");
    WORKS(cx_fit(m, matrix(6, 2, points), NULL));
    cx_estimator *const copy = cx_clone(m);
    cr_expect_not(cx_is_fitted(copy));
    cr_expect(cx_is_fitted(m));
    WORKS(cx_set_param_f64(copy, "q", 0.2));
    cr_expect_eq(cx_param_f64(m, "q"), 0.1);
    const cx_estimator *const on = cx_estimator_to(m, CX_CPU);
    cr_expect(cx_is_fitted(on));
    cr_expect(cx_array_equal(cx_attr(on, "lo_"), cx_attr(m, "lo_")));
}

Test(estimator, attributes)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper(q=0.25)");
    cr_expect_not(cx_has_attr(m, "lo_"));
    cx_scope s = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_attr(m, "lo_")), CX_E_NOT_FITTED);
    scope_drop(s);
    WORKS(cx_fit(m, matrix(6, 2, points), NULL));
    const cx_array *const lo = cx_attr(m, "lo_");
    cr_expect_eq(cx_dim(lo, 0), 2);
    cr_expect_eq(cx_item_i64(cx_attr(m, "n_features_in_")), 2);
    cr_expect_not(cx_is_writeable(lo), "the state cannot be written through an attribute");
    const double before = cx_data_f64(lo)[0];
    const double other[] = {5, 5, 6, 6};
    WORKS(cx_fit(m, matrix(2, 2, other), NULL));
    cr_expect_eq(cx_data_f64(lo)[0], before, "a snapshot stays");
    cr_expect_eq(cx_data_f64(cx_attr(m, "lo_"))[0], 5.25);
    s = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_attr(m, "lo")), CX_E_ARGUMENT);
    cr_expect(error_has("QuantileClipper has no attribute 'lo'; did you mean 'lo_'?"), "%s",
              cx_error_message());
    cr_expect_eq(cx_status_of(cx_attr(m, "feature_names_in_")), CX_E_ARGUMENT,
                 "fitted from a matrix");
    scope_drop(s);
    cr_expect_not(cx_has_attr(m, "feature_names_in_"));
}

Test(estimator, handles_that_are_none)
{
    const cx_scope s = cx_scope_open();
    const cx_estimator *const nil = cx_estimator_new("Nothing()");
    cr_expect_eq(cx_estimator_status(nil), CX_E_PARSE);
    cr_expect_not(cx_is_fitted(nil));
    cr_expect_not(cx_estimator_has(nil, CX_PREDICT));
    cr_expect_str_eq(cx_estimator_name(nil), "");
    cr_expect_eq(cx_estimator_status(NULL), CX_E_NULL);
    cr_expect_eq(cx_estimator_status(cx_clone(nil)), CX_E_PARSE);
    cr_expect_eq(cx_status_of(cx_predict(nil, matrix(6, 2, points))), CX_E_PARSE);
    cr_expect_eq(cx_status_of(cx_predict(NULL, matrix(6, 2, points))), CX_E_NULL);
    cr_expect_str_eq(cx_estimator_spec(nil), "");
    scope_drop(s);
    cx_estimator_release(NULL);
    cx_estimator *const kept = cx_estimator_retain(cx_estimator_new("QuantileClipper()"));
    cr_expect_eq(cx_estimator_status(kept), CX_OK);
    cx_estimator_release(kept);
}

Test(estimator, state_is_written_by_fit_only)
{
    cx_estimator *const m = cx_estimator_new("QuantileClipper()");
    FAILS(cx_self_set_f64(m, 0, 1.0), CX_E_ARGUMENT, "is not in fit");
    cr_expect_eq(cx_status_of(cx_self(m, 0)), CX_E_NOT_FITTED);
    cr_expect_not(cx_self_has(m, 0));
    cr_expect_eq(cx_self_features(m), 0);
}
