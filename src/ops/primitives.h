/* The door for src/learn, src/sci, src/io and src/routines: host views of arrays in, status out,
 * formulas, ends of functions made of others, without the privates of src/core and src/eval.
 *
 * An algorithm of an estimator that wants plain memory takes its inputs through here, so that
 * dtype, layout and device rules stand in one place; heavy inner loops are slots of the backend's
 * optional groups. */
#ifndef CX_OPS_PRIMITIVES_H
#define CX_OPS_PRIMITIVES_H
#include <calx/array.h>
#include <calx/backend.h>
#include <calx/scope.h>
#include <calx/tuple.h>
#include <stdatomic.h>

/** a as a C-contiguous array of dtype t on the device it lives on: a new handle on the same memory,
 * or a converted copy; it belongs to the open scope. nil and a mark on failure. */
cx_array *cx__as(const char *where, const cx_array *a, cx_dtype t);
/** Common dtype of arrays and stack scalars by NumPy's rules; DTYPE if there is none. */
cx_status cx__common_dtype(const char *where, cx_arrays operands, cx_dtype *out);
/** Plain view of an array (at most CX_KERNEL_NDIM dimensions, else SHAPE). On a GPU work of this
 * thread's stream on the view comes after other streams' uses of the array: ask for the views
 * first, then for the queue. */
cx_status cx__view_of(const char *where, const cx_array *a, cx_view *out);
/** Backend table and queue for work on arrays of one device (one at least), the n_out that it
 * writes first; DEVICE if they are on several. End it with cx__work_done(any of them, the slot's
 * status).
 */
cx_status cx__work_on(const char *where, int n_out, int n, const cx_array *const arrays[],
                      const cx_backend_ops **ops, cx_queue **queue);
cx_status cx__work_done(const cx_array *a, cx_status st);
/** The same for an array that is written, where the others are given by cx__view_of. */
cx_status cx__backend_of(const char *where, const cx_array *a, const cx_backend_ops **ops,
                         cx_queue **queue);
/** Backend table and queue for work on a device whose views come from cx__view_of; and wait for
 * this thread's work there, so that its memory may go. */
cx_status cx__backend_at(const char *where, cx_device device, const cx_backend_ops **ops,
                         cx_queue **queue);
cx_status cx__work_wait(const char *where, cx_device device);
/** What steers an algorithm, not its data: all of a C-contiguous array's bytes to the host, and
 * from it (of a writeable one), at most 4 KiB a time. Waits for the array's queue; on a device
 * counted as control reads and writes, apart from copies. */
cx_status cx__control_read(const char *where, const cx_array *a, void *to);
cx_status cx__control_write(const char *where, cx_array *a, const void *from);
/** codes (int32, on any device; values are the caller's word) as categories of like's dictionary: a
 * new handle of the open scope on the same memory. */
cx_array *cx__as_categories(const char *where, const cx_array *codes, const cx_array *like);
/** A formula that the library's own code runs (<calx/eval.h>), where it would chain operations:
 *
 *     static cx__held standard = CX__HELD("x, mu, sd: (x - mu) / sd");
 *     z = cx__held_run(where, &standard, CX_ARRAYS(x, mu, sd));
 *
 * The program is made at its first run, by whichever thread comes first, and lives as long as the
 * process. Errors name `where`, so do those of the operations in it. */
typedef struct cx__held {
    const char *source;
    _Atomic(cx_program *) program;
} cx__held;
#define CX__HELD(text) \
    {                  \
        (text), NULL   \
    }
/** Its only result, of the open scope; nil and a mark on failure. */
cx_array *cx__held_run(const char *where, cx__held *h, cx_arrays args);
/** Its results into arrays of their shapes, as cx_program_run_into. */
cx_status cx__held_into(const char *where, cx__held *h, cx_arrays args, cx_outs out);
/** All its results. */
cx_tuple cx__held_all(const char *where, cx__held *h, cx_arrays args);
/** Close s and hand r, which belongs to it, to the scope around; on any error in s, or st, nil and
 * a mark there. */
cx_array *cx__give(cx_scope s, cx_status st, cx_array *r);
/** The same for several results: each part, or nil without a mark for one that is NULL because
 * nobody asked for it. All or none: on an error every part is nil. */
void cx__give_all(cx_scope s, cx_status st, const char *where, int n, cx_array *part[]);
/** The end of a command: close s; the first error in it, or st. */
cx_status cx__give_status(cx_scope s, cx_status st);

/** A caller's options over the defaults (all zero): 0 < struct_size <= sizeof *out, for programs
 * built with older headers. */
#define CX__OPTIONS(where, given, out) \
    cx__options((where), (given), (given) != NULL ? (given)->struct_size : 0, sizeof *(out), (out))
cx_status cx__options(const char *where, const void *given, size_t given_size, size_t size,
                      void *out);

/** Arrays (NULL: not given) whose last `core` dimensions are their own and whose others are a
 * batch, as views of one batch in the open scope. DEVICE, SHAPE. */
cx_status cx__batches(const char *where, int core, int n, const char *const names[],
                      const cx_array *x[]);
/** Scratch host memory from the pool, NULL on failure; free with cx__scratch_free. */
void *cx__scratch(size_t bytes);
void cx__scratch_free(void *p);
/** c = alpha op(a) op(b) + beta c on raw row-major host memory, f64 or f32; tiled over the pool's
 * threads, same bits for any thread count. */
cx_status cx__gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha,
                       const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                       double *c, int64_t ldc);
cx_status cx__gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha,
                       const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                       float *c, int64_t ldc);
#endif
