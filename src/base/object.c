/* Objects of every noun: head, references, nil. Knows nothing of what they hold. */
#include "base/object.h"
#include "base/alloc.h"
#include "base/thread_state.h"
#include <string.h>

/* nils are read only through their head; the padding is for code that copies a handle's first
 * fields before it looks */
typedef struct nil_object {
    cx_head head;
    char zero[248];
} nil_object;
static const nil_object nils[] = {
#define CX_STATUS(NAME, value, text) {{CX__TAG_NIL, (value)}, {0}},
#include <calx/status.def>
#undef CX_STATUS
};

void *cx__nil(cx_status st)
{
    enum { COUNT = sizeof nils / sizeof nils[0] };
    for (int i = 0; i < COUNT; i++)
        if (nils[i].head.kind == (uint32_t)st) return (void *)(uintptr_t)&nils[i];
    return (void *)(uintptr_t)&nils[COUNT - 1];
}

void *cx__object_new(const cx__noun *noun, size_t size)
{
    cx__object *o = cx__calloc(1, size);
    if (o == NULL) return NULL;
    o->head.tag = CX__TAG_LIVE;
    o->head.kind = noun->kind;
    atomic_init(&o->refs, 1);
    o->noun = noun;
    cx__thread *t = cx__self_thread();
    CX__OWN_ADD(t->objects, 1);
    return o;
}

#if defined(CX_DEBUG) && CX_DEBUG
enum { QUARANTINE = 1024 };
static _Atomic(void *) quarantine[QUARANTINE];
static atomic_uint quarantine_at;
#endif

void cx__object_free(void *p)
{
    cx__object *o = p;
    o->head.tag = CX__TAG_RELEASED;
    cx__thread *t = cx__self_thread();
    CX__OWN_ADD(t->objects, -1);
#if defined(CX_DEBUG) && CX_DEBUG
    if (!cx__pool_bypass()) {
        const unsigned i = atomic_fetch_add(&quarantine_at, 1) % QUARANTINE;
        p = atomic_exchange(&quarantine[i], p);
    }
    cx__free(p);
#else
    cx__free(p);
#endif
}

void cx__object_settle(void)
{
    cx__thread *t = cx__self_thread();
    CX__OWN_ADD(t->objects, -1);
}

int64_t cx__object_live(void)
{
    return cx__thread_total().objects;
}

cx_status cx__status(const void *handle, uint32_t kind)
{
    if (handle == NULL) return CX_E_NULL;
    const cx_head *h = handle;
    if (CX__LIKELY(h->tag == CX__TAG_LIVE)) return h->kind == kind ? CX_OK : CX_E_ARGUMENT;
    if (h->tag == CX__TAG_NIL) return (cx_status)h->kind;
    if (h->tag == CX__TAG_RELEASED) return CX_E_RELEASED;
    return CX_E_ARGUMENT;
}

cx_status cx__check(const char *where, const char *argument, const void *handle, uint32_t kind)
{
    const cx_status st = cx__status(handle, kind);
    if (CX__LIKELY(st == CX_OK)) return CX_OK;
    if (st == CX_E_NULL) return cx__fail(st, where, "%s is NULL", argument);
    const cx_head *h = handle;
    if (h->tag == CX__TAG_NIL) return st; /* its error has been told when it was made */
    if (st == CX_E_RELEASED) return cx__fail(st, where, "%s has been released", argument);
    return cx__fail(st, where, "%s is a handle of another kind", argument);
}

void *cx__retain(const void *handle)
{
    void *p = (void *)(uintptr_t)handle;
    cx__object *o = p;
    if (o != NULL && o->head.tag == CX__TAG_LIVE)
        atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
    return p;
}

void cx__release(void *handle)
{
    cx__object *o = handle;
    if (o == NULL || o->head.tag != CX__TAG_LIVE) return;
    /* a sole owner needs no atomic decrement: nobody else can touch the count */
    if (atomic_load_explicit(&o->refs, memory_order_acquire) != 1 &&
        atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) != 1)
        return;
    o->noun->destroy(o);
}
