/* CSV: fields, inference, pins, missing values, positions of errors, pieces in parallel. */
#include "base/alloc.h"
#include "base/number.h"
#include "io/csv.h"
#include "plain.h"
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cx_scope scope;
static void setup(void)
{
    scope = cx_scope_open();
}
static void teardown(void)
{
    cr_assert_eq(cx_scope_close(scope), CX_OK);
}
TestSuite(csv, .init = setup, .fini = teardown);

static cx_table *last;

static cx_status decode_n(const char *text, size_t n, const cx_csv_opts *o)
{
    cx_table_release(last);
    last = NULL;
    return cx__csv_decode("read_csv", text, n, o, &last);
}
static cx_status decode(const char *text, const cx_csv_opts *o)
{
    return decode_n(text, strlen(text), o);
}

static const char *label(const char *column, int64_t i)
{
    return cx_label(cx_table_column(last, column), i);
}
static double number(const char *column, int64_t i)
{
    return cx_data_f64(cx_table_column(last, column))[i];
}
static int64_t integer(const char *column, int64_t i)
{
    return cx_data_i64(cx_table_column(last, column))[i];
}

Test(csv, infers_int64_float64_category)
{
    cr_assert_eq(decode("n,x,who,gap\r\n1,1.5,ann,3\r\n-2,2,bob,\r\n 3 ,nan,,4\r\n", NULL), CX_OK,
                 "%s", cx_error_message());
    cr_assert(cx_table_rows(last) == 3 && cx_table_count(last) == 4);
    cr_assert_eq(cx_table_dtype(last, 0), CX_I64);
    cr_assert_eq(cx_table_dtype(last, 1), CX_F64);
    cr_assert_eq(cx_table_dtype(last, 2), CX_CAT);
    cr_assert_eq(cx_table_dtype(last, 3), CX_F64);
    cr_assert(integer("n", 0) == 1 && integer("n", 1) == -2 && integer("n", 2) == 3);
    cr_assert(number("x", 0) == 1.5 && number("x", 1) == 2 && isnan(number("x", 2)));
    cr_assert_str_eq(label("who", 1), "bob");
    cr_assert_str_eq(label("who", 2), "");
    cr_assert(cx_data_i32(cx_codes(cx_table_column(last, "who")))[2] == -1);
    cr_assert(number("gap", 0) == 3 && isnan(number("gap", 1)));
}

Test(csv, quotes_line_ends_and_the_byte_order_mark)
{
    cr_assert_eq(
        decode("\xef\xbb\xbf\"a,b\",c\n\"x \"\"y\"\"\",\"two\nlines\"\n\n\"\",\"5\"\n", NULL),
        CX_OK);
    cr_assert_str_eq(cx_table_name(last, 0), "a,b");
    cr_assert_eq(cx_table_rows(last), 2);
    cr_assert_str_eq(label("a,b", 0), "x \"y\"");
    cr_assert_str_eq(label("c", 0), "two\nlines");
    cr_assert_str_eq(label("a,b", 1), "");
    cr_assert_str_eq(label("c", 1), "5");
    cr_assert_eq(decode("a;b\n1;2", CX_OPTS(cx_csv_opts, .delimiter = ';')), CX_OK);
    cr_assert(integer("a", 0) == 1 && integer("b", 0) == 2);
    cr_assert_eq(decode("1,2\n3,4\n", CX_OPTS(cx_csv_opts, .no_header = true)), CX_OK);
    cr_assert(cx_table_rows(last) == 2 && integer("x1", 1) == 4);
    cr_assert_eq(decode("a,\n1,2\n", NULL), CX_OK);
    cr_assert_str_eq(cx_table_name(last, 1), "x1");
    cr_assert_eq(decode("a,b\n", NULL), CX_OK);
    cr_assert(cx_table_rows(last) == 0 && cx_table_count(last) == 2);
}

Test(csv, pins_types)
{
    const cx_csv_opts *const o =
        CX_OPTS(cx_csv_opts,
                .types = "a: float32, 'b,c': category, d: bool, e: uint64, f: int8, g: float16");
    cr_assert_eq(
        decode("a,\"b,c\",d,e,f,g\n1,007,True,18446744073709551615,-128,1.5\n,8,0,0,127,nan\n", o),
        CX_OK, "%s", cx_error_message());
    cr_assert(cx_data_f32(cx_table_column(last, "a"))[0] == 1.0f &&
              isnan(cx_data_f32(cx_table_column(last, "a"))[1]));
    cr_assert_str_eq(label("b,c", 0), "007");
    cr_assert(cx_data_bool(cx_table_column(last, "d"))[0] &&
              !cx_data_bool(cx_table_column(last, "d"))[1]);
    cr_assert(cx_data_u64(cx_table_column(last, "e"))[0] == UINT64_MAX);
    cr_assert(cx_data_i8(cx_table_column(last, "f"))[0] == -128 &&
              cx_data_i8(cx_table_column(last, "f"))[1] == 127);
    cr_assert(cx_f16_to_float(cx_data_f16(cx_table_column(last, "g"))[0]) == 1.5f);
    cr_assert_eq(decode("a\n1\n", CX_OPTS(cx_csv_opts, .types = "age: float64")), CX_E_ARGUMENT);
    cr_assert_eq(decode("age\n1\n", CX_OPTS(cx_csv_opts, .types = "agee: float64")), CX_E_ARGUMENT);
    cr_assert_not_null(strstr(cx_error_message(), "did you mean 'age'"));
    cr_assert_eq(decode("a\n1\n", CX_OPTS(cx_csv_opts, .types = "a: string")), CX_E_ARGUMENT);
    cr_assert_eq(decode("a\n1\n", CX_OPTS(cx_csv_opts, .types = "a float64")), CX_E_ARGUMENT);
    cr_assert_eq(decode("a\n1\n", CX_OPTS(cx_csv_opts, .types = "a: complex64")), CX_E_ARGUMENT);
}

Test(csv, missing_values)
{
    cr_assert_eq(decode("a,b\n1,NA\n2,x\n", NULL), CX_OK);
    cr_assert_str_eq(label("b", 0), "");
    cr_assert_eq(decode("a,b\n?,NA\n2,x\n-,y\n", CX_OPTS(cx_csv_opts, .missing = "?, -")), CX_OK);
    cr_assert(isnan(number("a", 0)) && number("a", 1) == 2 && isnan(number("a", 2)));
    cr_assert_str_eq(label("b", 0), "NA");
    cr_assert_eq(decode("a\n-999\n1\n", CX_OPTS(cx_csv_opts, .missing = "-999")), CX_OK);
    cr_assert(isnan(number("a", 0)) && number("a", 1) == 1);
    cr_assert_eq(decode("a,b\n,1\n,2\n", NULL), CX_OK);
    cr_assert_eq(cx_table_dtype(last, 0), CX_F64);
    cr_assert_eq(decode("a,b\n1,1\n,2\n", CX_OPTS(cx_csv_opts, .types = "a: int64")), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "line 3, column 1: no value in 'a'"), "%s",
                       cx_error_message());
}

Test(csv, large_numbers)
{
    cr_assert_eq(decode("a,b\n9223372036854775807,1e400\n-9223372036854775808,1\n", NULL), CX_OK);
    cr_assert_eq(cx_table_dtype(last, 0), CX_I64);
    cr_assert_eq(number("b", 0), INFINITY);
    cr_assert_eq(decode("a\n9223372036854775808\n1\n", NULL), CX_OK);
    cr_assert_eq(number("a", 0), 9223372036854775808.0);
}

Test(csv, errors_have_a_line_and_a_column)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "line 1: the file is empty"},
        {"\n\n", "line 1: the file is empty"},
        {"a,b\n1,2\n3\n", "line 3: 1 fields, expected 2"},
        {"a,b\n1,2,3\n", "line 2: 3 fields, expected 2"},
        {"a,b\n1,5\" pipe\n", "line 2, column 4: a quote inside"},
        {"a,b\n1,\"x\"y\n", "line 2, column 6: text after the closing quote"},
        {"a,b\n1,\"never\n2,3\n", "line 2, column 3: the quoted field is never closed"},
        {"a,b\n1,2\r3,4\n", "line 2, column 4: a carriage return"},
        {"a,a\n1,2\n", "column name 'a' occurs twice (columns 1 and 2)"},
        {"a\nx\n\xff\xfe\n", "line 3, column 1: not valid UTF-8"},
        {"\xff\n1\n", "line 1, column 1: not valid UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(decode(cases[i].text, NULL), CX_E_PARSE, "%zu", i);
        cr_assert_not_null(strstr(cx_error_message(), cases[i].says), "%s", cx_error_message());
    }
    cr_assert_eq(decode("a,b\n1,2\n3,x y\n", CX_OPTS(cx_csv_opts, .types = "b: int64")),
                 CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "line 3, column 3: 'x y' in 'b' is no int64"),
                       "%s", cx_error_message());
    cr_assert_eq(decode("a\n300\n", CX_OPTS(cx_csv_opts, .types = "a: uint8")), CX_E_PARSE);
    cr_assert_eq(decode("a\n-1\n", CX_OPTS(cx_csv_opts, .types = "a: uint8")), CX_E_PARSE);
    cr_assert_eq(decode("a\n128\n", CX_OPTS(cx_csv_opts, .types = "a: int8")), CX_E_PARSE);
    cr_assert_eq(decode_n("a\n1\0\n", 5, NULL), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "NUL"));
    cr_assert_eq(decode("a\n1\n", CX_OPTS(cx_csv_opts, .delimiter = '"')), CX_E_ARGUMENT);
    cr_assert_eq(decode("a\n1\n", CX_OPTS(cx_csv_opts, .max_rows = -1)), CX_E_ARGUMENT);
    cr_assert_eq(decode("a\n1\n", &(const cx_csv_opts){.delimiter = ','}), CX_E_ARGUMENT);
}

Test(csv, max_rows_stops_before_what_is_wrong)
{
    cr_assert_eq(decode("a,b\n1,2\n3,4\n5\n", CX_OPTS(cx_csv_opts, .max_rows = 2)), CX_OK);
    cr_assert_eq(cx_table_rows(last), 2);
}

/* Megabytes, so that the text is cut: quoted line ends everywhere, a value of another type only
 * at the end. */
Test(csv, pieces_give_what_one_piece_gives)
{
    cx__text t = {0};
    const int rows = 150000;
    cx__text_puts(&t, "i,x,s\n");
    for (int i = 0; i < rows; i++)
        cx__text_f(&t, "%d,%d%s,\"k %d\n\"\"q\"\", z\"\n", i, i, i == rows - 1 ? ".5" : "",
                   i % 1000);
    cr_assert_gt(t.len, 3u << 20);
    cr_assert_eq(decode_n(t.at, t.len, NULL), CX_OK, "%s", cx_error_message());
    cr_assert(cx_table_rows(last) == rows && cx_table_dtype(last, 0) == CX_I64 &&
              cx_table_dtype(last, 1) == CX_F64);
    const cx_array *const i = cx_table_column(last, "i"), *const x = cx_table_column(last, "x"),
                          *const s = cx_table_column(last, "s");
    const int64_t *const pi = cx_data_i64(i);
    const double *const px = cx_data_f64(x);
    cr_assert_eq(cx_category_count(s), 1000);
    for (int k = 0; k < rows; k++) {
        char want[40];
        (void)snprintf(want, sizeof want, "k %d\n\"q\", z", k % 1000);
        cr_assert(pi[k] == k && px[k] == (k == rows - 1 ? k + 0.5 : k));
        cr_assert_str_eq(cx_label(s, k), want);
    }
    /* A fault far inside is told with its own line: two lines a record after the header. */
    char *const bad = strstr(t.at + t.len / 2, "\n9");
    cr_assert_not_null(bad);
    long line = 2;
    for (const char *p = t.at; p < bad; p++) line += *p == '\n';
    bad[1] = '"';
    char want[40];
    (void)snprintf(want, sizeof want, "line %ld", line);
    cr_assert_eq(decode_n(t.at, t.len, NULL), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), want), "%s, not %s", cx_error_message(), want);
    cx__text_free(&t);
}

Test(csv, every_prefix_is_a_table_or_an_error)
{
    const char *const text = "a,\"b \"\"c\"\"\"\r\n1,\"x\ny\"\r\n2.5,gr\xc3\xb6\xc3\x9f\r\n";
    for (size_t n = 0; n <= strlen(text); n++) {
        char *const part = malloc(n + 1); /* exactly n bytes and no terminator that could help */
        memcpy(part, text, n);
        const cx_status st = decode_n(part, n, NULL);
        cr_assert(st == CX_OK || st == CX_E_PARSE, "%zu: %s", n, cx_error_message());
        free(part);
    }
}

Test(csv, numbers_do_not_follow_the_locale)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        cr_skip_test("locale de_DE.UTF-8 is not installed");
    cr_assert_eq(decode("a\n1.5\n2.25\n", NULL), CX_OK);
    cr_assert(number("a", 0) == 1.5 && number("a", 1) == 2.25);
}

/* Quotes keep a field off the fast road: both roads give the same types, bits and errors. */
Test(csv, plain_and_quoted_numbers_agree)
{
    static const char *const shapes[] = {
        "%d",        "-%d",    "%d.%d",  "-%d.%de%d", "%d.",
        ".%d",       "%dE-%d", "%de+%d", "-0",        "%d000000000000000000",
        "%d.%d%d%d", "1e40%d", "%de",    "+%d",       "--%d",
        "%d.%d.%d",  "nan",    "-inf",   "%d-",       "0000%d"};
    enum { SHAPES = 20, ROUNDS = 400, ROWS = 5 };
    unsigned state = 12345;
    for (int round = 0; round < ROUNDS; round++) {
        char plain[2000] = "a,b\r\n", quoted[2000] = "a,b\r\n";
        const int kinds = round % 3 == 0 ? 4 : round % 3 == 1 ? 12 : SHAPES;
        for (int i = 0; i < ROWS * 2; i++) {
            char word[100];
            int v[5];
            for (int k = 0; k < 5; k++) {
                state = state * 1664525u + 1013904223u;
                v[k] = (int)(state >> 12) % (k == 2 ? 30 : 100000);
            }
            (void)snprintf(word, sizeof word, shapes[v[0] % kinds], v[1], v[3], v[2], v[4]);
            (void)snprintf(plain + strlen(plain), 200, "%s%s", word, i % 2 == 0 ? "," : "\r\n");
            (void)snprintf(quoted + strlen(quoted), 200, "\"%s\"%s", word,
                           i % 2 == 0 ? "," : "\r\n");
        }
        const cx_csv_opts o = {.struct_size = sizeof o,
                               .types = round % 5 == 4 ? "a: float64, b: float64" : NULL,
                               .missing = round % 7 == 6 ? "-0, 0000" : NULL};
        const cx_status st = decode(plain, &o);
        cx_table *const first = st == CX_OK ? cx_table_retain(last) : NULL;
        cr_assert_eq(decode(quoted, &o), st, "%s", plain);
        for (int k = 0; k < 2 && st == CX_OK; k++) {
            const cx_array *a = cx_table_column_at(first, k), *b = cx_table_column_at(last, k);
            cr_assert_eq(cx_dtype_of(a), cx_dtype_of(b), "%s", plain);
            if (cx_dtype_of(a) == CX_CAT)
                for (int i = 0; i < ROWS; i++) cr_assert_str_eq(cx_label(a, i), cx_label(b, i));
            else if (cx_dtype_of(a) == CX_F64)
                cr_assert_eq(memcmp(cx_data_f64(a), cx_data_f64(b), ROWS * sizeof(double)), 0, "%s",
                             plain);
            else
                cr_assert_eq(memcmp(cx_data_i64(a), cx_data_i64(b), ROWS * sizeof(int64_t)), 0);
        }
        cx_table_release(first);
    }
}

/* The fast road's numbers are the C library's, which rounds correctly. */
Test(csv, numbers_are_the_nearest_doubles)
{
    unsigned long long state = 7;
    for (int round = 0; round < 20000; round++) {
        char text[80];
        state = state * 6364136223846793005u + 1442695040888963407u;
        const unsigned long long m = state >> (round % 60);
        const int e = (int)(state >> 7 & 63) - 32;
        if (round % 2 == 0)
            (void)snprintf(text, sizeof text, "%llue%d", m, e);
        else
            (void)snprintf(text, sizeof text, "%llu.%llue%d", m % 100000, m, e);
        double v = 0;
        cr_assert_eq(cx__read_f64(text, text + strlen(text), &v), text + strlen(text), "%s", text);
        cr_assert_eq(v, plain_number(text, NULL), "%s", text);
    }
}
