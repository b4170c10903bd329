/* device: each. How good k-means ends, beside scikit-learn: fifty seeds of three sets, on the CPU
 * all of them, elsewhere the first; and clusters that run empty are put elsewhere. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>

enum { SETS = 3, SEEDS = 50 };
static const struct {
    const char *name;
    int k, device; /* clusters; seeds on a device */
} sets[SETS] = {{"iris", 6, 5}, {"wine_data", 5, 4}, {"digits", 10, 1}};

static cx_scope begin(void)
{
    golden_from("learn_kmeans.tsv");
    return cx_scope_open();
}

static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
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
    double v[2 * 28], w[28];
    int n = 0;
    for (int i = 0; i < 8; i++)
        for (int t = 0; t < times[i]; t++, n++) {
            v[2 * n] = i;
            v[2 * n + 1] = -2 * i;
            w[n] = 0.5 + n % 3;
        }
    const cx_array *const x = test_copy_host(v, CX_SHAPE(n, 2), CX_F64);
    static const char spec[] = "KMeans(4, init=[[0, 0], [0.1, -0.2], [50, 50], [3, -6]])";
    check("empty", spec, x, NULL);
    check("empty/weighted", spec, x, test_copy_host(w, CX_SHAPE(n), CX_F64));
    done(s);
}
