/* Eigenvalues of one large Hermitian matrix on all threads of the pool: Householder reduction to a
 * tridiagonal matrix in panels, divide and conquer there, and back.
 *
 * One idea: every step is cut into stripes and tiles that depend on the sizes only, each a
 * single-threaded call of the library; what LAPACK does in one thread between them is O(n^2).
 * The limit is reading the triangle once a column: n^3 / 6 elements from the last cache.
 *
 * Sources: LAPACK's latrd and laed1 to laed4; Cuppen, Numer. Math. 36, 1981; Gu and Eisenstat, SIAM
 * J. Matrix Anal. Appl. 16, 1995. */
#include "linalg/lapack.h"
#include "linalg/spectral.h"
#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define PASTE3_(a, b, c) a##b##c
#define PASTE3(a, b, c) PASTE3_(a, b, c)

enum {
    PANEL = 32,   /* columns whose updates wait for each other's products */
    STRIPE = 128, /* columns of one task of a product with the matrix, */
    STRIP = 32,   /* and of its parts that stay in the second cache */
    TILE = 128,   /* columns of one task of an update */
    BACK = 64,    /* reflectors that are applied together */
    DIVIDE_LEAF = 32,
    DIVIDE_ALONE = 256, /* merges up to this size have one thread each */
    DIVIDE_TILE = 64,   /* columns of a merge's product in one task */
    ROOTS = 32,         /* roots and vectors in one task */
    OUT_OF_MEMORY = INT_MAX
};

#define T float
#define R float
#define P s
#define R_SQRT sqrtf
#define R_ABS fabsf
#define R_MAX fmaxf
#define R_COPYSIGN copysignf
#define R_UNIT (FLT_EPSILON / 2)
#include "loops/blas_names.inc"
#include "loops/divide.inc"
#include "loops/blas_names_end.inc"
#undef R_SQRT
#undef R_ABS
#undef R_MAX
#undef R_COPYSIGN
#undef R_UNIT
#define T double
#define R double
#define P d
#define R_SQRT sqrt
#define R_ABS fabs
#define R_MAX fmax
#define R_COPYSIGN copysign
#define R_UNIT (DBL_EPSILON / 2)
#include "loops/blas_names.inc"
#include "loops/divide.inc"
#include "loops/blas_names_end.inc"
#undef R_SQRT
#undef R_ABS
#undef R_MAX
#undef R_COPYSIGN
#undef R_UNIT

/* Matrices whose largest element is outside [R_SMALL, 1 / R_SMALL] are scaled to R_SCALED: their
 * squares would leave the range. */
#define RP s
#define R_ABS fabsf
#define R_SMALL 0x1p-50f
#define R_SCALED 1.0f
#define DTYPE CX_F32
#define T float
#define R float
#define P s
#define HE(x) sy##x
#define HER2K syr2k
#define REAL(x) (x)
#define PER 1
#include "loops/blas_names.inc"
#include "loops/tridiagonal.inc"
#include "loops/blas_names_end.inc"
#undef HER2K
#undef DTYPE
#undef REAL
#undef PER
#define DTYPE CX_C64
#define T cx_complex64
#define R float
#define P c
#define HE(x) he##x
#define HER2K her2k
#define REAL(x) ((x).re)
#define PER 2
#define CPLX
#include "loops/blas_names.inc"
#include "loops/tridiagonal.inc"
#include "loops/blas_names_end.inc"
#undef HER2K
#undef DTYPE
#undef REAL
#undef PER
#undef RP
#undef R_ABS
#undef R_SMALL
#undef R_SCALED
#define RP d
#define R_ABS fabs
#define R_SMALL 0x1p-450
#define R_SCALED 1.0
#define DTYPE CX_F64
#define T double
#define R double
#define P d
#define HE(x) sy##x
#define HER2K syr2k
#define REAL(x) (x)
#define PER 1
#include "loops/blas_names.inc"
#include "loops/tridiagonal.inc"
#include "loops/blas_names_end.inc"
#undef HER2K
#undef DTYPE
#undef REAL
#undef PER
#define DTYPE CX_C128
#define T cx_complex128
#define R double
#define P z
#define HE(x) he##x
#define HER2K her2k
#define REAL(x) ((x).re)
#define PER 2
#define CPLX
#include "loops/blas_names.inc"
#include "loops/tridiagonal.inc"
#include "loops/blas_names_end.inc"

host_eigh_fn *const host_eigh_of[CX_DTYPE_COUNT] = {
    [CX_F32] = seigh, [CX_F64] = deigh, [CX_C64] = ceigh, [CX_C128] = zeigh};
