/* Window functions. Cosine windows are expressions over one odd ramp 1-n, 3-n, ..., n-1, whose
 * cosines are symmetric to the bit; kaiser's Bessel functions are the host's, half of them. */
#include "base/alloc.h"
#include "ops/primitives.h"
#include "routines/routine.h"
#include <calx/window.h>
#include <inttypes.h>
#include <math.h>

static const double pi = 3.14159265358979323846;

/* Nothing, one, or too many? *out is set where nothing is left to do. */
static cx_status few(const char *where, int64_t n, cx_device d, cx_array **out)
{
    if (n > INT64_C(1) << 48) return cx__fail(CX_E_SHAPE, where, "n is %" PRId64, n);
    if (n < 1) *out = cx_empty(CX_SHAPE(0), CX_F64, d);
    if (n == 1) *out = cx_ones(CX_SHAPE(1), CX_F64, d);
    return n > 1 ? CX_OK : cx_status_of(*out);
}
static cx_array *ramp(int64_t n, cx_device d)
{
    return cx_arange_i64(1 - n, n, 2, CX_F64, d);
}

static cx_status bartlett(int64_t n, cx_device d, cx_array **out)
{
    CX__TRY(few("bartlett", n, d, out));
    if (n < 2) return CX_OK;
    static cx__held tent = CX__HELD("x, last: 1 - abs(x) / last");
    *out = cx__held_run("bartlett", &tent, CX_ARRAYS(ramp(n, d), cx_float((double)(n - 1))));
    return cx_status_of(*out);
}
cx_array *cx_bartlett(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = bartlett(n, d, &r);
    return cx__give(s, st, r);
}

/* a + b cos(pi x) + c cos(2 pi x) */
static cx_status cosines(const char *where, int64_t n, cx_device d, double a, double b, double c,
                         cx_array **out)
{
    CX__TRY(few(where, n, d, out));
    if (n < 2) return CX_OK;
    static cx__held two = CX__HELD("x, last, a, b: a + b * cos(x * pi / last)"),
                    three = CX__HELD("x, last, a, b, c: "
                                     "a + b * cos(x * pi / last) + c * cos(x * (2 * pi) / last)");
    const cx_arrays args =
        CX_ARRAYS(ramp(n, d), cx_float((double)(n - 1)), cx_float(a), cx_float(b), cx_float(c));
    *out = c != 0 ? cx__held_run(where, &three, args)
                  : cx__held_run(where, &two, (cx_arrays){4, args.at});
    return cx_status_of(*out);
}
cx_array *cx_blackman(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cosines("blackman", n, d, 0.42, 0.5, 0.08, &r);
    return cx__give(s, st, r);
}
cx_array *cx_hamming(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cosines("hamming", n, d, 0.54, 0.46, 0, &r);
    return cx__give(s, st, r);
}
cx_array *cx_hanning(int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cosines("hanning", n, d, 0.5, 0.5, 0, &r);
    return cx__give(s, st, r);
}

/* ---- kaiser */
/* I0 of x >= 0: the power series, whose terms are all positive; from 30 on the asymptotic one,
 * whose smallest term there is below an ulp. */
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    if (x < 30) {
        const double q = x * x / 4;
        for (int k = 1; term > sum * 0x1p-54; k++) {
            term *= q / ((double)k * k);
            sum += term;
        }
        return sum;
    }
    for (int k = 1; k < 60; k++) {
        const double odd = 2 * k - 1, next = term * (odd * odd / (8 * x * k));
        if (next > term || next < sum * 0x1p-54) break;
        term = next;
        sum += term;
    }
    return exp(x) / sqrt(2 * pi * x) * sum; /* infinite where NumPy's is: with e^x */
}

static cx_status kaiser(int64_t n, double beta, cx_device d, cx_array **out)
{
    CX__TRY(few("kaiser", n, d, out));
    if (n < 2) return CX_OK;
    double *const w = cx__alloc((size_t)n * sizeof *w);
    if (w == NULL) return cx__fail_nomem("kaiser", "the weights", (size_t)n * sizeof *w);
    const double middle = (double)(n - 1) / 2, all = bessel_i0(fabs(beta));
    for (int64_t k = 0; 2 * k < n; k++) {
        const double x = ((double)k - middle) / middle;
        w[k] = w[n - 1 - k] = isnan(beta) ? beta : bessel_i0(fabs(beta) * sqrt(1 - x * x)) / all;
    }
    *out = cx_to(cx_copy_host(w, CX_SHAPE(n), CX_F64), d);
    cx__free(w);
    return cx_status_of(*out);
}
cx_array *cx_kaiser(int64_t n, double beta, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = kaiser(n, beta, d, &r);
    return cx__give(s, st, r);
}
