/* Discrete cosine and sine transforms (scipy.fft), and lengths that transform fast.
 *
 * Types 1 to 4, unnormalised: factors of 2 before the sums as SciPy writes them. float16, bfloat16
 * and float32 are transformed in float32, complex64 in complex64, other complex in complex128 (real
 * and imaginary parts apart), everything else in float64. O(n log n) for every length.
 * Shared errors: SHAPE nothing to transform (a length of 0); INDEX an axis; ARGUMENT a length below
 * 1, a cosine transform of type 1 of 1 element, type, norm; DTYPE CX_CAT; NOMEM. New arrays are in
 * C order.
 * Device      any with Fourier transforms.   Syncs: no.
 * Accuracy    |error| <= 8 eps log2(2n) |result| in the 2-norm. */
#ifndef CALX_FFT_REAL_H
#define CALX_FFT_REAL_H
#include <calx/fft.h>

/** Are the end terms divided or multiplied by sqrt(2), so that the ortho transform is an orthogonal
 * matrix: with CX_FFT_ORTHO only, always, never. */
typedef enum cx_fft_ends {
    CX_FFT_ENDS_BY_NORM,
    CX_FFT_ENDS_ORTHOGONAL,
    CX_FFT_ENDS_PLAIN
} cx_fft_ends;
/** type: 1 to 4, 0 for 2. n: length of the transform along the axis; the input is cut or followed
 * by zeros. Not set: the axis's own. */
typedef struct cx_dct_opts {
    size_t struct_size;
    int type;
    cx_maybe_i64 n;
    cx_fft_norm norm;
    cx_fft_ends orthogonalize;
} cx_dct_opts;
/** Several axes, as cx_fftn_opts; an axis is given once. */
typedef struct cx_dctn_opts {
    size_t struct_size;
    int type;
    int count;
    const int *axes;
    const int64_t *s;
    cx_fft_norm norm;
    cx_fft_ends orthogonalize;
} cx_dctn_opts;

CX_BEGIN
/** Cosine and sine transform along one axis, and back: a's shape with n along it.
 *  @param a    any dtype. */
CX_API cx_array *cx_fft_dct(const cx_array *a, int axis, const cx_dct_opts *o);
CX_API cx_array *cx_fft_idct(const cx_array *a, int axis, const cx_dct_opts *o);
CX_API cx_array *cx_fft_dst(const cx_array *a, int axis, const cx_dct_opts *o);
CX_API cx_array *cx_fft_idst(const cx_array *a, int axis, const cx_dct_opts *o);
/** The same along several axes; 0 axes: a copy of the result's dtype. */
CX_API cx_array *cx_fft_dctn(const cx_array *a, const cx_dctn_opts *o);
CX_API cx_array *cx_fft_idctn(const cx_array *a, const cx_dctn_opts *o);
CX_API cx_array *cx_fft_dstn(const cx_array *a, const cx_dctn_opts *o);
CX_API cx_array *cx_fft_idstn(const cx_array *a, const cx_dctn_opts *o);

/** The least n >= target whose prime factors are at most 11, for real transforms at most 5.
 *  @return     0 and a mark on failure.
 *  Errors      ARGUMENT target is negative, or there is none in int64. */
CX_API int64_t cx_fft_next_fast_len(int64_t target, bool real);
/** The greatest such n <= target; 0 of 0. */
CX_API int64_t cx_fft_prev_fast_len(int64_t target, bool real);
CX_END_DECLS
#endif
