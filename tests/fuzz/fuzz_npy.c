/* Any bytes as a .npy file: an array that can be read to its end and saved, or a clean error. */
#include "base/alloc.h"
#include "base/object.h"
#include "io/format.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const cx_scope s = cx_scope_open();
    char *const file = cx__alloc(size);
    if (file == NULL) abort();
    memcpy(file, data, size);
    cx_array *a = NULL;
    if (cx__npy_decode("load", file, size, &a) == CX_OK) {
        cx__text head = {0};
        const void *bytes;
        size_t n;
        if (cx__npy_encode("save", "a", a, 0, &head, &bytes, &n) == CX_OK && n > 0) {
            volatile unsigned char sum = 0;
            for (size_t i = 0; i < n; i++)
                sum = (unsigned char)(sum + ((const unsigned char *)bytes)[i]);
        }
        cx__text_free(&head);
    }
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
