/* Elementwise rows of two inputs for integers of 32 and 64 bits. */
#include "rows.cuh"

template const map_row<2> *map_binary_rows<int32_t>();
template const map_row<2> *map_binary_rows<int64_t>();
template const map_row<2> *map_binary_rows<uint32_t>();
template const map_row<2> *map_binary_rows<uint64_t>();
