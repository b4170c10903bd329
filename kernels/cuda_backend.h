/* Shared by all files of the CUDA backend: its three opaque structs, what the core lends, errors,
 * and one declaration per slot. C and CUDA C++. Knows nothing of src/. */
#ifndef CX_KERNELS_CUDA_BACKEND_H
#define CX_KERNELS_CUDA_BACKEND_H
#include <calx/backend.h>
#include <calx/backend_fft.h>
#include <calx/backend_linalg.h>
#include <calx/backend_random.h>
#include <calx/backend_trees.h>
#include <cuda_runtime_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the core lends; set once at entry. */
extern const cx_core_api *cuda_core;

struct cx_dev {
    int ordinal;
    int sm_count, major, minor, shared_optin;
    int max_threads, max_block[3], max_grid[3];
    size_t memory_total;
    bool lost; /* answers no more: it is not asked again */
    char name[96];
};

/** First thing that went wrong on a queue, in pinned memory that kernels write (late_note of
 * rows.cuh) and the host reads when it synchronises: the smallest note wins. */
typedef struct cuda_late {
    unsigned long long first; /* CUDA_LATE_NONE, or kind << 48 | position (TAKE and PUT: axis << 40
                                 | position; NAN: cx_reduce_op) */
    long long index, extent;  /* what stands at that position, and what it should be below */
} cuda_late;
#define CUDA_LATE_NONE 0xffffffffffffffffull
enum {
    CUDA_LATE_TAKE = 1,
    CUDA_LATE_PUT = 2,
    CUDA_LATE_NAN = 3,
    CUDA_LATE_PIVOT = 4, /* info of a factorisation: index is LAPACK's, extent the batch */
    CUDA_LATE_DEFINITE = 5,
    CUDA_LATE_CONVERGENCE = 6
};

struct cx_queue {
    cx_dev *dev;
    cudaStream_t stream;
    void *owner; /* the core's */
    bool foreign;
    bool capturing; /* what is queued becomes a graph: nothing can be waited for */
    bool stuck;     /* a capture could not be ended: tried again before the queue is used */
    cuda_late *late;
    void *control;                /* pinned, CUDA_CONTROL bytes: for control reads */
    struct cuda_handles *handles; /* of the vendor's libraries, made on first use */
};

struct cx_mark {
    cx_dev *dev;
    cudaEvent_t event;
};

/* ---- errors (error.c) */
/** Translate where it is returned. A sticky error marks the device lost. */
cx_status cuda_check(cx_dev *dev, const char *where, cudaError_t e);
#define CUDA_TRY(dev, where, ...)                                           \
    do {                                                                    \
        const cx_status cx_cu_ = cuda_check((dev), (where), (__VA_ARGS__)); \
        if (cx_cu_ != CX_OK) return cx_cu_;                                 \
    } while (0)

#define CX_STATUS_TRY(...)                      \
    do {                                        \
        const cx_status cx_st_ = (__VA_ARGS__); \
        if (cx_st_ != CX_OK) return cx_st_;     \
    } while (0)

/** How many devices there are. */
extern int cuda_devices;

/* ---- queues (queue.c) */
enum { CUDA_CONTROL = 4096 };
/** Make the queue's device current on this thread. */
cx_status cuda_enter(cx_dev *dev);
/** The same for a queue, whose stream is not capturing any more if it should not. */
cx_status cuda_enter_queue(cx_queue *q);
/** The stream, its device current: what CX_LAUNCH launches on. */
cudaStream_t cuda_stream(cx_queue *q);
/** Count a launch and translate its status. */
cx_status cuda_launched(cx_queue *q, const char *kernel, cudaError_t e);
int cuda_sm_count(const cx_queue *q);
/** Destroy the handles of the vendor's libraries (library.c). */
void cuda_handles_free(cx_queue *q);
cx_status cuda_work_alloc(cx_queue *q, const char *where, size_t bytes, void **out);
void cuda_work_free(cx_queue *q, void *p);
/** Read a few bytes that the host needs to go on: waits for the queue, counted as a control read,
 * at most CUDA_CONTROL bytes a time. UNSUPPORTED while the queue is captured. */
cx_status cuda_control_read(cx_queue *q, const char *where, void *host, const void *device,
                            size_t bytes);

/* ---- slots, one file a family */
int cuda_device_count(const char **why_none);
cx_status cuda_device_open(int ordinal, cx_dev **out);
cx_status cuda_device_info(cx_dev *dev, cx_dev_info *out);
cx_status cuda_mem_alloc(cx_dev *dev, size_t bytes, void **out);
void cuda_mem_free(cx_dev *dev, void *p, size_t bytes);
cx_status cuda_pinned_alloc(cx_dev *dev, size_t bytes, void **out);
void cuda_pinned_free(cx_dev *dev, void *p, size_t bytes);
cx_status cuda_queue_new(cx_dev *dev, const cx_queue_desc *desc, cx_queue **out);
void cuda_queue_free(cx_queue *q);
cx_status cuda_queue_sync(cx_queue *q);
cx_status cuda_mark_new(cx_dev *dev, cx_mark **out);
void cuda_mark_free(cx_mark *m);
cx_status cuda_mark_record(cx_mark *m, cx_queue *q);
cx_status cuda_mark_wait(cx_mark *m, cx_queue *q);
bool cuda_mark_done(cx_mark *m);
cx_status cuda_mark_elapsed(cx_mark *from, cx_mark *to, double *seconds);
cx_status cuda_copy_in(cx_queue *q, void *dst, const void *host, size_t bytes);
cx_status cuda_copy_out(cx_queue *q, void *host, const void *src, size_t bytes);
cx_status cuda_copy_peer(cx_queue *q, cx_dev *to, void *dst, const void *src, size_t bytes);
cx_status cuda_mem_info(cx_dev *dev, size_t *available, size_t *total);
cx_status cuda_graph_begin(cx_queue *q);
cx_status cuda_graph_end(cx_queue *q, cx_exec **out);
cx_status cuda_graph_launch(cx_exec *g, cx_queue *q);
void cuda_graph_free(cx_exec *g);
void cuda_range_push(const char *name);
void cuda_range_pop(void);
cx_status cuda_copy(cx_queue *q, const cx_view *in, const cx_view *out);
cx_status cuda_fill(cx_queue *q, const cx_view *value, const cx_view *out);
cx_status cuda_map(cx_queue *q, const cx_map_call *c);
cx_status cuda_reduce(cx_queue *q, const cx_reduce_call *c);
cx_status cuda_scan(cx_queue *q, int op, int axis, const cx_view *in, const cx_view *out);
cx_status cuda_fold(cx_queue *q, const cx_fold_call *c);
cx_status cuda_arange(cx_queue *q, double start, double step, int64_t start_i, int64_t step_i,
                      const cx_view *out);
cx_status cuda_take(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                    int64_t *bad);
cx_status cuda_put(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                   int64_t *bad);
cx_status cuda_nonzero(cx_queue *q, const cx_view *mask, const cx_view *out, int64_t *count);
cx_status cuda_compress(cx_queue *q, const cx_view *in, const cx_view *mask, const cx_view *out);
cx_status cuda_sort(cx_queue *q, const cx_view *a);
cx_status cuda_argsort(cx_queue *q, const cx_view *keys, const cx_view *out);
cx_status cuda_histogram(cx_queue *q, const cx_view *x, const cx_view *edges, const double range[3],
                         const cx_view *out);
cx_status cuda_search(cx_queue *q, const cx_view *sorted, const cx_view *values, bool right,
                      const cx_view *out);
cx_status cuda_slide(cx_queue *q, const cx_slide_call *c);
cx_status cuda_gemm_int(cx_queue *q, const cx_gemm_call *c); /* integers and bool */
/** Of one complex dtype. */
cx_status cuda_conjugate(cx_queue *q, const cx_view *in, const cx_view *out);
/** Pay a group's first use now: its library is opened and the queue's handle made. */
cx_status cuda_warm(cx_queue *q, const char *group);
extern const cx_blas_ops cuda_blas_ops;
extern const cx_lapack_ops cuda_lapack_ops;
extern const cx_fft_ops cuda_fft_ops;
extern const cx_random_ops cuda_random_ops;
extern const cx_learn_ops cuda_learn_ops;
extern const cx_tree_ops cuda_tree_ops;
extern const cx_fused_ops cuda_fused_ops;

#ifdef __cplusplus
}
#endif
#endif
