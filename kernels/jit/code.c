/* The group of kernels from source: users' kernels over what jit.c keeps. Their launches are in
 * launch.c. */
#include "jit/code.h"

static cx_status make(cx_dev *dev, const char *where, const cx_kernel_source *s, cx_code **out)
{
    const cuda_source source = {
        .text = s->text, .name = s->name, .label = s->label, .contract = true};
    return cuda_jit_code(dev, where, &source, out);
}

const cx_kernel_ops cuda_kernel_ops = {.struct_size = sizeof cuda_kernel_ops,
                                       .make = make,
                                       .free = cuda_jit_give,
                                       .launch = cuda_kernel_launch,
                                       .settle = cuda_jit_settle,
                                       .clear = cuda_jit_clear};
