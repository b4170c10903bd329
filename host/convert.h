/* The table of conversions that host/simd/convert.c makes for each ISA level. */
#ifndef CX_HOST_CONVERT_H
#define CX_HOST_CONVERT_H
#include "host.h"

typedef struct host_convert_table {
    host_convert_fn *at[CX_DTYPE_COUNT][CX_DTYPE_COUNT]; /* [from][to]; NULL: no such conversion */
} host_convert_table;
HOST_PER_ISA(host_convert_table, host_converts);
#endif
