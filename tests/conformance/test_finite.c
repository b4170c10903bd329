/* device: each. NaN and infinities in x, wherever they stand: in rows that another block of a
 * prediction reads, in sums that are finite without them, in columns whose own sums leave the
 * range; and that what was refused has left nothing behind. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 700, COLUMNS = 5 };

static const char *const regressors[] = {"LinearRegression()",
                                         "LinearRegression(fit_intercept=False)", "Ridge()",
                                         "Lasso(alpha=0.1)"},
                         *const classifiers[] = {"GaussianNB()", "LogisticRegression()",
                                                 "RidgeClassifier()"},
                         *const scalers[] = {"StandardScaler()", "StandardScaler(with_std=False)",
                                             "MinMaxScaler()", "MaxAbsScaler()", "RobustScaler()"};

/* v at one place of numbers that lie around 0 */
static cx_array *spoiled(int64_t row, int64_t column, double v, cx_dtype t)
{
    cx_array *const x = cx_empty(CX_SHAPE(ROWS, COLUMNS), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(x);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++)
        p[i] = sin((double)(i * i % 977)) + (double)(i % 5);
    if (row >= 0) p[row * COLUMNS + column] = v;
    return cx_to(cx_astype(x, t), test_device());
}

static cx_array *target(bool classes)
{
    cx_array *const y = cx_empty(CX_SHAPE(ROWS), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(y);
    for (int64_t i = 0; i < ROWS; i++) p[i] = classes ? (double)(i * i % 7 > 2) : cos((double)i);
    return cx_to(classes ? cx_astype(y, CX_I64) : y, test_device());
}

static bool names(const char *place)
{
    return strstr(cx_error_message(), place) != NULL;
}

/* fit and everything else refuse, and name the place. */
static void check(const char *spec, const cx_array *y, bool nan_too)
{
    static const int64_t rows[] = {0, 63, 64, 511, 512, ROWS - 1};
    static const double values[] = {INFINITY, -INFINITY, NAN};
    for (int t = 0; t < 2; t++)
        for (int i = 0; i < 6; i++)
            for (int k = 0; k < (nan_too ? 3 : 2); k++) {
                const cx_scope s = cx_scope_open();
                const cx_array *const x = spoiled(rows[i], 3, values[k], t ? CX_F32 : CX_F64),
                                      *const fine = spoiled(-1, 0, 0, t ? CX_F32 : CX_F64);
                cx_estimator *const m = cx_estimator_new(spec);
                char place[32];
                snprintf(place, sizeof place, "[%d, 3]", (int)rows[i]);
                cr_assert(cx_fit(m, fine, y) == CX_OK, "%s: %s", spec, cx_error_message());
                const char *const before = cx_repr(cx_attr(m, "n_features_in_"));
                cr_expect(cx_fit(m, x, y) != CX_OK && names(place), "%s, fit: %s", spec,
                          cx_error_message());
                cr_expect(strcmp(cx_repr(cx_attr(m, "n_features_in_")), before) == 0);
                static const cx_method methods[] = {CX_PREDICT, CX_PREDICT_PROBA,
                                                    CX_DECISION_FUNCTION, CX_TRANSFORM};
                for (int j = 0; j < 4; j++) {
                    if (!cx_estimator_has(m, methods[j])) continue;
                    const cx_scope inner = cx_scope_open();
                    const cx_array *const out = j == 0   ? cx_predict(m, x)
                                                : j == 1 ? cx_predict_proba(m, x)
                                                : j == 2 ? cx_decision_function(m, x)
                                                         : cx_transform(m, x);
                    cr_expect(cx_status_of(out) != CX_OK && names(place), "%s, method %d: %s", spec,
                              j, cx_error_message());
                    cr_expect(cx_scope_close(inner) == CX_E_ARGUMENT);
                }
                cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
            }
}

Test(finite, regressors)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 4; i++) check(regressors[i], target(false), true);
    cr_expect(cx_scope_close(s) == CX_OK);
}

Test(finite, classifiers)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 3; i++) check(classifiers[i], target(true), true);
    cr_expect(cx_scope_close(s) == CX_OK);
}

Test(finite, scalers)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 5; i++) check(scalers[i], NULL, false);
    cr_expect(cx_scope_close(s) == CX_OK);
}

/* An infinity and its opposite have no sum; finite numbers may have an infinite one, and are no
 * reason to refuse. A column of NaN alone is missing, not wrong. */
Test(finite, sums_that_mislead)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = spoiled(-1, 0, 0, CX_F64);
    cx_array *const both = cx_to(cx_copy(x), CX_CPU), *const large = cx_to(cx_copy(x), CX_CPU),
                    *const none = cx_to(cx_copy(x), CX_CPU);
    double *const p = cx_data_f64_mut(both), *const q = cx_data_f64_mut(large),
                  *const r = cx_data_f64_mut(none);
    cr_assert(p != NULL && q != NULL && r != NULL);
    p[1] = INFINITY;
    p[COLUMNS + 1] = -INFINITY;
    for (int64_t i = 0; i < ROWS; i++) q[i * COLUMNS + 2] = 1e308;
    for (int64_t i = 0; i < ROWS; i++) r[i * COLUMNS + 2] = NAN;
    const cx_device d = test_device();
    cx_estimator *const scaler = cx_estimator_new("StandardScaler()"),
                        *const line = cx_estimator_new("LinearRegression()");
    cr_expect(cx_fit(scaler, cx_to(both, d), NULL) != CX_OK && names("[0, 1]"));
    cr_expect(cx_fit(line, cx_to(both, d), target(false)) != CX_OK && names("[0, 1]"));
    cr_expect(cx_fit(scaler, cx_to(none, d), NULL) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_fit(scaler, cx_to(large, d), NULL) == CX_OK, "%s", cx_error_message());
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
