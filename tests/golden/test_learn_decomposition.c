/* device: each. Decompositions against scikit-learn: every row of learn_decomposition.def, every
 * attribute and method. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct row {
    const char *set;
    double bound;
    const char *spec;
} row;
static const row rows[] = {
#define DECOMPOSITION(set, bound, spec) {set, bound, spec},
#include "learn_decomposition.def"
#undef DECOMPOSITION
};
enum { ROWS = sizeof rows / sizeof *rows, MOST = 120 };
static const char *const attributes[] = {
#define ATTRIBUTE(name) name,
#include "learn_decomposition_attributes.def"
#undef ATTRIBUTE
};

static cx_scope open(void)
{
    golden_from("learn_decomposition.tsv");
    return cx_scope_open();
}
static void done(cx_scope s, const char *what)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", what, cx_error_message());
}

static cx_array *read_set(const char *set)
{
    if (strcmp(set, "iris") == 0) return test_here(read_data("iris").x);
    if (strcmp(set, "pixels") == 0)
        return test_here(cx_copy(cx_slice(read_data("digits").x, 0, 0, 160, 1)));
    const cx_array *const wine = standardised(read_data("wine_data").x);
    return test_here(cx_copy(cx_slice(wine, 0, 0, strcmp(set, "wide") == 0 ? 12 : CX_END, 1)));
}

/* The first numbers of a, as the generator cuts them. */
static cx_array *cut(cx_array *a)
{
    return cx_slice(cx_ravel(cx_ascontiguous(test_host(a))), 0, 0, MOST, 1);
}

/* Numbers of one size: each within bound of the largest. */
static void compare(int i, const char *what, cx_array *a, double bound)
{
    size_t count;
    const double *const want = golden(&count, "%d/%s", i, what);
    const cx_array *const all = cx_astype(cut(a), CX_F64);
    const double *const got = cx_data_f64(all);
    cr_assert(got != NULL && (size_t)cx_size(all) == count, "%s: %s: %zu numbers, not %zu",
              rows[i].spec, what, (size_t)cx_size(all), count);
    double most = 1e-3;
    for (size_t j = 0; j < count; j++) most = fmax(most, fabs(want[j]));
    for (size_t j = 0; j < count; j++) {
        if (fabs(got[j] - want[j]) <= bound * most) continue;
        cr_expect(false, "%s: %s[%zu]: %.17g, not %.17g", rows[i].spec, what, j, got[j], want[j]);
        return;
    }
}

static void compare_all(int i)
{
    const row *const r = &rows[i];
    cx_array *const x = read_set(r->set), *const few =
                                              cx_ascontiguous(cx_slice(x, 0, 0, CX_END, 11));
    cx_estimator *const m = cx_estimator_new(r->spec);
    const cx_array *const both = cx_fit_transform(m, x, NULL);
    cr_assert(cx_ok(), "%s: %s", r->spec, cx_error_message());
    compare(i, "fit_transform", cx_slice(both, 0, 0, CX_END, 11), r->bound);
    for (size_t a = 0; a < sizeof attributes / sizeof *attributes; a++)
        if (cx_has_attr(m, attributes[a]))
            compare(i, attributes[a], cx_attr(m, attributes[a]), r->bound);
    cx_array *const scores = cx_transform(m, few);
    compare(i, "transform", scores, r->bound);
    if (cx_estimator_has(m, CX_INVERSE_TRANSFORM))
        compare(i, "inverse_transform", cx_inverse_transform(m, scores), r->bound);
    if (cx_estimator_has(m, CX_METHOD_SCORE_SAMPLES)) {
        compare(i, "score_samples", cx_score_samples(m, few), r->bound);
        compare(i, "score", cx_f64(cx_score(m, few, NULL)), r->bound);
    }
    if (strstr(r->spec, "Latent") != NULL) {
        compare(i, "score", cx_f64(cx_score(m, few, NULL)), r->bound);
        compare(i, "perplexity", cx_f64(cx_perplexity(m, few, NULL)), r->bound);
    }
    if (strstr(r->spec, "PCA") != NULL || strstr(r->spec, "Factor") != NULL) {
        if (strstr(r->spec, "Sparse") != NULL) return;
        compare(i, "covariance", cx_get_covariance(m), r->bound);
        compare(i, "precision", cx_get_precision(m), 100 * r->bound);
    }
}

Test(decomposition, equals_scikit_learn)
{
    for (int i = 0; i < ROWS; i += test_on_cpu() ? 1 : 5) {
        const cx_scope s = open();
        compare_all(i);
        done(s, rows[i].spec);
    }
}

Test(decomposition, johnson_lindenstrauss)
{
    const cx_scope s = open();
    const double n[] = {10, 1000, 1e6}, eps[] = {0.1, 0.5, 0.9};
    cx_array *const least = cx_johnson_lindenstrauss_min_dim(
        test_copy_host(n, CX_SHAPE(3), CX_F64), test_copy_host(eps, CX_SHAPE(3), CX_F64));
    cr_expect(cx_dtype_of(least) == CX_I64);
    golden_same("jl", "", cut(least), 0, 1);
    done(s, "johnson_lindenstrauss_min_dim");
    const cx_scope t = cx_scope_open();
    cr_expect(cx_status_of(cx_johnson_lindenstrauss_min_dim(cx_int(10), cx_float(1))) ==
              CX_E_ARGUMENT);
    (void)!cx_scope_close(t);
}

Test(decomposition, incremental_pca_by_parts)
{
    const cx_scope s = open();
    const cx_array *const x = read_set("wine");
    cx_estimator *const m = cx_estimator_new("IncrementalPCA(3)");
    for (int64_t lo = 0; lo < cx_dim(x, 0); lo += 30)
        cx_check(cx_partial_fit(m, cx_slice(x, 0, lo, lo + 30, 1), NULL));
    golden_same("ipca_parts", "components", cut(cx_attr(m, "components_")), 1e-9, 1);
    golden_same("ipca_parts", "variance", cut(cx_attr(m, "explained_variance_")), 1e-9, 1);
    golden_same("ipca_parts", "var", cut(cx_attr(m, "var_")), 1e-12, 1);
    golden_same("ipca_parts", "noise", cut(cx_attr(m, "noise_variance_")), 1e-9, 1);
    done(s, "IncrementalPCA");
}

/* 1 + place % 7, 0.5 + place % 5: as the generator has them. */
static cx_array *start_of(int64_t n, int64_t d, double first, int64_t period)
{
    double v[512];
    for (int64_t i = 0; i < n * d; i++) v[i] = first + (double)(i % period);
    return test_copy_host(v, CX_SHAPE(n, d), CX_F64);
}

Test(decomposition, non_negative_factorization)
{
    const cx_scope s = open();
    const cx_array *const x = read_set("pixels"), *const w = start_of(160, 3, 1, 7),
                          *const h = start_of(3, 64, 0.5, 5);
    const cx_nmf_opts with[] = {
        {.w = w, .h = h, .max_iter = 20},
        {.h = h, .fixed_h = true, .max_iter = 25},
        {.h = h, .fixed_h = true, .multiplicative = true, .beta_loss = {true, 1}, .max_iter = 30},
    };
    const char *const names[] = {"nmf/custom", "nmf/fixed", "nmf/fixed_mu"};
    for (int i = 0; i < 3; i++) {
        cx_nmf_opts o = with[i];
        o.struct_size = sizeof o;
        const cx_nmf_result r = cx_non_negative_factorization(x, &o);
        golden_same(names[i], "w", cut(r.w), 1e-8, 1);
        golden_same(names[i], "h", cut(r.h), 1e-8, 1);
        golden_same(names[i], "rounds", cx_i64(r.n_iter), 0, 1);
    }
    done(s, "non_negative_factorization");
    const cx_scope t = open();
    const cx_nmf_opts lost = {.struct_size = sizeof lost, .w = start_of(150, 2, 1, 3)};
    cr_expect(cx_status_of(cx_non_negative_factorization(read_set("iris"), &lost).w) == CX_E_NULL);
    cr_expect(cx_status_of(cx_non_negative_factorization(read_set("wine"), NULL).h) ==
              CX_E_ARGUMENT);
    (void)!cx_scope_close(t);
}

Test(decomposition, mini_batch_nmf_by_parts)
{
    const cx_scope s = open();
    const cx_array *const x = read_set("pixels");
    cx_estimator *const m = cx_estimator_new("MiniBatchNMF(3, random_state=2, alpha_W=0.001)");
    for (int64_t lo = 0; lo < 160; lo += 32)
        cx_check(cx_partial_fit(m, cx_slice(x, 0, lo, lo + 32, 1), NULL));
    golden_same("nmf_parts", "components", cut(cx_attr(m, "components_")), 1e-8, 1);
    golden_same("nmf_parts", "steps", cx_attr(m, "n_steps_"), 0, 1);
    golden_same("nmf_parts", "transform", cut(cx_transform(m, cx_slice(x, 0, 0, 20, 1))), 1e-8, 1);
    done(s, "MiniBatchNMF");
}

Test(decomposition, latent_dirichlet_allocation_by_parts)
{
    const cx_scope s = open();
    const cx_array *const x = read_set("pixels");
    cx_estimator *const m =
        cx_estimator_new("LatentDirichletAllocation(3, random_state=2, total_samples=200, "
                         "batch_size=20)");
    for (int64_t lo = 0; lo < 160; lo += 32)
        cx_check(cx_partial_fit(m, cx_slice(x, 0, lo, lo + 32, 1), NULL));
    golden_same("lda_parts", "components", cut(cx_attr(m, "components_")), 1e-8, 1);
    golden_same("lda_parts", "batches", cx_attr(m, "n_batch_iter_"), 0, 1);
    golden_same("lda_parts", "transform", cut(cx_transform(m, cx_slice(x, 0, 0, 20, 1))), 1e-8, 1);
    const double part = cx_perplexity(m, cx_slice(x, 0, 0, 30, 1),
                                      CX_OPTS(cx_perplexity_opts, .sub_sampling = true));
    golden_same("lda_parts", "perplexity", cx_f64(part), 1e-8, 1);
    done(s, "LatentDirichletAllocation");
    const cx_scope t = open();
    cr_expect(isnan(cx_perplexity(cx_estimator_new("PCA()"), read_set("iris"), NULL)));
    (void)!cx_scope_close(t);
}

/* ---- errors */
static void refused(const char *spec, const cx_array *x, cx_status kind, const char *text)
{
    const cx_scope s = cx_scope_open();
    cr_expect(cx_fit(cx_estimator_new(spec), x, NULL) == kind, "%s: %s", spec, cx_error_message());
    cr_expect(strstr(cx_error_message(), text) != NULL, "%s: %s", spec, cx_error_message());
    (void)!cx_scope_close(s);
}

Test(decomposition, errors_name_the_parameter)
{
    const cx_scope s = open();
    const cx_array *const x = read_set("iris");
    refused("PCA(5)", x, CX_E_ARGUMENT, "n_components=5");
    refused("PCA(4, svd_solver='arpack')", x, CX_E_ARGUMENT, "n_components=4");
    refused("PCA(0.5, svd_solver='randomized')", x, CX_E_ARGUMENT, "n_components=0.5");
    refused("PCA('mle', svd_solver='arpack')", x, CX_E_ARGUMENT, "n_components='mle'");
    refused("IncrementalPCA(5)", x, CX_E_ARGUMENT, "n_components=5");
    refused("TruncatedSVD(5)", x, CX_E_ARGUMENT, "n_components=5");
    refused("TruncatedSVD(4, algorithm='arpack')", x, CX_E_ARGUMENT, "n_components=4");
    refused("FactorAnalysis(2, noise_variance_init=[1])", x, CX_E_SHAPE, "noise_variance_init");
    refused("FastICA(whiten=True)", x, CX_E_ARGUMENT, "whiten=True");
    refused("FastICA(fun_args={'alpha': 3})", x, CX_E_ARGUMENT, "alpha");
    refused("FastICA(w_init=[[1, 2], [3, 4]])", x, CX_E_SHAPE, "w_init");
    refused("NMF(2, init='custom')", x, CX_E_UNSUPPORTED, "init='custom'");
    refused("NMF(2, beta_loss='kullback-leibler')", x, CX_E_ARGUMENT, "beta_loss");
    refused("NMF(5, init='nndsvd')", x, CX_E_ARGUMENT, "nndsvd");
    refused("NMF()", cx_sub(x, cx_float(3)), CX_E_ARGUMENT, "negative");
    refused("LatentDirichletAllocation()", cx_sub(x, cx_float(3)), CX_E_ARGUMENT, "negative");
    refused("GaussianRandomProjection()", x, CX_E_ARGUMENT, "eps=0.1");
    done(s, "errors");
}
