/* device: each
 * Every allocation of Fourier transforms with and without plans and of cosine, sine, chirp and
 * Hankel transforms failing in turn, once and from then on. A
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

SCENARIO(fourier, {
    for (int i = 0; i < 3; i++) { /* alone, long, by a convolution */
        const int64_t n = (int64_t[]){5, 256, 67}[i];
        fault_add(cx_fft_fft(grid(CX_C128), 1, CX_OPTS(cx_fft_opts, .n = CX_SET(n))));
        fault_add(cx_fft_irfft(cx_fft_rfft(grid(CX_F32), 1, CX_OPTS(cx_fft_opts, .n = CX_SET(n))),
                               1, NULL));
    }
    fault_add(cx_fft_hfftn(grid(CX_C64), NULL));
    fault_add(cx_fft_ihfft2(grid(CX_I32), NULL));
    cx_check(cx_fft_clear_plans(test_device())); /* so that each run makes them */
})

SCENARIO(planned, {
    static const int axes[] = {0, 1};
    cx_fft_plan *const p = cx_fft_plan_new(CX_FFT_R2C, CX_SHAPE(4, 5), CX_F64, test_device(),
                                           CX_OPTS(cx_fft_plan_opts, .count = 2, .axes = axes));
    cx_fft_plan *const q = cx_fft_plan_new(CX_FFT_C2C, CX_SHAPE(1, 201), CX_C64, test_device(),
                                           CX_OPTS(cx_fft_plan_opts, .inverse = true));
    fault_add(cx_fft_plan_run(p, grid(CX_F64)));
    cx_array *const x = cx_ones(CX_SHAPE(1, 201), CX_C64, test_device());
    cx_array *const y = cx_empty_like(x, CX_DTYPE_NONE);
    cx_check(cx_fft_plan_run_into(q, x, y));
    fault_add(y);
})

SCENARIO(hankel, {
    fault_add(cx_fft_fht(grid(CX_F32), 0.3, 1, CX_OPTS(cx_fht_opts, .bias = 0.2)));
    fault_add(cx_fft_ifht(grid(CX_F64), 0.3, 1, NULL));
})
