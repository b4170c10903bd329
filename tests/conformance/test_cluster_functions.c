/* device: each. Functions beside the estimators of clusters give a device the host's answer. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
}
TestSuite(cluster_functions, .init = setup, .fini = teardown);

/* Four places far apart, the rows of one in a grid of quarters: sums are exact everywhere. */
static cx_array *places(void)
{
    enum { ROWS = 80 };
    cx_array *const x = cx_empty(CX_SHAPE(ROWS, 2), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(x);
    for (int i = 0; i < ROWS; i++) {
        p[2 * i] = i % 4 * 64 + i / 4 % 5 * 0.25;
        p[2 * i + 1] = i % 2 * 32 + i / 20 * 0.25;
    }
    return x;
}

Test(cluster_functions, first_centres)
{
    cx_array *const x = places();
    const cx_kmeans_plusplus_opts o = {.struct_size = sizeof o, .random_state = CX_SEED(3)};
    const cx_kmeans_plusplus_result host = cx_kmeans_plusplus(x, 4, &o),
                                    here = cx_kmeans_plusplus(cx_to(x, test_device()), 4, &o);
    cr_assert(cx_device_of(here.centers).kind == test_device().kind);
    cr_expect(cx_array_equal(cx_to(here.indices, CX_CPU), host.indices));
    cr_expect(cx_array_equal(cx_to(here.centers, CX_CPU), cx_take(x, host.indices, 0)));
    /* one in each place: the others of a place are a thousand times nearer than the next place */
    cr_expect_eq(cx_size(cx_unique_values(cx_remainder(host.indices, cx_int(4)))), 4);
}

Test(cluster_functions, bandwidth)
{
    cx_array *const x = places();
    const double host = cx_estimate_bandwidth(x, NULL);
    cr_expect_float_eq(cx_estimate_bandwidth(cx_to(x, test_device()), NULL), host, 1e-12 * host);
    /* a quarter of the rows is those of one place, which measures 1.25 */
    const cx_estimate_bandwidth_opts o = {.struct_size = sizeof o, .quantile = {true, 0.25}};
    const double near = cx_estimate_bandwidth(cx_to(x, test_device()), &o);
    cr_expect(near > 0.5 && near < 1.5, "%g", near);
}

Test(cluster_functions, optics_graph)
{
    cx_array *const x = places();
    const cx_compute_optics_graph_opts o = {.struct_size = sizeof o, .max_eps = CX_SET(8)};
    const cx_compute_optics_graph_result host = cx_compute_optics_graph(x, 4, &o),
                                         here = cx_compute_optics_graph(cx_to(x, test_device()), 4,
                                                                        &o);
    cr_assert(cx_device_of(here.ordering).kind == test_device().kind);
    cr_expect(cx_array_equal(cx_to(here.ordering, CX_CPU), host.ordering));
    cr_expect(cx_array_equal(cx_to(here.core_distances, CX_CPU), host.core_distances));
    cr_expect(cx_array_equal(cx_to(here.reachability, CX_CPU), host.reachability));
    cr_expect(cx_array_equal(cx_to(here.predecessor, CX_CPU), host.predecessor));
    /* a walk begins in each of the four places */
    cr_expect(cx_item_i64(cx_sum(cx_equal(host.predecessor, cx_int(-1)), CX_ALL)) == 4);
}
