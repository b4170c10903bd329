/* safetensors: round trips of every dtype, and headers that lie. */
#include "base/alloc.h"
#include "base/object.h"
#include "io/format.h"
#include <calx.h>
#include "files.h"
#include <criterion/criterion.h>
#include <locale.h>
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

TestSuite(safetensors, .init = setup, .fini = teardown);

static const unsigned char pattern[6 * 16] = {1,  0,  1,  0,  1,  1,  7,  8,  9,  10,
                                              11, 12, 13, 14, 15, 16, 17, 18, 19, 63,
                                              21, 22, 23, 64, 1,  2,  3,  4,  5,  6};

Test(safetensors, every_dtype_comes_back)
{
    const char *names[CX_DTYPE_COUNT];
    const cx_array *arrays[CX_DTYPE_COUNT];
    int n = 0;
    for (int t = CX_BOOL; t < CX_CAT; t++) {
        names[n] = cx_dtype_name((cx_dtype)t);
        arrays[n++] = cx_copy_host(pattern, CX_SHAPE(2, 3), (cx_dtype)t);
    }
    cr_assert_eq(
        cx_safetensors_save(path, (cx_names){n, names}, (cx_arrays){n, arrays},
                            (const char *const[]){"spec", "A(\"b\")", "größe", "ß\n", NULL}),
        CX_OK, "%s", cx_error_message());
    const cx_tensors *const t = cx_safetensors_load(path);
    cr_assert_eq(cx_tensors_status(t), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_tensors_count(t), n);
    cr_assert_str_eq(cx_tensors_metadata(t, "spec"), "A(\"b\")");
    cr_assert_str_eq(cx_tensors_metadata(t, "größe"), "ß\n");
    cr_assert_null(cx_tensors_metadata(t, "calx.dtypes"));
    for (int k = 0; k < n; k++) {
        const cx_array *const a = cx_tensors_get(t, names[k]);
        cr_assert(cx_dtype_of(a) == cx_dtype_of(arrays[k]) && cx_ndim(a) == 2 &&
                  cx_dim(a, 0) == 2 && cx_dim(a, 1) == 3);
        const void *p, *q;
        size_t np, nq;
        cr_assert_eq(cx__io_bytes("test", "a", a, &p, &np), CX_OK);
        cr_assert_eq(cx__io_bytes("test", "b", arrays[k], &q, &nq), CX_OK);
        cr_assert(np == nq && memcmp(p, q, np) == 0, "%s", names[k]);
    }
}

Test(safetensors, categories_come_back_with_their_dictionary)
{
    const int32_t codes[] = {2, 0, -1, 2};
    cx_array *const cat = cx_categories_new(cx_copy_host(codes, CX_SHAPE(2, 2), CX_I32), 3,
                                            (const char *const[]){"z", "unused", ""});
    cx_array *const empty = cx_categories_new(cx_copy_host(codes, CX_SHAPE(0), CX_I32), 0, NULL);
    cx_array *const z = cx_index(cx_copy_host(pattern, CX_SHAPE(), CX_C128), "...");
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("y", "e", "z"),
                                     CX_ARRAYS(cx_transpose(cat), empty, z), NULL),
                 CX_OK, "%s", cx_error_message());
    const cx_tensors *const t = cx_safetensors_load(path);
    cr_assert_eq(cx_tensors_status(t), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_tensors_count(t), 3);
    const cx_array *const y = cx_tensors_get(t, "y");
    cr_assert(cx_dtype_of(y) == CX_CAT && cx_category_count(y) == 3 && cx_dim(y, 0) == 2);
    cr_assert_str_eq(cx_category(y, 1), "unused");
    const int32_t *const back = cx_data_i32(cx_codes(y));
    cr_assert(back[0] == 2 && back[1] == -1 && back[2] == 0 && back[3] == 2);
    cr_assert(cx_category_count(cx_tensors_get(t, "e")) == 0 &&
              cx_dtype_of(cx_tensors_get(t, "e")) == CX_CAT);
    cr_assert(cx_ndim(cx_tensors_get(t, "z")) == 0 &&
              cx_dtype_of(cx_tensors_get(t, "z")) == CX_C128);
}

Test(safetensors, refuses_what_it_could_not_read_back)
{
    cx_array *const a = cx_f64(1), *const cat = cx_categories_new(
                                       cx_copy_host(pattern, CX_SHAPE(0), CX_I32), 0, NULL);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("a", "a"), CX_ARRAYS(a, a), NULL),
                 CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("a"), CX_ARRAYS(a, a), NULL), CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("\xff"), CX_ARRAYS(a), NULL), CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("__metadata__"), CX_ARRAYS(a), NULL),
                 CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("y", "y.offsets"), CX_ARRAYS(cat, a), NULL),
                 CX_E_ARGUMENT);
    const char *const odd[] = {"key", NULL}, *const twice[] = {"k", "1", "k", "2", NULL},
                      *const ours[] = {"calx.dtypes", "{}", NULL};
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("a"), CX_ARRAYS(a), odd), CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("a"), CX_ARRAYS(a), twice), CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("a"), CX_ARRAYS(a), ours), CX_E_ARGUMENT);
    cr_assert_eq(cx_safetensors_save("/no/such/folder/x", CX_NAMES("a"), CX_ARRAYS(a), NULL),
                 CX_E_IO);
}

/* A file of that header and data bytes of zero, decoded. */
static cx_status decode(const char *header, size_t data)
{
    const size_t n = strlen(header);
    char *const file = calloc(1, 8 + n + data);
    file[0] = (char)(n & 0xff);
    file[1] = (char)(n >> 8);
    memcpy(file + 8, header, n);
    cx_tensors *t = NULL;
    const cx_status st = cx__safetensors_decode("safetensors_load", file, 8 + n + data, &t);
    cx_tensors_release(t);
    free(file);
    return st;
}

Test(safetensors, headers_that_lie)
{
    static const struct {
        const char *header;
        size_t data;
        cx_status st;
        const char *says;
    } cases[] = {
        {"{}", 0, CX_OK, ""},
        {"{}  ", 0, CX_OK, ""},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, CX_OK, ""},
        {"", 0, CX_E_PARSE, "expected '{'"},
        {"[]", 0, CX_E_PARSE, "expected '{'"},
        {" {}", 0, CX_E_PARSE, "expected '{'"},
        {"{\"a\"", 0, CX_E_PARSE, "byte 12"},
        {"{} x", 0, CX_E_PARSE, "byte"},
        {"{}", 1, CX_E_PARSE, "1 bytes after"},
        {"{\"a\":1}", 0, CX_E_PARSE, "tensor 'a'"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":1}", 8, CX_E_PARSE,
         "duplicate"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9]}}", 9, CX_E_PARSE,
         "needs 8 bytes"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, CX_E_PARSE,
         "outside the 7 bytes"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, CX_E_PARSE,
         "outside"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, CX_E_PARSE,
         "extent"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, CX_E_PARSE,
         "extent"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, CX_E_PARSE, "shape"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", 8,
         CX_E_PARSE, "overflows"},
        {"{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8, CX_E_DTYPE,
         "F8_E5M2"},
        {"{\"a\":{\"dtype\":7,\"shape\":[8],\"data_offsets\":[0,8]}}", 8, CX_E_PARSE, "dtype"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],"
         "\"data_offsets\":[2,6]}}",
         6, CX_E_PARSE, "overlaps"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],"
         "\"data_offsets\":[5,9]}}",
         9, CX_E_PARSE, "unused"},
        {"{\"__metadata__\":[]}", 0, CX_E_PARSE, "__metadata__"},
        {"{\"__metadata__\":{\"a\":1}}", 0, CX_E_PARSE, "'a'"},
        {"{\"__metadata__\":{\"calx.dtypes\":\"7\"}}", 0, CX_E_PARSE, "JSON object"},
        {"{\"__metadata__\":{\"calx.dtypes\":\"{\\\"a\\\":\\\"category\\\"}\"}}", 0, CX_E_PARSE,
         "names no tensor"},
        {"{\"__metadata__\":{\"calx.dtypes\":\"{\\\"a\\\":\\\"category\\\"}\"},\"a\":{\"dtype\":\"I32\",\"shape\":[1],"
         "\"data_offsets\":[0,4]}}",
         4, CX_E_PARSE, "needs I32 codes"},
        {"{\"__metadata__\":{\"calx.dtypes\":\"{\\\"a\\\":\\\"complex128\\\"}\"},\"a\":{\"dtype\":\"F64\",\"shape\":[1],"
         "\"data_offsets\":[0,8]}}",
         8, CX_E_PARSE, "last extent of 2"},
        /* codes of an empty dictionary */
        {"{\"__metadata__\":{\"calx.dtypes\":\"{\\\"a\\\":\\\"category\\\"}\"},\"a.offsets\":{\"dtype\":\"I64\",\"shape\":[1],"
         "\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[8,12]},"
         "\"a.categories\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[12,12]}}",
         12, CX_E_PARSE, "code 0 of 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(decode(cases[i].header, cases[i].data), cases[i].st, "%s: %s", cases[i].header,
                     cx_error_message());
        if (cases[i].st != CX_OK)
            cr_assert_not_null(strstr(cx_error_message(), cases[i].says), "%s: %s", cases[i].header,
                               cx_error_message());
    }
    cx_tensors *t = NULL;
    char huge[9] = {0, 0, 0, 0, 0, 0, 0, 0x7f, '{'};
    cr_assert_eq(cx__safetensors_decode("safetensors_load", huge, 9, &t), CX_E_PARSE);
    cr_assert_eq(cx__safetensors_decode("safetensors_load", huge, 3, &t), CX_E_PARSE);
}

Test(safetensors, truncation_at_every_byte)
{
    const int32_t codes[] = {1, 0};
    cx_array *const cat = cx_categories_new(cx_copy_host(codes, CX_SHAPE(2), CX_I32), 2,
                                            (const char *const[]){"no", "yes"});
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("x", "y"), CX_ARRAYS(cx_f64(1), cat),
                                     (const char *const[]){"k", "v", NULL}),
                 CX_OK);
    char *file;
    size_t size;
    cr_assert_eq(cx__file_read("test", path, &file, &size), CX_OK);
    for (size_t n = 0; n < size; n++) {
        char *const part = malloc(n + 1);
        memcpy(part, file, n);
        cx_tensors *t = NULL;
        cr_assert_eq(cx__safetensors_decode("safetensors_load", part, n, &t), CX_E_PARSE,
                     "%zu of %zu", n, size);
        free(part);
    }
    /* a header with one byte changed is an error or another valid header, never a crash */
    for (size_t n = 0; n < size; n++) {
        cx_tensors *t = NULL;
        char *const part = malloc(size);
        memcpy(part, file, size);
        part[n] = (char)(part[n] ^ 0x11);
        (void)cx__safetensors_decode("safetensors_load", part, size, &t);
        cx_tensors_release(t);
        free(part);
    }
    cx__free(file);
}

Test(safetensors, does_not_follow_the_locale)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        cr_skip_test("locale de_DE.UTF-8 is not installed");
    const char *const spec = "{\"C\": 0.5}";
    const char *const metadata[] = {"spec", spec, NULL};
    cr_assert_eq(cx_safetensors_save(path, CX_NAMES("x"), CX_ARRAYS(cx_f64(0.5)), metadata), CX_OK);
    const cx_tensors *const t = cx_safetensors_load(path);
    cr_assert_str_eq(cx_tensors_metadata(t, "spec"), spec);
    cr_assert_eq(cx_item_f64(cx_tensors_get(t, "x")), 0.5);
    cr_assert_eq(decode("{\"a\":{\"dtype\":\"U8\",\"shape\":[8.5],\"data_offsets\":[0,8]}}", 8),
                 CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "extent"), "%s", cx_error_message());
}
