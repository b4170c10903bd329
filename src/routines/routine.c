/* Ends of routines: temporaries die with the routine's scope, results go outward, an error makes
 * every result nil and marks the scope around. */
#include "routines/routine.h"
#include <string.h>

cx_array *cx__give(cx_scope s, cx_status st, cx_array *r)
{
    (void)cx_check(st);
    return cx_scope_return(s, r != NULL ? r : cx__nil(st != CX_OK ? st : CX_E_INTERNAL));
}

void cx__give_all(cx_scope s, cx_status st, const char *where, int n, cx_array *part[])
{
    (void)cx_check(st);
    for (int i = 0; i < n; i++) part[i] = cx_ok() && part[i] != NULL ? cx_retain(part[i]) : NULL;
    const cx_status end = cx_scope_close(s);
    for (int i = 0; i < n; i++)
        part[i] = end == CX_OK && part[i] == NULL ? cx__nil(CX_E_ARGUMENT)
                                                  : cx__yield(end, where, part[i]);
}

cx_status cx__give_status(cx_scope s, cx_status st)
{
    (void)cx_check(st);
    const cx_status end = cx_scope_close(s);
    return end != CX_OK ? end : st;
}

cx_status cx__options(const char *where, const void *given, size_t given_size, size_t size,
                      void *out)
{
    memset(out, 0, size);
    if (given != NULL && (given_size == 0 || given_size > size))
        return cx__fail(CX_E_ARGUMENT, where,
                        "options with struct_size %zu; make them with CX_OPTS", given_size);
    if (given != NULL) memcpy(out, given, given_size);
    return CX_OK;
}
