/* device: each
 *
 * Kernel machines against scikit-learn: the same support vectors, coefficients and answers. The
 * steps are LIBSVM's, so that results agree to far more digits than the tolerance asks for; only
 * roundings of kernel values part them. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef enum weighting { NONE, ALL, SOME } weighting;

typedef struct svm_case {
    const char *key, *spec, *set;
    weighting weights;
} svm_case;

static const svm_case cases[] = {
    {"svc/plain", "SVC()", "wine_data", NONE},
    {"svc/two", "SVC(tol=1e-6)", "breast_cancer", NONE},
    {"svc/linear", "SVC(kernel='linear', C=0.1, tol=1e-6)", "breast_cancer", ALL},
    {"svc/linear3", "SVC(kernel='linear', tol=1e-6)", "iris", NONE},
    {"svc/poly", "SVC(kernel='poly', degree=2, coef0=1.0, tol=1e-6)", "iris", ALL},
    {"svc/cubic", "SVC(kernel='poly', gamma='auto')", "wine_data", NONE},
    {"svc/sigmoid", "SVC(kernel='sigmoid', gamma=0.01, coef0=-0.5, tol=1e-6)", "wine_data", NONE},
    {"svc/given", "SVC(kernel='precomputed', tol=1e-6)", "iris/given", NONE},
    {"svc/given_some", "SVC(kernel='precomputed', tol=1e-6)", "iris/given", SOME},
    {"svc/some", "SVC(C=3.0, tol=1e-6)", "wine_data", SOME},
    {"svc/balanced", "SVC(class_weight='balanced', tol=1e-6)", "breast_cancer", ALL},
    {"svc/dict", "SVC(class_weight={0: 2.0, 2: 0.25}, tol=1e-6)", "wine_data", NONE},
    {"svc/pairs", "SVC(decision_function_shape='ovo', tol=1e-6)", "iris", NONE},
    {"svc/ties", "SVC(break_ties=True, C=0.05, tol=1e-6)", "digits/short", NONE},
    {"svc/digits", "SVC(gamma=0.02, C=10.0)", "digits/short", NONE},
    {"svc/unshrunk", "SVC(shrinking=False, C=100.0, kernel='linear', tol=1e-4)", "breast_cancer",
     NONE},
    {"svc/shrunk", "SVC(C=100.0, kernel='linear', tol=1e-4)", "breast_cancer", NONE},
    {"svc/cache", "SVC(C=50.0, cache_size=0.02, tol=1e-4)", "breast_cancer", NONE},
    {"svc/stopped", "SVC(max_iter=20)", "breast_cancer", NONE},
    {"svc/shares", "SVC(probability=True, random_state=3, tol=1e-6)", "breast_cancer", NONE},
    {"svc/shares3", "SVC(probability=True, random_state=0, tol=1e-6)", "iris", ALL},
    {"svc/formula", "SVC(kernel='x, y: exp(-0.1 * sum(abs(x - y), axis=-1))', tol=1e-6)", "iris",
     NONE},
    {"svc/formula_numbers",
     "SVC(kernel='p, q, gamma, coef0: (gamma * sum(p * q, axis=-1) + coef0)**2', coef0=1.0, tol=1e-6)",
     "wine_data", ALL},
    {"svc/formula_some",
     "SVC(kernel='x, y, gamma: 1 / (1 + gamma * sum((x - y)**2, axis=-1))', gamma='auto', tol=1e-6)",
     "iris", SOME},
    {"svc/function", "SVC(kernel='rational', probability=True, random_state=0, tol=1e-6)", "iris",
     NONE},
    {"svc/function_rows",
     "SVC(kernel='rational', C=50.0, cache_size=0.02, probability=True, random_state=2, tol=1e-4)",
     "breast_cancer", ALL},
    {"svc/function_three", "SVC(kernel='rational', C=5.0, cache_size=0.05, tol=1e-5)", "wine_data",
     NONE},
    {"nu_svc/plain", "NuSVC(tol=1e-6)", "iris", NONE},
    {"nu_svc/formula",
     "NuSVC(nu=0.3, kernel='x, y: d = x - y; exp(-sqrt(sum(d * d, axis=-1)))', tol=1e-6)", "iris",
     NONE},
    {"nu_svc/two", "NuSVC(nu=0.2, tol=1e-6)", "breast_cancer", ALL},
    {"nu_svc/linear", "NuSVC(nu=0.3, kernel='linear', shrinking=False, tol=1e-5)", "breast_cancer",
     NONE},
    {"nu_svc/shares", "NuSVC(nu=0.3, probability=True, random_state=1, tol=1e-6)", "wine_data",
     NONE},
    {"svr/plain", "SVR(C=100.0)", "diabetes", NONE},
    {"svr/tight", "SVR(C=100.0, epsilon=5.0, tol=1e-6)", "diabetes", ALL},
    {"svr/linear", "SVR(kernel='linear', epsilon=20.0, tol=1e-5)", "diabetes", NONE},
    {"svr/given", "SVR(kernel='precomputed', epsilon=20.0, tol=1e-5)", "diabetes/given/short",
     NONE},
    {"svr/poly", "SVR(kernel='poly', degree=3, coef0=1.0, gamma=0.05, tol=1e-5)", "diabetes", SOME},
    {"svr/none", "SVR(epsilon=1000.0)", "diabetes", NONE},
    {"svr/cache", "SVR(C=10.0, cache_size=0.05, tol=1e-4)", "diabetes", NONE},
    {"svr/formula",
     "SVR(C=100.0, epsilon=5.0, kernel='x, y, C: exp(-sum(abs(x - y), axis=-1) / C)', tol=1e-5)",
     "diabetes", ALL},
    {"svr/function_rows", "SVR(C=10.0, kernel='rational', cache_size=0.05, tol=1e-4)", "diabetes",
     NONE},
    {"nu_svr/function", "NuSVR(C=50.0, kernel='rational', tol=1e-5)", "diabetes", NONE},
    {"nu_svr/plain", "NuSVR(C=50.0, tol=1e-5)", "diabetes", NONE},
    {"nu_svr/some", "NuSVR(nu=0.2, C=10.0, kernel='linear', tol=1e-5)", "diabetes", SOME},
    {"one/plain", "OneClassSVM(tol=1e-6)", "breast_cancer", NONE},
    {"one/nu", "OneClassSVM(nu=0.1, gamma=0.05, tol=1e-6)", "diabetes", ALL},
    {"one/poly", "OneClassSVM(nu=0.25, kernel='poly', coef0=1.0, degree=2, tol=1e-6)", "iris",
     SOME},
    {"one/function", "OneClassSVM(nu=0.1, kernel='rational', tol=1e-6)", "diabetes", ALL},
    {"one/formula_rows",
     "OneClassSVM(nu=0.2, kernel='x, y: exp(-0.2 * sum((x - y)**2, axis=-1))', cache_size=0.05, tol=1e-6)",
     "iris", NONE},
    {"one/sigmoid", "OneClassSVM(nu=0.4, kernel='sigmoid', gamma=0.05)", "iris", NONE},
};

enum { CASES = sizeof cases / sizeof *cases };

/* As in make_learn_svm.py. */
static data_set read_set(const char *name)
{
    char file[32];
    const size_t len = strcspn(name, "/");
    memcpy(file, name, len);
    file[len] = '\0';
    data_set d = read_data(file);
    d.x = standardised(d.x);
    if (strstr(name, "/short")) {
        d.n = 300;
        d.x = cx_copy(cx_slice(d.x, 0, 0, d.n, 1));
        d.y = cx_copy(cx_slice(d.y, 0, 0, d.n, 1));
    }
    if (strstr(name, "/given")) d.x = cx_matmul(d.x, cx_transpose(d.x));
    return d;
}

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

static bool known(const char *key, const char *what)
{
    char path[512], line[256];
    snprintf(path, sizeof path, "%s/golden/learn_svm.tsv", CX_TEST_DATA);
    const size_t len = (size_t)snprintf(line, sizeof line, "%s/%s\t", key, what);
    FILE *const f = fopen(path, "r");
    cr_assert(f);
    bool found = false, fresh = true;
    char buffer[4096];
    while (!found && fgets(buffer, sizeof buffer, f)) {
        found = fresh && strncmp(buffer, line, len) == 0;
        fresh = strchr(buffer, '\n') != NULL;
    }
    fclose(f);
    return found;
}

static void near(const char *key, const char *what, const cx_array *a, double tolerance)
{
    size_t n;
    const double *const want = golden(&n, "%s/%s", key, what);
    const double off = difference(cx_to(a, CX_CPU), want, n);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, what, off, tolerance);
}

static const char *const attrs[] = {"support_",      "n_support_",  "n_iter_",
                                    "dual_coef_",    "coef_",       "intercept_",
                                    "class_weight_", "fit_status_", "offset_"};

static void check_attrs(const svm_case *c, const cx_estimator *m)
{
    for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
        if (!known(c->key, attrs[i])) continue;
        /* support and steps are counted; the rest are numbers of a problem solved by the same steps
         */
        near(c->key, attrs[i], cx_attr(m, attrs[i]), i < 3 ? 0 : 1e-5);
    }
    if (known(c->key, "gamma")) near(c->key, "gamma", cx_attr(m, "_gamma"), 1e-12);
    if (known(c->key, "probA")) near(c->key, "probA", cx_attr(m, "probA_"), 1e-4);
    if (known(c->key, "probB")) near(c->key, "probB", cx_attr(m, "probB_"), 1e-3);
}

static void check_answers(const svm_case *c, const cx_estimator *m, const cx_array *x)
{
    const cx_array *const some = here(cx_copy(cx_slice(x, 0, 0, cx_dim(x, 0), 7)));
    near(c->key, "predict", cx_predict(m, some), strstr(c->key, "svr") ? 1e-5 : 0);
    if (known(c->key, "decision_function"))
        near(c->key, "decision_function", cx_decision_function(m, some), 1e-5);
    if (known(c->key, "score_samples"))
        near(c->key, "score_samples", cx_score_samples(m, some), 1e-5);
    if (known(c->key, "predict_proba"))
        near(c->key, "predict_proba", cx_predict_proba(m, some), 1e-4);
}

/* As in make_learn_svm.py. */
static cx_status rational(void *context, const double *x, int64_t n, const double *y, int64_t m,
                          int64_t d, double *out)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) {
            double sum = 0;
            for (int64_t k = 0; k < d; k++)
                sum += (x[i * d + k] - y[j * d + k]) * (x[i * d + k] - y[j * d + k]);
            out[i * m + j] = 1 / (1 + *(const double *)context * sum);
        }
    return CX_OK;
}

Test(svm, cases)
{
    double slope = 0.1;
    golden_from("learn_svm.tsv");
    cr_assert_eq(cx_pairwise_kernel_register("rational", rational, &slope, NULL), CX_OK);
    for (int i = 0; i < CASES; i++) {
        const svm_case *const c = &cases[i];
        const cx_scope s = cx_scope_open();
        const data_set d = read_set(c->set);
        cx_estimator *const m = cx_estimator_new(c->spec);
        cx_check(cx_fit_data(m, CX_DATA(.x = here(d.x), .y = here(d.y),
                                        .sample_weight = here(weigh(c->weights, d.n)))));
        cr_assert(cx_ok(), "%s: %s", c->spec, cx_error_message());
        check_attrs(c, m);
        if (known(c->key, "predict")) check_answers(c, m, d.x);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", c->spec, cx_error_message());
    }
}

static cx_status refused(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y), closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

Test(svm, refusals)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    const cx_array *const x = here(d.x), *const y = here(d.y);
    cr_expect_eq(refused("SVC(kernel='precomputed')", x, y), CX_E_SHAPE);
    cr_expect_eq(refused("SVC()", x, cx_zeros_like(y, CX_F64)), CX_E_ARGUMENT);
    const cx_array *const uneven =
        cx_astype(cx_less(cx_arange(0, 150, 1, CX_F64, CX_CPU), cx_float(9)), CX_I64);
    cr_expect_eq(refused("NuSVC(nu=0.9)", x, here(uneven)), CX_E_ARGUMENT);
    cr_expect_eq(refused("SVC(C=0.0)", x, y), CX_E_ARGUMENT);
    cr_expect_eq(refused("SVC(kernel='cosine')", x, y), CX_E_ARGUMENT);
    cx_estimator *const m = cx_estimator_new("SVC(break_ties=True, decision_function_shape='ovo')");
    cx_check(cx_fit(m, x, y));
    const cx_scope in = cx_scope_open();
    cr_expect(cx_status_of(cx_predict(m, x)) != CX_OK);
    cr_expect_eq(cx_scope_close(in), CX_E_ARGUMENT);
    cr_expect(!cx_estimator_has(m, CX_PREDICT_PROBA));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* A kernel set after the fit changes nothing of what was fitted. */
Test(svm, kernel_changed_after_fit)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    cx_estimator *const m = cx_estimator_new("SVC()");
    cx_check(cx_fit(m, here(d.x), here(d.y)));
    const cx_array *const before = cx_decision_function(m, here(d.x));
    cx_check(cx_set_param_str(m, "kernel", "precomputed"));
    const cx_array *const after = cx_decision_function(m, here(d.x));
    cr_expect(cx_item_bool(cx_all(cx_equal(before, after), CX_ALL)));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
