/* Any bytes as a safetensors file: named arrays that can be read to their ends, or a clean error.
 */
#include "base/object.h"
#include "io/format.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const cx_scope s = cx_scope_open();
    char *const file = malloc(size + 1);
    if (file == NULL) abort();
    if (size > 0) memcpy(file, data, size);
    cx_tensors *t = NULL;
    if (cx__safetensors_decode("safetensors_load", file, size, &t) == CX_OK) {
        for (int i = 0; i < cx_tensors_count(t); i++) {
            const cx_array *const a = cx_tensors_at(t, i);
            if (cx_status_of(a) != CX_OK) abort();
            const void *bytes;
            size_t n;
            if (cx__io_bytes("fuzz", "a", a, &bytes, &n) != CX_OK) abort();
            for (int64_t k = 0; cx_dtype_of(a) == CX_CAT && k < cx_size(a); k++)
                if (cx_label(a, k) == NULL) abort();
        }
        cx_tensors_release(t);
    }
    free(file);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
