/* The table of device headers: none. */
#include "jit/headers.h"
#include <stddef.h>

const cuda_header cuda_headers[] = {{NULL, NULL}};
const int cuda_headers_count = 0;
