/* Ends of functions that are made of others: temporaries die with the function's scope, results go
 * outward, an error makes every result nil and marks the scope around. And what they have in common
 * at their door: options, and batches that are broadcast. */
#include "core/array.h"
#include "core/shape.h"
#include "ops/output.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/scope.h>
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

cx_status cx__batches(const char *where, int core, int n, const char *const names[],
                      const cx_array *x[])
{
    int64_t dim[CX_MAX_NDIM];
    int ndim = 0, first = -1;
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__so_far()); /* what failed before has no shape */
    for (int i = 0; i < n; i++) {
        if (x[i] == NULL) continue;
        if (first < 0) first = i;
        CX__TRY(cx__same_device(where, x[first], x[i]));
        if (!cx__shape_broadcast(x[i]->ndim - core, x[i]->shape, &ndim, dim))
            return cx__fail(CX_E_SHAPE, where, "batches of %s %s and %s %s do not broadcast",
                            names[first], cx__shape_text(x[first]->ndim, x[first]->shape, text[0]),
                            names[i], cx__shape_text(x[i]->ndim, x[i]->shape, text[1]));
    }
    if (ndim + core > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "more than %d dimensions", (int)CX_MAX_NDIM);
    for (int i = 0; i < n; i++) {
        if (x[i] == NULL) continue;
        memcpy(dim + ndim, x[i]->shape + x[i]->ndim - core, (size_t)core * sizeof *dim);
        x[i] = cx_broadcast_to(x[i], (cx_shape){ndim + core, dim});
    }
    return cx__so_far();
}
