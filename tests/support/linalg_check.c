/* Matrices of any dtype and layout, and distances between results; public API only. */
#include "linalg_check.h"
#include "device.h"
#include <math.h>
#include <string.h>

static cx_array *numbers(cx_shape shape, cx_dtype t, uint32_t seed)
{
    const char kind = cx_dtype_kind(t);
    cx_array *const a = cx_empty(shape, CX_C128, CX_CPU);
    cx_complex128 *const p = cx_data_c128_mut(a);
    uint32_t x = seed * 2654435761u + 12345u;
    for (int64_t i = 0; i < cx_size(a); i++) {
        double part[2];
        for (int k = 0; k < 2; k++) {
            x = x * 1664525u + 1013904223u;
            part[k] = (double)(x >> 8) / (1 << 24) - 0.5;
        }
        if (kind == 'b') part[0] = part[0] > 0.2;
        if (kind == 'i') part[0] = rint(200 * part[0]);
        if (kind == 'u') part[0] = rint(200 * fabs(part[0]));
        p[i] = (cx_complex128){part[0], kind == 'c' ? part[1] : 0};
    }
    return test_here(cx_astype(kind == 'c' ? a : cx_real(a), t));
}

cx_array *check_random(cx_shape shape, cx_dtype t, lie how, uint32_t seed)
{
    if (shape.ndim < 2 || how == LIE_ROWS) return numbers(shape, t, seed);
    int64_t dims[CX_MAX_NDIM];
    memcpy(dims, shape.dim, (size_t)shape.ndim * sizeof *dims);
    const int last = shape.ndim - 1;
    if (how == LIE_COLUMNS) {
        dims[last] = shape.dim[last - 1];
        dims[last - 1] = shape.dim[last];
        return cx_matrix_transpose(numbers((cx_shape){shape.ndim, dims}, t, seed));
    }
    if (how == LIE_SLICED) {
        dims[last] *= 2;
        dims[last - 1] *= 3;
        cx_array *const big = numbers((cx_shape){shape.ndim, dims}, t, seed);
        return cx_slice(cx_slice(big, last, 0, dims[last], 2), last - 1, 0, dims[last - 1], 3);
    }
    return cx_flip(cx_flip(numbers(shape, t, seed), last), last - 1);
}

double check_eps(cx_dtype t)
{
    return t == CX_F16                  ? 0x1p-10
           : t == CX_BF16               ? 0x1p-7
           : t == CX_F32 || t == CX_C64 ? 0x1p-23
                                        : 0x1p-52;
}

double check_distance(const cx_array *a, const cx_array *b)
{
    if (cx_ndim(a) != cx_ndim(b)) return INFINITY;
    for (int d = 0; d < cx_ndim(a); d++)
        if (cx_dim(a, d) != cx_dim(b, d)) return INFINITY;
    const cx_scope s = cx_scope_open();
    const cx_complex128 *const p = cx_data_c128(test_host(cx_ascontiguous(cx_astype(a, CX_C128)))),
                               *const q =
                                   cx_data_c128(test_host(cx_ascontiguous(cx_astype(b, CX_C128))));
    double most = 0;
    for (int64_t i = 0; p && q && i < cx_size(a); i++) {
        const double d = hypot(p[i].re - q[i].re, p[i].im - q[i].im);
        if (!(d <= most)) most = isnan(d) ? INFINITY : d;
    }
    return cx_scope_close(s) == CX_OK ? most : INFINITY;
}

double check_size(const cx_array *a)
{
    const cx_scope s = cx_scope_open();
    const cx_complex128 *const p = cx_data_c128(test_host(cx_ascontiguous(cx_astype(a, CX_C128))));
    double most = 0;
    for (int64_t i = 0; p && i < cx_size(a); i++) most = fmax(most, hypot(p[i].re, p[i].im));
    return cx_scope_close(s) == CX_OK ? most : INFINITY;
}

static const void *bytes_of(const cx_array *a)
{
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) \
    if (cx_dtype_of(a) == CX_##NAME) return cx_data_##sfx(a);
#include <calx/dtypes.def>
#undef CX_DTYPE
    return NULL;
}

bool check_same_bits(const cx_array *a, const cx_array *b)
{
    if (cx_dtype_of(a) != cx_dtype_of(b) || cx_size(a) != cx_size(b)) return false;
    const cx_scope s = cx_scope_open();
    const void *const x = bytes_of(test_host(cx_ascontiguous(a))), *const y = bytes_of(test_host(
                                                                       cx_ascontiguous(b)));
    const bool same = cx_size(a) == 0 || (x && y && memcmp(x, y, cx_nbytes(a)) == 0);
    return cx_scope_close(s) == CX_OK && same;
}

cx_array *check_adjoint(const cx_array *a)
{
    cx_array *const t = cx_matrix_transpose(a);
    return cx_dtype_kind(cx_dtype_of(a)) == 'c' ? cx_conjugate(t) : t;
}
