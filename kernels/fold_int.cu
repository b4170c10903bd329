/* Folds of bool and the integers. */
#include "fold.cuh"

fold_fn *fold_integers(int loop)
{
    switch (loop) {
    case CX_BOOL: return fold_of<bool>::fn;
    case CX_I8: return fold_of<int8_t>::fn;
    case CX_I16: return fold_of<int16_t>::fn;
    case CX_I32: return fold_of<int32_t>::fn;
    case CX_I64: return fold_of<int64_t>::fn;
    case CX_U8: return fold_of<uint8_t>::fn;
    case CX_U16: return fold_of<uint16_t>::fn;
    case CX_U32: return fold_of<uint32_t>::fn;
    case CX_U64: return fold_of<uint64_t>::fn;
    default: return nullptr;
    }
}
