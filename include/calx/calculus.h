/* Calculus on samples: differences, gradients, integrals, phases, and sliding products. */
#ifndef CALX_CALCULUS_H
#define CALX_CALCULUS_H
#include <calx/array.h>

CX_BEGIN
/** n-th differences along an axis (numpy.diff): a[i + 1] - a[i], n times; of bool whether they
 * differ. n = 0 is a as it is. prepend, append: further values in front and behind, arrays of a's
 * other extents, or numbers (0-d or weak); they take part in the promotion as int64 or float64.
 *  @return     New array, shorter by n along the axis.
 *  Errors      SHAPE a is 0-d, extents differ; INDEX; ARGUMENT n negative. */
typedef struct cx_diff_opts {
    size_t struct_size;
    const cx_array *prepend, *append;
} cx_diff_opts;
CX_API cx_array *cx_diff(const cx_array *a, int n, int axis, const cx_diff_opts *o);
/** Differences of the flattened array (numpy.ediff1d), with other values in front and behind, which
 * keep a's dtype.
 *  Errors      DTYPE bool, or values that are not cast to a's dtype by same_kind. */
typedef struct cx_ediff1d_opts {
    size_t struct_size;
    const cx_array *to_begin, *to_end;
} cx_ediff1d_opts;
CX_API cx_array *cx_ediff1d(const cx_array *a, const cx_ediff1d_opts *o);
/** Slope along one axis (numpy.gradient): central differences inside, one-sided ones of edge_order
 * 1 (0 says 1 too) or 2 at the ends. spacing: a number, or the coordinates along the axis; NULL: 1.
 *  @return     New array like f; integers are taken as float64.
 *  Errors      SHAPE fewer than edge_order + 1 samples, number of coordinates; INDEX; DTYPE bool;
 *              ARGUMENT edge_order.
 *  Syncs       coordinates: reads whether they are evenly spaced, which has a simpler formula.
 *  Source      Quarteroni, Sacco and Saleri, Numerical Mathematics, 10.10. */
typedef struct cx_gradient_opts {
    size_t struct_size;
    const cx_array *spacing;
    int edge_order;
} cx_gradient_opts;
CX_API cx_array *cx_gradient(const cx_array *f, int axis, const cx_gradient_opts *o);
/** numpy.gradient along count axes (axes NULL: all of f's, count is their number): out[i] along
 * axes[i], owned by the open scope. spacings: none, one number for all, or one entry an axis.
 *  Errors      as above; ARGUMENT count, number of spacings, an axis twice. */
CX_API CX_MUST cx_status cx_gradients_into(const cx_array *f, int count, const int *axes,
                                           cx_arrays spacings, int edge_order, cx_array **out);
/** Integral along an axis by the trapezoidal rule (numpy.trapezoid). x: the places of the samples,
 * 1-d or broadcast with y; else dx apart (not set: 1).
 *  Errors      SHAPE not broadcastable, x is 0-d; INDEX. */
typedef struct cx_trapezoid_opts {
    size_t struct_size;
    const cx_array *x;
    cx_maybe_f64 dx;
} cx_trapezoid_opts;
CX_API cx_array *cx_trapezoid(const cx_array *y, int axis, const cx_trapezoid_opts *o);
/** Add multiples of the period where neighbours differ by more than discont (numpy.unwrap), so that
 * no step is larger than half a period. period: a weak number (NULL: 2 pi); cx_int keeps integers
 * integers. discont not set, or less: half the period.
 *  Errors      SHAPE 0-d; INDEX; DTYPE complex, or the period does not fit the dtype; ARGUMENT
 *              period is no weak number. */
typedef struct cx_unwrap_opts {
    size_t struct_size;
    const cx_array *period;
    cx_maybe_f64 discont;
} cx_unwrap_opts;
CX_API cx_array *cx_unwrap(const cx_array *a, int axis, const cx_unwrap_opts *o);

/* ---- sliding products */
/** FULL: all n + m - 1 places where the two overlap; SAME: max(n, m) of them around the middle;
 * VALID: the max(n, m) - min(n, m) + 1 where they overlap completely. */
typedef enum cx_convolve_mode {
    CX_CONVOLVE_FULL,
    CX_CONVOLVE_SAME,
    CX_CONVOLVE_VALID
} cx_convolve_mode;
/** numpy.convolve (NumPy's default mode is full): out[k] = sum of a[i] v[k - i].
 *  @param a    1-d or 0-d.
 *  @param v    the same; the common dtype is the result's. Integers wrap, bool is or of ands.
 *  Errors      SHAPE more dimensions, or empty; DTYPE CX_CAT; DEVICE; ARGUMENT mode.
 *  Device      2 n m operations on either; the same bits for any number of threads, and on the GPU.
 *  Accuracy    |c - exact| <= (512 + m / 512) eps sum |a v|. */
CX_API cx_array *cx_convolve(const cx_array *a, const cx_array *v, cx_convolve_mode mode);
/** numpy.correlate (NumPy's default mode is valid): out[k] = sum of a[i + k] conj(v[i]).
 *  @param a    1-d.
 *  @param v    1-d.
 *  Errors      as cx_convolve. */
CX_API cx_array *cx_correlate(const cx_array *a, const cx_array *v, cx_convolve_mode mode);
CX_END_DECLS
#endif
