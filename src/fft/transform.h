/* Transforms between the public calls and the backends' slots: what is asked for, and one call. */
#ifndef CX_FFT_TRANSFORM_H
#define CX_FFT_TRANSFORM_H
#include "core/array.h"
#include "core/device.h"
#include <calx/backend_fft.h>
#include <calx/fft.h>

enum { CX__FFT_AXES = 3 /* of one call */ };
typedef enum cx__fft_form { CX__FFT_COMPLEX, CX__FFT_TO_HALF, CX__FFT_FROM_HALF } cx__fft_form;

/** length: of the transform along each axis, whole sequences. */
typedef struct cx__fft_job {
    const char *where;
    cx__fft_form form;
    bool inverse;
    cx_fft_norm norm;
    int count;
    int axis[CX_MAX_NDIM];
    int64_t length[CX_MAX_NDIM];
} cx__fft_job;

cx_status cx__fft_check_norm(const cx__fft_job *j);
double cx__fft_scale(const cx__fft_job *j);
/** Elements along axis i of what goes in (side 0) and comes out (1): the last one may be halved. */
int64_t cx__fft_extent(const cx__fft_job *j, int i, int side);
/** One call of a slot on axes first..first + count of the job's; of the right shapes and dtypes. */
cx_status cx__fft_call(const cx__fft_job *j, cx__fft_form f, int first, int count, double scale,
                       const cx_array *in, cx_array *out, const cx_fft_held *held);
#endif
