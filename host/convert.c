/* Choice of the conversion table by ISA level. The conversions themselves are in simd/convert.c. */
#include "convert.h"

host_convert_fn *host_convert(cx_dtype from, cx_dtype to)
{
    return HOST_PICK(host_converts)->at[from][to];
}
