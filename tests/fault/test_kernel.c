/* device: each
 * Every allocation of making, compiling and running kernels from source failing in turn, once and
 * from then on. A run that reports success must have made the same numbers as the first one. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

TestSuite(fault_kernel, .init = fault_install, .timeout = 240);

static const char cuda[] =
    "extern \"C\" __global__ void scale(const double *x, double *y, double a, long long n)\n"
    "{\n"
    "    long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;\n"
    "    if (i < n) y[i] = a * x[i];\n"
    "}\n";
static void scale(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)ctx;
    const double *const x = arg[0], a = *(const double *)arg[2];
    double *const y = arg[1];
    for (int64_t i = begin; i < end; i++) y[i] = a * x[i];
}

FAULT_SCENARIO(fault_kernel, kernels, {
    double v[20];
    for (int i = 0; i < 20; i++) v[i] = i - 3;
    const cx_array *const x = test_copy_host(v, CX_SHAPE(20), CX_F64);
    cx_array *const y = cx_zeros(CX_SHAPE(20), CX_F64, test_device());
    cx_kernel *const k =
        cx_kernel_new(cuda, "scale", "const float64 *x, float64 *y, float64 a, int64 n");
    if (cx_kernel_status(k) == CX_OK && cx_check(cx_kernel_set_cpu(k, scale, NULL)) == CX_OK &&
        cx_check(cx_kernel_run(k, (cx_launch){.n = 20}, CX_ARRAYS(x, cx_float(1.5), cx_int(20)),
                               CX_OUTS(y))) == CX_OK)
        fault_add(y);
})
