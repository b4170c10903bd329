/* device: each. HDBSCAN on grids of whole numbers, where most steps of the spanning tree are as
 * long as others: scikit-learn's labels, if its sort keeps the order of what is equal. */
#include "device.h"
#include "learn_golden.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>

static int64_t draw(uint64_t *state, int64_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(*state >> 33) % below;
}

/* As make_learn_hdbscan_ties.py makes it. */
static cx_array *grid(int seed)
{
    uint64_t state = (uint64_t)seed + 1;
    const int64_t n = 60 + draw(&state, 240), side = 4 + draw(&state, 12),
                  columns = 1 + draw(&state, 3);
    cx_array *const x = cx_empty(CX_SHAPE(n, columns), CX_F64, CX_CPU);
    double *const at = cx_data_f64_mut(x);
    for (int64_t i = 0; i < n * columns; i++)
        at[i] = (double)(draw(&state, side) + (seed % 2 && i < n / 2 * columns ? side + 3 : 0));
    return test_here(x);
}

static void check(int seed, const char *way, const char *choice, const char *options)
{
    char name[16], key[32], spec[160];
    const cx_scope s = cx_scope_open();
    snprintf(name, sizeof name, "%d", seed);
    snprintf(key, sizeof key, "%s_%s", way, choice);
    snprintf(spec, sizeof spec, "HDBSCAN(algorithm='%s'%s)", way, options);
    cx_array *const label = cx_fit_predict_data(cx_estimator_new(spec), CX_DATA(.x = grid(seed)));
    golden_same(name, key, test_host(label), 0, 0);
    cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
}

Test(learn_hdbscan_ties, as_scikit_learn_with_a_stable_sort)
{
    static const char *const ways[] = {"brute", "kd_tree"};
    golden_from("learn_hdbscan_ties.tsv");
    const int step = test_device().kind == CX_DEVICE_CPU ? 1 : 7; /* there the walk is the CPU's */
    for (int seed = 0; seed < 20; seed += step) {
        check(seed, "auto", "squares", ", metric='sqeuclidean', alpha=0.7");
        for (int w = 0; w < 2; w++) {
            check(seed, ways[w], "eom", "");
            check(seed, ways[w], "leaf",
                  ", min_samples=3, min_cluster_size=8, cluster_selection_method='leaf'");
        }
    }
}
