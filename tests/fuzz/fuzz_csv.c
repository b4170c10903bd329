/* Any bytes as CSV, the first one choosing options: a table of equal columns, or a clean error. */
#include "base/object.h"
#include "io/csv.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const unsigned how = data[0];
    const cx_csv_opts o = {.struct_size = sizeof o,
                           .delimiter = (how & 1) != 0 ? ';' : '\0',
                           .missing = (how & 2) != 0 ? "?, -, none" : NULL,
                           .types = (how & 4) != 0 ? "a: int8, b: category" : NULL,
                           .no_header = (how & 8) != 0,
                           .max_rows = (how & 16) != 0 ? 2 : 0};
    /* a copy of exactly the text, so that reading past its end is seen */
    char *const text = malloc(size - 1);
    if (size > 1) memcpy(text, data + 1, size - 1);
    const cx_scope s = cx_scope_open();
    cx_table *t = NULL;
    if (cx__csv_decode("read_csv", text, size - 1, &o, &t) == CX_OK) {
        for (int c = 0; c < cx_table_count(t); c++) {
            const cx_array *const a = cx_table_column_at(t, c);
            if (cx_size(a) != cx_table_rows(t)) abort();
            for (int64_t i = 0; cx_dtype_of(a) == CX_CAT && i < cx_size(a); i++)
                if (cx_label(a, i) == NULL) abort();
        }
        if (cx_table_head(t, 0)[0] == '\0') abort();
        cx_table_release(t);
    }
    free(text);
    (void)cx_check(cx_scope_close(s));
    if (cx__object_live() != 0) abort();
    return 0;
}
