/* QR of large real matrices on all threads of the pool, and products with Q of any: blocks of
 * Householder reflectors in LAPACK's format, whose columns are factored by halves.
 *
 * One idea: with its ones and zeros written out a block is a plain matrix, so nearly all work is in
 * products (linalg/panels.c), which take any strides: a matrix in rows needs no code of its own.
 *
 * Source: Elmroth and Gustavson, IBM J. Res. Dev. 44, 2000. */
#include "linalg/reflectors.h"
#include "paste.h"
#include <stdatomic.h>
#include <string.h>

enum {
    BLOCK = 48, /* reflectors that are applied together: whole panels of the kernels */
    LEAF = 12,  /* columns that LAPACK factors */
    TILED_BLOCK = 64,
    TILED_COLS = 128 /* of a tile for the library */
};

#define LOOP "loops/reflectors.inc"
#include "loops/blas_types.inc"

bool host_reflectors_take(cx_dtype t, int64_t k, int64_t n)
{
    return (t == CX_F32 || t == CX_F64) && host_update_takes(t) && k > HOST_REFLECTORS &&
           n > HOST_REFLECTORS / 2;
}

cx_status host_reflectors_factor(cx_dtype t, host_mat a, int64_t m, int64_t n, void *tau)
{
    return t == CX_F32 ? sfactor(a, m, n, tau) : dfactor(a, m, n, tau);
}

cx_status host_reflectors_expand(cx_dtype t, host_mat a, int64_t m, int64_t n, int64_t k,
                                 const void *tau)
{
    return t == CX_F32 ? sexpand(a, m, n, k, tau) : dexpand(a, m, n, k, tau);
}

cx_status host_reflectors_apply(cx_dtype t, bool adjoint, host_mat a, const void *tau, int64_t k,
                                host_mat c, int64_t m, int64_t cols)
{
    typedef cx_status apply_fn(bool, host_mat, const void *, int64_t, host_mat, int64_t, int64_t);
    static apply_fn *const tiles[CX_DTYPE_COUNT] = {[CX_F32] = smultiply_tiles,
                                                    [CX_F64] = dmultiply_tiles,
                                                    [CX_C64] = cmultiply_tiles,
                                                    [CX_C128] = zmultiply_tiles},
                           *const products[CX_DTYPE_COUNT] = {
                               [CX_F32] = smultiply, [CX_F64] = dmultiply};
    const bool kernels = products[t] != NULL && host_update_takes(t);
    return (kernels ? products : tiles)[t](adjoint, a, tau, k, c, m, cols);
}
