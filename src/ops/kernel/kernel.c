/* Kernels from source as objects: what they are made of, the CPU's function, and for each GPU the
 * code that its backend has made of the text, once. Knows nothing of launches. */
#include "ops/kernel/kernel.h"
#include "base/alloc.h"
#include <string.h>

static void destroy(cx__object *o)
{
    cx_kernel *const k = (cx_kernel *)(void *)o;
    for (int i = 0; i < CX__DEVICES; i++) {
        cx_code *const code = atomic_load(&k->code[i]);
        if (code != NULL) k->ops->free(code);
    }
    cx__kernel_signature_free(&k->signature);
    cx__free(k->source);
    cx__free(k->name);
    pthread_mutex_destroy(&k->lock);
    cx__object_free(o);
}
static const cx__noun noun = {"kernel", CX__KIND_KERNEL, destroy};

static cx_status copy_text(const char *where, const char *what, const char *text, char **out)
{
    const size_t bytes = strlen(text) + 1;
    *out = cx__alloc(bytes);
    if (*out == NULL) return cx__fail_nomem(where, what, bytes);
    memcpy(*out, text, bytes);
    return CX_OK;
}

static cx_status make(const char *where, const char *source, const char *name,
                      const char *signature, cx_kernel **out)
{
    if (name == NULL || signature == NULL)
        return cx__fail(CX_E_NULL, where, "%s is NULL", name == NULL ? "name" : "signature");
    if (!cx__is_identifier(name))
        return cx__fail(CX_E_ARGUMENT, where, "'%.40s' is no name of a function", name);
    cx_kernel *const k = cx__object_new(&noun, sizeof *k);
    if (k == NULL) return cx__fail_nomem(where, "a kernel", sizeof *k);
    pthread_mutex_init(&k->lock, NULL);
    cx_status st = cx__kernel_signature_parse(where, signature, &k->signature);
    if (st == CX_OK) st = copy_text(where, "a kernel's name", name, &k->name);
    if (st == CX_OK && source != NULL)
        st = copy_text(where, "a kernel's source", source, &k->source);
    if (st == CX_OK)
        *out = k;
    else
        cx__release(k);
    return st;
}

cx_status cx__kernel_code(const cx_kernel *k, const cx__device *d, cx_code **out)
{
    _Atomic(cx_code *) *const slot = (_Atomic(cx_code *) *)(uintptr_t)&k->code[d->id.index];
    *out = atomic_load_explicit(slot, memory_order_acquire);
    if (CX__LIKELY(*out != NULL)) return CX_OK;
    cx_kernel *const mine = (cx_kernel *)(uintptr_t)k;
    uint8_t bytes[CX__KERNEL_PARAMS];
    for (int i = 0; i < k->signature.count; i++) {
        const cx__kernel_param *const p = &k->signature.param[i];
        bytes[i] = p->array ? 0 : (uint8_t)cx__itemsize((cx_dtype)p->dtype);
    }
    const cx_kernel_source source = {k->source, k->name, k->name, k->signature.count, bytes};
    CX__TRY(cx__may_make(k->name, d, "the kernel"));
    pthread_mutex_lock(&mine->lock);
    *out = atomic_load(slot);
    cx_status st = CX_OK;
    if (*out == NULL) {
        st = d->ops->kernel->make(d->dev, k->name, &source, out);
        mine->ops = d->ops->kernel;
        if (st == CX_OK) atomic_store_explicit(slot, *out, memory_order_release);
    }
    pthread_mutex_unlock(&mine->lock);
    return st;
}

/* ------------------------------------------------------------------------------------ faces */
cx_kernel *cx_kernel_new(const char *cuda_source, const char *name, const char *signature)
{
    cx_kernel *k = NULL;
    const cx_status st = make("kernel_new", cuda_source, name, signature, &k);
    return cx__yield(st, "kernel_new", k);
}
cx_kernel *cx_kernel_retain(const cx_kernel *h)
{
    return cx__retain(h);
}
void cx_kernel_release(cx_kernel *h)
{
    cx__release(h);
}
cx_status cx_kernel_status(const cx_kernel *h)
{
    return cx__status(h, CX__KIND_KERNEL);
}
cx_status cx_kernel_set_cpu(cx_kernel *k, cx_kernel_fn *fn, void *ctx)
{
    static const char where[] = "kernel_set_cpu";
    CX__NEED(where, "k", k, CX__KIND_KERNEL);
    if (fn == NULL) return cx__fail(CX_E_NULL, where, "fn is NULL");
    if (atomic_load(&k->ran)) return cx__fail(CX_E_ARGUMENT, where, "%s has run already", k->name);
    k->fn = fn;
    k->ctx = ctx;
    return CX_OK;
}
