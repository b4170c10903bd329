/* What stands where in a spectrum: frequencies, and their order with 0 in the middle. */
#include "core/array.h"
#include "core/shape.h"
#include <calx/fft.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <string.h>

static cx_status check(const char *where, int64_t n, double d)
{
    if (n < 1) return cx__fail(CX_E_ARGUMENT, where, "n is %" PRId64 ", it must be at least 1", n);
    if (!(d < 0 || d > 0)) return cx__fail(CX_E_ARGUMENT, where, "the sample spacing d is %g", d);
    return CX_OK;
}

cx_array *cx_fft_fftfreq(int64_t n, double d, cx_device device)
{
    static const char where[] = "fft_fftfreq";
    const cx_status st = check(where, n, d);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    const cx_array *const up = cx_arange_i64(0, (n - 1) / 2 + 1, 1, CX_I64, device),
                          *const down = cx_arange_i64(-(n / 2), 0, 1, CX_I64, device);
    return cx_scope_return(
        s, cx_mul(cx_concatenate(CX_ARRAYS(up, down), 0), cx_float(1.0 / ((double)n * d))));
}
cx_array *cx_fft_rfftfreq(int64_t n, double d, cx_device device)
{
    static const char where[] = "fft_rfftfreq";
    const cx_status st = check(where, n, d);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(
        s, cx_mul(cx_arange_i64(0, n / 2 + 1, 1, CX_I64, device), cx_float(1.0 / ((double)n * d))));
}

/* by half of each axis, rounded down (forward) or up */
static cx_array *shifted(const char *where, const cx_array *a, int count, const int *axes,
                         bool forward)
{
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && (count < 0 || count > CX_MAX_NDIM || (count > 0 && axes == NULL)))
        st = cx__fail(CX_E_ARGUMENT, where, "count is %d", count);
    int at[CX_MAX_NDIM];
    const int n = st == CX_OK && count == 0 ? a->ndim : count;
    for (int i = 0; i < n && st == CX_OK; i++)
        st = cx__axis(where, count == 0 ? i : axes[i], a->ndim, &at[i]);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    const cx_scope s = cx_scope_open();
    cx_array *x = n == 0 ? cx_copy(a) : cx_to(a, a->device);
    for (int i = 0; i < n; i++) {
        const int64_t half = a->shape[at[i]] / 2;
        x = cx_roll(x, forward ? half : -half, at[i]);
    }
    return cx_scope_return(s, x);
}
cx_array *cx_fft_fftshift(const cx_array *a, int count, const int *axes)
{
    return shifted("fft_fftshift", a, count, axes, true);
}
cx_array *cx_fft_ifftshift(const cx_array *a, int count, const int *axes)
{
    return shifted("fft_ifftshift", a, count, axes, false);
}
