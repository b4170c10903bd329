/* Eigenvalues of one large Hermitian matrix on all threads of the pool: Householder reduction to a
 * tridiagonal matrix in panels, divide and conquer there, and back.
 *
 * One idea: every step is cut into stripes and tiles that depend on the sizes only, each a
 * single-threaded call of the library; what LAPACK does in one thread between them is O(n^2).
 * The limit is reading the triangle once a column: n^3 / 6 elements, those from the last cache that
 * the second one does not keep between two products, which go through the columns to and fro.
 *
 * Sources: LAPACK's latrd and laed1 to laed4; Cuppen, Numer. Math. 36, 1981; Gu and Eisenstat, SIAM
 * J. Matrix Anal. Appl. 16, 1995. */
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
    STRIPE = 128, /* columns of one task of a product with the matrix, */
    STRIP = 32,   /* and of its parts that stay in the second cache */
    TILE = 128,   /* columns of one task of an update */
    DIVIDE_LEAF = 32,
    DIVIDE_ALONE = 256, /* merges up to this size have one thread each */
    DIVIDE_TILE = 64,   /* columns of a merge's product in one task */
    ROOTS = 32,         /* roots and vectors in one task */
    OUT_OF_MEMORY = INT_MAX
};

#define ONLY_REAL
#define LOOP "loops/divide.inc"
#include "loops/blas_types.inc"
#define LOOP "loops/tridiagonal.inc"
#include "loops/blas_types.inc"

host_eigh_fn *const host_eigh_of[CX_DTYPE_COUNT] = {
    [CX_F32] = seigh, [CX_F64] = deigh, [CX_C64] = ceigh, [CX_C128] = zeigh};
