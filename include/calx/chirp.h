/* The chirp z-transform (scipy.signal): values of a polynomial on a spiral, or of a spectrum on an
 * arc of any resolution.
 *
 * Results are complex128. O((n + m) log(n + m)).
 * Shared errors: SHAPE nothing to transform; INDEX an axis; ARGUMENT m below 1; DTYPE; NOMEM.
 * Device      any with Fourier transforms.   Syncs: no.
 * Accuracy    16 eps log2(n + m) of the largest value where w is not given; else the exponents'
 *             own: about k^2 |log w| eps for k up to n + m. */
#ifndef CALX_CHIRP_H
#define CALX_CHIRP_H
#include <calx/array.h>

/** m: number of points (not set: as many as elements). w: ratio between points (0: exp(-2 pi i /
 * m), one turn). a: the first point (0: 1). */
typedef struct cx_czt_opts {
    size_t struct_size;
    cx_maybe_i64 m;
    cx_complex128 w, a;
} cx_czt_opts;
/** fs: sampling frequency (0: 2, frequencies are in half-cycles per sample). endpoint: the last
 * point is f2. */
typedef struct cx_zoom_fft_opts {
    size_t struct_size;
    cx_maybe_i64 m;
    double fs;
    bool endpoint;
} cx_zoom_fft_opts;

CX_BEGIN
/** scipy.signal.czt: sum over j of x[j] z^-j at the m points z = a w^-k; a's shape with m along the
 * axis.
 *  @param x    any dtype. */
CX_API cx_array *cx_signal_czt(const cx_array *x, int axis, const cx_czt_opts *o);
/** scipy.signal.zoom_fft: the spectrum at m frequencies from f1 to f2 (not included).
 *  Errors      ARGUMENT one point that is the last one too. */
CX_API cx_array *cx_signal_zoom_fft(const cx_array *x, double f1, double f2, int axis,
                                    const cx_zoom_fft_opts *o);
/** scipy.signal.czt_points: the m points of cx_signal_czt; m of the options is not looked at.
 *  Errors      ARGUMENT m below 1. */
CX_API cx_array *cx_signal_czt_points(int64_t m, const cx_czt_opts *o, cx_device device);
CX_END_DECLS
#endif
