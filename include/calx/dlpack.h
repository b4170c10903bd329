/* DLPack: arrays in and out of other libraries without a copy. The struct layouts are DLPack 1.1's
 * ABI. */
#ifndef CALX_DLPACK_H
#define CALX_DLPACK_H
#include <calx/array.h>
#include <calx/stream.h>

/* The ABI as plain structs of our own; a program that includes dlpack.h casts between the two. */
typedef struct cx_dl_device {
    int32_t type; /* 1 CPU, 2 CUDA, 3 pinned host */
    int32_t id;
} cx_dl_device;
typedef struct cx_dl_dtype {
    uint8_t code; /* 0 int, 1 uint, 2 float, 4 bfloat, 5 complex, 6 bool */
    uint8_t bits;
    uint16_t lanes;
} cx_dl_dtype;
typedef struct cx_dl_tensor {
    void *data;
    cx_dl_device device;
    int32_t ndim;
    cx_dl_dtype dtype;
    int64_t *shape;
    int64_t *strides; /* in elements; NULL: C order */
    uint64_t byte_offset;
} cx_dl_tensor;
typedef struct cx_dl_managed {
    cx_dl_tensor tensor;
    void *manager_ctx;
    void (*deleter)(struct cx_dl_managed *self);
} cx_dl_managed;
typedef struct cx_dl_versioned {
    struct {
        uint32_t major, minor;
    } version;
    void *manager_ctx;
    void (*deleter)(struct cx_dl_versioned *self);
    uint64_t flags; /* bit 0: read-only, bit 1: copied */
    cx_dl_tensor tensor;
} cx_dl_versioned;

CX_BEGIN
/** Import a tensor (DLManagedTensorVersioned) without copying; t is consumed, on failure too: its
 * deleter runs after our last use. producer_stream: the stream that wrote it (NULL: CUDA's legacy
 * default, CX_NO_STREAM: already ordered); ignored on the CPU. Our work waits for it, and it waits
 * for our last use before the deleter is called (without one the host waits); it must live until
 * then. Misaligned host tensors are copied.
 * Read-only tensors are read-only arrays. Errors      NULL; DTYPE lanes or a type that Calx has
 * not; SHAPE too many dimensions; UNAVAILABLE device; ARGUMENT major version. */
CX_API cx_array *cx_from_dlpack(cx_dl_versioned *t, void *producer_stream);
/** The same for the unversioned struct (DLManagedTensor). */
CX_API cx_array *cx_from_dlpack_legacy(cx_dl_managed *t, void *producer_stream);
/** Export an array; the tensor keeps it alive until its deleter, which may run on any thread and
 * needs no scope. consumer_stream waits for what is queued on the array, and the array's memory is
 * used again after what consumer_stream has when the deleter is called (NULL: CUDA's legacy
 * default; CX_NO_STREAM: neither, the caller synchronises); ignored on the CPU. *out is untouched
 * on failure. Errors      NULL; DTYPE categories. */
CX_API CX_MUST cx_status cx_to_dlpack(const cx_array *a, void *consumer_stream,
                                      cx_dl_versioned **out);
/** The same for the unversioned struct, which cannot say read-only.   Errors: READONLY for
 * read-only arrays. */
CX_API CX_MUST cx_status cx_to_dlpack_legacy(const cx_array *a, void *consumer_stream,
                                             cx_dl_managed **out);
CX_END_DECLS
#endif
