/* Factors of Hermitian matrices by diagonal pivoting. */
#include "base/alloc.h"
#include "linalg/linalg.h"

static cx_status ldl(const char *where, const cx_array *a, const cx_ldl_opts *o, cx_array *part[3])
{
    cx__lin c;
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_ldl_opts, ...)");
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    if (c.ops->hetrf == NULL) return cx__unsupported(where, c.dev, "diagonal pivoting");
    CX__TRY(cx__lin_need_finite(c.where, "a", c.a));
    CX__TRY(cx__lin_columns(&c, a, &part[0]));
    CX__TRY(cx__lin_columns_new(&c, c.n, c.n, &part[1]));
    CX__TRY(cx__lin_new(&c, 1, &c.n, CX_I64, &part[2]));
    if (c.n == 0 || c.batch == 0) return CX_OK;
    cx_view l, d, perm;
    cx_queue *q;
    cx__lin_view(part[0], c.batch, &l);
    cx__lin_view(part[1], c.batch, &d);
    cx__lin_vector(part[2], c.batch, &perm);
    CX__TRY(cx__lin_queue(&c, 3, 3, (const cx_array *const[]){part[0], part[1], part[2]}, &q));
    const bool upper = o != NULL && o->upper, symmetric = o != NULL && o->symmetric;
    return cx__queue_done(c.dev, c.ops->hetrf(q, upper, !symmetric, &l, &d, &perm));
}

cx_ldl cx_linalg_ldl(const cx_array *a, const cx_ldl_opts *o)
{
    static const char where[] = "linalg_ldl";
    cx_array *part[3] = {NULL, NULL, NULL};
    const cx_status st = ldl(where, a, o, part);
    return (cx_ldl){cx__yield(st, where, part[0]), cx__yield(st, where, part[1]),
                    cx__yield(st, where, part[2])};
}
