/* Discrete Fourier transforms (numpy.fft).
 *
 * Forward sums have the exponent -2 pi i j k / n. float16, bfloat16 and float32 are transformed in
 * single precision (complex64), everything else in double; results to reals have the input's
 * precision (float16 for float16). Any length; lengths with prime factors up to 61 are fastest.
 * Shared errors: SHAPE nothing to transform (a length of 0); INDEX an axis; ARGUMENT a length below
 * 1, lists of different lengths; DTYPE CX_CAT; NOMEM. New arrays are in C order.
 * Device      cpu: own kernels, threads; cuda: cuFFT.   Syncs: no.
 * Accuracy    |error| <= 8 eps log2(n) |x| in the 2-norm. */
#ifndef CALX_FFT_H
#define CALX_FFT_H
#include <calx/array.h>

/** Which way is divided by the number of elements: back (NumPy's default), each by its square root,
 * forth. */
typedef enum cx_fft_norm { CX_FFT_BACKWARD, CX_FFT_ORTHO, CX_FFT_FORWARD } cx_fft_norm;
/** n: length of the transform along the axis; the input is cut or followed by zeros. Not set: the
 * axis's own (irfft, hfft: 2 (m - 1) of m). */
typedef struct cx_fft_opts {
    size_t struct_size;
    cx_maybe_i64 n;
    cx_fft_norm norm;
} cx_fft_opts;
/** Several axes: count of axes and of s where they are given. Without axes the last `count`, or all
 * (fft2 and its kin: the last two); without s each axis's own length; an s of -1 too. */
typedef struct cx_fftn_opts {
    size_t struct_size;
    int count;
    const int *axes;
    const int64_t *s;
    cx_fft_norm norm;
} cx_fftn_opts;

CX_BEGIN
/** Transform along one axis, and back: complex of a's shape with n along it.
 *  @param a    any dtype; real inputs count as complex.
 *  @param out  exactly that shape, same_kind cast; apart from a. */
CX_API cx_array *cx_fft_fft(const cx_array *a, int axis, const cx_fft_opts *o);
CX_API CX_MUST cx_status cx_fft_fft_into(const cx_array *a, int axis, const cx_fft_opts *o,
                                         cx_array *out);
CX_API cx_array *cx_fft_ifft(const cx_array *a, int axis, const cx_fft_opts *o);
CX_API CX_MUST cx_status cx_fft_ifft_into(const cx_array *a, int axis, const cx_fft_opts *o,
                                          cx_array *out);
/** Of real input the n / 2 + 1 first elements: the others are their conjugates; and back to n
 * reals. rfft errors DTYPE complex input. irfft counts the imaginary parts of the first and, for
 * even n, the last element as 0. */
CX_API cx_array *cx_fft_rfft(const cx_array *a, int axis, const cx_fft_opts *o);
CX_API CX_MUST cx_status cx_fft_rfft_into(const cx_array *a, int axis, const cx_fft_opts *o,
                                          cx_array *out);
CX_API cx_array *cx_fft_irfft(const cx_array *a, int axis, const cx_fft_opts *o);
CX_API CX_MUST cx_status cx_fft_irfft_into(const cx_array *a, int axis, const cx_fft_opts *o,
                                           cx_array *out);
/** The spectrum (real, n elements) of a sequence whose other half is its conjugate, and back. */
CX_API cx_array *cx_fft_hfft(const cx_array *a, int axis, const cx_fft_opts *o);
CX_API cx_array *cx_fft_ihfft(const cx_array *a, int axis, const cx_fft_opts *o);

/** Transforms along several axes; the real ones halve the last axis given. An axis may be given
 * twice (not by the real ones): it is transformed twice. 0 axes: a complex copy. */
CX_API cx_array *cx_fft_fftn(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_ifftn(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_rfftn(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_irfftn(const cx_array *a, const cx_fftn_opts *o);
/** The same with the last two axes where none are given. */
CX_API cx_array *cx_fft_fft2(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_ifft2(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_rfft2(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_irfft2(const cx_array *a, const cx_fftn_opts *o);
/** hfft and ihfft along several axes: the last one as those, the others as fft and ifft. */
CX_API cx_array *cx_fft_hfftn(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_ihfftn(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_hfft2(const cx_array *a, const cx_fftn_opts *o);
CX_API cx_array *cx_fft_ihfft2(const cx_array *a, const cx_fftn_opts *o);

/** Frequencies of the n elements of fft, and of the n / 2 + 1 of rfft, in cycles per unit of the
 *  sample spacing d: float64. Errors ARGUMENT n below 1, d 0 or NaN. */
CX_API cx_array *cx_fft_fftfreq(int64_t n, double d, cx_device device);
CX_API cx_array *cx_fft_rfftfreq(int64_t n, double d, cx_device device);
/** Frequency 0 to the middle of each of the axes (count 0: all axes), and back. */
CX_API cx_array *cx_fft_fftshift(const cx_array *a, int count, const int *axes);
CX_API cx_array *cx_fft_ifftshift(const cx_array *a, int count, const int *axes);
/** Forget the plans kept for lengths that were used (tables; at most 256 MiB on the CPU).
 *  Errors      UNAVAILABLE; UNSUPPORTED the device has no transforms. */
CX_API CX_MUST cx_status cx_fft_clear_plans(cx_device device);
CX_END_DECLS
#endif
