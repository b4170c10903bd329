/* Elementwise rows of two inputs for complex128. */
#include "rows.cuh"

template const map_row<2> *map_binary_rows<c128>();
