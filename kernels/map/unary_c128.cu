/* Elementwise rows of one input for complex128. */
#include "rows.cuh"

template const map_row<1> *map_unary_rows<c128>();
