/* device: simulated. Estimators fitted on a GPU have the same bits whatever the order in which
 * threads, blocks and streams come, on one stream, two and four side by side, and each time. */
#include "device.h"
#include "simulator.h"

#include <calx.h>
#include <calx/datasets.h>
#include <calx/estimator_class.h>
#include <calx/neighbors.h>
#include <calx/stream.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { N = 240, D = 5, GROUPS = 4, THREADS = 4, MOST = 24 };

static const char *const specs[] = {
    "KMeans(4, n_init=2, random_state=0)",
    "DBSCAN(1.2)",
    "GaussianMixture(3, random_state=0)",
    "PCA(3)",
    "PCA(2, svd_solver='randomized', random_state=0)",
    "KNeighborsClassifier(6, weights='distance')",
    "NearestNeighbors(algorithm='brute')",
    "GaussianNB()",
    "LinearSVC(dual=False)",
    "MLPClassifier(6, max_iter=2, random_state=0)",
};
enum { SPECS = sizeof specs / sizeof *specs };

typedef struct rows {
    cx_array *x, *y;
} rows;

/* Groups that overlap a little, of numbers with all their bits. */
static rows rows_of(void)
{
    const cx_dataset d = cx_make_blobs(
        CX_OPTS(cx_make_blobs_opts, .n_samples = test_brief() ? N / 3 : N, .n_features = D,
                .n_centers = GROUPS, .cluster_std = CX_SET(1.0), .low = CX_SET(-3.0),
                .high = CX_SET(3.0), .random_state = CX_SEED(1)));
    return (rows){test_here(d.x), test_here(d.y)};
}

/* ---- what a fitted model says: attributes and answers, on the host as float64, which holds them
 */
typedef struct words {
    int count;
    const cx_array *at[MOST];
    char name[MOST][32];
} words;

static void add(words *w, const char *name, cx_array *a)
{
    cr_assert(w->count < MOST && cx_ok(), "%s: %s", name, cx_error_message());
    snprintf(w->name[w->count], sizeof w->name[0], "%s", name);
    w->at[w->count++] = cx_ascontiguous(cx_astype(test_host(a), CX_F64));
}

static cx_estimator *fitted(const char *spec, const rows *r)
{
    cx_estimator *const m = cx_estimator_new(spec);
    const bool told = cx_estimator_kind_of(m) == CX_CLASSIFIER;
    return cx_check(cx_fit(m, r->x, told ? r->y : NULL)) == CX_OK ? m : NULL;
}

static words said(const cx_estimator *m, const rows *r)
{
    words w = {0};
    const cx_estimator_class *const c = cx_estimator_class_find(cx_estimator_name(m));
    for (int i = 0; c->attrs != NULL && c->attrs[i] != NULL; i++) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(c->attrs[i], "?: "), c->attrs[i]);
        if (cx_has_attr(m, name)) add(&w, name, cx_attr(m, name));
    }
    if (cx_estimator_has(m, CX_PREDICT)) add(&w, "predict", cx_predict(m, r->x));
    if (cx_estimator_has(m, CX_PREDICT_PROBA)) add(&w, "proba", cx_predict_proba(m, r->x));
    if (cx_estimator_has(m, CX_TRANSFORM)) add(&w, "transform", cx_transform(m, r->x));
    if (strstr(cx_estimator_name(m), "Neighbors") != NULL) {
        const cx_neighbors near = cx_kneighbors(m, r->x, 4);
        add(&w, "indices", near.indices);
        add(&w, "distances", near.distances);
    }
    return w;
}

static void same(const char *spec, const char *when, const words *got, const words *want)
{
    cr_assert(got->count == want->count && got->count > 0, "%s", spec);
    for (int i = 0; i < got->count; i++) {
        const cx_array *const a = got->at[i], *const b = want->at[i];
        cr_assert(cx_size(a) == cx_size(b), "%s, %s", spec, got->name[i]);
        cr_expect(cx_size(a) == 0 || memcmp(cx_data_f64(a), cx_data_f64(b), cx_nbytes(a)) == 0,
                  "%s, %s: %s differs", spec, when, got->name[i]);
    }
}

/* ---- orders of threads, blocks and work; the first two are the same twice */
Test(estimators_order, same_bits_in_any_order)
{
    static const long orders[][2] = {{1, 0}, {1, 0}, {0, 1}, {1, 1}, {2, 2}};
    enum { ORDERS = sizeof orders / sizeof *orders };
    const cx_scope scope = cx_scope_open();
    const rows r = rows_of();
    for (int i = 0; i < SPECS; i++) {
        const cx_scope s = cx_scope_open();
        words first = {0};
        for (int k = 0; k < ORDERS; k += test_brief() ? ORDERS - 1 : 1) {
            cr_assert(test_simulator("mode", orders[k][0]) >= 0, "no simulator");
            (void)test_simulator("order", orders[k][1]);
            (void)test_simulator("seed", k);
            const words w = said(fitted(specs[i], &r), &r);
            if (k == 0) first = w;
            char when[32];
            snprintf(when, sizeof when, "mode %ld, order %ld", orders[k][0], orders[k][1]);
            same(specs[i], when, &w, &first);
        }
        (void)test_simulator("mode", 1);
        (void)test_simulator("order", 0);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[i], cx_error_message());
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

/* ---- streams, each with a thread of its own */
typedef struct worker {
    const rows *r;
    cx_stream *stream;
    cx_estimator *m;
    cx_status st;
} worker;

static void *work(void *p)
{
    worker *const w = p;
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = w->stream));
    const bool told = cx_estimator_kind_of(w->m) == CX_CLASSIFIER;
    const cx_status st = cx_fit(w->m, w->r->x, told ? w->r->y : NULL);
    w->st = cx_scope_close(s);
    if (st != CX_OK) w->st = st;
    return NULL;
}

static void side_by_side(const char *spec, const rows *r, int threads, const words *want)
{
    worker all[THREADS];
    pthread_t thread[THREADS];
    for (int i = 0; i < threads; i++)
        all[i] =
            (worker){.r = r, .stream = cx_stream_new(test_device()), .m = cx_estimator_new(spec)};
    for (int i = 0; i < threads; i++)
        cr_assert(pthread_create(&thread[i], NULL, work, &all[i]) == 0);
    for (int i = 0; i < threads; i++) cr_assert(pthread_join(thread[i], NULL) == 0);
    for (int i = 0; i < threads; i++) {
        char when[40];
        snprintf(when, sizeof when, "stream %d of %d", i, threads);
        cr_assert(all[i].st == CX_OK, "%s, %s: %d", spec, when, (int)all[i].st);
        const words w = said(all[i].m, r);
        same(spec, when, &w, want);
    }
}

Test(estimators_order, same_bits_on_streams_side_by_side)
{
    const cx_scope scope = cx_scope_open();
    const rows r = rows_of();
    cr_assert(cx_device_sync(test_device()) == CX_OK);
    for (int i = 0; i < SPECS; i++) {
        const cx_scope s = cx_scope_open();
        const words first = said(fitted(specs[i], &r), &r);
        for (int threads = test_brief() ? THREADS : 1; threads <= THREADS; threads *= 2)
            side_by_side(specs[i], &r, threads, &first);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[i], cx_error_message());
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
