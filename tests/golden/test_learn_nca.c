/* device: each. NeighborhoodComponentsAnalysis against scikit-learn: every way to begin, steps one
 * by one, the end of them, and what is refused. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { N = 90, D = 4, SOME = 9 };
/* A few steps of L-BFGS-B carry the rounding of exponentials; at the end of them only what they
 * look for is the same. */
static const double steps = 1e-7, least = 1e-3;

static cx_scope open(void)
{
    golden_from("learn_nca.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *given_x(void)
{
    size_t n;
    return test_copy_host(golden(&n, "x"), CX_SHAPE(N, D), CX_F64);
}
static cx_array *given_y(void)
{
    size_t n;
    return cx_astype(test_copy_host(golden(&n, "y"), CX_SHAPE(N), CX_F64), CX_I64);
}
static void near(const cx_array *a, double tolerance, const char *key, const char *what)
{
    size_t count;
    const double *const want = golden(&count, "%s/%s", key, what);
    cr_assert(cx_ok(), "%s/%s: %s", key, what, cx_error_message());
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s/%s: %g > %g", key, what, off, tolerance);
}
static const cx_array *products(const cx_array *rows)
{
    return cx_matmul(rows, cx_transpose(rows));
}
static const cx_array *metric(const cx_array *map)
{
    return cx_matmul(cx_transpose(map), map);
}

/* Expected number of rows whose drawn neighbour is of their class. */
static double hits(const cx_array *map, const cx_array *x, const cx_array *y)
{
    const cx_array *const e = cx_matmul(x, cx_transpose(map)),
                          *const far = cx_add(
                              cx_euclidean_distances(e, NULL,
                                                     CX_OPTS(cx_pairwise_opts, .squared = true)),
                              cx_mul(cx_eye(N, N, 0, CX_F64, test_device()), cx_float(1e300))),
                          *const p = cx_exp(cx_sub(cx_min(far, CX_AXIS(1, .keepdims = true)), far)),
                          *const q = cx_div(p, cx_sum(p, CX_AXIS(1, .keepdims = true))),
                          *const same = cx_equal(cx_expand_dims(y, 1), y);
    return cx_item_f64(cx_sum(cx_mul(q, same), CX_ALL));
}

static const struct {
    const char *spec;
    bool signs; /* rows have the signs of scikit-learn's, too */
    bool ends;  /* by its tolerance */
} variants[] = {
    {"NeighborhoodComponentsAnalysis(2, max_iter=6)", false, false},
    {"NeighborhoodComponentsAnalysis(init='identity', max_iter=5)", true, false},
    {"NeighborhoodComponentsAnalysis(3, max_iter=5)", false, false},
    {"NeighborhoodComponentsAnalysis(3, init='random', random_state=5, max_iter=5)", true, false},
    {"NeighborhoodComponentsAnalysis(init=[[1, 0.5, 0, 0], [0, 0, 1, -0.5]], max_iter=6)", true,
     false},
    {"NeighborhoodComponentsAnalysis(2, init='pca', max_iter=1)", false, false},
    {"NeighborhoodComponentsAnalysis()", false, true},
    {"NeighborhoodComponentsAnalysis(2, tol=0.001)", false, true},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

Test(nca, takes_the_same_steps)
{
    for (int i = 0; i < VARIANTS; i++) {
        const cx_scope s = open();
        const cx_array *const x = given_x(), *const y = given_y();
        cx_estimator *const m = cx_estimator_new(variants[i].spec);
        cx_check(cx_fit(m, x, y));
        cr_assert(cx_ok(), "%s: %s", variants[i].spec, cx_error_message());
        char key[16];
        size_t n;
        snprintf(key, sizeof key, "%d", i);
        const cx_array *const map = cx_attr(m, "components_"), *const some = cx_transform(
                                                                   m, cx_slice(x, 0, 0, SOME, 1));
        const double want = golden(&n, "%d/hits", i)[0], got = hits(map, x, y);
        if (variants[i].ends) {
            cr_expect(got >= want - least * N, "%s: %g, %g", variants[i].spec, got, want);
        } else {
            near(metric(map), steps, key, "metric");
            near(products(some), steps, key, "products");
            near(cx_attr(m, "n_iter_"), 0, key, "n_iter");
            cr_expect_float_eq(got, want, 1e-6, "%s", variants[i].spec);
        }
        if (variants[i].signs) near(map, steps, key, "components");
        cr_expect_str_eq(cx_label(cx_feature_names_out(m, NULL), 0),
                         "neighborhoodcomponentsanalysis0");
        done(s);
    }
}

Test(nca, goes_on)
{
    const cx_scope s = open();
    const cx_array *const x = given_x(), *const y = given_y();
    cx_estimator *const m =
        cx_estimator_new("NeighborhoodComponentsAnalysis(2, max_iter=3, warm_start=True)");
    cx_check(cx_fit(m, x, y));
    cx_check(cx_fit(m, x, y));
    near(metric(cx_attr(m, "components_")), steps, "warm", "metric");
    done(s);
}

static void refused(const char *arguments, const cx_array *x, const cx_array *y, const char *text,
                    cx_status want)
{
    const cx_scope s = cx_scope_open();
    char spec[128];
    snprintf(spec, sizeof spec, "NeighborhoodComponentsAnalysis(%s)", arguments);
    const cx_status st = cx_fit(cx_estimator_new(spec), x, y);
    cr_expect(st == want && strstr(cx_error_message(), text) != NULL, "%s: %d, %s", spec, (int)st,
              cx_error_message());
    const cx_status closed = cx_scope_close(s);
    (void)closed;
}

Test(nca, refuses)
{
    const cx_scope s = open();
    const cx_array *const x = given_x(), *const y = given_y();
    refused("5", x, y, "n_components=5 is more than the columns, 4", CX_E_ARGUMENT);
    refused("3, init=[[1, 0, 0, 0]]", x, y, "n_components=3 is not the number of rows",
            CX_E_ARGUMENT);
    refused("init=[[1, 0, 0]]", x, y, "init", CX_E_SHAPE);
    refused("init='near'", x, y, "init", CX_E_ARGUMENT);
    refused("", x, NULL, "needs y", CX_E_ARGUMENT);
    refused("", x, cx_mul(y, cx_float(0.3)), "is no class", CX_E_ARGUMENT);
    done(s);
}
