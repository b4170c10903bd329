/* Facts about dtypes: one table made of dtypes.def, names and their parser, the 16-bit floats as
 * functions. Promotion is in promote.c. Knows no array. */
#include "core/array.h"
#include <calx/half.h>
#include <string.h>

const cx__dtype_info cx__dtypes[CX_DTYPE_COUNT] = {
    [CX_DTYPE_NONE] = {"none", "", 0, 0},
#define CX_DTYPE(NAME, value, ctype, sfx, text_, size, kind_, descr_) \
    [CX_##NAME] = {.text = (text_), .descr = (descr_), .bytes = (size), .kind = (kind_)},
#include <calx/dtypes.def>
#undef CX_DTYPE
};

static bool valid(cx_dtype t)
{
    return (int)t > CX_DTYPE_NONE && (int)t < CX_DTYPE_COUNT;
}

const char *cx_dtype_name(cx_dtype t)
{
    return valid(t) || t == CX_DTYPE_NONE ? cx__dtypes[t].text : "?";
}
size_t cx_dtype_size(cx_dtype t)
{
    return valid(t) ? cx__dtypes[t].bytes : 0;
}
char cx_dtype_kind(cx_dtype t)
{
    return valid(t) ? cx__dtypes[t].kind : '\0';
}

/* Names that NumPy accepts beside its canonical ones and the .npy codes. */
static const struct {
    const char *text;
    cx_dtype t;
} aliases[] = {
    {"?", CX_BOOL},          {"bool_", CX_BOOL}, {"int", CX_I64},     {"uint", CX_U64},
    {"half", CX_F16},        {"single", CX_F32}, {"float", CX_F64},   {"double", CX_F64},
    {"complex", CX_C128},    {"bf16", CX_BF16},  {"csingle", CX_C64}, {"cdouble", CX_C128},
    {"categorical", CX_CAT},
};

bool cx__dtype_find(const char *text, cx_dtype *out)
{
    const bool order = text[0] == '<' || text[0] == '=' || text[0] == '|';
    const char *const code = text + (order ? 1 : 0);
    for (int t = CX_DTYPE_NONE + 1; t < CX_DTYPE_COUNT; t++) {
        const bool has_code = t != CX_CAT && t != CX_BF16; /* their codes mean another dtype */
        if ((!order && strcmp(text, cx__dtypes[t].text) == 0) ||
            (has_code && strcmp(code, cx__dtypes[t].descr) == 0)) {
            *out = (cx_dtype)t;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (strcmp(text, aliases[i].text) == 0) {
            *out = aliases[i].t;
            return true;
        }
    }
    return false;
}
const char *cx__dtype_near(const char *text)
{
    const char *words[CX_DTYPE_COUNT];
    for (int t = 1; t < CX_DTYPE_COUNT; t++) words[t - 1] = cx__dtypes[t].text;
    words[CX_DTYPE_COUNT - 1] = NULL;
    return cx__nearest(text, words);
}

cx_status cx_dtype_parse(const char *text, cx_dtype *out)
{
    if (text == NULL || out == NULL)
        return cx__fail(CX_E_NULL, "dtype_parse", "%s is NULL", text == NULL ? "text" : "out");
    if (cx__dtype_find(text, out)) return CX_OK;
    const char *const near = cx__dtype_near(text);
    if (near != NULL)
        return cx__fail(CX_E_PARSE, "dtype_parse", "'%.40s' is no dtype; did you mean '%s'?", text,
                        near);
    return cx__fail(CX_E_PARSE, "dtype_parse", "'%.40s' is no dtype", text);
}

float cx_f16_to_float(cx_float16 h)
{
    return cx__f16_decode(h.bits);
}
cx_float16 cx_f16_from_float(float f)
{
    return (cx_float16){cx__f16_encode(f)};
}
float cx_bf16_to_float(cx_bfloat16 h)
{
    return cx__bf16_decode(h.bits);
}
cx_bfloat16 cx_bf16_from_float(float f)
{
    return (cx_bfloat16){cx__bf16_encode(f)};
}
