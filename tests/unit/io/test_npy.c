/* The .npy header: what is understood, what is refused and where. Files are made in memory. */
#include "base/alloc.h"
#include "io/format.h"
#include <criterion/criterion.h>
#include <string.h>

/* A version 1.0 file of that header text and so many zero bytes of data; returns its size. */
static size_t make(char *file, const char *header, size_t data)
{
    const size_t n = strlen(header);
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (char)(n & 0xff);
    file[9] = (char)(n >> 8);
    memcpy(file + 10, header, n);
    memset(file + 10 + n, 0, data);
    return 10 + n + data;
}

static cx_status parse(const char *header, size_t data, cx__npy_header *h)
{
    static char file[8192];
    const size_t size = make(file, header, data);
    return cx__npy_parse("load", file, size, h);
}

Test(npy, headers_that_numpy_writes)
{
    cx__npy_header h;
    cr_assert_eq(parse("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  \n", 96, &h),
                 CX_OK);
    cr_assert(h.dtype == CX_F64 && !h.swap && !h.fortran && h.ndim == 2 && h.shape[0] == 3 &&
              h.shape[1] == 4 && h.bytes == 96);
    cr_assert_eq(parse("{'descr': '>i4', 'fortran_order': True, 'shape': (5,), }\n", 20, &h),
                 CX_OK);
    cr_assert(h.dtype == CX_I32 && h.swap && h.fortran && h.ndim == 1 && h.size == 5);
    cr_assert_eq(parse("{\"shape\":(),\"fortran_order\":False,\"descr\":\"|b1\"}", 1, &h), CX_OK);
    cr_assert(h.dtype == CX_BOOL && h.ndim == 0 && h.size == 1);
    cr_assert_eq(parse("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n", 24, &h),
                 CX_OK);
    cr_assert_eq(
        parse("{'descr': '<V2', 'fortran_order': False, 'shape': (0, 1000000000), }\n", 0, &h),
        CX_OK);
    cr_assert(h.dtype == CX_BF16 && h.size == 0);
    cr_assert_eq(parse("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }\n", 24, &h),
                 CX_OK);
    cr_assert(h.text == 'U' && h.itemsize == 12);
}

Test(npy, malformed_headers_are_told_with_the_byte)
{
    static const struct {
        const char *header;
        cx_status st;
        const char *says;
    } cases[] = {
        {"", CX_E_PARSE, "byte 10"},
        {"[]", CX_E_PARSE, "expected '{'"},
        {"{'descr': '<f8', 'fortran_order': False}", CX_E_PARSE, "lacks shape"},
        {"{'descr': '<f8', 'shape': (1,), }", CX_E_PARSE, "lacks fortran_order"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", CX_E_PARSE,
         "each key once"},
        {"{'descr': '<f8', 'colour': 1}", CX_E_PARSE, "byte 27: expected one of the keys"},
        {"{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,), }", CX_E_PARSE, "True or False"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1), }", CX_E_PARSE, "','"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", CX_E_PARSE, "an extent"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1 2), }", CX_E_PARSE, "',' or ')'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", CX_E_PARSE,
         "2^63"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
         CX_E_PARSE, "addressed"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000,), }", CX_E_PARSE,
         "promises 8000000 bytes"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } x", CX_E_PARSE,
         "nothing after"},
        {"{'descr': '<f8", CX_E_PARSE, "closing quote"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE,
         "[('a', '<f4')]"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "object dtype |O"},
        {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "<M8[ns]"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "<f16"},
        {"{'descr': '<V8', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "<V8"},
        {"{'descr': '', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "unknown"},
        {"{'descr': '<U', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "<U"},
        {"{'descr': '<U99999999999', 'fortran_order': False, 'shape': (1,), }", CX_E_DTYPE, "U99"},
        {"{'descr': '|S0', 'fortran_order': False, 'shape': (99999999999,), }", CX_E_PARSE,
         "empty texts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cx__npy_header h;
        cr_assert_eq(parse(cases[i].header, 8, &h), cases[i].st, "%s: %s", cases[i].header,
                     cx_error_message());
        cr_assert_not_null(strstr(cx_error_message(), cases[i].says), "%s: %s", cases[i].header,
                           cx_error_message());
        cr_assert_eq(strncmp(cx_error_message(), "load: ", 6), 0);
    }
    char deep[300] = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
    for (int i = 0; i < 33; i++) strcat(deep, "1, ");
    strcat(deep, ")}");
    cx__npy_header h;
    cr_assert_eq(parse(deep, 8, &h), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "32 dimensions"));
}

Test(npy, foreign_beginnings)
{
    cx__npy_header h;
    cr_assert_eq(cx__npy_parse("load", "", 0, &h), CX_E_PARSE);
    cr_assert_eq(cx__npy_parse("load", "PK\3\4abcdefgh", 12, &h), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "cx_npz_load"));
    cr_assert_eq(cx__npy_parse("load", "1,2,3\n4,5,6\n", 12, &h), CX_E_PARSE);
    cr_assert_eq(cx__npy_parse("load", "\x93NUMPY\4\0\0\0\0\0", 12, &h), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "4.0"));
    cr_assert_eq(cx__npy_parse("load", "\x93NUMPY\2\0\xff\xff\xff\xff", 12, &h), CX_E_PARSE);
}

/* Every proper prefix of a file is an error, never a crash and never an array. */
Test(npy, truncation_at_every_byte)
{
    char file[512];
    const char *const headers[] = {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n",
                                   "{'descr': '<U2', 'fortran_order': True, 'shape': (2, 2), }\n"};
    for (int k = 0; k < 2; k++) {
        const size_t size = make(file, headers[k], 32);
        for (size_t n = 0; n < size; n++) {
            char *const part = cx__alloc(n);
            memcpy(part, file, n);
            const cx_scope s = cx_scope_open();
            cx_array *a = NULL;
            cr_assert_eq(cx__npy_decode("load", part, n, &a), CX_E_PARSE, "%zu", n);
            cr_assert_eq(cx_scope_close(s), CX_OK);
        }
    }
    cr_assert_eq(cx__alloc_live(), 0);
}

/* Version 1 has two bytes for the header's length; a longer header takes version 2 by itself. */
Test(npy, long_headers_take_version_2)
{
    static char descr[70001];
    memset(descr, 'x', sizeof descr - 1);
    for (int version = 0; version <= 3; version++) {
        cx__text head = {0};
        cx__npy_header_text(&head, version, version == 0 ? descr : "<f8", false, 0, NULL);
        cr_assert_not(head.failed);
        cr_assert(head.len % 64 == 0 && head.at[head.len - 1] == '\n');
        cr_assert_eq(head.at[6], version == 0 ? 2 : version);
        const unsigned char *const u = (const unsigned char *)head.at;
        const size_t first = version == 1 ? 10 : 12;
        size_t length = u[8] | (size_t)u[9] << 8;
        if (version != 1) length |= (size_t)u[10] << 16 | (size_t)u[11] << 24;
        cr_assert_eq(first + length, head.len);
        cx__text_free(&head);
    }
}
