/* Shared by the files of the CPU backend: the lent services, the slots, the conversion table. Knows
 * nothing of src/. */
#ifndef CX_HOST_H
#define CX_HOST_H
#include <calx/backend.h>

#define HOST_LIKELY(x) __builtin_expect(!!(x), 1)
#define HOST_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define HOST_MAYBE_UNUSED __attribute__((unused))
/** Before a loop whose output is apart from its inputs or exactly one of them. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* a loop that stays scalar is no fault */
#define HOST_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define HOST_INDEPENDENT _Pragma("GCC ivdep")
#endif

/** What the core lends; set once at entry. */
extern const cx_core_api *host_core;

/** n elements from src to dst with byte strides, C conversion rules of Calx: integers wrap, floats
 * to integers truncate and saturate, NaN gives 0, complex to real drops the imaginary part,
 * anything to bool is != 0. */
typedef void host_convert_fn(const void *src, int64_t src_stride, void *dst, int64_t dst_stride,
                             int64_t n);
host_convert_fn *host_convert(cx_dtype from, cx_dtype to);

/** ISA level of this process: 0 base, 1 avx2, 2 avx512 ($CX_ISA forces a lower one). */
int host_isa(void);
const char *host_isa_name(void);
/** Files of host/simd are compiled once per level with CX_ISA=base|avx2|avx512; their extern names
 * carry the level. */
#ifdef CX_ISA
#define CX_ISA_JOIN_(name, level) name##_##level
#define CX_ISA_JOIN(name, level) CX_ISA_JOIN_(name, level)
#define CX_ISA_NAME(name) CX_ISA_JOIN(name, CX_ISA)
#endif
/** Choose among the per-level tables that host/simd files export: name_base, name_avx2,
 * name_avx512. */
#if defined(__x86_64__)
#define HOST_PICK(name) \
    (host_isa() == 2 ? &name##_avx512 : host_isa() == 1 ? &name##_avx2 : &name##_base)
#define HOST_PER_ISA(type, name) extern const type name##_base, name##_avx2, name##_avx512
#else
#define HOST_PICK(name) (&name##_base)
#define HOST_PER_ISA(type, name) extern const type name##_base
#endif

/* ---- slots, one file a family */
cx_status host_copy(cx_queue *q, const cx_view *in, const cx_view *out);
cx_status host_fill(cx_queue *q, const cx_view *value, const cx_view *out);
cx_status host_map(cx_queue *q, const cx_map_call *c);
void (*host_map_kernel(int op, cx_dtype loop, unsigned scalars))(const void *const *in, void *out,
                                                                 int64_t n);
cx_status host_reduce(cx_queue *q, const cx_reduce_call *c);
cx_status host_scan(cx_queue *q, int op, int axis, const cx_view *in, const cx_view *out);
cx_status host_fold(cx_queue *q, const cx_fold_call *c);
cx_status host_arange(cx_queue *q, double start, double step, int64_t start_i, int64_t step_i,
                      const cx_view *out);
cx_status host_take(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                    int64_t *bad);
cx_status host_put(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                   int64_t *bad);
cx_status host_nonzero(cx_queue *q, const cx_view *mask, const cx_view *out, int64_t *count);
cx_status host_compress(cx_queue *q, const cx_view *in, const cx_view *mask, const cx_view *out);
cx_status host_sort(cx_queue *q, const cx_view *a);
cx_status host_histogram(cx_queue *q, const cx_view *x, const cx_view *edges, const double range[3],
                         const cx_view *out);
cx_status host_partition(cx_queue *q, const cx_view *a, int64_t count, const int64_t *kth);
cx_status host_argsort(cx_queue *q, const cx_view *keys, const cx_view *out);
cx_status host_search(cx_queue *q, const cx_view *sorted, const cx_view *values, bool right,
                      const cx_view *out);
cx_status host_slide(cx_queue *q, const cx_slide_call *c);

/** The entry that the core links. */
cx_status host_backend_entry(const cx_core_api *core, const cx_backend **out);
#endif
