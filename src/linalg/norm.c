/* Norms of vectors and matrices over any axes: a choice among reductions, in a scope of its own. */
#include "core/array.h"
#include "core/shape.h"
#include "ops/output.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

typedef struct request {
    const char *where;
    int count;                      /* axes: 0 all of them as one vector, 1 vectors, 2 matrices */
    int axis[2];                    /* normalised */
    bool keepdims, plain, fro, nuc; /* plain: no order given */
    double ord;
} request;

static cx_status bad_order(const request *r)
{
    const char *const what =
        r->count == 2 ? "matrices, which have 'fro', 'nuc', 1, -1, 2, -2 and the infinities"
                      : "vectors";
    if (r->fro || r->nuc)
        return cx__fail(CX_E_ARGUMENT, r->where, "'%s' is not a norm of %s", r->fro ? "fro" : "nuc",
                        what);
    return cx__fail(CX_E_ARGUMENT, r->where, "this order is not a norm of %s", what);
}

static cx_status understand(request *r, const cx_array *a, cx_reduce how, const cx_norm_opts *o)
{
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "options must be built by CX_OPTS(cx_norm_opts, ...)");
    CX__TRY(cx__array_need(r->where, "a", a));
    r->keepdims = how.keepdims;
    r->fro = o != NULL && o->kind != NULL && strcmp(o->kind, "fro") == 0;
    r->nuc = o != NULL && o->kind != NULL && strcmp(o->kind, "nuc") == 0;
    if (o != NULL && o->kind != NULL && !r->fro && !r->nuc)
        return cx__fail(CX_E_ARGUMENT, r->where, "kind '%s' is neither 'fro' nor 'nuc'", o->kind);
    if (o != NULL && o->kind != NULL && o->ord.set)
        return cx__fail(CX_E_ARGUMENT, r->where, "kind and ord are given; one of them counts");
    r->plain = o == NULL || (o->kind == NULL && !o->ord.set);
    r->ord = o != NULL && o->ord.set ? o->ord.value : 2;
    if (how.no_axes || how.axis_count < 0 || how.axis_count > 2)
        return cx__fail(CX_E_ARGUMENT, r->where,
                        "one axis (vectors) or two (matrices) are possible");
    r->count = how.axis_count;
    if (r->count == 0 && !r->plain) { /* the whole array is the vector or the matrix */
        if (a->ndim < 1 || a->ndim > 2)
            return cx__fail(CX_E_ARGUMENT, r->where,
                            "an array of %d dimensions needs one or two axes for this order",
                            a->ndim);
        r->count = a->ndim;
        r->axis[0] = 0;
        r->axis[1] = 1;
    } else if (r->count == 1) {
        CX__TRY(cx__axis(r->where, how.axis, a->ndim, &r->axis[0]));
    } else if (r->count == 2) {
        CX__TRY(cx__axis(r->where, how.axes[0], a->ndim, &r->axis[0]));
        CX__TRY(cx__axis(r->where, how.axes[1], a->ndim, &r->axis[1]));
        if (r->axis[0] == r->axis[1])
            return cx__fail(CX_E_ARGUMENT, r->where, "axis %d occurs twice", r->axis[0]);
    }
    if (r->count == 1 && (r->fro || r->nuc)) return bad_order(r);
    const double size = fabs(r->ord);
    if (r->count == 2 && !r->fro && !r->nuc && !r->plain && size != 1 && size != 2 && !isinf(size))
        return bad_order(r);
    return isnan(r->ord) ? cx__fail(CX_E_ARGUMENT, r->where, "ord is NaN") : CX_OK;
}

static cx_reduce over(const request *r)
{
    return r->count == 0 ? (cx_reduce){.keepdims = r->keepdims}
           : r->count == 1
               ? (cx_reduce){.axis_count = 1, .axis = r->axis[0], .keepdims = r->keepdims}
               : (cx_reduce){.axis_count = 2, .axes = r->axis, .keepdims = r->keepdims};
}

/* square root of the sum of squares of moduli */
static cx_array *euclidean(const request *r, const cx_array *x)
{
    static cx__held reals = CX__HELD("x: sqrt(sum(square(x)))"),
                    complexes = CX__HELD("x: sqrt(sum(square(abs(x))))");
    const bool complex = cx_dtype_kind(cx_dtype_of(x)) == 'c';
    if ((r->count == 0 || r->count == x->ndim) && !r->keepdims)
        return cx__held_run(r->where, complex ? &complexes : &reals, CX_ARRAYS(x));
    return cx_sqrt(cx_sum(cx_square(complex ? cx_abs(x) : x), over(r)));
}

/* Of nothing: 0. */
static cx_array *most(const cx_array *x, cx_reduce how)
{
    how.initial = cx_int(0);
    return cx_max(x, how);
}

static cx_array *vectors(const request *r, const cx_array *x)
{
    if (r->ord == 2) return euclidean(r, x);
    const cx_array *const size = cx_abs(x);
    if (isinf(r->ord)) return r->ord > 0 ? most(size, over(r)) : cx_min(size, over(r));
    if (r->ord == 0)
        return cx_sum(cx_astype(cx_not_equal(x, cx_int(0)), cx_dtype_of(size)), over(r));
    if (r->ord == 1) return cx_sum(size, over(r));
    return cx_power(cx_sum(cx_power(size, cx_float(r->ord)), over(r)), cx_float(1 / r->ord));
}

/* Drop (or keep) the two axes of a result that still has them as extents of 1. */
static cx_array *without_axes(const request *r, cx_array *kept)
{
    if (r->keepdims) return kept;
    const int high = r->axis[0] > r->axis[1] ? r->axis[0] : r->axis[1],
              low = r->axis[0] > r->axis[1] ? r->axis[1] : r->axis[0];
    return cx_squeeze(cx_squeeze(kept, high), low);
}

static cx_array *matrices(const request *r, const cx_array *x)
{
    if (r->fro || r->plain) return euclidean(r, x);
    const double size = fabs(r->ord);
    if (r->nuc || size == 2) { /* by singular values, in the last two axes */
        const int first = r->axis[0], second = r->axis[1] > r->axis[0]
                                                   ? r->axis[1] - 1
                                                   : r->axis[1]; /* after the first has moved */
        const cx_array *const moved = cx_moveaxis(cx_moveaxis(x, first, -1), second, -1);
        const cx_array *const s = cx_linalg_svdvals(moved);
        cx_array *n = r->nuc       ? cx_sum(s, CX_AXIS(-1))
                      : r->ord > 0 ? most(s, CX_AXIS(-1))
                                   : cx_min(s, CX_AXIS(-1));
        if (!r->keepdims) return n;
        const int high = r->axis[0] > r->axis[1] ? r->axis[0] : r->axis[1],
                  low = r->axis[0] > r->axis[1] ? r->axis[1] : r->axis[0];
        return cx_expand_dims(cx_expand_dims(n, low), high);
    }
    const int summed = r->axis[size == 1 ? 0 : 1], compared = r->axis[size == 1 ? 1 : 0];
    const cx_array *const sums = cx_sum(cx_abs(x), CX_AXIS(summed, .keepdims = true));
    return without_axes(r, r->ord > 0 ? most(sums, CX_AXIS(compared, .keepdims = true))
                                      : cx_min(sums, CX_AXIS(compared, .keepdims = true)));
}

/* Inside a scope of the caller's. */
static cx_array *norm(const request *r, const cx_array *a)
{
    const char kind = cx_dtype_kind(cx_dtype_of(a));
    const cx_array *const x = kind == 'b' || kind == 'i' || kind == 'u' ? cx_astype(a, CX_F64) : a;
    return r->count == 2 ? matrices(r, x) : r->count == 1 ? vectors(r, x) : euclidean(r, x);
}

cx_array *cx_linalg_norm(const cx_array *a, cx_reduce how, const cx_norm_opts *o)
{
    request r = {.where = "linalg_norm"};
    const cx_status st = understand(&r, a, how, o);
    if (st != CX_OK) return cx__yield(st, r.where, NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, norm(&r, a));
}

cx_status cx_linalg_norm_into(const cx_array *a, cx_reduce how, const cx_norm_opts *o,
                              cx_array *out)
{
    request r = {.where = "linalg_norm_into"};
    CX__TRY(cx__array_need_out(r.where, "out", out));
    CX__TRY(understand(&r, a, how, o));
    const cx_scope s = cx_scope_open();
    const cx_array *const n = norm(&r, a);
    cx_array *work = NULL;
    if (cx_ok()) {
        const cx_status st = cx__output_begin(r.where, n->ndim, n->shape, (cx_dtype)n->dtype,
                                              n->device, 1, &a, out, &work);
        (void)cx_check(cx__output_end(r.where, st == CX_OK ? cx__array_copy(r.where, n, work) : st,
                                      work, out, NULL));
    }
    return cx_scope_close(s);
}
