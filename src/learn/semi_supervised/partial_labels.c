/* Labels with holes to codes and back. One idea: the rows that have a label are encoded as any
 * classifier's, so classes and errors are those of cx_labels_encode; the others never get there. */
#include "learn/semi_supervised/partial_labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/estimator_class.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

/* [n]: has the row a label? */
static cx_array *labelled(const char *where, const cx_array *y)
{
    static cx__held number = CX__HELD("y: y != -1"), word = CX__HELD("code: code >= 0");
    if (cx_dtype_of(y) == CX_CAT) return cx__held_run(where, &word, CX_ARRAYS(cx_codes(y)));
    return cx__held_run(where, &number, CX_ARRAYS(cx__as(where, y, CX_F64)));
}

cx_status cx__partial_labels_read(const char *where, const cx_array *y, cx__partial_labels *out)
{
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    if (cx_ndim(y) != 1)
        return cx__fail(CX_E_SHAPE, where, "labels have %d dimensions, not 1", cx_ndim(y));
    if (cx_dtype_kind(cx_dtype_of(y)) == 'c')
        return cx__fail(CX_E_DTYPE, where, "labels are %s", cx_dtype_name(cx_dtype_of(y)));
    const int64_t n = cx_dim(y, 0);
    const cx_array *const there = cx_flatnonzero(labelled(where, y));
    CX__TRY(cx__so_far());
    out->without = n - cx_size(there);
    if (out->without == n)
        return cx__fail(CX_E_ARGUMENT, where, "no row of y has a label: all are %s",
                        cx_dtype_of(y) == CX_CAT ? "missing" : "-1");
    const cx_labels some = cx_labels_encode(out->without > 0 ? cx_take(y, there, 0) : y);
    out->classes = some.classes;
    out->codes = some.codes;
    CX__TRY(cx__so_far());
    if (out->without == 0) return CX_OK;
    cx_array *const codes = cx_full(CX_SHAPE(n), cx_int(-1), CX_I64, cx_device_of(y));
    out->codes = codes;
    CX__TRY(cx__so_far());
    return cx_put_rows(codes, there, some.codes);
}

cx_array *cx__partial_labels_of(const char *where, const cx_array *classes, const cx_array *codes)
{
    static cx__held place = CX__HELD("code, c: where(code < 0, c, code)");
    if (cx_dtype_of(classes) == CX_CAT)
        return cx__as_categories(where, cx_astype(codes, CX_I32), classes);
    const cx_array *const none = cx_full(CX_SHAPE(1), cx_int(-1), CX_I64, cx_device_of(classes)),
                          *const all = cx_concatenate(
                              CX_ARRAYS(classes, cx_astype(none, cx_dtype_of(classes))), 0);
    return cx_take(all, cx__held_run(where, &place, CX_ARRAYS(codes, cx_int(cx_size(classes)))), 0);
}
