/* Elementwise rows of one input for bool and the integers. */
#include "rows.cuh"

template const map_row<1> *map_unary_rows<bool>();
template const map_row<1> *map_unary_rows<int8_t>();
template const map_row<1> *map_unary_rows<int16_t>();
template const map_row<1> *map_unary_rows<int32_t>();
template const map_row<1> *map_unary_rows<int64_t>();
template const map_row<1> *map_unary_rows<uint8_t>();
template const map_row<1> *map_unary_rows<uint16_t>();
template const map_row<1> *map_unary_rows<uint32_t>();
template const map_row<1> *map_unary_rows<uint64_t>();
