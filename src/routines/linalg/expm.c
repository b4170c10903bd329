/* Exponentials of matrices and the functions made of them. One idea: all matrices of a batch go the
 * same way at once; how far each is scaled is a factor beside it, and it is squared while its own
 * count lasts. All factors are powers of 2, so scaling rounds nothing. */
#include "routines/linalg/linalg.h"
#include <calx/grid.h>
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_functions.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

/* Degrees, the norm up to which each is exact, and log2 of the first coefficient left out. */
enum { DEGREES = 5, MOST = 13 };
static const struct {
    int m;
    double theta, log_c;
} degree[DEGREES] = {{3, 1.495585217958292e-2, -16.62113611327464},
                     {5, 2.539398330063230e-1, -33.227772656854164},
                     {7, 9.504178996162932e-1, -51.994974307382165},
                     {9, 2.097847961257068e0, -72.32471809893495},
                     {13, 4.25, -116.44700425176299}};

/* A number a matrix as a factor of the matrix. */
static const cx_array *beside(const cx_array *x)
{
    return cx_expand_dims(cx_expand_dims(x, -1), -1);
}
/* 2^e, e whole numbers in f64, as t */
static const cx_array *power_of_2(const cx_array *e, cx_dtype t)
{
    const cx_array *const p = cx_ldexp(cx_ones_like(e, CX_F64), cx_astype(e, CX_I32));
    return beside(cx_astype(p, t));
}
/* Largest sum of a column's sizes, in f64. */
static const cx_array *norm(const cx_array *a)
{
    return cx_max(cx_sum(cx_astype(cx_abs(a), CX_F64), CX_AXIS(-2)), CX_AXIS(-1));
}
static const cx_array *finite_or(const cx_array *x, double otherwise)
{
    return cx_where(cx_isfinite(x), x, cx_float(otherwise));
}

/* a / 2^k with a norm of at most 1, its even powers, and of each matrix k and s. */
typedef struct scaled {
    const cx_array *b[9]; /* b, its powers 2, 4, 6 at their indices; 8 where it was asked for */
    const cx_array *k, *s;
    int level;
    int64_t squarings;
} scaled;

/* log2 of the norm of |b|^j, for all matrices */
typedef struct growth {
    const cx_array *first, *at[DEGREES];
} growth;

static growth grow(const cx_array *b)
{
    growth g = {0};
    const cx_array *const sizes = cx_astype(cx_abs(b), CX_F64);
    const cx_array *row = cx_sum(sizes, CX_AXIS(-2, .keepdims = true));
    for (int j = 1, next = 0; next < DEGREES; j++) {
        if (j > 1) row = cx_matmul(row, sizes);
        if (j != 1 && j != 2 * degree[next].m + 1) continue;
        const cx_array *const most = cx_max(cx_squeeze(row, -2), CX_AXIS(-1));
        const cx_array *const l = cx_log2(cx_maximum(most, cx_float(0x1p-1022)));
        if (j == 1)
            g.first = l;
        else
            g.at[next++] = l;
    }
    return g;
}

/* How many more halvings rounding in the numbers themselves asks for; e: log2 of b's unit. */
static const cx_array *more(const growth *g, int i, const cx_array *e, double log_u)
{
    const double twice = 2 * degree[i].m;
    const cx_array *const alpha = cx_add(cx_sub(g->at[i], g->first), cx_mul(e, cx_float(twice)));
    const cx_array *const l =
        cx_div(cx_add(alpha, cx_float(degree[i].log_c - log_u)), cx_float(twice));
    return cx_maximum(cx_ceil(l), cx_float(0));
}

/* norm(x)^(1 / j) in units of a */
static const cx_array *root(const cx_array *x, int j, const cx_array *k)
{
    return cx_mul(cx_power(norm(x), cx_float(1.0 / j)), cx_exp2(k));
}

static cx_status scale(const cx_array *a, scaled *x)
{
    const cx_dtype real = cx__eps(a) > 0x1p-30 ? CX_F32 : CX_F64;
    const cx_array *size = norm(a);
    size = cx_where(cx_logical_and(cx_isfinite(size), cx_greater(size, cx_float(0))), size,
                    cx_float(1));
    x->k = cx_ceil(cx_log2(size));
    const cx_array *const b = cx_mul(a, power_of_2(cx_negative(x->k), real));
    const cx_array *const b2 = cx_matmul(b, b), *const b4 = cx_matmul(b2, b2);
    const cx_array *const b6 = cx_matmul(b2, b4);
    const cx_array *const d6 = root(b6, 6, x->k), *const d8 = root(cx_matmul(b4, b4), 8, x->k),
                          *const d10 = root(cx_matmul(b4, b6), 10, x->k);
    const cx_array *const eta1 = cx_maximum(root(b4, 4, x->k), d6), *const eta3 =
                                                                        cx_maximum(d6, d8);
    const cx_array *const eta5 = cx_minimum(eta3, cx_maximum(d8, d10));
    const growth g = grow(b);
    const double log_u = real == CX_F32 ? -24 : -53;
    const cx_array *level = cx_full_like(size, cx_float(DEGREES - 1), CX_F64);
    for (int i = DEGREES - 2; i >= 0; i--) {
        const cx_array *const enough =
            cx_logical_and(cx_less_equal(i < 2 ? eta1 : eta3, cx_float(degree[i].theta)),
                           cx_equal(more(&g, i, x->k, log_u), cx_float(0)));
        level = cx_where(enough, cx_float(i), level);
    }
    const cx_array *const halvings =
        finite_or(cx_maximum(cx_ceil(cx_log2(cx_div(eta5, cx_float(degree[DEGREES - 1].theta)))),
                             cx_float(0)),
                  0);
    const cx_array *const further = more(&g, DEGREES - 1, cx_sub(x->k, halvings), log_u);
    x->s = cx_where(cx_less(level, cx_float(DEGREES - 1)), cx_float(0),
                    finite_or(cx_add(halvings, further), 0));
    x->level = (int)cx_item_f64(cx_max(level, CX_ALL));
    x->squarings = x->level < DEGREES - 1 ? 0 : (int64_t)cx_item_f64(cx_max(x->s, CX_ALL));
    CX__TRY(cx__so_far());
    const cx_array *const unit = power_of_2(cx_sub(x->k, x->s), real);
    const cx_array *const unit2 = cx_mul(unit, unit);
    const cx_array *const unit4 = cx_mul(unit2, unit2);
    x->b[1] = cx_mul(b, unit);
    x->b[2] = cx_mul(b2, unit2);
    x->b[4] = cx_mul(b4, unit4);
    x->b[6] = cx_mul(b6, cx_mul(unit2, unit4));
    x->b[8] = degree[x->level].m == 9 ? cx_matmul(x->b[4], x->b[4]) : NULL;
    return cx__so_far();
}

/* c[at] 1 + c[at + 2] b^2 + c[at + 4] b^4 + ... up to index last */
static const cx_array *even(const scaled *x, const double *c, const cx_array *one, int at, int last)
{
    const cx_array *sum = one == NULL ? NULL : cx_mul(one, cx_float(c[at]));
    for (int j = 2; at + j <= last; j += 2) {
        const cx_array *const term = cx_mul(x->b[j], cx_float(c[at + j]));
        sum = sum == NULL ? term : cx_add(sum, term);
    }
    return sum;
}

/* (v - u)^-1 (v + u), the approximation of exp(b[1]) */
static cx_array *approximation(const scaled *x, const cx_array *one)
{
    const int m = degree[x->level].m;
    double c[MOST + 1] = {1};
    for (int j = 1; j <= m; j++)
        c[j] = c[j - 1] * (double)(m - j + 1) / (double)(j * (2 * m - j + 1));
    const cx_array *odd, *v;
    if (m < MOST) {
        odd = even(x, c, one, 1, m);
        v = even(x, c, one, 0, m);
    } else {
        odd = cx_add(cx_matmul(x->b[6], even(x, c, NULL, 7, 13)), even(x, c, one, 1, 7));
        v = cx_add(cx_matmul(x->b[6], even(x, c, NULL, 6, 12)), even(x, c, one, 0, 6));
    }
    const cx_array *const u = cx_matmul(x->b[1], odd);
    return cx_linalg_solve(cx_sub(v, u), cx_add(v, u));
}

static cx_status squared(const char *where, const scaled *x, cx_array *first, cx_array **out)
{
    cx_array *r = NULL;
    cx_status st = cx__so_far();
    cx_assign(&r, first);
    for (int64_t i = 0; i < x->squarings && st == CX_OK; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const on = beside(cx_greater(x->s, cx_float((double)i)));
        const cx_array *const next = cx_where(on, cx_matmul(r, r), r);
        if (cx_ok()) cx_assign(&r, next);
        st = cx_scope_close(s);
    }
    *out = cx__yield(st, where, r);
    return st;
}

/* Is there anything within the mask?, as a factor of each matrix. */
static const cx_array *filled(const cx_array *there, const cx_array *mask)
{
    return beside(cx_any(cx_logical_and(there, mask), CX_AXES(-2, -1)));
}

static cx_status expm(const char *where, const cx_array *a, cx_array **out)
{
    CX__ARRAY(where, "a", a);
    if (cx_ndim(a) < 2 && cx_size(a) == 1) a = cx_reshape(a, CX_SHAPE(1, 1));
    if (cx__kind_of(a) == 'e') a = cx_astype(a, CX_F32);
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    if (cx_size(a) == 0 || cx_dim(a, -1) == 1) {
        *out = cx_exp(a);
        return CX_OK;
    }
    const int64_t n = cx_dim(a, -1);
    const cx_array *const one = cx_eye(n, n, 0, cx_dtype_of(a), cx_device_of(a));
    const cx_array *const on = cx_astype(cx_real(one), CX_BOOL);
    const cx_array *const below = cx_tri(n, n, -1, CX_BOOL, cx_device_of(a));
    const cx_array *const there = cx_not_equal(a, cx_int(0));
    /* triangles of zeros stay zeros, whatever the equations' solver makes of them */
    const cx_array *const left = filled(there, below), *const right =
                                                           filled(there, cx_transpose(below));
    const cx_array *const keep =
        cx_logical_or(cx_logical_and(below, left), cx_logical_and(cx_transpose(below), right));
    const cx_array *const full = cx_logical_or(left, right);
    scaled x = {0};
    cx_array *r = NULL;
    /* diagonal matrices are done by their numbers: zeros take their place meanwhile */
    CX__TRY(scale(cx_where(full, a, cx_float(0)), &x));
    CX__TRY(squared(where, &x, approximation(&x, one), &r));
    const cx_array *const line = cx_where(on, cx_exp(cx_where(on, a, cx_float(0))), cx_float(0));
    *out = cx_where(cx_logical_or(keep, cx_logical_and(on, full)), r, line);
    return CX_OK;
}
cx_array *cx_linalg_expm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = expm("linalg_expm", a, &r);
    return cx__give(s, st, r);
}

/* ---- sines and cosines */
/* exp(f a) */
static cx_status exp_of(const char *where, const cx_array *a, const cx_array *f, cx_array **out)
{
    return expm(where, cx_mul(a, f), out);
}

/* Half the sum or difference of exp(f a) and exp(-f a), divided by f where it is the difference;
 * f is 1 or i. */
static cx_status halves(const char *where, const cx_array *a, bool turned, bool odd, cx_array **out)
{
    cx_array *up = NULL, *down = NULL;
    if (turned && cx__kind_of(a) != 'c') {
        CX__TRY(exp_of(where, a, cx_complex(0, 1), &up));
        *out = cx_copy(odd ? cx_imag(up) : cx_real(up));
        return CX_OK;
    }
    CX__TRY(exp_of(where, a, turned ? cx_complex(0, 1) : cx_float(1), &up));
    CX__TRY(exp_of(where, a, turned ? cx_complex(0, -1) : cx_float(-1), &down));
    const cx_array *const sum = odd ? cx_sub(up, down) : cx_add(up, down);
    *out = cx_mul(sum, turned && odd ? cx_complex(0, -0.5) : cx_float(0.5));
    return CX_OK;
}

static cx_status wave(const char *where, const cx_array *a, bool turned, bool odd, cx_array **out)
{
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    return halves(where, a, turned, odd, out);
}
static cx_status tangent(const char *where, const cx_array *a, bool turned, cx_array **out)
{
    cx_array *even_part = NULL, *odd_part = NULL;
    CX__TRY(cx__matrices(where, "a", a, true, &a));
    CX__TRY(halves(where, a, turned, false, &even_part));
    CX__TRY(halves(where, a, turned, true, &odd_part));
    *out = cx_linalg_solve(even_part, odd_part);
    return CX_OK;
}

cx_array *cx_linalg_cosm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = wave("linalg_cosm", a, true, false, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_sinm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = wave("linalg_sinm", a, true, true, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_tanm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = tangent("linalg_tanm", a, true, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_coshm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = wave("linalg_coshm", a, false, false, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_sinhm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = wave("linalg_sinhm", a, false, true, &r);
    return cx__give(s, st, r);
}
cx_array *cx_linalg_tanhm(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = tangent("linalg_tanhm", a, false, &r);
    return cx__give(s, st, r);
}
