/* For tests: the sources of kernels of single programs, and the device headers that they include,
 * so that the real compiler can be asked what it says of them. */
#include "cudasim_int.h"
#include "fused/compiled.cuh"
#include "jit/headers.h"

/* The text that the call would ask for; false where the program cannot be run. */
CUDASIM_EXPORT bool cudasim_formula_text(const cx_fused_call *c, const char *name, char *text,
                                         size_t size)
{
    fused_plan p;
    if (fused_plan_make(c, &p) != CX_OK || p.walk.total == 0) return false;
    const fused_layout l = fused_layout_of(p, cuda_piece_of(p.walk));
    return fused_text(p, l, name, text, size);
}
/* Header number i; false past the last. */
CUDASIM_EXPORT bool cudasim_device_header(int i, const char **name, const char **text)
{
    if (i >= cuda_headers_count) return false;
    *name = cuda_headers[i].name;
    *text = cuda_headers[i].text;
    return true;
}
