/* timeout: 120
 * Every allocation of fit, predict, save and load failing in turn, once and from then on, on 64 x 4 data, for each estimator. */
#include "fault.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 64, COLUMNS = 4 };
static double x_data[ROWS * COLUMNS], y_data[ROWS];
static int64_t labels[ROWS];

/* two blobs: what an estimator is given decides nothing about the fault, only that every path is walked */
static void make_data(void)
{
    uint64_t s = 12345;
    for (int i = 0; i < ROWS; i++) {
        labels[i] = i % 2;
        y_data[i] = 0;
        for (int j = 0; j < COLUMNS; j++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            x_data[i * COLUMNS + j] = (double)(s >> 40) / (1 << 24) + 2.0 * (double)(i % 2) * (j % 2);
            y_data[i] += (j + 1) * x_data[i * COLUMNS + j];
        }
    }
}

typedef struct job {
    const char *spec, *path;
    bool regression;
    cx_method method;
} job;

static cx_status fit_predict_save_load(void *ctx)
{
    const job *j = ctx;
    const cx_scope s = cx_scope_open();
    const cx_array *x = cx_copy_host(x_data, CX_SHAPE(ROWS, COLUMNS), CX_F64);
    const cx_array *y = j->regression ? cx_copy_host(y_data, CX_SHAPE(ROWS), CX_F64) : cx_copy_host(labels, CX_SHAPE(ROWS), CX_I64);
    cx_estimator *m = cx_estimator_new(j->spec);
    if (cx_ok()) cx_check(cx_fit(m, x, y));
    const cx_array *p = j->method == CX_TRANSFORM ? cx_transform(m, x) : cx_predict(m, x);
    if (cx_ok()) cx_check(cx_estimator_save(j->path, m));
    const cx_estimator *back = cx_ok() ? cx_estimator_load(j->path) : m;
    const cx_array *q = j->method == CX_TRANSFORM ? cx_transform(back, x) : cx_predict(back, x);
    const bool same = cx_array_equal(p, q);
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK) cr_assert(same, "%s: the reloaded model predicts otherwise", j->spec);
    return st;
}

static void walk(const char *spec, bool regression, cx_method method)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/calx-fault-%ld.safetensors", (long)getpid());
    job j = {spec, path, regression, method};
    make_data();
    fault_install();
    cr_assert_eq(cx_set_num_threads(1), CX_OK);
    const int once = fault_loop(spec, FAULT_ONCE, fit_predict_save_load, &j);
    const int then = fault_loop(spec, FAULT_FROM_THEN_ON, fit_predict_save_load, &j);
    cr_assert_gt(once, 50, "%s has only %d allocations", spec, once);
    cr_assert_gt(then, 50);
    unlink(path);
}

Test(fault, standard_scaler) { walk("StandardScaler()", false, CX_TRANSFORM); }
Test(fault, min_max_scaler) { walk("MinMaxScaler()", false, CX_TRANSFORM); }
Test(fault, pca) { walk("PCA(n_components=2)", false, CX_TRANSFORM); }
Test(fault, linear_regression) { walk("LinearRegression()", true, CX_PREDICT); }
Test(fault, ridge) { walk("Ridge()", true, CX_PREDICT); }
Test(fault, logistic_regression) { walk("LogisticRegression(max_iter=5)", false, CX_PREDICT); }
Test(fault, kmeans) { walk("KMeans(n_clusters=2, n_init=1, max_iter=3, random_state=0)", false, CX_PREDICT); }
Test(fault, neighbours) { walk("KNeighborsClassifier()", false, CX_PREDICT); }
Test(fault, naive_bayes) { walk("GaussianNB()", false, CX_PREDICT); }
Test(fault, pipeline) { walk("StandardScaler() | PCA(n_components=2) | LogisticRegression(max_iter=3)", false, CX_PREDICT); }
