/* Hooks for the host program: allocator, log. Set before first use. */
#ifndef CALX_HOOKS_H
#define CALX_HOOKS_H
#include <calx/status.h>

/** Where host memory comes from. All three are called from any thread; alloc returns memory aligned
 * to at least 64 bytes or NULL. */
typedef struct cx_allocator {
    size_t struct_size;
    void *(*alloc)(void *ctx, size_t bytes);
    void (*free)(void *ctx, void *p, size_t bytes);
    void *ctx;
} cx_allocator;

CX_BEGIN
/** Replace the host allocator; NULL restores the default. Only while nothing is allocated from
 * Calx. Errors      ARGUMENT memory is live, or struct_size is wrong. */
CX_API CX_MUST cx_status cx_set_allocator(const cx_allocator *a);
/** Receive what CX_TRACE and the library have to say, one line a call, from any thread; NULL
 * restores stderr. Nothing is ever written unless CX_TRACE (a list of op, copy, mem, jit, sync,
 * nvtx) or cx_set_trace asks for it. sync also waits after each operation on a GPU, so that an
 * error is told where it happened; nvtx writes nothing but names the operations for profilers. */
CX_API void cx_set_log(void (*fn)(const char *line, void *ctx), void *ctx);
/** The same list as $CX_TRACE; "" switches off.
 *  Errors      PARSE unknown word. */
CX_API CX_MUST cx_status cx_set_trace(const char *topics);
CX_END_DECLS
#endif
