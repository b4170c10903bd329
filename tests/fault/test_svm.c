/* Every allocation of support vector machines' fits and answers fails in turn: right status,
 * nothing leaked. */
#include "fault.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>

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
        cx_session *const served = cx_session_new(m, CX_PREDICT, 4);
        st = cx_session_run_rows(served, x, 4);
    }
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static void each(char *spec)
{
    fault_install();
    cr_assert(fit_and_ask(spec) == CX_OK, "%s: %s", spec, cx_error_message());
    cr_expect(fault_loop(spec, FAULT_ONCE, fit_and_ask, spec) > 10, "%s", spec);
    cr_expect(fault_loop(spec, FAULT_FROM_THEN_ON, fit_and_ask, spec) > 10, "%s", spec);
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
