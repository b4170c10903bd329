/* Any bytes as svmlight text, the first one choosing options: whole rows, or a clean error. */
#include "base/object.h"
#include "io/datasets/svmlight.h"
#include <calx/device.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const unsigned how = data[0];
    const bool part = (how & 32) != 0;
    const cx_load_svmlight_opts o = {.struct_size = sizeof o,
                                     .n_features = part ? 40 : 0,
                                     .dtype = (how & 16) != 0 ? CX_F32 : CX_F64,
                                     .multilabel = (how & 4) != 0,
                                     .zero_based = (cx_svmlight_base)((how >> 3) % 3),
                                     .query_id = (how & 2) != 0,
                                     .offset = part ? (int64_t)(how & 7) : 0,
                                     .length = part && (how & 1) != 0 ? 12 : 0};
    /* a copy of exactly the text, so that reading past its end is seen */
    char *const text = malloc(size - 1);
    if (size > 1) memcpy(text, data + 1, size - 1);
    /* any index may stand in the text */
    if (cx_memory_limit(CX_CPU, (size_t)1 << 26) != CX_OK) abort();
    const cx_scope s = cx_scope_open();
    const cx__svmlight_text in = {NULL, text, size - 1};
    cx_svmlight r = {NULL, NULL, NULL, NULL};
    if (cx__svmlight_decode("load_svmlight_file", &o, 1, &in, &r) == CX_OK) {
        const int64_t n = cx_dim(r.x, 0);
        if (cx_ndim(r.x) != 2 || cx_dtype_of(r.x) != o.dtype || cx_dim(r.y, 0) != n) abort();
        if (o.multilabel && cx_dim(r.y, 1) != cx_size(r.labels)) abort();
        if (o.query_id && cx_size(r.query_id) != n && cx_size(r.query_id) != 0) abort();
        if (part && cx_dim(r.x, 1) != 40) abort();
    }
    free(text);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
