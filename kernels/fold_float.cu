/* Folds of the real floats. */
#include "fold.cuh"

fold_fn *fold_floats(int loop)
{
    switch (loop) {
    case CX_F16: return fold_of<f16>::fn;
    case CX_BF16: return fold_of<bf16>::fn;
    case CX_F32: return fold_of<float>::fn;
    case CX_F64: return fold_of<double>::fn;
    default: return nullptr;
    }
}
