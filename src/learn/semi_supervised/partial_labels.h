/* Labels of some of the rows: -1 says that a row has none, of text a missing one does. */
#ifndef CX_LEARN_PARTIAL_LABELS_H
#define CX_LEARN_PARTIAL_LABELS_H
#include "learn/numeric/site.h"

typedef struct cx__partial_labels {
    const cx_array *classes; /* [c], sorted, in y's dtype; never -1 */
    const cx_array *codes;   /* int64 [n], -1: no label */
    int64_t without;         /* rows that have none */
} cx__partial_labels;

/** Handles of the open scope. ARGUMENT: no row of y [n] has a label. */
cx_status cx__partial_labels_read(const char *where, const cx_array *y, cx__partial_labels *out);
/** The labels of codes [n]: those of -1 are -1 again, or missing. */
cx_array *cx__partial_labels_of(const char *where, const cx_array *classes, const cx_array *codes);
#endif
