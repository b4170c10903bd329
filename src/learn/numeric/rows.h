/* What every estimator's fit ends with and every predict is: attributes stored, rows run. */
#ifndef CX_LEARN_ROWS_H
#define CX_LEARN_ROWS_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** Fill a slot with a as dtype t. */
cx_status cx__store(cx_estimator *self, int slot, const cx_array *a, cx_dtype t);
/** A slot's elements as float64, where they are. */
cx_array *cx__slot_f64(const cx_estimator *self, int slot);

/** Rows of one call of a row kernel in a batch on the CPU. */
enum { CX_ROW_BLOCK = 64 };
typedef enum cx__rows_shape {
    CX__ROWS_MATRIX,
    CX__ROWS_FLAT /* 1-d if there is one column */
} cx__rows_shape;
/** Run the class's row kernel of a method over all rows of x: [n, cols] of dtype result. Batches
 *  and sessions run the same kernel, so on the CPU they agree bit for bit. The second form names
 *  another kernel for the method's plan. */
cx_array *cx__by_rows(const cx_estimator *self, cx_method method, const cx_array *x,
                      cx__rows_shape shape, cx_dtype result);
cx_array *cx__by_kernel(const cx_estimator *self, cx_method method, cx_row_kernel *kernel,
                        const cx_array *x, cx__rows_shape shape, cx_dtype result);
/** The classifier's predict: kernel indices into the classes of a slot. */
cx_array *cx__predict_labels(const cx_estimator *self, const cx_array *x, int classes_slot);
/** Row kernel of a plan whose state is a cx_learn_scores; the second form ends otherwise than the
 *  plan says. */
cx_row_kernel cx__scores_into;
cx_status cx__scores_end(const cx_plan *p, cx_learn_end end, const double *x, int64_t rows,
                         double *out);
/** For a fit that is serial by nature and runs over host memory: UNSUPPORTED where x is elsewhere.
 */
cx_status cx__host_only(const cx_estimator *self, const char *where, const cx_array *x);
/** An option that only other solvers know: UNSUPPORTED naming it. */
cx_status cx__not_built(const cx_estimator *self, const char *parameter, const char *value,
                        const char *instead);
#endif
