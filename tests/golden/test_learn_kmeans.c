/* k-means in its kinds against scikit-learn: the same seed gives the same centres. */
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SETS = 3, SPEC = 16384 };
static const struct {
    const char *name;
    int k;
} sets[SETS] = {{"iris", 3}, {"wine_data", 5}, {"digits", 10}};

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
    return w;
}

static void same(const char *key, const char *what, const cx_array *a)
{
    golden_same(key, what, a, 1e-9, 1e-3);
}

/* Labels, inertia and what else there is under the key. */
static cx_estimator *check(const char *key, const char *spec, const cx_array *x,
                           const cx_array *weight, bool centres)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_expect(cx_fit_data(m, CX_DATA(.x = x, .sample_weight = weight)) == CX_OK, "%s: %s", key,
              cx_error_message());
    same(key, "labels", cx_attr(m, "labels_"));
    same(key, "inertia", cx_attr(m, "inertia_"));
    if (centres) same(key, "centres", cx_attr(m, "cluster_centers_"));
    return m;
}

/* The first k rows as a list of lists. */
static const char *rows_text(const cx_array *x, int k)
{
    static char text[SPEC];
    const double *v = cx_data_f64(x);
    size_t at = 0;
    for (int i = 0; i < k; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s[", i == 0 ? "[" : ", ");
        for (int64_t j = 0; j < cx_dim(x, 1); j++) {
            char number[32];
            (void)plain_decimals(number, sizeof number, *v++, 3);
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", j ? ", " : "", number);
        }
        at += (size_t)snprintf(text + at, sizeof text - at, "]");
    }
    snprintf(text + at, sizeof text - at, "]");
    return text;
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

Test(kmeans_plusplus, refusals)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_ones(CX_SHAPE(4, 2), CX_F32, CX_CPU);
    const cx_kmeans_plusplus_result r = cx_kmeans_plusplus(x, 2, NULL);
    cr_expect(cx_dtype_of(r.centers) == CX_F32 && cx_size(r.indices) == 2);
    done(s);
    struct {
        const cx_array *x;
        int64_t k, trials;
        cx_status want;
    } cases[] = {{x, 0, 0, CX_E_ARGUMENT},
                 {x, 5, 0, CX_E_ARGUMENT},
                 {x, 2, 65, CX_E_ARGUMENT},
                 {NULL, 2, 0, CX_E_NULL}};
    for (int i = 0; i < 4; i++) {
        const cx_scope t = cx_scope_open();
        if (cases[i].x) cases[i].x = cx_ones(CX_SHAPE(4, 2), CX_F64, CX_CPU);
        (void)cx_kmeans_plusplus(
            cases[i].x, cases[i].k,
            CX_OPTS(cx_kmeans_plusplus_opts, .n_local_trials = cases[i].trials));
        cr_expect(cx_scope_close(t) == cases[i].want, "%d: %s", i, cx_error_message());
    }
}

Test(kmeans, given_centres)
{
    for (int i = 0; i < SETS; i++) {
        const cx_scope s = begin();
        const cx_array *const x = standardised(read_data(sets[i].name).x);
        char key[64], spec[SPEC + 100];
        format(key, sizeof key, "given/%s", sets[i].name);
        format(spec, sizeof spec, "KMeans(%d, init=%s, max_iter=7)", sets[i].k,
               rows_text(x, sets[i].k));
        cx_estimator *const m = check(key, spec, x, NULL, sets[i].k < 10);
        same(key, "n_iter_", cx_attr(m, "n_iter_"));
        done(s);
    }
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_ones(CX_SHAPE(4, 2), CX_F64, CX_CPU);
    cr_expect(cx_fit(cx_estimator_new("KMeans(2, init=[[1, 2, 3], [1, 2, 4]])"), x, NULL) ==
              CX_E_ARGUMENT);
    done(s);
}

static void check_steps(const char *key, cx_estimator *m)
{
    same(key, "n_iter_", cx_attr(m, "n_iter_"));
    same(key, "n_steps_", cx_attr(m, "n_steps_"));
}

static void mini_batches(const char *name, int k)
{
    const cx_scope s = begin();
    const cx_array *const x = standardised(read_data(name).x), *const w = weights_for(cx_dim(x, 0));
    const bool small = k < 10;
    static const int seeds[] = {0, 5}, batches[] = {40, 1024};
    char key[64], spec[SPEC + 200];
    for (int i = 0; i < 4; i++) {
        format(key, sizeof key, "mini/%s/%d/%d", name, batches[i / 2], seeds[i % 2]);
        format(spec, sizeof spec, "MiniBatchKMeans(%d, batch_size=%d, random_state=%d)", k,
               batches[i / 2], seeds[i % 2]);
        check_steps(key, check(key, spec, x, NULL, small));
    }
    format(key, sizeof key, "mini/%s/random", name);
    format(spec, sizeof spec,
           "MiniBatchKMeans(%d, init='random', batch_size=64, random_state=3, tol=0.001, "
           "max_no_improvement=None)",
           k);
    check_steps(key, check(key, spec, x, w, small));
    format(key, sizeof key, "mini/%s/given", name);
    format(spec, sizeof spec,
           "MiniBatchKMeans(%d, init=%s, batch_size=50, random_state=3, max_iter=5, "
           "reassignment_ratio=0)",
           k, rows_text(x, k));
    check_steps(key, check(key, spec, x, NULL, small));
    format(key, sizeof key, "mini/%s/many", name);
    format(spec, sizeof spec,
           "MiniBatchKMeans(%d, batch_size=%d, init_size=60, random_state=2, max_iter=20, "
           "reassignment_ratio=0.5)",
           4 * k, 9 * k);
    check_steps(key, check(key, spec, x, NULL, small));
    done(s);
}

Test(mini_batch_kmeans, fit)
{
    for (int i = 0; i < SETS; i++) mini_batches(sets[i].name, sets[i].k);
}

/* Saved and loaded between two pieces: the stream of random numbers goes on. */
static cx_estimator *reloaded(const cx_estimator *m)
{
    const char *const path = "/tmp/calx_mini_batch_pieces.cxm";
    char own[128];
    format(own, sizeof own, "%s.%d", path, (int)getpid());
    cr_assert(cx_estimator_save(own, m) == CX_OK, "%s", cx_error_message());
    cx_estimator *const back = cx_estimator_load(own);
    cr_expect(remove(own) == 0);
    return back;
}

Test(mini_batch_kmeans, pieces)
{
    for (int i = 0; i < SETS; i++) {
        const cx_scope s = begin();
        const cx_array *const x = standardised(read_data(sets[i].name).x), *const w = weights_for(
                                                                               cx_dim(x, 0));
        char key[64], spec[128];
        format(key, sizeof key, "mini/%s/pieces", sets[i].name);
        format(spec, sizeof spec, "MiniBatchKMeans(%d, random_state=4, batch_size=30)", sets[i].k);
        cx_estimator *m = cx_estimator_new(spec);
        for (int64_t lo = 0; lo < cx_dim(x, 0); lo += 47) {
            const int64_t hi = lo + 47 < cx_dim(x, 0) ? lo + 47 : cx_dim(x, 0);
            cr_expect(cx_partial_fit_data(m, CX_DATA(.x = cx_slice(x, 0, lo, hi, 1),
                                                     .sample_weight = cx_slice(w, 0, lo, hi, 1))) ==
                      CX_OK);
            if (lo == 47) m = reloaded(m);
        }
        same(key, "labels", cx_predict(m, x));
        same(key, "centres", cx_attr(m, "cluster_centers_"));
        same(key, "n_steps_", cx_attr(m, "n_steps_"));
        same(key, "last", cx_attr(m, "labels_"));
        done(s);
    }
}

static void bisections(const char *name, int k)
{
    const cx_scope s = begin();
    const cx_array *const x = standardised(read_data(name).x), *const w = weights_for(cx_dim(x, 0)),
                          *const other = cx_add(cx_mul(x, cx_f64(0.9)), cx_f64(0.1));
    static const char *const ways[] = {"biggest_inertia", "largest_cluster"};
    char key[64], spec[128];
    for (int i = 0; i < 4; i++) {
        format(key, sizeof key, "bisect/%s/%s/%d", name, ways[i / 2], i % 2);
        format(spec, sizeof spec, "BisectingKMeans(%d, bisecting_strategy='%s', random_state=%d)",
               k + 2, ways[i / 2], i % 2);
        cx_estimator *const m = check(key, spec, x, NULL, k < 10);
        same(key, "predict", cx_predict(m, other));
        cr_expect(cx_array_equal(cx_predict(m, x), cx_attr(m, "labels_")), "%s", key);
        cx_estimator *const back = reloaded(m);
        cr_expect(cx_array_equal(cx_predict(back, other), cx_predict(m, other)), "%s", key);
    }
    format(key, sizeof key, "bisect/%s/more", name);
    format(spec, sizeof spec, "BisectingKMeans(%d, init='k-means++', n_init=3, random_state=2)", k);
    check(key, spec, x, w, k < 10);
    done(s);
}

Test(bisecting_kmeans, cuts)
{
    for (int i = 0; i < SETS; i++) bisections(sets[i].name, sets[i].k);
}

Test(bisecting_kmeans, equal_rows_cannot_be_cut)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_ones(CX_SHAPE(5, 2), CX_F64, CX_CPU);
    cr_expect(cx_fit(cx_estimator_new("BisectingKMeans(2, random_state=0)"), x, NULL) == CX_OK);
    done(s);
    int refused = 0;
    for (int seed = 0; seed < 12; seed++) {
        const cx_scope t = cx_scope_open();
        const double v[] = {9, 0, 0, 0};
        char spec[80];
        format(spec, sizeof spec, "BisectingKMeans(4, random_state=%d)", seed);
        const cx_array *const y = cx_copy_host(v, CX_SHAPE(4, 1), CX_F64);
        const cx_status st = cx_fit(cx_estimator_new(spec), y, NULL);
        cr_expect(st == CX_E_ARGUMENT || st == CX_OK, "%s", cx_error_message());
        refused += st == CX_E_ARGUMENT;
        done(t);
    }
    cr_expect(refused > 0, "%d", refused);
}
