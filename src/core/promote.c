/* Promotion: NumPy 2's rules (NEP 50). Strong dtypes meet in the smallest dtype that holds both;
 * weak scalars only lift the kind. Everything follows from kind and width of the dtypes.def rows;
 * no table of pairs. */
#include "core/promote.h"
#include <inttypes.h>
#include <string.h>

static char kind_of(cx_dtype t)
{
    return cx__dtypes[t].kind;
}
static int bits_of(cx_dtype t)
{
    return 8 * cx__dtypes[t].bytes;
}

/* 0 bool, 1 integer, 2 float, 3 complex, -1 not a number */
static int category(cx_dtype t)
{
    static const int8_t of[] = {
        ['b'] = 1, ['i'] = 2, ['u'] = 2, ['e'] = 3, ['f'] = 3, ['c'] = 4, ['k'] = 0};
    return of[(unsigned char)kind_of(t)] - 1;
}

static cx_dtype signed_of(int bits)
{
    return bits <= 8 ? CX_I8 : bits <= 16 ? CX_I16 : bits <= 32 ? CX_I32 : CX_I64;
}

/* Two integer dtypes; an unsigned one needs a signed one of twice its width. */
static cx_dtype promote_ints(cx_dtype a, cx_dtype b)
{
    if (kind_of(a) == kind_of(b)) return bits_of(a) >= bits_of(b) ? a : b;
    const cx_dtype s = kind_of(a) == 'i' ? a : b, u = kind_of(a) == 'i' ? b : a;
    if (bits_of(s) > bits_of(u)) return s;
    return bits_of(u) == 64 ? CX_F64 : signed_of(2 * bits_of(u));
}

/* Smallest float that holds an integer dtype. */
static cx_dtype float_of_int(cx_dtype t)
{
    return bits_of(t) <= 8 ? CX_F16 : bits_of(t) <= 16 ? CX_F32 : CX_F64;
}

static cx_dtype promote_floats(cx_dtype a, cx_dtype b)
{
    if (a == b) return a;
    if (kind_of(a) == 'e' && kind_of(b) == 'e') return CX_F32; /* float16 with bfloat16 */
    return bits_of(a) >= bits_of(b) ? a : b;
}

/* Real dtype that stands for t in a float or complex promotion. */
static cx_dtype as_float(cx_dtype t, cx_dtype other)
{
    if (category(t) == 0) return other;
    if (category(t) == 1) return bits_of(t) <= 8 && other == CX_BF16 ? CX_BF16 : float_of_int(t);
    return cx__real_of(t);
}

cx_dtype cx__real_of(cx_dtype t)
{
    return t == CX_C64 ? CX_F32 : t == CX_C128 ? CX_F64 : t;
}

cx_dtype cx_promote_types(cx_dtype a, cx_dtype b)
{
    if (cx_dtype_size(a) == 0 || cx_dtype_size(b) == 0) return CX_DTYPE_NONE;
    if (a == b) return a;
    const int ca = category(a), cb = category(b);
    if (ca < 0 || cb < 0) return CX_DTYPE_NONE;
    if (ca == 0) return b;
    if (cb == 0) return a;
    if (ca == 1 && cb == 1) return promote_ints(a, b);
    const cx_dtype ra = cx__real_of(a), rb = cx__real_of(b);
    const cx_dtype real = promote_floats(as_float(a, rb), as_float(b, ra));
    if (ca < 3 && cb < 3) return real;
    return real == CX_F64 ? CX_C128 : CX_C64;
}

bool cx_can_cast(cx_dtype from, cx_dtype to, cx_casting casting)
{
    if (cx_dtype_size(from) == 0 || cx_dtype_size(to) == 0) return false;
    if (from == to) return true;
    if (casting == CX_CASTING_NO || to == CX_CAT) return false;
    if (from == CX_CAT) return casting == CX_CASTING_UNSAFE && category(to) == 1; /* the codes */
    if (casting == CX_CASTING_UNSAFE || cx_promote_types(from, to) == to) return true;
    if (casting == CX_CASTING_SAFE) return false;
    /* same kind: as NumPy orders them, unsigned may become signed but not the other way */
    static const int8_t rank[] = {['b'] = 0, ['u'] = 1, ['i'] = 2, ['e'] = 3, ['f'] = 3, ['c'] = 4};
    return rank[(unsigned char)kind_of(from)] <= rank[(unsigned char)kind_of(to)];
}

/* ------------------------------------------------------------------------------------------------
 * operands */

static cx_dtype weak_kind(const cx_array *a)
{
    return (cx_dtype)((const cx_head *)(const void *)a)->kind;
}

/* A weak scalar lifts the strong result to its own kind, at the default width where that is needed.
 */
static cx_dtype lift(cx_dtype strong, cx_dtype weak)
{
    if (category(weak) <= category(strong)) return strong;
    if (weak == CX_C128 && category(strong) == 2) return strong == CX_F64 ? CX_C128 : CX_C64;
    return weak;
}

/* strong, and with it t */
static cx_status join(const char *where, cx_dtype t, cx_dtype *strong)
{
    const cx_dtype both = *strong == CX_DTYPE_NONE ? t : cx_promote_types(*strong, t);
    if (both == CX_DTYPE_NONE)
        return cx__fail(CX_E_DTYPE, where, "no common dtype for %s and %s", cx_dtype_name(*strong),
                        cx_dtype_name(t));
    *strong = both;
    return CX_OK;
}

cx_status cx__result_type(const char *where, int n, const cx_array *const in[], cx_dtype *out)
{
    cx_dtype strong = CX_DTYPE_NONE, weak = CX_DTYPE_NONE;
    /* Of three and more the inexact ones first, as NumPy: int16 and uint16 are int32, which with
     * float32 would be float64, though each of them goes into float32. */
    for (int i = 0; i < n && n > 2; i++)
        if (!cx__is_scalar(in[i]) && strchr("efc", cx__dtypes[in[i]->dtype].kind) != NULL)
            CX__TRY(join(where, (cx_dtype)in[i]->dtype, &strong));
    for (int i = 0; i < n; i++) {
        if (!cx__is_scalar(in[i])) {
            CX__TRY(join(where, (cx_dtype)in[i]->dtype, &strong));
            continue;
        }
        const cx_dtype w = weak_kind(in[i]);
        if (weak == CX_DTYPE_NONE || category(w) > category(weak)) weak = w;
    }
    if (strong == CX_CAT && weak != CX_DTYPE_NONE) {
        return cx__fail(CX_E_DTYPE, where, "no common dtype for category and a number");
    }
    *out = strong == CX_DTYPE_NONE ? weak : weak == CX_DTYPE_NONE ? strong : lift(strong, weak);
    return CX_OK;
}

cx_status cx__loop_dtype(const char *where, const char *domain, cx_dtype common, cx_dtype *loop)
{
    const char kind = cx_dtype_kind(common);
    const bool no_bool = domain[0] == '!';
    const char *const kinds = domain + (no_bool ? 1 : 0);
    if (kind != '\0' && strchr(kinds, kind) != NULL) {
        *loop = common;
        return CX_OK;
    }
    const int c = kind == '\0' ? -1 : category(common);
    if (c == 0 && !no_bool && strchr(kinds, 'i') != NULL) {
        *loop = CX_I8;
        return CX_OK;
    }
    const bool to_float = (c == 0 && !no_bool) || c == 1;
    if (to_float && strchr(kinds, 'e') != NULL) {
        *loop = c == 0 ? CX_F16 : float_of_int(common);
        return CX_OK;
    }
    if ((to_float || kind == 'e') && strchr(kinds, 'f') != NULL) {
        *loop = kind == 'e' ? CX_F32 : CX_F64;
        return CX_OK;
    }
    return cx__fail(CX_E_DTYPE, where, "not defined for %s", cx_dtype_name(common));
}

cx_dtype cx__result_dtype(char result, cx_dtype loop)
{
    const int c = category(loop);
    if (result == 'B') return CX_BOOL;
    if (result == 'R') return cx__real_of(loop);
    if (result == '8') return CX_U8;
    if (result == 'I') return CX_I64;
    if (result == 'A' && c >= 0 && c <= 1) return kind_of(loop) == 'u' ? CX_U64 : CX_I64;
    if (result == 'F' && c >= 0 && c <= 1) return CX_F64;
    return loop;
}

bool cx__weak_in_range(int64_t v, cx_dtype t)
{
    const bool is_signed = kind_of(t) == 'i';
    if (!is_signed && kind_of(t) != 'u') return true; /* no bound but the rounding */
    const int bits = bits_of(t);
    const int64_t hi = bits == 64 ? INT64_MAX : (INT64_C(1) << (bits - (is_signed ? 1 : 0))) - 1;
    const int64_t lo = !is_signed ? 0 : -hi - 1;
    return v >= lo && v <= hi;
}

cx_status cx__weak_fits(const char *where, const cx_array *scalar, cx_dtype t)
{
    const int64_t v = ((const cx_scalar *)(const void *)scalar)->v.i64;
    if (weak_kind(scalar) != CX_I64 || category(t) != 1 || cx__weak_in_range(v, t)) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "the integer %" PRId64 " is out of bounds for %s", v,
                    cx_dtype_name(t));
}
