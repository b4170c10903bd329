/* Work of the device-wide primitives as work of a stream: counted, made to fail and ordered as a
 * launch is. */
#include "cudasim_int.h"
#include "prim.h"

namespace cudasim {
cudaError_t primitive(const char *what, cudaStream_t stream, std::initializer_list<span> ranges,
                      std::function<void()> body)
{
    const cudaError_t e = api(what);
    if (e != cudaSuccess) return e;
    const std::vector<span> held(ranges);
    for (const span &r : held)
        if (r.bytes > 0 && !range_ok(r.data, r.bytes)) {
            fprintf(stderr, "cudasim: %s: %p is no device memory of %zu bytes\n", what, r.data,
                    r.bytes);
            return fail(cudaErrorInvalidValue);
        }
    submit(stream, what, [held, body = std::move(body)] {
        body();
        for (const span &r : held)
            if (hook_alloc != nullptr && r.bytes > 0) hook_alloc(r.data, r.bytes, 1);
    });
    return cudaSuccess;
}
} // namespace cudasim
