/* scipy.fft's cosine and sine transforms: dtypes, lengths, axes and norms are settled here; one
 * axis after the other is transformed by cosine.c. Complex input is two real sequences beside each
 * other. */
#include "ops/primitives.h"
#include "routines/arguments.h"
#include "routines/fft/cosine.h"
#include <calx/fft_real.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <math.h>

typedef struct job {
    const char *where;
    bool sine, inverse, ends;
    int type;
    cx_fft_norm norm;
    int count;
    int axis[CX_MAX_NDIM];
    int64_t length[CX_MAX_NDIM];
} job;

static cx_status settle(job *j, int type, cx_fft_norm norm, cx_fft_ends ends)
{
    if (type < 0 || type > 4)
        return cx__fail(CX_E_ARGUMENT, j->where, "type is %d; there are 1 to 4", type);
    if (norm != CX_FFT_BACKWARD && norm != CX_FFT_ORTHO && norm != CX_FFT_FORWARD)
        return cx__fail(CX_E_ARGUMENT, j->where, "norm is %d, which is no cx_fft_norm", (int)norm);
    if (ends != CX_FFT_ENDS_BY_NORM && ends != CX_FFT_ENDS_ORTHOGONAL && ends != CX_FFT_ENDS_PLAIN)
        return cx__fail(CX_E_ARGUMENT, j->where, "orthogonalize is %d, which is no cx_fft_ends",
                        (int)ends);
    j->type = type == 0 ? 2 : type;
    if (j->inverse && (j->type == 2 || j->type == 3)) j->type = 5 - j->type;
    j->norm = norm;
    j->ends = ends == CX_FFT_ENDS_BY_NORM ? norm == CX_FFT_ORTHO : ends == CX_FFT_ENDS_ORTHOGONAL;
    return CX_OK;
}

static cx_status need_lengths(const job *j, const cx_array *a)
{
    for (int i = 0; i < j->count; i++) {
        const int64_t n = j->length[i];
        if (n < 1)
            return cx__fail(CX_E_SHAPE, j->where, "a has no elements along axis %d", j->axis[i]);
        if (n > INT64_C(1) << 48)
            return cx__fail(CX_E_SHAPE, j->where, "a transform of %" PRId64 " elements", n);
        if (j->type == 1 && !j->sine && n < 2)
            return cx__fail(CX_E_ARGUMENT, j->where,
                            "type 1 needs at least 2 elements, there is 1 along axis %d",
                            j->axis[i]);
    }
    return cx_dtype_of(a) == CX_CAT ? cx__fail(CX_E_DTYPE, j->where, "a is of categories") : CX_OK;
}

/* Cut or followed by zeros. */
static const cx_array *fitted(const cx_array *x, int axis, int64_t n)
{
    const int64_t there = cx_dim(x, axis);
    if (there == n) return x;
    if (there > n) return cx_slice(x, axis, 0, n, 1);
    int64_t shape[CX_MAX_NDIM];
    const int ndim = cx__shape_along(x, axis, n, shape);
    cx_array *const whole = cx_zeros((cx_shape){ndim, shape}, cx_dtype_of(x), cx_device_of(x));
    (void)cx_check(cx_copy_into(x, cx_slice(whole, axis, 0, there, 1)));
    return whole;
}

static double factor_of(const job *j, int64_t n)
{
    const double whole = 2.0 * (double)(j->type != 1 ? n : j->sine ? n + 1 : n - 1);
    if (j->norm == CX_FFT_ORTHO) return 1 / sqrt(whole);
    return (j->norm == CX_FFT_BACKWARD) == j->inverse ? 1 / whole : 1;
}

static bool narrow(cx_dtype t)
{
    return t == CX_F16 || t == CX_BF16 || t == CX_F32 || t == CX_C64;
}

static cx_status run(const job *j, const cx_array *a, cx_array **out)
{
    const cx_dtype t = cx_dtype_of(a), real = narrow(t) ? CX_F32 : CX_F64;
    const bool complex = cx_dtype_kind(t) == 'c';
    const cx_dtype own = !complex ? real : real == CX_F32 ? CX_C64 : CX_C128;
    CX__TRY(need_lengths(j, a));
    const cx_array *x = a;
    for (int i = 0; i < j->count; i++) x = fitted(x, j->axis[i], j->length[i]);
    x = cx__as(j->where, x, own);
    CX__TRY(cx__so_far());
    int64_t shape[CX_MAX_NDIM];
    const cx_shape s = cx_shape_of(x);
    for (int i = 0; i < s.ndim; i++) shape[i] = s.dim[i];
    if (cx_size(x) == 0 || j->count == 0) {
        *out = cx_copy(x);
        return CX_OK;
    }
    if (complex) { /* [..., 2], one behind the other */
        cx_array *const apart = cx_stack(CX_ARRAYS(cx_real(x), cx_imag(x)), -1);
        x = apart;
    }
    for (int i = 0; i < j->count && cx_ok(); i++) {
        const cx__cosine c = {.where = j->where,
                              .sine = j->sine,
                              .ends = j->ends,
                              .type = j->type,
                              .factor = factor_of(j, j->length[i])};
        x = cx__cosine_along(&c, x, j->axis[i]);
    }
    if (complex) x = cx_reshape(cx_view_as(x, own), (cx_shape){s.ndim, shape});
    *out = cx_to(x, cx_device_of(a));
    return CX_OK;
}

static cx_status one_axis(job *j, const cx_array *a, int axis, const cx_dct_opts *given,
                          cx_array **out)
{
    cx_dct_opts o;
    CX__TRY(CX__OPTIONS(j->where, given, &o));
    CX__TRY(cx__need_array(j->where, "a", a));
    CX__TRY(settle(j, o.type, o.norm, o.orthogonalize));
    CX__TRY(cx__axis(j->where, axis, cx_ndim(a), &j->axis[0]));
    if (o.n.set && o.n.value < 1)
        return cx__fail(CX_E_ARGUMENT, j->where, "n is %" PRId64 ", it must be at least 1",
                        o.n.value);
    j->count = 1;
    j->length[0] = o.n.set ? o.n.value : cx_dim(a, j->axis[0]);
    return run(j, a, out);
}

static cx_status many_axes(job *j, const cx_array *a, const cx_dctn_opts *given, cx_array **out)
{
    cx_dctn_opts o;
    CX__TRY(CX__OPTIONS(j->where, given, &o));
    CX__TRY(cx__need_array(j->where, "a", a));
    CX__TRY(settle(j, o.type, o.norm, o.orthogonalize));
    const bool told = o.axes != NULL || o.s != NULL || o.count != 0;
    j->count = told ? o.count : cx_ndim(a);
    if (j->count < 0 || j->count > CX_MAX_NDIM)
        return cx__fail(CX_E_ARGUMENT, j->where, "count is %d", j->count);
    for (int i = 0; i < j->count; i++) {
        const int axis = o.axes != NULL ? o.axes[i] : i - j->count;
        CX__TRY(cx__axis(j->where, axis, cx_ndim(a), &j->axis[i]));
        for (int k = 0; k < i; k++)
            if (j->axis[k] == j->axis[i])
                return cx__fail(CX_E_ARGUMENT, j->where, "axis %d is given twice", j->axis[i]);
        const bool cut = o.s != NULL && o.s[i] != -1;
        j->length[i] = cut ? o.s[i] : cx_dim(a, j->axis[i]);
        if (cut && o.s[i] < 1)
            return cx__fail(CX_E_ARGUMENT, j->where,
                            "s[%d] is %" PRId64 ", it must be at least 1 or -1", i, o.s[i]);
    }
    return run(j, a, out);
}

#define FACES(name, is_sine, back)                                                 \
    cx_array *cx_fft_##name(const cx_array *a, int axis, const cx_dct_opts *o)     \
    {                                                                              \
        job j = {.where = "fft_" #name, .sine = (is_sine), .inverse = (back)};     \
        const cx_scope s = cx_scope_open();                                        \
        cx_array *r = NULL;                                                        \
        const cx_status st = one_axis(&j, a, axis, o, &r);                         \
        return cx__give(s, st, r);                                                 \
    }                                                                              \
    cx_array *cx_fft_##name##n(const cx_array *a, const cx_dctn_opts *o)           \
    {                                                                              \
        job j = {.where = "fft_" #name "n", .sine = (is_sine), .inverse = (back)}; \
        const cx_scope s = cx_scope_open();                                        \
        cx_array *r = NULL;                                                        \
        const cx_status st = many_axes(&j, a, o, &r);                              \
        return cx__give(s, st, r);                                                 \
    }
FACES(dct, false, false)
FACES(idct, false, true)
FACES(dst, true, false)
FACES(idst, true, true)
#undef FACES
