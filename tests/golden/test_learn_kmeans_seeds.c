/* device: each. How k-means begins and ends, beside scikit-learn: first centres, fifty seeds of
 * three sets (on the CPU all of them, elsewhere the first), and clusters that run empty. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>

enum { SETS = 3, SEEDS = 50 };
static const struct {
    const char *name;
    int first, k, device; /* centres, clusters; seeds on a device */
} sets[SETS] = {{"iris", 3, 6, 5}, {"wine_data", 5, 5, 4}, {"digits", 10, 10, 1}};

static cx_scope begin(void)
{
    golden_from("learn_kmeans.tsv");
    return cx_scope_open();
}

static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static cx_array *weights_for(int64_t n)
{
    cx_array *const w = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
    double *const v = cx_data_f64_mut(w);
    for (int64_t i = 0; i < n; i++) v[i] = 0.5 + (double)(i % 3);
    return test_here(w);
}

Test(kmeans_seeds, first_centres)
{
    for (int i = 0; i < SETS; i++) {
        const cx_scope s = begin();
        const cx_array *const x = test_here(standardised(read_data(sets[i].name).x));
        for (int seed = 0; seed < 4; seed++) {
            const cx_kmeans_plusplus_opts *const o =
                seed < 3 ? CX_OPTS(cx_kmeans_plusplus_opts, .random_state = CX_SEED(seed))
                         : CX_OPTS(cx_kmeans_plusplus_opts, .random_state = CX_SEED(seed),
                                   .sample_weight = weights_for(cx_dim(x, 0)), .n_local_trials = 7);
            const cx_kmeans_plusplus_result r = cx_kmeans_plusplus(x, sets[i].first, o);
            char key[64];
            if (seed < 3)
                snprintf(key, sizeof key, "plus/%s/%d", sets[i].name, seed);
            else
                snprintf(key, sizeof key, "plus/%s/weighted", sets[i].name);
            golden_same(key, "rows", test_host(r.indices), 0, 1);
            cr_expect(cx_array_equal(r.centers, cx_take(x, r.indices, 0)), "%s", key);
        }
        done(s);
    }
}

/* No seed ends worse than scikit-learn's by more than a part in a hundred, and none so much better
 * that it would be another way. */
static void seeds(const char *algorithm, const char *more)
{
    for (int i = 0; i < SETS; i++) {
        const cx_scope s = begin();
        const cx_array *const x = test_here(standardised(read_data(sets[i].name).x));
        size_t count;
        const double *const want = golden(&count, "seeds/%s/%s", sets[i].name, algorithm);
        cr_assert(count == SEEDS);
        for (int seed = 0; seed < (test_on_cpu() ? SEEDS : sets[i].device); seed++) {
            char spec[80];
            snprintf(spec, sizeof spec, "KMeans(%d, algorithm='%s'%s, random_state=%d)", sets[i].k,
                     algorithm, more, seed);
            cx_estimator *const m = cx_estimator_new(spec);
            cr_expect(cx_fit(m, x, NULL) == CX_OK, "%s: %s", spec, cx_error_message());
            const double got = cx_item_f64(test_host(cx_attr(m, "inertia_")));
            cr_expect(got <= 1.01 * want[seed] && got >= 0.99 * want[seed],
                      "%s, %s: %g, scikit-learn %g", sets[i].name, spec, got, want[seed]);
        }
        done(s);
    }
}

Test(kmeans_seeds, lloyd)
{
    seeds("lloyd", "");
}
Test(kmeans_seeds, elkan)
{
    seeds("elkan", "");
}

static void check(const char *key, const char *spec, const cx_array *x, const cx_array *weight)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_expect(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = weight)) == CX_OK, "%s: %s", key,
              cx_error_message());
    golden_same(key, "labels", test_host(cx_attr(m, "labels_")), 0, 1);
    golden_same(key, "inertia", test_host(cx_attr(m, "inertia_")), 1e-9, 1e-3);
    golden_same(key, "centres", test_host(cx_attr(m, "cluster_centers_")), 1e-9, 1e-3);
    golden_same(key, "n_iter_", test_host(cx_attr(m, "n_iter_")), 0, 1);
    const cx_array *const used = cx_unique(test_host(cx_attr(m, "labels_")), NULL).values;
    cr_expect(cx_size(used) == 4, "%s: %d clusters have rows", key, (int)cx_size(used));
}

/* Fewer places than clusters begin with rows: the third begins far from all. */
Test(kmeans_seeds, empty_clusters)
{
    static const int times[] = {9, 1, 7, 1, 5, 1, 3, 1};
    const cx_scope s = begin();
    double v[2 * 28];
    int n = 0;
    for (int i = 0; i < 8; i++)
        for (int t = 0; t < times[i]; t++, n++) {
            v[2 * n] = i;
            v[2 * n + 1] = -2 * i;
        }
    const cx_array *const x = test_copy_host(v, CX_SHAPE(n, 2), CX_F64);
    static const char spec[] = "KMeans(4, init=[[0, 0], [0.1, -0.2], [50, 50], [3, -6]])";
    check("empty", spec, x, NULL);
    check("empty/weighted", spec, x, weights_for(n));
    done(s);
}
