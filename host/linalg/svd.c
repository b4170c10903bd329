/* Singular values of one large matrix on all threads of the pool: Householder reduction to a
 * bidiagonal matrix in panels, divide and conquer there, and back.
 *
 * One idea: every step is cut into stripes and tiles that depend on the sizes only, and the
 * reduction reads what is left of the matrix once a column, not twice: n^3 / 3 elements from the
 * last cache are the limit. It wants as many rows as columns or more.
 *
 * Sources: LAPACK's labrd and lasd1 to lasd4; Howell, Demmel, Fulton, Hammarling and Marmol, ACM
 * Trans. Math. Softw. 34, 2008; Gu and Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995. */
#include "linalg/lapack.h"
#include "linalg/reflectors.h"
#include "linalg/spectral.h"
#include "linalg/stripes.h"
#include "paste.h"
#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PANEL = 32,   /* columns whose updates wait for each other's products */
    STRIPE = 128, /* columns of one task of a pass over the matrix, */
    STRIP = 16,   /* and of its parts that stay in the second cache */
    TILE = 128,   /* columns of one task of an update */
    DIVIDE_LEAF = 25,
    DIVIDE_ALONE = 256, /* joins up to this size have one thread each */
    DIVIDE_TILE = 64,   /* columns of a join's product in one task */
    ROOTS = 32,         /* roots and vectors in one task */
    OUT_OF_MEMORY = INT_MAX
};

#define ONLY_REAL
#define LOOP "loops/divide_singular.inc"
#include "loops/blas_types.inc"
#define LOOP "loops/bidiagonal.inc"
#include "loops/blas_types.inc"

host_svd_fn *const host_svd_of[CX_DTYPE_COUNT] = {
    [CX_F32] = ssvd, [CX_F64] = dsvd, [CX_C64] = csvd, [CX_C128] = zsvd};
