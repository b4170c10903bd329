/* Sorting values together with their rows in the very order of scikit-learn, ties too. */
#include "trees/grow.h"
#include <math.h>

#define JOIN_(a, b) a##_##b
#define JOIN2(a, b) JOIN_(a, b)
#define JOIN(name) JOIN2(name, T)
#define T float
#include "trees/introsort.inc"
#undef T
#define T double
#include "trees/introsort.inc"
#undef T

static int64_t depth_for(int64_t n)
{
    return 2 * (int64_t)log2((double)n);
}

void host_introsort_f32(float *v, int32_t *row, int64_t n)
{
    if (n > 0) quick_sort_float(v, row, n, depth_for(n));
}

void host_introsort_f64(double *v, int32_t *row, int64_t n)
{
    if (n > 0) quick_sort_double(v, row, n, depth_for(n));
}
