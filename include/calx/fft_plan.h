/* Fourier transforms planned beforehand: for programs that repeat one transform and want its tables
 * made, and kept, at a time of their choosing. fft.h makes plans by itself and keeps those used
 * last; a plan of the caller's stays until it is released, however many others there are.
 *
 *     cx_fft_plan *p = cx_fft_plan_new(CX_FFT_R2C, CX_SHAPE(64, 1024), CX_F32, CX_CPU, NULL);
 *     for (...) cx_check(cx_fft_plan_run_into(p, frames, spectra));
 *
 * A plan is constant: any number of threads may run one at the same time. */
#ifndef CALX_FFT_PLAN_H
#define CALX_FFT_PLAN_H
#include <calx/fft.h>

/** Complex to complex; real to the first half of its spectrum; such a half back to reals. */
typedef enum cx_fft_kind { CX_FFT_C2C, CX_FFT_R2C, CX_FFT_C2R } cx_fft_kind;
/** inverse: of CX_FFT_C2C; the others go one way. Up to three axes: count of them; without axes the
 * last `count`, 0: the last one. The real kinds halve the last axis given. */
typedef struct cx_fft_plan_opts {
    size_t struct_size;
    bool inverse;
    cx_fft_norm norm;
    int count;
    const int *axes;
} cx_fft_plan_opts;

CX_BEGIN
/** A plan.
 *
 *  @param shape  of the arrays, batch and all; of the real side for the real kinds.
 *  @param t      dtype of what goes in: CX_C64 or CX_C128, for CX_FFT_R2C CX_F32 or CX_F64.
 *  @return       New plan; nil on error.
 *  Errors        ARGUMENT kind, norm, inverse, more than three axes, one given twice; INDEX an
 *                axis; SHAPE an extent below 0, nothing to transform along an axis; DTYPE; NOMEM;
 *                UNSUPPORTED the device has no transforms, or a graph is captured on it. */
CX_API cx_fft_plan *cx_fft_plan_new(cx_fft_kind kind, cx_shape shape, cx_dtype t, cx_device d,
                                    const cx_fft_plan_opts *o);
CX_API cx_fft_plan *cx_fft_plan_retain(const cx_fft_plan *h);
CX_API void cx_fft_plan_release(cx_fft_plan *h);
CX_API cx_status cx_fft_plan_status(const cx_fft_plan *h);
/** Run it. Nothing is allocated but the result and work memory of the device's pool, which a second
 * run finds there.
 *
 *  @param a    of the plan's shape and dtype, on its device, any strides; not modified.
 *  @param out  of the transform's shape and dtype; in C order, or the result is copied; apart from
 * a. Errors      SHAPE, DTYPE, DEVICE another one than planned; OVERLAP; READONLY; NOMEM. Device
 * that of the plan, on the open scope's stream.   Syncs: no. */
CX_API cx_array *cx_fft_plan_run(const cx_fft_plan *p, const cx_array *a);
CX_API CX_MUST cx_status cx_fft_plan_run_into(const cx_fft_plan *p, const cx_array *a,
                                              cx_array *out);
CX_END_DECLS
#endif
