/* Straightforward scalar meaning of the elementwise operations, for one element: what the
 * conformance tests compare with. */
#ifndef TEST_REFERENCE_H
#define TEST_REFERENCE_H
#include <calx.h>

typedef enum verdict { SAME, DIFFERENT, NOT_COVERED } verdict;

/** Is *got (of dtype result) a right answer of the operation for x, y (both of dtype t)? ulp: the
 * row's bound. */
verdict test_check(int code, cx_dtype t, const void *x, const void *y, cx_dtype result,
                   const void *got, double ulp);
/** The element as text, for messages. */
const char *test_text(cx_dtype t, const void *p, char buf[80]);
#endif
