/* Programs as objects: a tree, and its typed forms, made when their dtypes first come. Forms are
 * never given back while the program lives, so running one takes no lock; a program that has met
 * more combinations of dtypes than it keeps types the others anew each time. */
#include "base/alloc.h"
#include "base/object.h"
#include "eval/program.h"
#include <pthread.h>
#include <string.h>

enum { FORMS = 32 };

struct cx_program {
    cx__object object;
    cx__tree tree;
    pthread_mutex_t lock; /* of adding a form */
    _Atomic(cx__formula *) form[FORMS];
};

static atomic_llong typed;

int64_t cx__programs_typed(void)
{
    return atomic_load(&typed);
}

static void destroy(cx__object *o)
{
    cx_program *const p = (cx_program *)(void *)o;
    for (int i = 0; i < FORMS; i++) cx__formula_free(atomic_load(&p->form[i]));
    cx__tree_free(&p->tree);
    pthread_mutex_destroy(&p->lock);
    cx__object_free(o);
}
static const cx__noun noun = {"program", CX__KIND_PROGRAM, destroy};

cx_status cx__program_make(const char *where, const char *source, cx_program **out)
{
    cx_program *const p = cx__object_new(&noun, sizeof *p);
    if (p == NULL) return cx__fail_nomem(where, "a program", sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    const cx_status st = cx__tree_parse(where, source, &p->tree);
    if (st == CX_OK)
        *out = p;
    else
        cx__release(p);
    return st;
}

/* ------------------------------------------------------------------------------------ forms */
static cx__formula *find(const cx_program *p, const uint8_t signature[CX__EVAL_ARGS], int *used)
{
    int i = 0;
    for (; i < FORMS; i++) {
        cx__formula *const f = atomic_load_explicit(&p->form[i], memory_order_acquire);
        if (f == NULL) break;
        if (memcmp(f->signature, signature, sizeof f->signature) == 0) return f;
    }
    *used = i;
    return NULL;
}
/* The form for a signature; *own: it is not kept and the caller's to free. */
static cx_status form_of(const char *where, const cx_program *p,
                         const uint8_t signature[CX__EVAL_ARGS], cx__formula **out, bool *own)
{
    int used = 0;
    *own = false;
    *out = find(p, signature, &used);
    if (*out != NULL) return CX_OK;
    CX__TRY(cx__formula_new(where, &p->tree, signature, out));
    atomic_fetch_add(&typed, 1);
    cx_program *const mine = (cx_program *)(uintptr_t)p;
    pthread_mutex_lock(&mine->lock);
    cx__formula *const other = find(p, signature, &used);
    if (other == NULL && used < FORMS)
        atomic_store_explicit(&mine->form[used], *out, memory_order_release);
    else
        *own = true; /* another thread was first, or there is no room */
    pthread_mutex_unlock(&mine->lock);
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ running */
static cx_status check_arguments(const char *where, const cx_program *p, cx_arrays args,
                                 uint8_t signature[CX__EVAL_ARGS])
{
    if (args.count != p->tree.args)
        return cx__fail(CX_E_ARGUMENT, where, "%d arguments for a program of %d", args.count,
                        p->tree.args);
    memset(signature, 0, CX__EVAL_ARGS);
    for (int i = 0; i < args.count; i++) {
        CX__TRY(cx__array_check(where, p->tree.name[i], args.at[i]));
        signature[i] = cx__signature_of(args.at[i]);
    }
    return CX_OK;
}

cx_status cx__program_run(const char *where, const cx_program *p, cx_arrays args,
                          cx_array *const *out, cx_array **results)
{
    uint8_t signature[CX__EVAL_ARGS];
    cx__formula *form;
    bool own;
    CX__TRY(check_arguments(where, p, args, signature));
    CX__TRY(form_of(where, p, signature, &form, &own));
    const cx_status st = cx__formula_run(where, form, args.at, out, results);
    if (own) cx__formula_free(form);
    return st;
}

cx_status cx__program_one(const char *where, const cx_program *p, cx_arrays args, cx_array **out)
{
    if (p->tree.results != 1)
        return cx__fail(CX_E_ARGUMENT, where, "the text has %d results; %s_all gives them",
                        p->tree.results, where);
    return cx__program_run(where, p, args, NULL, out);
}
cx_status cx__program_into(const char *where, const cx_program *p, cx_arrays args, cx_outs out)
{
    if (out.count != p->tree.results)
        return cx__fail(CX_E_ARGUMENT, where, "%d outputs for a program of %d results", out.count,
                        p->tree.results);
    return cx__program_run(where, p, args, out.at, NULL);
}
cx_tuple cx__program_all(const char *where, cx_status st, const cx_program *p, cx_arrays args)
{
    cx_tuple t;
    cx_array *made[CX__EVAL_RESULTS] = {NULL};
    if (st == CX_OK) st = cx__program_run(where, p, args, NULL, made);
    const int n = st == CX_OK ? p->tree.results : 0;
    for (int i = 0; i < n; i++) {
        t.at[i] = cx__yield(st, where, made[i]);
        if (cx_status_of(t.at[i]) != CX_OK) st = cx_status_of(t.at[i]);
    }
    t.count = st == CX_OK ? n : 0;
    for (int i = t.count; i < CX_MAX_NDIM; i++) t.at[i] = cx__nil(st == CX_OK ? CX_E_NULL : st);
    if (st != CX_OK) (void)cx__mark(st);
    return t;
}

/* ------------------------------------------------------------------------------------ faces */
cx_program *cx_program_new(const char *source)
{
    cx_program *p = NULL;
    const cx_status st = cx__program_make("program_new", source, &p);
    return cx__yield(st, "program_new", p);
}
cx_program *cx_program_retain(const cx_program *h)
{
    return cx__retain(h);
}
void cx_program_release(cx_program *h)
{
    cx__release(h);
}
cx_status cx_program_status(const cx_program *h)
{
    return cx__status(h, CX__KIND_PROGRAM);
}
int cx_program_arguments(const cx_program *p)
{
    return cx_program_status(p) == CX_OK ? p->tree.args : 0;
}
int cx_program_results(const cx_program *p)
{
    return cx_program_status(p) == CX_OK ? p->tree.results : 0;
}
cx_array *cx_program_run(const cx_program *p, cx_arrays args)
{
    static const char where[] = "program_run";
    cx_array *r = NULL;
    cx_status st = cx__check(where, "p", p, CX__KIND_PROGRAM);
    if (st == CX_OK) st = cx__program_one(where, p, args, &r);
    return cx__yield(st, where, r);
}
cx_status cx_program_run_into(const cx_program *p, cx_arrays args, cx_outs out)
{
    static const char where[] = "program_run_into";
    CX__TRY(cx__check(where, "p", p, CX__KIND_PROGRAM));
    return cx__program_into(where, p, args, out);
}
cx_tuple cx_program_run_all(const cx_program *p, cx_arrays args)
{
    static const char where[] = "program_run_all";
    return cx__program_all(where, cx__check(where, "p", p, CX__KIND_PROGRAM), p, args);
}

const char *cx_program_dump(const cx_program *p, cx_arrays args)
{
    static const char where[] = "program_dump";
    uint8_t signature[CX__EVAL_ARGS];
    cx__formula *form = NULL;
    bool own = false;
    cx__text text = {0};
    cx_status st = cx__check(where, "p", p, CX__KIND_PROGRAM);
    if (st == CX_OK) st = check_arguments(where, p, args, signature);
    if (st == CX_OK) st = form_of(where, p, signature, &form, &own);
    if (st == CX_OK) cx__formula_dump(form, &text);
    if (own) cx__formula_free(form);
    return cx__scope_text(where, st, &text);
}
