/* Objects of every noun: head, reference count, noun; scopes that own them; nil. Knows no array.
 *
 * A noun is a static const cx__noun; its objects start with cx__object. Handles are checked with
 * cx__check before anything else is read: a handle may be NULL, nil, a stack scalar (arrays only),
 * released (debug builds) or live. */
#ifndef CX_BASE_OBJECT_H
#define CX_BASE_OBJECT_H
#include "base/status.h"
#include "base/text.h"
#include <calx/scope.h>
#include <stdatomic.h>

enum { CX__TAG_LIVE = 0x43584c31, CX__TAG_NIL = 0x43584e31, CX__TAG_RELEASED = 0x43585231 };

typedef struct cx__object cx__object;
typedef struct cx__noun {
    const char *name; /* "table" */
    uint32_t kind;    /* CX__KIND_*, in the head of every object */
    void (*destroy)(
        cx__object *o); /* frees what the object holds, then cx__object_free or its own storage */
} cx__noun;

enum {
    CX__KIND_ARRAY = 1,
    CX__KIND_TABLE,
    CX__KIND_ESTIMATOR,
    CX__KIND_SESSION,
    CX__KIND_GENERATOR,
    CX__KIND_PROGRAM,
    CX__KIND_STREAM,
    CX__KIND_EVENT,
    CX__KIND_GRAPH,
    CX__KIND_STRING,
    CX__KIND_TENSORS,
    CX__KIND_KERNEL,
    CX__KIND_FFT_PLAN,
    CX__KIND_NEIGHBOR_TREE
};

struct cx__object {
    cx_head head;
    atomic_int refs;
    const cx__noun *noun;
};

/** Zeroed object of size bytes with one reference, NULL on failure. */
void *cx__object_new(const cx__noun *noun, size_t size);
/** Give the storage back (called by destroy last); debug builds quarantine it so that a released
 * handle is recognised. */
void cx__object_free(void *o);

/** One object that the process keeps from now on: it no longer counts as live. */
void cx__object_settle(void);

/** Status of a handle of the wanted kind: CX_OK, the nil's status, NULL, RELEASED, ARGUMENT
 * (another kind). Sets no error text. */
cx_status cx__status(const void *handle, uint32_t kind);
/** The same with an error made for `where`, naming the argument. A nil's own error text is kept. */
cx_status cx__check(const char *where, const char *argument, const void *handle, uint32_t kind);
/** Atomic +1 / -1; retain returns its argument; release of NULL and nil does nothing. */
void *cx__retain(const void *handle);
void cx__release(void *handle);
/** The static nil of a status (any noun). */
void *cx__nil(cx_status st);

/** End of every expression: on success the object (one reference) goes to the innermost scope and
 * is returned; with no scope open it is released and nil CX_E_SCOPE comes back; on failure the
 * scope is marked and nil is returned (o, if any, is released). */
void *cx__yield(cx_status st, const char *where, void *o);
/** Mark the open scope with this thread's last error. Returns st. */
cx_status cx__mark(cx_status st);
/** CX_OK if nothing has gone wrong in the open scope, else what: after a chain of expressions,
 * before anything is steered by their values. */
cx_status cx__so_far(void);
/** Status of this thread's last error, for a command whose expression failed. Never CX_OK. */
cx_status cx__last_status(void);
/** Number of open scopes on this thread. */
uint32_t cx__scope_depth(void);
/** Stream set by the innermost scope that names one for this device, or NULL. */
cx_stream *cx__scope_stream(cx_device d);
/** How the scope learns the device of a stream (registered by the core; base knows no stream). */
void cx__scope_set_stream_device(cx_device (*fn)(const cx_stream *s));
/** The scope's thread limit, 0 if none. */
int cx__scope_threads(void);
/** Are errors that a device finds late to be told late? */
bool cx__scope_deferred(void);
/** Limits of the innermost scope: CX_OK, or TIMEOUT / CANCELLED with an error made for `where`.
 * Cheap when there are none. */
cx_status cx__poll(const char *where);
/** The limits as plain data, for worker threads to poll on the caller's behalf. */
typedef struct cx__limits {
    int64_t deadline_ns;
    const cx_cancel *cancel;
} cx__limits;
cx__limits cx__scope_limits(void);
/** Would these limits cut off now? No error is made: CX_OK, TIMEOUT or CANCELLED. */
cx_status cx__limits_check(const cx__limits *l);
/** Tell the scope's on_progress, at most every 50 ms unless done == total. */
void cx__progress(const char *stage, int64_t done, int64_t total);
/** For a scope's on_progress: what is told inside goes nowhere and delays nothing outside. */
void cx__no_progress(const cx_progress *p, void *ctx);
/** A string of n bytes (terminated) that belongs to the open scope; NULL and an error on failure.
 */
char *cx__scope_string(const char *where, size_t n);
/** What t holds as a string of the open scope, if st is CX_OK and t is whole. Frees t; "" and a
 *  marked scope on failure. */
const char *cx__scope_text(const char *where, cx_status st, cx__text *t);
/** Does this thread trace nothing of its own? Live objects of all nouns, for tests. */
int64_t cx__object_live(void);

#define CX__NEED(where, argument, handle, kind)                                   \
    do {                                                                          \
        const cx_status need_ = cx__check((where), (argument), (handle), (kind)); \
        if (CX__UNLIKELY(need_ != CX_OK)) return need_;                           \
    } while (0)
#define CX__TRY(expr)                                 \
    do {                                              \
        const cx_status try_ = (expr);                \
        if (CX__UNLIKELY(try_ != CX_OK)) return try_; \
    } while (0)
#endif
