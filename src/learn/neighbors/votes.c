/* Labels of neighbours' classifiers: see the header. */
#include "learn/neighbors/votes.h"

#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

cx_status cx__votes_fit(cx_estimator *self, const cx_data *d)
{
    CX__TRY(cx__near_store(self, d->x));
    if (cx_ndim(d->y) == 2) {
        const cx_label_columns y = cx_labels_encode_columns(d->y);
        CX__TRY(cx_self_set(self, CX__VOTES_CLASSES, y.classes));
        CX__TRY(cx_self_set(self, CX__VOTES_OFFSETS, y.offsets));
        return cx_self_set(self, CX__VOTES_Y, y.codes);
    }
    const cx_labels y = cx_labels_encode(d->y);
    CX__TRY(cx_self_set(self, CX__VOTES_CLASSES, y.classes));
    return cx_self_set(self, CX__VOTES_Y, y.codes);
}

cx_status cx__votes_begin(const char *where, const cx_estimator *self, const int64_t **begin)
{
    if (cx__class_offsets(self) != NULL) return cx__read_offsets(where, self, begin);
    int64_t *const two = cx__scope_room(2 * sizeof *two);
    if (two == NULL) return CX_E_NOMEM;
    two[1] = cx_size(cx_self(self, CX__VOTES_CLASSES));
    *begin = two;
    return CX_OK;
}

cx_array *cx__votes_codes(const cx_estimator *self, int64_t i, const int64_t *begin)
{
    const cx_array *const y = cx__as("predict", cx_self(self, CX__VOTES_Y), CX_I64);
    if (cx_ndim(y) == 1) return cx_ascontiguous(y);
    return cx_sub(cx_select(y, 1, i), cx_int(begin[i]));
}

cx_array *cx__votes_places(const cx_estimator *self, const cx_array *share)
{
    const int64_t columns = cx__label_columns(self), *begin = NULL;
    if (cx__class_offsets(self) == NULL) return cx_argmax(share, CX_AXIS(1));
    if (cx_check(cx__votes_begin("predict", self, &begin)) != CX_OK) return NULL;
    cx_array *const out =
        cx_empty(CX_SHAPE(cx_dim(share, 0), columns), CX_I64, cx_device_of(share));
    for (int64_t i = 0; i < columns && cx_ok(); i++) {
        const cx_array *const best =
            cx_argmax(cx_slice(share, 1, begin[i], begin[i + 1], 1), CX_AXIS(1));
        (void)cx_check(cx_copy_into(cx_add(best, cx_int(begin[i])), cx_select(out, 1, i)));
    }
    return out;
}

cx_status cx__votes_check(const cx_estimator *self)
{
    static const char where[] = "estimator_load";
    const cx_array *const y = cx_self(self, CX__VOTES_Y);
    const int64_t m = cx_dim(cx_self(self, CX__NEAR_FIT_X), 0), *begin = NULL,
                  columns = cx__label_columns(self);
    CX__TRY(cx__near_check(self));
    const char kind = cx_dtype_kind(cx_dtype_of(y));
    const bool flat = cx_ndim(y) == 1 && columns == 1 && cx__class_offsets(self) == NULL,
               wide = cx_ndim(y) == 2 && cx_dim(y, 1) == columns;
    if ((kind != 'i' && kind != 'u') || cx_dim(y, 0) != m || (!flat && !wide))
        return cx__fail(CX_E_PARSE, where, "%s: _y is not a code for each row", self->cls->name);
    CX__TRY(cx__votes_begin(where, self, &begin));
    const int64_t *const code = cx_data_i64(cx__as(where, y, CX_I64));
    if (code == NULL) return cx__last_status();
    for (int64_t i = 0; i < m * columns; i++) {
        const int64_t *const at = begin + i % columns;
        if (code[i] < at[0] || code[i] >= at[1])
            return cx__fail(CX_E_PARSE, where, "%s: code %lld in _y with classes %lld to %lld",
                            self->cls->name, (long long)code[i], (long long)at[0],
                            (long long)at[1] - 1);
    }
    return CX_OK;
}
