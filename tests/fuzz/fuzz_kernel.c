/* Any text as a signature of a kernel: it becomes a kernel that runs or refuses its arguments, or
 * an error that says where. */
#include <calx.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 32 };

static void nothing(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)ctx;
    if (arg[0] == NULL || begin > end) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const text = malloc(size + 1);
    if (text == NULL) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = cx_kernel_new(NULL, "f", text);
    if (cx_kernel_status(k) == CX_OK) {
        cx_array *const a = cx_zeros(CX_SHAPE(3), CX_F32, CX_CPU);
        const cx_array *in[MOST], *const number = cx_int(3);
        cx_array *out[MOST];
        for (int i = 0; i < MOST; i++) {
            in[i] = i % 2 == 0 ? a : number;
            out[i] = a;
        }
        if (cx_kernel_set_cpu(k, nothing, NULL) != CX_OK) abort();
        for (int i = 0; i < MOST; i++) {
            const cx_status st = cx_kernel_run(k, (cx_launch){.n = 3}, (cx_arrays){i % 7, in},
                                               (cx_outs){i / 7, out});
            if (st != CX_OK && cx_error_message()[0] == '\0') abort();
        }
    } else if (cx_error_message()[0] == '\0') {
        abort();
    }
    (void)cx_check(cx_scope_close(s));
    free(text);
    return 0;
}
