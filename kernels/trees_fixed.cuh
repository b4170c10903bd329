/* Numbers as fixed-point words, for words of one output and of several. */
#ifndef CX_KERNELS_TREES_FIXED_CUH
#define CX_KERNELS_TREES_FIXED_CUH
#include "trees.cuh"
#include <math.h>

enum { TREE_PARTS = 512, TREE_WIDEST = 50 };

struct tree_largest {
    double g, h;
};
__device__ inline double tree_bigger(double a, double b)
{
    return b > a ? b : a;
}

/* The largest of each block's rows; infinity where one is NaN. */
__device__ inline tree_largest tree_block_largest(tree_largest own, tree_largest *room)
{
    room[threadIdx.x] = own;
    __syncthreads();
    for (int half = CUDA_BLOCK / 2; half > 0; half /= 2) {
        if ((int)threadIdx.x < half) {
            room[threadIdx.x].g = tree_bigger(room[threadIdx.x].g, room[threadIdx.x + half].g);
            room[threadIdx.x].h = tree_bigger(room[threadIdx.x].h, room[threadIdx.x + half].h);
        }
        __syncthreads();
    }
    return room[0];
}

/* The unit of numbers up to most with so many bits: a power of two; infinite for what float32 does
 * not hold, which the search for splits tells. */
__device__ inline double tree_unit_of(double most, int bits)
{
    const double single = (double)(float)most;
    int e = 0;
    if (!(single <= 3.5e38)) return INFINITY;
    (void)frexp(single, &e);
    return ldexp(1.0, e - (bits < TREE_WIDEST ? bits : TREE_WIDEST));
}

/* Rounded to the nearest whole number below 2^51, as the bits of a sum with 3 * 2^51 have it. */
__device__ inline int64_t tree_nearest(double v)
{
    const double shift = 6755399441055744.0;
    return __double_as_longlong(v + shift) - __double_as_longlong(shift);
}
#endif
