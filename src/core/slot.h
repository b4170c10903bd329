/* Streams of a device whose queues run late. A device has at most CX__SLOTS of them; a slot is a
 * queue with a number, so that a mask of 64 bits says who has used a piece of memory and one
 * sequence number up to where. Private to src/core. */
#ifndef CX_CORE_SLOT_H
#define CX_CORE_SLOT_H
#include "core/device.h"
#include <pthread.h>

enum {
    CX__SLOTS = 64,
    CX__DEFAULT_SLOTS = 24, /* the first: threads' default streams, shared past that many threads */
    CX__RING = 64           /* operations remembered for the text of a lost device */
};

typedef struct cx__slot cx__slot;
typedef struct cx__stream_pool cx__stream_pool;
typedef struct cx__capture cx__capture;
typedef struct cx__staging cx__staging;

struct cx__slot {
    cx__late *late;
    cx_queue *queue;
    void *native; /* a foreign slot's stream */
    int index, priority, users;
    bool foreign, retired; /* retired: its foreign stream is not touched any more */
    cx_mark *mark;         /* one, recorded again and again */
    atomic_int inflight;   /* operations that have their number but may not be queued yet */
    atomic_ullong marked;  /* everything up to here is before the mark */
    atomic_ullong done;    /* everything up to here is done */
    atomic_ullong waited[CX__SLOTS]; /* up to where it waits for the others */
    _Atomic(cx__capture *) capture;  /* work is recorded into a graph, not run */
    _Atomic(cx__staging *) staging;
    struct cx__block *works; /* workspaces that are handed out */
};

/** One operation of the last CX__RING: packed so that threads may write over each other. */
typedef struct cx__noted {
    atomic_ullong name[3], shape[3], rest; /* rest: ndim, dtype, slot */
} cx__noted;

struct cx__late {
    const cx_backend_ops *ops;
    cx_dev *dev;
    cx_device id;
    size_t memory_total;
    pthread_mutex_t lock; /* slots, marks; taken while a pool's lock is held, never the reverse */
    _Atomic(cx__slot *) slot[CX__SLOTS];
    atomic_ullong seq; /* one sequence for all slots: one number bounds the uses by all of them */
    atomic_uint threads, captures, capture_serial;
    cx__stream_pool *pool, *pinned;
    atomic_uint noted;
    cx__noted ring[CX__RING];
    atomic_bool losing, lost; /* lost: and lost_why stands */
    char lost_why[400];
};

/** Late side of a device; pools included. */
cx_status cx__late_new(const cx_backend_ops *ops, cx_dev *dev, cx_device id, size_t memory_total,
                       cx__late **out);
/** For tests: devices of the library are never closed. No staging may have been made, and the
 * backend's queues hold no workspace, for the pools go first. */
void cx__late_delete(cx__late *l);
/** In a child of fork: nothing of it can be used. */
void cx__late_forked(cx__late *l);
/** A new number: later than all work so far. */
static inline uint64_t cx__late_next(cx__late *l)
{
    return atomic_fetch_add(&l->seq, 1) + 1;
}
/** OK, or DEVICE_LOST with the reason and the last operations. */
cx_status cx__late_alive(const char *where, cx__late *l);
/** The device answers no more (the first reason is kept). */
void cx__late_lose(cx__late *l, const char *why);
/** Remember an operation for the text of a lost device. */
void cx__late_note(cx__late *l, const cx__slot *s, const char *where, const cx_array *first);

/** A slot for a stream of a priority (shared with the least used when all are taken); over a
 * foreign stream (shared by all its handles). Give it back with cx__slot_release. */
cx_status cx__slot_take(const char *where, cx__late *l, int priority, cx__slot **out);
cx_status cx__slot_wrap(const char *where, cx__late *l, void *native, cx__slot **out);
void cx__slot_release(cx__slot *s);
/** Slot of this thread's work now: the scope's stream, else the thread's default. */
cx_status cx__slot_current(const char *where, const cx__device *d, cx__slot **out);

/** Of a stream's handle: its slot (NULL on the CPU) and device (stream.c). */
cx__slot *cx__stream_slot(const cx_stream *s);
cx__device *cx__stream_of_device(const cx_stream *s);

/** s waits for what the slots of a mask have been given up to seq. */
cx_status cx__slot_after(const char *where, cx__slot *s, uint64_t slots, uint64_t seq);
/** Is that done? Asks the device where it is not known. */
bool cx__late_done(cx__late *l, uint64_t slots, uint64_t seq);
/** The host waits for it. */
cx_status cx__late_wait(const char *where, cx__late *l, uint64_t slots, uint64_t seq);
/** A queue of the same backend (of another device perhaps) waits for all that s has now; NULL: only
 * the mark is made. */
cx_status cx__slot_before(const char *where, cx__slot *s, cx_queue *q);
/** Wait for a slot, or all, and deliver what went wrong on it. Refused while s is captured. */
cx_status cx__slot_sync(const char *where, cx__slot *s);
cx_status cx__late_sync(const char *where, cx__late *l);
/** Error if s is captured: where cannot wait there. */
cx_status cx__slot_may_wait(const char *where, const cx__slot *s);

/** Who has used a buffer: its slots since the last write (that one's included), the last write's
 * slot << 56 | number, the number of the last use, the capture that holds it. */
struct cx__uses {
    atomic_ullong streams, write, last;
    uint64_t capture;
};
/** Order s after the work that a use must come after (of readers: the last write; of writers: all
 * uses), then note the use. */
void cx__uses_used(cx__uses *u, uint64_t seq); /* the last use is this late at least */
cx_status cx__uses_touch(const char *where, cx__slot *s, cx__buffer *b, uint64_t seq, bool writing);

/* ---- captures (graph_capture.c) */
struct cx__capture {
    cx__slot *slot;
    uint64_t serial; /* never 0 */
    bool failed;     /* out of memory for its lists: told when it ends */
    struct cx__held {
        cx__buffer *buffer;
        bool written;
    } * held; /* retained: touched, or made inside and still there at the end */
    size_t held_count, held_cap;
    cx__buffer **made; /* made inside, not retained */
    size_t made_count, made_cap;
    struct cx__block *free;    /* blocks given back inside, for use inside */
    uint64_t after, after_seq; /* earlier uses of its memory, which the first launch waits for */
};
void cx__capture_touch(cx__capture *c, cx__buffer *b, bool writing);
void cx__capture_made(cx__capture *c, cx__buffer *b);
void cx__capture_unmade(cx__capture *c, const cx__buffer *b);
/** Begin on s; end: everything made inside and alive is retained. Free releases memory. */
cx_status cx__capture_begin(const char *where, cx__slot *s, cx__capture **out);
cx_status cx__capture_end(const char *where, cx__capture *c, cx_exec **out);
cx_status cx__capture_launch(const char *where, cx__capture *c, cx_exec *exec);
void cx__capture_free(cx__capture *c);

/* ---- pageable host memory through pinned chunks (staging.c) */
/** Queued, host read on return. */
cx_status cx__staged_in(const char *where, cx__slot *s, void *dst, const void *host, size_t bytes);
/** Arrived on return, the slot synchronised (bytes > 0). */
cx_status cx__staged_out(const char *where, cx__slot *s, void *host, const void *src, size_t bytes);
#endif
