/* Folds by binary rows: what each row's folds are like, and the ways to the backend's slot. Knows
 * nothing of axes; reduce.c and at.c do. */
#include "ops/ufunc/fold.h"
#include "base/log.h"
#include "core/device.h"
#include "core/promote.h"
#include "core/shape.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <inttypes.h>
#include <string.h>

#define AT(name) [CX_BI_##name - CX_BI_ADD]
const cx__fold_facts *cx__fold_facts_of(int code)
{
    static const cx__fold_facts none;
    static const cx__fold_facts facts[] = {
        AT(ADD) = {CX__IDENTITY_ZERO, true, false, true, CX_RED_SUM, CX_SCAN_CUMSUM},
        AT(MUL) = {CX__IDENTITY_ONE, true, false, true, CX_RED_PROD, CX_SCAN_CUMPROD},
        AT(MAXIMUM) = {CX__IDENTITY_NONE, true, true, false, CX_RED_MAX, 0},
        AT(MINIMUM) = {CX__IDENTITY_NONE, true, true, false, CX_RED_MIN, 0},
        AT(FMAX) = {CX__IDENTITY_NONE, true, true, false, CX_RED_NANMAX, 0},
        AT(FMIN) = {CX__IDENTITY_NONE, true, true, false, CX_RED_NANMIN, 0},
        AT(LOGICAL_AND) = {CX__IDENTITY_ONE, true, true, false, CX_RED_ALL, 0},
        AT(LOGICAL_OR) = {CX__IDENTITY_ZERO, true, true, false, CX_RED_ANY, 0},
        AT(LOGICAL_XOR) = {CX__IDENTITY_ZERO, true, true, false, 0, 0},
        AT(BITWISE_AND) = {CX__IDENTITY_BITS, true, true, false, 0, 0},
        AT(BITWISE_OR) = {CX__IDENTITY_ZERO, true, true, false, 0, 0},
        AT(BITWISE_XOR) = {CX__IDENTITY_ZERO, true, true, false, 0, 0},
        AT(HYPOT) = {CX__IDENTITY_ZERO, true, false, false, 0, 0},
        AT(LOGADDEXP) = {CX__IDENTITY_MINUS_INFINITY, true, false, false, 0, 0},
        AT(LOGADDEXP2) = {CX__IDENTITY_MINUS_INFINITY, true, false, false, 0, 0},
        AT(GCD) = {CX__IDENTITY_ZERO, true, true, false, 0, 0},
    };
    const int at = code - CX_BI_ADD;
    return at >= 0 && at < (int)(sizeof facts / sizeof *facts) ? &facts[at] : &none;
}
#undef AT

cx_status cx__fold_row(const char *where, cx_map_op op, const cx__op **row)
{
    *row = cx__op_of((int)op);
    if (*row != NULL && (*row)->inputs == 2 && (*row)->second == 0 && op != CX_BI_LDEXP)
        return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%s is no operation of two inputs like its result",
                    *row == NULL ? "the code" : (*row)->name);
}

cx_status cx__fold_dtype(const char *where, const cx__op *row, const cx_array *a, cx_dtype want,
                         cx_dtype *loop)
{
    const cx_dtype in = (cx_dtype)a->dtype;
    if (in == CX_CAT || (want != CX_DTYPE_NONE && cx_dtype_kind(want) == 0) || want == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "%s is not for %s", row->name,
                        cx_dtype_name(in == CX_CAT ? in : want));
    const bool logical = row->code >= CX_BI_LOGICAL_AND && row->code <= CX_BI_LOGICAL_XOR;
    if (row->result == 'B') {
        if ((logical || in == CX_BOOL) && (want == CX_DTYPE_NONE || want == CX_BOOL)) {
            *loop = CX_BOOL;
            return CX_OK;
        }
        return cx__fail(CX_E_DTYPE, where, "%s of %s gives bool, which it does not go on with",
                        row->name, cx_dtype_name(want == CX_DTYPE_NONE ? in : want));
    }
    if (cx_dtype_kind(in) == 'c' && want != CX_DTYPE_NONE && cx_dtype_kind(want) != 'c')
        return cx__fail(CX_E_DTYPE, where, "%s is not folded in %s", cx_dtype_name(in),
                        cx_dtype_name(want));
    const char kind = cx_dtype_kind(in);
    const bool whole = kind == 'b' || kind == 'i' || kind == 'u';
    cx_dtype common = want != CX_DTYPE_NONE ? want : in;
    if (want == CX_DTYPE_NONE && whole) {
        if (cx__fold_facts_of(row->code)->wide) common = kind == 'u' ? CX_U64 : CX_I64;
        if (row->code == CX_BI_DIV) common = CX_F64;
    }
    if (want == CX_DTYPE_NONE && row->code == CX_BI_FLOAT_POWER)
        common = cx_promote_types(common, CX_F64);
    CX__TRY(cx__loop_dtype(row->name, row->domain, common, loop));
    if (want == CX_DTYPE_NONE || *loop == want) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "%s has no loop of dtype %s", row->name,
                    cx_dtype_name(want));
}

/* Dimensions [from, to) of a as one; false if the strides do not allow it. */
static bool one_dimension(const cx_array *a, int from, int to, int64_t *extent, int64_t *stride)
{
    *extent = 1;
    *stride = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    for (int d = to - 1; d >= from; d--) {
        if (a->shape[d] == 1) continue;
        if (*extent == 1)
            *stride = a->strides[d];
        else if (a->strides[d] != *extent * *stride)
            return false;
        *extent *= a->shape[d];
    }
    return true;
}

cx_status cx__fold_lines(const char *where, const cx_array *a, int axis, cx__lines *out)
{
    cx_view *const v = &out->view;
    out->copy = NULL;
    out->array = a;
    for (;;) {
        v->data = out->array->data;
        v->dtype = (cx_dtype)a->dtype;
        v->ndim = 3;
        v->flags = 0;
        v->shape[1] = a->shape[axis];
        v->stride[1] = out->array->strides[axis];
        if (out->copy != NULL || a->size == 0) {
            *v = cx__fold_view(out->array, cx__prod(axis, a->shape), a->shape[axis],
                               cx__prod(a->ndim - axis - 1, a->shape + axis + 1));
            return CX_OK;
        }
        if (one_dimension(a, 0, axis, &v->shape[0], &v->stride[0]) &&
            one_dimension(a, axis + 1, a->ndim, &v->shape[2], &v->stride[2]))
            return CX_OK;
        CX__TRY(cx__array_contiguous(where, a, CX_DTYPE_NONE, &out->copy));
        out->array = out->copy;
    }
}

cx_view cx__fold_view(const cx_array *a, int64_t outer, int64_t n, int64_t inner)
{
    const int64_t item = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    return (cx_view){.data = a->data,
                     .dtype = (cx_dtype)a->dtype,
                     .ndim = 3,
                     .shape = {outer, n, inner},
                     .stride = {n * inner * item, inner * item, item}};
}

cx_status cx__fold_call(const char *where, const cx_fold_call *c, int n,
                        const cx_array *const arrays[])
{
    cx__device *d;
    cx_queue *q;
    CX__TRY(cx__poll(where));
    CX__TRY(cx__device_get(where, arrays[0]->device, &d));
    CX__TRY(cx__queue_for(where, d, 1, n, arrays, &q));
    if (d->ops->fold == NULL) return cx__unsupported(where, d, where);
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " of %s", where, arrays[1]->size,
                cx_dtype_name((cx_dtype)arrays[1]->dtype));
    return cx__queue_done(d, d->ops->fold(q, c));
}

/* ---- indices */
static const cx_array *number(cx_scalar *s, int64_t v)
{
    *s = (cx_scalar){.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = v};
    return (const cx_array *)(const void *)s;
}

/* index, a contiguous int64 array of the open scope, checked and wrapped; nil on an error. */
static cx_array *checked(const char *where, cx_array *index, int64_t n, bool wrap)
{
    cx_scalar scalar[3];
    const cx_array *const zero = number(&scalar[0], 0),
                          *const low = number(&scalar[1], wrap ? -n : 0),
                          *const high = number(&scalar[2], n);
    const int64_t least = cx_item_i64(cx_min(index, CX_ALL)),
                  most = cx_item_i64(cx_max(index, CX_ALL));
    if (!cx_ok()) return NULL;
    if (least < (wrap ? -n : 0) || most >= n) {
        const cx_array *const bad =
            cx_logical_or(cx_less(index, low), cx_greater_equal(index, high));
        const int64_t at = cx_item_i64(cx_argmax(bad, CX_ALL)),
                      v = cx_item_i64(cx_select(cx_ravel(index), 0, at));
        (void)cx_check(cx__fail(CX_E_INDEX, where,
                                "index %" PRId64 " at position %" PRId64
                                " is out of bounds for an axis of size %" PRId64,
                                v, at, n));
        return NULL;
    }
    return least < 0 ? cx_where(cx_less(index, zero), cx_add(index, high), index) : index;
}

cx_status cx__fold_plain_indices(const char *where, const cx_array *indices, const cx_array *a,
                                 cx_array **out)
{
    CX__TRY(cx__array_check(where, "indices", indices));
    cx_array *own = NULL;
    CX__TRY(cx__array_own(where, "indices", indices, &own));
    const char kind = cx_dtype_kind((cx_dtype)own->dtype);
    cx_status st = CX_OK;
    if (kind != 'i' && kind != 'u')
        st = cx__fail(CX_E_DTYPE, where, "indices are %s, not integers",
                      cx_dtype_name((cx_dtype)own->dtype));
    else if (!cx__is_scalar(indices) && !cx_device_equal(own->device, a->device))
        st = cx__fail(CX_E_DEVICE, where, "indices and a are on two devices");
    if (st == CX_OK && cx_device_equal(own->device, a->device)) {
        st = cx__array_contiguous(where, own, CX_I64, out);
    } else if (st == CX_OK) {
        st = cx__array_new(where, own->ndim, own->shape, CX_I64, a->device, out);
        if (st == CX_OK && (st = cx__array_copy(where, own, *out)) != CX_OK) {
            cx__release(*out);
            *out = NULL;
        }
    }
    cx__release(own);
    return st;
}

cx_status cx__fold_indices(const char *where, const cx_array *indices, const cx_array *a, int64_t n,
                           bool wrap, cx_array **out)
{
    cx_array *index = NULL;
    CX__TRY(cx__fold_plain_indices(where, indices, a, &index));
    if (index->size == 0) {
        *out = index;
        return CX_OK;
    }
    const cx_scope s = cx_scope_open();
    cx_array *const r = checked(where, index, n, wrap);
    cx_array *const keep = r != NULL && cx_status_of(r) == CX_OK ? cx_retain(r) : NULL;
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK)
        *out = keep;
    else
        cx__release(keep);
    cx__release(index);
    return st;
}
