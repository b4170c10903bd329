/* Reductions and scans. cx_sum(x, CX_ALL)  cx_sum(x, CX_AXIS(0))  cx_std(x, CX_AXIS(-1, .ddof = 1,
 * .keepdims = true))  cx_max(x, CX_AXES(0, 2))
 *
 * Every row of reduce_ops.def has the faces cx_<name>(a, how) and cx_<name>_into(a, how, out).
 * argmin and argmax take one axis or all (index into the flattened array in C order). Every row of
 * scan_ops.def has cx_<name>(a, axis) and cx_<name>_into(a, axis, out). */
#ifndef CALX_REDUCE_H
#define CALX_REDUCE_H
#include <calx/array.h>

/** Options by value, so that 0 is no axis and NULL no default. Zero-initialised: all axes. */
typedef struct cx_reduce {
    int axis_count; /* 0: all axes; 1: .axis; n: .axes[0..n) */
    int axis;       /* negative counts from the end */
    const int *axes;
    bool keepdims;
    bool no_axes;            /* reduce over no axis at all: NumPy's axis=() */
    cx_dtype dtype;          /* of accumulator and result; CX_DTYPE_NONE: the row's rule */
    double ddof;             /* var, std: divisor n - ddof */
    const cx_array *where;   /* bool, broadcast to a: elements that count */
    const cx_array *initial; /* 0-d or weak: start value of sum, prod, min, max */
} cx_reduce;

#ifndef __cplusplus
#define CX_ALL ((cx_reduce){0})
#define CX_AXIS(...) ((cx_reduce){.axis_count = 1, .axis = __VA_ARGS__})
#define CX_AXES(...)                                        \
    ((cx_reduce){.axis_count = CX__COUNT(int, __VA_ARGS__), \
                 .axes = (const int[]){0, __VA_ARGS__} + 1})
#endif

typedef enum cx_reduce_op {
    CX_RED_NONE = 0,
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) CX_RED_##NAME = (code),
#include <calx/reduce_ops.def>
#undef CX_REDUCE
} cx_reduce_op;
typedef enum cx_scan_op {
    CX_SCAN_NONE = 0,
#define CX_SCAN(NAME, name, code, domain, result, doc) CX_SCAN_##NAME = (code),
#include <calx/scan_ops.def>
#undef CX_SCAN
} cx_scan_op;

CX_BEGIN
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) \
    CX_API cx_array *cx_##name(const cx_array *a, cx_reduce how);  \
    CX_API CX_MUST cx_status cx_##name##_into(const cx_array *a, cx_reduce how, cx_array *out);
#include <calx/reduce_ops.def>
#undef CX_REDUCE
#define CX_SCAN(NAME, name, code, domain, result, doc)       \
    CX_API cx_array *cx_##name(const cx_array *a, int axis); \
    CX_API CX_MUST cx_status cx_##name##_into(const cx_array *a, int axis, cx_array *out);
#include <calx/scan_ops.def>
#undef CX_SCAN
/** numpy.nancumsum and numpy.nancumprod: NaN counts as 0 and as 1. */
CX_API cx_array *cx_nancumsum(const cx_array *a, int axis);
CX_API cx_array *cx_nancumprod(const cx_array *a, int axis);
/** numpy.cumulative_sum and numpy.cumulative_prod: as cumsum and cumprod; a 0-d array counts as one
 * element.
 *  Errors      ARGUMENT several dimensions and no axis; INDEX; DTYPE. */
typedef struct cx_cumulative_opts {
    size_t struct_size;
    cx_maybe_i64 axis;    /* of 1-d arrays 0 */
    cx_dtype dtype;       /* CX_DTYPE_NONE: as cumsum has it */
    bool include_initial; /* 0 or 1 first: one more along the axis */
} cx_cumulative_opts;
CX_API cx_array *cx_cumulative_sum(const cx_array *a, const cx_cumulative_opts *o);
CX_API cx_array *cx_cumulative_prod(const cx_array *a, const cx_cumulative_opts *o);
/** numpy.ptp: max - min. */
CX_API cx_array *cx_ptp(const cx_array *a, cx_reduce how);
/** numpy.median and numpy.quantile (linear interpolation; other methods, weights, percentiles:
 * calx/statistics.h). Quantiles of nothing are an error (INDEX), its median is NaN. */
CX_API cx_array *cx_median(const cx_array *a, cx_reduce how);
CX_API cx_array *cx_quantile(const cx_array *a, const cx_array *q, cx_reduce how);
/** numpy.average with weights (NULL: mean) of a's shape, or of the extents of the named axes. */
CX_API cx_array *cx_average(const cx_array *a, const cx_array *weights, cx_reduce how);
CX_END_DECLS
#endif
