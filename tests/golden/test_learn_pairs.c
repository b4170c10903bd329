/* device: each. Scores of clusterings, distances and kernels against scikit-learn, and distances of
 * near rows against sums in more digits. */
#include "metric_check.inc"

static void check_clusterings(const char *name, const cx_array *u, const cx_array *v)
{
    char key[64];
    snprintf(key, sizeof key, "clusters/%s", name);
    const cx_hcv h = cx_homogeneity_completeness_v_measure(u, v, NULL);
    const double got[] = {cx_rand_score(u, v, NULL),
                          cx_adjusted_rand_score(u, v, NULL),
                          cx_fowlkes_mallows_score(u, v, NULL),
                          cx_mutual_info_score(u, v, NULL),
                          cx_normalized_mutual_info_score(u, v, NULL),
                          cx_adjusted_mutual_info_score(u, v, NULL),
                          h.homogeneity,
                          h.completeness,
                          h.v_measure,
                          cx_v_measure_score(u, v, CX_OPTS(cx_metric_opts, .beta = CX_SET(0.3))),
                          cx_entropy(u)};
    for (size_t i = 0; i < sizeof got / sizeof *got; i++) expect(got[i], "", key, i);
    cr_expect(cx_homogeneity_score(u, v, NULL) == h.homogeneity);
    cr_expect(cx_completeness_score(u, v, NULL) == h.completeness);
}

Test(pairs, clusterings)
{
    const cx_scope s = start();
    const cx_array *a = labels("clusters/a", 0), *b = labels("clusters/b", 0);
    const cx_array *one = cx_zeros(CX_SHAPE(200), CX_I64, test_device()),
                   *each = cx_arange_i64(0, 200, 1, CX_I64, test_device());
    check_clusterings("ab", a, b);
    check_clusterings("ba", cx_astype(b, CX_F64), cx_astype(a, CX_I32));
    check_clusterings("same", a, cx_sub(cx_int(4), a));
    check_clusterings("one", one, b);
    check_clusterings("each", each, b);
    check_clusterings("both", each, cx_flip(each, 0));
    check_clusterings("ones", one, one);
    for (int i = 0; i < 4; i++) {
        const cx_metric_opts o = {.struct_size = sizeof o, .average_method = (cx_score_mean)i};
        expect(cx_normalized_mutual_info_score(a, b, &o), "", "clusters/methods", 2 * (size_t)i);
        expect(cx_adjusted_mutual_info_score(a, b, &o), "", "clusters/methods", 2 * (size_t)i + 1);
    }
    expect_all(cx_contingency_matrix(a, b), "", "clusters/contingency");
    expect_all(cx_pair_confusion_matrix(a, b), "", "clusters/pairs");
    expect(cx_expected_mutual_information(cx_contingency_matrix(a, b), 200), "", "clusters/emi", 0);
    const int64_t big[] = {40000, 300, 20, 100, 25000, 4000, 5, 6, 70000};
    const double emi =
        cx_expected_mutual_information(test_copy_host(big, CX_SHAPE(3, 3), CX_I64), 139431);
    size_t n;
    const double want = *golden(&n, "clusters/emi_big");
    cr_expect(fabs(emi - want) <= 1e-8 * want, "%.17g, expected %.17g", emi, want);
    const cx_array *none = cx_zeros(CX_SHAPE(0), CX_I64, test_device());
    cr_expect(cx_rand_score(none, none, NULL) == 1 && cx_v_measure_score(none, none, NULL) == 1);
    finish(s);
}

Test(pairs, silhouettes)
{
    const cx_scope s = start();
    const cx_array *x = given("clusters/x", 6), *label = labels("clusters/label", 0);
    expect_all(cx_silhouette_samples(x, label, NULL), "", "clusters/silhouette");
    const cx_pairwise_opts small = {.struct_size = sizeof small, .working_memory = 90 * 8 * 7};
    expect_all(cx_silhouette_samples(
                   x, label, CX_OPTS(cx_silhouette_opts, .metric = "manhattan", .params = &small)),
               "", "clusters/silhouette_manhattan");
    expect(cx_silhouette_score(x, label, NULL), "", "clusters/scores", 0);
    expect(
        cx_silhouette_score(
            x, label, CX_OPTS(cx_silhouette_opts, .sample_size = 40, .random_state = CX_SEED(3))),
        "", "clusters/scores", 1);
    expect(cx_silhouette_score(cx_pairwise_distances(x, NULL, NULL, NULL), label,
                               CX_OPTS(cx_silhouette_opts, .metric = "precomputed",
                                       .sample_size = 30, .random_state = CX_SEED(0))),
           "", "clusters/scores", 2);
    expect(cx_calinski_harabasz_score(x, label), "", "clusters/scores", 3);
    expect(cx_davies_bouldin_score(x, label), "", "clusters/scores", 4);
    const cx_scope in = cx_scope_open();
    cr_expect(isnan(cx_silhouette_score(x, cx_zeros_like(label, CX_I64), NULL)));
    cr_expect(cx_scope_close(in) == CX_E_ARGUMENT);
    finish(s);
}

Test(pairs, distances)
{
    const cx_scope s = start();
    const cx_array *x = given("pairs/x", 11), *z = given("pairs/z", 11);
    static const char *const plain[] = {"manhattan",  "cosine",  "chebyshev",  "canberra",
                                        "braycurtis", "hamming", "sqeuclidean"};
    char key[64];
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        snprintf(key, sizeof key, "pairs/%s", plain[i]);
        expect_all(cx_pairwise_distances(x, z, plain[i], NULL), "", key);
    }
    const cx_pairwise_opts squared = {.struct_size = sizeof squared, .squared = true};
    expect_all(cx_euclidean_distances(x, z, NULL), "", "pairs/euclidean");
    expect_all(cx_euclidean_distances(x, NULL, NULL), "", "pairs/euclidean_self");
    expect_all(cx_pairwise_distances(x, z, "l2", &squared), "", "pairs/squared");
    expect_all(cx_manhattan_distances(x, z), "", "pairs/manhattan");
    expect_all(cx_cosine_distances(x, NULL), "", "pairs/cosine_self");
    const cx_array *two = cx_slice(x, 0, 0, 2, 1);
    expect_all(cx_pairwise_distances(two, cx_slice(z, 0, 0, 2, 1), "correlation", NULL), "",
               "pairs/correlation");
    expect_all(cx_pairwise_distances(x, NULL, "seuclidean", NULL), "", "pairs/seuclidean_self");
    const cx_array *weight = cx_arange(1, 12, 1, CX_F64, test_device());
    cx_pairwise_opts o = {.struct_size = sizeof o, .v = cx_div(weight, cx_float(4))};
    expect_all(cx_pairwise_distances(x, z, "seuclidean", &o), "", "pairs/seuclidean");
    o.p = (cx_maybe_f64)CX_SET(3);
    expect_all(cx_pairwise_distances(x, z, "minkowski", &o), "", "pairs/minkowski");
    o.p = (cx_maybe_f64)CX_SET(1.5);
    o.w = weight;
    expect_all(cx_pairwise_distances(x, z, "minkowski", &o), "", "pairs/minkowski_w");
    expect_all(cx_pairwise_distances(given("pairs/wide", 3), NULL, "mahalanobis", NULL), "",
               "pairs/mahalanobis");
    expect_all(cx_haversine_distances(given("pairs/globe", 2), NULL), "", "pairs/haversine");
    expect_all(cx_nan_euclidean_distances(given("pairs/holes", 11), given("pairs/holed", 11), NULL),
               "", "pairs/nan_euclidean");
    o = (cx_pairwise_opts){.struct_size = sizeof o, .squared = true, .missing_values = CX_SET(0)};
    expect_all(cx_nan_euclidean_distances(cx_slice(x, 0, 3, CX_END, 1), z, &o), "",
               "pairs/nan_euclidean_zero");
    static const char *const truths[] = {"dice",       "jaccard",     "rogerstanimoto",
                                         "russellrao", "sokalsneath", "yule"};
    const cx_array *bools = labels("pairs/bools", 11), *others = labels("pairs/others", 11);
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        snprintf(key, sizeof key, "pairs/%s", truths[i]);
        expect_all(cx_pairwise_distances(bools, others, truths[i], NULL), "", key);
    }
    finish(s);
}

/* Rows beside each other, far from the origin: the expanded square alone has no digit left. */
Test(pairs, near_rows_lose_no_digits)
{
    const cx_scope s = start();
    enum { N = 60, D = 12 };
    double v[N][D];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++)
            v[i][j] = (i % 3) * 40.0 + 1000 + 1e-6 * ((i * 37 + j * 11) % 101) * (1 + i % 7);
    const cx_array *x = test_copy_host(v, CX_SHAPE(N, D), CX_F64);
    const double *got = cx_data_f64(test_host(cx_euclidean_distances(x, NULL, NULL)));
    cr_assert(got != NULL, "%s", cx_error_message());
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            long double sum = 0;
            for (int j = 0; j < D; j++)
                sum += ((long double)v[i][j] - v[k][j]) * ((long double)v[i][j] - v[k][j]);
            const double want = (double)sqrtl(sum);
            cr_expect(fabs(got[i * N + k] - want) <= 4e-14 * want, "%d %d: %.17g, expected %.17g",
                      i, k, got[i * N + k], want);
        }
    finish(s);
}

typedef struct parts {
    cx_array *whole;
    int64_t next, pieces;
} parts;

static cx_status put_part(void *ctx, const cx_array *d, int64_t from)
{
    parts *const p = ctx;
    cr_expect(from == p->next);
    p->next += cx_dim(d, 0);
    p->pieces++;
    return cx_copy_into(d, cx_slice(p->whole, 0, from, p->next, 1));
}

static cx_status give_up(void *ctx, const cx_array *d, int64_t from)
{
    (void)d;
    (void)from;
    ++*(int *)ctx;
    return CX_E_CANCELLED;
}

Test(pairs, pieces)
{
    const cx_scope s = start();
    const cx_array *x = given("pairs/x", 11), *z = given("pairs/z", 11);
    parts p = {cx_zeros(CX_SHAPE(9, 7), CX_F64, test_device()), 0, 0};
    const cx_pairwise_opts o = {.struct_size = sizeof o, .working_memory = 2 * 7 * 8};
    cr_expect(cx_pairwise_distances_chunked(x, z, "manhattan", &o, put_part, &p) == CX_OK);
    cr_expect(p.pieces == 5 && p.next == 9);
    expect_all(p.whole, "", "pairs/manhattan");
    parts q = {cx_zeros(CX_SHAPE(9, 9), CX_F64, test_device()), 0, 0};
    const cx_pairwise_opts one = {.struct_size = sizeof one, .working_memory = 1};
    cr_expect(cx_pairwise_distances_chunked(x, NULL, "seuclidean", &one, put_part, &q) == CX_OK);
    cr_expect(q.pieces == 9);
    expect_all(q.whole, "", "pairs/seuclidean_self");
    int calls = 0;
    cr_expect(cx_pairwise_distances_chunked(x, NULL, NULL, &one, give_up, &calls) ==
              CX_E_CANCELLED);
    cr_expect(calls == 1);
    finish(s);
}

Test(pairs, nearest)
{
    const cx_scope s = start();
    const cx_array *x = cx_add(given("pairs/x", 11), cx_float(0.01)), *z = given("pairs/z", 11);
    static const char *const names[] = {"euclidean", "manhattan", "cosine"};
    for (int i = 0; i < 3; i++)
        for (int axis = 0; axis < 2; axis++) {
            char key[64];
            const cx_pairwise_opts o = {.struct_size = sizeof o, .by_columns = axis == 0};
            const cx_nearest n = cx_pairwise_distances_argmin_min(x, z, names[i], &o);
            snprintf(key, sizeof key, "pairs/argmin/%s/%d", names[i], axis);
            expect_all(n.index, "", key);
            expect_all(cx_pairwise_distances_argmin(x, z, names[i], &o), "", key);
            snprintf(key, sizeof key, "pairs/min/%s/%d", names[i], axis);
            size_t count;
            const double off = difference(test_host(n.distance), golden(&count, "%s", key),
                                          (size_t)cx_size(n.distance));
            cr_expect(off <= 1e-8, "%s: %g", key, off); /* the reference's own digits */
        }
    finish(s);
}

Test(pairs, kernels)
{
    const cx_scope s = start();
    const cx_array *x = given("pairs/x", 11), *z = given("pairs/z", 11);
    static const char *const names[] = {"linear",    "polynomial", "rbf",
                                        "laplacian", "sigmoid",    "cosine"};
    char key[64];
    for (int i = 0; i < 6; i++) {
        snprintf(key, sizeof key, "kernels/%s0", names[i]);
        expect_all(cx_pairwise_kernels(x, z, names[i], NULL), "", key);
    }
    expect_all(cx_linear_kernel(x, z), "", "kernels/linear0");
    expect_all(cx_laplacian_kernel(x, z, NULL), "", "kernels/laplacian0");
    expect_all(cx_cosine_similarity(x, z), "", "kernels/cosine0");
    cx_pairwise_opts o = {
        .struct_size = sizeof o, .gamma = CX_SET(0.3), .coef0 = CX_SET(-0.5), .degree = CX_SET(2)};
    expect_all(cx_polynomial_kernel(x, z, &o), "", "kernels/poly3");
    o = (cx_pairwise_opts){.struct_size = sizeof o, .gamma = CX_SET(0.7)};
    expect_all(cx_rbf_kernel(x, z, &o), "", "kernels/rbf1");
    o = (cx_pairwise_opts){.struct_size = sizeof o, .gamma = CX_SET(0.1), .coef0 = CX_SET(0.2)};
    expect_all(cx_sigmoid_kernel(x, z, &o), "", "kernels/sigmoid2");
    expect_all(cx_pairwise_kernels(cx_abs(x), cx_abs(z), "chi2", NULL), "", "kernels/chi2");
    const cx_array *x32 = cx_astype(x, CX_F32), *z32 = cx_astype(z, CX_F32);
    for (int i = 0; i < 6; i++) {
        size_t n;
        snprintf(key, sizeof key, "kernels/%s0", names[i]);
        cx_array *k = test_host(cx_pairwise_kernels(x32, z32, names[i], NULL));
        const double *want = golden(&n, "%s", key);
        cr_expect(cx_dtype_of(k) == CX_F32 && difference(k, want, n) <= 2e-6, "%s", key);
    }
    finish(s);
}

Test(pairs, refused)
{
    const cx_scope s = start();
    const cx_array *x = given("pairs/x", 11), *holes = given("pairs/holes", 11),
                   *wide = given("pairs/wide", 3);
#define REFUSED(status, call)                                                        \
    do {                                                                             \
        const cx_scope in_ = cx_scope_open();                                        \
        cr_expect(cx_status_of(call) == (status), #call ": %s", cx_error_message()); \
        cr_expect(cx_scope_close(in_) == (status), #call);                           \
    } while (0)
    REFUSED(CX_E_ARGUMENT, cx_pairwise_distances(x, NULL, "euclidian", NULL));
    REFUSED(CX_E_SHAPE, cx_euclidean_distances(x, wide, NULL));
    REFUSED(CX_E_ARGUMENT, cx_euclidean_distances(holes, NULL, NULL));
    REFUSED(CX_E_SHAPE, cx_haversine_distances(wide, NULL));
    REFUSED(CX_E_ARGUMENT,
            cx_pairwise_distances(wide, cx_add(wide, cx_int(1)), "seuclidean", NULL));
    REFUSED(CX_E_ARGUMENT,
            cx_pairwise_distances(wide, cx_add(wide, cx_int(1)), "mahalanobis", NULL));
    REFUSED(CX_E_ARGUMENT, cx_pairwise_distances(x, NULL, "mahalanobis", NULL));
    REFUSED(CX_E_ARGUMENT, cx_pairwise_kernels(x, NULL, "rfb", NULL));
    REFUSED(CX_E_ARGUMENT, cx_pairwise_kernels(x, NULL, "chi2", NULL));
    REFUSED(CX_E_ARGUMENT,
            cx_pairwise_distances(cx_linear_kernel(x, NULL), NULL, "precomputed", NULL));
#undef REFUSED
    finish(s);
}
