/* Inside of an array: header and shared buffer. Only src/core and src/ops look in here. */
#ifndef CX_CORE_ARRAY_H
#define CX_CORE_ARRAY_H
#include "base/object.h"
#include <calx/array.h>
#include <calx/backend.h>

enum { CX__INLINE_NDIM = 4 };
enum { CX__F_READONLY = 1, CX__F_CONTIGUOUS = 2 /* C order; kept true by every constructor */ };

typedef struct cx__device cx__device;
typedef struct cx__uses cx__uses;

/** Shared memory of one or more arrays. */
typedef struct cx__buffer {
    atomic_int refs;
    uint32_t flags; /* CX__B_* */
    cx__device *device;
    char *data;
    size_t bytes; /* of the block */
    size_t asked; /* of them the array's */
    void (*done)(void *p,
                 void *ctx); /* adopted memory: called with (data, ctx) instead of freeing */
    void *ctx;               /* of done; of pooled memory of a late device its block */
    cx__uses *uses;          /* who has used it, behind the record; NULL: no late device has to do
                                       with it */
} cx__buffer;
enum { CX__B_PINNED = 1, CX__B_BORROWED = 2, CX__B_ADOPTED = 4, CX__B_POOLED = 8 };

/** Dictionary of a CX_CAT array, shared by views and results. Immutable. */
typedef struct cx__dict {
    atomic_int refs;
    int count;
    const char **texts;
    int *order; /* codes in the texts' byte order, for searching */
} cx__dict;

struct cx_array {
    cx__object object;
    int ndim;
    uint8_t flags;
    uint8_t dtype; /* cx_dtype */
    cx_device device;
    int64_t size; /* elements */
    char *data;
    cx__buffer *buffer;
    cx__dict *dict;   /* CX_CAT only */
    int64_t *shape;   /* -> dims, or a block of its own past CX__INLINE_NDIM */
    int64_t *strides; /* bytes */
    int64_t dims[2 * CX__INLINE_NDIM];
};

/** Is it a live heap array? (a stack scalar is not) */
static inline bool cx__is_array(const cx_array *a)
{
    return a->object.head.tag == CX__TAG_LIVE && a->object.head.kind == CX__KIND_ARRAY;
}
static inline bool cx__is_scalar(const cx_array *a)
{
    return ((const cx_head *)(const void *)a)->tag == CX__SCALAR_TAG;
}

/** Check a handle that may be an array or a stack scalar; error names the argument. */
cx_status cx__array_check(const char *where, const char *argument, const cx_array *a);
/** The same, but scalars are refused (ARGUMENT). */
cx_status cx__array_need(const char *where, const char *argument, const cx_array *a);
/** For outputs: an array, writeable. */
cx_status cx__array_need_out(const char *where, const char *argument, const cx_array *a);
/** A stack scalar as an ordinary 0-d CPU array; anything else retained. One reference, the
 * caller's. */
cx_status cx__array_own(const char *where, const char *argument, const cx_array *a, cx_array **out);

/** New array, uninitialised, C order; one reference, the caller's. where names the operation in
 * errors. */
cx_status cx__array_new(const char *where, int ndim, const int64_t *shape, cx_dtype t, cx_device d,
                        cx_array **out);
/** The same with memory in the order of the given strides (K order: as the elementwise operations
 * allocate). */
cx_status cx__array_new_k(const char *where, int ndim, const int64_t *shape,
                          const int64_t *like_strides, cx_dtype t, cx_device d, cx_array **out);
/** View on base's buffer. Inherits device, read-only flag and (same dtype) dictionary. */
cx_status cx__array_view(const char *where, const cx_array *base, int ndim, const int64_t *shape,
                         const int64_t *strides, char *data, cx_dtype t, cx_array **out);
/** Array over a buffer (takes over the caller's reference to it, on failure too). */
cx_status cx__array_over(const char *where, cx__buffer *b, int ndim, const int64_t *shape,
                         const int64_t *strides, char *data, cx_dtype t, cx_array **out);
/** Attach a dictionary (retained); for CX_CAT arrays being built. */
void cx__array_set_dict(cx_array *a, cx__dict *d);
cx__dict *cx__dict_retain(cx__dict *d);
void cx__dict_release(cx__dict *d);
/** Code of a text in a dictionary, -1 if it is not there. */
int cx__dict_find(const cx__dict *d, const char *text, size_t len);
cx_status cx__dict_new(const char *where, int count, const char *const *texts, cx__dict **out);

/** Copy contents: any strides, cast unsafe, same shape or broadcast (in to out), any two devices.
 * Overlap handled. */
cx_status cx__array_copy(const char *where, const cx_array *in, cx_array *out);
/** All bytes of a C-contiguous array to the host (then it waits), or with to NULL from it, at most
 * CX__CONTROL of them a time: counted as control reads and writes, not as copies. */
enum { CX__CONTROL = 4096 };
cx_status cx__array_control(const char *where, const cx_array *a, void *to, const void *from);
/** a in C order (and dtype t unless CX_DTYPE_NONE) on its device: a retained or a new array, one
 * reference, the caller's. */
cx_status cx__array_contiguous(const char *where, const cx_array *a, cx_dtype t, cx_array **out);

/** Plain view for a backend, at most CX_KERNEL_NDIM dimensions (the caller has seen to that). */
void cx__array_to_view(const cx_array *a, cx_view *out);
/** Scalar operand: writes the value in dtype t into storage and makes a CX_VIEW_HOST view of it. */
typedef union cx__value {
    int64_t i64;
    uint64_t u64;
    double f64;
    float f32;
    uint16_t u16;
    uint8_t u8;
    cx_complex128 c128;
    cx_complex64 c64;
} cx__value;
void cx__scalar_to_view(const cx_array *scalar, cx_dtype t, cx__value *storage, cx_view *out);
/** Value of a stack scalar or of a 0-d CPU array cast to t. */
void cx__scalar_value(const cx_scalar *s, cx_dtype t, cx__value *out);
/** Read the one element of a size-1 array on any device as t (copies, synchronises). */
cx_status cx__array_item(const char *where, const cx_array *a, cx_dtype t, cx__value *out);
/** Sort the row of dtype facts. */
typedef struct cx__dtype_info {
    const char *text, *descr;
    uint8_t bytes;
    char kind;
} cx__dtype_info;
extern const cx__dtype_info cx__dtypes[CX_DTYPE_COUNT];
static inline size_t cx__itemsize(cx_dtype t)
{
    return cx__dtypes[t].bytes;
}
/** What cx_dtype_parse does, without an error; and the nearest name, or NULL. */
bool cx__dtype_find(const char *text, cx_dtype *out);
const char *cx__dtype_near(const char *text);
#endif
