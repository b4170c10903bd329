/* StandardScaler, MinMaxScaler and PCA against scikit-learn. */
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const sets[] = {"iris", "wine_data", "breast_cancer", "digits", "diabetes"};
enum { SETS = 5 };

#define NEAR(a, tolerance, ...)                                                                   \
    do {                                                                                          \
        size_t count_;                                                                            \
        const double *want_ = golden(&count_, __VA_ARGS__);                                       \
        const double off_ = difference((a), want_, count_);                                       \
        cr_expect(off_ <= (tolerance), "line %d, %s: %g > %g", __LINE__, set, off_, (tolerance)); \
    } while (0)

static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *weight)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = weight)));
    return m;
}

static cx_array *weights_for(int64_t n)
{
    cx_array *w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return w;
}

static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(scaler, moments)
{
    for (int i = 0; i < SETS; i++) {
        const char *set = sets[i];
        const cx_scope s = cx_scope_open();
        const data_set d = read_data(set);
        cx_estimator *m = fitted("StandardScaler()", d.x, NULL);
        NEAR(cx_attr(m, "mean_"), 1e-14, "scaler/%s/mean", set);
        NEAR(cx_attr(m, "var_"), 1e-13, "scaler/%s/var", set);
        NEAR(cx_attr(m, "scale_"), 1e-13, "scaler/%s/scale", set);
        cr_expect(cx_item_i64(cx_attr(m, "n_samples_seen_")) == d.n);
        cx_array *z = cx_transform(m, d.x);
        cr_expect(difference(z, cx_data_f64(standardised(d.x)), (size_t)(d.n * d.d)) <= 1e-12);
        cr_expect(difference(cx_inverse_transform(m, z), cx_data_f64(d.x), (size_t)(d.n * d.d)) <=
                  1e-14);
        m = fitted("StandardScaler()", d.x, weights_for(d.n));
        NEAR(cx_attr(m, "mean_"), 1e-13, "scaler/%s/weighted_mean", set);
        NEAR(cx_attr(m, "var_"), 1e-13, "scaler/%s/weighted_var", set);
        done(s);
    }
}

Test(scaler, batches_and_missing_values)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("wine_data");
    cx_estimator *whole = fitted("StandardScaler()", d.x, NULL),
                 *parts = cx_estimator_new("StandardScaler()");
    for (int64_t lo = 0; lo < d.n; lo += 50)
        cx_check(cx_partial_fit(parts, cx_slice(d.x, 0, lo, lo + 50, 1), NULL));
    cr_expect(difference(cx_attr(parts, "var_"), cx_data_f64(cx_attr(whole, "var_")),
                         (size_t)d.d) <= 1e-13);
    cr_expect(cx_item_i64(cx_attr(parts, "n_samples_seen_")) == d.n);

    const double holes[] = {1, NAN, 3, 4, NAN, 8, 5, 6, 1};
    cx_estimator *m = fitted("StandardScaler()", cx_copy_host(holes, CX_SHAPE(3, 3), CX_F64), NULL);
    const double mean[] = {10.0 / 3, 6, 4}, seen[] = {3, 1, 3};
    cr_expect(difference(cx_attr(m, "mean_"), mean, 3) <= 1e-15);
    cr_expect(difference(cx_attr(m, "n_samples_seen_"), seen, 3) == 0);
    done(s);
}

Test(scaler, float32_stays)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    cx_estimator *m = fitted("StandardScaler()", cx_astype(d.x, CX_F32), NULL);
    cr_expect(cx_dtype_of(cx_attr(m, "mean_")) == CX_F64);
    cr_expect(cx_dtype_of(cx_transform(m, cx_astype(d.x, CX_F32))) == CX_F32);
    cr_expect(cx_dtype_of(cx_attr(fitted("PCA(2)", cx_astype(d.x, CX_F32), NULL), "components_")) ==
              CX_F32);
    done(s);
}

Test(min_max, ranges)
{
    for (int i = 0; i < SETS; i++) {
        const char *set = sets[i];
        const cx_scope s = cx_scope_open();
        const data_set d = read_data(set);
        cx_estimator *m = fitted("MinMaxScaler(feature_range=(-1, 2))", d.x, NULL);
        NEAR(cx_attr(m, "min_"), 1e-14, "minmax/%s/min", set);
        NEAR(cx_attr(m, "scale_"), 1e-14, "minmax/%s/scale", set);
        cx_array *z = cx_transform(m, d.x);
        NEAR(cx_slice(z, 0, d.n - 1, d.n, 1), 1e-14, "minmax/%s/last", set);
        cr_expect(difference(cx_inverse_transform(m, z), cx_data_f64(d.x), (size_t)(d.n * d.d)) <=
                  1e-14);
        done(s);
    }
}

/* sklearn's result comes from the exact solver; both of ours must give it. */
static void check_pca(const char *set, const char *form, const cx_array *z, const char *solver)
{
    char spec[160];
    const int64_t d = cx_dim(z, 1), k = d < 5 ? d : 5;
    snprintf(spec, sizeof spec, "PCA(svd_solver='%s')", solver);
    cx_estimator *m = fitted(spec, z, NULL);
    cx_array *five = cx_slice(cx_attr(m, "components_"), 0, 0, k, 1);
    NEAR(five, 1e-8, "pca/%s/%s/components", set, form);
    NEAR(cx_attr(m, "explained_variance_"), 1e-12, "pca/%s/%s/variance", set, form);
    NEAR(cx_attr(m, "explained_variance_ratio_"), 1e-12, "pca/%s/%s/ratio", set, form);
    NEAR(cx_attr(m, "singular_values_"), 1e-7, "pca/%s/%s/singular", set, form);
    snprintf(spec, sizeof spec, "PCA(%lld, whiten=True, svd_solver='%s')", (long long)(k - 1),
             solver);
    m = fitted(spec, z, NULL);
    const cx_array *some = cx_slice(z, 0, 0, 3, 1);
    NEAR(cx_transform(m, some), 1e-8, "pca/%s/%s/whitened", set, form);
    NEAR(cx_attr(m, "noise_variance_"), 1e-8, "pca/%s/%s/noise", set, form);
    snprintf(spec, sizeof spec, "PCA(n_components=0.9, svd_solver='%s')", solver);
    NEAR(cx_attr(fitted(spec, z, NULL), "n_components_"), 0.0, "pca/%s/%s/share", set, form);
    snprintf(spec, sizeof spec, "PCA(n_components='mle', svd_solver='%s')", solver);
    NEAR(cx_attr(fitted(spec, z, NULL), "n_components_"), 0.0, "pca/%s/%s/mle", set, form);
}

Test(pca, exact_solvers)
{
    for (int i = 0; i < SETS; i++) {
        const cx_scope s = cx_scope_open();
        const data_set d = read_data(sets[i]);
        check_pca(sets[i], "raw", d.x, "full");
        check_pca(sets[i], "raw", d.x, "covariance_eigh");
        check_pca(sets[i], "std", standardised(d.x), "full");
        check_pca(sets[i], "std", standardised(d.x), "covariance_eigh");
        done(s);
    }
}

Test(pca, inverse_and_limits)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("wine_data");
    const size_t size = (size_t)(d.n * d.d);
    cx_estimator *m = fitted("PCA(whiten=True)", d.x, NULL);
    cr_expect(difference(cx_inverse_transform(m, cx_transform(m, d.x)), cx_data_f64(d.x), size) <=
              1e-11);
    cx_estimator *wide = fitted("PCA()", cx_slice(d.x, 0, 0, 6, 1), NULL);
    cr_expect(cx_dim(cx_attr(wide, "components_"), 0) == 6);
    cr_expect(cx_fit(cx_estimator_new("PCA(14)"), d.x, NULL) == CX_E_ARGUMENT);
    done(s);
}

/* A common offset of 1e8 must not cost the components their digits. */
Test(pca, offset)
{
    const cx_scope s = cx_scope_open();
    const data_set d = read_data("iris");
    cx_array *far = cx_add(d.x, cx_float(1048576.0 * 64));
    cx_estimator *near =
        fitted("PCA(svd_solver='covariance_eigh')", cx_sub(far, cx_float(1048576.0 * 64)), NULL);
    cx_estimator *m = fitted("PCA(svd_solver='covariance_eigh')", far, NULL);
    const double *want = cx_data_f64(cx_attr(near, "explained_variance_"));
    cr_expect(difference(cx_attr(m, "explained_variance_"), want, 4) <= 1e-10);
    done(s);
}
