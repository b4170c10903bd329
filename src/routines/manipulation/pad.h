/* The two halves of numpy.pad: what the caller asks for (pad.c), and filling one axis (pad_fill.c).
 */
#ifndef CX_ROUTINES_MANIPULATION_PAD_H
#define CX_ROUTINES_MANIPULATION_PAD_H
#include "routines/manipulation/parts.h"

typedef enum cx__pad_mode {
    CX__PAD_CONSTANT,
    CX__PAD_EDGE,
    CX__PAD_RAMP,
    CX__PAD_MAXIMUM,
    CX__PAD_MEAN,
    CX__PAD_MEDIAN,
    CX__PAD_MINIMUM,
    CX__PAD_REFLECT,
    CX__PAD_SYMMETRIC,
    CX__PAD_WRAP,
    CX__PAD_EMPTY,
    CX__PAD_COUNT
} cx__pad_mode;

/** One axis of a result whose middle is filled. */
typedef struct cx__pad_axis {
    cx__pad_mode mode;
    cx_reflection reflection;
    int axis;
    int64_t before, after;   /* widths */
    int64_t length;          /* of the original axis */
    int64_t stat[2];         /* entries a statistic sees at each end, at most length */
    const cx_array *ends[2]; /* constant or end value of each side: 0-d */
} cx__pad_axis;

/** Fill both ends of x along the axis; marks the scope on failure. */
void cx__pad_fill(const cx_array *x, const cx__pad_axis *p);
#endif
