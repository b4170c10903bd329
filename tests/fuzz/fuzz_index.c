/* Any text as an index: a view whose every element lies in the array's memory, or a clean error.
 * The input is a count of values for the question marks, the values in 8 bytes each, the text. */
#include "base/object.h"
#include <calx.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 4 };

/* Views of a: each element is one of its own. */
static void walk(const cx_array *a, const char *text, int n, const int64_t *values)
{
    const cx_array *const v = cx_index_n(a, text, n, values);
    if (cx_status_of(v) != CX_OK) {
        if (cx_error_message()[0] == '\0') abort();
        return;
    }
    const cx_array *const flat = cx_ascontiguous(v);
    const int64_t *const at = cx_data_i64(flat);
    int64_t size = 1;
    for (int d = 0; d < cx_ndim(v); d++) size *= cx_dim(v, d);
    if (size != cx_size(v) || (size > 0 && at == NULL)) abort();
    for (int64_t i = 0; i < size; i++)
        if (at[i] < 0 || at[i] >= 120) abort();
    if (size > 0 && !cx_may_share_memory(a, v)) abort();
}

/* The same text with arrays, masks and numbers in its holes, as the values say: every element read
 * is one of a's, every one written too. */
static void fill_holes(const cx_array *a, const char *text, int n, const int64_t *values)
{
    cx_scalar number[VALUES];
    const cx_array *hole[VALUES];
    for (int i = 0; i < n; i++) {
        const uint64_t v = (uint64_t)values[i];
        number[i] = (cx_scalar){.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = (int64_t)(v >> 2)};
        hole[i] = (const cx_array *)(const void *)&number[i];
        if ((v & 3) == 1) hole[i] = cx_arange_i64(-(int64_t)(v >> 8 & 7), 3, 1, CX_I64, CX_CPU);
        if ((v & 3) == 2)
            hole[i] = cx_equal(cx_remainder(a, cx_int((int64_t)(v >> 8 & 7) + 1)), cx_int(0));
        if ((v & 3) == 3)
            number[i] = (cx_scalar){.head = {CX__SCALAR_TAG, CX_BOOL}, .v.i64 = v >> 8 & 1};
    }
    const cx_array *const r = cx_getitem(a, text, (cx_arrays){n, hole});
    if (cx_status_of(r) == CX_OK && cx_size(r) < 100000) {
        const cx_array *const flat = cx_ascontiguous(r);
        const int64_t *const at = cx_data_i64(flat);
        for (int64_t i = 0; i < cx_size(flat); i++)
            if (at[i] < 0 || at[i] >= 120) abort();
    }
    cx_array *const copy = cx_copy(a);
    const cx_status st = cx_setitem(copy, text, (cx_arrays){n, hole}, cx_int(200));
    if ((st == CX_OK) != (cx_status_of(r) == CX_OK)) abort();
    if (st == CX_OK && (cx_item_i64(cx_count_nonzero(cx_equal(copy, cx_int(200)), CX_ALL)) > 0) !=
                           (cx_size(r) > 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    int64_t values[VALUES] = {0};
    const size_t n = data[0] % (VALUES + 1), before = 1 + n * sizeof *values;
    if (size < before) return 0;
    memcpy(values, data + 1, n * sizeof *values);
    char *const text = malloc(size - before + 1);
    if (text == NULL) abort();
    if (size > before) memcpy(text, data + before, size - before);
    text[size - before] = '\0';
    const cx_scope s = cx_scope_open();
    const cx_array *const a =
        cx_reshape(cx_arange_i64(0, 120, 1, CX_I64, CX_CPU), CX_SHAPE(4, 5, 6));
    walk(a, text, (int)n, values);
    walk(cx_flip(cx_slice(a, 2, 1, CX_END, 2), 1), text, (int)n, values);
    walk(cx_broadcast_to(cx_index(a, "1:1"), CX_SHAPE(2, 0, 5, 6)), text, (int)n, values);
    walk(cx_index(a, "0, 0, 0"), text, (int)n, values);
    fill_holes(a, text, (int)n, values);
    fill_holes(cx_transpose(cx_flip(a, 1)), text, (int)n, values);
    free(text);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
