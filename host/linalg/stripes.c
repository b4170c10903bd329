/* See stripes.h. One idea: a list for each thread, first and last stripes evenly among them, since
 * those of triangles differ in size; who has done its own takes what others have not begun. */
#include "linalg/stripes.h"
#include <stdatomic.h>

enum { MOST = 256 };

typedef struct stripes {
    int count, lists;
    bool backwards;
    void (*body)(void *ctx, int64_t lo, int64_t hi);
    void *ctx;
    atomic_bool taken[MOST];
} stripes;

/* 0 1 2 2 1 0 0 1 2 ... */
static int list_of(const stripes *w, int s)
{
    const int at = s % (2 * w->lists);
    return at < w->lists ? at : 2 * w->lists - 1 - at;
}

static void pass(stripes *w, int list, bool own)
{
    for (int i = 0; i < w->count; i++) {
        const int s = w->backwards ? w->count - 1 - i : i;
        if ((list_of(w, s) == list) != own) continue;
        if (atomic_exchange_explicit(&w->taken[s], true, memory_order_relaxed)) continue;
        w->body(w->ctx, s, s + 1);
    }
}

static void lists(void *ctx, int64_t lo, int64_t hi)
{
    for (int64_t i = lo; i < hi; i++) {
        pass(ctx, (int)i, true);
        pass(ctx, (int)i, false);
    }
}

cx_status host_stripes_run(int count, bool backwards,
                           void (*body)(void *ctx, int64_t lo, int64_t hi), void *ctx)
{
    if (count > MOST) return host_core->parallel_for(count, 1, body, ctx);
    const int threads = host_core->num_threads();
    stripes w = {.count = count,
                 .lists = threads < 1       ? 1
                          : threads < count ? threads
                                            : count,
                 .backwards = backwards,
                 .body = body,
                 .ctx = ctx};
    for (int s = 0; s < count; s++) atomic_init(&w.taken[s], false);
    return host_core->parallel_for(w.lists, 1, lists, &w);
}
