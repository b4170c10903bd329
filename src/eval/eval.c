/* cx_eval: programs by their text. A table of 256 places, four for each hash; of four, the one that
 * was used longest ago goes. The lock is held for a look and a count, never while a text is read or
 * a program runs. */
#include "base/alloc.h"
#include "base/object.h"
#include "core/device.h"
#include "eval/program.h"
#include <pthread.h>
#include <string.h>

enum { SETS = 64, WAYS = 4 };

typedef struct entry {
    uint64_t hash, used;
    size_t length;
    char *text;
    cx_program *program; /* the table's reference */
} entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static entry table[SETS][WAYS];
static uint64_t now;
static cx_eval_stats stats;

static uint64_t hash_of(const char *p, size_t n)
{
    uint64_t h = n * UINT64_C(0x9e3779b97f4a7c15), v;
    for (; n >= sizeof v; p += sizeof v, n -= sizeof v) {
        memcpy(&v, p, sizeof v);
        h = (h ^ v) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 29;
    }
    v = 0;
    memcpy(&v, p, n);
    h = (h ^ v) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}

static entry *look(const char *source, size_t n, uint64_t hash)
{
    entry *const set = table[hash % SETS];
    for (int i = 0; i < WAYS; i++)
        if (set[i].program != NULL && set[i].hash == hash && set[i].length == n &&
            memcmp(set[i].text, source, n) == 0)
            return &set[i];
    return NULL;
}

/* Keep it; what it replaces comes back in *old. */
static void keep(const char *source, size_t n, uint64_t hash, char *text, cx_program *p, entry *old)
{
    entry *const set = table[hash % SETS], *to = &set[0];
    *old = (entry){.text = text, .program = p}; /* if another thread was first: ours go */
    if (look(source, n, hash) != NULL) return;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].program == NULL) {
            to = &set[i];
            break;
        }
        if (set[i].used < to->used) to = &set[i];
    }
    *old = *to;
    stats.programs += to->program == NULL;
    *to = (entry){.hash = hash, .used = ++now, .length = n, .text = text, .program = p};
}

/* The program of a text; one reference, the caller's. */
static cx_status program_of(const char *where, const char *source, cx_program **out)
{
    if (source == NULL) return cx__fail(CX_E_NULL, where, "source is NULL");
    const size_t n = strlen(source);
    const uint64_t hash = hash_of(source, n);
    pthread_mutex_lock(&lock);
    entry *const e = look(source, n, hash);
    if (e != NULL) {
        *out = cx__retain(e->program);
        e->used = ++now;
        stats.hits++;
    } else {
        stats.misses++;
    }
    pthread_mutex_unlock(&lock);
    if (e != NULL) return CX_OK;
    CX__TRY(cx__program_make(where, source, out));
    char *const text = cx__strdup(source);
    if (text == NULL) return CX_OK; /* it runs, and is not kept */
    entry old;
    pthread_mutex_lock(&lock);
    keep(source, n, hash, text, cx__retain(*out), &old);
    pthread_mutex_unlock(&lock);
    cx__free(old.text);
    cx__release(old.program);
    return CX_OK;
}

cx_array *cx_eval_n(const char *source, int n, const cx_array *const *args)
{
    cx_program *p = NULL;
    cx_array *r = NULL;
    cx_status st = program_of("eval", source, &p);
    if (st == CX_OK) st = cx__program_one("eval", p, (cx_arrays){n, args}, &r);
    cx__release(p);
    return cx__yield(st, "eval", r);
}
cx_status cx_eval_into(const char *source, cx_arrays args, cx_outs out)
{
    cx_program *p = NULL;
    cx_status st = program_of("eval_into", source, &p);
    if (st == CX_OK) st = cx__program_into("eval_into", p, args, out);
    cx__release(p);
    return st;
}
cx_tuple cx_eval_all(const char *source, cx_arrays args)
{
    cx_program *p = NULL;
    const cx_status st = program_of("eval_all", source, &p);
    const cx_tuple t = cx__program_all("eval_all", st, p, args);
    cx__release(p);
    return t;
}

cx_eval_stats cx_eval_cache_stats(void)
{
    pthread_mutex_lock(&lock);
    cx_eval_stats s = stats;
    pthread_mutex_unlock(&lock);
    s.typed = cx__programs_typed();
    return s;
}
void cx_eval_cache_clear(void)
{
    for (int i = 0; i < SETS; i++)
        for (int k = 0; k < WAYS; k++) {
            pthread_mutex_lock(&lock);
            const entry e = table[i][k];
            table[i][k] = (entry){.program = NULL};
            stats.programs -= e.program != NULL;
            pthread_mutex_unlock(&lock);
            cx__free(e.text);
            cx__release(e.program);
        }
}
