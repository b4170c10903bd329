/* device: each. Reductions, scans and order statistics against NumPy's results: dtypes and shapes
 * exactly, values exactly where they are exact. */
#include "device.h"
#include "numbers.h"
#include "plain.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OP, DTYPE, SHAPE, BYTES, AXES, KEEP, DDOF, RDTYPE, RSHAPE, RBYTES, COLUMNS, MOST = 4096 };

static const struct {
    const char *name;
    cx_array *(*fn)(const cx_array *a, cx_reduce how);
} reductions[] = {
#define CX_REDUCE(NAME, name, code, domain, result, identity, doc) {#name, cx_##name},
#include <calx/reduce_ops.def>
#undef CX_REDUCE
    {"ptp", cx_ptp},
    {"median", cx_median},
};

static int numbers_of(const char *text, char between, int64_t *out);
static size_t bytes_of(const char *hex, unsigned char *out);

/* quantile and average with "<dtype> <shape> <bytes>": q or the weights; weak: a number of C's. */
static cx_array *run_with(bool average, const char *operand, const cx_array *a, cx_reduce how)
{
    static unsigned char raw[MOST];
    char type[16], extents[64], hex[2 * MOST];
    cr_assert_eq(sscanf(operand, "%15s %63s %8191s", type, extents, hex), 3, "%s", operand);
    (void)bytes_of(hex, raw);
    if (strcmp(type, "weak") == 0) {
        double q;
        memcpy(&q, raw, sizeof q);
        return cx_quantile(a, cx_float(q), how);
    }
    int64_t shape[CX_MAX_NDIM];
    cx_dtype t;
    cr_assert_eq(cx_dtype_parse(type, &t), CX_OK);
    const cx_shape s = {numbers_of(extents, 'x', shape), shape};
    const cx_array *const x = test_copy_host(raw, s, t);
    return average ? cx_average(a, x, how) : cx_quantile(a, x, how);
}

static cx_array *run(const char *op, const cx_array *a, cx_reduce how)
{
    if (strncmp(op, "quantile ", 9) == 0) return run_with(false, op + 9, a, how);
    if (strncmp(op, "average ", 8) == 0) return run_with(true, op + 8, a, how);
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        if (strcmp(reductions[i].name, op) == 0) return reductions[i].fn(a, how);
    if (strcmp(op, "cumsum") == 0) return cx_cumsum(a, how.axes[0]);
    if (strcmp(op, "cumprod") == 0) return cx_cumprod(a, how.axes[0]);
    if (strcmp(op, "average") == 0) return cx_average(a, NULL, how);
    cr_assert_str_eq(op, "quantile25");
    return cx_quantile(a, cx_float(0.25), how);
}

/* Numbers with something between them; "-", all and none are no numbers. */
static int numbers_of(const char *text, char between, int64_t *out)
{
    if (strcmp(text, "-") == 0 || strcmp(text, "all") == 0 || strcmp(text, "none") == 0) return 0;
    int n = 0;
    for (char *end = NULL; *text != '\0'; text = *end == between ? end + 1 : end)
        out[n++] = strtoll(text, &end, 10);
    return n;
}
static size_t bytes_of(const char *hex, unsigned char *out)
{
    size_t n = 0;
    if (strcmp(hex, "-") == 0) return 0;
    for (; hex[2 * n] != '\0'; n++) {
        unsigned v;
        cr_assert_eq(sscanf(hex + 2 * n, "%2x", &v), 1);
        out[n] = (unsigned char)v;
    }
    return n;
}

/* NumPy rounds float16 at other places (it keeps half sums in some loops), so the results are a
 * few steps apart. */
static bool close_enough(cx_dtype t, number got, number want)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'b' || kind == 'i' || kind == 'u') return got.bits == want.bits;
    if (number_nan(want)) return number_nan(got);
    if (isinf(want.re)) return got.re == want.re;
    const long double size = fabsl(want.re) + fabsl(want.im);
    return fabsl(got.re - want.re) + fabsl(got.im - want.im) <= 8 * number_eps(t) * size;
}

static void check_line(char *line, int number_of_line)
{
    char *f[COLUMNS] = {NULL};
    int n = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *s = line; s != NULL && n < COLUMNS; n++) {
        f[n] = s;
        s = strchr(s, '\t');
        if (s != NULL) *s++ = '\0';
    }
    cr_assert_eq(n, COLUMNS, "line %d", number_of_line);
    static unsigned char raw[MOST], want[MOST];
    int64_t shape[CX_MAX_NDIM], wide[CX_MAX_NDIM], rshape[CX_MAX_NDIM];
    int axes[CX_MAX_NDIM];
    cx_dtype t;
    cr_assert_eq(cx_dtype_parse(f[DTYPE], &t), CX_OK);
    (void)bytes_of(f[BYTES], raw);
    const int ndim = numbers_of(f[SHAPE], 'x', shape), count = numbers_of(f[AXES], ',', wide);
    for (int i = 0; i < count; i++) axes[i] = (int)wide[i];
    const cx_scope scope = cx_scope_open();
    const cx_reduce how = {.axis_count = count,
                           .axes = axes,
                           .no_axes = strcmp(f[AXES], "none") == 0,
                           .keepdims = f[KEEP][0] == '1',
                           .ddof = plain_number(f[DDOF], NULL)};
    cx_reduce plain = how;
    if (strstr(f[OP], "var") == NULL && strstr(f[OP], "std") == NULL) plain.ddof = 0;
    cx_array *const got = run(f[OP], test_copy_host(raw, (cx_shape){ndim, shape}, t), plain);
    if (strcmp(f[RDTYPE], "error") == 0) {
        /* a device that runs late tells when it is waited for */
        const cx_status st = cx_status_of(got);
        cr_assert(st != CX_OK || cx_device_sync(test_device()) != CX_OK,
                  "line %d: %s %s is an error in NumPy", number_of_line, f[OP], f[DTYPE]);
        (void)!cx_scope_close(scope);
        return;
    }
    cr_assert_eq(cx_status_of(got), CX_OK, "line %d: %s", number_of_line, cx_error_message());
    cx_dtype rt;
    cr_assert_eq(cx_dtype_parse(f[RDTYPE], &rt), CX_OK);
    cr_assert_eq(cx_dtype_of(got), rt, "line %d: %s of %s is %s, not %s", number_of_line, f[OP],
                 f[DTYPE], cx_dtype_name(cx_dtype_of(got)), f[RDTYPE]);
    const int rndim = numbers_of(f[RSHAPE], 'x', rshape);
    cr_assert_eq(cx_ndim(got), rndim, "line %d: %d dimensions, not %d", number_of_line,
                 cx_ndim(got), rndim);
    for (int d = 0; d < rndim; d++)
        cr_assert_eq(cx_dim(got, d), rshape[d], "line %d: axis %d", number_of_line, d);
    const size_t size = cx_dtype_size(rt), total = bytes_of(f[RBYTES], want);
    cr_assert_eq(total, (size_t)cx_size(got) * size);
    static unsigned char have[MOST];
    cr_assert_eq(cx_copy_into(got, cx_borrow_host(have, cx_shape_of(got), rt, NULL)), CX_OK);
    for (size_t i = 0; i * size < total; i++) {
        const number a = number_read(rt, have + i * size), b = number_read(rt, want + i * size);
        cr_assert(close_enough(rt, a, b), "line %d: %s of %s: %Lg%+Lgi, not %Lg%+Lgi",
                  number_of_line, f[OP], f[DTYPE], a.re, a.im, b.re, b.im);
    }
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}

Test(golden_reduce, as_numpy)
{
    FILE *const file = fopen(CX_TEST_DATA "/golden/reduce.tsv", "r");
    cr_assert_not_null(file);
    static char line[6 * MOST];
    int n = 0;
    while (fgets(line, (int)sizeof line, file) != NULL) check_line(line, ++n);
    fclose(file);
    cr_assert_gt(n, 4500);
}
