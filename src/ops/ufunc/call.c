/* Elementwise operations by code: names, calls with where, dtype and casting, and outer. What they
 * mean is in elementwise.c. */
#include "core/shape.h"
#include "ops/elementwise.h"
#include <calx/ufunc.h>
#include <string.h>

cx_map_op cx_ufunc_find(const char *name)
{
    static const struct {
        const char *name;
        cx_map_op op;
    } names[] = {
#define CX_UNARY(NAME, name_, code, domain, result, ulp, doc) {#name_, CX_UN_##NAME},
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name_, code, domain, result, ulp, doc) {#name_, CX_BI_##NAME},
#include <calx/binary_ops.def>
#undef CX_BINARY
#define CX_TERNARY(NAME, name_, code, domain, result, ulp, doc) {#name_, CX_TE_##NAME},
#include <calx/ternary_ops.def>
#undef CX_TERNARY
#define CX_PAIR(NAME, name_, code, inputs, domain, first, second, doc) {#name_, CX_PA_##NAME},
#include <calx/pair_ops.def>
#undef CX_PAIR
        /* NumPy's further names */
        {"absolute", CX_UN_ABS},
        {"acos", CX_UN_ARCCOS},
        {"acosh", CX_UN_ARCCOSH},
        {"asin", CX_UN_ARCSIN},
        {"asinh", CX_UN_ARCSINH},
        {"atan", CX_UN_ARCTAN},
        {"atan2", CX_BI_ARCTAN2},
        {"atanh", CX_UN_ARCTANH},
        {"bitwise_invert", CX_UN_INVERT},
        {"bitwise_left_shift", CX_BI_LEFT_SHIFT},
        {"bitwise_not", CX_UN_INVERT},
        {"bitwise_right_shift", CX_BI_RIGHT_SHIFT},
        {"conj", CX_UN_CONJUGATE},
        {"deg2rad", CX_UN_RADIANS},
        {"divide", CX_BI_DIV},
        {"mod", CX_BI_REMAINDER},
        {"multiply", CX_BI_MUL},
        {"pow", CX_BI_POWER},
        {"rad2deg", CX_UN_DEGREES},
        {"subtract", CX_BI_SUB},
        {"true_divide", CX_BI_DIV},
    };
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0) return names[i].op;
    return CX_MAP_NONE;
}

/* The row of a call, and how it is called; outs: of the call, or as many as it needs. */
static cx_status open_call(cx_map_op op, cx_arrays in, const cx_ufunc_opts *o, int outs,
                           const cx__op **row, cx__map_how *how)
{
    static const char where[] = "ufunc";
    *row = cx__op_of((int)op);
    if (*row == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%d is no elementwise operation", (int)op);
    if (in.count != (*row)->inputs || in.at == NULL)
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d inputs, %d are given", (*row)->name,
                        (*row)->inputs, in.count);
    const int results = (*row)->second != 0 ? 2 : 1;
    if (outs != results)
        return cx__fail(CX_E_ARGUMENT, where, "%s has %d results, %s %d", (*row)->name, results,
                        outs == 1 && results == 2 ? "use cx_ufunc_into; asked for are" : "out has",
                        outs);
    if (o != NULL && (o->struct_size == 0 || o->struct_size > sizeof *o))
        return cx__fail(CX_E_ARGUMENT, where,
                        "options with struct_size %zu; make them with CX_OPTS", o->struct_size);
    *how = (cx__map_how){NULL, CX_DTYPE_NONE, CX_CASTING_SAME_KIND};
    if (o == NULL) return CX_OK;
    how->mask = o->where;
    how->dtype = o->dtype;
    if (o->dtype != CX_DTYPE_NONE && cx_dtype_size(o->dtype) == 0)
        return cx__fail(CX_E_DTYPE, where, "%d is no dtype", (int)o->dtype);
    if (!o->casting.set) return CX_OK;
    if (o->casting.value < CX_CASTING_NO || o->casting.value > CX_CASTING_UNSAFE)
        return cx__fail(CX_E_ARGUMENT, where, "%d is no casting", (int)o->casting.value);
    how->casting = (cx_casting)o->casting.value;
    return CX_OK;
}

cx_array *cx_ufunc(cx_map_op op, cx_arrays in, const cx_ufunc_opts *o)
{
    const cx__op *row;
    cx__map_how how;
    cx_array *r = NULL;
    cx_status st = open_call(op, in, o, 1, &row, &how);
    if (st == CX_OK) st = cx__map_as(row->name, (int)op, in.at, o != NULL ? &how : NULL, NULL, &r);
    return cx__yield(st, "ufunc", r);
}

cx_status cx_ufunc_into(cx_map_op op, cx_arrays in, const cx_ufunc_opts *o, cx_outs out)
{
    const cx__op *row;
    cx__map_how how;
    CX__TRY(open_call(op, in, o, out.count, &row, &how));
    if (out.at == NULL) return cx__fail(CX_E_NULL, row->name, "out is NULL");
    return cx__map_as(row->name, (int)op, in.at, o != NULL ? &how : NULL, out.at, NULL);
}

/* a with as many dimensions of extent 1 behind it as b has. */
static cx_status spread(const char *where, const cx_array *a, const cx_array *b, cx_array **out)
{
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    const int ndim = a->ndim + b->ndim;
    for (int d = 0; d < ndim; d++) {
        shape[d] = d < a->ndim ? a->shape[d] : 1;
        strides[d] = d < a->ndim ? a->strides[d] : 0;
    }
    return cx__array_view(where, a, ndim, shape, strides, a->data, (cx_dtype)a->dtype, out);
}

static cx_status outer(cx_map_op op, const cx_array *a, const cx_array *b, cx_array **out)
{
    static const char where[] = "ufunc_outer";
    const cx__op *const row = cx__op_of((int)op);
    if (row == NULL || row->inputs != 2 || row->second != 0)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no operation of two inputs and one result",
                        row == NULL ? "the code" : row->name);
    CX__TRY(cx__array_check(where, "a", a));
    CX__TRY(cx__array_check(where, "b", b));
    const cx_array *in[2] = {a, b};
    cx_array *wide = NULL;
    if (!cx__is_scalar(a) && !cx__is_scalar(b)) {
        if (a->ndim + b->ndim > CX_MAX_NDIM)
            return cx__fail(CX_E_SHAPE, where,
                            "the result would have %d dimensions, at most %d are possible",
                            a->ndim + b->ndim, CX_MAX_NDIM);
        CX__TRY(spread(where, a, b, &wide));
        in[0] = wide;
    }
    const cx_status st = cx__map(row->name, (int)op, in, NULL, out);
    cx__release(wide);
    return st;
}

cx_array *cx_ufunc_outer(cx_map_op op, const cx_array *a, const cx_array *b)
{
    cx_array *r = NULL;
    const cx_status st = outer(op, a, b, &r);
    return cx__yield(st, "ufunc_outer", r);
}
