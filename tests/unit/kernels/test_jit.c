/* device: simulated. Kernels compiled at run time by the backend's group: what make, launch and
 * free promise, and what is said when there is nothing to compile with. */
#include "core/array.h"
#include "core/device.h"
#include "device.h"
#include <calx/backend_kernel.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char axpy[] = "extern \"C\" __global__ void axpy(const float *x, float *y, float a,\n"
                           "                                long long n)\n"
                           "{\n"
                           "    long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;\n"
                           "    if (i < n) y[i] += a * x[i];\n"
                           "}\n";

static cx__device *gpu(void)
{
    cx__device *d;
    cr_assert(cx__device_get("test", test_device(), &d) == CX_OK, "%s", cx_error_message());
    cr_assert_not_null(d->ops->kernel);
    return d;
}

Test(jit, make_and_launch)
{
    const cx_scope s = cx_scope_open();
    cx__device *const d = gpu();
    const cx_kernel_source source = {axpy, "axpy", "axpy.cu"};
    cx_code *k = NULL;
    cr_assert(d->ops->kernel->make(d->dev, "test", &source, &k) == CX_OK, "%s", cx_error_message());
    float x[1000], y[1000];
    for (int i = 0; i < 1000; i++) {
        x[i] = (float)i;
        y[i] = 1;
    }
    cx_array *const ax = test_copy_host(x, CX_SHAPE(1000), CX_F32);
    cx_array *const ay = test_copy_host(y, CX_SHAPE(1000), CX_F32);
    cx_queue *q;
    const cx_array *const arrays[] = {ay, ax};
    cr_assert(cx__queue_for("test", d, 1, 2, arrays, &q) == CX_OK);
    void *px = ax->data, *py = ay->data;
    float a = 2;
    long long n = 1000;
    void *const arg[] = {&px, &py, &a, &n};
    const cx_kernel_call c = {{4, 1, 1}, {256, 1, 1}, 0, 4, arg};
    cr_assert(cx__queue_done(d, d->ops->kernel->launch(q, "test", k, &c)) == CX_OK, "%s",
              cx_error_message());
    const float *const got = (const float *)test_host(ay)->data;
    for (int i = 0; i < 1000; i++) cr_assert_eq(got[i], 1 + 2 * (float)i);
    d->ops->kernel->free(k);
    d->ops->kernel->clear();
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
