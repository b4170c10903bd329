/* Signatures of kernels: what is read, and for each wrong one the column and the word. */
#include "ops/kernel/signature.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static cx_status parse(const char *text, cx__kernel_signature *s)
{
    memset(s, 0, sizeof *s);
    return cx__kernel_signature_parse("kernel_new", text, s);
}

Test(signature, what_is_read)
{
    static const struct {
        const char *name;
        cx_dtype dtype;
        bool array, out;
    } want[] = {{"x", CX_F32, true, false},   {"y", CX_F64, true, true},
                {"n", CX_I64, false, false},  {"_h1", CX_BF16, true, true},
                {"z", CX_C128, false, false}, {"b", CX_BOOL, false, false},
                {"d", CX_F64, true, false},   {"u", CX_U8, true, true}};
    cx__kernel_signature s;
    cr_assert_eq(parse(" const float32 *x,float64*y , int64 n, bfloat16 * _h1,\n complex128 z,"
                       "const bool_ b, const\tdouble *d, u1 *u\n",
                       &s),
                 CX_OK, "%s", cx_error_message());
    cr_assert_eq(s.count, 8);
    cr_assert(s.inputs == 5 && s.outputs == 3);
    for (int i = 0; i < s.count; i++) {
        cr_assert_str_eq(s.param[i].name, want[i].name);
        cr_assert(s.param[i].dtype == want[i].dtype && s.param[i].array == want[i].array &&
                      s.param[i].out == want[i].out,
                  "parameter %d", i);
    }
    cx__kernel_signature_free(&s);
}

Test(signature, what_is_refused)
{
    static const struct {
        const char *text, *says;
        cx_status st;
    } wrong[] = {
        {"", "a dtype is expected at the end", CX_E_PARSE},
        {"float32 *x,", "a dtype is expected at the end", CX_E_PARSE},
        {"const", "a dtype is expected at the end", CX_E_PARSE},
        {"float32 *x, , int64 n",
         "a dtype is expected at column 13 of the signature, not ', int64 n'", CX_E_PARSE},
        {"flaot32 *x",
         "'flaot32' at column 1 of the signature is no dtype; did you mean 'float32'?", CX_E_PARSE},
        {"int64 n, const long *x", "'long' at column 16 of the signature is no dtype", CX_E_PARSE},
        {"float *x", "'float' at column 1 of the signature is float64 in NumPy and float32 in C",
         CX_E_PARSE},
        {"float32 *x, int n",
         "'int' at column 13 of the signature is int64 in NumPy and int32 in C", CX_E_PARSE},
        {"category *x", "kernels take the codes of categories", CX_E_PARSE},
        {"float32 *x, float16 h", "float16 at column 13 of the signature: 16-bit floats",
         CX_E_PARSE},
        {"float32 *", "a parameter's name is expected at the end", CX_E_PARSE},
        {"float32 **x", "a parameter's name is expected at column 10 of the signature, not '*x'",
         CX_E_PARSE},
        {"float32 *const x", "a parameter's name is expected at column 10", CX_E_PARSE},
        {"float32 x[3]", "',' or the end is expected at column 10 of the signature, not '[3]'",
         CX_E_PARSE},
        {"float32 *x, int64 x",
         "the name 'x' at column 19 of the signature is taken by parameter 1", CX_E_PARSE},
        {"float32 *2x", "a parameter's name is expected at column 10", CX_E_PARSE},
        {"int64 n, float32 a", "no parameter of 'int64 n, float32 a' is an array", CX_E_ARGUMENT},
        {"float3200000000000000000000000000000000000000000000 *x", "is no dtype", CX_E_PARSE}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cx__kernel_signature s;
        cr_expect_eq(parse(wrong[i].text, &s), wrong[i].st, "%s: %s", wrong[i].text,
                     cx_error_message());
        cr_expect(strstr(cx_error_message(), wrong[i].says) != NULL, "%s: %s", wrong[i].text,
                  cx_error_message());
        cx__kernel_signature_free(&s);
    }
}

Test(signature, how_many)
{
    char text[600] = "";
    size_t used = 0;
    cx__kernel_signature s;
    for (int i = 0; i < 33; i++) {
        cr_assert_eq(i == 0 || parse(text, &s) == CX_OK, true, "%s", cx_error_message());
        if (i > 0) cr_assert_eq(s.count, i);
        if (i > 0) cx__kernel_signature_free(&s);
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%suint8 *p%d", i > 0 ? ", " : "", i);
    }
    cr_assert_eq(parse(text, &s), CX_E_PARSE);
    cr_assert(strstr(cx_error_message(), "more than 32 parameters") != NULL, "%s",
              cx_error_message());
    cx__kernel_signature_free(&s);
}

Test(signature, identifiers)
{
    cr_assert(cx__is_identifier("saxpy") && cx__is_identifier("_a1"));
    cr_assert(!cx__is_identifier("") && !cx__is_identifier("1a") && !cx__is_identifier("a b"));
}
