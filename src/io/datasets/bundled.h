/* The texts of the data sets in the library. */
#ifndef CX_IO_BUNDLED_H
#define CX_IO_BUNDLED_H
#include <stddef.h>

typedef enum cx__bundled {
    CX__IRIS,
    CX__WINE,
    CX__BREAST_CANCER,
    CX__DIGITS,
    CX__DIABETES,
    CX__BUNDLED_COUNT
} cx__bundled;
/** The CSV file of a set. */
const char *cx__bundled_text(cx__bundled set, size_t *size);
#endif
