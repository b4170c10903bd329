/* RQ from QR. One idea: with the order of its rows turned round, a^H = Q R is a = R^H Q^H, and R^H
 * with the order of both its rows and its columns turned round is an upper triangle again. */
#include "routines/linalg/linalg.h"
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/manipulate.h>

static cx_status rq(const char *where, const cx_array *a, const cx_rq_opts *given, cx_array *out[2])
{
    cx_rq_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__matrices(where, "a", a, false, &a));
    if (o.mode != CX_FACTOR_FULL && o.mode != CX_FACTOR_ECONOMIC && o.mode != CX_FACTOR_R)
        return cx__fail(CX_E_ARGUMENT, where, "mode %d", (int)o.mode);
    const cx_array *const turned = cx__adjoint(cx_flip(a, -2));
    const cx_qr_mode mode = o.mode == CX_FACTOR_ECONOMIC ? CX_QR_REDUCED : CX_QR_COMPLETE;
    const bool tall = cx_dim(a, -2) > cx_dim(a, -1);
    /* the triangle alone is as large as the full one, which is the reduced one of a tall matrix */
    const bool alone = o.mode == CX_FACTOR_R && tall;
    const cx_qr f = cx_linalg_qr(turned, CX_OPTS(cx_qr_opts, .mode = alone ? CX_QR_R : mode));
    out[0] = cx_copy(cx_flip(cx_flip(cx__adjoint(f.r), -1), -2));
    if (o.mode != CX_FACTOR_R) out[1] = cx_copy(cx_flip(cx__adjoint(f.q), -2));
    return CX_OK;
}
cx_rq cx_linalg_rq(const cx_array *a, const cx_rq_opts *o)
{
    static const char where[] = "linalg_rq";
    const cx_scope s = cx_scope_open();
    cx_array *r[2] = {NULL, NULL};
    const cx_status st = rq(where, a, o, r);
    cx__give_all(s, st, where, 2, r);
    return (cx_rq){r[0], r[1]};
}
