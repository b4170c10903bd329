/* Every allocation fails in turn while rows of which some have labels are learned from, and while a
 * map for neighbours is found: right status, nothing leaked. */
#include "fault.h"

#include <calx.h>
#include <calx/estimator.h>
#include <criterion/criterion.h>

TestSuite(semi_supervised, .init = fault_install, .timeout = 240);

enum { ROWS = 24, COLUMNS = 2 };

static cx_status fit_and_ask(void *ctx)
{
    double x[ROWS * COLUMNS];
    int64_t y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        y[i] = i % 4 - 1; /* a row in four has no label */
        x[2 * i] = (double)(i * 37 % 53) / 53 + (double)(i % 3);
        x[2 * i + 1] = (double)(i * 29 % 47) / 47 - (double)(i % 3) / 2;
    }
    const cx_scope s = cx_scope_open();
    const cx_array *const rows = cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64),
                          *const labels = cx_copy_host(y, CX_SHAPE(ROWS), CX_I64);
    cx_estimator *const m = cx_estimator_new(ctx);
    const cx_status st = cx_ok() ? cx_fit(m, rows, labels) : CX_OK;
    if (st == CX_OK && cx_ok()) {
        if (cx_estimator_has(m, CX_TRANSFORM))
            fault_add(cx_transform(m, rows));
        else
            fault_add(cx_predict_proba(m, rows));
    }
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static void each(char *spec)
{
    cr_assert(fit_and_ask(spec) == CX_OK, "%s: %s", spec, cx_error_message());
    cr_expect(fault_loop(spec, FAULT_ONCE, fit_and_ask, spec) > 10, "%s", spec);
    cr_expect(fault_loop(spec, FAULT_FROM_THEN_ON, fit_and_ask, spec) > 10, "%s", spec);
}

Test(semi_supervised, whole_graph)
{
    each((char[]){"LabelPropagation(gamma=2, max_iter=3)"});
}
Test(semi_supervised, nearest_rows)
{
    each((char[]){"LabelSpreading('knn', n_neighbors=3, max_iter=2)"});
}
Test(semi_supervised, by_itself)
{
    each(
        (char[]){"SelfTrainingClassifier(GaussianNB(), criterion='k_best', k_best=2, max_iter=2)"});
}
Test(semi_supervised, map)
{
    each((char[]){"NeighborhoodComponentsAnalysis(1, max_iter=2)"});
}
