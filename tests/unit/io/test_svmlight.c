/* svmlight: places of errors, sizes that hostile text asks for, pieces in parallel, files. */
#include "base/threads.h"
#include "files.h"
#include "io/datasets/svmlight.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cx_scope scope;
static char path[TEST_PATH];
static void setup(void)
{
    test_temp_file(path);
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    unlink(path);
}
TestSuite(svmlight, .init = setup, .fini = teardown, .timeout = 60);

static cx_svmlight got;

static cx_status decode_n(const char *text, size_t n, cx_load_svmlight_opts o)
{
    const cx__svmlight_text in = {NULL, text, n};
    o.struct_size = sizeof o;
    return cx__svmlight_decode("load_svmlight_file", &o, 1, &in, &got);
}

static void expect_error(const char *text, cx_load_svmlight_opts o, cx_status st, const char *want)
{
    cr_expect_eq(decode_n(text, strlen(text), o), st, "%s", text);
    cr_expect(strstr(cx_error_message(), want) != NULL, "'%s': %s", text, cx_error_message());
}

Test(svmlight, errors_name_line_and_column)
{
    const cx_load_svmlight_opts o = {.n_features = 0}, one = {.zero_based = CX_SVMLIGHT_ONE_BASED};
    expect_error("1 0:1\n# x\n\n2 4:1 four:1 # y\n", o, CX_E_PARSE, "line 4, column 7: 'four:1'");
    expect_error("1 0:1\n2 4:1 4:1\n", o, CX_E_PARSE, "line 2, column 7: index 4 does not come");
    expect_error("1 0:1\n2 4:1 7:\n", o, CX_E_PARSE, "line 2, column 9: '' is no number");
    expect_error("1 0:1\n2 4:1 7:1e\n", o, CX_E_PARSE, "line 2, column 9: '1e' is no number");
    expect_error("1 0:1\nyes 4:1\n", o, CX_E_PARSE, "line 2, column 1: 'yes' is no label");
    expect_error("1 -3:1\n", o, CX_E_PARSE, "line 1, column 3: there is no index -3");
    expect_error("1 1:1\n1 0:1\n", one, CX_E_PARSE, "line 2, column 3: there is no index 0");
    const cx_load_svmlight_opts q = {.query_id = true}, m = {.multilabel = true};
    expect_error("1 qid:2.5 0:1\n", q, CX_E_PARSE, "line 1, column 3: 'qid:2.5' is no qid");
    expect_error("1 0:1\n1 qid:3 0:1\n", q, CX_E_PARSE, "line 1, column 1: the row of '1' has no");
    expect_error("1 0:1\n1, 0:1\n", m, CX_E_PARSE, "line 2, column 3: '' is no label");
    cr_expect_eq(decode_n("1 0:1\0 1:2", 10, o), CX_E_PARSE);
}

Test(svmlight, options_are_checked)
{
    const cx_load_svmlight_opts bad[] = {{.n_features = -1}, {.offset = -1, .n_features = 3},
                                         {.offset = 1},      {.length = 1},
                                         {.zero_based = 3},  {.n_features = 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(decode_n("1 1:1 2:1", 9, bad[i]), CX_E_ARGUMENT, "%zu", i);
    cr_expect_eq(decode_n("1 1:1 2:1", 9, (cx_load_svmlight_opts){.dtype = CX_CAT}), CX_E_DTYPE);
}

/* Few bytes may ask for any matrix: an error, and no allocation on the way. */
Test(svmlight, sizes_are_known_before_memory_is_taken)
{
    const cx_load_svmlight_opts o = {.n_features = 0};
    const size_t before = cx_memory_stats(CX_CPU).peak;
    expect_error("1 999999999999:1\n", o, CX_E_NOMEM, "1 rows of 999999999999 features");
    expect_error("1 9223372036854775806:1\n2 0:1\n", o, CX_E_NOMEM,
                 "2 rows of 9223372036854775807");
    expect_error("1 9223372036854775807:1\n", o, CX_E_PARSE, "there is no index");
    expect_error("1 9223372036854775808:1\n", o, CX_E_PARSE, "is no index:value");
    expect_error("1 0:1\n", (cx_load_svmlight_opts){.n_features = INT64_MAX}, CX_E_NOMEM, "1 rows");
    cr_expect_lt(cx_memory_stats(CX_CPU).peak, before + 4096);
    cr_assert_eq(cx_memory_limit(CX_CPU, (size_t)1 << 27), CX_OK);
    expect_error("1 99999999:1\n", o, CX_E_NOMEM, "in 134217728 bytes of memory");
    cr_assert_eq(cx_memory_limit(CX_CPU, 0), CX_OK);
    /* n labels of n rows are n x n */
    enum { ROWS = 40000 };
    char *const text = malloc(ROWS * 8 + 1);
    size_t n = 0;
    for (int i = 0; i < ROWS; i++) n += (size_t)sprintf(text + n, "%d\n", 100000 + i);
    cr_assert_eq(cx_memory_limit(CX_CPU, (size_t)1 << 28), CX_OK);
    cr_expect_eq(decode_n(text, n, (cx_load_svmlight_opts){.multilabel = true}), CX_E_NOMEM);
    cr_expect(strstr(cx_error_message(), "40000 rows of 40000 labels") != NULL, "%s",
              cx_error_message());
    cr_assert_eq(cx_memory_limit(CX_CPU, 0), CX_OK);
    free(text);
}

/* Several pieces: values, queries and labels where they belong; the first error is told. */
Test(svmlight, many_pieces)
{
    enum { ROWS = 120000, COLS = 9 };
    char *const text = malloc((size_t)ROWS * 64);
    size_t n = 0, third = 0;
    for (int i = 0; i < ROWS; i++) {
        if (i == ROWS / 3) third = n;
        n += (size_t)sprintf(text + n, "%d,%d qid:%d %d:%d.5 8:%d # row\n", i % 5, 5 + i % 3, i,
                             i % 8, i, -i);
    }
    cr_assert_gt(n, (size_t)3 << 20);
    const cx_load_svmlight_opts o = {.multilabel = true, .query_id = true};
    cr_assert_eq(decode_n(text, n, o), CX_OK, "%s", cx_error_message());
    cr_assert(cx_dim(got.x, 0) == ROWS && cx_dim(got.x, 1) == COLS && cx_dim(got.y, 1) == 8);
    const double *const x = cx_data_f64(got.x);
    const int64_t *const y = cx_data_i64(got.y), *const q = cx_data_i64(got.query_id);
    for (int64_t i = 0; i < ROWS; i++) {
        cr_assert(q[i] == i && x[i * COLS + 8] == (double)-i);
        for (int64_t k = 0; k < 8; k++) {
            cr_assert_eq(x[i * COLS + k], k == i % 8 ? (double)i + 0.5 : 0);
            cr_assert_eq(y[i * 8 + k], k == i % 5 || k == 5 + i % 3);
        }
    }
    const cx_svmlight all = got;
    const cx_scope one = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
    cr_assert_eq(decode_n(text, n, o), CX_OK, "%s", cx_error_message());
    cr_expect(cx_array_equal(got.x, all.x) && cx_array_equal(got.y, all.y));
    cr_assert_eq(cx_scope_close(one), CX_OK);
    /* written in several runs, and back */
    const cx_array *const target = cx_select(all.x, 1, 8);
    cr_assert_eq(cx_dump_svmlight_file(path, all.x, target,
                                       CX_OPTS(cx_dump_svmlight_opts, .query_id = all.query_id)),
                 CX_OK);
    const cx_svmlight back =
        cx_load_svmlight_file(path, CX_OPTS(cx_load_svmlight_opts, .query_id = true));
    cr_expect(cx_array_equal(back.x, all.x) && cx_array_equal(back.y, target) &&
              cx_array_equal(back.query_id, all.query_id));
    memcpy(text + n - 8, "x", 1);
    memcpy(text + third, "@", 1);
    cr_assert_eq(decode_n(text, n, o), CX_E_PARSE);
    cr_assert(strstr(cx_error_message(), "line 40001, column 1: '@") != NULL, "%s",
              cx_error_message());
    free(text);
}

Test(svmlight, files)
{
    const double v[] = {0, 1.5, 0, -2, 0, 0.1};
    const cx_array *const x = cx_copy_host(v, CX_SHAPE(2, 3), CX_F64), *const y = cx_f64(1);
    const cx_array *const labels = cx_arange_i64(0, 2, 1, CX_I64, CX_CPU);
    char packed[TEST_PATH + 4];
    (void)snprintf(packed, sizeof packed, "%s.gz", path);
    cr_assert_eq(cx_dump_svmlight_file(packed, x, labels, NULL), CX_OK);
    const cx_svmlight back = cx_load_svmlight_file(packed, NULL);
    unlink(packed);
    cr_expect(cx_array_equal(back.x, x) && cx_array_equal(back.y, labels));
    /* a strided x, numbers of seventeen digits, a row that would be an empty line */
    const double w[] = {0.1 + 0.2, 5e-324, 0, 0};
    const cx_array *const wide = cx_copy_host(w, CX_SHAPE(2, 2), CX_F64);
    cr_assert_eq(cx_dump_svmlight_file(path, cx_transpose(wide),
                                       cx_zeros(CX_SHAPE(2, 4), CX_BOOL, CX_CPU),
                                       CX_OPTS(cx_dump_svmlight_opts, .multilabel = true)),
                 CX_OK);
    const cx_svmlight again = cx_load_svmlight_file(
        path, CX_OPTS(cx_load_svmlight_opts, .multilabel = true, .n_features = 2));
    cr_expect(cx_array_equal(again.x, cx_transpose(wide)) && cx_dim(again.y, 1) == 0);
    cr_assert_eq(cx_dump_svmlight_file(path, cx_zeros(CX_SHAPE(2, 2), CX_F64, CX_CPU),
                                       cx_zeros(CX_SHAPE(2, 4), CX_BOOL, CX_CPU),
                                       CX_OPTS(cx_dump_svmlight_opts, .multilabel = true)),
                 CX_OK);
    cr_expect_eq(
        cx_dim(cx_load_svmlight_file(path, CX_OPTS(cx_load_svmlight_opts, .multilabel = true)).x,
               0),
        2);
    cr_expect_eq(cx_dump_svmlight_file(path, x, y, NULL), CX_E_SHAPE);
    cr_expect_eq(cx_dump_svmlight_file(path, x, x, NULL), CX_E_SHAPE);
    cr_expect_eq(cx_dump_svmlight_file(path, labels, labels, NULL), CX_E_SHAPE);
    cr_expect_eq(cx_dump_svmlight_file(path, x, cx_zeros(CX_SHAPE(3), CX_F64, CX_CPU), NULL),
                 CX_E_SHAPE);
    cr_expect_eq(cx_dump_svmlight_file(path, cx_astype(x, CX_C128), labels, NULL), CX_E_DTYPE);
    cr_expect_eq(
        cx_dump_svmlight_file(path, x, labels, CX_OPTS(cx_dump_svmlight_opts, .query_id = y)),
        CX_E_DTYPE);
    cr_expect_eq(cx_dump_svmlight_file("/no/such/folder/x.svm", x, labels, NULL), CX_E_IO);
    const cx_scope inner = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_load_svmlight_file("/no/such/file", NULL).x), CX_E_IO);
    cr_expect_eq(cx_scope_close(inner), CX_E_IO);
    cx_svmlight two[2];
    cr_expect_eq(cx_load_svmlight_files(CX_NAMES(path, "/no/such/file"), NULL, two), CX_E_IO);
    cr_expect(cx_status_of(two[0].x) == CX_E_IO && cx_status_of(two[1].y) == CX_E_IO);
    cr_expect_eq(cx_load_svmlight_files((cx_names){0, NULL}, NULL, two), CX_E_ARGUMENT);
}
