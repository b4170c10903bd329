/* Clusters by density, by messages and by trees of features against scikit-learn. */
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { SETS = 3, SPEC = 8192 };
static const char *const sets[SETS] = {"iris", "wine_data", "breast_cancer"};

static cx_scope begin(void)
{
    golden_from("learn_density.tsv");
    return cx_scope_open();
}

static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static char *format(char *to, size_t size, const char *how, ...)
    __attribute__((format(printf, 3, 4)));
static char *format(char *to, size_t size, const char *how, ...)
{
    va_list list;
    va_start(list, how);
    vsnprintf(to, size, how, list);
    va_end(list);
    return to;
}

static void same(const char *key, const char *what, const cx_array *a)
{
    golden_same(key, what, a, 1e-10, 1e-3);
}

static cx_estimator *fitted(const char *key, const char *spec, const cx_array *x)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_expect(cx_fit(m, x, NULL) == CX_OK, "%s: %s", key, cx_error_message());
    return m;
}

/* Saved and loaded. */
static cx_estimator *reloaded(const cx_estimator *m)
{
    char own[128];
    format(own, sizeof own, "/tmp/calx_density.%d", (int)getpid());
    cr_assert(cx_estimator_save(own, m) == CX_OK, "%s", cx_error_message());
    cx_estimator *const back = cx_estimator_load(own);
    cr_expect(remove(own) == 0);
    return back;
}

/* A list of d equal numbers. */
static void put_row(char *to, size_t size, double v, int64_t d, const char *end)
{
    size_t at = 0;
    char number[32];
    (void)plain_text(number, sizeof number, v);
    for (int64_t j = 0; j < d; j++)
        at += (size_t)snprintf(to + at, size - at, "%s%s", j ? ", " : "[", number);
    snprintf(to + at, size - at, "]%s", end);
}

Test(mean_shift, labels)
{
    static const struct {
        const char *key, *spec;
    } cases[] = {{"default", "MeanShift()"},
                 {"narrow", "MeanShift(bandwidth=1.0, cluster_all=False)"},
                 {"bins", "MeanShift(bandwidth=1.5, bin_seeding=True, min_bin_freq=2)"},
                 {"estimated_bins", "MeanShift(bin_seeding=True, max_iter=3)"},
                 {"seeds", NULL}};
    for (int i = 0; i < SETS; i++)
        for (int c = 0; c < 5; c++) {
            const cx_scope s = begin();
            const cx_array *const x = standardised(read_data(sets[i]).x);
            char key[64], spec[SPEC], a[1024], b[1024], e[1024];
            put_row(a, sizeof a, 0.5, cx_dim(x, 1), ", ");
            put_row(b, sizeof b, -1, cx_dim(x, 1), ", ");
            put_row(e, sizeof e, 100, cx_dim(x, 1), "");
            format(key, sizeof key, "shift/%s/%s", sets[i], cases[c].key);
            format(spec, sizeof spec, "MeanShift(bandwidth=2.0, seeds=[%s%s%s])", a, b, e);
            const cx_estimator *const m = fitted(key, cases[c].spec ? cases[c].spec : spec, x);
            same(key, "labels", cx_attr(m, "labels_"));
            same(key, "sums", cx_sum(cx_attr(m, "cluster_centers_"), CX_AXIS(1)));
            same(key, "n_iter_", cx_attr(m, "n_iter_"));
            same(key, "predict", cx_predict(m, cx_mul(x, cx_f64(0.9))));
            done(s);
        }
}

Test(mean_shift, refusals)
{
    const cx_scope s = cx_scope_open();
    const double v[] = {0, 1, 2, 7};
    const cx_array *const x = cx_copy_host(v, CX_SHAPE(4, 1), CX_F64);
    cr_expect(cx_fit(cx_estimator_new("MeanShift(bandwidth=0.5, seeds=[[30]])"), x, NULL) ==
              CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("MeanShift(bandwidth=0.5, seeds=[[1, 2]])"), x, NULL) ==
              CX_E_ARGUMENT);
    cr_expect(cx_fit(cx_estimator_new("MeanShift(bandwidth=9, bin_seeding=True, min_bin_freq=5)"),
                     x, NULL) == CX_E_ARGUMENT);
    done(s);
}

Test(birch, labels)
{
    static const struct {
        const char *key, *spec;
    } cases[] = {
        {"default", "Birch()"},
        {"none", "Birch(threshold=0.8, n_clusters=None)"},
        {"narrow", "Birch(threshold=0.3, branching_factor=4, n_clusters=5)"},
        {"few", "Birch(threshold=3.0, n_clusters=40)"},
        {"inner",
         "Birch(threshold=0.7, branching_factor=8, n_clusters=KMeans(3, random_state=0))"}};
    for (int i = 0; i < SETS; i++)
        for (int c = 0; c < 5; c++) {
            const cx_scope s = begin();
            const cx_array *const x = standardised(read_data(sets[i]).x), *const other = cx_mul(
                                                                              x, cx_f64(0.9));
            char key[64];
            format(key, sizeof key, "birch/%s/%s", sets[i], cases[c].key);
            const cx_estimator *const m = fitted(key, cases[c].spec, x);
            same(key, "labels", cx_attr(m, "labels_"));
            /* there a last bit of a matrix product decides which half of a node comes first */
            const bool same_order = i != 1 || c != 0;
            if (same_order) {
                same(key, "sums", cx_sum(cx_attr(m, "subcluster_centers_"), CX_AXIS(1)));
                same(key, "names", cx_attr(m, "subcluster_labels_"));
            }
            same(key, "predict", cx_predict(m, other));
            cr_expect(cx_array_equal(cx_predict(reloaded(m), other), cx_predict(m, other)));
            done(s);
        }
}

Test(birch, pieces)
{
    for (int i = 0; i < SETS; i++) {
        const cx_scope s = begin();
        const cx_array *const x = standardised(read_data(sets[i]).x);
        cx_estimator *m = cx_estimator_new("Birch(threshold=0.6, branching_factor=5)");
        char key[64];
        for (int64_t lo = 0; lo < cx_dim(x, 0); lo += 50) {
            const int64_t hi = lo + 50 < cx_dim(x, 0) ? lo + 50 : cx_dim(x, 0);
            cr_expect(cx_partial_fit(m, cx_slice(x, 0, lo, hi, 1), NULL) == CX_OK, "%s",
                      cx_error_message());
            if (lo == 50) m = reloaded(m);
        }
        format(key, sizeof key, "birch/%s/pieces", sets[i]);
        same(key, "labels", cx_predict(m, x));
        same(key, "last", cx_attr(m, "labels_"));
        done(s);
    }
}

Test(affinity_propagation, labels)
{
    char each[SPEC];
    for (int i = 0; i < 2; i++) {
        const cx_scope s = begin();
        const cx_array *const x = standardised(read_data(sets[i]).x);
        size_t at = (size_t)snprintf(each, sizeof each, "AffinityPropagation(preference=[");
        for (int64_t r = 0; r < cx_dim(x, 0); r++)
            at += (size_t)snprintf(each + at, sizeof each - at, "%s%d", r ? ", " : "",
                                   -20 - (int)(r % 3));
        snprintf(each + at, sizeof each - at, "], random_state=2, convergence_iter=30)");
        const struct {
            const char *key, *spec;
        } cases[] = {
            {"default", "AffinityPropagation(random_state=0)"},
            {"damped", "AffinityPropagation(damping=0.9, preference=-40, random_state=1)"},
            {"each", each},
            {"short", "AffinityPropagation(max_iter=6, random_state=2)"},
            {"never", "AffinityPropagation(max_iter=1, preference=-1000000.0, random_state=2)"},
            {"given", "AffinityPropagation(affinity='precomputed', random_state=2)"}};
        for (int c = 0; c < 6; c++) {
            char key[64];
            const cx_array *const z =
                c < 5 ? x : cx_rbf_kernel(x, x, CX_OPTS(cx_pairwise_opts, .gamma = CX_SET(0.1)));
            format(key, sizeof key, "messages/%s/%s", sets[i], cases[c].key);
            const cx_estimator *const m = fitted(key, cases[c].spec, z);
            same(key, "labels", cx_attr(m, "labels_"));
            if (c != 4) same(key, "rows", cx_attr(m, "cluster_centers_indices_"));
            same(key, "n_iter_", cx_attr(m, "n_iter_"));
            if (c < 5) same(key, "predict", cx_predict(m, cx_mul(x, cx_f64(0.9))));
        }
        done(s);
    }
}

Test(affinity_propagation, nothing_tells_rows_apart)
{
    const cx_scope s = cx_scope_open();
    const double v[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const cx_array *const x = cx_copy_host(v, CX_SHAPE(3, 3), CX_F64);
    const int32_t *one =
        cx_data_i32(cx_attr(fitted("one", "AffinityPropagation(preference=-10)", x), "labels_"));
    cr_expect(one[0] == 0 && one[1] == 0 && one[2] == 0);
    const int32_t *each =
        cx_data_i32(cx_attr(fitted("each", "AffinityPropagation(preference=10)", x), "labels_"));
    cr_expect(each[0] == 0 && each[1] == 1 && each[2] == 2);
    done(s);
}
