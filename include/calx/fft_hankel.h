/* Fast Hankel transforms of logarithmically spaced samples (scipy.fft: FFTLog).
 *
 * The last axis holds a(r) at r[j] = r_c exp((j - (n - 1) / 2) dln); the result is of the same
 * spacing in k, centred at k_c with log(k_c r_c) = offset. Calculated in float64; results are
 * float32 for float16, bfloat16 and float32, else float64.
 * Shared errors: INDEX a is 0-d; SHAPE nothing to transform; DTYPE complex, CX_CAT; ARGUMENT dln is
 * 0, a parameter is not finite; NOMEM.
 * Device      any with Fourier transforms.   Syncs: no.
 * Accuracy    8 eps log2(n) of the largest element, times what the bias scales by.
 * Source      Hamilton, Uncorrelated modes of the non-linear power spectrum (2000), appendix. */
#ifndef CALX_FFT_HANKEL_H
#define CALX_FFT_HANKEL_H
#include <calx/array.h>

/** offset: of the result's spacing. bias: exponent of a power law that is divided out before the
 * transform and put back after it. */
typedef struct cx_fht_opts {
    size_t struct_size;
    double offset, bias;
} cx_fht_opts;

CX_BEGIN
/** The integral of a(r) J_mu(k r) k dr, and back. A singular transform (some mu and bias) warns
 *  SINGULAR, and goes on as SciPy does: without the mean.
 *  @param a    [..., n], real.
 *  @return     New array of a's shape; nil on error. */
CX_API cx_array *cx_fft_fht(const cx_array *a, double dln, double mu, const cx_fht_opts *o);
CX_API cx_array *cx_fft_ifht(const cx_array *a, double dln, double mu, const cx_fht_opts *o);
/** The offset nearest to initial with which the transform rings least.
 *  @return     NaN and a mark on failure. */
CX_API double cx_fft_fhtoffset(double dln, double mu, double initial, double bias);
CX_END_DECLS
#endif
