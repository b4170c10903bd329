/* Estimators of the tests' own, written as a user would write them: against the public headers
 * only. */
#ifndef TEST_SAMPLE_ESTIMATORS_H
#define TEST_SAMPLE_ESTIMATORS_H
#include <calx.h>

/** QuantileClipper: clips every column to its [q, 1 - q] quantiles; has a row kernel. */
extern const cx_estimator_class sample_clipper;
/** NearestMean: classifier by the nearest class mean; labels of any dtype, class and decision
 *  kernels. */
extern const cx_estimator_class sample_nearest_mean;
/** Unions: a parameter of every kind, two of them positional; cannot be fitted. */
extern const cx_estimator_class sample_unions;
/** Faulty: sets value_ and then fails in the way its parameter `how` names. */
extern const cx_estimator_class sample_faulty;

/** CodeEncoder: takes a table of text columns and gives their ranks among the words seen by fit;
 *  unknown words are -1. */
extern const cx_estimator_class sample_encoder;

/** Register all of them; CX_OK again and again. */
cx_status sample_register(void);
/** Close a scope whose status does not matter. */
void scope_drop(cx_scope s);
/** The error text of this thread holds this text. */
int error_has(const char *text);
/** The call answers with this status and a text that holds the message. */
#define FAILS(call, status, message)                                                     \
    do {                                                                                 \
        const cx_scope fails_ = cx_scope_open();                                         \
        cr_expect_eq((call), (status), "%s", cx_error_message());                        \
        cr_expect(error_has(message), "'%s' lacks '%s'", cx_error_message(), (message)); \
        scope_drop(fails_);                                                              \
    } while (0)
/** Matrix [rows, cols] float64 from a list. */
cx_array *matrix(int64_t rows, int64_t cols, const double *v);
/** 1-d array of text labels. */
cx_array *text_labels(int64_t n, const char *const *texts);
#endif
