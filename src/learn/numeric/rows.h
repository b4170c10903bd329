/* From arrays to plain rows and back: what every estimator's fit begins with and every predict ends
 * with. */
#ifndef CX_LEARN_ROWS_H
#define CX_LEARN_ROWS_H
#include <calx/estimator_class.h>

/** Elements of a as host float64 in C order (converted if need be), as long as the open scope; NULL
 *  and a mark on failure. */
const double *cx__f64_of(const char *where, const cx_array *a);
/** The same as int64. */
const int64_t *cx__i64_of(const char *where, const cx_array *a);
/** Status of this thread's last error, for a command whose expression failed. Never CX_OK. */
cx_status cx__last_status(void);
/** New [rows, cols] float64 array of the open scope (cols < 0: 1-d [rows]) and its memory; NULL and
 *  a mark on failure. */
cx_array *cx__new_f64(int64_t rows, int64_t cols, double **data);
/** Fill a slot with a as dtype t. */
cx_status cx__store(cx_estimator *self, int slot, const cx_array *a, cx_dtype t);
/** Copy n numbers into a slot as 1-d, or rows x cols as 2-d. */
cx_status cx__store_vector(cx_estimator *self, int slot, const double *v, int64_t n, cx_dtype t);
cx_status cx__store_matrix(cx_estimator *self, int slot, const double *v, int64_t rows,
                           int64_t cols, cx_dtype t);
/** A slot's elements, as cx__f64_of. */
const double *cx__slot_f64(const cx_estimator *self, int slot);

/** Rows of one call of a row kernel in a batch. */
enum { CX_ROW_BLOCK = 64 };
typedef enum cx__rows_shape {
    CX__ROWS_MATRIX,
    CX__ROWS_FLAT /* 1-d if there is one column */
} cx__rows_shape;
/** Run the class's row kernel of a method over all rows of x: [n, cols] of dtype result. Batches
 *  and sessions run the same kernel, so they agree bit for bit. The second form names another
 *  kernel for the method's plan. */
cx_array *cx__by_rows(const cx_estimator *self, cx_method method, const cx_array *x,
                      cx__rows_shape shape, cx_dtype result);
cx_array *cx__by_kernel(const cx_estimator *self, cx_method method, cx_row_kernel *kernel,
                        const cx_array *x, cx__rows_shape shape, cx_dtype result);
/** The classifier's predict: kernel indices into the classes of a slot. */
cx_array *cx__predict_labels(const cx_estimator *self, const cx_array *x, int classes_slot);
/** float32 stays float32, everything else is float64. */
cx_dtype cx__float_like(const cx_array *a);
/** An option that only other solvers know: UNSUPPORTED naming it. */
cx_status cx__not_built(const cx_estimator *self, const char *parameter, const char *value,
                        const char *instead);
#endif
