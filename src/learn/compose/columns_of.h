/* What users write for columns, as indices. */
#ifndef CX_LEARN_COLUMNS_OF_H
#define CX_LEARN_COLUMNS_OF_H
#include "learn/base/estimator.h"

/** Columns of the data that the literal stands for: an index or a name, a list of indices, names or
 *  bools, {'slice': (start, stop, step)} of indices or names (what slice(start, stop, step) is read
 *  as), or {'pattern': ..., 'dtype_include': ..., 'dtype_exclude': ...}
 * (make_column_selector(...)). Indices in memory of the open scope. who: the transformer, for
 * messages. */
cx_status cx__columns_of(const cx_estimator *self, const cx_data *d, const char *who,
                         const cx__lit *v, int64_t **out, int64_t *count);
#endif
