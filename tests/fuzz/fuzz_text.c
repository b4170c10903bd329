/* Any bytes as rows of numbers, as a list of numbers and as a printf format, the first one choosing
 * how: an array of whole rows, or a clean error. */
#include "base/object.h"
#include "io/text/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rows(unsigned how, const char *text, size_t size)
{
    static const cx_dtype dtypes[] = {CX_F64,  CX_I8,  CX_U64, CX_C128,
                                      CX_BOOL, CX_F16, CX_F32, CX_I64};
    static const int columns[] = {1, -1, 1};
    const cx__text_rules r = {.where = "fuzz",
                              .dtype = dtypes[how & 7],
                              .delimiter = (how & 8) != 0    ? ","
                                           : (how & 16) != 0 ? "::"
                                                             : "",
                              .comments = (how & 32) != 0 ? "//" : "#",
                              .quote = (how & 64) != 0 ? '"' : '\0',
                              .skip_lines = how % 3 == 0,
                              .skip_footer = how % 7 == 0,
                              .max_rows = how % 5 == 0 ? 2 : -1,
                              .usecols = columns,
                              .usecol_count = how % 11 == 0 ? 3 : 0,
                              .forgiving = (how & 128) != 0,
                              .skip_invalid = (how & 128) != 0 && how % 13 == 0,
                              .missing = "-, none"};
    cx_array *a;
    if (cx__text_read(&r, text, size, &a) != CX_OK) return;
    if (cx_ndim(a) != 2 || cx_dtype_of(a) != r.dtype) abort();
    if (r.usecol_count > 0 && cx_dim(a, 1) != r.usecol_count) abort();
    if (r.max_rows >= 0 && cx_dim(a, 0) > r.max_rows) abort();
}

static void format(const char *text, size_t size)
{
    static const double values[] = {0, -1.5, 1e300, 5e-324};
    char *const copy = malloc(size + 1);
    memcpy(copy, text, size);
    copy[size] = '\0';
    cx__format f;
    if (cx__format_parse("fuzz", copy, &f) == CX_OK) {
        cx__text out = {0};
        for (int i = 0; i < f.count && i < 20; i++)
            for (int64_t k = 0; f.part[i].has_spec && k < 4; k++) {
                const cx__number v = cx__number_at(CX_F64, values, k, 0);
                (void)cx__format_put(&f.part[i].spec, &v, &out);
            }
        cx__text_free(&out);
        cx__format_free(&f);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    /* a copy of exactly the text, so that reading past its end is seen */
    char *const text = malloc(size - 1);
    memcpy(text, data + 1, size - 1);
    const cx_scope s = cx_scope_open();
    cx_array *a;
    rows(data[0], text, size - 1);
    (void)cx__text_list("fuzz", text, size - 1, (data[0] & 1) != 0 ? CX_F64 : CX_I16,
                        (data[0] & 2) != 0 ? " , " : " ", (data[0] & 4) != 0 ? 3 : -1, &a);
    format(text, size - 1);
    free(text);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
