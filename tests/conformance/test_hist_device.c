/* device: simulated. Histogram boosting fitted on a GPU: the trees that the CPU grows, whatever the
 * order in which threads, blocks and streams come, and nothing copied once the growth has begun. */
#include "device.h"
#include "simulator.h"

#include <calx.h>
#include <calx/ensemble.h>
#include <calx/estimator.h>
#include <calx/stream.h>
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASSIFIER "HistGradientBoostingClassifier("
#define REGRESSOR "HistGradientBoostingRegressor("
enum { N = 1100, D = 6, CATEGORIES = 4, MANY = 206000 };

typedef struct rows {
    cx_array *x, *y, *weight;
} rows;

static double unit(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(*state >> 11) / 9007199254740992.0;
}

/* Some numbers are missing, a column has few values; y is positive, or one of k classes. */
static rows rows_of(int64_t n, int classes)
{
    const rows r = {cx_empty(CX_SHAPE(n, D), CX_F64, CX_CPU), cx_empty(CX_SHAPE(n), CX_F64, CX_CPU),
                    cx_empty(CX_SHAPE(n), CX_F64, CX_CPU)};
    double *const x = cx_data_f64_mut(r.x), *const y = cx_data_f64_mut(r.y),
                  *const w = cx_data_f64_mut(r.weight);
    uint64_t state = 11;
    for (int64_t i = 0; i < n; i++) {
        double *const row = x + i * D;
        for (int64_t j = 0; j < D; j++) row[j] = unit(&state);
        row[CATEGORIES] = floor(row[CATEGORIES] * 6) * 1.5;
        const double v = 0.2 + row[0] * row[1] + (row[CATEGORIES] > 4 ? row[2] : 0) + row[3];
        y[i] = classes > 0 ? fmin(floor(v * classes / 2), classes - 1) : v;
        w[i] = 0.5 + (double)(i % 3);
        if (i % 9 == 0) row[1] = (double)NAN;
    }
    return r;
}
static rows data_of(int classes)
{
    return rows_of(N, classes);
}
static rows there(const rows *r)
{
    return (rows){test_here(r->x), test_here(r->y), test_here(r->weight)};
}

static cx_estimator *fitted(const char *spec, const rows *r, bool weighted)
{
    cx_estimator *const m = cx_estimator_new(spec);
    cr_assert(cx_fit_data(m, CX_DATA(.x = r->x, .y = r->y,
                                     .sample_weight = weighted ? r->weight : NULL)) == CX_OK,
              "%s: %s", spec, cx_error_message());
    return m;
}

/* Of float64, or of what float64 holds. */
static bool same_bits(const cx_array *a, const cx_array *b)
{
    const cx_array *const p = cx_ascontiguous(cx_astype(cx_to(a, CX_CPU), CX_F64)),
                          *const q = cx_ascontiguous(cx_astype(cx_to(b, CX_CPU), CX_F64));
    return cx_ok() && cx_size(p) > 0 && cx_size(p) == cx_size(q) &&
           memcmp(cx_data_f64(p), cx_data_f64(q), cx_nbytes(p)) == 0;
}
static void same_model(const cx_estimator *a, const cx_estimator *b, const char *what)
{
    static const char *const names[] = {"value_",    "threshold_",         "feature_",
                                        "baseline_", "children_right_",    "n_node_samples_",
                                        "impurity_", "missing_go_to_left_"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect(same_bits(cx_attr(a, names[i]), cx_attr(b, names[i])), "%s: %s differs", what,
                  names[i]);
}

/* ---- the CPU's models */
/* Sums, differences and products alone: these losses give the CPU's bits. */
Test(hist_device, losses_without_exponentials_have_the_cpus_bits)
{
    static const char *const specs[] = {
        REGRESSOR "max_iter=4)",
        REGRESSOR "max_iter=3, max_features=0.5, random_state=1, max_depth=4)",
        REGRESSOR "max_iter=3, categorical_features=[4], l2_regularization=0.5)",
        REGRESSOR "max_iter=3, monotonic_cst=[1, 0, 0, 1, 0, 0])",
        REGRESSOR "max_iter=3, interaction_cst=[[0, 1], [2, 3, 4]])",
        REGRESSOR "'absolute_error', max_iter=4)",
        REGRESSOR "'quantile', quantile=0.3, max_iter=4)",
        REGRESSOR "max_iter=4, early_stopping=True, random_state=3)"};
    const cx_scope scope = cx_scope_open();
    const rows host = data_of(0), here = there(&host);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i += test_brief() ? 3 : 1)
        for (int weighted = 0; weighted < (test_brief() ? 1 : 2); weighted++) {
            const cx_scope s = cx_scope_open();
            const cx_estimator *const want = fitted(specs[i], &host, weighted), *const got = fitted(
                                                                                    specs[i], &here,
                                                                                    weighted);
            cr_assert(cx_device_equal(cx_device_of(cx_attr(got, "value_")), test_device()));
            same_model(got, want, specs[i]);
            cr_expect(same_bits(cx_predict(got, here.x), cx_predict(want, host.x)), "%s", specs[i]);
            cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

static void near(const cx_array *a, const cx_array *b, const char *what)
{
    cr_expect(cx_allclose(cx_to(a, CX_CPU), cx_to(b, CX_CPU),
                          CX_OPTS(cx_close_opts, .rtol = CX_SET(1e-9), .atol = CX_SET(1e-9))),
              "%s: %s", what, cx_error_message());
}

/* Exponentials differ in their last bits, which gradients as float32 hardly ever keep. */
Test(hist_device, other_losses_are_near)
{
    static const struct {
        const char *spec;
        int classes;
    } all[] = {{REGRESSOR "'poisson', max_iter=3)", 0},
               {REGRESSOR "'gamma', max_iter=3)", 0},
               {CLASSIFIER "max_iter=3)", 2},
               {CLASSIFIER "max_iter=2)", 4},
               {CLASSIFIER "max_iter=4, early_stopping=True, random_state=3)", 4},
               {CLASSIFIER "max_iter=3, early_stopping=True, random_state=3, scoring='roc_auc', "
                           "class_weight='balanced')",
                2}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i += test_brief() ? 3 : 1)
        for (int weighted = 0; weighted < (test_brief() ? 1 : 2); weighted++) {
            const char *const spec = all[i].spec;
            const cx_scope s = cx_scope_open();
            const rows host = data_of(all[i].classes), here = there(&host);
            const cx_estimator *const want = fitted(spec, &host, weighted), *const got =
                                                                                fitted(spec, &here,
                                                                                       weighted);
            cr_expect(same_bits(cx_attr(got, "feature_"), cx_attr(want, "feature_")), "%s", spec);
            near(cx_attr(got, "value_"), cx_attr(want, "value_"), spec);
            near(cx_attr(got, "train_score_"), cx_attr(want, "train_score_"), spec);
            near(cx_attr(got, "validation_score_"), cx_attr(want, "validation_score_"), spec);
            if (all[i].classes > 0)
                near(cx_predict_proba(got, here.x), cx_predict_proba(want, host.x), spec);
            cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", spec, cx_error_message());
        }
}

/* Thresholds from a draw of the rows, scores from another one: both stay where the rows are. */
Test(hist_device, many_rows)
{
    const char *const specs[] = {
        REGRESSOR "max_iter=1, max_leaf_nodes=3, early_stopping=True, scoring='r2', "
                  "validation_fraction=0.02, random_state=0)",
        CLASSIFIER "max_iter=1, max_leaf_nodes=3, early_stopping=True, scoring=None, "
                   "random_state=0)"};
    if (test_brief()) return;
    for (int k = 0; k < 2; k++) {
        const cx_scope s = cx_scope_open();
        const rows host = rows_of(k == 0 ? MANY : MANY / 16, k * 3), here = there(&host);
        const cx_estimator *const want = fitted(specs[k], &host, true), *const got = fitted(
                                                                            specs[k], &here, true);
        cr_expect(same_bits(cx_attr(got, "threshold_"), cx_attr(want, "threshold_")), "%s",
                  specs[k]);
        near(cx_attr(got, "value_"), cx_attr(want, "value_"), specs[k]);
        near(cx_attr(got, "train_score_"), cx_attr(want, "train_score_"), specs[k]);
        near(cx_attr(got, "validation_score_"), cx_attr(want, "validation_score_"), specs[k]);
        cr_expect(cx_scope_close(s) == CX_OK, "%s: %s", specs[k], cx_error_message());
    }
}

/* ---- orders */
static const char *const each_kind[] = {REGRESSOR "max_iter=3)",
                                        CLASSIFIER "max_iter=3, early_stopping=True, "
                                                   "random_state=0)"};

Test(hist_device, same_bits_in_any_order)
{
    const cx_scope scope = cx_scope_open();
    const rows host[2] = {data_of(0), data_of(3)}, here[2] = {there(&host[0]), there(&host[1])};
    const cx_estimator *const first[2] = {fitted(each_kind[0], &here[0], false),
                                          fitted(each_kind[1], &here[1], true)};
    for (int run = 0; run < (test_brief() ? 1 : 6); run++) {
        cr_assert(test_simulator("mode", run % 3) >= 0, "no simulator");
        (void)test_simulator("order", run < 3 ? 1 : 2);
        (void)test_simulator("seed", run);
        for (int k = 0; k < 2; k++) {
            const cx_scope s = cx_scope_open();
            same_model(fitted(each_kind[k], &here[k], k == 1), first[k], each_kind[k]);
            cr_expect(cx_scope_close(s) == CX_OK, "run %d: %s", run, cx_error_message());
        }
    }
    (void)test_simulator("mode", 1);
    (void)test_simulator("order", 0);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

typedef struct worker {
    const rows *here;
    int kind;
    cx_estimator *m;
    cx_stream *stream;
    cx_status st;
} worker;

static void *work(void *p)
{
    worker *const w = p;
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = w->stream));
    const rows *const r = w->here;
    const cx_status st = cx_fit_data(
        w->m, CX_DATA(.x = r->x, .y = r->y, .sample_weight = w->kind == 1 ? r->weight : NULL));
    w->st = cx_scope_close(s);
    if (st != CX_OK) w->st = st;
    return NULL;
}

Test(hist_device, same_bits_on_streams_side_by_side)
{
    enum { THREADS = 4 };
    const cx_scope scope = cx_scope_open();
    const rows host[2] = {data_of(0), data_of(3)}, here[2] = {there(&host[0]), there(&host[1])};
    const cx_estimator *const first[2] = {fitted(each_kind[0], &here[0], false),
                                          fitted(each_kind[1], &here[1], true)};
    cr_assert(cx_device_sync(test_device()) == CX_OK);
    worker all[THREADS];
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        all[i] = (worker){.here = &here[i % 2],
                          .kind = i % 2,
                          .m = cx_estimator_new(each_kind[i % 2]),
                          .stream = cx_stream_new(test_device())};
    for (int i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&thread[i], NULL, work, &all[i]) == 0);
    for (int i = 0; i < THREADS; i++) cr_assert(pthread_join(thread[i], NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        cr_assert(all[i].st == CX_OK, "thread %d: %d", i, (int)all[i].st);
        same_model(all[i].m, first[i % 2], each_kind[i % 2]);
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

/* ---- moves */
static void crosses(const char *spec, const rows *from, const rows *to, bool raw)
{
    char path[64];
    snprintf(path, sizeof path, "test_hist_device_%ld.safetensors", (long)getpid());
    const cx_estimator *const m = fitted(spec, from, true);
    cr_assert(cx_estimator_save(path, m) == CX_OK, "%s", cx_error_message());
    const cx_estimator *const back = cx_estimator_load(path);
    remove(path);
    const cx_estimator *const other = cx_estimator_to(back, cx_device_of(to->x));
    const cx_array *const a = raw ? cx_decision_function(m, from->x) : cx_predict(m, from->x),
                          *const b =
                              raw ? cx_decision_function(other, to->x) : cx_predict(other, to->x);
    cr_expect(same_bits(a, b), "%s: %s", spec, cx_error_message());
}

Test(hist_device, models_that_move_predict_the_same_bits)
{
    const cx_scope scope = cx_scope_open();
    for (int classes = 0; classes < 4; classes += classes == 0 ? 2 : 1) {
        const rows host = data_of(classes), here = there(&host);
        const char *const spec = classes > 0 ? CLASSIFIER "max_iter=3, categorical_features=[4])"
                                             : REGRESSOR "max_iter=4, categorical_features=[4])";
        crosses(spec, &host, &here, classes > 0);
        crosses(spec, &here, &host, classes > 0);
    }
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

/* ---- copies */
static void copies(const char *spec, const rows *r, int want)
{
    const uint64_t before = cx_counters_get().copies;
    (void)fitted(spec, r, true);
    const int got = (int)(cx_counters_get().copies - before);
    cr_expect(got == want, "%s: %d copies, not %d", spec, got, want);
}

/* Rows for the thresholds, targets and weights come to the host once, and the thresholds go; more
 * iterations copy no more, unless leaves are medians (raw predictions and the places of rows). */
Test(hist_device, growth_copies_nothing)
{
    const cx_scope scope = cx_scope_open();
    const rows host = data_of(0), here = there(&host), labels = data_of(3), codes = there(&labels);
    copies(REGRESSOR "max_iter=2, max_leaf_nodes=6)", &here, 4);
    copies(REGRESSOR "max_iter=8, max_leaf_nodes=6)", &here, 4);
    copies(REGRESSOR "'poisson', max_iter=8, max_leaf_nodes=6)", &here, 4);
    copies(CLASSIFIER "max_iter=2, max_leaf_nodes=6)", &codes, 4);
    copies(CLASSIFIER "max_iter=8, max_leaf_nodes=6)", &codes, 4);
    copies(REGRESSOR "'absolute_error', max_iter=2, max_leaf_nodes=6)", &here, 8);
    copies(REGRESSOR "'absolute_error', max_iter=4, max_leaf_nodes=6)", &here, 12);
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}
