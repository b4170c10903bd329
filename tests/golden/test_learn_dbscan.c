/* device: each. DBSCAN, HDBSCAN and OPTICS against scikit-learn: the same labels. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/cluster.h>
#include <calx/pairwise.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef enum input { ROWS, MATRIX, HOLES, WEIGHTS, SINGLE } input;
typedef struct density_case {
    const char *name, *set;
    input how;
    const char *spec;
} density_case;

static const density_case cases[] = {
#define CASE(name, set, how, spec) {#name, #set, how, spec},
#include "learn_dbscan_cases.def"
#undef CASE
};

static const cx_array *input_of(const density_case *c)
{
    const cx_array *const given = read_data(c->set).x;
    cx_array *x = strcmp(c->set, "digits") == 0 ? cx_copy(given) : standardised(given);
    double *const at = cx_data_f64_mut(x);
    for (int64_t i = 0; c->how == HOLES && i < cx_dim(x, 0); i += 17)
        at[i * cx_dim(x, 1) + 1] = (double)NAN;
    if (c->how == MATRIX) x = cx_pairwise_distances(x, NULL, "chebyshev", NULL);
    if (c->how == SINGLE) x = cx_astype(x, CX_F32);
    return test_here(x);
}

static const cx_array *weights_of(const density_case *c, int64_t n)
{
    if (c->how != WEIGHTS) return NULL;
    cx_array *const w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *const at = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) at[i] = 0.5 + (double)(i % 4);
    return test_here(w);
}

/* Attributes that the class has and that are not empty (there may be no cores); NaN is -1. */
static void same(const density_case *c, const cx_estimator *m, const char *attr, double tolerance)
{
    if (!cx_has_attr(m, attr) || cx_size(cx_attr(m, attr)) == 0) return;
    const cx_array *const a = cx_attr(m, attr);
    const cx_array *const known = cx_where(cx_isnan(a), cx_int(-1), a);
    golden_same(c->name, attr, test_host(cx_copy(known)), tolerance, 1e-12);
}

static void check(const density_case *c)
{
    const cx_scope s = cx_scope_open();
    golden_from("learn_dbscan.tsv");
    const cx_array *const x = input_of(c);
    cx_estimator *const m = cx_estimator_new(c->spec);
    cx_array *const label =
        cx_fit_predict_data(m, CX_DATA(.x = x, .sample_weight = weights_of(c, cx_dim(x, 0))));
    golden_same(c->name, "labels_", test_host(label), 0, 0);
    static const char *const whole[] = {"core_sample_indices_", "ordering_", "predecessor_",
                                        "cluster_hierarchy_"};
    static const char *const real[] = {"probabilities_", "centroids_", "medoids_", "reachability_",
                                       "core_distances_"};
    for (int i = 0; i < 4; i++) same(c, m, whole[i], 0);
    for (int i = 0; i < 5; i++) same(c, m, real[i], 1e-9);
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", c->name, cx_error_message());
}

Test(learn_dbscan, as_scikit_learn)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check(&cases[i]);
}

/* ---- cuts of one tree, readings of one plot */
static cx_estimator *fitted(const char *spec, input how, const char *set)
{
    const density_case c = {.name = spec, .set = set, .how = how};
    cx_estimator *const m = cx_estimator_new(spec);
    cx_check(cx_fit(m, input_of(&c), NULL));
    return m;
}

Test(learn_dbscan, cuts)
{
    const cx_scope s = cx_scope_open();
    golden_from("learn_dbscan.tsv");
    const cx_estimator *const m =
        fitted("HDBSCAN(min_cluster_size=12, min_samples=4)", HOLES, "wine_data");
    static const struct {
        const char *name;
        double distance;
        int64_t least;
    } cuts[] = {{"1.9_5", 1.9, 0},
                {"2.3_2", 2.3, 2},
                {"2.6_1", 2.6, 1},
                {"0.1_5", 0.1, 5},
                {"100_5", 100, 5}};
    for (int i = 0; i < 5; i++)
        golden_same("cut", cuts[i].name,
                    test_host(cx_dbscan_clustering(m, cuts[i].distance, cuts[i].least)), 0, 0);
    const cx_scope bad = cx_scope_open();
    cr_expect(cx_status_of(cx_dbscan_clustering(m, (double)NAN, 5)) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_dbscan_clustering(m, 1, -1)) == CX_E_ARGUMENT);
    (void)!cx_scope_close(bad);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(learn_dbscan, readings)
{
    const cx_scope s = cx_scope_open();
    golden_from("learn_dbscan.tsv");
    const cx_estimator *const m = fitted("OPTICS(min_samples=5)", ROWS, "iris");
    const cx_array *const reach = cx_attr(m, "reachability_"),
                          *const before = cx_attr(m, "predecessor_"),
                          *const order = cx_attr(m, "ordering_"),
                          *const core = cx_attr(m, "core_distances_");
    static const char *const at[] = {"0.3", "0.5", "2.0"};
    static const double eps[] = {0.3, 0.5, 2.0};
    for (int i = 0; i < 3; i++)
        golden_same("plot", at[i], test_host(cx_cluster_optics_dbscan(reach, core, order, eps[i])),
                    0, 0);
    static const char *const names[] = {"default", "steep", "plain"};
    static const double samples[] = {5, 0.05, 4};
    const cx_cluster_optics_xi_opts all[] = {
        {.struct_size = sizeof all[0]},
        {.struct_size = sizeof all[0], .xi = CX_SET(0.1), .min_cluster_size = 8},
        {.struct_size = sizeof all[0], .uncorrected = true, .min_cluster_size = 0.1}};
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "valleys/%s", names[i]);
        const cx_cluster_optics_xi_result r =
            cx_cluster_optics_xi(reach, before, order, samples[i], &all[i]);
        golden_same(name, "labels", test_host(r.labels), 0, 0);
        golden_same(name, "clusters", test_host(r.clusters), 0, 0);
    }
    const cx_scope bad = cx_scope_open();
    cr_expect(cx_status_of(cx_cluster_optics_dbscan(reach, core, order, -1)) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_cluster_optics_dbscan(reach, core, before, 1)) == CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_cluster_optics_xi(reach, before, order, 151, NULL).labels) ==
              CX_E_ARGUMENT);
    cr_expect(cx_status_of(cx_dbscan_clustering(m, 1, 5)) == CX_E_ARGUMENT, "of an OPTICS");
    (void)!cx_scope_close(bad);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* What the attributes are of which the golden values are. */
static void same_graph(const cx_compute_optics_graph_result *g, const cx_estimator *m)
{
    cr_expect(cx_array_equal(g->ordering, cx_attr(m, "ordering_")));
    cr_expect(cx_array_equal(g->core_distances, cx_attr(m, "core_distances_")));
    cr_expect(cx_array_equal(g->reachability, cx_attr(m, "reachability_")));
    cr_expect(cx_array_equal(g->predecessor, cx_attr(m, "predecessor_")));
}

static cx_status no_graph(const cx_array *x, double min_samples, const char *metric, double most)
{
    const cx_scope s = cx_scope_open();
    const cx_compute_optics_graph_opts o = {
        .struct_size = sizeof o, .metric = metric, .max_eps = CX_SET(most)};
    const cx_compute_optics_graph_result g = cx_compute_optics_graph(x, min_samples, &o);
    const cx_status st = cx_status_of(g.ordering);
    cr_expect(cx_status_of(g.predecessor) == st);
    (void)!cx_scope_close(s);
    return st;
}

Test(learn_dbscan, graphs)
{
    const cx_scope s = cx_scope_open();
    const density_case iris = {.set = "iris", .how = ROWS};
    const cx_array *const x = input_of(&iris);
    const cx_compute_optics_graph_result plain = cx_compute_optics_graph(x, 5, NULL);
    same_graph(&plain, fitted("OPTICS(min_samples=5)", ROWS, "iris"));
    const cx_compute_optics_graph_opts o = {
        .struct_size = sizeof o, .max_eps = CX_SET(0.7), .metric = "manhattan"};
    const cx_compute_optics_graph_result near = cx_compute_optics_graph(x, 0.05, &o);
    same_graph(&near,
               fitted("OPTICS(min_samples=0.05, max_eps=0.7, metric='manhattan')", ROWS, "iris"));
    const cx_compute_optics_graph_opts cubes = {
        .struct_size = sizeof cubes,
        .pairwise = {.struct_size = sizeof cubes.pairwise, .p = CX_SET(3)}};
    const cx_compute_optics_graph_result third = cx_compute_optics_graph(x, 4, &cubes);
    same_graph(&third, fitted("OPTICS(min_samples=4, p=3)", ROWS, "iris"));
    cr_expect(no_graph(x, 151, NULL, 1) == CX_E_ARGUMENT);
    cr_expect(no_graph(x, 0, NULL, 1) == CX_E_ARGUMENT);
    cr_expect(no_graph(x, 5, "uphill", 1) == CX_E_ARGUMENT);
    cr_expect(no_graph(x, 5, NULL, -1) == CX_E_ARGUMENT);
    cr_expect(no_graph(x, 5, "precomputed", 1) == CX_E_SHAPE);
    cr_expect(no_graph(cx_select(x, 1, 0), 5, NULL, 1) == CX_E_SHAPE);
    cr_expect(no_graph(cx_div(x, cx_int(0)), 5, NULL, 1) == CX_E_ARGUMENT);
    cr_expect(no_graph(NULL, 5, NULL, 1) == CX_E_NULL);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static cx_status refused(const char *spec, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx_fit(cx_estimator_new(spec), x, NULL);
    (void)!cx_scope_close(s);
    return st;
}

Test(learn_dbscan, bad_input)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = test_here(standardised(read_data("iris").x));
    const cx_array *const few = cx_copy(cx_slice(x, 0, 0, 4, 1));
    cr_expect(refused("DBSCAN(eps=0)", x) == CX_E_ARGUMENT);
    cr_expect(refused("DBSCAN(metric='precomputed')", x) == CX_E_SHAPE);
    cr_expect(refused("HDBSCAN()", few) == CX_E_ARGUMENT);
    cr_expect(refused("HDBSCAN(metric='precomputed')", x) == CX_E_SHAPE);
    cr_expect(refused("HDBSCAN(metric='precomputed', min_samples=2)", few) == CX_E_ARGUMENT,
              "distances that are not symmetric");
    cr_expect(refused("OPTICS(min_samples=9)", few) == CX_E_ARGUMENT);
    cr_expect(refused("OPTICS(cluster_method='dbscan', eps=2.0, max_eps=1.0)", x) == CX_E_ARGUMENT);
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
