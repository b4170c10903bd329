/* Data sets from seeds against scikit-learn's, and what cannot be made. */
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void expect_near(const cx_array *a, const char *key, const char *part, int64_t rows)
{
    size_t n;
    const double *want = golden(&n, "%s/%s", key, part);
    const int64_t have = cx_dim(a, 0);
    const cx_array *top = cx_slice(a, 0, 0, rows < have ? rows : have, 1);
    cr_assert((size_t)cx_size(top) == n, "%s/%s: %lld values, expected %zu", key, part,
              (long long)cx_size(top), n);
    const double off = difference(top, want, n);
    cr_expect(off <= 1e-12, "%s/%s: %g", key, part, off);
}

static double weighted_sum(const cx_array *a)
{
    const int64_t n = cx_dim(a, 0);
    const cx_array *w = cx_remainder(cx_arange_i64(1, n + 1, 1, CX_I64, CX_CPU), cx_int(7));
    const cx_array *v = cx_astype(a, CX_F64);
    return cx_item_f64(cx_sum(cx_mul(v, cx_ndim(a) == 2 ? cx_expand_dims(w, 1) : w), CX_ALL));
}

static void check(const char *key, cx_dataset d)
{
    cr_assert(cx_ok(), "%s: %s", key, cx_error_message());
    size_t n;
    expect_near(d.x, key, "x", 6);
    expect_near(d.y, key, "y", 40);
    const double *sum = golden(&n, "%s/sum", key), x = weighted_sum(d.x), y = weighted_sum(d.y);
    cr_expect(fabs(x - sum[0]) <= 1e-9 * (1 + fabs(sum[0])), "%s: %.17g, expected %.17g", key, x,
              sum[0]);
    cr_expect(fabs(y - sum[1]) <= 1e-9 * (1 + fabs(sum[1])), "%s: %.17g, expected %.17g", key, y,
              sum[1]);
}

static void check_more(const char *key, cx_dataset d)
{
    check(key, d);
    expect_near(d.more, key, "more", cx_dim(d.more, 0));
}

static cx_scope start(void)
{
    golden_from("learn_datasets.tsv");
    return cx_scope_open();
}

#define OPTS(type, seed, ...) \
    CX_OPTS(cx_make_##type##_opts, .random_state = CX_SEED(seed), __VA_ARGS__)

Test(datasets, classification)
{
    const cx_scope s = start();
    const double three[] = {0.2, 0.5, 0.3}, two[] = {0.1, 0.3};
    check("classification/plain", cx_make_classification(OPTS(classification, 0, .n_classes = 2)));
    check("classification/many",
          cx_make_classification(OPTS(classification, 1, .n_samples = 61, .n_features = 12,
                                      .n_informative = CX_SET(5), .n_redundant = CX_SET(3),
                                      .n_repeated = 2, .n_classes = 3, .n_clusters_per_class = 3,
                                      .weights = cx_copy_host(three, CX_SHAPE(3), CX_F64),
                                      .flip_y = CX_SET(0.2), .class_sep = CX_SET(1.7))));
    check("classification/short",
          cx_make_classification(OPTS(classification, 2, .n_samples = 50, .n_classes = 3,
                                      .n_informative = CX_SET(4),
                                      .weights = cx_copy_host(two, CX_SHAPE(2), CX_F64))));
    check("classification/off",
          cx_make_classification(OPTS(classification, 3, .n_samples = 40, .n_features = 6,
                                      .no_hypercube = true, .random_shift = true,
                                      .random_scale = true, .no_shuffle = true,
                                      .flip_y = CX_SET(0))));
    check("classification/wide",
          cx_make_classification(OPTS(classification, 4, .n_samples = 30, .n_features = 40,
                                      .n_informative = CX_SET(33))));
    check("classification/eight",
          cx_make_classification(OPTS(classification, 5, .n_samples = 30, .n_features = 8,
                                      .n_informative = CX_SET(8), .n_redundant = CX_SET(0),
                                      .flip_y = CX_SET(0), .shift = CX_SET(2.5),
                                      .scale = CX_SET(0.5))));
    check("classification/full",
          cx_make_classification(
              OPTS(classification, 6, .n_samples = 30, .n_features = 4, .n_redundant = CX_SET(0))));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, regression)
{
    const cx_scope s = start();
    check_more("regression/plain", cx_make_regression(OPTS(regression, 0, .n_targets = 1)));
    check_more("regression/noisy",
               cx_make_regression(OPTS(regression, 1, .n_samples = 30, .n_features = 7,
                                       .n_informative = CX_SET(3), .n_targets = 2, .bias = 1.5,
                                       .noise = 2)));
    check_more("regression/ranked",
               cx_make_regression(OPTS(regression, 2, .n_samples = 25, .n_features = 9,
                                       .effective_rank = CX_SET(3), .tail_strength = CX_SET(0.2))));
    check_more("regression/still", cx_make_regression(OPTS(regression, 3, .n_samples = 20,
                                                           .n_features = 3, .no_shuffle = true)));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, blobs)
{
    const cx_scope s = start();
    const double centers[] = {0, 1, 2, 5, 5, 5, -3, 0, 9.5, 1, 1, 1}, stds[] = {1, 0.1, 2, 0.5};
    const int64_t sizes[] = {5, 20, 3};
    check_more("blobs/plain", cx_make_blobs(OPTS(blobs, 0, .n_centers = 3)));
    check_more("blobs/given",
               cx_make_blobs(OPTS(blobs, 1, .n_samples = 31,
                                  .centers = cx_copy_host(centers, CX_SHAPE(4, 3), CX_F64),
                                  .cluster_stds = cx_copy_host(stds, CX_SHAPE(4), CX_F64))));
    check_more("blobs/sizes",
               cx_make_blobs(OPTS(blobs, 2, .samples = cx_copy_host(sizes, CX_SHAPE(3), CX_I64),
                                  .n_features = 4, .cluster_std = CX_SET(0.3), .low = CX_SET(0),
                                  .high = CX_SET(2), .no_shuffle = true)));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, shapes)
{
    const cx_scope s = start();
    check("circles/plain", cx_make_circles(OPTS(curves, 0, .n_samples = 100)));
    check("circles/noisy",
          cx_make_circles(OPTS(curves, 1, .n_outer = CX_SET(20), .n_inner = CX_SET(11),
                               .noise = CX_SET(0.1), .factor = CX_SET(0.3))));
    check("moons/plain", cx_make_moons(OPTS(curves, 0, .n_samples = 33)));
    check("moons/noisy", cx_make_moons(OPTS(curves, 1, .noise = CX_SET(0.2), .no_shuffle = true)));
    check("s_curve/plain", cx_make_s_curve(OPTS(function, 0, .noise = 0)));
    check("s_curve/noisy", cx_make_s_curve(OPTS(function, 1, .n_samples = 20, .noise = 0.1)));
    check("swiss_roll/plain", cx_make_swiss_roll(OPTS(function, 0, .noise = 0)));
    check("swiss_roll/hole",
          cx_make_swiss_roll(OPTS(function, 1, .n_samples = 20, .noise = 0.1, .hole = true)));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, functions)
{
    const cx_scope s = start();
    static const struct {
        const char *plain, *noisy;
        cx_dataset (*make)(const cx_make_function_opts *);
    } friedman[] = {{"friedman1/plain", "friedman1/noisy", cx_make_friedman1},
                    {"friedman2/plain", "friedman2/noisy", cx_make_friedman2},
                    {"friedman3/plain", "friedman3/noisy", cx_make_friedman3}};
    for (int i = 0; i < 3; i++) {
        check(friedman[i].plain, friedman[i].make(OPTS(function, 0, .noise = 0)));
        check(friedman[i].noisy,
              friedman[i].make(OPTS(function, 1, .n_samples = 20, .noise = 0.7)));
    }
    check("friedman1/wide", cx_make_friedman1(OPTS(function, 2, .n_samples = 20, .n_features = 6)));
    check("hastie", cx_make_hastie_10_2(OPTS(function, 0, .n_samples = 60)));
    check("sparse",
          cx_make_sparse_uncorrelated(OPTS(function, 0, .n_samples = 30, .n_features = 8)));
    size_t n;
    const cx_array *a = cx_make_low_rank_matrix(OPTS(low_rank, 0, .n_samples = 12, .n_features = 7,
                                                     .effective_rank = CX_SET(3))),
                   *b = cx_make_low_rank_matrix(OPTS(low_rank, 1, .n_samples = 5, .n_features = 9,
                                                     .effective_rank = CX_SET(2),
                                                     .tail_strength = CX_SET(0.1)));
    const double *want = golden(&n, "low_rank/plain");
    cr_expect(difference(a, want, n) <= 1e-12);
    want = golden(&n, "low_rank/wide");
    cr_expect(difference(b, want, n) <= 1e-12);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, quantiles_and_matrices)
{
    const cx_scope s = start();
    const double mean[] = {1, -2, 0.5};
    check("quantiles/plain", cx_make_gaussian_quantiles(OPTS(quantiles, 0, .n_classes = 3)));
    check("quantiles/moved",
          cx_make_gaussian_quantiles(OPTS(quantiles, 1, .n_samples = 31, .n_features = 3,
                                          .n_classes = 4, .cov = CX_SET(3), .no_shuffle = true,
                                          .mean = cx_copy_host(mean, CX_SHAPE(3), CX_F64))));
    static const int64_t sizes[] = {4, 9, 1};
    for (int i = 0; i < 3; i++) {
        size_t n;
        const double *want = golden(&n, "spd/%d", (int)sizes[i]);
        const double off = difference(cx_make_spd_matrix(sizes[i], CX_SEED(i)), want, n);
        cr_expect(off <= 1e-12, "spd/%d: %g", (int)sizes[i], off);
    }
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, multilabel)
{
    const cx_scope s = start();
    check("multilabel/plain",
          cx_make_multilabel_classification(OPTS(multilabel, 3, .n_classes = 5)));
    check("multilabel/many", cx_make_multilabel_classification(
                                 OPTS(multilabel, 3, .n_samples = 40, .n_features = 13,
                                      .n_classes = 9, .n_labels = CX_SET(4), .length = 20)));
    check("multilabel/each",
          cx_make_multilabel_classification(
              OPTS(multilabel, 3, .n_samples = 30, .n_labels = CX_SET(1), .no_unlabeled = true)));
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(datasets, refused)
{
    const cx_scope s = start();
#define REFUSED(status, call)                                                            \
    do {                                                                                 \
        const cx_scope in_ = cx_scope_open();                                            \
        cr_expect(cx_status_of((call).x) == (status), #call ": %s", cx_error_message()); \
        cr_expect(cx_scope_close(in_) == (status), #call);                               \
    } while (0)
    REFUSED(CX_E_ARGUMENT, cx_make_classification(OPTS(classification, 0, .n_features = 3)));
    REFUSED(CX_E_ARGUMENT, cx_make_classification(OPTS(classification, 0, .n_classes = 3)));
    REFUSED(CX_E_ARGUMENT, cx_make_classification(OPTS(classification, 0, .n_samples = -1)));
    REFUSED(CX_E_SHAPE, cx_make_classification(OPTS(
                            classification, 0, .weights = cx_ones(CX_SHAPE(5), CX_F64, CX_CPU))));
    REFUSED(CX_E_ARGUMENT, cx_make_friedman1(OPTS(function, 0, .n_features = 4)));
    REFUSED(CX_E_ARGUMENT, cx_make_circles(OPTS(curves, 0, .factor = CX_SET(1.5))));
    REFUSED(CX_E_ARGUMENT, cx_make_moons(OPTS(curves, 0, .n_outer = CX_SET(3))));
    REFUSED(CX_E_SHAPE,
            cx_make_blobs(OPTS(blobs, 0, .cluster_stds = cx_ones(CX_SHAPE(2), CX_F64, CX_CPU))));
    REFUSED(CX_E_ARGUMENT, cx_make_regression(OPTS(regression, 0, .effective_rank = CX_SET(0))));
#undef REFUSED
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
