/* Tables: columns shared and checked, rows chosen, matrices, the head, and CSV out and in again. */
#include "base/alloc.h"
#include "base/object.h"
#include <calx.h>
#include "files.h"
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cx_scope scope;
static char path[TEST_PATH];

static void setup(void)
{
    scope = cx_scope_open();
    test_temp_file(path);
}

static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx__object_live(), 0);
    unlink(path);
}

TestSuite(table, .init = setup, .fini = teardown);

static const double ages[] = {31.5, NAN, 7, 64};
static const int32_t sexes[] = {1, 0, -1, 1};
static const int64_t ids[] = {4, 3, 2, 1};

static cx_table *people(void)
{
    cx_array *const age = cx_copy_host(ages, CX_SHAPE(4), CX_F64);
    cx_array *const sex = cx_categories_new(cx_copy_host(sexes, CX_SHAPE(4), CX_I32), 2,
                                            (const char *const[]){"f", "m, \"n\""});
    return cx_table_new(CX_NAMES("age", "sex", "id"),
                        CX_ARRAYS(age, sex, cx_copy_host(ids, CX_SHAPE(4), CX_I64)));
}

/* The status of a failing expression, taken in a scope of its own. */
#define FAILS(expr, st, says)                                                             \
    do {                                                                                  \
        const cx_scope fails_ = cx_scope_open();                                          \
        (void)(expr);                                                                     \
        cr_assert_eq(cx_scope_close(fails_), (st), "%s", cx_error_message());             \
        cr_assert_not_null(strstr(cx_error_message(), (says)), "%s", cx_error_message()); \
    } while (0)

Test(table, columns)
{
    cx_table *const t = people();
    cr_assert(cx_table_rows(t) == 4 && cx_table_count(t) == 3 && cx_table_find(t, "id") == 2 &&
              cx_table_find(t, "x") == -1);
    cr_assert_str_eq(cx_table_name(t, 1), "sex");
    cr_assert_null(cx_table_name(t, 3));
    cr_assert(cx_table_dtype(t, 1) == CX_CAT && cx_table_dtype(t, -1) == CX_DTYPE_NONE);
    cx_array *const a = cx_table_column(t, "age"), *const b = cx_table_column_at(t, 0);
    cr_assert(a != b && cx_may_share_memory(a, b) && cx_data_f64(a)[3] == 64);
    cr_assert_str_eq(cx_label(cx_table_column(t, "sex"), 3), "m, \"n\"");
    FAILS(cx_table_column(t, "agee"), CX_E_ARGUMENT, "did you mean 'age'?");
    FAILS(cx_table_column_at(t, 3), CX_E_INDEX, "column 3 of 3");
    FAILS(cx_table_column(NULL, "age"), CX_E_NULL, "table_column");
}

Test(table, outlives_the_scope_when_retained)
{
    const cx_scope s = cx_scope_open();
    cx_table *const t = cx_table_retain(people());
    cr_assert_eq(cx_scope_close(s), CX_OK);
    cr_assert_eq(cx_table_status(t), CX_OK);
    cr_assert_eq(cx_data_i64(cx_table_column(t, "id"))[0], 4);
    cx_table_release(t);
    cx_table_release(NULL);
    cr_assert_eq(cx_table_status(NULL), CX_E_NULL);
}

Test(table, refuses)
{
    cx_array *const a = cx_copy_host(ages, CX_SHAPE(4), CX_F64), *const m = cx_copy_host(
                                                                     ages, CX_SHAPE(2, 2), CX_F64);
    cx_array *const b = cx_copy_host(ages, CX_SHAPE(3), CX_F64);
    FAILS(cx_table_new(CX_NAMES("a"), CX_ARRAYS(a, a)), CX_E_ARGUMENT, "1 names for 2 arrays");
    FAILS(cx_table_new(CX_NAMES("a", "a"), CX_ARRAYS(a, a)), CX_E_ARGUMENT, "'a' occurs twice");
    FAILS(cx_table_new(CX_NAMES(""), CX_ARRAYS(a)), CX_E_ARGUMENT, "empty");
    FAILS(cx_table_new(CX_NAMES("m"), CX_ARRAYS(m)), CX_E_SHAPE, "'m' has 2 dimensions");
    FAILS(cx_table_new(CX_NAMES("a", "b"), CX_ARRAYS(a, b)), CX_E_SHAPE, "'b' has 3 rows");
    FAILS(cx_table_new(CX_NAMES("a"), CX_ARRAYS(NULL)), CX_E_NULL, "a is NULL");
    cr_assert(cx_table_count(cx_table_new(CX_NAMES(), CX_ARRAYS())) == 0);
}

Test(table, select_drop_with)
{
    cx_table *const t = people();
    cx_table *const s = cx_table_select(t, CX_NAMES("id", "age"));
    cr_assert(cx_table_count(s) == 2 && cx_table_find(s, "id") == 0 && cx_table_rows(s) == 4);
    cx_table *const d = cx_table_drop(t, CX_NAMES("sex"));
    cr_assert(cx_table_count(d) == 2 && cx_table_find(d, "sex") == -1);
    cx_table *const w = cx_table_with(t, "sex", cx_table_column(t, "id"));
    cr_assert(cx_table_count(w) == 3 && cx_table_dtype(w, 1) == CX_I64 &&
              cx_table_dtype(t, 1) == CX_CAT);
    cr_assert_eq(cx_table_count(cx_table_with(t, "new", cx_table_column(t, "id"))), 4);
    FAILS(cx_table_select(t, CX_NAMES("id", "id")), CX_E_ARGUMENT, "twice");
    FAILS(cx_table_drop(t, CX_NAMES("idd")), CX_E_ARGUMENT, "did you mean 'id'?");
    FAILS(cx_table_with(t, "n", cx_copy_host(ages, CX_SHAPE(3), CX_F64)), CX_E_SHAPE,
          "3 rows, the table has 4");
}

Test(table, rows)
{
    cx_table *const t = people();
    const int64_t which[] = {-1, 0, 0};
    cx_table *const r = cx_table_take(t, cx_copy_host(which, CX_SHAPE(3), CX_I64));
    cr_assert(cx_table_rows(r) == 3 && cx_data_f64(cx_table_column(r, "age"))[0] == 64);
    cr_assert_str_eq(cx_label(cx_table_column(r, "sex"), 1), "m, \"n\"");
    const bool mask[] = {false, true, true, false};
    cx_table *const m = cx_table_take(t, cx_copy_host(mask, CX_SHAPE(4), CX_BOOL));
    cr_assert(cx_table_rows(m) == 2 && cx_data_i64(cx_table_column(m, "id"))[1] == 2);
    cx_table *const s = cx_table_slice(t, 1, -1);
    cr_assert(cx_table_rows(s) == 2 && cx_data_i64(cx_table_column(s, "id"))[0] == 3);
    cr_assert(cx_may_share_memory(cx_table_column(s, "id"), cx_table_column(t, "id")));
    cr_assert_eq(cx_table_rows(cx_table_slice(t, 2, CX_END)), 2);
    FAILS(cx_table_take(t, cx_copy_host(mask, CX_SHAPE(3), CX_BOOL)), CX_E_SHAPE,
          "a mask of 3 for 4 rows");
}

Test(table, matrix)
{
    cx_table *const t = people();
    cx_array *const m = cx_table_to_matrix(t, CX_NAMES("id", "age"));
    const double *const p = cx_data_f64(m);
    cr_assert(cx_dim(m, 0) == 4 && cx_dim(m, 1) == 2 && p[0] == 4 && p[1] == 31.5 && isnan(p[3]) &&
              p[7] == 64);
    FAILS(cx_table_to_matrix(t, CX_NAMES()), CX_E_DTYPE, "column 'sex' is category");
}

Test(table, csv_round_trip)
{
    const float fs[] = {0.1f, 1e10f, -3, 1e-7f};
    const bool bs[] = {true, false, true, true};
    const uint64_t us[] = {UINT64_MAX, 0, 1, 2};
    cx_table *t = people();
    t = cx_table_with(t, "f, 32", cx_copy_host(fs, CX_SHAPE(4), CX_F32));
    t = cx_table_with(t, "b", cx_copy_host(bs, CX_SHAPE(4), CX_BOOL));
    t = cx_table_with(t, "u", cx_copy_host(us, CX_SHAPE(4), CX_U64));
    const char *const want =
        "age,sex,id,\"f, 32\",b,u\n31.5,\"m, \"\"n\"\"\",4,0.1,True,18446744073709551615\n,f,3,10000000000.0,"
        "False,0\n7.0,,2,-3.0,True,1\n64.0,\"m, \"\"n\"\"\",1,1e-07,True,2\n";
    for (int k = 0; k < 2; k++) {
        if (k == 1 && setlocale(LC_ALL, "de_DE.UTF-8") == NULL) break;
        cr_assert_eq(cx_write_csv(path, t, NULL), CX_OK, "%s", cx_error_message());
        char text[1000];
        FILE *const f = fopen(path, "r");
        text[fread(text, 1, sizeof text - 1, f)] = '\0';
        (void)fclose(f);
        cr_assert_str_eq(text, want);
        cx_table *const r = cx_read_csv(
            path, CX_OPTS(cx_csv_opts, .types = "'f, 32': float32, b: bool, u: uint64"));
        cr_assert_eq(cx_table_status(r), CX_OK, "%s", cx_error_message());
        for (int c = 0; c < 6; c++) cr_assert(cx_table_dtype(r, c) == cx_table_dtype(t, c));
        cr_assert(memcmp(cx_data_f32(cx_table_column(r, "f, 32")), fs, sizeof fs) == 0);
        cr_assert(memcmp(cx_data_u64(cx_table_column(r, "u")), us, sizeof us) == 0);
        cr_assert(memcmp(cx_data_bool(cx_table_column(r, "b")), bs, sizeof bs) == 0);
        cr_assert(isnan(cx_data_f64(cx_table_column(r, "age"))[1]) &&
                  cx_data_f64(cx_table_column(r, "age"))[3] == 64);
        cr_assert(memcmp(cx_data_i32(cx_codes(cx_table_column(r, "sex"))), sexes, sizeof sexes) ==
                  0);
    }
    cx_table *const one = cx_table_select(t, CX_NAMES("age"));
    cr_assert_eq(cx_write_csv(path, one, CX_OPTS(cx_csv_write_opts, .no_header = true)), CX_OK);
    cr_assert_eq(cx_table_rows(cx_read_csv(path, CX_OPTS(cx_csv_opts, .no_header = true))), 4);
    cr_assert_eq(
        cx_write_csv(path, one, CX_OPTS(cx_csv_write_opts, .missing = "NA", .delimiter = ';')),
        CX_OK);
    cr_assert(isnan(cx_data_f64(
        cx_table_column(cx_read_csv(path, CX_OPTS(cx_csv_opts, .delimiter = ';')), "age"))[1]));
    cx_table *const z = cx_table_with(t, "z", cx_copy_host(want, CX_SHAPE(4), CX_C128));
    cr_assert_eq(cx_write_csv(path, z, NULL), CX_E_DTYPE);
    cr_assert_eq(cx_write_csv("/no/such/folder/x", t, NULL), CX_E_IO);
}

Test(table, csv_that_is_not_there)
{
    FAILS(cx_read_csv("/no/such/file", NULL), CX_E_IO, "'/no/such/file': No such file");
    FAILS(cx_read_csv(NULL, NULL), CX_E_NULL, "path");
}

Test(table, head)
{
    cr_assert_str_eq(cx_table_head(people(), 2), "    age       sex     id\n"
                                                 "float64  category  int64\n"
                                                 "   31.5    m, \"n\"      4\n"
                                                 "    nan         f      3\n"
                                                 "[4 rows x 3 columns]\n");
    FAILS(cx_table_head(NULL, 2), CX_E_NULL, "table_head");
}
