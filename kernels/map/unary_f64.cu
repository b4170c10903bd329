/* Elementwise rows of one input for float64. */
#include "rows.cuh"

template const map_row<1> *map_unary_rows<double>();
