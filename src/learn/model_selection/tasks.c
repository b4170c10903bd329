/* Tasks of cross-validation and searches on the threads of the pool.
 *
 * One idea: everything a task leaves behind (error, warnings) is kept by its number and told by the
 * caller in order, so that neither results nor messages depend on the number of threads. Knows no
 * estimator. */
#include "learn/model_selection/tasks.h"
#include "base/alloc.h"
#include "base/threads.h"
#include <stdio.h>
#include <string.h>

enum { NOTES = 64, NOTE_TEXT = 480 };

/* A warning of a task. */
typedef struct note {
    struct note *next;
    cx_status kind;
    char text[NOTE_TEXT];
} note;

typedef struct record {
    cx_error *error; /* NULL: none */
    note *first, *last;
    int notes;
} record;

typedef struct run {
    const char *where, *stage;
    int64_t n;
    cx__task *task;
    void *ctx;
    cx__limits limits;
    record *of;
    atomic_llong done, failed; /* failed: the lowest number, n if there is none */
} run;

/* A few warnings of a task are kept; without memory it goes without. */
static void keep_warning(cx_status kind, const char *text, void *ctx)
{
    record *const r = ctx;
    if (r->notes >= NOTES) return;
    note *const v = cx__calloc(1, sizeof *v);
    if (!v) return;
    v->kind = kind;
    snprintf(v->text, sizeof v->text, "%s", text);
    if (r->last)
        r->last->next = v;
    else
        r->first = v;
    r->last = v;
    r->notes++;
}

static void note_failure(run *r, int64_t i, cx_status st)
{
    long long lowest = atomic_load(&r->failed);
    while (i < lowest && !atomic_compare_exchange_weak(&r->failed, &lowest, i)) {
    }
    cx_error *const e = cx__alloc(sizeof *e);
    if (!e) return; /* told as out of memory */
    if (cx_error_get(e) == CX_OK) memset(e, 0, sizeof *e);
    e->status = st;
    r->of[i].error = e;
}

static void run_one(run *r, int64_t i)
{
    union {
        const cx_cancel *in;
        cx_cancel *out;
    } cancel = {.in = r->limits.cancel}; /* only read */
    const cx_scope s = cx_scope_open_with(
        &(const cx_scope_opts){.struct_size = sizeof(cx_scope_opts),
                               .deadline_ns = r->limits.deadline_ns,
                               .cancel = cancel.out,
                               .on_warning = keep_warning,
                               .on_progress = cx__no_progress, /* the run tells */
                               .ctx = &r->of[i]});
    const cx_status st = r->task(r->ctx, i);
    cx_error e = {0};
    if (st != CX_OK) (void)cx_error_get(&e);
    const cx_status closed = cx_scope_close(s);
    if (st != CX_OK) cx__error_set(&e);
    if (st != CX_OK || closed != CX_OK) note_failure(r, i, st != CX_OK ? st : closed);
    const int64_t done = atomic_fetch_add(&r->done, 1) + 1;
    if (done < r->n) cx__progress(r->stage, done, r->n); /* workers have no scope: silent */
}

static void run_some(void *ctx, int64_t lo, int64_t hi)
{
    run *const r = ctx;
    for (int64_t i = lo; i < hi; i++)
        if (i < atomic_load(&r->failed)) run_one(r, i);
}

/* Each text once: five folds that do not converge say the same. */
static void tell_warnings(const run *r)
{
    const note *told[NOTES];
    int count = 0;
    for (int64_t i = 0; i < r->n; i++)
        for (const note *v = r->of[i].first; v; v = v->next) {
            bool known = false;
            for (int k = 0; k < count && !known; k++)
                known = told[k]->kind == v->kind && strcmp(told[k]->text, v->text) == 0;
            if (known || count == NOTES) continue;
            told[count++] = v;
            cx__warn(v->kind, "%s", v->text);
        }
}

static void forget(const run *r)
{
    for (int64_t i = 0; i < r->n; i++) {
        cx__free(r->of[i].error);
        for (note *v = r->of[i].first; v;) {
            note *const next = v->next;
            cx__free(v);
            v = next;
        }
    }
    cx__free(r->of);
}

static cx_status run_all(run *r, cx_device device)
{
    cx__progress(r->stage, 0, r->n);
    if (device.kind == CX_DEVICE_CPU) return cx__parallel_for(r->n, 1, run_some, r);
    for (int64_t i = 0; i < r->n && atomic_load(&r->failed) == r->n; i++) {
        CX__TRY(cx__poll(r->where));
        run_one(r, i);
    }
    return CX_OK;
}

cx_status cx__tasks_run(const char *where, const char *stage, cx_device device, int64_t n,
                        cx__task *task, void *ctx)
{
    CX__TRY(cx__poll(where));
    run r = {.where = where,
             .stage = stage,
             .n = n,
             .task = task,
             .ctx = ctx,
             .limits = cx__scope_limits(),
             .of = cx__calloc((size_t)n + 1, sizeof(record))};
    if (!r.of) return cx__fail_nomem(where, "tasks", (size_t)n * sizeof(record));
    atomic_init(&r.failed, n);
    cx_status st = run_all(&r, device);
    const int64_t failed = atomic_load(&r.failed);
    if (failed < n) {
        const cx_error *const e = r.of[failed].error;
        st = e ? e->status : cx__fail_nomem(where, "an error", sizeof *e);
        if (e) cx__error_set(e);
    }
    if (st == CX_OK) {
        tell_warnings(&r);
        cx__progress(stage, n, n);
    }
    forget(&r);
    return st;
}
