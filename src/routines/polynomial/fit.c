/* Least squares fits: a Vandermonde matrix whose columns are scaled to length 1, solved by the SVD.
 * numpy.polynomial's fits and numpy.polyfit differ in the order of degrees and in what they tell.
 */
#include "base/alloc.h"
#include "routines/polynomial/poly.h"
#include <calx/linalg.h>
#include <calx/reduce.h>
#include <math.h>
#include <stdlib.h>

typedef struct fit {
    const char *where;
    cx_array *x, *y, *w; /* floating point, one device; w NULL: none */
    cx_maybe_f64 given;  /* rcond */
    double rcond;
    int64_t order; /* unknowns */
    bool full;
    /* results */
    cx_array *c, *residuals, *rank, *s, *scale;
} fit;

static bool solvable(cx_dtype t)
{
    return t == CX_F32 || t == CX_F64 || t == CX_C64 || t == CX_C128;
}

static double eps_of(cx_dtype t)
{
    static const double eps[CX_DTYPE_COUNT] = {
        [CX_F16] = 0x1p-10, [CX_BF16] = 0x1p-7, [CX_F32] = 0x1p-23,
        [CX_F64] = 0x1p-52, [CX_C64] = 0x1p-23, [CX_C128] = 0x1p-52};
    return eps[t];
}

/* wide: numpy.polyfit's powers are float64 at least, though x's own precision sets rcond. */
static cx_status open(fit *f, const char *where, const cx_array *x, const cx_array *y,
                      const cx_array *w, bool wide)
{
    char text[2][CX__SHAPE_TEXT];
    cx_device d;
    f->where = where;
    CX__TRY(cx__need_operand(where, "x", x));
    CX__TRY(cx__need_operand(where, "y", y));
    if (w != NULL) CX__TRY(cx__need_operand(where, "w", w));
    CX__TRY(cx__device_of_all(where, 3, (const cx_array *const[]){x, y, w}, &d));
    if (cx_ndim(x) != 1 || cx_ndim(y) < 1 || cx_ndim(y) > 2 || cx_dim(x, 0) != cx_dim(y, 0))
        return cx__fail(CX_E_SHAPE, where,
                        "x has shape %s and y has shape %s; wanted (n,) and (n,) or (n, k)",
                        cx__words_of_shape(x, text[0]), cx__words_of_shape(y, text[1]));
    if (cx_size(x) == 0) return cx__fail(CX_E_SHAPE, where, "x is empty");
    if (w != NULL && (cx_ndim(w) != 1 || cx_dim(w, 0) != cx_dim(x, 0)))
        return cx__fail(CX_E_SHAPE, where, "w has shape %s; wanted x's, %s",
                        cx__words_of_shape(w, text[0]), cx__words_of_shape(x, text[1]));
    CX__TRY(cx__floats(where, "x", x, d, &f->x));
    CX__TRY(cx__floats(where, "y", y, d, &f->y));
    if (w != NULL) CX__TRY(cx__floats(where, "w", w, d, &f->w));
    f->rcond = (double)cx_dim(x, 0) * eps_of(cx_dtype_of(f->x));
    if (wide) f->x = cx_astype(f->x, cx__kind_of(f->x) == 'c' ? CX_C128 : CX_F64);
    CX__TRY(cx__so_far());
    const cx_array *const all[] = {f->x, f->y, f->w};
    for (int i = 0; i < 3; i++)
        if (all[i] != NULL && !solvable(cx_dtype_of(all[i])))
            return cx__fail(CX_E_DTYPE, where, "%s arrays are not accepted; convert with cx_astype",
                            cx_dtype_name(cx_dtype_of(all[i])));
    return CX_OK;
}

/* v [n, order]: columns are the unknowns' */
static cx_status solve(fit *f, cx_array *v)
{
    cx_array *y = f->y;
    if (f->w != NULL) {
        const cx_array *const column = cx_expand_dims(f->w, 1);
        v = cx_mul(v, column);
        y = cx_mul(y, cx_ndim(y) == 1 ? f->w : column);
    }
    const cx_array *const length = cx_sqrt(cx_sum(cx_square(cx_abs(v)), CX_AXIS(0)));
    f->scale = cx_where(cx_equal(length, cx_int(0)), cx_int(1), length);
    if (f->given.set) f->rcond = f->given.value;
    const cx_lstsq r =
        cx_linalg_lstsq(cx_div(v, f->scale), y, CX_OPTS(cx_lstsq_opts, .rcond = {true, f->rcond}));
    f->c = cx_div(r.x, cx_ndim(r.x) == 1 ? f->scale : cx_expand_dims(f->scale, 1));
    f->residuals = r.residuals;
    f->rank = r.rank;
    f->s = r.s;
    CX__TRY(cx__so_far());
    if (f->full) return CX_OK;
    const int64_t rank = cx_item_i64(r.rank);
    CX__TRY(cx__so_far());
    if (rank != f->order)
        cx__warn(CX_E_SINGULAR, "%s: the fit may be poorly conditioned: rank %lld of %lld",
                 f->where, (long long)rank, (long long)f->order);
    return CX_OK;
}

/* ---- numpy.polynomial */
static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static cx_status all_degrees(fit *f, const cx__basis *b, int64_t deg)
{
    cx_array *v;
    if (deg < 0 || deg >= INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, f->where, "deg is %lld; wanted 0 or more", (long long)deg);
    f->order = deg + 1;
    CX__TRY(cx__series_vander(b, f->x, deg, &v));
    return solve(f, v);
}

/* Only some degrees; the others' coefficients are 0. */
static cx_status some_degrees(fit *f, const cx__basis *b, int64_t *terms, int64_t count)
{
    cx_array *v;
    qsort(terms, (size_t)count, sizeof *terms, by_size);
    if (terms[0] < 0 || terms[count - 1] >= INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, f->where, "terms reach from %lld to %lld; wanted 0 or more",
                        (long long)terms[0], (long long)terms[count - 1]);
    f->order = count;
    const int64_t deg = terms[count - 1];
    const cx_array *const places =
        cx_to(cx_copy_host(terms, CX_SHAPE(count), CX_I64), cx_device_of(f->x));
    CX__TRY(cx__series_vander(b, f->x, deg, &v));
    CX__TRY(solve(f, cx_take(v, places, 1)));
    const cx_shape shape = cx_ndim(f->c) == 1 ? CX_SHAPE(deg + 1) : CX_SHAPE(deg + 1, 0);
    int64_t dims[2] = {shape.dim[0], cx_dim(f->c, 1)};
    cx_array *const whole =
        cx_zeros((cx_shape){cx_ndim(f->c), dims}, cx_dtype_of(f->c), cx_device_of(f->c));
    CX__TRY(cx__so_far());
    CX__TRY(cx_put_rows(whole, places, f->c));
    f->c = whole;
    return CX_OK;
}

static cx_status fitted(const cx__basis *b, const char *where, const cx_array *x, const cx_array *y,
                        int64_t deg, const cx_polyfit_opts *given, fit *f)
{
    cx_polyfit_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(open(f, where, x, y, o.w, false));
    f->given = o.rcond;
    f->full = o.full;
    if (o.terms == NULL) return all_degrees(f, b, deg);
    if (o.term_count < 1 || o.term_count > INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, where, "%lld terms; wanted one or more",
                        (long long)o.term_count);
    int64_t *const terms = cx__alloc((size_t)o.term_count * sizeof *terms);
    if (terms == NULL) return cx__fail_nomem(where, "terms", (size_t)o.term_count * sizeof *terms);
    for (int64_t i = 0; i < o.term_count; i++) terms[i] = o.terms[i];
    const cx_status st = some_degrees(f, b, terms, o.term_count);
    cx__free(terms);
    return st;
}

cx_polyfit_result cx__poly_fit(cx_poly_basis b, const char *where, const cx_array *x,
                               const cx_array *y, int64_t deg, const cx_polyfit_opts *o)
{
    const cx_scope s = cx_scope_open();
    fit f = {.where = where};
    const cx_status st = fitted(cx__basis_of(b), where, x, y, deg, o, &f);
    cx_array *r[4] = {f.c, f.residuals, f.rank, f.s};
    cx__give_all(s, st, where, 4, r);
    return (cx_polyfit_result){r[0], r[1], r[2], r[3], st == CX_OK ? f.rcond : (double)NAN};
}

/* ---- numpy.polyfit */
static cx_status covariance(const fit *f, cx_array *v, cx_polyfit_cov how, cx_array **out)
{
    const int64_t n = cx_dim(f->x, 0);
    if (how == CX_COV_SCALED && n <= f->order)
        return cx__fail(CX_E_ARGUMENT, f->where,
                        "%lld points for %lld coefficients; more are needed to scale the "
                        "covariance",
                        (long long)n, (long long)f->order);
    if (f->w != NULL) v = cx_mul(v, cx_expand_dims(f->w, 1));
    v = cx_div(v, f->scale);
    cx_array *base = cx_linalg_inv(cx_matmul(cx_transpose(v), v));
    base = cx_div(base, cx_outer(f->scale, f->scale));
    CX__TRY(cx__so_far());
    const bool matrix = cx_ndim(f->y) == 2;
    if (matrix) base = cx_expand_dims(base, 2);
    *out = base;
    if (how == CX_COV_SCALED) *out = cx_mul(base, cx_div(f->residuals, cx_int(n - f->order)));
    return cx__so_far();
}

static cx_status np_polyfit(const cx_array *x, const cx_array *y, int64_t deg,
                            const cx_np_polyfit_opts *given, fit *f, cx_array **cov)
{
    cx_np_polyfit_opts o;
    cx_array *v;
    CX__TRY(CX__OPTIONS(f->where, given, &o));
    if (o.cov < CX_COV_NONE || o.cov > CX_COV_UNSCALED)
        return cx__fail(CX_E_ARGUMENT, f->where, "cov is %d", (int)o.cov);
    if (deg < 0 || deg >= INT32_MAX)
        return cx__fail(CX_E_ARGUMENT, f->where, "deg is %lld; wanted 0 or more", (long long)deg);
    CX__TRY(open(f, f->where, x, y, o.w, true));
    f->given = o.rcond;
    f->full = o.full;
    f->order = deg + 1;
    CX__TRY(cx__series_vander(cx__basis_of(CX_POLY_POWER), f->x, deg, &v));
    v = cx_flip(v, 1);
    CX__TRY(solve(f, v));
    return o.cov == CX_COV_NONE ? CX_OK : covariance(f, v, o.cov, cov);
}

cx_np_polyfit cx_polyfit(const cx_array *x, const cx_array *y, int64_t deg,
                         const cx_np_polyfit_opts *o)
{
    const cx_scope s = cx_scope_open();
    fit f = {.where = "polyfit"};
    cx_array *cov = NULL;
    const cx_status st = np_polyfit(x, y, deg, o, &f, &cov);
    cx_array *r[5] = {f.c, f.residuals, f.rank, f.s, cov};
    cx__give_all(s, st, f.where, 5, r);
    return (cx_np_polyfit){r[0], r[1], r[2], r[3], r[4], st == CX_OK ? f.rcond : (double)NAN};
}
