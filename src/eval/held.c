/* Formulas of the library's own code: programs in statics. The door stands in ops/primitives.h,
 * where routines and estimators find what they may use; here is what makes a program at its first
 * run. Threads that come at once each make one, and the first to store it wins: no lock that a fork
 * could leave held. */
#include "base/object.h"
#include "eval/program.h"
#include "ops/primitives.h"

static CX__COLD cx_status make(const char *where, cx__held *h, const cx_program **out)
{
    cx_program *own = NULL, *first = NULL;
    CX__TRY(cx__program_make(where, h->source, &own));
    if (atomic_compare_exchange_strong_explicit(&h->program, &first, own, memory_order_acq_rel,
                                                memory_order_acquire)) {
        cx__object_settle(); /* no test may take it for a leak */
        *out = own;
    } else {
        cx__release(own);
        *out = first;
    }
    return CX_OK;
}
static inline cx_status program_of(const char *where, cx__held *h, const cx_program **out)
{
    *out = atomic_load_explicit(&h->program, memory_order_acquire);
    return CX__LIKELY(*out != NULL) ? CX_OK : make(where, h, out);
}

cx_array *cx__held_run(const char *where, cx__held *h, cx_arrays args)
{
    const cx_program *p;
    cx_array *r = NULL;
    cx_status st = program_of(where, h, &p);
    if (st == CX_OK) st = cx__program_one(where, p, args, &r);
    return cx__yield(st, where, r);
}
cx_status cx__held_into(const char *where, cx__held *h, cx_arrays args, cx_outs out)
{
    const cx_program *p;
    CX__TRY(program_of(where, h, &p));
    return cx__program_into(where, p, args, out);
}
cx_tuple cx__held_all(const char *where, cx__held *h, cx_arrays args)
{
    const cx_program *p = NULL;
    const cx_status st = program_of(where, h, &p);
    return cx__program_all(where, st, p, args);
}
