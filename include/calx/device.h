/* Devices, memory accounting, first-use costs. */
#ifndef CALX_DEVICE_H
#define CALX_DEVICE_H
#include <calx/status.h>

/** Memory of one device's pool, in bytes. live: handed out; cached: kept for reuse; system_allocs
 * and system_frees count calls to the system (or the driver): a warm loop does not move them. limit
 * 0: none. */
typedef struct cx_memory {
    size_t live, cached, peak, limit;
    uint64_t allocs, frees, system_allocs, system_frees;
} cx_memory;

/** Facts about a device, by value. */
typedef struct cx_device_info {
    char name[96];    /* "Intel(R) Xeon(R) ...", "NVIDIA H200" */
    char backend[32]; /* "cpu", "cuda" */
    char library[96]; /* "OpenBLAS 0.3.21 pthread SkylakeX", versions of the plugin's libraries */
    char isa[16];     /* cpu: base, avx2, avx512; cuda: sm_90 */
    size_t memory_total; /* bytes */
    int threads;         /* cpu: worker threads in use; cuda: multiprocessors */
} cx_device_info;

/** Process-wide counts since start. Copies are data that cross between devices. control_reads:
 * times that an operation on a GPU fetched a few bytes that it needs to go on (a count, a LAPACK
 * info, the value of a loss); control_writes: that it sent some (drawn numbers, class weights);
 * with their control_bytes, at most 4 KiB a time; copies do not count them. staged_copies: copies
 * from or to host memory that is not pinned, which went through pinned buffers. */
typedef struct cx_counters {
    uint64_t ops, copies, copy_bytes, syncs, kernels, jit_compiles, errors, warnings;
    uint64_t control_reads, control_bytes, staged_copies, control_writes;
} cx_counters;

CX_BEGIN
/** The n-th CUDA device, as a value; whether it exists is asked by cx_device_check or told by first
 * use. */
CX_API cx_device cx_cuda(int ordinal);
/** "cpu", "cuda", "cuda:1", "auto" (the first GPU if there is one, else the CPU).
 *  Errors      PARSE none of these; *out untouched. */
CX_API CX_MUST cx_status cx_device_parse(const char *text, cx_device *out);
/** "cpu" or "cuda:0" into buf (always terminated); returns buf. */
CX_API const char *cx_device_name(cx_device d, char buf[16]);
/** CX_OK, or UNAVAILABLE with the reason ("libcuda.so.1: cannot open ..."). */
CX_API CX_MUST cx_status cx_device_check(cx_device d);
/** Number of usable devices of a kind (CX_DEVICE_CPU: 1). Never fails; why it is 0 tells
 * cx_device_check. */
CX_API int cx_device_count(int kind);
/** Facts about a device.
 *  Errors      UNAVAILABLE. */
CX_API CX_MUST cx_status cx_device_info_get(cx_device d, cx_device_info *out);
/** Pay the first call's seconds now: groups is a comma-separated list of blas, lapack, fft, random,
 * learn; "" for the device itself. Errors      UNAVAILABLE; PARSE unknown group. */
CX_API CX_MUST cx_status cx_device_warm(cx_device d, const char *groups);
/** Are a and b the same device? */
CX_API bool cx_device_equal(cx_device a, cx_device b);
/** Pool statistics; all zero for a device that is not available. */
CX_API cx_memory cx_memory_stats(cx_device d);
/** Bytes that live blocks and cached ones of the device's pool may take together; 0 removes the
 * limit. At the limit the pool trims, retries, then fails with CX_E_NOMEM. Blocks up to 4 KiB on
 * the CPU come from per-thread lists and are not limited. Errors      UNAVAILABLE. */
CX_API CX_MUST cx_status cx_memory_limit(cx_device d, size_t bytes);
/** The same as a share of the device's memory, 0 < percent <= 100. $CX_MEMORY_LIMIT ("80%", or
 * bytes) is the limit that GPUs start with.
 *  Errors      ARGUMENT another number; UNAVAILABLE. */
CX_API CX_MUST cx_status cx_memory_limit_percent(cx_device d, double percent);
/** Give cached memory back until at most keep bytes are cached (what sits in other threads' small
 * caches may stay). Errors      UNAVAILABLE. */
CX_API CX_MUST cx_status cx_memory_trim(cx_device d, size_t keep);
/** Process-wide counters. */
CX_API cx_counters cx_counters_get(void);
/** The same and every pool's statistics as OpenMetrics text, into buf as far as cap allows (always
 * terminated if cap > 0); returns the length of the whole text. */
CX_API size_t cx_metrics_text(char *buf, size_t cap);
/** Threads that one call may use, caller included: the scope's num_threads, else the process's
 * setting. */
CX_API int cx_num_threads(void);
/** Process-wide number of threads (1 to 1024; 0: cores available to this process, cgroup limit
 * included; also $CX_NUM_THREADS). Errors      ARGUMENT. */
CX_API CX_MUST cx_status cx_set_num_threads(int n);
/** CX_DETERMINISTIC extends same-bits results to the GPU and to estimators; on the CPU reductions,
 * scans and products always are. */
typedef enum cx_determinism { CX_FASTEST, CX_DETERMINISTIC } cx_determinism;
CX_API CX_MUST cx_status cx_set_determinism(cx_determinism d);
CX_API cx_determinism cx_determinism_get(void);
CX_END_DECLS
#endif
