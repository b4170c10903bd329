/* Systems of equations by LU: solve, inv, det, slogdet. Factors once per matrix of a, however often
 * broadcasting repeats it. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/ops.h>
#include <math.h>
#include <string.h>

static const char singular[] = "is singular: pivot %lld is zero";

/* LU of a copy of the call's matrices in rows, with pivots, and info where a singular one is an
 * error. References and memory are the caller's, on failure too. */
typedef struct lu {
    cx_array *a, *pivots;
    int64_t *info;
} lu;

static cx_status factor(const cx__lin *c, bool look, lu *f)
{
    CX__TRY(cx__lin_new(c, 1, &c->n, CX_I32, &f->pivots));
    if (look) CX__TRY(cx__lin_info_new(c, &f->info));
    cx_view a, p;
    cx__lin_view(f->a, c->batch, &a);
    cx__lin_vector(f->pivots, c->batch, &p);
    if (c->n == 0 || c->batch == 0) return CX_OK;
    cx_queue *q;
    CX__TRY(cx__lin_queue(c, 2, 2, (const cx_array *const[]){f->a, f->pivots}, &q));
    return cx__queue_done(c->dev, c->ops->getrf(q, &a, &p, f->info));
}

static void lu_free(lu *f)
{
    cx__release(f->a);
    cx__release(f->pivots);
    cx__free(f->info);
}

/* ---- stacks of small matrices, whose factors nobody keeps */
/* a itself as one stack of matrices in rows, where it is one for the stack_ slots. */
static bool stack_of(const cx__lin *c, const cx_array *a, cx_view *v)
{
    const int last = c->ndim - 1;
    const int64_t size = (int64_t)cx__itemsize(c->t);
    if (c->batch < CX_STACK_COUNT || c->n > CX_STACK_N || c->n == 0) return false;
    if ((cx_dtype)a->dtype != c->t || (c->t != CX_F32 && c->t != CX_F64)) return false;
    if (a->strides[last + 2] != size || a->strides[last + 1] < c->n * size) return false;
    for (int d = 0; d < last; d++)
        if (a->strides[d] != a->shape[d + 1] * a->strides[d + 1]) return false;
    cx__lin_view(a, c->batch, v);
    v->stride[0] = a->strides[last];
    return true;
}

/* x: the right-hand sides in `cols` columns, which become the solution, or with cols 0 the inverse.
 */
static cx_status by_stack(const cx__lin *c, const cx_view *a, const cx_array *x, int64_t cols)
{
    const int64_t size = (int64_t)cx__itemsize(c->t);
    cx_view to;
    int64_t *info = NULL;
    cx_queue *q;
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){x, c->a}, &q));
    cx_status st = cx__lin_info_new(c, &info);
    if (st == CX_OK && cols == 0) {
        cx__lin_view(x, c->batch, &to);
        st = c->ops->stack_inverse(q, a, &to, info);
    } else if (st == CX_OK) {
        to = (cx_view){.data = x->data,
                       .dtype = c->t,
                       .ndim = 3,
                       .shape = {c->batch, c->n, cols},
                       .stride = {c->n * cols * size, size, c->n * size}};
        st = c->ops->stack_solve(q, a, &to, info);
    }
    st = cx__queue_done(c->dev, st);
    if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_SINGULAR, singular);
    cx__free(info);
    return st;
}

/* ---- solve */
/* Repeat a batch of matrices to the broadcast shape. */
static cx_status repeat(const cx__lin *wide, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__lin_new(wide, 2, a->shape + a->ndim - 2, (cx_dtype)a->dtype, out));
    const cx_status st = cx__array_copy(wide->where, a, *out);
    if (st != CX_OK) {
        cx__release(*out);
        *out = NULL;
    }
    return st;
}

/* x (a column-ordered or one-column array of the broadcast batch, holding b) becomes the solution.
 */
static cx_status substitute(const cx__lin *c, const cx__lin *wide, const lu *f, cx_array *x,
                            int64_t cols)
{
    cx_view a, p, b;
    cx_array *again = NULL, *pivots = NULL;
    cx_status st = CX_OK;
    if (c->batch != 1 && c->batch != wide->batch) { /* partly repeated: make it whole */
        st = repeat(wide, f->a, &again);
        if (st == CX_OK) st = cx__lin_new(wide, 1, &c->n, CX_I32, &pivots);
        if (st == CX_OK) st = cx__array_copy(c->where, f->pivots, pivots);
    }
    if (st == CX_OK) {
        cx__lin_view(again != NULL ? again : f->a, wide->batch, &a);
        cx__lin_vector(pivots != NULL ? pivots : f->pivots, wide->batch, &p);
        if (c->batch == 1) a.stride[0] = p.stride[0] = 0;
        const int64_t size = (int64_t)cx__itemsize(c->t);
        b = (cx_view){.data = x->data,
                      .dtype = c->t,
                      .ndim = 3,
                      .shape = {wide->batch, c->n, cols},
                      .stride = {c->n * cols * size, size, c->n * size}};
        cx_queue *q;
        const cx_array *const arrays[3] = {x, again != NULL ? again : f->a,
                                           pivots != NULL ? pivots : f->pivots};
        st = cx__lin_queue(c, 1, 3, arrays, &q);
        if (st == CX_OK) st = cx__queue_done(c->dev, c->ops->getrs(q, &a, &p, &b));
    }
    cx__release(again);
    cx__release(pivots);
    return st;
}

static cx_status solve(const char *where, const cx_array *a, const cx_array *b, cx_array *out,
                       cx_array **made)
{
    cx__lin c;
    cx__right r;
    CX__TRY(
        cx__array_need(where, "b", b)); /* NULL would mean "no right-hand side" to cx__lin_open */
    CX__TRY(cx__lin_open(&c, where, a, b, true));
    CX__TRY(cx__lin_right(&c, b, &r));
    const cx__lin *const wide = &r.wide;
    const int64_t cols = r.cols;
    cx_array *work = NULL, *x = NULL;
    lu f = {0};
    cx_view stack;
    const bool whole =
        c.ops->stack_solve != NULL && c.batch == wide->batch && stack_of(&c, a, &stack);
    cx_status st = cx__output_begin(where, r.ndim, r.shape, c.t, a->device, 2,
                                    (const cx_array *const[]){a, b}, out, &work);
    if (st == CX_OK && work->size > 0) {
        if (!whole) st = cx__lin_rows(&c, a, &f.a);
        if (st == CX_OK && !whole) st = factor(&c, true, &f);
        if (st == CX_OK && !whole) st = cx__lin_info_check(&c, f.info, CX_E_SINGULAR, singular);
        if (st == CX_OK && cols == 1)
            x = cx__retain(work); /* rows of one element are columns */
        else if (st == CX_OK)
            st = cx__lin_columns_new(wide, c.n, cols, &x);
        if (st == CX_OK) st = cx__array_copy(where, b, x);
        if (st == CX_OK)
            st = whole ? by_stack(&c, &stack, x, cols) : substitute(&c, wide, &f, x, cols);
        if (st == CX_OK && x != work) st = cx__array_copy(where, x, work);
    }
    cx__release(x);
    lu_free(&f);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_solve(const cx_array *a, const cx_array *b)
{
    cx_array *out = NULL;
    const cx_status st = solve("linalg_solve", a, b, NULL, &out);
    return cx__yield(st, "linalg_solve", out);
}

cx_status cx_linalg_solve_into(const cx_array *a, const cx_array *b, cx_array *out)
{
    CX__TRY(cx__array_need_out("linalg_solve_into", "out", out));
    return solve("linalg_solve_into", a, b, out, NULL);
}

/* ---- inverse */
static cx_status inverse(const char *where, const cx_array *a, cx_array *out, cx_array **made)
{
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    cx_array *work = NULL, *x = NULL;
    lu f = {0};
    cx_view stack;
    cx_status st = cx__output_begin(where, a->ndim, a->shape, c.t, a->device, 1, &a, out, &work);
    if (st == CX_OK && work->size > 0 && c.ops->stack_inverse != NULL && stack_of(&c, a, &stack)) {
        st = by_stack(&c, &stack, work, 0);
    } else if (st == CX_OK && work->size > 0) {
        f.a = cx__retain(work); /* factored and inverted where the result goes */
        st = cx__array_copy(where, a, work);
        if (st == CX_OK) st = factor(&c, true, &f);
        if (st == CX_OK) st = cx__lin_info_check(&c, f.info, CX_E_SINGULAR, singular);
        cx_view m, p;
        if (st == CX_OK && c.ops->getri != NULL) {
            cx__lin_view(f.a, c.batch, &m);
            cx__lin_vector(f.pivots, c.batch, &p);
            cx_queue *q;
            st = cx__lin_queue(&c, 1, 2, (const cx_array *const[]){f.a, f.pivots}, &q);
            if (st == CX_OK) st = cx__queue_done(c.dev, c.ops->getri(q, &m, &p));
        } else if (st == CX_OK) {
            st = cx__lin_columns_new(&c, c.n, c.n, &x);
            if (st == CX_OK) st = cx__lin_identity(&c, x);
            if (st == CX_OK) st = substitute(&c, &c, &f, x, c.n);
            if (st == CX_OK) st = cx__array_copy(where, x, work);
        }
    }
    cx__release(x);
    lu_free(&f);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_inv(const cx_array *a)
{
    cx_array *out = NULL;
    const cx_status st = inverse("linalg_inv", a, NULL, &out);
    return cx__yield(st, "linalg_inv", out);
}

cx_status cx_linalg_inv_into(const cx_array *a, cx_array *out)
{
    CX__TRY(cx__array_need_out("linalg_inv_into", "out", out));
    return inverse("linalg_inv_into", a, out, NULL);
}

/* ---- determinants */
/* The diagonals of U [batch..., n] and the permutations. */
typedef struct diagonal {
    cx_array *u, *pivots;
} diagonal;

static void diagonal_free(diagonal *d)
{
    cx__release(d->u);
    cx__release(d->pivots);
}

/* Views of the factors where they are. */
static cx_status diagonals(const cx__lin *c, diagonal *d)
{
    lu f = {0};
    cx_status st = cx__lin_rows(c, c->a, &f.a);
    if (st == CX_OK) st = factor(c, false, &f);
    if (st == CX_OK) {
        int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
        memcpy(shape, f.a->shape, (size_t)f.a->ndim * sizeof *shape);
        memcpy(strides, f.a->strides, (size_t)f.a->ndim * sizeof *strides);
        strides[c->ndim] += strides[c->ndim + 1];
        st = cx__array_view(c->where, f.a, c->ndim + 1, shape, strides, f.a->data, c->t, &d->u);
    }
    if (st == CX_OK) d->pivots = cx__retain(f.pivots);
    lu_free(&f);
    return st;
}

/* The same in plain memory: u as c128. */
static cx_status to_host(const cx__lin *c, diagonal *d)
{
    cx_array *u = NULL, *pivots = NULL;
    cx_status st = cx__lin_host(c, d->u, CX_C128, &u);
    if (st == CX_OK) st = cx__lin_host(c, d->pivots, CX_I32, &pivots);
    diagonal_free(d);
    *d = (diagonal){u, pivots};
    return st;
}

/* ---- on a device: as operations on its arrays, inside a scope of the caller's */
/* -1 where the rows were exchanged an odd number of times, else 1 */
static cx_array *permutation_sign(const cx__lin *c, const diagonal *d)
{
    const cx_array *const still = cx_arange_i64(1, c->n + 1, 1, CX_I32, c->dev->id);
    return cx_prod(cx_where(cx_not_equal(d->pivots, still), cx_float(-1), cx_float(1)),
                   CX_AXIS(-1));
}

static void polar(const cx__lin *c, const diagonal *d, cx_array **sign, cx_array **log_abs)
{
    const cx_array *const u = cx_astype(d->u, cx_dtype_kind(c->t) == 'c' ? CX_C128 : CX_F64);
    *sign = cx_mul(cx_prod(cx_sign(u), CX_AXIS(-1)), permutation_sign(c, d));
    *log_abs = cx_sum(cx_log(cx_abs(u)), CX_AXIS(-1));
}

/* The plain product, and where that left the range of float64 on its way, by logarithms. */
static cx_array *determinant(const cx__lin *c, const diagonal *d)
{
    const cx_array *const u = cx_astype(d->u, cx_dtype_kind(c->t) == 'c' ? CX_C128 : CX_F64);
    cx_array *sign, *log_abs;
    polar(c, d, &sign, &log_abs);
    const cx_array *const p = cx_prod(u, CX_AXIS(-1));
    const cx_array *const good =
        cx_logical_and(cx_isfinite(p), cx_greater(cx_abs(p), cx_float(0x1p-960)));
    return cx_where(good, cx_mul(p, permutation_sign(c, d)), cx_mul(sign, cx_exp(log_abs)));
}

/* ---- on the host */
/* sign (or phase) and log of the modulus of one determinant */
static void signed_log(const cx_complex128 *u, const int32_t *pivots, int64_t n, bool complex,
                       cx_complex128 *sign, double *log_abs)
{
    cx_complex128 s = {1, 0};
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const double r = complex ? hypot(u[i].re, u[i].im) : fabs(u[i].re);
        if (r == 0) {
            *sign = (cx_complex128){0, 0};
            *log_abs = -INFINITY;
            return;
        }
        const double flip = pivots[i] != i + 1 ? -1 : 1;
        const cx_complex128 e = complex ? (cx_complex128){flip * u[i].re / r, flip * u[i].im / r}
                                        : (cx_complex128){isnan(u[i].re) ? u[i].re
                                                          : u[i].re < 0  ? -flip
                                                                         : flip,
                                                          0};
        s = (cx_complex128){s.re * e.re - s.im * e.im, s.re * e.im + s.im * e.re};
        sum += log(r);
    }
    if (!complex) s.im = 0;
    *sign = s;
    *log_abs = sum;
}

/* Is a product of two of these, and of their parts, far from the ends of float64's range? */
static bool moderate(cx_complex128 x)
{
    const double size = fmax(fabs(x.re), fabs(x.im));
    return size > 0x1p-400 && size < 0x1p400;
}

/* Exponent of a number taken out of it; 0, infinity and NaN stay as they are. */
static int64_t normalise(cx_complex128 *p)
{
    const double size = fmax(fabs(p->re), fabs(p->im));
    if (!(size > 0) || isinf(size)) return 0;
    int e;
    (void)frexp(size, &e);
    *p = (cx_complex128){ldexp(p->re, -e), ldexp(p->im, -e)};
    return e;
}

/* The product itself, mantissas and exponents apart where it could overflow on the way. */
static cx_complex128 product(const cx_complex128 *u, const int32_t *pivots, int64_t n, bool complex)
{
    cx_complex128 p = {1, 0};
    int64_t exponent = 0;
    for (int64_t i = 0; i < n; i++) {
        const double flip = pivots[i] != i + 1 ? -1 : 1;
        if (!moderate(u[i])) exponent += normalise(&p);
        p = complex ? (cx_complex128){flip * (p.re * u[i].re - p.im * u[i].im),
                                      flip * (p.re * u[i].im + p.im * u[i].re)}
                    : (cx_complex128){flip * p.re * u[i].re, 0};
        if (!moderate(p)) exponent += normalise(&p);
    }
    if (exponent == 0) return p;
    const int shift = exponent > 20000 ? 20000 : exponent < -20000 ? -20000 : (int)exponent;
    return (cx_complex128){ldexp(p.re, shift), ldexp(p.im, shift)};
}

static cx_status det_device(const cx__lin *c, const diagonal *d, cx_array *out)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const value = determinant(c, d);
    if (cx_ok()) (void)cx_check(cx__array_copy(c->where, value, out));
    return cx_scope_close(s);
}

static cx_status det_host(const cx__lin *c, diagonal *d, cx_array *out)
{
    cx_array *values = NULL;
    const bool complex = cx_dtype_kind(c->t) == 'c';
    cx_status st = to_host(c, d);
    if (st == CX_OK) st = cx__array_new(c->where, c->ndim, c->shape, CX_C128, CX_CPU, &values);
    if (st == CX_OK) {
        cx_complex128 *const v = (cx_complex128 *)(void *)values->data;
        const cx_complex128 *const u = (const cx_complex128 *)(const void *)d->u->data;
        const int32_t *const p = (const int32_t *)(const void *)d->pivots->data;
        for (int64_t i = 0; i < c->batch; i++)
            v[i] = product(u + i * c->n, p + i * c->n, c->n, complex);
        st = cx__array_copy(c->where, values, out);
    }
    cx__release(values);
    return st;
}

static bool on_host(const cx__lin *c)
{
    return c->dev->id.kind == CX_DEVICE_CPU;
}

static cx_status det(const char *where, const cx_array *a, cx_array *out, cx_array **made)
{
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    diagonal d = {0};
    cx_array *work = NULL;
    cx_status st = cx__output_begin(where, c.ndim, c.shape, c.t, a->device, 1, &a, out, &work);
    if (st == CX_OK) st = diagonals(&c, &d);
    if (st == CX_OK) st = on_host(&c) ? det_host(&c, &d, work) : det_device(&c, &d, work);
    diagonal_free(&d);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_det(const cx_array *a)
{
    cx_array *out = NULL;
    const cx_status st = det("linalg_det", a, NULL, &out);
    return cx__yield(st, "linalg_det", out);
}

cx_status cx_linalg_det_into(const cx_array *a, cx_array *out)
{
    CX__TRY(cx__array_need_out("linalg_det_into", "out", out));
    return det("linalg_det_into", a, out, NULL);
}

static cx_status slogdet_device(const cx__lin *c, const diagonal *d, cx_array *sign,
                                cx_array *logabs)
{
    const cx_scope scope = cx_scope_open();
    cx_array *s, *l;
    polar(c, d, &s, &l);
    if (cx_ok()) (void)cx_check(cx__array_copy(c->where, s, sign));
    if (cx_ok()) (void)cx_check(cx__array_copy(c->where, l, logabs));
    return cx_scope_close(scope);
}

static cx_status slogdet_host(const cx__lin *c, diagonal *d, cx_array *sign, cx_array *logabs)
{
    cx_array *s = NULL, *l = NULL;
    const bool complex = cx_dtype_kind(c->t) == 'c';
    cx_status st = to_host(c, d);
    if (st == CX_OK) st = cx__array_new(c->where, c->ndim, c->shape, CX_C128, CX_CPU, &s);
    if (st == CX_OK) st = cx__array_new(c->where, c->ndim, c->shape, CX_F64, CX_CPU, &l);
    if (st == CX_OK) {
        const cx_complex128 *const u = (const cx_complex128 *)(const void *)d->u->data;
        const int32_t *const p = (const int32_t *)(const void *)d->pivots->data;
        for (int64_t i = 0; i < c->batch; i++)
            signed_log(u + i * c->n, p + i * c->n, c->n, complex,
                       (cx_complex128 *)(void *)s->data + i, (double *)(void *)l->data + i);
        st = cx__array_copy(c->where, s, sign);
        if (st == CX_OK) st = cx__array_copy(c->where, l, logabs);
    }
    cx__release(s);
    cx__release(l);
    return st;
}

static cx_status slogdet(const cx_array *a, cx_array **sign, cx_array **logabs)
{
    static const char where[] = "linalg_slogdet";
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    diagonal d = {0};
    cx_status st = diagonals(&c, &d);
    if (st == CX_OK) st = cx__array_new(where, c.ndim, c.shape, c.t, a->device, sign);
    if (st == CX_OK) st = cx__array_new(where, c.ndim, c.shape, c.real, a->device, logabs);
    if (st == CX_OK)
        st = on_host(&c) ? slogdet_host(&c, &d, *sign, *logabs)
                         : slogdet_device(&c, &d, *sign, *logabs);
    diagonal_free(&d);
    return st;
}

cx_slogdet cx_linalg_slogdet(const cx_array *a)
{
    cx_array *sign = NULL, *logabs = NULL;
    const cx_status st = slogdet(a, &sign, &logabs);
    return (cx_slogdet){cx__yield(st, "linalg_slogdet", sign),
                        cx__yield(st, "linalg_slogdet", logabs)};
}
