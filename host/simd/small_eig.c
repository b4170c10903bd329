/* Eigenvalues of stacks of small symmetric matrices, singular values of any, compiled once per ISA
 * level: every lane of a vector is one matrix.
 *
 * One idea: a rotation waits for the one before it, so one matrix cannot use a vector, but a vector
 * can do the same rotation of many matrices; those that converge sooner wait. */
#include "lanes.h"

enum {
    QL_STEPS = 40,     /* for one eigenvalue of every lane; two are usual */
    JACOBI_SWEEPS = 40 /* six are usual */
};

#define T double
#define S int64_t
#define P d
#define MAGNITUDE INT64_MAX
#define EXPONENT 0x7ff0000000000000
#define ONE_BITS 0x3ff0000000000000
#define EXPONENT_LIMIT 0x3fd0000000000000 /* 2^1021 */
#define EPS 0x1p-53
#define TINY 0x1p-900
#include "loops/small_eig.inc"
#define T float
#define S int32_t
#define P s
#define MAGNITUDE INT32_MAX
#define EXPONENT 0x7f800000
#define ONE_BITS 0x3f800000
#define EXPONENT_LIMIT 0x3e800000 /* 2^125 */
#define EPS 0x1p-24f
#define TINY 0x1p-100f
#include "loops/small_eig.inc"

const host_lanes_spectral CX_ISA_NAME(host_lanes_spectral_table) = {
    .of = {[CX_F32] = {slanes, seig, ssvd}, [CX_F64] = {dlanes, deig, dsvd}}};
