/* Eigenvalues and singular values through the library's own linear algebra: plain memory in and
 * out.
 *
 * Inputs are borrowed, results copied out, in a scope of the call's own. Knows no estimator. */
#include "learn/numeric/numeric.h"

#include "ops/primitives.h"
#include <calx/array.h>
#include <calx/linalg.h>
#include <string.h>

/* Copy a float64 result out; what went wrong is marked in the open scope. */
static void copy_out(const char *where, const cx_array *a, double *out, int64_t count)
{
    const double *p = cx_data_f64(cx__as(where, a, CX_F64));
    if (p != NULL && cx_size(a) == count)
        memcpy(out, p, (size_t)count * sizeof *out);
    else if (p != NULL)
        (void)cx_check(
            cx__fail(CX_E_INTERNAL, where, "a factor has %lld numbers", (long long)cx_size(a)));
}

cx_status cx__eigh(const char *where, const double *a, int64_t d, double *w, double *v)
{
    const cx_scope s = cx_scope_open();
    const cx_eigh r = cx_linalg_eigh(cx_borrow_host_const(a, CX_SHAPE(d, d), CX_F64, NULL), NULL);
    copy_out(where, r.w, w, d);
    copy_out(where, r.v, v, d * d);
    return cx_scope_close(s);
}

cx_status cx__svd(const char *where, const double *a, int64_t n, int64_t d, double *u, double *s,
                  double *vt)
{
    const int64_t k = n < d ? n : d;
    const cx_scope scope = cx_scope_open();
    const cx_array *in = cx_borrow_host_const(a, CX_SHAPE(n, d), CX_F64, NULL);
    const cx_svd r = cx_linalg_svd(in, CX_OPTS(cx_svd_opts, .thin = true));
    if (u != NULL) copy_out(where, r.u, u, n * k);
    copy_out(where, r.s, s, k);
    copy_out(where, r.vh, vt, k * d);
    return cx_scope_close(scope);
}

cx_status cx__qr_triangle(const char *where, const double *a, int64_t n, int64_t d, double *r)
{
    const int64_t k = n < d ? n : d;
    const cx_scope s = cx_scope_open();
    const cx_array *in = cx_borrow_host_const(a, CX_SHAPE(n, d), CX_F64, NULL);
    copy_out(where, cx_linalg_qr(in, CX_OPTS(cx_qr_opts, .mode = CX_QR_R)).r, r, k * d);
    return cx_scope_close(s);
}
