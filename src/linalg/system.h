/* Equations a x = b whose matrices are given in any form with n in its last dimension. */
#ifndef CX_LINALG_SYSTEM_H
#define CX_LINALG_SYSTEM_H
#include "linalg/linalg.h"

typedef struct cx__lin_system {
    cx__lin a;
    cx__right r; /* shapes of b and the batch that a and b have together */
    const cx_array *b;
    cx_array *x; /* b, then the answer: [batch..., n, cols] in columns */
} cx__lin_system;

/** Check a and b (b [n] or [..., n, k]) and choose batch and dtype. */
cx_status cx__lin_system_open(cx__lin_system *s, const char *where, const cx_array *a,
                              const cx_array *b);
/** Is there nothing to solve? */
bool cx__lin_system_empty(const cx__lin_system *s);
/** s->x becomes a copy of b, v its view for the backend. */
cx_status cx__lin_system_right(cx__lin_system *s, cx_view *v);
/** *out becomes the answer in s->x, which is released; st is passed through. */
cx_status cx__lin_system_end(cx__lin_system *s, cx_status st, cx_array **out);

/** Vectors x [..., n] and y, at most as long, as the rows of one new array [..., 2, n] of their
 * common dtype (bool and integers as f64), batches broadcast; one reference. */
cx_status cx__lin_two_rows(const char *where, const char *x_name, const cx_array *x,
                           const char *y_name, const cx_array *y, cx_array **out);
#endif
