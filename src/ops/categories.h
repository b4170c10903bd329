/* Codes of categories, replaced by what a table says. */
#ifndef CX_OPS_CATEGORIES_H
#define CX_OPS_CATEGORIES_H
#include "core/array.h"

/** table[code] for each code of an array of int32 or categories, as dtype t (of 4 bytes), on the
 * array's device. The table has count entries, the last for missing codes (-1). One reference, the
 * caller's. */
cx_status cx__codes_through(const char *where, const cx_array *codes, const int32_t *table,
                            int count, cx_dtype t, cx_array **out);
/** The codes of a in another dictionary, as dtype t: -1 stays, a text that dict lacks becomes -2.
 */
cx_status cx__codes_in(const char *where, const cx_array *a, const cx__dict *dict, cx_dtype t,
                       cx_array **out);
#endif
