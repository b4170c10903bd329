/* device: each. Calls of the runtime and of the libraries failing in turn below fits and
 * predictions: an error comes back, the estimator is as it was, and the next fit works. Only the
 * simulated GPU can be told to fail; other devices are skipped. */
#include "device.h"
#include "simulator.h"
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const specs[] = {
    "StandardScaler()",
    "MinMaxScaler()",
    "PCA(2)",
    "LinearRegression()",
    "Ridge()",
    "Lasso(alpha=0.1)",
    "LassoCV(alphas=2, cv=2)",
    "RidgeCV(alphas=[1.0])",
    "BayesianRidge(max_iter=2)",
    "ARDRegression(max_iter=2)",
    "LogisticRegression(max_iter=2)",
    "KMeans(n_clusters=2, random_state=0, max_iter=2)",
    "KNeighborsClassifier(n_neighbors=2)",
    "GaussianNB()",
    "GaussianMixture(2, random_state=0, max_iter=2)",
    "MLPClassifier(2, max_iter=1, random_state=0)",
    "TruncatedSVD(2, random_state=0)",
    "NMF(2, max_iter=2, random_state=0)",
    "LinearSVC(dual=False, max_iter=2)",
    "SVC(max_iter=5)",
    "MiniBatchKMeans(2, max_iter=1, random_state=0)",
    "Isomap(n_neighbors=6)",
    "Birch(n_clusters=2)",
    "OneHotEncoder(drop='first', min_frequency=2)",
    "OrdinalEncoder()",
    "TargetEncoder(cv=2)",
    "HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=3)",
    "HistGradientBoostingClassifier(max_iter=1, min_samples_leaf=3, early_stopping=True, "
    "random_state=0)",
    "ColumnTransformer([('a', StandardScaler(), [2, 0])], remainder='passthrough')",
    "TransformedTargetRegressor(func='log1p', inverse_func='expm1')",
};
enum { SPECS = sizeof specs / sizeof *specs, ROWS = 20, COLS = 3 };

/* A fit and a use; NULL on failure. */
static cx_array *result(const char *spec, const cx_array *x, const cx_array *y)
{
    cx_estimator *const m = cx_estimator_new(spec);
    if (cx_check(cx_fit(m, x, y)) != CX_OK) {
        cr_assert(!cx_is_fitted(m), "%s is fitted after a failure", spec);
        return NULL;
    }
    const bool predicts = cx_estimator_has(m, CX_PREDICT);
    cx_array *const r = predicts ? cx_predict(m, x) : cx_transform(m, x);
    return cx_ok() ? cx_to(r, CX_CPU) : NULL;
}

static void fail_each(const char *spec, const cx_array *x, const cx_array *y)
{
    const cx_array *const before = result(spec, x, y);
    cr_assert(before != NULL, "%s: %s", spec, cx_error_message());
    int reached = 0;
    /* every one of the first calls, later ones more and more sparsely: iterations repeat */
    for (long at = 1;; at += 1 + at / 50) {
        const cx_scope s = cx_scope_open();
        cr_assert(test_simulator("fail_at", at) == 0);
        const cx_array *const broken = result(spec, x, y);
        const bool injected = test_simulator("calls", 0) >= at;
        cr_assert(test_simulator("fail_at", 0) == 0);
        if (cx_ok())
            cr_assert(cx_array_equal(broken, before), "%s: failure %ld was not seen", spec, at);
        const cx_status st = cx_scope_close(s);
        cr_assert(injected || st == CX_OK, "%s: %s", spec, cx_error_message());
        if (!injected) break;
        if (st != CX_OK) reached++;
        cr_assert(at < 100000, "%s does not end", spec);
    }
    cr_assert(reached > 0, "%s: nothing failed", spec);
    const cx_array *const after = result(spec, x, y);
    cr_assert(after != NULL && cx_array_equal(after, before), "%s: %s", spec, cx_error_message());
}

Test(device_estimators, calls_fail_in_turn)
{
    if (test_simulator("calls", 0) < 0) cr_skip_test("this device cannot be told to fail");
    const cx_scope all = cx_scope_open();
    cx_array *const x = cx_empty(CX_SHAPE(ROWS, COLS), CX_F64, CX_CPU), *const y = cx_empty(
                                                                            CX_SHAPE(ROWS), CX_F64,
                                                                            CX_CPU);
    double *const px = cx_data_f64_mut(x), *const py = cx_data_f64_mut(y);
    for (int i = 0; i < ROWS; i++) {
        py[i] = i % 2;
        for (int j = 0; j < COLS; j++) px[i * COLS + j] = 3 * py[i] + (i * (j + 2) * 7 % 11) / 11.0;
    }
    const cx_array *const dx = test_here(x), *const dy = test_here(y);
    for (int i = 0; i < SPECS; i++) {
        const cx_scope s = cx_scope_open();
        fail_each(specs[i], dx, dy);
        cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
    cr_assert(cx_scope_close(all) == CX_OK, "%s", cx_error_message());
}
