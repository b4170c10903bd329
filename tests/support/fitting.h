/* Fits that must succeed, and fits that must be refused. */
#ifndef CALX_TEST_FITTING_H
#define CALX_TEST_FITTING_H
#include <calx.h>

/** The estimator of a spec, fitted on d; it belongs to the open scope. */
cx_estimator *fitted(const char *spec, const cx_data *d);
/** A fit on d fails with `wanted`, and its error contains message. */
void refuses(const char *spec, const cx_data *d, cx_status wanted, const char *message);
#endif
