/* Counting in bins of equal width, for each ISA level. The one idea: places of a block are computed
 * in vectors, and only a block with an element near an edge is looked at one by one. Knows nothing
 * of threads. */
#include "histogram.h"

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)

enum { HISTOGRAM_BLOCK = 256 };

#define T float
#define S f32
#define K int32_t
#include "loops/histogram.inc"
#define T double
#define S f64
#define K int64_t
#include "loops/histogram.inc"

const host_histograms CX_ISA_NAME(host_histograms) = {
    .count = {[CX_F32] = count_f32, [CX_F64] = count_f64},
};
