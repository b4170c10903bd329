/* Functions of users that are kernels, by name: see cx_pairwise_kernel_register.
 *
 * One idea: an entry is held by the list and by every call under way, and the last one to let go
 * tells the user; so a function may be replaced or taken away at any time. */
#include "learn/metrics/user_kernel.h"

#include "base/alloc.h"
#include "base/object.h"
#include <pthread.h>
#include <string.h>

enum { LONGEST = 63 };

struct cx__kernel_entry {
    cx__kernel_entry *next;
    atomic_int refs;
    cx_pairwise_kernel_fn *fn;
    void *context;
    void (*release)(void *context);
    char name[LONGEST + 1];
};

static cx__kernel_entry *known; /* under the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What parameters named kernel, affinity or metric mean by themselves. */
static const char *const library[] = {"linear",
                                      "polynomial",
                                      "poly",
                                      "rbf",
                                      "sigmoid",
                                      "laplacian",
                                      "cosine",
                                      "additive_chi2",
                                      "chi2",
                                      "precomputed",
                                      "knn",
                                      "nearest_neighbors",
                                      "precomputed_nearest_neighbors",
                                      NULL};

/* ---- names */
static bool identifier(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const bool digit = s[i] >= '0' && s[i] <= '9',
                   letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
        if (!letter && s[i] != '_' && (!digit || i == 0)) return false;
    }
    return len > 0 && len <= LONGEST;
}

static bool of_library(const char *s, size_t len)
{
    for (int i = 0; library[i]; i++)
        if (strlen(library[i]) == len && memcmp(library[i], s, len) == 0) return true;
    return false;
}

bool cx__kernel_may_be_users(const char *text, size_t len)
{
    return memchr(text, ':', len) || (identifier(text, len) && !of_library(text, len));
}

cx_status cx__kernel_unknown(const char *where, const char *who, const char *name)
{
    enum { MOST = 64 };
    const char *words[MOST + 1], *near;
    char kept[LONGEST + 1] = "";
    int n = 0;
    for (; library[n]; n++) words[n] = library[n];
    pthread_mutex_lock(&lock);
    for (const cx__kernel_entry *e = known; e && n < MOST; e = e->next) words[n++] = e->name;
    words[n] = NULL;
    near = cx__nearest(name, words);
    if (near) memcpy(kept, near, strlen(near) + 1);
    pthread_mutex_unlock(&lock);
    return cx__fail(CX_E_ARGUMENT, where,
                    "%s: no kernel is called '%.64s'%s%s%s; functions are made known by "
                    "cx_pairwise_kernel_register",
                    who, name, *kept ? ", did you mean '" : "", kept, *kept ? "'?" : "");
}

/* ---- entries */
static cx__kernel_entry **place_of(const char *name)
{
    cx__kernel_entry **at = &known;
    while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
    return at;
}

cx__kernel_entry *cx__kernel_hold(const char *name)
{
    pthread_mutex_lock(&lock);
    cx__kernel_entry *const e = *place_of(name);
    if (e) atomic_fetch_add(&e->refs, 1);
    pthread_mutex_unlock(&lock);
    return e;
}

void cx__kernel_drop(cx__kernel_entry *e)
{
    if (!e || atomic_fetch_sub(&e->refs, 1) != 1) return;
    if (e->release) e->release(e->context);
    cx__free(e);
}

cx_pairwise_kernel_fn *cx__kernel_function(const cx__kernel_entry *e, void **context)
{
    *context = e->context;
    return e->fn;
}

cx_status cx_pairwise_kernel_register(const char *name, cx_pairwise_kernel_fn *fn, void *context,
                                      void (*release)(void *context))
{
    static const char where[] = "pairwise_kernel_register";
    if (!name || !fn) return cx__fail(CX_E_NULL, where, "the %s is NULL", name ? "fn" : "name");
    const size_t len = strlen(name);
    if (!identifier(name, len))
        return cx__fail(CX_E_ARGUMENT, where,
                        "'%.64s' cannot name a kernel: letters, digits and _, at most %d", name,
                        LONGEST);
    if (of_library(name, len))
        return cx__fail(CX_E_ARGUMENT, where, "'%s' has a meaning already", name);
    cx__kernel_entry *const e = cx__calloc(1, sizeof *e);
    if (!e) return cx__fail_nomem(where, "a kernel", sizeof *e);
    atomic_init(&e->refs, 1);
    e->fn = fn;
    e->context = context;
    e->release = release;
    memcpy(e->name, name, len + 1);
    pthread_mutex_lock(&lock);
    cx__kernel_entry **const at = place_of(name), *const old = *at;
    e->next = old ? old->next : NULL;
    *at = e;
    pthread_mutex_unlock(&lock);
    cx__kernel_drop(old);
    return CX_OK;
}

cx_status cx_pairwise_kernel_unregister(const char *name)
{
    static const char where[] = "pairwise_kernel_unregister";
    if (!name) return cx__fail(CX_E_NULL, where, "the name is NULL");
    pthread_mutex_lock(&lock);
    cx__kernel_entry **const at = place_of(name), *const e = *at;
    if (e) *at = e->next;
    pthread_mutex_unlock(&lock);
    if (!e) return cx__fail(CX_E_ARGUMENT, where, "no kernel is registered as '%.64s'", name);
    cx__kernel_drop(e);
    return CX_OK;
}
