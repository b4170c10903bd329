/* Elementwise rows of two inputs for bfloat16. */
#include "rows.cuh"

template const map_row<2> *map_binary_rows<bf16>();
