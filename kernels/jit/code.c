/* The group of kernels from source: users' kernels over what jit.c keeps. Their launches are in
 * launch.c. */
#include "jit/code.h"

static cx_status make(cx_dev *dev, const char *where, const cx_kernel_source *s, cx_code **out)
{
    char *checked = NULL;
    if (s->arg_bytes != NULL) CX_STATUS_TRY(cuda_parameters_checked(where, s, &checked));
    const cuda_source source = {.text = checked != NULL ? checked : s->text,
                                .name = s->name,
                                .label = s->label,
                                .contract = true};
    const cx_status st = cuda_jit_code(dev, where, &source, out);
    if (checked != NULL) cuda_core->free(checked);
    return st;
}

const cx_kernel_ops cuda_kernel_ops = {.struct_size = sizeof cuda_kernel_ops,
                                       .make = make,
                                       .free = cuda_jit_give,
                                       .launch = cuda_kernel_launch,
                                       .settle = cuda_jit_settle,
                                       .clear = cuda_jit_clear};
