/* The inside of tables for the rest of src/io. */
#ifndef CX_IO_TABLE_H
#define CX_IO_TABLE_H
#include "io/format.h"

/** A table over shared columns; rows counts where there is no column. One reference, the
 *  caller's. */
cx_status cx__table_new(const char *where, cx_names names, cx_arrays columns, int64_t rows,
                        cx_table **out);
/** Column i, borrowed. */
const cx_array *cx__table_at(const cx_table *t, int i);
#endif
