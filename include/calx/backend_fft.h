/* Optional group of a backend: discrete Fourier transforms.
 *
 * One call transforms the last ndim dimensions (1 to 3) of its views; the leading ones are the
 * batch and equal in both. The sums are multiplied by scale and by nothing else. Views have any
 * strides; in is not modified and does not overlap out. An extent of 0 in the batch is no work;
 * transformed extents are at least 1. */
#ifndef CALX_BACKEND_FFT_H
#define CALX_BACKEND_FFT_H
#include <calx/backend.h>

/** What a backend keeps for transforms of one kind and size. */
typedef struct cx_fft_held cx_fft_held;

typedef struct cx_fft_call {
    const cx_view *in, *out;
    int ndim;     /* transformed dimensions */
    bool inverse; /* exponent +2 pi i / n; else -2 pi i / n */
    double scale;
    const cx_fft_held
        *held; /* of hold for such a call; NULL: the backend looks for it, or makes it */
} cx_fft_call;

struct cx_fft_ops {
    size_t struct_size;
    /** required. c64 to c64 or c128 to c128, the same shape. */
    cx_status (*c2c)(cx_queue *q, const cx_fft_call *c);
    /** required. f32 to c64 or f64 to c128: out's last extent is n / 2 + 1 of in's n, the half that
     * is not the conjugate of the other one. Forward only. */
    cx_status (*r2c)(cx_queue *q, const cx_fft_call *c);
    /** required. Back from such a half: in's last extent is n / 2 + 1 of out's n. The imaginary
     * parts of its first and, for even n, last element along that dimension count as 0 (1-d).
     * Inverse only. */
    cx_status (*c2r)(cx_queue *q, const cx_fft_call *c);
    /** optional. Forget the plans that are kept for lengths used before. */
    void (*clear)(void);
    /** optional, with release. Make what calls of these dtypes and extents need, or take it from
     * what is kept, and keep it until release, through every clear. Strides are those of most
     * calls to come, the batch is one dimension. Direction, scale and data are not looked at. Calls
     * with it may come from several threads at once. */
    cx_status (*hold)(cx_queue *q, const cx_fft_call *c, cx_fft_held **out);
    void (*release)(cx_fft_held *h);
};
#endif
