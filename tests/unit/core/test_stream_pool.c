/* The pool of late devices against a device that exists in this file only: memory is addresses, a
 * queue runs when the test lets it, and every call is counted. Each case of the field's complaints
 * that the pool answers is a test of its own. */
#include "core/slot.h"
#include "core/stream_pool.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* ---- the device */
enum { MiB = 1 << 20 };
struct cx_dev {
    size_t total, used;
    char *next;
    int allocs, frees, waits_of_host, waits_of_queues, fail_next;
};
struct cx_queue {
    cx_dev *dev;
    long given, done; /* marks are tickets of a queue */
};
struct cx_mark {
    cx_queue *queue;
    long ticket;
};

static cx_dev dev;
static struct cx_queue queues[CX__SLOTS];
static struct cx_mark marks[CX__SLOTS + 8];
static int queue_count, mark_count;

static cx_status mem_alloc(cx_dev *d, size_t bytes, void **out)
{
    if (d->fail_next > 0) {
        d->fail_next--;
        return CX_E_NOMEM;
    }
    if (d->used + bytes > d->total) return CX_E_NOMEM;
    d->used += bytes;
    d->allocs++;
    *out = d->next;
    d->next += bytes;
    return CX_OK;
}
static void mem_free(cx_dev *d, void *p, size_t bytes)
{
    (void)p;
    d->used -= bytes;
    d->frees++;
}
static cx_status queue_new(cx_dev *d, const cx_queue_desc *desc, cx_queue **out)
{
    (void)desc;
    *out = &queues[queue_count++];
    (*out)->dev = d;
    return CX_OK;
}
static void queue_free(cx_queue *q)
{
    (void)q;
}
static cx_status queue_sync(cx_queue *q)
{
    q->done = q->given;
    return CX_OK;
}
static cx_status mark_new(cx_dev *d, cx_mark **out)
{
    (void)d;
    *out = &marks[mark_count++];
    return CX_OK;
}
static void mark_free(cx_mark *m)
{
    (void)m;
}
static cx_status mark_record(cx_mark *m, cx_queue *q)
{
    m->queue = q;
    m->ticket = ++q->given;
    return CX_OK;
}
static cx_status mark_wait(cx_mark *m, cx_queue *q)
{
    if (q != NULL) {
        dev.waits_of_queues++;
    } else {
        dev.waits_of_host++;
        if (m->queue != NULL && m->queue->done < m->ticket) m->queue->done = m->ticket;
    }
    return CX_OK;
}
static bool mark_done(cx_mark *m)
{
    return m->queue == NULL || m->queue->done >= m->ticket;
}
static cx_status mem_info(cx_dev *d, size_t *available, size_t *total)
{
    *available = d->total - d->used;
    *total = d->total;
    return CX_OK;
}
static const cx_backend_ops ops = {.struct_size = sizeof ops,
                                   .mem_alloc = mem_alloc,
                                   .mem_free = mem_free,
                                   .pinned_alloc = mem_alloc,
                                   .pinned_free = mem_free,
                                   .queue_new = queue_new,
                                   .queue_free = queue_free,
                                   .queue_sync = queue_sync,
                                   .mark_new = mark_new,
                                   .mark_free = mark_free,
                                   .mark_record = mark_record,
                                   .mark_wait = mark_wait,
                                   .mark_done = mark_done,
                                   .mem_info = mem_info};

/* ---- what every test starts and ends with */
static cx__late *late;
static cx__stream_pool *pool;
static cx__slot *a, *b;

static void begin(size_t total)
{
    dev = (cx_dev){.total = total, .next = (char *)(uintptr_t)(UINT64_C(1) << 40)};
    cr_assert_eq(cx__late_new(&ops, &dev, cx_cuda(0), total, &late), CX_OK);
    pool = late->pool;
    cr_assert_eq(cx__slot_take("test", late, 0, &a), CX_OK);
    cr_assert_eq(cx__slot_take("test", late, 0, &b), CX_OK);
    cr_assert_neq(a->index, b->index);
}
static void end(void)
{
    cx_memory m;
    cx__stream_pool_stats(pool, &m);
    cr_expect_eq(m.live, 0);
    cr_expect_eq(m.allocs, m.frees);
    cx__late_delete(late);
    cr_expect_eq(dev.used, 0, "%zu bytes are not given back", dev.used);
    cr_expect_eq(dev.allocs, dev.frees);
}
static cx__block *get(cx__slot *s, size_t bytes)
{
    cx__block *block = NULL;
    cr_assert_eq(cx__stream_pool_alloc(pool, "test", s, bytes, &block), CX_OK, "%s",
                 cx_error_message());
    cr_assert(block->bytes >= bytes);
    return block;
}
static uint64_t bit(const cx__slot *s)
{
    return UINT64_C(1) << s->index;
}
/* s has used it with work queued just now */
static void put(cx__slot *s, cx__block *block)
{
    cx__stream_pool_free(pool, block, s != NULL ? bit(s) : 0, cx__late_next(late));
}
static cx_memory stats(void)
{
    cx_memory m;
    cx__stream_pool_stats(pool, &m);
    return m;
}

/* ---- the complaints */
/* at a limit of 1 GB with nothing used and 512 MB cached, 800 MB were refused */
Test(stream_pool, r_m1_the_limit_gives_cached_memory_back_first)
{
    begin((size_t)4 << 30);
    cx__stream_pool_limit(pool, (size_t)1 << 30);
    put(a, get(a, (size_t)512 * MiB));
    cr_expect_eq(stats().live, 0);
    cr_expect_eq(stats().cached, (size_t)512 * MiB);
    cx__block *const big = get(a, (size_t)800 * MiB);
    cr_expect_eq(stats().live, (size_t)800 * MiB);
    cr_expect_leq(stats().live + stats().cached, (size_t)1 << 30);
    put(a, big);
    end();
}

/* free memory in many segments, none of them large enough: all of it goes back on failure */
Test(stream_pool, r_m2_wholly_free_segments_go_back_on_failure)
{
    begin((size_t)1 << 30);
    cx__block *part[16];
    for (int i = 0; i < 16; i++) part[i] = get(i % 2 == 0 ? a : b, (size_t)60 * MiB);
    for (int i = 0; i < 16; i++) put(i % 2 == 0 ? a : b, part[i]);
    size_t largest, total;
    cx__stream_pool_free_blocks(pool, &largest, &total);
    cr_expect_eq(total, (size_t)960 * MiB);
    cr_expect_eq(largest, (size_t)60 * MiB);
    cx__block *const all = get(a, (size_t)1000 * MiB);
    cr_expect_eq(stats().cached, 0);
    put(a, all);
    end();
}

/* a small result in a large cached block keeps it from whom it fits */
Test(stream_pool, r_m3_small_requests_leave_large_blocks_whole)
{
    begin((size_t)16 << 30);
    put(a, get(a, (size_t)4 << 30));
    cx__block *const small = get(a, 100), *const middle = get(a, (size_t)10 * MiB);
    const int allocs = dev.allocs;
    cx__block *const large = get(a, (size_t)4 << 30);
    cr_expect_eq(dev.allocs, allocs, "the large block was cut");
    cx__block *const other = get(a, (size_t)40 * MiB); /* wastes no large one either */
    cr_expect_eq(other->bytes, (size_t)40 * MiB);
    put(a, small);
    put(a, middle);
    put(a, large);
    put(a, other);
    end();
}

/* the text of an error is made from the state, and its numbers add up */
Test(stream_pool, r_m5_a_failure_adds_up)
{
    begin((size_t)1 << 30);
    cx__block *const live = get(a, (size_t)300 * MiB), *const cached = get(b, (size_t)100 * MiB),
                     *hold = get(a, (size_t)1 * MiB), *block = NULL;
    put(b, cached);
    put(b, get(b, 4000)); /* keeps part of a segment that hold keeps from being released */
    cr_expect_eq(cx__stream_pool_alloc(pool, "matmul", a, (size_t)900 * MiB, &block), CX_E_NOMEM);
    const char *const text = cx_error_message();
    size_t asked, live_bytes, free_bytes, held, largest, available, whole, others;
    cr_assert_eq(sscanf(text,
                        "matmul: cuda:0: %zu bytes asked; %zu live + %zu cached = %zu held (limit "
                        "0); largest free block %zu",
                        &asked, &live_bytes, &free_bytes, &held, &largest),
                 5, "%s", text);
    cr_expect_eq(asked, (size_t)900 * MiB);
    cr_expect_eq(live_bytes, (size_t)301 * MiB);
    cr_expect_eq(live_bytes + free_bytes, held);
    cr_expect(largest > 0 && largest <= free_bytes, "%s", text);
    const char *const device = strstr(text, "device: ");
    cr_assert_not_null(device, "%s", text);
    cr_assert_eq(
        sscanf(device, "device: %zu free of %zu, %zu others'", &available, &whole, &others), 3,
        "%s", text);
    cr_expect_eq(available + held + others, whole, "%s", text);
    put(a, live);
    put(a, hold);
    end();
}

/* memory that another stream has given back is used before more is asked for */
Test(stream_pool, r_m6_streams_take_each_others_free_blocks)
{
    begin((size_t)256 * MiB);
    cx__stream_pool_limit(pool, (size_t)64 * MiB);
    cx__block *const mine = get(a, (size_t)30 * MiB);
    char *const memory = mine->p;
    put(a, mine);
    const int allocs = dev.allocs, waits = dev.waits_of_queues;
    cx__block *const theirs = get(b, (size_t)30 * MiB); /* a's work on it is not done */
    cr_expect_eq(dev.allocs, allocs);
    cr_expect_eq(theirs->p, memory);
    cr_expect_eq(dev.waits_of_queues, waits + 1, "b waits for a");
    cr_expect_eq(dev.waits_of_host, 0, "the host does not");
    put(b, theirs);
    cr_assert_eq(cx__slot_sync("test", b), CX_OK);
    cr_expect_eq(get(a, (size_t)30 * MiB)->p, memory);
    cr_expect_eq(dev.waits_of_queues, waits + 1, "what is done needs no wait");
    cx__stream_pool_free(pool, theirs, 0, 0);
    end();
}

/* while there is plenty, two streams do not wait for each other's temporaries */
Test(stream_pool, streams_overlap_while_there_is_plenty)
{
    begin((size_t)8 << 30);
    for (int i = 0; i < 20; i++) {
        put(a, get(a, (size_t)10 * MiB));
        put(b, get(b, (size_t)10 * MiB));
    }
    cr_expect_eq(dev.waits_of_queues, 0);
    cr_expect_eq(dev.allocs, 2);
    end();
}

/* a block is used for requests of other sizes: split and put together again */
Test(stream_pool, r_m7_blocks_split_and_coalesce)
{
    begin((size_t)1 << 30);
    cx__block *part[60];
    for (int i = 0; i < 60; i++) part[i] = get(a, (size_t)MiB + MiB / 16);
    cr_expect_eq(dev.allocs, 1, "one segment of 64 MiB");
    for (int i = 0; i < 60; i += 2) put(a, part[i]);
    for (int i = 1; i < 60; i += 2) put(a, part[i]);
    size_t largest, total;
    cx__stream_pool_free_blocks(pool, &largest, &total);
    cr_expect_eq(largest, (size_t)64 * MiB, "%zu", largest);
    cr_expect_eq(total, largest);
    /* best fit: the smallest hole that is large enough */
    cx__block *const x = get(a, (size_t)8 * MiB), *const y = get(a, (size_t)2 * MiB),
                     *const z = get(a, (size_t)4 * MiB), *const w = get(a, (size_t)2 * MiB);
    char *const hole = z->p;
    put(a, x);
    put(a, z);
    cx__block *const fits = get(a, (size_t)3 * MiB + 1);
    cr_expect_eq(fits->p, hole);
    put(a, fits);
    put(a, y);
    put(a, w);
    cx__stream_pool_free_blocks(pool, &largest, &total);
    cr_expect_eq(largest, (size_t)64 * MiB);
    end();
}

/* every way to fail is a status */
Test(stream_pool, r_m9_exhaustion_is_a_status)
{
    begin((size_t)64 * MiB);
    cx__block *got[200];
    int n = 0;
    cx_status st = CX_OK;
    while (n < 200) {
        st = cx__stream_pool_alloc(pool, "test", n % 2 == 0 ? a : b, (size_t)(n % 7 + 1) * 300000,
                                   &got[n]);
        if (st != CX_OK) break;
        n++;
    }
    cr_expect_eq(st, CX_E_NOMEM);
    cr_expect(n > 20, "%d blocks in 64 MiB", n);
    cx__block *none = NULL;
    cr_expect_eq(cx__stream_pool_alloc(pool, "test", a, SIZE_MAX, &none), CX_E_NOMEM);
    cr_expect_eq(cx__stream_pool_alloc(pool, "test", a, SIZE_MAX / 16, &none), CX_E_NOMEM);
    for (int i = 0; i < n; i++) put(i % 2 == 0 ? a : b, got[i]);
    put(a, get(a, (size_t)60 * MiB));
    end();
}

/* nothing is taken before it is asked for, and no more than is needed where memory is short */
Test(stream_pool, r_m10_nothing_is_taken_beforehand)
{
    begin((size_t)3 * MiB);
    cr_expect_eq(dev.used, 0);
    cr_expect_eq(stats().system_allocs, 0);
    cx__block *const small = get(a, 1000);
    cr_expect_eq(dev.used, (size_t)2 * MiB);
    cx__block *const middle = get(a, (size_t)MiB); /* from the same segment */
    cr_expect_eq(dev.used, (size_t)2 * MiB);
    cx__block *const more = get(a, (size_t)MiB); /* no room for a segment: as large as asked for */
    cr_expect_eq(dev.used, (size_t)3 * MiB);
    put(a, small);
    put(a, middle);
    put(a, more);
    end();
}

/* memory that one stream may be using is not handed to another, and to its own at once */
Test(stream_pool, r_m13_reuse_follows_the_streams)
{
    begin((size_t)8 << 30);
    cx__block *x = get(a, 5000);
    char *const memory = x->p;
    cx__stream_pool_free(pool, x, bit(a) | bit(b), cx__late_next(late)); /* both have used it */
    cx__block *rest[4]; /* of its segment, and of the next one */
    rest[0] = get(a, (size_t)MiB);
    rest[1] = get(a, (size_t)MiB - 5120);
    cr_expect_eq(dev.allocs, 1);
    x = get(a, 5000); /* there is plenty: new memory rather than waiting for b */
    cr_expect_neq(x->p, memory);
    cr_expect_eq(dev.waits_of_queues, 0);
    rest[2] = get(a, (size_t)MiB);
    rest[3] = get(a, (size_t)MiB - 5120);
    cr_expect_eq(dev.allocs, 2);
    cr_assert_eq(cx__late_sync("test", late), CX_OK);
    cx__block *const z = get(b, 5000);
    cr_expect_eq(z->p, memory, "done for both");
    cr_expect_eq(dev.waits_of_queues, 0);
    put(a, x);
    for (int i = 0; i < 4; i++) put(a, rest[i]);
    put(b, z);
    end();
}

/* the numbers of the account, and what trimming leaves */
Test(stream_pool, r_m14_the_account_is_exact)
{
    begin((size_t)1 << 30);
    cx__block *const x = get(a, (size_t)100 * MiB), *const y = get(a, 1000);
    cr_expect_eq(stats().live, (size_t)100 * MiB + 1024);
    cr_expect_eq(stats().live + stats().cached, dev.used);
    cr_expect_eq(stats().peak, stats().live);
    put(a, x);
    cr_expect_eq(stats().live, 1024);
    cx__stream_pool_trim(pool, (size_t)100 * MiB); /* keeps at most so much cached */
    cr_expect_leq(stats().cached, (size_t)100 * MiB);
    cx__stream_pool_trim(pool, 0);
    cr_expect_eq(dev.used, (size_t)2 * MiB, "y's segment is in use");
    put(a, y);
    cx__stream_pool_trim(pool, 0);
    cr_expect_eq(dev.used, 0);
    cr_expect_eq(stats().peak, (size_t)100 * MiB + 1024);
    end();
}

/* pinned memory is given to the host: only what no stream uses */
Test(stream_pool, pinned_memory_is_waited_for)
{
    begin((size_t)1 << 30);
    pool = late->pinned;
    cx__block *const x = get(NULL, 4096);
    char *const memory = x->p;
    cx__stream_pool_free(pool, x, bit(a), cx__late_next(late));
    cx__block *const rest = get(NULL, (size_t)MiB);
    cr_expect_neq(rest->p, memory);
    cx__block *const z = get(NULL, 4096);
    cr_expect_neq(z->p, memory, "a copies from it");
    cx__block *const last = get(NULL, (size_t)MiB - 8192);
    cr_expect_eq(dev.allocs, 1);
    cr_assert_eq(cx__slot_sync("test", a), CX_OK);
    cx__block *const w = get(NULL, 4096);
    cr_expect_eq(w->p, memory);
    put(NULL, rest);
    put(NULL, last);
    put(NULL, z);
    put(NULL, w);
    end();
}

/* a random history: no two live blocks share a byte, and everything comes back */
Test(stream_pool, random_histories_keep_blocks_apart)
{
    begin((size_t)512 * MiB);
    enum { BLOCKS = 64 };
    cx__block *live[BLOCKS] = {NULL};
    uint32_t dice = 7;
    for (int step = 0; step < 20000; step++) {
        dice = dice * 1664525u + 1013904223u;
        const int i = (int)(dice >> 12) % BLOCKS;
        cx__slot *const s = (dice >> 5 & 1) != 0 ? a : b;
        if (live[i] != NULL) {
            put(s, live[i]);
            live[i] = NULL;
        } else {
            size_t bytes = (size_t)1 << (dice >> 20) % 24;
            bytes += dice >> 8 & 4095;
            if (cx__stream_pool_alloc(pool, "test", s, bytes, &live[i]) != CX_OK) live[i] = NULL;
        }
        for (int j = 0; step % 50 == 0 && j < BLOCKS; j++)
            for (int k = 0; k < j; k++)
                if (live[j] != NULL && live[k] != NULL)
                    cr_assert(live[j]->p + live[j]->bytes <= live[k]->p ||
                              live[k]->p + live[k]->bytes <= live[j]->p);
        if (step % 500 == 0) cr_assert_eq(cx__late_sync("test", late), CX_OK);
        cr_assert_eq(stats().live + stats().cached, dev.used);
    }
    for (int i = 0; i < BLOCKS; i++)
        if (live[i] != NULL) put(a, live[i]);
    end();
}
