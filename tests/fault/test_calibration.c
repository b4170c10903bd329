/* Every allocation of what goes round a fitted model, of a search in rounds and of the helpers for
 * rows fails in turn: right status, nothing leaked. */
#include "fault.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/session.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 48, COLUMNS = 2 };

typedef struct rows {
    const cx_array *x, *y;
} rows;
typedef cx_status step(const rows *r);

static rows make(void)
{
    double x[ROWS * COLUMNS];
    int64_t y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        y[i] = i % 3;
        x[2 * i] = (double)(i * 37 % 53) / 53 + (double)y[i];
        x[2 * i + 1] = (double)(i * 29 % 47) / 47 - (double)y[i] / 2;
    }
    return (rows){cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64),
                  cx_copy_host(y, CX_SHAPE(ROWS), CX_I64)};
}

/* Calibration of a frozen model, through a file, and served. */
static cx_status frozen(const rows *r)
{
    char path[64];
    snprintf(path, sizeof path, "test_fault_calibration_%ld.safetensors", (long)getpid());
    cx_estimator *const model = cx_estimator_new("GaussianNB()"),
                        *const c =
                            cx_estimator_new("CalibratedClassifierCV(method='isotonic', cv=2)");
    cx_status st = cx_fit(model, r->x, r->y);
    if (st == CX_OK) st = cx_set_param_estimator(c, "estimator", cx_frozen_estimator(model));
    if (st == CX_OK) st = cx_fit(c, r->x, r->y);
    if (st == CX_OK) st = cx_estimator_save(path, c);
    if (st != CX_OK) return st;
    cx_estimator *const back = cx_estimator_load(path);
    remove(path);
    st = cx_fit(back, r->x, r->y);
    if (st != CX_OK) return st;
    cx_session *const s = cx_session_new(back, CX_PREDICT, ROWS);
    return cx_session_run_rows(s, cx_data_f64(r->x), ROWS);
}

static cx_status halving(const rows *r)
{
    cx_estimator *const m = cx_estimator_new(
        "HalvingGridSearchCV(GaussianNB(), {'var_smoothing': [0.001, 0.1, 1.0]}, cv=2, "
        "min_resources=24, factor=2, random_state=0)");
    const cx_status st = cx_fit(m, r->x, r->y);
    if (st == CX_OK) (void)cx_predict(m, r->x);
    return st;
}

static cx_status helpers(const rows *r)
{
    (void)cx_resample(CX_ARRAYS(r->x, r->y), CX_OPTS(cx_resample_opts, .random_state = CX_SEED(0),
                                                     .stratify = r->y, .n_samples = 9));
    (void)cx_shuffle(CX_ARRAYS(r->x), CX_OPTS(cx_resample_opts, .random_state = CX_SEED(0)));
    (void)cx_sample_without_replacement(1000, 5, CX_SAMPLE_AUTO, CX_SEED(0));
    (void)cx_sample_without_replacement(10, 5, CX_SAMPLE_POOL, CX_SEED(0));
    (void)cx_compute_sample_weight("balanced", r->y, cx_slice(r->y, 0, 0, 5, 1));
    (void)cx_compute_class_weight("{0: 1.5, 2: 0.25}", cx_slice(r->y, 0, 0, 3, 1), r->y, NULL);
    (void)cx_row_norms(r->x, NULL);
    (void)cx_svd_flip(r->x, NULL, NULL);
    const cx_array *const p = cx_minimum(cx_select(r->x, 1, 0), cx_float(1));
    (void)cx_calibration_curve(cx_greater(r->y, cx_int(0)), p,
                               CX_OPTS(cx_calibration_opts, .quantiles = true));
    return CX_OK;
}

static cx_status scenario(void *ctx)
{
    const cx_scope s = cx_scope_open();
    const rows r = make();
    step *const *const run = ctx;
    const cx_status st = cx_ok() ? (*run)(&r) : CX_OK, closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

static void each(const char *name, step *run)
{
    fault_install();
    cr_assert(scenario(&run) == CX_OK, "%s: %s", name, cx_error_message());
    cr_expect(fault_loop(name, FAULT_ONCE, scenario, &run) > 10, "%s", name);
    cr_expect(fault_loop(name, FAULT_FROM_THEN_ON, scenario, &run) > 10, "%s", name);
}

Test(calibration, frozen_models)
{
    each("frozen", frozen);
}
Test(calibration, searches_in_rounds)
{
    each("halving", halving);
}
Test(calibration, helpers)
{
    each("helpers", helpers);
}
