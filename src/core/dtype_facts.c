/* Facts about dtypes that programs ask for: limits, kinds, common dtypes. The one idea: everything
 * follows from the widths of mantissa and exponent and from the kind letters of dtypes.def. */
#include "core/promote.h"
#include <math.h>
#include <string.h>

cx_dtype cx_result_type(cx_arrays operands)
{
    static const char where[] = "result_type";
    cx_dtype t = CX_DTYPE_NONE;
    cx_status st = CX_OK;
    if (operands.count <= 0)
        st = cx__fail(CX_E_ARGUMENT, where, "%d operands; at least one is needed", operands.count);
    else if (operands.at == NULL)
        st = cx__fail(CX_E_NULL, where, "operands are NULL");
    for (int i = 0; i < operands.count && st == CX_OK; i++)
        if (operands.at[i] == NULL || !cx__is_scalar(operands.at[i]))
            st = cx__check(where, "an operand", operands.at[i], CX__KIND_ARRAY);
    if (st == CX_OK) st = cx__result_type(where, operands.count, operands.at, &t);
    if (st == CX_OK) return t;
    (void)cx__mark(st);
    return CX_DTYPE_NONE;
}

/* v as the dtype rounds it. */
static double rounded(cx_dtype t, double v)
{
    if (t == CX_F64) return v;
    if (t == CX_F32) return (double)(float)v;
    return t == CX_F16 ? (double)cx_f16_to_float(cx_f16_from_float((float)v))
                       : (double)cx_bf16_to_float(cx_bf16_from_float((float)v));
}

cx_float_info cx_finfo(cx_dtype t)
{
    static const struct {
        cx_dtype t;
        int nmant, nexp;
    } known[] = {{CX_F16, 10, 5}, {CX_BF16, 7, 8}, {CX_F32, 23, 8}, {CX_F64, 52, 11}};
    const cx_dtype real = cx_dtype_size(t) == 0 ? t : cx__real_of(t);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].t != real) continue;
        const int m = known[i].nmant, e = known[i].nexp, most = 1 << (e - 1);
        cx_float_info f = {.dtype = real,
                           .bits = 1 + m + e,
                           .nmant = m,
                           .nexp = e,
                           .iexp = e,
                           .machep = -m,
                           .negep = -m - 1,
                           .minexp = 2 - most,
                           .maxexp = most};
        f.precision = (int)(m * 0.30102999566398119521); /* log10(2) */
        f.eps = ldexp(1.0, -m);
        f.epsneg = ldexp(1.0, -m - 1);
        f.max = ldexp(2.0 - f.eps, most - 1);
        f.min = -f.max;
        f.tiny = f.smallest_normal = ldexp(1.0, f.minexp);
        f.smallest_subnormal = ldexp(1.0, f.minexp - m);
        double ten = 1;
        for (int k = 0; k < f.precision; k++) ten *= 10;
        f.resolution = rounded(real, 1 / ten);
        return f;
    }
    (void)cx__mark(cx__fail(CX_E_DTYPE, "finfo", "%s is no float dtype", cx_dtype_name(t)));
    return (cx_float_info){.dtype = CX_DTYPE_NONE};
}

cx_int_info cx_iinfo(cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    if (kind != 'i' && kind != 'u') {
        (void)cx__mark(cx__fail(CX_E_DTYPE, "iinfo", "%s is no integer dtype", cx_dtype_name(t)));
        return (cx_int_info){.dtype = CX_DTYPE_NONE};
    }
    const int bits = 8 * (int)cx_dtype_size(t);
    const uint64_t all = UINT64_MAX >> (64 - bits);
    cx_int_info r = {.dtype = t, .bits = bits, .max = kind == 'u' ? all : all >> 1};
    if (kind == 'i') r.min = -(int64_t)r.max - 1;
    return r;
}

/* ---- kinds */

typedef struct kind_row {
    const char *name, *kinds; /* kind letters of dtypes.def */
} kind_row;

/* -1: no such word. */
static int of_kind(cx_dtype t, const kind_row *rows, size_t count, const char *word, size_t n)
{
    const char kind = cx_dtype_kind(t);
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, word, n) == 0)
            return kind != '\0' && strchr(rows[i].kinds, kind) != NULL;
    for (int d = CX_DTYPE_NONE + 1; d < CX_DTYPE_COUNT; d++)
        if (strlen(cx__dtypes[d].text) == n && memcmp(cx__dtypes[d].text, word, n) == 0)
            return (int)t == d;
    return -1;
}

static bool no_kind(const char *where, const char *word, size_t n)
{
    (void)cx__mark(cx__fail(CX_E_ARGUMENT, where, "'%.*s' is neither a kind nor a dtype",
                            n > 60 ? 60 : (int)n, word));
    return false;
}

bool cx_isdtype(cx_dtype t, const char *kind)
{
    static const kind_row rows[] = {
        {"bool", "b"},        {"signed integer", "i"}, {"unsigned integer", "u"},
        {"integral", "iu"},   {"real floating", "ef"}, {"complex floating", "c"},
        {"numeric", "iuefc"},
    };
    if (kind == NULL) {
        (void)cx__mark(cx__fail(CX_E_NULL, "isdtype", "kind is NULL"));
        return false;
    }
    bool found = false;
    for (const char *p = kind;; p++) {
        while (*p == ' ') p++;
        size_t n = strcspn(p, ",");
        const char *const after = p + n;
        while (n > 0 && p[n - 1] == ' ') n--;
        const int is = of_kind(t, rows, sizeof rows / sizeof *rows, p, n);
        if (is < 0) return no_kind("isdtype", p, n);
        found = found || is > 0;
        if (*after == '\0') return found;
        p = after;
    }
}

bool cx_issubdtype(cx_dtype t, const char *type)
{
    static const kind_row rows[] = {
        {"generic", "biuefck"},   {"number", "iuefc"},      {"integer", "iu"},
        {"signedinteger", "i"},   {"inexact", "efc"},       {"floating", "ef"},
        {"unsignedinteger", "u"}, {"complexfloating", "c"}, {"bool_", "b"},
    };
    if (type == NULL) {
        (void)cx__mark(cx__fail(CX_E_NULL, "issubdtype", "type is NULL"));
        return false;
    }
    const int is = of_kind(t, rows, sizeof rows / sizeof *rows, type, strlen(type));
    return is < 0 ? no_kind("issubdtype", type, strlen(type)) : is > 0;
}
