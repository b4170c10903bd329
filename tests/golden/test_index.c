/* device: each. Basic indexing by text against NumPy: shape and every element of 600 texts
 * (tests/golden/make_index.py). */
#include "device.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int numbers(const char *text, int64_t *out, int cap)
{
    int n = 0;
    for (char *end; *text != '\0'; text = *end == ' ' ? end + 1 : end) {
        cr_assert_lt(n, cap);
        out[n++] = strtoll(text, &end, 10);
        cr_assert(end != text, "'%s'", text);
    }
    return n;
}

Test(index, texts_against_numpy)
{
    FILE *f = fopen(CX_TEST_DATA "/golden/index.tsv", "r");
    cr_assert(f != NULL);
    const cx_scope s = cx_scope_open();
    const cx_array *base =
        cx_reshape(cx_arange_i64(0, 120, 1, CX_I64, test_device()), CX_SHAPE(4, 5, 6));
    static char line[8192];
    int rows = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        char *field[4], *at = line;
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 4; i++) {
            field[i] = at;
            at += strcspn(at, "\t");
            if (*at == '\t') *at++ = '\0';
        }
        int64_t values[8], shape[8], want[120];
        const int n = numbers(field[1], values, 8), ndim = numbers(field[2], shape, 8),
                  size = numbers(field[3], want, 120);
        const cx_scope in = cx_scope_open();
        const cx_array *v = cx_index_n(base, field[0], n, values);
        cr_assert_eq(cx_status_of(v), CX_OK, "\"%s\": %s", field[0], cx_error_message());
        cr_assert_eq(cx_ndim(v), ndim, "\"%s\"", field[0]);
        for (int i = 0; i < ndim; i++)
            cr_assert_eq(cx_dim(v, i), shape[i], "\"%s\" axis %d", field[0], i);
        cr_assert_eq(cx_size(v), size, "\"%s\"", field[0]);
        const int64_t *got = cx_data_i64(test_host(cx_ascontiguous(v)));
        for (int i = 0; i < size; i++)
            cr_assert_eq(got[i], want[i], "\"%s\" element %d", field[0], i);
        cr_assert_eq(cx_scope_close(in), CX_OK);
        rows++;
    }
    fclose(f);
    cr_assert_eq(rows, 600);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}
