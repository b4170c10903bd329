/* Factorisations of stacks of small matrices, compiled once per ISA level: every lane of a vector
 * is one matrix, so that the steps of one matrix, which wait for each other, are no matter.
 *
 * One idea: blocks of matrices are turned into lanes, worked on with masks where the matrices
 * differ, and turned back in LAPACK's own format. */
#include "linalg/blas.h"
#include "lanes.h"

enum {
    EXCHANGE_MASKED = 8, /* more rows than these are exchanged lane by lane */
    SOLVE_COLS = HOST_LANES_COLS
};

/* A step, with the smallest sizes known to the compiler. */
#define STEPS(name, n, ...)                          \
    do {                                             \
        if ((n) == 2)                                \
            PASTE3(P, name, _known)(2, __VA_ARGS__); \
        else if ((n) == 3)                           \
            PASTE3(P, name, _known)(3, __VA_ARGS__); \
        else if ((n) == 4)                           \
            PASTE3(P, name, _known)(4, __VA_ARGS__); \
        else                                         \
            PASTE3(P, name, _any)(n, __VA_ARGS__);   \
    } while (0)

#define T double
#define S int64_t
#define P d
#define MAGNITUDE INT64_MAX
#define HUGE 0x1p1022
#include "loops/small_lapack.inc"
#define T float
#define S int32_t
#define P s
#define MAGNITUDE INT32_MAX
#define HUGE 0x1p126f
#include "loops/small_lapack.inc"

const host_lanes CX_ISA_NAME(host_lanes_table) = {
    .of = {[CX_F32] = {slanes, slu, ssolve, sinverse, scholesky},
           [CX_F64] = {dlanes, dlu, dsolve, dinverse, dcholesky}}};
