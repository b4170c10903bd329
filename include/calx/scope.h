/* Scopes: ownership, first error, stream, deadline, cancellation, threads: one dynamic extent of
 * one thread.
 *
 * Every handle that a call returns belongs to the innermost open scope of the calling thread and
 * dies when that scope closes. <noun>_retain adds a reference that is yours, <noun>_release gives
 * one of yours back; neither touches a scope's. */
#ifndef CALX_SCOPE_H
#define CALX_SCOPE_H
#include <calx/status.h>

/** Token of an open scope; bound to its thread. */
typedef struct cx_scope {
    uint32_t depth, serial;
} cx_scope;

/** Cancellation flag: zero-initialised storage of the caller; any thread (a signal handler too) may
 * request. */
typedef struct cx_cancel {
    uint32_t private_[4];
} cx_cancel;

/** What a long call tells about itself; seconds_left < 0 when unknown. */
typedef struct cx_progress {
    const char *stage;
    int64_t done, total;
    double seconds_left;
} cx_progress;

/** When an error that a device finds late is told. EAGER (where nothing else is said): a
 * factorisation waits to look at its info. DEFERRED: nothing waits, results of a bad matrix hold
 * whatever came out, and the next synchronising call tells; inside cx_graph_capture it is always
 * so. The CPU is never late. */
typedef enum cx_errors {
    CX_ERRORS_AS_OUTSIDE = 0,
    CX_ERRORS_EAGER = 1,
    CX_ERRORS_DEFERRED = 2
} cx_errors;

typedef struct cx_scope_opts {
    size_t struct_size;
    cx_stream
        *stream; /* work of this scope on that stream's device runs there; as before after close */
    int64_t deadline_ns; /* absolute, on the clock of cx_now_ns; an inner scope can only bring it
                            nearer; 0: none */
    cx_cancel *cancel;   /* polled with the deadline at every chunk, iteration and launch:
                            CX_E_CANCELLED, CX_E_TIMEOUT */
    int num_threads;     /* 0: as outside */
    void (*on_progress)(const cx_progress *p, void *ctx); /* on the thread that opened the scope */
    void (*on_warning)(cx_status kind, const char *text,
                       void *ctx); /* ConvergenceWarning and kin; NULL: as outside */
    void *ctx;                     /* given to both */
    cx_errors errors;
} cx_scope_opts;

CX_BEGIN
/** Open a scope on this thread. Cannot fail and allocates nothing; past 64 levels a scope shares
 * its parent's level. */
CX_API cx_scope cx_scope_open(void);
/** Open a scope with options; a bad options struct or a nil stream marks the new scope, so that it
 * fails at its close. */
CX_API cx_scope cx_scope_open_with(const cx_scope_opts *o);
/** Close s and every scope inside it, release what they own, return the first error marked in s (or
 * inside, if s has none). Never synchronises a device: CX_OK means "so far"; errors that a device
 * finds late arrive at the next synchronising call. Errors      SCOPE s is not open on this thread.
 */
CX_API CX_MUST cx_status cx_scope_close(cx_scope s);
/** Close s and hand a to the scope around it. nil, and a mark there, if s had any error. Arguments
 * and retained arrays that s does not own pass through untouched. */
CX_API cx_array *cx_scope_return(cx_scope s, cx_array *a);
/** For several results: move a out of s (or of a scope inside s) to the scope around s; anything
 * else is left where it is. */
CX_API cx_array *cx_scope_keep(cx_scope s, cx_array *a);
/** Ask every scope that was given c to stop: one atomic store, async-signal-safe. */
CX_API void cx_cancel_request(cx_cancel *c);
/** The clock of deadlines: nanoseconds, monotonic. */
CX_API int64_t cx_now_ns(void);
/** Deadline or cancellation of the open scope: CX_OK, CX_E_TIMEOUT or CX_E_CANCELLED. For loops of
 * your own. */
CX_API CX_MUST cx_status cx_poll(void);
/** Number of warnings raised on this thread since it started; with text, the last one's text ("" if
 * none). */
CX_API int64_t cx_warning_count(const char **text);
CX_END_DECLS
#endif
