/* Sessions: a fitted estimator made ready to serve. One per worker thread; every buffer is
 * allocated and touched when it is made, and nothing is allocated after
 * (cx_memory_stats(dev).system_allocs does not move).
 *
 *     cx_session *s = cx_session_new(m, CX_PREDICT_PROBA, 200);
 *     double *age = cx_session_f64(s, cx_session_column(s, "age"));      write age[0..rows), then
 *     cx_check(cx_session_run(s, rows));                                 and read
 *     const double *p = cx_session_result(s, &cols);                     [rows, cols]
 */
#ifndef CALX_SESSION_H
#define CALX_SESSION_H
#include <calx/estimator.h>

CX_BEGIN
/** Prepare m (any CPU estimator whose class has row kernels, pipelines step by step) for one
 *  method and up to max_rows rows a run. The session copies what it needs: m may be refitted or
 *  released.
 *  Errors      NOT_FITTED; UNSUPPORTED the method, or a class without row kernels (named);
 *              ARGUMENT max_rows < 1; DEVICE; NOMEM. */
CX_API cx_session *cx_session_new(const cx_estimator *m, cx_method method, int64_t max_rows);
CX_API cx_session *cx_session_retain(const cx_session *s);
CX_API void cx_session_release(cx_session *s);
CX_API cx_status cx_session_status(const cx_session *s);
/** Queries: number of input columns; index of a named one, -1 if the model has no such input (or
 *  was fitted from a matrix). */
CX_API int cx_session_columns(const cx_session *s);
CX_API int cx_session_column(const cx_session *s, const char *name);
/** Buffer [max_rows] of a numeric column: write your values here; NULL and a mark if there is no
 *  such column or it holds categories. */
CX_API double *cx_session_f64(cx_session *s, int column);
/** Buffer [max_rows] of a category column; NULL and a mark if there is no such column or it is
 *  numeric. */
CX_API int32_t *cx_session_codes(cx_session *s, int column);
/** The code of a missing value; a text that fit did not see has the code -1. */
enum { CX_SESSION_MISSING = -2 };
/** Code of a category's text; -1 if it was unknown to fit: what the encoder does with -1 is its
 *  parameter. A query. */
CX_API int32_t cx_session_code(const cx_session *s, int column, const char *text, size_t len);
/** Run over the first rows of the column buffers. Allocates nothing; obeys the scope's deadline
 *  and cancel flag. Needs no scope.
 *  Errors      ARGUMENT rows outside 0..max_rows, or a NaN or infinity where the model takes
 *              none; TIMEOUT, CANCELLED. */
CX_API CX_MUST cx_status cx_session_run(cx_session *s, int64_t rows);
/** The same over rows of the caller's, x [rows, columns] in C order, instead of the column
 *  buffers. */
CX_API CX_MUST cx_status cx_session_run_rows(cx_session *s, const double *x, int64_t rows);
/** Result [rows, *cols] of the last run that succeeded, valid until the next; NULL and a mark
 *  before. For CX_PREDICT of a classifier with numeric labels: the labels, a column for each label
 *  column of y; with text labels: indices into classes_, see cx_session_label. */
CX_API const double *cx_session_result(const cx_session *s, int64_t *cols);
/** Text of class i (CX_PREDICT: of (int)result[row]; CX_PREDICT_PROBA: of column i), NULL if the
 *  labels are no text. A query. */
CX_API const char *cx_session_label(const cx_session *s, int64_t i);
CX_END_DECLS
#endif
