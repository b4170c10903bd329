/* device: each
 *
 * Linear support vector machines against scikit-learn: the same visits in the same order, so
 * coefficients agree far beyond the tolerance at which they stop. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/svm.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

typedef enum weighting { NONE, ALL, SOME } weighting;

typedef struct linear_case {
    const char *key, *spec, *set;
    weighting weights;
} linear_case;

static const linear_case cases[] = {
    {"linear/plain", "LinearSVC()", "breast_cancer", NONE},
    {"linear/classes", "LinearSVC(C=0.5)", "wine_data", ALL},
    {"linear/some", "LinearSVC(C=0.1, tol=1e-6)", "breast_cancer", SOME},
    {"linear/dual", "LinearSVC(dual=True, random_state=0, C=0.01)", "breast_cancer", NONE},
    {"linear/dual3", "LinearSVC(dual=True, random_state=3, C=0.05, tol=1e-5)", "wine_data", ALL},
    {"linear/hinge", "LinearSVC(loss='hinge', random_state=1, C=0.01)", "breast_cancer", NONE},
    {"linear/hinge_some", "LinearSVC(loss='hinge', random_state=1, C=0.01)", "breast_cancer", SOME},
    {"linear/l1", "LinearSVC(penalty='l1', random_state=5, C=0.1)", "breast_cancer", NONE},
    {"linear/l1_3", "LinearSVC(penalty='l1', dual=False, random_state=2, C=0.1)", "wine_data", ALL},
    {"linear/unshifted", "LinearSVC(fit_intercept=False)", "iris", NONE},
    {"linear/scaled", "LinearSVC(intercept_scaling=10.0)", "iris", NONE},
    {"linear/balanced", "LinearSVC(class_weight='balanced')", "breast_cancer", ALL},
    {"linear/dict", "LinearSVC(class_weight={0: 2.0, 2: 0.5}, dual=True, random_state=4, C=0.1)",
     "wine_data", NONE},
    {"linear/few", "LinearSVC(max_iter=3, dual=True, random_state=0)", "wine_data", NONE},
    {"linear/together", "LinearSVC(multi_class='crammer_singer', random_state=0, C=0.1)",
     "wine_data", NONE},
    {"linear/together_some", "LinearSVC(multi_class='crammer_singer', random_state=1, C=0.1)",
     "iris", SOME},
    {"linear/together2", "LinearSVC(multi_class='crammer_singer', random_state=1, C=0.01)",
     "breast_cancer", NONE},
    {"svr/squared", "LinearSVR(loss='squared_epsilon_insensitive', dual=False, tol=1e-5)",
     "diabetes", ALL},
    {"svr/tube", "LinearSVR(loss='squared_epsilon_insensitive', epsilon=30.0, tol=1e-6)",
     "diabetes", NONE},
    {"svr/dual_squared",
     "LinearSVR(loss='squared_epsilon_insensitive', dual=True, random_state=2, C=0.01)", "diabetes",
     NONE},
    {"svr/default", "LinearSVR(random_state=0)", "diabetes", NONE},
    {"svr/wide", "LinearSVR(random_state=0, epsilon=50.0, C=2.0, intercept_scaling=100.0)",
     "diabetes", SOME},
    {"svr/bare", "LinearSVR(random_state=3, fit_intercept=False, C=10.0)", "diabetes", ALL},
};

enum { CASES = sizeof cases / sizeof *cases };

static const cx_array *weigh(weighting w, int64_t n)
{
    if (w == NONE) return NULL;
    const cx_array *const i = cx_arange(0, (double)n, 1, CX_F64, CX_CPU), *const all = cx_add(
                                                                              cx_remainder(
                                                                                  i, cx_float(3)),
                                                                              cx_float(0.5));
    if (w == ALL) return all;
    return cx_where(cx_equal(cx_remainder(i, cx_float(5)), cx_float(4)), cx_float(0), all);
}

static const cx_array *here(const cx_array *a)
{
    return a ? cx_to(a, test_device()) : NULL;
}

static void near(const char *key, const char *what, const cx_array *a, double tolerance)
{
    size_t n;
    const double *const want = golden(&n, "%s/%s", key, what);
    const double off = difference(cx_to(a, CX_CPU), want, n);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, what, off, tolerance);
}

static void check_case(const linear_case *c)
{
    data_set d = read_data(c->set);
    d.x = standardised(d.x);
    cx_estimator *const m = cx_estimator_new(c->spec);
    cx_check(cx_fit_data(
        m, CX_DATA(.x = here(d.x), .y = here(d.y), .sample_weight = here(weigh(c->weights, d.n)))));
    cr_assert(cx_ok(), "%s: %s", c->spec, cx_error_message());
    /* Newton's method alone draws nothing; its conjugate gradients magnify roundings */
    const double apart = strstr(c->spec, "random_state") ? 1e-7 : 5e-6;
    near(c->key, "n_iter_", cx_attr(m, "n_iter_"), 0);
    near(c->key, "coef_", cx_attr(m, "coef_"), apart);
    if (!strstr(c->spec, "fit_intercept=False"))
        near(c->key, "intercept_", cx_attr(m, "intercept_"), apart);
    const cx_array *const some = here(cx_copy(cx_slice(d.x, 0, 0, d.n, 7)));
    const bool numbers = cx_estimator_kind_of(m) == CX_REGRESSOR;
    near(c->key, "predict", cx_predict(m, some), numbers ? apart : 0);
    if (!numbers) near(c->key, "decision_function", cx_decision_function(m, some), apart);
}

Test(svm_linear, cases)
{
    golden_from("learn_svm.tsv");
    for (int i = 0; i < CASES; i++) {
        const cx_scope s = cx_scope_open();
        check_case(&cases[i]);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", cases[i].spec, cx_error_message());
    }
}

static cx_status refused(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y), closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

/* What LIBLINEAR does not solve. */
Test(svm_linear, refusals)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    const cx_array *const x = here(d.x), *const y = here(d.y);
    cr_expect_eq(refused("LinearSVC(penalty='l1', loss='hinge')", x, y), CX_E_ARGUMENT);
    cr_expect_eq(refused("LinearSVC(penalty='l1', dual=True)", x, y), CX_E_ARGUMENT);
    cr_expect_eq(refused("LinearSVC(loss='hinge', dual=False)", x, y), CX_E_ARGUMENT);
    cr_expect_eq(refused("LinearSVR(dual=False)", x, y), CX_E_ARGUMENT);
    cr_expect_eq(refused("LinearSVC()", x, cx_zeros_like(y, CX_F64)), CX_E_ARGUMENT);
    cr_expect_eq(refused("LinearSVC(intercept_scaling=0.0)", x, y), CX_E_ARGUMENT);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(svm_linear, l1_min_c)
{
    golden_from("learn_svm.tsv");
    const char *const sets[] = {"iris", "breast_cancer"}, *const losses[] = {"squared_hinge",
                                                                             "log"};
    for (int i = 0; i < 8; i++) {
        const cx_scope s = cx_scope_open();
        const data_set d = read_data(sets[i / 4]);
        const char *const loss = losses[i / 2 % 2];
        const double c = cx_l1_min_c(here(standardised(d.x)), here(d.y),
                                     CX_OPTS(cx_l1_min_c_opts, .loss = loss, .no_intercept = i % 2,
                                             .intercept_scaling = {true, 2}));
        size_t n;
        const double want = *golden(&n, "l1_min_c/%s/%s/%d", sets[i / 4], loss, 1 - i % 2);
        cr_expect(fabs(c - want) <= 1e-12 * want, "%s, %s: %g, not %g", sets[i / 4], loss, c, want);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
    const cx_scope bad = cx_scope_open();
    const data_set d = read_data("iris");
    cr_expect(isnan(cx_l1_min_c(d.x, d.y, CX_OPTS(cx_l1_min_c_opts, .loss = "hinge"))));
    cr_expect_eq(cx_scope_close(bad), CX_E_ARGUMENT);
}
