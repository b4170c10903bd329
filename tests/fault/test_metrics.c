/* Every allocation of metrics, distances, kernels, trees of points and makers of data sets failing
 * in turn, once and from then on: right status, nothing leaked, and whatever reports success has
 * made the same numbers as without faults. */
#include "fault.h"
#include <calx.h>
#include <calx/neighbors.h>
#include <criterion/criterion.h>
#include <string.h>

TestSuite(fault_metrics, .init = fault_install, .timeout = 240);

enum { ROWS = 24, COLUMNS = 3 };

static cx_array *numbers(int salt)
{
    double x[ROWS * COLUMNS];
    uint64_t state = 12345 + (uint64_t)salt;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = (double)(state >> 33) / 4294967296.0 + 0.25 * (i / COLUMNS % 3 == i % COLUMNS);
    }
    return cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64);
}

static cx_array *labels(int step)
{
    int32_t y[ROWS];
    for (int i = 0; i < ROWS; i++) y[i] = (i / step + i) % 3;
    return cx_copy_host(y, CX_SHAPE(ROWS), CX_I32);
}

static cx_array *words(int step)
{
    return cx_categories_new(labels(step), 3, (const char *const[]){"ant", "bee", "cat"});
}

FAULT_SCENARIO(fault_metrics, classes, {
    const cx_array *t = words(1), *p = words(5);
    const cx_metric_opts macro = {.struct_size = sizeof macro, .average = CX_SCORE_MACRO};
    fault_add_number(cx_f1_score(t, p, &macro));
    fault_add_number(cx_balanced_accuracy_score(t, p, NULL));
    fault_add_number(cx_cohen_kappa_score(t, p, NULL));
    fault_add(cx_multilabel_confusion_matrix(t, p, NULL));
    fault_add_number((double)strlen(cx_classification_report(t, p, NULL, NULL)));
})

FAULT_SCENARIO(fault_metrics, report, {
    const cx_table *r = cx_classification_report_table(words(1), words(5), NULL, NULL);
    fault_add(cx_table_column(r, "f1-score"));
})

FAULT_SCENARIO(fault_metrics, matrices, {
    const cx_array *t = cx_greater(numbers(1), cx_float(0.4)),
                   *p = cx_greater(numbers(2), cx_float(0.4)), *w = cx_select(numbers(3), 1, 0);
    const cx_metric_opts o = {
        .struct_size = sizeof o, .average = CX_SCORE_SAMPLES, .sample_weight = w};
    fault_add_number(cx_jaccard_score(t, p, &o));
    fault_add(cx_precision_score_each(t, p, &o));
    fault_add_number(cx_hamming_loss(t, p, &o));
})

FAULT_SCENARIO(fault_metrics, rankings, {
    const cx_array *t = labels(1), *two = cx_greater(t, cx_int(1)), *score = numbers(4),
                   *one = cx_select(score, 1, 0);
    const cx_metric_opts part = {.struct_size = sizeof part, .max_fpr = CX_SET(0.4)};
    fault_add(cx_roc_curve(two, one, NULL).tpr);
    fault_add(cx_precision_recall_curve(two, one, NULL).precision);
    fault_add_number(cx_roc_auc_score(two, one, &part));
    fault_add_number(cx_average_precision_score(t, score, NULL));
    fault_add_number(cx_top_k_accuracy_score(t, score, NULL));
    fault_add_number(cx_ndcg_score(score, numbers(5), NULL));
})

FAULT_SCENARIO(fault_metrics, predicted_numbers, {
    const cx_array *y = numbers(6), *q = numbers(7), *w = cx_select(numbers(8), 1, 0);
    const cx_metric_opts o = {.struct_size = sizeof o, .sample_weight = w};
    fault_add_number(cx_mean_absolute_error(y, q, &o));
    fault_add_number(cx_median_absolute_error(y, q, &o));
    fault_add(cx_r2_score_each(y, q, &o));
    fault_add_number(cx_d2_absolute_error_score(y, q, &o));
    fault_add_number(cx_mean_gamma_deviance(cx_select(y, 1, 0), cx_select(q, 1, 1), &o));
})

FAULT_SCENARIO(fault_metrics, clusterings, {
    const cx_array *a = labels(1), *b = words(5), *x = numbers(9);
    fault_add_number(cx_adjusted_mutual_info_score(a, b, NULL));
    fault_add_number(cx_rand_score(a, b, NULL));
    fault_add(cx_contingency_matrix(a, b));
    fault_add(cx_silhouette_samples(x, b, NULL));
    fault_add_number(cx_davies_bouldin_score(x, a));
    fault_add_number(cx_silhouette_score(
        x, a, CX_OPTS(cx_silhouette_opts, .sample_size = 12, .random_state = CX_SEED(1))));
})

FAULT_SCENARIO(fault_metrics, distances, {
    const cx_array *x = numbers(10), *y = numbers(11);
    fault_add(cx_euclidean_distances(x, y, NULL));
    fault_add(cx_pairwise_distances(x, NULL, "mahalanobis", NULL));
    fault_add(cx_pairwise_distances(x, y, "braycurtis", NULL));
    fault_add(cx_cosine_distances(x, NULL));
    fault_add(cx_pairwise_distances_argmin(x, y, NULL, NULL));
    fault_add(cx_pairwise_distances_argmin_min(x, y, "canberra", NULL).distance);
    const cx_array *holed = cx_where(cx_greater(x, cx_float(0.9)), cx_float((double)NAN), x);
    fault_add(cx_nan_euclidean_distances(holed, y, NULL));
    fault_add(cx_rbf_kernel(x, y, NULL));
    fault_add(cx_laplacian_kernel(x, y, NULL));
})

FAULT_SCENARIO(fault_metrics, near_rows, {
    const cx_array *wide = cx_reshape(numbers(12), CX_SHAPE(8, 9)),
                   *far = cx_tile(cx_add(wide, cx_float(100)), CX_SHAPE(10, 1));
    fault_add(cx_euclidean_distances(far, NULL, NULL));
})

FAULT_SCENARIO(fault_metrics, trees_of_points, {
    const cx_array *x = numbers(13), *y = numbers(14);
    const cx_neighbor_tree *kd = cx_kd_tree(x, NULL),
                           *ball =
                               cx_ball_tree(x, CX_OPTS(cx_neighbor_tree_opts, .metric = "canberra",
                                                       .sample_weight = cx_select(y, 1, 0)));
    const cx_array *each = cx_select(y, 1, 1);
    fault_add(cx_neighbor_tree_query(kd, y, 3, NULL).distances);
    fault_add(cx_neighbor_tree_query_radius(kd, y, cx_float(0.4), NULL).distances);
    fault_add(cx_neighbor_tree_query_radius(kd, y, each, NULL).indices);
    fault_add(cx_neighbor_tree_two_point_correlation(kd, y, each));
    fault_add(cx_neighbor_tree_count(ball, y, each));
    fault_add(cx_neighbor_tree_two_point_correlation(ball, y, each));
    fault_add(cx_neighbor_tree_kernel_density(ball, y, 0.5, NULL));
})

FAULT_SCENARIO(fault_metrics, makers, {
    const cx_dataset c = cx_make_classification(
        CX_OPTS(cx_make_classification_opts, .n_samples = 20, .random_state = CX_SEED(1)));
    const cx_dataset r =
        cx_make_regression(CX_OPTS(cx_make_regression_opts, .n_samples = 12, .n_features = 5,
                                   .effective_rank = CX_SET(2), .random_state = CX_SEED(1)));
    const cx_dataset b =
        cx_make_blobs(CX_OPTS(cx_make_blobs_opts, .n_samples = 9, .random_state = CX_SEED(1)));
    const cx_dataset m = cx_make_multilabel_classification(
        CX_OPTS(cx_make_multilabel_opts, .n_samples = 4, .length = 5, .random_state = CX_SEED(1)));
    fault_add(c.x);
    fault_add(r.more);
    fault_add(b.x);
    fault_add(m.y);
})
