/* Derivatives and integrals of series along one axis. A coefficient of a derivative is a sum over
 * every stride-th higher one: running sums, not a loop over degrees. */
#include "routines/polynomial/poly.h"
#include <calx/reduce.h>

static cx_array *part(const cx_array *a, int64_t from, int64_t to)
{
    return cx_slice(a, 0, from, to, 1);
}

/* Factors as a column under c's other axes. */
static cx_array *column(int64_t n, double from, cx__of_degree f, const cx_array *c)
{
    int64_t shape[CX_MAX_NDIM];
    const int ndim = cx_ndim(c);
    shape[0] = n;
    for (int i = 1; i < ndim; i++) shape[i] = 1;
    return cx_reshape(cx__row_of(n, from, f, cx_dtype_of(c), cx_device_of(c)),
                      (cx_shape){ndim, shape});
}

/* ---- derivative */
/* s[j] += s[j + stride], from the last one down. */
static cx_array *suffix_sums(cx_array *s, int stride)
{
    cx_array *const out = cx_empty_like(s, CX_DTYPE_NONE);
    for (int k = 0; k < stride && k < cx_dim(s, 0) && cx_ok(); k++) {
        const cx_array *const falling = cx_flip(cx_slice(s, 0, k, CX_END, stride), 0);
        (void)cx_check(
            cx_copy_into(cx_flip(cx_cumsum(falling, 0), 0), cx_slice(out, 0, k, CX_END, stride)));
    }
    return out;
}

static cx_array *derived(const cx__basis *b, cx_array *c)
{
    const int64_t n = cx_dim(c, 0) - 1;
    cx_array *s = part(c, 1, CX_END);
    if (b->stride > 0) {
        if (b->before(2) != 1) s = cx_mul(s, column(n, 1, b->before, c));
        s = suffix_sums(s, b->stride);
    }
    return cx_mul(s, column(n, 1, b->after, c));
}

/* c with the coefficients' axis first, floating point, one dimension or more. */
static cx_status opened(const char *where, const cx_array *c, int axis, cx_array **out, int *at)
{
    CX__TRY(cx__need_operand(where, "c", c));
    CX__TRY(cx__floats(where, "c", c, CX_CPU, out));
    if (cx_ndim(*out) == 0) *out = cx_reshape(*out, CX_SHAPE(1));
    CX__TRY(cx__so_far());
    CX__TRY(cx__axis(where, axis, cx_ndim(*out), at));
    *out = cx_moveaxis(*out, *at, 0);
    return cx__so_far();
}

static cx_status order_of(const char *where, cx_maybe_i64 m, int64_t *out)
{
    *out = m.set ? m.value : 1;
    if (*out >= 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "m is %lld; wanted 0 or more", (long long)*out);
}

static cx_status derivative(const cx__basis *b, const char *where, const cx_array *a,
                            const cx_polyder_opts *given, cx_array **out)
{
    cx_polyder_opts o;
    cx_array *c;
    int64_t m;
    int axis;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(order_of(where, o.m, &m));
    CX__TRY(opened(where, a, o.axis, &c, &axis));
    const double scl = o.scl.set ? o.scl.value : 1;
    if (m > 0 && m >= cx_dim(c, 0)) {
        c = cx_mul(part(c, 0, 1), cx_int(0));
    } else {
        if (m == 0) c = cx_copy(c);
        for (int64_t i = 0; i < m && cx_ok(); i++)
            c = derived(b, scl != 1 ? cx_mul(c, cx_float(scl)) : c);
    }
    *out = cx_moveaxis(c, 0, axis);
    return cx__so_far();
}

cx_array *cx__poly_der(cx_poly_basis b, const char *where, const cx_array *c,
                       const cx_polyder_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = derivative(cx__basis_of(b), where, c, o, &r);
    return cx__give(s, st, r);
}

/* ---- integral */
/* Without its constant. */
static cx_status integrated(const cx__basis *b, cx_array *c, cx_array **out)
{
    const int64_t n = cx_dim(c, 0);
    int64_t shape[CX_MAX_NDIM];
    const cx_shape s = cx_shape_of(c);
    for (int i = 0; i < s.ndim; i++) shape[i] = s.dim[i] + (i == 0 ? 1 : 0);
    cx_array *const t = cx_empty((cx_shape){s.ndim, shape}, cx_dtype_of(c), cx_device_of(c));
    const cx_array *const first = part(c, 0, 1);
    CX__TRY(cx__so_far());
    CX__TRY(cx_copy_into(b->same ? first : cx_mul(first, cx_int(0)), part(t, 0, 1)));
    CX__TRY(cx_div_into(c, column(n, 0, b->up, c), part(t, 1, CX_END)));
    if (b->same && n > 1) {
        cx_array *const place = part(t, 1, n);
        CX__TRY(cx_add_into(place, part(c, 1, CX_END), place));
    }
    if (b->down != NULL && n > 2) {
        cx_array *const place = part(t, 1, n - 1);
        const cx_array *const gone = cx_div(part(c, 2, CX_END), column(n - 2, 2, b->down, c));
        CX__TRY(cx__so_far());
        CX__TRY(cx_sub_into(place, gone, place));
    }
    *out = t;
    return cx__so_far();
}

/* Once more: c [n, ...] with the constant k (NULL: 0), so that the value at lbnd is k. */
static cx_status integrate(const cx__basis *b, double lbnd, const cx_array *k, cx_array **c)
{
    /* NumPy keeps a series that is 0 at one coefficient */
    const bool zero = cx_dim(*c, 0) == 1 && !cx_item_bool(cx_any(*c, CX_ALL));
    cx_array *value = NULL, *r = *c;
    CX__TRY(cx__so_far());
    if (!zero) {
        CX__TRY(integrated(b, *c, &r));
        CX__TRY(cx__series_val(b, cx__value_beside(cx_float(lbnd), r), r, &value));
    } else {
        r = cx_copy(r);
    }
    CX__TRY(cx__so_far());
    cx_array *const first = cx_select(r, 0, 0);
    const cx_array *add = k != NULL ? k : cx_float(0);
    if (value != NULL) add = k != NULL ? cx_sub(k, value) : cx_negative(value);
    CX__TRY(cx__so_far());
    CX__TRY(cx_add_into(first, add, first));
    *c = r;
    return CX_OK;
}

static cx_status constants(const char *where, const cx_array *k, int64_t m, cx_dtype t, cx_device d,
                           cx_array **out)
{
    char text[CX__SHAPE_TEXT];
    *out = NULL;
    if (k == NULL) return CX_OK;
    CX__TRY(cx__need_operand(where, "k", k));
    CX__TRY(cx__floats(where, "k", k, d, out));
    if (cx_ndim(*out) == 0) *out = cx_reshape(*out, CX_SHAPE(1));
    CX__TRY(cx__so_far());
    if (cx_ndim(*out) != 1 || cx_size(*out) > m)
        return cx__fail(cx_ndim(*out) != 1 ? CX_E_SHAPE : CX_E_ARGUMENT, where,
                        "k has shape %s; wanted at most m = %lld constants",
                        cx__words_of_shape(k, text), (long long)m);
    if (cx__kind_of(*out) == 'c' && cx_dtype_kind(t) != 'c')
        return cx__fail(CX_E_DTYPE, where, "k is complex and c is not");
    return CX_OK;
}

static cx_status integral(const cx__basis *b, const char *where, const cx_array *a,
                          const cx_polyint_opts *given, cx_array **out)
{
    cx_polyint_opts o;
    cx_array *c, *k;
    int64_t m;
    int axis;
    cx_device d;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(order_of(where, o.m, &m));
    CX__TRY(opened(where, a, o.axis, &c, &axis));
    CX__TRY(cx__device_of_all(where, 2, (const cx_array *const[]){a, o.k}, &d));
    CX__TRY(constants(where, o.k, m, cx_dtype_of(c), d, &k));
    const double scl = o.scl.set ? o.scl.value : 1;
    if (m > 0 && cx_dim(c, 0) == 0)
        return cx__fail(CX_E_SHAPE, where, "c has no coefficients along axis %d", axis);
    if (m == 0) c = cx_copy(c);
    for (int64_t i = 0; i < m; i++) {
        if (scl != 1) c = cx_mul(c, cx_float(scl));
        const bool given_k = k != NULL && i < cx_size(k);
        CX__TRY(integrate(b, o.lbnd, given_k ? cx_select(k, 0, i) : NULL, &c));
    }
    *out = cx_moveaxis(c, 0, axis);
    return cx__so_far();
}

cx_array *cx__poly_int(cx_poly_basis b, const char *where, const cx_array *c,
                       const cx_polyint_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = integral(cx__basis_of(b), where, c, o, &r);
    return cx__give(s, st, r);
}
