/* Walking elements of CPU arrays from C: numpy.nditer, flatiter, ndenumerate and ndindex as plain
 * data on the caller's stack. They allocate nothing, own nothing (the arrays must live, and keep
 * their layout, until the walk ends) and may be left at any time.
 *
 *     cx_nditer it;                                      y += a * b, broadcast, any strides
 *     if (cx_nditer_begin(&it, CX_OUTS(y), CX_ARRAYS(a, b), NULL) != CX_OK) return false;
 *     while (cx_nditer_next(&it))
 *         for (int64_t i = 0; i < it.count; i++)
 *             *CX_AT(double, it, 0, i) += *CX_AT(double, it, 1, i) * *CX_AT(double, it, 2, i);
 *
 *     cx_flatiter f;                                     ndenumerate
 *     if (cx_flatiter_begin(&f, a) != CX_OK) return false;
 *     while (cx_flatiter_next(&f)) use(f.at, *(const float *)f.data);
 *
 *     cx_ndindex x;
 *     for (cx_ndindex_begin(&x, CX_SHAPE(2, 3)); cx_ndindex_next(&x);) use(x.at[0], x.at[1]);
 *
 * Members said to be private are for this library. Elements have the arrays' own dtypes. */
#ifndef CALX_ITER_H
#define CALX_ITER_H
#include <calx/array.h>

enum { CX_ITER_ARRAYS = 8 };

/** Order of a walk: as the first array lies in memory, C, Fortran. */
typedef enum cx_walk_order { CX_WALK_K, CX_WALK_C, CX_WALK_F } cx_walk_order;
typedef struct cx_nditer_opts {
    size_t struct_size;
    cx_walk_order order;
    bool
        positions; /* keep every dimension, so that at[] is the position under the shape: C order */
    int64_t most;  /* elements in one inner loop; 0: any number */
} cx_nditer_opts;

typedef struct cx_nditer {
    char *data[CX_ITER_ARRAYS];     /* outputs, then inputs: first element of the inner loop */
    int64_t stride[CX_ITER_ARRAYS]; /* bytes from one to the next */
    int64_t count;                  /* elements of the inner loop */
    int64_t index;                  /* how many elements came before it */
    int64_t size;                   /* of the whole walk */
    int ndim;                       /* dimensions of at; of the broadcast shape with positions */
    int64_t at[CX_MAX_NDIM], shape[CX_MAX_NDIM];
    int n; /* private from here on */
    int64_t most, done;
    char *row[CX_ITER_ARRAYS];
    int64_t step[CX_ITER_ARRAYS][CX_MAX_NDIM];
} cx_nditer;
/** Element i of the inner loop of array k. */
#define CX_AT(T, it, k, i) ((T *)(void *)((it).data[k] + (i) * (it).stride[k]))

typedef struct cx_flatiter {
    void *data;    /* the element */
    int64_t index; /* in C order */
    int64_t size;
    int ndim;
    int64_t at[CX_MAX_NDIM], shape[CX_MAX_NDIM];
    int64_t step[CX_MAX_NDIM]; /* private from here on */
    char *first, *base;
} cx_flatiter;

typedef struct cx_ndindex {
    int ndim;
    int64_t index, size;
    int64_t at[CX_MAX_NDIM], shape[CX_MAX_NDIM];
} cx_ndindex;

CX_BEGIN
/** Several arrays broadcast together; dimensions that all step through alike are merged. Outputs
 * have the broadcast shape and are writeable. Waits for device work on their memory.
 *  Errors      DEVICE an array is not on the CPU; SHAPE; READONLY; ARGUMENT no array, or more than
 * CX_ITER_ARRAYS. */
CX_API CX_MUST cx_status cx_nditer_begin(cx_nditer *it, cx_outs out, cx_arrays in,
                                         const cx_nditer_opts *o);
/** The next inner loop (the first one too); false at the end. */
CX_API bool cx_nditer_next(cx_nditer *it);
/** All elements of one CPU array in C order (numpy.flatiter, numpy.ndenumerate). Write through data
 * only if cx_is_writeable(a).   Errors      DEVICE. */
CX_API CX_MUST cx_status cx_flatiter_begin(cx_flatiter *it, const cx_array *a);
/** The next element (the first one too); false at the end. */
CX_API bool cx_flatiter_next(cx_flatiter *it);
/** Go to element i in C order (negative: from the end), as if cx_flatiter_next had just brought it.
 *  Errors      INDEX. */
CX_API CX_MUST cx_status cx_flatiter_seek(cx_flatiter *it, int64_t i);
/** All positions of a shape in C order (numpy.ndindex). A shape that is none has no positions. */
CX_API void cx_ndindex_begin(cx_ndindex *it, cx_shape shape);
/** The next position (the first one too); false at the end. */
CX_API bool cx_ndindex_next(cx_ndindex *it);
CX_END_DECLS
#endif
