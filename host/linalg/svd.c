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
    STRIPE = 128, /* columns of one task of a pass over the matrix, */
    STRIP = 8,    /* and of its parts that stay in the second cache */
    TILE = 128,   /* columns of one task of an update */
    BACK = 64,    /* reflectors that are applied together */
    DIVIDE_LEAF = 25,
    DIVIDE_ALONE = 256, /* joins up to this size have one thread each */
    DIVIDE_TILE = 64,   /* columns of a join's product in one task */
    ROOTS = 32,         /* roots and vectors in one task */
    OUT_OF_MEMORY = INT_MAX
};

/* Matrices whose largest element is outside [R_SMALL, 1 / R_SMALL] are scaled to 1: their squares
 * would leave the range. */
#define R_SQRT sqrtf
#define R_ABS fabsf
#define R_MAX fmaxf
#define R_COPYSIGN copysignf
#define R_UNIT (FLT_EPSILON / 2)
#define R_SMALL 0x1p-50f
#define RP s
#define T float
#define R float
#define P s
#include "loops/blas_names.inc"
#include "loops/divide_singular.inc"
#include "loops/blas_names_end.inc"
#define T float
#define R float
#define P s
#define DTYPE CX_F32
#define REAL(x) (x)
#define PER 1
#include "loops/blas_names.inc"
#include "loops/bidiagonal.inc"
#include "loops/blas_names_end.inc"
#undef DTYPE
#undef REAL
#undef PER
#define T cx_complex64
#define R float
#define P c
#define DTYPE CX_C64
#define REAL(x) ((x).re)
#define PER 2
#define CPLX
#include "loops/blas_names.inc"
#include "loops/bidiagonal.inc"
#include "loops/blas_names_end.inc"
#undef DTYPE
#undef REAL
#undef PER
#undef R_SQRT
#undef R_ABS
#undef R_MAX
#undef R_COPYSIGN
#undef R_UNIT
#undef R_SMALL
#undef RP
#define R_SQRT sqrt
#define R_ABS fabs
#define R_MAX fmax
#define R_COPYSIGN copysign
#define R_UNIT (DBL_EPSILON / 2)
#define R_SMALL 0x1p-450
#define RP d
#define T double
#define R double
#define P d
#include "loops/blas_names.inc"
#include "loops/divide_singular.inc"
#include "loops/blas_names_end.inc"
#define T double
#define R double
#define P d
#define DTYPE CX_F64
#define REAL(x) (x)
#define PER 1
#include "loops/blas_names.inc"
#include "loops/bidiagonal.inc"
#include "loops/blas_names_end.inc"
#undef DTYPE
#undef REAL
#undef PER
#define T cx_complex128
#define R double
#define P z
#define DTYPE CX_C128
#define REAL(x) ((x).re)
#define PER 2
#define CPLX
#include "loops/blas_names.inc"
#include "loops/bidiagonal.inc"
#include "loops/blas_names_end.inc"
#undef DTYPE
#undef REAL
#undef PER

host_svd_fn *const host_svd_of[CX_DTYPE_COUNT] = {
    [CX_F32] = ssvd, [CX_F64] = dsvd, [CX_C64] = csvd, [CX_C128] = zsvd};
