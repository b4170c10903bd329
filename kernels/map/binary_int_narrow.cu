/* Elementwise rows of two inputs for bool and integers of 8 and 16 bits. */
#include "rows.cuh"

template const map_row<2> *map_binary_rows<bool>();
template const map_row<2> *map_binary_rows<int8_t>();
template const map_row<2> *map_binary_rows<int16_t>();
template const map_row<2> *map_binary_rows<uint8_t>();
template const map_row<2> *map_binary_rows<uint16_t>();
