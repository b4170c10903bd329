/* Arithmetic of Python's numbers, for the parts of a formula that hold nothing else. Integers are
 * 64 bits: what would leave them is an error, never another value. */
#include "eval/tree.h"
#include <calx/ops.h>
#include <math.h>

static bool is_real(const cx_scalar *s)
{
    return s->head.kind != CX_C128;
}
static bool is_whole(const cx_scalar *s)
{
    return s->head.kind == CX_I64 || s->head.kind == CX_BOOL;
}
static double real_of(const cx_scalar *s)
{
    return is_whole(s) ? (double)s->v.i64 : s->v.f64;
}
static double imag_of(const cx_scalar *s)
{
    return is_real(s) ? 0 : s->im;
}
static bool truth(const cx_scalar *s)
{
    return real_of(s) != 0 || imag_of(s) != 0;
}

static cx_scalar integer(int64_t v)
{
    return (cx_scalar){.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = v};
}
static cx_scalar real(double v)
{
    return (cx_scalar){.head = {CX__SCALAR_TAG, CX_F64}, .v.f64 = v};
}
static cx_scalar complex_number(double re, double im)
{
    return (cx_scalar){.head = {CX__SCALAR_TAG, CX_C128}, .v.f64 = re, .im = im};
}
static cx_scalar boolean(bool v)
{
    return (cx_scalar){.head = {CX__SCALAR_TAG, CX_BOOL}, .v.i64 = v};
}

typedef enum outcome { DONE, OVERFLOW_, BY_ZERO, NO_MEANING } outcome;

static outcome power_of_integers(int64_t x, int64_t y, cx_scalar *out)
{
    if (y < 0) {
        if (x == 0) return BY_ZERO;
        *out = real(pow((double)x, (double)y));
        return DONE;
    }
    int64_t r = 1, base = x;
    for (; y > 0; y >>= 1) {
        if ((y & 1) != 0 && __builtin_mul_overflow(r, base, &r)) return OVERFLOW_;
        if (y > 1 && __builtin_mul_overflow(base, base, &base)) return OVERFLOW_;
    }
    *out = integer(r);
    return DONE;
}

static outcome whole(int op, int64_t x, int64_t y, cx_scalar *out)
{
    int64_t r = 0;
    switch (op) {
    case CX_BI_ADD:
        if (__builtin_add_overflow(x, y, &r)) return OVERFLOW_;
        break;
    case CX_BI_SUB:
        if (__builtin_sub_overflow(x, y, &r)) return OVERFLOW_;
        break;
    case CX_BI_MUL:
        if (__builtin_mul_overflow(x, y, &r)) return OVERFLOW_;
        break;
    case CX_BI_FLOOR_DIVIDE:
    case CX_BI_REMAINDER:
        if (y == 0) return BY_ZERO;
        if (x == INT64_MIN && y == -1) {
            if (op == CX_BI_FLOOR_DIVIDE) return OVERFLOW_;
            break;
        }
        r = op == CX_BI_REMAINDER ? x % y : x / y;
        if (x % y != 0 && (x < 0) != (y < 0)) r = op == CX_BI_REMAINDER ? r + y : r - 1;
        break;
    case CX_BI_POWER: return power_of_integers(x, y, out);
    case CX_BI_BITWISE_AND: r = x & y; break;
    case CX_BI_BITWISE_OR: r = x | y; break;
    case CX_BI_BITWISE_XOR: r = x ^ y; break;
    case CX_BI_LEFT_SHIFT:
        if (y < 0) return NO_MEANING;
        if (x != 0 && (y > 62 || x > INT64_MAX >> y || x < INT64_MIN >> y)) return OVERFLOW_;
        r = x == 0 ? 0 : x * (INT64_C(1) << y);
        break;
    case CX_BI_RIGHT_SHIFT:
        if (y < 0) return NO_MEANING;
        r = y > 63 ? (x < 0 ? -1 : 0) : x >> y;
        break;
    default: return NO_MEANING;
    }
    *out = integer(r);
    return DONE;
}

static outcome floating(int op, double x, double y, cx_scalar *out)
{
    switch (op) {
    case CX_BI_ADD: *out = real(x + y); return DONE;
    case CX_BI_SUB: *out = real(x - y); return DONE;
    case CX_BI_MUL: *out = real(x * y); return DONE;
    case CX_BI_DIV:
        if (y == 0) return BY_ZERO;
        *out = real(x / y);
        return DONE;
    case CX_BI_FLOOR_DIVIDE:
    case CX_BI_REMAINDER: {
        if (y == 0) return BY_ZERO;
        double rest = fmod(x, y), q = (x - rest) / y;
        if (rest != 0 && (y < 0) != (rest < 0)) {
            rest += y;
            q -= 1;
        }
        if (rest == 0) rest = copysign(0, y);
        if (q != 0) {
            const double f = floor(q);
            q = q - f > 0.5 ? f + 1 : f;
        } else {
            q = copysign(0, x / y);
        }
        *out = real(op == CX_BI_REMAINDER ? rest : q);
        return DONE;
    }
    case CX_BI_POWER:
        if (x == 0 && y < 0) return BY_ZERO;
        if (x < 0 && isfinite(y) && y != floor(y)) return NO_MEANING; /* complex in Python */
        *out = real(pow(x, y));
        return isinf(out->v.f64) && isfinite(x) && isfinite(y) ? OVERFLOW_ : DONE;
    default: return NO_MEANING;
    }
}

static outcome complex_(int op, const cx_scalar *a, const cx_scalar *b, cx_scalar *out)
{
    const double x = real_of(a), xi = imag_of(a), y = real_of(b), yi = imag_of(b);
    switch (op) {
    case CX_BI_ADD: *out = complex_number(x + y, xi + yi); return DONE;
    case CX_BI_SUB: *out = complex_number(x - y, xi - yi); return DONE;
    case CX_BI_MUL: *out = complex_number(x * y - xi * yi, x * yi + xi * y); return DONE;
    case CX_BI_DIV: {
        if (y == 0 && yi == 0) return BY_ZERO;
        if (fabs(y) >= fabs(yi)) {
            const double ratio = yi / y, d = y + yi * ratio;
            *out = complex_number((x + xi * ratio) / d, (xi - x * ratio) / d);
        } else {
            const double ratio = y / yi, d = y * ratio + yi;
            *out = complex_number((x * ratio + xi) / d, (xi * ratio - x) / d);
        }
        return DONE;
    }
    default: return NO_MEANING;
    }
}

static bool compares(int op, const cx_scalar *a, const cx_scalar *b, bool *out)
{
    if (op < CX_BI_EQUAL || op > CX_BI_GREATER_EQUAL) return false;
    int order; /* of a and b: -1 0 1, 2 not ordered */
    if (is_whole(a) && is_whole(b)) {
        order = a->v.i64 < b->v.i64 ? -1 : a->v.i64 > b->v.i64;
    } else if (is_real(a) && is_real(b)) {
        const double x = real_of(a), y = real_of(b);
        order = x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
    } else {
        if (op != CX_BI_EQUAL && op != CX_BI_NOT_EQUAL) return false;
        order = real_of(a) == real_of(b) && imag_of(a) == imag_of(b) ? 0 : 2;
    }
    *out = op == CX_BI_EQUAL        ? order == 0
           : op == CX_BI_NOT_EQUAL  ? order != 0
           : op == CX_BI_LESS       ? order == -1
           : op == CX_BI_LESS_EQUAL ? order == -1 || order == 0
           : op == CX_BI_GREATER    ? order == 1
                                    : order == 1 || order == 0;
    return true;
}

static outcome one(int op, const cx_scalar *a, cx_scalar *out)
{
    if (op == CX_UN_LOGICAL_NOT) {
        *out = boolean(!truth(a));
        return DONE;
    }
    if (is_whole(a)) {
        if (op == CX_UN_NEGATIVE && a->v.i64 == INT64_MIN) return OVERFLOW_;
        if (op == CX_UN_NEGATIVE || op == CX_UN_POSITIVE || op == CX_UN_INVERT) {
            *out = integer(op == CX_UN_NEGATIVE   ? -a->v.i64
                           : op == CX_UN_POSITIVE ? a->v.i64
                                                  : ~a->v.i64);
            return DONE;
        }
        return NO_MEANING;
    }
    if (op != CX_UN_NEGATIVE && op != CX_UN_POSITIVE) return NO_MEANING;
    *out = *a;
    if (op == CX_UN_NEGATIVE) {
        out->v.f64 = -a->v.f64;
        out->im = -a->im;
    }
    return DONE;
}

static outcome two(int op, const cx_scalar *a, const cx_scalar *b, cx_scalar *out)
{
    bool answer;
    if (op == CX_BI_LOGICAL_AND || op == CX_BI_LOGICAL_OR) {
        *out = boolean(op == CX_BI_LOGICAL_AND ? truth(a) && truth(b) : truth(a) || truth(b));
        return DONE;
    }
    if (compares(op, a, b, &answer)) {
        *out = boolean(answer);
        return DONE;
    }
    if (!is_real(a) || !is_real(b)) return complex_(op, a, b, out);
    if (!is_whole(a) || !is_whole(b) || op == CX_BI_DIV)
        return floating(op, real_of(a), real_of(b), out);
    const outcome r = whole(op, a->v.i64, b->v.i64, out);
    const bool bits = op == CX_BI_BITWISE_AND || op == CX_BI_BITWISE_OR || op == CX_BI_BITWISE_XOR;
    if (r == DONE && bits && a->head.kind == CX_BOOL && b->head.kind == CX_BOOL)
        out->head.kind = CX_BOOL;
    return r;
}

cx_status cx__number_apply(const char *where, int op, int n, const cx_scalar *const in[], int at,
                           cx_scalar *out)
{
    outcome r = NO_MEANING;
    cx_scalar made = {.head = {0, 0}}; /* out may be an input */
    if (n == 3 && op == CX_TE_WHERE) {
        made = truth(in[0]) ? *in[1] : *in[2];
        r = DONE;
    } else if (n == 1) {
        r = one(op, in[0], &made);
    } else if (n == 2) {
        r = two(op, in[0], in[1], &made);
    }
    *out = made;
    if (r == DONE) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s at column %d",
                    r == OVERFLOW_ ? "a number beyond 64 bits"
                    : r == BY_ZERO ? "division by zero of numbers"
                                   : "this operator has no such numbers",
                    at + 1);
}
