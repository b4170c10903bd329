/* device: each. Metrics as formulas of two rows: the same as by name, wherever a metric is taken.
 */
#include "device.h"
#include <calx.h>
#include <calx/cluster.h>
#include <calx/neighbors.h>
#include <calx/pairwise.h>
#include <criterion/criterion.h>
#include <stdio.h>

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
}
TestSuite(metric_formulas, .init = setup, .fini = teardown);

static const char city[] = "x, y: sum(abs(x - y), axis=-1)";

/* Whole numbers, three heaps of them: sums are exact, and many distances are equal. */
static cx_array *heaps(void)
{
    enum { ROWS = 150, COLUMNS = 3 };
    cx_array *const x = cx_empty(CX_SHAPE(ROWS, COLUMNS), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(x);
    uint64_t state = 3;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        p[i] = (double)((int64_t)(state >> 33) % 7 + i / COLUMNS % 3 * 12);
    }
    return cx_to(x, test_device());
}

static void same_attr(const cx_estimator *a, const cx_estimator *b, const char *attr)
{
    if (cx_has_attr(a, attr))
        cr_expect(cx_array_equal(cx_attr(a, attr), cx_attr(b, attr)), "%s of %s", attr,
                  cx_estimator_name(a));
}

/* A spec with %s for the metric, by name and by formula. */
static void same_fit(const char *spec)
{
    static const char *const attrs[] = {"labels_",
                                        "children_",
                                        "distances_",
                                        "ordering_",
                                        "medoids_",
                                        "embedding_",
                                        "probabilities_",
                                        "core_distances_",
                                        "reachability_",
                                        "offset_",
                                        "negative_outlier_factor_"};
    char named[256], told[256];
    snprintf(named, sizeof named, spec, "manhattan");
    snprintf(told, sizeof told, spec, city);
    const cx_array *const x = heaps();
    cx_estimator *const a = cx_estimator_new(named), *const b = cx_estimator_new(told);
    cr_assert(cx_fit(a, x, NULL) == CX_OK && cx_fit(b, x, NULL) == CX_OK, "%s: %s", told,
              cx_error_message());
    for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) same_attr(a, b, attrs[i]);
}

Test(metric_formulas, clusters)
{
    same_fit("DBSCAN(eps=3.0, min_samples=4, metric='%s')");
    same_fit("OPTICS(min_samples=4, metric='%s')");
    same_fit("HDBSCAN(metric='%s', algorithm='brute', store_centers='medoid')");
    same_fit("AgglomerativeClustering(3, linkage='average', metric='%s', compute_distances=True)");
    same_fit("AgglomerativeClustering(3, linkage='single', metric='%s', compute_distances=True)");
    same_fit("AgglomerativeClustering(3, connectivity=9, linkage='complete', metric='%s')");
    same_fit("LocalOutlierFactor(n_neighbors=5, metric='%s')");
}

Test(metric_formulas, neighbours)
{
    const cx_array *const x = heaps(), *const query = cx_copy(cx_slice(x, 0, 0, 40, 1));
    cx_estimator *const named = cx_estimator_new("NearestNeighbors(metric='manhattan')"),
                        *const told = cx_estimator_new("NearestNeighbors()");
    cx_check(cx_set_param_str(told, "metric", city));
    cx_check(cx_fit(named, x, NULL));
    cx_check(cx_fit(told, x, NULL));
    const cx_neighbors a = cx_kneighbors(named, query, 7), b = cx_kneighbors(told, query, 7);
    cr_expect(cx_array_equal(a.indices, b.indices) && cx_array_equal(a.distances, b.distances));
    const cx_neighbors own = cx_kneighbors(named, NULL, 3), own_told = cx_kneighbors(told, NULL, 3);
    cr_expect(cx_array_equal(own.indices, own_told.indices));
}

/* What a model is asked for after it was written and read: the formula is in the file. */
Test(metric_formulas, files)
{
    const cx_array *const x = heaps(), *const y = cx_remainder(
                                           cx_arange_i64(0, 150, 1, CX_I64, cx_device_of(x)),
                                           cx_int(3));
    cx_estimator *const m = cx_estimator_new(
        "KNeighborsClassifier(4, metric='x, y, p: sum(abs(x - y)**p, axis=-1)**(1 / p)', p=3)");
    cx_estimator *const named = cx_estimator_new("KNeighborsClassifier(4, p=3)"),
                        *const twin = cx_estimator_new(cx_estimator_spec(m));
    cx_check(cx_fit(twin, x, y));
    cx_check(cx_fit(named, x, y));
    cr_expect(cx_array_equal(cx_predict(twin, x), cx_predict(named, x)));
}

Test(metric_formulas, distances)
{
    const cx_array *const x = heaps(), *const y = cx_copy(cx_slice(x, 0, 5, 60, 1));
    const cx_array *const want = cx_pairwise_distances(x, y, "manhattan", NULL);
    cr_expect(cx_array_equal(cx_pairwise_distances(x, y, city, NULL), want));
    const cx_nearest a = cx_pairwise_distances_argmin_min(x, y, "manhattan", NULL),
                     b = cx_pairwise_distances_argmin_min(x, y, city, NULL);
    cr_expect(cx_array_equal(a.index, b.index) && cx_array_equal(a.distance, b.distance));
    const cx_array *const single = cx_pairwise_distances(cx_astype(x, CX_F32), NULL, city, NULL);
    cr_expect(cx_dtype_of(single) == CX_F32);
}

static cx_status refused(const char *spec)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), heaps(), NULL);
    (void)!cx_scope_close(s);
    return st;
}

Test(metric_formulas, bad_ones)
{
    cr_expect(refused("DBSCAN(metric='x, y, slope: sum(x - y, axis=-1)')") == CX_E_ARGUMENT);
    cr_expect(refused("DBSCAN(metric='x, y: sum(x - y')") == CX_E_PARSE);
    cr_expect(refused("DBSCAN(metric='x, y: x - y')") == CX_E_SHAPE);
    cr_expect(refused("DBSCAN(metric='x, y: log(-1 - sum(abs(x - y), axis=-1))')") ==
              CX_E_ARGUMENT);
    cr_expect(
        refused("NearestNeighbors(algorithm='kd_tree', metric='x, y: sum(x - y, axis=-1)')") ==
        CX_E_ARGUMENT);
    cr_expect(refused("DBSCAN(metric='uphill')") == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(metric='x, y: sum(x - y, axis=-1)')") ==
                  CX_E_ARGUMENT,
              "of Ward");
}
