/* The contract between the core and a compute backend (the CPU's, or a plugin's). Versioned by
 * CX_BACKEND_ABI, not by CX_VERSION.
 *
 * A backend sees views: pointer, dtype, shape, byte strides. It never sees an array, a scope or a
 * reference. The core has validated, promoted, broadcast, collapsed and allocated: views of one
 * call have the same shape where the family says so, at most CX_KERNEL_NDIM dimensions, no negative
 * extent, aligned data; every size may be 0 and strides may be 0 (inputs) or negative. Outputs
 * never overlap inputs except element by element (same view). A slot that is NULL is composed by
 * the core from others or is CX_E_UNSUPPORTED.
 *
 * Vtables are static const, struct_size first, append-only. Errors are made by core->fail and
 * returned. */
#ifndef CALX_BACKEND_H
#define CALX_BACKEND_H
#include <calx/dtype.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { CX_BACKEND_ABI = 2, CX_KERNEL_NDIM = 8 };

typedef struct cx_dev cx_dev;     /* backend's state of one device */
typedef struct cx_queue cx_queue; /* backend's stream */
typedef struct cx_mark cx_mark;   /* backend's event */
typedef struct cx_exec cx_exec;   /* backend's captured graph, ready to run */

/** Plain data. Only the first ndim entries of shape and stride are set. */
typedef struct cx_view {
    void *data; /* element [0, ..., 0] */
    cx_dtype dtype;
    uint16_t ndim;
    uint16_t flags; /* CX_VIEW_HOST: 0-d operand in host memory, readable during the call (a
                       scalar): pass it by value */
    int64_t shape[CX_KERNEL_NDIM];
    int64_t stride[CX_KERNEL_NDIM]; /* bytes */
} cx_view;
enum { CX_VIEW_HOST = 1 };

/** Services the core lends. A backend resolves nothing from the core by symbol. */
typedef struct cx_core_api {
    size_t struct_size;
    uint32_t abi;
    void *(*alloc)(
        size_t bytes); /* 64-byte aligned host memory from the pool; NULL when exhausted */
    void (*free)(void *p);
    void *(*system_alloc)(size_t bytes); /* straight from the program's allocator: what the CPU's
                                            mem_alloc hands to its pool */
    void (*system_free)(void *p, size_t bytes);
    cx_status (*fail)(cx_status st, const char *where, const char *fmt, ...)
#if defined(__GNUC__)
        __attribute__((format(printf, 3, 4)))
#endif
        ;
    /** Run body over [0, n) in chunks of exactly grain (the last may be shorter), claimed one by
     * one by the caller and the pool's threads. Chunk boundaries depend on n and grain only.
     * CANCELLED or TIMEOUT if the scope's limits cut it off, with every started chunk done. */
    cx_status (*parallel_for)(int64_t n, int64_t grain,
                              void (*body)(void *ctx, int64_t lo, int64_t hi), void *ctx);
    int (*num_threads)(void);
    cx_status (*poll)(const char *where); /* deadline and cancellation */
    bool (*tracing)(const char *topic);
    void (*log)(const char *topic, const char *fmt, ...);
    /** Device memory for the extent of one call, from the device's pool and ordered on the queue
     * whose owner this is: it may be given back as soon as the work that uses it is queued. */
    cx_status (*work_alloc)(void *owner, const char *where, size_t bytes, void **out);
    void (*work_free)(void *owner, void *p);
    void (*count)(int what, uint64_t n); /* CX_COUNT_* */
    /** The device answers no more: every later call on it fails with this reason (kept). */
    void (*device_lost)(int ordinal, const char *why);
    /** May this thread's call leave what the device finds wrong to queue_sync, instead of waiting
     * for it? */
    bool (*errors_deferred)(void);
    /** The kernel cache on disk. tag is all that a kernel was made from, and compared whole: false
     * if there is no file for it. *data is the caller's to free. What cannot be written is told to
     * the trace only. Any thread. */
    bool (*cache_read)(const void *tag, size_t tag_size, void **data, size_t *size);
    void (*cache_write)(const void *tag, size_t tag_size, const char *label, const void *data,
                        size_t size);
} cx_core_api;

/** What a backend counts: kernels it launched; control reads (a few bytes that the host needs to go
 * on: a count, an info) and their bytes; copies of the caller's that went through a staging buffer;
 * kernels compiled at run time, found on disk instead, and those that the compiler refused. */
enum {
    CX_COUNT_KERNELS,
    CX_COUNT_CONTROL_READS,
    CX_COUNT_CONTROL_BYTES,
    CX_COUNT_STAGED,
    CX_COUNT_COMPILES,
    CX_COUNT_KERNEL_LOADS,
    CX_COUNT_KERNEL_FAILS
};

/** One elementwise call: all views have the same shape (inputs by zero strides, or CX_VIEW_HOST
 * scalars). Inputs are converted to loop on load (WHERE: its first input to bool; LDEXP: its second
 * is a whole number of any dtype, and one beyond int is as good as the nearest int), results from
 * the row's result dtype for loop to the output's dtype on store. Rows of pair_ops.def have two
 * outputs, which may each be one of the inputs, element by element. */
typedef struct cx_map_call {
    int op; /* cx_map_op */
    cx_dtype loop;
    int n_in, n_out;
    const cx_view *in[4];
    const cx_view *out[4];
    const cx_view *mask; /* bool, same shape: elements to write; NULL: all */
} cx_map_call;

/** One reduction: in has n_keep kept dimensions first (out's shape), then the reduced ones: in C
 * order for arg*, whose result is an index into them, else by falling stride. acc is the
 * accumulator dtype for everything but min, max, any, all, arg*; input is converted to it on load.
 */
typedef struct cx_reduce_call {
    int op; /* cx_reduce_op */
    cx_dtype acc;
    int n_keep;
    const cx_view *in;
    const cx_view *mask;    /* bool, shape of in, or NULL */
    const cx_view *initial; /* CX_VIEW_HOST scalar of out's dtype, or NULL */
    const cx_view *out;
    double ddof;
} cx_reduce_call;

/** Folds by any row of binary_ops.def but LDEXP, acc = op(acc, x), in order along one axis. Inputs
 * are converted to loop on load; every acc is rounded to out's dtype before it goes on. Views are
 * [outer, n, inner] of any strides. */
typedef enum cx_fold_kind {
    CX_FOLD_REDUCE =
        1,                  /* out [outer, m, inner] of dtype loop: row j is the fold of in's rows
                               first[j] to     last[j] - 1, m is 1 and all of them where first is NULL.
                               With     start     acc begins with what out holds, else with the first of the
                               rows, of     which there is one at least and which no mask leaves out. */
    CX_FOLD_ACCUMULATE = 2, /* out [outer, n, inner] of dtype loop: every acc on the way */
    CX_FOLD_AT = 3 /* out [outer, m, inner]: row index[k] takes in's row k, for k = 0.. n - 1
                      in this order; acc begins with what out holds */
} cx_fold_kind;
typedef struct cx_fold_call {
    int op;
    cx_dtype loop;
    cx_fold_kind kind;
    bool start;
    const cx_view *in, *out;
    const cx_view *mask;         /* REDUCE: bool, shape of in: rows that count; or NULL */
    const cx_view *first, *last; /* int64 [m], contiguous, within 0..n, or NULL */
    const cx_view *index;        /* int64 [n], contiguous, within 0..m - 1 */
} cx_fold_call;

/** Sliding products of two vectors: out[i] = sum over k < m of a[first + i * step + k] * b[k],
 * where what lies outside a's n elements does not take part (an infinite b[k] does not meet a 0).
 * All of one dtype but CX_CAT, 1-d, any strides; m and n at least 1, step at least 1, first of any
 * sign. Integers wrap, bool is or of ands, 16-bit floats are summed in float32. A sum is the sum,
 * in order, of those over k in blocks of CX_SLIDE_BLOCK from 0, each in order; of complex numbers
 * the four products of parts are summed apart, and re = rr - ii, im = ri + ir. So all backends and
 * any number of threads give the same bits. */
enum { CX_SLIDE_BLOCK = 512 };
typedef struct cx_slide_call {
    const cx_view *a, *b, *out;
    int64_t first, step;
} cx_slide_call;

typedef struct cx_blas_ops cx_blas_ops;     /* <calx/backend_linalg.h> */
typedef struct cx_lapack_ops cx_lapack_ops; /* <calx/backend_linalg.h> */
typedef struct cx_random_ops cx_random_ops; /* <calx/backend_random.h> */
typedef struct cx_learn_ops cx_learn_ops;   /* <calx/backend_learn.h> */
typedef struct cx_tree_ops cx_tree_ops;     /* <calx/backend_trees.h> */
typedef struct cx_fft_ops cx_fft_ops;
typedef struct cx_sparse_ops cx_sparse_ops;
typedef struct cx_fused_ops cx_fused_ops;   /* <calx/backend_fused.h> */
typedef struct cx_kernel_ops cx_kernel_ops; /* <calx/backend_kernel.h> */

typedef struct cx_dev_info {
    char name[96], library[96], isa[16];
    size_t memory_total;
    int threads;
} cx_dev_info;

/** A queue to be made. */
typedef struct cx_queue_desc {
    size_t struct_size;
    void *native; /* a foreign stream to stand on (with foreign set; NULL is the backend's default
                     stream), never destroyed */
    int priority; /* 0 normal, 1 high */
    void *owner;  /* the core's, for work_alloc */
    bool foreign;
} cx_queue_desc;

typedef struct cx_backend_ops {
    size_t struct_size;
    /* ---- required: device */
    int (*device_count)(const char **why_none); /* 0 with a static reason */
    cx_status (*device_open)(int ordinal, cx_dev **out);
    cx_status (*device_info)(cx_dev *dev, cx_dev_info *out);
    /* ---- required: memory. Synchronous with respect to the host; the core's pool orders reuse. */
    cx_status (*mem_alloc)(cx_dev *dev, size_t bytes,
                           void **out); /* 256-byte aligned on a GPU, 64 on the CPU */
    void (*mem_free)(cx_dev *dev, void *p, size_t bytes);
    cx_status (*pinned_alloc)(cx_dev *dev, size_t bytes, void **out);
    void (*pinned_free)(cx_dev *dev, void *p, size_t bytes);
    /* ---- required: queues and marks. The CPU's are immediate. */
    cx_status (*queue_new)(cx_dev *dev, const cx_queue_desc *desc, cx_queue **out);
    void (*queue_free)(cx_queue *q);
    /* waits, and delivers what went wrong on the queue since the last time (a position out of
     * bounds, a failed kernel) */
    cx_status (*queue_sync)(cx_queue *q);
    cx_status (*mark_new)(cx_dev *dev, cx_mark **out);
    void (*mark_free)(cx_mark *m);
    cx_status (*mark_record)(cx_mark *m, cx_queue *q);
    cx_status (*mark_wait)(cx_mark *m, cx_queue *q); /* q waits; NULL: the host waits */
    bool (*mark_done)(cx_mark *m);
    cx_status (*mark_elapsed)(cx_mark *from, cx_mark *to, double *seconds);
    /* ---- required: transfers of contiguous bytes, queued. Host memory is pinned: the core stages
     * what is not. */
    cx_status (*copy_in)(cx_queue *q, void *dst, const void *host, size_t bytes);
    cx_status (*copy_out)(cx_queue *q, void *host, const void *src, size_t bytes);
    /* ---- required: families */
    cx_status (*copy)(cx_queue *q, const cx_view *in,
                      const cx_view *out); /* any strides, any cast, same shape, one device */
    cx_status (*fill)(cx_queue *q, const cx_view *value,
                      const cx_view *out); /* value: CX_VIEW_HOST scalar of out's dtype */
    cx_status (*map)(cx_queue *q, const cx_map_call *c);
    cx_status (*reduce)(cx_queue *q, const cx_reduce_call *c);
    cx_status (*scan)(cx_queue *q, int op, int axis, const cx_view *in,
                      const cx_view *out); /* same shape; out's dtype accumulates */
    /* out[i] = start + i * step over 1-d out; double arithmetic for floats, int64 for integers
     * (start_i, step_i) */
    cx_status (*arange)(cx_queue *q, double start, double step, int64_t start_i, int64_t step_i,
                        const cx_view *out);
    /* in [outer, n, inner], index [m] int64 contiguous (negative counts from the end), out [outer,
     * m, inner] of in's dtype, contiguous. *bad: position in index of the first one out of bounds,
     * -1 if none (out is then complete). A backend that runs late says -1 and delivers
     * CX_E_INDEX with the position at queue_sync, for the axis whose number stands in *bad at the
     * call. */
    cx_status (*take)(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                      int64_t *bad);
    /* in [outer, m, inner] to out [outer, n, inner] at index [m]; duplicates: the last wins */
    cx_status (*put)(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                     int64_t *bad);
    /* positions (int64, C order, contiguous, at least count long) of the nonzero bytes of a 1-d
     * bool view; *count on return; out NULL: only counts */
    cx_status (*nonzero)(cx_queue *q, const cx_view *mask, const cx_view *out, int64_t *count);
    /* in [n, inner bytes per row contiguous], mask [n] bool: rows that count, packed into out */
    cx_status (*compress)(cx_queue *q, const cx_view *in, const cx_view *mask, const cx_view *out);
    /* along the last axis, in place, 2-d view [rows, n], last axis contiguous */
    cx_status (*sort)(cx_queue *q, const cx_view *a);
    /* stable; keys [rows, n] not modified, out [rows, n] int64, both last-axis contiguous */
    cx_status (*argsort)(cx_queue *q, const cx_view *keys, const cx_view *out);
    /* sorted [n] contiguous, values [m] of the same dtype, out [m] int64 */
    cx_status (*search)(cx_queue *q, const cx_view *sorted, const cx_view *values, bool right,
                        const cx_view *out);
    /* ---- optional: the small-array path. Returns a kernel for n contiguous elements, inputs and
     * output of exactly these dtypes (loop dtype in, row's result dtype out), or NULL. An input may
     * be one element only if its bit in scalars is set. CPU only. */
    void (*(*map_kernel)(int op, cx_dtype loop, unsigned scalars))(const void *const *in, void *out,
                                                                   int64_t n);
    /* ---- optional groups */
    const cx_blas_ops *blas;
    const cx_lapack_ops *lapack;
    const cx_random_ops *random;
    const cx_learn_ops *learn;
    const cx_fft_ops *fft;
    const cx_sparse_ops *sparse;
    const cx_fused_ops *fused;
    /* ---- optional: devices of one backend copy to each other; q belongs to the source's device */
    cx_status (*copy_peer)(cx_queue *q, cx_dev *to, void *dst, const void *src, size_t bytes);
    /* ---- optional: what is queued between begin and end becomes a graph and does not run */
    cx_status (*graph_begin)(cx_queue *q);
    cx_status (*graph_end)(cx_queue *q, cx_exec **out); /* out NULL: throw it away */
    cx_status (*graph_launch)(cx_exec *g, cx_queue *q);
    void (*graph_free)(cx_exec *g);
    /* ---- optional: pay a group's first use now ("blas", "lapack", ...; "" the device) */
    cx_status (*warm)(cx_queue *q, const char *group);
    /* ---- optional: a named range for profilers around what follows on this thread */
    void (*range_push)(const char *name);
    void (*range_pop)(void);
    /* ---- optional: memory of the whole device, this process's and others' */
    cx_status (*mem_info)(cx_dev *dev, size_t *available, size_t *total);
    /* ---- optional: each row of a 2-d view [rows, n] with a contiguous last axis rearranged in
     * place, so that position kth[i] (ascending, different, in [0, n)) holds what it would hold
     * were the row sorted, nothing greater is before it and nothing smaller behind it. NaNs stand
     * last, whatever kth is. NULL: sort */
    cx_status (*partition)(cx_queue *q, const cx_view *a, int64_t count, const int64_t *kth);
    /* ---- optional: folds that no row of reduce or scan stands for */
    cx_status (*fold)(cx_queue *q, const cx_fold_call *c);

    /* ---- optional: counts of x [n] (f32 or f64, contiguous) in bins of equal width, into out
     * [bins] int64. range: first, last, width. x within [first, last], as numbers of its dtype, has
     * place trunc((x - first) / width * bins), at most bins - 1; one less if it is below
     * edges[place]; then, but for the last, one more if it is not below edges[place + 1]. Others do
     * not count. edges [bins + 1] of x's dtype, ascending. NULL: composed of map and take */
    cx_status (*histogram)(cx_queue *q, const cx_view *x, const cx_view *edges,
                           const double range[3], const cx_view *out);

    /* ---- optional: sliding products (convolve, correlate); NULL: UNSUPPORTED */
    cx_status (*slide)(cx_queue *q, const cx_slide_call *c);

    /* ---- optional group: kernels from source */
    const cx_kernel_ops *kernel;
    /* ---- optional group: growing and walking decision trees */
    const cx_tree_ops *trees;
} cx_backend_ops;

typedef struct cx_backend {
    size_t struct_size;
    uint32_t abi;
    int16_t kind; /* CX_DEVICE_* */
    const char *name;
    const cx_backend_ops *ops;
} cx_backend;

/** The single exported symbol of a plugin, "cx_backend_entry"; the CPU's is linked. */
typedef cx_status cx_backend_entry_fn(const cx_core_api *core, const cx_backend **out);
#endif
