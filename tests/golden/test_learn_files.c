/* device: each
 * The data sets in the library and svmlight files against scikit-learn, bit for bit. */
#include "device.h"
#include "files.h"
#include "learn_golden.h"
#include "sha256.h"

#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[2][TEST_PATH];
static cx_scope scope;
static void open_files(void)
{
    golden_from("learn_files.tsv");
    for (int i = 0; i < 2; i++) test_temp_file(path[i]);
    scope = cx_scope_open();
}
static void close_files(void)
{
    cr_expect(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
    for (int i = 0; i < 2; i++) unlink(path[i]);
}
TestSuite(learn_files, .init = open_files, .fini = close_files, .timeout = 120);

/* ---- sets */

static void expect_digest(const void *data, size_t bytes, const char *key, const char *part)
{
    size_t n;
    const double *const want = golden(&n, "%s/%s", key, part);
    char have[65], hex[65];
    sha256_hex(data, bytes, have);
    for (size_t i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned)want[i]);
    cr_expect_str_eq(have, hex, "%s/%s", key, part);
}

static void expect_names(cx_names have, const char *key, const char *part)
{
    size_t n;
    char all[2048] = "";
    for (int i = 0; i < have.count; i++) {
        strcat(all, i > 0 ? " " : "");
        strcat(all, have.at[i]);
    }
    const double *const want = golden(&n, "%s/%s", key, part);
    cr_assert_eq(strlen(all), n, "%s/%s: %s", key, part, all);
    for (size_t i = 0; i < n; i++) cr_expect_eq(all[i], (char)want[i], "%s/%s: %s", key, part, all);
}

static void check_set(const char *key, cx_bunch (*load)(const cx_load_opts *), cx_load_opts o)
{
    size_t n;
    o.struct_size = sizeof o;
    o.device = test_device();
    o.as_frame = true;
    const cx_bunch b = load(&o);
    cr_assert(cx_ok(), "%s: %s", key, cx_error_message());
    cr_expect(cx_device_equal(cx_device_of(b.x), o.device) &&
              cx_device_equal(cx_device_of(b.y), o.device));
    const double *const shape = golden(&n, "%s/shape", key);
    const int64_t rows = cx_dim(b.x, 0), cols = cx_dim(b.x, 1);
    cr_assert(rows == (int64_t)shape[0] && cols == (int64_t)shape[1] && cx_size(b.y) == rows, "%s",
              key);
    const cx_array *const x = cx_to(b.x, CX_CPU), *const y = cx_to(b.y, CX_CPU);
    const bool classes = b.target_names.count > 0;
    cr_assert(cx_dtype_of(x) == CX_F64 && cx_dtype_of(y) == (classes ? CX_I64 : CX_F64), "%s", key);
    expect_digest(cx_data_f64(x), cx_nbytes(x), key, "x");
    expect_digest(classes ? (const void *)cx_data_i64(y) : cx_data_f64(y), cx_nbytes(y), key, "y");
    expect_names(b.feature_names, key, "feature_names");
    if (classes) expect_names(b.target_names, key, "target_names");
    cr_expect(strlen(b.description) > 80 && strstr(b.description, "licence") != NULL
                  ? true
                  : strstr(b.description, "CC BY 4.0") != NULL,
              "%s: %s", key, b.description);
    cr_assert_eq(cx_table_count(b.frame), (int)cols + 1, "%s", key);
    cr_expect_str_eq(cx_table_name(b.frame, (int)cols), "target");
    cr_expect_str_eq(cx_table_name(b.frame, 2), b.feature_names.at[2]);
    cr_expect(cx_array_equal(
        cx_table_to_matrix(cx_table_drop(b.frame, CX_NAMES("target")), (cx_names){0, NULL}), x));
    cr_expect(cx_array_equal(cx_table_column(b.frame, "target"), y));
}

Test(learn_files, sets)
{
    const cx_load_opts none = {.struct_size = 0}, three = {.n_class = 3}, raw = {.unscaled = true};
    check_set("iris", cx_load_iris, none);
    check_set("wine", cx_load_wine, none);
    check_set("breast_cancer", cx_load_breast_cancer, none);
    check_set("digits", cx_load_digits, none);
    check_set("digits_n_class", cx_load_digits, three);
    check_set("diabetes", cx_load_diabetes, none);
    check_set("diabetes_scaled", cx_load_diabetes, raw);
    const cx_bunch b = cx_load_iris(NULL);
    cr_expect(cx_device_of(b.x).kind == CX_DEVICE_CPU && cx_table_status(b.frame) != CX_OK);
}

Test(learn_files, sets_refused)
{
#define REFUSED(status, ...)                                                              \
    do {                                                                                  \
        const cx_scope in_ = cx_scope_open();                                             \
        const cx_bunch b_ = __VA_ARGS__;                                                  \
        cr_expect(cx_status_of(b_.x) == (status) && cx_status_of(b_.y) == (status), "%s", \
                  cx_error_message());                                                    \
        cr_expect_eq(cx_table_status(b_.frame), (status));                                \
        cr_expect_eq(cx_scope_close(in_), (status));                                      \
    } while (0)
    REFUSED(CX_E_ARGUMENT, cx_load_iris(CX_OPTS(cx_load_opts, .n_class = 2)));
    REFUSED(CX_E_ARGUMENT, cx_load_digits(CX_OPTS(cx_load_opts, .n_class = 11)));
    REFUSED(CX_E_ARGUMENT, cx_load_digits(CX_OPTS(cx_load_opts, .n_class = -1)));
    REFUSED(CX_E_ARGUMENT, cx_load_wine(CX_OPTS(cx_load_opts, .unscaled = true)));
    REFUSED(CX_E_UNAVAILABLE, cx_load_wine(CX_OPTS(cx_load_opts, .device = cx_cuda(99))));
#undef REFUSED
}

/* ---- svmlight */

static void write_text(const char *to, const double *bytes, size_t n)
{
    FILE *const f = fopen(to, "wb");
    cr_assert(f != NULL);
    for (size_t i = 0; i < n; i++) fputc((int)bytes[i], f);
    fclose(f);
}

static void expect_same(const cx_array *a, const char *key, const char *part, int text)
{
    size_t n;
    if (cx_size(a) == 0) return;
    const double *const want = golden(&n, "%s/%s%d", key, part, text);
    cr_assert_eq((size_t)cx_size(a), n, "%s/%s%d", key, part, text);
    cr_expect_eq(difference(a, want, n), 0, "%s/%s%d", key, part, text);
}

static void check_read(const char *key)
{
    static const cx_dtype dtypes[] = {CX_F64, CX_F32, CX_I32};
    size_t n;
    const double *const o = golden(&n, "%s/options", key);
    const int count = (int)o[0];
    const cx_load_svmlight_opts opts = {.struct_size = sizeof opts,
                                        .n_features = (int64_t)o[1],
                                        .dtype = dtypes[(int)o[2]],
                                        .multilabel = o[3] != 0,
                                        .zero_based = (cx_svmlight_base)o[4],
                                        .query_id = o[5] != 0,
                                        .offset = (int64_t)o[6],
                                        .length = (int64_t)o[7]};
    for (int i = 0; i < count; i++) {
        const double *const text = golden(&n, "%s/text%d", key, i);
        write_text(path[i], text + 1, n - 1);
    }
    cx_svmlight got[2];
    const cx_status st = cx_load_svmlight_files(
        (cx_names){count, (const char *const[]){path[0], path[1]}}, &opts, got);
    if (golden(&n, "%s/error", key)[0] != 0) {
        cr_expect(st == CX_E_PARSE || st == CX_E_ARGUMENT, "%s: no error", key);
        cr_expect_eq(cx_status_of(got[0].x), st);
        return;
    }
    cr_assert_eq(st, CX_OK, "%s: %s", key, cx_error_message());
    for (int i = 0; i < count; i++) {
        const double *const shape = golden(&n, "%s/shape%d", key, i);
        cr_assert(cx_dim(got[i].x, 0) == (int64_t)shape[0] &&
                      cx_dim(got[i].x, 1) == (int64_t)shape[1] &&
                      cx_dim(got[i].y, 0) == (int64_t)shape[0],
                  "%s: [%lld, %lld]", key, (long long)cx_dim(got[i].x, 0),
                  (long long)cx_dim(got[i].x, 1));
        cr_expect_eq(cx_dtype_of(got[i].x), opts.dtype);
        expect_same(got[i].x, key, "x", i);
        expect_same(got[i].y, key, "y", i);
        cr_expect_eq(cx_status_of(got[i].labels) == CX_OK, opts.multilabel);
        cr_expect_eq(cx_status_of(got[i].query_id) == CX_OK, opts.query_id);
        if (opts.multilabel) expect_same(got[i].labels, key, "labels", i);
        if (opts.query_id) expect_same(got[i].query_id, key, "query", i);
    }
}

Test(learn_files, svmlight_read)
{
    size_t n;
    const int count = (int)golden(&n, "counts")[0];
    char key[32];
    for (int i = 0; i < count; i++) {
        snprintf(key, sizeof key, "read/%d", i);
        check_read(key);
    }
}

static cx_array *values(const char *key, const char *part, bool integers, int64_t rows,
                        int64_t cols)
{
    size_t n;
    const double *const v = golden(&n, "%s/%s", key, part);
    const cx_array *const a = cols < 0 ? cx_copy_host(v, CX_SHAPE(rows), CX_F64)
                                       : cx_copy_host(v, CX_SHAPE(rows, cols), CX_F64);
    return cx_astype(a, integers ? CX_I64 : CX_F64);
}

static char *text_of(const char *from)
{
    FILE *const f = fopen(from, "rb");
    static char text[4096];
    cr_assert(f != NULL);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void check_write(const char *key, bool commented)
{
    size_t n;
    const double *const o = golden(&n, "%s/options", key);
    const int64_t rows = (int64_t)o[5];
    cx_dump_svmlight_opts opts = {
        .struct_size = sizeof opts, .one_based = o[2] != 0, .multilabel = o[3] != 0};
    const cx_array *const x = values(key, "x", o[0] != 0, rows, (int64_t)o[6]),
                          *y = values(key, "y", o[1] != 0, rows, o[3] != 0 ? (int64_t)o[7] : -1);
    if (o[4] != 0) opts.query_id = values(key, "query", true, rows, -1);
    char comment[64] = "", want[4096];
    if (commented) {
        const double *const v = golden(&n, "%s/comment", key);
        for (size_t i = 0; i < n; i++) comment[i] = (char)v[i];
        opts.comment = comment;
    }
    const double *const v = golden(&n, "%s/text", key);
    for (size_t i = 0; i < n; i++) want[i] = (char)v[i];
    want[n] = '\0';
    cr_assert_eq(cx_dump_svmlight_file(path[0], x, y, &opts), CX_OK, "%s: %s", key,
                 cx_error_message());
    const char *const have = text_of(path[0]);
    /* who wrote it differs */
    cr_expect_str_eq(commented ? strchr(have, '\n') : have, commented ? strchr(want, '\n') : want,
                     "%s", key);
    if (opts.multilabel) return;
    const cx_svmlight back = cx_load_svmlight_file(
        path[0],
        CX_OPTS(cx_load_svmlight_opts, .n_features = (int64_t)o[6], .query_id = true,
                .zero_based = opts.one_based ? CX_SVMLIGHT_ONE_BASED : CX_SVMLIGHT_ZERO_BASED));
    cr_expect(cx_array_equal(back.x, x) && cx_array_equal(back.y, y), "%s", key);
    if (o[4] != 0) cr_expect(cx_array_equal(back.query_id, opts.query_id), "%s", key);
}

Test(learn_files, svmlight_written)
{
    size_t n;
    const int count = (int)golden(&n, "counts")[1];
    char key[32];
    for (int i = 0; i < count; i++) {
        snprintf(key, sizeof key, "write/%d", i);
        check_write(key, i >= count - 2);
    }
}
