/* device: each. Agglomerative clusterers against scikit-learn: trees, labels, pooled columns. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/pairwise.h>
#include <criterion/criterion.h>
#include <string.h>

typedef enum input { ROWS, MATRIX } input;
typedef struct linkage_case {
    const char *name, *set;
    input how;
    const char *spec;
} linkage_case;

static const linkage_case cases[] = {
#define CASE(name, set, how, spec) {#name, #set, how, spec},
#include "learn_linkage_cases.def"
#undef CASE
};

static void same(const linkage_case *c, const cx_estimator *m, const char *attr, double tolerance)
{
    if (cx_has_attr(m, attr))
        golden_same(c->name, attr, test_host(cx_attr(m, attr)), tolerance, 1e-12);
}

static void check_columns(const linkage_case *c, const cx_estimator *m, const cx_array *x)
{
    cx_array *const t = cx_transform(m, cx_copy(cx_slice(x, 0, 0, 20, 1)));
    golden_same(c->name, "transform", test_host(t), 1e-12, 1e-12);
    golden_same(c->name, "inverse", test_host(cx_inverse_transform(m, t)), 1e-12, 1e-12);
}

static void check(const linkage_case *c)
{
    const cx_scope s = cx_scope_open();
    golden_from("learn_linkage.tsv");
    const cx_array *x = standardised(read_data(c->set).x);
    if (c->how == MATRIX) x = cx_manhattan_distances(x, NULL);
    x = test_here(x);
    cx_estimator *const m = cx_estimator_new(c->spec);
    cx_check(cx_fit(m, x, NULL));
    static const char *const whole[] = {"labels_", "children_", "n_clusters_", "n_leaves_",
                                        "n_connected_components_"};
    for (int i = 0; i < 5; i++) same(c, m, whole[i], 0);
    same(c, m, "distances_", 1e-10);
    if (cx_estimator_has(m, CX_TRANSFORM)) check_columns(c, m, x);
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", c->name, cx_error_message());
}

Test(learn_linkage, as_scikit_learn)
{
    const bool here = test_device().kind == CX_DEVICE_CPU; /* elsewhere trees are the CPU's, too */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (here || i % 3 == 0 || strstr(cases[i].spec, "Feature") != NULL) check(&cases[i]);
}

static int64_t warnings(const char *spec, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    const int64_t before = cx_warning_count(NULL);
    cr_expect(cx_fit(cx_estimator_new(spec), x, NULL) == CX_OK);
    const int64_t count = cx_warning_count(NULL) - before;
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
    return count;
}

Test(learn_linkage, parts_are_joined_with_a_warning)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = test_here(standardised(read_data("wine_data").x));
    cr_expect(warnings("AgglomerativeClustering(3, connectivity=1)", x) == 1);
    cr_expect(warnings("AgglomerativeClustering(3, connectivity=10)", x) == 0);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static cx_status refused(const char *spec, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, NULL);
    (void)!cx_scope_close(s);
    return st;
}

Test(learn_linkage, bad_input)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = test_here(standardised(read_data("iris").x));
    cr_expect(refused("AgglomerativeClustering(2, distance_threshold=1.0)", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(n_clusters=None)", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(2, metric='manhattan')", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(151)", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(2, linkage='single', metric='precomputed')", x) ==
              CX_E_SHAPE);
    cr_expect(refused("AgglomerativeClustering(2, connectivity=150)", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(2, connectivity=0)", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(2, connectivity=(7, 7))", x) == CX_E_SHAPE);
    cr_expect(refused("AgglomerativeClustering(2, connectivity=(150, 0.5))", x) == CX_E_ARGUMENT);
    cr_expect(refused("AgglomerativeClustering(2, connectivity=[[0, 1], [1, 0]])", x) ==
              CX_E_SHAPE);
    cr_expect(refused("AgglomerativeClustering(2, connectivity=[])", x) == CX_E_SHAPE);
    cr_expect(refused("FeatureAgglomeration(2)", cx_copy(cx_slice(x, 1, 0, 1, 1))) ==
              CX_E_ARGUMENT);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
