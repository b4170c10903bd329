/* device: each
 * Every allocation of cosine, sine and chirp transforms failing in turn, once and from then on. A
 * run that reports success must have made the same numbers as the first one. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_transforms, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_transforms, name, __VA_ARGS__)

static cx_array *grid(cx_dtype t)
{
    double v[20];
    for (int i = 0; i < 20; i++) v[i] = (i * 7 + 3) % 11 - 4.5;
    return cx_astype(test_copy_host(v, CX_SHAPE(4, 5), CX_F64), t);
}

SCENARIO(cosine, {
    for (int type = 1; type <= 4; type++)
        for (int axis = type == 4 ? 0 : 1; axis < 2; axis++) /* even and odd */
            fault_add(cx_fft_dct(grid(CX_F64), axis,
                                 CX_OPTS(cx_dct_opts, .type = type, .norm = CX_FFT_ORTHO)));
    fault_add(cx_fft_idct(grid(CX_C64), 0, NULL));
})

SCENARIO(sine, {
    for (int type = 1; type <= 4; type++)
        for (int axis = type == 4 ? 0 : 1; axis < 2; axis++) /* even and odd */
            fault_add(cx_fft_dst(grid(CX_I32), axis,
                                 CX_OPTS(cx_dct_opts, .type = type, .norm = CX_FFT_ORTHO)));
    fault_add(cx_fft_idstn(grid(CX_C128),
                           CX_OPTS(cx_dctn_opts, .count = 2, .s = (const int64_t[]){3, 7})));
})

SCENARIO(chirp, {
    fault_add(cx_signal_czt(grid(CX_F32), 0, CX_OPTS(cx_czt_opts, .m = CX_SET(3))));
    fault_add(cx_signal_zoom_fft(grid(CX_C128), 0.1, 0.3, 1, NULL));
    fault_add(cx_signal_czt_points(5, CX_OPTS(cx_czt_opts, .a = {0.5, 0.5}), test_device()));
})
