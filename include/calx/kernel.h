/* Kernels from source, for what formulas (eval.h) cannot say, and the cache of compiled kernels.
 *
 *     static const char cuda[] =
 *         "extern \"C\" __global__ void saxpy(const float *x, float *y, float a, long long n)\n"
 *         "{ long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;\n"
 *         "  if (i < n) y[i] += a * x[i]; }";
 *     static void saxpy(void *ctx, void *const *arg, int64_t begin, int64_t end)
 *     {
 *         const float *x = arg[0], a = *(const float *)arg[2];
 *         float *y = arg[1];
 *         for (int64_t i = begin; i < end; i++) y[i] += a * x[i];
 *     }
 *
 *     cx_kernel *k = cx_kernel_new(cuda, "saxpy",
 *                                  "const float32 *x, float32 *y, float32 a, int64 n");
 *     cx_check(cx_kernel_set_cpu(k, saxpy, NULL));
 *     cx_check(cx_kernel_run(k, (cx_launch){.n = n}, CX_ARRAYS(x, cx_float(2), cx_int(n)),
 *                            CX_OUTS(y)));
 */
#ifndef CALX_KERNEL_H
#define CALX_KERNEL_H
#include <calx/array.h>

/** The CPU's side: elements [begin, end) of a launch. arg[i] is where parameter i of the signature
 * stands: the first element of an array, or a number. Called from several threads at once, for
 * parts that do not overlap; calls nothing of Calx. */
typedef void cx_kernel_fn(void *ctx, void *const *arg, int64_t begin, int64_t end);

/** How a kernel is spread. n elements alone are enough: a GPU then gets blocks of 256 threads, one
 * thread an element. The CPU looks at n and grain only. */
typedef struct cx_launch {
    int64_t n;           /* elements; the CPU's function goes over [0, n) */
    unsigned grid[3];    /* blocks; all 0: what n needs along the first axis; some 0: 1 there */
    unsigned block[3];   /* threads of a block; all 0: 256; some 0: 1 there */
    size_t shared_bytes; /* dynamic shared memory of a block */
    int64_t grain; /* CPU: elements that one call is given, the last gets what is left; 0: 4096 */
} cx_launch;

CX_BEGIN
/** A kernel for both devices.
 *
 *  @param cuda_source  CUDA C++ without #include; NULL: for the CPU only. Compiled by NVRTC when it
 *                      first runs on a GPU, which waits for it, and kept on disk.
 *  @param name         of its extern "C" __global__ function, which stands in no namespace.
 *  @param signature    its parameters as in C, 32 at most, with the names that cx_dtype_parse
 *                      knows: "const float32 *x, float64 *y, int64 n". Pointers are arrays, those
 *                      to const are only read. "float" and "int" are refused: they mean one thing
 *                      in C and another in NumPy. 16-bit floats are in arrays only, bool is one
 *                      byte, complex numbers are their two parts.
 *  @return     New kernel; nil on error.
 *  Errors      PARSE the signature, with the column; ARGUMENT none of it is an array, or name is no
 *              identifier. */
CX_API cx_kernel *cx_kernel_new(const char *cuda_source, const char *name, const char *signature);
/** The function that runs where the arrays are on the CPU; before the first run. ctx must live as
 * long as runs do.
 *  Errors      ARGUMENT the kernel has run already. */
CX_API CX_MUST cx_status cx_kernel_set_cpu(cx_kernel *k, cx_kernel_fn *fn, void *ctx);
CX_API cx_kernel *cx_kernel_retain(const cx_kernel *h);
CX_API void cx_kernel_release(cx_kernel *h);
CX_API cx_status cx_kernel_status(const cx_kernel *h);
/** Run it where its arrays are, on the stream of the open scope. Errors begin with its name.
 *
 *  @param how  n = 0 without a grid does nothing.
 *  @param in   The arrays to const and the numbers, in the signature's order. Numbers are weak ones
 *              that the dtype has room for (floats are rounded), or 0-d arrays of it on the CPU;
 *              they are read now, also for a graph that is captured.
 *  @param out  The other arrays, in the same order. One may share memory with others, of out and of
 *              in: what comes of it is the kernel's affair.
 *              Arrays of in and out are contiguous in C order and have exactly the dtypes of the
 *              signature. Their extents are not looked at: what the kernel reads and writes is in
 *              its hands.
 *  Errors      ARGUMENT counts, n or grain below 0, an array that is not contiguous, a launch that
 *              the device does not have; DTYPE; SHAPE and DEVICE, with the parameter's name;
 *              READONLY; PARSE what the compiler says, or its parameters are not those of the
 *              signature; UNAVAILABLE no compiler, no CUDA source, or no function for the CPU;
 *              UNSUPPORTED the first run on a GPU is within a graph that is captured.
 *  Syncs       No. What the kernel itself does wrong on a GPU is told at the next wait, and costs
 *              the device. */
CX_API CX_MUST cx_status cx_kernel_run(const cx_kernel *k, cx_launch how, cx_arrays in,
                                       cx_outs out);

/* ---- compiled kernels: of cx_kernel, and those that formulas get on a GPU */
/** compiled: by this process; loaded: from disk instead; failed: the compiler refused (formulas go
 * on without). files, bytes: in the user's folder now; evicted: files that made room. */
typedef struct cx_kernel_cache {
    int64_t compiled, loaded, failed, files, bytes, limit, evicted;
} cx_kernel_cache;
/** Files are in $CX_CACHE_DIR, else in calx below $XDG_CACHE_HOME or ~/.cache; those of a read-only
 * $CX_CACHE_SYSTEM_DIR are looked at first. $CX_CACHE_LIMIT (bytes, default 256 MiB) bounds the
 * user's folder, oldest use goes first; CX_CACHE=off writes and reads nothing. All are read once;
 * folders are absolute paths. A file holds the whole source, architecture, options and compiler
 * version that it was made for, and counts only if it is this user's (but in the system's folder)
 * and right to the last bit. $CX_JIT says when formulas are compiled: off, background (default), or
 * wait for each; other kernels are whenever they are needed. */
CX_API cx_kernel_cache cx_kernel_cache_stats(void);
/** One file a line: name, bytes, last use, what it is; text of the open scope, "" on an error. */
CX_API const char *cx_kernel_cache_list(void);
/** Remove the files of the user's folder. */
CX_API CX_MUST cx_status cx_kernel_cache_clear(void);
/** Wait until every kernel that was asked for is compiled. */
CX_API CX_MUST cx_status cx_kernel_cache_wait(void);
CX_END_DECLS
#endif
