/* Elementwise rows of two inputs for float16. */
#include "rows.cuh"

template const map_row<2> *map_binary_rows<f16>();
