/* Turning factors so that each has few large loadings. */
#ifndef CX_LEARN_ROTATION_H
#define CX_LEARN_ROTATION_H
#include "learn/numeric/site.h"

/** Rows [k, d] times the rotation that varimax (else quartimax) is largest with. */
cx_status cx__rotated(const cx__site *s, const cx_array *rows, bool varimax, cx_array **out);
#endif
