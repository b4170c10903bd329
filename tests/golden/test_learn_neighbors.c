/* device: each. Neighbours, and classes that stand on them, against scikit-learn: metrics, weights,
 * radii, several columns of labels, graphs. */
#include "device.h"
#include "learn_golden.h"
#include "plain.h"

#include <calx.h>
#include <calx/calculus.h>
#include <calx/estimator.h>
#include <calx/neighbors.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cx_scope open(void)
{
    golden_from("learn_neighbors.tsv");
    return cx_scope_open();
}
static void done(cx_scope s)
{
    cr_expect(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
static cx_array *given(const char *key, int64_t cols)
{
    size_t n;
    const double *const v = golden(&n, "%s", key);
    const int64_t rows = (int64_t)n / (cols > 0 ? cols : 1);
    return cols > 0 ? test_copy_host(v, CX_SHAPE(rows, cols), CX_F64)
                    : test_copy_host(v, CX_SHAPE(rows), CX_F64);
}
static void near(const cx_array *a, double tolerance, const char *key)
{
    size_t count;
    const double *const want = golden(&count, "%s", key);
    cr_assert(cx_ok(), "%s: %s", key, cx_error_message());
    const double off = difference(test_host(cx_copy(a)), want, count);
    cr_expect(off <= tolerance, "%s: %g > %g", key, off, tolerance);
}
static cx_estimator *fitted(const char *spec, const cx_array *x, const cx_array *y)
{
    cx_estimator *m = cx_estimator_new(spec);
    cx_check(cx_fit(m, x, y));
    cr_assert(cx_ok(), "%s: %s", spec, cx_error_message());
    return m;
}

typedef struct variant {
    const char *name, *arguments;
    bool session; /* row kernels there are */
} variant;
static const variant variants[] = {
    {"default", "", true},
    {"manhattan", ", metric='manhattan'", true},
    {"chebyshev", ", metric='chebyshev', algorithm='ball_tree'", true},
    {"p3", ", p=3, algorithm='kd_tree'", true},
    {"cosine", ", metric='cosine'", false},
    {"canberra", ", metric='canberra'", false},
    {"correlation", ", metric='correlation'", false},
    {"sqeuclidean", ", metric='sqeuclidean'", false},
    {"weighted", ", p=3, metric_params={'w': [1, 0.5, 2, 3]}", false},
    {"seuclidean", ", metric='seuclidean', metric_params={'V': [1, 0.5, 2, 3]}", false},
    {"mahalanobis",
     ", metric='mahalanobis', metric_params={'VI': [[2, 0.5, 0, 0], [0.5, 1, 0, 0], "
     "[0, 0, 3, 0.1], [0, 0, 0.1, 1]]}",
     false},
};
enum { VARIANTS = sizeof variants / sizeof *variants };
static const double close = 1e-12;

static cx_array *labels(const char *key, int64_t cols)
{
    return cx_astype(given(key, cols), CX_I64);
}

static void check_search(const variant *v, const cx_array *x, const cx_array *q)
{
    char spec[256], key[96];
    size_t n;
#define KEY(what) (snprintf(key, sizeof key, "near/%s/%s", v->name, what), key)
    const double radius = *golden(&n, "near/%s/radius", v->name);
    snprintf(spec, sizeof spec, "NearestNeighbors(n_neighbors=4%s)", v->arguments);
    const cx_estimator *const m = fitted(spec, x, NULL);
    cx_neighbors r = cx_kneighbors(m, q, 0);
    near(r.distances, close, KEY("distance"));
    near(r.indices, 0, KEY("index"));
    r = cx_kneighbors(m, NULL, 4);
    near(cx_slice(r.distances, 0, 0, 20, 1), close, KEY("own_distance"));
    near(cx_slice(r.indices, 0, 0, 20, 1), 0, KEY("own_index"));
    const cx_neighborhoods w = cx_radius_neighbors(m, q, radius, CX_NEIGHBORS_BY_DISTANCE);
    near(cx_diff(w.starts, 1, -1, NULL), 0, KEY("count"));
    near(w.indices, 0, KEY("within"));
    near(w.distances, close, KEY("within_distance"));
#undef KEY
}

static cx_array *unless_nan(const cx_array *a)
{
    return cx_where(cx_isnan(a), cx_float(1e300), a);
}

static void check_means(const variant *v, const char *weights, const cx_array *x, const cx_array *q)
{
    char spec[256], key[96];
    size_t n;
    char radius[32];
    (void)plain_text(radius, sizeof radius, *golden(&n, "near/%s/radius", v->name));
    const cx_array *const label = labels("label", 0), *const y = given("y", 2);
#define SPEC(...) (snprintf(spec, sizeof spec, __VA_ARGS__), spec)
#define KEY(what) (snprintf(key, sizeof key, what "/%s/%s", v->name, weights), key)
    const cx_estimator *m =
        fitted(SPEC("KNeighborsClassifier(7, weights='%s'%s)", weights, v->arguments), x, label);
    near(cx_predict_proba(m, q), close, KEY("votes"));
    m = fitted(SPEC("KNeighborsRegressor(7, weights='%s'%s)", weights, v->arguments), x, y);
    near(cx_predict(m, q), close, KEY("means"));
    m = fitted(SPEC("RadiusNeighborsClassifier(%s, weights='%s', outlier_label=1%s)", radius,
                    weights, v->arguments),
               x, label);
    near(cx_predict_proba(m, q), close, KEY("radius_votes"));
    m = fitted(SPEC("RadiusNeighborsRegressor(%s, weights='%s'%s)", radius, weights, v->arguments),
               x, y);
    near(unless_nan(cx_predict(m, q)), close, KEY("radius_means"));
#undef SPEC
#undef KEY
}

Test(neighbors, metrics_and_weights)
{
    for (int i = 0; i < VARIANTS; i++) {
        const cx_scope s = open();
        const cx_array *const x = given("x", 4), *const q = given("q", 4);
        check_search(&variants[i], x, q);
        check_means(&variants[i], "uniform", x, q);
        check_means(&variants[i], "distance", x, q);
        done(s);
    }
}

/* A session's rows are the batch's, bit for bit. */
static void check_session(const char *spec, const cx_array *y, cx_method method)
{
    const cx_array *const x = given("x", 4), *const q = given("q", 4);
    const cx_estimator *const m = fitted(spec, x, y);
    cx_array *const batch = cx_ascontiguous(
        cx_astype(method == CX_PREDICT ? cx_predict(m, q) : cx_predict_proba(m, q), CX_F64));
    const double *const want = cx_data_f64(batch), *const rows = cx_data_f64(q);
    const int64_t cols = cx_ndim(batch) == 2 ? cx_dim(batch, 1) : 1;
    cx_session *const session = cx_session_new(m, method, 1);
    for (int64_t i = 0; i < cx_dim(q, 0); i++) {
        cr_assert(cx_session_run_rows(session, rows + 4 * i, 1) == CX_OK, "%s: %s", spec,
                  cx_error_message());
        const double *const got = cx_session_result(session, NULL);
        cr_assert(memcmp(got, want + i * cols, (size_t)cols * sizeof *got) == 0, "%s, row %d", spec,
                  (int)i);
    }
}

Test(neighbors, sessions)
{
    if (!test_on_cpu()) return;
    const cx_scope s = open();
    char spec[256];
    for (int i = 0; i < VARIANTS; i++)
        for (int w = 0; w < 2 && variants[i].session; w++) {
            const char *const weights = w ? "distance" : "uniform";
            snprintf(spec, sizeof spec, "KNeighborsClassifier(7, weights='%s'%s)", weights,
                     variants[i].arguments);
            check_session(spec, labels("label", 0), CX_PREDICT_PROBA);
            check_session(spec, labels("label", 0), CX_PREDICT);
            snprintf(spec, sizeof spec, "KNeighborsRegressor(7, weights='%s'%s)", weights,
                     variants[i].arguments);
            check_session(spec, given("y", 2), CX_PREDICT);
        }
    done(s);
}

/* ---- several columns of labels, outliers */
static cx_array *both(void)
{
    return cx_stack(CX_ARRAYS(labels("label", 0), labels("second", 0)), 1);
}

static void check_columns(const char *spec, const char *key)
{
    char at[96];
    const cx_estimator *const m = fitted(spec, given("x", 4), both());
    snprintf(at, sizeof at, "columns/%s/shares", key);
    near(cx_predict_proba(m, given("q", 4)), close, at);
    snprintf(at, sizeof at, "columns/%s/labels", key);
    near(cx_predict(m, given("q", 4)), 0, at);
}

Test(neighbors, columns_of_labels)
{
    const cx_scope s = open();
    check_columns("KNeighborsClassifier(7)", "uniform");
    check_columns("KNeighborsClassifier(7, weights='distance')", "distance");
    check_columns("RadiusNeighborsClassifier(1.2, outlier_label='most_frequent')",
                  "uniform/most_frequent");
    check_columns("RadiusNeighborsClassifier(1.2, weights='distance', outlier_label=[2, 9])",
                  "distance/list");
    check_columns("RadiusNeighborsClassifier(1.2, outlier_label=[2, 9])", "uniform/list");
    done(s);
}

Test(neighbors, labels_of_outliers)
{
    const cx_scope s = open();
    const cx_array *const x = given("x", 4), *const q = given("q", 4);
    cx_array *const label = labels("label", 0);
    const cx_estimator *m = fitted("RadiusNeighborsClassifier(1.0, outlier_label=17)", x, label);
    near(cx_predict_proba(m, q), close, "outlier/shares");
    near(cx_predict(m, q), 0, "outlier/labels");
    const char *const words[] = {"low", "middle", "high"};
    const cx_array *const code = cx_astype(test_host(label), CX_I32), *const text = test_here(
                                                                          cx_categories_new(code, 3,
                                                                                            words));
    m = fitted("RadiusNeighborsClassifier(1.0, outlier_label='nowhere')", x, text);
    cx_array *const said = test_host(cx_predict(m, q));
    size_t n;
    const double *const want = golden(&n, "outlier/labels");
    for (int64_t i = 0; i < cx_size(said); i++)
        cr_expect_str_eq(cx_label(said, i), want[i] == 17 ? "nowhere" : words[(int)want[i]]);
    const cx_scope in = cx_scope_open();
    m = fitted("RadiusNeighborsClassifier(1.0)", x, label);
    (void)cx_predict(m, q);
    cr_expect(strstr(cx_error_message(), "has no neighbour within radius=1") != NULL, "%s",
              cx_error_message());
    cr_expect(cx_scope_close(in) == CX_E_ARGUMENT);
    done(s);
}

/* ---- matrices */
Test(neighbors, precomputed)
{
    const cx_scope s = open();
    const cx_estimator *const m = fitted("NearestNeighbors(n_neighbors=3, metric='precomputed')",
                                         given("precomputed/square", 40), NULL);
    const cx_neighbors r = cx_kneighbors(m, given("precomputed/far", 40), 0);
    near(r.distances, 0, "precomputed/distance");
    near(r.indices, 0, "precomputed/index");
    done(s);
}

Test(neighbors, graphs)
{
    const cx_scope s = open();
    const cx_array *const x = given("x", 4), *const q = given("q", 4),
                          *const few = cx_copy(cx_slice(x, 0, 0, 40, 1));
    char spec[96], key[96];
    for (int mode = 0; mode < 2; mode++) {
        const char *const name = mode ? "distance" : "connectivity";
        snprintf(spec, sizeof spec, "KNeighborsTransformer(mode='%s', n_neighbors=3)", name);
        snprintf(key, sizeof key, "transform/k/%s", name);
        near(cx_transform(fitted(spec, x, NULL), q), close, key);
        snprintf(spec, sizeof spec, "RadiusNeighborsTransformer(mode='%s', radius=1.5)", name);
        snprintf(key, sizeof key, "transform/radius/%s", name);
        near(cx_transform(fitted(spec, x, NULL), q), close, key);
        for (int self = 0; self < 2; self++) {
            cx_graph_opts o = {.struct_size = sizeof o,
                               .mode = mode ? CX_GRAPH_DISTANCE : CX_GRAPH_CONNECTIVITY,
                               .include_self = self};
            cx_neighborhoods g = cx_kneighbors_graph(few, 3, &o);
            snprintf(key, sizeof key, "graph/k/%s/%d", name, self);
            near(cx_neighborhoods_dense(&g, 40), close, key);
            o.metric = "manhattan";
            g = cx_radius_neighbors_graph(few, 1.5, &o);
            snprintf(key, sizeof key, "graph/radius/%s/%d", name, self);
            near(cx_neighborhoods_dense(&g, 40), close, key);
        }
    }
    done(s);
}

static void refused(const char *spec, const cx_array *y, const char *why)
{
    const cx_scope s = cx_scope_open();
    cx_estimator *const m = cx_estimator_new(spec);
    cr_expect(cx_fit(m, given("x", 4), y) == CX_E_ARGUMENT, "%s", spec);
    cr_expect(strstr(cx_error_message(), why) != NULL, "%s: %s", spec, cx_error_message());
    (void)!cx_scope_close(s);
}

Test(neighbors, what_is_refused)
{
    const cx_scope s = open();
    refused("NearestNeighbors(metric='cosine', algorithm='kd_tree')", NULL, "has no kd_tree");
    refused("NearestNeighbors(metric_params={'q': 1})", NULL, "metric_params has 'q'");
    refused("NearestNeighbors(metric='mahalanobis', metric_params={'VI': [[1, 2], [3]]})", NULL,
            "'VI' must be a list");
    refused("RadiusNeighborsClassifier(outlier_label='a')", labels("label", 0), "is no integer");
    refused("RadiusNeighborsClassifier(outlier_label=[1, 2])", labels("label", 0),
            "has 2 labels, y has 1");
    done(s);
}
