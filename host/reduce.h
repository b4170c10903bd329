/* Shared by the reduction files: the state of one output over one block, and the tables of loops
 * that host/simd exports. */
#ifndef CX_HOST_REDUCE_H
#define CX_HOST_REDUCE_H
#include "host.h"

/** What one block of one output amounts to. n == 0: nothing counted, the rest is undefined. */
typedef struct host_red_state {
    union {
        double re; /* sums and products of floats are kept wide */
        uint64_t u64;
        uint8_t raw[16]; /* extremes: one element of the load dtype */
        cx_complex128 c128;
    } v;
    double m2;  /* sum of squared deviations from v / n (v is the mean then) */
    int64_t n;  /* elements that count */
    int64_t at; /* arg*: index within the reduced elements */
} host_red_state;

/** n > 0 contiguous elements into s->v (and s->m2). */
typedef void host_red_block(const void *x, int64_t n, host_red_state *s);
/** rows of w elements, row_stride bytes apart, folded into acc[0..w) element by element. */
typedef void host_red_rows(const char *x, int64_t row_stride, int64_t rows, int64_t w, void *acc);
/** Squared deviations from mean[0..w), added to m2. */
typedef void host_red_dev_rows(const char *x, int64_t row_stride, int64_t rows, int64_t w,
                               const double *mean, double *m2);
/** Like rows for the place of the extreme; at holds row numbers below 256, one per column. */
typedef void host_red_arg_rows(const char *x, int64_t row_stride, int64_t first, int64_t rows,
                               int64_t w, void *acc, uint8_t *at);
/** n > 0 contiguous elements: the extreme into s->v, the first index that has it. */
typedef int64_t host_red_place(const void *x, int64_t n, host_red_state *s);
/** First index whose element equals *value (a NaN finds the first NaN); n if there is none. */
typedef int64_t host_red_find(const void *x, int64_t n, const void *value);
/** How many of n are not NaN: those that *src then points at, which are src's own where none is,
 * else copies at the front of dst (src itself is allowed). */
typedef int64_t host_red_pack(const void **src, void *dst, int64_t n);

/** By load dtype: U8..I64, F32, F64, C64, C128. NULL where a row of loops does not exist. */
typedef struct host_red_sums {
    host_red_block *sum[CX_DTYPE_COUNT], *prod[CX_DTYPE_COUNT], *var[CX_DTYPE_COUNT];
    host_red_rows *sum_rows[CX_DTYPE_COUNT], *prod_rows[CX_DTYPE_COUNT];
    host_red_dev_rows *dev_rows;
} host_red_sums;
typedef struct host_red_orders {
    host_red_block *min[CX_DTYPE_COUNT], *max[CX_DTYPE_COUNT];
    host_red_place *min_place[CX_DTYPE_COUNT], *max_place[CX_DTYPE_COUNT]; /* real ones */
    host_red_rows *min_rows[CX_DTYPE_COUNT], *max_rows[CX_DTYPE_COUNT];
    host_red_arg_rows *argmin_rows[CX_DTYPE_COUNT], *argmax_rows[CX_DTYPE_COUNT];
    host_red_find *find[CX_DTYPE_COUNT];
    host_red_pack *pack_nan[CX_DTYPE_COUNT];
} host_red_orders;

HOST_PER_ISA(host_red_sums, host_red_sums);
HOST_PER_ISA(host_red_orders, host_red_orders);
#endif
