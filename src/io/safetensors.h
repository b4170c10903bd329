/* What reading and writing safetensors share. */
#ifndef CX_IO_SAFETENSORS_H
#define CX_IO_SAFETENSORS_H
#include "io/format.h"

#define CX__DTYPES_KEY "calx.dtypes"

/** The format's name of a dtype, NULL for CX_C128 and CX_CAT, which are written as something
 *  else. */
const char *cx__safetensors_dtype(cx_dtype t);
#endif
