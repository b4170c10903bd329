/* Scopes: one stack of owned handles per thread, cut into levels. A level is opened and closed
 * without allocating; nobody but its thread ever touches it. Limits, stream and callbacks are
 * inherited inwards. */
#define _POSIX_C_SOURCE 200809L
#include "base/object.h"
#include "base/alloc.h"
#include "base/thread_state.h"
#include <calx/device.h>
#include <string.h>
#include <time.h>

int64_t cx_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void cx_cancel_request(cx_cancel *c)
{
    __atomic_store_n(&c->private_[0], 1u, __ATOMIC_RELEASE);
}

uint32_t cx__scope_depth(void)
{
    return cx__self_thread()->depth;
}

/* ---- opening */
static cx_status apply_options(cx__thread *t, cx__level *l, const cx_scope_opts *o)
{
    if (o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, "scope_open_with",
                        "struct_size is %zu; use CX_OPTS(cx_scope_opts, ...)", o->struct_size);
    if (o->num_threads < 0)
        return cx__fail(CX_E_ARGUMENT, "scope_open_with", "num_threads is %d", o->num_threads);
    if ((unsigned)o->errors > CX_ERRORS_DEFERRED)
        return cx__fail(CX_E_ARGUMENT, "scope_open_with", "errors is %d", (int)o->errors);
    if (o->errors != CX_ERRORS_AS_OUTSIDE) l->deferred = o->errors == CX_ERRORS_DEFERRED;
    if (o->deadline_ns != 0 && (l->deadline_ns == 0 || o->deadline_ns < l->deadline_ns))
        l->deadline_ns = o->deadline_ns;
    if (o->cancel != NULL) l->cancel = o->cancel;
    if (l->deadline_ns != 0 || l->cancel != NULL) l->limited = true;
    if (o->num_threads > 0) l->threads = (uint32_t)o->num_threads;
    if (o->on_progress != NULL) {
        l->on_progress = o->on_progress;
        l->progress_ctx = o->ctx;
    }
    if (o->on_warning != NULL) {
        l->on_warning = o->on_warning;
        l->warning_ctx = o->ctx;
    }
    if (o->stream != NULL) {
        cx_stream *before = l->stream; /* there is one only where levels are shared */
        if (before == NULL) t->streams++;
        l->stream = cx__retain(o->stream);
        cx__release(before);
        const cx_status st = cx__check("scope_open_with", "stream", o->stream, CX__KIND_STREAM);
        if (st != CX_OK) {
            l->limited = true; /* cx__poll hands its status to everything inside */
            return st;
        }
    }
    return CX_OK;
}

cx_scope cx_scope_open_with(const cx_scope_opts *o)
{
    cx__thread *t = cx__self_thread();
    if (CX__UNLIKELY(t->emergency)) return (cx_scope){0, 0};
    if (CX__UNLIKELY(t->depth == CX__LEVELS)) {
        t->over++;
        if (o != NULL) (void)cx__mark(apply_options(t, &t->level[CX__LEVELS], o));
        return (cx_scope){CX__LEVELS + t->over, ++t->serial};
    }
    const cx__level *outer = &t->level[t->depth];
    cx__level *l = &t->level[++t->depth];
    l->serial = ++t->serial;
    l->base = t->owned_count;
    l->has_error = false;
    l->threads = outer->threads;
    l->deferred = outer->deferred;
    l->limited = outer->limited;
    l->deadline_ns = outer->deadline_ns;
    l->cancel = outer->cancel;
    l->stream = NULL;
    l->on_progress = outer->on_progress;
    l->progress_ctx = outer->progress_ctx;
    l->on_warning = outer->on_warning;
    l->warning_ctx = outer->warning_ctx;
    if (o != NULL) (void)cx__mark(apply_options(t, l, o));
    return (cx_scope){t->depth, l->serial};
}

cx_scope cx_scope_open(void)
{
    return cx_scope_open_with(NULL);
}

/* ---- owning */
static bool is_open(const cx__thread *t, cx_scope s)
{
    if (s.depth > CX__LEVELS) return s.depth - CX__LEVELS <= t->over && s.serial <= t->serial;
    return s.depth > 0 && s.depth <= t->depth && t->level[s.depth].serial == s.serial;
}

static CX__COLD cx_status grow(cx__thread *t)
{
    const size_t cap = 2 * t->owned_cap;
    cx__object **p = cx__alloc(cap * sizeof *p);
    if (p == NULL) return cx__fail_nomem("scope", "handles", cap * sizeof *p);
    memcpy(p, t->owned, t->owned_count * sizeof *p);
    if (t->owned != t->owned_inline) cx__free(t->owned);
    t->owned = p;
    t->owned_cap = cap;
    return CX_OK;
}

void *cx__yield(cx_status st, const char *where, void *o)
{
    cx__thread *t = cx__self_thread();
    if (CX__LIKELY(st == CX_OK)) {
        if (CX__UNLIKELY(t->depth == 0))
            st = cx__fail(CX_E_SCOPE, where,
                          "no scope is open on this thread; open one, or use the _into form");
        else if (CX__UNLIKELY(t->owned_count == t->owned_cap))
            st = grow(t);
        if (CX__LIKELY(st == CX_OK)) {
            t->owned[t->owned_count++] = o;
            return o;
        }
    }
    cx__release(o);
    (void)cx__mark(st);
    return cx__nil(st);
}

cx_status cx__mark(cx_status st)
{
    cx__thread *t = cx__self_thread();
    if (st == CX_OK || t->depth == 0 || t->level[t->depth].has_error) return st;
    t->level[t->depth].has_error = true;
    t->error[t->depth] = t->last;
    t->error[t->depth].status = st;
    return st;
}

cx_status cx_check(cx_status st)
{
    return cx__mark(st);
}

bool cx_ok(void)
{
    const cx__thread *t = cx__self_thread();
    return t->depth == 0 ? !t->emergency : !t->level[t->depth].has_error;
}

/* move the handle from the highest level that owns it down to level `to`: one swap with the first
 * handle of each level above it */
static bool move_down(cx__thread *t, cx__object *o, uint32_t from, uint32_t to)
{
    size_t at = t->owned_count;
    const size_t lowest = t->level[from].base;
    while (at > lowest && t->owned[at - 1] != o) at--;
    if (at == lowest) return false;
    at--;
    uint32_t d = t->depth;
    while (t->level[d].base > at) d--;
    for (; d > to; d--) {
        const size_t first = t->level[d].base;
        t->owned[at] = t->owned[first];
        t->owned[first] = o;
        at = first;
        t->level[d].base++;
    }
    return true;
}

cx_array *cx_scope_keep(cx_scope s, cx_array *a)
{
    cx__thread *t = cx__self_thread();
    if (!is_open(t, s)) {
        (void)cx__mark(cx__fail(CX_E_SCOPE, "scope_keep", "the scope is not open on this thread"));
        return cx__nil(CX_E_SCOPE);
    }
    const cx_head *h = (const cx_head *)(const void *)a;
    if (h == NULL || h->tag != CX__TAG_LIVE || s.depth > CX__LEVELS) return a;
    cx__object *o = (cx__object *)(void *)a;
    if (s.depth > 1) {
        (void)move_down(t, o, s.depth, s.depth - 1);
        return a;
    }
    const size_t lowest = t->level[1].base;
    for (size_t i = t->owned_count; i > lowest; i--)
        if (t->owned[i - 1] == o) {
            (void)cx__mark(cx__fail(CX_E_SCOPE, "scope_keep",
                                    "there is no scope around this one; use cx_retain"));
            return cx__nil(CX_E_SCOPE);
        }
    return a;
}

/* ---- closing */
static void close_level(cx__thread *t)
{
    cx__level *l = &t->level[t->depth];
    while (t->owned_count > l->base) {
        cx__object *o = t->owned[--t->owned_count];
        cx__release(o);
    }
    if (l->stream != NULL) {
        t->streams--;
        cx_stream *s = l->stream;
        l->stream = NULL;
        cx__release(s);
    }
    t->depth--;
}

static CX__COLD cx_status close_over(cx__thread *t, cx_scope s)
{
    t->over = s.depth - CX__LEVELS - 1;
    const cx__level *l = &t->level[CX__LEVELS];
    if (!l->has_error) return CX_OK;
    t->last = t->error[CX__LEVELS];
    return t->last.status;
}

cx_status cx_scope_close(cx_scope s)
{
    cx__thread *t = cx__self_thread();
    if (CX__UNLIKELY(!is_open(t, s))) {
        if (t->emergency) return CX_E_NOMEM;
        return cx__fail(CX_E_SCOPE, "scope_close", "the scope is not open on this thread");
    }
    if (CX__UNLIKELY(s.depth > CX__LEVELS)) return close_over(t, s);
    t->over = 0;
    uint32_t failed = 0;
    while (t->depth >= s.depth) {
        if (t->level[t->depth].has_error) failed = t->depth; /* the outermost one inside s tells */
        close_level(t);
    }
    if (CX__UNLIKELY(t->depth == 0 && t->owned != t->owned_inline)) {
        cx__free(t->owned);
        t->owned = t->owned_inline;
        t->owned_cap = sizeof t->owned_inline / sizeof t->owned_inline[0];
    }
    if (CX__LIKELY(failed == 0)) return CX_OK;
    t->last = t->error[failed];
    return t->last.status;
}

cx_array *cx_scope_return(cx_scope s, cx_array *a)
{
    cx__thread *t = cx__self_thread();
    cx_status bad = CX_OK;
    if (a == NULL)
        bad = cx__fail(CX_E_NULL, "scope_return", "a is NULL");
    else if (((const cx_head *)(const void *)a)->tag == CX__TAG_RELEASED)
        bad = cx__fail(CX_E_RELEASED, "scope_return", "a has been released");
    else if (is_open(t, s))
        a = cx_scope_keep(s, a);
    const cx_status st = cx_scope_close(s);
    if (st == CX_OK && bad == CX_OK) {
        const cx_head *h = (const cx_head *)(const void *)a;
        if (h->tag == CX__TAG_NIL) (void)cx__mark((cx_status)h->kind);
        return a;
    }
    (void)cx__mark(st != CX_OK ? st : bad);
    return cx__nil(st != CX_OK ? st : bad);
}

cx_status cx__last_status(void)
{
    cx_error e;
    const cx_status st = cx_error_get(&e);
    return st != CX_OK ? st : CX_E_INTERNAL;
}

cx_status cx__so_far(void)
{
    return cx_ok() ? CX_OK : cx__last_status();
}

/* ---- limits and callbacks */
static CX__COLD cx_status poll_slow(const cx__thread *t, const char *where)
{
    for (uint32_t d = t->depth; d > 0; d--)
        if (t->level[d].stream != NULL) {
            const cx_status st = cx__status(t->level[d].stream, CX__KIND_STREAM);
            if (st != CX_OK) return st;
        }
    const cx__level *l = &t->level[t->depth];
    const cx__limits limits = {l->deadline_ns, l->cancel};
    const cx_status st = cx__limits_check(&limits);
    if (st == CX_E_CANCELLED) return cx__fail(st, where, "cancelled by request");
    if (st == CX_E_TIMEOUT)
        return cx__fail(st, where, "deadline passed %.3f ms ago",
                        (double)(cx_now_ns() - l->deadline_ns) / 1e6);
    return CX_OK;
}

cx_status cx__poll(const char *where)
{
    const cx__thread *t = cx__self_thread();
    if (CX__LIKELY(!t->level[t->depth].limited)) return CX_OK;
    return poll_slow(t, where);
}

cx_status cx_poll(void)
{
    return cx__poll("poll");
}

cx__limits cx__scope_limits(void)
{
    const cx__thread *t = cx__self_thread();
    return (cx__limits){t->level[t->depth].deadline_ns, t->level[t->depth].cancel};
}

cx_status cx__limits_check(const cx__limits *l)
{
    if (l->cancel != NULL && __atomic_load_n(&l->cancel->private_[0], __ATOMIC_ACQUIRE) != 0)
        return CX_E_CANCELLED;
    if (l->deadline_ns != 0 && cx_now_ns() > l->deadline_ns) return CX_E_TIMEOUT;
    return CX_OK;
}

bool cx__scope_deferred(void)
{
    const cx__thread *t = cx__self_thread();
    return t->level[t->depth].deferred;
}

int cx__scope_threads(void)
{
    const cx__thread *t = cx__self_thread();
    return (int)t->level[t->depth].threads;
}

static cx_device (*device_of_stream)(const cx_stream *s);
void cx__scope_set_stream_device(cx_device (*fn)(const cx_stream *s))
{
    device_of_stream = fn;
}

cx_stream *cx__scope_stream(cx_device d)
{
    const cx__thread *t = cx__self_thread();
    if (CX__LIKELY(t->streams == 0)) return NULL;
    for (uint32_t k = t->depth; k > 0; k--) {
        cx_stream *s = t->level[k].stream;
        if (s == NULL || cx__status(s, CX__KIND_STREAM) != CX_OK) continue;
        const cx_device sd = device_of_stream(s);
        if (sd.kind == d.kind && sd.index == d.index) return s;
    }
    return NULL;
}

void cx__no_progress(const cx_progress *p, void *ctx)
{
    (void)p;
    (void)ctx;
}

void cx__progress(const char *stage, int64_t done, int64_t total)
{
    cx__thread *t = cx__self_thread();
    const cx__level *l = &t->level[t->depth];
    if (t->depth == 0 || l->on_progress == NULL || l->on_progress == cx__no_progress) return;
    const int64_t now = cx_now_ns();
    if (done != total && done != 0 && now - t->progress_ns < 50000000) return;
    t->progress_ns = now;
    const cx_progress p = {stage, done, total, -1.0};
    l->on_progress(&p, l->progress_ctx);
}

/* ---- strings that a scope owns */
typedef struct string_object {
    cx__object object;
    char text[];
} string_object;
static void string_destroy(cx__object *o)
{
    cx__object_free(o);
}
static const cx__noun string_noun = {"string", CX__KIND_STRING, string_destroy};

char *cx__scope_string(const char *where, size_t n)
{
    string_object *s = cx__object_new(&string_noun, sizeof *s + n + 1);
    if (s == NULL) {
        (void)cx__mark(cx__fail_nomem(where, "text", n + 1));
        return NULL;
    }
    string_object *mine = cx__yield(CX_OK, where, s);
    return mine == s ? s->text : NULL;
}

const char *cx__scope_text(const char *where, cx_status st, cx__text *t)
{
    char *to = NULL;
    if (st == CX_OK && t->failed)
        st = cx__fail_nomem(where, "text", t->cap);
    else if (st == CX_OK && (to = cx__scope_string(where, t->len)) != NULL && t->len > 0)
        memcpy(to, t->at, t->len);
    cx__text_free(t);
    if (st != CX_OK) (void)cx__mark(st);
    return to != NULL ? to : "";
}
