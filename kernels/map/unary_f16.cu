/* Elementwise rows of one input for float16. */
#include "rows.cuh"

template const map_row<1> *map_unary_rows<f16>();
