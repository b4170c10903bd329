/* Masked arrays (numpy.ma): data, and a bool mask of its shape that is true where an element does
 * not count.
 *
 *     const cx_masked x = cx_ma_masked_equal(cx_ma(a), cx_int(-999));
 *     const cx_masked mean = cx_ma_mean(x, CX_AXIS(0));            what is missing takes no part
 *     cx_array *whole = cx_ma_filled(mean, cx_float(0));
 *
 * A masked array is three handles by value; cx_ma(a) is the array a with nothing masked. Handles in
 * results belong to the open scope like any other; on failure data is nil and the rest NULL. What a
 * mask hides is computed on as well, and then hidden: its value means nothing. Masks of inputs are
 * checked by every function: bool (DTYPE), of data's shape (SHAPE), beside data (DEVICE). */
#ifndef CALX_MA_H
#define CALX_MA_H
#include <calx/ops.h>
#include <calx/reduce.h>

typedef struct cx_masked {
    const cx_array *data;
    const cx_array *mask;       /* NULL: nothing is masked (numpy.ma.nomask) */
    const cx_array *fill_value; /* one number; NULL: the default of data's dtype */
} cx_masked;
#ifndef __cplusplus
#define cx_ma(a) ((cx_masked){.data = (a)})
#endif

CX_BEGIN
/** numpy.ma.array, numpy.ma.masked_array: data seen through a mask, both shared. mask: NULL, or of
 * data's size, or one element for all; converted to bool. fill_value: NULL or one number.
 *  Errors      SHAPE; DEVICE. */
CX_API cx_masked cx_ma_array(const cx_array *data, const cx_array *mask,
                             const cx_array *fill_value);
/** numpy.ma.masked_where: a copy of a, masked also where condition is nonzero (of a's shape, or one
 * number). The others are masked_where(a op value): masked_equal, whose result has value as its
 * fill value, masked_not_equal, masked_less and so on; masked_inside and masked_outside of the
 * closed interval between v1 and v2, in either order; masked_invalid: NaN and infinities.
 *  Errors      SHAPE; DEVICE; DTYPE. */
CX_API cx_masked cx_ma_masked_where(const cx_array *condition, cx_masked a);
CX_API cx_masked cx_ma_masked_equal(cx_masked a, const cx_array *value);
CX_API cx_masked cx_ma_masked_not_equal(cx_masked a, const cx_array *value);
CX_API cx_masked cx_ma_masked_less(cx_masked a, const cx_array *value);
CX_API cx_masked cx_ma_masked_less_equal(cx_masked a, const cx_array *value);
CX_API cx_masked cx_ma_masked_greater(cx_masked a, const cx_array *value);
CX_API cx_masked cx_ma_masked_greater_equal(cx_masked a, const cx_array *value);
CX_API cx_masked cx_ma_masked_inside(cx_masked a, const cx_array *v1, const cx_array *v2);
CX_API cx_masked cx_ma_masked_outside(cx_masked a, const cx_array *v1, const cx_array *v2);
CX_API cx_masked cx_ma_masked_invalid(cx_masked a);

/** numpy.ma.getmask (of nothing masked: a 0-d false), numpy.ma.getmaskarray (of data's shape
 * always), both read-only views of a's mask if it has one; numpy.ma.is_masked (false and a mark on
 * failure; Syncs). */
CX_API cx_array *cx_ma_getmask(cx_masked a);
CX_API cx_array *cx_ma_getmaskarray(cx_masked a);
CX_API bool cx_ma_is_masked(cx_masked a);
/** numpy.ma.default_fill_value of a dtype as a 0-d array of it: true, 999999 (wrapped), 1e20,
 * 1e20 + 0j. cx_ma_fill_value: a's own, or that. Another one: a.fill_value = v.
 *  Errors      DTYPE categories. */
CX_API cx_array *cx_ma_default_fill_value(cx_dtype t, cx_device d);
CX_API cx_array *cx_ma_fill_value(cx_masked a);
/** numpy.ma.filled: data with fill_value (NULL: a's) where it is masked, in data's dtype; with no
 * mask data itself, as a view. numpy.ma.compressed: what is not masked, 1-d (Syncs). */
CX_API cx_array *cx_ma_filled(cx_masked a, const cx_array *fill_value);
CX_API cx_array *cx_ma_compressed(cx_masked a);
/** numpy.ma.count: how many elements are not masked, int64. */
CX_API cx_array *cx_ma_count(cx_masked a, cx_reduce how);

/** Elementwise operations of numpy.ma: op is a row of unary_ops.def or binary_ops.def (CX_BI_ADD).
 * Masked where an operand is, and where NumPy says that the operation is undefined: division and
 * remainders by (almost) zero, sqrt, log, tan, arcsin and kin outside their domain, and what is not
 * finite after one of these or after power. The second operand (or the first) may be a stack
 * scalar: cx_ma(cx_int(2)).
 *  Errors      as the operation; ARGUMENT no such row. */
CX_API cx_masked cx_ma_unary(cx_map_op op, cx_masked a);
CX_API cx_masked cx_ma_binary(cx_map_op op, cx_masked a, cx_masked b);

/** Reductions over what is not masked (numpy.ma.sum and kin); masked where nothing is left, var and
 * std also where ddof leaves nothing. how takes axes, keepdims, dtype and ddof. dtypes are NumPy's:
 * mean, var and std of a masked float32 are float64, mean of float16 stays.
 *  Errors      as the reduction; ARGUMENT where or initial. */
CX_API cx_masked cx_ma_sum(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_prod(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_min(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_max(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_ptp(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_mean(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_var(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_std(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_any(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_all(cx_masked a, cx_reduce how);
/** numpy.ma.median: NaN where one is not masked. numpy.ma.average with weights (NULL: the mean) of
 * a's shape, or of the shape of the axes; masked also where the weights of an axis sum to zero.
 *  Errors      as above; SHAPE weights; DEVICE. */
CX_API cx_masked cx_ma_median(cx_masked a, cx_reduce how);
CX_API cx_masked cx_ma_average(cx_masked a, const cx_array *weights, cx_reduce how);
CX_END_DECLS
#endif
