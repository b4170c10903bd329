/* Any text as a formula: it becomes a program that types and runs over small arrays, or an error
 * that says where. */
#include <calx.h>
#include <calx/eval.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run(const cx_program *p, cx_dtype t)
{
    const cx_scope s = cx_scope_open();
    const int n = cx_program_arguments(p);
    const cx_array *args[16];
    const cx_array *const x = cx_astype(cx_linspace(-2, 3, 6, CX_F64, CX_CPU, NULL), t);
    for (int i = 0; i < n; i++)
        args[i] = i % 3 == 1   ? cx_slice(x, 0, 0, 1, 1)
                  : i % 3 == 2 ? cx_full(CX_SHAPE(6), cx_int(2), CX_I32, CX_CPU)
                               : x;
    const cx_arrays list = {n, args};
    const cx_tuple r = cx_program_run_all(p, list);
    if (r.count == 0 && cx_ok()) abort(); /* neither result nor error */
    for (int i = 0; i < r.count; i++)
        if (cx_size(r.at[i]) > 6) abort();
    if (cx_program_dump(p, list) == NULL) abort();
    (void)cx_check(cx_scope_close(s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const text = malloc(size + 1);
    if (text == NULL) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const cx_scope s = cx_scope_open();
    cx_program *const p = cx_program_new(text);
    if (cx_program_status(p) == CX_OK) {
        run(p, CX_F64);
        run(p, CX_U8);
        run(p, CX_C64);
    } else if (cx_error_message()[0] == '\0') {
        abort();
    }
    (void)cx_check(cx_scope_close(s));
    free(text);
    return 0;
}
