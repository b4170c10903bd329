/* Every allocation of support vector machines' fits and answers fails in turn: right status,
 * nothing leaked. */
#include "fault.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <string.h>

enum { ROWS = 24, COLUMNS = 2 };

static cx_status fit_and_ask(void *ctx)
{
    double x[ROWS * COLUMNS];
    int64_t y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        y[i] = i % 3;
        x[2 * i] = (double)(i * 37 % 53) / 53 + (double)y[i];
        x[2 * i + 1] = (double)(i * 29 % 47) / 47 - (double)y[i] / 2;
    }
    const cx_scope s = cx_scope_open();
    const cx_array *const rows = cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64),
                          *const labels = cx_copy_host(y, CX_SHAPE(ROWS), CX_I64);
    cx_estimator *const m = cx_estimator_new(ctx);
    cx_status st = cx_ok() ? cx_fit(m, rows, labels) : CX_OK;
    if (st == CX_OK && cx_ok()) {
        (void)cx_predict(m, rows);
        if (cx_estimator_has(m, CX_DECISION_FUNCTION)) (void)cx_decision_function(m, rows);
        if (!strstr(ctx, "x, y") && !strstr(ctx, "mine")) {
            cx_session *const served = cx_session_new(m, CX_PREDICT, 4);
            st = cx_session_run_rows(served, x, 4);
        }
    }
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static void fails(char *spec, cx_status (*run)(void *ctx))
{
    fault_install();
    cr_assert(run(spec) == CX_OK, "%s: %s", spec, cx_error_message());
    cr_expect(fault_loop(spec, FAULT_ONCE, run, spec) > 10, "%s", spec);
    cr_expect(fault_loop(spec, FAULT_FROM_THEN_ON, run, spec) > 10, "%s", spec);
}

static void each(char *spec)
{
    fails(spec, fit_and_ask);
}

/* ---- kernels of users */
static cx_status product(void *context, const double *x, int64_t n, const double *y, int64_t m,
                         int64_t d, double *out)
{
    ++*(int *)context;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) {
            out[i * m + j] = 0;
            for (int64_t k = 0; k < d; k++) out[i * m + j] += x[i * d + k] * y[j * d + k];
        }
    return CX_OK;
}
static void release(void *context)
{
    *(int *)context = -1;
}
static cx_status by_function(void *ctx)
{
    int calls = 0;
    cx_status st = cx_pairwise_kernel_register("mine", product, &calls, release);
    cr_assert(st == CX_OK || calls == 0);
    if (st != CX_OK) return st;
    st = fit_and_ask(ctx);
    cr_assert_eq(cx_pairwise_kernel_unregister("mine"), CX_OK);
    cr_assert_eq(calls, -1);
    return st;
}
Test(svm, function)
{
    fails((char[]){"SVC(kernel='mine', probability=True, random_state=0)"}, by_function);
}
Test(svm, function_row_by_row)
{
    fails((char[]){"SVR(kernel='mine', cache_size=0.001)"}, by_function);
}
Test(svm, function_of_folds)
{
    fails((char[]){"SVC(kernel='mine', cache_size=0.001, probability=True, random_state=0)"},
          by_function);
}
Test(svm, formula)
{
    each((char[]){"SVC(kernel='x, y, gamma: exp(-gamma * sum((x - y)**2, axis=-1))')"});
}
Test(svm, formula_row_by_row)
{
    each((char[]){"OneClassSVM(kernel='x, y: sum(x * y, axis=-1)', cache_size=0.001)"});
}

Test(svm, classes)
{
    each((char[]){"SVC(probability=True, random_state=0)"});
}
Test(svm, linear_kernel)
{
    each((char[]){"NuSVC(nu=0.3, kernel='linear')"});
}
Test(svm, numbers)
{
    each((char[]){"SVR(kernel='poly')"});
}
Test(svm, one_class)
{
    each((char[]){"OneClassSVM()"});
}
Test(svm, newton)
{
    each((char[]){"LinearSVC()"});
}
Test(svm, dual)
{
    each((char[]){"LinearSVC(dual=True, random_state=0)"});
}
Test(svm, together)
{
    each((char[]){"LinearSVC(multi_class='crammer_singer', random_state=0)"});
}
Test(svm, sparse)
{
    each((char[]){"LinearSVC('l1', random_state=0)"});
}
Test(svm, tube)
{
    each((char[]){"LinearSVR(random_state=0)"});
}
